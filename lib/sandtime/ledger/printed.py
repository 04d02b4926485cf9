"""The paper's numbers in SI units, and as words for a reason."""

from sandtime import reported
from sandtime.reported import paper
from sandtime.units import cm, hour, mmol, s, uA

DIFFUSIVITY = cm**2 / s
CONCENTRATION = mmol / cm**3
CURRENT = paper("current-density-100ua") * uA / cm**2
"""A/m², the paper's standard current density."""


def diffusivity(id):
    """A printed diffusivity, m²/s."""
    return paper(id) * DIFFUSIVITY


def concentration(id):
    """A printed concentration, mol/m³."""
    return paper(id) * CONCENTRATION


def time(id):
    """A printed number of hours, s."""
    return paper(id) * hour


def drop():
    """What can leave before the β-phase ends, as the paper counts it: 69.6 − 24.0 mmol cm⁻³."""
    return concentration("c0-li90mg10") - concentration("c-beta-limit")


def words(id):
    """A printed number with its unit, for a sentence.

    >>> words("current-density-100ua")
    '100 µA cm⁻²'
    """
    claim = reported.claim(id)
    return f"{claim.paper:g} {claim.unit}".strip()
