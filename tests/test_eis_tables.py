"""Tables as people write them: read as the truth, or refused with what to do; several files."""

import io
import warnings
import zipfile

import numpy as np
import openpyxl
import pytest

from sandtime.eis import Spectra, SpectraWarning, read
from sandtime.eis.reading import headerless

FREQUENCY = np.geomspace(1e5, 0.1, 25)
OMEGA = 2 * np.pi * FREQUENCY
Z = 12 + 85 / (1 + (1j * OMEGA * 3e-4) ** 0.87) + 1 / (0.05 * (1j * OMEGA) ** 0.55)
MODULUS, PHASE = np.abs(Z), np.angle(Z, deg=True)
TIME = np.cumsum(0.4 + 2 / FREQUENCY)
PLAIN = [FREQUENCY, Z.real, Z.imag]
HEADER = "Frequency (Hz),Zreal (Ohm),Zimag (Ohm)\n"


def e(value):
    return value if isinstance(value, str) else f"{float(value):.9E}"


def comma(value):
    return e(value).replace(".", ",")


def rows(columns=PLAIN, separator=",", number=e):
    return "".join(separator.join(map(number, row)) + "\n" for row in zip(*columns, strict=True))


@pytest.fixture
def file(tmp_path):
    def put(content, name="cell.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return put


def is_truth(spectra, count=1):
    """Whether these are the spectra that were written, as often."""
    assert isinstance(spectra, Spectra)
    np.testing.assert_allclose(spectra.frequency, FREQUENCY, rtol=1e-8)
    expected = Z if count == 1 else np.tile(Z, (count, 1))
    np.testing.assert_allclose(spectra.impedance, expected, rtol=1e-8)
    assert len(spectra.names) == count
    return True


def silently(path, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read(path, **kwargs)


def refuses(path, *words, **kwargs):
    with pytest.raises(ValueError) as error:
        read(path, **kwargs)
    for word in words:
        assert word in str(error.value), str(error.value)
    return True


# ---- names of columns ---------------------------------------------------------------------------

CAPACITIVE, POLAR = [FREQUENCY, Z.real, -Z.imag], [FREQUENCY, MODULUS, PHASE]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Frequenz / Hz,Realteil / Ohm,Imaginärteil / Ohm", PLAIN),
        ("freq in Hz,Re(Z) in Ohm,-Im(Z) in Ohm", CAPACITIVE),
        ("Freq(Hz),Real(Z),Imag(Z)", PLAIN),
        ("f (Hz),Re{Z} (Ohm),-Im{Z} (Ohm)", CAPACITIVE),
        ("f (Hz),Z′ (Ω),Z″ (Ω)", PLAIN),
        ("f,Z’,–Z’’", CAPACITIVE),
        ("f [Hz],Z´ [\u2126],Z´´ [\u2126]", PLAIN),
        ('"Frequency (Hz)","Z\' (Ohm)","Z"" (Ohm)"', PLAIN),
        ("freq. /Hz,Z1 /ohm,Z2 /ohm", PLAIN),
        ("Freq. [Hz],Zs' [Ohms],Zs'' [Ohms]", PLAIN),
        ("Frequency (Hz),R (Ohm),X (Ohm)", PLAIN),
        ("Freq (Hz),Z Real (Ohm),Z Imag (Ohm)", PLAIN),
        ("f,Real Impedance,Imaginary Impedance", PLAIN),
        ("f,Zr,Zi", PLAIN),
        ("f,Z_re,minus Z_im", CAPACITIVE),
        ("Frequency/Hz,Impedance/Ohm,Phase/deg", POLAR),
        ("Frequency,|Z|,theta", POLAR),
        ("Frequenz/Hz,Betrag/Ohm,Phasenwinkel/°", POLAR),
        ("f,Mag,neg. Phase / °", [FREQUENCY, MODULUS, -PHASE]),
        ("f,|Z| (Ohm),Phase (rad)", [FREQUENCY, MODULUS, np.deg2rad(PHASE)]),
        ("f,|Z| (Ohm),-arg(Z) (mrad)", [FREQUENCY, MODULUS, -1e3 * np.deg2rad(PHASE)]),
        ("omega (rad/s),Zreal,Zimag", [OMEGA, Z.real, Z.imag]),
        ("Frequency (rad/s),Zreal,Zimag", [OMEGA, Z.real, Z.imag]),
        ("f/kHz,Z'/kOhm,Z''/kΩ", [FREQUENCY / 1e3, Z.real / 1e3, Z.imag / 1e3]),
        ("f/MHz,Z'/mOhm,Z''/mΩ", [FREQUENCY / 1e6, Z.real * 1e3, Z.imag * 1e3]),
        ("f/mHz,Z'/MOhm,Z''/MΩ", [FREQUENCY * 1e3, Z.real / 1e6, Z.imag / 1e6]),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_names_of_columns(file, header, columns, separator):
    text = header.replace(",", separator) + "\n" + rows(columns, separator)
    assert is_truth(silently(file(text))) and is_truth(silently(file(text, encoding="utf-16")))


def test_the_form_that_is_read_and_what_is_listed_as_not_read(file):
    header = "Index;Frequency (Hz);Z' (Ω);-Z'' (Ω);Z (Ω);-Phase (°);Time (s)\n"
    columns = [np.arange(25), FREQUENCY, Z.real, -Z.imag, MODULUS, 0 * PHASE, TIME]
    spectra = silently(file(header + rows(columns, ";", comma)))
    assert is_truth(spectra) and spectra.ignored == ("Index", "Z (Ω)", "-Phase (°)")
    np.testing.assert_allclose(spectra.point_time, TIME, rtol=1e-8)
    # a clock is not needed, and does not stop the reading
    clock = [[f"10:15:{i:02d}" for i in range(25)], *PLAIN]
    spectra = silently(file("Time," + HEADER + rows(clock)))
    assert is_truth(spectra) and spectra.ignored == ("Time",) and spectra.time is None


@pytest.mark.parametrize(
    ("header", "columns", "words"),
    [
        ("f/Hz,Z'/Ohm cm2,Z''/Ohm cm2", PLAIN, ["Z'/Ohm cm2", "per area", "divide"]),
        ("f/Hz,Z' (Ω·cm²),Z'' (Ω·cm²)", PLAIN, ["per area"]),
        ("f_mhz,z_real_mohm,z_imag_mohm", PLAIN, ["'f_mhz'", "milli or mega"]),
        ("f,Y' (S),Y'' (S)", PLAIN, ["admittance"]),
        ("f,Zreal (S),Zimag (S)", PLAIN, ["in 'S', not in Ohm"]),
        ("Period (s),Zreal,Zimag", PLAIN, ["a period", "no column frequency_hz"]),
        ("ln(omega),Zreal,Zimag", PLAIN, ["logarithm of the angular frequency"]),
        ("f,|Z| (dB),Phase (deg)", POLAR, ["'|Z| (dB)'", "dB"]),
        ("f,|Z|,Phase (Grad)", POLAR, ["Grad", "either of two"]),
        ("f,Z',|Z''|", CAPACITIVE, ["no column z_imag_ohm"]),
        ("f,Z1,Z2,Z3", [*PLAIN, MODULUS], ["no column z_real_ohm, z_imag_ohm"]),
        ("f,R,C", PLAIN, ["no column z_real_ohm"]),
        ("f,Re(-Z),Im(-Z)", PLAIN, ["no column z_real_ohm, z_imag_ohm"]),
        ("f,|Z|,Phase", [FREQUENCY, MODULUS, np.deg2rad(PHASE)], ["'Phase'", "radians or degrees"]),
        ("f,impedance", [FREQUENCY, MODULUS], ["line 2, column impedance", "column of phase"]),
        ("f,Z' meas,Z'' meas,Z' fit,Z'' fit", [*PLAIN, *PLAIN[1:]], ["'meas', 'fit'", "columns="]),
    ],
)
def test_what_a_column_holds_is_never_guessed(file, header, columns, words):
    assert refuses(file(header + "\n" + rows(columns)), "cell.csv", *words)


def test_a_logarithm_is_said_to_be_decadic(file):
    path = file("log f,Zreal (Ohm),Zimag (Ohm)\n" + rows([np.log10(FREQUENCY), *PLAIN[1:]]))
    with pytest.warns(SpectraWarning, match="base of ten"):
        assert is_truth(read(path))


@pytest.mark.parametrize("form", ["({0!r}{1:+}j)", "{0!r}{1:+}i", "{0!r} {2} {3!r}j"])
def test_a_column_of_complex_numbers(file, form):
    cells = [
        form.format(z.real, z.imag, "-" if z.imag < 0 else "+", abs(z.imag)) for z in Z.tolist()
    ]
    assert is_truth(silently(file("frequency,impedance\n" + rows([FREQUENCY, cells]))))


# ---- where the table stands ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Sample,pellet 7\nArea / cm2,0.5\nRange,1,2,3\n\n" + HEADER + rows(),
        "The frequency, real and imaginary part\nf, and Z\n" + HEADER + rows(),
        "% a\n// b\n# c\n" + HEADER + rows(),
        "# cell 7\n# " + HEADER + rows(),
        "sep=;\n" + HEADER.replace(",", ";") + rows(separator=";"),
        "f,Z',Z''\nHz,Ohm,Ohm\n" + rows(),
        "f,Z',Z''\n(kHz),(kOhm),(kOhm)\n" + rows([c / 1e3 for c in PLAIN]),
        ",frequency,z_real,z_imag\n" + rows([[str(i) for i in range(25)], *PLAIN]),
        "f (Hz) Z' (Ohm) Z'' (Ohm)\n" + rows(separator=" "),
        "No.    Frequency/Hz    Impedance/ohm    Phase/deg\n"
        + rows([TIME, FREQUENCY, MODULUS, PHASE], "   "),
        "| f (Hz) | Z' | Z'' |\n|---|---|---|\n"
        + "".join(f"| {line} |\n" for line in rows(separator=" | ").splitlines()),
        HEADER + rows(separator="\t"),
        HEADER + rows([*PLAIN, [""] * 25]),
        HEADER.strip() + ",\n" + rows([*PLAIN, [""] * 25]),
        HEADER + rows(number=lambda v: f'"{e(v)}"'),
        HEADER + rows(number=lambda v: f'"{comma(v)}"'),
        HEADER.replace(",", ";") + rows(separator=";", number=comma),
        HEADER + rows().replace("E", "D"),
        HEADER + rows().replace("-", "\u2212"),
        (HEADER + rows()).replace("\n", "\r"),
        (HEADER + rows()).replace("\n", "\r\n"),
        (HEADER + rows()).replace("\n", "\n\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-32"])
def test_where_the_table_stands(file, text, encoding):
    assert is_truth(silently(file(text, encoding=encoding)))


def test_a_footer_is_left_out_and_said(file):
    with pytest.warns(SpectraWarning, match="left out lines 28 to 29 below .* 'Measured by X'"):
        assert is_truth(read(file(HEADER + rows() + "\nMeasured by X\nEnd of file\n")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my cell\n" + rows(), ["line 1 is neither numbers nor a header", "'my cell'"]),
        ("f and Z\n" + rows(), ["line 1", "no column"]),
        (rows() + HEADER + rows(), ["lines 1 to 25", "stand above the header in line 26"]),
        ("f,z_real,z_imag\n" + rows([[*"abcdefghijklmnopqrstuvwxy"], *PLAIN]), ["has no name"]),
        (HEADER + rows(number=comma), ["6 cells where 3", "semicolons"]),
        (HEADER + rows(number=lambda v: f'"{v:,.3f}"'), ["'100,000.000'", "thousands"]),
        (
            HEADER.replace(",", ";") + rows(separator=";", number=lambda v: f"{1e3 * v:,.0f}"),
            ["thousands or decimals"],
        ),
        (
            HEADER.replace(",", ";") + "100,000;12.5;-3.25\n50,000;13.5;-4.25\n",
            ["'100,000'", "thousands or decimals"],
        ),
        ("f,Z',Z''\nHz,furlong,Ohm\n" + rows(), ['column "Z\'"', "'furlong'", "unknown unit"]),
        (HEADER + rows() + "0.05,#DIV/0!,1\n", ["line 27", "'#DIV/0!'", "leave_out=['#DIV/0!']"]),
        (HEADER + rows()[:-3], ["line 26", "shorter", "cut off"]),
        (
            HEADER + rows() + "Frequency (Hz),Z',Z'',Time (s)\n" + rows([*PLAIN, TIME]),
            ["line 27: this header names other columns"],
        ),
    ],
)
def test_what_is_refused_says_what_to_do(file, text, words):
    assert refuses(file(text), *words)


def test_cells_of_an_overload_are_an_error_or_left_out(file):
    text = HEADER + rows().replace(",".join(map(e, [FREQUENCY[3], Z[3].real, Z[3].imag])), "X")
    text = text.replace("X\n", e(FREQUENCY[3]) + ",OVERLOAD,OVERLOAD\n")
    assert refuses(file(text), "line 5", "'OVERLOAD'", "leave_out=['OVERLOAD']")
    with pytest.warns(SpectraWarning, match="left out 1 points that hold overload"):
        spectra = read(file(text), leave_out=["OVERLOAD"])
    np.testing.assert_allclose(spectra.frequency, np.delete(FREQUENCY, 3), rtol=1e-8)
    np.testing.assert_allclose(spectra.impedance, np.delete(Z, 3), rtol=1e-8)


def test_negative_real_parts(file):
    negative = 5 - 90 / (1 + 1j * OMEGA * 0.2)
    columns = [FREQUENCY, negative.real, negative.imag]
    path = file(HEADER + rows(columns))
    with pytest.warns(SpectraWarning, match="negative for 7 of 25 points, first in line 20"):
        read(path)
    assert refuses(file(HEADER + rows([c[12:] for c in columns])), "negative_real=True")
    path = file(HEADER + rows(columns))
    spectra = silently(path, negative_real=True)
    np.testing.assert_allclose(spectra.impedance, negative, rtol=1e-8)


# ---- without a header, and what the reader says -------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (POLAR, ["modulus and phase"]),
        ([FREQUENCY, MODULUS, -PHASE], ["modulus and phase"]),
        ([FREQUENCY, MODULUS, np.deg2rad(PHASE)], ["modulus and phase"]),
        ([Z.real, -Z.imag, FREQUENCY], ["column 3 does", '{"frequency": 2, "real": 0']),
        ([Z.real, FREQUENCY, -Z.imag], ["column 2 does", '{"frequency": 1, "real": 0']),
    ],
)
@pytest.mark.parametrize("flip", [True, False])
def test_columns_without_names_that_run_otherwise(file, columns, words, flip):
    path = file(rows(columns, "\t"), "cell.txt")
    assert refuses(path, "cell.txt, line 1: there is no header", *words, "columns=", flip=flip)
    keys = {
        "modulus": {"frequency": 0, "modulus": 1, "phase_deg": 2},
        "column 3": {"frequency": 2, "real": 0, "-imag": 1},
        "column 2": {"frequency": 1, "real": 0, "-imag": 2},
    }[words[0].split(" does")[0].split(" and")[0]]
    if columns[2] is PHASE or columns[0] is not FREQUENCY:
        assert is_truth(silently(path, columns=keys))


