"""Plain tables of spectra: text into columns, or an error that says where it is wrong.

The format is described where it is used, in `files`; what a column holds is found in `columns`.
Sheets of a workbook come here as lines, too, with a separator that no text has.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sandtime.eis.reading import columns as naming
from sandtime.eis.reading import headerless
from sandtime.eis.reading.columns import Column
from sandtime.eis.reading.headers import header, most, row_separator, units_line, ways
from sandtime.eis.reading.quantities import chosen, determined, physical
from sandtime.eis.reading.rows import (
    CELL,
    NUMBER,
    SEPARATORS,
    Table,
    how_many,
    is_number,
    split,
    trimmed,
)  # fmt: skip
from sandtime.eis.reading.spectra import SpectraWarning, warn

__all__ = ["NUMBER", "SpectraWarning", "parse", "spectrum_rows", "warn"]

_RULE = re.compile(r"[-=+|:_\s]*[-=_]{2,}[-=+|:_\s]*")  # a line drawn below a header
_COMMENT = re.compile(r"\s*(#|%|//)+")


def spectrum_rows(path, frequency, impedance):
    """False for rows that instruments write while the cell rests: frequency and impedance zero."""
    rest = (frequency == 0) & (impedance == 0)
    if rest.any():
        warn(f"{path.name}: left out {rest.sum()} rows of a rest (frequency and impedance zero)")
    return ~rest


def parse(path, lines, columns=None, leave_out=()):
    """Columns, line numbers and unread columns of a plain table."""
    kept = _kept(lines)
    if not kept:
        raise ValueError(f"{path.name} is empty: it holds nothing but comments")
    if columns is not None:
        blocks = _chosen(path, kept, columns)
    else:
        blocks = _named(path, kept) or [_unnamed(path, kept)]
    _trim(path, blocks)
    cut_off = bool(lines[-1].strip())  # no end of line behind the last row
    parts = []
    for block in blocks:
        for label, wanted in block.sweeps:
            last = block is blocks[-1] and cut_off
            table = Table(path, block.names, block.rows, block.separator, last)
            values, numbers = _values(path, table, wanted, leave_out, len(block.sweeps) > 1)
            if block.guessed:
                headerless.check(f"{path.name}, line {numbers[0]}", values)
            parts.append((label, values, numbers))
    made, numbers = _together(path, blocks, parts)
    keep = spectrum_rows(path, made["frequency"], made["real"] + 1j * made["imag"])
    labels = made.pop("label", None)
    made = {key: value[keep] for key, value in made.items()}
    if labels:
        made["label"] = labels
    return made, np.asarray(numbers)[keep], _ignored(blocks)


def has_table(lines):
    """Whether some line names the columns of a spectrum, or three columns of numbers have none."""
    kept = _kept(lines)
    return any(header(line) for _, line in kept) or (
        len(kept) > 1 and all(most(line)[0] == 3 for _, line in kept[:5])
    )


@dataclass
class Block:
    """A header and the rows below it."""

    names: list
    separator: str | None
    sweeps: list  # of (label, {key: Column})
    rows: list  # of (number, line)
    number: int = 0  # line of the header
    guessed: bool = False  # there is no header
    second: tuple = ()  # units below the header


# ---- lines --------------------------------------------------------------------------------------


def _kept(lines):
    """Lines that are neither empty nor comments; a comment that names columns is kept."""
    kept = []
    for number, line in enumerate(lines, 1):
        if not line.strip(" \t;,|" + CELL):
            continue
        if match := _COMMENT.match(line):
            line = line[match.end() :]
            if not header(line):
                continue
        elif _RULE.fullmatch(line) or (number == 1 and re.fullmatch(r"sep=.", line.strip())):
            continue
        kept.append((number, line))
    return kept


# ---- headers ------------------------------------------------------------------------------------


def _named(path, kept):
    """Blocks of a table whose header says what its columns are."""
    heads = [i for i, (_, line) in enumerate(kept) if header(line)]
    blocks = []
    for head, after in pairwise([*heads, len(kept)]):
        number, line = kept[head]
        rows = kept[head + 1 : after]
        block = next((b for b in (_block(number, *way, rows) for way in header(line)) if b), None)
        if block is None:
            _lost(path, line, rows)
            continue
        try:
            sweeps, told = naming.resolve(block.names, block.second)
        except ValueError as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from error
        if not blocks:
            _above(path, kept[:head], number)
            for each in told:
                warn(f"{path.name}: {each}")
        block.sweeps = sweeps
        blocks.append(block)
    if not blocks and any(header(kept[head][1])[0][0] is not None for head in heads):
        raise ValueError(f"{path.name} holds a header but no row: the file seems to be cut off")
    return blocks


def _block(number, separator, names, rows):
    """The table below a header, if a first row fits to it."""
    second = units_line(rows[0][1], separator, names) if rows else ()
    rows = rows[1:] if second else rows
    if not rows:
        return None
    place = naming.frequency(names)
    found = row_separator(rows[0][1], len(names), separator, place)
    return None if found is False else Block(names, found, [], rows, number, second=second)


def _lost(path, line, rows):
    """An error if rows of numbers stand below a header that they do not fit to."""
    separator, names = header(line)[0]
    if separator is None:
        return  # words
    for index, (_, text) in enumerate(rows):
        if most(text)[0] > 1:
            Table(path, names, rows, separator).cells(index)
            raise ValueError(
                f"{path.name}, line {rows[index][0]}: {text.strip()[:60]!r} stands below the "
                f"header {', '.join(names)}, where a frequency must be a number"
            )


def _above(path, above, number):
    """An error if rows of numbers stand above the header, which would be lost."""
    rows = [n for n, line in above if max(how_many(line, m) for m in (*SEPARATORS, None)) > 2]
    if len(rows) > 1:
        raise ValueError(
            f"{path.name}: lines {rows[0]} to {rows[-1]} hold numbers and stand above the header "
            f"in line {number}: they would be lost; delete them, or put the table into a file of "
            "its own"
        )


def _unnamed(path, kept):
    """The block of a table without a header: frequency, real and imaginary part."""
    number, line = kept[0]
    row = next((i for i, (_, text) in enumerate(kept) if most(text)[0] >= 2), None)
    if row != 0:
        above = kept if row is None else kept[:row]
        for n, text in reversed(above):
            for _, names in ways(text):
                known = [name for name in names if naming.meaning(name).quantity]
                if len(names) > 1 and known and not any(map(is_number, names)):
                    raise ValueError(f"{path.name}, line {n}: {naming.missing(names)}")
        raise ValueError(
            f"{path.name}, line {number} is neither numbers nor a header that names a frequency: "
            f"{line.strip()[:60]!r}; needed are frequency_hz, z_real_ohm, z_imag_ohm or usual "
            "names of these, or three columns without a header and with no words above them; "
            'columns={"frequency": 0, ...} says what is where; comments begin with #'
        )
    separator = most(line)[1]
    found = trimmed(split(line, separator))
    if len(found) != 3:
        raise ValueError(
            f"{path.name}, line {number} has {len(found)} cells and no header names them: without "
            "a header it must be three, frequency, real and imaginary part; "
            'columns={"frequency": 0, ...} says what is where'
            + ("; decimal commas need semicolons between cells" if separator == "," else "")
        )
    names = ["frequency_hz", "z_real_ohm", "z_imag_ohm"]
    wanted = {key: Column(i) for i, key in enumerate(("frequency", "real", "imag"))}
    return Block(names, separator, [("", wanted)], kept, 0, True)


# ---- what the reader says -----------------------------------------------------------------------


def _chosen(path, kept, columns):
    """The blocks of a table whose columns the reader names."""
    said = [v for v in columns.values() if isinstance(v, str)] if isinstance(columns, dict) else []
    said = [naming.units.normal(each) for each in said]
    if said:
        for index, (number, line) in enumerate(kept):
            for separator, names in ways(line):
                if {*said} <= {naming.units.normal(name) for name in names}:
                    return _from(path, kept, index, separator, names, columns, number)
        number, names = max(
            ((n, ways(line)[0][1]) for n, line in kept[:50]),
            key=lambda found: len(found[1]) * (not any(map(is_number, found[1]))),
        )
        chosen(f"{path.name}, line {number}", names, columns)
        raise ValueError(f"{path.name} holds no line with the columns {', '.join(said)}")
    row = next((i for i, (_, line) in enumerate(kept) if most(line)[0] >= 3), None)
    if row is None:
        row = next((i for i, (_, line) in enumerate(kept) if most(line)[0] >= 2), None)
    if row is None:
        raise ValueError(f"{path.name} holds no row of numbers")
    separator = most(kept[row][1])[1]
    count = len(trimmed(split(kept[row][1], separator)))
    for index in range(row - 1, max(row - 3, -1), -1):
        number, line = kept[index]
        fits = [
            way for way in ways(line) if len(way[1]) == count and not any(map(is_number, way[1]))
        ]
        units = any(units_line(line, *way) for way in fits)
        if fits and not units:
            return _from(path, kept, index, *fits[0], columns, number)
        if not units:
            break
    names = [f"column {i}" for i in range(count)]
    return _from(path, kept, row - 1, separator, names, columns, kept[row][0])


def _from(path, kept, head, separator, names, columns, number):
    """Blocks below a header whose columns the reader names."""
    where = f"{path.name}, line {number}"
    places = chosen(where, names, columns)
    determined(where, places)
    rows, second = kept[head + 1 :], ()
    if rows and head >= 0:
        second = units_line(rows[0][1], separator, names)
        rows = rows[1:] if second else rows
    if not rows:
        raise ValueError(f"{path.name} holds a header but no row: the file seems to be cut off")
    wanted = {}
    for key, place in places.items():
        unit = second[place] if place < len(second) else ""
        factor, told = naming.factor(key, names[place], unit)
        if told:
            warn(f"{path.name}: column {names[place]!r} is {told}; it is taken as it stands")
        wanted[key] = Column(place, factor)
    head_line = kept[head][1] if head >= 0 else None
    repeats = [i for i, (_, line) in enumerate(rows) if line == head_line]
    found = row_separator(rows[0][1], len(names), separator, list(places.values())[:1])
    found = separator if found is False else found
    bounds = [-1, *repeats, len(rows)]
    blocks = [
        Block(names, found, [("", wanted)], rows[start + 1 : stop], number)
        for start, stop in pairwise(bounds)
        if rows[start + 1 : stop]
    ]
    for block, start in zip(blocks[1:], repeats, strict=False):
        block.number = rows[start][0]
    return blocks


# ---- rows ---------------------------------------------------------------------------------------


def _trim(path, blocks):
    """Take away lines of words below the rows; say so of those at the end of the file."""
    for block in blocks:
        words = []
        while block.rows:
            number, line = block.rows[-1]
            found = trimmed(split(line, block.separator))
            whole = len(found) >= len(block.names) and block.separator is not None
            if whole or any(map(is_number, found)):
                break
            words.append((number, line))
            block.rows = block.rows[:-1]
        if words and block is blocks[-1]:
            number, line = words[-1]
            upto = f" to {words[0][0]}" if len(words) > 1 else ""
            warn(
                f"{path.name}: left out line{'s' if upto else ''} {number}{upto} below the table, "
                f"which begins {line.replace(CELL, ' ').strip()[:40]!r}"
            )
        if not block.rows:
            raise ValueError(f"{path.name} holds a header but no row: the file seems to be cut off")


def _values(path, table, wanted, leave_out, side_by_side):
    """{key: array} of one sweep's columns, and the numbers of its lines."""
    for key in ("time", "point_time"):
        if key in wanted and not table.any_number(wanted[key].place):
            del wanted[key]  # clock times: not needed, and listed as not read
    wanted, labels = dict(wanted), None
    if "spectrum" in wanted and not table.any_number(wanted["spectrum"].place):
        marks = table.column(wanted.pop("spectrum").place)
        labels = [marks[0]] + [b for a, b in pairwise(marks) if a != b]
        marked = np.cumsum([0] + [a != b for a, b in pairwise(marks)])
        table.extra = marked
    places = {key: column.place for key, column in wanted.items()}
    table = table.without(places.values(), leave_out, blank=side_by_side)
    made = table.values(places)
    made = {
        key: value * wanted[key].factor if key in wanted and key != "log10_frequency" else value
        for key, value in made.items()
    }
    if "log10_frequency" in made:
        made["log10_frequency"] = made["log10_frequency"] + np.log10(
            wanted["log10_frequency"].factor
        )
        warn(
            f"{path.name}: column {table.names[places['log10_frequency']]!r} is taken as the "
            "logarithm to the base of ten"
        )
    if labels is not None:
        made["spectrum"] = table.extra.astype(float)
    if "phase" in made:
        name = table.names[places["phase"]]
        made["phase_deg"] = headerless.degrees(path, name, made["phase"])
    made = physical(made)
    if labels is not None:
        made["label"] = labels
    return made, table.numbers


