"""The demonstration class marked by nbgrader, from the same sheets, beside our own marks.

nbgrader has one notebook for a class, so everybody here has the data of ``demo-01``.  It takes
notebooks that kept their cells and their name; of the ordinary members those are left.  Runs in an
environment that has nbgrader: ``make coursework-nbgrader``.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sandtime.coursework import demonstration, marking, notebooks, seeds
from sandtime.coursework.sheet import SHEETS

SHEET, STUDENT = demonstration.SHEET, "demo-01"
MEMBERS = (1, 2, 6, 10, 11, 12, 13, 14)
"""Ordinary members, by number, whose files nbgrader can take; the copied cell of 6 is left out."""


def class_notebooks():
    """Name of a member → text of the notebook, all on the data of one student."""
    found = {}
    for number in MEMBERS:
        member = demonstration.CLASS[number - 1]
        notebook = demonstration._notebook(STUDENT, member.answers)
        change = None if number == 6 else member.change
        files = (change or demonstration._plain)(notebook)
        found[f"demo-{number:02}"] = next(iter(files.values()))
    return found


def write(course):
    """A course of nbgrader: source, and what was handed in."""
    truth, texts = seeds.truth_of(SHEET, "", STUDENT), class_notebooks()
    source = notebooks.build(SHEETS[SHEET], STUDENT, "source", draw=truth.hidden)
    files = SHEETS[SHEET].files(truth)
    places = {course / "source" / SHEET: source}
    places |= {course / "submitted" / name / SHEET: text for name, text in texts.items()}
    for folder, text in places.items():
        folder.mkdir(parents=True)
        (folder / f"{SHEET}.ipynb").write_text(text, encoding="utf-8")
        for name, content in files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        'c.CourseDirectory.course_id = "demonstration"\n'
        "c.ExecutePreprocessor.timeout = 120\n"
        'c.ClearSolutions.code_stub = {"python": "..."}\n',
        encoding="utf-8",
    )


def run(course, command):
    """One command of nbgrader."""
    here = str(Path(sys.executable).parent)  # nbgrader calls alembic by its name
    environment = os.environ | {
        "PATH": here + os.pathsep + os.environ.get("PATH", ""),
        "JUPYTER_CONFIG_DIR": str(course / "config"), "MPLBACKEND": "Agg",
        "JUPYTER_DATA_DIR": str(course / "data"), "IPYTHONDIR": str(course / "ipython"),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", command, SHEET, "--force"],
        cwd=course, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    (course / f"{command}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
        raise SystemExit(f"nbgrader {command} ended with {done.returncode}")


def theirs(course):
    """Points by nbgrader: member → {task: points}."""
    from nbgrader.api import Gradebook

    found = {}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        for name in class_notebooks():
            notebook = book.find_submission_notebook(SHEET, SHEET, name)
            scores = {grade.name: grade.auto_score for grade in notebook.grades}
            found[name] = {
                id.rpartition("-")[2]: round(float(score), 2)
                for id, score in scores.items()
                if id.startswith("check-") and score is not None
            }
    return found


def ours(course):
    """Points by our grader, on the same files; an error is not carried on, as nbgrader has it."""
    found = {}
    for name in class_notebooks():
        path = course / "submitted" / name / SHEET / f"{SHEET}.ipynb"
        (result,) = marking.mark(marking.Job(name, (str(path),), student=STUDENT, carry=False))
        earned = {task["id"]: task["earned"] for task in result["tasks"]}
        found[name] = {task: points for task, points in earned.items() if points is not None}
    return found


def compare(course):
    """Run everything and print a table; True if all points agree."""
    write(course)
    for command in ("generate_assignment", "autograde", "generate_feedback"):
        print(f"nbgrader {command} …", flush=True)
        run(course, command)
    pages = list((course / "feedback").rglob("*.html"))
    first, second = theirs(course), ours(course)
    print(f"{len(pages)} pages of feedback. Points by nbgrader, and ours where they differ:")
    for name, points in first.items():
        words = []
        for task, value in sorted(points.items()):
            other = second[name].get(task)
            words.append(f"{task} {value:g}" + ("" if value == other else f" ({other})"))
        print(f"{name}: {', '.join(words)}")
    return first == second and len(pages) == len(first)


def main(arguments=None):
    """``python -m sandtime.coursework nbgrader``; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandtime.coursework nbgrader")
    parser.add_argument("--course", help="folder to keep; else one that is removed")
    given = parser.parse_args(arguments)
    if given.course:
        agree = compare(Path(given.course).resolve())
    else:
        with tempfile.TemporaryDirectory() as folder:
            agree = compare(Path(folder))
    print("The marks agree." if agree else "The marks DIFFER.")
    return 0 if agree else 1
