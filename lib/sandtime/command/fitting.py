"""``sandtime fit``: a circuit for every spectrum of any number of files."""

import warnings

from sandtime import eis
from sandtime.command import inputs, options
from sandtime.command.folder import work_through
from sandtime.command.journal import PART, writable
from sandtime.command.parser import reading_of, understood
from sandtime.command.say import Halt, plural, warn
from sandtime.command.work import FitJob, joined, load, stacks, sweeps, together
from sandtime.eis.given import given
from sandtime.eis.table import versions

_REPORT = 5000  # spectra of a report, which are all in memory


def run(args):
    """Fit, and write the table; returns the exit status."""
    job = fit_job(args)
    reading = reading_of(args)
    files = inputs.expand(args.files, [args.out, args.report])
    inputs.not_among([args.out, args.out + PART, args.report], files)
    if args.report:
        writable(args.report, args.force)
    asked = {
        "command": "fit", "circuit": job.circuit.string, "negative": sorted(job.circuit.negative),
        **job.options, "sigma": job.sigma, "drift": job.drift,
        "scaled": job.scaled, "reading": reading, **versions(),
    }  # fmt: skip
    total = work_through(files, job, reading=reading, options=asked, args=args)
    if args.report:
        report(args, job, reading, files, total)
    if not args.quiet:
        warn(summary(total))
    return int(bool(total["broken"] or total["failed"]))


def summary(total):
    """How many spectra are in order."""
    words = [f"{total['converged']:,} of {plural(total['spectra'], 'spectrum')} converged"]
    if bad := total["converged"] - total["adequate"]:
        words.append(f"{bad:,} of these are not described by the circuit")
    if total["failed"]:
        words.append(f"{total['failed']:,} could not be fitted")
    if total["broken"]:
        words.append(f"{total['broken']:,} of {plural(total['files'], 'file')} could not be read")
    return ", ".join(words)


def fit_job(args):
    """What the options of a circuit say, checked before any file is read."""
    circuit = circuit_of(args)
    said = said_of(args, circuit)
    understood(given, circuit, 1, **said)
    drift = None
    if args.drift is not None:
        drift = tuple(args.drift) or _drifting(circuit)
        for name in drift:
            understood(circuit.check, name, 1.0, "drift")
            if name.endswith("alpha") or name in said["fixed"]:
                raise Halt(
                    f"--drift {name} is not allowed: an exponent or what is fixed cannot grow"
                )
    scaled = getattr(args, "scale_errors", False)
    if scaled and (args.sigma is None or drift is not None):
        raise Halt("--scale-errors is not allowed: it belongs to --sigma, in a fit without --drift")
    return FitJob(circuit, said, args.sigma, drift, scaled)


def circuit_of(args):
    """The circuit that was asked for."""
    return understood(eis.Circuit, args.circuit, negative=args.negative or ())


def said_of(args, circuit):
    """`fixed`, `bounds` and `guess` as `eis.fit` takes them."""
    units = circuit.units
    return {
        "fixed": understood(options.values, args.fixed, "fixed", units),
        "bounds": understood(options.bounds, args.bounds, units),
        "guess": understood(options.values, args.guess, "guess", units),
    }


def _drifting(circuit):
    """What drifts by default: all of the element called int but its exponent."""
    names = [n for n in circuit.names if n.startswith("int.") and not n.endswith("alpha")]
    if not names:
        raise Halt(
            f"--drift must name what drifts: {circuit.string!r} has no element called int; it has "
            f"{', '.join(circuit.names)}"
        )
    return tuple(names)


def report(args, job, reading, files, total):
    """One HTML file about all spectra, each stack of them fitted once more."""
    if total["spectra"] > _REPORT:
        warn(f"no report: it holds {_REPORT:,} spectra at most, these are {total['spectra']:,}")
        return
    from sandtime.eis.report import report as write

    every = [sweep for name in files for sweep in sweeps(load(name, reading))]
    fits, spectra = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", eis.FitWarning)
        for stack in stacks(every):
            together(stack, job.result)  # what cannot be fitted was said already
            good = [sweep for sweep in stack if not sweep.wrong]
            if good:
                fits.append(job.result(good))
                spectra.append(joined(good))
    if fits:
        write(args.report, fits, spectra)
