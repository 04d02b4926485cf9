"""The book's look: clean SVG, two layouts, colours that serve light, dark and grey."""

import base64
import itertools
import math
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from sandtime import figures

CSS = (Path(__file__).parents[1] / "book" / "assets" / "book.css").read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(shift=0.0, **size):
    fig, axes = figures.figure(**size)
    x = np.linspace(0, 10, 200)
    for colour, phase in ((figures.LITHIUM, 0), (figures.LI90MG10, 1), (figures.LI95MG5, 2)):
        axes.plot(x, np.sin(x + phase + shift), label="Li₀.₉Mg₀.₁", **figures.line(colour))
    axes.plot(x[::40], np.cos(x[::40]), **figures.points(figures.GREY, hollow=True))
    axes.set(xlabel="time / h", ylabel="potential / mV", xlim=(0, 10), ylim=(-1, 1))
    axes.legend()
    return fig


# ---- SVG ----------------------------------------------------------------------------------------


def test_svg_is_well_formed_and_has_no_ground():
    root = ElementTree.fromstring(figures.svg(drawn(width=500, height=300)))
    assert root.get("viewBox") == "0 0 500 300"
    assert root.get("width") is None
    assert root.get("height") is None
    texts = ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]
    assert "time / h" in texts
    assert "Li₀.₉Mg₀.₁" in texts
    ground = next(root.iter(f"{SVG}path"))
    assert ground.get("style") == "fill: none"


def test_svg_leaves_ink_paper_family_and_palette_to_the_page():
    text = figures.svg(drawn())
    assert "#000000" not in text
    assert "stroke: currentColor" in text
    assert 'fill="currentColor"' in text
    for variable in ("lithium", "li90mg10", "li95mg5", "grey", "paper"):
        assert f"var(--sandtime-{variable}, #" in text
    assert "font-family:" not in text.split("\n", 1)[1]
    assert "<style" not in text
    assert "<metadata" not in text
    assert "<?xml" not in text


def test_svg_depends_on_the_drawing_alone():
    assert figures.svg(drawn()) == figures.svg(drawn())
    assert figures.svg(drawn()) != figures.svg(drawn(shift=0.1))


def identifiers(text):
    return set(re.findall(r'\bid="([^"]+)"', text))


def test_every_reference_resolves_and_no_identifier_is_idle():
    text = figures.svg(drawn())
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text))
    used = {first or second for first, second in used}
    assert used
    assert used == identifiers(text)


def test_figures_of_one_page_share_no_identifier(monkeypatch):
    monkeypatch.setenv("SANDTIME_MEDIUM", "page")
    pages = [figures.bundle(drawn(), "the same words")["text/html"] for _ in range(3)]
    found = [re.findall(r'\bid="([^"]+)"', page) for page in pages]
    together = list(itertools.chain(*found))
    assert together
    assert len(together) == len(set(together))


def test_mathtext_becomes_outlines_and_plain_text_does_not():
    fig, axes = figures.figure()
    axes.set_title(r"$i\,\sqrt{t_0}$ is constant")
    axes.set_xlabel("plain")
    root = ElementTree.fromstring(figures.svg(fig))
    texts = ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]
    assert "plain" in texts
    assert not any("constant" in text for text in texts)
    assert list(root.iter(f"{SVG}tspan")) == []


def test_a_figure_made_without_the_book_is_taken_too():
    fig = Figure(figsize=(4, 3))
    fig.add_subplot().plot([0, 1])
    assert 'viewBox="0 0 288 216"' in figures.svg(fig)


def test_png_has_two_dots_to_the_pixel():
    header = figures.png(drawn(width=500, height=300))[:24]
    assert header.startswith(b"\x89PNG")
    assert int.from_bytes(header[16:20]) == 1000
    assert int.from_bytes(header[20:24]) == 600


# ---- layouts ------------------------------------------------------------------------------------


