"""What came back from a student: which cells answer which task.

Files come renamed, with cells reordered, copied, split and merged, with ids and metadata rewritten
or lost, as scripts and archives, broken and empty.  A cell is known by what it carries (metadata,
nbgrader's, its id), then by a marker in its source (``# answer d1``), then by the name that it
defines.  What stands in cells that were given or that check is never used.
"""

import ast
import contextlib
import io
import json
import re
import symtable
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

ROLES = ("given", "answer", "check", "manual")
LARGEST = 100_000_000  # bytes of a file
READ = (".ipynb", ".py", ".zip")

_ID = re.compile(r"(given|answer|check|manual|student)-([a-z]+)(?:-([a-z]+\d+))?")
_MARKER = re.compile(
    r"^[ \t]*(?:#+|<!--)[ \t]*(given|answer|check|manual)[ \t]+([\w-]+)[ \t]*(?:-->)?[ \t]*$", re.M
)
_STUDENT = re.compile(r"^STUDENT\s*=\s*(['\"])(.*?)\1", re.M | re.I)
_CHECKS = re.compile(r"^\s*(?:float\(.*\bcheck\(|check\(|from sandtime\.coursework import|"
                     r"check\s*=\s*practice\()")  # fmt: skip


@dataclass
class Cell:
    """One cell, or a part of one.

    Attributes
    ----------
    kind : str
        ``code`` or ``markdown``.
    role : str
        One of `ROLES`, or "" for a cell of the student's own.
    task : str
    source : str
    pictures : list of str
        What a manual cell shows: PNG in base64.
    """

    kind: str
    role: str
    task: str
    source: str
    pictures: list = field(default_factory=list)


@dataclass
class Submission:
    """What one file says.

    Attributes
    ----------
    file : str
        Its name under the student's folder.
    sheet : str
        "" if nothing tells it.
    claimed : str
        The student named in it, "" if none is.
    cells : list of Cell
    remarks : list of str
        What the lecturer should know.
    """

    file: str
    sheet: str = ""
    claimed: str = ""
    cells: list = field(default_factory=list)
    remarks: list = field(default_factory=list)

    def answers(self, task):
        """Sources of the cells that answer a task, in order."""
        return [c.source for c in self.cells if c.task == task and c.role in ("answer", "manual")]


def collect(folder):
    """Files of each student: names of folders, or of files without their ending → paths.

    Parameters
    ----------
    folder : path
        With a folder for each student, or a file for each.
    """
    found = {}
    for entry in sorted(Path(folder).iterdir(), key=lambda each: each.name):
        if entry.name.startswith((".", "__MACOSX")):
            continue
        if entry.is_dir():
            inside = [each for each in sorted(entry.rglob("*")) if _wanted(each.relative_to(entry))]
            found.setdefault(entry.name, []).extend(each for each in inside if each.is_file())
        elif entry.suffix.lower() in READ:
            found.setdefault(entry.stem, []).append(entry)
    return found


def _wanted(path):
    return not any(part.startswith((".", "__MACOSX")) for part in path.parts)


def read(path, sheets, name=None):
    """What a file says, a list with one `Submission` for each notebook in it.

    Parameters
    ----------
    path : path
    sheets : dict
        Name of a sheet → (ids and sources of its released cells, name → task); see `layout`.
    name : str, optional
        To be called in messages.
    """
    path, name = Path(path), name or Path(path).name
    try:
        size = path.stat().st_size
        if size > LARGEST:
            return [Submission(name, remarks=[f"too large to be read: {size / 1e6:.0f} MB"])]
        return _of_bytes(name, path.read_bytes(), sheets)
    except OSError as error:
        return [Submission(name, remarks=[f"cannot be read: {error.strerror}"])]


def _of_bytes(name, data, sheets):
    ending = Path(name).suffix.lower()
    if data[:4] == b"PK\x03\x04":
        return _of_archive(name, data, sheets)
    if ending not in (".ipynb", ".py"):
        return []
    found = Submission(name)
    if not data.strip():
        found.remarks.append("the file is empty")
        return [found]
    text = _decoded(data)
    raw, words = (_script(text), {}) if ending == ".py" else _notebook(text, found)
    if ending == ".py":
        found.remarks.append("a script, not a notebook")
    _fill(found, raw, words, sheets)
    if not found.cells and not found.remarks:
        found.remarks.append("the notebook is empty")
    return [found]


def _of_archive(name, data, sheets):
    found = []
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = [e for e in archive.infolist() if not e.is_dir() and _wanted(Path(e.filename))]
        if len(entries) > 1000 or sum(e.file_size for e in entries) > 2 * LARGEST:
            return [Submission(name, remarks=["an archive that is too large"])]
        for entry in sorted(entries, key=lambda each: each.filename):
            if Path(entry.filename).suffix.lower() in (".ipynb", ".py"):
                with archive.open(entry) as file:
                    content = file.read(LARGEST + 1)
                inside = Path(entry.filename).name
                found += _of_bytes(f"{name}/{inside}", content, sheets)
    except (zipfile.BadZipFile, RuntimeError, OSError, NotImplementedError, EOFError, ValueError):
        return [*found, Submission(name, remarks=["an archive that cannot be opened"])]
    return found or [Submission(name, remarks=["an archive without a notebook"])]


