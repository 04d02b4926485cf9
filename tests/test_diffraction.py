"""The powder pattern and the Pawley fit, against geometry, enumeration, convolution and statistics
written here."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import voigt_profile

from sandtime import diffraction
from sandtime.diffraction import Foil
from sandtime.materials import LI, LI90MG10
from sandtime.pawley import _Model, pawley
from sandtime.profiles import Widths, profile_slopes, pseudo_voigt, thompson_cox_hastings
from sandtime.units import angstrom, cm, degree, g, mm, nm, um

ANGLES = diffraction.scan()
A = 3.5020 * angstrom
THIN = Foil.even(0.10, thickness=1 * nm, layers=1)  # no depth, hence no displacement of its own
STRONG = 1e10  # gives the thin foil the counts that 1e5 give to 100 µm
PATTERN = diffraction.expected(ANGLES, THIN, counts=STRONG)


# ---- geometry ------------------------------------------------------------------------------------


def test_positions_by_hand():
    # sin θ = λ/(2d), d = a/√N; typed as a pocket calculator gives them
    for order, name in ((2, "110"), (4, "200"), (6, "211"), (8, "220"), (10, "310")):
        spacing = 3.5020 / math.sqrt(order)
        by_hand = math.degrees(2 * math.asin(1.5405980 / (2 * spacing)))
        assert diffraction.bragg_angle(order, A) / degree == pytest.approx(by_hand, abs=1e-9)
        assert name in [line.name for line in diffraction.reflections(A)]
    assert diffraction.bragg_angle(2, A) / degree == pytest.approx(36.247, abs=1e-3)
    alpha_2 = diffraction.bragg_angle(10, A, diffraction.WAVELENGTHS[1]) / degree
    assert alpha_2 == pytest.approx(
        math.degrees(2 * math.asin(1.5444260 * math.sqrt(10) / 7.004)), abs=1e-9
    )


def structure_factor(plane, atoms):
    return abs(sum(np.exp(2j * np.pi * np.dot(plane, atom)) for atom in atoms))


def test_what_is_extinct_in_bcc_and_what_would_be_in_fcc():
    bcc = [(0, 0, 0), (0.5, 0.5, 0.5)]
    fcc = [(0, 0, 0), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)]
    limit = (2 * A * np.sin(45 * degree) / diffraction.WAVELENGTHS[0]) ** 2
    planes = [p for p in itertools.product(range(-4, 5), repeat=3) if 0 < np.dot(p, p) <= limit]
    seen = {tuple(p) for line in diffraction.reflections(A) for p in line.planes}
    assert seen == {p for p in planes if structure_factor(p, bcc) > 1}
    assert seen != {p for p in planes if structure_factor(p, fcc) > 1}
    assert sorted({int(np.dot(p, p)) for p in seen}) == [2, 4, 6, 8, 10]


def test_multiplicities_by_permutations_and_signs():
    def family(*indices):
        signs = itertools.product((1, -1), repeat=3)
        turned = itertools.product(itertools.permutations(indices), signs)
        return {tuple(int(i * s) for i, s in zip(p, q, strict=True)) for p, q in turned}

    for line in diffraction.reflections(A, high=160 * degree):
        if line.order == 18:  # 330 and 411 have one spacing
            want = family(3, 3, 0) | family(4, 1, 1)
            assert line.name == "330"
        else:
            want = family(*map(int, line.name))
        assert {tuple(p) for p in line.planes} == want
        assert line.multiplicity == len(want)
    assert [r.multiplicity for r in diffraction.reflections(A)] == [12, 6, 24, 12, 24]


def test_displacement_by_tracing_a_ray():
    """Tube and detector turn about the axis; the surface lies s below it."""
    s, radius = 80 * um, 240 * mm
    for two_theta in (20 * degree, 50 * degree, 88 * degree):
        theta = two_theta / 2
        hit = np.array([s / np.tan(theta), -s])  # the central ray goes on to the lower surface

        def miss(angle, theta=theta, hit=hit):
            """How far the reflected ray passes the detector at `angle` above the surface."""
            detector = radius * np.array([np.cos(angle), np.sin(angle)])
            along = np.array([np.cos(theta), np.sin(theta)])
            return np.cross(np.append(detector - hit, 0), np.append(along, 0))[2]

        seen = theta + brentq(miss, theta - 0.01, theta + 0.01)
        moved = diffraction.shift(two_theta, s, radius)
        assert moved < 0  # a surface too low: smaller angles, larger apparent cell
        assert moved == pytest.approx(seen - two_theta, rel=2e-3)


def test_scan_is_the_paper_s():
    assert ANGLES[0] == 10 * degree and ANGLES[-1] <= 90 * degree
    assert np.allclose(np.diff(ANGLES), 0.026 * degree)
    assert len(ANGLES) == int(80 / 0.026) + 1
    assert len(diffraction.scan(10 * degree, 20 * degree, 0.1 * degree)) == 101


def test_line_through_the_print():
    assert diffraction.line_parameter(0.0) == LI.lattice_parameter
    assert diffraction.line_parameter(0.1) == pytest.approx(LI90MG10.lattice_parameter, rel=1e-14)
    x = np.linspace(0, 0.7, 5)
    assert np.allclose(diffraction.line_fraction(diffraction.line_parameter(x)), x, atol=1e-12)


# ---- intensities ---------------------------------------------------------------------------------


def test_form_factors_against_another_parametrisation():
    # Waasmaier and Kirfel 1995 (doi:10.1107/S0108767394013292), evaluated with xraydb
    s = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.45]) / angstrom
    li = [3.00003, 2.21529, 1.74192, 1.51211, 1.27028, 1.14949]
    mg = [11.9986, 10.47153, 8.73685, 7.44448, 6.19599, 5.59713]
    assert np.allclose(diffraction.form_factor("Li", s), li, rtol=0.005)
    assert np.allclose(diffraction.form_factor("Mg", s), mg, rtol=0.005)


def test_attenuation_from_the_tables():
    """NIST SRD 126 at 8 and 10 keV, carried to Cu Kα here."""
    energy = 12.39841984 / 1.5418  # keV, weighted mean wavelength
    for x, li, mg in ((0.0, 1, 0), (0.1, 0.9, 0.1), (0.69, 0.31, 0.69)):
        mu = 0.0
        for share, mass, low, high in ((li, 6.94, 0.5054, 0.3395), (mg, 24.305, 40.61, 21.05)):
            slope = math.log(high / low) / math.log(10 / 8)
            mu += share * mass * low * (energy / 8) ** slope  # cm²/g times g/mol
        volume = 6.02214076e23 * (float(diffraction.line_parameter(x)) / cm) ** 3 / 2
        assert diffraction.attenuation(x) * cm == pytest.approx(mu / volume, rel=0.01)
    assert 1 / diffraction.attenuation(0.0) / mm == pytest.approx(37.5, rel=0.02)


def test_beam_in_the_foil():
    foil = Foil.even(0.10, 100 * um, layers=400)
    mu, sine = diffraction.attenuation(0.10), np.sin(20 * degree)
    exact = sine / (2 * mu) * -np.expm1(-2 * mu * 100 * um / sine)
    assert foil.weight(40 * degree).sum() == pytest.approx(exact, rel=1e-6)
    assert Foil.even(0.10, 1 * nm).weight(40 * degree).sum() == pytest.approx(1 * nm, rel=1e-5)


def test_march_dollase():
    def density(ratio, cosine):
        return (ratio**2 * cosine**2 + (1 - cosine**2) / ratio) ** -1.5

    for ratio in (0.3, 0.5, 1.0, 2.0):
        share, _ = quad(lambda c, r=ratio: density(r, c), 0, 1, epsabs=1e-12)
        assert share == pytest.approx(1, abs=1e-9)  # turning grains does not make any
    lines = {line.name: line for line in diffraction.reflections(A)}
    # 110 along [001]: four of twelve normals lie across, eight at 45°
    want = (4 * density(0.5, 0) + 8 * density(0.5, math.sqrt(0.5))) / 12
    assert lines["110"].texture(0.5, (0, 0, 1)) == pytest.approx(want, rel=1e-12)
    assert lines["200"].texture(0.5, (1, 0, 0)) == pytest.approx(
        (density(0.5, 1) + 2 * density(0.5, 0)) / 3, rel=1e-12
    )
    assert all(line.texture(1.0, (1, 2, 3)) == pytest.approx(1) for line in lines.values())


def test_texture_of_all_directions_averages_out():
    """Seen along every direction of a crystal, the mean factor is 1."""
    rng = np.random.default_rng(5)
    line = diffraction.reflections(A)[2]
    factors = [line.texture(0.6, rng.standard_normal(3)) for _ in range(4000)]
    assert np.mean(factors) == pytest.approx(1, abs=4 * np.std(factors) / np.sqrt(4000))


def test_lorentz_polarisation_by_hand():
    assert diffraction.polarisation(60 * degree) == pytest.approx(1.25 / (0.25 * math.sqrt(0.75)))
    assert diffraction.polarisation(90 * degree) == pytest.approx(1 / (0.5 * math.sqrt(0.5)))


# ---- profiles ------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [0.01, 0.2, 0.5, 1.0, 2.0, 5.0, 100.0])
def test_width_against_a_convolution(ratio):
    """Gaussian and Lorentzian convolved by quadrature, no formula for a Voigt profile used."""
    gaussian, lorentzian = 1.0, ratio
    sigma, gamma = gaussian / math.sqrt(8 * math.log(2)), lorentzian / 2

    def voigt(x):
        def product(t):
            bell = math.exp(-0.5 * (t / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
            return bell * gamma / math.pi / ((x - t) ** 2 + gamma**2)

        points = sorted({0.0, min(max(x, -8 * sigma), 8 * sigma)})
        return quad(product, -8 * sigma, 8 * sigma, points=points, limit=200, epsabs=1e-11)[0]

    assert voigt(0.3) == pytest.approx(voigt_profile(0.3, sigma, gamma), rel=1e-7)
    half = brentq(lambda x: voigt(x) - voigt(0) / 2, 0, 3 * (gaussian + lorentzian))
    width, share = thompson_cox_hastings(gaussian, lorentzian)
    assert width == pytest.approx(2 * half, rel=0.01)
    for x in (0.0, 0.25 * width, 0.5 * width, width):
        assert pseudo_voigt(x, width, share) == pytest.approx(
            voigt_profile(x, sigma, gamma), abs=0.015 * voigt(0)
        )


# lorentzian/gaussian, error of the width, of the share and of the top, all relative to the Voigt
# profile of SciPy; the share by least squares on the exact profile
TCH_ERRORS = [
    (0.05, -1.2e-4, 0.0051, 0.0024),
    (0.2, -0.00246, 0.0121, 0.0067),
    (0.5, -0.00424, 0.0166, 0.0113),
    (1.0, -0.00180, 0.0155, 0.0125),
    (2.0, -0.00141, 0.0071, 0.0083),
    (5.0, -9.5e-4, 0.0012, 0.0023),
    (20.0, 3.7e-4, 0.00028, 0.00027),
]


@pytest.mark.parametrize(("ratio", "of_width", "of_share", "of_profile"), TCH_ERRORS)
def test_coefficients_against_the_exact_profile(ratio, of_width, of_share, of_profile):
    """The approximation errs as it should and no more: one per mille in a coefficient shows."""
    sigma, gamma = 1 / math.sqrt(8 * math.log(2)), ratio / 2
    top = voigt_profile(0, sigma, gamma)
    half = brentq(lambda x: voigt_profile(x, sigma, gamma) - top / 2, 0, 3 + 3 * ratio, xtol=1e-14)
    width, share = thompson_cox_hastings(1.0, ratio)
    assert width / (2 * half) - 1 == pytest.approx(of_width, abs=1.5e-5)
    x = np.linspace(0, 12 * half, 600)
    exact = voigt_profile(x, sigma, gamma)
    gauss, lorentz = pseudo_voigt(x, width, 0.0), pseudo_voigt(x, width, 1.0)
    best = (exact - gauss) @ (lorentz - gauss) / np.sum((lorentz - gauss) ** 2)
    assert share - best == pytest.approx(of_share, abs=1e-4)
    off = np.abs(pseudo_voigt(x, width, share) - exact).max() / top
    assert off == pytest.approx(of_profile, abs=1e-4)


def test_coefficients_as_published():
    """Typed a second time, as three other programs carry them."""
    g, lo = 0.7, 0.4
    fifth = g**5 + 2.69269 * g**4 * lo + 2.42843 * g**3 * lo**2 + 4.47163 * g**2 * lo**3
    width = (fifth + 0.07842 * g * lo**4 + lo**5) ** (1 / 5)
    q = lo / width
    share = 1.36603 * q - 0.47719 * q**2 + 0.11116 * q**3
    assert thompson_cox_hastings(g, lo) == pytest.approx((width, share), rel=1e-14)


def test_slopes_of_the_profile_are_those_of_its_values():
    x = np.linspace(-3, 3, 41)
    for share in (0.0, 0.3, 1.0):
        value, *_ = profile_slopes(x, 0.8, share)
        np.testing.assert_allclose(value, pseudo_voigt(x, 0.8, share), rtol=1e-14)


def test_limits_of_the_profile():
    assert thompson_cox_hastings(0.1, 0.0) == pytest.approx((0.1, 0.0))
    assert thompson_cox_hastings(0.0, 0.1) == pytest.approx((0.1, 1.0))
    width, share = thompson_cox_hastings(0.06, 0.08)
    area, _ = quad(lambda x: pseudo_voigt(x, width, share), -np.inf, np.inf)
    assert area == pytest.approx(1, abs=1e-6)
    assert pseudo_voigt(width / 2, width, share) == pytest.approx(pseudo_voigt(0, width, share) / 2)


def test_derivatives_of_the_model():
    """Every column against a central difference."""
    free = ("a", "zero", "displacement", "u", "w", "x", "y")
    widths = Widths(u=1e-7, v=-2e-7)
    model = _Model(ANGLES, 0.026 * degree, free, widths, 3)
    parameters = model.start(A, PATTERN)
    parameters[1], parameters[2] = 0.01, 0.4
    _, slopes = model(parameters)
    slopes = slopes * model.inner(parameters)[:, None]
    for k in range(len(parameters)):
        step = np.zeros_like(parameters)
        step[k] = 1e-6 * max(abs(parameters[k]), 1e-2)
        difference = (model(parameters + step)[0] - model(parameters - step)[0]) / (2 * step[k])
        assert np.allclose(slopes[k], difference, atol=1e-6 * np.abs(difference).max())


# ---- the pattern ---------------------------------------------------------------------------------


def test_counts_mean_what_they_say():
    widths = Widths(w=(0.05 * degree) ** 2, x=0.0, y=0.0)  # Gaussian: no tails to lose
    lithium = Foil.even(0.0, 100 * um)
    bare = {"background": (1.0,), "hump": 0.0, "widths": widths}
    pattern = diffraction.expected(ANGLES, lithium, counts=1e5, **bare) - 1.0
    around = np.abs(ANGLES / degree - 36.17) < 1
    lost = lithium.weight(diffraction.bragg_angle(2, LI.lattice_parameter)).sum() / (100 * um)
    assert pattern[around].sum() == pytest.approx(1e5 * lost, rel=2e-3)
    assert 0.97 < lost < 1
    wide = np.abs(ANGLES / degree - 87.6) < 0.6  # 310: both lines of the doublet stand apart
    angles, peak = ANGLES[wide] / degree, pattern[wide]
    between = diffraction.bragg_angle(10, LI.lattice_parameter, 1.5425 * angstrom) / degree
    assert peak[angles > between].sum() / peak.sum() == pytest.approx(1 / 3, abs=0.02)


def test_background_and_hump():
    flat = diffraction.expected(ANGLES, THIN, counts=0, background=(300.0, -100.0), hump=0.0)
    assert flat[0] == pytest.approx(400) and flat[-1] == pytest.approx(200)
    humped = diffraction.expected(ANGLES, THIN, counts=0, background=(300.0,), hump=50.0)
    assert humped.max() == pytest.approx(350, abs=0.01)
    assert ANGLES[humped.argmax()] / degree == pytest.approx(20, abs=0.02)


def test_depth_acts_as_displacement():
    """A foil the beam goes through looks like one that lies deeper, by the beam's mean depth."""
    foil = Foil.even(0.10, 100 * um, layers=40)
    pattern = diffraction.expected(ANGLES, foil, counts=1e6)
    fit = pawley(ANGLES, pattern, start=A)
    assert fit.lattice_parameter > A + 3e-4 * angstrom
    free = pawley(ANGLES, pattern, start=A, free=("w", "x", "y", "displacement"))
    mean_depth = np.average(foil.depth, weights=foil.weight(40 * degree))
    assert free["displacement"] == pytest.approx(mean_depth, rel=0.05)
    assert mean_depth < 50 * um
    assert abs(free.lattice_parameter - A) < 0.7e-4 * angstrom


