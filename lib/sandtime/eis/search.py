r"""Where the fits of some spectra lead: starts, descents, second tries (chapter *Fitting*).

`fit` hands over spectra in blocks and judges what comes back.
"""

import numpy as np

from sandtime.eis.descent import ARRIVED, EXHAUSTED, TOGETHER, descend, eliminate
from sandtime.eis.elsewhere import Elsewhere
from sandtime.eis.model import Model
from sandtime.eis.start import searchable, start, tied

# A descent that gets nowhere in a few steps, or onto a bound, or to residuals that hang together,
# is tried again from the next best places; if they still hang together or an arc is flat, from
# places beside the best of them; and the best of all gets the time it needs.
_PATIENCE, _LONGER, _ATTEMPTS, STEPS = 12, 25, 8, 200
# Standard deviations by which neighbouring residuals hang together: from the first on another
# attempt is made, from the second on the result says so.
_DOUBT, SURELY = 3.0, 5.0
_SAME = 1e-6  # relative difference of chi-square below which two minima are one


def fit_block(omega, Z, weights, dof, said, absolute):
    """Everything about some spectra, given as (F, S), in arrays with the spectra at the end."""
    model = Model(said.circuit, omega, said.free)
    weights = np.ascontiguousarray(weights)
    data = Z, weights, np.concatenate([Z.real * weights, Z.imag * weights]), dof
    elsewhere = Elsewhere(model, said)

    def attempt(which, limit, number=0, x=None, in_order=False):
        """Where a descent of these spectra leads, from a start of their own or from x."""
        part, some = [array[..., which] for array in data], said.part(which)
        if x is None:
            starts = (
                start(model, some.part(c), part[0][:, c], part[1][:, c], number, in_order)
                for c in _chunks(part[0])
            )
            x = np.concatenate(list(starts), axis=1)
        found = _descent(model, some, x, *part, absolute, limit)
        believed = (found["ended"] == ARRIVED) & (found["together"] <= _DOUBT)
        return found | {"believed": believed, "astray": elsewhere.astray(found["x"])}

    def keep(which, other):
        """Take over what is better; and which spectra came to the same minimum again."""
        last = {key: best[key][..., which] for key in ("believed", "astray", "steps")}
        ratio = other["chi2"] / np.maximum(best["chi2"][which], 1e-300)
        # arcs in another order than that of the string are taken only if no other order will do
        better = np.where(
            other["astray"] == last["astray"],
            ratio <= 1 + 1e-12,
            other["believed"] & (last["astray"] | ~last["believed"]),
        )
        other["steps"] += last["steps"]
        for key, array in other.items():
            best[key][..., which[better]] = array[..., better]
        best["steps"][which] = other["steps"]
        return which[(np.abs(ratio - 1) < _SAME) & (other["ended"] == ARRIVED)]

    best = attempt(np.arange(Z.shape[1]), _PATIENCE)
    if searchable(model) and tied(model, said):
        # arcs that are alike can be taken for each other: where another order than that of the
        # string was tried, or none led anywhere, that of the string is tried as well
        again = np.flatnonzero(best["astray"] | ~best["believed"])
        if again.size:
            keep(again, attempt(again, _PATIENCE, in_order=True))
    settled = np.zeros(Z.shape[1], bool)
    for number in range(1, _ATTEMPTS if searchable(model) else 1):
        doubtful = (best["ended"] != ARRIVED) | (best["together"] > _DOUBT)
        doubtful |= (best["lost"] | best["resting"]).any(axis=0)
        again = np.flatnonzero(doubtful & ~settled)
        if again.size:
            settled[keep(again, attempt(again, _PATIENCE, number))] = True
    suspect = np.where(settled, SURELY, _DOUBT)
    for move in elsewhere.moves:
        again = np.flatnonzero(best["together"] > suspect)
        if again.size:
            keep(again, attempt(again, _LONGER, x=elsewhere.moved(best["x"][:, again], *move)))
    for order in elsewhere.orders:
        again = np.flatnonzero(best["together"] > suspect)
        if again.size:
            keep(again, attempt(again, _LONGER, x=elsewhere.reordered(best["x"][:, again], order)))
    slow = np.flatnonzero(best["ended"] == EXHAUSTED)
    if slow.size:
        keep(slow, attempt(slow, STEPS, x=best["x"][:, slow]))
    return best


