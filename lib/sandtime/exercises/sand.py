"""Questions of chapter *Sand*: depletion in a half-space, its memory, and how to read a strip."""

import numpy as np

from sandtime import sand
from sandtime.exercises.question import Choice, Mistake, Open, Option, Question
from sandtime.reported import quantity
from sandtime.units import F, cm, hour, uA, um

T0 = quantity("t0-li90mg10-25c-100ua")
D_10 = quantity("d-eff-li90mg10-25c")
C_10, C_BETA = quantity("c0-li90mg10"), quantity("c-beta-limit")
MEASURED = (80 * uA / cm**2, 20 * hour, quantity("c0-li95mg5"))
# fmt: off
STRIPS = (
    np.array([40, 60, 100, 150, 250]) * uA / cm**2,
    np.array([152, 65.6, 25.2, 11.7, 4.38]) * hour,
    C_10,
)
"""Current densities, depletion times and the drop: synthetic, with a scatter of 6 % in time."""


def _waited(share):
    """Depletion times from the start of a strip until a share of its drop is left."""
    return (share + 1 / share) ** 2 / 4


def _ramp(rate, diffusivity, drop):
    return (3 * F * drop * np.sqrt(np.pi * diffusivity) / (4 * rate)) ** (2 / 3)


def _of_slope(slope, drop):
    """Diffusivity from the slope of t₀^(−1/2) against the current density."""
    return 4 / np.pi / (F * drop * slope) ** 2


def _through_origin(i, t, c):
    return _of_slope((i @ t**-0.5) / (i @ i), c)


LAW = (
    Question(
        "sand-quarter", "fraction of the depletion time at which half of the drop is reached",
        lambda: 0.25, level=1, minutes=2, outcome="sand-1",
        mistakes=(
            Mistake("a straight line", lambda: 0.5, "The drop does not grow with t but with √t."),
            Mistake(
                "the root", lambda: np.sqrt(0.5),
                "The drop goes with √t, so the time goes with the square of the drop."),
            Mistake(
                "squared twice", lambda: 1 / 16, "The time goes with the square of the drop, once."
            ),
        ),
    ),
    Question(
        "sand-quarter-charge", "fraction of the final charge that has passed by then",
        lambda: 0.25, level=1, minutes=2, outcome="sand-1", exercise="exercise-sand-quarter",
        mistakes=(
            Mistake(
                "half the drop, half the charge", lambda: 0.5,
                "The charge is the current times the time. It does not go with the drop."),
            Mistake(
                "the square of the time", lambda: 1 / 16,
                "The current is constant: the charge goes with the time itself."),
        ),
    ),
    Question(
        "sand-quarter-double",
        "factor by which the charge at depletion changes if the current is doubled", lambda: 0.5,
        level=1, minutes=2, outcome="sand-1", exercise="exercise-sand-quarter",
        mistakes=(
            Mistake(
                "that of the time", lambda: 0.25,
                "This is what happens to the time. The charge is the current times the time."),
            Mistake(
                "a fixed charge", lambda: 1.0,
                "The charge would be fixed if all of a layer were emptied. The layer becomes "
                "thinner as the strip becomes shorter."),
            Mistake(
                "more current, more charge", lambda: 2.0,
                "More current, but for how much shorter a time?"),
        ),
    ),
    Question(
        "sand-diffusivity", "diffusivity of the alloy",
        lambda i, t, c: 4 / np.pi * (i / (F * c)) ** 2 * t, "cm² s⁻¹", given=MEASURED,
        arguments=("the current density", "the time", "the concentration"), level=1, minutes=6,
        outcome="sand-2",
        mistakes=(
            Mistake(
                "the 2 not squared", lambda i, t, c: 2 / np.pi * (i / (F * c)) ** 2 * t,
                "The 2 stands inside the square of t₀ = πD(FΔc/2i)²: it counts four times."),
            Mistake(
                "the 2 forgotten, or two charges",
                lambda i, t, c: 1 / np.pi * (i / (F * c)) ** 2 * t,
                "Is the 2 of t₀ = πD(FΔc/2i)² there? And Li⁺ carries one charge."),
            Mistake(
                "π forgotten", lambda i, t, c: 4 * (i / (F * c)) ** 2 * t,
                "π is missing. It comes from ∫dt′/√t′ over the past."),
            Mistake(
                "π/4 upside down", lambda i, t, c: np.pi / 4 * (i / (F * c)) ** 2 * t,
                "Solve t₀ = πD(FΔc/2i)² for D: π and 4 change sides."),
            Mistake(
                "not squared", lambda i, t, c: 4 / np.pi * (i / (F * c)) * t,
                "Current and concentration stand inside the square."),
            Mistake(
                "an end at the β limit",
                lambda i, t, c: 4 / np.pi * (i / F / (c - C_BETA)) ** 2 * t,
                "When does this strip end: with an empty interface or at the β limit?"),
            Mistake(
                "hours", lambda i, t, c: 4 / np.pi * (i / (F * c)) ** 2 * t / hour,
                "SI inside: the time counts in seconds."),
        ),
    ),
    Question(
        "sand-diffusivity-double", "depletion time at twice the current density",
        lambda i, t, c: t / 4, "h", given=MEASURED,
        arguments=("the current density", "the time", "the concentration"), level=1, minutes=2,
        outcome="sand-2", exercise="exercise-sand-diffusivity",
        mistakes=(
            Mistake(
                "t ∝ 1/i", lambda i, t, c: t / 2,
                "The layer that is emptied becomes thinner too: not half of the time."),
            Mistake(
                "t ∝ i⁻³", lambda i, t, c: t / 8,
                "The time goes with the square of the current, not with its cube."),
            Mistake(
                "t ∝ i^(−1/2)", lambda i, t, c: t / np.sqrt(2),
                "It is the drop that grows with √t, and with i. Solve for t."),
            Mistake(
                "the current in the numerator", lambda i, t, c: 4 * t,
                "A larger current empties the interface sooner."),
        ),
    ),
)

