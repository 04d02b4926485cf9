"""Binary ``.mpr`` files of BioLogic, through galvani (optional: ``pip install "sandtime[mpr]"``).

BioLogic publishes no description of the format; galvani (GPL-3, and needed for nothing else) knows
it from reverse engineering.  What it finds has the names that EC-Lab gives the columns of its text,
and goes the same way as they.
"""

from dataclasses import dataclass

import numpy as np

from sandtime.eis.reading import exports, layouts

MAGIC = b"BIO-LOGIC MODULAR FILE"
ADVICE = "export it as text with EC-Lab (.mpt) and read that"


def parse(path, columns=None, leave_out=()):
    """As `exports.parse`, of a binary file; the numbers are those of its records, from 1.

    Such a file holds no words that could be left out.
    """
    try:
        from galvani.BioLogic import MPRfile
    except ImportError as error:
        raise ImportError(
            f"{path.name} is a binary .mpr file, which galvani reads: "
            f'pip install "sandtime[mpr]", or {ADVICE}'
        ) from error
    try:
        with path.open("rb") as file:
            data = MPRfile(file).data
    except Exception as error:  # whatever a damaged or newer file does to it
        said = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"{path.name}: galvani cannot read this .mpr file ({said}): it is cut off, or of a "
            f"version that galvani does not know; {ADVICE}"
        ) from error
    names = list(data.dtype.names)
    if "freq/Hz" not in names and not columns:
        raise ValueError(
            f"{path.name} holds no impedances but {', '.join(names)}: it is of another technique"
        )
    if not data.size:
        raise ValueError(f"{path.name} holds no point: the measurement was not begun")
    return exports.assemble(_Binary(path, names, data), columns)


@dataclass(frozen=True)
class _Binary:
    """A table of records, with the face of `records.Text`."""

    path: object
    names: list
    data: np.ndarray
    layout: layouts.Layout = layouts.BIOLOGIC
    what: str = ""
    part: np.ndarray | None = None

    @property
    def where(self):
        return self.path.name

    @property
    def width(self):
        return len(self.names)

    @property
    def units(self):
        return {}

    @property
    def numbers(self):
        return np.arange(1, self.data.size + 1)

    def found(self, names):
        return [self.names.index(name) for name in names if name in self.names]

    def cells(self, index):
        return self.data[self.names[index]]

    def without(self, places, words):
        return self

    def check(self, places):
        """Binary numbers have no decimal sign."""

    def numeric(self, index):
        return True

    def values(self, index):
        found = self.data[self.names[index]].astype(float)
        if not np.isfinite(found).all():
            record = np.flatnonzero(~np.isfinite(found))[0]
            raise ValueError(
                f"{self.path.name}, record {record + 1}: {self.names[index]} = {found[record]} is "
                "not allowed: it must be finite"
            )
        return found
