r"""Numbers with units as people write them: ``15,3 h``, ``3·10^-11 cm²/s``, ``−0.4 V``.

The grammar is small and shared with the pages, where the same rules run in JavaScript from the
same tables (`TABLES`): text is cleaned, then read as a number and as units with powers, which stand
apart by a space, ``·``, ``*`` or ``/``.  What stands behind a ``/`` counts below it, up to the end
or to a closing bracket: ``mAh/cm² h`` is ``mAh/(cm² h)``.

A decimal comma is a decimal point.  Thousands may be grouped by spaces, apostrophes, or by commas
where nothing else can be meant (``1,234.5``); ``1,234`` alone could be either, and is marked so.
"""

import re
import unicodedata
from dataclasses import dataclass

DIMENSIONS = ("m", "kg", "s", "A", "K", "mol")

# symbol: value in SI, exponents of DIMENSIONS
UNITS = {
    "%": (1e-2, ()),
    "‰": (1e-3, ()),
    "ppm": (1e-6, ()),
    "°": (0.017453292519943295, ()),
    "rad": (1.0, ()),
    "m": (1.0, (1,)),
    "Å": (1e-10, (1,)),
    "L": (1e-3, (3,)),
    "g": (1e-3, (0, 1)),
    "s": (1.0, (0, 0, 1)),
    "min": (60.0, (0, 0, 1)),
    "h": (3600.0, (0, 0, 1)),
    "d": (86400.0, (0, 0, 1)),
    "a": (31557600.0, (0, 0, 1)),
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
    "N": (1.0, (1, 1, -2)),
    "Pa": (1.0, (-1, 1, -2)),
    "bar": (1e5, (-1, 1, -2)),
}
PREFIXES = {
    "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "c": 1e-2, "d": 1e-1, "k": 1e3,
    "M": 1e6, "G": 1e9,
}  # fmt: skip
PREFIXED = (
    "m", "g", "s", "A", "C", "Ah", "K", "mol", "V", "Ω", "S", "F", "Hz", "J", "eV", "W", "N", "Pa",
    "L", "bar",
)  # fmt: skip
NAMES = {
    "ohm": "Ω", "Ohm": "Ω", "ohms": "Ω", "kohm": "kΩ", "kOhm": "kΩ", "Mohm": "MΩ", "MOhm": "MΩ",
    "mohm": "mΩ", "mOhm": "mΩ", "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "day": "d",
    "days": "d", "sec": "s", "second": "s", "seconds": "s", "minute": "min", "minutes": "min",
    "mins": "min", "year": "a", "years": "a", "yr": "a", "percent": "%", "deg": "°", "degC": "°C",
    "celsius": "°C", "Celsius": "°C", "kelvin": "K", "micron": "um", "microns": "um", "l": "L",
    "ml": "mL", "volt": "V", "volts": "V", "angstrom": "Å", "Angstrom": "Å", "times": "", "amu": "",
}  # fmt: skip
MEANS = {
    "": "a plain number", "1": "a length", "2": "an area", "3": "a volume", "0,0,1": "a time",
    "0,0,-1": "a rate, one over time", "1,0,-1": "a speed",
    "2,0,-1": "a diffusivity, area over time",
    "0,0,0,1": "a current", "-2,0,0,1": "a current density, current over area",
    "0,0,1,1": "a charge", "-2,0,1,1": "a charge per area", "0,0,0,0,1": "a temperature",
    "0,0,0,0,0,1": "an amount", "-3,0,0,0,0,1": "a concentration, amount over volume",
    "-2,0,0,0,0,1": "an amount per area", "-2,0,-1,0,0,1": "a flux, amount over area and time",
    "3,0,0,0,0,-1": "a molar volume", "2,1,-3,-1": "a voltage", "2,1,-3,-2": "a resistance",
    "4,1,-3,-2": "a resistance times area", "3,1,-3,-2": "a resistivity",
    "-3,-1,3,2": "a conductivity", "-2,-1,3,2": "a conductance", "-2,-1,4,2": "a capacitance",
    "-4,-1,4,2": "a capacitance per area",
    "2,1,-2": "an energy", "2,1,-2,0,0,-1": "an energy per mole", "-1,1,-2": "a pressure",
    "1,1,-2": "a force", "0,1": "a mass", "-3,1": "a density", "-2": "one over area",
}  # fmt: skip
CLEAN = (
    ("[º˚]", "°"),
    ("[\u2010-\u2015\u2212\ufe63\uff0d]", "-"),
    ("[⁰¹²³⁴-⁹⁺⁻]+", "^SUPERSCRIPT"),  # the digits of the run, behind ^
    ("", "NFKC"),  # here the text is normalised: full width, no-break and thin spaces, ℃, µ
    ("\\*\\*", "^"),
    ("[×⋅∙·•]", "*"),
    ("μ", "u"),
    ("\\b(?:at|mol)(?:\\.|om)?\\s*%", "%"),
    ("\\bper\\b", "/"),
    ("^[^=]*[=≈~]", ""),
    ("^\\s*([+-])\\s+", "$1"),
    ("^\\s+|[\\s;]+$|(?<=\\w)\\.$", ""),
)
NUMBER = (
    r"[+-]?([0-9]{1,3}(?:[ '][0-9]{3})+(?![0-9])(?:[.,][0-9]+)?|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+"
    r"|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}|[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:\s*[eE]([+-]?[0-9]+))?"
    r"(?:\s*(?:[*x]|\s)\s*10\s*(?:\^\s*[({]?\s*([+-]?[0-9]+)\s*[)}]?|([+-][0-9]+)))?"
)
TEN = r"([+-]?)10\s*\^\s*[({]?\s*([+-]?[0-9]+)\s*[)}]?"
OVER = r"\s*/\s*([0-9]+(?:\.[0-9]+)?)(?![0-9.,^])"
GROUPED = r"[+-]?[1-9][0-9]{0,2},[0-9]{3}(?![0-9.,])"
SYMBOL = (
    r"(%|‰|°C|°|[A-Za-zΩÅ]+)\s*"
    r"(?:\^\s*[({]?\s*([+-]?[0-9]+(?:[.,/][0-9]+)?)\s*[)}]?|([+-]?[0-9]+))?"
)
TABLES = {
    "units": UNITS, "prefixes": PREFIXES, "prefixed": PREFIXED, "names": NAMES, "means": MEANS,
    "clean": CLEAN, "number": NUMBER, "ten": TEN, "over": OVER, "grouped": GROUPED,
    "symbol": SYMBOL,
}  # fmt: skip

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


