"""A small table of quantities: each column names its unit, or each of its cells does."""

import csv
import difflib
import io
import re
from pathlib import Path

from sandtime.command.options import measured
from sandtime.command.say import shown

_HEADING = re.compile(r"^(?P<name>.*?)\s*(?:\[(?P<a>[^\]]*)\]|\((?P<b>[^)]*)\)|/\s+(?P<c>.+))?\s*$")


def read(path, columns):
    """Columns of a table as lists in SI.

    Parameters
    ----------
    path : str
        CSV, separated by comma, semicolon or tab; a comma is decimal unless it separates.
    columns : dict
        Name → (examples, needed): an example of each kind of quantity that is allowed, or None for
        text.

    Returns
    -------
    dict
        Name → list of values, or of (value, which kind) where several are allowed; of those columns
        that are there.

    Raises
    ------
    ValueError
        If a column is missing, unknown or has no unit, or a cell is not of its kind; the message
        names the line.
    """
    text = Path(path).read_bytes().decode("utf-8-sig", errors="replace")
    lines = [line for line in text.splitlines() if line.strip() and line[:1] != "#"]
    where = shown(Path(path).name)
    if len(lines) < 2:
        raise ValueError(f"{where} holds no table: a line of headings and at least one row")
    mark = next((mark for mark in (";", "\t") if mark in lines[0]), ",")
    head, *rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=mark)
    places = _places(where, head, columns)
    found = {name: [] for name in places}
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise ValueError(
                f"{where}, row {number} has {len(row)} cells where the headings are {len(head)}"
            )
        for name, (index, unit) in places.items():
            examples = columns[name][0]
            cell = row[index].strip()
            if examples is None:
                found[name].append(cell)
            elif not cell and not columns[name][1]:
                found[name].append(None)
            else:
                with_unit = cell if unit is None else f"{cell} {unit}"
                try:
                    found[name].append(measured(with_unit, *examples[:1], also=_second(examples)))
                except ValueError as error:
                    raise ValueError(f"{where}, row {number}, column {name}: {error}") from None
    return found


def _second(examples):
    return examples[1] if len(examples) > 1 else None


def _places(where, head, columns):
    """Name → (index, unit or None)."""
    places = {}
    for index, title in enumerate(head):
        match = _HEADING.match(title.strip())
        name = re.sub(r"[\s_-]+", "_", match["name"].strip().lower())
        unit = match["a"] or match["b"] or match["c"]
        if name not in columns:
            close = difflib.get_close_matches(name, columns, 1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise ValueError(
                f"{where}: the column {shown(title)!r} is not known{hint}; there can be "
                f"{', '.join(columns)}"
            )
        if name in places:
            raise ValueError(f"{where}: the column {name} stands there twice")
        places[name] = index, unit
    for name, (_, needed) in columns.items():
        if needed and name not in places:
            raise ValueError(
                f"{where} has no column {name}, as in '{name} [unit]'; it has "
                f"{', '.join(shown(title) for title in head)}"
            )
    return places
