"""Tables of text, found whole, and their columns as numbers."""

import re
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from sandtime.eis.reading import layouts
from sandtime.eis.reading.tables import NUMBER, warn

_PLAIN = re.compile(r"[0-9eE.+-]*")


@dataclass(frozen=True)
class Rows:
    """The rows of one table."""

    head: int
    names: list
    numbers: list
    cells: list
    decimal_comma: bool
    units: dict


def table(path, lines, layout, place):
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
    shown = lines[numbers[0] - 1] if numbers and layout.blanks else lines[place.head]
    separator = next((s for s in layout.separators if s and s in shown), layout.separators[-1])
    names = _split(layout.named(lines[place.head]), separator, layout.blanks)
    cells = [_split(lines[n - 1], separator) for n in numbers]
    if place.places:
        names, numbers, cells = _aside(place.places, names, numbers, cells)
    if cells:
        _complete(path, numbers, cells, names)
    units = _split(lines[place.units], separator) if place.units else []
    return Rows(
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
    quoted = '"' in line
    cells = [cell.strip().strip('"').strip() if quoted else cell.strip() for cell in cells]
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
    part: np.ndarray  # which table of the file

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

    def without(self, places, words):
        """The record without rows in which a cell in these places is one of these words."""
        words = {word.strip().casefold() for word in words}
        if not words:
            return self
        keep = [
            i
            for i, row in enumerate(self.rows)
            if not words & {row[place].casefold() for place in places if place < len(row)}
        ]
        left = len(self.rows) - len(keep)
        if not left:
            return self
        if not keep:
            raise ValueError(f"{self.path.name} holds no row of a spectrum")
        warn(f"{self.path.name}: left out {left} points that hold {', '.join(sorted(words))}")
        rows = [self.rows[i] for i in keep]
        return replace(self, numbers=self.numbers[keep], rows=rows, part=self.part[keep])

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
        cells = [row[index] for row in self.rows]
        cells = [*map(self._point, cells)] if self.decimal_comma else cells
        if _PLAIN.fullmatch("".join(cells)):
            try:
                found = np.array([*map(float, cells)])
            except ValueError:
                pass  # which of them is no number, is said below
            else:
                if np.isfinite(found).all():
                    return found
        for number, row, cell in zip(self.numbers, self.rows, cells, strict=True):
            if not NUMBER.fullmatch(cell) or not np.isfinite(float(cell)):
                word = not any(map(str.isdigit, cell))
                raise ValueError(
                    f"{self.path.name}, line {number}, cell {index + 1}: {row[index]!r} is not "
                    f"allowed as {self.names[index]}: it must be a finite number"
                    + (f"; read(..., leave_out=[{cell!r}]) leaves such points out" if word else "")
                )
        return np.array([*map(float, cells)])

    def check(self, places):
        """An error if these columns have commas and points: which is the decimal sign?"""
        text = "".join(row[index] for row in self.rows for index in places)
        if "," in text and "." in text:
            raise ValueError(
                f"{self.path.name}: its numbers have commas and points: only one of them can be "
                "the decimal sign, and thousands must not be separated"
            )

    def _point(self, cell):
        return cell.replace(",", ".") if self.decimal_comma else cell
