"""Sheet 3: a solver, its order, and an interface that moves."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfc

from sandtime import sand, slab, transport
from sandtime.coursework import instruments as files
from sandtime.coursework.sheet import Sheet, function, manual, number
from sandtime.units import F, cm, hour, mm, s, uA, um

CELLS = (4, 8, 16)
CUTOFF = 0.65  # of magnesium, for the solver's foil
POINTS, FOILS = 80, 6
NOISE = 0.0004  # of a magnesium fraction, point by point
SPREAD = 0.015  # relative, of a magnesium fraction at an interface
MOLAR_VOLUME = 12.9e-6  # m³/mol, on the cell card


@dataclass(frozen=True)
class Truth:
    """What is true of one student's foils.

    Attributes
    ----------
    diffusivity, slope : float
        Of the solver's foil: m²/s at the start, and how its logarithm rises while lithium leaves.
    thickness, current : float
        Of the solver's foil, m and A/m².
    interdiffusion : float
        Of the foils with a profile, m²/s.
    magnesium, diameter : float
        Fraction, m.
    swept : tuple
        v²t/D of the profile and of the foils.
    velocity : tuple
        Their currents as densities, A/m².
    noise, hidden : int
        Seeds of noise and of hidden cases.
    """

    diffusivity: float
    slope: float
    thickness: float
    current: float
    interdiffusion: float
    magnesium: float
    diameter: float
    swept: tuple
    velocity: tuple
    noise: int
    hidden: int


@dataclass(frozen=True)
class Data:
    """What the files hold.

    Attributes
    ----------
    card : dict
    convergence : ndarray, shape (2, 3)
        Number of cells, depletion time in s.
    profile : ndarray, shape (2, P)
        Depth in µm, magnesium in at%.
    foils : ndarray, shape (3, N)
        Current density in µA/cm², time in h, magnesium at the interface in at%.
    """

    card: dict
    convergence: np.ndarray
    profile: np.ndarray
    foils: np.ndarray

    @property
    def initial(self):
        """Lithium at the start, mol/m³."""
        return (1 - self.card["magnesium"] / 100) / MOLAR_VOLUME

    @property
    def cutoff(self):
        """Lithium at the cut-off of the solver's foil, mol/m³."""
        return (1 - self.card["cut-off"] / 100) / MOLAR_VOLUME

    @property
    def area(self):
        diameter = np.mean([self.card[f"diameter {k}"] for k in range(1, 6)]) * mm
        return np.pi * diameter**2 / 4


def truth(seed):
    """The truth of one student."""
    random = np.random.Generator(np.random.PCG64(seed))
    diffusivity = files.between(random, 2e-11, 20e-11) * cm**2 / s
    current = files.between(random, 30.0, 100.0) * uA / cm**2
    magnesium = 0.06 + 0.06 * random.random()
    scaled = 1.2 + 1.8 * random.random()  # so thin that Sand's equation would be wrong
    return Truth(
        diffusivity=diffusivity,
        slope=0.8 + 1.4 * random.random(),
        thickness=F * diffusivity * (CUTOFF - magnesium) / MOLAR_VOLUME / (current * scaled),
        current=current,
        interdiffusion=files.between(random, 0.6e-12, 6e-12) * cm**2 / s,
        magnesium=magnesium,
        diameter=files.between(random, 9 * mm, 15 * mm),
        swept=tuple(0.4 + 2.6 * random.random(1 + FOILS)),
        velocity=tuple(files.between(random, 40.0, 250.0) * uA / cm**2 for _ in range(1 + FOILS)),
        noise=int(random.integers(2**63)),
        hidden=int(random.integers(2**63)),
    )


