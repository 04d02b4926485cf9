r"""Li–Mg alloys in equilibrium (chapter *Magnesium*).

Each phase has a Gibbs energy of composition and temperature; everything else is its derivatives and
its tangents: the open-circuit potential, the thermodynamic factor that makes a chemical diffusivity
out of a tracer diffusivity, and the phase diagram of the paper's Figure 1a.  Magnesium-poor bcc is
the paper's β, magnesium-rich hcp its α.

.. math:: G = (1-x)\,g_\mathrm{Li} + x\,g_\mathrm{Mg} + RT\,[(1-x)\ln(1-x) + x\ln x]
              + x(1-x)\sum_k L_k(T)\,(1-2x)^k

with the magnesium fraction :math:`x`, counted from bcc lithium and hcp magnesium.

Sources: the interaction parameters :math:`L_k` are those of COST 507 (I. Ansara, A. T. Dinsdale and
M. H. Rand, eds., *Thermochemical Database for Light Metal Alloys*, vol. 2, Luxembourg 1998, ISBN
92-828-3902-8); the elements are the SGTE values on which it rests (A. T. Dinsdale, Calphad 15
(1991) 317, https://doi.org/10.1016/0364-5916(91)90030-N).  COST 507 is stated from 298.15 K
upwards: at room temperature and below, its Li–Mg part extrapolates measurements made far above.
"""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.optimize.elementwise import find_root
from scipy.special import expit

from sandtime import checks
from sandtime.units import F, R

LOWEST_TEMPERATURE = 200  # K, where the SGTE description of lithium begins
HIGHEST_TEMPERATURE = 3000  # K, where it ends


@dataclass(frozen=True)
class Phase:
    """A substitutional solution of lithium and magnesium.

    Parameters
    ----------
    name : str
    lithium, magnesium : tuple of (float, tuple)
        Gibbs energy of the pure element in this structure less that of bcc lithium or hcp
        magnesium, J/mol: up to each temperature, K, the factors of the terms named in `_terms`.
    interaction : tuple of (float, float)
        For each `k` the two numbers of :math:`L_k = a + b T`, J/mol and J/(mol K).
    """

    name: str
    lithium: tuple
    magnesium: tuple
    interaction: tuple

    def __repr__(self):
        return f"<{self.name}>"


@dataclass(frozen=True)
class Eutectic:
    """Where liquid, β and α are in equilibrium: temperature, K, and magnesium fractions."""

    temperature: float
    beta: float
    liquid: float
    alpha: float


def _terms(temperature):
    """The functions of temperature in which SGTE writes the Gibbs energy of an element."""
    T = temperature
    return 1, T, T * np.log(T), T**2, T**3, 1 / T, T**7, T**-9.0


# Absolute values of SGTE for lithium; bcc is its reference.
_LITHIUM_BCC = (
    (453.6, (-10583.817, 217.637482, -38.940488, 35.466931e-3, -19.869816e-6, 159994.0)),
    (500.0, (-559579.123, 10547.879893, -1702.8886493, 2258.329444e-3, -571.066077e-6, 33885874.0)),
    (3000.0, (-9062.994, 179.278285, -31.2283718, 2.633221e-3, -0.438058e-6, -102387.0)),
)
_LITHIUM_LIQUID = (
    (250.0, (-7883.612, 211.841861, -38.940488, 35.466931e-3, -19.869816e-6, 159994.0)),
    (453.6, (12015.027, -362.187078, 61.6104424, -182.426463e-3, 63.955671e-6, -559968.0)),
    (3000.0, (-6057.31, 172.652183, -31.2283718, 2.633221e-3, -0.438058e-6, -102387.0)),
)


def _less(pieces, reference):
    """Difference of two piecewise descriptions, on the pieces of both."""
    ends = sorted({end for end, _ in pieces + reference})

    def at(description, end):
        return next(factors for last, factors in description if end <= last)

    return tuple(
        (end, tuple(np.subtract(at(pieces, end), at(reference, end)).tolist())) for end in ends
    )


_REFERENCE = ((HIGHEST_TEMPERATURE, (0.0,)),)

