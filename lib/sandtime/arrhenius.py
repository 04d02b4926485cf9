"""Activated processes: the paper's Eqs. (2) and (3) (chapter *Warmth*).

Energies are in joules per particle, written ``0.57 * eV`` or, from one per mole,
``37 * kJ / mol / N_A``.  The paper gives them in eV but divides by the gas constant in Eq. (3); a
per-particle energy belongs with Boltzmann's constant, and so it is read here.  An energy left in eV
or per mole would be wrong by some twenty powers of ten: it is an error, not a result.
"""

from dataclasses import dataclass

import numpy as np

from sandtime import checks, lines
from sandtime.units import k_B

_LARGEST_EXPONENT = 700.0  # exp(710) overflows


def scale(value, activation_energy, temperature, reference_temperature):
    r"""Carry an activated quantity from a reference temperature to another one.

    .. math:: X(T) = X(T_0)\,\exp\left[-\frac{E_A}{k_B}\left(\frac1T - \frac1{T_0}\right)\right]

    Parameters
    ----------
    value : array_like
        The quantity at `reference_temperature`, in any unit.
    activation_energy : array_like
        Energy per particle, J.  Zero and negative values are allowed.
    temperature, reference_temperature : array_like
        Thermodynamic temperatures, K.

    Returns
    -------
    ndarray or float
        The quantity at `temperature`, in the unit of `value`; the arguments broadcast.

    Raises
    ------
    ValueError
        If a temperature is not positive, any number is not finite, the shapes do not broadcast, or
        the energy is so large that it cannot be per particle and in joules.

    Notes
    -----
    Source: the paper's Eq. (2), written for two temperatures so that the prefactor drops out.

    Examples
    --------
    >>> from sandtime.units import celsius, cm, eV, s
    >>> print(f"{scale(3e-11 * cm**2 / s, 0.57 * eV, celsius(80), celsius(25)) / (cm**2 / s):.2g}")
    9.5e-10
    """
    value, energy, temperature, reference = checks.same_shape(
        value=checks.real("value", value, ""),
        **_arguments(activation_energy, temperature, reference_temperature),
    )
    return (value * np.exp(-_exponent(energy, temperature, reference)))[()]


def normalise_resistance(resistance, activation_energy, temperature, reference_temperature):
    r"""Carry a resistance measured at one temperature to a reference temperature.

    .. math:: R(T_0) = R(T)\,\frac{T_0}{T}\,
              \exp\left[\frac{E_A}{k_B}\left(\frac1{T_0} - \frac1T\right)\right]

    The resistance of an ion conductor follows :math:`R \propto T \exp(E_A/k_B T)`, so a value
    measured in the cold becomes *smaller* when it is carried to room temperature.

    In the unit of `resistance`, which is positive and was measured at `temperature`, K.  The other
    parameters and errors as in `scale`, but here the reference temperature is where it is wanted.

    Notes
    -----
    Source: the paper's Eq. (3).  In the text of the paper that we could read, the exponent carries
    the opposite sign; the form above is the one that follows from the Arrhenius law.

    Examples
    --------
    >>> from sandtime.units import celsius, eV
    >>> print(f"{normalise_resistance(1.0, 0.37 * eV, celsius(0), celsius(25)):.2f}")
    0.29
    """
    resistance, energy, temperature, reference = checks.same_shape(
        resistance=checks.positive("resistance", resistance, "(its unit)"),
        **_arguments(activation_energy, temperature, reference_temperature),
    )
    factor = np.exp(-_exponent(energy, temperature, reference))
    return (resistance * reference / temperature * factor)[()]


