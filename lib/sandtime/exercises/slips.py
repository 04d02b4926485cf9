"""Common slips: by what a value is off, and what is said to it.  Pages read the same tables."""

import numpy as np

from sandtime import units

NEAR = 0.05  # closer than this, but not right

FACTORS = {
    "factor 2": (2.0, "A factor of 2 is off."),
    "factor 4": (4.0, "A factor of 4 is off: is something squared, or a 2 inside a square?"),
    "factor 8": (8.0, "A factor of 8 is off: three times a 2?"),
    "factor 16": (16.0, "A factor of 16 is off: a 4 inside a square?"),
    "factor 3": (3.0, "A factor of 3 is off."),
    "factor 9": (9.0, "A factor of 9 is off: a 3 inside a square?"),
    "factor 5": (5.0, "A factor of 5 is off."),
    "factor 6": (6.0, "A factor of 6 is off."),
    "factor 7": (7.0, "A factor of 7 is off."),
    "factor 12": (12.0, "A factor of 12 is off."),
    "3/2": (1.5, "A factor of 3/2 is off."),
    "4/3": (4 / 3, "A factor of 4/3 is off."),
    "√2": (np.sqrt(2), "A factor of √2 is off."),
    "√3": (np.sqrt(3), "A factor of √3 is off."),
    "2√2": (2 * np.sqrt(2), "A factor of 2√2 is off: a 2 under the wrong power?"),
    "π": (np.pi, "A factor of π is off."),
    "√π": (np.sqrt(np.pi), "A factor of √π is off."),
    "π²": (np.pi**2, "A factor of π² is off."),
    "2π": (2 * np.pi, "A factor of 2π is off: radians per second or hertz?"),
    "4π": (4 * np.pi, "A factor of 4π is off."),
    "π/2": (np.pi / 2, "A factor of π/2 is off."),
    "π/4": (np.pi / 4, "A factor of π/4 is off: diameter or radius? Or π/4 in Sand's equation?"),
    "√π/2": (np.sqrt(np.pi) / 2, "A factor of √π/2 is off."),
    "2√π": (2 * np.sqrt(np.pi), "A factor of 2√π is off."),
    "ln 10": (np.log(10), "A factor of 2.3 is off: natural or decimal logarithm?"),
    "ln 2": (np.log(2), "A factor of ln 2 is off: half-life or time constant?"),
    "60": (60.0, "A factor of 60 is off: seconds, minutes or hours?"),
    "3600": (3600.0, "A factor of 60² is off: seconds or hours?"),
    "24": (24.0, "A factor of 24 is off: hours or days?"),
    "86400": (86400.0, "A factor of 24 · 60² is off: seconds or days?"),
    "√60": (np.sqrt(60), "A factor of √60 is off: hours or seconds under a root?"),
    "60⁴": (60.0**4, "A factor of 60⁴ is off: hours or seconds inside a square?"),
    "degree": (np.pi / 180, "Degrees or radians?"),
    "F": (units.F, "Faraday's constant is missing, or counted twice."),
    "F²": (units.F**2, "The square of Faraday's constant is missing, or counted twice."),
    "√F": (np.sqrt(units.F), "Faraday's constant stands under the wrong power."),
    "N_A": (units.N_A, "Atoms or moles? The Avogadro constant is off."),
    "e": (units.eV, "The elementary charge is off: J or eV, charges or coulombs?"),
    "R": (units.R, "The gas constant is missing, or counted twice."),
    "k_B": (units.k_B, "The Boltzmann constant is missing, or counted twice."),
    "RT/F": (units.R * 298.15 / units.F, "RT/F at room temperature is missing, or counted twice."),
    "k_B/e": (units.k_B / units.eV, "J or eV: the Boltzmann constant is in the other one."),
    "c₀": (69.6e3, "The lithium concentration of the alloy is missing, or counted twice."),
    "c₀²": (69.6e3**2, "The concentration of the alloy is missing in a square, or is too much."),
    "Δc": (45.6e3, "The drop of the concentration is missing, or counted twice."),
    "Δc²": (45.6e3**2, "The drop of the concentration is missing in a square, or is too much."),
    "area": (np.pi * 3e-3**2, "The area of the electrode is missing, or counted twice."),
    "pellet": (np.pi * 4.15e-3**2, "The area of the pellet is missing, or counted twice."),
}
"""What a value is multiplied or divided by, and what to say."""

