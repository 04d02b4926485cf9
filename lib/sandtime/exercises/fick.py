"""Questions of chapter *Fick*: a foil whose far side is near."""

import functools

import numpy as np
from scipy.optimize import brentq

from sandtime import slab
from sandtime.exercises.question import Choice, Mistake, Open, Option, Order, Question
from sandtime.reported import quantity
from sandtime.units import F, cm, hour, uA

D = quantity("d-beta")
THIN = quantity("thickness-figure-9")
C_10, C_BETA = quantity("c0-li90mg10"), quantity("c-beta-limit")
I_100 = quantity("current-density-100ua")
PULSES = (8 * hour, I_100, THIN, D, C_10 - C_BETA)
PULSE_NAMES = ("the period", "the current density", "the thickness", "the diffusivity", "the drop")


def curve(drop):
    """Accessible utilisation as a function of σ."""
    return slab.dimensionless_depletion_time(drop) / drop


def _thickest(current, share, drop=C_10 - C_BETA):
    return F * D * drop / (current * slab.drop_for(share))


@functools.cache
def _pulsed(drop, half):
    """Accessible utilisation; pulses and pauses last `half` each, in L²/D."""
    if drop > 50 * half:  # so short that they act like their mean, to what is asked for here
        return curve(2 * drop)
    for pulse in range(100):
        switches = half * np.arange(2 * pulse + 1)
        signs = (-1.0) ** np.arange(2 * pulse + 1)

        def short(time, switches=switches, signs=signs):
            return signs @ slab.profile(1.0, time - switches) - drop

        on, off = switches[-1], switches[-1] + half
        if short(off) > 0:
            return (pulse * half + brentq(short, on, off) - on) / drop
    return curve(2 * drop)


def _sigma(i, length, diffusivity, drop):
    return F * diffusivity * drop / (i * length)


def _in_pulses(period, i, length, diffusivity, drop):
    sigma = _sigma(i, length, diffusivity, drop)
    return _pulsed(float(sigma), float(period / 2 * diffusivity / length**2))


