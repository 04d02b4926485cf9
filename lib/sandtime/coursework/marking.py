"""The marks of one student: attempts at each task, the best of which counts.

An answer cell is tried after the given cells and those other cells of the student whose names it
uses; then alone; then after everything that stands before it.  So what one cell breaks costs its
own task and no other.
"""

import json
from dataclasses import dataclass

import numpy as np

from sandtime.coursework import notebooks, seeds, submission, text, wire
from sandtime.coursework.sandbox import Limits, Room
from sandtime.coursework.sheet import SHEETS
from sandtime.exercises import Open, Verdict, judge
from sandtime.exercises.checking import invalid

UNUSUAL = (
    "__closure__", "__globals__", "__subclasses__", "_getframe", "getsource", "ctypes", "reload",
    "subprocess", "socket", "os.system", "os._exit", "os.kill", "os.fork", "gc.", "sys.modules",
    "sandtime.coursework", "sandtime.exercises",
)  # fmt: skip
"""Words in an answer that a lecturer may want to look at."""

_ENDS = {
    "time": ("time", "It took too long and was stopped."),
    "full": ("full", "It wrote more than it may and was stopped."),
    "died": ("died", "The process ended while this ran: exit, a signal, or a crash?"),
}


@dataclass(frozen=True)
class Job:
    """What is needed to mark one student.

    Attributes
    ----------
    folder : str
        Name of the folder, or of the file without its ending.
    paths : tuple of str
    key : str
    student : str, optional
        The id, if a list tells it; else it is found by the folder.
    sheet : str
        To be assumed where a file does not tell.
    checksum : str
        Of everything that the marks depend on.
    limits : Limits
    hidden, without : tuple of str
        As in `Room`.
    carry : bool
        Try an answer also with earlier answers as they should be.
    """

    folder: str
    paths: tuple
    key: str = ""
    student: str = ""
    sheet: str = ""
    checksum: str = ""
    limits: Limits = None
    hidden: tuple = ()
    without: tuple = ()
    carry: bool = True


def mark(job):
    """Mark all that one student handed in.

    Returns
    -------
    list of dict
        One for each sheet, made of what JSON can hold.
    """
    known = {name: _known(name) for name in SHEETS}
    found = [one for path in job.paths for one in submission.read(path, known)]
    for each in found:
        each.sheet = each.sheet or job.sheet
    results = []
    for sheet in SHEETS:
        mine = [each for each in found if each.sheet == sheet]
        if mine:
            results.append(_mark_sheet(job, sheet, _chosen(mine, known[sheet])))
    lost = [each for each in found if not each.sheet]
    remarks = [f"{each.file}: {', '.join(each.remarks) or 'of no sheet'}" for each in lost]
    if not results:
        results.append(nothing(job, job.sheet, remarks or ["nothing to be read"]))
    elif remarks:
        results[0]["remarks"] += remarks
    return results


_cache = {}


def _known(sheet):
    """Layout and given cells of a sheet."""
    if sheet not in _cache:
        released = notebooks.build(SHEETS[sheet], "")
        tasks = SHEETS[sheet].tasks(seeds.truth_of(sheet, "", "demo-01"))
        named = {task.name: task.id for task in tasks if task.name}
        given = submission.given(released)
        _cache[sheet] = submission.layout(released, named)
        _cache[sheet] |= {"given": given, "warm": _warm(sheet, given, tasks)}
    return _cache[sheet]


def _warm(sheet, given, tasks):
    """Files of the demonstration class and cells that import and compute what all need."""
    solutions = text.solutions(SHEETS[sheet].source)
    names = {name for task in tasks for name in getattr(task.question, "forbid", ())}
    cells = [source for _, source in given] + [solutions.get(task.id, "") for task in tasks]
    cells += [f"import sandtime.{name.rpartition('.')[0]}" for name in sorted(names)]
    return SHEETS[sheet].files(seeds.truth_of(sheet, "", "demo-01")), cells


def _chosen(found, known):
    """The file that counts: with the most answers, the last of these."""
    counts = [submission.answered(each, known) for each in found]
    best = max(range(len(found)), key=lambda k: (counts[k], k))
    others = [each.file for k, each in enumerate(found) if k != best]
    if others:
        found[best].remarks.append(f"taken: {found[best].file}; not taken: {', '.join(others)}")
    return found[best]


