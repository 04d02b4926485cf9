"""The book's look: colours, type, layout, and figures as clean inline SVG.

A figure is made by `figure`, filled with ordinary Matplotlib calls, and put on the page by `show`.
One unit runs through this module: the CSS pixel, which equals Matplotlib's point here, so that
``fontsize=13`` is 13 pixels on the page.

The SVG follows the page around it. Ink (black) becomes ``currentColor``, paper (white) and the
named colours become CSS variables with the colour itself as fallback, so that one drawing serves
light and dark; text stays text. `show` lays the same figure out twice, wide and for a phone, with
letters of the same size, and the style sheet picks one.

Every chapter draws with this module; it knows no physics and no data.  Numbers, ticks and tables
are made by `sandtime.words` and are called from here too.
"""

import base64
import hashlib
import html
import io
import math
import os
import re

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import ListedColormap, to_hex
from matplotlib.figure import Figure

from sandtime.words import decades, degrees, number, table, tick

__all__ = [
    "GREY",
    "INK",
    "LI90MG10",
    "LI95MG5",
    "LITHIUM",
    "PAPER",
    "Plate",
    "colour_bar",
    "degrees",
    "decades",
    "figure",
    "line",
    "number",
    "panel",
    "points",
    "sequence",
    "show",
    "style",
    "svg",
    "table",
    "temperature_map",
    "thinned",
    "tick",
]

# Colours by what they mean. On white each reaches a contrast of 4.4 or more, so that it may carry
# text; book.css holds a lighter twin of each for the dark page.
LITHIUM = "#1a5f96"
LI95MG5 = "#2a7f62"
LI90MG10 = "#c25a00"
GREY = "#767676"
INK = "#000000"
PAPER = "#ffffff"

_VARIABLES = {
    LITHIUM: "--sandtime-lithium",
    LI95MG5: "--sandtime-li95mg5",
    LI90MG10: "--sandtime-li90mg10",
    GREY: "--sandtime-grey",
    PAPER: "--sandtime-paper",
}
# A second sign beside the colour, so that the electrodes stay apart in grey.
_DASHES = {LITHIUM: "-", LI95MG5: (0, (6, 2, 1.2, 2)), LI90MG10: (0, (5, 2.2)), GREY: (0, (1.2, 2))}
_MARKERS = {LITHIUM: "o", LI95MG5: "^", LI90MG10: "s", GREY: "D"}

WIDE, NARROW = 640, 360  # px; the two layouts of a figure on the page
_STACK_BELOW = 520  # px; narrower than this, panels go below one another
_MARGINS = {"left": 66, "right": 18, "top": 26, "bottom": 54}  # px round each panel
_ROW_GAP = 16  # px between the rows of a panel

# Faint to strong: contrast with the page rises from 3.4 to 11 on white (L* 58 to 24) and, by the
# twins in book.css, on the dark page. Currents are cool, temperatures warm.
_ANCHORS = {
    "current": ["#139d8a", "#02828d", "#08688d", "#034c95", "#33278e"],
    "temperature": ["#c17d10", "#bd5907", "#b42f28", "#950e4f", "#690765"],
}
_SHADES = 17  # steps of each scale, so that each has a name and a twin

_STYLE = {
    "font.family": ["DejaVu Sans"],  # measured in this, shown in the page's own type
    "font.size": 13,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 13,
    "axes.labelpad": 6,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.9,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "axes.prop_cycle": cycler(color=[LITHIUM, LI90MG10, LI95MG5, GREY]),
    "grid.color": GREY,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.7,
    "xtick.labelsize": 12.5,
    "ytick.labelsize": 12.5,
    "xtick.major.width": 0.9,
    "ytick.major.width": 0.9,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
    "legend.frameon": False,
    "legend.fontsize": 12.5,
    "legend.handlelength": 2.2,
    "legend.borderaxespad": 0.3,
    "legend.labelspacing": 0.35,
    "lines.linewidth": 2.2,
    "lines.markersize": 6.5,
    "lines.scale_dashes": True,
    "patch.linewidth": 0.9,
    "hatch.linewidth": 0.8,
    # fixed: to look for it above the ticks would take a tenth of the time of a picture
    "axes.titley": 1.0,
    "figure.facecolor": "none",
    "figure.dpi": 72,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "sandtime",
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
}
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def style():
    """Set Matplotlib to the book's style; `figure` does this by itself.

    Call it before drawing with ``plt`` or with a `Figure` of your own.

    >>> style(); matplotlib.rcParams["svg.fonttype"]
    'none'
    """
    matplotlib.rcParams.update(_STYLE)