def boxes(fig):
    width, height = fig.get_size_inches() * 72
    return [
        (b.x0 * width, height - b.y1 * height, b.width * width, b.height * height)
        for b in (axes.get_position() for axes in fig.axes)
    ]


def test_panels_stand_side_by_side_and_stack_on_a_phone():
    fig, axes = figures.figure(640, 400, panels=2, rows=(3, 1))
    assert len(axes) == 2
    assert len(axes[0]) == 2
    (ax, ay, aw, ah), (_rx, ry, rw, rh), (bx, by, _, _), _ = boxes(fig)
    assert (ax, ay) == pytest.approx((66, 26))
    assert bx == pytest.approx(66 + 320)
    assert aw == pytest.approx(320 - 66 - 18)
    assert rw == pytest.approx(aw)
    assert ah == pytest.approx(3 * rh)
    assert ry == pytest.approx(ay + ah + 16)
    assert by == pytest.approx(ay)
    fig.lay_out(360)
    (ax, ay, aw, ah), _, (bx, by, _, _), _ = boxes(fig)
    assert bx == pytest.approx(ax)
    assert by > ay + ah
    assert aw == pytest.approx(360 - 66 - 18)


def test_letters_have_one_size_in_both_layouts():
    fig = drawn()
    sizes = [
        set(re.findall(r"font-size: ([\d.]+)px", figures.svg(fig.lay_out(width))))
        for width in (640, 360)
    ]
    assert sizes[0] == sizes[1]
    assert min(map(float, sizes[0])) >= 12


def test_page_bundle_has_both_layouts_and_leaves_the_figure_wide(monkeypatch):
    monkeypatch.setenv("SANDTIME_MEDIUM", "page")
    fig = drawn()
    page = figures.bundle(fig, "A wave & more")["text/html"]
    assert 'viewBox="0 0 640 400"' in page
    assert 'viewBox="0 0 360 ' in page
    assert 'role="img" aria-label="A wave &amp; more"' in page
    assert tuple(fig.get_size_inches() * 72) == (640, 400)


def test_kernel_bundle_brings_its_own_ink(monkeypatch):
    monkeypatch.delenv("SANDTIME_MEDIUM", raising=False)
    content = figures.bundle(drawn(), "A wave")
    assert content["text/html"].count("<svg") == 1
    assert "--jp-content-font-color1" in content["text/html"]
    assert base64.b64decode(content["image/png"]).startswith(b"\x89PNG")
    assert content["text/plain"] == "A wave"


# ---- colour -------------------------------------------------------------------------------------


def luminance(colour):
    """Relative luminance, WCAG 2.1."""
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(c @ [0.2126, 0.7152, 0.0722])


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def lightness(colour):
    """CIE L* from the luminance."""
    return 116 * luminance(colour) ** (1 / 3) - 16


def css_variables(mode):
    block = re.search(rf'html\[data-theme="{mode}"\][^{{]*\{{(.*?)\}}', CSS, re.S)[1]
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_named_colours_read_as_text_on_the_page(mode):
    variables = css_variables(mode)
    paper = variables["--sandtime-paper"]
    for name in ("lithium", "li95mg5", "li90mg10", "grey", "ink", "quiet"):
        assert contrast(variables[f"--sandtime-{name}"], paper) >= 4.4, name
    for name in ("good", "bad", "tension", "open", "later"):
        text, wash = variables[f"--sandtime-{name}"], variables[f"--sandtime-{name}-wash"]
        assert min(contrast(text, wash), contrast(text, paper)) >= 4.5, name


def test_the_style_sheet_knows_the_same_colours():
    light = css_variables("light")
    assert light["--sandtime-lithium"] == figures.LITHIUM
    assert light["--sandtime-li95mg5"] == figures.LI95MG5
    assert light["--sandtime-li90mg10"] == figures.LI90MG10
    assert light["--sandtime-grey"] == figures.GREY
    assert light["--sandtime-paper"] == figures.PAPER


