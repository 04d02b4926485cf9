r"""Spectra of a cell that changes while they are measured (chapter *Trust*).

The points of a sweep are taken one after the other, so each sees the cell at its own time.  A fit
that ignores this takes the growth during the sweep for a property of the cell, and the
Kramers-Kronig test hardly notices (`validity`).  Here the model is evaluated at each point's own
time, with parameters that grow or shrink exponentially during the sweep: one more unknown for each
that drifts.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sandtime import checks
from sandtime.eis import adequacy
from sandtime.eis.circuit import Circuit
from sandtime.eis.fit import Fit, FitWarning, account, fit
from sandtime.eis.given import given
from sandtime.eis.model import Model
from sandtime.eis.search import STEPS, Attempt, Block, everyone, fit_block, rejected, search
from sandtime.eis.start import start
from sandtime.eis.table import Results

_PATIENCE = 25  # steps of an attempt but the last
_STARTS = 0, 1  # which of those that the data suggest


@dataclass(frozen=True)
class DriftingFit(Results):
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
    chi2, dof, converged, adequate, autocorrelation : ndarray, shape (S,)
        As for `fit`.
    reason : ndarray of str, shape (S,)
        Whether the fit converged and what is wrong with it, in words.
    steady : Fit
        The fit that ignores drift, from which this one started.
    point_time : ndarray, shape (S, F)
        When each point was measured, s.
    circuit, frequency, names, weights, measured, settings
        As of a `Fit`.
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
    adequate: np.ndarray
    autocorrelation: np.ndarray
    reason: np.ndarray
    steady: Fit
    point_time: np.ndarray

    circuit = property(lambda self: self.steady.circuit)
    frequency = property(lambda self: self.steady.frequency)
    names = property(lambda self: self.steady.names)
    weights = property(lambda self: self.steady.weights)
    measured = property(lambda self: self.steady.measured)
    settings = property(lambda self: self.steady.settings)

    def __getitem__(self, name):
        return self.parameters[name]

    def __repr__(self):
        drift, words = ", ".join(self.rate), account(self.converged, self.adequate)
        return f"<DriftingFit of {self.steady.circuit.string}, {drift} drifting: {words}>"


def fit_drifting(
    frequency,
    impedance,
    circuit,
    *,
    point_time,
    drift=None,
    rate=None,
    fixed=None,
    bounds=None,
    guess=None,
    sigma=None,
    absolute_sigma=True,
    mask=None,
):
    r"""Fit a circuit of which some parameters change while the sweep goes on.

    .. math:: Z_k = Z\big(\omega_k;\, p(t_k)\big), \qquad
              p_j(t) = p_j\,e^{r_j (t - t_{ref})}

    Parameters
    ----------
    frequency, impedance, circuit, fixed, bounds, guess, sigma, absolute_sigma, mask
        As for `fit`.
    point_time : array_like, shape (F,) or (S, F)
        When each point was measured, s, by any clock.
    drift : sequence of str, optional
        Names of what drifts.  Without, all of the element called ``int`` but its exponent: of a
        Zarc R and tau, of an R beside a CPE R and Q.
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
        If sweeps did not converge.  That the circuit does not describe others, by the rule of
        `fit`, stands in `adequate` and `reason`.

    Notes
    -----
    Levenberg-Marquardt in the logarithms and in the growth over the sweep, with exact derivatives,
    from where the steady circuit ended.  Strong drift may have bent one of its small arcs, or cost
    it: where the sweep is not described from there, two starts of the data's own are tried, and a
    steady fit of the sweep freed of the drift found so far.

    An interface that loses contact hardly changes its time constant; one that loses activity keeps
    its capacitance, so that the time constant grows with R.  Two rates serve both.  One,
    ``drift="int.R"``, gives smaller errors (by a third for a fresh interface, fivefold for one that
    is nearly all of the impedance) and at constant capacitance a bias of R of 8 to 36 % of the
    growth, many of these errors.

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
    said = {"fixed": fixed, "bounds": bounds, "guess": guess}
    with warnings.catch_warnings():
        # that the steady model does not describe a drifting cell is what we are here for
        warnings.simplefilter("ignore", FitWarning)
        weighing = {"sigma": sigma, "absolute_sigma": absolute_sigma, "mask": mask}
        steady = fit(frequency, impedance, circuit, progress=False, **weighing, **said)
    weights = np.atleast_2d(steady.weights)
    time, span, reference = _clock(point_time, weights > 0)
    rates = _rates(circuit, drift, rate, fixed, len(weights))
    known, absolute = given(circuit, len(weights), **said), sigma is not None and absolute_sigma
    found = _found(circuit, steady, known, rates, time, span, absolute)
    converged, values = found["converged"], np.exp(found["x"])
    rising, order = np.sort(steady.frequency), np.argsort(steady.frequency)
    data = (np.atleast_2d(a)[:, order].T for a in (steady.measured, steady.weights))
    wrong = adequacy.judge(rising, *data, found, absolute)
    adequate = converged & ~adequacy.against(wrong)
    reason = np.where(converged, "converged", "not converged").astype(object)
    for k in np.flatnonzero(~adequate | wrong["oversized"]):
        one = {key: array[..., k] for key, array in (found | wrong).items()}
        reason[k] = "; ".join([reason[k], *adequacy.in_words(rising, one)])
    if not converged.all():
        warnings.warn(
            f"{np.count_nonzero(~converged)} of {len(converged)} sweeps did not converge; the "
            f"first is {np.argmin(converged)}",
            FitWarning,
            stacklevel=2,
        )
    error = np.where(converged, found["error"], np.nan)  # no error without a minimum
    grown = range(len(circuit.names), len(circuit.names) + len(rates))
    results = (
        dict(zip(circuit.names, values * found["sign"], strict=False)),
        dict(zip(circuit.names, values * error, strict=False)),
        {name: found["x"][k] / span for name, k in zip(rates, grown, strict=True)},
        {name: error[k] / span for name, k in zip(rates, grown, strict=True)},
        {name: values[k] - 1 for name, k in zip(rates, grown, strict=True)},
        *(reference, found["chi2"], found["dof"], converged),
        *(adequate, found["autocorrelation"], reason),
    )
    if np.ndim(impedance) == 1:
        results = (
            {name: float(value[0]) for name, value in each.items()}
            if isinstance(each, dict)
            else each[0]
            for each in results
        )
    times = np.broadcast_to(np.asarray(point_time, float), np.shape(impedance))
    return DriftingFit(*results, steady=steady, point_time=times)


