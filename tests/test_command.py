"""The command line: what it reads, writes and says, and what is left when it is stopped."""

import contextlib
import csv
import errno
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sandtime import campaign, eis, readings, sand, transport
from sandtime.campaign import own
from sandtime.command import folder, inputs, journal, main, options, say, work
from sandtime.command.parser import EXAMPLES
from sandtime.eis.reading import columns, quantities
from sandtime.materials import BETA_LIMIT, LI, LI90MG10, LI95MG5, electrode
from sandtime.units import celsius, cm, hour, s, uA, um

FREQUENCY = np.geomspace(1e6, 1, 41)
CIRCUIT = "R_0-Zarc_int"
FIT = ["fit", "spectra", "--circuit", CIRCUIT, "--out", "out.csv"]
TIMES = """current [uA/cm2],depletion_time [h],error [h],first [h],pause [h],second [h]
50,60.2,1,,,
100,15.0,0.3,,,
200,3.7,0.1,,,
100,,,7.5,10,9.4
"""


def spectra(count, seed=0, frequency=FREQUENCY, noise=3e-3):
    """Synthetic spectra of one arc."""
    rng = np.random.default_rng(seed)
    values = {"0.R": 60 * np.exp(rng.normal(0, 0.1, count)), "int.tau": 1e-3, "int.alpha": 0.9,
              "int.R": 270 * np.exp(rng.normal(0, 0.3, count))}  # fmt: skip
    Z = eis.Circuit(CIRCUIT).impedance(frequency, values)
    return Z * (1 + noise * (rng.normal(size=Z.shape) + 1j * rng.normal(size=Z.shape)))


def strip():
    """Forty sweeps of a growing interface, with the times of their points."""
    rng, began = np.random.default_rng(1), 60.0 * np.arange(190, 230)
    point_time = began[:, None] + np.linspace(0.2, 29.8, FREQUENCY.size)
    R = 300 * np.exp(6 * (point_time / 13500) ** 6)
    Z = 60 + R / (1 + (2j * np.pi * FREQUENCY * 1e-3) ** 0.9)
    Z *= 1 + 1e-3 * (rng.normal(size=Z.shape) + 1j * rng.normal(size=Z.shape))
    return eis.Spectra(FREQUENCY, Z, began, point_time)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the files that the examples name; it is where we are."""
    Z = spectra(8)
    eis.write(tmp_path / "cell.csv", eis.Spectra(FREQUENCY, Z[0]))
    (tmp_path / "spectra").mkdir()
    for k, row in enumerate(Z):
        eis.write(tmp_path / "spectra" / f"s{k}.csv", eis.Spectra(FREQUENCY, row))
    points = zip(FREQUENCY.tolist(), Z[0].tolist(), strict=True)
    lines = (f"{f!r} {z.real!r} {-z.imag!r}" for f, z in points)
    (tmp_path / "other.txt").write_text("\n".join(lines), encoding="utf-8")
    eis.write(tmp_path / "strip.csv", strip())
    (tmp_path / "times.csv").write_text(TIMES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(path):
    """Rows of a table as dictionaries."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def child(code, *argv):
    """A run in a process of its own, after some lines of code."""
    program = f"import sys\nfrom sandtime.command import folder, inputs, journal, main\n{code}\n"
    program += "sys.exit(main(sys.argv[1:]))\n"
    return subprocess.run([sys.executable, "-c", program, *argv], capture_output=True, text=True)


# ---- help ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", EXAMPLES)
def test_every_example_of_the_help_works(command, here, capsys):
    assert main([command, "--help"]) == 0
    shown = re.findall(r"^  sandtime (.*)$", capsys.readouterr().out, re.MULTILINE)
    assert shown == EXAMPLES[command]
    for example in shown:
        argv = shlex.split(example)
        if "--executor" in argv:  # its workers begin as this process did
            done = child("", *argv)
            assert done.returncode == 0, done.stderr
        else:
            assert main(argv) == 0, capsys.readouterr().err
        if "--out" in argv:
            assert (here / argv[argv.index("--out") + 1]).stat().st_size > 100
    assert not list(here.rglob("*.part"))


