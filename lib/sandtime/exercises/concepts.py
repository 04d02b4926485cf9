"""The concept inventory: twenty questions on what is most often believed otherwise.

Each wrong option is a belief that students hold, and its hint is a question back.  No option needs
more than a line of arithmetic.
"""

import hashlib

import numpy as np

from sandtime import arrhenius, reported, sand
from sandtime.exercises.question import Choice, Option
from sandtime.units import F, celsius, cm, eV, hour, mmol, s, uA, um

EXERCISE = "exercise-inventory"

_SAID = {id: claim.paper for id, claim in reported.claims().items()}
_ALLOY = _SAID["c0-li90mg10"] * mmol / cm**3
_ACCESSIBLE = _ALLOY - _SAID["c-beta-limit"] * mmol / cm**3
_STRIP = _SAID["t0-li90mg10-25c-100ua"] * hour
_GONE = 100 * uA / cm**2 * _STRIP / (F * _ALLOY * 100 * um)
_THIN = 10 * uA / cm**2, 25 * um
_CLAIMED = sand.depletion_time(_THIN[0], _SAID["d-beta"] * cm**2 / s, _ACCESSIBLE) * _THIN[0]
_TIMES = _CLAIMED / (F * _ACCESSIBLE * _THIN[1])
_COLDER = 1 / arrhenius.scale(1.0, -0.57 * eV, celsius(80), celsius(25))


def _ask(name, ask, outcome, right, *wrong, kind="choose"):
    """A question from its right option and the wrong ones, each with what is said to it."""
    options = [Option(*right[:1], right=True, hint=right[1])]
    options += [Option(text, hint=hint) for text, hint in wrong]
    options.sort(key=lambda option: hashlib.sha256((name + option.text).encode()).digest())
    return Choice(
        f"inventory-{name}",
        ask,
        tuple(options),
        kind=kind,
        level=1,
        minutes=2,
        outcome=outcome,
        exercise=EXERCISE,
    )


