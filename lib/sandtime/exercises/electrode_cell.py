"""Questions of the chapters Cycling and Design."""

import numpy as np
from scipy.special import ndtr

from sandtime import arrhenius, sand, voids
from sandtime.exercises.question import Mistake, Open, Order, Question
from sandtime.materials import BETA_LIMIT, LI90MG10
from sandtime.reported import quantity
from sandtime.units import F, celsius, cm, eV, hour, k_B, mA, mAh, uA

ROOM = celsius(25)
I_100 = quantity("current-density-100ua")
T0 = quantity("t0-li90mg10-25c-100ua")
C0, V = LI90MG10.concentration, LI90MG10.molar_volume
MISSING = 1 / V - C0  # sites that are not full of lithium
D_FIXED = sand.diffusivity(I_100, T0, C0 - LI90MG10.lithium_left(BETA_LIMIT, conserved="sites"))
MEDIAN = np.sqrt(
    quantity("critical-current-density") * quantity("critical-current-density", "paper_high")
)


def _fill(current, diffusivity, missing):
    """Charge until the surface of the fixed frame is full."""
    return np.pi * diffusivity * (F * missing / 2) ** 2 / current


def _votes(step, scatter, better):
    """Chances that a cell fails in a later step than its partner, and in an earlier one."""
    top = 2 * MEDIAN * max(better, 1 / better)  # no cell reaches it
    count = min(int(top / abs(step)) + 1, 4000)
    edges = np.log(abs(step) * np.arange(1, count + 1)) - np.log(MEDIAN)
    first = np.diff(ndtr(edges / scatter), prepend=0, append=1)
    second = np.diff(ndtr((edges - np.log(better)) / scatter), prepend=0, append=1)
    before = np.cumsum(first) - first
    return second @ before, second @ (1 - before - first)


def _pairs(step, scatter, better):
    later, earlier = _votes(step, scatter, better)
    return 4 * (later + earlier) / (later - earlier) ** 2


def _ties_count(step, scatter, better):
    later, earlier = _votes(step, scatter, better)
    return 4 / (later - earlier) ** 2


