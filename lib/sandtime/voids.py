r"""Voids under a stripped lithium electrode: vacated volume against creep (chapter *Pressure*; the
paper's section 2.5).

A current :math:`i` vacates the volume :math:`v = i V_m/F` per area and time.  What diffusion does
not refill becomes voids on the interface: :math:`N` hemispheres per area with together the volume
:math:`w` per area, which cover the fraction :math:`\varphi` of it,

.. math:: \frac{dw}{dt} = v - V_m J
          - \frac32\,w\,\dot\varepsilon_0\left[\frac{3P}{2n\sigma_0}\right]^n g(\varphi), \qquad
          \varphi = 1 - \theta = (\pi N)^{1/3}\left(\frac{3w}{2}\right)^{2/3}.

*Where the last term comes from.*  Metal that creeps at constant volume flows into a hemisphere of
radius :math:`a` radially, :math:`u = \dot a\,a^2/r^2`, and slides along the electrolyte: half of a
spherical void.  The equivalent strain rate is :math:`2|\dot a|a^2/r^3`, the equivalent stress
:math:`\sigma_e = \sigma_0(\dot\varepsilon/\dot\varepsilon_0)^{1/n}`, and balance of forces from the
empty void to the pressure :math:`P` far away asks for

.. math:: P = \int_a^b \frac{2\sigma_e}{r}\,dr = \frac{2n\sigma_0}{3}
          \left(\frac{2|\dot a|}{a\,\dot\varepsilon_0}\right)^{1/n}
          \left[1 - \left(\frac ab\right)^{3/n}\right].

The void shrinks with :math:`\dot w/w = 3\dot a/a`.  Three answers to "how far away is far?", to be
compared and never multiplied with each other, since each counts the neighbours once:

- ``"isolated"``: :math:`b = \infty`, :math:`g = 1`.
- ``"net-section"``: as isolated, but the remaining contact carries the load,
  :math:`P \to P/\theta`, :math:`g = \theta^{-n}`.
- ``"shell"``: every void has the metal of its own cell, :math:`b = 1/\sqrt{\pi N}`, and :math:`P`
  acts on all of its outside, :math:`g = (1 - \varphi^{3/2n})^{-n}`.

The last two diverge at full coverage, so that *any* pressure holds some contact.  A critical
pressure therefore exists only for a threshold that is stated; here it is 90 % contact unless asked
otherwise.

Assumed, the strongest first: all that the current takes becomes voids, since the foil does not
follow as a rigid body (`opening` says what happens if it does); nothing hinders sliding on the
electrolyte; the foil is thin and wide, so that the stack pressure is hydrostatic in it; pressures
are those on the lithium itself; creep is steady.  Left out: the surface energy of the voids, which
helps to close small ones.
"""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from sandtime import checks
from sandtime.creep import ANAND_NARAYAN, CREEP_LAWS, MASIAS, ROY, CreepLaw, diffusional
from sandtime.units import F, MPa, R, cm, uA

__all__ = [
    "ANAND_NARAYAN", "CREEP_LAWS", "CLOSURES", "MASIAS", "ROY", "CreepLaw", "Solution",
    "closure_rate", "constriction_resistance", "contact_fraction", "critical_pressure",
    "diffusional", "diffusive_flux", "opening", "recession", "relaxation_zone", "solve",
    "steady_contact", "vacancy_flux", "void_density", "void_layer", "wall_stress",
]  # fmt: skip

CLOSURES = ("isolated", "net-section", "shell")
WANG_2019 = np.array([(100 * uA / cm**2, 0.4 * MPa), (400 * uA / cm**2, 2.0 * MPa)])
"""Current density, A/m², and critical pressure, Pa, of lithium on LLZO that are quoted from Wang,
Choudhury and Sakamoto 2019, who were not seen.  The second pair stands in Roy, Fleck and Deshpande
2021; of the first, reviews give the pressure, and its current is assumed."""
_FLUX = "mol m⁻² s⁻¹"


# ---- geometry -----------------------------------------------------------------------------------


def recession(current_density, molar_volume):
    r"""Volume that a current vacates per area and time, :math:`v = i V_m/F`, in m/s.

    >>> print(f"{recession(1.0, 13.02e-6) * 3600 / 1e-6:.3f} µm/h at 100 µA/cm²")
    0.486 µm/h at 100 µA/cm²
    """
    current = checks.real("current_density", current_density, "A/m²")
    return (current * checks.positive("molar_volume", molar_volume, "m³/mol") / F)[()]


