"""What numbers without a name may be: refused where the data speak for another reading."""

import numpy as np

from sandtime.eis.reading.spectra import warn
from sandtime.eis.validity import lin_kk

_TAKEN = "there is no header, and the columns are taken as frequency, real and imaginary part"
POINTS = 8  # fewer tell nothing
CLEAR, DOUBTFUL = 1.3, 0.6  # ratios of what the two readings leave


def smooth(values):
    """Whether these run like the frequencies of a sweep: most steps are even, in log or as is."""
    if (values <= 0).any():
        return False
    for each in (np.log(values), values):
        step = np.abs(np.diff(each))
        middle = np.median(step)
        if middle > 0 and np.mean(np.abs(step - middle) < 0.2 * middle) > 0.5:
            return True
    return False


def check(where, values):
    """An error if three columns without names are not frequency, real and imaginary part."""
    columns = np.array([values[key] for key in ("frequency", "real", "imag")])
    columns = columns[:, columns.any(axis=0)]  # without rows of a rest
    if (columns[0] <= 0).any():
        return
    if columns.shape[1] < POINTS:
        warn(f"{where}: {_TAKEN}")
        return
    if not smooth(columns[0]):
        other = next((i for i in (1, 2) if smooth(columns[i])), None)
        advice = f", as column {other + 1} does" if other else ""
        raise ValueError(
            f"{where}: there is no header, and the first column does not run like frequencies"
            f"{advice}: columns= must say what is where, for instance "
            f'columns={{"frequency": {other or 0}, "real": {0 if other else 1}, '
            f'"-imag": {2 if not other else 3 - other}}}'
        )
    cartesian, polar = _residuals(*columns)
    if CLEAR * polar >= cartesian > DOUBTFUL * polar:
        warn(f"{where}: {_TAKEN}, but modulus and phase fit nearly as well")
    if cartesian > CLEAR * polar:
        raise ValueError(
            f"{where}: there is no header, and the columns run like modulus and phase, not like "
            "real and imaginary part: columns= must say which, "
            'columns={"frequency": 0, "modulus": 1, "phase_deg": 2} (or "-phase_deg", '
            '"phase_rad"), '
            'or columns={"frequency": 0, "real": 1, "imag": 2}'
        )


def _residuals(frequency, first, second):
    """What Kramers and Kronig leave of both readings, with either sign."""
    order = np.argsort(frequency)[::-1]
    first_sweep = np.unique(frequency[order], return_index=True)[1]
    f, a, b = (each[order][first_sweep][::-1] for each in (frequency, first, second))
    readings = [[a + 1j * b, a - 1j * b]]
    polar = []
    for angle in (np.deg2rad(b), b):
        if np.abs(angle).max() < np.pi:
            polar += [a * np.exp(1j * angle), a * np.exp(-1j * angle)]
    readings.append(polar)
    rms = []
    for each in readings:
        usable = [z for z in each if (np.abs(z) > 0).all()]
        rms.append(min((_kk(f, z) for z in usable), default=np.inf))
    return rms


def _kk(frequency, impedance):
    decades = np.log10(frequency[0] / frequency[-1])
    density = min(4.5, (frequency.size - 4) / (decades + 1))
    return float(lin_kk(frequency, impedance, per_decade=max(density, 0.5)).rms)


def degrees(path, name, phase):
    """A phase without a unit in degrees; an error if it may be radians."""
    largest = np.abs(phase).max()
    if largest > 3.2:
        return phase
    raise ValueError(
        f"{path.name}: column {name!r} has no unit, and its values up to {largest:.3g} may be "
        f"radians or degrees: name it Phase/rad or Phase/deg, or read(..., columns={{..., "
        f"'phase_rad': {name!r}}})"
    )
