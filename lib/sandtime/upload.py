"""A reader's own file in a live kernel (chapter *Your own spectrum*).

`examine` takes the bytes of a file and a circuit and goes the way of the chapter: read, test by
Kramers and Kronig, fit.  `Examined` says in HTML what came out, with a picture and with links to a
report and a table.  The widget around it is `sandtime.interactive.bring`.  The command line and the
functions of `sandtime.eis` do the same for any number of files.
"""

import base64
import functools
import html
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from sandtime import eis, figures
from sandtime.eis import sheet as sheets
from sandtime.eis import table as tables

MAX_BYTES = 8_000_000  # beyond, a browser and its kernel lose the connection
MAX_SWEEPS = 300
MAX_PARAMETERS = 24
ELSEWHERE = "for more there is the command line: python -m sandtime fit FILES --circuit CIRCUIT"


def examine(content, name, circuit, *, flip=False, columns="", leave_out=""):
    """Read a file, test it and fit it.

    Parameters
    ----------
    content : bytes
        Of the file, at most 8 MB.
    name : str
        Of the file; its ending may say what it is.
    circuit : str
        As in `sandtime.eis.Circuit`, with at most 24 parameters.
    flip : bool
        Whether the file holds −Im Z without saying so.
    columns : str
        What the columns are, if the file does not say: ``"frequency: 0, modulus: 1, phase_rad: 2"``
        (names or numbers from 0).
    leave_out : str
        Cells such as ``OVERLOAD``, separated by commas: points that hold one are left out.

    Returns
    -------
    Examined

    Raises
    ------
    ValueError
        If the file, the circuit or the columns are not understood, or are too large.

    Examples
    --------
    >>> text = "f/Hz,re,im\\n1e4,60,-1\\n1e3,61,-9\\n1e2,90,-80\\n1e1,250,-90\\n1,320,-20\\n"
    >>> examine(text.encode(), "cell.csv", "R_0-Zarc_1").spectra[0].frequency.size
    5
    """
    content = bytes(content)
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"{name} has {len(content) / 1e6:.1f} MB: at most {MAX_BYTES / 1e6:.0f}; {ELSEWHERE}"
        )
    circuit = eis.Circuit(circuit.strip())
    if len(circuit.names) > MAX_PARAMETERS:
        raise ValueError(
            f"circuit = {circuit.string!r} has {len(circuit.names)} parameters: at most "
            f"{MAX_PARAMETERS}; {ELSEWHERE}"
        )
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", eis.SpectraWarning)
        path = Path(folder) / (PurePosixPath(name.replace("\\", "/")).name or "file")
        path.write_bytes(content)
        without = [cell.strip() for cell in leave_out.split(",") if cell.strip()]
        found = eis.read(path, flip=flip, columns=_named(columns), leave_out=without)
        found = tuple(found) if isinstance(found, list) else (found,)
        sweeps = sum(len(np.atleast_2d(each.impedance)) for each in found)
        if sweeps > MAX_SWEEPS:
            raise ValueError(f"{name} holds {sweeps} sweeps: at most {MAX_SWEEPS}; {ELSEWHERE}")
        said = tuple(str(each.message) for each in told)
        tests, fits = [], []
        for each in found:
            Z = np.atleast_2d(each.impedance)
            tests.append(_tested(each.frequency, Z, each.mask))
            fits.append(eis.fit(each.frequency, Z, circuit, mask=each.mask, progress=False))
    return Examined(path.name, found, said, tuple(tests), tuple(fits))


def _named(text):
    """What ``columns=`` of `sandtime.eis.read` takes, from the text of a field; None if empty."""
    found = {}
    for part in filter(None, map(str.strip, text.split(","))):
        quantity, colon, column = map(str.strip, part.partition(":"))
        if not colon or not column:
            raise ValueError(
                f"columns = {text!r}: pairs such as frequency: 0, modulus: 1, phase_rad: 2"
            )
        found[quantity] = int(column) if column.isdecimal() else column
    return found or None


def _tested(frequency, Z, mask):
    """What `sandtime.eis.lin_kk` finds; the reason as text if there are too few points."""
    try:
        return eis.lin_kk(frequency, Z, mask=mask)
    except ValueError as error:
        return str(error)


