"""What is handed out: a folder for each student, and what the lecturer keeps.

Under the folder that is asked for, for each sheet::

    diffusion/students/ada/diffusion.ipynb   and its data files
    diffusion/students.zip                   the same, for upload
    diffusion/solutions/ada.ipynb            keep
    diffusion/answers.csv                    keep: task by task what is right for whom
    diffusion/rubric.md                      keep: points, known mistakes, what a person reads for
    students.csv                             id, name and folder of all

The same key and list make the same bytes.
"""

import argparse
import csv
import io
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sandtime.coursework import notebooks, seeds
from sandtime.coursework.sheet import SHEETS

DEMONSTRATION = 30
"""Students of the class that has no key."""

SHORTEST_KEY = 8
"""Characters: whoever guesses the key knows all answers, and short ones are guessed by trying."""

_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{k}" for p in ("com", "lpt") for k in range(1, 10))}


@dataclass(frozen=True)
class Student:
    """One line of the list.

    Attributes
    ----------
    id, name : str
    folder : str
        The id as the name of a folder on any system.
    """

    id: str
    name: str
    folder: str


def demonstration():
    """The class that has no key: ``demo-01`` to ``demo-30``."""
    ids = [f"demo-{k:02}" for k in range(1, DEMONSTRATION + 1)]
    return [Student(id, "", id) for id in ids]


def folder_of(id):
    """A student's id as the name of a folder.

    >>> folder_of("../Ada L.")
    'Ada_L'
    >>> folder_of("nul")
    'nul_'
    """
    name = re.sub(r"[^\w.@+-]+", "_", id.strip(), flags=re.UNICODE).strip("._")[:80]
    return name + "_" if name.split(".")[0].lower() in _RESERVED else name