def opening(current_density, contact, *, molar_volume, following=0.0):
    r"""Rate at which a current opens voids if the foil follows in part, m/s; closes them below 0.

    .. math:: \frac{dw}{dt} = v\left(1 - \frac{f}{\theta}\right)

    Parameters
    ----------
    current_density : array_like
        A/m², positive strips.
    contact : array_like
        :math:`\theta`, above 0 to 1.
    molar_volume : array_like
        m³/mol.
    following : array_like
        :math:`f`, 0 to 1: the share of the lithium taken through the contacts that leaves no
        vacancy behind, so that the contacts recede and the foil must follow to stay on them.

    Notes
    -----
    All of the current goes through the contacts, which recede by :math:`f v/\theta`.  A rigid foil
    follows at that speed over its whole area and takes the roofs of the voids along.  The metal
    loses :math:`v`, so the voids gain :math:`v - f v/\theta`.  At :math:`f = 1` stripping only
    *closes* voids, :math:`-\varphi v/\theta`; in between, contact without pressure tends to
    :math:`\theta = f`.  Everything else in this module has :math:`f = 0`.

    Examples
    --------
    >>> rate = opening(2.0, 0.9, molar_volume=13.02e-6, following=[0.0, 0.5, 1.0])
    >>> print(*(f"{each * 3600 / 1e-6:.2f}" for each in rate), "µm/h")
    0.97 0.43 -0.11 µm/h
    """
    follows = checks.between("following", following, "", 0, 1)
    rate = recession(current_density, molar_volume)
    return (rate * (1 - follows / _contact("contact", contact)))[()]


def contact_fraction(layer, density):
    r"""Contact left beside hemispheres, :math:`\theta = 1 - (\pi N)^{1/3}(3w/2)^{2/3}`.

    Parameters
    ----------
    layer : array_like
        Void volume per area, m; at most what covers everything, :math:`2/(3\sqrt{\pi N})`.
    density : array_like
        Voids per area, 1/m².

    Examples
    --------
    >>> print(f"{contact_fraction(73e-9, 2.6e10):.3f}")
    0.901
    """
    layer, full = checks.nonnegative("layer", layer, "m"), void_layer(0.0, density)
    checks.at_most("layer", layer, "m", "the layer that covers everything", full)
    # the cube root of a full layer may come out above one by rounding
    return np.maximum(1 - (layer / full) ** (2 / 3), 0.0)[()]


def void_layer(contact, density):
    r"""Void volume per area at a contact fraction, :math:`w = (2/3)\varphi^{3/2}/\sqrt{\pi N}`, m.

    >>> print(f"{void_layer(0.9, 2.6e10) / 1e-9:.1f} nm")
    73.8 nm
    """
    covered = 1 - checks.between("contact", contact, "", 0, 1)
    density = checks.positive("density", density, "1/m²")
    return (2 / 3 * covered**1.5 / np.sqrt(np.pi * density))[()]


def void_density(depletion_time, current_density, *, molar_volume, contact=0.02, diffusion_flux=0):
    r"""Voids per area that bring the contact down to a fraction at a time, without pressure.

    .. math:: N = \frac{4\,(1-\theta)^3}{9\pi\,[(v - V_m J)\,t_0]^2}

    In 1/m².

    Parameters
    ----------
    depletion_time : array_like
        s; positive.
    current_density : array_like
        A/m²; positive.
    molar_volume : array_like
        m³/mol.
    contact : array_like
        Contact fraction at that time, 0 to below 1; by default what the paper reads from the
        capacitance of lithium, 2 %.
    diffusion_flux : array_like
        Lithium that diffusion brings to the interface, mol m⁻² s⁻¹; less than the current takes.

    Notes
    -----
    Calibrates the model with the observation, and so predicts nothing about it.  A density that
    goes with the square of the current makes :math:`t_0^{-1/2} \propto i` without any diffusion.

    Examples
    --------
    >>> N = void_density(2.41 * 3600, 2.0, molar_volume=13.02e-6, contact=0.0)
    >>> print(f"{N:.2g} per m², {N**-0.5 / 1e-6:.1f} µm apart")
    2.6e+10 per m², 6.2 µm apart
    """
    time = checks.positive("depletion_time", depletion_time, "s")
    growth = _growth(current_density, molar_volume, diffusion_flux)
    contact = checks.between("contact", contact, "", 0, 1)
    covered = 1 - checks.below("contact", contact, "", "full contact", 1.0)
    return (4 * covered**3 / (9 * np.pi * (growth * time) ** 2))[()]


