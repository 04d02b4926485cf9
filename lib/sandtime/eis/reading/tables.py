"""Plain tables of spectra: text into columns, or an error that says where it is wrong.

The format is described where it is used, in `files`.
"""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

COLUMNS = ("frequency_hz", "z_real_ohm", "z_imag_ohm", "time_s", "point_time_s", "spectrum")

# Names in the wild, in small letters and without blanks, brackets, dots, slashes and underscores.
_ALIASES = {
    "frequency": "frequencyhz freqhz fhz frequency freq f",
    "real": "zrealohm rezohm rez zreal zre zreohm zreohms reohm z' z'ohm z'ω z'a real re",
    "imag": (
        "zimagohm imzohm imz zimag zim zimg zimohm zimohms imohm z'' z''ohm z''ω z''b imaginary "
        "imag im"
    ),
    "modulus": "|z|ohm |z| |z|ω zohm zω zmod zmodohm",
    "phase": "phasezdeg phasedeg phase° phasez phase zphz",
    "time": "times timesec time elapsedtimes",
    "point_time": "pointtimes",
    "spectrum": "spectrum sweep loopindex cyclenumber",
}
_QUANTITY = {name: key for key, names in _ALIASES.items() for name in names.split()}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")


class SpectraWarning(UserWarning):
    """Something in the file is unusual, and was dealt with as the message says."""


def warn(message, stacklevel=5):
    warnings.warn(message, SpectraWarning, stacklevel=stacklevel)


def spectrum_rows(path, frequency, impedance):
    """False for rows that instruments write while the cell rests: frequency and impedance zero."""
    rest = (frequency == 0) & (impedance == 0)
    if rest.any():
        warn(f"{path.name}: left out {rest.sum()} rows of a rest (frequency and impedance zero)")
    return ~rest


def parse(path, lines):
    """Columns, line numbers and unread columns of a plain table."""
    kept = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and line[:1] != "#"]
    if lines[0][:1] == "#" and _named(lines[0][1:]):
        kept.insert(0, (1, lines[0][1:]))  # as NumPy and impedance.py write a header
    if not kept:
        raise ValueError(f"{path.name} is empty: it holds nothing but comments")
    names = _named(kept[0][1])
    if names:
        kept = kept[1:]
        if not kept:
            raise ValueError(f"{path.name} holds a header but no row: the file seems to be cut off")
    number, line = kept[0]
    separator, decimal_comma = _separator(line)
    if separator in (";", "\t"):
        # the first row may hold whole numbers only
        decimal_comma = any("," in line for _, line in kept)
    names = names or _unnamed(f"{path.name}, line {number}", line, separator)
    where = _columns(path, names)
    numbers, rows = zip(*kept, strict=True)
    table = _Table(path, names, numbers, rows, separator, decimal_comma)
    values = table.values([index for index, _ in where.values()])
    columns = {
        key: sign * column for (key, (_, sign)), column in zip(where.items(), values.T, strict=True)
    }
    if "modulus" in columns:
        angle, modulus = np.deg2rad(columns.pop("phase")), columns.pop("modulus")
        columns["real"], columns["imag"] = modulus * np.cos(angle), modulus * np.sin(angle)
    read = {index for index, _ in where.values()}
    return columns, numbers, tuple(name for i, name in enumerate(names) if i not in read)


def _named(line):
    """Names of the columns if the line holds some that are known, else None."""
    names = [cell.strip().strip('"') for cell in line.split(_separator(line)[0])]
    while names and not names[-1]:
        names.pop()
    return names if any(_quantity(name)[0] for name in names) else None


def _unnamed(where, line, separator):
    """Names for a row that has no header above it."""
    cells = [cell.strip() for cell in line.split(separator)]
    if not any(NUMBER.fullmatch(cell.replace(",", ".")) for cell in cells):
        raise ValueError(
            f"{where} is neither numbers nor a header that names a frequency: "
            f"{line.strip()[:60]!r}; allowed are {', '.join(COLUMNS)}, or three columns without a "
            "header; comments begin with #"
        )
    if len(cells) != 3:
        raise ValueError(
            f"{where} has {len(cells)} cells and no header names them: without a header it must be "
            "three, frequency, real and imaginary part"
            + ("; decimal commas need semicolons between cells" if separator == "," else "")
        )
    return list(COLUMNS[:3])


