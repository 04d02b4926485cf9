"""Sheet 2: impedance and its validity.  Leads, a broken export, arcs, and a cell that changes."""

import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sandtime import eis
from sandtime.coursework import instruments as files
from sandtime.coursework.sheet import Sheet, function, manual, number
from sandtime.units import cm, mm, ohm, s

HEADER_AREA = 1.0  # cm², left as the program set it
NOISE = 1e-3  # of |Z|
FREQUENCY = files.frequencies(1e6, 1.0, 8)
SHORT = files.frequencies(1e6, 1e3, 8)
WINDOW = (200.0, 2000.0)  # Hz, in which the growth is read
CIRCUIT = eis.Circuit("R_0-Zarc_gb-Zarc_int")


@dataclass(frozen=True)
class Truth:
    """What is true of one student's cell.

    Attributes
    ----------
    diameter : float
        m.
    parameters : dict
        Of `CIRCUIT`, Ω m² and s.
    leads : tuple
        Resistance and inductance, Ω and H.
    rate : float
        Of the growing cell, 1/s: what shrinks is its contact, so that its time constant stays.
    temperature : float
        °C.
    noise, hidden : int
        Seeds of noise and of hidden cases.
    """

    diameter: float
    parameters: dict
    leads: tuple
    rate: float
    temperature: float
    noise: int
    hidden: int


@dataclass(frozen=True)
class Data:
    """What the files hold.

    Attributes
    ----------
    card : dict
    leads, cell : ndarray
        Impedance at `SHORT` and, but for the last, at `FREQUENCY`, Ω.
    growing, time : ndarray, shape (2, F)
        Impedance on the way down and up, Ω, and when each point was measured, s.
    """

    card: dict
    leads: np.ndarray
    cell: np.ndarray
    growing: np.ndarray
    time: np.ndarray

    @property
    def area(self):
        diameter = np.mean([self.card[f"diameter {k}"] for k in range(1, 6)]) * mm
        return np.pi * diameter**2 / 4


def truth(seed):
    """The truth of one student."""
    random = np.random.Generator(np.random.PCG64(seed))

    def tau(low, high):
        return 1 / (2 * np.pi * files.between(random, low, high))

    return Truth(
        diameter=files.between(random, 8 * mm, 14 * mm),
        parameters={
            "0.R": files.between(random, 20.0, 60.0) * ohm * cm**2,
            "gb.R": files.between(random, 60.0, 180.0) * ohm * cm**2,
            "gb.tau": tau(3e4, 8e4),
            "gb.alpha": 0.88 + 0.07 * random.random(),
            "int.R": files.between(random, 120.0, 900.0) * ohm * cm**2,
            "int.tau": tau(60.0, 300.0),
            "int.alpha": 0.80 + 0.14 * random.random(),
        },
        leads=(files.between(random, 0.2, 1.5), files.between(random, 0.4e-6, 4e-6)),
        rate=files.between(random, 4e-5, 8e-4) / s,
        temperature=round(-5 + 8 * random.random(), 1),
        noise=int(random.integers(2**63)),
        hidden=int(random.integers(2**63)),
    )


def measure(truth):
    """The data of one student."""
    random = np.random.Generator(np.random.PCG64(truth.noise))
    card = {f"diameter {k}": files.reading(random, truth.diameter / mm) for k in range(1, 6)}
    area = np.pi * truth.diameter**2 / 4
    here = {
        name: value / area if name.endswith(".R") else value
        for name, value in truth.parameters.items()
    }
    resistance, inductance = truth.leads
    leads = resistance + 2j * np.pi * SHORT * inductance
    cell = CIRCUIT.impedance(FREQUENCY, here) + resistance
    cell = cell + 2j * np.pi * FREQUENCY * inductance
    down = files.point_times(FREQUENCY)
    up = files.point_times(FREQUENCY[::-1], down[-1])[::-1]
    time = np.array([down, up])
    steady = CIRCUIT.impedance(FREQUENCY, here | {"int.R": 1e-9 * here["int.R"]})
    growing = steady + (CIRCUIT.impedance(FREQUENCY, here) - steady) * np.exp(truth.rate * time)
    return Data(
        card | {"temperature": truth.temperature},
        files.noisy(random, leads, NOISE),
        files.noisy(random, cell, NOISE)[:-1],
        files.noisy(random, growing, NOISE),
        time,
    )


