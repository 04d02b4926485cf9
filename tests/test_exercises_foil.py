"""The right answers of the chapters on the foil, against ways that share no formula."""

import numpy as np
import pytest

from sandtime import sand, slab
from sandtime.exercises import check, fick, magnesium, question, utilisation
from sandtime.exercises import sand as questions_of_sand
from sandtime.thermodynamics import open_circuit_potential, tie_line
from sandtime.transport import Step, solve
from sandtime.units import F, celsius


@pytest.mark.parametrize("case", question("sand-ramp").cases)
def test_a_ramp_ends_with_an_empty_interface(case):
    """Strip with many small steps of current, each of which goes on for ever."""
    rate, diffusivity, drop = case
    time = question("sand-ramp").right(*case)
    starts = (np.arange(4000) + 0.5) * time / 4000
    steps = rate * time / 4000 * 2 * np.sqrt((time - starts) / (np.pi * diffusivity)) / F
    assert steps.sum() == pytest.approx(drop, rel=5e-4)


def test_a_wait_leaves_the_share_that_is_asked_for():
    share, strip = question("sand-recovery").given
    wait = question("sand-recovery").right(share, strip)
    left = np.sqrt((wait + strip) / strip) - np.sqrt(wait / strip)  # two opposite currents
    assert left == pytest.approx(share, rel=1e-12)


def test_the_synthetic_strips_scatter_as_they_say():
    currents, times, drop = questions_of_sand.STRIPS
    each = sand.diffusivity(currents, times, drop)
    assert 0.03 < np.std(np.log(each), ddof=1) < 0.12
    fitted = question("sand-strips").right(currents, times, drop)
    assert each.min() < fitted < each.max()
    slope = np.linalg.lstsq(currents[:, None], times**-0.5, rcond=None)[0][0]
    assert fitted == pytest.approx(4 / np.pi / (F * drop * slope) ** 2, rel=1e-12)


@pytest.mark.parametrize("case", question("fick-thick").cases)
def test_a_foil_of_this_thickness_yields_the_share(case):
    current, share = case
    foil = {"diffusivity": fick.D, "initial": fick.C_10, "cutoff": fick.C_BETA}
    thickness = question("fick-thick").right(current, share)
    found = slab.accessible_utilisation(current, thickness=thickness, **foil)
    assert found == pytest.approx(share, rel=1e-9)


def test_pulses_by_the_solver():
    period, current, thickness, diffusivity, drop = fick.PULSES
    pulses = [Step(current, duration=period / 2), Step(0.0, duration=period / 2)] * 3
    pulses.append(Step(current, cutoff=fick.C_BETA))
    share = question("fick-pulses").right(*fick.PULSES)
    charge = share * F * thickness * drop
    whole = int(charge // (current * period / 2))
    steps = [*pulses[: 2 * whole], pulses[-1]]
    found = solve(
        thickness=thickness, diffusivity=diffusivity, initial=fick.C_10, steps=steps, rtol=1e-6
    )
    on = found.depletion_time - whole * period / 2
    assert current * on == pytest.approx(charge, rel=1e-3)


def test_equal_elements_decay_as_the_book_of_formulas_says():
    """Linear elements with consistent mass: 6 N² (1 − cos θ)/(2 + cos θ), θ = kπ/N."""
    count = 5
    rate, weight = question("utilisation-mesh-graded").right(np.linspace(0, 1, count + 1))
    angle = np.arange(1, count + 1) * np.pi / count
    exact = 6 * count**2 * (1 - np.cos(angle)) / (2 + np.cos(angle))
    assert np.allclose(rate, exact, rtol=1e-10)
    assert weight[0] == pytest.approx(2, rel=0.2)  # of the smooth modes: 2 cos²(kπ)


def test_two_unequal_elements_written_out():
    a, b = 0.7, 0.3
    stiffness = np.array([[1 / a, -1 / a, 0], [-1 / a, 1 / a + 1 / b, -1 / b], [0, -1 / b, 1 / b]])
    mass = np.array([[2 * a, a, 0], [a, 2 * a + 2 * b, b], [0, b, 2 * b]]) / 6
    rate, shape = np.linalg.eig(np.linalg.solve(mass, stiffness))
    weight = shape[-1] ** 2 / np.einsum("ik,ij,jk->k", shape, mass, shape)
    order = np.argsort(rate)[1:]  # without the uniform mode
    found = question("utilisation-mesh-graded").right(np.array([0, a, 1]))
    assert np.allclose(found, [rate[order], weight[order]], rtol=1e-10)


def test_meshes_are_just_fine_enough():
    for lumped in (False, True):
        count = utilisation._enough(lumped)
        errors = [
            abs(utilisation._mesh_error(utilisation._graded(np.linspace(0, 1, m + 1), lumped)))
            for m in (count - 1, count)
        ]
        assert errors[1] < 0.01 <= errors[0]


def test_a_composition_has_the_potential_that_it_was_read_from():
    for potential, temperature in question("magnesium-invert").cases:
        found = question("magnesium-invert").right(potential, temperature)
        assert np.allclose(open_circuit_potential(found, temperature), potential, rtol=1e-10)


def test_the_lever_keeps_both_metals():
    beta, alpha = tie_line(celsius(25))
    for (mean,) in question("magnesium-lever").cases:
        atoms = question("magnesium-lever").right(mean) * (1 - mean) / (1 - alpha)
        assert (1 - atoms) * beta + atoms * alpha == pytest.approx(mean, rel=1e-12)
    lithium = {x: (1 - x) / x for x in (magnesium.X_10, beta, alpha)}
    share = (lithium[beta] - lithium[alpha]) / lithium[magnesium.X_10]
    assert question("magnesium-lever-plateau").truth[0] == pytest.approx(share, rel=1e-12)


def test_a_warm_foil_delivers_its_share(capsys):
    assert check("utilisation-temperature", "181 °C")
    assert not check("utilisation-temperature", "176 °C")
    assert not check("utilisation-temperature", "162 °C")
    told = capsys.readouterr().out
    assert "181" not in told
