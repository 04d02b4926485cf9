"""Exports of instruments: files written here, impedance.py and galvani as the oracles."""

import struct
import sys
import warnings

import numpy as np
import pytest
from impedance import preprocessing

from sandtime.eis.reading import SpectraWarning, exports, layouts, mpr, read, records
from sandtime.eis.reading.quantities import chosen, determined, physical

FREQUENCY = np.geomspace(1e5, 1.0, 11)
OMEGA = 2 * np.pi * FREQUENCY
Z = 60 + 270 / (1 + (1j * OMEGA * 1e-3) ** 0.9)
TIME = np.linspace(0.5, 30, 11)
E = "{:.7E}".format


@pytest.fixture
def file(tmp_path):
    """Write text (or bytes) into a file and return its path."""

    def put(content, name="cell.txt", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return put


def columns_of(path, columns=None):
    """What `exports.parse` makes of a file: quantities as a dict, ignored columns."""
    lines = path.read_bytes().decode("latin-1").splitlines()
    found, numbers, ignored = exports.parse(path, lines, exports.recognise(lines), columns)
    assert len(numbers) == found["frequency"].size
    return found, ignored


# ---- one file of each kind ----------------------------------------------------------------------


def lines_of(columns, separator="\t", number=E):
    rows = zip(*columns, strict=True)
    return [separator.join(c if isinstance(c, str) else number(float(c)) for c in r) for r in rows]


def biologic(columns=None, number=E, extra=()):
    if columns is None:
        columns = {"freq/Hz": FREQUENCY, "Re(Z)/Ohm": Z.real, "-Im(Z)/Ohm": -Z.imag}
        columns |= {"|Z|/Ohm": abs(Z), "Phase(Z)/deg": np.angle(Z, deg=True)}
        columns |= {"time/s": TIME, "Cs/\xb5F": np.ones(11)}
    head = ["EC-Lab ASCII FILE", "", "", "Potentio EIS", *extra]
    head[1] = f"Nb header lines : {len(head) + 1}"
    body = lines_of(columns.values(), number=number)
    return "\r\n".join([*head, "\t".join(columns) + "\t", *body]) + "\r\n"


def zcurve(impedance=Z, time=TIME, points="", number=E, more=None):
    more = {} if more is None else more
    names = ["", "Pt", "Time", "Freq", "Zreal", "Zimag", "Zsig", "Zmod", "Zphz", *more]
    units = ["", "#", "s", "Hz", "ohm", "ohm", "V", "ohm", "\xb0", *("ohm" for _ in more)]
    count = impedance.size
    columns = [[""] * count, map(str, range(count)), time, FREQUENCY, impedance.real]
    columns += [impedance.imag, np.ones(count), abs(impedance), np.angle(impedance, deg=True)]
    body = lines_of([*columns, *more.values()], number=number)
    return ["ZCURVE\tTABLE" + points, "\t".join(names), "\t".join(units), *body]


def gamry(tables=None, end=(), tag="EISPOT"):
    head = ["EXPLAIN", "TAG\t" + tag, "OCVCURVE\tTABLE\t1", "\tPt\tT\tVf", "\t#\ts\tV", "\t0\t1\t2"]
    tables = [zcurve(points="\t11")] if tables is None else tables
    return "\n".join([*head, *(line for table in tables for line in table), *end]) + "\n"


ZVIEW = "  Freq(Hz){0}Ampl{0}Bias{0}Time(Sec){0}Z'(a){0}Z''(b){0}GD{0}Err{0}Range"
ZROWS = [FREQUENCY, np.full(11, 0.01), np.zeros(11), TIME, Z.real, Z.imag, np.zeros(11)]
ZROWS += [["0"] * 11, ["5"] * 11]


def zplot(points=11, number=E):
    head = ["ZPLOT2 ASCII", "  Date:  10-12-2018", f"  Data Points:   {points}"]
    head += [ZVIEW.format("\t"), "End Comments"]
    return "\n".join([*head, *lines_of(ZROWS, number=number)]) + "\n"


def zplot_with_commas():
    head = ['"ZPlotW Data File: Version 3.2c"', "0,3,0,1,300000,0.005", "11"]
    head += [f'"{ZVIEW.format("    ")}"']
    return "\n".join([*head, *lines_of(ZROWS, ", ")]) + "\n"


def autolab():
    head = ['"Z60W Data File: Version 1.1"', '""', "11"]
    head += [f'"{ZVIEW.format("    ").replace("Freq(", "Freq (")}"']
    return "\n".join([*head, *lines_of(ZROWS, ",")]) + "\n"


def versastudio(segments=1, close=True):
    head = ["<Application>", "Name=VersaStudio", "Version=2.52", "</Application>"]
    head += ["<Action0>", "Segments=0", "</Action0>", "<Action1>", "Segments=1", "</Action1>"]
    names = "Segment #, Point #, E(V), I(A), Elapsed Time(s), ADC Sync Input(V), Current Range, "
    names += "Status, E Applied(V), Frequency(Hz), E Real, E Imag, I Real, I Imag, Z Real, Z Imag"
    tables = []
    for n in range(1, segments + 1):
        columns = [[str(n - 1)] * 11, map(str, range(11)), *[["0"] * 11] * 2, TIME + 40 * n]
        columns += [["0"] * 11] * 4 + [FREQUENCY] + [["0"] * 11] * 4 + [n * Z.real, n * Z.imag]
        tables += [f"<Segment{n}>", "Type=2", "Version=3", f"Definition={names}, 0"]
        tables += [*lines_of(columns, ","), *([f"</Segment{n}>"] if close else [])]
    return "\n".join([*head, *tables, *(["", "<Graph1>", "Show=True"] if close else [])]) + "\n"


def parstat(separator="\t", number=E, extra=None):
    columns = {"Potential (V)": np.full(11, 3.49), "Elapsed Time (s)": TIME}
    columns |= {"Current (A)": np.full(11, -0.15), "Frequency (Hz)": FREQUENCY}
    columns |= {"Zre (ohms)": Z.real, "Zim (ohms)": Z.imag, **(extra or {})}
    order = ["Potential (V)", "Current (A)", "Elapsed Time (s)", *list(columns)[3:]]
    rest = [*map(number, (3.49, -0.15, 0.1)), *["0"] * (len(columns) - 3)]
    body = lines_of([columns[name] for name in order], separator, number)
    return "\n".join([separator.join(order), separator.join(rest), *body]) + "\n"


def powersuite(number=E):
    body = lines_of([FREQUENCY, Z.real, Z.imag], "\t ", number)
    return "\n".join(["Frequency\t Zre\t Zimg", *body]) + "\n"


def ch_instruments():
    head = ["Feb. 20, 2020   15:55:08", "A.C. Impedance", "", "Init E (V) = 0", ""]
    head += ["Freq/Hz, Z'/ohm, Z\"/ohm, Z/ohm, Phase/deg", ""]
    columns = [FREQUENCY, Z.real, Z.imag, abs(Z), np.angle(Z, deg=True)]
    return "\n".join([*head, *lines_of(columns, ", ")]) + "\n"


DATA = "Data: Frequency\tData: Z'\tData: Z''\tData: |Z|\tData: Theta (Z)"
ABOUT = "DC=0, TM=25\tModel: Unassigned Spectra\t(WE/RE Spectrum) pellet\t\t"


def relaxis_rows(frequency=FREQUENCY, impedance=Z, number=E):
    columns = [frequency, impedance.real, impedance.imag]
    columns += [abs(impedance), np.angle(impedance, deg=True)]
    return lines_of([c[::-1] for c in columns], number=number)


def relaxis(number=repr):
    head = ["RelaxIS 3.0 Spectrum export", "Date: 12/16/2025 2:29:15 PM", DATA, ABOUT]
    return "\n".join([*head, *relaxis_rows(number=number)]) + "\n"


# name → (text, whether it has times, reader of impedance.py, columns that are not read)
POLAR = ("|Z|/Ohm", "Phase(Z)/deg", "Cs/\xb5F")
ZREST = ("Ampl", "Bias", "GD", "Err", "Range")
EXPORTS = {
    "BioLogic": (biologic, True, "readBioLogic", POLAR),
    "Gamry": (gamry, True, "readGamry", ("Pt", "Zsig", "Zmod", "Zphz")),
    "ZPlot": (zplot, True, "readZPlot", ZREST),
    "Autolab": (autolab, True, "readAutolab", ZREST),
    "PowerSuite": (powersuite, False, "readPowerSuite", ()),
    "CH Instruments": (ch_instruments, False, "readCHInstruments", ("Z/ohm", "Phase/deg")),
    "RelaxIS": (relaxis, False, None, ("Data: |Z|", "Data: Theta (Z)")),
}
VARIANTS = {
    "ZPlot": (zplot_with_commas, True, "readZPlot", ZREST),
    "Parstat": (parstat, True, "readParstat", ("Potential (V)", "Current (A)")),
    "VersaStudio": (versastudio, True, "readVersaStudio", None),
}


def as_exported(spectra, timed=True, impedance=Z):
    """Whether these are the spectra that were written with eight digits."""
    np.testing.assert_allclose(spectra.frequency, FREQUENCY, rtol=1e-7)
    np.testing.assert_allclose(np.squeeze(spectra.impedance), impedance, rtol=1e-7)
    if timed:
        begin = 40.5 if "VersaStudio" in spectra.source else 0.5
        np.testing.assert_allclose(np.squeeze(spectra.point_time), TIME + begin - 0.5, rtol=1e-7)
        assert spectra.time == pytest.approx(begin)
    else:
        assert spectra.time is spectra.point_time is None
    return True


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_exports_of_instruments(file, name, encoding, end):
    export, timed, _, ignored = EXPORTS[name]
    text = export().replace("\r\n", "\n").replace("\n", end)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spectra = read(file(text, "export.txt", encoding))
    assert as_exported(spectra, timed)
    assert spectra.source == f"export.txt ({name})" and spectra.ignored == ignored


def european(export):
    """Commas in numbers, and semicolons between them."""
    return lambda: export().replace(",", ";").replace(".", ",")


@pytest.mark.parametrize(
    "export",
    [
        european(zplot_with_commas),
        european(autolab),
        zplot_with_commas,
        lambda: parstat(","),
        lambda: parstat(";"),
        parstat,
        versastudio,
    ],
)
@pytest.mark.filterwarnings("ignore::sandtime.eis.reading.SpectraWarning")
def test_other_exports(file, export):
    assert as_exported(read(file(export())))


@pytest.mark.parametrize("kinds", [EXPORTS, VARIANTS], ids=["each", "variants"])
@pytest.mark.filterwarnings("ignore::sandtime.eis.reading.SpectraWarning")
def test_impedance_py_reads_the_same(file, kinds):
    """Another implementation, to the last bit."""
    for export, _, reader, _ in kinds.values():
        if reader is None:
            continue
        path = file(export().replace("\r\n", "\n"), encoding="latin-1")
        if reader in ("readVersaStudio", "readZPlot", "readAutolab"):
            path = file(export(), encoding="utf-8")
        frequency, impedance = getattr(preprocessing, reader)(str(path))
        found, _ = columns_of(path)
        assert np.array_equal(found["frequency"], frequency), reader
        assert np.array_equal(found["real"] + 1j * found["imag"], impedance), reader


@pytest.mark.parametrize("name", [*EXPORTS, "Parstat", "VersaStudio"])
@pytest.mark.filterwarnings("ignore::sandtime.eis.reading.SpectraWarning")
def test_every_column_is_read_or_listed(file, name):
    """The names of the file are those that were read and those that were ignored."""
    path = file((EXPORTS | VARIANTS)[name][0](), encoding="latin-1")
    lines = path.read_bytes().decode("latin-1").splitlines()
    layout = exports.recognise(lines)
    assert layout.name == name
    table = records.table(path, lines, layout, layout.tables(lines)[0])
    found, ignored = columns_of(path)
    assert [name for name in table.names[: len(table.cells[0])] if name in ignored] == [*ignored]
    assert len(table.cells[0]) - len(ignored) == 3 + ("time" in found)


def test_what_is_recognised():
    assert exports.recognise([]) is None
    assert exports.recognise(["frequency_hz,z_real_ohm,z_imag_ohm", "1,2,3"]) is None
    # as these instruments name columns, but not all of them: plain tables, which know more names
    assert exports.recognise(["Freq/Hz,Z'/ohm,-Z\"/ohm", "1,2,3"]) is None
    assert exports.recognise(["Frequency (Hz),Zre (ohms),-Zim (ohms)", "1,2,3"]) is None
    quoted = ['"Frequency (Hz)","Zre (ohms)","Zim (ohms)"', "1,2,3"]
    assert exports.recognise(quoted).name == "Parstat"
    assert exports.recognise(["RelaxIS 3.0 Spectrum export"]).name == "RelaxIS"


@pytest.mark.parametrize("export", [biologic, gamry, zplot, powersuite, parstat, relaxis])
@pytest.mark.filterwarnings("ignore::sandtime.eis.reading.SpectraWarning:sandtime")
def test_decimal_commas(file, export):
    def comma(value):
        return E(value).replace(".", ",")

    text = gamry([zcurve(number=comma)]) if export is gamry else export(number=comma)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*rows of a rest")
        assert as_exported(read(file(text)), export not in (powersuite, relaxis))


@pytest.mark.parametrize(
    ("number", "written"), [("6.0379522E+01", "6,0379522E+01"), ("1.0000000E+03", "1,000")]
)
def test_commas_beside_points_are_no_guess(file, number, written):
    """Thousands that a spreadsheet has separated would be read a thousand times too small."""
    with pytest.raises(ValueError, match="have commas and points"):
        read(file(powersuite().replace(number, written)))


@pytest.mark.parametrize(("separator", "point"), [(",", "."), (";", ","), (";", ".")])
def test_exports_that_a_spreadsheet_has_saved(file, separator, point):
    """Tabs are other marks then, and all lines are as long as the longest."""
    for export in (biologic, gamry):
        rows = [line.replace(".", point).split("\t") for line in export().splitlines()]
        width = max(map(len, rows)) + 2
        lines = [separator.join(row + [""] * (width - len(row))) for row in rows]
        spectra = read(file("\n".join(lines) + "\n"))
        assert as_exported(spectra)
        assert not {"", "time/s", "Time"} & {*spectra.ignored}


@pytest.mark.filterwarnings("ignore:.*rows of a rest")
def test_a_cell_that_only_rested(file):
    with pytest.raises(ValueError, match="holds no row of a spectrum"):
        read(file(programmes(REST, REST, Ns=[0, 1])))


# ---- which columns ------------------------------------------------------------------------------


def test_polar_form_and_the_sign_of_the_imaginary_part(file):
    modulus, phase = {"|Z|/Ohm": abs(Z)}, {"Phase(Z)/deg": np.angle(Z, deg=True)}
    f, t = {"freq/Hz": FREQUENCY}, {"time/s": TIME}
    polar = read(file(biologic(f | modulus | phase | t)))
    plus = read(file(biologic(f | {"Re(Z)/Ohm": Z.real, "Im(Z)/Ohm": Z.imag} | t)))
    assert as_exported(plus) and plus.ignored == ()
    np.testing.assert_allclose(np.squeeze(polar.impedance), Z, rtol=3e-7)
    text = ch_instruments().replace("Z'/ohm", "Y'/S").replace('Z"/ohm', "Y/S")
    chi = read(file(text))
    np.testing.assert_allclose(np.squeeze(chi.impedance), Z, rtol=3e-7)
    assert chi.ignored == ("Y'/S", "Y/S")


def test_columns_of_the_readers_choice(file):
    """Drift-corrected columns are offered, and read where they are asked for."""
    corrected = 0.9 * Z
    more = {"ZrealDrCor": corrected.real, "ZimagDrCor": corrected.imag}
    path = file(gamry([zcurve(more=more)]), "cell.dta")
    with pytest.warns(SpectraWarning, match=r"ZrealDrCor and ZimagDrCor.*columns=\{'real'"):
        found, ignored = columns_of(path)
    np.testing.assert_allclose(found["real"], Z.real, rtol=1e-7)
    assert ignored[-2:] == ("ZrealDrCor", "ZimagDrCor")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, ignored = columns_of(path, {"real": "ZrealDrCor", "imag": "zimagdrcor"})
        names, _ = columns_of(path, {"modulus": "Zmod", "phase_deg": 7})
    np.testing.assert_allclose(found["real"] + 1j * found["imag"], corrected, rtol=1e-7)
    np.testing.assert_allclose(names["real"] + 1j * names["imag"], Z, rtol=3e-7)
    assert "Zreal" in ignored and "ZrealDrCor" not in ignored and "time" in found
    with pytest.raises(
        ValueError, match=r"cell\.dta, line 8: columns for frequency, time, real do"
    ):
        columns_of(path, {"real": "Zreal"})
    with pytest.raises(ValueError, match=r"columns\['imag'\] = 'Zim' is not allowed: no column"):
        columns_of(path, {"imag": "Zim"})


def test_units_of_columns_of_the_readers_choice(file):
    columns = {"freq/kHz": FREQUENCY / 1e3, "Re(Z)/kOhm": Z.real / 1e3, "-Im(Z)/Ohm": -Z.imag}
    path = file(biologic(columns))
    with pytest.raises(ValueError, match="no column 'freq/Hz', 'Re"):
        read(path)
    found, _ = columns_of(path, {"frequency": "freq/kHz", "real": "Re(Z)/kOhm", "-imag": 2})
    np.testing.assert_allclose(found["frequency"], FREQUENCY, rtol=1e-7)
    np.testing.assert_allclose(found["real"] + 1j * found["imag"], Z, rtol=1e-7)
    with pytest.warns(SpectraWarning, match=r"'Re\(Z\)/Ohm.cm2' is per area.*taken as it stands"):
        columns_of(file(biologic().replace("Re(Z)/Ohm", "Re(Z)/Ohm.cm2")), {"real": 1, "-imag": 2})


def test_what_columns_may_be_called():
    names = ["f", "Re Z", "Im Z", "re z"]
    assert chosen("cell", names, {"frequency": 0, "-imag": "imz"}) == {"frequency": 0, "-imag": 2}
    assert chosen("cell", names, {"real": "re z"}) == {"real": 3}
    for wrong, words in [
        ({"resistance": 0}, "the key 'resistance'"),
        ({"real": "REZ"}, "2 columns of this name"),
        ({"real": 4}, "there are 4 columns"),
        ({"real": 1.0}, "must be a name or an index"),
    ]:
        with pytest.raises(ValueError, match=words):
            chosen("cell", names, wrong)
    for keys in [(), ("frequency", "omega", "real", "imag"), ("frequency", "real", "phase_deg")]:
        with pytest.raises(ValueError, match="do not determine a spectrum"):
            determined("cell", keys)


def test_all_quantities_say_the_same():
    angle = np.angle(Z)
    polar = [
        {"phase_rad": angle},
        {"phase_deg": np.rad2deg(angle)},
        {"-phase_deg": np.rad2deg(-angle)},
    ]
    cartesian = [{"real": Z.real, "imag": Z.imag}, {"real": Z.real, "-imag": -Z.imag}]
    for f in ({"frequency": FREQUENCY}, {"omega": OMEGA}, {"log10_frequency": np.log10(FREQUENCY)}):
        for z in [*cartesian, *({"modulus": abs(Z)} | phase for phase in polar)]:
            determined("cell", [*f, *z])
            found = physical(f | z)
            np.testing.assert_allclose(found["frequency"], FREQUENCY, rtol=1e-13)
            np.testing.assert_allclose(found["real"] + 1j * found["imag"], Z, rtol=1e-13)


def test_a_clock_is_no_time(file):
    clock = [f"07/30/2025 09:24:{n:02d}.408" for n in range(11)]
    columns = {"freq/Hz": FREQUENCY, "Re(Z)/Ohm": Z.real, "-Im(Z)/Ohm": -Z.imag, "time/s": clock}
    spectra = read(file(biologic(columns)))
    assert as_exported(spectra, False) and spectra.ignored == ("time/s",)
    with pytest.raises(ValueError, match=r"'07/30/2025 09:24:00\.408' is not allowed as time/s"):
        columns_of(file(biologic(columns)), {"time": "time/s"})
    columns["time/s"] = [*map(E, TIME[:5]), "?", *map(E, TIME[6:])]
    with pytest.raises(ValueError, match=r"line 11, cell 4: '\?' is not allowed as time/s"):
        read(file(biologic(columns)))


def test_times_that_go_back_are_not_one_clock(file):
    columns = {"freq/Hz": FREQUENCY, "Re(Z)/Ohm": Z.real, "-Im(Z)/Ohm": -Z.imag}
    back = np.where(np.arange(11) < 6, TIME, TIME - 10)
    with pytest.warns(SpectraWarning, match=r"line 12: the time goes back from 15\.25 s to 8\.2"):
        spectra = read(file(biologic(columns | {"time/s": back})))
    assert as_exported(spectra, False) and spectra.ignored == ("time/s",)


def test_what_is_said_twice_is_compared(file):
    wrong = gamry().replace(E(Z.real[4]), E(Z.real[4] * 1.1), 1)
    with pytest.warns(SpectraWarning, match=r"line 14: Zmod and Zphz do not agree .*1 of 11"):
        read(file(wrong))
    turned = biologic().replace("-Im(Z)", "Im(Z)")
    with pytest.warns(SpectraWarning, match=r"10 of 11 points"), pytest.raises(ValueError):
        read(file(turned))


def test_rounded_numbers_agree_as_far_as_they_go(file):
    """CH Instruments rounds to four digits and a tenth of a degree; one in a hundred is found."""
    head = ch_instruments().split("\n\n1.0")[0]
    columns = [FREQUENCY, Z.real, Z.imag, abs(Z)]
    rows = lines_of(columns, ", ", "{:.3e}".format)
    rows = [f"{row}, {a:.1f}" for row, a in zip(rows, np.angle(Z, deg=True), strict=True)]
    text = "\n".join([head, "", *rows]) + "\n"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(file(text))
    with pytest.warns(SpectraWarning, match="1 of 11 points"):
        read(file(text.replace(f"{Z.real[5]:.3e}", f"{1.01 * Z.real[5]:.3e}")))


def test_points_are_counted(file):
    text = gamry().replace(f"\t8\t{E(TIME[8])}\t{E(FREQUENCY[8])}", f"\t1.0E+01\t{E(TIME[8])}\t8")
    with pytest.warns(SpectraWarning, match="line 18: Pt does not count the points"):
        assert read(file(text)).frequency[8] == 8


def test_gamry_without_the_line_of_units(file):
    table = zcurve()
    assert as_exported(read(file(gamry([table[:2] + table[3:]]))))


@pytest.mark.filterwarnings("ignore:.*not calibrated")
def test_segments_of_other_techniques_are_passed_over(file):
    other = "<Segment0>\nDefinition=Segment #, Point #, E(V), I(A)\n0,0,1,2\n</Segment0>\n"
    assert as_exported(read(file(versastudio().replace("<Segment1>", other + "<Segment1>"))))


def test_what_versastudio_itself_says(file):
    with pytest.warns(SpectraWarning, match="not calibrated"):
        spectra = read(file(versastudio()))
    assert "E(V)" in spectra.ignored and "Frequency(Hz)" not in spectra.ignored


def test_units_other_than_hertz_and_ohm_are_not_read(file):
    with pytest.raises(ValueError, match=r"line 8: Zreal in kohm is not allowed: it must be ohm"):
        read(file(gamry().replace("\tHz\tohm", "\tHz\tkohm")))


# ---- several spectra ----------------------------------------------------------------------------

LOWER = FREQUENCY[3:] / 1.7
Z_LOWER = np.interp(LOWER, FREQUENCY[::-1], Z.real[::-1]) - 5j


def programmes(*parts, **marks):
    """A .mpt of several parts (frequency, impedance), with columns of marks, one value a part."""
    columns = {"freq/Hz": np.concatenate([f for f, _ in parts])}
    impedance = np.concatenate([z for _, z in parts])
    columns |= {"Re(Z)/Ohm": impedance.real, "-Im(Z)/Ohm": -impedance.imag}
    columns["time/s"] = np.arange(impedance.size) * 1.5
    for name, values in marks.items():
        columns[name.replace("_", " ")] = np.repeat(values, [f.size for f, _ in parts])
    return biologic(columns)


FULL, LOW, REST = (FREQUENCY, Z), (LOWER, Z_LOWER), (np.zeros(4), np.zeros(4, complex))


@pytest.mark.parametrize(
    ("text", "spectrum"),
    [
        (programmes(FULL, LOW, Ns=[1, 2]), [0] * 11 + [1] * 8),
        (programmes(FULL, LOW, cycle_number=[1, 2]), [0] * 11 + [1] * 8),
        (programmes(REST, FULL, REST, LOW, REST), [0] * 11 + [1] * 8),
        (programmes(REST, FULL, REST, LOW, REST, Ns=[0, 1, 2, 3, 4]), [0] * 11 + [1] * 8),
        (programmes(FULL, LOW, FULL, LOW, Ns=[0, 1, 0, 1]), np.repeat(range(4), [11, 8, 11, 8])),
        # in one programme the same sweep twice, then another programme
        (programmes(FULL, FULL, LOW, Ns=[0, 0, 1]), np.repeat(range(3), [11, 11, 8])),
        # a range in two programmes, where the second goes on: two settings, two spectra
        (programmes((FREQUENCY[:6], Z[:6]), (FREQUENCY[6:], Z[6:]), Ns=[0, 1]), [0] * 6 + [1] * 5),
        # a cycle number that changes within a sweep, as one of charge and discharge does
        (programmes((FREQUENCY[:6], Z[:6]), (FREQUENCY[6:], Z[6:]), cycle_number=[0, 1]), None),
        (programmes((FREQUENCY[:6], Z[:6]), REST, (FREQUENCY[6:], Z[6:])), None),
        (programmes(FULL, FULL), None),
    ],
)
@pytest.mark.filterwarnings("ignore:.*rows of a rest")
def test_several_programmes_in_one_file(file, text, spectrum):
    found, ignored = columns_of(file(text, encoding="latin-1"))
    assert (found["frequency"] > 0).all()
    if spectrum is None:
        assert "spectrum" not in found
    else:
        assert np.array_equal(found["spectrum"], spectrum)
        kinds = np.repeat([1, 2], [11, 8]) if "Ns" in text else np.ones(len(spectrum))
        if len(spectrum) == 19:
            assert np.array_equal(found["programme"], kinds)
        assert "Ns" not in ignored and "cycle number" not in ignored


def test_programmes_of_other_ranges_come_as_a_list(file):
    full, low = read(file(programmes(FULL, LOW, FULL, Ns=[1, 2, 3])))[:2]
    np.testing.assert_allclose(full.impedance, Z, rtol=1e-7)
    np.testing.assert_allclose(low.frequency, LOWER, rtol=1e-7)
    np.testing.assert_allclose(low.impedance, Z_LOWER, rtol=1e-7)
    assert full.time == 0 and low.time == 16.5


def test_one_programme_of_several(file):
    path = file(programmes(FULL, LOW, FULL, Ns=[0, 4, 0]))
    low = read(path, programme=2)
    np.testing.assert_allclose(low.impedance, Z_LOWER, rtol=1e-7)
    assert read(path, programme=1).impedance.shape == (2, 11)
    for wrong in (0, 3, "2"):
        with pytest.raises(ValueError, match=r"cell\.txt holds 2, numbered from 1"):
            read(path, programme=wrong)


def test_frequencies_that_only_start_over_are_not_cut_here(file):
    """Without a mark nothing tells a second range from a row in the wrong place."""
    found, _ = columns_of(file(programmes(FULL, LOW, Ns=[1, 1])))
    assert "spectrum" not in found


def test_text_of_ec_lab_without_its_head(file):
    """The table alone, as EC-Lab also writes it: the marks are understood, else it is a table."""
    text = programmes(FULL, LOW, Ns=[0, 1]).split("EIS\r\n")[1]
    found, _ = columns_of(file(text))
    assert np.array_equal(found["spectrum"], [0] * 11 + [1] * 8)
    assert exports.recognise(["freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm", "1\t2\t3"]) is None


@pytest.mark.filterwarnings("ignore:.*the time goes back")
def test_several_sweeps_in_an_export(file):
    text = biologic()
    body = text.splitlines()[5:]
    spectra = read(file("\n".join([*text.splitlines(), *body])))
    assert spectra.impedance.shape == (2, 11)
    np.testing.assert_array_equal(spectra.impedance[0], spectra.impedance[1])


def test_several_curves_of_gamry(file):
    tables = [zcurve(), zcurve(1.1 * Z, TIME + 60, "\t11"), zcurve(1.2 * Z, TIME + 120)]
    found, _ = columns_of(file(gamry(tables)))
    assert np.array_equal(found["programme"], np.repeat([1, 2, 3], 11))
    spectra = read(file(gamry(tables, end=["FRACURVE\tTABLE\t1", "\tPt\tT\tV", "\t0\t1\t2"])))
    np.testing.assert_allclose(spectra.impedance, np.outer([1, 1.1, 1.2], Z), rtol=1e-7)
    np.testing.assert_allclose(spectra.time, [0.5, 60.5, 120.5])
    # each table by its own clock
    with pytest.warns(SpectraWarning, match="the time goes back"):
        assert read(file(gamry([zcurve(), zcurve(1.1 * Z)]))).time is None
    with pytest.warns(SpectraWarning, match="1 of its 2 tables hold no row"):
        assert as_exported(read(file(gamry([zcurve(), zcurve()[:3]]))))
    other = zcurve(more={"Zcell": abs(Z)})
    with pytest.raises(ValueError, match=r"line 22: the columns of this table are not those of li"):
        read(file(gamry([zcurve(), other])))


@pytest.mark.filterwarnings("ignore:.*not calibrated")
def test_several_segments_of_versastudio(file):
    spectra = read(file(versastudio(2)))
    np.testing.assert_allclose(spectra.impedance, np.outer([1, 2], Z), rtol=1e-7)
    text = versastudio(2).replace("</Segment1>\n<Segment2>\nType=2\nVersion=3\n", "")
    lines = text.splitlines()
    second = next(i for i, line in enumerate(lines[20:], 20) if line.startswith("Definition"))
    del lines[second]
    spectra = read(file("\n".join(lines)))  # both in one table, told apart by Segment #
    np.testing.assert_allclose(spectra.impedance, np.outer([1, 2], Z), rtol=1e-7)


def test_several_spectra_of_relaxis(file):
    title = relaxis().splitlines()[:2]
    a, b = relaxis_rows(), relaxis_rows(LOWER, Z_LOWER)
    beside = [f"{x}\t{y}" for x, y in zip(a, [*b, *["\t\t\t\t"] * 3], strict=True)]
    for text in (
        [*title, DATA, ABOUT, *a, "", *title, DATA, ABOUT, *b],
        [*title, DATA, ABOUT, *a, ABOUT, *b],
        [*title, f"{DATA}\t{DATA}", f"{ABOUT}\t{ABOUT}", *beside],
    ):
        found, _ = columns_of(file("\n".join(text) + "\n"))
        assert np.array_equal(found["spectrum"], [0] * 11 + [1] * 8)
        np.testing.assert_allclose(found["frequency"], [*FREQUENCY[::-1], *LOWER[::-1]], rtol=1e-7)
        z = found["real"] + 1j * found["imag"]
        np.testing.assert_allclose(z, [*Z[::-1], *Z_LOWER[::-1]], rtol=1e-7)


# ---- mishaps ------------------------------------------------------------------------------------


def test_tables_behind_the_impedances_do_not_disturb(file):
    curve = ["FRACURVE\tTABLE\t1", "\tPt\tT\tV", "\t0\t1\t2"]
    assert as_exported(read(file(gamry(end=["EXPERIMENTABORTED\tTOGGLE\tT\tAborted", *curve]))))
    # impedance.py's reader fails on a table that follows without such a line
    assert as_exported(read(file(gamry(end=curve))))


def test_a_comment_that_ends_a_line_for_one_program_only(file):
    """EC-Lab counts line feeds; a comment may hold what Python takes for an end of line."""
    assert as_exported(read(file(biologic(extra=["Comments : a\x85b"]), encoding="latin-1")))


@pytest.mark.parametrize(
    ("text", "points"), [(zplot(15), 15), (gamry([zcurve(points="\t12")]), 12)]
)
def test_fewer_points_than_announced_is_a_warning(file, text, points):
    with pytest.warns(SpectraWarning, match=f"announces {points} points and holds 11"):
        assert as_exported(read(file(text)))


def cut(text, lines):
    return "\n".join(text.splitlines()[:lines])


def without(text, line, cell):
    lines = text.splitlines()
    cells = lines[line - 1].split("\t")
    lines[line - 1] = "\t".join(cells[: cell - 1] + cells[cell:])
    return "\n".join(lines)


CYCLE = biologic({"mode": np.ones(11), "time/s": TIME, "Ewe/V": TIME}).replace(
    "Potentio EIS", "Cyclic Voltammetry"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (cut(biologic(), 3), ["export of BioLogic", "no table", "cut off"]),
        (cut(biologic(), 5), ["no row follows", "cut off"]),
        (biologic()[:-90], ["line 16 has 1 cells where the rows above have 7", "cut off"]),
        # all that is needed is there, and still the row is not whole
        (biologic()[:-20], ["line 16 has 6 cells where the rows above have 7", "cut off"]),
        (biologic()[:-5], ["line 16 ends in '1.0000000E', shorter than in the rows", "cut off"]),
        (cut(biologic(), 6)[:-90], ["line 6 has 1 cells where at least 2 are needed", "cut off"]),
        (without(biologic(), 9, 2), ["line 9 has 6 cells where the other rows have 7"]),
        (biologic().replace("\tCs/\xb5F", ""), ["has 7 cells where the head of the table names 6"]),
        (
            gamry().replace("\n\t4\t", "\n4\t"),
            ["line 14 reads like a row", "the tab that rows begin with", "would be lost"],
        ),
        (
            biologic().replace("-Im(Z)/Ohm", "Cp/F").replace("|Z|/Ohm", "|Y|/S"),
            ["line 5: no column '-Im(Z)/Ohm' among freq/Hz, Re(Z)/Ohm", "columns="],
        ),
        (biologic().replace("time/s", E(TIME[3])), ["9.3500000E+00", "no number can be among"]),
        (biologic().replace("freq/Hz", "f"), ["line 5: no column 'freq/Hz' among f"]),
        (CYCLE, ["line 5: no column 'freq/Hz'", "'Re(Z)/Ohm'", "Cyclic Voltammetry"]),
        (biologic().replace("1.0000000E+05", "overload"), ["line 6, cell 1: 'overload'"]),
        (cut(gamry(), 6), ["export of Gamry", "no table", "(EISPOT)"]),
        (cut(gamry(), 9), ["no row follows"]),
        (gamry().replace("Zreal\tZimag", "Zimag\tZreal"), ["real part is negative"]),
        (cut(zplot(), 3), ["export of ZPlot", "no table"]),
        (zplot() + zplot(), ["line 20 repeats the head of the table"]),
        (versastudio(close=False), ["the line that ends the table is missing", "cut off"]),
        (cut(relaxis(), 2), ["export of RelaxIS", "no table"]),
        (cut(relaxis(), 4), ["no row follows"]),
    ],
)
@pytest.mark.filterwarnings("ignore:.*do not agree", "ignore:.*not calibrated")
@pytest.mark.filterwarnings("ignore:.*announces")
def test_mishaps_of_exports(file, text, words):
    with pytest.raises(ValueError) as error:
        read(file(text, "export.txt"))
    for word in ["export.txt", *words]:
        assert word in str(error.value)