def write(data):
    """The files of one student."""
    entries = [(name, value, "mm" if "dia" in name else "°C") for name, value in data.card.items()]
    # the last line is broken off, as when the disk was full
    whole = files.mpt(
        FREQUENCY, np.append(data.cell, data.cell[-1]), files.point_times(FREQUENCY),
        area=HEADER_AREA, comma=True, note="symmetric cell, with the leads",
    )  # fmt: skip
    growing = {
        "frequency_hz": np.append(FREQUENCY, FREQUENCY[::-1]),
        "z_real_ohm": np.append(data.growing[0].real, data.growing[1, ::-1].real),
        "z_imag_ohm": np.append(data.growing[0].imag, data.growing[1, ::-1].imag),
        "point_time_s": np.append(data.time[0], data.time[1, ::-1]),
        "spectrum": np.repeat([1, 2], FREQUENCY.size),
    }
    return {
        "cell-card.csv": files.card(entries, comments=("diameter with a calliper, five times",)),
        "leads.DTA": files.dta(
            SHORT, data.leads, files.point_times(SHORT), area=HEADER_AREA, note="leads shorted"
        ),
        "cell.mpt": whole[: whole.rindex(b",", 0, -30)],
        "growing.csv": files.table(
            growing, comma=True, comments=("down and up again while a current flows; four leads",)
        ),
    }


def read(folder):
    """The data in a folder; a broken last line is left out."""
    growing = eis.read(folder / "growing.csv")
    raw = (folder / "cell.mpt").read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "cell.mpt"
        whole.write_bytes(raw[: raw.rindex(b"\n") + 1])
        cell = eis.read(whole)
    return Data(
        files.read_card(folder / "cell-card.csv"),
        eis.read(folder / "leads.DTA").impedance,
        cell.impedance,
        growing.impedance,
        growing.point_time,
    )


def leads(data):
    """Resistance and inductance of the leads, Ω and H."""
    omega = 2 * np.pi * SHORT
    return np.array([data.leads.real.mean(), omega @ data.leads.imag / (omega @ omega)])


