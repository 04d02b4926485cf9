"""The marks of a class: every student for itself, kept as soon as they are known.

The results of each student lie in a folder beside the table, with a checksum of all that they
depend on: the files, the key, the limits and this library.  So a run that was interrupted goes on
where it was, and a change in a question marks anew what it concerns.
"""

import argparse
import ast
import csv
import hashlib
import io
import json
import multiprocessing
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np

from sandtime.coursework import feedback, marking, sandbox, submission, wire
from sandtime.coursework.marking import Job
from sandtime.coursework.sandbox import Limits
from sandtime.coursework.sheet import SHEETS

_LIBRARY = Path(__file__).parents[1]
_LONG = 60  # nodes of the syntax tree: code that two people do not write alike by chance


def grade(
    folder,
    key,
    out,
    *,
    sheet="",
    students=None,
    manual=None,
    reveal=False,
    pages=None,
    workers=None,
    limits=None,
    again=False,
    without=(),
    say=print,
):
    """Mark a class and write the table.

    Parameters
    ----------
    folder : path
        With a folder, or a file, for each student.
    key : str
        Of the course.
    out : path
        The table, CSV.  Beside it lie a folder ``-results`` and one ``-reading``.
    sheet : str
        To be assumed where a file does not tell.
    students : path, optional
        List as for the release: who of them handed in nothing is in the table too.
    manual : path, optional
        Marks of a person, a table as in ``-reading``.
    reveal : bool
        Show right values in the pages.
    pages : path, optional
        Folder for a page for each student.
    workers : int, optional
        Students at once; as many as there are processors.
    limits : Limits
    again : bool
        Mark anew also what is known.
    without : tuple of str
        As in `sandbox.Room`.
    say : callable
        Gets lines on what happens.

    Returns
    -------
    list of dict
        As of `marking.mark`, by student and sheet.
    """
    folder, out = Path(folder), Path(out)
    if sheet and sheet not in SHEETS:
        raise ValueError(f"sheet = {sheet!r} is not allowed: one of {', '.join(SHEETS)}")
    limits = limits or Limits()
    by_hand = read_manual(manual) if manual else {}
    jobs = _jobs(folder, key, out, sheet, students, limits, tuple(without), pages)
    kept = out.with_name(out.stem + "-results")
    kept.mkdir(parents=True, exist_ok=True)
    results = _all(jobs, kept, workers or os.cpu_count() or 1, again, say)
    results = sorted(results, key=lambda each: (each["student"].lower(), each["sheet"]))
    copies = copied(results)
    write(out, marks(results, by_hand, copies))
    _write_reading(out.with_name(out.stem + "-reading"), results, by_hand)
    if pages:
        for each in results:
            name = f"{each['folder']}-{each['sheet'] or 'none'}.html"
            write(Path(pages) / name, feedback.page(each, by_hand, reveal))
    say(isolation(results))
    return results


# --- students and their results -----------------------------------------------------------


def _jobs(folder, key, out, sheet, students, limits, without, pages):
    found = submission.collect(folder)
    ids = {}
    if students:
        from sandtime.coursework.release import students as listed

        ids = {each.folder: each.id for each in listed(students)}
    beside = [out, *(out.with_name(out.stem + each) for each in ("-results", "-reading"))]
    hidden = tuple(str(each) for each in (folder, *beside, students, pages) if each)
    version = _version()
    jobs = []
    for name in sorted({*found, *ids}):
        paths = tuple(str(path) for path in found.get(name, ()))
        checksum = hashlib.sha256(version.encode())
        for words in (key, name, ids.get(name, ""), sheet, repr(limits), repr(without)):
            checksum.update(words.encode() + b"\0")
        for path in paths:
            data = Path(path).read_bytes()
            checksum.update(f"{Path(path).name} {len(data)}\0".encode() + data)
        told, found_as = checksum.hexdigest(), ids.get(name, "")
        jobs.append(Job(name, paths, key, found_as, sheet, told, limits, hidden, without))
    return jobs


def _version():
    """A checksum of this library and of the sheets."""
    checksum = hashlib.sha256()
    places = [_LIBRARY, *{SHEETS[name].source.parent for name in SHEETS}]
    for place in places:
        for path in sorted([*place.rglob("*.py"), *place.glob("*.md")]):
            checksum.update(path.name.encode() + path.read_bytes())
    return checksum.hexdigest()


def _all(jobs, kept, workers, again, say):
    """Results of all jobs, those that are known from the folder `kept`."""
    results, left = [], []
    for job in jobs:
        known = None if again else _known(kept, job)
        results += known or []
        if known is None:
            left.append(job)
    if len(left) < len(jobs):
        say(f"{len(jobs) - len(left)} of {len(jobs)} students are marked already")
    for done, found in enumerate(_each(left, kept, workers), 1):
        results += found
        for each in found:
            say(f"{done}/{len(left)} {_line(each)}")
    return results