def test_record_is_poisson():
    flat = np.full(40000, 7.0)
    counts = diffraction.record(flat, seed=3)
    assert counts.mean() == pytest.approx(7, abs=4 * math.sqrt(7 / 40000))
    assert counts.var() == pytest.approx(7, rel=4 * math.sqrt(2 / 40000))
    assert np.array_equal(counts, diffraction.record(flat, seed=3))
    assert not np.array_equal(counts, diffraction.record(flat, seed=4))


def test_foil():
    foil = Foil([10 * um, 30 * um], [0.2, 0.1])
    assert foil.depth == pytest.approx([5 * um, 25 * um])
    assert foil.lattice_parameter == pytest.approx(diffraction.line_parameter([0.2, 0.1]))
    even_cells = Foil([10 * um, 30 * um], [0.2, 0.1], A)
    assert even_cells.mean_fraction == pytest.approx((0.2 * 10 + 0.1 * 30) / 40)


# ---- the fit -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "free",
    [
        (),
        ("w", "x", "y"),
        ("w", "x", "y", "zero"),
        ("w", "x", "y", "displacement"),
        ("u", "w", "x", "y"),
    ],
)
def test_a_pattern_without_noise_gives_its_parameters_back(free):
    fit = pawley(ANGLES, PATTERN, free=free)
    assert fit.converged
    assert fit.lattice_parameter == pytest.approx(A, rel=1e-8)
    assert fit.r_wp < 1e-5
    assert np.allclose(fit.calculated, PATTERN, rtol=1e-4)
    for name in free:
        true = getattr(Widths(), name, 0.0)
        assert fit[name] == pytest.approx(true, abs=1e-3 * fit.error(name) + 1e-12)
    freedom = ANGLES.size - (1 + len(free) + 5 + 4)  # a, the free ones, five lines, background
    weighted = np.sum(PATTERN**2 / fit.calculated)
    assert fit.r_expected == pytest.approx(math.sqrt(freedom / weighted), rel=1e-9)
    background = [fit[f"background {k}"] for k in range(3)]
    assert background == pytest.approx([400.0, -150.0, 50.0], rel=1e-3)
    assert fit["hump"] == pytest.approx(600, rel=1e-4)


