r"""The powder pattern of bcc Li–Mg and its Pawley fit (chapter *X-rays*;
the paper's section 2.1, Figure 1b and c).

A pattern is counts over the diffraction angle :math:`2\theta`.  `expected` builds what a
Bragg–Brentano diffractometer would count from a foil given layer by layer, `record` adds the
counting noise; `sandtime.pawley` reads the lattice parameter back.
The shape of a line is `sandtime.profiles`.  Angles are in radians inside: write ``36 * degree``.

Wavelengths, their ratio, the range and the step are the paper's.  The goniometer's radius, the
background, the profile's widths and the texture are not printed: the values here are assumptions.
"""

import functools
from dataclasses import dataclass
from itertools import product

import numpy as np

from sandtime import checks
from sandtime.materials import (
    LI,
    LI90MG10,
    LITHIUM_MOLAR_MASS,
    MAGNESIUM_MOLAR_MASS,
    molar_volume,
)
from sandtime.profiles import WIDTHS, pseudo_voigt, thompson_cox_hastings
from sandtime.units import angstrom, cm, degree, g, mm, um

WAVELENGTHS = np.array([1.5405980, 1.5444260]) * angstrom  # Cu Kα1 and Kα2, as printed
SHARES = np.array([1.0, 0.5]) / 1.5  # of the intensity; I(Kα2)/I(Kα1) = 0.5, as printed
GONIOMETER_RADIUS = 240 * mm  # assumed
STEP = 0.026 * degree
PARAMETERS = 1e-10, 1e-9  # m; a lattice parameter outside is one in another unit

# a1 b1 a2 b2 a3 b3 a4 b4 c, b in Å² (International Tables C, table 6.1.1.4)
_CROMER_MANN = {
    "Li": (1.1282, 3.9546, 0.7508, 1.0524, 0.6175, 85.3905, 0.4653, 168.261, 0.0377),
    "Mg": (5.4204, 2.8275, 2.1735, 79.2611, 1.2269, 0.3808, 2.3073, 7.1937, 0.8584),
}
# μ/ρ between the tabulated 8 and 10 keV of NIST (SRD 126), along a power law to Cu Kα, 8.048 keV
_MASS_ATTENUATION = {"Li": 0.501 * cm**2 / g, "Mg": 39.9 * cm**2 / g}
DEBYE_WALLER = 4.3 * angstrom**2
"""B of exp(−2B sin²θ/λ²): Debye's formula for lithium at 25 °C with θ_D = 344 K.  It sets how fast
the intensities fall and nothing else: a Pawley fit does not use them."""


def scan(low=10 * degree, high=90 * degree, step=STEP):
    """Diffraction angles of a scan, rad; the paper's range and step unless told otherwise.

    >>> len(scan())
    3077
    """
    low, high = (float(checks.between(*a, "rad", 0, np.pi)) for a in (("low", low), ("high", high)))
    checks.below("low", low, "rad", "high", high)
    return low + checks.scalar("step", checks.positive("step", step, "rad")) * np.arange(
        int((high - low) / step * (1 + 1e-12)) + 1
    )


def line_parameter(magnesium_fraction):
    """Lattice parameter on the straight line through the paper's Li and Li0.9Mg0.1, m.

    The line is an interpolation up to 10 % magnesium and an assumption beyond.

    >>> print(f"{line_parameter(0.05) / angstrom:.4f}")
    3.5059
    """
    x = checks.between("magnesium_fraction", magnesium_fraction, "", 0, 1)
    slope = (LI90MG10.lattice_parameter - LI.lattice_parameter) / LI90MG10.magnesium_fraction
    return (LI.lattice_parameter + slope * x)[()]


def line_fraction(lattice_parameter):
    """Magnesium fraction that the same line gives to a lattice parameter; below 0 if so.

    >>> print(f"{line_fraction(3.5005 * angstrom):.4f}")
    0.1192
    """
    a = checks.positive("lattice_parameter", lattice_parameter, "m")
    slope = (LI90MG10.lattice_parameter - LI.lattice_parameter) / LI90MG10.magnesium_fraction
    return ((a - LI.lattice_parameter) / slope)[()]


