"""Questions by hand of chapter *Spectrum*: an arc by pencil, and what a spectrum knows."""

import numpy as np

from sandtime.exercises.question import Choice, Mistake, Option, Order, Question
from sandtime.units import MHz, celsius, cm, eV, k_B, kHz, mm, ohm

FIRST = "exercise-spectrum-first"

RULER = (300 * ohm, 120 * ohm, 1.6 * kHz)

COLD = (40 * MHz, 7 * MHz, 0.37 * eV, celsius(25))


def _disk(diameter):
    return np.pi * diameter**2 / 4


def _exponent(width, height):
    return 4 / np.pi * np.arctan(2 * height / width)


def _enters(top, highest, energy, room):
    return 1 / (1 / room + k_B / energy * np.log(top / highest))


WARM_UP = (
    Question(
        "spectrum-width",
        "resistance times area of an arc that runs from 180 to 450 Ω on the real axis; disk of 6 "
        "mm diameter",
        lambda begin, end, diameter: (end - begin) * _disk(diameter),
        "Ω cm²",
        given=(180 * ohm, 450 * ohm, 6 * mm),
        arguments=("the beginning of the arc", "the end of the arc", "the diameter"),
        level=1,
        minutes=3,
        outcome="spectrum-1",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "the low-frequency end",
                lambda begin, end, diameter: end * _disk(diameter),
                "This takes the place of the end on the axis. It holds all that lies in series; "
                "the resistance of the arc is its width.",
            ),
            Mistake(
                "divided by the area",
                lambda begin, end, diameter: (end - begin) / _disk(diameter) * cm**4,
                "A smaller electrode resists more, so resistance times area is the same for all "
                "sizes. Multiply.",
            ),
            Mistake(
                "the diameter as a radius",
                lambda begin, end, diameter: (end - begin) * np.pi * diameter**2,
                "6 mm is the diameter of the disk, not its radius.",
            ),
            Mistake(
                "the middle of the arc",
                lambda begin, end, diameter: (begin + end) / 2 * _disk(diameter),
                "This is where the top stands on the real axis. The resistance is the width of the"
                " arc.",
            ),
        ),
    ),
    Choice(
        "spectrum-thickness",
        "A pellet is made twice as thick. The top of the bulk's arc",
        (
            Option(
                "moves to half of its frequency",
                hint=(
                    "The resistance doubles, but what happens to the capacitance of a thicker "
                    "layer?"
                ),
            ),
            Option("stays at its frequency", True),
            Option(
                "moves to twice its frequency",
                hint=(
                    "The capacitance halves, but what happens to the resistance of a thicker layer?"
                ),
            ),
            Option(
                "moves to a quarter of its frequency",
                hint=(
                    "R and C are both taken to grow with thickness. Write down ε/L and L/κ once "
                    "more."
                ),
            ),
        ),
        level=1,
        minutes=2,
        outcome="spectrum-2",
        exercise=FIRST,
    ),
    Order(
        "spectrum-fastest",
        "What shows itself first, from high to low frequency?",
        (
            "inductance of the leads",
            "bulk of the ceramic",
            "its grain boundaries",
            "interface with lithium",
            "diffusion in the alloy",
        ),
        "Each shows itself where ω times its time constant is about one. Leads have no capacitor "
        "at all; diffusion over micrometres takes seconds and longer.",
        level=1,
        minutes=2,
        outcome="spectrum-2",
        exercise=FIRST,
    ),
    Choice(
        "spectrum-bare",
        "A spectrum without noise, fitted with a bare resistor for the bulk, gives grain "
        "boundaries that are too large. The excess measures",
        (
            Option(
                "the noise of the instrument",
                hint=(
                    "There was no noise in this spectrum. What else differs between the spectrum "
                    "and the circuit?"
                ),
            ),
            Option(
                "how fast the cell changes during the sweep",
                hint=(
                    "This cell stood still. Compare the circuit that made the spectrum with the "
                    "one that was fitted."
                ),
            ),
            Option("the foot of the arc that the circuit leaves out", True),
            Option(
                "grain boundaries that two arcs had hidden",
                hint=(
                    "The truth was put in, and it is smaller. Which term has no place in the "
                    "fitted circuit?"
                ),
            ),
        ),
        level=1,
        minutes=2,
        outcome="spectrum-4",
        exercise=FIRST,
    ),
)

ruler = {
    "given": RULER,
    "arguments": ("the width", "the height", "the frequency of the top"),
    "level": 2,
    "outcome": "spectrum-1",
    "exercise": "exercise-spectrum-ruler",
}

