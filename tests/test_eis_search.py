"""Starts of any circuit, second minima, signs, and data that no circuit is made for.

The reference is MINPACK from the truth, with the circuit's own derivatives (which have a test of
their own).
"""

import warnings

import numpy as np
import pytest
from scipy.optimize import least_squares

from sandtime.eis import Circuit, FitWarning, fit, fit_drifting
from sandtime.eis.draw import size_of
from sandtime.eis.given import given

FREQUENCY = np.geomspace(1e5, 1e-2, 61)
NOISE = 3e-3
# name → string, truth (low, high), drawn between on a logarithmic scale
CELLS = {
    "Randles": ("R_0-p(R_1-W_1,CPE_1)", {
        "0.R": (5, 20), "1.R": (20, 200), "1.sigma": (5, 50), "1.Q": (5e-6, 5e-5),
        "1.alpha": (0.75, 0.97)}),
    "open": ("R_0-p(R_1-Wo_2,CPE_1)", {
        "0.R": (5, 20), "1.R": (20, 200), "2.Z0": (30, 200), "2.tau_d": (1, 20),
        "1.Q": (5e-6, 5e-5), "1.alpha": (0.75, 0.97)}),
    "loop": ("R_0-p(R_1,CPE_1)-p(R_2,L_2)", {
        "0.R": (5, 20), "1.R": (30, 200), "1.Q": (5e-6, 5e-5), "1.alpha": (0.75, 0.97),
        "2.R": (5, 50), "2.L": (5, 50)}),
    "coating": ("R_0-p(CPE_1,R_1-p(R_2,CPE_2))", {
        "0.R": (10, 100), "1.Q": (1e-8, 1e-7), "1.alpha": (0.85, 0.97), "1.R": (500, 5000),
        "2.R": (5e3, 1e5), "2.Q": (1e-6, 1e-5), "2.alpha": (0.75, 0.95)}),
    "Gerischer": ("R_0-Zarc_1-G_2", {
        "0.R": (5, 20), "1.R": (10, 100), "1.tau": (1e-5, 1e-4), "1.alpha": (0.75, 0.97),
        "2.R_G": (20, 200), "2.t_G": (1e-2, 1)}),
    "pores": ("R_0-TLMQ_1", {
        "0.R": (2, 10), "1.R_ion": (20, 200), "1.Q_s": (1e-3, 1e-2), "1.gamma": (0.85, 0.98)}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        yield


def measured(string, truth, S, seed, noise=NOISE, frequency=FREQUENCY, negative=()):
    """A circuit, parameters of S cells, and their noisy spectra."""
    circuit, rng = Circuit(string, negative=negative), np.random.default_rng(seed)
    cells = {
        name: span[0] * (span[1] / span[0]) ** rng.uniform(size=S)
        if isinstance(span, tuple)
        else np.full(S, span)
        for name, span in truth.items()
    }
    Z = circuit.impedance(frequency, cells)
    draw = rng.normal(size=(2, *Z.shape))
    return circuit, cells, Z * (1 + noise * (draw[0] + 1j * draw[1]))


def minpack(circuit, cells, Z, frequency=FREQUENCY):
    """Chi-square of each spectrum at the minimum that MINPACK finds from the truth."""
    omega = 2 * np.pi * frequency

    def values(x):
        return dict(zip(circuit.names, np.exp(x), strict=True))

    def split(z):
        return np.concatenate([z.real, z.imag])

    chi2 = []
    for k in range(len(Z)):
        sigma = np.abs(Z[k])

        def residuals(x, z=Z[k], sigma=sigma):
            return split((circuit.tree.evaluate(omega, values(x))[0] - z) / sigma)

        def jacobian(x, sigma=sigma):
            slopes = circuit.tree.evaluate(omega, values(x))[1]()
            both = zip(slopes, values(x).values(), strict=True)
            return np.array([split(slope * value / sigma) for slope, value in both]).T

        begin = np.log([cells[name][k] for name in circuit.names])
        tight = {"ftol": 1e-14, "xtol": 1e-14, "gtol": 1e-14}
        chi2.append(2 * least_squares(residuals, begin, jacobian, method="lm", **tight).cost)
    return np.array(chi2)


@pytest.mark.parametrize("name", CELLS)
def test_every_circuit_begins_by_itself_and_a_poor_guess_does_no_harm(name):
    S = 40
    circuit, cells, Z = measured(*CELLS[name], S, seed=1)
    best = minpack(circuit, cells, Z)
    rng = np.random.default_rng(2)
    for factor in (None, 10, 100):
        guess = factor and {
            own: rng.uniform(0.7, 0.98, S)
            if circuit.parameters[own].exponent
            else value * factor ** rng.uniform(-1, 1, S)
            for own, value in cells.items()
        }
        found = fit(FREQUENCY, Z, circuit, guess=guess)
        there = (found.chi2 - best) / NOISE**2 < 0.01
        assert there.mean() >= 0.97, factor
        assert not (found.adequate & ~there).any()
        # an exponent that MINPACK would like to be above 1 has no width
        for own in circuit.names:
            pull = np.log(found[own] / cells[own]) * found[own] / found.stderr[own]
            assert 0.6 < np.median(np.abs(pull[there])) / 0.6745 < 1.5, own


def test_a_second_minimum_is_found_though_residuals_are_white():
    """Two arcs of which one has a Warburg element: which of them is a matter of few units."""
    truth = {
        "0.R": (5, 20), "1.R": (20, 100), "1.Q": (1e-7, 1e-6), "1.alpha": (0.75, 0.97),
        "2.R": (50, 200), "2.Q": (1e-5, 1e-4), "2.alpha": (0.75, 0.97), "2.sigma": (10, 50),
    }  # fmt: skip
    frequency = np.geomspace(1e6, 1e-2, 71)
    circuit, cells, Z = measured(
        "R_0-p(R_1,CPE_1)-p(R_2-W_2,CPE_2)", truth, 60, seed=3, frequency=frequency
    )
    cold, warm = fit(frequency, Z, circuit), fit(frequency, Z, circuit, guess=cells)
    swapped = cells | {
        f"{one}.{own}": cells[f"{other}.{own}"]
        for one, other in ("12", "21")
        for own in ("R", "Q", "alpha")
    }
    assert np.median(fit(frequency, Z, circuit, guess=swapped).chi2 / warm.chi2) < 1 + 1e-6
    assert np.mean(cold.chi2 < warm.chi2 * (1 + 1e-6)) >= 0.98


def test_starts_do_not_depend_on_neighbours():
    circuit, _, Z = measured(*CELLS["coating"], 300, seed=4)
    stack = fit(FREQUENCY, Z, circuit)
    turned = fit(FREQUENCY, Z[::-1], circuit)
    np.testing.assert_allclose(turned.chi2[::-1], stack.chi2, rtol=1e-9)
    for k in (0, 137, 299):
        alone = fit(FREQUENCY, Z[k], circuit)
        assert alone.chi2 == pytest.approx(stack.chi2[k], rel=1e-9)
        for name in circuit.names:
            assert alone[name] == pytest.approx(stack[name][k], rel=1e-6)


@pytest.mark.parametrize(
    "known",
    [
        {"fixed": ("1.Q",)}, {"fixed": ("1.alpha", "1.R")}, {"fixed": ("2.R",)},
        {"bounds": ("1.R", "2.Q")}, {"guess": ("2.R",)},
    ],
)  # fmt: skip
def test_what_is_known_of_a_nested_circuit_is_kept(known):
    circuit, cells, Z = measured(*CELLS["coating"], 40, seed=5)
    best = minpack(circuit, cells, Z)
    said = {
        how: {
            name: (cells[name] / 2, cells[name] * 2) if how == "bounds" else cells[name]
            for name in names
        }
        for how, names in known.items()
    }
    found = fit(FREQUENCY, Z, circuit, **said)
    assert found.converged.mean() >= 0.97
    if "fixed" in said:  # a few units above the minimum of all that is free
        assert np.median((found.chi2 - best) / NOISE**2) < 4
        for name, value in said["fixed"].items():
            np.testing.assert_allclose(found[name], value, rtol=1e-12)
    else:
        assert np.mean((found.chi2 - best) / NOISE**2 < 0.01) >= 0.97


# --- signs -----------------------------------------------------------------------------------

LOOP = {"0.R": 20.0, "1.R": 100.0, "1.tau": 1e-3, "1.alpha": 0.9, "2.R": -30.0, "2.tau": 10.0}


@pytest.mark.parametrize("R", [-30.0, 30.0])
@pytest.mark.parametrize("element", ["Zarc", "K"])
def test_a_resistance_of_either_sign(R, element):
    truth = LOOP | {"2.R": R} | ({"2.alpha": 0.95} if element == "Zarc" else {})
    string = f"R_0-Zarc_1-{element}_2"
    circuit, cells, Z = measured(string, truth, 60, seed=6, negative={"2.R"})
    found = fit(FREQUENCY, Z, circuit)
    assert found.adequate.mean() > 0.95
    for name in circuit.names:
        pull = (found[name] - cells[name]) / found.stderr[name]
        assert abs(np.median(pull)) < 0.6 and 0.5 < pull.std() < 1.5, name
    assert (np.sign(found["2.R"]) == np.sign(R)).all()
    # the covariance with another parameter has the sign of the parameter
    slopes = circuit.derivatives(FREQUENCY, cells)[0] / np.abs(Z[0])[:, None]
    information = (slopes.conj().T @ slopes).real
    exact = np.linalg.inv(information)[0, circuit.names.index("2.R")]
    assert np.sign(found.covariance[0, 0, circuit.names.index("2.R")]) == np.sign(exact)


def test_a_negative_resistance_beside_a_capacitance():
    truth = {"0.R": 20.0, "1.R": -300.0, "1.Q": 1e-5, "1.alpha": 0.95}
    circuit, _, Z = measured("R_0-p(R_1,CPE_1)", truth, 20, seed=7, negative="1.R")
    found = fit(FREQUENCY, Z, circuit)
    assert found.adequate.all()
    np.testing.assert_allclose(found["1.R"], -300, rtol=0.03)


def test_what_is_said_of_a_sign_holds():
    truth = LOOP | {"2.alpha": 0.95}
    circuit, _, Z = measured("R_0-Zarc_1-Zarc_2", truth, 4, seed=8, negative={"2.R"})
    free = fit(FREQUENCY, Z, circuit)
    for how in (
        {"bounds": {"2.R": (-100, -1)}}, {"bounds": {"2.R": (None, 0)}},
        {"bounds": {"2.R": (-100, 100)}}, {"guess": {"2.R": 3.0}}, {"guess": {"2.R": -3.0}},
    ):  # fmt: skip
        np.testing.assert_allclose(fit(FREQUENCY, Z, circuit, **how).chi2, free.chi2, rtol=1e-6)
    held = fit(FREQUENCY, Z, circuit, fixed={"2.R": -30.0})
    np.testing.assert_allclose(held["2.R"], -30)
    up = fit(FREQUENCY, Z, circuit, bounds={"2.R": (0, None)})
    assert (up["2.R"] > 0).all() and not up.adequate.any()
    with pytest.raises(ValueError, match=r"guess\['2\.R'\] = -3 is not allowed"):
        fit(FREQUENCY, Z, circuit, guess={"2.R": -3}, bounds={"2.R": (0, None)})
    with pytest.raises(ValueError, match="all spectra the same sign"):
        fit(FREQUENCY, Z, circuit, fixed={"2.R": [-30.0, 30.0, 30.0, 30.0]})
    many = Circuit("-".join(f"R_{k}" for k in range(7)), negative=[f"{k}.R" for k in range(7)])
    with pytest.raises(ValueError, match="7 parameters may be negative: at most 6"):
        given(many, 1)


def test_a_loop_of_either_sign_in_a_cell_that_drifts():
    S, time = 20, np.linspace(0, 600, 61)
    R = np.where(np.arange(S) % 2, 30.0, -30.0)
    circuit = Circuit("R_0-Zarc_int-K_2", negative={"2.R"})
    grown = 100 * np.exp(3e-4 * (time - 300)) * np.ones((S, 1))
    truth = {
        "0.R": 20.0, "int.R": grown, "int.tau": 1e-3, "int.alpha": 0.9,
        "2.R": R[:, None] * np.ones(61), "2.tau": 10.0,
    }  # fmt: skip
    exact = circuit.impedance(FREQUENCY, truth)
    draw = np.random.default_rng(12).normal(size=(2, *exact.shape))
    Z = exact * (1 + NOISE * (draw[0] + 1j * draw[1]))
    found = fit_drifting(FREQUENCY, Z, circuit, point_time=time, drift="int.R")
    assert found.adequate.mean() > 0.9
    for value, true, error in (
        (found["2.R"], R, found.stderr["2.R"]),
        (found.rate["int.R"], 3e-4, found.rate_stderr["int.R"]),
    ):  # fmt: skip
        pull = (value - true) / error
        assert abs(pull.mean()) < 1 and 0.5 < pull.std() < 1.6


# --- odd, but allowed ------------------------------------------------------------------------

CIRCUITS = (
    "R_0-p(R_1-W_1,CPE_1)", "R_0-Zarc_1-Zarc_2", "R_0-p(CPE_1,R_1-p(R_2,CPE_2))",
    "La_0-R_0-G_1-TLMQ_2",
)  # fmt: skip


@pytest.mark.parametrize("string", CIRCUITS)
def test_odd_data_converge_or_say_so(string):
    _, _, Z = measured(*CELLS["Randles"], 1, seed=9)
    draw = np.random.default_rng(10).normal(size=(2, 61))
    equal, every = np.full(61, 50 + 0j), np.ones(61)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", FitWarning)
        for frequency, spectrum, sigma in (
            (FREQUENCY, equal, None), (FREQUENCY, -1j * equal, None), (FREQUENCY, -Z[0], None),
            (FREQUENCY, 0 * equal, every), (FREQUENCY, draw[0] + 1j * draw[1], None),
            (FREQUENCY[::12], Z[0, ::12], None), (10 * every, Z[0], None),
        ):  # fmt: skip
            found = fit(frequency, spectrum, string, sigma=sigma)
            assert found.converged or found.reason not in ("", "converged")
            assert all(np.isfinite(found[name]) for name in found.names)


@pytest.mark.parametrize("size", [1e-12, 1e12])
def test_impedances_of_any_size(size):
    circuit, _, Z = measured(*CELLS["Randles"], 10, seed=11)
    ordinary, found = fit(FREQUENCY, Z, circuit), fit(FREQUENCY, size * Z, circuit)
    np.testing.assert_allclose(found["1.R"], size * ordinary["1.R"], rtol=1e-4)
    assert found.adequate.all()


def test_what_counts_as_a_simple_element():
    sizes = {part.symbol: size_of(part) for part in Circuit(
        "R_0-L_0-W_0-La_1-C_1-CPE_2-Zarc_3-Ws_4-G_5-TLMQ_6").tree.parts}  # fmt: skip
    assert sizes == {"R": 1, "L": 1, "W": 1, "La": 1, "C": -1, "CPE": -1, "Zarc": 0, "Ws": 0,
                     "G": 0, "TLMQ": 0}  # fmt: skip
