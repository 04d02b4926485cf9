"""Every face of `eis` on more spectra than a spectrum has points, and on foreign ones.

The spectra are written down here, in plain NumPy: interfaces of Havriliak and Negami and of
Gerischer, the inductance of leads, an instrument whose error is smooth.  None of the circuits
describes them exactly; what is asked is that every face says so, of the right spectrum.
"""

import warnings

import numpy as np
import pytest
from scipy import stats

from sandtime import eis
from sandtime.eis.elsewhere import Elsewhere
from sandtime.eis.given import given
from sandtime.eis.model import Model

FREQUENCY = np.geomspace(7e6, 1, 61)
OMEGA = 2 * np.pi * FREQUENCY
S = 130  # above the number of points, of parameters, and of both parts
NOISE = 1e-3
THREE = eis.Circuit("Zarc_bulk-Zarc_gb-Zarc_int")
HELD = {"bulk.alpha": 1.0, "gb.alpha": 0.9}
BOUNDS = {"bulk.tau": (None, 8e-8), "gb.tau": (8e-8, 1e-5), "int.tau": (1e-5, None)}
TOLD = {"fixed": HELD, "bounds": BOUNDS}
FEW = ("R_0-Zarc_int", "R_0-p(R_int,CPE_int)", "Zarc_gb-Zarc_int")
LAST = (0, 71, 122, S - 1)  # beyond every other length that there is


def resistances():
    return np.geomspace(270, 9e3, S)[:, None]


def foreign(kind, noise=NOISE, seed=1):
    """A series of spectra, and the root mean square of what is in them besides an ideal cell."""
    s, R = 1j * OMEGA, resistances()
    pellet = 60 / (1 + s * 4e-9) + 60 / (1 + (s * 2.65e-7) ** 0.87)
    ours = 60 / (1 + s * 4e-9) + 60 / (1 + (s * 2.65e-7) ** 0.9)
    tau = 5e-7 * R
    place = np.log(FREQUENCY / 2646) / np.log(2646)
    Z = {
        "Zarc": ours + R / (1 + (s * tau) ** 0.9),
        "Havriliak-Negami": pellet + R / (1 + (s * tau) ** 0.95) ** 0.9,
        "Gerischer": pellet + R / np.sqrt(1 + s * tau),
        "leads": ours + R / (1 + (s * tau) ** 0.9) + 3e-7 * s,
        "instrument": (ours + R / (1 + (s * tau) ** 0.9))
        * (1 + 3e-3 * np.cos(5 * place) + 3e-3j * np.sin(4 * place)),
    }[kind]
    draw = np.random.default_rng(seed).normal(size=(2, *Z.shape))
    return Z * (1 + noise * (draw[0] + 1j * draw[1]))


KINDS = ("Zarc", "Havriliak-Negami", "Gerischer", "leads", "instrument")


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", eis.FitWarning)
        yield


# --- fit -------------------------------------------------------------------------------------


@pytest.mark.parametrize("known_noise", [True, False])
@pytest.mark.parametrize("circuit", [*FEW, THREE.string])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_of_foreign_spectra_says_so_spectrum_by_spectrum(kind, circuit, known_noise):
    Z = foreign(kind)
    sigma = NOISE * np.abs(Z) if known_noise else None
    how = TOLD if circuit == THREE.string else {}
    found = eis.fit(FREQUENCY, Z, circuit, sigma=sigma, **how)
    described = (kind, circuit) == ("Zarc", THREE.string)
    assert found.adequate.mean() > 0.98 if described else found.adequate.mean() < 0.15
    assert found.reason.shape == found.converged.shape == (S,)
    assert found.covariance.shape == (S, len(found.names), len(found.names))
    assert found.impedance().shape == found.residuals.shape == (S, 61)
    chi2 = (np.abs(found.residuals) ** 2).sum(axis=1)
    np.testing.assert_allclose(chi2, found.chi2, rtol=1e-6)
    for k in range(S):
        if "hang together" in found.reason[k]:
            assert f"autocorrelation {found.autocorrelation[k]:.2f}" in found.reason[k]
        assert (found.reason[k] == "converged") <= bool(found.adequate[k])
    for k in LAST:
        alone = eis.fit(FREQUENCY, Z[k], circuit, sigma=None if sigma is None else sigma[k], **how)
        assert alone.chi2 == pytest.approx(found.chi2[k], rel=1e-6)
        assert alone.reason == found.reason[k] and alone.adequate == found.adequate[k]


