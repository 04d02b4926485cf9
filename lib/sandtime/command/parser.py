"""What can be asked for on the command line, and help that works."""

import argparse
import platform
from importlib.metadata import version

import sandtime
from sandtime.command import options
from sandtime.command.options import kind, measured
from sandtime.command.say import Halt, lines_shown

_STATUS = """\
The exit status is 0 if all went well (a poor fit included: the table says it), 1 if some files or
spectra could not be worked on, 2 for a command that cannot be understood, 3 if the output is there
already or cannot be written, 130 if interrupted."""

_FILES = """\
FILES are files, folders (all files in them, cell-2 before cell-10, but for readme and licence, and
what begins with a dot) and patterns as 'strip/*.csv'. A file that cannot be read is named, and the
others go on."""

_GOES_ON = """\
The table appears at once when it is complete. Until then what is done stands in TABLE.part beside
it; after an interruption the same command goes on there, with other options or versions it starts
anew and says so. A table that is there is replaced only with --force, a file that is read never.
Text that a spreadsheet would take for a formula begins with an apostrophe; numbers have all their
digits. A file that cannot be read has a row without numbers and with the reason."""

EXAMPLES = {
    "read": ["read cell.csv", "read spectra --out sweeps.csv",
             "read other.txt --columns frequency=0,real=1,-imag=2"],
    "check": ["check cell.csv", "check spectra --out checked.csv",
              "check strip.csv --circuit R_0-Zarc_int --drift int.R"],
    "fit": ["fit cell.csv --circuit R_0-Zarc_int --out results.csv",
            "fit spectra --circuit R_0-p(R_int,CPE_int) --bounds int.R=1:1e5 --sigma '0.3 %' "
            "--out fitted.csv --executor processes:2",
            "fit cell.csv --circuit R_0-Zarc_int --fixed int.alpha=0.9 --out report.csv "
            "--report report.html"],
    "sand": ["sand times.csv --electrode Li0.9Mg0.1",
             "sand times.csv --electrode 0.07 --current-error '2 %' --out diffusivities.csv"],
    "strip": ["strip strip.csv --current '200 uA/cm2' --area '0.2827 cm2' --temperature '25 degC' "
              "--electrode Li0.9Mg0.1 --circuit R_0-Zarc_int --interface int --pellet 0 "
              "--forecast '25 um' --out strip-results.csv"],
}  # fmt: skip


class _Parser(argparse.ArgumentParser):
    """An error names the command and how to get help, and raises instead of leaving."""

    def error(self, message):
        raise Halt(f"{message}\n{self.prog} --help tells more")


def parse(argv):
    """The options of one command and the module that runs it; an int if help was asked for."""
    parser = _all()
    try:
        args = parser.parse_args(argv)
    except SystemExit as left:  # help and version end here
        return int(left.code or 0)
    if getattr(args, "module", None) is None:
        parser.print_help()
        return 2
    return args


