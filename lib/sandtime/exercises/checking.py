"""From whatever a student hands over to a verdict; never an exception, never the right value."""

import contextlib
import copy
import inspect
import io
import types
import warnings

import numpy as np

from sandtime.exercises import quantity
from sandtime.exercises.diagnosis import alike, diagnose
from sandtime.exercises.question import Choice, Open, Order, Verdict, failed, passed
from sandtime.exercises.slips import WORDS

LIBRARIES = ("sandtime", "numpy", "scipy", "builtins")
PRINTED = 100_000  # characters that a student's function may print


def invalid(name, hint):
    """The verdict on what is no answer."""
    return Verdict(False, f"invalid:{name}", hint)


def judge(question, answer):
    """The verdict on an answer.

    Parameters
    ----------
    question : Question, Choice, Order or Open
    answer : object
        A number in SI, text with a unit, or a function that is called with the cases by position;
        the number or text of an option; a sequence of them.

    Returns
    -------
    Verdict
    """
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return _judge(question, answer)
    except KeyboardInterrupt:
        raise
    except BaseException:  # an object may raise whatever is done with it
        return invalid("text", f"This cannot be read as an answer: {type(answer).__name__[:40]}.")


def _judge(question, answer):
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
    return _judge_number(question, answer)


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
    number = _whole(answer)
    if isinstance(answer, str) and answer.strip() in texts:
        number = 1 + texts.index(answer.strip())
    if number is None or not 1 <= number <= len(texts):
        return invalid("choice", f"Answer with the number of one option, from 1 to {len(texts)}.")
    option = question.options[number - 1]
    return (
        passed(option.hint or WORDS["right"]) if option.right else failed(option.text, option.hint)
    )


def _judge_order(question, answer):
    try:
        numbers = [
            1 + question.shown.index(each) if each in question.shown else _whole(each)
            for each in answer
        ]
        valid = sorted(numbers) == list(range(1, 1 + len(question.items)))
    except Exception:
        valid = False
    if not valid:
        count = len(question.items)
        return invalid("order", f"Answer with the numbers 1 to {count} in the order that you mean.")
    if tuple(numbers) == question.answer:
        return passed()
    if tuple(numbers) == question.answer[::-1]:
        return failed("backwards", f"This is the order from the other end. {question.hint}")
    return failed("order", question.hint)


def _whole(answer):
    """An answer as a whole number, or None."""
    try:
        number = int(answer)
        same = number == float(answer) and not isinstance(answer, bool | np.bool_)
    except Exception:
        return None
    return number if same else None


def _judge_number(question, answer):
    if callable(answer):
        return invalid("function", "A number is asked for; this is a function. Call it first.")
    if isinstance(answer, str):
        answer = _read(question, answer)
    value = answer if isinstance(answer, Verdict) else _number(answer, question.truth[0].shape)
    if isinstance(value, Verdict):
        return value
    verdict = _run(lambda: question.judge(value, *question.given)) if question.judge else None
    return diagnose(question, [value]) if verdict is None else verdict


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
    except Exception:  # a builtin tells no signature
        pass
    if name := forbidden(question, function):
        return invalid("forbidden", f"Here {name} may not be used: write out what it does.")
    found = _run(lambda: question.judge(function)) if question.judge else None
    if found is not None:
        return found
    found = [_run(lambda case=case: function(*copy.deepcopy(case))) for case in question.tried]
    raised = [value for value in found if isinstance(value, Verdict)]
    return raised[0] if raised else judge_values(question, found)


class _Sink(io.TextIOBase):
    """Takes what a function prints; not without end."""

    size = 0

    def write(self, text):
        self.size += len(text)
        if self.size > PRINTED:
            raise RuntimeError("it prints without end")
        return len(text)


def _run(call):
    """What a call returns, silently, or a Verdict on what it raised."""
    try:
        with contextlib.redirect_stdout(_Sink()):
            return call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a student's code may raise anything, SystemExit too
        try:
            words = " ".join(str(error).split())[:120]
        except Exception:
            words = ""
        hint = f"The function raised {type(error).__name__[:40]}: {words or 'no message'}."
        return invalid("raised", hint)


