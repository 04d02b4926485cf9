"""What an argument must be, said once: every wrong value raises an error a person can act on.

Each function returns its value as an array of floats, so that a physics module checks and converts
in one line, and raises a `ValueError` that names the argument, the value, its unit and what is
allowed.
"""

import numpy as np


def real(name, value, unit):
    """Finite real numbers, of any sign.

    >>> real("temperature", float("nan"), "K")
    Traceback (most recent call last):
    ...
    ValueError: temperature = nan K is not allowed: it must be a finite real number
    """
    return _check(name, value, unit, np.isfinite, "it must be a finite real number")


def positive(name, value, unit):
    """Finite real numbers above zero.

    >>> positive("thickness", [25e-6, -1e-6], "m")
    Traceback (most recent call last):
    ...
    ValueError: thickness = -1e-06 m (element 1) is not allowed: it must be finite and above 0 m
    """
    return above(name, value, unit, 0)


def nonnegative(name, value, unit):
    """Finite real numbers, zero included.

    >>> float(nonnegative("time", 0, "s"))
    0.0
    """
    return _check(
        name,
        value,
        unit,
        lambda v: np.isfinite(v) & (v >= 0),
        f"it must be finite and at least 0{_space(unit)}",
    )


def above(name, value, unit, bound):
    """Finite real numbers above a fixed bound.

    >>> above("enrichment", 1, "", 1)
    Traceback (most recent call last):
    ...
    ValueError: enrichment = 1 is not allowed: it must be finite and above 1
    """
    return _check(
        name,
        value,
        unit,
        lambda v: np.isfinite(v) & (v > bound),
        f"it must be finite and above {bound}{_space(unit)}",
    )


def between(name, value, unit, low, high):
    """Real numbers from `low` to `high`, both allowed.

    >>> between("magnesium_fraction", 1.2, "", 0, 1)
    Traceback (most recent call last):
    ...
    ValueError: magnesium_fraction = 1.2 is not allowed: it must lie between 0 and 1
    """
    return _check(
        name,
        value,
        unit,
        lambda v: (v >= low) & (v <= high),
        f"it must lie between {low} and {high}{_space(unit)}",
    )


def at_most(name, value, unit, other_name, other):
    """Values no larger than another argument, compared element by element.

    A few units of rounding are granted: ``100 * um`` is not ``1e-4`` to the last bit.

    >>> at_most("position", 30e-6, "m", "thickness", 25e-6)
    Traceback (most recent call last):
    ...
    ValueError: position = 3e-05 m is not allowed: it must not be above thickness = 2.5e-05 m
    """
    return _compare(name, value, unit, other_name, other, _less_or_rounded, "it must not be above")


def below(name, value, unit, other_name, other):
    """Values smaller than another argument, compared element by element.

    >>> below("cutoff", 70e3, "mol/m³", "initial", 69.6e3)
    Traceback (most recent call last):
    ...
    ValueError: cutoff = 70000 mol/m³ is not allowed: it must be below initial = 69600 mol/m³
    """
    return _compare(name, value, unit, other_name, other, np.less, "it must be below")


def scalar(name, value):
    """One number, as a float.

    >>> scalar("thickness", [1e-6, 2e-6])
    Traceback (most recent call last):
    ...
    ValueError: thickness of shape (2,) is not allowed: it must be one number
    """
    if np.ndim(value):
        raise ValueError(f"{name} of shape {np.shape(value)} is not allowed: it must be one number")
    return float(value)


def same_shape(**arguments):
    """Arrays broadcast against each other, in the order given.

    >>> same_shape(time=np.ones(3), thickness=np.ones(2))
    Traceback (most recent call last):
    ...
    ValueError: these shapes do not broadcast together: time (3,), thickness (2,)
    """
    try:
        return np.broadcast_arrays(*arguments.values())
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in arguments.items())
        raise ValueError(f"these shapes do not broadcast together: {shapes}") from None


def one_of(name, value, allowed):
    """A word out of a short list.

    >>> one_of("conserved", "mass", ("sites", "magnesium"))
    Traceback (most recent call last):
    ...
    ValueError: conserved = 'mass' is not allowed: it must be one of 'sites', 'magnesium'
    """
    if value not in allowed:
        words = ", ".join(repr(word) for word in allowed)
        raise ValueError(f"{name} = {value!r} is not allowed: it must be one of {words}")
    return value


def _check(name, value, unit, allowed, requirement):
    value = _floats(name, value, unit)
    bad = ~np.asarray(allowed(value))
    if bad.any():
        raise ValueError(f"{_first(name, value, unit, bad)} is not allowed: {requirement}")
    return value


def _less_or_rounded(value, other):
    return value <= other + 4 * np.spacing(np.abs(other))


def _compare(name, value, unit, other_name, other, relation, requirement):
    value = _floats(name, value, unit)
    wide, other = same_shape(**{name: value, other_name: _floats(other_name, other, unit)})
    bad = ~relation(wide, other)
    if bad.any():
        limit = f"{other_name} = {other[bad].flat[0]:.10g}{_space(unit)}"
        raise ValueError(f"{_first(name, wide, unit, bad)} is not allowed: {requirement} {limit}")
    return value


def _floats(name, value, unit):
    """The value as floats; a complex number, text or None is an error and never a cast.

    So is a masked element: as an array it would be whatever number lies under the mask.
    """
    expected = f"it must be a real number{f' in {unit}' if unit else ''} or an array of them"
    if np.ma.is_masked(value):
        raise ValueError(f"{name} = {value!r} is not allowed: {expected}, without masked elements")
    try:
        array = np.asarray(value)
    except ValueError:  # nested lists of unequal length
        raise ValueError(f"{name} = {value!r} is not allowed: {expected}") from None
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} = {value!r} is not allowed: {expected}")
    return array.astype(float)


def _first(name, value, unit, bad):
    """Name the first offending element, and where it stands if there are several."""
    where = tuple(int(index[0]) for index in np.nonzero(np.atleast_1d(bad)))
    element = f" (element {where[0] if len(where) == 1 else where})" if value.size > 1 else ""
    return f"{name} = {np.atleast_1d(value)[where]:.10g}{_space(unit)}{element}"


def _space(unit):
    return f" {unit}" if unit else ""
