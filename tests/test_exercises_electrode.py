"""Right answers from Frame to Design, against solvers and dice that know no formula."""

import numpy as np
import pytest

from sandtime import arrhenius, slab, transport, voids
from sandtime.creep import ROY
from sandtime.exercises import electrode, electrode_cell, electrode_rest, electrode_warm, question
from sandtime.materials import BETA_LIMIT, LI90MG10
from sandtime.reported import quantity
from sandtime.transport import Step
from sandtime.units import cm, eV, hour, s, um
from sandtime.variants import PAPER, Variant, information

KEPT, RECEDING = Variant("fixed", "constant", "magnesium"), Variant("receding", "constant")


def right(id):
    return float(question(id).truth[0])


def test_the_frames_part_where_two_solvers_say():
    shares = []
    for model, D in (
        (RECEDING, electrode.sand.receding_diffusivity(
            electrode.I_100, electrode.T0, electrode.V, electrode.ENRICHMENT)),
        (PAPER, electrode_rest.D_FIXED),
    ):  # fmt: skip
        step = Step(right("frame-part"), cutoff=BETA_LIMIT)
        shares.append(model.run(D, step, thickness=electrode.THIN).utilisation)
    assert shares[0] - shares[1] == pytest.approx(0.01, abs=2e-4)


@pytest.mark.parametrize(("model", "hours"), [(PAPER, 6), (KEPT, 25)])
def test_a_strip_that_has_evened_out_gives_its_charge_back(model, hours):
    steps = [Step(electrode.I_100, duration=hours * hour), Step(0, duration=1000 * hour)]
    run = model.run(1e-9 * cm**2 / s, steps, thickness=60 * um)
    charge = question("relaxation-charge").right(run.surface[-1], 60 * um, model.reading)
    assert charge == pytest.approx(electrode.I_100 * hours * hour, rel=1e-3)


def test_two_readings_are_worth_what_dice_say():
    rng = np.random.default_rng(1)
    (first, a), (second, b) = electrode_rest.READINGS[3]
    centre = np.stack([np.array(first) / a, np.array(second) / b], axis=1)
    bits = []
    for m in range(len(centre)):
        y = centre[m] + rng.standard_normal((40_000, 2))
        density = np.exp(-np.sum((y[:, None] - centre) ** 2, axis=2) / 2)
        bits.append(np.mean(np.log2(density[:, m] / density.mean(axis=1))))
    assert float(question("relaxation-joint").truth[3]) == pytest.approx(np.mean(bits), rel=0.01)
    known = information(*electrode_rest.READINGS[2][1])  # beside a reading that is worth nothing
    assert float(question("relaxation-joint").truth[2]) == pytest.approx(known, rel=1e-3)


def test_the_record_is_near_what_it_was_made_with():
    wait, E = electrode_rest.record()
    assert np.all(np.diff(E) < 0) and wait.size == E.size
    assert right("relaxation-record") / (1.7e-11 * cm**2 / s) == pytest.approx(1, abs=0.12)


def test_the_resistances_hold_the_campaigns_energy():
    T, R = electrode_warm.cold_resistances()
    fitted = arrhenius.fit(T, T / R, sigma=0.03 * T / R)  # conductivity times temperature
    assert right("warmth-resistances") / fitted.activation_energy == pytest.approx(1, abs=1e-6)
    off = abs(fitted.activation_energy - electrode_warm.E_INTERFACE)
    assert off < 2 * fitted.activation_energy_error


def test_an_energy_and_its_error_are_the_librarys():
    for case, truth in zip(electrode_warm.FITS, question("warmth-fit").truth, strict=True):
        T, value, relative = case
        fitted = arrhenius.fit(T, value, sigma=relative * value)
        assert truth[0] == pytest.approx(fitted.activation_energy / eV, rel=1e-9)
        assert truth[1] == pytest.approx(fitted.activation_energy_error / eV, rel=1e-9)


def test_voids_settle_when_their_equation_says():
    case = electrode_warm.VOIDS
    pressure = voids.critical_pressure(electrode_warm.I_200, law=ROY, contact=0.9, **case)
    run = voids.solve(
        steps=Step(electrode_warm.I_200, cutoff=1 - 0.99 * 0.1), pressure=pressure, law=ROY, **case
    )
    assert right("pressure-settling") == pytest.approx(run.depletion_time, rel=1e-3)


@pytest.mark.parametrize("current", [0.5, 4.0])
def test_plated_with_that_charge_the_surface_is_full(current):
    D, missing = electrode_cell.D_FIXED, electrode_cell.MISSING
    charge = question("cycling-lithium").right(current, D, missing)
    run = transport.solve(
        thickness=quantity("foil-thickness"), diffusivity=D, initial=LI90MG10.concentration,
        steps=Step(-current, duration=charge / current),
    )  # fmt: skip
    assert run.surface[-1] * LI90MG10.molar_volume == pytest.approx(1, abs=1e-4)


def test_plating_gently_heals_the_surface_when_the_solver_says():
    c0 = LI90MG10.concentration
    run = transport.solve(
        thickness=quantity("foil-thickness"), diffusivity=1e-15, initial=c0,
        steps=[Step(1.0, hour), Step(-0.5, cutoff=c0)],
    )  # fmt: skip
    assert right("cycling-gentle") == pytest.approx(run.step_end[1] / hour - 1, rel=1e-3)


def test_pairs_of_cells_vote_as_dice_do():
    rng = np.random.default_rng(3)
    for case, truth in zip(
        question("cycling-step").cases, question("cycling-step").truth, strict=True
    ):
        step, scatter, better = case
        cells = electrode_cell.MEDIAN * np.exp(scatter * rng.standard_normal((2, 400_000)))
        first, second = np.ceil(cells[0] / step), np.ceil(better * cells[1] / step)
        for_it, against = np.mean(second > first), np.mean(second < first)
        dice = 4 * (for_it + against) / (for_it - against) ** 2
        assert float(truth) == pytest.approx(dice, rel=0.03)


@pytest.mark.parametrize(("degree", "energy"), [(25, 0.43), (90, 0.57)])
def test_walls_of_that_area_deliver_the_target(degree, energy):
    T = 273.15 + degree
    fast, target = quantity("target-current-density"), quantity("target-areal-capacity")
    fold = question("design-two").right(T, energy * eV)
    first = electrode.sand.diffusivity(electrode.I_100, electrode.T0, electrode_cell.DROP)
    ends = slab.depletion_time(
        fast / fold, thickness=5000 * um, initial=quantity("c0-li90mg10"),
        cutoff=quantity("c-beta-limit"),
        diffusivity=arrhenius.scale(first, energy * eV, T, electrode.ROOM),
    )  # fmt: skip
    assert fast * ends == pytest.approx(target, rel=1e-5)