def test_real_and_imaginary_parts_without_names(file):
    assert is_truth(silently(file(rows())))
    rng = np.random.default_rng(5)
    for scale in (1e-3, 1e-2):
        noise = 1 + scale * rng.standard_normal((2, 25))
        read(file(rows([FREQUENCY, Z.real * noise[0], Z.imag * noise[1]])))
    with pytest.warns(SpectraWarning, match="taken as frequency, real and imaginary part"):
        read(file(rows([c[:5] for c in PLAIN])))


def test_smooth():
    assert headerless.smooth(FREQUENCY) and headerless.smooth(np.arange(1.0, 9))
    assert headerless.smooth(np.delete(FREQUENCY, [3, 9]))
    assert not headerless.smooth(Z.real) and not headerless.smooth(-FREQUENCY)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (rows(), {"frequency": 0, "real": 1, "imag": 2}),
        ("a,b,c\n" + rows(), {"frequency": "a", "real": "b", "imag": "c"}),
        ("words\na,b,c\nkHz,Ohm,Ohm\n" + rows([FREQUENCY / 1e3, *PLAIN[1:]]),
         {"frequency": "a", "real": "b", "imag": "c"}),
        ("f/kHz,b,c\n" + rows([FREQUENCY / 1e3, *PLAIN[1:]]),
         {"frequency": 0, "real": 1, "imag": 2}),
        ("my cell, 25, 3\nother\n" + rows(), {"frequency": 0, "real": 1, "imag": 2}),
        ("f,|Z|,Phase\n" + rows([FREQUENCY, MODULUS, np.deg2rad(PHASE)]),
         {"frequency": 0, "modulus": 1, "phase_rad": "Phase"}),
        (rows([OMEGA, MODULUS, -PHASE]), {"omega": 0, "modulus": 1, "-phase_deg": 2}),
    ],
)  # fmt: skip
def test_columns_that_the_reader_names(file, text, columns):
    assert is_truth(silently(file(text), columns=columns))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"freq": 0, "real": 1, "imag": 2}, ["'freq'", "log10_frequency"]),
        ({"frequency": 0, "real": 1}, ["do not determine"]),
        ({"frequency": "F", "real": 1, "imag": 2}, ["'F'", "Frequency (Hz), Zreal (Ohm)"]),
        ({"frequency": 0, "real": 1, "imag": 5}, ["columns['imag'] = 5", "3 columns"]),
        ({"frequency": 0, "real": 1, "imag": 1}, ["two keys mean one column"]),
        ([0, 1, 2], ["columns = [0, 1, 2]", "what is where"]),
    ],
)
def test_columns_that_the_reader_names_wrongly(file, columns, words):
    assert refuses(file(HEADER + rows()), *words, columns=columns)


