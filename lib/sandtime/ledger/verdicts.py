"""How a row gets its verdict: from the arithmetic, and from what the value rests on.

The verdict of arithmetic (`judge`) knows the printed digits alone:

- *reproduced*: no further from the print than half a unit of its last printed digit, or a whole
  unit where the paper says "about"; a bound or a range is kept;
- *within rounding*: no further than twice that, as when a digit was cut instead of rounded;
- *not reproduced*: further.

The basis says what such an agreement is worth:

- *arithmetic*: natural constants and crystallography, or the paper's own equations and inputs;
- *another print*: a second number of the paper that was found in another way;
- *external data*: what others measured or assessed;
- *our model*: a model of this book;
- *identity*: the same number again, or what cannot come out otherwise.

Together they give the verdict.  What does not follow from another print is *in tension*; what
agrees with external data or our model is *consistent with a model*; an identity that holds does so
*by construction*.  Where more is at stake the verdict is declared: *weak or open* (true but far
from what is needed, or undecided), *ambiguous* (the print can be read in more than one way),
*not recomputable* (a setting, a quotation, or a measurement whose data are not public), *not yet*.
A declaration cannot hide the arithmetic, which stays in the row.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from sandtime import reported
from sandtime.ledger.titles import CHAPTERS

VERDICTS = (
    "reproduced",
    "within rounding",
    "not reproduced",
    "in tension",
    "consistent with a model",
    "weak or open",
    "ambiguous",
    "by construction",
    "not recomputable",
    "not yet",
)
BASES = ("arithmetic", "another print", "external data", "our model", "identity")
HOLD = ("reproduced", "within rounding")
"""Verdicts of rows that hold by the paper's own numbers."""
FAIL = ("not reproduced", "in tension")
"""Verdicts of rows that do not."""

_WITHOUT_VALUE = ("consistent with a model", "ambiguous", "not recomputable", "not yet")
_TOLERANCE = {
    "=": "half a unit of the last printed digit",
    "~": "a whole unit of the last printed digit, since the paper says about",
    "<": "none: a bound is kept or not",
    ">": "none: a bound is kept or not",
    "range": "none: a range is kept or not",
}


@dataclass(frozen=True)
class Row(reported.Claim):
    """A claim (`reported.Claim`), what becomes of it, and why.

    Attributes
    ----------
    recomputed : float or None
        In `unit`.
    relative_difference : float or None
        ``recomputed / paper - 1``; for a range 0 inside, otherwise from its nearer end.
    tolerance : float or None
        Relative; what `judge` allows for *reproduced*.  Zero for bounds and ranges, which are
        checked by their sense; None where the print is zero and nothing can be relative to it.
    arithmetic : str or None
        The verdict of `judge` alone; None without a recomputed value.
    basis : str or None
        What the value, or the comparison in the reason, rests on: one of `BASES`.
    verdict : str
        One of `VERDICTS`.
    statement : str
        Name shared by the rows that stand or fall together.
    chapter : str
        The page that treats it, a key of `CHAPTERS`.
    reason : str
        A sentence or two.
    flips : str or None
        Where the verdict flips, if it rests on a threshold of ours.
    """

    recomputed: float | None
    relative_difference: float | None
    tolerance: float | None
    arithmetic: str | None
    basis: str | None
    verdict: str
    statement: str
    chapter: str
    reason: str
    flips: str | None

    @property
    def contradiction(self):
        """Name of the contradiction that the row carries, which others may share, or None."""
        return self.statement if self.verdict in FAIL else None

    @property
    def tolerance_from(self):
        """Where the tolerance comes from, in words."""
        if self.tolerance is None:
            return "none: nothing is relative to a printed zero or to what is not legible"
        return _TOLERANCE[self.relation]