def test_a_foreign_interface_biases_its_resistance():
    """What the circuit's being exact was worth: R_int of Havriliak and Negami, by a Zarc."""
    found = eis.fit(FREQUENCY, foreign("Havriliak-Negami"), THREE, **TOLD)
    bias = found["int.R"] / resistances()[:, 0] - 1
    assert 0.005 < np.median(bias) < 0.03
    assert np.median(bias / (found.stderr["int.R"] / found["int.R"])) > 3


def test_adequate_means_five_standard_deviations():
    """Neighbours alike by 3 to 8 of them, and χ² too large by as much, counted here once more."""
    rng, Z = np.random.default_rng(3), foreign("Zarc", noise=0.0)[:1]
    wave = np.cos(2.3 * np.log(FREQUENCY)) + 1j * np.sin(1.7 * np.log(FREQUENCY))
    size = np.linspace(0, 3, 300)[:, None]
    draw = rng.normal(size=(2, 300, 61))
    noisy = Z * (1 + NOISE * (draw[0] + 1j * draw[1] + size * wave))
    found = eis.fit(FREQUENCY, noisy, THREE, sigma=3 * NOISE * np.abs(Z), **TOLD)
    left = found.residuals  # along the frequencies, as they were given
    alike = (left[:, 1:] * left[:, :-1].conj()).real.sum(axis=1) / found.chi2
    together = np.arctanh(alike) * np.sqrt(122)
    near = np.abs(together - 5) < 1e-6
    larger = np.array(["times the noise" in reason for reason in found.reason])
    assert (found.adequate == ((together <= 5) & ~larger))[~near].all()
    assert not larger[together < 1.5].any()  # those are not asked
    assert np.count_nonzero((together > 3) & (together < 5)) > 20
    assert np.count_nonzero((together > 5) & (together < 8)) > 20
    # sigma that is too small: beyond one chance in three and a half million, exactly
    swollen = Z * (1 + NOISE * np.linspace(1, 2, 300)[:, None] * (draw[0] + 1j * draw[1]))
    found = eis.fit(FREQUENCY, swollen, THREE, sigma=NOISE * np.abs(Z), **TOLD)
    excess = np.array(["what sigma explains" in reason for reason in found.reason])
    beyond = stats.norm.isf(stats.chi2.sf(found.chi2, found.dof))
    near = np.abs(beyond - 5) < 0.1  # Wilson and Hilferty's cube root is that exact
    assert (excess == (beyond > 5))[~near].all()
    assert np.count_nonzero((beyond > 3) & (beyond < 4.9)) > 10
    assert np.count_nonzero((beyond > 5.1) & (beyond < 8)) > 10


def test_a_pool_and_a_mask_know_which_spectrum_is_which():
    from concurrent.futures import ThreadPoolExecutor

    Z = foreign("Gerischer")
    mask = np.ones(Z.shape, bool)
    mask[100:, :7] = mask[::2, 40] = False
    holes = np.where(mask, Z, np.nan)
    alone = eis.fit(FREQUENCY, holes, "R_0-Zarc_int", mask=mask)
    with ThreadPoolExecutor(2) as pool:
        spread = eis.fit(FREQUENCY, holes, "R_0-Zarc_int", mask=mask, executor=pool)
    np.testing.assert_allclose(spread.chi2, alone.chi2, rtol=1e-6)
    assert (alone.dof == 2 * mask.sum(axis=1) - 4).all()
    assert np.array_equal(np.isnan(alone.residuals), ~mask)


