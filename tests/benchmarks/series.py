"""The series of spectra that the fits are compared on: 61 points, 0.3 % noise, three circuits.

Nothing here needs the library: it also runs in the environment of the other contestants.
"""

import cmath
import math

import numpy as np

NOISE = 3e-3
MANY = 30_000
# Who needs a guess is told the truth but for this factor; an exponent but for 5 %.
OFF = 1.3


class Problem:
    """A circuit, its spectra, and what a careful user of one optimiser a spectrum would write.

    Attributes
    ----------
    title : str
    circuit : str
        As `eis.Circuit` reads it.
    names : tuple of str
    frequency : ndarray, shape (61,)
    """

    def __init__(self):
        self.omega = 2 * np.pi * self.frequency
        self.log_omega = np.log(self.omega)

    def spectra(self, number):
        """Noisy spectra (number, 61), the same in every process."""
        exact = self.model(self.truth(number))
        draw = np.random.default_rng(2019).normal(size=(2, *exact.shape))
        return exact + NOISE * np.abs(exact) * (draw[0] + 1j * draw[1])

    def guess(self, parameters):
        """Where everybody who needs it begins."""
        off = np.array([1 / 1.05 if name.endswith("alpha") else OFF for name in self.names])
        return np.asarray(parameters) * off


class Spectrum:
    """Weighted residuals of one spectrum and their exact derivatives, in logarithms.

    As fast as NumPy makes it for one spectrum: what both share is kept.
    """

    def __init__(self, problem, Z):
        self.problem, self.weight = problem, 1 / np.abs(Z)
        self.measured, self.at = Z * self.weight, None

    def residuals(self, x):
        """Real and imaginary parts in turn, over the modulus."""
        self._evaluate(x)
        return self.fitted.view(float) - self.measured.view(float)

    def jacobian(self, x):
        """Their derivatives with respect to the logarithms."""
        self._evaluate(x)
        columns = np.empty((len(x), len(self.weight)), complex)
        self.problem.slopes(self.kept, self.weight, columns)
        return columns.view(float).T

    def _evaluate(self, x):
        if self.at is None or not np.array_equal(x, self.at):
            self.at = np.array(x)
            self.fitted, self.kept = self.problem.fitted(x, self.weight)


class TwoArcs(Problem):
    """A pellet and an interface that grows from 0.27 to 10 kΩ while it slows down."""

    title, circuit = "two arcs", "R_0-Zarc_gb-Zarc_int"
    names = ("0.R", "gb.R", "gb.tau", "gb.alpha", "int.R", "int.tau", "int.alpha")
    frequency = np.geomspace(7e6, 1, 61)

    def truth(self, number):
        """Parameters (number, 7)."""
        growth, steady = np.linspace(0, 1, number), np.ones(number)
        columns = (
            60 * steady, 60 * steady, 2.7e-7 * steady, 0.9 * steady,
            270 * 37**growth, 1e-3 * (1 + 9 * growth), 0.85 * steady,
        )  # fmt: skip
        return np.stack(columns, axis=1)

    def model(self, parameters):
        """Impedance (61,) of one set of parameters, or of a stack of them."""
        p = np.moveaxis(np.asarray(parameters)[..., None], -2, 0)
        arc = p[1] / (1 + (1j * self.omega * p[2]) ** p[3])
        return p[0] + arc + p[4] / (1 + (1j * self.omega * p[5]) ** p[6])

    def fitted(self, x, weight):
        """Weighted impedance, and what its derivatives are made of."""
        resistor, arcs = math.exp(x[0]) * weight, []
        for R, log_tau, log_alpha in (x[1:4], x[4:7]):
            alpha, tau = math.exp(log_alpha), self.log_omega + log_tau
            power = np.exp(alpha * tau) * cmath.exp(0.5j * math.pi * alpha)
            arcs.append((alpha, tau, power, math.exp(R) * weight / (1 + power)))
        return resistor + arcs[0][3] + arcs[1][3], (resistor, arcs)

    def slopes(self, kept, weight, columns):
        """Derivatives with respect to the logarithms, a row each."""
        columns[0], arcs = kept
        for row, (alpha, tau, power, arc) in zip((1, 4), arcs, strict=True):
            columns[row] = arc
            columns[row + 1] = -alpha * arc * power / (1 + power)
            columns[row + 2] = columns[row + 1] * (tau + 0.5j * np.pi)


