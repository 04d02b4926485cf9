"""`explore` in its three media: frames on the page, widgets in a kernel, a still in print."""

import base64
import gzip
import html
import itertools
import json
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from sandtime import figures
from sandtime.interactive import MAX_FRAMES, choose, explore, page_bundle
from sandtime.interactive import _widget as widget

ROOT = Path(__file__).parents[1]
CURRENTS = [0.5, 1.0, 2.0]
THICKNESSES = [10e-6, 25e-6]


def draw(current, thickness):
    fig, axes = figures.figure()
    axes.plot([0, thickness / 1e-6], [current, 0], **figures.line(figures.LITHIUM))
    axes.set(xlim=(0, 30), ylim=(0, 2), xlabel="position / µm", ylabel="c / mol L⁻¹")
    return fig


def alt(current, thickness):
    return f"A line that falls from {current} over {thickness / 1e-6:.0f} µm & ends"


def choices(**start):
    return {
        "current": choose(CURRENTS, "current density", "µA cm⁻²", show=0.01, **start),
        "thickness": choose(THICKNESSES, "thickness", "µm", show=1e-6),
    }


def unpacked(page):
    packed = re.search(r'class="explorer-frames">([^<]+)</script>', page)[1]
    content = json.loads(gzip.decompress(base64.b64decode(packed)))
    return [
        (
            "\n".join(content["lines"][n] for n in frame),
            content["texts"][content["alts"][i]],
        )
        for i, frame in enumerate(content["frames"])
    ]


# ---- choices ------------------------------------------------------------------------------------


def test_choice_shows_value_and_unit():
    current = choices()["current"]
    assert current.texts == ("50\u00a0µA cm⁻²", "100\u00a0µA cm⁻²", "200\u00a0µA cm⁻²")
    assert current.start == 0
    assert current.values == (0.5, 1.0, 2.0)
    assert choices(start=1.0)["current"].start == 1


