"""Whether a circuit describes a spectrum: right ones are not accused, wrong ones are caught.

The spectra come from formulas written down here, with noise of known size.
"""

import warnings

import numpy as np
import pytest
from scipy.optimize import curve_fit

from sandtime import eis
from sandtime.eis.fit import FitWarning

pytestmark = pytest.mark.filterwarnings("ignore::sandtime.eis.fit.FitWarning")

J = 1j


def arc(omega, R, tau, alpha=1.0):
    return R / (1 + (J * omega * tau) ** alpha)


def walled(omega, Z0, tau):
    root = np.sqrt(J * omega * tau)
    return Z0 / (root * np.tanh(root))


def swept(points, high=1e5, low=1.0):
    frequency = np.geomspace(high, low, points)
    return frequency, 2 * np.pi * frequency


def noisy(Z, count, noise, seed):
    rng = np.random.default_rng(seed)
    shape = (count, Z.size)
    return Z * (1 + noise * (rng.normal(size=shape) + 1j * rng.normal(size=shape)))


RIGHT = {
    "R_0-Zarc_1": lambda w: 10 + arc(w, 100, 1e-3, 0.85),
    "R_0-p(R_1,C_1)": lambda w: 10 + arc(w, 100, 1e-3),
    "R_0-Zarc_1-W_2": lambda w: 10 + arc(w, 100, 1e-4, 0.9) + 30 * (1 - 1j) / np.sqrt(w),
    "L_0-R_0-Zarc_1": lambda w: 1e-6j * w + 10 + arc(w, 50, 1e-3, 0.8),
    "R_0-p(CPE_1,R_1-W_1)": lambda w: (
        10 + 1 / (1e-5 * (J * w) ** 0.9 + 1 / (80 + 30 * (1 - 1j) / np.sqrt(w)))
    ),
}


@pytest.mark.parametrize("noise", [5e-4, 3e-3, 3e-2])
@pytest.mark.parametrize("circuit", RIGHT)
def test_a_right_circuit_is_rarely_accused(circuit, noise):
    """At most one in a hundred is the aim; of these 320 four would be 1.25 %, by chance."""
    accused = total = 0
    for seed, points in enumerate((9, 15, 30, 61)):
        frequency, omega = swept(points)
        found = eis.fit(frequency, noisy(RIGHT[circuit](omega), 80, noise, seed), circuit)
        # what the data do not determine is said, and is no accusation
        accused += np.count_nonzero(found.converged & ~found.adequate)
        total += 80
    assert accused <= 0.0125 * total


@pytest.mark.parametrize("points", [10, 12, 15, 20, 30, 61])
def test_a_wrong_circuit_is_caught_on_short_sweeps_too(points):
    """An RC arc in place of a depressed one: it leaves eight times the noise and more."""
    frequency, omega = swept(points)
    Z = noisy(10 + arc(omega, 100, 1e-3, 0.85), 100, 3e-3, points)
    wrong, right = eis.fit(frequency, Z, "R_0-p(R_1,C_1)"), eis.fit(frequency, Z, "R_0-Zarc_1")
    assert np.mean(wrong.adequate) <= 0.02
    assert np.mean(right.adequate) >= 0.97
    assert np.median(wrong.misfit) > 5
    assert 0.2 < np.median(right.misfit) < 1.6


def test_misfit_is_the_reduced_chi_square_over_what_kramers_and_kronig_leave():
    frequency, omega = swept(61)
    Z = noisy(10 + arc(omega, 100, 1e-3, 0.85), 40, 3e-3, 1)
    for options in ({}, {"sigma": 3e-3 * np.abs(Z)}, {"sigma": 1.0, "absolute_sigma": False}):
        found = eis.fit(frequency, Z, "R_0-Zarc_1", **options)
        np.testing.assert_allclose(found.misfit, np.sqrt(found.reduced_chi2) / found.noise)
        assert 0.8 < np.median(found.misfit) < 1.2
    modulus = eis.fit(frequency, Z, "R_0-Zarc_1")
    assert abs(np.median(modulus.noise) / 3e-3 - 1) < 0.1
    np.testing.assert_allclose(modulus.noise, eis.lin_kk(frequency, Z).noise, rtol=0.2)
    one = eis.fit(frequency, Z[0], "R_0-Zarc_1")
    assert np.ndim(one.misfit) == 0 and one.outliers.shape == (61,)


