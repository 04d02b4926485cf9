"""Some files at a time: read, fitted or checked, and made rows of a table.

All of it can run in another process.  What is done with some files depends on nothing but them and
the options, so that the rows are the same to the last digit whoever makes them, and when.
"""

import csv
import io
import os
import re
import shlex
import warnings
from dataclasses import dataclass, field

import numpy as np

from sandtime import eis
from sandtime.command.say import shown
from sandtime.eis import steadiness, table

_STACK = 512  # spectra fitted or tested at once
_LARGEST = 200_000_000  # bytes of a file, which is in memory while it is read


@dataclass(frozen=True)
class Loaded:
    """What is in a file, or why it cannot be read."""

    name: str
    spectra: tuple = ()
    wrong: str = ""
    warnings: tuple = ()


def load(name, reading):
    """Read a file; whatever is wrong with it is said and not raised.

    Parameters
    ----------
    name : str
    reading : dict
        Keyword arguments of `eis.read`.
    """
    if os.path.exists(name):
        if not os.path.isfile(name):
            return Loaded(name, wrong="is not a file")
        if (size := os.path.getsize(name)) > _LARGEST:
            return Loaded(
                name, wrong=f"has {size / 1e6:,.0f} MB, and {_LARGEST / 1e6:,.0f} MB are the most"
            )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = eis.read(name, **reading)
        except Exception as error:  # one broken file of thousands must not stop the others
            return Loaded(name, wrong=_in_words(name, error))
    said = tuple(
        _without(name, str(each.message))
        for each in caught
        if issubclass(each.category, eis.SpectraWarning)
    )
    return Loaded(name, tuple(found) if isinstance(found, list) else (found,), warnings=said)


def _in_words(name, error):
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    words = _without(name, str(error))
    return (
        words if isinstance(error, ValueError | ImportError) else f"{type(error).__name__}: {words}"
    )


def _without(name, message):
    """A message without the name of the file at its beginning: that is said anyway."""
    base = os.path.basename(name)
    rest = message[len(base) :].lstrip(":, ") if message.startswith(base) else message
    return as_options(rest)


def as_options(message):
    """Advice for Python as advice for the command line.

    >>> as_options("read(..., leave_out=['OVERLOAD']) leaves such points out")
    '--leave-out OVERLOAD leaves such points out'
    >>> as_options('columns={"frequency": 0, "-imag": "Z im"} says what is where')
    "--columns 'frequency=0,-imag=Z im' says what is where"
    """
    message = re.sub(r"read\(\.\.\., ((?:[^()]|\([^()]*\))*)\)", r"\1", message)
    message = re.sub(r"\bcolumns=\{([^{}]*)\}", _columns, message)
    message = re.sub(r"\bleave_out=\[([^\[\]]*)\]", lambda m: _option("leave-out", m[1]), message)
    message = re.sub(r"\bcolumns=(?=\s)", "--columns", message)
    return re.sub(r"\b(flip|negative_real|one_clock)=True", _flag, message)


def _flag(found):
    return "--" + found[1].replace("_", "-")


def _columns(found):
    pairs = re.sub(r"""["']?([^"',:]+)["']?: ["']?([^"',]+)["']?""", r"\1=\2", found[1])
    return _option("columns", re.sub(r",\s+", ",", pairs))


def _option(name, value):
    return f"--{name} {shlex.quote(value.strip(chr(39) + chr(34)))}"


# ---- sweeps -------------------------------------------------------------------------------------


@dataclass
class Sweep:
    """One spectrum of a file, and what becomes of it."""

    name: str
    label: str
    frequency: np.ndarray
    impedance: np.ndarray
    mask: np.ndarray | None
    time: float | None
    point_time: np.ndarray | None
    files: tuple
    cells: list = field(default_factory=list)
    wrong: str = ""
    change: tuple = ("", "")

    @property
    def begins(self):
        """The cells of its row that say which it is."""
        used = np.isfinite(self.impedance) if self.mask is None else self.mask
        ends = self.frequency[used]
        time = "" if self.time is None else float(self.time)
        return [self.name, self.label, time, int(ends.size), float(ends.max()), float(ends.min())]


BEGINS = ("file", "sweep", "time [s]", "points", "highest frequency [Hz]", "lowest frequency [Hz]")


def sweeps(loaded):
    """Every spectrum of a file."""
    stem = os.path.splitext(os.path.basename(loaded.name))[0]
    for spectra in loaded.spectra:
        impedance = np.atleast_2d(spectra.impedance)
        optional = [
            None if each is None else np.reshape(each, (len(impedance), -1))
            for each in (spectra.mask, spectra.point_time)
        ]
        times = None if spectra.time is None else np.atleast_1d(spectra.time)
        for k, row in enumerate(impedance):
            mask, point_time = (None if each is None else each[k] for each in optional)
            label = spectra.names[k].removeprefix(stem).strip() if spectra.names else ""
            time = None if times is None else times[k]
            files = spectra.files
            yield Sweep(loaded.name, label, spectra.frequency, row, mask, time, point_time, files)


