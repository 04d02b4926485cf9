"""What the paper prints: one claim for every number (chapter *Ledger*).

The table is ``data/reported.csv``, in the unit and with the digits of the print; how it was made is
in ``data/README.md``.  A chapter that needs one of the paper's numbers takes it from here
(`paper`), so that none is typed twice.
"""

import csv
import functools
import re
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from math import isnan, nan

_SAME = "A Hz J K MHz MPa S V cm eV g kHz mA mAh mV mm mmol nm s"


@dataclass(frozen=True)
class Claim:
    """A number as the paper prints it: one row of ``data/reported.csv``.

    Attributes
    ----------
    id, quantity : str
        A stable name, and what the number is.
    relation : {"=", "~", "<", ">", "range"}
    paper, paper_high : float
        In `unit`; the second only for a range, otherwise None.  The first is nan if the print is
        not legible in the text that we could read.
    uncertainty : float or None
        As printed, in `unit`.
    unit, printed : str
        As printed; `printed` is the number with its digits.
    section, where : str
        Where it stands.
    paraphrase : str
    last_digit : float
        One unit of the last printed digit, in `unit`.
    """

    id: str
    quantity: str
    relation: str
    paper: float
    paper_high: float | None
    uncertainty: float | None
    unit: str
    printed: str
    section: str
    where: str
    paraphrase: str
    last_digit: float

    @property
    def legible(self):
        """Whether there is a number to compare with."""
        return not isnan(self.paper)


@functools.cache
def claims():
    """All claims by id, in the order of the paper.

    Examples
    --------
    >>> claims()["c0-li"].printed
    '76.8'
    """
    found = {}
    for line in read("reported.csv"):
        value = line.pop("value")
        high, uncertainty = line.pop("value_high"), line.pop("uncertainty")
        # A number in words ("a factor of two") has the digits of its value.
        numeral = re.match(r"[\s(<>≥≈]*\d", line["printed"])
        printed = line["printed"] if numeral else value
        found[line["id"]] = Claim(
            paper=float(value) if value else nan,
            paper_high=float(high) if high else None,
            uncertainty=float(uncertainty) if uncertainty else None,
            last_digit=last_digit(printed) if value else nan,
            **line,
        )
    return found


def claim(id):
    """One claim by its id.

    Raises
    ------
    ValueError
        If there is no such claim; it names the closest ones.
    """
    return claims()[known("id", id, tuple(claims()))]


def paper(id, unit=1):
    """A printed number, in its printed unit or times another.

    Parameters
    ----------
    id : str
        Of a claim.
    unit : float
        What the number is read in, where the print leaves something out; see also `quantity`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there is no such claim; it names the closest ones.

    Examples
    --------
    >>> paper("d-beta")
    3e-11
    """
    return claim(id).paper * unit


def quantity(id, part="paper"):
    """A printed number in SI units, by the unit that stands beside it.

    Parameters and errors as in `paper`; `part` is the number itself ("paper"), the upper end of a
    range ("paper_high") or the printed "uncertainty", and what the claim lacks is an error too.
    Degrees Celsius become K, per cent a fraction; what has no unit stays.

    Examples
    --------
    >>> print(f"{quantity('d-beta'):.3g} m²/s, {quantity('temperature-25c')} K")
    3e-15 m²/s, 298.15 K
    """
    known("part", part, ("paper", "paper_high", "uncertainty"))
    found = claim(id)
    number = getattr(found, part)
    if number is None or isnan(number):
        raise ValueError(f"id = {id!r} is not allowed: the paper prints no legible {part} of it")
    if found.unit == "°C" and part != "uncertainty":
        from sandtime.units import celsius

        return celsius(number)
    return number * multiplier(found.unit)


@functools.cache
def _units():
    """Units that the paper prints, in SI; only asked for where a number gets its unit."""
    from sandtime import units  # which needs SciPy's constants

    return {name: getattr(units, name) for name in _SAME.split()} | {
        "°C": units.K,  # of a difference or a rate
        "°": units.degree,
        "%": 0.01,
        "at%": 0.01,
        "h": units.hour,
        "kN": 1e3,
        "kΩ": units.kohm,
        "mL": units.cm**3,
        "mg": 1e-3 * units.g,
        "min": units.minute,
        "Å": units.angstrom,
        "µA": units.uA,
        "µm": units.um,
        "Ω": units.ohm,
    }


def multiplier(unit):
    """What a number in a printed unit is multiplied by to be in SI units.

    Raises
    ------
    ValueError
        If a part of the unit is not known.

    Examples
    --------
    >>> print(multiplier("µA cm⁻²"), multiplier("%"))
    0.01 0.01
    """
    product = 1.0
    for part in unit.split():
        name, power = re.fullmatch("(.*?)([⁻¹²³]*)", part).groups()
        power = int((power or "1").translate(str.maketrans("⁻¹²³", "-123")))
        product *= _units()[known("unit", name, tuple(_units()))] ** power
    return product


def last_digit(printed):
    """One unit of the last printed digit.

    Trailing zeros of a whole number do not count as printed digits: 2820 is known to the tens.

    `printed` as the paper prints it: ``"26.7"``, ``"3.5098(6)"``, ``"(7 ± 2) × 10−11"``,
    ``"10−7"``; a ValueError if it does not begin with a number.

    Examples
    --------
    >>> last_digit("2820"), last_digit("3.5020(1)"), last_digit("0.8 × 10−11")
    (10.0, 0.0001, 1e-12)
    """
    power = re.search(r"(?:^|× )10([−-]\d+)|\de(-\d+)$", printed)
    exponent = int((power[1] or power[2]).replace("−", "-")) if power else 0
    if re.match(r"10[−-]\d", printed):  # a bare power of ten: its mantissa is one
        return float(f"1e{exponent}")
    number = re.match(r"[\s(<>≥≈−-]*(\d+)(?:\.(\d+))?", printed)
    if number is None:
        raise ValueError(f"printed = {printed!r} is not allowed: it must begin with a number")
    whole, decimals = number.groups()
    place = -len(decimals) if decimals else len(whole) - len(whole.rstrip("0") or whole)
    return float(f"1e{place + exponent}")


def read(name):
    """The lines of one of the packaged tables, as dictionaries."""
    text = files("sandtime.data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def known(name, value, allowed):
    """The value, if it is one of the allowed names; otherwise an error with the closest ones.

    >>> known("verdict", "reproducd", ("reproduced", "not yet"))
    Traceback (most recent call last):
    ...
    ValueError: verdict = 'reproducd' is not allowed: it must be one of 'reproduced', 'not yet'; \
did you mean 'reproduced'?
    """
    if value not in allowed:
        close = get_close_matches(str(value), allowed, n=3)
        hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
        few = len(allowed) <= 20
        listed = ", ".join(map(repr, allowed)) if few else f"{len(allowed)} known names"
        raise ValueError(f"{name} = {value!r} is not allowed: it must be one of {listed}{hint}")
    return value
