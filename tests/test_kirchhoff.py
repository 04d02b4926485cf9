"""The integral of a diffusivity against integrals by hand, jumps included."""

import numpy as np
import pytest

from sandtime.kirchhoff import Diffusivity, MagnesiumFixedDiffusivity


def tabulated(function, low, high, error):
    law = Diffusivity(function, "concentration", "mol/m³")
    law.tabulate(low, high, error)
    return law


def at(law, w):
    return law.integral(w) - law.integral(np.array([0.0]))


@pytest.mark.parametrize("place", [0.3, 0.650123, 1 / np.pi])
@pytest.mark.parametrize("error", [1e-4, 1e-9])
def test_a_jump(place, error):
    law = tabulated(lambda w: np.where(w > place, 1.0, 0.3), 0.0, 1.0, error)
    w = np.linspace(0, 1, 4001)
    truth = np.where(w > place, 0.3 * place + (w - place), 0.3 * w)
    assert np.abs(at(law, w) - truth).max() < 0.1 * error
    assert not law.rough


def test_ripples_and_a_power():
    w = np.linspace(0, 1, 4001)
    wave = 2 * np.pi * 60
    law = tabulated(lambda w: 1 + 0.9 * np.sin(wave * w), 0.0, 1.0, 1e-8)
    assert np.abs(at(law, w) - (w + 0.9 / wave * (1 - np.cos(wave * w)))).max() < 1e-9
    law = tabulated(lambda w: w**3, 0.0, 1.0, 1e-8)
    assert np.abs(at(law, w) - w**4 / 4).max() < 1e-12
    assert law.typical == pytest.approx(1 / 4)
    np.testing.assert_allclose(law.slope(w[1:]), w[1:] ** 3, rtol=1e-3, atol=1e-9)


def test_beyond_the_ends_it_goes_on_straight():
    law = tabulated(lambda w: 1 + w, 0.0, 1.0, 1e-8)
    np.testing.assert_allclose(at(law, np.array([-0.5, 1.5])), [-0.5, 1.5 + 1.0], atol=1e-12)
    np.testing.assert_allclose(law.slope(np.array([-0.5, 1.5])), [1.0, 2.0])


def test_a_dilute_alloy_is_steep_at_one_end():
    law = MagnesiumFixedDiffusivity(2.0, 1.0)
    law.tabulate(0.449, 9999.0, 1e-7 * 0.36)
    u = np.geomspace(0.449, 9999.0, 3001)
    truth = 2.0 * (1 / 1.449 - 1 / (1 + u))
    # as an error of u, relative to 1 + u
    off = np.abs(law.integral(u) - law.integral(u[:1]) - truth) / (2.0 / (1 + u))
    assert off.max() < 1e-7


def test_what_no_table_holds_is_called_rough():
    draw = np.random.default_rng(1)
    law = tabulated(lambda w: draw.uniform(0.5, 1.5, w.shape), 0.0, 1.0, 1e-10)
    assert law.rough
