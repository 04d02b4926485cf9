r"""All spectra of a campaign fitted at once (chapter *Interface*).

What is minimised, for each spectrum on its own, is

.. math:: \chi^2 = \sum_k \frac{|Z(\omega_k; p) - Z_k|^2}{\sigma_k^2}.

The modules beside this one do the work: `start` finds where to begin, `elsewhere` where to begin
again, `model` gives residuals and exact derivatives of hundreds of spectra at a time, `descent`
takes Levenberg and Marquardt's steps.  Here a descent is judged and, if need be, repeated; arcs are
put in order; and what was found is reported with its errors, and with what is wrong with it.
"""

import os
import sys
import time
import warnings
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sandtime.eis import adequacy
from sandtime.eis.circuit import Circuit, frequencies, nearest
from sandtime.eis.descent import EXHAUSTED, STUCK, TOGETHER
from sandtime.eis.given import given, weighted
from sandtime.eis.search import STEPS, fit_block
from sandtime.eis.table import Results
from sandtime.eis.validity import scatter

_BLOCK = 2048  # spectra handed to an executor, or reported as progress, at once


class FitWarning(UserWarning):
    """Some spectra did not converge, or the circuit does not describe them."""


@dataclass(frozen=True)
class Fit(Results):
    """What `fit` found; indexed by the name of a parameter, ``fit["int.R"]``.

    For a stack of S spectra every array has a first axis of length S; for a single spectrum given
    as one row it is missing, and scalars are plain numbers.

    Attributes
    ----------
    circuit : Circuit
    frequency : ndarray, shape (F,)
        Hz.
    names : tuple of str
        Of all parameters, in the order of the string; the order of `covariance`.
    stderr : dict
        Name → standard error, in the unit of the parameter; 0 if it was fixed.  A parameter resting
        on a bound has the error it would have without the bound; one the data do not determine has
        inf.
    covariance : ndarray, shape (S, P, P)
        Of the parameters themselves (not of their logarithms).
    chi2 : ndarray, shape (S,)
        The minimum: squared residuals over squared sigma, both parts, summed over the points used.
        With modulus weights sigma is |Z|.
    dof : ndarray, shape (S,)
        Degrees of freedom: two for each point used, less the free parameters.
    reduced_chi2 : ndarray, shape (S,)
        `chi2` over `dof`: near 1 if sigma was given and right; with modulus weights its root is
        the relative noise of the spectrum.
    converged : ndarray of bool, shape (S,)
        Whether there is a minimum and it was reached.  A simple element in series may vanish; an
        arc may not, for then its time constant has no meaning.
    adequate : ndarray of bool, shape (S,)
        Whether the circuit describes the spectrum: converged, residuals that do not hang together
        from point to point and are not larger than the noise, no outliers, and a `chi2` that sigma,
        if it is absolute, can explain.  Without such a sigma the residuals must not exceed a tenth
        of the impedance: to noise beyond that, sigma is needed.
    autocorrelation : ndarray, shape (S,)
        Of neighbouring residuals: about 0 ± (2 F)^-½ if they are noise, towards 1 if the circuit
        lacks something.
    outliers : ndarray of bool, shape (S, F)
        Points that are more than six standard deviations off all others and off their neighbours.
        They spoil the fit: mask them.
    noise : ndarray, shape (S,)
        The root of the reduced chi-square that no circuit gets below: what `lin_kk` leaves, with
        the weights of the fit.  With modulus weights this is the relative noise.  Computed when
        first asked for; nan for fewer than six points.
    obeys_kk : ndarray of bool, shape (S,)
        Whether that looks like noise.  Where it does not, the spectrum does not obey Kramers and
        Kronig's relations, and `noise` holds its departure from them as well.
    misfit : ndarray, shape (S,)
        The root of `reduced_chi2` over `noise`: about 1 if the circuit leaves nothing but noise.
        Below 1 the sum of `lin_kk` is coarser than the circuit, as for a sweep of few points.
    reason : ndarray of str, shape (S,)
        How the fit ended and what is wrong with it, in words.
    iterations : ndarray of int, shape (S,)
        Steps taken, those of descents that were given up included.
    weights : ndarray, shape (S, F)
        One over sigma; 0 where a point was left out.
    measured : ndarray, shape (S, F)
        The impedance that was fitted, Ω.
    settings : dict
        What was asked for: ``fixed``, ``bounds``, and ``weights``, in words.
    """

    circuit: Circuit
    frequency: np.ndarray
    parameters: dict
    stderr: dict
    covariance: np.ndarray
    chi2: np.ndarray
    dof: np.ndarray
    converged: np.ndarray
    adequate: np.ndarray
    autocorrelation: np.ndarray
    reason: np.ndarray
    iterations: np.ndarray
    outliers: np.ndarray = field(repr=False)
    weights: np.ndarray = field(repr=False)
    measured: np.ndarray = field(repr=False)
    settings: dict = field(default_factory=dict, repr=False)

    def __getitem__(self, name):
        try:
            return self.parameters[name]
        except KeyError:
            raise KeyError(
                f"{name!r} is not a parameter of {self.circuit.string!r}"
                f"{nearest(name, self.names)}; it has {', '.join(self.names)}"
            ) from None

    @property
    def names(self):
        return self.circuit.names

    @property
    def reduced_chi2(self):
        return self.chi2 / self.dof

    @cached_property
    def _scatter(self):
        """What Kramers and Kronig's sum leaves: noise, and whether it looks like noise."""
        stack = np.atleast_2d(self.measured), np.atleast_2d(self.weights)
        found = scatter(self.frequency, *stack)
        noise = np.sqrt(found.squares / found.dof)
        return (noise[0], found.valid[0]) if np.ndim(self.measured) == 1 else (noise, found.valid)

    @property
    def noise(self):
        return self._scatter[0]

    @property
    def obeys_kk(self):
        return self._scatter[1]

    @property
    def misfit(self):
        return np.sqrt(self.reduced_chi2) / self.noise

    def advice(self, k=None):
        """What to try where the circuit does not describe the spectrum: see `advice.Advice`.

        Other circuits are fitted, one element more or less; nothing is adopted.  `k` says which
        spectrum of a stack; without, the first that is not adequate.
        """
        from sandtime.eis.advice import advise  # it fits

        return advise(self, k)

    def impedance(self, frequency=None):
        """The fitted circuit's impedance, Ω, at the measured or at other frequencies in Hz."""
        frequency = self.frequency if frequency is None else frequency
        return self.circuit.impedance(frequency, self.parameters)

    @property
    def residuals(self):
        """Measured less fitted, over sigma: real part for real part; nan where left out."""
        left_out = np.where(self.weights > 0, 0.0, np.nan)
        return np.where(self.weights > 0, self.measured - self.impedance(), 0) * self.weights + (
            left_out
        )

    def __repr__(self):
        words = account(self.converged, self.adequate, np.any(self.outliers, axis=-1))
        return f"<Fit of {self.circuit.string}: {words}>"


