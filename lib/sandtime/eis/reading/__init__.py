"""Measured spectra from files: exports of instruments, plain tables (chapter *Your own spectrum*)."""

from sandtime.eis.reading.files import Spectra, read, write
from sandtime.eis.reading.tables import SpectraWarning

__all__ = ["Spectra", "SpectraWarning", "read", "write"]