BCC = Phase(
    "bcc",
    lithium=_REFERENCE,
    magnesium=((HIGHEST_TEMPERATURE, (3100.0, -2.1)),),
    interaction=((-18335.0, 8.49), (3481.0, 0.0), (2658.0, -0.114)),
)
HCP = Phase(
    "hcp",
    lithium=((HIGHEST_TEMPERATURE, (-154.0, 2.0)),),
    magnesium=_REFERENCE,
    interaction=((-6856.0, 0.0), (4000.0, 0.0), (4000.0, 0.0)),
)
LIQUID = Phase(
    "liquid",
    lithium=_less(_LITHIUM_LIQUID, _LITHIUM_BCC),
    magnesium=(
        (923.0, (8202.243, -8.83693, 0, 0, 0, 0, -8.0176e-20)),
        (HIGHEST_TEMPERATURE, (8690.316, -9.392158, 0, 0, 0, 0, 0, -1.038192e28)),
    ),
    interaction=((-14935.0, 10.371), (-1789.0, 1.143), (6533.0, -6.6915)),
)


def gibbs_energy(magnesium_fraction, temperature, phase=BCC):
    r"""Gibbs energy of a phase, counted from bcc lithium and hcp magnesium.

    Parameters
    ----------
    magnesium_fraction : array_like
        Atomic fraction of magnesium, 0 to 1.
    temperature : array_like
        K, 200 to 3000.
    phase : Phase, optional
        `BCC` (default), `HCP` or `LIQUID`.

    Returns
    -------
    ndarray or float
        J per mole of atoms; the arguments broadcast.

    Raises
    ------
    ValueError
        If the fraction or the temperature is out of range.

    Notes
    -----
    Formula and sources: the head of this module.

    Examples
    --------
    >>> print(f"{gibbs_energy(0.10, 298.15) / 1000:.3f} kJ/mol")
    -1.579 kJ/mol
    """
    x, T = _arguments(magnesium_fraction, temperature)
    return _gibbs_energy(phase, x, 1 - x, T)[()]


def chemical_potentials(magnesium_fraction, temperature, phase=BCC):
    r"""Chemical potentials of lithium and magnesium, from bcc lithium and hcp magnesium.

    .. math:: \mu_\mathrm{Li} = G - x\,\frac{\partial G}{\partial x}, \qquad
              \mu_\mathrm{Mg} = G + (1-x)\,\frac{\partial G}{\partial x}

    Where the tangent to the Gibbs energy at `x` meets the two sides of the diagram.

    Parameters and errors as in `gibbs_energy`, the fraction above 0 and below 1: a pure element has
    no chemical potential of the other.  Both in J/mol.

    Examples
    --------
    >>> lithium, magnesium = chemical_potentials(0.10, 298.15)
    >>> print(f"{lithium / 1000:.3f} {magnesium / 1000:.2f} kJ/mol")
    -0.236 -13.66 kJ/mol
    """
    x, T = _arguments(magnesium_fraction, temperature)
    checks.above("magnesium_fraction", x, "", 0)
    checks.below("magnesium_fraction", x, "", "pure magnesium", 1.0)
    lithium, magnesium = _chemical_potentials(phase, x, 1 - x, T)
    return lithium[()], magnesium[()]


def activity(magnesium_fraction, temperature, phase=BCC):
    r"""Activity of lithium, :math:`a = \exp[(\mu_\mathrm{Li} - \mu^\circ_\mathrm{Li,bcc})/RT]`.

    Above 453.6 K, where lithium melts, bcc lithium is still what it is counted from.

    Dimensionless.  Parameters and errors as in `gibbs_energy`.

    Examples
    --------
    >>> print(f"{activity(0.10, 298.15):.3f}")
    0.909
    """
    x, T = _arguments(magnesium_fraction, temperature)
    excess = _stability(phase.lithium, T) + _excess_potential(phase, x, 1 - x, T)
    return ((1 - x) * np.exp(excess / (R * T)))[()]


def open_circuit_potential(magnesium_fraction, temperature, phase=BCC):
    r"""Potential of the alloy against bcc lithium.

    .. math:: E = -\frac{\mu_\mathrm{Li} - \mu^\circ_\mathrm{Li,bcc}}{F}

    It is the potential of *one* phase.  Where the alloy falls apart into β and α, between the two
    compositions of `tie_line`, equilibrium is a plateau at the potential of the β limit, and a
    potential of `BCC` beyond that limit belongs to a supersaturated alloy.

    In V.  Parameters and errors as in `gibbs_energy`, the fraction below 1.

    Examples
    --------
    >>> from sandtime.units import celsius, mV
    >>> print(f"{open_circuit_potential(0.10, celsius(25)) / mV:.2f} mV")
    2.45 mV
    """
    x, T = _arguments(magnesium_fraction, temperature)
    checks.below("magnesium_fraction", x, "", "pure magnesium", 1.0)
    excess = _stability(phase.lithium, T) + _excess_potential(phase, x, 1 - x, T)
    return (-(R * T * np.log1p(-x) + excess) / F + 0.0)[()]  # adding zero turns −0 into 0


