"""Records of the elements: checked when registered, translated, and right in their limits."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from scipy.optimize import leastsq

from sandtime.eis import Circuit, fit
from sandtime.eis.elements import (
    ELEMENTS,
    Foreign,
    Parameter,
    register,
    unregister,
)

FREQUENCY = np.geomspace(1e5, 1e-2, 43)
OMEGA = 2 * np.pi * FREQUENCY
R, TAU, B = Parameter("R", "Ω", [(1, 0)]), Parameter("tau", "s", [(0, -1)]), Parameter(
    "b", "", exponent=True
)  # fmt: skip


def cole_davidson(omega, R, tau, b):
    """Cole and Davidson's arc with its derivatives."""
    inner = 1 + 1j * omega * tau
    share = inner**-b
    return R * share, lambda: (
        share,
        -1j * omega * R * b * share / inner,
        -R * share * np.log(inner),
    )


@pytest.fixture
def own():
    register("CD", "Cole-Davidson arc", R, TAU, B, source="J. Chem. Phys. 19 (1951) 1484")(
        cole_davidson
    )
    yield
    unregister("CD")


# --- limits of the elements ------------------------------------------------------------------


def value(string, omega, **values):
    """Impedance of one element at one angular frequency."""
    circuit = Circuit(string)
    named = dict(zip(circuit.names, values.values(), strict=True))
    return circuit.impedance([omega / (2 * np.pi)], named)[0]


@pytest.mark.parametrize("tau", [1e-9, 1.0, 1e5])
def test_finite_lengths_between_their_limits(tau):
    R0 = 40.0
    slow, fast = 1e-4 / tau, 1e5 / tau
    sigma = R0 / np.sqrt(2 * tau)
    semi = value("W_0", fast, sigma=sigma)
    assert value("Ws_0", fast, Z0=R0, tau_d=tau) == pytest.approx(semi, rel=1e-12)
    assert value("Wo_0", fast, Z0=R0, tau_d=tau) == pytest.approx(semi, rel=1e-12)
    assert value("G_0", fast, R_G=R0, t_G=tau) == pytest.approx(semi, rel=1e-5)
    assert value("Ws_0", slow, Z0=R0, tau_d=tau) == pytest.approx(R0, rel=1e-4)
    assert value("G_0", slow, R_G=R0, t_G=tau) == pytest.approx(R0, rel=1e-4)
    open_ = value("Wo_0", slow, Z0=R0, tau_d=tau)
    assert open_.real == pytest.approx(R0 / 3, rel=1e-9)
    assert open_.imag == pytest.approx(-R0 / (slow * tau), rel=1e-8)


@pytest.mark.parametrize("gamma", [1.0, 0.8])
def test_a_transmission_line_between_its_limits(gamma):
    Rion, Q = 40.0, 1e-3
    wall = 1 / (Q * (1j * 1e-3) ** gamma)
    assert value("TLMQ_0", 1e-3, R=Rion, Q=Q, g=gamma) == pytest.approx(Rion / 3 + wall, rel=1e-8)
    wall = 1 / (Q * (1j * 1e9) ** gamma)
    assert value("TLMQ_0", 1e9, R=Rion, Q=Q, g=gamma) == pytest.approx(np.sqrt(Rion * wall), 1e-12)


@pytest.mark.parametrize(
    ("general", "values", "special", "same"),
    [
        ("TLMQ_0", (40.0, 1e-3, 1.0), "Wo_0", (40.0, 0.04)),
        ("Zarc_0", (40.0, 0.3, 1.0), "K_0", (40.0, 0.3)),
        ("La_0", (1e-6, 1.0), "L_0", (1e-6,)),
        ("CPE_0", (1e-6, 1.0), "C_0", (1e-6,)),
        ("CPE_0", (1e-3, 0.5), "W_0", (1e3 / np.sqrt(2),)),
        ("K_0", (40.0, 0.3), "p(R_0,C_0)", (40.0, 0.3 / 40)),
    ],
)
def test_one_element_is_a_case_of_another(general, values, special, same):
    one, other = Circuit(general), Circuit(special)
    np.testing.assert_allclose(
        one.impedance(FREQUENCY, dict(zip(one.names, values, strict=True))),
        other.impedance(FREQUENCY, dict(zip(other.names, same, strict=True))),
        rtol=1e-12,
    )