def _decoded(data):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


# --- from text to raw cells ---------------------------------------------------------------


def _notebook(text, found):
    """Raw cells and metadata of a notebook, as far as it can be read."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raw = _salvaged(text)
        found.remarks.append(f"the file is broken; {len(raw)} cells of it could be read")
        return raw, {}
    if not isinstance(notebook, dict):
        found.remarks.append("not a notebook")
        return [], {}
    raw = notebook.get("cells")
    if raw is None and isinstance(notebook.get("worksheets"), list):
        raw = [c for sheet in notebook["worksheets"] for c in _dict(sheet).get("cells", [])]
        found.remarks.append("an old format (nbformat 3)")
    raw = [each for each in raw if isinstance(each, dict)] if isinstance(raw, list) else []
    return raw, _dict(notebook.get("metadata"))


def _salvaged(text):
    """The cells of a notebook that breaks off or has a fault in it."""
    found, decoder, place = [], json.JSONDecoder(), text.find('"cells"')
    for match in re.finditer(r"\{", text[place:]) if place >= 0 else ():
        at = place + match.start()
        if found and at < found[-1][1]:
            continue
        with contextlib.suppress(ValueError, RecursionError):
            cell, end = decoder.raw_decode(text, at)
            if isinstance(cell, dict) and "cell_type" in cell:
                found.append((cell, end))
    return [cell for cell, _ in found]


def _script(text):
    """Cells of a script: parted where an editor or a converter parts them."""
    parts = re.split(r"^#[ \t]*(?:%%|In\[[\d ]*\]:?|<codecell>)[^\n]*$", text, flags=re.M)
    return [{"cell_type": "code", "source": part.strip("\n")} for part in parts if part.strip()]


def _dict(found):
    return found if isinstance(found, dict) else {}


def _source(raw):
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.replace("\r\n", "\n") if isinstance(source, str) else ""


# --- which cell is what -------------------------------------------------------------------


def layout(released, names):
    """What is known of a sheet: role and task by normalised source, and the names of its tasks.

    Parameters
    ----------
    released : str
        Text of its notebook.
    names : dict
        Name that an answer defines → id of the task.
    """
    cells, sources = json.loads(released)["cells"], {}
    for raw in cells:
        role, task, _ = _carried(raw)
        if role:
            sources[_plain(_source(raw))] = (role, task)
    return {"sources": sources, "names": names}


def given(released):
    """The cells of code that a released notebook gives, as (label, source)."""
    found = []
    for number, raw in enumerate(json.loads(released)["cells"]):
        role, _, _ = _carried(raw)
        source = _source(raw)
        if raw["cell_type"] == "code" and (role == "given" or _sets_up(role, source)):
            found.append((f"given {number}", source))
    return found


def _sets_up(role, source):
    return role == "check" and "practice(" in source


def _carried(raw):
    """Role, task and sheet that a cell carries in its metadata or id; "" where it has none."""
    metadata = _dict(raw.get("metadata"))
    ours = _dict(metadata.get("sandtime"))
    if ours.get("role") in ROLES and isinstance(ours.get("task", ""), str):
        return ours["role"], ours.get("task") or "", str(ours.get("sheet") or "")
    theirs = _dict(metadata.get("nbgrader")).get("grade_id")
    for id in (theirs, raw.get("id"), metadata.get("id")):
        match = _ID.match(id) if isinstance(id, str) else None
        if match:
            role = "given" if match[1] == "student" else match[1]
            return role, match[3] or "", match[2]
    return "", "", ""


def _plain(source):
    """Source without blanks and comments, for comparison."""
    return re.sub(r"\s+|#.*", "", source)


def _fill(found, raw, words, sheets):
    """Tell sheet, student and cells from raw cells and the notebook's metadata."""
    words = _dict(words.get("sandtime"))
    carried = [_carried(each) for each in raw]
    votes = [sheet for _, _, sheet in carried if sheet in sheets]
    if words.get("sheet") in sheets:
        votes.append(words["sheet"])
    if not votes:
        votes = [each for each in sheets if each in found.file.lower()] or _by_names(raw, sheets)
    found.sheet = max(sorted(set(votes)), key=votes.count) if votes else ""
    texts = [_source(each) for each in raw]
    names = [m[2] for text in texts for m in _STUDENT.finditer(text)]
    named = words.get("student")
    found.claimed = names[0] if names else named if isinstance(named, str) else ""
    known = sheets.get(found.sheet, {"sources": {}, "names": {}})
    for each, text, (role, task, _) in zip(raw, texts, carried, strict=True):
        kind = "code" if each.get("cell_type") == "code" else "markdown"
        parts = _parts(kind, role, task, text, known)
        if parts and parts[-1].role == "manual":
            parts[-1].pictures = _pictures(each)
        found.cells += parts
    _repeats(found, known)


