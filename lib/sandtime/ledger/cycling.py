"""Rows of the chapter *Plating*."""

import numpy as np

from sandtime import thermodynamics
from sandtime.ledger.printed import words
from sandtime.ledger.register import settles
from sandtime.reported import paper
from sandtime.units import F, R, celsius


@settles("external data", verdict="not recomputable")
def critical_current_density():
    x, room = paper("magnesium-fraction-li90mg10") / 100, celsius(25)
    potential = thermodynamics.open_circuit_potential(x, room)
    lower = 100 * (1 - np.exp(-F * potential / (2 * R * room)))  # a symmetric barrier
    return None, (
        "A measured interval, one step of the test wide. That lithium and the alloy fall into the "
        f"same one follows: under {words('ccd-pressure')} both contacts are full, and by COST 507 "
        f"the exchange currents differ by {lower:.0f} %, if the barrier is symmetric."
    )
