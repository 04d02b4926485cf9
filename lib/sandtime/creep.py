r"""How fast lithium creeps, by three published laws (chapter *What does pressure buy?*).

The laws differ by half an order of magnitude at the same stress, and only one of them says how the
rate depends on temperature.
"""

from dataclasses import dataclass

import numpy as np

from sandtime import arrhenius, checks
from sandtime.units import N_A, K, MPa, R, celsius, kJ, mol, s


@dataclass(frozen=True)
class CreepLaw:
    r"""Steady power-law creep, :math:`\dot\varepsilon = \dot\varepsilon_0 (\sigma/\sigma_0)^n`.

    Parameters
    ----------
    name : str
    exponent : float
        :math:`n`; at least 1.
    rate : float
        :math:`\dot\varepsilon_0` at `stress` and `temperature`, 1/s.
    stress : float
        :math:`\sigma_0`, Pa.
    temperature : float
        Where `rate` holds, K.
    activation_energy : float or None
        Per particle, J; None if the source gives none, and then no other temperature is allowed.
    source, certainty : str
        Where the numbers are from, and how sure they are.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> print(f"{ANAND_NARAYAN.strain_rate(1 * MPa):.4f} 1/s")
    0.0197 1/s
    """

    name: str
    exponent: float
    rate: float
    stress: float
    temperature: float
    activation_energy: float | None
    source: str
    certainty: str

    def __post_init__(self):
        checks.between("exponent", self.exponent, "", 1, np.inf)
        checks.positive("rate", self.rate, "1/s")
        checks.positive("stress", self.stress, "Pa")
        checks.positive("temperature", self.temperature, "K")
        if self.activation_energy is not None:
            checks.nonnegative("activation_energy", self.activation_energy, "J")

    def strain_rate(self, stress, temperature=None):
        """Strain rate, 1/s, under a stress in Pa (zero or more), at a temperature in K."""
        stress = checks.nonnegative("stress", stress, "Pa")
        return (self.rate_at(temperature) * (stress / self.stress) ** self.exponent)[()]

    def rate_at(self, temperature=None):
        """The reference strain rate, 1/s, at a temperature in K; None is the law's own."""
        if temperature is None:
            return np.asarray(self.rate)
        temperature = checks.positive("temperature", temperature, "K")
        if self.activation_energy is not None:
            return np.asarray(
                arrhenius.scale(self.rate, self.activation_energy, temperature, self.temperature)
            )
        if np.any(temperature != self.temperature):
            raise ValueError(
                f"temperature = {temperature} K is not allowed: {self.name} gives no activation "
                f"energy, so it must be {self.temperature} K; to assume one, use "
                "dataclasses.replace(law, activation_energy=...)"
            )
        return np.full(temperature.shape, self.rate)


MASIAS = CreepLaw(
    name="Masias",
    exponent=6.56,
    rate=7.7e-3 / s,
    stress=1 * MPa,
    temperature=celsius(25),
    activation_energy=None,
    source="A. Masias et al., J. Mater. Sci. 54 (2019) 2585, doi:10.1007/s10853-018-2971-3",
    certainty="second hand: taken from a summary, the original not seen; room temperature is read "
    "as 25 °C",
)
ANAND_NARAYAN = CreepLaw(
    name="Anand-Narayan",
    exponent=6.67,
    rate=4.25e4 / s * np.exp(-37 * kJ / mol / (R * celsius(25) * K)),
    stress=0.95 * MPa,
    temperature=celsius(25),
    activation_energy=37 * kJ / mol / N_A,
    source="L. Anand and S. Narayan, J. Electrochem. Soc. 166 (2019) A1092: "
    "4.25e4 1/s exp(-37 kJ/mol / RT) at 0.95 MPa, the initial flow resistance",
    certainty="found in public text; hardening and saturation of the resistance are left out",
)
ROY = CreepLaw(
    name="Roy",
    exponent=5.0,
    rate=0.01 / s,
    stress=1 * MPa,
    temperature=celsius(25),
    activation_energy=None,
    source="U. Roy, N. A. Fleck and V. S. Deshpande, Extreme Mech. Lett. (2021) 101307, "
    "doi:10.1016/j.eml.2021.101307",
    certainty="found in public text; room temperature is read as 25 °C",
)
CREEP_LAWS = (MASIAS, ANAND_NARAYAN, ROY)
