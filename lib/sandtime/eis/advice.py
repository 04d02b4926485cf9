r"""What to try when a circuit does not describe a spectrum (chapter *Your own spectrum*).

`advise` looks at what the fit left: how much, where along the frequencies, whether the spectrum
obeys Kramers and Kronig at all, and which parameters the data do not determine.  Then it fits the
circuit again with one element more, one less, or one in place of another, and compares by Schwarz's
criterion, for n real numbers and p free parameters

.. math:: \mathrm{BIC} = n\,\ln\frac{\chi^2}{n} + p\,\ln n, \qquad
          \text{with a known sigma}\quad \chi^2 + p\,\ln n.

Ten less is strong evidence.  Nothing is adopted: a lower criterion says that a circuit describes
these numbers better, and not that the cell is made like it.

Source: G. Schwarz, Ann. Stat. 6 (1978) 461; R. E. Kass and A. E. Raftery, J. Am. Stat. Assoc. 90
(1995) 773.
"""

import html
import warnings
from dataclasses import dataclass, field

import numpy as np

from sandtime.eis.circuit import Circuit, Leaf, Parallel, Series
from sandtime.eis.fit import FitWarning, fit

_STRONG = 10.0  # of the criterion
_LARGE = 1.5  # times the noise from which on residuals are worth a sentence
_UNSURE = 0.5  # standard error over value
_INSTEAD = {"C": ("CPE",), "W": ("CPE", "Wo", "Ws"), "K": ("Zarc",), "L": ("La",), "CPE": ("W",)}
_MORE = {
    "Zarc": "one arc more",
    "L": "an inductance, as of leads",
    "CPE": "a tail of constant phase",
    "W": "a tail of diffusion",
}


@dataclass(frozen=True)
class Candidate:
    """The circuit with one change, and how it fares.

    Attributes
    ----------
    change : str
        In words.
    circuit : Circuit
    misfit : float
        As of a fit: what it leaves over the noise.
    difference : float
        Of Schwarz's criterion to that of the circuit as it is; negative is better.
    converged, adequate : bool
    """

    change: str
    circuit: Circuit
    misfit: float
    difference: float
    converged: bool
    adequate: bool


@dataclass(frozen=True)
class Advice:
    """What `advise` has to say; printed, it is text and a table.

    Attributes
    ----------
    spectrum : int
        Which of the stack.
    sentences : tuple of str
    candidates : tuple of Candidate
        The best first.
    """

    spectrum: int
    sentences: tuple
    candidates: tuple = field(default=())

    @property
    def text(self):
        """The sentences, one a line."""
        return "\n".join(self.sentences)

    @property
    def table(self):
        """The candidates, a pandas DataFrame."""
        import pandas

        return pandas.DataFrame(
            {
                "change": [c.change for c in self.candidates],
                "circuit": [c.circuit.string for c in self.candidates],
                "misfit": [c.misfit for c in self.candidates],
                "BIC difference": [c.difference for c in self.candidates],
                "converged": [c.converged for c in self.candidates],
                "adequate": [c.adequate for c in self.candidates],
            }
        )

    def __str__(self):
        table = self.table.round({"misfit": 2, "BIC difference": 0}).to_string(index=False)
        return f"{self.text}\n\n{table}" if self.candidates else self.text

    __repr__ = __str__

    def _repr_html_(self):
        told = "".join(f"<p>{html.escape(each)}</p>" for each in self.sentences)
        table = self.table.round({"misfit": 2, "BIC difference": 0})
        return told + (table.to_html(index=False, border=0) if self.candidates else "")


def advise(found, k=None):
    """What to try next with one spectrum.

    Parameters
    ----------
    found : Fit
    k : int, optional
        Which spectrum of a stack; the first that is not adequate, or the first of all.

    Returns
    -------
    Advice

    Raises
    ------
    ValueError
        If there is no such spectrum.

    Examples
    --------
    >>> frequency = np.geomspace(1e5, 1, 41)
    >>> Z = Circuit("R_0-Zarc_1").impedance(
    ...     frequency, {"0.R": 10, "1.R": 50, "1.tau": 1e-3, "1.alpha": 0.8})
    >>> noise = np.random.default_rng(1).normal(scale=2e-3, size=(2, 41))
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", FitWarning)
    ...     wrong = fit(frequency, Z * (1 + noise[0] + 1j * noise[1]), "R_0-p(R_1,C_1)")
    >>> print(advise(wrong).candidates[0].circuit.string)
    R_0-p(R_1,CPE_1)
    """
    adequate = np.atleast_1d(found.adequate)
    if k is None:
        k = int(np.argmin(adequate))
    if k != int(k) or not -len(adequate) <= k < len(adequate):
        raise ValueError(f"k = {k!r} is not allowed: there are {len(adequate)} spectra")
    k = int(k) % len(adequate)
    spectrum = _Spectrum(found, k)
    sentences = [*spectrum.verdict(), *spectrum.structure(), *spectrum.parameters()]
    if adequate[k] and not spectrum.unsure():
        return Advice(k, tuple(sentences))
    candidates = sorted(spectrum.candidates(), key=lambda each: each.difference)
    return Advice(k, (*sentences, *_recommended(spectrum, candidates)), tuple(candidates))


