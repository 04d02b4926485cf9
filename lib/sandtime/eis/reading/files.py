"""Measured spectra from files (chapter *Your own spectrum*; formats in `data/README.md`).

`read` takes exports of instruments (`exports`), and **plain tables** as text or as sheets of a
workbook (`tables`, `spreadsheet`).  Any of them can take the place of this book's spectra; the
plainest is::

    frequency_hz,z_real_ohm,z_imag_ohm,time_s,point_time_s,spectrum
    7000000.0,61.2,-20.4,0.0,0.3,1

- Only the first three columns are needed, in any order; a table without a header has just these.
  Usual other names and units are understood (`columns`); what is not needed is not read, and listed
  in `Spectra.ignored`.
- The imaginary part of a capacitor is negative.
- Cells are separated by comma, semicolon, tab, bar or blanks.  Decimal commas are understood unless
  commas also separate cells.  Lines that begin with ``#`` and empty lines are comments.
- ``time_s`` is when a sweep began and ``point_time_s`` when a point was measured, by one clock.  A
  time that changes within a sweep is taken as that of its points.
- Sweeps follow one another: a new one begins where ``spectrum`` changes, where the header is
  repeated or, without either, where the first frequency of the file comes again.  Within a sweep
  the frequency rises or falls.

Nothing is repaired in silence: what cannot be read without a guess is an error that says where.
"""

import hashlib
import os
import re
from collections import Counter
from pathlib import Path

from sandtime.eis.reading import binaries, exports, mpr, spreadsheet, sweeps, tables
from sandtime.eis.reading.spectra import Spectra, write

__all__ = ["Spectra", "read", "write"]

_NOT_SPECTRA = re.compile(r"\.|~\$|readme|licen[cs]e|thumbs\.db$|desktop\.ini$", re.IGNORECASE)


def read(
    path,
    *,
    flip=False,
    columns=None,
    negative_real=False,
    leave_out=(),
    programme=None,
    one_clock=False,
):
    """Read one spectrum or several from a file, from several files or from a folder.

    Parameters
    ----------
    path : str or path, or a sequence of them
        Instruments' exports, plain tables or workbooks (.xlsx); which, is seen from what is in
        them.  Of a folder all files are read, in natural order (``cell-2`` before ``cell-10``),
        but for sub-folders and files whose name begins with a dot, ``~$``, *readme* or *licence*.
    flip : bool
        Change the sign of the imaginary part, for files that hold −Im Z without saying so.
    columns : mapping, optional
        What the columns of a table are, where the file does not say so or says it otherwise:
        ``{"frequency": 0, "modulus": "Z", "-phase_deg": 3}``.  Keys: one of ``frequency`` (Hz),
        ``omega`` (rad/s), ``log10_frequency``; ``real`` with ``imag`` or ``-imag`` (Ω), or
        ``modulus`` with one of ``phase_deg``, ``-phase_deg``, ``phase_rad``;
        possible are ``time``, ``point_time`` and ``spectrum``.  Values: the column's name in the
        file, or its place from 0.
    negative_real : bool
        Allow cells whose real part is negative for most of the points.
    leave_out : sequence of str
        Cells such as ``OVERLOAD``: points that hold one are left out.  Without, they are an error.
    programme : int or str, optional
        Of a file with several programmes or sheets, the one to read: its number from 1, or the
        sheet's name.
    one_clock : bool
        Whether all files count their times from one moment.  Without it the times of spectra from
        several files are left out.

    Returns
    -------
    Spectra or list of Spectra
        One if all sweeps share their frequencies, which may differ by 1e-5 of themselves, and in a
        sweep that broke off may be missing; else a list, in which sweeps that follow one another
        and share theirs are together.  Sweeps stand in the order of the files and, within a file,
        of its rows; never in another by their times.

    Raises
    ------
    ValueError
        If a file is empty, cut off or of an unknown kind, lacks a column, holds what is not a
        number, frequencies that are not positive, repeat or are not sorted, or seems to have
        columns swapped or the wrong sign of the imaginary part.  The message names file, line and
        what is allowed.  Of several files one such is enough: nothing is read.
    FileNotFoundError
        If there is no such file.

    Warns
    -----
    SpectraWarning
        If rows of a rest (frequency and impedance zero) were left out, a file has fewer points than
        it announces, or something else was dealt with that the message tells.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "cell.csv"
    ...     _ = path.write_text("f;Z';Z''\\n1e3;60,5;-2,5\\n1e2;62,5;-8,0\\n", encoding="utf-8")
    ...     print(read(path).impedance)
    ...     print(read([path, path]).names)
    [60.5-2.5j 62.5-8.j ]
    ('cell', 'cell')
    """
    if isinstance(leave_out, str):
        leave_out = (leave_out,)
    files = paths(path)
    count = Counter(each.name for each in files)
    found = []
    for each in files:
        try:
            found += _file(each, flip, columns, negative_real, leave_out, programme)
        except ValueError as error:
            if count[each.name] == 1:
                raise
            raise ValueError(f"{each}: {error}") from error  # several are called so
    spectra = sweeps.stack(found, one_clock=one_clock)
    return spectra[0] if len(spectra) == 1 else spectra