# ---- several sweeps -----------------------------------------------------------------------------


def doubled(*columns):
    return [np.concatenate([c, c]) for c in columns or PLAIN]


@pytest.mark.parametrize(
    ("text", "names", "told"),
    [
        (HEADER + rows() + HEADER + rows(), ["#1", "#2"], "header is repeated in line 27"),
        ("A\n" + HEADER + rows() + "\nB, 50 C\n" + HEADER + rows(), ["#1", "#2"], "in line 30"),
        (HEADER + rows() + "\n\n" + rows(), ["#1", "#2"], None),
        (HEADER + rows(doubled(FREQUENCY) + doubled(Z.real, Z.imag)), ["#1", "#2"], None),
        (
            "spectrum," + HEADER + rows([["25C"] * 25 + ["50C"] * 25, *doubled()]),
            ["25C", "50C"],
            None,
        ),
        (
            "f,Z' 25C (Ohm),Z'' 25C (Ohm),Z' 50C (Ohm),Z'' 50C (Ohm)\n"
            + rows([*PLAIN, *PLAIN[1:]]),
            ["25C", "50C"],
            "side by side",
        ),
        (
            "f,a_Zre/Ohm,a_-Zim/Ohm,b_Zre/Ohm,b_-Zim/Ohm\n" + rows([*CAPACITIVE, *CAPACITIVE[1:]]),
            ["a", "b"],
            "side by side",
        ),
        ("f,|Z| A,Phase A,|Z| B,Phase B\n" + rows([*POLAR, *POLAR[1:]]), ["A", "B"], "side by"),
        ("f,Z',Z'',f,Z',Z''\n" + rows([*PLAIN, *PLAIN]), ["#1", "#2"], None),
        ("f,Z',Z'',f.1,Z'.1,Z''.1\n" + rows([*PLAIN, *PLAIN]), ["#1", "#2"], None),
        ("f,Z',Z'',Z',Z''\n" + rows([*PLAIN, *PLAIN[1:]]), ["#1", "#2"], None),
    ],
)
def test_several_sweeps(file, text, names, told):
    if told is None:
        spectra = silently(file(text))
    else:
        with pytest.warns(SpectraWarning, match=told):
            spectra = read(file(text))
    assert is_truth(spectra, 2)
    assert spectra.names == tuple(f"cell {name}" for name in names)


