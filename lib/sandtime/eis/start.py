r"""Where a fit begins when nobody says it: from the data.

With its time constants and exponents given, a series of arcs and simple elements is linear in what
is left, resistances and their like.  It stays linear, to first order, when the time constants may
move a little:

.. math:: R\,a(\tau\,e^\delta) \approx R\,a(\tau) + R\delta\,\frac{\partial a}{\partial\ln\tau}.

So for every choice of time constants out of one a decade, resistances and shifts follow from
weighted linear least squares, and the best choice with nothing below zero and no shift beyond a
decade is where to begin.  One matrix product gives the normal equations of every choice for every
spectrum, since all of them pick from the same columns.

Other parts, in which elements stand beside or behind each other, are chosen in the same way from
shapes that `draw` makes: with its time constants, exponents and the ratios inside it given, such a
part is linear in its size.

Which of the arcs found is which of the string is a matter of order, the fastest first, unless
something is known of resistances or time constants: then it is whatever order fits it best.
"""

from itertools import combinations, combinations_with_replacement, permutations, product

import numpy as np

from sandtime.eis.descent import eliminate, substitute
from sandtime.eis.draw import pool, size_of

_DECADE = np.log(10)
FLAT, ROUND = 0.70, 0.88  # exponents to begin with
_MIXTURE = 0.93, 0.75  # for arcs that differ
_SMALL = 200_000  # multiplications that BLAS leaves to a single thread
_ROOM = 100_000  # numbers in the normal equations that are solved at once
_FEW = 4  # arcs of which every order is tried
_SLACK = 1e-3  # what a size may be below zero, of the largest, where shapes are rough
_FACTOR = np.log(4)  # by which a shape may be off what is known of its size
_LOOK = 20  # frequencies at which shapes are compared with data
_MIXED = 800  # choices of time constants and shapes


def start(model, given, Z, weights, number=0, in_order=False):
    """Logarithms of all parameters (P, n) to begin with.

    What was given as fixed is taken as it is, and with the number None what was guessed.  1, 2, …
    ask for another place, for whoever got nowhere from the first: for flatter arcs, for round ones
    among flat ones, and for the next best choices of these; of other parts for other shapes.  With
    `in_order` the arcs found are those of the string in its order, whatever was said about them.
    """
    said = given.fixed
    if number is None:
        said, number = np.where(np.isnan(said), given.guess, said), 0
    if not np.isnan(said).any():
        return said.copy()
    parts = compound(model)
    simple = [part for part, _ in model.others if size_of(part)]
    straight = any(len(part.names) > 1 for part in simple)
    count = max(len(model.arcs) + straight, 1)
    sets, rank = (
        ([[FLAT if number % 3 == 2 else ROUND] * count], 0) if parts else _exponents(count, number)
    )
    pools = [pool(model, *each, given, said, number) for each in parts]
    gain, best = _choice(model, given, said, Z, weights, sets[0], rank, in_order, pools)
    for exponents in sets[1:]:
        more, x = _choice(model, given, said, Z, weights, exponents, rank, in_order, pools)
        best, gain = np.where(more > gain, x, best), np.maximum(more, gain)
    return best


def compound(model):
    """Parts that are more than an arc or a simple element, with the indices of their parameters."""
    return [each for each in model.others if not size_of(each[0])]


def _exponents(number, attempt):
    """Sets of exponents to choose from: all round, then all flat, then every mixture."""
    if attempt < 2:
        return [[(ROUND, FLAT)[attempt]] * number], 0
    return list(product(_MIXTURE, repeat=number)), attempt - 2


def _choice(model, given, said, Z, weights, exponents, rank, in_order, pools):
    """What the best choice explains of the sum of squares, and its parameters (P, n)."""
    gain, log_tau, size, shape = _search(model, given, said, Z, weights, exponents, rank, pools)
    arcs, x = len(model.arcs), np.where(np.isnan(said), np.log(exponents[-1]), said)
    pools = iter(zip(pools, shape, strict=True))
    for (part, indices), value in zip(model.others, size[arcs:], strict=True):
        if power := size_of(part):
            x[indices[0]] = power * value
        else:
            each, chosen = next(pools)
            x[indices] = each.scaled(chosen, value)

    def placed(order):
        """All parameters, with the arcs found given to those of the string in this order."""
        y = x.copy()
        for arc, k in zip(model.arcs, order, strict=True):
            if arc.alpha is not None and np.isnan(said[arc.alpha, 0]):
                y[arc.alpha] = np.log(exponents[k])
            arc.place(y, size[k], log_tau[k])
        return y

    y = placed(range(arcs))
    best = np.where(np.isnan(said), y, said)
    if in_order or not tied(model, given):
        return gain, best
    # the order of the string is given up only where it is at odds with what is known
    odd = np.flatnonzero(_odds(model, given, y) > 0)
    if odd.size:
        some, data = given.part(odd), (Z[:, odd], weights[:, odd])
        chosen, least = best[:, odd], _misfit(model, some, best[:, odd], *data)
        for order in _orders(arcs):
            other = np.where(np.isnan(said), placed(order), said)[:, odd]
            misfit = _misfit(model, some, other, *data)
            better = misfit < least
            chosen, least = np.where(better, other, chosen), np.where(better, misfit, least)
        best[:, odd] = chosen
    return gain, best


