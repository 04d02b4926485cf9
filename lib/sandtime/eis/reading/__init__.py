"""Measured spectra from files (chapter *Your own spectrum*): exports of instruments, tables."""

from sandtime.eis.reading.files import Spectra, read, write
from sandtime.eis.reading.tables import SpectraWarning

__all__ = ["Spectra", "SpectraWarning", "read", "write"]
