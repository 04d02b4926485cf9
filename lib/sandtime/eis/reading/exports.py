"""Exports of instruments, through the readers of impedance.py.

Each `Layout` says how one instrument lays out its text.  That is enough to find what is cut off or
not a number before impedance.py, which would stop without a word about it, sees the file.
"""

import importlib
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sandtime.eis.reading.tables import NUMBER, spectrum_rows, warn


@dataclass(frozen=True)
class Layout:
    """How an instrument lays out its export."""

    name: str
    reader: str
    recognise: object
    head: object  # lines → index of the line with the names (-1: none), and from there to the data
    separator: str
    columns: tuple  # of frequency, real, imaginary part and time: their names, or their places
    stop: str = "(?!)"  # what a line after the table begins with
    table: str = "(?!)"  # what a line before every table begins with
    decimal_commas: bool = False
    closed: bool = False  # whether the reader looks for the line after the table


def _find(lines, *words):
    """Index of the last line that holds all of these words; -1 if none does."""
    return max((i for i, line in enumerate(lines) if all(w in line for w in words)), default=-1)


def _biologic_head(lines):
    count = re.search(r"Nb header lines\s*:\s*(\d+)", "\n".join(lines[:3]))
    return int(count[1]) - 1 if count and int(count[1]) <= len(lines) else -1, 1


def _gamry_head(lines):
    table = _find(lines, "ZCURVE")
    return table + 1 if 0 <= table < len(lines) - 1 else -1, 2


def _zplot_head(lines):
    head = _find(lines, "Freq(Hz)", "Z'(a)")
    return head, 1 + (_find(lines, "End Comments") > head)


