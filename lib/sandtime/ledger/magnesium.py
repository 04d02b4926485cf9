"""Rows of the chapter *Magnesium*: β limit, potential, liquidus."""

import numpy as np

from sandtime import thermodynamics
from sandtime.ledger.printed import words
from sandtime.ledger.register import settles
from sandtime.reported import paper
from sandtime.units import F, R, celsius, mV

_ROOM = celsius(25)


def _beta_limit(temperature=_ROOM):
    """Magnesium at which the β-phase ends, at%."""
    return 100 * float(thermodynamics.tie_line(temperature)[0])


@settles("external data")
def solubility_magnesium_rounded():
    hot = 300
    return _beta_limit(), (
        f"Where α appears at {words('temperature-25c')} by the assessment COST 507, with nothing "
        f"fitted; at {hot} °C it would be {_beta_limit(celsius(hot)):.0f}. The print is a round "
        "number."
    )


@settles("external data", verdict="not recomputable")
def beta_phase_range():
    return None, (
        "Read from the assessed diagram of Kevorkov et al.; by COST 507 the β-phase ends at "
        f"{_beta_limit():.1f} at% at {words('temperature-25c')}. Both extrapolate to room "
        "temperature."
    )


@settles("external data")
def ocv_slope():
    fraction = paper("magnesium-fraction-li90mg10") / 100
    ideal = -R * _ROOM / F * np.log(1 - fraction) / mV
    return thermodynamics.open_circuit_potential(fraction, _ROOM) / mV, (
        f"At {words('magnesium-fraction-li90mg10')} and {words('temperature-25c')} by COST 507, "
        "with nothing fitted, so x counts tenths; dilution alone would give "
        f"{ideal:.2f} mV."
    )


@settles("external data", verdict="ambiguous")
def alloying_superheat():
    above = {
        name: celsius(paper(f"alloying-temperature-{name}"))
        - float(thermodynamics.liquidus(paper(f"magnesium-fraction-{name}") / 100))
        for name in ("li95mg5", "li90mg10")
    }
    lithium = celsius(paper("lithium-heating-temperature")) - float(thermodynamics.liquidus(0.0))
    return None, (
        "A setting, of which liquidus is not said, and measured ones disagree. By COST 507 it was "
        f"{above['li90mg10']:.0f} °C for Li0.9Mg0.1 and {above['li95mg5']:.0f} for Li0.95Mg0.05; "
        f"lithium was heated {lithium:.0f} °C above its melting point."
    )
