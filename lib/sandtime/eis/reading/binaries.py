"""What a file says, whatever its encoding, or what it is if it is not text."""

import re

_EXPORT = "export the spectra as text or CSV with columns frequency, real and imaginary part"
_WORKBOOK = "save it as .xlsx or CSV"

# What files begin with.
_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"an old Excel workbook (.xls) or its like: {_WORKBOOK}"),
    (b"\x1f\x8b", "compressed (gzip): unpack it first"),
    (b"BZh", "compressed (bzip2): unpack it first"),
    (b"\xfd7zXZ\0", "compressed (xz): unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7-Zip): unpack it first"),
    (b"Rar!", "an archive (RAR): unpack it first"),
    (b"%PDF", f"a PDF document: {_EXPORT}"),
    (b"\x89PNG", f"a picture: {_EXPORT}"),
    (b"\xff\xd8\xff", f"a picture: {_EXPORT}"),
    (b"GIF8", f"a picture: {_EXPORT}"),
    (b"\x89HDF", f"an HDF5 file: {_EXPORT}"),
    (b"MATLAB 5.0 MAT-file", f"a MATLAB file (.mat): {_EXPORT}"),
    (b"CPY", f"an Origin project: {_EXPORT}"),
    (b"\x93NUMPY", f"a NumPy array (.npy): {_EXPORT}"),
    (b"SQLite format 3\0", f"an SQLite database: {_EXPORT}"),
    (b"PAR1", f"a Parquet table: {_EXPORT}"),
)  # fmt: skip

# What they are called, where their beginning says nothing.
_ENDINGS = {
    ".mpr": "binary BioLogic data: export it from EC-Lab as text, .mpt",
    ".idf": f"an Ivium data file: in IviumSoft, {_EXPORT}",
    ".ids": f"an Ivium data set: in IviumSoft, {_EXPORT}",
    ".nox": f"an Autolab NOVA file: in NOVA, {_EXPORT}",
    ".dfr": f"a file of Autolab's FRA: in its program, {_EXPORT}",
    ".oew": f"a file of Autolab's GPES: in its program, {_EXPORT}",
    ".i2b": f"an i2b file: in its program, {_EXPORT}",
    ".z60": f"a CorrTest file: in CorrTest's or ZView's program, {_EXPORT}",
    ".cor": f"a CorrTest or CorrWare file: in its program, {_EXPORT}",
    ".p00": f"a file of a potentiostat's own kind (.P00): in its program, {_EXPORT}",
    ".ism": f"a Zahner spectrum: in Thales or Zahner Analysis, {_EXPORT}",
    ".pssession": f"a PalmSens session (PSTrace, JSON): in PSTrace, {_EXPORT}",
    ".psmethod": "a method of PSTrace, which holds no measurement",
    ".opj": f"an Origin project: {_EXPORT}",
    ".opju": f"an Origin project: {_EXPORT}",
    ".bin": f"binary: {_EXPORT}",
}  # fmt: skip


def refused(path, raw):
    """What a file is, if it is of a kind that cannot be read; else an empty string."""
    for magic, what in _MAGIC:
        if raw.startswith(magic):
            return what
    if raw[:4] in (b"PK\3\4", b"PK\5\6"):
        head = raw[:4096] + raw[-4096:]
        if b"opendocument.spreadsheet" in head:
            return f"an OpenDocument spreadsheet (.ods): {_WORKBOOK}"
        if b"opendocument" in head or b"word/" in head:
            return f"a text document, not a table: {_EXPORT}"
        if b"xl/workbook.bin" in raw[-16384:]:
            return f"a binary Excel workbook (.xlsb): {_WORKBOOK}"
        if path.suffix.lower() in (".opju", ".pssession"):
            return _ENDINGS[path.suffix.lower()]
        return "an archive (zip): unpack it first"
    return ""


def text(path, raw):
    """Lines of what the file says, whatever its encoding, byte-order mark and ends of lines."""
    if not raw.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise ValueError(f"{path.name} is empty: it must hold at least one row of a spectrum")
    if what := refused(path, raw):
        raise ValueError(f"{path.name} is {what}")
    said = _decoded(raw)
    own = _ENDINGS.get(path.suffix.lower())
    if said is None:
        raise ValueError(f"{path.name} is {own or f'binary, not text: {_EXPORT}'}")
    begin = said.lstrip()[:2000].lower()
    if begin.startswith("{") or re.match(r"\[\s*[{\[]", begin):
        raise ValueError(f"{path.name} is {own or f'JSON, not a table: {_EXPORT}'}")
    if begin.startswith(("<!doctype html", "<html", "<table")):
        raise ValueError(
            f"{path.name} is a page in HTML, whatever its name: open it and {_WORKBOOK}"
        )
    if begin.startswith(("<?xml", "{\\rtf")):
        kind = "XML" if begin.startswith("<?xml") else "a text document (RTF)"
        raise ValueError(f"{path.name} is {kind}, not a table: {_EXPORT}")
    if own and path.suffix.lower() != ".cor" and not _rows(said):
        raise ValueError(f"{path.name} is {own}")
    return re.split(r"\r\n|\n|\r", said)


def _rows(said):
    """Whether some of the first lines hold three numbers, as a plain table does."""
    number = r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?"
    lines = said[:20000].splitlines()
    return sum(bool(re.match(rf"\s*({number}[\s;,]+){{2}}{number}", line)) for line in lines) > 2


def _decoded(raw):
    """The text, or None if it is none."""
    if raw[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return raw.decode("utf-32", errors="replace")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw:
        start = raw[: min(len(raw), 4000) // 2 * 2]
        even, odd = start[::2].count(0), start[1::2].count(0)
        half = len(start) / 2
        for code, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
            if zeros > 0.8 * half and others == 0:
                return raw.decode(code, errors="replace")
        return None
    try:
        said = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        said = raw.decode("cp1252", errors="replace")
    strange = len(re.findall(r"[\x00-\x08\x0e-\x19\x1b-\x1e]", said[:4000]))
    return None if strange > 0.02 * len(said[:4000]) else said