def forbidden(question, function):
    """The first of the names in `forbid` that a function uses, itself or through its helpers."""
    last = {name.rsplit(".", 1)[-1]: name for name in question.forbid}

    def meant(name, places):
        """Whether a forbidden name stands in its module: ``linalg.solve`` is another one."""
        module = last[name].rpartition(".")[0]
        return not module or module in {part for place in places for part in place.split(".")}

    waiting, seen = [function] if last else [], []
    while waiting:
        each = waiting.pop()
        each = inspect.unwrap(getattr(each, "func", getattr(each, "__func__", each)))
        library = str(getattr(each, "__module__", "")).split(".")[0] in LIBRARIES
        own = isinstance(each, types.FunctionType) and not library
        name = getattr(each, "__name__", None)
        if not own and name in last and meant(name, [str(getattr(each, "__module__", ""))]):
            return last[name]
        if not own or each in seen:
            continue
        seen.append(each)
        cells = zip(each.__code__.co_freevars, each.__closure__ or (), strict=True)
        known = each.__globals__ | {name: cell.cell_contents for name, cell in cells}
        codes = [each.__code__]
        for code in codes:
            codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
            for name in (*code.co_names, *code.co_freevars):
                if name in last and name not in known:  # an attribute, or a builtin
                    named = (*code.co_names, *code.co_freevars)
                    places = [getattr(known.get(n), "__name__", n) for n in named]
                    if meant(name, places):
                        return last[name]
                waiting += [known[name]] if callable(known.get(name)) else []
    return ""


def _read(question, text):
    """SI value of an answer in words, or why it is none."""
    try:
        found = quantity.read(text)
    except quantity.Unreadable as error:
        return invalid("text", f"This cannot be read as a number with a unit: {error}.")
    size, dimension = quantity.unit(question.unit)
    if not found.has_unit:
        if any(dimension):
            return invalid("unit", WORDS["no unit"].format(unit=question.unit))
        return _either(question, found, found.number * size)  # such as per cent without its sign
    if found.dimension != dimension:
        asked, got = quantity.means(dimension), quantity.means(found.dimension)
        got = f"; this is {got}" if got else ""
        return invalid(
            "unit",
            WORDS["asked"].format(
                means=asked or "another dimension", unit=question.unit or "no unit", got=got
            ),
        )
    value, shape = np.asarray(found.value), question.truth[0].shape
    shifted = found.number * size + (273.15 if question.unit == "°C" else 0.0)
    fits = shape == () and alike(question, [np.asarray(shifted)], question.truth)
    if fits and not alike(question, [value], question.truth):
        return Verdict(False, "generic:unit", WORDS["other unit"].format(unit=question.unit))
    return _either(question, found, found.value)


def _either(question, found, value):
    """The value, or the other reading of ``1,234`` if that one is right."""
    other = np.asarray(1000 * value)
    grouped = found.grouped and question.truth[0].shape == ()
    return other if grouped and alike(question, [other], question.truth) else value


def _number(answer, shape):
    """An answer as an array of floats of the right shape, or why it is none."""
    what = f"A number is asked for; this is of type {type(answer).__name__[:40]}."
    if isinstance(answer, bool | np.bool_ | str | bytes | dict | set):
        return invalid("text", what)
    try:
        value = np.asarray(answer)
        if value.dtype == object:
            value = value.astype(complex if _complex(value) else float)
    except Exception:
        return invalid("text", what)
    if value.size == 0:
        return invalid("empty", "The answer is empty.")
    if np.iscomplexobj(value):
        if np.any(value.imag != 0):
            return invalid("complex", "The answer is complex; a real number is asked for.")
        value = value.real
    if value.dtype.kind not in "iuf":
        return invalid("text", f"A number is asked for; this is of type {value.dtype.name[:40]}.")
    if value.size == 1 and shape == ():
        value = value.reshape(())
    if value.shape != shape:
        return _other_shape(value.shape, shape)
    if np.isnan(value).any():
        return invalid(
            "nan", "The answer is not a number (nan): 0/0, or a root or logarithm of less than 0?"
        )
    if np.isinf(value).any():
        return invalid("inf", "The answer is infinite: a division by zero?")
    return value.astype(float)


def _complex(values):
    return any(isinstance(each, complex) for each in values.flat)


def _other_shape(got, wanted):
    if len(got) == len(wanted) == 1:
        return invalid("length", f"The answer has {got[0]} numbers; asked for are {wanted[0]}.")
    wanted = f"the shape {wanted}" if wanted else "one number"
    return invalid("shape", f"The answer has the shape {got}; asked for is {wanted}.")
