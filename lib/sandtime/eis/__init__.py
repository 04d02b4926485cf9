"""Impedance spectroscopy: a circuit, all its spectra fitted at once, and whether to believe them.

`elements` holds a record for each element, `circuit` turns a string of them into named parameters,
an impedance and exact derivatives.  `fit` finds the parameters of any number of spectra, with their
errors; `given`, `start`, `draw`, `elsewhere`, `search`, `model` and `descent` are its steps.
`adequacy` judges it, and `advice` says what to try next.  `information` says how much a spectrum
knows.  `validity` asks whether it can be trusted, `drift` what it says of a cell that changed
meanwhile.  `capacitance` makes capacitances of constant-phase elements.  `drt` asks for no circuit
at all.  `reading` reads what instruments and spreadsheets write; `table`, `pictures` and `report`
turn what was found into tables, figures and one page.
"""

from sandtime.eis.capacitance import arc_capacitance, brug, contact, hsu_mansfeld, zarc_Q
from sandtime.eis.circuit import Circuit
from sandtime.eis.drift import fit_drifting
from sandtime.eis.drt import drt
from sandtime.eis.fit import Fit, FitWarning, fit
from sandtime.eis.information import arcs_by_bic, cramer_rao
from sandtime.eis.reading import Spectra, SpectraWarning, read, write
from sandtime.eis.report import report
from sandtime.eis.validity import lin_kk

__all__ = [
    "Circuit", "Fit", "FitWarning", "fit", "fit_drifting", "lin_kk", "Spectra", "SpectraWarning",
    "read", "write", "arc_capacitance", "brug", "hsu_mansfeld", "zarc_Q", "arcs_by_bic",
    "contact", "cramer_rao", "drt", "report",
]  # fmt: skip
