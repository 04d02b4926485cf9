"""Questions by code and with data of chapter *Diffusivity*: a crossing, a batch of cells."""

import dataclasses
import functools

import numpy as np

from sandtime import campaign, sand
from sandtime.exercises.question import (
    Mistake,
    Open,
    Question,
    Verdict,
    failed,
    passed,
)
from sandtime.materials import BETA_LIMIT, LI90MG10
from sandtime.units import F, cm, uA

CURRENTS = np.array([50, 100, 200]) * uA / cm**2

BATCH = {"li90mg10-50": 1.3, "li90mg10-100": 0.98, "li90mg10-200": 0.85}


def batch():
    """Three synthetic series of another batch of the alloy: the last spectra of each, by current.

    Returns
    -------
    dict
        Current density, A/m² → `campaign.Series` of the last two hundred spectra.
    """
    found = {}
    for current, (id, factor) in zip(CURRENTS, BATCH.items(), strict=True):
        cell = campaign.cell(id)
        cell = dataclasses.replace(cell, depletion_time=factor * cell.depletion_time)
        found[current] = campaign.measure(cell, seed=7)[-200:]
    return found


@functools.cache
def _times():
    return tuple(campaign.analyse(series).depletion_time()[0] for series in batch().values())


def _from_batch(drop=LI90MG10.concentration, **how):
    return sand.fit(CURRENTS, np.array(_times()), drop, **how).diffusivity


def _with_intercept():
    slope = np.polyfit(CURRENTS, np.array(_times()) ** -0.5, 1)[0]
    return 4 / np.pi / (F * LI90MG10.concentration * slope) ** 2


def _mean():
    return np.mean(sand.diffusivity(CURRENTS, np.array(_times()), LI90MG10.concentration))


def _crossing(time, resistance, error, level, *, raw=False, alone=False, hundredfold=False):
    """By a line of ln R over ln t through what is within 3 % of the first point above."""
    first = time[np.argmax(resistance > level)]
    near = np.abs(time / first - 1) < 0.03
    x, y = np.log(time[near]), np.log(resistance[near] / level)
    w = (resistance[near] / error[near]) ** 2
    centre = (w @ x) / w.sum()
    slope = (w @ ((x - centre) * y)) / (w @ (x - centre) ** 2)
    away = -(w @ y) / w.sum() / slope
    variance = 1 / w.sum() + away**2 / (w @ (x - centre) ** 2)
    at, sigma = np.exp(centre + away), np.sqrt(variance)
    if alone:
        sigma = 1 / np.sqrt(w.mean())
    return first + 60.0 if raw else at, at * sigma / (1 if hundredfold else abs(slope))


def _pulls(function, number=300):
    """Differences from the truth over the claimed errors, of noisy power laws."""
    rng, found = np.random.default_rng(3), []
    for _ in range(number):
        power, centre = rng.uniform(3, 30), rng.uniform(3e4, 6e4)
        time = np.arange(0.9 * centre, 1.1 * centre, 30.0) + rng.uniform(0, 30)
        exact = (time / centre) ** power
        noisy = exact * (1 + 2e-3 * rng.standard_normal(time.size))
        at, error = function(time, noisy, 2e-3 * exact, 1.0)
        found.append((float(at) - centre) / float(error))
    return np.array(found)


PAIR = "Return two numbers: the time and its standard error."

BIASED = (
    "Your times lie to one side of the truth by a good part of their errors. Interpolate between "
    "the points; do not take one."
)

TOO_LARGE = (
    "Your times scatter less than your errors say. Is the slope of ln R against ln t in the error,"
    " and the number of points that take part?"
)

TOO_SMALL = (
    "Your times scatter more than your errors say. How many points take part, and is the error of "
    "the slope in it?"
)


def _judge_crossing(function):
    """Pulls must have mean zero and unit width."""
    try:
        at, error = function(*CASE)
        at, error = float(at), float(error)
    except (TypeError, ValueError):
        return Verdict(False, "invalid:shape", PAIR)
    if not (np.isfinite(at) and np.isfinite(error) and error > 0):
        return Verdict(
            False, "invalid:nan", "Both are to be finite and the error positive; one is not."
        )
    pulls = _pulls(function)
    if not np.isfinite(pulls).all():
        return Verdict(False, "invalid:nan", "For some noise the time or its error is not finite.")
    width = np.std(pulls)
    if abs(pulls.mean()) > 0.25 * max(width, 1.0):
        return failed("biased", BIASED)
    if width < 0.8:
        return failed("errors too large", TOO_LARGE, 0.5)
    if width > 1.2:
        return failed("errors too small", TOO_SMALL, 0.5)
    return passed("Right: without a bias, and the errors are the scatter.")


_T = np.arange(3.6e4, 4.4e4, 30.0)

CASE = (_T, (_T / 4e4) ** 12, 2e-3 * (_T / 4e4) ** 12, 1.0)

BY_CODE = (
    Question(
        "diffusivity-crossing",
        "time of a crossing and its standard error",
        lambda *given: np.array(_crossing(*given)),
        cases=(CASE,),
        judge=_judge_crossing,
        level=3,
        minutes=30,
        outcome="diffusivity-1",
        arguments=("time", "resistance", "error", "level"),
        mistakes=(
            Mistake("biased", lambda *given: _crossing(*given, raw=True), BIASED),
            Mistake(
                "errors too large", lambda *given: _crossing(*given, hundredfold=True), TOO_LARGE
            ),
            Mistake(
                "errors too small",
                lambda *given: (_crossing(*given)[0], _crossing(*given)[1] / 2),
                TOO_SMALL,
            ),
        ),
    ),
)

BY_DATA = (
    Question(
        "diffusivity-data",
        "D_eff of the batch, by an unweighted line through the origin with c₀ = 69.6 mmol cm⁻³ (to"
        " 1 %)",
        _from_batch,
        "cm² s⁻¹",
        kind="data",
        level=2,
        minutes=15,
        outcome="diffusivity-1",
        mistakes=(
            Mistake(
                "an intercept",
                _with_intercept,
                "This line has an intercept. What must t₀^(−1/2) be without a current?",
            ),
            Mistake(
                "the mean of three",
                _mean,
                "This is the mean of three diffusivities, every cell alike. The unweighted line "
                "lets the fastest cell decide.",
            ),
            Mistake(
                "an end at the β limit",
                lambda: _from_batch(
                    LI90MG10.concentration - LI90MG10.lithium_left(BETA_LIMIT, conserved="sites")
                ),
                "This ends at the β limit. The paper's evaluation takes all of c₀ as the drop.",
            ),
            Mistake(
                "one cell",
                lambda: sand.diffusivity(CURRENTS[1], _times()[1], LI90MG10.concentration),
                "This is the cell at 100 µA cm⁻² alone. Use all three.",
            ),
        ),
    ),
)

OPEN = (
    Open(
        "diffusivity-open",
        (
            "Something other than the current alone is changed or looked at.",
            "What diffusion and what voids predict for it, each as a number or a power.",
            "The most vulnerable prediction of the void law is named: the count goes with i², "
            "without a free parameter.",
            "How the count or the spacing is measured, and with which error.",
            "What would be concluded if neither prediction is met.",
        ),
        level=3,
        minutes=30,
        outcome="diffusivity-3",
    ),
)

QUESTIONS = BY_CODE + BY_DATA + OPEN
