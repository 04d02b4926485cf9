"""Every number the paper prints, beside ours (chapter *Which of the paper's numbers hold?*).

What the paper prints is in `reported`, what this library makes of it in `recomputed`; here the two
meet.  The verdict follows from the arithmetic (`judge`).  Where more than arithmetic is at stake it
is declared, and the row still carries what the arithmetic alone says:

- *reproduced*: no further from the print than half a unit of its last printed digit, or a whole
  unit where the paper says "about"; a bound or a range is kept;
- *within rounding*: no further than twice that, as when a digit was cut instead of rounded;
- *not reproduced*: further;
- *in tension*: not reproduced from other numbers that the paper itself prints;
- *ambiguous*: the print can be read in more than one way, and the readings differ;
- *not recomputable*: a setting, a quotation, or a measurement whose data are not public;
- *not yet*: a chapter still to come will settle it.

Everything is computed when it is first asked for, and kept.
"""

import dataclasses
import functools
from dataclasses import dataclass

import numpy as np

from sandtime import ledger_html, reported
from sandtime import recomputed as _recomputed
from sandtime.chapters import CHAPTERS, COMING

VERDICTS = (
    "reproduced",
    "within rounding",
    "not reproduced",
    "in tension",
    "ambiguous",
    "not recomputable",
    "not yet",
)


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
    verdict : str
        One of `VERDICTS`.
    chapter : str
        The page that treats it, a key of `CHAPTERS`, or of `COMING` if the verdict is *not yet*.
    reason : str
        One sentence.
    """

    recomputed: float | None
    relative_difference: float | None
    tolerance: float | None
    arithmetic: str | None
    verdict: str
    chapter: str
    reason: str


class Rows(tuple):
    """Rows of the ledger: a sequence that shows itself as a table.

    Examples
    --------
    >>> rows(chapter="utilisation", verdict="not reproduced")
    utilisation-1ma       paper 6 %, recomputed 2.72: not reproduced
    utilisation-beta-1ma  paper 9 %, recomputed 4.15: not reproduced
    """

    __slots__ = ()

    def __getitem__(self, index):
        item = super().__getitem__(index)
        return type(self)(item) if isinstance(index, slice) else item

    def counts(self):
        """Number of rows per verdict, in the order of `VERDICTS`, zeros included."""
        return {verdict: sum(row.verdict == verdict for row in self) for verdict in VERDICTS}

    def by_section(self):
        """The same rows, shown by section of the paper with a filter by verdict."""
        return _BySection(self)

    def __repr__(self):
        width = max((len(row.id) for row in self), default=0)
        return "\n".join(
            f"{row.id:<{width}}  paper {row.printed} {row.unit}".rstrip()
            + ("" if row.recomputed is None else f", recomputed {row.recomputed:.3g}")
            + f": {row.verdict}"
            for row in self
        )

    def _repr_html_(self):
        return ledger_html.table(self)


class _BySection(Rows):
    __slots__ = ()

    def _repr_html_(self):
        return ledger_html.by_section(self)


def rows(*, chapter=None, verdict=None):
    """All rows in the order of the paper, or those of a chapter or a verdict.

    Parameters
    ----------
    chapter : str, optional
        A key of `CHAPTERS` or `COMING`.
    verdict : str, optional
        One of `VERDICTS`.

    Returns
    -------
    Rows

    Raises
    ------
    ValueError
        If there is no such chapter or verdict.

    Examples
    --------
    >>> [row.id for row in rows(chapter="fick")]
    ['eq1-coefficient']
    """
    if chapter is not None:
        reported.known("chapter", chapter, (*CHAPTERS, *COMING))
    if verdict is not None:
        reported.known("verdict", verdict, VERDICTS)
    ids = [id for id in reported.claims() if chapter in (None, _recomputed.entries()[id].chapter)]
    return Rows(item for item in map(row, ids) if verdict in (None, item.verdict))


@functools.cache
def row(id):
    """One row by its id.

    Raises
    ------
    ValueError
        If there is no such row; it names the closest ones.

    Examples
    --------
    >>> item = row("utilisation-beta-1ma")
    >>> print(item.paper, round(item.recomputed, 1), item.verdict)
    9.0 4.1 not reproduced
    """
    claim = reported.claim(id)
    entry = _recomputed.entries()[id]
    value, reason = entry.settle()
    return _assemble(claim, value, entry.verdict, entry.chapter, reason)


def counts():
    """Number of rows per verdict, in the order of `VERDICTS`.

    Examples
    --------
    >>> sum(counts().values()) == len(rows())
    True
    """
    return rows().counts()


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


def _assemble(claim, value, declared, chapter, reason):
    """Put a row together; a declaration that hides what the arithmetic says is an error."""
    if claim.relation not in ("=", "~"):
        tolerance = 0.0
    elif claim.paper == 0:
        tolerance = None
    else:
        allowed = 0.5 if claim.relation == "=" else 1.0
        tolerance = allowed * claim.last_digit / abs(claim.paper)

    difference = arithmetic = None
    if value is None:
        if declared not in ("ambiguous", "not recomputable", "not yet"):
            raise ValueError(f"row {claim.id!r} is {declared!r} but nothing was recomputed")
    else:
        value = float(value)
        arithmetic = judge(claim.relation, claim.paper, value, tolerance, claim.paper_high)
        nearest = claim.paper
        if claim.relation == "range":
            nearest = min(max(value, claim.paper), claim.paper_high)
        difference = value / nearest - 1
        if declared not in (None, "in tension", "ambiguous"):
            raise ValueError(f"row {claim.id!r} is {declared!r} but a value was recomputed")
        if declared == "in tension" and arithmetic != "not reproduced":
            raise ValueError(
                f"row {claim.id!r} is 'in tension' but the arithmetic says {arithmetic!r}"
            )
    reported.known("chapter", chapter, COMING if declared == "not yet" else CHAPTERS)
    return Row(
        **{field.name: getattr(claim, field.name) for field in dataclasses.fields(claim)},
        recomputed=value,
        relative_difference=difference,
        tolerance=tolerance,
        arithmetic=arithmetic,
        verdict=declared or arithmetic,
        chapter=chapter,
        reason=reason,
    )
