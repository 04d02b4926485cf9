"""Every number the paper prints, beside ours (chapter *Ledger*).

What the paper prints is in `sandtime.reported`; what this library makes of it stands here, one
module a chapter and one function a row (`register`); `verdicts` says how a verdict follows from the
arithmetic and from what the value rests on, and `page` shows it.

Rows are not counted twice: those that stand or fall together share a *statement*.  `counts` has the
rows by verdict, `statements` the independent statements by outcome, `contradictions` the rows of
each statement that does not hold.

Nothing is imported or computed before it is first asked for; then it is kept.
"""

import functools

from sandtime import reported
from sandtime.ledger import page
from sandtime.ledger.register import entries, entry
from sandtime.ledger.titles import CHAPTERS
from sandtime.ledger.verdicts import BASES, FAIL, HOLD, VERDICTS, Row, assemble, judge

__all__ = [
    "BASES", "CHAPTERS", "OUTCOMES", "VERDICTS", "Row", "Rows", "by_statement",
    "contradictions", "counts", "judge", "row", "rows", "statements",
]  # fmt: skip

OUTCOMES = (
    "hold",
    "do not hold",
    "consistent with a model",
    "weak or open",
    "ambiguous",
    "by construction",
)
"""What becomes of a statement.  The first two are a test by the paper's own numbers."""


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
        return page.table(self)


class _BySection(Rows):
    __slots__ = ()

    def _repr_html_(self):
        return page.by_section(self)


def rows(*, chapter=None, verdict=None, basis=None, statement=None):
    """All rows in the order of the paper, or those of a chapter, a verdict, a basis, a statement.

    Parameters
    ----------
    chapter : str, optional
        A key of `CHAPTERS`.
    verdict : str, optional
        One of `VERDICTS`.
    basis : str, optional
        One of `BASES`.
    statement : str, optional
        Name of a statement.

    Returns
    -------
    Rows

    Raises
    ------
    ValueError
        If there is no such chapter, verdict, basis or statement.

    Examples
    --------
    >>> [row.id for row in rows(chapter="fick")]
    ['eq1-coefficient', 'eq5-factors']
    >>> [row.id for row in rows(statement="sand-li")]
    ['t0-li-25c-100ua', 'd-eff-li-25c']
    """
    known = {id: entries()[id] for id in reported.claims()}
    for name, value, allowed in (
        ("chapter", chapter, tuple(CHAPTERS)),
        ("verdict", verdict, VERDICTS),
        ("basis", basis, BASES),
        ("statement", statement, {each.statement for each in known.values()}),
    ):
        if value is not None:
            reported.known(name, value, allowed)
    wanted = [
        id
        for id, each in known.items()
        if chapter in (None, each.chapter)
        and basis in (None, each.basis)
        and statement in (None, each.statement)
    ]
    return Rows(item for item in map(row, wanted) if verdict in (None, item.verdict))


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
    >>> print(item.paper, round(item.recomputed, 1), item.verdict, item.basis)
    9.0 4.1 not reproduced arithmetic
    """
    claim = reported.claim(id)
    return assemble(claim, entry(id))


def counts():
    """Number of rows per verdict, in the order of `VERDICTS`.

    Examples
    --------
    >>> sum(counts().values()) == len(rows())
    True
    """
    return rows().counts()


def by_statement():
    """The rows of every statement that is more than a setting or a quotation, by its name.

    Examples
    --------
    >>> by_statement()["gravimetric-capacity"]
    capacity-gravimetric-li90mg10  paper 2820 mAh g⁻¹, recomputed 2.78e+03: not reproduced
    capacity-gravimetric-beta      paper 1850 mAh g⁻¹, recomputed 1.82e+03: not reproduced
    """
    found = {}
    for item in rows():
        if item.verdict not in ("not recomputable", "not yet"):
            found.setdefault(item.statement, []).append(item)
    return {name: Rows(part) for name, part in found.items()}


def statements():
    """Number of independent statements by outcome, in the order of `OUTCOMES`.

    A statement is what rows share that stand or fall together: one equation read both ways, one
    depletion time behind two utilisations, one factor in two capacities.  *hold* and *do not hold*
    are tests by the paper's own numbers; what rests on a model, on a reading or on nothing that
    could have come out otherwise is counted apart.

    Examples
    --------
    >>> statements()["do not hold"] == len(contradictions())
    True
    """
    outcomes = [_outcome(part) for part in by_statement().values()]
    return {outcome: outcomes.count(outcome) for outcome in OUTCOMES}


def contradictions():
    """The rows of each statement that does not hold, by its name.

    Examples
    --------
    >>> list(contradictions())
    ['gravimetric-capacity', 'sand-li90mg10', 'utilisation-1ma']
    """
    return {name: part for name, part in by_statement().items() if _outcome(part) == "do not hold"}


def _outcome(part):
    """The outcome of one statement; what holds by construction adds nothing to other rows."""
    verdicts = {item.verdict for item in part}
    if len(verdicts) > 1:
        verdicts.discard("by construction")
    for outcome, those in (("hold", HOLD), ("do not hold", FAIL)):
        if verdicts <= set(those):
            return outcome
    if len(verdicts) == 1:
        return verdicts.pop()
    raise ValueError(f"statement {part[0].statement!r} has several outcomes: {sorted(verdicts)}")
