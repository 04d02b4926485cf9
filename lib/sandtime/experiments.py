r"""What experiments not made yet would tell models apart by (chapter *Relaxation*).

A model, a `Variant` with its prefactor, is known by one strip and the rest after it.  `outcomes`
predicts other experiments with it.  The composition, or the potential, after the rest is known
with an error, so each model is run for several prefactors; `expected` reads its prediction
wherever that level may lie, and `variants.information` turns the predictions of all models into
bits.
"""

import numpy as np

from sandtime import checks
from sandtime.transport import Step
from sandtime.units import F

__all__ = ["by_level", "expected", "outcomes"]


def outcomes(variant, prefactor, course, *, current, duration, rest, thickness, thin, rtol=2e-3):
    r"""What five experiments would show, if a model is right that ended a strip somewhere.

    Parameters
    ----------
    variant : variants.Variant
    prefactor : float
        m²/s.
    course : variants.Course
        Of the strip: `current` for `duration`, and whatever followed.
    current : float
        A/m².
    duration, rest : float
        Of the strip, and of the pause of "won", s.
    thickness, thin : float
        Of the foil, and of that of "share", m.
    rtol : float
        As in `transport.solve`.

    Returns
    -------
    dict of float
        - "depth": m, at which half of the rise of magnesium at the interface is left at the end;
        - "won": s, by which a strip with a pause half way lasts longer, to the same end;
        - "share": of all lithium in the thin foil that a tenth of the current delivers until then;
        - "again": s, depletion time at twice the current in a half-space, a quarter of `duration`;
        - "loss": m of thickness lost by the strip, :math:`q V_m/F` if the lattice closes up.

    Raises
    ------
    ValueError
        As in `transport.solve`, or if `duration` is not in the course.

    Examples
    --------
    >>> from sandtime.units import cm, hour, s, uA, um
    >>> from sandtime.variants import Variant
    >>> kept, i, t = Variant("fixed", "constant", "magnesium"), 100 * uA / cm**2, 10 * hour
    >>> course = kept.run(2e-11 * cm**2 / s, Step(i, duration=t), thickness=100 * um)
    >>> found = outcomes(kept, 2e-11 * cm**2 / s, course, current=i, duration=t, rest=5 * hour,
    ...                  thickness=100 * um, thin=25 * um)
    >>> print(f"{found['depth'] / um:.1f} µm, {found['won'] / hour:.2f} h won")
    2.8 µm, 1.17 h won
    """
    end = float(course.at(duration))
    now = int(np.argmin(np.abs(course.time - duration)))
    half = (course.fraction[now, -1] + variant.electrode.magnesium_fraction) / 2
    halves = [Step(current, duration / 2), Step(0, rest), Step(current, cutoff=end)]
    broken = variant.run(prefactor, halves, thickness=thickness, rtol=rtol).solution.step_end
    slow = variant.run(prefactor, Step(current / 10, cutoff=end), thickness=thin, rtol=rtol)
    closes = variant.frame == "receding"
    return {
        # in 1/x, the lithium per magnesium, a profile is less bent than in x
        "depth": float(np.interp(-1 / half, -1 / course.fraction[now], course.depth[now])),
        "won": float(broken[2] - rest - duration),
        "share": float(slow.utilisation),
        "again": duration / 4,
        "loss": current * duration * variant.electrode.molar_volume / F * closes,
    }


def by_level(levels, values, level):
    """A quantity of a model at a level between its runs: a parabola through them.

    Parameters
    ----------
    levels, values : array_like, shape (K,)
        Of K runs, at least three; in any one unit each.
    level : array_like
        In the unit of `levels`.

    Returns
    -------
    ndarray or float, shape of `level`

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than three runs, or a number is not finite.

    Examples
    --------
    >>> print(f"{by_level([1, 2, 3], [1, 4, 9], 2.5):.4f}")
    6.2500
    """
    levels, values = checks.real("levels", levels, ""), checks.real("values", values, "")
    level = checks.real("level", level, "")
    if levels.shape != values.shape or levels.ndim != 1 or len(np.unique(levels)) < 3:
        raise ValueError(
            f"levels of shape {levels.shape} and values of shape {values.shape} are not allowed: "
            "one of each for at least three different runs"
        )
    middle, width = levels.mean(), np.ptp(levels)
    return np.polyval(np.polyfit((levels - middle) / width, values, 2), (level - middle) / width)


def expected(levels, values, level, *, allowance=0.0, highest=np.inf, count=81):
    """Predictions of several models while the level that they all show may be off.

    Parameters
    ----------
    levels, values : sequence of array_like
        For each model, as in `by_level`.
    level : float
        What was measured, in the unit of `levels`.
    allowance : float
        By which it may be higher or lower; with 0 each model has one prediction.
    highest : float or sequence of float
        Level that a model cannot pass, one for all or one for each.
    count : int
        Samples of the allowance.

    Returns
    -------
    ndarray, shape (N, count), or (N, 1) without an allowance
        As `variants.information` takes them; in the unit of `values`.

    Raises
    ------
    ValueError
        If an argument is out of range, or a model cannot come as high as the allowance begins.

    Examples
    --------
    >>> square, cube = [1, 4, 9], [1, 8, 27]
    >>> print(expected([[1, 2, 3]] * 2, [square, cube], 2)[:, 0].round(9))
    [4. 8.]
    """
    allowance = checks.scalar("allowance", checks.nonnegative("allowance", allowance, ""))
    level = checks.scalar("level", checks.real("level", level, ""))
    tops = np.broadcast_to(highest, len(levels))
    rows = []
    for each, value, top in zip(levels, values, tops, strict=True):
        if level - allowance >= top:
            raise ValueError(
                f"highest = {top:.6g} is not allowed: it must be above {level - allowance:.6g}, "
                "where the allowance begins"
            )
        places = np.linspace(level - allowance, min(level + allowance, top), count)
        rows.append(by_level(each, value, places if allowance else np.array([level])))
    return np.array(rows)
