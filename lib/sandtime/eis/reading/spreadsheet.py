"""Sheets of a workbook (.xlsx), read as the plain tables that they are."""

import io
import zipfile
from pathlib import Path

from sandtime.eis.reading import tables
from sandtime.eis.reading.rows import CELL
from sandtime.eis.reading.spectra import warn


def is_workbook(raw):
    """Whether a zip archive is a workbook that openpyxl reads."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return b"xl/workbook.xml" in raw or b"xl/worksheets" in raw


def parts(path, raw, columns, leave_out, programme):
    """(path, kind, label, columns …) of each sheet with a table; `programme` picks one of them."""
    sheets = _sheets(path, raw)
    if programme is not None:
        sheets = [_picked(path, sheets, programme)]
    filled = [(title, lines) for title, lines in sheets if any(lines)]
    if not filled:
        raise ValueError(f"{path.name} is empty: none of its sheets holds a cell")
    found = [
        (title, lines) for title, lines in filled if columns is not None or tables.has_table(lines)
    ]
    left = [title for title, lines in filled if (title, lines) not in found]
    if left and found:
        warn(f"{path.name}: left out the sheets {', '.join(left)}, which hold no table of spectra")
    for title, lines in found or filled[:1]:
        where = Path(f"{path.name}, sheet {title!r}".replace("/", "_"))
        try:
            parsed = tables.parse(where, lines, columns, leave_out)
        except ValueError as error:
            if _formulas(raw, title):
                raise ValueError(
                    f"{where.name} holds formulas without their values: open it in a spreadsheet "
                    "program and save it there, or save it as CSV"
                ) from error
            raise
        yield where, "spreadsheet", title if len(found) > 1 or programme else "", parsed


def _sheets(path, raw):
    """[(title, lines)], cells parted by a character that no cell holds."""
    from openpyxl import load_workbook  # 0.3 s to import, and most files are text

    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        return [(sheet.title, _lines(sheet)) for sheet in book.worksheets]
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        raise ValueError(
            f"{path.name} is a workbook that cannot be opened ({error}): it seems to be cut off or "
            "protected; save it again as .xlsx, or as CSV"
        ) from error


def _formulas(raw, title):
    """Whether a sheet holds formulas whose values no program has computed."""
    from openpyxl import load_workbook

    said, made = (
        load_workbook(io.BytesIO(raw), read_only=True, data_only=only)[title].iter_rows(
            values_only=True
        )
        for only in (False, True)
    )
    return any(
        str(formula).startswith("=") and value is None
        for row, values in zip(said, made, strict=False)
        for formula, value in zip(row, values, strict=False)
    )


def _lines(sheet):
    lines = []
    for row in sheet.iter_rows(values_only=True):
        cells = ["" if cell is None else _cell(cell) for cell in row]
        lines.append(CELL.join(cells) if any(cells) else "")
    return [*lines, ""]


def _cell(value):
    if isinstance(value, float):
        return repr(value)
    return " ".join(str(value).split())


def _picked(path, sheets, programme):
    titles = [title for title, _ in sheets]
    if isinstance(programme, str) and programme in titles:
        return sheets[titles.index(programme)]
    if type(programme) is int and 1 <= programme <= len(sheets):
        return sheets[programme - 1]
    raise ValueError(
        f"programme = {programme!r} is not allowed: {path.name} has the sheets "
        f"{', '.join(map(repr, titles))}, or a number from 1 to {len(sheets)}"
    )
