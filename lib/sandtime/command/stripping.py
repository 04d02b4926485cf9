"""``sandtime strip``: what a series of spectra during a strip says."""

import numpy as np

from sandtime import eis, readings
from sandtime.campaign import own
from sandtime.campaign.protocol import CIRCUIT, CRITERION
from sandtime.command import inputs
from sandtime.command.fitting import circuit_of, said_of
from sandtime.command.journal import replace, writable
from sandtime.command.parser import reading_of, understood
from sandtime.command.sanding import assumed, electrode_of
from sandtime.command.sanding import said_of as in_words
from sandtime.command.say import Halt, plural, shown, warn
from sandtime.command.work import arrays, load, row, sweeps
from sandtime.materials import BETA_LIMIT
from sandtime.units import cm, hour, kohm, to_celsius, uA, um

HEADINGS = (
    "file", "sweep", "time [s]", "charge [C/m²]", "R_int [Ω m²]", "R_int error [Ω m²]",
    "R_int at 25 °C [Ω m²]", "R in series [Ω m²]", "C by Brug [F/m²]", "C by Hsu-Mansfeld [F/m²]",
    "contact by Brug", "contact by Hsu-Mansfeld", "converged", "adequate", "reason",
)  # fmt: skip


def run(args):
    """Evaluate a series; returns the exit status."""
    reading = reading_of(args)
    files = inputs.expand(args.files, [args.out])
    if args.out:
        inputs.not_among([args.out], files)
        writable(args.out, args.force)
    value, kind = args.current
    density = value / args.area if kind else value
    foil = electrode_of(args.electrode, args)
    circuit, options = _options(args)
    every, broken = _sweeps(files, reading)
    spectra = _together(every, args.interval, args.one_clock)
    case = {"electrode": foil, "current": density, "temperature": args.temperature}
    series = understood(own.series, spectra, **case, began=args.began)
    found = understood(own.analyse, series, area=args.area, circuit=circuit, **options)
    _say_series(found, circuit, density, args)
    _say_times(found, foil, density, args)
    if args.out:
        rows = _rows(every, found)
        replace(args.out, [row(HEADINGS), *map(row, rows)])
    return int(bool(broken))


def _options(args):
    """The circuit, and what belongs to it."""
    if args.circuit is None:
        for name in ("interface", "pellet", "negative"):
            if getattr(args, name):
                raise Halt(f"--{name} is not allowed without --circuit: the paper's is taken")
        args.circuit, interface, pellet = CIRCUIT, "int", ["bulk", "gb"]
    else:
        if not (args.interface and args.pellet):
            raise Halt("--circuit needs --interface and --pellet: what is what in it")
        interface, pellet = args.interface, args.pellet
    circuit = circuit_of(args)
    for label in pellet:
        if f"{label}.R" not in circuit.names:
            raise Halt(f"--pellet {label}: {circuit.string!r} has no {label}.R")
    said = said_of(args, circuit)
    options = {name: value or None for name, value in said.items()}
    options |= {"interface": interface, "pellet": pellet, "drift": args.drift}
    return circuit, options | {"sigma": args.sigma}


def _sweeps(files, reading):
    """All sweeps of the files that can be read, and how many cannot."""
    every, broken = [], 0
    for name in files:
        loaded = load(name, reading)
        if loaded.wrong:
            broken += 1
            warn(f"{shown(name)}: {loaded.wrong}")
        for words in loaded.warnings:
            warn(f"{shown(name)}: {words}")
        every += sweeps(loaded)
    if len(every) < 3:
        raise Halt(f"a strip needs at least three spectra, and these are {len(every)}", 1)
    return every, broken


