"""A fit as one page: figures, numbers, what is wrong with it, how it was made (chapter *Your own
spectrum*).

The page holds everything it needs and asks nobody; it can be mailed, printed, and kept beside the
data.  Of many spectra it says what holds for all of them and shows a few, which it names.
"""

import datetime
import hashlib
import itertools
from dataclasses import dataclass

import numpy as np

import sandtime
from sandtime.eis import page
from sandtime.eis.faults import faults
from sandtime.eis.table import (
    checked_names,
    fit_size,
    listed,
    parameter_units,
    plain,
    quantity,
    rounded,
    table,
    versions,
    with_error,
)

_ROWS = 50  # spectra in a table, files in a list
_SETS = 3  # stacks on different frequencies that are drawn

CITE = (
    f"The Sand's Time authors, Sand's Time (software, version {sandtime.__version__}). If this "
    "book or its library helped you, please cite it, and the paper it re-derives. The paper: "
    "T. Krauskopf, B. Mogwitz, C. Rosenbach, W. G. Zeier and J. Janek, Adv. Energy Mater. 9 (2019) "
    "1902568, doi:10.1002/aenm.201902568."
)
_METHODS = (
    "Least squares: K. Levenberg, Q. Appl. Math. 2 (1944) 164; D. W. Marquardt, J. Soc. Ind. Appl. "
    "Math. 11 (1963) 431.",
    "Kramers-Kronig test: B. A. Boukamp, J. Electrochem. Soc. 142 (1995) 1885; M. Schönleber, "
    "D. Klotz and E. Ivers-Tiffée, Electrochim. Acta 131 (2014) 20.",
    "Grammar of circuits: M. D. Murbach et al., J. Open Source Softw. 5 (2020) 2349.",
)


def report(path, fits, spectra=None, *, names=None, title=None, unit="Ω"):
    """Write everything about fits of one circuit to one HTML file.

    Parameters
    ----------
    path : str or path
        A file that is there is replaced, at once and only by a complete one.
    fits : Fit, DriftingFit or list of them
    spectra : Spectra or list of them, optional
        What was fitted, as it was read, one for each fit: the report then names files with their
        checksums, sweeps, times, and columns that were not read.
    names : sequence of str, optional
        One for each spectrum of all fits; without, those of `spectra`.
    title : str, optional
    unit : {"Ω", "Ω m²", "Ω cm²"}
        Of the impedances that were fitted.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ValueError
        If `spectra` or `names` do not match the fits.
    FileNotFoundError
        If there is no such folder.

    Notes
    -----
    Up to fifty spectra are listed one by one.  Of more there are medians and ranges, the trends of
    the parameters, a typical spectrum, the worst one and a list of those with faults; the whole
    table is that of `table`.

    Examples
    --------
    >>> import tempfile
    >>> from sandtime import eis
    >>> frequency, circuit = np.geomspace(1e6, 1, 61), eis.Circuit("R_0-Zarc_int")
    >>> truth = {"0.R": 60, "int.R": 270, "int.tau": 1e-3, "int.alpha": 0.9}
    >>> fit = eis.fit(frequency, circuit.impedance(frequency, truth), circuit)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = report(f"{folder}/cell.html", fit, title="A computed cell")
    ...     print(path.name, "A computed cell" in path.read_text(encoding="utf-8"))
    cell.html True
    """
    fits = listed(fits)
    stacks = _stacks(fits, spectra, names)
    frame = table(fits, [name for stack in stacks for name in stack.names], unit=unit)
    title = title or f"{fits[0].circuit.string} fitted to {_of(stacks)}"
    made = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    body = [
        f'<p class="quiet">{page.text(made)}, sandtime {sandtime.__version__}</p>',
        _verdict(frame),
        page.section("Result", *_result(stacks, frame, unit)),
        page.section("Pictures", *_pictures(stacks, frame)),
        page.section("What is wrong with it", page.items(faults(stacks, frame))),
        page.section("How it was made", page.pairs(_making(stacks, unit))),
        *_files(stacks),
        page.section("How to cite", page.items([CITE, *_METHODS, *_sources(fits[0].circuit)])),
    ]
    return page.write(path, page.page(title, "\n".join(body)))


