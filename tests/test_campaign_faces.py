"""Every face of `campaign` on more than a hundred spectra that the campaign did not make.

They are written down here in plain NumPy: two laws by which an interface may grow, and a cell that
the analysis has never heard of (other exponents, an interface of Havriliak and Negami, leads, an
instrument whose error is smooth).
"""

import dataclasses

import numpy as np
import pytest

from sandtime import campaign, eis
from sandtime.units import celsius, hour

FREQUENCY = campaign.FREQUENCY
S = 2j * np.pi * FREQUENCY
AREA = campaign.AREA
CELL = campaign.cell("li90mg10-200")
LENGTH = 140  # spectra: above the number of points, parameters and both parts
# what R_int may do while Q falls with contact (lithium) or stays (the alloy's activity)
LAWS = {"contact": 1.0, "activity": 0.0}


def resistance_at(time, end=2.2 * hour):
    """Ω m²: it rises without bound at the end, as a cell's does."""
    return 300e-4 * (1 - time / end) ** -0.9


def clocks(length=LENGTH, last=2.18 * hour):
    """Beginning of each sweep, the times of its points, and its middle; one right after another."""
    began = last - campaign.SWEEP * np.arange(length, 0, -1)
    times = began[:, None] + campaign.point_times()
    return began, times, (times[:, 0] + times[:, -1]) / 2


def series(kind, seed=0, *, cell=CELL, synthetic=True, length=LENGTH):
    """A series as the analysis gets it, whose truth is `resistance_at`."""
    began, times, middle = clocks(length)
    R = resistance_at(times)
    if kind in LAWS:
        element = 2e-2 * (R / 300e-4) ** -LAWS[kind]
        Z = 60e-4 / (1 + S * 4e-9) + 60e-4 / (1 + (S * 2.65e-7) ** 0.9)
        Z = Z + R / (1 + R * element * S**0.9)
    else:
        place = np.log(FREQUENCY / 2646) / np.log(2646)
        Z = 60e-4 / (1 + S * 4e-9) + 60e-4 / (1 + (S * 2.65e-7) ** 0.87) + 3e-7 * AREA * S
        Z = Z + R / (1 + (S * 3e-2 * R) ** 0.95) ** 0.9
        Z = Z * (1 + 3e-3 * np.cos(5 * place) + 3e-3j * np.sin(4 * place))
    draw = np.random.default_rng(seed).normal(size=(2, *Z.shape))
    Z = Z * (1 + campaign.noise(FREQUENCY) * (draw[0] + 1j * draw[1])) / AREA
    spectra = eis.Spectra(FREQUENCY, Z, time=began, point_time=times, source="a test")
    nothing = np.full(middle.shape, np.nan)
    return campaign.Series(cell, middle, nothing, cell.current * middle, spectra, synthetic)


@pytest.mark.parametrize("law", LAWS)
def test_drift_is_removed_for_both_metals_and_errors_are_what_they_say(law):
    """Up to 15 % in a sweep: value and error of R_int, both rates taken from its neighbours."""
    pulls, steady = [], []
    for seed in range(6):
        made = series(law, seed)
        found, ignored = (campaign.analyse(made, drift=drift) for drift in (True, False))
        truth = resistance_at(made.time)
        pulls.append(((found.resistance - truth) / found.resistance_error)[1:-3])
        steady.append((ignored.resistance / truth - 1)[1:-3])
        assert found.adequate[1:-3].mean() > 0.98
    pulls, steady = np.array(pulls), np.array(steady)
    assert pulls.std() == pytest.approx(1, abs=4 * 0.025)  # 816 of them: 1/√(2 · 816)
    assert abs(pulls.mean()) < 4 / np.sqrt(pulls.size)
    late = pulls[:, -30:]
    assert abs(late.mean()) < 4 / np.sqrt(late.size)
    # what was removed
    assert np.abs(steady[:, -1]).mean() > 0.001


def test_a_foreign_cell_is_called_inadequate_spectrum_by_spectrum():
    made = series("foreign")
    for drift in (False, True):
        found = campaign.analyse(made, drift=drift)
        assert found.adequate.shape == found.resistance.shape == (LENGTH,)
        assert found.adequate.mean() < 0.05
        assert found.fit.reason.shape == (LENGTH,)
        assert all(reason != "converged" for reason in found.fit.reason[~found.adequate])
        # biased by no more than some per cent, and by far more than its error says
        off = found.resistance / resistance_at(made.time) - 1
        assert 0.002 < np.median(np.abs(off)) < 0.05
        assert np.median(np.abs(off) / (found.resistance_error / found.resistance)) > 3
        time, error = found.depletion_time()
        truth = 2.2 * hour * (1 - (campaign.CRITERION / 300e-4) ** (-1 / 0.9))
        assert time == pytest.approx(truth, abs=60) and 0 < error < 10


