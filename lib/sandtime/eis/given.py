"""What a caller hands to a fit, checked and in the form the fit works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from sandtime.eis.circuit import Circuit

_SIGNED = 6  # parameters that are tried with both signs


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
    """What was said about the parameters.

    Attributes
    ----------
    circuit : Circuit
    values : ndarray, shape (4, P, S)
        Fixed values, guesses, lower and upper bounds; nan or an infinity where nothing was said.
    sign : ndarray, shape (P,)
        1 or -1: the sign that is assumed for each.
    fixed, guess, low, high : ndarray, shape (P, S)
        Logarithms of what was said, the sign apart.
    """

    circuit: Circuit
    values: np.ndarray
    sign: np.ndarray

    @cached_property
    def fixed(self):
        return np.log(np.abs(self.values[0]))

    @cached_property
    def guess(self):
        return np.log(np.abs(self.values[1]))

    @cached_property
    def low(self):
        return self._bound(np.where(self.sign[:, None] > 0, self.values[2], -self.values[3]))

    @cached_property
    def high(self):
        return self._bound(np.where(self.sign[:, None] > 0, self.values[3], -self.values[2]))

    @staticmethod
    def _bound(value):
        return np.log(value, out=np.full(value.shape, -np.inf), where=value > 0)

    @property
    def free(self):
        """Which parameters are fitted."""
        return np.isnan(self.values[0, :, 0])

    @property
    def exchangeable(self):
        """Which parameters nothing ties to their place."""
        signed = np.array([name in self.circuit.negative for name in self.circuit.names])
        return self.free & np.isinf(self.low[:, 0]) & np.isinf(self.high[:, 0]) & ~signed

    def part(self, which):
        """What was said about some of the spectra."""
        return Given(self.circuit, self.values[..., which], self.sign)

    def sides(self):
        """The same with each choice of signs that it allows, positive ones first."""
        fixed, _, low, high = self.values
        up = np.where(np.isnan(fixed), high, fixed).min(axis=1) > 0
        down = np.where(np.isnan(fixed), low, fixed).max(axis=1) < 0
        choices = [[1.0] * bool(u) + [-1.0] * bool(d) for u, d in zip(up, down, strict=True)]
        return [Given(self.circuit, self.values, np.array(sign)) for sign in product(*choices)]

    def without_guess(self):
        """The same with no guess."""
        values = self.values.copy()
        values[1] = np.nan
        return Given(self.circuit, values, self.sign)


def given(circuit, S, fixed=None, bounds=None, guess=None):
    """What was said about the parameters of S spectra, checked.

    Raises
    ------
    ValueError
        If a name is unknown, a value is out of range, two of them contradict each other, or nothing
        is left to fit.
    """
    values = np.empty((4, len(circuit.names), S))
    values[:2], values[2], values[3] = np.nan, 0, np.inf
    for name in circuit.negative:
        values[2, circuit.names.index(name)] = -np.inf

    def put(row, argument, name, value):
        value = circuit.check(name, value, argument)
        if value.ndim > 1 or value.size not in (1, S):
            raise ValueError(
                f"{argument}[{name!r}] has the shape {value.shape}: it must be one number or one "
                f"for each of {S} spectra"
            )
        values[row, circuit.names.index(name)] = value

    for name, value in _named("fixed", fixed):
        put(0, "fixed", name, value)
    for name, value in _named("guess", guess):
        put(1, "guess", name, value)
    for name, pair in _named("bounds", bounds):
        circuit.check(name, 1.0, "bounds")
        if name in (fixed or {}):
            raise ValueError(f"{name!r} is both in fixed and in bounds: it can only be one of them")
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise ValueError(f"bounds[{name!r}] = {pair!r} is not allowed: it must be (low, high)")
        k = circuit.names.index(name)
        for row, end, nothing in ((2, pair[0], -np.inf), (3, pair[1], np.inf)):
            if end is None or np.array_equal(end, nothing):
                continue
            if not np.array_equal(end, 0):
                put(row, "bounds", name, end)
            elif row == 2 or name in circuit.negative:  # zero divides the two signs
                values[row, k] = 0
            else:
                circuit.check(name, end, "bounds")
        _, said, low, high = values[:, k]
        if np.any(low >= high):
            raise ValueError(f"bounds[{name!r}] = {pair!r} is not allowed: low must be below high")
        if np.any((said < low) | (said > high)):
            raise ValueError(
                f"guess[{name!r}] = {guess[name]!r} is not allowed: bounds[{name!r}] is {pair!r}"
            )
    if not np.isnan(values[0, :, 0]).any():
        raise ValueError("fixed holds every parameter: nothing is left to fit")
    found = Given(circuit, values, np.ones(len(circuit.names)))
    _check_signs(found)
    return found


def _check_signs(found):
    """That some choice of signs serves all spectra, and that there are not too many to try."""
    fixed, _, low, high = found.values
    for name in found.circuit.negative:
        k = found.circuit.names.index(name)
        ends = (low[k], high[k]) if np.isnan(fixed[k, 0]) else (fixed[k], fixed[k])
        if not ((ends[1] > 0).all() or (ends[0] < 0).all()):
            raise ValueError(
                f"fixed or bounds of {name!r} are not allowed: they must leave all spectra the same"
                " sign"
            )
    if len(found.circuit.negative) > _SIGNED:
        raise ValueError(
            f"{len(found.circuit.negative)} parameters may be negative: at most {_SIGNED} can be "
            "tried with both signs"
        )


def _named(argument, mapping):
    if not isinstance(mapping, Mapping | None):
        raise ValueError(f"{argument} = {mapping!r} is not allowed: it must map names to values")
    return (mapping or {}).items()
