"""The solver against closed forms, exact transformations, and an independent finite-volume code."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sandtime import sand, slab, transport
from sandtime.materials import LI90MG10
from sandtime.transport import ResolutionWarning, Step, solve, solve_receding
from sandtime.units import F, cm, hour, mmol, s, uA, um

D = 3e-11 * cm**2 / s
C0 = 69.6 * mmol / cm**3
BETA = 24.0 * mmol / cm**3
FOIL = {"thickness": 25 * um, "initial": C0}
CURRENTS = np.array([10, 100, 1000]) * uA / cm**2


def finite_volumes(current, diffusivity, cells, *, thickness=25 * um, cutoff=BETA):
    """Depletion time by equal volumes, the flux from D between them, and tight BDF in time.

    The value at the interface is extrapolated from the last volume with the known gradient.
    """
    width = thickness / cells
    flux = current / F

    def rate(t, c):
        between = diffusivity((c[1:] + c[:-1]) / 2) * (c[1:] - c[:-1]) / width
        return np.diff(np.concatenate([[0.0], between, [-flux]])) / width

    def surface(t, c):
        # parabola with the mean of the last two volumes and the gradient at the interface
        gradient = -flux / diffusivity(np.array([last(c)]))[0]
        return c[-1] + width * gradient / 3 + (c[-1] - c[-2]) / 6 - cutoff

    def last(c):
        return c[-1] + (c[-1] - c[-2]) / 2

    surface.terminal = True
    end = thickness * (C0 - cutoff) / flux
    return solve_ivp(
        rate, (0, end), np.full(cells, C0), "LSODA", events=surface, rtol=1e-9, atol=1e-7,
        lband=1, uband=1,
    ).t_events[0][0]  # fmt: skip


@pytest.mark.parametrize("current", CURRENTS)
@pytest.mark.parametrize(("rtol", "bound"), [(1e-6, 2e-6), (1e-9, 1e-8)])
def test_constant_diffusivity_against_the_closed_form(current, rtol, bound):
    sol = solve(diffusivity=D, steps=Step(current, cutoff=BETA), rtol=rtol, **FOIL)
    truth = slab.depletion_time(current, diffusivity=D, cutoff=BETA, **FOIL)
    assert sol.depletion_time == pytest.approx(truth, rel=bound)
    assert sol.ended == ("cutoff",)
    assert sol.utilisation == pytest.approx(
        slab.utilisation(current, diffusivity=D, cutoff=BETA, **FOIL), rel=bound
    )


@pytest.mark.parametrize("exponent", [-4, -1, 2, 4])
def test_any_current_against_the_closed_form(exponent):
    current = 10.0**exponent
    sol = solve(diffusivity=D, steps=Step(current, cutoff=BETA), **FOIL)
    truth = slab.depletion_time(current, diffusivity=D, cutoff=BETA, **FOIL)
    assert sol.depletion_time == pytest.approx(truth, rel=2e-6)


def test_profiles_against_the_closed_form():
    times = np.array([0.5, 1, 3, 9]) * hour
    sol = solve(diffusivity=D, steps=Step(1.0, duration=10 * hour), times=times, **FOIL)
    rows = np.searchsorted(sol.time, times * (1 - 1e-9))
    truth = slab.concentration(
        sol.position, times[:, None], diffusivity=D, current_density=1.0, **FOIL
    )
    np.testing.assert_allclose(sol.concentration[rows], truth, atol=2e-6 * C0)
    assert sol.surface[-1] == sol.concentration[-1, -1]


def test_a_constant_function_is_a_constant():
    number = solve(diffusivity=D, steps=Step(1.0, cutoff=BETA), **FOIL)
    function = solve(diffusivity=lambda c: np.full_like(c, D), steps=Step(1.0, cutoff=BETA), **FOIL)
    pair = solve(
        diffusivity=(lambda c: D + 0 * c, np.zeros_like), steps=Step(1.0, cutoff=BETA), **FOIL
    )
    assert function.depletion_time == pytest.approx(number.depletion_time, rel=1e-6)
    assert pair.depletion_time == pytest.approx(number.depletion_time, rel=1e-6)


@pytest.mark.parametrize("current", CURRENTS)
@pytest.mark.parametrize("steepness", [2.0, -2.0])
def test_exponential_diffusivity_against_finite_volumes(current, steepness):
    """Two meshes and Richardson's extrapolation of the second-order error; itself good to 1e-6."""

    def diffusivity(c):
        return D * np.exp(steepness * (c / C0 - 1))

    # the fast strip ends while its layer is a micrometre thick: a thinner slab has finer volumes
    depth = 25 * um if current < 5 else 8 * um
    coarse, fine = (
        finite_volumes(current, diffusivity, cells, thickness=depth) for cells in (500, 1000)
    )
    truth = fine + (fine - coarse) / 3
    sol = solve(diffusivity=diffusivity, steps=Step(current, cutoff=BETA), **FOIL)
    assert abs(fine - truth) < 1e-4 * truth  # the extrapolation is a small step
    assert sol.depletion_time == pytest.approx(truth, rel=4e-6)


