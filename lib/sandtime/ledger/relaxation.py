"""Rows of the chapter *Relaxation*: the potential after a rest."""

import numpy as np

from sandtime import materials, thermodynamics
from sandtime.ledger.printed import time
from sandtime.ledger.register import settles
from sandtime.units import celsius, hour, mV


@settles("our model", verdict="not recomputable")
def ocv_relaxed_li90mg10():
    t0, rest = time("t0-li90mg10-25c-100ua"), time("relaxation-duration")
    remaining = np.sqrt(1 + rest / t0) - np.sqrt(rest / t0)  # of the drop at t0, in a half-space

    def potential(conserved):
        alloy = materials.LI90MG10
        end = alloy.lithium_left(materials.BETA_LIMIT, conserved=conserved)
        c = alloy.concentration - remaining * (alloy.concentration - end)
        magnesium = alloy.magnesium_concentration
        x = 1 - c * alloy.molar_volume if conserved == "sites" else magnesium / (magnesium + c)
        return thermodynamics.open_circuit_potential(x, celsius(25)) / mV

    return None, (
        "Measured; the paper predicts none, and the composition at the end of the strip is not "
        f"printed. From the β limit after {t0 / hour:.0f} h Fick's law would leave "
        f"{potential('sites'):.0f} mV with every site filled and {potential('magnesium'):.1f} mV "
        "with the foil's own magnesium."
    )
