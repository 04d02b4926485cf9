"""The slab of Figures 9 and 10 with the paper's numbers, for several chapters' rows."""

import numpy as np
from scipy.optimize import brentq

from sandtime import arrhenius, slab
from sandtime.ledger.printed import concentration, diffusivity
from sandtime.reported import paper
from sandtime.units import celsius, cm, eV, mA, to_celsius, uA, um

SUFFICIENT = 80
"""Per cent of the β capacity that counts as enough; the paper does not say what does."""


def figure_9():
    """The slab of Figure 9, as keywords for `slab`."""
    return {
        "thickness": paper("thickness-figure-9") * um,
        "diffusivity": diffusivity("d-beta"),
        "initial": concentration("c0-li90mg10"),
        "cutoff": concentration("c-beta-limit"),
    }


def share(function, current, temperature=25, **changes):
    """A utilisation of Figures 9 and 10, per cent; the temperature in °C."""
    settings = figure_9() | changes
    energy = paper("activation-energy-d") * eV
    settings["diffusivity"] = arrhenius.scale(
        settings["diffusivity"], energy, celsius(temperature), celsius(25)
    )
    return 100 * function(current, **settings)


def beta_share(current, temperature=25):
    """The β-utilisation, per cent."""
    return share(slab.accessible_utilisation, current, temperature)


def temperature_for(wanted, current):
    """Temperature, °C, at which Figure 10's model delivers a β-utilisation, per cent."""
    root = brentq(lambda T: beta_share(current, to_celsius(T)) - wanted, celsius(0), celsius(400))
    return to_celsius(root)


def current_for(wanted, temperature=25):
    """Current density, A/m², at which Figure 10's model delivers a β-utilisation, per cent."""
    low, high = 0.1 * uA / cm**2, 1000 * mA / cm**2
    root = brentq(
        lambda log: beta_share(np.exp(log), temperature) - wanted, np.log(low), np.log(high)
    )
    return np.exp(root)


def thick_foil_depletion(current):
    """Depletion time of a foil too thick to notice its far side, by Eq. (5), s."""
    return slab.depletion_time(
        current,
        thickness=10_000 * um,
        diffusivity=diffusivity("d-beta"),
        initial=concentration("c0-li90mg10"),
        cutoff=0,
    )
