r"""Sand's equation: when a constant current empties an interface (chapter *Sand*).

An electrode so thick that its far side never feels the current is a half-space.  A constant current
density draws its lithium through the surface, whose concentration falls with the square root of
time and reaches a cut-off at the *depletion time*.

Two frames:

- **fixed**: the surface stays where it is and the sites that empty stay empty.  This is the paper's
  Eq. (1), :math:`t_0^{-1/2} = 2 i/(\sqrt{\pi D}\,c_0 F)`.
- **receding**: the lattice closes up as lithium leaves, so that the surface moves through the
  electrode at :math:`v = i V_m/F` and sweeps the magnesium together.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import erf

from sandtime import checks, lines
from sandtime.special import ierfc
from sandtime.units import F


def depletion_time(current_density, diffusivity, concentration_drop):
    r"""Time after which the surface concentration has fallen by a given amount.

    .. math:: t_0 = \pi D \left(\frac{F\,\Delta c}{2\,i}\right)^2

    Parameters
    ----------
    current_density : array_like
        A/m²; positive.
    diffusivity : array_like
        m²/s; positive.
    concentration_drop : array_like
        Initial concentration minus cut-off, mol/m³; positive.

    Returns
    -------
    ndarray or float
        s; the arguments broadcast.

    Notes
    -----
    Source: H. J. S. Sand, Phil. Mag. 1 (1901) 45, https://doi.org/10.1080/14786440109462590; the
    paper's Eq. (1) with `concentration_drop` equal to the initial concentration.

    Examples
    --------
    >>> from sandtime.units import cm, hour, mmol, s, uA
    >>> t0 = depletion_time(100 * uA / cm**2, 2.3e-11 * cm**2 / s, 69.6 * mmol / cm**3)
    >>> print(f"{t0 / hour:.1f}")
    22.6
    """
    current, diffusivity, drop = checks.same_shape(
        current_density=checks.positive("current_density", current_density, "A/m²"),
        diffusivity=checks.positive("diffusivity", diffusivity, "m²/s"),
        concentration_drop=checks.positive("concentration_drop", concentration_drop, "mol/m³"),
    )
    return (np.pi * diffusivity * (F * drop / (2 * current)) ** 2)[()]


def diffusivity(current_density, depletion_time, concentration_drop):
    r"""Diffusivity that a depletion time implies, :math:`D = 4 i^2 t_0/(\pi F^2 \Delta c^2)`.

    The inverse of `depletion_time`.

    In m²/s.  Parameters as in `depletion_time`, with the time, s, for the diffusivity.

    Examples
    --------
    >>> from sandtime.units import cm, hour, mmol, s, uA
    >>> D = diffusivity(100 * uA / cm**2, 15 * hour, 69.6 * mmol / cm**3)
    >>> print(f"{D / (cm**2 / s):.2e}")
    1.52e-11
    """
    current, time, drop = checks.same_shape(
        current_density=checks.positive("current_density", current_density, "A/m²"),
        depletion_time=checks.positive("depletion_time", depletion_time, "s"),
        concentration_drop=checks.positive("concentration_drop", concentration_drop, "mol/m³"),
    )
    return (4 / np.pi * time * (current / (F * drop)) ** 2)[()]


def concentration(depth, time, *, diffusivity, current_density, initial):
    r"""Concentration at a depth below the surface while a constant current flows.

    .. math:: c = c_0 - \frac{2 i}{F}\sqrt{\frac{t}{D}}\;
              \operatorname{ierfc}\frac{y}{2\sqrt{D t}}

    In mol/m³.  The formula's value: it goes below zero after the depletion time.

    Parameters
    ----------
    depth : array_like
        Distance from the surface, m; zero or more.
    time : array_like
        Since the current began, s; zero or more.
    diffusivity : array_like
        m²/s; positive.
    current_density : array_like
        A/m²; positive strips, negative plates.
    initial : array_like
        mol/m³; positive.

    Notes
    -----
    Source: H. S. Carslaw and J. C. Jaeger, Conduction of Heat in Solids, 2nd ed. (1959), § 2.9.

    Examples
    --------
    >>> from sandtime.units import cm, mmol, s, uA
    >>> case = dict(diffusivity=3e-11 * cm**2 / s, initial=69.6 * mmol / cm**3)
    >>> t0 = depletion_time(100 * uA / cm**2, case["diffusivity"], case["initial"])
    >>> c = concentration(0.0, 0.75**2 * t0, current_density=100 * uA / cm**2, **case)
    >>> print(f"{c / case['initial']:.2f}")
    0.25
    """
    depth, time, diffusivity, current, initial = checks.same_shape(
        depth=checks.nonnegative("depth", depth, "m"),
        time=checks.nonnegative("time", time, "s"),
        diffusivity=checks.positive("diffusivity", diffusivity, "m²/s"),
        current_density=checks.real("current_density", current_density, "A/m²"),
        initial=checks.positive("initial", initial, "mol/m³"),
    )
    length = 2 * np.sqrt(diffusivity * time)
    # Before the current flows nothing has changed: any finite ratio does, the factor in front is 0.
    ratio = np.divide(depth, length, out=np.zeros(depth.shape), where=length > 0)
    return (initial - current / F * length / diffusivity * ierfc(ratio))[()]


def receding_enrichment(swept):
    r"""Magnesium at a receding interface relative to the initial magnesium.

    .. math:: \frac{x(0,t)}{x_0} = \left(1+\frac q2\right)\left(1+\operatorname{erf}\frac{\sqrt q}2
              \right) + \sqrt{\frac q\pi}\,e^{-q/4}, \qquad q = \frac{v^2 t}{D}

    Dimensionless, one at the start.  A negative `swept` is a ValueError.

    Parameters
    ----------
    swept : array_like
        The dimensionless time :math:`q`: how far the interface has moved, over how far diffusion
        reaches, squared.  Zero or more.

    Notes
    -----
    The initial transient of directional solidification with a solid that takes up no solute,
    derived in the chapter on the shrinking electrode.

    Examples
    --------
    >>> print(f"{receding_enrichment(4.938):.3f}")
    6.900
    """
    return 1 + _excess(np.sqrt(checks.nonnegative("swept", swept, "")))[()]


def receding_depletion_time(current_density, diffusivity, molar_volume, enrichment):
    r"""Time after which magnesium at the receding interface is enriched by a given factor.

    :math:`t_0 = q^* D\,(F/(i V_m))^2`, where :math:`q^*` solves `receding_enrichment` for the
    enrichment.  The scaling with current is Sand's.

    Parameters
    ----------
    current_density : array_like
        A/m²; positive.
    diffusivity : array_like
        Volume-fixed interdiffusion coefficient, m²/s; positive.
    molar_volume : array_like
        Of the alloy's atoms, m³/mol; positive.
    enrichment : array_like
        Magnesium fraction at the interface over the initial one; above 1.

    Returns
    -------
    ndarray or float
        s; the arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is not positive or the enrichment is not above 1.

    Examples
    --------
    >>> from sandtime.materials import LI90MG10
    >>> from sandtime.units import cm, hour, s, uA
    >>> t0 = receding_depletion_time(
    ...     100 * uA / cm**2, 1.964e-12 * cm**2 / s, LI90MG10.molar_volume, 6.9)
    >>> print(f"{t0 / hour:.1f}")
    15.0
    """
    current, diffusivity, volume, enrichment = checks.same_shape(
        current_density=checks.positive("current_density", current_density, "A/m²"),
        diffusivity=checks.positive("diffusivity", diffusivity, "m²/s"),
        molar_volume=checks.positive("molar_volume", molar_volume, "m³/mol"),
        enrichment=checks.above("enrichment", enrichment, "", 1),
    )
    return (_swept(enrichment) * diffusivity * (F / (current * volume)) ** 2)[()]


def receding_diffusivity(current_density, depletion_time, molar_volume, enrichment):
    r"""Volume-fixed interdiffusion coefficient that a depletion time implies, in m²/s.

    :math:`D = t_0\,(i V_m/F)^2/q^*`, the inverse of `receding_depletion_time`.

    Parameters and errors as in `receding_depletion_time`, with the time, s, for the diffusivity.

    Examples
    --------
    >>> from sandtime.materials import LI90MG10
    >>> from sandtime.units import cm, hour, s, uA
    >>> D = receding_diffusivity(100 * uA / cm**2, 15 * hour, LI90MG10.molar_volume, 6.9)
    >>> print(f"{D / (cm**2 / s):.2e}")
    1.96e-12
    """
    current, time, volume, enrichment = checks.same_shape(
        current_density=checks.positive("current_density", current_density, "A/m²"),
        depletion_time=checks.positive("depletion_time", depletion_time, "s"),
        molar_volume=checks.positive("molar_volume", molar_volume, "m³/mol"),
        enrichment=checks.above("enrichment", enrichment, "", 1),
    )
    return (time * (current * volume / F) ** 2 / _swept(enrichment))[()]


def _excess(root):
    """`receding_enrichment` minus one, from the square root of its argument: no cancellation."""
    gauss = np.exp(-(root**2) / 4) / np.sqrt(np.pi)
    return (1 + root**2 / 2) * erf(root / 2) + root**2 / 2 + root * gauss


def _swept(enrichment):
    """Invert `receding_enrichment` by Newton's method in the square root of its argument.

    The excess is convex and increasing there, and both s²/2 and 2s/√π lie below it.  Inverting
    these two gives a start above the root, from which Newton descends without a safeguard.
    """
    excess = enrichment - 1
    root = np.minimum(np.sqrt(2 * excess), excess * np.sqrt(np.pi) / 2)
    for _ in range(50):
        slope = root * (1 + erf(root / 2)) + 2 / np.sqrt(np.pi) * np.exp(-(root**2) / 4)
        step = (_excess(root) - excess) / slope
        root = root - step
        if np.all(np.abs(step) <= 4 * np.finfo(float).eps * root):
            break
    return root**2


@dataclass(frozen=True)
class SandPlot:
    """A straight line through :math:`t_0^{-1/2}` against current density.

    Attributes
    ----------
    through_origin : bool
        Whether the line was forced through the origin, as Sand's equation demands.
    slope, slope_stderr : float
        m² A⁻¹ s⁻½.
    intercept, intercept_stderr : float
        s⁻½; both zero for a line through the origin.
    diffusivity, diffusivity_stderr : float
        From the slope, m²/s.
    residuals : ndarray
        Ordinate minus line, s⁻½.
    degrees_of_freedom : int
    covariance : ndarray, shape (1, 1) or (2, 2)
        Of the slope and, if there is one, the intercept, in the products of their units.
    """

    through_origin: bool
    slope: float
    slope_stderr: float
    intercept: float
    intercept_stderr: float
    diffusivity: float
    diffusivity_stderr: float
    residuals: np.ndarray
    degrees_of_freedom: int
    covariance: np.ndarray

    def depletion_time(self, current_density):
        """Depletion time, in s, that the line gives for a current density in A/m²."""
        current = checks.positive("current_density", current_density, "A/m²")
        ordinate = self.intercept + self.slope * current
        return (checks.positive("ordinate of the Sand plot", ordinate, "s⁻½") ** -2)[()]

    def __str__(self):
        line = "through the origin" if self.through_origin else "with intercept"
        text = (
            f"Sand plot {line}: D = ({self.diffusivity * 1e4:.3g} ± "
            f"{self.diffusivity_stderr * 1e4:.2g}) cm²/s"
        )
        if not self.through_origin:
            text += f", intercept ({self.intercept:.3g} ± {self.intercept_stderr:.2g}) s⁻½"
        return text


def fit(
    current_density,
    depletion_time,
    concentration_drop,
    *,
    through_origin=True,
    depletion_time_stderr=None,
):
    r"""Fit the Sand plot, :math:`t_0^{-1/2}` against :math:`i`, by least squares.

    The slope is :math:`2/(\sqrt{\pi D}\,F\,\Delta c)`.  The returned plot says whether it was
    forced through the origin.

    Parameters
    ----------
    current_density : array_like
        A/m², one per experiment; positive.
    depletion_time : array_like
        s, one per experiment; positive.
    concentration_drop : float
        Initial concentration minus cut-off, mol/m³; positive.
    through_origin : bool
        True: one parameter, as Sand's equation demands.  False: slope and intercept.
    depletion_time_stderr : array_like, optional
        Standard errors of the depletion times, s; then points are weighted and errors absolute.
        Without them all ordinates weigh the same and their scatter sets the errors.

    Returns
    -------
    SandPlot

    Raises
    ------
    ValueError
        If an argument is not positive, the numbers of currents and times differ, there are too few
        points for a standard error, or the slope comes out not positive.

    Notes
    -----
    A standard error from scatter needs one point more than there are parameters.

    Examples
    --------
    >>> from sandtime.units import cm, mmol, s, uA
    >>> current = np.array([50, 100, 200]) * uA / cm**2
    >>> times = depletion_time(current, 3e-11 * cm**2 / s, 45.6 * mmol / cm**3)
    >>> plot = fit(current, times, 45.6 * mmol / cm**3)
    >>> print(f"{plot.diffusivity / (cm**2 / s):.1e}", plot.through_origin)
    3.0e-11 True
    """
    current = np.atleast_1d(checks.positive("current_density", current_density, "A/m²"))
    time = np.atleast_1d(checks.positive("depletion_time", depletion_time, "s"))
    drop = checks.positive("concentration_drop", concentration_drop, "mol/m³")
    if drop.ndim:
        raise ValueError(
            f"concentration_drop of shape {drop.shape} is not allowed: a line has one, in mol/m³"
        )
    if not isinstance(through_origin, bool | np.bool_):
        raise ValueError(f"through_origin = {through_origin!r} is not allowed: it must be a bool")
    if current.shape != time.shape or current.ndim != 1:
        raise ValueError(
            f"current_density {current.shape} and depletion_time {time.shape} do not match: "
            "one depletion time (s) for each current density (A/m²) in a flat list is allowed"
        )
    ordinate, sigma = time**-0.5, None
    if depletion_time_stderr is not None:
        sigma = ordinate / (2 * time) * _stderr(depletion_time_stderr, time.shape)
    columns = [current] if through_origin else [current, np.ones_like(current)]
    freedom = current.size - len(columns)
    if freedom < (depletion_time_stderr is None):
        line = "through the origin" if through_origin else "with intercept"
        raise ValueError(
            f"current_density has {current.size} points, too few for a line {line}: at least "
            f"{len(columns) + (depletion_time_stderr is None)} are needed"
        )
    if np.unique(current).size < len(columns):
        raise ValueError(
            f"current_density = {current[0]:.10g} A/m² at every point is not allowed: a line with "
            "intercept needs two different currents"
        )
    line = lines.fit(columns, ordinate, sigma)
    slope, slope_stderr = float(line.coefficients[0]), float(line.stderr[0])
    if slope <= 0:
        raise ValueError(
            f"depletion_time = {time} s gives a Sand plot with slope {slope:.3g}, which is not "
            "allowed: the times must fall as the current density rises"
        )
    value = 4 / (np.pi * (F * float(drop) * slope) ** 2)
    return SandPlot(
        through_origin=bool(through_origin),
        slope=slope,
        slope_stderr=slope_stderr,
        intercept=0.0 if through_origin else float(line.coefficients[1]),
        intercept_stderr=0.0 if through_origin else float(line.stderr[1]),
        diffusivity=value,
        diffusivity_stderr=2 * value * slope_stderr / slope,
        residuals=line.residuals,
        degrees_of_freedom=line.freedom,
        covariance=line.covariance,
    )


def _stderr(stderr, shape):
    """Standard errors of the depletion times; one may hold for all."""
    stderr = checks.positive("depletion_time_stderr", stderr, "s")
    if stderr.ndim and stderr.shape != shape:
        raise ValueError(
            f"depletion_time_stderr {stderr.shape} and depletion_time {shape} do not "
            "match: one standard error (s) for all, or one for each depletion time, is allowed"
        )
    return np.broadcast_to(stderr, shape)