def fit(
    frequency,
    impedance,
    circuit,
    *,
    fixed=None,
    bounds=None,
    guess=None,
    sigma=None,
    absolute_sigma=True,
    mask=None,
    executor=None,
    progress=None,
):
    """Fit a circuit to one spectrum or to any number of them.

    Parameters
    ----------
    frequency : array_like, shape (F,)
        Hz; positive, in any order.
    impedance : array_like, shape (S, F) or (F,)
        Complex, Ω or Ω m².
    circuit : Circuit or str
    fixed : mapping, optional
        Name → value, a number or one for each spectrum: not fitted.
    bounds : mapping, optional
        Name → (low, high); None for an open end.  Exponents are at most 1 in any case.
    guess : mapping, optional
        Name → value to start from, a number or one for each spectrum.  No circuit needs it: without
        a start is found from the data, and where a guess leads to no good fit, from them as well.
    sigma : array_like, optional
        Standard deviation of real and imaginary part alike, in the unit of the impedance; a number,
        (F,) or (S, F).  Standard errors are then absolute.  Without it the weights are 1/|Z|
        (modulus weights) and standard errors are scaled by the root of the reduced chi-square.
    absolute_sigma : bool
        False if sigma is known but for a factor, as for unit weights or those of another program:
        then standard errors are scaled as without it, as by SciPy's `curve_fit`.
    mask : array_like of bool, optional
        (F,) or (S, F); False leaves a point out, whatever it holds.
    executor : optional
        Anything with the interface of `concurrent.futures.Executor`.
    progress : callable or bool, optional
        Called with the number of spectra done and their total after every few thousand.  True
        writes both to stderr, False nothing; None writes them if it takes more than two seconds and
        somebody is looking (a terminal or a live notebook, not the build of the book).

    Returns
    -------
    Fit

    Raises
    ------
    ValueError
        If an argument is out of range or shapes do not match; the message names spectrum and point.

    Warns
    -----
    FitWarning
        If spectra did not converge or are not described by the circuit: how many, and the first.

    Notes
    -----
    Where a descent leads nowhere, or to residuals that hang together, others are made from places
    that the data suggest, and what fits best is kept: a guess says where to begin, only `fixed` and
    `bounds` bind.

    Arcs of one kind are exchangeable: the same curve is described by any order of them.  Those of
    which no parameter is fixed or bounded come out in the order of the string, the smallest time
    constant first.  Where R or tau is, what is known tells which is which.  If only an exponent is,
    they keep that order unless another alone describes the spectrum.

    Source of the method: K. Levenberg, Q. Appl. Math. 2 (1944) 164; D. W. Marquardt, J. Soc. Ind.
    Appl. Math. 11 (1963) 431.

    Examples
    --------
    >>> frequency, circuit = np.geomspace(7e6, 1, 61), Circuit("R_0-Zarc_gb-Zarc_int")
    >>> truth = {"0.R": 60, "gb.R": 60, "gb.tau": 2.7e-7, "gb.alpha": 0.9,
    ...          "int.R": 270, "int.tau": 1e-3, "int.alpha": 0.85}
    >>> found = fit(frequency, circuit.impedance(frequency, truth), circuit)
    >>> print(f"{found['int.R']:.6f}", found.converged)
    270.000000 True
    """
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    if not isinstance(circuit, Circuit):
        raise ValueError(f"circuit = {circuit!r} is not allowed: it must be a Circuit or a string")
    frequency = frequencies(frequency)
    Z, weights = weighted(frequency, impedance, sigma, mask)
    said = given(circuit, len(Z), fixed, bounds, guess)
    points, P = np.count_nonzero(weights, axis=1), np.count_nonzero(said.free)
    dof = 2 * points - P
    if np.any(dof < 1):
        k = int(np.argmax(dof < 1))
        raise ValueError(f"spectrum {k} has {points[k]} points: too few for {P} free parameters")
    # neighbours in a spectrum are neighbours in frequency, whichever way the sweep went
    order = np.argsort(frequency)
    size = _BLOCK if executor is None else min(_BLOCK, max(TOGETHER, -(-len(Z) // 16)))
    blocks = [slice(i, i + size) for i in range(0, len(Z), size)]
    if absolute_sigma not in (True, False):
        raise ValueError(f"absolute_sigma = {absolute_sigma!r} is not allowed: True or False")
    omega, absolute = 2 * np.pi * frequency[order], sigma is not None and bool(absolute_sigma)
    jobs = (
        (omega, Z[b][:, order].T, weights[b][:, order].T, dof[b], said.part(b), absolute)
        for b in blocks
    )
    if executor is None:
        results = (_judged(*job) for job in jobs)
    else:
        futures = [executor.submit(_judged, *job) for job in jobs]
        results = (future.result() for future in futures)
    report, parts = _Progress(progress, len(Z)), []
    for block, result in zip(blocks, results, strict=True):
        parts.append(result)
        report(min(block.stop, len(Z)))
    found = {key: np.concatenate([part[key] for part in parts], axis=-1) for key in parts[0]}
    found["outliers"] = found["outliers"][np.argsort(order)]
    found |= {"measured": Z.T, "weights": weights.T, "dof": dof}
    settings = {
        "fixed": dict(fixed or {}),
        "bounds": dict(bounds or {}),
        "weights": "1/|Z|" if sigma is None else "1/sigma" if absolute else "1/sigma, relative",
    }
    return _result(circuit, frequency, found, absolute, np.ndim(impedance) == 1, settings)


def _judged(omega, Z, weights, dof, said, absolute):
    """Everything about some spectra, given as (F, S), in arrays with the spectra at the end."""
    found = fit_block(omega, Z, weights, dof, said, absolute)
    found |= adequacy.judge(omega / (2 * np.pi), Z, weights, found | {"dof": dof}, absolute)
    del found["residuals"]
    return found


# --- what is reported ------------------------------------------------------------------------


def _result(circuit, frequency, found, absolute, single, settings):
    """The `Fit`, and a warning if something is wrong with it."""
    chi2, dof = found["chi2"], found["dof"]
    variance = np.einsum("iis->is", found["covariance"])
    found["flat"] = np.isinf(variance)
    converged = found["converged"]
    adequate = converged & ~adequacy.against(found)
    said = found["oversized"] | (found["on_bound"] | (found["running"] != 0)).any(axis=0)
    reason = np.full(len(chi2), "converged", object)
    for k in np.flatnonzero(~adequate | said):
        one = {key: array[..., k] for key, array in found.items()}
        words = _in_words(circuit.names, one, converged[k])
        reason[k] = "; ".join([*words, *adequacy.in_words(frequency, one)])
    odd = ~adequate | found["oversized"]
    if odd.any():
        k = int(np.argmax(odd))
        words = account(converged, adequate, found["spoilt"], found["oversized"])
        warnings.warn(
            f"{words}; the first is spectrum {k}: {reason[k]}",
            FitWarning,
            stacklevel=3,
        )

    def shaped(array):
        array = np.moveaxis(array, -1, 0)
        return array[0] if single else array

    def named(rows):
        return {name: shaped(row) for name, row in zip(circuit.names, rows, strict=True)}

    return Fit(
        circuit=circuit,
        frequency=frequency,
        parameters=named(np.exp(found["x"]) * found["sign"]),
        stderr=named(np.sqrt(variance)),
        covariance=shaped(found["covariance"]),
        chi2=shaped(chi2),
        dof=shaped(dof),
        converged=shaped(converged),
        adequate=shaped(adequate),
        autocorrelation=shaped(found["autocorrelation"]),
        reason=shaped(reason),
        iterations=shaped(found["steps"]),
        outliers=shaped(found["outliers"]),
        weights=shaped(found["weights"]),
        measured=shaped(found["measured"]),
        settings=settings,
    )


def _in_words(names, one, converged):
    """How the fit of one spectrum ended, and what is wrong with it."""
    if converged:
        yield "converged"
    elif one["ended"] == EXHAUSTED:
        yield f"stopped after {STEPS} steps"
    elif one["ended"] == STUCK:
        yield "no step lowers chi-square"
    for k, name in enumerate(names):
        if one["running"][k]:
            yield f"{name} runs to {'zero' if one['running'][k] < 0 else 'infinity'}"
        elif one["flat"][k]:
            yield f"the data do not determine {name}"
        if one["on_bound"][k]:
            yield f"{name} rests on its bound"


def account(converged, adequate, spoilt=False, oversized=False):
    """How many spectra are in order."""
    arrays = map(np.atleast_1d, (converged, adequate, spoilt, oversized))
    converged, adequate, spoilt, oversized = np.broadcast_arrays(*arrays)
    words = [f"{np.count_nonzero(converged):,} of {converged.size:,} spectra converged"]
    if bad := np.count_nonzero(converged & ~adequate & ~spoilt):
        words.append(f"{bad:,} of these are not described by the circuit")
    if bad := np.count_nonzero(spoilt):
        words.append(f"{bad:,} {'has' if bad == 1 else 'have'} points far off all others")
    if bad := np.count_nonzero(oversized):
        words.append(f"of {bad:,} sigma is far too large")
    return ", ".join(words)


class _Progress:
    """Says how far it is to whoever wants to know."""

    def __init__(self, wish, total):
        self.wish, self.total, self.began = wish, total, time.monotonic()
        live = os.environ.get("SANDTIME_MEDIUM", "kernel") == "kernel"
        live &= "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())
        self.patience = 0 if wish is True else 2 if wish is None and live and total > 1 else np.inf

    def __call__(self, done):
        if callable(self.wish):
            self.wish(done, self.total)
        elif time.monotonic() - self.began >= self.patience:
            end = "\n" if done == self.total else ""
            text = f"\r{done:,} of {self.total:,} spectra fitted"
            print(text, end=end, file=sys.stderr, flush=True)
