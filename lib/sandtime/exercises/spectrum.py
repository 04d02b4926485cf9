"""Questions by code and with data of chapter *Spectrum*: arcs, and what a spectrum knows."""

import functools

import numpy as np

from sandtime import campaign, eis
from sandtime.campaign import analysis, interface, protocol
from sandtime.exercises.question import Mistake, Open, Question
from sandtime.units import celsius, cm, ohm

BOUNDS = {
    "bulk.tau": (None, analysis.FAST),
    "gb.tau": (analysis.FAST, analysis.SLOW),
    "int.tau": (analysis.SLOW, None),
}

ARCS = ((10, 60, 1e-5, 0.9), (300, 20, 2e-3, 0.75), (1, 5, 1e-4, 1.0), (40, 300, 3e-6, 0.6))


def _arc(R_0, R, tau, alpha):
    """An arc with a resistor in series, sixty points a decade, without noise."""
    f = np.geomspace(1e8, 1e-3, 661)
    values = {"0.R": R_0, "1.R": R, "1.tau": tau, "1.alpha": alpha}
    return f, eis.Circuit("R_0-Zarc_1").impedance(f, values)


def _read(frequency, impedance, width=None, scale=2 * np.pi, height=2.0):
    """Resistance, time constant and exponent, from the limits and the top."""
    order = np.argsort(frequency)
    f, Z = np.asarray(frequency)[order], np.asarray(impedance)[order]
    width = Z.real[0] - Z.real[-1] if width is None else width(Z.real)
    top = np.argmax(-Z.imag)
    exponent = 4 / np.pi * np.arctan(-height * Z.imag[top] / width)
    return np.array([width, 1 / (scale * f[top]), exponent])


def _error(resistance, frequency, tau=None, fixed=(*analysis.FIXED, "int.alpha")):
    """Bound on the relative error of an interface, from these frequencies."""
    circuit = eis.Circuit(protocol.CIRCUIT)
    tau = resistance * interface.CAPACITANCE if tau is None else tau
    values = {"int.R": resistance, "int.tau": tau, "int.alpha": interface.ALPHA_INTERFACE}
    values = interface.pellet(celsius(25)) | values
    sigma = protocol.noise(frequency) * np.abs(circuit.impedance(frequency, values))
    bound = eis.cramer_rao(frequency, circuit, values, sigma, fixed=fixed)
    return bound[circuit.names.index("int.R"), circuit.names.index("int.R")] ** 0.5 / resistance


def _narrow(resistance, **options):
    narrow = _error(resistance, np.geomspace(1e5, 1, 61), **options)
    return narrow / _error(resistance, protocol.FREQUENCY, **options)


@functools.cache
def _first():
    """The first spectrum of a synthetic series, and what is fitted to it."""
    spectra = campaign.measure(campaign.cell("li-200")).spectra
    fit = eis.fit(
        spectra.frequency,
        spectra.impedance[0],
        eis.Circuit(protocol.CIRCUIT),
        fixed=analysis.FIXED,
        bounds=BOUNDS,
    )
    return {name: float(fit[name]) for name in fit.circuit.names}


def _fitted(share=1.0, others=0.0, power=1):
    """The interface's resistance times area, or what other readings make of it."""
    fit = _first()
    width = share * fit["int.R"] + others * (fit["bulk.R"] + fit["gb.R"])
    return width * (protocol.AREA / cm**2) ** power * cm**2


def _capacitance(brug=False, power=1):
    """The capacitance of the interface per area."""
    R, tau, alpha = (_first()[f"int.{each}"] for each in ("R", "tau", "alpha"))
    found = eis.hsu_mansfeld(tau**alpha / R, alpha, R)
    if brug:
        found = eis.brug(tau**alpha / R, alpha, R, _first()["bulk.R"] + _first()["gb.R"])
    return found / (protocol.AREA / cm**2) ** power / cm**2


