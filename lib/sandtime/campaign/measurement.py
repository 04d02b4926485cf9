"""Spectra of the campaign, made from a truth as an instrument would: **synthetic**, all of them.

Every point of a spectrum sees the cell at its own time and carries noise of its own.  The noise is
drawn from the seed and the id of the cell, so that a series is the same whoever else is measured.
"""

import zlib

import numpy as np

from sandtime import eis
from sandtime.campaign import protocol
from sandtime.campaign.series import Series, measured_folder, read_series
from sandtime.campaign.truth import truth

_AFTER = 2  # spectra that begin after the criterion, so that the crossing lies between spectra


def measure(cell, seed=0, *, folder=None, reading="Hz", truth=truth):
    """The series of one cell: read from a file if there is one, else made from the truth.

    Parameters
    ----------
    cell : Cell
    seed : int
        Of the noise; not negative.
    folder : str or path, optional
        Where measured spectra are; it must hold this cell's.  Without, those places are looked
        into that `series` names, and the spectra are made if there are none.
    reading : {"Hz", "rad/s"}
        Of the printed "ω_max ≈ 40 MHz"; moves the arcs of the pellet.
    truth : callable
        Cell and reading → what the cell does: `campaign.truth`, whose circuit is that of the fit,
        `campaign.foreign`, whose circuit is not, or one of yours that returns a thing with the
        methods ``impedance(frequency, time)``, Ω m², and ``potential_at(time)``, V, and the
        attributes ``depletion_time`` (nan if there is none) and ``cutoff_time``, s.

    Returns
    -------
    Series
        For a cell of the kind "potential" that of `profile`, without spectra.

    Raises
    ------
    ValueError
        If an argument is not allowed, or the folder does not hold what it should.

    Examples
    --------
    >>> measure(protocol.cell("li-200"))
    <Series li-200: 273 synthetic spectra>
    """
    protocol.known(cell)
    where = measured_folder(folder)
    series = None if where is None else read_series(cell, where)
    if series is None and folder is not None:
        raise ValueError(f"folder = {str(folder)!r} is not allowed: it holds no {cell.id}.csv")
    return series or _synthetic(cell, seed, reading, truth)


def run(seed=0, *, folder=None, reading="Hz", truth=truth):
    """Every series that has spectra, by id: some 34,000 spectra, in a second or two.

    A dict of `Series`.  Parameters and errors as in `measure`, but cells whose spectra `folder`
    does not hold are made.
    """
    where, every = measured_folder(folder), {}
    for cell in protocol.cells():
        if cell.kind != "potential":
            series = None if where is None else read_series(cell, where)
            every[cell.id] = series or _synthetic(cell, seed, reading, truth)
    if folder is not None and all(series.synthetic for series in every.values()):
        raise ValueError(
            f"folder = {str(folder)!r} is not allowed: it holds the spectra of no cell"
        )
    return every


def profile(cell, seed=0):
    """The potential of a cell as far as the paper recorded it: to the cut-off, 2, 4 or 6 V.

    Synthetic, one value every 30 s and one at the end.

    Examples
    --------
    >>> ideal = profile(protocol.cell("li-100-ideal"))
    >>> print(f"{ideal.time[-1] / 3600:.2f} h, {ideal.potential[-1]:.1f} V")
    9.28 h, 4.0 V
    """
    protocol.known(cell)
    known, rng = truth(cell), _random(cell, seed, "profile")
    end = known.cutoff_time if cell.duration is None else min(cell.duration, known.cutoff_time)
    time = np.append(np.arange(0, end, protocol.SWEEP), end)
    return Series(cell, time, _potential(known, time, rng), _charge(cell, time), None, True)


def _synthetic(cell, seed, reading, truth):
    if not callable(truth):
        raise ValueError(
            f"truth = {truth!r} is not allowed: it must be a callable of cell and reading, as "
            "campaign.truth or campaign.foreign"
        )
    if cell.kind == "potential":
        return profile(cell, seed)
    known, rng = truth(cell, reading), _random(cell, seed, "spectra")
    if cell.duration is None:
        # up to rounding: some depletion times are whole numbers of intervals
        count = int(known.depletion_time / cell.interval + 1e-6) + 1 + _AFTER
        # the cut-off potential ends a strip, and with it a spectrum that is not complete
        count = min(count, int((known.cutoff_time - protocol.SWEEP) // cell.interval) + 1)
    else:
        count = round(cell.duration / cell.interval) + (cell.kind == "rest")
    began = cell.interval * np.arange(count)
    point_time = began[:, None] + protocol.point_times()
    impedance, _ = protocol.noisy(known.impedance(protocol.FREQUENCY, point_time), rng)
    time = (point_time[:, 0] + point_time[:, -1]) / 2
    return Series(
        cell=cell,
        time=time,
        potential=_potential(known, time, rng),
        charge=_charge(cell, time),
        spectra=eis.Spectra(
            protocol.FREQUENCY,
            impedance / protocol.AREA,
            time=began,
            point_time=point_time,
            source=f"synthetic, seed {seed}",
        ),
        synthetic=True,
    )


def _potential(known, time, rng):
    return known.potential_at(time) + protocol.POTENTIAL_NOISE * rng.standard_normal(time.shape)


def _charge(cell, time):
    if cell.kind == "rest":
        return np.full(time.shape, cell.current * cell.depletion_time)
    return cell.current * time


def _random(cell, seed, purpose):
    """A generator of this cell's own."""
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"seed = {seed!r} is not allowed: it must be a whole number of at least 0")
    return np.random.default_rng([int(seed), zlib.crc32(f"{cell.id} {purpose}".encode())])