@dataclass(frozen=True)
class Reflection:
    """Lattice planes of one spacing; families that coincide (330 and 411) stand together.

    Attributes
    ----------
    name : str
        The first family, as ``"110"``.
    order : int
        h² + k² + l².
    planes : ndarray, shape (m, 3)
        All planes of that spacing, their negatives included; m is the multiplicity.
    """

    name: str
    order: int
    planes: np.ndarray

    @property
    def multiplicity(self):
        """How many planes share the spacing."""
        return len(self.planes)

    def texture(self, ratio, axis):
        r"""March–Dollase factor for planes parallel to the surface.

        .. math:: P = \big\langle (r^2\cos^2\alpha + \sin^2\alpha / r)^{-3/2} \big\rangle

        averaged over the planes; α lies between a plane's normal and `axis`.  r < 1: the axis of
        most grains stands upright.  Source: Dollase 1986, doi:10.1107/S0021889886089458.
        """
        ratio = checks.scalar("ratio", checks.positive("ratio", ratio, ""))
        axis = checks.real("axis", axis, "")
        if axis.shape != (3,) or not axis.any():
            raise ValueError(f"axis = {axis} is not allowed: three indices, not all 0")
        cosine = self.planes @ axis / np.sqrt(self.order * (axis @ axis))
        return np.mean((ratio**2 * cosine**2 + (1 - cosine**2) / ratio) ** -1.5)


def reflections(lattice_parameter, low=10 * degree, high=90 * degree):
    """Reflections of a bcc crystal with Kα1 angles within a range: h + k + l even.

    >>> [f"{r.name} ×{r.multiplicity}" for r in reflections(3.5020 * angstrom)]
    ['110 ×12', '200 ×6', '211 ×24', '220 ×12', '310 ×24']
    """
    a = checks.scalar(
        "lattice_parameter",
        checks.between("lattice_parameter", lattice_parameter, "m", *PARAMETERS),
    )
    angles = [("low", low), ("high", high)]
    bounds = [float(checks.between(name, angle, "rad", 0, np.pi)) for name, angle in angles]
    checks.below("low", low, "rad", "high", high)
    first, last = (2 * a * np.sin(np.array(bounds) / 2) / WAVELENGTHS[0]) ** 2
    return tuple(line for line in _families(int(np.sqrt(last))) if first <= line.order <= last)


@functools.cache
def _families(top):
    """All reflections with indices up to `top`, as a tuple by order; complete up to top²."""
    families = {}
    for plane in product(range(-top, top + 1), repeat=3):
        if any(plane) and sum(plane) % 2 == 0:
            families.setdefault(sum(index**2 for index in plane), []).append(plane)
    return tuple(
        Reflection(
            "".join(map(str, min(sorted(map(abs, p), reverse=True) for p in planes))),
            order,
            np.array(planes),
        )
        for order, planes in sorted(families.items())
    )


def bragg_angle(order, lattice_parameter, wavelength=WAVELENGTHS[0]):
    r""":math:`2\theta` of planes with h² + k² + l² = order in a cubic crystal, rad.

    >>> print(f"{bragg_angle(2, 3.5020 * angstrom) / degree:.3f}")
    36.247
    """
    order = checks.positive("order", order, "")
    a = checks.positive("lattice_parameter", lattice_parameter, "m")
    sine = checks.positive("wavelength", wavelength, "m") * np.sqrt(order) / (2 * a)
    checks.between("sin θ", sine, "", 0, 1)
    return (2 * np.arcsin(sine))[()]


def shift(two_theta, displacement, radius=GONIOMETER_RADIUS):
    r"""What a surface too low adds to an angle, :math:`-2 s\cos\theta/R`, rad.

    Parameters
    ----------
    two_theta : array_like
        rad.
    displacement : array_like
        s, m; positive below the axis of the goniometer, away from tube and detector.
    radius : float
        R, m.
    """
    two_theta, s = checks.real("two_theta", two_theta, "rad"), checks.real("s", displacement, "m")
    return (-2 * s * np.cos(two_theta / 2) / checks.positive("radius", radius, "m"))[()]


def form_factor(element, s):
    r"""Electrons that scatter in phase, :math:`\sum a_i e^{-b_i s^2} + c`, of "Li" or "Mg".

    `s` is sin θ/λ in 1/m.  Source: International Tables for Crystallography C, table 6.1.1.4.

    >>> print(f"{form_factor('Mg', 0):.2f}")
    11.99
    """
    a1, b1, a2, b2, a3, b3, a4, b4, c = _CROMER_MANN[
        checks.one_of("element", element, tuple(_CROMER_MANN))
    ]
    t = (checks.nonnegative("s", s, "1/m") * angstrom) ** 2
    return (
        a1 * np.exp(-b1 * t)
        + a2 * np.exp(-b2 * t)
        + a3 * np.exp(-b3 * t)
        + a4 * np.exp(-b4 * t)
        + c
    )[()]