# ---- steady states ------------------------------------------------------------------------------


def closure_rate(pressure, *, law, temperature=None, contact=1.0, closure="isolated"):
    r"""Rate at which creep closes voids, :math:`-\dot w/w`, in 1/s.

    Parameters
    ----------
    pressure : array_like
        On the lithium, Pa; zero or more.
    law : CreepLaw
    temperature : array_like, optional
        K; by default that of the law.
    contact : array_like
        :math:`\theta`, above 0 to 1; matters only to the closures that know of neighbours.
    closure : {"isolated", "net-section", "shell"}

    Examples
    --------
    >>> from sandtime.units import MPa
    >>> print(f"{closure_rate(3.8 * MPa, law=ROY):.3f} 1/s")
    0.029 1/s
    """
    checks.one_of("closure", closure, CLOSURES)
    pressure = checks.nonnegative("pressure", pressure, "Pa")
    contact = checks.between("contact", contact, "", 0, 1)
    covered = 1 - checks.above("contact", contact, "", 0)
    n = law.exponent
    drive = 3 * pressure / (2 * n * law.stress) / _resistance(covered, n, closure)
    return (1.5 * law.rate_at(temperature) * drive**n)[()]


def wall_stress(pressure, *, law, contact=1.0, closure="isolated"):
    r"""Equivalent stress of the metal at the wall of a void, :math:`3P g^{1/n}/2n`, in Pa.

    It is the largest there is and falls outwards as :math:`r^{-3/n}`; a creep law should have been
    measured around it.

    Parameters as in `closure_rate`.

    Examples
    --------
    >>> from sandtime.units import MPa
    >>> print(f"{wall_stress(3.8 * MPa, law=MASIAS) / MPa:.2f} MPa")
    0.87 MPa
    """
    checks.one_of("closure", closure, CLOSURES)
    pressure = checks.nonnegative("pressure", pressure, "Pa")
    covered = 1 - _contact("contact", contact)
    return (1.5 * pressure / law.exponent / _resistance(covered, law.exponent, closure))[()]


def critical_pressure(
    current_density,
    *,
    law,
    density,
    molar_volume,
    temperature=None,
    contact=0.9,
    closure="isolated",
    diffusion_flux=0,
):
    r"""Pressure on the lithium under which a contact fraction is held for good, in Pa.

    .. math:: P = \frac{2n\sigma_0}{3}
              \left[\frac{2(v - V_m J)}{3\,\dot\varepsilon_0\,w(\theta)}\right]^{1/n} g^{-1/n}

    With a density from `void_density` the bracket holds nothing but the time :math:`t_0` at which
    the contact is lost without pressure, :math:`(v - V_m J)/w(\theta) = [(1-\theta_0)/
    (1-\theta)]^{3/2}/t_0`.

    Parameters
    ----------
    current_density, diffusion_flux
        As in `void_density`.
    law : CreepLaw
    density : array_like
        Voids per area, 1/m².
    molar_volume : array_like
        m³/mol.
    temperature : array_like, optional
        K; by default that of the law.
    contact : array_like
        The threshold, above 0 and below 1.  There is no critical pressure without one.
    closure : {"isolated", "net-section", "shell"}

    Notes
    -----
    At fixed density :math:`P \propto i^{1/n}`, at a density that goes with :math:`i^2` as
    :math:`i^{2/n}`: a measured exponent near 1 or 2 would speak for diffusional creep, one of 0.15
    to 0.4 for dislocations.

    Examples
    --------
    >>> from sandtime.units import MPa
    >>> P = critical_pressure(2.0, law=ROY, density=2.6e10, molar_volume=13.02e-6)
    >>> print(f"{P / MPa:.2f} MPa")
    2.51 MPa
    """
    contact = checks.below("contact", _contact("contact", contact), "", "full contact", 1.0)
    checks.one_of("closure", closure, CLOSURES)
    scale = _covering_pressure(
        current_density, law, density, molar_volume, temperature, diffusion_flux
    )
    n, covered = law.exponent, 1 - contact
    return (scale * covered ** (-1.5 / n) * _resistance(covered, n, closure))[()]


