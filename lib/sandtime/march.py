r"""One step of a current programme on one grid (chapter *Solver*).

The state is the deviation of w from its mean, in units of the change that the tolerance refers to;
the mean itself is known from the charge.  The variable is :math:`s = \sqrt t`, counted from the
start of the step: a current that is switched on draws the surface down with :math:`\sqrt t`, which
is a straight line in s.

Where D is constant the nodes obey a linear system, which its modes solve without a step.
Otherwise LSODA takes the steps, with the exact Jacobian.  Its tolerance is absolute, since the
state is a change and what is relative to it means nothing.  Only for lithium per magnesium it grows
with 1 + w, since an error of 1 + w is one of the magnesium fraction, relative to it.
"""

import numpy as np
from scipy.integrate import LSODA
from scipy.optimize import brentq, minimize_scalar
from scipy.special import exprel

_FRAMES = 160  # states of a step that needs no integrator, evenly spaced in √t
_MOST_STEPS = 50_000  # of the integrator, in one step of a programme
_SAFETY = 8  # local error of the integrator against the tolerance
_LEAST = 2.3e-14  # relative tolerance that it takes
_SETTLED = 40  # lifetimes of the slowest mode, after which a relaxation is rounding


class March:
    """One step of a programme.

    Parameters
    ----------
    mesh : collocation.Grid
    length : float
        Of the electrode, m, or in magnesium per area.
    law : kirchhoff.Diffusivity
        Tabulated.
    unit : float
        The change of w that the tolerance refers to.
    ratio : bool
        Whether an error counts relative to 1 + w, four times that being `unit` at the lowest w.
    mean, flux : float
        Mean of w at the start, and lithium that leaves per area and second.
    label : str
        Of the step, for messages.
    """

    def __init__(self, mesh, length, law, unit, ratio, mean, flux, label):
        self.mesh, self.length, self.law, self.unit, self.ratio = mesh, length, law, unit, ratio
        self.mean, self.flux, self.label = mean, flux, label
        # the gradient at the inner nodes and its divergence; last, what no inner node sees
        derivative = mesh.derivative / length
        self.gradient = np.vstack([derivative[1:-1], mesh.coefficients[-1]])
        self.divergence = np.column_stack([derivative[:, 1:-1], -mesh.unseen / length**2]) / unit
        self.matrix = mesh.diffusion / length**2
        # the flux at the interface is given, that at the blocked side is zero; the mean goes apart
        mean_goes = 0.0 if ratio else 1.0
        self.source = flux * (mean_goes - mesh.derivative[:, -1]) / (length * unit)

    def average(self, s):
        """Mean of w."""
        return self.mean - self.flux * s * s / self.length

    def surface(self, s, v):
        """w at the interface; v is a state or an array of them."""
        return self.average(s) + self.unit * v[..., -1]

    def level(self, s):
        """What is added to a state of the integrator to give w/unit."""
        return 0.0 if self.ratio else self.average(s) / self.unit

    def rate(self, s, y):
        """dy/ds of the integrator's state."""
        theta = self.law.integral(self.unit * (y + self.level(s)))
        # flux first, then its divergence: in one matrix their rounding would not cancel in the mass
        return 2 * s * (self.divergence @ (self.gradient @ theta) + self.source)

    def jacobian(self, s, y):
        """∂(dy/ds)/∂y."""
        return 2 * s * self.matrix * self.law.slope(self.unit * (y + self.level(s)))

    def tail(self, v, span):
        """What the last Chebyshev coefficients leave open, as a change of w in units of `unit`.

        Those of Θ, of which the flux is made; and those of w for the mass that quadrature finds,
        to which the k-th adds its 1/k-th part at most.
        """
        if span == 0:
            return 0.0
        if self.law.constant is not None:
            return self._last(v)
        theta = self.law.integral(self.average(np.sqrt(span)) + self.unit * v)
        # the unit of a ratio belongs to the lowest w
        scale = self.law.at_lowest if self.ratio else self.law.typical
        return max(self._last(theta) / (self.unit * scale), self._last(v) / v.size)

    def _last(self, values):
        size = np.abs(self.mesh.coefficients @ values)
        return float(size[-max(3, size.size // 12) :].max())

    def run(self, start, duration, cutoff, rtol, wanted):
        """Time taken, reason for the end, and the states on the way as (time, state).

        Raises
        ------
        ValueError
            If a step without a duration settles without meeting its cut-off.
        RuntimeError
            If the integrator gives up.
        """
        watch = self._watched(self.mean + self.unit * start[-1], cutoff)
        if watch is None:
            target, side, reason = None, 1.0, "duration"
        else:
            target, side, reason = watch
        if side == 0:  # met already
            return 0.0, reason, []
        latest = self._latest(duration, target)

        def excess(surface):
            """Positive until the interface meets the target."""
            return side * (surface - target) if target is not None else np.ones_like(surface)

        solve = self._by_steps if self.law.constant is None else self._by_modes
        span, met, states = solve(start, latest, excess, rtol, wanted)
        if met:
            return span, reason, states
        if duration is None:
            self._never(start, states, target)
        return span, "duration", states

    def _watched(self, surface, cutoff):
        """What the interface may meet: the value, from which side (0: met already), the reason.

        A strip ends where the interface has fallen to the cut-off, and without one where it is
        empty; a plating step where it has risen to it; a relaxation where it crosses it.
        """
        rounding = 1e-12 * self.unit  # the step before may have ended there
        if self.flux > 0:
            target, reason = (0.0, "exhausted") if cutoff is None else (cutoff, "cutoff")
            return target, 1.0 if surface > target + rounding else 0.0, reason
        if cutoff is None:
            return None
        if self.flux < 0:
            return cutoff, -1.0 if surface < cutoff - rounding else 0.0, "cutoff"
        return cutoff, np.sign(surface - cutoff) * (abs(surface - cutoff) > rounding), "cutoff"

    def _latest(self, duration, target):
        """When the step is over at the latest, from any state.

        A strip ends before all lithium has left.  While lithium is plated the interface lies above
        the mean once the past has settled; a relaxation settles.
        """
        settled = _SETTLED * self.length**2 / (np.pi**2 * self.law.lowest)
        if self.flux > 0:
            bound = self.mean * self.length / self.flux
        elif self.flux < 0 and target is not None:
            bound = max(target - self.mean, 0.0) * self.length / -self.flux + settled
        else:
            bound = settled if target is not None else np.inf
        return bound if duration is None else min(duration, bound)

    def _never(self, start, states, target):
        surface = [self.mean + self.unit * start[-1]]
        surface += [float(self.surface(np.sqrt(t), v)) for t, v in states]
        show = self.law.show
        raise ValueError(
            f"cutoff of {self.label} is not allowed: the interface goes from {show(surface[0])} to "
            f"{show(surface[-1])}, always between {show(min(surface))} and {show(max(surface))}; "
            f"it never meets {show(target)}; give a duration or another cut-off"
        )

    # ---- D(w): the integrator's steps ------------------------------------------------------------

    def _by_steps(self, start, latest, excess, rtol, wanted):
        """Time taken, whether the target was met, and the states."""
        error = rtol / _SAFETY
        integrator = LSODA(
            self.rate,
            0.0,
            start + self.mean / self.unit - self.level(0.0),
            np.sqrt(latest),
            rtol=error / 4 if self.ratio else _LEAST,
            atol=error / (4 * self.unit) if self.ratio else error,
            jac=self.jacobian,
        )
        states, queue = [], list(wanted[::-1])
        turns = start.any()  # from a uniform start the interface moves one way
        before = 0.0  # which way it moves: negative towards the target
        while integrator.status == "running":
            message = integrator.step()
            if integrator.status == "failed" or len(states) > _MOST_STEPS:
                raise RuntimeError(
                    f"{self.label} could not be followed beyond {integrator.t**2:.6g} s "
                    f"({message or f'more than {_MOST_STEPS} steps'}): the profile is too steep "
                    "for rtol, or the diffusivity too rough"
                )
            s, y = integrator.t, integrator.y
            met = excess(self._interface(s, y)) <= 0
            moving = self._approach(s, y, excess) if turns else 0.0
            dense = integrator.dense_output() if met or before < 0 < moving or queue else None
            if met or before < 0 < moving:
                s_met = _first_zero(
                    lambda s: excess(self._interface(s, dense(s))),  # noqa: B023
                    integrator.t_old,
                    s,
                )
                if s_met is not None:
                    met, s, y = True, s_met, dense(s_met)
            before = moving
            while queue and queue[-1] < s * s * (1 - 1e-12):
                at = queue.pop()
                states.append((at, self._deviation(np.sqrt(at), dense(np.sqrt(at)))))
            states.append((s * s, self._deviation(s, y)))
            if met:
                return s * s, True, states
        states[-1] = (latest, states[-1][1])
        return latest, False, states

    def _interface(self, s, y):
        return self.surface(s, self._deviation(s, y))

    def _deviation(self, s, y):
        """The state of the step, from that of the integrator.

        Its mean is zero, since the mean of w is known from the charge.  The integrator follows the
        mean of a ratio only to its tolerance.
        """
        return y - self.mesh.weights @ y if self.ratio else y

    def _approach(self, s, y, excess):
        """Sign of d(excess)/ds: negative while the interface moves towards the target."""
        h = 1e-3 * s
        ahead = self._interface(s + h, y + h * self.rate(s, y))
        return np.sign(excess(ahead) - excess(self._interface(s, y)))

    # ---- constant D: the modes -------------------------------------------------------------------

    def _by_modes(self, start, latest, excess, rtol, wanted):
        """As `_by_steps`; each mode is an exponential."""
        rate, shape, amplitudes = self.mesh.modes
        rate = rate * self.law.constant / self.length**2
        swing, drive = amplitudes @ start, amplitudes @ self.source

        def state(s):
            t = np.square(s)[..., None]
            return (np.exp(rate * t) * swing + t * exprel(rate * t) * drive) @ shape.T

        def excess_at(s):
            return excess(self.surface(s, state(s)))

        # as many points a decade as tell every exponential, from the fastest to the end
        last = np.sqrt(latest)
        first = min(0.1 / np.sqrt(-rate.min()), last / 10)
        s = np.geomspace(first, last, 2 + int(40 * np.log10(last / first)))
        s = np.union1d(s, np.linspace(0, last, _FRAMES + 1))
        met = _first_zero_of_samples(s, excess_at(s), lambda s: float(excess_at(np.asarray(s))))
        if met is not None:
            latest = met * met
        at = np.linspace(0, np.sqrt(latest), _FRAMES + 1)[1:-1] ** 2
        at = np.append(np.union1d(at, wanted[wanted < latest * (1 - 1e-12)]), latest)
        return latest, met is not None, list(zip(at, state(np.sqrt(at)), strict=True))


def _first_zero_of_samples(s, values, function):
    """Where a function sampled at s first falls to zero, dips between samples included, or None."""
    below = np.flatnonzero(values <= 0)
    last = below[0] if below.size else s.size
    inner = values[1:-1]
    dips = 1 + np.flatnonzero((inner <= values[:-2]) & (inner < values[2:]) & (inner > 0))
    for k in dips[dips < last]:
        found = _first_zero(function, s[k - 1], s[k + 1])
        if found is not None:
            return found
    return _first_zero(function, s[last - 1], s[last]) if below.size else None


def _first_zero(function, low, high):
    """Where a function, positive at `low`, first falls to zero before `high`, or None."""
    if function(low) <= 0:  # by the rounding of an interpolation
        return low
    if function(high) > 0:
        dip = minimize_scalar(
            function, bounds=(low, high), method="bounded", options={"xatol": 1e-9 * high}
        )
        if dip.fun > 0:
            return None
        high = dip.x
    return brentq(function, low, high, xtol=1e-15 * high)
