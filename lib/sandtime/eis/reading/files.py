"""Measured spectra from files (chapter *Spectrum*; formats in `data/README.md`).

`read` takes two kinds of file.  **Instrument exports** go through the readers of impedance.py, once
the file has been found whole: BioLogic .mpt, Gamry .DTA, ZPlot .z, Autolab, VersaStudio .par,
Parstat, PowerSuite and CH Instruments text.  **Plain tables** are the format in which anybody's
spectra can take the place of this book's::

    frequency_hz,z_real_ohm,z_imag_ohm,time_s,point_time_s,spectrum
    7000000.0,61.2,-20.4,0.0,0.3,1

- Only the first three columns are needed, in any order; a table without a header has just these.
  Usual other names are understood (``freq/Hz``, ``Re(Z)/Ohm``, ``-Im(Z)/Ohm``, ``|Z|/Ohm`` with
  ``Phase(Z)/deg``, ``time/s``, ``loop_index``); what is not understood is not read, and listed in
  `Spectra.ignored`.
- The imaginary part of a capacitor is negative.
- Cells are separated by comma, semicolon, tab or blanks.  Decimal commas are understood unless
  commas also separate cells.  Lines that begin with ``#`` and empty lines are comments.
- ``time_s`` is when a sweep began and ``point_time_s`` when a point was measured, by one clock.  A
  time that changes within a sweep is taken as that of its points.
- Sweeps follow one another: a new one begins where ``spectrum`` changes or, without that column,
  where the first frequency of the file comes again.  Within a sweep the frequency rises or falls.

Nothing is repaired in silence: what cannot be read without a guess is an error that says where.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sandtime import checks
from sandtime.eis.reading import exports, tables
from sandtime.eis.reading.tables import spectrum_rows


@dataclass(frozen=True, repr=False)
class Spectra:
    """One spectrum, or several on the same frequencies.

    Attributes
    ----------
    frequency : ndarray, shape (F,)
        Hz, from high to low.
    impedance : ndarray, shape (F,) or (S, F)
        Complex, Ω; the imaginary part of a capacitor is negative; nan where `mask` is False.
    time : float or ndarray, shape (S,), optional
        When each sweep began, s.
    point_time : ndarray, shape (F,) or (S, F), optional
        When each point was measured, s, by the same clock; nan where `mask` is False.
    mask : ndarray of bool, shape (S, F), optional
        False where a sweep has no such point; None if all are complete.
    source : str
        File and format.
    ignored : tuple of str
        Columns of the file that were not read.
    """

    frequency: np.ndarray
    impedance: np.ndarray
    time: float | np.ndarray | None = None
    point_time: np.ndarray | None = None
    mask: np.ndarray | None = None
    source: str = ""
    ignored: tuple = ()

    def __repr__(self):
        count = np.atleast_2d(self.impedance).shape[0]
        high, low = np.max(self.frequency), np.min(self.frequency)
        return (
            f"<Spectra: {count:,} × {self.frequency.size:,} points, {high:.4g} to {low:.4g} Hz"
            f"{f', from {self.source}' if self.source else ''}>"
        )

    def __post_init__(self):
        frequency = checks.positive("frequency", self.frequency, "Hz")
        shape = np.shape(self.impedance)
        if frequency.ndim != 1 or len(shape) not in (1, 2) or shape[-1] != frequency.size:
            raise ValueError(
                f"impedance of shape {shape} does not match frequency of shape {frequency.shape}: "
                "it must be (F,) or (S, F)"
            )
        for name, allowed in (("time", shape[:-1]), ("point_time", shape), ("mask", shape)):
            value = getattr(self, name)
            if value is not None and np.shape(value) != allowed:
                raise ValueError(
                    f"{name} of shape {np.shape(value)} is not allowed: it must be {allowed}"
                )


def read(path, *, flip=False):
    """Read one spectrum or several from a file.

    Parameters
    ----------
    path : str or path
        An instrument's export or a plain table; which one is seen from what is in it.
    flip : bool
        Change the sign of the imaginary part, for files that hold −Im Z without saying so.

    Returns
    -------
    Spectra

    Raises
    ------
    ValueError
        If the file is empty, cut off or not text, lacks a column, holds what is not a number,
        frequencies that are not positive, repeat or are not sorted, or seems to have columns
        swapped or the wrong sign of the imaginary part.  The message names file, line and what is
        allowed.
    FileNotFoundError
        If there is no such file.

    Warns
    -----
    SpectraWarning
        If rows of a rest (frequency and impedance zero) were left out, or a file has fewer points
        than it announces.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "cell.csv"
    ...     _ = path.write_text("1e3;60,5;-2,5\\n1e2;62,5;-8,0\\n", encoding="utf-8")
    ...     print(read(path).impedance)
    [60.5-2.5j 62.5-8.j ]
    """
    path = Path(path)
    text = _text(path)
    lines = text.splitlines()
    layout = exports.recognise(lines)
    if layout is not None:
        columns, numbers, ignored = exports.parse(path, lines, layout)
        kind = layout.name
    else:
        columns, numbers, ignored = tables.parse(path, lines)
        kind = "plain table"
    if flip:
        columns["imag"] = -columns["imag"]
    return _assemble(path, columns, np.asarray(numbers), f"{path.name} ({kind})", ignored, flip)


def write(path, spectra):
    """Write spectra as a plain table that `read` gives back to the last digit.

    Parameters
    ----------
    path : str or path
    spectra : Spectra

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "cell.csv"
    ...     write(path, Spectra(np.array([1e3, 1e2]), np.array([60.5 - 2.5j, 62.5 - 8j])))
    ...     print(path.read_text(encoding="utf-8").splitlines()[1])
    1000.0,60.5,-2.5
    """
    impedance = np.atleast_2d(spectra.impedance)
    shape = impedance.shape
    table = {
        "frequency_hz": np.broadcast_to(spectra.frequency, shape),
        "z_real_ohm": impedance.real,
        "z_imag_ohm": impedance.imag,
    }
    if spectra.time is not None:
        table["time_s"] = np.broadcast_to(np.reshape(spectra.time, (-1, 1)), shape)
    if spectra.point_time is not None:
        table["point_time_s"] = np.reshape(spectra.point_time, shape)
    keep = np.ones(shape, bool) if spectra.mask is None else np.reshape(spectra.mask, shape)
    written = [map(repr, column[keep].tolist()) for column in table.values()]
    if np.ndim(spectra.impedance) == 2:
        table["spectrum"] = None
        index = np.broadcast_to(np.arange(1, shape[0] + 1)[:, None], shape)
        written.append(map(str, index[keep].tolist()))
    rows = map(",".join, zip(*written, strict=True))
    Path(path).write_text("\n".join([",".join(table), *rows, ""]), encoding="utf-8")


def _text(path):
    """What the file says, whatever its encoding and byte-order mark."""
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16", errors="replace")
    elif b"\0" in raw:
        raise ValueError(
            f"{path.name} is binary, not text: export it as text (BioLogic: .mpt, not .mpr)"
        )
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    if not text.strip():
        raise ValueError(f"{path.name} is empty: it must hold at least one row of a spectrum")
    return text


# ---- sweeps -------------------------------------------------------------------------------------


def _assemble(path, columns, numbers, source, ignored, flip):
    """Spectra from columns: sweeps cut apart, checked, and laid on common frequencies."""
    keep = spectrum_rows(path, columns["frequency"], columns["real"] + 1j * columns["imag"])
    columns, numbers = {key: value[keep] for key, value in columns.items()}, numbers[keep]
    frequency = columns["frequency"]
    if not frequency.size:
        raise ValueError(f"{path.name} holds no row of a spectrum")
    if (frequency <= 0).any():
        row = np.flatnonzero(frequency <= 0)[0]
        raise ValueError(
            f"{path.name}, line {numbers[row]}: frequency = {frequency[row]:.10g} Hz is not "
            "allowed: it must be above 0 Hz"
        )
    sweeps = _sweeps(path, frequency, columns.get("spectrum"), numbers)
    common = np.unique(frequency)[::-1]
    longest = max(sweep.stop - sweep.start for sweep in sweeps)
    if common.size > 1.5 * longest:
        raise ValueError(
            f"{path.name}: its {len(sweeps)} sweeps have {common.size} different frequencies, but "
            f"none has more than {longest}: they must share them, or stand in files of their own"
        )
    laid = {key: np.full((len(sweeps), common.size), np.nan) for key in columns}
    for index, sweep in enumerate(sweeps):
        place = common.size - 1 - np.searchsorted(common[::-1], frequency[sweep])
        for key, column in columns.items():
            laid[key][index, place] = column[sweep]
    impedance = laid["real"] + 1j * laid["imag"]
    if np.nanmedian(laid["real"]) < 0:
        raise ValueError(
            f"{path.name}: the real part is negative for {np.sum(laid['real'] < 0)} of "
            f"{keep.sum()} points, which no passive cell has: real and imaginary part, or other "
            "columns, seem to be swapped"
        )
    _check_sign(path, impedance, flip)
    mask = ~np.isnan(laid["real"])
    time, point_time = None, laid.get("point_time")
    if "time" in laid:
        time = np.nanmin(laid["time"], axis=1)
        if (laid["time"] != time[:, None])[mask].any():
            point_time = laid["time"] if point_time is None else point_time
    elif point_time is not None:
        time = np.nanmin(point_time, axis=1)
    single = len(sweeps) == 1
    return Spectra(
        frequency=common,
        impedance=impedance[0] if single else impedance,
        time=time if time is None or not single else float(time[0]),
        point_time=point_time if point_time is None or not single else point_time[0],
        mask=None if mask.all() else mask,
        source=source,
        ignored=ignored,
    )


def _sweeps(path, frequency, spectrum, numbers):
    """Slices of the rows, one for each sweep; frequencies within it rise or fall."""
    if spectrum is None:
        starts = np.flatnonzero(frequency == frequency[0])
    else:
        starts = np.append(0, np.flatnonzero(np.diff(spectrum)) + 1)
        if np.unique(spectrum).size < starts.size:
            raise ValueError(
                f"{path.name}: the rows of a spectrum must stand together, but spectrum goes to "
                "another and comes back"
            )
    sweeps = [
        slice(*pair) for pair in zip(starts, np.append(starts[1:], frequency.size), strict=True)
    ]
    for sweep in sweeps:
        here, at = frequency[sweep], numbers[sweep]
        step = np.diff(here)
        if len(here) == 1 and len(sweeps) > 1 and spectrum is None:
            if sweep.stop == frequency.size:
                raise ValueError(
                    f"{path.name}, line {at[0]}: the last sweep has a single point: the file seems "
                    "to be cut off"
                )
            _repeats(path, here[0], numbers[sweep.stop])
        if (step < 0).all() or (step > 0).all():
            continue
        order = np.argsort(here, kind="stable")
        again = order[1:][np.diff(here[order]) == 0]
        if again.size:
            _repeats(path, here[again.min()], at[again.min()])
        turn = 1 + np.flatnonzero(np.sign(step) != np.sign(step[0]))[0]
        raise ValueError(
            f"{path.name}, line {at[turn]}: the frequency {here[turn]:.10g} Hz after "
            f"{here[turn - 1]:.10g} Hz is out of order: within a sweep they must rise or fall; "
            "several sweeps that do not begin alike need a column spectrum"
        )
    return sweeps


def _repeats(path, frequency, number):
    raise ValueError(
        f"{path.name}, line {number}: the frequency {frequency:.10g} Hz repeats within a sweep: "
        "average the points or leave one out; several sweeps need a column spectrum"
    )


def _check_sign(path, impedance, flip):
    r"""An error if most sweeps have the imaginary part of the wrong sign.

    From high to low frequency a capacitive arc runs to larger real parts below the axis, an
    inductive loop to smaller ones above it: either way :math:`\int Z''\,dZ' < 0`.  Upside down it
    is positive.  Where the real part hardly moves, a capacitor still grows towards low frequencies,
    and an inductor towards high ones.
    """
    real, imag = impedance.real, impedance.imag
    step = np.nan_to_num(np.diff(real))
    area = np.sum(np.nan_to_num(imag[:, 1:] + imag[:, :-1]) / 2 * step, axis=1)
    span = np.nanmax(real, axis=1) - np.nanmin(real, axis=1)
    height = np.nanmax(np.abs(imag), axis=1)
    half = imag.shape[1] // 2
    grows = np.nansum(np.abs(imag[:, half:]), axis=1) > np.nansum(np.abs(imag[:, :half]), axis=1)
    reactive = span < 0.2 * height
    mostly = np.nansum(np.sign(imag), axis=1) > 0
    wrong = mostly & np.where(reactive, grows, area > 0.05 * span * height)
    if wrong.sum() > wrong.size / 2:
        advice = (
            "with flip=True: leave it out, the file is right as it is"
            if flip
            else "as in files that hold -Im Z without saying so: read(..., flip=True) changes it"
        )
        raise ValueError(
            f"{path.name}: the imaginary part has the wrong sign (the arcs of "
            f"{wrong.sum()} of {wrong.size} sweeps lie above the axis), {advice}"
        )