@pytest.mark.parametrize("a", [3.445, 3.47, 3.4823, 3.5098, 3.53, 3.56])
def test_it_finds_its_own_start(a):
    foil = Foil.even(0.1, 1 * nm, a * angstrom, layers=1)
    mean = diffraction.expected(ANGLES, foil, counts=STRONG, texture=0.4)
    fit = pawley(ANGLES, diffraction.record(mean, seed=1))
    assert fit.converged
    assert abs(fit.lattice_parameter / angstrom - a) < 5 * fit.stderr / angstrom < 2e-4


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("start", [3.40, 3.43, 3.48, 3.53, 3.60])
def test_a_start_far_away(start):
    """Also from where 310 lies outside the scan and has to come in on the way."""
    counts = diffraction.record(PATTERN, seed=1)
    fit = pawley(ANGLES, counts, start=start * angstrom)
    assert fit.converged and len(fit.reflections) == 5
    assert abs(fit.lattice_parameter - A) < 4 * fit.stderr
    assert fit.goodness == pytest.approx(1, abs=0.05)
    assert repr(fit).startswith("PawleyFit(a = 3.502")


@pytest.mark.filterwarnings("error")
def test_lost():
    """From another world it does not come back, and the goodness of the fit says so."""
    fit = pawley(ANGLES, diffraction.record(PATTERN, seed=1), start=3.9 * angstrom)
    assert not fit.converged or fit.goodness > 3


