r"""The alloys in time: their surface loses activity, and late some of its contact.

The composition of the surface follows from the paper's own model of diffusion (`variants.PAPER`:
a frame that does not move, every site filled, a constant diffusivity), in the closed form of the
`slab`; its activity from the Gibbs energy of the bcc phase (`thermodynamics`), carried on beyond
the β limit as if no α nucleated.  Contact falls with the composition,

.. math:: \theta = 1 - (1 - \theta_{end})
          \left(\frac{x - x_0}{x_{end} - x_0}\right)^p,

with an assumed p.  Adjusted are the composition :math:`x_{end}` at which the interface has
10 kΩ cm² with the reported contact, and the diffusivity, so that it is there at the depletion time.
Pressure changes nothing, as the paper reports.
"""

import dataclasses
import functools

import numpy as np
from scipy.optimize import brentq

from sandtime import slab, thermodynamics, variants
from sandtime.campaign import protocol
from sandtime.campaign.interface import BEYOND, Interface, knots
from sandtime.units import um

THICKNESS = 100 * um
"""Of all foils (paper, section 2.2)."""

DECLINE = {0.05: 6.0, 0.10: 20.0}
"""p by the magnesium of the alloy: assumed.  With 20 the capacitance of Li0.9Mg0.1 bends at some
90 % of the charge (the paper sees it at 0.7 mAh/cm² of about 0.75); with 6 that of Li0.95Mg0.05 is
between it and lithium's."""

POWER = 1 / 2
"""The composition of the surface changes with the root of time at first."""


def course(cell):
    """What `truth.Truth` holds of a cell with an alloy electrode."""
    source = protocol.calibrated_to(cell)
    end_composition, diffusivity = _calibrated(
        source.electrode,
        source.temperature,
        source.initial_resistance,
        source.contact_at_end,
        source.current,
        source.depletion_time,
    )
    start = thermodynamics.activity(cell.electrode.magnesium_fraction, cell.temperature)
    interface = Interface(protocol.initial_resistance(cell), activity_at_start=start)
    decline = _Decline(source, end_composition)
    if cell.kind == "rest":
        time = knots(cell.duration + cell.interval, POWER)
        began = source.depletion_time
        # the strip goes on, and what it takes is plated again
        surface = _surface(cell, began + time, diffusivity)
        surface -= _surface(cell, time, diffusivity) - cell.electrode.magnesium_fraction
        # pores do not close without pressure, and not under the pressures of the paper either
        contact = np.full(time.shape, cell.contact_at_end)
    else:
        last = _composition(interface, cell.temperature, decline)
        end = slab.depletion_time(
            cell.current,
            cutoff=cell.electrode.lithium_left(last, conserved="sites"),
            **_foil(cell, diffusivity),
        )
        if cell.duration is not None:
            end = min(end, cell.duration + protocol.SWEEP)
        time = knots(end, POWER)
        surface = _surface(cell, time, diffusivity)
        contact = decline(surface)
    return {
        "interface": interface,
        "time": time,
        "contact": contact,
        "activity": thermodynamics.activity(surface, cell.temperature),
        "surface": surface,
        "diffusivity": diffusivity,
        "void_density": np.nan,
        "end_composition": end_composition,
    }


@functools.cache
def _calibrated(electrode, temperature, resistance, contact, current, depletion_time):
    """Composition at the criterion, and the diffusivity that brings the surface there in time."""
    initial = electrode.magnesium_fraction
    start = thermodynamics.activity(initial, temperature)
    interface = Interface(resistance, activity_at_start=start)

    def excess(fraction):
        activity = thermodynamics.activity(fraction, temperature)
        return np.log(interface.resistance(contact, activity) / protocol.CRITERION)

    fraction = brentq(excess, initial, 1 - 1e-9, xtol=1e-14)
    model = dataclasses.replace(variants.PAPER, electrode=electrode, temperature=temperature)
    diffusivity = model.calibrate(
        depletion_time, current, thickness=THICKNESS, cutoff=fraction, rtol=1e-8
    )
    return float(fraction), diffusivity


def _surface(cell, time, diffusivity):
    """Magnesium fraction at the interface while the current flows: the slab in closed form."""
    left = slab.concentration(
        THICKNESS, time, current_density=cell.current, **_foil(cell, diffusivity)
    )
    return 1 - left * cell.electrode.molar_volume


def _foil(cell, diffusivity):
    initial = cell.electrode.concentration
    return {"thickness": THICKNESS, "diffusivity": diffusivity, "initial": initial}


class _Decline:
    """Contact as a function of the composition of the surface."""

    def __init__(self, cell, end_composition):
        self.start, self.end = cell.electrode.magnesium_fraction, end_composition
        self.lost, self.power = 1 - cell.contact_at_end, DECLINE[round(self.start, 2)]

    def __call__(self, fraction):
        way = np.maximum(fraction - self.start, 0.0) / (self.end - self.start)
        return 1 - self.lost * way**self.power

    @property
    def none(self):
        """The composition at which no contact would be left."""
        return self.start + (self.end - self.start) * self.lost ** (-1 / self.power)


def _composition(interface, temperature, decline):
    """Composition of the surface at which the truth ends, for the resistance is `BEYOND`."""

    def excess(fraction):
        activity = thermodynamics.activity(fraction, temperature)
        contact = np.maximum(decline(fraction), 1e-12)
        return np.log(interface.resistance(contact, activity) / BEYOND)

    return float(brentq(excess, decline.start, min(decline.none, 1 - 1e-9), xtol=1e-15))
