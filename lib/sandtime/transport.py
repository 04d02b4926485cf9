r"""Diffusion in an electrode while a current programme runs, for any D(c) (chapter *Solver*).

One equation serves both frames,

.. math:: \frac{\partial w}{\partial t} = \frac{\partial}{\partial x}\left(D(w)
          \frac{\partial w}{\partial x}\right), \qquad
          D\,\frac{\partial w}{\partial x} = 0 \ \text{at}\ 0, \qquad
          -D\,\frac{\partial w}{\partial x} = \frac{i}{F} \ \text{at the interface},

with :math:`w` the concentration over the position (`solve`), or :math:`w` the lithium per magnesium
over the magnesium passed on the way to the interface (`solve_receding`): counted from atom to atom
of magnesium, an electrode that shrinks stands still.

How it is solved:

- **Space**: Chebyshev collocation (`collocation`) on nodes that crowd towards the interface as
  closely as the shortest step demands.  The flux is the gradient of :math:`\Theta = \int D\,dw`,
  prescribed at both ends; Clenshaw-Curtis quadrature integrates its derivative exactly, so that
  mass is conserved at any resolution.
- **Time**: LSODA with the exact Jacobian, in :math:`s = \sqrt t` counted from the start of each
  step.  A current that is switched on draws the surface down with :math:`\sqrt t`, which is a
  straight line in :math:`s`.  What is integrated is the deviation from the mean; the mean itself is
  known from the charge.  Where D is constant the nodes obey a linear system, which its modes solve
  without a step.
- **Resolution**: the programme is run again on more nodes until the last Chebyshev coefficients, or
  what the result moved by, are small against the tolerance.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from sandtime import checks
from sandtime.collocation import Grid, grid
from sandtime.kirchhoff import Diffusivity, MagnesiumFixedDiffusivity
from sandtime.march import March
from sandtime.threads import one_blas_thread
from sandtime.units import F

_NODES = (24, 32, 48, 72, 108, 162, 243)
_ENOUGH_TO_SEE = 100  # intervals from which on the pace tells what the finest grid would give
_ROUNDING = 1e-14  # of w, against the change that the tolerance refers to


class ResolutionWarning(UserWarning):
    """The diffusivity is so steep that the finest grid does not resolve the profile."""


@dataclass(frozen=True)
class Step:
    """One step of a current programme; it ends at whichever comes first.

    Parameters
    ----------
    current : float
        Current density, A/m²; positive strips, negative plates, zero rests.
    duration : float, optional
        s; positive.
    cutoff : float, optional
        What the interface has to reach: a concentration in mol/m³ for `solve`, a magnesium fraction
        for `solve_receding`.  A stripping step ends when the lithium at the interface has fallen to
        it, a plating step when it has risen to it, a rest when it has come back to it.

    Raises
    ------
    ValueError
        If neither duration nor cut-off is given, or a number is out of range.

    Examples
    --------
    >>> from sandtime.units import cm, hour, uA
    >>> Step(100 * uA / cm**2, duration=15 * hour).duration / hour
    15.0
    """

    current: float
    duration: float | None = None
    cutoff: float | None = None

    def __post_init__(self):
        checks.scalar("current", checks.real("current", self.current, "A/m²"))
        if self.duration is None and self.cutoff is None:
            raise ValueError(
                "duration = None s and cutoff = None are not allowed together: a step needs one"
            )
        if self.duration is not None:
            checks.scalar("duration", checks.positive("duration", self.duration, "s"))
        if self.cutoff is not None:
            checks.scalar("cutoff", checks.nonnegative("cutoff", self.cutoff, ""))


@dataclass(frozen=True)
class Solution:
    """What `solve` found.

    Attributes
    ----------
    time : ndarray, shape (T,)
        s, from 0; the integrator's own steps (evenly spaced in √t where D is constant), the ends of
        the programme's steps, and any times that were asked for.
    position : ndarray, shape (X,)
        m, from the blocked side to the interface; not evenly spaced.
    concentration : ndarray, shape (T, X)
        mol/m³.
    surface : ndarray, shape (T,)
        Concentration at the interface, mol/m³.
    depletion_time : float
        When a cut-off was first met while stripping, s; nan if none was.
    charge : float
        Passed in all, C/m²; what was plated counts against what was stripped.
    utilisation : float
        Share of all lithium that has left at the end.
    balance : float
        Lithium missing from the final profile, relative to what all currents moved.  In `solve` it
        is rounding, of the whole content: it looks large where next to nothing was moved.  In
        `solve_receding` it is what the integrator's tolerance lets go.
    ended : tuple of str
        Why each step ended: "duration", "cutoff" or "exhausted" (no lithium left at the interface).
    step_end : ndarray
        When each step ended, s.
    nodes : int
        Points in space that the tolerance took.
    """

    time: np.ndarray
    position: np.ndarray
    concentration: np.ndarray
    surface: np.ndarray
    depletion_time: float
    charge: float
    utilisation: float
    balance: float
    ended: tuple
    step_end: np.ndarray
    nodes: int


@dataclass(frozen=True)
class RecedingSolution:
    """What `solve_receding` found: as `Solution`, in magnesium fractions.

    Attributes
    ----------
    time : ndarray, shape (T,)
        s.
    position : ndarray, shape (X,)
        Where each layer of magnesium was at the start, m from the blocked side.
    magnesium_fraction : ndarray, shape (T, X)
        Of the layer that started at `position`.
    layer_position : ndarray, shape (T, X)
        Where that layer is, m from the blocked side.
    thickness : ndarray, shape (T,)
        Of the electrode, m.
    surface : ndarray, shape (T,)
        Magnesium fraction at the interface.
    depletion_time, charge, utilisation, balance, ended, step_end, nodes
        As in `Solution`.
    """

    time: np.ndarray
    position: np.ndarray
    magnesium_fraction: np.ndarray
    layer_position: np.ndarray
    thickness: np.ndarray
    surface: np.ndarray
    depletion_time: float
    charge: float
    utilisation: float
    balance: float
    ended: tuple
    step_end: np.ndarray
    nodes: int


def solve(*, thickness, diffusivity, initial, steps, rtol=1e-6, times=()):
    """Run a current programme on a slab that keeps its thickness.

    Parameters
    ----------
    thickness : float
        m; positive.
    diffusivity : float, callable, or pair of callables
        m²/s.  A function takes an array of concentrations in mol/m³ and returns an array; it is
        asked only for concentrations between zero and the highest that occurs.  A derivative may
        come with it as a pair: the method has no use for it, its Jacobian is exact without.
    initial : float
        Uniform concentration at the start, mol/m³; positive.
    steps : Step or sequence of Step
        The programme; cut-offs are concentrations in mol/m³.
    rtol : float
        Tolerance relative to the largest change of concentration; 1e-12 to 1e-2.  It holds where a
        step ends and at `times`.  In between, just after a current is switched, the layer that it
        makes may be thinner than the grid resolves.
    times : array_like
        Further times, s, at which the solution is wanted.

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        If an argument is out of range, a cut-off can never be met, or the diffusivity is negative
        or not finite at a concentration, which is named, or not a function of arrays.
    RuntimeError
        If the integrator gives up: which step, and when.

    Notes
    -----
    The model knows no full lattice: plating raises the concentration for as long as it is asked to,
    also above what the metal's sites can hold.

    Warns
    -----
    ResolutionWarning
        If the finest grid does not resolve the profile to the tolerance.

    Examples
    --------
    >>> from sandtime.units import cm, hour, mmol, s, uA, um
    >>> sol = solve(thickness=25 * um, diffusivity=3e-11 * cm**2 / s, initial=69.6 * mmol / cm**3,
    ...             steps=Step(100 * uA / cm**2, cutoff=24.0 * mmol / cm**3))
    >>> print(f"{sol.depletion_time / hour:.4f} {sol.utilisation:.4f} {sol.ended}")
    12.6257 0.2707 ('cutoff',)
    """
    thickness = checks.scalar("thickness", checks.positive("thickness", thickness, "m"))
    initial = checks.scalar("initial", checks.positive("initial", initial, "mol/m³"))
    law = Diffusivity(diffusivity, "concentration", "mol/m³")
    programme = _programme(steps, lambda cutoff: cutoff, initial, "mol/m³")

    run = _run(thickness, law, initial, False, programme, rtol, times)
    return Solution(
        position=thickness * run.grid.x,
        concentration=run.value,
        surface=run.value[:, -1],
        utilisation=run.charge / (F * thickness * initial),
        **run.common(),
    )


def solve_receding(
    *, thickness, diffusivity, magnesium_fraction, molar_volume, steps, rtol=1e-6, times=()
):
    r"""Run a current programme on an alloy that shrinks as its lithium leaves.

    Magnesium stays, sites close up behind the lithium, and every mole of atoms keeps its volume.
    With :math:`u` moles of lithium per mole of magnesium and :math:`m` moles of magnesium per area,

    .. math:: \frac{\partial u}{\partial t} = \frac{\partial}{\partial m}\left(
              \frac{\tilde D}{V_m^2 (1+u)^2}\frac{\partial u}{\partial m}\right).

    Parameters
    ----------
    thickness : float
        At the start, m; positive.
    diffusivity : float, callable, or pair of callables
        Volume-fixed interdiffusion coefficient, m²/s, a number or a function of the magnesium
        fraction, with its derivative if there is one.
    magnesium_fraction : float
        Uniform at the start; above 0 and below 1.
    molar_volume : float
        Per mole of atoms, m³/mol; positive.
    steps : Step or sequence of Step
        The programme; cut-offs are magnesium fractions at the interface.
    rtol : float
        Tolerance, 1e-12 to 1e-2, of four times the change of the magnesium fraction relative to
        it, or relative to the largest change of lithium per magnesium if that is less; as in
        `solve`.
    times : array_like
        Further times, s, at which the solution is wanted.

    Returns
    -------
    RecedingSolution

    Warns
    -----
    ResolutionWarning
        As in `solve`.

    Examples
    --------
    >>> from sandtime.materials import LI90MG10
    >>> from sandtime.units import cm, hour, s, uA, um
    >>> sol = solve_receding(
    ...     thickness=100 * um, diffusivity=1.964e-12 * cm**2 / s, magnesium_fraction=0.1,
    ...     molar_volume=LI90MG10.molar_volume, steps=Step(100 * uA / cm**2, cutoff=0.69))
    >>> print(f"{sol.depletion_time / hour:.2f}")
    15.00
    """
    thickness = checks.scalar("thickness", checks.positive("thickness", thickness, "m"))
    volume = checks.scalar("molar_volume", checks.positive("molar_volume", molar_volume, "m³/mol"))
    fraction = checks.between("magnesium_fraction", magnesium_fraction, "", 0, 1)
    fraction = checks.below("magnesium_fraction", fraction, "", "pure Mg", 1.0)
    fraction = checks.scalar(
        "magnesium_fraction", checks.positive("magnesium_fraction", fraction, "")
    )
    magnesium = fraction * thickness / volume  # mol per area, the length of the fixed coordinate
    law = MagnesiumFixedDiffusivity(diffusivity, volume)
    initial = 1 / fraction - 1
    programme = _programme(steps, _lithium_per_magnesium, initial, "")

    run = _run(magnesium, law, initial, True, programme, rtol, times)
    # Volume between the blocked side and each layer: the integral of V_m (1 + u) dm.
    layers = volume * magnesium * (run.grid.x + run.value @ run.grid.antiderivative.T)
    return RecedingSolution(
        position=thickness * run.grid.x,
        magnesium_fraction=1 / (1 + run.value),
        layer_position=layers,
        thickness=layers[:, -1],
        surface=1 / (1 + run.value[:, -1]),
        utilisation=run.charge / (F * magnesium * initial),
        **run.common(),
    )


# ---- the programme ------------------------------------------------------------------------------


def _lithium_per_magnesium(fraction):
    if not 0 < fraction <= 1:
        raise ValueError(
            f"cutoff = {fraction:.10g} is not allowed: it must be a fraction above 0 and at most 1"
        )
    return 1 / fraction - 1


def _programme(steps, convert, initial, unit):
    """Steps as (flux, duration, cut-off in w), with cut-offs no strip from here could ever meet."""
    steps = [steps] if isinstance(steps, Step) else list(steps)
    if not steps or not all(isinstance(step, Step) for step in steps):
        raise ValueError(f"steps = {steps!r} is not allowed: it must be one Step or several")
    programme = []
    for number, step in enumerate(steps):
        cutoff = None if step.cutoff is None else convert(step.cutoff)
        if number == 0 and cutoff is not None and step.current > 0 and cutoff >= initial:
            side = "below initial" if unit else "above the initial magnesium fraction"
            start = initial if unit else 1 / (1 + initial)
            raise ValueError(
                f"cutoff = {step.cutoff:.10g}{' ' + unit if unit else ''} is not allowed: it must "
                f"be {side} = {start:.10g}{' ' + unit if unit else ''}"
            )
        programme.append((step.current / F, step.duration, cutoff))
    return programme


# ---- space and time -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    """The programme run on one grid, in w."""

    time: np.ndarray
    value: np.ndarray
    grid: Grid
    depletion_time: float
    charge: float
    balance: float
    ended: tuple
    step_end: np.ndarray
    left: np.ndarray  # at the interface, where a step ends
    youngest: float  # time asked for, from the start of its step
    tail: float

    def common(self):
        """What both frames report alike."""
        names = ("time", "depletion_time", "charge", "balance", "ended", "step_end")
        return {name: getattr(self, name) for name in names} | {"nodes": self.grid.x.size}


def _unit(low, high, initial, ratio, rtol):
    """The change of w that the tolerance refers to, and whether it grows with 1 + w.

    Of a ratio of lithium to magnesium an error of 1 + w is the same error of the magnesium
    fraction, relative to it, and of the depletion time some three times that: hence a quarter.
    """
    change = max(initial - low, high - initial, _ROUNDING / rtol * initial)
    if ratio and (1 + low) / 4 < change:
        return (1 + low) / 4, True
    return change, False


@one_blas_thread()
def _run(length, law, initial, ratio, programme, rtol, times):
    """Run the programme on ever more nodes until the last Chebyshev coefficients are small.

    `ratio` says whether w is lithium per magnesium.
    """
    rtol = checks.scalar("rtol", checks.between("rtol", rtol, "", 1e-12, 1e-2))
    times = np.unique(checks.nonnegative("times", times, "s"))
    low, high = _range(law, initial, programme)
    unit, relative = _unit(low, high, initial, ratio, rtol)
    law.tabulate(low, high, rtol * unit)
    shortest = _shortest(law, initial, programme)
    # Only a step without a cut-off can leave the table for good; else it is a ripple.
    strips = any(flux > 0 and cutoff is None for flux, _, cutoff in programme)
    plates = any(flux < 0 and cutoff is None for flux, _, cutoff in programme)
    index, before, moved, tail = 0, None, [np.inf] * 2, np.inf
    while True:
        mesh = grid(_NODES[index], _crowding(law.at_lowest * shortest / length**2))
        run = _attempt(mesh, length, law, initial, (unit, relative), programme, rtol, times)
        lowest, highest = max(float(run.value.min()), 0.0), float(run.value.max())
        below, above = strips and lowest < low, plates and highest > high
        if below or above:
            low = max(2 * lowest - high, 0.0) if below else low
            high = 2 * highest - low if above else high
            law.tabulate(low, high, rtol * unit)
            continue
        smaller = _unit(lowest, highest, initial, ratio, rtol)
        if smaller[0] < unit / 2:  # than was foreseen
            (unit, relative), before = smaller, None
            law.tabulate(low, high, rtol * unit)
            continue
        # Where D is kinked or narrow the tail falls slowly and proves nothing; then what is asked
        # for must not move any more.
        allowed = np.append(run.step_end, (1 + run.left) / 4 if relative else unit + 0 * run.left)
        answer = np.append(run.step_end, run.left)
        if before is not None:
            moved.append(np.max(np.abs(answer - before) / (allowed + 1e-300)))
        before = answer
        short = run.tail <= rtol / 5 and run.tail <= tail / 4
        if short or max(moved[-1], moved[-2] / 3) <= rtol / 2:
            break
        tail = run.tail
        if index + 1 == len(_NODES) and moved[-1] <= rtol:
            break
        if index + 1 == len(_NODES) or _hopeless(index, moved, rtol):
            _warn(
                f"at {_NODES[index]} intervals the result still moves by {moved[-1]:.1g} from the "
                "grid before",
                rtol,
            )
            break
        spans = np.diff(run.step_end, prepend=0.0)
        shortest = min(shortest, spans[spans > 0].min(initial=np.inf), run.youngest)
        index = _next(index, run.tail, rtol / 5)
    if law.rough:
        _warn("the integral of the diffusivity is not tabulated", rtol)
    return run


def _hopeless(index, moved, rtol):
    """Whether at the present pace the finest grid would still move by far more than `rtol`."""
    if _NODES[index] < _ENOUGH_TO_SEE or not np.isfinite(moved[-2]):
        return False
    pace = min(moved[-1] / moved[-2], 1.0)
    return moved[-1] * pace ** (len(_NODES) - 1 - index) > 100 * rtol


def _next(index, tail, wanted):
    """The grid to try next: coefficients fall exponentially, so the tail says how many it takes."""
    if not wanted < tail < 0.1:
        return index + 1
    needed = _NODES[index] * np.log(wanted) / np.log(tail)
    more = [k for k in range(index + 1, len(_NODES)) if _NODES[k] >= 0.9 * needed]
    return min(more[0] if more else len(_NODES) - 1, index + 2)


def _warn(what, rtol):
    warnings.warn(
        f"{what}, above rtol = {rtol:.1g}: the diffusivity is too steep for it",
        ResolutionWarning,
        stacklevel=5,
    )


def _range(law, initial, programme):
    """A guess at the values w will take: up to the cut-offs, or as far as Sand's equation goes."""
    low = high = initial
    for flux, duration, cutoff in programme:
        if cutoff is None and flux != 0:
            diffusivity = float(law.of(np.array([initial]))[0]) or np.inf
            change = 2 * flux * np.sqrt(duration / (np.pi * diffusivity))
            cutoff = max(initial - 1.5 * change, 0.0)
        if flux != 0:
            low, high = min(low, cutoff), max(high, cutoff)
    return low, high if high > low else low + max(low, 1.0) * 1e-3