def twin(quantity, k):
    return re.search(rf"--sandtime-{quantity}-{k}: (#[0-9a-f]{{6}});", CSS)[1]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("quantity", ["current", "temperature"])
def test_scales_grow_evenly_stronger_and_show_on_the_page(quantity, mode):
    """3:1 at both ends (WCAG 2.1, 1.4.11), on white and on the dark page."""
    colours = figures.sequence(17, quantity)
    if mode == "dark":
        colours = [twin(quantity, k) for k in range(17)]
    paper = css_variables(mode)["--sandtime-paper"]
    steps = np.diff([lightness(c) for c in colours]) * (1 if mode == "dark" else -1)
    assert np.all(steps > 0)
    assert steps.max() < 2.5 * steps.min()
    assert min(contrast(c, paper) for c in colours) >= 3
    assert contrast(colours[-1], paper) >= 2.5 * contrast(colours[0], paper)


def test_a_drawing_names_its_shades_so_that_they_can_swap():
    fig, axes = figures.figure()
    for quantity in ("current", "temperature"):
        for k, shade in enumerate(figures.sequence(5, quantity)):
            axes.plot([0, 1], [k, k], color=shade)
    levels = [0, 0.25, 0.5, 0.75, 1.0]
    axes.contourf([[0, 1], [0, 1]], levels, cmap=figures.temperature_map)
    text = figures.svg(fig)
    for k in (0, 4, 8, 12, 16):
        for quantity in ("current", "temperature"):
            shade = figures.sequence(17, quantity)[k]
            assert f"var(--sandtime-{quantity}-{k}, {shade})" in text
    bare = re.sub(r"var\([^)]*\)", "", text)
    assert set(re.findall(r": (#[0-9a-f]{6})\b", bare)) == set()


def test_electrodes_differ_without_colour():
    electrodes = (figures.LITHIUM, figures.LI95MG5, figures.LI90MG10, figures.GREY)
    assert len({str(figures.line(c)["linestyle"]) for c in electrodes}) == 4
    assert len({figures.points(c)["marker"] for c in electrodes}) == 4


# ---- panels -------------------------------------------------------------------------------------


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((0.1, 10), ["0.1", "1", "10"]),
        ((0.05, 2e4), ["0.1", "1", "10", "100", "1000", "10⁴"]),
        ((1e-9, 1), ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "1"]),
        ((1e-4, 1), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1"]),
        ((18, 500), ["20", "50", "100", "200", "500"]),
        ((0.5, 80), ["1", "3", "10", "30"]),
        ((80, 0.5), ["1", "3", "10", "30"]),
    ],
)
def test_a_logarithmic_axis_has_few_plain_ticks(limits, words):
    _, axes = figures.figure()
    figures.panel(axes, xlim=limits, log="x")
    assert labels(axes.xaxis) == words
    assert axes.get_xlim() == pytest.approx(limits)
    assert len(axes.xaxis.get_minorticklocs()) == 0
    assert axes.get_yscale() == "linear"


def test_panels_share_all_but_their_titles():
    _, (one, two) = figures.figure(panels=2)
    given = figures.panel(
        [one, two], "t / h", "x", title=["a  one", "b  two"], ylim=(0, 1), yticks=[0, 0.5, 1]
    )
    assert given == [one, two]
    assert [ax.get_title(loc="left") for ax in given] == ["a  one", "b  two"]
    for ax in given:
        assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_ylim()) == ("t / h", "x", (0, 1))
        assert labels(ax.yaxis) == ["0", "0.5", "1"]


def test_ticks_may_bring_their_own_words():
    _, axes = figures.figure()
    figures.panel(axes, xticks={k: figures.tick(10.0**k) for k in (-2, 0, 4)})
    assert labels(axes.xaxis) == ["0.01", "1", "10⁴"]