# fmt: off
CYCLING = (
    Question(
        "cycling-lose",
        "share of the contact that may be lost before 60 µA cm⁻² are critical, if 200 µA cm⁻² "
        "are for a full contact",
        lambda mean, critical: 1 - mean / critical, "%", given=(60 * uA / cm**2, 200 * uA / cm**2),
        arguments=("the mean current", "the critical current"), level=1, minutes=3,
        outcome="cycling-1",
        mistakes=(
            Mistake("what is left", lambda mean, critical: mean / critical,
                    "This is the share that must be left. How much may be lost?"),
            Mistake("upside down", lambda mean, critical: critical / mean - 1,
                    "The same current through less contact is denser: i/θ. Solve for θ."),
            Mistake("with a root", lambda mean, critical: 1 - np.sqrt(mean / critical),
                    "No root: the contact is a share of the area, and the current density goes "
                    "with 1/area."),
        ),
    ),
    Question(
        "cycling-gentle",
        "time of plating at half the current, in units of the strip's duration t₁, until the "
        "interface has its first composition",
        lambda f: (1 + f) ** 2 / ((1 + f) ** 2 - 1) - 1, given=(0.5,),
        arguments=("the plating current",), level=2, minutes=10, outcome="cycling-3",
        mistakes=(
            Mistake("from the start of the strip", lambda f: (1 + f) ** 2 / ((1 + f) ** 2 - 1),
                    "This counts from the start of the strip. How long does the plating take?"),
            Mistake("a third of the charge", lambda f: 1 / (3 * f),
                    "A third of the charge is the answer for plating with the full current. Here "
                    "the current changes by −3i/2."),
            Mistake("the full current", lambda f: 1 / 3,
                    "This is for plating with the full current. By how much does the current "
                    "change here?"),
            Mistake("all the charge back", lambda f: 1 / f,
                    "By then all of the charge is back. The interface has its first composition "
                    "earlier: the layer next to it fills first."),
        ),
    ),
    Question(
        "cycling-gentle-share", "share of the charge that has then been plated",
        lambda f: 1 / (f + 2), given=(0.5,), arguments=("the plating current",),
        exercise="exercise-cycling-gentle", level=2, minutes=3, outcome="cycling-3",
        mistakes=(
            Mistake("the share of the time", lambda f: 1 / (f * (f + 2)),
                    "This is the time over t₁. The charge is that times the plating current over "
                    "the current."),
            Mistake("a third", lambda f: 1 / 3,
                    "A third belongs to plating with the full current."),
            Mistake("all", lambda f: 1.0, "Not all of it has to come back: see the time."),
        ),
    ),
    Question(
        "cycling-lithium",
        "charge per area after which the fixed frame's surface is full of lithium", _fill, "C m⁻²",
        cases=(
            (0.5, 3.5e-15, 7.7e3), (4.0, 3.5e-15, 7.7e3), (0.5, 9e-16, 7.7e3), (1.0, 2e-15, 1.5e4),
            (100.0, 3.0e-15, 4e3), (2.5, 6e-15, 9e3),
        ),
        arguments=("the current", "the diffusivity", "the missing concentration"), rtol=1e-3,
        level=2, minutes=12, outcome="cycling-3",
        mistakes=(
            Mistake("the time", lambda i, D, missing: _fill(i, D, missing) / i,
                    "This is the time. The charge is the current times the time."),
            Mistake("i² in the charge", lambda i, D, missing: _fill(i, D, missing) * i,
                    "Here the time was multiplied by the current twice."),
            Mistake("the 2 not squared", lambda i, D, missing: 2 * _fill(i, D, missing),
                    "The 2 stands inside the square."),
            Mistake("the 2 forgotten", lambda i, D, missing: 4 * _fill(i, D, missing),
                    "The 2 below the concentration is missing."),
            Mistake("π lost", lambda i, D, missing: _fill(i, D, missing) / np.pi,
                    "π is missing: it goes with D."),
            Mistake("the drop of a strip", lambda i, D, missing: _fill(i, D, 1 / V - missing),
                    "This is the drop until the surface is empty. Plating fills what is missing "
                    "to 1/V_m."),
        ),
    ),
    Question(
        "cycling-lithium-double", "the charge at twice the current over that charge",
        lambda fold: 1 / fold, given=(2.0,), arguments=("the current",),
        exercise="exercise-cycling-lithium", level=1, minutes=3, outcome="cycling-3",
        mistakes=(
            Mistake("the time", lambda fold: fold**-2,
                    "The time falls with the square. The charge is the current times the time."),
            Mistake("the same charge", lambda fold: 1.0,
                    "A faster current fills a thinner layer: the charge is not the same."),
            Mistake("more charge", lambda fold: fold,
                    "A faster current fills the surface earlier, and with less."),
        ),
    ),
    Question(
        "cycling-step", "pairs of cells that it takes", _pairs,
        cases=((1.0, 0.1, 1.2), (0.5, 0.2, 1.2), (0.2, 0.1, 1.5), (2.0, 0.3, 1.9), (0.5, 0.3, 3.0),
               (1.5, 0.15, 2.5), (0.3, 0.25, 1.3)),
        arguments=("the step", "the scatter", "the ratio"), rtol=0.05, level=3, minutes=30,
        outcome="cycling-2",
        mistakes=(
            Mistake("ties count", _ties_count,
                    "Ties have been counted as votes. Only pairs that vote have a variance."),
            Mistake("one standard deviation", lambda *case: _pairs(*case) / 4,
                    "This is one standard deviation. Two are asked for; their square counts."),
            Mistake("no steps", lambda step, scatter, better: _pairs(0.01, scatter, better),
                    "The step does not enter: round both cells up to the next step before they "
                    "vote."),
        ),
    ),
    Open(
        "cycling-open",
        (
            "Brings the contact of a stripped electrode back by pressure, seen in the "
            "capacitance (2).",
            "Plates with and without that and says what each result would mean (2).",
            "Has a control: an electrode with little contact from the start and no void (2).",
            "Checks that pressing takes less time than other processes that could interfere (1).",
        ),
        level=3, minutes=25, outcome="cycling-1",
    ),
)
# fmt: on