def steady_contact(
    current_density,
    pressure,
    *,
    law,
    density,
    molar_volume,
    temperature=None,
    closure="isolated",
    diffusion_flux=0,
):
    r"""Contact fraction at which creep closes voids as fast as the current opens them.

    With :math:`P_0` the pressure at which isolated voids just cover everything,
    :math:`\varphi = (P/P_0)^{-2n/3}` for isolated voids and
    :math:`\varphi = (1 + P/P_0)^{-2n/3}` for shells; for the net section
    :math:`\varphi^{-3/2n}(1 - \varphi) = P/P_0`.

    Parameters
    ----------
    current_density : array_like
        A/m²; positive.
    pressure : array_like
        On the lithium, Pa; zero or more.
    law, density, molar_volume, temperature, closure, diffusion_flux
        As for `critical_pressure`.

    Returns
    -------
    ndarray or float
        0 where the contact is lost: without pressure, and for isolated voids up to :math:`P_0`.

    Examples
    --------
    >>> from sandtime.units import MPa
    >>> theta = steady_contact(2.0, 3.8 * MPa, law=MASIAS, density=2.6e10, molar_volume=13.02e-6)
    >>> print(f"{theta:.3f}")
    0.914
    """
    checks.one_of("closure", closure, CLOSURES)
    scale = _covering_pressure(
        current_density, law, density, molar_volume, temperature, diffusion_flux
    )
    ratio = checks.nonnegative("pressure", pressure, "Pa") / scale
    n = law.exponent
    if closure == "shell":
        return (1 - (1 + ratio) ** (-2 * n / 3))[()]
    isolated = np.maximum(ratio, 1.0) ** (-2 * n / 3)
    if closure == "isolated":
        return (1 - isolated)[()]
    # Below the isolated coverage the left side exceeds the ratio: bisect the contact from there.
    low, high = 1 - isolated, np.ones_like(isolated)
    for _ in range(60):
        middle = (low + high) / 2
        covered = np.maximum(1 - middle, 1e-300)
        enough = covered ** (-1.5 / n) * middle >= ratio
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(ratio == 0, 0.0, (low + high) / 2)[()]


def vacancy_flux(supersaturation, *, diffusivity, zone, molar_volume):
    r"""Lithium that a gradient of vacancies brings to the interface, :math:`J`, mol m⁻² s⁻¹.

    .. math:: J = \frac{D\,(S - 1)}{V_m\,\ell}

    Parameters
    ----------
    supersaturation : array_like
        :math:`S`, vacancies at the interface over those in equilibrium; at least 1.  Voids can
        nucleate once it is high enough.
    diffusivity : array_like
        Self-diffusivity of lithium (vacancy diffusivity times vacancy fraction), m²/s.
    zone : array_like
        :math:`\ell`, the depth over which dislocations and grain boundaries restore equilibrium, m.
    molar_volume : array_like
        m³/mol.

    Notes
    -----
    Steady diffusion across the zone; its depth is not measured, and history changes it (annealed
    lithium has fewer sinks).  The current that needs no voids is :math:`F J`.

    Examples
    --------
    >>> J = vacancy_flux(2.0, diffusivity=7e-15, zone=10e-6, molar_volume=13.02e-6)
    >>> print(f"{F * J / 1e-2:.0f} µA/cm²")
    519 µA/cm²
    """
    excess = checks.nonnegative("supersaturation - 1", np.subtract(supersaturation, 1.0), "")
    diffusivity = checks.positive("diffusivity", diffusivity, "m²/s")
    zone = checks.positive("zone", zone, "m")
    return (
        diffusivity * excess / (checks.positive("molar_volume", molar_volume, "m³/mol") * zone)
    )[()]


def relaxation_zone(current_density, supersaturation, *, diffusivity, molar_volume):
    r"""Depth within which sinks must restore equilibrium for a current to open no void, in m.

    .. math:: \ell = \frac{F D\,(S - 1)}{V_m\,i}

    Parameters as in `vacancy_flux`, the current in A/m² and positive, and S the largest at which
    voids do not nucleate.

    Notes
    -----
    `vacancy_flux` solved for its zone.  A stack pressure :math:`P` alone holds vacancies at the
    walls of an open void to :math:`S - 1 \approx P V_m/RT`, which is 2 % at 4 MPa.

    Examples
    --------
    >>> zone = relaxation_zone(1.0, 2.0, diffusivity=7e-15, molar_volume=13.02e-6)
    >>> print(f"{zone / 1e-6:.0f} µm at 100 µA/cm²")
    52 µm at 100 µA/cm²
    """
    current = checks.positive("current_density", current_density, "A/m²")
    return vacancy_flux(
        supersaturation, diffusivity=diffusivity, zone=current / F, molar_volume=molar_volume
    )


