"""Circuits against formulas written down a second time, fifty digits, and impedance.py."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandtime.eis import Circuit
from sandtime.eis.circuit import ELEMENTS

FREQUENCY = np.geomspace(7e6, 1e-2, 23)

# Every element once more, from the textbook's words and in mpmath; s is jω.
FORMULA = {
    "R": lambda s, R: R,
    "C": lambda s, C: 1 / (s * C),
    "L": lambda s, L: s * L,
    "CPE": lambda s, Q, alpha: 1 / (Q * s**alpha),
    "W": lambda s, sigma: sigma * mp.sqrt(2) / mp.sqrt(s),  # (1 − j)/√ω = √2/√(jω)
    "Zarc": lambda s, R, tau, alpha: R / (1 + (s * tau) ** alpha),
    "La": lambda s, L, alpha: L * s**alpha,
    "Ws": lambda s, R, tau: R * mp.tanh(mp.sqrt(s * tau)) / mp.sqrt(s * tau),
    "Wo": lambda s, R, tau: R * mp.coth(mp.sqrt(s * tau)) / mp.sqrt(s * tau),
    "G": lambda s, R, tau: R / mp.sqrt(1 + s * tau),
    "K": lambda s, R, tau: R / (1 + s * tau),
    "TLMQ": lambda s, R, Q, alpha: mp.sqrt(R / (Q * s**alpha)) * mp.coth(mp.sqrt(R * Q * s**alpha)),
}
VALUES = {
    "R": [(60.0,), (1e-3,)],
    "C": [(1e-9,), (2.0,)],
    "L": [(1e-7,), (3.0,)],
    "CPE": [(1e-8, 0.9), (2e-3, 0.5), (1.0, 1.0)],
    "W": [(12.0,), (1e-4,)],
    "Zarc": [(60.0, 2.7e-7, 0.9), (1e4, 1e-2, 0.6), (5.0, 4e-9, 1.0), (1e-3, 50.0, 0.05)],
    "La": [(1e-6, 0.95), (2.0, 0.3)],
    "Ws": [(50.0, 3.0), (1e4, 1e-7), (1e-3, 1e6)],
    "Wo": [(50.0, 3.0), (1e4, 1e-7), (1e-3, 1e6)],
    "G": [(50.0, 3.0), (1e4, 1e-7), (1e-3, 1e6)],
    "K": [(50.0, 3.0), (1e4, 1e-7), (1e-3, 1e6)],
    "TLMQ": [(50.0, 1e-2, 0.9), (1e3, 1e-9, 1.0), (1e-2, 1e3, 0.6)],
}


def s_of(frequency):
    return 2j * mp.pi * mp.mpf(float(frequency))


def exact(function, frequency, values):
    """A formula and its derivatives with respect to each value, fifty digits."""
    with mp.workdps(50):
        values = [mp.mpf(value) for value in values]
        s = s_of(frequency)
        slopes = []
        for k in range(len(values)):
            order = tuple(int(i == k) for i in range(len(values)))
            slopes.append(mp.diff(lambda *v: function(s, *v), tuple(values), order))
        return complex(function(s, *values)), [complex(slope) for slope in slopes]


@pytest.mark.parametrize(
    ("symbol", "values"), [(symbol, v) for symbol, several in VALUES.items() for v in several]
)
def test_an_element_and_its_derivatives_against_the_formula(symbol, values):
    circuit = Circuit(f"{symbol}_x")
    parameters = dict(zip(circuit.names, values, strict=True))
    ours = circuit.impedance(FREQUENCY, parameters)
    slopes = circuit.derivatives(FREQUENCY, parameters)
    for k, frequency in enumerate(FREQUENCY):
        Z, dZ = exact(FORMULA[symbol], frequency, values)
        assert abs(ours[k] - Z) <= 4e-15 * abs(Z)
        for slope, truth, value in zip(slopes[k], dZ, values, strict=True):
            # finite lengths: what tau does to Z is a difference, rounded like its parts
            size = abs(Z / value) if symbol in ("Ws", "Wo", "TLMQ") else 1e-290
            assert abs(slope - truth) <= 2e-14 * max(abs(truth), size)


def test_every_element_is_tested_and_says_formula_unit_and_source():
    assert set(FORMULA) == set(VALUES) == set(ELEMENTS)
    for symbol, element in ELEMENTS.items():
        text = element.function.__doc__
        assert ("Z =" in text and ":math:" in text) or ".. math::" in text, symbol
        assert element.source and element.name, symbol
        for each in element.parameters:
            assert each.unit or each.exponent, symbol


def randles(s, R0, R1, sigma, Q, alpha, L):
    return R0 + 1 / (1 / (R1 + FORMULA["W"](s, sigma)) + Q * s**alpha) + s * L


def ladder(s, R1, C1, R2, C2, R3):
    inner = 1 / (s * C2 + 1 / (R2 + R3))
    return 1 / (s * C1 + 1 / (R1 + inner))


@pytest.mark.parametrize(
    ("string", "function", "values"),
    [
        ("R_0-p(R_ct-W_ct,CPE_dl)-L_wire", randles, (10.0, 100.0, 40.0, 1e-5, 0.85, 1e-7)),
        ("p(R1-p(C2,R2-R3),C1)", None, (50.0, 1e-4, 30.0, 7.0, 1e-6)),
    ],
)
def test_a_nested_circuit_against_its_formula(string, function, values):
    if function is None:

        def function(s, R1, C2, R2, R3, C1):
            return ladder(s, R1, C1, R2, C2, R3)

    circuit = Circuit(string)
    parameters = dict(zip(circuit.names, values, strict=True))
    ours = circuit.impedance(FREQUENCY, parameters)
    slopes = circuit.derivatives(FREQUENCY, parameters)
    for k, frequency in enumerate(FREQUENCY):
        Z, dZ = exact(function, frequency, values)
        assert abs(ours[k] - Z) <= 1e-14 * abs(Z)
        # relative to what the parameter does to Z, rounding in Z counts
        for slope, truth, value in zip(slopes[k], dZ, values, strict=True):
            assert abs(slope - truth) * value <= 1e-13 * (abs(truth) * value + 1e-3 * abs(Z))


@st.composite
def circuits(draw, depth=3):
    """A random circuit: its string, and the same circuit as nested lists."""
    counter = iter(range(99))

    def part(depth):
        kind = draw(st.sampled_from(["leaf", "leaf", "series", "parallel"])) if depth else "leaf"
        if kind == "leaf":
            symbol = draw(st.sampled_from(sorted(ELEMENTS)))
            label = f"{draw(st.sampled_from(['', 'x', 'gb_']))}{next(counter)}"
            joint = "" if label.isdigit() and draw(st.booleans()) else "_"
            return f"{symbol}{joint}{label}", (symbol, label)
        parts = [part(depth - 1) for _ in range(draw(st.integers(2, 3)))]
        if kind == "series":
            return "-".join(text for text, _ in parts), ("series", [tree for _, tree in parts])
        return f"p({','.join(t for t, _ in parts)})", ("parallel", [tree for _, tree in parts])

    return part(depth)


def symbols(kind):
    return [each.symbol for each in ELEMENTS[kind].parameters]


def by_hand(tree, s, parameters):
    kind, inner = tree
    if kind == "series":
        return sum(by_hand(each, s, parameters) for each in inner)
    if kind == "parallel":
        return 1 / sum(1 / by_hand(each, s, parameters) for each in inner)
    return FORMULA[kind](s, *(parameters[f"{inner}.{own}"] for own in symbols(kind)))


@settings(max_examples=60)
@given(circuits(), st.integers(0, 2**31))
def test_any_circuit_is_read_as_it_was_meant(meant, seed):
    string, tree = meant
    circuit = Circuit(string)
    rng = np.random.default_rng(seed)
    parameters = {
        name: rng.uniform(0.3, 1) if circuit.parameters[name].exponent else rng.uniform(0.5, 2)
        for name in circuit.names
    }
    frequency = rng.uniform(0.05, 0.5, 3)
    ours = circuit.impedance(frequency, parameters)
    theirs = [complex(by_hand(tree, s_of(f), parameters)) for f in frequency]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    # the written form for impedance.py is the same circuit, and reads back to the same values
    again, names = circuit.to_impedance_py()
    assert list(names) == list(circuit.names)
    assert len(set(names.values())) == len(names)
    back = Circuit(again)
    renamed = dict(zip(back.names, parameters.values(), strict=True))
    np.testing.assert_array_equal(back.impedance(frequency, renamed), ours)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "string",
    [
        "R0-p(R1,C1)-p(R2-W1,CPE2)",
        "R_0-Zarc_gb-Zarc_int-L_wire",
        "p(R_1,CPE_1)-p(R_gb,p(C_gb,R_9-L_9))",
        "Zarc0-Zarc10-R_x",
    ],
)
def test_the_translation_against_impedance_py(string):
    circuits = pytest.importorskip("impedance.models.circuits")
    circuit = Circuit(string)
    theirs, names = circuit.to_impedance_py()
    rng = np.random.default_rng(1)
    values = [0.8 if name.endswith("alpha") else rng.uniform(0.1, 9) for name in circuit.names]
    model = circuits.CustomCircuit(theirs, initial_guess=values)
    assert model.get_param_names()[0] == list(names.values())
    ours = circuit.impedance(FREQUENCY, dict(zip(circuit.names, values, strict=True)))
    np.testing.assert_allclose(ours, model.predict(FREQUENCY, use_initial=True), rtol=1e-13)
    # with two held constant
    held = {names[circuit.names[k]]: values[k] for k in (0, 3)}
    rest = [value for k, value in enumerate(values) if k not in (0, 3)]
    model = circuits.CustomCircuit(theirs, initial_guess=rest, constants=held)
    np.testing.assert_allclose(ours, model.predict(FREQUENCY, use_initial=True), rtol=1e-13)
    assert circuit.from_impedance_py(rest, held) == dict(zip(circuit.names, values, strict=True))


def test_names_follow_the_string():
    assert Circuit("R_0-Zarc_gb-Zarc_int").names == (
        "0.R", "gb.R", "gb.tau", "gb.alpha", "int.R", "int.tau", "int.alpha",
    )  # fmt: skip
    assert Circuit("R0 - p( R1 , CPE1 )\n- W2-L3").names == (
        "0.R", "1.R", "1.Q", "1.alpha", "2.sigma", "3.L",
    )  # fmt: skip
    assert Circuit("p(R_gb,C_gb)").units == {"gb.R": "Ω", "gb.C": "F"}
    assert Circuit("R_0") == Circuit("R_0") != Circuit("R_1")


def test_a_capacitor_is_below_the_axis_and_an_inductor_above():
    assert Circuit("C1").impedance([1.0], {"1.C": 1.0})[0].imag < 0
    assert Circuit("L1").impedance([1.0], {"1.L": 1.0})[0].imag > 0


def test_shapes():
    circuit = Circuit("R_0-Zarc_1")
    one = {"0.R": 10, "1.R": 60, "1.tau": 1e-6, "1.alpha": 0.9}
    assert circuit.impedance(FREQUENCY, one).shape == (23,)
    assert circuit.derivatives(FREQUENCY, one).shape == (23, 4)
    many = one | {"1.R": np.linspace(60, 70, 5), "0.R": np.full(5, 10.0)}
    Z = circuit.impedance(FREQUENCY, many)
    assert Z.shape == (5, 23)
    assert circuit.derivatives(FREQUENCY, many).shape == (5, 23, 4)
    np.testing.assert_array_equal(Z[0], circuit.impedance(FREQUENCY, one))
    # a value for every point: the cell changes while it is measured
    moving = one | {"1.R": np.linspace(60, 70, 5 * 23).reshape(5, 23)}
    Z = circuit.impedance(FREQUENCY, moving)
    point = circuit.impedance(FREQUENCY, one | {"1.R": moving["1.R"][3, 7]})[7]
    assert Z[3, 7] == point


@pytest.mark.parametrize(
    ("string", "caret", "words"),
    [
        ("", 0, "it is empty"),
        ("  ", 2, "it is empty"),
        ("R_0-Zac_gb", 4, "did you mean Zarc?"),
        ("R_0-X_1", 4, "no element is called 'X'"),
        ("R_0-Zarc", 4, "Zarc has no label: write Zarc0 or Zarc_name"),
        ("R_-C_1", 0, "R_ has no label"),
        ("Rgb-C_1", 0, "a word as a label follows an underscore: R_gb"),
        ("Wd_1", 0, "the element Wd of other programs is not known here; there are R, C,"),
        ("T_1", 0, "the element T of other programs is not known here"),
        ("R0-Gs1", 3, "the element Gs of other programs is not known here"),
        ("p(" * 400 + "R_0", 100, "more than 50 parallel connections stand inside each other"),
        ("R1a", 0, "neither a number nor a word after an underscore"),
        ("R_0-R_0", 4, "R_0 would be a second '0.R'"),
        ("R0-C1-R_0", 6, "R_0 would be a second '0.R', after R0"),
        ("R_gb-Zarc_gb", 5, "a second 'gb.R', after R_gb"),
        ("R_0-p(R_1,C_1", 5, "never closed"),
        ("R_0-p(R_1-p(R_2,C_2)", 5, "never closed"),
        ("R_0-R_1)", 7, "no parenthesis is open"),
        ("R_0,R_1", 3, "a comma only separates"),
        ("p(R_1)", 5, "p() needs at least two branches"),
        ("p()", 2, "an element or 'p(' is expected, not ')'"),
        ("p(R_1,)", 6, "an element or 'p(' is expected, not ')'"),
        ("R_0--R_1", 4, "is expected, not '-'"),
        ("-R_0", 0, "is expected, not '-'"),
        ("R_0-", 4, "is expected, not the end"),
        ("R_0-(R_1,C_1)", 4, "a parenthesis opens only as 'p('"),
        ("R_0 R_1", 4, "'-' is missing between two elements"),
        ("p(R_1 C_1)", 6, "'-', ',' or ')' is missing"),
        ("R_0+R_1", 3, "'-' is missing between two elements"),
        ("__import__('os').system('true')", 0, "no element is called"),
    ],
)
def test_a_malformed_string_is_shown_with_the_place(string, caret, words):
    with pytest.raises(ValueError) as error:
        Circuit(string)
    message, shown, mark = str(error.value).split("\n")
    assert words in message
    assert repr(string) in message
    assert shown == f"    {string}"
    assert mark == " " * (4 + caret) + "^"


def test_fifty_parallel_connections_inside_each_other():
    string = "".join(f"p(R_{k}," for k in range(50)) + "R_50" + ")" * 50
    circuit = Circuit(string)
    Z = circuit.impedance([1.0], dict.fromkeys(circuit.names, 51.0))
    np.testing.assert_allclose(Z, 1.0, rtol=1e-14)
    # side by side they are not deep
    assert len(Circuit("-".join(f"p(R_a{k},C_a{k})" for k in range(60))).names) == 120


ARC = {"1.R": 60.0, "1.tau": 1e-6, "1.alpha": 0.9}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"1.R": 60.0, "1.tau": 1e-6}, "no value for 1.alpha"),
        (ARC | {"1.Tau": 1.0}, "'1.Tau' is not a parameter of 'Zarc_1' (did you mean 1.tau?)"),
        (ARC | {"1.R": -60.0}, "parameters['1.R'] = -60 Ω is not allowed"),
        (ARC | {"1.R": 0.0}, "must be finite and above 0 Ω"),
        (ARC | {"1.tau": np.nan}, "parameters['1.tau'] = nan s is not allowed"),
        (ARC | {"1.alpha": 1.01}, "parameters['1.alpha'] = 1.01 is not allowed"),
        (ARC | {"1.alpha": 0.0}, "above 0"),
        (ARC | {"1.R": np.ones(3), "1.tau": np.ones(4)}, "do not broadcast"),
        ([60.0, 1e-6, 0.9], "it must map names to values"),
    ],
)
def test_a_wrong_parameter_is_named(parameters, words):
    with pytest.raises(ValueError) as error:
        Circuit("Zarc_1").impedance(FREQUENCY, parameters)
    assert words in str(error.value)


@pytest.mark.parametrize("frequency", [[-1.0], [0.0], [np.inf], 1.0, [[1.0]], []])
def test_a_wrong_frequency_is_named(frequency):
    with pytest.raises(ValueError, match="frequency"):
        Circuit("Zarc_1").impedance(frequency, ARC)


def test_what_is_not_a_string_is_no_circuit():
    with pytest.raises(ValueError, match="it must be a string"):
        Circuit(3)


def test_impedance_py_values_that_do_not_fit_are_named():
    circuit = Circuit("R_0-Zarc_1")
    with pytest.raises(ValueError, match=r"values has 2 numbers: 4 are needed"):
        circuit.from_impedance_py([1.0, 2.0])
    with pytest.raises(ValueError, match=r"'Zarc1' is not a name of 'R0-Zarc1'"):
        circuit.from_impedance_py([1.0], {"Zarc1": 2.0})