MOVED = ("w", "x", "y", "displacement")


@pytest.mark.filterwarnings("error")
def test_a_pattern_without_reflections_is_not_converged():
    for counts in (np.full(ANGLES.size, 500.0), np.full(ANGLES.size, 70.0)):
        fit = pawley(ANGLES, counts)
        assert not fit.converged and not fit.adequate
    for seed in range(5):
        fit = pawley(ANGLES, diffraction.record(np.full(ANGLES.size, 500.0), seed))
        assert not fit.converged and not fit.adequate
        assert "no reflection stands out of the background" in repr(fit)
    with pytest.raises(ValueError, match="counts are not allowed: no reflection stands out"):
        pawley(ANGLES, np.zeros(ANGLES.size))


def test_five_standard_uncertainties_make_a_pattern():
    """Noise-free peaks on the same background, just below and just above the threshold."""
    flat = diffraction.expected(ANGLES, THIN, counts=0.0)
    peaks = PATTERN - flat

    def fitted(scale):
        fit = pawley(ANGLES, flat + scale * peaks, start=A, free=())
        return fit, max(fit[line.name] / fit.error(line.name) for line in fit.reflections)

    for wanted in (4.8, 5.2):
        scale = 1e-3
        for _ in range(4):  # nearly proportional
            scale *= wanted / fitted(scale)[1]
        fit, clearest = fitted(scale)
        assert clearest == pytest.approx(wanted, abs=0.05)
        assert fit.converged == (wanted > 5)


