"""The equation on a mesh and SciPy's stiff integrators, with everything they can be given.

A hundred volumes, each holding its mean; the known flux and the last two means give the surface by
a parabola.  The problem is linear, so the exact Jacobian is one constant tridiagonal matrix: BDF
gets it as a sparse matrix, LSODA gets its bandwidths.  The volumes' widths form a geometric
sequence that shrinks towards the interface; a growth of 1 makes them equal.
"""

import numpy as np
import problem
from scipy import sparse
from scipy.integrate import solve_ivp


class FiniteVolumes:
    """Built once; `depletion_time` then costs one integration."""

    def __init__(self, method, growth):
        widths = growth ** np.arange(problem.VOLUMES)[::-1]
        widths = widths / widths.sum()
        centres = np.cumsum(widths) - widths / 2
        between = 1 / np.diff(centres)
        out = np.append(0, between) + np.append(between, 0)
        bands = [between / widths[1:], -out / widths, between / widths[:-1]]
        self._rate = problem.DIFFUSIVITY / problem.THICKNESS**2
        self._matrix = self._rate * sparse.diags(bands, [-1, 0, 1], format="csr")
        self._last_width = widths[-1]
        self._near, self._far = 1 - centres[-1], 1 - centres[-2]
        self._method = method
        if method == "LSODA":
            self._jacobian = {"lband": 1, "uband": 1}
        else:
            self._jacobian = {"jac": self._matrix.tocsc()}

    def depletion_time(self, current_density):
        """Depletion time in seconds."""
        scale = problem.F * problem.DIFFUSIVITY * problem.INITIAL
        slope = current_density * problem.THICKNESS / scale
        source = np.zeros(problem.VOLUMES)
        source[-1] = -self._rate * slope / self._last_width
        limit = problem.CUTOFF / problem.INITIAL
        near, far, matrix = self._near, self._far, self._matrix

        def above_cutoff(time, filling):
            rise = filling[-2] - filling[-1] - slope * (far - near)
            curvature = rise / (far**2 - near**2)
            return filling[-1] - slope * near - curvature * near**2 - limit

        above_cutoff.terminal = True
        charge = problem.F * problem.THICKNESS * (problem.INITIAL - problem.CUTOFF)
        solution = solve_ivp(
            lambda time, filling: matrix @ filling + source,
            (0, 1.01 * charge / current_density),
            np.ones(problem.VOLUMES),
            method=self._method,
            events=above_cutoff,
            rtol=problem.RTOL,
            atol=1e-9,
            **self._jacobian,
        )
        return solution.t_events[0][0]
