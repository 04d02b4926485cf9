"""Rows of the chapter *Sand*: depletion times and the diffusivities read from them."""

import numpy as np

from sandtime import reported, sand
from sandtime.ledger._slab import thick_foil_depletion
from sandtime.ledger.printed import (
    CURRENT,
    DIFFUSIVITY,
    concentration,
    diffusivity,
    drop,
    time,
    words,
)
from sandtime.ledger.register import settles
from sandtime.reported import paper
from sandtime.units import hour, um

_AT = f"at {words('current-density-100ua')}"


def implied(t0, fall):
    """Diffusivity, cm² s⁻¹, that Eq. (1) reads from a depletion time at 100 µA cm⁻²."""
    return sand.diffusivity(CURRENT, t0, fall) / DIFFUSIVITY


def lasts(diffusivity, fall):
    """Depletion time, h, by Eq. (1) at 100 µA cm⁻²."""
    return sand.depletion_time(CURRENT, diffusivity, fall) / hour


@settles("another print", statement="sand-li")
def t0_li_25c_100ua():
    printed = reported.claim("d-eff-li-25c")
    low, value, high = (
        lasts((printed.paper + d) * DIFFUSIVITY, concentration("c0-li"))
        for d in (-printed.last_digit / 2, 0, printed.last_digit / 2)
    )
    return value, (
        f"By Eq. (1) from the printed D_eff, whose one digit leaves {low:.1f} to {high:.1f} h; "
        "pure lithium has no solute to deplete, so this D describes the loss of contact."
    )


@settles("another print", statement="sand-li")
def d_eff_li_25c():
    return implied(time("t0-li-25c-100ua"), concentration("c0-li")), (
        f"The same equation the other way round, from the depletion time {_AT}; the paper fits "
        "three currents."
    )


@settles("another print", statement="sand-li90mg10")
def t0_li90mg10_25c_100ua():
    beta = lasts(diffusivity("d-beta"), drop())
    return lasts(diffusivity("d-eff-li90mg10-25c"), concentration("c0-li90mg10")), (
        "By Eq. (1) from the D_eff that the paper prints for this alloy; its other diffusivity, "
        f"with the β limit, gives {beta:.1f} h."
    )


@settles("another print", statement="sand-li90mg10")
def d_eff_li90mg10_25c():
    t0 = time("t0-li90mg10-25c-100ua")
    return implied(t0, concentration("c0-li90mg10")), (
        f"The same equation the other way round, from the depletion time {_AT}; taking the β limit "
        f"as the end instead, that time gives {implied(t0, drop()):.2e}."
    )


@settles("another print", verdict="ambiguous")
def d_eff_li95mg5_25c():
    campaign = {cell["id"]: cell for cell in reported.read("campaign.csv")}
    taken = float(campaign["li95mg5-100"]["depletion_time"]) * hour
    c0 = concentration("c0-li95mg5")
    printed = reported.claim("d-eff-li95mg5-25c")
    least, own = (lasts((printed.paper + d) * DIFFUSIVITY, c0) for d in (-printed.last_digit, 0))
    equal = implied(time("t0-li90mg10-25c-100ua"), c0)
    return (
        implied(taken, c0),
        "Its depletion time is only said to be minimally below the "
        f"{paper('t0-li90mg10-25c-100ua'):g} h of the richer alloy; {taken / hour:g} h is our "
        f"reading, also in the synthetic campaign. As long as the other it would be {equal:.2e}; "
        f"the print itself means {own:.1f} h.",
        f"at {least:.1f} h, above which it is within rounding",
    )


@settles("another print")
def t0_ratio_alloy_li():
    alloy = lasts(diffusivity("d-eff-li90mg10-25c"), concentration("c0-li90mg10"))
    lithium = lasts(diffusivity("d-eff-li-25c"), concentration("c0-li"))
    return paper("t0-li90mg10-25c-100ua") / paper("t0-li-25c-100ua"), (
        f"From the two printed depletion times {_AT}; the two printed D_eff make it "
        f"{alloy / lithium:.1f}. Around two, in one digit, allows for both."
    )


@settles("arithmetic")
def sand_validity():
    slowest = paper("current-density-50ua") / paper("current-density-100ua")
    t0 = time("t0-li90mg10-25c-100ua") / slowest**2
    return diffusivity("d-eff-li90mg10-25c") * t0 / (paper("foil-thickness") * um) ** 2, (
        f"For the alloy at the smallest current, with {1 / slowest**2:.0f} times the depletion "
        f"time {_AT}: the longest of them all."
    )


@settles("identity", statement="eq1")
def eq1_exponent():
    current = np.array([1.0, 2.0]) * CURRENT
    t0 = thick_foil_depletion(current)
    return np.log(current[1] / current[0]) / np.log(t0[1] / t0[0]), (
        "A theorem on Eq. (4), whatever the experiment: found from the finite slab of Eq. (5), "
        "made so thick that its far side plays no part."
    )


@settles("another print")
def d_beta():
    own = lasts(diffusivity("d-beta"), drop())
    return implied(time("t0-li90mg10-25c-100ua"), drop()), (
        f"From the depletion time {_AT} with the β limit as the end; the printed value itself "
        f"gives {own:.1f} h."
    )


@settles("identity", statement="d-beta")
def d_beta_fem():
    return paper("d-beta"), "The same number as in the discussion; its row there is the test."


@settles(verdict="not recomputable")
def t0_li_annealed():
    value = implied(time("t0-li-annealed"), concentration("c0-li"))
    return None, (
        f"A measured value whose data are not public; by Eq. (1) it means {value:.2e} cm² s⁻¹."
    )
