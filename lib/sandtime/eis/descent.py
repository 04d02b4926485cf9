r"""Levenberg and Marquardt's method, hundreds of spectra a step.

Each spectrum has a damping of its own, :math:`(H + \lambda\,\mathrm{diag}\,H)\,\delta = -g`, which
falls with every step that does what the model of it promised and rises with every step that fails.
Whoever has arrived leaves; when few are left they wait for the next batch, where their steps cost
next to nothing.

A spectrum has arrived when the step that Newton's method would still take is shorter than a
thousandth of a standard error, :math:`g^\mathsf{T} H^{-1} g \le 10^{-6}\,\sigma^2`; that step is
taken as well.

A parameter on a bound that it wants to cross is held there.

Source: K. Levenberg, Q. Appl. Math. 2 (1944) 164; D. W. Marquardt, J. Soc. Ind. Appl. Math. 11
(1963) 431; for the damping H. B. Nielsen, IMM-REP-1999-05, Technical University of Denmark (1999).
"""

import numpy as np

ARRIVED, EXHAUSTED, STUCK = range(3)

TOGETHER = 256  # spectra a step: fewer wait for the interpreter, more for memory

_NEAR = 1e-3  # of a standard error
_LONGEST = 3.0  # no step changes the logarithm of a parameter by more
_FLAT = 1e-12  # a pivot below this is rounding


def eliminate(A, damping=0.0):
    """Cholesky's factor of many symmetric matrices, and what it makes of further rows.

    Parameters
    ----------
    A : ndarray, shape (P + M, P, n)
        n matrices, lower halves, their diagonals scaled to 1 + `damping` on the way; below them M
        right-hand sides.

    Returns
    -------
    L : ndarray, shape (P + M, P, n)
        The factors; below them the right-hand sides after forward substitution.
    scale : ndarray, shape (P, n)
        What the unknowns have to be divided by in the end.
    flat : ndarray of bool, shape (P, n)
        Directions in which a matrix is flat to rounding; they are left out.
    """
    P = A.shape[1]
    scale = np.sqrt(A[range(P), range(P)])
    scale[scale == 0] = 1
    L = A / scale
    L[:P] /= scale[:, None]
    flat = np.empty(scale.shape, bool)
    for j in range(P):
        pivot = L[j, j]
        pivot += damping
        flat[j] = pivot < _FLAT
        pivot[flat[j]] = np.inf
        np.sqrt(pivot, out=pivot)
        L[j + 1 :, j] /= pivot
        for k in range(j + 1, P):
            L[k:, k] -= L[k:, j] * L[k, j]
    return L, scale, flat


def substitute(L, scale):
    """Solutions for the first right-hand side that `eliminate` carried along, (P, n)."""
    P = len(scale)
    y = L[P].copy()
    for j in range(P - 1, -1, -1):
        y[j] /= L[j, j]
        y[:j] -= L[j, :j] * y[j]
    return y / scale


def _without(A, held):
    """The normal equations without what is held at a bound: its step will be zero."""
    P = len(held)
    A = A * ~held
    A[:P] *= ~held[:, None]
    A[range(P), range(P)] += held
    return A


def descend(model, x, weights, measured, low, high, dof, absolute, limit):
    """Minimise the sum of squares of every spectrum, in place.

    Parameters
    ----------
    model : Model
    x : ndarray, shape (P, S)
        Logarithms of all parameters: where to begin, and in the end the minimum.
    weights, measured
        As in `Model.fill`.
    low, high : ndarray, shape (P, S)
        Bounds of the logarithms.
    dof : ndarray, shape (S,)
        Degrees of freedom.
    absolute : bool
        Whether the weights are one over the true sigma; otherwise its size is taken from the sum of
        squares itself.
    limit : int
        Of the number of steps.

    Returns
    -------
    ended : ndarray of int, shape (S,)
        ARRIVED, EXHAUSTED (at the limit) or STUCK (no step leads down).
    steps : ndarray of int, shape (S,)
    """
    S, P, free = x.shape[1], len(model.free), model.free
    ended, steps = np.zeros(S, int), np.zeros(S, int)
    damping, growth = np.full(S, 1e-3), np.full(S, 2.0)
    # closer than this rounding does not let spectra come that have no noise
    floor = 1e-18 * np.einsum("fn,fn->n", measured, measured) / dof
    rows = model.rows(min(S, TOGETHER))
    queue = np.arange(S)
    while queue.size:
        these, queue = queue[:TOGETHER], queue[TOGETHER:]
        X, W, Y = x[:, these], weights[:, these], measured[:, these]
        lo, hi = low[free][:, these], high[free][:, these]
        lam, nu = damping[these], growth[these]
        N = model.normal(X, W, Y, rows[..., : these.size])
        while these.size > (TOGETHER // 4 if queue.size else 0):
            here, g, cost = X[free], N[P, :P], N[P, P]
            A = N[:, :P]
            held = ((here <= lo) & (g > 0)) | ((here >= hi) & (g < 0))
            if held.any():
                A = _without(A, held)
                g = A[P]
            L, scale, _ = eliminate(A, lam)
            step = -substitute(L, scale)
            # Newton's own step is worth a look only where the damped one is short already
            unit = np.maximum(1.0 if absolute else cost / dof[these], floor[these])
            goal = _NEAR**2 * unit
            near = np.flatnonzero((L[P] ** 2).sum(axis=0) <= goal)
            leaving = (steps[these] >= limit) | (lam > 1e12)
            ended[these[leaving]] = np.where(lam > 1e12, STUCK, EXHAUSTED)[leaving]
            if near.size:
                L, scale, _ = eliminate(A[..., near])
                there = (L[P] ** 2).sum(axis=0) <= goal[near]
                newton = here[:, near] - substitute(L, scale)
                arrived = near[there]
                X[np.ix_(free, arrived)] = np.clip(newton, lo[:, near], hi[:, near])[:, there]
                ended[these[arrived]] = ARRIVED
                leaving[arrived] = True
                lam[near[~there]] *= 1e-2
            if leaving.any():
                x[:, these[leaving]] = X[:, leaving]
                stay = ~leaving
                these, lam, nu = these[stay], lam[stay], nu[stay]
                X, W, Y, lo, hi, N, A, step = (a[..., stay] for a in (X, W, Y, lo, hi, N, A, step))
                if not these.size:
                    break
                here, g, cost = X[free], A[P], N[P, P]
            step *= _LONGEST / np.maximum(np.abs(step).max(axis=0), _LONGEST)
            trial = X.copy()
            trial[free] = np.clip(here + step, lo, hi)
            tried = model.normal(trial, W, Y, rows[..., : these.size])
            steps[these] += 1
            better = tried[P, P] < cost
            diagonal = A[range(P), range(P)]
            promised = np.einsum("pn,pn->n", step, lam * diagonal * step - g) + 1e-300
            ratio = np.clip((cost - tried[P, P]) / promised, 0, 1)
            lam = np.where(better, lam * np.maximum(0.1, 1 - (2 * ratio - 1) ** 3), lam * nu)
            nu = np.where(better, 2.0, 2 * nu)
            N, X = np.where(better, tried, N), np.where(better, trial, X)
        x[:, these], damping[these], growth[these] = X, lam, nu
        queue = np.concatenate([queue, these])
    return ended, steps
