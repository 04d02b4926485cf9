r"""Where a fit begins when nobody says it: from the data.

With its time constants and exponents given, a series of arcs and simple elements is linear in what
is left, resistances and their like.  It stays linear, to first order, when the time constants may
move a little:

.. math:: R\,a(\tau\,e^\delta) \approx R\,a(\tau) + R\delta\,\frac{\partial a}{\partial\ln\tau}.

So for every choice of time constants out of one a decade, resistances and shifts follow from
weighted linear least squares, and the best choice with nothing below zero and no shift beyond a
decade is where to begin.  One matrix product gives the normal equations of every choice for every
spectrum, since all of them pick from the same columns.
"""

from itertools import product

import numpy as np

from sandtime.eis.circuit import Leaf
from sandtime.eis.descent import eliminate, substitute

_DECADE = np.log(10)
_EXPONENTS = 0.88, 0.70  # of all arcs and constant-phase elements to begin with, in turn
_INVERSE = {"C", "CPE"}  # their impedance is inverse to their parameter


def start(model, given, Z, weights, attempt=0):
    """Logarithms of all parameters (P, n) to begin with.

    What was given as fixed or as a guess is taken as it is.  `attempt` 1, 2, … asks for another
    place, for whoever got nowhere from the first: without the guess, for flatter arcs, and for the
    next best choices.

    Raises
    ------
    ValueError
        If the circuit is more than a series and no guess says where to begin.
    """
    said = np.where(np.isnan(given.fixed), given.guess, given.fixed)
    if attempt and not np.isnan(given.guess).all() and searchable(model):
        said, attempt = given.fixed, attempt - 1
    if not np.isnan(said).any():
        return said
    if not searchable(model):
        missing = [n for n, v in zip(model.names, said[:, 0], strict=True) if np.isnan(v)]
        raise ValueError(
            f"guess lacks {', '.join(missing)}: a start is found only for R, C, L, CPE, W, Zarc, "
            f"p(R,CPE) and p(R,C) in series, and {given.circuit.string!r} is more than that"
        )
    rank, turn = divmod(attempt, len(_EXPONENTS))
    exponent = _EXPONENTS[turn]
    log_tau, size = _search(model, given, said, Z, weights, exponent, rank)
    x = np.where(np.isnan(said), np.log(exponent), said)
    for arc, tau, R in zip(model.arcs, log_tau, size, strict=False):
        arc.place(x, R, tau)
    for (part, indices), value in zip(model.others, size[len(model.arcs) :], strict=True):
        x[indices[0]] = -value if part.symbol in _INVERSE else value
    return np.where(np.isnan(said), x, said)


def searchable(model):
    """Whether the circuit is a series of arcs and simple elements."""
    return all(isinstance(part, Leaf) for part, _ in model.others)


def _search(model, given, said, Z, weights, exponent, rank):
    """Logarithmic time constants of the arcs, and logarithmic sizes of everything."""
    fast, slow = -model.log_omega[[-1, 0], 0]
    grid = np.arange(fast - _DECADE / 2, slow + _DECADE, _DECADE)
    allowed, known = [range(len(grid))] * len(model.arcs), []
    for position, arc in enumerate(model.arcs):
        if np.isfinite(place := _known(arc, given, said)):
            # an arc of which the place is known stays there, out of order if need be
            known.append(position)
            allowed[position] = [len(grid)]
            grid = np.append(grid, place)
    choices = np.array(list(product(*allowed)), int).reshape(-1, len(model.arcs))
    rising = np.diff(np.delete(choices, known, axis=1), axis=1) > 0
    choices = choices[rising.all(axis=1)].T  # (arcs, choices)

    # one set of columns for all arcs, and one for each exponent that is known to be different
    exponents = [_known_exponent(arc, said, exponent) for arc in model.arcs]
    sets, columns = list(dict.fromkeys(exponents)), []
    for each in sets:
        turned = np.exp(each * (model.log_omega + grid + 0.5j * np.pi))
        columns += [1 / (1 + turned), -each * turned / (1 + turned) ** 2]
    first = 2 * len(grid) * np.array([sets.index(each) for each in exponents], int)[:, None]
    for part, _ in model.others:
        unit = dict.fromkeys(part.names, 1.0) | {f"{part.label}.alpha": exponent}
        columns.append(part.evaluate(model.omega, unit)[0])
    columns = np.concatenate(columns, axis=1)
    # simple elements in units of what they contribute at most, so that sizes compare
    most = np.ones(len(model.arcs) + len(model.others))
    most[len(model.arcs) :] = np.abs(columns[:, 2 * len(grid) * len(sets) :]).max(axis=0)
    columns[:, 2 * len(grid) * len(sets) :] /= most[len(model.arcs) :]
    others = np.arange(2 * len(grid) * len(sets), columns.shape[1])[:, None]
    others = np.broadcast_to(others, (len(others), choices.shape[1]))
    shifts = np.delete(choices + first + len(grid), known, axis=0)
    pick = np.concatenate([choices + first, others, shifts])

    squared, (F, K) = weights**2, columns.shape
    products = (columns[:, :, None] * columns[:, None, :].conj()).real.reshape(F, -1)
    gram = (products.T @ squared).reshape(K, K, -1)
    right = columns.real.T @ (Z.real * squared) + columns.imag.T @ (Z.imag * squared)
    k, C, n = *pick.shape, Z.shape[1]
    A = np.concatenate([gram[pick[:, None], pick], right[pick][None]]).reshape(k + 1, k, -1)
    L, scale, _ = eliminate(A)
    gain = (L[k] ** 2).sum(axis=0).reshape(C, n)
    found = substitute(L, scale).reshape(k, C, n)
    size, shift = found[: k - len(shifts)], np.zeros((len(choices), C, n))
    free = np.delete(np.arange(len(choices)), known)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift[free] = found[k - len(shifts) :] / size[free]
    allowed = (size > 0).all(axis=0) & (np.abs(shift) < _DECADE).all(axis=0)
    gain[~allowed] -= 1 + gain.max()  # behind everything that is allowed
    best = np.argsort(gain, axis=0)[max(-1 - rank, -C)] if rank else gain.argmax(axis=0)
    size = np.take_along_axis(size, best[None, None], axis=1)[:, 0]
    shift = np.take_along_axis(shift, best[None, None], axis=1)[:, 0]
    log_tau = grid[choices[:, best]] + np.clip(np.nan_to_num(shift), -_DECADE, _DECADE)
    size = np.maximum(size, 1e-3 * np.abs(size).max(axis=0))
    return log_tau, np.log(size / most[:, None])


def _known_exponent(arc, said, default):
    """The exponent of an arc, where it is known to differ from what is assumed."""
    if arc.alpha is None:
        return 1.0
    known = np.median(np.exp(said[arc.alpha]))
    return known if abs(known - default) > 0.05 else default


def _known(arc, given, said):
    """Where the time constant of an arc was said to be, nan if nowhere."""
    if arc.kind != "Zarc":
        return np.nan
    ends = np.array([given.low[arc.second], given.high[arc.second]])
    return np.median(ends.mean(axis=0) if np.isfinite(ends).all() else said[arc.second])
