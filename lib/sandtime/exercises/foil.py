"""Questions of part one, the foil: what was measured, Sand, Fick, utilisation, magnesium, frames,
relaxation, temperature, pressure, plating, design."""

import numpy as np

from sandtime import arrhenius, sand, slab
from sandtime.exercises.question import Mistake, Question
from sandtime.materials import BETA_LIMIT, LI, LI90MG10
from sandtime.units import F, N_A, R, cm, celsius, day, eV, hour, k_B, mA, mAh, mmol, mol, s, um, uA

I_100 = 100 * uA / cm**2
T0 = 15 * hour  # of the alloy, as the paper reports it
D = 3e-11 * cm**2 / s  # section 3 of the paper
C0, C_BETA = 69.6 * mmol / cm**3, 24.0 * mmol / cm**3
FOIL = {"thickness": 25 * um, "diffusivity": D, "initial": C0, "cutoff": C_BETA}


def _ramp(rate, diffusivity, drop):
    return (3 * F * drop * np.sqrt(np.pi * diffusivity) / (4 * rate)) ** (2 / 3)


def _wait(share):
    """Time in depletion times from the start of a strip until a share of its drop is left."""
    return (share + 1 / share) ** 2 / 4


EXPERIMENT = (
    Question(
        "experiment-atoms",
        "lithium concentration if a cell of 3.5098 Å held four atoms",
        lambda: 4 / N_A / LI.lattice_parameter**3,
        "mmol cm⁻³",
        level=1,
        minutes=4,
        outcome="experiment-concentration",
        mistakes=(
            Mistake(
                "two atoms",
                lambda: 2 / N_A / LI.lattice_parameter**3,
                "A body-centred cell has two atoms; here it is taken to be face-centred.",
            ),
            Mistake(
                "one atom",
                lambda: 1 / N_A / LI.lattice_parameter**3,
                "How many atoms does a face-centred cell hold? Corners count an eighth, faces a half.",
            ),
            Mistake(
                "atoms for moles",
                lambda: 4 / LI.lattice_parameter**3,
                "This counts atoms. Divide by the Avogadro constant.",
            ),
        ),
    ),
    Question(
        "experiment-planes",
        "speed at which a lithium surface moves at 100 µA cm⁻²",
        lambda: I_100 * LI.molar_volume / F,
        "µm h⁻¹",
        level=1,
        minutes=5,
        outcome="experiment-charge",
        mistakes=(
            Mistake(
                "two electrons",
                lambda: I_100 * LI.molar_volume / (2 * F),
                "Li⁺ carries one charge.",
            ),
            Mistake(
                "divided by the concentration of two cells",
                lambda: I_100 * LI.molar_volume * 2 / F,
                "Check the molar volume: how many atoms are in the cell?",
            ),
            Mistake(
                "the molar volume upside down",
                lambda: I_100 / LI.molar_volume / F,
                "The volume of a mole multiplies: more volume to take away, a faster surface.",
            ),
        ),
    ),
)

