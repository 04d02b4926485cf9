"""Rows of the chapter *Spectrum*, on synthetic spectra."""

import numpy as np
from scipy.optimize import brentq

from sandtime import eis
from sandtime.campaign import interface, protocol
from sandtime.ledger.register import settles
from sandtime.reported import paper
from sandtime.units import celsius, cm, kohm, ohm

_READINGS = ("Hz", "rad/s")  # of the printed ω_max


def _spectrum(reading, resistance, tau):
    """Parameters, impedance and noise of the campaign's cell at 25 °C, by its printed numbers."""
    edge = {"int.R": resistance, "int.tau": tau, "int.alpha": interface.ALPHA_INTERFACE}
    parameters = interface.pellet(celsius(25), reading) | edge
    Z = eis.Circuit(protocol.CIRCUIT).impedance(protocol.FREQUENCY, parameters)
    return parameters, Z, protocol.noise(protocol.FREQUENCY) * np.abs(Z)


@settles("our model", verdict="by construction")
def number_of_contributions():
    start = paper("r-int-initial") * kohm * cm**2
    cells = [_spectrum(reading, start, start * interface.CAPACITANCE) for reading in _READINGS]
    Z, sigma = (np.repeat([cell[k] for cell in cells], 3, axis=0) for k in (1, 2))
    real, imaginary = np.random.default_rng(0).normal(size=(2, *Z.shape))
    noisy = Z + sigma * (real + 1j * imaginary)
    chosen = 1 + eis.arcs_by_bic(protocol.FREQUENCY, noisy, sigma).argmin(axis=0)
    arcs, times = np.unique(chosen, return_counts=True)
    return arcs[times.argmax()], (
        "We put three processes in, so this shows that they can be told apart and not how many the "
        f"cells have. Schwarz's criterion chooses three in {times.max()} of {times.sum()} "
        "synthetic spectra, half of them with ω_max in Hz and half in rad/s."
    )


def _smallest_interface(reading):
    """R_int that is three standard errors, Ω cm², at the campaign's noise and capacitance."""
    circuit, held = eis.Circuit(protocol.CIRCUIT), ("bulk.alpha", "gb.alpha")

    def excess(resistance):
        parameters, _, _ = _spectrum(reading, resistance, resistance * interface.CAPACITANCE)
        # the slope at a vanishing arc, whose time constant is known
        parameters = parameters | {"int.R": 1e-6 * resistance}
        Z = circuit.impedance(protocol.FREQUENCY, parameters)
        covariance = eis.cramer_rao(
            protocol.FREQUENCY,
            circuit,
            parameters,
            protocol.noise(protocol.FREQUENCY) * np.abs(Z),
            fixed=(*held, "int.tau", "int.alpha"),
        )
        k = circuit.names.index("int.R")
        return np.log(resistance / (3 * covariance[k, k] ** 0.5))

    grain_boundary = interface.pellet(celsius(25), reading)["gb.tau"] / interface.CAPACITANCE
    return brentq(excess, 1.05 * grain_boundary, 100 * grain_boundary) / (ohm * cm**2)


@settles("our model", verdict="not recomputable")
def r_int_resolution():
    limits = " or ".join(f"{_smallest_interface(reading):.1f}" for reading in _READINGS)
    return None, (
        "Noise and capacitance are not printed. With the synthetic spectra's noise and "
        f"{interface.CAPACITANCE / (1e-6 / cm**2):.1f} µF cm⁻² an interface is lost below {limits} "
        "Ω cm² (ω_max in Hz or rad/s): it becomes as fast as the grain boundaries."
    )
