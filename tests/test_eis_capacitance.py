"""Capacitances against the frequencies at which the circuit itself turns, and against scatter."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from sandtime.eis import Circuit, arc_capacitance, brug, contact, fit, hsu_mansfeld, zarc_Q

FREQUENCY = np.geomspace(7e6, 1, 61)
exponents = st.floats(0.4, 1.0)
resistances = st.floats(-1, 5).map(lambda e: 10**e)
elements = st.floats(-10, -3).map(lambda e: 10**e)


def top(curve, around):
    """Angular frequency at which a curve is highest, by search."""
    found = minimize_scalar(
        lambda x: -curve(np.exp(x)),
        bounds=(np.log(around) - 5, np.log(around) + 5),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return np.exp(found.x)


def depressed(omega, Q, alpha, R):
    """Impedance of R beside a constant-phase element."""
    return 1 / (1 / R + Q * (1j * omega) ** alpha)


@settings(max_examples=60)
@given(elements, exponents, resistances)
def test_hsu_and_mansfeld_is_where_the_arc_is_highest(Q, alpha, R):
    C = float(hsu_mansfeld(Q, alpha, R))
    omega = top(lambda w: -depressed(w, Q, alpha, R).imag, 1 / (R * C))
    assert omega * R * C == pytest.approx(1, rel=1e-5)


@settings(max_examples=60)
@given(elements, exponents, resistances, resistances)
def test_brug_is_where_the_susceptance_is_highest(Q, alpha, R, Rs):
    """In the admittance of the whole R_s and R share the element: τ = C/(1/R_s + 1/R)."""
    tau = float(brug(Q, alpha, R, Rs)) / (1 / Rs + 1 / R)
    omega = top(lambda w: (1 / (Rs + depressed(w, Q, alpha, R))).imag, 1 / tau)
    # the susceptance of R_s ≫ R is R/R_s small beside the conductance: rounding flattens its top
    assert omega * tau == pytest.approx(1, rel=1e-5 + 1e-6 * np.sqrt(Rs / R))


@given(elements, exponents, resistances, resistances)
def test_the_formulas_as_they_are_printed(Q, alpha, R, Rs):
    printed = Q ** (1 / alpha) * R ** ((1 - alpha) / alpha)
    assert hsu_mansfeld(Q, alpha, R) == pytest.approx(printed, rel=1e-11)
    printed = Q ** (1 / alpha) * (1 / Rs + 1 / R) ** ((alpha - 1) / alpha)
    assert brug(Q, alpha, R, Rs) == pytest.approx(printed, rel=1e-11)


@given(elements, exponents, resistances)
def test_limits(Q, alpha, R):
    hsu = float(hsu_mansfeld(Q, alpha, R))
    # R_s → ∞: Hsu and Mansfeld.  R_s → 0: that of R_s alone, which vanishes unless α is 1
    assert brug(Q, alpha, R, 1e12 * R) == pytest.approx(hsu, rel=1e-10)
    tiny = 1e-12 * R
    assert brug(Q, alpha, R, tiny) == pytest.approx(float(hsu_mansfeld(Q, alpha, tiny)), rel=1e-10)
    assert brug(Q, 0.9, R, tiny) < 0.06 * hsu_mansfeld(Q, 0.9, R)
    # R → ∞: a blocking electrode
    assert brug(Q, alpha, 1e15, 2.0) == pytest.approx(float(hsu_mansfeld(Q, alpha, 2.0)), rel=1e-10)
    # α = 1: a capacitor is one
    assert hsu_mansfeld(Q, 1, R) == pytest.approx(Q, rel=1e-14)
    assert brug(Q, 1, R, 7.0) == pytest.approx(Q, rel=1e-14)
    assert brug(Q, alpha, R, 7.0) <= hsu * (1 + 1e-12)


@pytest.mark.parametrize(("alpha", "inflated"), [(0.9, 1.47), (0.8, 2.40)])
def test_a_resistance_that_grows_inflates_hsu_and_mansfeld_only(alpha, inflated):
    R, Q = 270.0, 1e-6
    assert round(float(hsu_mansfeld(Q, alpha, 33 * R) / hsu_mansfeld(Q, alpha, R)), 2) == inflated
    ratio = brug(Q, alpha, 33 * R, R / 100) / brug(Q, alpha, R, R / 100)
    assert 1 < ratio < 1.003


def test_the_element_of_a_zarc():
    R, tau, alpha = 270.0, 1e-3, 0.85
    Z = Circuit("Zarc_1").impedance(FREQUENCY, {"1.R": R, "1.tau": tau, "1.alpha": alpha})
    same = depressed(2 * np.pi * FREQUENCY, zarc_Q(R, tau, alpha), alpha, R)
    np.testing.assert_allclose(same, Z, rtol=1e-12)


def test_arguments_broadcast():
    grid = brug(np.full((4, 1, 1), 1e-6), [[0.8], [0.9]], [100.0, 200.0, 300.0], 60.0)
    assert grid.shape == (4, 2, 3)
    assert grid[3, 1, 2] == brug(1e-6, 0.9, 300.0, 60.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: brug(-1e-6, 0.9, 1, 1), ["Q = -1e-06 s^α/Ω", "above 0"]),
        (lambda: brug(1e-6, 1.1, 1, 1), ["alpha = 1.1", "between 0 and 1"]),
        (lambda: brug(1e-6, 0.0, 1, 1), ["alpha = 0", "above 0"]),
        (lambda: brug(1e-6, 0.9, np.nan, 1), ["resistance = nan Ω"]),
        (lambda: brug(1e-6, 0.9, 1, [1, 0]), ["series_resistance = 0 Ω (element 1)"]),
        (lambda: hsu_mansfeld([1e-6, 1e-6], 0.9, [1, 2, 3]), ["Q (2,)", "resistance (3,)"]),
        (lambda: hsu_mansfeld(1e-6, 0.9, 1j), ["resistance = 1j", "real number in Ω"]),
        (lambda: zarc_Q(1, -1, 0.9), ["tau = -1 s"]),
    ],
)
def test_a_wrong_value_is_named(call, words):
    with pytest.raises(ValueError) as error:
        call()
    for word in words:
        assert word in str(error.value)


# --- of a fit --------------------------------------------------------------------------------

S = 2000
TRUTH = {
    "0.R": np.full(S, 120.0), "gb.R": 60.0, "gb.tau": 1e-5, "gb.alpha": 0.9,
    "int.R": np.geomspace(270, 9000, S), "int.tau": 1e-2, "int.alpha": 0.85,
}  # fmt: skip
SERIES = ["0.R", "gb.R"]


def measured(circuit, truth, seed=0):
    exact = circuit.impedance(FREQUENCY, truth)
    draw = np.random.default_rng(seed).normal(size=(2, *exact.shape))
    return exact + 3e-3 * np.abs(exact) * (draw[0] + 1j * draw[1])


@pytest.fixture(scope="module")
def cells():
    """The same noisy spectra fitted as Zarcs and as R beside a constant-phase element."""
    Z = measured(Circuit("R_0-Zarc_gb-Zarc_int"), TRUTH)
    return [
        fit(FREQUENCY, Z, f"R_0-Zarc_gb-{arc}", fixed={"gb.alpha": 0.9})
        for arc in ("Zarc_int", "p(R_int,CPE_int)")
    ]


@pytest.mark.parametrize("series", [(), SERIES], ids=["Hsu-Mansfeld", "Brug"])
def test_the_error_of_a_capacitance_is_its_scatter(cells, series):
    R = TRUTH["int.R"]
    Q = zarc_Q(R, 1e-2, 0.85)
    truth = brug(Q, 0.85, R, 180.0) if series else hsu_mansfeld(Q, 0.85, R)
    both = [arc_capacitance(found, "int", series) for found in cells]
    for C, error in both:
        pull = (C - truth) / error
        assert 0.95 < pull.std() < 1.05
        assert abs(pull.mean()) < 0.1
    # the two circuits are one curve: the same capacitance with the same error
    np.testing.assert_allclose(both[0][0], both[1][0], rtol=1e-5)
    np.testing.assert_allclose(both[0][1], both[1][1], rtol=1e-3)


def test_the_error_against_finite_differences(cells):
    """Brug's from the covariance and differences of the printed formula."""
    for found in cells:
        names = found.names
        centre = np.array([found[name][7] for name in names])

        def C(values, names=names):
            p = dict(zip(names, values, strict=True))
            alpha, R, Rs = p["int.alpha"], p["int.R"], p["0.R"] + p["gb.R"]
            Q = p["int.Q"] if "int.Q" in p else p["int.tau"] ** alpha / R
            return Q ** (1 / alpha) * (1 / Rs + 1 / R) ** ((alpha - 1) / alpha)

        slopes = []
        for k, value in enumerate(centre):
            step = np.zeros(len(centre))
            step[k] = 1e-6 * value
            slopes.append((C(centre + step) - C(centre - step)) / (2e-6 * value))
        expected = np.sqrt(slopes @ found.covariance[7] @ slopes)
        assert arc_capacitance(found, "int", SERIES)[1][7] == pytest.approx(expected, rel=1e-6)


