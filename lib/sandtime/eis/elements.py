r"""The elements circuits are made of, one record each (chapters *Spectrum*, *Your own spectrum*).

A record holds everything that reading, fitting and translating need to know of an element: its
formula with exact derivatives, and of each parameter the unit, how it scales, where it runs when
the element is not there, and whether it may be negative.  Nothing else in `eis` knows an element by
its name.

A reader's own element is one more record, here Cole and Davidson's arc,
:math:`Z = R/(1+j\omega\tau)^b`:

>>> @register("CD", "Cole-Davidson arc", Parameter("R", "Ω", [(1, 0)], signed=True),
...           Parameter("tau", "s", [(0, -1)]), Parameter("b", "", exponent=True),
...           source="D. W. Davidson and R. H. Cole, J. Chem. Phys. 19 (1951) 1484")
... def cole_davidson(omega, R, tau, b):
...     share = (1 + 1j * omega * tau) ** -b
...     return R * share, lambda: (
...         share,
...         -R * b * 1j * omega * share / (1 + 1j * omega * tau),
...         -R * share * np.log(1 + 1j * omega * tau),
...     )

It is checked here, its derivatives against differences of its formula and its powers against how
the formula scales, and from then on stands in circuits like all others: ``Circuit("R_0-CD_int")``.
In another process, such as the worker of a pool, it has to be registered again: put it into a
module that both import.

>>> unregister("CD")
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np


@dataclass(frozen=True)
class Parameter:
    """One parameter of an element.

    Attributes
    ----------
    symbol : str
        Its name after the label of the element: ``R`` of ``gb.R``.
    unit : str
        For an impedance in Ω.
    powers : sequence of (float, float)
        It scales with these powers of impedance and angular frequency: a capacitance,
        :math:`1/(\\omega Z)`, with (-1, -1).  Two of them are the ends of a range: Q of a
        constant-phase element goes from (-1, 0) to (-1, -1) with its exponent.  None for an
        exponent.
    vanishes : {-1, 0, 1}
        Where it runs when the element is not there: -1 to zero, 1 to infinity.  0 for all others,
        and for elements of several parameters, where the others would lose their meaning with it.
    exponent : bool
        Whether it is a number from 0 to 1.
    signed : bool
        Whether a circuit may allow it to be negative: resistances, and the capacitance beside one.
    """

    symbol: str
    unit: str
    powers: tuple = ()
    vanishes: int = 0
    exponent: bool = False
    signed: bool = False

    def __post_init__(self):
        object.__setattr__(self, "powers", tuple((float(a), float(b)) for a, b in self.powers))
        if not re.fullmatch(r"[^\W\d_]\w*", self.symbol):
            raise ValueError(f"symbol = {self.symbol!r} is not allowed: a letter comes first")
        if bool(self.powers) == self.exponent:
            raise ValueError(
                f"powers of {self.symbol!r} = {self.powers} is not allowed: an exponent has none, "
                "every other parameter at least one pair"
            )
        if self.vanishes not in (-1, 0, 1):
            raise ValueError(f"vanishes = {self.vanishes!r} is not allowed: it is -1, 0 or 1")


@dataclass(frozen=True)
class Foreign:
    """How impedance.py writes an element: its symbol, and its values for ours and back."""

    symbol: str
    values: Callable = lambda *ours: ours
    back: Callable = lambda *theirs: theirs


@dataclass(frozen=True)
class Element:
    """What there is to know of an element; `register` makes it.

    Attributes
    ----------
    symbol : str
        As it stands in a circuit.
    name : str
    function : callable
        Angular frequency in rad/s and the parameters, which broadcast, to the impedance and a
        function that gives the derivatives, one for each parameter: whoever needs only the
        impedance does not pay for them.
    parameters : tuple of Parameter
    source : str
    foreign : Foreign or None
        None if impedance.py has no such element.
    """

    symbol: str
    name: str
    function: Callable
    parameters: tuple
    source: str
    foreign: Foreign | None = None


_REGISTER = {}
ELEMENTS = MappingProxyType(_REGISTER)  # symbol → Element


def register(symbol, name, *parameters, source, foreign=None):
    """Decorator: make an element of the function below it.

    Parameters
    ----------
    symbol : str
        Letters; not that of another element, nor ``p``.
    name : str
    *parameters : Parameter
        In the order of the function's arguments after omega.
    source : str
        Where the formula stands.
    foreign : Foreign, optional
        How impedance.py writes it.

    Raises
    ------
    ValueError
        If the symbol is taken or malformed, parameters and arguments do not match, the source is
        missing, a derivative is not that of the formula, or it does not scale by the powers
        given; the message says which.

    Examples
    --------
    >>> @register("R", "another resistor", Parameter("R", "Ω", [(1, 0)]), source="here")
    ... def again(omega, R):
    ...     return R + 0j * omega, lambda: (1 + 0j * omega,)
    Traceback (most recent call last):
    ...
    ValueError: symbol = 'R' is not allowed: the resistor has it
    """
    if not re.fullmatch(r"[^\W\d_]+", symbol) or symbol == "p":
        raise ValueError(f"symbol = {symbol!r} is not allowed: it must be letters, and not p")
    if symbol in _REGISTER:
        raise ValueError(f"symbol = {symbol!r} is not allowed: the {_REGISTER[symbol].name} has it")
    if not source.strip():
        raise ValueError(f"source of {symbol!r} is empty: say where the formula stands")

    alone = len(parameters) == 1
    if lost := [each.symbol for each in parameters if each.vanishes and not alone]:
        raise ValueError(
            f"{symbol!r}: {lost[0]} cannot vanish, since the other parameters would lose their "
            "meaning with it"
        )

    def record(function):
        arguments = list(inspect.signature(function).parameters)[1:]
        if not parameters or arguments != [each.symbol for each in parameters]:
            raise ValueError(
                f"{symbol!r} has the parameters {[p.symbol for p in parameters]}, its function "
                f"takes omega and {arguments}: they must match"
            )
        element = Element(symbol, name, function, tuple(parameters), source, foreign)
        _check(element)
        _REGISTER[symbol] = element
        return function

    return record


def unregister(symbol):
    """Take away an element of a reader's own; the book's are not to be taken away."""
    if symbol in _BUILT_IN or symbol not in _REGISTER:
        raise ValueError(f"symbol = {symbol!r} is not allowed: it must be an element of your own")
    del _REGISTER[symbol]


_OMEGA = np.array([[0.3], [1.0], [7.0]])  # where an element is tried, in rad/s


def _check(element):
    """An error unless formula, derivatives and powers agree, at a few places."""
    rng = np.random.default_rng(0)
    for _ in range(3):
        values = [
            rng.uniform(0.5, 0.9, 2) if each.exponent else rng.uniform(0.3, 3, 2)
            for each in element.parameters
        ]
        Z, slopes = _tried(element, values)
        for k, each in enumerate(element.parameters):
            ends = []
            for step in (1e-5, -1e-5):
                moved = [v * (1 + step) if i == k else v for i, v in enumerate(values)]
                ends.append(_tried(element, moved)[0])
            expected = (ends[0] - ends[1]) / (2e-5 * values[k])
            if not np.allclose(slopes[k], expected, rtol=1e-5, atol=1e-7 * np.abs(Z).max()):
                raise ValueError(
                    f"{element.symbol!r}: the derivative with respect to {each.symbol} is not that "
                    "of the formula"
                )
        for larger, word, axis in ((3.0, 1.0), "impedances", 0), ((1.0, 3.0), "frequencies", 1):
            powers = [{pair[axis] for pair in each.powers} for each in element.parameters]
            if any(len(each) > 1 for each in powers):
                continue  # a power that the exponent decides
            scaled = [
                v * np.prod(larger) ** each.pop() if each else v
                for v, each in zip(values, powers, strict=True)
            ]
            if not np.allclose(_tried(element, scaled, larger[1])[0], larger[0] * Z, rtol=1e-9):
                raise ValueError(
                    f"{element.symbol!r}: with {word} three times as large, its parameters do not "
                    "grow by the powers given.  A constant in the formula has to be a parameter "
                    "as well, which a fit can hold fixed"
                )


def _tried(element, values, faster=1.0):
    """Impedance and derivatives, if they are what they must be."""
    try:
        Z, derivatives = element.function(_OMEGA * faster, *values)
        slopes = derivatives()
        shapes = [np.shape(Z)] + [np.broadcast_shapes((3, 2), np.shape(each)) for each in slopes]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{element.symbol!r}: the function must return an impedance and a function that gives "
            f"the derivatives ({error})"
        ) from error
    if len(slopes) != len(values) or set(shapes) != {(3, 2)}:
        raise ValueError(
            f"{element.symbol!r}: for omega (3, 1) and values (2,) the function must give an "
            f"impedance of shape (3, 2) and {len(values)} derivatives; it gave {np.shape(Z)} and "
            f"{len(slopes)}"
        )
    if not np.isfinite([Z, *np.broadcast_arrays(*slopes, Z)]).all():
        raise ValueError(f"{element.symbol!r}: impedance or derivatives are not finite")
    return Z, slopes


def _power(x, alpha):
    """(jx)^α; of the branches of the power, the principal one."""
    return np.exp(alpha * np.log(x)) * np.exp(0.5j * np.pi * alpha)


def _tanh(x):
    """s = √(jx) and tanh s, in real arithmetic without overflow.

    With s = (1 + j) r it is (sinh 2r + j sin 2r)/(cosh 2r + cos 2r), here times 2 exp(-2r).
    """
    r = np.sqrt(x / 2)
    twice = 2 * r
    small = np.expm1(-twice)
    square = small * (small + 2)  # exp(-4r) - 1
    small += 1
    sine, cosine = small * np.sin(twice), small * np.cos(twice)
    below = 2 + square + 2 * cosine
    t = np.empty(np.shape(below), complex)
    t.real, t.imag = -square / below, 2 * sine / below
    return r * (1 + 1j), t


def _coth(s, t):
    """coth(s)/s and 1/sinh²(s) of s and its tanh."""
    return 1 / (s * t), 1 / (t * t) - 1


_ALPHA = Parameter("alpha", "", exponent=True)


# Names differ between elements that stand side by side under one number, as in R1-Wo1.


def _resistance(symbol="R", vanishes=0):
    return Parameter(symbol, "Ω", [(1, 0)], vanishes=vanishes, signed=True)


def _time(symbol):
    return Parameter(symbol, "s", [(0, -1)])


@register(
    "R", "resistor", _resistance(vanishes=-1), source="G. S. Ohm (1827)", foreign=Foreign("R")
)
def resistor(omega, R):
    r"""Resistor, :math:`Z = R`.

    >>> print(resistor(1.0, 60.0)[0])
    (60+0j)
    """
    shape = np.broadcast(omega, R).shape
    return R + np.zeros(shape, complex), lambda: (np.ones(shape, complex),)


@register(
    "C",
    "capacitor",
    Parameter("C", "F", [(-1, -1)], vanishes=1, signed=True),
    source="E. Barsoukov and J. R. Macdonald (eds.), Impedance Spectroscopy, 2nd ed. (2005), § 1.2",
    foreign=Foreign("C"),
)
def capacitor(omega, C):
    r"""Capacitor, :math:`Z = 1/(j\omega C)`.

    >>> print(capacitor(1e3, 1e-6)[0].imag)
    -1000.0
    """
    Z = -1j / (omega * C)
    return Z, lambda: (Z * (-1 / C),)


@register(
    "L",
    "inductor",
    Parameter("L", "H", [(1, -1)], vanishes=-1),
    source="E. Barsoukov and J. R. Macdonald (eds.), Impedance Spectroscopy, 2nd ed. (2005), § 1.2",
    foreign=Foreign("L"),
)
def inductor(omega, L):
    r"""Inductor, :math:`Z = j\omega L`.

    >>> print(inductor(1e6, 1e-6)[0])
    1j
    """
    slope = 1j * omega + np.zeros(np.shape(L))
    return slope * L, lambda: (slope,)


@register(
    "CPE",
    "constant-phase element",
    Parameter("Q", "s^α/Ω", [(-1, 0), (-1, -1)]),
    _ALPHA,
    source="G. J. Brug et al., J. Electroanal. Chem. 176 (1984) 275",
    foreign=Foreign("CPE"),
)
def constant_phase(omega, Q, alpha):
    r"""Constant-phase element, :math:`Z = 1/(Q\,(j\omega)^\alpha)`; with α = 1 a capacitor.

    >>> print(np.round(constant_phase(100.0, 1e-3, 0.5)[0], 6))
    (70.710678-70.710678j)
    """
    Z = 1 / (Q * _power(omega, alpha))
    return Z, lambda: (Z * (-1 / Q), Z * (-np.log(omega) - 0.5j * np.pi))


@register(
    "La",
    "lossy inductor",
    Parameter("L", "Ω s^a", [(1, 0), (1, -1)]),
    Parameter("a", "", exponent=True),
    source="BioLogic, EC-Lab Application Note 42 (2019)",
    # impedance.py 1.7.1 computes (jωL)^α where its text says L (jω)^α (its issue 286)
    foreign=Foreign("La", lambda L, a: (L ** (1 / a), a), lambda L, a: (L**a, a)),
)
def lossy_inductor(omega, L, a):
    r"""Inductor with losses, :math:`Z = L\,(j\omega)^a`; with a = 1 an inductor.

    >>> print(lossy_inductor(1e6, 1e-6, 1.0)[0].round(9))
    1j
    """
    slope = _power(omega, a) + np.zeros(np.shape(L))
    return slope * L, lambda: (slope, slope * L * (np.log(omega) + 0.5j * np.pi))


@register(
    "W",
    "semi-infinite Warburg element",
    Parameter("sigma", "Ω s^-½", [(1, 0.5)], vanishes=-1),
    source="E. Warburg, Ann. Phys. 303 (1899) 493",
    foreign=Foreign("W"),
)
def warburg(omega, sigma):
    r"""Semi-infinite diffusion, :math:`Z = \sigma\,(1-j)/\sqrt\omega`.

    >>> print(warburg(100.0, 5.0)[0])
    (0.5-0.5j)
    """
    slope = (1 - 1j) / np.sqrt(omega) + np.zeros(np.shape(sigma))
    return slope * sigma, lambda: (slope,)


@register(
    "Ws",
    "Warburg element that ends in a reservoir",
    _resistance("Z0"),
    _time("tau_d"),
    source="D. R. Franceschetti and J. R. Macdonald, J. Electroanal. Chem. 101 (1979) 307",
    foreign=Foreign("Ws"),
)
def short_warburg(omega, Z0, tau_d):
    r"""Diffusion over a length whose far end keeps its concentration ("short"),

    .. math:: Z = Z_0\,\frac{\tanh\sqrt{j\omega\tau_d}}{\sqrt{j\omega\tau_d}}, \qquad
              \tau_d = l^2/D,

    which is Z0 for low frequencies and a semi-infinite Warburg element for high ones.

    >>> print(short_warburg(1e-6, 50.0, 1.0)[0].real.round(6))
    50.0
    """
    s, t = _tanh(omega * tau_d)
    share = t / s
    return Z0 * share, lambda: (share, Z0 / (2 * tau_d) * (1 - t * t - share))


@register(
    "Wo",
    "Warburg element that ends at a wall",
    _resistance("Z0"),
    _time("tau_d"),
    source="C. Ho, I. D. Raistrick and R. A. Huggins, J. Electrochem. Soc. 127 (1980) 343",
    foreign=Foreign("Wo"),
)
def open_warburg(omega, Z0, tau_d):
    r"""Diffusion over a length whose far end is blocked ("open"),

    .. math:: Z = Z_0\,\frac{\coth\sqrt{j\omega\tau_d}}{\sqrt{j\omega\tau_d}}, \qquad
              \tau_d = l^2/D,

    which is Z0/3 and the capacitance τ_d/Z0 for low frequencies.

    >>> print(open_warburg(1e-3, 30.0, 1.0)[0].round(1))
    (10-30000j)
    """
    share, sinh = _coth(*_tanh(omega * tau_d))
    return Z0 * share, lambda: (share, -Z0 / (2 * tau_d) * (share + sinh))


@register(
    "G",
    "Gerischer element",
    _resistance("R_G"),
    _time("t_G"),
    source="H. Gerischer, Z. Phys. Chem. 198 (1951) 286",
    foreign=Foreign("G"),
)
def gerischer(omega, R_G, t_G):
    r"""Diffusion with a reaction on the way, :math:`Z = R_G/\sqrt{1 + j\omega t_G}`.

    >>> print(gerischer(1e-9, 20.0, 1.0)[0].real)
    20.0
    """
    inner = 1 + 1j * omega * t_G
    share = 1 / np.sqrt(inner)
    return R_G * share, lambda: (share, -0.5j * omega * R_G * share / inner)


@register(
    "TLMQ",
    "transmission line of a porous electrode",
    _resistance("R_ion"),
    Parameter("Q_s", "s^γ/Ω", [(-1, 0), (-1, -1)]),
    Parameter("gamma", "", exponent=True),
    source="J. Landesfeind et al., J. Electrochem. Soc. 163 (2016) A1373, Eq. 11",
    foreign=Foreign("TLMQ"),
)
def transmission_line(omega, R_ion, Q_s, gamma):
    r"""Pores of ionic resistance R_ion with walls that block, a constant-phase element in all,

    .. math:: Z = \sqrt{R_{ion} Z_s}\,\coth\sqrt{R_{ion}/Z_s}, \qquad
              Z_s = \frac{1}{Q_s\,(j\omega)^\gamma},

    which is R_ion/3 beside the whole of the wall for low frequencies.

    >>> print(transmission_line(1e-3, 30.0, 1.0, 1.0)[0].round(1))
    (10-1000j)
    """
    s = np.sqrt(R_ion * Q_s + 0j) * _power(omega, gamma / 2)
    share, sinh = _coth(s, np.tanh(s))

    def derivatives():
        bend = -R_ion / 2 * (share + sinh)  # with respect to ln (R_ion Q_s (jω)^γ)
        return share + bend / R_ion, bend / Q_s, bend * (np.log(omega) + 0.5j * np.pi)

    return R_ion * share, derivatives


@register(
    "K", "RC arc", _resistance(), _time("tau"), source="impedance.py 1.7.1", foreign=Foreign("K")
)
def rc_arc(omega, R, tau):
    r"""Semicircle, :math:`Z = R/(1 + j\omega\tau)`: a Zarc with the exponent 1.

    >>> print(rc_arc(1e6, 60.0, 1e-6)[0])
    (30-30j)
    """
    share = 1 / (1 + 1j * omega * tau)
    return R * share, lambda: (share, -1j * omega * R * share**2)


@register(
    "Zarc",
    "depressed arc",
    _resistance(),
    _time("tau"),
    _ALPHA,
    source="K. S. Cole and R. H. Cole, J. Chem. Phys. 9 (1941) 341",
    foreign=Foreign("Zarc"),
)
def zarc(omega, R, tau, alpha):
    r"""Depressed arc, :math:`Z = R/(1 + (j\omega\tau)^\alpha)`.

    1/τ is the angular frequency at the top of the arc; with α = 1 the arc is a semicircle.  The
    same as R beside a constant-phase element of :math:`Q = \tau^\alpha/R`.

    >>> print(zarc(1e6, 60.0, 1e-6, 1.0)[0])
    (30-30j)
    """
    power = _power(omega * tau, alpha)
    share = 1 / (1 + power)

    def derivatives():
        # with respect to ln (jωτ)^α; small wherever the arc is short-circuited or complete
        slope = -R * share * (share * power)
        turn = np.log(omega * tau) + 0.5j * np.pi
        return share, slope * alpha / tau, slope * turn

    return R * share, derivatives


_BUILT_IN = frozenset(_REGISTER)