SAND = (
    Question(
        "sand-quarter",
        "fraction of the depletion time at which half of the drop is reached",
        lambda: 0.25,
        level=1,
        minutes=3,
        outcome="sand-law",
        mistakes=(
            Mistake("a straight line", lambda: 0.5, "The drop does not grow with t but with √t."),
            Mistake(
                "the root again",
                lambda: np.sqrt(0.5),
                "The drop goes with √t, so the time goes with the drop squared, not with its root.",
            ),
        ),
    ),
    Question(
        "sand-doubled",
        "depletion time of lithium at 200 µA cm⁻², if it is 9 h at 100 µA cm⁻²",
        lambda: 9 * hour / 4,
        "h",
        level=1,
        minutes=3,
        outcome="sand-law",
        mistakes=(
            Mistake(
                "t ∝ 1/i",
                lambda: 4.5 * hour,
                "Twice the current does not take half the time: the layer that is emptied is thinner too. t₀ ∝ i⁻².",
            ),
            Mistake(
                "t ∝ i⁻³",
                lambda: 9 * hour / 8,
                "The time goes with the square of the current, not with its cube.",
            ),
            Mistake(
                "t ∝ √(1/i)",
                lambda: 9 * hour / np.sqrt(2),
                "It is the concentration drop that grows with √t. Solve for t.",
            ),
        ),
    ),
    Question(
        "sand-recovery",
        "wait after a strip of 15 h until a tenth of the drop is left",
        lambda: (_wait(0.1) - 1) * T0,
        "d",
        level=2,
        minutes=10,
        outcome="sand-memory",
        also=(lambda: 24.5 * T0,),
        mistakes=(
            Mistake(
                "counted from the start",
                lambda: _wait(0.1) * T0,
                "This counts from the start of the strip. How long is the wait?",
            ),
            Mistake(
                "nine tenths left",
                lambda: (_wait(0.9) - 1) * T0,
                "Nine tenths are to be gone, so a tenth is left.",
            ),
            Mistake(
                "same time again",
                lambda: T0,
                "A wait as long as the strip leaves √2 − 1 of the drop, 41 %.",
            ),
        ),
    ),
    Question(
        "sand-ramp",
        "depletion time under a current that rises as rate · t",
        _ramp,
        "s",
        cases=(
            (1e-4, 2.3e-15, 6.96e4),
            (3e-5, 8e-16, 4.56e4),
            (2e-4, 5e-15, 6.0e4),
            (7e-5, 1e-15, 5e4),
        ),
        rtol=1e-3,
        level=2,
        minutes=20,
        outcome="sand-memory",
        arguments=("rate", "diffusivity", "concentration_drop"),
        forbid=(),
        mistakes=(
            Mistake(
                "constant current",
                lambda a, D, c: (np.pi * D * (F * c / 2) ** 2 / a**2) ** (1 / 3),
                "This puts the last current into Sand's equation. The current was smaller before: use the integral over the past.",
            ),
            Mistake(
                "charge counts",
                lambda a, D, c: np.sqrt(F * c * np.sqrt(np.pi * D) / a),
                "This counts charge only. The kernel 1/√(t − t′) weighs late current more.",
            ),
            Mistake(
                "two thirds for four thirds",
                lambda a, D, c: (3 * F * c * np.sqrt(np.pi * D) / (2 * a)) ** (2 / 3),
                "Check the integral of t′/√(t − t′): it is 4/3 of t to the power 3/2.",
            ),
            Mistake(
                "π lost",
                lambda a, D, c: (3 * F * c * np.sqrt(D) / (4 * a)) ** (2 / 3),
                "A √π is missing: it stands in the kernel.",
            ),
        ),
    ),
    Question(
        "sand-diffusivity",
        "diffusivity of the alloy from 15 h at 100 µA cm⁻² if the interface ends empty (c₀ = 69.6 mmol cm⁻³)",
        lambda: sand.diffusivity(I_100, T0, C0),
        "cm² s⁻¹",
        level=1,
        minutes=6,
        outcome="sand-diffusivity",
        mistakes=(
            Mistake(
                "the 2 not squared",
                lambda: sand.diffusivity(I_100, T0, C0) / 2,
                "The 2 stands inside the square: it counts four times.",
            ),
            Mistake(
                "the 2 forgotten",
                lambda: sand.diffusivity(I_100, T0, C0) / 4,
                "D = (4/π)(i/FΔc)² t₀: the 2 below the current is missing, or two charges were taken.",
            ),
            Mistake(
                "π forgotten",
                lambda: sand.diffusivity(I_100, T0, C0) * np.pi,
                "The π of ∫dt′/√t′ is missing.",
            ),
            Mistake(
                "β limit for the end",
                lambda: sand.diffusivity(I_100, T0, C0 - C_BETA),
                "This ends at the β limit; here the interface is to end empty.",
            ),
            Mistake(
                "upside down",
                lambda: 1 / sand.diffusivity(I_100, T0, C0),
                "Solve t₀ = πD(FΔc/2i)² for D: it is in the numerator.",
            ),
        ),
    ),
    Question(
        "sand-reservoir",
        "current below which 25 µm of the alloy fed from behind never empties (D = 2.3 × 10⁻¹¹ cm² s⁻¹, c₀ = 69.6 mmol cm⁻³)",
        lambda: F * 2.3e-11 * cm**2 / s * C0 / (25 * um),
        "µA cm⁻²",
        level=2,
        minutes=12,
        outcome="fick-steady",
        mistakes=(
            Mistake(
                "the mean of the line",
                lambda: F * 2.3e-11 * cm**2 / s * C0 / (50 * um),
                "The straight line goes from c₀ to zero: its slope is c₀/L, not half of it.",
            ),
            Mistake(
                "an end at the β limit",
                lambda: F * 2.3e-11 * cm**2 / s * (C0 - C_BETA) / (25 * um),
                "Here the interface is to end empty, not at the β limit.",
            ),
            Mistake(
                "the foil of the experiment",
                lambda: F * 2.3e-11 * cm**2 / s * C0 / (100 * um),
                "The foil is 25 µm thick here, not 100 µm.",
            ),
        ),
    ),
)