REACHED = I_100**2 * T0
TARGET = quantity("target-areal-capacity") * quantity("target-current-density")
DROP = quantity("c0-li90mg10") - quantity("c-beta-limit")
SHORT = TARGET / REACHED
CREEP = voids.ANAND_NARAYAN
GOAL = 2 * mAh / cm**2 * 0.5 * mA / cm**2
E_SLOPE = arrhenius.activation_energy(
    quantity("d-eff-li90mg10-0c"), celsius(0), quantity("d-eff-li90mg10-25c"), ROOM
)


def _area_for(temperature, energy):
    return np.sqrt(SHORT / arrhenius.scale(1.0, energy, temperature, ROOM))


WARM_CELLS = tuple(
    (celsius(degree), energy * eV)
    for degree, energy in ((25, 0.43), (60, 0.31), (90, 0.57), (40, 0.43), (75, 0.5), (10, 0.35))
)
CAPACITY = 2 * mAh / cm**2 / (I_100 * T0) * REACHED / GOAL  # of the goals and of the foil


def _missing(energy, temperature):
    return GOAL / (REACHED * arrhenius.scale(1.0, energy, temperature, ROOM))


def _warm_for(factor, energy):
    """Temperature at which D is larger by a factor."""
    return 1 / (1 / ROOM - k_B / energy * np.log(factor))


def _softer(energy, n, hot, power=None):
    return arrhenius.scale(1.0, energy, hot, ROOM) ** (-1 / n if power is None else power)


