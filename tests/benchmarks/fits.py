"""`make bench`: `sandtime.eis.fit` against the programs with which spectra are fitted otherwise.

Three circuits, 61 points, 0.3 % noise, modulus weights for everybody (`series.py`).  `eis.fit` gets
no guess, or the one that the others get, 30 % beside the truth.  One core, one run; the contestants
take turns in every round, so that a busy moment hits all of them, and the time of the processor is
measured beside that of the clock.  How good a fit is: the largest distance of a parameter from the
optimum, in standard errors, the optimum being that to which MINPACK comes with tolerances at
rounding.
"""

import argparse
import csv
import datetime
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import scipy
import series
from closed_forms import duration
from impedance.models.circuits import CustomCircuit
from scipy.optimize import least_squares, leastsq
from transport import machine

from sandtime import eis

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parents[1] / "_build" / "bench" / "fits.md"
SERIES, SOME, FEW = 200, 3000, 20  # spectra; of the long series all, some or few are fitted
EXACT = "leastsq, exact derivatives, logarithms"
COLUMNS = (
    "circuit", "way", "settings", "spectra", "series", "seconds", "processor_seconds", "distance",
    "largest_distance", "memory_mb", "date", "machine", "versions",
)  # fmt: skip


@cache
def measured(problem, number):
    """Spectra, and where those begin who need a guess."""
    return problem.spectra(number), problem.guess(problem.truth(number))


def ours(problem, which, number, guided=False):
    """All at once, from nothing or from the guess."""
    Z, start = measured(problem, number)
    guess = dict(zip(problem.names, start[which].T, strict=True)) if guided else None
    found = eis.fit(problem.frequency, Z[which], problem.circuit, guess=guess, progress=False)
    return np.stack([found[name] for name in problem.names], axis=1)


def by_impedance_py(problem, which, number, **settings):
    """One by one, finite differences, parameters as they are."""
    Z, start = measured(problem, number)
    string, _ = eis.Circuit(problem.circuit).to_impedance_py()
    found = []
    for k in which:
        circuit = CustomCircuit(string, initial_guess=list(start[k]))
        circuit.fit(problem.frequency, Z[k], weight_by_modulus=True, **settings)
        found.append(circuit.parameters_)
    return np.array(found)


def by_scipy(problem, which, number):
    """One by one, trust region, exact derivatives, logarithms."""
    Z, start = measured(problem, number)
    found = []
    for k in which:
        spectrum = series.Spectrum(problem, Z[k])
        best = least_squares(spectrum.residuals, np.log(start[k]), spectrum.jacobian)
        found.append(np.exp(best.x))
    return np.array(found)


def by_minpack(problem, which, number):
    """One by one, MINPACK, exact derivatives, logarithms."""
    Z, start = measured(problem, number)
    found = []
    for k in which:
        spectrum = series.Spectrum(problem, Z[k])
        best = leastsq(spectrum.residuals, np.log(start[k]), Dfun=spectrum.jacobian)
        found.append(np.exp(best[0]))
    return np.array(found)


class Elsewhere:
    """lmfit, in an environment of its own; no process if that is not installed."""

    def __init__(self, python):
        self.process, self.name = None, "lmfit"
        if not (python and Path(python).exists()):
            return
        self.process = subprocess.Popen(
            [Path(python).absolute(), "with_lmfit.py"],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if not (hello := self.process.stdout.readline()):
            self.process = None
            return
        self.name = json.loads(hello)["name"]

    def round(self, problem, which, number):
        """Values, seconds of the clock and of the processor."""
        which = [int(k) for k in which]
        request = {"circuit": problem.circuit, "which": which, "series": number}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return np.array(answer["values"]), answer["seconds"]

    def close(self):
        """Let it end."""
        if self.process:
            self.process.stdin.close()
            self.process.wait()


class Contestant:
    """One way to fit some spectra of a series."""

    def __init__(self, problem, name, settings, fit, number, some=None):
        self.problem, self.name, self.settings, self.fit = problem, name, settings, fit
        self.number, self.which = number, np.arange(0, number, number // (some or number))
        self.rounds = []

    def round(self):
        """Fit once, and remember how long it took."""
        if isinstance(self.fit, Elsewhere):
            self.values, seconds = self.fit.round(self.problem, self.which, self.number)
        else:
            wall, cpu = time.perf_counter(), time.process_time()
            self.values = self.fit(self.problem, self.which, self.number)
            seconds = time.perf_counter() - wall, time.process_time() - cpu
        self.rounds.append(seconds)

    def seconds(self):
        """Of the clock and of the processor, for one spectrum: medians of the rounds."""
        return [
            statistics.median(each) / len(self.which) for each in zip(*self.rounds, strict=True)
        ]

    def distances(self, sample):
        """Of each spectrum (at most `sample` of them) from its optimum, in standard errors."""
        every = max(1, len(self.which) // sample)
        return np.array(
            [
                largest(values, *optimum(self.problem, int(k), self.number))
                for k, values in zip(self.which[::every], self.values[::every], strict=True)
            ]
        )


def largest(values, best, error):
    """The largest distance of a parameter from its optimum, in standard errors."""
    return np.max(np.abs(values - best) / error)


@cache
def optimum(problem, k, number):
    """Parameters and standard errors of one spectrum, to rounding."""
    spectrum = series.Spectrum(problem, measured(problem, number)[0][k])
    found = least_squares(
        spectrum.residuals, np.log(problem.truth(number)[k]), spectrum.jacobian,
        method="lm", ftol=1e-15, xtol=1e-15, gtol=1e-15,
    )  # fmt: skip
    noise = 2 * found.cost / (len(found.fun) - len(found.x))
    error = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)) * noise)
    return np.exp(found.x), np.exp(found.x) * error


