"""What a column holds: from its name and unit, or from what the reader says."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sandtime.eis.reading import units
from sandtime.eis.reading.quantities import FREQUENCY

OPTIONAL = ("time", "point_time", "spectrum")

# Names in the wild, in small letters and without blanks, brackets, dots, dashes and underscores.
# Of those in the second line too little is said to go with a label, as in "Z' 25C".
_NAMES = {
    "frequency": ("freq frequency frequencies frequenz fréquence frecuencia frequenza", "f"),
    "omega": ("omega ω angularfrequency kreisfrequenz", ""),
    "log10_frequency": ("logf log10f lgf logfreq log10freq logfrequency log10frequency", ""),
    "real": (
        "z' zre zreal zr rez realz zrealpart realpartofz zs' z're",
        "real re realpart realimpedance impedancereal realteil r rs resistance z1",
    ),
    "imag": (
        "z'' zim zimag zi zimg imz imagz zimaginary imaginaryz imaginarypartofz imagpartofz zs''",
        "imaginary imag im imaginarypart imagpart imaginaryimpedance impedanceimag "
        "impedanceimaginary imaginärteil imaginaerteil imagteil x xs reactance z2",
    ),
    "modulus": (
        "|z| zmod modz zmodulus modulusz zmag magz absz zabs betragz |zs| zmagnitude magnitudez",
        "modulus magnitude mag |impedance| impedancemodulus impedancemagnitude betrag",
    ),
    "complex": ("", "z impedance impedanz compleximpedance zcomplex complexz"),
    "phase": (
        "phasez zphase zphz argz thetaz phiz phase theta θ φ phi phaseangle phasenwinkel",
        "angle arg phasewinkel impedancephase phaseofz",
    ),
    "time": ("", "time times timesec elapsedtime zeit"),
    "point_time": ("", "pointtime"),
    "spectrum": (
        "",
        "spectrum sweep spectrumnumber spectrumno sweepnumber sweepno loopindex cyclenumber",
    ),
}
_QUANTITY = {n: key for key, both in _NAMES.items() for n in " ".join(both).split()}
_LABELLED = {n: key for key, both in _NAMES.items() for n in both[0].split()}
_OTHERS = {
    "an admittance, whose reciprocal is the impedance": "y y' y'' |y| yreal yimag yre yim rey imy",
    "a capacitance, 1/(iωZ)": "c' c'' cp cs cre cim",
    "a resistivity, which is the impedance times area over thickness": "rho rho' rho'' ρ ρ' ρ''",
    "an electric modulus, iωC₀Z": "m' m''",
    "a permittivity, 1/(iωC₀Z)": "eps' eps'' ε' ε'' ε epsilon' epsilon''",
    "a conductivity, whose reciprocal is the resistivity": "sigma' sigma'' σ' σ'' σ",
    "a period, whose reciprocal is the frequency": "period periode",
    "a natural logarithm of the frequency": "lnf lnfreq lnfrequency",
    "a logarithm of the angular frequency": "logω lnω log10ω logomega lnomega log10omega logw lnw",
    "a logarithm of the modulus": "log|z| log10|z| ln|z| lg|z| logz log10z lnz",
}
_OTHERS = {word: what for what, words in _OTHERS.items() for word in words.split()}
_PAIRS = {"r": "x", "rs": "xs", "resistance": "reactance", "z1": "z2"}
_MODELS = re.compile(
    r"fit|fitted|calc\w*|sim\w*|model\w*|theor\w*|kk|resid\w*|err\w*|std|sd|sigma|dev\w*|corr\w*"
    r"|drcor|norm\w*|diff\w*|delta|set|target|dc|ref\w*",
    re.IGNORECASE,
)
_DIMENSION = {
    "frequency": "frequency", "real": "impedance", "imag": "impedance", "modulus": "impedance",
    "complex": "impedance", "time": "time", "point_time": "time", "phase": "phase_deg",
    "omega": "omega", "log10_frequency": "frequency",
}  # fmt: skip
_SIGNED = ("real", "imag", "phase", "phase_deg", "phase_rad")
_PREFERRED = {"real": "z_real_ohm", "imag": "z_imag_ohm", "frequency": "frequency_hz"}


@dataclass(frozen=True)
class Meaning:
    """What a name says: quantity (or nothing), sign, factor to Hz, Ω or s, what is wrong."""

    quantity: str = ""
    sign: float = 1.0
    factor: float = 1.0
    trouble: str = ""
    label: str = ""
    word: str = ""


def _core(text):
    """Small letters without what only parts them; a minus or a factor that is meant stays."""
    text = re.sub(r"(?<=\w)-(?=\w)", "", text.lower().strip()).removesuffix("*")
    return re.sub(r"[\s_.()\[\]{}:]", "", text)


@lru_cache(4096)
def meaning(name, second=""):
    """What a column of this name holds; `second` is a unit that stands in a line of its own.

    >>> meaning("-Im(Z) in Ohm").quantity, meaning("-Im(Z) in Ohm").sign, meaning("f/kHz").factor
    ('imag', -1.0, 1000.0)
    """
    name = units.normal(name)
    bare, said = units.split(name)
    if not said and second:
        said = second
    sign, bare = _signed(re.sub(r"(?<=')\((a|b)\)$", "", bare))  # ZPlot's Z'(a) and Z''(b)
    word, label = _core(bare), ""
    quantity = _QUANTITY.get(word, "")
    if not quantity and not said:
        quantity, word, said = _glued(word)
    if not quantity:
        quantity, word, label, other = _labelled(bare)
        sign *= other
    if not quantity:
        return Meaning(trouble=_OTHERS.get(word, ""), word=word)
    return _with_unit(quantity, sign, word, label, said, bare)


def _signed(text):
    """A sign in front of a name, and what follows."""
    match = re.match(r"(-|neg\.|negative|neg|minus)[\s_]*(?=\S)", text, re.IGNORECASE)
    return (-1.0, text[match.end() :]) if match else (1.0, text)


def _glued(word):
    """A quantity whose unit is glued to its name: ``freqhz``, ``zrealohm``."""
    for ending in ("hz", "ohms", "ohm", "ω", "deg", "°", "s"):
        head = word.removesuffix(ending)
        if head != word and head in _QUANTITY:
            return _QUANTITY[head], head, ending
    return "", word, ""


def _labelled(bare):
    """A quantity with a label before or behind it: ``Z' 25C``, ``25C_Zreal``."""
    tokens = re.findall(r"[(\[{][^()\[\]{}]*[)\]}]|[^\s_,;:@(\[{]+(?:\([^()]*\))?", bare)
    for count in range(len(tokens) - 1, 0, -1):
        for head, rest in ((tokens[:count], tokens[count:]), (tokens[-count:], tokens[:-count])):
            sign, name = _signed("".join(head))
            word = _core(name)
            if word in _LABELLED:
                return _LABELLED[word], word, " ".join(rest).strip("()[]{} "), sign
    return "", _core(bare), "", 1.0


