"""The finite slab against high-precision sums, quadrature, and what holds for any parameters."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import solve_banded

from sandtime import sand, slab
from sandtime.units import F, cm, hour, mmol, s, uA, um

PAPER = {
    "thickness": 25 * um,
    "diffusivity": 3e-11 * cm**2 / s,
    "initial": 69.6 * mmol / cm**3,
}
BETA = 24.0 * mmol / cm**3

# Dimensionless times from 1e-8 to 1e3, with the crossover of the two expressions well covered.
TIMES = np.unique(np.concatenate([np.geomspace(1e-8, 1e3, 45), np.linspace(0.05, 0.2, 16)]))


def exact_profile(x, tau):
    """P(x, τ) with 40 digits, by whichever sum converges; independent of the library's choice."""
    with mp.workdps(40):
        x, tau = mp.mpf(float(x)), mp.mpf(float(tau))
        if tau > 1:
            total = sum(
                (-1) ** n
                / mp.mpf(n) ** 2
                * mp.exp(-((n * mp.pi) ** 2) * tau)
                * mp.cos(n * mp.pi * x)
                for n in range(1, 40)
            )
            return tau + (3 * x**2 - 1) / 6 - 2 / mp.pi**2 * total
        total = mp.mpf(0)
        for m in range(12):
            for distance in (2 * m + 1 - x, 2 * m + 1 + x):
                z = distance / (2 * mp.sqrt(tau))
                total += mp.exp(-z * z) / mp.sqrt(mp.pi) - z * mp.erfc(z)
        return 2 * mp.sqrt(tau) * total


@pytest.mark.parametrize("x", [0.0, 0.3, 0.5, 0.9, 0.999, 1.0])
def test_profile_agrees_with_high_precision(x):
    ours = slab.profile(x, TIMES)
    truth = np.array([float(exact_profile(x, tau)) for tau in TIMES])
    assert np.max(np.abs(ours - truth) / np.maximum(1, TIMES)) < 1e-15
    if x == 1.0:
        np.testing.assert_allclose(ours, truth, rtol=2e-15)


def test_profile_against_numerical_inversion_of_its_laplace_transform():
    """cosh(x√p)/(p^{3/2} sinh √p) comes straight from the boundary value problem, without a sum."""
    for tau in (0.003, 0.08, 0.12, 0.9):
        for x in (0.2, 0.7, 1.0):

            def transform(p, x=x):
                return mp.cosh(x * mp.sqrt(p)) / (p ** mp.mpf(1.5) * mp.sinh(mp.sqrt(p)))

            with mp.workdps(30):
                truth = float(mp.invertlaplace(transform, tau, method="talbot"))
            assert slab.profile(x, tau) == pytest.approx(truth, abs=1e-13)


@pytest.mark.parametrize("tau", [1e-8, 1e-4, 0.02, 0.0999, 0.1001, 0.3, 2.0, 1e3])
def test_concentration_is_accurate_to_1e_10_of_initial(tau):
    position = np.linspace(0, 1, 23) * PAPER["thickness"]
    time = tau * PAPER["thickness"] ** 2 / PAPER["diffusivity"]
    current = 100 * uA / cm**2
    ours = slab.concentration(position, time, current_density=current, **PAPER)
    with mp.workdps(40):
        scale = mp.mpf(current) * mp.mpf(PAPER["thickness"]) / (F * mp.mpf(PAPER["diffusivity"]))
        exact_tau = mp.mpf(time) * mp.mpf(PAPER["diffusivity"]) / mp.mpf(PAPER["thickness"]) ** 2
        truth = [
            float(PAPER["initial"] - scale * exact_profile(x, exact_tau))
            for x in position / PAPER["thickness"]
        ]
    assert np.max(np.abs(ours - truth)) < 1e-10 * PAPER["initial"]


