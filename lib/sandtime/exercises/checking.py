"""From whatever a student hands over to a verdict; never an exception, never the right value."""

import copy
import inspect

import numpy as np

from sandtime.exercises import quantity
from sandtime.exercises.diagnosis import diagnose
from sandtime.exercises.question import Choice, Open, Order, Verdict, failed, passed


def judge(question, answer):
    """The verdict on an answer.

    Parameters
    ----------
    question : Question
    answer : object
        A number in SI, text with a unit, or a function that is called with the cases by position.

    Returns
    -------
    Verdict
    """
    if answer is ...:
        return invalid("none", "No answer yet.")
    if answer is None:
        return invalid("none", "No answer yet: it is None. Did the function return something?")
    if isinstance(question, Open):
        return Verdict(False, "open", "This answer is read by a person; nothing is checked here.")
    if isinstance(question, Choice):
        return _judge_choice(question, answer)
    if isinstance(question, Order):
        return _judge_order(question, answer)
    if question.wants_function:
        return _judge_function(question, answer)
    if callable(answer):
        return invalid("function", "A number is asked for; this is a function. Call it first.")
    if isinstance(answer, str):
        answer = _read(question, answer)
        if isinstance(answer, Verdict):
            return answer
    value = _number(answer, question.truth[0].shape)
    if isinstance(value, Verdict):
        return value
    if question.judge:
        verdict = question.judge(value, *question.given)
        if verdict is not None:
            return verdict
    return diagnose(question, [value])


def judge_values(question, values):
    """The verdict on what a function has returned elsewhere.

    Parameters
    ----------
    question : Question
    values : sequence
        A value for each of `question.tried`.

    Returns
    -------
    Verdict
    """
    found = []
    for value, truth in zip(values, question.truth, strict=True):
        if value is None:
            return invalid("none", "The function returned None: is `return` missing?")
        value = _number(value, truth.shape)
        if isinstance(value, Verdict):
            return value
        found.append(value)
    return diagnose(question, found)


def _judge_choice(question, answer):
    texts = [option.text for option in question.options]
    if isinstance(answer, str) and answer.strip() in texts:
        number = 1 + texts.index(answer.strip())
    else:
        try:
            number = int(answer)
        except Exception:
            number = 0
        if not 1 <= number <= len(texts) or isinstance(answer, bool) or number != float(answer):
            return invalid(
                "choice", f"Answer with the number of one option, from 1 to {len(texts)}."
            )
    option = question.options[number - 1]
    return passed(option.hint or "Right.") if option.right else failed(option.text, option.hint)


def _judge_order(question, answer):
    wanted = invalid(
        "order", f"Answer with the numbers 1 to {len(question.items)} in the order that you mean."
    )
    try:
        items = [
            each if each in question.shown else question.shown[int(each) - 1]
            for each in list(answer)
        ]
        if sorted(items) != sorted(question.items) or not all(
            str(e).strip() != "0" for e in answer
        ):
            return wanted
    except Exception:
        return wanted
    if tuple(items) == tuple(question.items):
        return passed()
    if tuple(items) == tuple(question.items[::-1]):
        return failed("backwards", f"This is the order from the other end. {question.hint}")
    return failed("order", question.hint)


def invalid(name, hint):
    return Verdict(False, f"invalid:{name}", hint)


def _judge_function(question, function):
    if not callable(function):
        return invalid(
            "not a function", "A function is asked for: hand over its name, without calling it."
        )
    try:
        inspect.signature(function).bind(*question.tried[0])
    except TypeError:
        wanted = ", ".join(question.arguments) or f"{len(question.tried[0])} arguments"
        return invalid(
            "signature", f"The function is called with ({wanted}), by position; this one cannot be."
        )
    except ValueError:  # a builtin tells no signature
        pass
    if question.judge:
        verdict = _guarded(lambda: question.judge(function))
        if verdict is not None:
            return verdict
    found = []
    for case in question.tried:
        value = _guarded(lambda case=case: function(*copy.deepcopy(case)))
        if isinstance(value, Verdict):
            return value
        found.append(value)
    return judge_values(question, found)


def _guarded(call):
    try:
        return call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a student's code may raise anything, SystemExit too
        words = " ".join(str(error).split())[:120]
        return invalid(
            "raised", f"The function raised {type(error).__name__}: {words or 'no message'}."
        )


def _read(question, text):
    """SI value of an answer in words, or why it is none."""
    try:
        found = quantity.read(text)
    except quantity.Unreadable as error:
        return invalid("text", f"This cannot be read as a number with a unit: {error}.")
    value, dimension = quantity.unit(question.unit)
    if found.has_unit and found.dimension != dimension:
        return invalid(
            "unit",
            f"The unit does not fit: the answer is asked for in {question.unit or 'no unit'}.",
        )
    if not found.has_unit and any(dimension):
        return invalid("unit", f"Write the unit too, such as {question.unit}.")
    if not found.has_unit and value != 1:
        return found.value * value  # a plain number where per cent is asked for
    return found.value


def _number(answer, shape):
    """An answer as an array of floats of the right shape, or why it is none."""
    if isinstance(answer, bool | np.bool_):
        return invalid("bool", "A number is asked for; this is True or False.")
    if isinstance(answer, str | bytes | dict | set):
        return invalid("text", f"A number is asked for; this is a {type(answer).__name__}.")
    try:
        value = np.asarray(answer)
        if value.dtype == object:
            value = value.astype(float)
    except Exception:
        return invalid("text", f"A number is asked for; this is a {type(answer).__name__}.")
    if value.size == 0:
        return invalid("empty", "The answer is empty.")
    if np.iscomplexobj(value):
        if np.any(value.imag != 0):
            return invalid("complex", "The answer is complex; a real number is asked for.")
        value = value.real
    if value.dtype.kind not in "iuf":
        return invalid("text", f"A number is asked for; this is of type {value.dtype}.")
    if value.size == 1 and shape == ():
        value = value.reshape(())
    if value.shape != shape:
        return invalid(
            "shape",
            f"The answer has the shape {value.shape}; asked for is {shape or 'one number'}.",
        )
    if np.isnan(value).any():
        return invalid(
            "nan",
            "The answer is not a number (nan): a root or a logarithm of something negative, 0/0?",
        )
    if np.isinf(value).any():
        return invalid("inf", "The answer is infinite: a division by zero?")
    return value.astype(float)
