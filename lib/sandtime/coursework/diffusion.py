"""Sheet 1: diffusion and Sand.  Five strips of an alloy foil, from the files to a diffusivity."""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from sandtime import eis, sand, slab, thermodynamics
from sandtime.coursework import instruments as files
from sandtime.coursework.sheet import Sheet, function, manual, number
from sandtime.units import F, celsius, cm, hour, mm, uA, um

RUNS, POINTS = 5, 240
NOISE, SCATTER = 2e-5, 0.02  # V; relative, of the diffusivity from cell to cell
HEADER_AREA = 1.0  # cm², left as the program set it
FREQUENCY = files.frequencies(1e6, 0.1, 6)
MOLAR_VOLUME = 12.9e-6  # m³/mol, on the cell card


@dataclass(frozen=True)
class Truth:
    """What is true of one student's foil.

    Attributes
    ----------
    diffusivity : float
        m²/s.
    magnesium, temperature, thickness, diameter, resistance : float
        Fraction, K, m, m, Ω.
    current : tuple
        Of the runs, A.
    noise : int
        Seed of noise.
    hidden : int
        Seed of hidden cases.
    """

    diffusivity: float
    magnesium: float
    temperature: float
    thickness: float
    diameter: float
    resistance: float
    current: tuple
    noise: int
    hidden: int


@dataclass(frozen=True)
class Data:
    """What the files hold: the cell card, (time in h, potential in V) of each run, one spectrum."""

    card: dict
    runs: tuple
    frequency: np.ndarray
    impedance: np.ndarray

    @property
    def diameter(self):
        return np.mean([self.card[f"diameter {k}"] for k in range(1, 6)]) * mm

    @property
    def area(self):
        return np.pi * self.diameter**2 / 4

    @property
    def current(self):
        return np.array([self.card[f"current {k}"] for k in range(1, RUNS + 1)]) * uA


def truth(seed):
    """The truth of one student."""
    random = np.random.Generator(np.random.PCG64(seed))
    diameter = files.between(random, 9 * mm, 15 * mm)
    first = files.between(random, 35 * uA / cm**2, 60 * uA / cm**2)
    steps = 1 + 0.25 * random.random(RUNS)
    density = first * 1.25 ** np.arange(RUNS) * np.cumprod(steps) / steps[0]
    return Truth(
        diffusivity=files.between(random, 0.6e-11 * cm**2, 6e-11 * cm**2),
        magnesium=0.07 + 0.07 * random.random(),
        temperature=celsius(20 + 8 * random.random()),
        thickness=(60 + 90 * random.random()) * um,
        diameter=diameter,
        resistance=files.between(random, 50.0, 110.0) * cm**2 / (np.pi * diameter**2 / 4),
        current=tuple(density * np.pi * diameter**2 / 4),
        noise=int(random.integers(2**63)),
        hidden=int(random.integers(2**63)),
    )


@functools.cache
def limit(temperature):
    """Magnesium fraction at which the β phase ends, at a temperature in °C."""
    return float(thermodynamics.tie_line(celsius(temperature))[0])


def drop(card):
    """From the foil's lithium to that of the β limit, with every site filled, mol/m³."""
    return (limit(card["temperature"]) - card["magnesium"] / 100) / MOLAR_VOLUME


def measure(truth):
    """The data of one student."""
    random = np.random.Generator(np.random.PCG64(truth.noise))
    card = {f"diameter {k}": files.reading(random, truth.diameter / mm) for k in range(1, 6)}
    card |= {f"current {k}": round(current / uA, 1) for k, current in enumerate(truth.current, 1)}
    card |= {
        "magnesium": round(100 * truth.magnesium, 2),
        "temperature": round(truth.temperature - celsius(0), 1),
        "thickness": round(truth.thickness / um, 1),
        "molar volume": round(MOLAR_VOLUME / cm**3, 2),
    }
    circuit = eis.Circuit("R_0-Zarc_int")
    parameters = {
        "0.R": truth.resistance * 0.3,
        "int.R": truth.resistance * 0.7,
        "int.tau": 2e-3,
        "int.alpha": 0.9,
    }
    impedance = files.noisy(random, circuit.impedance(FREQUENCY, parameters), 1e-3)
    area = np.pi * truth.diameter**2 / 4
    runs = []
    for k in range(RUNS):
        density = card[f"current {k + 1}"] * uA / area
        spread = 1 + SCATTER * float(files.normal(random, 1)[0])
        end = sand.depletion_time(density, truth.diffusivity * spread, drop(card))
        time = files.rounded(np.linspace(0, 1.02 * end / hour, POINTS), 6)
        lost = drop(card) * np.sqrt(time * hour / end)
        fraction = truth.magnesium + lost * MOLAR_VOLUME
        clean = thermodynamics.open_circuit_potential(fraction, truth.temperature)
        clean = clean + card[f"current {k + 1}"] * uA * truth.resistance
        runs.append((time, np.round(clean + NOISE * files.normal(random, POINTS), 6)))
    return Data(card, tuple(runs), FREQUENCY, impedance)


