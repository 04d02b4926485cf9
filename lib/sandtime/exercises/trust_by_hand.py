"""Questions by hand of chapter *Trust*: drift within a sweep, and what a test misses."""

import numpy as np

from sandtime.exercises.question import Choice, Mistake, Option, Question
from sandtime.units import minute, s

FIRST = "exercise-trust-first"

NOISE = 0.003


def _decades(growth, noise):
    return np.pi / 2 * np.log1p(growth) / noise / np.log(10)


WARM_UP = (
    Question(
        "trust-growth",
        "growth of R_int within a sweep of 30 s, if it doubles every 10 minutes",
        lambda doubling, sweep: 2 ** (sweep / doubling) - 1,
        "%",
        given=(10 * minute, 30 * s),
        arguments=("the time to double", "the sweep"),
        level=1,
        minutes=3,
        outcome="trust-2",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "a straight line",
                lambda doubling, sweep: sweep / doubling,
                "This is the share of the ten minutes that a sweep takes. What doubles grows as a "
                "power of 2 (not of e, and not in a straight line).",
            ),
            Mistake(
                "the factor",
                lambda doubling, sweep: 2 ** (sweep / doubling),
                "This is the factor by which it grows. Take one away to get the growth.",
            ),
            Mistake(
                "ten for two",
                lambda doubling, sweep: 10 ** (sweep / doubling) - 1,
                "To double is a factor of 2; this takes a factor of 10 in ten minutes.",
            ),
        ),
    ),
    Choice(
        "trust-causal",
        "Which property keeps poles out of the half of the plane in which the integral goes round?",
        (
            Option(
                "linearity",
                hint=(
                    "Linearity lets responses add and makes one function h enough. Which property "
                    "says where h begins?"
                ),
            ),
            Option("causality: h is zero before the cause", True),
            Option(
                "that Z is measured at many frequencies",
                hint=(
                    "That is about the sweep, not about the cell. Look at the lower limit of the "
                    "integral over u."
                ),
            ),
            Option(
                "that R and C are positive",
                hint=(
                    "Positive elements are stable. But a stable response that began before its "
                    "cause would have poles on both sides."
                ),
            ),
        ),
        level=1,
        minutes=2,
        outcome="trust-1",
        exercise=FIRST,
    ),
    Choice(
        "trust-passed",
        "A sweep passes the Kramers–Kronig test. So",
        (
            Option(
                "the cell stood still",
                hint=(
                    "Drift spread evenly over ln ω looks like another cell that stands still. How "
                    "much of it breaks the relations?"
                ),
            ),
            Option(
                "the circuit is the right one",
                hint="The test knows no circuit: any sum of Voigt elements passes.",
            ),
            Option("it is as a cell that stands still could be, perhaps another one", True),
            Option(
                "R_int is known to the size of the residuals",
                hint=(
                    "A growth that is many times larger than the residuals can pass. The residuals"
                    " hold only a rotation by a small angle."
                ),
            ),
        ),
        level=1,
        minutes=2,
        outcome="trust-2",
        exercise=FIRST,
    ),
    Choice(
        "trust-low",
        "The points below 10 Hz of a drifting sweep are left out. The fitted R_int is then",
        (
            Option(
                "that of a cell without drift",
                hint="The points that remain were measured one after the other too.",
            ),
            Option("that of an earlier moment, and less certain", True),
            Option(
                "the same, since its arc is at 1 kHz",
                hint=(
                    "The resistance is the low end of the arc. Which points lie there, and when "
                    "were they taken?"
                ),
            ),
            Option(
                "that of a later moment, and more certain",
                hint=(
                    "Which points come last in a sweep from high to low frequency? Those have just"
                    " been left out."
                ),
            ),
        ),
        level=1,
        minutes=2,
        outcome="trust-3",
        exercise=FIRST,
    ),
)

wide = {
    "level": 2,
    "minutes": 5,
    "outcome": "trust-2",
    "exercise": "exercise-trust-wide",
    "arguments": ("the growth", "the noise"),
    "mistakes": (
        Mistake(
            "without the quarter turn",
            lambda g, noise: np.log1p(g) / noise / np.log(10),
            "The rotation is πε/2: j to the power ε turns by a quarter of a circle times ε.",
        ),
        Mistake(
            "powers of e",
            lambda g, noise: np.pi / 2 * np.log1p(g) / noise,
            "This counts factors of e. A decade is ln 10 of them.",
        ),
        Mistake(
            "a half turn",
            lambda g, noise: np.pi * np.log1p(g) / noise / np.log(10),
            "j stands for a quarter of a turn: the rotation is πε/2.",
        ),
    ),
}

BY_HAND = (
    Question(
        "trust-wide",
        "decades that hide a growth of 5 % below 0.3 %",
        _decades,
        given=(0.05, NOISE),
        also=(lambda g, noise: np.pi / 2 * g / noise / np.log(10),),
        **wide,
    ),
    Question(
        "trust-wide-fifth",
        "decades that hide a growth of 20 % below 0.3 %",
        _decades,
        given=(0.2, NOISE),
        **wide
        | {
            "mistakes": (
                *wide["mistakes"],
                Mistake(
                    "growth for its logarithm",
                    lambda g, noise: np.pi / 2 * g / noise / np.log(10),
                    "ε is ln(1 + g) per unit of ln ω. For a fifth the logarithm is no longer the "
                    "growth itself.",
                    credit=0.5,
                ),
            )
        },
    ),
)

QUESTIONS = WARM_UP + BY_HAND