def test_a_weak_pattern_that_stands_out_is_found():
    pattern = diffraction.expected(ANGLES, THIN, counts=STRONG / 30)
    fit = pawley(ANGLES, diffraction.record(pattern, seed=1))
    assert fit.converged and fit.adequate and fit.reason == "converged"
    assert abs(fit.lattice_parameter - A) < 4 * fit.stderr


def test_a_wrong_start_is_not_adequate():
    fit = pawley(ANGLES, diffraction.record(PATTERN, seed=1), start=3.7 * angstrom)
    assert abs(fit.lattice_parameter - A) > 5 * fit.stderr
    assert not fit.adequate and "does not describe the pattern" in repr(fit)


def test_a_thick_foil_needs_its_displacement():
    """What the docstring of `pawley` says in numbers."""
    counts = diffraction.record(diffraction.expected(ANGLES, Foil.even(0.10)), seed=1)
    fixed, free = pawley(ANGLES, counts), pawley(ANGLES, counts, free=MOVED)
    assert fixed.lattice_parameter - A == pytest.approx(0.0014 * angstrom, rel=0.1)
    assert fixed.lattice_parameter - A > 90 * fixed.stderr
    assert fixed.converged and not fixed.adequate
    assert free.adequate and abs(free.lattice_parameter - A) < 4 * free.stderr
    # the beam's mean depth under 110, which has most of the counts
    foil = Foil.even(0.10)
    depth = np.average(foil.depth, weights=foil.weight(diffraction.bragg_angle(2, A)))
    assert depth == pytest.approx(45.7 * um, rel=0.01)
    assert abs(free["displacement"] - depth) < 4 * free.error("displacement")


