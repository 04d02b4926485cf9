"""Questions of chapter *Experiment*: the cell, the crystal, and what a run takes away."""

import numpy as np

from sandtime.exercises.question import Choice, Mistake, Open, Option, Question
from sandtime.materials import BETA_LIMIT, LI, LITHIUM_MOLAR_MASS, MAGNESIUM_MOLAR_MASS
from sandtime.reported import paper, quantity
from sandtime.units import N_A, F, cm, g, hour, minute, mm, uA

I_100 = quantity("current-density-100ua")
A_LI = LI.lattice_parameter
X_10 = paper("magnesium-fraction-li90mg10") / 100
FIVE = quantity("target-areal-capacity")
C_10, C_BETA = quantity("c0-li90mg10"), quantity("c-beta-limit")
MG = 1e-3 * g
MASSES = (100 * MG, X_10, LITHIUM_MOLAR_MASS, MAGNESIUM_MOLAR_MASS)


def _left(initial, start, end):
    """Lithium that is left at an end composition if the magnesium stays in the same volume."""
    return initial * start / (1 - start) * (1 - end) / end


def _weight(fraction, lithium, magnesium):
    """Mass fraction of magnesium."""
    return fraction * magnesium / (fraction * magnesium + (1 - fraction) * lithium)


def _spoiled(mass, fraction, lithium, magnesium, extra):
    """Atomic fraction of magnesium with so much of it too much."""
    share = _weight(fraction, lithium, magnesium)
    much, rest = (mass * share + extra) / magnesium, mass * (1 - share) / lithium
    return much / (much + rest)


def _shift(mass, fraction, lithium, magnesium, extra):
    wrong = _spoiled(mass, fraction, lithium, magnesium, extra)
    return (1 - wrong) / (1 - fraction) - 1


# fmt: off
CELL = (
    Choice(
        "experiment-constant", "What was held constant while the interface was watched?",
        (
            Option(
                "the voltage",
                hint="The voltage grows with the resistance until a cut-off ends the run."),
            Option("the direct current", True),
            Option(
                "the alternating voltage",
                hint="Its current is a fixed share of the direct one, so its voltage grows with "
                "the resistance."),
            Option(
                "the lithium in the working electrode",
                hint="Stripping takes lithium out of it: i/F moles per area and second."),
        ),
        level=1, minutes=2, outcome="experiment-1",
    ),
    Choice(
        "experiment-whose", "Whose interface makes the resistance that grows during a run?",
        (
            Option("the working electrode's", True),
            Option(
                "the counter electrode's",
                hint="That one was pressed on hard, so that it resists next to nothing, and "
                "lithium arrives there."),
            Option(
                "both, in equal parts",
                hint="The two were pressed on with very different pressures. Which was pressed "
                "gently, on purpose?"),
            Option(
                "neither: it is the pellet's",
                hint="The pellet gives off and takes up the same lithium; nothing in it changes."),
        ),
        level=1, minutes=2, outcome="experiment-1", exercise="exercise-experiment-constant",
    ),
)

