"""`make bench`: `sandtime.transport` against the packages a user would reach for otherwise.

Two questions (`problem.py`): a constant diffusivity at the paper's three currents, and one that
varies fifty-fold.  One core, one run, everything that can be prepared is; the contestants take
turns in every round, so that a busy moment hits all of them.  Times are medians over the rounds.
Errors are relative, of the depletion time, against forty digits (`truth.py`) for the first question
and a closed form for the second.
"""

import argparse
import csv
import datetime
import os
import platform
import statistics
import sys
from pathlib import Path

import numpy as np
import problem
import scipy
import truth
from closed_forms import Contestant, duration, error, seconds_each, start
from finite_volumes import FiniteVolumes

from sandtime import sand, slab, transport
from sandtime.units import F, cm, uA

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parents[1] / "_build" / "bench" / "transport.md"
SWEEP = 1000
COLUMNS = (
    "question",
    "way",
    "settings",
    "current_density",
    "seconds",
    "relative_error",
    "date",
    "machine",
    "versions",
)


def constant(rtol):
    """The first question, with a constant given as a number."""

    def depletion_time(current_density):
        return transport.solve(
            thickness=problem.THICKNESS,
            diffusivity=problem.DIFFUSIVITY,
            initial=problem.INITIAL,
            steps=transport.Step(current_density, cutoff=problem.CUTOFF),
            rtol=rtol,
        ).depletion_time

    return depletion_time


def varying(question, rtol):
    """Either question with the diffusivity given as a function: nothing is known to be constant."""
    storm = problem.INITIAL / problem.STORM_RATIO
    diffusivity, cutoff = {
        "constant": (lambda c: np.full_like(c, problem.DIFFUSIVITY), problem.CUTOFF),
        "storm": (
            lambda c: problem.STORM_DIFFUSIVITY / (1 + c / storm) ** 2,
            problem.STORM_CUTOFF * problem.INITIAL,
        ),
    }[question]

    def depletion_time(current_density):
        return transport.solve(
            thickness=problem.THICKNESS,
            diffusivity=diffusivity,
            initial=problem.INITIAL,
            steps=transport.Step(current_density, cutoff=cutoff),
            rtol=rtol,
        ).depletion_time

    return depletion_time


def storm_truth(current_density):
    """The second question's closed form, exact while the far side has not been felt."""
    # lithium per magnesium is c/scale: a unit molar volume makes position the fixed coordinate
    scale = problem.INITIAL / problem.STORM_RATIO
    enrichment = (1 + problem.STORM_RATIO) / (1 + problem.STORM_CUTOFF * problem.STORM_RATIO)
    return sand.receding_depletion_time(
        current_density / scale, problem.STORM_DIFFUSIVITY, 1.0, enrichment
    )


class Table:
    """Contestants for one question."""

    def __init__(self, question, currents, true):
        self.question, self.currents, self.true = question, currents, true
        self.contestants, self.missing = [], []

    def add(self, name, settings, depletion_time):
        """One that runs in this process."""
        self.contestants.append(Contestant(name, settings, depletion_time, self.currents))

    def add_elsewhere(self, name, python, script, settings):
        """One with an environment of its own, or the reason why it is missing."""
        other, reason = start(python, script, settings, self.question, self.currents)
        if other:
            self.contestants.append(other)
        else:
            self.missing.append((name, reason))

    def prepare(self):
        """An empty list of rounds for each."""
        self.rounds = [[] for _ in self.contestants]

    def round(self):
        """One turn for everyone."""
        for measured, contestant in zip(self.rounds, self.contestants, strict=True):
            measured.append(contestant.round())

    def close(self):
        """Hang up on those elsewhere."""
        for contestant in self.contestants:
            if hasattr(contestant, "close"):
                contestant.close()

    def results(self):
        """Name, settings, and for each current the median seconds and the error."""
        for contestant, measured in zip(self.contestants, self.rounds, strict=True):
            seconds = [statistics.median(column) for column in zip(*measured, strict=True)]
            errors = [
                abs(float(time / exact - 1))
                for time, exact in zip(contestant.times, self.true, strict=True)
            ]
            yield contestant.name, contestant.settings, seconds, errors

    def lines(self):
        """In Markdown."""
        labels = [f"{current / (uA / cm**2):g} µA cm⁻²" for current in self.currents]
        yield "| way | settings | " + " | ".join(f"{x}: time | error" for x in labels) + " |"
        yield "| --- | --- |" + " ---: | ---: |" * len(labels)
        for name, settings, seconds, errors in self.results():
            cells = [
                f"{duration(time)} | {error(off)}"
                for time, off in zip(seconds, errors, strict=True)
            ]
            yield f"| {name} | {settings} | " + " | ".join(cells) + " |"
        for name, reason in self.missing:
            yield f"| {name} | not run: {reason} |" + " – | – |" * len(labels)

    def ratios(self):
        """Ours beside PyBaMM's, in time and in error, at each current."""
        results = list(self.results())
        theirs = next((r for r in results if r[0].startswith("PyBaMM")), None)
        if theirs is None:
            return
        for name, settings, seconds, errors in results:
            if name.startswith("`transport"):
                times = ", ".join(f"{a / b:.2g}" for a, b in zip(seconds, theirs[2], strict=True))
                better = ", ".join(
                    f"{b / max(a, np.finfo(float).eps):.1g}"
                    for a, b in zip(errors, theirs[3], strict=True)
                )
                yield (
                    f"- {name}, {settings}: {times} × the time of {theirs[0]}, "
                    f"{better} × smaller error"
                )


