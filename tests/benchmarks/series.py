"""The series of spectra that the fits are compared on: two arcs, 61 points, 0.3 % noise.

Nothing here needs the library: it also runs in the environment of the other contestants.
"""

import cmath
import math

import numpy as np

NAMES = ("0.R", "gb.R", "gb.tau", "gb.alpha", "int.R", "int.tau", "int.alpha")
FREQUENCY = np.geomspace(7e6, 1, 61)
OMEGA = 2 * np.pi * FREQUENCY
LOG_OMEGA = np.log(OMEGA)
NOISE = 3e-3
MANY = 30_000
# Who needs a guess is told the truth but for this factor; an exponent but for 5 %.
OFF = 1.3


def truth(number):
    """Parameters (number, 7): an interface that grows from 0.27 to 10 kΩ while it slows down."""
    growth = np.linspace(0, 1, number)
    steady = np.ones(number)
    columns = (
        60 * steady, 60 * steady, 2.7e-7 * steady, 0.9 * steady,
        270 * 37**growth, 1e-3 * (1 + 9 * growth), 0.85 * steady,
    )  # fmt: skip
    return np.stack(columns, axis=1)


def model(parameters):
    """Impedance (61,) of one set of parameters, or of a stack of them."""
    p = np.moveaxis(np.asarray(parameters)[..., None], -2, 0)
    arc = p[1] / (1 + (1j * OMEGA * p[2]) ** p[3])
    return p[0] + arc + p[4] / (1 + (1j * OMEGA * p[5]) ** p[6])


def spectra(number):
    """Noisy spectra (number, 61), the same in every process."""
    exact = model(truth(number))
    draw = np.random.default_rng(2019).normal(size=(2, *exact.shape))
    return exact + NOISE * np.abs(exact) * (draw[0] + 1j * draw[1])


def guess(parameters):
    """Where everybody who needs it begins."""
    factor = np.array([1 / 1.05 if name.endswith("alpha") else OFF for name in NAMES])
    return np.asarray(parameters) * factor


class Spectrum:
    """Weighted residuals of one spectrum and their exact derivatives, in logarithms.

    As fast as NumPy makes it for one spectrum: real exponentials, and what both share kept.
    """

    def __init__(self, Z):
        self.weight = 1 / np.abs(Z)
        self.measured, self.at = Z * self.weight, None

    def residuals(self, x):
        """Real and imaginary parts in turn, over the modulus."""
        self._evaluate(x)
        return self.fitted.view(float) - self.measured.view(float)

    def jacobian(self, x):
        """Their derivatives with respect to the logarithms."""
        self._evaluate(x)
        columns = np.empty((7, len(OMEGA)), complex)
        columns[0] = self.resistor
        for row, (alpha, tau, power, arc) in zip((1, 4), self.arcs, strict=True):
            columns[row] = arc
            columns[row + 1] = -alpha * arc * power / (1 + power)
            columns[row + 2] = columns[row + 1] * (tau + 0.5j * np.pi)
        return columns.view(float).T

    def _evaluate(self, x):
        if self.at is not None and np.array_equal(x, self.at):
            return
        self.at = np.array(x)
        self.resistor = math.exp(x[0]) * self.weight
        self.arcs = []
        for R, log_tau, log_alpha in (x[1:4], x[4:7]):
            alpha, tau = math.exp(log_alpha), LOG_OMEGA + log_tau
            power = np.exp(alpha * tau) * cmath.exp(0.5j * math.pi * alpha)
            self.arcs.append((alpha, tau, power, math.exp(R) * self.weight / (1 + power)))
        self.fitted = self.resistor + self.arcs[0][3] + self.arcs[1][3]
