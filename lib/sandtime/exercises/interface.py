"""Questions by code and with data of chapter *Interface*: tails, loads, contact."""

import functools

import numpy as np
from scipy.optimize import brentq

from sandtime import campaign, thermodynamics
from sandtime.exercises.interface_by_hand import ROOM
from sandtime.exercises.question import Mistake, Open, Question
from sandtime.materials import BETA_LIMIT, LI90MG10
from sandtime.units import F, R, cm, s

D = 3e-11 * cm**2 / s


def _tail(x, frequency, *, turn=2 * np.pi, power=0.5, volume=LI90MG10.molar_volume):
    """Modulus of the diffusion impedance of the alloy, with all sites filled."""
    near = np.array([x - 1e-4, x + 1e-4])
    slope = np.diff(thermodynamics.open_circuit_potential(near, ROOM))[0] / 2e-4 * volume
    return slope / (F * (turn * frequency * D) ** power)


def _overpotential(current, exchange, beta):
    """In units of RT/F."""
    limit = np.log(current / exchange + 1) / min(beta, 1 - beta) + 5

    def lack(y):
        return np.exp(beta * y) - np.exp(-(1 - beta) * y) - current / exchange

    return brentq(lack, 0, limit, xtol=1e-13)


def _under_load(current, exchange, beta):
    y = _overpotential(current, exchange, beta)
    return R * ROOM / F / (beta * current + exchange * np.exp(-(1 - beta) * y))


@functools.cache
def _end():
    """Of a synthetic alloy: capacitances and resistances, first and last below the criterion."""
    result = campaign.analyse(campaign.measure(campaign.cell("li90mg10-200")))
    last = int(np.argmax(result.resistance > campaign.CRITERION)) - 1
    kept = {how: C[last] / C[0] for how, C in result.capacitance.items()}
    return kept | {"rise": result.resistance[last] / result.resistance[0]}


BY_CODE = (
    Question(
        "interface-tail",
        "modulus of the diffusion impedance of the alloy, with D = 3 × 10⁻¹¹ cm² s⁻¹",
        _tail,
        "Ω m²",
        cases=((0.1, 1.0), (0.2, 3.0), (0.3, 10.0), (0.5, 2.0), (BETA_LIMIT, 1.0)),
        rtol=5e-3,
        level=2,
        minutes=15,
        outcome="interface-1",
        arguments=("the magnesium fraction", "the frequency"),
        mistakes=(
            Mistake(
                "f for ω",
                lambda x, f: _tail(x, f, turn=1.0),
                "ω stands below the root: 2π times the frequency.",
            ),
            Mistake(
                "the real part",
                lambda x, f: _tail(x, f) / np.sqrt(2),
                "This is the real part. A line at 45° has a modulus larger by √2.",
            ),
            Mistake(
                "no root",
                lambda x, f: _tail(x, f, power=1.0),
                "ωD stands under a root: look at the units.",
            ),
            Mistake(
                "fraction for concentration",
                lambda x, f: _tail(x, f, volume=1.0),
                "This is dE/dx. For dE/dc multiply by the molar volume: c = (1 − x)/V_m.",
            ),
        ),
    ),
    Question(
        "interface-load",
        "resistance of a charge transfer while a current flows, 25 °C",
        _under_load,
        "Ω m²",
        cases=(
            (1.0, 0.1, 0.5),
            (2.0, 2.0, 0.3),
            (0.5, 1.0, 0.7),
            (0.1, 3.0, 0.5),
            (4.0, 0.02, 0.2),
            (1.5, 0.4, 0.6),
        ),
        rtol=1e-3,
        level=2,
        minutes=20,
        outcome="interface-1",
        arguments=("the current density", "the exchange current", "the transfer coefficient"),
        mistakes=(
            Mistake(
                "at rest",
                lambda i, i0, beta: R * ROOM / (F * i0),
                "This is the resistance without a current. Where is the operating point, and what "
                "is the slope there?",
            ),
            Mistake(
                "the ceiling",
                lambda i, i0, beta: R * ROOM / (F * beta * i),
                "This is the ceiling. The current that flows back is left out of the slope.",
            ),
            Mistake(
                "β the other way round",
                lambda i, i0, beta: _under_load(i, i0, 1 - beta),
                "β belongs to the stripping branch, 1 − β to the one that flows back.",
            ),
            Mistake(
                "a chord",
                lambda i, i0, beta: R * ROOM / F * _overpotential(i, i0, beta) / i,
                "This is the overpotential over the current. A spectrum sees the slope at the "
                "operating point.",
            ),
        ),
    ),
)

data = {
    "kind": "data",
    "level": 2,
    "rtol": 0.015,
    "exercise": "exercise-interface-data",
    "outcome": "interface-2",
}

BY_DATA = (
    Question(
        "interface-data",
        "share of its initial capacitance that the alloy keeps, by Brug's formula",
        lambda: _end()["Brug"],
        "%",
        minutes=12,
        **data,
        mistakes=(
            Mistake(
                "Hsu and Mansfeld's formula",
                lambda: _end()["Hsu-Mansfeld"],
                "This is the other formula: the resistance of the interface in place of the "
                "parallel one.",
            ),
            Mistake(
                "the share that is lost",
                lambda: 1 - _end()["Brug"],
                "This is what is lost. Asked for is what is kept.",
            ),
            Mistake(
                "the resistance",
                lambda: 1 / _end()["rise"],
                "This is by how much the resistance rose, upside down. Take the capacitance.",
            ),
        ),
    ),
    Question(
        "interface-data-rise",
        "rise of its resistance that is left when the contact is taken out, 1/C for 1/θ",
        lambda: _end()["rise"] * _end()["Brug"],
        minutes=5,
        **data | {"outcome": "interface-3"},
        mistakes=(
            Mistake(
                "the whole rise",
                lambda: _end()["rise"],
                "This is the whole rise. Lost contact raises R by the inverse of the share that is"
                " kept.",
            ),
            Mistake(
                "the contact alone",
                lambda: 1 / _end()["Brug"],
                "This is what the lost contact explains. Asked for is what it leaves.",
            ),
            Mistake(
                "counted twice",
                lambda: _end()["rise"] / _end()["Brug"],
                "Divide the rise by what the contact explains, 1/θ: here it is multiplied.",
            ),
        ),
    ),
)

OPEN = (
    Open(
        "interface-open",
        (
            "A law for θ(t) and one for R(θ), both written down.",
            "Both are held against the paper: lithium's straight capacitance, and two resistances "
            "near one curve.",
            "The shape of void that the law stands for, with a size in micrometres.",
            "What the law does not meet is said.",
        ),
        level=3,
        minutes=30,
        outcome="interface-3",
    ),
)

QUESTIONS = BY_CODE + BY_DATA + OPEN