@dataclass
class _Stack:
    """A fit with the spectra it is of."""

    fit: object
    spectra: object
    names: list
    first: int  # number of its first spectrum among all

    @property
    def used(self):
        return np.atleast_2d(self.fit.weights) > 0

    @property
    def measured(self):
        return np.atleast_2d(self.fit.measured)


def _stacks(fits, spectra, names):
    """Fits with their spectra, checked to belong together."""
    if spectra is None:
        every = [None] * len(fits)
    else:
        every = list(spectra) if isinstance(spectra, list | tuple) else [spectra]
    if len(every) != len(fits):
        raise ValueError(f"spectra has {len(every)} entries for {len(fits)} fits: they must match")
    for number, (fit, each) in enumerate(zip(fits, every, strict=True)):
        shape = np.shape(np.atleast_2d(fit.measured))
        if each is None:
            continue
        if np.shape(np.atleast_2d(each.impedance)) != shape or not np.array_equal(
            each.frequency, fit.frequency
        ):
            raise ValueError(
                f"spectra{f'[{number}]' if len(fits) > 1 else ''} is {each!r}, but {shape[0]} × "
                f"{shape[1]} points were fitted: give the spectra of this fit"
            )
    total = sum(map(fit_size, fits))
    if names is None:
        known = [tuple(getattr(each, "names", ())) for each in every]
        numbers = itertools.count()
        names = []
        for fit, each in zip(fits, known, strict=True):
            own = [f"spectrum {next(numbers)}" for _ in range(fit_size(fit))]
            names += each if len(each) == len(own) else own
    names = checked_names(names, total)
    stacks, first = [], 0
    for fit, each in zip(fits, every, strict=True):
        size = fit_size(fit)
        stacks.append(_Stack(fit, each, names[first : first + size], first))
        first += size
    return stacks


def _of(stacks):
    names = [name for stack in stacks for name in stack.names]
    return names[0] if len(names) == 1 else f"{len(names):,} spectra"


# ---- the result ---------------------------------------------------------------------------------


def _verdict(frame):
    """How many are in order, in a sentence."""
    total, converged = len(frame), int(frame["converged"].sum())
    bad = int((frame["converged"] & ~frame["adequate"]).sum())
    if total == 1:
        if frame["adequate"].iloc[0]:
            return '<p><strong class="good">The circuit describes the spectrum.</strong></p>'
        words = "The circuit does not describe the spectrum" if bad else "The fit did not converge"
        return f'<p><strong class="bad">{words}:</strong> what follows is to be read with this.</p>'
    words = f"{converged:,} of {total:,} spectra converged"
    words += f"; {bad:,} of these are not described by the circuit." if bad else "."
    kind = "good" if converged == total and not bad else "bad"
    return f'<p><strong class="{kind}">{words}</strong></p>'


def _result(stacks, frame, unit):
    circuit, total = stacks[0].fit.circuit, len(frame)
    units = parameter_units(circuit, unit)
    if total == 1:
        rows = [["parameter", "element", "value", "unit", "bounds"]]
        kinds = {name: leaf.element.name for leaf in circuit.tree.leaves() for name in leaf.names}
        column = frame.iloc[0]
        for title in rounded(frame)[0][1:]:
            name = title.partition(" [")[0]
            parameter = name.removesuffix(" rate").removesuffix(" growth")
            if parameter in units:
                error = title.replace(name, f"{name} error")
                value = _alone(column[title], column.get(error))
                own = units[name] if name in units else "1/s" if name.endswith("rate") else ""
                said = _said(stacks[0].fit, name)
                rows.append([name, kinds[parameter], value, own, said])
        yield page.grid("Parameters with their standard errors", rows)
        one = [f"χ² = {column['chi2']:.4g} with {column['dof']:,} degrees of freedom"]
        if np.isfinite(column["misfit"]):
            one.append(f"misfit {column['misfit']:.3g} times the noise")
        yield f"<p>{page.text(', '.join(one))}.</p>"
    elif total <= _ROWS:
        head, *rows = rounded(frame.drop(columns="reason"))
        words = [
            "yes" if good else "no" if converged else "not converged"
            for good, converged in zip(frame["adequate"], frame["converged"], strict=True)
        ]
        rows = [[*row, word] for row, word in zip(rows, words, strict=True)]
        caption = "Parameters with their standard errors, and whether the circuit describes it"
        yield page.grid(caption, [[*head, "described"], *rows])
    else:
        yield page.grid(
            f"Parameters of {total:,} spectra: median, and the range of eight in ten",
            _summary(stacks, frame),
        )


