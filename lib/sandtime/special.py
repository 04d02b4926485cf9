"""The one special function of diffusion that `scipy.special` does not have."""

import numpy as np
from scipy.special import erfc


def ierfc(z):
    r"""Integral of the complementary error function, from `z` to infinity.

    .. math:: \operatorname{ierfc} z = \frac{e^{-z^2}}{\sqrt\pi} - z\,\operatorname{erfc} z

    Parameters
    ----------
    z : array_like
        Dimensionless, zero or more.

    Returns
    -------
    ndarray or float
        Accurate to rounding of :math:`1/\sqrt\pi`, its value at zero.

    Examples
    --------
    >>> print(f"{ierfc(0.0):.6f}")
    0.564190
    """
    return np.exp(-z * z) / np.sqrt(np.pi) - z * erfc(z)
