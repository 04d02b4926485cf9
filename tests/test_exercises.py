"""The exercises: what is right passes, what is wrong is told why, and nothing gives it away.

The second half runs over every question of the book: a new one is tested by its declaration.
"""

import functools
import itertools
import math
import re
import sys
import time
import warnings
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas
import pytest
import sympy

from sandtime import exercises
from sandtime.exercises import Choice, Mistake, Open, Option, Order, Question, judge, quantity
from sandtime.exercises.question import HINT
from sandtime.units import F, R, eV, k_B, um

ALL = exercises.questions()
QUESTIONS = [q for q in ALL.values() if isinstance(q, Question)]
COMPARED = [q for q in QUESTIONS if q.judge is None]
NUMBERS = [q for q in COMPARED if not q.wants_function and q.truth[0].shape == ()]
FUNCTIONS = [q for q in COMPARED if q.wants_function]
BLAME = re.compile(
    r"\b(careless|silly|stupid|obvious\w*|trivial\w*|of course|simply|fail\w*|lazy|nonsense)\b"
    r"|\byou (forgot|should have|did not)\b",
    re.IGNORECASE,
)


def each(questions):
    return pytest.mark.parametrize("question", questions, ids=[q.id for q in questions])


def hand(question, function):
    """What a student hands over who computes with this function."""
    return function if question.wants_function else function(*question.given)


# -- The grammar ------------------------------------------------------------------------------