def _all():
    parser = _Parser(
        prog="sandtime",
        description="Impedance spectra of a cell: read, checked, fitted; depletion times and "
        "diffusivities of a stripped electrode.",
        epilog="sandtime COMMAND --help tells more of each, with examples, as\n"
        f"  sandtime {EXAMPLES['fit'][0]}\n\n{_STATUS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    python, numpy, scipy = platform.python_version(), version("numpy"), version("scipy")
    own = f"sandtime {sandtime.__version__} (Python {python}, NumPy {numpy}, SciPy {scipy})"
    parser.add_argument("--version", action="version", version=own)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, words, add, module in (
        ("read", "say what is in files, and write it as a plain table", _read, "reading"),
        ("check", "Kramers and Kronig, noise and drift of every spectrum", _check, "checking"),
        ("fit", "fit a circuit to every spectrum", _fit, "fitting"),
        ("sand", "depletion times into diffusivities, in each frame", _sand, "sanding"),
        (
            "strip",
            "a series of spectra during a strip: resistance, contact, depletion time",
            _strip,
            "stripping",
        ),
    ):
        examples = "\n".join(f"  sandtime {each}" for each in EXAMPLES[name])
        files = _FILES if name != "sand" else _TABLE
        kept = f"\n\n{_GOES_ON}" if name in ("check", "fit") else ""
        one = commands.add_parser(
            name,
            help=words,
            description=f"{words[0].upper()}{words[1:]}.\n\n{files}{kept}",
            epilog=f"examples:\n{examples}\n\n{_STATUS}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        add(one)
        one.set_defaults(module=module)
    return parser


# ---- what several commands share ------------------------------------------------------------


def _reading(parser):
    parser.add_argument("files", nargs="+", metavar="FILES")
    group = parser.add_argument_group("how files are read")
    group.add_argument("--flip", action="store_true", help="the files hold -Im Z without saying so")
    group.add_argument(
        "--columns",
        action="append",
        metavar="QUANTITY=COLUMN",
        help="which column (its name, or its number from 0) holds what: "
        + ", ".join(options.KEYS).replace("%", "%%"),
    )
    group.add_argument(
        "--negative-real", action="store_true", help="the real part may be negative, as it is"
    )
    group.add_argument(
        "--programme", metavar="N", help="of a file of several programmes or sheets, only this one"
    )
    group.add_argument(
        "--leave-out",
        action="append",
        metavar="WORD",
        help="points with a cell such as OVERLOAD are left out",
    )


def _one_clock(parser):
    parser.add_argument(
        "--one-clock", action="store_true", help="all files count their times from one moment"
    )


def _output(parser, needed=False, noun="table"):
    parser.add_argument("--out", metavar="TABLE", required=needed, help=f"the {noun}, as CSV")
    parser.add_argument(
        "--force", action="store_true", help="replace an output that is there already"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no summary")


def _circuit(parser, needed):
    parser.add_argument(
        "--circuit",
        required=needed,
        help="as R_0-Zarc_gb-p(R_int,CPE_int): elements R C L CPE W Zarc and more, each with a "
        "label; series -, parallel p(,)",
    )
    parser.add_argument(
        "--fixed", action="append", metavar="NAME=VALUE", help="held: gb.alpha=0.9, 0.R='60 ohm'"
    )
    parser.add_argument(
        "--bounds", action="append", metavar="NAME=LOW:HIGH", help="int.R=1:1e5; an end may be open"
    )
    parser.add_argument(
        "--guess", action="append", metavar="NAME=VALUE", help="where to begin; not needed"
    )
    parser.add_argument(
        "--sigma",
        type=kind(options.sigma),
        metavar="SIZE",
        help="standard deviation of either part: '0.3 %%' of the modulus, or '5 mohm'",
    )
    parser.add_argument(
        "--negative", action="append", metavar="NAME", help="a resistance that may be negative"
    )


def _executor(parser):
    parser.add_argument(
        "--executor",
        type=kind(options.executor),
        metavar="WHERE",
        help="threads, processes or dask; threads:4 takes four, dask:ADDRESS a cluster's",
    )


# ---- one by one -----------------------------------------------------------------------------


def _read(parser):
    _reading(parser)
    _one_clock(parser)
    _output(parser, noun="sweeps as a plain table, which every command reads")


def _check(parser):
    _reading(parser)
    _output(parser)
    _executor(parser)
    group = parser.add_argument_group("drift within a sweep, where the times of points are known")
    _circuit(group, needed=False)
    group.add_argument("--drift", nargs="+", metavar="NAME", help="what drifts, as int.R int.tau")


def _fit(parser):
    _reading(parser)
    _output(parser, needed=True)
    _circuit(parser, needed=True)
    parser.add_argument(
        "--drift",
        nargs="*",
        metavar="NAME",
        help="fit every point at its own time; what drifts, by default R and tau (or Q) of the "
        "element called int",
    )
    parser.add_argument(
        "--scale-errors",
        action="store_true",
        help="sigma only says how points weigh; their scatter sets the errors",
    )
    parser.add_argument("--report", metavar="HTML", help="one file with figures and table")
    _executor(parser)


_TABLE = """\
TABLE is a CSV file. Its columns carry their unit, as 'current [uA/cm2]' and 'depletion_time [h]',
or each cell does. Known columns:
  current                    a current density; or a current, with --area
  depletion_time             of a strip without a pause
  error                      standard error of the depletion time, if known
  electrode                  as --electrode, if that is not given
  first, pause, second       durations of an interrupted strip, instead of a depletion time"""


def _electrode(parser, needed):
    parser.add_argument(
        "--electrode",
        required=needed,
        help="Li, Li0.95Mg0.05, Li0.9Mg0.1, or a magnesium fraction as 0.07",
    )
    parser.add_argument(
        "--lattice-parameter",
        type=kind(measured, "3.502 angstrom"),
        metavar="LENGTH",
        help="of the cubic cell; without, on the straight line between the paper's Li and "
        "Li0.9Mg0.1",
    )
    parser.add_argument(
        "--limit",
        type=float,
        metavar="FRACTION",
        help="magnesium fraction at which the beta phase ends; the paper's 0.69 without",
    )


def _errors(parser):
    parser.add_argument(
        "--current-error", type=kind(options.share), default=0.0, metavar="SHARE",
        help="of all currents (or the area) together, as '2 %%'; counts twice",
    )  # fmt: skip
    parser.add_argument(
        "--concentration-error", type=kind(options.share), default=0.0, metavar="SHARE",
        help="of the lithium per volume, as '3 %%'; counts twice",
    )  # fmt: skip


def _area(parser, needed):
    parser.add_argument(
        "--area", type=kind(measured, options.AREA), required=needed, metavar="AREA",
        help="of the electrode, as '0.2827 cm2'",
    )  # fmt: skip


def _sand(parser):
    parser.add_argument("table", metavar="TABLE")
    _electrode(parser, needed=False)
    _area(parser, needed=False)
    _errors(parser)
    _output(parser)


def _strip(parser):
    _reading(parser)
    _output(parser)
    parser.add_argument(
        "--current", type=kind(measured, options.CURRENT, also="28 uA"), required=True,
        metavar="CURRENT", help="a density as '100 uA/cm2', or a current as '28 uA'",
    )  # fmt: skip
    _area(parser, needed=True)
    parser.add_argument(
        "--temperature", type=kind(measured, "25 degC"), required=True, metavar="TEMPERATURE",
        help="of the cell, as '25 degC'",
    )  # fmt: skip
    _electrode(parser, needed=True)
    parser.add_argument(
        "--interval", type=kind(measured, options.TIME), metavar="TIME",
        help="from spectrum to spectrum, if the files do not say, in their order",
    )  # fmt: skip
    _one_clock(parser)
    parser.add_argument(
        "--began", type=kind(measured, options.TIME), default=0.0, metavar="TIME",
        help="when the current was switched on, by the clock of the files; 0 without",
    )  # fmt: skip
    parser.add_argument(
        "--criterion", type=kind(measured, "10 kohm cm2"), metavar="LEVEL",
        help="of the interface resistance at 25 °C; the paper's '10 kohm cm2' without",
    )  # fmt: skip
    parser.add_argument(
        "--forecast", type=kind(measured, options.LENGTH), action="append", metavar="LENGTH",
        help="thickness of a foil whose utilisation is asked for, as '25 um'",
    )  # fmt: skip
    parser.add_argument(
        "--foil", type=kind(measured, options.LENGTH), metavar="LENGTH",
        help="thickness of the foil that was stripped: is it thick enough?",
    )  # fmt: skip
    _errors(parser)
    group = parser.add_argument_group("the circuit; the paper's without")
    _circuit(group, needed=False)
    group.add_argument("--interface", metavar="LABEL", help="of the interface's arc")
    group.add_argument(
        "--pellet", nargs="+", metavar="LABEL", help="of the resistances in series with it"
    )
    group.add_argument("--drift", action="store_true", help="fit every point at its own time")


def reading_of(args):
    """Keyword arguments of `eis.read` that were asked for."""
    found = {"flip": args.flip}
    if args.columns:
        found["columns"] = understood(options.columns, args.columns)
    if args.negative_real:
        found["negative_real"] = True
    if args.leave_out:
        found["leave_out"] = args.leave_out
    if args.programme is not None:
        found["programme"] = int(args.programme) if args.programme.isdecimal() else args.programme
    return found


def understood(convert, *arguments, **keywords):
    """What a converter makes of an option; its error is one of the command line."""
    try:
        return convert(*arguments, **keywords)
    except ValueError as error:
        raise Halt(lines_shown(error)) from None