# fmt: off
SLOW = (
    Question(
        "fick-time", "the time L²/D of the foil",
        lambda length, diffusivity: length**2 / diffusivity, "h", given=(THIN, D),
        arguments=("the thickness", "the diffusivity"), level=1, minutes=3, outcome="fick-3",
        mistakes=(
            Mistake(
                "not squared", lambda length, diffusivity: length / diffusivity,
                "A diffusion time goes with the square of the thickness; check the unit."),
            Mistake(
                "the slowest mode",
                lambda length, diffusivity: length**2 / (np.pi**2 * diffusivity),
                "This is the time constant of a foil that evens out. Asked for is L²/D itself."),
            Mistake(
                "half of the foil", lambda length, diffusivity: length**2 / (4 * diffusivity),
                "The foil is stripped from one face: its whole thickness counts."),
            Mistake(
                "2Dt = L²", lambda length, diffusivity: length**2 / (2 * diffusivity),
                "This is the mean square way of one atom. Asked for is L²/D itself."),
        ),
    ),
    Order(
        "fick-time-order",
        "Order these strips by how well Sand's equation describes them, the best first.",
        (
            "100 µm at 1000 µA cm⁻²", "25 µm at 1000 µA cm⁻²", "100 µm at 100 µA cm⁻²",
            "25 µm at 100 µA cm⁻²", "25 µm at 10 µA cm⁻²",
        ),
        "Does the far side notice before the end? What counts is σ, which holds the product of "
        "current density and thickness.", level=1, minutes=4, outcome="fick-3",
        exercise="exercise-fick-time",
    ),
    Choice(
        "fick-third-flux",
        "The whole profile sinks at one rate. Which flux passes the plane at x, as a multiple of "
        "the flux at the interface (x = 1)?",
        (
            Option(
                "1, the same everywhere",
                hint="Then nothing would be taken from between two planes, and nothing would sink.",
            ),
            Option("x", True),
            Option("x²/2", hint="This is the profile. Its slope is the flux."),
            Option(
                "1 − x",
                hint="Nothing passes the blocked side, which is at x = 0. What drains through "
                "the interface?"),
        ),
        level=1, minutes=3, outcome="fick-1", exercise="exercise-fick-third",
    ),
    Question(
        "fick-third", "how far the interface lies below the mean",
        lambda i, length, diffusivity: i * length / (3 * F * diffusivity), "mmol cm⁻³",
        given=(10 * uA / cm**2, THIN, D),
        arguments=("the current density", "the thickness", "the diffusivity"), level=2, minutes=8,
        outcome="fick-1",
        mistakes=(
            Mistake(
                "below the blocked side",
                lambda i, length, diffusivity: i * length / (2 * F * diffusivity),
                "This is the drop from the blocked side to the interface. The mean lies between "
                "the two."),
            Mistake(
                "a straight profile",
                lambda i, length, diffusivity: i * length / (F * diffusivity),
                "The flux grows from zero at the blocked side: the profile is a parabola, not a "
                "line."),
            Mistake(
                "the mean below the blocked side",
                lambda i, length, diffusivity: i * length / (6 * F * diffusivity),
                "This is how far the mean lies below the blocked side. Asked for is the "
                "interface below the mean."),
            Mistake(
                "the foil of the experiment",
                lambda i, length, diffusivity: (
                    i * quantity("foil-thickness") / (3 * F * diffusivity)
                ),
                "The foil of the paper's model is thinner than those of the experiment."),
        ),
    ),
    Question(
        "fick-faces", "factor by which σ changes", lambda: 4.0, level=1, minutes=3,
        outcome="fick-2",
        mistakes=(
            Mistake(
                "only the current, or only the thickness", lambda: 2.0,
                "Half the current for each face: and what else is halved? Nothing crosses the "
                "middle."),
            Mistake(
                "no change", lambda: 1.0,
                "σ = FDΔc/(iL): which i and which L belong to one half of the foil?"),
            Mistake(
                "upside down", lambda: 0.25, "A smaller current and a shorter way make σ larger."
            ),
            Mistake("the thickness squared", lambda: 8.0, "σ holds the thickness once: FDΔc/(iL)."),
        ),
    ),
    Question(
        "fick-faces-share",
        "share of the accessible lithium from both faces, by the slow end of the curve",
        lambda i, length, diffusivity, drop: 1 - 1 / (12 * _sigma(i, length, diffusivity, drop)),
        "%", given=(I_100, THIN, D, C_10 - C_BETA),
        arguments=("the current density", "the thickness", "the diffusivity", "the drop"),
        also=(lambda *foil: curve(4 * _sigma(*foil)),), rtol=3e-3, level=2, minutes=5,
        outcome="fick-2", exercise="exercise-fick-faces",
        mistakes=(
            Mistake(
                "σ doubled", lambda *foil: 1 - 1 / (6 * _sigma(*foil)),
                "Current and thickness are both halved: what is σ now?"),
            Mistake(
                "Sand's end of the curve", lambda *foil: np.pi * _sigma(*foil),
                "More than all there is: Sand's end of the curve holds for small σ only."),
            Mistake(
                "the share doubled", lambda *foil: 2 * curve(_sigma(*foil)),
                "Two faces do not take twice the share: read the curve at the new σ."),
            Mistake(
                "from one face", lambda *foil: curve(_sigma(*foil)),
                "This is the share from one face."),
        ),
    ),
)

