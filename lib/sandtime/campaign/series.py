"""One series of spectra, as whoever analyses it gets it: made by `measurement`, or read from files.

Measured spectra take the place of synthetic ones when a folder holds ``<id>.csv`` for a cell's id,
in the plain format of `eis.reading`; ``<id>-potential.csv`` with the columns ``time_s,potential_v``
may stand beside it.  The folder is the one that is asked for, or that in the environment variable
``SANDTIME_SPECTRA``, or ``data/measured``.
"""

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from sandtime import eis
from sandtime.campaign.protocol import Cell, cells

VARIABLE = "SANDTIME_SPECTRA"
_POTENTIAL = "-potential"


@dataclass(frozen=True, eq=False)
class Series:
    """What was recorded of one cell.

    Attributes
    ----------
    cell : Cell
    time : ndarray, shape (S,)
        Middle of each spectrum, s from when the current was switched on (of a rest: off).
    potential : ndarray, shape (S,)
        At `time`, V; nan if it was not recorded.
    charge : ndarray, shape (S,)
        Drawn until `time`, C/m²; of a rest, that of the strip before it if it is known, else nan.
    spectra : eis.Spectra or None
        Impedance (S, F) in Ω, as an instrument gives it; None where only the potential was
        recorded.
    synthetic : bool
        False if the spectra were read from a file.
    """

    cell: Cell
    time: np.ndarray
    potential: np.ndarray
    charge: np.ndarray
    spectra: eis.Spectra | None
    synthetic: bool

    def __len__(self):
        return len(self.time)

    def __getitem__(self, which):
        """Some of the spectra, by a slice."""
        if not isinstance(which, slice):
            raise ValueError(f"series[{which!r}] is not allowed: it must be a slice, as [-50:]")
        spectra = self.spectra
        if spectra is not None:
            spectra = eis.Spectra(
                spectra.frequency,
                spectra.impedance[which],
                *(
                    None if each is None else each[which]
                    for each in (spectra.time, spectra.point_time, spectra.mask)
                ),
                source=spectra.source,
            )
        return Series(
            self.cell,
            self.time[which],
            self.potential[which],
            self.charge[which],
            spectra,
            self.synthetic,
        )

    def __repr__(self):
        kind = "synthetic" if self.synthetic else "measured"
        what = "potentials" if self.spectra is None else "spectra"
        return f"<Series {self.cell.id}: {len(self):,} {kind} {what}>"


def measured_folder(folder=None):
    """Where measured spectra are looked for, and whether somebody asked for that place.

    Raises
    ------
    ValueError
        If a folder that was asked for does not exist, or holds a table that belongs to no cell.
    """
    name = "folder"
    if folder is None and os.environ.get(VARIABLE):
        name, folder = VARIABLE, os.environ[VARIABLE]
    asked = folder is not None
    path = Path(folder) if asked else Path(str(files("sandtime.data"))) / "measured"
    if not path.is_dir():
        if asked:
            raise ValueError(
                f"{name} = {str(path)!r} is not allowed: it must be an existing folder"
            )
        return None
    spectral = [each.id for each in cells() if each.kind != "potential"]
    allowed = {*spectral, *(each.id + _POTENTIAL for each in cells())}
    for table in sorted(path.glob("*.csv")):
        if table.stem not in allowed:
            raise ValueError(
                f"{name} = {str(path)!r} is not allowed: {table.name} belongs to no cell; a table "
                f"must be called by an id, {', '.join(spectral)}, or by an id and {_POTENTIAL}"
            )
    return path


def read_series(cell, folder):
    """The measured series of a cell in a folder, or None if it holds none.

    Raises
    ------
    ValueError
        As `eis.read`; also if the spectra have no times.
    """
    path = Path(folder) / f"{cell.id}.csv"
    if not path.exists():
        return None
    spectra = eis.read(path)
    if isinstance(spectra, list):
        raise ValueError(
            f"{path.name}: its spectra do not share their frequencies: those of a series must"
        )
    if spectra.time is None:
        raise ValueError(
            f"{path.name} has no column time_s: a series needs the time of each spectrum"
        )
    if spectra.impedance.ndim == 1:
        spectra = eis.Spectra(
            spectra.frequency,
            spectra.impedance[None],
            np.array([spectra.time]),
            *(None if each is None else each[None] for each in (spectra.point_time, spectra.mask)),
            source=spectra.source,
        )
    if (np.diff(spectra.time) <= 0).any():
        raise ValueError(f"{path.name}: time_s must increase from spectrum to spectrum")
    time = spectra.time
    if spectra.point_time is not None:
        time = (np.nanmin(spectra.point_time, axis=1) + np.nanmax(spectra.point_time, axis=1)) / 2
    return Series(
        cell=cell,
        time=time,
        potential=_potential(path.with_name(f"{cell.id}{_POTENTIAL}.csv"), time),
        charge=np.full(time.shape, np.nan) if cell.kind == "rest" else cell.current * time,
        spectra=spectra,
        synthetic=False,
    )


def _potential(path, time):
    """Measured potentials at the times of the spectra, V."""
    if not path.exists():
        return np.full(time.shape, np.nan)
    try:
        table = np.genfromtxt(path, delimiter=",", names=True, dtype=float)
        at, potential = np.atleast_1d(table["time_s"]), np.atleast_1d(table["potential_v"])
    except (ValueError, IndexError, TypeError) as error:
        raise ValueError(
            f"{path.name} is not a table with the columns time_s,potential_v: {error}"
        ) from None
    if not (np.isfinite(at).all() and np.isfinite(potential).all() and (np.diff(at) > 0).all()):
        raise ValueError(
            f"{path.name}: every cell must be a finite number and time_s must increase"
        )
    return np.interp(time, at, potential, left=np.nan, right=np.nan)