class Plate(Figure):
    """A Matplotlib figure that can be laid out again at another width.

    Made by `figure`. Panels stand side by side when there is room and below one another when
    there is not; margins and letters keep their size in pixels.
    """

    def lay_out(self, width):
        """Set the figure to `width` pixels and place its panels; returns the figure.

        Parameters
        ----------
        width : float
            Width in px. Below 520 px panels are stacked; narrower than asked, they are lower.

        Raises
        ------
        ValueError
            When the width leaves no room between a panel's margins.
        """
        margins, panels, rows = self._margins, self._panels, self._rows
        stacked = width < _STACK_BELOW
        panel_width = width if stacked else width / len(panels)
        panel_height = self._height * min(1.0, 0.4 + 0.6 * width / self._wide)
        inner = panel_width - margins["left"] - margins["right"]
        tall = panel_height - margins["top"] - margins["bottom"] - _ROW_GAP * (len(rows) - 1)
        if inner < 40 or tall < 40:
            raise ValueError(
                f"width = {width} px leaves a panel of {inner:.0f} px x {tall:.0f} px inside its "
                "margins; at least 40 px each way is needed (wider figure or smaller margins)"
            )
        height = panel_height * (len(panels) if stacked else 1)
        self.set_size_inches(width / 72, height / 72, forward=False)
        for i, panel in enumerate(panels):
            x = margins["left"] + (0 if stacked else i * panel_width)
            y = height - (i * panel_height if stacked else 0) - margins["top"]
            for axes, share in zip(panel, rows, strict=True):
                h = tall * share / sum(rows)
                y -= h
                axes.set_position([x / width, y / height, inner / width, h / height])
                y -= _ROW_GAP
        return self


def figure(width=WIDE, height=400, *, panels=1, rows=(1,), margins=None):
    """A figure in the book's style, without pyplot, and its axes.

    Parameters
    ----------
    width, height : float
        Size in px when there is room; a phone gets its own layout of the same panels.
    panels : int
        Panels side by side, stacked where the page is narrow.
    rows : sequence of float
        Relative heights of the rows in each panel, with a shared x axis: ``rows=(3, 1)`` for a
        graph with its residuals below.
    margins : dict, optional
        Pixels to put in place of ``{"left": 66, "right": 18, "top": 26, "bottom": 54}`` round each
        panel.

    Returns
    -------
    fig : Plate
    axes : Axes or list
        One Axes; with several panels a list over panels; with several rows a list over rows
        (a list over panels of lists over rows with both).

    Raises
    ------
    ValueError
        For a size, a number of panels, row heights or margins that make no figure.

    Examples
    --------
    >>> fig, ax = figure()
    >>> fig, (top, residuals) = figure(rows=(3, 1))
    """
    style()
    for name, value in (("width", width), ("height", height)):
        if not (math.isfinite(value) and 200 <= value <= 2000):
            raise ValueError(f"{name} = {value} px: a figure has 200 to 2000 px")
    if panels != int(panels) or not 1 <= panels <= 6:
        raise ValueError(f"panels = {panels}: a whole number from 1 to 6")
    rows = tuple(rows)
    if not rows or not all(math.isfinite(r) and r > 0 for r in rows):
        raise ValueError(f"rows = {rows}: relative heights, each above 0")
    unknown = set(margins or {}) - set(_MARGINS)
    if unknown:
        raise ValueError(f"margins has {sorted(unknown)}: allowed are {sorted(_MARGINS)}")
    fig = Plate(figsize=(width / 72, height / 72), dpi=72)
    fig._wide, fig._height, fig._rows = width, height, rows
    fig._margins = _MARGINS | (margins or {})
    fig._panels = []
    for _ in range(int(panels)):
        panel = []
        for row in range(len(rows)):
            axes = fig.add_axes((0.1, 0.1, 0.8, 0.8), sharex=panel[0] if row else None)
            if row < len(rows) - 1:
                axes.tick_params(labelbottom=False)
            panel.append(axes)
        fig._panels.append(panel)
    fig.lay_out(width)
    axes = [panel if len(rows) > 1 else panel[0] for panel in fig._panels]
    return fig, axes if panels > 1 else axes[0]


def line(colour):
    """Keywords for a line of one electrode: its colour and its dashes.

    >>> line(LI90MG10)["color"]
    '#c25a00'
    """
    _known(colour)
    return {"color": colour, "linestyle": _DASHES[colour]}


