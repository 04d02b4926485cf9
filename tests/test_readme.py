"""The numbers the README quotes, computed again and looked for in its words."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from sandtime import arrhenius, campaign, ledger, sand, slab
from sandtime.materials import BETA_LIMIT, LI90MG10
from sandtime.transport import Step, solve_receding
from sandtime.units import F, R, celsius, cm, eV, hour, k_B, kohm, mA, mAh, mmol, s, uA, um

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
D = 3e-11 * cm**2 / s
FOIL = {
    "thickness": 25 * um,
    "initial": 69.6 * mmol / cm**3,
    "cutoff": 24.0 * mmol / cm**3,
}
DROP = FOIL["initial"] - FOIL["cutoff"]
SLOW = 10 * uA / cm**2
FIXED = sand.diffusivity(100 * uA / cm**2, 15 * hour, DROP)
RECEDING = sand.receding_diffusivity(
    100 * uA / cm**2, 15 * hour, LI90MG10.molar_volume, BETA_LIMIT / 0.1
)


def fast(degrees):
    """β-utilisation at 10 mA/cm², with the paper's activation energy."""
    warm = arrhenius.scale(D, 0.57 * eV, celsius(degrees), celsius(25))
    return slab.accessible_utilisation(10 * mA / cm**2, diffusivity=warm, **FOIL)


def third_panel():
    case = {"diffusivity": D, **FOIL}
    beta, total = (
        100 * share(1 * mA / cm**2, **case)
        for share in (slab.accessible_utilisation, slab.utilisation)
    )
    return f"{beta:.1f}/{total:.1f} % where 9/6 % is printed"


def receding_slow():
    return solve_receding(
        thickness=25 * um,
        diffusivity=RECEDING,
        magnesium_fraction=0.1,
        molar_volume=LI90MG10.molar_volume,
        steps=Step(SLOW, cutoff=BETA_LIMIT),
    ).utilisation


def series():
    every = campaign.run()
    return f"{sum(len(each) for each in every.values()):,} spectra in {len(every)} series"


def ceiling():
    """RT/βFi at 25 °C, β = 1/2."""
    limit = 2 * R * celsius(25) / (F * 100 * uA / cm**2)
    return f"more than {limit / (kohm * cm**2):.2f} kΩ cm²"


def energies():
    alloy = arrhenius.activation_energy(5.0e-12, celsius(0), 2.3e-11, celsius(25))
    lithium = arrhenius.activation_energy(2.6e-12, celsius(0), 0.8e-11, celsius(25))
    return f"{alloy / eV:.2f} eV for the alloy and {lithium / eV:.2f} eV for lithium"


def _statements():
    count = ledger.statements()
    return count["hold"] + count["do not hold"], count["hold"], count["do not hold"]


def _distance():
    """Of the borrowed energy from the alloy's, if each diffusivity scatters by a fifth."""
    alloy = arrhenius.activation_energy(5.0e-12, celsius(0), 2.3e-11, celsius(25))
    spread = k_B * np.hypot(0.2, 0.2) / (1 / celsius(0) - 1 / celsius(25))
    return (0.57 * eV - alloy) / spread


@pytest.mark.parametrize(
    "words",
    [
        series,
        ceiling,
        energies,
        third_panel,
        lambda: f"80 °C delivers {100 * fast(80):.0f} %",
        lambda: f"four fifths take {brentq(lambda T: fast(T) - 0.8, 80, 200):.0f} °C",
        lambda: f"at least {np.ceil(5 * mAh / cm**2 / (F * DROP) / um):.0f} µm",
        lambda: f"{FIXED / RECEDING:.0f} times smaller",
        lambda: (
            f"it delivers {100 * receding_slow():.0f} instead of "
            f"{100 * slab.utilisation(SLOW, diffusivity=FIXED, **FOIL):.0f} %"
        ),
        lambda: (
            "Of {} independent statements that the paper's own numbers can test, "
            "{} hold and {} do not".format(*_statements())
        ),
        lambda: f"{float(_distance()):.1f} standard deviations away",
    ],
)
def test_the_readme_quotes_what_the_library_computes(words):
    assert words() in README