def measure(truth):
    """The data of one student."""
    random = np.random.Generator(np.random.PCG64(truth.noise))
    card = {f"diameter {k}": files.reading(random, truth.diameter / mm) for k in range(1, 6)}
    area = np.pi * truth.diameter**2 / 4
    speed = np.array(truth.velocity) * MOLAR_VOLUME / F
    took = np.array(truth.swept) * truth.interdiffusion / speed**2
    card |= {
        "magnesium": round(100 * truth.magnesium, 2),
        "molar volume": round(MOLAR_VOLUME / cm**3, 2),
        "solver thickness": round(truth.thickness / um, 1),
        "solver current": round(truth.current / (uA / cm**2), 1),
        "solver diffusivity": files.rounded(truth.diffusivity / (cm**2 / s), 4).item(),
        "solver slope": round(truth.slope, 3),
        "cut-off": 100 * CUTOFF,
        "profile current": round(truth.velocity[0] * area / uA, 1),
        "profile time": round(took[0] / hour, 2),
    }
    depth = np.linspace(0, 7 * np.sqrt(truth.interdiffusion * took[0]), POINTS)
    scaled = depth * speed[0] / truth.interdiffusion
    fraction = truth.magnesium * (1 + pile_up(scaled, truth.swept[0]))
    fraction = fraction + NOISE * files.normal(random, POINTS)
    enriched = truth.magnesium * sand.receding_enrichment(np.array(truth.swept[1:]))
    enriched = enriched * (1 + SPREAD * files.normal(random, FOILS))
    foils = [
        np.round(np.array(truth.velocity[1:]) / (uA / cm**2), 2),
        np.round(took[1:] / hour, 3),
        np.round(100 * enriched, 2),
    ]
    profile = np.array([np.round(depth / um, 3), np.round(100 * fraction, 2)])
    data = Data(card, np.empty((2, 0)), profile, np.array(foils))
    times = files.rounded([coarse(data, count) for count in CELLS], 8)
    return Data(card, np.array([CELLS, times], float), profile, np.array(foils))


def pile_up(depth, swept):
    """Magnesium before a receding interface, relative to the initial magnesium, less one.

    With depths in D/v and times in D/v², from the Laplace transform of diffusion in the frame of
    the interface; at depth 0 it is `sand.receding_enrichment` less one.
    """
    root, weight = np.polynomial.legendre.leggauss(80)
    high = np.sqrt(swept)
    root, weight = (root + 1) / 2 * high, weight * high / 2
    time, y = root**2, depth[:, None]
    gauss = np.exp(-(((y + time) / (2 * root)) ** 2)) / np.sqrt(np.pi)
    rate = root * np.exp(-y) * erfc((y - time) / (2 * root)) + 2 * gauss
    return rate @ weight


def coarse(data, count):
    """Depletion time by a mesh of so many cells, whose last one stands for the interface, s."""
    card = data.card
    width = card["solver thickness"] * um / count
    diffusivity = card["solver diffusivity"] * cm**2 / s
    source = card["solver current"] * uA / cm**2 / (F * width)
    angle = np.arange(1, count) * np.pi / (2 * count)
    decay = 4 * diffusivity / width**2 * np.sin(angle) ** 2
    weight = 2 / count * np.cos(angle) ** 2 / decay

    def excess(time):
        fallen = source * (time / count + weight @ -np.expm1(-decay * time))
        return fallen - (data.initial - data.cutoff)

    return brentq(excess, 0, (data.initial - data.cutoff) * count / source, rtol=1e-13)


_UNITS = {
    "diameter": "mm", "magnesium": "at%", "molar volume": "cm3/mol", "solver thickness": "µm",
    "solver current": "µA/cm2", "solver diffusivity": "cm2/s", "solver slope": "",
    "cut-off": "at%", "profile current": "µA", "profile time": "h",
}  # fmt: skip


def write(data):
    """The files of one student."""
    entries = [(name, value, _UNITS[name.rstrip(" 12345")]) for name, value in data.card.items()]
    convergence = {"cells": data.convergence[0], "t0/s": data.convergence[1]}
    profile = {"depth/um": data.profile[0], "Mg/at%": data.profile[1]}
    foils = {"i/uA cm-2": data.foils[0], "t/h": data.foils[1], "Mg/at%": data.foils[2]}
    return {
        "cell-card.csv": files.card(entries, comments=("diameter with a calliper, five times",)),
        "convergence.csv": files.table(convergence),
        "profile.csv": files.table(profile, comma=True, comments=("depth from the interface",)),
        "foils.csv": files.table(foils, comma=True, comments=("Mg at the interface, by EDX",)),
    }


def read(folder):
    """The data in a folder."""

    def columns(name, comma):
        return np.array(list(files.read_table(folder / name, comma=comma).values()))

    return Data(
        files.read_card(folder / "cell-card.csv"),
        columns("convergence.csv", False),
        columns("profile.csv", True),
        columns("foils.csv", True),
    )


def implicit_step(concentration, width, step, diffusivity, current):
    """One step of the implicit Euler method on equal cells, the last at the interface, mol/m³."""
    count = len(concentration)
    exchange = diffusivity * step / width**2
    matrix = np.eye(count) * (1 + 2 * exchange)
    matrix -= exchange * (np.eye(count, k=1) + np.eye(count, k=-1))
    matrix[0, 0] = matrix[-1, -1] = 1 + exchange
    right = np.array(concentration, float)
    right[-1] -= current * step / (F * width)
    return np.linalg.solve(matrix, right)


