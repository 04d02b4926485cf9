r"""What comes out of the right formula if an argument enters wrongly.

Two arguments exchanged, one in another unit, in degrees Celsius, squared, under a root, upside
down: the right function itself is called with them, whatever its shape.  A wrong power needs no
call: the logarithm of the quotient is then linear in those of the arguments.
"""

import functools
import itertools
import sys
import time
from fractions import Fraction

import numpy as np

POWERS = sorted(
    {Fraction(n, d) for d in (1, 2, 3) for n in range(-4 * d, 4 * d + 1)} - {0}, key=abs
)
COMMON = [p for p in POWERS if abs(p) in (1, 2) or abs(p) == Fraction(1, 2)]
UNITS = tuple(
    (words, factor)
    for words, size in [
        ("a factor of 10", 10.0),
        ("a power of ten", 1e2),
        ("a power of ten", 1e3),
        ("a power of ten", 1e4),
        ("a power of ten", 1e6),
        ("a power of ten", 1e9),
        ("a factor of 60", 60.0),
        ("a factor of 60²", 3600.0),
        ("a factor of 24", 24.0),
        ("a factor of 24 · 60²", 86400.0),
        ("a factor of 2", 2.0),
        ("a factor of π", np.pi),
        ("a factor of 2π", 2 * np.pi),
        ("a factor of 2.3, ln 10", np.log(10)),
        ("J for eV", 1.602176634e-19),
    ]
    for factor in (size, 1 / size)
)
PATIENCE = 2.0  # s, after which no more variants are computed; a twentieth of it for each


def name_of(question, k):
    """Argument k in words."""
    return question.arguments[k] if k < len(question.arguments) else f"argument {k + 1}"


def scalars(question):
    """Which arguments are floats different from zero in every case."""
    return [
        k
        for k in range(len(question.tried[0]))
        if all(
            isinstance(c[k], float | np.floating) and np.isfinite(c[k]) and c[k]
            for c in question.tried
        )
    ]


def variants(question):
    """What each wrong use of an argument gives; computed once a question.

    Parameters
    ----------
    question : Question

    Returns
    -------
    list of (name, hint, values)
    """
    kept = vars(question)
    if "variants" not in kept:
        kept["variants"] = list(_variants(question))
    return kept["variants"]


def _variants(question):
    end = time.thread_time() + PATIENCE
    soon = end

    def watch(*_):
        if time.thread_time() > soon:
            raise TimeoutError

    before = sys.getprofile()
    for name, hint, change in itertools.chain(_swaps(question), _changes(question)):
        soon = min(end, time.thread_time() + PATIENCE / 20)
        try:
            sys.setprofile(watch)  # a simulation may take for ever with an argument in another unit
            values = question.values(lambda *case, to=change: question.right(*to(case)))
        except TimeoutError:
            if soon == end:
                return
            continue
        except Exception:  # a value out of the range of the function
            continue
        finally:
            sys.setprofile(before)
        fits = all(v.shape == t.shape for v, t in zip(values, question.truth, strict=True))
        if fits and all(np.isfinite(v).all() for v in values):
            yield name, hint, values


def _capital(text):
    return text[:1].upper() + text[1:]


def _swaps(question):
    for i, j in itertools.combinations(range(len(question.tried[0])), 2):

        def change(case, i=i, j=j):
            case = list(case)
            case[i], case[j] = case[j], case[i]
            return case

        one, two = name_of(question, i), name_of(question, j)
        yield f"swapped {one}, {two}", f"{_capital(one)} and {two} seem to be exchanged.", change


def _changes(question):
    warm = []
    for k in range(len(question.tried[0])):
        inputs = [case[k] for case in question.tried]
        if not all(isinstance(each, float | np.floating | np.ndarray) for each in inputs):
            continue
        inputs = [np.asarray(each) for each in inputs]
        if not all(each.dtype.kind == "f" and each.size for each in inputs):
            continue
        name, at = name_of(question, k), functools.partial(_at, (k,))
        big = _capital(name)
        low, high = min(each.min() for each in inputs), max(each.max() for each in inputs)
        if low > 150 and high < 3000:
            warm.append(k)
            yield (
                f"celsius {name}",
                f"{big} enters in degrees Celsius; kelvin is needed.",
                at(_less),
            )
        if low > -100 and high < 2000:
            yield f"kelvin {name}", f"{big} is turned from °C to K once too often.", at(_more)
        yield f"without {name}", f"What goes with {name} seems to be missing.", at(_tiny)
        for words, factor in UNITS:
            hint = f"{big} seems to enter in another unit: {words}."
            yield f"unit of {name}", hint, at(lambda x, factor=factor: x * factor)
        for words, power in (("squared", 2), ("under a root", 0.5), ("upside down", -1)):
            hint = f"{big} seems to enter {words}, or with another power than it should."
            yield f"power of {name}", hint, at(lambda x, power=power: np.power(x, power))
        yield f"sign of {name}", f"{big} seems to enter with the other sign.", at(np.negative)
    if len(warm) > 1:
        hint = "The temperatures enter in degrees Celsius; kelvin is needed."
        yield "celsius", hint, _at(warm, _less)


def _at(chosen, function):
    """Apply a function to some of the arguments of a case."""
    return lambda case: [function(x) if i in chosen else x for i, x in enumerate(case)]


def _tiny(value):
    return 1e-12 * value


def _less(temperature):
    return temperature - 273.15


def _more(temperature):
    return temperature + 273.15


def powers(question, logs, rtol, free):
    """Powers of one, two or three arguments that make up a quotient, or None.

    Parameters
    ----------
    question : Question
    logs : ndarray
        Logarithm of the quotient in each case.
    rtol : float
        Tolerance of the quotient.
    free : bool
        Whether a constant factor may be off as well.

    Returns
    -------
    tuple of (int, Fraction)
        Argument and power by which it is off.
    """
    usable = scalars(question)
    table = np.log(np.abs([[case[k] for k in usable] for case in question.tried], dtype=float))
    for size in (1, 2, 3):
        if len(logs) < size + free + (len(logs) > 1):
            break
        for chosen in itertools.combinations(range(len(usable)), size):
            found = _solve(table[:, list(chosen)], logs, rtol, free)
            if found:
                return tuple((usable[k], p) for k, p in zip(chosen, found, strict=True))
    pairs = itertools.combinations(range(len(usable)), 2) if len(logs) == 1 else ()
    for (i, j), p, q in itertools.product(pairs, COMMON, COMMON):
        if abs(float(p) * table[0, i] + float(q) * table[0, j] - logs[0]) <= rtol:
            return (usable[i], p), (usable[j], q)
    return None


def _solve(columns, logs, rtol, free):
    """Powers of POWERS with which the columns make up the logs, or None."""
    if free:
        columns, logs = columns - columns.mean(axis=0), logs - logs.mean()
    size = columns.shape[1]
    if len(logs) == 1 and size == 1:
        exact = logs / columns[0] if abs(columns[0, 0]) > 0.3 else [np.nan]
    else:
        exact, _, rank, values = np.linalg.lstsq(columns, logs, rcond=1e-6)
        if rank < size or values[-1] < 20 * rtol:
            return None
    found = []
    for power in exact:
        near = min(POWERS, key=lambda p: abs(float(p) - power)) if np.isfinite(power) else None
        if near is None or abs(float(near) - power) > 0.03:
            return None
        found.append(near)
    left = logs - columns @ np.array(found, float)
    return tuple(found) if np.abs(left).max() <= 2 * rtol else None