def thermodynamic_factor(magnesium_fraction, temperature, phase=BCC):
    r"""Thermodynamic factor of the solution.

    .. math:: \Phi = \frac{\partial\ln a_\mathrm{Li}}{\partial\ln x_\mathrm{Li}}
                   = \frac{x(1-x)}{RT}\,\frac{\partial^2 G}{\partial x^2}
                   = 1 + \frac{x(1-x)}{RT}\,\frac{\partial^2 G_\mathrm{ex}}{\partial x^2}

    The same for both elements.  One in a dilute and in an ideal solution, zero on the spinodal.
    It turns a self-diffusivity :math:`D^*` into a chemical one where every lattice site stays
    filled, :math:`D = D^*\Phi`; where magnesium is kept it is :math:`D = x D^*\Phi` (`variants`).

    Dimensionless.  Parameters and errors as in `gibbs_energy`.

    Notes
    -----
    Source: L. S. Darken, Trans. AIME 175 (1948) 184, where it turns a mobility into a diffusivity.

    Examples
    --------
    >>> from sandtime.units import celsius
    >>> [round(float(phi), 2) for phi in thermodynamic_factor([0.05, 0.10, 0.50], celsius(25))]
    [0.86, 1.0, 4.72]
    """
    x, T = _arguments(magnesium_fraction, temperature)
    return _factor(phase, x, 1 - x, T)[()]


def thermodynamic_factor_slope(magnesium_fraction, temperature, phase=BCC):
    r"""Derivative of the thermodynamic factor with the magnesium fraction, :math:`d\Phi/dx`.

    Exact; what an implicit solver needs beside :math:`D_0\,\Phi(x)`.  Parameters and errors as in
    `thermodynamic_factor`.

    Examples
    --------
    >>> from sandtime.units import celsius
    >>> print(f"{thermodynamic_factor_slope(0.30, celsius(25)):.2f}")
    11.59
    """
    x, T = _arguments(magnesium_fraction, temperature)
    sign, product = 1 - 2 * x, x * (1 - x)
    _, first, second, third = _interaction(phase, sign, T)
    curvature = _excess_curvature(phase, x, 1 - x, T)
    slope_of_curvature = 12 * first + 12 * sign * second - 8 * product * third
    return ((sign * curvature + product * slope_of_curvature) / (R * T))[()]


def phase_boundary(phase, other, temperature):
    r"""Compositions of two phases in equilibrium: the feet of the common tangent.

    .. math:: \mu_\mathrm{Li}(x) = \mu_\mathrm{Li}(x'), \qquad
              \mu_\mathrm{Mg}(x) = \mu_\mathrm{Mg}(x')

    Of several common tangents the one richest in lithium; whether a third phase lies below it is
    not asked.

    Parameters
    ----------
    phase, other : Phase
        Two of `BCC`, `HCP` and `LIQUID`.
    temperature : array_like
        K, 200 to 3000.

    Returns
    -------
    x, x_other : ndarray or float
        Magnesium fractions of `phase` and of `other`, in the shape of `temperature`.

    Raises
    ------
    ValueError
        If a temperature is out of range or the phases have no common tangent there.

    Examples
    --------
    >>> from sandtime.units import celsius
    >>> solidus, liquidus = phase_boundary(BCC, LIQUID, celsius(300))
    >>> print(f"{solidus:.3f} {liquidus:.3f}")
    0.280 0.170
    """
    if phase == other:
        raise ValueError(
            f"other = {other} is not allowed: it must be another phase than phase = {phase}"
        )
    T = _temperature(temperature)
    flat = T.reshape(-1, 1)
    height, nearest = _driving_force(phase, other, _SCAN, flat)
    above = height > 0
    changes = above[:, 1:] != above[:, :-1]
    missing = ~changes.any(axis=1).reshape(T.shape)
    if missing.any():
        raise ValueError(
            f"temperature = {T[missing].flat[0]:.10g} K is not allowed: {phase.name} and "
            f"{other.name} have no common tangent there"
        )
    first = changes.argmax(axis=1)
    start = np.take_along_axis(nearest, first[:, np.newaxis], axis=1)[:, 0]
    logit = find_root(
        lambda z, *known: _driving_force(phase, other, z, *known)[0],
        (_SCAN[first], _SCAN[first + 1]),
        args=(flat[:, 0], start),
    ).x
    _, partner = _driving_force(phase, other, logit, flat[:, 0], start)
    return expit(logit).reshape(T.shape)[()], expit(partner).reshape(T.shape)[()]


