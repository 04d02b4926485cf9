"""Questions by code and with data of chapter *Trust*: dates, slices, drift."""

import functools

import numpy as np

from sandtime import campaign, eis
from sandtime.campaign.analysis import FIXED
from sandtime.campaign.interface import Interface, pellet
from sandtime.exercises.question import Mistake, Open, Question
from sandtime.units import cm, kohm

CELL, FREQUENCY, SWEEP = eis.Circuit(campaign.CIRCUIT), campaign.FREQUENCY, campaign.SWEEP


def _state(resistance, contact, alpha=0.9):
    """A cell at 25 °C whose interface has this resistance and this share of contact."""
    Q = Interface(resistance).element(contact)
    own = {"int.R": resistance, "int.tau": (resistance * Q) ** (1 / alpha), "int.alpha": alpha}
    return pellet(campaign.ROOM) | own


STATES = tuple(
    _state(R * kohm * cm**2, contact)
    for R, contact in ((0.27, 1.0), (1.0, 0.6), (3.0, 0.5), (10.0, 0.4))
)


def _date(state, free=None, weighted=True):
    """Seconds into the sweep at which a steady fit dates the interface's resistance."""
    free = [name for name in CELL.names if name not in FIXED] if free is None else free
    Z, J = CELL.impedance(FREQUENCY, state), CELL.derivatives(FREQUENCY, state)
    weight = np.abs(np.ravel(Z)) if weighted else np.ones(len(FREQUENCY))
    J = np.reshape(J, (len(FREQUENCY), -1)) * [state[name] for name in CELL.names]
    J = J / weight[:, None]
    shift = J[:, CELL.names.index("int.R")] * campaign.point_times()
    J = J[:, [CELL.names.index(name) for name in free]]
    found = np.linalg.lstsq(np.vstack([J.real, J.imag]), np.r_[shift.real, shift.imag])[0]
    return found[list(free).index("int.R")]


def _sweeps(state, growth):
    """Three sweeps in a row of an interface that grows by this share in each."""
    points = campaign.point_times()
    times = SWEEP * np.arange(-1, 2)[:, None] + points
    R = state["int.R"] * np.exp(np.log1p(growth) / SWEEP * (times - points.mean()))
    return times, CELL.impedance(FREQUENCY, state | {"int.R": R})


def _parts(Z):
    return np.array([Z.real, Z.imag])


def _slice(times, Z, moment):
    """Real and imaginary part at one moment, by a parabola of ln Z at each frequency."""
    total = 0
    for k in range(3):
        others = [times[m] for m in range(3) if m != k]
        weight = np.prod([(moment - t) / (times[k] - t) for t in others], axis=0)
        total = total + weight * np.log(Z[k])
    return _parts(np.exp(total))


def _line(times, Z, moment):
    share = (moment - times[0]) / (times[2] - times[0])
    return _parts(Z[0] + share * (Z[2] - Z[0]))


@functools.cache
def _late():
    """Resistances around the crossing of a synthetic series: two before and one after, and all."""
    R = campaign.analyse(campaign.measure(campaign.cell("li-200"))).resistance
    after = int(np.argmax(campaign.CRITERION < R))
    return R[after - 2], R[after - 1], R[after], R[0], after


BY_CODE = (
    Question(
        "trust-date",
        "seconds into the sweep at which a steady fit dates R_int",
        _date,
        "s",
        cases=tuple((state,) for state in STATES),
        rtol=5e-3,
        level=3,
        minutes=30,
        outcome="trust-2",
        arguments=("state",),
        mistakes=(
            Mistake(
                "the middle of the sweep",
                lambda state: campaign.point_times()[[0, -1]].mean(),
                "This is half time. Which points hold the resistance, and when are they measured?",
            ),
            Mistake(
                "the interface alone",
                lambda state: _date(state, ["int.R"]),
                "Here only R_int is free. The other parameters take part of the disturbance: all "
                "free ones of TOLD belong into J.",
            ),
            Mistake(
                "without weights",
                lambda state: _date(state, weighted=False),
                "The fit weighs by the modulus: divide the rows of J and of the disturbance by "
                "|Z|.",
            ),
            Mistake(
                "the mean of the dates",
                lambda state: campaign.point_times().mean(),
                "This weighs every point alike. The weights follow from the derivatives of Z.",
            ),
        ),
    ),
    Question(
        "trust-slice",
        "real and imaginary part of the spectrum of one moment",
        _slice,
        "Ω m²",
        cases=tuple(
            (*_sweeps(state, growth), campaign.point_times().mean() + later)
            for state, growth, later in zip(
                STATES, (0.2, 0.1, 0.3, 0.2), (0.0, 4.0, -6.0, 8.0), strict=True
            )
        ),
        rtol=5e-3,
        atol=1e-5,
        level=2,
        minutes=20,
        outcome="trust-2",
        arguments=("times", "Z", "moment"),
        mistakes=(
            Mistake(
                "the sweep in the middle",
                lambda times, Z, moment: _parts(Z[1]),
                "This is the second sweep as it was measured, or the mean of the three. Its points"
                " were taken at other moments than the one asked for.",
            ),
            Mistake(
                "a line through the outer sweeps",
                _line,
                "A straight line through the first and the third sweep. What grows by a share each"
                " time bends: use all three, and ln Z.",
            ),
        ),
    ),
)

BY_DATA = (
    Question(
        "trust-data",
        "growth of R_int from the last spectrum before 10 kΩ cm² to the first after",
        lambda: _late()[2] / _late()[1] - 1,
        "%",
        rtol=0.05,
        kind="data",
        level=2,
        minutes=15,
        outcome="trust-2",
        mistakes=(
            Mistake(
                "the factor",
                lambda: _late()[2] / _late()[1],
                "This is the factor. Take one away to get the growth.",
            ),
            Mistake(
                "two sweeps",
                lambda: _late()[2] / _late()[0] - 1,
                "This is the growth over two sweeps. Take neighbours.",
            ),
            Mistake(
                "the mean of the strip",
                lambda: (_late()[2] / _late()[3]) ** (1 / _late()[4]) - 1,
                "This is the mean growth of all sweeps. The last one grows faster than the mean.",
            ),
        ),
    ),
)

OPEN = (
    Open(
        "trust-own",
        (
            "The spectrum is read, plotted and tested, with the number that the test gives and "
            "what was expected of noise.",
            "How much growth would have been noticed, found by putting growth into this very "
            "sweep.",
            "If it fails: which of drift, inductive loop, contact noise or weights, with a reason "
            "from the residuals.",
            "A measurement that would tell them apart, such as the opposite order of frequencies "
            "or another amplitude.",
        ),
        level=3,
        minutes=40,
        outcome="trust-2",
    ),
)

QUESTIONS = BY_CODE + BY_DATA + OPEN