BY_CODE = (
    Question(
        "spectrum-read",
        "R, τ and α of a single arc, from its limits and its top",
        _read,
        cases=tuple(_arc(*each) for each in ARCS),
        rtol=0.05,
        level=2,
        minutes=15,
        outcome="spectrum-1",
        arguments=("frequency", "impedance"),
        mistakes=(
            Mistake(
                "the low-frequency end",
                lambda f, Z: _read(f, Z, width=lambda real: real[0]),
                "The resistance is taken as the end on the axis. It is the width: the difference "
                "of the two limits.",
            ),
            Mistake(
                "f for ω",
                lambda f, Z: _read(f, Z, scale=1.0),
                "τ is off by 2π: the top is at ωτ = 1, and ω = 2πf.",
            ),
            Mistake(
                "height over width",
                lambda f, Z: _read(f, Z, height=1.0),
                "α: the height of the arc is R/2 times a tangent, so the tangent is 2h/R.",
            ),
        ),
    ),
    Question(
        "spectrum-design",
        "error of R_int from 61 points below 100 kHz over that from the whole range",
        _narrow,
        cases=tuple((R * ohm * cm**2,) for R in (10_000, 1000, 270, 30, 2)),
        rtol=1e-3,
        level=2,
        minutes=20,
        outcome="spectrum-3",
        arguments=("the resistance of the interface",),
        mistakes=(
            Mistake(
                "variances",
                lambda R: _narrow(R) ** 2,
                "The bound is a covariance; a standard error is the root of its diagonal.",
            ),
            Mistake(
                "upside down",
                lambda R: 1 / _narrow(R),
                "This divides the error of the whole range by that of the narrow one. Asked for is"
                " the other quotient.",
            ),
            Mistake(
                "one time constant for all",
                lambda R: _narrow(R, tau=interface.TYPICAL * interface.CAPACITANCE),
                "All interfaces have the same capacitance here, so a smaller resistance has a "
                "shorter time constant.",
            ),
            Mistake(
                "a free exponent",
                lambda R: _narrow(R, fixed=tuple(analysis.FIXED)),
                "The exponent of the interface is to be held too; here it is fitted.",
            ),
        ),
    ),
)

BY_DATA = (
    Question(
        "spectrum-data",
        "interface resistance times area of this spectrum",
        _fitted,
        "Ω cm²",
        rtol=0.02,
        kind="data",
        level=2,
        minutes=12,
        outcome="spectrum-1",
        mistakes=(
            Mistake(
                "the low-frequency end",
                lambda: _fitted(others=1.0),
                "This holds bulk and grain boundaries too. Take the interface alone: width, not "
                "position.",
            ),
            Mistake(
                "without the area",
                lambda: _fitted(power=0),
                "The instrument gives Ω. Multiply by the area of the electrode.",
            ),
            Mistake(
                "divided by the area",
                lambda: _fitted(power=-1),
                "A smaller electrode resists more. Multiply by its area.",
            ),
        ),
    ),
    Question(
        "spectrum-data-capacitance",
        "its capacitance τ/R per area",
        _capacitance,
        "µF cm⁻²",
        rtol=0.025,
        kind="data",
        level=2,
        minutes=5,
        outcome="spectrum-1",
        exercise="exercise-spectrum-data",
        mistakes=(
            Mistake(
                "times the area",
                lambda: _capacitance(power=-1),
                "Twice the area has twice the capacitance: divide to get it per area.",
            ),
            Mistake(
                "without the area",
                lambda: _capacitance(power=0),
                "τ/R of the instrument's Ω belongs to this electrode. Divide by its area.",
            ),
            Mistake(
                "Brug's formula",
                lambda: _capacitance(brug=True),
                "This is Brug's formula, with the pellet in parallel to the interface. Asked for "
                "is τ/R, Hsu and Mansfeld's.",
            ),
        ),
    ),
)

OPEN = (
    Open(
        "spectrum-open",
        (
            "A measurement of the leads alone (a short circuit), and what it must look like.",
            "Something that moves the bulk and not the leads, or the other way: thickness, "
            "temperature.",
            "What each of the two readings predicts for it, in numbers.",
            "A result that would make one distrust the leads, such as a top that does not move "
            "when cooled.",
        ),
        level=3,
        minutes=30,
        outcome="spectrum-4",
    ),
)

QUESTIONS = BY_CODE + BY_DATA + OPEN
