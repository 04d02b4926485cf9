"""Arrhenius' law against high precision, the paper's print, and what must hold for any numbers."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandtime import arrhenius
from sandtime.units import celsius, cm, eV, k_B, s, to_celsius


def test_paper_diffusivities():
    D = arrhenius.scale(
        3e-11 * cm**2 / s, 0.57 * eV, celsius(np.array([0, 50, 80, 100])), celsius(25)
    )
    printed = ["3.9e-12", "1.7e-10", "9.5e-10", "2.6e-09"]
    assert [f"{value / (cm**2 / s):.1e}" for value in D] == printed


def test_scale_in_high_precision():
    with mp.workdps(40):
        exponent = -mp.mpf(0.43 * eV) / mp.mpf(k_B) * (1 / mp.mpf(373.15) - 1 / mp.mpf(298.15))
        truth = float(7 * mp.exp(exponent))
    assert arrhenius.scale(7, 0.43 * eV, 373.15, 298.15) == pytest.approx(truth, rel=1e-13)


def test_activation_energies_implied_by_the_paper():
    """0 and 25 °C: 0.32 eV for lithium, 0.43 eV for the alloy, against 0.57 eV assumed."""
    lithium = arrhenius.activation_energy(2.6e-12, celsius(0), 0.8e-11, celsius(25))
    alloy = arrhenius.activation_energy(5.0e-12, celsius(0), 2.3e-11, celsius(25))
    assert lithium / eV == pytest.approx(0.316, abs=1e-3)
    assert alloy / eV == pytest.approx(0.428, abs=1e-3)


def test_resistance_measured_in_the_cold_shrinks():
    cold = arrhenius.normalise_resistance(1.0, 0.37 * eV, celsius(0), celsius(25))
    assert cold == pytest.approx(0.292, abs=1e-3)
    # the conductivity times temperature is what follows Arrhenius' law
    ratio = arrhenius.scale(1.0, 0.37 * eV, celsius(25), celsius(0))
    assert cold == pytest.approx(celsius(25) / celsius(0) / ratio, rel=1e-14)


def test_a_series_is_the_line_that_least_squares_finds():
    """Against numpy's weighted polynomial fit, which knows nothing of Arrhenius."""
    T = np.array([250.0, 273.0, 298.0, 323.0, 360.0])
    noise = np.array([0.03, -0.05, 0.02, 0.04, -0.03])
    X = 3e-15 * np.exp(-0.43 * eV / k_B * (1 / T - 1 / 298.0) + noise)
    sigma = X * np.array([0.05, 0.02, 0.03, 0.04, 0.1])
    for given_sigma, scaling in ((sigma, "unscaled"), (None, True)):
        weights = None if given_sigma is None else X / sigma
        slope, covariance = np.polyfit(1 / T, np.log(X), 1, w=weights, cov=scaling)
        found = arrhenius.fit(T, X, sigma=given_sigma)
        assert found.activation_energy == pytest.approx(-k_B * slope[0], rel=1e-10)
        assert found.activation_energy_error == pytest.approx(
            k_B * np.sqrt(covariance[0, 0]), rel=1e-10
        )
        value, error = found.at(310.0)
        assert value == pytest.approx(np.exp(np.polyval(slope, 1 / 310.0)), rel=1e-10)
        lever = np.array([1 / 310.0, 1.0])
        assert error / value == pytest.approx(np.sqrt(lever @ covariance @ lever), rel=1e-6)


def test_a_pair_with_errors_is_propagation_by_hand():
    T, X, sigma = [celsius(0), celsius(25)], np.array([2.6, 8.0]), np.array([0.05, 0.5])
    found = arrhenius.fit(T, X, sigma=sigma)
    assert found.activation_energy == pytest.approx(
        arrhenius.activation_energy(X[0], T[0], X[1], T[1]), rel=1e-12
    )
    by_hand = k_B * np.hypot(*(sigma / X)) / (1 / T[0] - 1 / T[1])
    assert found.activation_energy_error == pytest.approx(by_hand, rel=1e-12)
    assert found.dof == 0 and found.chi2 == pytest.approx(0, abs=1e-20)


def test_errors_of_a_series_are_honest():
    rng, T = np.random.default_rng(1), np.linspace(260, 360, 6)
    truth, relative = 0.5 * eV, 0.05
    X = arrhenius.scale(1.0, truth, T, 300.0) * np.exp(relative * rng.standard_normal((4000, 6)))
    for known in (True, False):
        found = [arrhenius.fit(T, x, sigma=relative * x if known else None) for x in X]
        pulls = [(f.activation_energy - truth) / f.activation_energy_error for f in found]
        # Student's t with four degrees of freedom has a standard deviation of √2
        width = np.quantile(np.abs(pulls), 0.6827)
        assert width == pytest.approx(1.0 if known else 1.142, rel=0.05)


