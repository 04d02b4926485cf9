"""Questions of chapter *Your own spectrum*: on the measured spectrum, and on files."""

import functools
import tempfile
import warnings

import numpy as np

from sandtime import eis, measured
from sandtime.exercises.question import Choice, Mistake, Open, Option, Question

FIRST = "exercise-own-first"
LOSSLESS = "L_lead-R_s-Zarc_fast-Zarc_slow-CPE_tail"
LOSSY = "La_lead-R_s-Zarc_fast-Zarc_slow-CPE_tail"
RESISTANCES = ("s.R", "fast.R", "slow.R")


@functools.cache
def _spectrum():
    """The measured spectrum: frequencies and impedance, from high to low."""
    with tempfile.TemporaryDirectory() as folder:
        spectra = eis.read(measured.lithium_ion(folder))
    return spectra.frequency, spectra.impedance


@functools.cache
def _fit(circuit):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", eis.FitWarning)  # that it is not described is the lesson
        return eis.fit(*_spectrum(), circuit)


def _crossing():
    """Real part where the imaginary part changes its sign, and that of the point next to it."""
    Z = _spectrum()[1]
    k = int(np.argmax(Z.imag < 0))  # the first capacitive point
    share = Z.imag[k - 1] / (Z.imag[k - 1] - Z.imag[k])
    return Z.real[k - 1] + share * (Z.real[k] - Z.real[k - 1]), Z.real[k - 1]


def _foot():
    """Real part in the dip between the slow arc and the tail."""
    f, Z = _spectrum()
    low = f < 1
    return Z.real[low][np.argmin(-Z.imag[low])]


def _block(fit):
    """The covariance of the three resistances."""
    where = [fit.names.index(name) for name in RESISTANCES]
    return fit.covariance[np.ix_(where, where)]


def _criterion(chi2, points, free, price=None):
    """n ln(χ²/n) and a price for each parameter: ln n (Bayes) unless told otherwise."""
    return points * np.log(chi2 / points) + free * (np.log(points) if price is None else price)


def _gain(points, price=None):
    """By how much the criterion falls when the inductance gets an exponent."""
    f = _spectrum()[0]
    made = [_fit(circuit) for circuit in (LOSSLESS, LOSSY)]
    one, other = (_criterion(fit.chi2, points(f.size), 2 * f.size - fit.dof, price) for fit in made)
    return one - other


FIRST_ONES = (
    Question(
        "own-axis",
        "resistance at which the measured spectrum crosses the real axis",
        lambda: _crossing()[0],
        "mΩ",
        rtol=1e-3,
        kind="data",
        level=1,
        minutes=5,
        outcome="own-1",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "the nearest point",
                lambda: _crossing()[1],
                "This is the measured point next to the axis. The crossing lies between two "
                "points: interpolate.",
                credit=0.5,
            ),
            Mistake(
                "the smallest real part",
                lambda: _spectrum()[1].real.min(),
                "This is the leftmost point. There the imaginary part is not zero: which sign has "
                "it, and what makes it?",
            ),
            Mistake(
                "the first point",
                lambda: _spectrum()[1].real[0],
                "This is the point of the highest frequency. It lies on the side of inductors.",
            ),
            Mistake(
                "the dip before the tail",
                _foot,
                "This is the dip between the last arc and the tail: both arcs lie before it. Look "
                "at high frequencies.",
            ),
        ),
    ),
    Question(
        "own-phase",
        "Im Z of a capacitive cell, from a modulus of 53.6 mΩ beside a phase of 0.392 without unit",
        lambda modulus, phase: -modulus * np.sin(phase),
        "mΩ",
        given=(0.0536, 0.392),
        arguments=("the modulus", "the phase"),
        level=1,
        minutes=4,
        outcome="own-1",
        exercise=FIRST,
        mistakes=(
            Mistake(
                "degrees",
                lambda modulus, phase: -modulus * np.sin(np.deg2rad(phase)),
                "The phase was taken for degrees. At this cell's lowest frequency Z lies far off "
                "the real axis: which unit fits?",
            ),
            Mistake(
                "the sign",
                lambda modulus, phase: modulus * np.sin(phase),
                "The size is right. A capacitor's imaginary part is negative; this file writes "
                "its phase without the sign.",
                credit=0.5,
            ),
            Mistake(
                "the real part",
                lambda modulus, phase: modulus * np.cos(phase),
                "This is the real part. The imaginary part goes with the sine.",
            ),
            Mistake(
                "degrees, and the sign",
                lambda modulus, phase: modulus * np.sin(np.deg2rad(phase)),
                "The phase was taken for degrees, and a capacitor's imaginary part is negative.",
            ),
        ),
    ),
    Choice(
        "own-residual",
        "A fit with small errors leaves residuals that wave slowly along the frequencies, five "
        "times the noise. What to do?",
        (
            Option(
                "report the parameters, with their errors times five",
                hint=(
                    "Errors scale like this if the circuit is right and the noise larger than "
                    "thought. Waves are no noise: is the parameter the same in another circuit?"
                ),
            ),
            Option(
                "leave out points until the residuals are small",
                hint="The points are good; it is the circuit that does not follow them.",
            ),
            Option(
                "see where the waves stand, change what acts there, and report what stays", True
            ),
            Option(
                "add arcs until the residuals are noise, and give each arc a name",
                hint=(
                    "Enough arcs describe every spectrum that obeys Kramers and Kronig. What tells "
                    "that an arc is a process?"
                ),
            ),
        ),
        level=1,
        minutes=2,
        outcome="own-2",
        exercise=FIRST,
    ),
)

