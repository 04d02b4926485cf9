"""The paper's numbers again, from what the paper prints upstream of each (chapter *The ledger*).

One function a claim, registered under its id: it returns the value in the printed unit and the
reason in a sentence.  It starts from printed numbers (`reported.paper`) and calls the library the
chapters call.  Claims that nothing settles stand in ``data/unrecomputed.csv`` with their reason.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from scipy.optimize import brentq

from sandtime import arrhenius, eis, materials, reported, sand, slab, thermodynamics, voids
from sandtime.campaign import interface, protocol
from sandtime.reported import paper
from sandtime.units import (
    F,
    MPa,
    R,
    angstrom,
    celsius,
    cm,
    eV,
    g,
    hour,
    kohm,
    mA,
    mAh,
    mmol,
    mV,
    ohm,
    s,
    to_celsius,
    uA,
    um,
)


@dataclass(frozen=True)
class Entry:
    """What settles a claim.

    Attributes
    ----------
    settle : callable
        Returns the value in the printed unit, or None, and the reason.
    chapter : str
        The page that treats it.
    verdict : str or None
        Declared where more than arithmetic is at stake.
    """

    settle: Callable
    chapter: str
    verdict: str | None


_entries = {}


def settles(id, chapter, verdict=None):
    """Register a function for a claim; usable as a decorator."""

    def register(function):
        _entries[id] = Entry(function, chapter, verdict)
        return function

    return register


@functools.cache
def entries():
    """All entries by id: those with a function here and those of ``data/unrecomputed.csv``."""
    found = dict(_entries)
    for line in reported.read("unrecomputed.csv"):
        settle = functools.partial(tuple, (None, line["reason"]))
        found[line["id"]] = Entry(settle, line["chapter"], line["verdict"])
    return found


_DIFFUSIVITY = cm**2 / s
_CONCENTRATION = mmol / cm**3
_CURRENT = 100 * uA / cm**2


def _d(id):
    return paper(id) * _DIFFUSIVITY


def _c(id):
    return paper(id) * _CONCENTRATION


def _drop():
    """What can leave before the β-phase ends, as the paper counts it: 69.6 − 24.0 mmol cm⁻³."""
    return _c("c0-li90mg10") - _c("c-beta-limit")


def _t0(id):
    return paper(id) * hour


def _figure_9():
    """The slab of Figure 9, as keywords for `slab`."""
    return {
        "thickness": paper("thickness-figure-9") * um,
        "diffusivity": _d("d-beta"),
        "initial": _c("c0-li90mg10"),
        "cutoff": _c("c-beta-limit"),
    }


def _share(function, current, temperature=25, **changes):
    """A utilisation of Figures 9 and 10, per cent; the temperature in °C."""
    settings = _figure_9() | changes
    energy = paper("activation-energy-d") * eV
    settings["diffusivity"] = arrhenius.scale(
        settings["diffusivity"], energy, celsius(temperature), celsius(25)
    )
    return 100 * function(current, **settings)


def _temperature_for(share, current):
    """Temperature, °C, at which Figure 10's model delivers a β-utilisation, per cent."""
    low, high = celsius(0), celsius(400)
    root = brentq(
        lambda T: _share(slab.accessible_utilisation, current, to_celsius(T)) - share, low, high
    )
    return to_celsius(root)


def _current_for(share, temperature=25):
    """Current density, A/m², at which Figure 10's model delivers a β-utilisation, per cent."""
    low, high = 0.1 * uA / cm**2, 1000 * mA / cm**2
    root = brentq(
        lambda log: _share(slab.accessible_utilisation, np.exp(log), temperature) - share,
        np.log(low),
        np.log(high),
    )
    return np.exp(root)


# Chapter experiment: concentrations and capacities.


def _concentration(electrode, note=""):
    edge = electrode.lattice_parameter / angstrom
    value = electrode.concentration / _CONCENTRATION
    return value, f"Two atoms per cubic cell of edge {edge:.4f} Å{note}."


settles("c0-li", "experiment")(lambda: _concentration(materials.LI))
settles("c0-li95mg5", "experiment")(
    lambda: _concentration(materials.LI95MG5, ", the mean of the two that are printed")
)
settles("c0-li90mg10", "experiment")(lambda: _concentration(materials.LI90MG10))


@settles("c-beta-limit", "experiment")
def _():
    alloy, end = materials.LI90MG10, materials.BETA_LIMIT
    left = alloy.lithium_left(end, conserved="magnesium") / _CONCENTRATION
    return alloy.lithium_left(end, conserved="sites") / _CONCENTRATION, (
        f"Holds at x = {end} if every lattice site stays filled, an assumption the paper does not "
        f"state; with the foil's own magnesium it would be {left:.1f} mmol cm⁻³ of initial volume."
    )