@pytest.mark.parametrize("x", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("tau", [0.02, 0.1, 0.5])
def test_series_and_images_are_the_same_function(x, tau):
    assert slab.series(x, tau, 60) == pytest.approx(slab.images(x, tau, 20), abs=3e-16)


def test_series_and_images_miss_by_the_terms_left_out():
    """The default number of terms would not do on the wrong side of the crossover."""
    assert abs(slab.series(1.0, 1e-4) - slab.images(1.0, 1e-4)) > 0.01
    assert abs(slab.series(0.0, 2.0) - slab.images(0.0, 2.0)) > 1e-3


def test_concentration_conserves_lithium():
    """The mean falls by i t/(F L), whatever the shape: Gauss quadrature against Faraday."""
    node, weight = np.polynomial.legendre.leggauss(60)
    for tau in (1e-3, 0.05, 0.1, 0.7, 10.0):
        time = tau * PAPER["thickness"] ** 2 / PAPER["diffusivity"]
        c = slab.concentration(
            (node + 1) / 2 * PAPER["thickness"], time, current_density=1e-2, **PAPER
        )
        removed = 1e-2 * time / (F * PAPER["thickness"])
        assert PAPER["initial"] - weight @ c / 2 == pytest.approx(removed, rel=1e-9)


def test_concentration_satisfies_fick_and_its_boundaries():
    def c(position, time):
        return slab.concentration(position, time, current_density=0.1, **PAPER)

    L, D = PAPER["thickness"], PAPER["diffusivity"]
    for tau in (0.05, 0.3):
        t = tau * L**2 / D
        x, h, k = 0.6 * L, 1e-3 * L, 1e-3 * t
        rate = (c(x, t + k) - c(x, t - k)) / (2 * k)
        curvature = (c(x + h, t) - 2 * c(x, t) + c(x - h, t)) / h**2
        assert rate == pytest.approx(D * curvature, rel=1e-4)
        blocked = (-3 * c(0, t) + 4 * c(h, t) - c(2 * h, t)) / (2 * h)
        assert abs(blocked) < 1e-4 * 0.1 / (F * D)
        gradient = (3 * c(L, t) - 4 * c(L - h, t) + c(L - 2 * h, t)) / (2 * h)
        assert gradient == pytest.approx(-0.1 / (F * D), rel=1e-4)


def test_concentration_before_and_beyond():
    assert slab.concentration(25 * um, 0.0, current_density=0.1, **PAPER) == PAPER["initial"]
    assert slab.concentration(25 * um, 10 * 86400.0, current_density=1.0, **PAPER) < 0
    plated = slab.concentration(25 * um, hour, current_density=-0.1, **PAPER)
    stripped = slab.concentration(25 * um, hour, current_density=0.1, **PAPER)
    assert plated + stripped == pytest.approx(2 * PAPER["initial"], rel=1e-15)


@pytest.mark.parametrize("exponent", np.linspace(-8, 3, 34))
def test_dimensionless_depletion_time_inverts_the_exact_drop(exponent):
    tau = 10.0**exponent
    drop = exact_profile(1.0, tau)
    assert slab.dimensionless_depletion_time(float(drop)) == pytest.approx(tau, rel=2e-15)


def test_dimensionless_depletion_time_is_seamless():
    """No jump where the three regimes meet, nor where the starting guess changes."""
    for seam in (0.2, 0.65, 4.0, float(exact_profile(1.0, 0.1))):
        below, above = slab.dimensionless_depletion_time(seam * np.array([1 - 1e-12, 1 + 1e-12]))
        assert 0 < above - below < 1e-11 * seam


@pytest.mark.parametrize("factor", [1e-4, 0.1, 1.0, 10.0, 1e4])
def test_depletion_time_lands_on_the_cutoff(factor):
    current = factor * 100 * uA / cm**2
    t0 = slab.depletion_time(current, cutoff=BETA, **PAPER)
    surface = slab.concentration(PAPER["thickness"], t0, current_density=current, **PAPER)
    assert surface == pytest.approx(BETA, abs=1e-10 * PAPER["initial"])


def test_paper_utilisations():
    """Figure 9: 61/93 and 27/41 % come out, 6/9 % does not."""
    current = np.array([10, 100, 1000]) * uA / cm**2
    total = slab.utilisation(current, cutoff=BETA, **PAPER)
    beta = slab.accessible_utilisation(current, cutoff=BETA, **PAPER)
    np.testing.assert_allclose(total, [0.614, 0.271, 0.027], atol=5e-4)
    np.testing.assert_allclose(beta, [0.937, 0.413, 0.041], atol=5e-4)


def test_limits_of_the_utilisation():
    slow = slab.accessible_utilisation(1e-9, cutoff=BETA, **PAPER)
    assert slow == pytest.approx(1, abs=1e-6)
    assert slow < 1
    fast = slab.depletion_time(100.0, cutoff=BETA, **PAPER)
    half_space = sand.depletion_time(100.0, PAPER["diffusivity"], PAPER["initial"] - BETA)
    assert fast == pytest.approx(half_space, rel=1e-13)


def test_a_map_agrees_with_its_elements():
    current = np.geomspace(1, 1e4, 7) * uA / cm**2
    diffusivity = np.geomspace(1e-12, 1e-8, 5)[:, None] * cm**2 / s
    case = {"thickness": 25 * um, "initial": PAPER["initial"], "cutoff": BETA}
    grid = slab.utilisation(current, diffusivity=diffusivity, **case)
    assert grid.shape == (5, 7)
    for row, D in zip(grid, diffusivity[:, 0], strict=True):
        for value, i in zip(row, current, strict=True):
            # NumPy rounds exp differently in its vectorised loops
            alone = slab.utilisation(i, diffusivity=D, **case)
            assert value == pytest.approx(alone, rel=1e-14)


decades = st.floats(min_value=-3, max_value=3)


@given(decades, decades, decades, st.floats(0.0, 0.95))
def test_everything_depends_on_one_number(current, thickness, diffusivity, share):
    """Parameters may change at will: at the same F D Δc/(i L) the accessible share is the same."""
    i, L, D = 10**current * 0.1, 10**thickness * 25 * um, 10**diffusivity * 3e-15
    cutoff = share * PAPER["initial"]
    ours = slab.accessible_utilisation(
        i, thickness=L, diffusivity=D, initial=PAPER["initial"], cutoff=cutoff
    )
    drop = F * D * (PAPER["initial"] - cutoff) / (i * L)
    other = slab.accessible_utilisation(
        1.0, thickness=1e-5, diffusivity=drop * 1e-5 / F, initial=1.0, cutoff=0.0
    )
    assert ours == pytest.approx(other, rel=1e-11)
    assert 0 < ours < 1


@given(st.floats(1e-4, 1e3), st.floats(1.001, 10))
def test_utilisation_falls_as_the_current_rises(current, factor):
    case = {**PAPER, "cutoff": BETA}
    assert slab.utilisation(current * factor, **case) < slab.utilisation(current, **case)


@given(st.floats(1e-6, 1e3), st.floats(0, 1), st.floats(0, 1))
def test_profile_rises_towards_the_interface(tau, a, b):
    low, high = min(a, b), max(a, b)
    assert slab.profile(low, tau) <= slab.profile(high, tau) + 1e-15 * max(1, tau)


SLAB = {"thickness": 25e-6, "diffusivity": 3e-15, "initial": 7e4}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"thickness": -25e-6}, ["thickness = -2.5e-05 m", "above 0 m"]),
        ({"diffusivity": 0}, ["diffusivity = 0 m²/s", "above 0 m²/s"]),
        ({"initial": float("nan")}, ["initial = nan mol/m³", "finite"]),
        ({"current_density": 0}, ["current_density = 0 A/m²", "above 0 A/m²"]),
        ({"current_density": -1}, ["current_density = -1 A/m²"]),
        ({"cutoff": 8e4}, ["cutoff = 80000 mol/m³", "below initial = 70000 mol/m³"]),
        ({"cutoff": 7e4}, ["cutoff = 70000 mol/m³", "below initial"]),
        ({"cutoff": -1}, ["cutoff = -1 mol/m³", "at least 0 mol/m³"]),
        ({"cutoff": None}, ["cutoff = None", "real number in mol/m³"]),
        ({"thickness": "25 um"}, ["thickness = '25 um'", "real number in m"]),
        ({"thickness": 25e-6 + 0j}, ["thickness", "real number in m"]),
        ({"thickness": [1e-6, 2e-6], "current_density": [1, 2, 3]}, ["(3,)", "(2,)"]),
        ({"diffusivity": [[1e-15], [1e-15, 2e-15]]}, ["diffusivity = [[", "real number in m²/s"]),
        (
            {"current_density": np.ma.masked_greater([1.0, 2.0], 1.5)},
            ["current_density = masked", "without masked elements"],
        ),
    ],
)
@pytest.mark.parametrize(
    "function", [slab.depletion_time, slab.utilisation, slab.accessible_utilisation]
)
def test_wrong_arguments_say_what_is_wrong(function, change, words):
    arguments = {**SLAB, "current_density": 1.0, "cutoff": 2e4, **change}
    with pytest.raises(ValueError) as error:
        function(arguments.pop("current_density"), **arguments)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"position": 26e-6}, ["position = 2.6e-05 m", "thickness = 2.5e-05 m"]),
        ({"position": -1e-6}, ["position = -1e-06 m", "at least 0 m"]),
        ({"time": -1}, ["time = -1 s", "at least 0 s"]),
        ({"time": [1.0, float("inf")]}, ["time = inf s (element 1)"]),
        ({"current_density": float("nan")}, ["current_density = nan A/m²"]),
    ],
)
def test_wrong_arguments_of_the_profile(change, words):
    arguments = {**SLAB, "position": 1e-6, "time": 1.0, "current_density": 1.0, **change}
    with pytest.raises(ValueError) as error:
        slab.concentration(arguments.pop("position"), arguments.pop("time"), **arguments)
    for word in words:
        assert word in str(error.value)