THICK = (
    Question(
        "fick-thick", "greatest thickness that yields a share of the accessible lithium",
        _thickest, "µm",
        cases=tuple(
            (i * uA / cm**2, share)
            for i, share in ((5, 0.5), (100, 0.05), (2000, 0.9), (100, 0.99), (30, 0.2), (400, 0.7))
        ),
        rtol=1e-3, level=2, minutes=15, outcome="fick-2",
        arguments=("the current density", "the share"),
        forbid=("slab.drop_for", "slab.current_density_for", "slab.diffusivity_for"),
        mistakes=(
            Mistake(
                "the fast end", lambda i, s: F * D * (C_10 - C_BETA) / (i * 4 * s / np.pi),
                "This is Sand's end of the curve. It holds for small shares; close to all the "
                "foil runs out."),
            Mistake(
                "the slow end", lambda i, s: F * D * (C_10 - C_BETA) * 3 * (1 - s) / i,
                "This is the slow end of the curve. It holds close to one, not for small shares."),
            Mistake(
                "the foil of 25 µm", lambda i, s: THIN,
                "The thickness is asked for: it depends on the current and on the share."),
            Mistake(
                "all lithium", lambda i, s: _thickest(i, s, C_10),
                "Above the cut-off there is only Δc, not c₀."),
            Mistake(
                "the share that stays", lambda i, s: _thickest(i, 1 - s),
                "This foil keeps the share that is asked for. Which way does the yield go with "
                "thickness?"),
        ),
    ),
    Question(
        "fick-pulses", "accessible utilisation with a period of 8 h", _in_pulses, "%",
        given=PULSES, arguments=PULSE_NAMES, rtol=1e-3, kind="code", level=3, minutes=20,
        outcome="fick-1",
        mistakes=(
            Mistake(
                "no pauses", lambda p, *foil: curve(_sigma(*foil)),
                "This is the strip without pauses."),
            Mistake(
                "the mean current", lambda p, *foil: curve(2 * _sigma(*foil)),
                "This is the limit of short periods. Within a pulse of hours the interface dips "
                "deeper than under the mean current."),
            Mistake(
                "pulses of a whole period", lambda p, *foil: _in_pulses(2 * p, *foil),
                "A period is a pulse and a pause: each lasts half of it."),
        ),
    ),
    Question(
        "fick-pulses-limit", "its limit for very short periods",
        lambda *foil: curve(2 * _sigma(*foil)), "%", given=PULSES[1:], arguments=PULSE_NAMES[1:],
        rtol=1e-3, kind="code", level=2, minutes=4, outcome="fick-2",
        exercise="exercise-fick-pulses",
        mistakes=(
            Mistake(
                "no pauses", lambda *foil: curve(_sigma(*foil)),
                "This is the strip without pauses. Which steady current do very short pulses act "
                "like?"),
            Mistake(
                "a quarter of the current", lambda *foil: curve(4 * _sigma(*foil)),
                "The mean of pulse and pause is half of the current, not a quarter."),
            Mistake(
                "all of it", lambda *foil: 1.0,
                "Short pauses do not even out the foil: the mean current goes on."),
        ),
    ),
    Question(
        "fick-pulses-power", "power of the period with which the missing utilisation vanishes",
        lambda: 0.5, rtol=0.05, level=2, minutes=3, outcome="fick-1",
        exercise="exercise-fick-pulses",
        mistakes=(
            Mistake(
                "in proportion", lambda: 1.0,
                "Within one pulse the interface dips with the root of the time."),
            Mistake("its square", lambda: 2.0, "How does the drop grow within one pulse?"),
            Mistake(
                "the sign", lambda: -0.5, "It vanishes for short periods: which sign has the power?"
            ),
        ),
    ),
    Choice(
        "fick-open-power", "In a half-space D depends on concentration. What becomes of t₀ ∝ i⁻²?",
        (
            Option("it holds", True),
            Option(
                "it fails where D changes a lot",
                hint="Measure positions in 1/i and times in 1/i². Does the current remain "
                "anywhere in the problem?"),
            Option(
                "it fails at small currents only",
                hint="A half-space has no length of its own. What would small be compared with?"),
        ),
        level=2, minutes=3, outcome="fick-2", exercise="exercise-fick-open",
    ),
    Open(
        "fick-open",
        (
            "Scales the equation and finds that for one shape and one cut-off a single number "
            "still decides.",
            "Says what is lost: each shape and each ratio of cut-off to c₀ has its own curve.",
            "Tests it: two foils that differ in all but that number, and another shape.",
            "Sees that Sand's scaling cannot tell, and that strips on both sides of the bend can.",
            "Says that a misfit rejects the model and does not name the cause.",
        ),
        level=3, minutes=30, outcome="fick-2",
    ),
)

QUESTIONS = SLOW + THICK
