"""What a caller hands to a fit, checked and in the form the fit works with."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sandtime.eis.circuit import Circuit


def weighted(frequency, impedance, sigma=None, mask=None):
    """Spectra as a stack, and one over sigma.

    Parameters
    ----------
    frequency : ndarray, shape (F,)
        Hz.
    impedance : array_like, shape (S, F) or (F,)
        Complex.
    sigma : array_like, optional
        Standard deviation of either part, a number, (F,) or (S, F); the modulus without.
    mask : array_like of bool, optional
        (F,) or (S, F); False leaves a point out, whatever it holds.

    Returns
    -------
    Z : ndarray of complex, shape (S, F)
    weights : ndarray, shape (S, F)
        Both are 0 where a point is left out.

    Raises
    ------
    ValueError
        If shapes do not match, or a point that is used is not finite or has no weight; the message
        names spectrum and point.

    Examples
    --------
    >>> print(weighted(np.array([10.0, 1.0]), [3 - 4j, 0j], mask=[True, False])[1])
    [[0.2 0. ]]
    """
    Z = np.asarray(impedance)
    if Z.dtype.kind != "c" or Z.ndim not in (1, 2) or not Z.size:
        raise ValueError(
            f"impedance has the type {Z.dtype} and the shape {Z.shape}: it must be complex, one "
            "spectrum (F,) or a stack of them (S, F)"
        )
    if Z.shape[-1] != len(frequency):
        raise ValueError(
            f"impedance has {Z.shape[-1]} points a spectrum, frequency has {len(frequency)}: "
            "they must match"
        )
    Z = np.atleast_2d(Z).astype(complex)
    used = np.ones(Z.shape, bool)
    if mask is not None:
        if np.asarray(mask).dtype != bool:
            raise ValueError("mask must be an array of bool; False leaves a point out")
        used = _spread("mask", mask, Z.shape)
    _every_point("impedance", Z, used & ~np.isfinite(Z), frequency, "it must be finite")
    if sigma is None:
        sigma = np.abs(np.where(used, Z, 1))
        _every_point("impedance", Z, sigma == 0, frequency, "modulus weights need |Z| above 0")
    else:
        if np.asarray(sigma).dtype.kind not in "iuf":
            raise ValueError("sigma must be real: the standard deviation of both parts alike")
        sigma = _spread("sigma", np.asarray(sigma, float), Z.shape)
        bad = used & ~(np.isfinite(sigma) & (sigma > 0))
        _every_point("sigma", sigma, bad, frequency, "it must be finite and above 0")
    return np.where(used, Z, 0), np.divide(1, sigma, out=np.zeros(Z.shape), where=used)


def _spread(name, value, shape):
    try:
        return np.broadcast_to(value, shape)
    except ValueError:
        raise ValueError(
            f"{name} has the shape {np.shape(value)}: it does not match impedance {shape}"
        ) from None


def _every_point(name, value, bad, frequency, requirement):
    if bad.any():
        k, point = (int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{name} = {value[k, point]} Ω in spectrum {k} at point {point} "
            f"({frequency[point]:.6g} Hz) is not allowed: {requirement}, or the point be masked"
        )


@dataclass(frozen=True)
class Given:
    """What was said about the parameters: logarithms, (P, S).

    Nan in `fixed` and `guess`, infinity in `low` and `high` where nothing was said.
    """

    circuit: Circuit
    fixed: np.ndarray
    guess: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def free(self):
        """Which parameters are fitted."""
        return np.isnan(self.fixed[:, 0])

    @property
    def exchangeable(self):
        """Which parameters nothing ties to their place."""
        return self.free & np.isinf(self.low[:, 0]) & np.isinf(self.high[:, 0])

    def part(self, which):
        """What was said about some of the spectra."""
        arrays = (self.fixed, self.guess, self.low, self.high)
        return Given(self.circuit, *(array[:, which] for array in arrays))


def given(circuit, S, fixed=None, bounds=None, guess=None):
    """What was said about the parameters of S spectra, checked.

    Raises
    ------
    ValueError
        If a name is unknown, a value is out of range, two of them contradict each other, or nothing
        is left to fit.
    """
    shape = len(circuit.names), S
    fixed_log, guess_log = np.full(shape, np.nan), np.full(shape, np.nan)
    low, high = np.full(shape, -np.inf), np.full(shape, np.inf)

    def put(target, argument, name, value):
        value = circuit.check(name, value, argument)
        if value.ndim > 1 or value.size not in (1, S):
            raise ValueError(
                f"{argument}[{name!r}] has the shape {value.shape}: it must be one number or one "
                f"for each of {S} spectra"
            )
        target[circuit.names.index(name)] = np.log(value)

    for name, value in _named("fixed", fixed):
        put(fixed_log, "fixed", name, value)
    for name, value in _named("guess", guess):
        put(guess_log, "guess", name, value)
    for name, pair in _named("bounds", bounds):
        circuit.check(name, 1.0, "bounds")
        if name in (fixed or {}):
            raise ValueError(f"{name!r} is both in fixed and in bounds: it can only be one of them")
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise ValueError(f"bounds[{name!r}] = {pair!r} is not allowed: it must be (low, high)")
        for target, end, nothing in ((low, pair[0], 0), (high, pair[1], np.inf)):
            if end is not None and not np.array_equal(end, nothing):
                put(target, "bounds", name, end)
        k = circuit.names.index(name)
        if np.any(low[k] >= high[k]):
            raise ValueError(f"bounds[{name!r}] = {pair!r} is not allowed: low must be below high")
        if np.any((guess_log[k] < low[k]) | (guess_log[k] > high[k])):
            raise ValueError(
                f"guess[{name!r}] = {guess[name]!r} is not allowed: bounds[{name!r}] is {pair!r}"
            )
    if not np.isnan(fixed_log[:, 0]).any():
        raise ValueError("fixed holds every parameter: nothing is left to fit")
    return Given(circuit, fixed_log, guess_log, low, high)


def _named(argument, mapping):
    if not isinstance(mapping, Mapping | None):
        raise ValueError(f"{argument} = {mapping!r} is not allowed: it must map names to values")
    return (mapping or {}).items()
