r"""Which model: the frame, the law of diffusion, and how a concentration is read
(chapter *Relaxation*).

The paper uses one model: a frame that does not move, a constant diffusivity, every site filled.
Each of the three can be otherwise, and the same depletion time then means another diffusivity.
This module names the variants, so that every chapter compares the same ones.

- **frame** "fixed": sites that empty stay; "receding": the lattice closes up and magnesium stays.
- **reading** of a concentration as a composition, in the fixed frame: "sites", every site filled,
  :math:`x = 1 - c V_m`; "magnesium", the magnesium that was there stays,
  :math:`x = c_{Mg}/(c_{Mg} + c)`.  In the receding frame magnesium stays by construction.
- **law** "constant"; "factor", :math:`D_0\,\Phi(x)` with the thermodynamic factor; where magnesium
  is kept, in either frame, also "Darken", :math:`D_0\,x`, and "Darken factor",
  :math:`D_0\,x\,\Phi(x)`, for immobile magnesium whose lithium has a constant intrinsic or
  self-diffusivity.

The flux of lithium down its chemical potential, :math:`J = -(D^*/RT)\,c\,\partial\mu/\partial\xi`,
makes :math:`D = D^*\Phi` where every site stays filled and :math:`D = x\,D^*\Phi` where magnesium
is kept, because there :math:`\mathrm d\ln(1-x) = x\,\mathrm dc/c`.  So :math:`x` comes from
keeping magnesium and not from a moving interface (step 5 of the chapter).
"""

from dataclasses import dataclass

import numpy as np

from sandtime import checks, sand, thermodynamics, transport
from sandtime.materials import LI90MG10, Electrode
from sandtime.units import F

_LAWS = {  # by what is kept
    "sites": ("constant", "factor"),
    "magnesium": ("constant", "factor", "Darken", "Darken factor"),
}


@dataclass(frozen=True)
class Course:
    """What a variant predicts for a current programme.

    Attributes
    ----------
    time : ndarray, shape (T,)
        s.
    surface : ndarray, shape (T,)
        Magnesium fraction at the interface.
    depth : ndarray, shape (T, X)
        Distance from the interface, wherever that is by then, m; from the blocked side inwards.
    fraction : ndarray, shape (T, X)
        Magnesium fraction at that depth.
    depletion_time : float
        s; nan if no cut-off was met.
    utilisation : float
        Share of all lithium that has left at the end.
    solution : transport.Solution or transport.RecedingSolution
        With the profiles.
    """

    time: np.ndarray
    surface: np.ndarray
    depth: np.ndarray
    fraction: np.ndarray
    depletion_time: float
    utilisation: float
    solution: object

    def potential(self, temperature):
        """Open-circuit potential of the interface against lithium, V, at a temperature in K."""
        return thermodynamics.open_circuit_potential(self.surface, temperature)

    def at(self, time):
        """Magnesium fraction at the interface at any time of the run, s; between steps a line."""
        time = checks.between("time", time, "s", 0, float(self.time[-1]))
        return np.interp(time, self.time, self.surface)[()]