BY_RULER = (
    Question(
        "spectrum-ruler-tau",
        "time constant τ",
        lambda R, h, f: 1 / (2 * np.pi * f),
        "µs",
        minutes=2,
        **ruler,
        mistakes=(
            Mistake(
                "f for ω",
                lambda R, h, f: 1 / f,
                "The top is at ωτ = 1, and ω is in radians per second: 2π times the frequency that"
                " an instrument shows.",
            ),
            Mistake(
                "2π on the other side",
                lambda R, h, f: 2 * np.pi / f,
                "ω = 2πf stands below: τ = 1/ω. The 2π has changed sides.",
            ),
        ),
    ),
    Question(
        "spectrum-ruler",
        "exponent α",
        lambda R, h, f: _exponent(R, h),
        minutes=3,
        **ruler,
        mistakes=(
            Mistake(
                "height over width",
                lambda R, h, f: 4 / np.pi * np.arctan(h / R),
                "The height is R/2 times a tangent, so the tangent is 2h/R.",
            ),
            Mistake(
                "two for four",
                lambda R, h, f: 2 / np.pi * np.arctan(2 * h / R),
                "The angle in the tangent is πα/4, not πα/2.",
            ),
            Mistake(
                "the ratio of the heights",
                lambda R, h, f: 2 * h / R,
                "This is the height over that of a semicircle, the tangent itself. Take the angle,"
                " then divide by π/4.",
            ),
            Mistake(
                "degrees",
                lambda R, h, f: 4 / np.pi * np.degrees(np.arctan(2 * h / R)),
                "The arctangent came in degrees; the formula takes radians.",
            ),
        ),
    ),
    Question(
        "spectrum-ruler-capacitance",
        "capacitance τ/R",
        lambda R, h, f: 1 / (2 * np.pi * f * R),
        "µF",
        minutes=2,
        **ruler,
        mistakes=(
            Mistake(
                "f for ω",
                lambda R, h, f: 1 / (f * R),
                "Radians or turns? τ = 1/ω, with ω = 2πf.",
            ),
            Mistake(
                "Q for a capacitance",
                lambda R, h, f: (1 / (2 * np.pi * f)) ** _exponent(R, h) / R,
                "This is Q = τ^α/R. Its unit is s^α/Ω: a capacitance only for α = 1.",
            ),
            Mistake(
                "times R",
                lambda R, h, f: R / (2 * np.pi * f),
                "τ = RC: divide the time constant by the resistance.",
            ),
        ),
    ),
    Question(
        "spectrum-ruler-centre",
        "depth of the circle's centre below the axis",
        lambda R, h, f: R / 2 / np.tan(np.pi * _exponent(R, h) / 2),
        "Ω",
        minutes=3,
        **ruler,
        mistakes=(
            Mistake(
                "height that is missing",
                lambda R, h, f: R / 2 - h,
                "This is by how much the arc is lower than a semicircle. The circle of the arc has"
                " a larger radius than R/2.",
            ),
            Mistake(
                "the radius",
                lambda R, h, f: R / 2 / np.sin(np.pi * _exponent(R, h) / 2),
                "This is the radius of the circle. The centre lies below the axis by the radius "
                "less the height of the arc.",
            ),
            Mistake(
                "tangent for cotangent",
                lambda R, h, f: R / 2 * np.tan(np.pi * _exponent(R, h) / 2),
                "For α = 1 the centre is on the axis: the cotangent of πα/2 goes to zero there, "
                "the tangent does not.",
            ),
        ),
    ),
)

cold = {
    "given": COLD,
    "level": 2,
    "minutes": 5,
    "outcome": "spectrum-4",
    "exercise": "exercise-spectrum-cold",
}

BY_COLD = (
    Question(
        "spectrum-cold",
        "temperature at which the top enters the range",
        _enters,
        "K",
        rtol=2e-3,
        **cold,
        arguments=("the top", "the highest frequency", "the energy", "room temperature"),
        mistakes=(
            Mistake(
                "warmer",
                lambda f, top, E, T: 1 / (1 / T - k_B / E * np.log(f / top)),
                "The top has to come down, so the bulk must conduct less: which way does the "
                "temperature go?",
            ),
            Mistake(
                "decimal logarithm",
                lambda f, top, E, T: 1 / (1 / T + k_B / E * np.log10(f / top)),
                "An exponential of base e is undone by the natural logarithm.",
            ),
            Mistake(
                "the other reading",
                lambda f, top, E, T: _enters(f / (2 * np.pi), top, E, T),
                "Here the printed value is read as an angular frequency. The question takes it as "
                "a frequency.",
            ),
        ),
    ),
    Question(
        "spectrum-cold-zero",
        "frequency of the top at 0 °C",
        lambda f, top, E, T: f * np.exp(-E / k_B * (1 / celsius(0) - 1 / T)),
        "MHz",
        **cold,
        arguments=("the top", "the highest frequency", "the energy", "room temperature"),
        also=(lambda f, top, E, T: f * np.exp(-0.37 / 8.617e-5 * (1 / 273 - 1 / 298)),),
        mistakes=(
            Mistake(
                "faster in the cold",
                lambda f, top, E, T: f * np.exp(E / k_B * (1 / celsius(0) - 1 / T)),
                "The sign of the exponent: in the cold the bulk conducts less and its top moves "
                "down.",
            ),
            Mistake(
                "ten for e",
                lambda f, top, E, T: f * 10 ** (-E / k_B * (1 / celsius(0) - 1 / T)),
                "Arrhenius' law has e to the power, not 10.",
            ),
        ),
    ),
)

QUESTIONS = WARM_UP + BY_RULER + BY_COLD
