r"""Which cells were measured, and how: all that is known before a spectrum is looked at.

The cells stand in ``data/campaign.csv``, with what of each is reported and what is assumed; the
columns are described in ``data/README.md``.  This room is open to the analysis, unlike `truth`.
"""

import functools
from dataclasses import dataclass

import numpy as np

from sandtime import arrhenius, checks, reported
from sandtime.materials import ELECTRODES, Electrode
from sandtime.units import MPa, V, celsius, cm, eV, hour, kohm, mm, mV, ohm, uA

AREA = np.pi * (6 * mm) ** 2 / 4
"""Of the working electrode, m²: an assumption, a disk of 6 mm on the pellet of 8.3 mm."""

CRITERION = 10 * kohm * cm**2
"""R_int at which a cell counts as depleted, Ω m², carried to 25 °C; the paper prints 10 kΩ."""

ROOM = celsius(25)
"""K; "room temperature" is read as 25 °C."""

INTERFACE_ENERGY = 0.37 * eV
"""Of R_int, J per particle (paper, section 2.4); assumed for bulk and grain boundaries as well."""

SWEEP = 30.0
"""Duration of a spectrum, s (experimental section)."""

FREQUENCY = np.geomspace(7e6, 1.0, 61)
"""Hz: the reported range, about nine points a decade (assumed)."""

CIRCUIT = "Zarc_bulk-Zarc_gb-Zarc_int"

POTENTIAL_NOISE = 1 * mV
"""Of a potential, assumed."""

KINDS = ("strip", "rest", "potential")
_CUTOFF = {50: 2 * V, 100: 4 * V, 200: 6 * V}  # by µA/cm² (experimental section)


@dataclass(frozen=True)
class Cell:
    """One series of the campaign: a row of ``data/campaign.csv``, in SI units.

    Attributes
    ----------
    id : str
    electrode : materials.Electrode
    current : float
        Current density of the strip, A/m²; of a rest, that of the strip before it.
    temperature : float
        K.
    pressure : float
        Pa, the force over the area of the pellet, as the paper gives it.
    kind : {"strip", "rest", "potential"}
        Spectra while the current flows; spectra after it; only the potential was recorded.
    interval : float
        From the beginning of a spectrum to that of the next, s.
    duration : float or None
        s; None if the series goes on until the criterion.
    initial_resistance : float
        Of the interface at 25 °C, Ω m².
    contact_at_end : float or None
        Share of the initial contact left at the criterion.
    depletion_time : float or None
        What the cell is calibrated to, s.
    figures : str
        Of the paper, in which such a cell appears.
    basis : str
        What is reported and what is assumed.
    """

    id: str
    electrode: Electrode
    current: float
    temperature: float
    pressure: float
    kind: str
    interval: float
    duration: float | None
    initial_resistance: float
    contact_at_end: float | None
    depletion_time: float | None
    figures: str
    basis: str

    @property
    def alloy(self):
        """Whether there is magnesium in the electrode."""
        return self.electrode.magnesium_fraction > 0

    @property
    def cutoff_potential(self):
        """At which the paper ended a strip, V."""
        return _CUTOFF[round(self.current / (uA / cm**2))]

    def __repr__(self):
        return f"<Cell {self.id}>"


@functools.cache
def cells():
    """All cells, in the order of the table.

    Examples
    --------
    >>> len(cells()), cells()[0]
    (23, <Cell li-50>)
    """
    return tuple(_cell(**row) for row in reported.read("campaign.csv"))


def cell(id):
    """One cell by its id.

    Raises
    ------
    ValueError
        If there is no such cell; it names the closest ones.

    Examples
    --------
    >>> print(f"{cell('li90mg10-100').depletion_time / hour:.0f} h")
    15 h
    """
    by_id = {each.id: each for each in cells()}
    return by_id[reported.known("id", id, tuple(by_id))]


def noise(frequency):
    r"""Standard deviation of either part of an impedance, relative to its modulus.

    .. math:: s(f) = 0.001 + 0.002\,z^6, \qquad
              z = \frac{\log(f/\sqrt{f_1 f_2})}{\log\sqrt{f_1/f_2}}

    with the ends :math:`f_1` = 7 MHz and :math:`f_2` = 1 Hz: 0.1 % over most of the range and 0.3 %
    at both ends.  Assumed, near what ten measured sweeps of a solid-state cell scatter by
    (``data/README.md``).

    At frequencies in Hz; one that is not positive is a ValueError.

    Examples
    --------
    >>> print(noise([7e6, 2.6e3, 1.0]).round(4))
    [0.003 0.001 0.003]
    """
    frequency = checks.positive("frequency", frequency, "Hz")
    top, bottom = np.log(FREQUENCY[[0, -1]])
    place = (2 * np.log(frequency) - top - bottom) / (top - bottom)
    return (0.001 + 0.002 * place**6)[()]