def richardson(times, order=None):
    """Order of convergence, observed if none is given, and the time for endless cells."""
    first, second, third = times
    observed = np.log2((first - second) / (second - third))
    order = observed if order is None else order
    return np.array([observed, third - (second - third) / (2**order - 1)])


def varying(data):
    """Depletion time with the diffusivity that varies, s, and the constant one that gives it."""
    first, slope, current, foil = _foil(data)
    found = transport.solve(
        thickness=foil["thickness"],
        diffusivity=lambda c: first * np.exp(slope * (1 - c / data.initial)),
        initial=data.initial,
        steps=transport.Step(current, cutoff=data.cutoff),
        rtol=1e-5,
    ).depletion_time

    def excess(logarithm):
        return np.log(slab.depletion_time(current, diffusivity=np.exp(logarithm), **foil) / found)

    constant = np.exp(brentq(excess, np.log(first / 3), np.log(first * 20), xtol=1e-13))
    return found, constant


def _foil(data):
    card = data.card
    foil = {
        "thickness": card["solver thickness"] * um,
        "initial": data.initial,
        "cutoff": data.cutoff,
    }
    first, current = card["solver diffusivity"] * cm**2 / s, card["solver current"] * uA / cm**2
    return first, card["solver slope"], current, foil


def receding(data, molar_volume=MOLAR_VOLUME):
    """Interdiffusion coefficient of each foil, m²/s."""
    current, time, fraction = data.foils * np.array([[uA / cm**2], [hour], [0.01]])
    enrichment = fraction / (data.card["magnesium"] / 100)
    return sand.receding_diffusivity(current, time, molar_volume, enrichment)


def ask(data, random):
    """The tasks of one student."""
    times = data.convergence[1]
    right = richardson(times)
    return (
        _step(random),
        number(
            "moving-m2", 3, "order",
            "order of convergence, and depletion time for endless cells", "", right,
            ("second order", richardson(times, 2), "The order is right. The time was extrapolated "
             "with the order 2, which this scheme does not have.", 0.5),
            ("upside down", right * [-1, 1], "The time is right. A scheme that converges has a "
             "positive order.", 0.5),
            ("other side", np.array([right[0], 2 * times[2] - right[1]]), "The order is right. "
             "The times move on in the direction in which they went, not back.", 0.5),
            ("finest mesh", np.array([right[0], times[2]]), "The order is right. The finest mesh "
             "still has an error, and the order says how large it is.", 0.5),
            ("natural logarithm", right * [np.log(2), 1], "The time is right. Each mesh has twice "
             "the cells: which logarithm counts doublings?", 0.5),
            level=2, minutes=30, outcome="solver-2",
        ),
        _constant(data),
        _balance(data),
        _frames(data),
        manual(
            "moving-m6", 2,
            ("1 point: says which assumption each of the two frames makes about the sites that "
             "lithium leaves.",
             "½ point: names a measurement that tells them apart (thickness or a marker, mass and "
             "volume, a cross-section with pores).",
             "½ point: says what would be seen in each of the two cases."),
            level=3, minutes=25, outcome="frame-3",
        ),
    )  # fmt: skip


def _constant(data):
    first, slope, current, foil = _foil(data)
    time, constant = varying(data)
    drop = data.initial - data.cutoff
    simple = slab.depletion_time(current, diffusivity=first, **foil)
    by_sand = sand.diffusivity(current, [time, simple], drop)
    span = slope * drop / data.initial
    right = np.array([constant, by_sand[0]])
    return number(
        "moving-m3", 4, "constant",
        "constant diffusivities that give the same time, in a foil and by Sand", "m²/s", right,
        ("of the start", np.array([first, by_sand[1]]), "This is the diffusivity of the start; it "
         "grows while lithium leaves, and so does the depletion time."),
        ("mean", np.array([first * np.expm1(span) / span, by_sand[0]]), "The second is right. The "
         "mean over the range of concentrations does not give the same time.", 0.5),
        ("swapped", right[::-1], "Both are right, in the other order.", 0.5),
        ("all lithium", np.array([constant, sand.diffusivity(current, time, data.initial)]),
         "The first is right. For Sand's equation, too, the drop ends at the cut-off.", 0.5),
        level=2, minutes=35, outcome="solver-3",
    )  # fmt: skip