def test_choice_shows_through_a_function():
    assert choose([298.15, 353.15], "T", "°C", show=lambda t: t - 273.15).texts == (
        "25\u00a0°C",
        "80\u00a0°C",
    )
    assert choose([True, False], "frame", show=lambda v: "moving" if v else "fixed").texts == (
        "moving",
        "fixed",
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: choose([], "current"), "values is empty"),
        (lambda: choose([1], " "), "label = ' '"),
        (lambda: choose([1.0, 1.00001], "current", "A"), "look the same to a reader: 1\u00a0A"),
        (lambda: choose([1.0], "current", show=0), "show = 0"),
        (lambda: choose([float("nan")], "current"), "values holds nan"),
        (lambda: choose([1, 2], "current", "A", start=3), "start = 3 is not among"),
        (lambda: explore(draw, alt="", **choices()), "alt = ''"),
        (lambda: explore(draw, alt="words"), "no choices"),
        (lambda: explore("draw", alt="words", **choices()), "draw = 'draw'"),
        (lambda: explore(draw, alt="words", current=[1, 2]), r"current = \[1, 2\]"),
        (
            lambda: explore(
                draw,
                alt="words",
                current=choose(range(30), "i"),
                thickness=choose(range(6), "L"),
            ),
            rf"30 \(current\) × 6 \(thickness\) = 180 frames: at most {MAX_FRAMES}",
        ),
        (
            lambda: explore(lambda current: "a plot", alt="words", current=choose([1], "i")),
            r"draw\({'current': 1}\) returned 'a plot'",
        ),
    ],
)
def test_errors_name_argument_and_value(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_frames_over_the_budget_are_an_error(monkeypatch):
    monkeypatch.setattr("sandtime.interactive.MAX_BYTES", 1000)
    with pytest.raises(ValueError, match=r"6 frames pack to \d+ kB, allowed are 1 kB"):
        page_bundle(draw, alt, choices())


# ---- on the page --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page():
    before = os.environ.get("SANDTIME_MEDIUM")
    os.environ["SANDTIME_MEDIUM"] = "page"
    yield page_bundle(draw, alt, choices(start=2.0))["text/html"]
    os.environ.pop("SANDTIME_MEDIUM")
    if before is not None:
        os.environ["SANDTIME_MEDIUM"] = before


def test_every_frame_is_the_drawing_of_its_values(page):
    """Frames are in nested order, the last slider fastest: what explore.js counts on."""
    prefix = re.search(r'<div class="explorer" id="(\w+)"', page)[1]
    frames = unpacked(page)
    for (frame, words), (current, thickness) in zip(
        frames, itertools.product(CURRENTS, THICKNESSES), strict=True
    ):
        expected = figures.svg(draw(current, thickness).lay_out(420), prefix)
        assert frame == expected
        assert words == alt(current, thickness)


def test_first_frame_stands_without_a_script(page):
    first = unpacked(page)[4]  # current 2.0 (third), thickness 10 µm (first)
    assert first[0] in page
    assert f'aria-label="{html.escape(first[1])}"' in page
    assert ">200\u00a0µA cm⁻²</output>" in page
    assert page.count("disabled>") == 2
    assert "<noscript>" in page


def test_every_slider_has_label_value_and_texts(page):
    for name, choice in choices(start=2.0).items():
        slider = re.search(rf'<input type="range" id="(\w+-{name})"([^>]*)>', page)
        assert f'<label for="{slider[1]}">{choice.label}</label>' in page
        longest = max(choice.texts, key=len)
        words = choice.texts[choice.start]
        assert f'<output for="{slider[1]}" data-longest="{longest}">{words}</output>' in page
        assert f'max="{len(choice.values) - 1}"' in slider[2]
        assert f'aria-valuetext="{choice.texts[choice.start]}"' in slider[2]
        texts = html.unescape(re.search(r"data-texts='([^']*)'", slider[2])[1])
        assert tuple(json.loads(texts)) == choice.texts


def test_the_same_explorer_is_the_same_text(monkeypatch):
    monkeypatch.setattr(figures, "_seen", {})
    one = page_bundle(draw, alt, choices())
    monkeypatch.setattr(figures, "_seen", {})
    assert page_bundle(draw, alt, choices()) == one


def says(current, thickness):
    return f"At {current / 0.01:.0f} µA cm⁻² < 1 A the foil of {thickness / 1e-6:.0f} µm ends."


def test_every_frame_carries_its_sentence(monkeypatch):
    monkeypatch.setenv("SANDTIME_MEDIUM", "page")
    page = page_bundle(draw, alt, choices(start=2.0), says)["text/html"]
    place = re.search(r'<p class="explorer-says" aria-live="polite">([^<]*)</p>', page)
    assert html.unescape(place[1]) == says(2.0, 10e-6)
    packed = re.search(r'class="explorer-frames">([^<]+)</script>', page)[1]
    content = json.loads(gzip.decompress(base64.b64decode(packed)))
    told = [html.unescape(content["texts"][n]) for n in content["said"]]
    assert told == [says(*pair) for pair in itertools.product(CURRENTS, THICKNESSES)]


def test_without_sentences_there_is_no_place_for_them(page):
    assert "explorer-says" not in page


def test_a_sentence_has_words():
    with pytest.raises(ValueError, match="says = 'words'"):
        explore(draw, alt="words", says="words", **choices())
    with pytest.raises(ValueError, match=r"returned None: it must return a sentence"):
        explore(draw, alt="words", says=lambda **values: None, **choices())


# ---- in a kernel --------------------------------------------------------------------------------


def test_a_widget_draws_only_what_is_asked_for():
    asked = []

    def counted(**values):
        asked.append(values)
        return draw(**values)

    picture, current, thickness = widget(counted, alt, choices()).children
    assert len(asked) == 1
    before = picture.value
    current.index = 2
    assert picture.value != before
    assert "from 2.0 over 10" in picture.value
    thickness.index = 1
    assert asked[-1] == {"current": 2.0, "thickness": 25e-6}
    current.index, thickness.index = 0, 0
    assert picture.value == before
    assert len(asked) == 4
    assert current.description == "current density"
    widths = {slider.style.description_width for slider in (current, thickness)}
    assert len(widths) == 1


def test_a_widget_says_what_the_page_says():
    _, sentence, current, _ = widget(draw, alt, choices(), says).children
    assert says(0.5, 10e-6) in html.unescape(sentence.value)
    assert 'aria-live="polite"' in sentence.value
    current.index = 1
    assert says(1.0, 10e-6) in html.unescape(sentence.value)


CELL = """
from sandtime import figures
from sandtime.interactive import choose, explore

def draw(x):
    fig, axes = figures.figure()
    axes.plot([0, x])
    axes.set(xlabel="time / h", ylabel="c", ylim=(0, 5))
    return fig

explore(draw, alt="A line", x=choose([1, 2, 3], "slope"))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("medium", "forms"),
    [
        ("kernel", {"text/plain", "application/vnd.jupyter.widget-view+json"}),
        ("page", {"text/plain", "image/png", "text/html"}),
        ("print", {"text/plain", "image/png", "text/html"}),
    ],
)
def test_a_real_kernel_shows_what_its_medium_needs(medium, forms, monkeypatch):
    monkeypatch.setenv("SANDTIME_MEDIUM", medium)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "lib"), prepend=os.pathsep)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    (output,) = notebook.cells[0].outputs
    assert set(output["data"]) == forms
    if medium == "kernel":
        states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
        models = [s["model_name"] for s in states.values()]
        assert "SelectionSliderModel" in models
        (picture,) = [s for s in states.values() if s["model_name"] == "HTMLModel"]
        assert "<svg" in picture["state"]["value"]
    else:
        sliders = output["data"]["text/html"].count('type="range"')
        assert sliders == (1 if medium == "page" else 0)
