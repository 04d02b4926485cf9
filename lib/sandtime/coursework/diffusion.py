"""Sheet 1: diffusion and Sand.  Five strips of an alloy foil, from the files to a diffusivity."""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from sandtime import eis, sand, thermodynamics
from sandtime.coursework import instruments as files
from sandtime.coursework.sheet import Sheet, Task
from sandtime.exercises import Mistake, Question
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
        resistance=files.between(random, 150.0, 500.0),
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
    card = {
        f"diameter {k}": round(truth.diameter / mm + 0.03 * float(files.normal(random, 1)[0]), 2)
        for k in range(1, 6)
    }
    card |= {f"current {k}": round(current / uA, 1) for k, current in enumerate(truth.current, 1)}
    card |= {
        "magnesium": round(100 * truth.magnesium, 2),
        "temperature": round(truth.temperature - celsius(0), 1),
        "thickness": round(truth.thickness / um, 1),
        "molar volume": round(MOLAR_VOLUME / cm**3, 2),
    }
    circuit = eis.Circuit("R_0-Zarc_int")
    parameters = {
        "0.R": truth.resistance / 4,
        "int.R": truth.resistance * 3 / 4,
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


def second_time(current, diffusivity, drop, first, rest):
    """From the restart after a strip and a rest until the surface has fallen by a drop."""

    def excess(time):
        total = np.sqrt(first + rest + time) - np.sqrt(rest + time) + np.sqrt(time)
        return 2 * current / F / np.sqrt(np.pi * diffusivity) * total - drop

    return brentq(excess, 0, sand.depletion_time(current, diffusivity, drop), xtol=1e-9, rtol=1e-12)


def ask(data, random):
    """The tasks of one student."""
    density = data.current / data.area

    def case():
        current, diffusivity, fall = (
            random.uniform(0.5, 3),
            random.uniform(1e-15, 6e-15),
            random.uniform(3e4, 5e4),
        )
        alone = sand.depletion_time(current, diffusivity, fall)
        return (
            current,
            diffusivity,
            fall,
            alone * random.uniform(0.3, 0.7),
            alone * random.uniform(0.1, 2),
        )

    cases = tuple(case() for _ in range(4))
    return (
        Task(
            "d1",
            2,
            "density",
            Question(
                "diffusion-d1",
                "current densities of the five runs",
                lambda: density,
                "A/m²",
                rtol=1e-3,
                level=1,
                minutes=10,
                outcome="experiment-1",
                mistakes=(
                    Mistake(
                        "area of the header",
                        lambda: data.current / (HEADER_AREA * cm**2),
                        "This is per 1 cm², the area that nobody entered. What do the five diameters give?",
                    ),
                    Mistake(
                        "diameter for radius",
                        lambda: density / 4,
                        "The calliper gives diameters: the area is π d²/4.",
                    ),
                ),
            ),
            'diameter = np.mean([card[f"diameter {k}"] for k in range(1, 6)]) * mm\ncurrent = np.array([card[f"current {k}"] for k in range(1, 6)]) * uA\ndensity = current / (np.pi * diameter**2 / 4)',
        ),
        Task(
            "d4",
            4,
            "second_time",
            Question(
                "diffusion-d4",
                "time from the restart to depletion",
                second_time,
                "s",
                cases=cases,
                rtol=1e-3,
                level=3,
                minutes=35,
                outcome="sand-4",
                arguments=("current", "diffusivity", "drop", "first", "rest"),
                mistakes=(
                    Mistake(
                        "no memory",
                        lambda i, D, fall, first, rest: sand.depletion_time(i, D, fall),
                        "This foil has forgotten the first strip. A rest is an opposite current added to one that goes on.",
                    ),
                    Mistake(
                        "from the start",
                        lambda *a: second_time(*a) + a[3] + a[4],
                        "This counts from the beginning; asked for is the time from the restart.",
                    ),
                ),
            ),
            "def second_time(current, diffusivity, drop, first, rest):\n    def excess(time):\n        total = np.sqrt(first + rest + time) - np.sqrt(rest + time) + np.sqrt(time)\n        return 2 * current / F / np.sqrt(np.pi * diffusivity) * total - drop\n\n    return brentq(excess, 0, 1e9)",
        ),
    )


SHEET = Sheet("diffusion", "Diffusion and Sand", "1-diffusion.md", truth, measure, write, read, ask)
