"""What an exercise asks, what is right, which mistakes are known, and what an answer is told.

One declaration serves the page, a kernel, a sheet, the grader and the tests.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sandtime.exercises import quantity

LEVELS = {1: "warm-up", 2: "standard", 3: "research"}


@dataclass(frozen=True)
class Mistake:
    """A wrong way to the answer.

    Attributes
    ----------
    name : str
        In a few words: "c₀ in place of the drop".
    make : callable
        What comes out of it, from the arguments of the question's `right`.
    hint : str
        What the student is told: at most 240 characters, without blame and without the value.
    credit : float
        Of the points, from 0 to 1.
    """

    name: str
    make: Callable
    hint: str
    credit: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer.

    Attributes
    ----------
    passed : bool
    kind : str
        ``right``, ``mistake:NAME``, ``mistake+slip``, ``generic:NAME``, ``near``, ``invalid:NAME``
        or ``unknown``.
    hint : str
        One line.
    credit : float
        Of the points, from 0 to 1.
    """

    passed: bool
    kind: str
    hint: str
    credit: float = 0.0

    def __str__(self):
        return self.hint

    def __bool__(self):
        return self.passed


@dataclass(frozen=True)
class Question:
    """A question with one right answer.

    Attributes
    ----------
    id : str
        Label of the exercise, with the page in front: ``sand-recovery``.
    ask : str
        What is asked for, in a clause; the page shows it as the label of the box.
    right : callable
        The answer in SI, from the arguments of a case; a case without arguments asks for a number.
    unit : str
        In which it is asked for, in the grammar of `quantity`; empty for a plain number.
    cases : sequence of tuple
        Arguments; a function is tried on all of them.  None: a number is asked for.
    rtol : float
        Relative tolerance: 1e-3 for code, 1e-2 for numbers by hand; said in the question.
    level, minutes : int
        1 to 3 as in `LEVELS`; how long it takes.
    outcome : str
        What it tests, a name of the outcomes page.
    also : sequence of callable
        The right answer computed otherwise (rounded constants), which must pass.
    mistakes : sequence of Mistake
    forbid : sequence of str
        Names that an answer in code may not call.
    arguments : sequence of str
        Names of the arguments, for hints on a wrong power.
    judge : callable, optional
        In place of the comparison: gets the answer, returns a Verdict.
    """

    id: str
    ask: str
    right: Callable
    unit: str = ""
    cases: tuple = None
    rtol: float = 1e-2
    level: int = 2
    minutes: int = 5
    outcome: str = ""
    also: tuple = ()
    mistakes: tuple = ()
    forbid: tuple = ()
    arguments: tuple = ()
    judge: Callable = field(default=None, repr=False)

    def __post_init__(self):
        if self.level not in LEVELS:
            raise ValueError(f"level = {self.level} of {self.id}: one of {sorted(LEVELS)}")
        if not 0 < self.rtol <= 0.05:
            raise ValueError(f"rtol = {self.rtol} of {self.id}: above 0 and at most 0.05")
        quantity.unit(self.unit)
        for mistake in self.mistakes:
            if len(mistake.hint) > 240:
                raise ValueError(f"the hint {mistake.name!r} of {self.id} is above 240 characters")

    @property
    def page(self):
        """The page it stands on."""
        return self.id.split("-", 1)[0]

    @property
    def wants_function(self):
        return self.cases is not None

    @functools.cached_property
    def tried(self):
        """The cases; one without arguments for a number."""
        return tuple(self.cases) if self.wants_function else ((),)

    def values(self, function):
        """What a function returns for each case, as arrays."""
        return [np.asarray(function(*case), float) for case in self.tried]

    @functools.cached_property
    def truth(self):
        return self.values(self.right)
