r"""The Pawley fit: a lattice parameter from a powder pattern, with an honest uncertainty
(chapter *X-rays*; the paper's section 2.1).

.. math:: y(2\theta) = \sum_k b_k T_k + b_K K(2\theta)
          + \sum_h I_h \sum_{\lambda} w_\lambda\, P(2\theta - 2\theta_{h\lambda}(a))

The lattice parameter, the widths and the shifts say where and how wide a reflection is; its
intensity I_h is free, so texture and structure do not matter (Pawley 1981,
doi:10.1107/S0021889881009618).  The background is a Chebyshev series and the film's hump K.

Counts are Poisson numbers.  Least squares with weights 1/(calculated counts), repeated until the
weights stand still, has their maximum likelihood as its fixed point; weights 1/(observed counts)
would draw the fit below the data.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from sandtime import checks
from sandtime.diffraction import (
    GONIOMETER_RADIUS,
    PARAMETERS,
    SHARES,
    WAVELENGTHS,
    even_scan,
    kapton,
    reflections,
    unit_interval,
)
from sandtime.profiles import WIDTHS, Widths, profile_slopes, tch_slopes
from sandtime.units import angstrom, degree, um

_LEAST = 0.1  # counts: no point weighs more than one where this many are calculated
_SEEN = 5.0  # standard deviations
_NOTHING = "no reflection stands out of the background"
_WIDTHS = ("u", "w", "x", "y")  # between 0 and one unit of _SCALE: searched as p²/(1 + p²)
_SCALE = {"a": angstrom, "zero": degree, "displacement": 100 * um}  # of the search
_SCALE |= {"u": degree**2, "w": degree**2, "x": degree, "y": degree}


@dataclass(frozen=True, repr=False)
class PawleyFit:
    """What a Pawley fit found.

    Attributes
    ----------
    lattice_parameter, stderr : float
        m; the standard uncertainty is that of counting alone.
    names : tuple of str
        Of all parameters: "a", those set free, intensities by reflection, background.
    values, covariance : ndarray, shape (P,), (P, P)
        SI units; the covariance is the inverse Fisher information, not scaled by the fit's quality.
    reflections : tuple of Reflection
    calculated, background, residual : ndarray, shape (N,)
        Counts; counts; (observed − calculated)/√calculated.
    r_wp, r_expected : float
        Weighted profile residual and the value that counting noise alone gives.
    converged : bool
        Whether the search came to rest on a pattern: at least one intensity is 5 of its standard
        uncertainties above 0.  Without, a and its uncertainty mean nothing.
    adequate : bool
        Whether the model also describes the pattern: converged, and χ² no more than 5 standard
        deviations above what counting noise gives.  Without, the uncertainty is too small: the
        start was far off, or something is missing in the model.
    reason : str
        "converged", or what is wrong.
    """

    lattice_parameter: float
    stderr: float
    names: tuple
    values: np.ndarray
    covariance: np.ndarray
    reflections: tuple
    calculated: np.ndarray
    background: np.ndarray
    residual: np.ndarray
    r_wp: float
    r_expected: float
    converged: bool
    adequate: bool
    reason: str

    def __repr__(self):
        a, error = self.lattice_parameter / angstrom, self.stderr / angstrom
        found = "" if self.adequate else f"; {self.reason}"
        return f"PawleyFit(a = {a:.5f} ± {error:.5f} Å, goodness {self.goodness:.3f}{found})"

    @property
    def goodness(self):
        """R_wp/R_expected, the square root of the reduced χ²; 1 for a perfect model."""
        return self.r_wp / self.r_expected

    def __getitem__(self, name):
        return self.values[self._index(name)]

    def error(self, name):
        """Standard uncertainty of a parameter."""
        return float(np.sqrt(self.covariance[self._index(name), self._index(name)]))

    def correlation(self, one, other):
        """Correlation coefficient of two parameters."""
        return float(
            self.covariance[self._index(one), self._index(other)]
            / (self.error(one) * self.error(other))
        )

    def _index(self, name):
        return self.names.index(checks.one_of("name", name, self.names))


def pawley(
    two_theta,
    counts,
    *,
    start=None,
    free=("w", "x", "y"),
    widths=WIDTHS,
    background=3,
):
    """Fit one bcc phase to a pattern.

    Parameters
    ----------
    two_theta, counts : array_like, shape (N,)
        Evenly spaced angles, rad, and counts of each step.
    start : float, optional
        Lattice parameter to start from, m: 1e-10 to 1e-9, and better within 0.05 Å of the truth.
        Left out, 3.40 to 3.60 Å are searched.
    free : sequence of str
        What is fitted besides the lattice parameter: "zero", "displacement" and the widths' "u",
        "w", "x", "y".
    widths : Widths
        Start of the free widths; the others stay.
    background : int
        Chebyshev coefficients.

    Returns
    -------
    PawleyFit
        Look at `adequate` and `reason` before `lattice_parameter`.

    Raises
    ------
    ValueError
        If an argument makes no sense, a parameter is not determined by the pattern (a zero shift
        beside a displacement with a single reflection), or no reflection lies in the scan.

    Notes
    -----
    **A thick foil needs** ``free=("w", "x", "y", "displacement")``.  The model is a thin layer at
    the height that `displacement` says, 0 unless it is free.  Lithium is transparent: of 100 µm the
    beam sees the whole depth, some 45 µm below the surface on average, which moves every line.
    With the displacement fixed at 0 and the surface on the axis of the goniometer,
    `diffraction.expected` of 100 µm of Li0.9Mg0.1 gives a lattice parameter 0.0014 Å too large, a
    hundred times the stated uncertainty; `adequate` is then False.  With it free the truth comes
    back.

    Examples
    --------
    >>> from sandtime import diffraction
    >>> angles = diffraction.scan()
    >>> foil = diffraction.Foil.even(0.10, thickness=1e-6)
    >>> pattern = diffraction.expected(angles, foil, counts=1e7)
    >>> pawley(angles, diffraction.record(pattern, seed=1))
    PawleyFit(a = 3.50202 ± 0.00001 Å, goodness 0.996)
    """
    two_theta, step = even_scan(two_theta)
    counts = checks.nonnegative("counts", counts, "")
    if counts.shape != two_theta.shape:
        raise ValueError(
            f"counts of shape {counts.shape} is not allowed: two_theta has {two_theta.shape}"
        )
    for name in free:
        checks.one_of("free", name, tuple(_SCALE)[1:])
    if len(set(free)) < len(free):
        raise ValueError(f"free = {free!r} is not allowed: a name stands in it twice")
    if background != int(background) or background < 1:
        raise ValueError(f"background = {background} is not allowed: a whole number, at least 1")
    model = _Model(two_theta, step, ("a", *free), widths, int(background))
    if start is None:
        start = _search(two_theta, counts, np.linspace(3.40, 3.60, 41) * angstrom)
    start = checks.scalar("start", checks.between("start", start, "m", *PARAMETERS))
    for _ in range(2):  # again if a reflection has entered or left the scan on the way
        parameters, covariance, converged = _solve(model, counts, start)
        start, before = parameters[0] * angstrom, model.orders
        model.find_lines(start)
        if np.array_equal(model.orders, before):
            break
    else:
        raise ValueError(
            f"start = {start:g} m is not allowed: a reflection lies at the scan's edge"
        )

    calculated, _ = model(parameters)
    weight = 1 / np.sqrt(np.maximum(calculated, _LEAST))
    total = np.sum((counts * weight) ** 2)
    freedom = len(counts) - len(parameters)
    misfit = np.sum(((counts - calculated) * weight) ** 2)
    # of Poisson numbers; few counts scatter more than normal ones
    excess = (misfit - freedom) / np.sqrt(np.sum(2 + weight**2))
    reason = _in_words(converged, _clearest(model, parameters, covariance), excess)
    return PawleyFit(
        lattice_parameter=float(start),
        stderr=float(np.sqrt(covariance[0, 0])),
        names=model.names,
        values=model.physical(parameters),
        covariance=covariance,
        reflections=model.lines,
        calculated=calculated,
        background=parameters[-len(model.base) :] @ model.base,
        residual=(counts - calculated) * weight,
        r_wp=float(np.sqrt(misfit / total)),
        r_expected=float(np.sqrt(freedom / total)),
        converged=converged and not reason.startswith(_NOTHING),
        adequate=reason == "converged",
        reason=reason,
    )


def _clearest(model, parameters, covariance):
    """The largest intensity over its standard uncertainty."""
    lines = slice(len(model.free), len(model.free) + len(model.lines))
    return np.max(parameters[lines] / np.sqrt(np.diag(covariance)[lines]))


def _in_words(converged, clearest, excess):
    """Whether there is a pattern, whether the search came to rest, whether the model describes."""
    if not clearest >= _SEEN:
        return f"{_NOTHING} ({clearest:.1f} σ, {_SEEN:.0f} are needed)"
    if not converged:
        return "not converged"
    if excess > _SEEN:
        return (
            f"the model does not describe the pattern: χ² is {excess:.0f} σ above counting noise "
            "(a wrong start, or a thick foil without displacement among the free?)"
        )
    return "converged"


def _solve(model, counts, start):
    """Parameters of the search, covariance in SI units, and whether the weights came to rest."""
    parameters, free = model.start(start, counts), model.free[1:]
    moves = {"zero", "displacement"} & set(free)
    if 1 + len(moves) > len(model.lines) or len(free) - len(moves) > 2 * len(model.lines):
        raise ValueError(
            f"free = {free!r} is not allowed: {len(model.lines)} reflections in the scan"
        )
    weight, previous = _first_weight(counts), np.inf
    for _ in range(8):
        solution = least_squares(
            lambda p, w: (model(p)[0] - counts) * w,
            parameters,
            lambda p, w: (model(p)[1] * w).T * model.inner(p),
            args=(weight,),
            method="lm",
            x_scale="jac",
            xtol=1e-8,
            ftol=1e-7,
            max_nfev=100,
        )
        parameters = solution.x
        calculated, slopes = model(parameters)
        weight = 1 / np.sqrt(np.maximum(calculated, _LEAST))
        covariance = _inverse((slopes * weight) @ (slopes * weight).T, free)
        now = parameters[0] * angstrom
        if abs(now - previous) < 1e-3 * np.sqrt(covariance[0, 0]):
            return parameters, covariance, bool(solution.success)
        previous = now
    return parameters, covariance, False


def _first_weight(counts):
    """From a running mean: a single point that happens to count 0 must not weigh much."""
    return 1 / np.sqrt(np.maximum(np.convolve(counts, np.full(9, 1 / 9), "same"), 1))


def _search(two_theta, counts, candidates):
    """The lattice parameter whose broad peaks fit best, each with its own linear solution.

    Five steps are taken together: the peaks are broad, and it is faster.
    """
    rows = len(counts) // 5
    two_theta, counts = (array[: 5 * rows].reshape(rows, 5) for array in (two_theta, counts))
    two_theta, counts = two_theta.mean(axis=1), counts.sum(axis=1)
    weight = 1 / np.sqrt(np.maximum(counts, 1))
    broad = Widths(w=(0.25 * degree) ** 2, x=0.0, y=0.1 * degree)

    def misfit(lattice_parameter):
        model = _Model(two_theta, two_theta[1] - two_theta[0], ("a",), broad, 2)
        model.find_lines(lattice_parameter)
        design = np.vstack([model.peaks({"a": lattice_parameter})[0], model.base]) * weight
        linear, *_ = np.linalg.lstsq(design.T, counts * weight, rcond=None)
        return np.sum((linear @ design - counts * weight) ** 2)

    return min(candidates, key=misfit)


def _inverse(information, free):
    """Of the Fisher information, after its diagonal has been scaled to one."""
    norm = np.sqrt(np.diag(information))
    if not norm.all():
        raise ValueError(f"counts are not allowed: {_NOTHING}, nothing determines the parameters")
    with np.errstate(all="ignore"):  # of a pattern of almost nothing; found in the next line
        scaled = information / np.outer(norm, norm)
    if not np.isfinite(scaled).all() or np.linalg.cond(scaled) > 1e12:
        raise ValueError(f"free = {free!r} is not allowed: this pattern cannot tell them apart")
    return np.linalg.inv(scaled) / np.outer(norm, norm)


class _Model:
    """Calculated counts and their derivatives over one scan.

    Its parameters are the free nonlinear ones (lattice parameter first, in the units of `_SCALE`,
    widths bounded as there), the intensities and the background.
    """

    def __init__(self, two_theta, step, free, widths, background):
        self.two_theta, self.step, self.free, self.widths = two_theta, step, free, widths
        series = np.polynomial.chebyshev.chebvander(unit_interval(two_theta), background - 1)
        self.base = np.vstack([series.T, kapton(two_theta)])
        self.bounded = np.array([name in _WIDTHS for name in free])
        self.scale = np.array([_SCALE[name] for name in free])
        self.cached, self.around = (None, None), (0.0, np.inf)

    def physical(self, parameters):
        """Parameters in SI units."""
        out = np.array(parameters)
        head = out[: len(self.free)]
        out[: len(self.free)] = self.scale * np.where(
            self.bounded, (head / np.hypot(1, head)) ** 2, head
        )
        return out

    def inner(self, parameters):
        """Derivative of the SI parameters by those of the search."""
        out = np.ones_like(parameters)
        head = parameters[: len(self.free)]
        long = np.hypot(1, head)
        out[: len(self.free)] = self.scale * np.where(
            self.bounded, 2 * (head / long) * (1 / long) ** 3, 1.0
        )
        return out

    def find_lines(self, lattice_parameter):
        self.lines = reflections(lattice_parameter, self.two_theta[0], self.two_theta[-1])
        if not self.lines:
            raise ValueError("two_theta is not allowed: no bcc reflection falls into it")
        self.orders = np.array([line.order for line in self.lines])
        series = (f"background {k}" for k in range(len(self.base) - 1))
        self.names = (*self.free, *(line.name for line in self.lines), *series, "hump")

    def start(self, lattice_parameter, counts):
        """Parameters of the search to start from, the linear ones fitted."""
        self.find_lines(lattice_parameter)
        self.around = 0.95 * lattice_parameter, 1.05 * lattice_parameter
        values = vars(self.widths) | {"a": lattice_parameter, "zero": 0.0, "displacement": 0.0}
        head = np.array([values[name] for name in self.free]) / self.scale
        for name, number in zip(self.free, head * self.bounded, strict=True):
            checks.between(f"widths.{name}", number, "° or °²", 0, 0.9)
        # p² has no slope at 0, where a search would stay for ever
        inside = np.clip(head, 1e-6, 0.9)
        head = np.where(self.bounded, np.sqrt(inside / (1 - inside)), head)
        weight = _first_weight(counts)
        lines = len(self.lines) + len(self.base)
        _, slopes = self(np.concatenate([head, np.zeros(lines)]))
        design = slopes[len(head) :] * weight
        linear, *_ = np.linalg.lstsq(design.T, counts * weight, rcond=None)
        return np.concatenate([head, linear])

    def __call__(self, parameters):
        """Counts (N,) and their derivatives by the SI parameters (P, N)."""
        if self.cached[0] is None or not np.array_equal(self.cached[0], parameters):
            values = self.physical(parameters)
            if not self.around[0] < values[0] < self.around[1]:  # lost: no step may lead there
                return np.full(len(self.two_theta), 1e12), None
            count, lines = len(self.free), len(self.lines)
            peaks, by = self.peaks(dict(zip(self.free, values[:count], strict=True)))
            linear = np.vstack([peaks, self.base])
            slopes = values[count : count + lines] @ by
            result = values[count:] @ linear, np.vstack([slopes, linear])
            self.cached = np.array(parameters), result
        return self.cached[1]

    def peaks(self, given):
        """Peaks of one count (H, N) and their derivatives by the free parameters (Q, H, N)."""
        value = vars(self.widths) | {"zero": 0.0, "displacement": 0.0} | given
        theta = np.arcsin(np.multiply.outer(WAVELENGTHS, np.sqrt(self.orders)) / (2 * value["a"]))[
            ..., None
        ]
        tangent, cosine, one = np.tan(theta), np.cos(theta), np.ones_like(theta)
        gauss2 = value["u"] * tangent**2 + value["v"] * tangent + value["w"]
        # with a negative v a trial may get here: hardly any width, which no pattern has
        gaussian = np.sqrt(np.maximum(gauss2, (1e-4 * degree) ** 2))
        lorentzian = value["x"] * tangent + value["y"] / cosine
        width, share, by_gaussian, by_lorentzian = tch_slopes(gaussian, lorentzian)
        lever = 2 * cosine / GONIOMETER_RADIUS
        centre = 2 * theta + value["zero"] - value["displacement"] * lever
        profile, by_distance, by_width, by_share = profile_slopes(
            self.two_theta - centre, width, share
        )
        turn = 1 + value["displacement"] * np.sin(theta) / GONIOMETER_RADIUS
        moves = {"a": -2 * tangent / value["a"] * turn, "zero": one, "displacement": -lever}
        gaussians = {"u": tangent**2, "w": one}
        lorentzians = {"x": tangent, "y": 1 / cosine}
        weight, by = SHARES[:, None, None] * self.step, []
        # the lattice parameter also moves the angle at which the widths are taken
        by_angle = (2 * value["u"] * tangent + value["v"]) / cosine**2 / (2 * gaussian)
        lorentzian_by_angle = (value["x"] + value["y"] * np.sin(theta)) / cosine**2
        for name in self.free:
            slope = -by_distance * (moves[name] * weight) if name in moves else 0.0
            if name == "a":
                turned = -tangent / value["a"]
                first, second = turned * by_angle, turned * lorentzian_by_angle
            else:
                first = gaussians.get(name, 0.0) / (2 * gaussian)
                second = lorentzians.get(name, 0.0)
            if name == "a" or name not in moves:
                slope = slope + by_width * (
                    (by_gaussian[0] * first + by_lorentzian[0] * second) * weight
                )
                slope = slope + by_share * (
                    (by_gaussian[1] * first + by_lorentzian[1] * second) * weight
                )
            by.append(slope.sum(axis=0))
        return (profile * weight).sum(axis=0), np.array(by)