def _chunks(array):
    return [slice(i, i + TOGETHER) for i in range(0, array.shape[-1], TOGETHER)]


def _descent(model, said, x, Z, weights, measured, dof, absolute, limit):
    """One descent from x, and what it found."""
    low, high, edge_low, edge_high = limits(said, model.omega[:, 0], Z)
    free = said.free
    x[free] = np.clip(x[free], low[free], high[free])
    ended, steps = descend(model, x, weights, measured, low, high, dof, absolute, limit)
    _arrange(model, said, x)
    at_low, at_high = free[:, None] & (x <= low), free[:, None] & (x >= high)
    errors = [
        _errors(model, x[:, c], weights[:, c], measured[:, c], dof[c], absolute) for c in _chunks(x)
    ]
    return {
        "x": x,
        "ended": ended,
        "steps": steps,
        "resting": (at_low & ~edge_low) | (at_high & ~edge_high),
        "lost": (at_high & edge_high) * 1 - (at_low & edge_low) * 1,
    } | {key: np.concatenate([part[key] for part in errors], axis=-1) for key in errors[0]}


_FAR = np.log(1e8)


def limits(said, omega, Z):
    """Bounds of all parameters (P, S), and where they are merely the edge of what data can show."""
    size = np.log(np.abs(Z), out=np.full(Z.shape, np.nan), where=Z != 0)
    ends = [
        (z, w) for z in (np.nanmin(size, 0), np.nanmax(size, 0)) for w in np.log(omega[[0, -1]])
    ]
    low, high = np.full_like(said.low, np.log(1e-3)), np.zeros_like(said.high)  # of an exponent
    for k, name in enumerate(said.circuit.names):
        if powers := said.circuit.parameters[name].powers:
            corners = [a * z + b * w for a, b in powers for z, w in ends]
            low[k], high[k] = np.min(corners, axis=0) - _FAR, np.max(corners, axis=0) + _FAR
    edge_low, edge_high = low > said.low, (high < said.high) & (high != 0)
    return np.maximum(low, said.low), np.minimum(high, said.high), edge_low, edge_high


def _arrange(model, said, x):
    """Put exchangeable arcs into the order of the string, fastest first, in place."""
    loose = said.exchangeable
    for kind in ("Zarc", "CPE", "C"):
        arcs = [arc for arc in model.arcs if arc.kind == kind and loose[arc.indices].all()]
        if len(arcs) > 1:
            order = np.argsort([arc.log_tau(x) for arc in arcs], axis=0, kind="stable")
            for rows in zip(*(arc.indices for arc in arcs), strict=True):
                x[list(rows)] = np.take_along_axis(x[list(rows)], order, axis=0)


def _errors(model, x, weights, measured, dof, absolute):
    """Covariance of the parameters, chi-square, and how the residuals hang together."""
    P, free, rows = len(model.free), model.free, model.rows(x.shape[1])
    N = model.normal(x, weights, measured, rows)
    # with the unit matrix below it, elimination leaves the inverse of the factor
    unit = np.broadcast_to(np.eye(P)[:, :, None], (P, P, x.shape[1]))
    L, _, flat = eliminate(np.concatenate([N[:P, :P], unit]))
    chi2, values = N[P, P], np.exp(x[free])
    scale = 1.0 if absolute else np.maximum(chi2 / dof, 1e-300)
    inverse = np.einsum("ikn,jkn->ijn", L[P:], L[P:]) * values[:, None] * values * scale
    inverse[range(P), range(P)] += np.where(flat, np.inf, 0)
    covariance = np.zeros((len(x), *x.shape))
    covariance[np.ix_(free, free)] = inverse
    residuals = rows[-1].reshape(2, model.F, -1)
    neighbours = np.einsum("rfn,rfn->n", residuals[:, 1:], residuals[:, :-1])
    # spectra without noise leave nothing but rounding, which may hang together as it likes
    noisy = chi2 > 1e-14 * np.einsum("fn,fn->n", measured, measured)
    autocorrelation = np.divide(neighbours, chi2, out=np.zeros(len(chi2)), where=noisy)
    return {
        "covariance": covariance,
        "chi2": chi2,
        "autocorrelation": autocorrelation,
        # nearly normal, by Fisher's transformation, even for the few points of a short sweep
        "together": np.arctanh(autocorrelation) * np.sqrt(2 * np.count_nonzero(weights, axis=0)),
    }