def attenuation(magnesium_fraction):
    """Linear attenuation coefficient of the alloy for Cu Kα, 1/m; lattice from `line_parameter`.

    >>> print(f"{1 / attenuation(0.1) / mm:.2f}")
    1.29
    """
    x = checks.between("magnesium_fraction", magnesium_fraction, "", 0, 1)
    per_mole = (1 - x) * LITHIUM_MOLAR_MASS * _MASS_ATTENUATION["Li"]
    per_mole = per_mole + x * MAGNESIUM_MOLAR_MASS * _MASS_ATTENUATION["Mg"]
    return (per_mole / molar_volume(line_parameter(x)))[()]


def polarisation(two_theta):
    r"""Lorentz-polarisation factor :math:`(1+\cos^2 2\theta)/(\sin^2\theta\cos\theta)`.

    For a powder and an unpolarised beam without a monochromator.
    """
    t = checks.positive("two_theta", two_theta, "rad")
    return ((1 + np.cos(t) ** 2) / (np.sin(t / 2) ** 2 * np.cos(t / 2)))[()]


def kapton(two_theta):
    """Hump of the polyimide film, 1 at its top: a Gaussian at 20°, 9° wide (shape assumed)."""
    return np.exp(-4 * np.log(2) * ((np.asarray(two_theta, float) / degree - 20) / 9) ** 2)


@dataclass(frozen=True)
class Foil:
    """What the beam meets, layer by layer from the surface down.

    Lithium lets X-rays through: 100 µm diffract from their whole depth, some 45 µm below the
    surface on average.  In a pattern this acts as a displacement, which a Pawley fit must be told
    to fit: ``pawley(..., free=("w", "x", "y", "displacement"))``.

    Parameters
    ----------
    thickness : array_like, shape (L,)
        Of each layer, m.
    magnesium_fraction : array_like, shape (L,)
    lattice_parameter : array_like, shape (L,), optional
        m; `line_parameter` of the fractions if left out.

    Examples
    --------
    >>> Foil.even(0.10, 100 * um, layers=5).mean_fraction
    0.1
    """

    thickness: np.ndarray
    magnesium_fraction: np.ndarray
    lattice_parameter: np.ndarray = None

    def __post_init__(self):
        thick = checks.positive("thickness", np.atleast_1d(self.thickness), "m")
        x = checks.between("magnesium_fraction", self.magnesium_fraction, "", 0, 1)
        a = self.lattice_parameter
        a = line_parameter(x) if a is None else checks.positive("lattice_parameter", a, "m")
        arrays = checks.same_shape(thickness=thick, magnesium_fraction=x, lattice_parameter=a)
        for name, array in zip(self.__dataclass_fields__, arrays, strict=True):
            object.__setattr__(self, name, np.array(array))

    @classmethod
    def even(cls, magnesium_fraction, thickness=100 * um, lattice_parameter=None, layers=10):
        """The same composition all through."""
        thickness = checks.scalar("thickness", checks.positive("thickness", thickness, "m"))
        return cls(np.full(layers, thickness / layers), magnesium_fraction, lattice_parameter)

    @property
    def depth(self):
        """Of the middle of each layer below the surface, m."""
        return np.cumsum(self.thickness) - self.thickness / 2

    @property
    def mean_fraction(self):
        """Mean magnesium fraction by atoms, every site filled."""
        atoms = self.thickness / molar_volume(self.lattice_parameter)
        return float(np.average(self.magnesium_fraction, weights=atoms))

    def weight(self, two_theta):
        """Share of the beam that reaches each layer and returns, times thickness, m.

        `two_theta` of shape (..., 1) or a number; the result has the layers last.
        """
        depth = attenuation(self.magnesium_fraction) * self.thickness  # optical
        path = 2 * (np.cumsum(depth) - depth / 2) / np.sin(np.asarray(two_theta) / 2)
        return self.thickness * np.exp(-path)


def _strength(order, two_theta, magnesium_fraction, lattice_parameter):
    """Lorentz-polarisation times the squared form factor per plane and thickness."""
    s = np.sqrt(order) / (2 * lattice_parameter)
    x = magnesium_fraction
    f = (1 - x) * form_factor("Li", s) + x * form_factor("Mg", s)
    return polarisation(two_theta) * f**2 * np.exp(-2 * DEBYE_WALLER * s**2)