LATTICE = (
    Question(
        "experiment-atoms", "lithium concentration with four atoms in the cell",
        lambda a: 4 / (N_A * a**3), "mmol cm⁻³", given=(A_LI,),
        arguments=("the lattice parameter",), level=1, minutes=4, outcome="experiment-2",
        mistakes=(
            Mistake(
                "two atoms", lambda a: 2 / (N_A * a**3),
                "This is the body-centred cell. A face-centred one has eight corners and six "
                "faces."),
            Mistake(
                "one atom", lambda a: 1 / (N_A * a**3),
                "How many atoms does a face-centred cell hold? A corner counts an eighth, a face "
                "a half."),
            Mistake(
                "corners and faces counted whole", lambda a: 14 / (N_A * a**3),
                "A corner belongs to eight cells and a face to two: count an eighth and a half."),
            Mistake(
                "atoms for moles", lambda a: 4 / a**3,
                "This counts atoms. Divide by the Avogadro constant."),
        ),
    ),
    Choice(
        "experiment-atoms-fact", "Which everyday fact rules this out?",
        (
            Option(
                "it is soft",
                hint="Softness does not count atoms. What follows at once from atoms per volume?"),
            Option("it floats on water", True),
            Option(
                "it melts below 200 °C",
                hint="Where a metal melts says how well its atoms hold together, not how many "
                "there are."),
            Option(
                "it reacts with water", hint="It does so with two atoms or with four in the cell."
            ),
        ),
        level=1, minutes=1, outcome="experiment-2", exercise="exercise-experiment-atoms",
    ),
    Question(
        "experiment-weighing", "magnesium in 100 mg of the alloy",
        lambda m, x, li, mg: m * _weight(x, li, mg), "mg", given=MASSES,
        arguments=("the mass", "the fraction", "lithium's molar mass", "magnesium's molar mass"),
        level=2, minutes=5, outcome="experiment-2",
        mistakes=(
            Mistake(
                "atoms for grams", lambda m, x, li, mg: m * x,
                "Ten per cent of the atoms are magnesium, and they are the heavier ones."),
            Mistake(
                "molar masses exchanged", lambda m, x, li, mg: m * _weight(x, mg, li),
                "Which of the two atoms is the heavier one?"),
            Mistake(
                "per lithium", lambda m, x, li, mg: m * x * mg / ((1 - x) * li),
                "This is magnesium per lithium. The batch holds both."),
        ),
    ),
    Question(
        "experiment-weighing-shift", "change of the lithium concentration, relative", _shift, "%",
        given=(*MASSES, 0.5 * MG),
        arguments=(
            "the mass", "the fraction", "lithium's molar mass", "magnesium's molar mass",
            "the error",
        ),
        level=2, minutes=6, outcome="experiment-2", exercise="exercise-experiment-weighing",
        rtol=0.015,
        mistakes=(
            Mistake(
                "the sign", lambda *batch: -_shift(*batch),
                "More magnesium leaves a smaller share for lithium: which sign has the change?"),
            Mistake(
                "change of the magnesium fraction",
                lambda m, x, li, mg, e: _spoiled(m, x, li, mg, e) / x - 1,
                "This is the change of x. The concentration goes with 1 − x."),
            Mistake(
                "not divided by what there was",
                lambda m, x, li, mg, e: x - _spoiled(m, x, li, mg, e),
                "This is the change of 1 − x itself. Asked for is the relative one."),
            Mistake(
                "grams for atoms", lambda m, x, li, mg, e: (1 + e / m) ** -1 - 1,
                "This compares masses. Count moles of each metal, then take 1 − x."),
        ),
    ),
)

