r"""From spectra to what the paper reports: R_int, C_int and the depletion time.

What is known here is what an experimenter knows: the spectra, the protocol, and the noise of the
instrument.  The circuit is that of the paper, three arcs in series, with the exponent of the grain
boundary fixed at the reported 0.9; that of the bulk is fixed at 1, since only its tail is measured.
Bounds on the time constants keep each arc in its place at every temperature; they hold for both
readings of the printed frequencies.
"""

import dataclasses
import time as clock
import warnings

import numpy as np

from sandtime import eis
from sandtime.campaign.protocol import AREA, CIRCUIT, noise, resistance_factor
from sandtime.campaign.result import Result
from sandtime.campaign.series import Series
from sandtime.eis.capacitance import brug, hsu_mansfeld, zarc_Q
from sandtime.eis.drift import growth_rate

FIXED = {"bulk.alpha": 1.0, "gb.alpha": 0.9}
FAST, SLOW = 8e-8, 1e-5
"""Time constants at 25 °C, s: bulk | FAST | grain boundary | SLOW | interface."""


class Results(dict):
    """Id → `Result`; with `seconds`, how long the fit took, and `spectra`, how many there were."""

    def __init__(self, results, seconds):
        super().__init__(results)
        self.seconds = seconds
        self.spectra = sum(len(result.time) for result in self.values())


def analyse(series, *, executor=None, drift=False):
    """Fit all spectra of one series.

    Parameters
    ----------
    series : Series
    executor : optional
        As for `eis.fit`.
    drift : bool
        Whether each point is fitted at its own time, the growth rates of the interface's R and tau
        taken from the neighbouring spectra.  Some milliseconds a spectrum: ``series[-100:]``.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If the series has no spectra, or with `drift` fewer than three or no `point_time`.

    Examples
    --------
    >>> from sandtime import campaign
    >>> found = analyse(campaign.measure(campaign.cell("li-200"))[-20:], drift=True)
    >>> time, error = found.depletion_time()
    >>> print(f"{time / 3600:.2f} h, known to better than a second: {error < 1}")
    2.25 h, known to better than a second: True
    """
    _with_spectra(series)
    steady = _fit_all([series], executor)[0]
    if not drift:
        return result(series, steady)
    point_time = series.spectra.point_time
    if point_time is None:
        raise ValueError(
            f"drift = True is not allowed for {series!r}: its file has no column point_time_s"
        )
    if len(series) < 3:
        raise ValueError(f"drift = True is not allowed for {series!r}: it takes three spectra")
    rate = {name: growth_rate(series.time, steady[name]) for name in ("int.R", "int.tau")}
    spectra = series.spectra
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", eis.FitWarning)
        drifting = eis.fit_drifting(
            spectra.frequency,
            spectra.impedance,
            CIRCUIT,
            point_time=point_time,
            drift=tuple(rate),
            rate=rate,
            fixed=FIXED,
            bounds=_bounds([series]),
            sigma=_sigma([series]),
            mask=spectra.mask,
        )
    return result(series, drifting)


def analyse_all(every, *, executor=None):
    """Fit all spectra of all series in one go.

    Parameters
    ----------
    every : mapping of str to Series
        As from `run`.
    executor : optional
        As for `eis.fit`.

    Returns
    -------
    Results
        A dictionary of `Result` by id, with the attributes `seconds` and `spectra`.
    """
    series = list(every.values())
    for each in series:
        _with_spectra(each)
    began = clock.perf_counter()
    fits = _fit_all(series, executor)
    seconds = clock.perf_counter() - began
    found = {id: result(each, fit) for (id, each), fit in zip(every.items(), fits, strict=True)}
    return Results(found, seconds)


# ---- fits ---------------------------------------------------------------------------------------


def _fit_all(series, executor):
    """A fit for each series; those on the same frequencies go together."""
    fits, groups = [None] * len(series), {}
    for k, each in enumerate(series):
        key = each.spectra.frequency.tobytes(), each.synthetic
        groups.setdefault(key, []).append(k)
    for members in groups.values():
        some = [series[k] for k in members]
        with warnings.catch_warnings():
            # a spectrum that is not described is reported by `adequate`
            warnings.simplefilter("ignore", eis.FitWarning)
            fit = eis.fit(
                some[0].spectra.frequency,
                np.concatenate([each.spectra.impedance for each in some]),
                CIRCUIT,
                fixed=FIXED,
                bounds=_bounds(some),
                sigma=_sigma(some),
                mask=_mask(some),
                executor=executor,
            )
        ends = np.cumsum([len(each) for each in some])
        for k, end in zip(members, ends, strict=True):
            fits[k] = _part(fit, slice(end - len(series[k]), end))
    return fits


