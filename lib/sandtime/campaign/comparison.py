"""What an analysis found, beside the truth it was not told."""

from dataclasses import dataclass

import numpy as np

from sandtime import eis
from sandtime.campaign.protocol import AREA


@dataclass(frozen=True)
class Comparison:
    """How far the analysis of some series is off.

    Attributes
    ----------
    spectra : int
    adequate : float
        Share of the spectra of which the fit says that its circuit describes them.
    bias : dict
        "R_int", "R_gb", "C_int" → mean of estimate over truth, less one.
    pull : dict
        The same names → mean of estimate less truth over the fit's standard error; of "C_int" nan
        for fits at the points' own times, which give no covariance.
    width : dict
        The same names → standard deviation of the same; 1 if errors are what they claim.
    late : dict
        Id of each series that reached the criterion → depletion time found less that of the truth,
        s.
    late_error : dict
        The same ids → its standard error, s.
    """

    spectra: int
    adequate: float
    bias: dict
    pull: dict
    width: dict
    late: dict
    late_error: dict


def compare(results, truth):
    """Compare what was found with what was put in.

    Parameters
    ----------
    results : mapping of str to Result
        As from `analyse_all`.
    truth : callable
        Cell → what the spectra were made of, as in `measure`.

    Returns
    -------
    Comparison

    Notes
    -----
    The capacitance compared is that at the top of the arc, 1/(ω R_int): τ/R of a Zarc, whatever the
    form of the truth's arc.

    Examples
    --------
    >>> from sandtime import campaign
    >>> series = campaign.measure(campaign.cell("li-200"))[:100]
    >>> found = compare({"li-200": campaign.analyse(series)}, campaign.truth)
    >>> print(found.adequate > 0.98, abs(found.bias["R_int"]) < 0.001)
    True True
    """
    off = {name: [] for name in ("R_int", "R_gb", "C_int")}
    pulls = {name: [] for name in off}
    late, late_error = {}, {}
    for id, result in results.items():
        known = truth(result.cell)
        for name, (value, error, true) in _each(result, known).items():
            off[name].append(value / true - 1)
            pulls[name].append((value - true) / error)
        time, error = result.depletion_time()
        if np.isfinite(time):
            late[id], late_error[id] = time - known.depletion_time, error
    adequate = np.concatenate([result.adequate for result in results.values()])
    return Comparison(
        spectra=len(adequate),
        adequate=float(adequate.mean()),
        bias={name: float(np.concatenate(every).mean()) for name, every in off.items()},
        pull={name: float(np.concatenate(every).mean()) for name, every in pulls.items()},
        width={name: float(np.concatenate(every).std()) for name, every in pulls.items()},
        late=late,
        late_error=late_error,
    )


def _each(result, known):
    """Estimate, standard error and truth of the three quantities."""
    fit = result.fit
    R, tau = fit["int.R"], fit["int.tau"]
    error = np.full(len(R), np.nan)
    if isinstance(fit, eis.Fit):
        places = [fit.names.index(name) for name in ("int.R", "int.tau")]
        covariance = fit.covariance[:, places][:, :, places]
        # of ln τ − ln R
        slope = np.stack([-1 / R, 1 / tau], axis=1)
        error = np.sqrt(np.einsum("sp,spq,sq->s", slope, covariance, slope))
    capacitance = tau / R / AREA
    return {
        "R_int": (result.resistance, result.resistance_error, known.resistance_at(result.time)),
        "R_gb": (
            result.grain_boundary_resistance,
            fit.stderr["gb.R"] * AREA,
            np.full(len(result.time), known.pellet["gb.R"]),
        ),
        "C_int": (capacitance, capacitance * error, known.capacitance_at(result.time)),
    }
