r"""Equivalent circuits: a string becomes named parameters, an impedance and its exact derivatives
(chapter *Spectrum*).

The strings are those of impedance.py: elements in series are joined by ``-``, elements in parallel
stand in ``p(,)``, and every element carries a label, here a number or a word::

    R_0-p(R_gb,CPE_gb)-Zarc_int

They are parsed, never evaluated as code.  A parameter is called by the label of its element and its
own symbol: ``0.R``, ``gb.R``, ``gb.Q``, ``gb.alpha``, ``int.tau``.

Derivatives follow the circuit.  In series they add nothing to each other; a branch :math:`Z_k` of a
parallel connection passes its own on by the chain rule,

.. math:: \frac1Z = \sum_k \frac1{Z_k}, \qquad
          \frac{\partial Z}{\partial p} = \frac{Z^2}{Z_k^2}\,\frac{\partial Z_k}{\partial p}.

Units are written for an impedance in Ω.  If it is in Ω m², read R in Ω m², C in F/m², L in H m²,
Q in s^α/(Ω m²), σ in Ω m² s^-½, and so on.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import NamedTuple

import numpy as np

from sandtime import checks
from sandtime.eis.elements import ELEMENTS


class Leaf(NamedTuple):
    """An element in its place."""

    symbol: str
    label: str

    @property
    def names(self):
        """Names of its parameters: label and symbol."""
        return tuple(f"{self.label}.{own.symbol}" for own in self.element.parameters)

    @property
    def element(self):
        """Its record."""
        if self.symbol not in ELEMENTS:
            raise ValueError(
                f"the element {self.symbol!r} is not registered in this process: put it into a "
                "module that every process imports"
            )
        return ELEMENTS[self.symbol]

    def leaves(self):
        """Itself."""
        return (self,)

    def evaluate(self, omega, values):
        """Impedance, and a function that gives the derivatives in the order of the names."""
        return self.element.function(omega, *(values[name] for name in self.names))


class Series(NamedTuple):
    """Parts of which the impedances add."""

    parts: tuple

    def leaves(self):
        """The elements from left to right."""
        return tuple(leaf for part in self.parts for leaf in part.leaves())

    def evaluate(self, omega, values):
        """As for a leaf."""
        Z, derivatives = zip(*(part.evaluate(omega, values) for part in self.parts), strict=True)
        return sum(Z), lambda: [d for each in derivatives for d in each()]


class Parallel(NamedTuple):
    """Branches of which the admittances add."""

    parts: tuple

    def leaves(self):
        """The elements from left to right."""
        return tuple(leaf for part in self.parts for leaf in part.leaves())

    def evaluate(self, omega, values):
        """As for a leaf."""
        impedances, slopes = zip(
            *(part.evaluate(omega, values) for part in self.parts), strict=True
        )
        admittances = [1 / Zk for Zk in impedances]
        Z = 1 / sum(admittances[1:], start=admittances[0])

        def derivatives():
            shares = [np.square(Z * Yk) for Yk in admittances]
            pairs = zip(shares, slopes, strict=True)
            return [share * slope for share, each in pairs for slope in each()]

        return Z, derivatives


@dataclass(frozen=True)
class Circuit:
    """An equivalent circuit.

    Parameters
    ----------
    string : str
        Elements of `eis.elements`, each with a label: digits (``R0``, ``R_0``) or, after an
        underscore, a word (``Zarc_gb``).  Series ``-``, parallel ``p(,)``, nested as you like.
        Elements may share a label as long as no parameter gets the same name: ``p(R1,C1)``.
    negative : collection of str
        Names of resistances, or of a resistance and the capacitance beside it, that may be
        negative: ``2.R`` of a loop ``K_2`` at low frequencies.  All others are positive.

    Attributes
    ----------
    names : tuple of str
        Of the parameters, in the order of the string.
    units : dict
        Their units, for an impedance in Ω.
    parameters : dict
        Name → `eis.elements.Parameter`.

    Raises
    ------
    ValueError
        If the string is malformed; the message shows where.  If `negative` names what cannot be.

    Notes
    -----
    Source of the grammar: M. D. Murbach et al., J. Open Source Softw. 5 (2020) 2349.

    Examples
    --------
    >>> Circuit("R_0-Zarc_gb").names
    ('0.R', 'gb.R', 'gb.tau', 'gb.alpha')
    >>> Circuit("R_0-Zac_gb")
    Traceback (most recent call last):
    ...
    ValueError: circuit = 'R_0-Zac_gb' is not allowed: no element is called 'Zac' (did you mean
    Zarc?); there are R, C, L, CPE, La, W, Ws, Wo, G, TLMQ, K, Zarc
        R_0-Zac_gb
            ^
    """

    string: str
    _: KW_ONLY
    negative: frozenset = frozenset()
    tree: Series = field(init=False, repr=False, compare=False)
    names: tuple = field(init=False, repr=False, compare=False)
    units: dict = field(init=False, repr=False, compare=False)
    parameters: dict = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        tree = _Parser(self.string).circuit()
        parameters = {}
        for leaf in tree.leaves():
            parameters.update(zip(leaf.names, leaf.element.parameters, strict=True))
        found = {
            "tree": tree,
            "names": tuple(parameters),
            "units": {name: each.unit for name, each in parameters.items()},
            "parameters": parameters,
            "negative": self._signed(parameters),
        }
        for name, value in found.items():
            object.__setattr__(self, name, value)

    def _signed(self, parameters):
        """The names that may be negative, checked."""
        names = {self.negative} if isinstance(self.negative, str) else set(self.negative)
        for name in sorted(names):
            if name not in parameters or not parameters[name].signed:
                allowed = [own for own, each in parameters.items() if each.signed]
                raise ValueError(
                    f"negative: {name!r} is not allowed{nearest(name, allowed)}; in "
                    f"{self.string!r} it may hold {', '.join(allowed) or 'nothing'}"
                )
        return frozenset(names)

    def impedance(self, frequency, parameters):
        """Impedance of the circuit.

        Parameters
        ----------
        frequency : array_like, shape (F,)
            Hz; positive.
        parameters : mapping
            A value for each name: a number, one for each of S spectra, or one for each spectrum
            and frequency, (S, F), for a cell that changes while it is measured.  Positive but for
            what `negative` names; an exponent not above 1.

        Returns
        -------
        ndarray, shape (F,) or (S, F)
            Complex, Ω; the imaginary part of a capacitor is negative.

        Raises
        ------
        ValueError
            If a name is missing or unknown, a value is out of range, or shapes do not match.

        Examples
        --------
        >>> circuit = Circuit("R_0-p(R_1,C_1)")
        >>> print(circuit.impedance([1e-3, 1e9], {"0.R": 10, "1.R": 5, "1.C": 1e-3}).real.round(3))
        [15. 10.]
        """
        omega, values = self._prepared(frequency, parameters)
        return self.tree.evaluate(omega, values)[0]

    def derivatives(self, frequency, parameters):
        """Derivatives of the impedance with respect to every parameter, exact.

        Parameters and errors as in `impedance`.

        Returns
        -------
        ndarray, shape (F, P) or (S, F, P)
            Complex, Ω over the unit of the parameter, in the order of `names`.

        Examples
        --------
        >>> Circuit("R_0-Zarc_gb").derivatives(
        ...     [1.0], {"0.R": 10, "gb.R": 60, "gb.tau": 1e-6, "gb.alpha": 0.9}).shape
        (1, 4)
        """
        omega, values = self._prepared(frequency, parameters)
        Z, derivatives = self.tree.evaluate(omega, values)
        return np.stack([np.broadcast_to(d, Z.shape) for d in derivatives()], axis=-1)

    def check(self, name, value, argument="parameters"):
        """The value of a parameter as an array of floats, if it is allowed.

        >>> float(Circuit("Zarc_gb").check("gb.alpha", 0.9))
        0.9
        """
        if name not in self.names:
            raise ValueError(
                f"{argument}: {name!r} is not a parameter of {self.string!r}"
                f"{nearest(name, self.names)}; it has {', '.join(self.names)}"
            )
        where, unit = f"{argument}[{name!r}]", self.units[name]
        if name in self.negative:
            value = checks.real(where, value, unit)
            if (value == 0).any():
                raise ValueError(f"{where} = 0 {unit} is not allowed: leave the element out")
            return value
        value = checks.positive(where, value, unit)
        if self.parameters[name].exponent:
            checks.between(where, value, "", 0, 1)
        return value

    def to_impedance_py(self):
        """The circuit as impedance.py writes it, and what it calls the parameters.

        impedance.py knows digits as labels only: words become the smallest numbers that are free.
        Both list the parameters in the same order; `values_for_impedance_py` gives its values,
        and the names serve its ``constants=``.

        Returns
        -------
        string : str
        names : dict
            Our name → its name.

        Examples
        --------
        >>> Circuit("R_0-p(R_gb,CPE_gb)").to_impedance_py()
        ('R0-p(R1,CPE1)', {'0.R': 'R0', 'gb.R': 'R1', 'gb.Q': 'CPE1_0', 'gb.alpha': 'CPE1_1'})
        """
        for leaf in self.tree.leaves():
            if leaf.element.foreign is None:
                raise ValueError(
                    f"{self.string!r} has no translation: impedance.py has no element like "
                    f"{leaf.symbol!r}"
                )
        labels = list(dict.fromkeys(leaf.label for leaf in self.tree.leaves()))
        numbers = {label: label for label in labels if _DIGITS.fullmatch(label)}
        free = (str(n) for n in range(len(labels)) if str(n) not in numbers)
        numbers |= {label: next(free) for label in labels if label not in numbers}
        names = {}
        for leaf in self.tree.leaves():
            theirs, ours = leaf.element.foreign.symbol + numbers[leaf.label], leaf.names
            several = len(ours) > 1
            names |= {own: f"{theirs}_{i}" if several else theirs for i, own in enumerate(ours)}
        return _written(self.tree, numbers), names

    def values_for_impedance_py(self, parameters):
        """Its list of values for our parameters, a number each.

        They are the same numbers but for ``La``, of which it raises L to the power a as well.

        Raises
        ------
        ValueError
            If a name is missing or unknown, a value is not one number or out of range, or
            impedance.py has no such element.

        Examples
        --------
        >>> Circuit("R_0-C_1").values_for_impedance_py({"0.R": 10.0, "1.C": 1e-6})
        [10.0, 1e-06]
        """
        self.to_impedance_py()
        ours = self._checked(parameters)
        for name, value in ours.items():
            if value.ndim:
                raise ValueError(f"parameters[{name!r}] has the shape {value.shape}: one number")
        values = []
        for leaf in self.tree.leaves():
            values += leaf.element.foreign.values(*(float(ours[name]) for name in leaf.names))
        return values

    def from_impedance_py(self, values, constants=None):
        """Named parameters from impedance.py's list of values.

        Parameters
        ----------
        values : sequence of float
            Its ``parameters_`` (or ``initial_guess``): those not held constant, in order.
        constants : mapping, optional
            Its ``constants``, by its names.

        Returns
        -------
        dict
            Our name → value, for every parameter.

        Raises
        ------
        ValueError
            If a constant is unknown or the number of values does not fit.

        Examples
        --------
        >>> Circuit("R_0-C_1").from_impedance_py([1e-6], {"R0": 10.0})
        {'0.R': 10.0, '1.C': 1e-06}
        """
        constants = dict(constants or {})
        names = self.to_impedance_py()[1]
        if unknown := set(constants) - set(names.values()):
            name = sorted(unknown)[0]
            raise ValueError(
                f"constants: {name!r} is not a name of {self.to_impedance_py()[0]!r} in "
                f"impedance.py; there are {', '.join(names.values())}"
            )
        free = [ours for ours, theirs in names.items() if theirs not in constants]
        if len(values) != len(free):
            raise ValueError(
                f"values has {len(values)} numbers: {len(free)} are needed, {', '.join(free)}"
            )
        given = dict(zip(free, map(float, values), strict=True))
        found = {ours: given.get(ours, constants.get(theirs)) for ours, theirs in names.items()}
        for leaf in self.tree.leaves():
            theirs = [found[name] for name in leaf.names]
            found.update(zip(leaf.names, leaf.element.foreign.back(*theirs), strict=True))
        return found

    def _checked(self, parameters):
        """A value for each name, as arrays of floats."""
        if not isinstance(parameters, Mapping):
            raise ValueError(
                f"parameters = {parameters!r} is not allowed: it must map names to values"
            )
        values = {name: self.check(name, value) for name, value in parameters.items()}
        if missing := [name for name in self.names if name not in values]:
            raise ValueError(f"parameters: no value for {', '.join(missing)} of {self.string!r}")
        return values

    def _prepared(self, frequency, parameters):
        """Angular frequency and values that broadcast to (F,) or (S, F)."""
        omega = 2 * np.pi * frequencies(frequency)
        values = self._checked(parameters)
        values = {name: v[:, None] if v.ndim == 1 else v for name, v in values.items()}
        checks.same_shape(frequency=omega, **values)
        return omega, values


def frequencies(frequency):
    """Frequencies as a row of positive numbers, Hz.

    >>> frequencies([1e6, -1.0])
    Traceback (most recent call last):
    ...
    ValueError: frequency = -1 Hz (element 1) is not allowed: it must be finite and above 0 Hz
    """
    frequency = checks.positive("frequency", frequency, "Hz")
    if frequency.ndim != 1 or not frequency.size:
        raise ValueError(
            f"frequency has the shape {frequency.shape}: it must be one row of at least one number"
        )
    return frequency


_ELSEWHERE = ("Wd", "Gs", "T")  # impedance.py's and EC-Lab's
_DEEPEST = 50  # parallel connections inside each other
_DIGITS = re.compile(r"[0-9]+")
_TOKEN = re.compile(r"\w+|\S")


class _Parser:
    """Recursive descent: a circuit is a series of terms, a term an element or ``p(series,…)``."""

    def __init__(self, string):
        if not isinstance(string, str):
            raise ValueError(f"circuit = {string!r} is not allowed: it must be a string")
        self.string = string
        self.tokens = [(match[0], match.start()) for match in _TOKEN.finditer(string)]
        self.tokens.append(("", len(string)))
        self.taken = {}
        self.depth = 0

    def circuit(self):
        if not self.token:
            self.fail("it is empty")
        tree = self.series()
        if self.token == ")":
            self.fail("no parenthesis is open here")
        elif self.token == ",":
            self.fail("a comma only separates the branches of p(,)")
        elif self.token:
            self.fail("'-' is missing between two elements")
        return tree

    def series(self):
        parts = [self.term()]
        while self.token == "-":
            self.advance()
            parts.append(self.term())
        return Series(tuple(parts))

    def term(self):
        token = self.token
        if token == "p" and self.tokens[1][0] == "(":
            return self.parallel()
        if token == "(":
            self.fail("a parenthesis opens only as 'p('")
        if not re.match(r"\w", token):
            found = f"{token!r}" if token else "the end"
            self.fail(f"an element or 'p(' is expected, not {found}")
        symbol, label = self.split(token)
        leaf = Leaf(symbol, label)
        for name in leaf.names:
            if name in self.taken:
                self.fail(f"{token} would be a second {name!r}, after {self.taken[name]}")
            self.taken[name] = token
        self.advance()
        return leaf

    def parallel(self):
        opening = self.tokens[1][1]
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail(f"more than {_DEEPEST} parallel connections stand inside each other")
        self.advance(), self.advance()
        branches = [self.series()]
        while self.token == ",":
            self.advance()
            branches.append(self.series())
        if not self.token:
            self.fail("this parenthesis is never closed", opening)
        if self.token != ")":
            self.fail("'-', ',' or ')' is missing here")
        if len(branches) == 1:
            self.fail("p() needs at least two branches, separated by a comma")
        self.advance()
        self.depth -= 1
        return Parallel(tuple(part.parts[0] if len(part.parts) == 1 else part for part in branches))

    def split(self, token):
        """Symbol and label of an element."""
        symbol = re.match(r"[^\W\d_]*", token)[0]
        label = token[len(symbol) :]
        if symbol in _ELSEWHERE and symbol not in ELEMENTS:
            # W_o in place of Wo would be another element
            self.fail(
                f"the element {symbol} of other programs is not known here; there are "
                f"{', '.join(ELEMENTS)}"
            )
        if symbol not in ELEMENTS:
            # 'Rgb' is a known element whose label lacks its underscore
            known = [known for known in ELEMENTS if symbol.startswith(known)]
            if known and not label.startswith("_"):
                known = max(known, key=len)
                word = token[len(known) :]
                self.fail(f"a word as a label follows an underscore: {known}_{word.lstrip('_')}")
            self.fail(
                f"no element is called {symbol or token!r}{nearest(symbol, ELEMENTS)}; "
                f"there are {', '.join(ELEMENTS)}"
            )
        if not label.strip("_"):
            self.fail(f"{token} has no label: write {symbol}0 or {symbol}_name")
        if not (_DIGITS.fullmatch(label) or label.startswith("_")):
            self.fail(f"the label of {token} is neither a number nor a word after an underscore")
        return symbol, label.removeprefix("_")

    @property
    def token(self):
        return self.tokens[0][0]

    def advance(self):
        self.tokens = self.tokens[1:]

    def fail(self, message, position=None):
        position = self.tokens[0][1] if position is None else position
        raise ValueError(
            f"circuit = {self.string!r} is not allowed: {message}\n"
            f"    {self.string}\n    {' ' * position}^"
        )


def _written(part, numbers):
    if isinstance(part, Leaf):
        return part.element.foreign.symbol + numbers[part.label]
    inner = [_written(each, numbers) for each in part.parts]
    return "-".join(inner) if isinstance(part, Series) else f"p({','.join(inner)})"


def nearest(name, known):
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    return f" (did you mean {close[0]}?)" if close else ""