MEMORY = (
    Question(
        "sand-recovery", "wait until a tenth of the drop is left",
        lambda r, t: (_waited(r) - 1) * t, "d", given=(0.1, T0),
        arguments=("the share", "the depletion time"), rtol=5e-3, level=2, minutes=8,
        outcome="sand-4",
        mistakes=(
            Mistake(
                "counted from the start", lambda r, t: _waited(r) * t,
                "This counts from the start of the strip. How long is the wait?"),
            Mistake(
                "a tenth gone", lambda r, t: (_waited(1 - r) - 1) * t,
                "Nine tenths are to be gone, so a tenth is left."),
            Mistake(
                "as long as the strip", lambda r, t: t,
                "A rest undoes a strip more slowly. Add an opposite current to the one that goes "
                "on: √2 − 1 of the drop would be left."),
            Mistake(
                "the quarter forgotten", lambda r, t: ((r + 1 / r) ** 2 - 1) * t,
                "Half of sum plus difference is √(t/t₀): a half, squared, is missing."),
        ),
    ),
    Question(
        "sand-recovery-share", "Dt/L² at the end of the wait, counted from the start of the strip",
        lambda D, r, t, length: D * _waited(r) * t / length**2,
        given=(D_10, 0.1, T0, quantity("foil-thickness")),
        arguments=("the diffusivity", "the share", "the depletion time", "the thickness"),
        rtol=5e-3, level=2, minutes=4, outcome="sand-3", exercise="exercise-sand-recovery",
        mistakes=(
            Mistake(
                "the strip alone", lambda D, r, t, length: D * t / length**2,
                "This is Dt/L² at the end of the strip. The wait has to be added."),
            Mistake(
                "the wait alone", lambda D, r, t, length: D * (_waited(r) - 1) * t / length**2,
                "Diffusion began with the strip, not with the wait."),
            Mistake(
                "a length without its square", lambda D, r, t, length: D * _waited(r) * t / length,
                "A diffusion time goes with the square of the thickness; the quotient has no unit.",
            ),
            Mistake(
                "the foil of 25 µm", lambda D, r, t, length: D * _waited(r) * t / (25 * um) ** 2,
                "This is the foil of the paper's model. The foil of the experiment is thicker."),
        ),
    ),
    Question(
        "sand-reservoir", "current density below which the interface never empties",
        lambda D, c, length: F * D * c / length, "µA cm⁻²", given=(D_10, C_10, 25 * um),
        arguments=("the diffusivity", "the concentration", "the thickness"), level=2, minutes=12,
        outcome="sand-3",
        mistakes=(
            Mistake(
                "the mean of the line", lambda D, c, length: F * D * c / (2 * length),
                "The straight line goes from c₀ to zero: its slope is c₀/L, not half of it."),
            Mistake(
                "an end at the β limit", lambda D, c, length: F * D * (c - C_BETA) / length,
                "Here the interface is to end empty, not at the β limit."),
            Mistake(
                "the foil of the experiment",
                lambda D, c, length: F * D * c / quantity("foil-thickness"),
                "This is the thickness of the foils in the experiment, not the one of the "
                "question."),
        ),
    ),
    Choice(
        "sand-reservoir-image", "What does Sand's equation do for a foil that is fed from behind?",
        (
            Option(
                "it overestimates the depletion time",
                hint="That is the blocked foil, whose images add to the drop. Which sign has the "
                "image of a fixed concentration?"),
            Option("it underestimates the depletion time", True),
            Option(
                "it is exact",
                hint="It is exact as long as nothing comes back from the far side. What comes "
                "back from a reservoir?"),
        ),
        level=2, minutes=3, outcome="sand-3", exercise="exercise-sand-reservoir",
    ),
    Question(
        "sand-ramp", "depletion time under a current density that rises as rate · t", _ramp, "s",
        cases=(
            (1e-4, 2.3e-15, 6.96e4), (3e-5, 8e-16, 4.56e4), (2e-4, 5e-15, 6.0e4),
            (7e-5, 1e-15, 5e4), (1e-5, 3e-15, 7.68e4), (5e-4, 6e-16, 6.5e4),
        ),
        rtol=1e-3, level=2, minutes=20, outcome="sand-4",
        arguments=("the rate", "the diffusivity", "the concentration drop"),
        mistakes=(
            Mistake(
                "constant current",
                lambda a, D, c: (np.pi * D * (F * c / 2) ** 2 / a**2) ** (1 / 3),
                "This puts the last current into Sand's equation. Before, the current was "
                "smaller: use the integral over the past."),
            Mistake(
                "mean current", lambda a, D, c: (np.pi * D * (F * c) ** 2 / a**2) ** (1 / 3),
                "This puts the mean current into Sand's equation. Late current counts more than "
                "early current."),
            Mistake(
                "charge counts", lambda a, D, c: np.sqrt(F * c * np.sqrt(np.pi * D) / a),
                "This counts charge only, and its unit is not s. The kernel 1/√(t − t′) weighs "
                "late current more."),
            Mistake(
                "two thirds for four thirds",
                lambda a, D, c: (3 * F * c * np.sqrt(np.pi * D) / (2 * a)) ** (2 / 3),
                "Look at the integral of t′/√(t − t′) from 0 to t again: substitute t − t′."),
            Mistake(
                "π lost", lambda a, D, c: (3 * F * c * np.sqrt(D) / (4 * a)) ** (2 / 3),
                "A √π is missing: it stands in the kernel."),
            Mistake(
                "the power upside down",
                lambda a, D, c: (3 * F * c * np.sqrt(np.pi * D) / (4 * a)) ** (3 / 2),
                "The drop goes with the power 3/2 of the time: solve for t."),
        ),
    ),
    Question(
        "sand-ramp-power", "power of the rate with which the depletion time goes", lambda: -2 / 3,
        level=2, minutes=2, outcome="sand-4", exercise="exercise-sand-ramp",
        mistakes=(
            Mistake("Sand's", lambda: -2.0, "This is the power of a constant current."),
            Mistake(
                "that of a fixed charge", lambda: -0.5,
                "A fixed charge would give this. Diffusion weighs late current more."),
            Mistake(
                "the reciprocal", lambda: -1.5,
                "With which power does the drop grow? Solve for the time."),
            Mistake(
                "the sign", lambda: 2 / 3,
                "A faster ramp empties the interface sooner: what is the sign?"),
        ),
    ),
)