@pytest.mark.parametrize("symbol", sorted(ELEMENTS))
def test_nothing_overflows_over_sixty_decades(symbol):
    circuit = Circuit(f"{symbol}_0")
    sizes = np.array([1e-15, 1.0, 1e15])
    exponents = np.array([0.05, 0.5, 1.0])
    parameters = circuit.parameters.values()
    axes = [exponents if each.exponent else sizes for each in parameters]
    grid = [each.ravel() for each in np.meshgrid(*axes)]
    frequency = np.geomspace(1e15, 1e-15, 31)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        named = dict(zip(circuit.names, grid, strict=True))
        Z, slopes = circuit.impedance(frequency, named), circuit.derivatives(frequency, named)
    assert np.isfinite(Z).all()
    assert np.isfinite(slopes).all()
    # passive: no element gives energy
    assert (Z.real >= -1e-12 * np.abs(Z)).all()


@pytest.mark.parametrize("symbol", sorted(ELEMENTS))
def test_powers_say_how_an_element_scales(symbol):
    """Impedances ten times as large at frequencies seven times as high."""
    element, z, w = ELEMENTS[symbol], 10.0, 7.0
    exponent = [0.7 for each in element.parameters if each.exponent]
    values, scaled = [], []
    for each in element.parameters:
        values.append(0.7 if each.exponent else 1.3)
        if each.exponent:
            scaled.append(0.7)
            continue
        (a, b), (c, d) = each.powers[0], each.powers[-1]
        share = exponent[0] if len(each.powers) > 1 else 0.0
        scaled.append(1.3 * z ** (a + share * (c - a)) * w ** (b + share * (d - b)))
    Z = element.function(OMEGA, *values)[0]
    np.testing.assert_allclose(element.function(w * OMEGA, *scaled)[0], z * Z, rtol=1e-12)


@pytest.mark.parametrize("symbol", sorted(ELEMENTS))
def test_an_element_that_vanishes_is_no_longer_there(symbol):
    (first, *others) = ELEMENTS[symbol].parameters
    assert not any(each.vanishes for each in others)
    if not first.vanishes:
        return
    assert not others
    Z = ELEMENTS[symbol].function(OMEGA, np.array(10.0 ** (40 * first.vanishes)))[0]
    assert (np.abs(Z) < 1e-25).all()


# --- impedance.py ----------------------------------------------------------------------------

DRAWN = np.random.default_rng(12)


@pytest.mark.parametrize("symbol", sorted(ELEMENTS))
def test_impedance_py_computes_the_same_from_the_values_it_is_told(symbol):
    elements = pytest.importorskip("impedance.models.circuits.elements")
    circuit = Circuit(f"{symbol}_7")
    for _ in range(5):
        ours = {
            name: DRAWN.uniform(0.4, 1) if each.exponent else 10 ** DRAWN.uniform(-3, 3)
            for name, each in circuit.parameters.items()
        }
        theirs = circuit.values_for_impedance_py(ours)
        string, names = circuit.to_impedance_py()
        function = elements.circuit_elements[ELEMENTS[symbol].foreign.symbol]
        assert (string, len(names)) == (f"{symbol}7", function.num_params)
        np.testing.assert_allclose(
            circuit.impedance(FREQUENCY, ours),
            function(theirs, np.array(FREQUENCY)) * np.ones(len(FREQUENCY)),
            rtol=1e-9,
        )
        back = circuit.from_impedance_py(theirs)
        assert back == pytest.approx(ours, rel=1e-12)


def test_a_lossy_inductor_is_translated_among_others_and_constants():
    circuit = Circuit("R_s-La_w-p(R_1,CPE_1)")
    ours = {"s.R": 5.0, "w.L": 1e-6, "w.a": 0.9, "1.R": 30.0, "1.Q": 1e-4, "1.alpha": 0.8}
    string, names = circuit.to_impedance_py()
    theirs = dict(zip(names.values(), circuit.values_for_impedance_py(ours), strict=True))
    assert string == "R0-La2-p(R1,CPE1)"
    assert theirs["La2_0"] == pytest.approx(1e-6 ** (1 / 0.9), rel=1e-12)
    free = [value for name, value in theirs.items() if name not in ("R0", "La2_1")]
    back = circuit.from_impedance_py(free, {"R0": 5.0, "La2_1": 0.9})
    assert back == pytest.approx(ours, rel=1e-12)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"0.R": 10.0}, "no value for 1.C"),
        ({"0.R": 10.0, "1.C": -1e-6}, "parameters['1.C'] = -1e-06 F is not allowed"),
        ({"0.R": 10.0, "1.C": [1e-6, 2e-6]}, "parameters['1.C'] has the shape (2,)"),
        ({"0.R": 10.0, "1.C": 1e-6, "2.R": 1.0}, "'2.R' is not a parameter"),
    ],
)
def test_values_that_cannot_be_translated_are_named(parameters, words):
    with pytest.raises(ValueError) as error:
        Circuit("R_0-C_1").values_for_impedance_py(parameters)
    assert words in str(error.value)


# --- a reader's own --------------------------------------------------------------------------


