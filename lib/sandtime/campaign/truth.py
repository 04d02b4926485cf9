"""What each cell does in time, and the impedance that follows.

`lithium` and `alloy` say how contact and activity change, `interface` what that means for the
impedance.  Both are calibrated to the reported depletion times and contacts (`calibration`): these
are inputs of this campaign and no result of it.

A truth is a thing with a method ``impedance(frequency, time)``; what else `measurement` asks it for
are `depletion_time`, `cutoff_time` and `potential_at`.  The one here has the circuit of the fit and
the exponents that the analysis holds.  Spectra made of it are an *inverse crime*: they show what
noise and drift do to an analysis whose circuit is exact, and nothing of what a wrong circuit does.
For that there is `foreign`.
"""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from sandtime import checks, eis
from sandtime.campaign import alloy, lithium, protocol
from sandtime.campaign.interface import (
    ALPHA_INTERFACE,
    Interface,
    open_circuit_potential,
    pellet,
)


@dataclass(frozen=True, eq=False)
class Truth:
    """One cell in time.

    Attributes
    ----------
    cell : Cell
    interface : Interface
    pellet : dict
        Parameters of bulk and grain boundaries, Ω m² and s.
    time : ndarray, shape (T,)
        s from when the current is switched on, for a rest from when it is switched off.
    contact : ndarray, shape (T,)
        Relative to the initial one.
    activity : ndarray, shape (T,)
        Of lithium at the interface.
    surface : ndarray, shape (T,)
        Magnesium fraction at the interface; nan for lithium.
    diffusivity : float
        Of the alloy, m²/s; nan for lithium.
    void_density : float
        Of lithium, 1/m²; nan for the alloys.
    end_composition : float
        Magnesium fraction of the surface at the criterion; nan for lithium.
    """

    cell: protocol.Cell
    interface: Interface
    pellet: dict
    time: np.ndarray
    contact: np.ndarray
    activity: np.ndarray
    surface: np.ndarray
    diffusivity: float
    void_density: float
    end_composition: float

    @property
    def resistance(self):
        """R_int at `time`, Ω m²."""
        return self.interface.resistance(self.contact, self.activity)

    @property
    def element(self):
        """Q_int at `time`, s^α/(Ω m²)."""
        return self.interface.element(self.contact)

    @property
    def exponent(self):
        """m of the interface."""
        return self.interface.exponent

    def contact_at(self, time):
        """Contact at any time, s."""
        return self._curves[0](self._clock(time))

    def activity_at(self, time):
        """Activity of lithium at the interface at any time, s."""
        return np.exp(self._curves[1](self._clock(time)))

    def surface_at(self, time):
        """Magnesium fraction at the interface at any time, s."""
        return self._curves[2](self._clock(time)) if self.cell.alloy else np.nan * time

    def resistance_at(self, time):
        """R_int at any time, Ω m²."""
        return self.interface.resistance(self.contact_at(time), self.activity_at(time))

    def element_at(self, time):
        """Q_int at any time, s^α/(Ω m²)."""
        return self.interface.element(self.contact_at(time))

    def capacitance_at(self, time):
        """1/(ω R_int) at the top of the interface's arc, at any time, F/m²."""
        resistance = self.resistance_at(time)
        tau = (resistance * self.element_at(time)) ** (1 / ALPHA_INTERFACE)
        return tau / resistance

    def impedance(self, frequency, time):
        """Of the cell, without noise, Ω m²: the interface as it is at each point's own time.

        Parameters
        ----------
        frequency : array_like, shape (F,)
            Hz.
        time : array_like, shape (F,) or (S, F)
            s.

        Returns
        -------
        ndarray of complex, of the shape of `time`

        Examples
        --------
        >>> known = truth(protocol.cell("li-100"))
        >>> Z = known.impedance([1.0], [0.0])
        >>> print(f"{Z.real.item() / 1e-4:.0f} Ω cm²")
        420 Ω cm²
        """
        resistance, element = self.resistance_at(time), self.element_at(time)
        # of a Zarc, (ωτ)^α is R Q ω^α
        turned = (2j * np.pi * np.asarray(frequency)) ** ALPHA_INTERFACE
        return eis.Circuit("Zarc_bulk-Zarc_gb").impedance(frequency, self.pellet) + resistance / (
            1 + resistance * element * turned
        )

    def potential_at(self, time):
        """Of the cell, V: what the current drops over the three resistances, and the surface."""
        current = 0.0 if self.cell.kind == "rest" else self.cell.current
        ohmic = self.pellet["bulk.R"] + self.pellet["gb.R"] + self.resistance_at(time)
        surface = open_circuit_potential(self.activity_at(time), self.cell.temperature)
        return current * ohmic + surface

    @functools.cached_property
    def depletion_time(self):
        """When R_int, carried to 25 °C, passes the criterion, s; nan if it does not."""
        limit = protocol.CRITERION * protocol.resistance_factor(self.cell.temperature)
        if self.cell.kind == "rest" or self.resistance[-1] <= limit:
            return np.nan
        return self._when(lambda time: np.log(self.resistance_at(time) / limit))

    @functools.cached_property
    def cutoff_time(self):
        """When the potential reaches the cut-off, s; the end of `time` if it does not."""
        cutoff = self.cell.cutoff_potential
        if self.potential_at(self.time[-1]) <= cutoff:
            return float(self.time[-1])
        return self._when(lambda time: np.log(self.potential_at(time) / cutoff))

    def _when(self, excess):
        return float(brentq(excess, self.time[1], self.time[-1], xtol=1e-9, rtol=1e-15))

    def _clock(self, time):
        """The power of the time in which the curves are smooth from the beginning."""
        end = self.time[-1]
        time = checks.at_most("time", checks.nonnegative("time", time, "s"), "s", "the end", end)
        return (time / end) ** self._power

    @property
    def _power(self):
        return alloy.POWER if self.cell.alloy else lithium.POWER

    @functools.cached_property
    def _curves(self):
        columns = [self.contact, np.log(self.activity)]
        if self.cell.alloy:
            columns.append(self.surface)
        return [CubicSpline(self._clock(self.time), column) for column in columns]


@functools.cache
def truth(cell, reading="Hz"):
    """What a cell does in time.

    Parameters
    ----------
    cell : Cell
    reading : {"Hz", "rad/s"}
        Of the printed "ω_max ≈ 40 MHz"; moves the arcs of the pellet.

    Returns
    -------
    Truth

    Examples
    --------
    >>> known = truth(protocol.cell("li-100"))
    >>> print(f"{known.depletion_time / 3600:.6f} h, {known.contact_at(known.depletion_time):.6f}")
    9.000000 h, 0.020000
    """
    return Truth(**parts(cell, reading))


def parts(cell, reading):
    """What a `Truth` of a cell is made of, by name."""
    course = _course(protocol.known(cell))
    return {"cell": cell, "pellet": pellet(cell.temperature, reading)} | course


@functools.cache
def _course(cell):
    return (alloy if cell.alloy else lithium).course(cell)
