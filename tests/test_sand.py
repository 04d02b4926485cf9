"""Sand's equation, fixed and receding, and the fit of the Sand plot, against independent truth."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from sandtime import sand
from sandtime.units import F, cm, hour, mmol, s, uA

CURRENT = 100 * uA / cm**2
D = 3e-11 * cm**2 / s
C0 = 69.6 * mmol / cm**3
VOLUME = 12.93e-6


def test_depletion_time_by_superposition_of_point_sources():
    """Duhamel: the surface answers a unit flux pulse with 1/√(πDt); integrate it by quadrature."""
    t0 = sand.depletion_time(CURRENT, D, C0)
    # substituting t − t' = u² removes the end-point singularity
    drop, _ = quad(lambda u: 2 * CURRENT / (F * np.sqrt(np.pi * D)), 0, np.sqrt(t0))
    assert drop == pytest.approx(C0, rel=1e-12)


def test_depletion_time_in_high_precision():
    with mp.workdps(40):
        truth = mp.pi * mp.mpf(D) * (mp.mpf(F) * mp.mpf(C0) / (2 * mp.mpf(CURRENT))) ** 2
    assert sand.depletion_time(CURRENT, D, C0) == pytest.approx(float(truth), rel=1e-15)


def test_paper_depletion_times():
    D_eff = np.array([0.8, 1.4, 2.3]) * 1e-11 * cm**2 / s
    c0 = np.array([76.8, 73.2, 69.6]) * mmol / cm**3
    np.testing.assert_allclose(
        sand.depletion_time(CURRENT, D_eff, c0) / hour, [9.59, 15.25, 22.65], rtol=1e-3
    )


def test_concentration_solves_the_diffusion_equation():
    case = {"diffusivity": D, "current_density": CURRENT, "initial": C0}
    t, y = 3 * hour, 4e-6
    h, k = 1e-8, 1.0
    rate = (sand.concentration(y, t + k, **case) - sand.concentration(y, t - k, **case)) / (2 * k)
    middle = sand.concentration(y + np.array([-h, 0, h]), t, **case)
    assert rate == pytest.approx(D * (middle[0] - 2 * middle[1] + middle[2]) / h**2, rel=1e-4)
    surface = sand.concentration(np.array([0, h, 2 * h]), t, **case)
    gradient = (-3 * surface[0] + 4 * surface[1] - surface[2]) / (2 * h)
    assert gradient == pytest.approx(CURRENT / (F * D), rel=1e-5)


def test_concentration_conserves_lithium():
    case = {"diffusivity": D, "current_density": CURRENT, "initial": C0}
    lost, _ = quad(lambda y: C0 - sand.concentration(y, hour, **case), 0, 2e-4, epsabs=1e-14)
    assert lost == pytest.approx(CURRENT * hour / F, rel=1e-8)


def test_concentration_at_the_start_and_at_depletion():
    case = {"diffusivity": D, "current_density": CURRENT, "initial": C0}
    assert sand.concentration(0.0, 0.0, **case) == C0
    t0 = sand.depletion_time(CURRENT, D, C0)
    assert sand.concentration(0.0, t0, **case) == pytest.approx(0, abs=1e-12 * C0)
    assert sand.concentration(0.0, 2 * t0, **case) < 0


def exact_enrichment(q):
    with mp.workdps(40):
        q = mp.mpf(q)
        return (1 + q / 2) * (1 + mp.erf(mp.sqrt(q) / 2)) + mp.sqrt(q / mp.pi) * mp.exp(-q / 4)


@pytest.mark.parametrize("q", [1e-12, 1e-6, 1e-3, 0.5, 4.938, 50.0, 1e4])
def test_receding_enrichment_in_high_precision(q):
    ours = sand.receding_enrichment(q)
    assert ours == pytest.approx(float(exact_enrichment(q)), rel=1e-15)


def test_receding_enrichment_against_an_explicit_scheme():
    """u_t = D u_yy + v u_y with D u_y = −v u at the interface, by finite volumes (D = v = 1)."""
    n, length, end = 600, 12.0, 1.0
    h = length / n
    u = np.ones(n)
    steps = int(np.ceil(end / (0.4 * h * h)))
    k = end / steps
    for _ in range(steps):
        # flux of magnesium relative to the interface, positive into the electrode; none through it
        flux = np.zeros(n + 1)
        flux[1:-1] = -(u[1:] - u[:-1]) / h - (u[1:] + u[:-1]) / 2
        flux[-1] = -1.0
        u = u - k / h * (flux[1:] - flux[:-1])
    surface = 1.875 * u[0] - 1.25 * u[1] + 0.375 * u[2]
    assert surface == pytest.approx(sand.receding_enrichment(1.0), rel=2e-4)


@pytest.mark.parametrize("enrichment", [1 + 1e-9, 1.01, 2.0, 6.9, 10.0, 1e5])
def test_receding_depletion_time_inverts_the_enrichment(enrichment):
    t0 = sand.receding_depletion_time(CURRENT, D, VOLUME, enrichment)
    with mp.workdps(40):
        q = (mp.mpf(CURRENT) * mp.mpf(VOLUME) / mp.mpf(F)) ** 2 * mp.mpf(t0) / mp.mpf(D)
        excess = exact_enrichment(q) - 1
    assert float(excess) == pytest.approx(enrichment - 1, rel=1e-14)


def test_receding_depletion_time_is_sand_at_first():
    """While the interface has hardly moved the frames agree: Δc at the interface is x0·Δu/V_m."""
    enrichment = 1 + 1e-6
    receding = sand.receding_depletion_time(CURRENT, D, VOLUME, enrichment)
    # the magnesium flux is v x0/V_m, that of a current i x0 through sites of volume V_m
    fixed = sand.depletion_time(CURRENT, D, (enrichment - 1) / VOLUME)
    assert receding == pytest.approx(fixed, rel=1e-5)


def test_frames_differ_eighteenfold():
    t0 = 15 * hour
    fixed = sand.diffusivity(CURRENT, t0, 45.6 * mmol / cm**3)
    receding = sand.receding_diffusivity(CURRENT, t0, VOLUME, 6.9)
    assert fixed / (cm**2 / s) == pytest.approx(3.55e-11, rel=2e-3)
    assert fixed / receding == pytest.approx(18.1, rel=5e-3)


positive = st.floats(1e-6, 1e6)


@given(positive, positive, positive, st.floats(0.1, 10))
def test_scaling_and_inverse(current, diffusivity, drop, factor):
    t0 = sand.depletion_time(current, diffusivity, drop)
    assert sand.depletion_time(factor * current, diffusivity, drop) == pytest.approx(
        t0 / factor**2, rel=1e-13
    )
    assert sand.diffusivity(current, t0, drop) == pytest.approx(diffusivity, rel=1e-13)


@given(positive, positive, st.floats(1.0001, 1e4), st.floats(0.1, 10))
def test_receding_scaling_and_inverse(current, diffusivity, enrichment, factor):
    t0 = sand.receding_depletion_time(current, diffusivity, 1e-5, enrichment)
    faster = sand.receding_depletion_time(factor * current, diffusivity, 1e-5, enrichment)
    assert faster == pytest.approx(t0 / factor**2, rel=1e-13)
    assert sand.receding_diffusivity(current, t0, 1e-5, enrichment) == pytest.approx(
        diffusivity, rel=1e-13
    )


CURRENTS = np.array([50, 100, 200]) * uA / cm**2


def test_fit_returns_what_was_put_in():
    for origin in (True, False):
        plot = sand.fit(CURRENTS, sand.depletion_time(CURRENTS, D, C0), C0, through_origin=origin)
        assert plot.through_origin is origin
        assert plot.diffusivity == pytest.approx(D, rel=1e-12)
        assert plot.diffusivity_stderr < 1e-10 * D
        np.testing.assert_allclose(
            plot.depletion_time(CURRENTS), sand.depletion_time(CURRENTS, D, C0), rtol=1e-12
        )


def test_fit_agrees_with_scipy():
    from scipy.stats import linregress

    rng = np.random.default_rng(1)
    currents = np.linspace(20, 300, 12) * uA / cm**2
    times = sand.depletion_time(currents, D, C0) * np.exp(0.1 * rng.standard_normal(12))
    plot = sand.fit(currents, times, C0, through_origin=False)
    line = linregress(currents, times**-0.5)
    assert plot.slope == pytest.approx(line.slope, rel=1e-10)
    assert plot.slope_stderr == pytest.approx(line.stderr, rel=1e-10)
    assert plot.intercept == pytest.approx(line.intercept, rel=1e-10)
    assert plot.intercept_stderr == pytest.approx(line.intercept_stderr, rel=1e-10)


@pytest.mark.parametrize("origin", [True, False])
def test_fit_standard_errors_cover_the_truth(origin):
    """Pulls of 4,000 noisy plots with known errors have unit width and no bias."""
    rng = np.random.default_rng(7)
    currents = np.linspace(50, 200, 6) * uA / cm**2
    truth = sand.depletion_time(currents, D, C0)
    error = 0.01 * truth
    pulls = []
    for _ in range(4000):
        plot = sand.fit(
            currents,
            truth + error * rng.standard_normal(6),
            C0,
            through_origin=origin,
            depletion_time_stderr=error,
        )
        pulls.append((plot.diffusivity - D) / plot.diffusivity_stderr)
    assert abs(np.mean(pulls)) < 0.1
    assert np.std(pulls) == pytest.approx(1, abs=0.05)


def test_fit_says_which_line_it_is():
    times = sand.depletion_time(CURRENTS, D, C0)
    assert "through the origin" in str(sand.fit(CURRENTS, times, C0))
    with_intercept = str(sand.fit(CURRENTS, times, C0, through_origin=False))
    assert "with intercept" in with_intercept
    assert "intercept (" in with_intercept


def test_intercept_that_would_reconcile_the_paper():
    """science of the chapter: slope from 2.3e-11, 15 h at 100 µA/cm²: intercept 8.0e-4 s^-1/2."""
    slope = 1 / np.sqrt(sand.depletion_time(1.0, 2.3e-15, C0))
    intercept = (15 * hour) ** -0.5 - slope * CURRENT
    assert intercept == pytest.approx(8.0e-4, abs=5e-6)
    times = (intercept + slope * CURRENTS) ** -2
    np.testing.assert_allclose(times / hour, [42.7, 15.0, 4.6], atol=0.05)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sand.depletion_time(-1, D, C0), ["current_density = -1 A/m²", "above 0 A/m²"]),
        (lambda: sand.depletion_time(1, 0, C0), ["diffusivity = 0 m²/s"]),
        (lambda: sand.depletion_time(1, D, float("inf")), ["concentration_drop = inf mol/m³"]),
        (lambda: sand.diffusivity(1, -3, C0), ["depletion_time = -3 s", "above 0 s"]),
        (lambda: sand.diffusivity(1, None, C0), ["depletion_time = None", "in s"]),
        (lambda: sand.receding_enrichment(-1), ["swept = -1", "at least 0"]),
        (
            lambda: sand.receding_depletion_time(1, D, VOLUME, 1.0),
            ["enrichment = 1", "above 1"],
        ),
        (lambda: sand.receding_depletion_time(1, D, 0, 6.9), ["molar_volume = 0 m³/mol"]),
        (lambda: sand.receding_diffusivity(1, 0, VOLUME, 6.9), ["depletion_time = 0 s"]),
        (lambda: sand.receding_diffusivity(1, 9, VOLUME, 0.5), ["enrichment = 0.5", "above 1"]),
        (
            lambda: sand.concentration(-1e-6, 1, diffusivity=D, current_density=1, initial=C0),
            ["depth = -1e-06 m"],
        ),
        (
            lambda: sand.concentration(
                0, [1, 2], diffusivity=[D] * 3, current_density=1, initial=1
            ),
            ["time (2,)", "diffusivity (3,)"],
        ),
        (lambda: sand.fit([1, 2], [3], C0), ["(2,)", "(1,)", "one depletion time"]),
        (lambda: sand.fit([1], [3], C0), ["1 points", "through the origin", "at least 2"]),
        (
            lambda: sand.fit([1, 2], [3, 1], C0, through_origin=False),
            ["2 points", "with intercept", "at least 3"],
        ),
        (
            lambda: sand.fit([1, 1, 1], [3, 3.1, 2.9], C0, through_origin=False),
            ["current_density = 1 A/m²", "two different currents"],
        ),
        (lambda: sand.fit([1, 2, 3], [3, 1, 0.5], [C0, C0]), ["concentration_drop", "(2,)"]),
        (
            lambda: sand.fit([1, 2, 3], [1, 2, 3], C0, through_origin=False),
            ["slope", "must fall as the current"],
        ),
        (
            lambda: sand.fit([1, 2], [3, 1], C0, depletion_time_stderr=[0.1, 0]),
            ["depletion_time_stderr = 0 s (element 1)"],
        ),
        (
            lambda: sand.fit([1, 2], [3, 1], C0, depletion_time_stderr=[[0.1], [0.2]]),
            ["depletion_time_stderr (2, 1)", "depletion_time (2,)"],
        ),
        (lambda: sand.fit([1, 2], [3, 1], C0, through_origin="no"), ["through_origin = 'no'"]),
        (
            lambda: sand.depletion_time([1, 2, 3], [1, 2], C0),
            ["current_density (3,)", "diffusivity (2,)"],
        ),
    ],
)
def test_wrong_arguments_say_what_is_wrong(call, words):
    with pytest.raises(ValueError) as error:
        call()
    for word in words:
        assert word in str(error.value)