def _columns(path, names):
    """Quantity → (index of its column, sign)."""
    found = {}
    for index, name in enumerate(names):
        quantity, sign = _quantity(name)
        if quantity is None:
            continue
        if quantity in found:
            raise ValueError(
                f"{path.name}: columns {names[found[quantity][0]]!r} and {name!r} both hold the "
                f"{quantity}: only one is allowed"
            )
        found[quantity] = (index, sign)
    cartesian, polar = {"real", "imag"} <= set(found), {"modulus", "phase"} <= set(found)
    if "frequency" not in found or not (cartesian or polar):
        missing = [
            column
            for quantity, column in zip(("frequency", "real", "imag"), COLUMNS, strict=False)
            if quantity not in found
        ]
        raise ValueError(
            f"{path.name}: no column {', '.join(missing)} among {', '.join(names)}; needed are "
            f"{', '.join(COLUMNS[:3])}, possible {', '.join(COLUMNS[3:])}; units other "
            "than Hz, Ω and s are not read"
        )
    for quantity in ("modulus", "phase") if cartesian else ("real", "imag"):
        found.pop(quantity, None)
    return found


def _quantity(name):
    """What a column holds and with which sign, or None."""
    plain = re.sub(r"[\s_/()\[\].\"]", "", name.replace('"', "''").lower())
    sign = -1.0 if plain[:1] in ("-", "−") else 1.0
    return _QUANTITY.get(plain.lstrip("-−")), sign


@dataclass(frozen=True)
class _Table:
    """Rows of text: where they are from, how their cells are separated."""

    path: Path
    names: list
    numbers: tuple
    rows: tuple
    separator: str | None
    decimal_comma: bool

    def values(self, places):
        """The cells in these places as floats; an error names the first that is not one."""
        rows = [row.replace(",", ".") for row in self.rows] if self.decimal_comma else self.rows
        if {row.count(self.separator or " ") for row in rows} == {len(self.names) - 1}:
            try:
                values = np.loadtxt(
                    rows, delimiter=self.separator, comments=None, usecols=places, ndmin=2
                )
            except ValueError:
                values = np.array(np.nan)
            if np.isfinite(values).all():
                return values
        return np.array([self.cells(index, places) for index in range(len(self.rows))])

    def cells(self, index, places):
        """One row, cell by cell."""
        line = f"{self.path.name}, line {self.numbers[index]}"
        cells = [cell.strip() for cell in self.rows[index].split(self.separator)]
        while len(cells) > len(self.names) and not cells[-1]:
            cells.pop()
        if [cell.strip('"') for cell in cells] == self.names:
            raise ValueError(
                f"{line} repeats the header: leave it out; sweeps follow one another without one, "
                "and a column spectrum may number them"
            )
        if len(cells) != len(self.names):
            last = index == len(self.rows) - 1 and len(cells) < len(self.names)
            commas = self.separator == "," and len(cells) > len(self.names)
            raise ValueError(
                f"{line} has {len(cells)} cells where {len(self.names)} are needed "
                f"({', '.join(self.names)})"
                + (": the file seems to be cut off" if last else "")
                + (": decimal commas need semicolons between cells" if commas else "")
            )
        values = []
        for place in places:
            cell = cells[place]
            number = cell.replace(",", ".") if self.decimal_comma else cell
            if not NUMBER.fullmatch(number):
                thousands = "," in cell and "." in cell
                raise ValueError(
                    f"{line}, column {self.names[place]}: {cell!r} is not allowed: it must be a "
                    f"finite number{' without separators of thousands' if thousands else ''}"
                )
            values.append(float(number))
        return values


def _separator(line):
    """What separates the cells of a line, and whether commas are decimal."""
    cells = line.split()
    if len(cells) > 2 and all(_DECIMAL_COMMA.fullmatch(cell) for cell in cells):
        return None, True
    for mark in (";", "\t"):
        if mark in line:
            return mark, any(_DECIMAL_COMMA.fullmatch(cell.strip()) for cell in line.split(mark))
    return ("," if "," in line else None), False