_UNITS = {
    "diameter": "mm",
    "current": "µA",
    "magnesium": "at%",
    "temperature": "°C",
    "thickness": "µm",
    "molar volume": "cm3/mol",
}


def write(data):
    """The files of one student."""
    entries = [(name, value, _UNITS[name.rstrip(" 12345")]) for name, value in data.card.items()]
    found = {
        "cell-card.csv": files.card(entries, comments=("diameter with a calliper, five times",)),
        "before.DTA": files.dta(
            data.frequency,
            data.impedance,
            files.point_times(data.frequency),
            area=HEADER_AREA,
            note="before the strip; area not entered",
        ),
    }
    for k, (time, potential) in enumerate(data.runs, 1):
        found[f"run-{k}.csv"] = files.table({"time/h": time, "E/V": potential}, comma=True)
    return found


def read(folder):
    """The data in a folder."""
    spectrum = eis.read(folder / "before.DTA")
    runs = [files.read_table(folder / f"run-{k}.csv", comma=True) for k in range(1, RUNS + 1)]
    return Data(
        files.read_card(folder / "cell-card.csv"),
        tuple((run["time/h"], run["E/V"]) for run in runs),
        spectrum.frequency,
        spectrum.impedance,
    )


def crossing(data, resistance):
    """When each run, less the drop across a resistance, passes the potential of the β limit, s."""
    kelvin = celsius(data.card["temperature"])
    level = thermodynamics.open_circuit_potential(limit(data.card["temperature"]), kelvin)
    found = []
    for current, (time, potential) in zip(data.current, data.runs, strict=True):
        above = potential - current * resistance - level
        k = int(np.argmax(above >= 0))
        if k == 0:
            found.append(np.nan)
            continue
        part = -above[k - 1] / (above[k] - above[k - 1])
        found.append((time[k - 1] + part * (time[k] - time[k - 1])) * hour)
    return np.array(found)


def diffusivity(density, time, drop, *, weighted=True, intercept=False, doubled=True):
    """Diffusivity and its standard error from a line through the Sand plot."""
    ordinate = time**-0.5
    weight = 1 / ordinate if weighted else np.ones(RUNS) / ordinate.mean()
    columns = [density, np.ones(RUNS)] if intercept else [density]
    matrix = np.transpose(columns) * weight[:, None]
    solution, *_ = np.linalg.lstsq(matrix, ordinate * weight, rcond=None)
    left = ordinate * weight - matrix @ solution
    variance = left @ left / (RUNS - len(columns))
    error = np.sqrt(variance * np.linalg.inv(matrix.T @ matrix)[0, 0])
    value = 4 / (np.pi * (solution[0] * F * drop) ** 2)
    return np.array([value, (2 if doubled else 1) * value * error / solution[0]])


def second_time(current, diffusivity, drop, first, rest):
    """From the restart after a strip and a rest until the surface has fallen by a drop, s."""

    def excess(time):
        total = np.sqrt(first + rest + time) - np.sqrt(rest + time) + np.sqrt(time)
        return 2 * current / F / np.sqrt(np.pi * diffusivity) * total - drop

    return brentq(excess, 0, sand.depletion_time(current, diffusivity, drop), rtol=1e-12)


def thick_enough(current, diffusivity, drop, share=0.95):
    """Thickness at which a foil is depleted after a share of Sand's time, m."""
    return F * diffusivity * drop / (current * _scaled(share))


@functools.cache
def _scaled(share):
    """The dimensionless drop at which a slab lasts for a share of Sand's time."""

    def excess(drop):
        return slab.dimensionless_depletion_time(drop) / (np.pi / 4 * drop**2) - share

    return brentq(excess, 0.1, 200.0, rtol=1e-12)


def ask(data, random):
    """The tasks of one student."""
    density, fall = data.current / data.area, drop(data.card)
    time = crossing(data, data.impedance.real[-1])
    lithium = (1 - data.card["magnesium"] / 100) / MOLAR_VOLUME
    return (
        _density(data, density),
        _times(data, time),
        _fitted(data, density, time, fall, lithium),
        _second(random),
        _thickness(density[[0, -1]], time[[0, -1]], fall, lithium, *(
            diffusivity(density, time, each)[0] for each in (fall, lithium)
        )),
        manual(
            "diffusion-d6", 3,
            ("1 point: a figure of i√t₀ against i with error bars and units.",
             "1 point: says what diffusion predicts (a constant) and whether the runs agree, "
             "within their errors.",
             "1 point: names another process that gives t₀ ∝ i⁻² (voids of a number that grows "
             "with the current), and an experiment that tells them apart."),
            level=3, minutes=30, outcome="sand-2",
        ),
    )  # fmt: skip


