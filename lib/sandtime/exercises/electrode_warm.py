"""Questions of the chapters Warmth and Pressure."""

import functools

import numpy as np
from scipy.optimize import brentq

from sandtime import arrhenius, campaign, voids
from sandtime.creep import MASIAS, ROY
from sandtime.exercises.question import Choice, Mistake, Open, Option, Question
from sandtime.materials import LI
from sandtime.reported import quantity
from sandtime.units import R, celsius, eV, k_B

ROOM = celsius(25)
E_PAPER, E_INTERFACE = quantity("activation-energy-d"), quantity("activation-energy-interface")


def _between(energy, warm, cold):
    return np.exp(energy / k_B * (1 / cold - 1 / warm))


def _normal(energy, warm, cold):
    """What a resistance becomes when it is carried from warm to cold."""
    return _between(energy, warm, cold) * cold / warm


def _disagree(low, high, warm, cold=ROOM):
    return _between(high - low, warm, cold)


@functools.cache
def cold_resistances():
    """Synthetic: temperatures, K, and interface resistances, Ω m², of the campaign's lithium cell
    before it is stripped, from 0 to 50 °C, with a scatter of 3 % and to three digits."""
    T = celsius(np.arange(0.0, 51.0, 10.0))
    scatter = 1 + 0.03 * np.random.default_rng(5).standard_normal(T.size)
    found = campaign.cell("li-100").initial_resistance * campaign.resistance_factor(T) * scatter
    return T, np.array([float(f"{value:.3g}") for value in found])


def _from_resistances(power=1, against=lambda T: 1 / T, log=np.log):
    """Energy from a line through ln(R/T) against 1/T."""
    T, resistance = cold_resistances()
    return k_B * np.polyfit(against(T), log(resistance / T**power), 1)[0]


def _energy(temperature, value, relative):
    T, value = np.asarray(temperature, float), np.asarray(value, float)
    u = 1 / T - np.mean(1 / T)
    slope = u @ np.log(value) / (u @ u)
    return np.array([-slope, relative / np.sqrt(u @ u)]) * k_B / eV


def _scattered(temperature, value, relative):
    """The error from the scatter about the line, not from the errors that are given."""
    T, value = np.asarray(temperature, float), np.asarray(value, float)
    u, y = 1 / T - np.mean(1 / T), np.log(value) - np.mean(np.log(value))
    slope = u @ y / (u @ u)
    spread = np.sqrt(np.sum((y - slope * u) ** 2) / (T.size - 2))
    return np.array([-slope, spread / np.sqrt(u @ u)]) * k_B / eV


def _uncentred(temperature, value, relative):
    """The error as if the height of the line were known."""
    T = np.asarray(temperature, float)
    spread = np.sqrt(np.sum(T**-2.0))
    return np.array([_energy(T, value, relative)[0], k_B * relative / spread / eV])


FITS = tuple(
    (celsius(np.array(degrees, float)), np.array(values), relative)
    for degrees, values, relative in (
        ([-10, 5, 25, 60], [1.0, 2.1, 5.2, 21.0], 0.1),
        ([0, 25, 50], [2.6e-16, 8e-16, 3.1e-15], 0.2),
        ([-20, 0, 20, 40, 80], [3.0, 7.5, 19.0, 40.0, 160.0], 0.05),
        ([10, 15, 30], [5e-16, 6.2e-16, 1.4e-15], 0.03),
        ([25, 45, 90, 100], [1.0, 2.2, 14.0, 18.0], 0.15),
    )
)

