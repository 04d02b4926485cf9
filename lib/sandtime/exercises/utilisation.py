"""Questions of chapter *Utilisation*: shares, limits, a number that does not come out."""

import bisect
import functools

import numpy as np
from scipy.linalg import eigh
from scipy.optimize import brentq

from sandtime import arrhenius, slab
from sandtime.exercises.question import Choice, Mistake, Open, Option, Question
from sandtime.reported import quantity
from sandtime.units import F, celsius, cm, eV, mA, um

D = quantity("d-beta")
THIN = quantity("thickness-figure-9")
C_10, C_BETA = quantity("c0-li90mg10"), quantity("c-beta-limit")
DROP = C_10 - C_BETA
I_100, T0 = quantity("current-density-100ua"), quantity("t0-li90mg10-25c-100ua")
FIVE = quantity("target-areal-capacity")
SLOW = (0.95, 50 * um, D, DROP)
SLOW_NAMES = ("the share", "the thickness", "the diffusivity", "the drop")
WARM = (0.8, 5 * mA / cm**2, 50 * um, 0.43 * eV, celsius(25))
WARM_NAMES = ("the share", "the current density", "the thickness", "the energy", "the temperature")
SIGMA = F * D * DROP / (1 * mA / cm**2 * THIN)


def _temperature(share, i, length, energy, known, sigma=None, drop=DROP):
    """Temperature at which the diffusivity is large enough."""
    sigma = slab.drop_for(share) if sigma is None else sigma
    needed = sigma * i * length / (F * drop)
    return arrhenius.temperature_for(needed, energy, D, known)


def _graded(nodes, lumped=False, end=-1):
    """Decay rates and interface weights of linear elements between nodes."""
    nodes = np.asarray(nodes, float)
    stiffness, mass = np.zeros((2, len(nodes), len(nodes)))
    for k, size in enumerate(np.diff(nodes)):
        here = slice(k, k + 2)
        stiffness[here, here] += np.array([[1, -1], [-1, 1]]) / size
        mass[here, here] += size * np.array([[2, 1], [1, 2]]) / 6
    if lumped:
        mass = np.diag(mass.sum(axis=1))
    rate, shape = eigh(stiffness, mass)
    return np.array([rate[1:], shape[end, 1:] ** 2])


def _mesh_error(modes, sigma=SIGMA):
    """Relative error of the utilisation at σ by the modes of a mesh."""
    rate, weight = modes

    def short(tau):
        return tau - np.sum(weight * np.expm1(-rate * tau) / rate) - sigma

    return brentq(short, 0, sigma, rtol=1e-12) / slab.dimensionless_depletion_time(sigma) - 1


@functools.cache
def _enough(lumped=False, largest=0.01):
    """Number of equal elements for an error below `largest`."""
    counts = range(2, 200)  # the error falls with every element more
    first = bisect.bisect_left(
        counts,
        True,
        key=lambda m: abs(_mesh_error(_graded(np.linspace(0, 1, m + 1), lumped))) < largest,
    )
    return counts[first]