def test_down_and_up(file):
    columns = [np.concatenate([c, c[::-1][1:]]) for c in PLAIN]
    with pytest.warns(SpectraWarning, match="2 sweeps; the frequencies start over or turn in line"):
        spectra = read(file(HEADER + rows(columns)))
    assert spectra.mask.sum() == 49 and not spectra.mask[1, -1]
    np.testing.assert_allclose(spectra.impedance[1, :-1], Z[:-1], rtol=1e-8)


def test_a_shorter_sweep_beside_another(file):
    text = "f A,Z' A,Z'' A,f B,Z' B,Z'' B\n" + "".join(
        f"{line},{line if i < 20 else ',,'}\n" for i, line in enumerate(rows().splitlines())
    )
    with pytest.raises(ValueError, match="no column frequency_hz"):
        read(file(text))  # f alone is too short a name for a label
    with pytest.warns(SpectraWarning, match="side by side: A, B"):
        spectra = read(file(text.replace("f A", "freq A").replace("f B", "freq B")))
    assert spectra.mask.sum() == 45 and spectra.names == ("cell A", "cell B")


@pytest.mark.parametrize("factor", [1 + 3e-6, 1 + 1e-4])
def test_frequencies_that_nearly_agree(file, factor):
    columns = [np.append(FREQUENCY, factor * FREQUENCY), *doubled(Z.real, Z.imag)]
    path = file(HEADER + rows(columns))
    if factor < 1 + 1e-5:
        assert is_truth(silently(path), 2)
    else:
        with pytest.warns(SpectraWarning, match="read as 2 sweeps"):
            first, second = read(path)
        assert first.names == ("cell #1",) and second.frequency[0] == pytest.approx(1e5 * factor)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (np.r_[0:10, 9, 10:25], "repeats within a sweep"),
        (np.r_[0:9, 10, 9, 11:25], "out of order"),
        (np.r_[1, 0, 1:25], "repeats within a sweep"),
        (np.r_[0:3, 0, 3:25], "repeats within a sweep"),
        (np.r_[0:25, 0], "single point"),
    ],
)
def test_rows_that_changed_places_make_no_sweeps(file, order, words):
    assert refuses(file(HEADER + rows([c[order] for c in PLAIN])), words)