def _with_unit(quantity, sign, word, label, said, bare):
    """The meaning of a known name beside its unit."""
    found = units.unit(said, bare) if said else None
    if quantity == "omega" and found is None and word == "ω" and said:
        return Meaning(word=word)
    if found is None:
        if sign < 0 and quantity not in _SIGNED:
            return Meaning(quantity, 1.0, 1.0, "with a minus", label, word)
        if said:
            trouble = f"in {said!r}, an unknown unit"
            return Meaning(quantity, sign, 1.0, trouble, label, word)
        return Meaning(quantity, sign, 1.0, "", label, word)
    dimension, factor, trouble = found
    if quantity == "frequency" and dimension == "omega":
        quantity = "omega"
    elif quantity == "omega" and dimension == "per second":
        trouble = ""
    elif quantity == "phase" and dimension in ("phase_deg", "phase_rad"):
        quantity = dimension
    elif dimension != _DIMENSION.get(quantity):
        trouble = trouble or f"in {said!r}, which is no unit of {quantity}"
        if quantity in ("time", "point_time") and said.strip("() ").lower() in ("s", "h"):
            trouble, factor = "", {"s": 1.0, "h": 3600.0}[said.strip("() ").lower()]
    if sign < 0 and quantity not in _SIGNED:
        trouble = trouble or "with a minus"
    return Meaning(quantity, sign, factor, trouble, label, word)


@dataclass(frozen=True)
class Column:
    """A column that is read: its place, its factor to the unit of its key."""

    place: int
    factor: float = 1.0


# ---- a header -----------------------------------------------------------------------------------


def resolve(names, second=()):
    """The sweeps whose columns a header names: a list of (label, {key: Column}), and warnings.

    Keys are those of `quantities`, ``complex`` and ``phase`` (of unknown unit).  None if the names
    do not make a spectrum; a ValueError (without the file's name) says which column is not usable.
    """
    second = [*second, *[""] * len(names)][: len(names)]
    bases = [_base(name, names) for name in names]
    meanings = [meaning(*pair) for pair in zip(bases, second, strict=True)]
    _pairs(meanings)
    groups = {}
    for place, each in enumerate(meanings):
        if each.quantity:
            groups.setdefault(each.label, {}).setdefault(each.quantity, []).append(place)
    plain = groups.pop("", {})
    labelled = {label: {**plain, **group} for label, group in groups.items() if _impedance(group)}
    labelled = {k: v for k, v in labelled.items() if any(f in v for f in FREQUENCY)}
    if _impedance(plain) and any(f in plain for f in FREQUENCY):
        sweeps, told = _repeated(plain, names, bases, meanings), []
        if labelled:
            told = [f"left out the columns of {', '.join(map(repr, labelled))}"]
        return sweeps, told
    if not labelled:
        return None
    models = [label for label in labelled if _MODELS.search(label)]
    if models and len(labelled) > 1:
        raise ValueError(
            f"the columns of {', '.join(map(repr, labelled))} may be measured, fitted or "
            "corrected: columns= must say which are meant"
        )
    sweeps = [(label, _select(group, names, meanings)) for label, group in labelled.items()]
    told = [f"read the columns of {next(iter(labelled))!r}"]
    if len(sweeps) > 1:
        told = [f"read {len(sweeps)} sweeps side by side: {', '.join(labelled)}"]
    return sweeps, told