class Unreadable(ValueError):
    """Text that is no number with a unit; the message says what is wrong with it."""


@dataclass(frozen=True)
class Quantity:
    """A value in SI, its dimension, and what was written.

    Attributes
    ----------
    value : float
    dimension : tuple of float
        Exponents of m, kg, s, A, K, mol.
    number : float
        What stood before the unit.
    has_unit : bool
    grouped : bool
        Whether the comma could be one of thousands: the number may be meant a thousand times
        larger.
    """

    value: float
    dimension: tuple
    number: float
    has_unit: bool
    grouped: bool = False


def clean(text):
    """Text with one character for each purpose: ``-``, ``*``, ``^``, ``u`` for micro."""
    for pattern, to in CLEAN:
        if to == "NFKC":
            text = unicodedata.normalize("NFKC", text)
        elif to == "^SUPERSCRIPT":
            text = re.sub(pattern, lambda run: "^" + run[0].translate(_SUPERSCRIPT), text)
        else:
            text = re.sub(pattern, to.replace("$1", r"\1"), text, flags=re.ASCII)
    return text


def unit(text):
    """Value in SI and dimension of a unit.

    >>> unit("mAh cm⁻²")
    (36000.0, (-2, 0, 1, 1, 0, 0))
    >>> unit("cm2/s")[1] == unit("m² s^-1")[1]
    True
    """
    return _unit(clean(text))