def test_a_short_end_is_said_where_numbers_have_no_exponents(file):
    text = powersuite(number=lambda v: f"{v:.9g}").strip()
    with pytest.warns(SpectraWarning, match=r"ends in '\d', shorter than in all rows above"):
        read(file(text[: text.rindex("-") + 2]))


def test_points_of_an_overload_can_be_left_out(file):
    text = gamry().replace(E(Z.real[4]), "OVERLOAD").replace(E(TIME[6]), "OVERLOAD")
    path = file(text)
    with pytest.raises(ValueError, match=r"line 14, cell 4: 'OVERLOAD'.*leave_out=\['OVERLOAD'\]"):
        read(path)
    lines = text.splitlines()
    with pytest.warns(SpectraWarning, match=r"left out 2 points that hold overload"):
        found, numbers, _ = exports.parse(
            path, lines, exports.recognise(lines), None, ["Overload "]
        )
    assert np.array_equal(numbers, [10, 11, 12, 13, 15, 17, 18, 19, 20])
    np.testing.assert_allclose(found["frequency"], np.delete(FREQUENCY, [4, 6]), rtol=1e-7)


@pytest.mark.parametrize("number", ["1e999", "nan", "inf", "1_0", "+-1"])
def test_what_a_program_takes_for_a_number_and_is_none(file, number):
    with pytest.raises(ValueError, match=r"line 8, cell 1: .* is not allowed as Frequency"):
        read(file(powersuite().replace(E(1e2), number)))


