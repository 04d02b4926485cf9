"""Questions by hand of chapter *Diffusivity*: budgets, weights, distances."""

import numpy as np

from sandtime import reported
from sandtime.exercises.question import (
    Choice,
    Mistake,
    Option,
    Question,
)
from sandtime.materials import LI
from sandtime.units import F, celsius, cm, eV, k_B, s, uA

FIRST = "exercise-diffusivity-first"

NUMBER = 8 / (3 * np.pi**1.5)

SPACING = (reported.paper("d-li-jow-liang") * cm**2 / s, 100 * uA / cm**2, 0.98)

ROOM, COLD, ENERGY = celsius(25), celsius(0), 0.37 * eV


def _spacing(D, current, covered):
    return D / (NUMBER * covered**1.5 * current * LI.molar_volume / F)


def _colder(energy, cold, room):
    """By the paper's Eq. (3), upside down."""
    return cold / room * np.exp(energy / k_B * (1 / cold - 1 / room))


def _too_high(energy, cold, room, gamma):
    return np.log(_colder(energy, cold, room)) / gamma / ((1 / cold - 1 / room) / k_B)


WARM_UP = (
    Question(
        "diffusivity-budget",
        "relative error of D = 4i²t₀/πF²c₀² if t₀ is known to 1 %, i to 2 % and c₀ to 3 %, "
        "independently",
        lambda t, i, c: np.sqrt(t**2 + (2 * i) ** 2 + (2 * c) ** 2),
        "%",
        given=(0.01, 0.02, 0.03),
        level=1,
        minutes=4,
        outcome="diffusivity-2",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "all powers one",
                lambda t, i, c: np.sqrt(t**2 + i**2 + c**2),
                "Current and concentration stand squared: each of their errors counts twice.",
            ),
            Mistake(
                "added",
                lambda t, i, c: t + 2 * i + 2 * c,
                "Independent errors add as squares: they seldom all point the same way.",
            ),
            Mistake(
                "powers of four",
                lambda t, i, c: np.sqrt(t**2 + (4 * i) ** 2 + (4 * c) ** 2),
                "A square doubles the relative error; it does not quadruple it.",
            ),
            Mistake(
                "the variance",
                lambda t, i, c: t**2 + (2 * i) ** 2 + (2 * c) ** 2,
                "This is the sum of the squares. Take its root.",
            ),
        ),
    ),
    Choice(
        "diffusivity-slope",
        "In a plot of t₀^(−1/2) against i, an alloy in which lithium diffuses four times slower "
        "has a slope",
        (
            Option("twice as steep", True),
            Option(
                "half as steep",
                hint="A slower alloy is empty sooner. What does a shorter time do to t₀^(−1/2)?",
            ),
            Option(
                "four times as steep",
                hint="t₀ goes with D, and the ordinate with the inverse root of t₀.",
            ),
            Option(
                "of the same steepness and another intercept",
                hint="At i = 0 the time is infinite, whatever D. What is left to change?",
            ),
        ),
        level=1,
        minutes=2,
        outcome="diffusivity-2",
        exercise=FIRST,
    ),
    Choice(
        "diffusivity-proof",
        "Three cells of pure lithium obey t₀ ∝ i⁻² to a few per cent. This shows that",
        (
            Option(
                "lithium diffuses to the interface",
                hint=(
                    "Of what is there a gradient in a pure metal? Something else can give the same"
                    " power."
                ),
            ),
            Option(
                "voids grow at a fixed number per area",
                hint="A fixed number gives t₀ ∝ 1/i: the volume that leaves goes with the current.",
            ),
            Option("diffusion is possible, and so are voids whose number grows as i²", True),
            Option(
                "the criterion is met at the same composition",
                hint="For diffusion it would be so. First ask whether it is diffusion at all.",
            ),
        ),
        level=1,
        minutes=2,
        outcome="diffusivity-3",
        exercise=FIRST,
    ),
)

