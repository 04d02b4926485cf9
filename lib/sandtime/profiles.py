r"""The shape of a reflection in a powder pattern (chapter *X-rays*; the
paper's experimental section).

A Gaussian, mostly the instrument's, and a Lorentzian, mostly the sample's, are convolved: a Voigt
profile.  Thompson, Cox and Hastings (1987, doi:10.1107/S0021889887087090) replace it by a weighted
sum of the two, the pseudo-Voigt, whose width and weight follow from polynomials.  The paper used
this profile; the widths it found are not printed.
"""

from dataclasses import dataclass

import numpy as np

from sandtime import checks
from sandtime.units import degree

_TCH = np.array([1.0, 2.69269, 2.42843, 4.47163, 0.07842, 1.0])


@dataclass(frozen=True)
class Widths:
    r"""Caglioti's Gaussian and a Lorentzian width, each a full width at half maximum.

    :math:`\Gamma_G^2 = u\tan^2\theta + v\tan\theta + w`, and
    :math:`\Gamma_L = x\tan\theta + y/\cos\theta`; u, v, w in rad², x and y in rad.
    The defaults are assumptions: 0.06° from the instrument, 0.03° of strain, 0.04° of size.
    """

    u: float = 0.0
    v: float = 0.0
    w: float = (0.06 * degree) ** 2
    x: float = 0.03 * degree
    y: float = 0.04 * degree

    def __post_init__(self):
        for name in "uvwxy":
            check = checks.real if name in "uv" else checks.nonnegative
            check(name, getattr(self, name), "rad²" if name in "uvw" else "rad")

    def at(self, two_theta):
        """Gaussian width squared and Lorentzian width, rad² and rad."""
        tangent, cosine = np.tan(two_theta / 2), np.cos(two_theta / 2)
        gaussian = self.u * tangent**2 + self.v * tangent + self.w
        return gaussian, self.x * tangent + self.y / cosine


WIDTHS = Widths()


def thompson_cox_hastings(gaussian, lorentzian):
    r"""Width and share of the pseudo-Voigt that stands for a Voigt profile.

    Parameters
    ----------
    gaussian, lorentzian : array_like
        Full widths at half maximum, in one unit; not both 0.

    Returns
    -------
    width : ndarray or float
        :math:`\Gamma = (\Gamma_G^5 + 2.69269\,\Gamma_G^4\Gamma_L + 2.42843\,\Gamma_G^3\Gamma_L^2 +
        4.47163\,\Gamma_G^2\Gamma_L^3 + 0.07842\,\Gamma_G\Gamma_L^4 + \Gamma_L^5)^{1/5}`.
    share : ndarray or float
        Of the Lorentzian, :math:`\eta = 1.36603\,q - 0.47719\,q^2 + 0.11116\,q^3` with
        :math:`q = \Gamma_L/\Gamma`.

    Notes
    -----
    Source: Thompson, Cox and Hastings 1987, doi:10.1107/S0021889887087090.

    >>> print("%.4f %.4f" % thompson_cox_hastings(0.06, 0.08))
    0.1133 0.7660
    """
    gaussian, lorentzian = checks.same_shape(
        gaussian=checks.nonnegative("gaussian", gaussian, ""),
        lorentzian=checks.nonnegative("lorentzian", lorentzian, ""),
    )
    checks.positive("gaussian + lorentzian", gaussian + lorentzian, "")
    width, share, *_ = tch_slopes(gaussian, lorentzian)
    return width[()], share[()]


def tch_slopes(gaussian, lorentzian):
    """Width and share, and the derivatives of both by either component."""
    powers = np.stack([gaussian ** (5 - k) * lorentzian**k for k in range(6)], axis=-1)
    width = (powers @ _TCH) ** 0.2
    q = lorentzian / width
    share = q * (1.36603 + q * (-0.47719 + q * 0.11116))
    slope = 1.36603 + q * (-2 * 0.47719 + q * 3 * 0.11116)
    lower = np.stack([gaussian ** (4 - k) * lorentzian**k for k in range(5)], axis=-1)
    by_gaussian = lower @ (_TCH[:5] * np.arange(5, 0, -1)) / (5 * width**4)
    by_lorentzian = lower @ (_TCH[1:] * np.arange(1, 6)) / (5 * width**4)
    return (
        width,
        share,
        (by_gaussian, -slope * q / width * by_gaussian),
        (by_lorentzian, slope * (1 - q * by_lorentzian) / width),
    )


def pseudo_voigt(distance, width, share):
    """Profile of unit area at a distance from its centre: Lorentzian `share`, the rest Gaussian."""
    t2 = (np.asarray(distance, float) / width) ** 2
    lorentz = 2 / np.pi * share / (1 + 4 * t2)
    gauss = (
        2 * np.sqrt(np.log(2) / np.pi) * (1 - share) * np.exp(-4 * np.log(2) * np.minimum(t2, 36))
    )
    return ((lorentz + gauss) / width)[()]


def profile_slopes(distance, width, share):
    """The profile, and its derivatives by distance, width and share."""
    t = distance / width
    t2 = t * t
    bell = 1 / (1 + 4 * t2)
    lorentz = (2 / np.pi / width) * bell
    # beyond six widths the Gaussian is below 1e-40 of its top; exp is slow on what underflows
    gauss = (2 * np.sqrt(np.log(2) / np.pi) / width) * np.exp(-4 * np.log(2) * np.minimum(t2, 36))
    part = share * lorentz
    value = part + (1 - share) * gauss
    part *= bell
    part += (np.log(2) * (1 - share)) * gauss
    part *= t
    slope = (-8 / width) * part
    by_width = t * slope
    by_width += value / width
    np.negative(by_width, out=by_width)
    return value, slope, by_width, lorentz - gauss