def test_the_order_of_the_string_is_tried_where_a_bound_allows_another():
    """Two arcs of any size, one bounded in R: from a thousand starts hardly one is lost."""
    rng, N = np.random.default_rng(1), 2000
    fast = rng.uniform(-7, -4, N)
    R, r = 10 ** rng.uniform(1.5, 3.5, (N, 1)), 10 ** rng.uniform(1.5, 2.5, (N, 1))
    first = (1j * OMEGA * 10 ** fast[:, None]) ** rng.uniform(0.6, 1, (N, 1))
    slow = 10 ** (fast + rng.uniform(1, 3, N))[:, None]
    second = (1j * OMEGA * slow) ** rng.uniform(0.6, 1, (N, 1))
    Z = 10 ** rng.uniform(1, 2, (N, 1)) + r / (1 + first) + R / (1 + second)
    draw = rng.normal(size=(2, N, 61))
    Z = Z * (1 + 3e-3 * (draw[0] + 1j * draw[1]))
    bounds = {"gb.R": (None, 1.2 * r[:, 0])}
    found = eis.fit(FREQUENCY, Z, "R_0-Zarc_gb-Zarc_int", bounds=bounds)
    assert np.count_nonzero(~found.adequate) <= 4  # eleven if that order is not tried


def test_arcs_are_sent_elsewhere():
    """Four arcs, anywhere: one in seventeen is lost if none is ever sent to another place."""
    rng, N = np.random.default_rng(5), 250
    Z = 0
    for centre in np.linspace(-7, -1.5, 4):
        tau = 10 ** (centre + rng.uniform(-0.4, 0.4, (N, 1)))
        R = 20 * 100 ** rng.uniform(size=(N, 1))
        Z = Z + R / (1 + (1j * OMEGA * tau) ** rng.uniform(0.75, 1, (N, 1)))
    draw = rng.normal(size=(2, N, 61))
    Z = Z * (1 + 1e-3 * (draw[0] + 1j * draw[1]))
    found = eis.fit(FREQUENCY, Z, "Zarc_a-Zarc_b-Zarc_c-Zarc_d")
    assert found.adequate.mean() > 0.98


def test_exponents_in_another_order_than_that_of_the_string():
    """All are fixed and none other is known: the arcs are found by trying every order."""
    s, R = 1j * OMEGA, resistances()
    Z = 60 / (1 + (s * 4e-9) ** 0.95) + 60 / (1 + (s * 2.65e-7) ** 0.9)
    Z = Z + R / (1 + (s * 1e-3) ** 0.8)
    draw = np.random.default_rng(7).normal(size=(2, *Z.shape))
    Z = Z * (1 + 1e-3 * (draw[0] + 1j * draw[1]))
    held = {"x.alpha": 0.8, "y.alpha": 0.95, "z.alpha": 0.9}
    found = eis.fit(FREQUENCY, Z, "Zarc_x-Zarc_y-Zarc_z", fixed=held)
    assert found.adequate.mean() > 0.98
    np.testing.assert_allclose(found["x.R"][found.adequate], R[found.adequate, 0], rtol=0.02)


