"""The fit against MINPACK with a model of its own, and against what statistics promise.

Everything is synthetic: spectra like those of the paper's cells, 7 MHz to 1 Hz, with 0.3 % noise.
"""

import concurrent.futures
import pickle
import warnings

import numpy as np
import pytest
from scipy.optimize import curve_fit, least_squares

from sandtime.eis import Circuit, FitWarning, fit
from sandtime.eis.descent import eliminate, substitute
from sandtime.eis.model import Model

FREQUENCY = np.geomspace(7e6, 1, 61)
NOISE = 3e-3
TWO = Circuit("R_0-Zarc_gb-Zarc_int")
THREE = Circuit("Zarc_bulk-Zarc_gb-Zarc_int")
# "ω_max ≈ 40 MHz" and "≈ 600 kHz", read as angular frequencies and as frequencies
READINGS = {"rad/s": 1.0, "Hz": 2 * np.pi}


def two_arcs(S):
    """A cell whose interface grows from 0.27 to 10 kΩ."""
    growth = np.linspace(0, 1, S)
    return {
        "0.R": np.full(S, 60.0), "gb.R": np.full(S, 60.0), "gb.tau": np.full(S, 2.7e-7),
        "gb.alpha": np.full(S, 0.9), "int.R": 270 * 37**growth, "int.tau": 1e-3 * (1 + 9 * growth),
        "int.alpha": np.full(S, 0.85),
    }  # fmt: skip


def three_arcs(S, reading="rad/s", bulk_alpha=0.95):
    """The same cell with the bulk as an arc of its own, of which in Hz only the tail is seen."""
    turn, cell = READINGS[reading], two_arcs(S)
    return {
        "bulk.R": cell.pop("0.R"), "bulk.tau": np.full(S, 1 / (turn * 40e6)),
        "bulk.alpha": np.full(S, bulk_alpha),
    } | cell | {"gb.tau": np.full(S, 1 / (turn * 600e3))}  # fmt: skip


def measure(circuit, truth, seed=0, noise=NOISE, frequency=FREQUENCY):
    """A noisy spectrum for each row of the truth."""
    exact = circuit.impedance(frequency, truth)
    draw = np.random.default_rng(seed).normal(size=(2, *exact.shape))
    return exact + noise * np.abs(exact) * (draw[0] + 1j * draw[1])


def zarcs(names, x, frequency=FREQUENCY):
    """An independent model, in logarithms: resistors and Zarcs, and the derivatives."""
    s, p = 2j * np.pi * frequency, dict(zip(names, np.exp(x), strict=True))
    Z, slope = np.zeros(len(s), complex), {}
    for name in names:
        label, own = name.split(".")
        if own == "R" and f"{label}.tau" not in p:
            slope[name] = np.full(len(s), p[name] + 0j)
            Z = Z + slope[name]
        elif own == "R":
            power = (s * p[f"{label}.tau"]) ** p[f"{label}.alpha"]
            arc = p[name] / (1 + power)
            falling = -arc * power / (1 + power) * p[f"{label}.alpha"]
            slope[name] = arc
            slope[f"{label}.tau"] = falling
            slope[f"{label}.alpha"] = falling * np.log(s * p[f"{label}.tau"])
            Z = Z + arc
    return Z, np.array([slope[name] for name in names]).T


def minpack(names, Z, sigma, start, held=()):
    """The minimum by MINPACK with exact derivatives, to rounding: parameters and errors."""
    free = [k for k, name in enumerate(names) if name not in held]
    full = np.log(np.array(start, float))

    def at(x):
        y = full.copy()
        y[free] = x
        return zarcs(names, y)

    def residuals(x):
        r = (at(x)[0] - Z) / sigma
        return np.concatenate([r.real, r.imag])

    def jacobian(x):
        J = at(x)[1][:, free] / sigma[:, None]
        return np.concatenate([J.real, J.imag])

    found = least_squares(
        residuals, full[free], jacobian, method="lm", ftol=1e-15, xtol=1e-15, gtol=1e-15
    )
    full[free] = found.x
    error = np.zeros(len(names))
    error[free] = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)))
    return np.exp(full), error * np.exp(full), 2 * found.cost


# --- the parts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "string",
    [
        "R_0-Zarc_1-Zarc_2",
        "p(R_1,CPE_1)-p(C_2,R_2)-p(CPE_3,R_3)",
        "L_0-R_0-Zarc_1-W_2-CPE_3-C_4",
        "R_0-p(R_1-W_1,CPE_1)-p(R_2,C_2,C_3)-Zarc_5",
        "p(R_1,R_2-Zarc_3)",
    ],
)
def test_real_arithmetic_agrees_with_the_circuit(string):
    circuit, S = Circuit(string), 5
    rng = np.random.default_rng(3)
    x = np.log([
        rng.uniform(0.4, 1, S) if name.endswith("alpha") else 10 ** rng.uniform(-4, 2, S)
        for name in circuit.names
    ])  # fmt: skip
    free = np.arange(len(x)) % 3 != 1  # some are fixed
    omega = 2 * np.pi * FREQUENCY[::-1]
    weights, measured = rng.uniform(1, 2, (61, S)), rng.normal(size=(122, S))
    model = Model(circuit, omega, free)
    rows = model.rows(S)
    model.fill(x, weights, measured, rows)
    parameters = dict(zip(circuit.names, np.exp(x), strict=True))
    Z = circuit.impedance(FREQUENCY[::-1], parameters)
    slopes = circuit.derivatives(FREQUENCY[::-1], parameters) * np.exp(x).T[:, None]

    def split(z):
        return np.concatenate([z.real.T * weights, z.imag.T * weights])

    scale = np.abs(Z).T * 2
    truth = split(Z)
    bound = 1e-13 * np.concatenate([scale, scale])
    assert np.all(np.abs(rows[-1] + measured - truth) <= bound + 1e-15)
    for row, k in zip(rows[:-1], np.flatnonzero(free), strict=True):
        slope = split(slopes[..., k])
        assert np.all(np.abs(row - slope) <= bound + 1e-12 * np.abs(slope).max())
    # what lies above the diagonal is not computed, and must not be what lay in memory before
    np.full((len(rows), len(rows), S), np.nan)
    N = model.normal(x, weights, measured, rows)
    assert np.isfinite(N).all()
    np.testing.assert_allclose(N[-1, 1], np.einsum("fn,fn->n", rows[-1], rows[1]), rtol=1e-12)


