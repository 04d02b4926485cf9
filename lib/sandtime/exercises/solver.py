"""Questions by code of chapter *Solver*: volumes, extrapolation, a rest."""

import functools

import numpy as np

from sandtime import reported, sand, slab
from sandtime.exercises.question import Mistake, Open, Question
from sandtime.transport import Step, solve
from sandtime.units import F, cm, hour, mmol, s, uA, um

C0 = reported.paper("c0-li90mg10") * mmol / cm**3

C_BETA = reported.paper("c-beta-limit") * mmol / cm**3

D = reported.paper("d-beta") * cm**2 / s

FOIL = {"thickness": reported.paper("thickness-figure-9") * um, "initial": C0}

SLAB = {**FOIL, "diffusivity": D}

I_100, I_1000 = 100 * uA / cm**2, 1000 * uA / cm**2

REST = 6 * hour


def constant(c):
    """The paper's diffusivity, as a function of the concentration."""
    return np.full_like(c, D)


def rising(c):
    """A diffusivity that grows e-fold as the lithium goes."""
    return D * np.exp(1 - c / C0)


def falling(c):
    """A diffusivity that falls to a fifth on the way to the β limit."""
    return D * (0.1 + (c / C0) ** 2)


def _strip(current, law):
    """Depletion time, s; of a strong current by that of 1 mA cm⁻², whose layer is thin too."""
    if law is constant:
        return float(_constant(current, D))
    return _solved(min(current, I_1000), law) * min(1.0, I_1000 / current) ** 2


@functools.cache
def _solved(current, law):
    step = Step(current, cutoff=C_BETA)
    return float(solve(diffusivity=law, steps=step, rtol=1e-4, **FOIL).depletion_time)


def _constant(current, diffusivity):
    return slab.depletion_time(current, diffusivity=diffusivity, cutoff=C_BETA, **FOIL)


def _at(law, c):
    return float(law(np.array([c]))[0])


def _mean(law):
    return float(law(np.linspace(C_BETA, C0, 2001)).mean())


def _richardson(coarse, middle, fine, sign=-1, base=2.0, order=None):
    """The order of the error, and the value without it, from meshes 1 : 2 : 4."""
    found = np.log((coarse - middle) / (middle - fine)) / np.log(base)
    power = 2.0 ** (found if order is None else order)
    return np.array([found, fine + sign * (middle - fine) / (power - 1)])


def _meshes(value, error, order):
    return tuple(value + error / 2 ** (order * k) for k in range(3))


def _surface(time):
    thickness = FOIL["thickness"]
    return float(slab.concentration(thickness, time, current_density=I_100, **SLAB))


def _rest(from_now=True):
    t0 = _constant(I_100, D)
    return C0 + _surface(t0 + REST) - _surface(REST if from_now else t0)


def _sand_rest():
    t0 = sand.depletion_time(I_100, D, C0 - C_BETA)
    lost = 2 * I_100 / F / np.sqrt(np.pi * D)
    return C0 - lost * (np.sqrt(t0 + REST) - np.sqrt(REST))