def test_many_series_in_one_go_are_each_their_own():
    """Of other lengths, other truths, synthetic and measured: no result is that of a neighbour."""
    cold = campaign.cell("li-100-0c")
    every = {
        "a": series("foreign", 1, length=103),
        "b": series("contact", 2),
        "c": series("foreign", 3, synthetic=False, length=121),
        "d": series("activity", 4, cell=cold, length=111),
    }
    together = campaign.analyse_all(every)
    assert together.spectra == 103 + 140 + 121 + 111 and list(together) == list(every)
    for id, made in every.items():
        found, alone = together[id], campaign.analyse(made)
        assert found.synthetic == made.synthetic and found.cell is made.cell
        assert len(found.time) == len(found.adequate) == len(made)
        np.testing.assert_allclose(found.resistance, alone.resistance, rtol=1e-5)
        np.testing.assert_allclose(found.resistance_error, alone.resistance_error, rtol=1e-3)
        assert (found.adequate == alone.adequate).all()
        assert (found.fit.reason == alone.fit.reason).all()
        np.testing.assert_allclose(found.charge, made.cell.current * made.time)
        for name in ("Brug", "Hsu-Mansfeld"):
            np.testing.assert_allclose(found.capacitance[name], alone.capacitance[name], rtol=1e-4)
    assert together["b"].adequate.mean() > 0.5 > together["a"].adequate.mean()
    ratio = together["d"].resistance / together["d"].resistance_at_room
    np.testing.assert_allclose(ratio, campaign.resistance_factor(celsius(0)))


def test_capacitances_are_those_of_the_formula():
    """Of the element, in series with bulk and boundaries, per area: by hand."""
    found = campaign.analyse(series("activity"))
    R = found.resistance
    Rs = found.bulk_resistance + found.grain_boundary_resistance
    alpha = found.fit["int.alpha"]
    Q = found.fit["int.tau"] ** alpha / R
    brug = Q ** (1 / alpha) * (1 / Rs + 1 / R) ** ((alpha - 1) / alpha)
    np.testing.assert_allclose(found.capacitance["Brug"], brug, rtol=1e-9)
    np.testing.assert_allclose(found.capacitance["Hsu-Mansfeld"], found.fit["int.tau"] / R)
    np.testing.assert_allclose(Q[:100], 2e-2, rtol=0.02)
    errors = found.fit.stderr["int.R"] * AREA
    np.testing.assert_allclose(found.resistance_error, errors)


@pytest.mark.parametrize("degrees", [-60, 50])
def test_arcs_keep_their_places_at_any_temperature(degrees):
    """All three are slower by 300, far beyond bounds as at 25 °C, or faster by 3."""
    cell = dataclasses.replace(CELL, temperature=celsius(degrees))
    factor = float(np.exp(0.37 / 8.617333e-5 * (1 / celsius(degrees) - 1 / celsius(25))))
    made = series("contact", cell=cell, length=110)
    Z = 60e-4 / (1 + S * 4e-9 * factor) + 60e-4 / (1 + (S * 2.65e-7 * factor) ** 0.9)
    Z = factor / AREA * (Z + 300e-4 / (1 + (S * 1.3e-4 * factor) ** 0.9))
    draw = np.random.default_rng(1).normal(size=(2, 110, Z.size))
    Z = Z * (1 + campaign.noise(FREQUENCY) * (draw[0] + 1j * draw[1]))
    spectra = dataclasses.replace(made.spectra, impedance=Z)
    found = campaign.analyse(dataclasses.replace(made, spectra=spectra))
    assert found.adequate.mean() > 0.97
    for name, R in (("grain_boundary_resistance", 60e-4), ("resistance", 300e-4)):
        assert np.median(getattr(found, name)) / factor == pytest.approx(R, rel=0.03), name


def test_a_series_of_more_than_a_hundred_can_be_cut():
    made = series("foreign")
    late = made[101:]
    assert len(late) == LENGTH - 101
    assert np.array_equal(late.spectra.impedance, made.spectra.impedance[101:])
    assert np.array_equal(late.spectra.point_time, made.spectra.point_time[101:])
    assert np.array_equal(late.charge, made.charge[101:])
    whole, part = campaign.analyse(made), campaign.analyse(late)
    np.testing.assert_allclose(part.resistance, whole.resistance[101:], rtol=1e-5)


def test_a_foreign_series_comes_back_from_a_file(tmp_path):
    """The way by which anybody's spectra come in: written, read, analysed with their drift."""
    made = series("foreign", synthetic=False)
    eis.write(tmp_path / f"{CELL.id}.csv", made.spectra)
    read = campaign.measure(CELL, folder=tmp_path)
    assert len(read) == LENGTH and not read.synthetic
    np.testing.assert_allclose(read.time, made.time, rtol=1e-12)
    for drift in (False, True):
        ours, theirs = (campaign.analyse(each, drift=drift) for each in (made, read))
        np.testing.assert_allclose(theirs.resistance, ours.resistance, rtol=1e-5)
        assert theirs.adequate.mean() < 0.05


