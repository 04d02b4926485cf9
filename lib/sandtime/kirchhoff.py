r"""The integral of a diffusivity: its gradient is the flux (chapter *Solver*).

.. math:: \Theta(w) = \int D(w)\,dw, \qquad
          D\,\frac{\partial w}{\partial x} = \frac{\partial\Theta}{\partial x}

is Kirchhoff's transform.  Where D has a dip or a jump, w is steep and :math:`\Theta` is smooth, so
far fewer nodes resolve it; and the Jacobian of :math:`\Theta` is D itself, so that no derivative of
D is asked for.

:math:`\Theta` is tabulated between knots by Gauss quadrature and interpolated by Hermite's cubics.
An interval is halved until its two halves agree with it, so that knots crowd where D jumps.
"""

import numpy as np

from sandtime import checks

_START = 512  # intervals before any is halved: what is narrower than a quarter of one may be missed
_MOST = 60_000  # intervals; past that the function is rougher than any table
_FINEST = 2.0**-44  # of the range; a jump is enclosed in an interval as narrow as this
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(3)


class Diffusivity:
    """A number or a function of w, checked, and its integral.

    Parameters
    ----------
    diffusivity : float, callable, or pair of callables
        m²/s.  Of a pair the first counts: the second, its derivative, is not needed.
    name, unit : str
        Of the quantity that the function takes, for messages.

    Attributes
    ----------
    constant : float or None
        The number, if it is one.
    typical, lowest, at_lowest : float
        D between the ends of the table: its mean, its smallest positive value, and its value at
        the lowest w, or the mean where that is zero.
    rough : bool
        True if the table could not be made as good as it was asked to be.
    """

    def __init__(self, diffusivity, name, unit):
        self.name, self.unit = name, unit
        self.constant, self.rough = None, False
        if isinstance(diffusivity, tuple | list) and len(diffusivity) == 2:
            diffusivity = diffusivity[0]
        if callable(diffusivity):
            self.function = diffusivity
            return
        self.constant = checks.scalar(
            "diffusivity", checks.positive("diffusivity", diffusivity, "m²/s")
        )

    def of(self, w):
        """D at each w."""
        return np.full(w.shape, self.constant) if self.constant is not None else self.called(w)

    def show(self, w):
        """One value of w as a person reads it."""
        return f"{w:.6g} {self.unit}"

    def called(self, at):
        """What the function returns, or an error that names where it is wrong."""
        try:
            value = np.asarray(self.function(at))
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"diffusivity is not allowed: it raised “{error}” for an array of {self.name} of "
                f"shape {at.shape}; it must be vectorised (np.exp, not math.exp; np.where, not if)"
            ) from error
        if value.dtype.kind not in "fiu" or value.shape not in ((), at.shape):
            raise ValueError(
                f"diffusivity returned {value.dtype} of shape {value.shape} for {self.name} of "
                f"shape {at.shape}: it must be vectorised and return real numbers in m²/s"
            )
        value = np.broadcast_to(value, at.shape).astype(float)
        bad = np.flatnonzero(~((value >= 0) & np.isfinite(value)).ravel())
        if bad.size:
            first = bad[0]
            raise ValueError(
                f"diffusivity = {value.flat[first]:.6g} m²/s at {self.name} = {at.flat[first]:.6g}"
                f"{' ' + self.unit if self.unit else ''} is not allowed: it must be finite and at "
                "least 0"
            )
        return value

    def tabulate(self, low, high, error):
        """Prepare Θ between two values of w; beyond them D stays what it is at the end.

        Θ is as good as an error of w that is small against `error`, or `rough` is set.
        """
        if self.constant is not None:
            self.typical = self.lowest = self.at_lowest = self.constant
            return
        knot, slope, rise = self._halved(low, high, error)
        width = np.diff(knot)
        theta = np.concatenate([[0.0], np.cumsum(rise)])
        # θ + D₀ z + b z² + a z³ meets value and slope at both ends of an interval
        steep = rise / width
        rows = np.zeros((4, knot.size + 1))
        rows[0] = np.append(theta[0], theta)
        rows[1] = np.append(slope[0], slope)
        rows[2, 1:-1] = (3 * steep - 2 * slope[:-1] - slope[1:]) / width
        rows[3, 1:-1] = (slope[:-1] + slope[1:] - 2 * steep) / width**2
        self._knot, self._start, self._rows = knot, np.append(knot[0], knot), rows
        self.typical = theta[-1] / (high - low)
        if self.typical == 0:
            raise ValueError(
                f"diffusivity = 0 m²/s from {self.show(low)} to {self.show(high)} is not allowed: "
                "nothing would move"
            )
        self.lowest = slope[slope > 0].min(initial=self.typical)
        self.at_lowest = slope[0] or self.typical

    def integral(self, w):
        """Θ at each w."""
        row = self._knot.searchsorted(w, "right")
        z = w - self._start[row]
        theta, slope, b, a = self._rows.take(row, axis=1)
        return ((a * z + b) * z + slope) * z + theta

    def slope(self, w):
        """D at each w, as the slope of the table of Θ."""
        row = self._knot.searchsorted(w, "right")
        z = w - self._start[row]
        _, slope, b, a = self._rows.take(row, axis=1)
        return (3 * a * z + 2 * b) * z + slope

    def _halved(self, low, high, error):
        """Knots, D at the knots and the rise of Θ between them, each interval halved as needed."""
        edge = np.linspace(low, high, _START + 1)
        left, right = edge[:-1], edge[1:]
        ends = self.of(edge)
        at_left, at_right = ends[:-1], ends[1:]
        whole = self._rise(left, right)
        done, kept = [], 0
        self.rough = False
        while True:
            middle = (left + right) / 2
            at_middle = self.of(middle)
            first, second = self._rise(left, middle), self._rise(middle, right)
            both, width = first + second, right - left
            # what the interval's own cubic would give half-way
            cubic = whole / 2 + width / 8 * (at_left - at_right)
            # an error of Θ is one of w times D
            allowed = 0.02 * error * both / width + 1e-17 * self._scale(done, both)
            wrong = np.maximum(abs(whole - both), abs(cubic - first)) > allowed
            wrong &= width > _FINEST * (high - low)
            if kept + 2 * wrong.size > _MOST and wrong.any():
                self.rough, wrong = True, np.zeros_like(wrong)
            good = ~wrong
            done.append((left[good], at_left[good], first[good]))
            done.append((middle[good], at_middle[good], second[good]))
            kept += 2 * int(good.sum())
            if not wrong.any():
                break
            left, right = _both(left, middle, wrong), _both(middle, right, wrong)
            at_left, at_right = (
                _both(at_left, at_middle, wrong),
                _both(at_middle, at_right, wrong),
            )
            whole = _both(first, second, wrong)
        knot, slope, rise = (np.concatenate(column) for column in zip(*done, strict=True))
        order = np.argsort(knot)
        return np.append(knot[order], high), np.append(slope[order], ends[-1]), rise[order]

    def _rise(self, left, right):
        half = (right - left)[:, None] / 2
        inside = left[:, None] + half * (1 + _NODE)
        return half[:, 0] * (self.of(inside.ravel()).reshape(inside.shape) @ _WEIGHT)

    @staticmethod
    def _scale(done, both):
        return both.sum() + sum(float(rise.sum()) for _, _, rise in done)


class MagnesiumFixedDiffusivity(Diffusivity):
    """D̃(x)·x²/V_m², of lithium per magnesium over magnesium per area (`transport`)."""

    def __init__(self, diffusivity, volume):
        super().__init__(diffusivity, "magnesium_fraction", "")
        self.volume, self.interdiffusion = volume, self.constant
        self.constant = None

    def of(self, w):
        """As in `Diffusivity`."""
        x = 1 / (1 + w)
        value = self.called(x) if self.interdiffusion is None else self.interdiffusion
        return value * (x / self.volume) ** 2

    def show(self, w):
        """As in `Diffusivity`."""
        return f"x = {1 / (1 + w):.6g}"


def _both(first, second, chosen):
    return np.concatenate([first[chosen], second[chosen]])
