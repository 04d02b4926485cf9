r"""Diffusion in an electrode while a current programme runs, for any D(c) (chapter *Can the solver
be trusted?*).

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
from scipy.integrate import LSODA
from scipy.interpolate import PPoly
from scipy.optimize import brentq
from scipy.special import exprel

from sandtime import checks
from sandtime.collocation import Grid, grid
from sandtime.units import F

_NODES = (32, 48, 72, 108, 162, 243, 364)
_FRAMES = 160  # states of a step that needs no integrator, evenly spaced in √t


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
        _scalar(checks.real("current", self.current, "A/m²"), "current")
        if self.duration is None and self.cutoff is None:
            raise ValueError(
                "duration = None s and cutoff = None are not allowed together: a step needs one"
            )
        if self.duration is not None:
            _scalar(checks.positive("duration", self.duration, "s"), "duration")
        if self.cutoff is not None:
            _scalar(checks.nonnegative("cutoff", self.cutoff, ""), "cutoff")


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
        Lithium missing from the final profile, relative to what all currents moved: rounding.
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
        Tolerance relative to the largest change of concentration; 1e-12 to 1e-2.
    times : array_like
        Further times, s, at which the solution is wanted.

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        If an argument is out of range, a cut-off can never be met, or the diffusivity is negative
        or not finite at a concentration, which is named.

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
    thickness = _scalar(checks.positive("thickness", thickness, "m"), "thickness")
    initial = _scalar(checks.positive("initial", initial, "mol/m³"), "initial")
    law = _Law(diffusivity, "concentration", "mol/m³")
    programme = _programme(steps, lambda cutoff: cutoff, initial, "mol/m³")
    lowest = min([c for flux, _, c in programme if c is not None and flux > 0], default=0.0)
    run = _run(thickness, law, initial, initial - lowest, programme, rtol, times)
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
        Tolerance relative to the largest change; 1e-12 to 1e-2.
    times : array_like
        Further times, s, at which the solution is wanted.

    Returns
    -------
    RecedingSolution

    Raises
    ------
    ValueError
        As in `solve`.

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
    thickness = _scalar(checks.positive("thickness", thickness, "m"), "thickness")
    volume = _scalar(checks.positive("molar_volume", molar_volume, "m³/mol"), "molar_volume")
    fraction = checks.between("magnesium_fraction", magnesium_fraction, "", 0, 1)
    fraction = _scalar(checks.below("magnesium_fraction", fraction, "", "pure Mg", 1.0), "fraction")
    fraction = float(checks.positive("magnesium_fraction", fraction, ""))
    magnesium = fraction * thickness / volume  # mol per area, the length of the fixed coordinate
    law = _MagnesiumFixedLaw(diffusivity, volume)
    programme = _programme(steps, _lithium_per_magnesium, 1 / fraction - 1, "")
    lowest = min([c for flux, _, c in programme if c is not None and flux > 0], default=0.0)
    # An error of 1 + u is the same error of x, relative to x, and of the depletion time some three
    # times that: hence the unit.
    run = _run(magnesium, law, 1 / fraction - 1, (1 + lowest) / 4, programme, rtol, times)
    # Volume between the blocked side and each layer: the integral of V_m (1 + u) dm.
    layers = volume * magnesium * (run.grid.x + run.value @ run.grid.antiderivative.T)
    return RecedingSolution(
        position=thickness * run.grid.x,
        magnesium_fraction=1 / (1 + run.value),
        layer_position=layers,
        thickness=layers[:, -1],
        surface=1 / (1 + run.value[:, -1]),
        utilisation=run.charge / (F * magnesium * (1 / fraction - 1)),
        **run.common(),
    )


# ---- the diffusivity ----------------------------------------------------------------------------


class _Law:
    r"""D(w), and its integral Θ(w), whose gradient is the flux.

    The flux is taken as −∂Θ/∂x and not as −D ∂w/∂x: where D has a dip or a step, w is steep and Θ
    is smooth, so far fewer nodes do.  It also needs no derivative of D: the Jacobian of Θ is D.
    Θ is tabulated by Gauss quadrature between knots and interpolated by Hermite's cubics.
    """

    knots = 2048
    _node, _weight = np.polynomial.legendre.leggauss(3)

    def __init__(self, diffusivity, name, unit):
        self.name, self.unit = name, unit
        self.constant = None
        if isinstance(diffusivity, tuple | list) and len(diffusivity) == 2:
            diffusivity = diffusivity[0]  # a derivative may come with it; Θ makes it unnecessary
        if callable(diffusivity):
            self.function = diffusivity
            return
        value = checks.positive("diffusivity", diffusivity, "m²/s")
        self.constant = _scalar(value, "diffusivity")

    def tabulate(self, low, high):
        """Prepare Θ and D between two values of w; beyond them D stays what it is at the end."""
        if self.constant is not None:
            self.typical = self.lowest = self.constant
            return
        knot = np.linspace(low, high, self.knots + 1)
        width = knot[1] - knot[0]
        inside = knot[:-1, None] + width * (1 + self._node) / 2
        at = np.concatenate([knot, inside.ravel()])
        value = self.of(at)
        ends, inner = value[: knot.size], value[knot.size :].reshape(inside.shape)
        rise = width / 2 * (inner @ self._weight)
        theta = np.concatenate([[0.0], np.cumsum(rise)])
        # θ + D₀ z + b z² + a z³ meets value and slope at both ends of an interval
        a = (ends[:-1] + ends[1:] - 2 * rise / width) / width**2
        b = (3 * rise / width - 2 * ends[:-1] - ends[1:]) / width
        beyond = 1e3 * (high - low)
        zero = np.zeros(1)
        coefficients = np.stack(
            [
                np.concatenate([zero, a, zero]),
                np.concatenate([zero, b, zero]),
                np.concatenate([ends[:1], ends]),
                np.concatenate([theta[:1] - ends[:1] * beyond, theta]),
            ]
        )
        self.integral = PPoly(coefficients, np.concatenate([[low - beyond], knot, [high + beyond]]))
        self.value = self.integral.derivative()
        self.typical = theta[-1] / (high - low)
        self.lowest = ends[0] or self.typical
        if self.typical == 0:
            raise ValueError(
                f"diffusivity = 0 m²/s from {self.show(low)} to {self.show(high)} is not allowed: "
                "nothing would move"
            )

    def of(self, w):
        """The diffusivity at each w, checked."""
        return np.full(w.shape, self.constant) if self.constant is not None else self.called(w)

    def show(self, w):
        """One value of w as a person reads it."""
        return f"{w:.6g} {self.unit}"

    def called(self, at):
        """What the function returns, or an error that names where it is wrong."""
        value = np.asarray(self.function(at))
        if value.dtype.kind not in "fiu" or value.shape not in ((), at.shape):
            raise ValueError(
                f"diffusivity returned {value.dtype} of shape {value.shape} for {self.name} of "
                f"shape {at.shape}: it must be vectorised and return real numbers in m²/s"
            )
        value = np.broadcast_to(value, at.shape).astype(float)
        bad = np.flatnonzero(~((value >= 0) & np.isfinite(value)))
        if bad.size:
            raise ValueError(
                f"diffusivity = {value[bad[0]]:.6g} m²/s at {self.name} = {at[bad[0]]:.6g}"
                f"{' ' + self.unit if self.unit else ''} is not allowed: it must be finite and at "
                "least 0"
            )
        return value


class _MagnesiumFixedLaw(_Law):
    """D̃(x)·x²/V_m², the diffusivity of lithium per magnesium over magnesium per area."""

    def __init__(self, diffusivity, volume):
        super().__init__(diffusivity, "magnesium_fraction", "")
        self.volume, self.interdiffusion = volume, self.constant
        self.constant = None

    def of(self, w):
        x = 1 / (1 + w)
        value = self.called(x) if self.interdiffusion is None else self.interdiffusion
        return value * (x / self.volume) ** 2

    def show(self, w):
        return f"x = {1 / (1 + w):.6g}"


def _lithium_per_magnesium(fraction):
    if not 0 < fraction <= 1:
        raise ValueError(
            f"cutoff = {fraction:.10g} is not allowed: it must be a fraction above 0 and at most 1"
        )
    return 1 / fraction - 1


# ---- the programme ------------------------------------------------------------------------------


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
    left: np.ndarray
    tail: float

    def common(self):
        """What both frames report alike."""
        names = ("time", "depletion_time", "charge", "balance", "ended", "step_end")
        return {name: getattr(self, name) for name in names} | {"nodes": self.grid.x.size}


def _run(length, law, initial, unit, programme, rtol, times):
    """Run the programme on ever more nodes until the last Chebyshev coefficients are small.

    `unit` is the change of w that the tolerance refers to.
    """
    rtol = _scalar(checks.between("rtol", rtol, "", 1e-12, 1e-2), "rtol")
    times = np.unique(checks.nonnegative("times", times, "s"))
    low, high = _range(law, initial, unit, programme)
    law.tabulate(low, high)
    shortest = _shortest(law, initial, programme)
    # Only a step without a cut-off can leave the table for good; else it is a ripple.
    strips = any(flux > 0 and cutoff is None for flux, _, cutoff in programme)
    plates = any(flux < 0 and cutoff is None for flux, _, cutoff in programme)
    before = None
    for n in _NODES:
        while True:
            mesh = grid(n, _crowding(law.lowest * shortest / length**2))
            run = _attempt(mesh, length, law, initial, unit, programme, rtol, times)
            lowest, highest = max(float(run.value.min()), 0.0), float(run.value.max())
            below, above = strips and lowest < low, plates and highest > high
            if not below and not above:
                break
            low = max(2 * lowest - high, 0.0) if below else low
            high = 2 * highest - low if above else high
            law.tabulate(low, high)
        if run.tail <= rtol / 5:
            return run
        # A kinked D never has a short tail; then what is asked for must not move any more.
        answer = np.append(run.step_end, run.left / unit)
        if before is not None:
            moved = np.abs(answer - before) / np.append(run.step_end, np.ones_like(run.left))
            if moved.max() <= rtol:
                return run
        before = answer
        spans = np.diff(run.step_end, prepend=0.0)
        shortest = min(shortest, spans[spans > 0].min(initial=np.inf))
    warnings.warn(
        f"between {_NODES[-2]} and {_NODES[-1]} intervals the result still moves by "
        f"{moved.max():.1g}, above rtol = {rtol:.1g}: the diffusivity is too steep for it",
        ResolutionWarning,
        stacklevel=3,
    )
    return run


def _range(law, initial, unit, programme):
    """A guess at the values w will take: up to the cut-offs, or as far as Sand's equation goes."""
    low = high = initial
    for flux, duration, cutoff in programme:
        if cutoff is None and flux != 0:
            diffusivity = float(law.of(np.array([initial]))[0]) or np.inf
            change = 2 * flux * np.sqrt(duration / (np.pi * diffusivity))
            cutoff = max(initial - 1.5 * change, 0.0)
        if flux != 0:
            low, high = min(low, cutoff), max(high, cutoff)
    return low, high if high > low else low + unit


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