def test_the_module_and_its_version(here):
    done = subprocess.run(
        [sys.executable, "-m", "sandtime", "--version"], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.startswith("sandtime 0.")
    assert main([]) == 2
    assert main(["--help"]) == 0


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["fitt"], "invalid choice: 'fitt'"),
        (["fit", "cell.csv", "--out", "o.csv"], "--circuit"),
        (["fit", "cell.csv", "--circuit", "R_0-Zac_int", "--out", "o.csv"], "Zarc?"),
        (["fit", "cell.csv", "--circuit", CIRCUIT, "--fixed", "int.alfa=1", "--out", "o.csv"],
         "did you mean int.alpha?"),
        (["fit", "cell.csv", "--circuit", CIRCUIT, "--fixed", "int.R=3 uF", "--out", "o.csv"],
         "--fixed int.R: '3 uF' is not allowed: it must be a number in Ω"),
        (["fit", "cell.csv", "--circuit", CIRCUIT, "--bounds", "int.R=5", "--out", "o.csv"],
         "LOW:HIGH"),
        (["fit", "cell.csv", "--circuit", CIRCUIT, "--sigma", "0.3", "--out", "o.csv"], "0.3 %"),
        (["fit", "cell.csv", "--circuit", CIRCUIT, "--drift", "0.T", "--out", "o.csv"], "0.T"),
        (["fit", "cell.csv", "--circuit", "R_0-Zarc_1", "--drift", "--out", "o.csv"], "called int"),
        (["fit", "cell.csv", "--circuit", CIRCUIT, "--executor", "gpu", "--out", "o.csv"], "dask"),
        (["read", "cell.csv", "--columns", "freq=0"], "one of frequency, omega"),
        (["read", "nothing/*.csv"], "no file is called"),
        (["sand", "times.csv"], "--electrode is needed"),
        (["sand", "times.csv", "--electrode", "Li0.8Mg0.2"], "'Li0.8Mg0.2' is not known"),
        (["sand", "times.csv", "--electrode", "0.2"], "goes from 0 to 0.1"),
        (["strip", "strip.csv", "--current", "200 uA", "--area", "0.28", "--temperature", "25 degC",
          "--electrode", "Li"], "an area is needed, as in '0.2827 cm2'"),
        (["strip", "strip.csv", "--current", "3 um", "--area", "1 cm2", "--temperature", "25 degC",
          "--electrode", "Li"], "is a length where a current density"),
        (["strip", "cell.csv", "--current", "1 mA", "--area", "1 cm2", "--temperature", "25 degC",
          "--electrode", "Li", "--circuit", CIRCUIT], "--interface and --pellet"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_said(argv, words, here, capsys):
    assert main(argv) == 2
    assert words in capsys.readouterr().err
    assert not (here / "o.csv").exists() and not list(here.rglob("*.part"))


def test_a_wrong_element_has_a_caret_below_it(here, capsys):
    main(["fit", "cell.csv", "--circuit", "R_0-Zac_int", "--out", "o.csv"])
    text, mark = capsys.readouterr().err.splitlines()[1:3]
    assert text[mark.index("^") :].startswith("Zac")


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("current [uA/cm2],depletion_tme [h]", "did you mean depletion_time?"),
        ("current [uA/cm2],depletion_time", "row 2, column depletion_time: '15' has no unit"),
        ("current [uA],depletion_time [h]", "--area is needed"),
        ("current [uA/cm2],first [h]", "no depletion time"),
        ("depletion_time [h],error [h]", "no column current"),
        ("current [h],depletion_time [h]", "is a time where"),
    ],
)
def test_a_table_of_strips_names_its_columns_and_units(heading, words, here, capsys):
    Path("t.csv").write_text(f"{heading}\n100,15\n", encoding="utf-8")
    assert main(["sand", "t.csv", "--electrode", "Li"]) == 2
    assert words in capsys.readouterr().err


def test_the_keys_of_columns_are_those_of_the_reader():
    every = {*quantities.FREQUENCY, *quantities.IMPEDANCE, *columns.OPTIONAL}
    assert set(options.KEYS) == every


def test_quantities():
    assert options.measured("3.8 MPa", "1 Pa") == 3.8e6
    assert options.measured("5 um", options.LENGTH) == pytest.approx(5e-6)
    assert options.measured("28 uA", options.CURRENT, also="1 A")[1] == 1
    with pytest.raises(ValueError, match="a thousand times"):
        options.measured("1,234 s", "1 s")
    with pytest.raises(ValueError, match="given twice"):
        options.pairs(["a=1", "a=2"], "fixed")


# ---- the table of a fit -------------------------------------------------------------------------


def test_a_fit_is_the_one_of_the_library_with_all_digits(here):
    assert main(FIT) == 0
    found = rows("out.csv")
    fit = eis.fit(FREQUENCY, spectra(8), CIRCUIT)
    assert [row["file"] for row in found] == [
        os.path.join("spectra", f"s{k}.csv") for k in range(8)
    ]
    for name in fit.names:
        unit = fit.circuit.units[name]
        title = f"{name} [{unit}]" if unit else name
        error = title.replace(name, f"{name} error")
        assert [float(row[title]) for row in found] == pytest.approx(fit[name], rel=1e-9, abs=0)
        assert [float(row[error]) for row in found] == pytest.approx(
            fit.stderr[name], rel=1e-6, abs=0
        )
        assert all(repr(float(row[title])) == row[title] for row in found)
    assert {row["adequate"] for row in found} == {"true"}
    assert {row["points"] for row in found} == {"41"}


def test_options_of_a_fit_reach_it(here):
    asked = ["--fixed", "int.alpha=0.9", "--bounds", "int.R=1:1e5", "--sigma", "0.3 %"]
    assert main([*FIT, *asked, "--guess", "0.R='60 ohm'".replace("'", "")]) == 0
    Z = spectra(8)
    fit = eis.fit(FREQUENCY, Z, CIRCUIT, fixed={"int.alpha": 0.9}, bounds={"int.R": (1, 1e5)},
                  guess={"0.R": 60}, sigma=3e-3 * np.abs(Z))  # fmt: skip
    found = rows("out.csv")
    for title, values in (("int.R [Ω]", fit["int.R"]), ("chi2", fit.chi2)):
        assert [float(row[title]) for row in found] == pytest.approx(values, rel=1e-6)
    assert {row["int.alpha error"] for row in found} == {"0.0"}


def test_sigma_may_only_weigh(here, capsys):
    asked = ["--sigma", "7 ohm", "--scale-errors"]
    assert main([*FIT, *asked]) == 0
    fit = eis.fit(FREQUENCY, spectra(8), CIRCUIT, sigma=7.0, absolute_sigma=False)
    errors = [float(row["int.R error [Ω]"]) for row in rows("out.csv")]
    assert errors == pytest.approx(fit.stderr["int.R"], rel=1e-6)
    assert main([*FIT, "--scale-errors", "--force"]) == 2
    assert "belongs to --sigma" in capsys.readouterr().err


