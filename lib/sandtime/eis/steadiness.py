r"""How much a cell changes during a sweep, by the sweeps before and after it (chapter *Trust*).

No circuit is needed: at each frequency :math:`\ln|Z|` has a course over the sweeps, whose slope
times the duration of a sweep is what this sweep saw of it.  `drift` finds the same from the points
of one sweep, with a circuit.
"""

import numpy as np


def change(spectra):
    """Relative change of the modulus during each sweep, and where it is largest.

    Parameters
    ----------
    spectra : Spectra
        At least two sweeps, with the times of their points.

    Returns
    -------
    change : ndarray, shape (S,)
        Of the modulus from the first to the last point of the sweep, as a fraction; noise alone
        makes some tenths of its own size where the sweeps follow each other closely.
    frequency : float ndarray, shape (S,)
        Where over all sweeps it is largest, Hz: the same for all.

    Raises
    ------
    ValueError
        If there are fewer than two sweeps, no times, or they do not increase.

    Examples
    --------
    >>> from sandtime.eis import Spectra
    >>> frequency, time = np.array([1e3, 1.0]), np.arange(4.0)[:, None] * 60 + [0, 30]
    >>> grown = np.exp(0.001 * time)
    >>> Z = np.stack([50 + 0 * grown[:, 0], 300 * grown[:, 1]], axis=1) + 0j
    >>> found, where = change(Spectra(frequency, Z, time[:, 0], time))
    >>> print(found.round(4), where[0])
    [0.03 0.03 0.03 0.03] 1.0
    """
    if np.ndim(spectra.impedance) != 2 or len(spectra.impedance) < 2:
        raise ValueError("spectra is a single sweep: there is none before or after it")
    if spectra.point_time is None:
        raise ValueError("spectra have no times of the points")
    time, size = spectra.point_time, np.abs(spectra.impedance)
    every = np.isfinite(size).all(axis=0)
    if not every.any():
        raise ValueError("spectra have no frequency in common")
    if (np.diff(time[:, every], axis=0) <= 0).any():
        raise ValueError("point_time must increase from sweep to sweep")
    duration = np.nanmax(time, axis=1) - np.nanmin(time, axis=1)
    found = np.array(
        [np.gradient(np.log(size[:, k]), time[:, k]) * duration for k in np.flatnonzero(every)]
    )
    largest = int(np.argmax(np.mean(found**2, axis=1)))
    return found[largest], np.full(len(time), spectra.frequency[every][largest])
