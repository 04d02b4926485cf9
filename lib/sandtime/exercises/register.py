"""All questions of the book, by id; one module a part."""

import functools
from importlib import import_module

import numpy as np

from sandtime.exercises.checking import judge
from sandtime.exercises.diagnosis import _ratio

PARTS = ("foil", "measurement", "appendices")


@functools.cache
def questions():
    """All questions by id, in the order of the book."""
    found = {}
    for part in PARTS:
        for each in import_module(f"sandtime.exercises.{part}").QUESTIONS:
            if each.id in found:
                raise ValueError(f"two questions have the id {each.id!r}")
            found[each.id] = each
    return found


def question(id):
    """One question.

    Raises
    ------
    ValueError
        If there is none of that id; the message names those that sound alike.
    """
    if id not in questions():
        alike = [each for each in questions() if each.split("-")[0] == str(id).split("-")[0]]
        raise ValueError(f"id = {id!r}: there is no such question; allowed are {alike or list(questions())}")
    return questions()[id]


def check(id, answer):
    """Compare an answer with a question: print one line, return the `Verdict`.

    Parameters
    ----------
    id : str
    answer : float, str or callable
        A number in SI, text with a unit (``"15.3 h"``), or a function, which is called by position.

    Returns
    -------
    Verdict
    """
    verdict = judge(question(id), answer)
    print(verdict.hint)
    return verdict


def audit(apart=5):
    """Pairs of a question's answers that cannot be told apart: (id, one, other).

    Two mistakes, or a mistake and the right answer, within `apart` tolerances of each other.
    """
    found = []
    for each in questions().values():
        if each.judge:
            continue
        made = [("right", each.truth)]
        made += [(mistake.name, each.values(mistake.make)) for mistake in each.mistakes]
        for k, (one, values) in enumerate(made):
            for other, others in made[k + 1 :]:
                ratio = _ratio(values, others)
                if ratio is not None and np.all(np.abs(ratio - 1) < apart * each.rtol):
                    found.append((each.id, one, other))
    return found
