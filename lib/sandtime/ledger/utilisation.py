"""Rows of the chapter *Utilisation*: Eq. (2), Figures 9 and 10."""

from scipy.optimize import brentq

from sandtime import arrhenius, reported, slab
from sandtime.ledger._slab import (
    SUFFICIENT,
    beta_share,
    current_for,
    figure_9,
    share,
    temperature_for,
)
from sandtime.ledger.printed import (
    CURRENT,
    concentration,
    diffusivity,
    drop,
    time,
    words,
)
from sandtime.ledger.register import settles
from sandtime.ledger.sand import lasts
from sandtime.reported import paper
from sandtime.units import F, celsius, cm, eV, hour, mA, s, uA, um

_FIGURE_9 = {"10ua": 10 * uA / cm**2, "100ua": 100 * uA / cm**2, "1ma": 1 * mA / cm**2}
_COLD = f"{paper('temperature-0c'):g} and {words('temperature-25c')}"
_SCATTER = 0.2  # relative, of a depletion time: assumed, since none is printed


# Figure 9.


def _reached(name, note=""):
    t0 = slab.depletion_time(_FIGURE_9[name], **figure_9())
    when = f"{t0 / hour:.1f} h" if t0 > hour else f"{t0 / s:.0f} s"
    return f"By Eq. (5) the foil reaches the β limit after {when}{note}."


def _printed_duration(id, accessible):
    """What a utilisation at 1 mA cm⁻² means as a time, as a remark."""
    held = F * paper("thickness-figure-9") * um * accessible
    printed = paper(id) / 100 * held / _FIGURE_9["1ma"]
    return f"; the printed share of the charge would take {printed / s:.0f} s"


@settles("arithmetic", statement="utilisation-10ua")
def utilisation_10ua():
    return share(slab.utilisation, _FIGURE_9["10ua"]), _reached("10ua")


@settles("arithmetic", statement="utilisation-100ua")
def utilisation_100ua():
    return share(slab.utilisation, _FIGURE_9["100ua"]), _reached("100ua")


@settles("arithmetic", statement="utilisation-1ma")
def utilisation_1ma():
    note = _printed_duration("utilisation-1ma", concentration("c0-li90mg10"))
    return share(slab.utilisation, _FIGURE_9["1ma"]), _reached("1ma", note)


@settles("arithmetic", statement="utilisation-10ua")
def utilisation_beta_10ua():
    thickness = paper("thickness-5mah") * um
    slow, fast = (
        share(slab.accessible_utilisation, _FIGURE_9[name], thickness=thickness)
        for name in ("10ua", "100ua")
    )
    note = (
        f"; a foil of {words('thickness-5mah')} would give {slow:.1f} %, but then {fast:.1f} % at "
        f"{words('current-density-100ua')}, which the paper does not print"
    )
    return beta_share(_FIGURE_9["10ua"]), _reached("10ua", note)


@settles("arithmetic", statement="utilisation-100ua")
def utilisation_beta_100ua():
    return beta_share(_FIGURE_9["100ua"]), _reached("100ua")


@settles("arithmetic", statement="utilisation-1ma")
def utilisation_beta_1ma():
    note = _printed_duration("utilisation-beta-1ma", drop())
    return beta_share(_FIGURE_9["1ma"]), _reached("1ma", note)


# Eq. (2).


def _energy(cold, warm):
    """Activation energy, eV, between two values at 0 and 25 °C."""
    return arrhenius.activation_energy(cold, celsius(0), warm, celsius(25)) / eV


def _of_lithium():
    """What the paper's two values for lithium imply, eV."""
    return _energy(paper("d-eff-li-0c"), paper("d-eff-li-25c"))


def _per_scatter():
    """Standard deviation of an energy from 0 and 25 °C, eV, over the relative one of a value."""
    return _energy(1.0, 1.0 + 1e-7) / 1e-7 * 2**0.5


@settles("another print", verdict="weak or open", statement="activation-energy")
def activation_energy_d():
    own = _energy(paper("d-eff-li90mg10-0c"), paper("d-eff-li90mg10-25c"))
    away = (paper("activation-energy-d") - own) / _per_scatter()
    return (
        own,
        f"Taken from lithium metal, as the paper says. What the alloy's D_eff at {_COLD} imply "
        f"lies {away / _SCATTER:.1f} standard deviations below, if each scatters by "
        f"{100 * _SCATTER:.0f} %, which we assume. Lithium's imply {_of_lithium():.2f} eV.",
        f"into a tension of two standard deviations at a scatter of {100 * away / 2:.0f} %",
    )


@settles("another print", verdict="weak or open", statement="activation-energy")
def d_0c_agreement():
    calculated = _carried("d-beta", 0)
    same_end = paper("d-0c-agreement") * (concentration("c0-li90mg10") / drop()) ** 2
    return calculated, (
        "What fits well is not said. The calculated value was set with the β limit as the end, the "
        f"measured one with full depletion; read to the same limit that would be {same_end:.1e}, "
        f"{same_end / calculated:.1f} times the calculated one."
    )