# fmt: off
SHARES = (
    Question(
        "utilisation-share", "share of all lithium that has been delivered",
        lambda share, c, left: share * (c - left) / c, "%", given=(0.41, C_10, C_BETA),
        arguments=("the share", "the concentration", "the cut-off"), level=1, minutes=3,
        outcome="utilisation-1",
        mistakes=(
            Mistake(
                "of the accessible lithium", lambda share, c, left: share,
                "Of what? This is the share of what lies above the cut-off. Asked for is the "
                "share of all."),
            Mistake(
                "the other way", lambda share, c, left: share * c / (c - left),
                "All lithium is more than the accessible part: is the same charge a larger share "
                "of it?"),
            Mistake(
                "of what stays", lambda share, c, left: share * left / c,
                "This takes the lithium below the cut-off. What can leave is the rest."),
        ),
    ),
    Question(
        "utilisation-share-capacity", "charge per area above the cut-off",
        lambda c, left, length: F * (c - left) * length, "mAh cm⁻²", given=(C_10, C_BETA, THIN),
        arguments=("the concentration", "the cut-off", "the thickness"), level=1, minutes=3,
        outcome="utilisation-1", exercise="exercise-utilisation-share",
        mistakes=(
            Mistake(
                "all lithium", lambda c, left, length: F * c * length,
                "This counts all lithium. What lies below the cut-off stays."),
            Mistake(
                "what stays", lambda c, left, length: F * left * length,
                "This is what stays behind."),
            Mistake(
                "two charges", lambda c, left, length: 2 * F * (c - left) * length,
                "Li⁺ carries one charge."),
        ),
    ),
    Choice(
        "utilisation-share-thicker",
        "At a large current the foil is made twice as thick. What happens to the share that it "
        "delivers?",
        (
            Option(
                "it doubles",
                hint="The interface is empty after the same time. How much has been taken by "
                "then, and of how much?"),
            Option(
                "it stays",
                hint="The charge at depletion stays, if the far side does not matter. Of how "
                "much lithium is it a share?"),
            Option("it halves", True),
            Option(
                "it falls to a quarter",
                hint="A quarter is what the depletion time does when the current is doubled."),
        ),
        level=1, minutes=2, outcome="utilisation-1", exercise="exercise-utilisation-share",
    ),
    Question(
        "utilisation-slow", "current density at which 50 µm deliver 95 %",
        lambda share, length, diffusivity, drop: 3 * (1 - share) * F * diffusivity * drop / length,
        "µA cm⁻²", given=SLOW, arguments=SLOW_NAMES, level=2, minutes=8, outcome="utilisation-1",
        mistakes=(
            Mistake(
                "the fast end", lambda s, length, d, drop: np.pi / 4 / s * F * d * drop / length,
                "This is Sand's end of the curve. Close to all lithium the other end holds: 1 − "
                "1/(3σ)."),
            Mistake(
                "the third forgotten", lambda s, length, d, drop: (1 - s) * F * d * drop / length,
                "A 3 is missing: the slow end is 1 − 1/(3σ)."),
            Mistake(
                "the share for the rest", lambda s, length, d, drop: 3 * s * F * d * drop / length,
                "What is missing decides: 1/(3σ) is 1 minus the share."),
            Mistake(
                "c₀ for the drop", lambda s, length, d, drop: 3 * (1 - s) * F * d * C_10 / length,
                "The accessible lithium ends at the β limit: Δc, not c₀."),
            Mistake(
                "the paper's foil", lambda s, length, d, drop: 3 * (1 - s) * F * d * drop / THIN,
                "The foil of this question is thicker than the paper's."),
        ),
    ),
    Question(
        "utilisation-slow-days", "time that this strip takes",
        lambda share, length, diffusivity, drop: (
            share * length**2 / (3 * (1 - share) * diffusivity)
        ),
        "d", given=SLOW, arguments=SLOW_NAMES, level=2, minutes=4, outcome="utilisation-1",
        exercise="exercise-utilisation-slow",
        mistakes=(
            Mistake(
                "all lithium of the foil",
                lambda s, length, d, drop: C_10 / drop * s * length**2 / (3 * (1 - s) * d),
                "Only what lies above the cut-off has to leave."),
            Mistake(
                "one diffusion time", lambda s, length, d, drop: length**2 / d,
                "This is L²/D. The strip lasts as long as its charge, divided by the current."),
            Mistake(
                "the third forgotten", lambda s, length, d, drop: s * length**2 / ((1 - s) * d),
                "The current that belongs to this time is too small: the slow end is 1 − 1/(3σ)."),
            Mistake(
                "the paper's foil", lambda s, length, d, drop: s * THIN**2 / (3 * (1 - s) * d),
                "The foil of this question is thicker than the paper's."),
        ),
    ),
)

LIMITS = (
    Question(
        "utilisation-ceiling", "largest current density for 5 mAh cm⁻²",
        lambda i, t, charge: i**2 * t / charge, "µA cm⁻²", given=(I_100, T0, FIVE),
        arguments=("the current density", "the time", "the charge"), level=2, minutes=10,
        outcome="utilisation-3",
        mistakes=(
            Mistake(
                "a fixed charge", lambda i, t, charge: i,
                "At this current the strip ends before that charge has passed. How does i t₀ "
                "change with i?"),
            Mistake(
                "charge over time", lambda i, t, charge: charge / t,
                "This is the charge over 15 h. At another current the strip does not last 15 h."),
            Mistake(
                "a root", lambda i, t, charge: np.sqrt(i**3 * t / charge),
                "i t₀ = i₁² t₁/i: one division, no root."),
            Mistake(
                "a charge that grows with the current",
                lambda i, t, charge: charge / t * charge / (i * t),
                "The charge falls as 1/i: for more charge the current has to be smaller."),
        ),
    ),
    Question(
        "utilisation-ceiling-time", "time that this strip takes",
        lambda i, t, charge: charge**2 / (i**2 * t), "h", given=(I_100, T0, FIVE),
        arguments=("the current density", "the time", "the charge"), level=2, minutes=3,
        outcome="utilisation-3", exercise="exercise-utilisation-ceiling",
        mistakes=(
            Mistake(
                "t ∝ 1/i, or the charge at the old current", lambda i, t, charge: charge / i,
                "This is the charge divided by 100 µA cm⁻². Divide by the current that was "
                "found; the time goes with i⁻²."),
            Mistake(
                "the time at the old current", lambda i, t, charge: t,
                "This belongs to 100 µA cm⁻². A smaller current takes longer."),
            Mistake(
                "t ∝ i⁻³", lambda i, t, charge: charge**3 / (i**3 * t**2),
                "The depletion time goes with the square of the current, not with its cube."),
        ),
    ),
    Question(
        "utilisation-temperature", "temperature at which the foil delivers that share",
        _temperature, "°C", given=WARM, arguments=WARM_NAMES, rtol=5e-3, kind="code", level=2,
        minutes=10, outcome="utilisation-1",
        mistakes=(
            Mistake(
                "the fast end", lambda *q: _temperature(*q, sigma=4 * q[0] / np.pi),
                "This takes Sand's end of the curve, which promises too much at such a share."),
            Mistake(
                "the other energy",
                lambda s, i, length, e, known: _temperature(s, i, length, 0.57 * eV, known),
                "This is the paper's activation energy. The question gives another."),
            Mistake(
                "decades",
                lambda s, i, length, e, known: _temperature(s, i, length, np.log(10) * e, known),
                "The factor is e to the power of the energy over k_B T, not 10."),
        ),
    ),
    Choice(
        "utilisation-temperature-half", "What would 25 µm need at 10 mA cm⁻²?",
        (
            Option(
                "a lower temperature",
                hint="The way is shorter, but the current is larger. Which product stands in σ?"),
            Option("the same temperature", True),
            Option(
                "a higher temperature",
                hint="The current is larger, but the way is shorter. Which product stands in σ?"),
        ),
        level=2, minutes=2, outcome="utilisation-1", exercise="exercise-utilisation-temperature",
    ),
)