def _attempt(mesh, length, law, initial, unit, programme, rtol, times):
    """The whole programme on one grid."""
    state, mean, now = np.zeros(mesh.x.size), initial, 0.0
    record = [(now, mean, state)]
    ended, step_end, left, depletion_time, tail = [], [], [], np.nan, 0.0
    for number, (flux, duration, cutoff) in enumerate(programme, start=1):
        # an output time may fall on a step's end by rounding; it is there already
        wanted = times[times > now * (1 + 1e-12)] - now
        march = _March(mesh, length, law, unit, mean, flux)
        span, reason, states = march.run(state, duration, cutoff, rtol, wanted, f"step {number}")
        record += [(now + t, mean - flux * t / length, v) for t, v in states]
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
    removed, moved = fluxes @ spans, np.abs(fluxes) @ spans
    time, level, state = (np.array(column) for column in zip(*record, strict=True))
    value = level[:, None] + unit * state
    missing = length * (initial - mesh.weights @ value[-1]) - removed
    return _Run(
        time=time,
        value=value,
        grid=mesh,
        depletion_time=float(depletion_time),
        charge=float(F * removed),
        balance=float(abs(missing) / (moved or length * initial)),
        ended=tuple(ended),
        step_end=np.array(step_end),
        left=np.array(left),
        tail=tail,
    )


