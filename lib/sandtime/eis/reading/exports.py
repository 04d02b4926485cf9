"""Exports of instruments: text into columns, or an error that says where it is wrong.

A `layouts.Layout` says how an instrument lays out its text; here its tables are cut out, found
whole, and read.  All rows of a table must have as many cells, and what a file says twice (real and
imaginary part, modulus and phase) is compared.
"""

import numpy as np

from sandtime.eis.reading import columns as naming
from sandtime.eis.reading import layouts, marks, quantities
from sandtime.eis.reading.records import Text, table
from sandtime.eis.reading.tables import spectrum_rows, warn


def recognise(lines):
    """The layout of this export, or None.

    Examples
    --------
    >>> recognise(["EC-Lab ASCII FILE", "Nb header lines : 61"]).name
    'BioLogic'
    >>> recognise(["frequency_hz,z_real_ohm,z_imag_ohm"])
    """
    return next((layout for layout in layouts.LAYOUTS if lines and layout.recognise(lines)), None)


def parse(path, lines, layout, columns=None, leave_out=()):
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
    leave_out : sequence of str
        Points that hold such a cell are left out.

    Returns
    -------
    columns : dict of ndarray
        Frequency, real and imaginary part, time if the file has it, a running number of the
        spectrum where the file marks several, and the number of the programme, from 1.
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
    tables = [table(path, lines, layout, place) for place in places]
    full = [each for each in tables if each.cells]
    if not full:
        raise ValueError(f"{path.name}: no row follows the head of the table: it is cut off")
    if len(full) < len(tables):
        warn(f"{path.name}: {len(tables) - len(full)} of its {len(tables)} tables hold no row")
    for each in full[1:]:
        if each.names != full[0].names:
            raise ValueError(
                f"{path.name}, line {each.head}: the columns of this table are not those of line "
                f"{full[0].head}: export the spectra into files of their own"
            )
    if layout.caution:
        warn(f"{path.name}: {layout.caution}")
    record = Text(
        path,
        layout,
        full[0].head,
        full[0].names,
        np.concatenate([each.numbers for each in full]),
        [row for each in full for row in each.cells],
        full[0].decimal_comma,
        full[0].units,
        what,
        np.repeat(np.arange(len(full)), [len(each.cells) for each in full]),
    )
    return assemble(record, columns, leave_out)


def assemble(record, columns=None, leave_out=()):
    """As in `parse`, from a record: of text, or of a binary file."""
    chose = _choose(record, columns)
    record = record.without(chose.values(), leave_out)
    if "time" not in (columns or {}) and "time" in chose and not record.numeric(chose["time"]):
        del chose["time"]  # a clock
    asked = {key: _factor(record, key, chose[key]) for key in columns or {}}
    found = quantities.physical(
        {key: record.values(index) * asked.get(key, 1.0) for key, index in chose.items()}
    )
    record.check(chose.values())
    strong, weak = record.found(record.layout.marks), record.found(record.layout.restarts)
    impedance = found["real"] + 1j * found["imag"]
    keep = spectrum_rows(record.path, found["frequency"], impedance)
    found = {key: column[keep] for key, column in found.items()}
    numbers = np.asarray(record.numbers)[keep]
    read = set(chose.values())
    mark = [record.values(i) for i in strong] + ([] if record.part is None else [record.part])
    found["programme"] = marks.programmes([column[keep] for column in mark], numbers.size)
    if "spectrum" not in found:
        spectrum = marks.spectra(found["frequency"], keep, mark, [record.values(i) for i in weak])
        if spectrum is not None:
            found["spectrum"] = spectrum
            read.update(strong + weak)
    if "time" in found and not marks.one_clock(record.path, found, numbers):
        del found["time"]
        read.discard(chose["time"])
    marks.said_twice(record, chose, impedance, keep)
    marks.counted(record)
    names = record.names[: record.width]
    ignored = tuple(name for i, name in enumerate(names) if i not in read and name)
    corrected = [name for name in record.layout.corrected if name in ignored]
    if corrected and columns is None:
        both = dict(zip(("real", "imag"), corrected, strict=False))
        warn(
            f"{record.path.name} also holds {' and '.join(corrected)}, corrected for drift: they "
            f"were not read; read(..., columns={both}) does"
        )
    return found, numbers, ignored


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


def _factor(record, key, index):
    """To hertz, ohm or seconds, for a column of the reader's choice whose name has a unit."""
    name = record.names[index]
    factor, told = naming.factor(key, name, record.units.get(name, ""))
    if told:
        warn(f"{record.where}: column {name!r} is {told}; it is taken as it stands")
    return factor


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