SECOND = ("factor 2", "factor 4", "π", "√π", "60", "3600", "factor 3", "√2")
"""Those that are looked for together with a declared mistake or a power of ten."""

WORDS = {
    "right": "Right.",
    "or": " Or: ",
    "near": "Near, but not within {tolerance} %: more digits, other constants, or a small term?",
    "sign": "The sign is the other way round.",
    "signed": " And the sign is the other way round.",
    "ten": "A power of ten is off: is a unit or its prefix missing?",
    "hundred": "A factor of a hundred is off: fraction or per cent?",
    "and": "Perhaps two things. {one} And: {two}",
    "two": "Perhaps two things, “{one}” and “{two}”. {hint}",
    "ten and": "A power of ten is off, and perhaps more: {two}",
    "celsius": "Degrees Celsius or kelvin? The zero of one is taken for that of the other.",
    "reciprocal": "This is one over what is asked for.",
    "squared": "This is the square of what is asked for: a root is missing.",
    "rooted": "This is the root of what is asked for.",
    "rest": "This is the rest: one minus what is asked for.",
    "left": "This is the rest: together with what is asked for it makes up {name}.",
    "more": "Times as much, or more by as much? The answer is off by one.",
    "logarithm": "This is the logarithm of what is asked for.",
    "log ten": "This is the decimal logarithm of what is asked for.",
    "tenfold": "10 to the power where e to the power belongs?",
    "efold": "e to the power where 10 to the power belongs?",
    "power": "It depends on {words} otherwise than it should.",
    "power and": "It depends on {words} otherwise than it should. A constant factor is off, too.",
    "constant": "It depends on every argument as it should; one constant factor is wrong.",
    "SI": "It would fit in {unit}. A plain number is taken in SI: multiply by the unit{text}.",
    "offset": "All cases are off by the same amount: a constant is missing or too much.",
    "term": "What is missing, or too much, goes with {names}: check the signs and the terms.",
    "some": "Right in some cases, wrong in others: a branch, or a term that is small there?",
    "trend": "Not right. It is the further off the {way} {name} is: how does {name} enter?",
    "unknown": "Not right, and no mistake known here makes it. It is too {size}{far}.",
    "mixed": "Not right, and no mistake known here makes it: here too large, there too small.",
    "asked": "The unit does not fit. Asked for is {means} ({unit}){got}.",
    "no unit": "The unit is missing: write it behind the number, such as {unit}.",
    "other unit": "The number would fit in {unit}. Check the unit that you wrote, and its prefix.",
}
"""What is said, in one place."""


def slip(ratio, rtol, fraction=False):
    """Name and words of the slip that a constant quotient shows, or None.

    Parameters
    ----------
    ratio : float
        What came out over what should have.
    rtol : float
    fraction : bool
        Whether the value is a plain number, which may be meant in per cent.
    """
    size, signed = abs(ratio), WORDS["signed"] if ratio < 0 else ""
    if abs(size - 1) <= rtol:
        return ("sign", WORDS["sign"]) if signed else None
    if fraction and min(abs(size / 100 - 1), abs(size * 100 - 1)) <= rtol:
        return "per cent", WORDS["hundred"] + signed
    for name, (factor, words) in FACTORS.items():
        if min(abs(size / factor - 1), abs(size * factor - 1)) <= rtol:
            return name, words + signed
    power = round(np.log10(size))
    if power and abs(size / 10.0**power - 1) <= rtol:
        return "power of ten", WORDS["ten"] + signed
    return None


def two_slips(ratio, rtol):
    """A power of ten together with one of `SECOND`, or None."""
    for name in SECOND:
        for factor in (FACTORS[name][0], 1 / FACTORS[name][0]):
            left = abs(ratio) / factor
            power = round(np.log10(left))
            if abs(left / 10.0**power - 1) <= rtol:
                return f"power of ten and {name}", WORDS["ten and"].format(two=FACTORS[name][1])
    return None