def paths(path):
    """The files that `read` reads of a path, a folder or a sequence of paths, in its order."""
    if isinstance(path, str | os.PathLike):
        path = Path(path)
        if not path.is_dir():
            return [path]
        found = [each for each in path.iterdir() if not _NOT_SPECTRA.match(each.name)]
        found = sorted((each for each in found if each.is_file()), key=_natural)
        if not found:
            raise ValueError(f"path = {str(path)!r} is not allowed: the folder holds no file")
        return found
    found = [Path(each) for each in path]
    if not found:
        raise ValueError("path = [] is not allowed: it must name at least one file")
    for each in found:
        if each.is_dir():
            raise ValueError(
                f"path = [..., {str(each)!r}, ...] is not allowed: a list must name files; "
                "give the folder alone"
            )
    return found


def _natural(path):
    parts = re.split(r"(\d+)", path.name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts], path.name


def _file(path, flip, columns, negative_real, leave_out, programme):
    """The sweeps of one file."""
    raw = path.read_bytes()
    sha256 = hashlib.sha256(raw).hexdigest()
    found = []
    for part, kind, label, (values, numbers, ignored) in _parts(
        path, raw, columns, leave_out, programme
    ):
        if flip:
            values["imag"] = -values["imag"]
        source = sweeps.Source(path.name, sha256, kind, tuple(ignored))
        labels = values.pop("label", None)
        several = sweeps.of_file(part, values, numbers, flip=flip, negative_real=negative_real)
        for index, here in enumerate(several):
            name = label or (f"#{index + 1}" if len(several) > 1 else "")
            if labels is not None:
                name = f"{label} {labels[index]}".strip()
            elif label and len(several) > 1:
                name = f"{label} #{index + 1}"
            found.append(sweeps.Sweep(here, source, f"{path.stem} {name}".strip()))
    return found


def _parts(path, raw, columns, leave_out, programme):
    """What a file holds: where it is from, its kind and label, and its columns."""
    if raw[:4] == b"PK\3\4" and spreadsheet.is_workbook(raw):
        yield from spreadsheet.parts(path, raw, columns, leave_out, programme)
        return
    if raw.startswith(mpr.MAGIC):
        found = mpr.parse(path, columns, leave_out)
        yield path, "BioLogic .mpr", "", _programme(path, programme, *found)
        return
    lines = binaries.text(path, raw)
    layout = exports.recognise(lines)
    if layout is None:
        if programme is not None:
            raise ValueError(
                f"programme = {programme!r} is not allowed: {path.name} is a plain table, without "
                "programmes or sheets"
            )
        yield path, "plain table", "", tables.parse(path, lines, columns, leave_out)
    else:
        found = exports.parse(path, lines, layout, columns, leave_out)
        yield path, layout.name, "", _programme(path, programme, *found)


def _programme(path, programme, values, numbers, ignored):
    """Of what an export holds, the programme that is asked for."""
    count = values.pop("programme")
    if programme is None:
        return values, numbers, ignored
    if isinstance(programme, str) or programme not in range(1, count.max(initial=0) + 1):
        raise ValueError(
            f"programme = {programme!r} is not allowed: {path.name} holds "
            f"{count.max(initial=0)}, numbered from 1"
        )
    keep = count == programme
    return {key: value[keep] for key, value in values.items()}, numbers[keep], ignored
