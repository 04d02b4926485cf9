"""Questions of the appendix *Notation*."""

from sandtime.exercises.question import Choice, Mistake, Option, Question
from sandtime.materials import LI
from sandtime.units import N_A, F, cm, mAh, s

CHARGE = 5 * mAh / cm**2
CELL = LI.lattice_parameter
WORDS = ("measured", "synthetic", "assumed", "inferred")


def _which(id, ask, right, **hints):
    """One of the four words fits; why the others do not."""
    options = tuple(Option(word, word == right, hints.get(word, "")) for word in WORDS)
    return Choice(
        id,
        ask,
        options,
        level=1,
        minutes=2,
        outcome="notation-3",
        exercise="exercise-notation-words",
    )


NO_MODEL = "Synthetic is what a model makes to stand in for data. This stands in the paper itself."

WORDS_OF = (
    _which(
        "notation-words-time",
        "the 15 h of the alloy at 100 µA cm⁻²",
        "measured",
        synthetic=NO_MODEL,
        assumed="Nobody chose it: a clock ran until a resistance passed a threshold.",
        inferred=(
            "The threshold is a choice, but the time until it is passed was observed, without a "
            "model between."
        ),
    ),
    _which(
        "notation-words-diffusivity",
        "its diffusivity of 2.3 × 10⁻¹¹ cm² s⁻¹",
        "inferred",
        measured=(
            "No instrument shows a diffusivity. Which equation stands between it and the time?"
        ),
        synthetic=NO_MODEL,
        assumed="It was concluded from something. From what, and through which equation?",
    ),
    _which(
        "notation-words-surface",
        "the 69 at% of magnesium at the interface when the run ended",
        "assumed",
        measured=(
            "Nobody looked at the interface at t₀. The phase diagram gives a limit, not what was "
            "there."
        ),
        synthetic=NO_MODEL,
        inferred=(
            "From which measured value would it follow? The diffusion model needs it as an input."
        ),
    ),
    _which(
        "notation-words-foil",
        "the 25 µm of the simulated foil",
        "assumed",
        measured="The foils of the experiments were thicker. This one exists in a simulation.",
        synthetic=(
            "The results of the simulation are computed; its thickness is a setting that was "
            "chosen."
        ),
        inferred=(
            "It has a reason (5 mAh cm⁻²), but a reason to choose is not a conclusion from data."
        ),
    ),
)

NOTATION = (
    Question(
        "notation-multiplier",
        "3 × 10⁻¹¹ cm² s⁻¹ in m² s⁻¹, as the library holds it",
        lambda: 3e-11 * cm**2 / s,
        "m² s⁻¹",
        level=1,
        minutes=1,
        outcome="notation-1",
        mistakes=(
            Mistake(
                "no multiplier",
                lambda: 3e-11,
                "This is the number in front of cm² s⁻¹. Multiply by the unit: a square centimetre"
                " in square metres.",
            ),
            Mistake(
                "a centimetre for its square",
                lambda: 3e-11 * cm,
                "The multiplier is that of a centimetre; here it is squared.",
            ),
            Mistake(
                "divided",
                lambda: 3e-11 / cm**2,
                "To write a value, multiply by the unit; to show it, divide.",
            ),
        ),
    ),
    Question(
        "notation-charge",
        "lithium of 5 mAh cm⁻²",
        lambda charge: charge / F,
        "mmol cm⁻²",
        given=(CHARGE,),
        arguments=("the charge",),
        level=1,
        minutes=4,
        outcome="notation-1",
        mistakes=(
            Mistake(
                "an hour is one second",
                lambda charge: charge / F / 3600,
                "A milliampere-hour is 3.6 C: an hour has 3600 s.",
            ),
            Mistake(
                "atoms",
                lambda charge: charge / F * N_A,
                "This counts atoms. Moles are the charge over F.",
            ),
            Mistake(
                "per square metre",
                lambda charge: charge / F / cm**2,
                "A square metre has ten thousand square centimetres; the value is per cm².",
            ),
        ),
    ),
    Question(
        "notation-charge-layers",
        "number of layers, each half a cell edge thick",
        lambda charge: charge / F * N_A * CELL**2,
        given=(CHARGE,),
        arguments=("the charge",),
        level=2,
        minutes=5,
        outcome="notation-1",
        exercise="exercise-notation-charge",
        mistakes=(
            Mistake(
                "two atoms a layer",
                lambda charge: charge / F * N_A * CELL**2 / 2,
                "A cell holds two atoms and is two layers high: one atom per a² in each.",
            ),
            Mistake(
                "atoms per volume",
                lambda charge: charge * LI.molar_volume / F / CELL**3,
                "This divides a thickness by a volume. Count the atoms per area, and per area of a"
                " layer.",
            ),
            Mistake(
                "four atoms",
                lambda charge: charge / F * N_A * CELL**2 / 4,
                "Lithium is body-centred: two atoms a cell, not four.",
            ),
        ),
    ),
    Choice(
        "notation-dimensions",
        "Which can be a difference of concentration?",
        (
            Option(
                "iL²/(FD)",
                hint=(
                    "i/F is an amount per area and time, over D per area. One length is left over:"
                    " count once more."
                ),
            ),
            Option("iL/(FD)", True),
            Option(
                "iD/(FL)",
                hint=(
                    "A larger diffusivity levels concentrations. And the time does not cancel: it "
                    "stands below twice."
                ),
            ),
        ),
        level=1,
        minutes=5,
        outcome="notation-2",
    ),
    *WORDS_OF,
)

QUESTIONS = NOTATION