class Randles(Problem):
    """A double layer beside a charge transfer that grows tenfold, and semi-infinite diffusion."""

    title, circuit = "Randles", "R_0-p(CPE_1,R_1-W_1)"
    names = ("0.R", "1.Q", "1.alpha", "1.R", "1.sigma")
    frequency = np.geomspace(1e5, 1e-2, 61)

    def __init__(self):
        super().__init__()
        self.warburg = (1 - 1j) / np.sqrt(self.omega)

    def truth(self, number):
        """Parameters (number, 5)."""
        growth, steady = np.linspace(0, 1, number), np.ones(number)
        columns = 20 * steady, 2e-5 * steady, 0.85 * steady, 150 * 10**growth, 30 * steady
        return np.stack(columns, axis=1)

    def model(self, parameters):
        """Impedance (61,) of one set of parameters, or of a stack of them."""
        p = np.moveaxis(np.asarray(parameters)[..., None], -2, 0)
        inner = p[3] + self.diffusion(p[4:])
        return p[0] + 1 / (p[1] * (1j * self.omega) ** p[2] + 1 / inner)

    def diffusion(self, p):
        """Impedance behind the charge transfer."""
        return p[0] * self.warburg

    def fitted(self, x, weight):
        """Weighted impedance, and what its derivatives are made of."""
        alpha = math.exp(x[2])
        layer = np.exp(x[1] + alpha * self.log_omega) * cmath.exp(0.5j * math.pi * alpha)
        far, behind = self.behind(x)
        transfer = math.exp(x[3])
        inner = transfer + far
        both = 1 / (layer + 1 / inner)
        resistor = math.exp(x[0]) * weight
        return resistor + weight * both, (resistor, alpha, layer, transfer, inner, both, behind)

    def behind(self, x):
        """Diffusion, and its derivatives with respect to the logarithms."""
        far = math.exp(x[4]) * self.warburg
        return far, [far]

    def slopes(self, kept, weight, columns):
        """Derivatives with respect to the logarithms, a row each."""
        columns[0], alpha, layer, transfer, inner, both, behind = kept
        square = -weight * both * both
        columns[1] = square * layer
        columns[2] = columns[1] * alpha * (self.log_omega + 0.5j * np.pi)
        share = -square / (inner * inner)
        columns[3] = transfer * share
        for row, slope in enumerate(behind, start=4):
            columns[row] = slope * share


class Wall(Randles):
    """The same with diffusion that ends at a wall."""

    title, circuit = "Randles with Wo", "R_0-p(CPE_1,R_1-Wo_1)"
    names = ("0.R", "1.Q", "1.alpha", "1.R", "1.Z0", "1.tau_d")

    def truth(self, number):
        """Parameters (number, 6)."""
        slower = 10 * (1 + np.linspace(0, 1, number))
        before = super().truth(number)[:, :4]
        return np.column_stack([before, np.full(number, 100.0), slower])

    def diffusion(self, p):
        """Impedance behind the charge transfer."""
        s = np.sqrt(1j * self.omega * p[1])
        return p[0] / (s * np.tanh(s))

    def behind(self, x):
        """Diffusion, and its derivatives with respect to the logarithms."""
        size = math.exp(x[4])
        s = np.sqrt(self.omega * (math.exp(x[5]) / 2)) * (1 + 1j)
        tanh = np.tanh(s)
        far = size / (s * tanh)
        return far, [far, -0.5 * (far + size / (tanh * tanh) - size)]


PROBLEMS = {each.circuit: each for each in (TwoArcs(), Randles(), Wall())}
