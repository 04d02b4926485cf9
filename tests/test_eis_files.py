"""Files of spectra: every format from a synthetic file written here, every mishap told apart."""

import numpy as np
import pytest

from sandtime.eis.reading.files import Spectra, read, write
from sandtime.eis.reading.tables import SpectraWarning
from sandtime.eis.validity import lin_kk

FREQUENCY = np.geomspace(1e5, 1.0, 11)
OMEGA = 2 * np.pi * FREQUENCY
Z = 60 + 270 / (1 + (1j * OMEGA * 1e-3) ** 0.9)
TIME = np.linspace(0.5, 30, 11)
HEADER = "frequency_hz,z_real_ohm,z_imag_ohm"


@pytest.fixture
def file(tmp_path):
    """Write text (or bytes) into a file and return its path."""

    def put(content, name="cell.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return put


def rows(separator=",", columns=None, number=repr):
    columns = [FREQUENCY, Z.real, Z.imag] if columns is None else columns
    return [
        separator.join(number(float(cell)) for cell in row) for row in zip(*columns, strict=True)
    ]


def table(header=HEADER, **kwargs):
    return "\n".join(([header] if header else []) + rows(**kwargs)) + "\n"


def comma(value):
    return repr(value).replace(".", ",")


def same(spectra, impedance=Z, frequency=FREQUENCY):
    return np.array_equal(spectra.impedance, impedance) and np.array_equal(
        spectra.frequency, frequency
    )


# ---- plain tables -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        table(),
        table(header=None),
        table(header="# freq,Re(Z),Im(Z)"),
        table(header="# measured in May\n\n" + HEADER),
        table(header="Frequency (Hz);Z' (Ω);Z'' (Ω)", separator=";"),
        table(header="freq/Hz\tRe(Z)/Ohm\tIm(Z)/Ohm\t", separator="\t"),
        table(header="frequency,real,imaginary"),
        table(header="Freq [Hz],Zreal [Ohm],Zimag [Ohm]"),
        table(header=HEADER.replace(",", ";"), separator=";", number=comma),
        table(header=None, separator=";", number=comma),
        table(header=None, separator="\t", number=comma),
        table(header=None, separator="  ", number=comma),
        table(header=None, separator="   "),
        table(header=None, separator=" , "),
        table().replace("\n", "\r\n"),
        table().rstrip(),
    ],
)
def test_one_spectrum_in_many_spellings(file, text):
    spectra = read(file(text))
    assert same(spectra)
    assert spectra.time is spectra.point_time is spectra.mask is None
    assert spectra.source == "cell.csv (plain table)" and spectra.ignored == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings_and_byte_order_marks(file, encoding):
    text = table(header="# gemessen bei 25 °C\n" + HEADER)
    assert same(read(file(text, encoding=encoding)))


def test_columns_in_any_order_with_others_between_them(file):
    columns = [Z.imag, np.full(11, 3.06), FREQUENCY, Z.real]
    text = table(header='"Im(Z)/Ohm","Ewe/V","freq/Hz","Re(Z)/Ohm"', columns=columns)
    spectra = read(file(text))
    assert same(spectra) and spectra.ignored == ("Ewe/V",)
    # a column that is not read may hold anything
    assert same(read(file(text.replace(",3.06,", ",range 10 mA,"))))


def test_negative_imaginary_part_and_polar_form(file):
    minus = table(header="freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm", columns=[FREQUENCY, Z.real, -Z.imag])
    assert same(read(file(minus)))
    polar = [FREQUENCY, np.abs(Z), np.angle(Z, deg=True)]
    spectra = read(file(table(header="freq/Hz,|Z|/Ohm,Phase(Z)/deg", columns=polar)))
    np.testing.assert_allclose(spectra.impedance, Z, rtol=1e-14)
    # both forms at once: the cartesian one is read
    both = [FREQUENCY, np.ones(11), np.ones(11), Z.real, Z.imag]
    header = "freq/Hz,|Z|/Ohm,Phase(Z)/deg,Re(Z)/Ohm,Im(Z)/Ohm"
    spectra = read(file(table(header=header, columns=both)))
    assert same(spectra) and spectra.ignored == ("|Z|/Ohm", "Phase(Z)/deg")


def test_rising_frequencies_come_out_falling_with_their_times(file):
    columns = [c[::-1] for c in (FREQUENCY, Z.real, Z.imag, TIME)]
    spectra = read(file(table(header=HEADER + ",time/s", columns=columns)))
    assert same(spectra)
    assert np.array_equal(spectra.point_time, TIME) and spectra.time == 0.5


