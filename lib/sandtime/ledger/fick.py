"""Rows of the chapter *Fick*: factors of Eqs. (1) and (5)."""

import numpy as np

from sandtime.ledger._slab import thick_foil_depletion
from sandtime.ledger.printed import CURRENT, concentration, diffusivity
from sandtime.ledger.register import settles
from sandtime.units import F


@settles("identity", statement="eq1")
def eq1_coefficient():
    root = np.sqrt(np.pi * diffusivity("d-beta"))
    t0 = thick_foil_depletion(CURRENT)
    return t0**-0.5 * root * concentration("c0-li90mg10") * F / CURRENT, (
        "A theorem on Eq. (4), whatever the experiment: the short-time limit of the finite slab of "
        "Eq. (5) gives the factor of Eq. (1)."
    )


@settles(verdict="not recomputable")
def eq5_factors():
    return None, (
        "Not legible in the text that we could read, which keeps the beginning, the initial "
        "concentration and a plus sign. The chapter derives the factors; that they are the printed "
        "ones is an inference."
    )