def test_elimination_against_numpy():
    rng = np.random.default_rng(4)
    J = rng.normal(size=(20, 30, 5)) * 10.0 ** rng.uniform(-8, 8, (20, 1, 5))
    H, g = J.transpose(0, 2, 1) @ J, rng.normal(size=(20, 5))
    A = np.concatenate([H, g[:, None]], axis=1).transpose(1, 2, 0)
    L, scale, flat = eliminate(A)
    solution = substitute(L, scale).T
    truth = np.linalg.solve(H, g[..., None])[..., 0]
    np.testing.assert_allclose(solution, truth, rtol=1e-8)
    np.testing.assert_allclose((L[5] ** 2).sum(axis=0), np.einsum("sp,sp->s", g, truth), rtol=1e-9)
    assert not flat.any()
    # with damping, relative to the diagonal
    damped = H + 0.3 * H * np.eye(5)
    L, scale, _ = eliminate(A, np.full(20, 0.3))
    truth = np.linalg.solve(damped, g[..., None])[..., 0]
    np.testing.assert_allclose(substitute(L, scale).T, truth, rtol=1e-8)
    # a direction that does not exist is left out and named
    A[3] = A[:, 3] = 0
    L, scale, flat = eliminate(A)
    assert flat[3].all() and not np.delete(flat, 3, axis=0).any()
    assert np.all(substitute(L, scale)[3] == 0)