class Sweep:
    """A thousand foils and currents, drawn once, one call each; a quarter of them with D(c)."""

    def __init__(self):
        draw = np.random.default_rng(2019)
        self.thickness = draw.uniform(10e-6, 200e-6, SWEEP)
        self.diffusivity = 10 ** draw.uniform(-16, -13, SWEEP)
        self.current = 10 ** draw.uniform(-1, 1, SWEEP)
        exact = slab.depletion_time(
            self.current,
            thickness=self.thickness,
            diffusivity=self.diffusivity,
            initial=problem.INITIAL,
            cutoff=problem.CUTOFF,
        )
        self.error = np.abs(np.array(self.constant()) / exact - 1).max()

    def _solve(self, index, diffusivity, rtol=1e-6):
        return transport.solve(
            thickness=self.thickness[index],
            diffusivity=diffusivity,
            initial=problem.INITIAL,
            steps=transport.Step(self.current[index], cutoff=problem.CUTOFF),
            rtol=rtol,
        ).depletion_time

    def constant(self):
        """All of them."""
        return [self._solve(index, self.diffusivity[index]) for index in range(SWEEP)]

    def varying(self, rtol=1e-6):
        """Every fourth, with a diffusivity that nearly doubles towards the cut-off."""

        def mild(scale):
            return lambda c: scale * np.exp(1 - c / problem.INITIAL)

        return [
            self._solve(index, mild(self.diffusivity[index]), rtol) for index in range(0, SWEEP, 4)
        ]


def machine():
    """What the times were measured on."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, one of {os.cpu_count()} cores, {platform.system()}"


def record(path, tables, versions, sweep_seconds, sweep_error):
    """The same numbers as a file, for the chapter that shows them."""
    stamp = [datetime.date.today().isoformat(), machine(), versions]
    rows = []
    for table in tables:
        for name, settings, seconds, errors in table.results():
            for current, time, off in zip(table.currents, seconds, errors, strict=True):
                printed = f"{current / (uA / cm**2):g}"
                rows.append(
                    [
                        table.question,
                        name.strip("`"),
                        settings,
                        printed,
                        f"{time:.3g}",
                        f"{off:.2g}",
                    ]
                )
    one, fourth = sweep_seconds
    name = f"transport.solve, {SWEEP} sets"
    rows.append(["sweep", name, "constant D", "", f"{one:.3g}", f"{sweep_error:.2g}"])
    rows.append(["sweep", name, "D(c), from every fourth", "", f"{4 * fourth:.3g}", ""])
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row + stamp for row in rows)


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench-python", help="interpreter with PyBaMM and scikit-fem")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--record", help="also write the numbers to this CSV file")
    arguments = parser.parse_args()
    if not np.isclose(problem.F, F, rtol=1e-15, atol=0):
        raise SystemExit(f"problem.F = {problem.F} C/mol is not the library's {F}")

    python = arguments.bench_python
    ours = "`transport.solve`"
    volumes = f"{problem.VOLUMES} equal volumes"
    constants = Table(
        "constant",
        problem.CURRENTS,
        [float(truth.depletion_time(current)) for current in problem.CURRENTS],
    )
    for rtol in (1e-6, 1e-8):
        constants.add(ours, f"constant D, rtol {rtol:.0e}", constant(rtol))
    for rtol in (1e-6, 1e-8):
        constants.add(ours, f"D(c), rtol {rtol:.0e}", varying("constant", rtol))
    constants.add_elsewhere("PyBaMM", python, "with_pybamm.py", f"IDAKLU, {volumes}, rtol 1e-6")
    constants.add(
        "SciPy BDF",
        f"{volumes}, rtol 1e-6, exact sparse Jacobian",
        FiniteVolumes("BDF", 1.0).depletion_time,
    )
    constants.add_elsewhere(
        "scikit-fem",
        python,
        "with_skfem.py",
        f"{problem.VOLUMES} quadratic elements, 200 steps of implicit Euler",
    )
    storm = Table("storm", problem.STORM_CURRENTS, [storm_truth(x) for x in problem.STORM_CURRENTS])
    for rtol in (1e-4, 1e-6, 1e-8):
        storm.add(ours, f"D(c), rtol {rtol:.0e}", varying("storm", rtol))
    storm.add_elsewhere("PyBaMM", python, "with_pybamm.py", f"IDAKLU, {volumes}, rtol 1e-6")

    tables = (constants, storm)
    for table in tables:
        table.prepare()
    sweep, sweep_seconds = Sweep(), []
    for number in range(arguments.rounds):
        print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
        for table in tables:
            table.round()
        if number < 3:
            sweep_seconds.append([seconds_each(sweep.constant, 1), seconds_each(sweep.varying, 1)])
    for table in tables:
        table.close()
    one, fourth = (statistics.median(column) for column in zip(*sweep_seconds, strict=True))

    versions = (
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}"
    )
    text = "\n".join(
        [
            "Depletion time of 25 µm of Li0.9Mg0.1, D = 3e-11 cm² s⁻¹",
            "",
            *constants.lines(),
            "",
            *constants.ratios(),
            "",
            "The same slab with D falling fifty-fold as the concentration rises "
            "(D* / (1 + 9 c/c0)²)",
            "",
            *storm.lines(),
            "",
            *storm.ratios(),
            "",
            f"Sweep of {SWEEP} sets, one call each: {duration(one)} for constant D (largest error "
            f"{sweep.error:.0e}), {duration(4 * fourth)} for D(c) (from every fourth).",
            "",
            f"Medians of {arguments.rounds} rounds, one core, everything prepared beforehand; "
            "errors are relative.",
            f"{versions}; {machine()}.",
            "",
        ]
    )
    print(text)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(text, encoding="utf-8")
    if arguments.record:
        record(arguments.record, tables, versions, (one, fourth), sweep.error)


if __name__ == "__main__":
    main()
