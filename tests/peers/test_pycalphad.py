"""Li–Mg beside pycalphad, which minimises the Gibbs energy numerically from a database.

The database below is typed from the cited sources, not derived from `sandtime.thermodynamics`, so
that a slip of the pen in either shows. pycalphad rounds the gas constant to 8.3145 J/(mol K), 4.5
parts in a million above the SI value; for the comparison ours is set to the same.

pycalphad is not part of the book's environment: these tests say that they are skipped unless they
run in one of their own,

    python3 -m venv .venv-peers
    .venv-peers/bin/python -m pip install -r requirements-peers.txt
    .venv-peers/bin/python -m pytest tests/peers
"""

import numpy as np
import pytest

from sandtime import thermodynamics
from sandtime.thermodynamics import BCC, HCP, LIQUID
from sandtime.units import celsius

pycalphad = pytest.importorskip(
    "pycalphad",
    reason="pycalphad is not installed here; requirements-peers.txt makes an environment with it",
)
from pycalphad import variables as v  # noqa: E402  (after the skip)

pytestmark = pytest.mark.filterwarnings("ignore:::pycalphad", "ignore::RuntimeWarning")

# Elements: A. T. Dinsdale, Calphad 15 (1991) 317. Interactions: COST 507, vol. 2 (1998), Li–Mg.
DATABASE = """
ELEMENT /-  ELECTRON_GAS 0 0 0 !
ELEMENT VA  VACUUM       0 0 0 !
ELEMENT LI  BCC_A2       6.941 4623.3 29.095 !
ELEMENT MG  HCP_A3       24.305 4998.0 32.671 !
FUNCTION GHSERLI 200 -10583.817+217.637482*T-38.940488*T*LN(T)+35.466931E-3*T**2
  -19.869816E-6*T**3+159994*T**(-1); 453.6 Y
  -559579.123+10547.879893*T-1702.8886493*T*LN(T)+2258.329444E-3*T**2
  -571.066077E-6*T**3+33885874*T**(-1); 500 Y
  -9062.994+179.278285*T-31.2283718*T*LN(T)+2.633221E-3*T**2
  -0.438058E-6*T**3-102387*T**(-1); 3000 N !
FUNCTION GHSERMG 200 -8367.34+143.675547*T-26.1849782*T*LN(T)+0.4858E-3*T**2
  -1.393669E-6*T**3+78950*T**(-1); 923 Y
  -14130.185+204.716215*T-34.3088*T*LN(T)+1038.192E25*T**(-9); 3000 N !
FUNCTION GLIQLI 200 -7883.612+211.841861*T-38.940488*T*LN(T)+35.466931E-3*T**2
  -19.869816E-6*T**3+159994*T**(-1); 250 Y
  12015.027-362.187078*T+61.6104424*T*LN(T)-182.426463E-3*T**2
  +63.955671E-6*T**3-559968*T**(-1); 453.6 Y
  -6057.31+172.652183*T-31.2283718*T*LN(T)+2.633221E-3*T**2
  -0.438058E-6*T**3-102387*T**(-1); 3000 N !
FUNCTION GLIQMG 200 8202.243-8.83693*T+GHSERMG-8.0176E-20*T**7; 923 Y
  8690.316-9.392158*T+GHSERMG-1.038192E28*T**(-9); 3000 N !
TYPE_DEFINITION % SEQ * !
PHASE BCC_A2 % 1 1.0 !
CONSTITUENT BCC_A2 : LI,MG : !
PHASE HCP_A3 % 1 1.0 !
CONSTITUENT HCP_A3 : LI,MG : !
PHASE LIQUID % 1 1.0 !
CONSTITUENT LIQUID : LI,MG : !
PARAMETER G(BCC_A2,LI;0) 200 GHSERLI; 3000 N !
PARAMETER G(BCC_A2,MG;0) 200 3100-2.1*T+GHSERMG; 3000 N !
PARAMETER G(BCC_A2,LI,MG;0) 200 -18335+8.49*T; 3000 N !
PARAMETER G(BCC_A2,LI,MG;1) 200 3481; 3000 N !
PARAMETER G(BCC_A2,LI,MG;2) 200 2658-0.114*T; 3000 N !
PARAMETER G(HCP_A3,LI;0) 200 -154+2*T+GHSERLI; 3000 N !
PARAMETER G(HCP_A3,MG;0) 200 GHSERMG; 3000 N !
PARAMETER G(HCP_A3,LI,MG;0) 200 -6856; 3000 N !
PARAMETER G(HCP_A3,LI,MG;1) 200 4000; 3000 N !
PARAMETER G(HCP_A3,LI,MG;2) 200 4000; 3000 N !
PARAMETER G(LIQUID,LI;0) 200 GLIQLI; 3000 N !
PARAMETER G(LIQUID,MG;0) 200 GLIQMG; 3000 N !
PARAMETER G(LIQUID,LI,MG;0) 200 -14935+10.371*T; 3000 N !
PARAMETER G(LIQUID,LI,MG;1) 200 -1789+1.143*T; 3000 N !
PARAMETER G(LIQUID,LI,MG;2) 200 6533-6.6915*T; 3000 N !
"""
NAMES = {BCC: "BCC_A2", HCP: "HCP_A3", LIQUID: "LIQUID"}
ATMOSPHERE = 101325.0
FRACTIONS = np.array([0.01, 0.05, 0.10, 0.12, 0.15, 0.20, 0.30, 0.40, 0.50, 0.60, 0.669, 0.9])
TEMPERATURES = [celsius(0), celsius(25), celsius(100), celsius(420), 700.0, 950.0]


