"""Questions of the chapter Relaxation."""

import functools

import numpy as np

from sandtime import sand, thermodynamics
from sandtime.exercises.electrode import (
    C0,
    C_END,
    ENRICHMENT,
    FOIL,
    I_100,
    LITHIUM_ONLY,
    ROOM,
    T0,
    THIN,
    X0,
    V,
)
from sandtime.exercises.question import Mistake, Open, Question
from sandtime.materials import LI, LI90MG10
from sandtime.reported import quantity
from sandtime.units import F, R, cm, hour, mAh, mV, s, uA, um

X_XRAY = (
    X0
    * (LI.lattice_parameter - quantity("lattice-parameter-stripped"))
    / (LI.lattice_parameter - LI90MG10.lattice_parameter)
)
D_PULSE = 1e-11 * cm**2 / s
PULSE = 20 * uA / cm**2, 4 * hour
SLOPE = (
    float(np.diff(thermodynamics.open_circuit_potential(X0 + np.array([-1e-4, 1e-4]), ROOM))[0])
    / 2e-4
)
"""Of the open-circuit potential with magnesium, at the foil's composition, V."""
PHI = thermodynamics.thermodynamic_factor(np.array([0.1, 0.6]), ROOM)


def _pulse(current, diffusivity, moved):
    """Duration of a pulse that moves the composition of the interface so far, magnesium kept."""
    return np.pi * diffusivity * (moved * F / (2 * current * X0 * V)) ** 2


def _tail(current, diffusivity, moved, wait, middle=0.5):
    duration = _pulse(current, diffusivity, moved)
    after = wait + middle * duration
    return SLOPE * X0 * V * current * duration / F / np.sqrt(np.pi * diffusivity * after)


def _tail_exact(current, diffusivity, moved, wait):
    """The strip and its opposite, not the tail."""
    duration = _pulse(current, diffusivity, moved)
    roots = np.sqrt(duration + wait) - np.sqrt(wait)
    return SLOPE * X0 * V * 2 * current * roots / F / np.sqrt(np.pi * diffusivity)


@functools.cache
def record():
    """A synthetic relaxation after `PULSE`: time since its end, s, and potential above that of the
    fresh alloy, V, to a microvolt, with a noise of one."""
    (current, pulse), truth = PULSE, 1.7e-11 * cm**2 / s
    wait = np.array([4, 6, 8, 12, 16, 24, 36, 48]) * hour
    drop = 2 * current / F / np.sqrt(np.pi * truth) * (np.sqrt(wait + pulse) - np.sqrt(wait))
    magnesium = LI90MG10.magnesium_concentration
    x = magnesium / (magnesium + C0 - drop)
    E = thermodynamics.open_circuit_potential(np.append(x, X0), ROOM)
    noise = 1e-6 * np.random.default_rng(11).standard_normal(wait.size)
    return wait, np.round(E[:-1] - E[-1] + noise, 6)


def _from_record(middle=0.5, factor=X0, intercept=False):
    """Diffusivity from the slope of the potential against the inverse root of the time."""
    wait, E = record()
    current, pulse = PULSE
    root = 1 / np.sqrt(wait + middle * pulse)
    slope = np.polyfit(root, E, 1)[0] if intercept else root @ E / (root @ root)
    return (SLOPE * factor * V * current * pulse / F / slope) ** 2 / np.pi


def _charge(fraction, thickness, reading, sites="sites"):
    gone = fraction - X0 if reading == sites else 1 - X0 / fraction
    return gone * F * thickness / V


@functools.cache
def _nodes(number=24):
    y, weight = np.polynomial.hermite_e.hermegauss(number)
    return y, weight / weight.sum()