def activation_energy(value, temperature, reference_value, reference_temperature):
    r"""Activation energy that two values of one quantity imply.

    .. math:: E_A = -k_B\,\frac{\ln(X/X_0)}{1/T - 1/T_0}

    Per particle, J.  ValueError if a number is not positive or the two temperatures are equal.

    Parameters
    ----------
    value, reference_value : array_like
        The quantity at the two temperatures, in the same unit; positive.
    temperature, reference_temperature : array_like
        The two temperatures, K; different.

    Examples
    --------
    >>> from sandtime.units import celsius, eV
    >>> print(f"{activation_energy(2.6, celsius(0), 8.0, celsius(25)) / eV:.2f}")
    0.32
    """
    value, reference_value, temperature, reference = checks.same_shape(
        value=checks.positive("value", value, ""),
        reference_value=checks.positive("reference_value", reference_value, ""),
        temperature=checks.positive("temperature", temperature, "K"),
        reference_temperature=checks.positive("reference_temperature", reference_temperature, "K"),
    )
    same = temperature == reference
    if same.any():
        raise ValueError(
            f"temperature = {temperature[same].flat[0]:.10g} K is not allowed: it must differ from "
            f"reference_temperature = {reference[same].flat[0]:.10g} K"
        )
    return (-k_B * np.log(value / reference_value) / (1 / temperature - 1 / reference))[()]