def _alone(value, error):
    if error is None:
        return f"{100 * value:.2g} %".replace("-", "−")
    return with_error(value, error)


def _said(fit, name):
    """What was said about a parameter before the fit."""
    bounds = fit.settings.get("bounds", {})
    if name not in bounds:
        return ""
    low, high = (end if end is None else np.ravel(end) for end in bounds[name])
    words = [
        f"{word} {ends[0]:.6g}" + (f" to {ends[-1]:.6g}" if np.ptp(ends) else "")
        for word, ends in (("at least", low), ("at most", high))
        if ends is not None
    ]
    return ", ".join(words)


def _summary(stacks, frame):
    """Rows of medians and ranges, of what converged."""
    good = frame[frame["converged"]]
    rows = [["parameter", "median", "lowest tenth below", "highest tenth above", "median error"]]
    for title in frame.columns:
        name, _, own = title.partition(" [")
        error = f"{name} error{' [' + own if own else ''}"
        if error in frame.columns:
            low, middle, high = (
                np.quantile(good[title], (0.1, 0.5, 0.9)) if len(good) else [np.nan] * 3
            )
            finite = good[error][np.isfinite(good[error])]
            typical = plain(np.median(finite), 2) if len(finite) else "not determined"
            if len(finite) and not finite.any():
                typical = "fixed"
            rows.append([title, *(plain(v, 4) for v in (middle, low, high)), typical])
    for title in ("reduced chi2", "misfit"):
        values = good[title][np.isfinite(good[title])]
        if len(values):
            low, middle, high = _tenths(values)
            rows.append([title, *(plain(v) for v in (middle, low, high)), ""])
    return rows


def _tenths(values):
    return np.quantile(values, (0.1, 0.5, 0.9)) if len(values) else [np.nan] * 3


