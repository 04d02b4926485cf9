"""`make bench`: `sandtime.eis.fit` against the programs with which spectra are fitted otherwise.

Two arcs, 61 points, 0.3 % noise, modulus weights for everybody (`series.py`).  `eis.fit` gets no
guess; the others begin 30 % beside the truth.  One core, one run; the contestants take turns in
every round, so that a busy moment hits all of them, and the time of the processor is measured
beside that of the clock.  How good a fit is: the largest distance of a parameter from the optimum,
in standard errors, the optimum being that to which MINPACK comes with tolerances at rounding.
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
from functools import cache
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
CIRCUIT = eis.Circuit("R_0-Zarc_gb-Zarc_int")
SERIES, SLOW = 200, 10  # spectra; the slow ones take every tenth
COLUMNS = (
    "way", "settings", "spectra", "seconds", "processor_seconds", "distance", "largest_distance",
    "memory_mb", "date", "machine", "versions",
)  # fmt: skip


@cache
def measured(number):
    """Spectra, and where those begin who need a guess."""
    return series.spectra(number), series.guess(series.truth(number))


def ours(which, number):
    """All at once, from nothing."""
    found = eis.fit(series.FREQUENCY, measured(number)[0][which], CIRCUIT, progress=False)
    return np.stack([found[name] for name in series.NAMES], axis=1)


def by_impedance_py(which, number, **settings):
    """One by one, finite differences, parameters as they are."""
    Z, start = measured(number)
    string, _ = CIRCUIT.to_impedance_py()
    found = []
    for k in which:
        circuit = CustomCircuit(string, initial_guess=list(start[k]))
        circuit.fit(series.FREQUENCY, Z[k], weight_by_modulus=True, **settings)
        found.append(circuit.parameters_)
    return np.array(found)


def by_scipy(which, number):
    """One by one, trust region, exact derivatives, logarithms."""
    Z, start = measured(number)
    found = []
    for k in which:
        spectrum = series.Spectrum(Z[k])
        best = least_squares(spectrum.residuals, np.log(start[k]), spectrum.jacobian)
        found.append(np.exp(best.x))
    return np.array(found)


def by_minpack(which, number):
    """One by one, MINPACK, exact derivatives, logarithms."""
    Z, start = measured(number)
    found = []
    for k in which:
        spectrum = series.Spectrum(Z[k])
        best = leastsq(spectrum.residuals, np.log(start[k]), Dfun=spectrum.jacobian)
        found.append(np.exp(best[0]))
    return np.array(found)


class Elsewhere:
    """lmfit, in an environment of its own."""

    def __init__(self, python):
        self.process = subprocess.Popen(
            [Path(python).absolute(), "with_lmfit.py"],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        hello = self.process.stdout.readline()
        if not hello:
            raise RuntimeError("it does not start in its environment")
        self.name = json.loads(hello)["name"]

    def round(self, which, number):
        """Values, seconds of the clock and of the processor."""
        request = {"which": [int(k) for k in which], "series": number}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return np.array(answer["values"]), answer["seconds"]

    def close(self):
        """Let it end."""
        self.process.stdin.close()
        self.process.wait()


class Contestant:
    """One way to fit some of a series."""

    def __init__(self, name, settings, fit, number, step=1):
        self.name, self.settings, self.fit = name, settings, fit
        self.number, self.which = number, np.arange(number)[::step]
        self.rounds = []

    def round(self):
        """Fit once, and remember how long it took."""
        if isinstance(self.fit, Elsewhere):
            self.values, seconds = self.fit.round(self.which, self.number)
        else:
            wall, cpu = time.perf_counter(), time.process_time()
            self.values = self.fit(self.which, self.number)
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
                largest(values, *optimum(int(k), self.number))
                for k, values in zip(self.which[::every], self.values[::every], strict=True)
            ]
        )


def largest(values, best, error):
    """The largest distance of a parameter from its optimum, in standard errors."""
    return np.max(np.abs(values - best) / error)


@cache
def optimum(k, number):
    """Parameters and standard errors of one spectrum, to rounding."""
    spectrum = series.Spectrum(measured(number)[0][k])
    found = least_squares(
        spectrum.residuals, np.log(series.truth(number)[k]), spectrum.jacobian,
        method="lm", ftol=1e-15, xtol=1e-15, gtol=1e-15,
    )  # fmt: skip
    noise = 2 * found.cost / (len(found.fun) - len(found.x))
    error = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)) * noise)
    return np.exp(found.x), np.exp(found.x) * error


def memory():
    """Peaks, in MB, of a process that reads the long series and fits it, and of one that reads it.

    Linux counts it in /proc; elsewhere None.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return None, None
    read = "import sys, numpy as np, series; from sandtime import eis; Z = np.load(sys.argv[1]); "
    fit = f"eis.fit(series.FREQUENCY, Z, {CIRCUIT.string!r}, progress=False); "
    tell = f"print(open({str(status)!r}).read().partition('VmHWM:')[2].split()[0])"
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "spectra.npy")
        np.save(path, measured(series.MANY)[0])
        return [
            int(subprocess.check_output([sys.executable, "-c", code, path], cwd=HERE)) / 1024
            for code in (read + fit + tell, read + tell)
        ]


