"""Charge transfer under load, against Chidsey's integral in twenty digits and limits."""

import functools

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erfc

from sandtime import kinetics
from sandtime.units import F, R, cm, eV, k_B, kohm, uA

T = 298.15
UNIT = R * T / F  # V
KT = k_B * T
ENERGIES = (0.002, 0.02, 0.2, 0.3, 0.5, 1.0, 3.0)  # eV
PLACES = (-30.0, -2.0, 0.3, 5.0, 15.0, 60.0)  # of F η/RT


@functools.cache
def integral(w, reorganisation):
    """Chidsey's rate of oxidation at F η/RT, as printed, in twenty digits."""
    with mpmath.workdps(20):
        L = mpmath.mpf(reorganisation * eV / KT)

        def integrand(x):
            return mpmath.exp(-((x - L + w) ** 2) / (4 * L)) / (1 + mpmath.exp(x))

        # beyond these the integrand is below 1e-20 of its largest value
        width = 14 * mpmath.sqrt(2 * L)
        low, high = min(-w - 60, L - w - width), max(L - w + width, 60)
        return mpmath.quad(integrand, mpmath.linspace(low, high, 25))


@pytest.mark.parametrize("reorganisation", ENERGIES)
@pytest.mark.parametrize("w", PLACES)
def test_the_rate_is_the_integral(w, reorganisation):
    expected = float(integral(w, reorganisation) / integral(0, reorganisation))
    assert kinetics.rate(w * UNIT, reorganisation * eV) == pytest.approx(expected, rel=2e-12)


