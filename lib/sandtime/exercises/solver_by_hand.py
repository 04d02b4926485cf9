"""Questions by hand of chapter *Solver*: what is kept, and what a step must be."""

import numpy as np

from sandtime.exercises.question import Choice, Mistake, Option, Question
from sandtime.units import s

FIRST = "exercise-solver-first"

VALUES = (3.0, 2.0, 1.0)


def _leak(a, b, d, half=2.0, mirrored=True, kept=False):
    """Sum of the changes of three volumes, by the product rule with D = c and blocked ends."""
    values = np.array([a if mirrored else 0.0, a, b, d, d if mirrored else 0.0])
    behind, here, ahead = values[:-2], values[1:-1], values[2:]
    if kept:
        return float(np.sum((ahead**2 - here**2) / 2 - (here**2 - behind**2) / 2))
    return float(np.sum(here * (ahead - 2 * here + behind) + ((ahead - behind) / half) ** 2))


WARM_UP = (
    Question(
        "solver-step",
        "time step that brings the error from 2 % at 100 s to 0.1 %, by implicit Euler",
        lambda step, error, wanted: step * wanted / error,
        "s",
        given=(100 * s, 0.02, 0.001),
        arguments=("the step", "the error", "the error that is wanted"),
        level=1,
        minutes=2,
        outcome="solver-3",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "second order",
                lambda step, error, wanted: step * np.sqrt(wanted / error),
                "This is for an error that goes with the square of the step. Euler's goes with the"
                " step itself.",
            ),
            Mistake(
                "upside down",
                lambda step, error, wanted: step * error / wanted,
                "A smaller error takes a smaller step.",
            ),
        ),
    ),
    Question(
        "solver-mesh",
        "number of linear elements that bring the error from 2 % at 20 elements to 0.02 %",
        lambda count, error, wanted: count * np.sqrt(error / wanted),
        given=(20, 0.02, 0.0002),
        arguments=("the number of elements", "the error", "the error that is wanted"),
        level=1,
        minutes=2,
        outcome="solver-3",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "first order",
                lambda count, error, wanted: count * error / wanted,
                "This is for an error that goes with the size of an element. For linear elements "
                "it goes with the square.",
            ),
            Mistake(
                "coarser",
                lambda count, error, wanted: count * np.sqrt(wanted / error),
                "A smaller error takes more elements, not fewer.",
            ),
            Mistake(
                "third order",
                lambda count, error, wanted: count * (error / wanted) ** (1 / 3),
                "Linear elements have an error of second order.",
            ),
        ),
    ),
    Choice(
        "solver-keeps",
        "A solver keeps all lithium to fifteen digits. So its depletion times are",
        (
            Option(
                "good to fifteen digits",
                hint=(
                    "Three volumes can keep every atom and still put it in the wrong place. Kept "
                    "is not the same as exact."
                ),
            ),
            Option("as good as its mesh and steps, which this does not tell", True),
            Option(
                "good to the tolerance of the steps",
                hint="The steps are one source of error. What about the number of nodes?",
            ),
        ),
        level=1,
        minutes=1,
        outcome="solver-1",
        exercise=FIRST,
    ),
    Choice(
        "solver-made-up",
        "The term D′(c) has a slip in a program. Which test finds it?",
        (
            Option(
                "Sand's equation",
                hint="Sand's equation has a constant D, so D′ is zero in it.",
            ),
            Option(
                "the amount of lithium at the end",
                hint=(
                    "If D′ sits inside a flux, the sum telescopes whatever it is. Which solution "
                    "has a D that varies?"
                ),
            ),
            Option("a made-up solution with a D that varies", True),
            Option(
                "twice as many nodes",
                hint=(
                    "More nodes bring the answer nearer to the solution of the equation that was "
                    "programmed."
                ),
            ),
        ),
        level=1,
        minutes=2,
        outcome="solver-2",
        exercise=FIRST,
    ),
)

BY_HAND = (
    Question(
        "solver-leak",
        "sum of the changes of the three volumes 3, 2, 1 by the right side, with D = c and unit "
        "spacing",
        lambda: _leak(*VALUES),
        level=2,
        minutes=15,
        outcome="solver-1",
        mistakes=(
            Mistake(
                "the left side",
                lambda: _leak(*VALUES, kept=True),
                "This is the left side, which keeps its lithium. Do the same with the right side.",
            ),
            Mistake(
                "one step for two",
                lambda: _leak(*VALUES, half=1.0),
                "The neighbours on both sides are two steps apart: halve their difference before "
                "it is squared.",
            ),
            Mistake(
                "open ends",
                lambda: _leak(*VALUES, mirrored=False),
                "The ends are blocked: the value beyond an end is that of the end itself, not "
                "zero.",
            ),
        ),
    ),
)

QUESTIONS = WARM_UP + BY_HAND