def _shortest(law, initial, programme):
    """A guess at the shortest step: Sand's time, or a shorter duration that is given."""
    shortest = np.inf
    for flux, duration, cutoff in programme:
        span = np.inf if duration is None else duration
        if flux != 0 and cutoff is not None:
            span = min(span, np.pi / 4 * law.typical * ((initial - cutoff) / flux) ** 2 or span)
        shortest = min(shortest, span)
    return shortest


def _crowding(tau):
    """How far to crowd the nodes for the shortest dimensionless time; found by trial."""
    return round(4 * float(np.clip(0.3 - 0.45 * np.log(max(tau, 1e-30)), 0.5, 12.0))) / 4


def _attempt(mesh, length, law, initial, tolerated, programme, rtol, times):
    """The whole programme on one grid."""
    state, mean, now = np.zeros(mesh.x.size), initial, 0.0
    unit, relative = tolerated
    record = [(now, mean, state)]
    ended, step_end, left, depletion_time, tail, youngest = [], [], [], np.nan, 0.0, np.inf
    for number, (flux, duration, cutoff) in enumerate(programme, start=1):
        # an output time may fall on a step's end by rounding; it is there already
        wanted = times[times > now * (1 + 1e-12)] - now
        march = March(mesh, length, law, unit, relative, mean, flux, f"step {number}")
        span, reason, states = march.run(state, duration, cutoff, rtol, wanted)
        for t, v in states:
            if now + t > record[-1][0]:  # the integrator's first step can be below the rounding
                record.append((now + t, mean - flux * t / length, v))
        for t, v in [state for state in states if state[0] in wanted]:
            youngest = min(youngest, t)
            tail = max(tail, march.tail(v, t))
        if reason == "cutoff" and flux > 0 and np.isnan(depletion_time):
            depletion_time = now + span
        now, mean = now + span, mean - flux * span / length
        state = states[-1][1] if states else state
        ended.append(reason)
        step_end.append(now)
        left.append(mean + unit * state[-1])
        tail = max(tail, march.tail(state, span))
    spans = np.diff(step_end, prepend=0.0)
    fluxes = np.array([flux for flux, _, _ in programme])
    time, level, state = (np.array(column) for column in zip(*record, strict=True))
    value = level[:, None] + unit * state
    return _Run(
        time=time,
        value=value,
        grid=mesh,
        depletion_time=float(depletion_time),
        charge=float(F * (fluxes @ spans)),
        balance=_balance(mesh, length, value[-1] - initial, fluxes * spans),
        ended=tuple(ended),
        step_end=np.array(step_end),
        left=np.array(left),
        youngest=youngest,
        tail=tail,
    )


def _balance(mesh, length, gained, removed):
    """Lithium that the profile has gained beyond what the steps removed, of all that they moved."""
    moved = np.abs(removed).sum()
    missing = length * (mesh.weights @ gained) + removed.sum()
    return float(abs(missing) / moved) if moved else float(abs(missing))