def bounds(temperature):
    """Of the time constants, s, that keep each arc in its place at temperatures in K."""
    factor = resistance_factor(temperature)
    fast, slow = FAST * factor, SLOW * factor
    return {"bulk.tau": (None, fast), "gb.tau": (fast, slow), "int.tau": (slow, None)}


def _bounds(series):
    """Between the arcs, at the temperature of each spectrum."""
    return bounds(np.concatenate([np.full(len(each), each.cell.temperature) for each in series]))


def _sigma(series):
    """The instrument's noise; of measured spectra it is not known."""
    if not series[0].synthetic:
        return None
    relative = noise(series[0].spectra.frequency)
    return np.concatenate([np.abs(each.spectra.impedance) * relative for each in series])


def _mask(series):
    if all(each.spectra.mask is None for each in series):
        return None
    return np.concatenate(
        [
            np.ones(each.spectra.impedance.shape, bool)
            if each.spectra.mask is None
            else each.spectra.mask
            for each in series
        ]
    )


def _part(fit, which):
    """The fit of some of the spectra."""
    changed = {}
    for each in dataclasses.fields(fit):
        value = getattr(fit, each.name)
        if each.name in ("parameters", "stderr"):
            changed[each.name] = {name: array[which] for name, array in value.items()}
        elif isinstance(value, np.ndarray) and each.name != "frequency":
            changed[each.name] = value[which]
    return dataclasses.replace(fit, **changed)


def result(series, fit, *, area=AREA, interface="int", pellet=("bulk", "gb")):
    """What a fit says of a series.

    Parameters
    ----------
    series : Series
    fit : eis.Fit or eis.drift.DriftingFit
        Of its impedance in Ω.
    area : float
        Of the electrode, m².
    interface : str
        Label of the interface's arc: a Zarc, or R and CPE (or C) in parallel.
    pellet : sequence of str
        Labels of what is in series with it: the first is the bulk, all others are grain boundaries.

    Returns
    -------
    Result
    """
    R, *other = (fit[f"{interface}.{name}"] for name in _arc(fit, interface))
    if len(other) == 1:  # a capacitor
        Q, alpha = other[0], np.ones_like(R)
    else:
        alpha = other[1]
        Q = zarc_Q(R, *other) if f"{interface}.tau" in fit.parameters else other[0]
    resistances = [fit[f"{label}.R"] for label in pellet]
    return Result(
        cell=series.cell,
        synthetic=series.synthetic,
        fit=fit,
        time=series.time,
        charge=series.charge,
        potential=series.potential,
        bulk_resistance=resistances[0] * area,
        grain_boundary_resistance=sum(resistances[1:], 0 * R) * area,
        resistance=R * area,
        resistance_error=fit.stderr[f"{interface}.R"] * area,
        capacitance={
            "Brug": brug(Q, alpha, R, sum(resistances)) / area,
            "Hsu-Mansfeld": hsu_mansfeld(Q, alpha, R) / area,
        },
        adequate=fit.adequate,
        area=area,
        interface=interface,
    )


def _arc(fit, label):
    """Symbols of the parameters of an arc."""
    for symbols in (("R", "tau", "alpha"), ("R", "Q", "alpha"), ("R", "C")):
        if all(f"{label}.{symbol}" in fit.parameters for symbol in symbols):
            return symbols
    raise ValueError(
        f"interface = {label!r} is not allowed: it must be the label of a Zarc, or of R and CPE or "
        f"R and C in parallel; the parameters are {', '.join(fit.parameters)}"
    )


def _with_spectra(series):
    if not isinstance(series, Series):
        raise ValueError(
            f"series = {series!r} is not allowed: it must be a Series, as from measure"
        )
    if series.spectra is None:
        raise ValueError(
            f"series = {series!r} is not allowed: a cell of the kind {series.cell.kind!r} has no "
            "spectra"
        )
