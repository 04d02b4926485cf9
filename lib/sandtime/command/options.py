"""Words of the command line into numbers: every quantity carries its unit, nothing is guessed."""

import argparse
import functools
import re

from sandtime.exercises import quantity

LENGTH, AREA, TIME, CURRENT = "5 um", "0.2827 cm2", "30 s", "100 uA/cm2"
"""An example for each kind of quantity; its unit says what is allowed."""


def measured(text, example, *, also=None):
    """A number in SI from text with a unit of the kind of an example.

    Parameters
    ----------
    text : str
    example : str
        Its unit sets what the text must be.
    also : str, optional
        An example of another kind that is allowed too.

    Returns
    -------
    float, or (float, int) if there is another kind: 0 for the first, 1 for the other

    Raises
    ------
    ValueError
        If the text is no number with such a unit.

    Examples
    --------
    >>> print(measured("200 uA/cm2", CURRENT), measured("25 degC", "25 degC"))
    2.0 298.15
    >>> measured("200 uA", CURRENT)
    Traceback (most recent call last):
    ...
    ValueError: '200 uA' is a current where a current density, current over area is needed, as in
    '100 uA/cm2'
    """
    kinds = [quantity.read(each).dimension for each in (example, also) if each]
    found = _number(text)
    examples = " or ".join(repr(each) for each in (example, also) if each)
    if found.dimension not in kinds:
        wanted = " or ".join(quantity.means(kind) for kind in kinds)
        if not found.has_unit:
            raise ValueError(f"{text!r} has no unit: {wanted} is needed, as in {examples}")
        means = quantity.means(found.dimension) or "something else"
        raise ValueError(f"{text!r} is {means} where {wanted} is needed, as in {examples}")
    return found.value if also is None else (found.value, kinds.index(found.dimension))


def share(text):
    """A share from text in per cent.

    >>> share("0.3 %")
    0.003
    """
    found = _number(text)
    if any(found.dimension) or not found.has_unit:
        raise ValueError(f"{text!r} is not allowed: it must be a share, as in '2 %'")
    return found.value


def plain(text, unit=""):
    """A number, in a parameter's unit or with a unit of its kind.

    >>> print(plain("0.9"), plain("1e3", "Ω"), plain("1 kohm", "Ω"))
    0.9 1000.0 1000.0
    """
    found = _number(text)
    if not found.has_unit:
        return found.number
    try:
        kind = quantity.unit(unit)[1]
    except quantity.Unreadable:  # s^α/Ω
        kind = None
    if found.dimension != kind:
        raise ValueError(
            f"{text!r} is not allowed: it must be a number{f' in {unit}' * bool(unit)}"
        )
    return found.value


def _number(text):
    try:
        found = quantity.read(text)
    except quantity.Unreadable as error:
        raise ValueError(f"{text!r} is not allowed: {error}") from None
    if found.grouped:
        raise ValueError(
            f"{text!r} could be {found.number:g} or a thousand times as much: write it without "
            "a comma"
        )
    return found


def kind(convert, *arguments, **keywords):
    """A converter as argparse takes it: its error names the option."""

    @functools.wraps(convert)
    def converter(text):
        try:
            return convert(text, *arguments, **keywords)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return converter


# ---- names with values ----------------------------------------------------------------------

KEYS = ("frequency", "omega", "log10_frequency", "real", "imag", "-imag", "modulus", "phase_deg",
        "-phase_deg", "phase_rad", "time", "point_time", "spectrum")  # fmt: skip


def pairs(texts, argument):
    """Name → text from ``NAME=VALUE`` words, each of which may hold several with commas.

    >>> pairs(["gb.alpha=0.9,bulk.alpha=1", "0.R=60"], "fixed")
    {'gb.alpha': '0.9', 'bulk.alpha': '1', '0.R': '60'}
    """
    found = {}
    for text in texts or ():
        for part in re.split(r",(?=\s*[\w.]+\s*=)", text):
            name, equals, value = (each.strip() for each in part.partition("="))
            if not (name and equals and value):
                raise ValueError(f"--{argument} {part!r} is not allowed: it must be NAME=VALUE")
            if name in found:
                raise ValueError(f"--{argument}: {name} is given twice")
            found[name] = value
    return found


def values(texts, argument, units):
    """Name → number."""
    return {name: _of(argument, name, text, units) for name, text in pairs(texts, argument).items()}


def bounds(texts, units):
    """Name → (low, high) from ``NAME=LOW:HIGH``; an end that is left out is open.

    >>> bounds(["int.R=1:1e5", "int.tau=:1"], {"int.R": "Ω", "int.tau": "s"})
    {'int.R': (1.0, 100000.0), 'int.tau': (None, 1.0)}
    """
    found = {}
    for name, text in pairs(texts, "bounds").items():
        low, colon, high = (each.strip() for each in text.partition(":"))
        if not colon or not (low or high):
            raise ValueError(
                f"--bounds {name}={text} is not allowed: it must be LOW:HIGH, with one end left "
                "out if that is open"
            )
        found[name] = tuple(_of("bounds", name, end, units) if end else None for end in (low, high))
    return found


def _of(argument, name, text, units):
    try:
        return plain(text, units.get(name, ""))
    except ValueError as error:
        raise ValueError(f"--{argument} {name}: {error}") from None


def columns(texts):
    """What `eis.read` takes: quantity → name of a column, or its number from 0.

    >>> columns(["frequency=0,real=Z, real,-imag=2"])
    {'frequency': 0, 'real': 'Z, real', '-imag': 2}
    """
    found = {}
    keys = "|".join(re.escape(key) for key in KEYS)
    for text in texts or ():
        for part in re.split(rf",(?=\s*(?:{keys})\s*=)", text):
            key, equals, value = part.partition("=")
            key = key.strip()
            if not equals or key not in KEYS:
                raise ValueError(
                    f"--columns {part!r} is not allowed: it must be QUANTITY=COLUMN, the quantity "
                    f"one of {', '.join(KEYS)}"
                )
            if key in found:
                raise ValueError(f"--columns: {key} is given twice")
            value = value.strip()
            found[key] = int(value) if value.isdecimal() else value
    return found


def sigma(text):
    """What `--sigma` says: ("relative", share of |Z|) or ("absolute", Ω).

    >>> sigma("0.3 %"), sigma("5 mohm")
    (('relative', 0.003), ('absolute', 0.005))
    """
    found = _number(text)
    ohm = quantity.read("1 ohm").dimension
    if not found.has_unit or found.dimension not in (ohm, (0,) * 6) or not found.value > 0:
        raise ValueError(f"{text!r} is not allowed: it must be as in '0.3 %' (of |Z|) or '5 mohm'")
    return ("absolute" if found.dimension == ohm else "relative", found.value)


def executor(word):
    """The word, if it names an executor: threads, processes or dask, perhaps with a detail.

    >>> executor("processes:2")
    'processes:2'
    """
    kind, colon, detail = word.partition(":")
    if kind not in ("threads", "processes", "dask"):
        raise ValueError(f"{word!r} is not allowed: it must be threads, processes or dask")
    if colon and (not detail or (kind != "dask" and not (detail.isdecimal() and int(detail)))):
        what = "an address" if kind == "dask" else "a number of workers, at least 1"
        raise ValueError(f"{word!r} is not allowed: behind the colon stands {what}")
    return word