READING = (
    Question(
        "sand-strips", "diffusivity from the straight line through the origin", _through_origin,
        "cm² s⁻¹", given=STRIPS,
        arguments=("the current density", "the time", "the concentration"), rtol=2e-3, kind="data",
        level=2, minutes=15, outcome="sand-2",
        mistakes=(
            Mistake(
                "an intercept", lambda i, t, c: _of_slope(np.polyfit(i, t**-0.5, 1)[0], c),
                "This line has an intercept. What must t₀^(−1/2) be without a current?"),
            Mistake(
                "t₀ against i⁻²",
                lambda i, t, c: 4 / np.pi * (t @ i**-2.0) / (i**-2.0 @ i**-2.0) / (F * c) ** 2,
                "This is the line of t₀ against i⁻², which the slowest strip decides. Asked for "
                "is t₀^(−1/2) against i."),
            Mistake(
                "the mean of five", lambda i, t, c: np.mean(sand.diffusivity(i, t, c)),
                "This is the mean of five diffusivities. A line through the origin does not give "
                "the strips equal weight."),
            Mistake(
                "the slope itself",
                lambda i, t, c: 4 / np.pi * ((i @ t**-0.5) / (i @ i)) ** 2 / (F * c) ** 2,
                "The slope stands in the denominator: does a faster alloy have a steeper line?"),
            Mistake(
                "an end at the β limit", lambda i, t, c: _through_origin(i, t, c - C_BETA),
                "These strips end with an empty interface, not at the β limit."),
            Mistake(
                "the 2 forgotten", lambda i, t, c: _through_origin(i, t, c) / 4,
                "The 2 of t₀ = πD(FΔc/2i)² is missing: it is squared."),
        ),
    ),
    Choice(
        "sand-strips-weight", "Which strip decides this slope most?",
        (
            Option(
                "the slowest one",
                hint="It lasts longest, but in this plot its point lies nearest to the origin. "
                "What lever has it?"),
            Option("the fastest one", True),
            Option(
                "all alike",
                hint="The slope is Σ i t₀^(−1/2) / Σ i². Which current makes most of the lower "
                "sum?"),
        ),
        level=2, minutes=2, outcome="sand-2", exercise="exercise-sand-strips",
    ),
    Choice(
        "sand-strips-proof", "The points lie on a line through the origin. What has been shown?",
        (
            Option(
                "that diffusion limits the strip",
                hint="Voids whose number grows as i² would give the same line without any "
                "diffusion."),
            Option(
                "that the diffusivity does not depend on concentration",
                hint="In a half-space any D(c) gives the same power of the current."),
            Option(
                "that the depletion time goes as i⁻², as in any half-space and not only there", True
            ),
            Option(
                "that the interface is empty at the end",
                hint="Any fixed end gives a line. What it is changes the slope only."),
        ),
        level=2, minutes=3, outcome="sand-3", exercise="exercise-sand-strips",
    ),
    Open(
        "sand-open",
        (
            "Chooses currents by what separates the two readings: the small ones, with numbers "
            "for both.", "Keeps the foil a half-space: looks at Dt₀/L² before choosing.",
            "Repeats a current, since the scatter between cells is not known.",
            "Reads each strip with two criteria and says what a moving t₀ would mean.",
            "Says before the experiment which result would decide.",
        ),
        level=3, minutes=20, outcome="sand-3",
    ),
)

QUESTIONS = LAW + MEMORY + READING
