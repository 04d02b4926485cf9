"""Questions by hand of chapter *Interface*: resistance under load, capacitance, contact."""

import numpy as np

from sandtime.exercises.question import Choice, Mistake, Option, Question
from sandtime.units import F, R, celsius, cm, kohm, uA

FIRST = "exercise-interface-first"

ROOM = celsius(25)

LOAD = 200 * uA / cm**2

HAND = (37.0, 0.85)

BRUG = (*HAND, 0.12 * kohm * cm**2, 0.27 * kohm * cm**2)


def _parallel(one, other):
    return one * other / (one + other)


def _brug(rise, alpha, before, start):
    ratio = _parallel(before, rise * start) / _parallel(before, start)
    return ratio ** ((1 - alpha) / alpha) - 1


WARM_UP = (
    Question(
        "interface-ceiling",
        "largest resistance of a Butler–Volmer charge transfer with β = ½ at 200 µA cm⁻² and 25 °C",
        lambda i, T: 2 * R * T / (F * i),
        "Ω cm²",
        given=(LOAD, ROOM),
        also=(lambda i, T: 2 * 8.314 * 298 / (96500 * i), lambda i, T: 2 * 0.0257 / i),
        arguments=("the current density", "the temperature"),
        level=1,
        minutes=3,
        outcome="interface-1",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "without β",
                lambda i, T: R * T / (F * i),
                "1/(βfi) with β = ½: the half stands below.",
            ),
            Mistake(
                "the half above",
                lambda i, T: R * T / (2 * F * i),
                "β stands in the denominator: a barrier that takes half of the voltage lets the "
                "resistance be larger, not smaller.",
            ),
            Mistake(
                "a decade for the slope",
                lambda i, T: 2 * np.log(10) * R * T / (F * i),
                "This is the voltage of ten times the current, over the current. A resistance is a"
                " slope: no ln 10.",
            ),
        ),
    ),
    Choice(
        "interface-arc",
        "Half of the contact is lost, patch by patch. The top of the interface's arc",
        (
            Option(
                "moves to half of its frequency",
                hint="R doubles. What does C of half the area do, and what is RC then?",
            ),
            Option("stays at its frequency", True),
            Option(
                "moves to twice its frequency",
                hint="C halves. What does R of half the area do, and what is RC then?",
            ),
        ),
        level=1,
        minutes=2,
        outcome="interface-3",
        exercise=FIRST,
    ),
    Choice(
        "interface-rest",
        "In a rest R_int falls to a fifth while the arc's Q stays as it is. What came back?",
        (
            Option(
                "contact",
                hint="Contact that comes back raises Q in proportion. Here Q stays.",
            ),
            Option("lithium at the interface", True),
            Option(
                "nothing: the fit is off",
                hint=(
                    "R and Q of one arc are told by different frequencies; one may change alone. "
                    "Which change of the interface does that?"
                ),
            ),
            Option(
                "a shorter way through the pellet",
                hint=(
                    "The pellet has arcs of its own. What of the interface changes a resistance "
                    "and leaves the area?"
                ),
            ),
        ),
        level=1,
        minutes=2,
        outcome="interface-3",
        exercise=FIRST,
    ),
)

hand = {"outcome": "interface-2", "level": 2, "exercise": "exercise-interface-hand"}

BY_HAND = (
    Question(
        "interface-hand",
        "Hsu and Mansfeld's capacitance at the end, as a multiple of that at the start",
        lambda rise, alpha: rise ** ((1 - alpha) / alpha),
        given=HAND,
        arguments=("the rise of the resistance", "the exponent"),
        minutes=4,
        **hand,
        mistakes=(
            Mistake(
                "exponent upside down",
                lambda rise, alpha: rise ** (alpha / (1 - alpha)),
                "The exponent of R is (1 − α)/α. At α = 1 the formula must not depend on R at all.",
            ),
            Mistake(
                "1 − α alone",
                lambda rise, alpha: rise ** (1 - alpha),
                "Q = C^α R^(α−1): solve for C, and the root 1/α falls on both.",
            ),
            Mistake(
                "a fall",
                lambda rise, alpha: rise ** ((alpha - 1) / alpha),
                "The sign of the exponent: C = Q^(1/α) R^((1−α)/α), and R grows.",
            ),
            Mistake(
                "Q alone",
                lambda rise, alpha: 1.0,
                "Q stays, but the formula makes the capacitance of Q and R.",
            ),
        ),
    ),
    Question(
        "interface-hand-brug",
        "by how much Brug's capacitance rises",
        _brug,
        "%",
        rtol=0.02,
        given=BRUG,
        arguments=("the rise of the resistance", "the exponent", "R_e", "the initial R"),
        minutes=5,
        **hand,
        mistakes=(
            Mistake(
                "the other formula",
                lambda rise, alpha, e, start: rise ** ((1 - alpha) / alpha) - 1,
                "This is Hsu and Mansfeld's. Brug's formula has R_e and R in parallel.",
            ),
            Mistake(
                "in series",
                lambda rise, alpha, e, start: (
                    ((e + rise * start) / (e + start)) ** ((1 - alpha) / alpha) - 1
                ),
                "The charge flows off through both: R_e and R are in parallel, not in series.",
            ),
            Mistake(
                "without the power",
                lambda rise, alpha, e, start: _parallel(e, rise * start) / _parallel(e, start) - 1,
                "This is the rise of R∗ itself. The capacitance takes its power (1 − α)/α.",
            ),
            Mistake(
                "the factor",
                lambda *given: 1 + _brug(*given),
                "This is the factor. Take one away to get the rise.",
            ),
        ),
    ),
    Question(
        "interface-hand-alpha",
        "α at which Hsu and Mansfeld's formula reports twice the capacitance",
        lambda rise: 1 / (1 + np.log(2) / np.log(rise)),
        rtol=3e-3,
        minutes=4,
        given=HAND[:1],
        arguments=("the rise of the resistance",),
        **hand,
        mistakes=(
            Mistake(
                "α for 1/α",
                lambda rise: 1 - np.log(2) / np.log(rise),
                "ln 2/ln 37 is (1 − α)/α, not 1 − α. Solve for α.",
            ),
            Mistake(
                "the quotient itself",
                lambda rise: np.log(2) / np.log(rise),
                "This is (1 − α)/α. Solve for α.",
            ),
            Mistake(
                "upside down",
                lambda rise: np.log(2) / np.log(rise) / (1 + np.log(2) / np.log(rise)),
                "This solves α/(1 − α); the exponent is (1 − α)/α.",
            ),
        ),
    ),
    Choice(
        "interface-brug",
        "Why does a fit of a real spectrum not return θ by itself?",
        (
            Option(
                "α differs from patch to patch",
                hint=(
                    "In this derivation all patches are alike. Which of the three quantities is "
                    "not read from the interface's arc?"
                ),
            ),
            Option("R_e is read from arcs of the whole pellet and does not grow as 1/θ", True),
            Option(
                "Q does not follow the contact",
                hint=(
                    "Q of parallel patches adds, so it follows the contact. Look at the resistance"
                    " in series."
                ),
            ),
            Option(
                "R is held in the fit",
                hint=(
                    "R is fitted, and it grows as 1/θ. Which resistance does not change in the "
                    "spectrum?"
                ),
            ),
        ),
        level=2,
        minutes=10,
        outcome="interface-2",
        kind="by hand",
    ),
)

QUESTIONS = WARM_UP + BY_HAND
