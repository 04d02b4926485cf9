"""Rows of the chapter *Experiment*: concentrations, capacities, readings."""

import numpy as np

from sandtime import materials
from sandtime.ledger.printed import CONCENTRATION, concentration, words
from sandtime.ledger.register import settles
from sandtime.reported import paper
from sandtime.units import F, angstrom, cm, g, kohm, mAh, um

_SILICON = 5.431  # Å, cubic; CODATA 2018 has 5.431 020 511


def _two_atoms(electrode, note=""):
    edge = electrode.lattice_parameter / angstrom
    value = electrode.concentration / CONCENTRATION
    return value, f"Two atoms per cubic cell of edge {edge:.4f} Å{note}."


def _gravimetric(electrode, share=1.0):
    return share * electrode.capacity_gravimetric / (mAh / g)


def _volumetric(electrode, share=1.0):
    return share * electrode.capacity_volumetric / (mAh / cm**3)


def _beta_share(conserved="sites"):
    alloy = materials.LI90MG10
    return 1 - alloy.lithium_left(materials.BETA_LIMIT, conserved=conserved) / alloy.concentration


@settles("arithmetic", statement="density-li")
def c0_li():
    return _two_atoms(materials.LI)


@settles("arithmetic")
def c0_li95mg5():
    return _two_atoms(materials.LI95MG5, ", the mean of the two that are printed")


@settles("arithmetic", statement="density-li90mg10")
def c0_li90mg10():
    return _two_atoms(materials.LI90MG10)


@settles("arithmetic", statement="beta-limit")
def c_beta_limit():
    alloy, end = materials.LI90MG10, materials.BETA_LIMIT
    left = alloy.lithium_left(end, conserved="magnesium") / CONCENTRATION
    return alloy.lithium_left(end, conserved="sites") / CONCENTRATION, (
        f"Holds at x = {end} if every lattice site stays filled, an assumption the paper does not "
        f"state; with the foil's own magnesium it would be {left:.1f} mmol cm⁻³ of initial volume."
    )


@settles("arithmetic")
def capacity_gravimetric_li():
    return _gravimetric(materials.LI), "Faraday's constant over the molar mass of lithium."


@settles("arithmetic", statement="density-li")
def capacity_volumetric_li():
    return _volumetric(materials.LI), "Faraday's constant times the lithium concentration."


@settles("arithmetic", statement="density-li90mg10")
def capacity_volumetric_li90mg10():
    return _volumetric(materials.LI90MG10), "Faraday's constant times the lithium concentration."


@settles("arithmetic", statement="beta-limit")
def capacity_volumetric_beta():
    conserved = _volumetric(materials.LI90MG10, _beta_share("magnesium"))
    return _volumetric(materials.LI90MG10, _beta_share()), (
        "The arithmetic holds with every site filled; with the foil's own magnesium the lithium "
        f"above the β limit is {conserved:.0f} mAh cm⁻³ of initial volume."
    )


@settles("arithmetic", statement="gravimetric-capacity")
def capacity_gravimetric_li90mg10():
    return _gravimetric(materials.LI90MG10), (
        f"From the molar mass {materials.LI90MG10.molar_mass / g:.3f} g mol⁻¹ of Li0.9Mg0.1; the "
        "printed value and the one without the α-phase are high by nearly the same factor."
    )


@settles("arithmetic", statement="gravimetric-capacity")
def capacity_gravimetric_beta():
    printed = paper("capacity-gravimetric-beta") / paper("capacity-gravimetric-li90mg10")
    return _gravimetric(materials.LI90MG10, _beta_share()), (
        f"Its ratio to the full capacity, {printed:.3f}, agrees with ours, {_beta_share():.3f}; so "
        "both gravimetric values carry one common factor."
    )


@settles("arithmetic", statement="density-li90mg10")
def thickness_5mah():
    charge = paper("target-areal-capacity") * mAh / cm**2
    printed = paper("capacity-volumetric-li90mg10") * mAh / cm**3
    unrounded = materials.thickness(charge, materials.LI90MG10.concentration) / um
    return charge / printed / um, (
        "From the printed capacity per volume; without rounding that first it would be "
        f"{unrounded:.1f} µm."
    )


