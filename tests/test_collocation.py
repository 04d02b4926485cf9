"""The grid: exact on what it must be exact on, and exponentially good on the rest."""

import numpy as np
import pytest

from sandtime.collocation import grid

CASES = [(16, 0.5), (32, 3.0), (48, 6.0), (33, 2.0)]


@pytest.mark.parametrize(("n", "crowding"), CASES)
def test_derivative_of_any_values_integrates_to_the_difference_of_their_ends(n, crowding):
    """The identity behind the conservation of mass; nothing about the values is smooth."""
    mesh = grid(n, crowding)
    values = np.random.default_rng(n).standard_normal(n + 1)
    size = np.abs(mesh.weights) @ np.abs(mesh.derivative) @ np.abs(values)
    difference = mesh.weights @ (mesh.derivative @ values) - (values[-1] - values[0])
    assert abs(difference) < 1e-15 * n * size


def test_points_run_from_0_to_1_and_crowd_at_1():
    mesh = grid(32, 4.0)
    assert mesh.x[0] == 0
    assert mesh.x[-1] == 1
    assert np.all(np.diff(mesh.x) > 0)
    assert 1 - mesh.x[-2] < 0.05 * mesh.x[1]


@pytest.mark.parametrize("crowding", [0.5, 2.0, 4.0])
def test_differentiation_and_integration_converge_exponentially(crowding):
    errors = []
    for n in (8, 16, 32):
        mesh = grid(n, crowding)
        wave = np.sin(3 * mesh.x)
        slope = np.abs(mesh.derivative @ wave - 3 * np.cos(3 * mesh.x)).max()
        area = np.abs(mesh.antiderivative @ wave - (1 - np.cos(3 * mesh.x)) / 3).max()
        errors.append(max(slope, area))
    assert errors[2] < 1e-9
    assert errors[1] < 0.02 * errors[0]
    assert mesh.weights @ wave == pytest.approx((1 - np.cos(3)) / 3, rel=1e-13)


def test_coefficients_are_those_of_chebyshev():
    mesh = grid(12, 1.0)
    eta = -np.cos(np.pi * np.arange(13) / 12)
    polynomial = np.polynomial.chebyshev.Chebyshev([1.0, -2.0, 0.0, 0.5])
    expected = np.zeros(13)
    expected[:4] = polynomial.coef
    np.testing.assert_allclose(mesh.coefficients @ polynomial(eta), expected, atol=1e-14)


@pytest.mark.parametrize("n", [16, 33, 72])
@pytest.mark.parametrize("crowding", [0.5, 3.0, 6.0])
def test_no_ripple_between_the_nodes_stays_for_ever(n, crowding):
    """T_n has no slope at any inner node: only the mean may be left alone, and no mass may go."""
    mesh = grid(n, crowding)
    plain = mesh.derivative[:, 1:-1] @ mesh.derivative[1:-1]
    size = np.abs(plain).max()
    ripple = np.cos(np.pi * n * (1 - np.arange(n + 1) / n))
    assert np.abs(plain @ ripple).max() < 1e-11 * size
    assert np.abs(mesh.diffusion @ np.ones(n + 1)).max() < 1e-11 * size
    assert np.abs(mesh.weights @ mesh.diffusion).max() < 1e-11 * size
    rate, shape, amplitudes = mesh.modes
    assert rate.max() < 0
    assert rate.max() == pytest.approx(-(np.pi**2), rel=1e-3 if n == 16 else 1e-7)
    wave = np.cos(np.pi * mesh.x) - mesh.weights @ np.cos(np.pi * mesh.x)
    np.testing.assert_allclose(shape @ (amplitudes @ wave), wave, atol=1e-9)


def test_kept_grids_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        grid(16, 1.0).x[0] = 5


@pytest.mark.parametrize("n", [3, 2.5, True])
def test_wrong_number_of_intervals(n):
    with pytest.raises(ValueError, match=r"n = .* whole number, at least 4"):
        grid(n, 1.0)


def test_wrong_crowding():
    with pytest.raises(ValueError, match=r"crowding = 0 .* above 0"):
        grid(8, 0)