def test_a_drifting_fit_and_a_check_find_the_growth(here, capsys):
    argv = ["strip.csv", "--circuit", CIRCUIT, "--drift", "int.R", "--out"]
    assert main(["fit", *argv, "out.csv"]) == 0
    assert main(["check", *argv, "checked.csv"]) == 0
    began = 60.0 * np.arange(190, 230)
    growth = np.exp(6 * ((began + 29.8) / 13500) ** 6 - 6 * ((began + 0.2) / 13500) ** 6) - 1
    drift = [float(row["int.R growth"]) for row in rows("out.csv")]
    assert drift == pytest.approx(growth, abs=0.01)
    checked = rows("checked.csv")
    percent = [float(row["growth of int.R in the sweep [%]"]) for row in checked]
    assert percent == pytest.approx(100 * growth, abs=1)
    # the sweeps before and after say the same without a circuit, R_0 being small beside R_int
    course = [float(row["change of |Z| in the sweep [%]"]) for row in checked]
    assert course[1:-1] == pytest.approx(100 * np.log1p(growth)[1:-1], abs=1)
    errors = [float(row["error of that of int.R [%]"]) for row in checked]
    assert 0 < max(errors) < 1


def test_check_is_that_of_the_library(here, capsys):
    assert main(["check", "spectra", "--quiet"]) == 0
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    kk = eis.lin_kk(FREQUENCY, spectra(8))
    assert [float(row["noise [%]"]) for row in found] == pytest.approx(100 * kk.noise, rel=1e-9)
    assert [row["valid"] == "true" for row in found] == kk.valid.tolist()


def test_spectra_of_different_frequencies_keep_their_places(here):
    other = np.geomspace(1e5, 1, FREQUENCY.size)
    for k in (1, 4):
        eis.write(Path("spectra") / f"s{k}.csv", eis.Spectra(other, spectra(8, 0, other)[k]))
    Path("spectra/s2.csv").unlink()
    eis.write("spectra/s2.csv", eis.Spectra(FREQUENCY, spectra(3, 5)))
    assert main(FIT) == 0
    found = rows("out.csv")
    assert [Path(row["file"]).name for row in found] == [
        f"s{k}.csv" for k in (0, 1, 2, 2, 2, 3, 4, 5, 6, 7)
    ]
    assert [row["sweep"] for row in found[1:6]] == ["", "#1", "#2", "#3", ""]
    highest = [float(row["highest frequency [Hz]"]) for row in found[:3]]
    assert highest == pytest.approx([1e6, 1e5, 1e6])
    fit = eis.fit(other, spectra(8, 0, other)[[1, 4]], CIRCUIT)
    R = [float(found[k]["int.R [Ω]"]) for k in (1, 6)]
    assert pytest.approx(fit["int.R"], rel=1e-9) == R
    R = eis.fit(FREQUENCY, spectra(3, 5), CIRCUIT)["int.R"]
    assert [float(row["int.R [Ω]"]) for row in found[2:5]] == pytest.approx(R, rel=1e-9)


# ---- broken files, and names --------------------------------------------------------------------


def test_broken_files_are_named_and_the_others_go_on(here, capsys):
    assert main(FIT) == 0
    whole = {row["file"]: row for row in rows("out.csv")}
    capsys.readouterr()
    broken = {"s1": b"", "s3": b"\0\1\2", "s5": b"hello\n", "s6": b"frequency_hz,z_real_ohm\n1,2\n"}
    for name, text in broken.items():
        (here / "spectra" / f"{name}.csv").write_bytes(text)
    eis.write("spectra/s7.csv", eis.Spectra(FREQUENCY[:2], spectra(1)[0, :2]))  # too short
    (here / "spectra" / ".hidden").write_text("nothing")
    files = ["spectra", "missing.csv"]
    assert main(["fit", *files, "--circuit", CIRCUIT, "--out", "some.csv"]) == 1
    said = capsys.readouterr().err
    found = {Path(row["file"]).stem: row for row in rows("some.csv")}
    assert list(found) == [*(f"s{k}" for k in range(8)), "missing"]
    for name in (*broken, "missing"):
        assert found[name]["reason"].startswith("not read: ") and found[name]["int.R [Ω]"] == ""
        assert re.search(rf"^\S*{name}\.csv: \S", said, re.MULTILINE)
    assert "too few" in found["s7"]["reason"] and "s7.csv: it has 2 points" in said
    for name in ("s0", "s2", "s4"):
        before = whole[found[name]["file"]]
        assert float(found[name]["int.R [Ω]"]) == pytest.approx(
            float(before["int.R [Ω]"]), rel=1e-9
        )
    assert "5 of 9 files could not be read" in said and "1 could not be fitted" in said


@pytest.mark.skipif(os.name == "nt", reason="Windows does not allow such names")
def test_names_of_any_kind(here, capsys):
    names = ["a, b.csv", 'a "b".csv', "a\nb.csv", "café 日本.csv", "=1+1.csv", "\x1b[31m.csv"]
    text = Path("cell.csv").read_text(encoding="utf-8")
    for name in names:
        Path(name).write_text(text, encoding="utf-8")
    Path("bro\nken.csv").write_text("", encoding="utf-8")
    argv = ["fit", *names, "bro\nken.csv", "--circuit", CIRCUIT, "--out", "out.csv"]
    assert main(argv) == 1
    found = [row["file"] for row in rows("out.csv")]
    guarded = ["'" + name if name[0] == "=" else name for name in names]
    assert found == [*guarded, "bro\nken.csv"]
    said = capsys.readouterr().err
    assert "bro\\nken.csv: " in said and "\x1b" not in said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes with names")
def test_what_is_no_file_or_too_large_is_not_begun(here, monkeypatch, capsys):
    os.mkfifo("pipe")
    monkeypatch.setattr(work, "_LARGEST", 3000)
    argv = ["fit", "pipe", "/dev/zero", "strip.csv", "cell.csv", "--circuit", CIRCUIT]
    assert main([*argv, "--out", "out.csv"]) == 1
    said = capsys.readouterr().err
    assert "pipe: is not a file" in said and "zero: is not a file" in said
    assert "strip.csv: has 0 MB, and 0 MB are the most" in said
    assert [row["converged"] for row in rows("out.csv")] == ["", "", "", "true"]


