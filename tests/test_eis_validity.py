"""Kramers-Kronig and drift, on spectra of which everything is known."""

import warnings

import numpy as np
import pytest
from scipy.linalg import lstsq
from scipy.optimize import least_squares

from sandtime.eis.circuit import Circuit
from sandtime.eis.drift import fit_drifting, growth_rate
from sandtime.eis.fit import FitWarning
from sandtime.eis.validity import lin_kk

F, NOISE = 61, 0.003
FREQUENCY = np.geomspace(7e6, 1.0, F)
OMEGA = 2 * np.pi * FREQUENCY
CELL = Circuit("Zarc_b-Zarc_gb-Zarc_int")
# Ω cm²; "ω_max" of 40 MHz and 600 kHz read as frequencies; R_int is that of the paper
TRUTH = {
    "b.R": 60.0,
    "b.tau": 1 / (2 * np.pi * 40e6),
    "b.alpha": 1.0,
    "gb.R": 60.0,
    "gb.tau": 1 / (2 * np.pi * 600e3),
    "gb.alpha": 0.9,
    "int.R": 270.0,
    "int.tau": 1 / (2 * np.pi * 200),
    "int.alpha": 0.9,
}
FIXED = {"b.alpha": 1.0, "gb.alpha": 0.9}
# with equal exponents the two slower arcs could change places: this says which is which
ORDER = {"gb.tau": (None, 1e-5), "int.tau": (1e-5, None)}
# a sweep of 30 s: the same time for every point, or three periods and at least 0.1 s
SWEEPS = {"even": np.linspace(0, 30, F)}
_durations = np.cumsum(np.maximum(0.1, 3 / FREQUENCY))
SWEEPS["periods"] = 30 * (_durations - _durations[0]) / (_durations[-1] - _durations[0])


# lithium that has lost nearly all contact: the interface is 99 % of the impedance
SPENT = {**TRUTH, "int.R": 1e4, "int.tau": 1e-4}


def drifting_cell(growth, time, *names, truth=TRUTH):
    """One sweep in which these parameters grow; the values of the truth are those at 15 s."""
    rate = np.log1p(growth) / 30
    parameters = dict(truth)
    for name in names or ("int.R",):
        parameters[name] = truth[name] * np.exp(rate * (time - 15))[None]
    return np.atleast_2d(CELL.impedance(FREQUENCY, parameters))


def noisy(Z, repeats, seed=0, noise=NOISE):
    rng = np.random.default_rng(seed)
    shape = (repeats, Z.shape[-1])
    return Z * (1 + noise * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)))


# ---- Kramers and Kronig -------------------------------------------------------------------------


def residual_by_lstsq(
    frequency, Z, per_decade=4.5, inductance=True, capacitance=True, beyond=(0.5, 0.5)
):
    """The same sum fitted to one spectrum by a library's least squares."""
    omega = 2 * np.pi * frequency
    fastest, slowest = 10 ** -beyond[0] / omega.max(), 10 ** beyond[1] / omega.min()
    elements = round(per_decade * np.log10(slowest / fastest)) + 1
    tau = np.geomspace(fastest, slowest, elements)
    columns = [np.ones((omega.size, 1)), 1 / (1 + 1j * np.outer(omega, tau))]
    if inductance:
        columns.append(1j * omega[:, None] / omega.max())
    if capacitance:
        columns.append(omega.min() / (1j * omega[:, None]))
    A = np.concatenate(columns, axis=1) / np.abs(Z)[:, None]
    b = Z / np.abs(Z)
    A_both, b_both = np.concatenate([A.real, A.imag]), np.concatenate([b.real, b.imag])
    size = np.linalg.norm(A_both, axis=0)
    return b - A @ (lstsq(A_both / size, b_both, cond=1e-12)[0] / size)


@pytest.mark.parametrize("inductance", [True, False])
@pytest.mark.parametrize("capacitance", [True, False])
@pytest.mark.parametrize("beyond", [(0.5, 0.5), (0.0, 0.0), (0.5, 0.0)])
@pytest.mark.parametrize("per_decade", [2.0, 3.6, 4.5])
def test_residuals_are_those_of_an_ordinary_least_squares_fit(
    inductance, capacitance, per_decade, beyond
):
    resistances = np.geomspace(10, 1e4, 7)
    Z = noisy(CELL.impedance(FREQUENCY, {**TRUTH, "int.R": resistances}), 7)
    options = {"inductance": inductance, "capacitance": capacitance}
    options |= {"per_decade": per_decade, "beyond": beyond}
    kk = lin_kk(FREQUENCY, Z, **options)
    for row, measured in zip(kk.residual, Z, strict=True):
        truth = residual_by_lstsq(FREQUENCY, measured, **options)
        np.testing.assert_allclose(row, truth, atol=1e-12)
    np.testing.assert_allclose(kk.rms, np.sqrt(np.mean(np.abs(kk.residual) ** 2, axis=1)))


