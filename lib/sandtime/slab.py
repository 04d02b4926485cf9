r"""The finite slab: blocked on one side, constant current on the other (chapter *Fick*).

The paper's Eq. (5).  In the variables :math:`x = \xi/L` (from the blocked side) and
:math:`\tau = D t/L^2` the concentration is

.. math:: c = c_0 - \frac{i L}{F D}\,P(x, \tau)

with one universal profile :math:`P`.  Two exact expressions of it meet here.  The *series* of
eigenfunctions needs a handful of terms once :math:`\tau` is not small; the sum over *images* of the
half-space solution needs a handful while it is.  `profile` chooses, and nobody else has to.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfc

from sandtime import checks
from sandtime.special import ierfc
from sandtime.units import F

# Where the two expressions are equally short: on either side the first term left out is < 1e-17.
_CROSSOVER = 0.1
_SERIES_TERMS = 6
_IMAGE_PAIRS = 2

# Outside these limits of the dimensionless drop, half-space and quasi-steady state are exact to
# rounding: the relative remainders are τ·exp(−1/τ) = 4.7e-16 and (2/π²)·exp(−π²τ)/τ = 1e-17.
_HALF_SPACE_BELOW = 0.2
_QUASI_STEADY_ABOVE = 4.0


def series(position, time, terms=_SERIES_TERMS):
    r"""The universal profile from its eigenfunctions, cut after a number of terms.

    .. math:: P = \tau + \frac{3x^2-1}{6}
              - \frac{2}{\pi^2}\sum_{n=1}^{N}\frac{(-1)^n}{n^2}e^{-n^2\pi^2\tau}\cos n\pi x

    Parameters
    ----------
    position : array_like
        :math:`x`, 0 at the blocked side and 1 at the interface.
    time : array_like
        :math:`\tau`; zero or more.
    terms : int
        :math:`N`; the default is exact to rounding from :math:`\tau = 0.1` on.

    Returns
    -------
    ndarray or float
        Dimensionless; the arguments broadcast.

    Notes
    -----
    Source: the paper's Eq. (5), restored; J. Crank, The Mathematics of Diffusion, 2nd ed. (1975),
    § 4.3.6.

    Examples
    --------
    >>> print(f"{series(1.0, 0.5):.4f}")
    0.8319
    """
    position, time = _dimensionless(position, time)
    return _series(position, time, _count("terms", terms))[()]


def images(position, time, pairs=_IMAGE_PAIRS):
    r"""The universal profile from mirror images of the half-space solution.

    .. math:: P = 2\sqrt\tau \sum_{m=0}^{M-1}\left[
              \operatorname{ierfc}\frac{2m+1-x}{2\sqrt\tau}
              + \operatorname{ierfc}\frac{2m+1+x}{2\sqrt\tau}\right]

    Parameters
    ----------
    position, time
        As in `series`.
    pairs : int
        :math:`M`; the default is exact to rounding up to :math:`\tau = 0.1`.

    Notes
    -----
    Source: H. S. Carslaw and J. C. Jaeger, Conduction of Heat in Solids, 2nd ed. (1959), § 3.8.

    Examples
    --------
    >>> print(f"{images(1.0, 0.01):.6f}", f"{2 * (0.01 / np.pi) ** 0.5:.6f}")
    0.112838 0.112838
    """
    position, time = _dimensionless(position, time)
    return _images(position, time, _count("pairs", pairs))[()]


def profile(position, time):
    r"""The universal profile :math:`P(x, \tau)`, exact to rounding at any time.

    Parameters as in `series`; dimensionless.

    Examples
    --------
    >>> print(f"{profile(1.0, 0.0999999):.5f}", f"{profile(1.0, 0.1000001):.5f}")
    0.35683 0.35683
    """
    position, time = _dimensionless(position, time)
    early = time < _CROSSOVER
    value = np.empty(time.shape)
    value[early] = _images(position[early], time[early], _IMAGE_PAIRS)
    value[~early] = _series(position[~early], time[~early], _SERIES_TERMS)
    return value[()]


def dimensionless_depletion_time(drop):
    r"""Time :math:`\tau` at which :math:`P(1, \tau)` reaches a given drop.

    Everything the slab does up to depletion depends on this one curve: the drop is
    :math:`F D\,\Delta c/(i L)`, and the share of what lies above the cut-off that has been taken
    by then is :math:`\tau` over the drop.

    Parameters
    ----------
    drop : array_like
        Dimensionless drop at the interface; positive.

    Returns
    -------
    ndarray or float
        :math:`\tau`, relative error below 1e-14.

    Raises
    ------
    ValueError
        If a drop is not positive.

    Notes
    -----
    Below 0.2 and above 4 the half-space and the quasi-steady state are exact to rounding.  Between
    them Newton's method starts from the closer of the two.  :math:`P(1, \tau)` is increasing and
    concave, so after its first step it rises to the root and needs no bracket.

    Examples
    --------
    >>> print(f"{dimensionless_depletion_time(1e-3) / (np.pi / 4 * 1e-6):.12f}")
    1.000000000000
    """
    drop = checks.positive("drop", drop, "")
    half_space = np.pi / 4 * np.minimum(drop, 1) ** 2  # used below 1; no overflow above
    time = np.where(drop < 0.65, half_space, drop - 1 / 3)
    between = (drop > _HALF_SPACE_BELOW) & (drop < _QUASI_STEADY_ABOVE)
    target, root = drop[between], time[between]
    for _ in range(20):
        value, slope = _surface(root)
        step = (target - value) / slope
        root = root + step
        # Newton squares its error: after a step of 1e-8 the next one would be below rounding.
        if np.all(np.abs(step) <= 1e-8 * root):
            break
    time[between] = root
    return time[()]


def drop_for(share):
    r"""Dimensionless drop at which a share of what lies above the cut-off is delivered.

    The inverse of the curve :math:`\tau/P(1, \tau)`, for a utilisation that is asked for.

    A share lies above 0 and below 1, or it is a ValueError; relative error below 1e-12.

    Examples
    --------
    >>> drop = drop_for(0.9)
    >>> print(round(drop, 2), round(dimensionless_depletion_time(drop) / drop, 12))
    3.33 0.9
    """
    share = checks.positive("share", share, "")
    checks.below("share", share, "", "all of it", 1.0)

    def one(wanted):
        if wanted <= np.pi / 4 * _HALF_SPACE_BELOW:
            return 4 / np.pi * wanted
        if wanted >= 1 - 1 / (3 * _QUASI_STEADY_ABOVE):
            return 1 / (3 * (1 - wanted))
        return brentq(
            lambda drop: dimensionless_depletion_time(drop) - wanted * drop,
            _HALF_SPACE_BELOW / 2,
            2 * _QUASI_STEADY_ABOVE,
            xtol=1e-14,
            rtol=1e-14,
        )

    return np.array([one(each) for each in share.flat]).reshape(share.shape)[()]


def diffusivity_for(share, current_density, *, thickness, initial, cutoff):
    r"""Diffusivity with which a slab delivers a share of what lies above the cut-off, m²/s.

    .. math:: D = \sigma\,\frac{i L}{F\,\Delta c}

    with :math:`\sigma` of `drop_for`.  With `arrhenius.temperature_for` it becomes the temperature
    for a target.  Parameters and errors as in `drop_for` and `depletion_time`.

    Examples
    --------
    >>> from sandtime.units import cm, mmol, s, uA, um
    >>> D = diffusivity_for(0.8, 1000 * uA / cm**2, thickness=25 * um,
    ...                     initial=69.6 * mmol / cm**3, cutoff=24.0 * mmol / cm**3)
    >>> print(f"{D / (cm**2 / s):.2e} cm²/s")
    9.47e-10 cm²/s
    """
    one = _slab(current_density, thickness, 1.0, initial, cutoff)[-1]
    return (drop_for(share) / one)[()]


def current_density_for(share, *, thickness, diffusivity, initial, cutoff):
    r"""Current density at which a slab delivers a share of what lies above the cut-off, A/m².

    As `diffusivity_for`.

    Examples
    --------
    >>> from sandtime.units import cm, mmol, s, uA, um
    >>> i = current_density_for(0.8, thickness=25 * um, diffusivity=3e-11 * cm**2 / s,
    ...                         initial=69.6 * mmol / cm**3, cutoff=24.0 * mmol / cm**3)
    >>> print(f"{i / (uA / cm**2):.1f} µA/cm²")
    31.7 µA/cm²
    """
    one = _slab(1.0, thickness, diffusivity, initial, cutoff)[-1]
    return (one / drop_for(share))[()]


def concentration(position, time, *, thickness, diffusivity, current_density, initial):
    r"""Concentration in the slab while a constant current flows.

    Parameters
    ----------
    position : array_like
        :math:`\xi`, distance from the blocked side, m; 0 to `thickness`, up to rounding.
    time : array_like
        Since the current began, s; zero or more.
    thickness : array_like
        m; positive.
    diffusivity : array_like
        m²/s; positive.
    current_density : array_like
        At :math:`\xi = L`, A/m²; positive strips, negative plates.
    initial : array_like
        Concentration before the current began, mol/m³; positive.

    Returns
    -------
    ndarray or float
        mol/m³; the arguments broadcast.  The formula's value, also below zero: what the
        concentration would be if nothing stopped the current.  Accurate to 1e-10 of `initial`.

    Notes
    -----
    Source: the paper's Eq. (5), restored.

    Examples
    --------
    >>> from sandtime.units import cm, minute, mmol, s, uA, um
    >>> c = concentration(25 * um, 100 * minute, thickness=25 * um, diffusivity=3e-11 * cm**2 / s,
    ...                   current_density=100 * uA / cm**2, initial=69.6 * mmol / cm**3)
    >>> print(f"{c / (mmol / cm**3):.2f}")
    53.06
    """
    position = checks.nonnegative("position", position, "m")
    thickness = checks.positive("thickness", thickness, "m")
    checks.at_most("position", position, "m", "thickness", thickness)
    position, time, thickness, diffusivity, current, initial = checks.same_shape(
        position=position,
        time=checks.nonnegative("time", time, "s"),
        thickness=thickness,
        diffusivity=checks.positive("diffusivity", diffusivity, "m²/s"),
        current_density=checks.real("current_density", current_density, "A/m²"),
        initial=checks.positive("initial", initial, "mol/m³"),
    )
    scale = current * thickness / (F * diffusivity)
    inside = np.minimum(position / thickness, 1)  # the interface itself may be off by rounding
    return initial - scale * profile(inside, diffusivity * time / thickness**2)


def depletion_time(current_density, *, thickness, diffusivity, initial, cutoff):
    r"""Time after which the interface reaches the cut-off.

    In s, relative error below 1e-12.  Parameters as in `concentration`, but the current is positive
    and `cutoff`, the concentration at the interface that ends the experiment, mol/m³, goes from 0
    to below `initial`.

    Examples
    --------
    >>> from sandtime.units import cm, hour, mmol, s, uA, um
    >>> t0 = depletion_time(100 * uA / cm**2, thickness=25 * um, diffusivity=3e-11 * cm**2 / s,
    ...                     initial=69.6 * mmol / cm**3, cutoff=24.0 * mmol / cm**3)
    >>> print(f"{t0 / hour:.2f}")
    12.63
    """
    _, thickness, diffusivity, _, _, drop = _slab(
        current_density, thickness, diffusivity, initial, cutoff
    )
    return (dimensionless_depletion_time(drop) * thickness**2 / diffusivity)[()]


def utilisation(current_density, *, thickness, diffusivity, initial, cutoff):
    r"""Share of all lithium that has left when the interface reaches the cut-off.

    .. math:: \frac{i\,t_0}{F\,L\,c_0}

    Parameters, errors and accuracy as in `depletion_time`; the result lies between 0 and 1.

    Examples
    --------
    >>> from sandtime.units import cm, mmol, s, uA, um
    >>> share = utilisation(100 * uA / cm**2, thickness=25 * um, diffusivity=3e-11 * cm**2 / s,
    ...                     initial=69.6 * mmol / cm**3, cutoff=24.0 * mmol / cm**3)
    >>> print(f"{share:.1%}")
    27.1%
    """
    _, _, _, initial, cutoff, drop = _slab(current_density, thickness, diffusivity, initial, cutoff)
    return (dimensionless_depletion_time(drop) / drop * (initial - cutoff) / initial)[()]


def accessible_utilisation(current_density, *, thickness, diffusivity, initial, cutoff):
    r"""Share of the lithium above the cut-off that has left when the interface reaches it.

    .. math:: \frac{i\,t_0}{F\,L\,(c_0 - c_\mathrm{cut-off})}

    The paper's "Li utilization (β-phase)".  Parameters, errors and accuracy as in `depletion_time`;
    the result lies between 0 and 1 and tends to 1 for slow currents.

    Examples
    --------
    >>> from sandtime.units import cm, mmol, s, uA, um
    >>> share = accessible_utilisation(
    ...     1000 * uA / cm**2, thickness=25 * um, diffusivity=3e-11 * cm**2 / s,
    ...     initial=69.6 * mmol / cm**3, cutoff=24.0 * mmol / cm**3)
    >>> print(f"{share:.1%}")
    4.1%
    """
    *_, drop = _slab(current_density, thickness, diffusivity, initial, cutoff)
    return (dimensionless_depletion_time(drop) / drop)[()]


def _slab(current_density, thickness, diffusivity, initial, cutoff):
    """Checked and broadcast arguments, and the dimensionless drop that decides everything."""
    current, thickness, diffusivity, initial, cutoff = checks.same_shape(
        current_density=checks.positive("current_density", current_density, "A/m²"),
        thickness=checks.positive("thickness", thickness, "m"),
        diffusivity=checks.positive("diffusivity", diffusivity, "m²/s"),
        initial=checks.positive("initial", initial, "mol/m³"),
        cutoff=checks.nonnegative("cutoff", cutoff, "mol/m³"),
    )
    checks.below("cutoff", cutoff, "mol/m³", "initial", initial)
    drop = F * diffusivity * (initial - cutoff) / (current * thickness)
    return current, thickness, diffusivity, initial, cutoff, drop


def _dimensionless(position, time):
    return checks.same_shape(
        position=checks.between("position", position, "", 0, 1),
        time=checks.nonnegative("time", time, ""),
    )


def _count(name, number):
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 0:
        raise ValueError(
            f"{name} = {number!r} is not allowed: it must be a whole number, 0 or more"
        )
    return number


def _series(position, time, terms):
    value = time + (3 * position**2 - 1) / 6
    for n in range(1, terms + 1):
        decay = np.exp(-((n * np.pi) ** 2) * time)
        value -= 2 * (-1) ** n / (n * np.pi) ** 2 * decay * np.cos(n * np.pi * position)
    return value


def _images(position, time, pairs):
    width = 2 * np.sqrt(time)
    inverse = np.divide(1, width, out=np.zeros(time.shape), where=width > 0)
    value = np.zeros(time.shape)
    for m in range(pairs):
        for distance in (2 * m + 1 - position, 2 * m + 1 + position):
            value += width * ierfc(distance * inverse)
    return value


def _surface(time):
    r"""`P(1, τ)` and its derivative with respect to τ, flat arrays.

    The same two expressions as in `profile`, written for the interface, where they are shorter:
    both need one exponential per term and the derivative comes for free.
    """
    value, slope = np.empty(time.shape), np.empty(time.shape)
    early = time < _CROSSOVER
    root = np.sqrt(time[early])
    gauss = np.exp(-1 / time[early])
    value[early] = 2 * root / np.sqrt(np.pi) * (1 + 2 * gauss) - 4 * erfc(1 / root)
    slope[early] = (1 + 2 * gauss) / (root * np.sqrt(np.pi))
    late = time[~early]
    # exp(−n²π²τ) from one exponential: n² grows by the odd numbers
    first = np.exp(-(np.pi**2) * late)
    decay, odd, lag, total = 1.0, first, 0.0, 0.0
    for n in range(1, _SERIES_TERMS):
        decay, odd = decay * odd, odd * first**2
        lag, total = lag + decay / n**2, total + decay
    value[~early] = late + 1 / 3 - 2 / np.pi**2 * lag
    slope[~early] = 1 + 2 * total
    return value, slope
