"""``sandtime sand``: currents and depletion times into diffusivities, in each frame."""

import numpy as np

from sandtime import readings, sand
from sandtime.command import inputs, sheet
from sandtime.command.journal import replace, writable
from sandtime.command.options import CURRENT, plain
from sandtime.command.parser import understood
from sandtime.command.say import Halt, plural, shown
from sandtime.command.work import row
from sandtime.materials import BETA_LIMIT, ELECTRODES, electrode
from sandtime.units import cm, hour, s, uA

TIME, DENSITY, SMALL = "15 h", CURRENT, cm**2 / s
_COLUMNS = {
    "current": ((DENSITY, "28 uA"), True),
    "depletion_time": ((TIME,), False),
    "error": ((TIME,), False),
    "electrode": (None, False),
    "first": ((TIME,), False),
    "pause": ((TIME,), False),
    "second": ((TIME,), False),
}
HEADINGS = (
    "electrode", "from", "reading", "frame", "end", "D [m²/s]", "D error [m²/s]",
    "D [cm²/s]", "D error [cm²/s]",
)  # fmt: skip


def run(args):
    """Evaluate a table of strips; returns the exit status."""
    if args.out:
        inputs.not_among([args.out], [args.table])
        writable(args.out, args.force)
    table = understood(sheet.read, args.table, _COLUMNS)
    density = densities(table["current"], args.area)
    kinds = _electrodes(args, table, len(density))
    rows = []
    for name in dict.fromkeys(kinds):
        which = [k for k, kind in enumerate(kinds) if kind == name]
        own = {key: [column[k] for k in which] for key, column in table.items()}
        rows += one_electrode(electrode_of(name, args), density[which], own, args)
    if args.out:
        replace(args.out, [row(HEADINGS), *map(row, rows)])
    return 0


def densities(currents, area):
    """Current densities, A/m²: a current without an area is an error."""
    if any(kind for _, kind in currents) and area is None:
        raise Halt("the table holds currents, not current densities: --area is needed")
    return np.array([value / area if kind else value for value, kind in currents])


def _electrodes(args, table, count):
    if args.electrode is not None:
        if "electrode" in table:
            raise Halt("the table has a column electrode: then --electrode is not allowed")
        return [args.electrode] * count
    if "electrode" not in table:
        raise Halt("--electrode is needed, or a column electrode in the table")
    return table["electrode"]


def electrode_of(word, args):
    """The electrode of a name or a magnesium fraction."""
    if word in ELECTRODES:
        if args.lattice_parameter is not None:
            raise Halt(f"--lattice-parameter is not allowed for {word}: the paper's is known")
        return ELECTRODES[word]
    try:
        fraction = plain(word)
    except ValueError:
        raise Halt(
            f"electrode {shown(word)!r} is not known: it must be {', '.join(ELECTRODES)}, or a "
            "magnesium fraction as 0.07"
        ) from None
    return understood(electrode, fraction, args.lattice_parameter)


def one_electrode(foil, density, own, args):
    """Say what the strips of one electrode give; rows of the table."""
    limit = BETA_LIMIT if args.limit is None else args.limit
    every = understood(readings.readings, foil, limit)
    common = {"current": args.current_error, "concentration": args.concentration_error}
    assumed(foil, limit if len(every) > 1 else None, common)
    times = own.get("depletion_time", [None] * len(density))
    plain_ones = [k for k, time in enumerate(times) if time is not None]
    if not plain_ones:
        raise Halt(f"{foil.name}: there is no depletion time")
    current, time = density[plain_ones], np.array([times[k] for k in plain_ones])
    errors = [own["error"][k] for k in plain_ones] if "error" in own else [None]
    if None in errors and any(each is not None for each in errors):
        raise Halt(
            f"{foil.name}: the column error must be filled for every depletion time, or none"
        )
    stderr = None if None in errors else np.array(errors)
    rows = each_strip(foil, every, current, time, stderr, common)
    plot = None
    if len(time) > 1:
        case = current, time, foil.concentration
        plot = understood(sand.fit, *case, depletion_time_stderr=stderr)
        rows += _line(foil, every, plot, common)
        _with_intercept(case, stderr)
    elif stderr is not None:
        plot = understood(sand.fit, current, time, foil.concentration, depletion_time_stderr=stderr)
    _interrupted(foil, every, density, own, plot, float(current[0] ** 2 * time[0]))
    return rows


def assumed(foil, limit, common):
    """Say what was assumed."""
    print(f"{foil.name}: {foil.concentration / 1e3:.4g} mmol/cm³ of lithium, cubic cell "
          f"{foil.lattice_parameter * 1e10:.4f} Å")  # fmt: skip
    print("  assumed: a half-space, one constant diffusivity, an even current on the whole area")
    if limit is None:
        print("  without magnesium there is no β limit and one reading; voids alone can obey Sand's"
              " law, and D is then no diffusivity")  # fmt: skip
    else:
        print(f"  the β phase ends at x(Mg) = {limit:g}; which reading holds, a time does not say")
    for name, share in common.items():
        if share:
            print(f"  {name} known to {100 * share:g} %, all strips alike: counts twice")


