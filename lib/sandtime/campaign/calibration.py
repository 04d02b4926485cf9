"""What was adjusted, to reach which reported value, and what came out."""

import dataclasses
import functools
from dataclasses import dataclass

from sandtime.campaign import protocol
from sandtime.campaign.truth import truth


@dataclass(frozen=True)
class Calibration:
    """What was adjusted for a cell, to which values, and what came out.

    Attributes
    ----------
    cell : Cell
    void_density : float
        1/m²; nan for the alloys.
    diffusivity : float
        m²/s; nan for lithium.
    exponent : float
        m of the interface; adjusted for lithium, the common one for the alloys.
    end_composition : float
        Magnesium fraction of the surface at the criterion; nan for lithium.
    wanted_time, depletion_time : float
        The depletion time that was aimed at and the one that came out, s.
    wanted_contact, contact : float
        Share of the initial contact at that time, aimed at and come out.
    """

    cell: protocol.Cell
    void_density: float
    diffusivity: float
    exponent: float
    end_composition: float
    wanted_time: float
    depletion_time: float
    wanted_contact: float
    contact: float


@functools.cache
def calibration():
    """The calibration of every cell that has a depletion time, in the order of the table.

    A cell that is measured for less than its depletion time, or rests, is followed as far as that
    time would be, as if it were stripped on.

    Examples
    --------
    >>> row = calibration()[7]
    >>> print(row.cell.id, f"{row.diffusivity / 1e-15:.1f}e-11 cm²/s to x = "
    ...       f"{row.end_composition:.2f}")
    li90mg10-100 2.8e-11 cm²/s to x = 0.77
    """
    rows = []
    for cell in protocol.cells():
        if cell.depletion_time is None:
            continue
        # without an end of its own, the cell runs into the criterion
        known = truth(dataclasses.replace(cell, kind="strip", duration=None))
        rows.append(
            Calibration(
                cell=cell,
                void_density=known.void_density,
                diffusivity=known.diffusivity,
                exponent=known.exponent,
                end_composition=known.end_composition,
                wanted_time=cell.depletion_time,
                depletion_time=known.depletion_time,
                wanted_contact=cell.contact_at_end,
                contact=float(known.contact_at(known.depletion_time)),
            )
        )
    return tuple(rows)