def diffusive_flux(pressure, *, contact, density, diffusivity, temperature):
    r"""Lithium that pressure drives through the lattice into voids, :math:`J`, mol m⁻² s⁻¹.

    .. math:: J = 2\sqrt{\pi N \varphi}\;\frac{D P}{R T}

    Vacancies are rarer in metal under pressure than at the wall of an empty void, by
    :math:`P V_m/RT`; steady diffusion from a hemisphere of radius :math:`a` into the half-space
    then moves :math:`2\pi a D P/RT` per void.

    Pressure in Pa, :math:`P V_m \ll RT`; contact and density as in `contact_fraction`;
    self-diffusivity of lithium at that temperature, m²/s, and temperature, K.

    Notes
    -----
    Runs beside creep; give it to `critical_pressure` as its `diffusion_flux`.  Sinks for vacancies
    are taken to be everywhere but no nearer than a radius.

    Examples
    --------
    >>> case = {"contact": 0.9, "density": 2.6e10, "diffusivity": 8e-15, "temperature": 298.15}
    >>> print(f"{diffusive_flux(3.8e6, **case) * F / 1e-2:.0f} µA/cm²")
    21 µA/cm²
    """
    pressure = checks.nonnegative("pressure", pressure, "Pa")
    covered = 1 - checks.between("contact", contact, "", 0, 1)
    density = checks.positive("density", density, "1/m²")
    diffusivity = checks.positive("diffusivity", diffusivity, "m²/s")
    energy = R * checks.positive("temperature", temperature, "K")
    return (2 * np.sqrt(np.pi * density * covered) * diffusivity * pressure / energy)[()]


def constriction_resistance(contact, *, spot_radius, conductivity):
    r"""Area-specific resistance of the electrolyte under spots of contact, in Ω m².

    .. math:: \mathrm{ASR} = \frac{\pi a\,\psi}{4\,\sigma\,\theta}, \qquad
              \psi = (1 - \sqrt\theta)^{3/2}

    A spot of radius :math:`a` alone on a half-space has the resistance :math:`1/(4\sigma a)`, and
    there are :math:`\theta/\pi a^2` of them per area; :math:`\psi` is what neighbours share.

    Parameters
    ----------
    contact : array_like
        :math:`\theta`, above 0 to 1.
    spot_radius : array_like
        m.
    conductivity : array_like
        Of the electrolyte, S/m.

    Notes
    -----
    Source: R. Holm, Electric Contacts (1967) for the spot; for :math:`\psi`, M. G. Cooper,
    B. B. Mikic and M. M. Yovanovich, Int. J. Heat Mass Transfer 12 (1969) 279.

    Examples
    --------
    >>> asr = constriction_resistance(0.4, spot_radius=1e-6, conductivity=0.046)
    >>> print(f"{asr / 1e-4:.2f} Ω cm²")
    0.10 Ω cm²
    """
    contact = _contact("contact", contact)
    radius = checks.positive("spot_radius", spot_radius, "m")
    conductivity = checks.positive("conductivity", conductivity, "S/m")
    shared = (1 - np.sqrt(contact)) ** 1.5
    return (np.pi * radius * shared / (4 * conductivity * contact))[()]


def constricted_contact(resistance, *, spot_radius, conductivity):
    r"""Contact whose constriction alone has this resistance: `constriction_resistance` undone.

    Parameters as there; the resistance is area-specific, Ω m², and positive.

    Examples
    --------
    >>> asr = constriction_resistance(0.4, spot_radius=1e-6, conductivity=0.046)
    >>> print(round(constricted_contact(asr, spot_radius=1e-6, conductivity=0.046), 12))
    0.4
    """
    resistance, radius, conductivity = checks.same_shape(
        resistance=checks.positive("resistance", resistance, "Ω m²"),
        spot_radius=checks.positive("spot_radius", spot_radius, "m"),
        conductivity=checks.positive("conductivity", conductivity, "S/m"),
    )
    ratio = resistance * 4 * conductivity / (np.pi * radius)
    # with u = √θ: the left side falls from 1 to 0, the right side rises from 0
    u = [brentq(lambda u, r=r: (1 - u) ** 1.5 - r * u**2, 0, 1, xtol=1e-15) for r in ratio.flat]
    return (np.reshape(u, ratio.shape) ** 2)[()]


