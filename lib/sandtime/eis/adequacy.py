r"""Whether a circuit describes a spectrum, by what it leaves (chapter *Fitting*).

`fit` and `fit_drifting` both ask here.  Five things speak against a circuit, even at a minimum:

- neighbouring residuals are alike.  From some twenty points on this sees what is missing;
- they are larger than the noise.  How much noise there is tells the sum of RC elements of Kramers
  and Kronig's test (`validity.scatter`), which needs no circuit.  It has k unknowns more than the
  circuit has parameters, and if it leaves no less than noise,

  .. math:: F = \frac{(\chi^2 - \chi^2_{KK})/k}{\chi^2_{KK}/\nu_{KK}}

  has Fisher's distribution;
- they are larger than the given sigma explains;
- without sigma, they are a tenth of the impedance;
- single points are far off all others.

Source: R. A. Fisher, Proc. Int. Congr. Math. Toronto 2 (1924) 805; E. B. Wilson and M. M. Hilferty,
Proc. Natl. Acad. Sci. 17 (1931) 684.
"""

import numpy as np
from scipy.special import fdtrc

from sandtime.eis.validity import scatter

_SURELY = 5.0  # standard deviations by which neighbouring residuals are alike, or chi-square is off
# The sum of RC elements costs as much as the fit.  Of sweeps of many points, residuals are alike
# before they are large: only those that are somewhat alike are compared.
_MANY, _SOMEWHAT = 20, 1.5
# Probability of Fisher's ratio below which the circuit is not believed: for few points, which have
# nothing else to tell, and for many, of which no right circuit among ten thousand shall be accused.
_FEW_LEVEL, _MANY_LEVEL = 1e-3, 1e-5
_COARSE = 0.1  # share of the impedance from which on residuals are more than noise
_FAR = 6.0  # robust standard deviations from all others, and from the neighbours
_NORMAL = 1.4826  # standard deviation over median modulus, of normal noise
_NEAR, _AROUND = 3, 6  # points on either side: what a point should be like, and how they scatter
_NAMED = 5  # outliers named in a sentence

AGAINST = "systematic", "unexplained", "excess", "coarse", "spoilt"


def judge(frequency, Z, weights, found, absolute):
    """What speaks against the fits of some spectra.

    Parameters
    ----------
    frequency : ndarray, shape (F,)
        Hz, rising.
    Z, weights : ndarray, shape (F, S)
        As they were fitted; weights are 0 where a point was left out.
    found : mapping
        `chi2`, `dof`, and `correlated`, by how many standard deviations neighbouring residuals are
        alike, (S,); `residuals`, real parts over imaginary ones, weighted, (2 F, S).
    absolute : bool
        Whether the weights are one over a sigma that is known.

    Returns
    -------
    dict
        Arrays (S,): `systematic`, `unexplained`, `excess`, `coarse`, `spoilt` (has outliers), in
        the order of the module; `oversized`, for a sigma far larger than the residuals; `share`,
        residuals over impedance; `noise` where it was needed, else nan.  And `outliers` (F, S).
    """
    chi2, dof, alike = found["chi2"], found["dof"], found["correlated"]
    residuals = found["residuals"].reshape(2, *weights.shape)
    outliers = _outliers(residuals, weights, dof) & _noisy(Z, weights, chi2)
    # Wilson and Hilferty: the cube root of chi-square is nearly normal
    spread = 2 / (9 * dof)
    off = (np.cbrt(chi2 / dof) - 1 + spread) / np.sqrt(spread)
    share = np.sqrt(_share(Z, weights, residuals, dof))
    unexplained, noise = _compared(frequency, Z, weights, chi2, dof, alike)
    return {
        "systematic": alike > _SURELY,
        "unexplained": unexplained,
        "excess": absolute & (off > _SURELY),
        "oversized": absolute & (off < -_SURELY),
        "coarse": (not absolute) & (share > _COARSE),
        "share": share,
        "spoilt": outliers.any(axis=0),
        "outliers": outliers,
        "noise": noise,
    }


def against(wrong):
    """Whether anything of what `judge` says speaks against the circuit, (S,)."""
    return np.logical_or.reduce([wrong[key] for key in AGAINST])


def _compared(frequency, Z, weights, chi2, dof, alike):
    """Where the circuit leaves more than Kramers and Kronig's sum, and what that leaves."""
    points = np.count_nonzero(weights, axis=0)
    which = np.flatnonzero(_noisy(Z, weights, chi2) & ((points < _MANY) | (alike > _SOMEWHAT)))
    unexplained, noise = np.zeros(len(chi2), bool), np.full(len(chi2), np.nan)
    if which.size:
        sums = scatter(frequency, Z[:, which].T, weights[:, which].T)
        more = dof[which] - sums.dof
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (chi2[which] - sums.squares) / more / (sums.squares / sums.dof)
        usable = (more > 0) & (ratio > 0)
        ratio, more, left = (np.where(usable, a, 1) for a in (ratio, more, sums.dof))
        level = np.where(points[which] < _MANY, _FEW_LEVEL, _MANY_LEVEL)
        unexplained[which] = usable & (fdtrc(more, left, ratio) < level)
        noise[which] = np.sqrt(sums.squares / sums.dof)
    return unexplained, noise