# ---- several files ------------------------------------------------------------------------------


def test_a_folder_in_natural_order(tmp_path, file):
    for index in (10, 2, 1):
        file(HEADER + rows(), f"cell{index}.csv")
    for name in ("README.md", ".hidden", "~$cell.xlsx", "LICENSE"):
        file("no spectrum", name)
    (tmp_path / "folder").mkdir()
    spectra = silently(tmp_path)
    assert is_truth(spectra, 3) and spectra.names == ("cell1", "cell2", "cell10")
    assert [name for name, _ in spectra.files] == ["cell1.csv", "cell2.csv", "cell10.csv"]
    assert len(spectra.files[0][1]) == 64
    assert spectra.source == "3 files, cell1.csv to cell10.csv (plain table)"
    # a list keeps its own order
    paths = [tmp_path / "cell2.csv", tmp_path / "cell1.csv"]
    assert read(paths).names == ("cell2", "cell1")


def test_files_that_share_no_frequencies_are_a_list(tmp_path, file):
    file(HEADER + rows(), "a1.csv")
    file(HEADER + rows([2 * FREQUENCY, *PLAIN[1:]]), "a2.csv")
    file(HEADER + rows(), "a3.csv")
    assert [each.names for each in silently(tmp_path)] == [("a1",), ("a2",), ("a3",)]


