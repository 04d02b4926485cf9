r"""Weighted straight lines, for the Sand plot and for Arrhenius', and what points yet to be
measured can find (chapters *Sand*, *Warmth* and *Cycling*).

.. math:: \min_\beta\ \sum_k \frac{(y_k - \sum_j \beta_j\,x_{jk})^2}{s_k^2}, \qquad
          \mathrm{cov}\,\beta = \left(X^\mathsf{T} X\right)^{-1}
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import nctdtr

from sandtime import checks


@dataclass(frozen=True)
class Line:
    """What `fit` found.

    Attributes
    ----------
    coefficients, stderr : ndarray, shape (P,)
        One for each column, and its standard error.
    residuals : ndarray, shape (N,)
        In the unit of the ordinate.
    chi2 : float
        Squares of residuals, each over its squared sigma if that was given.
    freedom : int
        Points less columns.
    covariance : ndarray, shape (P, P)
        Of the coefficients.
    """

    coefficients: np.ndarray
    stderr: np.ndarray
    residuals: np.ndarray
    chi2: float
    freedom: int
    covariance: np.ndarray


def fit(columns, ordinate, sigma=None):
    """Least squares for an ordinate that is linear in one or two columns.

    Parameters
    ----------
    columns : sequence of ndarray, shape (N,)
        ``[x]`` for a line through the origin, ``[x, 1 + 0 * x]`` for one with an intercept.
    ordinate : ndarray, shape (N,)
    sigma : ndarray, shape (N,), optional
        Standard errors; then those of the coefficients are absolute.  Without them all points
        weigh alike and their scatter sets the errors, for which it takes one point more.

    Returns
    -------
    Line

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0])
    >>> print(fit([x, np.ones(3)], 2 * x - 1).coefficients.round(12))
    [ 2. -1.]
    """
    columns = np.stack(columns, axis=1)
    spread = np.ones(len(ordinate)) if sigma is None else sigma
    design = columns / spread[:, None]
    scale = np.linalg.norm(design, axis=0)  # columns may differ by orders of magnitude
    found = np.linalg.lstsq(design / scale, ordinate / spread, rcond=None)[0] / scale
    covariance = np.linalg.inv(design.T @ design / np.outer(scale, scale)) / np.outer(scale, scale)
    residuals = ordinate - columns @ found
    chi2, freedom = float(np.sum((residuals / spread) ** 2)), len(ordinate) - len(found)
    if sigma is None:
        covariance = covariance * chi2 / freedom
    return Line(found, np.sqrt(np.diag(covariance)), residuals, chi2, freedom, covariance)


def chance_of_slope(abscissa, slope, scatter, *, errors=2.0):
    r"""Chance that a line through points yet to be measured has a slope that is told from none.

    The fitted slope over its own standard error follows the noncentral t distribution, with
    :math:`N - 2` degrees of freedom and :math:`\beta\sqrt{\sum(x - \bar x)^2}/s`.

    An argument that is not finite or out of range is a ValueError.

    Parameters
    ----------
    abscissa : array_like, shape (N,)
        Where the points will be; at least three, not all at one place.
    slope : float
        The true one, in units of the ordinate over the abscissa; 0 gives the chance of a false
        finding.
    scatter : float
        Standard deviation of a point, in units of the ordinate; positive.
    errors : float
        Standard errors by which the slope must be above zero; positive.

    Examples
    --------
    >>> print(f"{chance_of_slope([0, 1, 2], 0, 0.1):.3f} {chance_of_slope([0, 1, 2], 1, 0.1):.3f}")
    0.148 1.000
    """
    x = np.ravel(checks.real("abscissa", abscissa, ""))
    slope = checks.scalar("slope", checks.real("slope", slope, ""))
    scatter = checks.scalar("scatter", checks.positive("scatter", scatter, ""))
    errors = checks.scalar("errors", checks.positive("errors", errors, ""))
    lever = float(np.sqrt(np.sum((x - x.mean()) ** 2))) if x.size else 0.0
    if x.size < 3 or lever == 0:
        raise ValueError(
            f"abscissa of {x.size} points is not allowed: at least three, not all at one place"
        )
    return float(1 - nctdtr(x.size - 2, slope * lever / scatter, errors))
