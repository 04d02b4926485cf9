r"""How much a spectrum knows (chapter *Spectrum*).

Real and imaginary part of every point carry independent errors of standard deviation
:math:`\sigma_k`.  What they know of the parameters is Fisher's information,

.. math:: I_{pq} = \sum_k \frac1{\sigma_k^2}\,
          \mathrm{Re}\left(\overline{\frac{\partial Z_k}{\partial p}}\,
          \frac{\partial Z_k}{\partial q}\right),

and no unbiased estimate has a smaller covariance than its inverse.  It needs no measurement, so it
says what an experiment will be able to tell before it is done.
"""

import warnings

import numpy as np

from sandtime import checks
from sandtime.eis.circuit import Circuit, frequencies
from sandtime.eis.fit import FitWarning, fit


def cramer_rao(frequency, circuit, parameters, sigma, *, fixed=()):
    r"""The smallest covariance an unbiased estimate of a circuit's parameters can have.

    Parameters
    ----------
    frequency : array_like, shape (F,)
        Hz.
    circuit : Circuit or str
    parameters : mapping
        Name → true value, a number or one for each of S cells.
    sigma : array_like, shape (F,) or (S, F), or a number
        Standard deviation of real and imaginary part alike, in the unit of the impedance.
    fixed : collection of str
        Names of the parameters that are known.

    Returns
    -------
    ndarray, shape (P, P) or (S, P, P)
        In the order of the names; zero for what is known.

    Raises
    ------
    ValueError
        If an argument is out of range or a name unknown, or if the points do not determine the
        parameters.

    Notes
    -----
    Source: C. R. Rao, Bull. Calcutta Math. Soc. 37 (1945) 81; H. Cramér, Mathematical Methods of
    Statistics (1946), § 32.

    Examples
    --------
    A resistance of 10 Ω, read four times at 0.1 Ω in both parts, of which only one knows it:

    >>> print(cramer_rao([1.0, 2.0, 3.0, 4.0], "R_0", {"0.R": 10.0}, 0.1)[0, 0] ** 0.5)
    0.05
    """
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    frequency = frequencies(frequency)
    sigma = checks.positive("sigma", sigma, "Ω")
    for name in fixed:
        if name not in circuit.names:
            raise ValueError(
                f"fixed: {name!r} is not a parameter of {circuit.string!r}; it has "
                f"{', '.join(circuit.names)}"
            )
    free = np.array([name not in fixed for name in circuit.names])
    slopes = circuit.derivatives(frequency, parameters)[..., free]
    known = [circuit.check(name, parameters[name]) for name in circuit.names]
    values = np.stack(np.broadcast_arrays(*known), axis=-1)[..., None, free]
    # in logarithms, so that henries and ohms are of one size
    slopes = slopes * values / np.broadcast_to(sigma, slopes.shape[:-1])[..., None]
    information = np.einsum("...fp,...fq->...pq", slopes.conj(), slopes).real
    size = np.sqrt(np.einsum("...pp->...p", information))
    scale = size[..., :, None] * size[..., None, :]
    if not (scale > 0).all() or (np.linalg.cond(information / scale) > 1e13).any():
        raise ValueError(f"{frequency.size} points do not determine {circuit.string!r}")
    inverse = np.linalg.inv(information / scale) / scale
    covariance = np.zeros((*inverse.shape[:-2], free.size, free.size))
    rows, columns = np.ix_(free, free)
    covariance[..., rows, columns] = inverse * values.swapaxes(-1, -2) * values
    return covariance


def arcs_by_bic(frequency, impedance, sigma, *, most=4):
    r"""Schwarz's criterion for one, two, … arcs in series: the lowest says how many there are.

    Every arc is a Zarc with three unknowns, :math:`\mathrm{BIC} = \chi^2 + 3n\,\ln 2F`.

    An array (most, S), where `most` is the largest number of arcs that is tried.  Frequency, Hz,
    and sigma as in `cramer_rao`; impedances (S, F), complex, in the unit of sigma.

    Notes
    -----
    A fit that does not converge because an arc has no work to do counts with the χ² it has reached.

    Source: G. Schwarz, Ann. Stat. 6 (1978) 461.

    Examples
    --------
    >>> frequency = np.geomspace(1e6, 1, 31)
    >>> Z = Circuit("Zarc_1").impedance(frequency, {"1.R": 60, "1.tau": 1e-4, "1.alpha": 0.9})
    >>> real, imaginary = np.random.default_rng(0).normal(scale=0.1, size=(2, 31))
    >>> bic = arcs_by_bic(frequency, [Z + real + 1j * imaginary], 0.1, most=2)
    >>> print(1 + bic.argmin(axis=0))
    [1]
    """
    rows = []
    for arcs in range(1, most + 1):
        string = "-".join(f"Zarc_{number}" for number in range(arcs))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitWarning)  # too few arcs, or too many: the question
            chi2 = fit(frequency, impedance, string, sigma=sigma).chi2
        rows.append(chi2 + 3 * arcs * np.log(2 * len(frequency)))
    return np.array(rows)
