"""The rows of a table as numbers, or an error that names the first cell which is none."""

import csv
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sandtime.eis.reading.spectra import warn

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
CELL = "\x1f"  # between the cells of a sheet
SEPARATORS = (CELL, ";", "\t", ",", "|")
_LIKE = re.compile(r"\(?[-+−]?(\d[\d.,' ]*|[.,]\d+)([eEdD][+-]?\d+)?([+-][\d.,]+.*)?[ij]?\)?")
_COMPLEX = re.compile(
    r"\(?\s*(?P<real>[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)\s*"
    r"(?P<imag>[+-]\s*(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)\s*[ijIJ]\s*\)?"
)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_EXPONENT = re.compile(r"(?<=[\d.])[dD](?=[+-]?\d)")


def split(line, separator):
    """The cells of a line, without blanks and quotes around them."""
    if separator is None:
        return line.split()
    if '"' in line and separator != CELL:
        reader = csv.reader([line], delimiter=separator, skipinitialspace=True)
        return [cell.strip() for cell in next(reader)]
    return [cell.strip() for cell in line.split(separator)]


def trimmed(found, count=0):
    """Cells without empty ones at the end, as far as there are more than `count`."""
    while len(found) > count and not found[-1]:
        found = found[:-1]
    return found


def is_number(cell):
    """Whether a cell is meant as a number, perhaps with a decimal comma, or as a complex one."""
    return bool(_LIKE.fullmatch(cell)) and any(c.isdigit() for c in cell)


def how_many(line, separator):
    """How many cells of a line are numbers."""
    return sum(map(is_number, split(line, separator)))