LAYOUTS = (
    Layout(
        "BioLogic",
        "readBioLogic",
        lambda lines: "-Lab ASCII FILE" in lines[0],
        _biologic_head,
        "\t",
        ("freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "time/s"),
        decimal_commas=True,
    ),
    Layout(
        "Gamry",
        "readGamry",
        lambda lines: lines[0].strip() == "EXPLAIN",
        _gamry_head,
        r"\s+",
        ("Freq", "Zreal", "Zimag", "Time"),
        stop=r"\S",
        table="ZCURVE",
        decimal_commas=True,
    ),
    Layout(
        "ZPlot",
        "readZPlot",
        lambda lines: lines[0].startswith(("ZPLOT2", '"ZPlotW')),
        _zplot_head,
        r"\t|,\s*",
        (0, 4, 5, 3),
    ),
    Layout(
        "Autolab",
        "readAutolab",
        lambda lines: _find(lines, "Freq (Hz)", "Z'(a)") >= 0,
        lambda lines: (_find(lines, "Freq (Hz)", "Z'(a)"), 1),
        ",",
        (0, 4, 5, 3),
    ),
    Layout(
        "VersaStudio",
        "readVersaStudio",
        lambda lines: _find(lines[:5], "Name=VersaStudio") >= 0,
        lambda lines: (_find(lines, "Definition=", "Z Real"), 1),
        ",",
        (9, 14, 15, 4),
        stop="</Segment",
        table=r"<Segment\d",
        closed=True,
    ),
    Layout(
        "Parstat",
        "readParstat",
        lambda lines: "Frequency (Hz)\tZre (ohms)" in lines[0],
        lambda lines: (0, 1),
        r"\t",
        (3, 4, 5, 2),
    ),
    Layout(
        "PowerSuite",
        "readPowerSuite",
        lambda lines: re.match(r"Frequency\s+Zre\s+Zimg", lines[0]),
        lambda lines: (0, 1),
        r"\t",
        (0, 1, 2),
    ),
    Layout(
        "CH Instruments",
        "readCHInstruments",
        lambda lines: _find(lines, "Freq/Hz, Z'") >= 0,
        lambda lines: (_find(lines, "Freq/Hz, Z'"), 2),
        ",",
        (0, 1, 2),
    ),
)


def parse(path, lines, layout):
    """Columns and line numbers of an instrument's export.

    Its rows are read twice: here, to say where something is wrong and for the times, and by the
    reader of impedance.py from a cleaned copy.  Both must agree.
    """
    head, skip = layout.head(lines)
    if head < 0:
        raise ValueError(
            f"{path.name} looks like an export of {layout.name} but holds no table of impedances: "
            "it is cut off, or of another kind of measurement"
        )
    if sum(bool(re.match(layout.table, line)) for line in lines) > 1:
        raise ValueError(
            f"{path.name} holds several tables and impedance.py reads one: export them one by one"
        )
    start = head + skip
    end = next((i for i in range(start, len(lines)) if re.match(layout.stop, lines[i])), len(lines))
    numbers = [i + 1 for i in range(start, end) if lines[i].strip()]
    if not numbers:
        raise ValueError(f"{path.name}: no row follows the head of the table: it is cut off")
    _end(path, lines, end)
    if layout.name == "ZPlot" and all("\t" in lines[n - 1] for n in numbers):
        layout = replace(layout, separator=r"\t", decimal_commas=True)  # no comma separates cells
    announced = re.match(r"(\s*Data Points:\s*|ZCURVE\s+TABLE\s+)?(\d+)\s*$", lines[head - 1])
    if head and announced and int(announced[2]) != len(numbers):
        warn(f"{path.name} announces {announced[2]} points and holds {len(numbers)}", 4)

    names = [cell.strip() for cell in re.split(layout.separator, lines[head].strip())]
    for name in layout.columns:
        if isinstance(name, str) and name not in names:
            raise ValueError(
                f"{path.name}, line {head + 1}: no column {name!r} among {', '.join(names)}"
            )
    places = [names.index(c) if isinstance(c, str) else c for c in layout.columns]
    cells = [_cells(lines[n - 1], layout) for n in numbers]
    _complete(path, numbers, cells)
    values = np.array(
        [_row(path, *row, layout, places) for row in zip(numbers, cells, strict=True)]
    )
    keep = spectrum_rows(path, values[:, 0], values[:, 1] + 1j * values[:, 2])
    numbers, values = np.array(numbers)[keep], values[keep]
    rows = [lines[n - 1].strip("\r\n") for n in numbers]
    if layout.decimal_commas:
        rows = [row.replace(",", ".") for row in rows]
    closing = lines[end : end + 1] if layout.closed else []
    copy = [*lines[:start], *rows, *closing]
    try:
        frequency, impedance = _through_impedance_py(layout.reader, copy)
    except (ValueError, IndexError) as error:
        raise ValueError(
            f"{path.name}: impedance.py cannot read lines {numbers[0]} to {numbers[-1]} as an "
            f"export of {layout.name} ({error}): export the spectra as a plain table"
        ) from error
    negative = layout.columns[2] == "-Im(Z)/Ohm"
    expected = values[:, 1] + (-1j if negative else 1j) * values[:, 2]
    if not (np.array_equal(frequency, values[:, 0]) and np.array_equal(impedance, expected)):
        raise ValueError(
            f"{path.name}: impedance.py does not find its columns in this export of {layout.name}: "
            "export the spectra as a plain table"
        )
    columns = {"frequency": frequency, "real": impedance.real, "imag": impedance.imag}
    if len(places) > 3:
        columns["time"] = values[:, 3]
    return columns, numbers, ()


def _end(path, lines, end):
    """An error if the line that ends the table reads like one of its rows."""
    cells = lines[end].split() if end < len(lines) else []
    if len(cells) > 2 and all(NUMBER.fullmatch(cell.replace(",", ".")) for cell in cells[:3]):
        raise ValueError(
            f"{path.name}, line {end + 1} reads like a row of the table but does not begin with "
            "the tab that rows begin with: this line and all after it would be lost"
        )


def _cells(line, layout):
    """Cells of one row."""
    if layout.separator == r"\s+":
        return line.split()
    cells = [cell.strip() for cell in re.split(layout.separator, line.strip(" \r\n"))]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def _complete(path, numbers, cells):
    """An error if the last row has fewer cells than all others, or a shorter last number."""
    needed = min(map(len, cells[:-1]), default=0)
    if len(cells[-1]) < needed:
        raise ValueError(
            f"{path.name}, line {numbers[-1]} has {len(cells[-1])} cells where the rows above have "
            f"{needed}: the file is cut off; delete this line to read what is complete"
        )
    *above, last = (row[-1].lstrip("+-") for row in cells)
    # numbers with exponents are all of one length
    fixed = all("E" in cell for cell in above) and len({*map(len, above)}) == 1
    if fixed and len(last) < len(above[0]):
        raise ValueError(
            f"{path.name}, line {numbers[-1]} ends in {last!r}, shorter than in the rows above "
            f"({above[-1]!r}): the file is cut off; delete this line to read what is complete"
        )


def _row(path, number, cells, layout, places):
    """The numbers of one row in these places."""
    if len(cells) <= max(places):
        raise ValueError(
            f"{path.name}, line {number} has {len(cells)} cells where at least {max(places) + 1} "
            "are needed: the file seems to be cut off"
        )
    values = []
    for place in places:
        cell = cells[place].replace(",", ".") if layout.decimal_commas else cells[place]
        if not NUMBER.fullmatch(cell):
            raise ValueError(
                f"{path.name}, line {number}, cell {place + 1}: {cells[place]!r} is not allowed: "
                "it must be a finite number"
            )
        values.append(float(cell))
    return values


def _through_impedance_py(reader, lines):
    """Frequency and impedance of a clean copy, by a reader of impedance.py."""
    try:
        module = importlib.import_module("impedance.preprocessing")
    except ImportError as error:
        raise ImportError("exports of instruments need impedance.py: install impedance") from error
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.txt"
        # its readers expect different encodings; ASCII is in all of them
        copy.write_text("\n".join(lines), encoding="ascii", errors="replace")
        return getattr(module, reader)(str(copy))
