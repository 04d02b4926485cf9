"""What the electrodes are made of (chapter *Experiment*; the paper's section 2.1).

A body-centred cubic cell of edge :math:`a` holds two atoms, so the concentrations, the molar volume
and the capacities follow from the lattice parameter and the magnesium fraction alone.
"""

from dataclasses import dataclass

import numpy as np

from sandtime import checks
from sandtime.units import N_A, F, S, angstrom, cm, g, mm

LITHIUM_MOLAR_MASS = 6.94 * g  # kg/mol, IUPAC conventional atomic weight
MAGNESIUM_MOLAR_MASS = 24.305 * g  # kg/mol

BETA_LIMIT = 0.69
"""Magnesium fraction at which the β-phase ends at room temperature, as the paper reads it from the
phase diagram of Kevorkov et al. (section 2.1)."""


def molar_volume(lattice_parameter):
    r"""Volume of one mole of atoms in a bcc crystal, :math:`V_m = N_A a^3/2`, in m³/mol.

    From the edge of the cubic cell, m; one that is not positive is a ValueError.

    Examples
    --------
    >>> print(f"{molar_volume(3.5098 * angstrom) / cm**3:.2f}")
    13.02
    """
    return (N_A * checks.positive("lattice_parameter", lattice_parameter, "m") ** 3 / 2)[()]


def concentration(magnesium_fraction, lattice_parameter):
    r"""Lithium per volume of a bcc crystal with every site filled, in mol/m³.

    .. math:: c = \frac{2\,(1-x)}{N_A\,a^3}

    The fraction goes from 0 to 1; the lattice parameter, m, and errors as in `molar_volume`.

    Notes
    -----
    Source: the paper names only "the refined lattice parameters" as the origin of its 76.8, 73.2
    and 69.6 mmol cm⁻³; this is the crystallography behind that sentence.

    Examples
    --------
    >>> from sandtime.units import mmol
    >>> print(f"{concentration(0.10, 3.5020 * angstrom) / (mmol / cm**3):.1f}")
    69.6
    """
    fraction, edge = checks.same_shape(
        magnesium_fraction=checks.between("magnesium_fraction", magnesium_fraction, "", 0, 1),
        lattice_parameter=checks.positive("lattice_parameter", lattice_parameter, "m"),
    )
    return ((1 - fraction) / molar_volume(edge))[()]


def thickness(areal_capacity, concentration):
    r"""Thickness of electrode that holds an areal capacity, :math:`L = Q/(F c)`, in m.

    From charge per area, C/m², and lithium per volume, mol/m³, both positive.

    Examples
    --------
    >>> from sandtime.units import mAh, um
    >>> print(f"{thickness(5 * mAh / cm**2, LI90MG10.concentration) / um:.1f}")
    26.8
    """
    charge, concentration = checks.same_shape(
        areal_capacity=checks.positive("areal_capacity", areal_capacity, "C/m²"),
        concentration=checks.positive("concentration", concentration, "mol/m³"),
    )
    return (charge / (F * concentration))[()]


@dataclass(frozen=True)
class Electrode:
    """A bcc electrode, given by composition and lattice parameter (both scalars).

    Parameters
    ----------
    name : str
    magnesium_fraction : float
        Atomic fraction of magnesium, 0 to below 1.
    lattice_parameter : float
        Edge of the cubic cell, m.

    Raises
    ------
    ValueError
        If the fraction or the lattice parameter is out of range or not a single number.

    Examples
    --------
    >>> from sandtime.units import mAh
    >>> print(f"{LI90MG10.capacity_volumetric / (mAh / cm**3):.0f}")
    1865
    """

    name: str
    magnesium_fraction: float
    lattice_parameter: float

    def __post_init__(self):
        fraction = checks.between("magnesium_fraction", self.magnesium_fraction, "", 0, 1)
        checks.below("magnesium_fraction", fraction, "", "pure magnesium", 1.0)
        edge = checks.positive("lattice_parameter", self.lattice_parameter, "m")
        for name, value in (("magnesium_fraction", fraction), ("lattice_parameter", edge)):
            if value.ndim:
                raise ValueError(
                    f"{name} of shape {value.shape} is not allowed: an electrode has one"
                )

    @property
    def molar_volume(self):
        """Volume per mole of atoms, lithium and magnesium together, m³/mol."""
        return molar_volume(self.lattice_parameter)

    @property
    def concentration(self):
        """Lithium per volume, mol/m³."""
        return concentration(self.magnesium_fraction, self.lattice_parameter)

    @property
    def magnesium_concentration(self):
        """Magnesium per volume, mol/m³."""
        return self.magnesium_fraction / self.molar_volume

    @property
    def molar_mass(self):
        """Mass per mole of atoms, kg/mol."""
        fraction = self.magnesium_fraction
        return (1 - fraction) * LITHIUM_MOLAR_MASS + fraction * MAGNESIUM_MOLAR_MASS

    @property
    def capacity_volumetric(self):
        """Charge of all lithium per volume, C/m³."""
        return F * self.concentration

    @property
    def capacity_gravimetric(self):
        """Charge of all lithium per mass of the electrode, C/kg."""
        return F * (1 - self.magnesium_fraction) / self.molar_mass

    def lithium_left(self, magnesium_fraction, *, conserved):
        r"""Lithium per *initial* volume when the composition has reached a magnesium fraction.

        Two readings of "the composition is now x" give very different answers:

        - ``conserved="sites"``: every lattice site stays filled and the lattice parameter stays,
          :math:`c = (1-x)/V_m`.  This is the paper's 24.0 mmol cm⁻³.  It takes lithium out and puts
          magnesium in that the electrode does not hold.
        - ``conserved="magnesium"``: the magnesium that is there stays and only lithium leaves,
          :math:`c = c_{Mg}\,(1-x)/x`.

        In mol/m³.  ValueError if the composition is below the initial one, `conserved` is neither
        word, or an electrode is to conserve magnesium that has none.

        Parameters
        ----------
        magnesium_fraction : array_like
            Composition reached, from the electrode's own fraction up to 1.
        conserved : {"sites", "magnesium"}

        Examples
        --------
        >>> from sandtime.units import mmol
        >>> for conserved in ("sites", "magnesium"):
        ...     print(f"{LI90MG10.lithium_left(0.69, conserved=conserved) / (mmol / cm**3):.1f}")
        24.0
        3.5
        """
        checks.one_of("conserved", conserved, ("sites", "magnesium"))
        fraction = checks.between(
            "magnesium_fraction", magnesium_fraction, "", self.magnesium_fraction, 1
        )
        if conserved == "sites":
            return ((1 - fraction) / self.molar_volume)[()]
        if self.magnesium_fraction == 0:
            raise ValueError(
                f"conserved = 'magnesium' is not allowed: {self.name} has no magnesium to conserve"
            )
        return (self.magnesium_concentration * (1 - fraction) / fraction)[()]