def _bits(*readings):
    """Information of independent readings about which model is right, by Gauss and Hermite."""
    y, weight = _nodes()
    grids = np.meshgrid(*[y] * len(readings), indexing="ij")
    weights = functools.reduce(np.multiply.outer, [weight] * len(readings))
    total, models = 0.0, len(readings[0][0])
    for m in range(models):
        log_p = np.zeros((models, *grids[0].shape))
        for grid, (predictions, resolution) in zip(grids, readings, strict=True):
            off = (predictions[m] - np.asarray(predictions, float)) / resolution
            log_p -= ((grid + off.reshape(-1, *[1] * len(readings))) ** 2 - grid**2) / 2
        top = log_p.max(axis=0)
        mean = top + np.log(np.exp(log_p - top).mean(axis=0))
        total += np.sum(weights * (log_p[m] - mean))
    return total / models / np.log(2)


D_RECEDING = sand.receding_diffusivity(I_100, T0, V, ENRICHMENT)
D_FIXED = sand.diffusivity(I_100, T0, C0 - C_END["sites"])
READINGS = (
    (([0, 40, 0, 40], 1.0), ([0, 0, 40, 40], 1.0)),
    (([0, 40, 0, 40], 1.0), ([0, 40, 0, 40], 1.0)),
    (([1, 1, 1, 1], 1.0), ([0, 2, 5, 9], 1.0)),
    (([0, 1, 2, 3], 1.0), ([0, 2, 1, 5], 2.0)),
    (([4.5, 4.6, 9.0], 0.5), ([7.0, 2.0, 7.0], 1.5)),
)