def test_one_broken_file_is_named_and_nothing_is_read(tmp_path, file):
    good, bad = file(HEADER + rows(), "a.csv"), file(HEADER, "b.csv")
    assert refuses([good, bad], "b.csv holds a header but no row")
    (tmp_path / "x").mkdir()
    other = tmp_path / "x" / "a.csv"
    other.write_text(HEADER)
    assert refuses([good, other], str(other))  # several are called a.csv


@pytest.mark.parametrize(
    ("paths", "words"),
    [([], "at least one file"), ("empty", "holds no file"), (["empty"], "must name files")],
)
def test_paths_that_name_no_file(tmp_path, paths, words):
    (tmp_path / "empty").mkdir()
    given = tmp_path / paths if isinstance(paths, str) else [tmp_path / each for each in paths]
    assert refuses(given, words)


def test_times_of_several_files_need_one_clock(file):
    header = HEADER.strip() + ",time_s\n"
    paths = [file(header + rows([*PLAIN, TIME + 1000 * k]), f"{k}.csv") for k in (0, 1)]
    with pytest.warns(SpectraWarning, match="the times are left out"):
        assert read(paths).time is None
    spectra = silently(paths, one_clock=True)
    np.testing.assert_allclose(spectra.time, [TIME[0], TIME[0] + 1000], rtol=1e-8)
    again = file(header + rows([*PLAIN, TIME]), "2.csv")
    assert refuses([*paths, again], "each counts its own time", one_clock=True)
    assert refuses([*paths, file(HEADER + rows(), "3.csv")], "3.csv has no times", one_clock=True)


