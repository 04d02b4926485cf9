"""Rows of the ledger's own page: one printed number held against another."""

from sandtime.ledger.printed import CURRENT, time
from sandtime.ledger.register import settles
from sandtime.reported import paper
from sandtime.units import cm, mAh


@settles("identity")
def contact_loss_li():
    return 100 - paper("capacitance-at-t0-li"), (
        "What the interface capacitance leaves, if capacitance counts contact as the paper assumes."
    )


@settles("identity")
def charge_50c():
    charge = CURRENT * time("t0-50c-100ua")
    return charge / (mAh / cm**2), (
        "Current density times the time by which no depletion had been seen."
    )