def expected(
    two_theta,
    foil,
    *,
    counts=1e5,
    background=(400.0, -150.0, 50.0),
    hump=600.0,
    widths=WIDTHS,
    texture=1.0,
    axis=(1, 0, 0),
    displacement=0.0,
    zero=0.0,
):
    """Mean counts of each step of a scan.

    Every layer diffracts from its own depth.  The lines of a foil that is not thin therefore lie as
    if its surface were too low, even with `displacement` 0: fit them with
    ``free=("w", "x", "y", "displacement")``, even where
    ``displacement=-thickness / 2`` puts the middle of the foil on the axis.

    Parameters
    ----------
    two_theta : array_like, shape (N,)
        Evenly spaced angles, rad.
    foil : Foil
    counts : float
        Under the 110 reflection of an untextured foil of lithium, 100 µm thick, summed over its
        steps; it stands for tube, slits and counting time, which other foils share.
    background : sequence of float
        Chebyshev coefficients over the scan, counts per step.
    hump : float
        Height of the film's hump, counts per step.
    widths : Widths
    texture, axis : float, sequence of int
        March–Dollase ratio (1: none) and the crystal axis that stands upright in most grains.
    displacement, zero : float
        Of the foil's surface below the axis, m; of the angle's origin, rad.

    Returns
    -------
    ndarray, shape (N,)

    Raises
    ------
    ValueError
        If an argument makes no pattern, or no reflection falls into the scan.
    """
    two_theta, step = even_scan(two_theta)
    checks.nonnegative("counts", counts, "")
    base = np.polynomial.chebyshev.chebval(
        unit_interval(two_theta), checks.real("background", background, "")
    )
    pattern = checks.nonnegative("background", base + hump * kapton(two_theta), "")
    reference = _strength(2, bragg_angle(2, LI.lattice_parameter), 0.0, LI.lattice_parameter)
    around = max(two_theta[0] - 2 * degree, 0), min(two_theta[-1] + 2 * degree, 170 * degree)
    lines = reflections(foil.lattice_parameter.max(), *around)
    if not lines:
        raise ValueError("two_theta is not allowed: no reflection of the foil falls into it")
    for line in lines:
        angle = bragg_angle(line.order, foil.lattice_parameter)
        area = _strength(line.order, angle, foil.magnesium_fraction, foil.lattice_parameter)
        area = area * foil.weight(angle) * line.multiplicity * line.texture(texture, axis)
        area = area * counts / (12 * reference * 100 * um) * step
        for wavelength, share in zip(WAVELENGTHS, SHARES, strict=True):
            angle = bragg_angle(line.order, foil.lattice_parameter, wavelength)[:, None]
            gaussian, lorentzian = widths.at(angle)
            gaussian = np.sqrt(checks.nonnegative("widths: Gaussian²", gaussian, "rad²"))
            centre = angle + zero + shift(angle, displacement + foil.depth[:, None])
            profile = pseudo_voigt(two_theta - centre, *thompson_cox_hastings(gaussian, lorentzian))
            pattern = pattern + share * (area @ profile)
    return pattern


def record(pattern, seed):
    """Counts of one measurement: Poisson numbers around `pattern`, the same for the same seed.

    >>> record([4.0, 100.0], seed=1).tolist()
    [5.0, 111.0]
    """
    pattern = checks.nonnegative("pattern", pattern, "")
    return np.random.default_rng(seed).poisson(pattern).astype(float)


def even_scan(two_theta):
    """The angles, checked, and their step, rad."""
    two_theta = checks.between("two_theta", two_theta, "rad", 0, np.pi)
    if two_theta.ndim != 1 or two_theta.size < 10:
        raise ValueError(
            f"two_theta of shape {two_theta.shape} is not allowed: a row of 10 or more"
        )
    steps = np.diff(two_theta)
    if not (steps.min() > 0 and np.allclose(steps, steps.mean(), rtol=1e-6)):
        raise ValueError("two_theta is not allowed: it must rise in equal steps")
    return two_theta, float(steps.mean())


def unit_interval(two_theta):
    """Angles of a scan mapped to −1 … 1, where Chebyshev polynomials live."""
    return (2 * two_theta - two_theta[0] - two_theta[-1]) / (two_theta[-1] - two_theta[0])