# ---- in time ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Solution:
    """What `solve` found.

    Attributes
    ----------
    time : ndarray, shape (T,)
        s, from 0; the integrator's own steps, the ends of the programme's, and times asked for.
    layer : ndarray, shape (T,)
        Void volume per area, m.
    contact : ndarray, shape (T,)
        Contact fraction.
    depletion_time : float
        When stripping first met a cut-off or lost all contact, s; nan if it did neither.
    ended : tuple of str
        Why each step ended: "duration", "cutoff" or "lost" (no contact left, the programme's end).
    step_end : ndarray
        When each step ended, s.
    """

    time: np.ndarray
    layer: np.ndarray
    contact: np.ndarray
    depletion_time: float
    ended: tuple
    step_end: np.ndarray


def solve(
    *,
    steps,
    pressure,
    law,
    density,
    molar_volume,
    temperature=None,
    closure="isolated",
    diffusion_flux=0.0,
    initial_contact=1.0,
    times=(),
    rtol=1e-6,
):
    """Contact over time while a current programme runs under pressure.

    Parameters
    ----------
    steps : transport.Step or sequence of them
        Anything with `current` (A/m², positive strips), `duration` (s or None) and `cutoff`, here
        the contact fraction at which the step ends.
    pressure : float
        On the lithium, Pa; zero or more.
    law, density, molar_volume, temperature, closure
        As for `critical_pressure`; scalars.
    diffusion_flux : float
        Lithium that diffusion brings to the voids as long as there are any, mol m⁻² s⁻¹.
    initial_contact : float
        Contact fraction at the start, above 0 to 1.
    times : array_like
        Further times at which the result is wanted, s; up to the end of the programme.
    rtol : float
        Relative tolerance of the void layer.

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        If an argument is out of range, a cut-off can never be met, or a time is past the end.

    Notes
    -----
    Radau IIA with the exact Jacobian: under tens of MPa voids close some 10⁷ times faster than the
    current opens them.

    Examples
    --------
    >>> from sandtime.transport import Step
    >>> sol = solve(steps=Step(2.0, cutoff=0.02), pressure=0, law=ROY, density=2.6e10,
    ...             molar_volume=13.02e-6)
    >>> print(f"{sol.depletion_time / 3600:.2f} h")
    2.33 h
    """
    checks.one_of("closure", closure, CLOSURES)
    flux = checks.scalar(
        "diffusion_flux", checks.nonnegative("diffusion_flux", diffusion_flux, _FLUX)
    )
    contact = checks.scalar("initial_contact", _contact("initial_contact", initial_contact))
    rtol = checks.scalar("rtol", checks.between("rtol", rtol, "", 1e-12, 1e-2))
    times = np.unique(checks.nonnegative("times", times, "s"))
    full = checks.scalar("density", np.asarray(void_layer(0.0, density)))
    close = checks.scalar(
        "pressure", np.asarray(closure_rate(pressure, law=law, temperature=temperature))
    )
    now, share = 0.0, (1 - contact) ** 1.5
    record, ended, step_end, depletion_time = [(now, share)], [], [], np.nan
    for step in steps if isinstance(steps, (list, tuple)) else [steps]:
        opens = (recession(step.current, molar_volume) - molar_volume * flux) / full
        run = _Run(opens, close, law.exponent, closure)
        wanted = times[times > now * (1 + 1e-12)] - now
        span, reason, states = run.march(share, step, wanted, rtol)
        record += [(now + t, value) for t, value in states]
        now, share = now + span, record[-1][1]
        if step.current > 0 and reason != "duration" and np.isnan(depletion_time):
            depletion_time = now
        ended.append(reason)
        step_end.append(now)
        if reason == "lost":
            break
    if times.size and times[-1] > now * (1 + 1e-12):
        raise ValueError(
            f"times = {times[-1]:.10g} s is not allowed: the programme ends at {now:.10g} s"
        )
    time, share = np.array(record).T
    return Solution(
        time=time,
        layer=share * full,
        contact=np.maximum(1 - share ** (2 / 3), 0.0),
        depletion_time=float(depletion_time),
        ended=tuple(ended),
        step_end=np.array(step_end),
    )


