r"""Numbers with units as people write them: ``15,3 h``, ``3·10^-11 cm²/s``, ``−0.4 V``.

The grammar is small and shared with the pages, where the same rules run in JavaScript from the same
tables (`TABLES`): a number, then units with powers, separated by spaces, ``·``, ``*`` or ``/``.
What stands behind a ``/`` counts below it, up to the end: ``mAh/cm² h`` is ``mAh/(cm² h)``.
A decimal comma is a decimal point; a comma that groups thousands (``1,234.5``) is refused, since
``1,234`` could be either.
"""

import re
from dataclasses import dataclass

DIMENSIONS = ("m", "kg", "s", "A", "K", "mol")

# symbol: value in SI, exponents of DIMENSIONS
UNITS = {
    "": (1.0, ()),
    "%": (1e-2, ()),
    "at%": (1e-2, ()),
    "°": (0.017453292519943295, ()),
    "m": (1.0, (1,)),
    "Å": (1e-10, (1,)),
    "L": (1e-3, (3,)),
    "g": (1e-3, (0, 1)),
    "s": (1.0, (0, 0, 1)),
    "min": (60.0, (0, 0, 1)),
    "h": (3600.0, (0, 0, 1)),
    "d": (86400.0, (0, 0, 1)),
    "A": (1.0, (0, 0, 0, 1)),
    "C": (1.0, (0, 0, 1, 1)),
    "Ah": (3600.0, (0, 0, 1, 1)),
    "K": (1.0, (0, 0, 0, 0, 1)),
    "°C": (1.0, (0, 0, 0, 0, 1)),
    "mol": (1.0, (0, 0, 0, 0, 0, 1)),
    "V": (1.0, (2, 1, -3, -1)),
    "Ω": (1.0, (2, 1, -3, -2)),
    "S": (1.0, (-2, -1, 3, 2)),
    "F": (1.0, (-2, -1, 4, 2)),
    "Hz": (1.0, (0, 0, -1)),
    "J": (1.0, (2, 1, -2)),
    "eV": (1.602176634e-19, (2, 1, -2)),
    "W": (1.0, (2, 1, -3)),
    "Pa": (1.0, (-1, 1, -2)),
    "bar": (1e5, (-1, 1, -2)),
}
PREFIXES = {"n": 1e-9, "µ": 1e-6, "m": 1e-3, "c": 1e-2, "d": 1e-1, "k": 1e3, "M": 1e6, "G": 1e9}
PREFIXED = ("m", "g", "s", "A", "C", "Ah", "mol", "V", "Ω", "S", "F", "Hz", "J", "eV", "W", "Pa", "L")
NAMES = {
    "ohm": "Ω", "hour": "h", "hours": "h", "hr": "h", "day": "d", "days": "d", "sec": "s",
    "seconds": "s", "second": "s", "minutes": "min", "minute": "min", "years": "a", "percent": "%",
    "amu": "", "uA": "µA", "degC": "°C", "Ohm": "Ω", "kohm": "kΩ", "kOhm": "kΩ", "Mohm": "MΩ",
    "mohm": "mΩ", "um": "µm", "A°": "Å", "angstrom": "Å", "us": "µs", "uF": "µF", "uV": "µV",
    "times": "", "x": "",
}  # fmt: skip
TABLES = {"units": UNITS, "prefixes": PREFIXES, "prefixed": PREFIXED, "names": NAMES}

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_NUMBER = re.compile(
    r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?"
    r"(?:\s*[*·×x]\s*10(?:\s*(?:\^|\*\*)\s*\(?\s*([+-]?\d+)\s*\)?|([⁻⁺]?[⁰¹²³⁴-⁹]+)))?"
)
_POWER_OF_TEN = re.compile(r"([+-]?)10(?:\s*(?:\^|\*\*)\s*\(?\s*([+-]?\d+)\s*\)?|([⁻⁺]?[⁰¹²³⁴-⁹]+))")
_SYMBOL = re.compile(r"(at%|%|°C|°|[A-Za-zµμΩÅ]+°?)\s*(?:(?:\^|\*\*)\s*\(?\s*([+-]?\d+)\s*\)?|([+-]?\d+)|([⁻⁺]?[⁰¹²³⁴-⁹]+))?")