def _each(jobs, kept, workers):
    """The results of each job as soon as they are there."""
    if workers == 1 or len(jobs) < 2:
        for job in jobs:
            yield _mark(job, kept)
        return
    left = {job.folder: job for job in jobs}
    for attempt in range(3):  # a worker that is killed takes the pool with it
        pool = ProcessPoolExecutor(
            min(workers, len(left)) if attempt < 2 else 1,
            multiprocessing.get_context("spawn"),
            initializer=_prepare,
        )
        try:
            waiting = {pool.submit(_mark, job, kept): job for job in left.values()}
            for future in as_completed(waiting):
                job = waiting[future]
                found = future.result()
                left.pop(job.folder)
                yield found
            return
        except BrokenProcessPool:
            continue
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                if left:
                    process.terminate()
                process.join()
    for job in left.values():
        yield [_unmarked(job, "the process that marked it was killed: mark it alone")]


def _prepare():
    """In a process of the pool: leave Ctrl-C to the first one, clear up when told to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def end(*_):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the pool says it again
        sandbox.clear_up()
        os._exit(1)

    signal.signal(signal.SIGTERM, end)


def _mark(job, kept):
    """Results of a job, written to the folder as one file."""
    try:
        results = marking.mark(job)
    except Exception as error:  # a fault of ours must not cost the class its marks
        return [_unmarked(job, f"{type(error).__name__}: {error}")]
    write(_place(kept, job), marking.dumps({"checksum": job.checksum, "results": results}))
    return results


def _unmarked(job, why):
    return marking.nothing(job, "", [f"NOT MARKED, {why}"])


def _place(kept, job):
    name = hashlib.sha256(job.folder.encode()).hexdigest()[:12]
    return kept / f"{name}.json"


def _known(kept, job):
    try:
        found = json.loads(_place(kept, job).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found["results"] if found.get("checksum") == job.checksum else None


def _line(result):
    of = sum(task["of"] for task in result["tasks"])
    got = sum(task["earned"] or 0 for task in result["tasks"])
    said = f" ({'; '.join(result['remarks'])})" if result["remarks"] else ""
    return f"{result['student']}: {result['sheet'] or 'no sheet'}, {got:g} of {of:g}{said}"


def isolation(results):
    """One line on what students' code could reach."""
    held = [each["held"] for each in results if each["held"]]
    if not held:
        return "No code of students was run."
    open_to = [what for what in held[0] if not all(each.get(what) for each in held)]
    by = sorted({name for each in held for name in each.values() if name})
    if open_to:
        return (
            f"NOT ISOLATED here: {', '.join(open_to)}. Code of students ran with your rights; "
            "mark in a container or a virtual machine."
        )
    return f"Isolated: folders, network and processes ({', '.join(by)})."


# --- copies -------------------------------------------------------------------------------


def copied(results):
    """What looks like another's work: (student, sheet) → remarks.

    The right value of another student, or the same code or the same words.
    """
    found = {}
    for k, one in enumerate(results):
        for other in results[:k]:
            if one["sheet"] == other["sheet"] and one["student"] != other["student"]:
                for mine, theirs in zip(one["tasks"], other["tasks"], strict=False):
                    _compare(found, (one, mine), (other, theirs))
                    _compare(found, (other, theirs), (one, mine))
    remarks = {}
    for (student, sheet, words, other), tasks in sorted(found.items()):
        remark = f"{words} {other}: {', '.join(sorted(tasks))}"
        remarks.setdefault((student, sheet), []).append(remark)
    return remarks


def _compare(found, mine, theirs):
    """Note what one answer has of another."""
    (me, here), (them, there) = mine, theirs
    words = []
    if here["earned"] != here["of"] and _close(here["value"], there["right"], here["rtol"]):
        words.append("right for")
    same = _fingerprint(tuple(here["source"]))
    if same and same == _fingerprint(tuple(there["source"])):
        words.append("the same as")
    for each in words:
        key = (me["student"], me["sheet"], each, them["student"])
        found.setdefault(key, set()).add(here["id"])


def _close(value, right, rtol):
    """Whether a value is a right one, and one that says something."""
    if value is None or right is None or isinstance(value, bool):
        return False
    try:
        found = np.ravel(np.asarray(wire.decode(value), float))
    except (TypeError, ValueError):
        return False
    right = np.asarray(right, float)
    return found.shape == right.shape and np.allclose(found, right, rtol=rtol, atol=0)


_fingerprints = {}


def _fingerprint(sources):
    """What is the same for the same work; None for what anybody might write."""
    if sources not in _fingerprints:
        text = "\n".join(sources)
        try:
            tree = ast.parse(text)
            long = sum(1 for _ in ast.walk(tree)) >= _LONG
            found = ast.dump(tree) if long else None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            words = " ".join(text.lower().split())
            found = words if len(words) >= 200 else None
        _fingerprints[sources] = found
    return _fingerprints[sources]


# --- tables -------------------------------------------------------------------------------