def _gravimetric(electrode, share=1.0):
    return share * electrode.capacity_gravimetric / (mAh / g)


def _volumetric(electrode, share=1.0):
    return share * electrode.capacity_volumetric / (mAh / cm**3)


def _beta_share(conserved="sites"):
    alloy = materials.LI90MG10
    return 1 - alloy.lithium_left(materials.BETA_LIMIT, conserved=conserved) / alloy.concentration


settles("capacity-gravimetric-li", "experiment")(
    lambda: (_gravimetric(materials.LI), "Faraday's constant over the molar mass of lithium.")
)
settles("capacity-volumetric-li", "experiment")(
    lambda: (_volumetric(materials.LI), "Faraday's constant times the lithium concentration.")
)
settles("capacity-volumetric-li90mg10", "experiment")(
    lambda: (_volumetric(materials.LI90MG10), "Faraday's constant times the lithium concentration.")
)


@settles("capacity-volumetric-beta", "experiment")
def _():
    conserved = _volumetric(materials.LI90MG10, _beta_share("magnesium"))
    return _volumetric(materials.LI90MG10, _beta_share()), (
        "The arithmetic holds with every site filled; with the foil's own magnesium the lithium "
        f"above the β limit is {conserved:.0f} mAh cm⁻³ of initial volume."
    )


@settles("capacity-gravimetric-li90mg10", "experiment")
def _():
    value = _gravimetric(materials.LI90MG10)
    return value, (
        f"From the molar mass {materials.LI90MG10.molar_mass / g:.3f} g mol⁻¹ of Li0.9Mg0.1; the "
        "printed value and the one without the α-phase are high by nearly the same factor."
    )


@settles("capacity-gravimetric-beta", "experiment")
def _():
    printed = paper("capacity-gravimetric-beta") / paper("capacity-gravimetric-li90mg10")
    return _gravimetric(materials.LI90MG10, _beta_share()), (
        f"Its ratio to the full capacity, {printed:.3f}, agrees with ours, {_beta_share():.3f}; so "
        "both gravimetric values carry one common factor."
    )


@settles("thickness-5mah", "experiment")
def _():
    charge = paper("target-areal-capacity") * mAh / cm**2
    printed = paper("capacity-volumetric-li90mg10") * mAh / cm**3
    unrounded = materials.thickness(charge, materials.LI90MG10.concentration) / um
    return charge / printed / um, (
        "From the printed capacity per volume; without rounding that first it would be "
        f"{unrounded:.1f} µm."
    )


@settles("thickness-figure-9", "experiment")
def _():
    charge = F * _c("c0-li90mg10") * paper("thickness-figure-9") * um / (mAh / cm**2)
    needed, _ = _entries["thickness-5mah"].settle()
    return needed, (
        f"The exact thickness stands in brackets behind it; the simulated foil holds {charge:.2f} "
        "instead of 5 mAh cm⁻²."
    )


@settles("magnesium-fraction-stripped", "experiment")
def _():
    a = {e: e.lattice_parameter / angstrom for e in (materials.LI, materials.LI90MG10)}
    slope = (a[materials.LI90MG10] - a[materials.LI]) / materials.LI90MG10.magnesium_fraction
    return (paper("lattice-parameter-stripped") - a[materials.LI]) / slope, (
        "On the straight line through the two printed lattice parameters; which current and charge "
        "made that foil is not said."
    )


@settles("llzo-lithium-index", "experiment")
def _():
    # Charges: 12 O²⁻ against 3 La³⁺, 2 Zr⁴⁺ and the aluminium, Al³⁺.
    return 12 * 2 - 3 * 3 - 2 * 4 - 3 * paper("llzo-aluminium-index"), (
        "What the other ions of the formula need for electroneutrality."
    )


for _name in ("r-int-figure-2", "r-int-eq3"):
    settles(_name, "experiment")(
        lambda: (paper("r-int-initial"), "The experimental section's value, to one digit.")
    )


@settles("alloy-formula-0c", "experiment", "ambiguous")
def _():
    return 1 - 0.9, (
        "The indices of Li0.9Mg0.9 do not add up to one; we read it as the Li0.9Mg0.1 of the rest."
    )


@settles("t0-criterion", "experiment", "ambiguous")
def _():
    area = materials.LLZO.area / cm**2
    initial = paper("r-int-initial") * kohm
    threshold = paper("t0-criterion") * kohm
    return None, (
        f"Read per square centimetre it is {threshold / initial:.0f} times the initial resistance; "
        f"as it stands it needs the electrode's area, which is not printed (the whole pellet's, "
        f"{area:.2f} cm², would make it {threshold / initial * area:.0f} times)."
    )


