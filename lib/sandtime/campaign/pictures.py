"""How the campaign's cells are drawn: one colour, one dash and one name for each electrode."""

import numpy as np

from sandtime import figures
from sandtime.campaign.measurement import profile
from sandtime.campaign.protocol import cell
from sandtime.units import cm, hour, kohm, mAh

COLOURS = {"li": figures.LITHIUM, "li95mg5": figures.LI95MG5, "li90mg10": figures.LI90MG10}
NAMES = {"li": "Li", "li95mg5": "Li₀.₉₅Mg₀.₀₅", "li90mg10": "Li₀.₉Mg₀.₁"}


def metal(id):
    """The electrode in the id of a cell.

    >>> metal("li90mg10-100-0c")
    'li90mg10'
    """
    return id.split("-")[0]


def curve(ax, x, y, id, most=60, **more):
    """A line in the look of a cell's electrode, with at most so many points; `more` as for plot."""
    ax.plot(*figures.thinned(x, y, most), **(figures.line(COLOURS[metal(id)]) | more))


def even(x, y, step=0.035):
    """Numbers of points that lie evenly along a curve, as a share of its box; the last is one.

    >>> even(np.array([0.0, 1, 2, 3]), np.array([0.0, 0, 0, 9]), 0.5).tolist()
    [0, 2, 3]
    """
    length = np.hypot(np.diff(x) / np.ptp(x), np.diff(y) / np.ptp(y))
    along = np.concatenate([[0], np.cumsum(length)])
    pick = np.searchsorted(along, np.arange(0, along[-1], step))
    return np.unique(np.append(pick, len(x) - 1))


def potential(ax, id, **more):
    """The synthetic potential of a cell, V, over h."""
    course = profile(cell(id))
    keep = even(course.time, course.potential)
    curve(ax, course.time[keep] / hour, course.potential[keep], id, **more)


def interface(axes, result, *, normalised=False, tilt=0.0, label=None, **more):
    """R_int, kΩ cm², and the share of C_int that is left, over mAh/cm², on two axes.

    `normalised` carries the resistance to 25 °C; `tilt` keeps the points of a flat curve apart.
    """
    charge = result.charge / (mAh / cm**2)
    values = result.resistance_at_room if normalised else result.resistance
    keep = even(charge, np.log(values) + tilt * charge, 0.03)
    id = result.cell.id
    curve(axes[0], charge[keep], values[keep] / (kohm * cm**2), id, label=label, **more)
    curve(axes[1], charge, result.capacitance_left(), id, most=45, **more)


def words(ax, *places):
    """Text at places, each (x, y, words)."""
    for x, y, text in places:
        ax.text(x, y, text)