def test_cells_are_harmless():
    assert work.cell(-1.5) == "-1.5" and work.cell(1e-300) == "1e-300"
    assert [work.cell(text) for text in ("@x", "+x", "=x", "-x", "-2", "\tx")] == [
        "'@x", "'+x", "'=x", "'-x", "-2", "'\tx",
    ]  # fmt: skip
    assert list(csv.reader(io.StringIO(work.row(["a\n,b", 0.1])))) == [["a\n,b", "0.1"]]


def test_what_a_message_advises_can_be_typed(here, capsys):
    f, Z = FREQUENCY.tolist(), spectra(1)[0]
    polar = zip(f, np.abs(Z).tolist(), np.degrees(np.angle(Z)).tolist(), strict=True)
    negative = zip(f, (Z.real - 400).tolist(), Z.imag.tolist(), strict=True)
    flipped = zip(f, Z.real.tolist(), (-Z.imag).tolist(), strict=True)
    texts = {
        name: "\n".join(f"{a!r} {b!r} {c!r}" for a, b, c in columns)
        for name, columns in (("polar", polar), ("negative", negative), ("flipped", flipped))
    }
    texts["over"] = "f,Zreal,Zimag\n1e3,OVERLOAD,1\n" + "\n".join(
        f"{a!r},{b.real!r},{b.imag!r}" for a, b in zip(f, Z.tolist(), strict=True) if a < 900
    )
    for name, text in texts.items():
        Path(f"{name}.txt").write_text(text, encoding="utf-8")
        assert main(["read", f"{name}.txt"]) == 1
        said = capsys.readouterr().err
        assert "read(" not in said and "=True" not in said and "columns={" not in said
        advice = re.search(r"--columns \S+=\S+|--leave-out \S+|--flip|--negative-real", said)[0]
        assert main(["read", f"{name}.txt", *shlex.split(advice.rstrip(","))]) == 0, (said, advice)


# ---- outputs ------------------------------------------------------------------------------------


def test_an_output_is_replaced_only_with_force_and_an_input_never(here, capsys):
    Path("out.csv").write_text("mine", encoding="utf-8")
    assert main(FIT) == 3
    assert "out.csv is there already: --force" in capsys.readouterr().err
    assert Path("out.csv").read_text(encoding="utf-8") == "mine"
    assert main([*FIT, "--force"]) == 0
    assert len(rows("out.csv")) == 8
    before = Path("cell.csv").read_bytes()
    for argv in (["fit", "cell.csv", "--circuit", CIRCUIT], ["check", "cell.csv"],
                 ["read", "cell.csv"]):  # fmt: skip
        assert main([*argv, "--out", "cell.csv", "--force"]) == 2
        assert "one of the files to be read" in capsys.readouterr().err
    assert Path("cell.csv").read_bytes() == before
    for name in ("nowhere/out.csv", "spectra"):
        assert main(["fit", "cell.csv", "--circuit", CIRCUIT, "--out", name, "--force"]) == 3


def test_a_folder_does_not_read_its_own_output(here):
    argv = ["fit", "spectra", "--circuit", CIRCUIT, "--out", "spectra/out.csv"]
    assert main(argv) == 0
    assert main([*argv, "--force"]) == 0
    assert len(rows("spectra/out.csv")) == 8
    Path("spectra/old.csv.part").write_text("", encoding="utf-8")
    assert main(["fit", "spectra/*.csv*", *argv[2:], "--force"]) == 0
    assert len(rows("spectra/out.csv")) == 8


def test_read_writes_what_it_read(here, capsys):
    assert main(["read", "spectra", "--out", "all.csv"]) == 0
    assert "spectra" in capsys.readouterr().out
    assert np.array_equal(eis.read("all.csv").impedance, spectra(8))
    # other frequencies: a table that comes back as two
    other = np.geomspace(1e5, 1, 31)
    eis.write("other.csv", eis.Spectra(other, spectra(3, 2, other)))
    assert main(["read", "spectra", "other.csv", "--out", "both.csv"]) == 0
    first, second = eis.read("both.csv")
    assert np.array_equal(first.impedance, spectra(8))
    assert np.array_equal(second.impedance, spectra(3, 2, other))


# ---- stopped in the middle ----------------------------------------------------------------------

FEW = "inputs._FILES = 1"
KILL = """
import os, signal
add = journal.Journal.add
def stopping(self, key, record):
    add(self, key, record)
    if len(self.at) == 3:
        {before}
        os.kill(os.getpid(), signal.SIGKILL)
journal.Journal.add = stopping
"""
HALF = 'self.file.write(b\'{"key": "half\'); self.file.flush()'


@pytest.fixture
def few(here, monkeypatch):
    """Every file a part of its own."""
    monkeypatch.setattr(inputs, "_FILES", 1)
    return here


@pytest.fixture
def whole(few):
    """The bytes of the table when nothing happens."""
    assert main([*FIT[:-1], "whole.csv"]) == 0
    return Path("whole.csv").read_bytes()


@pytest.fixture
def stopped(monkeypatch):
    """Runs that are stopped after three parts, by anything that can be called."""

    def run(argv, stop):
        add = journal.Journal.add

        def stopping(self, key, record):
            add(self, key, record)
            if len(self.at) == 3:
                stop()

        with monkeypatch.context() as patch:
            patch.setattr(journal.Journal, "add", stopping)
            return main(argv)

    return run


def stop():
    raise KeyboardInterrupt