# ---- what came out ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Examined:
    """What `examine` found.

    Attributes
    ----------
    name : str
        Of the file.
    spectra : tuple of Spectra
        Those that share their frequencies together.
    said : tuple of str
        What `sandtime.eis.read` warned of.
    tests : tuple of KramersKronig or str
        Text where a sweep has too few points.
    fits : tuple of Fit
    """

    name: str
    spectra: tuple
    said: tuple
    tests: tuple
    fits: tuple

    @property
    def names(self):
        """One for each sweep."""
        given = [name for each in self.spectra for name in each.names]
        sizes = sum(len(fit.chi2) for fit in self.fits)
        return given if len(given) == sizes else [f"sweep {k + 1}" for k in range(sizes)]

    def place(self, k):
        """Which set a sweep stands in, and its number there."""
        for which, fit in enumerate(self.fits):
            if k < len(fit.chi2):
                return which, k
            k -= len(fit.chi2)
        raise IndexError(k)

    def words(self, k=0):
        """What was read, what the tests say and what the fit is worth: sentences."""
        which, row = self.place(k)
        spectra, test, fit = self.spectra[which], self.tests[which], self.fits[which]
        frequency = spectra.frequency
        total = len(self.names)
        count = f"{total} sweeps, of which this is {self.names[k]}" if total > 1 else "one sweep"
        yield (
            f"Read: {self.name}, {count}, {frequency.size} points from "
            f"{tables.quantity(frequency.max(), 'Hz')} to {tables.quantity(frequency.min(), 'Hz')}."
        )
        if spectra.ignored:
            yield f"Columns that were not read: {', '.join(spectra.ignored)}."
        yield from (f"Note: {each}." for each in self.said)
        yield _kramers_kronig(test, row)
        yield _drift(spectra, row)
        yield f"Fit: {fit.reason[row]}."
        if np.isfinite(fit.misfit[row]):
            yield f"Misfit: residuals are {fit.misfit[row]:.2g} times the noise of the test."

    def html(self, k=0):
        """All of it for the sweep `k`: words, picture, table, advice and links."""
        which, row = self.place(k)
        fit = self.fits[which]
        parts = [f"<p>{html.escape(each)}</p>" for each in self.words(k)]
        parts.append(_values(fit, row))
        sheet = fit.plot(row, names=self.names[k - row :][: len(fit.chi2)])
        parts.append(
            f'<div role="img" aria-label="{html.escape(sheet.alt)}"{figures.plate_style(sheet)}>'
            f"{sheets.drawings(sheet, figures.unique_prefix('own'))[0]}</div>"
        )
        if not fit.adequate[row]:
            parts.append(f"<pre>{html.escape(fit.advice(row).text)}</pre>")
        parts.append(self.links)
        return "\n".join(parts)

    @functools.cached_property
    def links(self):
        """To the report and the table of all sweeps, which they hold: made once."""
        stem = Path(self.name).stem
        report = _link(f"{stem}-report.html", "text/html", self.report())
        csv = _link(f"{stem}-fit.csv", "text/csv", self.csv())
        return (
            f"<p>Take it with you: {report} (all of this, to print) and {csv} (all sweeps, all "
            "digits).</p>"
        )

    def table(self):
        """Of all sweeps, as `sandtime.eis.table.table`."""
        return tables.table(list(self.fits), self.names)

    def csv(self):
        """The table as bytes of a CSV file that spreadsheets read."""
        return self.table().to_csv().encode("utf-8-sig")

    def report(self):
        """The bytes of the file that `sandtime.eis.report` writes."""
        from sandtime.eis.report import report

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.html"
            report(path, list(self.fits), list(self.spectra), title=self.name)
            return path.read_bytes()


def _kramers_kronig(test, row):
    if isinstance(test, str):
        return f"Kramers–Kronig: not tested, {test}."
    size = f"{100 * test.rms[row]:.2g} % of the modulus is left over"
    if test.valid[row]:
        return f"Kramers–Kronig: passed; {size} and looks like noise."
    if test.below_limit[row]:
        return (
            f"Kramers–Kronig: {size}, little, but neighbouring points are alike "
            f"(by {-test.whiteness[row]:.1f} standard deviations): this is not noise."
        )
    return f"Kramers–Kronig: failed; {size} and is not noise."


def _drift(spectra, row):
    Z = np.atleast_2d(spectra.impedance)
    if len(Z) == 1:
        return "Drift: one sweep tells little of it; measure it a second time and give both."
    change = np.abs(Z[-1] / Z[0] - 1)
    where = int(np.nanargmax(change))
    return (
        f"Drift: from the first sweep to the last, Z changes by up to {100 * change[where]:.2g} % "
        f"(at {spectra.frequency[where]:.3g} Hz)."
    )


def _values(fit, row):
    """The parameters of one sweep as an HTML table."""
    rows = []
    for name, unit in tables.parameter_units(fit.circuit).items():
        value = tables.with_error(fit[name][row], fit.stderr[name][row])
        rows.append(f"<tr><td>{html.escape(name)}</td><td>{value}</td><td>{unit}</td></tr>")
    head = "<tr><th>parameter</th><th>value ± standard error</th><th>unit</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _link(name, kind, content):
    data = base64.b64encode(content).decode()
    name = html.escape(name, quote=True)
    return f'<a download="{name}" href="data:{kind};base64,{data}">{name}</a>'