def _as_frequency(id, unit, comparison):
    return None, (
        f"Taken as angular frequency it is {paper(id) / (2 * np.pi):.3g} {unit} in f{comparison}; "
        "the print does not say which."
    )


settles("frequency-bulk", "experiment", "ambiguous")(
    lambda: _as_frequency(
        "frequency-bulk",
        "MHz",
        f", inside the measured range, which ends at {paper('frequency-max'):.0f} MHz; as f it "
        "lies far outside",
    )
)
settles("frequency-grain-boundary", "experiment", "ambiguous")(
    lambda: _as_frequency("frequency-grain-boundary", "kHz", "")
)


# Chapter sand: depletion times and the diffusivities read from them.


def _implied_diffusivity(t0, drop):
    return sand.diffusivity(_CURRENT, t0, drop) / _DIFFUSIVITY


@settles("t0-li-25c-100ua", "sand")
def _():
    printed = reported.claim("d-eff-li-25c")
    low, value, high = (
        sand.depletion_time(_CURRENT, (printed.paper + d) * _DIFFUSIVITY, _c("c0-li")) / hour
        for d in (-printed.last_digit / 2, 0, printed.last_digit / 2)
    )
    return value, (
        f"By Eq. (1) from the printed D_eff, whose one digit leaves {low:.1f} to {high:.1f} h; "
        "pure lithium has no solute to deplete, so this D describes the loss of contact."
    )


@settles("t0-li90mg10-25c-100ua", "sand", "in tension")
def _():
    value = sand.depletion_time(_CURRENT, _d("d-eff-li90mg10-25c"), _c("c0-li90mg10")) / hour
    beta = sand.depletion_time(_CURRENT, _d("d-beta"), _drop()) / hour
    return value, (
        "By Eq. (1) from the D_eff that the paper prints for this alloy; its other diffusivity, "
        f"with the β limit, gives {beta:.1f} h."
    )


@settles("d-eff-li-25c", "sand")
def _():
    return _implied_diffusivity(_t0("t0-li-25c-100ua"), _c("c0-li")), (
        "From the depletion time at 100 µA cm⁻² by Eq. (1); the paper fits three currents."
    )


@settles("d-eff-li95mg5-25c", "sand")
def _():
    own = sand.depletion_time(_CURRENT, _d("d-eff-li95mg5-25c"), _c("c0-li95mg5")) / hour
    other = sand.depletion_time(_CURRENT, _d("d-eff-li90mg10-25c"), _c("c0-li90mg10")) / hour
    return _implied_diffusivity(_t0("t0-li90mg10-25c-100ua"), _c("c0-li95mg5")), (
        f"Its depletion time is said to be minimally below the 10 % alloy's, here taken as equal; "
        f"the two printed D_eff would make it {own:.1f} against {other:.1f} h."
    )


@settles("d-eff-li90mg10-25c", "sand", "in tension")
def _():
    t0 = _t0("t0-li90mg10-25c-100ua")
    return _implied_diffusivity(t0, _c("c0-li90mg10")), (
        "From the depletion time at 100 µA cm⁻² by Eq. (1); taking the β limit as the end instead, "
        f"that time gives {_implied_diffusivity(t0, _drop()) / 1e-11:.2f}e-11."
    )


@settles("t0-ratio-alloy-li", "sand")
def _():
    alloy = sand.depletion_time(_CURRENT, _d("d-eff-li90mg10-25c"), _c("c0-li90mg10"))
    lithium = sand.depletion_time(_CURRENT, _d("d-eff-li-25c"), _c("c0-li"))
    return paper("t0-li90mg10-25c-100ua") / paper("t0-li-25c-100ua"), (
        "From the two printed depletion times at 100 µA cm⁻²; the two printed D_eff make it "
        f"{alloy / lithium:.1f}."
    )


@settles("sand-validity", "sand")
def _():
    slowest = paper("current-density-50ua") / paper("current-density-100ua")
    t0 = _t0("t0-li90mg10-25c-100ua") / slowest**2
    return _d("d-eff-li90mg10-25c") * t0 / (paper("foil-thickness") * um) ** 2, (
        "For the alloy at the smallest current, with four times the depletion time of "
        "100 µA cm⁻²: the longest of them all."
    )


@settles("eq1-exponent", "sand")
def _():
    current = np.array([1.0, 2.0]) * _CURRENT
    time = _thick_foil_depletion(current)
    return np.log(current[1] / current[0]) / np.log(time[1] / time[0]), (
        "From the finite slab of Eq. (5), made so thick that its far side plays no part."
    )