def points(colour, *, hollow=False):
    """Keywords for unconnected points of one electrode: its colour and its marker.

    Hollow for what the paper prints, filled for what the book computes.

    >>> points(LITHIUM)["marker"]
    'o'
    """
    _known(colour)
    keywords = {"color": colour, "marker": _MARKERS[colour], "linestyle": "none"}
    if hollow:
        keywords |= {"markerfacecolor": PAPER, "markeredgewidth": 1.8}
    return keywords


def thinned(x, y, most=60):
    """At most so many points of a curve, evenly by number; those that are not finite are left out.

    >>> x, y = thinned(np.arange(101), np.arange(101) ** 2, 3)
    >>> y.tolist()
    [0, 2500, 10000]
    """
    keep = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    keep = keep[np.unique(np.linspace(0, len(keep) - 1, most).astype(int))]
    return x[keep], y[keep]


def _known(colour):
    if colour not in _DASHES:
        raise ValueError(f"colour = {colour!r}: LITHIUM, LI95MG5, LI90MG10 or GREY of figures")


def shades(anchors):
    """The steps of a scale through its anchors, as hex.

    >>> shades(["#000000", "#ffffff"])[8]
    '#808080'
    """
    rgb = np.array([[int(a[i : i + 2], 16) / 255 for i in (1, 3, 5)] for a in anchors])
    at, fine = np.linspace(0, 1, len(anchors)), np.linspace(0, 1, _SHADES)
    return [to_hex(c) for c in np.column_stack([np.interp(fine, at, c) for c in rgb.T])]


_SCALES = {name: shades(anchors) for name, anchors in _ANCHORS.items()}
_VARIABLES |= {
    shade: f"--sandtime-{name}-{k}"
    for name, scale in _SCALES.items()
    for k, shade in enumerate(scale)
}


