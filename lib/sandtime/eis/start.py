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

from itertools import combinations, permutations

import numpy as np

from sandtime.eis.circuit import Leaf
from sandtime.eis.descent import eliminate, substitute

_DECADE = np.log(10)
_EXPONENTS = 0.88, 0.70  # of all arcs and constant-phase elements to begin with, in turn
_INVERSE = {"C", "CPE"}  # their impedance is inverse to their parameter
_ROOM = 1_000_000  # numbers in the normal equations worked on at once


def start(model, given, Z, weights, number=0, any_order=False):
    """Logarithms of all parameters (P, n) to begin with.

    What was given as fixed or as a guess is taken as it is.  `number` 1, 2, … asks for another
    place, for whoever got nowhere from the first: without the guess, for flatter arcs, and for the
    next best choices; `any_order` for arcs that differ from each other in another order than that
    of the string.

    Raises
    ------
    ValueError
        If the circuit is more than a series and no guess says where to begin.
    """
    said = np.where(np.isnan(given.fixed), given.guess, given.fixed)
    if (number or any_order) and searchable(model):
        number -= not (np.isnan(given.guess).all() or any_order)
        said = given.fixed
    if not np.isnan(said).any():
        return said
    if not searchable(model):
        missing = [n for n, v in zip(model.names, said[:, 0], strict=True) if np.isnan(v)]
        raise ValueError(
            f"guess lacks {', '.join(missing)}: a start is found only for R, C, L, CPE, W, Zarc, "
            f"p(R,CPE) and p(R,C) in series, and {given.circuit.string!r} is more than that"
        )
    rank, turn = divmod(number, len(_EXPONENTS))
    exponent = _EXPONENTS[turn]
    several = orders(model, given)
    chosen = _choices(model, given, said, several[1:] if any_order else several[:1])
    log_tau, size = _search(model, said, Z, weights, chosen, exponent, rank)
    x = np.where(np.isnan(said), np.log(exponent), said)
    for arc, tau, R in zip(model.arcs, log_tau, size, strict=False):
        arc.place(x, R, tau)
    for (part, indices), value in zip(model.others, size[len(model.arcs) :], strict=True):
        x[indices[0]] = -value if part.symbol in _INVERSE else value
    return np.where(np.isnan(said), x, said)


def searchable(model):
    """Whether the circuit is a series of arcs and simple elements."""
    return all(isinstance(part, Leaf) for part, _ in model.others)


