r"""What is wrong with an answer, from the numbers alone.

An answer is compared with the right one and with what the declared mistakes make.  Then its
quotient with the right one is looked at: a common factor, a power of ten; then what the right
formula makes of wrong arguments; then wrong powers of them; then two things at once; then the
difference.
"""

import itertools
import warnings

import numpy as np

from sandtime.exercises import quantity, slips
from sandtime.exercises.question import HINT, Verdict, passed
from sandtime.exercises.slips import FACTORS as SLIPS  # noqa: F401
from sandtime.exercises.slips import NEAR, WORDS
from sandtime.exercises.variants import name_of, powers, scalars, variants


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
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for rule in RULES:
            verdict = rule(question, found)
            if verdict is not None:
                return verdict
    return _unknown(question, found)


def alike(question, found, values, tolerances=1.0):
    """Whether two sets of values agree within so many tolerances of the second.

    Of a temperature asked for in °C the tolerance is that of the number in °C.
    """
    rtol = tolerances * question.rtol
    return all(
        f.shape == v.shape
        and bool(np.all(np.abs(f - v) <= rtol * np.abs(v - _zero(question)) + _floor(question, v)))
        for f, v in zip(found, values, strict=True)
    )


def apart(question, one, other, tolerances):
    """Whether two sets of values lie at least so many tolerances apart in some case."""
    return not (alike(question, one, other, tolerances) or alike(question, other, one, tolerances))


def same_mistakes(question, found):
    """The declared mistakes that make these values."""
    return [mistake for mistake, values in question.made if alike(question, found, values)]


def _zero(question):
    return 273.15 if question.unit.strip() == "°C" else 0.0


def _floor(question, values):
    """How far each value may be off whatever its size; where it should be 0, what counts as 0."""
    scale = np.abs(values).max(initial=0.0) or quantity.unit(question.unit)[0]
    return np.where(
        np.abs(values) <= 1e-14 * scale, max(question.atol, 1e-9 * scale), question.atol
    )


def _told(kind, hint, credit=0.0):
    return Verdict(False, kind, hint if len(hint) <= HINT else hint[: HINT - 1] + "…", credit)


def _right(question, found):
    right = alike(question, found, question.truth) or any(
        alike(question, found, values) for values in question.others
    )
    return passed(WORDS["right"]) if right else None


def _declared(question, found):
    same = same_mistakes(question, found)
    if not same:
        return None
    hint = same[0].hint
    for other in same[1:2]:
        both = hint + WORDS["or"] + other.hint
        hint = both if len(both) <= HINT else hint + WORDS["or"] + other.name + "."
    return _told(f"mistake:{same[0].name}", hint, min(m.credit for m in same))


def _near(question, found):
    if not alike(question, found, question.truth, NEAR / question.rtol):
        return None
    return _told("near", WORDS["near"].format(tolerance=f"{100 * question.rtol:g}"))


def ratio(question, found, values):
    """Quotients of all numbers in a row; None where one is not defined."""
    top, bottom = (np.concatenate([np.ravel(each) for each in side]) for side in (found, values))
    floor = np.concatenate([np.ravel(_floor(question, v)) for v in values])
    zero = np.abs(bottom) <= floor
    if zero.all() or np.any(np.abs(top[zero]) > floor[zero]) or np.any(top[~zero] == 0):
        return None
    return top[~zero] / bottom[~zero]


def _constant(question, found, values):
    """The quotient, if it is the same everywhere, else None."""
    quotient = ratio(question, found, values)
    if quotient is None or np.ptp(quotient) > 2 * question.rtol * np.abs(quotient).max():
        return None
    return quotient.mean()


def _unit(question, found):
    """The right number in the unit asked for, where SI is wanted."""
    size = quantity.unit(question.unit)[0]
    in_unit = [f * size + _zero(question) for f in found]
    if (size == 1 and not _zero(question)) or not alike(question, in_unit, question.truth):
        return None
    text = ", or write it as text with its unit" if not question.wants_function else ""
    return _told("generic:unit", WORDS["SI"].format(unit=question.unit, text=text))


def _slip(question, found):
    quotient = _constant(question, found, question.truth)
    if quotient is None:
        return None
    fraction = question.unit in ("", "%")
    told = slips.slip(quotient, question.rtol, fraction)
    return told and _told(f"generic:{told[0]}", told[1])


def _whole(question, found):
    """A root, a logarithm, a reciprocal of the whole; the zero of Celsius; the rest to one."""
    changes = {
        "celsius": lambda t: [t - 273.15, t + 273.15],
        "reciprocal": lambda t: [1 / t, -1 / t],
        "squared": lambda t: [t**2],
        "rooted": lambda t: [np.sqrt(t)],
        "logarithm": lambda t: [np.log(t)],
        "log ten": lambda t: [np.log10(t)],
        "tenfold": lambda t: [10.0 ** np.log(t)],
        "efold": lambda t: [np.exp(np.log10(t))],
    }
    if question.unit in ("", "%"):
        changes["rest"] = lambda t: [1 - t]
        changes["more"] = lambda t: [t - 1, t + 1]
    for name, change in changes.items():
        for values in zip(*map(change, question.truth), strict=True):
            clear = all(np.isfinite(v).all() for v in values)
            if clear and alike(question, found, list(values)):
                return _told(f"generic:{name}", WORDS[name])
    return None