def student_of(job, claimed):
    """Id of a student by the folder, and a remark if the file names somebody else."""
    from sandtime.coursework.release import folder_of

    student = job.student
    if not student:
        same = claimed and folder_of(claimed).lower() == job.folder.lower()
        student = claimed.strip() if same else job.folder
    if claimed and claimed.strip().lower() != student.lower():
        return student, [f"the file names the student {claimed[:40]!r}"]
    return student, []


def _mark_sheet(job, sheet, found):
    student, remarks = student_of(job, found.claimed)
    truth = seeds.truth_of(sheet, job.key, student)
    tasks = SHEETS[sheet].tasks(truth)
    result = _blank(job, sheet, student, found.file, [*found.remarks, *remarks])
    given = [(label, _with_name(source, student)) for label, source in _known(sheet)["given"]]
    files = SHEETS[sheet].files(truth)
    warm = _known(sheet)["warm"]
    with Room(files, given, job.limits, job.hidden, job.without, warm) as room:
        solutions, marked, bad = text.solutions(SHEETS[sheet].source), [], []
        for task in tasks:
            wrong = _wrong(marked, solutions) if job.carry else {}
            marked.append(_mark_task(room, found, task, wrong, bad))
            marked[-1]["solution"] = solutions.get(task.id, "")
        result["held"] = room.held
        if room.failed:
            result["remarks"].append(f"given cells that failed here: {', '.join(room.failed)}")
    for each in marked:
        words = [word for word in UNUSUAL if any(word in source for source in each["source"])]
        if words:
            result["remarks"].append(f"{each['id']} contains {', '.join(words)}")
    result["tasks"] = marked
    return result


def _with_name(source, student):
    return f"STUDENT = {student!r}" if source.startswith("STUDENT = ") else source


def _blank(job, sheet, student, file, remarks):
    return {
        "student": student, "folder": job.folder, "sheet": sheet, "file": file,
        "remarks": remarks, "tasks": [], "held": {},
    }  # fmt: skip


def nothing(job, sheet, remarks):
    """The result of somebody who handed in nothing that can be read."""
    student, _ = student_of(job, "")
    result = _blank(job, sheet, student, "", remarks)
    if sheet:
        for task in SHEETS[sheet].tasks(seeds.truth_of(sheet, job.key, student)):
            verdict = invalid("none", "No answer was handed in.")
            result["tasks"].append(_row(task, verdict, []) | {"solution": ""})
    return result


# --- one task -----------------------------------------------------------------------------


def _wrong(marked, solutions):
    """Solutions of the tasks that were not answered right, by task."""
    lost = [each["id"] for each in marked if each["earned"] is not None and each["kind"] != "right"]
    return {id: solutions[id] for id in lost if id in solutions}


def _mark_task(room, found, task, wrong, bad):
    """The row of one task; `bad` collects cells that end the process."""
    cells = _labelled(found)
    own = [cell for cell in cells if cell[2] == task.id]
    if isinstance(task.question, Open):
        words = found.answers(task.id)
        pictures = [one for c in found.cells if c.task == task.id for one in c.pictures]
        row = _row(task, Verdict(False, "open", "Read by a person."), words)
        return row | {"pictures": pictures}
    if not own:
        own = [cell for cell in cells if task.name in submission.names(cell[1])[0]]
    if not own:
        return _row(task, invalid("none", "No answer yet."), [])
    labels, best, value = {cell[0] for cell in own}, None, None
    others = [cell for cell in cells if cell not in own]
    named = any(task.name in submission.names(cell[1])[0] for cell in others)
    ended = 0
    for plan, asked in _plans([cell for cell in cells if cell not in bad or cell in own], own):
        verdict, outcome, shown = _attempt(room, task, plan, asked)
        if best is None or verdict.credit > best.credit or (verdict.passed and not best.passed):
            best, value = verdict, shown
        if verdict.passed or verdict.kind.startswith(("mistake", "near")):
            break
        ended += bool(outcome.end) and outcome.running in labels
        if ended == 2 or (ended and len(plan) == len(own)):
            bad += [cell for cell in own if cell[0] == outcome.running and not outcome.present]
            break
        if verdict.kind == "invalid:none" and not named:
            break
    if not best.passed and wrong and ended < 2:
        better = _carried_on(room, task, cells, own, wrong)
        if better[0].credit > best.credit:
            best, value = better
    return _row(task, best, [cell[1] for cell in own], value)