class _Spectrum:
    """One spectrum of a fit, and everything about it."""

    def __init__(self, found, k):
        self.found, self.k = found, k
        self.outliers = np.atleast_2d(found.outliers)[k]
        self.obeys = bool(np.atleast_1d(found.obeys_kk)[k])
        self.used = (np.atleast_2d(found.weights)[k] > 0) & ~self.outliers
        self.frequency = found.frequency[self.used]
        self.Z = np.atleast_2d(found.measured)[k][self.used]
        self.weights = np.atleast_2d(found.weights)[k][self.used]
        self.values = {name: np.atleast_1d(found[name])[k] for name in found.names}
        self.errors = {name: np.atleast_1d(found.stderr[name])[k] for name in found.names}
        self.chi2, self.dof = np.atleast_1d(found.chi2)[k], np.atleast_1d(found.dof)[k]
        self.noise = np.atleast_1d(found.noise)[k]
        self.misfit = np.atleast_1d(found.misfit)[k]
        self.absolute = found.settings.get("weights") == "1/sigma"

    def verdict(self):
        """Whether the circuit describes the spectrum, and whether any can."""
        if self.misfit > _LARGE:
            relative = self.noise * np.median(1 / (self.weights * np.abs(self.Z)))
            yield (
                f"The circuit leaves {self.misfit:.2g} times the noise, which is {relative:.2g} of "
                "the impedance."
            )
        elif np.isfinite(self.misfit):
            describes = self.obeys and not self.outliers.any()
            yield f"The circuit leaves {self.misfit:.2g} times the noise: " + (
                "it describes the spectrum." if describes else "as little as any circuit can."
            )
        if not self.obeys:
            yield (
                "The spectrum does not obey Kramers and Kronig: part of what is left comes from "
                "the measurement (drift, too large an amplitude, a bad contact), and no circuit "
                "will describe that part.  With times of the points, fit_drifting can."
            )
        if self.outliers.any():
            named = ", ".join(f"{f:.4g} Hz" for f in self.found.frequency[self.outliers][:5])
            yield (
                f"Points far off all others, at {named}: leave them out with mask=.  The "
                "comparison below is without them."
            )

    def structure(self):
        """Where along the frequencies, and in which part, the residuals are large."""
        if not self.misfit > _LARGE:
            return
        left = np.atleast_2d(self.found.residuals)[self.k][self.used] / self.noise
        order = np.argsort(self.frequency)
        frequency, left = self.frequency[order], left[order]
        decade = np.floor(np.log10(frequency / frequency[0]) - 1e-9)
        size = {d: np.sqrt(np.mean(np.abs(left[decade == d]) ** 2 / 2)) for d in np.unique(decade)}
        worst = max(size, key=size.get)
        here = decade == worst
        real, imag = (np.sqrt(np.mean(part[here] ** 2)) for part in (left.real, left.imag))
        part = "the real part" if real > 1.5 * imag else "the imaginary part"
        part = "both parts" if max(real, imag) <= 1.5 * min(real, imag) else part
        low, high = frequency[here][0], frequency[here][-1]
        yield (
            f"Most of it lies between {low:.3g} and {high:.3g} Hz, in {part}: "
            f"{size[worst]:.2g} times the noise."
        )
        if worst == max(size):
            yield (
                "That is the high end: look for an inductance of the leads, or for an arc that is "
                "faster than the highest frequency."
            )
        elif worst == min(size):
            yield (
                "That is the low end: look for a tail of diffusion, or for an arc that is slower "
                "than the lowest frequency."
            )

    def parameters(self):
        """Parameters that the data do not determine."""
        if weak := self.unsure():
            yield (
                f"The data say little of {', '.join(weak)}: the element may be one too many, or "
                "lie beyond the frequencies measured."
            )

    def unsure(self):
        """Names of what is free and has an error of more than half its value."""
        fixed = set(self.found.settings.get("fixed", ()))
        return [
            name
            for name, value in self.values.items()
            if name not in fixed and not self.errors[name] <= _UNSURE * abs(value)
        ]

    def candidates(self):
        """The circuit with one change each, fitted; those that cannot be fitted are left out."""
        here = self.again(self.found.circuit) if self.outliers.any() else self
        now = self.criterion(here.chi2, here.dof)
        for change, circuit in changed(self.found.circuit):
            try:
                other = self.again(circuit)
            except ValueError:  # fewer points than parameters
                continue
            difference = self.criterion(other.chi2, other.dof) - now
            arrived = bool(other.converged), bool(other.adequate)
            yield Candidate(change, circuit, float(other.misfit), float(difference), *arrived)

    def again(self, circuit):
        """Another circuit fitted to this spectrum, with what was said of the parameters it has."""
        settings, names = self.found.settings, circuit.names
        fixed = {n: self._own(v) for n, v in settings.get("fixed", {}).items() if n in names}
        bounds = {
            n: tuple(None if end is None else self._own(end) for end in ends)
            for n, ends in settings.get("bounds", {}).items()
            if n in names
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitWarning)
            return fit(
                self.frequency,
                self.Z,
                circuit,
                fixed=fixed,
                bounds=bounds,
                sigma=1 / self.weights,
                absolute_sigma=self.absolute,
                progress=False,
            )

    def _own(self, value):
        """Of what was given for each spectrum, that of this one."""
        return np.ravel(value)[self.k] if np.size(value) > 1 else value

    def criterion(self, chi2, dof):
        """Schwarz's."""
        n = 2 * len(self.Z)
        first = chi2 if self.absolute else n * np.log(max(chi2, 1e-300) / n)
        return first + (n - dof) * np.log(n)