def test_a_spectrum_alone_and_in_company():
    Z = noisy(CELL.impedance(FREQUENCY, {**TRUTH, "int.R": np.geomspace(10, 1e4, 7)}), 7)
    together, alone = lin_kk(FREQUENCY, Z), lin_kk(FREQUENCY, Z[3])
    np.testing.assert_allclose(together.residual[3], alone.residual, atol=1e-12)
    assert together.whiteness[3] == pytest.approx(alone.whiteness, abs=0.1)
    assert np.ndim(alone.rms) == np.ndim(alone.valid) == 0


def test_order_of_the_frequencies_does_not_matter():
    Z = noisy(drifting_cell(0.0, SWEEPS["even"]), 2)
    order = np.random.default_rng(4).permutation(F)
    kk, mixed = lin_kk(FREQUENCY, Z), lin_kk(FREQUENCY[order], Z[:, order])
    np.testing.assert_allclose(mixed.residual, kk.residual[:, order], atol=1e-12)
    np.testing.assert_allclose(mixed.whiteness, kk.whiteness, atol=1e-9)


def test_weights_that_differ_by_orders_of_magnitude():
    """A blocking electrode beside resistive ones: solved on its own, not with their weights."""
    blocking = 10 + 1 / (1j * OMEGA * 1e-9)
    Z = np.stack([blocking, np.full(F, 50 + 0j) + 1e-3j, 1e5 + 1 / (1j * OMEGA * 1e-3)])
    kk = lin_kk(FREQUENCY, Z)
    for row, measured in zip(kk.residual, Z, strict=True):
        np.testing.assert_allclose(row, residual_by_lstsq(FREQUENCY, measured), atol=1e-8)
    # an imaginary part that is the same at all frequencies does not obey, small as it is
    assert kk.valid.tolist() == [True, False, True]
    assert kk.below_limit.tolist() == [False, True, False]


@pytest.mark.parametrize(
    "Z",
    [
        50 + 0j * OMEGA,
        10 + 50 / (1 + 1j * OMEGA * 1e-4),
        10 + 50 / (1 - 1j / (OMEGA * 1e-4)),  # an inductive loop: a negative resistor
        10 + 1e-7j * OMEGA + 1 / (1j * OMEGA * 1e-3),
        CELL.impedance(FREQUENCY, TRUTH),
    ],
)
def test_what_obeys_passes_without_noise(Z):
    kk = lin_kk(FREQUENCY, Z)
    # the sum is no exact copy of an arc: what it leaves is not noise, and small
    assert kk.rms < 1e-4 and (kk.valid or kk.below_limit)
    assert kk.elements == 36


def test_what_does_not_obey_fails():
    Z = noisy(CELL.impedance(FREQUENCY, TRUTH), 1)[0]
    assert lin_kk(FREQUENCY, Z).valid
    assert not lin_kk(FREQUENCY, Z.real + 1.05j * Z.imag).valid
    assert not lin_kk(FREQUENCY, Z + 0.03j * Z.real).valid
    assert not lin_kk(FREQUENCY, Z[::-1]).valid
    spoilt = Z.copy()
    spoilt[30] *= 1.1
    assert not lin_kk(FREQUENCY, spoilt).valid
    left_out = np.arange(F) != 30
    assert lin_kk(FREQUENCY, spoilt, mask=left_out).valid


def test_noise_is_called_noise():
    """Under the null the statistic is standard normal, and the noise is returned."""
    kk = lin_kk(FREQUENCY, noisy(CELL.impedance(FREQUENCY, TRUTH), 5_000, seed=1))
    assert kk.noise.mean() == pytest.approx(NOISE, rel=0.005)
    assert kk.whiteness.mean() == pytest.approx(0, abs=0.05)
    assert kk.whiteness.std() == pytest.approx(1, abs=0.03)
    assert kk.valid.mean() > 0.996


