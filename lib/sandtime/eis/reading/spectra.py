"""What `read` gives back: spectra on common frequencies, with their names and files."""

import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sandtime import checks
from sandtime.eis.table import Shown

_HERE = str(Path(__file__).parent)


class SpectraWarning(UserWarning):
    """Something in the file is unusual, and was dealt with as the message says."""


def warn(message):
    """A `SpectraWarning` that points at the line which called into this folder."""
    frame, level = sys._getframe(1), 2
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, SpectraWarning, stacklevel=level)


@dataclass(frozen=True, repr=False)
class Spectra(Shown):
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
    names : tuple of str
        One for each sweep: the name of its file without the ending, and what tells it from the
        other sweeps of that file.  Empty if nobody named them.
    files : tuple of (str, str)
        Name and SHA-256 of every file that was read.
    """

    frequency: np.ndarray
    impedance: np.ndarray
    time: float | np.ndarray | None = None
    point_time: np.ndarray | None = None
    mask: np.ndarray | None = None
    source: str = ""
    ignored: tuple = ()
    names: tuple = ()
    files: tuple = ()

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
        count = shape[0] if len(shape) == 2 else 1
        if self.names and (isinstance(self.names, str) or len(self.names) != count):
            raise ValueError(
                f"names = {self.names!r} is not allowed: it must hold one name for each of the "
                f"{count} sweeps, or none"
            )


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
