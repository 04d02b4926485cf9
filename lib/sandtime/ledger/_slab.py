"""The slab of Figures 9 and 10 with the paper's numbers, for several chapters' rows."""

from sandtime import arrhenius, slab
from sandtime.ledger.printed import concentration, diffusivity
from sandtime.reported import paper
from sandtime.units import celsius, eV, to_celsius, um

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
    foil = figure_9()
    known, energy = foil.pop("diffusivity"), paper("activation-energy-d") * eV
    needed = slab.diffusivity_for(wanted / 100, current, **foil)
    return to_celsius(arrhenius.temperature_for(needed, energy, known, celsius(25)))


def current_for(wanted, temperature=25):
    """Current density, A/m², at which Figure 10's model delivers a β-utilisation, per cent."""
    foil = figure_9()
    energy = paper("activation-energy-d") * eV
    foil["diffusivity"] = arrhenius.scale(
        foil["diffusivity"], energy, celsius(temperature), celsius(25)
    )
    return slab.current_density_for(wanted / 100, **foil)


def thick_foil_depletion(current):
    """Depletion time of a foil too thick to notice its far side, by Eq. (5), s."""
    return slab.depletion_time(
        current,
        thickness=10_000 * um,
        diffusivity=diffusivity("d-beta"),
        initial=concentration("c0-li90mg10"),
        cutoff=0,
    )
