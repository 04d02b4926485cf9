"""PyBaMM's answer, given from its own environment: one JSON line in, one JSON line out.

In: {"repeats": n, "currents": [...]}.  Out: {"seconds": [per solve], "times": [depletion times]}.
The arguments: the question, and if they are not those of `problem.py`, how many volumes and which
tolerance.  "programme" answers with the filling of the interface after the ten steps.
The model is built, discretised and compiled once before the first answer; what is timed is
`solver.solve` alone, which is what a second current costs a user who wrote it well.
"""

import json
import os
import sys
import time

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import numpy as np
import problem
import pybamm


def build(diffusivity, cutoff, volumes):
    """The diffusion problem in PyBaMM's own terms, scaled by thickness and initial filling."""
    current = pybamm.InputParameter("current")
    position = pybamm.SpatialVariable("x", domain="slab", coord_sys="cartesian")
    filling = pybamm.Variable("filling", domain="slab")
    scale = problem.THICKNESS**2
    slope = -current * problem.THICKNESS / (problem.F * problem.INITIAL)
    slope = slope / diffusivity(pybamm.boundary_value(filling, "right"))

    model = pybamm.BaseModel()
    model.rhs = {filling: pybamm.div(diffusivity(filling) / scale * pybamm.grad(filling))}
    model.initial_conditions = {filling: pybamm.Scalar(1)}
    model.boundary_conditions = {
        filling: {"left": (pybamm.Scalar(0), "Neumann"), "right": (slope, "Neumann")}
    }
    surface = pybamm.boundary_value(filling, "right")
    if cutoff is not None:
        model.events = [pybamm.Event("cut-off", surface - cutoff)]
    model.variables = {"surface": surface}

    geometry = {"slab": {position: {"min": 0, "max": 1}}}
    # Uniform volumes and a parabola to the surface that uses the known flux are PyBaMM's best here:
    # volumes that shrink towards the interface lose a digit at each of the three currents.
    submesh = pybamm.MeshGenerator(pybamm.Uniform1DSubMesh)
    mesh = pybamm.Mesh(geometry, {"slab": submesh}, {position: volumes})
    method = pybamm.FiniteVolume(
        {
            "extrapolation": {
                "order": {"gradient": "linear", "value": "quadratic"},
                "use bcs": True,
            }
        }
    )
    pybamm.Discretisation(mesh, {"slab": method}).process_model(model)
    return model


def storm(filling):
    """The diffusivity of the second question."""
    return problem.STORM_DIFFUSIVITY / (1 + problem.STORM_RATIO * filling) ** 2


def constant(filling):
    """The diffusivity of the first."""
    return pybamm.Scalar(problem.DIFFUSIVITY)


def mild(filling):
    """The diffusivity of the third and of the programme."""
    return problem.DIFFUSIVITY * pybamm.exp(1 - filling)


CUTOFF = problem.CUTOFF / problem.INITIAL
# Diffusivity and cut-off, the latter as a share of the initial concentration.
QUESTIONS = {
    "constant": (constant, CUTOFF),
    "storm": (storm, problem.STORM_CUTOFF),
    "mild": (mild, CUTOFF),
    "programme": (mild, None),
}


def strip(solver, model, cutoff, current):
    """Seconds until the cut-off is met."""
    end = 1.01 * problem.F * problem.THICKNESS * problem.INITIAL * (1 - cutoff) / current
    solution = solver.solve(model, np.array([0, end]), inputs={"current": current})
    return solution.t_event


def programme(solver, model):
    """The solution after ten steps, each continued from the last."""
    solution = None
    for current, duration in problem.PROGRAMME:
        solution = solver.step(solution, model, duration, inputs={"current": current}, save=False)
    return solution


def main():
    """Answer until the other side hangs up."""
    question = sys.argv[1]
    volumes = int(sys.argv[2]) if len(sys.argv) > 2 else problem.VOLUMES
    rtol = float(sys.argv[3]) if len(sys.argv) > 3 else problem.RTOL
    diffusivity, cutoff = QUESTIONS[question]
    model = build(diffusivity, cutoff, volumes)
    solver = pybamm.IDAKLUSolver(rtol=rtol, atol=min(1e-9, rtol / 100))
    print(json.dumps({"name": f"PyBaMM {pybamm.__version__}"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        seconds, times = [], []
        for case in request["currents"]:
            start = time.perf_counter()
            for _ in range(request["repeats"]):
                if question == "programme":
                    found = programme(solver, model)
                else:
                    found = strip(solver, model, cutoff, case)
            seconds.append((time.perf_counter() - start) / request["repeats"])
            if question == "programme":
                found = found["surface"].entries[-1]
            times.append(float(np.squeeze(found)))
        print(json.dumps({"seconds": seconds, "times": times}), flush=True)


if __name__ == "__main__":
    main()
