r"""Shapes that a part of a circuit may have, drawn at random: where least squares begins.

A resistance that matters is as large as the modulus of the impedance somewhere, a time constant as
long as one over an angular frequency that was measured, and so for every parameter: it scales with
powers of both that its record holds (`eis.elements`).  So the parameters of a part that is neither
an arc nor a simple element are drawn at random points of spectra that one may expect.  That gives
hundreds of impedances of any size, of which least squares chooses (`start`).

Shapes are the same for all spectra and in every call.
"""

from typing import NamedTuple

import numpy as np

from sandtime.eis.circuit import Leaf, Parallel

# Shapes of a part with one unknown beside its size: of the first pools, of the others, and at most;
# each other unknown multiplies them.
_FEW, _MANY, _MOST = (24, 2), (30, 5), 1500
_QUICK = 2  # pools of a few shapes, before there are many
_STEEPEST = 1.0  # power of frequency with which the modulus of a shape falls
_FALLING = 0.7  # of the shapes fall at all
_SPREAD = 1.2  # of sizes around that modulus, natural logarithm
_MET = 0.4  # of the elements beside each other are drawn at one point
_LEAST = 0.6  # exponent


class Pool(NamedTuple):
    """Impedances that a part of a circuit may have.

    Attributes
    ----------
    columns : ndarray, shape (F, M)
        Each divided by its largest modulus.
    x : ndarray, shape (P, M)
        Logarithms of the parameters of the part.
    powers : ndarray, shape (P, 1)
        Powers of its impedance with which they scale.
    log_size : ndarray, shape (M,)
        Logarithm of that largest modulus.
    indices : list of int
        Where the circuit has these parameters.
    """

    columns: np.ndarray
    x: np.ndarray
    powers: np.ndarray
    log_size: np.ndarray
    indices: list

    def scaled(self, chosen, log_size):
        """Logarithms of the parameters of chosen shapes, of this size."""
        powers = self.powers.reshape(-1, *[1] * np.ndim(log_size))
        return self.x[:, chosen] + powers * (log_size - self.log_size[chosen])


def size_of(part):
    """1 or -1 if a part's impedance is proportional or inverse to its first parameter, else 0.

    So it is for simple elements, of which all other parameters are exponents.

    >>> size_of(Leaf("R", "0")), size_of(Leaf("CPE", "0")), size_of(Leaf("Zarc", "0"))
    (1, -1, 0)
    """
    if not isinstance(part, Leaf):
        return 0
    first, *rest = part.element.parameters
    powers = {int(power) for power, _ in first.powers}
    simple = all(own.exponent for own in rest) and len(powers) == 1 and powers <= {1, -1}
    return powers.pop() if simple else 0


def pool(model, part, indices, given, said, number):
    """Shapes of a part in series with the rest; `number` 0, 1, … gives others."""
    draws = _Draws(model.log_omega[[0, -1], 0], number, len(indices) - 1)
    draws.visit(part)
    x, powers = np.array(draws.x), np.array(draws.powers)
    # what has no size can be known here
    low, high, known = (np.median(each[indices], axis=1) for each in (given.low, given.high, said))
    x[powers == 0] = np.clip(x, low[:, None], high[:, None])[powers == 0]
    told = (powers == 0) & ~np.isnan(known)
    x[told] = known[told, None]
    values = np.exp(x) * model.sign[indices][:, None]
    names = [name for leaf in part.leaves() for name in leaf.names]
    Z = part.evaluate(model.omega, dict(zip(names, values, strict=True)))[0]
    most = np.abs(Z).max(axis=0)
    return Pool(Z / most, x, powers[:, None], np.log(most), indices)


class _Draws:
    """Parameters of a part, drawn: one row of `x` and one power of impedance for each."""

    def __init__(self, window, number, unknown):
        self.rng, self.window = np.random.default_rng(number), window
        least, factor = _FEW if number < _QUICK else _MANY
        self.count = int(min(_MOST, least * float(factor) ** (unknown - 1)))
        falls = self.rng.random(self.count) < _FALLING
        self.slope = falls * self.rng.uniform(0, _STEEPEST, self.count)
        self.x, self.powers = [], []

    def visit(self, part, meeting=None):
        """Draw for all elements of a part; `meeting` is a point where those side by side meet."""
        if not isinstance(part, Leaf):
            meeting = self._point() if isinstance(part, Parallel) else meeting
            for each in part.parts:
                self.visit(each, meeting)
            return
        exponent = self.rng.uniform(_LEAST, 1, self.count)
        here = meeting is not None and self.rng.random(self.count) < _MET
        for own in part.element.parameters:
            log_size, log_omega = np.where(here, meeting if np.any(here) else 0, self._point())
            if own.exponent:
                self.x.append(np.log(exponent))
                self.powers.append(0.0)
                continue
            (a, b), (c, d) = own.powers[0], own.powers[-1]
            self.x.append(
                (a + (c - a) * exponent) * log_size + (b + (d - b) * exponent) * log_omega
            )
            self.powers.append(a)

    def _point(self):
        """Logarithms of modulus and angular frequency (2, M) at a random point of each shape."""
        log_omega = self.rng.uniform(*self.window, self.count)
        rough = self.rng.normal(0, _SPREAD, self.count)
        return np.array([rough - self.slope * (log_omega - self.window[0]), log_omega])
