"""Li–Mg against high-precision derivatives of its Gibbs energy, and against thermodynamics."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandtime import thermodynamics
from sandtime.thermodynamics import BCC, HCP, LIQUID
from sandtime.units import F, R, celsius, kJ, mV, to_celsius

PHASES = [BCC, HCP, LIQUID]
ROOM = celsius(25)
FRACTIONS = [1e-6, 0.01, 0.05, 0.10, 0.3, 0.5, 0.669, 0.9, 0.999]

# The parameters once more, as the sources print them, for the high-precision evaluation:
# interactions L_k = a + b T, and the solids' elements in their other structure.
INTERACTIONS = {
    "bcc": [("-18335", "8.49"), ("3481", "0"), ("2658", "-0.114")],
    "hcp": [("-6856", "0"), ("4000", "0"), ("4000", "0")],
    "liquid": [("-14935", "10.371"), ("-1789", "1.143"), ("6533", "-6.6915")],
}
ELEMENTS = {
    "bcc": (("0", "0"), ("3100", "-2.1")),
    "hcp": (("-154", "2"), ("0", "0")),
    # Above 500 K, where the two descriptions of lithium differ by a straight line.
    "liquid": (("3005.684", "-6.626102"), ("8202.243", "-8.83693")),
}


def exact_energy(name, x, temperature):
    """G(x), J/mol, with the digits of the surrounding `mp.workdps`."""
    T = mp.mpf(temperature)
    y = 1 - x
    lithium, magnesium = (mp.mpf(a) + mp.mpf(b) * T for a, b in ELEMENTS[name])
    if name == "liquid":
        magnesium -= mp.mpf("8.0176e-20") * T**7
    series = sum(
        (mp.mpf(a) + mp.mpf(b) * T) * (y - x) ** k for k, (a, b) in enumerate(INTERACTIONS[name])
    )
    ideal = mp.mpf(R) * T * (x * mp.log(x) + y * mp.log(y))
    return y * lithium + x * magnesium + ideal + x * y * series


CASES = [
    (BCC, ROOM),
    (BCC, celsius(420)),
    (HCP, ROOM),
    (HCP, 800.0),
    (LIQUID, 520.0),
    (LIQUID, 900),
]


@pytest.mark.parametrize(("phase", "temperature"), CASES)
@pytest.mark.parametrize("x", FRACTIONS)
def test_derivatives_against_high_precision(phase, temperature, x):
    with mp.workdps(50):
        T, at = mp.mpf(float(temperature)), mp.mpf(x)

        def energy(fraction):
            return exact_energy(phase.name, fraction, T)

        value, slope, curvature, third = (mp.diff(energy, at, n) for n in range(4))
        lithium = value - at * slope
        reference = mp.mpf(0)  # bcc lithium
        product = at * (1 - at) / (mp.mpf(R) * T)
        factor = product * curvature
        factor_slope = product * third + (1 - 2 * at) / (mp.mpf(R) * T) * curvature
        truth = [
            float(number)
            for number in (
                value,
                lithium,
                lithium + slope,
                mp.exp((lithium - reference) / (mp.mpf(R) * T)),
                -(lithium - reference) / mp.mpf(F),
                factor,
                factor_slope,
            )
        ]
    arguments = (x, temperature, phase)
    ours = [
        thermodynamics.gibbs_energy(*arguments),
        *thermodynamics.chemical_potentials(*arguments),
        thermodynamics.activity(*arguments),
        thermodynamics.open_circuit_potential(*arguments),
        thermodynamics.thermodynamic_factor(*arguments),
        thermodynamics.thermodynamic_factor_slope(*arguments),
    ]
    # Liquid lithium is a difference of numbers a thousand times larger than itself.
    np.testing.assert_allclose(ours, truth, rtol=1e-12 if phase != LIQUID else 1e-9)


def test_table_of_potential_and_factor():
    """Computed independently beforehand, to the digits given."""
    x = [0.01, 0.05, 0.10, 0.12, 0.15, 0.20, 0.30, 0.40, 0.50, 0.60, 0.669]
    potential = [0.25, 1.19, 2.45, 3.06, 4.16, 6.63, 14.9, 29.0, 49.7, 77.5, 100.5]
    factor = [0.945, 0.86, 1.00, 1.12, 1.35, 1.84, 2.99, 4.04, 4.72, 4.85, 4.6]
    ours = thermodynamics.open_circuit_potential(x, ROOM) / mV
    np.testing.assert_allclose(ours[:6], potential[:6], atol=0.005)
    np.testing.assert_allclose(ours[6:], potential[6:], atol=0.05)
    ours = thermodynamics.thermodynamic_factor(x, ROOM)
    np.testing.assert_allclose(ours[:1], factor[:1], atol=5e-4)
    np.testing.assert_allclose(ours[1:-1], factor[1:-1], atol=0.005)
    assert ours[-1] == pytest.approx(factor[-1], abs=0.05)


def test_table_of_tie_lines():
    beta, alpha = thermodynamics.tie_line(celsius(np.array([0, 25, 100, 420])))
    np.testing.assert_allclose(beta, [0.665, 0.669, 0.680, 0.729], atol=5e-4)
    np.testing.assert_allclose(alpha, [0.836, 0.834, 0.828, 0.825], atol=5e-4)


def test_potential_of_a_dilute_alloy_is_ideal():
    """Raoult: E → RT x/F, with every digit although E itself goes to zero."""
    x = np.array([1e-14, 1e-10, 1e-7])
    slope = thermodynamics.open_circuit_potential(x, ROOM) / x
    np.testing.assert_allclose(slope, R * ROOM / F, rtol=2e-6)
    assert thermodynamics.open_circuit_potential(0.0, ROOM) == 0
    assert thermodynamics.activity([0.0, 1.0], ROOM).tolist() == [1, 0]


@pytest.mark.parametrize("phase", PHASES)
def test_factor_is_one_at_both_ends(phase):
    for x in (0.0, 1.0):
        assert thermodynamics.thermodynamic_factor(x, ROOM, phase) == 1
    assert np.isfinite(thermodynamics.thermodynamic_factor_slope([0.0, 1.0], ROOM, phase)).all()


@pytest.mark.parametrize("temperature", [celsius(0), ROOM, celsius(100), celsius(420)])
def test_beta_is_stable_against_small_fluctuations(temperature):
    """No miscibility gap within the β-phase: Φ > 0 everywhere."""
    x = np.linspace(0, 1, 1001)
    assert (thermodynamics.thermodynamic_factor(x, temperature) > 0.8).all()


fractions = st.floats(1e-6, 1 - 1e-6)
temperatures = st.floats(200, 1500)
phases = st.sampled_from(PHASES)


@given(fractions, temperatures, phases)
def test_the_chemical_potentials_add_up_to_the_gibbs_energy(x, temperature, phase):
    """Euler: (1 − x) µ_Li + x µ_Mg = G."""
    lithium, magnesium = thermodynamics.chemical_potentials(x, temperature, phase)
    energy = thermodynamics.gibbs_energy(x, temperature, phase)
    size = abs((1 - x) * lithium) + abs(x * magnesium)
    assert (1 - x) * lithium + x * magnesium == pytest.approx(energy, abs=1e-11 * size)


@given(st.floats(0.01, 0.99), temperatures, phases)
def test_gibbs_duhem(x, temperature, phase):
    """(1 − x) dµ_Li + x dµ_Mg = 0; and both slopes are what Φ says."""
    h = 1e-4 * x * (1 - x)
    lithium, magnesium = (
        (up - down) / (2 * h)
        for up, down in zip(
            thermodynamics.chemical_potentials(x + h, temperature, phase),
            thermodynamics.chemical_potentials(x - h, temperature, phase),
            strict=True,
        )
    )
    factor = thermodynamics.thermodynamic_factor(x, temperature, phase)
    scale = R * temperature
    assert (1 - x) * lithium + x * magnesium == pytest.approx(0, abs=1e-4 * scale)
    assert -(1 - x) * lithium / scale == pytest.approx(factor, abs=1e-4 * (1 + abs(factor)))
    assert x * magnesium / scale == pytest.approx(factor, abs=1e-4 * (1 + abs(factor)))


@given(st.floats(0.0, 0.99), temperatures)
def test_potential_and_activity_say_the_same(x, temperature):
    potential = thermodynamics.open_circuit_potential(x, temperature)
    activity = thermodynamics.activity(x, temperature)
    assert activity == pytest.approx(np.exp(-F * potential / (R * temperature)), rel=1e-12)


@settings(max_examples=40)
@given(st.floats(200, 865))
def test_the_tie_line_is_a_common_tangent(temperature):
    beta, alpha = thermodynamics.tie_line(temperature)
    assert 0.6 < beta < alpha < 0.9
    ours = thermodynamics.chemical_potentials(beta, temperature, BCC)
    theirs = thermodynamics.chemical_potentials(alpha, temperature, HCP)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-8)
    # It lies below every other alloy of the two phases.
    x = np.linspace(1e-6, 1 - 1e-6, 401)
    tangent = (1 - x) * ours[0] + x * ours[1]
    for phase in (BCC, HCP):
        assert (thermodynamics.gibbs_energy(x, temperature, phase) > tangent - 1e-7).all()


@pytest.mark.parametrize(
    ("solid", "temperatures"),
    [(BCC, np.linspace(454, 866, 40)), (HCP, np.linspace(866, 922.9, 30))],
)
def test_melting_is_a_common_tangent(solid, temperatures):
    ours, theirs = thermodynamics.phase_boundary(solid, LIQUID, temperatures)
    np.testing.assert_allclose(
        thermodynamics.chemical_potentials(ours, temperatures, solid),
        thermodynamics.chemical_potentials(theirs, temperatures, LIQUID),
        rtol=0,
        atol=1e-7,
    )
    np.testing.assert_allclose(thermodynamics.solidus(ours), temperatures, rtol=1e-9)
    np.testing.assert_allclose(thermodynamics.liquidus(theirs), temperatures, rtol=1e-9)


def test_phases_in_either_order():
    solid, liquid = thermodynamics.phase_boundary(BCC, LIQUID, 600.0)
    assert thermodynamics.phase_boundary(LIQUID, BCC, 600.0) == pytest.approx((liquid, solid))


@pytest.mark.parametrize(
    ("element", "melting_point", "heat"), [(0.0, 453.6, 3.000 * kJ), (1.0, 923.0, 8.477 * kJ)]
)
def test_the_elements_melt_where_they_should(element, melting_point, heat):
    """Melting points and enthalpies of fusion as in Dinsdale 1991."""
    assert thermodynamics.liquidus(element) == pytest.approx(melting_point, abs=0.01)
    assert thermodynamics.solidus(element) == pytest.approx(melting_point, abs=0.01)
    solid = HCP if element else BCC

    def melting(temperature):
        liquid = thermodynamics.gibbs_energy(element, temperature, LIQUID)
        return liquid - thermodynamics.gibbs_energy(element, temperature, solid)

    assert melting(melting_point) == pytest.approx(0, abs=0.01)
    for side in (-1, 1):  # below and above, where the descriptions differ
        near, far = melting_point + 0.1 * side, melting_point + 0.3 * side
        entropy = (melting(near) - melting(far)) / (far - near)
        assert melting(near) + near * entropy == pytest.approx(heat, rel=1e-3)


def test_the_diagram_is_in_order():
    x = np.linspace(0, 1, 101)
    solidus, liquidus = thermodynamics.solidus(x), thermodynamics.liquidus(x)
    assert (solidus <= liquidus + 1e-9).all()
    point = thermodynamics.eutectic()
    assert point.beta < point.liquid < point.alpha
    assert thermodynamics.tie_line(point.temperature) == pytest.approx((point.beta, point.alpha))
    assert thermodynamics.liquidus(point.liquid) == pytest.approx(point.temperature, rel=1e-12)
    between = np.linspace(point.beta, point.alpha, 7)
    np.testing.assert_allclose(thermodynamics.solidus(between), point.temperature, rtol=1e-12)
    assert to_celsius(point.temperature) == pytest.approx(592.01, abs=0.01)


def test_arrays_agree_with_their_elements():
    x, T = np.linspace(0, 0.9, 7), np.array([[250.0], [300.0], [453.6], [600.0]])
    for function in (
        thermodynamics.gibbs_energy,
        thermodynamics.activity,
        thermodynamics.open_circuit_potential,
        thermodynamics.thermodynamic_factor,
        thermodynamics.thermodynamic_factor_slope,
    ):
        for phase in PHASES:
            grid = function(x, T, phase)
            assert grid.shape == (4, 7)
            assert grid[2, 3] == pytest.approx(function(x[3], T[2, 0], phase), rel=1e-13)
            assert isinstance(function(0.1, ROOM, phase), float)
    temperatures = celsius(np.array([[0.0, 25.0], [100.0, 420.0]]))
    beta, alpha = thermodynamics.tie_line(temperatures)
    assert beta.shape == alpha.shape == (2, 2)
    assert (beta[1, 0], alpha[1, 0]) == pytest.approx(thermodynamics.tie_line(celsius(100)))
    assert thermodynamics.liquidus(np.zeros((2, 3))).shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: thermodynamics.open_circuit_potential(1.2, ROOM),
            "magnesium_fraction = 1.2 is not allowed: it must lie between 0 and 1",
        ),
        (
            lambda: thermodynamics.open_circuit_potential([0.1, 1.0], ROOM),
            r"magnesium_fraction = 1 \(element 1\) is not allowed: it must be below pure magnesium",
        ),
        (
            lambda: thermodynamics.thermodynamic_factor(float("nan"), ROOM),
            "magnesium_fraction = nan is not allowed",
        ),
        (
            lambda: thermodynamics.thermodynamic_factor_slope(-0.1, ROOM),
            "magnesium_fraction = -0.1 is not allowed",
        ),
        (
            lambda: thermodynamics.activity(0.1, 25),
            "temperature = 25 K is not allowed: it must lie between 200 and 3000 K",
        ),
        (
            lambda: thermodynamics.gibbs_energy([0.1, 0.2], [300.0, 310.0, 320.0]),
            r"these shapes do not broadcast together: magnesium_fraction \(2,\), temp",
        ),
        (
            lambda: thermodynamics.chemical_potentials(0.0, ROOM),
            "magnesium_fraction = 0 is not allowed: it must be finite and above 0",
        ),
        (
            lambda: thermodynamics.tie_line(870.0),
            "temperature = 870 K is not allowed: it must lie between 200 and 865.1",
        ),
        (lambda: thermodynamics.tie_line("warm"), "temperature = 'warm' is not allowed"),
        (
            lambda: thermodynamics.phase_boundary(BCC, LIQUID, [500.0, 300.0]),
            "temperature = 300 K is not allowed: bcc and liquid have no common tangent there",
        ),
        (
            lambda: thermodynamics.phase_boundary(BCC, BCC, 500.0),
            "other = <bcc> is not allowed: it must be another phase than phase = <bcc>",
        ),
        (lambda: thermodynamics.liquidus(1.5), "magnesium_fraction = 1.5 is not allowed"),
        (lambda: thermodynamics.solidus(-1), "magnesium_fraction = -1 is not allowed"),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
