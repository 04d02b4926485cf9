"""The truth of the questions that no formula answers: own finite volumes, refined and extrapolated.

Volumes that crowd smoothly towards the interface, the flux from Θ = ∫D dc, √t as the variable, a
banded integrator at a tolerance far below every error that is compared.  Their error is a series in
the square of the spacing, of which three meshes remove the first two terms; what the last removal
moved says how good the answer is.  Shares neither mesh nor quadrature nor table with the library.
"""

import numpy as np
import problem
from scipy.integrate import solve_ivp

_CROWDING = 4.0
_TOLERANCE = 1e-10


def mild_theta(filling):
    """Θ of D exp(1 − c/c0), filling = c/c0, in units of D c0, from the start."""
    return 1 - np.exp(1 - filling)


def extrapolated(answer, volumes=150):
    """What `answer(volumes)` tends to, and what the last extrapolation moved."""
    coarse, middle, fine = (answer(volumes * factor) for factor in (1, 2, 4))
    first, second = middle + (middle - coarse) / 3, fine + (fine - middle) / 3
    best = second + (second - first) / 15
    return best, abs(best - second)


def mild_depletion_time(current_density):
    """Seconds to the cut-off with the mild D(c), and the error that is left."""

    def answer(volumes):
        return _Slab(volumes).strip(current_density)

    return extrapolated(answer)


def mild_programme_surface():
    """Filling of the interface after the programme of ten steps, and the error that is left."""

    def answer(volumes):
        return _Slab(volumes).programme(problem.PROGRAMME)

    return extrapolated(answer)


class _Slab:
    """The slab of length one; times in L²/D."""

    def __init__(self, volumes):
        at = np.linspace(0, 1, 2 * volumes + 1)
        at = 1 - np.sinh(_CROWDING * (1 - at)) / np.sinh(_CROWDING)
        self.width, self.centre = np.diff(at[::2]), at[1::2]
        self.scale = problem.THICKNESS**2 / problem.DIFFUSIVITY
        self.unit = problem.F * problem.DIFFUSIVITY * problem.INITIAL / problem.THICKNESS

    def surface(self, filling, flux):
        """From Θ of the last two volumes and the flux between them and the interface."""
        theta = mild_theta(filling[-2:])
        near, far = 1 - self.centre[-1], 1 - self.centre[-2]
        bend = (theta[0] - theta[1] - flux * (far - near)) / (far**2 - near**2)
        return 1 - np.log1p(-(theta[1] - flux * near - bend * near**2))

    def advance(self, filling, flux, span, stop=None):
        """Filling after a span, or the span at which the surface meets `stop`."""
        between = np.diff(self.centre)

        def rate(s, w):
            inner = -np.diff(mild_theta(w)) / between
            return -2 * s * np.diff(np.concatenate([[0.0], inner, [flux]])) / self.width

        def surface(s, w):
            return self.surface(w, flux) - stop

        surface.terminal = True
        run = solve_ivp(
            rate,
            (0, np.sqrt(span)),
            filling,
            "LSODA",
            events=surface if stop else None,
            rtol=_TOLERANCE,
            atol=_TOLERANCE / 100,
            lband=1,
            uband=1,
        )
        return run.t_events[0][0] ** 2 if stop else run.y[:, -1]

    def strip(self, current_density):
        """Seconds to the cut-off."""
        flux, stop = current_density / self.unit, problem.CUTOFF / problem.INITIAL
        start = np.ones_like(self.centre)
        return self.scale * self.advance(start, flux, (1 - stop) / flux, stop)

    def programme(self, steps):
        """Filling of the interface after steps of current and duration."""
        filling = np.ones_like(self.centre)
        for current_density, duration in steps:
            flux = current_density / self.unit
            filling = self.advance(filling, flux, duration / self.scale)
        return self.surface(filling, flux)