@pytest.fixture(scope="module", autouse=True)
def _same_gas_constant():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thermodynamics, "R", float(v.R))
        thermodynamics.eutectic.cache_clear()
        yield
    thermodynamics.eutectic.cache_clear()


@pytest.fixture(scope="module")
def database():
    return pycalphad.Database(DATABASE)


def theirs(database, phase, temperature, expression):
    """A pycalphad expression at FRACTIONS, with the reference of ours for the elements."""
    name = NAMES[phase]
    model = pycalphad.Model(database, ["LI", "MG"], name)
    lithium, magnesium = v.SiteFraction(name, 0, "LI"), v.SiteFraction(name, 0, "MG")
    function = expression(model.GM, lithium, magnesium)
    return np.array(
        [
            float(function.subs({lithium: 1 - x, magnesium: x, v.T: temperature, v.P: ATMOSPHERE}))
            for x in FRACTIONS
        ]
    )


def elements(database, temperature):
    """Gibbs energies of bcc lithium and hcp magnesium, J/mol."""
    values = []
    for element, name in (("LI", "BCC_A2"), ("MG", "HCP_A3")):
        model = pycalphad.Model(database, [element], name)
        site = v.SiteFraction(name, 0, element)
        values.append(float(model.GM.subs({site: 1.0, v.T: temperature, v.P: ATMOSPHERE})))
    return values


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("phase", NAMES, ids=lambda phase: phase.name)
def test_gibbs_energy(database, phase, temperature):
    lithium, magnesium = elements(database, temperature)
    energy = theirs(database, phase, temperature, lambda g, *_: g)
    energy -= (1 - FRACTIONS) * lithium + FRACTIONS * magnesium
    ours = thermodynamics.gibbs_energy(FRACTIONS, temperature, phase)
    np.testing.assert_allclose(ours, energy, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("phase", NAMES, ids=lambda phase: phase.name)
def test_thermodynamic_factor(database, phase, temperature):
    def curvature(g, lithium, magnesium):
        slope = g.diff(magnesium) - g.diff(lithium)
        return slope.diff(magnesium) - slope.diff(lithium)

    product = FRACTIONS * (1 - FRACTIONS) / (thermodynamics.R * temperature)
    factor = product * theirs(database, phase, temperature, curvature)
    ours = thermodynamics.thermodynamic_factor(FRACTIONS, temperature, phase)
    np.testing.assert_allclose(ours, factor, rtol=1e-9, atol=1e-9)


def equilibrium(database, phases, fraction, temperature):
    return pycalphad.equilibrium(
        database,
        ["LI", "MG"],
        [NAMES[phase] for phase in phases],
        {v.X("MG"): fraction, v.T: temperature, v.P: ATMOSPHERE, v.N: 1},
    )


@pytest.mark.parametrize("temperature", [celsius(0), celsius(25), celsius(100)])
def test_open_circuit_potential(database, temperature):
    lithium, _ = elements(database, temperature)
    for fraction in FRACTIONS[:-1]:
        result = equilibrium(database, [BCC], fraction, temperature)
        potential = float(result.MU.sel(component="LI").values.squeeze())
        ours = thermodynamics.open_circuit_potential(fraction, temperature)
        assert ours == pytest.approx(-(potential - lithium) / thermodynamics.F, rel=1e-9)


def compositions(result):
    """Magnesium fraction by phase of a two-phase equilibrium."""
    names = result.Phase.values.squeeze()
    fractions = result.X.sel(component="MG").values.squeeze()
    return {name: float(x) for name, x in zip(names, fractions, strict=True) if name}


@pytest.mark.parametrize("temperature", [celsius(T) for T in (0, 25, 100, 250, 420, 580)])
def test_tie_line(database, temperature):
    beta, alpha = thermodynamics.tie_line(temperature)
    found = compositions(equilibrium(database, NAMES, 0.78, temperature))
    assert set(found) == {"BCC_A2", "HCP_A3"}
    assert beta == pytest.approx(found["BCC_A2"], rel=1e-9)
    assert alpha == pytest.approx(found["HCP_A3"], rel=1e-9)


@pytest.mark.parametrize(
    ("solid", "fraction", "temperature"),
    [
        (BCC, 0.05, celsius(200)),
        (BCC, 0.13, celsius(250)),
        (BCC, 0.30, celsius(350)),
        (BCC, 0.63, celsius(580)),
        (HCP, 0.83, celsius(600)),
        (HCP, 0.93, celsius(635)),
    ],
)
def test_melting(database, solid, fraction, temperature):
    ours = thermodynamics.phase_boundary(solid, LIQUID, temperature)
    found = compositions(equilibrium(database, NAMES, fraction, temperature))
    assert set(found) == {NAMES[solid], "LIQUID"}
    assert ours[0] == pytest.approx(found[NAMES[solid]], rel=1e-9)
    assert ours[1] == pytest.approx(found["LIQUID"], rel=1e-9)
    assert thermodynamics.solidus(ours[0]) == pytest.approx(temperature, abs=1e-6)
    assert thermodynamics.liquidus(ours[1]) == pytest.approx(temperature, abs=1e-6)


def test_eutectic(database):
    """Just below, three phases meet only as β and α; just above, the liquid has come between."""
    point = thermodynamics.eutectic()
    below = compositions(equilibrium(database, NAMES, point.liquid, point.temperature - 0.01))
    assert set(below) == {"BCC_A2", "HCP_A3"}
    above = compositions(equilibrium(database, NAMES, point.liquid, point.temperature + 0.01))
    assert "LIQUID" in above
    assert below["BCC_A2"] == pytest.approx(point.beta, abs=1e-4)
    assert below["HCP_A3"] == pytest.approx(point.alpha, abs=1e-4)