def each_strip(foil, every, current, time, stderr, common):
    """D of each strip in each reading: said, and as rows."""
    rows = []
    for k, (i, t) in enumerate(zip(current, time, strict=True)):
        share = 0.0 if stderr is None else stderr[k] / t
        relative = float(readings.relative_error(share, **common))
        known = stderr is not None or relative > 0
        print(f"  {i / (uA / cm**2):.6g} µA/cm², t0 = {t / hour:.6g} h")
        for each in every:
            D = float(each.diffusivity(i, t))
            rows.append(_row(foil, f"{i / (uA / cm**2):.6g} µA/cm²", each, D, D * relative, known))
            print(f"    {said_of(D, D * relative, known)}  {each.frame}, {each.end}")
    return rows


def said_of(D, error, known=True):
    """A diffusivity in cm²/s, with its error if there is one.

    >>> said_of(1.52e-15, 3e-17), said_of(1.52e-15, 0, False)
    ('D = (1.520e-11 ± 3.0e-13) cm²/s', 'D = 1.520e-11 cm²/s')
    """
    if not known:
        return f"D = {D / SMALL:.3e} cm²/s"
    return f"D = ({D / SMALL:.3e} ± {error / SMALL:.1e}) cm²/s"


def _row(foil, what, reading, D, error, known):
    errors = (error, error / SMALL) if known else ("", "")
    cells = D, errors[0], D / SMALL, errors[1]
    return [foil.name, what, reading.name, reading.frame, reading.end, *cells]


def _line(foil, every, plot, common):
    """The Sand plot through the origin, and D of its slope in each reading."""
    print(f"  Sand plot through the origin: slope {plot.slope:.6g} ± {plot.slope_stderr:.2g} "
          f"m²/(A √s), {plural(plot.degrees_of_freedom, 'degree')} of freedom")  # fmt: skip
    share = plot.diffusivity_stderr / plot.diffusivity
    relative = float(readings.relative_error(share, **common))
    rows = []
    for each in every:
        D = each.factor * plot.diffusivity
        rows.append(_row(foil, "Sand plot", each, D, D * relative, True))
        print(f"    {said_of(D, D * relative)}  {each.frame}, {each.end}")
    return rows


def _with_intercept(case, stderr):
    """The line with an intercept, and its covariance."""
    try:
        plot = sand.fit(*case, through_origin=False, depletion_time_stderr=stderr)
    except ValueError as error:
        print(f"  no line with intercept: {error}")
        return
    correlation = plot.covariance[0, 1] / (plot.slope_stderr * plot.intercept_stderr or np.nan)
    print(f"  with intercept: slope {plot.slope:.6g} ± {plot.slope_stderr:.2g} m²/(A √s), "
          f"intercept {plot.intercept:.3g} ± {plot.intercept_stderr:.2g} 1/√s, correlation "
          f"{correlation:.3f} (Sand's law has no intercept)")  # fmt: skip


def _interrupted(foil, every, density, own, plot, product):
    """Compare interrupted strips with what the others predict."""
    columns = [own.get(name, [None] * len(density)) for name in ("first", "pause", "second")]
    for i, *durations in zip(density, *columns, strict=True):
        given = [each for each in durations if each is not None]
        if not given:
            continue
        if len(given) < 3:
            raise Halt(f"{foil.name}: an interrupted strip needs first, pause and second")
        first, pause, second = given
        whole = plot.depletion_time(i) if plot is not None else product / i**2
        share = plot.diffusivity_stderr / plot.diffusivity if plot is not None else np.nan
        implied = float(readings.interrupted(first, pause, second))
        print(f"  interrupted at {i / (uA / cm**2):.6g} µA/cm²: {first / hour:.4g} h, pause "
              f"{pause / hour:.4g} h, then {second / hour:.4g} h")  # fmt: skip
        print(f"    t0 it implies {implied / hour:.4g} h, against {whole / hour:.4g} h "
              f"(± {100 * share:.2g} %) without a pause: ratio {implied / whole:.3f}")  # fmt: skip
        print(
            f"    the second strip would last {(whole - first) / hour:.4g} h if nothing came back"
        )
        if first >= whole:
            print("    the first strip is longer than t0: nothing to predict")
            continue
        frames = {each.frame: each for each in every}
        for frame, each in frames.items():
            lasts = each.second_strip(i, whole, first, pause)
            print(f"    and {lasts / hour:.4g} h with a constant D in a {frame} frame")