def _step(random):
    def case(count):
        concentration = 6e4 * (1 - 0.3 * random.random(count))
        width = random.uniform(1e-6, 4e-6)
        diffusivity, step = random.uniform(1e-15, 5e-15), random.uniform(200.0, 3000.0)
        return concentration, width, step, diffusivity, random.uniform(0.5, 2.0)

    def explicit(c, width, step, D, current):
        flux = np.concatenate([[0.0], D * np.diff(c) / width, [-current / F]])
        return c + step / width * np.diff(flux)

    return function(
        "moving-m1", 4, "implicit_step",
        "concentrations after one implicit step", "mol/m³", implicit_step,
        tuple(case(count) for count in (5, 8, 12)),
        ("plated", lambda c, w, t, D, i: implicit_step(c, w, t, D, -i), "The current brings "
         "lithium here; a positive one takes it away.", 0.5),
        ("explicit", explicit, "These are the fluxes of the old concentrations; an implicit step "
         "takes those of the new ones.", 0.25),
        ("other end", lambda c, w, t, D, i: implicit_step(c[::-1], w, t, D, i)[::-1], "The current "
         "leaves at the first cell here; the interface is at the last.", 0.5),
        ("no current", lambda c, w, t, D, i: implicit_step(c, w, t, D, 0.0), "No lithium is lost "
         "here: where does the current leave?"),
        arguments=("concentration", "width", "step", "diffusivity", "current"),
        level=3, minutes=40, outcome="solver-1",
    )  # fmt: skip


def _balance(data):
    depth, fraction = data.profile * np.array([[um], [0.01]])
    start, card = data.card["magnesium"] / 100, data.card
    charge = card["profile current"] * uA * card["profile time"] * hour
    by_charge = charge / data.area / F * MOLAR_VOLUME
    by_profile = np.trapezoid(fraction / start - 1, depth)
    return number(
        "moving-m4", 3, "recession",
        "how far the interface has moved, from the profile and from the charge", "m",
        np.array([by_profile, by_charge]),
        ("all magnesium", np.array([np.trapezoid(fraction / start, depth), by_charge]), "The "
         "charge is right. Only the magnesium above the initial one was swept together.", 0.5),
        ("not divided", np.array([by_profile * start, by_charge]), "The charge is right. The swept "
         "magnesium once filled the layer that is gone, at the initial fraction.", 0.5),
        ("1 cm²", np.array([by_profile, by_charge * data.area / cm**2]), "The profile is right. "
         "The charge is per which area?", 0.5),
        ("lithium left", np.array([by_profile, by_charge / (1 - start)]), "The profile is right. "
         "The closed lattice loses one site for each lithium atom: no division by the "
         "fraction.", 0.5),
        level=2, minutes=30, outcome="frame-1",
    )  # fmt: skip


def _frames(data):
    current, time, fraction = data.foils * np.array([[uA / cm**2], [hour], [0.01]])
    start = data.card["magnesium"] / 100
    fixed = sand.diffusivity(current, time, (fraction - start) / MOLAR_VOLUME)
    moving = receding(data)
    right = np.array([moving.mean(), fixed.mean()])
    excess = sand.receding_diffusivity(current, time, MOLAR_VOLUME, 1 + fraction)
    all_sites = sand.diffusivity(current, time, (1 - start) / MOLAR_VOLUME).mean()
    return number(
        "moving-m5", 4, "frames",
        "diffusivity with a receding and with a fixed interface", "m²/s", right,
        ("swapped", right[::-1], "Both are right, in the other order.", 0.5),
        ("fraction for enrichment", np.array([excess.mean(), right[1]]), "The fixed one is right. "
         "The enrichment is the fraction over the initial one.", 0.5),
        ("all lithium", np.array([right[0], all_sites]), "The receding one is right. These foils "
         "were not run until the surface was empty: what was the drop?", 0.5),
        ("magnesium's drop", np.array([right[0], right[1] * (1 - start) ** 2]), "The receding one "
         "is right. Every site that magnesium takes has lost one lithium: no further "
         "factor.", 0.75),
        level=3, minutes=40, outcome="frame-2",
        forbid=("sand.receding_diffusivity", "sand.receding_depletion_time"),
    )  # fmt: skip


SHEET = Sheet(
    "moving", "Solver and moving interfaces", "3-moving.md", truth, measure, write, read, ask
)
