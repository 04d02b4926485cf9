r"""Residuals of a circuit and their derivatives, for hundreds of spectra at a time.

The fit works with logarithms: parameters are positive by their nature and of any order of
magnitude.  Arrays carry the spectra along their last axis, so that one NumPy call serves all of
them and what it works on stays in the processor's cache.

Arcs in series with the rest, the common case, are written in real arithmetic with a single
exponential a point.  With :math:`u = (j\omega\tau)^\alpha = m\,(c + js)` and
:math:`|1+u|^2 = 1 + 2mc + m^2`,

.. math:: \frac{1}{1+u} = \frac{1 + mc - jms}{|1+u|^2}, \qquad
          \frac{\partial}{\partial\ln u}\frac{R}{1+u} = -\frac{R}{1+u}\,\frac{u}{1+u}.

Everything else is left to the circuit's own complex impedance and derivatives.
"""

import numpy as np

from sandtime.eis.circuit import Leaf


class Arc:
    """A Zarc, p(R,CPE) or p(R,C) in series with the rest, and the rows of its parameters."""

    def __init__(self, part, index):
        leaves = [part] if isinstance(part, Leaf) else sorted(part.parts, key=_resistor_last)[::-1]
        self.kind = leaves[-1].symbol
        self.indices = [index[name] for leaf in leaves for name in leaf.names]
        self.R, self.second = self.indices[:2]
        self.alpha = self.indices[2] if len(self.indices) == 3 else None

    @staticmethod
    def made_of(part, negative=frozenset()):
        """Whether this part of a circuit is such an arc.

        A resistor that may be negative makes none with its neighbour: their product is a power.
        """
        if isinstance(part, Leaf):
            return part.symbol == "Zarc"
        if not negative.isdisjoint(name for leaf in part.leaves() for name in leaf.names):
            return False
        symbols = [each.symbol if isinstance(each, Leaf) else "" for each in part.parts]
        return sorted(symbols) in (["CPE", "R"], ["C", "R"])

    def exponent(self, x):
        """α for each spectrum."""
        return np.ones(x.shape[1:]) if self.alpha is None else np.exp(x[self.alpha])

    def shift(self, x, alpha):
        """α ln τ."""
        return alpha * x[self.second] if self.kind == "Zarc" else x[self.R] + x[self.second]

    def log_tau(self, x):
        """Logarithm of the time constant."""
        alpha = self.exponent(x)
        return self.shift(x, alpha) / alpha

    def place(self, x, log_R, log_tau):
        """Set resistance and time constant, the exponent being set already."""
        x[self.R] = log_R
        x[self.second] = log_tau if self.kind == "Zarc" else self.exponent(x) * log_tau - log_R


def _resistor_last(leaf):
    return leaf.symbol == "R"


