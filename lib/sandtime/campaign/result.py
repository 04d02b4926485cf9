"""What the spectra of one series say: resistances, capacitances, and the depletion time."""

from dataclasses import dataclass

import numpy as np

from sandtime import checks, eis
from sandtime.campaign.protocol import AREA, CRITERION, FREQUENCY, Cell, resistance_factor
from sandtime.reported import quantity

_WINDOW = 5.0  # standard errors around the criterion within which points take part


@dataclass(frozen=True, eq=False)
class Result:
    """What the spectra of one series say.

    Attributes
    ----------
    cell : Cell
    synthetic : bool
        Whether the spectra were.
    fit : eis.Fit or eis.drift.DriftingFit
        Of the impedance in Ω.
    time : ndarray, shape (S,)
        Middle of each spectrum, s.
    charge, potential : ndarray, shape (S,)
        At `time`, C/m² and V.
    bulk_resistance, grain_boundary_resistance, resistance : ndarray, shape (S,)
        Of bulk, grain boundaries and interface, Ω m².
    resistance_error : ndarray, shape (S,)
        Standard error of `resistance`, Ω m².
    capacitance : dict
        "Brug" and "Hsu-Mansfeld" → capacitance of the interface, F/m², (S,).
    adequate : ndarray of bool, shape (S,)
        Whether the circuit describes the spectrum; a spectrum that drifted while it was measured
        may fail.
    area : float
        Of the electrode, m².
    interface : str
        Label of the interface's arc in the circuit.
    """

    cell: Cell
    synthetic: bool
    fit: object
    time: np.ndarray
    charge: np.ndarray
    potential: np.ndarray
    bulk_resistance: np.ndarray
    grain_boundary_resistance: np.ndarray
    resistance: np.ndarray
    resistance_error: np.ndarray
    capacitance: dict
    adequate: np.ndarray
    area: float = AREA
    interface: str = "int"

    @property
    def resistance_at_room(self):
        """R_int carried to 25 °C by the paper's Eq. (3), Ω m²."""
        return self.resistance / resistance_factor(self.cell.temperature)

    def capacitance_left(self, how="Brug"):
        """Capacitance of the interface over that of the first spectrum, (S,).

        Parameters
        ----------
        how : {"Brug", "Hsu-Mansfeld"}

        Raises
        ------
        ValueError
            For another `how`.
        """
        values = self.capacitance[checks.one_of("how", how, tuple(self.capacitance))]
        return values / values[0]

    @property
    def pellet_resistance(self):
        """Of bulk and grain boundaries, Ω m²: a number, the median over the series."""
        return float(np.median(self.bulk_resistance + self.grain_boundary_resistance))

    def contact_behind(self, share, alpha, factor, how, start=None):
        """Contact behind a share of the capacitance, if the resistance grew by a factor.

        `eis.contact` with this pellet in series if `how` is "Brug", without if "Hsu-Mansfeld";
        `start` is the resistance before, Ω m², by default the one that the paper reports.
        """
        start = quantity("r-int-initial") if start is None else start
        series = self.pellet_resistance if how == "Brug" else None
        return eis.contact(share, alpha, start, factor * start, series_resistance=series)

    def fitted(self, k, frequency=FREQUENCY):
        """Impedance that was fitted to spectrum `k`, Ω m², at frequencies in Hz, (F,)."""
        values = {name: self.fit[name][k] for name in self.fit.circuit.names}
        return self.area * self.fit.circuit.impedance(frequency, values)

    def depletion_time(self, criterion=CRITERION, *, normalised=True):
        """When the interface resistance passes a criterion.

        Parameters
        ----------
        criterion : float
            Ω m²; positive.
        normalised : bool
            Whether R_int is carried to 25 °C first.

        Returns
        -------
        time, standard_error : float
            s; nan if the resistance never rises through the criterion, and for a rest.

        Notes
        -----
        A parabola of ln R over time through the first two points with the criterion between them,
        one more on either side, and all neighbours within five standard errors of the criterion.
        The time is that of the middle of a spectrum.  Most of what a spectrum says about R_int
        comes later in it, which makes the time early by some seconds unless the points were fitted
        at their own times (chapter *Trust*).
        """
        criterion = checks.scalar("criterion", checks.positive("criterion", criterion, "Ω m²"))
        resistance = self.resistance_at_room if normalised else self.resistance
        good = np.isfinite(self.resistance_error) & (self.resistance_error > 0)
        if self.cell.kind == "rest" or np.count_nonzero(good) < 3:
            return np.nan, np.nan
        time, error = self.time[good], (self.resistance_error / self.resistance)[good]
        return _crossing(time, np.log(resistance[good] / criterion), error)

    def crossing_of_every(self, step, level):
        """When R_int would pass a level, Ω m², if only every step-th spectrum had been taken.

        A straight line in logarithms between two spectra.  Mean and spread, s, over up to some
        eight choices of the first spectrum.
        """
        found, x, y = [], np.log(self.time), np.log(self.resistance / level)
        for phase in range(0, step, max(1, step // 8)):
            some = slice(phase, None, step)
            after = int(np.argmax(y[some] > 0))
            pair = slice(after - 1, after + 1)
            found.append(np.exp(np.interp(0, y[some][pair], x[some][pair])))
        return np.mean(found), np.std(found)

    def __repr__(self):
        kind = "synthetic" if self.synthetic else "measured"
        return f"<Result {self.cell.id}: {len(self.time):,} {kind} spectra>"


def _crossing(time, excess, error):
    """Where a quantity rises through zero, and the standard error of that time."""
    below = (excess[:-1] < 0) & (excess[1:] >= 0)
    if not below.any():
        return np.nan, np.nan
    first = int(np.argmax(below))
    near = np.abs(excess) <= _WINDOW * error
    # one run with the crossing in it; a later return through the criterion is not part of it
    low, high = max(first - 1, 0), min(first + 2, len(time) - 1)
    while low > 0 and near[low - 1]:
        low -= 1
    while high < len(time) - 1 and near[high + 1]:
        high += 1
    some = slice(low, high + 1)
    centre, scale = time[first : first + 2].mean(), time[high] - time[low]
    clock, degree = (time[some] - centre) / scale, min(2, high - low)
    powers = np.vander(clock, degree + 1, increasing=True) / error[some, None]
    covariance = np.linalg.inv(powers.T @ powers)
    curve = np.polynomial.Polynomial(covariance @ (powers.T @ (excess[some] / error[some])))
    # Newton from the middle of the two points: the curve is nearly straight between them
    at = 0.0
    for _ in range(20):
        at -= curve(at) / curve.deriv()(at)
    row = at ** np.arange(degree + 1)
    spread = np.sqrt(row @ covariance @ row) / abs(curve.deriv()(at))
    return float(centre + at * scale), float(spread * scale)
