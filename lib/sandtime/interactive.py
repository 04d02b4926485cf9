"""`explore`: one call that is a widget in a kernel and moving frames on the page.

A reader of the site has no kernel, so the page carries every frame: drawn while the book is built,
packed, and put behind ordinary range inputs. A reader in JupyterLab has a kernel, so there the same
call draws only what is asked for, behind ipywidgets. In print the first frame stands still.

Every chapter with a slider uses this module; which of the three is made follows
`sandtime.figures.medium`.
"""

import base64
import gzip
import html
import itertools
import json
import math
import re
from dataclasses import dataclass

import numpy as np

from . import figures

__all__ = ["MAX_BYTES", "MAX_FRAMES", "Choice", "bring", "choose", "explore"]

MAX_FRAMES = 160  # some 50 ms each while the book is built
MAX_BYTES = 200_000  # packed frames of one explorer; a page may hold 300 kB of them
WIDTH = 420  # px; one layout for both the desk and the phone


@dataclass(frozen=True)
class Choice:
    """The settings of one slider: what `choose` returns."""

    values: tuple
    label: str
    texts: tuple
    start: int


def choose(values, label, unit="", *, show=1, start=None):
    """The settings one slider steps through.

    Parameters
    ----------
    values : sequence
        What `draw` receives, in SI for a quantity; at least one.
    label : str
        The name of the quantity beside the slider.
    unit : str
        The unit shown after each value.
    show : float or callable, optional
        What a value is divided by before it is shown (``uA / cm**2``), or a function from the value
        to a number or a text.
    start : optional
        The value shown first; the first of `values` by default.

    Returns
    -------
    Choice

    Raises
    ------
    ValueError
        For no values, no label, values that look the same, or a start that is not among them.

    Examples
    --------
    >>> choose([0.5, 1.0], "current density", "µA cm⁻²", show=0.01).texts
    ('50\\xa0µA cm⁻²', '100\\xa0µA cm⁻²')
    """
    values = tuple(values)
    if not values:
        raise ValueError("values is empty: a slider needs at least one value")
    if not isinstance(label, str) or not label.strip():
        raise ValueError(f"label = {label!r}: the name of the quantity beside the slider")
    if not callable(show) and not (math.isfinite(show) and show != 0):
        raise ValueError(f"show = {show!r}: a finite number other than 0, or a function")
    texts = tuple(_text(value, unit, show) for value in values)
    twice = sorted({text for text in texts if texts.count(text) > 1})
    if twice:
        raise ValueError(
            f"values of {label!r} look the same to a reader: {', '.join(twice)}; "
            "leave one out or give show a function with more digits"
        )
    if start is None:
        return Choice(values, label, texts, 0)
    near = [i for i, value in enumerate(values) if _same(value, start)]
    if not near:
        raise ValueError(
            f"start = {start!r} is not among the values of {label!r}: {', '.join(texts)}"
        )
    return Choice(values, label, texts, near[0])


def _text(value, unit, show):
    shown = show(value) if callable(show) else value / show
    if not isinstance(shown, str):
        shown = _plain(float(shown))
    return f"{shown}\u00a0{unit}" if unit else shown


def _plain(x):
    """Up to four significant digits, without zeros that say nothing."""
    if not math.isfinite(x):
        raise ValueError(f"values holds {x}: only finite numbers can be shown")
    text = figures.number(x, 4)
    mantissa, times, power = text.partition(" ×")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + times + power


def _same(a, b):
    if isinstance(a, (int, float, np.number)) and isinstance(b, (int, float, np.number)):
        return math.isclose(a, b, rel_tol=1e-9)
    return bool(a == b)


