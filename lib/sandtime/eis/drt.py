r"""A spectrum without a circuit: its distribution of relaxation times (chapter *Interface*).

What relaxes without swinging is a sum of RC elements, as in `validity`, with positive heights:

.. math:: Z = R_\infty + j\omega L
          + \int \frac{\gamma(\ln\tau)}{1 + j\omega\tau}\,d\ln\tau,
          \qquad \gamma \ge 0,

with the distribution γ in Ω.  An arc is a peak of γ and its area the resistance of the arc.  Many
distributions give the same spectrum within its noise, so a choice has to be made, and it is this
one: **the smoothest that still describes the spectrum**, in which the mean squared residual is just
the variance of the noise (Morozov's discrepancy principle), or a tenth above the least that any
distribution leaves where that is more.  Smooth means a small sum of squared second differences.
Peaks are therefore broader than they are, two close ones are one, and a sharp one may have small
companions at its feet that are no process.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from sandtime import checks
from sandtime.eis.circuit import frequencies
from sandtime.eis.given import weighted
from sandtime.eis.validity import lin_kk

_WEAKEST, _STRONGEST = -8.0, 12.0  # decades of the penalty's weight
_ENOUGH = 0.02  # decades to which it is found
_OUTLIER = 5.0  # standard deviations of a sum of squares


@dataclass(frozen=True, repr=False)
class Relaxation:
    """What `drt` found; without the first axis for a single spectrum given as one row.

    Attributes
    ----------
    tau : ndarray, shape (K,)
        Time constants, s, from fast to slow, evenly spaced on a logarithmic scale.
    distribution : ndarray, shape (S, K)
        γ, Ω for an interval 1 of ln τ.
    resistance : ndarray, shape (S,)
        R∞, Ω, in series with all of it.
    inductance : ndarray, shape (S,)
        H; zero where none was asked for.
    residual : ndarray, shape (S, F)
        Complex: measured less fitted, over sigma; nan where left out.
    smoothing : ndarray, shape (S,)
        Weight of the penalty: of squared second differences of γ over the largest modulus, against
        squared residuals over sigma.
    described : ndarray of bool, shape (S,)
        False where the squared residuals exceed what the noise leaves by five standard deviations
        (of their sum), be the distribution as rough as it may: noise underestimated, a drift, a
        loop.  With a given `smoothing` that of this smoothing is judged.
    """

    tau: np.ndarray
    distribution: np.ndarray
    resistance: np.ndarray
    inductance: np.ndarray
    residual: np.ndarray
    smoothing: np.ndarray
    described: np.ndarray

    def __repr__(self):
        described = np.atleast_1d(self.described)
        return (
            f"<Relaxation: {described.size:,} spectra, {np.count_nonzero(described):,} described, "
            f"{len(self.tau)} time constants>"
        )

    def area(self, fast=0.0, slow=np.inf):
        """Resistance of what relaxes between two time constants, Ω.

        Both ends, s, are included; an array (S,), or a number for a single spectrum.
        """
        inside = (self.tau >= fast) & (self.tau <= slow)
        return self.distribution[..., inside].sum(axis=-1) * np.log(self.tau[1] / self.tau[0])


def drt(
    frequency,
    impedance,
    sigma=None,
    *,
    per_decade=10,
    beyond=1.5,
    inductance=False,
    smoothing=None,
    mask=None,
):
    r"""Distribution of relaxation times of one spectrum or some.

    Parameters
    ----------
    frequency : array_like, shape (F,)
        Hz; positive, in any order.
    impedance : array_like, shape (S, F) or (F,)
        Ω, complex.
    sigma : array_like, optional
        Standard deviation of real and imaginary part, Ω, as in `fit`; without, the relative noise
        that `lin_kk` finds.
    per_decade : float
        Time constants a decade.
    beyond : float
        Decades by which they reach past the frequencies, at either end.
    inductance : bool
        Whether L is part of the sum.
    smoothing : float, optional
        A weight of the penalty (see `Relaxation`) instead of the one that meets the noise.
    mask : array_like of bool, optional
        (F,) or (S, F); False leaves a point out, whatever it holds.

    Returns
    -------
    Relaxation

    Raises
    ------
    ValueError
        If an argument is out of range or shapes do not match.

    Notes
    -----
    Non-negative least squares with a ridge, one spectrum after the other: some 0.1 s each.  Cost
    grows with the number of spectra, so this is for some of them and not for all.

    What lies past the measured frequencies is known by its tail only: its area is uncertain by as
    much as is taken from or given to R∞.

    Source: F. Ciucci and C. Chen, Electrochim. Acta 167 (2015) 439; the choice of the weight from
    V. A. Morozov, Soviet Math. Dokl. 7 (1966) 414.

    Examples
    --------
    >>> frequency = np.geomspace(1e5, 1, 51)
    >>> Z = 10 + 50 / (1 + (2j * np.pi * frequency * 1e-3) ** 0.85)
    >>> found = drt(frequency, Z, 1e-3 * abs(Z))
    >>> print(f"{found.area():.1f} Ω about {1e3 * found.tau[found.distribution.argmax()]:.1f} ms")
    50.2 Ω about 1.0 ms
    """
    frequency = frequencies(frequency)
    for name, value in (("per_decade", per_decade), ("beyond", beyond)):
        checks.positive(name, value, "")
    if smoothing is not None:
        checks.positive("smoothing", smoothing, "")
    if sigma is None:
        noise = np.atleast_1d(lin_kk(frequency, impedance, mask=mask).noise)
        sigma = noise[:, None] * np.abs(np.atleast_2d(impedance))
        sigma = np.where(np.isfinite(sigma), sigma, 1.0)  # of points left out
    Z, weights = weighted(frequency, impedance, sigma, mask)
    omega = 2 * np.pi * frequency
    ends = np.log10(1 / omega.max()) - beyond, np.log10(1 / omega.min()) + beyond
    tau = np.logspace(*ends, round(per_decade * (ends[1] - ends[0])) + 1)
    found = [
        _distribution(omega, tau, *each, inductance, smoothing)
        for each in zip(Z, weights, strict=True)
    ]
    found = [np.array(each) for each in zip(*found, strict=True)]
    if np.ndim(impedance) == 1:
        found = [each[0] for each in found]
    return Relaxation(tau, *found)


def _distribution(omega, tau, Z, weights, inductance, smoothing):
    """γ, R∞, L, residual, smoothing and whether described, of one spectrum."""
    used = weights > 0
    scale = np.abs(Z).max()
    step = np.log(tau[1] / tau[0])
    columns = [step / (1 + 1j * omega[:, None] * tau), np.ones((len(omega), 1))]
    if inductance:
        columns.append(1j * omega[:, None] / omega.max())
    columns = np.concatenate(columns, axis=1) * (scale * weights[:, None])
    columns = np.concatenate([columns.real[used], columns.imag[used]])
    target = (Z * weights)[used]
    target = np.concatenate([target.real, target.imag])
    rough = np.diff(np.eye(len(tau)), 2, axis=0, prepend=0, append=0)  # zero past the ends
    rough = np.pad(rough, ((0, 0), (0, columns.shape[1] - len(tau))))
    # one orthogonal factor for all weights of the penalty: rows fall to their number of unknowns
    factor, triangle = np.linalg.qr(columns)
    least = target @ target - (factor.T @ target) @ (factor.T @ target)

    def solve(weight):
        matrix = np.concatenate([triangle, 10 ** (weight / 2) * rough])
        right = np.concatenate([factor.T @ target, np.zeros(len(rough))])
        height, _ = nnls(matrix, right, maxiter=100 * len(tau))
        return height, least + np.sum((triangle @ height - factor.T @ target) ** 2)

    count = len(target)
    rough_squares = solve(_WEAKEST)[1]
    described = rough_squares <= count + _OUTLIER * np.sqrt(2 * count)
    if smoothing is None:
        weight = _weight(solve, max(count, 1.1 * rough_squares))
    else:
        weight = np.log10(smoothing)
    height, squares = solve(weight)
    if smoothing is not None:
        described = squares <= count + _OUTLIER * np.sqrt(2 * count)
    residual = np.full(Z.shape, np.nan, complex)
    left = target - columns @ height
    residual[used] = left[: used.sum()] + 1j * left[used.sum() :]
    L = scale * height[len(tau) + 1] / omega.max() if inductance else 0.0
    heights = scale * height[: len(tau)], scale * height[len(tau)]
    return *heights, L, residual, 10.0**weight, described


def _weight(solve, allowed):
    """Decades of the penalty's weight at which the squared residuals are as many as allowed."""
    low, high = _WEAKEST, _STRONGEST
    if solve(high)[1] < allowed:
        return high
    while high - low > _ENOUGH:
        middle = (low + high) / 2
        low, high = (low, middle) if solve(middle)[1] > allowed else (middle, high)
    return low