def tied(model, given):
    """Whether resistance or time constant of one of several arcs is fixed or bounded."""
    rows = [k for arc in model.arcs for k in (arc.R, arc.second)]
    return len(model.arcs) > 1 and not given.exchangeable[rows].all()


def _orders(number):
    """Every other order of so many arcs; of many, those in which two have changed places."""
    if number <= _FEW:
        return list(permutations(range(number)))[1:]
    swapped = [np.arange(number) for _ in combinations(range(number), 2)]
    for order, pair in zip(swapped, combinations(range(number), 2), strict=True):
        order[list(pair)] = pair[::-1]
    return swapped


def _odds(model, given, x):
    """How far (n,) the arcs in x are from what was fixed and beyond what was allowed."""
    rows = [k for arc in model.arcs for k in (arc.R, arc.second)]
    x, fixed, low, high = x[rows], given.fixed[rows], given.low[rows], given.high[rows]
    away = np.where(np.isnan(fixed), x - np.clip(x, low, high), x - fixed)
    return np.abs(away).sum(axis=0)


def _misfit(model, given, x, Z, weights):
    """Sum of squares (n,) in x, brought within its bounds."""
    values = np.exp(np.where(given.free[:, None], np.clip(x, given.low, given.high), x))
    values *= model.sign[:, None]
    fitted = given.circuit.tree.evaluate(model.omega, dict(zip(model.names, values, strict=True)))
    return ((weights * np.abs(fitted[0] - Z)) ** 2).sum(axis=0)