def explore(draw, *, alt, says=None, **choices):
    """A picture the reader moves: sliders in a kernel, frames on the page, a still in print.

    Parameters
    ----------
    draw : callable
        ``draw(**values)`` returns a Matplotlib figure, best made by `figures.figure` with fixed
        limits, so that only what changes moves.
    alt : str or callable
        What the picture shows, in a sentence; a function of the same values where the sentence
        changes with them.
    says : callable, optional
        ``says(**values)`` returns a sentence for everyone, below the picture: what the settings
        mean in numbers.  It changes with them and is read out by a screen reader.
    **choices : Choice
        One `choose` for each argument of `draw`. Several sliders make a grid of frames.

    Raises
    ------
    ValueError
        For a missing alt text, sentence or choice, more frames than `MAX_FRAMES`, frames that pack
        to more than `MAX_BYTES`, or a `draw` that returns no figure.

    Examples
    --------
    ::

        def profile(current):
            fig, ax = figures.figure()
            ax.plot(x / um, slab.concentration(x, t, current_density=current, ...) / (mmol / cm**3))
            ax.set(xlim=(0, 25), ylim=(0, 80), xlabel="position / µm", ylabel="c(Li) / mmol cm⁻³")
            return fig

        explore(profile, alt="Lithium profile across the foil; it steepens as the current rises.",
                current=choose(currents, "current density", "µA cm⁻²", show=uA / cm**2))
    """
    from IPython.display import display

    _check(draw, alt, choices, says)
    medium = figures.medium()
    if medium == "kernel":
        display(_widget(draw, alt, choices, says))
    elif medium == "page":
        display(page_bundle(draw, alt, choices, says), raw=True)
    else:
        start = _values(choices, _start(choices))
        display(figures.bundle(_drawn(draw, start), _alt(alt, start)), raw=True)


def _check(draw, alt, choices, says):
    if not callable(draw):
        raise ValueError(f"draw = {draw!r}: a function that returns a Matplotlib figure")
    if says is not None and not callable(says):
        raise ValueError(f"says = {says!r}: a function of the same values that returns a sentence")
    if not callable(alt):
        figures.checked_alt(alt)
    if not choices:
        raise ValueError("explore has no choices: give each argument of draw a choose(...)")
    for name, choice in choices.items():
        if not isinstance(choice, Choice):
            raise ValueError(f"{name} = {choice!r}: made by choose(values, label, unit)")
    count = math.prod(len(choice.values) for choice in choices.values())
    if count > MAX_FRAMES:
        sizes = " × ".join(f"{len(c.values)} ({name})" for name, c in choices.items())
        raise ValueError(f"{sizes} = {count} frames: at most {MAX_FRAMES} fit a page")


def _start(choices):
    return tuple(choice.start for choice in choices.values())


def _values(choices, index):
    return {name: c.values[i] for (name, c), i in zip(choices.items(), index, strict=True)}


def _alt(alt, values):
    return figures.checked_alt(alt(**values) if callable(alt) else alt)


def _said(says, values):
    """The sentence for these values; empty without `says`."""
    words = "" if says is None else says(**values)
    if says is not None and not (isinstance(words, str) and words.strip()):
        raise ValueError(f"says({values}) returned {words!r}: it must return a sentence")
    return html.escape(" ".join(words.split()))


def _drawn(draw, values):
    fig = draw(**values)
    if not isinstance(fig, figures.Figure):
        raise ValueError(f"draw({values}) returned {fig!r}: it must return a Matplotlib figure")
    return fig.lay_out(WIDTH) if isinstance(fig, figures.Plate) else fig


# ---- on the page --------------------------------------------------------------------------------