def _pictures(stacks, frame):
    """The figures: all or a few of each stack, a typical one, the worst, and the trends."""
    from sandtime.eis.pictures import FEW, picture  # whoever only fits needs no Matplotlib
    from sandtime.eis.sheet import drawings
    from sandtime.eis.trends import trends

    prefixes = (f"p{number}" for number in itertools.count())

    def plate(sheet, caption):
        return page.plate(*drawings(sheet, next(prefixes)), sheet.alt, caption)

    total = len(frame)
    for stack in stacks[:_SETS]:
        size = len(stack.names)
        sheet = picture(stack.fit, names=stack.names, time=getattr(stack.spectra, "time", None))
        words = "The spectrum" if size == 1 else f"The {size} spectra"
        if size > FEW:
            words = f"{FEW} of {size:,} spectra, evenly spread from the first to the last"
        yield plate(sheet, f"{words}. {_signs(sheet)}")
    if len(stacks) > _SETS:
        yield f"<p>{len(stacks) - _SETS} more stacks on other frequencies are not drawn here.</p>"
    if total == 1:
        return
    size = frame["reduced chi2"].where(frame["converged"]).to_numpy(float)
    order = np.argsort(np.where(np.isfinite(size), size, np.inf))
    finite = int(np.isfinite(size).sum())
    chosen = {int(order[finite // 2 if finite else 0]): "A typical spectrum: the median of χ²"}
    worst = "The worst: it did not converge" if finite < total else "The worst: the largest χ²"
    chosen.setdefault(int(order[-1]), worst)
    for number, words in chosen.items():
        stack = next(s for s in reversed(stacks) if s.first <= number)
        sheet = picture(stack.fit, number - stack.first, names=stack.names)
        reason = frame["reason"].iloc[number]
        yield plate(sheet, f"{words}; {frame.index[number]}: {reason}.")
    sheet, caption = trends(frame, _clock(stacks))
    yield plate(sheet, caption)


def _signs(sheet):
    """What the marks of a picture are."""
    words = "Large points mark decades of frequency"
    if len(sheet.axes) > 3:
        per = "per cent of the modulus" if sheet.unit == "1/|Z|" else "sigma"
        words += f"; ΔZ is measured less fitted, in {per}"
    return f"{words}."


def _clock(stacks):
    """When all sweeps began, s, or None."""
    times = [getattr(stack.spectra, "time", None) for stack in stacks]
    if any(time is None for time in times):
        return None
    return np.concatenate([np.atleast_1d(time) for time in times])


# ---- how it was made ----------------------------------------------------------------------------


def _making(stacks, unit):
    fit, circuit = stacks[0].fit, stacks[0].fit.circuit
    yield "circuit", circuit.string
    yield (
        "elements",
        [f"{leaf.symbol} {leaf.label}: {leaf.element.name}" for leaf in circuit.tree.leaves()],
    )
    if circuit.negative:
        yield "may be negative", ", ".join(sorted(circuit.negative))
    yield "in impedance.py", _translated(fit)
    yield (
        "fixed",
        [f"{name} = {_number(v)}" for name, v in fit.settings.get("fixed", {}).items()]
        or "nothing",
    )
    bounds = [f"{name}: {_said(fit, name)}" for name in fit.settings.get("bounds", {})]
    yield "bounds", bounds or "none but those of an exponent, 0 to 1"
    if hasattr(fit, "rate"):
        yield "drifting", [f"{name}, exponentially during the sweep" for name in fit.rate]
    yield "weights", _WEIGHTS.get(fit.settings.get("weights"), str(fit.settings.get("weights")))
    for stack in stacks[:_SETS]:
        f, size = stack.fit.frequency, len(stack.names)
        yield (
            "data",
            (
                f"{size:,} × {f.size:,} points from {quantity(f.max(), 'Hz', 4)} to "
                f"{quantity(f.min(), 'Hz', 4)}, in {unit}"
            ),
        )
        if stack.spectra is not None and stack.spectra.source:
            yield "read from", stack.spectra.source
        if stack.spectra is not None and stack.spectra.ignored:
            yield "columns not read", ", ".join(map(str, stack.spectra.ignored))
    if len(stacks) > _SETS:
        yield "data", f"{len(stacks) - _SETS} more stacks on other frequencies"
    yield "versions", ", ".join(f"{name} {version}" for name, version in versions().items())


_WEIGHTS = {
    "1/|Z|": "1/|Z|; standard errors scaled by the root of the reduced χ²",
    "1/sigma": "1/sigma as given; standard errors absolute",
    "1/sigma, relative": "1/sigma as given but for a factor; standard errors scaled by the root of "
    "the reduced χ²",
}


def _number(value):
    value = np.ravel(value)
    return f"{value[0]:.6g}" if value.size == 1 else f"a value for each of {value.size:,} spectra"


def _translated(fit):
    try:
        string, names = fit.circuit.to_impedance_py()
    except ValueError as error:
        return str(error)
    lines = [string, ", ".join(f"{own} is {theirs}" for own, theirs in names.items())]
    if fit_size(fit) == 1:
        own = {name: float(np.ravel(value)[0]) for name, value in fit.parameters.items()}
        values = ", ".join(f"{value:.6g}" for value in fit.circuit.values_for_impedance_py(own))
        lines.append(f"initial_guess=[{values}]")
    return lines


def _files(stacks):
    """Names and checksums of what was read."""
    files = [file for stack in stacks if stack.spectra is not None for file in _known(stack)]
    files = list(dict.fromkeys(files))
    if not files:
        return
    rows = [["file", "SHA-256"], *files[:_ROWS]]
    parts = [page.grid("Files that were read, with their checksums", rows)]
    if len(files) > _ROWS:
        every = hashlib.sha256("".join(f"{digest}\n" for _, digest in files).encode()).hexdigest()
        parts.append(
            f"<p>{len(files) - _ROWS:,} more files. SHA-256 of all {len(files):,} checksums, a "
            f"line each, in the order of the spectra: <code>{every}</code></p>"
        )
    yield page.section("Files", *parts)


def _known(stack):
    return [(str(name), str(digest)) for name, digest in getattr(stack.spectra, "files", ())]


def _sources(circuit):
    """Where the formulas of the circuit's elements stand."""
    every = {leaf.symbol: leaf.element for leaf in circuit.tree.leaves()}
    return [f"{symbol}, {element.name}: {element.source}." for symbol, element in every.items()]