def test_what_is_adequate_is_called_so():
    fits = [pawley(ANGLES, diffraction.record(PATTERN, seed), start=A) for seed in range(8)]
    assert all(fit.adequate and fit.reason == "converged" for fit in fits)
    # few counts scatter more than normal numbers; the measure knows
    dim = diffraction.expected(ANGLES, THIN, counts=STRONG / 20, background=(1.0,), hump=0.0)
    records = [diffraction.record(dim, seed) for seed in range(8)]
    fits = [pawley(ANGLES, record, start=A) for record in records]
    assert all(fit.adequate for fit in fits)
    for record, fit in zip(records, fits, strict=True):  # one count is weighed as Poisson's
        assert fit.calculated.min() < 2
        np.testing.assert_allclose(
            fit.residual, (record - fit.calculated) / np.sqrt(fit.calculated), rtol=1e-12
        )


def test_texture_changes_intensities_and_no_lattice_parameter():
    for ratio, axis in ((0.3, (1, 0, 0)), (0.4, (1, 1, 1)), (2.0, (1, 1, 0))):
        pattern = diffraction.expected(ANGLES, THIN, counts=STRONG, texture=ratio, axis=axis)
        fit = pawley(ANGLES, pattern, start=A)
        assert fit.lattice_parameter == pytest.approx(A, rel=1e-8)
        for line in fit.reflections:
            plain = pawley(ANGLES, PATTERN, start=A)[line.name]
            factor = fit[line.name] / plain
            assert factor == pytest.approx(line.texture(ratio, axis), rel=1e-3)


