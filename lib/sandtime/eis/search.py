r"""The search for a minimum: attempts, and which of them is kept (chapter *Fitting*).

An attempt is a descent from somewhere, for those spectra that need it.  `steady_attempts` lists
those of `fit`; `drift` has a list of its own.  `search` makes them one after the other:

1. *The guess*, if there is one, and *the data*: where to begin, from `start`.
2. *The string's order*, where something is known of an arc, so that another order was tried.
3. *The data* once more, for whoever did not arrive, or at a limit, or left residuals that are
   correlated, until two of these attempts end at the same minimum.  Circuits that are more than a
   series of arcs and simple elements have more minima: of short sweeps two attempts have to agree
   in any case, and of correlated residuals four.
4. *Two arcs swapped*, of which one has something beside or behind it: that is another circuit.
5. *Arcs moved* and *arcs in another order*, from the best so far, while residuals are correlated.
6. *To the end*: the best gets the steps it needs.

What is kept is the lowest chi-square; arcs in another order than that of the string only if no
other order describes the spectrum.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from sandtime.eis.circuit import Leaf
from sandtime.eis.descent import ARRIVED, EXHAUSTED, TOGETHER, descend, eliminate
from sandtime.eis.elsewhere import Elsewhere
from sandtime.eis.given import Given
from sandtime.eis.model import Model
from sandtime.eis.start import compound, start, tied

STEPS = 200  # of the last attempt
# Steps of an attempt from the data, of one of a circuit with more minima, and of one from the best
# so far.
_FIRST, _PATIENT, _NEXT = 12, 40, 25
_POINTS = 12  # of a spectrum that are enough for a first look
_PLENTY = 30  # points, of which white residuals mean that no other minimum is much lower
_NEAR = 10  # standard errors within which a first look leads to the same minimum
_STARTS = 8  # that the data suggest
# Standard deviations by which neighbouring residuals are correlated: from the first on another
# attempt is made, from the second on the result says so.
_DOUBT, CORRELATED = 3.0, 5.0
_SURE = 3  # times that a minimum with correlated residuals is found again before it is the last
_SAME = 1e-6  # relative difference of chi-square below which two minima are one
_FAR = np.log(1e8)  # beyond what the data show, to where a parameter may run


@dataclass(frozen=True)
class Block:
    """Some spectra: impedance and weights (F, S), frequencies rising, and what is known of them."""

    omega: np.ndarray
    Z: np.ndarray
    weights: np.ndarray
    dof: np.ndarray
    said: Given
    absolute: bool

    def part(self, which):
        """Some of them."""
        arrays = (self.Z[:, which], self.weights[:, which], self.dof[which])
        return Block(self.omega, *arrays, self.said.part(which), self.absolute)

    def thinned(self, step):
        """The same with fewer frequencies."""
        weights = np.ascontiguousarray(self.weights[::step])
        dof = 2 * np.count_nonzero(weights, axis=0) - np.count_nonzero(self.said.free)
        return Block(self.omega[::step], self.Z[::step], weights, dof, self.said, self.absolute)

    def chunks(self):
        """All of them, so many at a time as a descent takes."""
        for k in range(0, len(self.dof), TOGETHER):
            yield self.part(slice(k, k + TOGETHER))


@dataclass(frozen=True)
class Attempt:
    """One descent of some spectra.

    Attributes
    ----------
    name : str
    whose : callable
        What was found so far to the spectra (bool, S) that need it; the first is for all.
    begin : callable
        A `Block` of these spectra, and the best so far of each (P, n), to where they begin.
    steps : int
        At most.
    fresh : bool
        Whether it begins somewhere else than the attempts before it, so that the same minimum
        again says something.
    """

    name: str
    whose: Callable
    begin: Callable
    steps: int
    fresh: bool = False


def fit_block(omega, Z, weights, dof, said, absolute, sides=None):
    """Everything about some spectra, given as (F, S), in arrays with the spectra at the end.

    Parameters that may be negative are tried with both signs, or with those of the given `sides`;
    the lower chi-square is kept.
    """
    best = None
    for side in said.sides() if sides is None else sides:
        model = Model(side.circuit, omega, side.free, side.sign)
        block = Block(omega, Z, np.ascontiguousarray(weights), dof, side, absolute)
        found = search(model, block, steady_attempts(model, side))
        found["sign"] = np.repeat(side.sign[:, None], Z.shape[1], axis=1)
        if best is not None:
            lower = found["chi2"] < best["chi2"] * (1 - _SAME)
            found = {key: np.where(lower, array, best[key]) for key, array in found.items()}
        best = found
    scale = np.exp(best["x"]) * best["sign"]
    best["covariance"] = _spread(best["covariance"], said.free) * scale[:, None] * scale
    return best


def _spread(covariance, free):
    """Covariance of the free parameters, with zeros for those that are fixed."""
    full = np.zeros((free.size, free.size, covariance.shape[-1]))
    full[np.ix_(free, free)] = covariance
    return full


def steady_attempts(model, said):
    """The attempts of a fit of cells that do not change."""
    elsewhere, anything = Elsewhere(model, said), not np.isnan(said.guess).all()
    alike = compound(model)
    if anything:
        yield Attempt("the guess", everyone, _from_data(model, None), _FIRST, fresh=True)
    begin = partial(_from_few, model, 0) if alike else _from_data(model, 0)
    whose = unconfirmed if anything else everyone
    yield Attempt("the data", whose, begin, _FIRST, fresh=True)
    if tied(model, said) and not alike:
        begin = _from_data(model, 0, in_order=True)
        yield Attempt("the string's order", misplaced, begin, _FIRST)
    for number in range(1, _STARTS):
        whose, steps = (unconfirmed, _PATIENT) if alike else (doubtful, _FIRST)
        begin = _from_data(model, number)
        if alike and number == 1:
            begin = partial(_from_few, model, number)
        yield Attempt(f"the data, {number}", whose, begin, steps, fresh=True)
    for one, other in elsewhere.swaps:
        begin = partial(_swapped, elsewhere, one, other)
        yield Attempt("two arcs swapped", everyone, begin, _NEXT)
    for one, other in elsewhere.moves:
        begin = partial(_moved, elsewhere, one, other)
        yield Attempt(f"arc {one} moved to arc {other}", correlated, begin, _NEXT)
    for order in elsewhere.orders:
        begin = partial(_reordered, elsewhere, order)
        yield Attempt(f"arcs in the order {order}", correlated, begin, _NEXT)
    yield Attempt("to the end", exhausted, lambda block, x: x, STEPS)


# --- where an attempt begins ------------------------------------------------------------------


def _from_data(model, number, in_order=False):
    return partial(_by_chunks, model, number, in_order)


def _by_chunks(model, number, in_order, block, x):
    parts = [
        start(model, some.said, some.Z, some.weights, number, in_order) for some in block.chunks()
    ]
    return np.concatenate(parts, axis=1)


def _from_few(model, number, block, x):
    """From the data, after a descent that looks at some of the frequencies only."""
    x = _by_chunks(model, number, False, block, x)
    P = len(model.free)
    step = max(1, model.F // max(_POINTS, 2 * P))
    some = block.thinned(step)
    if step == 1 or (some.dof <= P).any():
        return x
    few = Model(block.said.circuit, some.omega, block.said.free, block.said.sign)
    _descended(few, some, x, _FIRST)
    return x


def _swapped(elsewhere, one, other, block, x):
    return elsewhere.swapped(x, one, other)


def _moved(elsewhere, one, other, block, x):
    return elsewhere.moved(x, one, other)


def _reordered(elsewhere, order, block, x):
    return elsewhere.reordered(x, order)


# --- for whom it is made ----------------------------------------------------------------------


def everyone(found):
    """All spectra."""
    return np.ones(len(found["chi2"]), bool)


def rejected(found):
    """Those without a minimum, or with residuals that are correlated there."""
    return ~found["accepted"]


def misplaced(found):
    """The same, and those with arcs in another order than that of the string."""
    return found["out_of_order"] | ~found["accepted"]


def doubtful(found):
    """Those that did not arrive, or at a limit, or with correlated residuals, but for a minimum
    that was found twice."""
    at_limit = (found["running"] != 0) | found["on_bound"]
    doubt = (found["ended"] != ARRIVED) | (found["correlated"] > _DOUBT) | at_limit.any(axis=0)
    return doubt & (found["again"] == 0)


def unconfirmed(found):
    """Those of which the minimum has to be found again, since there may be a lower one.

    Of many points with residuals that are white it need not be, with correlated ones thrice.
    """
    at_limit = (found["running"] != 0) | found["on_bound"]
    white = found["accepted"] & ~at_limit.any(axis=0) & (found["points"] >= _PLENTY)
    return found["again"] < np.where(white, 0, np.where(found["correlated"] > _DOUBT, _SURE, 1))


def correlated(found):
    """Those with correlated residuals; of a minimum that was found twice if it will be said."""
    return found["correlated"] > np.where(found["again"], CORRELATED, _DOUBT)


def exhausted(found):
    """Those that were still on their way."""
    return found["ended"] == EXHAUSTED


# --- attempts, one after the other ------------------------------------------------------------


def search(model, block, attempts):
    """The best that the attempts lead to: what `descent` says of it."""
    best = None
    for attempt in attempts:
        if best is None:
            best = descent(model, block, attempt.begin(block, None), attempt.steps)
            continue
        which = np.flatnonzero(attempt.whose(best))
        if which.size:
            some = block.part(which)
            x = attempt.begin(some, best["x"][:, which])
            if attempt.fresh:
                same = _near(model, best, which, x)
                best["again"][which[same]] += 1
                which, x, some = which[~same], x[:, ~same], some.part(~same)
                if not which.size:
                    continue
            _keep(best, which, descent(model, some, x, attempt.steps), attempt.fresh)
    return best


def _near(model, best, which, x):
    """Which places x are those of the minima that were found."""
    error = np.sqrt(np.einsum("iis->is", best["covariance"][..., which]))
    apart = np.abs(x - best["x"][:, which])[model.free]
    return best["accepted"][which] & (apart < _NEAR * error).all(axis=0)


def _keep(best, which, other, fresh):
    """Take over what is better."""
    last = {key: array[..., which] for key, array in best.items()}
    ratio = other["chi2"] / np.maximum(last["chi2"], 1e-300)
    # arcs in another order than that of the string are taken only if no other order will do
    better = np.where(
        other["out_of_order"] == last["out_of_order"],
        ratio <= 1 + 1e-12,
        other["accepted"] & (last["out_of_order"] | ~last["accepted"]),
    )
    same = (np.abs(ratio - 1) < _SAME) & (other["ended"] == ARRIVED)
    again = np.where(better & ~same, 0, last["again"] + (same & fresh))
    steps = other["steps"] + last["steps"]
    for key, array in other.items():
        best[key][..., which[better]] = array[..., better]
    best["steps"][which], best["again"][which] = steps, again


def descent(model, block, x, steps):
    """One descent from x (P, S), and what it found, in arrays with the spectra at the end.

    Returns
    -------
    dict
        `x`, logarithms; `ended` and `steps` as of `descend`; `on_bound`, (P, S), where a
        parameter rests on a bound that was given; `running`, (P, S), -1 or 1 where it runs to
        zero or infinity; `covariance` of the logarithms of what is free; `chi2`; `residuals`,
        (2 F, S), fitted less measured, weighted, real parts first;
        `autocorrelation` of neighbouring residuals, and `correlated`, the same in standard
        deviations; `converged`, whether this is a minimum of which all parameters have a meaning;
        `accepted`, whether residuals are not correlated there either; `out_of_order`, whether arcs
        are; `again`, how many other attempts came to the same (none yet); `points`, how many
        there are.
    """
    said, P = block.said, len(block.said.low)
    ended, steps, (low, high, edge_low, edge_high), data = _descended(model, block, x, steps)
    if len(x) == P:
        _arrange(model, said, x)
    at_low, at_high = said.free[:, None] & (x[:P] <= low), said.free[:, None] & (x[:P] >= high)
    parts = [
        _errors(model, x[:, c], *(each[:, c] for each in data), block.dof[c], block.absolute)
        for c in (slice(k, k + TOGETHER) for k in range(0, x.shape[1], TOGETHER))
    ]
    found = {key: np.concatenate([part[key] for part in parts], axis=-1) for key in parts[0]}
    running = (at_high & edge_high) * 1 - (at_low & edge_low) * 1
    meaningless = (running != 0) & (running != _vanishing(said)[:, None])
    flat = np.isinf(np.einsum("iis->is", found["covariance"])).any(axis=0)
    converged = (ended == ARRIVED) & ~meaningless.any(axis=0) & ~flat
    return found | {
        "x": x,
        "ended": ended,
        "steps": steps,
        "on_bound": (at_low & ~edge_low) | (at_high & ~edge_high),
        "running": running,
        "converged": converged,
        "accepted": converged & (found["correlated"] <= _DOUBT),
        "out_of_order": Elsewhere(model, said).out_of_order(x),
        "again": np.zeros(x.shape[1], int),
        "points": np.count_nonzero(block.weights, axis=0),
    }


def _descended(model, block, x, steps):
    """Take steps from x, in place: how they ended, how many there were, limits, data."""
    said, P = block.said, len(block.said.low)
    ends = limits(said, block.omega, block.Z, block.weights)
    begin = x[:P]
    begin[said.free] = np.clip(begin, *ends[:2])[said.free]
    # what moves besides the circuit's own parameters has no bounds
    unbound = np.full((len(x) - P, x.shape[1]), np.inf)
    low, high = np.concatenate([ends[0], -unbound]), np.concatenate([ends[1], unbound])
    measured = np.concatenate([block.Z.real * block.weights, block.Z.imag * block.weights])
    data = block.weights, measured
    return *descend(model, x, *data, low, high, block.dof, block.absolute, steps), ends, data


def _vanishing(said):
    """Where the parameter of a simple element runs when the element is not there, 0 for others."""
    simple = [part for part in said.circuit.tree.parts if isinstance(part, Leaf)]
    alone = {leaf.names[0]: leaf.element.parameters[0].vanishes for leaf in simple}
    return np.array([alone.get(name, 0) for name in said.circuit.names])


def limits(said, omega, Z, weights):
    """Bounds of all parameters (P, S), and where they are merely the edge of what data can show."""
    size, used = np.abs(Z), weights > 0
    # spectra of nothing but zeros have the size of their sigma
    size = np.where((size > 0).any(axis=0), size, np.divide(1, weights, where=used, out=0 * size))
    size = np.log(size, out=np.full(Z.shape, np.nan), where=size > 0)
    ends = [
        (z, w) for z in (np.nanmin(size, 0), np.nanmax(size, 0)) for w in np.log(omega[[0, -1]])
    ]
    low, high = np.full_like(said.low, np.log(1e-3)), np.zeros_like(said.high)  # of an exponent
    for k, name in enumerate(said.circuit.names):
        own = said.circuit.parameters[name]
        if not own.exponent:
            corners = [a * z + b * w for a, b in own.powers for z, w in ends]
            low[k], high[k] = np.min(corners, axis=0) - _FAR, np.max(corners, axis=0) + _FAR
    edge_low, edge_high = low > said.low, (high < said.high) & (high != 0)
    return np.maximum(low, said.low), np.minimum(high, said.high), edge_low, edge_high


def _arrange(model, said, x):
    """Put exchangeable arcs into the order of the string, fastest first, in place."""
    loose = said.exchangeable
    for kind in {arc.kind for arc in model.arcs}:
        arcs = [arc for arc in model.arcs if arc.kind == kind and loose[arc.indices].all()]
        if len(arcs) > 1:
            order = np.argsort([arc.log_tau(x) for arc in arcs], axis=0, kind="stable")
            for rows in zip(*(arc.indices for arc in arcs), strict=True):
                x[list(rows)] = np.take_along_axis(x[list(rows)], order, axis=0)


def _errors(model, x, weights, measured, dof, absolute):
    """Covariance of the logarithms of what is free, chi-square, correlation of the residuals."""
    P, rows = len(model.free), model.rows(x.shape[1])
    N = model.normal(x, weights, measured, rows)
    # with the unit matrix below it, elimination leaves the inverse of the factor
    unit = np.broadcast_to(np.eye(P)[:, :, None], (P, P, x.shape[1]))
    L, _, flat = eliminate(np.concatenate([N[:P, :P], unit]))
    chi2 = N[P, P]
    scale = 1.0 if absolute else np.maximum(chi2 / dof, 1e-300)
    covariance = np.einsum("ikn,jkn->ijn", L[P:], L[P:]) * scale
    covariance[range(P), range(P)] += np.where(flat, np.inf, 0)
    residuals = rows[-1].reshape(2, model.F, -1)
    neighbours = np.einsum("rfn,rfn->n", residuals[:, 1:], residuals[:, :-1])
    # spectra without noise leave nothing but rounding, which may be correlated as it likes
    noisy = chi2 > 1e-14 * np.einsum("fn,fn->n", measured, measured)
    autocorrelation = np.divide(neighbours, chi2, out=np.zeros(len(chi2)), where=noisy)
    return {
        "covariance": covariance,
        "chi2": chi2,
        "residuals": rows[-1].copy(),
        "autocorrelation": autocorrelation,
        # nearly normal, by Fisher's transformation, even for the few points of a short sweep
        "correlated": np.arctanh(autocorrelation) * np.sqrt(2 * np.count_nonzero(weights, axis=0)),
    }