READ = {
    "15.3 d": 15.3 * 86400,
    "15,3 d": 15.3 * 86400,
    "15.3d": 15.3 * 86400,
    "１５．３ d": 15.3 * 86400,
    "15.3\u00a0days": 15.3 * 86400,
    "t = 15.3 d": 15.3 * 86400,
    "≈ 15.3 d.": 15.3 * 86400,
    "1,5e-3": 1.5e-3,
    "1.5E-3": 1.5e-3,
    "3 × 10⁻¹¹ cm²/s": 3e-15,
    "3·10^-11 cm^2 s^-1": 3e-15,
    "3*10**-11 cm**2/s": 3e-15,
    "3 x 10−11 cm2 s−1": 3e-15,
    "3e−11 cm2/s": 3e-15,
    "3e-11 cm^{2} s^{-1}": 3e-15,
    "10⁻³ m": 1e-3,
    "-10^-3 m": -1e-3,
    "0.2 1/h": 0.2 / 3600,
    "0.2/h": 0.2 / 3600,
    "0.2 h⁻¹": 0.2 / 3600,
    "1/4": 0.25,
    "1/4 h": 900.0,
    "2 mAh/cm2": 7.2e4,
    "2 mAh per cm²": 7.2e4,
    "2 mA h cm-2": 7.2e4,
    "181 °C": 454.15,
    "181℃": 454.15,
    "181 degC": 454.15,
    "454.15 K": 454.15,
    "10 at.%": 0.1,
    "10 at%": 0.1,
    "10 mol %": 0.1,
    "12,5 %": 0.125,
    "570 meV": 0.57 * 1.602176634e-19,
    "0.3 kΩ cm²": 0.03,
    "300 Ω·cm²": 0.03,
    "300 ohm*cm^2": 0.03,
    "300 \u2126 cm2": 0.03,
    "3 Ω s^-0.5": 3.0,
    "3 Ω s^(-1/2)": 3.0,
    "− 0.4 V": -0.4,
    "–400 mV": -0.4,
    "+,4 V": 0.4,
    "3 µm": 3e-6,
    "3 μm": 3e-6,
    "3 um": 3e-6,
    "8.3 J/(mol K)": 8.3,
    "8.3 J/mol/K": 8.3,
    "1 234 s": 1234.0,
    "1'234.5 s": 1234.5,
    "1,234.5 s": 1234.5,
    "1.234,5 s": 1234.5,
    "1,234,567 s": 1234567.0,
    "0,234 s": 0.234,
    "96 485 C/mol": 96485.0,
    "5": 5.0,
    "5.": 5.0,
}
UNREADABLE = [
    "", "  ", "abc", "1.2.3", "1,2,3", "3 foo", "3 m^20", "1e400", "1e99999",
    "1/0", "3 m^(1/0)", "nan", "inf", "-", "x", "12 34", "15.3 ± 0.2 d", "15:30 h", "3 × h × 4",
    "٣ m", "3;4", "None", "[3]", "1e5e5", "3**2", "(" * 150, "😀", "3 😀", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("text", READ, ids=ascii)
def test_numbers_are_read_as_people_write_them(text):
    assert quantity.read(text).value == pytest.approx(READ[text], rel=1e-12)


@pytest.mark.parametrize("text", UNREADABLE, ids=ascii)
def test_what_is_no_number_says_why(text):
    with pytest.raises(quantity.Unreadable) as refusal:
        quantity.read(text)
    assert 10 < len(str(refusal.value)) < 150


def test_units_know_what_they_measure():
    for text, words in [
        ("cm² s⁻¹", "a diffusivity"), ("mAh cm⁻²", "a charge per area"), ("Ω cm²", "a resistance"),
        ("mmol cm⁻³", "a concentration"), ("µA/cm2", "a current density"), ("%", "a plain number"),
        ("kJ/mol", "an energy per mole"), ("°C", "a temperature"), ("µF cm⁻²", "a capacitance"),
    ]:  # fmt: skip
        assert quantity.means(quantity.unit(text)[1]).startswith(words), text


# -- The engine, on questions of its own ------------------------------------------------------


def spread(count, *ranges):
    """Cases that vary independently of each other."""
    draws = np.random.default_rng(11)
    return tuple(
        tuple(float(np.exp(draws.uniform(np.log(low), np.log(high)))) for low, high in ranges)
        for _ in range(count)
    )


SAND = Question(
    "own-sand", "depletion time",
    lambda i, D, c: np.pi * D * (F * c / 2 / i) ** 2,
    "s", cases=spread(5, (0.1, 5), (1e-15, 1e-14), (2e4, 7e4)), rtol=1e-3,
    arguments=("the current", "the diffusivity", "the concentration"),
    mistakes=(
        Mistake(
            "the 2 not squared", lambda i, D, c: np.pi * D * (F * c / i) ** 2 / 2,
            "It stands inside the square.", 0.5,
        ),
        Mistake("no square", lambda i, D, c: np.pi * D * F * c / 2 / i, "The bracket is squared."),
    ),
)  # fmt: skip
WARM = Question(
    "own-warm", "factor of Arrhenius",
    lambda E, low, high: np.exp(E / k_B * (1 / low - 1 / high)),
    cases=spread(5, (0.2 * eV, 0.7 * eV), (280, 310), (320, 380)), rtol=1e-3,
    arguments=("the energy", "the lower temperature", "the higher temperature"),
)  # fmt: skip
VOLT = Question(
    "own-volt", "overvoltage",
    lambda i, r, T, i0: i * r + R * T / F * np.log(i / i0),
    "V", cases=spread(6, (1, 5), (1e-3, 0.02), (290, 360), (0.01, 0.5)), rtol=1e-3,
    arguments=("the current", "the resistance", "the temperature", "the exchange current"),
)  # fmt: skip
THIN = Question(
    "own-thin", "drop in a thin foil",
    lambda i, t, L, D: i * t / F / L + i * L / (3 * F * D),
    "mmol cm⁻³", cases=spread(6, (0.05, 0.2), (3e3, 5e4), (1e-5, 5e-5), (2e-15, 6e-15)), rtol=1e-3,
    arguments=("the current", "the time", "the thickness", "the diffusivity"),
)  # fmt: skip
DEEP = Question(
    "own-deep", "concentration at a depth",
    lambda c, x, D, t: c * math.erf(x / 2 / math.sqrt(D * t)),
    "mmol cm⁻³", cases=spread(6, (2e4, 7e4), (2e-6, 2e-5), (2e-15, 6e-15), (3e3, 5e4)), rtol=1e-3,
    arguments=("the concentration", "the depth", "the diffusivity", "the time"),
)  # fmt: skip
OWN = (
    SAND, WARM, VOLT, THIN, DEEP,
    SAND.at(1.7, 2.3e-15, 6.96e4), WARM.at(0.57 * eV, 298.15, 353.15),
    VOLT.at(2.3, 0.013, 303.15, 0.047), THIN.at(0.17, 1.3e4, 26 * um, 3.1e-15),
)  # fmt: skip


def remembering(function):
    """The function, which does not compute the same case twice."""
    known = {}

    def remembered(*arguments):
        try:
            if arguments not in known:
                known[arguments] = function(*arguments)
        except TypeError:  # arrays
            return function(*arguments)
        return known[arguments]

    return remembered


def patient(function, seconds=0.2):
    """The function, given up where an argument in another unit makes it endless."""
    end = time.thread_time() + seconds

    def watch(*_):
        if time.thread_time() > end:
            raise TimeoutError

    def watched(*arguments):
        before = sys.getprofile()
        sys.setprofile(watch)
        try:
            return function(*arguments)
        finally:
            sys.setprofile(before)

    return watched


def undeclared(question):
    """Wrong answers nobody declared: a label, the function, and what must be named (any of)."""
    right, names = remembering(question.right), question.arguments
    count = len(question.tried[0])

    def changed(k, to):
        return lambda *a: right(*(to(x) if i == k else x for i, x in enumerate(a)))

    floats = [
        k for k in range(count)
        if all(isinstance(case[k], float | np.floating) and case[k] for case in question.tried)
    ]  # fmt: skip
    called = [names[k] if k < len(names) else f"argument {k + 1}" for k in range(count)]
    for k in floats:
        for p in (1, -1, 0.5, 2, -2):
            yield (
                f"{called[k]} to the power {p}",
                (lambda *a, k=k, p=p: right(*a) * a[k] ** p),
                (called[k],),
            )
        for factor in (1e-3, 1e6, 3600.0, 1e-2):
            yield (
                f"{called[k]} times {factor}",
                changed(k, lambda x, f=factor: x * f),
                (called[k], "factor", "power of ten"),
            )
        if all(200 < case[k] < 1000 for case in question.tried):
            yield f"{called[k]} in °C", changed(k, lambda x: x - 273.15), ("Celsius",)
    for j, k in itertools.combinations(floats, 2):
        for p, q in ((1, -1), (1, 1), (0.5, -0.5)):
            yield (
                f"{called[j]} and {called[k]} to the powers {p}, {q}",
                (lambda *a, j=j, k=k, p=p, q=q: right(*a) * a[j] ** p * a[k] ** q),
                (called[j], called[k]),
            )
    for j, k in itertools.combinations(range(count), 2):
        order = [k if i == j else j if i == k else i for i in range(count)]
        yield (
            f"{called[j]} for {called[k]}",
            (lambda *a, order=order: right(*(a[i] for i in order))),
            (called[j], called[k]),
        )
    for factor in (
        2,
        1 / 4,
        np.pi,
        -1,
        1e3,
        1e-4,
        3600,
        1 / 60,
        F,
        1 / 3,
        8,
        np.sqrt(np.pi),
        2e4,
        1e-2 * np.pi,
    ):
        yield (
            f"times {factor:.4g}",
            (lambda *a, f=factor: f * right(*a)),
            ("factor", "sign", "ten", "Faraday", "Degrees"),
        )
    if question.wants_function:
        yield "times 1.37", (lambda *a: 1.37 * right(*a)), ("factor",)
    yield "upside down", (lambda *a: 1 / right(*a)), ("one over",)
    yield "squared", (lambda *a: right(*a) ** 2), ("square",)
    yield "under a root", (lambda *a: np.sqrt(np.abs(right(*a)))), ("root",)
    yield "10 for e", (lambda *a: 10 ** np.log(np.abs(right(*a)))), ("10 to the power",)
    yield "its logarithm", (lambda *a: np.log(np.abs(right(*a)))), ("logarithm",)


FORMULAE = {
    "own-volt": [
        ("log₁₀", lambda i, r, T, i0: i * r + R * T / F * np.log10(i / i0)),
        ("iR dropped", lambda i, r, T, i0: R * T / F * np.log(i / i0)),
        ("iR with the other sign", lambda i, r, T, i0: -i * r + R * T / F * np.log(i / i0)),
        ("logarithm upside down", lambda i, r, T, i0: i * r + R * T / F * np.log(i0 / i)),
        ("logarithm dropped", lambda i, r, T, i0: i * r),
        ("k_B for R", lambda i, r, T, i0: i * r + k_B * T / F * np.log(i / i0)),
        ("i/R", lambda i, r, T, i0: i / r + R * T / F * np.log(i / i0)),
    ],
    "own-thin": [
        ("first term dropped", lambda i, t, L, D: i * L / (3 * F * D)),
        ("second term dropped", lambda i, t, L, D: i * t / F / L),
        ("2 for 3", lambda i, t, L, D: i * t / F / L + i * L / (2 * F * D)),
        ("minus", lambda i, t, L, D: i * t / F / L - i * L / (3 * F * D)),
    ],
    "own-deep": [
        ("erfc", lambda c, x, D, t: c * math.erfc(x / 2 / math.sqrt(D * t))),
        ("the 2 lost", lambda c, x, D, t: c * math.erf(x / math.sqrt(D * t))),
        ("4 for 2", lambda c, x, D, t: c * math.erf(x / 4 / math.sqrt(D * t))),
        ("D outside the root", lambda c, x, D, t: c * math.erf(x / 2 / D / math.sqrt(t))),
    ],
    "own-warm": [
        ("10 for e", lambda E, a, b: 10 ** (E / k_B * (1 / a - 1 / b))),
        ("sign", lambda E, a, b: np.exp(E / k_B * (1 / b - 1 / a))),
        ("all in °C", lambda E, a, b: np.exp(E / k_B * (1 / (a - 273.15) - 1 / (b - 273.15)))),
    ],
}  # fmt: skip


def verdict_on(question, function):
    """The verdict on a wrong function; None if it cannot be evaluated or happens to be right."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            answer = hand(question, patient(function))
        except Exception:
            return None
        verdict = judge(question, answer)
    return None if verdict.passed or verdict.kind.startswith("invalid") else verdict


def silent(verdict):
    return verdict.kind in ("unknown", "near") or verdict.kind.startswith("generic:trend")


@each(OWN)
def test_what_nobody_declared_is_told_its_cause(question):
    told = named = count = 0
    missed = []
    for label, function, causes in undeclared(question):
        verdict = verdict_on(question, function)
        if verdict is None or verdict.kind == "near":
            continue
        count += 1
        told += not silent(verdict)
        words = verdict.hint.casefold()
        if any(cause.casefold() in words for cause in causes):
            named += 1
        else:
            missed.append((label, verdict.hint))
    assert count > 40
    assert told >= 0.95 * count
    assert named >= 0.9 * count, missed


@each([SAND, WARM, VOLT, THIN, DEEP])
def test_other_formulae_are_told_their_cause(question):
    for label, function in FORMULAE.get(question.id, ()):
        verdict = judge(question, function)
        assert not verdict.passed
        assert not silent(verdict), (label, verdict)


def test_a_missing_term_is_named_by_what_it_goes_with():
    hints = {label: judge(VOLT, function).hint for label, function in FORMULAE["own-volt"]}
    for label in ("iR dropped", "iR with the other sign"):
        assert "the resistance" in hints[label].casefold()
    hints = {label: judge(DEEP, function).hint for label, function in FORMULAE["own-deep"]}
    assert "rest" in hints["erfc"] and "factor of 2" in hints["the 2 lost"]


def test_declared_mistakes_come_first_alone_and_together():
    verdict = judge(SAND, SAND.mistakes[0].make)
    assert (verdict.kind, verdict.credit) == ("mistake:the 2 not squared", 0.5)
    verdict = judge(SAND, lambda *a: np.pi * SAND.mistakes[1].make(*a))
    assert verdict.kind == "mistake+slip"
    assert "squared" in verdict.hint and "π" in verdict.hint
    both = judge(SAND, lambda *a: np.prod([m.make(*a) for m in SAND.mistakes]) / SAND.right(*a))
    assert not both.passed and not silent(both)


@pytest.mark.parametrize(
    ("factor", "word"),
    [
        (2, "factor of 2 "), (4, "of 4 "), (8, "of 8 "), (3, "of 3 "), (3.14159265, "of π "),
        (6.2831853, "of 2π "), (1.77245385, "of √π "), (1.41421356, "of √2 "), (60, "of 60 "),
        (3600, "of 60² "), (24, "of 24 "), (96485.33, "Faraday"),
        (2.302585, "logarithm"), (6.02214e23, "Avogadro"), (2.8274e-5, "area"), (69600, "lithium"),
        (1000, "power of ten"), (1e-6, "power of ten"), (20, "factor of 2"), (-1, "sign"),
    ],
)  # fmt: skip
def test_a_forgotten_factor_is_named(factor, word):
    for each in (factor, 1 / factor):
        assert word in judge(NEARBY, 15.3 * 86400 * each).hint
        assert word in judge(VOLT, lambda *a, each=each: VOLT.right(*a) * each).hint


def test_a_constant_that_is_added_is_told():
    assert judge(VOLT, lambda *a: VOLT.right(*a) + 0.7).kind == "generic:offset"
    assert judge(THIN, lambda *a: THIN.right(*a) * 1.37).kind == "generic:constant"


def collided():
    return Question(
        "own-both", "a number", lambda: 10.0, rtol=1e-2,
        mistakes=(
            Mistake("one", lambda: 20.0, "First reason."),
            Mistake("two", lambda: 20.1, "Second reason."),
        ),
    )  # fmt: skip


def test_two_mistakes_that_look_alike_are_told_together(monkeypatch):
    question = collided()
    hint = judge(question, 20.0).hint
    assert "First reason." in hint and "Second reason." in hint
    monkeypatch.setattr(exercises.register, "questions", lambda: {"own-both": question})
    assert exercises.audit() == [("own-both", "one", "two")]


NEARBY = Question("own-near", "a time", lambda: 15.3 * 86400, "d")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (15.3 * 86400, "right"),
        ("15.3 d", "right"),
        ("15,35 d", "right"),
        ("367.2 h", "right"),
        ("15.6 d", "near"),
        ("14.9 days", "near"),
        ("-15.3 d", "generic:sign"),
        ("30.6 d", "generic:factor 2"),
        ("0.153 d", "generic:power of ten"),
        (15.3, "generic:unit"),
        ("15.3 h", "generic:unit"),
        ("15.3 s", "generic:unit"),
        ("15.3", "invalid:unit"),
        ("15.3 m", "invalid:unit"),
        ("15.3 foo", "invalid:text"),
        ("20 d", "unknown"),
    ],
)
def test_text_and_numbers(answer, kind):
    assert judge(NEARBY, answer).kind == kind


def test_a_wrong_dimension_says_which_one_is_asked_for():
    hint = judge(NEARBY, "15.3 µm").hint
    assert "a time" in hint and "(d)" in hint and "a length" in hint
    assert "such as d" in judge(NEARBY, "15.3").hint
    hint = judge(Question("own-d", "D", lambda: 3e-15, "cm² s⁻¹"), "3e-11 cm/s").hint
    assert "a diffusivity" in hint and "a speed" in hint


def test_per_cent_and_fractions():
    share = Question("own-share", "share", lambda: 0.12, "%")
    for answer in (0.12, "12 %", "12", "12,0%", "12 at.%", Fraction(12, 100)):
        assert judge(share, answer).passed, answer
    for answer in (12, "0.12", "0.12 %"):
        assert judge(share, answer).kind in ("generic:unit", "generic:per cent"), answer
    plain = Question("own-plain", "fraction", lambda: 0.12)
    for answer in (0.12, "0.12", "12 %", "3/25"):
        assert judge(plain, answer).passed, answer
    assert "per cent" in judge(plain, "12").hint
    assert "rest" in judge(plain, 0.88).hint


def test_temperatures():
    hot = Question("own-hot", "temperature", lambda: 273.15 + 181.24, "°C")
    for answer in ("181 °C", "181.24 °C", "181 ℃", "454.4 K", 454.39, "180 degC"):
        assert judge(hot, answer).passed, answer
    for answer in ("185 °C", "460 K"):
        assert judge(hot, answer).kind == "near", answer
    for answer in (181.24, "181.24 K", "454.39 °C"):
        assert judge(hot, answer).kind in ("generic:unit", "generic:celsius"), answer
    step = Question("own-step", "difference of temperatures", lambda: 5.0, "K")
    assert judge(step, "5 K").passed
    assert judge(step, "5 °C").kind == "generic:unit"


def test_where_zero_is_right_and_where_it_is_not():
    nothing = Question("own-zero", "net current", lambda: 0.0, "mA", atol=1e-9)
    for answer in (0, 0.0, -0.0, "0 mA", "0 A", 1e-12):
        assert judge(nothing, answer).passed, answer
    for answer in (1e-3, "1 mA", -2):
        assert not judge(nothing, answer).passed
    assert not judge(NEARBY, 0).passed
    wave = Question(
        "own-wave", "a sine", np.sin, rtol=1e-3,
        cases=((np.linspace(0, np.pi, 9),), (np.array([1.0, 2.0]),)),
    )  # fmt: skip
    assert judge(wave, lambda x: np.cos(x - np.pi / 2)).passed
    assert judge(wave, lambda x: -np.sin(x)).kind == "generic:sign"
    assert judge(wave, lambda x: 2 * np.sin(x)).kind == "generic:factor 2"
    assert not judge(wave, lambda x: np.sin(x) + 1e-2).passed
    assert not judge(wave, np.cos).passed
    below = Question("own-below", "overvoltage", lambda: -0.4, "V")
    assert judge(below, "−400 mV").passed and judge(below, "0.4 V").kind == "generic:sign"


def test_what_is_given_lets_a_number_be_told_like_a_function():
    number = SAND.at(1.7, 2.3e-15, 6.96e4)
    assert number.kind == "data" and not number.wants_function
    i, D, c = number.given
    assert judge(number, SAND.right(i, D, c)).passed
    assert "diffusivity" in judge(number, SAND.right(i, D, c) / D**2).hint
    assert judge(number, SAND.mistakes[1].make(i, D, c)).kind == "mistake:no square"


@pytest.mark.parametrize(
    "form",
    [
        float, np.float64, np.float32, np.longdouble, np.asarray, Decimal, Fraction, sympy.Float,
        sympy.Rational, lambda x: np.array([x]), lambda x: [x], lambda x: pandas.Series([x]),
        lambda x: pandas.Series([x]).iloc[0], lambda x: complex(x, 0), lambda x: sympy.sqrt(x**2),
        lambda x: np.ma.masked_array([x]),
    ],
)  # fmt: skip
def test_numbers_of_every_type_are_numbers(form):
    assert judge(NEARBY, form(15.3 * 86400)).passed
    twelve = Question("own-int", "number of cells", lambda: 12.0)
    for answer in (12, np.int64(12), np.uint8(12), sympy.Integer(12), Fraction(12), "12"):
        assert judge(twelve, answer).passed, answer


class Evil:
    """An answer whose every face raises."""

    def __array__(self, *_, **__):
        raise SystemExit("no")

    __float__ = __len__ = __iter__ = __str__ = __repr__ = __array__


def leave(*_):
    raise SystemExit(0)


def recurse(*a):
    return recurse(*a)


def chatter(*_):
    while True:
        print("x" * 1000)


MALFORMED = [
    None, ..., "", "abc", float("nan"), float("inf"), 1 + 2j, [], [1.0, 2.0], np.ones((2, 3)), True,
    {"a": 1}, {1, 2}, b"12", object(), [[1], [2, 3]], Evil(), sympy.Symbol("x"), 10**400, pandas.NA,
    np.array(["a"]), np.timedelta64(3, "h"), (x for x in (1, 2)), range(3), int, NotImplemented,
]  # fmt: skip
BROKEN = [
    leave, recurse, chatter, lambda: 1.0, lambda *a: 1 / 0, lambda *a: [][1], lambda *a: int("x"),
    lambda *a, b: b, lambda *a: exec("raise BaseException()"), lambda *a: (lambda: 1),
]  # fmt: skip


def assert_told(verdict):
    assert not verdict.passed
    assert verdict.kind.startswith("invalid:") or verdict.kind == "unknown" or verdict.hint
    assert 10 < len(verdict.hint) <= HINT and "\n" not in verdict.hint


@each([NEARBY, SAND, VOLT.at(2.3, 0.013, 303.15, 0.047)])
def test_what_is_no_answer_is_told_so(question, capsys):
    for answer in MALFORMED:
        verdict = judge(question, answer)
        assert_told(verdict)
        assert verdict.kind.startswith("invalid:")
        if question.wants_function and answer is not None and answer is not ...:
            assert_told(judge(question, lambda *_, answer=answer: answer))
    for function in BROKEN:
        assert_told(judge(question, function))
    assert capsys.readouterr().out == ""


def test_an_interrupt_is_not_swallowed():
    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(SAND, interrupt)


def test_a_function_cannot_spoil_the_cases_or_the_screen(recwarn, capsys):
    question = Question("own-sum", "sum", lambda x: x.sum(), cases=((np.ones(3),), (np.ones(4),)))

    def spoil(x):
        warnings.warn("look here", stacklevel=1)
        print("and here", np.log(-1.0))
        total = x.sum()
        x[:] = 0
        return total

    assert judge(question, spoil).passed and judge(question, spoil).passed
    assert capsys.readouterr().out == "" and not recwarn.list


def test_callables_of_every_type_are_functions():
    class Callable:
        def __call__(self, i, D, c):
            return SAND.right(i, D, c)

        def method(self, i, D, c):
            return SAND.right(i, D, c)

    symbols = sympy.symbols("i D c")
    formula = sympy.lambdify(
        symbols, sympy.pi * symbols[1] * (F * symbols[2] / 2 / symbols[0]) ** 2
    )
    for function in (
        Callable(), Callable().method, functools.partial(SAND.right), formula,
        np.vectorize(SAND.right), lambda *a: SAND.right(*a),
        lambda i, D, c, more=1: SAND.right(i, D, c),
    ):  # fmt: skip
        assert judge(SAND, function).passed
    assert judge(SAND, lambda i, D: 1.0).kind == "invalid:signature"
    assert "the current" in judge(SAND, lambda i, D: 1.0).hint


def test_names_that_may_not_be_used():
    from sandtime import sand
    from sandtime.sand import depletion_time as renamed

    question = Question(
        "own-forbid", "depletion time", lambda i, D, c: np.pi * D * (F * c / 2 / i) ** 2, "s",
        cases=SAND.cases, rtol=1e-3, forbid=("sand.depletion_time", "scipy.integrate.quad"),
    )  # fmt: skip

    def beside(i, D, c):
        return renamed(i, D, c)

    for function in (
        sand.depletion_time,
        lambda i, D, c: sand.depletion_time(i, D, c),
        lambda i, D, c: renamed(i, D, c),
        lambda i, D, c: beside(i, D, c),
        lambda i, D, c: sum(sand.depletion_time(i, D, c) for _ in (1,)),
        functools.partial(renamed),
    ):
        verdict = judge(question, function)
        assert verdict.kind == "invalid:forbidden" and "depletion_time" in verdict.hint

    def depletion_time(i, D, c):  # one's own of the same name
        return question.right(i, D, c)

    assert judge(question, depletion_time).passed
    assert judge(question, lambda i, D, c: depletion_time(i, D, c)).passed

    twice = Question(
        "own-solve", "half", lambda x: x / 2, cases=((1.0,), (3.0,), (5.0,)),
        forbid=("transport.solve",),
    )  # fmt: skip
    solved = lambda x: np.linalg.solve(np.array([[2.0]]), np.array([x]))[0]  # noqa: E731
    assert judge(twice, solved).passed  # of the same name in another module


def test_an_array_of_unlike_sizes_is_judged_number_by_number():
    pair = Question(
        "own-pair", "resistance and inductance", lambda x: np.array([3e2 * x, 5e-7 * x]),
        cases=((1.0,), (2.0,)), rtol=1e-3,
    )  # fmt: skip
    assert judge(pair, lambda x: [3e2 * x, 5e-7 * x]).passed
    assert not judge(pair, lambda x: [3e2 * x, 5.1e-7 * x]).passed


def test_a_kernel_shows_what_there_is_to_choose_and_no_verdict_twice(capsys):
    asked = next(q for q in ALL.values() if isinstance(q, Choice))
    verdict = exercises.check(asked.id)
    printed = capsys.readouterr().out
    assert printed.startswith(asked.ask[0].upper()) and f"1. {asked.options[0].text}" in printed
    assert verdict._ipython_display_() is None and not capsys.readouterr().out


def test_a_judge_may_decide_or_leave_it():
    def referee(function):
        if function(1.0) < 0:
            return exercises.failed("negative", "Below zero.", 0.25)
        return exercises.passed("Well.") if function(1.0) == 7 else None

    question = Question(
        "own-judge", "a function", lambda x: 2 * x, cases=((1.0,), (3.0,)), judge=referee
    )
    assert judge(question, lambda x: 7).hint == "Well."
    verdict = judge(question, lambda x: -x)
    assert (verdict.kind, verdict.hint, verdict.credit) == ("mistake:negative", "Below zero.", 0.25)
    assert judge(question, lambda x: 2 * x).passed and not judge(question, lambda x: 3 * x).passed
    assert judge(question, lambda x: "a").kind == "invalid:raised"


def test_choices_and_orders():
    choice = Choice(
        "own-choice", "?", (Option("a", hint="No a."), Option("b", True), Option("c", hint="No c."))
    )
    assert [bool(judge(choice, a)) for a in (1, 2, 3, "b", "2", 2.0, np.int64(2), "a")] == [
        False, True, False, True, True, True, True, False,
    ]  # fmt: skip
    assert judge(choice, 3).hint == "No c." and judge(choice, 3).kind == "mistake:c"
    order = Order("own-order", "?", ("one", "two", "three", "four"), "By size.")
    assert sorted(order.shown) == sorted(order.items) and order.shown != order.items
    for answer in (order.answer, list(order.answer), order.items, np.array(order.answer)):
        assert judge(order, answer).passed
    assert judge(order, order.items[::-1]).kind == "mistake:backwards"
    assert judge(order, ("two", "one", "three", "four")).hint == "By size."
    for question in (choice, order):
        for answer in (*MALFORMED[:-1], 0, 9, "z", 1.5, -1, [1, 1, 2, 3], *BROKEN):
            assert judge(question, answer).kind.startswith("invalid:"), answer


def test_an_open_question_is_left_to_a_person():
    question = Open("own-open", ("one", "two", "three"), level=3)
    assert judge(question, "an essay").kind == "open" and question.kind == "open"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Question("x", "", lambda: 1, level=4),
        lambda: Question("x", "", lambda: 1, kind="guess"),
        lambda: Question("x", "", lambda: 1, rtol=0.2),
        lambda: Question("x", "", lambda: 1, mistakes=(Mistake("m", lambda: 2, "x" * 241),)),
        lambda: Question("x", "", lambda: 1, "foo"),
        lambda: Choice("x", "", (Option("a", True), Option("b", True))),
        lambda: Choice("x", "", (Option("a", True), Option("b"))),
        lambda: Order("x", "", ("a", "a", "b"), ""),
        lambda: Open("x", "one line"),
        lambda: exercises.question("sand-nowhere"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError):
        wrong()


def test_check_prints_one_line_and_returns_the_verdict(capsys):
    verdict = exercises.check(NEARBY, "15.3 d")
    assert verdict.passed and capsys.readouterr().out == "Right.\n"
    exercises.check(NEARBY, ...)
    assert capsys.readouterr().out == "No answer yet.\n"


# -- Every question of the book ---------------------------------------------------------------


@each(list(ALL.values()))
def test_it_is_declared_in_full(question):
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", question.id)
    assert re.fullmatch(r"exercise-[a-z0-9-]+", question.exercise)
    assert 1 <= question.minutes <= 120
    for name, hint in question._hints():
        assert len(hint) <= HINT and not BLAME.search(hint), name
    if isinstance(question, Open):
        assert all(len(line) > 15 for line in question.rubric)
    else:
        assert question.ask


@each(QUESTIONS)
def test_what_is_right_passes(question):
    assert judge(question, hand(question, question.right)).passed
    for other in question.also:
        assert judge(question, hand(question, other)).passed


def significant(text):
    """The first three digits of each number in a text that has as many."""
    numbers = re.findall(r"\d+(?:[.,]\d+)?", text)
    digits = (re.sub(r"[.,]", "", number).lstrip("0") for number in numbers)
    return {each[:3] for each in digits if len(each) > 2}


def right_digits(question):
    """First three digits of the right values, in SI and in the unit asked for."""
    size, zero = quantity.unit(question.unit)[0], 273.15 if question.unit == "°C" else 0
    values = np.concatenate([np.ravel(t) for t in question.truth])
    all_of_them = [*values, *((values - zero) / size)]
    return {f"{abs(v):.2e}".replace(".", "")[:3] for v in all_of_them if v}


def assert_keeps_the_secret(question, verdict):
    assert len(verdict.hint) <= HINT and not BLAME.search(verdict.hint)
    if question.judge is None:
        assert not significant(verdict.hint) & right_digits(question), verdict.hint


@each(QUESTIONS)
def test_each_mistake_has_its_hint_and_never_passes(question):
    hints = [mistake.hint for mistake in question.mistakes]
    assert len(set(hints)) == len(hints) and all(len(hint) > 15 for hint in hints)
    for mistake in question.mistakes:
        assert 0 <= mistake.credit < 1
        verdict = judge(question, hand(question, mistake.make))
        assert not verdict.passed
        assert verdict.kind == f"mistake:{mistake.name}" or mistake.hint in verdict.hint
        assert_keeps_the_secret(question, verdict)


@each(COMPARED)
def test_mistakes_are_five_tolerances_apart_or_told_together(question):
    for id, one, other in exercises.audit():
        if id != question.id:
            continue
        assert one != "right", f"{other!r} is within five tolerances of the right answer"
        pair = [m for m in question.mistakes if m.name in (one, other)]
        told = [judge(question, hand(question, m.make)).hint for m in pair]
        assert all(m.hint in hint for m in pair for hint in told), (one, other)


@each(QUESTIONS)
def test_what_is_no_answer_to_it_is_told_so(question, capsys):
    for answer in MALFORMED:
        assert_told(judge(question, answer))
        if question.wants_function and answer is not None and answer is not ...:
            assert_told(judge(question, lambda *_, answer=answer: answer))
    for function in (leave, lambda *a: 1 / 0, lambda: 1.0, lambda *a, b: b):
        assert_told(judge(question, function))
    if question.wants_function:
        assert_told(judge(question, 3.0))
    assert capsys.readouterr().out == ""


def written(question, value):
    """A number in the unit asked for, as different people write it."""
    size, zero = quantity.unit(question.unit)[0], 273.15 if question.unit.strip() == "°C" else 0
    number = (value - zero) / size
    mantissa, power = f"{number:.5e}".split("e")
    unit = question.unit
    yield f"{number:.6g} {unit}"
    yield f"{number:.6g} {unit}".replace(".", ",").replace("-", "−", 1 if number < 0 else 0)
    yield f"{mantissa} × 10^{int(power)} {unit}"
    yield f"{mantissa.replace('.', ',')}·10{str(int(power)).translate(SUPERSCRIPT)} {unit}"
    yield f"{mantissa}e{power}{unit}"
    plain = unit.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻µ", "0123456789-u"))
    yield f"x = {mantissa}E{power} {plain}"
    yield (
        "".join(chr(ord(c) + 0xFEE0) if c in "0123456789" else c for c in f"{number:.6f} {unit}")
        if (0.1 < abs(number) < 1e6)
        else f"{number:.6e} {unit}"
    )


SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@each(NUMBERS)
def test_right_numbers_pass_in_unusual_forms(question):
    value = float(question.truth[0])
    for text in written(question, value):
        assert judge(question, text).passed, text
    for form in (
        np.float64,
        np.asarray,
        Fraction,
        Decimal,
        sympy.Float,
        lambda x: [x],
        pandas.Series,
    ):
        made = form([value]) if form is pandas.Series else form(value)
        assert judge(question, made).passed, form
    if value == int(value) and abs(value) < 1e15:
        assert judge(question, int(value)).passed


@each(FUNCTIONS)
def test_right_functions_pass_in_unusual_forms(question):
    scalar = all(t.shape == () for t in question.truth)
    for form in (
        (np.float64, np.asarray, sympy.Float, lambda x: [float(x)])
        if scalar
        else (np.asarray, np.ndarray.tolist)
    ):
        assert judge(question, lambda *a, form=form: form(np.asarray(question.right(*a)))).passed


@each(FUNCTIONS)
def test_its_cases_tell_its_arguments_apart(question):
    """At least three cases, and no two arguments that always change together."""
    assert len(question.tried) >= 3
    floats = [
        k for k in range(len(question.tried[0]))
        if all(isinstance(case[k], float) and case[k] for case in question.tried)
    ]  # fmt: skip
    logs = np.log(np.abs([[case[k] for k in floats] for case in question.tried]))
    for j, k in itertools.combinations(range(len(floats)), 2):
        one, other = logs[:, j] - logs[:, j].mean(), logs[:, k] - logs[:, k].mean()
        if one.any() and other.any():
            cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
            assert abs(cosine) < 0.999, (question.arguments, j, k)


@each(
    [q for q in COMPARED if all(t.shape == () for t in q.truth) and (q.wants_function or q.given)]
)
def test_what_nobody_declared_for_it_is_told_its_cause(question):
    kinds = Counter()
    for _label, function, _causes in undeclared(question):
        verdict = verdict_on(question, function)
        if verdict is not None:
            assert_keeps_the_secret(question, verdict)
            kinds[verdict.kind == "unknown"] += 1
    assert kinds[True] <= 0.15 * kinds.total(), kinds


@each([q for q in NUMBERS if not q.given])
def test_slips_in_a_number_are_told_their_cause(question):
    value = float(question.truth[0])
    for factor in (-1, 2, 1 / 2, 4, 1 / 4, np.pi, 1 / np.pi, 10, 1e-3, 60, 1 / 3600, F, 8, 2e3):
        verdict = judge(question, value * factor)
        if value:
            assert not verdict.passed and verdict.kind != "unknown", factor
        assert_keeps_the_secret(question, verdict)


def test_the_book_has_questions_enough():
    assert sum(not isinstance(question, Open) for question in ALL.values()) >= 60
    assert sum(len(question.mistakes) for question in QUESTIONS) >= 120
    assert exercises.audit() == []