# fmt: off
RELAXATION = (
    Question(
        "relaxation-mean",
        "mean magnesium fraction of 25 µm after 1.5 mAh cm⁻², if the magnesium stays",
        lambda charge, thickness: X0 / (1 - charge * V / F / thickness), "%",
        given=(1.5 * mAh / cm**2, THIN), arguments=("the charge", "the thickness"), rtol=5e-3,
        level=1, minutes=5, outcome="relaxation-2",
        mistakes=(
            Mistake("sites filled", lambda charge, thickness: X0 + charge * V / F / thickness,
                    "Here the emptied sites have been filled with magnesium that the foil does "
                    "not hold. Keep its tenth and spread it over less metal."),
            Mistake("to first order",
                    lambda charge, thickness: X0 * (1 + charge * V / F / thickness),
                    "That is the first term only. Divide the magnesium by the metal that is left."),
            Mistake("over what has gone",
                    lambda charge, thickness: X0 * thickness * F / (charge * V),
                    "Divide by the thickness that is left, not by the one that has gone."),
            Mistake("volume per lithium",
                    lambda charge, thickness: X0 / (1 - charge / F / C0 / thickness), LITHIUM_ONLY),
        ),
    ),
    Question(
        "relaxation-tail", "longest pulse at 100 µA cm⁻² that moves the composition by 0.01",
        _pulse, "min", given=(I_100, D_PULSE, 0.01),
        arguments=("the current", "the diffusivity", "the change of composition"), level=2,
        minutes=10, outcome="relaxation-1",
        mistakes=(
            Mistake("sites filled", lambda i, D, moved: np.pi * D * (moved * F / (2 * i * V)) ** 2,
                    "With the magnesium kept the same loss moves the composition less: step 2 "
                    "has a factor x₀ between the readings."),
            Mistake("the 2 not squared", lambda i, D, moved: 2 * _pulse(i, D, moved),
                    "The 2 of the drop, 2i√t/(F√πD), stands inside the square."),
            Mistake("the 2 forgotten", lambda i, D, moved: 4 * _pulse(i, D, moved),
                    "The drop during a strip is 2i√t/(F√πD): where is its 2?"),
            Mistake("π lost", lambda i, D, moved: _pulse(i, D, moved) / np.pi,
                    "The drop is 2i√t/(F√πD): π goes with D."),
        ),
    ),
    Question(
        "relaxation-tail-later", "potential above the fresh alloy's one hour after that pulse",
        _tail, "mV", given=(I_100, D_PULSE, 0.01, hour),
        arguments=("the current", "the diffusivity", "the change of composition", "the wait"),
        rtol=0.05,
        also=(_tail_exact, lambda i, D, moved, wait: _tail(i, D, moved, wait, middle=0.0)),
        exercise="exercise-relaxation-tail", level=2, minutes=8, outcome="relaxation-1",
        mistakes=(
            Mistake("at the end of the pulse", lambda i, D, moved, wait: SLOPE * moved,
                    "This is the potential when the pulse ends. What is left of it an hour later?"),
            Mistake("sites filled", lambda i, D, moved, wait: _tail(i, D, moved, wait) / X0,
                    "The tail has a factor x₀, because the magnesium is kept."),
            Mistake("the 2 of the strip", lambda i, D, moved, wait: 2 * _tail(i, D, moved, wait),
                    "The 2 belongs to the drop during a strip. Long after it a charge has "
                    "spread: q/(F√πDt)."),
        ),
    ),
    Question(
        "relaxation-record",
        "diffusivity from the slope of the record's potential against the inverse root of the time",
        _from_record, "cm² s⁻¹", kind="data", level=2, minutes=25, outcome="relaxation-1",
        mistakes=(
            Mistake("time from the end of the pulse", lambda: _from_record(middle=0.0),
                    "The charge left during the whole pulse, on the average in its middle: count "
                    "the time from there."),
            Mistake("time from the start of the pulse", lambda: _from_record(middle=1.0),
                    "The charge left during the whole pulse, on the average in its middle: count "
                    "the time from there, not from the start."),
            Mistake("a free intercept", lambda: _from_record(intercept=True),
                    "This line has an intercept. What is the potential after an infinite wait?"),
            Mistake("sites filled", lambda: _from_record(factor=1.0),
                    "The tail has a factor x₀, because the magnesium is kept."),
            Mistake("the slope for D", lambda: (cm**2 / s) ** 2 / _from_record(),
                    "It is upside down: a faster alloy has a lower tail. D goes with slope to "
                    "the −2."),
        ),
    ),
    Question(
        "relaxation-charge", "charge that has left, from the composition of the evened-out foil",
        _charge, "C m⁻²",
        cases=(
            (0.12, 100 * um, "magnesium"), (0.12, 60 * um, "sites"), (0.31, 60 * um, "sites"),
            (0.45, 25 * um, "magnesium"), (0.16, 40 * um, "magnesium"), (0.69, 100 * um, "sites"),
        ),
        arguments=("the fraction", "the thickness", "the reading"), rtol=1e-3, level=2, minutes=15,
        outcome="relaxation-2",
        mistakes=(
            Mistake("the readings exchanged",
                    lambda x, L, reading: _charge(x, L, reading, "magnesium"),
                    "The two readings are exchanged: with every site filled the fraction grows "
                    "by the charge itself."),
            Mistake("sites filled in both", lambda x, L, reading: _charge(x, L, "sites"),
                    "Both readings are treated as if every site were filled."),
            Mistake("magnesium kept in both", lambda x, L, reading: _charge(x, L, "magnesium"),
                    "Both readings are treated as if the magnesium were kept and nothing filled "
                    "its sites."),
            Mistake("c₀ for 1/V", lambda x, L, reading: _charge(x, L, reading) * (1 - X0),
                    "c₀ counts lithium only. The thickness that has gone holds 1/V_m moles of "
                    "sites."),
            Mistake("x/x₀ − 1",
                    lambda x, L, kept: _charge(x, L, kept) * (1 if kept == "sites" else x / X0),
                    "With the magnesium kept, x = x₀/(1 − qV_m/FL): solve this for q. Which of x "
                    "and x₀ is below?"),
        ),
    ),
    Question(
        "relaxation-charge-given",
        "charge that the paper's foil of 11.9 % has given up if its magnesium stayed",
        lambda x, thickness: (1 - X0 / x) * F * thickness / V, "mAh cm⁻²", given=(X_XRAY, FOIL),
        arguments=("the fraction", "the thickness"), rtol=5e-3,
        also=(lambda x, thickness: (1 - X0 / 0.119) * F * thickness / V,),
        exercise="exercise-relaxation-charge", level=2, minutes=5, outcome="relaxation-2",
        mistakes=(
            Mistake("sites filled", lambda x, thickness: (x - X0) * F * thickness / V,
                    "This fills every site. If the magnesium stays, x₀L of it is spread over "
                    "what is left of L."),
            Mistake("x/x₀ − 1", lambda x, thickness: (x / X0 - 1) * F * thickness / V,
                    "Divide by the composition at the end: the metal that is left is x₀/x of the "
                    "foil."),
            Mistake("the 12 % of the text",
                    lambda x, thickness: (1 - X0 / 0.12) * F * thickness / V,
                    "This is for the rounded 12 %. Take three digits, from the lattice parameter."),
        ),
    ),
    Question(
        "relaxation-vacancies", "potential at 25 °C of a twofold excess of vacancies",
        lambda temperature, excess: R * temperature / F * np.log(excess), "mV", given=(ROOM, 2.0),
        arguments=("the temperature", "the excess"), level=2, minutes=8, outcome="relaxation-3",
        mistakes=(
            Mistake("decimal logarithm",
                    lambda temperature, excess: R * temperature / F * np.log10(excess),
                    "RT ln S takes the natural logarithm."),
            Mistake("no logarithm", lambda temperature, excess: R * temperature / F * excess,
                    "The chemical potential goes with the logarithm of the excess."),
            Mistake("RT/F alone", lambda temperature, excess: R * temperature / F,
                    "This is RT/F, the potential of an excess by e."),
        ),
    ),
    Question(
        "relaxation-vacancies-excess", "largest S − 1 that stays below half a millivolt",
        lambda potential, temperature: np.expm1(potential * F / (R * temperature)), "%",
        given=(0.5 * mV, ROOM), arguments=("the potential", "the temperature"),
        also=(lambda potential, temperature: potential * F / (R * temperature),),
        exercise="exercise-relaxation-vacancies", level=2, minutes=5, outcome="relaxation-3",
        mistakes=(
            Mistake("S itself",
                    lambda potential, temperature: np.exp(potential * F / (R * temperature)),
                    "This is S. Asked for is the excess, S − 1."),
            Mistake("a power of ten",
                    lambda potential, temperature: 10 ** (potential * F / (R * temperature)) - 1,
                    "The inverse of the natural logarithm is e to the power, not 10."),
            Mistake("in proportion to the twofold excess",
                    lambda potential, temperature: potential * F / (R * temperature) / np.log(2),
                    "The potential is not proportional to the excess: invert RT ln S."),
        ),
    ),
    Open(
        "relaxation-open",
        (
            "Reads three potentials from the figure with an error that the drawing allows (2).",
            "Compares each with the span of the models at that time (2).",
            "Says which models are left for 4.5 mV exact and for 4.5 ± 0.5 mV (2).",
            "Names another cause of an early potential: fresh patches, a leak, an offset (1).",
            "Says which experiment would exclude that cause (1).",
        ),
        level=3, minutes=30, outcome="relaxation-3",
    ),
    Question(
        "relaxation-scaling",
        "current at which 25 µm begin to feel their back, by √(D t₀) = L, in the paper's model",
        lambda current, time, thickness, D: current * np.sqrt(D * time) / thickness, "µA cm⁻²",
        given=(I_100, T0, THIN, D_FIXED),
        arguments=("the current", "the time", "the thickness", "the diffusivity"), level=2,
        minutes=12, outcome="relaxation-3",
        mistakes=(
            Mistake("the time fixed", lambda i, t, L, D: i * D * t / L**2,
                    "t₀ changes with the current as i⁻²: put this into √(Dt₀) = L, and no square "
                    "is left."),
            Mistake("the receding frame's diffusivity",
                    lambda i, t, L, D: i * np.sqrt(D_RECEDING * t) / L,
                    "This takes the diffusivity of the receding frame. The paper's model has the "
                    "larger one and feels the back first."),
            Mistake("the foil of the experiment", lambda i, t, L, D: i * np.sqrt(D * t) / FOIL,
                    "The foil in question is the thin one of the predictions, not that of the "
                    "experiment."),
        ),
    ),
    Question(
        "relaxation-kinds",
        "factor by which D* falls from 10 to 60 % magnesium, if x D* Φ is constant",
        lambda low, high, phi_low, phi_high: high * phi_high / (low * phi_low),
        given=(0.1, 0.6, *PHI),
        arguments=("the lower fraction", "the higher fraction", "the lower Φ", "the higher Φ"),
        rtol=0.02, level=2, minutes=6, outcome="relaxation-3",
        mistakes=(
            Mistake("Φ forgotten", lambda low, high, phi_low, phi_high: high / low,
                    "The thermodynamic factor rises with magnesium too."),
            Mistake("x forgotten", lambda low, high, phi_low, phi_high: phi_high / phi_low,
                    "Besides Φ there is the factor x, which comes from keeping the magnesium."),
            Mistake("upside down",
                    lambda low, high, phi_low, phi_high: low * phi_low / (high * phi_high),
                    "This is the quotient the other way round. Asked for is a factor of decrease."),
            Mistake("lithium for magnesium",
                    lambda low, high, phi_low, phi: (1 - high) / (1 - low) * phi / phi_low,
                    "x is the magnesium fraction here, not the lithium fraction."),
        ),
    ),
    Question(
        "relaxation-kinds-star", "D* at 10 % magnesium for a constant D̃ = 2 × 10⁻¹² cm² s⁻¹",
        lambda D, x, phi: D / (x * phi), "cm² s⁻¹", given=(2e-12 * cm**2 / s, 0.1, PHI[0]),
        arguments=("the diffusivity", "the fraction", "Φ"), exercise="exercise-relaxation-kinds",
        level=1, minutes=4, outcome="relaxation-3",
        mistakes=(
            Mistake("multiplied", lambda D, x, phi: D * x * phi,
                    "D̃ = x D* Φ: solve for D*, which is the larger of the two."),
            Mistake("lithium for magnesium", lambda D, x, phi: D / ((1 - x) * phi),
                    "x is the magnesium fraction here, not the lithium fraction."),
            Mistake("x forgotten", lambda D, x, phi: D / phi, "The factor x is missing."),
        ),
    ),
    Question(
        "relaxation-joint",
        "bits that two readings with independent errors give together about the model", _bits,
        cases=READINGS, arguments=("the first reading", "the second reading"), rtol=0.03, level=3,
        minutes=30, outcome="relaxation-4",
        mistakes=(
            Mistake("the sum", lambda first, second: _bits(first) + _bits(second),
                    "This is the sum. What both readings tell is counted twice: think of the "
                    "same reading taken two times."),
            Mistake("the better of the two", lambda first, second: max(_bits(first), _bits(second)),
                    "This is the better of the two alone. A second, different reading adds "
                    "something."),
            Mistake("nats", lambda first, second: _bits(first, second) * np.log(2),
                    "These are natural units. A bit takes the logarithm to base 2."),
            Mistake("the first alone", lambda first, second: _bits(first),
                    "The second reading does not count. A model's density is the product of its "
                    "two."),
        ),
    ),
    Open(
        "relaxation-model",
        (
            "Writes a law or frame that is not among the ten, with its assumption (2).",
            "Calibrates it to the same depletion time before comparing (2).",
            "Gives its potential after 12 h and the D* that it needs (2).",
            "Says which row of the table it wins or shares (1).",
            "Names the experiment that would single it out, and why (1).",
        ),
        level=3, minutes=40, outcome="relaxation-4",
    ),
)
# fmt: on

QUESTIONS = RELAXATION
