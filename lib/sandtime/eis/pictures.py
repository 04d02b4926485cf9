"""Pictures of spectra and fits, in the book's style (chapter *Your own spectrum*).

`picture` draws the Nyquist plot with equal axes and its decades marked, below it modulus and phase
and, of a fit, what is left of both parts.  What it returns is an ordinary Matplotlib figure, made
without pyplot: it works in a thread and without a display, shows itself in a notebook, and
``savefig`` writes it.  Whatever style Matplotlib has been given stays as it is.
"""

from dataclasses import dataclass, field
from operator import index

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sandtime import figures
from sandtime.eis.sheet import WIDE, Sheet, styled
from sandtime.eis.table import checked_names, prefix, quantity

MOST = 17  # spectra in one picture; beyond, colours are no longer told apart
FEW = 6  # of a stack, if nobody chose
_DENSE = 300  # points of a fitted line
_MANY = 400  # points of a spectrum from which on they are drawn as pixels


def picture(shown, k=None, *, names=None, time=None):
    """Nyquist and Bode plots of spectra, and of a fit its line and its residuals.

    Parameters
    ----------
    shown : Spectra, Fit or DriftingFit
    k : int or sequence of int, optional
        Which spectra of a stack, at most 17.  Without, all of up to six, of more six that are
        evenly spread from the first to the last; the picture says so.
    names : sequence of str, optional
        One for each spectrum of the stack; those of the files if they are known.
    time : sequence of float, optional
        When each sweep began, s; that of the files if it is known.

    Returns
    -------
    Sheet
        A Matplotlib figure with axes ``axes[0]``: Nyquist, 1: modulus, 2: phase, 3 and 4: residuals
        of the real and the imaginary part, in per cent of the modulus where those were the weights,
        in sigma where it was given.

    Raises
    ------
    ValueError
        If `k` is out of range or too many, or names do not match.

    Examples
    --------
    >>> import numpy as np
    >>> from sandtime import eis
    >>> frequency, circuit = np.geomspace(1e6, 1, 61), eis.Circuit("R_0-Zarc_int")
    >>> truth = {"0.R": 60, "int.R": 270, "int.tau": 1e-3, "int.alpha": 0.9}
    >>> spectra = eis.Spectra(frequency, circuit.impedance(frequency, truth))
    >>> print(picture(spectra, names=["fresh"]).alt)
    Nyquist and Bode plot of fresh: 61 points from 1 MHz to 1 Hz, Z′ from 60 Ω to 330 Ω, −Z″ up to
    115 Ω at 158 Hz.
    """
    curves, total = _curves(shown, k, names, time)
    with styled():
        sheet = Sheet(figsize=(10, 10), dpi=72)
        sheet._wide, sheet.curves = WIDE, curves
        fitted = curves[0].fit is not None
        for _ in range(5 if fitted else 3):
            sheet.add_axes((0.1, 0.1, 0.8, 0.8))
        sheet.heading = _title(curves, total)
        sheet.unit = getattr(shown, "settings", {}).get("weights", "1/|Z|")
        for curve in curves:
            _draw(sheet, curve, len(curves) == 1)
        _name_axes(sheet)
        sheet.entries = _legend_entries(sheet, total)
    sheet.alt = _alt(sheet, total)
    return sheet.lay_out(WIDE)


# ---- what is drawn ------------------------------------------------------------------------------


@dataclass
class _Curve:
    """One spectrum, and what a fit says of it."""

    name: str
    frequency: np.ndarray
    Z: np.ndarray  # nan where left out
    fit: np.ndarray | None = None  # at the measured frequencies
    line: tuple = ()  # frequencies and impedances
    residual: np.ndarray | None = None
    outlier: np.ndarray = field(default=None)
    time: float | None = None
    colour: str = figures.LITHIUM

    def __post_init__(self):
        if self.outlier is None:
            self.outlier = np.zeros(len(self.frequency), bool)


def _curves(shown, k, names, time):
    """The chosen spectra, and how many there are."""
    fitted = hasattr(shown, "measured")
    Z = np.atleast_2d(shown.measured if fitted else shown.impedance)
    total = len(Z)
    chosen = _chosen(k, total)
    names = getattr(shown, "names", None) if names is None and not fitted else names
    if names is not None and len(names):
        names = checked_names(names, total)
    else:
        names = (
            ["the spectrum"] if total == 1 else [f"spectrum {number}" for number in range(total)]
        )
    time = getattr(shown, "time", None) if time is None else time
    time = np.full(total, np.nan) if time is None else np.broadcast_to(time, total)
    curves = []
    for number in chosen:
        curve = _Curve(names[number], shown.frequency, Z[number], time=float(time[number]))
        if fitted:
            _add_fit(curve, shown, number)
        curve.Z = np.where(np.isfinite(curve.Z), curve.Z, np.nan)
        curves.append(curve)
    if len(curves) > 1:
        for curve, colour in zip(curves, figures.sequence(len(curves)), strict=True):
            curve.colour = colour
    return curves, total


