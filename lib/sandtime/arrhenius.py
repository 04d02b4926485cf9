"""Activated processes: the paper's Eqs. (2) and (3) (chapters on utilisation and temperature).

Energies are in joules per particle, written ``0.57 * eV``.  The paper gives them in eV but divides
by the gas constant in Eq. (3); a per-particle energy belongs with Boltzmann's constant, and so it
is read here.
"""

import numpy as np

from sandtime import checks
from sandtime.units import k_B


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
        If a temperature is not positive or any number is not finite.

    Notes
    -----
    Source: the paper's Eq. (2), written for two temperatures so that the prefactor drops out.

    Examples
    --------
    >>> from sandtime.units import celsius, cm, eV, s
    >>> print(f"{scale(3e-11 * cm**2 / s, 0.57 * eV, celsius(80), celsius(25)) / (cm**2 / s):.2g}")
    9.5e-10
    """
    value = checks.real("value", value, "")
    energy, inverse = _energy_and_inverse_temperature(
        activation_energy, temperature, reference_temperature
    )
    return (value * np.exp(-energy / k_B * inverse))[()]


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
        If a temperature or the resistance is not positive or any number is not finite.

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
    resistance = checks.positive("resistance", resistance, "(its unit)")
    energy, inverse = _energy_and_inverse_temperature(
        activation_energy, temperature, reference_temperature
    )
    temperature_ratio = np.asarray(reference_temperature, float) / np.asarray(temperature, float)
    return (resistance * temperature_ratio * np.exp(-energy / k_B * inverse))[()]


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
    value = checks.positive("value", value, "")
    reference_value = checks.positive("reference_value", reference_value, "")
    _, inverse = _energy_and_inverse_temperature(0.0, temperature, reference_temperature)
    if np.any(inverse == 0):
        raise ValueError(
            f"temperature = {temperature} K is not allowed: it must differ from "
            f"reference_temperature = {reference_temperature} K"
        )
    return (-k_B * np.log(value / reference_value) / inverse)[()]


def _energy_and_inverse_temperature(activation_energy, temperature, reference_temperature):
    energy = checks.real("activation_energy", activation_energy, "J")
    temperature = checks.positive("temperature", temperature, "K")
    reference_temperature = checks.positive("reference_temperature", reference_temperature, "K")
    return energy, 1 / temperature - 1 / reference_temperature
