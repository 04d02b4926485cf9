r"""What the impedance of a cell is, for a contact and an activity (the truth's side of the wall).

Three arcs in series, per area of the electrode.  The pellet, bulk and grain boundaries, does not
change while lithium leaves.  The interface does:

.. math:: R_\mathrm{int} = R_0\,\theta^{-m}\left(\frac{a}{a_0}\right)^{-1/2}, \qquad
          Q_\mathrm{int} = Q_0\,\theta

with the contact :math:`\theta` relative to the initial one and the activity :math:`a` of lithium at
the interface.  The root is that of an exchange current with a symmetry factor of one half; the
exponent :math:`m` says how resistance follows contact, 1 for patches that conduct side by side and
1/2 for constrictions of a fixed number.  It is not known: it is set so that lithium, whose activity
stays one, has 10 kΩ cm² at the reported 2 % of contact.

Assumed throughout: the exponents of the constant-phase elements, the capacitance, that the pellet's
resistance divides evenly, and that everything is activated with 0.37 eV.
"""

from dataclasses import dataclass

import numpy as np

from sandtime import checks
from sandtime.campaign.protocol import CRITERION, resistance_factor
from sandtime.units import F, R, cm, kohm, ohm

PELLET = 120 * ohm * cm**2
"""Bulk and grain boundaries at 25 °C, Ω m²: assumed, 0.55 mm at the reported conductivity."""

ALPHA_GRAIN_BOUNDARY = 0.9  # reported as about 0.9
ALPHA_INTERFACE = 0.9  # assumed
CAPACITANCE = 0.5e-6 / cm**2  # F/m² of an interface of 0.27 kΩ cm², as tau/R; assumed
TYPICAL = 0.27 * kohm * cm**2  # reported initial resistance, Ω m²
LEFT = 0.02  # reported contact of lithium at the criterion

EXPONENT = float(np.log(CRITERION / TYPICAL) / -np.log(LEFT))
"""m of a lithium interface that starts at 0.27 kΩ cm² and keeps 2 % of its contact."""

BEYOND = 100 * kohm * cm**2
"""Where a truth ends, Ω m²: above what any cut-off potential allows."""

_PEAKS = {"bulk": 40e6, "gb": 600e3}  # "ω_max" as printed, without a unit
READINGS = {"Hz": 2 * np.pi, "rad/s": 1.0}


def pellet(temperature, reading="Hz"):
    """Parameters of the two arcs of the pellet, Ω m² and s.

    Parameters
    ----------
    temperature : float
        K.
    reading : {"Hz", "rad/s"}
        Of the printed "ω_max ≈ 40 MHz" and "≈ 600 kHz".

    Examples
    --------
    >>> print(f"{pellet(298.15)['gb.tau']:.2e}")
    2.65e-07
    """
    checks.one_of("reading", reading, tuple(READINGS))
    factor = resistance_factor(temperature)
    values = {}
    for label, alpha in (("bulk", 1.0), ("gb", ALPHA_GRAIN_BOUNDARY)):
        values[f"{label}.R"] = PELLET / 2 * factor
        values[f"{label}.tau"] = factor / (READINGS[reading] * _PEAKS[label])
        values[f"{label}.alpha"] = alpha
    return values


@dataclass(frozen=True)
class Interface:
    """The interface of one cell.

    Parameters
    ----------
    resistance_at_start : float
        At the cell's temperature, Ω m².
    exponent : float
        m.
    activity_at_start : float
    """

    resistance_at_start: float
    exponent: float = EXPONENT
    activity_at_start: float = 1.0

    def resistance(self, contact, activity=1.0):
        """R_int, Ω m²; the arguments broadcast."""
        return self.resistance_at_start * np.exp(
            -self.exponent * np.log(contact) - np.log(activity / self.activity_at_start) / 2
        )

    def contact(self, resistance):
        """The contact with which the interface would have a resistance at unchanged activity."""
        return (self.resistance_at_start / resistance) ** (1 / self.exponent)

    def element(self, contact):
        """Q_int, s^α/(Ω m²)."""
        tau = CAPACITANCE * TYPICAL
        return tau**ALPHA_INTERFACE / TYPICAL * contact


def open_circuit_potential(activity, temperature):
    """Of the interface against lithium, V.

    >>> print(f"{open_circuit_potential(0.909, 298.15) * 1000:.2f} mV")
    2.45 mV
    """
    return -R * temperature / F * np.log(activity)


def knots(end, power, number=2001):
    """Times up to the end at which a truth is kept, evenly spaced in a power of the time.

    >>> knots(100.0, 1 / 2, 6)
    array([  0.,   4.,  16.,  36.,  64., 100.])
    """
    return end * np.linspace(0, 1, number) ** (1 / power)