def _carried_on(room, task, cells, own, wrong):
    """Verdict and value if all that an answer may take from earlier ones had been right."""
    right = [(f"corrected {id}", source, id) for id, source in wrong.items()]
    others = [cell for cell in cells if cell[2] not in wrong and cell not in own]
    needed = _needed([*right, *others], own)
    verdict, _, shown = _attempt(room, task, [*needed, *own], own[0][0])
    taken = " and ".join(cell[2] for cell in needed if cell in right)
    words = f"With {taken} as it should be: {verdict.hint}" if taken else verdict.hint
    return Verdict(verdict.passed, verdict.kind, words, verdict.credit), shown


def _labelled(found):
    """The student's cells of code as (label, source, task); a label for each."""
    cells = [each for each in found.cells if each.kind == "code" and each.role in ("answer", "")]
    return [(f"{each.task or 'own'}.{n}", each.source, each.task) for n, each in enumerate(cells)]


def _plans(cells, own):
    """Which cells to run, from the likeliest to the last resort, and which is the asked one."""
    asked, tried = own[0][0], []
    needed = _needed(cells, own)
    last = cells.index(own[-1])
    before = [cell for cell in cells[:last] if cell not in own]
    for plan, start in (
        ([*needed, *own], asked),
        (own, asked),
        ([*before, *own], asked),
        (cells, cells[0][0]),
    ):
        if plan not in tried:
            tried.append(plan)
            yield plan, start


def _needed(cells, own):
    """Other cells whose names these use, and those that they use in turn, the deepest first."""
    names = {cell[0]: submission.names(cell[1]) for cell in [*cells, *own]}
    found, seen = [], {cell[0] for cell in own}

    def visit(cell):
        for other in cells:
            if other[0] not in seen and names[other[0]][0] & names[cell[0]][1]:
                seen.add(other[0])
                visit(other)
                found.append(other)

    for cell in own:
        visit(cell)
    return found


def _attempt(room, task, plan, asked):
    """Verdict, outcome, and the value in words that can be shown."""
    forbid = getattr(task.question, "forbid", ())
    shown = None
    run = [(label, source) for label, source, _ in plan]
    with room.attempt(run, task.name, asked, forbid) as outcome:
        if outcome.end:
            verdict = None
        elif not outcome.present or outcome.value is ...:
            verdict = _missing(task, plan, outcome)
        else:
            shown = wire.encode(outcome.value)
            verdict = _judged(task, outcome.value)
            own = {label: words for label, words in outcome.errors.items() if label == asked}
            if own and verdict.kind.startswith("invalid"):
                verdict = _missing(task, plan, outcome)
    if outcome.end and not (verdict and verdict.passed):
        name, words = _ENDS[outcome.end]
        verdict = invalid(name, words)
    return verdict, outcome, shown


def _judged(task, value):
    try:
        return judge(task.question, value)
    except Exception as error:  # a judge that did not expect this value
        return invalid("judge", f"This could not be judged ({type(error).__name__}).")


def _missing(task, plan, outcome):
    """What is said where the name is not defined."""
    errors = [outcome.errors[label] for label, _, of in plan if label in outcome.errors]
    if errors:
        return invalid("raised", f"The cell raised {errors[-1]}.")
    return invalid("none", "No answer yet." if outcome.present else f"{task.name} is not defined.")


def _row(task, verdict, sources, value=None):
    """What is kept of one task."""
    question = task.question
    opened = isinstance(question, Open)
    credit = min(1.0, max(0.0, float(1.0 if verdict.passed else verdict.credit)))
    row = {
        "id": task.id,
        "of": float(task.points),
        "earned": None if opened else round(float(task.points) * credit, 2),
        "kind": verdict.kind,
        "hint": verdict.hint,
        "ask": question.ask,
        "source": sources,
        "value": value,
        "rubric": list(getattr(question, "rubric", ())),
        "unit": getattr(question, "unit", ""),
        "rtol": getattr(question, "rtol", 0.0),
        "right": None,
    }
    if not opened and not getattr(question, "wants_function", True):
        row["right"] = np.ravel(question.truth[0]).tolist()
    return row


def dumps(results):
    """Results as text, always the same."""
    return json.dumps(results, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