def test_an_arc_that_is_sent_elsewhere_leaves_its_resistance_and_divides_the_other():
    model = Model(THREE, OMEGA[::-1], np.ones(9, bool))
    elsewhere = Elsewhere(model, given(THREE, 2))
    one = [np.log([r, t, a]) for r, t, a in ((60, 1e-8, 0.9), (40, 1e-6, 0.8), (300, 1e-3, 0.7))]
    x = np.repeat(np.concatenate(one)[:, None], 2, axis=1)
    R, tau = np.exp(elsewhere.moved(x, 0, 2)).reshape(3, 3, 2)[:, :2, 0].T
    np.testing.assert_allclose(R, [300, 100, 300])  # 60 went to its neighbour
    # half a decade to either side of where the slow one was, further as that was flatter
    np.testing.assert_allclose(tau[[0, 2]], 1e-3 * 10 ** (np.array([-0.5, 0.5]) / 0.7))
    assert tau[1] == pytest.approx(1e-6)
    R, tau = np.exp(elsewhere.moved(x, 2, 0)).reshape(3, 3, 2)[:, :2, 0].T
    np.testing.assert_allclose(R, [60, 340, 60])
    np.testing.assert_allclose(tau[[0, 2]], 1e-8 * 10 ** (np.array([-0.5, 0.5]) / 0.9))


# --- what is counted, bounded and derived ----------------------------------------------------


def test_schwarz_counts_three_unknowns_an_arc_and_both_parts_of_a_point():
    Z = foreign("Havriliak-Negami")[:110]
    sigma = NOISE * np.abs(Z)
    bic = eis.arcs_by_bic(FREQUENCY, Z, sigma, most=3)
    assert bic.shape == (3, 110) and np.isfinite(bic).all()
    for arcs in (1, 2, 3):
        string = "-".join(f"Zarc_{k}" for k in range(arcs))
        found = eis.fit(FREQUENCY, Z, string, sigma=sigma)
        unknown = 2 * 61 - found.dof[0]
        assert unknown == 3 * arcs
        penalty = bic[arcs - 1] - found.chi2
        np.testing.assert_allclose(penalty, unknown * np.log(122), rtol=1e-9)


def test_one_resistor_too_many_costs_what_schwarz_says():
    """The odds of two to one arc, where only one is there: e^(3 ln(122)/2) for the same χ²."""
    Z = 80 / (1 + (1j * OMEGA * 1e-4) ** 0.9)
    draw = np.random.default_rng(2).normal(size=(2, 200, 61))
    Z = Z * (1 + NOISE * (draw[0] + 1j * draw[1]))
    one, two = eis.arcs_by_bic(FREQUENCY, Z, NOISE * np.abs(Z), most=2)
    # the second arc fits some noise, of three degrees of freedom or a few more
    gained = 3 * np.log(122) - (two - one)
    assert gained.min() > -1e-3 and 1 < gained.mean() < 6
    assert np.mean(two < one) < 0.03


@pytest.mark.parametrize("kind", ["Havriliak-Negami", "Gerischer"])
@pytest.mark.parametrize("circuit", FEW[:2])
def test_capacitances_of_wrong_circuits_belong_to_their_spectrum(kind, circuit):
    Z = foreign(kind)
    stack = eis.fit(FREQUENCY, Z, circuit)
    for series in ((), "0.R"):
        C, error = eis.arc_capacitance(stack, "int", series)
        assert C.shape == error.shape == (S,) and (C > 0).all()
        for k in LAST:
            alone = eis.arc_capacitance(eis.fit(FREQUENCY, Z[k], circuit), "int", series)
            np.testing.assert_allclose((C[k], error[k]), alone, rtol=1e-4)


