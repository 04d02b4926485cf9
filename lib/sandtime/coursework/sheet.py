"""What a sheet is: from a seed to a truth, from a truth to files, from files to tasks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import numpy as np

from sandtime.coursework import text
from sandtime.exercises import Mistake, Open, Question, Verdict, failed
from sandtime.exercises.diagnosis import alike, diagnose

VISIBLE = 0
"""Draws the cases on which a function is tried in a student's notebook."""


@dataclass(frozen=True)
class Task:
    """One task of a sheet, bound to the data of one student.

    Attributes
    ----------
    id : str
        Unique in the sheet: ``d1``.
    points : float
    name : str
        What the answer cell must define: a variable or a function.
    question : Question
        Its right answer is the estimator on the student's own data; an `Open` for a manual task.
    solution : str
        Source of an answer cell that gets full marks; it stands in the text of the sheet.
    """

    id: str
    points: float
    name: str
    question: Question
    solution: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes
    ----------
    name, title : str
    file : str
        Its text, MyST, in `text.FOLDER`.
    truth : callable
        From a seed to the truth of one student, with an attribute ``hidden``, a seed of cases.
    measure : callable
        From a truth to the data, rounded as the instruments do.
    write : callable
        From the data to files: names → text or bytes.
    read : callable
        From a folder with these files to the data, the same numbers to the last digit.
    ask : callable
        From the data and a generator of uniform numbers, which draws cases, to the tasks.
    """

    name: str
    title: str
    file: str
    truth: Callable
    measure: Callable
    write: Callable
    read: Callable
    ask: Callable

    @property
    def source(self):
        """Path of its text."""
        return text.FOLDER / self.file

    def files(self, truth):
        """The data files of a student: names → text or bytes."""
        return self.write(self.measure(truth))

    def tasks(self, truth):
        """The tasks of a student with the hidden cases."""
        solutions = text.solutions(self.source)
        tasks = self.ask(self.measure(truth), generator(truth.hidden))
        return tuple(replace(task, solution=solutions.get(task.id, "")) for task in tasks)

    def visible_tasks(self, folder, draw=VISIBLE):
        """The tasks as a notebook in a folder checks them, on the data in its files."""
        return tuple(self.ask(self.read(Path(folder)), generator(draw)))

    @property
    def points(self):
        """The sum of all tasks."""
        return sum(task.points for task in self.tasks(self.truth(0)))


def number(id, points, name, ask, unit, value, *mistakes, **more):
    """A task that asks for a number or an array out of the student's data.

    Parameters
    ----------
    id, points, name
        As in `Task`; the sheet's name stands before the id: ``diffusion-d1``.
    ask, unit
        As in `Question`.
    value : array_like
        What the estimator says.
    mistakes : tuple
        (name, value, hint) or (name, value, hint, credit).
    more
        `level`, `minutes`, `outcome`, `forbid`.

    Notes
    -----
    Of an array half of the points are given for the numbers that are right.
    """
    made = [Mistake(each[0], lambda each=each: each[1], *each[2:]) for each in mistakes]
    question = Question(
        id, ask, lambda: value, unit, rtol=1e-3, kind="data", mistakes=tuple(made), **more
    )
    if np.ndim(value):
        question = replace(question, judge=_partly(question))
    return Task(id.split("-")[1], points, name, question)


def _partly(question):
    """A judge that says which numbers of an array are right, where nothing explains them all."""

    def judge(value):
        verdict, truth = diagnose(question, [value]), question.truth[0]
        if verdict.kind != "unknown":
            return verdict
        if alike(question, [value[::-1]], question.truth):
            return failed("order", "These are the right numbers in the opposite order.", 0.25)
        right = np.abs(value - truth) <= question.rtol * np.abs(truth)
        if not right.any():
            return verdict
        k = int(np.argmin(right))
        alone = replace(question, right=lambda: truth[k], mistakes=())
        said = diagnose(alone, [value[k]])
        why = said.hint if said.kind.startswith(("generic", "near")) else ""
        hint = f"{right.sum()} of {right.size} numbers are right; number {k + 1} is not. {why}"
        return Verdict(False, "part", hint.strip(), right.mean() / 2)

    return judge


def function(id, points, name, ask, unit, right, cases, *mistakes, **more):
    """A task that asks for a function, tried on cases; otherwise as `number`."""
    made = tuple(Mistake(*each) for each in mistakes)
    question = Question(id, ask, right, unit, cases=cases, rtol=1e-3, mistakes=made, **more)
    return Task(id.split("-")[1], points, name, question)


def manual(id, points, rubric, **more):
    """A task that a person marks."""
    return Task(id.split("-")[1], points, "", Open(id, tuple(rubric), **more))


def generator(seed):
    """Uniform numbers that depend on the seed alone."""
    return np.random.Generator(np.random.PCG64(seed))


class _Sheets(Mapping):
    """Names → sheets, each imported when it is asked for."""

    names = ("diffusion", "impedance", "moving", "design")

    def __getitem__(self, name):
        if name not in self.names:
            raise KeyError(f"sheet = {name!r}: there are {', '.join(self.names)}")
        return import_module(f"sandtime.coursework.{name}").SHEET

    def __iter__(self):
        return iter(self.names)

    def __len__(self):
        return len(self.names)


SHEETS = _Sheets()