@pytest.mark.parametrize("known", [False, True])
def test_points_far_off_are_named_and_clean_sweeps_are_not_accused(known):
    frequency, omega = swept(71)
    Z = noisy(10 + arc(omega, 100, 1e-3, 0.85), 150, 3e-3, 2)
    options = {"sigma": 3e-3 * np.abs(Z)} if known else {}
    clean = eis.fit(frequency, Z, "R_0-Zarc_1", **options)
    assert not clean.outliers.any()
    spoilt, rng = Z.copy(), np.random.default_rng(3)
    where = np.array([rng.choice(71, 3, replace=False) for _ in range(150)])
    np.put_along_axis(spoilt, where, np.take_along_axis(Z, where, 1) * 1.2, axis=1)
    found = eis.fit(frequency, spoilt, "R_0-Zarc_1", **options)
    assert np.all(found.outliers.any(axis=1))
    assert not found.adequate.any()
    hit = np.take_along_axis(found.outliers, where, 1)
    assert hit.mean() > 0.9 and np.count_nonzero(found.outliers) < 1.05 * np.count_nonzero(hit)
    k = int(np.argmax(found.outliers.any(axis=1)))
    assert f"{frequency[found.outliers[k]][0]:.4g}" in found.reason[k]
    # without them it is as if they had never been there
    mask = ~found.outliers
    again = eis.fit(frequency, spoilt, "R_0-Zarc_1", mask=mask, **options)
    assert np.mean(again.adequate) > 0.9


def test_a_warning_counts_what_is_spoilt():
    frequency, omega = swept(71)
    Z = noisy(10 + arc(omega, 100, 1e-3, 0.85), 5, 3e-3, 4)
    Z[2, 30] *= 1.3
    with warnings.catch_warnings():
        warnings.simplefilter("error", FitWarning)
        with pytest.raises(FitWarning, match="1 has points far off all others"):
            eis.fit(frequency, Z, "R_0-Zarc_1")


def test_a_sigma_far_too_large_is_said_with_its_factor():
    frequency, omega = swept(61)
    Z = noisy(10 + arc(omega, 100, 1e-3, 0.85), 20, 3e-3, 5)
    found = eis.fit(frequency, Z, "R_0-Zarc_1", sigma=0.1 * np.abs(Z))
    assert found.adequate.all()
    factors = [float(r.rpartition("by a factor of ")[2]) for r in found.reason]
    assert all(25 < factor < 45 for factor in factors)  # 0.1 over 0.003


def test_relative_weights_are_those_of_curve_fit():
    frequency, omega = swept(41)
    Z = noisy(10 + arc(omega, 100, 1e-3), 1, 3e-3, 6)[0]

    def model(_, R0, R1, tau):
        fitted = R0 + R1 / (1 + 1j * omega * tau)
        return np.concatenate([fitted.real, fitted.imag])

    target = np.concatenate([Z.real, Z.imag])
    sigma = np.abs(Z) ** 0.5  # known but for a factor
    for absolute in (True, False):
        best, covariance = curve_fit(
            model, None, target, p0=[9, 90, 9e-4], sigma=np.tile(sigma, 2),
            absolute_sigma=absolute, xtol=1e-14, ftol=1e-14, gtol=1e-14,
        )  # fmt: skip
        found = eis.fit(frequency, Z, "R_0-K_1", sigma=sigma, absolute_sigma=absolute)
        values = [found["0.R"], found["1.R"], found["1.tau"]]
        np.testing.assert_allclose(values, best, rtol=1e-6)
        np.testing.assert_allclose(found.covariance, covariance, rtol=2e-4, atol=1e-16)
    # unit weights do not make errors that are 1e5 times too large
    unit = eis.fit(frequency, Z * 1e-5, "R_0-K_1", sigma=1.0, absolute_sigma=False)
    assert unit.stderr["1.R"] < 0.02 * unit["1.R"] and unit.adequate
    with pytest.raises(ValueError, match="absolute_sigma = 'no' is not allowed"):
        eis.fit(frequency, Z, "R_0-K_1", absolute_sigma="no")