# ---- workbooks and what is no text --------------------------------------------------------------

NUMBERS = [list(map(float, row)) for row in zip(*PLAIN, strict=True)]
NAMES = ["Frequency (Hz)", "Zreal (Ohm)", "Zimag (Ohm)"]


def workbook(**sheets):
    book, raw = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(raw)
    return raw.getvalue()


@pytest.mark.parametrize(
    "lines",
    [
        [NAMES, *NUMBERS],
        NUMBERS,
        [["Cell 7"], [], ["area", 0.5], NAMES, *NUMBERS],
        [["f", "Z'", "Z''"], ["Hz", "Ohm", "Ohm"], *NUMBERS],
        [[None, None, *NAMES], *[[None, None, *row] for row in NUMBERS]],
        [NAMES, *[[repr(cell) for cell in row] for row in NUMBERS]],
        [NAMES, *[[comma(cell) for cell in row] for row in NUMBERS]],
    ],
)
def test_workbooks(file, lines):
    spectra = silently(file(workbook(A=lines), "cell.xlsx"))
    assert is_truth(spectra) and spectra.source == "cell.xlsx (spreadsheet)"


def test_workbooks_of_several_sheets(file):
    path = file(workbook(Info=[["hello"]], A=[NAMES, *NUMBERS], B=[NAMES, *NUMBERS]), "cell.xlsx")
    with pytest.warns(SpectraWarning, match="left out the sheets Info"):
        spectra = read(path)
    assert is_truth(spectra, 2) and spectra.names == ("cell A", "cell B")
    for programme in ("B", 3):
        assert silently(path, programme=programme).names == ("cell B",)
    assert refuses(path, "'Info', 'A', 'B'", "1 to 3", programme="C")


def test_workbooks_that_cannot_be_read(file):
    formulas = [NAMES, *[["=1+1"] * 3] * 9]
    assert refuses(file(workbook(A=formulas), "f.xlsx"), "formulas without their values")
    hole = [NAMES, *NUMBERS[:4], [1.0, None, None], *NUMBERS[5:]]
    assert refuses(file(workbook(A=hole), "h.xlsx"), "h.xlsx, sheet 'A', line 6", "Zreal (Ohm)")
    assert refuses(file(workbook(A=[]), "e.xlsx"), "none of its sheets")
    assert refuses(file(workbook(A=[NAMES, *NUMBERS])[:3000], "c.xlsx"), "c.xlsx", "cut off")