def judge(relation, paper, recomputed, tolerance, paper_high=None):
    """The verdict of arithmetic alone.

    Parameters
    ----------
    relation : {"=", "~", "<", ">", "range"}
    paper, recomputed : float
        In the same unit.
    tolerance : float
        Relative to `paper`; not used for bounds and ranges.
    paper_high : float, optional
        Upper end of a range.

    Returns
    -------
    str
        *reproduced*, *within rounding* (up to twice the tolerance; not for bounds and ranges) or
        *not reproduced*.

    Raises
    ------
    ValueError
        If a number is not finite, the tolerance is negative, the relation is unknown, a range has
        no upper end, or something should be equal to a printed zero.

    Examples
    --------
    >>> for recomputed in (93.4, 93.7, 94.1):
    ...     print(judge("=", 93, recomputed, 0.5 / 93))
    reproduced
    within rounding
    not reproduced
    """
    reported.known("relation", relation, ("=", "~", "<", ">", "range"))
    for name, value in (("paper", paper), ("recomputed", recomputed), ("tolerance", tolerance)):
        if not np.isfinite(value):
            raise ValueError(f"{name} = {value} is not allowed: it must be finite")
    if tolerance < 0:
        raise ValueError(f"tolerance = {tolerance} is not allowed: it must be 0 or more")
    if relation == "range":
        if paper_high is None or not paper_high > paper:
            raise ValueError(
                f"paper_high = {paper_high} is not allowed: it must be above paper = {paper}"
            )
        kept = paper <= recomputed <= paper_high
        return "reproduced" if kept else "not reproduced"
    if relation in "<>":
        kept = recomputed < paper if relation == "<" else recomputed > paper
        return "reproduced" if kept else "not reproduced"
    if paper == 0:
        raise ValueError("paper = 0 is not allowed: a relative tolerance of zero allows nothing")
    excess = abs(recomputed - paper) / abs(paper)
    if excess <= tolerance:
        return "reproduced"
    return "within rounding" if excess <= 2 * tolerance else "not reproduced"


def decide(id, arithmetic, basis, declared):
    """The verdict; a declaration or a basis that hides what the arithmetic says is an error."""
    if basis is not None:
        reported.known("basis", basis, BASES)
    if declared is not None:
        reported.known("verdict", declared, VERDICTS)
    if arithmetic is None:
        if declared not in _WITHOUT_VALUE:
            raise ValueError(f"row {id!r} is {declared!r} but nothing was recomputed")
        return declared
    if basis is None:
        raise ValueError(f"row {id!r} has a value but no basis")
    if declared in ("weak or open", "ambiguous"):
        return declared
    if declared not in (None, "consistent with a model", "by construction"):
        raise ValueError(f"row {id!r} is {declared!r} but a value was recomputed")
    follows = {
        "external data": "consistent with a model",
        "our model": "consistent with a model",
        "identity": "by construction",
    }
    if arithmetic in FAIL and (declared or basis in follows):
        raise ValueError(
            f"row {id!r} rests on {basis} and is {declared!r}, but the arithmetic says "
            f"{arithmetic!r}: declare it 'weak or open' or 'ambiguous', or recompute nothing"
        )
    if arithmetic in FAIL:
        return "in tension" if basis == "another print" else arithmetic
    return declared or follows.get(basis, arithmetic)


def assemble(claim, entry):
    """Put a row together from a claim and what settles it."""
    value, reason, flips = entry.finding()
    tolerance = _tolerance(claim)
    difference = arithmetic = None
    if value is not None:
        value = float(value)
        arithmetic = judge(claim.relation, claim.paper, value, tolerance, claim.paper_high)
        nearest = claim.paper
        if claim.relation == "range":
            nearest = min(max(value, claim.paper), claim.paper_high)
        difference = value / nearest - 1
    verdict = decide(claim.id, arithmetic, entry.basis, entry.verdict)
    reported.known("chapter", entry.chapter, CHAPTERS)
    return Row(
        **{field.name: getattr(claim, field.name) for field in dataclasses.fields(claim)},
        recomputed=value,
        relative_difference=difference,
        tolerance=tolerance,
        arithmetic=arithmetic,
        basis=entry.basis,
        verdict=verdict,
        statement=entry.statement,
        chapter=entry.chapter,
        reason=reason,
        flips=flips,
    )


def _tolerance(claim):
    """Relative; zero for bounds and ranges, None where nothing can be relative to the print."""
    if not claim.legible or (claim.paper == 0 and claim.relation in ("=", "~")):
        return None
    if claim.relation not in ("=", "~"):
        return 0.0
    allowed = 0.5 if claim.relation == "=" else 1.0
    return allowed * claim.last_digit / abs(claim.paper)
