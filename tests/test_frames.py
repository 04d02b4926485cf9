"""Frames: a fixed and a receding electrode with the same composition, and what tells them apart.

The chapter on the shrinking electrode proves that a fixed frame with ``D (x/x0)²`` and a receding
one with ``D`` have the same composition at every magnesium atom.  Here the solver of the fixed
frame has to reproduce the *closed form* of the receding interface, and lengths have to differ.
"""

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from sandtime import sand, thermodynamics
from sandtime.materials import BETA_LIMIT, LI90MG10
from sandtime.transport import Step, solve, solve_receding
from sandtime.units import F, celsius, cm, hour, mV, uA, um

CURRENT = 100 * uA / cm**2
X0, V_M = LI90MG10.magnesium_fraction, LI90MG10.molar_volume
C0, C_MG = LI90MG10.concentration, LI90MG10.magnesium_concentration
D_RECEDING = sand.receding_diffusivity(CURRENT, 15 * hour, V_M, BETA_LIMIT / X0)
FOIL = 100 * um
READINGS = np.arange(2, 11, 2) * hour  # of the open-circuit potential, five in one strip
METER = 0.1 * mV


def fixed_law(power, law=lambda x: D_RECEDING):
    """D(c) of a fixed frame that keeps its magnesium: ``law(x) (x/x0)**power``."""

    def diffusivity(c):
        x = C_MG / (C_MG + c)
        return law(x) * (x / X0) ** power

    return diffusivity


def at(solution, values, times):
    """Rows of a solution at times that it was asked for."""
    rows = [int(np.argmin(np.abs(solution.time - time))) for time in times]
    np.testing.assert_allclose(solution.time[rows], times, rtol=1e-9)
    return values[rows]


def potential(x):
    return thermodynamics.open_circuit_potential(x, celsius(25))


def in_fixed_frame(power, cutoff=None):
    """A strip in the fixed frame with D ∝ x**power: the run, and the surface's x at its times."""
    end = None if cutoff is None else C_MG * (1 / cutoff - 1)
    run = solve(
        thickness=FOIL,
        diffusivity=fixed_law(power),
        initial=C0,
        steps=Step(CURRENT, duration=None if cutoff else READINGS[-1], cutoff=end),
        times=() if cutoff else READINGS,
        rtol=1e-6,
    )
    return run, C_MG / (C_MG + run.surface)


def closed_form():
    """The same five for the receding frame with constant D, without any solver."""
    swept = (CURRENT * V_M / F) ** 2 * READINGS / D_RECEDING
    return potential(X0 * sand.receding_enrichment(swept))


def test_potentials_cannot_tell_the_frames_apart():
    """A fixed frame with D x² shows the potentials of a receding one, far below the voltmeter."""
    run, x = in_fixed_frame(2)
    assert np.abs(potential(at(run, x, READINGS)) - closed_form()).max() < 1e-2 * METER


@pytest.mark.parametrize("power", [0, 1, 3])
def test_potentials_tell_laws_apart(power):
    """The same comparison with another power fails by dozens of voltmeters, whatever its D is."""
    run, x = in_fixed_frame(power, cutoff=0.9)

    def worst(log_factor):  # in a half-space a smaller D is a faster clock
        when = READINGS / np.exp(log_factor)
        return np.abs(potential(np.interp(when, run.time, x)) - closed_form()).max()

    factors = np.linspace(np.log(0.1), np.log(100), 301)
    assert min(worst(each) for each in factors) > 40 * METER


def test_lengths_tell_the_frames_apart():
    """Same current, same potentials: one foil is thinner, the other holds as much in pores."""
    charge, case = CURRENT * READINGS[-1], {"steps": Step(CURRENT, duration=READINGS[-1])}
    shrunk = solve_receding(
        thickness=FOIL, diffusivity=D_RECEDING, magnesium_fraction=X0, molar_volume=V_M, **case
    )
    porous = solve(thickness=FOIL, diffusivity=fixed_law(2), initial=C0, **case)
    emptied = V_M * charge / F  # m of metal, by counting atoms
    assert emptied == pytest.approx(4.825 * um, rel=1e-3)
    assert FOIL - shrunk.thickness[-1] == pytest.approx(emptied, rel=1e-6)
    assert porous.position[-1] == pytest.approx(FOIL, rel=1e-12)
    void = 1 - V_M * (porous.concentration[-1] + C_MG)
    pores = ((void[1:] + void[:-1]) / 2 * np.diff(porous.position)).sum()  # trapezia, nodes dense
    assert pores == pytest.approx(emptied, rel=2e-2)


@pytest.mark.parametrize(
    "law",
    [
        lambda x: D_RECEDING * (1 + 0 * x),
        lambda x: 4.89e-16 * x,  # Darken
        lambda x: D_RECEDING * thermodynamics.thermodynamic_factor(x, celsius(25)) / 2,
    ],
    ids=("constant", "Darken", "factor"),
)
def test_frames_agree_at_every_magnesium_atom_for_any_law_and_programme(law):
    """A strip, a relaxation and a faster strip of a thin foil, whose back is reached."""
    programme = [Step(CURRENT, 4 * hour), Step(0, 6 * hour), Step(2 * CURRENT, 1.5 * hour)]
    look = np.array([1, 4, 5, 10, 11, 11.5]) * hour
    case = {"thickness": 25 * um, "steps": programme, "times": look, "rtol": 1e-6}
    shrinks = solve_receding(diffusivity=law, magnesium_fraction=X0, molar_volume=V_M, **case)
    stays = solve(diffusivity=fixed_law(2, law), initial=C0, **case)
    # the receding solution counts its positions in magnesium, as the fixed one does by itself
    place = np.linspace(0, 25, 60) * um
    fractions = at(shrinks, shrinks.magnesium_fraction, look)
    left = at(stays, stays.concentration, look)
    for row, other in zip(fractions, left, strict=True):
        there = PchipInterpolator(shrinks.position, 1 / row - 1)(place)  # lithium per Mg
        here = PchipInterpolator(stays.position, other / C_MG)(place)
        np.testing.assert_allclose(here, there, atol=2e-3 * (1 / X0 - 1))
    x_stays = C_MG / (C_MG + at(stays, stays.surface, look))
    np.testing.assert_allclose(x_stays, at(shrinks, shrinks.surface, look), rtol=3e-5)