@pytest.mark.parametrize("reorganisation", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("w", [0.4, 6.0, 25.0])
def test_current_and_slope_are_those_of_both_directions(w, reorganisation):
    def net(at):
        return (integral(at, reorganisation) - integral(-at, reorganisation)) / integral(
            0, reorganisation
        )

    with mpmath.workdps(20):
        slope = float((net(w + 1e-5) - net(w - 1e-5)) / 2e-5)
    at = w * UNIT
    found = kinetics.current_density(at, 3.0, reorganisation * eV)
    assert found == pytest.approx(3 * float(net(w)), rel=1e-11)
    found = kinetics.resistance(at, 3.0, reorganisation * eV)
    assert found == pytest.approx(UNIT / (3 * slope), rel=1e-7)


@pytest.mark.parametrize(
    ("reorganisation", "overpotential", "at_rest"),
    [(0.2, 0.38124559, 24.689021), (0.3, 0.50226212, 74.602212), (0.5, 0.73091055, 625.25473)],
)
def test_what_reaches_ten_kiloohm_at_a_hundred_microampere(reorganisation, overpotential, at_rest):
    """Numbers of the integral alone: where i dη/di is 1 V, and RT/Fi0 over 0.27 kΩ cm² there."""
    energy, i, asr = reorganisation * eV, 100 * uA / cm**2, kohm * cm**2
    eta = kinetics.overpotential_for(i * 10 * asr, energy)
    assert eta == pytest.approx(overpotential, abs=2e-8)
    exchange = i / kinetics.current_density(eta, 1.0, energy)
    assert kinetics.resistance(eta, exchange, energy) == pytest.approx(10 * asr, rel=1e-9)
    rest = kinetics.resistance(0.0, exchange, energy)
    assert rest / (0.27 * asr) == pytest.approx(at_rest, rel=1e-6)
    w = eta / UNIT
    forth, back, still = (float(integral(at, reorganisation)) for at in (w, -w, 0))
    assert UNIT * (forth - back) / still / i / (0.27 * asr) == pytest.approx(at_rest, rel=1e-6)


def test_a_high_barrier_returns_butler_and_volmer():
    """ln i/i_BV is −w²/4Λ to first order in 1/Λ: the next order halves when Λ doubles."""
    w = np.array([0.5, 4.0, -9.0])
    left = []
    for reorganisation in (20.0, 40.0):
        ratio = kinetics.current_density(w * UNIT, 1.0, reorganisation * eV)
        ratio /= 2 * np.sinh(w / 2)
        left.append(np.log(ratio) * 4 * reorganisation * eV / KT / w**2 + 1)
    assert np.all(np.abs(left[0]) < 0.01)
    assert left[1] / left[0] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("reorganisation", [0.02, 0.2, 0.5])
def test_far_beyond_the_barrier_every_electron_crosses(reorganisation):
    L = reorganisation * eV / KT
    limit = np.sqrt(4 * np.pi * L) / float(integral(0, reorganisation))
    far = (4 * L + 80) * UNIT
    assert kinetics.rate(far, reorganisation * eV) == pytest.approx(limit, rel=1e-12)
    assert kinetics.current_density(-far, 2.0, reorganisation * eV) == pytest.approx(-2 * limit)


@pytest.mark.parametrize("reorganisation", [0.2, 0.3, 0.5])
def test_the_closed_form_of_zeng_and_others(reorganisation):
    """Their uniformly valid approximation, not exact: within 8 % of the rate here."""
    w = np.linspace(-40, 40, 81)
    L = reorganisation * eV / KT
    closed = erfc((L - np.sqrt(1 + np.sqrt(L) + w**2)) / (2 * np.sqrt(L))) / (1 + np.exp(-w))
    closed *= np.sqrt(np.pi * L) / float(integral(0, reorganisation))
    ratio = kinetics.rate(w * UNIT, reorganisation * eV) / closed
    assert np.all(np.abs(ratio - 1) < 0.08)


def test_butler_and_volmer_in_closed_form():
    w = np.array([-8.0, -0.1, 0.0, 0.1, 8.0])
    assert kinetics.current_density(w * UNIT, 2.0) == pytest.approx(4 * np.sinh(w / 2))
    assert kinetics.resistance(w * UNIT, 2.0) == pytest.approx(UNIT / 2 / np.cosh(w / 2))
    assert kinetics.voltage(w * UNIT) == pytest.approx(2 * UNIT * np.tanh(w / 2))
    assert kinetics.transfer_coefficient(w * UNIT) == pytest.approx(0.5)
    assert kinetics.voltage(30.0) == pytest.approx(2 * UNIT, rel=1e-14)


@settings(max_examples=60)
@given(
    w=st.floats(-80, 80),
    reorganisation=st.floats(0.01, 5),
    temperature=st.floats(150, 500),
    exchange=st.floats(1e-6, 1e6),
)
def test_laws_that_hold_for_every_charge_transfer(w, reorganisation, temperature, exchange):
    eta, law = w * R * temperature / F, (reorganisation * eV, temperature)
    i, resistance = (
        function(eta, exchange, *law)
        for function in (kinetics.current_density, kinetics.resistance)
    )
    assert i * resistance == pytest.approx(kinetics.voltage(eta, *law), rel=1e-11, abs=1e-300)
    assert i == pytest.approx(-kinetics.current_density(-eta, exchange, *law), rel=1e-12)
    assert resistance == pytest.approx(kinetics.resistance(-eta, exchange, *law), rel=1e-12)
    forth, back = kinetics.rate(eta, *law), kinetics.rate(-eta, *law)
    assert forth == pytest.approx(back * np.exp(w), rel=1e-11)  # detailed balance
    assert i == pytest.approx(exchange * (forth - back), rel=1e-9, abs=1e-14 * exchange)
    beta = kinetics.transfer_coefficient(eta, *law)
    assert beta + kinetics.transfer_coefficient(-eta, *law) == pytest.approx(1)
    assert (beta - 0.5) * np.sign(w) <= 1e-13  # never more than one half of what pushes


def test_at_rest_the_two_laws_agree_and_nothing_divides_by_zero():
    energy = np.array([0.2 * eV, 0.5 * eV, np.inf])
    assert kinetics.resistance(0.0, 4.0, energy) == pytest.approx(UNIT / 4)
    assert kinetics.current_density(0.0, 4.0, energy) == pytest.approx(0)
    assert kinetics.voltage(0.0, energy) == pytest.approx(0)
    assert kinetics.resistance(1e-9, 4.0, energy) == pytest.approx(UNIT / 4)


def test_arguments_broadcast_and_stay_apart():
    eta, energy = np.array([[0.1], [-0.4]]), np.array([0.2, np.inf, 0.4]) * eV
    together = kinetics.resistance(eta, 1.0, energy, [300.0, 310.0, 320.0])
    assert together.shape == (2, 3)
    for row, at in enumerate(eta[:, 0]):
        for column, T_ in enumerate((300.0, 310.0, 320.0)):
            alone = kinetics.resistance(at, 1.0, energy[column], T_)
            assert together[row, column] == pytest.approx(alone, rel=1e-13)


@pytest.mark.parametrize("product", [1e-3, 0.05, 0.5, 20.0])
def test_the_overpotential_is_found(product):
    for reorganisation in (0.05, 0.3, 2.0):
        eta = kinetics.overpotential_for(product, reorganisation * eV)
        found = kinetics.voltage(eta, reorganisation * eV)
        assert found == pytest.approx(product, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: kinetics.current_density(np.nan, 1.0), "overpotential = nan V"),
        (lambda: kinetics.current_density(0.1, 0.0), r"exchange = 0 A/m²"),
        (lambda: kinetics.resistance(0.1, 1.0, -1e-20), "reorganisation = -1e-20 J"),
        (lambda: kinetics.resistance(0.1, 1.0, 0.3), "per particle"),
        (lambda: kinetics.voltage(0.1, np.nan), "reorganisation = nan J"),
        (lambda: kinetics.voltage(40.0), "overpotential = 40 V"),
        (lambda: kinetics.rate(0.1, temperature=0.0), "temperature = 0 K"),
        (lambda: kinetics.rate([0.1, 0.2], [1e-20] * 3), "do not broadcast"),
        (lambda: kinetics.overpotential_for(0.06, np.inf), "at most 0.05139 V"),
        (lambda: kinetics.overpotential_for(-1.0, 0.3 * eV), "product = -1 V"),
        (lambda: kinetics.overpotential_for(1.0, [1e-20, 2e-20]), "one reorganisation"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
