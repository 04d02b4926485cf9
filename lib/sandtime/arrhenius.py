"""Activated processes: the paper's Eqs. (2) and (3) (chapters on utilisation and temperature).

Energies are in joules per particle, written ``0.57 * eV``.  The paper gives them in eV but divides
by the gas constant in Eq. (3); a per-particle energy belongs with Boltzmann's constant, and so it
is read here.
"""

import numpy as np

from sandtime import checks
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

    Parameters
    ----------
    resistance : array_like
        Resistance at `temperature`, in any unit; positive.
    activation_energy : array_like
        Energy per particle, J.
    temperature : array_like
        Where the resistance was measured, K.
    reference_temperature : array_like
        Where it is wanted, K.

    Returns
    -------
    ndarray or float
        The resistance at `reference_temperature`, in the unit of `resistance`.

    Raises
    ------
    ValueError
        If a temperature or the resistance is not positive, any number is not finite, the shapes do
        not broadcast, or the energy is so large that it cannot be per particle and in joules.

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

    Parameters
    ----------
    value, reference_value : array_like
        The quantity at the two temperatures, in the same unit; positive.
    temperature, reference_temperature : array_like
        The two temperatures, K; different.

    Returns
    -------
    ndarray or float
        Energy per particle, J.

    Raises
    ------
    ValueError
        If a value or a temperature is not positive, or the two temperatures are equal.

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
