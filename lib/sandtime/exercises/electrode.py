"""Questions of the chapters Frame and Relaxation."""

import functools

import numpy as np
from scipy.optimize import brentq

from sandtime import sand, slab
from sandtime.exercises.question import Mistake, Open, Question, failed
from sandtime.materials import BETA_LIMIT, LI90MG10
from sandtime.reported import quantity
from sandtime.transport import Step, solve_receding
from sandtime.units import F, celsius, cm, mAh, um

ROOM = celsius(25)
I_100, I_200 = (quantity(f"current-density-{micro}ua") for micro in (100, 200))
T0 = quantity("t0-li90mg10-25c-100ua")
FOIL, THIN = quantity("foil-thickness"), quantity("thickness-figure-9")
X0, V, C0 = LI90MG10.magnesium_fraction, LI90MG10.molar_volume, LI90MG10.concentration
ENRICHMENT = BETA_LIMIT / X0
C_END = {what: LI90MG10.lithium_left(BETA_LIMIT, conserved=what) for what in ("sites", "magnesium")}

LITHIUM_ONLY = (
    "This takes the volume per mole of lithium of the alloy. Its magnesium stays, and so does the "
    "magnesium's volume: use the volume of one mole of atoms."
)


def _fold(x):
    """Diffusivity of the fixed frame over that of the receding one, if the strip ends at x."""
    drop = C0 - LI90MG10.lithium_left(x, conserved="magnesium")
    return sand.diffusivity(I_100, T0, drop) / sand.receding_diffusivity(I_100, T0, V, x / X0)


@functools.cache
def _earlier_end(factor=2.0):
    return brentq(lambda x: _fold(x) - factor, 0.101, 0.69)


def _judge_earlier(x):
    """Calibrate both frames to that end and compare."""
    known = [_earlier_end(), *(mistake.make() for mistake in EARLIER)]
    if any(np.isclose(x, each, rtol=1e-3) for each in known):
        return None
    if not X0 < x < BETA_LIMIT:
        return failed(
            "outside the strip",
            "The interface is richer in magnesium than the foil, and at most at the β limit.",
        )
    if _fold(x) > 2:
        return failed("too late", "There the factor is above two: end the strip earlier.")
    return failed("too early", "There the factor is below two: end the strip later.")


# fmt: off
EARLIER = (
    Mistake("a factor in the drop", lambda: _earlier_end(4.0),
            "There the square root of the quotient is two. D goes with the square of the drop; "
            "it is D that differs by two."),
    Mistake("enrichment for composition", lambda: _earlier_end() / X0,
            "This is the enrichment x/x₀. Asked for is the composition x."),
    Mistake("lithium for magnesium", lambda: 1 - _earlier_end(),
            "This is the lithium fraction. Asked for is the magnesium fraction x."),
)
# fmt: on


@functools.cache
def _receding(current_density):
    """Share that 25 µm deliver if the lattice closes up."""
    return solve_receding(
        thickness=THIN,
        diffusivity=sand.receding_diffusivity(I_100, T0, V, ENRICHMENT),
        molar_volume=V,
        magnesium_fraction=X0,
        steps=Step(current_density, cutoff=BETA_LIMIT),
        rtol=1e-5,
    ).utilisation


def _fixed(current_density, kept="sites"):
    """The same if the sites stay."""
    drop = C0 - C_END[kept]
    layer = {"thickness": THIN, "diffusivity": sand.diffusivity(I_100, T0, drop), "initial": C0}
    ends = slab.depletion_time(current_density, cutoff=C_END[kept], **layer)
    return current_density * ends / (F * C0 * THIN)


@functools.cache
def _parted(kind):
    """Current below which the frames differ by a hundredth, in three readings of it."""
    gaps = {
        "points": lambda i: _receding(i) - _fixed(i) - 0.01,
        "per cent": lambda i: _receding(i) / _fixed(i) - 1.01,
        "kept": lambda i: _receding(i) - _fixed(i, "magnesium") - 0.01,
    }
    return brentq(gaps[kind], 0.4, 2.5, xtol=1e-4)


