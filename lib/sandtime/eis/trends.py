"""How parameters run from spectrum to spectrum: the picture of a series; `report` shows it."""

import numpy as np

from sandtime import figures
from sandtime.eis.sheet import WIDE, Sheet, styled
from sandtime.eis.table import error_title

_PANELS = 8
MANY = 400  # spectra from which on points are drawn as pixels, without bars
_HEAD, _SIDE, _FOOT, _RIGHT, _GAP, _ROW = 12, 84, 52, 18, 12, 92  # px


class Trends(Sheet):
    """Panels below each other, one for each parameter."""

    def place(self, width):
        """Size and panels for a width in px."""
        height = _HEAD + len(self.axes) * (_ROW + _GAP) - _GAP + _FOOT
        self.set_size_inches(width / 72, height / 72, forward=False)
        wide = width - _SIDE - _RIGHT
        for row, ax in enumerate(self.axes):
            low = height - _HEAD - row * (_ROW + _GAP) - _ROW
            ax.set_position([_SIDE / width, low / height, wide / width, _ROW / height])
            ax.yaxis.set_label_coords(-64 / wide, 0.5)


def trends(frame, time=None):
    """How the parameters of many spectra run: a figure, and its caption.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of `table`.
    time : ndarray, optional
        When each sweep began, s; the number of the spectrum without.
    """
    titles = [title for title in frame.columns if error_title(title) in frame.columns][:_PANELS]
    good = frame["converged"].to_numpy(bool)
    x, label = np.arange(len(frame)), "number of the spectrum"
    if time is not None and np.isfinite(time).all() and np.ptp(time) > 0:
        x, label = (time - time.min()) / 3600, "time / h"
    with styled():
        sheet = Trends(figsize=(10, 10), dpi=72)
        sheet._wide = WIDE
        for title in titles:
            ax = sheet.add_axes((0.1, 0.1, 0.8, 0.8))
            value, error = (frame[each].to_numpy(float) for each in (title, error_title(title)))
            signs = {"rasterized": len(frame) > MANY, "linestyle": "none", "marker": "o",
                     "markersize": 4 if len(frame) < 100 else 2.5}  # fmt: skip
            if len(frame) <= MANY:
                bars = good & np.isfinite(error)
                ax.errorbar(x[bars], value[bars], error[bars], fmt="none", ecolor=figures.GREY)
            ax.plot(x[good], value[good], color=figures.LITHIUM, **signs)
            ax.plot(x[~good], value[~good], color=figures.LI90MG10, markerfacecolor="none", **signs)
            ax.set_ylabel(title.replace(" [", "\n").rstrip("]")).set_parse_math(False)
            shown = value[good] if good.any() else value
            spread = np.nanpercentile(shown, [1, 99])
            if spread[0] > 0 and spread[1] > 20 * spread[0]:
                figures.panel(ax, ylim=(spread[0] / 1.5, spread[1] * 1.5), log="y")
            elif len(shown) > 20:  # a few that ran away shall not flatten all others
                room = 0.6 * (spread[1] - spread[0]) + 0.02 * np.abs(spread).max()
                ax.set_ylim(spread[0] - room, spread[1] + room)
            ax.tick_params(labelsize=12.5, width=0.9, labelbottom=title == titles[-1])
            ax.grid(True, color=figures.GREY, alpha=0.25, linewidth=0.7)
        sheet.axes[-1].set_xlabel(label)
    more = f"; the first {_PANELS} parameters" if len(titles) == _PANELS else ""
    sheet.alt = f"{', '.join(titles)} of {len(frame):,} spectra over the {label.split(' /')[0]}."
    caption = f"The parameters of all {len(frame):,} spectra{more}."
    if not good.all():
        caption += " Hollow: not converged."
    return sheet.lay_out(WIDE), caption