def test_the_interface_may_be_off_by_rounding():
    """100 * um and 1e-4 are not the same float, and both are the interface of that slab."""
    thick = {**SLAB, "thickness": 100e-6, "current_density": 1.0}
    at = [slab.concentration(x, 1e4, **thick) for x in (np.nextafter(100e-6, 1), 100e-6)]
    assert at[0] == pytest.approx(at[1], rel=1e-12)
    with pytest.raises(ValueError, match="position"):
        slab.concentration(100e-6 * (1 + 1e-12), 1e4, **thick)


@pytest.mark.filterwarnings("error")
def test_the_slowest_and_the_fastest_currents():
    slow, fast = slab.accessible_utilisation([1e-200, 1e140], **SLAB, cutoff=0)
    assert slow == 1
    assert fast == pytest.approx(
        np.pi / 4 * F * SLAB["diffusivity"] * SLAB["initial"] / (1e140 * SLAB["thickness"])
    )


def test_wrong_dimensionless_arguments():
    with pytest.raises(ValueError, match=r"position = 1\.1 .* between 0 and 1"):
        slab.profile(1.1, 0.1)
    with pytest.raises(ValueError, match=r"drop = 0 .* above 0"):
        slab.dimensionless_depletion_time(0)
    with pytest.raises(ValueError, match=r"terms = 2\.5 .* whole number"):
        slab.series(0.5, 0.1, 2.5)
    with pytest.raises(ValueError, match=r"pairs = -1 .* whole number"):
        slab.images(0.5, 0.1, -1)


