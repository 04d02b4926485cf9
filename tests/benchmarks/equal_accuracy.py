"""`make bench`: `transport.solve` beside PyBaMM at the same error, not at the same effort.

PyBaMM's equal volumes are doubled and its tolerance tightened until its answer is as good as ours
at the default tolerance; of what is good enough the fastest counts.  Truths: forty digits, a closed
form, and extrapolated finite volumes of our own (`finer.py`) where no formula answers.
"""

import argparse
import csv
import datetime
import platform
import statistics
import sys
from pathlib import Path

import finer
import numpy as np
import problem
import scipy
import truth
from closed_forms import Elsewhere, seconds_each
from transport import COLUMNS, machine, storm_truth, varying

from sandtime import transport
from sandtime.units import cm, uA

OUTPUT = Path(__file__).resolve().parents[2] / "_build" / "bench" / "equal_accuracy.md"
VOLUMES = (100, 200, 400, 800, 1600, 3200)
TOLERANCES = (1e-8, 1e-6)
LEAST = 1e-7  # error that PyBaMM is asked for, however small ours


def mild(c):
    """D(c) of the third question."""
    return problem.DIFFUSIVITY * np.exp(1 - c / problem.INITIAL)


def solve(diffusivity, steps, rtol):
    """The standard foil."""
    return transport.solve(
        thickness=problem.THICKNESS,
        diffusivity=diffusivity,
        initial=problem.INITIAL,
        steps=steps,
        rtol=rtol,
    )


def mild_strip(rtol):
    """Depletion time as a function of the current."""
    step = transport.Step
    return lambda i: solve(mild, step(i, cutoff=problem.CUTOFF), rtol).depletion_time


def programme(rtol):
    """Filling of the interface after the ten steps."""
    steps = [transport.Step(i, duration=span) for i, span in problem.PROGRAMME]
    return lambda _: solve(mild, steps, rtol).surface[-1] / problem.INITIAL


def constant(rtol):
    """Depletion time with D as a number."""
    step = transport.Step
    number = problem.DIFFUSIVITY
    return lambda i: solve(number, step(i, cutoff=problem.CUTOFF), rtol).depletion_time


def questions():
    """Question, the case, ours as a function of rtol, and the truth."""
    for i in problem.MILD_CURRENTS:
        yield "mild", i, mild_strip, finer.mild_depletion_time(i)[0]
    for i in problem.STORM_CURRENTS:
        yield "storm", i, lambda rtol: varying("storm", rtol), storm_truth(i)
    i = problem.CURRENTS[1]
    yield "constant", i, constant, float(truth.depletion_time(i))
    yield "programme", 0.0, programme, finer.mild_programme_surface()[0]


def fastest_as_good(python, question, case, true, allowed):
    """PyBaMM's settings that reach an error in the least time, or the best there is."""
    best = np.inf, None, None
    for volumes in VOLUMES:
        good = []
        for rtol in TOLERANCES:
            more = str(volumes), f"{rtol:g}"
            other = Elsewhere(python, "with_pybamm.py", "", question, [case], *more)
            seconds, off = other.round()[0], abs(other.times[0] / true - 1)
            other.close()
            if off > allowed:
                best = min(best, (off, volumes, rtol))
                break
            good.append((seconds, volumes, rtol))
        if good:  # finer meshes only cost more
            return min(good)[1:]
    return best[1:]


def compare(python, rounds, ours_at, only):
    """Rows of question, way, settings, current density, seconds and relative error."""
    for question, case, ours, true in questions():
        if question not in only:
            continue
        function = ours(ours_at)
        error = abs(float(function(case)) / true - 1)
        volumes, rtol = fastest_as_good(python, question, case, true, max(error, LEAST))
        settings = f"IDAKLU, {volumes} equal volumes, rtol {rtol:.0e}"
        other = Elsewhere(
            python, "with_pybamm.py", settings, question, [case], str(volumes), f"{rtol:g}"
        )
        mine, theirs = [], []
        for _ in range(rounds):
            mine.append(seconds_each(lambda f=function, c=case: f(c), 3))
            theirs.append(other.round()[0])
        other.close()
        label = "" if question == "programme" else f"{case / (uA / cm**2):g}"
        name = f"equal {question}"
        off = abs(other.times[0] / true - 1)
        yield name, "transport.solve", f"rtol {ours_at:.0e}", label, statistics.median(mine), error
        yield name, other.name, settings, label, statistics.median(theirs), off
        print(question, label, "done", file=sys.stderr, flush=True)


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench-python", help="interpreter with PyBaMM")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--record", help="put the numbers into this CSV file beside the others")
    arguments = parser.parse_args()
    python = arguments.bench_python
    if not python or not Path(python).exists():
        print("Equal accuracy: not run, PyBaMM's environment is not installed")
        return
    rows, others = [], ("storm", "constant", "programme")
    for ours_at, only in ((1e-6, ("mild",)), (1e-4, ("mild",)), (1e-6, others)):
        rows += compare(python, arguments.rounds, ours_at, only)
        if arguments.record:
            record(Path(arguments.record), rows)
    lines = [
        "| question | way | settings | µA cm⁻² | time / ms | error |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {a} | {b} | {c} | {d} | {1e3 * seconds:.3g} | {off:.1e} |"
        for a, b, c, d, seconds, off in rows
    ]
    text = "\n".join(lines)
    print(text)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(text + "\n", encoding="utf-8")


def record(path, rows):
    """Replace what was recorded of this script, keep the rest."""
    versions = (
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}"
    )
    stamp = [datetime.date.today().isoformat(), machine(), versions]
    with open(path, encoding="utf-8", newline="") as file:
        kept = [r for r in csv.reader(file) if not r[0].startswith("equal ")][1:]
    for name, way, settings, label, seconds, off in rows:
        error = "" if np.isnan(off) else f"{off:.2g}"
        kept.append([name, way, settings, label, f"{seconds:.3g}", error, *stamp])
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(kept)


if __name__ == "__main__":
    main()