def page_bundle(draw, alt, choices, says=None):
    """The MIME bundle of the static page: all frames as HTML, the first also as PNG and text.

    The HTML shows the first frame and names its values without JavaScript; explore.js (among the
    book's assets) unpacks the others and frees the sliders.
    """
    start = _start(choices)
    values = _values(choices, start)
    still = _drawn(draw, values)
    prefix = figures.unique_prefix("explore " + _alt(alt, values) + " ".join(choices))
    grid = itertools.product(*(range(len(c.values)) for c in choices.values()))
    frames, alts, said = [], [], []
    for index in grid:
        frame = _values(choices, index)
        frames.append(figures.svg(_drawn(draw, frame), prefix))
        alts.append(_alt(alt, frame))
        said.append(_said(says, frame))
    packed = pack(frames, alts, said)
    if len(packed) > MAX_BYTES:
        raise ValueError(
            f"{len(frames)} frames pack to {len(packed) / 1000:.0f} kB, allowed are "
            f"{MAX_BYTES / 1000:.0f} kB: fewer values, or fewer points and artists in each frame"
        )
    first = np.ravel_multi_index(start, [len(c.values) for c in choices.values()])
    controls = "\n".join(
        f'<div class="explorer-control">'
        f'<label for="{prefix}-{name}">{html.escape(c.label)}</label>'
        f'<input type="range" id="{prefix}-{name}" min="0" max="{len(c.values) - 1}" step="1" '
        f'value="{c.start}" autocomplete="off" aria-valuetext="{html.escape(c.texts[c.start])}" '
        f"data-texts='{html.escape(json.dumps(c.texts, ensure_ascii=False), quote=True)}' disabled>"
        f'<output for="{prefix}-{name}" data-longest="{html.escape(max(c.texts, key=len))}">'
        f"{html.escape(c.texts[c.start])}</output></div>"
        for name, c in choices.items()
    )
    sentence = f'<p class="explorer-says" aria-live="polite">{said[first]}</p>\n'
    page = (
        f'<div class="explorer" id="{prefix}">\n'
        f'<div class="explorer-picture figure-plate" role="img" '
        f'aria-label="{html.escape(alts[first])}"{figures.plate_style(still)}>\n{frames[first]}\n'
        f"</div>\n{sentence if says else ''}"
        f'<div class="explorer-controls" role="group" aria-label="Settings of the picture">'
        f"\n{controls}\n<noscript>The sliders need JavaScript.</noscript>\n</div>\n"
        f'<script type="text/plain" class="explorer-frames">{packed}</script>\n</div>'
    )
    return {
        "text/plain": alts[first],
        "image/png": base64.b64encode(figures.png(still)).decode(),
        "text/html": page,
    }


def pack(frames, alts, said):
    """Frames as text for a page: gzip in base64 of JSON.

    Frames share nearly all their lines, so the JSON holds each line once (``lines``) and each frame
    as the numbers of its lines (``frames``); alternative texts and sentences likewise (``alts`` and
    ``said``, one number a frame into ``texts``).
    """
    numbers, texts = {}, {}
    content = {
        "frames": [[numbers.setdefault(x, len(numbers)) for x in f.splitlines()] for f in frames],
        "alts": [texts.setdefault(alt, len(texts)) for alt in alts],
        "said": [texts.setdefault(words, len(texts)) for words in said],
    }
    content |= {"lines": list(numbers), "texts": list(texts)}
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    # No time stamp: the same frames are the same bytes.
    return base64.b64encode(gzip.compress(raw, 9, mtime=0)).decode()


# ---- in a kernel --------------------------------------------------------------------------------


def _widget(draw, alt, choices, says=None):
    """Selection sliders over an HTML widget that holds the SVG; draws a frame when first asked."""
    import ipywidgets as widgets

    picture = widgets.HTML()
    sentence = [widgets.HTML()] if says else []
    # One width for all names: sliders begin at the same place (a letter has some 7.5 px).
    names = f"{min(170, 12 + 7.5 * max(len(c.label) for c in choices.values())):.0f}px"
    sliders = [
        widgets.SelectionSlider(
            options=list(zip(c.texts, range(len(c.texts)), strict=True)),
            index=c.start,
            description=c.label,
            style={"description_width": names},
            layout={"width": f"{WIDTH + 120}px", "max_width": "100%"},
        )
        for c in choices.values()
    ]
    drawn = {}

    def refresh(_=None):
        index = tuple(slider.index for slider in sliders)
        if index not in drawn:
            values = _values(choices, index)
            fig = _drawn(draw, values)
            drawn[index] = (
                f'<div role="img" aria-label="{html.escape(_alt(alt, values))}"'
                f"{figures.plate_style(fig)}>{figures.svg(fig, prefix)}</div>",
                f'<div role="status" aria-live="polite">{_said(says, values)}</div>',
            )
        for place, content in zip((picture, *sentence), drawn[index], strict=False):
            place.value = content

    prefix = figures.unique_prefix("explore " + " ".join(choices))
    refresh()
    for slider in sliders:
        slider.observe(refresh, names="index")
    return widgets.VBox([picture, *sentence, *sliders])