ZARC = [(60.0, 4e-9, 1.0), (60.0, 2.65e-7, 0.9)]  # bulk, whose tail alone is seen, and boundaries


def steady_cells():
    """Written down here: arcs, an arc below the lowest frequency, other people's interfaces."""
    s = 2j * np.pi * FREQUENCY
    pellet = sum(R / (1 + (s * tau) ** alpha) for R, tau, alpha in ZARC)
    return {
        "fresh": pellet + 270 / (1 + (s * 1.3e-4) ** 0.9),
        "spent": pellet + 1e4 / (1 + (s * 2.6e-3) ** 0.9),
        "round": 60 / (1 + s * 4e-9) + 1e4 / (1 + s * 1e-4),
        "tail": pellet + 1e4 / (1 + (s * 3.0) ** 0.9),
        "Havriliak-Negami": pellet + 270 / (1 + (s * 1.3e-4) ** 0.95) ** 0.9 + 3e-7 * s,
        "Gerischer": pellet + 270 / np.sqrt(1 + s * 1e-3),
        "Warburg": pellet + 50 * (1 - 1j) / np.sqrt(2 * np.pi * FREQUENCY),
        "loop": pellet + 270 / (1 + s * 1e-4) - 100 / (1 + s * 0.1),
    }


@pytest.mark.parametrize("noise", [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5])
def test_white_noise_of_any_size_is_hardly_ever_accused(noise):
    """At most one in a hundred, of any cell that obeys; 2,000 of each, 0.2 % of chance."""
    for seed, (name, Z) in enumerate(steady_cells().items()):
        kk = lin_kk(FREQUENCY, noisy(Z, 2_000, seed=seed, noise=noise))
        assert np.mean(~kk.valid) <= 0.01, name
        # the sum itself leaves up to 0.01 % of a modulus that spans decades
        assert kk.noise.mean() == pytest.approx(noise, rel=0.02, abs=1e-4), name


def test_the_cleaner_a_sweep_the_more_is_seen():
    """5 % of growth beside less and less noise; what is seen is real, and below the limit."""
    seen = {}
    for noise in (3e-3, 1e-3, 3e-4, 1e-4):
        Z = noisy(drifting_cell(0.05, SWEEPS["even"]), 300, seed=2, noise=noise)
        kk = lin_kk(FREQUENCY, Z)
        seen[noise] = np.mean(~kk.valid)
        assert not (kk.valid & kk.below_limit).any()
        assert ((kk.rms <= 0.003) | ~kk.below_limit).all()
        if noise < 3e-3:
            assert kk.whiteness.mean() < -5.5
            assert (kk.below_limit | kk.valid).all()
            # the limit speaks of what is not valid only, and makes nothing valid
            strict = lin_kk(FREQUENCY, Z, limit=1e-6)
            assert (strict.valid == kk.valid).all() and not strict.below_limit.any()
    assert list(seen.values())[1:] == [1, 1, 1] and seen[3e-3] < 0.15


def test_a_tail_at_the_slow_end_looks_like_drift_to_a_sum_without_one():
    """What `beyond` costs and what it is for."""
    tail = noisy(steady_cells()["tail"], 300, noise=1e-3)
    drifting = noisy(drifting_cell(0.1, SWEEPS["periods"]), 300, seed=2)
    told = {
        beyond: [np.mean(~lin_kk(FREQUENCY, Z, beyond=beyond).valid) for Z in (tail, drifting)]
        for beyond in (0.5, (0.5, 0.0))
    }
    assert told[0.5][0] <= 0.01 and told[0.5][1] < 0.15
    assert told[0.5, 0.0][0] > 0.3 and told[0.5, 0.0][1] > 0.3


@pytest.mark.parametrize("sweep", SWEEPS)
def test_kramers_and_kronig_are_weak_against_drift(sweep):
    """5 % in a sweep is invisible beside 0.3 % noise: the largest residual is 0.6–0.9 % anyway."""
    largest, share = {}, {}
    for growth in (0.0, 0.05, 0.2, 0.5):
        Z = noisy(drifting_cell(growth, SWEEPS[sweep]), 500, seed=2)
        kk = lin_kk(FREQUENCY, Z, beyond=(0.5, 0.0))
        largest[growth] = np.abs(kk.residual).max(axis=1).mean()
        share[growth] = kk.valid.mean()
    assert 0.006 < largest[0.0] < 0.009 and 0.006 < largest[0.05] < 0.009
    assert share[0.0] > 0.99 and share[0.05] > 0.85
    # 20 % leaves 1.3 and 1.4 %: little more, but neighbours are alike
    assert 0.012 < largest[0.2] < 0.016
    assert share[0.2] == share[0.5] == 0