def test_many_cells_at_once_are_each_their_own():
    """`Circuit.impedance`, its derivatives and the bound of Cramér and Rao, cell by cell."""
    R = resistances()[:, 0]
    cell = {
        "bulk.R": 60.0, "bulk.tau": 4e-9, "bulk.alpha": 1.0, "gb.R": 60.0, "gb.tau": 2.65e-7,
        "gb.alpha": 0.9, "int.R": R, "int.tau": 5e-7 * R, "int.alpha": 0.9,
    }  # fmt: skip
    Z = THREE.impedance(FREQUENCY, cell)
    np.testing.assert_allclose(Z, foreign("Zarc", noise=0.0), rtol=1e-12)
    slopes = THREE.derivatives(FREQUENCY, cell)
    bound = eis.cramer_rao(FREQUENCY, THREE, cell, NOISE * np.abs(Z), fixed=HELD)
    assert slopes.shape == (S, 61, 9) and bound.shape == (S, 9, 9)
    up, down = (THREE.impedance(FREQUENCY, cell | {"int.R": R * f}) for f in (1 + 1e-6, 1 - 1e-6))
    by_hand = (up - down) / (2e-6 * R[:, None])
    np.testing.assert_allclose(slopes[..., 6], by_hand, atol=1e-8)
    for k in LAST:
        one = cell | {"int.R": R[k], "int.tau": 5e-7 * R[k]}
        alone = eis.cramer_rao(FREQUENCY, THREE, one, NOISE * np.abs(Z[k]), fixed=HELD)
        np.testing.assert_allclose(bound[k], alone, rtol=1e-6)


# --- Kramers and Kronig, drift, files --------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_kramers_and_kronig_do_not_mind_a_foreign_cell(kind):
    """Steady, linear and causal is all that is asked; a smooth error of the instrument is none."""
    Z = foreign(kind, noise=3e-4)
    kk = eis.lin_kk(FREQUENCY, Z)
    assert kk.valid.shape == kk.below_limit.shape == kk.whiteness.shape == (S,)
    assert kk.valid.mean() < 0.05 if kind == "instrument" else kk.valid.mean() > 0.98
    assert not (kk.valid & kk.below_limit).any()
    for k in LAST:
        alone = eis.lin_kk(FREQUENCY, Z[k])
        np.testing.assert_allclose(alone.residual, kk.residual[k], atol=1e-9)
        assert alone.valid == kk.valid[k]


@pytest.mark.parametrize("circuit", ["Zarc_int", THREE.string])
@pytest.mark.parametrize("kind", KINDS)
def test_drift_of_foreign_sweeps(kind, circuit):
    """They do not drift at all: what is modelled there is none, or the fit is not believed."""
    Z = foreign(kind)
    time = np.linspace(0, 30, 61)
    how = TOLD if circuit == THREE.string else {}
    found = eis.fit_drifting(FREQUENCY, Z, circuit, point_time=time, sigma=NOISE * np.abs(Z), **how)
    described = (kind, circuit) == ("Zarc", THREE.string)
    assert found.adequate.mean() > 0.98 if described else found.adequate.mean() < 0.6
    assert found.reason.shape == found.reference_time.shape == (S,)
    for each in (found.parameters, found.stderr, found.rate, found.rate_stderr, found.growth):
        assert all(value.shape == (S,) for value in each.values())
    drift = found.rate["int.R"][found.adequate] / found.rate_stderr["int.R"][found.adequate]
    if described:
        assert abs(drift.mean()) < 0.4 and drift.std() == pytest.approx(1, abs=0.25)
    one = eis.fit_drifting(
        FREQUENCY, Z[-1], circuit, point_time=time, sigma=NOISE * np.abs(Z[-1]), **how
    )
    assert one.reason == found.reason[-1]
    assert one.chi2 == pytest.approx(found.chi2[-1], rel=1e-6)


def test_more_spectra_than_points_are_written_and_read(tmp_path):
    Z = foreign("leads")
    began = 40.0 * np.arange(S)
    mask = np.ones(Z.shape, bool)
    mask[100:, -5:] = False
    times = began[:, None] + np.linspace(0.2, 29, 61)
    spectra = eis.Spectra(FREQUENCY, Z, time=began, point_time=times, mask=mask)
    eis.write(tmp_path / "foreign.csv", spectra)
    back = eis.read(tmp_path / "foreign.csv")
    assert back.impedance.shape == Z.shape
    assert np.array_equal(back.mask, mask)
    np.testing.assert_array_equal(back.impedance[mask], Z[mask])
    np.testing.assert_array_equal(back.point_time[mask], times[mask])
    np.testing.assert_array_equal(back.time, began)
