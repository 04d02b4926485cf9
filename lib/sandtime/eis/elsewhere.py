r"""Where a fit begins again when what it found does not describe the spectrum.

A sum of depressed arcs has more than one way to be nearly right: two arcs taken for a flat one
leave the third to mend a neighbour, and no small step leads out of that.  The steps taken here are
large.  They move resistances and time constants of arcs, sorted by these, whatever is known of
their exponents.
"""

from itertools import combinations, permutations

import numpy as np

from sandtime.eis.circuit import Leaf, Parallel
from sandtime.eis.model import Arc
from sandtime.eis.start import ROUND

_APART = np.log(10) / 2  # from where an arc was to where the two that take its place are


class Elsewhere:
    """Places beside those a descent came to.

    Parameters
    ----------
    model : Model
    given : Given
        Arcs of which it fixes or bounds resistance or time constant stay where they are.
    """

    def __init__(self, model, given):
        loose = given.exchangeable
        self.arcs = [arc for arc in model.arcs if loose[arc.R] and loose[arc.second]]
        self.free = [arc.alpha is not None and loose[arc.alpha] for arc in self.arcs]
        places = range(len(self.arcs))
        # an arc that is sent elsewhere, and the one it is sent to
        self.moves = list(permutations(places, 2))
        # arcs of which something is known are not the same in another order
        self.orders = [] if all(self.free) else list(permutations(places))[1:]
        # nor are those that have something beside or behind them
        inner = [arc for part, _ in model.others for arc in _inner_arcs(part, model.names)]
        inner = [arc for arc in inner if loose[arc.indices].all()]
        self.all = [arc for arc in self.arcs if loose[arc.indices].all()] + inner
        self.swaps = [(one, other) for one, other in combinations(self.all, 2) if other in inner]

    def moved(self, x, one, other):
        """Logarithms of all parameters (P, n), one arc sent where it serves better.

        It is merged with its neighbour, and the other doubled: the flatter it is, the further apart
        are the two.
        """
        R, tau, alpha = self._sorted(x)
        away = one + 1 if one > other else one - 1
        near = away if 0 <= away < len(R) else 2 * one - away
        apart = np.copysign(_APART, other - one) / np.exp(alpha[other])
        R[near] = np.logaddexp(R[near], R[one])
        R[one], tau[one] = R[other], tau[other] - apart
        tau[other] += apart
        alpha[[one, other]] = np.log(ROUND)
        return self._placed(x, R, tau, alpha)

    def reordered(self, x, order):
        """The same with the arcs in another order than that of the string."""
        return self._placed(x, *self._sorted(x)[:, list(order)])

    def swapped(self, x, one, other):
        """The same with two arcs that have changed places."""
        x, old = x.copy(), x
        for arc, source in ((one, other), (other, one)):
            if arc.alpha is not None:
                x[arc.alpha] = np.log(source.exponent(old))
            arc.place(x, old[source.R], source.log_tau(old))
        return x

    def out_of_order(self, x):
        """Where the arcs are not in the order of the string."""
        log_tau = np.array([arc.log_tau(x) for arc in self.arcs]).reshape(-1, x.shape[1])
        return (np.diff(log_tau, axis=0) < 0).any(axis=0)

    def _sorted(self, x):
        """Logarithms of resistance, time constant and exponent (arcs, n), the fastest first.

        The exponent is 1 where none is free.
        """
        each = [
            (x[arc.R], arc.log_tau(x), x[arc.alpha] if free else np.zeros(x.shape[1]))
            for arc, free in zip(self.arcs, self.free, strict=True)
        ]
        places = np.array(each).reshape(len(self.arcs), 3, -1).swapaxes(0, 1)
        order = np.argsort(places[1], axis=0, kind="stable")
        return np.take_along_axis(places, order[None], axis=1)

    def _placed(self, x, R, tau, alpha):
        x = x.copy()
        for k, (arc, free) in enumerate(zip(self.arcs, self.free, strict=True)):
            if free:
                x[arc.alpha] = alpha[k]
            arc.place(x, R[k], tau[k])
        return x


def _inner_arcs(part, names):
    """Arcs inside a part: of each parallel connection the resistor and the capacitance."""
    if isinstance(part, Leaf):
        return
    for each in part.parts:
        yield from _inner_arcs(each, names)
    if isinstance(part, Parallel):
        beside = [leaf for leaf in part.parts if isinstance(leaf, Leaf)]
        behind = [leaf for each in part.parts if each not in beside for leaf in each.parts]
        resistors = [leaf for leaf in beside + behind if leaf[0] == "R"]
        capacitances = [leaf for leaf in beside if leaf[0] in ("C", "CPE")]
        if resistors and capacitances:
            index = {name: k for k, name in enumerate(names)}
            yield Arc(Parallel((resistors[0], capacitances[0])), index)