def stacks(every):
    """Sweeps that share their frequencies, some hundred at a time, in the order of the files."""
    groups = {}
    for sweep in every:
        key = sweep.frequency.tobytes(), sweep.mask is None, sweep.point_time is None
        groups.setdefault(key, []).append(sweep)
    for group in groups.values():
        for first in range(0, len(group), _STACK):
            yield group[first : first + _STACK]


def together(stack, do):
    """Do something with a stack; where that cannot be, with each of its sweeps alone."""
    try:
        do(stack)
    except Exception as error:
        if len(stack) == 1:
            stack[0].wrong = f"{_alone(str(error))}"
            stack[0].cells = []
            return
        for sweep in stack:
            together([sweep], do)


def _alone(message):
    """A message about spectrum 0 of a stack that holds no other."""
    return message.replace("spectrum 0 has", "it has").replace(" in spectrum 0", "")


def arrays(stack):
    """Impedance, mask and times of the points of a stack, as `eis.fit` takes them."""
    impedance = np.array([sweep.impedance for sweep in stack])
    optional = (
        None if getattr(stack[0], name) is None else np.array([getattr(s, name) for s in stack])
        for name in ("mask", "point_time")
    )
    return impedance, *optional


def joined(stack):
    """A stack as `eis.Spectra`, each sweep with its name."""
    impedance, mask, point_time = arrays(stack)
    times = [sweep.time for sweep in stack]
    return eis.Spectra(
        stack[0].frequency,
        impedance,
        time=None if None in times else np.array(times, float),
        point_time=point_time,
        mask=mask,
        names=tuple(f"{shown(sweep.name)} {sweep.label}".rstrip() for sweep in stack),
        files=tuple(dict.fromkeys(file for sweep in stack for file in sweep.files)),
    )


# ---- rows ---------------------------------------------------------------------------------------


def cell(value):
    """One cell of a table: numbers with all their digits, text that no spreadsheet runs.

    >>> [cell(each) for each in (-0.1, float("nan"), True, "=1+1", "-3.5", "a, b")]
    ['-0.1', 'nan', 'true', "'=1+1", '-3.5', 'a, b']
    """
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return repr(float(value))
    text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if text[:1] in tuple("=+-@\t\r"):
        try:
            float(text)
        except ValueError:
            return "'" + text
    return text