def archive(name, text):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        file.writestr(name, text)
    return raw.getvalue()


@pytest.mark.parametrize(
    ("raw", "name", "words"),
    [
        (archive("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), "a.ods",
         ["OpenDocument", ".xlsx or CSV"]),
        (archive("a.csv", "1"), "a.zip", ["an archive", "unpack"]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "a.xls", ["old Excel", ".xlsx"]),
        (b"<html><table>", "a.xls", ["HTML"]),
        (b"\x1f\x8b\x08\0", "a.csv.gz", ["gzip", "unpack"]),
        (b'{"a": 1}', "a.json", ["JSON"]),
        ('{"measurements": []}'.encode("utf-16"), "a.pssession", ["PalmSens", "PSTrace"]),
        (b"<?xml version='1.0'?>", "a.xml", ["XML"]),
        (b"%PDF-1.4", "a.csv", ["PDF"]),
        (bytes(range(256)) * 9, "a.csv", ["binary", "export"]),
        (bytes(range(256)) * 9, "a.idf", ["Ivium"]),
        (b"some text\n1\n2\n", "a.ids", ["Ivium"]),
        (bytes(range(256)) * 9, "a.nox", ["NOVA"]),
        (b"1\n2\n3\n", "a.dfr", ["FRA"]),
        (bytes(range(256)) * 9, "a.i2b", ["i2b"]),
        (bytes(range(256)) * 9, "a.z60", ["CorrTest"]),
        (b"", "a.csv", ["empty"]),
        (b"\xef\xbb\xbf\r\n", "a.csv", ["empty"]),
    ],
)  # fmt: skip
def test_what_is_no_text_is_named(file, raw, name, words):
    assert refuses(file(raw, name), name, *words)


# ---- damage -------------------------------------------------------------------------------------


def damaged(rng, lines):
    """A table with one mishap, and whether the rows that are left are still those of the truth."""
    lines, kind = list(lines), rng.integers(6)
    i, j = rng.choice(np.arange(1, len(lines)), 2, replace=False)
    cells = lines[i].split(",")
    if kind == 0:  # a row is lost
        del lines[i]
    elif kind == 1:  # two rows change places
        lines[i], lines[j] = lines[j], lines[i]
    elif kind == 2:  # frequency and real part change places
        lines[i] = ",".join([cells[1], cells[0], cells[2]])
    elif kind == 3:  # the file breaks off
        text = "\n".join(lines)
        return text[: rng.integers(len(lines[0]) + 2, len(text))]
    elif kind == 4:  # a row is written twice
        lines.insert(j, lines[i])
    else:  # a cell is lost
        lines[i] = ",".join(cells[:2])
    return "\n".join(lines) + "\n"


def test_a_damaged_table_is_never_read_as_another(file):
    rng, refused = np.random.default_rng(11), 0
    lines = (HEADER + rows()).splitlines()
    for _ in range(400):
        path = file(damaged(rng, lines))
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                found = read(path)
        except ValueError:
            refused += 1
            continue
        if any("cells of its row may have changed places" in str(w.message) for w in caught):
            continue
        assert isinstance(found, Spectra) and found.impedance.ndim == 1
        place = np.abs(found.frequency[:, None] / FREQUENCY - 1).argmin(axis=1)
        np.testing.assert_allclose(found.frequency, FREQUENCY[place], rtol=1e-8)
        np.testing.assert_allclose(found.impedance, Z[place], rtol=1e-8)
    assert refused > 200


def test_a_hundred_thousand_rows(file):
    count = 4000
    columns = [np.tile(c, count) for c in PLAIN]
    spectra = silently(file(HEADER + rows(columns, number=lambda v: repr(float(v)))))
    assert spectra.impedance.shape == (count, 25)
    assert np.array_equal(spectra.impedance[-1], Z)