def lines(results, missing):
    """In Markdown."""
    yield "| way | settings | spectra | time each | processor | σ from the optimum | at worst |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for each, (wall, cpu), off in results:
        yield (
            f"| {each.name} | {each.settings} | {len(each.which):,} | {duration(wall)} | "
            f"{duration(cpu)} | {np.median(off):.1g} | {off.max():.1g} |"
        )
    for name, reason in missing:
        yield f"| {name} | not run: {reason} |" + " – |" * 5


def record(path, results, peak, versions):
    """The same numbers as a file, for the chapter that shows them."""
    stamp = [datetime.date.today().isoformat(), machine(), versions]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for each, (wall, cpu), off in results:
            long = each.fit is ours and each.number == series.MANY and peak
            writer.writerow(
                [
                    each.name.strip("`"), each.settings, len(each.which), f"{wall:.3g}",
                    f"{cpu:.3g}", f"{np.median(off):.2g}", f"{off.max():.2g}",
                    f"{peak:.0f}" if long else "", *stamp,
                ]
            )  # fmt: skip


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench-python", help="interpreter with lmfit")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--record", help="also write the numbers to this CSV file")
    arguments = parser.parse_args()

    peak, before = memory()
    contestants = [
        Contestant("`eis.fit`", "no guess", ours, SERIES),
        Contestant("MINPACK", "leastsq, exact derivatives, logarithms", by_minpack, SERIES),
        Contestant("SciPy", "least_squares, exact derivatives, logarithms", by_scipy, SERIES),
    ]
    missing = []
    try:
        elsewhere = Elsewhere(arguments.bench_python or "")
        contestants.append(Contestant(elsewhere.name, "logarithms", elsewhere, SERIES))
    except (OSError, RuntimeError):
        missing.append(("lmfit", "its environment is not installed"))
    package = f"impedance.py {version('impedance')}"
    for settings, arguments_ in (("diff_step=1e-6", {"diff_step": 1e-6}), ("default", {})):

        def fit(which, number, arguments_=arguments_):
            return by_impedance_py(which, number, **arguments_)

        contestants.append(Contestant(package, settings, fit, SERIES, SLOW))
    contestants += [
        Contestant("`eis.fit`", "no guess", ours, series.MANY),
        Contestant("MINPACK", "leastsq, exact derivatives, logarithms", by_minpack, series.MANY),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tolerances that the others do not reach
        for number in range(arguments.rounds):
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
            for each in contestants:
                each.round()
    if not missing:
        elsewhere.close()
    results = [(each, each.seconds(), each.distances(SERIES)) for each in contestants]

    processor = {(each.name, each.settings, each.number): cpu for each, (_, cpu), _ in results}

    def ratio(name, settings, number):
        return processor[name, settings, number] / processor["`eis.fit`", "no guess", number]

    exact = "leastsq, exact derivatives, logarithms"
    versions = (
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}"
    )
    text = "\n".join(
        [
            f"Two arcs, {len(series.FREQUENCY)} points, {100 * series.NOISE:g} % noise",
            "",
            *lines(results, missing),
            "",
            f"- Of the processor's time of `eis.fit`, {SERIES} spectra: MINPACK "
            f"{ratio('MINPACK', exact, SERIES):.3g} ×, {package} "
            f"{ratio(package, 'diff_step=1e-6', SERIES):.3g} × with diff_step=1e-6 and "
            f"{ratio(package, 'default', SERIES):.3g} × as it is.",
            f"- {series.MANY:,} spectra: MINPACK {ratio('MINPACK', exact, series.MANY):.3g} ×.",
            f"- Peak memory of a process that reads and fits {series.MANY:,} spectra: "
            + (f"{peak:.0f} MB, {before:.0f} MB without the fit." if peak else "not measured."),
            "",
            f"Medians of {arguments.rounds} rounds, one core; `eis.fit` without a guess, the "
            f"others from 30 % beside the truth; impedance.py fits every {SLOW}th spectrum.",
            f"{versions}; {machine()}.",
            "",
        ]
    )
    print(text)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(text, encoding="utf-8")
    if arguments.record:
        record(arguments.record, results, peak, versions)


if __name__ == "__main__":
    main()