def _argument(question, found):
    for name, hint, values in variants(question):
        if alike(question, found, values):
            return _told(f"generic:{name}", hint)
    return None


def _logs(question, found):
    """Logarithm of the quotient in each case, if each has one; None else."""
    logs = []
    for f, t in zip(found, question.truth, strict=True):
        quotient = f / t
        if not np.all(quotient * np.sign(quotient.flat[0]) > 0) or not np.isfinite(quotient).all():
            return None
        each = np.log(np.abs(quotient))
        if np.ptp(each) > 2 * question.rtol:
            return None
        logs.append(each.mean())
    return np.array(logs)


def _power(question, found, free=False):
    logs = _logs(question, found)
    if logs is None or not scalars(question):
        return None
    off = powers(question, logs, question.rtol, free)
    if not off:
        return None
    words = " and ".join(
        f"{name_of(question, k)} (power too {'high' if p > 0 else 'low'} by {abs(p)})"
        for k, p in off
    )
    kind = "generic:power of " + ", ".join(name_of(question, k) for k, _ in off)
    return _told(kind, WORDS["power and" if free else "power"].format(words=words))


def _power_of_cases(question, found):
    """Of a function; of a single number many powers come near by chance, so they come last."""
    return _power(question, found) if len(found) > 1 else None


def _power_and_factor(question, found):
    return _power(question, found, True) if len(found) > 2 else None


def _two(question, found):
    """A declared mistake times a slip; two declared mistakes."""
    for mistake, values in question.made:
        quotient = _constant(question, found, values)
        told = quotient is not None and slips.slip(quotient, question.rtol)
        if told and (told[0] in (*slips.SECOND, "sign", "power of ten")):
            return _told("mistake+slip", WORDS["and"].format(one=mistake.hint, two=told[1]))
    for (one, first), (two, second) in itertools.combinations(question.made, 2):
        both = [a * b / t for a, b, t in zip(first, second, question.truth, strict=True)]
        if all(np.isfinite(b).all() for b in both) and alike(question, found, both):
            hint = WORDS["two"].format(one=one.name, two=two.name, hint=one.hint)
            return _told("mistake+slip", hint)
    return None


def _factor(question, found):
    quotient = _constant(question, found, question.truth)
    if quotient is None:
        return None
    told = slips.two_slips(quotient, question.rtol)
    if told:
        return _told(f"generic:{told[0]}", told[1])
    return _told("generic:constant", WORDS["constant"]) if len(question.tried) > 2 else None


def _difference(question, found):
    """One term is missing, too much, or has the other sign."""
    if any(t.shape for t in question.truth):
        return None
    for k in scalars(question):
        whole = [case[k] - t for case, t in zip(question.tried, question.truth, strict=True)]
        if alike(question, found, whole):
            return _told("generic:rest", WORDS["left"].format(name=name_of(question, k)))
    gap = np.array([f - t for f, t in zip(found, question.truth, strict=True)])
    fine = np.array([alike(question, [f], [t]) for f, t in zip(found, question.truth, strict=True)])
    if fine.any():
        return _told("generic:some", WORDS["some"])
    if len(gap) == 1:
        for k in scalars(question):
            for times in (1, -1, 2, -2):
                value = times * question.given[k]
                if abs(gap[0] - value) <= question.rtol * abs(question.truth[0]) < abs(value) / 5:
                    names = name_of(question, k)
                    return _told(f"generic:term {names}", WORDS["term"].format(names=names))
        return None
    if len(gap) > 2 and np.ptp(gap) <= 2 * question.rtol * np.abs(question.truth).max():
        return _told("generic:offset", WORDS["offset"])
    rtol = question.rtol * float(np.max(np.abs(np.array(question.truth) / gap)))
    if not (np.all(gap > 0) or np.all(gap < 0)) or rtol > 0.02:
        return None
    off = powers(question, np.log(np.abs(gap)), rtol, True)
    if off and len(gap) >= len(off) + 2:
        names = ", ".join(f"{name_of(question, k)} to the power {p}" for k, p in off)
        return _told("generic:term", WORDS["term"].format(names=names))
    return None


def _trend(question, found):
    """The one argument with which the answer drifts away."""
    logs = _logs(question, found)
    if logs is None or len(logs) < 4:
        return None
    order = np.argsort(np.argsort(np.abs(logs)))
    for k in scalars(question):
        ranks = np.argsort(np.argsort([case[k] for case in question.tried]))
        for way, wanted in (("larger", ranks), ("smaller", ranks[::-1].max() - ranks)):
            if np.array_equal(order, wanted):
                name = name_of(question, k)
                return _told(f"generic:trend {name}", WORDS["trend"].format(way=way, name=name))
    return None


def _unknown(question, found):
    quotient = ratio(question, found, question.truth)
    if quotient is None or not (np.all(quotient > 1) or np.all(quotient < 1)):
        return _told("unknown", WORDS["mixed"])
    size = "large" if quotient[0] > 1 else "small"
    off = np.abs(np.log10(np.abs(quotient))).max()
    far = "" if quotient.min() < 0 else " by less than a factor of 2" if off < 0.3 else ""
    far = " by more than a factor of ten" if quotient.min() > 0 and off > 1 else far
    return _told("unknown", WORDS["unknown"].format(size=size, far=far))


RULES = (
    _right, _declared, _near, _unit, _slip, _whole, _argument, _power_of_cases, _two,
    _power_and_factor, _factor, _power, _difference, _trend,
)  # fmt: skip