def test_an_own_element_is_fitted_like_others(own):
    """Beside MINPACK with the formula by hand, from the same guess."""
    circuit = Circuit("R_0-CD_int")
    assert circuit.units["int.tau"] == "s"
    truth = np.array([20.0, 100.0, 1e-2, 0.6])
    exact = truth[0] + truth[1] / (1 + 1j * OMEGA * truth[2]) ** truth[3]
    draw = np.random.default_rng(3).normal(size=(2, len(OMEGA)))
    Z = exact + 3e-3 * np.abs(exact) * (draw[0] + 1j * draw[1])
    guess = dict(zip(circuit.names, truth * 1.3, strict=True)) | {"int.b": 0.8}
    found = fit(FREQUENCY, Z, circuit, guess=guess)

    def residuals(p):
        fitted = p[0] + p[1] / (1 + 1j * OMEGA * p[2]) ** p[3]
        return ((fitted - Z) / np.abs(Z)).view(float)

    best, covariance, info, *_ = leastsq(residuals, truth, full_output=True, xtol=1e-12, ftol=1e-15)
    noise = np.sum(info["fvec"] ** 2) / (2 * len(OMEGA) - 4)
    error = np.sqrt(np.diag(covariance) * noise)
    assert found.adequate
    for k, name in enumerate(circuit.names):
        assert abs(found[name] - best[k]) < 1e-2 * error[k]
        assert found.stderr[name] == pytest.approx(error[k], rel=1e-2)


def test_an_own_element_has_no_translation_until_it_says_so(own):
    with pytest.raises(ValueError, match="has no element like 'CD'"):
        Circuit("R_0-CD_1").to_impedance_py()
    with pytest.raises(ValueError, match="has no element like 'CD'"):
        Circuit("R_0-CD_1").values_for_impedance_py({"0.R": 1, "1.R": 1, "1.tau": 1, "1.b": 0.5})
    register(
        "Gs", "the same under another name", R, TAU, B, source="here",
        foreign=Foreign("CD", lambda R, tau, b: (b, tau, R), lambda b, tau, R: (R, tau, b)),
    )(cole_davidson)  # fmt: skip
    try:
        # a symbol of other programs is free for who defines it
        circuit = Circuit("R_0-Gs_1")
        values = {"0.R": 5.0, "1.R": 1.0, "1.tau": 2.0, "1.b": 0.5}
        assert circuit.to_impedance_py()[0] == "R0-CD1"
        assert circuit.values_for_impedance_py(values) == [5.0, 0.5, 2.0, 1.0]
        assert circuit.from_impedance_py([5.0, 0.5, 2.0, 1.0]) == values
    finally:
        unregister("Gs")


def test_another_process_says_that_it_does_not_know_the_element(own, tmp_path):
    path = tmp_path / "circuit"
    path.write_bytes(pickle.dumps(Circuit("R_0-CD_1")))
    values = {"0.R": 1.0, "1.R": 1.0, "1.tau": 1.0, "1.b": 0.5}
    code = f"import pickle; pickle.load(open({str(path)!r}, 'rb')).impedance([1.0], {values})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode != 0
    assert "the element 'CD' is not registered in this process" in done.stderr


def test_an_element_taken_away_is_unknown():
    register("CD", "arc", R, TAU, B, source="here")(cole_davidson)
    unregister("CD")
    with pytest.raises(ValueError, match="no element is called 'CD'"):
        Circuit("R_0-CD_1")
    for symbol in ("CD", "Zarc"):
        with pytest.raises(ValueError, match="it must be an element of your own"):
            unregister(symbol)
    with pytest.raises(TypeError):
        ELEMENTS["R"] = None


# --- what is refused -------------------------------------------------------------------------


def slope_off(omega, R, tau, b):
    """One derivative off by a factor."""
    Z, derivatives = cole_davidson(omega, R, tau, b)
    return Z, lambda: (lambda a, b_, c: (a, 1.001 * b_, c))(*derivatives())


def slope_missing(omega, R, tau, b):
    """One derivative too few."""
    Z, derivatives = cole_davidson(omega, R, tau, b)
    return Z, lambda: derivatives()[:2]


def only_impedance(omega, R, tau, b):
    """No derivatives."""
    return cole_davidson(omega, R, tau, b)[0]


def infinite(omega, R, tau, b):
    """Not a number."""
    Z, derivatives = cole_davidson(omega, R, tau, b)
    return Z * np.nan, derivatives


def of_one_number(omega, R, tau, b):
    """Values that do not broadcast."""
    return R[:1] + 0j * omega, lambda: (0 * omega, 0 * omega, 0 * omega)


