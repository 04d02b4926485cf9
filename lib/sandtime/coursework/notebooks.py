"""Notebooks of a sheet, as JSON with the same bytes every time.

Cells carry what the grader looks for, ``metadata.sandtime`` with sheet, task and role, and a cell
id made of the same three.  They carry nbgrader's metadata too, so that a lecturer who has it may
use it: schema 3, checks that end in ``float(...)``.
"""

import json
from collections import Counter

from sandtime.coursework import text

KINDS = ("release", "solution", "source")

_KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def build(sheet, student, kind="release", draw=None):
    """The text of one notebook.

    Parameters
    ----------
    sheet : Sheet
    student : str
        Stands in the first code cell.
    kind : {"release", "solution", "source"}
        What a student gets; the same with solved answers; what nbgrader makes its release from,
        with solutions and hidden cases between its marks.
    draw : int, optional
        Draws the hidden cases of a source.

    Returns
    -------
    str
    """
    if kind not in KINDS:
        raise ValueError(f"kind = {kind!r} is not allowed: one of {', '.join(KINDS)}")
    solutions = text.solutions(sheet.source)
    counts, cells = Counter(), [_student(sheet, student)]
    for cell in text.cells(sheet.source):
        if cell.role == "solution":
            continue
        source = cell.source
        if cell.role == "answer" and kind != "release":
            source = solutions[cell.task]
            if kind == "source":
                source = f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"
        if cell.role == "check" and cell.task and kind == "source" and draw is not None:
            source = _hidden(source, draw)
        cells.append(_cell(sheet, cell, source, _id(sheet, cell, counts)))
    words = {"sheet": sheet.name, "student": student, "kind": kind, "version": 1}
    notebook = {
        "cells": cells,
        "metadata": {**_KERNEL, "sandtime": words},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _student(sheet, student):
    """The first cell: whose sheet it is."""
    cell = text.Cell("code", "given", "", 0.0, "")
    return _cell(sheet, cell, f"STUDENT = {student!r}", f"student-{sheet.name}")


def _id(sheet, cell, counts):
    """``answer-diffusion-d1``; numbered where a role and task come more than once."""
    name = f"{cell.role}-{sheet.name}" + (f"-{cell.task}" if cell.task else "")
    if cell.role == "manual" and cell.kind == "code":
        name += "-code"
    counts[name] += 1
    return name if cell.task else f"{name}-{counts[name]}"


def _cell(sheet, cell, source, id):
    metadata = {}
    if cell.role != "text":
        metadata["sandtime"] = {"sheet": sheet.name, "task": cell.task, "role": cell.role}
        metadata["nbgrader"] = _nbgrader(cell, id)
    if cell.role in ("given", "check"):
        metadata |= {"editable": False, "deletable": False}
    if cell.role in ("answer", "manual"):
        metadata["deletable"] = False
    made = {
        "cell_type": cell.kind,
        "id": id,
        "metadata": metadata,
        "source": source.splitlines(keepends=True),
    }
    if cell.kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made


def _nbgrader(cell, id):
    """What nbgrader 0.9 wants to know of a cell."""
    graded = cell.points > 0
    found = {
        "schema_version": 3,
        "grade_id": id,
        "grade": graded,
        "solution": cell.role in ("answer", "manual"),
        "locked": cell.role in ("given", "check"),
        "task": False,
        "cell_type": cell.kind,
    }
    return {**found, "points": cell.points} if graded else found


def _hidden(source, draw):
    """A check whose last line is repeated with the hidden cases, which nbgrader takes out."""
    call = source.splitlines()[-1]
    return f"{call}\n### BEGIN HIDDEN TESTS\ncheck.draw = {draw}\n### END HIDDEN TESTS\n{call}"