@settles("eq1-coefficient", "fick")
def _():
    diffusivity, initial = _d("d-beta"), _c("c0-li90mg10")
    time = _thick_foil_depletion(_CURRENT)
    return time**-0.5 * np.sqrt(np.pi * diffusivity) * initial * F / _CURRENT, (
        "The short-time limit of the finite slab of Eq. (5) gives the factor of Eq. (1)."
    )


def _thick_foil_depletion(current):
    """Depletion time of a foil too thick to notice its far side, by Eq. (5), s."""
    return slab.depletion_time(
        current,
        thickness=10_000 * um,
        diffusivity=_d("d-beta"),
        initial=_c("c0-li90mg10"),
        cutoff=0,
    )


def _d_beta():
    value = _implied_diffusivity(_t0("t0-li90mg10-25c-100ua"), _drop())
    own = sand.depletion_time(_CURRENT, _d("d-beta"), _drop()) / hour
    return value, (
        f"From the depletion time at 100 µA cm⁻² with the β limit as the end; the printed value "
        f"itself gives {own:.1f} h."
    )


settles("d-beta", "sand")(_d_beta)
settles("d-beta-fem", "sand")(_d_beta)


@settles("t0-li-annealed", "sand", "not recomputable")
def _():
    implied = _implied_diffusivity(_t0("t0-li-annealed"), _c("c0-li")) / 1e-11
    return None, (
        "A measured value whose data are not public; by Eq. (1) it means "
        f"{implied:.2f}e-11 cm² s⁻¹."
    )


# Chapter xray: what a body-centred cubic pattern fixes.


@settles("space-group-number", "xray")
def _():
    # Rotations and reflections of a cube that map corner and centre (in half edges) to themselves.
    motif = {(0, 0, 0), (1, 1, 1)}
    kept = sum(
        {
            tuple(sign * atom[axis] % 2 for sign, axis in zip(signs, turn, strict=True))
            for atom in motif
        }
        == motif
        for turn in permutations(range(3))
        for signs in product((1, -1), repeat=3)
    )
    # The cubic groups without absences but h + k + l odd, by their rotations and reflections.
    groups = {12: (197, 199), 24: (204, 211, 217), 48: (229,)}
    return float(groups[kept][0]), (
        f"Corner and centre, alike, have {kept} symmetry operations; of the six groups that the "
        "absences allow only No. 229 has as many. The five lines of the scan alone cannot tell the "
        "six apart, nor a simple cubic cell."
    )


# Chapter diffusivity: values from hot metal and from films.


@settles("d-beta-literature-max", "diffusivity", "not recomputable")
def _():
    # By their abstracts: Iwadate et al. 1987 at around 420 °C, Shi et al. 2001.
    own = arrhenius.activation_energy(
        _d("d-eff-li90mg10-0c"), celsius(0), _d("d-eff-li90mg10-25c"), celsius(25)
    )
    energies = (own, paper("activation-energy-d") * eV)
    low, high = sorted(arrhenius.scale(1e-6, E, celsius(25), celsius(420)) for E in energies)
    return None, (
        "Quoted, here without its source or a temperature. By their abstracts, vapour-deposited "
        "alloys have 1.2e-7 to 5.2e-7 at room temperature, and the 1e-6 of hot metal at 420 °C "
        f"is {low:.0e} to {high:.0e} when carried to 25 °C."
    )


# Chapter utilisation: Eq. (2) and Figures 9 and 10.

_FIGURE_9 = {"10ua": 10 * uA / cm**2, "100ua": 100 * uA / cm**2, "1ma": 1 * mA / cm**2}


def _utilisation(function, current, note=""):
    t0 = slab.depletion_time(current, **_figure_9())
    when = f"{t0 / hour:.1f} h" if t0 > hour else f"{t0 / s:.0f} s"
    return _share(function, current), f"By Eq. (5) the foil reaches the β limit after {when}{note}."


def _printed_duration(id, accessible):
    """What a utilisation at 1 mA cm⁻² means as a time, as a remark."""
    held = F * paper("thickness-figure-9") * um * accessible
    printed = paper(id) / 100 * held / _FIGURE_9["1ma"]
    return f"; the printed share of the charge would take {printed / s:.0f} s"


for _name in ("10ua", "100ua"):
    settles(f"utilisation-{_name}", "utilisation")(
        functools.partial(_utilisation, slab.utilisation, _FIGURE_9[_name])
    )


@settles("utilisation-1ma", "utilisation")
def _():
    note = _printed_duration("utilisation-1ma", _c("c0-li90mg10"))
    return _utilisation(slab.utilisation, _FIGURE_9["1ma"], note)