@pytest.mark.parametrize("power", [1, 3])
def test_refinement_changes_nothing(power):
    """D(c) that is no exponential: the default against a tolerance a thousand times tighter."""

    def diffusivity(c):
        return D * (0.05 + (c / C0) ** power)

    for current in CURRENTS:
        case = {"diffusivity": diffusivity, "steps": Step(current, cutoff=BETA), **FOIL}
        refined = solve(rtol=1e-9, **case)
        assert solve(**case).depletion_time == pytest.approx(refined.depletion_time, rel=2e-6)


def test_storms_transformation():
    """D = D̃ x²/V² in the fixed coordinate of magnesium is the receding interface, solved exactly.

    Here the fixed-frame solver is given that D(u) by hand, u being "concentration" over a length
    of magnesium: an exact solution for a diffusivity that varies fifty-fold.
    """
    volume, fraction = LI90MG10.molar_volume, 0.1
    tilde = 2e-16
    length = 40e-6 * fraction / volume
    sol = solve(
        thickness=length,
        diffusivity=lambda u: tilde / (volume * (1 + u)) ** 2,
        initial=9.0,
        steps=Step(2.0, cutoff=1 / 0.69 - 1),
        rtol=1e-8,
    )
    truth = sand.receding_depletion_time(2.0, tilde, volume, 6.9)
    assert sol.depletion_time == pytest.approx(truth, rel=2e-7)


@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize("current", CURRENTS)
def test_receding_interface_against_the_closed_form(current, rtol):
    tilde = 1.964e-12 * cm**2 / s
    volume = LI90MG10.molar_volume
    truth = sand.receding_depletion_time(current, tilde, volume, 6.9)
    thickness = 40 * np.sqrt(tilde * truth)  # thick enough to be a half-space
    sol = solve_receding(
        thickness=thickness,
        diffusivity=tilde,
        magnesium_fraction=0.1,
        molar_volume=volume,
        steps=Step(current, cutoff=0.69),
        rtol=rtol,
    )
    assert sol.depletion_time == pytest.approx(truth, rel=rtol / 4)
    assert sol.surface[-1] == pytest.approx(0.69, rel=1e-9)
    # lithium that has left took its volume with it
    assert thickness - sol.thickness[-1] == pytest.approx(volume * sol.charge / F, rel=1e-9)


def test_receding_slab_against_a_moving_grid():
    """A finite receding slab in the laboratory frame, by volumes that shrink with it."""
    volume, x0, tilde, current, length = LI90MG10.molar_volume, 0.1, 3e-15, 1.0, 25e-6
    v = current * volume / F

    def simulate(cells):
        """Magnesium per volume on a grid stretched over the slab, length L − v t."""

        def rate(t, x):
            now = length - v * t
            width = now / cells
            # relative to the grid, material moves: grid velocity is −v ξ/L, matter is at rest
            xi = np.arange(1, cells) / cells
            flux = -tilde * np.diff(x) / width + v * xi * (x[1:] + x[:-1]) / 2
            # at the interface magnesium flux relative to the interface is zero, as at the wall
            flux = np.concatenate([[0.0], flux, [0.0]])
            return -np.diff(flux) / width + v * x / now

        def surface(t, x):
            # slope at the interface from D dx/dξ = v x
            width = (length - v * t) / cells
            end = (x[-1] + (x[-1] - x[-2]) / 6) / (1 - width * v / (3 * tilde))
            return end - 0.69

        surface.terminal = True
        run = solve_ivp(
            rate, (0, 0.95 * length / v), np.full(cells, x0), "LSODA", events=surface,
            rtol=1e-9, atol=1e-12, lband=1, uband=1,
        )  # fmt: skip
        return run.t_events[0][0]

    coarse, fine = simulate(300), simulate(600)
    truth = fine + (fine - coarse) / 3
    sol = solve_receding(
        thickness=length,
        diffusivity=tilde,
        magnesium_fraction=x0,
        molar_volume=volume,
        steps=Step(current, cutoff=0.69),
    )
    assert sol.depletion_time == pytest.approx(truth, rel=1e-5)