def test_ragged_sweeps():
    Z = noisy(drifting_cell(0.0, SWEEPS["even"]), 4)
    mask = np.ones(Z.shape, bool)
    mask[1, 40:] = False
    mask[2, ::7] = False
    holes = np.where(mask, Z, np.nan)
    kk = lin_kk(FREQUENCY, holes, mask=mask)
    assert np.array_equal(np.isnan(kk.residual), ~mask)
    assert kk.valid.all()
    for row in (1, 2):
        alone = lin_kk(FREQUENCY[mask[row]], Z[row, mask[row]])
        np.testing.assert_allclose(kk.residual[row, mask[row]], alone.residual, atol=1e-12)
        assert kk.rms[row] == pytest.approx(alone.rms, rel=1e-10)
        assert kk.noise[row] == pytest.approx(alone.noise, rel=1e-10)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((FREQUENCY[::20], np.ones(4) + 0j), ["spectrum 0 has 4 points", "unknowns"]),
        ((FREQUENCY, np.ones(F)), ["impedance", "complex"]),
        ((FREQUENCY, np.ones(F - 1) + 0j), ["must match"]),
        ((FREQUENCY, np.where(np.arange(F) == 5, np.nan, 1) + 0j), ["point 5", "finite"]),
        ((-FREQUENCY, np.ones(F) + 0j), ["frequency = -7000000 Hz", "above 0 Hz"]),
    ],
)
def test_wrong_spectra_say_what_is_wrong(arguments, words):
    with pytest.raises(ValueError) as error:
        lin_kk(*arguments)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("name", ["per_decade", "limit", "ceiling"])
def test_wrong_settings_say_what_is_wrong(name):
    with pytest.raises(ValueError, match=rf"{name} = -1 .* above 0"):
        lin_kk(FREQUENCY, np.ones(F) + 0j, **{name: -1.0})


# ---- drift --------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [("int.R",), ("int.R", "int.tau")])
@pytest.mark.parametrize("sweep", SWEEPS)
def test_without_noise_drift_is_found_exactly(sweep, names):
    Z = drifting_cell(0.2, SWEEPS[sweep], *names)
    found = fit_drifting(FREQUENCY, Z, CELL, point_time=SWEEPS[sweep], drift=names, fixed=FIXED)
    for name, value in TRUTH.items():
        assert found[name][0] == pytest.approx(value, rel=1e-6)
    for name in names:
        assert found.rate[name][0] == pytest.approx(np.log(1.2) / 30, rel=1e-6)
        assert found.growth[name][0] == pytest.approx(0.2, rel=1e-6)
    assert found.converged.all() and found.reference_time[0] == pytest.approx(15)


BOTH = ("int.R", "int.tau")


