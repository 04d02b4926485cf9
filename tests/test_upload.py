"""A reader's own file, without a browser: bytes in, results out; a broken file, words out."""

import base64
import datetime
import html
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from sandtime import eis, measured, upload
from sandtime.command import main
from sandtime.interactive import NO_KERNEL, bring

CIRCUIT = "R_0-Zarc_int"
TRUTH = {"0.R": 60.0, "int.R": 270.0, "int.tau": 1e-3, "int.alpha": 0.9}
FREQUENCY = np.geomspace(1e5, 1, 41)


def sweeps(count=1, noise=1e-3, frequency=FREQUENCY, **changed):
    """Spectra of a known cell with noise, (S, F)."""
    rng = np.random.default_rng(5)
    Z = eis.Circuit(CIRCUIT).impedance(frequency, TRUTH | changed)
    Z = np.broadcast_to(Z, (count, frequency.size))
    return Z * (1 + noise * (rng.normal(size=Z.shape) + 1j * rng.normal(size=Z.shape)))


def plain(Z, frequency=FREQUENCY, head="f/Hz,ReZ,ImZ", sign=1):
    """Bytes of a plain table."""
    rows = [
        f"{f!r},{z.real!r},{sign * z.imag!r}"
        for one in np.atleast_2d(Z)
        for f, z in zip(frequency.tolist(), one.tolist(), strict=True)
    ]
    return "\n".join([head, *rows]).encode()


def words(text):
    return html.unescape(re.sub(r"<svg.*?</svg>|<[^>]*>", " ", text, flags=re.S))


def downloads(text):
    """What the links hold: name → bytes."""
    found = re.findall(r'download="([^"]*)" href="data:[^;]*;base64,([^"]*)"', text)
    return {html.unescape(name): base64.b64decode(data) for name, data in found}


def test_bytes_of_a_file_become_results():
    found = upload.examine(plain(sweeps()), "my cell.csv", CIRCUIT)
    (fit,) = found.fits
    assert abs(fit["int.R"][0] - 270) < 5 * fit.stderr["int.R"][0] < 2
    assert fit.adequate[0]
    text = found.html()
    said = words(text)
    assert "my cell.csv, one sweep, 41 points from 100 kHz to 1 Hz" in said
    assert "Kramers–Kronig: passed" in said
    assert "converged" in said
    assert re.search(r"int\.R\s+2(69|70)\.\d+ ± 0\.\d+\s+Ω", said)
    assert "<svg" in text and 'role="img"' in text
    files = downloads(text)
    assert set(files) == {"my cell-report.html", "my cell-fit.csv"}
    assert b"int.R" in files["my cell-fit.csv"] and b"my cell" in files["my cell-report.html"]


def test_a_circuit_that_does_not_describe_it_is_told():
    Z = sweeps() + eis.Circuit("Zarc_1").impedance(
        FREQUENCY, {"1.R": 60.0, "1.tau": 0.05, "1.alpha": 0.9}
    )
    found = upload.examine(plain(Z), "cell.csv", CIRCUIT)
    (fit,) = found.fits
    assert not fit.adequate[0]
    said = " ".join(words(found.html()).split())
    assert "the circuit does not describe the spectrum" in said
    assert f"residuals are {fit.misfit[0]:.2g} times the noise" in said
    assert " ".join(fit.advice(0).text.split()) in said


def test_several_sweeps_are_named_and_compared():
    Z = sweeps(3) * np.array([[1.0], [1.01], [1.02]])
    found = upload.examine(plain(Z), "series.csv", CIRCUIT)
    assert len(found.names) == len(set(found.names)) == 3
    said = words(found.html(2))
    assert f"3 sweeps, of which this is {found.names[2]}" in said
    change = float(re.search(r"changes by up to ([\d.]+) %", said)[1])
    assert 1.5 < change < 2.8
    assert len(found.table()) == 3


