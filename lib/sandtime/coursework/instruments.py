"""Files as instruments write them, out of made-up numbers, each marked as synthetic."""

import csv
from pathlib import Path

import numpy as np

SYNTHETIC = "SYNTHETIC: computed for coursework from a known truth, not measured"


def normal(random, size):
    """Normal numbers out of uniform ones, the same with every version of NumPy."""
    one, two = random.random(size), random.random(size)
    return np.sqrt(-2 * np.log1p(-one)) * np.cos(2 * np.pi * two)


def between(random, low, high):
    """A number whose logarithm is uniform between two bounds."""
    return float(low * (high / low) ** random.random())


def rounded(values, digits=7):
    """Numbers as they stand in a file, with so many significant digits."""
    text = np.vectorize(lambda x: float(f"{x:.{digits - 1}e}"), otypes=[float])
    values = np.asarray(values)
    if np.iscomplexobj(values):
        return text(values.real) + 1j * text(values.imag)
    return text(values)


def reading(random, size, spread=0.03):
    """What a calliper shows, in the unit of `size`, to two decimals."""
    return round(size + spread * float(normal(random, 1)[0]), 2)


def frequencies(high, low, per_decade):
    """From high to low, evenly spaced in the logarithm, as rounded in a file."""
    count = round(np.log10(high / low) * per_decade) + 1
    return rounded(np.geomspace(high, low, count))


def noisy(random, impedance, noise):
    """An impedance with relative noise, as rounded in a file."""
    scatter = normal(random, impedance.shape) + 1j * normal(random, impedance.shape)
    return rounded(impedance + noise * np.abs(impedance) * scatter)


def point_times(frequency, start=0.0):
    """When each point was measured, s: three periods each, at least 50 ms."""
    return rounded(start + np.cumsum(3 / frequency + 0.05))


def mpt(frequency, impedance, time, *, area, comma=False, note=""):
    """A BioLogic export (.mpt) of one sweep; `area` in cm² is what the header claims."""
    head = [
        "EC-Lab ASCII FILE",
        "",
        "",
        "Potentio Electrochemical Impedance Spectroscopy",
        SYNTHETIC,
        f"Electrode surface area : {area:.3f} cm²",
        f"Comments : {note}",
        "",
        "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\ttime/s",
    ]
    head[1] = f"Nb header lines : {len(head)}"
    columns = (frequency, impedance.real, -impedance.imag, time)
    rows = ["\t".join(f"{x:.6E}" for x in row) for row in zip(*columns, strict=True)]
    if comma:
        rows = [row.replace(".", ",") for row in rows]
    return "\r\n".join([*head, *rows, ""]).encode("latin-1")


def dta(frequency, impedance, time, *, area, comma=False, note=""):
    """A Gamry export (.DTA) of one sweep; `area` in cm² is what the header claims."""
    head = [
        "EXPLAIN",
        "TAG\tEISPOT",
        f"TITLE\tLABEL\t{SYNTHETIC}\tTest &Identifier",
        f"AREA\tQUANT\t{area:.6E}\tSample Area (cm^2)",
        f"NOTES\tNOTES\t1\t&Notes...\r\n\t{note}",
        "ZCURVE\tTABLE",
        "\tPt\tTime\tFreq\tZreal\tZimag",
        "\t#\ts\tHz\tohm\tohm",
    ]
    columns = (time, frequency, impedance.real, impedance.imag)
    rows = [
        f"\t{k}\t" + "\t".join(f"{x:.6E}" for x in row)
        for k, row in enumerate(zip(*columns, strict=True))
    ]
    if comma:
        rows = [row.replace(".", ",") for row in rows]
    return "\r\n".join([*head, *rows, ""]).encode("latin-1")


def table(columns, *, comma=False, comments=()):
    """A plain table; with decimal commas the cells are separated by semicolons."""
    separator = ";" if comma else ","
    rows = zip(*(np.asarray(column).tolist() for column in columns.values()), strict=True)
    lines = [separator.join(_cell(x, comma) for x in row) for row in rows]
    said = [f"# {each}" for each in (SYNTHETIC, *comments)]
    return "\n".join([*said, separator.join(columns), *lines, ""])


def _cell(value, comma):
    text = value if isinstance(value, str) else repr(value)
    return text.replace(".", ",") if comma else text


def read_table(path, *, comma=False):
    """The columns of a plain table by name; cells that are no numbers stay text."""
    text = Path(path).read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    rows = list(csv.reader(lines, delimiter=";" if comma else ","))
    return {name: _column([row[k] for row in rows[1:]], comma) for k, name in enumerate(rows[0])}


def _column(cells, comma):
    try:
        return np.array([float(cell.replace(",", ".") if comma else cell) for cell in cells])
    except ValueError:
        return cells


def card(entries, *, comments=()):
    """A cell card: (quantity, value, unit) in rows."""
    quantity, value, unit = zip(*entries, strict=True)
    columns = {"quantity": quantity, "value": value, "unit": unit}
    return table(columns, comments=comments)


def read_card(path):
    """The values of a cell card by quantity, as they are written, in their units."""
    columns = read_table(path)
    return dict(zip(columns["quantity"], columns["value"].tolist(), strict=True))