class _Run:
    """One step; its state is the void layer over the one that covers everything, its "share"."""

    def __init__(self, opens, close, exponent, closure):
        self.opens, self.close, self.n, self.closure = opens, close, exponent, closure

    def shrink(self, share):
        """share·g and its derivative; straight on where the integrator only feels its way."""
        if self.closure == "isolated":
            return share, np.ones_like(share)
        inside = np.clip(share, 0.0, 1 - 1e-9)
        covered = inside ** (2 / 3)
        resistance = _resistance(covered, self.n, self.closure)
        slope = resistance ** (-self.n - 1)
        if self.closure == "net-section":
            slope = slope * (resistance + 2 * self.n / 3 * covered)
        return inside * resistance**-self.n + slope * (share - inside), slope

    def rate(self, time, share):
        return self.opens - self.close * self.shrink(share)[0]

    def jacobian(self, time, share):
        return np.atleast_2d(-self.close * self.shrink(share)[1])

    def march(self, start, step, wanted, rtol):
        """Time taken, reason for the end, and the states on the way as (time, share).

        The rate depends on the state alone, so the state moves one way, towards its steady value.
        """
        rises = self.rate(0.0, np.array(start)) > 0
        limit, target = float(rises), None
        if step.cutoff is not None:
            target = float((1 - checks.between("cutoff", step.cutoff, "", 0, 1)) ** 1.5)
            if start >= target if self.opens > 0 else start <= target:
                return 0.0, "cutoff", []
            limit = target if (target > start) == rises else limit
        there = self.rate(0.0, np.array(limit))
        meets = limit == target and (there > 0 if rises else there < 0)
        if step.duration is None and not meets:
            raise ValueError(
                f"cutoff = {step.cutoff:.10g} is not allowed without a duration: from a contact "
                f"of {1 - start ** (2 / 3):.6g} this step never gets there"
            )
        end = np.inf if step.duration is None else step.duration
        held = [*wanted[wanted < end], end]
        if start == limit:
            return end, "duration", [(t, limit) for t in held]

        def excess(time, share):
            return share[0] - limit

        excess.terminal = True
        found = solve_ivp(
            self.rate, (0.0, end), [start], "Radau", jac=self.jacobian, events=excess,
            dense_output=True, rtol=rtol, atol=1e-5 * rtol,
        )  # fmt: skip
        if found.status < 0:
            raise RuntimeError(f"the integrator failed: {found.message}")
        span = found.t[-1]
        at = np.union1d(found.t[1:], wanted[wanted < span])
        states = list(zip(at, np.clip(found.sol(at)[0], 0.0, 1.0), strict=True))
        if found.status == 0:
            return end, "duration", states
        states[-1] = (span, limit)
        if limit == target:
            return span, "cutoff", states
        if rises:
            return span, "lost", states
        # every void is closed: full contact for the rest of the step
        return end, "duration", states + [(t, limit) for t in held if t > span]


# ---- shared -------------------------------------------------------------------------------------


def _resistance(covered, n, closure):
    """g^(-1/n): what the neighbours take off the pressure that is needed."""
    if closure == "isolated":
        return np.ones_like(covered)
    return 1 - covered if closure == "net-section" else 1 - covered ** (1.5 / n)


def _growth(current_density, molar_volume, diffusion_flux):
    """Volume that becomes voids per area and time, m/s; positive or an error."""
    checks.positive("current_density", current_density, "A/m²")
    vacated = recession(current_density, molar_volume)
    refilled = molar_volume * checks.nonnegative("diffusion_flux", diffusion_flux, _FLUX)
    taken = np.divide(vacated, molar_volume)
    checks.below("diffusion_flux", diffusion_flux, _FLUX, "current_density/F", taken)
    return vacated - refilled


def _covering_pressure(current_density, law, density, molar_volume, temperature, diffusion_flux):
    """The pressure at which isolated voids, in their steady state, just cover everything."""
    growth = _growth(current_density, molar_volume, diffusion_flux)
    rate = 1.5 * law.rate_at(temperature) * void_layer(0.0, density)
    return 2 * law.exponent * law.stress / 3 * (growth / rate) ** (1 / law.exponent)


def _contact(name, value):
    """A contact fraction above zero."""
    return checks.above(name, checks.between(name, value, "", 0, 1), "", 0)