@settles("utilisation-beta-10ua", "utilisation")
def _():
    thickness = paper("thickness-5mah") * um
    slow, fast = (
        _share(slab.accessible_utilisation, _FIGURE_9[name], thickness=thickness)
        for name in ("10ua", "100ua")
    )
    note = (
        f"; a foil of 26.7 µm would give {slow:.1f} %, but then {fast:.1f} % at 100 µA cm⁻², "
        "which the paper does not print"
    )
    return _utilisation(slab.accessible_utilisation, _FIGURE_9["10ua"], note)


settles("utilisation-beta-100ua", "utilisation")(
    functools.partial(_utilisation, slab.accessible_utilisation, _FIGURE_9["100ua"])
)


@settles("utilisation-beta-1ma", "utilisation")
def _():
    note = _printed_duration("utilisation-beta-1ma", _drop())
    return _utilisation(slab.accessible_utilisation, _FIGURE_9["1ma"], note)


@settles("activation-energy-d", "utilisation", "in tension")
def _():
    def implied(cold, warm):
        return arrhenius.activation_energy(cold, celsius(0), warm, celsius(25)) / eV

    lithium = implied(_d("d-eff-li-0c"), _d("d-eff-li-25c"))
    from_time = _implied_diffusivity(_t0("t0-li90mg10-25c-100ua"), _c("c0-li90mg10"))
    other = implied(_d("d-eff-li90mg10-0c"), from_time * _DIFFUSIVITY)
    return implied(_d("d-eff-li90mg10-0c"), _d("d-eff-li90mg10-25c")), (
        f"What the alloy's D_eff at 0 and 25 °C imply; lithium's imply {lithium:.2f} eV, and the "
        f"alloy's would too ({other:.2f} eV) if its D_eff at 25 °C were the one its 15 h give."
    )


def _carried(id, temperature):
    """A printed diffusivity of 25 °C at another temperature, °C, with the paper's energy."""
    energy = paper("activation-energy-d") * eV
    return arrhenius.scale(paper(id), energy, celsius(temperature), celsius(25))


def _calculated(temperature):
    return _carried("d-beta", temperature), (
        "Eq. (2) from the printed value at 25 °C and the printed activation energy."
    )


for _temperature in (0, 50, 80, 100):
    settles(f"d-beta-{_temperature}c", "utilisation")(functools.partial(_calculated, _temperature))

settles("d-eff-li90mg10-0c", "utilisation", "in tension")(
    lambda: (
        _carried("d-eff-li90mg10-25c", 0),
        "The paper's 25 °C value for this alloy, carried down with the paper's 0.57 eV.",
    )
)
settles("d-eff-li-0c", "utilisation", "in tension")(
    lambda: (
        _carried("d-eff-li-25c", 0),
        "The paper's 25 °C value for lithium, carried down with the paper's 0.57 eV.",
    )
)


@settles("d-0c-agreement", "utilisation", "in tension")
def _():
    same_end = paper("d-eff-li90mg10-0c") * (_c("c0-li90mg10") / _drop()) ** 2
    return _carried("d-beta", 0), (
        "The calculated value was set with the β limit as the end, the measured one with full "
        f"depletion; read to the same limit the measured one would be {same_end / 1e-11:.1f}e-11."
    )


def _at_80c():
    current = _current_for(80, paper("temperature-needed-1ma"))
    share = _share(slab.accessible_utilisation, 1 * mA / cm**2, paper("temperature-needed-1ma"))
    return current, share


@settles("current-density-needs-heat", "utilisation", "ambiguous")
def _():
    current, share = _at_80c()
    return current / (mA / cm**2), (
        "The current at which 80 °C delivers 80 % of the β capacity of 25 µm; the claim holds or "
        f"not with what counts as sufficient (at 1 mA cm⁻² 80 °C delivers {share:.1f} %)."
    )


@settles("temperature-needed-1ma", "utilisation", "ambiguous")
def _():
    _, share = _at_80c()
    return _temperature_for(80, 1 * mA / cm**2), (
        "The temperature that delivers 80 % at 1 mA cm⁻²; whether more than 80 °C are needed "
        f"depends on what counts as sufficient (80 °C deliver {share:.1f} %)."
    )


@settles("temperature-needed-10ma", "utilisation")
def _():
    current = paper("target-current-density") * mA / cm**2
    bound = _share(slab.accessible_utilisation, current, paper("temperature-needed-10ma"))
    return _temperature_for(80, current), (
        "The temperature that delivers 80 % of the β capacity of 25 µm: true as a lower bound and "
        f"far from enough, since 80 °C deliver {bound:.0f} %."
    )


