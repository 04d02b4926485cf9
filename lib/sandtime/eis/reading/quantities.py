"""What a column may hold, and how that becomes frequency and impedance.

The keys are those of `read(..., columns=)`.
"""

import numpy as np

FREQUENCY = ("frequency", "omega", "log10_frequency")
IMPEDANCE = ("real", "imag", "-imag", "modulus", "phase_deg", "-phase_deg", "phase_rad")
GROUPS = (FREQUENCY, IMPEDANCE, ("time",), ("point_time",), ("spectrum",))
KEYS = tuple(key for group in GROUPS for key in group)


def chosen(where, names, columns):
    """Key → index of the column, for the columns a reader asks for.

    Parameters
    ----------
    where : str
        What an error begins with, as "cell.mpt, line 61".
    names : list of str
        The columns of the file.
    columns : dict
        Key → name or index from 0.

    Examples
    --------
    >>> chosen("cell.csv", ["f", "Zre", "Zim"], {"frequency": 0, "-imag": "Zim"})
    {'frequency': 0, '-imag': 2}
    """
    if not isinstance(columns, dict):
        raise ValueError(
            f"columns = {columns!r} is not allowed: it must say what is where, as "
            '{"frequency": 0, "real": 1, "-imag": 2}'
        )
    found = {}
    for key, name in columns.items():
        if key not in KEYS:
            raise ValueError(
                f"columns has the key {key!r}, which is not allowed: it must be one of "
                f"{', '.join(KEYS)}"
            )
        if isinstance(name, str):
            same = [i for i, each in enumerate(names) if each == name]
            same = same or [i for i, each in enumerate(names) if plain(each) == plain(name)]
            if len(same) != 1:
                count = "no column" if not same else f"{len(same)} columns"
                raise ValueError(
                    f"{where}: columns[{key!r}] = {name!r} is not allowed: {count} of this name "
                    f"among {', '.join(names)}"
                )
            found[key] = same[0]
        elif isinstance(name, (int, np.integer)) and not isinstance(name, bool):
            if not 0 <= name < len(names):
                raise ValueError(
                    f"{where}: columns[{key!r}] = {name} is not allowed: there are {len(names)} "
                    "columns, counted from 0"
                )
            found[key] = int(name)
        else:
            raise ValueError(
                f"columns[{key!r}] = {name!r} is not allowed: it must be a name or an index from 0"
            )
    if len(set(found.values())) < len(found):
        raise ValueError(f"{where}: columns = {columns!r} is not allowed: two keys mean one column")
    return found


def plain(name):
    """A name without blanks and in small letters."""
    return "".join(name.split()).lower()


def determined(where, keys):
    """An error unless these keys determine frequency and impedance, and each only once."""
    frequency = [key for key in FREQUENCY if key in keys]
    impedance = {key for key in IMPEDANCE if key in keys}
    imag, phase = impedance & {"imag", "-imag"}, impedance & set(IMPEDANCE[4:])
    pair = (impedance == {"real", *imag} and len(imag) == 1) or (
        impedance == {"modulus", *phase} and len(phase) == 1
    )
    if len(frequency) != 1 or not pair:
        raise ValueError(
            f"{where}: columns for {', '.join(keys) or 'nothing'} do not determine a spectrum: "
            f"needed are one of {', '.join(FREQUENCY)}, and real with imag or -imag, or modulus "
            "with phase_deg, -phase_deg or phase_rad"
        )


def physical(values):
    """Frequency, real and imaginary part, and what else is there, from the columns of a file.

    Examples
    --------
    >>> found = physical({"omega": [1.0], "modulus": [2.0], "-phase_deg": [90.0]})
    >>> print(np.round([found["frequency"][0], found["real"][0], found["imag"][0]], 3))
    [ 0.159  0.    -2.   ]
    """
    given = {key: np.asarray(value, float) for key, value in values.items()}
    found = {key: given[key] for key in ("time", "point_time", "spectrum") if key in given}
    if "frequency" in given:
        found["frequency"] = given["frequency"]
    elif "omega" in given:
        found["frequency"] = given["omega"] / (2 * np.pi)
    else:
        found["frequency"] = 10.0 ** given["log10_frequency"]
    if "modulus" in given:
        angle = given.get("phase_rad")
        if angle is None:
            degrees = given["phase_deg"] if "phase_deg" in given else -given["-phase_deg"]
            angle = np.deg2rad(degrees)
        found["real"] = given["modulus"] * np.cos(angle)
        found["imag"] = given["modulus"] * np.sin(angle)
    else:
        found["real"] = given["real"]
        found["imag"] = given["imag"] if "imag" in given else -given["-imag"]
    return found
