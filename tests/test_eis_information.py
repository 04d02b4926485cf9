"""What a spectrum knows: against the fits themselves, and against a count that is known."""

import numpy as np
import pytest

from sandtime import eis

FREQUENCY = np.geomspace(7e6, 1, 61)
CIRCUIT = eis.Circuit("Zarc_bulk-Zarc_gb-Zarc_int")
CELL = {
    "bulk.R": 60.0, "bulk.tau": 1 / (2 * np.pi * 40e6), "bulk.alpha": 1.0,
    "gb.R": 60.0, "gb.tau": 1 / (2 * np.pi * 6e5), "gb.alpha": 0.9,
    "int.R": 270.0, "int.tau": 1.35e-4, "int.alpha": 0.9,
}  # fmt: skip
HELD = {"bulk.alpha": 1.0, "gb.alpha": 0.9}


def noisy(circuit, cell, S, noise=2e-3, seed=7):
    Z = circuit.impedance(FREQUENCY, cell)
    draw = np.random.default_rng(seed).normal(size=(2, S, len(Z)))
    return Z + noise * np.abs(Z) * (draw[0] + 1j * draw[1]), noise * np.abs(Z)


def test_bound_is_met_by_the_scatter_and_told_by_the_fit():
    Z, sigma = noisy(CIRCUIT, CELL, 2000)
    fit = eis.fit(FREQUENCY, Z, CIRCUIT, fixed=HELD, sigma=sigma)
    bound = eis.cramer_rao(FREQUENCY, CIRCUIT, CELL, sigma, fixed=HELD)
    for k, name in enumerate(CIRCUIT.names):
        if name in HELD:
            assert not bound[k].any()
            continue
        error = bound[k, k] ** 0.5
        assert fit[name].std() == pytest.approx(error, rel=0.06)  # 4 / sqrt(2 · 2000)
        assert np.median(fit.stderr[name]) == pytest.approx(error, rel=0.01)
    between = np.corrcoef(fit["bulk.R"], fit["gb.R"])[0, 1]
    b, g = CIRCUIT.names.index("bulk.R"), CIRCUIT.names.index("gb.R")
    assert between == pytest.approx(bound[b, g] / np.sqrt(bound[b, b] * bound[g, g]), abs=0.03)


def test_bound_of_known_problems():
    # one resistor: the weighted mean of its readings
    sigma = np.array([0.1, 0.2, 0.4])
    bound = eis.cramer_rao([1.0, 2.0, 3.0], "R_0", {"0.R": 10.0}, sigma)
    assert bound[0, 0] == pytest.approx(1 / np.sum(sigma**-2.0), rel=1e-12)
    # a resistor and an inductor do not know of each other
    both = eis.cramer_rao([1.0, 2.0], "R_0-L_1", {"0.R": 10.0, "1.L": 1.0}, 0.1)
    assert both[0, 1] == pytest.approx(0, abs=1e-15)
    assert both[1, 1] == pytest.approx(0.1**2 / ((2 * np.pi) ** 2 * 5), rel=1e-12)


def test_bound_of_a_stack():
    stack = CELL | {"int.R": np.array([270.0, 2700.0])}
    Z = CIRCUIT.impedance(FREQUENCY, stack)
    bound = eis.cramer_rao(FREQUENCY, CIRCUIT, stack, 2e-3 * np.abs(Z), fixed=HELD)
    for each, R in zip(bound, (270.0, 2700.0), strict=True):
        cell = CELL | {"int.R": R}
        sigma = 2e-3 * np.abs(CIRCUIT.impedance(FREQUENCY, cell))
        alone = eis.cramer_rao(FREQUENCY, CIRCUIT, cell, sigma, fixed=HELD)
        np.testing.assert_allclose(each, alone, rtol=1e-9)


def test_what_cannot_be_known_is_an_error():
    with pytest.raises(ValueError, match="do not determine"):
        eis.cramer_rao([1.0, 2.0], "R_0-R_1", {"0.R": 1.0, "1.R": 1.0}, 0.1)
    with pytest.raises(ValueError, match=r"'gb\.R' is not a parameter"):
        eis.cramer_rao([1.0], "R_0", {"0.R": 1.0}, 0.1, fixed=["gb.R"])
    with pytest.raises(ValueError, match="sigma = -1"):
        eis.cramer_rao([1.0], "R_0", {"0.R": 1.0}, -1.0)


@pytest.mark.parametrize("arcs", [1, 2, 3])
def test_arcs_are_counted(arcs):
    names = ["bulk", "gb", "int"][-arcs:]
    circuit = eis.Circuit("-".join(f"Zarc_{name}" for name in names))
    cell = {name: CELL[name] for name in circuit.names}
    Z, sigma = noisy(circuit, cell, 20)
    found = eis.arcs_by_bic(FREQUENCY, Z, sigma).argmin(axis=0) + 1
    assert np.mean(found == arcs) >= 0.9
