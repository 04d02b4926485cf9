"""Sheets of a workbook (.xlsx), read as the plain tables that they are."""

import io
import zipfile
from pathlib import Path

from sandtime.eis.reading import tables
from sandtime.eis.reading.rows import CELL


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
    found, why = [], None
    for title, lines in sheets:
        if not any(line for line in lines):
            continue
        where = Path(f"{path.name}, sheet {title!r}".replace("/", "_"))
        if not (len(sheets) == 1 or columns is not None or tables.has_table(lines)):
            why = why or (where, lines)
            continue
        found.append((title, where, tables.parse(where, lines, columns, leave_out)))
    if not found:
        if why is None:
            raise ValueError(f"{path.name} is empty: none of its sheets holds a cell")
        tables.parse(*why, columns, leave_out)
    several = len(found) > 1
    for title, where, parsed in found:
        yield where, "spreadsheet", title if several else "", parsed


def _sheets(path, raw):
    """[(title, lines)], cells parted by a character that no cell holds."""
    from openpyxl import load_workbook  # 0.3 s to import, and most files are text

    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheets = [(sheet.title, _lines(sheet)) for sheet in book.worksheets]
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        raise ValueError(
            f"{path.name} is a workbook that cannot be opened ({error}): it seems to be cut off or "
            "protected; save it again as .xlsx, or as CSV"
        ) from error
    if not any(any(lines) for _, lines in sheets):
        formulas = load_workbook(io.BytesIO(raw), read_only=True)
        if any(any(_lines(sheet)) for sheet in formulas.worksheets):
            raise ValueError(
                f"{path.name} holds formulas without their values: open it in a spreadsheet "
                "program and save it there, or save it as CSV"
            )
    return sheets


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