def test_one_spectrum_gives_numbers_and_a_capacitor_is_its_own_capacitance():
    circuit = Circuit("R_0-p(C_1,R_1)")
    Z = measured(circuit, {"0.R": 50.0, "1.R": 200.0, "1.C": 1e-7})
    found = fit(FREQUENCY, Z, circuit)
    for series in ((), "0.R"):
        C, error = arc_capacitance(found, "1", series)
        assert isinstance(C, float) and isinstance(error, float)
        assert found["1.C"] == pytest.approx(C, rel=1e-12)
        assert error == pytest.approx(found.stderr["1.C"], rel=1e-9)


def test_what_is_not_determined_has_no_error_bar(cells):
    covariance = cells[0].covariance.copy()
    k = cells[0].names.index("int.R")
    covariance[5, k, k] = np.inf
    found = dataclasses.replace(cells[0], covariance=covariance)
    for series in ((), SERIES):
        error = arc_capacitance(found, "int", series)[1]
        assert np.flatnonzero(np.isinf(error)).tolist() == [5]
    assert np.isfinite(arc_capacitance(found, "gb")[1]).all()


RANDLES = {"s.R": 20.0, "dl.Q": 2e-5, "dl.alpha": 0.85, "ct.R": 150.0, "d.sigma": 30.0}