def test_uncertainty_is_the_cramer_rao_bound():
    """Fisher information built here from profiles and Bragg's law, by differences."""
    fit = pawley(ANGLES, PATTERN, start=A)
    truth = [3.5020, (0.06 * degree) ** 2, 0.03 * degree, 0.04 * degree]
    areas = [fit[line.name] for line in fit.reflections]
    x = np.linspace(-1, 1, len(ANGLES))
    hump = np.exp(-4 * math.log(2) * ((ANGLES / degree - 20) / 9) ** 2)
    base = [np.ones_like(x), x, 2 * x**2 - 1, hump]

    def peak(order, a, w, sx, sy):
        total = 0.0
        for wavelength, share in ((1.5405980, 2 / 3), (1.5444260, 1 / 3)):
            theta = math.asin(wavelength * math.sqrt(order) / (2 * a))
            both = thompson_cox_hastings(math.sqrt(w), sx * math.tan(theta) + sy / math.cos(theta))
            total = total + share * pseudo_voigt(ANGLES - 2 * theta, *both)
        return total * 0.026 * degree

    def mean(p):
        orders = (2, 4, 6, 8, 10)
        peaks = sum(v * peak(n, *p[:4]) for n, v in zip(orders, p[4:9], strict=True))
        return peaks + sum(b * column for b, column in zip(p[9:], base, strict=True))

    p = np.array([*truth, *areas, 400.0, -150.0, 50.0, 600.0])
    assert np.allclose(mean(p), PATTERN, rtol=1e-5)
    columns = []
    for k in range(len(p)):
        step = np.zeros_like(p)
        step[k] = 1e-6 * abs(p[k])
        columns.append((mean(p + step) - mean(p - step)) / (2 * step[k]))
    columns = np.array(columns) / np.sqrt(PATTERN)
    norm = np.sqrt((columns**2).sum(axis=1))
    unit = columns / norm[:, None]
    bound = math.sqrt(np.linalg.inv(unit @ unit.T)[0, 0]) / norm[0]
    assert fit.stderr / angstrom == pytest.approx(bound, rel=1e-3)


@pytest.mark.parametrize(("counts", "free"), [(STRONG, ()), (STRONG / 20, ("displacement",))])
def test_pulls(counts, free):
    """The uncertainty is that of the scatter, and there is no bias: also with few counts."""
    seeds, free = 80, ("w", "x", "y", *free)
    mean = diffraction.expected(ANGLES, THIN, counts=counts, texture=0.6)
    fits = [
        pawley(ANGLES, diffraction.record(mean, seed), start=A, free=free) for seed in range(seeds)
    ]
    assert all(fit.converged for fit in fits)
    pulls = np.array([(fit.lattice_parameter - A) / fit.stderr for fit in fits])
    low, high = np.sqrt(stats.chi2.ppf([1e-3, 1 - 1e-3], seeds - 1) / (seeds - 1))
    assert low < np.std(pulls, ddof=1) < high
    assert abs(pulls.mean()) < 3.3 / math.sqrt(seeds)
    quality = np.array([fit.goodness**2 for fit in fits])
    assert quality.mean() == pytest.approx(1, abs=4 * math.sqrt(2 / 3060 / seeds))
    true = pawley(ANGLES, mean, start=A)["110"]
    areas = np.array([(fit["110"] - true) / fit.error("110") for fit in fits])
    assert abs(areas.mean()) < 3.3 / math.sqrt(seeds)  # weights 1/observed would draw it down


def test_displacement_and_lattice_parameter_are_confused():
    plain = pawley(ANGLES, PATTERN, start=A)
    free = pawley(ANGLES, PATTERN, start=A, free=("w", "x", "y", "displacement"))
    assert (
        free.correlation("a", "displacement") < -0.9 or free.correlation("a", "displacement") > 0.9
    )
    assert free.stderr > 2 * plain.stderr
    assert free.correlation("a", "a") == pytest.approx(1)
    moved = diffraction.expected(ANGLES, THIN, counts=STRONG, displacement=50 * um)
    wrong = pawley(ANGLES, moved, start=A)
    right = pawley(ANGLES, moved, start=A, free=("w", "x", "y", "displacement"))
    assert wrong.lattice_parameter - A > 20 * wrong.stderr
    assert right["displacement"] == pytest.approx(50 * um, rel=1e-4)
    assert right.lattice_parameter == pytest.approx(A, rel=1e-8)


