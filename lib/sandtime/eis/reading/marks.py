"""What an export says beside its numbers: several spectra, times, and the same thing twice."""

from itertools import pairwise

import numpy as np

from sandtime.eis.reading.tables import warn

# So far modulus and phase may be off real and imaginary part: as most points are, but for numbers
# in single precision at least, and two hundredths at most.
LEAST, MOST = 1e-5, 0.02


def spectra(frequency, keep, mark, restart):
    """A running number of the spectrum of each point, or None where the file marks only one."""
    rows, frequency = np.flatnonzero(keep).tolist(), frequency.tolist()
    ids, start, marked = [0] * len(rows), 0, False
    for i, (a, b) in enumerate(pairwise(rows), 1):
        here, before = frequency[i], frequency[i - 1]
        inside = i - start > 1  # two points tell whether this spectrum rises or falls
        falls = inside and frequency[start + 1] < frequency[start]
        over = here == before or (inside and (here < before) != falls)
        hint = b - a > 1 or any(column[a] != column[b] for column in restart)
        new = any(column[a] != column[b] for column in mark) or (over and hint)
        marked = marked or new
        # what is measured again and again needs no mark beside others that have one
        new = new or (over and inside and np.isclose(here, frequency[start], 1e-5, 0))
        ids[i] = ids[i - 1] + new
        start = i if new else start
    return np.array(ids) if marked else None


def programmes(mark, size):
    """Which programme of the instrument each point is of, from 1 in the order of the file."""
    seen = {}
    rows = zip(*(column.tolist() for column in mark), strict=True) if mark else [()] * size
    return np.array([seen.setdefault(row, len(seen) + 1) for row in rows], int)


def one_clock(path, found, numbers):
    """Whether the times run on, from point to point and from spectrum to spectrum."""
    time = found["time"]
    cuts = np.flatnonzero(np.diff(found.get("spectrum", np.zeros(time.size)))) + 1
    parts = np.split(time, cuts)
    inside = all((step >= 0).all() or (step <= 0).all() for step in map(np.diff, parts))
    if inside and all(a.max() <= b.min() for a, b in pairwise(parts)):
        return True
    back = np.flatnonzero(np.diff(time) < 0)[0]
    warn(
        f"{path.name}, line {numbers[back + 1]}: the time goes back from {time[back]:.6g} s to "
        f"{time[back + 1]:.6g} s: it is not one clock, and no times are read"
    )
    return False


def counted(record):
    """A warning where the numbers of the points do not rise."""
    for index in record.found(record.layout.counter):
        count = record.cells(index)
        whole = np.array([str(cell).isdigit() for cell in count])
        count = np.where(whole, count, "0").astype(float)
        wrong = ~whole
        # each table counts anew, and so does each segment in it
        wrong[1:] |= (np.diff(count) <= 0) & (count[1:] > count[0])
        if wrong.any():
            warn(
                f"{record.path.name}, line {np.asarray(record.numbers)[wrong][0]}: "
                f"{record.names[index]} does not count the points: rows or cells changed places"
            )


def said_twice(record, chose, impedance, keep):
    """A warning where modulus and phase do not agree with real and imaginary part."""
    if "real" not in chose or any(
        record.names[chose[key]] not in record.layout.columns.get(key, ())
        for key in ("real", "imag", "-imag")
        if key in chose
    ):
        return
    other = [record.found(record.layout.columns.get(key, ())) for key in ("modulus", "phase_deg")]
    if not other[0] or not all(record.numeric(i) for each in other for i in each):
        return
    modulus = record.values(other[0][0])
    there = keep & (modulus != 0) & (np.ptp(modulus) > 0)  # a constant stands for nothing
    if not there.any():
        return
    expected = np.abs(impedance)
    if other[1]:
        expected, modulus = impedance, modulus * np.exp(1j * np.deg2rad(record.values(other[1][0])))
    apart = np.abs(modulus - expected) / np.where(there, np.abs(impedance), 1.0)
    off = there & (apart > np.clip(10 * np.median(apart[there]), LEAST, MOST))
    if off.any():
        names = [record.names[each[0]] for each in other if each]
        warn(
            f"{record.path.name}, line {np.asarray(record.numbers)[off][0]}: {' and '.join(names)} "
            f"do not agree with real and imaginary part ({off.sum()} of {keep.sum()} points): one "
            "of them is wrong, or corrected; real and imaginary part were read"
        )
