"""Questions by code and with data of chapter *X-rays*: heights and compositions."""

import functools

import numpy as np

from sandtime import diffraction, pawley
from sandtime.exercises.question import Mistake, Open, Question
from sandtime.exercises.xray_by_hand import A_ALLOY, WAVELENGTH
from sandtime.units import angstrom, um

RADIUS = diffraction.GONIOMETER_RADIUS

ORDERS = np.array([2, 4, 6, 8, 10])

FOILS = ((3.5020, 50), (3.5098, 80), (3.49, 120), (3.505, 30))


def _lines(a, low):
    """Orders and angles of a foil that lies too low."""
    angle = diffraction.bragg_angle(ORDERS, a * angstrom)
    return ORDERS, angle + diffraction.shift(angle, low * um)


def _straight(order, two_theta, half=2, power=2):
    theta = np.asarray(two_theta) / half
    apparent = WAVELENGTH * np.sqrt(order) / (2 * np.sin(theta))
    return np.polyfit(np.cos(theta) ** power / np.sin(theta), apparent, 1)


def _cell(order, two_theta, **how):
    return float(_straight(order, two_theta, **how)[1])


def _height(order, two_theta, **how):
    rise, cell = _straight(order, two_theta, **how)
    return float(rise / cell * RADIUS)


def unknown_foil():
    """The synthetic pattern of an alloy foil, 100 µm thick, of a composition that nobody tells.

    Returns
    -------
    two_theta, counts : ndarray
        rad, and counts of each step.
    """
    angles, foil = diffraction.scan(), diffraction.Foil.even(0.083, 100 * um)
    scene = {"texture": 0.5, "axis": (1, 0, 0), "displacement": 35 * um}
    return angles, diffraction.record(diffraction.expected(angles, foil, **scene), seed=5)


@functools.cache
def _fitted(*more):
    fit = pawley.pawley(*unknown_foil(), start=A_ALLOY, free=("w", "x", "y", *more))
    return float(diffraction.line_fraction(fit.lattice_parameter))


height = {
    "cases": tuple(_lines(*each) for each in FOILS),
    "level": 2,
    "outcome": "xray-1",
    "arguments": ("order", "two_theta"),
}

BY_CODE = (
    Question(
        "xray-height",
        "displacement of the foil from its five angles",
        _height,
        "m",
        minutes=15,
        **height,
        mistakes=(
            Mistake(
                "2θ for θ",
                lambda *given: _height(*given, half=1),
                "The angles are 2θ; Bragg's law and the straight line have θ.",
            ),
            Mistake(
                "the slope alone",
                lambda *given: float(_straight(*given)[0]) * RADIUS,
                "The slope is a s/R. Divide it by the lattice parameter too.",
            ),
            Mistake(
                "a share of the radius",
                lambda *given: _height(*given) / RADIUS,
                "This is s/R. Multiply by the radius of the goniometer.",
            ),
            Mistake(
                "one cosine",
                lambda *given: _height(*given, power=1),
                "The line goes with cos²θ/sin θ; here the cosine is not squared.",
            ),
        ),
    ),
    Question(
        "xray-height-cell",
        "lattice parameter without the height",
        _cell,
        "m",
        rtol=1e-5,
        minutes=5,
        exercise="exercise-xray-height",
        **height,
        mistakes=(
            Mistake(
                "2θ for θ",
                lambda *given: _cell(*given, half=1),
                "The angles are 2θ; Bragg's law and the straight line have θ.",
            ),
            Mistake(
                "the mean of the lines",
                lambda order, two_theta: float(
                    np.mean(WAVELENGTH * np.sqrt(order) / 2 / np.sin(np.asarray(two_theta) / 2))
                ),
                "This is the mean of the apparent lattice parameters. Extrapolate to where the "
                "height does nothing.",
            ),
            Mistake(
                "the last line",
                lambda order, two_theta: float(
                    WAVELENGTH * np.sqrt(order[-1]) / 2 / np.sin(two_theta[-1] / 2)
                ),
                "The last line is the least shifted, but it is shifted. Use the intercept of the "
                "straight line.",
            ),
        ),
    ),
)

BY_DATA = (
    Question(
        "xray-data",
        "magnesium in the foil of this pattern, on the straight line",
        lambda: _fitted("displacement"),
        "%",
        rtol=0.01,
        kind="data",
        level=2,
        minutes=12,
        outcome="xray-2",
        mistakes=(
            Mistake(
                "the height held",
                _fitted,
                "The height of the foil was not fitted. Look at the goodness of the fit, then free"
                " one parameter more.",
            ),
            Mistake(
                "a zero shift",
                lambda: _fitted("zero"),
                "A zero of the angle was fitted in place of the height. A foil that is thick and "
                "nearly transparent lies too low by itself.",
            ),
        ),
    ),
)

OPEN = (
    Open(
        "xray-open",
        (
            "One composition or many: widths and right flanks of the outer lines against those of "
            "the fresh foil.",
            "Height: whether single lines give one lattice parameter, in the sense of cos²θ/sin θ.",
            "Which side faced the tube: lines at low angles see less deep than those at high ones.",
            "For each a number that decides, or a statement that the print does not hold it.",
        ),
        level=3,
        minutes=25,
        outcome="xray-3",
    ),
)

QUESTIONS = BY_CODE + BY_DATA + OPEN
