r"""A truth that is foreign to the analysis: what no arc of the fit's circuit can be.

Spectra that the fit's own circuit has made say nothing of what a wrong circuit does.  Here the same
cells with the same contact, activity, R_int and depletion time answer otherwise:

- The interface is Havriliak and Negami's arc, which leans to one side,

  .. math:: Z_\mathrm{int} = \frac{R_\mathrm{int}}{[1 + (\mathrm j\omega\tau)^a]^b}, \qquad
            \tau = \tau_0\left(\frac{R_\mathrm{int}\,\theta}{R_0}\right)^{1/ab},

  so that far above its top it goes with the contact θ and knows nothing of the resistance.
- The grain boundaries have another exponent than the one that the analysis holds.
- The leads have an inductance.
- The instrument's gain and phase are off, smoothly along the frequency axis and always alike:

  .. math:: Z \to Z\left[1 + \delta\sin\frac{2\pi\log_{10}f}{4}
            + \mathrm j\,\delta\cos\frac{2\pi\log_{10}f}{3}\right].

Nothing here goes through `eis.Circuit`.  The values are assumed, each of a size that would surprise
nobody in a laboratory; none is known of the paper's cells.

Source of the arc: S. Havriliak and S. Negami, Polymer 8 (1967) 161.
"""

from dataclasses import dataclass

import numpy as np

from sandtime import checks
from sandtime.campaign.interface import CAPACITANCE, TYPICAL
from sandtime.campaign.protocol import AREA
from sandtime.campaign.truth import Truth, parts


@dataclass(frozen=True, eq=False)
class Foreign(Truth):
    """One cell in time, with an impedance that is not three Zarcs.

    Attributes are those of `Truth`, and

    Attributes
    ----------
    grain_boundary : float
        Exponent of the grain boundaries' arc; in (0, 1].
    shape : tuple of float
        a and b of the interface; each in (0, 1].
    lead : float
        Inductance, H.
    error : float
        δ of the instrument.
    """

    grain_boundary: float
    shape: tuple
    lead: float
    error: float

    def __post_init__(self):
        for name in ("grain_boundary", "shape"):
            checks.between(name, checks.positive(name, getattr(self, name), ""), "", 0, 1)
        for name, unit in (("lead", "H"), ("error", "")):
            checks.nonnegative(name, getattr(self, name), unit)

    def impedance(self, frequency, time):
        """As in `Truth`."""
        frequency = checks.positive("frequency", frequency, "Hz")
        angular = 2j * np.pi * frequency
        pellet, (a, b) = self.pellet, self.shape
        bulk = pellet["bulk.R"] / (1 + angular * pellet["bulk.tau"])
        boundary = pellet["gb.R"] / (1 + (angular * pellet["gb.tau"]) ** self.grain_boundary)
        arc = self.resistance_at(time) / (1 + (angular * self._clock_at(time)) ** a) ** b
        leads = angular * self.lead * AREA
        decades = 2 * np.pi * np.log10(frequency)
        off = self.error * (np.sin(decades / 4) + 1j * np.cos(decades / 3))
        return (bulk + boundary + arc + leads) * (1 + off)

    def capacitance_at(self, time):
        """As in `Truth`."""
        return self._clock_at(time) / (self._top * self.resistance_at(time))

    def _clock_at(self, time):
        """τ of the interface, s; a typical one has its top where `Truth` has it."""
        a, b = self.shape
        product = self.resistance_at(time) * self.contact_at(time) / TYPICAL
        return self._top * CAPACITANCE * TYPICAL * product ** (1 / (a * b))

    @property
    def _top(self):
        """ωτ where −Im Z of the interface is largest."""
        a, b = self.shape
        angle = np.pi * a / (2 * (b + 1))
        return (np.sin(angle) / np.sin(angle * b)) ** (1 / a)


def foreign(
    cell, reading="Hz", *, grain_boundary=0.87, shape=(0.95, 0.9), lead=0.3e-6, error=0.003
):
    """What a cell does in time, seen by an impedance that the analysis does not know.

    Parameters
    ----------
    cell, reading
        As in `truth.truth`.
    grain_boundary, shape, lead, error
        As in `Foreign`.

    Returns
    -------
    Foreign

    Raises
    ------
    ValueError
        If a value is not allowed.

    Examples
    --------
    >>> from sandtime import campaign
    >>> series = campaign.measure(campaign.cell("li-200"), truth=foreign)[:50]
    >>> print(campaign.analyse(series).adequate.any())
    False
    """
    own = {"grain_boundary": grain_boundary, "shape": shape, "lead": lead, "error": error}
    return Foreign(**parts(cell, reading), **own)