def marks(results, by_hand=None, copies=None):
    """The table as CSV: a line for each student and sheet, the same every time."""
    by_hand, copies = by_hand or {}, copies or {}
    used = [name for name in SHEETS if any(each["sheet"] == name for each in results)]
    tasks = []
    for name in used:
        found = next(each for each in results if each["sheet"] == name and each["tasks"])
        tasks += [task["id"] for task in found["tasks"] if task["id"] not in tasks]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", "sheet", *tasks, "total", "of", "unread", "file", "remarks"])
    for each in results:
        key = (each["student"], each["sheet"])
        earned = {task["id"]: _earned(each, task, by_hand) for task in each["tasks"]}
        known = [value for value in earned.values() if value is not None]
        unread = sum(task["of"] for task in each["tasks"] if earned[task["id"]] is None)
        row = [*key, *(_number(earned.get(task)) for task in tasks)]
        row += [_number(round(sum(known), 2)), _number(sum(t["of"] for t in each["tasks"]))]
        row += [_number(unread), each["file"], "; ".join(each["remarks"] + copies.get(key, []))]
        writer.writerow([feedback.harmless(cell) for cell in row])
    return "\ufeff" + text.getvalue()


def _earned(result, task, by_hand):
    found = by_hand.get((result["student"], result["sheet"], task["id"]))
    return found[0] if found and found[0] is not None else task["earned"]


def _number(value):
    return "" if value is None else f"{value:.6g}"


def _write_reading(folder, results, by_hand):
    """Pages and table for what a person reads; a table that is there is left."""
    for sheet in SHEETS:
        mine = [each for each in results if each["sheet"] == sheet and each["tasks"]]
        for task in [t["id"] for t in (mine[0]["tasks"] if mine else []) if t["earned"] is None]:
            page = feedback.reading(sheet, task, mine, by_hand)
            write(folder / f"{sheet}-{task}.html", page)
    if any(task["earned"] is None for each in results for task in each["tasks"]):
        place = folder / "manual.csv"
        if not place.exists():
            write(place, feedback.table(results, by_hand))


def read_manual(path):
    """Marks of a person: (student, sheet, task) → (marks or None, comment).

    Raises
    ------
    ValueError
        If a column is missing, or marks are no number or more than there are.
    """
    text = Path(path).read_text(encoding="utf-8-sig")
    first = text.splitlines()[0] if text.strip() else ""
    separator = next((each for each in ";\t" if each in first), ",")
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    missing = [name for name in feedback.COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise ValueError(f"{Path(path).name} has no column {', '.join(missing)}")
    found = {}
    for number, row in enumerate(rows, 2):
        words = (row["marks"] or "").strip().replace(",", ".")
        try:
            value = float(words) if words else None
            most = float((row["of"] or "inf").replace(",", "."))
        except ValueError:
            raise ValueError(f"{Path(path).name}, line {number}: marks = {words!r}") from None
        if value is not None and not 0 <= value <= most:
            raise ValueError(
                f"{Path(path).name}, line {number}: marks = {value:g}, allowed are 0 to {most:g}"
            )
        key = (row["student"].removeprefix("'"), row["sheet"], row["task"])
        found[key] = (value, row["comment"] or "")
    return found


def write(path, text):
    """Write a file as a whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_text(text, encoding="utf-8", newline="")
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


# --- the command --------------------------------------------------------------------------


def main(arguments=None):
    """``python -m sandtime.coursework grade …``; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m sandtime.coursework grade", description="Mark what a class handed in."
    )
    parser.add_argument("folder", help="a folder with a folder, or a file, for each student")
    parser.add_argument("--key", default="", help="of the course; none: the demonstration class")
    parser.add_argument("--out", default="marks.csv", help="table of the marks (marks.csv)")
    parser.add_argument("--sheet", default="", help="where a file does not tell its sheet")
    parser.add_argument("--students", help="the list of the release: who handed in nothing?")
    parser.add_argument("--feedback", metavar="DIR", help="write a page for each student")
    parser.add_argument("--reveal", action="store_true", help="with right values and solutions")
    parser.add_argument("--manual", metavar="FILE.csv", help="marks of a person")
    parser.add_argument("--seconds", type=int, default=Limits.seconds, help="processor time a try")
    parser.add_argument("--workers", type=int, help="students at once")
    parser.add_argument("--again", action="store_true", help="mark also what is marked already")
    given = parser.parse_args(arguments)
    if not Path(given.folder).is_dir():
        parser.error(f"folder = {given.folder!r}: there is no such folder")
    try:
        results = grade(
            given.folder, given.key, given.out, sheet=given.sheet, students=given.students,
            manual=given.manual, reveal=given.reveal, pages=given.feedback, workers=given.workers,
            limits=Limits(given.seconds), again=given.again,
            say=lambda words: print(words, flush=True),
        )  # fmt: skip
    except KeyboardInterrupt:
        print("Interrupted. The same command goes on from here.", file=sys.stderr)
        return 130
    except (ValueError, OSError) as error:
        print(f"grade: {error}", file=sys.stderr)
        return 2
    print(f"{len(results)} lines in {given.out}")
    return 1 if any(r.startswith("NOT MARKED") for e in results for r in e["remarks"]) else 0