def tie_line(temperature):
    """Where the β-phase ends and the α-phase begins.

    Magnesium fractions of β and α, in the shape of `temperature`, which is in K, from 200 to the
    eutectic, above which there is liquid between the two; errors as in `phase_boundary`.

    Examples
    --------
    >>> from sandtime.units import celsius
    >>> beta, alpha = tie_line(celsius(25))
    >>> print(f"{beta:.3f} {alpha:.3f}")
    0.669 0.834
    """
    checks.between("temperature", temperature, "K", LOWEST_TEMPERATURE, eutectic().temperature)
    return phase_boundary(BCC, HCP, temperature)


def liquidus(magnesium_fraction):
    """Temperature above which an alloy is entirely liquid.

    Parameters
    ----------
    magnesium_fraction : array_like
        Atomic fraction of magnesium, 0 to 1.

    Returns
    -------
    ndarray or float
        K.

    Raises
    ------
    ValueError
        If the fraction is out of range.

    Examples
    --------
    >>> from sandtime.units import to_celsius
    >>> print(f"{to_celsius(liquidus(0.10)):.0f} °C")
    247 °C
    """
    x = checks.between("magnesium_fraction", magnesium_fraction, "", 0, 1)
    return np.maximum(_equilibrium(LIQUID, BCC, x), _equilibrium(LIQUID, HCP, x))[()]


def solidus(magnesium_fraction):
    """Temperature at which a heated alloy begins to melt: the melting point of an element, the
    eutectic where β and α lie side by side.

    Parameters, unit and errors as in `liquidus`.

    Examples
    --------
    >>> from sandtime.units import to_celsius
    >>> print(f"{to_celsius(solidus(0.10)):.0f} °C")
    209 °C
    """
    x = checks.between("magnesium_fraction", magnesium_fraction, "", 0, 1)
    point = eutectic()
    melting = np.where(
        x < (point.beta + point.alpha) / 2,
        _equilibrium(BCC, LIQUID, x),
        _equilibrium(HCP, LIQUID, x),
    )
    between = (x >= point.beta) & (x <= point.alpha)
    return np.where(between, point.temperature, melting)[()]


@functools.cache
def eutectic():
    """Temperature and compositions at which liquid, β and α are in equilibrium.

    Examples
    --------
    >>> from sandtime.units import to_celsius
    >>> point = eutectic()
    >>> print(f"{to_celsius(point.temperature):.1f} °C: {point.beta:.3f}, {point.liquid:.3f}, "
    ...       f"{point.alpha:.3f}")
    592.0 °C: 0.760, 0.774, 0.834
    """

    def liquid_above(temperature):
        """How far the liquid lies above the tangent to β and α."""
        beta, _ = phase_boundary(BCC, HCP, temperature)
        return float(_driving_force(BCC, LIQUID, _logit(beta), temperature)[0])

    temperature = brentq(liquid_above, 600.0, 923.0, xtol=1e-11)
    beta, alpha = phase_boundary(BCC, HCP, temperature)
    _, liquid = _driving_force(BCC, LIQUID, _logit(beta), temperature)
    return Eutectic(temperature, float(beta), float(expit(liquid)), float(alpha))


# Below, x and y are the fractions of magnesium and lithium: 1 − x loses digits near magnesium.


def _arguments(magnesium_fraction, temperature):
    return checks.same_shape(
        magnesium_fraction=checks.between("magnesium_fraction", magnesium_fraction, "", 0, 1),
        temperature=_temperature(temperature),
    )


def _temperature(temperature):
    return checks.between("temperature", temperature, "K", LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE)