BY_CODE = (
    Question(
        "solver-volumes",
        "depletion time of the paper's foil for any D(c)",
        _strip,
        "s",
        cases=(
            (I_100, constant),
            (I_1000, constant),
            (I_100, rising),
            (I_1000, rising),
            (I_100, falling),
        ),
        rtol=1e-3,
        level=3,
        minutes=45,
        outcome="solver-1",
        arguments=("the current density", "the diffusivity"),
        mistakes=(
            Mistake(
                "D of the fresh foil",
                lambda i, law: _constant(i, _at(law, C0)),
                "This takes D of the fresh foil for all concentrations. Ask the law where the "
                "lithium is.",
            ),
            Mistake(
                "D at the cut-off",
                lambda i, law: _constant(i, _at(law, C_BETA)),
                "This takes D at the interface for the whole foil.",
            ),
            Mistake(
                "the mean of D",
                lambda i, law: _constant(i, _mean(law)),
                "This takes one mean of D. A constant D gives the right time only if D is "
                "constant.",
                credit=0.25,
            ),
            Mistake(
                "an endless foil",
                lambda i, law: float(sand.depletion_time(i, _mean(law), C0 - C_BETA)),
                "This is Sand's equation. The foil is thin: its far side is felt at the smaller "
                "current.",
            ),
        ),
    ),
    Question(
        "solver-richardson",
        "order of the error and the value without it, from three meshes, each twice as fine",
        _richardson,
        cases=tuple(
            _meshes(*each)
            for each in (
                (0.05, 2.0, 2),
                (1.0, -0.6, 2),
                (7.5, 9.0, 1),
                (0.25, 5.0, 3),
                (0.4, 60.0, 1.5),
            )
        ),
        rtol=1e-3,
        level=2,
        minutes=15,
        outcome="solver-2",
        arguments=("coarse", "middle", "fine"),
        mistakes=(
            Mistake(
                "the other way",
                lambda *values: _richardson(*values, sign=1),
                "From the middle mesh to the fine one the value moves towards the answer: go on in"
                " that direction.",
            ),
            Mistake(
                "second order always",
                lambda *values: _richardson(*values, order=2),
                "A third of the last difference is right for order two alone. Use the order that "
                "you measured.",
                credit=0.5,
            ),
            Mistake(
                "natural logarithm",
                lambda *values: np.array(
                    [_richardson(*values, base=np.e)[0], _richardson(*values)[1]]
                ),
                "Each mesh is twice as fine: the order is a logarithm to base 2.",
                credit=0.5,
            ),
            Mistake(
                "no extrapolation",
                lambda *values: np.array([_richardson(*values)[0], values[2]]),
                "The second number is that of the finest mesh. Take its error away.",
            ),
        ),
    ),
    Question(
        "solver-richardson-share",
        "β-phase share at 1 mA cm⁻², from three meshes",
        lambda: float(slab.accessible_utilisation(I_1000, cutoff=C_BETA, **SLAB)),
        "%",
        rtol=1e-3,
        kind="code",
        level=2,
        minutes=10,
        outcome="solver-3",
        exercise="exercise-solver-richardson",
        mistakes=(
            Mistake(
                "of all lithium",
                lambda: float(slab.utilisation(I_1000, cutoff=C_BETA, **SLAB)),
                "This is the share of all lithium. Asked for is the share of what lies above the β"
                " limit.",
            ),
            Mistake(
                "a half-space",
                lambda: float(
                    I_1000
                    * sand.depletion_time(I_1000, D, C0)
                    / (F * FOIL["thickness"] * (C0 - C_BETA))
                ),
                "This ends with an empty interface. The strip ends at the β limit.",
            ),
        ),
    ),
    Question(
        "solver-rest",
        "concentration at the interface after six hours of rest",
        _rest,
        "mmol cm⁻³",
        rtol=1e-3,
        kind="code",
        level=2,
        minutes=12,
        outcome="solver-2",
        mistakes=(
            Mistake(
                "the mean",
                lambda: C0 - I_100 * _constant(I_100, D) / (F * FOIL["thickness"]),
                "This is the mean of the foil, reached after a very long rest. Six hours are not "
                "enough.",
            ),
            Mistake(
                "nothing switched off",
                lambda: _surface(_constant(I_100, D) + REST),
                "This current never stopped. Add one of the opposite sign that begins at t₀.",
            ),
            Mistake(
                "an endless foil",
                _sand_rest,
                "This is a half-space. The foil ends, and its far side is felt after six hours.",
            ),
            Mistake(
                "the opposite current too old",
                lambda: _rest(from_now=False),
                "The opposite current has flowed for the rest, not for t₀.",
            ),
        ),
    ),
)

OPEN = (
    Open(
        "solver-break",
        (
            "A diffusivity or a programme is given for which the answer is off, and no warning "
            "comes.",
            "By how much it is off is found without the solver: an exact solution, or a second "
            "method.",
            "Why the solver does not see it: table, nodes between steps, or the integrator.",
            "A way to notice, with its price.",
        ),
        level=3,
        minutes=60,
        outcome="solver-2",
    ),
)

QUESTIONS = BY_CODE + OPEN
