"""Rows of a file cut into sweeps, checked, and laid on the frequencies that they share."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sandtime.eis.reading.spectra import Spectra, warn

SAME = 1e-5  # relative; frequencies nearer than this are one
EVEN = 2.5  # a turn of the frequencies is one sweep's end if no step is so many median ones


@dataclass(frozen=True)
class Sweep:
    """One sweep, from high to low frequency: values by column, where it is from, its name."""

    values: dict
    source: object
    name: str

    @property
    def frequency(self):
        return self.values["frequency"]


@dataclass(frozen=True)
class Source:
    """A file that was read."""

    name: str
    sha256: str
    kind: str
    ignored: tuple = ()


# ---- one file -----------------------------------------------------------------------------------


def of_file(path, columns, numbers, *, flip=False, negative_real=False):
    """Columns of one file cut into those of its sweeps, each from high to low frequency."""
    numbers = np.asarray(numbers)
    frequency = columns["frequency"]
    if not frequency.size:
        raise ValueError(f"{path.name} holds no row of a spectrum")
    if (frequency <= 0).any():
        row = np.flatnonzero(frequency <= 0)[0]
        raise ValueError(
            f"{path.name}, line {numbers[row]}: frequency = {frequency[row]:.10g} Hz is not "
            "allowed: it must be above 0 Hz"
        )
    if not negative_real:
        _check_real(path, columns["real"], numbers)
    sweeps = []
    for part in _cut(path, frequency, columns, numbers):
        here = {key: column[part] for key, column in columns.items()}
        if here["frequency"][0] < here["frequency"][-1]:
            here = {key: column[::-1] for key, column in here.items()}
        sweeps.append(here)
        if len(sweeps) == 1 or not np.array_equal(here["frequency"], sweeps[0]["frequency"]):
            _check_even(path, here["frequency"])
    _check_sign(path, sweeps, flip)
    return sweeps


def _check_even(path, frequency):
    """A warning of frequencies that alone leave an even series, as if cells had changed places."""
    step = -np.diff(np.log(frequency))
    if step.size < 8:
        return
    middle = np.median(step)
    odd = np.abs(step - middle) > 0.1 * middle
    both = np.abs(step[1:] + step[:-1] - 2 * middle) < 0.04 * middle
    alone = np.flatnonzero(odd[1:] & odd[:-1] & both)
    if alone.size and np.mean(odd) < 0.2:
        warn(
            f"{path.name}: the frequency {frequency[alone[0] + 1]:.10g} Hz does not fit into the "
            "even steps of all others: cells of its row may have changed places"
        )


def _check_sign(path, sweeps, flip):
    r"""An error if most sweeps have the imaginary part of the wrong sign.

    From high to low frequency a capacitive arc runs to larger real parts below the axis, an
    inductive loop to smaller ones above it: either way :math:`\int Z''\,dZ' < 0`.  Upside down it
    is positive.  Where the real part hardly moves, a capacitor still grows towards low frequencies,
    and an inductor towards high ones.
    """
    wrong = 0
    for size in {sweep["real"].size for sweep in sweeps}:
        alike = [sweep for sweep in sweeps if sweep["real"].size == size]
        real, imag = (np.stack([sweep[key] for sweep in alike]) for key in ("real", "imag"))
        area = np.sum((imag[:, 1:] + imag[:, :-1]) / 2 * np.diff(real), axis=1)
        span = real.max(axis=1) - real.min(axis=1)
        high, low = np.abs(imag[:, : size // 2]), np.abs(imag[:, size // 2 :])
        height = np.abs(imag).max(axis=1)
        reactive = span < 0.2 * height
        mostly = np.sign(imag).sum(axis=1) > 0
        grows = low.sum(axis=1) > high.sum(axis=1)
        wrong += np.sum(mostly & np.where(reactive, grows, area > 0.05 * span * height))
    if wrong > len(sweeps) / 2:
        advice = (
            "with flip=True: leave it out, the file is right as it is"
            if flip
            else "as in files that hold -Im Z without saying so: read(..., flip=True) changes it"
        )
        raise ValueError(
            f"{path.name}: the imaginary part has the wrong sign (the arcs of "
            f"{wrong} of {len(sweeps)} sweeps lie above the axis), {advice}"
        )


def _check_real(path, real, numbers):
    negative = np.flatnonzero(real < 0)
    if np.median(real) < 0:
        raise ValueError(
            f"{path.name}: the real part is negative for {negative.size} of {real.size} points, "
            "which no passive cell has: real and imaginary part, or other columns, seem to be "
            "swapped; if the cell is so, read(..., negative_real=True)"
        )
    if negative.size:
        warn(
            f"{path.name}: the real part is negative for {negative.size} of {real.size} points, "
            f"first in line {numbers[negative[0]]}: no passive cell has that; if this one does, "
            "read(..., negative_real=True) says so"
        )


def _cut(path, frequency, columns, numbers):
    """Slices of the rows, one for each sweep; frequencies within it rise or fall."""
    spectrum = columns.get("spectrum")
    block = columns.get("block")
    if spectrum is not None:
        parts = _marked(spectrum)
        if np.unique(spectrum).size < len(parts):
            raise ValueError(
                f"{path.name}: the rows of a spectrum must stand together, but spectrum goes to "
                "another and comes back"
            )
    else:
        parts = [
            slice(part.start + start, part.start + stop)
            for part in (_marked(block) if block is not None else [slice(0, frequency.size)])
            for start, stop in _turns(path, frequency[part], numbers[part])
        ]
    for part in parts:
        _check_order(path, frequency, numbers, part, len(parts) > 1 and spectrum is None)
    return parts


def _marked(mark):
    starts = np.append(0, np.flatnonzero(np.diff(mark)) + 1)
    return [slice(*pair) for pair in zip(starts, np.append(starts[1:], mark.size), strict=True)]


def _turns(path, frequency, numbers):
    """Where sweeps without a mark begin and end: first frequencies again, or a turn."""
    step = np.diff(frequency)
    size = frequency.size
    if (step < 0).all() or (step > 0).all():
        return [(0, size)]
    starts = np.flatnonzero(np.abs(frequency - frequency[0]) <= SAME * frequency[0])
    alike = list(zip(starts, np.append(starts[1:], size), strict=True))
    if _alike(frequency, alike):
        return alike
    # maximal runs that rise or fall; the step from one to the next belongs to neither
    runs, start = [], 0
    while start < size:
        signs = np.sign(step[start:])
        other = np.flatnonzero(signs != signs[0]) if signs.size and signs[0] else [0]
        stop = size if not len(other) else start + int(other[0]) + 1
        runs.append((start, stop))
        start = stop
    whole = all(_even(frequency[start:stop]) for start, stop in runs)
    if len(runs) > 1 and whole and all(_anew(frequency, *pair) for pair in pairwise(runs)):
        warn(
            f"{path.name}: read as {len(runs)} sweeps; the frequencies start over or turn in line "
            f"{', '.join(str(numbers[start]) for start, _ in runs[1:4])}"
            f"{' and so on' if len(runs) > 4 else ''}"
        )
        return runs
    # one sweep with its rows out of order, unless the last row begins another
    return alike if alike[-1][1] - alike[-1][0] == 1 else [(0, size)]


def _alike(frequency, parts):
    """Whether each part repeats the frequencies of the first; the last may break off."""
    first = frequency[slice(*parts[0])]
    step = np.diff(first)
    if not ((step < 0).all() or (step > 0).all()):
        return False
    for index, (start, stop) in enumerate(parts):
        size = stop - start
        complete = size == first.size or (index == len(parts) - 1 and 1 < size < first.size)
        if (
            not complete
            or (np.abs(frequency[start:stop] - first[:size]) > SAME * first[:size]).any()
        ):
            return False
    return True


def _anew(frequency, run, then):
    """Whether a run turns, or jumps back over at least half of the one before."""
    before, after = np.log(frequency[slice(*run)]), np.log(frequency[slice(*then)])
    way = before[-1] - before[0]
    if (after[-1] - after[0]) * way < 0:
        return True
    return (before[-1] - after[0]) * np.sign(way) >= abs(way) / 2


def _even(frequency):
    if frequency.size < 5 or (frequency <= 0).any():
        return False
    step = np.abs(np.diff(np.log(frequency)))
    return step.max() <= EVEN * np.median(step)


def _check_order(path, frequency, numbers, part, unmarked):
    here, at = frequency[part], numbers[part]
    step = np.diff(here)
    if len(here) == 1 and unmarked:
        if part.stop == frequency.size:
            raise ValueError(
                f"{path.name}, line {at[0]}: the last sweep has a single point: the file seems "
                "to be cut off"
            )
        _repeats(path, here[0], numbers[part.stop])
    if (step < 0).all() or (step > 0).all():
        return
    order = np.argsort(here, kind="stable")
    again = order[1:][np.diff(here[order]) == 0]
    if again.size:
        _repeats(path, here[again.min()], at[again.min()])
    turn = 1 + np.flatnonzero(np.sign(step) != np.sign(step[0]))[0]
    raise ValueError(
        f"{path.name}, line {at[turn]}: the frequency {here[turn]:.10g} Hz after "
        f"{here[turn - 1]:.10g} Hz is out of order: within a sweep they must rise or fall; "
        "several sweeps that do not begin alike need a column spectrum"
    )


def _repeats(path, frequency, number):
    raise ValueError(
        f"{path.name}, line {number}: the frequency {frequency:.10g} Hz repeats within a sweep: "
        "average the points or leave one out; several sweeps need a column spectrum"
    )


# ---- any number of sweeps -----------------------------------------------------------------------


def stack(sweeps, *, one_clock=False):
    """Spectra of sweeps that follow one another, those that share their frequencies together."""
    if one_clock:
        _check_clock(sweeps)
    groups = []
    for index, sweep in enumerate(sweeps):
        last = index + 1 == len(sweeps) or sweeps[index + 1].source is not sweep.source
        grid = _joined(groups[-1], sweep, last) if groups else None
        if grid is None:
            groups.append([sweep.frequency, sweep.frequency.size, [sweep]])
        else:
            groups[-1][0] = grid
            groups[-1][1] = max(groups[-1][1], sweep.frequency.size)
            groups[-1][2].append(sweep)
    spectra = [_spectra(_lay(grid, members), members, one_clock) for grid, _, members in groups]
    if not one_clock and any(
        each.time is None and any(_timed(sweep) for sweep in members)
        for each, (_, _, members) in zip(spectra, groups, strict=True)
    ):
        warn(
            "the times are left out, because nothing says that all files count them by one clock; "
            "if they do, read(..., one_clock=True) keeps them"
        )
    return spectra


def _timed(sweep):
    return "time" in sweep.values or "point_time" in sweep.values


def _check_clock(sweeps):
    """An error if two files were measured at the same moment by what shall be one clock."""
    spans = {}
    for sweep in sweeps:
        if not _timed(sweep):
            raise ValueError(
                f"{sweep.source.name} has no times: one_clock=True needs those of all files"
            )
        times = np.concatenate(
            [sweep.values[k] for k in ("time", "point_time") if k in sweep.values]
        )
        low, high = spans.get(sweep.source, (np.inf, -np.inf))
        spans[sweep.source] = min(low, times.min()), max(high, times.max())
    order = sorted(spans, key=spans.get)
    for first, then in pairwise(order):
        if spans[then][0] <= spans[first][1]:
            raise ValueError(
                f"one_clock=True is not allowed: {first.name} ends at {spans[first][1]:.10g} s and "
                f"{then.name} begins at {spans[then][0]:.10g} s, so each counts its own time"
            )


def _joined(group, sweep, last):
    """The group's frequencies with those of a sweep that shares them; None if it does not.

    It shares them if it has half of the points of the longest in common, or breaks off as the last
    of its file, and all frequencies together are at most half as many again as the longest's.
    """
    grid, longest, members = group
    here = sweep.frequency
    if here is grid or (here.size == grid.size and (np.abs(here - grid) <= SAME * grid).all()):
        return grid
    place = _place(grid, here)
    known = np.abs(grid[place] - here) <= SAME * here
    if np.unique(place[known]).size < known.sum():
        return None
    longest, shared = max(longest, here.size), int(known.sum())
    broken_off = (
        last
        and sweep.source is members[-1].source
        and shared == here.size > 1
        and (np.diff(place) == 1).all()
        and (place[0] == 0 or place[-1] == grid.size - 1)
    )
    if grid.size + here.size - shared > 1.5 * longest or not (broken_off or 2 * shared >= longest):
        return None
    return np.sort(np.concatenate([grid, here[~known]]))[::-1]


def _place(grid, frequency):
    """For each frequency the index of the nearest of a falling grid."""
    logs = -np.log(grid)
    middle = (logs[1:] + logs[:-1]) / 2
    return np.searchsorted(middle, -np.log(frequency))


def _lay(grid, members):
    """Columns (S, F) of sweeps on common frequencies, nan where a sweep has no such point."""
    keys = [
        key
        for key in ("real", "imag", "time", "point_time")
        if all(key in sweep.values for sweep in members)
    ]
    if all(sweep.frequency.size == grid.size for sweep in members):
        laid = {key: np.stack([sweep.values[key] for sweep in members]) for key in keys}
    else:
        laid = {key: np.full((len(members), grid.size), np.nan) for key in keys}
        for row, sweep in enumerate(members):
            place = _place(grid, sweep.frequency)
            for key in keys:
                laid[key][row, place] = sweep.values[key]
    laid["frequency"] = grid
    return laid


def _spectra(laid, members, one_clock):
    sources = list(dict.fromkeys(sweep.source for sweep in members))
    mask = ~np.isnan(laid["real"])
    time, point_time = _times(laid, mask, sources, one_clock)
    impedance = laid["real"] + 1j * laid["imag"]
    single = len(members) == 1
    kinds = ", ".join(dict.fromkeys(source.kind for source in sources))
    several = f"{len(sources):,} files, {sources[0].name} to {sources[-1].name}"
    return Spectra(
        frequency=laid["frequency"],
        impedance=impedance[0] if single else impedance,
        time=time if time is None or not single else float(time[0]),
        point_time=point_time if point_time is None or not single else point_time[0],
        mask=None if mask.all() else mask,
        source=f"{sources[0].name if len(sources) == 1 else several} ({kinds})",
        ignored=tuple(dict.fromkeys(name for source in sources for name in source.ignored)),
        names=tuple(sweep.name for sweep in members),
        files=tuple((source.name, source.sha256) for source in sources),
    )


def _times(laid, mask, sources, one_clock):
    """When each sweep began and each point was measured; None where nobody knows by which clock."""
    if not ("time" in laid or "point_time" in laid) or (len(sources) > 1 and not one_clock):
        return None, None
    point_time = laid.get("point_time")
    if "time" in laid:
        time = np.nanmin(laid["time"], axis=1)
        if (laid["time"] != time[:, None])[mask].any():
            point_time = laid["time"] if point_time is None else point_time
    else:
        time = np.nanmin(point_time, axis=1)
    return time, point_time