temperatures = st.floats(200, 1500)


@given(st.floats(1e-20, 1e5), st.floats(0.01, 2), temperatures, temperatures)
def test_there_and_back(value, energy, warm, cold):
    there = arrhenius.scale(value, energy * eV, warm, cold)
    assert arrhenius.scale(there, energy * eV, cold, warm) == pytest.approx(value, rel=1e-11)
    if abs(1 / warm - 1 / cold) > 1e-5:
        found = arrhenius.activation_energy(there, warm, value, cold)
        assert found == pytest.approx(energy * eV, rel=1e-9)


def test_celsius_there_and_back():
    assert celsius(-273.15) == 0
    assert to_celsius(celsius(37.5)) == 37.5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: arrhenius.scale(1, 1e-19, -5, 300), ["temperature = -5 K", "above 0 K"]),
        (lambda: arrhenius.scale(1, 1e-19, 300, 0), ["reference_temperature = 0 K"]),
        (lambda: arrhenius.scale(float("nan"), 1e-19, 300, 310), ["value = nan"]),
        (lambda: arrhenius.scale(1, float("inf"), 300, 310), ["activation_energy = inf J"]),
        (lambda: arrhenius.normalise_resistance(-1, 1e-19, 300, 310), ["resistance = -1"]),
        (lambda: arrhenius.activation_energy(0, 300, 1, 310), ["value = 0"]),
        (lambda: arrhenius.activation_energy(1, 300, 0, 310), ["reference_value = 0"]),
        (  # electronvolts forgotten: neither an infinite factor nor a silent zero
            lambda: arrhenius.scale(1, 0.57, 310, 300),
            ["activation_energy = 0.57 J", "310 K and 300 K", "per particle and in joules"],
        ),
        (lambda: arrhenius.scale(1, 0.57, 290, 300), ["activation_energy = 0.57 J"]),
        (
            lambda: arrhenius.scale([1, 2], 1e-19, [300, 310, 320], 300),
            ["value (2,)", "temperature (3,)"],
        ),
        (
            lambda: arrhenius.activation_energy(1, 300, 2, 300),
            ["temperature = 300 K", "must differ from reference_temperature"],
        ),
        (lambda: arrhenius.fit([300, 310], [1, 2]), ["2 points", "3 without sigma"]),
        (lambda: arrhenius.fit([300], [1], sigma=0.1), ["1 points", "2 with sigma"]),
        (lambda: arrhenius.fit([300, 310, 320], [1, 2]), ["(3,)", "(2,)"]),
        (lambda: arrhenius.fit([300, 300, 300], [1, 2, 3]), ["temperature = 300 K", "differ"]),
        (lambda: arrhenius.fit([300, 310], [1, -2], sigma=1), ["value = -2"]),
        (lambda: arrhenius.fit([300, 310], [1, 2], sigma=[1, 0]), ["sigma = 0"]),
        (lambda: arrhenius.fit([300, 310], [1, 2], sigma=[1, 1, 1]), ["sigma of shape (3,)"]),
    ],
)
def test_wrong_arguments_say_what_is_wrong(call, words):
    with pytest.raises(ValueError) as error:
        call()
    for word in words:
        assert word in str(error.value)


@given(st.floats(0.05, 1.5), st.floats(200, 600), st.floats(200, 600), st.floats(1e-15, 1e5))
def test_the_temperature_for_a_value_gives_the_value_there(energy, reference, at, known):
    value = arrhenius.scale(known, energy * eV, at, reference)
    found = arrhenius.temperature_for(value, energy * eV, known, reference)
    assert found == pytest.approx(at, rel=1e-9)


def test_no_temperature_gives_more_than_the_plateau():
    plateau = np.exp(0.1 * eV / (k_B * 300))
    assert arrhenius.temperature_for(0.999 * plateau, 0.1 * eV, 1.0, 300.0) > 1e5
    with pytest.raises(ValueError, match="no temperature raises 1 at 300 K to it"):
        arrhenius.temperature_for(1.001 * plateau, 0.1 * eV, 1.0, 300.0)
    with pytest.raises(ValueError, match="no temperature"):
        arrhenius.temperature_for(2.0, 0.0, 1.0, 300.0)
