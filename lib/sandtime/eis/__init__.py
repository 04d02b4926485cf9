"""Impedance spectroscopy: a circuit, all its spectra fitted at once, and whether to believe them.

`circuit` turns a string into named parameters, an impedance and exact derivatives.  `fit` finds the
parameters of any number of spectra, with their errors; `given`, `start`, `model` and `descent` are
its steps.  `validity` asks whether a spectrum can be trusted, `drift` what it says of a cell that
changed meanwhile.  `files` reads what instruments write, with the help of `exports` and `tables`.
"""

from sandtime.eis.circuit import Circuit
from sandtime.eis.drift import fit_drifting
from sandtime.eis.files import Spectra, read
from sandtime.eis.fit import Fit, FitWarning, fit
from sandtime.eis.validity import lin_kk

__all__ = ["Circuit", "Fit", "FitWarning", "fit", "fit_drifting", "lin_kk", "Spectra", "read"]