def _density(data, density):
    header = data.current / (HEADER_AREA * cm**2)
    return number(
        "diffusion-d1", 2, "density",
        "current densities of the five runs", "A/m²", density,
        ("area of the header", header, "This is per 1 cm², which the program assumes until "
         "somebody enters an area. What do the five diameters give?"),
        ("diameter for radius", density / 4, "The calliper gives diameters: π d²/4."),
        level=1, minutes=15, outcome="experiment-1",
    )  # fmt: skip


def _times(data, time):
    high, low = data.impedance.real[[0, -1]]
    return number(
        "diffusion-d2", 4, "depletion_time",
        "depletion times of the five runs", "s", time,
        ("iR left in", crossing(data, 0.0), "The drop across the cell's resistance is still in "
         "the potential; it is larger in the faster runs."),
        ("high-frequency end", crossing(data, high), "This resistance is the "
         "high-frequency end alone. Which one does a direct current feel?"),
        ("added", crossing(data, -low), "The drop was added. Does the resistance make "
         "the measured potential larger or smaller?", 0.25),
        level=2, minutes=40, outcome="sand-2",
    )  # fmt: skip


def _fitted(data, density, time, fall, lithium):
    found = diffusivity(density, time, fall)
    header = data.current / (HEADER_AREA * cm**2)
    return number(
        "diffusion-d3", 4, "diffusivity",
        "diffusivity and its standard error", "m²/s", found,
        ("intercept", diffusivity(density, time, fall, intercept=True), "What must the "
         "ordinate be at zero current? The line has one parameter.", 0.5),
        ("equal weights", diffusivity(density, time, fall, weighted=False), "All times are "
         "known to the same percentage, so the fast runs have the larger errors in the "
         "ordinate: weigh them less.", 0.5),
        ("all lithium", diffusivity(density, time, lithium), "The run ends at the β limit: "
         "what is the drop of the surface then?", 0.25),
        ("area of the header", diffusivity(header, time, fall), "This still contains the area "
         "of 1 cm² from the header.", 0.5),
        ("error not doubled", diffusivity(density, time, fall, doubled=False), "The "
         "diffusivity is right. It goes with the slope to the power −2: what does that do to "
         "the relative error?", 0.75),
        level=2, minutes=35, outcome="sand-2", forbid=("sand.fit", "sand.diffusivity"),
    )  # fmt: skip


def _second(random):
    def case():
        current, diffusivity = random.uniform(0.5, 3), random.uniform(1e-15, 6e-15)
        fall = random.uniform(3e4, 5e4)
        alone = sand.depletion_time(current, diffusivity, fall)
        part, pause = random.uniform(0.3, 0.7), random.uniform(0.1, 2)
        return current, diffusivity, fall, part * alone, pause * alone

    def after_all(current, diffusivity, fall, first, rest):
        return sand.depletion_time(current, diffusivity, fall) - first

    return function(
        "diffusion-d4", 4, "second_time",
        "time from the restart to depletion", "s", second_time, tuple(case() for _ in range(4)),
        ("no memory", lambda i, D, fall, first, rest: sand.depletion_time(i, D, fall), "This foil "
         "has forgotten the first strip. A rest is an opposite current added to one that goes on."),
        ("no rest", after_all, "The rest does nothing here. What does the surface do when the "
         "current is off?", 0.25),
        ("from the start", lambda *a: second_time(*a) + a[3] + a[4], "This counts from the "
         "beginning; asked for is the time from the restart.", 0.75),
        ("rest not counted", lambda *a: second_time(*a) + a[4], "This counts from the end of the "
         "first strip; asked for is the time from the restart.", 0.75),
        arguments=("current", "diffusivity", "drop", "first", "rest"),
        level=3, minutes=40, outcome="sand-4",
    )  # fmt: skip


def _thickness(slowest, time, fall, lithium, value, wrong):
    return number(
        "diffusion-d5", 3, "thickness",
        "thicknesses from which Sand's equation is right to 5 %", "m",
        thick_enough(slowest, value, fall),
        ("√(Dt)", np.sqrt(value * time), "√(Dt₀) says how far diffusion reaches, "
         "not where 5 % are lost: compare the two depletion times."),
        ("5 % left", thick_enough(slowest, value, fall, 0.05), "This foil is depleted after "
         "5 % of Sand's time; asked for is one that lacks 5 %."),
        ("all lithium", thick_enough(slowest, value, lithium), "The drop ends at the β "
         "limit here too.", 0.25),
        ("all lithium before", thick_enough(slowest, wrong, fall), "The diffusivity behind this "
         "was made with all lithium in place of the drop.", 0.5),
        level=2, minutes=25, outcome="sand-3",
    )  # fmt: skip


SHEET = Sheet("diffusion", "Diffusion and Sand", "1-diffusion.md", truth, measure, write, read, ask)