@pytest.mark.parametrize("with_column", [True, False])
def test_sweeps_one_after_the_other(file, with_column):
    stack = np.stack([Z, 1.1 * Z, 1.2 * Z])
    columns = [np.tile(FREQUENCY, 3), stack.real.ravel(), stack.imag.ravel()]
    columns.append(np.repeat([0.0, 30.0, 60.0], 11))
    columns.append((TIME + np.array([[0.0], [30.0], [60.0]])).ravel())
    header = HEADER + ",time_s,point_time_s"
    if with_column:
        columns.append(np.repeat([7, 8, 9], 11))
        header += ",spectrum"
    spectra = read(file(table(header=header, columns=columns)))
    assert same(spectra, stack)
    assert np.array_equal(spectra.time, [0, 30, 60])
    assert np.array_equal(spectra.point_time, TIME + np.array([[0.0], [30.0], [60.0]]))
    assert spectra.mask is None


def test_a_short_last_sweep_is_masked(file):
    columns = [np.tile(FREQUENCY, 2), np.tile(Z.real, 2), np.tile(Z.imag, 2)]
    text = "\n".join([HEADER, *rows(columns=columns)[:-4]])
    spectra = read(file(text))
    assert spectra.impedance.shape == (2, 11)
    assert spectra.mask[0].all() and spectra.mask[1].sum() == 7
    assert np.isnan(spectra.impedance[1, 7:]).all()
    assert np.array_equal(spectra.impedance[1, :7], Z[:7])


def test_rows_of_a_rest_are_left_out_with_a_warning(file):
    text = table() + "0.0,0.0,0.0\n"
    with pytest.warns(SpectraWarning, match=r"left out 1 rows of a rest"):
        assert same(read(file(text)))


@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("ragged", [True, False])
def test_what_is_written_is_read_again_to_the_last_digit(tmp_path, single, ragged):
    rng = np.random.default_rng(3)
    impedance = Z * (1 + 0.01 * rng.standard_normal((4, 11)))
    times = {"time": np.arange(4) * 30.1, "point_time": np.arange(4)[:, None] * 30.1 + TIME}
    mask = None
    if ragged:
        mask = np.ones((4, 11), bool)
        mask[1, 8:] = False
        impedance[1, 8:] = np.nan
        times["point_time"][1, 8:] = np.nan
    if single:
        impedance, times = impedance[0], {"time": 3.3, "point_time": TIME}
        mask = None
    spectra = Spectra(FREQUENCY, impedance, mask=mask, **times)
    write(tmp_path / "cell.csv", spectra)
    again = read(tmp_path / "cell.csv")
    for name in ("frequency", "impedance", "time", "point_time"):
        np.testing.assert_array_equal(getattr(again, name), getattr(spectra, name))
    assert (again.mask is None) == (mask is None)
    if mask is not None:
        np.testing.assert_array_equal(again.mask, mask)


# ---- signs --------------------------------------------------------------------------------------

SERIES_RC = 10 + 1 / (1j * OMEGA * 1e-5)
INDUCTIVE = 10 + 1j * OMEGA * 1e-4
LOOP = 100 + 20 / (
    1 - 1j / (1e-3 * OMEGA)
)  # an inductive loop: 20 Ω fall away towards low frequencies
MOSTLY_INDUCTIVE = 1 + 1j * OMEGA * 3e-3 + 5 / (1 + 1j * OMEGA * 0.05)


@pytest.mark.parametrize("impedance", [Z, SERIES_RC, INDUCTIVE, LOOP, MOSTLY_INDUCTIVE])
def test_the_right_sign_passes(file, impedance):
    columns = [FREQUENCY, impedance.real, impedance.imag]
    assert same(read(file(table(columns=columns))), impedance)


@pytest.mark.parametrize("impedance", [Z, SERIES_RC, Z + 1e-6j * OMEGA])
def test_the_wrong_sign_is_an_error_that_flip_mends(file, impedance):
    path = file(table(columns=[FREQUENCY, impedance.real, -impedance.imag]))
    with pytest.raises(ValueError, match=r"cell\.csv: .* wrong sign .* flip=True"):
        read(path)
    assert same(read(path, flip=True), impedance)
    right = file(table(columns=[FREQUENCY, impedance.real, impedance.imag]), "right.csv")
    with pytest.raises(ValueError, match=r"right\.csv: .* with flip=True: leave it out"):
        read(right, flip=True)


# ---- mishaps ------------------------------------------------------------------------------------

LINES = table().splitlines()


