"""``sandtime check``: can the spectra be trusted?"""

from sandtime.command import inputs
from sandtime.command.fitting import fit_job
from sandtime.command.folder import work_through
from sandtime.command.journal import PART
from sandtime.command.parser import reading_of
from sandtime.command.say import Halt, plural, warn
from sandtime.command.work import CheckJob
from sandtime.eis.table import versions


def run(args):
    """Check, and write or print the table; returns the exit status."""
    if (args.circuit is None) != (args.drift is None):
        raise Halt("--circuit and --drift belong together: growth is that of a parameter")
    job = CheckJob(fit_job(args) if args.circuit else None)
    reading = reading_of(args)
    files = inputs.expand(args.files, [args.out])
    asked = {"command": "check", "reading": reading, **versions()}
    if args.out:
        inputs.not_among([args.out, args.out + PART], files)
    if job.fit:
        circuit = job.fit.circuit
        asked |= {"circuit": circuit.string, "negative": sorted(circuit.negative)}
        asked |= {**job.fit.options, "sigma": job.fit.sigma, "drift": job.fit.drift}
    total = work_through(files, job, reading=reading, options=asked, args=args)
    if not args.quiet:
        words = f"{total['valid']:,} of {plural(total['spectra'], 'spectrum')} valid"
        if total["small"]:
            words += f", {total['small']:,} others below the limit"
        for key, what in (
            ("failed", "could not be checked"),
            ("broken", "files could not be read"),
        ):
            if total[key]:
                words += f", {total[key]:,} {what}"
        warn(words)
    return int(bool(total["broken"] or total["failed"]))