@settles("current-density-limit-25c", "utilisation")
def _():
    half = _current_for(50) / (uA / cm**2)
    return _current_for(80) / (uA / cm**2), (
        "The current at which 25 µm deliver 80 % of their β capacity at 25 °C; half of it comes at "
        f"{half:.0f} µA cm⁻²."
    )


@settles("t0-50c-100ua", "utilisation")
def _():
    diffusivity = _carried("d-eff-li-25c", 50) * _DIFFUSIVITY
    time = slab.depletion_time(
        _CURRENT,
        thickness=paper("foil-thickness") * um,
        diffusivity=diffusivity,
        initial=_c("c0-li"),
        cutoff=0,
    )
    lower = arrhenius.activation_energy(
        _t0("t0-50c-100ua"), celsius(50), _t0("t0-li-25c-100ua"), celsius(25)
    )
    return time / hour, (
        "Expected for lithium, the shorter-lived, with 0.57 eV; the observation itself only says "
        f"that the activation energy is above {lower / eV:.2f} eV."
    )


# Settled here, by holding one printed number against another.


@settles("contact-loss-li", "ledger")
def _():
    return 100 - paper("capacitance-at-t0-li"), (
        "What the interface capacitance leaves, if capacitance counts contact as the paper assumes."
    )


@settles("charge-50c", "ledger")
def _():
    charge = _CURRENT * _t0("t0-50c-100ua")
    return charge / (
        mAh / cm**2
    ), "Current density times the time by which no depletion had been seen."


# Chapter magnesium: where the β-phase ends, the potential, the liquidus.


def _beta_limit():
    """Magnesium at which the β-phase ends at 25 °C, at%."""
    return 100 * float(thermodynamics.tie_line(celsius(25))[0])


@settles("solubility-magnesium-rounded", "magnesium")
def _():
    return _beta_limit(), (
        "Where α appears at 25 °C by the assessment COST 507, with nothing fitted; at 300 °C it "
        f"would be {100 * float(thermodynamics.tie_line(celsius(300))[0]):.0f}."
    )


@settles("beta-phase-range", "magnesium", verdict="not recomputable")
def _():
    return None, (
        "Read from the assessed diagram of Kevorkov et al.; by COST 507 the β-phase ends at "
        f"{_beta_limit():.1f} at% at 25 °C. Both extrapolate to room temperature."
    )


@settles("ocv-slope", "magnesium")
def _():
    fraction = paper("magnesium-fraction-li90mg10") / 100
    ideal = -R * celsius(25) / F * np.log(1 - fraction) / mV
    return thermodynamics.open_circuit_potential(fraction, celsius(25)) / mV, (
        "At 10 at% and 25 °C by COST 507, with nothing fitted, so x counts tenths; dilution alone "
        f"would give {ideal:.2f} mV."
    )


@settles("alloying-superheat", "magnesium")
def _():
    above = {
        id: celsius(paper(f"alloying-temperature-{id}"))
        - float(thermodynamics.liquidus(paper(f"magnesium-fraction-{id}") / 100))
        for id in ("li95mg5", "li90mg10")
    }
    lithium = celsius(paper("lithium-heating-temperature")) - float(thermodynamics.liquidus(0.0))
    return above["li90mg10"], (
        f"For Li0.9Mg0.1 by the liquidus of COST 507; {above['li95mg5']:.0f} for Li0.95Mg0.05, and "
        f"the lithium was heated {lithium:.0f} °C above its melting point."
    )


# Chapter relaxation: the potential after a rest.


@settles("ocv-relaxed-li90mg10", "relaxation", "ambiguous")
def _():
    t0, rest = _t0("t0-li90mg10-25c-100ua"), paper("relaxation-duration") * hour
    remaining = np.sqrt(1 + rest / t0) - np.sqrt(rest / t0)  # of the drop at t0, in a half-space

    def potential(conserved):
        alloy = materials.LI90MG10
        end = alloy.lithium_left(materials.BETA_LIMIT, conserved=conserved)
        c = alloy.concentration - remaining * (alloy.concentration - end)
        magnesium = alloy.magnesium_concentration
        x = 1 - c * alloy.molar_volume if conserved == "sites" else magnesium / (magnesium + c)
        return thermodynamics.open_circuit_potential(x, celsius(25)) / mV

    return potential("sites"), (
        f"The paper's model and its reading of c, from the β limit after {t0 / hour:.0f} h; with "
        f"magnesium conserved {potential('magnesium'):.1f}, in a receding frame 9 to 15. "
        "Composition at the end of the strip is not printed."
    )


# Chapter spectrum: what an impedance spectrum can tell, on synthetic ones.