@pytest.mark.parametrize("series", [(), "s.R"], ids=["Hsu-Mansfeld", "Brug"])
@pytest.mark.parametrize("string", ["R_s-p(CPE_dl,R_ct-W_d)", "R_s-p(W_d-R_ct,CPE_dl)"])
def test_the_double_layer_beside_a_charge_transfer_and_diffusion(string, series):
    """Its value by the printed formula, its error by the scatter."""
    circuit, spectra = Circuit(string), 400
    truth = {name: np.full(spectra, RANDLES[name]) for name in circuit.names}
    found = fit(FREQUENCY, measured(circuit, truth), circuit, guess=RANDLES)
    Q, alpha, R, Rs = (RANDLES[name] for name in ("dl.Q", "dl.alpha", "ct.R", "s.R"))
    beside = 1 / Rs + 1 / R if series else 1 / R
    printed = Q ** (1 / alpha) * beside ** ((alpha - 1) / alpha)
    for label in ("dl", "ct"):
        C, error = arc_capacitance(found, label, series)
        pull = (C - printed) / error
        assert 0.9 < pull.std() < 1.1
        assert abs(pull.mean()) < 0.2
    with pytest.raises(ValueError, match="label = 'd' is not allowed"):
        arc_capacitance(found, "d")


def test_a_semicircle_by_its_time_constant():
    circuit = Circuit("R_0-K_1")
    Z = measured(circuit, {"0.R": 50.0, "1.R": 200.0, "1.tau": 2e-5}, seed=4)
    guess = {"0.R": 40.0, "1.R": 250.0, "1.tau": 3e-5}
    by_time = fit(FREQUENCY, Z, circuit, guess=guess)
    by_element = fit(FREQUENCY, Z, "R_0-p(R_1,C_1)")
    for series in ((), "0.R"):
        one, other = (arc_capacitance(found, "1", series) for found in (by_time, by_element))
        assert one[0] == pytest.approx(other[0], rel=1e-6)
        assert one[1] == pytest.approx(other[1], rel=1e-3)


