r"""What a charge transfer can resist while a current flows (chapter *Interface*).

One electron, one symmetric step, compositions held at both sides.  With :math:`w = F\eta/RT` both
laws here have one form,

.. math:: i = 2 i_0 \sinh\frac w2 \; \frac{S(w)}{S(0)},

and differ in *S*.  Butler and Volmer take the transfer coefficient to be ½ at any overpotential:
S = 1.  Marcus, Hush and Chidsey let electrons of every energy *x* (in units of kT, from the Fermi
level) cross two parabolas with the reorganisation energy :math:`\Lambda = \lambda/kT`.  The rate of
oxidation,

.. math:: k(w) = \int_{-\infty}^{\infty}
          \frac{e^{-(x - \Lambda + w)^2/4\Lambda}}{1 + e^x}\,dx
          = e^{w/2 - \Lambda/4}\,S(w), \qquad
          S(w) = \int_{-\infty}^{\infty}\frac{e^{-(x + w)^2/4\Lambda}}{2\cosh(x/2)}\,dx,

has the *even* function S; that of reduction is k(−w), and their ratio is :math:`e^w` for any Λ.
For large Λ S is constant and Butler and Volmer's law returns; for :math:`w \gg \Lambda` k reaches
:math:`\sqrt{4\pi\Lambda}` and no overpotential drives more current.

A resistance enters as the *voltage* :math:`i\,d\eta/di`, which depends neither on the exchange
current nor, therefore, on how much contact or lithium is left.  Butler and Volmer's is at most
2RT/F; Marcus's has no bound.

Sources: C. E. D. Chidsey, Science 251 (1991) 919, doi:10.1126/science.251.4996.919; Y. Zeng, R. B.
Smith, P. Bai and M. Z. Bazant, J. Electroanal. Chem. 735 (2014) 77.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, exprel

from sandtime import checks
from sandtime.units import N_A, F, R, celsius, k_B

_ROOM = celsius(25)
_TAIL = 90.0  # kT beyond which 1/cosh(x/2) is below rounding, from its largest value on
_LARGEST = 1300.0  # of w: exp(w/2) overflows a little above


def current_density(overpotential, exchange, reorganisation=np.inf, temperature=_ROOM):
    r"""Current density of a symmetric charge transfer.

    Parameters
    ----------
    overpotential : array_like
        V; positive strips.
    exchange : array_like
        Exchange current density, A/m².
    reorganisation : array_like
        Reorganisation energy λ per particle, J (``0.3 * eV``); infinite for Butler and Volmer.
    temperature : array_like
        K.

    Returns
    -------
    ndarray or float
        A/m²; the arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is out of range, shapes do not broadcast, or an overpotential is above some
        1300 kT/e.

    Notes
    -----
    Beyond an overpotential of a few λ the current no longer grows: it is limited by the rate of
    the transfer without a barrier.

    Examples
    --------
    >>> from sandtime.units import cm, eV, mA
    >>> for reorganisation in 0.3 * eV, np.inf:
    ...     print(f"{current_density(0.4, 1.0, reorganisation) / (mA / cm**2):.3g} mA/cm²")
    6.49 mA/cm²
    240 mA/cm²
    """
    w, energy, T, exchange = _arguments(
        overpotential,
        reorganisation,
        temperature,
        exchange=checks.positive("exchange", exchange, "A/m²"),
    )
    log, _ = _rate(w, energy / (k_B * T))
    return (np.sign(w) * exchange * np.exp(log) * -np.expm1(-np.abs(w)))[()]


def resistance(overpotential, exchange, reorganisation=np.inf, temperature=_ROOM):
    r"""Differential resistance :math:`d\eta/di` at an overpotential.

    At rest it is :math:`RT/Fi_0` by either law.

    In Ω m².  Parameters and errors as in `current_density`.

    Examples
    --------
    >>> print(f"{resistance(0.0, 1.0):.4f} Ω m²")
    0.0257 Ω m²
    """
    w, energy, T, exchange = _arguments(
        overpotential,
        reorganisation,
        temperature,
        exchange=checks.positive("exchange", exchange, "A/m²"),
    )
    log, beta = _rate(w, energy / (k_B * T))
    w = np.abs(w)
    slope = exchange * np.exp(log) * exprel(-w) * (beta * w + 1 / exprel(w))  # di/dw
    return (R * T / F / slope)[()]


def voltage(overpotential, reorganisation=np.inf, temperature=_ROOM):
    r"""The product of current density and differential resistance, :math:`i\,d\eta/di`.

    Whatever the exchange current, the contact and the composition, it depends on the overpotential
    alone.  Butler and Volmer's is :math:`(2RT/F)\tanh(w/2)` and never reaches 51.4 mV at 25 °C.

    In V.  Parameters and errors as in `current_density`.

    Examples
    --------
    >>> from sandtime.units import eV
    >>> print(f"{voltage(0.4):.4f} V, {voltage(0.4, 0.3 * eV):.4f} V")
    0.0514 V, 0.3423 V
    """
    w, energy, T = _arguments(overpotential, reorganisation, temperature)
    _, beta = _rate(w, energy / (k_B * T))
    return (R * T / F * w / (beta * np.abs(w) + 1 / exprel(np.abs(w))))[()]


def rate(overpotential, reorganisation=np.inf, temperature=_ROOM):
    r"""Rate of the oxidation over that at rest, :math:`k(w)/k(0)`.

    That of the reduction is the same at the opposite overpotential.

    A number.  Parameters and errors as in `current_density`.

    Examples
    --------
    >>> from sandtime.units import eV
    >>> print(rate([0.0, 0.1, 1.0], 0.2 * eV).round(2))
    [ 1.    5.04 27.37]
    """
    w, energy, T = _arguments(overpotential, reorganisation, temperature)
    log, _ = _rate(w, energy / (k_B * T))
    return np.exp(log + np.minimum(w, 0))[()]


def transfer_coefficient(overpotential, reorganisation=np.inf, temperature=_ROOM):
    r"""How much of an overpotential speeds the oxidation up, :math:`\beta = d\ln k/dw`.

    One half at rest by either law; Butler and Volmer's stays, Marcus's falls to zero.

    A number.  Parameters and errors as in `current_density`.

    Examples
    --------
    >>> from sandtime.units import eV
    >>> print(transfer_coefficient([0.0, 0.2, 0.4], 0.3 * eV).round(2))
    [0.5  0.26 0.08]
    """
    w, energy, T = _arguments(overpotential, reorganisation, temperature)
    _, beta = _rate(w, energy / (k_B * T))
    return np.where(w < 0, 1 - beta, beta)[()]


def overpotential_for(product, reorganisation, temperature=_ROOM):
    r"""The overpotential at which `voltage` reaches a value.

    Parameters
    ----------
    product : float
        Current density times differential resistance, V; below 2RT/F for Butler and Volmer.
    reorganisation, temperature : float
        As in `current_density`.

    Returns
    -------
    float
        V; positive.

    Raises
    ------
    ValueError
        If an argument is out of range, or no overpotential up to 1300 kT/e reaches the value.

    Examples
    --------
    >>> from sandtime.units import eV
    >>> print(f"{overpotential_for(1.0, 0.3 * eV):.3f} V")
    0.502 V
    """
    product = checks.scalar("product", checks.positive("product", product, "V"))
    w, _, T = _arguments(0.0, reorganisation, temperature)
    if w.ndim:
        raise ValueError(f"one reorganisation and one temperature are needed, not {w.shape}")
    last = R * float(T) / F
    while (reached := voltage(last, reorganisation, temperature)) <= product:
        last *= 2
        if F * last > _LARGEST * R * float(T):
            break
    if not product < reached:
        raise ValueError(
            f"product = {product:g} V is not allowed: this charge transfer reaches at most "
            f"{reached:.4g} V"
        )
    return brentq(
        lambda eta: voltage(eta, reorganisation, temperature) - product, 0.0, last, xtol=1e-14
    )


def _rate(w, energy):
    r""":math:`\ln k/k(0)` and :math:`\beta = d\ln k/dw` at \|w\|, by the trapezoidal rule.

    Under the integral of k the derivative is the factor :math:`1/(1 + e^{-x})`: β is its mean.  The
    integrand is analytic within a distance π of the real axis and its Gaussian is entire: the rule
    errs by :math:`e^{-2\pi^2/h}` and :math:`e^{-4\pi^2\Lambda/h^2}`, both below rounding here.
    """
    shape = w.shape
    w, energy = np.abs(w).ravel(), energy.ravel()
    log, beta = w / 2, np.full(w.shape, 0.5)
    for reorganisation in np.unique(energy[np.isfinite(energy)]):
        here = energy == reorganisation
        at = np.append(w[here], 0.0)
        step = min(0.45, 0.9 * np.sqrt(reorganisation))
        x = np.arange(-at.max() - _TAIL, _TAIL, step)
        exponent = -((x + at[:, None]) ** 2) / (4 * reorganisation)
        exponent -= np.logaddexp(x / 2, -x / 2)  # ln 2 cosh(x/2)
        peak = exponent.max(axis=1)
        terms = np.exp(exponent - peak[:, None])
        total = terms.sum(axis=1)
        S = peak + np.log(total)  # its logarithm
        log[here] += S[:-1] - S[-1]
        beta[here] = (terms @ expit(x) / total)[:-1]
    return log.reshape(shape), beta.reshape(shape)


def _arguments(overpotential, reorganisation, temperature, **more):
    """The dimensionless overpotential, the reorganisation energy, the temperature and the rest."""
    eta = checks.real("overpotential", overpotential, "V")
    T = checks.positive("temperature", temperature, "K")
    energy = np.asarray(reorganisation, float)
    checks.positive("reorganisation", np.where(energy == np.inf, 1.0, energy), "J")
    eta, energy, T, *rest = checks.same_shape(
        overpotential=eta, reorganisation=energy, temperature=T, **more
    )
    finite = energy[np.isfinite(energy)]
    if finite.size and finite.max() > 1e-16:  # 600 eV
        raise ValueError(
            f"reorganisation = {finite.max():g} J is not allowed: an energy per particle is meant, "
            "below 1e-16 J (or infinity); one per mole is to be divided by N_A = "
            f"{N_A:.4g} 1/mol"
        )
    w = F * eta / (R * T)
    if np.any(np.abs(w) > _LARGEST):
        raise ValueError(
            f"overpotential = {eta[np.abs(w) > _LARGEST].flat[0]:g} V is not allowed: it must be "
            f"below {_LARGEST:g} RT/F"
        )
    return w, energy, T, *rest