def temperature_for(value, activation_energy, reference_value, reference_temperature):
    r"""Temperature at which a quantity has a wanted value.

    .. math:: \frac1T = \frac1{T_0} - \frac{k_B}{E_A}\ln\frac{X}{X_0}

    In K, and maybe one at which the metal is liquid: the law does not know.  `value` is wanted,
    `reference_value` known, both positive and in one unit; the energy is not 0; otherwise as in
    `scale`.  ValueError also if no temperature gives the value.

    Examples
    --------
    >>> from sandtime.units import celsius, eV, to_celsius
    >>> print(f"{to_celsius(temperature_for(30.0, 0.57 * eV, 3.0, celsius(25))):.0f} °C")
    60 °C
    """
    value, energy, known, reference = checks.same_shape(
        value=checks.positive("value", value, ""),
        activation_energy=checks.real("activation_energy", activation_energy, "J"),
        reference_value=checks.positive("reference_value", reference_value, ""),
        reference_temperature=checks.positive("reference_temperature", reference_temperature, "K"),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1 / reference - k_B / energy * np.log(value / known)
    bad = ~(inverse > 0) | ~np.isfinite(inverse)
    if bad.any():
        raise ValueError(
            f"value = {value[bad].flat[0]:.10g} is not allowed: no temperature raises "
            f"{known[bad].flat[0]:.10g} at {reference[bad].flat[0]:.10g} K to it with "
            f"activation_energy = {energy[bad].flat[0]:.10g} J"
        )
    return (1 / inverse)[()]


@dataclass(frozen=True)
class ArrheniusFit:
    r"""A straight line through :math:`\ln X` against :math:`1/T`; what `fit` found.

    Attributes
    ----------
    activation_energy, activation_energy_error : float
        Energy per particle and its standard error, J.
    reference_temperature : float
        K; the weighted centre of the data, where value and energy are uncorrelated.
    value, relative_error : float
        The quantity at the reference temperature, in the unit of the data; its relative standard
        error.
    chi2 : float
        Squared residuals of :math:`\ln X`, over squared relative sigma if that was given.
    dof : int
        Number of points less two.
    """

    activation_energy: float
    activation_energy_error: float
    reference_temperature: float
    value: float
    relative_error: float
    chi2: float
    dof: int

    def at(self, temperature):
        """Value and standard error at other temperatures in K, inside the data or beyond them.

        The error is that of the line alone: whether the line goes on is another question.
        """
        value = scale(self.value, self.activation_energy, temperature, self.reference_temperature)
        lever = (1 / np.asarray(temperature) - 1 / self.reference_temperature) / k_B
        return value, value * np.hypot(self.relative_error, self.activation_energy_error * lever)


def fit(temperature, value, *, sigma=None):
    r"""Activation energy of a series of two or more temperatures, with its uncertainty.

    .. math:: \ln X = \ln X_0 - \frac{E_A}{k_B}\left(\frac1T - \frac1{T_0}\right), \qquad
              \frac1{\sigma_E^2} = \frac1{k_B^2} \sum_k
              \frac{(1/T_k - 1/T_0)^2}{(\sigma_k/X_k)^2}

    Parameters
    ----------
    temperature : array_like, shape (N,)
        K; at least two different ones.
    value : array_like, shape (N,)
        The quantity, positive.
    sigma : array_like, optional
        Standard deviation of each value, in its unit; a number or (N,).  Errors are then absolute,
        and two points are enough.  Without it all points weigh alike and the scatter about the line
        gives the errors, for which it takes three.

    Returns
    -------
    ArrheniusFit

    Raises
    ------
    ValueError
        If shapes do not match, a number is not positive, all temperatures are equal, or there are
        too few points.

    Notes
    -----
    Linear regression of the logarithm: right for errors small against the value.

    Examples
    --------
    >>> from sandtime.units import celsius, eV
    >>> D = np.array([2.6, 8.0])  # lithium in the paper, 1e-12 cm²/s, half a digit uncertain
    >>> line = fit([celsius(0), celsius(25)], D, sigma=[0.05, 0.5])
    >>> print(f"{line.activation_energy / eV:.2f} ± {line.activation_energy_error / eV:.2f} eV")
    0.32 ± 0.02 eV
    """
    inverse = 1 / checks.positive("temperature", temperature, "K")
    value = checks.positive("value", value, "")
    if inverse.ndim != 1 or inverse.shape != value.shape:
        raise ValueError(
            f"temperature of shape {inverse.shape} and value of shape {value.shape} are not "
            "allowed: they must match and have one dimension"
        )
    needed = 3 if sigma is None else 2
    if value.size < needed:
        raise ValueError(
            f"{value.size} points are not allowed: it takes {needed} "
            + ("without sigma" if sigma is None else "with sigma")
        )
    relative = None
    if sigma is not None:
        sigma = checks.positive("sigma", sigma, "the unit of value")
        if sigma.shape not in ((), value.shape):
            raise ValueError(f"sigma of shape {sigma.shape} does not match value {value.shape}")
        relative = sigma / value
    centre = np.average(inverse, weights=None if relative is None else relative**-2.0)
    if np.ptp(inverse) <= 1e-12 * centre:
        raise ValueError(
            f"temperature = {1 / centre:.10g} K for all points is not allowed: at least two must "
            "differ"
        )
    line = lines.fit([inverse - centre, np.ones(value.size)], np.log(value), relative)
    return ArrheniusFit(
        activation_energy=float(-k_B * line.coefficients[0]),
        activation_energy_error=float(k_B * line.stderr[0]),
        reference_temperature=float(1 / centre),
        value=float(np.exp(line.coefficients[1])),
        relative_error=float(line.stderr[1]),
        chi2=line.chi2,
        dof=line.freedom,
    )


def _arguments(activation_energy, temperature, reference_temperature):
    return {
        "activation_energy": checks.real("activation_energy", activation_energy, "J"),
        "temperature": checks.positive("temperature", temperature, "K"),
        "reference_temperature": checks.positive(
            "reference_temperature", reference_temperature, "K"
        ),
    }


def _exponent(energy, temperature, reference):
    """What stands behind the minus sign; an energy in eV or per mole is caught here."""
    exponent = energy / k_B * (1 / temperature - 1 / reference)
    bad = ~(np.abs(exponent) < _LARGEST_EXPONENT)
    if bad.any():
        raise ValueError(
            f"activation_energy = {energy[bad].flat[0]:.10g} J is not allowed between "
            f"{temperature[bad].flat[0]:.10g} K and {reference[bad].flat[0]:.10g} K: the factor "
            "leaves the range of floating-point numbers; the energy must be per particle and in "
            "joules, written 0.57 * eV"
        )
    return exponent