@dataclass(frozen=True)
class SolidElectrolyte:
    """A pellet of solid electrolyte.

    Parameters
    ----------
    name : str
    conductivity : float
        Total ionic conductivity at room temperature, S/m.
    relative_density : float
        0 to 1.
    diameter : float
        Of the pellet, m.

    Examples
    --------
    >>> print(f"{LLZO.area / cm**2:.3f}")
    0.541
    """

    name: str
    conductivity: float
    relative_density: float
    diameter: float

    def __post_init__(self):
        checks.positive("conductivity", self.conductivity, "S/m")
        checks.between("relative_density", self.relative_density, "", 0, 1)
        checks.positive("diameter", self.diameter, "m")

    @property
    def area(self):
        """Face of the pellet, m²."""
        return np.pi * self.diameter**2 / 4


# The end members' lattice parameters are refined from diffraction (paper, section 2.1).  The one of
# Li0.95Mg0.05 is not printed; the paper's figure shows a linear decrease, hence the mean here.
LI = Electrode("Li", 0.0, 3.5098 * angstrom)
LI90MG10 = Electrode("Li0.9Mg0.1", 0.10, 3.5020 * angstrom)
LI95MG5 = Electrode("Li0.95Mg0.05", 0.05, (LI.lattice_parameter + LI90MG10.lattice_parameter) / 2)
ELECTRODES = {each.name: each for each in (LI, LI95MG5, LI90MG10)}
"""The paper's electrodes by name."""


def electrode(magnesium_fraction, lattice_parameter=None):
    """A bcc electrode of any composition.

    Parameters
    ----------
    magnesium_fraction : float
        Atomic fraction of magnesium, 0 to below 1.
    lattice_parameter : float, optional
        Edge of the cubic cell, m.  Without, that of the straight line through the paper's two
        refined ones, which is known for 0 to 0.1 only.

    Returns
    -------
    Electrode

    Raises
    ------
    ValueError
        As `Electrode`; also if the line would have to be carried beyond its ends.

    Examples
    --------
    >>> print(f"{electrode(0.07).lattice_parameter / angstrom:.4f}", electrode(0.05) is LI95MG5)
    3.5043 True
    """
    fraction = checks.real("magnesium_fraction", magnesium_fraction, "")
    fraction = checks.scalar("magnesium_fraction", fraction)
    if lattice_parameter is None:
        for known in ELECTRODES.values():
            if fraction == known.magnesium_fraction:
                return known
        if not 0 <= fraction <= LI90MG10.magnesium_fraction:
            raise ValueError(
                f"magnesium_fraction = {fraction:.10g} without lattice_parameter is not allowed: "
                "the line through the paper's two lattice parameters goes from 0 to 0.1"
            )
        share = fraction / LI90MG10.magnesium_fraction
        edges = LI.lattice_parameter, LI90MG10.lattice_parameter
        lattice_parameter = edges[0] + share * (edges[1] - edges[0])
    return Electrode(f"Li{1 - fraction:.6g}Mg{fraction:.6g}", fraction, lattice_parameter)


LLZO = SolidElectrolyte("Li6.25Al0.25La3Zr2O12", 4.6e-4 * S / cm, 0.95, 8.3 * mm)