BY_HAND = (
    Question(
        "diffusivity-weights",
        "by how much D falls, all ordinates with the same weight",
        lambda early: 1 - (1 - early) ** (16 / 21),
        "%",
        given=(0.2,),
        arguments=("how much too early",),
        also=(
            lambda early: 16 / 21 * early,
            lambda early: -16 / 21 * np.log(1 - early),
            lambda early: 1 - (21 / (5 + 16 / np.sqrt(1 - early))) ** 2,
        ),
        level=2,
        minutes=5,
        outcome="diffusivity-2",
        mistakes=(
            Mistake(
                "every cell alike",
                lambda early: 1 - (1 - early) ** (1 / 3),
                "A third each is the other case. In an unweighted line the fast cell has the "
                "largest ordinate and abscissa.",
            ),
            Mistake(
                "one cell is all",
                lambda early: early,
                "This is what the cell alone would say. The other two have a share of the slope.",
            ),
            Mistake(
                "weights as the current",
                lambda early: 1 - (1 - early) ** (4 / 7),
                "The weights go with i², not with i.",
            ),
        ),
    ),
    Question(
        "diffusivity-weights-alike",
        "by how much it falls with equal relative errors, weighted accordingly",
        lambda early: 1 - (1 - early) ** (1 / 3),
        "%",
        given=(0.2,),
        arguments=("how much too early",),
        also=(
            lambda early: early / 3,
            lambda early: -np.log(1 - early) / 3,
            lambda early: 1 - ((3 - early) / (2 + np.sqrt(1 - early))) ** 2,
        ),
        level=2,
        minutes=3,
        outcome="diffusivity-2",
        exercise="exercise-diffusivity-weights",
        mistakes=(
            Mistake(
                "the unweighted line",
                lambda early: 1 - (1 - early) ** (16 / 21),
                "This is the unweighted line. With equal relative errors every cell says ln D "
                "equally well.",
            ),
            Mistake(
                "one cell is all",
                lambda early: early,
                "This is what the cell alone would say; the other two have their share.",
            ),
        ),
    ),
    Question(
        "diffusivity-spacing",
        "distance between the voids",
        _spacing,
        "µm",
        rtol=0.02,
        given=SPACING,
        arguments=("D", "the current density", "the share that is covered"),
        level=2,
        minutes=6,
        outcome="diffusivity-3",
        also=(lambda D, i, covered: D / (0.48 * covered**1.5 * 0.486e-6 / 3600),),
        mistakes=(
            Mistake(
                "without the number",
                lambda D, i, covered: D / (covered**1.5 * i * LI.molar_volume / F),
                "D is a distance times a speed times 0.48: the number in front is missing, or set "
                "to one.",
            ),
            Mistake(
                "the number above",
                lambda D, i, covered: NUMBER * D / (covered**1.5 * i * LI.molar_volume / F),
                "D = 0.48 φ^1.5 v d: to find d, the number divides.",
            ),
            Mistake(
                "the radius of a void",
                lambda D, i, covered: _spacing(D, i, covered) * np.sqrt(covered / np.pi),
                "This is the radius of a void at the end. Asked for is the distance from one to "
                "the next.",
            ),
        ),
    ),
    Question(
        "diffusivity-spacing-count",
        "number of voids per area",
        lambda D, i, covered: _spacing(D, i, covered) ** -2,
        "cm⁻²",
        rtol=0.04,
        given=SPACING,
        level=2,
        minutes=2,
        outcome="diffusivity-3",
        exercise="exercise-diffusivity-spacing",
        mistakes=(
            Mistake(
                "circles for squares",
                lambda D, i, covered: 1 / (np.pi * _spacing(D, i, covered) ** 2),
                "d is N^(−1/2), so each void has a square of side d.",
            ),
            Mistake(
                "half the distance",
                lambda D, i, covered: 4 * _spacing(D, i, covered) ** -2,
                "d is the distance from void to void: the square has the side d, not d/2.",
            ),
        ),
    ),
    Question(
        "diffusivity-cold",
        "by how much the activation energy of D comes out too high, if γ = 12",
        _too_high,
        "meV",
        given=(ENERGY, COLD, ROOM, 12.0),
        arguments=("the energy of the interface", "the cold", "room temperature", "γ"),
        level=2,
        minutes=8,
        outcome="diffusivity-1",
        mistakes=(
            Mistake(
                "the whole energy",
                lambda E, cold, room, gamma: _too_high(E, cold, room, 1.0),
                "This would be so if the time went as the resistance. It goes as the resistance to "
                "the power 1/γ.",
            ),
            Mistake(
                "γ in the numerator",
                lambda E, cold, room, gamma: _too_high(E, cold, room, 1 / gamma),
                "A steep resistance crosses at nearly the same time: a larger γ makes the error "
                "smaller.",
            ),
            Mistake(
                "decimal logarithm",
                lambda *given: _too_high(*given) / np.log(10),
                "ln k, not log₁₀ k: an exponential of base e is undone.",
            ),
            Mistake(
                "without the factor T",
                lambda E, cold, room, gamma: E / gamma,
                "Eq. (3) has the temperature in front of the exponential too, so that ln k is "
                "smaller than the energy alone makes it.",
                credit=0.5,
            ),
        ),
    ),
    Question(
        "diffusivity-cold-factor",
        "the factor k at 0 °C, from 0.37 eV",
        _colder,
        given=(ENERGY, COLD, ROOM),
        arguments=("the energy", "the cold", "room temperature"),
        also=(lambda *given: 273 / 298 * np.exp(0.37 / 8.617e-5 * (1 / 273 - 1 / 298)),),
        level=2,
        minutes=4,
        outcome="diffusivity-1",
        exercise="exercise-diffusivity-cold",
        mistakes=(
            Mistake(
                "smaller in the cold",
                lambda *given: 1 / _colder(*given),
                "Ions hardly move in the cold: the resistance grows.",
            ),
            Mistake(
                "without the factor T",
                lambda E, cold, room: np.exp(E / k_B * (1 / cold - 1 / room)),
                "Eq. (3) has the temperature in front of the exponential too.",
                credit=0.5,
            ),
            Mistake(
                "ten for e",
                lambda E, cold, room: cold / room * 10 ** (E / k_B * (1 / cold - 1 / room)),
                "Arrhenius' law has e to the power, not 10.",
            ),
            Mistake(
                "the factor T upside down",
                lambda E, cold, room: room / cold * np.exp(E / k_B * (1 / cold - 1 / room)),
                "The conductivity times T follows Arrhenius' law, so the resistance goes with T "
                "times the exponential.",
            ),
        ),
    ),
)

QUESTIONS = WARM_UP + BY_HAND
