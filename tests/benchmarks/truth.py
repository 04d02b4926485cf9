"""The answer with forty digits: the slab in mpmath, its root by bisection.

Shares no code with the library: it is what every way in the table is measured against.  The sum
over images is used for short times and the Fick series for long ones; where they meet, both are
evaluated and must agree.
"""

import mpmath
import problem

DIGITS = 40


def depletion_time(current_density, diffusivity=problem.DIFFUSIVITY):
    """Depletion time in seconds, as a multiple-precision number."""
    with mpmath.workdps(DIGITS):
        mpf = mpmath.mpf
        thickness, diffusivity = mpf(problem.THICKNESS), mpf(diffusivity)
        drop = mpf(problem.F) * diffusivity * (mpf(problem.INITIAL) - mpf(problem.CUTOFF))
        drop /= mpf(current_density) * thickness
        return _dimensionless(drop) * thickness**2 / diffusivity


def check():
    """The two expressions, which share nothing, give the same forty digits."""
    with mpmath.workdps(DIGITS):
        for tau in (mpmath.mpf("0.02"), mpmath.mpf("0.1"), mpmath.mpf("0.5")):
            difference = abs(_by_series(tau) / _by_images(tau) - 1)
            assert difference < mpmath.mpf(10) ** (2 - DIGITS), f"they differ by {difference}"


def _dimensionless(drop):
    # The surface falls at least as fast as in a half-space and as in a well-stirred slab, and at
    # most a third further than in the latter: that encloses the root.
    high = min(drop**2 * mpmath.pi / 4, drop)
    low = drop - mpmath.mpf(1) / 3 if drop > 1 else high / 2
    while high - low > high * mpmath.mpf(10) ** -30:
        middle = (low + high) / 2
        if (_by_images if middle < 0.1 else _by_series)(middle) < drop:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _by_series(tau):
    total, n = tau + mpmath.mpf(1) / 3, 1
    while True:
        term = mpmath.exp(-((n * mpmath.pi) ** 2) * tau) / n**2
        total -= 2 / mpmath.pi**2 * term
        if term < mpmath.eps / 10:
            return total
        n += 1


def _by_images(tau):
    total, m = 1 / mpmath.sqrt(mpmath.pi), 1
    while True:
        z = m / mpmath.sqrt(tau)
        term = mpmath.exp(-z * z) / mpmath.sqrt(mpmath.pi) - z * mpmath.erfc(z)
        total += 2 * term
        if term < mpmath.eps / 10:
            return 2 * mpmath.sqrt(tau) * total
        m += 1
