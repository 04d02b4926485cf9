r"""One depletion time, read in every frame (chapters *Sand*, *Frame* and *Your own spectrum*).

A depletion time is :math:`t_0 = D\,(F\,\Delta c/i)^2` times a number that depends on where the
strip ends and on what the lattice does meanwhile.  All readings share the scaling with current, so
that each is Eq. (1) times a factor that holds for every strip of one electrode:

- **empty**: the surface holds no lithium at the end, the paper's Eq. (1);
- **sites**: the β limit in a fixed frame with every site filled, the paper's 24.0 mmol cm⁻³;
- **magnesium**: the β limit in a fixed frame that keeps its own magnesium;
- **receding**: the β limit at an interface that recedes and sweeps the magnesium together.

Without magnesium there is only the first.  Which one holds, a time does not say.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from sandtime import checks, sand, slab
from sandtime.materials import BETA_LIMIT, Electrode
from sandtime.transport import Step, solve_receding
from sandtime.units import F
from sandtime.variants import Variant

_DEEP = 10.0  # diffusion lengths beyond which a foil is a half-space


@dataclass(frozen=True)
class Reading:
    """One way to make a diffusivity of a depletion time.

    Attributes
    ----------
    name : {"empty", "sites", "magnesium", "receding"}
    frame : {"fixed", "receding"}
    end : str
        What the interface is taken to be at the end, in words.
    electrode : materials.Electrode
    limit : float
        Magnesium fraction at the end; 1 for an empty interface.
    factor : float
        The diffusivity over that of Eq. (1).
    """

    name: str
    frame: str
    end: str
    electrode: Electrode
    limit: float
    factor: float

    @property
    def left(self):
        """Lithium at the interface at the end, mol/m³; only of a fixed frame."""
        if self.name == "empty":
            return 0.0
        return float(self.electrode.lithium_left(self.limit, conserved=self.name))

    def diffusivity(self, current_density, depletion_time):
        """Diffusivity in m²/s, from A/m² and s."""
        eq1 = sand.diffusivity(current_density, depletion_time, self.electrode.concentration)
        return self.factor * eq1

    def utilisation(self, current_density, diffusivity, thickness):
        """Share of all lithium that a foil has delivered when it ends like this.

        Parameters
        ----------
        current_density : float
            A/m²; positive.
        diffusivity : float
            In this reading, m²/s; constant.
        thickness : float
            Of the foil, m.
        """
        if self.frame == "receding":
            return float(
                solve_receding(
                    thickness=thickness,
                    diffusivity=diffusivity,
                    magnesium_fraction=self.electrode.magnesium_fraction,
                    molar_volume=self.electrode.molar_volume,
                    steps=Step(current_density, cutoff=self.limit),
                ).utilisation
            )
        return float(
            slab.utilisation(
                current_density,
                thickness=thickness,
                diffusivity=diffusivity,
                initial=self.electrode.concentration,
                cutoff=self.left,
            )
        )

    def second_strip(self, current_density, depletion_time, first, pause):
        """How long a half-space lasts after a first strip and a pause, s.

        Parameters
        ----------
        current_density : float
            Of both strips, A/m².
        depletion_time : float
            Of a strip without a pause at this current, s.
        first, pause : float
            Durations, s; `first` below the depletion time.
        """
        if self.frame == "fixed":
            return second_strip(depletion_time, first, pause)
        checks.below("first", first, "s", "depletion_time", depletion_time)
        D = float(self.diffusivity(current_density, depletion_time))
        steps = [
            Step(current_density, duration=first),
            Step(0.0, duration=pause),
            Step(current_density, cutoff=self.limit),
        ]
        # the front recedes by what it has swept, far less than the second term
        deep = _DEEP * np.sqrt(D * (2 * depletion_time + pause))
        deep += 2 * current_density * depletion_time * self.electrode.molar_volume / F
        variant = Variant("receding", "constant", electrode=self.electrode)
        ends = variant.run(D, steps, thickness=deep).solution.step_end
        return float(ends[2] - ends[1])


def readings(electrode, limit=BETA_LIMIT):
    """Every reading that an electrode allows.

    Parameters
    ----------
    electrode : materials.Electrode
    limit : float
        Magnesium fraction at which the β-phase ends; above the electrode's own.

    Returns
    -------
    tuple of Reading

    Examples
    --------
    >>> from sandtime.materials import LI, LI90MG10
    >>> for each in readings(LI90MG10):
    ...     print(f"{each.name:9} {each.frame:8} {each.factor:.3f}")
    empty     fixed    1.000
    sites     fixed    2.327
    magnesium fixed    1.108
    receding  receding 0.129
    >>> len(readings(LI))
    1
    """
    if not isinstance(electrode, Electrode):
        raise ValueError(f"electrode = {electrode!r} is not allowed: it must be an Electrode")
    every = [Reading("empty", "fixed", "no lithium left, Eq. (1)", electrode, 1.0, 1.0)]
    x0, c0 = electrode.magnesium_fraction, electrode.concentration
    if x0 == 0:
        return tuple(every)
    limit = checks.scalar("limit", checks.between("limit", limit, "", x0, 1))
    checks.below("magnesium_fraction", x0, "", "limit", limit)
    for name, words in (("sites", "every site filled"), ("magnesium", "its own magnesium kept")):
        drop = c0 - electrode.lithium_left(limit, conserved=name)
        end = f"β limit, {words}"
        every.append(Reading(name, "fixed", end, electrode, limit, float((c0 / drop) ** 2)))
    recedes = sand.receding_diffusivity(1.0, 1.0, electrode.molar_volume, limit / x0)
    factor = float(recedes / sand.diffusivity(1.0, 1.0, c0))
    every.append(
        Reading("receding", "receding", "β limit, swept together", electrode, limit, factor)
    )
    return tuple(every)


def relative_error(time=0.0, current=0.0, concentration=0.0):
    r"""Relative standard error of a diffusivity, :math:`\sqrt{e_t^2 + 4 e_i^2 + 4 e_c^2}`.

    From those of the depletion time, the current density and the concentration (or the molar
    volume), independent of each other.

    Examples
    --------
    >>> print(f"{relative_error(0.01, 0.02, 0.03):.3f}")
    0.073
    """
    parts = (
        checks.nonnegative(name, value, "") * power
        for name, value, power in (
            ("time", time, 1),
            ("current", current, 2),
            ("concentration", concentration, 2),
        )
    )
    return np.sqrt(sum(part**2 for part in parts))[()]


def interrupted(first, pause, second):
    r"""Depletion time that an interrupted strip implies, if diffusion in a half-space limits it.

    .. math:: \sqrt{t_0} = \sqrt{t_1 + t_p + t_2} - \sqrt{t_p + t_2} + \sqrt{t_2}

    It needs neither a diffusivity nor a cut-off, and is to be compared with the depletion time of a
    strip without a pause at the same current (chapter *Sand*).  Contact that is lost for good gives
    :math:`t_0 = t_1 + t_2` instead.

    Parameters
    ----------
    first, pause, second : array_like
        Durations of the first strip, the pause, and the second strip to its end, s.

    Returns
    -------
    ndarray or float
        s; the arguments broadcast.

    Examples
    --------
    >>> print(f"{interrupted(7.0, 0.0, 8.0):.3f} {interrupted(7.0, 1e15, 15.0):.3f}")
    15.000 15.000
    """
    first, pause, second = checks.same_shape(
        first=checks.positive("first", first, "s"),
        pause=checks.nonnegative("pause", pause, "s"),
        second=checks.positive("second", second, "s"),
    )
    # the difference of the first two without cancellation
    gained = first / (np.sqrt(first + pause + second) + np.sqrt(pause + second))
    return ((gained + np.sqrt(second)) ** 2)[()]


def second_strip(depletion_time, first, pause):
    """How long a half-space in a fixed frame lasts after a first strip and a pause, s.

    The inverse of `interrupted`; numbers in s, `first` below `depletion_time`.

    Examples
    --------
    >>> second = second_strip(15.0, 7.5, 5.0)
    >>> print(f"{second:.3f} {interrupted(7.5, 5.0, second):.9f}")
    8.843 15.000000000
    """
    whole = checks.scalar("depletion_time", checks.positive("depletion_time", depletion_time, "s"))
    first = checks.scalar("first", checks.positive("first", first, "s"))
    pause = checks.scalar("pause", checks.nonnegative("pause", pause, "s"))
    checks.below("first", first, "s", "depletion_time", whole)

    def excess(second):
        return interrupted(first, pause, second) - whole

    # nothing comes back, or all of it
    return float(brentq(excess, (whole - first) * (1 - 1e-9), whole * (1 + 1e-9), rtol=1e-13))
