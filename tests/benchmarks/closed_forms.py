"""`make bench`: the slab's closed forms against what a user would reach for otherwise.

Accuracy and time in one table.  Everything runs on one core of one machine in one run, warmed up,
the contestants taking turns in every round so that a busy moment hits all of them; medians over
the rounds.  Errors are relative, against forty digits (`truth.py`).  What is timed is one answer
after everything that can be prepared has been: meshes, matrices, PyBaMM's compiled model.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import by_hand
import numpy as np
import problem
import scipy
import truth
from finite_volumes import FiniteVolumes

from sandtime import arrhenius, slab
from sandtime.units import F, celsius, eV

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parents[1] / "_build" / "bench" / "closed_forms.md"
MAP_SIDE = 200
MAP_STRIDE = 20  # the scalar loop is run on every 20th temperature and current
SLAB = {
    "thickness": problem.THICKNESS,
    "initial": problem.INITIAL,
    "cutoff": problem.CUTOFF,
}


def closed_form(current_density):
    """One current, one call."""
    return slab.depletion_time(current_density, diffusivity=problem.DIFFUSIVITY, **SLAB)


class Contestant:
    """A function of one current, timed in this process."""

    def __init__(self, name, settings, depletion_time, currents=problem.CURRENTS):
        self.name, self.settings = name, settings
        self._depletion_time, self._currents = depletion_time, currents
        self._repeats = [1] * len(currents)
        self.times = [float(depletion_time(current)) for current in currents]
        for index, seconds in enumerate(self.round()):
            self._repeats[index] = max(1, round(0.02 / seconds))

    def round(self):
        """Seconds for one answer at each current."""
        return [
            seconds_each(lambda i=current: self._depletion_time(i), repeats)
            for current, repeats in zip(self._currents, self._repeats, strict=True)
        ]


class Elsewhere:
    """The same, by a package in an environment of its own: it times itself, without the pipes."""

    def __init__(self, python, script, settings, question, currents, *more):
        environment = os.environ | {"PYTHONWARNINGS": "ignore"}
        self._currents = currents
        self._process = subprocess.Popen(
            [python, str(HERE / script), question, *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        greeting = self._process.stdout.readline()
        if not greeting:
            raise RuntimeError("it did not start")
        self.name = json.loads(greeting)["name"]
        self.settings = settings
        self.times = self._ask(2)["times"]

    def round(self):
        """Seconds for one answer at each current."""
        return self._ask(3)["seconds"]

    def close(self):
        """Hang up."""
        self._process.communicate()

    def _ask(self, repeats):
        request = {"repeats": repeats, "currents": self._currents}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def seconds_each(call, repeats):
    """Mean seconds of a call over a short loop."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def start(python, script, settings, question="constant", currents=problem.CURRENTS):
    """A package elsewhere, or the reason why there is none in this table."""
    if not python or not Path(python).exists():
        return None, "its environment is not installed"
    try:
        return Elsewhere(python, script, settings, question, currents), None
    except (OSError, RuntimeError, ValueError) as reason:
        return None, str(reason)


def start_pybamm(python):
    """PyBaMM, or the reason why there is none in this table."""
    settings = f"IDAKLU, {problem.VOLUMES} equal volumes, rtol 1e-6"
    return start(python, "with_pybamm.py", settings)