def growth_rate(time, value):
    r"""Growth rate of a parameter from consecutive sweeps, :math:`r = d\ln p/dt`, in 1/s.

    Second-order differences on a clock that need not be even; to be given to `fit_drifting`.  A
    bias that is the same factor in all sweeps does not matter.

    Time is the same moment of each of three or more sweeps, s, and increases; values are positive;
    else it is a ValueError.

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
    if drift is None:
        drift = [n for n in circuit.names if n.startswith("int.") and not n.endswith(".alpha")]
        if not drift:
            raise ValueError(
                f"drift must be given: {circuit.string!r} has no element called int; it has "
                f"{', '.join(circuit.names)}"
            )
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


class _DriftingModel(Model):
    """A circuit of which every point is measured at its own time.

    What `descend` moves, (P + D + F, S), holds everything about a sweep: the logarithms of the
    parameters at half time, those of the growth over the sweep of the D that drift, and, never
    free, the times of the points from -1/2 to 1/2.
    """

    def __init__(self, circuit, omega, said, drift, fitted):
        super().__init__(circuit, omega, said.free, said.sign)
        self.P, self.D = len(circuit.names), len(drift)
        self.grown = {circuit.names.index(name): self.P + k for k, name in enumerate(drift)}
        self.free += [self.P + k for k in np.flatnonzero(fitted)]

    def fill(self, x, weights, measured, rows):
        """As in `Model`: derivatives and residuals; those for the growths follow the others."""
        steady, time = x[: self.P], x[-self.F :]
        moving = np.broadcast_to(steady[:, None], (self.P, self.F, x.shape[1])).copy()
        for k, growth in self.grown.items():
            moving[k] += x[growth] * time
        np.negative(measured, out=rows[-1])
        for arc in self.arcs:
            drifts = not self.grown.keys().isdisjoint(arc.indices)
            self._arc(arc, moving if drifts else steady, weights, rows)
        for part, indices in self.others:
            self._part(part, indices, moving, weights, rows)
        both = np.concatenate([time, time])
        for k, growth in self.grown.items():
            if growth in self.free:
                np.multiply(rows[self.row[k]], both, out=rows[self.free.index(growth)])

    def anew(self, number, block, x):
        """x from a start of its own: the steady circuit's minimum may lie far from this one's."""
        x = x.copy()
        x[[k for k in self.free if k >= self.P]] = 0
        x[: self.P] = start(self, block.said, block.Z, block.weights, number)
        return x

    def freed(self, block, x):
        """x after another fit of the steady circuit, to spectra that were freed of the drift in x.

        Where drift was all that looked like an arc, or hid one, the first such fit may have lost
        it, and from where it is lost no derivative leads back.
        """
        still = x.copy()
        still[self.P : self.P + self.D] = 0
        Z = np.where(block.weights > 0, block.Z + self._impedance(still) - self._impedance(x), 0)
        data = block.omega, Z, block.weights, block.dof, block.said, block.absolute
        found = fit_block(*data, sides=[block.said])
        return np.concatenate([found["x"], x[self.P :]])

    def _impedance(self, x):
        """Impedance (F, n) of the circuit in x."""
        rows, nothing = self.rows(x.shape[1]), np.zeros((2 * self.F, x.shape[1]))
        self.fill(x, np.ones((self.F, x.shape[1])), nothing, rows)
        return rows[-1, : self.F] + 1j * rows[-1, self.F :]

    def attempts(self, begin):
        """What is tried, from where the steady circuit ended; see `search`."""
        yield Attempt("the steady fit", everyone, lambda block, x: begin, _PATIENCE)
        for number in _STARTS:
            begins = partial(self.anew, number)
            yield Attempt(f"the data, {number}", rejected, begins, _PATIENCE)
        for steps in (_PATIENCE, _PATIENCE, STEPS):
            yield Attempt("freed of the drift so far", rejected, self.freed, steps)


def _found(circuit, steady, said, rates, time, span, absolute):
    """Where each sweep arrives: what `search` says of it, and `dof`."""
    order = np.argsort(steady.frequency)  # neighbours in a list are neighbours in frequency
    Z, weights = (np.atleast_2d(each).T[order] for each in (steady.measured, steady.weights))
    fitted = [rate is None for rate in rates.values()]
    growth = [0 * span if rate is None else rate * span for rate in rates.values()]
    values = np.array([np.atleast_1d(steady[name]) for name in circuit.names])
    omega, size = 2 * np.pi * steady.frequency[order], np.log(np.abs(values))
    begin = np.concatenate([size, np.reshape(growth, (-1, len(time))), time.T[order]])
    signs, whose = np.unique(np.sign(values), axis=1, return_inverse=True)
    groups, parts = [np.flatnonzero(whose.ravel() == k) for k in range(signs.shape[1])], []
    for sign, which in zip(signs.T, groups, strict=True):  # those of the steady circuit
        part = replace(said.part(which), sign=sign)
        model = _DriftingModel(circuit, omega, part, list(rates), fitted)
        W = np.ascontiguousarray(weights[:, which])
        dof = 2 * np.count_nonzero(W, axis=0) - len(model.free)
        block = Block(omega, Z[:, which], W, dof, part, absolute)
        found = search(model, block, model.attempts(begin[:, which]))
        error = np.zeros((model.P + model.D, len(which)))
        error[model.free] = np.sqrt(np.einsum("iis->is", found["covariance"]))
        all_signs = np.concatenate([sign, np.ones(model.D)])[:, None] + 0 * error
        found |= {"x": found["x"][: len(error)], "dof": dof, "error": error, "sign": all_signs}
        parts.append(found)
    back = np.argsort(np.concatenate(groups))
    return {key: np.concatenate([each[key] for each in parts], -1)[..., back] for key in parts[0]}