def _search(model, given, said, Z, weights, exponents, rank, pools):
    """The best choice, or one further down: what it explains, logarithms of time constants, sizes.

    And which shape of each pool it takes.  The last of the exponents is that of simple elements.
    """
    grid, choices, free = _choices(model, given, said)
    choices, shapes = _shaped(choices, pools)
    columns, first, others, most = _columns(model, said, grid, exponents, pools)
    others = others[:, None] + np.zeros(choices.shape[1], int)
    compounds = np.array([k for k, (part, _) in enumerate(model.others) if not size_of(part)], int)
    others[compounds] += shapes
    compounds += len(choices)
    shifts = (choices + first + len(grid))[free]
    pick = np.concatenate([choices + first, others, shifts])
    if pools:  # their shapes are rough: so may be the look at them
        step = slice(None, None, max(1, model.F // _LOOK))
        columns, Z, weights = columns[step], Z[step], weights[step]

    squared = weights**2
    i, j, pair = _pairs(pick, columns.shape[1])
    gram = _product((columns[:, i] * columns[:, j].conj()).real, squared)
    right = _product(columns.real, Z.real * squared) + _product(columns.imag, Z.imag * squared)
    (k, C), n, sizes = pick.shape, Z.shape[1], len(choices) + len(others)
    gain, chosen = np.empty(n), np.empty(n, int)
    log_tau, log_size = np.empty((len(choices), n)), np.empty((sizes, n))
    some = max(1, _ROOM // (C * k * (k + 1)))
    for c in (slice(i, i + some) for i in range(0, n, some)):
        A = np.concatenate([gram[pair, c], right[pick, c][None]])
        L, scale, _ = eliminate(A.reshape(k + 1, k, -1))
        gains = (L[k] ** 2).sum(axis=0).reshape(C, -1)
        found = substitute(L, scale).reshape(k, C, -1)
        size, shift = found[:sizes], np.zeros((len(choices), *gains.shape))
        # what has no size cannot be shifted
        shift[free] = found[sizes:] / np.where(size[free] == 0, np.inf, size[free])
        least = -_SLACK * np.abs(size).max(axis=0) if pools else 0.0
        allowed = (size > least).all(axis=0) & (np.abs(shift) < _DECADE).all(axis=0)
        for each, shape, own in zip(pools, shapes, size[compounds], strict=True):
            allowed &= _agrees(given, said, each, shape[:, None], own, c)
        gains = np.where(allowed, gains, gains - 1 - gains.max(axis=0))  # behind what is allowed
        best = np.argsort(gains, axis=0)[max(-1 - rank, -C)] if rank else gains.argmax(axis=0)
        at = best, np.arange(len(best))
        gain[c], size, shift, chosen[c] = gains[at], size[:, *at], shift[:, *at], best
        log_tau[:, c] = grid[choices[:, best]] + np.clip(shift, -_DECADE, _DECADE)
        log_size[:, c] = np.log(np.maximum(size, 1e-3 * np.abs(size).max(axis=0) + 1e-300))
    return gain, log_tau, log_size - np.log(most)[:, None], shapes[:, chosen]


def _agrees(given, said, pool, shape, size, which):
    """Whether shapes (C, 1) of these sizes (C, n) have what is known of the part's parameters."""
    rows = pool.indices
    low = np.where(np.isnan(said), given.low, said)[rows, which][:, None]
    high = np.where(np.isnan(said), given.high, said)[rows, which][:, None]
    if np.isinf(low).all() and np.isinf(high).all():
        return True
    x = pool.scaled(shape, np.log(np.maximum(size, 1e-300)))
    return (np.abs(x - np.clip(x, low, high)) < _FACTOR).all(axis=0)


def _pairs(pick, K):
    """The pairs of columns of which products are needed, and where each is found (k, k, C)."""
    low, high = np.minimum(pick[:, None], pick), np.maximum(pick[:, None], pick)
    pairs, where = np.unique(low * K + high, return_inverse=True)
    return pairs // K, pairs % K, where.reshape(low.shape)


def _shaped(choices, pools):
    """Choices of time constants, each with some of the shapes of every pool (pools, choices)."""
    if not pools:
        return choices, np.empty((0, choices.shape[1]), int)
    mix, counts = np.random.default_rng(0), [choices.shape[1], *(len(p.log_size) for p in pools)]
    size = min(np.prod(counts), max(_MIXED, 4 * max(counts[1:])))
    first, *shapes = [mix.permutation(np.arange(size) % count) for count in counts]
    return choices[:, first], np.array(shapes)


def _choices(model, given, said):
    """Grid of logarithmic time constants, which of them (arcs, choices), and whose are free."""
    fast, slow = -model.log_omega[[-1, 0], 0]
    grid = np.arange(fast - _DECADE / 2, slow + _DECADE, _DECADE)
    # an arc of which the place is known stays there, out of order if need be
    places = np.array([_known(arc, given, said) for arc in model.arcs])
    known, free = np.flatnonzero(np.isfinite(places)), np.flatnonzero(np.isnan(places))
    signs = np.array([model.sign[arc.R] for arc in model.arcs])
    groups = [free[signs[free] == sign] for sign in (1, -1)]  # arcs of either sign stand in order
    rising = []
    for group in groups:
        # more arcs than decades have to share them
        choose = combinations if group.size <= grid.size else combinations_with_replacement
        rising.append(list(choose(range(grid.size), group.size)))
    rising = [one + other for one, other in product(*rising)]
    choices = np.empty((len(model.arcs), len(rising)), int)
    choices[np.concatenate(groups)] = np.array(rising, int).reshape(len(rising), free.size).T
    choices[known] = grid.size + np.arange(known.size)[:, None]
    return np.append(grid, places[known]), choices, free


def _columns(model, said, grid, exponents, pools):
    """What impedances are made of (F, K): arcs, their derivatives, and at the end the others.

    Also where the columns of each arc and of each other part begin, and how large a part of size
    one is.
    """
    # one set of columns for all arcs, and one for each exponent that is known to be different
    own = [
        (_known_exponent(arc, each, said), model.sign[arc.R])
        for arc, each in zip(model.arcs, exponents, strict=False)
    ]
    sets, columns, most, others = list(dict.fromkeys(own)), [], [1.0] * len(model.arcs), []
    for each, sign in sets:
        turned = np.exp(each * (model.log_omega + grid + 0.5j * np.pi))
        columns += [sign / (1 + turned), -sign * each * turned / (1 + turned) ** 2]
    pools, count = iter(pools), 2 * len(grid) * len(sets)
    for part, indices in model.others:
        others.append(count)
        if size_of(part):
            unit = [model.sign[indices[0]], *[exponents[-1]] * (len(indices) - 1)]
            Z = part.evaluate(model.omega, dict(zip(part.names, unit, strict=True)))[0]
            # in units of what it contributes at most, so that sizes compare
            most.append(np.abs(Z).max())
            columns.append(Z / most[-1])
        else:
            most.append(1.0)
            columns.append(next(pools).columns)
        count += columns[-1].shape[1]
    first = 2 * len(grid) * np.array([sets.index(each) for each in own], int)[:, None]
    return np.concatenate(columns, axis=1), first, np.array(others, int), np.array(most)


def _product(a, b):
    """Transpose of a times b, in pieces too small for BLAS to share out among threads.

    Threads would wait for each other longer than they work.
    """
    some = max(1, _SMALL // a.size)
    return np.concatenate([a.T @ b[:, i : i + some] for i in range(0, b.shape[1], some)], axis=1)


def _known_exponent(arc, default, said):
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