@dataclass(frozen=True)
class Variant:
    """One combination of frame, law and reading.

    Parameters
    ----------
    frame : {"fixed", "receding"}
    law : {"constant", "factor", "Darken", "Darken factor"}
        The last two only where magnesium is kept.
    reading : {"sites", "magnesium"}
        Only "magnesium" in the receding frame.
    electrode : materials.Electrode
    temperature : float
        Of the thermodynamic factor, K.

    Raises
    ------
    ValueError
        If a word is unknown or the combination makes no sense.

    Examples
    --------
    >>> from sandtime.units import cm, hour, s, uA, um
    >>> paper = Variant("fixed", "constant", "sites")
    >>> D = paper.calibrate(15 * hour, 100 * uA / cm**2, thickness=100 * um, cutoff=0.69)
    >>> print(f"{D / (cm**2 / s):.2e}")
    3.55e-11
    """

    frame: str
    law: str
    reading: str = "magnesium"
    electrode: Electrode = LI90MG10
    temperature: float = 298.15

    def __post_init__(self):
        checks.one_of("frame", self.frame, ("fixed", "receding"))
        readings = ("sites", "magnesium") if self.frame == "fixed" else ("magnesium",)
        checks.one_of("reading", self.reading, readings)
        checks.one_of("law", self.law, _LAWS[self.reading])
        checks.positive("temperature", self.temperature, "K")
        checks.positive("magnesium_fraction", self.electrode.magnesium_fraction, "")

    def __str__(self):
        law = {
            "constant": "constant D",
            "factor": "D₀ Φ",
            "Darken": "D₀ x",
            "Darken factor": "D₀ x Φ",
        }[self.law]
        reading = f", {self.reading} kept" if self.frame == "fixed" else ""
        return f"{self.frame}{reading}, {law}"

    def fraction(self, concentration):
        """Magnesium fraction that a concentration of the fixed frame, mol/m³, is read as."""
        concentration = checks.nonnegative("concentration", concentration, "mol/m³")
        if self.reading == "sites":
            return (1 - concentration * self.electrode.molar_volume)[()]
        magnesium = self.electrode.magnesium_concentration
        return (magnesium / (magnesium + concentration))[()]

    def diffusivity(self, prefactor):
        """D for `transport`, from a prefactor in m²/s: a number or a function of its variable."""
        prefactor = checks.scalar("prefactor", checks.positive("prefactor", prefactor, "m²/s"))
        if self.law == "constant":
            return prefactor

        def of_fraction(x):
            factor = x if self.law.startswith("Darken") else 1.0
            if self.law.endswith("factor"):
                factor = factor * thermodynamics.thermodynamic_factor(x, self.temperature)
            return prefactor * factor

        if self.frame == "receding":
            return of_fraction
        return lambda concentration: of_fraction(self.fraction(concentration))

    def self_diffusivity(self, prefactor):
        r"""Self-diffusivity of lithium in the fresh alloy that a prefactor implies, m²/s.

        .. math:: D^* = D(x_0)/\Phi(x_0) \text{ (sites kept)}, \qquad
                  D^* = D(x_0)/[x_0\,\Phi(x_0)] \text{ (magnesium kept, either frame)}

        For immobile magnesium and without the vacancy wind.

        The prefactor, m²/s, as in `diffusivity`.

        Examples
        --------
        >>> kept = Variant("fixed", "constant", "magnesium")
        >>> print(f"{kept.self_diffusivity(1.7e-15):.2e}")
        1.70e-14
        """
        x = self.electrode.magnesium_fraction
        D = self.diffusivity(prefactor)
        if callable(D):
            start = x if self.frame == "receding" else self.electrode.concentration
            D = float(D(np.array([start]))[0])
        share = x if self.reading == "magnesium" else 1.0
        return float(D / (share * thermodynamics.thermodynamic_factor(x, self.temperature)))

    def run(self, prefactor, steps, *, thickness, rtol=1e-4, times=()):
        """Run a programme whose cut-offs are magnesium fractions at the interface.

        Returns a `Course`; errors as in `transport.solve`.

        Parameters
        ----------
        prefactor : float
            Diffusivity, or what multiplies its dependence on composition, m²/s.
        steps : transport.Step or sequence of transport.Step
            Cut-offs are magnesium fractions.
        thickness : float
            m.
        rtol, times
            As in `transport.solve`; a tenth of a per mille is far below what is known here.
        """
        steps = [steps] if isinstance(steps, transport.Step) else list(steps)
        if self.frame == "receding":
            solution = transport.solve_receding(
                thickness=thickness,
                diffusivity=self.diffusivity(prefactor),
                magnesium_fraction=self.electrode.magnesium_fraction,
                molar_volume=self.electrode.molar_volume,
                steps=steps,
                rtol=rtol,
                times=times,
            )
            surface, fraction = solution.surface, solution.magnesium_fraction
            depth = solution.thickness[:, None] - solution.layer_position
        else:
            solution = transport.solve(
                thickness=thickness,
                diffusivity=self.diffusivity(prefactor),
                initial=self.electrode.concentration,
                steps=[
                    transport.Step(step.current, step.duration, self._concentration(step.cutoff))
                    for step in steps
                ],
                rtol=rtol,
                times=times,
            )
            # an exhausted interface may stand at minus a rounding error
            fraction = self.fraction(np.maximum(solution.concentration, 0.0))
            surface = fraction[:, -1]
            depth = np.broadcast_to(thickness - solution.position, fraction.shape)
        return Course(
            time=solution.time,
            surface=surface,
            depth=depth,
            fraction=fraction,
            depletion_time=solution.depletion_time,
            utilisation=solution.utilisation,
            solution=solution,
        )

    def calibrate(self, depletion_time, current, *, thickness, cutoff, rtol=1e-4):
        """The prefactor with which the interface reaches a composition at a given time, m²/s.

        Parameters
        ----------
        depletion_time : float
            s.
        current : float
            A/m²; positive.
        thickness : float
            m.
        cutoff : float
            Magnesium fraction at the interface at the depletion time.
        rtol : float
            Of the prefactor.

        Raises
        ------
        ValueError
            If the electrode does not hold the charge that would have to leave by then.

        Notes
        -----
        In a thick electrode the depletion time is proportional to the prefactor, so a secant on
        logarithms that starts from the closed form is almost there at its first step.
        """
        target = checks.scalar(
            "depletion_time", checks.positive("depletion_time", depletion_time, "s")
        )
        step = transport.Step(current, cutoff=cutoff)
        drop = self.electrode.concentration - self.electrode.lithium_left(
            cutoff, conserved=self.reading
        )
        available = F * thickness * drop
        if current * target >= available:
            raise ValueError(
                f"depletion_time = {target:.6g} s is not allowed: at {current:.6g} A/m² it must "
                f"be below {available / current:.6g} s, when all lithium above x = {cutoff:.4g} "
                "has left"
            )

        def excess(log_prefactor):
            course = self.run(np.exp(log_prefactor), step, thickness=thickness, rtol=rtol / 2)
            return np.log(course.depletion_time / target)

        before = np.log(self._closed_form(target, current, cutoff))
        found = excess(before)
        now = before - found
        for _ in range(40):
            last, found = found, excess(now)
            if abs(found) <= rtol or found == last:
                return float(np.exp(now))
            before, now = now, now - found * np.clip((now - before) / (found - last), 0.5, 20.0)
        raise RuntimeError(f"{self}: no prefactor found for a depletion time of {target:.6g} s")

    def calibrate_rest(self, fraction, current, *, duration, rest, thickness, rtol=1e-4):
        """The prefactor with which the interface, after a strip and a rest, is at a composition.

        The twin of `calibrate`: no cut-off enters, the composition at the end of the strip follows.

        In m²/s.

        Parameters
        ----------
        fraction : float
            Magnesium fraction at the interface at the end of the rest.
        current : float
            Of the strip, A/m²; positive.
        duration, rest : float
            s; positive.
        thickness : float
            m.
        rtol : float
            Of what the rest has still to bring, ``fraction`` less that of `homogenised`.

        Raises
        ------
        ValueError
            If an argument is out of range, the fraction is not above the homogenised one, below
            which no rest can bring it, or it is so high that the strip would run out of lithium.

        Examples
        --------
        >>> from sandtime.units import cm, hour, s, uA, um
        >>> kept = Variant("fixed", "constant", "magnesium")
        >>> D = kept.calibrate_rest(
        ...     0.158, 100 * uA / cm**2, duration=15 * hour, rest=12 * hour, thickness=100 * um)
        >>> print(f"{D / (cm**2 / s):.2e}")
        1.83e-11
        """
        target = checks.scalar("fraction", checks.between("fraction", fraction, "", 0, 1))
        current = checks.scalar("current", checks.positive("current", current, "A/m²"))
        duration = checks.scalar("duration", checks.positive("duration", duration, "s"))
        lowest = float(self.homogenised(current * duration, thickness=thickness))
        if target <= lowest:
            raise ValueError(
                f"fraction = {target:.6g} is not allowed: after {current * duration:.6g} C/m² "
                f"it must be above {lowest:.6g}, where the whole foil has evened out"
            )
        programme = [transport.Step(current, duration), transport.Step(0.0, rest)]

        def excess(log_prefactor):
            """Log of what is left over the homogenised fraction; infinite if the strip ran out."""
            course = self.run(np.exp(log_prefactor), programme, thickness=thickness, rtol=rtol / 2)
            if course.solution.ended[0] != "duration":
                return np.inf
            return np.log((course.surface[-1] - lowest) / (target - lowest))

        # Any composition will do to start from: a fast electrode, which does not run out.
        start = (self.electrode.magnesium_fraction + 1) / 3
        now = np.log(self._closed_form(duration, current, start))
        slow, fast, last = -np.inf, np.inf, None
        for _ in range(80):
            found = excess(now)
            if abs(found) <= rtol:
                return float(np.exp(now))
            slow, fast = (max(slow, now), fast) if found > 0 else (slow, min(fast, now))
            if fast - slow < rtol / 10:
                raise ValueError(
                    f"fraction = {target:.6g} is not allowed: with the diffusivity it takes, the "
                    f"interface would run out of lithium before {duration:.6g} s"
                )
            if not np.isfinite(found):
                step = np.log(2)
            elif last is None:
                step = found  # what is left over falls about as 1/prefactor
            else:
                step = -found / np.clip((found - last[1]) / (now - last[0]), -20.0, -0.2)
            last = (now, found) if np.isfinite(found) else last
            now += np.clip(step, -2.0, 2.0)
            if not slow < now < fast:  # between the two, if both are known
                now = (slow + fast) / 2 if np.isfinite(slow + fast) else now
        raise RuntimeError(f"{self}: no prefactor found that rests at x = {target:.6g}")

    def homogenised(self, charge, *, thickness):
        r"""Magnesium fraction once a stripped electrode has evened out.

        No rest can end at less: while lithium leaves and afterwards, the interface is the poorest
        place of the electrode (chapter *Relaxation*).  With magnesium kept it is
        :math:`x_0/(1 - q V_m/F L)`, in either frame; with every site kept, :math:`x_0 + q V_m/F L`.

        Parameters
        ----------
        charge : array_like
            Passed, C/m²; not negative.
        thickness : array_like
            At the start, m; positive.

        Raises
        ------
        ValueError
            If an argument is out of range or the electrode does not hold the charge.

        Examples
        --------
        >>> from sandtime.units import cm, mAh, um
        >>> x = Variant("receding", "constant").homogenised(1.5 * mAh / cm**2, thickness=100 * um)
        >>> print(f"{x:.4f}")
        0.1078
        """
        charge = checks.nonnegative("charge", charge, "C/m²")
        held = F * checks.positive("thickness", thickness, "m") * self.electrode.concentration
        checks.below("charge", charge, "C/m²", "all lithium", held)
        return self.fraction(self.electrode.concentration * (1 - charge / held))

    def _closed_form(self, depletion_time, current, cutoff):
        """A prefactor from the half-space with the average of D over the compositions passed."""
        electrode = self.electrode
        if self.frame == "receding":
            enrichment = cutoff / electrode.magnesium_fraction
            constant = sand.receding_diffusivity(
                current, depletion_time, electrode.molar_volume, enrichment
            )
        else:
            drop = electrode.concentration - self._concentration(cutoff)
            constant = sand.diffusivity(current, depletion_time, drop)
        if self.law == "constant":
            return constant
        if self.frame == "receding":
            passed = np.linspace(electrode.magnesium_fraction, cutoff, 101)
        else:
            passed = np.linspace(self._concentration(cutoff), electrode.concentration, 101)
        return constant / self.diffusivity(1.0)(passed).mean()

    def _concentration(self, fraction):
        """Concentration of the fixed frame that is read as a magnesium fraction."""
        if fraction is None:
            return None
        return float(self.electrode.lithium_left(fraction, conserved=self.reading))