def memory(problem):
    """Peaks, in MB, of a process that reads the long series and fits it, and of one that reads it.

    Linux counts it in /proc; elsewhere None.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return None, None
    read = "import sys, numpy as np, series; from sandtime import eis; Z = np.load(sys.argv[1]); "
    fit = f"p = series.PROBLEMS[{problem.circuit!r}]; "
    fit += "eis.fit(p.frequency, Z, p.circuit, progress=False); "
    tell = f"print(open({str(status)!r}).read().partition('VmHWM:')[2].split()[0])"
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "spectra.npy")
        np.save(path, measured(problem, series.MANY)[0])
        return [
            int(subprocess.check_output([sys.executable, "-c", code, path], cwd=HERE)) / 1024
            for code in (read + fit + tell, read + tell)
        ]


def contestants(problem, elsewhere):
    """Everybody who fits this circuit."""
    package, many = f"impedance.py {version('impedance')}", series.MANY
    guided = partial(ours, guided=True)
    fair, default = partial(by_impedance_py, diff_step=1e-6), by_impedance_py
    least = "least_squares, exact derivatives, logarithms"
    others = [Contestant(problem, elsewhere.name, "logarithms", elsewhere, SERIES)]
    return [
        Contestant(problem, "`eis.fit`", "no guess", ours, SERIES),
        Contestant(problem, "`eis.fit`", "guess", guided, SERIES),
        Contestant(problem, "MINPACK", EXACT, by_minpack, SERIES),
        Contestant(problem, "SciPy", least, by_scipy, SERIES),
        *(others if elsewhere.process else []),
        Contestant(problem, "`eis.fit`", "no guess", ours, many),
        Contestant(problem, "`eis.fit`", "guess", guided, many),
        Contestant(problem, "MINPACK", EXACT, by_minpack, many, SOME),
        Contestant(problem, package, "diff_step=1e-6", fair, many, FEW),
        Contestant(problem, package, "default", default, many, FEW),
    ]


def lines(results):
    """In Markdown."""
    yield "| way | settings | spectra | time each | processor | σ from the optimum | at worst |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for each, (wall, cpu), off in results:
        spectra = f"{len(each.which):,}"
        if len(each.which) < each.number:
            spectra += f" of {each.number:,}"
        yield (
            f"| {each.name} | {each.settings} | {spectra} | {duration(wall)} | "
            f"{duration(cpu)} | {np.median(off):.1g} | {off.max():.1g} |"
        )


def account(problem, results, peak, before):
    """The table of one circuit, and what it comes to."""
    seconds = {(each.name, each.settings, each.number): cpu for each, (_, cpu), _ in results}
    package, many = f"impedance.py {version('impedance')}", series.MANY
    best = seconds["`eis.fit`", "no guess", many]
    ratios = ", ".join(
        f"{name} ({settings}) {cpu / best:,.3g} ×"
        for (name, settings, number), cpu in seconds.items()
        if number == many and name in ("MINPACK", package)
    )
    return [
        f"## {problem.title}: `{problem.circuit}`",
        "",
        *lines(results),
        "",
        f"- Of the processor's time of `eis.fit` without a guess on {many:,} spectra: {ratios}.",
        f"- Peak memory of a process that reads and fits {many:,} spectra: "
        + (f"{peak:.0f} MB, {before:.0f} MB without the fit." if peak else "not measured."),
        "",
    ]


def record(path, results, peaks, versions):
    """The same numbers as a file, for the chapter that shows them."""
    stamp = [datetime.date.today().isoformat(), machine(), versions]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for each, (wall, cpu), off in results:
            peak = peaks[each.problem][0]
            long = each.fit is ours and each.number == series.MANY and peak
            writer.writerow(
                [
                    each.problem.circuit, each.name.strip("`"), each.settings, len(each.which),
                    each.number, f"{wall:.3g}", f"{cpu:.3g}", f"{np.median(off):.2g}",
                    f"{off.max():.2g}", f"{peak:.0f}" if long else "", *stamp,
                ]
            )  # fmt: skip


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench-python", help="interpreter with lmfit")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--record", help="also write the numbers to this CSV file")
    arguments = parser.parse_args()

    problems = list(series.PROBLEMS.values())
    peaks = {each: memory(each) for each in problems}
    elsewhere = Elsewhere(arguments.bench_python)
    everybody = [one for each in problems for one in contestants(each, elsewhere)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tolerances that the others do not reach
        for number in range(arguments.rounds):
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
            for each in everybody:
                each.round()
    elsewhere.close()
    results = [(each, each.seconds(), each.distances(SERIES)) for each in everybody]

    versions = (
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}"
    )
    parts = [
        account(each, [one for one in results if one[0].problem is each], *peaks[each])
        for each in problems
    ]
    text = "\n".join(
        [
            *(line for part in parts for line in part),
            *([] if elsewhere.process else ["lmfit did not run: its environment is missing.", ""]),
            f"61 points, {100 * series.NOISE:g} % noise. Medians of {arguments.rounds} rounds, one "
            "core; whoever gets a guess begins 30 % beside the truth.",
            f"{versions}; {machine()}.",
            "",
        ]
    )
    print(text)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(text, encoding="utf-8")
    if arguments.record:
        record(arguments.record, results, peaks, versions)


if __name__ == "__main__":
    main()