def test_a_spectrum_that_breaks_kramers_and_kronig_is_told_from_a_wrong_circuit():
    frequency, omega = swept(61)
    Z = noisy(10 + arc(omega, 100, 1e-3, 0.85), 20, 1e-3, 7)
    assert np.mean(eis.fit(frequency, Z, "R_0-p(R_1,C_1)").obeys_kk) > 0.9
    broken = Z.real + 1.05j * Z.imag
    found = eis.fit(frequency, broken, "R_0-Zarc_1")
    assert not found.obeys_kk.any() and not found.adequate.any()


# ---- what to try next ----------------------------------------------------------------------------

TRIED = {
    "an arc that is depressed": ("R_0-p(R_1,C_1)", RIGHT["R_0-Zarc_1"], "R_0-p(R_1,CPE_1)"),
    "leads": ("R_0-Zarc_1", RIGHT["L_0-R_0-Zarc_1"], "R_0-Zarc_1-L_2"),
    "a second arc": (
        "R_0-Zarc_1",
        lambda w: 10 + arc(w, 100, 1e-2, 0.9) + arc(w, 60, 3e-5, 0.9),
        "R_0-Zarc_1-Zarc_2",
    ),
    "a tail that ends at a wall": (
        "R_0-Zarc_1-W_2",
        lambda w: (
            10
            + arc(w, 100, 1e-4, 0.9)
            + 40 / np.sqrt(J * w * 0.05) / np.tanh(np.sqrt(J * w * 0.05))
        ),
        "R_0-Zarc_1-Wo_2",
    ),
    "one element too many": ("R_0-Zarc_1-L_2", RIGHT["R_0-Zarc_1"], "R_0-Zarc_1"),
}


@pytest.mark.parametrize("situation", TRIED)
def test_advice_names_the_change_that_was_made(situation):
    circuit, formula, expected = TRIED[situation]
    frequency, omega = swept(51)
    found = eis.fit(frequency, noisy(formula(omega), 3, 2e-3, 8), circuit)
    advice = found.advice(1)
    assert advice.spectrum == 1
    sound = [each for each in advice.candidates if each.converged]
    assert sound[0].circuit.string == expected
    assert expected in advice.text
    assert next(iter(advice.table["circuit"])) == advice.candidates[0].circuit.string
    assert expected in str(advice) and "<table" in advice._repr_html_()


def test_advice_on_a_good_fit_says_so_and_fits_nothing():
    frequency, omega = swept(51)
    found = eis.fit(frequency, noisy(RIGHT["R_0-Zarc_1"](omega), 4, 2e-3, 9), "R_0-Zarc_1")
    assert found.adequate.all()
    advice = found.advice()
    assert "it describes the spectrum" in advice.text and not advice.candidates
    with pytest.raises(ValueError, match="there are 4 spectra"):
        found.advice(4)


def test_advice_says_where_it_hurts_and_what_no_circuit_mends():
    frequency, omega = swept(61)
    Z = noisy(RIGHT["L_0-R_0-Zarc_1"](omega), 1, 1e-3, 10)[0]
    assert "That is the high end" in eis.fit(frequency, Z, "R_0-Zarc_1").advice().text
    broken = Z.real + 1.08j * Z.imag
    words = eis.fit(frequency, broken, "L_0-R_0-Zarc_1").advice().text
    assert "does not obey Kramers and Kronig" in words


def test_advice_keeps_what_was_fixed_and_leaves_out_what_is_far_off():
    frequency, omega = swept(61)
    Z = noisy(RIGHT["R_0-Zarc_1"](omega), 2, 2e-3, 11)
    Z[1, 20] *= 0.25
    found = eis.fit(frequency, Z, "R_0-p(R_1,C_1)", fixed={"0.R": [10.0, 10.0]})
    advice = found.advice(1)
    assert "far off all others" in advice.text and f"{frequency[20]:.4g} Hz" in advice.text
    best = advice.candidates[0]
    assert best.circuit.string == "R_0-p(R_1,CPE_1)" and best.adequate