def _together(every, interval, one_clock):
    """One series of sweeps, in the order of their times."""
    for sweep in every:
        if not np.array_equal(sweep.frequency, every[0].frequency):
            raise Halt(
                f"{shown(sweep.name)} has other frequencies than {shown(every[0].name)}: a series "
                "needs the same for all"
            )
    several = len({sweep.name for sweep in every if sweep.time is not None}) > 1
    if interval is not None:
        if not several and any(sweep.time is not None for sweep in every):
            raise Halt("--interval is not allowed: the file holds the times")
        for k, sweep in enumerate(every):
            if sweep.point_time is not None:
                sweep.point_time = sweep.point_time + (k * interval - sweep.time)
            sweep.time = k * interval
    elif several and not one_clock:
        raise Halt(
            "several files hold times: --one-clock says that they count from one moment, "
            "--interval how far the spectra are apart"
        )
    if any(sweep.time is None for sweep in every):
        nameless = next(sweep.name for sweep in every if sweep.time is None)
        raise Halt(f"{shown(nameless)} holds no times: --interval is needed")
    every.sort(key=lambda sweep: sweep.time)
    if len({sweep.point_time is None for sweep in every}) > 1:
        raise Halt("some files hold times of points and others do not")
    masks = [sweep.mask for sweep in every]
    if any(mask is not None for mask in masks):
        for sweep in every:
            sweep.mask = np.isfinite(sweep.impedance)
    impedance, mask, point_time = arrays(every)
    time = np.array([sweep.time for sweep in every])
    return eis.Spectra(every[0].frequency, impedance, time, point_time, mask)


def _say_series(found, circuit, density, args):
    """What was assumed, and how the series begins and ends."""
    print(f"{plural(len(found.time), 'spectrum')}, {circuit.string}, "
          f"{density / (uA / cm**2):.6g} µA/cm² on {args.area / cm**2:.6g} cm², "
          f"{to_celsius(args.temperature):.4g} °C")  # fmt: skip
    print(f"  time runs from {args.began:g} s on the clock of the files, when the current was "
          "switched on; a spectrum stands at its middle if its points have times")  # fmt: skip
    converged = np.count_nonzero(found.fit.converged)
    print(
        f"  {converged:,} converged, {np.count_nonzero(found.adequate):,} described by the circuit"
    )
    unit = kohm * cm**2
    print(f"  R in series {found.pellet_resistance / unit:.4g} kΩ cm² (median)")
    for k, words in ((0, "first"), (-1, "last")):
        print(f"  {words}: {found.time[k] / hour:.4g} h, R_int ({found.resistance[k] / unit:.4g} ± "
              f"{found.resistance_error[k] / unit:.2g}) kΩ cm²")  # fmt: skip
        for how, capacitance in found.capacitance.items():
            print(f"    {how}: C = {capacitance[k] * 1e6 * cm**2:.4g} µF/cm², contact "
                  f"{100 * own.contact(found, how)[k]:.3g} % of the first")  # fmt: skip


def _say_times(found, foil, density, args):
    """Depletion times by three criteria, D in each frame, and forecasts."""
    limit = BETA_LIMIT if args.limit is None else args.limit
    every = understood(readings.readings, foil, limit)
    common = {"current": args.current_error, "concentration": args.concentration_error}
    assumed(foil, limit if len(every) > 1 else None, common)
    level = CRITERION if args.criterion is None else args.criterion
    for words, _, time, error in own.criteria(found, level):
        if not np.isfinite(time):
            print(f"  {words}: not reached")
            continue
        print(f"  {words}: t0 = ({time / hour:.6g} ± {error / hour:.2g}) h")
        relative = float(readings.relative_error(error / time, **common))
        for each in every:
            D = float(each.diffusivity(density, time))
            print(f"    {in_words(D, D * relative)}  {each.frame}, {each.end}")
            if args.foil is not None:
                reach = 2 * np.sqrt(D * time)
                if reach > args.foil / 2:
                    print(f"      not a half-space: diffusion reaches {reach / um:.3g} µm of the "
                          f"foil's {args.foil / um:.3g} µm")  # fmt: skip
            for thickness in args.forecast or ():
                used = each.utilisation(density, D, thickness)
                print(f"      a foil of {thickness / um:.4g} µm delivers {100 * used:.3g} % of its "
                      "lithium at this current")  # fmt: skip


def _rows(every, found):
    """Rows of the table, one for each spectrum."""
    fit = found.fit
    series = found.bulk_resistance + found.grain_boundary_resistance
    columns = (
        found.time, found.charge, found.resistance, found.resistance_error,
        found.resistance_at_room, series, *found.capacitance.values(),
        *(own.contact(found, how) for how in found.capacitance),
        fit.converged, fit.adequate, fit.reason,
    )  # fmt: skip
    for sweep, *cells in zip(every, *columns, strict=True):
        yield [sweep.name, sweep.label, *cells]