def _recommended(spectrum, candidates):
    """What to try first."""
    sound = [each for each in candidates if each.converged]
    if not sound or sound[0].difference > -_STRONG:
        fewer = [
            each for each in sound if each.difference < 0 and each.change.startswith("without")
        ]
        if fewer:
            yield f"Nothing is lost {fewer[0].change}: {fewer[0].circuit.string}."
        elif spectrum.misfit > _LARGE:
            yield (
                "No single change of those below helps: the cell needs more than one element more, "
                "or another kind of circuit."
            )
        return
    best = sound[0]
    yield (
        f"Try {best.circuit.string}, {best.change}: it leaves {best.misfit:.2g} times the noise in "
        f"place of {spectrum.misfit:.2g}."
        + ("" if best.adequate else "  That is not enough yet: ask again of that fit.")
    )


# --- circuits with one change ---------------------------------------------------------------------


def changed(circuit):
    """The circuit with one element more, in place of another, or less: words and `Circuit`.

    >>> for words, other in changed(Circuit("R_0-p(R_1,C_1)")):
    ...     print(f"{other.string:24}{words}")
    R_0-p(R_1,C_1)-Zarc_2   with one arc more
    R_0-p(R_1,C_1)-L_2      with an inductance, as of leads
    R_0-p(R_1,C_1)-CPE_2    with a tail of constant phase
    R_0-p(R_1,C_1)-W_2      with a tail of diffusion
    R_0-p(R_1,CPE_1)        with CPE_1 in place of C_1
    p(R_1,C_1)              without R_0
    R_0                     without p(R_1,C_1)
    """
    tree = circuit.tree
    taken = {leaf.label for leaf in tree.leaves()}
    label = next(str(n) for n in range(1, len(taken) + 2) if str(n) not in taken)
    alone = {part.symbol for part in tree.parts if isinstance(part, Leaf)}
    told = [
        (f"with {words}", Series((*tree.parts, Leaf(symbol, label))))
        for symbol, words in _MORE.items()
        if symbol == "Zarc" or symbol not in alone
    ]
    for leaf in tree.leaves():
        for symbol in _INSTEAD.get(leaf.symbol, ()):
            other = Leaf(symbol, leaf.label)
            words = f"with {_text(other)} in place of {_text(leaf)}"
            told.append((words, _replaced(tree, leaf, other)))
    if len(tree.parts) > 1:
        for k, part in enumerate(tree.parts):
            rest = Series(tree.parts[:k] + tree.parts[k + 1 :])
            told.append((f"without {_text(part)}", rest))
    for words, other in told:
        try:
            candidate = Circuit(_text(other))
        except ValueError:  # a parameter of the new element has a name that is taken
            continue
        negative = circuit.negative & set(candidate.names)
        yield words, Circuit(candidate.string, negative=negative)


def _replaced(part, leaf, other):
    """The tree with one leaf in place of another."""
    if isinstance(part, Leaf):
        return other if part is leaf or part == leaf else part
    return type(part)(tuple(_replaced(each, leaf, other) for each in part.parts))


def _text(part):
    """A part of a circuit as it is written."""
    if isinstance(part, Leaf):
        return f"{part.symbol}_{part.label}"
    inner = [_text(each) for each in part.parts]
    return f"p({','.join(inner)})" if isinstance(part, Parallel) else "-".join(inner)