def noisy(impedance, seed=0, *, repeats=None, relative=None):
    """Spectra with the campaign's noise, and its standard deviation: synthetic, whatever they show.

    Parameters
    ----------
    impedance : array_like, shape (..., F)
        Without noise; at `FREQUENCY` unless `relative` is given.
    seed : int or numpy.random.Generator
    repeats : int, optional
        So many independent draws of each spectrum, along a new first axis.
    relative : array_like, optional
        Standard deviation of either part relative to the modulus; `noise` if not given.

    Returns
    -------
    impedance, sigma : ndarray
        Both of one shape, in the unit of the impedance.

    Raises
    ------
    ValueError
        If the impedance does not end in an axis of frequencies, or an argument is out of range.

    Examples
    --------
    >>> Z, sigma = noisy(100.0 + 0j * FREQUENCY, repeats=1000)
    >>> print(Z.shape == (1000, FREQUENCY.size), round(float(((Z.real - 100) / sigma).std()), 1))
    True 1.0
    """
    impedance = np.asarray(impedance, dtype=complex)
    if relative is None:
        if impedance.shape[-1:] != FREQUENCY.shape:
            raise ValueError(
                f"impedance of shape {impedance.shape} is not allowed: the campaign measures at "
                f"{FREQUENCY.size} frequencies; at others give relative, as noise(frequency)"
            )
        relative = noise(FREQUENCY)
    relative = checks.nonnegative("relative", relative, "")
    if repeats is not None:
        if repeats != int(repeats) or repeats < 1:
            raise ValueError(f"repeats = {repeats} is not allowed: a whole number, at least 1")
        impedance = np.broadcast_to(impedance, (int(repeats), *impedance.shape))
    sigma = np.abs(impedance) * relative
    real, imaginary = np.random.default_rng(seed).standard_normal((2, *sigma.shape))
    return impedance + sigma * (real + 1j * imaginary), sigma


def point_times(frequency=FREQUENCY, sweep=SWEEP):
    """When each point of a sweep is measured, s after its beginning: the middle of its dwell.

    A point takes two periods of its frequency and what is left of the sweep in equal parts, here
    0.35 s; the highest frequency comes first.  The instrument of the measured sweeps that set the
    noise took about as long (``data/README.md``).

    A sweep too short for two periods of each frequency is a ValueError.

    Examples
    --------
    >>> print(point_times()[[0, 30, 60]].round(1))
    [ 0.2 10.7 28.8]
    """
    periods = 2 / checks.positive("frequency", frequency, "Hz")
    checks.below("two periods of all points", periods.sum(), "s", "sweep", sweep)
    dwell = periods + (sweep - periods.sum()) / periods.size
    return np.cumsum(dwell) - dwell / 2


def resistance_factor(temperature):
    """What a resistance of LLZO or its interface is at a temperature, over that at 25 °C.

    The inverse of the paper's Eq. (3).

    >>> print(f"{resistance_factor(celsius(0)):.2f}")
    3.42
    """
    return 1 / arrhenius.normalise_resistance(1.0, INTERFACE_ENERGY, temperature, ROOM)


def initial_resistance(cell):
    """Of the interface at the temperature of the cell, Ω m²."""
    return cell.initial_resistance * resistance_factor(cell.temperature)


def calibrated_to(cell):
    """The cell whose depletion time sets the parameters of a cell: itself, if it has one.

    Else the one that is stripped alike without pressure.

    >>> calibrated_to(cell("li-200-15mpa")), calibrated_to(cell("li-100-ideal"))
    (<Cell li-200>, <Cell li-100>)
    """
    if cell.depletion_time is not None:
        return cell

    def alike(other):
        return other.electrode, other.current, other.temperature

    return next(
        each
        for each in cells()
        if each.depletion_time is not None and each.kind == "strip" and each.pressure == 0
        if alike(each) == alike(cell)
    )


def known(cell):
    """The cell, if it is one.

    >>> known("li-100")
    Traceback (most recent call last):
    ...
    ValueError: cell = 'li-100' is not allowed: it must be a Cell, as campaign.cell(id) gives it
    """
    if not isinstance(cell, Cell):
        raise ValueError(
            f"cell = {cell!r} is not allowed: it must be a Cell, as campaign.cell(id) gives it"
        )
    return cell


def _cell(**row):
    number = {key: float(value) if value else None for key, value in row.items() if key in _UNITS}
    scaled = {key: None if value is None else value * _UNITS[key] for key, value in number.items()}
    return Cell(
        id=row["id"],
        electrode=ELECTRODES[checks.one_of("electrode", row["electrode"], tuple(ELECTRODES))],
        current=scaled["current_density"],
        temperature=celsius(number["temperature"]),
        kind=checks.one_of("kind", row["kind"], KINDS),
        figures=row["figures"],
        basis=row["basis"],
        **{key: scaled[key] for key in _UNITS if key not in ("current_density", "temperature")},
    )


_UNITS = {
    "current_density": uA / cm**2,
    "temperature": 1.0,
    "pressure": MPa,
    "interval": 1.0,
    "duration": hour,
    "initial_resistance": ohm * cm**2,
    "contact_at_end": 1.0,
    "depletion_time": hour,
}
