"""What settles a claim: one function a row, found by its name, one module a chapter.

A function named after its row, ``c0_li`` for ``c0-li``, returns the value in the printed unit (or
None), the reason in a sentence or two and, where the verdict rests on a threshold of ours, where it
flips.  It starts from printed numbers (`sandtime.reported`) and calls the library the chapters
call.  Claims that nothing settles stand in ``data/unrecomputed.csv`` with their reason.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from sandtime import reported

MODULES = (
    "experiment", "sand", "fick", "utilisation", "ledger", "magnesium", "interface", "xray",
    "diffusivity", "cycling", "relaxation", "pressure", "spectrum",
)  # fmt: skip
"""The chapters that have a module here, under the name of their page; the costly ones last."""


@dataclass(frozen=True)
class Entry:
    """What settles a claim.

    Attributes
    ----------
    settle : callable
        Returns value, reason and, optionally, where the verdict flips.
    chapter : str
        The page that treats it.
    basis : str or None
        What the value rests on, one of `verdicts.BASES`.
    verdict : str or None
        Declared where more than arithmetic and basis is at stake.
    statement : str
        Name shared by the rows that stand or fall together.
    """

    settle: Callable
    chapter: str
    basis: str | None
    verdict: str | None
    statement: str

    def finding(self):
        """Value or None, reason, and where the verdict flips or None."""
        value, reason, flips = (*self.settle(), None)[:3]
        return value, reason, flips


_registered = {}


def settles(basis=None, *, verdict=None, statement=None):
    """Register a function, under its own name and for the chapter of its module; a decorator."""

    def register(function):
        id = function.__name__.replace("_", "-")
        chapter = function.__module__.rpartition(".")[2]
        _registered[id] = Entry(function, chapter, basis, verdict, statement or id)
        return function

    return register


def entry(id):
    """The entry of a row that exists; imports no more chapters than it takes to find it."""
    if id in _declared():
        return _declared()[id]
    for name in MODULES:
        if id in _registered:
            break
        import_module(f"sandtime.ledger.{name}")
    return _registered[id]


@functools.cache
def entries():
    """All entries by id: those with a function here and those of ``data/unrecomputed.csv``."""
    for name in MODULES:
        import_module(f"sandtime.ledger.{name}")
    return _registered | _declared()


def registered():
    """The ids that have a function."""
    entries()
    return tuple(_registered)


@functools.cache
def _declared():
    """The entries of ``data/unrecomputed.csv``."""
    found = {}
    for line in reported.read("unrecomputed.csv"):
        settle = functools.partial(tuple, (None, line["reason"]))
        found[line["id"]] = Entry(settle, line["chapter"], None, line["verdict"], line["id"])
    return found