class Map:
    """Utilisation over temperature and current density, Figure 10 with 40,000 points."""

    def __init__(self):
        temperature = celsius(np.linspace(0, 100, MAP_SIDE))[:, None]
        self.diffusivity = arrhenius.scale(problem.DIFFUSIVITY, 0.57 * eV, temperature, celsius(25))
        self.currents = np.geomspace(0.1, 100, MAP_SIDE)[None, :]
        self.share = self.in_one_call()
        rows = range(MAP_STRIDE // 2, MAP_SIDE, MAP_STRIDE)
        self.sample = [(row, column) for row in rows for column in rows]

    def in_one_call(self):
        """All 40,000 points."""
        return slab.accessible_utilisation(self.currents, diffusivity=self.diffusivity, **SLAB)

    def by_loop(self):
        """The sample, one root at a time."""
        return [self._share(by_hand.depletion_time, *point) for point in self.sample]

    def seconds(self):
        """Seconds for the whole map: in one call, and by a loop extrapolated from the sample."""
        loop = seconds_each(self.by_loop, 1) / len(self.sample) * MAP_SIDE**2
        return seconds_each(self.in_one_call, 3), loop

    def errors(self):
        """Largest relative errors on the sample."""
        true = [self._share(truth.depletion_time, *point) for point in self.sample]
        called = [self.share[point] for point in self.sample]
        return largest_error(called, true), largest_error(self.by_loop(), true)

    def _share(self, depletion_time, row, column):
        current = float(self.currents[0, column])
        charge = current * depletion_time(current, float(self.diffusivity[row, 0]))
        return charge / (problem.F * problem.THICKNESS * (problem.INITIAL - problem.CUTOFF))


def largest_error(values, true):
    """Largest relative error of floats against multiple-precision numbers."""
    return max(abs(float(value / exact - 1)) for value, exact in zip(values, true, strict=True))


def duration(seconds):
    """A time as a person reads it."""
    for size, unit in ((1, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def error(value):
    """A relative error; one that a double cannot resolve says so."""
    return "≤ 2e-16" if value <= np.finfo(float).eps else f"{value:.0e}"


def table(contestants, seconds, whole_map, map_seconds, without_pybamm):
    """The one table, in Markdown."""
    true = [truth.depletion_time(current) for current in problem.CURRENTS]
    columns = [f"error at {current * 100:g}" for current in problem.CURRENTS]
    lines = [
        "| task | way | settings | time | " + " | ".join(columns) + " |",
        "| --- | --- | --- | ---: |" + " ---: |" * len(columns),
    ]
    for contestant, measured in zip(contestants, seconds, strict=True):
        errors = [
            error(abs(float(t / exact - 1)))
            for t, exact in zip(contestant.times, true, strict=True)
        ]
        typical = statistics.median(
            statistics.median(of_current) for of_current in zip(*measured, strict=True)
        )
        lines.append(
            f"| depletion time | {contestant.name} | {contestant.settings} | {duration(typical)} | "
            + " | ".join(errors)
            + " |"
        )
    if without_pybamm:
        lines.append(f"| depletion time | PyBaMM | not run: {without_pybamm} | – | – | – | – |")
    called, looped = (statistics.median(column) for column in zip(*map_seconds, strict=True))
    called_error, looped_error = whole_map.errors()
    name = f"{MAP_SIDE} × {MAP_SIDE} map"
    lines += [
        f"| {name} | `slab.accessible_utilisation` | one call | {duration(called)} | "
        f"{error(called_error)} at worst | | |",
        f"| {name} | series and `brentq` | a loop, extrapolated from every {MAP_STRIDE}th row and "
        f"column | {duration(looped)} | {error(looped_error)} at worst | | |",
    ]
    return lines


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pybamm-python", help="interpreter of an environment with PyBaMM")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    if not np.isclose(problem.F, F, rtol=1e-15, atol=0):
        raise SystemExit(f"problem.F = {problem.F} C/mol is not the library's {F}")

    truth.check()
    contestants = [
        Contestant("`slab.depletion_time`", "closed form, one call each", closed_form),
        Contestant("series and `brentq`", f"{by_hand.TERMS} terms by hand", by_hand.depletion_time),
    ]
    for method, mesh, growth in (
        ("BDF", "volumes graded towards the interface", 1.02),
        ("BDF", "equal volumes", 1.0),
        ("LSODA", "equal volumes", 1.0),
    ):
        solver = FiniteVolumes(method, growth)
        jacobian = "banded Jacobian" if method == "LSODA" else "exact sparse Jacobian"
        settings = f"{problem.VOLUMES} {mesh}, rtol 1e-6, {jacobian}"
        contestants.append(Contestant(f"SciPy {method}", settings, solver.depletion_time))
    pybamm, without_pybamm = start_pybamm(arguments.pybamm_python)
    if pybamm:
        contestants.append(pybamm)
    whole_map = Map()

    seconds = [[] for _ in contestants]
    map_seconds = []
    for number in range(arguments.rounds):
        print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
        for measured, contestant in zip(seconds, contestants, strict=True):
            measured.append(contestant.round())
        map_seconds.append(whole_map.seconds())
    if pybamm:
        pybamm.close()

    lines = table(contestants, seconds, whole_map, map_seconds, without_pybamm)
    text = "\n".join(
        [
            *lines,
            "",
            f"25 µm of Li0.9Mg0.1 from 69.6 to 24.0 mmol cm⁻³ at the interface, D = 3e-11 cm² s⁻¹, "
            f"at 10, 100 and 1000 µA cm⁻². Times: medians of {arguments.rounds} rounds and of the "
            f"three currents, one core, everything prepared beforehand. Errors: relative, against "
            f"40 digits. Map: 0–100 °C by 10–10,000 µA cm⁻², errors on {len(whole_map.sample)} "
            f"of its points.",
            "",
            f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy "
            f"{scipy.__version__}, {platform.system()} {platform.machine()}.",
            "",
        ]
    )
    print(text)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