# ---- anything may happen to a file --------------------------------------------------------------


def mutate(text, rng, swaps):
    """One mishap: what copying, editing and breaking off do to a file."""
    lines = text.splitlines()
    rows = [i for i, line in enumerate(lines) if line.count("E+") > 1]
    i, j = sorted(rng.choice(range(rows[0] - 1, rows[-1] + 1), 2, replace=False))
    what = rng.integers(8 if swaps else 6)
    if what > 5:  # names that change places cannot be found
        i, j = sorted(rng.choice(rows, 2, replace=False))
    tab = next(s for s in ("\t", ", ", ",") if s in lines[rows[0]])
    if what == 0:
        return text[: rng.integers(len(text) // 4, len(text))]
    if what == 1:
        del lines[rng.integers(len(lines))]
    elif what == 2:
        lines[i], lines[j] = lines[j], lines[i]
    elif what == 3:
        lines.insert(max(j, rows[1]), lines[max(i, rows[1])])  # not the first: a sweep begins
    elif what == 4:
        cells = lines[i].split(tab)
        del cells[rng.integers(len(cells))]
        lines[i] = tab.join(cells)
    elif what == 5:
        place = rng.integers(len(lines[i]) + 1)
        lines[i] = (
            lines[i][:place] + rng.choice(["\t", ",", "x", " ", ";", "\n"]) + lines[i][place:]
        )
    elif what == 6:
        cells = lines[i].split(tab)
        a, b = rng.integers(len(cells), size=2)
        cells[a], cells[b] = cells[b], cells[a]
        lines[i] = tab.join(cells)
    else:
        one, two = lines[i].split(tab), lines[j].split(tab)
        a = rng.integers(min(len(one), len(two)))
        one[a], two[a] = two[a], one[a]
        lines[i], lines[j] = tab.join(one), tab.join(two)
    return "\n".join(lines) + "\n"


TRUTH = {
    f"{f:.7E}": complex(float(E(z.real)), float(E(z.imag)))
    for f, z in zip(FREQUENCY, Z, strict=True)
}


@pytest.mark.parametrize(
    ("export", "swaps"),
    [
        (biologic, True),
        (gamry, True),
        (ch_instruments, True),
        (lambda: relaxis(number=E), True),
        # these say nothing twice: two cells that change places cannot be found
        (zplot, False),
        (zplot_with_commas, False),
        (autolab, False),
        (powersuite, False),
        (versastudio, False),
    ],
)
def test_nothing_wrong_is_read_in_silence(file, export, swaps):
    rng = np.random.default_rng(7)
    text, silent, told = export(), 0, 0
    for _ in range(150):
        path = file(mutate(text, rng, swaps))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                spectra = read(path)
            except ValueError as error:
                told += "cell.txt" in str(error)
                continue
        if [w for w in caught if "not calibrated" not in str(w.message)]:
            told += 1
            continue
        silent += 1
        for f, z in zip(spectra.frequency, spectra.impedance.ravel(), strict=True):
            # a damaged name leaves modulus and phase
            assert z == pytest.approx(TRUTH[E(f)], rel=3e-7), path.read_text()
    assert told > 50 and silent > 5


@pytest.mark.filterwarnings("ignore::sandtime.eis.reading.SpectraWarning")
def test_whatever_comes_is_a_spectrum_or_an_error_that_names_the_file(file):
    rng, errors = np.random.default_rng(3), 0
    texts = [kind[0]() for kind in (EXPORTS | VARIANTS).values()]
    texts += [
        gamry([zcurve(), zcurve()]),
        versastudio(2),
        programmes(REST, FULL, LOW, Ns=[0, 1, 2]),
    ]
    for _ in range(300):
        text = texts[rng.integers(len(texts))]
        for _ in range(rng.integers(1, 4)):
            i, j = sorted(rng.integers(0, len(text) + 1, 2))
            more = rng.choice(["", "\t", ",", "x", '"', "=", "#", "\n", "E", text[i:j]])
            text = rng.choice([text[:i] + text[j:], text[:i] + more + text[i:]])
        try:
            read(file(str(text)))
        except ValueError as error:
            errors += "cell.txt" in str(error)
            if "cell.txt" not in str(error):
                raise
    assert 100 < errors < 300


# ---- binary files of BioLogic -------------------------------------------------------------------

COLUMNS = {4: "<f8", 24: "<f8", 32: "<f4", 37: "<f4", 38: "<f4", 131: "<u2"}


def module(short, data, version=0, length=None):
    length = len(data) if length is None else length
    name = short.ljust(10) + b"".ljust(25) + struct.pack("<II", length, version)
    return b"MODULE" + name + b"07/30/25" + data


def binary(columns=None, ids=(4, 32, 37, 38, 131)):
    """A .mpr as galvani describes it: settings, and data of version 2 with columns by number."""
    values = {4: TIME, 32: FREQUENCY, 37: Z.real, 38: -Z.imag, 131: np.zeros(11), 24: TIME}
    values |= columns or {}
    count = values[4].size
    table = np.zeros(count, [(str(i), COLUMNS.get(i, "<f4")) for i in ids])
    for i in ids:
        table[str(i)] = values.get(i, np.zeros(count))
    head = struct.pack("<IB", count, len(ids)) + struct.pack(f"<{len(ids)}H", *ids)
    magic = mpr.MAGIC + b"\x1a"
    data = module(b"VMP data", head.ljust(405, b"\0") + table.tobytes(), 2)
    return magic.ljust(48) + b"\0\0\0\0" + module(b"VMP Set", b"\x1c") + data


def test_binary_files(file):
    pytest.importorskip("galvani")
    found, numbers, ignored = mpr.parse(file(binary(), "cell.mpr"))
    np.testing.assert_allclose(found["frequency"], FREQUENCY, rtol=1e-7)
    np.testing.assert_allclose(found["real"] + 1j * found["imag"], Z, rtol=1e-7)
    np.testing.assert_array_equal(found["time"], TIME)
    assert np.array_equal(numbers, np.arange(1, 12)) and ignored == ("Ns",)
    spectra = read(file(binary(), "cell.mpr"))
    assert as_exported(spectra) and spectra.source == "cell.mpr (BioLogic .mpr)"
    found, _, ignored = mpr.parse(file(binary(), "cell.mpr"), {"-imag": "Re(Z)/Ohm", "real": 3})
    np.testing.assert_allclose(-found["imag"], Z.real, rtol=1e-7)


@pytest.mark.filterwarnings("ignore:.*rows of a rest")
def test_several_programmes_in_a_binary_file(file):
    pytest.importorskip("galvani")
    z = np.concatenate([np.zeros(4), Z, Z_LOWER])
    columns = {4: np.arange(23.0), 32: np.concatenate([np.zeros(4), FREQUENCY, LOWER])}
    columns |= {37: z.real, 38: -z.imag, 131: np.repeat([0, 1, 2], [4, 11, 8])}
    found, numbers, ignored = mpr.parse(file(binary(columns), "cell.mpr"))
    assert np.array_equal(found["spectrum"], [0] * 11 + [1] * 8) and numbers[0] == 5
    assert ignored == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (binary(ids=(4, 131)), "holds no impedances but time/s, Ns: it is of another technique"),
        (binary()[:-30], "galvani cannot read this .mpr file .*cut off.*[.]mpt"),
        (binary()[:200], "galvani cannot read"),
        (binary(ids=(4, 32, 37, 38, 60000)), "60000 after column -Im.*not know"),
        (binary({37: np.where(np.arange(11) == 4, np.nan, Z.real)}), "record 5: Re.*finite"),
        (binary({i: np.zeros(0) for i in COLUMNS}), "holds no point"),
    ],
)
def test_binary_files_that_cannot_be_read(file, content, words):
    pytest.importorskip("galvani")
    with pytest.raises(ValueError, match=words) as error:
        mpr.parse(file(content, "cell.mpr"))
    assert "cell.mpr" in str(error.value)


def test_the_extra_that_binary_files_need(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "galvani.BioLogic", None)
    with pytest.raises(ImportError, match=r'cell\.mpr.*pip install "sandtime\[mpr\]".*\.mpt'):
        mpr.parse(file(binary(), "cell.mpr"))


def test_the_record_of_a_layout_is_complete():
    assert len({layout.name for layout in layouts.LAYOUTS}) == len(layouts.LAYOUTS)
    for layout in layouts.LAYOUTS:
        determined(layout.name, ["frequency", "real", next(k for k in layout.columns if "im" in k)])
        assert {"frequency", "real"} <= set(layout.columns)
