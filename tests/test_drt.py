"""Distribution of relaxation times: known distributions, optimality, and what it cannot tell."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from sandtime import eis

FREQUENCY = np.geomspace(1e6, 0.1, 71)
OMEGA = 2 * np.pi * FREQUENCY


def zarc(R, tau, alpha=1.0):
    return R / (1 + (1j * OMEGA * tau) ** alpha)


def noisy(Z, noise, seed=0):
    rng = np.random.default_rng(seed)
    draw = rng.standard_normal(Z.shape) + 1j * rng.standard_normal(Z.shape)
    return Z + noise * np.abs(Z) * draw, noise * np.abs(Z)


def cole(tau, R, top, alpha):
    """The distribution of a Zarc, in closed form (Cole and Cole 1941), Ω for 1 of ln τ."""
    turned = (1 - alpha) * np.pi
    return R / (2 * np.pi) * np.sin(turned) / (np.cosh(alpha * np.log(tau / top)) - np.cos(turned))


def peaks(found):
    """Time constants of maxima above a tenth of the largest."""
    g = np.concatenate([[0], found.distribution, [0]])
    top = (g[1:-1] > g[:-2]) & (g[1:-1] >= g[2:]) & (g[1:-1] > 0.1 * g.max())
    return found.tau[top]


@pytest.mark.parametrize(("alpha", "off"), [(0.6, 0.05), (0.75, 0.10)])
def test_a_zarc_has_the_distribution_of_cole_and_cole(alpha, off):
    Z, sigma = noisy(20 + zarc(300, 1e-3, alpha), 1e-4)
    found = eis.drt(FREQUENCY, Z, sigma)
    expected = cole(found.tau, 300, 1e-3, alpha)
    inside = (found.tau > 1e-6) & (found.tau < 1)
    error = np.abs(found.distribution - expected)[inside].max()
    assert error < off * expected.max()


def test_areas_are_resistances_and_tops_are_time_constants():
    Z, sigma = noisy(15 + zarc(80, 3e-6, 0.9) + zarc(270, 2e-3, 0.85), 1e-3)
    found = eis.drt(FREQUENCY, Z, sigma)
    assert found.area(slow=1e-4) == pytest.approx(80, rel=0.03)
    assert found.area(fast=1e-4) == pytest.approx(270, rel=0.03)
    assert found.resistance == pytest.approx(15, abs=3)
    assert np.log10(peaks(found)) == pytest.approx(np.log10([3e-6, 2e-3]), abs=0.1)
    total = found.resistance + found.area()
    assert total == pytest.approx(365, rel=5e-3)  # what a direct current meets


def test_the_residual_is_as_large_as_the_noise():
    for seed in range(5):
        Z, sigma = noisy(15 + zarc(270, 2e-3, 0.85), 3e-3, seed)
        found = eis.drt(FREQUENCY, Z, sigma)
        assert found.described
        roughest = eis.drt(FREQUENCY, Z, sigma, smoothing=1e-8)
        least = np.mean(np.abs(roughest.residual) ** 2)
        squares = np.mean(np.abs(found.residual) ** 2)
        assert squares == pytest.approx(max(2, 1.1 * least), rel=0.01)
        assert squares == pytest.approx(2, rel=0.4)  # four standard deviations of 142 squares


def test_without_sigma_the_noise_is_what_lin_kk_finds():
    Z, _ = noisy(15 + zarc(270, 2e-3, 0.85), 2e-3)
    noise = eis.lin_kk(FREQUENCY, Z).noise
    assert noise == pytest.approx(2e-3, rel=0.3)
    alone, told = eis.drt(FREQUENCY, Z), eis.drt(FREQUENCY, Z, noise * np.abs(Z))
    assert alone.distribution == pytest.approx(told.distribution)


def test_it_is_the_minimum_of_what_it_says_it_minimises():
    """The same problem written down again, with its own residual, for another solver."""
    past = zarc(200, 1e-8, 0.9)  # an arc at the very end of the time constants
    Z, sigma = noisy(15 + past + zarc(80, 3e-6, 0.9) + zarc(270, 2e-3, 0.85), 1e-3)
    found = eis.drt(FREQUENCY, Z, sigma)
    K, step = len(found.tau), np.log(found.tau[1] / found.tau[0])
    kernel = (
        np.column_stack([step / (1 + 1j * OMEGA[:, None] * found.tau), np.ones(len(OMEGA))])
        / (sigma[:, None])
    )
    bend = np.zeros((K, K + 1))
    for k in range(K):
        bend[k, k] = -2
        if k:
            bend[k, k - 1] = 1
        if k < K - 1:
            bend[k, k + 1] = 1
    bend *= np.sqrt(found.smoothing) / np.abs(Z).max()
    matrix = np.concatenate([kernel.real, kernel.imag, bend])
    right = np.concatenate([Z.real / sigma, Z.imag / sigma, np.zeros(K)])

    def cost(heights):
        return np.sum((matrix @ heights - right) ** 2)

    other = lsq_linear(matrix, right, (0, np.inf), method="bvls", tol=1e-14)
    ours = cost(np.append(found.distribution, found.resistance))
    assert ours <= cost(other.x) * (1 + 1e-9)
    assert other.x[:K] == pytest.approx(found.distribution, abs=1e-4 * found.distribution.max())
    model = kernel @ np.append(found.distribution, found.resistance)
    assert found.residual == pytest.approx(Z / sigma - model, abs=1e-6)


def test_units_scale_out():
    Z, sigma = noisy(15 + zarc(270, 2e-3, 0.85), 1e-3)
    found, larger = eis.drt(FREQUENCY, Z, sigma), eis.drt(FREQUENCY, 40 * Z, 40 * sigma)
    assert larger.distribution == pytest.approx(40 * found.distribution, rel=1e-6, abs=1e-6)
    faster = eis.drt(1000 * FREQUENCY, Z, sigma)
    assert faster.tau == pytest.approx(found.tau / 1000)
    assert faster.distribution == pytest.approx(found.distribution, rel=1e-6, abs=1e-6)


def test_the_order_of_frequencies_and_masked_points_do_not_matter():
    Z, sigma = noisy(15 + zarc(270, 2e-3, 0.85), 1e-3)
    found = eis.drt(FREQUENCY, Z, sigma)
    back = eis.drt(FREQUENCY[::-1], Z[::-1], sigma[::-1])
    assert back.distribution == pytest.approx(found.distribution, abs=1e-6)
    keep = np.ones(len(Z), bool)
    keep[[5, 30]] = False
    spoilt = Z.copy()
    spoilt[~keep] = np.nan
    masked = eis.drt(FREQUENCY, spoilt, mask=keep)
    left = eis.drt(FREQUENCY[keep], Z[keep], mask=None)
    assert masked.distribution == pytest.approx(left.distribution, rel=1e-4, abs=1e-3)
    assert np.all(np.isnan(masked.residual) == ~keep)


def test_two_arcs_are_told_apart_only_with_room_between_them():
    """Half a decade apart they are one peak, two decades apart they are two."""
    counts = []
    for apart in (0.5, 2.0):
        Z, sigma = noisy(10 + zarc(100, 1e-3, 0.9) + zarc(100, 1e-3 * 10**apart, 0.9), 1e-3)
        counts.append(len(peaks(eis.drt(FREQUENCY, Z, sigma))))
    assert counts == [1, 2]


def test_more_noise_makes_a_peak_lower_and_never_sharper():
    heights = []
    for noise in (1e-4, 1e-3, 1e-2):
        Z, sigma = noisy(15 + zarc(270, 2e-3, 0.9), noise)
        heights.append(eis.drt(FREQUENCY, Z, sigma).distribution.max())
    assert cole(2e-3, 270, 2e-3, 0.9) > heights[0] > heights[1] > heights[2]


def test_what_no_positive_distribution_makes_is_told():
    Z = 100 + zarc(100, 1e-3) - zarc(60, 1e-1)  # an inductive loop
    assert not eis.drt(FREQUENCY, Z, 1e-3 * np.abs(Z)).described
    Z = 100 + zarc(100, 1e-3) + 1j * OMEGA * 1e-6
    Z, sigma = noisy(Z, 1e-3)
    assert not eis.drt(FREQUENCY, Z, sigma).described
    found = eis.drt(FREQUENCY, Z, sigma, inductance=True)
    assert found.described
    assert found.inductance == pytest.approx(1e-6, rel=0.05)
    Z, sigma = noisy(15 + zarc(270, 2e-3, 0.85), 1e-3)
    assert not eis.drt(FREQUENCY, Z, sigma / 2).described  # noise told too small by half
    assert eis.drt(FREQUENCY, Z, sigma / 1.1).described
    assert eis.drt(FREQUENCY, Z, sigma * 2).described


def test_time_constants_reach_as_far_as_asked_and_areas_take_both_ends():
    Z, sigma = noisy(15 + zarc(270, 2e-3, 0.85), 1e-3)
    found = eis.drt(FREQUENCY, Z, sigma, per_decade=8, beyond=0.5)
    ends = np.log10([1 / OMEGA.max(), 1 / OMEGA.min()]) + np.array([-0.5, 0.5])
    assert np.log10(found.tau[[0, -1]]) == pytest.approx(ends)
    assert len(found.tau) == 8 * 8 + 1
    k = int(found.distribution.argmax())
    step = np.log(found.tau[1] / found.tau[0])
    one = found.area(found.tau[k], found.tau[k])
    assert one == pytest.approx(found.distribution[k] * step)


def test_a_given_smoothing_is_used():
    Z, sigma = noisy(15 + zarc(270, 2e-3, 0.85), 1e-3)
    free = eis.drt(FREQUENCY, Z, sigma)
    same = eis.drt(FREQUENCY, Z, sigma, smoothing=free.smoothing)
    assert same.distribution == pytest.approx(free.distribution, rel=1e-6, abs=1e-9)
    smoother = eis.drt(FREQUENCY, Z, sigma, smoothing=1e4 * free.smoothing)
    assert smoother.distribution.max() < free.distribution.max()
    assert not smoother.described


def test_many_spectra_at_once_and_of_a_foreign_kind():
    """Havriliak and Negami's arc is nobody's circuit here; 120 spectra, each as if alone."""
    R = np.geomspace(50, 5000, 120)
    arc = R[:, None] / (1 + (1j * OMEGA * 1e-3) ** 0.95) ** 0.8
    Z, sigma = noisy(20 + arc, 1e-3)
    together = eis.drt(FREQUENCY, Z, sigma)
    assert together.distribution.shape == (120, len(together.tau))
    assert np.all(together.described)
    seen = together.area(slow=1 / OMEGA.min()) + together.resistance
    assert seen == pytest.approx(R + 20, rel=0.01)
    alone = eis.drt(FREQUENCY, Z[7], sigma[7])
    assert alone.distribution == pytest.approx(together.distribution[7])
    assert "120 spectra" in repr(together)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"per_decade": 0}, "per_decade = 0"),
        ({"beyond": -1}, "beyond = -1"),
        ({"smoothing": 0.0}, "smoothing = 0"),
        ({"sigma": 0.0}, "sigma = 0.0"),
        ({"mask": [True, False]}, "mask has the shape"),
    ],
)
def test_wrong_arguments_are_named(more, words):
    Z = 15 + zarc(270, 2e-3, 0.85)
    with pytest.raises(ValueError, match=words):
        eis.drt(FREQUENCY, Z, **({"sigma": 1.0} | more))
