r"""What a constant-phase element would be as a capacitor (chapter *Interface*).

A constant-phase element has no capacitance: its Q is in s^α/Ω.  What is called its capacitance is
that of the capacitor with which a circuit would have the same time constant.  Which circuit, is an
assumption about where the time constants are distributed that make the arc depressed:

- through the depth of a layer, Hsu and Mansfeld: that of the arc itself, seen in the impedance,
  :math:`\tau = (RQ)^{1/\alpha}`, and :math:`C = \tau/R`;
- over the area of the electrode, Brug: that seen in the admittance, in which the resistance
  :math:`R_s` in series is beside R, :math:`1/R_e = 1/R_s + 1/R`, :math:`\tau = (R_eQ)^{1/\alpha}`,
  and :math:`C = \tau/R_e`.

Brug's is the smaller by the factor :math:`(1 + R/R_s)^{-(1-\alpha)/\alpha}`; both are Q where
:math:`\alpha = 1`.  With R, R_s in Ω m² and Q in s^α/(Ω m²) the capacitance is in F/m².

Brug's case needs patches that are wide against the electrolyte, each with its own piece of it.
Patches of micrometres on a pellet of half a millimetre share one potential: they are one R and one
C, and R_s is only the crowding of each patch's own current, some :math:`\pi a/4\sigma`, a
thousandth of the pellet's.  With α = 0.9 that halves the capacitance, but hardly moves its share of
an earlier one.

Which one fits a cell, a spectrum does not say: B. Hirschorn et al., Electrochim. Acta 55 (2010)
6218, doi:10.1016/j.electacta.2009.10.065.
"""

import numpy as np

from sandtime import checks
from sandtime.eis.circuit import Leaf, Parallel


def hsu_mansfeld(Q, alpha, resistance):
    r"""Capacitance of an arc whose time constants are spread through a layer.

    .. math:: C = Q^{1/\alpha}\,R^{(1-\alpha)/\alpha} = \frac{\tau}{R}

    A resistance that grows at the same Q raises it, by the factor to the power
    :math:`(1-\alpha)/\alpha`.

    Parameters
    ----------
    Q : array_like
        Of the constant-phase element, s^α/Ω.
    alpha : array_like
        Its exponent, above 0 and not above 1.
    resistance : array_like
        Beside it, R, Ω.

    Returns
    -------
    ndarray
        F; the arguments broadcast.

    Notes
    -----
    Source: C. H. Hsu and F. Mansfeld, Corrosion 57 (2001) 747, doi:10.5006/1.3280607.

    Examples
    --------
    >>> print(hsu_mansfeld(1e-6, 1.0, 270.0))
    1e-06
    >>> print((hsu_mansfeld(1e-6, 0.9, 33.0) / hsu_mansfeld(1e-6, 0.9, 1.0)).round(2))
    1.47
    """
    Q, alpha, R = _checked(Q=(Q, "s^α/Ω"), alpha=(alpha, ""), resistance=(resistance, "Ω"))
    return (Q * R) ** (1 / alpha) / R


def brug(Q, alpha, resistance, series_resistance):
    r"""Capacitance of an arc whose time constants are spread over the area of an electrode.

    .. math:: C = Q^{1/\alpha}\left(\frac{1}{R_s} + \frac{1}{R}\right)^{(\alpha-1)/\alpha}

    It hardly depends on R as long as that is much larger than :math:`R_s`; with a large
    :math:`R_s` it becomes Hsu and Mansfeld's.  The patches that differ must be wide against the
    electrolyte, or its resistance is not in series with each of them (see the module).

    In F.

    Parameters
    ----------
    Q, alpha, resistance : array_like
        As in `hsu_mansfeld`.
    series_resistance : array_like
        In series with the arc, R_s, Ω: of the electrolyte.

    Notes
    -----
    Source: G. J. Brug et al., J. Electroanal. Chem. 176 (1984) 275,
    doi:10.1016/S0022-0728(84)80324-1.

    Examples
    --------
    >>> print(brug(1e-6, 1.0, 270.0, 120.0).round(12))
    1e-06
    >>> print((brug(1e-6, 0.8, 1e4, 120.0) / brug(1e-6, 0.8, 270.0, 120.0)).round(2))
    1.09
    """
    Q, alpha, R, Rs = _checked(
        Q=(Q, "s^α/Ω"),
        alpha=(alpha, ""),
        resistance=(resistance, "Ω"),
        series_resistance=(series_resistance, "Ω"),
    )
    together = R * Rs / (R + Rs)
    return (Q * together) ** (1 / alpha) / together