_FOIL = (
    _ask(
        "double",
        "the current through a thick foil is doubled; its surface is now empty after",
        "sand-1",
        ("a quarter of the time", "Right: half of the charge, at twice the rate."),
        (
            "half of the time",
            "This holds if a fixed charge is to be removed. Is the layer that is emptied as thick "
            "as before?",
        ),
        (
            "0.71 of the time",
            "The thickness of the emptied layer goes with √t. What does the time do then?",
        ),
        ("the same time", "Diffusion brings no more than before. What takes more away?"),
        kind="predict",
    ),
    _ask(
        "gone",
        "after 15 h at 100 µA cm⁻² the surface of a foil of Li₀.₉Mg₀.₁, 100 µm thick, is "
        "depleted; of all its lithium has left",
        "experiment-3",
        (f"about {_GONE:.0%}".replace("%", " %"), "Right: only the interface is empty."),
        ("nearly all", "The surface is empty. What about the rest of the foil?"),
        ("about half", "Charge over Faraday's constant: how thick a layer of the alloy is that?"),
        (
            "less than 0.1 %",
            "Charge over Faraday's constant: how thick a layer of the alloy is it?",
        ),
    ),
    _ask(
        "thin",
        f"for a foil of 25 µm at 10 µA cm⁻², Sand's equation promises {_TIMES:.1f} times the "
        "charge that the foil can give, because",
        "fick-3",
        (
            "it takes the foil to be so thick that its back plays no part",
            "Right: at this current diffusion reaches the back long before the end.",
        ),
        ("the diffusivity is too large for a solid", "Would a smaller one mend it at 1 µA cm⁻²?"),
        ("lithium is replaced from the electrolyte", "In which direction does lithium move here?"),
        (
            "it takes the current per cell, not per area",
            "It takes a current per area. What does it know of the thickness?",
        ),
    ),
    _ask(
        "thick",
        "two foils are thick enough for Sand's equation, one twice as thick as the other; at the "
        "same current the thicker one gives up, until its surface is empty,",
        "sand-3",
        (
            "the same charge, half of its share",
            "Right: the interface does not feel how much lies far behind it.",
        ),
        ("twice the charge, the same share", "How does the interface learn of the lithium behind?"),
        ("the same charge, the same share", "A share of what?"),
        ("twice the charge, twice the share", "Which thickness stands in Sand's equation?"),
        kind="predict",
    ),
    _ask(
        "rest",
        "a strip has emptied the surface of a thick foil; then the current is off for as long as "
        "the strip lasted; of the drop at the surface is left",
        "sand-4",
        (f"about {100 * (np.sqrt(2) - 1):.0f} %", "Right: √2 − 1, as an opposite current shows."),
        ("nothing", "Is what drives the lithium back as strong at the end of the rest as before?"),
        ("about half", "Near. Add an opposite current from the end of the strip on: what is left?"),
        ("all of it", "Without current a gradient is left. What does it do?"),
        kind="predict",
    ),
    _ask(
        "drop",
        "a strip ends when the surface has come from 69.6 down to 24.0 mmol cm⁻³; in Sand's "
        "equation stands",
        "sand-2",
        ("their difference", "Right: what the surface loses from start to end."),
        ("69.6 mmol cm⁻³", "This would be so if the strip went on until the surface is empty."),
        ("24.0 mmol cm⁻³", "This is what the surface keeps. What has it lost?"),
        ("their mean", "Sand's equation is about a drop. From where to where?"),
    ),
    _ask(
        "slope",
        "in a plot of 1/√t₀ against the current, alloy B has twice the slope of alloy A, all "
        "else equal; its diffusivity is",
        "sand-2",
        ("a quarter of that of A", "Right: the slope goes with D^(−1/2)."),
        ("half of that of A", "With which power of D does the slope go?"),
        ("twice that of A", "Which of the two lasts longer at the same current?"),
        ("four times that of A", "Which of the two lasts longer at the same current?"),
    ),
    _ask(
        "proof",
        "depletion times fall exactly as the square of the current; this shows that",
        "diffusivity-3",
        (
            "diffusion is possible, and so is anything else that leads to this law",
            "Right: voids whose number grows with the square of the current do it too.",
        ),
        (
            "diffusion in the metal limits the strip",
            "Diffusion does this. Does nothing else? Think of voids at the interface.",
        ),
        ("the foil is too thin", "In a thin foil, does the time still fall with the square?"),
        ("the reaction at the interface is slow", "Does a slow reaction end a strip at all?"),
    ),
    _ask(
        "voltmeter",
        "just after a strip the open-circuit potential of an alloy tells the composition",
        "relaxation-1",
        ("of its surface", "Right: the surface alone is in contact with the electrolyte."),
        ("of the foil as a whole", "Which lithium exchanges with the electrolyte?"),
        ("at its back", "The back touches the current collector. What does that tell?"),
        ("of the electrolyte", "The reference sees the electrolyte too. What differs?"),
    ),
    _ask(
        "tracer",
        "a method follows marked lithium atoms in an alloy of even composition; under a gradient "
        "of composition lithium spreads faster by",
        "magnesium-3",
        ("the thermodynamic factor", "Right: a gradient of activity drives, not one of atoms."),
        ("nothing: it is the same diffusivity", "What drives: a gradient of atoms or of activity?"),
        ("the ratio of the two concentrations", "In which quantity is the driving force linear?"),
        ("a factor that depends on the current", "A diffusivity is a property of what?"),
    ),
    _ask(
        "sign",
        "lithium is diluted with magnesium; against pure lithium the potential becomes",
        "magnesium-1",
        ("positive", "Right: less active lithium is harder to take out."),
        ("negative", "Does dilution raise or lower the activity of lithium?"),
        ("neither: only the two-phase region counts", "What does activity do in one phase?"),
    ),
)
_CONDITIONS = (
    _ask(
        "warm",
        "a resistance with an activation energy of 0.57 eV is measured at 80 °C; at 25 °C it is",
        "warmth-1",
        (f"some {_COLDER:.0f} times larger", "Right: ions need the heat to jump."),
        (
            f"some {_COLDER:.0f} times smaller",
            "Which way does conduction of ions go when it warms?",
        ),
        ("3.2 times larger", "Celsius has its zero elsewhere. What stands in the exponent?"),
        ("1.2 times larger", "This is the ratio of the temperatures. What does 0.57 eV do?"),
        kind="predict",
    ),
    _ask(
        "bound",
        "at 25 °C depletion comes after 15 h; at 60 °C a run was stopped after 100 h, not yet "
        "depleted; this gives, for the activation energy of the diffusivity,",
        "warmth-2",
        ("a lower bound", "Right: the true time, and with it the energy, is larger."),
        ("a value", "When would the warm run have ended?"),
        ("an upper bound", "Would a longer run make the energy larger or smaller?"),
        ("nothing", "Could the energy be zero after this?"),
    ),
    _ask(
        "creep",
        "voids are closed by creep, whose rate goes with the sixth power of the stress; for twice "
        "the current, with as many voids, the pressure must rise by",
        "pressure-2",
        (f"some {100 * (2 ** (1 / 6) - 1):.0f} %", "Right: the sixth root of 2."),
        ("a factor of 2", "This would hold if the rate went with the stress itself."),
        ("a factor of 64", "Is the rate to be doubled, or the stress?"),
        ("nothing", "Voids grow twice as fast. What closes them?"),
        kind="predict",
    ),
)
_IMPEDANCE = (
    _ask(
        "radians",
        "the top of an arc lies at 1 kHz; its time constant RC is",
        "spectrum-1",
        (f"{1e3 / (2 * np.pi * 1e3):.2f} ms", "Right: at the top ωRC = 1, and ω = 2πf."),
        ("1 ms", "At the top ωRC = 1. Is ω in hertz?"),
        ("6.28 ms", "At the top ωRC = 1. On which side does 2π stand?"),
        ("0.5 ms", "Where on the arc is ωRC = 1?"),
    ),
    _ask(
        "width",
        "an arc begins on the real axis at 400 Ω and ends at 1000 Ω; its resistance is",
        "spectrum-1",
        ("600 Ω", "Right: the width, not the place."),
        ("1000 Ω", "What lies in series before the arc begins?"),
        ("400 Ω", "This belongs to what comes before the arc."),
        ("300 Ω", "This is how high it is. What is its resistance?"),
    ),
    _ask(
        "area",
        "an electrode is replaced by one of half the area, with the same interface; the resistance "
        "that is measured, and its value per area in Ω cm²,",
        "interface-1",
        ("doubles; stays", "Right: multiply by the area, and the size of the disk drops out."),
        ("halves; stays", "Through which electrode is it harder to pass a current?"),
        ("stays; doubles", "Which of the two does the instrument show?"),
        ("doubles; doubles", "By what is the resistance multiplied to get Ω cm²?"),
    ),
    _ask(
        "contact",
        "half of an interface loses contact, the other half stays as it was; its arc is now",
        "interface-3",
        ("twice as wide, its top at the same frequency", "Right: R up and C down, RC unchanged."),
        ("twice as wide, its top at half of the frequency", "What happens to the capacitance?"),
        ("twice as wide, its top at twice the frequency", "What happens to the resistance?"),
        (
            "as wide as before, its top at twice the frequency",
            "Through which area flows the current?",
        ),
        kind="predict",
    ),
    _ask(
        "passed",
        "a spectrum passes the test of Kramers and Kronig; the sample",
        "trust-2",
        (
            "may still have changed while it was measured",
            "Right: a change that is slow against the sweep passes unseen.",
        ),
        ("did not change while it was measured", "How large a slow drift would the test notice?"),
        ("is described by the circuit that was fitted", "Does the test know that circuit?"),
        ("was measured without noise", "What does noise do to the residuals of the test?"),
    ),
    _ask(
        "circuit",
        "one more element in the circuit makes the fit of a spectrum better; this shows",
        "spectrum-4",
        (
            "little by itself: any further parameter does",
            "Right: predict what else the element must do, then look there.",
        ),
        ("that the element exists in the cell", "Could another element have done the same?"),
        ("that the first fit had not converged", "Can a minimum with more freedom lie higher?"),
        ("that the errors of all resistances are smaller", "What do more parameters do to errors?"),
    ),
)

QUESTIONS = tuple(
    sorted(
        (*_FOIL, *_CONDITIONS, *_IMPEDANCE),
        key=lambda question: hashlib.sha256(question.id.encode()).digest(),
    )
)
"""All twenty in the order in which they are asked: mixed, always in the same way."""