# fmt: off
WARMTH = (
    Question(
        "warmth-eighty",
        "how many times longer the depletion time at 80 °C is with 0.57 than with 0.43 eV, if "
        "both are right at 25 °C",
        _disagree, given=(0.43 * eV, E_PAPER, celsius(80), ROOM),
        arguments=("the lower energy", "the higher energy", "the temperature", "room temperature"),
        level=1, minutes=5, outcome="warmth-3",
        also=(lambda low, high, warm, cold: np.exp(0.14 / 8.617e-5 * (1 / 298 - 1 / 353)),),
        mistakes=(
            Mistake("degrees Celsius", lambda low, high, warm, cold: _disagree(low, high, 80, 25),
                    "The exponent takes kelvin."),
            Mistake("one energy alone",
                    lambda low, high, warm, cold: _disagree(0, high, warm, cold),
                    "This is the gain with one energy. The question compares two: which "
                    "difference stands in the exponent?"),
            Mistake("the lower energy alone",
                    lambda low, high, warm, cold: _disagree(0, low, warm, cold),
                    "This is the gain with the lower energy. Divide the other gain by it."),
            Mistake("ten to the power",
                    lambda low, high, warm, cold: 10 ** np.log(_disagree(low, high, warm, cold)),
                    "The Boltzmann factor is e to the power, not 10."),
            Mistake("the quotient of the energies", lambda low, high, warm, cold: high / low,
                    "The energies stand in an exponent: take their difference."),
            Mistake("the other way round",
                    lambda low, high, warm, cold: 1 / _disagree(low, high, warm, cold),
                    "Above 25 °C the larger energy gives the longer time: the sign of the "
                    "exponent."),
        ),
    ),
    Question(
        "warmth-rule", "activation energy at which 25 to 35 °C double a rate",
        lambda factor, warm, cold: arrhenius.activation_energy(factor, warm, 1.0, cold), "eV",
        given=(2.0, ROOM + 10, ROOM),
        arguments=("the factor", "the higher temperature", "the lower temperature"), level=2,
        minutes=6, outcome="warmth-2",
        also=(lambda factor, warm, cold: 8.617e-5 * eV * np.log(2) / (1 / 298 - 1 / 308),),
        mistakes=(
            Mistake("decimal logarithm",
                    lambda factor, warm, cold: k_B * np.log10(factor) / (1 / cold - 1 / warm),
                    "The natural logarithm belongs to e to the power."),
            Mistake("degrees Celsius",
                    lambda factor, warm, cold: k_B * np.log(factor) / (1 / 25 - 1 / 35),
                    "The inverse temperatures are in 1/kelvin."),
            Mistake("R for k_B",
                    lambda factor, warm, cold: R * np.log(factor) / (1 / cold - 1 / warm),
                    "This is an energy per mole in J. Per particle, k_B takes the place of R."),
            Mistake("k_B T ln 2", lambda factor, warm, cold: k_B * (warm - cold) * np.log(factor),
                    "The exponent has the difference of the inverse temperatures, not of the "
                    "temperatures."),
            Mistake("no logarithm", lambda factor, warm, cold: k_B * factor / (1 / cold - 1 / warm),
                    "Take the logarithm of the factor first."),
        ),
    ),
    Question(
        "warmth-fit", "activation energy and its standard error, in eV", _energy, cases=FITS,
        arguments=("temperature", "value", "relative"), rtol=1e-3, forbid=("arrhenius.fit",),
        level=2, minutes=20, outcome="warmth-2",
        also=(lambda T, value, relative: _energy(T, value, relative) * 8.617e-5 * eV / k_B,),
        mistakes=(
            Mistake("the sign", lambda T, value, relative: _energy(T, value, relative) * [-1, 1],
                    "The slope against 1/T is negative, −E/k_B: the energy is positive."),
            Mistake("kelvin", lambda T, value, relative: _energy(T, value, relative) * eV / k_B,
                    "This is E/k_B in kelvin. Multiply by k_B, in eV/K."),
            Mistake("joule", lambda T, value, relative: _energy(T, value, relative) * eV,
                    "These are joules. Divide by the charge of the electron for eV."),
            Mistake("R for k_B",
                    lambda T, value, relative: _energy(T, value, relative) * R * eV / k_B,
                    "These are J/mol. An energy per particle goes with k_B."),
            Mistake("decimal logarithm",
                    lambda T, value, relative: _energy(T, value, relative) / [np.log(10), 1],
                    "The slope of the decimal logarithm is smaller by ln 10."),
            Mistake("the error of a mean",
                    lambda T, value, relative: _energy(T, value, relative) / [1, np.sqrt(len(T))],
                    "The error is divided by the root of the number of points once too often: "
                    "the sum over the points does that already."),
            Mistake("the error from the scatter", _scattered,
                    "The energy is right. Its error is to follow from the relative error that is "
                    "given, not from the scatter about the line."),
            Mistake("not from the mean", _uncentred,
                    "The energy is right. In its error, count 1/T from the mean: the height of "
                    "the line is not known either."),
        ),
    ),
    Question(
        "warmth-sign",
        "by which factor a resistance carried from 50 to 25 °C with the wrong sign is off",
        lambda energy, warm, cold: _between(2 * energy, warm, cold),
        given=(E_INTERFACE, celsius(50), ROOM),
        arguments=("the energy", "the higher temperature", "the lower temperature"), level=2,
        minutes=8, outcome="warmth-1",
        also=(lambda energy, warm, cold: np.exp(2 * 0.37 / 8.617e-5 * (1 / 298 - 1 / 323)),),
        mistakes=(
            Mistake("one exponent", _between,
                    "This is one exponential. The right and the wrong one differ in sign: what "
                    "is their quotient?"),
            Mistake("with T₀/T", lambda energy, warm, cold: _normal(energy, warm, cold) ** 2,
                    "The factor T₀/T is the same in both and drops out of the quotient."),
            Mistake("one T₀/T and one exponent", _normal,
                    "This is the normalisation itself. Asked for is the quotient of the right "
                    "result and the wrong one."),
            Mistake("the energy of diffusion",
                    lambda energy, warm, cold: _between(2 * E_PAPER, warm, cold),
                    "This takes the energy of diffusion. A resistance of the interface has its "
                    "own."),
        ),
    ),
    Choice(
        "warmth-sign-room",
        "Would the mistake have been noticed with a resistance measured at 25 °C?",
        (
            Option("Yes: the result would be too large.", hint="Put T = T₀ into both exponents."),
            Option("Yes: the result would be too small.", hint="Put T = T₀ into both exponents."),
            Option("No: both factors are one.", right=True),
            Option("No: the errors of T₀/T and of the exponential cancel.",
                   hint="They do not cancel at 50 °C. What is each of them at T = T₀?"),
        ),
        exercise="exercise-warmth-sign", level=1, minutes=2, outcome="warmth-1",
    ),
    Question(
        "warmth-resistances",
        "activation energy of these resistances, by a straight line through ln(R/T) against 1/T",
        _from_resistances, "eV", kind="data", level=2, minutes=20, outcome="warmth-1",
        mistakes=(
            Mistake("the line through ln R", lambda: _from_resistances(power=0),
                    "This is the line through ln R. It is κT that is activated, so R/T is."),
            Mistake("R T for R/T", lambda: _from_resistances(power=-1),
                    "κT goes as the exponential, and R as 1/κ: which of R·T and R/T follows?"),
            Mistake("decimal logarithm", lambda: _from_resistances(log=np.log10),
                    "The slope of the decimal logarithm is smaller by ln 10."),
            Mistake("the sign", lambda: -_from_resistances(),
                    "A resistance falls when it gets warmer, so its logarithm rises with 1/T: E "
                    "> 0."),
            Mistake("degrees Celsius", lambda: _from_resistances(against=lambda T: 1 / (T - 273)),
                    "The inverse temperature is in 1/kelvin; at 0 °C it would be infinite else."),
        ),
    ),
    Open(
        "warmth-open",
        (
            "Names three processes that could carry the energy, such as vacancies, boundaries, "
            "creep (2).",
            "Gives for each the energy that is expected, with its source (2).",
            "Gives for each an experiment that would change the energy if it were the one (2).",
            "Says that an energy near another is no proof of the mechanism (1).",
        ),
        level=3, minutes=25, outcome="warmth-2",
    ),
)
# fmt: on