def seen(monkeypatch):
    """Names of the files that are read from now on."""
    names, load = [], folder.load
    monkeypatch.setattr(
        folder, "load", lambda name, reading: names.append(name) or load(name, reading)
    )
    return names


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize("before", ["pass", HALF], ids=["between lines", "in a line"])
def test_a_run_that_is_killed_goes_on_to_the_same_bytes(whole, before, monkeypatch, capsys):
    done = child(FEW + KILL.format(before=before), *FIT)
    assert done.returncode == -9
    assert not Path("out.csv").exists()
    assert Path("out.csv.part").read_bytes().count(b"\n") == 4
    names = seen(monkeypatch)
    capsys.readouterr()
    assert main(FIT) == 0
    assert "going on: 3 parts done before" in capsys.readouterr().err
    assert [Path(name).stem for name in names] == [f"s{k}" for k in range(3, 8)]
    assert Path("out.csv").read_bytes() == whole
    assert not list(Path().rglob("*.part"))


def test_a_line_that_was_cut_off_is_dropped_for_good(whole, stopped, monkeypatch):
    assert stopped(FIT, stop) == 130
    part = Path("out.csv.part")
    for rest in (part.read_bytes()[:-1], part.read_bytes()[:-50]):
        part.write_bytes(rest)  # three parts, of which the last has no end
        assert stopped(FIT, stop) == 130
        lines = part.read_bytes().splitlines()
        assert len(lines) == 4 and all(json.loads(line) for line in lines)
    names = seen(monkeypatch)
    assert main(FIT) == 0
    assert len(names) == 5
    assert Path("out.csv").read_bytes() == whole


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_run_that_is_interrupted_goes_on_to_the_same_bytes(whole, name, stopped, capsys):
    number = getattr(signal, name)
    assert stopped(FIT, lambda: signal.raise_signal(number)) == 130
    assert "interrupted: 2 of 8 files done; the same command goes on" in capsys.readouterr().err
    assert not Path("out.csv").exists()
    assert main(FIT) == 0
    assert Path("out.csv").read_bytes() == whole


def test_a_real_kill_from_outside(whole):
    """The parent kills when the journal has grown, wherever the child then is."""
    slow = (
        "import time\nload = folder.load\nfolder.load = lambda *a: (time.sleep(0.2), load(*a))[1]"
    )
    program = f"import sys\nfrom sandtime.command import folder, inputs, main\n{FEW}\n{slow}\n"
    program += "sys.exit(main(sys.argv[1:]))"
    with subprocess.Popen([sys.executable, "-c", program, *FIT]) as process:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                if Path("out.csv.part").read_bytes().count(b"\n") > 2:
                    process.kill()
                    break
    assert not Path("out.csv").exists()
    assert main(FIT) == 0
    assert Path("out.csv").read_bytes() == whole


def test_other_options_start_anew_and_say_so(whole, stopped, capsys):
    assert stopped([*FIT, "--fixed", "int.alpha=0.8"], stop) == 130
    capsys.readouterr()
    assert main(FIT) == 0
    assert "fixed was {'int.alpha': 0.8}, is {}: starting anew" in capsys.readouterr().err
    assert Path("out.csv").read_bytes() == whole


def test_a_file_that_changed_is_done_again_and_one_more_costs_one(whole, stopped, monkeypatch):
    assert stopped(FIT, stop) == 130
    eis.write("spectra/s1.csv", eis.Spectra(FREQUENCY, spectra(1, 9)[0]))
    eis.write("spectra/s00.csv", eis.Spectra(FREQUENCY, spectra(1, 10)[0]))
    names = seen(monkeypatch)
    assert main(FIT) == 0
    assert [Path(name).stem for name in names] == ["s00", "s1", *(f"s{k}" for k in range(3, 8))]
    found = rows("out.csv")
    assert [Path(row["file"]).stem for row in found[:3]] == ["s0", "s00", "s1"]
    for seed, place in ((10, 1), (9, 2)):
        R = eis.fit(FREQUENCY, spectra(1, seed)[0], CIRCUIT)["int.R"]
        assert float(found[place]["int.R [Ω]"]) == pytest.approx(R, rel=1e-9)
    before = whole.decode().splitlines()
    now = Path("out.csv").read_text(encoding="utf-8").splitlines()
    assert set(before) - set(now) == {before[2]}


@pytest.mark.skipif(os.name == "nt", reason="limits of Unix")
def test_a_full_disk_leaves_what_is_done(whole, capsys):
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))"
    done = child(f"{FEW}\n{limit}", *FIT)
    assert done.returncode == 3
    assert "out.csv.part: File too large; what is done is kept there" in done.stderr
    assert not Path("out.csv").exists()
    assert main(FIT) == 0
    assert "going on" in capsys.readouterr().err
    assert Path("out.csv").read_bytes() == whole


def test_a_disk_that_is_full_at_the_end_leaves_no_half_table(here, monkeypatch, capsys):
    def full(source, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(journal.os, "replace", full)
    assert main(FIT) == 3
    assert "out.csv cannot be written: No space left" in capsys.readouterr().err
    assert sorted(path.name for path in here.glob("out.csv*")) == ["out.csv.part"]
    monkeypatch.undo()
    os.chdir(here)
    assert main(FIT) == 0
    assert "going on" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="locks of Unix")
def test_two_runs_do_not_share_a_journal(here, capsys):
    first = journal.Journal("out.csv", {"a": 1}, force=False, say=print)
    assert main(FIT) == 3
    assert "another run" in capsys.readouterr().err
    first.close()
    assert main(FIT) == 0


def test_a_journal_that_is_no_journal_is_thrown_away(here):
    for text in (b"\xff\xfe\0", b"[1, 2]\n", b'{"options": 3}\n{"key": 1}\n'):
        Path("out.csv.part").write_bytes(text)
        assert main([*FIT, "--force"]) == 0
        assert len(rows("out.csv")) == 8