def arcs(data, leads):
    """Resistances and the interface's arc less leads, and with them left in, Ω and s."""
    frequency = FREQUENCY[:-1]
    corrected = data.cell - leads[0] - 2j * np.pi * frequency * leads[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", eis.FitWarning)  # the leads that were left in
        fit = eis.fit(frequency, np.array([corrected, data.cell]), CIRCUIT)
    return tuple({name: fit[name][k] for name in CIRCUIT.names} for k in range(2))


def polarisation(frequency, imaginary):
    """Width of a spectrum from its imaginary part alone, Ω."""
    order = np.argsort(frequency)
    return -2 / np.pi * np.trapezoid(imaginary[order], np.log(frequency[order]))


def growth(data, *, times=None, part=np.imag):
    """Rate at which the interface's arc grows, from the way down and the way up, 1/s."""
    low, high = WINDOW
    some = (low <= FREQUENCY) & (high >= FREQUENCY)
    grown = np.log(part(data.growing[1]) / part(data.growing[0]))[some]
    passed = np.diff(data.time, axis=0)[0][some] if times is None else np.full(some.sum(), times)
    return passed @ grown / (passed @ passed)


def ask(data, random):
    """The tasks of one student."""
    area, header = data.area, HEADER_AREA * cm**2
    resistance, inductance = leads(data)
    fit, raw = arcs(data, (resistance, inductance))
    wide = np.array([fit["gb.R"], fit["int.R"]])
    ends = np.array([fit["0.R"] + fit["gb.R"], fit["0.R"] + wide.sum()])
    starts = data.time[1].min() - data.time[0].min()
    rate = growth(data)
    return (
        number(
            "impedance-i1", 2, "leads",
            "resistance and inductance of the leads", "", np.array([resistance, inductance]),
            ("f for ω", np.array([resistance, 2 * np.pi * inductance]), "The resistance is right. "
             "The reactance of an inductor is ωL: radians or turns?", 0.5),
            ("modulus", np.array([np.abs(data.leads).mean(), inductance]), "The inductance is "
             "right. The resistance is the real part, not the modulus.", 0.5),
            level=1, minutes=20, outcome="spectrum-1",
        ),
        number(
            "impedance-i2", 5, "resistances",
            "resistances of grain boundaries and interface", "Ω m²", wide * area,
            ("area of the header", wide * header, "This is with the area of 1 cm² in the head of "
             "the file, which nobody entered.", 0.25),
            ("divided by the area", wide / area, "A larger electrode resists less: what stays the "
             "same is resistance times area."),
            ("leads left in", np.array([raw["gb.R"], raw["int.R"]]) * area, "The leads are still "
             "in the spectrum: they bend its high frequencies.", 0.5),
            ("position for width", ends * area, "These are the places where the arcs end on the "
             "axis. A resistance is the width of its arc.", 0.25),
            ("Ω", wide, "These are ohms of this one electrode; asked for is per area."),
            level=2, minutes=45, outcome="spectrum-1",
        ),
        _capacitances(fit, area),
        _integral(random),
        number(
            "impedance-i5", 3, "rate",
            "rate at which the arc grows", "s⁻¹", rate,
            ("starts", growth(data, times=starts), "Each frequency has its own two times. The one "
             "that comes late on the way down comes early on the way up."),
            ("real part", growth(data, part=np.real), "The real part also holds resistances that "
             "do not grow."),
            ("decimal logarithm", rate / np.log(10), "A rate goes with the natural logarithm."),
            ("modulus", growth(data, part=np.abs), "The modulus also holds resistances that do "
             "not grow."),
            level=2, minutes=30, outcome="trust-2",
        ),
        manual(
            "impedance-i6", 3,
            ("1 point: figure of the residuals of `eis.lin_kk` for both spectra with a sensible "
             "axis, and what they are compared with (the noise).",
             "1 point: says that the growing cell passes or nearly passes, though it was not "
             "stationary: a slow change moves both parts together.",
             "1 point: names what does reveal the change (there and back, repeated points, fit "
             "with time) and what the integral of task 4 needs (the missing low frequencies)."),
            level=3, minutes=30, outcome="trust-2",
        ),
    )  # fmt: skip


def _capacitances(fit, area):
    R, tau, alpha = fit["int.R"], fit["int.tau"], fit["int.alpha"]
    Q, series = tau**alpha / R, fit["0.R"] + fit["gb.R"]

    def brug(power, before=series):
        return Q ** (1 / alpha) * (1 / before + 1 / R) ** power

    right = np.array([tau / R, brug((alpha - 1) / alpha)]) / area
    upside = np.array([Q ** (1 / alpha) * R ** (alpha / (1 - alpha)), brug(alpha / (alpha - 1))])
    return number(
        "impedance-i3", 3, "capacitances",
        "capacitance of the interface after Hsu and Mansfeld, and after Brug", "F/m²", right,
        ("swapped", right[::-1], "Both are right, but in the other order: which of them knows the "
         "resistance in series?", 0.5),
        ("Q", np.array([Q, Q]) / area, "Q is no capacitance: which unit would it have?"),
        ("times the area", right * area**2, "A larger electrode has more capacitance: per area "
         "means divided by it."),
        ("area of the header", right * area / (HEADER_AREA * cm**2), "This is with the area of "
         "1 cm² in the head of the file.", 0.5),
        ("exponent upside down", upside / area, "An exponent is upside down: check that the units "
         "give farad.", 0.25),
        ("R₀ alone", np.array([tau / R, brug((alpha - 1) / alpha, fit["0.R"])]) / area, "The first "
         "is right. In series with the interface there are also the grain boundaries.", 0.5),
        level=2, minutes=30, outcome="interface-2", forbid=("eis.brug", "eis.hsu_mansfeld"),
    )  # fmt: skip


def _integral(random):
    def case(k):
        frequency = np.geomspace(1e6, 10 ** random.uniform(-2, -1), 60 + 7 * k)
        tau, alpha = 10 ** random.uniform(-4, -2), random.uniform(0.8, 1.0)
        size = random.uniform(50, 900)
        impedance = size / (1 + (2j * np.pi * frequency * tau) ** alpha)
        rising = slice(None, None, -1 if k == 2 else 1)
        return frequency[rising], impedance.imag[rising]

    def falling(frequency, imaginary):
        return (
            -polarisation(frequency, imaginary)
            if frequency[0] > frequency[-1]
            else (polarisation(frequency, imaginary))
        )

    def linear(frequency, imaginary):
        return 2 / np.pi * abs(np.trapezoid(imaginary, frequency))

    return function(
        "impedance-i4", 4, "width",
        "width of a spectrum from its imaginary part alone", "Ω", polarisation,
        tuple(case(k) for k in range(4)),
        ("order of the points", falling, "The sign follows the order of the frequencies, which "
         "may rise or fall: sort them first.", 0.5),
        ("df in place of df/f", linear, "The integral runs over the logarithm of the frequency: "
         "dω/ω, not dω."),
        ("decimal logarithm", lambda *a: polarisation(*a) / np.log(10), "dω/ω is the differential "
         "of the natural logarithm.", 0.5),
        ("half", lambda *a: polarisation(*a) / 2, "A factor of 2 is off: the relation over "
         "positive frequencies has 2/π in front.", 0.5),
        arguments=("frequency", "imaginary"), level=3, minutes=35, outcome="trust-1",
    )  # fmt: skip


SHEET = Sheet(
    "impedance", "Impedance and its validity", "2-impedance.md", truth, measure, write, read, ask
)