def test_a_dip_in_the_diffusivity():
    """A ripple that no node sees would stay in the profile and cost four digits here."""

    def dip(c):
        return D * (1 - 0.8 * np.exp(-(((c - 46e3) / 7e3) ** 2)))

    coarse, fine = (finite_volumes(1.0, dip, cells) for cells in (500, 1000))
    truth = fine + (fine - coarse) / 3
    sol = solve(diffusivity=dip, steps=Step(1.0, cutoff=BETA), **FOIL)
    assert sol.depletion_time == pytest.approx(truth, rel=1e-5)


def test_a_short_pulse_before_a_rest_is_resolved():
    """What a long rest smooths out must still be right when the pulse ends."""
    pulse, rest = 2.0, 20 * hour  # s
    current = F * D * C0 / 2 / (2 * np.sqrt(D * pulse / np.pi))
    sol = solve(
        diffusivity=D,
        steps=[Step(current, duration=pulse), Step(0.0, duration=rest)],
        rtol=1e-9,
        **FOIL,
    )
    row = np.searchsorted(sol.time, pulse * (1 - 1e-9))
    truth = slab.concentration(sol.position, pulse, diffusivity=D, current_density=current, **FOIL)
    np.testing.assert_allclose(sol.concentration[row], truth, atol=1e-8 * C0)
    assert sol.balance < 1e-10


def test_pulses_and_rests_by_superposition():
    """Constant D is linear: a programme is a sum of closed forms that start at its switches."""
    programme = [(1.0, 2 * hour), (0.0, hour), (-0.5, hour), (2.0, 0.5 * hour), (0.0, 3 * hour)]
    sol = solve(diffusivity=D, steps=[Step(i, duration=t) for i, t in programme], **FOIL)
    switch = np.concatenate([[0.0], np.cumsum([t for _, t in programme])])
    end = switch[-1]
    drop, before = 0.0, 0.0
    for start, (current, _) in zip(switch[:-1], programme, strict=True):
        drop = drop + C0 - slab.concentration(
            sol.position, end - start, diffusivity=D, current_density=current - before, **FOIL
        )  # fmt: skip
        before = current
    np.testing.assert_allclose(sol.concentration[-1], C0 - drop, atol=2e-6 * C0)
    np.testing.assert_allclose(sol.step_end, switch[1:], rtol=1e-15)
    assert sol.charge == pytest.approx(sum(i * t for i, t in programme), rel=1e-14)
    assert np.isnan(sol.depletion_time)
    assert sol.ended == ("duration",) * 5


def test_strip_to_a_cutoff_and_rest():
    sol = solve(
        diffusivity=D, steps=[Step(1.0, cutoff=BETA), Step(0.0, duration=12 * hour)], **FOIL
    )
    truth = slab.depletion_time(1.0, diffusivity=D, cutoff=BETA, **FOIL)
    assert sol.depletion_time == pytest.approx(truth, rel=2e-6)
    strip = {"current_density": 1.0, "diffusivity": D, **FOIL}
    relaxed = (
        C0
        + slab.concentration(25 * um, truth + 12 * hour, **strip)
        - slab.concentration(25 * um, 12 * hour, **strip)
    )
    assert sol.surface[-1] == pytest.approx(relaxed, abs=3e-6 * C0)
    assert sol.ended == ("cutoff", "duration")


def test_plating_to_a_cutoff_mirrors_stripping():
    up = solve(diffusivity=D, steps=Step(-1.0, cutoff=2 * C0 - BETA), **FOIL)
    down = solve(diffusivity=D, steps=Step(1.0, cutoff=BETA), **FOIL)
    assert up.time[-1] == pytest.approx(down.time[-1], rel=2e-6)
    assert up.ended == ("cutoff",)
    assert np.isnan(up.depletion_time)