temperature_map = ListedColormap(
    [_SCALES["temperature"][k * _SHADES // 256] for k in range(256)], name="sandtime-temperature"
)


def sequence(count, quantity="current"):
    """Colours for an ordered set of curves, from faint (low) to strong (high).

    Each has a contrast of at least 3 with the page, and a lighter twin on the dark page.

    Parameters
    ----------
    count : int
        Number of curves, 1 to 17.
    quantity : {"current", "temperature"}
        Cool colours for currents, warm ones for temperatures.

    >>> sequence(3)
    ['#139d8a', '#08688d', '#33278e']
    """
    if quantity not in _SCALES:
        raise ValueError(f"quantity = {quantity!r}: 'current' or 'temperature'")
    if count != int(count) or not 1 <= count <= _SHADES:
        raise ValueError(f"count = {count}: a whole number of curves, 1 to {_SHADES}")
    positions = np.linspace(0, _SHADES - 1, int(count)) if count > 1 else [(_SHADES - 1) / 2]
    return [_SCALES[quantity][round(float(p))] for p in positions]


def colour_bar(axes, mappable, label):
    """A slim colour bar at the right of `axes`; give the figure a right margin of about 90 px.

    Drawn inside the axes' own coordinates, so that it follows every layout.
    """
    bar = axes.figure.colorbar(mappable, cax=axes.inset_axes((1.03, 0, 0.035, 1)))
    bar.set_label(label)
    bar.outline.set_visible(False)
    return bar


def panel(
    axes, x=None, y=None, *, title=None, xlim=None, ylim=None, log="", xticks=None, yticks=None
):
    """Name a panel and its axes, set limits, and put plain numbers at its ticks.

    Parameters
    ----------
    axes : Axes or list of Axes
        As `figure` returns them; each of a list gets the same, and its own of several titles.
    x, y : str, optional
        Labels with units, ``"time / h"``.
    title : str or list of str, optional
        ``"a  what it shows"``.
    xlim, ylim : pair, optional
    log : {"", "x", "y", "xy"}
        Axes that are logarithmic: they get ticks at `decades` without minor ones.
    xticks, yticks : sequence or dict, optional
        Other places, labelled by `tick`; or places with their labels.

    Returns
    -------
    Axes or list of Axes
        What was given.

    Raises
    ------
    ValueError
        For another `log`, or titles that do not match the panels.

    Examples
    --------
    >>> fig, ax = figure()
    >>> drawn = panel(ax, "time / h", "x / %", xlim=(0.1, 100), ylim=(0, 5), log="x")
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['0.1', '1', '10', '100']
    """
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f"log = {log!r}: '', 'x', 'y' or 'xy'")
    several = list(axes) if isinstance(axes, (list, tuple, np.ndarray)) else [axes]
    titles = [title] * len(several) if title is None or isinstance(title, str) else list(title)
    if len(titles) != len(several):
        raise ValueError(f"title has {len(titles)} words for {len(several)} panels")
    for ax, words in zip(several, titles, strict=True):
        ax.set(**{f"{name}scale": "log" for name in log})
        given = {"xlabel": x, "ylabel": y, "title": words, "xlim": xlim, "ylim": ylim}
        ax.set(**{name: value for name, value in given.items() if value is not None})
        for name, places in (("x", xticks), ("y", yticks)):
            _place(ax, name, places, name in log)
    return axes


def _place(ax, name, places, logarithmic):
    """Ticks of one axis."""
    if places is None and logarithmic:
        places = decades(*getattr(ax, f"get_{name}lim")())
    if places is not None:
        powers = logarithmic and min(places) < 0.9995e-3
        words = places.values() if isinstance(places, dict) else None
        labels = words or [tick(v, powers=powers) for v in places]
        getattr(ax, f"set_{name}ticks")(list(places), list(labels))
    if logarithmic:
        getattr(ax, f"{name}axis").minorticks_off()


# ---- from a figure to clean SVG -----------------------------------------------------------------

_ATTRIBUTE = re.compile(r'\b(d|x|y|points|transform)="([^"]*)"')
_DECIMALS = re.compile(r"-?\d+\.\d{2,}")
# None drops the date and the program: the same figure is the same text.
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_STILL = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_TEXT = re.compile(r'<text([^>]*?) style="([^"]*)"')
_SHORTHAND = re.compile(r"font: ((?:[a-z0-9]+ )*?)([\d.]+px) [^;]*")  # Matplotlib before 3.10
_FAMILY = re.compile(r"; font-family: [^;]*|font-family: [^;]*(?:; )?")


def _round(match):
    """Coordinates to a hundredth of a pixel, transformations to a ten-thousandth."""
    places = 4 if match[1] == "transform" else 2
    short = _DECIMALS.sub(lambda m: f"{float(m[0]):.{places}f}".rstrip("0").rstrip("."), match[2])
    return f'{match[1]}="{" ".join(short.split())}"'


def _typeface(match):
    """Leave the family of a text to the page; weight, slant and size stay."""
    rules = match[2]
    short = _SHORTHAND.search(rules)
    if short:
        words = short[1].split()
        long = [f"font-style: {w}" for w in words if w in ("italic", "oblique")]
        long += [f"font-weight: {w}" for w in words if w == "bold" or w.isdigit()]
        rules = rules.replace(short[0], "; ".join([*long, f"font-size: {short[2]}"]))
    return f'<text{match[1]} style="{_FAMILY.sub("", rules)}"'


class _Renderer(RendererSVG):
    """Plain text stays text; mathtext, whose glyphs stand at measured places, becomes outlines."""

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        matplotlib.rcParams["svg.fonttype"] = "path" if ismath else "none"
        try:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        finally:
            matplotlib.rcParams["svg.fonttype"] = _STYLE["svg.fonttype"]


def svg(fig, prefix=None):
    """The figure as one line-structured ``<svg>`` element, ready to stand inside a page.

    No background, no fixed size (a viewBox instead), ink as ``currentColor``, named colours as CSS
    variables, text as text, coordinates to a hundredth of a pixel. The result depends on the
    drawing alone. Identifiers start with `prefix` (default: a digest of the drawing), so that
    figures of one page do not share any.

    Raises
    ------
    ValueError
        When `fig` is not a Matplotlib figure.
    """
    _check(fig)
    style()
    buffer = io.StringIO()
    dpi, fig.dpi = fig.dpi, 72  # one point, one px; what is rasterised gets two dots to the px
    width, height = fig.get_size_inches() * 72
    renderer = _Renderer(width, height, buffer, image_dpi=144, metadata=_NO_METADATA)
    fig.draw(MixedModeRenderer(fig, width / 72, height / 72, 144, renderer))
    renderer.finalize()
    fig.dpi = dpi
    text = buffer.getvalue()
    text = text[text.index(">", text.index("<svg ")) + 1 : text.rindex("</svg>")]
    text = re.sub(
        r"<!--.*?-->|<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", text, flags=re.S
    )
    used = set(re.findall(r'(?:url\(#|xlink:href="#)([^)"]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", text)
    text = text.replace("xlink:href=", "href=")
    text = re.sub(r"<defs>\s*</defs>|<defs/>", "", text)
    text = _ATTRIBUTE.sub(_round, text)
    text = _TEXT.sub(_typeface, _STILL.sub("", text))
    text = re.sub(r"(stroke|fill): #000000", r"\1: currentColor", text)
    for colour, variable in _VARIABLES.items():
        text = re.sub(
            rf"(stroke|fill|stop-color): {colour}", rf"\1: var({variable}, {colour})", text
        )
    text = "\n".join(stripped for raw in text.splitlines() if (stripped := raw.strip()))
    prefix = prefix or "f" + hashlib.sha256(text.encode()).hexdigest()[:10]
    text = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'fill="currentColor" stroke-linejoin="round" stroke-linecap="butt" '
        f'font-family="{_FONT}" aria-hidden="true" focusable="false">\n{text}\n</svg>'
    )


def png(fig, scale=2):
    """The figure as PNG bytes on white, `scale` device pixels to a px; for print and downloads."""
    _check(fig)
    buffer = io.BytesIO()
    FigureCanvasAgg(fig).print_figure(
        buffer, format="png", dpi=72 * scale, facecolor="white", metadata={"Software": None}
    )
    return buffer.getvalue()


def _check(fig):
    if not isinstance(fig, Figure):
        raise ValueError(f"fig = {fig!r}: a Matplotlib Figure is needed")


def checked_alt(alt):
    """The alternative text, stripped; ValueError when there is none."""
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(
            f"alt = {alt!r}: a sentence that tells who cannot see the picture what it shows"
        )
    return " ".join(alt.split())


def medium():
    """Where output is going: ``"page"``, ``"print"`` or ``"kernel"``.

    The book's Sphinx extension names it in the environment variable SANDTIME_MEDIUM, which the
    kernels of a build inherit; without it a person is looking: ``"kernel"``.

    Raises
    ------
    ValueError
        When the variable holds anything else.
    """
    name = os.environ.get("SANDTIME_MEDIUM", "kernel")
    if name not in ("page", "print", "kernel"):
        raise ValueError(f"SANDTIME_MEDIUM = {name!r}: 'page', 'print' or 'kernel'")
    return name


_seen = {}


def unique_prefix(text):
    """An identifier from a text, different each time the same text returns in one process."""
    digest = "f" + hashlib.sha256(text.encode()).hexdigest()[:10]
    _seen[digest] = _seen.get(digest, 0) + 1
    return digest if _seen[digest] == 1 else f"{digest}n{_seen[digest]}"


def bundle(fig, alt):
    """What `show` displays: a MIME bundle of HTML (inline SVG in both layouts), PNG and text.

    Raises
    ------
    ValueError
        When `fig` is not a figure or `alt` is empty.
    """
    _check(fig)
    alt = checked_alt(alt)
    prefix = unique_prefix(alt)
    if medium() == "page" and isinstance(fig, Plate):
        narrow = svg(fig.lay_out(NARROW), prefix + "n")
        drawings = {"figure-wide": svg(fig.lay_out(fig._wide), prefix), "figure-narrow": narrow}
    else:
        drawings = {"figure-wide figure-narrow": svg(fig, prefix)}
    body = "\n".join(f'<div class="{name}">{text}</div>' for name, text in drawings.items())
    return {
        "text/plain": alt,
        "image/png": base64.b64encode(png(fig)).decode(),
        "text/html": f'<div class="figure-plate" role="img" aria-label="{html.escape(alt)}"'
        f"{plate_style(fig)}>\n{body}\n</div>",
    }


def plate_style(fig):
    """The style attribute of the element round a drawing: how wide it may grow.

    A notebook has no style sheet of the book, so there the attribute also sets ink and paper.
    """
    rules = f"max-width: {fig.get_size_inches()[0] * 72:.0f}px"
    if medium() == "kernel":
        rules += (
            "; color: var(--jp-content-font-color1, #000)"
            "; --sandtime-paper: var(--jp-layout-color0, #fff)"
        )
    return f' style="{rules}"'


def show(fig, alt):
    """Display a figure on the page and in a notebook.

    The page gets inline SVG (two layouts, light and dark), print and the downloadable notebook a
    PNG, a screen reader the alternative text.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Best made by `figure`; any other keeps its one layout.
    alt : str
        What the picture shows, in a sentence or two.
    """
    from IPython.display import display

    display(bundle(fig, alt), raw=True)