_READINGS = ("Hz", "rad/s")  # of the printed ω_max


def _spectrum(reading, resistance, tau):
    """Parameters, impedance and noise of the campaign's cell at 25 °C, by its printed numbers."""
    edge = {"int.R": resistance, "int.tau": tau, "int.alpha": interface.ALPHA_INTERFACE}
    parameters = interface.pellet(celsius(25), reading) | edge
    Z = eis.Circuit(protocol.CIRCUIT).impedance(protocol.FREQUENCY, parameters)
    return parameters, Z, protocol.noise(protocol.FREQUENCY) * np.abs(Z)


@settles("number-of-contributions", "spectrum")
def _():
    start = paper("r-int-initial") * kohm * cm**2
    cells = [_spectrum(reading, start, start * interface.CAPACITANCE) for reading in _READINGS]
    Z, sigma = (np.repeat([cell[k] for cell in cells], 3, axis=0) for k in (1, 2))
    real, imaginary = np.random.default_rng(0).normal(size=(2, *Z.shape))
    noisy = Z + sigma * (real + 1j * imaginary)
    chosen = 1 + eis.arcs_by_bic(protocol.FREQUENCY, noisy, sigma).argmin(axis=0)
    arcs, times = np.unique(chosen, return_counts=True)
    return arcs[times.argmax()], (
        f"Arcs chosen by Schwarz's criterion in {times.max()} of {times.sum()} synthetic spectra "
        "of three processes, half of them with ω_max in Hz and half in rad/s; where the bulk's top "
        "lies beyond the range, its foot is enough."
    )


def _smallest_interface(reading):
    """R_int that is three standard errors, Ω cm², at the campaign's noise and capacitance."""
    circuit, held = eis.Circuit(protocol.CIRCUIT), ("bulk.alpha", "gb.alpha")

    def excess(resistance):
        parameters, _, _ = _spectrum(reading, resistance, resistance * interface.CAPACITANCE)
        # the slope at a vanishing arc, whose time constant is known
        parameters = parameters | {"int.R": 1e-6 * resistance}
        Z = circuit.impedance(protocol.FREQUENCY, parameters)
        covariance = eis.cramer_rao(
            protocol.FREQUENCY,
            circuit,
            parameters,
            protocol.noise(protocol.FREQUENCY) * np.abs(Z),
            fixed=(*held, "int.tau", "int.alpha"),
        )
        k = circuit.names.index("int.R")
        return np.log(resistance / (3 * covariance[k, k] ** 0.5))

    grain_boundary = interface.pellet(celsius(25), reading)["gb.tau"] / interface.CAPACITANCE
    return brentq(excess, 1.05 * grain_boundary, 100 * grain_boundary) / (ohm * cm**2)


@settles("r-int-resolution", "spectrum", "not recomputable")
def _():
    limits = " or ".join(f"{_smallest_interface(reading):.1f}" for reading in _READINGS)
    return None, (
        "Noise and capacitance are not printed. With the synthetic spectra's noise and "
        f"{interface.CAPACITANCE / (1e-6 / cm**2):.1f} µF cm⁻² an interface is lost below {limits} "
        "Ω cm² (ω_max in Hz or rad/s): it becomes as fast as the grain boundaries."
    )


# Chapter pressure: voids against creep.

_HELD = 0.90  # share of the contact that counts as kept


def _over_laws(function, current, *arguments, voids_per_area=1.0, **settings):
    """Least and largest value for lithium over three creep laws and three closures.

    The voids per area are those of the depletion time without pressure at 200 µA cm⁻², from the
    printed one by i⁻², or a multiple of them.
    """
    reference = paper("current-density-200ua") * uA / cm**2
    time = _t0("t0-li-25c-100ua") * (_CURRENT / reference) ** 2
    left = paper("capacitance-at-t0-li") / 100
    model = {"molar_volume": materials.LI.molar_volume}
    density = voids_per_area * voids.void_density(time, reference, contact=left, **model)
    values = [
        function(
            current, *arguments, law=law, closure=closure, density=density, **model, **settings
        )
        for law in voids.CREEP_LAWS
        for closure in voids.CLOSURES
    ]
    return min(values), max(values)


def _needed(current, growth):
    """Pressures for 90 % contact, MPa, with voids that go with a power of the current."""
    ratio = (current / (paper("current-density-200ua") * uA / cm**2)) ** growth
    ends = _over_laws(voids.critical_pressure, current, voids_per_area=ratio, contact=_HELD)
    return tuple(end / MPa for end in ends)


