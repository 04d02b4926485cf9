"""Rows of the chapter *Pressure*: voids against creep."""

from scipy.optimize import brentq

from sandtime import materials, sand, voids
from sandtime.ledger.printed import CURRENT, concentration, diffusivity, time, words
from sandtime.ledger.register import settles
from sandtime.reported import paper
from sandtime.units import MPa, cm, mA, mAh, uA

_HELD = 0.90  # share of the contact that counts as kept
_FAST = paper("current-density-200ua") * uA / cm**2


def _over_laws(function, current, *arguments, voids_per_area=1.0, **settings):
    """Least and largest value for lithium over three creep laws and three closures.

    The voids per area are those of the depletion time without pressure at 200 µA cm⁻², from the
    printed one by i⁻², or a multiple of them.
    """
    t0 = time("t0-li-25c-100ua") * (CURRENT / _FAST) ** 2
    left = paper("capacitance-at-t0-li") / 100
    model = {"molar_volume": materials.LI.molar_volume}
    density = voids_per_area * voids.void_density(t0, _FAST, contact=left, **model)
    values = [
        function(
            current, *arguments, law=law, closure=closure, density=density, **model, **settings
        )
        for law in voids.CREEP_LAWS
        for closure in voids.CLOSURES
    ]
    return min(values), max(values)


def _needed(current, growth, contact=_HELD):
    """Pressures that hold a contact, MPa, with voids that go with a power of the current."""
    ratio = (current / _FAST) ** growth
    ends = _over_laws(voids.critical_pressure, current, voids_per_area=ratio, contact=contact)
    return tuple(end / MPa for end in ends)


def _kept(pressure):
    """Least and largest contact kept at 200 µA cm⁻² under a pressure in MPa."""
    return _over_laws(voids.steady_contact, _FAST, pressure * MPa)


@settles("our model")
def pressure_mpa_range():
    target = paper("target-current-density") * mA / cm**2
    least, most = _needed(target, 0)[0], _needed(target, 2)[1]
    scale = paper("pressure-mpa-range")
    edge = brentq(lambda contact: _needed(target, 0, contact)[0] - scale, 1e-3, _HELD)
    return (
        least,
        f"The least of three creep laws in three geometries for {100 * _HELD:.0f} % contact at "
        f"{words('target-current-density')}; the largest, with voids that grow as i², is "
        f"{most:.0f} MPa. If diffusion carried the creep it would be more.",
        f"below {100 * edge:.0f} % contact",
    )


@settles("our model", verdict="consistent with a model")
def pressure_mitigating_li():
    low, high = _needed(_FAST, 0)
    least = 100 * _kept(paper("pressure-mitigating-li"))[0]
    return (
        None,
        "A pressure that was set; what counts as mitigated is not said. Three creep laws in three "
        f"geometries ask for {low:.1f} to {high:.1f} MPa to hold {100 * _HELD:.0f} % of the "
        "contact. The number of voids is calibrated; that the foil does not follow rigidly into "
        "them is assumed.",
        f"above {least:.1f} % contact, by the slowest of them; the next pressure tried, "
        f"{words('pressure-series-7-5mpa')}, would then be needed",
    )


@settles("our model", verdict="consistent with a model")
def pressure_no_change_li():
    half, full = (
        100 * (1 - _kept(paper(f"pressure-series-{name}"))[0]) for name in ("7-5mpa", "15mpa")
    )
    return None, (
        "A pressure that was set; what counts as no major change is not said. Creep leaves at most "
        f"{full:.2f} % of the contact open there, and {half:.1f} % at "
        f"{words('pressure-series-7-5mpa')}."
    )


@settles("our model", verdict="not recomputable")
def pressure_ref26():
    low, high = _needed(CURRENT, 2)
    return None, (
        "Sufficient in earlier work, quoted here, and not said to be the least. Consistent as a "
        f"bound: three creep laws in three geometries ask for {low:.1f} to {high:.1f} MPa."
    )


@settles("our model", verdict="not recomputable")
def current_density_wang():
    low, high = _needed(CURRENT, 2)
    power = 2 / min(law.exponent for law in voids.CREEP_LAWS)
    return None, (
        "Quoted from other cells, whose depletion times we do not know. With this paper's, creep "
        f"by dislocations asks for {low:.1f} to {high:.1f} MPa at that current, and rises with "
        f"the power {power:.1f} of the current at most."
    )


@settles("our model", verdict="not recomputable")
def pressure_no_effect_li90mg10():
    pressure = paper("pressure-series-15mpa") * MPa
    rate = voids.closure_rate(pressure, law=voids.MASIAS)
    strip = time("t0-li90mg10-25c-100ua") * (CURRENT / _FAST) ** 2
    harder = (rate * strip) ** (1 / voids.MASIAS.exponent)
    return None, (
        "A pressure that was set. Small size keeps no pore open; for pores to outlive the strip "
        f"the metal round them must be {harder:.0f} times as strong as lithium, and no creep law "
        "of the alloy is published as far as we know."
    )


@settles("another print", verdict="consistent with a model")
def charge_capacitance_slope():
    t0 = time("t0-li90mg10-25c-100ua") * (CURRENT / _FAST) ** 2
    other = sand.depletion_time(
        _FAST, diffusivity("d-eff-li90mg10-25c"), concentration("c0-li90mg10")
    )
    return (
        _FAST * t0 / (mAh / cm**2),
        "The charge at which the interface is depleted, if the printed "
        f"{words('t0-li90mg10-25c-100ua')} go with i⁻²: then the pores come last, which is our "
        "inference. By the printed D_eff and Eq. (1) the strip would end at "
        f"{_FAST * other / (mAh / cm**2):.2f} mAh cm⁻².",
    )
