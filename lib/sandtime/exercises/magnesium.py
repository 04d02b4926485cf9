"""Questions of chapter *Magnesium*: potentials, phases, and what a tracer sees."""

import numpy as np

from sandtime.exercises.question import Choice, Mistake, Open, Option, Question
from sandtime.reported import paper, quantity
from sandtime.thermodynamics import BCC, open_circuit_potential, thermodynamic_factor, tie_line
from sandtime.units import F, R, celsius, cm, s

ROOM = celsius(25)
X_10 = paper("magnesium-fraction-li90mg10") / 100
LAW = quantity("ocv-slope")  # per tenth of magnesium
BETA, ALPHA = (float(x) for x in tie_line(ROOM))
MEAN = (0.6, 4e-12 * cm**2 / s, 4.5)
MEAN_NAMES = ("the magnesium fraction", "the tracer diffusivity", "the factor")


def _raoult(potential, temperature):
    return 1 - np.exp(-F * np.asarray(potential) / (R * temperature))


def _composition(potential, temperature):
    """Magnesium fraction of a β-phase with this potential, by Newton's method."""
    x = _raoult(potential, temperature)
    for _ in range(50):
        slope = R * temperature / F * thermodynamic_factor(x, temperature) / (1 - x)
        missing = potential - open_circuit_potential(x, temperature)
        step = missing / slope
        x = np.clip(x + step, 0, 0.999)
        if np.all(np.abs(step) < 1e-9):  # Newton squares it
            break
    return x


def _atoms(x):
    """Share of all atoms that is in α."""
    return (x - BETA) / (ALPHA - BETA)


def _lithium(x):
    """Lithium per magnesium."""
    return (1 - x) / x


_L0 = BCC.interaction[0][0] + BCC.interaction[0][1] * ROOM
_POTENTIALS = tuple(
    (open_circuit_potential(np.array(x), celsius(degrees)), celsius(degrees))
    for x, degrees in (((1e-3, 0.05, 0.3), 0), ((0.01, 0.2, 0.6), 25), ((0.1, 0.4, 0.66), 80))
)