def _search(model, said, Z, weights, chosen, exponent, rank):
    """Logarithmic time constants of the arcs, and logarithmic sizes of everything."""
    grid, choices, known = chosen
    columns, first, most = _columns(model, said, grid, exponent)
    arcs, C = choices.shape
    others = np.arange(columns.shape[1] - len(model.others), columns.shape[1])
    free = np.delete(np.arange(arcs), known)
    shifts = (choices + first + len(grid))[free]
    pick = np.concatenate([choices + first, np.repeat(others[:, None], C, axis=1), shifts])

    squared, (F, K) = weights**2, columns.shape
    products = (columns[:, :, None] * columns[:, None, :].conj()).real.reshape(F, -1)
    gram = (products.T @ squared).reshape(K, K, -1)
    right = columns.real.T @ (Z.real * squared) + columns.imag.T @ (Z.imag * squared)
    log_tau, sizes = np.empty((arcs, Z.shape[1])), np.empty((len(most), Z.shape[1]))
    k = len(pick)
    some = max(1, _ROOM // (C * k * k))
    for c in (slice(i, i + some) for i in range(0, Z.shape[1], some)):
        A = np.concatenate([gram[pick[:, None], pick, c], right[pick, c][None]])
        L, scale, _ = eliminate(A.reshape(k + 1, k, -1))
        gain = (L[k] ** 2).sum(axis=0).reshape(C, -1)
        found = substitute(L, scale).reshape(k, C, -1)
        size, shift = found[: len(most)], np.zeros((arcs, *gain.shape))
        shift[free] = found[len(most) :] / np.where(size[free] == 0, np.inf, size[free])
        allowed = (size > 0).all(axis=0) & (np.abs(shift) < _DECADE).all(axis=0)
        gain[~allowed] -= 1 + gain.max()  # behind everything that is allowed
        best = np.argsort(gain, axis=0)[max(-1 - rank, -C)] if rank else gain.argmax(axis=0)
        size, shift = (np.take_along_axis(a, best[None, None], axis=1)[:, 0] for a in (size, shift))
        log_tau[:, c] = grid[choices[:, best]] + np.clip(shift, -_DECADE, _DECADE)
        sizes[:, c] = np.maximum(size, 1e-3 * np.abs(size).max(axis=0))
    return log_tau, np.log(sizes / most[:, None])


def _choices(model, given, said, several):
    """Grid of logarithmic time constants, which of them (arcs, choices), and whose are known."""
    fast, slow = -model.log_omega[[-1, 0], 0]
    grid = np.arange(fast - _DECADE / 2, slow + _DECADE, _DECADE)
    arcs = len(model.arcs)
    rising = list(combinations(range(len(grid)), arcs))
    rising = rising or [np.arange(arcs) % len(grid)]  # more arcs than decades
    rising = np.array(rising, int).reshape(len(rising), arcs).T
    choices = np.concatenate([rising[order] for order in several], axis=1)
    # an arc of which the place is known stays there
    places = np.array([_known_place(arc, given, said) for arc in model.arcs])
    known = np.flatnonzero(np.isfinite(places))
    choices[known] = len(grid) + np.arange(len(known))[:, None]
    return np.append(grid, places[known]), np.unique(choices, axis=1), known


def orders(model, given):
    """Orders of the arcs that are not the same by exchange; that of the string comes first."""
    groups = [group(arc, given) or k for k, arc in enumerate(model.arcs)]
    return [
        list(order)
        for order in permutations(range(len(groups)))
        if all(
            groups[i] != groups[j] or order[i] < order[j]
            for i, j in combinations(range(len(groups)), 2)
        )
    ]


def group(arc, given):
    """What an arc can be exchanged for: those of its kind, if nothing was said of either."""
    return arc.kind if given.exchangeable[arc.indices].all() else None


def _columns(model, said, grid, exponent):
    """Everything that impedances are made of (F, K): arcs, their derivatives, other elements.

    Also where the columns of each arc begin, and how large an element of size one is.
    """
    # one set of columns for all arcs, and one for each exponent that is known to be different
    exponents = [_known_exponent(arc, said, exponent) for arc in model.arcs]
    sets, columns = list(dict.fromkeys(exponents)), []
    for each in sets:
        turned = np.exp(each * (model.log_omega + grid + 0.5j * np.pi))
        columns += [1 / (1 + turned), -each * turned / (1 + turned) ** 2]
    first = 2 * len(grid) * np.array([sets.index(each) for each in exponents], int)[:, None]
    most = [1.0] * len(model.arcs)
    for part, _ in model.others:
        unit = dict.fromkeys(part.names, 1.0) | {f"{part.label}.alpha": exponent}
        Z = part.evaluate(model.omega, unit)[0]
        # in units of what it contributes at most, so that sizes compare
        most.append(np.abs(Z).max())
        columns.append(Z / most[-1])
    return np.concatenate(columns, axis=1), first, np.array(most)


def _known_exponent(arc, said, default):
    """The exponent of an arc, where it is known to differ from what is assumed."""
    if arc.alpha is None:
        return 1.0
    known = np.median(np.exp(said[arc.alpha]))
    return known if abs(known - default) > 0.05 else default


def _known_place(arc, given, said):
    """Where the time constant of an arc was said to be, nan if nowhere."""
    if arc.kind != "Zarc":
        return np.nan
    ends = np.array([given.low[arc.second], given.high[arc.second]])
    return np.median(ends.mean(axis=0) if np.isfinite(ends).all() else said[arc.second])