def test_a_rest_can_end_at_a_cutoff():
    steps = [Step(1.0, cutoff=BETA), Step(0.0, cutoff=40 * mmol / cm**3)]
    sol = solve(diffusivity=D, steps=steps, **FOIL)
    assert sol.surface[-1] == pytest.approx(40 * mmol / cm**3, rel=1e-9)


def test_plating_beyond_the_table_of_a_function():
    """D at concentrations that only plating reaches must be asked for, not extrapolated."""

    def diffusivity(c):
        return D * (1 + (c / C0) ** 2)

    case = {"diffusivity": diffusivity, **FOIL}
    sol = solve(steps=Step(-2.0, duration=10 * hour), rtol=1e-8, **case)
    finer = solve(steps=[Step(-2.0, duration=5 * hour)] * 2, rtol=1e-9, **case)
    assert sol.surface[-1] == pytest.approx(finer.surface[-1], rel=1e-6)
    assert sol.surface[-1] > 1.5 * C0


programmes = st.lists(
    st.tuples(st.sampled_from([-1.0, -0.2, 0.0, 0.3, 1.0, 5.0]), st.floats(10, 5e4)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(programmes)
def test_mass_closes_for_any_programme(programme):
    sol = solve(
        diffusivity=lambda c: D * np.exp(c / C0 - 1),
        steps=[Step(i, duration=t, cutoff=BETA if i > 0 else None) for i, t in programme],
        rtol=1e-4,
        **FOIL,
    )
    assert sol.balance < 1e-10
    spans = np.diff(sol.step_end, prepend=0.0)
    assert sol.charge == pytest.approx(sum(spans * [i for i, _ in programme]), rel=1e-12, abs=1e-9)
    assert np.all(np.diff(sol.time) > 0)


@settings(max_examples=20, deadline=None)
@given(st.floats(-2, 2), st.floats(-1, 1))
def test_scaling(current, diffusivity):
    """Only F D Δc/(i L) matters, for the solver as for the closed form."""
    i, factor = 10**current, 10**diffusivity
    one = solve(diffusivity=D, steps=Step(i, cutoff=BETA), **FOIL)
    other = solve(diffusivity=factor * D, steps=Step(factor * i, cutoff=BETA), **FOIL)
    assert other.depletion_time * factor == pytest.approx(one.depletion_time, rel=1e-5)


def test_an_interface_that_runs_empty_is_reported():
    """A duration longer than the lithium lasts: the step ends there and says why."""
    sol = solve(
        diffusivity=D, steps=[Step(10.0, duration=10 * hour), Step(0.0, duration=60.0)], **FOIL
    )
    assert sol.ended == ("exhausted", "duration")
    truth = slab.depletion_time(10.0, diffusivity=D, cutoff=0.0, **FOIL)
    assert sol.step_end[0] == pytest.approx(truth, rel=2e-6)
    assert np.isnan(sol.depletion_time)


def test_a_cutoff_that_the_rest_never_meets_is_an_error():
    with pytest.raises(
        ValueError, match=r"cutoff of step 2 .* goes from 24000 mol/m³ to 50756.8 mol/m³"
    ):
        solve(
            diffusivity=D,
            steps=[Step(1.0, cutoff=BETA), Step(0.0, cutoff=69 * mmol / cm**3)],
            **FOIL,
        )


def test_a_cutoff_already_met_ends_the_step_at_once():
    sol = solve(diffusivity=D, steps=[Step(1.0, cutoff=BETA), Step(0.5, cutoff=BETA)], **FOIL)
    assert sol.ended == ("cutoff", "cutoff")
    assert sol.step_end[0] == sol.step_end[1] == sol.depletion_time


def test_a_diffusivity_with_a_step():
    """The finite volumes, which take D between two volumes, are of first order here."""

    def jump(c):
        return np.where(c > 0.65 * C0, D, 0.3 * D)

    coarse, fine = (finite_volumes(0.3, jump, cells) for cells in (80, 160))
    sol = solve(diffusivity=jump, steps=Step(0.3, cutoff=BETA), rtol=1e-5, **FOIL)
    assert sol.depletion_time == pytest.approx(2 * fine - coarse, rel=1e-4)


def test_what_cannot_be_resolved_warns(monkeypatch):
    monkeypatch.setattr(transport, "_NODES", (16, 20))
    with pytest.warns(ResolutionWarning, match="too steep"):
        solve(
            diffusivity=lambda c: D * (1 - 0.95 * np.exp(-(((c - 45e3) / 1e3) ** 2))),
            steps=Step(1.0, cutoff=BETA),
            rtol=1e-8,
            **FOIL,
        )


GOOD = {"diffusivity": D, "steps": Step(1.0, cutoff=BETA), **FOIL}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"thickness": 0}, ["thickness = 0 m", "above 0 m"]),
        ({"thickness": [1e-6, 2e-6]}, ["thickness", "(2,)", "one number"]),
        ({"initial": -1}, ["initial = -1 mol/m³"]),
        ({"diffusivity": 0.0}, ["diffusivity = 0 m²/s", "above 0 m²/s"]),
        ({"diffusivity": "fast"}, ["diffusivity = 'fast'"]),
        ({"rtol": 0.5}, ["rtol = 0.5", "1e-12 and 0.01"]),
        ({"times": [-1.0]}, ["times = -1 s"]),
        ({"steps": []}, ["steps = []", "one Step or several"]),
        ({"steps": [1.0]}, ["steps = [1.0]"]),
        ({"steps": Step(1.0, cutoff=8e4)}, ["cutoff = 80000 mol/m³", "below initial = 69600"]),
        (
            {"diffusivity": lambda c: np.where(c < 3e4, -1e-15, 1e-15)},
            ["diffusivity = -1e-15 m²/s at concentration = 24000 mol/m³", "at least 0"],
        ),
        (
            {"diffusivity": lambda c: np.where(c < 5e4, np.nan, 1e-15)},
            ["diffusivity = nan m²/s at concentration = ", "finite"],
        ),
        (
            {"diffusivity": lambda c: np.where(c < 5e4, np.inf, 1e-15)},
            ["diffusivity = inf m²/s at concentration = "],
        ),
        ({"diffusivity": lambda c: 0 * c}, ["diffusivity = 0 m²/s from 24000 mol/m³"]),
        ({"diffusivity": lambda c: np.ones(3)}, ["shape (3,)", "vectorised"]),
        ({"diffusivity": lambda c: c + 1j}, ["complex", "real numbers"]),
    ],
)
def test_wrong_arguments_say_what_is_wrong(change, words):
    with pytest.raises(ValueError) as error:
        solve(**{**GOOD, **change})
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"current": 1.0}, ["duration = None s and cutoff = None"]),
        ({"current": float("nan"), "duration": 1.0}, ["current = nan A/m²"]),
        ({"current": 1.0, "duration": 0}, ["duration = 0 s", "above 0 s"]),
        ({"current": 1.0, "cutoff": -2}, ["cutoff = -2", "at least 0"]),
        ({"current": [1.0, 2.0], "duration": 3}, ["current of shape (2,)"]),
    ],
)
def test_wrong_steps_say_what_is_wrong(arguments, words):
    with pytest.raises(ValueError) as error:
        Step(**arguments)
    for word in words:
        assert word in str(error.value)


RECEDING = {
    "thickness": 25e-6,
    "diffusivity": 3e-15,
    "magnesium_fraction": 0.1,
    "molar_volume": LI90MG10.molar_volume,
    "steps": Step(1.0, cutoff=0.69),
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"magnesium_fraction": 0}, ["magnesium_fraction = 0", "above 0"]),
        ({"magnesium_fraction": 1.0}, ["magnesium_fraction = 1"]),
        ({"molar_volume": 0}, ["molar_volume = 0 m³/mol"]),
        ({"steps": Step(1.0, cutoff=0.05)}, ["cutoff = 0.05", "above the initial magnesium"]),
        ({"steps": Step(1.0, cutoff=1.5)}, ["cutoff = 1.5", "at most 1"]),
        (
            {"diffusivity": lambda x: np.where(x > 0.5, -1.0, 1e-15)},
            ["diffusivity = -1 m²/s at magnesium_fraction = 0.69"],
        ),
    ],
)
def test_wrong_receding_arguments_say_what_is_wrong(change, words):
    with pytest.raises(ValueError) as error:
        solve_receding(**{**RECEDING, **change})
    for word in words:
        assert word in str(error.value)
