"""Questions by hand of chapter *X-rays*: lines, and the error of a composition."""

import numpy as np

from sandtime import diffraction, reported
from sandtime.exercises.question import Choice, Mistake, Option, Question
from sandtime.materials import LI90MG10
from sandtime.units import angstrom

FIRST = "exercise-xray-first"

A_ALLOY = LI90MG10.lattice_parameter

WAVELENGTH = diffraction.WAVELENGTHS[0]

NAMES = ("li", "stripped", "li90mg10")

PRINTED = tuple(reported.paper(f"lattice-parameter-{name}") * angstrom for name in NAMES)

ERRORS = tuple(reported.claim(f"lattice-parameter-{name}").uncertainty * angstrom for name in NAMES)


def _fraction(lithium, found, alloy):
    return 0.1 * (lithium - found) / (lithium - alloy)


def _terms(lithium, found, alloy, *errors):
    """What each lattice parameter's error does to the composition."""
    drop = lithium - alloy
    slopes = (
        0.1 / drop * (1 - (lithium - found) / drop),
        -0.1 / drop,
        0.1 * (lithium - found) / drop**2,
    )
    return np.array([slope * error for slope, error in zip(slopes, errors, strict=True)])


def _angle(order, a):
    return float(diffraction.bragg_angle(order, a))


def _precise(a, half=2):
    """310 against 110."""
    return np.tan(_angle(10, a) / half) / np.tan(_angle(2, a) / half)


def _true(a, power=2, half=2):
    near, far = _angle(2, a) / half, _angle(10, a) / half
    return (np.cos(near) / np.cos(far)) ** power * np.sin(far) / np.sin(near)


WARM_UP = (
    Question(
        "xray-angle",
        "diffraction angle 2θ of 110, for a = 3.5020 Å and Cu Kα₁, 1.5406 Å",
        lambda a, wavelength: 2 * np.arcsin(wavelength / np.sqrt(2) / a),
        "°",
        rtol=1e-3,
        given=(A_ALLOY, WAVELENGTH),
        arguments=("the lattice parameter", "the wavelength"),
        level=1,
        minutes=3,
        outcome="xray-1",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "θ for 2θ",
                lambda a, wavelength: np.arcsin(wavelength / np.sqrt(2) / a),
                "This is θ. A diffractometer shows 2θ.",
            ),
            Mistake(
                "100 for 110",
                lambda a, wavelength: 2 * np.arcsin(wavelength / 2 / a),
                "This is 100, which a body-centred cell does not show. For 110, N = 1 + 1 + 0.",
            ),
            Mistake(
                "N for its root",
                lambda a, wavelength: 2 * np.arcsin(wavelength / a),
                "sin θ = λ√N/2a: the root of N.",
            ),
        ),
    ),
    Question(
        "xray-composition",
        "magnesium in a foil of 3.5005 Å, on the straight line from 3.5098 Å (none) to 3.5020 Å "
        "(10 %)",
        _fraction,
        "%",
        given=PRINTED,
        arguments=("the lithium's", "the foil's", "the alloy's lattice parameter"),
        level=1,
        minutes=3,
        outcome="xray-2",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "from the alloy on",
                lambda lithium, found, alloy: 0.1 * (alloy - found) / (lithium - alloy),
                "This is what the foil has more than the alloy.",
            ),
            Mistake(
                "upside down",
                lambda lithium, found, alloy: 0.1 * (lithium - alloy) / (lithium - found),
                "The cell is smaller than the alloy's, so there is more magnesium than in the "
                "alloy.",
            ),
            Mistake(
                "the line to one",
                lambda lithium, found, alloy: (lithium - found) / (lithium - alloy),
                "The line reaches the alloy at 10 % magnesium, not at 100 %.",
            ),
        ),
    ),
    Choice(
        "xray-mean",
        "A foil of this alloy, 100 µm thick, has lost its lithium within some micrometres of one "
        "face. Cu Kα on that face shows",
        (
            Option(
                "that layer alone",
                hint="Lithium and magnesium hardly absorb. From how deep do X-rays come back?",
            ),
            Option(
                "the layer and the rest as two sets of sharp lines",
                hint=(
                    "The composition changes without a step, so there is no second set. What do "
                    "all depths together make?"
                ),
            ),
            Option("nearly the mean of the whole foil", True),
        ),
        level=1,
        minutes=2,
        outcome="xray-3",
        exercise=FIRST,
    ),
)