def _stability(pieces, T):
    """Gibbs energy of an element in a structure less that in its reference structure, J/mol."""
    terms = _terms(T)
    value = np.zeros_like(T)
    for end, factors in reversed(pieces):
        piece = sum(f * term for f, term in zip(factors, terms, strict=False) if f)
        value = np.where(end >= T, piece, value)
    return value


def _interaction(phase, sign, T):
    r"""`Σ L_k s^k` and its first three derivatives with `s = 1 − 2x`."""
    total = [np.zeros(np.broadcast(sign, T).shape) for _ in range(4)]
    for a, b in reversed(phase.interaction):
        for order in (3, 2, 1):
            total[order] = total[order] * sign + order * total[order - 1]
        total[0] = total[0] * sign + (a + b * T)
    return total


def _gibbs_energy(phase, x, y, T):
    ends = y * _stability(phase.lithium, T) + x * _stability(phase.magnesium, T)
    ideal = R * T * (x * _log(x, y) + y * _log(y, x))
    return ends + ideal + x * y * _interaction(phase, y - x, T)[0]


def _excess_potential(phase, x, y, T):
    """Of lithium.  Written so that nothing cancels in a dilute alloy."""
    value, slope, *_ = _interaction(phase, y - x, T)
    return x**2 * (value + 2 * y * slope)


def _chemical_potentials(phase, x, y, T):
    value, slope, *_ = _interaction(phase, y - x, T)
    lithium = R * T * _log(y, x) + x**2 * (value + 2 * y * slope)
    magnesium = R * T * _log(x, y) + y**2 * (value - 2 * x * slope)
    return lithium + _stability(phase.lithium, T), magnesium + _stability(phase.magnesium, T)


def _excess_curvature(phase, x, y, T):
    value, slope, bend, _ = _interaction(phase, y - x, T)
    return -2 * value - 4 * (y - x) * slope + 4 * x * y * bend


def _factor(phase, x, y, T):
    return 1 + x * y * _excess_curvature(phase, x, y, T) / (R * T)


def _log(x, y):
    """`ln x`, for a fraction near one from what is missing; zero for `x = 0`, where it is not
    needed."""
    return np.where(x > 0.5, np.log1p(-np.minimum(y, 0.5)), np.log(np.where(x > 0, x, 1.0)))


# The common tangent, in the variable ln(x/(1 − x)), which resolves both ends of the diagram.

_GRID = np.linspace(-36.0, 36.0, 109)  # at ±36 the other element is below rounding
_SCAN = np.unique(np.concatenate([_GRID, np.linspace(-3.0, 3.0, 121)]))  # β and liquid lie close
_NEWTON_STEPS = 6


def _logit(x):
    return np.log(x) - np.log1p(-x)


def _driving_force(parent, other, logit, T, start=None):
    """How far `other` lies above the tangent to `parent`, J/mol, and the composition (as a logit)
    where it comes nearest.  Negative: `parent` can lower its energy by forming `other`.

    The nearest grid point names the valley, unless it is known; Newton's method finds its bottom.
    """
    lithium, magnesium = _chemical_potentials(parent, expit(logit), expit(-logit), T)

    def above(z):
        x, y = expit(z), expit(-z)
        return _gibbs_energy(other, x, y, T) - y * lithium - x * magnesium

    if start is None:
        start = _GRID[above(_GRID.reshape(-1, *(1,) * np.ndim(lithium))).argmin(axis=0)]
    z = start
    for _ in range(_NEWTON_STEPS):
        x, y = expit(z), expit(-z)
        ours = _chemical_potentials(other, x, y, T)
        mismatch = (ours[1] - ours[0]) - (magnesium - lithium)
        z = np.clip(z - mismatch / (R * T * _factor(other, x, y, T)), _GRID[0], _GRID[-1])
    return above(z), z


def _equilibrium(parent, other, x):
    """Temperature at which `parent` of composition x is in equilibrium with `other`, K."""
    # A pure element is taken as one whose other element is below rounding.
    logit = np.clip(_logit(np.clip(x, 1e-16, 1 - 1e-16)), _GRID[0], _GRID[-1])
    return find_root(
        lambda T, z: _driving_force(parent, other, z, T)[0],
        (LOWEST_TEMPERATURE, 1000.0),
        args=(logit,),
    ).x
