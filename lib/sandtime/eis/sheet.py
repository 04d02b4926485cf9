"""The sheet on which spectra are drawn: its layout for a desk and a phone, and its marks.

`pictures` fills it.  The Nyquist plot stands across the top, as high as the data ask for with equal
axes; what is plotted over the frequency stands below it.
"""

import threading
import warnings
from contextlib import contextmanager

import matplotlib
import numpy as np

from sandtime import figures
from sandtime.eis.table import quantity

WIDE = 720  # px
_HEAD, _SIDE, _FOOT, _RIGHT, _GAP = 30, 66, 52, 18, 14  # px round a panel
_LEGEND_ROW = 21  # px
_LOW_HIGH = 110, 360  # px, height of the Nyquist plot inside its margins
_ROW = 120  # px, height of the panels below
_BREAK = 36  # px, between what is plotted and what is left, one below the other
_LOCK = threading.RLock()


@contextmanager
def styled():
    """The book's style for a while; others find Matplotlib as they left it."""
    with _LOCK, matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a name may be in any script
        figures.style()
        yield


class Sheet(figures.Plate):
    """A picture of spectra; a Matplotlib figure that shows itself in a notebook.

    Attributes
    ----------
    alt : str
        What the picture shows, in words.
    heading : str
    curves : list
        The spectra, each with name, frequency, Z (nan where left out), colour.
    extent : tuple
        Of the Nyquist plot, Ω: smallest and largest Z′, smallest and largest −Z″.
    entries : list
        Of the legend: handle and label.
    unit : str
        What residuals are measured in, as `Fit.settings` calls the weights.
    """

    def lay_out(self, width):
        """Set the figure to `width` pixels and place its panels; returns the figure."""
        with styled():
            self.place(width)
        return self

    def place(self, width):
        """Size, panels, legend and marks for a width in px."""
        _place(self, width)

    def savefig(self, *arguments, **keywords):
        """As Matplotlib's; on white unless told otherwise."""
        with styled():
            super().savefig(*arguments, **({"facecolor": "white"} | keywords))

    def _repr_mimebundle_(self, include=None, exclude=None):
        with styled():
            return figures.bundle(self, self.alt)


def drawings(sheet, prefix):
    """The picture as SVG twice, for a desk and for a phone."""
    with styled():
        narrow = figures.svg(sheet.lay_out(figures.NARROW), f"{prefix}n")
        return figures.svg(sheet.lay_out(WIDE), f"{prefix}w"), narrow


# ---- layout -------------------------------------------------------------------------------------