def test_sweeps_of_different_frequencies_come_together():
    other = np.geomspace(1e4, 10, 31)
    text = plain(sweeps(2)) + b"\n" + plain(sweeps(frequency=other), other).split(b"\n", 1)[1]
    found = upload.examine(text, "two kinds.csv", CIRCUIT)
    assert [len(fit.chi2) for fit in found.fits] == [2, 1]
    assert found.place(1) == (0, 1) and found.place(2) == (1, 0)
    assert "31 points from 10 kHz to 10 Hz" in words(found.html(2))
    assert len(found.table()) == 3
    with pytest.raises(IndexError):
        found.place(3)


def test_what_the_file_does_not_say_can_be_said():
    Z = sweeps()[0]
    polar = "\n".join(
        f"{f!r} {abs(z)!r} {float(np.angle(z))!r}"
        for f, z in zip(FREQUENCY.tolist(), Z.tolist(), strict=True)
    ).encode()
    with pytest.raises(ValueError, match="columns="):
        upload.examine(polar, "polar.txt", CIRCUIT)
    told = upload.examine(
        polar, "polar.txt", CIRCUIT, columns="frequency: 0, modulus: 1, phase_rad: 2"
    )
    assert np.allclose(told.spectra[0].impedance, Z)
    with pytest.raises(ValueError, match="flip"):
        upload.examine(plain(Z, sign=-1), "cell.csv", CIRCUIT)
    flipped = upload.examine(plain(Z, sign=-1), "cell.csv", CIRCUIT, flip=True)
    assert np.allclose(flipped.spectra[0].impedance, Z)
    broken = plain(Z) + b"\n0.5,OVERLOAD,-1"
    with pytest.raises(ValueError, match="OVERLOAD"):
        upload.examine(broken, "cell.csv", CIRCUIT)
    left = upload.examine(broken, "cell.csv", CIRCUIT, leave_out="OVERLOAD, NaN")
    assert any("overload" in each for each in left.said)
    assert left.spectra[0].frequency.size == 41


@pytest.mark.parametrize(
    ("content", "changed", "message"),
    [
        (b"", {}, "empty"),
        (b"Dear Sir or Madam\n", {}, "line 1"),
        (b"\x00\x01\x02\xff" * 99, {}, "cell.csv"),
        (plain(sweeps()), {"circuit": "R_0-Zrac_1"}, "Zrac"),
        (plain(sweeps()), {"circuit": "  "}, "circuit"),
        (plain(sweeps()), {"circuit": "-".join(f"R_{k}" for k in range(30))}, "30 parameters"),
        (plain(sweeps()), {"columns": "frequency 0"}, "pairs such as"),
        (plain(sweeps()), {"columns": "speed: 0"}, "speed"),
        (b" " * (upload.MAX_BYTES + 1), {}, "8.0 MB: at most 8"),
        (plain(sweeps(301)[:, :5], FREQUENCY[:5]), {}, "301 sweeps: at most 300"),
        (plain(sweeps()[0, :2], FREQUENCY[:2]), {}, "too few"),
    ],
)
def test_what_cannot_be_read_or_fitted_is_told(content, changed, message):
    circuit = changed.pop("circuit", CIRCUIT) if changed else CIRCUIT
    with pytest.raises(ValueError, match=re.escape(message)):
        upload.examine(content, "cell.csv", circuit, **changed)


def test_a_name_is_no_path(tmp_path):
    found = upload.examine(plain(sweeps()), "../../C:\\data\\cell.csv", CIRCUIT)
    assert found.name == "cell.csv"
    text = upload.examine(plain(sweeps()), 'a"<b>.csv', CIRCUIT).html()
    assert "<b>" not in text and 'download="a&quot;&lt;b&gt;-report.html"' in text


def test_the_measured_spectrum_is_the_packages_own(tmp_path):
    """The same numbers as by running the module, which needs pytest; here it is at hand."""
    module = pytest.importorskip("impedance.tests.test_preprocessing")
    spectra = eis.read(measured.lithium_ion(tmp_path))
    order = np.argsort(module.frequencies)[::-1]
    assert np.array_equal(spectra.frequency, module.frequencies[order])
    assert np.array_equal(spectra.impedance, np.array(module.Z_correct)[order])


