r"""Whether a spectrum can be trusted (chapter *Trust*).

Real and imaginary part of a linear, causal and steady system determine each other: Kramers and
Kronig.  Resistors in parallel with capacitors obey this one by one, and so does any sum of them,

.. math:: Z_{KK}(\omega) = R + \sum_k \frac{R_k}{1 + j\omega\tau_k} + j\omega L
          + \frac{1}{j\omega C}, \qquad R_k \gtrless 0,

with time constants given beforehand, evenly spaced on a logarithmic scale.  What is left of a
spectrum after a linear fit of this sum to both parts is what does not obey, and noise.  The two are
told apart by their looks and not by their size: neighbouring residuals of noise are not alike.

A cell that drifts is not steady, yet its spectrum looks much like that of another, steady one: the
frequencies come one after the other, so that each sees one state.  The test is weak against this,
and `drift` models it instead.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sandtime import checks
from sandtime.eis.circuit import frequencies
from sandtime.eis.given import weighted
from sandtime.threads import one_blas_thread

_TOGETHER = 1024  # spectra worked on at once
_CORRELATED = -3.0  # standard deviations
_OUTLIER = 5.0  # times the rms
_ROUNDING = 1e-7  # rms of what a computed spectrum without noise leaves
_PER_DECADE, _BEYOND = 4.5, 0.5
# of short sweeps: points needed, unknowns for each number measured, sets of time constants tried
_FEWEST, _SHARE, _PLACES = 6, 0.7, 4


@dataclass(frozen=True, repr=False)
class KramersKronig:
    """What `lin_kk` found; without the first axis for a single spectrum given as one row.

    Attributes
    ----------
    residual : ndarray, shape (S, F)
        Complex: measured less fitted, over the measured modulus; nan where left out.
    rms : ndarray, shape (S,)
        Root of the mean of its squared modulus.
    noise : ndarray, shape (S,)
        The relative noise of real and imaginary part it amounts to, degrees of freedom considered.
    whiteness : ndarray, shape (S,)
        Durbin and Watson's statistic of the residual along the frequencies, in standard deviations
        from what noise would give: below about −3, neighbours are alike and something is missing.
    valid : ndarray of bool, shape (S,)
        Whether what is left looks like noise, whatever its size: no departure from Kramers and
        Kronig is seen.
    below_limit : ndarray of bool, shape (S,)
        Of a spectrum that is not valid: what is left is real, but its rms is not above `limit`, and
        by that limit too small to matter.
    elements : int
        Number of RC elements.
    """

    residual: np.ndarray
    rms: np.ndarray
    noise: np.ndarray
    whiteness: np.ndarray
    valid: np.ndarray
    below_limit: np.ndarray
    elements: int

    def __repr__(self):
        valid, small = np.atleast_1d(self.valid), np.count_nonzero(self.below_limit)
        return (
            f"<KramersKronig: {np.count_nonzero(valid):,} of {valid.size:,} spectra valid, "
            f"{small:,} others below the limit, median rms {100 * np.median(self.rms):.2g} %, "
            f"{self.elements} RC elements>"
        )


@one_blas_thread()
def lin_kk(
    frequency,
    impedance,
    *,
    per_decade=_PER_DECADE,
    beyond=_BEYOND,
    inductance=True,
    capacitance=True,
    limit=0.003,
    ceiling=0.03,
    mask=None,
):
    r"""Linear Kramers-Kronig test of one spectrum or any number of them.

    Parameters
    ----------
    frequency : array_like, shape (F,)
        Hz; positive, in any order.
    impedance : array_like, shape (S, F) or (F,)
        Complex.
    per_decade : float
        RC elements a decade of frequency.  Their number does not depend on the data: criteria that
        stop early leave tens of per cent on spectra of solid electrolytes.
    beyond : float or (float, float)
        Decades by which their time constants go beyond the highest and beyond the lowest measured
        frequency, for arcs of which only a tail is seen.
    inductance, capacitance : bool
        Whether L and C in series are part of the sum.
    limit : float
        An rms up to here is `below_limit` where it is not noise; it makes nothing valid.
    ceiling : float
        An rms above this is not valid even if it looks like noise.
    mask : array_like of bool, optional
        (F,) or (S, F); False leaves a point out, whatever it holds.

    Returns
    -------
    KramersKronig

    Raises
    ------
    ValueError
        If an argument is out of range, shapes do not match, or a spectrum has too few points.

    Notes
    -----
    Both parts are fitted with modulus weights.  All spectra with the same points share one singular
    value decomposition, taken with their mean weights; each has a small and well-conditioned system
    of its own on top of it.

    "Looks like noise" means that neighbouring residuals are not alike (whiteness above −3) and that
    none exceeds five times the rms.  White noise of any size from 0.001 to 1 % on both parts of a
    steady cell fails this one to five times in a thousand.

    A valid spectrum need not be steady, but the cleaner it is the more is seen: R_int growing by
    5 % in a sweep of evenly timed points passes beside 0.3 % noise and not beside 0.1 %.  Drift at
    the slow end looks like the tail of an arc below the lowest frequency; where a cell is known to
    have none, ``beyond=(0.5, 0)`` sees more of it, and accuses every spectrum that has one.  Nor is
    a small residual a small error: this growth leaves 0.1 % and bends R_int by 2 %.  What
    `below_limit` says of a departure is its size, not what it does to a fit.

    The sum itself leaves some 0.001 % of ideal arcs and up to 0.01 % of spectra whose modulus spans
    decades.  That is no noise: a computed spectrum without any may be found not to be valid.

    Source: B. A. Boukamp, J. Electrochem. Soc. 142 (1995) 1885; M. Schönleber, D. Klotz and
    E. Ivers-Tiffée, Electrochim. Acta 131 (2014) 20; moments of the statistic from J. Durbin and
    G. S. Watson, Biometrika 37 (1950) 409.

    Examples
    --------
    >>> frequency, rng = np.geomspace(1e6, 1, 61), np.random.default_rng(0)
    >>> Z = 10 + 50 / (1 + 2j * np.pi * frequency * 1e-3)
    >>> Z *= 1 + 1e-3 * (rng.normal(size=61) + 1j * rng.normal(size=61))
    >>> for each in Z, Z.real + 1.003j * Z.imag, Z.real + 1.1j * Z.imag:
    ...     kk = lin_kk(frequency, each)
    ...     print(f"{100 * kk.rms:.2f} %", kk.valid, kk.below_limit)
    0.11 % True False
    0.13 % False True
    2.27 % False False
    """
    frequency = frequencies(frequency)
    for name, value in (("per_decade", per_decade), ("limit", limit), ("ceiling", ceiling)):
        checks.positive(name, value, "")
    beyond = checks.nonnegative("beyond", beyond, "decades")
    if beyond.shape not in ((), (2,)):
        raise ValueError(f"beyond = {beyond} is not allowed: it must be one number or two")
    Z, weights = weighted(frequency, impedance, None, mask)

    def sums(points, row):
        return [_Sums(points, per_decade, beyond, inductance, capacitance, row)]

    residual, dof, whiteness, elements = _remainders(frequency, Z, weights, sums)
    squares = np.nansum(np.abs(residual) ** 2, axis=1)
    rms = np.sqrt(squares / np.count_nonzero(weights, axis=1))
    whiteness[rms <= _ROUNDING] = 0.0
    like_noise = _like_noise(residual, squares, weights, whiteness)
    valid = like_noise & (rms <= ceiling)
    found = (residual, rms, np.sqrt(squares / dof), whiteness, valid, ~valid & (rms <= limit))
    if np.ndim(impedance) == 1:
        found = (each[0] for each in found)
    return KramersKronig(*found, elements=elements)


class Scatter(NamedTuple):
    """What `scatter` found of each of S spectra.

    Attributes
    ----------
    squares : ndarray, shape (S,)
        Squared residuals of the sum of RC elements over squared sigma; nan if it cannot judge.
    dof : ndarray, shape (S,)
        Degrees of freedom they have.
    valid : ndarray of bool, shape (S,)
        Whether they look like noise, whatever their size.
    """

    squares: np.ndarray
    dof: np.ndarray
    valid: np.ndarray


@one_blas_thread()
def scatter(frequency, Z, weights):
    """What no circuit explains: the misfit of Kramers and Kronig's sum, with the weights of a fit.

    As in `lin_kk`, but for two things.  `weights` (S, F) are one over sigma, 0 where a point is
    left out.  And a sweep of few points gets a sum of fewer elements, with time constants where
    they serve it best; below six points it gets none.

    Examples
    --------
    >>> frequency, rng = np.geomspace(1e4, 10, 12), np.random.default_rng(0)
    >>> Z = 10 + 50 / (1 + 2j * np.pi * frequency * 1e-3)
    >>> Z = Z * (1 + 1e-3 * (rng.normal(size=(100, 12)) + 1j * rng.normal(size=(100, 12))))
    >>> found = scatter(frequency, Z, 1 / abs(Z))
    >>> print(f"{np.sqrt(np.median(found.squares / found.dof)):.1%}", found.dof[0])
    0.1% 7.0
    """
    residual, dof, whiteness, _ = _remainders(frequency, Z, weights, _coarser)
    squares = np.where(np.isnan(dof), np.nan, np.nansum(np.abs(residual) ** 2, axis=1))
    return Scatter(squares, dof, _like_noise(residual, squares, weights, whiteness))


def _coarser(frequency, row):
    """Sums for as many points as there are: none, some with few elements, or the usual one."""
    if len(frequency) < _FEWEST:
        return []
    decades = np.log10(frequency[0] / frequency[-1])
    elements = int(2 * _SHARE * len(frequency)) - 3
    if elements > round(_PER_DECADE * (decades + 2 * _BEYOND)):
        return [_Sums(frequency, _PER_DECADE, (_BEYOND, _BEYOND), True, True, row)]
    step = (decades + 2 * _BEYOND) / (elements - 1)
    shifts = step * (np.arange(_PLACES) / _PLACES - 0.5)
    return [
        _Sums(frequency, 1 / step, (_BEYOND + shift, _BEYOND - shift), True, True, row)
        for shift in shifts
    ]


def _remainders(frequency, Z, weights, sums):
    """What the best of some sums leaves of each spectrum, weighted; nan where left out.

    `sums` makes them for the points of some spectra, from high to low frequency.  Also degrees of
    freedom, how far each spectrum is from white, and the largest number of elements.
    """
    order = np.argsort(-frequency)
    residual = np.full(Z.shape, np.nan, complex)
    dof, whiteness, elements = np.full(len(Z), np.nan), np.zeros(len(Z)), 0
    used = weights > 0
    _, first, which = np.unique(
        np.packbits(used, axis=1), axis=0, return_index=True, return_inverse=True
    )
    for index, pattern in enumerate(used[first]):
        rows = np.flatnonzero(which.ravel() == index)
        points = order[pattern[order]]
        here, least = np.ix_(rows, points), np.full(len(rows), np.inf)
        tried = sums(frequency[points], rows[0])
        for each in tried:
            left, white = each.test(Z[here], weights[here])
            squares = np.sum(np.abs(left) ** 2, axis=1)
            better = squares < least
            residual[np.ix_(rows[better], points)] = left[better]
            whiteness[rows[better]], least[better] = white[better], squares[better]
            # where the time constants are is one more unknown
            dof[rows] = 2 * len(points) - each.unknowns - (len(tried) > 1)
            elements = max(elements, each.elements)
    return residual, dof, whiteness, elements


def _like_noise(residual, squares, weights, whiteness):
    """Whether neighbouring residuals are not alike and none is far larger than all others."""
    rms = np.sqrt(squares / np.count_nonzero(weights, axis=1))
    largest = np.nanmax(np.abs(residual), axis=1, initial=0.0)
    return (whiteness >= _CORRELATED) & (largest <= np.maximum(_OUTLIER * rms, _ROUNDING))


class _Sums:
    """All sums of the RC elements (and R, L, C) on some points, from high to low frequency."""

    def __init__(self, frequency, per_decade, beyond, inductance, capacitance, row):
        omega = 2 * np.pi * frequency
        above, below = np.broadcast_to(beyond, 2)
        decades = np.log10(omega[0] / omega[-1]) + above + below if omega.size else 0.0
        self.elements = round(per_decade * decades) + 1
        self.unknowns = 1 + self.elements + bool(inductance) + bool(capacitance)
        if 2 * omega.size <= self.unknowns:
            raise ValueError(
                f"spectrum {row} has {omega.size} points: not enough for {self.unknowns} unknowns; "
                "a smaller per_decade needs fewer"
            )
        tau = np.geomspace(10**-above / omega[0], 10**below / omega[-1], self.elements)
        columns = [np.ones((omega.size, 1)), 1 / (1 + 1j * omega[:, None] * tau)]
        if inductance:
            columns.append(1j * omega[:, None] / omega[0])
        if capacitance:
            columns.append(omega[-1] / (1j * omega[:, None]))
        self.columns = np.concatenate(columns, axis=1)

    def test(self, Z, weights):
        """Relative residuals (S, F), and how far each is from white (S,)."""
        typical = np.exp(np.log(weights).mean(axis=0))
        basis = self.orthonormal(typical)  # typical weights included
        # products of two columns at each point: each pair once
        size = basis.shape[1]
        upper = np.triu_indices(size)
        products = np.ascontiguousarray((basis[:, upper[0]] * basis[:, upper[1]].conj()).real)
        pair = np.empty((size, size), int)
        pair[upper] = pair[upper[::-1]] = np.arange(len(upper[0]))
        residual = np.empty(Z.shape, complex)
        for first in range(0, len(Z), _TOGETHER):
            some = slice(first, first + _TOGETHER)
            ratio, target = weights[some] / typical, Z[some] * typical
            squared = ratio**2
            matrix = np.take(squared @ products, pair, axis=1)
            right = ((squared * target) @ basis.conj()).real
            height = np.linalg.solve(matrix, right[..., None])[..., 0]
            residual[some] = ratio * (target - height @ basis.T)
        # where weights are far from typical the small systems lose digits: one by one instead
        ratio = weights / typical
        for row in np.flatnonzero(ratio.max(axis=1) > 1e4 * ratio.min(axis=1)):
            own = self.orthonormal(weights[row])
            scaled = Z[row] * weights[row]
            residual[row] = scaled - own @ (scaled @ own.conj()).real
        return residual, _whiteness(residual, basis)

    def orthonormal(self, weights):
        """The weighted columns with real and imaginary part below each other made orthonormal."""
        columns = self.columns * weights[:, None]
        stacked = np.concatenate([columns.real, columns.imag])
        u, size, _ = np.linalg.svd(stacked / np.linalg.norm(stacked, axis=0), full_matrices=False)
        u = u[:, size > 1e-12 * size[0]]
        return u[: len(weights)] + 1j * u[len(weights) :]


def _whiteness(residual, basis):
    r"""Durbin and Watson's :math:`d = \sum(\Delta r)^2/\sum r^2`, standardised.

    Residuals of a fit are not quite white even if the noise is; with :math:`M = 1 - UU^T` and
    :math:`A = D^TD` its mean and variance are, exactly for normal noise,

    .. math:: \frac{\mathrm{tr}\,MA}{\nu}, \qquad
              \frac{2}{\nu(\nu+2)}\left[\mathrm{tr}\,(MA)^2 - \frac{\mathrm{tr}^2 MA}{\nu}\right].
    """
    F, k = basis.shape
    nu = 2 * F - k
    # of a row (or column) of D'D: what A does to both parts of the basis
    bent = -np.diff(np.diff(basis, axis=0), axis=0, prepend=np.nan, append=np.nan)
    bent[0], bent[-1] = basis[0] - basis[1], basis[-1] - basis[-2]
    inner = (basis.conj().T @ bent).real
    trace = 4 * (F - 1) - np.trace(inner)
    trace_squared = 2 * (6 * F - 8) - 2 * np.sum(np.abs(bent) ** 2) + np.sum(inner**2)
    variance = 2 * (trace_squared - trace**2 / nu) / (nu * (nu + 2))
    squares = np.sum(np.abs(residual) ** 2, axis=1)
    steps = np.sum(np.abs(np.diff(residual, axis=1)) ** 2, axis=1)
    d = np.divide(steps, squares, out=np.full(len(squares), trace / nu), where=squares > 0)
    return (d - trace / nu) / np.sqrt(variance)