I_100, I_200 = (quantity(f"current-density-{micro}ua") for micro in (100, 200))
HELD, V = 0.9, LI.molar_volume
T0 = quantity("t0-li-25c-100ua") * (I_100 / I_200) ** 2
VOIDS = {
    "molar_volume": V,
    "density": voids.void_density(
        T0, I_200, molar_volume=V, contact=quantity("capacitance-at-t0-li")
    ),
}


def _pressure(contact, closure="isolated"):
    return voids.critical_pressure(I_200, law=ROY, contact=contact, closure=closure, **VOIDS)


def _settling():
    """Time in which the current alone opens the voids that 90 % contact allows."""
    return voids.void_layer(HELD, VOIDS["density"]) / voids.recession(I_200, V)


def _worth(contact):
    """g to the power −1/n, with both corrections."""
    return contact * (1 - (1 - contact) ** (1.5 / ROY.exponent))


def _mistaken(contact):
    return _pressure(contact) * _worth(contact)


def _half_of_isolated():
    return brentq(lambda contact: _worth(contact) - 0.5, 0.1, 0.999)


# fmt: off
PRESSURE = (
    Question(
        "pressure-current",
        "by which factor the critical pressure rises with twice the current, at a fixed number "
        "of voids and n = 6.56",
        lambda fold, n: fold ** (1 / n), given=(2.0, MASIAS.exponent),
        arguments=("the current", "n"), level=1, minutes=4, outcome="pressure-3",
        mistakes=(
            Mistake("in proportion", lambda fold, n: fold,
                    "That is creep linear in the stress. With a power law a little more stress "
                    "flows much faster."),
            Mistake("more voids too", lambda fold, n: fold ** (2 / n),
                    "This is for voids whose number rises with i². Here their number is fixed."),
            Mistake("the power upside down", lambda fold, n: fold**n,
                    "The rate goes with the pressure to the power n. Solve for the pressure."),
            Mistake("no change", lambda fold, n: 1.0, "Nearly, but by how much? P ∝ i to a power."),
        ),
    ),
    Question(
        "pressure-threshold",
        "factor in pressure from 10 to 2 % of lost contact, isolated voids, n = 6.56",
        lambda fold, n: fold ** (1.5 / n), given=(5.0, MASIAS.exponent),
        arguments=("the quotient of the losses", "n"), level=2, minutes=6, outcome="pressure-2",
        mistakes=(
            Mistake("volume like area", lambda fold, n: fold ** (1 / n),
                    "The pressure goes with the void layer w, and w with a power of the lost "
                    "contact: a volume against an area."),
            Mistake("2/3 for 3/2", lambda fold, n: fold ** (2 / (3 * n)),
                    "φ ∝ w to the 2/3. Solve this for w."),
            Mistake("no n-th root", lambda fold, n: fold**1.5,
                    "The creep law takes the n-th root of this."),
            Mistake("downwards", lambda fold, n: fold ** (-1.5 / n),
                    "Less loss of contact takes more pressure."),
        ),
    ),
    Question(
        "pressure-threshold-one", "the same factor with n = 1", lambda fold: fold**1.5,
        given=(5.0,), arguments=("the quotient of the losses",),
        exercise="exercise-pressure-threshold", level=2, minutes=2, outcome="pressure-3",
        mistakes=(
            Mistake("volume like area", lambda fold: fold,
                    "The voids hold a volume and cover an area: w goes with φ to the 3/2."),
            Mistake("2/3 for 3/2", lambda fold: fold ** (2 / 3),
                    "φ ∝ w to the 2/3. Solve this for w."),
            Mistake("downwards", lambda fold: fold**-1.5,
                    "Less loss of contact takes more pressure."),
        ),
    ),
    Question(
        "pressure-multiplied",
        "critical pressure at 200 µA cm⁻², law of Roy, with both corrections multiplied", _mistaken,
        "Pa", cases=((0.3,), (0.5,), (0.75,), (0.9,), (0.99,)), arguments=("the contact",),
        rtol=1e-3, level=2, minutes=15, outcome="pressure-2",
        mistakes=(
            Mistake("the shell alone", lambda contact: _pressure(contact, "shell"),
                    "This is the shell's g alone. Here it is multiplied by the net section's too."),
            Mistake("the net section alone", lambda contact: _pressure(contact, "net-section"),
                    "This is the net section's g alone. Here it is multiplied by the shell's too."),
            Mistake("no neighbours", _pressure,
                    "This is g = 1. The pressure goes with g to the power −1/n."),
            Mistake("g for its inverse", lambda contact: _pressure(contact) / _worth(contact),
                    "A larger g closes the voids faster, so it takes less pressure: P ∝ g to the "
                    "−1/n."),
            Mistake("the whole g",
                    lambda contact: _pressure(contact) * _worth(contact) ** ROY.exponent,
                    "P goes with the n-th root of 1/g, not with 1/g."),
        ),
    ),
    Question(
        "pressure-multiplied-half", "contact at which the mistake halves the pressure of the shell",
        lambda factor: factor, "%", given=(0.5,), arguments=("the factor",),
        exercise="exercise-pressure-multiplied", level=2, minutes=5, outcome="pressure-2",
        mistakes=(
            Mistake("half of g", lambda factor: factor ** (1 / ROY.exponent),
                    "There g is twice as large. The pressure goes with its n-th root."),
            Mistake("against isolated voids", lambda factor: _half_of_isolated(),
                    "There it is half of the pressure of isolated voids. The question compares "
                    "with the shell."),
        ),
    ),
    Question(
        "pressure-settling", "time until 99 % of the loss has happened, if contact settles at 90 %",
        lambda share: -np.log(1 - share**1.5) * _settling(), "min", kind="code", given=(0.99,),
        arguments=("the share",), rtol=1e-3, level=2, minutes=20, outcome="pressure-1",
        mistakes=(
            Mistake("of the layer", lambda share: -np.log(1 - share) * _settling(),
                    "This is when the void layer has 99 % of its end. The contact lost goes with "
                    "the layer to the 2/3."),
            Mistake("one time constant", lambda share: _settling(),
                    "This is the time constant. It takes several of them to come so close to the "
                    "end."),
            Mistake("99 % of the contact",
                    lambda share: -np.log(1 - ((1 - share) / (1 - HELD)) ** 1.5) * _settling(),
                    "This is when 99 % of the contact is left. Asked for is 99 % of what will be "
                    "lost."),
            Mistake("the depletion time", lambda share: T0,
                    "This is the time until contact is lost without pressure."),
        ),
    ),
    Open(
        "pressure-design",
        (
            "Compares the pressure that is needed with the 5 MPa, and says by which law (2).",
            "Turns the excess into a strength, a rate and so a temperature, and a number of "
            "voids (3).",
            "Sees that the n-th power makes strength the strongest lever and warmth the weakest "
            "(1).",
            "Names the number to measure first, with a reason, such as how voids multiply with i "
            "(1).",
        ),
        level=3, minutes=30, outcome="pressure-2",
    ),
)
# fmt: on


QUESTIONS = WARMTH + PRESSURE