def test_a_wrong_model_shows():
    """Two lattices in one foil cannot be fitted by one."""
    two = Foil([1 * nm, 1 * nm], [0.1, 0.1], np.array([3.500, 3.506]) * angstrom)
    fit = pawley(ANGLES, diffraction.expected(ANGLES, two, counts=STRONG / 2), start=A)
    assert fit.r_wp > 1e-3
    assert fit.lattice_parameter / angstrom == pytest.approx(3.503, abs=5e-4)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: diffraction.scan(90 * degree, 10 * degree), "low"),
        (lambda: diffraction.scan(step=0.0), "step"),
        (lambda: diffraction.line_parameter(1.2), "magnesium_fraction"),
        (lambda: diffraction.line_fraction(-1.0), "lattice_parameter"),
        (lambda: diffraction.bragg_angle(30, A), "sin θ"),
        (lambda: diffraction.form_factor("Na", 1e9), "element"),
        (lambda: diffraction.reflections(0.0), "lattice_parameter"),
        (lambda: diffraction.reflections(3.502), "= 3.502 m is not allowed.* 1e-10 and 1e-09 m"),
        (lambda: diffraction.reflections(A, low=1, high=0.5), "low = 1 rad .* high = 0.5 rad"),
        (lambda: pawley(ANGLES, PATTERN, start=3.5), "start = 3.5 m .* 1e-10 and 1e-09 m"),
        (lambda: diffraction.reflections(A)[0].texture(0.0, (1, 0, 0)), "ratio"),
        (lambda: diffraction.reflections(A)[0].texture(0.5, (0, 0, 0)), "axis"),
        (lambda: thompson_cox_hastings(-0.1, 0.1), "gaussian"),
        (lambda: thompson_cox_hastings(0.0, 0.0), "gaussian"),
        (lambda: Widths(x=-1.0), "x"),
        (lambda: Widths(w=float("nan")), "w"),
        (lambda: Foil([1e-6, -1e-6], [0.1, 0.1]), "thickness"),
        (lambda: Foil([1e-6, 1e-6], [0.1, 1.1]), "magnesium_fraction"),
        (lambda: Foil([1e-6, 1e-6], [0.1, 0.1, 0.1]), "shapes"),
        (lambda: diffraction.expected(ANGLES[::-1], THIN), "two_theta"),
        (lambda: diffraction.expected(ANGLES[:800], THIN), "two_theta"),
        (lambda: diffraction.expected(ANGLES, THIN, counts=-1.0), "counts"),
        (lambda: diffraction.expected(ANGLES, THIN, background=(-9e9,)), "background"),
        (lambda: diffraction.record([-1.0], seed=0), "pattern"),
        (lambda: pawley(ANGLES, PATTERN[:-1]), "counts"),
        (lambda: pawley(ANGLES, -PATTERN), "counts"),
        (lambda: pawley(ANGLES, PATTERN, free=("a",)), "free"),
        (lambda: pawley(ANGLES, PATTERN, free=("w", "w")), "free"),
        (lambda: pawley(ANGLES, PATTERN, background=0), "background"),
        (lambda: pawley(ANGLES, PATTERN, start=-A), "start"),
        (lambda: pawley(ANGLES[:900], PATTERN[:900], start=A), "two_theta"),
        (lambda: pawley(ANGLES, PATTERN).error("b"), "name"),
    ],
)
def test_what_cannot_be_asked(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_what_few_reflections_cannot_tell():
    """With 110 alone a zero shift, a displacement and another cell are one and the same."""
    around = np.abs(ANGLES / degree - 36) < 3
    enough = pawley(ANGLES[around], PATTERN[around], start=A, free=("w", "y"), background=1)
    assert enough.lattice_parameter == pytest.approx(A, rel=1e-5)
    for free in (("zero",), ("w", "displacement"), ("w", "x", "y")):
        with pytest.raises(ValueError, match="1 reflections"):
            pawley(ANGLES[around], PATTERN[around], start=A, free=free, background=1)


def test_density_of_the_table():
    """The attenuation uses the crystal's own density; by hand for lithium."""
    density = 2 * 6.94 / 6.02214076e23 / (3.5098e-8) ** 3  # g/cm³
    by_hand = 0.501 * density  # 1/cm
    assert diffraction.attenuation(0.0) * cm == pytest.approx(by_hand, rel=1e-9)
    assert density * g / cm**3 == pytest.approx(533, rel=0.01)