def _together(path, blocks, parts):
    """The columns of all sweeps, one below the other."""
    if len(parts) == 1:
        ((label, values, numbers),) = parts
        if label:
            values["label"] = [label]
        return values, numbers
    keys = [set(values) - {"label"} for _, values, _ in parts]
    if any(each != keys[0] for each in keys):
        raise ValueError(
            f"{path.name}, line {blocks[1].number if len(blocks) > 1 else blocks[0].number}: this "
            "header names other columns than the one above: put each table into a file of its own"
        )
    if len(blocks) > 1:
        warn(
            f"{path.name}: the header is repeated in line "
            f"{', '.join(str(block.number) for block in blocks[1:4])}"
            f"{' and so on' if len(blocks) > 4 else ''}: a sweep begins there"
        )
    made = {
        key: np.concatenate([values[key] for _, values, _ in parts])
        for key in keys[0] - {"spectrum"}
    }
    sizes = [values["frequency"].size for _, values, _ in parts]
    side_by_side = any(len(block.sweeps) > 1 for block in blocks)
    if "spectrum" in keys[0]:
        # numbers that go on from table to table, whatever they begin with
        marks, base = [], 0
        for _, values, _ in parts:
            changes = np.cumsum(np.append(0, np.diff(values["spectrum"]) != 0))
            marks.append(base + changes)
            base = marks[-1][-1] + 1
        made["spectrum"] = np.concatenate(marks).astype(float)
    else:
        made["spectrum" if side_by_side else "block"] = np.repeat(np.arange(len(parts)), sizes)
    labels = [label for label, _, _ in parts]
    if side_by_side and not labels[0].startswith("#"):
        made["label"] = labels
    return made, np.concatenate([numbers for *_, numbers in parts])


def _ignored(blocks):
    """Names of the columns that no sweep needs."""
    block = blocks[0]
    read = {column.place for _, wanted in block.sweeps for column in wanted.values()}
    return tuple(name for i, name in enumerate(block.names) if i not in read and name)
