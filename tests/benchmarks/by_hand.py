"""What a careful user writes in ten lines: the Fick series to a thousand terms, and `brentq`."""

import numpy as np
import problem
from scipy.optimize import brentq

TERMS = 1000
_SQUARES = np.arange(1, TERMS + 1) ** 2
_DECAY = -(np.pi**2) * _SQUARES
_WEIGHT = 2 / np.pi**2 / _SQUARES


def depletion_time(current_density, diffusivity=problem.DIFFUSIVITY):
    """Depletion time in seconds; the bracket is the charge above the cut-off."""
    drop = problem.F * diffusivity * (problem.INITIAL - problem.CUTOFF)
    drop /= current_density * problem.THICKNESS

    def excess(tau):
        return tau + 1 / 3 - _WEIGHT @ np.exp(_DECAY * tau) - drop

    tau = brentq(excess, 0, drop, xtol=1e-300, rtol=1e-14)
    return tau * problem.THICKNESS**2 / diffusivity