@dataclass
class Table:
    """Rows of text: where they are from, how their cells are separated."""

    path: Path
    names: list
    rows: list  # of (number, line)
    separator: str | None
    cut_off: bool = False  # whether nothing ends the last line
    extra: np.ndarray | None = None  # an array that goes with the rows

    @property
    def numbers(self):
        return [number for number, _ in self.rows]

    @property
    def decimal_comma(self):
        """Whether commas stand in numbers: where they separate cells, in quotes only."""
        if self.separator == ",":
            quoted = [line for _, line in self.rows if '"' in line]
            return any(
                is_number(cell) for line in quoted for cell in split(line, ",") if "," in cell
            )
        return any("," in line for _, line in self.rows)

    def cells(self, index):
        """The cells of one row, as many as there are names."""
        number, line = self.rows[index]
        found = trimmed(split(line, self.separator), len(self.names))
        if len(found) != len(self.names):
            last = index == len(self.rows) - 1 and len(found) < len(self.names)
            counted = len(found) == len(self.names) + 1 and found[0].strip('"').isalnum()
            commas = self.separator == "," and len(found) > len(self.names) and not counted
            raise ValueError(
                f"{self.path.name}, line {number} has {len(found)} cells where {len(self.names)} "
                f"are needed ({', '.join(self.names)})"
                + (": the file seems to be cut off" if last else "")
                + (": decimal commas need semicolons between cells" if commas else "")
                + (": its first column has no name in the header" if counted else "")
            )
        return found

    def column(self, place):
        """The cells of one column as text."""
        return [self.cells(index)[place] for index in range(len(self.rows))]

    def any_number(self, place):
        """Whether any cell of a column is a number."""
        if is_number(self.cells(0)[place]):
            return True
        return any(NUMBER.fullmatch(cell.replace(",", ".")) for cell in self.column(place))

    def without(self, places, words, blank):
        """The table without rows in which a cell in these places is one of these words.

        With `blank`, rows that are empty in all of these places are left out too: a sweep that is
        shorter than the one beside it.
        """
        words = {word.strip().casefold() for word in words}
        if not words and not blank:
            return self
        left, keep = 0, []
        for index in range(len(self.rows)):
            found = self.cells(index)
            here = [found[place].casefold() for place in places]
            if blank and not any(here):
                continue
            if words & {*here}:
                left += 1
                continue
            keep.append(index)
        if left:
            warn(f"{self.path.name}: left out {left} points that hold {', '.join(sorted(words))}")
        if not keep:
            raise ValueError(f"{self.path.name} holds no row of a spectrum")
        extra = None if self.extra is None else self.extra[keep]
        return replace(self, rows=[self.rows[index] for index in keep], extra=extra)

    def values(self, places):
        """{key: array} of the cells in places, given by key; an error names what is no number."""
        self._whole()
        keys = list(places)
        made = None if "complex" in places else self._fast([places[key] for key in keys])
        if made is None:
            self._commas(places)
            rows = [self._row(index, places) for index in range(len(self.rows))]
            made = np.array(rows).T
        if "complex" in places:
            index = keys.index("complex")
            made = {key: made[i].real for i, key in enumerate(keys)} | {
                "real": made[index].real,
                "imag": made[index].imag,
            }
            del made["complex"]
            return made
        return dict(zip(keys, made, strict=True))

    def _fast(self, places):
        """All at once where every row is plain, else None."""
        lines = [line for _, line in self.rows]
        if any('"' in line for line in lines):
            return None
        comma = self.decimal_comma
        if comma and any("." in line for line in lines):
            return None
        if self.separator is None:
            counts = {len(line.split()) for line in lines}
        else:
            counts = {line.count(self.separator) + 1 for line in lines}
        if counts != {len(self.names)}:
            return None
        if comma:
            if not self._decimal(lines):
                return None
            lines = [line.replace(",", ".") for line in lines]
        try:
            values = np.loadtxt(
                lines, delimiter=self.separator, comments=None, usecols=places, ndmin=2
            )
        except ValueError:
            return None
        return values.T if np.isfinite(values).all() else None

    @staticmethod
    def _decimal(lines):
        """Whether some comma cannot be one between thousands."""
        return any(
            not _THOUSANDS.fullmatch(cell)
            for line in lines
            for cell in re.findall(r"[-+\d.eE]*,[-+\d.,eE]*", line)
        )

    def _commas(self, places):
        """An error if commas may separate thousands as well as decimals."""
        if not self.decimal_comma:
            return
        with_comma = points = None
        decimal = False
        for index, (number, _) in enumerate(self.rows):
            found = self.cells(index)
            for key, place in places.items():
                cell = found[place]
                if "," in cell and "." not in cell:
                    with_comma = with_comma or (number, self.names[place], cell)
                    decimal = decimal or not _THOUSANDS.fullmatch(cell)
                elif "." in cell and key != "complex":
                    points = cell
        if with_comma and (points or not decimal):
            number, name, cell = with_comma
            why = f"beside {points!r}" if points else "as all cells with commas"
            raise ValueError(
                f"{self.path.name}, line {number}, column {name}: {cell!r} is not allowed {why}: "
                "its comma may separate thousands or decimals; write numbers with points, and "
                "without separators of thousands"
            )

    def _row(self, index, places):
        """The numbers of one row in these places."""
        found = self.cells(index)
        number = self.rows[index][0]
        values = []
        for key, place in places.items():
            plain = found[place].replace("−", "-")
            plain = plain.replace(",", ".") if self.decimal_comma else plain
            plain = _EXPONENT.sub("E", plain)
            if key == "complex" and (match := _COMPLEX.fullmatch(plain)):
                imag = match["imag"].replace(" ", "")
                values.append(complex(float(match["real"]), float(imag)))
            elif key == "complex" and NUMBER.fullmatch(plain):
                raise ValueError(
                    f"{self.path.name}, line {number}, column {self.names[place]}: "
                    f"{found[place]!r} is not allowed: an impedance without real and imaginary "
                    "part needs a column of phase beside it"
                )
            elif NUMBER.fullmatch(plain):
                values.append(float(plain))
            else:
                raise ValueError(
                    f"{self.path.name}, line {number}, column {self.names[place]}: "
                    f"{found[place]!r} is not allowed: it must be a finite number"
                    + _advice(found[place])
                )
        if not np.isfinite(values).all():
            raise ValueError(f"{self.path.name}, line {number} holds a number beyond all bounds")
        return values

    def _whole(self):
        """An error if the file ends amid its last number: fewer digits than in all rows above."""
        if not self.cut_off or self.separator == CELL:
            return
        mark = self.separator
        last = [line.rsplit(mark, 1)[-1] for _, line in self.rows]
        if len(self.rows) < 4:  # compared with the cells beside it, if these are as 1.2345E+00
            beside = split(self.rows[-1][1], mark)[:-1]
            last = [cell for cell in beside if re.search(r"[eE]", cell)] + last[-1:]
        digits = [re.split(r"[.,](?=\d*\S*$)", cell) for cell in last]
        *above, final = (len(each[-1]) if len(each) == 2 else -1 for each in digits)
        if len({*above}) == 1 and above[0] > 0 and final < above[0]:
            number, line = self.rows[-1]
            raise ValueError(
                f"{self.path.name}, line {number} ends in {line.rsplit(mark, 1)[-1].strip()!r}, "
                "shorter than in the rows above: the file is cut off; delete this line to read "
                "what is complete"
            )


def _advice(cell):
    if "," in cell and "." in cell:
        return " without separators of thousands"
    if is_number(cell):
        return ""
    return f"; read(..., leave_out=[{cell!r}]) leaves such points out"
