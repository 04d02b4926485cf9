"""Exports of instruments: text into columns, or an error that says where it is wrong.

A `layouts.Layout` says how an instrument lays out its text; here its tables are cut out, found
whole, and read.  All rows of a table must have as many cells, and what a file says twice (real and
imaginary part, modulus and phase) is compared.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sandtime.eis.reading import layouts, quantities
from sandtime.eis.reading.tables import NUMBER, spectrum_rows, warn

# So far modulus and phase may be off real and imaginary part: as most points are, but for numbers
# in single precision at least, and two hundredths at most.
LEAST, MOST = 1e-5, 0.02


def recognise(lines):
    """The layout of this export, or None.

    Examples
    --------
    >>> recognise(["EC-Lab ASCII FILE", "Nb header lines : 61"]).name
    'BioLogic'
    >>> recognise(["frequency_hz,z_real_ohm,z_imag_ohm"])
    """
    return next((layout for layout in layouts.LAYOUTS if lines and layout.recognise(lines)), None)


def parse(path, lines, layout, columns=None):
    """Columns, line numbers and unread columns of an instrument's export.

    Parameters
    ----------
    path : Path
        For messages.
    lines : list of str
    layout : Layout
        What `recognise` found.
    columns : dict, optional
        Columns to read in place of those the layout knows, by quantity.

    Returns
    -------
    columns : dict of ndarray
        Frequency, real and imaginary part, time if the file has it, and a running number of the
        spectrum where the file marks several.
    numbers : ndarray
        Line of each point.
    ignored : tuple of str
        Columns that were not read.
    """
    places, what = layout.tables(lines), layout.what(lines)
    if not places:
        raise ValueError(
            f"{path.name} looks like an export of {layout.name} but holds no table of impedances: "
            f"it is cut off, or of another kind of measurement{f' ({what})' if what else ''}"
        )
    if len(places) > 1 and not layout.several:
        raise ValueError(
            f"{path.name}, line {places[1].head + 1} repeats the head of the table: two exports in "
            "one file must be saved as files of their own"
        )
    tables = [_table(path, lines, layout, place) for place in places]
    full = [table for table in tables if table.cells]
    if not full:
        raise ValueError(f"{path.name}: no row follows the head of the table: it is cut off")
    if len(full) < len(tables):
        warn(f"{path.name}: {len(tables) - len(full)} of its {len(tables)} tables hold no row")
    for table in full[1:]:
        if table.names != full[0].names:
            raise ValueError(
                f"{path.name}, line {table.head}: the columns of this table are not those of line "
                f"{full[0].head}: export the spectra into files of their own"
            )
    if layout.caution:
        warn(f"{path.name}: {layout.caution}")
    record = Text(
        path,
        layout,
        full[0].head,
        full[0].names,
        np.concatenate([table.numbers for table in full]),
        [row for table in full for row in table.cells],
        full[0].decimal_comma,
        full[0].units,
        what,
    )
    part = np.repeat(np.arange(len(full)), [len(table.cells) for table in full])
    return assemble(record, columns, part)


def assemble(record, columns=None, part=None):
    """As in `parse`, from a record: of text, or of a binary file."""
    chose = _choose(record, columns)
    if "time" in chose and not record.numeric(chose["time"]):
        del chose["time"]  # a clock
    found = quantities.physical({key: record.values(index) for key, index in chose.items()})
    marks, restarts = record.found(record.layout.marks), record.found(record.layout.restarts)
    impedance = found["real"] + 1j * found["imag"]
    keep = spectrum_rows(record.path, found["frequency"], impedance)
    found = {key: column[keep] for key, column in found.items()}
    numbers = np.asarray(record.numbers)[keep]
    read = set(chose.values())
    if "spectrum" not in found:
        mark = [record.values(i) for i in marks] + ([] if part is None else [part])
        spectrum = _spectra(found["frequency"], keep, mark, [record.values(i) for i in restarts])
        if spectrum is not None:
            found["spectrum"] = spectrum
            read.update(marks + restarts)
    if "time" in found and not _one_clock(record.path, found, numbers):
        del found["time"]
        read.discard(chose["time"])
    _said_twice(record, chose, impedance, keep)
    _counted(record)
    names = record.names[: record.width]
    ignored = tuple(name for i, name in enumerate(names) if i not in read and name)
    corrected = [name for name in record.layout.corrected if name in ignored]
    if corrected and columns is None:
        asked = dict(zip(("real", "imag"), corrected, strict=False))
        warn(
            f"{record.path.name} also holds {' and '.join(corrected)}, corrected for drift: they "
            f"were not read; read(..., columns={asked}) does"
        )
    return found, numbers, ignored


# ---- one table ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rows:
    """The rows of one table."""

    head: int
    names: list
    numbers: list
    cells: list
    decimal_comma: bool
    units: dict


def _table(path, lines, layout, place):
    """The rows of a table, found whole."""
    numbers = [i + 1 for i in range(place.start, place.stop) if lines[i].strip()]
    if layout.closed and numbers and place.stop == len(lines):
        raise ValueError(
            f"{path.name}: the line that ends the table is missing: the file is cut off after "
            f"line {numbers[-1]}"
        )
    _lost(path, lines, place.stop)
    if numbers and place.announced not in (None, len(numbers)):
        warn(f"{path.name} announces {place.announced} points and holds {len(numbers)}")
    first = lines[numbers[0] - 1] if numbers else lines[place.head]
    separator = next((s for s in layout.separators if s and s in first), layout.separators[-1])
    names = _split(layout.named(lines[place.head]), separator, layout.blanks)
    cells = [_split(lines[n - 1], separator) for n in numbers]
    if place.places:
        names, numbers, cells = _aside(place.places, names, numbers, cells)
    if cells:
        _complete(path, numbers, cells, names)
    units = _split(lines[place.units], separator) if place.units else []
    return _Rows(
        place.head + 1,
        names,
        numbers,
        cells,
        separator != ",",
        dict(zip(names, units, strict=False)),
    )


def _split(line, separator, blanks=None):
    """Cells of a line.  A separator that begins or ends it separates nothing."""
    cells = blanks.split(line.strip()) if blanks else line.strip("\r\n").split(separator)
    cells = [cell.strip().strip('"').strip() for cell in cells]
    first = len(cells) > 1 and not cells[0]
    last = len(cells) - (len(cells) > 1 + first and not cells[-1])
    return cells[first:last]


def _aside(places, names, numbers, cells):
    """The part of names and rows in these places, where tables stand side by side."""
    part = slice(*places)
    kept = [(n, row[part]) for n, row in zip(numbers, cells, strict=True) if any(row[part])]
    return names[part], [n for n, _ in kept], [row for _, row in kept]


def _lost(path, lines, stop):
    """An error if the line that ends the table reads like one of its rows."""
    cells = lines[stop].split() if stop < len(lines) else []
    if len(cells) > 2 and all(NUMBER.fullmatch(cell.replace(",", ".")) for cell in cells[:3]):
        raise ValueError(
            f"{path.name}, line {stop + 1} reads like a row of the table but does not begin with "
            "the tab that rows begin with: this line and all after it would be lost"
        )


def _complete(path, numbers, cells, names):
    """An error if a row has not as many cells as all others, or the last number is shorter."""
    needed = Counter(map(len, cells[:-1] or cells)).most_common(1)[0][0]
    if any(NUMBER.fullmatch(name) for name in names[:needed]):
        raise ValueError(
            f"{path.name}: the columns are named {', '.join(names)}: no number can be among them"
        )
    last = len(cells) - 1
    for index, (number, row) in enumerate(zip(numbers, cells, strict=True)):
        where = f"{path.name}, line {number} has {len(row)} cells where"
        if index == last and len(row) < needed:
            raise ValueError(
                f"{where} the rows above have {needed}: the file is cut off; delete this line to "
                "read what is complete"
            )
        if len(row) != needed:
            raise ValueError(f"{where} the other rows have {needed}: a cell is lost or too many")
        if len(row) > len(names):
            raise ValueError(f"{where} the head of the table names {len(names)}")
    *above, end = (row[-1].lstrip("+-") for row in cells)
    lengths = {*map(len, above)}
    # numbers with exponents are all of one length
    if len(lengths) == 1 and all("E" in cell for cell in above) and len(end) < max(lengths):
        raise ValueError(
            f"{path.name}, line {numbers[-1]} ends in {end!r}, shorter than in the rows above "
            f"({above[-1]!r}): the file is cut off; delete this line to read what is complete"
        )
    if len(above) > 4 and len(end) < min(lengths):
        warn(
            f"{path.name}, line {numbers[-1]} ends in {end!r}, shorter than in all rows above: "
            "the file may be cut off there"
        )


# ---- columns ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """A table of text: what it is named, where its rows stand."""

    path: object
    layout: layouts.Layout
    head: int
    names: list
    numbers: np.ndarray
    rows: list
    decimal_comma: bool
    units: dict
    what: str

    @property
    def where(self):
        return f"{self.path.name}, line {self.head}"

    @property
    def width(self):
        """Cells of a row: the head may name columns that no row has."""
        return len(self.rows[0])

    def found(self, names):
        """Places of the columns with these names."""
        here = self.names[: self.width]
        return [here.index(name) for name in names if name in here]

    def cells(self, index):
        return np.array([row[index] for row in self.rows])

    def numeric(self, index):
        """Whether any cell of a column is a number."""
        return any(
            NUMBER.fullmatch(self._point(cell)) for row in self.rows for cell in row[index:][:1]
        )

    def values(self, index):
        """A column as floats; an error names the first cell that is not one."""
        if index >= self.width:
            raise ValueError(
                f"{self.path.name}, line {self.numbers[0]} has {self.width} cells where at least "
                f"{index + 1} are needed: the file seems to be cut off"
            )
        found = []
        for number, row in zip(self.numbers, self.rows, strict=True):
            cell = self._point(row[index])
            if not NUMBER.fullmatch(cell):
                raise ValueError(
                    f"{self.path.name}, line {number}, cell {index + 1}: {row[index]!r} is not "
                    f"allowed as {self.names[index]}: it must be a finite number"
                )
            found.append(float(cell))
        text = "".join(row[index] for row in self.rows)
        if "," in text and "." in text:
            raise ValueError(
                f"{self.path.name}, column {self.names[index]} has commas and points: only one of "
                "them can be the decimal sign, and thousands must not be separated"
            )
        return np.array(found)

    def _point(self, cell):
        return cell.replace(",", ".") if self.decimal_comma else cell


def _choose(record, columns):
    """Key → index of the column, of the layout and in place of it of the reader."""
    plain = [quantities.plain(name) for name in record.names]
    known = {}
    for key, names in record.layout.columns.items():
        index = next((plain.index(n) for n in map(quantities.plain, names) if n in plain), None)
        if index is not None:
            known[key] = index
    asked = quantities.chosen(record.where, record.names, columns or {})
    for group in quantities.GROUPS:
        if any(key in asked for key in group):
            known = {key: index for key, index in known.items() if key not in group}
    known = {**known, **asked}
    if not columns:
        known = _best(record, known)
    quantities.determined(record.where, known)
    return known


def _best(record, known):
    """Of what the file says twice the Cartesian form; an error if there is neither."""
    imag = [key for key in ("-imag", "imag") if key in known][:1]
    if "real" in known and imag:
        taken = ("real", *imag)
    elif {"modulus", "phase_deg"} <= set(known):
        taken = ("modulus", "phase_deg")
    else:
        taken = ()
    names = record.layout.columns
    missing = [] if "frequency" in known else [names["frequency"][0]]
    if not taken:
        missing += [] if "real" in known else [names["real"][0]]
        missing += [] if imag else [(names.get("-imag") or names["imag"])[0]]
    if missing:
        raise ValueError(
            f"{record.where}: no column {', '.join(map(repr, missing))} among "
            f"{', '.join(record.names)}; read(..., columns=) says which columns hold the "
            f"spectrum{f' (the file says: {record.what})' if record.what else ''}"
        )
    for key in ("frequency", "real", "imag", "modulus"):
        unit = record.units.get(record.names[known[key]]) if key in known else None
        if unit and unit.lower() not in ("hz", "ohm", "ohms", "ω"):
            raise ValueError(
                f"{record.where}: {record.names[known[key]]} in {unit} is not allowed: it must be "
                f"{'Hz' if key == 'frequency' else 'ohm'}"
            )
    return {key: known[key] for key in ("frequency", *taken, "time") if key in known}


# ---- several spectra ----------------------------------------------------------------------------


def _spectra(frequency, keep, mark, restart):
    """A running number of the spectrum of each point, or None where the file marks only one."""
    rows, frequency = np.flatnonzero(keep).tolist(), frequency.tolist()
    ids, start, marked = [0] * len(rows), 0, False
    for i, (a, b) in enumerate(pairwise(rows), 1):
        here, before = frequency[i], frequency[i - 1]
        inside = i - start > 1  # two points tell whether this spectrum rises or falls
        falls = inside and frequency[start + 1] < frequency[start]
        over = here == before or (inside and (here < before) != falls)
        hint = b - a > 1 or any(column[a] != column[b] for column in restart)
        new = any(column[a] != column[b] for column in mark) or (over and hint)
        marked = marked or new
        # what is measured again and again needs no mark beside others that have one
        new = new or (over and inside and np.isclose(here, frequency[start], 1e-5, 0))
        ids[i] = ids[i - 1] + new
        start = i if new else start
    return np.array(ids) if marked else None


def _one_clock(path, found, numbers):
    """Whether the times run on, from point to point and from spectrum to spectrum."""
    time = found["time"]
    cuts = np.flatnonzero(np.diff(found.get("spectrum", np.zeros(time.size)))) + 1
    parts = np.split(time, cuts)
    inside = all((step >= 0).all() or (step <= 0).all() for step in map(np.diff, parts))
    if inside and all(a.max() <= b.min() for a, b in pairwise(parts)):
        return True
    back = np.flatnonzero(np.diff(time) < 0)[0]
    warn(
        f"{path.name}, line {numbers[back + 1]}: the time goes back from {time[back]:.6g} s to "
        f"{time[back + 1]:.6g} s: it is not one clock, and no times are read"
    )
    return False


def _counted(record):
    """A warning where the numbers of the points do not rise."""
    for index in record.found(record.layout.counter):
        count = record.cells(index)
        whole = np.array([str(cell).isdigit() for cell in count])
        count = np.where(whole, count, "0").astype(float)
        wrong = ~whole
        # each table counts anew, and so does each segment in it
        wrong[1:] |= (np.diff(count) <= 0) & (count[1:] > count[0])
        if wrong.any():
            warn(
                f"{record.path.name}, line {np.asarray(record.numbers)[wrong][0]}: "
                f"{record.names[index]} does not count the points: rows or cells changed places"
            )


def _said_twice(record, chose, impedance, keep):
    """A warning where modulus and phase do not agree with real and imaginary part."""
    if "real" not in chose or any(
        record.names[chose[key]] not in record.layout.columns.get(key, ())
        for key in ("real", "imag", "-imag")
        if key in chose
    ):
        return
    other = [record.found(record.layout.columns.get(key, ())) for key in ("modulus", "phase_deg")]
    if not other[0] or not all(record.numeric(i) for each in other for i in each):
        return
    modulus = record.values(other[0][0])
    there = keep & (modulus != 0) & (np.ptp(modulus) > 0)  # a constant stands for nothing
    if not there.any():
        return
    expected = np.abs(impedance)
    if other[1]:
        expected, modulus = impedance, modulus * np.exp(1j * np.deg2rad(record.values(other[1][0])))
    apart = np.abs(modulus - expected) / np.where(there, np.abs(impedance), 1.0)
    off = there & (apart > np.clip(10 * np.median(apart[there]), LEAST, MOST))
    if off.any():
        names = [record.names[each[0]] for each in other if each]
        warn(
            f"{record.path.name}, line {np.asarray(record.numbers)[off][0]}: {' and '.join(names)} "
            f"do not agree with real and imaginary part ({off.sum()} of {keep.sum()} points): one "
            "of them is wrong, or corrected; real and imaginary part were read"
        )
