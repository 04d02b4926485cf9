"""The text of a sheet: MyST with cells that are given, answered, checked or read by a person.

A code cell is a directive ``{code-cell}`` with tags in front of its code; a cell of words begins
after a line ``+++``, which may carry tags too.  The tags are one of `ROLES`, and for a task its id
and its points::

    ```{code-cell} python3
    ---
    tags: [answer, d1]
    ---
    density = ...
    ```

``solution`` is the source of an answer that gets full marks; it is not handed out.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "coursework"
"""Of the sheets' texts, in a copy of the repository."""

ROLES = ("given", "answer", "solution", "check", "manual")

_CELL = re.compile(r"```\{code-cell\}[^\n]*\n---\ntags: \[([^\]]*)\]\n---\n(.*?)\n```", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    kind : str
        ``code`` or ``markdown``.
    role : str
        One of `ROLES`; ``text`` for words without tags.
    task : str
        Its id, or "".
    points : float
        0 unless the tags say ``points=4``.
    source : str
    """

    kind: str
    role: str
    task: str
    points: float
    source: str


def cells(path):
    """The cells of a sheet, in order.

    Raises
    ------
    ValueError
        If a tag is none of `ROLES`.
    """
    body = Path(path).read_text(encoding="utf-8").split("\n---\n", 1)[1]
    found, end = [], 0
    for match in _CELL.finditer(body):
        found += _words(body[end : match.start()])
        found.append(_cell("code", match[1].split(","), match[2]))
        end = match.end()
    return [*found, *_words(body[end:])]


def solutions(path):
    """Task → source of its solution; empty where the text is not at hand, as when installed."""
    if not Path(path).exists():
        return {}
    return {cell.task: cell.source for cell in cells(path) if cell.role == "solution"}


def _words(body):
    """Cells of words, cut at lines that begin with ``+++``."""
    found, tags = [], ["text"]
    for part in re.split(r"^(\+\+\+[^\n]*)$", body, flags=re.MULTILINE):
        if part.startswith("+++"):
            tags = json.loads(part[3:])["tags"] if part[3:].strip() else ["text"]
        elif part.strip():
            found.append(_cell("markdown", tags, part.strip()))
    return found


def _cell(kind, tags, source):
    role, *rest = (tag.strip() for tag in tags)
    if role not in (*ROLES, "text"):
        raise ValueError(f"tag {role!r} is not allowed: one of {', '.join(ROLES)}")
    points = [float(tag.split("=")[1]) for tag in rest if tag.startswith("points=")]
    task = next((tag for tag in rest if "=" not in tag), "")
    return Cell(kind, role, task, sum(points), source)