# --- right -----------------------------------------------------------------------------------


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("reading", READINGS)
def test_three_arcs_within_a_hundredth_of_sigma_of_minpack(reading, absolute):
    truth = three_arcs(24, reading)
    Z = measure(THREE, truth, seed=1)
    sigma = NOISE * np.abs(THREE.impedance(FREQUENCY, truth)) if absolute else None
    found = fit(FREQUENCY, Z, THREE, sigma=sigma)
    assert found.converged.all()
    for k in range(24):
        weight = sigma[k] if absolute else np.abs(Z[k])
        start = {name: value[k] for name, value in truth.items()}
        # MINPACK knows no bounds: where α rests at 1 it gets it as a fixed value
        resting = [name for name in THREE.names if found[name][k] == 1]
        start |= dict.fromkeys(resting, 1.0)
        best, error, chi2 = minpack(THREE.names, Z[k], weight, list(start.values()), resting)
        error *= 1 if absolute else np.sqrt(chi2 / (122 - 9))
        ours = np.array([found[name][k] for name in THREE.names])
        assert np.all(np.abs(ours - best) <= 0.01 * error)
        assert found.chi2[k] == pytest.approx(chi2, rel=1e-8)
        if not resting:
            stderr = [found.stderr[name][k] for name in THREE.names]
            np.testing.assert_allclose(stderr, error, rtol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize(("circuit", "cell"), [(TWO, two_arcs), (THREE, three_arcs)])
def test_pulls_have_unit_width_and_nominal_coverage(circuit, cell, absolute):
    S = 10_240
    truth = cell(S)
    sigma = NOISE * np.abs(circuit.impedance(FREQUENCY, truth)) if absolute else None
    found = fit(FREQUENCY, measure(circuit, truth, seed=2), circuit, sigma=sigma)
    assert found.converged.all() and found.adequate.all()
    P = len(circuit.names)
    # chi-square: its mean is the degrees of freedom, its standard error √(2 dof/S)
    expected = 122 - P if absolute else (122 - P) * NOISE**2
    assert found.dof[0] == 122 - P
    assert found.chi2.mean() == pytest.approx(expected, rel=5 * np.sqrt(2 / (122 - P) / S))
    for name in circuit.names:
        pull = (found[name] - truth[name]) / found.stderr[name]
        assert 0.95 < pull.std() < 1.05, name
        assert abs(pull.mean()) < 0.05, name
        # binomial standard errors of the two coverages: 0.46 % and 0.21 %
        assert np.mean(np.abs(pull) < 1) == pytest.approx(0.6827, abs=0.015), name
        assert np.mean(np.abs(pull) < 1.959964) == pytest.approx(0.95, abs=0.01), name
    # together: the covariance, not only its diagonal
    error = np.array([found[name] - truth[name] for name in circuit.names]).T
    distance = np.einsum(
        "sp,sp->s", error, np.linalg.solve(found.covariance, error[..., None])[..., 0]
    )
    assert distance.mean() == pytest.approx(P, rel=0.04)


@pytest.mark.parametrize("fixed", [("gb.alpha", "bulk.alpha"), ("gb.alpha",)])
@pytest.mark.parametrize("reading", READINGS)
def test_bulk_and_grain_boundary_are_unbiased(reading, fixed):
    """R 60/60, α 0.95/0.9: with the bulk as an arc neither reading of 40 MHz biases the two."""
    truth = three_arcs(2000, reading)
    Z = measure(THREE, truth, seed=5)
    found = fit(FREQUENCY, Z, THREE, fixed={name: truth[name][0] for name in fixed})
    assert found.converged.all()
    for name in ("bulk.R", "gb.R"):
        assert np.mean(found[name] / truth[name]) == pytest.approx(1, abs=3e-3)
        assert np.median(found[name] / truth[name]) == pytest.approx(1, abs=3e-3)


def test_a_bare_resistor_for_the_bulk_is_found_out():
    """It biases R_gb beyond all errors; what the data say against it is in the result."""
    truth = three_arcs(20)
    Z = measure(THREE, truth)
    with pytest.warns(FitWarning, match="not described"):
        found = fit(FREQUENCY, Z, TWO, fixed={"gb.alpha": 0.9}, sigma=NOISE * np.abs(Z))
    assert np.median((found["gb.R"] - 60) / found.stderr["gb.R"]) > 10
    assert 0.05 < np.median(found["gb.R"] / 60 - 1) < 0.2
    assert not found.adequate.any()


@pytest.mark.parametrize(("circuit", "cell"), [(TWO, two_arcs), (THREE, three_arcs)])
def test_starts_twenty_times_off(circuit, cell):
    S = 1000
    truth = cell(S)
    Z = measure(circuit, truth, seed=7)
    best = fit(FREQUENCY, Z, circuit, guess=truth)
    rng = np.random.default_rng(8)
    guess = {
        name: rng.uniform(0.5, 1, S)
        if name.endswith("alpha")
        else v * 20.0 ** rng.choice([-1, 1], S)
        for name, v in truth.items()
    }
    found = fit(FREQUENCY, Z, circuit, guess=guess)
    arrived = np.abs(found.chi2 / best.chi2 - 1) < 1e-6
    assert np.mean(arrived) >= 0.99
    for name in circuit.names:
        apart = np.abs(found[name] - best[name]) / best.stderr[name]
        assert np.all(apart[arrived] < 0.01), name


def test_a_cold_start_finds_arcs_of_any_size_and_place():
    """Two arcs anywhere in the window, two decades apart, one up to ten times the other."""
    S, rng = 1000, np.random.default_rng(9)
    fast = rng.uniform(-7, -4, S)
    truth = {
        "0.R": 10 ** rng.uniform(1, 2, S),
        "a.R": 10 ** rng.uniform(1.5, 2.5, S),
        "a.tau": 10**fast,
        "a.alpha": rng.uniform(0.75, 1, S),
        "b.R": 10 ** rng.uniform(1.5, 2.5, S),
        "b.tau": 10 ** (fast + rng.uniform(2, 3, S)),
        "b.alpha": rng.uniform(0.75, 1, S),
    }
    circuit = Circuit("R_0-Zarc_a-Zarc_b")
    Z = measure(circuit, truth, seed=10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        cold, warm = fit(FREQUENCY, Z, circuit), fit(FREQUENCY, Z, circuit, guess=truth)
    assert np.mean(cold.chi2 < warm.chi2 * (1 + 1e-6)) >= 0.995


@pytest.mark.parametrize("fixed", [None, {"gb.alpha": 0.9}])
def test_small_arcs_are_found_beside_a_large_one(fixed):
    """Two small arcs look like a flat one, and the third arc then mends the large one's edge.

    Interfaces up to 500 times the grain boundary, and bulk arcs of which only the tail is seen: no
    fit may end in a minimum that is not that beside the truth, or a better one.
    """
    S, rng = 2000, np.random.default_rng(12)

    def spread(low, high):
        return low * (high / low) ** rng.uniform(size=S)

    truth = {
        "bulk.R": spread(20, 200), "bulk.tau": 1 / (2 * np.pi * spread(2e7, 6e7)),
        "bulk.alpha": rng.uniform(0.88, 1, S), "gb.R": spread(20, 200),
        "gb.tau": 1 / (2 * np.pi * spread(4e5, 8e5)), "gb.alpha": np.full(S, 0.9),
        "int.R": spread(100, 1e4), "int.tau": spread(1e-4, 1e-2),
        "int.alpha": rng.uniform(0.75, 0.95, S),
    }  # fmt: skip
    Z = measure(THREE, truth, seed=13)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        cold = fit(FREQUENCY, Z, THREE, fixed=fixed)
        warm = fit(FREQUENCY, Z, THREE, fixed=fixed, guess=truth | dict.fromkeys(fixed or (), 0.9))
    assert np.mean(cold.chi2 < warm.chi2 * (1 + 1e-6)) >= 0.998
    assert np.mean(cold.adequate) >= 0.998
    # those that are missed are not believed
    missed = cold.chi2 > 2 * warm.chi2
    assert not cold.adequate[missed].any()


def test_without_noise_the_truth_comes_back():
    truth = three_arcs(10, "Hz")
    found = fit(FREQUENCY, THREE.impedance(FREQUENCY, truth), THREE)
    assert found.converged.all() and found.adequate.all()
    for name, value in truth.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-7)


def test_errors_against_curve_fit():
    truth = two_arcs(1)
    Z = measure(TWO, truth)[0]
    sigma = np.abs(Z)

    def model(_, *p):
        Z = zarcs(TWO.names, np.log(p))[0]
        return np.concatenate([Z.real, Z.imag])

    def slopes(_, *p):
        J = zarcs(TWO.names, np.log(p))[1] / p
        return np.concatenate([J.real, J.imag])

    start = [value[0] for value in truth.values()]
    y, both = np.concatenate([Z.real, Z.imag]), np.concatenate([sigma, sigma])
    for absolute in (True, False):
        _, covariance = curve_fit(
            model, None, y, start, both * (NOISE if absolute else 1), absolute_sigma=absolute,
            x_scale=start, xtol=1e-12, ftol=1e-12, method="trf", jac=slopes,
        )  # fmt: skip
        found = fit(FREQUENCY, Z, TWO, sigma=NOISE * sigma if absolute else None)
        scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
        np.testing.assert_allclose(found.covariance / scale, covariance / scale, atol=2e-4)


# --- what was said is respected --------------------------------------------------------------


def test_fixed_parameters_keep_their_value_and_have_no_error():
    truth = two_arcs(6)
    Z = measure(TWO, truth)
    held = {"gb.alpha": 0.9, "int.R": truth["int.R"]}
    found, free = fit(FREQUENCY, Z, TWO, fixed=held), fit(FREQUENCY, Z, TWO)
    for name in held:
        np.testing.assert_allclose(found[name], np.broadcast_to(held[name], 6), rtol=1e-14)
        assert np.all(found.stderr[name] == 0)
        assert np.all(found.covariance[:, TWO.names.index(name)] == 0)
    assert np.all(found.stderr["gb.R"] < free.stderr["gb.R"])
    assert np.all(found.dof == free.dof + 2)
    best, error, _ = minpack(
        TWO.names, Z[2], np.abs(Z[2]), [v[2] for v in truth.values()], held=tuple(held)
    )
    error *= np.sqrt(found.reduced_chi2[2])
    assert np.all(np.abs([found[n][2] for n in TWO.names] - best) <= 0.01 * error + 1e-12)


@pytest.mark.filterwarnings("ignore::sandtime.eis.FitWarning")
def test_bounds_hold_and_the_result_says_which():
    truth = two_arcs(8)
    Z = measure(TWO, truth)
    found = fit(FREQUENCY, Z, TWO, bounds={"int.alpha": (0.3, 0.8), "gb.R": (1, None)})
    assert np.all(found["int.alpha"] <= 0.8 * (1 + 1e-12))
    assert found.converged.all()
    assert all("int.alpha rests on its bound" in reason for reason in found.reason)
    # the same minimum as with the exponent fixed there
    there = fit(FREQUENCY, Z, TWO, fixed={"int.alpha": 0.8})
    np.testing.assert_allclose(found.chi2, there.chi2, rtol=1e-9)
    # bounds that do not matter change nothing
    wide = fit(FREQUENCY, Z, TWO, bounds={"gb.R": (None, 1e6), "int.tau": (1e-9, np.inf)})
    free = fit(FREQUENCY, Z, TWO)
    for name in TWO.names:
        assert np.all(np.abs(wide[name] - free[name]) <= 0.01 * free.stderr[name])


def test_an_exponent_never_exceeds_one():
    circuit = Circuit("R_0-Zarc_1")
    truth = {"0.R": np.full(200, 10.0), "1.R": 100.0, "1.tau": 1e-4, "1.alpha": 1.0}
    found = fit(FREQUENCY, measure(circuit, truth), circuit)
    assert found.converged.all()
    assert found["1.alpha"].max() == 1
    resting = np.array(["1.alpha rests on its bound" in reason for reason in found.reason])
    assert 0.3 < resting.mean() < 0.7  # half of them would have liked to
    assert np.all(found["1.alpha"][resting] == 1)


def told(labels):
    """What may be known of the slow and the fast of two arcs that are called so."""
    slow, fast = labels
    return [
        {"bounds": {f"{slow}.tau": (1e-5, None)}},
        {"bounds": {f"{slow}.R": (150, None)}},
        {"bounds": {f"{fast}.R": (None, 150), f"{fast}.tau": (None, 1e-4)}},
        {"fixed": {f"{slow}.R": 270.0}},
        {"fixed": {f"{fast}.R": 60.0}},
        {"fixed": {f"{slow}.tau": 1e-3}},
    ]


@pytest.mark.parametrize("string", ["R_0-Zarc_x-Zarc_y", "Zarc_x-R_0-p(R_y,CPE_y)"])
@pytest.mark.parametrize("known", range(6))
def test_what_is_known_of_an_arc_tells_which_it_is(string, known):
    # the slow arc comes first in the string, against its order
    Z = TWO.impedance(FREQUENCY, two_arcs(1))[0]
    known = told(["x", "y"])[known]
    if "CPE" in string and any("y.tau" in name for how in known.values() for name in how):
        known = {"bounds": {"y.R": (None, 150)}}
    found = fit(FREQUENCY, Z, string, **known)
    assert found.converged and found.adequate
    assert found.chi2 < 1e-20
    np.testing.assert_allclose([found["x.R"], found["y.R"]], [270, 60], rtol=1e-6)


def test_known_arcs_in_any_order_lead_to_the_same_minimum():
    rng, S = np.random.default_rng(5), 400
    truth = two_arcs(S) | {
        "0.R": rng.uniform(30, 120, S), "gb.R": rng.uniform(20, 150, S),
        "gb.tau": 10 ** rng.uniform(-7, -6, S), "int.R": 10 ** rng.uniform(1.8, 3.8, S),
        "int.tau": 10 ** rng.uniform(-4, -2, S), "int.alpha": rng.uniform(0.75, 0.95, S),
    }  # fmt: skip
    Z = measure(TWO, truth)
    best = fit(FREQUENCY, Z, TWO).chi2 * 1.01
    for known in (
        {"bounds": {"x.tau": (1e-5, None)}},
        {"bounds": {"x.tau": (1e-5, None), "y.tau": (None, 1e-5)}},
    ):
        assert np.mean(fit(FREQUENCY, Z, "R_0-Zarc_x-Zarc_y", **known).chi2 > best) < 0.01
    held, bulk, S = {"bulk.alpha": 0.95, "gb.alpha": 0.9}, (None, 2e-7), 100
    Z = measure(THREE, three_arcs(S))
    best = fit(FREQUENCY, Z, THREE, fixed=held).chi2 * 1.01
    for string, bounds in (
        ("Zarc_int-Zarc_bulk-Zarc_gb", {"int.tau": (1e-5, None)}),
        (
            "Zarc_int-Zarc_gb-Zarc_bulk",
            {"int.tau": (1e-5, None), "gb.tau": (2e-7, 1e-5), "bulk.tau": bulk},
        ),
    ):
        found = fit(FREQUENCY, Z, string, fixed=held, bounds=bounds)
        assert np.mean(found.chi2 > best) < 0.01


def test_five_arcs_of_which_one_is_known():
    labels, taus = "abcde", 10.0 ** np.arange(-7, -1.5, 1.25)
    truth = {}
    for k, (label, tau) in enumerate(zip(labels, taus, strict=True)):
        truth |= {f"{label}.R": 50.0 * (k + 1), f"{label}.tau": tau, f"{label}.alpha": 1.0}
    rising = Circuit("-".join(f"Zarc_{label}" for label in labels))
    Z = rising.impedance(FREQUENCY, truth)
    # the first and the fourth have changed places
    string = "-".join(f"Zarc_{label}" for label in "dbcae")
    held = {f"{label}.alpha": 1.0 for label in labels}
    found = fit(FREQUENCY, Z, string, fixed=held, bounds={"d.tau": (1e-4, None)})
    assert found.converged and found.chi2 < 1e-15
    # either of the two slowest is allowed to be called so
    assert min(abs(found["d.R"] - 200), abs(found["d.R"] - 250)) < 0.02


@pytest.mark.filterwarnings("ignore::sandtime.eis.FitWarning")
def test_noise_alone_is_not_described():
    draw = np.random.default_rng(8).normal(size=(2, 100, 61))
    found = fit(FREQUENCY, draw[0] + 1j * draw[1], TWO)
    assert not found.adequate.any()
    coarse = found.converged & (found.autocorrelation < 0.1)
    assert coarse.any()  # these would have passed but for the size of the residuals
    assert all("of the impedance" in reason for reason in found.reason[coarse])
    # ordinary noise, even a good deal of it, does not count as such, and sigma decides if given
    loud = measure(TWO, two_arcs(100), noise=0.05)
    assert np.mean(fit(FREQUENCY, loud, TWO).adequate) > 0.9
    louder = measure(TWO, two_arcs(100), noise=0.15)
    sigma = 0.15 * np.abs(TWO.impedance(FREQUENCY, two_arcs(100)))
    assert not fit(FREQUENCY, louder, TWO).adequate.any()
    assert np.mean(fit(FREQUENCY, louder, TWO, sigma=sigma).adequate) > 0.8


def test_arcs_come_in_the_order_of_the_string():
    truth = two_arcs(5)
    Z = measure(TWO, truth)
    found = fit(FREQUENCY, Z, TWO)
    swapped = {
        name.replace("gb", "x").replace("int", "gb").replace("x", "int"): value
        for name, value in truth.items()
    }
    again = fit(FREQUENCY, Z, TWO, guess=swapped)
    for name in TWO.names:
        np.testing.assert_allclose(again[name], found[name], rtol=1e-6)
    covariance = again.covariance / np.abs(found.covariance).max(axis=(1, 2), keepdims=True)
    expected = found.covariance / np.abs(found.covariance).max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(covariance, expected, atol=1e-5)
    # unless a name of theirs is bounded or fixed: then they stay where they were put
    bounded = fit(FREQUENCY, Z, TWO, bounds={"gb.tau": (1e-5, 1.0)})
    np.testing.assert_allclose(bounded["gb.R"], found["int.R"], rtol=1e-6)
    np.testing.assert_allclose(bounded["int.tau"], found["gb.tau"], rtol=1e-4)
    pinned = fit(FREQUENCY, Z, TWO, fixed={"int.tau": 2.7e-7})
    assert np.all(pinned["gb.tau"] > pinned["int.tau"])
    np.testing.assert_allclose(pinned["gb.R"], found["int.R"], rtol=0.01)
    # or what is fixed fits in another order only
    other = fit(FREQUENCY, Z, TWO, fixed={"gb.alpha": 0.85, "int.alpha": 0.9})
    assert other.adequate.all()
    assert np.all(other["gb.tau"] > other["int.tau"])
    np.testing.assert_allclose(other["gb.R"], found["int.R"], rtol=0.01)
    # where both would do, the order of the string is kept
    either = fit(FREQUENCY, Z, TWO, fixed={"gb.alpha": 0.9}, guess=swapped | {"gb.alpha": 0.9})
    assert np.all(either["gb.tau"] < either["int.tau"])


@pytest.mark.parametrize(
    "string", ["R_0-p(R_a,CPE_a)-p(R_b,CPE_b)", "p(CPE_a,R_a)-R_0-p(CPE_b,R_b)"]
)
def test_r_beside_a_constant_phase_element_is_the_same_arc(string):
    truth = two_arcs(12)
    Z = measure(TWO, truth)
    arcs, found = fit(FREQUENCY, Z, TWO), fit(FREQUENCY, Z, string)
    for ours, theirs in (("gb", "a"), ("int", "b")):
        np.testing.assert_allclose(found[f"{theirs}.R"], arcs[f"{ours}.R"], rtol=1e-6)
        np.testing.assert_allclose(found.stderr[f"{theirs}.R"], arcs.stderr[f"{ours}.R"], rtol=1e-3)
        tau = (found[f"{theirs}.R"] * found[f"{theirs}.Q"]) ** (1 / found[f"{theirs}.alpha"])
        np.testing.assert_allclose(tau, arcs[f"{ours}.tau"], rtol=1e-5)


def test_series_of_simple_elements_need_no_guess():
    circuit = Circuit("L_0-R_0-p(R_1,C_1)-CPE_2")
    truth = {
        "0.L": np.full(20, 2e-7), "0.R": 5.0, "1.R": 80.0, "1.C": 1e-8, "2.Q": 2e-3, "2.alpha": 0.7
    }  # fmt: skip
    found = fit(FREQUENCY, measure(circuit, truth), circuit)
    assert found.adequate.all()
    for name, value in truth.items():
        assert np.all(np.abs(found[name] - value) < 5 * found.stderr[name])


@pytest.mark.parametrize("string", ["R_0", "R_0-C_1", "C_1-L_2", "CPE_1", "W_1-R_0"])
def test_a_circuit_needs_no_arc(string):
    circuit = Circuit(string)
    values = {"R": 10.0, "C": 1e-6, "L": 1e-6, "Q": 1e-5, "alpha": 0.6, "sigma": 50.0}
    truth = {name: np.full(20, values[name.rpartition(".")[2]]) for name in circuit.names}
    found = fit(FREQUENCY, measure(circuit, truth), circuit)
    assert found.adequate.all()
    for name, value in truth.items():
        assert np.all(np.abs(found[name] - value) < 5 * found.stderr[name])


def test_more_arcs_than_decades():
    frequency = np.geomspace(1e5, 1e4, 20)
    Z = measure(Circuit("R_0-Zarc_1"), {"0.R": 9.0, "1.R": 50.0, "1.tau": 1e-5, "1.alpha": 0.9},
                frequency=frequency)  # fmt: skip
    with pytest.warns(FitWarning):
        found = fit(frequency, Z, "-".join(f"Zarc_{k}" for k in range(5)))
    assert not found.converged


def test_any_circuit_with_a_guess_or_without():
    circuit = Circuit("R_0-p(R_1-W_1,CPE_1)")
    truth = {"0.R": np.full(30, 8.0), "1.R": 40.0, "1.sigma": 30.0, "1.Q": 1e-5, "1.alpha": 0.85}
    Z = measure(circuit, truth)
    guess = {"0.R": 20.0, "1.R": 10.0, "1.sigma": 100.0, "1.Q": 1e-4, "1.alpha": 0.7}
    found = fit(FREQUENCY, Z, circuit, guess=guess)
    assert found.adequate.all()
    for name, value in truth.items():
        pull = (found[name] - value) / found.stderr[name]
        assert np.abs(pull).max() < 4.5, name
    for part in ({}, {k: guess[k] for k in ("0.R", "1.sigma", "1.alpha")}):
        again = fit(FREQUENCY, Z, circuit, guess=part)
        np.testing.assert_allclose(again.chi2, found.chi2, rtol=1e-6)


# --- points, weights, shapes -----------------------------------------------------------------


def test_a_masked_point_is_not_there():
    truth = two_arcs(6)
    Z = measure(TWO, truth)
    mask = np.ones(Z.shape, bool)
    mask[3, -15:] = False
    mask[4, ::2] = False
    broken = np.where(mask, Z, np.nan)
    found = fit(FREQUENCY, broken, TWO, mask=mask)
    for k in (2, 3, 4):
        alone = fit(FREQUENCY[mask[k]], Z[k, mask[k]], TWO)
        assert found.dof[k] == alone.dof == 2 * mask[k].sum() - 7
        assert found.chi2[k] == pytest.approx(alone.chi2, rel=1e-8)
        for name in TWO.names:
            assert abs(found[name][k] - alone[name]) <= 0.01 * alone.stderr[name]
            assert found.stderr[name][k] == pytest.approx(alone.stderr[name], rel=1e-3)
    assert np.array_equal(np.isnan(found.residuals), ~mask)
    one = fit(FREQUENCY, broken[:3], TWO, mask=mask[0])
    assert one.dof[0] == 115


def test_the_order_of_the_sweep_does_not_matter():
    Z = measure(TWO, two_arcs(3))
    found = fit(FREQUENCY, Z, TWO)
    for order in (np.arange(61)[::-1], np.random.default_rng(0).permutation(61)):
        again = fit(FREQUENCY[order], Z[:, order], TWO)
        for name in TWO.names:
            assert np.all(np.abs(again[name] - found[name]) <= 0.01 * found.stderr[name])
        np.testing.assert_allclose(again.autocorrelation, found.autocorrelation, atol=1e-6)
        np.testing.assert_allclose(again.residuals, found.residuals[:, order], atol=1e-6)


def test_a_spectrum_is_fitted_alone_as_in_a_stack():
    Z = measure(THREE, three_arcs(400))
    stack = fit(FREQUENCY, Z, THREE)
    for k in (0, 77, 399):
        alone = fit(FREQUENCY, Z[k], THREE)
        for name in THREE.names:
            assert alone[name] == pytest.approx(stack[name][k], rel=1e-9)
        assert alone.chi2 == pytest.approx(stack.chi2[k], rel=1e-9)


def test_the_unit_does_not_matter():
    Z = measure(TWO, two_arcs(3))
    found = fit(FREQUENCY, Z, TWO)
    for factor in (1e-7, 1e7):
        again = fit(FREQUENCY, factor * Z, TWO)
        np.testing.assert_allclose(again["int.R"], factor * found["int.R"], rtol=1e-6)
        np.testing.assert_allclose(again.stderr["gb.R"], factor * found.stderr["gb.R"], rtol=1e-4)
        slow = fit(FREQUENCY * factor, Z, TWO)
        np.testing.assert_allclose(slow["gb.tau"], found["gb.tau"] / factor, rtol=1e-6)


@pytest.mark.filterwarnings("ignore::sandtime.eis.FitWarning")
def test_sigma_is_absolute_and_the_modulus_is_not():
    Z = measure(TWO, two_arcs(4))
    sigma = NOISE * np.abs(Z)
    relative, absolute = fit(FREQUENCY, Z, TWO), fit(FREQUENCY, Z, TWO, sigma=sigma)
    np.testing.assert_allclose(absolute["gb.R"], relative["gb.R"], rtol=1e-6)
    np.testing.assert_allclose(absolute.chi2 * NOISE**2, relative.chi2, rtol=1e-9)
    ratio = relative.stderr["gb.R"] / absolute.stderr["gb.R"]
    np.testing.assert_allclose(ratio, np.sqrt(absolute.reduced_chi2), rtol=1e-4)
    np.testing.assert_allclose(np.sqrt(relative.reduced_chi2), NOISE, rtol=0.3)
    for shape in (sigma[0], 0.1):
        assert fit(FREQUENCY, Z, TWO, sigma=shape)["gb.R"].shape == (4,)


def test_one_spectrum_gives_scalars_and_a_stack_arrays():
    Z = measure(TWO, two_arcs(2))
    one, stack = fit(FREQUENCY, Z[0], "R_0-Zarc_gb-Zarc_int"), fit(FREQUENCY, Z[:1], TWO)
    for single in (one["int.R"], one.stderr["int.R"], one.chi2, one.reduced_chi2, one.dof,
                   one.converged, one.adequate, one.autocorrelation, one.iterations):  # fmt: skip
        assert np.ndim(single) == 0
    assert one.reason == "converged" and isinstance(one.reason, str)
    assert one.covariance.shape == (7, 7)
    assert one.impedance().shape == one.residuals.shape == (61,)
    assert stack["int.R"].shape == stack.chi2.shape == stack.reason.shape == (1,)
    assert stack.covariance.shape == (1, 7, 7)
    assert stack.impedance([1.0, 10.0]).shape == (1, 2)
    assert (np.abs(stack.residuals) ** 2).sum(axis=1) == pytest.approx(stack.chi2)
    assert stack.names == TWO.names
    assert "1 of 1 spectra converged" in repr(stack)
    with pytest.raises(KeyError, match=r"did you mean int\.tau"):
        one["int.tua"]
    again = pickle.loads(pickle.dumps(stack))
    np.testing.assert_array_equal(again["int.R"], stack["int.R"])


# --- honest ----------------------------------------------------------------------------------


def test_a_circuit_that_lacks_an_arc_is_found_out():
    truth = three_arcs(50)
    Z = measure(THREE, truth)
    with pytest.warns(FitWarning, match=r"of these are not described by the circuit; the first"):
        found = fit(FREQUENCY, Z, "R_0-Zarc_1")
    assert not found.adequate.any()
    assert all("residuals hang together" in reason for reason in found.reason)
    assert "of these are not described" in repr(found)
    # with sigma, the size of the residuals speaks as well
    with pytest.warns(FitWarning):
        found = fit(FREQUENCY, Z, "R_0-Zarc_1", sigma=NOISE * np.abs(Z))
    assert all("times what sigma explains" in reason for reason in found.reason)


def test_a_short_sweep_tells_as_well():
    """Twenty-one points, as some instruments export them, and an inductance that is left out."""
    frequency = np.geomspace(3e5, 3e3, 21)
    truth = {"0.L": np.full(50, 5e-6), "0.R": 140.0, "1.R": 500.0, "1.tau": 2e-5, "1.alpha": 0.98}
    Z = measure(Circuit("L_0-R_0-Zarc_1"), truth, frequency=frequency, noise=1e-3)
    assert fit(frequency, Z, "L_0-R_0-Zarc_1").adequate.all()
    with pytest.warns(FitWarning, match="not described"):
        assert not fit(frequency, Z, "R_0-Zarc_1").adequate.any()


def test_good_fits_are_not_called_bad():
    truth = two_arcs(4000)
    sigma = NOISE * np.abs(TWO.impedance(FREQUENCY, truth))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit(FREQUENCY, measure(TWO, truth, seed=11), TWO, sigma=sigma)
    assert found.adequate.all()
    assert set(found.reason) == {"converged"}


def test_an_arc_that_is_not_there_is_not_converged():
    circuit = Circuit("R_0-Zarc_1")
    truth = {"0.R": np.full(20, 50.0), "1.R": 100.0, "1.tau": 1e-4, "1.alpha": 0.9}
    with pytest.warns(FitWarning):
        found = fit(FREQUENCY, circuit.impedance(FREQUENCY, truth), TWO)
    assert not found.converged.any()
    assert all(reason != "converged" for reason in found.reason)


def test_a_resistor_that_is_not_there_vanishes():
    circuit = Circuit("R_0-Zarc_1")
    truth = {"1.R": np.full(300, 100.0), "1.tau": 1e-4, "1.alpha": 0.9}
    found = fit(FREQUENCY, measure(Circuit("Zarc_1"), truth), circuit)
    assert found.converged.all()
    gone = np.array(["0.R runs to zero" in reason for reason in found.reason])
    assert 0.3 < gone.mean() < 0.7  # half of the noise asks for less than nothing
    assert np.all(found["0.R"][gone] < 1e-5)
    np.testing.assert_allclose(found["1.R"], 100, rtol=0.02)


def test_what_the_data_do_not_determine_has_no_error_bar():
    """A capacitor alone says nothing about the resistor beside it, once that is large enough."""
    circuit = Circuit("R_0-p(R_1,C_1)")
    frequency = np.geomspace(7e6, 1e4, 30)
    truth = {"0.R": 10.0, "1.R": 1e12, "1.C": 1e-6}
    Z = circuit.impedance(frequency, truth)
    rng = np.random.default_rng(0)
    Z = Z + 1e-3 * np.abs(Z) * (rng.normal(size=30) + 1j * rng.normal(size=30))
    with pytest.warns(FitWarning):
        found = fit(frequency, Z, circuit)
    assert not found.converged
    assert "1.R" in found.reason
    assert found["1.C"] == pytest.approx(1e-6, rel=0.01)


# --- many ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ThreadPoolExecutor", "ProcessPoolExecutor"])
def test_an_executor_gives_the_same(kind):
    Z = measure(TWO, two_arcs(700))
    alone = fit(FREQUENCY, Z, TWO)
    with getattr(concurrent.futures, kind)(2) as executor:
        spread = fit(FREQUENCY, Z, TWO, executor=executor)
    for name in TWO.names:
        np.testing.assert_allclose(spread[name], alone[name], rtol=1e-9)
    np.testing.assert_allclose(spread.covariance, alone.covariance, rtol=1e-6, atol=1e-30)


def test_a_dask_cluster_gives_the_same():
    distributed = pytest.importorskip(
        "distributed", reason="dask.distributed is optional and not installed here"
    )
    Z = measure(TWO, two_arcs(700))
    alone = fit(FREQUENCY, Z, TWO)
    with distributed.Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        spread = fit(FREQUENCY, Z, TWO, executor=client.get_executor())
    np.testing.assert_allclose(spread["int.R"], alone["int.R"], rtol=1e-9)


def test_progress_is_told_to_whoever_asks(capsys):
    Z = np.repeat(measure(TWO, two_arcs(1)), 5000, axis=0)
    calls = []
    fit(FREQUENCY, Z, TWO, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(2048, 5000), (4096, 5000), (5000, 5000)]
    fit(FREQUENCY, Z[:10], TWO, progress=True)
    assert "10 of 10 spectra fitted\n" in capsys.readouterr().err
    fit(FREQUENCY, Z[:10], TWO)
    fit(FREQUENCY, Z[:10], TWO, progress=False)
    assert capsys.readouterr() == ("", "")


# --- wrong arguments -------------------------------------------------------------------------

GOOD = measure(TWO, two_arcs(3))


def spoiled(value, k=1, point=4):
    Z = GOOD.copy()
    Z[k, point] = value
    return Z


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"impedance": spoiled(np.nan)}, ["spectrum 1 at point 4", "must be finite", "Hz"]),
        ({"impedance": spoiled(np.inf * 1j)}, ["spectrum 1 at point 4"]),
        ({"impedance": spoiled(0)}, ["spectrum 1 at point 4", "modulus weights need |Z| above 0"]),
        ({"impedance": GOOD.real}, ["float64", "must be complex"]),
        ({"impedance": GOOD[None]}, ["(1, 3, 61)"]),
        ({"impedance": GOOD[:0]}, ["(0, 61)"]),
        ({"impedance": GOOD[:, :60]}, ["60 points a spectrum, frequency has 61"]),
        ({"frequency": -FREQUENCY}, ["frequency = -7000000 Hz (element 0)"]),
        ({"circuit": 7}, ["circuit = 7", "Circuit or a string"]),
        ({"circuit": "R_0-Zac_1"}, ["did you mean Zarc?"]),
        ({"fixed": {"gb.alfa": 0.9}}, ["fixed: 'gb.alfa'", "did you mean gb.alpha?"]),
        ({"fixed": {"gb.R": -1.0}}, ["fixed['gb.R'] = -1 Ω", "above 0"]),
        ({"fixed": {"gb.R": np.ones(2)}}, ["shape (2,)", "for each of 3 spectra"]),
        ({"fixed": ["gb.R"]}, ["fixed = ['gb.R']", "map names to values"]),
        ({"fixed": dict.fromkeys(TWO.names, 0.5)}, ["nothing is left to fit"]),
        ({"guess": {"gb.R": 0.0}}, ["guess['gb.R'] = 0 Ω"]),
        ({"bounds": {"gb.Q": (1, 2)}}, ["bounds: 'gb.Q' is not a parameter"]),
        ({"bounds": {"gb.R": (2, 1)}}, ["bounds['gb.R'] = (2, 1)", "low must be below high"]),
        ({"bounds": {"gb.R": 3}}, ["must be (low, high)"]),
        ({"bounds": {"gb.alpha": (0.5, 1.2)}}, ["bounds['gb.alpha'] = 1.2", "between 0 and 1"]),
        ({"bounds": {"gb.R": (1, 9)}, "guess": {"gb.R": 10}}, ["guess['gb.R'] = 10", "(1, 9)"]),
        ({"bounds": {"gb.R": (1, 9)}, "fixed": {"gb.R": 5}}, ["both in fixed and in bounds"]),
        ({"sigma": np.ones(60)}, ["sigma has the shape (60,)"]),
        ({"sigma": np.where(np.arange(61) == 2, 0.0, 1)}, ["spectrum 0 at point 2", "above 0"]),
        ({"sigma": np.ones(61) * 1j}, ["sigma must be real"]),
        ({"mask": np.ones(61)}, ["mask must be an array of bool"]),
        ({"mask": np.ones((2, 61), bool)}, ["mask has the shape (2, 61)"]),
        ({"mask": np.arange(61) < 3}, ["spectrum 0 has 3 points", "7 free parameters"]),
    ],
)
def test_a_wrong_argument_is_named(change, words):
    arguments = {"frequency": FREQUENCY, "impedance": GOOD, "circuit": TWO} | change
    with pytest.raises(ValueError) as error:
        fit(**arguments)
    for word in words:
        assert word in str(error.value)
