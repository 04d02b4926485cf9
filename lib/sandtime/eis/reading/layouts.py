"""How instruments lay out their exports: one record each, and where the facts are from.

BioLogic (EC-Lab, BT-Lab ``.mpt``)
    A first line ``EC-Lab ASCII FILE``, a second that counts the lines of the head, the last of
    which names the columns; tabs.  The table may also stand without its head.  ``Ns`` numbers the
    programmes.  Files of *yadg*, *pyimpspec* and *impedance.py*, column names also in *galvani*.
Gamry (``.DTA``)
    Gamry's help pages *EIS Data File Overview* and *The EIS Data Curve*: ``EXPLAIN``, then objects,
    of which ``ZCURVE TABLE`` is a spectrum: names, units, rows that begin with a tab.
ZPlot, Autolab (``.z`` and the ZView file that Nova and FRA write)
    A line of names from ``Freq(Hz)`` to ``Range`` with blanks or tabs; rows with tabs or commas.
    Files of *impedance.py* and *pyimpspec*.
VersaStudio (``.par``)
    ``<SegmentN>`` with a line ``Definition=`` that names the columns, rows, ``</SegmentN>``.  Files
    of *impedance.py* and *pyimpspec*; that its values are not calibrated says the VersaStudio
    manual (impedance.py, issue 284).
Parstat (what VersaStudio exports as text)
    One line of names, ``Frequency (Hz)``, ``Zre (ohms)`` …; tabs, commas or semicolons.
PowerSuite, CH Instruments
    Files of *impedance.py*; for the latter also the README of *impconv*.
RelaxIS 3
    A title, a date, a line of names that begin with ``Data:``, a line about the spectrum, rows.  A
    file of *hybrid-drt* holds one spectrum; that several stand side by side, or one below the
    other, is inferred from the layout of that line, which has as many cells as a spectrum columns.

The repositories are dgbowl/yadg, vyrjana/pyimpspec, ECSHackWeek/impedance.py, echemdata/galvani,
jdhuang-csm/hybrid-drt and mikexstudios/impconv.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

# No head of an instrument is longer; a file without one is not searched to its end.
HEAD = 2000


@dataclass(frozen=True)
class Table:
    """Where one table of impedances stands: line numbers from 0, and the points it announces."""

    head: int
    start: int
    stop: int
    announced: int | None = None
    units: int | None = None
    places: tuple | None = None  # first and last column, where tables stand side by side


@dataclass(frozen=True)
class Layout:
    """How an instrument lays out its export.

    `columns` has the names of each quantity, the best first.  A change in one of `marks` begins
    another spectrum; one in `restarts` does where the frequencies start over as well.
    """

    name: str
    recognise: Callable  # lines → bool
    tables: Callable  # lines → list of Table
    columns: dict
    separators: tuple = ("\t",)  # the first that the line of names holds, or with `blanks` a row
    blanks: re.Pattern | None = None  # what separates the names, if not what separates the cells
    named: Callable = str  # line → what of it holds the names
    marks: tuple = ()
    restarts: tuple = ()
    counter: tuple = ()  # columns that count the points
    corrected: tuple = ()  # columns that correct what is read
    several: bool = False  # whether it may hold several tables
    closed: bool = False  # whether a line must follow the table
    caution: str = ""
    what: Callable = field(default=lambda lines: "")  # what was measured, as the file says it


def _where(lines, *words):
    """Indices of the lines that hold all of these words."""
    return [i for i, line in enumerate(lines[:HEAD]) if all(word in line for word in words)]


def _cells(line):
    """The cells of a line, whatever separates them."""
    cells = [cell.strip() for cell in re.split(r"[\t;,]", line)]
    return {cell[1:-1] if cell[:1] == cell[-1:] == '"' else cell for cell in cells}


def _single(*words, skip=1):
    """A layout with one table, which runs from a line with these words to the end of the file."""

    def tables(lines):
        every = [i for i, line in enumerate(lines) if all(word in line for word in words)]
        return [
            Table(i, i + skip, stop, _announced(lines[i - 1]) if i else None)
            for i, stop in pairwise([*every, len(lines)])
        ]

    return tables


def _announced(line):
    count = re.fullmatch(r"\s*(?:Data Points:\s*|ZCURVE\w*\s+TABLE\s+)?(\d+)\s*", line)
    return int(count[1]) if count else None


def _biologic(lines):
    count = re.search(r"Nb header lines\s*:\s*(\d+)", "\n".join(lines[:3]))
    said = int(count[1]) - 1 if count else -1
    # comments may hold characters that end a line for one program and not for another
    named = [i for i in _where(lines, "freq/Hz") if "freq/Hz" in re.split(r"[\t;,]", lines[i])]
    head = said if said in named or not named else named[0]
    return [Table(head, head + 1, len(lines))] if 0 <= head < len(lines) else []


def _gamry(lines):
    found = []
    for i, line in enumerate(lines):
        if line.startswith("ZCURVE") and i + 2 < len(lines):
            after = (j for j in range(i + 3, len(lines)) if re.match(r"[^\s,;]", lines[j]))
            units = i + 2 if lines[i + 2].strip(" \t,;").startswith("#") else None
            start = i + 2 if units is None else i + 3
            stop = next(after, len(lines))
            found.append(Table(i + 1, start, stop, _announced(line), units))
    return found


def _zview(first):
    def tables(lines):
        found = []
        for table in _single(first, "Z'(a)")(lines):
            after = [i for i in _where(lines, "End Comments") if i > table.head]
            start = after[0] + 1 if after else table.start
            found.append(Table(table.head, start, table.stop, table.announced))
        return found

    return tables


def _versastudio(lines):
    found = []
    for i, line in enumerate(lines):
        if line.startswith("Definition=") and "Z Real" in line:
            after = (j for j in range(i, len(lines)) if lines[j].startswith("</Segment"))
            found.append(Table(i, i + 1, next(after, len(lines))))
    return found


def _relaxis(lines):
    heads = [i for i, line in enumerate(lines) if line.startswith("Data: Frequency")]
    titles = [i for i, line in enumerate(lines) if line.startswith("RelaxIS")]
    found = []
    for head in heads:
        stop = min((i for i in [*heads, *titles] if i > head), default=len(lines))
        names = lines[head].rstrip().split("\t")
        begin = [i for i, name in enumerate(names) if name.startswith("Data: Frequency")]
        about = [i for i in range(head + 1, stop) if "\tModel:" in lines[i]] or [head]
        for start, end in pairwise([*about, stop]):
            for places in pairwise([*begin, len(names)]):
                found.append(Table(head, start + 1, end, places=places))
    return found


_BLANKS = re.compile(r"\s{2,}|\t")
_ZVIEW = {"frequency": ("Freq(Hz)",), "real": ("Z'(a)",), "imag": ("Z''(b)",)}
_ZVIEW = {**_ZVIEW, "time": ("Time(Sec)",)}
_PRINCETON = {
    "frequency": ("Frequency (Hz)", "Frequency(Hz)"),
    "real": ("Zre (ohms)", "Z Real"),
    "imag": ("Zim (ohms)", "Z Imag"),
    "modulus": ("|Z| (ohms)",),
    "phase_deg": ("Phase of Z (deg)",),
    "time": ("Elapsed Time (s)",),
}

BIOLOGIC = Layout(
    "BioLogic",
    lambda lines: (
        "-Lab ASCII FILE" in lines[0]
        or ("freq/Hz" in lines[0] and bool({"Ns", "cycle number"} & {*lines[0].split("\t")}))
    ),
    _biologic,
    {
        "frequency": ("freq/Hz",),
        "real": ("Re(Z)/Ohm",),
        "-imag": ("-Im(Z)/Ohm",),
        "imag": ("Im(Z)/Ohm",),
        "modulus": ("|Z|/Ohm",),
        "phase_deg": ("Phase(Z)/deg",),
        "time": ("time/s",),
    },
    separators=("\t", ";", ","),
    marks=("Ns",),
    restarts=("cycle number", "z cycle", "half cycle"),
    what=lambda lines: lines[3].strip() if len(lines) > 3 else "",
)

LAYOUTS = (
    BIOLOGIC,
    Layout(
        "Gamry",
        lambda lines: lines[0].strip(" \t,;") == "EXPLAIN",
        _gamry,
        {
            "frequency": ("Freq",),
            "real": ("Zreal",),
            "imag": ("Zimag",),
            "modulus": ("Zmod",),
            "phase_deg": ("Zphz",),
            "time": ("Time", "T"),
        },
        separators=("\t", ";", ",", None),
        several=True,
        counter=("Pt",),
        corrected=("ZrealDrCor", "ZimagDrCor"),
        what=lambda lines: next((x[4:].strip() for x in lines[:5] if x.startswith("TAG")), ""),
    ),
    Layout(
        "ZPlot",
        lambda lines: (
            lines[0].strip(' "').lower().startswith("zplot")
            or bool(_where(lines, "Freq(Hz)", "Z'(a)"))
        ),
        _zview("Freq(Hz)"),
        _ZVIEW,
        separators=("\t", ";", ","),
        blanks=_BLANKS,
    ),
    Layout(
        "Autolab",
        lambda lines: bool(_where(lines, "Freq (Hz)", "Z'(a)")),
        _zview("Freq (Hz)"),
        _ZVIEW,
        separators=("\t", ";", ","),
        blanks=_BLANKS,
    ),
    Layout(
        "VersaStudio",
        lambda lines: bool(_where(lines[:5], "Name=VersaStudio")) or "<Segment1>" in lines[:HEAD],
        _versastudio,
        _PRINCETON,
        separators=(",",),
        named=lambda line: line.removeprefix("Definition="),
        several=True,
        counter=("Point #",),
        closed=True,
        marks=("Segment #",),
        restarts=("ActionId",),
        caution=(
            "the impedances of a .par file are not calibrated, and VersaStudio's manual says not "
            "to analyse them: export the spectrum from within VersaStudio and read that"
        ),
    ),
    Layout(
        "Parstat",
        lambda lines: {"Frequency (Hz)", "Zre (ohms)", "Zim (ohms)"} <= _cells(lines[0]),
        _single("Frequency (Hz)", "Zre (ohms)"),
        _PRINCETON,
        separators=("\t", ";", ","),
        marks=("Segment #", "Segment"),
        counter=("Point #", "Point"),
        restarts=("Cycle",),
    ),
    Layout(
        "PowerSuite",
        lambda lines: bool(re.match(r"Frequency\s+Zre\s+Zimg", lines[0])),
        _single("Frequency", "Zre", "Zimg"),
        {"frequency": ("Frequency",), "real": ("Zre",), "imag": ("Zimg",)},
        separators=("\t", None),
    ),
    Layout(
        "CH Instruments",
        lambda lines: any(
            _cells(lines[i]) >= {"Freq/Hz", *pair}
            for i in _where(lines, "Freq/Hz", "/ohm")
            for pair in (("Z'/ohm", 'Z"/ohm'), ("Z/ohm", "Phase/deg"))
        ),
        _single("Freq/Hz", "/ohm"),
        {
            "frequency": ("Freq/Hz",),
            "real": ("Z'/ohm",),
            "imag": ('Z"/ohm',),
            "modulus": ("Z/ohm",),
            "phase_deg": ("Phase/deg",),
        },
        separators=("\t", ";", ","),
    ),
    Layout(
        "RelaxIS",
        lambda lines: lines[0].startswith("RelaxIS"),
        _relaxis,
        {
            "frequency": ("Data: Frequency",),
            "real": ("Data: Z'",),
            "imag": ("Data: Z''",),
            "modulus": ("Data: |Z|",),
            "phase_deg": ("Data: Theta (Z)",),
        },
        several=True,
    ),
)