def row(cells):
    """A line of a table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([cell(each) for each in cells])
    return text.getvalue()


def record(loaded, every, width, count):
    """What is kept of some files: their rows, what was wrong, and how many there were.

    Parameters
    ----------
    loaded : sequence of Loaded
    every : sequence of Sweep
    width : int
        Columns of the table; the last is the reason.
    count : callable
        Sweeps → dict of int.
    """
    by_name, rows, said, broken = {}, [], [], 0
    for sweep in every:
        by_name.setdefault(sweep.name, []).append(sweep)
    for each in loaded:
        said += [f"{shown(each.name)}: {words}" for words in each.warnings]
        if each.wrong:
            broken += 1
            said.append(f"{shown(each.name)}: {each.wrong}")
            rows.append(row([each.name, *[""] * (width - 2), f"not read: {each.wrong}"]))
        for sweep in by_name.get(each.name, ()):
            filled = [*sweep.begins, *sweep.cells]
            if sweep.wrong:
                at = f", sweep {sweep.label}" if sweep.label else ""
                said.append(f"{shown(each.name)}{at}: {sweep.wrong}")
                filled = [*sweep.begins, *[""] * (width - len(BEGINS) - 1), sweep.wrong]
            rows.append(row(filled))
    failed = sum(bool(sweep.wrong) for sweep in every)
    numbers = {"files": len(loaded), "broken": broken, "spectra": len(every), "failed": failed}
    good = [sweep for sweep in every if not sweep.wrong]
    return {"rows": "".join(rows), "said": said, "count": numbers | count(good)}


# ---- fit ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FitJob:
    """A circuit for every spectrum.

    Attributes
    ----------
    circuit : eis.Circuit
    options : dict
        `fixed`, `bounds` and `guess` of `eis.fit`.
    sigma : tuple or None
        ("relative", share of the modulus) or ("absolute", Ω).
    drift : tuple of str or None
        Names of what drifts; None for a steady fit.
    scaled : bool
        Whether sigma only weighs, and the scatter sets the errors.
    """

    circuit: eis.Circuit
    options: dict
    sigma: tuple | None = None
    drift: tuple | None = None
    scaled: bool = False

    @property
    def columns(self):
        """Titles of the columns."""
        return (*BEGINS, *table.headings(self.circuit, self.drift or ()), *table.REMARKS)

    def __call__(self, loaded):
        """The record of some files."""
        every = [sweep for each in loaded for sweep in sweeps(each)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", eis.FitWarning)
            for stack in stacks(every):
                together(stack, self.fit)

        def count(good):
            ends = [sweep.cells[-3:-1] for sweep in good]
            return {
                "converged": sum(bool(converged) for converged, _ in ends),
                "adequate": sum(bool(adequate) for _, adequate in ends),
            }

        return record(loaded, every, len(self.columns), count)

    def keywords(self, impedance, mask):
        """Keyword arguments of `eis.fit` for some spectra."""
        sigma = None
        if self.sigma is not None:
            kind, value = self.sigma
            size = np.abs(np.nan_to_num(impedance, nan=1.0)) if kind == "relative" else 1.0
            sigma = value * size
        return {**self.options, "sigma": sigma, "mask": mask}

    def result(self, stack):
        """The fit of a stack."""
        impedance, mask, point_time = arrays(stack)
        keywords = self.keywords(impedance, mask)
        case = stack[0].frequency, impedance, self.circuit
        if self.drift is None:
            if self.scaled:
                keywords["absolute_sigma"] = False
            return eis.fit(*case, progress=False, **keywords)
        if point_time is None:
            raise ValueError("the file has no times of the points, which drift needs")
        return eis.fit_drifting(*case, point_time=point_time, drift=self.drift, **keywords)

    def fit(self, stack):
        """Fill the cells of a stack."""
        columns = table.columns(self.result(stack)).values()
        for k, sweep in enumerate(stack):
            sweep.cells = [column[k] for column in columns]


# ---- check --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CheckJob:
    """Kramers and Kronig for every spectrum, and its drift where that can be seen.

    Attributes
    ----------
    fit : FitJob or None
        Whose growth rates say how much a cell drifted, where the times of the points are known.
    """

    fit: FitJob | None = None

    @property
    def columns(self):
        """Titles of the columns."""
        drift = ["change of |Z| in the sweep [%]", "at [Hz]"]
        for name in self.fit.drift if self.fit else ():
            drift += [f"growth of {name} in the sweep [%]", f"error of that of {name} [%]"]
        checks = ("rms residual [%]", "noise [%]", "whiteness", "valid", "below limit")
        return (*BEGINS, *checks, *drift, "reason")

    def __call__(self, loaded):
        """The record of some files."""
        every = []
        for each in loaded:
            own = list(sweeps(each))
            changes = [change for spectra in each.spectra for change in _changes(spectra)]
            for sweep, change in zip(own, changes, strict=True):
                sweep.change = change
            every += own
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", eis.FitWarning)
            for stack in stacks(every):
                together(stack, self.check)

        def count(good):
            valid = sum(bool(sweep.cells[3]) for sweep in good)
            return {"valid": valid, "small": sum(bool(sweep.cells[4]) for sweep in good)}

        return record(loaded, every, len(self.columns), count)

    def check(self, stack):
        """Fill the cells of a stack."""
        impedance, mask, point_time = arrays(stack)
        kk = eis.lin_kk(stack[0].frequency, impedance, mask=mask)
        reasons = np.where(kk.valid, "valid", "not valid").astype(object)
        reasons[kk.below_limit] = "not valid, but below the limit"
        columns = [100 * kk.rms, 100 * kk.noise, kk.whiteness, kk.valid, kk.below_limit]
        drift = []
        if self.fit:
            drift = [np.full(len(stack), np.nan)] * (2 * len(self.fit.drift))
            if point_time is not None:
                drift, words = self.grown(stack, impedance, mask, point_time)
                reasons = reasons + words
        for k, sweep in enumerate(stack):
            here = [column[k] for column in columns]
            sweep.cells = [*here, *sweep.change, *(column[k] for column in drift), reasons[k]]

    def grown(self, stack, impedance, mask, point_time):
        """Growth of what drifts and its error, in per cent, and what is wrong with the fit."""
        keywords = self.fit.keywords(impedance, mask)
        case = stack[0].frequency, impedance, self.fit.circuit
        found = eis.fit_drifting(*case, point_time=point_time, drift=self.fit.drift, **keywords)
        span = np.nanmax(point_time, axis=1) - np.nanmin(point_time, axis=1)
        drift = []
        for name in self.fit.drift:
            growth = found.growth[name]
            drift += [100 * growth, 100 * (1 + growth) * found.rate_stderr[name] * span]
        bad = ~found.adequate
        return drift, np.where(bad, "; drift: " + found.reason.astype(object), "")


def _changes(spectra):
    """For each sweep the largest change of |Z| during it, in per cent, and where."""
    try:
        change, at = steadiness.change(spectra)
    except ValueError:
        return [("", "")] * np.atleast_2d(spectra.impedance).shape[0]
    return list(zip(100 * change, at, strict=True))
