r"""Weighted straight lines, for the Sand plot and for Arrhenius' (chapters *Sand* and
*How much does warmth help?*).

.. math:: \min_\beta\ \sum_k \frac{(y_k - \sum_j \beta_j\,x_{jk})^2}{s_k^2}, \qquad
          \mathrm{cov}\,\beta = \left(X^\mathsf{T} X\right)^{-1}
"""

from dataclasses import dataclass

import numpy as np


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
    """

    coefficients: np.ndarray
    stderr: np.ndarray
    residuals: np.ndarray
    chi2: float
    freedom: int


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
    return Line(found, np.sqrt(np.diag(covariance)), residuals, chi2, freedom)
