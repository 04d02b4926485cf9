"""Predictions of experiments not made yet, and the chance of a slope, against independent truth."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import erfc

from sandtime import experiments, lines, slab
from sandtime.materials import LI90MG10
from sandtime.transport import Step
from sandtime.units import F, cm, hour, s, uA, um
from sandtime.variants import PAPER, Variant

D, CURRENT, SPAN, REST = 1.2e-11 * cm**2 / s, 100 * uA / cm**2, 10 * hour, 7 * hour
FOIL, THIN = 200 * um, 25 * um
KEPT, RECEDING = (Variant(frame, "constant") for frame in ("fixed", "receding"))


def found(variant, prefactor=D):
    course = variant.run(prefactor, Step(CURRENT, duration=SPAN), thickness=FOIL, rtol=1e-6)
    settings = {"current": CURRENT, "duration": SPAN, "rest": REST}
    return course, experiments.outcomes(
        variant, prefactor, course, thickness=FOIL, thin=THIN, rtol=1e-6, **settings
    )


def drop(depth):
    """Of a half-space after the strip, mol/m³: Carslaw and Jaeger."""
    z = depth / (2 * np.sqrt(D * SPAN))
    profile = np.exp(-(z**2)) / np.sqrt(np.pi) - z * erfc(z)
    return 2 * CURRENT / F * np.sqrt(SPAN / D) * profile


def test_a_half_space_by_closed_forms():
    _, told = found(KEPT)
    magnesium = LI90MG10.magnesium_concentration

    def x(depth):
        return magnesium / (magnesium + LI90MG10.concentration - drop(depth))

    half = brentq(lambda depth: x(depth) - (x(0.0) + 0.1) / 2, 0, 100 * um)
    assert told["depth"] == pytest.approx(half, rel=5e-3)
    # the current stops at a, comes back at a + p, and the same drop is met again at τ
    a = SPAN / 2
    end = brentq(
        lambda t: np.sqrt(t) - np.sqrt(t - a) + np.sqrt(t - a - REST) - np.sqrt(SPAN),
        1.001 * (a + REST),
        2 * SPAN + REST,
    )
    assert told["won"] == pytest.approx(end - SPAN - REST, rel=1e-3)
    cutoff = LI90MG10.concentration - drop(0.0)
    share = slab.utilisation(
        CURRENT / 10, thickness=THIN, diffusivity=D, initial=LI90MG10.concentration, cutoff=cutoff
    )
    assert told["share"] == pytest.approx(share, rel=1e-4)
    assert told["again"] == SPAN / 4 and told["loss"] == 0


def test_a_lattice_that_closes_up_gets_thinner_by_what_the_solver_says():
    course, told = found(RECEDING, 1e-12 * cm**2 / s * 5)
    thickness = course.solution.thickness
    assert told["loss"] == pytest.approx(thickness[0] - thickness[-1], rel=1e-6)
    assert found(PAPER, 3 * D)[1]["loss"] == 0


def test_twice_the_current_takes_a_quarter_in_either_frame():
    for variant, prefactor in ((KEPT, D), (RECEDING, 5e-12 * cm**2 / s)):
        course, told = found(variant, prefactor)
        end = float(course.surface[-1])
        twice = variant.run(prefactor, Step(2 * CURRENT, cutoff=end), thickness=FOIL, rtol=1e-6)
        assert twice.depletion_time == pytest.approx(told["again"], rel=1e-3)


def test_expected_follows_each_model_and_stops_where_it_must():
    levels = [np.array([4.0, 4.6, 5.2]), np.array([3.9, 4.4, 4.9])]
    values = [levels[0] ** 2, 7 - levels[1]]
    exact = experiments.expected(levels, values, 4.5)
    assert exact[:, 0] == pytest.approx([4.5**2, 2.5], rel=1e-9)
    spread = experiments.expected(levels, values, 4.5, allowance=0.5, highest=[4.7, 9], count=5)
    assert spread[0] == pytest.approx(np.linspace(4.0, 4.7, 5) ** 2, rel=1e-9)
    assert spread[1] == pytest.approx(7 - np.linspace(4.0, 5.0, 5), rel=1e-9)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: experiments.by_level([1, 2], [1, 2], 1), "levels"),
        (lambda: experiments.by_level([1, 2, 2], [1, 2, 2], 1), "levels"),
        (lambda: experiments.by_level([1, 2, 3], [1, 2], 1), "levels"),
        (lambda: experiments.by_level([1, 2, 3], [1, 2, np.nan], 1), "values"),
        (lambda: experiments.expected([[1, 2, 3]], [[1, 2, 3]], 2, allowance=-1), "allowance"),
        (lambda: experiments.expected([[1, 2, 3]], [[1, 2, 3]], 2, highest=1.5), "highest"),
        (lambda: lines.chance_of_slope([1, 2], 1, 0.1), "abscissa"),
        (lambda: lines.chance_of_slope([2, 2, 2], 1, 0.1), "abscissa"),
        (lambda: lines.chance_of_slope([1, 2, 3], np.nan, 0.1), "slope"),
        (lambda: lines.chance_of_slope([1, 2, 3], 1, 0), "scatter"),
        (lambda: lines.chance_of_slope([1, 2, 3], 1, 0.1, errors=-2), "errors"),
    ],
)
def test_errors_name_what_is_wrong(call, named):
    with pytest.raises(ValueError, match=named):
        call()


@pytest.mark.parametrize("slope", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("cells", [1, 3])
def test_chance_of_a_slope_by_drawing(slope, cells):
    """Lines fitted to drawn points by `lines.fit`, whose error is that of each draw."""
    rng, scatter = np.random.default_rng(7), 0.3
    x = np.log(np.repeat([1.0, 0.7, 0.4], cells))
    hits, draws = 0, 3000
    for _ in range(draws):
        line = lines.fit([x, np.ones_like(x)], slope * x + scatter * rng.standard_normal(x.size))
        hits += line.coefficients[0] > 2 * line.stderr[0]
    chance = lines.chance_of_slope(x, slope, scatter)
    assert hits / draws == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / draws))
