"""Programmes of strips, platings and relaxations with cut-offs, from any state.

Truth for constant D is superposition: a programme is a sum of closed forms that start where the
current changes.  Truth for D(c) is `finite_volumes`, which shares nothing with the library.
"""

import math
import warnings

import finite_volumes
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import erf

from sandtime import sand, slab, transport
from sandtime.materials import LI90MG10
from sandtime.transport import ResolutionWarning, Step, solve, solve_receding
from sandtime.units import hour, um

D, C0, BETA = 3e-15, 69600.0, 24000.0
FOIL = {"thickness": 25 * um, "initial": C0}


def surface(currents, switches, at):
    """At the interface by superposition; a current holds from its switch on."""
    drop, before = 0.0, 0.0
    for current, switch in zip(currents, switches, strict=True):
        if at > switch and current != before:
            drop += C0 - slab.concentration(
                25 * um, at - switch, diffusivity=D, current_density=current - before, **FOIL
            )
        before = current
    return float(C0 - drop)


def superposed(steps):
    """End of each step, by a scan and a root for those with a cut-off."""
    currents, switches, end = [], [], 0.0
    ends = []
    for current, duration, cutoff in steps:
        currents, switches = [*currents, current], [*switches, end]
        target = cutoff if cutoff is not None else (0.0 if current > 0 else None)

        def gap(at, currents=currents, switches=switches, target=target):
            return surface(currents, switches, at) - target

        start, last = end, end + (duration or 400 * hour)
        met = None
        if target is not None:
            before = surface(currents[:-1], switches[:-1], start) - target if start else C0 - target
            if abs(before) < 1e-6 * C0 or before * current < 0:
                met = start
            else:
                scan = start + (last - start) * np.linspace(0, 1, 3000)[1:] ** 3
                low = start
                for at in scan:
                    if gap(at) * before <= 0:
                        met = brentq(gap, low, at, xtol=1e-9) if low > start else at
                        break
                    low = at
        end = last if met is None else met
        ends.append(end)
    return np.array(ends)


def run(steps, diffusivity=D, **more):
    return solve(diffusivity=diffusivity, steps=[Step(*step) for step in steps], **FOIL, **more)


PROGRAMMES = {
    "plate back to a cut-off below the mean": [(1, None, BETA), (-0.5, None, 40e3)],
    "strip to a cut-off above the start": [(-1, None, 1.5 * C0), (1, None, 1.2 * C0)],
    "strip to the start": [(-1, 5 * hour, None), (1, None, C0)],
    "strip to just above the start": [(-1, 3 * hour, None), (0.5, None, 1.05 * C0)],
    "relax through a minimum": [(1, 5 * hour, None), (-5, 600.0, None), (0, None, 57e3)],
    "relax to just above a minimum": [(1, 5 * hour, None), (-5, 600.0, None), (0, None, 56530.0)],
    "strip weakly after strongly": [(5, 0.1 * hour, None), (0.2, None, BETA)],
    "three strips to one cut-off": [(1, None, BETA), (0, hour, None)] * 2 + [(1, None, BETA)],
    "a cycle": [(1, None, BETA), (-1, None, C0), (0, None, 60e3), (2, None, 30e3)],
}


@pytest.mark.parametrize("name", PROGRAMMES)
@pytest.mark.parametrize("way", ["modes", "steps"])
def test_constant_diffusivity_against_superposition(name, way):
    steps = PROGRAMMES[name]
    diffusivity = D if way == "modes" else lambda c: np.full_like(c, D)
    rtol = 1e-7 if "minimum" in name else 1e-6  # the interface lies flat there
    sol = run(steps, diffusivity, rtol=rtol)
    # the interface moves slowly where a relaxation ends: a time is known worse than a value
    np.testing.assert_allclose(
        sol.step_end, superposed(steps), rtol=2e-5 if "just" in name else 2e-6
    )
    for end, (_, duration, cutoff), why in zip(sol.step_end, steps, sol.ended, strict=True):
        if why == "cutoff":
            row = np.searchsorted(sol.time, end * (1 - 1e-12))
            assert sol.surface[row] == pytest.approx(cutoff, abs=2e-6 * C0)
        else:
            assert duration is not None