# fmt: off
DESIGN = (
    Question(
        "design-same", "capacity at 2 mA cm⁻² of a thick electrode that lasts 4 h at 0.5 mA cm⁻²",
        lambda time, slow, fast: slow**2 * time / fast, "mAh cm⁻²",
        given=(4 * hour, 0.5 * mA / cm**2, 2 * mA / cm**2),
        arguments=("the time", "the first current", "the second current"), level=1, minutes=4,
        outcome="design-1",
        mistakes=(
            Mistake("the same charge", lambda time, slow, fast: slow * time,
                    "This charge is for the first current. What is constant is capacity times "
                    "current."),
            Mistake("the same time", lambda time, slow, fast: fast * time,
                    "The depletion time falls with the square of the current."),
            Mistake("q ∝ i⁻²", lambda time, slow, fast: slow**3 * time / fast**2,
                    "The time goes as i⁻², so the capacity i t₀ as 1/i."),
        ),
    ),
    Order(
        "design-levers",
        "Order by how much the product of capacity and current grows, the most first (thick "
        "electrode, 0.43 eV).",
        (
            "three times the area of the walls",
            "three times the diffusivity",
            "from 25 to 35 °C",
            "three times the thickness",
        ),
        "The product goes with the square of the area and in proportion to D; D with e to the "
        "−E/k_BT; a thick foil does not feel its back.",
        exercise="exercise-design-same", level=1, minutes=4, outcome="design-2",
    ),
    Question(
        "design-phone", "factor by which the product is missed at 37 °C, with 0.43 eV", _missing,
        given=(E_SLOPE, celsius(37)), arguments=("the energy", "the temperature"),
        also=(lambda energy, temperature: _missing(0.43 * eV, temperature),), level=2, minutes=8,
        outcome="design-1",
        mistakes=(
            Mistake("at room temperature", lambda energy, temperature: GOAL / REACHED,
                    "This is at room temperature. Body temperature raises D."),
            Mistake("colder", lambda energy, temperature: _missing(-energy, temperature),
                    "Warmth helps: turn the sign of the exponent."),
            Mistake("D squared", lambda energy, temperature: _missing(2 * energy, temperature),
                    "The product is proportional to D, not to its square."),
            Mistake("capacity alone",
                    lambda energy, temperature: _missing(energy, temperature) * CAPACITY,
                    "This compares the capacities, which belong to two currents. Compare the "
                    "products."),
        ),
    ),
    Question(
        "design-phone-area", "area factor that makes it up",
        lambda energy, temperature: np.sqrt(_missing(energy, temperature)),
        given=(E_SLOPE, celsius(37)), arguments=("the energy", "the temperature"),
        also=(lambda energy, temperature: np.sqrt(_missing(0.43 * eV, temperature)),),
        exercise="exercise-design-phone", level=2, minutes=3, outcome="design-2",
        mistakes=(
            Mistake("no root", _missing,
                    "Area counts twice: smaller current and more wall. So the root of the factor "
                    "does."),
            Mistake("squared", lambda energy, temperature: _missing(energy, temperature) ** 2,
                    "The product grows with the square of the area, so take the root, not the "
                    "square."),
            Mistake("at room temperature", lambda energy, temperature: np.sqrt(GOAL / REACHED),
                    "This is at room temperature. Body temperature raises D."),
        ),
    ),
    Question(
        "design-two", "area factor with which the alloy meets the target", _area_for,
        cases=WARM_CELLS, arguments=("the temperature", "the energy"), rtol=1e-3, level=2,
        minutes=15, outcome="design-2",
        mistakes=(
            Mistake("no root", lambda T, E: _area_for(T, E) ** 2,
                    "This is the factor in the product. Area counts twice in it."),
            Mistake("only at room temperature", lambda T, E: np.sqrt(SHORT),
                    "The temperature does not enter. D grows with it."),
            Mistake("the sign", lambda T, E: _area_for(T, -E),
                    "Warmth helps: less area is needed when it is warm."),
            Mistake("warmth outside the root",
                    lambda T, E: np.sqrt(SHORT) / arrhenius.scale(1.0, E, T, ROOM),
                    "The gain in D belongs under the root with the rest."),
        ),
    ),
    Question(
        "design-two-three", "temperature at which three times the area does, with 0.57 eV",
        lambda fold, energy: _warm_for(SHORT / fold**2, energy), "°C",
        given=(3.0, quantity("activation-energy-d")), arguments=("the area factor", "the energy"),
        exercise="exercise-design-two", level=2, minutes=6, outcome="design-2",
        mistakes=(
            Mistake("area not squared", lambda fold, energy: _warm_for(SHORT / fold, energy),
                    "Area counts with its square: how much is left for D?"),
            Mistake("no area", lambda fold, energy: _warm_for(SHORT, energy),
                    "This is warmth alone. What is left for it when the area is three times as "
                    "large?"),
            Mistake("decimal logarithm",
                    lambda fold, energy: 1 / (1 / ROOM - k_B / energy * np.log10(SHORT / fold**2)),
                    "Take the natural logarithm of the factor."),
        ),
    ),
    Question(
        "design-pressure", "share by which lithium's critical pressure falls from 25 to 80 °C",
        lambda energy, n, hot: 1 - _softer(energy, n, hot), "%", kind="code",
        given=(CREEP.activation_energy, CREEP.exponent, celsius(80)),
        arguments=("the energy", "n", "the temperature"), level=2, minutes=10, outcome="design-2",
        mistakes=(
            Mistake("what is left", lambda energy, n, hot: _softer(energy, n, hot),
                    "This is the pressure that is left, as a share. By how much does it fall?"),
            Mistake("no n-th root", lambda energy, n, hot: 1 - _softer(energy, n, hot, -1),
                    "An activated rate enters the pressure with its n-th root."),
            Mistake("of the lower one", lambda energy, n, hot: 1 / _softer(energy, n, hot) - 1,
                    "This is a share of the pressure at 80 °C. Take it of that at 25 °C."),
        ),
    ),
    Open(
        "design-open",
        (
            "States capacity, current, temperature and pressure, and their product q i (1).",
            "Compares with what the alloy reaches and with a pressure on lithium (2).",
            "Chooses two levers and says by how much each moves the cell (2).",
            "Names what limits: physics, or knowledge of an energy or of how voids multiply (1).",
            "Names the measurement that would change the choice, and its outcome (2).",
        ),
        level=3, minutes=30, outcome="design-3",
    ),
)
# fmt: on

QUESTIONS = CYCLING + DESIGN