# fmt: off
FRAME = (
    Question(
        "frame-thickness",
        "thickness of a foil of Li0.9Mg0.1, 50 µm before, after 4 mAh cm⁻² if its lattice closes "
        "up",
        lambda charge, thickness: thickness - charge * V / F, "µm",
        given=(4 * mAh / cm**2, 50 * um), arguments=("the charge", "the thickness"), level=1,
        minutes=4, outcome="frame-3",
        mistakes=(
            Mistake("what has gone", lambda charge, thickness: charge * V / F,
                    "This is the thickness that goes. How thick is what stays?"),
            Mistake("volume per lithium", lambda charge, thickness: thickness - charge / F / C0,
                    LITHIUM_ONLY),
            Mistake("two charges", lambda charge, thickness: thickness - charge * V / (2 * F),
                    "Li⁺ carries one charge, so one electron takes one atom's volume."),
            Mistake("thicker", lambda charge, thickness: thickness + charge * V / F,
                    "Stripping takes metal away: which way does the thickness change?"),
        ),
    ),
    Question(
        "frame-speed", "speed of the receding interface at 200 µA cm⁻²",
        lambda current: current * V / F, "µm h⁻¹", given=(I_200,), arguments=("the current",),
        level=1, minutes=4, outcome="frame-1",
        mistakes=(
            Mistake("volume per lithium", lambda current: current / F / C0, LITHIUM_ONLY),
            Mistake("two charges, or half the current", lambda current: current * V / (2 * F),
                    "Half of it: Li⁺ carries one charge, and the current is twice that of the "
                    "text."),
            Mistake("the volume upside down", lambda current: current / V / F,
                    "A larger molar volume makes the interface faster: it multiplies."),
        ),
    ),
    Question(
        "frame-speed-charge", "thickness that goes with 1 mAh cm⁻²", lambda charge: charge * V / F,
        "µm", given=(mAh / cm**2,), arguments=("the charge",), exercise="exercise-frame-speed",
        level=1, minutes=3, outcome="frame-1",
        mistakes=(
            Mistake("volume per lithium", lambda charge: charge / F / C0, LITHIUM_ONLY),
            Mistake("two charges", lambda charge: charge * V / (2 * F), "Li⁺ carries one charge."),
        ),
    ),
    Question(
        "frame-speed-left",
        "share of a closed-up foil that is left when 94 % of its lithium is gone",
        lambda gone: 1 - (1 - X0) * gone, "%", given=(0.94,), arguments=("the share",), rtol=5e-3,
        exercise="exercise-frame-speed", level=2, minutes=3, outcome="frame-1",
        mistakes=(
            Mistake("of the lithium", lambda gone: 1 - gone,
                    "This is the share of the lithium that is left. The magnesium is all there "
                    "too."),
            Mistake("what has gone", lambda gone: (1 - X0) * gone,
                    "This is the share that has gone."),
            Mistake("two shares of different wholes", lambda gone: 1 - gone + X0,
                    "The lithium that is left is a share of the lithium, which is not all atoms: "
                    "bring both to the same whole before you add."),
        ),
    ),
    Question(
        "frame-beginning",
        "how many times steeper √q begins with filled sites than with magnesium kept, at x₀ = 0.15",
        lambda x: 1 / x, given=(0.15,), arguments=("x₀",), level=2, minutes=12, outcome="frame-1",
        mistakes=(
            Mistake("lithium per magnesium", lambda x: (1 - x) / x,
                    "This is lithium per magnesium in the foil. Differentiate both readings by "
                    "c, at c₀."),
            Mistake("c₀V is not 1", lambda x: 1 / (1 - x),
                    "With magnesium kept, the derivative of c_Mg/(c_Mg + c) has c_Mg above the "
                    "square: which fraction is that?"),
            Mistake("upside down", lambda x: x,
                    "Filled sites make the steeper one: turn it round."),
        ),
    ),
    Question(
        "frame-earlier",
        "magnesium fraction at the interface at which the two diffusivities differ by a factor "
        "of 2",
        _earlier_end, rtol=1e-3, kind="code", level=2, minutes=15, outcome="frame-2",
        mistakes=EARLIER, judge=_judge_earlier,
    ),
    Question(
        "frame-part",
        "current density below which the frames differ by more than one point in 25 µm",
        lambda: _parted("points"), "µA cm⁻²", kind="code", level=2, minutes=15, outcome="frame-2",
        mistakes=(
            Mistake("one per cent of it", lambda: _parted("per cent"),
                    "This is where they differ by one per cent of the yield. A point is a "
                    "hundredth of all lithium: a difference, not a quotient."),
            Mistake("magnesium kept in both", lambda: _parted("kept"),
                    "This compares with a lattice that stays and keeps its magnesium. The "
                    "paper's model fills every site."),
        ),
    ),
    Question(
        "frame-part-thick", "the same current in 100 µm over that in 25 µm", lambda fold: 1 / fold,
        kind="by hand", given=(4.0,), arguments=("the thickness",), exercise="exercise-frame-part",
        level=2, minutes=4, outcome="frame-2",
        mistakes=(
            Mistake("a thick foil takes more", lambda fold: fold,
                    "The back is felt later in a thick foil, so they part at a smaller current."),
            Mistake("the root", lambda fold: fold**-0.5,
                    "No root: the utilisation depends on FDΔc/(iL), so i and L count alike."),
            Mistake("the square", lambda fold: fold**-2,
                    "The time L²/D goes with the square, but so does t₀ ∝ i⁻²: i and L count "
                    "alike."),
            Mistake("no dependence", lambda fold: 1.0,
                    "In a thicker foil the diffusion reaches the back later. Which product "
                    "decides?"),
        ),
    ),
    Open(
        "frame-gauge",
        (
            "Chooses a cell in which the counter electrode's own change is known or absent (2).",
            "Gives the size of the signal from the charge, V_m q/F, and compares with 0.5 µm (2).",
            "Sees that a small current for the whole week moves the most material (1).",
            "Says what would be concluded from a length lost and from none (1).",
            "Names a control against creep or swelling, such as reversing the current (1).",
        ),
        level=3, minutes=25, outcome="frame-3",
    ),
)
# fmt: on

QUESTIONS = FRAME
