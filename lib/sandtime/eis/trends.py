"""How parameters run from spectrum to spectrum: the picture of a series; `report` shows it."""

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sandtime import figures
from sandtime.eis.sheet import WIDE, Sheet, styled
from sandtime.eis.table import error_title, superscript

_PANELS = 8
MANY = 400  # spectra from which on points are drawn as pixels, without bars
_HEAD, _SIDE, _FOOT, _RIGHT, _GAP, _ROW = 12, 104, 52, 18, 12, 92  # px


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
            ax.yaxis.set_label_coords(-58 / wide, 0.5)


def trends(frame, time=None):
    """How the parameters of many spectra run: a figure, and its caption.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of `table`.
    time : ndarray, optional
        When each sweep began, s; the number of the spectrum without.
    """
    fitted = [title for title in frame.columns if error_title(title) in frame.columns]
    fitted = [title for title in fitted if (frame[error_title(title)] != 0).any()]
    titles = fitted[:_PANELS]
    x, label = np.arange(len(frame)), "number of the spectrum"
    if time is not None and np.isfinite(time).all() and np.ptp(time) > 0:
        x, label = (time - time.min()) / 3600, "time / h"
    with styled():
        sheet = Trends(figsize=(10, 10), dpi=72)
        sheet._wide = WIDE
        beyond = sum(_panel(sheet, x, frame, title) for title in titles)
        for ax in sheet.axes:
            ax.tick_params(labelsize=12.5, width=0.9, labelbottom=ax is sheet.axes[-1])
            ax.grid(True, color=figures.GREY, alpha=0.25, linewidth=0.7)
        sheet.axes[-1].set_xlabel(label)
    sheet.alt = (
        f"Values of {', '.join(titles)} of {len(frame):,} spectra over the "
        f"{label.partition(' /')[0]}, a panel each."
    )
    caption = f"The parameters of all {len(frame):,} spectra"
    if len(fitted) > len(titles):
        caption = f"The first {_PANELS} of {len(fitted)} parameters of all {len(frame):,} spectra"
    if len(frame) <= MANY:
        caption += ", with standard errors"
    if not frame["converged"].all():
        caption += "; hollow: not converged"
    if beyond:
        caption += f"; {beyond:,} values lie beyond the panels"
    return sheet.lay_out(WIDE), caption + "."


def _panel(sheet, x, frame, title):
    """The values of one parameter; returns how many lie beyond the panel."""
    ax, good = sheet.add_axes((0.1, 0.1, 0.8, 0.8)), frame["converged"].to_numpy(bool)
    value, error = (frame[each].to_numpy(float) for each in (title, error_title(title)))
    few = len(frame) <= MANY
    signs = {"linestyle": "none", "marker": "o", "markersize": 4 if few else 2.5}
    if few:
        bars = good & np.isfinite(error)
        ax.errorbar(x[bars], value[bars], error[bars], fmt="none", ecolor=figures.GREY)
    for which, colour, face in ((good, figures.LITHIUM, None), (~good, figures.LI90MG10, "none")):
        ax.plot(x[which], value[which], color=colour, mfc=face, rasterized=not few, **signs)
    # some that ran away shall not flatten all others
    low, high = np.nanpercentile(value[good] if good.any() else value, [1, 99])
    if low > 0 and high > 20 * low:
        figures.panel(ax, ylim=(low / 1.5, high * 1.5), log="y")
        scale = 0
    else:
        room = 0.3 * (high - low) + 2 * np.nanmedian(np.where(np.isfinite(error), error, 0))
        room = max(room, 1e-3 * abs(high), 1e-300)
        ax.set_ylim(low - room, high + room)
        size = np.floor(np.log10(max(abs(low), abs(high), 1e-300)))
        scale = 0 if -3 <= size < 5 else int(size // 3 * 3)
        ax.yaxis.set_major_locator(MaxNLocator(3))
        ax.yaxis.set_major_formatter(
            FuncFormatter(lambda v, _: f"{round(v / 10.0**scale, 9):g}".replace("-", "−"))
        )
    name, _, unit = title.partition(" [")
    unit = f"10{superscript(scale)} {unit.rstrip(']')}" if scale else unit.rstrip("]")
    ax.set_ylabel(f"{name}\n{unit}" if unit else name).set_parse_math(False)
    bottom, top = ax.get_ylim()
    return int(np.count_nonzero((value < bottom) | (value > top)))