def _place(sheet, width):
    """Panels, legend and frequency marks for a width in px."""
    nyquist, modulus, phase, *left = sheet.axes
    inner, stacked = width - _SIDE - _RIGHT, width < 520
    for old in sheet.legends[:]:
        old.remove()
    longest = max((len(label) for _, label in sheet.entries), default=0)
    columns = max(1, int(inner // (7.4 * longest + 52)))
    legend = _LEGEND_ROW * -(-len(sheet.entries) // columns)
    limits, tall = _limits(sheet.extent, inner)
    below = [[modulus, phase], left] if left else [[modulus], [phase]]
    if stacked:
        below = [[modulus, phase, *left]]
    rows = max(map(len, below))
    height = _HEAD + legend + tall + _FOOT + rows * (_ROW + _GAP) + _FOOT - _GAP + 8
    if stacked and left:
        height += _BREAK
    sheet.set_size_inches(width / 72, height / 72, forward=False)

    def put(ax, x, top, wide, tall):
        box = x / width, 1 - (top + tall) / height, wide / width, tall / height
        ax.set_position(box, which="both")
        ax.yaxis.set_label_coords(-47 / wide, 0.5)

    put(nyquist, _SIDE, _HEAD + legend, inner, tall)
    nyquist.set(xlim=limits[:2], ylim=limits[2:])
    nyquist.set_title(sheet.heading, pad=8 + legend).set_parse_math(False)
    if sheet.entries:
        handles, labels = zip(*sheet.entries, strict=True)
        drawn = sheet.legend(
            handles,
            [" "] * len(labels),
            ncols=columns,
            loc="upper left",
            bbox_to_anchor=(_SIDE / width, 1 - (_HEAD - 6) / height),
            borderpad=0,
            columnspacing=1.4,
        )
        for text, label in zip(drawn.get_texts(), labels, strict=True):
            text.set_parse_math(False)
            text.set_text(label)  # one that begins with _ would have been left out
    wide = inner if stacked else (width / 2 - _SIDE - _RIGHT)
    for column, axes in enumerate(below):
        top = _HEAD + legend + tall + _FOOT
        for row, ax in enumerate(axes):
            if row == 2:
                top += _BREAK
            last = ax is axes[-1] or ax is phase
            ax.tick_params(labelbottom=last)
            ax.set_xlabel("frequency / Hz" if last else "")
            put(ax, _SIDE + column * width / 2, top, wide, _ROW)
            top += _ROW + _GAP
    _mark(sheet, limits, inner, tall)


def _limits(extent, inner):
    """Limits of equal axes (x, x, y, y), and the height that goes with them."""
    x0, x1, y0, y1 = extent
    y0, y1 = min(y0, 0.0), max(y1, 0.0)
    span = max(x1 - x0, y1 - y0)
    if 0 < x0 < 0.4 * (x1 - x0):
        x0 = 0.0
    x0, x1 = x0 - 0.05 * span, x1 + 0.05 * span
    y0, y1 = y0 - 0.04 * span, y1 + 0.09 * span
    low, high = _LOW_HIGH
    per = max((x1 - x0) / inner, (y1 - y0) / high)
    tall = max(low, (y1 - y0) / per)
    more = inner * per - (x1 - x0)
    x0, x1 = x0 - more / 2, x1 + more / 2
    return (x0, x1, y0, y0 + tall * per), tall


def _mark(sheet, limits, inner, tall):
    """Points nearest to whole decades; those with room are named."""
    nyquist = sheet.axes[0]
    for old in getattr(sheet, "_marks", []):
        old.remove()
    sheet._marks = marks = []
    per = (limits[1] - limits[0]) / inner

    def pixels(Z):
        return np.stack([Z.real - limits[0], -Z.imag - limits[2]], axis=-1) / per

    every = np.concatenate([pixels(c.Z[np.isfinite(c.Z)]) for c in sheet.curves])
    boxes = []
    for curve in sheet.curves:
        used = np.flatnonzero(np.isfinite(curve.Z))
        f, at = curve.frequency[used], pixels(curve.Z[used])
        whole = np.arange(np.ceil(np.log10(f.min()) - 0.05), np.log10(f.max()) + 0.05)
        near = np.unique([np.abs(np.log10(f) - decade).argmin() for decade in whole]).astype(int)
        Z = curve.Z[used[near]]
        marks += nyquist.plot(
            Z.real, -Z.imag, "o", color=curve.colour, markersize=8, markeredgecolor=figures.PAPER,
            markeredgewidth=1, zorder=3.5,
        )  # fmt: skip
        if curve is not sheet.curves[-1]:
            continue
        for point in near[np.argsort(f[near])]:
            words = quantity(f[point], "Hz", 2)
            half = np.array([3.8 * len(words) + 2, 8.0])
            beside = np.argsort(np.abs(np.log(f / f[point])))[:7]
            place = _free_place(
                at[point], at[beside].mean(axis=0), half, every, boxes, (inner, tall)
            )
            if place is not None:
                boxes.append((place, half))
                x, y = place * per + [limits[0], limits[2]]
                marks.append(
                    nyquist.text(x, y, words, ha="center", va="center", fontsize=12, zorder=5)
                )


def _free_place(point, middle, half, every, boxes, size):
    """Where the middle of a label of half this size may stand beside a point: outwards at best."""
    out = point - middle
    out = np.arctan2(out[1], out[0]) if np.hypot(*out) > 0.5 else np.pi / 2
    for turn in (0, 0.6, -0.6, 1.2, -1.2, 1.9, -1.9, 2.6, -2.6, np.pi):
        way = np.array([np.cos(out + turn), np.sin(out + turn)])
        place = point + way * (7 + np.abs(way) @ half)
        inside = (place - half >= [-8, 2]).all() and (place + half <= np.add(size, [12, 0])).all()
        crowded = (np.abs(every - place) < half + 3).all(axis=1).any()
        taken = any((np.abs(place - other) < half + wide).all() for other, wide in boxes)
        if inside and not crowded and not taken:
            return place
    return None
