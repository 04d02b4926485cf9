"""lmfit in logarithms, in its own environment; answers requests line by line."""

import json
import sys
import time

import lmfit
import numpy as np
import series


def fit(problem, Z, start):
    """Values at the end of lmfit's own finite differences, at its default tolerances."""
    spectrum = series.Spectrum(problem, Z)
    parameters = lmfit.Parameters()
    for name, value in zip(problem.names, start, strict=True):
        high = 0.0 if name.endswith("alpha") else np.inf
        parameters.add("log_" + name.replace(".", "_"), value=np.log(value), max=high)

    def residuals(p):
        return spectrum.residuals(np.array([each.value for each in p.values()]))

    found = lmfit.minimize(residuals, parameters)
    return [float(np.exp(each.value)) for each in found.params.values()]


def main():
    """Answer until the other side hangs up."""
    print(json.dumps({"name": f"lmfit {lmfit.__version__}"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        problem = series.PROBLEMS[request["circuit"]]
        Z = problem.spectra(request["series"])
        starts = problem.guess(problem.truth(request["series"]))
        wall, cpu = time.perf_counter(), time.process_time()
        values = [fit(problem, Z[k], starts[k]) for k in request["which"]]
        seconds = time.perf_counter() - wall, time.process_time() - cpu
        print(json.dumps({"seconds": seconds, "values": values}), flush=True)


if __name__ == "__main__":
    main()