LAWS = {
    "doubling": lambda c: D * np.exp(1 - c / C0),
    "falling twentyfold": lambda c: D * np.exp(-3 * (c / C0 - 1)),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("name", [name for name in PROGRAMMES if "minimum" not in name])
def test_varying_diffusivity_against_finite_volumes(name, law):
    truth, why, _ = finite_volumes.ends(PROGRAMMES[name], LAWS[law], **FOIL)
    if truth is None:
        with pytest.raises(ValueError, match="never meets"):
            run(PROGRAMMES[name], LAWS[law])
        return
    sol = run(PROGRAMMES[name], LAWS[law])
    assert sol.ended == why
    np.testing.assert_allclose(sol.step_end, truth, rtol=3e-6)  # the volumes' own error: 1e-6


programmes = st.lists(
    st.tuples(
        st.sampled_from([-2.0, -0.5, 0.0, 0.3, 1.0, 4.0]),
        st.floats(600, 2e4),
        st.none() | st.floats(5e3, 1.5e5),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40)
@given(programmes)
def test_any_programme_against_superposition(steps):
    """Every step has a duration, so that none is refused; cut-offs come from anywhere."""
    first = next((step for step in steps if step[0] != 0), None)
    assume(first is None or first[2] is None or (first[2] - C0) * first[0] < 0)
    sol = run(steps, lambda c: np.full_like(c, D))
    exact = run(steps)
    assert np.isfinite(sol.step_end).all()
    assert (np.diff(sol.step_end, prepend=0.0) >= 0).all()
    assert (np.diff(sol.time) > 0).all()
    assert sol.balance < 1e-9
    currents = [step[0] for step in steps]
    for solution in (sol, exact):
        starts = np.concatenate([[0.0], solution.step_end[:-1]])
        rows = np.searchsorted(solution.time, solution.step_end * (1 - 1e-12))
        largest = np.abs(solution.surface - C0).max() + 1e-3 * C0
        for number, (row, end) in enumerate(zip(rows, solution.step_end, strict=True), start=1):
            value = surface(currents[:number], starts[:number], end) if end else C0
            assert solution.surface[row] == pytest.approx(value, abs=1e-5 * largest)
    # where no cut-off is grazed, both ways take the same decisions
    if sol.ended == exact.ended:
        np.testing.assert_allclose(sol.step_end, exact.step_end, rtol=1e-4)


def test_a_cutoff_met_in_a_later_step_is_the_depletion_time():
    steps = [(1, 2 * hour, None), (0, hour, None), (1, None, BETA), (0, hour, None), (1, None, 2e4)]
    sol = run(steps)
    assert sol.depletion_time == sol.step_end[2]
    assert sol.depletion_time == pytest.approx(superposed(steps[:3])[-1], rel=2e-6)


def test_what_is_never_met_is_refused_in_words():
    with pytest.raises(ValueError, match=r"step 1 .* never meets 50000 mol/m³"):
        run([(0, None, 5e4)])
    with pytest.raises(ValueError, match=r"step 3 .* always between 5652\d.* never meets 56000"):
        run([(1, 5 * hour, None), (-5, 600.0, None), (0, None, 56e3)])


def test_a_plating_cutoff_below_a_receding_start_and_back():
    """A cycle in the receding frame: charge and thickness close, and each end is the cut-off."""
    foil = {"thickness": 25e-6, "magnesium_fraction": 0.1, "molar_volume": LI90MG10.molar_volume}
    for steps in (
        [Step(1, cutoff=0.69), Step(-1, cutoff=0.30)],
        [Step(-1, duration=2 * hour), Step(1, cutoff=0.08)],
    ):
        sol = solve_receding(diffusivity=3e-15, steps=steps, rtol=1e-6, **foil)
        finer = solve_receding(diffusivity=3e-15, steps=steps, rtol=1e-8, **foil)
        np.testing.assert_allclose(sol.step_end, finer.step_end, rtol=1e-6)
        assert sol.surface[-1] == pytest.approx(steps[-1].cutoff, rel=1e-9)
        assert sol.balance < 1e-8


def test_times_just_after_a_switch_are_as_good_as_the_rest():
    steps = [(1.0, 5 * hour, None), (0.0, 2 * hour, None)]
    asked = 5 * hour + np.array([1.0, 10.0, 60.0, 1800.0])
    for diffusivity in (D, lambda c: np.full_like(c, D)):
        for rtol in (1e-5, 1e-8):
            sol = run(steps, diffusivity, times=asked, rtol=rtol)
            change = C0 - sol.surface.min()
            for at in asked:
                row = np.searchsorted(sol.time, at * (1 - 1e-13))
                truth = surface([1.0, 0.0], [0.0, 5 * hour], at)
                assert sol.surface[row] == pytest.approx(truth, abs=2 * rtol * change)


def test_the_tolerance_is_that_of_a_small_change_too():
    """Pulses that move a thousandth of the content: the error is one of the change."""
    steps = [(0.01, 600.0, None), (0.0, 1200.0, None), (-0.01, 600.0, None)]
    for diffusivity in (D, lambda c: np.full_like(c, D)):
        sol = run(steps, diffusivity)
        truth = surface([0.01, 0.0, -0.01], [0.0, 600.0, 1800.0], 2400.0)
        change = C0 - sol.surface.min()
        assert change < 2e-3 * C0
        assert sol.surface[-1] == pytest.approx(truth, abs=2e-6 * change)


def kink(place, below):
    """D that jumps to `below` × D under a concentration, and its integral."""
    return (
        lambda c: np.where(c > place, D, below * D),
        lambda c: np.where(c > place, D, below * D) * (c - place),
    )


WAVE = 2 * np.pi * 10 / C0
ROUGH = {
    "at two thirds": kink(0.65 * C0, 0.3),
    "at 45": kink(45e3, 0.3),
    "a thousandfold": kink(45e3, 1e-3),
    "a narrow dip": (
        lambda c: D * (1 - 0.95 * np.exp(-(((c - 45e3) / 1e3) ** 2))),
        lambda c: D * (c - 0.95 * 1e3 * np.sqrt(np.pi) / 2 * erf((c - 45e3) / 1e3)),
    ),
    "ten ripples": (
        lambda c: D * (1 + 0.9 * np.sin(WAVE * c)),
        lambda c: D * (c - 0.9 / WAVE * np.cos(WAVE * c)),
    ),
}


@pytest.mark.parametrize("name", ROUGH)
def test_jumps_and_narrow_features_are_right_or_warned_of(name):
    diffusivity, theta = ROUGH[name]
    case = {"current": 1.0, "cutoff": BETA, **FOIL}
    exact = slab.depletion_time(1.0, diffusivity=D, cutoff=BETA, **FOIL)
    coarse, fine = (
        # the volumes' own error is taken off where the truth is known
        finite_volumes.strip(theta, **mesh, **case)
        * exact
        / finite_volumes.strip(lambda c: D * c, **mesh, **case)
        for mesh in ({"first": 2e-10, "growth": 1.03}, {"first": 1e-10, "growth": 1.015})
    )
    truth, apart = fine + (fine - coarse) / 3, abs(fine / coarse - 1)
    assert apart < 1e-4
    for rtol in (1e-3, 1e-4, 1e-5):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always", ResolutionWarning)
            sol = run([(1.0, None, BETA)], diffusivity, rtol=rtol)
        assert abs(sol.depletion_time / truth - 1) < 3 * rtol + apart / 2 or said


def test_dilute_alloys():
    """A dilute alloy is followed; one a hundred times more dilute is warned of."""
    volume = LI90MG10.molar_volume
    case = {"diffusivity": 3e-15, "molar_volume": volume, "steps": Step(1.0, cutoff=0.69)}

    def truth(fraction):
        return sand.receding_depletion_time(1.0, 3e-15, volume, 0.69 / fraction)

    def swept(fraction):
        return volume / finite_volumes.F * truth(fraction)

    sol = solve_receding(thickness=1.5 * swept(0.01), magnesium_fraction=0.01, **case)
    assert sol.depletion_time == pytest.approx(truth(0.01), rel=1e-6)
    with pytest.warns(ResolutionWarning, match="too steep"):
        solve_receding(thickness=5 * swept(1e-4), magnesium_fraction=1e-4, rtol=1e-4, **case)


def test_scalar_functions_are_told_in_words():
    with pytest.raises(ValueError, match=r"diffusivity is not allowed: it raised .* vectorised"):
        run([(1, None, BETA)], lambda c: D * math.exp(c / C0))
    with pytest.raises(ValueError, match=r"diffusivity is not allowed: it raised .* vectorised"):
        run([(1, None, BETA)], lambda c: D if c > 3e4 else 2 * D)


def test_the_balance_counts_what_left_against_what_is_missing():
    """By hand: a unit slab that lost a tenth of a mole, and a profile that lost that, or not."""
    mesh = transport.grid(16, 1.0)
    removed = np.array([0.3, -0.2])
    assert transport._balance(mesh, 2.0, np.full(17, -0.05), removed) == pytest.approx(0, abs=1e-14)
    assert transport._balance(mesh, 2.0, np.full(17, 0.05), removed) == pytest.approx(0.4)
    assert transport._balance(mesh, 2.0, np.full(17, -0.04), removed) == pytest.approx(0.04)
