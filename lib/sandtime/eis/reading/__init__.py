"""Measured spectra from files (chapter *Your own spectrum*): exports of instruments, tables.

`files` holds `read`; `spectra` what it gives back; `sweeps` cuts rows into sweeps.  `exports` reads
what instruments write, `tables` everything else, with `columns` and `units` for what a name means,
`rows` for cells that are numbers, and `headerless` for tables that name nothing.  `spreadsheet`
makes tables of workbooks, and `binaries` says what a file is that is no text.
"""

from sandtime.eis.reading.files import Spectra, read, write
from sandtime.eis.reading.spectra import SpectraWarning

__all__ = ["Spectra", "SpectraWarning", "read", "write"]