def _carried(id, temperature):
    """A printed diffusivity of 25 °C at another temperature, °C, with the paper's energy."""
    energy = paper("activation-energy-d") * eV
    return arrhenius.scale(paper(id), energy, celsius(temperature), celsius(25))


def _calculated(temperature):
    return _carried("d-beta", temperature), (
        "Eq. (2) from the printed value at room temperature and the printed activation energy."
    )


@settles("arithmetic", statement="arrhenius")
def d_beta_0c():
    return _calculated(0)


@settles("arithmetic", statement="arrhenius")
def d_beta_50c():
    return _calculated(50)


@settles("arithmetic", statement="arrhenius")
def d_beta_80c():
    return _calculated(80)


@settles("arithmetic", statement="arrhenius")
def d_beta_100c():
    return _calculated(100)


def _measured_in_the_cold(name):
    t0 = lasts(diffusivity(f"d-eff-{name}-0c"), concentration(f"c0-{name}"))
    return None, (
        f"Measured; its depletion time, by Eq. (1) {t0:.1f} h at {words('current-density-100ua')}, "
        f"is not printed. The model's {words('activation-energy-d')}, which the paper does not "
        f"apply to it, would carry the value of room temperature to "
        f"{_carried(f'd-eff-{name}-25c', 0):.1e}."
    )


@settles("another print", verdict="not recomputable")
def d_eff_li90mg10_0c():
    return _measured_in_the_cold("li90mg10")


@settles("another print", verdict="not recomputable")
def d_eff_li_0c():
    return _measured_in_the_cold("li")


def _lasts_warm(energy):
    """Depletion time of lithium at 50 °C with an activation energy, eV, by Eq. (5), h."""
    warm = arrhenius.scale(diffusivity("d-eff-li-25c"), energy * eV, celsius(50), celsius(25))
    t0 = slab.depletion_time(
        CURRENT,
        thickness=paper("foil-thickness") * um,
        diffusivity=warm,
        initial=concentration("c0-li"),
        cutoff=0,
    )
    return t0 / hour


@settles("another print", verdict="weak or open")
def t0_50c_100ua():
    seen, own = paper("t0-50c-100ua"), _of_lithium()
    bound = arrhenius.activation_energy(
        time("t0-50c-100ua"), celsius(50), time("t0-li-25c-100ua"), celsius(25)
    )
    edge = brentq(lambda energy: _lasts_warm(energy) - seen, 0.1, 0.6)
    return (
        _lasts_warm(paper("activation-energy-d")),
        f"For lithium, the shorter-lived, with {words('activation-energy-d')}; with its own "
        f"{own:.2f} eV from {_COLD} the same computation gives {_lasts_warm(own):.1f} h. The "
        f"observation itself only puts the energy above {bound / eV:.2f} eV.",
        f"below {edge:.3f} eV",
    )


# Figure 10 and the conclusion.


def _at_80c():
    return beta_share(1 * mA / cm**2, paper("temperature-needed-1ma"))


def _exactly():
    return (
        f"Exactly right if {SUFFICIENT} % of the β capacity of {words('thickness-figure-9')} are "
        f"sufficient, which the paper does not define: at {words('current-density-needs-heat')} "
        f"{words('temperature-needed-1ma')} delivers {_at_80c():.1f} %."
    )


@settles("arithmetic", verdict="ambiguous", statement="heat-for-1ma")
def current_density_needs_heat():
    current = current_for(SUFFICIENT, paper("temperature-needed-1ma"))
    return current / (mA / cm**2), _exactly(), f"at {_at_80c():.1f} %"


@settles("arithmetic", verdict="ambiguous", statement="heat-for-1ma")
def temperature_needed_1ma():
    return temperature_for(SUFFICIENT, 1 * mA / cm**2), _exactly(), f"at {_at_80c():.1f} %"


@settles("arithmetic", verdict="weak or open")
def temperature_needed_10ma():
    current = paper("target-current-density") * mA / cm**2
    bound = beta_share(current, paper("temperature-needed-10ma"))
    return (
        temperature_for(SUFFICIENT, current),
        f"The temperature that delivers {SUFFICIENT} % of the β capacity of "
        f"{words('thickness-figure-9')}: true as a lower bound and far from enough, since "
        f"{words('temperature-needed-10ma')} deliver {bound:.0f} %.",
        f"below {bound:.0f} %",
    )


@settles("arithmetic")
def current_density_limit_25c():
    claim = reported.claim("current-density-limit-25c")
    most, least = (beta_share(end * uA / cm**2) for end in (claim.paper, claim.paper_high))
    half = current_for(50) / (uA / cm**2)
    return (
        current_for(SUFFICIENT) / (uA / cm**2),
        f"The current at which {words('thickness-figure-9')} deliver {SUFFICIENT} % of their "
        f"β capacity at {words('temperature-25c')}; half of it comes at {half:.0f} µA cm⁻².",
        f"below {least:.0f} and above {most:.0f} %",
    )