data = {"kind": "data", "level": 2}

BY_DATA = (
    Question(
        "own-sum",
        "standard error of R_s + R_fast + R_slow, with a lossless inductance",
        lambda: np.sqrt(_block(_fit(LOSSLESS)).sum()),
        "mΩ",
        rtol=0.02,
        minutes=10,
        outcome="own-3",
        **data,
        mistakes=(
            Mistake(
                "as if independent",
                lambda: np.sqrt(np.trace(_block(_fit(LOSSLESS)))),
                "These are squares of the errors alone. The resistances are anything but "
                "independent: what one loses another gains. Use the covariance.",
            ),
            Mistake(
                "errors added",
                lambda: np.sqrt(np.diag(_block(_fit(LOSSLESS)))).sum(),
                "The errors were added up. Errors of quantities that make up for each other "
                "partly cancel: use the covariance.",
            ),
            Mistake(
                "the variance",
                lambda: _block(_fit(LOSSLESS)).sum(),
                "This is the variance, in Ω². Take the root.",
            ),
        ),
    ),
    Question(
        "own-bic",
        "fall of the Bayesian information criterion from a lossless to a lossy inductance",
        lambda: _gain(lambda count: 2 * count),
        rtol=2e-3,
        minutes=10,
        outcome="own-2",
        **data,
        mistakes=(
            Mistake(
                "points for numbers",
                lambda: _gain(lambda count: count),
                "n counts numbers, and a point holds two of them, a real and an imaginary part.",
            ),
            Mistake(
                "Akaike's price",
                lambda: _gain(lambda count: 2 * count, 2.0),
                "Each parameter costs ln n here; 2 is Akaike's price.",
                credit=0.5,
            ),
            Mistake(
                "parameters for free",
                lambda: _gain(lambda count: 2 * count, 0.0),
                "The exponent is a parameter more, and costs ln n.",
            ),
            Mistake(
                "the other way round",
                lambda: -_gain(lambda count: 2 * count),
                "The size is right. Asked is by how much it falls, a positive number if the lossy "
                "inductance is better.",
                credit=0.5,
            ),
        ),
    ),
)

OPEN = (
    Open(
        "own-open",
        (
            "The file, the instrument and the cell are named; what was read is compared with the "
            "instrument's own plot in one point.",
            "Kramers and Kronig's test with its number, and a second sweep or a reason why drift "
            "does not matter.",
            "Two circuits with their misfits, and where along the frequencies each one fails.",
            "A result that both give, with its standard error; what only one gives is called so.",
        ),
        level=3,
        minutes=45,
        outcome="own-3",
    ),
)

QUESTIONS = FIRST_ONES + BY_DATA + OPEN
