r"""What is wrong with an answer, from the numbers alone.

An answer is divided by the right one, case by case.  If it is not right it is compared with what the
declared mistakes make; then with each of them times a common slip; then the quotient itself is
looked at: one constant for all cases is a forgotten factor, a power of an argument is a formula with
a wrong exponent.
"""

import numpy as np

from sandtime.exercises.question import Verdict

NEAR = 0.05

SLIPS = {
    "sign": (-1.0, "The sign is the other way round."),
    "factor 2": (2.0, "A factor of 2 is off."),
    "factor 4": (4.0, "A factor of 4 is off: is something squared, or a 2 inside a square?"),
    "factor 8": (8.0, "A factor of 8 is off: three times a 2?"),
    "factor 3": (3.0, "A factor of 3 is off."),
    "π": (np.pi, "A factor of π is off."),
    "2π": (2 * np.pi, "A factor of 2π is off: radians per second or hertz?"),
    "√π": (np.sqrt(np.pi), "A factor of √π is off."),
    "π/4": (np.pi / 4, "A factor of π/4 is off."),
    "π/2": (np.pi / 2, "A factor of π/2 is off."),
    "√2": (np.sqrt(2), "A factor of √2 is off."),
    "ln 10": (np.log(10), "A factor of 2.3 is off: natural or decimal logarithm?"),
    "60": (60.0, "A factor of 60 is off: seconds, minutes or hours?"),
    "3600": (3600.0, "A factor of 3600 is off: seconds or hours?"),
    "24": (24.0, "A factor of 24 is off: hours or days?"),
    "86400": (86400.0, "A factor of 86400 is off: seconds or days?"),
    "F": (96485.33212331001, "Faraday's constant is missing, or counted twice."),
}
"""Common slips: what a value is multiplied or divided by, and what to say."""

_POWERS = (-4, -3, -2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2, 3, 4)


def diagnose(question, found):
    """The verdict on what an answer returned, an array for each case.

    Parameters
    ----------
    question : Question
    found : list of ndarray
        Finite, of the shapes of the truth.

    Returns
    -------
    Verdict
    """
    truth = question.truth
    if _alike(found, truth, question.rtol) or any(
        _alike(found, question.values(other), question.rtol) for other in question.also
    ):
        return Verdict(True, "right", "Right.", 1.0)
    made = [(mistake, question.values(mistake.make)) for mistake in question.mistakes]
    same = [mistake for mistake, values in made if _alike(found, values, question.rtol)]
    if same:
        return Verdict(
            False,
            f"mistake:{same[0].name}",
            " Or: ".join(mistake.hint for mistake in same[:2]),
            min(mistake.credit for mistake in same),
        )
    if _alike(found, truth, NEAR):
        return Verdict(
            False,
            "near",
            f"Near. More than {100 * question.rtol:g} % is missing: more digits, or other constants?",
        )
    ratio = _ratio(found, truth)
    if (slip := _slip(ratio, question.rtol)) is not None:
        return Verdict(False, f"generic:{slip[0]}", slip[1])
    for mistake, values in made:
        slip = _slip(_ratio(found, values), question.rtol)
        if slip is not None:
            return Verdict(False, "mistake+slip", f"Two things. {mistake.hint} And: {slip[1]}")
    return _shape_of(question, ratio) or Verdict(
        False,
        "unknown",
        "Not right, and it matches no mistake that is known here. Check the units first.",
    )


def apart(question, values, others, tolerances):
    """Whether two sets of values lie at least so many tolerances apart in some case."""
    return not _alike(values, others, tolerances * question.rtol)


def _alike(found, values, rtol):
    return all(
        f.shape == v.shape and np.allclose(f, v, rtol=rtol, atol=0.0)
        for f, v in zip(found, values, strict=True)
    )


def _ratio(found, values):
    """Quotients of all cases in a row; None where one is not defined."""
    if any(f.shape != v.shape for f, v in zip(found, values, strict=True)):
        return None
    top = np.concatenate([np.ravel(f) for f in found])
    bottom = np.concatenate([np.ravel(v) for v in values])
    if np.any(bottom == 0) or np.any(top == 0):
        return None
    return top / bottom


def _slip(ratio, rtol):
    """Name and words of the slip that all quotients show, or None."""
    if ratio is None or np.ptp(ratio) > 2 * rtol * abs(ratio).max():
        return None
    mean = ratio.mean()
    signed = "" if mean > 0 else " And the sign is the other way round."
    size = abs(mean)
    if not signed and abs(size - 1) <= rtol:
        return None
    for name, (factor, words) in SLIPS.items():
        if name == "sign":
            if abs(size - 1) <= rtol:
                return name, words
        elif min(abs(size / factor - 1), abs(size * factor - 1)) <= rtol:
            return name, words + signed
    power = np.log10(size)
    if abs(power - round(power)) <= rtol / 2.3 and round(power):
        return "power of ten", f"A power of ten is off: is a unit or its prefix missing?{signed}"
    return None


def _shape_of(question, ratio):
    """What the quotient depends on: nothing, or a power of one argument."""
    if ratio is None or ratio.size != len(question.tried) or ratio.size < 3 or np.any(ratio <= 0):
        return None
    if np.ptp(ratio) <= 2 * question.rtol * ratio.max():
        return Verdict(
            False,
            "generic:constant",
            "Everything depends on the arguments as it should; one constant factor is wrong.",
        )
    columns = [
        np.log(np.abs([float(case[k]) for case in question.tried])) for k in _numeric(question)
    ]
    for k, column in zip(_numeric(question), columns, strict=True):
        if np.ptp(column) == 0:
            continue
        for power in _POWERS:
            left = np.log(ratio) - power * column
            if np.ptp(left) <= 4 * question.rtol:
                name = question.arguments[k] if k < len(question.arguments) else f"argument {k + 1}"
                return Verdict(
                    False,
                    f"generic:power of {name}",
                    f"It depends on {name} with another power than it should ({power:+g}).",
                )
    return None


def _numeric(question):
    return [
        k
        for k in range(len(question.tried[0]))
        if all(isinstance(case[k], int | float | np.number) and case[k] for case in question.tried)
    ]
