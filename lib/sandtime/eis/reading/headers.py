"""Lines of a table: which of them names its columns, what parts their cells."""

import re
from functools import lru_cache

from sandtime.eis.reading import columns as naming
from sandtime.eis.reading.rows import SEPARATORS, how_many, is_number, split, trimmed
from sandtime.eis.reading.units import unit

_MAY_NAME = re.compile(r"[fFoOωΩlL]")  # every name of a frequency holds one; no number does
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")


def ways(line):
    """The ways to part a line of words into names: (separator, names)."""
    found = [(mark, trimmed(split(line, mark))) for mark in SEPARATORS if mark in line]
    stripped = line.strip()
    found.append((None, re.split(r"\s{2,}|\t", stripped)))
    found.append((None, stripped.split()))
    # units behind a single blank belong to the name before them
    found.append(
        (None, re.sub(r"\s+(?=[(\[/]|in )|(?<=/)\s+|(?<=\bin)\s+", "\0", stripped).split())
    )
    return [(mark, [name.replace("\0", " ") for name in names]) for mark, names in found]


def header(line):
    """All (separator, names) by which a line names the columns of a spectrum."""
    return _header(line) if _MAY_NAME.search(line) else ()


@lru_cache(256)
def _header(line):
    found = []
    for separator, names in ways(line):
        if not 1 < len(names) <= 2000:
            continue
        try:
            named = naming.resolve(names) is not None
        except ValueError:
            named = True
        if named and (separator, names) not in found:
            found.append((separator, names))
    return found


def row_separator(line, count, first, places):
    """What parts a row into so many cells, with numbers in these places; False if nothing does."""
    marks = ["\t"] if first is None else SEPARATORS  # words between blanks are no header of a CSV
    for mark in dict.fromkeys((first, *(m for m in marks if m in line), None)):
        found = trimmed(split(line, mark), count)
        if len(found) == count and all(is_number(found[place]) for place in places):
            return mark
    return False


def units_line(line, separator, names):
    """The cells of a line of units below a header; empty if it is none."""
    for mark, found in ways(line):
        if mark != separator or not 1 < len(found) <= len(names) or any(map(is_number, found)):
            continue
        known = [unit(cell) for cell in found if cell not in ("", "#", "-")]
        if known and sum(each is not None for each in known) >= 2:
            return tuple(found)
    return ()


def most(line):
    """How many numbers a row has, and what parts them."""
    found = line.split()
    if len(found) > 2 and all(_DECIMAL_COMMA.fullmatch(cell) for cell in found):
        return len(found), None
    for mark in SEPARATORS:
        if mark in line:
            return how_many(line, mark), mark
    return how_many(line, None), None
