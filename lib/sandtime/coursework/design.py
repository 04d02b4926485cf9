"""Sheet 4: temperature, pressure and design.  Five spectra, one energy, and a foil for a target."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from sandtime import eis, sand, slab
from sandtime.coursework import instruments as files
from sandtime.coursework.sheet import Sheet, function, manual, number
from sandtime.materials import LITHIUM_MOLAR_MASS, MAGNESIUM_MOLAR_MASS
from sandtime.units import N_A, F, celsius, cm, eV, hour, k_B, mA, mAh, mm, s, to_celsius, uA

TEMPERATURES, CURRENTS = 5, 7
NOISE = 1e-3  # of |Z|
THERMOSTAT, PRESS = 0.025, 0.03  # relative, of a resistance and of a pressure
HEADER_AREA = 1.0  # cm², left as the program set it
FREQUENCY = files.frequencies(1e6, 0.1, 6)
CIRCUIT = eis.Circuit("R_0-Zarc_int")
FILES = tuple(f"spectrum-{k}.{end}" for k, end in enumerate(("mpt", "DTA", "csv", "mpt", "DTA"), 1))
ROOM = celsius(25.0)
MOLAR_VOLUME = 12.9e-6  # m³/mol, on the cell card


@dataclass(frozen=True)
class Truth:
    """What is true of one student's cell and foil.

    Attributes
    ----------
    diameter, magnesium : float
        m; fraction.
    resistance, peak, energy : float
        Of the interface at 25 °C: Ω m², Hz of the top of its arc, J.
    temperature : tuple
        K.
    diffusivity, current, share : float
        At 25 °C, m²/s; of the target, A/m²; target over what Sand's equation allows at 25 °C.
    hot : float
        K.
    exponent, pressure : float
        n, and the pressure at 1 mA/cm², MPa.
    noise, hidden : int
        Seeds of noise and of hidden cases.
    """

    diameter: float
    magnesium: float
    resistance: float
    peak: float
    energy: float
    temperature: tuple
    diffusivity: float
    current: float
    share: float
    hot: float
    exponent: float
    pressure: float
    noise: int
    hidden: int


@dataclass(frozen=True)
class Data:
    """What the files hold: card, impedance (temperature × frequency), (µA/cm², MPa) of pressure."""

    card: dict
    impedance: np.ndarray
    pressed: np.ndarray

    @property
    def temperature(self):
        return celsius(np.array([self.card[f"temperature {k}"] for k in range(1, 6)]))

    @property
    def target(self):
        """Current density, A/m², and charge per area, C/m²."""
        return self.card["target current"] * uA / cm**2, self.card["target charge"] * mAh / cm**2


def truth(seed):
    """The truth of one student."""
    random = np.random.Generator(np.random.PCG64(seed))
    warm = 8 + 13 * np.arange(TEMPERATURES) + 5 * random.random(TEMPERATURES)
    return Truth(
        diameter=files.between(random, 9 * mm, 15 * mm),
        magnesium=0.06 + 0.08 * random.random(),
        resistance=files.between(random, 80.0, 500.0) * cm**2,
        peak=files.between(random, 60.0, 400.0),
        energy=(0.28 + 0.34 * random.random()) * eV,
        temperature=tuple(celsius(warm)),
        diffusivity=files.between(random, 1e-11, 8e-11) * cm**2 / s,
        current=files.between(random, 60.0, 300.0) * uA / cm**2,
        share=0.55 + 0.25 * random.random(),
        hot=celsius(55 + 25 * random.random()),
        exponent=4.5 + 2.5 * random.random(),
        pressure=files.between(random, 2.0, 12.0),
        noise=int(random.integers(2**63)),
        hidden=int(random.integers(2**63)),
    )


def drop(card):
    """Of the lithium at the interface, from the foil to the β limit, every site filled, mol/m³."""
    return (card["beta limit"] - card["magnesium"]) / 100 / MOLAR_VOLUME


def measure(truth):
    """The data of one student."""
    random = np.random.Generator(np.random.PCG64(truth.noise))
    warm = {f"temperature {k}": round(to_celsius(T), 1) for k, T in enumerate(truth.temperature, 1)}
    card = {"diameter": round(truth.diameter / mm, 2), "magnesium": round(100 * truth.magnesium, 2)}
    card |= warm | {
        "molar volume": round(MOLAR_VOLUME / cm**3, 2),
        "beta limit": 66.9,
        "diffusivity 25": files.rounded(truth.diffusivity / (cm**2 / s), 4).item(),
        "hot": round(to_celsius(truth.hot), 1),
        "target current": round(truth.current / (uA / cm**2), 1),
    }
    most = sand.depletion_time(truth.current, truth.diffusivity, drop(card)) * truth.current
    card["target charge"] = round(truth.share * most / (mAh / cm**2), 4)
    area = np.pi * truth.diameter**2 / 4
    factor = np.exp(truth.energy / k_B * (1 / np.array(truth.temperature) - 1 / ROOM))
    factor = factor * (1 + THERMOSTAT * files.normal(random, TEMPERATURES))
    parameters = {
        "0.R": 0.25 * truth.resistance / area * factor**0.8,
        "int.R": truth.resistance / area * factor,
        "int.tau": factor / (2 * np.pi * truth.peak),
        "int.alpha": np.full(TEMPERATURES, 0.9),
    }
    impedance = files.noisy(random, CIRCUIT.impedance(FREQUENCY, parameters), NOISE)
    current = np.geomspace(100, 2000, CURRENTS) * (1 + 0.1 * random.random(CURRENTS))
    pressed = truth.pressure * (current / 1000) ** (1 / truth.exponent)
    pressed = pressed * (1 + PRESS * files.normal(random, CURRENTS))
    return Data(card, impedance, np.array([np.round(current, 1), np.round(pressed, 3)]))


_UNITS = {
    "diameter": "mm", "magnesium": "at%", "temperature": "°C", "molar volume": "cm3/mol",
    "beta limit": "at%", "diffusivity": "cm2/s", "hot": "°C", "target current": "µA/cm2",
    "target charge": "mAh/cm2",
}  # fmt: skip


def write(data):
    """The files of one student."""
    entries = [(name, value, _UNITS[name.rstrip(" 12345")]) for name, value in data.card.items()]
    time = files.point_times(FREQUENCY)
    found = {"cell-card.csv": files.card(entries)}
    for k, (name, Z) in enumerate(zip(FILES, data.impedance, strict=True), 1):
        note = {"area": HEADER_AREA, "comma": k in (1, 5), "note": f"temperature {k} of the card"}
        if name.endswith("csv"):
            columns = {"frequency_hz": FREQUENCY, "z_real_ohm": Z.real, "z_imag_ohm": Z.imag}
            found[name] = files.table(columns, comma=True, comments=(note["note"],))
        else:
            kind = files.mpt if name.endswith("mpt") else files.dta
            found[name] = kind(FREQUENCY, Z, time, **note)
    pressed = {"i/uA cm-2": data.pressed[0], "p/MPa": data.pressed[1]}
    comment = "least pressure under which the contact stayed"
    return found | {"pressure.csv": files.table(pressed, comma=True, comments=(comment,))}


def read(folder):
    """The data in a folder."""
    pressed = files.read_table(folder / "pressure.csv", comma=True)
    return Data(
        files.read_card(folder / "cell-card.csv"),
        np.array([eis.read(folder / name).impedance for name in FILES]),
        np.array(list(pressed.values())),
    )


def energy(abscissa, logarithm, constant=k_B):
    """Slope of a line times a constant, and its standard error from the scatter."""
    spread = abscissa - abscissa.mean()
    slope = spread @ logarithm / (spread @ spread)
    left = logarithm - logarithm.mean() - slope * spread
    error = np.sqrt(left @ left / (len(left) - 2) / (spread @ spread))
    return constant * np.array([slope, error])


def carried(time, error, activation, uncertainty, cold, hot):
    """A depletion time at another temperature, and its standard error, s."""
    way = (1 / cold - 1 / hot) / k_B
    warm = time * np.exp(activation * way)
    return np.array([warm, warm * np.hypot(error / time, uncertainty * way)])


def thinnest(current, charge, diffusivity, drop):
    """Thickness of the foil that delivers a charge at a current, above the cut-off, m."""
    least = charge / (F * drop)

    def excess(thickness):
        foil = {"thickness": thickness, "initial": drop, "cutoff": 0.0, "diffusivity": diffusivity}
        return slab.depletion_time(current, **foil) * current / charge - 1

    return brentq(excess, least, 60 * least, rtol=1e-12)


def ask(data, random):
    """The tasks of one student."""
    fit = eis.fit(FREQUENCY, data.impedance, CIRCUIT)
    resistance, kelvin = fit["int.R"], data.temperature
    found = energy(1 / kelvin, np.log(resistance))
    whole = energy(1 / kelvin, np.log(resistance + fit["0.R"]))
    design = _foils(data, found[0])
    return (
        number(
            "design-p1", 5, "activation",
            "activation energy of the interface and its standard error", "J", found,
            ("sign", found * [-1, 1], "A resistance falls when it gets warm: look at the sign of "
             "the slope against 1/T.", 0.5),
            ("per mole", found * N_A, "This is per mole; asked for is per particle, in joules.",
             0.5),
            ("degrees Celsius", energy(1 / to_celsius(kelvin), np.log(resistance)), "1/T takes "
             "kelvin.", 0.25),
            ("decimal logarithm", found / np.log(10), "The slope belongs to the natural "
             "logarithm.", 0.5),
            ("end of the arc", whole, "This is the low-frequency end, with the first resistance in "
             "it. What is the width of the arc?", 0.5),
            ("electronvolt", found / eV, "This is in electronvolts; asked for is joules.", 0.75),
            level=2, minutes=50, outcome="warmth-2", forbid=("arrhenius.fit",),
        ),
        _carry(random),
        number(
            "design-p3", 4, "thickness",
            "thickness for the target, at 25 °C and hot", "m", design["right"],
            ("everything used", design["all"], "This foil would have to be emptied to the cut-off "
             "everywhere. At this current, how much of it is left?", 0.25),
            ("all lithium", design["lithium"], "What can leave ends at the β limit: which drop?",
             0.25),
            ("room twice", design["right"][[0, 0]], "The first is right. The diffusivity of the "
             "hot foil is larger.", 0.5),
            ("hot twice", design["right"][[1, 1]], "The second is right. At 25 °C the diffusivity "
             "is the one on the card.", 0.5),
            level=3, minutes=40, outcome="design-1",
        ),
        _pressure(data),
        _per_mass(data, design["right"]),
        manual(
            "design-p6", 2,
            ("1 point: compares the two levers (heat, pressure) with the numbers of tasks 3 to 5, "
             "and names what each one cannot do (pressure brings no lithium to the interface).",
             "½ point: names the number of this sheet that is least well known, with its error.",
             "½ point: says which measurement would help most, and why."),
            level=3, minutes=25, outcome="design-3",
        ),
    )  # fmt: skip


def _carry(random):
    def case():
        cold, hot = celsius(random.uniform(12, 25)), celsius(random.uniform(45, 90))
        time, activation = random.uniform(5, 40) * hour, random.uniform(0.3, 0.7) * eV
        part, share = random.uniform(0.02, 0.06), random.uniform(0.01, 0.02)
        return time, part * time, activation, share * activation, cold, hot

    def linear(time, error, E, dE, cold, hot):
        warm = carried(time, error, E, dE, cold, hot)[0]
        return np.array([warm, warm * (error / time + dE / k_B * abs(1 / cold - 1 / hot))])

    def without(time, error, E, dE, cold, hot):
        return carried(time, error, E, 0.0, cold, hot)

    return function(
        "design-p2", 3, "carried",
        "depletion time at another temperature and its standard error", "s", carried,
        tuple(case() for _ in range(4)),
        ("other way", lambda t, e, E, dE, a, b: carried(t, e, -E, dE, a, b), "The depletion time "
         "goes with the diffusivity: which way does that go when it gets warm?", 0.25),
        ("errors added", linear, "The times are right. Independent errors add as squares.", 0.5),
        ("energy taken as exact", without, "The times are right. The energy has an error too, and "
         "it counts the more, the further one goes.", 0.5),
        ("degrees Celsius", lambda t, e, E, dE, a, b: carried(t, e, E, dE, a - 273.15, b - 273.15),
         "The exponent takes kelvin, and the function gets kelvin: nothing has to be subtracted."),
        arguments=("time", "error", "activation", "uncertainty", "cold", "hot"),
        level=2, minutes=30, outcome="warmth-3",
    )  # fmt: skip


def _foils(data, activation):
    """Thickness at 25 °C and hot, m: the right ones and what mistakes make of them."""
    card, (current, charge) = data.card, data.target
    cold, fall = card["diffusivity 25"] * cm**2 / s, drop(card)
    factor = np.exp(activation / k_B * (1 / ROOM - 1 / celsius(card["hot"])))
    lithium = (1 - card["magnesium"] / 100) / MOLAR_VOLUME

    def both(fall):
        return np.array([thinnest(current, charge, D, fall) for D in (cold, cold * factor)])

    right = both(fall)
    return {
        "right": right,
        "all": np.full(2, charge / (F * fall)),
        "lithium": both(lithium),
    }


def _pressure(data):
    current, pressure = np.log(data.pressed * [[uA / cm**2], [1.0]])
    target = np.log(1 * mA / cm**2)
    slope, height = np.polyfit(current - target, pressure, 1)
    right = np.array([1 / slope, np.exp(height)])
    line = np.polyfit(np.exp(current - target), np.exp(pressure), 1)
    return number(
        "design-p4", 3, "creep",
        "exponent n, and the pressure in MPa at 1 mA cm⁻²", "", right,
        ("1/n", np.array([slope, right[1]]), "The pressure is right. n belongs to i ∝ pⁿ: it is "
         "the slope the other way round.", 0.5),
        ("straight line", np.array([right[0], np.polyval(line, 1.0)]), "n is right. The pressure "
         "lies on the power law, not on a straight line through the points.", 0.5),
        ("pascal", right * [1, 1e6], "Both are right, but the pressure is asked for in MPa.", 0.75),
        ("1 A m⁻²", np.array([right[0], np.exp(height - slope * target)]), "n is right. The "
         "pressure is that at 1 A m⁻²: how much is 1 mA cm⁻²?", 0.5),
        level=2, minutes=25, outcome="pressure-3",
    )  # fmt: skip


def _per_mass(data, thickness):
    magnesium = data.card["magnesium"] / 100
    _, charge = data.target
    atom = (1 - magnesium) * LITHIUM_MOLAR_MASS + magnesium * MAGNESIUM_MOLAR_MASS
    right = charge * MOLAR_VOLUME / (atom * thickness)
    whole = F * (1 - magnesium) / atom
    return number(
        "design-p5", 3, "specific",
        "specific charge of the foils that reach the target", "C/kg", right,
        ("lithium's mass", right * atom / ((1 - magnesium) * LITHIUM_MOLAR_MASS), "The magnesium "
         "has a mass too.", 0.5),
        ("all lithium", np.full(2, whole), "This is the charge of all lithium; what counts is the "
         "target that is delivered.", 0.25),
        ("pure lithium", right * atom / LITHIUM_MOLAR_MASS, "This is the mass of as many atoms of "
         "pure lithium.", 0.25),
        ("per gram", right / 1000, "This is per gram: a power of ten.", 0.75),
        level=1, minutes=20, outcome="design-2",
    )  # fmt: skip


SHEET = Sheet(
    "design", "Temperature, pressure, design", "4-design.md", truth, measure, write, read, ask
)