def _chosen(k, total):
    if k is None:
        return np.unique(np.linspace(0, total - 1, min(total, FEW)).round().astype(int)).tolist()
    try:
        numbers = [index(each) for each in np.atleast_1d(k)]
    except TypeError:
        raise ValueError(
            f"k = {k!r} is not allowed: it must be a whole number or several"
        ) from None
    if not 1 <= len(numbers) <= MOST:
        raise ValueError(f"k has {len(numbers)} entries: a picture shows 1 to {MOST} spectra")
    for number in numbers:
        if not -total <= number < total:
            raise ValueError(f"k = {number} is not allowed: there are spectra 0 to {total - 1}")
    return [number % total for number in numbers]


def at(fit, k, frequency=None):
    """Impedance of one fitted spectrum, at the measured frequencies or at others."""
    values = {name: np.atleast_1d(each)[k] for name, each in fit.parameters.items()}
    if not hasattr(fit, "rate"):
        return fit.circuit.impedance(fit.frequency if frequency is None else frequency, values)
    since = np.atleast_2d(fit.point_time)[k] - np.atleast_1d(fit.reference_time)[k]
    for name, rate in fit.rate.items():
        moving = values[name] * np.exp(np.atleast_1d(rate)[k] * since)
        values[name] = np.where(np.isfinite(moving), moving, values[name])[None]
    return fit.circuit.impedance(fit.frequency, values).reshape(-1)


def _add_fit(curve, fit, k):
    weights = np.atleast_2d(fit.weights)[k]
    used = weights > 0
    curve.Z = np.where(used, curve.Z, np.nan)
    curve.fit = at(fit, k)
    curve.residual = (curve.Z - curve.fit) * weights
    if hasattr(fit, "rate"):
        order = np.argsort(curve.frequency)
        curve.line = curve.frequency[order], curve.fit[order]
    else:
        ends = curve.frequency[used].min(), curve.frequency[used].max()
        dense = np.geomspace(*ends, _DENSE)
        curve.line = dense, at(fit, k, dense)
    if hasattr(fit, "outliers"):
        curve.outlier = np.atleast_2d(fit.outliers)[k] & used


def _draw(sheet, curve, alone):
    """One spectrum into every panel."""
    f, Z, out, colour = curve.frequency, curve.Z, curve.outlier, curve.colour
    pixels = f.size > _MANY
    dots = {"color": colour, "linestyle": "none", "markersize": 4.5 if f.size < 100 else 3,
            "rasterized": pixels, "zorder": 3}  # fmt: skip
    style = {"linewidth": 1.5, "color": figures.INK if alone else colour, "zorder": 2}
    nyquist, modulus, phase, *left = sheet.axes
    for ax, x, y in (
        (nyquist, Z.real, -Z.imag),
        (modulus, f, np.abs(Z)),
        (phase, f, np.degrees(np.angle(Z))),
    ):
        ax.plot(x, y, marker="o", **dots)
        ax.plot(x[out], y[out], **_RING)
    missing = f[np.isnan(Z)]
    for ax in (modulus, phase):
        ax.plot(missing, np.full(missing.size, 0.04), transform=ax.get_xaxis_transform(), **_CROSS)
    if curve.fit is None:
        return
    at, fitted = curve.line
    nyquist.plot(fitted.real, -fitted.imag, **style)
    modulus.plot(at, np.abs(fitted), **style)
    phase.plot(at, np.degrees(np.angle(fitted)), **style)
    scale = 100 if sheet.unit == "1/|Z|" else 1
    for ax, part in zip(left, (curve.residual.real, curve.residual.imag), strict=True):
        ax.plot(f, scale * part, marker="o", **dots)
        ax.plot(f[out], scale * part[out], **_RING)


_RING = {
    "color": figures.LI90MG10, "marker": "o", "markersize": 11, "markerfacecolor": "none",
    "markeredgewidth": 1.8, "linestyle": "none", "zorder": 4,
}  # fmt: skip
_CROSS = {"color": figures.GREY, "marker": "x", "markersize": 6, "linestyle": "none", "zorder": 4}