FICK = (
    Question(
        "fick-third",
        "how far the interface of the 25 µm foil lies below the mean at 10 µA cm⁻², late",
        lambda: 10 * uA / cm**2 * 25 * um / (3 * F * D),
        "mmol cm⁻³",
        level=2,
        minutes=10,
        outcome="fick-steady",
        mistakes=(
            Mistake(
                "below the far side",
                lambda: 10 * uA / cm**2 * 25 * um / (2 * F * D),
                "This is the drop from the blocked side to the interface; the mean lies between.",
            ),
            Mistake(
                "a straight profile",
                lambda: 10 * uA / cm**2 * 25 * um / (F * D),
                "The flux grows from zero at the blocked side: the profile is a parabola, not a line.",
            ),
            Mistake(
                "a sixth",
                lambda: 10 * uA / cm**2 * 25 * um / (6 * F * D),
                "A sixth is the mean below the far side. Ask for the interface below the mean.",
            ),
        ),
    ),
    Question(
        "fick-faces",
        "factor by which σ changes if both faces carry half of the current",
        lambda: 4.0,
        level=1,
        minutes=4,
        outcome="fick-scaling",
        mistakes=(
            Mistake(
                "only the current",
                lambda: 2.0,
                "Half the current a face, and what else is halved? Each half of the foil has its own blocked middle.",
            ),
            Mistake(
                "no change",
                lambda: 1.0,
                "σ = FDΔc/(iL): which i and which L belong to one half of the foil?",
            ),
            Mistake("upside down", lambda: 0.25, "Smaller current and shorter way make σ larger."),
        ),
    ),
    Question(
        "fick-time",
        "time L²/D of the 25 µm foil with D = 3 × 10⁻¹¹ cm² s⁻¹",
        lambda: (25 * um) ** 2 / D,
        "h",
        level=1,
        minutes=3,
        outcome="fick-scaling",
        mistakes=(
            Mistake(
                "not squared",
                lambda: 25 * um / D,
                "A diffusion time goes with the thickness squared.",
            ),
            Mistake(
                "with π²",
                lambda: (25 * um) ** 2 / (np.pi**2 * D),
                "This is the lifetime of the slowest mode; asked for is L²/D itself.",
            ),
            Mistake(
                "half the foil",
                lambda: (12.5 * um) ** 2 / D,
                "The foil is stripped from one face: its whole thickness counts.",
            ),
        ),
    ),
)

UTILISATION = (
    Question(
        "utilisation-share",
        "share of all lithium delivered after 41 % of what lies above the cut-off (69.6 to 24.0 mmol cm⁻³)",
        lambda: 0.41 * (C0 - C_BETA) / C0,
        "%",
        level=1,
        minutes=4,
        outcome="utilisation-kinds",
        mistakes=(
            Mistake(
                "of the accessible",
                lambda: 0.41,
                "41 % is of the accessible lithium. Asked for is the share of all lithium.",
            ),
            Mistake(
                "the other way",
                lambda: 0.41 * C0 / (C0 - C_BETA),
                "All lithium is more than the accessible part: the share becomes smaller.",
            ),
            Mistake(
                "the rest",
                lambda: 0.41 * C_BETA / C0,
                "24.0 is what stays; what can leave is 69.6 − 24.0.",
            ),
        ),
    ),
    Question(
        "utilisation-ceiling",
        "largest current at which a foil of this alloy delivers 5 mAh cm⁻², from 15 h at 100 µA cm⁻² alone",
        lambda: I_100**2 * T0 / (5 * mAh / cm**2),
        "µA cm⁻²",
        level=2,
        minutes=12,
        outcome="utilisation-limit",
        mistakes=(
            Mistake("t ∝ 1/i", lambda: I_100, "The charge i t₀ is not constant: it falls as 1/i."),
            Mistake(
                "the root",
                lambda: np.sqrt(I_100**3 * T0 / (5 * mAh / cm**2)),
                "i t₀ = i₁² t₁/i: one division, no root.",
            ),
        ),
    ),
    Question(
        "utilisation-capacity",
        "areal capacity of 25 µm above the β limit",
        lambda: F * (C0 - C_BETA) * 25 * um,
        "mAh cm⁻²",
        level=1,
        minutes=4,
        outcome="utilisation-kinds",
        mistakes=(
            Mistake(
                "all lithium",
                lambda: F * C0 * 25 * um,
                "This counts all lithium; 24.0 mmol cm⁻³ stay below the cut-off.",
            ),
            Mistake("what stays", lambda: F * C_BETA * 25 * um, "This is what stays behind."),
        ),
    ),
)

WARMTH = (
    Question(
        "warmth-factor",
        "factor by which D grows from 25 to 80 °C with 0.57 eV",
        lambda: arrhenius.scale(1.0, 0.57 * eV, celsius(80), celsius(25)),
        level=1,
        minutes=5,
        outcome="warmth-arrhenius",
        rtol=0.015,
        also=(
            lambda: np.exp(0.57 / 8.617e-5 * (1 / 298 - 1 / 353)),
            lambda: np.exp(0.57 / 8.617e-5 * (1 / 298.15 - 1 / 353.15)),
        ),
        mistakes=(
            Mistake(
                "degrees Celsius",
                lambda: np.exp(0.57 / 8.617e-5 * (1 / 25 - 1 / 80)),
                "The exponent takes kelvin.",
            ),
            Mistake(
                "sign",
                lambda: arrhenius.scale(1.0, -0.57 * eV, celsius(80), celsius(25)),
                "It shrinks? Diffusion is faster when warm: turn the sign of the exponent.",
            ),
            Mistake(
                "power of ten",
                lambda: 10 ** (0.57 / 8.617e-5 * (1 / 298.15 - 1 / 353.15)),
                "The exponential is e to the power, not 10.",
            ),
            Mistake(
                "R for k_B",
                lambda: np.exp(0.57 * eV / R * (1 / 298.15 - 1 / 353.15)),
                "An energy per particle goes with k_B, an energy per mole with R.",
            ),
        ),
    ),
)

QUESTIONS = EXPERIMENT + SAND + FICK + UTILISATION + WARMTH