MESH = (
    Question(
        "utilisation-mesh", "equal elements with consistent mass for an error below 1 %",
        lambda: float(_enough()), rtol=1e-3, kind="code", level=3, minutes=10,
        outcome="utilisation-2",
        mistakes=(
            Mistake("lumped mass", lambda: float(_enough(True)), "This is what lumped mass needs."),
            Mistake(
                "ten per cent", lambda: float(_enough(largest=0.1)),
                "This mesh is off by several per cent."),
            Mistake(
                "a tenth of a per cent", lambda: float(_enough(largest=0.001)),
                "This mesh is finer than 1 % needs."),
            Mistake(
                "nodes", lambda: float(_enough() + 1),
                "One more than the smallest: nodes, not elements?"),
        ),
    ),
    Question(
        "utilisation-mesh-lumped", "equal elements with lumped mass for an error below 1 %",
        lambda: float(_enough(True)), rtol=1e-3, kind="code", level=3, minutes=3,
        outcome="utilisation-2", exercise="exercise-utilisation-mesh",
        mistakes=(
            Mistake(
                "consistent mass", lambda: float(_enough()), "This is what consistent mass needs."
            ),
            Mistake(
                "ten per cent", lambda: float(_enough(True, 0.1)),
                "This mesh is off by several per cent."),
            Mistake(
                "nodes", lambda: float(_enough(True) + 1),
                "One more than the smallest: nodes, not elements?"),
        ),
    ),
    Question(
        "utilisation-mesh-graded",
        "decay rates and interface weights of linear elements between nodes", _graded,
        cases=(
            (np.linspace(0, 1, 5),), (np.array([0, 0.4, 0.7, 0.9, 1]),), (np.array([0, 0.5, 1]),),
            (np.array([0, 0.1, 0.5, 0.6, 0.95, 1]),),
        ),
        rtol=1e-3, level=3, minutes=20, outcome="utilisation-2", arguments=("the nodes",),
        exercise="exercise-utilisation-mesh",
        mistakes=(
            Mistake(
                "equal elements", lambda nodes: _graded(np.linspace(0, 1, len(nodes))),
                "These are equal elements: use the distances between the nodes."),
            Mistake(
                "lumped mass", lambda nodes: _graded(nodes, lumped=True),
                "This is lumped mass. Two thirds of an element's mass stand on the diagonal, one "
                "third beside it."),
            Mistake(
                "the blocked side", lambda nodes: _graded(nodes, end=0),
                "These are the weights at the blocked side. The interface is the last node."),
        ),
    ),
    Choice(
        "utilisation-which-late", "Where does the last curve of a reading that came too late end?",
        (
            Option(
                "at the cut-off, in straight pieces",
                hint="That is the sign of a coarse mesh, which reaches the limit too late and "
                "stops there."),
            Option(
                "at the cut-off, smooth",
                hint="So would a right simulation. What goes on at the interface after the limit "
                "has been passed?"),
            Option("below the cut-off, smooth", True),
            Option(
                "above the cut-off",
                hint="Too late means that more has been taken than the limit allows."),
        ),
        level=2, minutes=3, outcome="utilisation-2", exercise="exercise-utilisation-which",
    ),
    Open(
        "utilisation-which",
        (
            "Names what each cause does to the last curve: straight pieces and its end at the "
            "limit, or smooth and below it.", "Reads how deep each reaches into the foil.",
            "Computes both panels rather than drawing them.",
            "Says which panel would disprove both causes.",
            "Sees that the time beside the curve would settle it alone.",
        ),
        level=3, minutes=30, outcome="utilisation-2",
    ),
)

QUESTIONS = SHARES + LIMITS + MESH