# ---- many files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["threads:3", "processes:2", "dask"])
def test_the_table_is_the_same_whoever_fits(whole, where):
    if where == "dask":
        pytest.importorskip(
            "distributed", reason="dask.distributed is optional and not installed here"
        )
    # a worker begins as this process did, which must be a file and not a string
    program = "import sys\nfrom sandtime.command import inputs, main\nif __name__ == '__main__':\n"
    program += f"    {FEW}\n    sys.exit(main(sys.argv[1:]))\n"
    Path("program.py").write_text(program, encoding="utf-8")
    argv = [sys.executable, "program.py", *FIT, "--executor", where]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path("out.csv").read_bytes() == whole


def test_no_more_is_under_way_than_the_window():
    under_way, most = 0, 0

    class Record:
        def result(self):
            nonlocal under_way
            under_way -= 1
            return {}

    def submit(names):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        return Record()

    names = [f"nothing{k}" for k in range(3000)]
    seen = list(folder._in_order(names, None, submit, 2))
    assert len(seen) == -(-3000 // inputs._FILES) and under_way == 0
    assert most == 3


def test_parts_follow_the_files_and_their_sizes(tmp_path):
    names = []
    for k in range(7):
        path = tmp_path / f"{k}"
        path.write_bytes(b"x" * (2_500_000 if k in (1, 2) else 10))
        names.append(str(path))
    found = list(inputs.parts(names))
    assert [len(part.names) for part in found] == [2, 5]
    assert sum((part.names for part in found), ()) == tuple(names)
    assert len({part.key for part in found}) == 2


def test_a_folder_of_hundreds_with_broken_ones(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("many").mkdir()
    Z = spectra(600, noise=1e-3)
    for k in range(600):
        path = Path("many") / f"{k:04}.csv"
        eis.write(path, eis.Spectra(FREQUENCY, Z[k]))
        if k % 60 == 7:
            path.write_text("frequency_hz,z_real_ohm,z_imag_ohm\n1,2\n", encoding="utf-8")
    assert main(["fit", "many", "--circuit", CIRCUIT, "--out", "out.csv"]) == 1
    found = rows("out.csv")
    assert [Path(row["file"]).stem for row in found] == [f"{k:04}" for k in range(600)]
    assert [k for k, row in enumerate(found) if not row["converged"]] == list(range(7, 600, 60))
    good = [k for k in range(600) if k % 60 != 7]
    fit = eis.fit(FREQUENCY, Z[good], CIRCUIT)
    R = [float(found[k]["int.R [Ω]"]) for k in good]
    assert pytest.approx(fit["int.R"], rel=1e-8) == R
    assert len(capsys.readouterr().err.splitlines()) == 11  # ten files and a summary


def test_progress_is_for_a_terminal(capsys, monkeypatch):
    say.Progress(10)(5)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    bar = say.Progress(30000)
    bar(15000, ", 3 broken")
    bar.say("one.csv: broken")
    shown = capsys.readouterr().err
    assert "15,000 of 30,000 files, 3 broken" in shown
    assert shown.endswith(f"\r{'':78}\rone.csv: broken\n")
    say.Progress(10, quiet=True)(5)
    assert capsys.readouterr().err == ""


# ---- depletion times and diffusivities ----------------------------------------------------------


def test_a_time_in_every_reading():
    """By the formulas of the chapters, once more without the library's."""
    i, t0, F = 1.0, 15 * 3600.0, 96485.33212331001
    found = {each.name: each for each in readings.readings(LI90MG10)}
    c0, magnesium = LI90MG10.concentration, LI90MG10.magnesium_concentration
    drops = {"empty": c0, "sites": c0 - 0.31 / LI90MG10.molar_volume,
             "magnesium": c0 - magnesium * 0.31 / 0.69}  # fmt: skip
    for name, drop in drops.items():
        expected = 4 * i**2 * t0 / (np.pi * (F * drop) ** 2)
        assert found[name].diffusivity(i, t0) == pytest.approx(expected, rel=1e-10, abs=0)
        assert found[name].frame == "fixed"
    D = found["receding"].diffusivity(i, t0)
    v = i * LI90MG10.molar_volume / F
    assert sand.receding_enrichment(v**2 * t0 / D) == pytest.approx(6.9, rel=1e-10)
    assert [each.name for each in readings.readings(LI)] == ["empty"]
    for limit in (0.05, 1.2):
        with pytest.raises(ValueError, match="is not allowed"):
            readings.readings(LI90MG10, limit)
    with pytest.raises(ValueError, match="must be an Electrode"):
        readings.readings("Li")


def test_an_interrupted_strip_against_the_solver():
    D, c0, i, first, pause = 2e-15, LI90MG10.concentration, 1.0, 7 * hour, 4 * hour
    whole = sand.depletion_time(i, D, c0)
    steps = [transport.Step(i, duration=first), transport.Step(0.0, duration=pause),
             transport.Step(i, cutoff=0.0)]  # fmt: skip
    run = transport.solve(thickness=400 * um, diffusivity=D, initial=c0, steps=steps)
    lasts = run.step_end[2] - run.step_end[1]
    assert readings.second_strip(whole, first, pause) == pytest.approx(lasts, rel=1e-4)
    assert readings.interrupted(first, pause, lasts) == pytest.approx(whole, rel=1e-4)
    for each in readings.readings(LI90MG10):
        # without a pause nothing is won, in either frame; after a long one nearly all comes back
        assert each.second_strip(i, whole, first, 1.0) == pytest.approx(whole - first, rel=2e-2)
    fixed, receding = (
        next(each for each in readings.readings(LI90MG10) if each.frame == frame)
        for frame in ("fixed", "receding")
    )
    assert receding.second_strip(i, whole, first, pause) < fixed.second_strip(
        i, whole, first, pause
    )
    with pytest.raises(ValueError, match="first"):
        readings.second_strip(whole, 2 * whole, pause)


def test_sand_writes_the_line_in_every_reading(here, capsys):
    assert main(["sand", "times.csv", "--electrode", "Li0.9Mg0.1", "--current-error", "2 %",
                 "--concentration-error", "3 %", "--out", "out.csv"]) == 0  # fmt: skip
    density, t0 = np.array([0.5, 1.0, 2.0]), np.array([60.2, 15.0, 3.7]) * hour
    error = np.array([1, 0.3, 0.1]) * hour
    plot = sand.fit(density, t0, LI90MG10.concentration, depletion_time_stderr=error)
    found = rows("out.csv")
    assert len(found) == 16
    for row, each in zip(found[-4:], readings.readings(LI90MG10), strict=True):
        assert (row["from"], row["reading"]) == ("Sand plot", each.name)
        D = each.factor * plot.diffusivity
        assert float(row["D [m²/s]"]) == pytest.approx(D, rel=1e-12, abs=0)
        own_share = plot.diffusivity_stderr / plot.diffusivity
        share = np.sqrt(own_share**2 + 0.04**2 + 0.06**2)
        assert float(row["D error [m²/s]"]) == pytest.approx(D * share, rel=1e-9, abs=0)
    one = [row for row in found if row["from"] == "100 µA/cm²" and row["reading"] == "empty"]
    assert float(one[0]["D [cm²/s]"]) == pytest.approx(1.525e-11, rel=1e-3, abs=0)
    said = capsys.readouterr().out
    implied = readings.interrupted(7.5 * hour, 10 * hour, 9.4 * hour)
    assert f"t0 it implies {implied / hour:.4g} h" in said and "receding frame" in said
    free = sand.fit(density, t0, LI90MG10.concentration, depletion_time_stderr=error,
                    through_origin=False)  # fmt: skip
    correlation = free.covariance[0, 1] / np.sqrt(np.prod(np.diag(free.covariance)))
    assert f"correlation {correlation:.3f}" in said


def test_the_covariance_of_a_line_is_that_of_many_lines():
    rng, i = np.random.default_rng(3), np.array([0.5, 1.0, 2.0])
    t0 = sand.depletion_time(i, 1.5e-15, LI90MG10.concentration)
    ordinate = t0**-0.5
    sigma = 0.01 * ordinate
    many = [
        np.polyfit(i, ordinate + sigma * rng.normal(size=3), 1, w=1 / sigma) for _ in range(4000)
    ]
    case = i, t0, LI90MG10.concentration
    plot = sand.fit(*case, through_origin=False, depletion_time_stderr=2 * t0 * 0.01)
    assert plot.covariance == pytest.approx(np.cov(np.transpose(many)), rel=0.1, abs=0)


def test_sand_takes_several_electrodes_and_currents_with_an_area(here, capsys):
    text = "current;depletion_time [h];electrode\n56,4 uA;15,0;Li\n0.1 mA/cm2;15;0.05\n"
    Path("t.csv").write_text(text, encoding="utf-8")
    assert main(["sand", "t.csv", "--area", "0.564 cm2", "--out", "out.csv"]) == 0
    found = rows("out.csv")
    assert [row["electrode"] for row in found] == ["Li", *["Li0.95Mg0.05"] * 4]
    D = sand.diffusivity(1.0, 15 * hour, LI.concentration)
    assert float(found[0]["D [m²/s]"]) == pytest.approx(D, rel=1e-12, abs=0)
    assert found[0]["D error [m²/s]"] == ""


def test_electrodes_of_any_composition():
    assert electrode(0.05) is LI95MG5 and electrode(0) is LI
    own_one = electrode(0.3, 3.48e-10)
    assert own_one.molar_volume == pytest.approx(6.02214076e23 * 3.48e-10**3 / 2)
    for fraction in (-0.01, 0.11):
        with pytest.raises(ValueError, match="goes from 0 to"):
            electrode(fraction)


@pytest.fixture(scope="module")
def alloy():
    """The end of a strip of the campaign, and what the campaign's analysis finds in it."""
    series = campaign.measure(campaign.cell("li90mg10-200"))[-40:]
    return series, campaign.analyse(series)


def test_a_strip_of_ones_own_is_analysed_as_the_campaign_is(alloy):
    series, known = alloy
    case = {"electrode": LI90MG10, "current": 2.0, "temperature": celsius(25)}
    mine = own.series(series.spectra, **case)
    noise = campaign.noise(series.spectra.frequency) * np.abs(series.spectra.impedance)
    found = own.analyse(mine, area=campaign.AREA, sigma=noise)
    assert found.resistance == pytest.approx(known.resistance, rel=1e-9)
    for how in known.capacitance:
        assert found.capacitance[how] == pytest.approx(known.capacitance[how], rel=1e-9)
    assert found.depletion_time() == pytest.approx(known.depletion_time(), rel=1e-9)
    drifting = own.analyse(mine, area=campaign.AREA, sigma=noise, drift=True)
    assert drifting.depletion_time() == pytest.approx(
        campaign.analyse(series, drift=True).depletion_time(), rel=1e-9
    )
    # twice the area: twice the resistance of an area, half the capacitance
    larger = own.analyse(mine, area=2 * campaign.AREA, sigma=noise)
    assert larger.resistance == pytest.approx(2 * known.resistance, rel=1e-9)
    assert larger.capacitance["Brug"] == pytest.approx(known.capacitance["Brug"] / 2, rel=1e-9)
    # half an hour later by the clock of the files
    later = own.series(series.spectra, **case, began=1800.0)
    assert later.time == pytest.approx(mine.time - 1800)
    assert own.contact(found, "Brug")[0] == pytest.approx(1)
    shares = [own.contact(found, how)[-1] for how in known.capacitance]
    assert shares[0] == pytest.approx(shares[1], rel=0.02) and 0.3 < shares[0] < 0.7


def test_three_criteria(alloy):
    series, _ = alloy
    mine = own.series(series.spectra, electrode=LI90MG10, current=2.0, temperature=celsius(25))
    found = own.analyse(mine, area=campaign.AREA)
    (_, paper, *at), (_, printed, *_), (_, rise, *_) = own.criteria(found)
    assert paper == 1.0 and tuple(at) == found.depletion_time()
    assert printed == pytest.approx(1e4 * campaign.AREA)
    assert rise == pytest.approx(10 / 0.27 * found.resistance[0], rel=1e-9)
    half = own.criteria(found, 0.5)[0]
    assert half[1] == 0.5 and half[2] < at[0]


def test_a_colder_strip_meets_the_criterion_later(alloy):
    series, _ = alloy
    case = {"electrode": LI90MG10, "current": 2.0}
    at = [
        own.criteria(own.analyse(own.series(series.spectra, temperature=celsius(T), **case),
                                 area=campaign.AREA))[0][2]
        for T in (25, 20)
    ]  # fmt: skip
    assert np.isfinite(at[0]) and not at[1] <= at[0]


def test_strip_prints_times_and_writes_every_spectrum(here, alloy, capsys):
    series, _ = alloy
    eis.write("own.csv", series.spectra)
    argv = ["strip", "own.csv", "--current", "200 uA/cm2", "--area", f"{campaign.AREA!r} m2",
            "--temperature", "25 degC", "--electrode", "Li0.9Mg0.1", "--forecast", "25 um",
            "--foil", "5 um"]  # fmt: skip
    assert main([*argv, "--out", "out.csv"]) == 0
    said = capsys.readouterr().out
    mine = own.series(series.spectra, electrode=LI90MG10, current=2.0, temperature=celsius(25))
    t0, error = own.analyse(mine, area=campaign.AREA).depletion_time()
    assert f"10 kΩ cm² at 25 °C: t0 = ({t0 / hour:.6g} ± {error / hour:.2g}) h" in said
    assert "whatever the area (0.2827 cm²): not reached" in said
    # a current and its area are the same as its density
    argv[3] = f"{2.0 * campaign.AREA * 1e6!r} uA"
    assert main(argv) == 0
    assert capsys.readouterr().out == said
    every = readings.readings(LI90MG10)
    for each in every:
        D = float(each.diffusivity(2.0, t0))
        assert f"D = ({D / (cm**2 / s):.3e} ± " in said
        used = each.utilisation(2.0, D, 25 * um)
        assert f"a foil of 25 µm delivers {100 * used:.3g} % of its lithium" in said
    assert "not a half-space" in said
    assert len(rows("out.csv")) == 40
    # a slab never delivers what lies below its cut-off
    sites = next(each for each in every if each.name == "sites")
    assert sites.utilisation(1e-3, 1e-14, 25 * um) == pytest.approx(1 - 24.0 / 69.6, abs=2e-3)
    assert sites.limit == BETA_LIMIT and 2.0 * uA / cm**2 == pytest.approx(0.02)


def test_a_strip_needs_times_and_one_set_of_frequencies(here, capsys):
    argv = ["--current", "200 uA/cm2", "--area", "1 cm2", "--temperature", "25 degC", "--electrode",
            "Li", "--circuit", CIRCUIT, "--interface", "int", "--pellet", "0"]  # fmt: skip
    assert main(["strip", "spectra", *argv]) == 2
    assert "holds no times: --interval is needed" in capsys.readouterr().err
    assert main(["strip", "spectra", *argv, "--interval", "1 min"]) == 0
    assert "last: 0.1167 h" in capsys.readouterr().out
    assert main(["strip", "strip.csv", *argv, "--interval", "1 min"]) == 2
    eis.write("spectra/s9.csv", eis.Spectra(FREQUENCY[:-1], spectra(1)[0, :-1]))
    assert main(["strip", "spectra", *argv, "--interval", "1 min"]) == 2
    assert "s9.csv has other frequencies" in capsys.readouterr().err
    Path("spectra/s9.csv").write_text("", encoding="utf-8")
    assert main(["strip", "spectra", *argv, "--interval", "1 min"]) == 1
    Path("spectra/s9.csv").unlink()
    for k, row in enumerate(spectra(8)):
        time = np.linspace(60.0 * k, 60 * k + 29, FREQUENCY.size)
        eis.write(f"spectra/s{k}.csv", eis.Spectra(FREQUENCY, row, 60.0 * k, time))
    capsys.readouterr()
    assert main(["strip", "spectra", *argv]) == 2
    assert "--one-clock says" in capsys.readouterr().err
    for said, hours in (["--one-clock"], 434.5), (["--interval", "2 min"], 854.5):
        assert main(["strip", "spectra", *argv, *said]) == 0
        assert f"last: {hours / 3600:.4g} h" in capsys.readouterr().out
    for wrong in (["--pellet", "1"], ["--interface", "0"]):
        assert main(["strip", "strip.csv", *argv, *wrong]) == 2


# ---- the README ---------------------------------------------------------------------------------


def test_the_commands_of_the_readme_work(here, capsys):
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Your own spectrum\n")[2].partition("\n## ")[0]
    commands = re.findall(r"^python -m sandtime (.*)$", section, re.MULTILINE)
    assert {shlex.split(each)[0] for each in commands} == set(EXAMPLES)
    for each in commands:
        assert main(shlex.split(each)) == 0, (each, capsys.readouterr().err)


def test_the_python_of_the_readme_works(here):
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Your own spectrum\n")[2].partition("\n## ")[0]
    said = re.findall(r"`((?:spectra|fit)[ .][^`]*)`", section)
    assert len(said) == 6
    names = {"eis": eis}
    for line in said:
        exec(line, names)
    assert names["fit"].adequate and Path("cell.html").stat().st_size > 1000