def means(dimension):
    """What has this dimension, in words; empty if it has no name here."""
    return MEANS.get(",".join(f"{power:g}" for power in _trimmed(dimension)), "")


def _trimmed(dimension):
    last = max((k for k, power in enumerate(dimension) if power), default=-1)
    return dimension[: last + 1]


def _unit(rest):
    rest, value, dimension, sign = re.sub(r"^\s*1\s*/", "/", rest), 1.0, [0] * 6, 1
    while rest:
        if rest[0] in " *.(){}/":
            sign = {"/": -1, ")": 1}.get(rest[0], sign)
            rest = rest[1:]
            continue
        found = re.match(SYMBOL, rest)
        if not found:
            raise Unreadable(f"“{rest[:20]}” is no unit")
        power = sign * _power(found[2] or found[3] or "1")
        if abs(power) > 9:
            raise Unreadable(f"the power {power:g} of “{found[1]}” is too large")
        size, exponents = _symbol(found[1])
        value *= size**power
        for k, exponent in enumerate(exponents):
            dimension[k] += power * exponent
        rest = rest[found.end() :]
    return value, tuple(dimension)


def _power(text):
    if "/" in text:
        top, bottom = text.split("/")
        if not float(bottom):
            raise Unreadable("a power is divided by zero")
        return float(top) / float(bottom)
    number = float(text.replace(",", "."))
    return int(number) if number == int(number) else number


def _symbol(name):
    name = NAMES.get(name, name)
    if name == "":
        return 1.0, ()
    if name in UNITS:
        return UNITS[name]
    if name[0] in PREFIXES and name[1:] in PREFIXED:
        size, exponents = UNITS[name[1:]]
        return PREFIXES[name[0]] * size, exponents
    raise Unreadable(f"“{name[:20]}” is no unit that is known here")


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
    >>> read("1,234").number, read("1,234").grouped
    (1.234, True)
    """
    text = clean(text[:200])
    if not text:
        raise Unreadable("the answer is empty")
    number, rest = _number(text)
    if re.match(r"[.,']?\d", rest):
        raise Unreadable("write one number, with one decimal point")
    has_unit = bool(rest.strip(" ."))
    value, dimension = _unit(rest)
    shift = 273.15 if rest.strip() == "°C" or NAMES.get(rest.strip()) == "°C" else 0.0
    if not abs(number * value) < 1e300:
        raise Unreadable("the number is too large")
    grouped = bool(re.match(GROUPED, text))
    return Quantity(number * value + shift, dimension, number, has_unit, grouped)


def _number(text):
    """The number that text begins with, and what is left."""
    if found := re.match(TEN, text):
        return float(found[1] + "1") * _ten(found[2]), text[found.end() :]
    found = re.match(NUMBER, text)
    if not found:
        raise Unreadable("it does not begin with a number")
    digits = re.sub("[ ']", "", found[1])
    last = max(digits.rfind(","), digits.rfind("."))
    if last >= 0 and len(re.findall("[.,]", digits)) > 1:
        last = last if digits.count(digits[last]) == 1 else len(digits)
    whole, part = (digits, "") if last < 0 else (digits[:last], digits[last + 1 :])
    number = float(re.sub("[.,]", "", whole) + "." + part + "0")
    number *= _ten(found[2] or "0") * _ten(found[3] or found[4] or "0")
    rest = text[found.end() :]
    if over := re.match(OVER, rest):
        if not float(over[1]):
            raise Unreadable("it is divided by zero")
        number, rest = number / float(over[1]), rest[over.end() :]
    return (-number if text[0] == "-" else number), rest


def _ten(power):
    if abs(int(power)) > 300:
        raise Unreadable("the power of ten is too large")
    return 10.0 ** int(power)