class Model:
    """Weighted residuals and derivatives with respect to the logarithms of the free parameters.

    Parameters
    ----------
    circuit : Circuit
    omega : ndarray, shape (F,)
        rad/s.
    free : ndarray of bool, shape (P,)
        Which of the circuit's parameters are fitted.
    sign : ndarray, shape (P,), optional
        -1 where a parameter is taken to be negative; its logarithm is that of its size.
    """

    def __init__(self, circuit, omega, free, sign=None):
        index = {name: k for k, name in enumerate(circuit.names)}
        self.names, self.sign = circuit.names, np.ones(len(index)) if sign is None else sign
        self.omega, self.log_omega = omega[:, None], np.log(omega)[:, None]
        self.F = len(omega)
        self.free = [int(k) for k in np.flatnonzero(free)]
        self.row = {k: r for r, k in enumerate(self.free)}
        parts = circuit.tree.parts
        arcs = [Arc.made_of(part, circuit.negative) for part in parts]
        self.arcs = [Arc(part, index) for part, is_arc in zip(parts, arcs, strict=True) if is_arc]
        self.others = [
            (part, [index[name] for leaf in part.leaves() for name in leaf.names])
            for part, is_arc in zip(parts, arcs, strict=True)
            if not is_arc
        ]

    def rows(self, n):
        """Room for what `fill` computes: a row for each free parameter, one for the residuals."""
        return np.empty((len(self.free) + 1, 2 * self.F, n))

    def fill(self, x, weights, measured, rows):
        """Derivatives, and residuals (fitted less measured) at the end; real parts come first.

        `x` are the logarithms of all parameters (P, n), `weights` one over sigma (F, n),
        `measured` the weighted impedance (2F, n).
        """
        np.negative(measured, out=rows[-1])
        for arc in self.arcs:
            self._arc(arc, x, weights, rows)
        for part, indices in self.others:
            self._part(part, indices, x, weights, rows)

    def normal(self, x, weights, measured, rows):
        """Products of all rows with each other, lower half.

        Normal matrix, below it the gradient, and in the corner the sum of squares.
        """
        self.fill(x, weights, measured, rows)
        N = np.zeros((len(rows), len(rows), x.shape[1]))
        for i, row in enumerate(rows):
            np.einsum("fn,jfn->jn", row, rows[: i + 1], out=N[i, : i + 1])
        return N

    def _part(self, part, indices, x, weights, rows):
        F, values = self.F, [self.sign[i] * np.exp(x[i]) for i in indices]
        if isinstance(part, Leaf) and part.symbol == "R":
            real, imag = self._out(indices[0], rows)
            rows[-1, :F] += np.multiply(values[0], weights, out=real)
            imag[:] = 0
            return
        named = {self.names[i]: value for i, value in zip(indices, values, strict=True)}
        Z, derivatives = part.evaluate(self.omega, named)
        rows[-1, :F] += Z.real * weights
        rows[-1, F:] += Z.imag * weights
        if self.row.keys().isdisjoint(indices):
            return
        for i, value, slope in zip(indices, values, derivatives(), strict=True):
            if i in self.row:
                scale = weights * value
                np.multiply(slope.real, scale, out=rows[self.row[i], :F])
                np.multiply(slope.imag, scale, out=rows[self.row[i], F:])

    def _arc(self, arc, x, weights, rows):
        F = self.F
        alpha = arc.exponent(x)
        c, s = np.cos(np.pi / 2 * alpha), np.sin(np.pi / 2 * alpha)
        power = alpha * self.log_omega
        turned = power + arc.shift(x, alpha)
        m = np.exp(turned)
        real = m * c
        real += 1
        rest = np.subtract(-c, m)  # -Re u/(1+u), once it is divided
        rest *= m
        q = real - rest
        np.divide(1, q, out=q)
        real *= q
        rest *= q
        imag = np.multiply(m, q, out=m)
        imag *= -s
        scale = weights * (self.sign[arc.R] * np.exp(x[arc.R]))
        Z_real, Z_imag = self._out(arc.R, rows)
        np.multiply(scale, real, out=Z_real)
        np.multiply(scale, imag, out=Z_imag)
        rows[-1, :F] += Z_real
        rows[-1, F:] += Z_imag
        # with respect to ln u
        slope_real, slope_imag = Z_real * rest, Z_imag * rest
        slope_real -= np.multiply(Z_imag, imag, out=q)
        slope_imag += np.multiply(Z_real, imag, out=q)
        if arc.alpha in self.row:
            out_real, out_imag = self._out(arc.alpha, rows)
            along = turned if arc.kind == "Zarc" else power
            np.multiply(along, slope_real, out=out_real)
            np.multiply(along, slope_imag, out=out_imag)
            turn = np.pi / 2 * alpha
            out_real -= np.multiply(turn, slope_imag, out=q)
            out_imag += np.multiply(turn, slope_real, out=q)
        if arc.second in self.row:
            out_real, out_imag = self._out(arc.second, rows)
            factor = alpha if arc.kind == "Zarc" else 1.0
            np.multiply(factor, slope_real, out=out_real)
            np.multiply(factor, slope_imag, out=out_imag)
        if arc.kind != "Zarc":  # R is part of ln u as well
            Z_real += slope_real
            Z_imag += slope_imag

    def _out(self, index, rows):
        """Where the derivative with respect to a parameter goes, or room that nobody reads."""
        if index in self.row:
            row = rows[self.row[index]]
            return row[: self.F], row[self.F :]
        return np.empty((2, self.F, rows.shape[-1]))
