"""Rows of the chapter *Interface*: what a capacitance says of contact."""

from sandtime.ledger.printed import words
from sandtime.ledger.register import settles
from sandtime.reported import paper


def _contact_by_conversion(id):
    """Contact, per cent, behind a share of the capacitance: Hsu–Mansfeld, and Brug at the most."""
    alpha, left = paper("cpe-exponent"), paper(id) / 100
    rise = paper("t0-criterion") / paper("r-int-initial")
    return 100 * left**alpha * rise ** (alpha - 1), 100 * left**alpha


def _read_as_contact(id):
    least, most = _contact_by_conversion(id)
    return None, (
        "A constant-phase element becomes a capacitance in two ways; which was used is not said. "
        f"With {paper('cpe-exponent')} as exponent, printed for grain boundaries, it means "
        f"{least:.2g} % of the contact by Hsu and Mansfeld, up to {most:.2g} % by Brug. The "
        "spectra are not public."
    )


@settles(verdict="ambiguous", statement="which-capacitance")
def capacitance_at_t0_li():
    return _read_as_contact("capacitance-at-t0-li")


@settles(verdict="ambiguous", statement="which-capacitance")
def capacitance_at_t0_li90mg10():
    return _read_as_contact("capacitance-at-t0-li90mg10")


@settles(verdict="not recomputable")
def capacitance_at_t0_li_figure_s7():
    return None, (
        "Said of a curve in the supporting information, without a number; the "
        f"{words('capacitance-at-t0-li')} at {words('current-density-100ua')} fit it, and no "
        "spectrum is public."
    )
