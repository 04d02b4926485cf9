"""scikit-fem's answer, given from its own environment: one JSON line in, one JSON line out.

In: {"repeats": n, "currents": [...]}.  Out: {"seconds": [per solve], "times": [depletion times]}.
Equal quadratic elements and implicit Euler with a step that fits the current, as its tutorials do
the heat equation; stiffness and mass are assembled once, the matrix is factorised once per solve.
"""

import json
import sys
import time

import numpy as np
import problem
import skfem
from scipy.sparse.linalg import splu
from skfem.models.poisson import laplace, mass

ELEMENTS = problem.VOLUMES
STEPS = 200


class QuadraticElements:
    """The slab of thickness one and diffusivity one."""

    def __init__(self):
        basis = skfem.Basis(skfem.MeshLine(np.linspace(0, 1, ELEMENTS + 1)), skfem.ElementLineP2())
        self.stiffness, self.mass = laplace.assemble(basis).tocsc(), mass.assemble(basis).tocsc()
        self.surface = basis.get_dofs(lambda x: np.isclose(x[0], 1)).all()[0]
        self.load = np.zeros(basis.N)
        self.load[self.surface] = 1.0

    def depletion_time(self, current):
        """Depletion time in seconds, by a straight line between the two steps around it."""
        drop = problem.F * problem.DIFFUSIVITY * (problem.INITIAL - problem.CUTOFF)
        drop /= current * problem.THICKNESS
        # the surface falls faster than in a half-space and than in a well-stirred slab
        step = min(np.pi / 4 * drop**2, drop) / STEPS
        factors = splu(self.mass + step * self.stiffness)
        depth, before, count = np.zeros_like(self.load), 0.0, 0
        while depth[self.surface] < drop:
            before = depth[self.surface]
            depth = factors.solve(self.mass @ depth + step * self.load)
            count += 1
        tau = step * (count - 1 + (drop - before) / (depth[self.surface] - before))
        return tau * problem.THICKNESS**2 / problem.DIFFUSIVITY


def main():
    """Answer until the other side hangs up."""
    solver = QuadraticElements()
    print(json.dumps({"name": f"scikit-fem {skfem.__version__}"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        seconds, times = [], []
        for current in request["currents"]:
            start = time.perf_counter()
            for _ in range(request["repeats"]):
                answer = solver.depletion_time(current)
            seconds.append((time.perf_counter() - start) / request["repeats"])
            times.append(float(answer))
        print(json.dumps({"seconds": seconds, "times": times}), flush=True)


if __name__ == "__main__":
    main()
