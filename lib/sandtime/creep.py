r"""How fast lithium creeps, by three published laws (chapter *Pressure*).

The laws differ by half an order of magnitude at the same stress, and only one of them says how the
rate depends on temperature.  They are not three independent measurements: `ROY` rounds what others
measured, `MASIAS` among them.  `diffusional` makes a fourth law, for comparison, from a diffusivity
and a grain size.
"""

from dataclasses import dataclass

import numpy as np

from sandtime import arrhenius, checks
from sandtime.units import N_A, K, MPa, R, celsius, cm, eV, k_B, kJ, mol, s


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


MASIAS_TESTS = np.array(
    [
        (0.200 * MPa, 2.00e-7 / s),
        (0.301 * MPa, 4.95e-6 / s),
        (0.396 * MPa, 1.58e-5 / s),
        (0.400 * MPa, 1.34e-5 / s),
        (0.400 * MPa, 1.36e-5 / s),
        (0.400 * MPa, 1.72e-5 / s),
        (0.600 * MPa, 3.89e-4 / s),
    ]
)
"""Stress, Pa, and least strain rate, 1/s, of the seven tension tests behind `MASIAS` (their
supplementary Table S1, as transcribed in a public summary; at about 26 °C)."""

MASIAS = CreepLaw(
    name="Masias",
    exponent=6.56,
    rate=7.7e-3 / s,
    stress=1 * MPa,
    temperature=celsius(25),
    activation_energy=None,
    source="A. Masias et al., J. Mater. Sci. 54 (2019) 2585, doi:10.1007/s10853-018-2971-3",
    certainty="second hand, the original not seen: the exponent as a public summary quotes it; the "
    "rate from a line through the seven tests that it transcribes, at 0.2 to 0.6 MPa, so that "
    "1 MPa is an extrapolation; about 26 °C is read as 25 °C",
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
    certainty="the parameters as two public implementations carry them, the original not seen; "
    "hardening, which can double the flow resistance, is left out",
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
    certainty="read in the text of the paper, which gives an exponent of about 5 and cites LePage "
    "and Masias for it: a rounding and no measurement of its own; room temperature is read as "
    "25 °C",
)
CREEP_LAWS = (MASIAS, ANAND_NARAYAN, ROY)


_ROOM = celsius(25)


def diffusional(
    grain_size,
    *,
    diffusivity=8e-11 * cm**2 / s,
    boundary_diffusion=0.0,
    activation_energy=0.57 * eV,
    temperature=_ROOM,
    atomic_volume=13.02 * cm**3 / mol / N_A,
):
    r"""A creep law in which atoms diffuse from one face of a grain to another, :math:`n = 1`.

    .. math:: \dot\varepsilon = \frac{14\,\Omega\,\sigma}{k_B T\,d^2}
              \left(D + \frac{\pi\,\delta D_b}{d}\right)

    The first term is Nabarro-Herring creep, through the grain; the second Coble creep, along its
    boundary.

    Parameters
    ----------
    grain_size : float
        :math:`d`, m; positive.
    diffusivity : float
        Self-diffusivity in the grain, m²/s; by default that of lithium near 300 K by nuclear spin
        relaxation (Messer and Noack 1975, as others cite it).
    boundary_diffusion : float
        Width times diffusivity of the boundary, :math:`\delta D_b`, m³/s; zero or more.
    activation_energy : float
        Of both diffusivities, J; by default the paper's 0.57 eV for lithium.
    temperature : float
        Where the diffusivities hold, K.
    atomic_volume : float
        :math:`\Omega`, m³; by default that of lithium.

    Raises
    ------
    ValueError
        If an argument is out of range or not a single number.

    Notes
    -----
    The equation of H. J. Frost and M. F. Ashby, Deformation-Mechanism Maps (1982), as the programme
    by P. M. Sargent and Ashby computes it (github.com/PhilipSargent/defm-maps, DFMMODLS.PAS):
    :math:`\dot\gamma = 42\,\Omega\tau\,(\dots)/k_B T d^2` in shear, so 42/3 in tension.  The factor
    :math:`1/T` in front is that of `temperature`: it does not change with what is later asked of
    the law, 15 % between 25 and 80 °C.

    Examples
    --------
    >>> law = diffusional(20e-6)
    >>> print(f"{law.strain_rate(1 * MPa):.1e} 1/s")
    1.5e-06 1/s
    """
    values = {
        "grain_size": checks.positive("grain_size", grain_size, "m"),
        "diffusivity": checks.positive("diffusivity", diffusivity, "m²/s"),
        "boundary_diffusion": checks.nonnegative("boundary_diffusion", boundary_diffusion, "m³/s"),
        "temperature": checks.positive("temperature", temperature, "K"),
        "atomic_volume": checks.positive("atomic_volume", atomic_volume, "m³"),
    }
    for name, value in values.items():
        if value.ndim:
            raise ValueError(f"{name} of shape {value.shape} is not allowed: it must be one number")
    d, lattice, boundary, T, volume = map(float, values.values())
    mobility = volume / (k_B * T) * (lattice + np.pi * boundary / d)
    return CreepLaw(
        name="diffusional",
        exponent=1.0,
        rate=14 * mobility * MPa / d**2,
        stress=1 * MPa,
        temperature=T,
        activation_energy=activation_energy,
        source="H. J. Frost and M. F. Ashby, Deformation-Mechanism Maps (1982)",
        certainty="an estimate: the equation from the maps' own programme, the grain size assumed",
    )


def squeeze_rate(pressure, *, law, thickness, radius, temperature=None):
    r"""Rate at which a thin disc between rough plates is squeezed thinner, 1/s.

    .. math:: -\frac{\dot h}{h} = \frac{\sqrt3\,\dot\varepsilon_0}{n+2}\,\frac hR
              \left[\frac{\sqrt3\,(3 + 1/n)\,h\,P}{2\,\sigma_0 R}\right]^n

    Parameters
    ----------
    pressure : array_like
        Mean pressure on the disc, Pa; zero or more.
    law : CreepLaw
    thickness, radius : array_like
        :math:`h` and :math:`R`, m; positive.  Lubrication, so it holds for :math:`h \ll R`.
    temperature : array_like, optional
        K; by default that of the law.

    Notes
    -----
    Derived in the chapter; J. R. Scott's squeeze flow of a power-law fluid that sticks to both
    plates, with the shear viscosity that belongs to the tensile law.

    Examples
    --------
    >>> rate = squeeze_rate(15 * MPa, law=MASIAS, thickness=100e-6, radius=3e-3)
    >>> print(f"{rate:.1e} 1/s")
    4.0e-04 1/s
    """
    pressure = checks.nonnegative("pressure", pressure, "Pa")
    thickness = checks.positive("thickness", thickness, "m")
    slim = thickness / checks.positive("radius", radius, "m")
    n = law.exponent
    drive = np.sqrt(3) * (3 + 1 / n) * slim * pressure / (2 * law.stress)
    return (np.sqrt(3) * law.rate_at(temperature) / (n + 2) * slim * drive**n)[()]