def with_a_constant(omega, R, tau, b):
    """A time that is nobody's parameter."""
    inner = 1 + 1j * omega * (tau + 1)
    share = inner**-b
    return R * share, lambda: (
        share,
        -1j * omega * R * b * share / inner,
        -R * share * np.log(inner),
    )


@pytest.mark.parametrize(
    ("symbol", "parameters", "source", "function", "words"),
    [
        ("R", (R, TAU, B), "here", cole_davidson, "'R' is not allowed: the resistor has it"),
        ("p", (R, TAU, B), "here", cole_davidson, "symbol = 'p' is not allowed"),
        ("C1", (R, TAU, B), "here", cole_davidson, "must be letters"),
        ("", (R, TAU, B), "here", cole_davidson, "must be letters"),
        ("CD", (R, TAU, B), " ", cole_davidson, "source of 'CD' is empty"),
        ("CD", (), "here", cole_davidson, "they must match"),
        ("CD", (R, TAU), "here", cole_davidson, "they must match"),
        ("CD", (TAU, R, B), "here", cole_davidson, "they must match"),
        ("CD", (R, TAU, B), "here", slope_off, "derivative with respect to tau"),
        ("CD", (R, TAU, B), "here", slope_missing, "3 derivatives; it gave (3, 2) and 2"),
        ("CD", (R, TAU, B), "here", only_impedance, "must return an impedance and a function"),
        ("CD", (R, TAU, B), "here", infinite, "are not finite"),
        ("CD", (R, TAU, B), "here", of_one_number, "it gave (3, 1) and 3"),
        ("CD", (R, TAU, B), "here", with_a_constant, "with frequencies three times as large"),
        (
            "CD",
            (Parameter("R", "Ω", [(-1, 0)]), TAU, B),
            "here",
            cole_davidson,
            "with impedances three times as large",
        ),
        (
            "CD",
            (R, Parameter("tau", "s", [(0, 1)]), B),
            "here",
            cole_davidson,
            "with frequencies three times as large",
        ),
        (
            "CD",
            (Parameter("R", "Ω", [(1, 0)], vanishes=-1), TAU, B),
            "here",
            cole_davidson,
            "'CD': R cannot vanish",
        ),
    ],
)
def test_a_record_that_is_not_whole_is_refused(symbol, parameters, source, function, words):
    before = dict(ELEMENTS)
    with pytest.raises(ValueError) as error:
        register(symbol, "arc", *parameters, source=source)(function)
    assert words in str(error.value)
    assert dict(ELEMENTS) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"symbol": "1R", "powers": [(1, 0)]}, "symbol = '1R'"),
        ({"symbol": "R"}, "powers of 'R' = ()"),
        ({"symbol": "a", "powers": [(1, 0)], "exponent": True}, "an exponent has none"),
        ({"symbol": "R", "powers": [(1, 0)], "vanishes": 2}, "vanishes = 2"),
    ],
)
def test_a_parameter_that_is_not_whole_is_refused(arguments, words):
    with pytest.raises(ValueError) as error:
        Parameter(unit="Ω", **arguments)
    assert words in str(error.value)


# --- signs -----------------------------------------------------------------------------------


def test_only_chosen_resistances_may_be_negative():
    circuit = Circuit("R_0-p(R_1,C_1)-Ws_2", negative={"1.R", "2.Z0"})
    values = {"0.R": 10.0, "1.R": -5.0, "1.C": 1e-3, "2.Z0": -3.0, "2.tau_d": 1.0}
    s = 1j * OMEGA
    root = np.sqrt(s)
    expected = 10 + 1 / (-1 / 5 + 1e-3 * s) - 3 * np.tanh(root) / root
    np.testing.assert_allclose(circuit.impedance(FREQUENCY, values), expected, rtol=1e-12)
    with pytest.raises(ValueError, match="= -10 Ω is not allowed"):
        circuit.impedance(FREQUENCY, values | {"0.R": -10.0})
    with pytest.raises(ValueError, match="leave the element out"):
        circuit.impedance(FREQUENCY, values | {"1.R": 0.0})
    with pytest.raises(ValueError, match="= nan Ω is not allowed"):
        circuit.impedance(FREQUENCY, values | {"1.R": np.nan})
    assert circuit != Circuit(circuit.string)
    assert Circuit("R_0", negative="0.R").negative == {"0.R"}


@pytest.mark.parametrize("name", ["2.tau_d", "3.R", "R"])
def test_a_sign_for_what_has_none_is_refused(name):
    with pytest.raises(ValueError) as error:
        Circuit("R_0-p(R_1,C_1)-Ws_2", negative=[name])
    assert f"negative: {name!r} is not allowed" in str(error.value)
    assert "it may hold 0.R, 1.R, 1.C, 2.Z0" in str(error.value)
