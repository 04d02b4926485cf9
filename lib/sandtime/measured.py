"""One measured spectrum, for chapter *Your own spectrum*; everything else in the book is synthetic.

The package impedance.py (MIT licence, M. D. Murbach and others, doi 10.21105/joss.02349) has 66
points of a cell typed into one of its own test modules.  `lithium_ion` takes them from there, out
of the package as it is installed, so that this repository holds no copy of them.  The package does
not say which cell it was, who measured it or how.
"""

import ast
from importlib import metadata
from pathlib import Path

import numpy as np

from sandtime.eis.reading import Spectra, write

MODULE = "impedance/tests/test_preprocessing.py"
POINTS = 66


def lithium_ion(folder):
    """Write the 66 points into a file, as plain a one as instruments export.

    Parameters
    ----------
    folder : str or path
        Where ``lithium-ion.csv`` is to stand.

    Returns
    -------
    Path
        Of the file: Hz and Ω, 10 kHz to 3 mHz.

    Raises
    ------
    ValueError
        If impedance.py is not installed or no longer holds the points.

    Examples
    --------
    >>> import tempfile
    >>> from sandtime import eis
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     eis.read(lithium_ion(folder)).frequency.size
    66
    """
    path = Path(folder) / "lithium-ion.csv"
    found = _typed_in(("frequencies", "real", "imag"))
    order = np.argsort(-found["frequencies"])
    Z = found["real"] + 1j * found["imag"]
    write(path, Spectra(found["frequencies"][order], Z[order]))
    return path


def _typed_in(names):
    """Lists of numbers that the module assigns, read without running it: it needs pytest."""
    try:
        path = Path(metadata.distribution("impedance").locate_file(MODULE))
        body = ast.parse(path.read_text(encoding="utf-8")).body
    except (metadata.PackageNotFoundError, OSError) as error:
        raise ValueError(
            f"the measured spectrum is typed into {MODULE} of the package impedance, which is not "
            "installed: pip install impedance==1.7.1"
        ) from error
    found = {}
    for node in body:
        name = getattr(node.targets[0], "id", "") if isinstance(node, ast.Assign) else ""
        if name in names:
            listed = node.value.args[0] if isinstance(node.value, ast.Call) else node.value
            found[name] = np.array(ast.literal_eval(listed), float)
    sizes = {name: found[name].size if name in found else 0 for name in names}
    if set(sizes.values()) != {POINTS}:
        raise ValueError(f"{path} should hold {POINTS} points of each: it holds {sizes}")
    return found
