"""What an exercise asks, what is right, which mistakes are known, and what an answer is told.

One declaration serves the page, a kernel, a sheet, the grader and the tests.
"""

import dataclasses
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sandtime.exercises import quantity

LEVELS = {1: "warm-up", 2: "standard", 3: "research"}
KINDS = ("by hand", "code", "data", "choose", "order", "predict", "open")
HINT = 240  # characters, at most


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

    def _ipython_display_(self):
        """Nothing: `check` has printed the line."""


def passed(hint="Right."):
    """The verdict of a `judge=` function that is content."""
    return Verdict(True, "right", hint, 1.0)


def failed(name, hint, credit=0.0):
    """The verdict of a `judge=` function that found the mistake `name`."""
    return Verdict(False, f"mistake:{name}", hint, credit)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What all questions have.

    Attributes
    ----------
    level, minutes : int
        1 to 3 as in `LEVELS`; how long it takes.
    outcome : str
        Which point of "You will be able to" it tests: ``sand-2`` is the second on the card of
        chapter *Sand*.
    kind : str
        One of `KINDS`.
    exercise : str
        Label of the exercise it stands in; if empty, ``exercise-`` and its id.
    """

    level: int = 2
    minutes: int = 5
    outcome: str = ""
    kind: str = ""
    exercise: str = ""

    def __post_init__(self):
        if not self.kind:
            object.__setattr__(self, "kind", self._usual_kind())
        if not self.exercise:
            object.__setattr__(self, "exercise", f"exercise-{self.id}")
        if self.level not in LEVELS:
            raise ValueError(f"level = {self.level} of {self.id}: one of {sorted(LEVELS)}")
        if self.kind not in KINDS:
            raise ValueError(f"kind = {self.kind!r} of {self.id}: one of {', '.join(KINDS)}")
        for name, hint in self._hints():
            if len(hint) > HINT:
                raise ValueError(
                    f"the hint on {name!r} of {self.id} has {len(hint)} characters: at most {HINT}"
                )

    def _hints(self):
        return ()

    @property
    def page(self):
        """The page it stands on."""
        return self.id.split("-", 1)[0]


@dataclass(frozen=True)
class Question(Asked):
    """A question with one right answer: a number, or a function that returns numbers.

    Attributes
    ----------
    id : str
        With the page in front: ``sand-recovery``.
    ask : str
        What is asked for, in a clause; the page shows it as the label of the box.
    right : callable
        The answer in SI, from the arguments of a case.
    unit : str
        In which it is asked for, in the grammar of `quantity`; empty for a plain number.
    cases : sequence of tuple
        Arguments; a function is tried on all of them.  None: a number is asked for.
    rtol : float
        Relative tolerance: 1e-3 for code, 1e-2 for numbers by hand; said in the question.
    also : sequence of callable
        The right answer computed otherwise (rounded constants), which must pass.
    mistakes : sequence of Mistake
    forbid : sequence of str
        Names that an answer in code may not call.
    arguments : sequence of str
        Names of the arguments, for hints.
    judge : callable, optional
        Gets the answer, returns a Verdict, or None if the answer is to be compared as usual.
    given : tuple
        Arguments at which a number is asked for; with them a wrong power or a wrong unit of one
        of them is named, as for a function.
    atol : float
        What counts as zero, in SI, where zero is right.
    """

    id: str
    ask: str
    right: Callable
    unit: str = ""
    cases: tuple = None
    rtol: float = 1e-2
    also: tuple = ()
    mistakes: tuple = ()
    forbid: tuple = ()
    arguments: tuple = ()
    judge: Callable = field(default=None, repr=False)
    given: tuple = ()
    atol: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        if not 0 < self.rtol <= 0.05:
            raise ValueError(f"rtol = {self.rtol} of {self.id}: above 0 and at most 0.05")
        quantity.unit(self.unit)

    def _usual_kind(self):
        return "code" if self.wants_function else "by hand"

    def _hints(self):
        return [(mistake.name, mistake.hint) for mistake in self.mistakes]

    @property
    def wants_function(self):
        """Whether a function is asked for."""
        return self.cases is not None

    @functools.cached_property
    def tried(self):
        """The cases; for a number one, with what is given."""
        return tuple(self.cases) if self.wants_function else (tuple(self.given),)

    def at(self, *arguments):
        """The same question with its number asked at one case."""
        kind = "data" if self.kind == "code" else self.kind
        return dataclasses.replace(self, cases=None, given=arguments, kind=kind)

    def values(self, function):
        """What a function returns for each case, as arrays."""
        return [np.asarray(function(*case), float) for case in self.tried]

    @functools.cached_property
    def truth(self):
        """The right values, an array for each case."""
        return self.values(self.right)

    @functools.cached_property
    def others(self):
        """What the other right ways give."""
        return [self.values(other) for other in self.also]

    @functools.cached_property
    def made(self):
        """Each declared mistake with what it makes."""
        return [(mistake, self.values(mistake.make)) for mistake in self.mistakes]


@dataclass(frozen=True)
class Option:
    """One of the answers of a `Choice`: what it says, and what is told to who takes it."""

    text: str
    right: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Choice(Asked):
    """One of several answers is right; each wrong one has its hint.

    Attributes
    ----------
    id, ask : str
        As in `Question`.
    options : sequence of Option
        The answer is the number of one of them, from 1, or its text.
    """

    id: str
    ask: str
    options: tuple

    def __post_init__(self):
        super().__post_init__()
        if sum(option.right for option in self.options) != 1:
            raise ValueError(f"options of {self.id}: exactly one is to be right")
        if silent := [o.text for o in self.options if not (o.right or o.hint)]:
            raise ValueError(f"options of {self.id}: {silent} have no hint")

    def _usual_kind(self):
        return "choose"

    def _hints(self):
        return [(option.text, option.hint) for option in self.options]

    @property
    def answer(self):
        """Number of the right option, from 1."""
        return 1 + [option.right for option in self.options].index(True)


@dataclass(frozen=True)
class Order(Asked):
    """Put these in order.

    Attributes
    ----------
    id, ask : str
        As in `Question`.
    items : sequence of str
        In the right order.
    hint : str
        By what they are ordered, for an answer that is not right.
    """

    id: str
    ask: str
    items: tuple
    hint: str

    def __post_init__(self):
        super().__post_init__()
        if len(set(self.items)) != len(self.items) or len(self.items) < 3:
            raise ValueError(f"items of {self.id}: at least three, all different")

    def _usual_kind(self):
        return "order"

    def _hints(self):
        return [("the order", self.hint)]

    @functools.cached_property
    def shown(self):
        """The items as they are shown: shuffled, always in the same way, never in order."""
        mixed = sorted(self.items, key=lambda item: hashlib.sha256(item.encode()).digest())
        if tuple(mixed) in (tuple(self.items), tuple(self.items[::-1])):
            mixed = mixed[1::2] + mixed[::2]
        return tuple(mixed)

    @property
    def answer(self):
        """Numbers of the items as shown, from 1, in the right order."""
        return tuple(1 + self.shown.index(item) for item in self.items)


@dataclass(frozen=True)
class Open(Asked):
    """A question that a person marks.

    Attributes
    ----------
    id : str
        As in `Question`.
    rubric : sequence of str
        Three to five lines: what earns points.
    ask : str
        As in `Question`; may be empty.
    """

    id: str
    rubric: tuple
    ask: str = ""

    def __post_init__(self):
        super().__post_init__()
        if isinstance(self.rubric, str) or not 3 <= len(self.rubric) <= 5:
            raise ValueError(f"rubric of {self.id}: three to five lines")

    def _usual_kind(self):
        return "open"
