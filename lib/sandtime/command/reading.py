"""``sandtime read``: what is in files, and all of it in one plain table."""

import os
import tempfile
import warnings

import numpy as np

from sandtime import eis
from sandtime.command import inputs
from sandtime.command.journal import PART, replace, writable
from sandtime.command.parser import reading_of, understood
from sandtime.command.say import lines_shown, plural, shown, warn
from sandtime.command.work import load


def run(args):
    """Say what is in each file; returns the exit status."""
    reading = reading_of(args)
    files = inputs.expand(args.files, [args.out])
    if args.out:
        inputs.not_among([args.out], files)
        writable(args.out, args.force)
    good = []
    for name in files:
        loaded = load(name, reading)
        if loaded.wrong:
            warn(f"{shown(name)}: {loaded.wrong}")
            continue
        good.append(name)
        for spectra in loaded.spectra:
            print(lines_shown(f"{shown(name)}: {described(spectra)}"))
        for words in loaded.warnings:
            warn(f"{shown(name)}: {words}")
    if args.out and good:
        _write(args.out, good, reading | {"one_clock": args.one_clock})
    if not args.quiet and len(files) > 1:
        warn(f"{len(good):,} of {plural(len(files), 'file')} read")
    return int(len(good) < len(files))


def described(spectra):
    """What spectra are, in a line or two."""
    impedance = np.atleast_2d(spectra.impedance)
    kind = spectra.source.rpartition(" (")[2].rstrip(")")
    high, low = spectra.frequency.max(), spectra.frequency.min()
    sweeps, points = plural(len(impedance), "sweep"), plural(spectra.frequency.size, "point")
    words = f"{kind}, {sweeps} of {points}, {high:.6g} to {low:.6g} Hz"
    size = np.abs(impedance)
    words += f", |Z| {np.nanmin(size):.4g} to {np.nanmax(size):.4g} Ω"
    if spectra.mask is not None:
        words += f", {plural(int((~spectra.mask).sum()), 'point')} missing"
    if spectra.point_time is not None:
        words += ", times of points"
    elif spectra.time is not None:
        words += ", times of sweeps"
    if spectra.ignored:
        words += f"\n    not read: {', '.join(shown(each) for each in spectra.ignored)}"
    return words


def _write(output, names, reading):
    """All sweeps of these files as one plain table."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", eis.SpectraWarning)
        found = understood(eis.read, names, **reading)
    for each in caught:
        # what is wrong with one file was said when it was read alone
        if len(names) > 1 and "one_clock" in str(each.message):
            warn("the times of several files are left out: --one-clock keeps them")
    if isinstance(found, list):
        found = _spread(found)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(output))) as folder:
        path = os.path.join(folder, "table" + PART)
        understood(eis.write, path, found)
        with open(path, encoding="utf-8", newline="") as file:
            replace(output, file)


def _spread(every):
    """Sweeps of different frequencies on all of these: a table holds what there is."""
    frequency = np.unique(np.concatenate([each.frequency for each in every]))[::-1]
    sizes = [np.atleast_2d(each.impedance).shape[0] for each in every]
    ends = np.cumsum(sizes)
    wide = {
        name: np.full((ends[-1], frequency.size), np.nan, kind)
        for name, kind in (("impedance", complex), ("point_time", float))
        if all(getattr(each, name) is not None for each in every)
    }
    for each, size, end in zip(every, sizes, ends, strict=True):
        places = frequency.size - 1 - np.searchsorted(frequency[::-1], each.frequency)
        for name, array in wide.items():
            array[end - size : end, places] = getattr(each, name)
    times = [np.atleast_1d(each.time) for each in every if each.time is not None]
    time = np.concatenate(times) if len(times) == len(every) else None
    return eis.Spectra(frequency, time=time, mask=np.isfinite(wide["impedance"]), **wide)