PAPER = Variant("fixed", "constant", "sites")
"""The paper's own model."""

VARIANTS = (
    PAPER,
    Variant("fixed", "factor", "sites"),
    Variant("fixed", "constant", "magnesium"),
    Variant("fixed", "factor", "magnesium"),
    Variant("receding", "constant"),
    Variant("receding", "factor"),
    Variant("receding", "Darken"),
    Variant("receding", "Darken factor"),
)
"""Eight variants, among them each frame and reading with and without the thermodynamic factor."""

ALL_VARIANTS = (
    *VARIANTS[:4],
    Variant("fixed", "Darken", "magnesium"),
    Variant("fixed", "Darken factor", "magnesium"),
    *VARIANTS[4:],
)
"""Every combination that makes sense: `VARIANTS` and Darken's laws in a lattice that stays."""


def information(predictions, resolution, weights=None):
    r"""Bits that one reading is expected to give about which of several models is right.

    .. math:: I = \frac1N\sum_m \int p(y|m)\,\log_2\frac{p(y|m)}{\bar p(y)}\,\mathrm dy, \qquad
              \bar p = \frac1N\sum_k p(y|k)

    The models are equally likely before; the error of the reading is Gaussian.  A model that does
    not know its own prediction, because something else in it is unknown, gives several with
    weights, and :math:`p(y|m)` is their average: the unknown is *marginalised*.

    From 0 to log2(N) bits.

    Parameters
    ----------
    predictions : array_like, shape (N,) or (N, K)
        Of N models; K samples each, close together against the resolution, of what is unknown.
    resolution : float
        Standard error of the reading, in the unit of the predictions; positive.
    weights : array_like, shape (N, K), optional
        Of the samples; not negative.  Equal if not given.

    Raises
    ------
    ValueError
        If an argument is out of range, the shapes do not match, or the predictions span more than
        a hundred thousand resolutions.

    Examples
    --------
    >>> print(f"{information([4.5, 4.6, 9.0], 0.1):.2f}")
    1.03
    """
    resolution = checks.scalar("resolution", checks.positive("resolution", resolution, ""))
    samples = checks.real("predictions", predictions, "") / resolution
    samples = samples.reshape(len(samples), -1)
    share = np.ones_like(samples)
    if weights is not None:
        share = checks.nonnegative("weights", weights, "")
        if share.shape != samples.shape:
            raise ValueError(
                f"weights of shape {share.shape} is not allowed: predictions have {samples.shape}"
            )
    total = checks.positive("weights, summed over samples", share.sum(axis=1), "")
    share = share / total[:, None]
    low, high = samples.min() - 8, samples.max() + 8
    checks.below("predictions", high - low, "resolutions", "what can be resolved", 1e5)
    y = np.linspace(low, high, int(np.ceil((high - low) / 0.1)) + 1)
    density = np.zeros((len(samples), len(y)))
    for row, centres, parts in zip(density, samples, share, strict=True):
        for centre, part in zip(centres, parts, strict=True):
            row += part * np.exp(-((y - centre) ** 2) / 2)
    density /= np.sqrt(2 * np.pi)
    mean = np.maximum(density.mean(axis=0), 1e-300)
    gain = density * np.log2(np.maximum(density, 1e-300) / mean)
    return float(np.trapezoid(gain, y, axis=1).mean())