# ---- a share that is asked for -------------------------------------------------------------------


@given(st.floats(1e-9, 1 - 1e-9))
def test_the_drop_for_a_share_delivers_it(share):
    drop = slab.drop_for(share)
    assert slab.dimensionless_depletion_time(drop) / drop == pytest.approx(share, rel=1e-11)


def test_the_drop_for_a_share_has_no_step_where_its_pieces_meet():
    for edge in (np.pi / 20, 11 / 12):
        below, above = slab.drop_for([edge * (1 - 1e-12), edge * (1 + 1e-12)])
        assert above == pytest.approx(below, rel=1e-9)


def test_diffusivity_and_current_for_a_share_by_finite_volumes():
    """A slab of 400 cells, stepped implicitly to the cut-off, delivers what was asked for."""
    share, initial, cutoff, thickness, current, cells = 0.6, 69.6e3, 24.0e3, 25e-6, 2.0, 400
    foil = {"thickness": thickness, "initial": initial, "cutoff": cutoff}
    D = slab.diffusivity_for(share, current, **foil)
    assert slab.current_density_for(share, diffusivity=D, **foil) == pytest.approx(current)
    until = share * F * thickness * (initial - cutoff) / current
    steps, dx = 4000, thickness / cells
    r = D * until / steps / dx**2
    bands = np.zeros((3, cells))
    bands[0, 1:] = bands[2, :-1] = -r
    bands[1] = 1 + 2 * r
    bands[1, 0] = bands[1, -1] = 1 + r
    c, out = np.full(cells, initial), current / F * until / steps / dx
    for _ in range(steps):
        c[-1] -= out
        c = solve_banded((1, 1), bands, c)
    surface = c[-1] - current / (F * D) * dx / 2
    assert surface == pytest.approx(cutoff, abs=0.002 * (initial - cutoff))


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan")])
def test_a_share_must_lie_between_nothing_and_all(share):
    with pytest.raises(ValueError, match="share"):
        slab.drop_for(share)
