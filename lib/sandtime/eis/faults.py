"""What speaks against fits and spectra, line by line, for `report`."""

import numpy as np

from sandtime.eis.table import error_title, quantity
from sandtime.eis.validity import lin_kk

_LINES = 20  # faults of single spectra
_NAMES = 10  # spectra named beside one fault
_LOOSE = 0.5  # relative error from which on a parameter is hardly known


def faults(stacks, frame):
    """Whatever speaks against the fits or the spectra, line by line."""
    remarks = {}
    for row in sorted(frame.itertuples(), key=lambda row: row.adequate):  # what is wrong first
        if not row.adequate or row.reason != "converged":
            remarks.setdefault(row.reason, []).append(row.Index)
    for reason, names in list(remarks.items())[:_LINES]:
        more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
        who = f"{', '.join(names[:_NAMES])}{more}: "
        yield reason if len(frame) == 1 else who + reason
    if left := sum(map(len, list(remarks.values())[_LINES:])):
        yield f"{left:,} more spectra have a remark; the table says which."
    if not remarks:
        yield "Nothing is wrong with convergence, with the residuals or with the size of χ²."
    yield from _points(stacks)
    yield _kramers_kronig(stacks)
    misfit = frame["misfit"].to_numpy(float)
    if np.isfinite(misfit).any() and len(frame) > 1:
        yield (
            "Misfit, the residuals over the noise of the spectrum: median "
            f"{np.nanmedian(misfit):.3g}, largest {np.nanmax(misfit):.3g}."
        )
    yield from _hardly_known(frame)
    yield from _outside(stacks)
    yield from _changed(stacks)


def _points(stacks):
    """Outliers and points that were left out."""

    def outliers(stack):
        return getattr(stack.fit, "outliers", np.zeros(stack.used.shape, bool))

    for one, several, of in (
        ("outlier, far off all others", "outliers, far off all others", outliers),
        ("point left out of the fit", "points left out of the fit", lambda stack: ~stack.used),
    ):
        count, where = 0, []
        for stack in stacks:
            marked = np.atleast_2d(of(stack))
            count += np.count_nonzero(marked)
            for row in np.flatnonzero(marked.any(axis=1))[: 1 + _LINES - len(where)]:
                at = [quantity(f, "Hz") for f in stack.fit.frequency[marked[row]]]
                more = f" and {len(at) - 8} more" if len(at) > 8 else ""
                where.append(f"{stack.names[row]} at {', '.join(at[:8])}{more}")
        if count:
            more = "; and in more spectra" if len(where) > _LINES else ""
            words = one if count == 1 else several
            yield f"{count:,} {words}: {'; '.join(where[:_LINES])}{more}."


def _kramers_kronig(stacks):
    """What the test that needs no circuit says."""
    valid, noise, total = 0, [], 0
    for stack in stacks:
        total += len(stack.names)
        try:
            kk = lin_kk(stack.fit.frequency, stack.measured, mask=stack.used)
        except ValueError as error:
            return f"The Kramers-Kronig test could not be made: {error}."
        valid += np.count_nonzero(kk.valid)
        noise.append(kk.noise)
    size = f"{100 * np.median(np.concatenate(noise)):.2g} %"
    if total == 1:
        verdict = (
            "passed: what is left looks like noise"
            if valid
            else "not passed: what is left is not noise, so no circuit can describe all of it"
        )
        return f"Kramers-Kronig test {verdict}, {size} of the modulus."
    return (
        f"Kramers-Kronig test passed by {valid:,} of {total:,} spectra; it leaves {size} of the "
        "modulus in the median."
    )


def _hardly_known(frame):
    """Parameters with errors of their own size."""
    for title in frame.columns:
        name, error = title.partition(" [")[0], error_title(title)
        if error in frame.columns and not name.endswith(" rate"):
            loose = ~(frame[error] <= _LOOSE * frame[title].abs())
            if count := int(loose.sum()):
                where = "" if len(frame) == 1 else f" of {count:,} of {len(frame):,} spectra"
                yield f"{name}{where} has an error of more than half its value, or none."


def _outside(stacks):
    """Time constants beyond the measured frequencies, where what is seen is an end of an arc."""
    circuit = stacks[0].fit.circuit
    for name, parameter in circuit.parameters.items():
        if parameter.powers != ((0.0, -1.0),):
            continue
        count, total = 0, 0
        for stack in stacks:
            top = 1 / (2 * np.pi * np.atleast_1d(stack.fit.parameters[name]))
            low, high = stack.fit.frequency.min(), stack.fit.frequency.max()
            count += np.count_nonzero((top < low) | (top > high))
            total += len(stack.names)
        if count:
            where = "" if total == 1 else f", in {count:,} of {total:,} spectra"
            yield (
                f"{name} belongs to a frequency that was not measured{where}: only an end of this "
                "part of the spectrum was seen."
            )


def _changed(stacks):
    """Whether the fits are of the impedances in the files."""
    worst = 0.0
    for stack in stacks:
        if stack.spectra is not None:
            off = np.abs(np.atleast_2d(stack.spectra.impedance) - stack.measured)[stack.used]
            size = off / np.abs(stack.measured[stack.used])
            worst = max(worst, np.nan_to_num(size, nan=np.inf).max())
    if worst > 1e-9:
        yield (
            "The impedances that were fitted are not those of the files: they were changed in "
            f"between, by up to {100 * worst:.2g} %."
        )
