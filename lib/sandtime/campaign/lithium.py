"""Lithium in time: it loses contact, because what the current vacates becomes voids.

Adjusted are the voids per area, so that the criterion falls on the depletion time, and the exponent
m of the interface, so that the contact then is the reported one.  Under pressure nothing is
adjusted: the voids are those of the cell without, and creep closes them.  The law is Anand and
Narayan's, for isolated voids, at the pressure as the paper gives it: a choice out of three laws
that give 91 to 97 % of contact at 3.8 MPa (chapter *Pressure*).
"""

import numpy as np

from sandtime import transport, voids
from sandtime.campaign import protocol
from sandtime.campaign.interface import BEYOND, EXPONENT, Interface, knots
from sandtime.creep import ANAND_NARAYAN

POWER = 1 / 3
"""Contact is lost with the power 2/3 of time at first: smooth in the power 1/3."""


def course(cell):
    """What `truth.Truth` holds of a cell with a lithium electrode."""
    volume, source = cell.electrode.molar_volume, protocol.calibrated_to(cell)
    density = voids.void_density(
        source.depletion_time,
        source.current,
        molar_volume=volume,
        contact=source.contact_at_end,
    )
    interface = Interface(protocol.initial_resistance(cell), _exponent(cell))
    if cell.kind == "rest":
        # nothing refills a void without pressure: what was lost stays lost
        time = knots(cell.duration + cell.interval, POWER)
        contact = np.full(time.shape, cell.contact_at_end)
    else:
        least = interface.contact(BEYOND)
        lost = voids.void_layer(least, density) / voids.recession(cell.current, volume)
        end = lost if cell.duration is None else cell.duration + protocol.SWEEP
        time = knots(end, POWER)
        found = voids.solve(
            steps=transport.Step(cell.current, duration=end),
            pressure=cell.pressure,
            law=ANAND_NARAYAN,
            density=density,
            molar_volume=volume,
            times=time[1:-1],
            rtol=1e-10,
        )
        contact = np.interp(time, found.time, found.contact)
    return {
        "interface": interface,
        "time": time,
        "contact": contact,
        "activity": np.ones(time.shape),
        "surface": np.full(time.shape, np.nan),
        "diffusivity": np.nan,
        "void_density": float(density),
        "end_composition": np.nan,
    }


def _exponent(cell):
    """With which the criterion falls on the contact at the end; the common one if none is given."""
    if cell.contact_at_end is None:
        return EXPONENT
    ratio = protocol.CRITERION / cell.initial_resistance
    return float(np.log(ratio) / -np.log(cell.contact_at_end))