CHARGE = (
    Question(
        "experiment-planes", "speed of the surface", lambda i, a: i * N_A * a**3 / (2 * F),
        "µm h⁻¹", given=(I_100, A_LI), arguments=("the current density", "the lattice parameter"),
        level=1, minutes=5, outcome="experiment-3",
        mistakes=(
            Mistake(
                "two charges, or four atoms in the cell", lambda i, a: i * N_A * a**3 / (4 * F),
                "Half of it is missing: Li⁺ carries one charge, and the cell is body-centred."),
            Mistake(
                "one atom in the cell", lambda i, a: i * N_A * a**3 / F,
                "Check the molar volume: how many atoms share the volume a³?"),
            Mistake(
                "the molar volume upside down", lambda i, a: i / F / (N_A * a**3 / 2),
                "The molar volume multiplies: the more room a mole takes, the faster the surface."),
            Mistake(
                "no molar volume", lambda i, a: i / F,
                "This is moles per area and second. How much room does a mole take?"),
        ),
    ),
    Question(
        "experiment-planes-count", "planes of atoms that leave in a minute",
        lambda i, a: i * N_A * a**2 / F * minute, given=(I_100, A_LI),
        arguments=("the current density", "the lattice parameter"), level=1, minutes=4,
        outcome="experiment-3", exercise="exercise-experiment-planes",
        mistakes=(
            Mistake(
                "a spacing of a, or two charges", lambda i, a: i * N_A * a**2 / (2 * F) * minute,
                "Half of them are missing: the planes lie a/2 apart, and Li⁺ carries one charge."),
            Mistake(
                "two atoms in each plane", lambda i, a: i * N_A * a**2 / (4 * F) * minute,
                "The two atoms of the cell lie in two planes, one in each."),
            Mistake(
                "a second", lambda i, a: i * N_A * a**2 / F,
                "This is in a second; asked for is a minute."),
            Mistake(
                "an hour", lambda i, a: i * N_A * a**2 / F * hour,
                "This is in an hour; asked for is a minute."),
        ),
    ),
    Question(
        "experiment-removed", "share of the foil's lithium that has left",
        lambda current, width, t, length, c: (
            current / (np.pi * width**2 / 4) * t / (F * length * c)
        ),
        "%", given=(57 * uA, 6 * mm, 2.25 * hour, quantity("foil-thickness"), quantity("c0-li")),
        arguments=("the current", "the diameter", "the time", "the thickness", "the concentration"),
        level=1, minutes=6, outcome="experiment-3",
        mistakes=(
            Mistake(
                "depleted for used up", lambda current, width, t, length, c: 1.0,
                "Only the interface is empty. Count what has passed, and compare it with what "
                "was there."),
            Mistake(
                "current for current density",
                lambda current, width, t, length, c: current / cm**2 * t / (F * length * c),
                "Per which area? The electrode is a small disk, not a square centimetre."),
            Mistake(
                "diameter for radius",
                lambda current, width, t, length, c: (
                    current / (np.pi * width**2) * t / (F * length * c)
                ),
                "The area of a disk is πr², and 6 mm is the diameter."),
            Mistake(
                "two charges",
                lambda current, width, t, length, c: (
                    current / (np.pi * width**2 / 4) * t / (2 * F * length * c)
                ),
                "Li⁺ carries one charge."),
        ),
    ),
    Question(
        "experiment-thickness", "thickness if every site is filled",
        lambda q, c, left: q / (F * (c - left)), "µm", given=(FIVE, C_10, C_BETA),
        arguments=("the charge", "the concentration", "what stays"), level=2, minutes=5,
        outcome="experiment-2",
        mistakes=(
            Mistake(
                "all lithium", lambda q, c, left: q / (F * c),
                "This counts all lithium. What lies below the β limit may not leave."),
            Mistake(
                "what stays", lambda q, c, left: q / (F * left),
                "This divides by what stays in the foil; charge is carried by what leaves."),
            Mistake(
                "two charges", lambda q, c, left: q / (2 * F * (c - left)),
                "Li⁺ carries one charge."),
        ),
    ),
    Question(
        "experiment-thickness-conserved", "thickness if the magnesium is conserved",
        lambda q, c, start, end: q / (F * (c - _left(c, start, end))), "µm",
        given=(FIVE, C_10, X_10, BETA_LIMIT),
        arguments=("the charge", "the concentration", "the first fraction", "the last fraction"),
        rtol=5e-3, level=2, minutes=6, outcome="experiment-2",
        exercise="exercise-experiment-thickness",
        mistakes=(
            Mistake(
                "full sites", lambda q, c, start, end: q / (F * c * (1 - (1 - end) / (1 - start))),
                "This keeps the number of atoms. Here the magnesium is kept: count lithium per "
                "magnesium before and after."),
            Mistake(
                "all that stays is lithium",
                lambda q, c, start, end: q / (F * c * (1 - start / end)),
                "x₀/x is the share of atoms that stay, and most of them are magnesium."),
            Mistake(
                "all lithium", lambda q, c, start, end: q / (F * c),
                "Lithium that stays beside the magnesium does not carry charge. It is little, not "
                "nothing."),
        ),
    ),
)

FOIL = (
    Open(
        "experiment-density",
        (
            "Dividing by a smaller density repairs the quotient of the two capacities, yet it is "
            "no cause of 2820 mAh/g.",
            "Pores lower density and capacity per volume, not the capacity per mass.",
            "Less magnesium lowers the density and raises the capacity per mass; it contradicts "
            "the refined cell.", "Says for each cause what c₀ becomes, with a number.",
            "Names a measurement that tells them apart, such as a chemical analysis.",
        ),
        level=3, minutes=15, outcome="experiment-2",
    ),
    Choice(
        "experiment-density-pores", "What do pores do to a foil's capacity per mass?",
        (
            Option("nothing", True),
            Option("they lower it", hint="Per volume, yes. What does a pore weigh?"),
            Option(
                "they raise it",
                hint="A pore adds no charge. Does it take mass away from the metal around it?"),
        ),
        level=2, minutes=2, outcome="experiment-2", exercise="exercise-experiment-density",
    ),
)

QUESTIONS = CELL + LATTICE + CHARGE + FOIL