def _name_axes(sheet):
    """Labels, limits and ticks; those of the Nyquist plot are left to the layout."""
    curves = sheet.curves
    nyquist, modulus, phase, *left = sheet.axes
    f = curves[0].frequency
    ends = (f.min() / 1.25, f.max() * 1.25)
    sizes = np.concatenate(
        [np.abs(c.Z) for c in curves] + [np.abs(c.line[1]) for c in curves if c.line]
    )
    low, high = np.nanmin(sizes), np.nanmax(sizes)
    figures.panel(modulus, xlim=ends, ylim=(low / 1.15, high * 1.15), log="xy", y="|Z| / Ω")
    figures.panel(phase, xlim=ends, log="x", y="phase / °")
    phase.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 1.5, 2, 3, 5, 10]))
    per = "%" if sheet.unit == "1/|Z|" else "σ"
    for ax, words in zip(left, ("ΔZ′", "ΔZ″"), strict=False):
        figures.panel(ax, xlim=ends, log="x", y=f"{words} / {per}")
        ax.axhline(0, color=figures.INK, linewidth=0.9, zorder=1)
        size = max(1e-9, *np.abs(ax.dataLim.intervaly))
        ax.set_ylim(-1.25 * size, 1.25 * size)
        ax.yaxis.set_major_locator(MaxNLocator(4, symmetric=True))
    for ax in sheet.axes:  # ticks that are made later look the same
        ax.tick_params(labelsize=12.5, width=0.9)
        ax.grid(True, color=figures.GREY, alpha=0.25, linewidth=0.7)
    nyquist.set_aspect("equal", adjustable="datalim")
    every = np.concatenate([c.Z for c in curves] + [c.line[1] for c in curves if c.line])
    every = every[np.isfinite(every)]
    sheet.extent = every.real.min(), every.real.max(), -every.imag.max(), -every.imag.min()
    scale, unit = prefix(np.abs(sheet.extent).max())
    plain = FuncFormatter(lambda value, _: f"{round(value / scale, 9):g}".replace("-", "−"))
    for axis, label in ((nyquist.xaxis, "Z′"), (nyquist.yaxis, "−Z″")):
        axis.set_major_formatter(plain)
        axis.set_label_text(f"{label} / {unit}Ω")
    nyquist.axhline(0, color=figures.INK, linewidth=0.9, zorder=1)


# ---- words --------------------------------------------------------------------------------------


def short(name, most=48):
    """A name on one line, its middle left out if it is long.

    >>> short("a" * 30 + "b" * 30, 21)
    'aaaaaaaaaa…bbbbbbbbbb'
    """
    name = " ".join("".join(c if c.isprintable() else " " for c in str(name)).split()) or "–"
    half = (most - 1) // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-half:]}"


def _title(curves, total):
    if total == 1:
        return short(curves[0].name)
    if len(curves) == 1:
        return f"{short(curves[0].name)} (one of {total:,})"
    return f"{len(curves)} of {total:,} spectra" if len(curves) < total else f"{total} spectra"


def _legend_entries(sheet, total):
    """Handles and labels: curves of a stack, or what the signs of a single one mean."""
    curves, nyquist = sheet.curves, sheet.axes[0]
    sign = nyquist.plot
    if len(curves) > 1:
        times = np.array([curve.time for curve in curves])
        when = _times(times - np.nanmin(times)) if np.isfinite(times).all() else [""] * len(times)
        entries = [
            (sign([], [], marker="o", linewidth=1.5, color=c.colour)[0], short(c.name, 28) + after)
            for c, after in zip(curves, when, strict=True)
        ]
    elif curves[0].fit is not None:
        entries = [
            (sign([], [], "o", color=figures.LITHIUM)[0], "measured"),
            (sign([], [], color=figures.INK, linewidth=1.5)[0], "fitted"),
        ]
    else:
        entries = []
    if any(curve.outlier.any() for curve in curves):
        entries.append((sign([], [], **_RING)[0], "outlier"))
    if any(np.isnan(curve.Z).any() for curve in curves):
        entries.append((sign([], [], **_CROSS)[0], "left out"))
    return entries


def _times(seconds):
    """When sweeps began, after the first of those shown."""
    scale, unit = next(
        (scale, unit)
        for scale, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
        if seconds.max() >= (10 if unit == "d" else 2) * scale or unit == "s"
    )
    return [f", {value:.3g} {unit}" for value in seconds / scale]


def _alt(sheet, total):
    curves, fitted = sheet.curves, sheet.curves[0].fit is not None
    first = curves[0]
    names = ", ".join(short(curve.name) for curve in curves)
    what = (
        short(first.name) if len(curves) == 1 else f"{len(curves)} of {total:,} spectra ({names})"
    )
    every = np.concatenate([curve.Z for curve in curves])
    every = every[np.isfinite(every)]
    plural = "s" if len(curves) > 1 else ""
    words = (
        f"Nyquist and Bode plot{plural} of {what}: {first.frequency.size} points"
        f"{' each' if plural else ''} from {quantity(first.frequency.max(), 'Hz')} to "
        f"{quantity(first.frequency.min(), 'Hz')}, Z′ from {quantity(every.real.min(), 'Ω')} to "
        f"{quantity(every.real.max(), 'Ω')}"
    )
    if not plural:
        top = np.nanargmin(first.Z.imag)
        words += (
            f", −Z″ up to {quantity(-first.Z.imag[top], 'Ω')} at "
            f"{quantity(first.frequency[top], 'Hz')}"
        )
    if fitted:
        left = np.concatenate([curve.residual for curve in curves])
        size = np.nanmax(np.abs([left.real, left.imag]))
        size = f"{100 * size:.2g} %" if sheet.unit == "1/|Z|" else f"{size:.2g} σ"
        words += f"; the fitted line{plural} with residuals of at most {size}"
    for sign, which in (("outlier", lambda c: c.outlier), ("left out", lambda c: np.isnan(c.Z))):
        at = [quantity(f, "Hz") for c in curves for f in c.frequency[which(c)]]
        if at:
            more = f" and {len(at) - 5} more" if len(at) > 5 else ""
            words += f"; marked as {sign}: {', '.join(at[:5])}{more}"
    return words + "."
