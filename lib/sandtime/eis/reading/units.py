"""Units as people write them behind the name of a column: which dimension, by what factor."""

import re
import unicodedata

_PRIMES = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "′": "'", "″": "''", '"': "''", "−": "-", "–": "-"}
)
_AMBIGUOUS = "with a prefix that may be milli or mega: write mOhm or MOhm, mHz or MHz"
_PREFIX = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "m": 1e-3, "μ": 1e-6, "u": 1e-6, "G": 1e9}
_OHM = re.compile(r"([kKMmμuG]?)(ohms?|Ohms?|OHMS?|Ω|ω)(.*)")
_HERTZ = re.compile(r"([kKMmμuG]?)([hH][zZ])")
_PLAIN = {
    "deg": ("phase_deg", 1.0), "degree": ("phase_deg", 1.0), "degrees": ("phase_deg", 1.0),
    "°": ("phase_deg", 1.0), "grd": ("other", 1.0), "grad": ("other", 1.0), "gon": ("other", 1.0),
    "rad": ("phase_rad", 1.0), "radian": ("phase_rad", 1.0), "radians": ("phase_rad", 1.0),
    "mrad": ("phase_rad", 1e-3),
    "s": ("time", 1.0), "sec": ("time", 1.0), "secs": ("time", 1.0), "second": ("time", 1.0),
    "seconds": ("time", 1.0), "sekunden": ("time", 1.0), "ms": ("time", 1e-3),
    "min": ("time", 60.0), "minutes": ("time", 60.0), "h": ("time", 3600.0), "hr": ("time", 3600.0),
    "hours": ("time", 3600.0),
    "rad/s": ("omega", 1.0), "rads-1": ("omega", 1.0), "rad/sec": ("omega", 1.0),
    "s-1": ("per second", 1.0), "1/s": ("per second", 1.0),
}  # fmt: skip
_OTHER = re.compile(
    r"[kKMmμunpG]?(V|A|S|F|H|W|J|K|m|Pa|Ah|Wh|Siemens|siemens|Farad|farad)(/?(c|m)?m[23-]?\d?)?"
    r"|°C|C|dB|db|%|bar|MPa"
)


def normal(text):
    """A name with one kind of prime, minus and omega, without outer quotes."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    text = unicodedata.normalize("NFKC", text.translate(_PRIMES)).translate(_PRIMES)
    return re.sub(r"\s+", " ", text).strip()


def unit(text, beside=""):
    """Dimension, factor and what is wrong with a unit; None if it is none.

    Dimensions are those of the columns: ``frequency`` (Hz), ``omega`` (rad/s), ``impedance`` (Ω),
    ``phase_deg``, ``phase_rad``, ``time`` (s), ``per second``, or ``other``.  `beside` is the name
    that the unit belongs to: in a name all of small letters, mohm may be either.

    >>> unit("kΩ"), unit("Hz"), unit("Z")
    (('impedance', 1000.0, ''), ('frequency', 1.0, ''), None)
    >>> unit("Ohm cm2")[2]
    'per area: divide by the area of the electrode, so that they are in Ohm'
    """
    plain = re.sub(r"[\s·*.^()\[\]{}_]", "", text)
    whole = beside + plain
    one_case = whole == whole.lower() or plain == plain.upper()
    if match := _OHM.fullmatch(plain):
        prefix, word, tail = match.groups()
        doubtful = prefix in ("m", "M") and one_case and word not in ("Ω", "ω")
        tail = tail.strip("-/x×⋅")
        if tail in ("cm2", "m2", "mm2"):
            trouble = "per area: divide by the area of the electrode, so that they are in Ohm"
        elif tail:
            trouble = f"in {text.strip()!r}, not in Ohm: convert them"
        else:
            trouble = _AMBIGUOUS if doubtful else ""
        return "impedance", _PREFIX[prefix], trouble
    if match := _HERTZ.fullmatch(plain):
        prefix, word = match.groups()
        doubtful = prefix in ("m", "M") and (word != "Hz")
        return "frequency", _PREFIX[prefix], _AMBIGUOUS if doubtful else ""
    if plain == "S":
        return "other", 1.0, "in 'S', not in Ohm: convert them"
    found = _PLAIN.get(plain) or _PLAIN.get(plain.lower())
    if found and not (plain != plain.lower() and plain.lower() in ("ms", "s", "h")):
        trouble = ""
        if found[0] in ("other", "per second"):
            trouble = f"in {text.strip()!r}, which may mean either of two units: convert them"
        return *found, trouble
    if _OTHER.fullmatch(plain):
        return "other", 1.0, f"in {text.strip()!r}: another quantity"
    return None


def split(name):
    """The name of a column without its unit, and the unit as text (empty if there is none).

    >>> split("Re(Z) in Ohm"), split("freq. /Hz"), split("z_real_ohm"), split("Re(Z)")
    (('Re(Z)', 'Ohm'), ('freq.', 'Hz'), ('z_real', 'ohm'), ('Re(Z)', ''))
    """
    bracket = re.fullmatch(r"(.+?)\s*[(\[{]\s*([^()\[\]{}]*|[^()\[\]{}]*\(.*\))\s*[)\]}]", name)
    if bracket and unit(bracket[2]):
        return bracket[1].rstrip(" /,:"), bracket[2]
    for mark in ("/", " in ", ",", " ", "_"):
        for match in re.finditer(re.escape(mark), name):
            head, tail = name[: match.start()], name[match.end() :]
            found = unit(tail) if head.strip() and tail.strip() else None
            # behind a mere blank a letter may be the label of a cell
            if found and (found[0] != "other" or mark in ("/", " in ")):
                closing = ")" if head.count("(") > head.count(")") else ""
                return head.strip() + closing, tail.strip().removesuffix(closing)
    return name, ""