def students(path):
    """The students of a list.

    Parameters
    ----------
    path : str or path
        CSV in UTF-8, with a header that has a column ``id`` and may have one ``name``; separated by
        comma, semicolon or tab.  Blank lines do not count.

    Raises
    ------
    ValueError
        If it is not UTF-8 or has no such header, or if an id is missing, useless as the name of a
        folder, or there twice.  The message names the line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not UTF-8: save it as “CSV UTF-8”") from None
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    separator = next((each for each in ";\t" if each in first), ",")
    rows = [
        (k, row)
        for k, row in enumerate(csv.reader(lines, delimiter=separator), 1)
        if any(map(str.strip, row))
    ]
    header = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    if "id" not in header:
        raise ValueError(
            f"{path.name} has the columns {', '.join(header) or 'none'}: one must be called id"
        )
    found, seen = [], {}
    for number, row in rows[1:]:
        values = dict(zip(header, map(str.strip, row), strict=False))
        each = _student(path, number, values)
        key = each.folder.lower()
        if key in seen:
            raise ValueError(
                f"{path.name}, line {number}: {each.id!r} is there already, in line {seen[key]} "
                "(upper and lower case and signs such as blanks do not make a difference)"
            )
        seen[key] = number
        found.append(each)
    if not found:
        raise ValueError(f"{path.name} names no student")
    return found


def _student(path, number, values):
    id = values.get("id", "")
    if not id:
        raise ValueError(f"{path.name}, line {number}: the id is missing")
    folder = folder_of(id)
    if not folder.strip("_"):
        raise ValueError(f"{path.name}, line {number}: id {id!r} has no letter and no digit")
    return Student(id, values.get("name", ""), folder)


def files_of(sheet, key, student):
    """All that a student gets: names → bytes."""
    truth = seeds.truth_of(sheet.name, key, student)
    found = {f"{sheet.name}.ipynb": notebooks.build(sheet, student)} | sheet.files(truth)
    return {
        name: content.encode() if isinstance(content, str) else content
        for name, content in sorted(found.items())
    }


def release(out, key="", who=None, sheets=None, say=print):
    """Write the sheets of a class.

    Parameters
    ----------
    out : str or path
        A folder; what is there under the same names is written over.
    key : str
        Of the course; "" makes the demonstration class, whose answers everybody can compute.
    who : list of Student, optional
        The demonstration class if it is left out.
    sheets : sequence of str, optional
        All, if it is left out.
    say : callable
        Gets a line for each sheet.

    Raises
    ------
    ValueError
        If a class has students of its own and no key, or the key is too short.
    """
    if who is not None and len(key) < SHORTEST_KEY:
        raise ValueError(
            f"key of {len(key)} characters is not allowed: a class needs one of at least "
            f"{SHORTEST_KEY}, that nobody else knows"
        )
    who, out = demonstration() if who is None else who, Path(out)
    rows = [["id", "name", "folder"], *([each.id, each.name, each.folder] for each in who)]
    _write(out / "students.csv", _csv(rows))
    for name in sheets or SHEETS:
        _sheet(out / name, SHEETS[name], key, who)
        say(f"{out / name}: {len(who)} students")


def _sheet(folder, sheet, key, who):
    packed, answers = {}, [["id", "task", "points", "unit", "right"]]
    for each in who:
        for file, content in files_of(sheet, key, each.id).items():
            packed[f"{each.folder}/{file}"] = content
            _write(folder / "students" / each.folder / file, content)
        solved = notebooks.build(sheet, each.id, "solution")
        _write(folder / "solutions" / f"{each.folder}.ipynb", solved)
        tasks = sheet.tasks(seeds.truth_of(sheet.name, key, each.id))
        answers += [[each.id, task.id, f"{task.points:g}", *_right(task)] for task in tasks]
    _write(folder / "answers.csv", _csv(answers))
    _write(folder / "rubric.md", rubric(sheet))
    _write(folder / "students.zip", _zip(packed))


def _right(task):
    """Unit, and the right values in SI; for a function those of the hidden cases."""
    question = task.question
    if not hasattr(question, "truth"):
        return "", "read by a person"
    values = np.concatenate([np.ravel(each) for each in question.truth])
    return question.unit, " ".join(f"{x:.6g}" for x in values)


def rubric(sheet):
    """Points, known mistakes and what a person reads for, as Markdown."""
    tasks = sheet.tasks(seeds.truth_of(sheet.name, "", "demo-01"))
    lines = [f"# {sheet.title}: {sum(task.points for task in tasks):g} points", ""]
    lines += ["Of an array half of the points are given for the numbers that are right.", ""]
    for task in tasks:
        question = task.question
        kind = "read by a person" if question.kind == "open" else question.ask
        lines += [f"## {task.id}, {task.points:g} points: {kind}", ""]
        lines += [f"- {line}" for line in getattr(question, "rubric", ())]
        for mistake in getattr(question, "mistakes", ()):
            credit = f" ({task.points * mistake.credit:g} points)" if mistake.credit else ""
            lines.append(f"- {mistake.name}{credit}: “{mistake.hint}”")
        if forbidden := getattr(question, "forbid", ()):
            lines.append(f"- Not allowed: {', '.join(f'`{name}`' for name in forbidden)}.")
        lines.append("")
    return "\n".join(lines)


def _csv(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return "\ufeff" + text.getvalue()


def _zip(packed):
    """The same bytes every time: sorted, with one date."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(packed.items()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return found.getvalue()


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def main(arguments=None):
    """``python -m sandtime.coursework release …``; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m sandtime.coursework release", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--key", default="", help="of the course; none: the demonstration class")
    parser.add_argument("--students", help="CSV with a column id, and name if you like")
    parser.add_argument("--out", default="_coursework", help="folder (_coursework)")
    parser.add_argument("--sheet", action="append", choices=list(SHEETS), help="one, or again")
    given = parser.parse_args(arguments)
    if given.key and not given.students:
        parser.error("a key needs a list: --students list.csv")
    try:
        who = students(given.students) if given.students else None
        release(given.out, given.key, who, given.sheet)
    except (ValueError, OSError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 2
    return 0