def _base(name, names):
    """The name without the number that pandas gives to a repeated one."""
    match = re.fullmatch(r"(.+)\.\d+", name)
    return match[1] if match and match[1] in names else name


def _pairs(meanings):
    """Take away names that only a pair makes clear: R without X, Z1 without Z2 or with Z3."""
    words = [each.word for each in meanings if each.quantity]
    if any(each.word == "z3" for each in meanings):
        words = [word for word in words if word not in ("z1", "z2")]
    for place, each in enumerate(meanings):
        if each.word in _PAIRS and not (each.quantity == "real" and _PAIRS[each.word] in words):
            meanings[place] = Meaning(word=each.word)
        back = {x: r for r, x in _PAIRS.items()}
        if each.word in back and back[each.word] not in words:
            meanings[place] = Meaning(word=each.word)


def _impedance(group):
    if "real" in group and "imag" in group:
        return ("real", "imag")
    modulus = [key for key in ("modulus", "complex") if key in group]
    phase = [key for key in ("phase_deg", "phase_rad", "phase") if key in group]
    if modulus and phase:
        return (modulus[0], phase[0])
    return ("complex",) if "complex" in group else ()


def _repeated(group, names, bases, meanings):
    """One sweep, or as many as the same names are repeated side by side."""
    needed = [next(f for f in FREQUENCY if f in group), *_impedance(group)]
    counts = [len(group[key]) for key in needed]
    many = max(counts)
    repeats = all(len({bases[place] for place in group[key]}) == 1 for key in needed)
    if many > 1 and repeats and set(counts[1:]) == {many} and counts[0] in (1, many):
        places = [sorted(group[key][i] for key in needed[1:]) for i in range(many)]
        if all(a[-1] < b[0] for a, b in pairwise(places)):
            return [
                (
                    f"#{i + 1}",
                    _select(
                        {k: [v[min(i, len(v) - 1)]] for k, v in group.items() if k in needed},
                        names,
                        meanings,
                    ),
                )
                for i in range(many)
            ]
    return [("", _select(group, names, meanings))]


def _select(group, names, meanings):
    """{key: Column} of one sweep."""
    needed = [next(f for f in FREQUENCY if f in group), *_impedance(group)]
    found = {}
    for quantity in (*needed, *(key for key in OPTIONAL if key in group)):
        places = group[quantity]
        if len(places) > 1:
            signs = {meanings[place].sign for place in places}
            if quantity not in needed or len(signs) == 1:
                raise ValueError(
                    f"columns {names[places[0]]!r} and {names[places[1]]!r} both hold the "
                    f"{quantity}: only one is allowed; columns= says which"
                )
        each = meanings[places[0]]
        if each.trouble and quantity in needed:
            raise ValueError(
                f"column {names[places[0]]!r} is not allowed: its numbers are {each.trouble}"
            )
        if each.trouble:
            continue
        key = quantity
        if quantity == "complex" and len(needed) == 3:
            key = "modulus"
        found[key] = Column(places[0], each.sign * each.factor)
    return found


def frequency(names):
    """Places of the columns that may hold the frequency."""
    found = [i for i, name in enumerate(names) if meaning(_base(name, names)).quantity in FREQUENCY]
    return found[:1]


def missing(names):
    """What a line of names lacks to be a header, as the end of a sentence."""
    meanings = [meaning(name) for name in names]
    _pairs(meanings)
    held = {}
    for name, each in zip(names, meanings, strict=True):
        if each.quantity and not each.label:
            held.setdefault(each.quantity, []).append(name)
    for quantity, double in held.items():
        if len(double) > 1 and quantity in ("frequency", "real", "imag"):
            return (
                f"columns {double[0]!r} and {double[1]!r} both hold the {quantity}: only one is "
                "allowed"
            )
    lacks = [
        _PREFERRED[quantity]
        for quantity in ("frequency", "real", "imag")
        if quantity not in held and not (quantity == "frequency" and set(held) & set(FREQUENCY))
    ]
    others = [
        f"{name!r} is {each.trouble}: convert it first"
        for name, each in zip(names, meanings, strict=True)
        if not each.quantity and each.trouble
    ]
    return (
        "".join(f"{other}; " for other in others[:3])
        + f"no column {', '.join(lacks)} among {', '.join(names)}; needed are frequency_hz, "
        "z_real_ohm, z_imag_ohm or usual names of these (modulus and phase will do), or "
        'columns={"frequency": ..., ...} must say what is where'
    )


# ---- what the reader says -----------------------------------------------------------------------


def factor(key, name, second=""):
    """Factor to the unit of a key for a column that the reader names, and what to tell of it.

    A prefix that the column's own name gives is heeded: of ``f/kHz`` as ``frequency``, 1000.
    """
    _, said = units.split(units.normal(name))
    found = units.unit(said or second, name) if said or second else None
    wanted = _DIMENSION.get(key.lstrip("-"), key.lstrip("-"))
    if found is None or found[0] != wanted:
        return 1.0, ""
    return (1.0, found[2]) if found[2] else (found[1], "")