@settles("identity", statement="density-li90mg10")
def thickness_figure_9():
    charge = F * concentration("c0-li90mg10") * paper("thickness-figure-9") * um / (mAh / cm**2)
    return thickness_5mah()[0], (
        "The exact thickness stands in brackets behind it; the simulated foil holds "
        f"{charge:.2f} instead of {words('target-areal-capacity')}."
    )


@settles("arithmetic")
def magnesium_fraction_stripped():
    a = {e: e.lattice_parameter / angstrom for e in (materials.LI, materials.LI90MG10)}
    slope = (a[materials.LI90MG10] - a[materials.LI]) / materials.LI90MG10.magnesium_fraction
    return (paper("lattice-parameter-stripped") - a[materials.LI]) / slope, (
        "On the straight line through the two printed lattice parameters; which current and charge "
        "made that foil is not said."
    )


def _neutral(aluminium):
    """Lithium that makes the formula neutral: O²⁻ against La³⁺, Zr⁴⁺ and Al³⁺."""
    charge = {"oxygen": -2, "lanthanum": 3, "zirconium": 4}
    others = sum(z * paper(f"llzo-{element}-index") for element, z in charge.items())
    return -others - 3 * aluminium


@settles("arithmetic", statement="electroneutrality")
def llzo_lithium_index():
    return _neutral(paper("llzo-aluminium-index")), (
        "What the other ions of the formula need for electroneutrality."
    )


@settles("arithmetic", statement="electroneutrality")
def llzo_lithium_index_parent():
    return _neutral(0), "The same without aluminium."


def _to_one_digit():
    return paper("r-int-initial"), "The experimental section's value, to one digit."


@settles("identity", statement="r-int-initial")
def r_int_figure_2():
    return _to_one_digit()


@settles("identity", statement="r-int-initial")
def r_int_eq3():
    return _to_one_digit()


@settles(verdict="ambiguous")
def alloy_formula_0c():
    total = paper("alloy-formula-0c") + 1 - materials.LI90MG10.magnesium_fraction
    return None, (
        f"The indices of Li0.9Mg0.9 add up to {total:.1f} and not to one; we read a slip of the "
        "pen for the Li0.9Mg0.1 of the rest."
    )


@settles(verdict="ambiguous")
def t0_criterion():
    area = materials.LLZO.area / cm**2
    initial = paper("r-int-initial") * kohm
    threshold = paper("t0-criterion") * kohm
    return None, (
        f"Read per square centimetre it is {threshold / initial:.0f} times the initial resistance; "
        f"as it stands it needs the electrode's area, which is not printed (the whole pellet's, "
        f"{area:.2f} cm², would make it {threshold / initial * area:.0f} times)."
    )


def _as_frequency(id, unit, comparison=""):
    return None, (
        f"Taken as angular frequency it is {paper(id) / (2 * np.pi):.3g} {unit} in f{comparison}; "
        "the print does not say which."
    )


@settles(verdict="ambiguous", statement="hertz-or-radian")
def frequency_bulk():
    return _as_frequency(
        "frequency-bulk",
        "MHz",
        f", inside the measured range, which ends at {words('frequency-max')}; as f it lies far "
        "outside",
    )


@settles(verdict="ambiguous", statement="hertz-or-radian")
def frequency_grain_boundary():
    return _as_frequency("frequency-grain-boundary", "kHz")


@settles(verdict="not recomputable")
def silicon_orientation():
    indices = [int(digit) for digit in f"{paper('silicon-orientation'):.0f}"]
    spacing = _SILICON / np.sqrt(sum(k * k for k in indices))
    sine = paper("wavelength-ka1") / (2 * spacing)
    return None, (
        "How the sample holder is cut: a setting. With silicon's edge of "
        f"{_SILICON} Å its planes would need sin θ = {sine:.2f}, so that they cast no line into "
        "the pattern."
    )
