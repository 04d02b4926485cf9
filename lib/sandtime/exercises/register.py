"""All questions of the book, by id; one module a part."""

import functools
import pkgutil
from importlib import import_module

from sandtime.exercises.checking import judge
from sandtime.exercises.diagnosis import apart
from sandtime.exercises.question import Asked, Choice, Order, Question


@functools.cache
def questions():
    """All questions by id: what the modules of this package export as ``QUESTIONS``."""
    found = {}
    package = import_module("sandtime.exercises")
    for part in pkgutil.iter_modules(package.__path__):
        module = import_module(f"sandtime.exercises.{part.name}")
        for each in getattr(module, "QUESTIONS", ()):
            if found.setdefault(each.id, each) is not each:
                raise ValueError(f"two questions have the id {each.id!r}")
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
        raise ValueError(
            f"id = {id!r}: there is no such question; allowed are {alike or list(questions())}"
        )
    return questions()[id]


def check(id, answer=None):
    """Compare an answer with a question: print one line, return the `Verdict`.

    Parameters
    ----------
    id : str or Question
    answer : float, str or callable
        A number in SI, text with a unit (``"15.3 h"``), or a function, which is called by position.

    Returns
    -------
    Verdict
    """
    asked = id if isinstance(id, Asked) else question(id)
    verdict = judge(asked, answer)
    if verdict.kind == "invalid:none":
        print(_shown(asked), end="")  # a kernel has no box that shows them
    print(verdict.hint)
    return verdict


def _shown(asked):
    """A choice or an order as it is asked, with its numbers; nothing for other questions."""
    if isinstance(asked, Choice):
        items = [option.text for option in asked.options]
    elif isinstance(asked, Order):
        items = asked.shown
    else:
        return ""
    lines = [asked.ask[:1].upper() + asked.ask[1:]]
    lines += [f"{number}. {item}" for number, item in enumerate(items, 1)]
    return "".join(f"{line}\n" for line in lines)


def audit(tolerances=5):
    """Pairs of a question's answers that cannot be told apart: (id, one, other).

    Two mistakes, or a mistake and the right answer, within so many tolerances of each other.
    """
    found = []
    for each in questions().values():
        if not isinstance(each, Question) or each.judge:
            continue
        made = [("right", each.truth)]
        made += [(mistake.name, values) for mistake, values in each.made]
        for k, (one, values) in enumerate(made):
            for other, others in made[k + 1 :]:
                if not apart(each, values, others, tolerances):
                    found.append((each.id, one, other))
    return found