def by_minpack(Z, time, drift, sigma):
    """The minimum for one sweep, by another formula and a library: values, covariance."""
    names = [name for name in TRUTH if name not in FIXED]

    def residual(x):
        p = {**SPENT, **dict(zip(names, np.exp(x), strict=False))}
        p |= {k: p[k] * np.exp(g * (time - 15) / 30) for k, g in zip(drift, x[7:], strict=True)}
        arcs = [
            p[f"{arc}.R"] / (1 + np.exp(p[f"{arc}.alpha"] * np.log(1j * OMEGA * p[f"{arc}.tau"])))
            for arc in ("b", "gb", "int")
        ]
        off = (sum(arcs) - Z) / sigma
        return np.concatenate([off.real, off.imag])

    begin = [*np.log([SPENT[name] for name in names]), *np.zeros(len(drift))]
    options = {"jac": "3-point", "x_scale": "jac", "xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14}
    found = least_squares(residual, begin, **options)
    return names, found.x, found.jac.T @ found.jac, 2 * found.cost


@pytest.mark.parametrize("drift", [("int.R",), BOTH])
@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("growth", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("sweep", SWEEPS)
def test_a_spent_interface_leads_to_the_minimum(sweep, growth, absolute, drift):
    """Where the steady circuit misplaces or loses the small arcs; nothing said but exponents."""
    time = SWEEPS[sweep]
    Z = noisy(drifting_cell(growth, time, *drift, truth=SPENT), 40, seed=20)
    sigma = NOISE * np.abs(Z) if absolute else None
    found = fit_drifting(FREQUENCY, Z, CELL, point_time=time, drift=drift, fixed=FIXED, sigma=sigma)
    assert found.converged.all()
    for k in range(3):
        size = NOISE * np.abs(Z[k]) if absolute else np.abs(Z[k])
        names, x, normal, chi2 = by_minpack(Z[k], time, drift, size)
        ours = [np.log(found[name][k]) for name in names]
        ours += [30 * found.rate[name][k] for name in drift]
        normal = normal if absolute else normal * found.dof[k] / chi2
        assert np.sqrt((ours - x) @ normal @ (ours - x)) < 0.01
        assert found.chi2[k] == pytest.approx(chi2, rel=1e-6)
        errors = [found.stderr[name][k] / found[name][k] for name in names]
        errors += [30 * found.rate_stderr[name][k] for name in drift]
        np.testing.assert_allclose(errors, np.sqrt(np.diag(np.linalg.inv(normal))), rtol=0.02)


@pytest.mark.parametrize("drift", [("int.R",), BOTH])
@pytest.mark.parametrize(("truth", "told"), [(SPENT, "bounds"), (TRUTH, "bounds"), (SPENT, "rate")])
def test_pulls_of_two_thousand_sweeps(truth, told, drift):
    """Values, rates and errors that are what they say, with ragged sweeps and known noise."""
    time, rate = SWEEPS["periods"], np.log(1.1) / 30
    Z = noisy(drifting_cell(0.1, time, *drift, truth=truth), 2_000, seed=21)
    mask = np.ones(Z.shape, bool)
    mask[::2, 50] = mask[::3, 20] = False
    found = fit_drifting(
        FREQUENCY,
        np.where(mask, Z, np.nan),
        CELL,
        point_time=time,
        drift=drift,
        rate=dict.fromkeys(drift, rate) if told == "rate" else None,
        fixed=FIXED,
        bounds={"b.tau": (None, 8e-8), "gb.tau": (8e-8, 1e-5), "int.tau": (1e-5, None)},
        sigma=NOISE * np.abs(Z),
        mask=mask,
    )
    assert found.converged.mean() > 0.99
    pulls = {name: (found[name] - truth[name]) / found.stderr[name] for name in BOTH}
    if told != "rate":
        pulls["rate"] = (found.rate["int.R"] - rate) / found.rate_stderr["int.R"]
    for name, pull in pulls.items():
        pull = pull[found.converged]
        assert 0.95 < pull.std() < 1.05, name
        assert abs(pull.mean()) < 0.1, name
    assert (found.chi2 / found.dof).mean() == pytest.approx(1, abs=0.02)


def test_arcs_that_are_no_zarcs_drift_too():
    """p(R,C) and p(R,CPE), an inductor in series; the frequencies in rising order."""
    circuit, time = Circuit("L_0-p(R_1,C_1)-p(R_2,CPE_2)"), SWEEPS["periods"][::-1]
    truth = {"0.L": 1e-6, "1.R": 60.0, "1.C": 1e-9, "2.R": 270.0, "2.Q": 1e-5, "2.alpha": 0.9}
    moving = {**truth, "2.R": truth["2.R"] * np.exp(0.005 * (time - 15))[None]}
    f = FREQUENCY[::-1]
    Z = noisy(circuit.impedance(f, moving), 20, seed=22)
    found = fit_drifting(f, Z, circuit, point_time=time, drift="2.R", sigma=NOISE * np.abs(Z))
    assert found.converged.all()
    for name, value in truth.items():
        assert abs(np.mean((found[name] - value) / found.stderr[name])) < 1, name
    assert found.rate["2.R"].mean() == pytest.approx(0.005, rel=0.05)
    assert (found.chi2 / found.dof).mean() == pytest.approx(1, abs=0.15)


BIAS = {  # of R_int in the middle of the sweep if drift is ignored, in %
    ("even", 0.05): 1.8,
    ("even", 0.2): 6.9,
    ("periods", 0.05): -0.2,
    ("periods", 0.2): -0.9,
}


@pytest.mark.parametrize(("sweep", "growth"), BIAS)
def test_the_bias_of_ignoring_drift_is_removed(sweep, growth):
    """Known truth, 0.3 % noise: unbiased value and rate, and errors that are what they say."""
    Z = noisy(drifting_cell(growth, SWEEPS[sweep]), 500, seed=5)
    found = fit_drifting(FREQUENCY, Z, CELL, point_time=SWEEPS[sweep], fixed=FIXED, bounds=ORDER)
    assert found.converged.all()
    ignored = found.steady["int.R"] / 270 - 1
    assert 100 * ignored.mean() == pytest.approx(BIAS[sweep, growth], abs=0.06)
    error = found["int.R"] / 270 - 1
    standard = error.std() / np.sqrt(500)
    assert abs(error.mean()) < 4 * standard and standard < 3e-4
    rate = np.log1p(growth) / 30
    for pull in (
        (found["int.R"] - 270) / found.stderr["int.R"],
        (found.rate["int.R"] - rate) / found.rate_stderr["int.R"],
    ):
        assert pull.mean() == pytest.approx(0, abs=0.15)
        assert pull.std() == pytest.approx(1, abs=0.08)
    # what is left is noise
    assert np.mean(found.chi2 / found.dof) == pytest.approx(NOISE**2, rel=0.02)
    assert np.mean(found.steady.chi2 / found.chi2) > 1.15


def test_rates_from_neighbouring_sweeps_are_sharper():
    """Sixty sweeps through which R_int grows twelvefold; every fit knows its neighbours' values."""
    time, sweeps = SWEEPS["even"], 60
    rate = np.linspace(0.1, 2.0, sweeps * 30) * np.log(12) / (1.05 * sweeps * 30)
    log_R = np.concatenate([[0], np.cumsum(rate)])

    def resistance(t):
        return 270 * np.exp(np.interp(t, np.arange(sweeps * 30 + 1), log_R))

    point_time = 30 * np.arange(sweeps)[:, None] + time
    Z = CELL.impedance(FREQUENCY, {**TRUTH, "int.R": resistance(point_time)})
    Z = noisy(Z, sweeps, seed=6)
    alone = fit_drifting(FREQUENCY, Z, CELL, point_time=point_time, fixed=FIXED, bounds=ORDER)
    rates = growth_rate(alone.reference_time, alone.steady["int.R"])
    known = fit_drifting(
        FREQUENCY, Z, CELL, point_time=point_time, fixed=FIXED, bounds=ORDER, rate={"int.R": rates}
    )
    truth = resistance(alone.reference_time)
    error = {
        "ignored": alone.steady["int.R"] / truth - 1,
        "alone": alone["int.R"] / truth - 1,
        "known": known["int.R"] / truth - 1,
    }
    rms = {key: np.sqrt(np.mean(value**2)) for key, value in error.items()}
    assert rms["ignored"] > 0.015
    assert rms["alone"] < 0.006
    assert rms["known"] < 0.003
    assert abs(error["known"].mean()) < 6e-4
    assert (known.rate_stderr["int.R"] == 0).all()


def test_drift_in_one_spectrum_with_sigma_mask_and_a_string():
    time = SWEEPS["even"]
    Z = noisy(drifting_cell(0.2, time), 1, seed=7)[0]
    Z[5], mask = np.nan, np.arange(F) != 5
    time = np.where(mask, time, np.nan)
    found = fit_drifting(
        FREQUENCY,
        Z,
        CELL.string,
        point_time=time,
        drift="int.R",
        fixed=FIXED,
        sigma=np.where(mask, NOISE * np.abs(Z), 1.0),
        mask=mask,
    )
    assert isinstance(found["int.R"], float) and isinstance(found.growth["int.R"], float)
    assert found["int.R"] == pytest.approx(270, rel=0.015)
    assert found.chi2 / found.dof == pytest.approx(1, abs=0.4)
    assert found.stderr["gb.alpha"] == 0


def test_a_steady_cell_does_not_seem_to_drift():
    Z = noisy(drifting_cell(0.0, SWEEPS["even"]), 500, seed=8)
    found = fit_drifting(FREQUENCY, Z, CELL, point_time=SWEEPS["even"], fixed=FIXED, bounds=ORDER)
    pull = found.rate["int.R"] / found.rate_stderr["int.R"]
    assert pull.mean() == pytest.approx(0, abs=0.15) and pull.std() == pytest.approx(1, abs=0.1)


LAWS = {"constant time constant": 0.0, "constant element": 1.0}  # ln τ grows by this × ln R / α


def sweeps_by_law(law, growth, resistance, sweep, repeats, noise, seed=30):
    """Lithium that loses contact, an alloy that loses activity, R ∝ a^-½: plain numpy, no library."""
    s, time = 2j * np.pi * FREQUENCY, SWEEPS[sweep]
    grown = np.exp(np.log1p(growth) * (time - 15) / 30)
    element = (8e-4**0.9 / 270.0) * grown ** (LAWS[law] - 1)
    R = resistance * grown
    Z = sum(r / (1 + (s * tau) ** alpha) for r, tau, alpha in ZARC)
    return noisy(Z + R / (1 + R * element * s**0.9), repeats, seed, noise)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("resistance", [270.0, 1e4])
@pytest.mark.parametrize("growth", [0.05, 0.2])
@pytest.mark.parametrize("sweep", SWEEPS)
def test_nothing_said_about_drift_serves_both_metals(law, resistance, growth, sweep):
    """Value, growth and their errors by default, of 400 sweeps of which the truth is known."""
    noise = 1e-3
    Z = sweeps_by_law(law, growth, resistance, sweep, 400, noise)
    how = {"fixed": {"b.alpha": 1.0, "gb.alpha": 0.9}, "bounds": ORDER, "sigma": noise * np.abs(Z)}
    found = fit_drifting(FREQUENCY, Z, CELL, point_time=SWEEPS[sweep], **how)
    assert list(found.rate) == ["int.R", "int.tau"]
    assert found.converged.all() and found.adequate.mean() > 0.99
    rate = np.log1p(growth) / 30
    pulls = {
        "R": (found["int.R"] - resistance) / found.stderr["int.R"],
        "growth": (found.rate["int.R"] - rate) / found.rate_stderr["int.R"],
        "growth of tau": (found.rate["int.tau"] - LAWS[law] * rate / 0.9)
        / found.rate_stderr["int.tau"],
    }
    for name, pull in pulls.items():
        assert abs(pull.mean()) < 4 / np.sqrt(400), name
        assert pull.std() == pytest.approx(1, abs=4 / np.sqrt(800)), name


def test_one_rate_is_sharper_where_the_time_constant_stays_and_wrong_where_not():
    """Why R alone is not the default: the numbers that the docstring names."""
    how = {"point_time": SWEEPS["even"], "fixed": FIXED, "bounds": ORDER}
    for resistance, sharper, bias in ((270.0, 1.48, 0.08), (1e4, 4.9, 0.36)):
        errors = {}
        for law in LAWS:
            Z = sweeps_by_law(law, 0.05, resistance, "even", 100, 1e-3)
            for drift in ("int.R", None):
                found = fit_drifting(FREQUENCY, Z, CELL, drift=drift, **how)
                off = found["int.R"].mean() / resistance - 1
                errors[law, drift] = np.median(found.stderr["int.R"]) / resistance, off
        ratio = (
            errors["constant time constant", None][0] / errors["constant time constant", "int.R"][0]
        )
        assert ratio == pytest.approx(sharper, rel=0.05)
        assert errors["constant element", "int.R"][1] == pytest.approx(bias * 0.05, rel=0.12)
        assert (
            abs(errors["constant element", None][1]) < 4 * errors["constant element", None][0] / 10
        )


def test_what_drifts_by_default_is_the_interface():
    time, s = SWEEPS["even"], 2j * np.pi * FREQUENCY
    R = 270 * np.exp(0.004 * (time - 15))
    Z = 60 + R / (1 + R * 1e-5 * s**0.9)
    found = fit_drifting(FREQUENCY, Z, "R_0-p(R_int,CPE_int)", point_time=time)
    assert list(found.rate) == ["int.R", "int.Q"]
    assert found.rate["int.R"] == pytest.approx(0.004, rel=1e-5)
    assert found.rate["int.Q"] == pytest.approx(0, abs=1e-8)
    with pytest.raises(
        ValueError, match=r"drift must be given: 'R_0-Zarc_1' has no element called"
    ):
        fit_drifting(FREQUENCY, Z, "R_0-Zarc_1", point_time=time)


@pytest.mark.parametrize("circuit", ["Zarc_b-Zarc_gb-Zarc_int", "R_0-Zarc_int", "Zarc_int"])
def test_a_hundred_sweeps_that_the_circuit_does_not_describe(circuit):
    """More sweeps than a sweep has unknowns and points, all of them inadequate somewhere."""
    Z = sweeps_by_law("constant element", 0.2, 1e4, "even", 150, 1e-3)
    known = {"fixed": FIXED} if "gb" in circuit else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        found = fit_drifting(
            FREQUENCY, Z, circuit, point_time=SWEEPS["even"], drift=("int.R",), **known
        )
    assert found.adequate.shape == found.reason.shape == (150,)
    assert not found.adequate[100:].all()  # beyond the number of its unknowns and points
    for k in range(150):
        assert (found.reason[k] == "converged") == found.adequate[k]
        # what is said of a sweep is said of this sweep
        if "hang together" in found.reason[k]:
            assert f"autocorrelation {found.autocorrelation[k]:.2f}" in found.reason[k]


def test_a_drifting_fit_says_whether_it_describes_the_sweeps():
    time = SWEEPS["even"]
    Z = noisy(drifting_cell(0.05, time), 20)
    how = {"point_time": time, "fixed": FIXED, "bounds": ORDER}
    good = fit_drifting(FREQUENCY, Z, CELL, **how)
    assert good.converged.all() and np.mean(good.adequate) > 0.9
    assert all(good.reason[good.adequate] == "converged")
    assert "\n" not in repr(good) and len(repr(good)) < 150
    assert CELL.string in repr(good) and "int.R, int.tau drifting" in repr(good)
    # a circuit that lacks an arc, and a sigma that is too small
    bare = fit_drifting(FREQUENCY, Z, "R_0-Zarc_int", point_time=time)
    assert bare.converged.any() and not bare.adequate.any()
    assert all("hang together" in reason for reason in bare.reason)
    strict = fit_drifting(FREQUENCY, Z, CELL, sigma=NOISE * np.abs(Z) / 3, **how)
    assert strict.converged.any() and not strict.adequate.any()
    assert all("what sigma explains" in reason for reason in strict.reason)
    one = fit_drifting(FREQUENCY, Z[0], CELL, **how)
    assert one.adequate == good.adequate[0] and one.reason == good.reason[0]


def test_bounds_are_kept():
    Z = noisy(drifting_cell(0.2, SWEEPS["even"]), 20, seed=9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        found = fit_drifting(
            FREQUENCY,
            Z,
            CELL,
            point_time=SWEEPS["even"],
            fixed=FIXED,
            bounds={"int.alpha": (None, 0.88), "int.R": (275.0, None)},
        )
    assert (found["int.alpha"] <= 0.88 * (1 + 1e-12)).all()
    assert (found["int.R"] >= 275 * (1 - 1e-12)).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"point_time": np.zeros(F)}, ["point_time is the same", "spectrum 0"]),
        ({"point_time": np.zeros(F - 1)}, ["point_time of shape (60,)", "(1, 61)"]),
        ({"point_time": np.full(F, np.nan)}, ["point_time must be finite"]),
        ({"drift": "int.Q"}, ["drift: 'int.Q' is not a parameter"]),
        ({"drift": "gb.R", "fixed": {"gb.R": 60.0}}, ["'gb.R' is both in fixed and in drift"]),
        ({"drift": "int.alpha"}, ["'int.alpha' is not allowed", "exponent"]),
        ({"rate": {"gb.R": 1e-3}}, ["rate: 'gb.R' is not in drift"]),
        ({"rate": {"int.R": np.nan}}, ["rate['int.R'] = nan 1/s"]),
        ({"rate": {"int.R": [1.0, 2.0]}}, ["rate['int.R'] has the shape (2,)"]),
        ({"rate": 1e-3}, ["rate = 0.001", "map names"]),
    ],
)
def test_wrong_drift_says_what_is_wrong(change, words):
    arguments = {"point_time": SWEEPS["even"], "fixed": FIXED, **change}
    with pytest.raises(ValueError) as error:
        fit_drifting(FREQUENCY, drifting_cell(0.05, SWEEPS["even"])[0], CELL, **arguments)
    for word in words:
        assert word in str(error.value)


def test_growth_rates_of_a_series():
    time = np.array([0.0, 30, 65, 90, 125, 150])
    np.testing.assert_allclose(growth_rate(time, 5 * np.exp(0.01 * time)), 0.01, rtol=1e-12)
    curved = np.exp(1e-3 * time + 1e-5 * time**2)
    np.testing.assert_allclose(growth_rate(time, curved), 1e-3 + 2e-5 * time, rtol=1e-9)
    with pytest.raises(ValueError, match="at least three sweeps"):
        growth_rate([0.0, 1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="must increase"):
        growth_rate([0.0, 1.0, 1.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"value = -1"):
        growth_rate([0.0, 1.0, 2.0], [1.0, -1.0, 3.0])