def _noisy(Z, weights, chi2):
    """False for spectra without noise, of which a circuit leaves nothing but rounding, (S,)."""
    return chi2 > 1e-14 * np.sum(np.abs(Z * weights) ** 2, axis=0)


def _share(Z, weights, residuals, dof):
    """Squared residuals over squared impedance, each part: with modulus weights chi-square."""
    one_over, size = (
        np.divide(1, weights, out=np.zeros(weights.shape), where=weights > 0),
        np.abs(Z),
    )
    squares = np.sum(residuals**2, axis=0)
    if np.allclose(one_over, size, rtol=1e-9, atol=0):
        return np.sum(squares, axis=0) / dof
    left, whole = np.sum(squares * one_over**2, axis=0), np.sum(np.where(weights, size, 0) ** 2, 0)
    return left / np.maximum(whole, 1e-300) * np.count_nonzero(weights, axis=0) / dof


def _outliers(residuals, weights, dof):
    """Points (F, S) of which a part is far off all others, and off its neighbours."""
    used, size = weights > 0, np.abs(residuals)
    points = np.count_nonzero(used, axis=0)
    if not used.all():
        residuals, size = np.where(used, residuals, np.nan), np.where(used, size, np.nan)
    flat = size.reshape(-1, size.shape[-1])
    typical = np.median(flat, axis=0) if used.all() else np.nanmedian(flat, axis=0)
    # a fit takes part of the noise away
    limit = _FAR * _NORMAL * typical * np.sqrt(2 * points / dof)
    rounding = 1e-7 * np.sqrt(np.nansum(flat**2, axis=0))
    part, point, spectrum = np.nonzero(size > np.maximum(limit, rounding))
    outliers = np.zeros(weights.shape, bool)
    if not part.size:
        return outliers
    around = np.arange(-_AROUND, _AROUND + 1)
    around = around[around != 0]
    there = point[:, None] + around
    inside = (there >= 0) & (there < len(weights))
    both = np.where(
        inside, residuals[:, np.clip(there, 0, len(weights) - 1), spectrum[:, None]], np.nan
    )
    own = both[part, np.arange(len(part))]
    centre = np.nanmedian(np.where(np.abs(around) <= _NEAR, own, np.nan), axis=1)
    spread = np.abs(both - np.nanmedian(both, 2)[..., None])
    reaches = [np.abs(around) <= reach for reach in (_NEAR, _AROUND)]
    scale = np.max([np.nanmedian(spread[..., r], axis=(0, 2)) for r in reaches], axis=0)
    step = np.abs(residuals[part, point, spectrum] - centre)
    far = step > np.maximum(limit[spectrum], _FAR * _NORMAL * scale)
    outliers[point[far], spectrum[far]] = True
    return outliers


def in_words(frequency, one):
    """What is wrong with the fit of one spectrum, in sentences."""
    root = np.sqrt(one["chi2"] / one["dof"])
    if one["spoilt"]:
        yield _points_in_words(frequency[one["outliers"]])
    if one["systematic"]:
        yield (
            f"residuals hang together (autocorrelation {one['autocorrelation']:.2f}): the circuit "
            "does not describe the spectrum"
        )
    if one["unexplained"]:
        yield (
            f"residuals are {root / max(one['noise'], 1e-150):.2g} times the noise that Kramers and "
            "Kronig's test finds: the circuit does not describe the spectrum"
        )
    if one["excess"]:
        yield f"chi-square is {root**2:.3g} times what sigma explains"
    if one["oversized"]:
        yield (
            f"chi-square is only {root**2:.2g} of what sigma explains: sigma, and with it the "
            f"errors, are too large by a factor of {1 / max(root, 1e-150):.2g}"
        )
    if one["coarse"]:
        yield (
            f"residuals are {one['share']:.0%} of the impedance: the circuit describes no more "
            "than noise of that size, of which sigma would have to be given"
        )


def _points_in_words(frequency):
    several = len(frequency) > 1
    named = ", ".join(f"{each:.4g}" for each in frequency[::-1][:_NAMED])
    more = f" and {len(frequency) - _NAMED} others" if len(frequency) > _NAMED else ""
    return (
        f"{len(frequency)} point{'s' * several} far off all others (at {named}{more} Hz): look at "
        f"{'them' if several else 'it'}, and mask what is spoilt"
    )