# fmt: off
POTENTIAL = (
    Choice(
        "magnesium-tracer-sign", "The alloy's potential against lithium is positive. Why?",
        (
            Option(
                "it has more electrons",
                hint="The voltmeter compares electrons, but what binds or dilutes lithium decides.",
            ),
            Option("lithium's activity in it is below one", True),
            Option(
                "lithium's activity in it is above one",
                hint="E = −(RT/F) ln a: which sign has the logarithm of a number above one?"),
            Option(
                "magnesium is the less noble metal",
                hint="Only Li⁺ passes the electrolyte: magnesium counts by what it does to "
                "lithium."),
        ),
        level=1, minutes=2, outcome="magnesium-1", exercise="exercise-magnesium-tracer",
    ),
    Question(
        "magnesium-raoult", "potential of an ideal alloy with 1 mol% magnesium at 25 °C",
        lambda x, T: -R * T / F * np.log(1 - x), "mV", given=(0.01, ROOM),
        arguments=("the magnesium fraction", "the temperature"), level=2, minutes=4,
        outcome="magnesium-2",
        mistakes=(
            Mistake(
                "tenths", lambda x, T: -R * T / F * np.log(1 - 10 * x),
                "This is the potential at a tenth of magnesium."),
            Mistake(
                "magnesium's activity", lambda x, T: -R * T / F * np.log(x),
                "This is the logarithm of the magnesium. The cell exchanges lithium: 1 − x."),
            Mistake(
                "degrees Celsius", lambda x, T: -R * (T - 273.15) / F * np.log(1 - x),
                "RT/F takes kelvin."),
            Mistake(
                "decimal logarithm", lambda x, T: -R * T / F * np.log10(1 - x),
                "The logarithm is the natural one."),
            Mistake(
                "the sign", lambda x, T: R * T / F * np.log(1 - x),
                "Dilution lowers lithium's activity: which sign has the potential against lithium?",
            ),
            Mistake(
                "two charges", lambda x, T: -R * T / (2 * F) * np.log(1 - x),
                "Li⁺ carries one charge."),
        ),
    ),
    Question(
        "magnesium-raoult-temperature", "temperature at which an ideal alloy of 10 % shows 2.5 mV",
        lambda x, E: -F * E / (R * np.log(1 - x)), "K", given=(X_10, LAW),
        arguments=("the magnesium fraction", "the potential"), rtol=5e-3, level=2, minutes=5,
        outcome="magnesium-2", exercise="exercise-magnesium-raoult",
        mistakes=(
            Mistake(
                "a straight line", lambda x, E: F * E / (R * x),
                "RT x/F is the limit of high dilution. At a tenth the logarithm is larger than x."),
            Mistake(
                "magnesium's activity", lambda x, E: -F * E / (R * np.log(x)),
                "This is the logarithm of the magnesium. The cell exchanges lithium: 1 − x."),
            Mistake(
                "decimal logarithm", lambda x, E: -F * E / (R * np.log10(1 - x)),
                "The logarithm is the natural one."),
            Mistake(
                "one per cent", lambda x, E: -F * E / (R * np.log(1 - x / 10)),
                "This is for a hundredth of magnesium."),
        ),
    ),
    Choice(
        "magnesium-raoult-test",
        "Paper and assessment agree at 10 % within 0.1 mV. What does that test?",
        (
            Option(
                "the whole assessment",
                hint="Dilution alone comes within a quarter of a millivolt. How much of the "
                "number is the assessment's?"),
            Option(
                "that the alloy has exactly 10 %",
                hint="Half a per cent of magnesium moves the potential by more than the "
                "difference."),
            Option("the small part that is not dilution, if the error bars are below 0.1 mV", True),
            Option(
                "the phase diagram",
                hint="The limits of the phases follow from the same energies, but far from this "
                "composition."),
        ),
        level=2, minutes=3, outcome="magnesium-2", exercise="exercise-magnesium-raoult",
    ),
    Question(
        "magnesium-invert", "composition of the β-phase with a given open-circuit potential",
        _composition, cases=_POTENTIALS, rtol=1e-3, level=2, minutes=20, outcome="magnesium-1",
        arguments=("the potential", "the temperature"),
        mistakes=(
            Mistake(
                "dilution alone", _raoult,
                "This inverts Raoult's law. Neighbours matter from x² on: invert the full "
                "potential."),
            Mistake(
                "the paper's line", lambda E, T: E / LAW / 10,
                "This inverts the paper's straight line, which holds up to a tenth at most."),
            Mistake(
                "always 25 °C", lambda E, T: _composition(E, ROOM),
                "The temperature is not used: this is right at 25 °C only."),
            Mistake(
                "the lithium", lambda E, T: 1 - _composition(E, T),
                "This is the fraction of lithium."),
        ),
    ),
    Question(
        "magnesium-invert-relaxed",
        "magnesium at the interface of the relaxed alloy (4.5 mV, 25 °C)",
        lambda E, T: float(_composition(E, T)), "%",
        given=(quantity("ocv-relaxed-li90mg10"), ROOM),
        arguments=("the potential", "the temperature"), rtol=3e-3, kind="data", level=2, minutes=3,
        outcome="magnesium-1", exercise="exercise-magnesium-invert",
        mistakes=(
            Mistake(
                "dilution alone", lambda E, T: float(_raoult(E, T)),
                "This is Raoult's law. What do the neighbours add?"),
            Mistake(
                "the paper's line", lambda E, T: E / LAW / 10,
                "This is the paper's straight line, read beyond its end."),
            Mistake(
                "the lithium", lambda E, T: 1 - float(_composition(E, T)),
                "This is the fraction of lithium."),
        ),
    ),
)