def _pictures(raw):
    """Pictures among the outputs of a cell, as far as they are base64 of a bearable size."""
    found = []
    outputs = raw.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        data = _dict(_dict(output).get("data")).get("image/png")
        data = "".join(map(str, data)) if isinstance(data, list) else data
        if isinstance(data, str) and len(data) < 4_000_000:
            data = re.sub(r"\s", "", data)
            found += [data] if re.fullmatch(r"iVBORw0KGgo[A-Za-z0-9+/]*=*", data) else []
    return found[:5]


def _by_names(raw, sheets):
    """Sheets one of whose names is defined."""
    defined = {name for each in raw for name in names(_source(each))[0]}
    return [sheet for sheet, known in sheets.items() for name in known["names"] if name in defined]


def _parts(kind, role, task, text, known):
    """A cell, parted at markers; told by its source where it carries nothing."""
    markers = list(_MARKER.finditer(text))
    if len({(m[1], m[2]) for m in markers}) > 1 or (markers and not role):
        found, ends = [], [m.start() for m in markers[1:]] + [len(text)]
        head = text[: markers[0].start()]
        if head.strip():
            found.append(Cell(kind, role, task, head))
        for m, end in zip(markers, ends, strict=True):
            found.append(Cell(kind, m[1], m[2], text[m.start() : end]))
        return found
    if not role and text.strip():
        role, task = known["sources"].get(_plain(text), ("", ""))
        if not role and kind == "code":
            role, task = _told(text, known)
    if not role and kind != "code":
        role, task = _begun(_plain(text), known)
    if not role and kind != "code":
        return []
    return [Cell(kind, role, task, text)] if text.strip() else []


def _begun(plain, known):
    """Role and task of words that begin as a cell for words that was handed out."""
    for key, (role, task) in known["sources"].items():
        if role == "manual" and len(key) > 8 and plain.startswith(key):
            return role, task
    return "", ""


def _told(text, known):
    """Role and task of a cell of code that carries nothing."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if lines and all(_CHECKS.match(line) for line in lines):
        return "check", ""
    defined, _ = names(text)
    tasks = [task for name, task in known["names"].items() if name in defined]
    return ("answer", tasks[0]) if len(tasks) == 1 else ("", "")


def _repeats(found, known):
    """Drop untouched copies of an answer, and repeated ones; remark on those that differ."""
    stubs = {key for key, (role, _) in known["sources"].items() if role in ("answer", "manual")}
    kept, seen = [], {}
    for cell in found.cells:
        if cell.role in ("answer", "manual"):
            plain, before = _plain(cell.source), seen.setdefault(cell.task, [])
            if plain in before or (plain in stubs and before):
                continue
            before.append(plain)
        kept.append(cell)
    for task, sources in seen.items():
        real = [each for each in sources if each not in stubs]
        if len(real) > 1 and any(c.task == task and c.role == "answer" for c in kept):
            found.remarks.append(f"{task}: {len(real)} answer cells; all are run, in order")
    found.cells = kept


def answered(found, known):
    """How many tasks are not as they were handed out."""
    stubs = {key for key, (role, _) in known["sources"].items() if role in ("answer", "manual")}
    tasks = {c.task for c in found.cells if c.role in ("answer", "manual")}
    return sum(any(_plain(s) not in stubs for s in found.answers(task)) for task in tasks)


def names(source):
    """Names that a cell defines or changes for others, and names that it takes from them."""
    lines = source.splitlines()
    text = "\n".join(line for line in lines if line.lstrip()[:1] not in ("%", "!", "?"))
    try:
        tree, top = ast.parse(text), symtable.symtable(text, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"^(?:def\s+)?(\w+)\s*(?:=|\()", source, re.M)), set()
    defined = {each.get_name() for each in top.get_symbols() if _binds(each)}
    outer = {each.get_name() for each in top.get_symbols() if each.is_referenced()}
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        tables += table.get_children()
        names = [each for each in table.get_symbols() if each.is_global()]
        outer |= {each.get_name() for each in names}
        defined |= {each.get_name() for each in names if each.is_declared_global()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            while isinstance(node, ast.Attribute | ast.Subscript):
                node = node.value
            if isinstance(node, ast.Name):
                defined.add(node.id)
    return defined, _free(tree, defined) & outer


def _free(tree, defined):
    """Names that are used before the cell itself binds them, statement by statement."""
    found, bound = set(), set()
    for statement in tree.body:
        nodes = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        loaded = {node.id for node in nodes if isinstance(node.ctx, ast.Load)}
        stored = {node.id for node in nodes if not isinstance(node.ctx, ast.Load)}
        if isinstance(statement, ast.AugAssign):
            loaded |= stored
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
            loaded -= stored
        found |= loaded - bound
        bound |= stored & defined
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            bound.add(statement.name)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            bound |= {(each.asname or each.name).split(".")[0] for each in statement.names}
    return found


def _binds(symbol):
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