class _March:
    """One step of the programme on one grid.

    The state is the deviation of w from its mean, in units of `unit`; the variable is s = √t.
    """

    def __init__(self, mesh, length, law, unit, mean, flux):
        self.mesh, self.length, self.law, self.unit = mesh, length, law, unit
        self.mean, self.flux = mean, flux
        # the gradient at the inner nodes and its divergence; last, what no inner node sees
        derivative = mesh.derivative / length
        self.gradient = np.vstack([derivative[1:-1], mesh.coefficients[-1]])
        self.divergence = np.column_stack([derivative[:, 1:-1], -mesh.unseen / length**2])
        self.matrix = mesh.diffusion / length**2
        # the flux at the interface is given, that at the blocked side is zero
        self.source = flux * (1 - mesh.derivative[:, -1]) / (length * unit)

    def average(self, s):
        return self.mean - self.flux * s * s / self.length

    def rate(self, s, v):
        theta = self.law.integral(self.average(s) + self.unit * v)
        # flux first, then its divergence: in one matrix their rounding would not cancel in the mass
        change = self.divergence @ (self.gradient @ theta)
        return 2 * s * (change / self.unit + self.source)

    def jacobian(self, s, v):
        return 2 * s * self.matrix * self.law.value(self.average(s) + self.unit * v)

    def tail(self, v, span):
        """Largest of the last Chebyshev coefficients of Θ, as a change of w in units of `unit`."""
        if span == 0:
            return 0.0
        if self.law.constant is None:
            v = self.law.integral(self.average(np.sqrt(span)) + self.unit * v)
            v = v / (self.unit * self.law.typical)
        size = np.abs(self.mesh.coefficients @ v)
        return float(size[-max(3, size.size // 12) :].max())

    def run(self, start, duration, cutoff, rtol, wanted, label):
        """Time taken, reason for the end, and the states on the way as (time, state)."""
        surface = self.mean + self.unit * start[-1]
        target, reason, latest = self.end(surface, duration, cutoff, label)
        if latest == 0:
            return 0.0, reason, []
        unmet = "duration" if latest == duration else "exhausted"
        side, target = (1.0, -np.inf) if target is None else (np.sign(surface - target), target)

        def excess(s, v):
            """Positive until the interface meets the target."""
            return side * (self.average(s) + self.unit * v[-1] - target)

        if self.law.constant is not None:
            span, met, states = self.at_once(start, latest, excess, wanted)
            return span, reason if met else unmet, states
        integrator = LSODA(
            self.rate, 0.0, start, np.sqrt(latest), rtol=rtol / 3, atol=rtol / 20, jac=self.jacobian
        )
        states, queue = [], list(wanted[::-1])
        while integrator.status == "running":
            message = integrator.step()
            if integrator.status == "failed":
                raise RuntimeError(f"{label} stopped at {integrator.t**2:.6g} s: {message}")
            s, v = integrator.t, integrator.y
            met = excess(s, v) <= 0
            if met:
                dense = integrator.dense_output()
                s = brentq(lambda s: excess(s, dense(s)), integrator.t_old, s, xtol=1e-15 * s)  # noqa: B023
                v = dense(s)
            while queue and queue[-1] < s * s * (1 - 1e-12):
                at = queue.pop()
                states.append((at, integrator.dense_output()(np.sqrt(at))))
            states.append((s * s, v.copy()))
            if met:
                return s * s, reason, states
        states[-1] = (latest, states[-1][1])
        return latest, unmet, states

    def at_once(self, start, latest, excess, wanted):
        """Time taken, whether the target was met, and the states, where D is constant.

        The nodes then obey a linear system with constant coefficients: each mode is an exponential.
        """
        rate, shape, amplitudes = self.mesh.modes
        rate = rate * self.law.constant / self.length**2
        swing, drive = amplitudes @ start, amplitudes @ self.source

        def state(s):
            t = np.square(s)[..., None]
            return (np.exp(rate * t) * swing + t * exprel(rate * t) * drive) @ shape.T

        s = np.linspace(0, np.sqrt(latest), _FRAMES + 1)
        beyond = np.flatnonzero(excess(s, state(s).T) <= 0)
        if beyond.size and beyond[0] == 0:
            return 0.0, True, []
        if beyond.size:
            low, high = s[beyond[0] - 1], s[beyond[0]]
            met = brentq(lambda s: excess(s, state(s)), low, high, xtol=1e-15 * high)
            s, latest = np.linspace(0, met, _FRAMES + 1), met * met
        at = np.union1d(s[1:-1] ** 2, wanted[wanted < latest * (1 - 1e-12)])
        at = np.append(at, latest)
        return latest, beyond.size > 0, list(zip(at, state(np.sqrt(at)), strict=True))

    def end(self, surface, duration, cutoff, label):
        """What to watch for at the interface, what that would mean, and the latest possible time.

        While lithium leaves, the interface stays below the mean, so it meets any cut-off before the
        mean does: that bounds a strip without a duration.
        """
        latest = np.inf if duration is None else duration
        met = 1e-12 * self.unit  # the step before may have ended there, to rounding
        if self.flux > 0:
            target, reason = (0.0, "exhausted") if cutoff is None else (cutoff, "cutoff")
            if surface <= target + met:
                return target, reason, 0.0
            return target, reason, min(latest, (self.mean - target) * self.length / self.flux)
        if cutoff is None:
            return None, "duration", latest
        if self.flux < 0:
            if surface >= cutoff - met:
                return cutoff, "cutoff", 0.0
            return cutoff, "cutoff", min(latest, (self.mean - cutoff) * self.length / self.flux)
        reachable = (surface - cutoff) * (cutoff - self.mean) > 0
        if not reachable and duration is None:
            raise ValueError(
                f"cutoff of {label} is not allowed: the interface, in a rest, goes from "
                f"{self.law.show(surface)} towards {self.law.show(self.mean)} and never meets "
                f"{self.law.show(cutoff)}; give a duration or another cut-off"
            )
        # the slowest mode of a rest decays with L²/π²D; forty of its lifetimes are rounding
        settled = 40 * self.length**2 / (np.pi**2 * self.law.lowest)
        return (cutoff if reachable else None), "cutoff", min(latest, settled)


def _scalar(value, name):
    if np.ndim(value):
        raise ValueError(f"{name} of shape {np.shape(value)} is not allowed: it must be one number")
    return float(value)