@pytest.mark.parametrize(
    "string", ["p(CPE_1,R_1,R_2)", "p(CPE_1,R_1-R_2)", "p(CPE_1,W_1)", "p(L_1,R_1)"]
)
def test_what_has_no_one_resistance_beside_it_is_no_arc(cells, string):
    found = dataclasses.replace(cells[0], circuit=Circuit(string))
    with pytest.raises(ValueError, match="behind R more may stand"):
        arc_capacitance(found, "1")


@pytest.mark.parametrize(
    ("label", "series", "words"),
    [
        ("bulk", (), ["label = 'bulk'", "no Zarc, p(R,CPE) or p(R,C)"]),
        ("0", (), ["label = '0'"]),
        ("int", "int.R", ["series: 'int.R' is not another resistance", "0.R, gb.R"]),
        ("int", ["gb.tau"], ["series: 'gb.tau'"]),
    ],
)
def test_a_wrong_arc_is_named(cells, label, series, words):
    with pytest.raises(ValueError) as error:
        arc_capacitance(cells[0], label, series)
    for word in words:
        assert word in str(error.value)


def patchwork(width, thickness, conductivity, admittances):
    """Impedance of an electrolyte on two kinds of strips in turn, Ω m²: Laplace, Fourier modes."""
    points = 128
    y = np.where(np.arange(points) < points // 2, *admittances)
    k = 2 * np.pi * np.fft.fftfreq(points, 2 * width / points)
    k[0] = 1e-9 / thickness
    carried = conductivity * np.abs(k) / np.tanh(np.abs(k) * thickness)
    lateral = np.fft.ifft(carried[:, None] * np.fft.fft(np.eye(points), axis=0), axis=0)
    applied = np.full(points, conductivity / thickness)
    surface = np.linalg.solve(lateral + np.diag(y), applied)
    return 1 / np.mean(y * surface)


@pytest.mark.parametrize("frequency", [1e2, 1e4, 1e5])
def test_patches_have_an_electrolyte_of_their_own_only_if_they_are_wide(frequency):
    """What Brug's formula assumes, and what becomes of it on narrow patches: one R and one C."""
    thickness, conductivity = 0.55e-3, 0.046
    series = thickness / conductivity
    y = tuple(1 / R + 2j * np.pi * frequency * 1e-3 for R in (2e-3, 0.2))  # per m²
    apart = 2 / sum(1 / (series + 1 / each) for each in y)
    together = series + 2 / sum(y)
    wide = patchwork(1000 * thickness, thickness, conductivity, y)
    assert wide == pytest.approx(apart, rel=2e-2)
    narrow = patchwork(1e-6, thickness, conductivity, y)
    assert narrow == pytest.approx(together, rel=2e-3)
    if frequency == 1e2:
        assert abs(apart / together - 1) > 0.1


# ---- contact behind a share of a capacitance -----------------------------------------------------


@pytest.mark.parametrize("series", [None, 120.0])
@pytest.mark.parametrize("alpha", [0.7, 0.9, 1.0])
@pytest.mark.parametrize(("theta", "growth"), [(0.4, 2.5), (0.4, 37.0), (0.03, 1.0)])
def test_contact_is_what_scaled_the_element(series, alpha, theta, growth):
    def capacitance(Q, R):
        return hsu_mansfeld(Q, alpha, R) if series is None else brug(Q, alpha, R, series)

    share = capacitance(theta * 1e-6, growth * 270.0) / capacitance(1e-6, 270.0)
    found = contact(share, alpha, 270.0, growth * 270.0, series)
    assert found == pytest.approx(theta, rel=1e-12)


def test_contact_refuses_what_is_no_share():
    with pytest.raises(ValueError, match="share"):
        contact(-0.1, 0.9, 1.0, 2.0)
    with pytest.raises(ValueError, match="series_resistance"):
        contact(0.4, 0.9, 1.0, 2.0, 0.0)