def changed(line, text):
    return "\n".join([*LINES[:line], text, *LINES[line + 1 :]])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["cell.csv is empty"]),
        (" \n\n\t\n", ["cell.csv is empty"]),
        ("# only a comment\n", ["nothing but comments"]),
        (HEADER + "\n", ["header but no row", "cut off"]),
        ("To whom it may concern\n", ["line 1", "neither numbers nor a header", "frequency_hz"]),
        ("1000,60\n100,61\n", ["line 1 has 2 cells", "must be three"]),
        ("1000,60,-2,7\n100,61,-3,8\n", ["line 1 has 4 cells", "must be three"]),
        ("1000,0,60,5,-2,5\n", ["line 1 has 6 cells", "semicolons"]),
        (HEADER + "\n1000,0,60,5,-2,5\n", ["line 2 has 6 cells where 3", "semicolons"]),
        (table(header="frequency_hz,z_real_ohm,phase"), ["no column z_imag_ohm among", "phase"]),
        (
            table(header="frequency_hz,z_imag_ohm,z_real_ohm"),
            ["real part is negative for 11 of 11 points", "swapped"],
        ),
        (
            table(header=None, columns=[Z.real, Z.imag, FREQUENCY]),
            ["line 1: there is no header", "first column", "column 3 does", '"frequency": 2'],
        ),
        (table(header="freq/Hz,frequency_hz,z_imag_ohm"), ["both hold the frequency"]),
        (changed(3, "1e3,abc,-2"), ["line 4, column z_real_ohm: 'abc'", "finite number"]),
        (changed(3, "1e3,nan,-2"), ["line 4, column z_real_ohm: 'nan'", "finite number"]),
        (changed(3, "1e3,60,-inf"), ["line 4, column z_imag_ohm: '-inf'"]),
        (changed(3, "1e3,,-2"), ["line 4, column z_real_ohm: ''"]),
        (changed(3, "1e3,60"), ["line 4 has 2 cells where 3 are needed"]),
        ("\n".join(LINES[:-1]) + "\n1.0,3", ["line 12 has 2 cells", "cut off"]),
        ("1.000,5;60;-2\n", ["line 1, column frequency_hz: '1.000,5'", "thousands"]),
        (changed(3, "0,60,-2"), ["line 4: frequency = 0 Hz", "above 0 Hz"]),
        (changed(3, "-10,60,-2"), ["line 4: frequency = -10 Hz", "above 0 Hz"]),
        (changed(3, LINES[2]), ["line 4: the frequency 31622", "repeats"]),
        (changed(2, LINES[1]), ["line 3: the frequency 100000 Hz repeats"]),
        (changed(7, LINES[4]), ["line 8: the frequency", "repeats"]),
        (changed(3, "5e4,60,-2"), ["line 4: the frequency 50000 Hz after 31622", "out of order"]),
        (table() + LINES[1] + "\n", ["line 13: the last sweep has a single point", "cut off"]),
    ],
)
def test_every_mishap_is_told_apart(file, content, words):
    with pytest.raises(ValueError) as error:
        read(file(content))
    for word in words:
        assert word in str(error.value)


def test_a_spectrum_that_is_interrupted_by_another(file):
    columns = [np.tile(FREQUENCY, 3), np.tile(Z.real, 3), np.tile(Z.imag, 3)]
    columns.append(np.repeat([1, 2, 1], 11))
    with pytest.raises(ValueError, match="must stand together"):
        read(file(table(header=HEADER + ",spectrum", columns=columns)))


def test_sweeps_that_share_no_frequencies(file):
    columns = [np.tile(FREQUENCY, 3), np.tile(Z.real, 3), np.tile(Z.imag, 3)]
    columns[0] = columns[0] * np.repeat([1, 1.01, 1.01], 11)
    columns.append(np.repeat([1, 2, 3], 11))
    first, others = read(file(table(header=HEADER + ",spectrum", columns=columns)))
    assert same(first) and first.names == ("cell #1",)
    assert same(others, np.stack([Z, Z]), 1.01 * FREQUENCY)
    assert others.names == ("cell #2", "cell #3")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "nowhere.csv")


def test_spectra_of_shapes_that_do_not_match():
    with pytest.raises(ValueError, match=r"impedance of shape \(10,\) does not match"):
        Spectra(FREQUENCY, Z[:-1])
    with pytest.raises(ValueError, match=r"point_time of shape \(3,\) is not allowed"):
        Spectra(FREQUENCY, Z, point_time=np.zeros(3))


def test_the_warning_points_at_the_caller(file):
    with pytest.warns(SpectraWarning) as caught:
        read(file(table() + "0.0,0.0,0.0\n"))
    assert caught[0].filename == __file__


def test_spectra_are_said_in_one_line():
    spectra = Spectra(FREQUENCY, np.stack([Z, Z]), source="cell.csv (plain table)")
    assert repr(spectra) == "<Spectra: 2 × 11 points, 1e+05 to 1 Hz, from cell.csv (plain table)>"
    frequency = np.geomspace(1e5, 1.0, 41)
    arc = 60 + 270 / (1 + 2j * np.pi * frequency * 1e-3)
    kk = repr(lin_kk(frequency, np.stack([arc, arc.real + 1.1j * arc.imag])))
    assert (
        kk.startswith("<KramersKronig: 1 of 2 spectra valid, 0 others below the limit, median rms ")
        and "\n" not in kk
    )
