r"""Chebyshev points that crowd towards one end, and what acts on values at them.

The grid under `transport`.  Points :math:`\eta` of Chebyshev on :math:`[-1, 1]` are mapped to
:math:`[0, 1]` by

.. math:: x = 1 - \frac{\sinh[\kappa (1-\eta)/2]}{\sinh\kappa},

where the crowding :math:`\kappa` draws them towards :math:`x = 1`.  A function that is smooth in
:math:`\eta` is differentiated and integrated with an error that falls exponentially with the number
of points; the integral of the derivative of *any* values is the difference of their ends.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from sandtime import checks


@dataclass(frozen=True)
class Grid:
    """Points and matrices, made by `grid`; all arrays are for n + 1 points.

    Attributes
    ----------
    x : ndarray, shape (n + 1,)
        From 0 to 1.
    derivative : ndarray, shape (n + 1, n + 1)
        Values to the derivative in x.
    antiderivative : ndarray, shape (n + 1, n + 1)
        Values to the integral from 0 to x.
    weights : ndarray, shape (n + 1,)
        Clenshaw-Curtis weights of the integral from 0 to 1.
    coefficients : ndarray, shape (n + 1, n + 1)
        Values to Chebyshev coefficients.
    unseen : ndarray, shape (n + 1,)
        The polynomial :math:`T_n` without its mean, times a rate.  It has no slope at any inner
        node, so that diffusion from node to node would never smooth it out.
    diffusion : ndarray, shape (n + 1, n + 1)
        Values to the derivative of their gradient, without gradient at either end; what is unseen
        decays as fast as the fastest of the rest.
    """

    x: np.ndarray
    derivative: np.ndarray
    antiderivative: np.ndarray
    weights: np.ndarray
    coefficients: np.ndarray
    unseen: np.ndarray
    diffusion: np.ndarray

    @cached_property
    def modes(self):
        """How `diffusion` acts on what has no mean: rates, shapes, values to amplitudes."""
        rate, shape = np.linalg.eig(self.diffusion)
        amplitudes = np.linalg.inv(shape)
        keep = np.argsort(np.abs(rate))[1:]  # the first is the mean itself
        shape = shape[:, keep]
        mean = self.weights @ shape / self.weights.sum()
        return rate[keep], shape - mean, amplitudes[keep]


@lru_cache(maxsize=64)
def grid(n, crowding):
    r"""Points and matrices for n intervals.

    Parameters
    ----------
    n : int
        Intervals, at least 4.
    crowding : float
        :math:`\kappa`; positive.

    Returns
    -------
    Grid
        Kept for later calls, so its arrays are read-only.

    Raises
    ------
    ValueError
        If n is too small or the crowding is not positive.

    Notes
    -----
    Source: L. N. Trefethen, Spectral Methods in MATLAB, SIAM (2000), chapters 6 and 12.

    Examples
    --------
    >>> g = grid(16, 2.0)
    >>> print(f"{g.weights @ np.exp(g.x):.12f} {np.e - 1:.12f}")
    1.718281828459 1.718281828459
    """
    if isinstance(n, bool) or n != int(n) or n < 4:
        raise ValueError(f"n = {n!r} is not allowed: it must be a whole number, at least 4")
    crowding = checks.scalar("crowding", checks.positive("crowding", crowding, ""))
    k = np.arange(n + 1)
    angle = np.pi * (1 - k / n)
    eta = np.cos(angle)

    sign = (-1.0) ** k
    sign[[0, -1]] *= 2
    derivative = np.outer(sign, 1 / sign) / (eta[:, None] - eta + np.eye(n + 1))
    derivative -= np.diag(derivative.sum(axis=1))

    coefficients = 2 / n * np.cos(np.outer(k, angle))
    coefficients[:, [0, -1]] /= 2
    coefficients[[0, -1]] /= 2

    # The integrals of the Chebyshev polynomials are T(k+1)/2(k+1) − T(k−1)/2(k−1).
    cosines = np.cos(np.outer(angle, np.arange(n + 2)))
    primitive = np.empty((n + 1, n + 1))
    primitive[:, 0], primitive[:, 1] = eta, cosines[:, 2] / 4
    high, low = np.arange(3, n + 2), np.arange(1, n)
    primitive[:, 2:] = cosines[:, high] / (2 * high) - cosines[:, low] / (2 * low)
    primitive -= primitive[0]

    z = crowding * (1 - eta) / 2
    slope = crowding / 2 * np.cosh(z) / np.sinh(crowding)
    antiderivative = primitive @ coefficients * slope
    x = 1 - np.sinh(z) / np.sinh(crowding)
    x[0], x[-1] = 0.0, 1.0
    derivative /= slope[:, None]
    weights = antiderivative[-1].copy()
    diffusion = derivative[:, 1:-1] @ derivative[1:-1]
    mean = weights @ cosines[:, n] / weights.sum()
    unseen = np.abs(diffusion).max() * (cosines[:, n] - mean)
    diffusion -= np.outer(unseen, coefficients[n])
    arrays = {
        "x": x,
        "derivative": derivative,
        "antiderivative": antiderivative,
        "weights": weights,
        "unseen": unseen,
        "diffusion": diffusion,
        "coefficients": coefficients,
    }
    for array in arrays.values():
        array.setflags(write=False)
    return Grid(**arrays)
