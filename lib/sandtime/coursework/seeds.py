"""Which truth each student gets: from key, sheet and student, and never one without margins."""

import functools
import hashlib

from sandtime.coursework.sheet import SHEETS
from sandtime.exercises import diagnosis

APART = 5.0
"""Tolerances that lie at least between two answers that are told different things."""

_ATTEMPTS = 1000


def seed(sheet, key, student, attempt=0):
    """SHA-256 of key, sheet, student in lower case and attempt, as an integer.

    >>> seed("diffusion", "", "Ada") == seed("diffusion", "", "ada")
    True
    >>> seed("diffusion", "key", "ada") == seed("diffusion", "", "ada")
    False
    """
    words = "\0".join([key, sheet, student.strip().lower(), *([str(attempt)] if attempt else [])])
    return int.from_bytes(hashlib.sha256(words.encode()).digest())


def truth_of(sheet, key, student):
    """The truth of one student: that of the first seed whose answers can be told apart.

    Parameters
    ----------
    sheet : str
        Name of one of `SHEETS`.
    key : str
        Of the course; "" is the demonstration class.
    student : str

    Returns
    -------
    truth : object
        As the sheet's `Sheet.truth` makes it.
    """
    return _found(sheet, key, student.strip().lower())[0]


def attempts(sheet, key, student):
    """How many seeds were tried until one had margins."""
    return _found(sheet, key, student.strip().lower())[1]


@functools.lru_cache(maxsize=256)
def _found(sheet, key, student):
    for attempt in range(_ATTEMPTS):
        truth = SHEETS[sheet].truth(seed(sheet, key, student, attempt))
        if not collisions(SHEETS[sheet].tasks(truth)):
            return truth, attempt + 1
    raise RuntimeError(f"no seed of {_ATTEMPTS} gives {student!r} a sheet {sheet} with margins")


def collisions(tasks, tolerances=APART):
    """Pairs of answers within so many tolerances of each other: (task, one, other)."""
    found = []
    for task in tasks:
        question = task.question
        if not hasattr(question, "mistakes"):
            continue
        made = [("right", question.truth)]
        made += [(each.name, question.values(each.make)) for each in question.mistakes]
        for k, (one, values) in enumerate(made):
            for other, others in made[k + 1 :]:
                if not diagnosis.apart(question, values, others, tolerances):
                    found.append((task.id, one, other))
    return found