class Unreadable(ValueError):
    """Text that is no number with a unit; the message says what is wrong with it."""


@dataclass(frozen=True)
class Quantity:
    """A value in SI, its dimension, and whether a unit was written.

    Attributes
    ----------
    value : float
    dimension : tuple of int
        Exponents of m, kg, s, A, K, mol.
    has_unit : bool
    """

    value: float
    dimension: tuple
    has_unit: bool


def unit(text):
    """Value in SI and dimension of a unit.

    >>> unit("mAh cm⁻²")
    (36000.0, (-2, 0, 1, 1, 0, 0))
    >>> unit("cm2/s")[1] == unit("m² s^-1")[1]
    True
    """
    rest, value, dimension, sign = text.strip(), 1.0, [0] * 6, 1
    while rest:
        if rest[0] in " ·*×.()":
            rest = rest[1:]
            continue
        if rest[0] == "/":
            sign, rest = -1, rest[1:]
            continue
        found = _SYMBOL.match(rest)
        if not found:
            raise Unreadable(f"“{rest[:20]}” is no unit")
        power = next((g for g in found.groups()[1:] if g), "1").translate(_SUPERSCRIPT)
        power = sign * int(power)
        if abs(power) > 9:
            raise Unreadable(f"the power {power} of “{found[1]}” is too large")
        size, exponents = _symbol(found[1].replace("μ", "µ"))
        value *= size**power
        for k, exponent in enumerate(exponents):
            dimension[k] += power * exponent
        rest = rest[found.end() :]
    return value, tuple(dimension)


def _symbol(name):
    name = NAMES.get(name, name)
    if name in UNITS:
        return UNITS[name]
    if name and name[0] in PREFIXES and name[1:] in PREFIXED:
        size, exponents = UNITS[name[1:]]
        return PREFIXES[name[0]] * size, exponents
    raise Unreadable(f"“{name}” is no unit that is known here")


def read(text):
    """A number with its unit.

    Raises
    ------
    Unreadable
        If it is none; the message says why.

    Examples
    --------
    >>> read("15,3 d").value == 15.3 * 86400
    True
    >>> print(f"{read('3·10^-11 cm²/s').value:.3g}")
    3e-15
    >>> read("1,234.5")
    Traceback (most recent call last):
    sandtime.exercises.quantity.Unreadable: write one decimal point and no separator of thousands
    """
    text = text.strip().replace("\u2212", "-").replace("–", "-").replace("\u00a0", " ").replace("\u2009", " ").replace("\u202f", " ")
    text = text.lstrip("≈~= ")
    if not text:
        raise Unreadable("the answer is empty")
    text = re.sub(r"^([+-])\s+", r"\1", text)
    alone = _POWER_OF_TEN.match(text)
    found = alone or _NUMBER.match(text)
    if not found:
        raise Unreadable("it does not begin with a number")
    if alone:
        number = float(alone[1] + "1") * 10.0 ** int((alone[2] or alone[3]).translate(_SUPERSCRIPT))
    else:
        mantissa = re.match(r"[^*·×x\s]+", found[0])[0]
        power = (found[1] or found[2] or "0").translate(_SUPERSCRIPT)
        if abs(int(power)) > 300:
            raise Unreadable("the power of ten is too large")
        number = float(mantissa.replace(",", ".")) * 10.0 ** int(power)
    rest = text[found.end() :]
    if re.match(r"[.,\d]", rest):
        raise Unreadable("write one decimal point and no separator of thousands")
    value, dimension = unit(rest)
    if rest.strip() == "°C":
        number += 273.15
    return Quantity(number * value, dimension, bool(rest.strip()))