BY_HAND = (
    Question(
        "xray-composition-error",
        "standard error of the composition, from the printed (6), (1) and (1)",
        lambda *given: np.sqrt((_terms(*given) ** 2).sum()),
        "%",
        rtol=0.02,
        given=PRINTED + ERRORS,
        level=2,
        minutes=10,
        outcome="xray-2",
        mistakes=(
            Mistake(
                "the foil alone",
                lambda *given: abs(_terms(*given)[1]),
                "This is the foil's own (1). Both ends of the line have errors too.",
            ),
            Mistake(
                "added",
                lambda *given: np.abs(_terms(*given)).sum(),
                "Independent errors add as squares.",
            ),
            Mistake(
                "numerator alone",
                lambda lithium, found, alloy, *errors: (
                    0.1 / (lithium - alloy) * np.hypot(errors[0], errors[1])
                ),
                "Lithium's cell stands above and below; most of its error cancels. The alloy's "
                "counts too.",
            ),
        ),
    ),
    Question(
        "xray-lines",
        "how many times as precise 310 is as 110",
        _precise,
        rtol=0.02,
        given=(A_ALLOY,),
        level=2,
        minutes=5,
        outcome="xray-1",
        mistakes=(
            Mistake(
                "2θ for θ",
                lambda a: _precise(a, half=1),
                "The angle in Bragg's law is θ, half of what a diffractometer shows.",
            ),
            Mistake(
                "sines",
                lambda a: np.sin(_angle(10, a) / 2) / np.sin(_angle(2, a) / 2),
                "The error goes with the cotangent of θ, so that tangents are compared.",
            ),
            Mistake(
                "cosines",
                lambda a: np.cos(_angle(2, a) / 2) / np.cos(_angle(10, a) / 2),
                "The error goes with the cotangent of θ: a cosine and a sine.",
            ),
        ),
    ),
    Question(
        "xray-lines-height",
        "how many times smaller the bias by height is for 310",
        _true,
        rtol=0.02,
        given=(A_ALLOY,),
        level=2,
        minutes=4,
        outcome="xray-1",
        exercise="exercise-xray-lines",
        mistakes=(
            Mistake(
                "the precision",
                _precise,
                "This is the other quotient, cot θ. A height shifts the angle itself by cos θ, so "
                "one more cosine.",
            ),
            Mistake(
                "2θ for θ",
                lambda a: _true(a, half=1),
                "The angle is θ, half of what a diffractometer shows.",
            ),
            Mistake(
                "without the sine",
                lambda a: (np.cos(_angle(2, a) / 2) / np.cos(_angle(10, a) / 2)) ** 2,
                "cos²θ/sin θ: the sines are missing.",
            ),
        ),
    ),
    Question(
        "xray-pulls",
        "relative uncertainty of a standard deviation from 30 samples",
        lambda number: 1 / np.sqrt(2 * number),
        "%",
        rtol=0.03,
        given=(30,),
        also=(lambda number: 1 / np.sqrt(2 * (number - 1)),),
        level=2,
        minutes=20,
        outcome="xray-1",
        kind="code",
        mistakes=(
            Mistake(
                "that of a mean",
                lambda number: 1 / np.sqrt(number),
                "This is for a mean, in standard deviations. A standard deviation is known better "
                "by a root of two.",
            ),
            Mistake(
                "no root",
                lambda number: 1 / (2 * number),
                "Take the root: four times the samples halve the uncertainty.",
            ),
        ),
    ),
)

QUESTIONS = WARM_UP + BY_HAND
