"""A strip of one's own: spectra of any cell, by the analysis of the campaign.

`analysis` knows the paper's protocol: its electrode, its circuit, its areas.  Here all of it is
said by whoever measured.  What comes out is the same `Result`.
"""

import warnings

import numpy as np

from sandtime import checks, eis
from sandtime.campaign import analysis
from sandtime.campaign.protocol import CIRCUIT, CRITERION, Cell
from sandtime.campaign.series import Series
from sandtime.eis.drift import growth_rate
from sandtime.reported import quantity
from sandtime.units import cm, kohm

PRINTED = 10 * kohm
"""The criterion as the paper prints it, Ω, without an area."""

RISE = CRITERION / quantity("r-int-initial")
"""The criterion over the initial resistance that the paper reports."""


def series(spectra, *, electrode, current, temperature, time=None, began=0.0):
    """Spectra of a strip as a series of the campaign.

    Parameters
    ----------
    spectra : eis.Spectra
        Several sweeps on the same frequencies, Ω, in the order in which they were measured.
    electrode : materials.Electrode
    current : float
        Current density, A/m²; positive.
    temperature : float
        K.
    time : array_like, shape (S,), optional
        Middle of each spectrum, s; by default from the spectra's own times.
    began : float
        When the current was switched on, s, by the same clock.

    Returns
    -------
    Series

    Raises
    ------
    ValueError
        If the spectra have no times and none are given, or they do not increase.
    """
    if not isinstance(spectra, eis.Spectra) or np.ndim(spectra.impedance) != 2:
        raise ValueError("spectra must be several sweeps on the same frequencies, an eis.Spectra")
    current = checks.scalar("current", checks.positive("current", current, "A/m²"))
    temperature = checks.scalar("temperature", checks.positive("temperature", temperature, "K"))
    if time is None:
        if spectra.time is None:
            raise ValueError("the spectra have no times: time, or the interval, must be given")
        time = spectra.time
        if spectra.point_time is not None:
            first, last = (f(spectra.point_time, axis=1) for f in (np.nanmin, np.nanmax))
            time = (first + last) / 2
    time = checks.real("time", time, "s") - checks.scalar("began", began)
    if time.shape != spectra.impedance.shape[:1]:
        raise ValueError(
            f"time of shape {time.shape} does not match {len(spectra.impedance)} spectra"
        )
    if (np.diff(time) <= 0).any():
        k = 1 + int(np.argmax(np.diff(time) <= 0))
        raise ValueError(
            f"time = {time[k]:.10g} s of spectrum {k} (from 0) after {time[k - 1]:.10g} s is not "
            "allowed: it must increase from spectrum to spectrum"
        )
    cell = Cell(
        id="own",
        electrode=electrode,
        current=current,
        temperature=temperature,
        pressure=np.nan,
        kind="strip",
        interval=float(np.median(np.diff(time))) if time.size > 1 else np.nan,
        duration=None,
        initial_resistance=np.nan,
        contact_at_end=None,
        depletion_time=None,
        figures="",
        basis="measured by the reader",
    )
    unknown = np.full(time.shape, np.nan)
    charge = current * np.maximum(time, 0.0)
    return Series(cell, time, unknown, charge, spectra, synthetic=False)


def analyse(
    series,
    *,
    area,
    circuit=CIRCUIT,
    interface="int",
    pellet=("bulk", "gb"),
    fixed=None,
    bounds=None,
    guess=None,
    sigma=None,
    drift=False,
    executor=None,
):
    """Fit all spectra of a strip; a `Result` in Ω m².

    Parameters
    ----------
    series : Series
        As from `series`.
    area : float
        Of the electrode, m².
    circuit : eis.Circuit or str
        With an arc that is called `interface`.
    interface : str
        Its label.
    pellet : sequence of str
        Labels of the resistances in series with it.
    fixed, bounds, guess, sigma, executor
        As in `eis.fit`.  With the paper's circuit, `fixed` and `bounds` that are not given are the
        campaign's.
    drift : bool
        Whether each point is fitted at its own time, as in `campaign.analyse`.

    Raises
    ------
    ValueError
        As `eis.fit`; with `drift` also if there are no times of points, or fewer than three
        spectra.
    """
    area = checks.scalar("area", checks.positive("area", area, "m²"))
    circuit = eis.Circuit(circuit) if isinstance(circuit, str) else circuit
    if circuit.string == CIRCUIT:
        fixed = analysis.FIXED if fixed is None else fixed
        bounds = analysis.bounds(series.cell.temperature) if bounds is None else bounds
    spectra = series.spectra
    options = {
        "fixed": fixed, "bounds": bounds, "guess": guess, "sigma": sigma, "mask": spectra.mask,
    }  # fmt: skip
    case = spectra.frequency, spectra.impedance, circuit
    with warnings.catch_warnings():
        # a spectrum that is not described is reported by `adequate`
        warnings.simplefilter("ignore", eis.FitWarning)
        fit = eis.fit(*case, **options, executor=executor)
        found = analysis.result(series, fit, area=area, interface=interface, pellet=pellet)
        if not drift:
            return found
        if spectra.point_time is None or len(series) < 3:
            raise ValueError(
                "drift = True is not allowed: it takes three spectra and the time of each point"
            )
        moving = [name for name in (f"{interface}.R", f"{interface}.tau") if name in fit.names]
        rate = {name: growth_rate(series.time, fit[name]) for name in moving}
        times = {"point_time": spectra.point_time, "drift": tuple(rate), "rate": rate}
        drifting = eis.fit_drifting(*case, **times, **options)
    return analysis.result(series, drifting, area=area, interface=interface, pellet=pellet)


def criteria(result, paper=CRITERION):
    """Depletion times of a strip by three criteria.

    Parameters
    ----------
    result : Result
    paper : float
        Of R_int carried to 25 °C, Ω m².

    Returns
    -------
    list of (str, float, float, float)
        What the criterion is, its level for R_int at 25 °C, Ω m², the depletion time and its
        standard error, s; nan where R_int never rises through it.

    Notes
    -----
    The paper prints 10 kΩ without an area, beside resistances in kΩ cm²; both readings are given.
    The third, a rise over the cell's own start as large as that from the reported initial
    resistance, depends on neither area nor temperature.
    """
    area, start = result.area, float(result.resistance_at_room[0])
    levels = (
        (f"{paper / (kohm * cm**2):.6g} kΩ cm² at 25 °C", paper),
        (f"10 kΩ at 25 °C, whatever the area ({area / cm**2:.4g} cm²)", PRINTED * area),
        (f"{RISE:.3g} times the first spectrum", RISE * start),
    )
    return [(words, level, *result.depletion_time(level)) for words, level in levels]


def contact(result, how):
    """Share of the first contact that is left, (S,), by one conversion of the capacitance.

    As `Result.contact_behind`, for every spectrum, with its own resistance and exponent.

    Parameters
    ----------
    result : Result
    how : {"Brug", "Hsu-Mansfeld"}
    """
    exponents = result.fit.parameters.get(f"{result.interface}.alpha", np.ones_like(result.time))
    return result.contact_behind(
        result.capacitance_left(how),
        exponents,
        result.resistance / result.resistance[0],
        how,
        start=result.resistance[0],
    )