# ---- a reader's own file ------------------------------------------------------------------------

NO_KERNEL = (
    "Here stands, in a live notebook, a field for your own file. "
    "Open this page with Binder (the rocket above) or, after <code>make book</code>, in "
    "JupyterLab, and run all cells."
)


def bring(circuit):
    """A field for a reader's own spectrum, in a kernel; on the page a sentence that says so.

    Parameters
    ----------
    circuit : str
        What stands in the field of the circuit at first.

    See also
    --------
    sandtime.upload : what is done with the file.
    """
    from IPython.display import display

    if figures.medium() == "kernel":
        display(_Field(circuit).box)
    else:
        words = re.sub("<.*?>", "", NO_KERNEL)
        display({"text/plain": words, "text/html": f"<p>{NO_KERNEL}</p>"}, raw=True)


class _Field:
    """Fields, a button and the place of the answer, which holds an error as plain text too."""

    def __init__(self, circuit):
        import ipywidgets as widgets

        wide = {
            "style": {"description_width": "90px"},
            "layout": {"width": "540px", "max_width": "100%"},
        }
        self.file = widgets.FileUpload(description="Your file", multiple=False)
        self.circuit = widgets.Text(circuit, description="circuit", **wide)
        self.columns = widgets.Text(description="columns", **wide)
        self.leave_out = widgets.Text(description="leave out", **wide)
        hint = widgets.HTML(
            "<small>Both only if an answer asks for them: <i>columns</i> such as "
            "<code>frequency: 0, modulus: 1, phase_rad: 2</code>, <i>leave out</i> such as "
            "<code>OVERLOAD</code>, cells that are no numbers.</small>"
        )
        self.flip = widgets.Checkbox(False, description="the file holds −Im Z", indent=False)
        self.button = widgets.Button(description="Read, test, fit", button_style="primary")
        self.sweep = widgets.Dropdown(description="sweep", **wide)
        self.sweep.layout.display = "none"
        self.answer = widgets.HTML()
        self.found, self.filling = None, False
        self.box = widgets.VBox(
            [
                self.file, self.circuit, self.columns, self.leave_out, hint, self.flip,
                self.button, self.sweep, self.answer,
            ]
        )  # fmt: skip
        self.button.on_click(lambda _: self.attempt(self.examined))
        self.sweep.observe(self.another, names="index")

    def attempt(self, work):
        """Put what `work` returns into the answer, or why it could not."""
        self.button.disabled = True
        self.answer.value = '<p role="status">Reading and fitting …</p>'
        try:
            text = work()
        except (ValueError, OSError, ImportError) as error:
            text = f"<p><strong>Not read or not fitted.</strong> {html.escape(str(error))}</p>"
        except Exception as error:  # whatever it is, a reader gets words and the field stays alive
            text = (
                "<p><strong>This is a fault of the library.</strong> Please report it: "
                f"{html.escape(type(error).__name__)}: {html.escape(str(error))}</p>"
            )
        self.answer.value = f'<div role="status" aria-live="polite">{text}</div>'
        self.button.disabled = False

    def examined(self):
        """Read, test and fit the file; the list of sweeps is filled without a choice being made."""
        from sandtime import upload

        self.sweep.layout.display = "none"
        if not self.file.value:
            raise ValueError("Choose a file first.")
        (one,) = self.file.value
        self.found = upload.examine(
            one["content"],
            one["name"],
            self.circuit.value,
            flip=self.flip.value,
            columns=self.columns.value,
            leave_out=self.leave_out.value,
        )
        self.filling = True
        self.sweep.options = [(name, k) for k, name in enumerate(self.found.names)]
        self.filling = False
        if len(self.sweep.options) > 1:
            self.sweep.layout.display = None
        return self.found.html(0)

    def another(self, _):
        if not self.filling and self.sweep.index is not None:
            self.attempt(lambda: self.found.html(self.sweep.index))
