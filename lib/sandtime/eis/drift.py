r"""Spectra of a cell that changes while they are measured (chapter *Can a spectrum be trusted while
the cell changes?*).

The points of a sweep are taken one after the other, so each sees the cell at its own time.  A fit
that ignores this takes the growth during the sweep for a property of the cell, and the
Kramers-Kronig test hardly notices (`validity`).  Here the model is evaluated at each point's own
time, with parameters that grow or shrink exponentially during the sweep: one more unknown for each
that drifts.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sandtime import checks
from sandtime.eis.circuit import Circuit
from sandtime.eis.fit import Fit, FitWarning, fit

_TOGETHER = 512  # sweeps worked on at once
_ITERATIONS = 60


@dataclass(frozen=True)
class DriftingFit:
    """What `fit_drifting` found; indexed by the name of a parameter, ``drifting["int.R"]``.

    Attributes
    ----------
    parameters : dict
        Name → value at `reference_time`, (S,) or a number.
    stderr : dict
        Name → standard error; 0 if it was fixed.
    rate : dict
        Name → growth rate of a drifting parameter, 1/s.
    rate_stderr : dict
        Name → its standard error; 0 if it was given.
    growth : dict
        Name → what the parameter grew by between the first and the last point, as a fraction.
    reference_time : ndarray, shape (S,)
        The middle between the first and the last point of each sweep, s.
    chi2, dof, converged : ndarray, shape (S,)
        As for `fit`.
    steady : Fit
        The fit that ignores drift, from which this one started.
    """

    parameters: dict
    stderr: dict
    rate: dict
    rate_stderr: dict
    growth: dict
    reference_time: np.ndarray
    chi2: np.ndarray
    dof: np.ndarray
    converged: np.ndarray
    steady: Fit

    def __getitem__(self, name):
        return self.parameters[name]


def fit_drifting(
    frequency,
    impedance,
    circuit,
    *,
    point_time,
    drift=("int.R",),
    rate=None,
    fixed=None,
    bounds=None,
    guess=None,
    sigma=None,
    mask=None,
):
    r"""Fit a circuit of which some parameters change while the sweep goes on.

    .. math:: Z_k = Z\big(\omega_k;\, p(t_k)\big), \qquad
              p_j(t) = p_j\,e^{r_j (t - t_{ref})}

    Parameters
    ----------
    frequency, impedance, circuit, fixed, bounds, guess, sigma, mask
        As for `fit`.
    point_time : array_like, shape (F,) or (S, F)
        When each point was measured, s, by any clock.
    drift : sequence of str
        Names of what drifts.  An interface that loses contact at constant time constant drifts in
        R alone; one whose capacitance stays drifts in R and tau.
    rate : mapping, optional
        Name → growth rate, 1/s, a number or one for each sweep, where it is known: `growth_rate`
        takes it from the sweeps before and after.  The others are fitted from the sweep itself.

    Returns
    -------
    DriftingFit

    Raises
    ------
    ValueError
        As `fit`; also if times do not match, are not finite or all the same, or a name that drifts
        is fixed, unknown or that of an exponent.

    Warns
    -----
    FitWarning
        If sweeps did not converge.

    Notes
    -----
    Levenberg-Marquardt in the logarithms and in the growth over the sweep, with exact derivatives.
    One sweep tells growth from shape only as far as the model is right: an exponent that is free
    may take part of it.  Rates from neighbouring sweeps do not depend on that.

    Examples
    --------
    >>> frequency, circuit = np.geomspace(1e5, 1, 51), Circuit("R_0-Zarc_int")
    >>> point_time = np.linspace(0, 30, 51)
    >>> truth = {"0.R": 60, "int.R": 270 * np.exp(0.005 * (point_time - 15))[None],
    ...          "int.tau": 1e-3, "int.alpha": 0.9}
    >>> Z = circuit.impedance(frequency, truth)[0]
    >>> found = fit_drifting(frequency, Z, circuit, point_time=point_time)
    >>> print(f"{found['int.R']:.3f}", f"{found.rate['int.R']:.5f}", f"{found.steady['int.R']:.0f}")
    270.000 0.00500 283
    """
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    said = {"fixed": fixed, "bounds": bounds, "guess": guess, "sigma": sigma, "mask": mask}
    with warnings.catch_warnings():
        # that the steady model does not describe a drifting cell is what we are here for
        warnings.simplefilter("ignore", FitWarning)
        steady = fit(frequency, impedance, circuit, progress=False, **said)
    weights, measured = np.atleast_2d(steady.weights), np.atleast_2d(steady.measured)
    centred, span, reference = _clock(point_time, weights > 0)
    given = _rates(circuit, drift, rate, fixed, len(weights))
    model = _Drifting(circuit, steady.frequency, given, fixed or {}, bounds or {})
    x, H, chi2, converged = model.fit(steady, centred, span, weights, measured)
    dof = 2 * np.count_nonzero(weights, axis=1) - model.size
    scale = 1.0 if sigma is not None else chi2 / dof
    if not converged.all():
        warnings.warn(
            f"{np.count_nonzero(~converged)} of {len(converged)} sweeps did not converge; the "
            f"first is {np.argmin(converged)}",
            FitWarning,
            stacklevel=2,
        )
    variance = np.diagonal(np.linalg.pinv(H, hermitian=True), axis1=1, axis2=2)
    error = np.sqrt(variance.T * scale)
    error[:, ~converged] = np.nan  # no error without a minimum

    values, stderr, rates, rate_stderr = {}, {}, {}, {}
    for name in circuit.names:
        free = name in model.free
        values[name] = np.exp(x[:, model.free.index(name)]) if free else steady[name] + 0 * dof
        stderr[name] = values[name] * error[model.free.index(name)] if free else 0.0 * dof
    for name in given:
        fitted = name in model.fitted
        place = len(model.free) + model.fitted.index(name) if fitted else None
        rates[name] = x[:, place] / span if fitted else given[name]
        rate_stderr[name] = error[place] / span if fitted else 0.0 * dof
    growth = {name: np.expm1(rates[name] * span) for name in given}
    found = (values, stderr, rates, rate_stderr, growth, reference, chi2, dof, converged)
    if np.ndim(impedance) == 1:
        found = (
            {name: float(value[0]) for name, value in each.items()}
            if isinstance(each, dict)
            else each[0]
            for each in found
        )
    return DriftingFit(*found, steady=steady)


def growth_rate(time, value):
    r"""Growth rate of a parameter from consecutive sweeps, :math:`r = d\ln p/dt`, in 1/s.

    Second-order differences on a clock that need not be even; to be given to `fit_drifting`.  A
    bias that is the same factor in all sweeps does not matter.

    Parameters
    ----------
    time : array_like, shape (S,)
        The same moment of each sweep, s; increasing.
    value : array_like, shape (S,)
        Positive.

    Raises
    ------
    ValueError
        If there are fewer than three sweeps, times do not increase or values are not positive.

    Examples
    --------
    >>> print(growth_rate([0.0, 30.0, 70.0], 100 * np.exp([0.0, 0.3, 0.7])).round(6))
    [0.01 0.01 0.01]
    """
    time, value = checks.real("time", time, "s"), checks.positive("value", value, "")
    if time.ndim != 1 or time.shape != value.shape or time.size < 3:
        raise ValueError(
            f"time of shape {time.shape} and value of shape {value.shape} are not allowed: they "
            "must match and hold at least three sweeps"
        )
    if (np.diff(time) <= 0).any():
        raise ValueError("time is not allowed: it must increase from sweep to sweep")
    return np.gradient(np.log(value), time, edge_order=2)


def _clock(point_time, used):
    """Times over the span of each sweep, from −½ to ½ (S, F); the spans and the middles (S,)."""
    try:
        time = np.broadcast_to(np.asarray(point_time, float), used.shape)
    except ValueError:
        raise ValueError(
            f"point_time of shape {np.shape(point_time)} does not match impedance {used.shape}"
        ) from None
    if (used & ~np.isfinite(time)).any():
        raise ValueError("point_time must be finite, in s, for every point that is not masked")
    first = np.where(used, time, np.inf).min(axis=1)
    last = np.where(used, time, -np.inf).max(axis=1)
    if (last <= first).any():
        raise ValueError(
            f"point_time is the same for all points of spectrum {np.argmax(last <= first)}: "
            "it must be when each point was measured, in s"
        )
    span, middle = last - first, (first + last) / 2
    return np.where(used, (time - middle[:, None]) / span[:, None], 0.0), span, middle


def _rates(circuit, drift, rate, fixed, S):
    """Name → given rates (S,), or None where they are to be fitted."""
    drift = [drift] if isinstance(drift, str) else list(drift)
    if not isinstance(rate, Mapping | None):
        raise ValueError(f"rate = {rate!r} is not allowed: it must map names to values in 1/s")
    if unknown := set(rate or {}) - set(drift):
        raise ValueError(f"rate: {sorted(unknown)[0]!r} is not in drift = {drift}")
    given = {}
    for name in drift:
        circuit.check(name, 1.0, "drift")
        if name.endswith(".alpha"):
            raise ValueError(f"drift: {name!r} is not allowed: an exponent cannot grow freely")
        if name in (fixed or {}):
            raise ValueError(f"{name!r} is both in fixed and in drift: it can only be one of them")
        given[name] = None
        if rate and name in rate:
            value = checks.real(f"rate[{name!r}]", rate[name], "1/s")
            if value.shape not in ((), (S,)):
                raise ValueError(
                    f"rate[{name!r}] has the shape {value.shape}: it must be one number or one for "
                    f"each of the {S} sweeps"
                )
            given[name] = np.broadcast_to(value, S)
    return given


class _Drifting:
    """Residuals and derivatives of a circuit at each point's own time, for many sweeps at once.

    The variables are the logarithms of the free parameters at the middle of the sweep and, after
    them, the logarithms of the growth over the sweep that are to be fitted.
    """

    def __init__(self, circuit, frequency, given, fixed, bounds):
        self.circuit, self.frequency, self.given = circuit, frequency, given
        self.free = [name for name in circuit.names if name not in fixed]
        self.fitted = [name for name, value in given.items() if value is None]
        self.size = len(self.free) + len(self.fitted)
        self.bounds = bounds

    def fit(self, steady, centred, span, weights, measured):
        """Variables (S, P), normal matrices (S, P, P), χ² and whether each is at its minimum."""
        S = len(span)
        x, H = np.zeros((S, self.size)), np.zeros((S, self.size, self.size))
        chi2, converged = np.zeros(S), np.zeros(S, bool)
        low, high = self._limits(S)
        for first in range(0, S, _TOGETHER):
            some = slice(first, first + _TOGETHER)
            start = {name: np.atleast_1d(steady[name])[some] for name in self.circuit.names}
            growth = {
                name: None if rate is None else (rate * span)[some]
                for name, rate in self.given.items()
            }
            data, ends = (centred[some], weights[some], measured[some]), (low[some], high[some])
            x[some], H[some], chi2[some], converged[some] = self._descend(
                start, growth, data, *ends
            )
        return x, H, chi2, converged

    def _limits(self, S):
        """Lowest and highest values of the variables (S, P)."""
        low, high = np.full((S, self.size), -np.inf), np.full((S, self.size), np.inf)
        for place, name in enumerate(self.free):
            bottom, top = self.bounds.get(name, (None, None))
            top = np.inf if top is None else top
            with np.errstate(divide="ignore"):
                low[:, place] = np.log(0.0 if bottom is None else bottom)
            high[:, place] = np.log(np.minimum(top, 1.0) if name.endswith(".alpha") else top)
        return low, high

    def _linearised(self, x, start, growth, data):
        """Weighted residuals (S, 2F) and derivatives (S, 2F, P)."""
        centred, weights, measured = data
        values = dict(start)
        for place, name in enumerate(self.free):
            values[name] = np.exp(x[:, place])
        grown = dict(growth)
        for place, name in enumerate(self.fitted, start=len(self.free)):
            grown[name] = x[:, place]
        values = {name: value[:, None] for name, value in values.items()}
        for name, total in grown.items():
            values[name] = values[name] * np.exp(total[:, None] * centred)
        Z = self.circuit.impedance(self.frequency, values)
        slopes = self.circuit.derivatives(self.frequency, values)
        residual = weights * (Z - measured)
        columns = []
        for name in self.free:
            slope = slopes[..., self.circuit.names.index(name)]
            columns.append(weights * slope * values[name])
        columns += [columns[self.free.index(name)] * centred for name in self.fitted]
        J = np.stack(columns, axis=-1)
        return (
            np.concatenate([residual.real, residual.imag], axis=1),
            np.concatenate([J.real, J.imag], axis=1),
        )

    def _descend(self, start, growth, data, low, high):
        """Levenberg-Marquardt for one block."""
        x = np.stack([np.log(start[name]) for name in self.free], axis=1)
        x = np.concatenate([x, np.zeros((len(x), len(self.fitted)))], axis=1)
        x = np.clip(x, low, high)
        damping, dof = np.full(len(x), 1e-4), 2 * np.count_nonzero(data[1], axis=1) - self.size
        floor = 1e-24 * np.sum(np.abs(data[1] * data[2]) ** 2, axis=1)
        r, J = self._linearised(x, start, growth, data)
        cost, arrived = np.sum(r**2, axis=1), np.zeros(len(x), bool)
        eye = np.eye(self.size)
        for _ in range(_ITERATIONS):
            H, g = np.swapaxes(J, 1, 2) @ J, (r[:, None] @ J)[:, 0]
            held = ((x <= low) & (g > 0)) | ((x >= high) & (g < 0))
            g = np.where(held, 0.0, g)
            move = ~held[:, :, None] & ~held[:, None, :]
            system = np.where(move, H, 0.0) + np.where(held, 1.0, 0.0)[:, :, None] * eye
            diagonal = np.diagonal(system, axis1=1, axis2=2)[:, :, None] * eye
            newton = -_solve(system + 1e-13 * diagonal, g)
            # arrived: the step still to take is short against the standard errors
            to_go = -np.sum(g * newton, axis=1)
            arrived = to_go <= 1e-6 * cost / dof + floor
            if arrived.all():
                break
            step = -_solve(system + damping[:, None, None] * diagonal, g)
            trial = np.clip(x + np.clip(step, -2.0, 2.0), low, high)
            new_r, new_J = self._linearised(trial, start, growth, data)
            new_cost = np.sum(new_r**2, axis=1)
            better = (new_cost < cost) & ~arrived
            x = np.where(better[:, None], trial, x)
            r, J = np.where(better[:, None], new_r, r), np.where(better[:, None, None], new_J, J)
            cost = np.where(better, new_cost, cost)
            damping = np.where(better, np.maximum(damping / 10, 1e-12), damping * 10)
        return x, H, cost, arrived


def _solve(H, g):
    return np.linalg.solve(H, g[..., None])[..., 0]