def test_a_package_without_the_spectrum_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(measured, "MODULE", "impedance/tests/nothing.py")
    with pytest.raises(ValueError, match="pip install impedance"):
        measured.lithium_ion(tmp_path)
    monkeypatch.setattr(measured, "MODULE", "impedance/tests/test_validation.py")
    with pytest.raises(ValueError, match="should hold 66 points"):
        measured.lithium_ion(tmp_path)


# ---- the field in a kernel ----------------------------------------------------------------------


@pytest.fixture
def field(monkeypatch):
    """The fields by name."""
    monkeypatch.delenv("SANDTIME_MEDIUM", raising=False)
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda widget, **_: shown.append(widget))
    bring(CIRCUIT)
    names = (
        "file", "circuit", "columns", "leave_out", "hint", "flip", "button", "sweep", "answer",
    )  # fmt: skip
    return dict(zip(names, shown[0].children, strict=True))


def put(field, content, name="cell.csv"):
    one = {"name": name, "type": "", "size": len(content), "content": memoryview(content)}
    field["file"].value = ({**one, "last_modified": datetime.datetime(2026, 1, 1)},)


def test_the_button_answers(field):
    field["button"].click()
    assert "Choose a file first" in field["answer"].value
    put(field, plain(sweeps()))
    field["button"].click()
    assert "Kramers–Kronig: passed" in words(field["answer"].value)
    assert field["sweep"].layout.display == "none"
    assert not field["button"].disabled


def test_a_broken_file_leaves_the_field_alive(field):
    put(field, b"Dear Sir or Madam <script>\n")
    field["button"].click()
    assert "Not read or not fitted." in field["answer"].value
    assert "<script>" not in field["answer"].value
    put(field, plain(sweeps()))
    field["circuit"].value = "R_0-Zrac"
    field["button"].click()
    assert "Zrac" in words(field["answer"].value)
    field["circuit"].value = CIRCUIT
    field["button"].click()
    assert "converged" in words(field["answer"].value)


def test_a_fault_of_ours_is_said_to_be_one(field, monkeypatch):
    monkeypatch.setattr(upload, "examine", lambda *_, **__: 1 / 0)
    put(field, plain(sweeps()))
    field["button"].click()
    assert "fault of the library" in field["answer"].value
    assert "ZeroDivisionError" in field["answer"].value
    assert not field["button"].disabled


def test_a_sweep_can_be_chosen(field):
    put(field, plain(sweeps(3)))
    field["button"].click()
    assert field["sweep"].layout.display is None
    names = [label for label, _ in field["sweep"].options]
    assert f"of which this is {names[0]}" in words(field["answer"].value)
    field["sweep"].index = 2
    assert f"of which this is {names[2]}" in words(field["answer"].value)


@pytest.mark.parametrize("medium", ["page", "print"])
def test_the_page_says_how_to_open_it(medium, monkeypatch):
    monkeypatch.setenv("SANDTIME_MEDIUM", medium)
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    bring(CIRCUIT)
    assert NO_KERNEL in shown[0]["text/html"]
    assert "Binder" in shown[0]["text/plain"] and "<" not in shown[0]["text/plain"]


# ---- what the chapter tells to type -------------------------------------------------------------


def test_the_command_lines_of_the_chapter_work(tmp_path, monkeypatch, capsys):
    chapter = Path(__file__).parents[1] / "book" / "own.md"
    block = re.search(r"^```text\n(sandtime .*?)^```", chapter.read_text("utf-8"), re.S | re.M)
    measured.lithium_ion(tmp_path)
    monkeypatch.chdir(tmp_path)
    lines = [shlex.split(line) for line in block[1].splitlines()]
    assert len(lines) == 3
    for name, *arguments in lines:
        assert name == "sandtime" and main(arguments) in (0, None), arguments
    assert "lithium-ion" in capsys.readouterr().out
    assert (tmp_path / "fit.csv").is_file()