@pytest.mark.parametrize("ragged", [False, True])
def test_a_depletion_time_is_where_the_resistance_passes(ragged):
    """Against the law itself; once more with points left out, and for any criterion passed."""
    made = series("contact", 5)
    if ragged:
        mask = np.ones(made.spectra.impedance.shape, bool)
        mask[::3, 40] = mask[100:, 3] = False
        spectra = eis.Spectra(
            FREQUENCY, made.spectra.impedance, made.spectra.time, made.spectra.point_time, mask
        )
        made = campaign.Series(CELL, made.time, made.potential, made.charge, spectra, True)
    found = campaign.analyse(made, drift=True)
    for criterion in (0.3, 0.5, campaign.CRITERION):
        truth = 2.2 * hour * (1 - (criterion / 300e-4) ** (-1 / 0.9))
        time, error = found.depletion_time(criterion)
        assert abs(time - truth) < 4 * error + 0.05 and error < 3
    assert np.isnan(found.depletion_time(1e-3)).all() and np.isnan(found.depletion_time(1e3)).all()


@pytest.mark.parametrize("points", [61, 121])
def test_points_are_measured_two_periods_long_and_one_after_another(points):
    """By a loop: the middle of each dwell, the highest frequency first, and 30 s in all."""
    frequency = np.geomspace(7e6, 1.0, points)
    left = 30.0 - sum(2 / f for f in frequency)
    clock, middles = 0.0, []
    for f in frequency:
        dwell = 2 / f + left / points
        middles.append(clock + dwell / 2)
        clock += dwell
    assert clock == pytest.approx(30)
    np.testing.assert_allclose(campaign.point_times(frequency), middles, rtol=1e-10)


# ---- noise ---------------------------------------------------------------------------------------


def test_noise_is_what_it_says_in_both_parts():
    clean = 100.0 / (1 + 1j * np.linspace(0.1, 3, campaign.FREQUENCY.size))
    Z, sigma = campaign.noisy(clean, seed=3, repeats=4000)
    pulls = (Z - clean) / sigma
    for part in (pulls.real, pulls.imag):
        assert np.abs(part.mean(axis=0)).max() < 5 / np.sqrt(4000)
        assert part.std() == pytest.approx(1, abs=0.01)
    together = (pulls.real * pulls.imag).mean()
    assert abs(together) < 5 / np.sqrt(pulls.size)
    assert sigma[0] == pytest.approx(campaign.noise(campaign.FREQUENCY) * np.abs(clean))


def test_the_same_seed_is_the_same_noise_and_a_generator_goes_on():
    clean = np.full((2, campaign.FREQUENCY.size), 5.0 - 1j)
    assert np.array_equal(campaign.noisy(clean, 1)[0], campaign.noisy(clean, 1)[0])
    rng = np.random.default_rng(1)
    first, second = (campaign.noisy(clean, rng)[0] for _ in range(2))
    assert np.array_equal(first, campaign.noisy(clean, 1)[0])
    assert not np.array_equal(first, second)


def test_noise_at_other_frequencies_must_be_given():
    with pytest.raises(ValueError, match="give relative"):
        campaign.noisy(np.ones(7) + 0j)
    Z, sigma = campaign.noisy(np.ones(7) + 0j, relative=0.01)
    assert Z.shape == sigma.shape == (7,)
    assert np.all(sigma == 0.01)
    with pytest.raises(ValueError, match="repeats = 0"):
        campaign.noisy(np.ones(7) + 0j, relative=0.01, repeats=0)


def test_what_is_left_of_a_capacitance_and_what_was_fitted():
    cell = campaign.cell("li-200")
    result = campaign.analyse(campaign.measure(cell))
    truth = campaign.truth(cell)
    start, end = truth.contact_at(result.time[[0, -1]])
    # the resistance of a time constant that stays grows as the contact to the power -alpha or so;
    # both formulas keep their order of magnitude, and the first spectrum is one by definition
    for how in ("Brug", "Hsu-Mansfeld"):
        left = result.capacitance_left(how)
        assert left[0] == 1 and end / start / 3 < left[-1] < 3 * end / start
    with pytest.raises(ValueError, match="how"):
        result.capacitance_left("Cole")
    k = len(result.time) // 2
    total = result.fitted(k, np.array([1e-9])).real[0]  # no current through any capacitor
    parts = result.bulk_resistance + result.grain_boundary_resistance + result.resistance
    assert total == pytest.approx(parts[k], rel=1e-4)
