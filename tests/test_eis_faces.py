"""What a fit is turned into: tables, pictures, one page."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import matplotlib
import numpy as np
import pandas
import pytest
import yaml
from bs4 import BeautifulSoup

from sandtime import eis, figures
from sandtime.eis import page as pages
from sandtime.eis.pictures import picture
from sandtime.eis.report import CITE, report
from sandtime.eis.table import headings, latex, markdown, plain, quantity, table, with_error

FREQUENCY = np.geomspace(7e6, 1, 61)
CIRCUIT = eis.Circuit("R_0-Zarc_gb-Zarc_int")
TRUTH = {"0.R": 60, "gb.R": 60, "gb.tau": 2.7e-7, "gb.alpha": 0.9, "int.R": 270, "int.tau": 1e-3,
         "int.alpha": 0.85}  # fmt: skip
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
HOSTILE = ["<script>alert(1)</script>", "_$\\frac$ {50%} #1 & ~^", "a|b`c*\"'\n\x00电池"]


def noisy(Z, size=3e-3, seed=0):
    real, imaginary = np.random.default_rng(seed).normal(scale=size, size=(2, *np.shape(Z)))
    return Z * (1 + real + 1j * imaginary)


def fitted(Z, circuit=CIRCUIT, frequency=FREQUENCY, **said):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", eis.FitWarning)
        return eis.fit(frequency, Z, circuit, **said)


@pytest.fixture(scope="module")
def one():
    return fitted(noisy(CIRCUIT.impedance(FREQUENCY, TRUTH)), fixed={"gb.alpha": 0.9})


@pytest.fixture(scope="module")
def three():
    return fitted(noisy(CIRCUIT.impedance(FREQUENCY, TRUTH | {"int.R": [270, 300, 500]})))


@pytest.fixture(scope="module")
def coarse():
    """On other frequencies."""
    return fitted(noisy(CIRCUIT.impedance(FREQUENCY[::2], TRUTH)), frequency=FREQUENCY[::2])


@pytest.fixture(scope="module")
def many():
    """Fifty-eight alike, one of another kind, and one that no circuit describes."""
    Z = noisy(CIRCUIT.impedance(FREQUENCY, TRUTH | {"int.R": np.linspace(270, 400, 60)}))
    other = {"0.R": 9, "1.Q": 1e-5, "1.alpha": 0.7}
    Z[17] = noisy(eis.Circuit("R_0-CPE_1").impedance(FREQUENCY, other))
    Z[41] *= np.linspace(1, 1.5, 61)
    return eis.Spectra(FREQUENCY, Z, time=np.arange(60) * 600.0), fitted(Z)


@pytest.fixture(scope="module")
def drifting():
    circuit, time = eis.Circuit("R_0-Zarc_int"), np.linspace(0, 30, 61)
    moving = {"0.R": 60, "int.R": (270 * np.exp(0.01 * (time - 15)))[None], "int.tau": 1e-3,
              "int.alpha": 0.9}  # fmt: skip
    Z = noisy(circuit.impedance(FREQUENCY, moving)[0], 1e-3)
    return eis.fit_drifting(FREQUENCY, Z, circuit, point_time=time, drift=["int.R"])


# ---- numbers ------------------------------------------------------------------------------------


def test_a_table_holds_the_numbers_of_the_fit(three):
    frame = three.table(["a", "b", "c"])
    assert list(frame.index) == ["a", "b", "c"] and frame.index.name == "spectrum"
    for name, unit in CIRCUIT.units.items():
        own = f" [{unit}]" if unit else ""
        assert np.array_equal(frame[f"{name}{own}"], three[name])
        assert np.array_equal(frame[f"{name} error{own}"], three.stderr[name])
    assert np.array_equal(frame["chi2"], three.chi2)
    assert np.array_equal(frame["reduced chi2"], three.chi2 / three.dof)
    for each in ("converged", "adequate", "reason"):
        assert list(frame[each]) == list(getattr(three, each))
    assert frame["adequate"].dtype == bool
    assert frame.attrs["circuit"] == CIRCUIT.string and frame.attrs["numpy"] == np.__version__
    assert list(three.table().index) == [0, 1, 2]


def test_a_single_spectrum_is_one_row(one):
    frame = one.table("cell")
    assert len(frame) == 1 and frame.index[0] == "cell"
    assert frame["gb.alpha error"].iloc[0] == 0
    assert frame["int.R [Ω]"].iloc[0] == one["int.R"]


def test_several_fits_make_one_table(three, coarse):
    both = table([three, coarse])
    assert list(both.index) == [0, 1, 2, 3]
    assert np.array_equal(both["int.R [Ω]"], [*three["int.R"], coarse["int.R"]])


def test_what_drifts_has_its_rate_in_the_table(drifting):
    frame = drifting.table()
    assert frame["int.R rate [1/s]"].iloc[0] == drifting.rate["int.R"]
    assert frame["int.R rate error [1/s]"].iloc[0] == drifting.rate_stderr["int.R"]
    assert frame["int.R growth"].iloc[0] == drifting.growth["int.R"]
    assert "int.R rate [1/s]" in markdown(frame)
    assert list(frame.columns[: len(headings(drifting.circuit, ["int.R"]))]) == headings(
        drifting.circuit, ["int.R"]
    )


def test_wrong_calls_of_a_table_are_refused(three, one, drifting):
    with pytest.raises(ValueError, match="2 entries for 3 spectra"):
        three.table(["a", "b"])
    with pytest.raises(ValueError, match="unit = 'ohm' is not allowed"):
        three.table(unit="ohm")
    with pytest.raises(ValueError, match="several kinds"):
        table([three, drifting])
    with pytest.raises(ValueError, match="must be a fit"):
        table([CIRCUIT])


def test_units_of_an_area(three):
    assert "int.R [Ω cm²]" in three.table(unit="Ω cm²")
    every = headings(eis.Circuit("R_0-C_1-L_2-CPE_3-W_4-Wo_5"), unit="Ω m²")[::2]
    assert every == [
        "0.R [Ω m²]", "1.C [F/m²]", "2.L [H m²]", "3.Q [s^α/(Ω m²)]", "3.alpha",
        "4.sigma [Ω m² s^-½]", "5.Z0 [Ω m²]", "5.tau_d [s]",
    ]  # fmt: skip


def test_csv_gives_all_digits_back(three, tmp_path):
    three.table(HOSTILE).to_csv(tmp_path / "r.csv", encoding="utf-8-sig")
    with open(tmp_path / "r.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in "int.R [Ω]", "int.tau [s]", "gb.alpha":
        assert [float(row[name]) for row in rows] == three[name.partition(" ")[0]].tolist()
    errors = [float(row["int.tau error [s]"]) for row in rows]
    assert errors == three.stderr["int.tau"].tolist()
    assert [row["converged"] for row in rows] == ["True"] * 3
    assert [row["spectrum"] for row in rows] == HOSTILE


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (269.713, 1.3, "269.7 ± 1.3"),
        (26971.3, 1312.0, "27000 ± 1300"),
        (0.04, 0.0996, "0.04 ± 0.10"),
        (5.0, 1234.0, "0 ± 1200"),
        (1e-11, 1.0215e-4, "(0.0 ± 1.0) × 10⁻⁴"),
        (-18.04, 1.24, "−18.0 ± 1.2"),
        (2.7e-7, 1.34e-9, "(2.700 ± 0.013) × 10⁻⁷"),
        (9.996e4, 8.0, "99960.0 ± 8.0"),
        (9.9999996e4, 0.8, "(1.0000000 ± 0.0000080) × 10⁵"),
        (0.0, 0.3, "0.00 ± 0.30"),
        (60.0, 0.0, "60 (fixed)"),
        (60.0, np.inf, "60 (not determined)"),
        (60.0, np.nan, "60 (without error)"),
        (np.nan, 1.0, "–"),
    ],
)
def test_values_are_rounded_to_their_errors(value, error, words):
    assert with_error(value, error) == words


def test_rounding_loses_less_than_a_twentieth_of_the_error():
    """Whatever the sizes: what is printed is within half a digit of the second of the error."""
    rng = np.random.default_rng(1)
    for _ in range(2000):
        error = 10 ** rng.uniform(-12, 8)
        value = rng.normal() * error * 10 ** rng.uniform(-1, 5)
        words = with_error(value, error).replace("−", "-")
        mantissa, _, power = words.partition(" × 10")
        power = int(power.translate(LOWERED) or 0)
        shown, off = (float(each) * 10.0**power for each in mantissa.strip("()").split(" ± "))
        assert abs(shown - value) <= 0.051 * error + 1e-12 * abs(value)
        assert abs(off - error) <= 0.051 * error


def test_markdown_is_a_table_whatever_the_names(three):
    lines = markdown(three.table(HOSTILE)).splitlines()
    assert len(lines) == 5
    bare = [re.sub(r"\\.", "", line) for line in lines]
    assert {line.count("|") for line in bare} == {bare[0].count("|")}
    assert not re.search(r"[<>`*$]", "".join(bare))
    assert f"{with_error(three['int.R'][1], three.stderr['int.R'][1])}" in lines[3]


def test_latex_is_a_tabular_whatever_the_names(three):
    text = latex(three.table(HOSTILE))
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len(body) == 4
    bare = [re.sub(r"\\(?:[%$#&_{}]|text\w+\{\})", "", line[:-2]) for line in body]
    count = text.splitlines()[0].count("l") - "tabular".count("l")
    assert {line.count("&") + 1 for line in bare} == {count}
    for line in bare:
        outside = re.sub(r"\$[^$]*\$", "", line)  # in mathematics all is ours
        assert line.count("$") % 2 == 0 and not re.search(r"[%#_~^\\]", outside)
    assert r"\textbackslash{}frac" in text and r"50\%" in text and "int.R [$\\Omega$]" in text
    frame = pandas.DataFrame({"1.Q [s^α/Ω]": [1.0], "1.Q error [s^α/Ω]": [0.1]})
    assert r"1.Q [s${}^{\alpha}$/$\Omega$]" in latex(frame)


def test_rows_may_be_chosen_and_columns_added(three):
    frame = three.table(["a", "b", "c"])
    frame["temperature / °C"] = [25, 40, 60]
    text = markdown(frame.loc[["c"]])
    assert "temperature / °C" in text and "| c |" in text and "| a |" not in text and "60" in text


def test_a_remark_is_what_is_wrong(many):
    frame = many[1].table()
    assert not frame["adequate"].iloc[41]
    assert frame["reason"].iloc[41][:30] in markdown(frame).splitlines()[43].replace("\\", "")


def test_quantities_have_prefixes():
    for value, unit, words in (
        (999.9, "Hz", "1 kHz"), (0.9998, "Hz", "1 Hz"), (2.5e-5, "F", "25 µF"), (0.0, "Ω", "0 Ω"),
        (-3e9, "Ω", "−3 GΩ"),
    ):  # fmt: skip
        assert quantity(value, unit) == words
    assert plain(123456.0) == "1.23 × 10⁵"


def test_results_are_made_without_what_draws_and_tabulates():
    """A worker on a cluster fits, and imports neither Matplotlib nor pandas for it."""
    code = (
        "import sys, sandtime.eis as eis; from sandtime.eis.table import headings;"
        "headings(eis.Circuit('R_0'));"
        "print([m for m in ('matplotlib', 'pandas') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


# ---- pictures -----------------------------------------------------------------------------------


def points(ax):
    """What is drawn unconnected, as one array; rings and crosses aside."""
    drawn = [line for line in ax.lines if line.get_marker() == "o" and line.get_markersize() < 7]
    return np.concatenate([line.get_xydata() for line in drawn])


def test_the_picture_shows_the_measured_points_and_the_fit(one):
    sheet = one.plot(names=["cell"])
    nyquist, modulus, phase, real, imaginary = sheet.axes
    Z = one.measured
    assert np.array_equal(points(nyquist), np.stack([Z.real, -Z.imag], axis=1))
    assert np.array_equal(points(modulus), np.stack([FREQUENCY, np.abs(Z)], axis=1))
    assert np.array_equal(points(phase)[:, 1], np.degrees(np.angle(Z)))
    assert np.allclose(points(real)[:, 1], 100 * one.residuals.real, rtol=1e-12)
    assert np.allclose(points(imaginary)[:, 1], 100 * one.residuals.imag, rtol=1e-12)
    line = next(each for each in nyquist.lines if len(each.get_xdata()) == 300)
    there = CIRCUIT.impedance(np.geomspace(1, 7e6, 300), one.parameters)
    assert np.allclose(line.get_xydata(), np.stack([there.real, -there.imag], axis=1))
    assert real.get_ylabel() == "ΔZ′ / %"


@pytest.mark.parametrize("width", [360, 720])
@pytest.mark.parametrize(
    ("string", "values"),
    [
        ("R_0-Zarc_int", {"0.R": 60, "int.R": 270, "int.tau": 1e-3, "int.alpha": 0.9}),
        ("R_0-C_1", {"0.R": 1e4, "1.C": 1e-9}),
        ("L_0-R_1", {"0.L": 1e-6, "1.R": 1e-3}),
        ("R_0-p(R_1,L_1)", {"0.R": 0.02, "1.R": 0.01, "1.L": 1e-3}),
    ],
)
def test_both_axes_of_the_nyquist_plot_have_one_scale_and_hold_every_point(string, values, width):
    Z = eis.Circuit(string).impedance(FREQUENCY, values)
    sheet = picture(eis.Spectra(FREQUENCY, Z)).lay_out(width)
    figures.png(sheet)
    ax = sheet.axes[0]
    box = ax.get_window_extent()
    x, y = np.ptp(ax.get_xlim()) / box.width, np.ptp(ax.get_ylim()) / box.height
    assert ax.get_aspect() == 1 and x == pytest.approx(y, rel=1e-6)
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    assert ((Z.real > x0) & (Z.real < x1) & (-Z.imag > y0) & (-Z.imag < y1)).all()
    assert sheet.get_size_inches()[0] * 72 == width


def test_decades_are_marked_at_measured_points(one):
    sheet = one.plot()
    words = {text.get_text() for text in sheet.axes[0].texts}
    assert {"1 Hz", "110 Hz", "1.1 MHz"} <= words  # those of the points nearest to decades
    big = next(line for line in sheet.axes[0].lines if line.get_markersize() == 8)
    near = [FREQUENCY[np.abs(np.log10(FREQUENCY) - k).argmin()] for k in range(7)]
    marked = one.measured[np.isin(FREQUENCY, near)]
    assert set(big.get_xdata()) == set(marked.real)


def test_names_of_marks_do_not_cover_each_other():
    Z = CIRCUIT.impedance(FREQUENCY, TRUTH)
    for width in (360, 720):
        sheet = picture(eis.Spectra(FREQUENCY, Z)).lay_out(width)
        figures.png(sheet)
        boxes = [text.get_window_extent() for text in sheet.axes[0].texts]
        assert len(boxes) >= 3
        for k, each in enumerate(boxes):
            assert not any(each.overlaps(other) for other in boxes[k + 1 :])


def test_a_stack_is_chosen_openly(three, many):
    spectra, fit = many
    assert three.plot().axes[0].get_title(loc="left") == "3 spectra"
    sheet = picture(spectra)
    assert sheet.axes[0].get_title(loc="left") == "6 of 60 spectra"
    labels = [text.get_text() for text in sheet.legends[0].get_texts()]
    assert len(labels) == 6 and labels[0].endswith(", 0 h") and labels[-1].endswith(", 9.83 h")
    assert sheet.alt.startswith("Nyquist and Bode plots of 6 of 60 spectra (")
    names = [f"cell {k}" for k in range(60)]
    two = fit.plot([-1, 3], names=names)
    assert [text.get_text() for text in two.legends[0].get_texts()] == ["cell 59", "cell 3"]
    alone = fit.plot(17, names=names)
    assert alone.axes[0].get_title(loc="left") == "cell 17 (one of 60)"


@pytest.mark.parametrize(
    ("k", "words"),
    [
        (3, "0 to 2"),
        (-4, "0 to 2"),
        ([], "0 entries"),
        (range(18), "18 entries"),
        (1.5, "whole number"),
    ],
)
def test_a_choice_that_cannot_be_drawn_is_refused(three, k, words):
    with pytest.raises(ValueError, match=words):
        three.plot(k)


def test_outliers_and_points_left_out_are_marked():
    Z = noisy(CIRCUIT.impedance(FREQUENCY, TRUTH))
    Z[30] *= 1.2
    mask = np.ones(61, bool)
    mask[[10, 20]] = False
    fit = fitted(Z, mask=mask)
    object.__setattr__(fit, "outliers", np.arange(61) == 30)  # whatever else may be called one
    sheet = fit.plot()
    labels = [text.get_text() for text in sheet.legends[0].get_texts()]
    assert labels == ["measured", "fitted", "outlier", "left out"]
    rings = [line for line in sheet.axes[1].lines if line.get_markersize() == 11]
    assert rings[0].get_xdata().tolist() == [FREQUENCY[30]]
    crosses = [line for line in sheet.axes[1].lines if line.get_marker() == "x"]
    assert crosses[0].get_xdata().tolist() == FREQUENCY[[10, 20]].tolist()
    assert f"marked as outlier: {quantity(FREQUENCY[30], 'Hz')};" in sheet.alt


def test_residuals_of_a_given_sigma_are_in_sigma():
    Z = CIRCUIT.impedance(FREQUENCY, TRUTH)
    noise = np.random.default_rng(0).normal(scale=0.5, size=(2, 61))
    sheet = fitted(Z + noise[0] + 1j * noise[1], sigma=0.5).plot()
    assert sheet.axes[3].get_ylabel() == "ΔZ′ / σ" and sheet.alt.endswith("σ.")
    assert 1 < np.abs(points(sheet.axes[3])[:, 1]).max() < 5


def test_a_drifting_fit_is_drawn_at_the_time_of_each_point(drifting):
    sheet = drifting.plot()
    left = np.concatenate([points(ax)[:, 1] for ax in sheet.axes[3:]]) / 100
    assert np.sum(left**2) == pytest.approx(drifting.chi2, rel=1e-9)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_text_in_a_picture(one, name):
    sheet = one.plot(names=[name])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bundle = sheet._repr_mimebundle_()
    shown = BeautifulSoup(bundle["text/html"], "html.parser")
    assert shown.find("script") is None
    assert " ".join(name.replace("\x00", " ").split()) in shown.find("svg").get_text()
    assert shown.div["aria-label"] == bundle["text/plain"] == sheet.alt


def test_a_stack_of_hostile_names_is_drawn(three):
    sheet = three.plot(names=HOSTILE)
    assert sheet.legends[0].get_texts()[1].get_text() == HOSTILE[1]
    sheet.savefig(io.BytesIO(), format="png")


def test_matplotlib_is_left_as_it_was(one, three):
    with matplotlib.rc_context({"font.size": 7.0, "axes.grid": False}):
        before = dict(matplotlib.rcParams)
        sheet = one.plot()
        sheet._repr_mimebundle_()
        sheet.savefig(io.BytesIO())
        assert dict(matplotlib.rcParams) == before


def test_pictures_are_alike_whatever_thread_draws_them(one, three):
    jobs = [one, three, one, three]
    expected = [figures.png(fit.plot()) for fit in jobs[:2]]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda fit: figures.png(fit.plot()), jobs))
    assert found == expected * 2


def test_a_notebook_shows_the_picture_by_itself(one):
    from IPython.core.formatters import DisplayFormatter

    data, _ = DisplayFormatter().format(one.plot())
    assert {"image/png", "text/html", "text/plain"} <= set(data)
    assert data["text/plain"].startswith("Nyquist and Bode plot")


def test_a_picture_is_saved_on_white(one, tmp_path):
    from PIL import Image

    one.plot().savefig(tmp_path / "fit.png")
    assert Image.open(tmp_path / "fit.png").convert("RGBA").getpixel((2, 2)) == (255, 255, 255, 255)


# ---- the page -----------------------------------------------------------------------------------


def cells(grid):
    """What stands in the rows of a table, by their headings."""
    rows = grid.tbody.find_all("tr")
    return {row.th.get_text(): [cell.get_text() for cell in row.find_all("td")] for row in rows}


def read(path):
    return BeautifulSoup(Path(path).read_text(encoding="utf-8"), "html.parser")


def test_a_report_of_one_spectrum_says_everything(one, tmp_path):
    spectra = eis.Spectra(
        FREQUENCY, one.measured, source="cell.csv (plain table)", ignored=("Temperature",),
        names=("cell",), files=(("cell.csv", "ab" * 32),),
    )  # fmt: skip
    path = one.report(tmp_path / "cell.html", spectra)
    found = read(path)
    assert found.html["lang"] == "en"
    assert found.title.get_text() == f"{CIRCUIT.string} fitted to cell"
    rows = cells(found.table)
    rounded = with_error(one["int.R"], one.stderr["int.R"])
    assert rows["int.R"] == ["depressed arc", rounded, "Ω", ""]
    assert rows["gb.alpha"][1] == "0.9 (fixed)" and len(rows) == 7
    words = found.get_text(" ")
    for each in (
        "The circuit describes the spectrum.", "cell.csv", "ab" * 32, "Temperature",
        "R0-Zarc1-Zarc2", "gb.alpha = 0.9", f"numpy {np.__version__}", "K. S. Cole", "K. Levenberg",
        "Kramers-Kronig test passed", "doi:10.1002/aenm.201902568", f"{datetime.now(UTC):%Y-%m}",
    ):  # fmt: skip
        assert each in words
    assert len(found.find_all("figure")) == 1
    for each in found.find_all("table"):
        assert each.caption and all(th.get("scope") in ("row", "col") for th in each.find_all("th"))


@pytest.fixture(scope="module")
def page_of_many(many, tmp_path_factory):
    spectra, fit = many
    return fit.report(tmp_path_factory.mktemp("many") / "many.html", spectra)


def test_a_report_asks_nobody(page_of_many):
    text = page_of_many.read_text(encoding="utf-8")
    found = BeautifulSoup(text, "html.parser")
    for tag in ("script", "link", "iframe", "object", "base"):
        assert not found.find_all(tag)
    for tag in found.find_all(True):
        for key in ("src", "href", "xlink:href", "action", "poster", "srcset"):
            assert str(tag.get(key, "#")).startswith(("#", "data:"))
    assert not re.search(r"url\((?!#)|@import", text)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_a_report_of_many_names_the_typical_and_the_worst(many, page_of_many):
    spectra, fit = many
    found = read(page_of_many)
    words = [each.get_text() for each in found.find_all("figcaption")]
    assert words[0].startswith("6 of 60 spectra, evenly spread")
    reduced = np.where(fit.converged, fit.reduced_chi2, np.inf)
    assert words[2].startswith("The worst") and f"spectrum {int(np.argmax(reduced))}:" in words[2]
    typical = int(re.search(r"spectrum (\d+)", words[1])[1])
    assert abs(np.searchsorted(np.sort(reduced), reduced[typical]) - 30) <= 1
    middle = np.median(fit["int.R"][fit.converged])
    assert cells(found.table)["int.R [Ω]"][0] == plain(middle, 4)
    faults = [each.get_text() for each in found.find_all("li")]
    for k in np.flatnonzero(~fit.adequate):
        assert f"spectrum {k}: {fit.reason[k]}" in faults
    low = np.count_nonzero(eis.lin_kk(FREQUENCY, spectra.impedance).valid)
    assert any(f"test passed by {low} of 60" in line for line in faults)


def test_a_report_of_thousands_stays_small(tmp_path):
    """As many as a folder holds: the page is bounded, and so is what it takes to make it."""
    circuit, rng = eis.Circuit("R_0-Zarc_int"), np.random.default_rng(0)
    frequency, size = np.geomspace(1e5, 1, 21), 30_000
    truth = {"0.R": 60, "int.R": rng.uniform(100, 300, size), "int.tau": 1e-3, "int.alpha": 0.9}
    Z = noisy(circuit.impedance(frequency, truth))
    fit = fitted(Z, circuit, frequency)
    names = tuple(f"cell_{k}.csv" for k in range(size))
    files = tuple((name, f"{k:064x}") for k, name in enumerate(names))
    spectra = eis.Spectra(frequency, Z, files=files, names=names)
    text = fit.report(tmp_path / "r.html", spectra).read_text(encoding="utf-8")
    assert len(text) < 2.5e6
    assert "29,950 more files" in text and "cell_49.csv</th>" in text and "0031</td>" in text


def test_names_and_files_of_a_report_are_text(three, tmp_path):
    spectra = eis.Spectra(
        FREQUENCY, three.measured, source=HOSTILE[0], ignored=(HOSTILE[0],), names=tuple(HOSTILE),
        files=tuple((name, "0" * 64) for name in HOSTILE),
    )  # fmt: skip
    found = read(three.report(tmp_path / "r.html", spectra, title=HOSTILE[0]))
    assert found.find("script") is None and found.h1.get_text() == HOSTILE[0]
    clean = [name.replace("\x00", " ").replace("\n", " ") for name in HOSTILE]
    rows = [row.th.get_text() for row in found.find_all("table")[-1].tbody.find_all("tr")]
    assert rows == clean
    assert "\x00" not in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_spectra_that_were_not_fitted_are_refused(three, one, tmp_path):
    with pytest.raises(ValueError, match="give the spectra of this fit"):
        three.report(tmp_path / "r.html", eis.Spectra(FREQUENCY, one.measured))
    with pytest.raises(ValueError, match="give the spectra of this fit"):
        one.report(tmp_path / "r.html", eis.Spectra(FREQUENCY * 2, one.measured))
    with pytest.raises(ValueError, match="2 entries for 1 fits"):
        report(tmp_path / "r.html", one, [None, None])
    assert not list(tmp_path.iterdir())


def test_impedances_that_were_changed_in_between_are_said(one, tmp_path):
    words = {}
    for factor in (1.0, 1.05):
        spectra = eis.Spectra(FREQUENCY, one.measured * factor)
        words[factor] = one.report(tmp_path / "r.html", spectra).read_text("utf-8")
    assert "were changed in between, by up to 5 %" in words[1.05]
    assert "were changed" not in words[1.0]


def test_a_report_of_several_sets_of_frequencies(three, coarse, tmp_path):
    found = read(report(tmp_path / "r.html", [three, coarse], names=["a", "b", "c", "d"]))
    assert list(cells(found.table)) == ["a", "b", "c", "d"]
    drawn = [each["aria-label"] for each in found.find_all(class_="plate")]
    assert "3 spectra (a, b, c): 61 points" in drawn[0] and "of d: 31 points" in drawn[1]


def test_a_drifting_fit_is_reported(drifting, tmp_path):
    text = drifting.report(tmp_path / "r.html").read_text("utf-8")
    assert "int.R, exponentially during the sweep" in text
    rate = with_error(drifting.rate["int.R"], drifting.rate_stderr["int.R"])
    assert f"<td>{rate}</td><td>1/s</td>" in text


def test_what_the_frequencies_do_not_reach_is_said(tmp_path):
    circuit = eis.Circuit("R_0-Zarc_int")
    truth = {"0.R": 60, "int.R": 270, "int.tau": 1.0, "int.alpha": 0.9}
    fit = fitted(noisy(circuit.impedance(FREQUENCY, truth), 1e-4), circuit)
    text = fit.report(tmp_path / "r.html").read_text("utf-8")
    assert "int.tau belongs to a frequency that was not measured" in text


def test_a_sweep_too_short_for_kramers_and_kronig_is_reported(tmp_path):
    frequency = np.array([1e5, 1e3, 10.0])
    circuit = eis.Circuit("R_0-C_1")
    fit = fitted(circuit.impedance(frequency, {"0.R": 10, "1.C": 1e-5}) * 1.01, circuit, frequency)
    assert "test could not be made" in fit.report(tmp_path / "r.html").read_text("utf-8")


# ---- the file -----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_report_appears_at_once_or_not_at_all(tmp_path, monkeypatch, step):
    path = tmp_path / "r.html"
    path.write_text("before", encoding="utf-8")

    def broken(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(os, step, broken)
        with pytest.raises(OSError, match="no space left"):
            pages.write(path, "after")
    assert path.read_text(encoding="utf-8") == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]
    pages.write(path, "after")
    assert path.read_text(encoding="utf-8") == "after"
    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes and links")
def test_a_report_is_as_readable_as_any_file_and_keeps_a_link(tmp_path):
    (tmp_path / "plain").write_text("", encoding="utf-8")
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    pages.write(tmp_path / "link.html", "words")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_place_where_nothing_can_be_written_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"r\.html cannot be written: there is no folder"):
        pages.write(tmp_path / "no" / "r.html", "")
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        pages.write(tmp_path, "")


def test_how_to_cite_is_what_the_citation_file_says():
    known = yaml.safe_load((Path(__file__).parents[1] / "CITATION.cff").read_text(encoding="utf-8"))
    article = known["references"][0]
    first, year = known["authors"][0]["name"], str(article["year"])
    for each in (first, known["title"], known["version"], known["message"], article["doi"], year):
        assert each in CITE
    for author in article["authors"]:
        assert author["family-names"] in CITE


def test_colours_of_the_page_are_those_of_the_book():
    css = (Path(__file__).parents[1] / "book" / "assets" / "book.css").read_text(encoding="utf-8")
    for name, colour in (pages._LIGHT | {}).items():
        assert f"--sandtime-{name}: {colour};" in css
    for name, colour in pages._DARK.items():
        assert f"--sandtime-{name}: {colour};" in css


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_in_a_browser(browser, one, page_of_many, tmp_path):
    """No request, nothing to scroll sideways on a phone, accessible in light and dark."""
    from axe_playwright_python.sync_playwright import Axe

    pages_and_places = (
        (one.report(tmp_path / "one.html"), "light", 1100),
        (page_of_many, "dark", 390),
    )
    for path, scheme, width in pages_and_places:
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
        tab, asked, said = context.new_page(), [], []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        tab.on("console", lambda message, said=said: said.append(message.text))
        tab.goto(path.as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
        assert not said
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        shown = tab.locator(".plate > div:visible").first.get_attribute("class")
        assert shown == ("wide" if width > 600 else "narrow")
        tab.evaluate("document.querySelectorAll('svg').forEach(each => each.remove())")
        violations = Axe().run(tab).response["violations"]
        assert not violations, json.dumps(violations)[:2000]
        context.close()
