"""Concentrations and capacities against the paper's print and an independent calculation."""

from dataclasses import FrozenInstanceError

import pytest

from sandtime import materials
from sandtime.materials import BETA_LIMIT, LI, LI90MG10, LI95MG5, LLZO
from sandtime.units import F, angstrom, cm, g, mAh, mmol, um


@pytest.mark.parametrize(("electrode", "printed"), [(LI, 76.8), (LI95MG5, 73.2), (LI90MG10, 69.6)])
def test_concentrations_of_the_paper(electrode, printed):
    assert round(electrode.concentration / (mmol / cm**3), 1) == printed


def test_concentration_from_counting_atoms():
    """One cubic centimetre of Li0.9Mg0.1 counted cell by cell, with the constant typed in."""
    cells = 1.0 / 3.5020e-8**3
    atoms_of_lithium = cells * 2 * 0.9
    assert LI90MG10.concentration / (mmol / cm**3) == pytest.approx(
        1e3 * atoms_of_lithium / 6.02214076e23, rel=1e-12
    )


def test_density_of_lithium_is_plausible():
    """0.534 g/cm³ in handbooks: an independent check of cell, mass and constant together."""
    density = LI.molar_mass / LI.molar_volume
    assert density / (g / cm**3) == pytest.approx(0.534, rel=5e-3)


def test_capacities():
    assert LI.capacity_gravimetric / (mAh / g) == pytest.approx(3860, abs=5)
    assert LI.capacity_volumetric / (mAh / cm**3) == pytest.approx(2060, abs=5)
    assert LI90MG10.capacity_volumetric / (mAh / cm**3) == pytest.approx(1865, abs=0.5)
    assert LI90MG10.capacity_gravimetric / (mAh / g) == pytest.approx(2780, abs=0.5)


def test_lithium_left_at_the_beta_limit():
    sites = LI90MG10.lithium_left(BETA_LIMIT, conserved="sites")
    magnesium = LI90MG10.lithium_left(BETA_LIMIT, conserved="magnesium")
    assert sites / (mmol / cm**3) == pytest.approx(23.97, abs=5e-3)
    delivered = F * (LI90MG10.concentration - magnesium)
    assert delivered / (mAh / cm**3) == pytest.approx(1772, abs=0.5)
    assert F * (LI90MG10.concentration - sites) / (mAh / cm**3) == pytest.approx(1222, abs=1)


def test_lithium_left_at_the_start_is_all_of_it():
    for conserved in ("sites", "magnesium"):
        left = LI90MG10.lithium_left(0.1, conserved=conserved)
        assert left == pytest.approx(LI90MG10.concentration, rel=1e-14)


def test_conserved_magnesium_is_conserved():
    left = LI90MG10.lithium_left(0.4, conserved="magnesium")
    fraction = LI90MG10.magnesium_concentration / (LI90MG10.magnesium_concentration + left)
    assert fraction == pytest.approx(0.4, rel=1e-14)


def test_thickness_inverts_the_capacity():
    L = materials.thickness(5 * mAh / cm**2, LI90MG10.concentration)
    assert L / um == pytest.approx(26.81, abs=5e-3)
    assert L * LI90MG10.capacity_volumetric == pytest.approx(5 * mAh / cm**2, rel=1e-14)


def test_pellet():
    assert LLZO.area / cm**2 == pytest.approx(0.5411, abs=5e-5)


def test_electrodes_are_frozen():
    with pytest.raises(FrozenInstanceError):
        LI.lattice_parameter = 1.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: materials.molar_volume(0), ["lattice_parameter = 0 m", "above 0 m"]),
        (lambda: materials.concentration(1.2, 3.5e-10), ["magnesium_fraction = 1.2", "0 and 1"]),
        (lambda: materials.concentration(0.1, -1), ["lattice_parameter = -1 m"]),
        (lambda: materials.thickness(-5, 7e4), ["areal_capacity = -5 C/m²"]),
        (lambda: materials.thickness(5, 0), ["concentration = 0 mol/m³"]),
        (lambda: materials.Electrode("x", 1.0, 3.5 * angstrom), ["magnesium_fraction = 1"]),
        (lambda: materials.Electrode("x", 0.1, -3.5), ["lattice_parameter = -3.5 m"]),
        (lambda: materials.Electrode("x", [0.1, 0.2], 3.5), ["magnesium_fraction", "(2,)"]),
        (lambda: materials.SolidElectrolyte("x", 1, 1.1, 1), ["relative_density = 1.1"]),
        (lambda: materials.SolidElectrolyte("x", 0, 0.9, 1), ["conductivity = 0 S/m"]),
        (lambda: materials.SolidElectrolyte("x", 1, 0.9, 0), ["diameter = 0 m"]),
        (lambda: LI90MG10.lithium_left(0.05, conserved="sites"), ["magnesium_fraction = 0.05"]),
        (lambda: LI90MG10.lithium_left(0.5, conserved="mass"), ["conserved = 'mass'", "'sites'"]),
        (lambda: LI.lithium_left(0.5, conserved="magnesium"), ["Li has no magnesium"]),
    ],
)
def test_wrong_arguments_say_what_is_wrong(call, words):
    with pytest.raises(ValueError) as error:
        call()
    for word in words:
        assert word in str(error.value)
