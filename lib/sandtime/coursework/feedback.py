"""What students and lecturers read: a page for each student, a page for each question to be read.

All that comes from a student is text and stays text.  A page is one file, asks for nothing and runs
nothing; it shows no right value unless it is told to.
"""

import csv
import html
import io

import numpy as np

from sandtime.coursework import wire
from sandtime.coursework.sheet import SHEETS

COLUMNS = ("student", "sheet", "task", "of", "marks", "comment")
"""Of the table in which a person's marks come back."""

_SAFE = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2rem 0 .3rem; font-size: 1.15rem; }
pre { overflow-x: auto; padding: .7rem; border: 1px solid #8886; border-radius: 4px; }
pre, code { font-size: .9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
img { max-width: 100%; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; }
.hint { border-left: 4px solid #8888; padding-left: .8rem; }
@media print { pre { border-color: #ccc; } h2 { break-after: avoid; } }
"""


def page(result, manual=None, reveal=False):
    """The page of one student on one sheet.

    Parameters
    ----------
    result : dict
        Of `marking.mark`.
    manual : dict
        (student, sheet, task) → (marks, comment) of a person.
    reveal : bool
        Show right values and solutions.

    Returns
    -------
    str
        HTML in one file.
    """
    title = SHEETS[result["sheet"]].title if result["sheet"] else "No sheet"
    rows, parts = [], []
    for task in result["tasks"]:
        marks, comment = _read_by_hand(result, task, manual)
        of = f"{task['of']:g}"
        rows.append((task["id"], "to be read" if marks is None else f"{marks:g}", of))
        parts.append(_task(task, marks, comment, reveal))
    known = [float(row[1]) for row in rows if row[1] != "to be read"]
    body = [
        f"<h1>{_text(title)}: {_text(result['student'])}</h1>",
        f"<p><strong>{sum(known):g} of {sum(t['of'] for t in result['tasks']):g} points</strong>"
        + (f", {len(rows) - len(known)} to be read" if len(known) < len(rows) else "")
        + f". File: {_text(result['file'] or 'none')}.</p>",
        _table(("task", "points", "of"), rows),
        *parts,
    ]
    return document(f"{title}: {result['student']}", body)


def _task(task, marks, comment, reveal):
    part = [f"<h2>{_text(task['id'])}: {_text(task['ask'] or 'in your own words')}</h2>"]
    got = "to be read" if marks is None else f"{marks:g}"
    part.append(f"<p>{got} of {task['of']:g} points.</p>")
    if task["earned"] is not None:
        part.append(f'<p class="hint">{_text(task["hint"])}</p>')
    if comment:
        part.append(f'<p class="hint">{_text(comment)}</p>')
    if task["value"] is not None:
        part.append(f"<p>Your answer: <code>{_text(shown(wire.decode(task['value'])))}</code></p>")
    if any(source.strip() for source in task["source"]):
        sources = "\n\n".join(task["source"])[:20_000]
        part.append(f"<pre>{_text(sources)}</pre>")
    if reveal and task["right"] is not None:
        words = shown(np.array(task["right"]))
        part.append(f"<p>Right (SI): <code>{_text(words)}</code></p>")
    if reveal and task.get("solution"):
        part.append(f"<p>A solution:</p><pre>{_text(task['solution'])}</pre>")
    return "\n".join(part)


def _read_by_hand(result, task, manual):
    """Marks and comment of a task, a person's before the machine's."""
    marks, comment = (manual or {}).get(
        (result["student"], result["sheet"], task["id"]), (None, "")
    )
    return (task["earned"] if marks is None else marks), comment


def shown(value):
    """A value in a line.

    >>> shown(np.array([1.0, 2.5e-15]))
    '1, 2.5e-15'
    """
    if isinstance(value, bool | str) or value is None:
        return repr(value)[:200]
    if callable(value) or type(value).__module__ == wire.__name__:
        return f"a {type(value).__name__}" if type(value).__name__ != "function" else "a function"
    try:
        numbers = np.ravel(np.asarray(value))
        words = [f"{each:.6g}" for each in numbers[:8].tolist()]
    except (TypeError, ValueError):
        return f"a {type(value).__name__}"
    return ", ".join(words) + (f", … ({numbers.size} numbers)" if numbers.size > 8 else "")


def reading(sheet, task, results, manual=None):
    """The page on which a lecturer reads all answers to one question."""
    rubric = next(t for r in results for t in r["tasks"] if t["id"] == task)
    body = [
        f"<h1>{_text(SHEETS[sheet].title)}: {_text(task)}, {rubric['of']:g} points</h1>",
        f"<p>{_text(rubric['ask'])}</p>",
        "<ul>" + "".join(f"<li>{_text(line)}</li>" for line in rubric["rubric"]) + "</ul>",
        "<p>Write the marks into the table (CSV) beside this page and hand it to "
        "<code>grade … --manual FILE.csv</code>.</p>",
    ]
    for result in results:
        for each in result["tasks"]:
            if each["id"] == task:
                marks, _ = _read_by_hand(result, each, manual)
                given = "" if marks is None else f" ({marks:g} points)"
                words = "\n\n".join(each["source"]).strip()[:50_000] or "nothing"
                body.append(f"<h2>{_text(result['student'])}{given}</h2><pre>{_text(words)}</pre>")
                for data in each.get("pictures", ()):
                    body.append(f'<img alt="the figure" src="data:image/png;base64,{data}">')
    return document(f"{sheet} {task}", body)


def table(results, manual=None):
    """The table in which a person's marks come back, those that are known filled in."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results:
        for task in result["tasks"]:
            if task["earned"] is None:
                key = (result["student"], result["sheet"], task["id"])
                marks, comment = (manual or {}).get(key, (None, ""))
                marks = "" if marks is None else f"{marks:g}"
                row = (*key, f"{task['of']:g}", marks, comment)
                writer.writerow([harmless(each) for each in row])
    return "\ufeff" + text.getvalue()


def harmless(cell):
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("-3"), harmless("s01")
    ("'=1+1", '-3', 's01')
    """
    text = str(cell).replace("\r", " ").replace("\n", " ")
    if text[:1] in ("=", "+", "-", "@", "\t"):
        try:
            float(text)
        except ValueError:
            return "'" + text
    return text


def document(title, body):
    """A page of one file."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_SAFE}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _table(head, rows):
    cells = "".join(f"<th>{_text(each)}</th>" for each in head)
    lines = [f"<tr>{cells}</tr>"]
    lines += ["<tr>" + "".join(f"<td>{_text(c)}</td>" for c in row) + "</tr>" for row in rows]
    return "<table>" + "\n".join(lines) + "</table>"


def _text(words):
    """Text as HTML, without signs that turn or hide what stands beside them."""
    kept = "".join(c for c in str(words) if c in "\n\t" or (c.isprintable() and c not in _TURNS))
    return html.escape(kept)


_TURNS = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)}
