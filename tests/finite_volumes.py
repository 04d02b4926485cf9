"""An independent solver for the tests: volumes that shrink towards the interface, any programme.

It shares nothing with the library.  The flux between two volumes is D, averaged by Simpson's rule,
times the slope, and a parabola through the last two volumes gives the interface.  SciPy's LSODA
takes the steps and finds the events.  `ends` extrapolates over two meshes: the order is the second.
"""

import numpy as np
from scipy.integrate import solve_ivp

F = 96485.33212331001  # C/mol


def ends(steps, diffusivity, *, thickness, initial, volumes=150):
    """When each step of (current, duration, cutoff) ends, s, why, and how far two meshes differ.

    Times are None if a step never meets its cut-off.
    """
    coarse, _ = run(steps, diffusivity, thickness, initial, volumes)
    fine, why = run(steps, diffusivity, thickness, initial, 2 * volumes)
    if fine is None:
        return None, why, None
    return fine + (fine - coarse) / 3, why, np.abs(fine / coarse - 1).max()


def run(steps, diffusivity, thickness, initial, volumes, crowding=3.0):
    """The programme on one mesh: end times and reasons."""
    q = np.linspace(0, 1, volumes + 1)
    edge = thickness * (1 - np.sinh(crowding * (1 - q)) / np.sinh(crowding))
    width, middle = np.diff(edge), (edge[1:] + edge[:-1]) / 2
    c, now, surface = np.full(volumes, float(initial)), 0.0, float(initial)
    end, why = [], []
    for current, duration, cutoff in steps:
        flux = current / F

        def rate(_, c, flux=flux):
            at, between = diffusivity(c), diffusivity((c[1:] + c[:-1]) / 2)
            simpson = (at[1:] + 4 * between + at[:-1]) / 6
            inner = simpson * np.diff(c) / np.diff(middle)
            return np.diff(np.concatenate([[0.0], inner, [-flux]])) / width

        target = cutoff if cutoff is not None else (0.0 if current > 0 else None)
        word = "cutoff" if cutoff is not None else "exhausted"
        side = 0 if target is None else _side(current, surface, target, initial)
        if target is not None and side == 0:
            end.append(now)
            why.append(word)
            continue

        def event(t, c, flux=flux, target=target, side=side):
            if target is None or t < 1e-9:
                return 1.0
            return side * (_interface(c, width, flux, diffusivity) - target)

        event.terminal = True
        latest = duration or 1e9
        if current > 0:
            latest = min(latest, 0.999999 * (width @ c) / flux)
        found = solve_ivp(
            rate, (0, latest), c, "LSODA", events=event, rtol=1e-9, atol=1e-6, lband=1, uband=1
        )  # fmt: skip
        met = found.t_events[0].size > 0
        if not met and duration is None:
            return None, (*why, "never")
        c = found.y_events[0][0] if met else found.y[:, -1]
        now += found.t_events[0][0] if met else found.t[-1]
        surface = _interface(c, width, flux, diffusivity)
        end.append(now)
        why.append(word if met else "duration")
    return np.array(end), tuple(why)


def _side(current, surface, target, scale):
    """From which side the interface comes to the target; 0 if it is there or beyond."""
    gap = surface - target
    if abs(gap) < 1e-6 * scale or gap * current < 0:
        return 0
    return np.sign(gap)


def _interface(c, width, flux, diffusivity):
    """Value at the interface, by the parabola with two means and the gradient at the end."""
    last, before = width[-1], width[-2]
    both = last + before
    slope_last, bend_last = -last / 2, last**2 / 3
    slope_before = -(both**2 - last**2) / 2 / before
    bend_before = (both**3 - last**3) / 3 / before
    value = c[-1]
    for _ in range(50):
        gradient = -flux / diffusivity(np.array([value]))[0]
        bend = (c[-2] - c[-1]) - gradient * (slope_before - slope_last)
        bend /= bend_before - bend_last
        new = c[-1] - gradient * slope_last - bend * bend_last
        if abs(new - value) <= 1e-12 * abs(new):
            return new
        value = new
    return value


def strip(theta, *, thickness, initial, cutoff, current, first=1e-10, growth=1.02):
    """Depletion time, s, from the integral of D by hand: for a D that jumps.

    Volumes grow from the interface; the flux is the difference of Θ; time runs in its root.
    """
    count = int(np.log1p(thickness * (growth - 1) / first) / np.log(growth)) + 1
    size = growth ** np.arange(count)[::-1]
    size *= thickness / size.sum()
    between, out = (size[1:] + size[:-1]) / 2, current / F

    def rate(z, c):
        flux = np.concatenate([[0.0], -np.diff(theta(c)) / between, [out]])
        return -2 * z * np.diff(flux) / size

    def surface(z, c):
        return theta(c[-1]) - out * size[-1] / 2 - theta(cutoff)

    surface.terminal = True
    latest = np.sqrt(thickness * (initial - cutoff) / out)
    found = solve_ivp(
        rate, (0, latest), np.full(count, initial), "LSODA", events=surface, rtol=1e-8,
        atol=1e-8 * initial, lband=1, uband=1,
    )  # fmt: skip
    return found.t_events[0][0] ** 2