def contact(share, alpha, resistance_before, resistance_after, series_resistance=None):
    r"""Contact that is left behind a share of the capacitance, if contact scales the element.

    With :math:`Q = \theta\,Q_0` and a capacitance by `hsu_mansfeld` or, if the resistance in
    series is given, by `brug`,

    .. math:: \theta = \left(\frac{C}{C_0}\right)^{\alpha}
              \left(\frac{R_{e0}}{R_e}\right)^{1-\alpha}

    with R itself, or :math:`1/R_e = 1/R_s + 1/R`.  If the resistance grows as the contact shrinks,
    Hsu and Mansfeld's share is the contact; if it grows for another reason, the share is too large.

    Parameters
    ----------
    share : array_like
        Of the capacitance that is left, :math:`C/C_0`; positive.
    alpha : array_like
        As in `hsu_mansfeld`.
    resistance_before, resistance_after : array_like
        Of the arc, Ω or Ω m².
    series_resistance : array_like, optional
        As in `brug`, in the same unit.

    Examples
    --------
    >>> print(contact(0.4, 0.9, 1.0, 1 / 0.4).round(3), contact(0.4, 0.9, 1.0, 37.0).round(3))
    0.4 0.306
    """
    share, alpha, before, after = _checked(
        share=(share, ""),
        alpha=(alpha, ""),
        resistance_before=(resistance_before, "Ω"),
        resistance_after=(resistance_after, "Ω"),
    )
    if series_resistance is not None:
        series = checks.positive("series_resistance", series_resistance, "Ω")
        before, after = (1 / (1 / series + 1 / each) for each in (before, after))
    return share**alpha * (before / after) ** (1 - alpha)


def zarc_Q(resistance, tau, alpha):
    r"""The constant-phase element in a Zarc, :math:`Q = \tau^\alpha/R`.

    In s^α/Ω, for a Zarc of R, Ω, and τ, s.

    Notes
    -----
    Source: K. S. Cole and R. H. Cole, J. Chem. Phys. 9 (1941) 341, doi:10.1063/1.1750906.

    Examples
    --------
    >>> Q = zarc_Q(270.0, 1e-3, 0.85)
    >>> print((hsu_mansfeld(Q, 0.85, 270.0) * 270.0).round(9))
    0.001
    """
    R, tau, alpha = _checked(resistance=(resistance, "Ω"), tau=(tau, "s"), alpha=(alpha, ""))
    return tau**alpha / R