@given(st.floats(-30, 30), st.floats(0.05, 40))
def test_decades_lie_inside_and_are_few(start, span):
    low, high = 10.0**start, 10.0 ** (start + span)
    places = figures.decades(low, high)
    assert 1 <= len(places) <= 6
    assert low * (1 - 1e-8) <= places[0]
    assert places[-1] <= high * (1 + 1e-8)
    assert places == sorted(set(places))


@given(st.floats(1e-12, 1e12))
def test_a_tick_says_its_value(value):
    words = figures.tick(value)
    if re.match("10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]", words):
        words = f"1 × {words}"
    assert read(words) == pytest.approx(value, rel=1e-3)


# ---- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 3, "0"),
        (9.04, 2, "9.0"),
        (9.96, 2, "10"),
        (99.96, 3, "100"),
        (-0.00123, 2, "−0.0012"),
        (0.000999, 2, "0.0010"),
        (0.00099, 2, "9.9 × 10⁻⁴"),
        (99999, 5, "99999"),
        (1e5, 1, "1 × 10⁵"),
        (96485.33, 6, "96485.3"),
        (1234, 2, "1200"),
    ],
)
def test_number(value, digits, text):
    assert figures.number(value, digits) == text


def read(text):
    """The number a reader takes from the text."""
    text = text.replace("−", "-")
    mantissa, _, power = text.partition(" × 10")
    power = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(mantissa) * 10.0 ** int(power or 0)


@given(
    st.floats(-1e30, 1e30, allow_nan=False).filter(lambda v: abs(v) > 1e-30),
    st.integers(1, 9),
)
def test_number_is_right_to_half_its_last_digit(value, digits):
    scale = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    assert abs(read(figures.number(value, digits)) - value) <= 0.5000001 * scale
    assert repr(figures.number(value, digits)).isprintable()


# ---- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: figures.figure(width=100), "width = 100 px"),
        (lambda: figures.figure(height=float("nan")), "height = nan px"),
        (lambda: figures.figure(panels=0), "panels = 0"),
        (lambda: figures.figure(rows=(1, -1)), r"rows = \(1, -1\)"),
        (lambda: figures.figure(margins={"middle": 1}), "margins has \\['middle'\\]"),
        (lambda: figures.figure(margins={"left": 600}), "at least 40 px"),
        (lambda: figures.line("red"), "colour = 'red'"),
        (lambda: figures.points("blue"), "colour = 'blue'"),
        (lambda: figures.sequence(0), "count = 0"),
        (lambda: figures.sequence(18), "count = 18"),
        (lambda: figures.decades(0, 1), "two positive limits"),
        (lambda: figures.panel(None, log="z"), "log = 'z'"),
        (lambda: figures.panel([1, 2], title=["a"]), "title has 1 words for 2 panels"),
        (lambda: figures.sequence(3, "pressure"), "quantity = 'pressure'"),
        (lambda: figures.number(float("inf")), "value = inf"),
        (lambda: figures.number(1, 0), "digits = 0"),
        (lambda: figures.svg("no figure"), "fig = 'no figure'"),
        (lambda: figures.bundle(drawn(), "  "), "alt = '  '"),
        (lambda: figures.bundle(None, "words"), "fig = None"),
    ],
)
def test_errors_name_argument_and_value(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_an_unknown_medium_is_an_error(monkeypatch):
    monkeypatch.setenv("SANDTIME_MEDIUM", "papyrus")
    with pytest.raises(ValueError, match="SANDTIME_MEDIUM = 'papyrus'"):
        figures.medium()


def test_a_table_has_a_name_and_as_many_cells_as_headings(capsys):
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    with capture_output() as shown:
        figures.table("Times", ("cell", "t / h"), [("alloy", "15"), ("lithium", "9")])
    page = shown.outputs[0].data["text/html"]
    assert 'aria-label="Times"' in page
    assert page.count("<td") == 4
    assert page.count("<td class=number") == 2
    with pytest.raises(ValueError, match=r"rows\[1\] has 1 cells: as many as head, 2"):
        figures.table("Times", ("cell", "t / h"), [("alloy", "15"), ("lithium",)])