def _kept(pressure):
    """Least and largest contact kept at 200 µA cm⁻² under a pressure, MPa."""
    current = paper("current-density-200ua") * uA / cm**2
    return _over_laws(voids.steady_contact, current, pressure * MPa)


@settles("pressure-mpa-range", "pressure")
def _():
    target = paper("target-current-density") * mA / cm**2
    least, most = _needed(target, 0)[0], _needed(target, 2)[1]
    return least, (
        f"The least of three creep laws in three geometries for {100 * _HELD:.0f} % contact at "
        f"{target / (mA / cm**2):.0f} mA cm⁻²; the largest, with voids that grow as i², is "
        f"{most:.0f} MPa. If diffusion carried the creep it would be more."
    )


@settles("pressure-mitigating-li", "pressure")
def _():
    names = ("0mpa", "3-8mpa", "7-5mpa", "15mpa")
    applied = [paper(f"pressure-series-{name}") for name in names]
    enough = [pressure for pressure in applied if _kept(pressure)[0] >= _HELD]
    low, high = _needed(paper("current-density-200ua") * uA / cm**2, 0)
    return enough[0], (
        f"The smallest applied pressure that keeps {100 * _HELD:.0f} % of the contact by each of "
        f"three creep laws in three geometries, which by themselves ask for {low:.1f} to "
        f"{high:.1f} MPa. Only the number of voids is calibrated."
    )


@settles("pressure-no-change-li", "pressure", "not recomputable")
def _():
    half, full = (1 - _kept(paper(f"pressure-series-{name}"))[0] for name in ("7-5mpa", "15mpa"))
    return None, (
        "A pressure that was set; what counts as no change is not said. Creep leaves at most "
        f"{100 * full:.2f} % of the contact open there, consistent, and {100 * half:.1f} % at "
        "7.5 MPa."
    )


@settles("pressure-ref26", "pressure", "not recomputable")
def _():
    low, high = _needed(_CURRENT, 2)
    return None, (
        "Sufficient in earlier work, quoted here, and not said to be the least. Consistent as a "
        f"bound: three creep laws in three geometries ask for {low:.1f} to {high:.1f} MPa."
    )


@settles("current-density-wang", "pressure", "not recomputable")
def _():
    low, high = _needed(_CURRENT, 2)
    return None, (
        "Quoted from other cells, whose depletion times we do not know. With this paper's, creep "
        f"by dislocations asks for {low:.1f} to {high:.1f} MPa at that current, and rises with "
        "the power 0.4 of the current at most."
    )


@settles("pressure-no-effect-li90mg10", "pressure", "not recomputable")
def _():
    pressure = paper("pressure-series-15mpa") * MPa
    rate = voids.closure_rate(pressure, law=voids.MASIAS)
    time = _t0("t0-li90mg10-25c-100ua") / 4
    harder = (rate * time) ** (1 / voids.MASIAS.exponent)
    return None, (
        "A pressure that was set. Small size keeps no pore open; for pores to outlive the strip "
        f"the metal round them must be {harder:.0f} times as strong as lithium, and no creep law "
        "of the alloy is published as far as we know."
    )


@settles("charge-capacitance-slope", "pressure")
def _():
    current = paper("current-density-200ua") * uA / cm**2
    time = _t0("t0-li90mg10-25c-100ua") * (_CURRENT / current) ** 2
    other = sand.depletion_time(current, _d("d-eff-li90mg10-25c"), _c("c0-li90mg10"))
    return current * time / (mAh / cm**2), (
        "The charge at which the interface is depleted: the printed 15 h by i⁻². So the pores come "
        "last. By the printed D_eff and Eq. (1) the end would be at "
        f"{current * other / (mAh / cm**2):.2f} mAh cm⁻²."
    )


# Chapter interface: what a share of the capacitance says about contact.


def _contact_by_conversion(id):
    """Contact, per cent, behind a share of the capacitance: Hsu–Mansfeld, and Brug at the most."""
    alpha, left = paper("cpe-exponent"), paper(id) / 100
    rise = paper("t0-criterion") / paper("r-int-initial")
    return 100 * left**alpha * rise ** (alpha - 1), 100 * left**alpha


def _read_as_contact(id):
    least, most = _contact_by_conversion(id)
    return None, (
        "A constant-phase element becomes a capacitance in two ways; which was used is not said. "
        f"With {paper('cpe-exponent')} as exponent, printed for grain boundaries, it means "
        f"{least:.2g} % of the contact by Hsu and Mansfeld, up to {most:.2g} % by Brug. The "
        "spectra are not public."
    )


for _id in ("capacitance-at-t0-li", "capacitance-at-t0-li90mg10"):
    settles(_id, "interface", "ambiguous")(functools.partial(_read_as_contact, _id))