FACTOR = (
    Question(
        "magnesium-tracer", "chemical diffusivity of lithium if every site is filled",
        lambda x, tracer, factor: tracer * factor, "cm² s⁻¹", given=MEAN, arguments=MEAN_NAMES,
        level=1, minutes=3, outcome="magnesium-3",
        mistakes=(
            Mistake(
                "the tracer's", lambda x, tracer, factor: tracer,
                "A tracer in a uniform alloy feels no gradient of activity. A strip makes one."),
            Mistake(
                "divided by the factor", lambda x, tracer, factor: tracer / factor,
                "Where unlike atoms attract, the gradient of the chemical potential is steeper "
                "than an ideal one: faster, not slower."),
            Mistake(
                "magnesium kept", lambda x, tracer, factor: x * tracer * factor,
                "The fraction comes in where magnesium is kept. Here every site stays filled."),
            Mistake(
                "times the lithium", lambda x, tracer, factor: (1 - x) * tracer * factor,
                "The concentration is in the flux already: c ∂µ/∂ξ becomes RTΦ ∂c/∂ξ."),
        ),
    ),
    Question(
        "magnesium-tracer-kept", "diffusivity if the magnesium is kept",
        lambda x, tracer, factor: x * tracer * factor, "cm² s⁻¹", given=MEAN, arguments=MEAN_NAMES,
        level=1, minutes=2, outcome="magnesium-3", exercise="exercise-magnesium-tracer",
        mistakes=(
            Mistake(
                "the lithium's fraction", lambda x, tracer, factor: (1 - x) * tracer * factor,
                "Which metal stays? Its fraction counts."),
            Mistake(
                "every site filled", lambda x, tracer, factor: tracer * factor,
                "This is for filled sites. Where the magnesium is kept a fraction comes in."),
            Mistake(
                "without the factor", lambda x, tracer, factor: x * tracer,
                "The gradient of activity drives here too."),
        ),
    ),
    Choice(
        "magnesium-tracer-rank",
        "Alloy A has the larger chemical diffusivity. In which alloy do lithium atoms jump more "
        "often?",
        (
            Option(
                "in A",
                hint="A large factor Φ makes chemical diffusion fast even where atoms are slow."),
            Option("in the other", hint="It may be so. What would have to be known of both?"),
            Option("this cannot be said without Φ of both", True),
        ),
        level=1, minutes=2, outcome="magnesium-3", exercise="exercise-magnesium-tracer",
    ),
    Question(
        "magnesium-regular", "Φ at x = ½ with L₀ alone, at 25 °C",
        lambda energy, T: 1 - energy / (2 * R * T), given=(_L0, ROOM),
        arguments=("the parameter L₀", "the temperature"), level=2, minutes=8,
        outcome="magnesium-1",
        mistakes=(
            Mistake(
                "the sign", lambda energy, T: 1 + energy / (2 * R * T),
                "Attraction, a negative L₀, makes Φ larger than one."),
            Mistake(
                "without x(1 − x)", lambda energy, T: 1 - 2 * energy / (R * T),
                "At the middle x(1 − x) is a quarter."),
            Mistake(
                "the 2 lost", lambda energy, T: 1 - energy / (4 * R * T),
                "The second derivative of x(1 − x) is −2, not −1."),
            Mistake(
                "the one lost", lambda energy, T: -energy / (2 * R * T),
                "The ideal mixture contributes 1."),
            Mistake(
                "degrees Celsius", lambda energy, T: 1 - energy / (2 * R * (T - 273.15)),
                "RT takes kelvin."),
        ),
    ),
    Choice(
        "magnesium-regular-dip",
        "Which parameter turns the sign of Φ − 1 at small x, and so makes the dip?",
        (
            Option("L₀", hint="L₀ alone is symmetric and negative: it raises Φ everywhere."),
            Option("L₁", hint="L₀ + 3L₁ has the sign of L₀ still. Add the last one."),
            Option("L₂", True),
        ),
        level=2, minutes=4, outcome="magnesium-1", exercise="exercise-magnesium-regular",
    ),
)

PHASES = (
    Question(
        "magnesium-lever", "share of the lithium still present that sits in α, at 25 °C",
        lambda x: _atoms(x) * (1 - ALPHA) / (1 - x),
        cases=tuple((BETA + part * (ALPHA - BETA),) for part in (0.1, 0.25, 0.5, 0.7, 0.9)),
        rtol=1e-3, level=2, minutes=12, outcome="magnesium-1", arguments=("the mean fraction",),
        mistakes=(
            Mistake(
                "atoms", _atoms,
                "This is the share of all atoms in α. How much of them is lithium, there and in "
                "all?"),
            Mistake(
                "the other arm", lambda x: (1 - _atoms(x)) * (1 - BETA) / (1 - x),
                "This is the share in β: the arm of the lever is on the other side."),
            Mistake(
                "magnesium", lambda x: _atoms(x) * ALPHA / x, "This is the share of the magnesium."
            ),
            Mistake(
                "not per lithium", lambda x: _atoms(x) * (1 - ALPHA),
                "This is lithium in α per atom of the alloy. Divide by the lithium that is there."),
        ),
    ),
    Question(
        "magnesium-lever-plateau", "share of the original lithium that comes out on the plateau",
        lambda x: (_lithium(BETA) - _lithium(ALPHA)) / _lithium(x), "%", given=(X_10,),
        arguments=("the first fraction",), kind="code", level=2, minutes=5, outcome="magnesium-1",
        exercise="exercise-magnesium-lever",
        mistakes=(
            Mistake(
                "fractions", lambda x: (ALPHA - BETA) / (1 - x),
                "The number of atoms changes as lithium leaves: count lithium per magnesium."),
            Mistake(
                "of what was left", lambda x: 1 - _lithium(ALPHA) / _lithium(BETA),
                "This is the share of the lithium that was there when the plateau began."),
            Mistake(
                "to the end", lambda x: _lithium(BETA) / _lithium(x),
                "At the end of the plateau α still holds lithium."),
            Mistake(
                "before it", lambda x: 1 - _lithium(BETA) / _lithium(x),
                "This comes out before the plateau."),
        ),
    ),
    Open(
        "magnesium-liquidus",
        (
            "Collects at least three readings: another superheat, weight for atoms, the solidus "
            "for the liquidus.",
            "Tests each on all three heating temperatures, lithium's included.",
            "Gives each a number in kelvin, and the one that misses least.",
            "Allows that the assessment is wrong instead.",
            "Names an observation that separates them, such as a cooling curve and where its "
            "first arrest lies.",
        ),
        level=3, minutes=20, outcome="magnesium-1",
    ),
)

QUESTIONS = POTENTIAL + FACTOR + PHASES
