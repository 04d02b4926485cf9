"""Rows of the chapter *Diffusivity*: values from hot metal and from films."""

from sandtime import arrhenius
from sandtime.ledger.printed import words
from sandtime.ledger.register import settles
from sandtime.reported import paper
from sandtime.units import celsius, eV

# By their abstracts: Shi et al. 2001, vapour-deposited alloys at room temperature, and Iwadate et
# al. 1987, both in cm² s⁻¹.
_FILMS = (1.2e-7, 5.2e-7)
_HOT, _HOT_AT = 1e-6, 420  # °C


@settles("external data", verdict="not recomputable")
def d_beta_literature_max():
    own = arrhenius.activation_energy(
        paper("d-eff-li90mg10-0c"), celsius(0), paper("d-eff-li90mg10-25c"), celsius(25)
    )
    energies = (own, paper("activation-energy-d") * eV)
    low, high = sorted(arrhenius.scale(_HOT, E, celsius(25), celsius(_HOT_AT)) for E in energies)
    return None, (
        "Quoted, here without its source or a temperature. By their abstracts, vapour-deposited "
        f"alloys have {_FILMS[0]:.1e} to {_FILMS[1]:.1e} at room temperature, and the {_HOT:.0e} "
        f"of hot metal at {_HOT_AT} °C is {low:.0e} to {high:.0e} when carried to "
        f"{words('temperature-25c')}."
    )