def arc_capacitance(fit, label, series=()):
    r"""Capacitance of a fitted arc and its standard error.

    By Hsu and Mansfeld, or by Brug if it is said what is in series.  The error follows from the
    covariance of the logarithms of the parameters, :math:`\sigma^2_{\ln C} = g^\mathsf{T}\,
    \mathrm{cov}\;g`, to first order; that C and R err together is accounted for.

    Parameters
    ----------
    fit : Fit
    label : str
        Of a Zarc or K, of R and CPE (or C) in parallel, or of a CPE (or C) beside R and what stays
        behind it, ``p(CPE,R-W)``: there R alone is beside the element at high frequencies.
    series : str or sequence of str, optional
        Names of the resistances in series with the arc, the sum of which is R_s.

    Returns
    -------
    capacitance, stderr : ndarray, shape (S,)
        F; numbers for a single spectrum.  The error is inf where the data do not determine a
        parameter.

    Raises
    ------
    ValueError
        If the circuit has no such arc, or a name in `series` is not a resistance of it.

    Examples
    --------
    >>> from sandtime.eis import fit
    >>> frequency = np.geomspace(7e6, 1, 61)
    >>> Z = 60 + 270 / (1 + (2j * np.pi * frequency * 1e-3) ** 0.85)
    >>> found = fit(frequency, Z, "R_0-Zarc_int")
    >>> for series in (), "0.R":
    ...     print(f"{1e6 * arc_capacitance(found, 'int', series)[0]:.3f} µF")
    3.704 µF
    2.741 µF
    """
    series = (series,) if isinstance(series, str) else tuple(series)
    kind, names = _arc(fit.circuit, label)
    for name in series:
        if not (name in fit.names and name.endswith(".R") and name != names["R"]):
            raise ValueError(
                f"series: {name!r} is not another resistance of {fit.circuit.string!r}; it has "
                f"{', '.join(n for n in fit.names if n.endswith('.R') and n != names['R'])}"
            )
    R = np.asarray(fit[names["R"]])
    alpha = np.asarray(fit[names["alpha"]]) if "alpha" in names else np.ones(R.shape)
    second = np.asarray(fit[names["second"]])
    timed = kind in ("Zarc", "K")  # by a time constant
    Q = zarc_Q(R, second, alpha) if timed else second
    Rs = sum(np.asarray(fit[name]) for name in series)
    capacitance = brug(Q, alpha, R, Rs) if series else hsu_mansfeld(Q, alpha, R)

    # d ln C for d ln of each parameter
    bent = (1 - alpha) / alpha
    slope = dict.fromkeys(fit.names, np.zeros(R.shape))
    if timed:
        slope[names["second"]], slope[names["R"]] = np.ones(R.shape), -np.ones(R.shape)
    else:
        slope[names["second"]], slope[names["R"]] = 1 / alpha, bent
    turn = np.zeros(R.shape) if timed else -np.log(Q * R) / alpha
    if series:
        slope[names["R"]] = slope[names["R"]] - bent * R / (R + Rs)
        for name in series:
            slope[name] = bent * R / (R + Rs) * np.asarray(fit[name]) / Rs
        turn = turn + np.log1p(R / Rs) / alpha
    if "alpha" in names:
        slope[names["alpha"]] = turn
    involved = [k for k, name in enumerate(fit.names) if np.any(slope[name])]
    gradient = np.stack([slope[fit.names[k]] / fit[fit.names[k]] for k in involved], axis=-1)
    covariance = np.asarray(fit.covariance)[..., involved, :][..., involved]
    known = np.isfinite(covariance).all(axis=(-2, -1))
    covariance = np.where(known[..., None, None], covariance, 0)
    variance = np.einsum("...i,...ij,...j->...", gradient, covariance, gradient)
    error = capacitance * np.where(known, np.sqrt(np.maximum(variance, 0)), np.inf)
    return (float(capacitance), float(error)) if not R.ndim else (capacitance, error)


def _arc(circuit, label):
    """Kind of an arc, and the names of its parameters: R, second (tau, Q or C) and alpha."""
    for part in circuit.tree.parts:
        if isinstance(part, Leaf) and part.symbol in ("Zarc", "K") and part.label == label:
            return part.symbol, dict(zip(("R", "second", "alpha"), part.names, strict=False))
        if isinstance(part, Parallel) and (pair := _pair(part)):
            R, other = pair
            if label in (R.label, other.label):
                return other.symbol, {"R": R.names[0]} | dict(
                    zip(("second", "alpha"), other.names, strict=False)
                )
    raise ValueError(
        f"label = {label!r} is not allowed: {circuit.string!r} has no Zarc, p(R,CPE) or p(R,C) in "
        "series with the rest that carries it; behind R more may stand, as in p(CPE,R-W)"
    )


def _pair(part):
    """R and CPE or C of two branches, of which that of R may go on behind it; None if not so."""
    if len(part.parts) != 2:
        return None
    for other, branch in (part.parts, part.parts[::-1]):
        if isinstance(other, Leaf) and other.symbol in ("C", "CPE"):
            inside = [branch] if isinstance(branch, Leaf) else branch.parts
            R = [each for each in inside if isinstance(each, Leaf) and each.symbol == "R"]
            if len(R) == 1 and not isinstance(branch, Parallel):
                return R[0], other
    return None


def _checked(**arguments):
    """Positive floats that broadcast; an exponent not above 1."""
    values = {name: checks.positive(name, *value) for name, value in arguments.items()}
    checks.between("alpha", values["alpha"], "", 0, 1)
    return checks.same_shape(**values)
