"""Questions of the appendix *Ledger*."""

import functools

from sandtime import ledger
from sandtime.exercises.question import Choice, Mistake, Open, Option, Question


def _row(id="capacity-volumetric-li90mg10"):
    return ledger.row(id)


@functools.cache
def _moved(factor, relations=("=", "~"), only=""):
    """Rows whose arithmetic says something else with every tolerance times a factor."""
    found = 0
    for row in ledger.rows():
        if row.recomputed is None or row.relation not in relations:
            continue
        verdict = ledger.judge(row.relation, row.paper, row.recomputed, factor * row.tolerance)
        found += verdict != row.arithmetic and (not only or row.arithmetic == only)
    return found


LEDGER = (
    Question(
        "ledger-look",
        "by how much the recomputed gravimetric capacity of Li₀.₉Mg₀.₁ differs from the printed "
        "one, relative to the printed",
        lambda: _row("capacity-gravimetric-li90mg10").relative_difference,
        "%",
        rtol=0.02,
        level=1,
        minutes=3,
        outcome="ledger-1",
        kind="data",
        mistakes=(
            Mistake(
                "the sign",
                lambda: -_row("capacity-gravimetric-li90mg10").relative_difference,
                "Recomputed less printed: the recomputed value is the smaller one.",
            ),
            Mistake(
                "the tolerance",
                lambda: _row("capacity-gravimetric-li90mg10").tolerance,
                "This is what the rule allows. Asked for is by how much the values differ.",
            ),
            Mistake(
                "the other capacity",
                lambda: _row().relative_difference,
                "This is the capacity per volume. Look for the one per mass.",
            ),
        ),
    ),
    Choice(
        "ledger-digit",
        "A paper prints 0.8; the sources give 0.75. By the rule the number is",
        (
            Option("reproduced", True),
            Option(
                "within rounding",
                hint=(
                    "Half a unit of the last printed digit is the tolerance. Where does 0.75 lie "
                    "against it?"
                ),
            ),
            Option(
                "not reproduced",
                hint=(
                    "One digit is printed, so the tolerance is large: half a unit of it, relative "
                    "to the number."
                ),
            ),
        ),
        level=1,
        minutes=2,
        outcome="ledger-2",
        exercise="exercise-ledger-look",
    ),
    Question(
        "ledger-strict",
        "tolerance if the trailing zero of 1870 counts",
        lambda: 0.5 / _row().paper,
        "%",
        level=1,
        minutes=3,
        outcome="ledger-2",
        mistakes=(
            Mistake(
                "a whole unit",
                lambda: 1 / _row().paper,
                "The tolerance is half a unit of the last printed digit; a whole one belongs to "
                "“about”.",
            ),
            Mistake(
                "the tens",
                lambda: _row().tolerance,
                "This is the tolerance with the zero not counted: half of ten.",
            ),
            Mistake(
                "not relative",
                lambda: 0.5,
                "The tolerance is relative: divide the half unit by the number.",
            ),
        ),
    ),
    Choice(
        "ledger-strict-verdict",
        "The verdict is then",
        (
            Option(
                "reproduced",
                hint="Compare the difference of the two values with half a unit of the ones.",
            ),
            Option(
                "within rounding",
                hint=(
                    "That is up to twice the tolerance, a whole unit of the ones. How far off is "
                    "the value?"
                ),
            ),
            Option("not reproduced", True),
        ),
        level=1,
        minutes=1,
        outcome="ledger-2",
        exercise="exercise-ledger-strict",
    ),
    Question(
        "ledger-generous",
        "number of rows (= and ~) for which the arithmetic says something else with twice the "
        "tolerance",
        lambda: float(_moved(2)),
        level=2,
        minutes=10,
        outcome="ledger-2",
        kind="code",
        mistakes=(
            Mistake(
                "those that missed",
                lambda: float(_moved(2, only="not reproduced")),
                "This counts the rows that missed the printed value. Those that move from one "
                "agreement to another count too.",
            ),
            Mistake(
                "half the tolerance",
                lambda: float(_moved(0.5)),
                "This halves the tolerance. Make it twice as large.",
            ),
            Mistake(
                "no row",
                lambda: 0.0,
                "If no row moves, the tolerance has not reached the rule: `ledger.judge` takes it "
                "as its last argument.",
            ),
        ),
    ),
    Open(
        "ledger-own",
        (
            "The number, its place, and the two numbers that it follows from are named.",
            "The tolerance follows from the digits that are printed, trailing zeros apart.",
            "The verdict of the rule, with the recomputed value.",
            "If it does not hold: which step is missing from the print, or that none was found.",
        ),
        level=3,
        minutes=30,
        outcome="ledger-3",
    ),
    Choice(
        "ledger-sense",
        "A paper says “more than 60 h”; recomputed are 60.4 h. The rule says",
        (
            Option("reproduced: a bound is checked by its sense", True),
            Option(
                "within rounding: the values differ by less than one unit",
                hint=(
                    "How far a value lies from a bound does not matter to the rule, only on which "
                    "side."
                ),
            ),
            Option(
                "not recomputable: a bound is no number",
                hint="A bound can be checked: is the value on its side or not?",
            ),
        ),
        level=1,
        minutes=1,
        outcome="ledger-3",
        exercise="exercise-ledger-look",
    ),
)

QUESTIONS = LEDGER
