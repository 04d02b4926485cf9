"""The table of printed numbers: complete in form, consistent in itself, unchanged unless meant."""

import csv
import hashlib
import math
import re
from importlib.resources import files
from pathlib import Path

import pytest

from sandtime import reported

DATA = Path(__file__).parents[1] / "data"
COLUMNS = [
    "id",
    "quantity",
    "relation",
    "value",
    "value_high",
    "uncertainty",
    "unit",
    "printed",
    "section",
    "where",
    "paraphrase",
]
with (DATA / "reported.csv").open(encoding="utf-8", newline="") as _file:
    LINES = list(csv.DictReader(_file))

# What a number in words stands for, and the two whose print is a formula or a fraction.
WORDS = {
    "Two": 2,
    "two": 2,
    "Three": 3,
    "five": 5,
    "almost zero": 0,
    "double-digit": 10,
    "MPa range": 1,
    "µm scale": 1,
    "sub-micrometer": 1,
    "several order of magnitude": 0.01,
    "−1/2": -0.5,
    "t0 ≪ L2 · Deff−1": 1,
    "(911)": 911,
    "V6": 6,
}


def parse(printed):
    """Value, upper end and uncertainty of a printed number, read independently of the library."""
    if printed in WORDS:
        return WORDS[printed], None, None
    text = printed.replace("−", "-").replace("°", "").replace("%", "")
    text = re.sub(r"^\s*[<>≥]\s*", "", text)
    if match := re.fullmatch(r"([\d.]+)(?:–| and )([\d.]+)", text):
        return float(match[1]), float(match[2]), None
    if match := re.fullmatch(r"\d{1,3}\.000", text):  # a point between thousands
        return float(text.replace(".", "")), None, None
    scale = 1.0
    if match := re.fullmatch(r"(?:(.*) × )?10-(\d+)", text):
        text, scale = match[1] or "1", 10.0 ** -int(match[2])
    if match := re.fullmatch(r"\(?([\d.]+) ± ([\d.]+)\)?", text):
        return float(match[1]) * scale, None, float(match[2]) * scale
    if match := re.fullmatch(r"(\d+\.(\d+))\((\d)\)", text):
        return float(match[1]), None, int(match[3]) * 10.0 ** -len(match[2])
    return float(text) * scale, None, None


def test_columns_and_size():
    assert list(LINES[0]) == COLUMNS
    assert len(LINES) >= 150


def test_ids_are_unique_and_readable():
    ids = [line["id"] for line in LINES]
    assert len(set(ids)) == len(ids)
    for id in ids:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", id), id


@pytest.mark.parametrize("line", LINES, ids=[line["id"] for line in LINES])
def test_row_is_complete_and_consistent(line):
    legible = line["printed"] != "illegible"
    assert bool(line["value"]) == legible
    for column in ("quantity", "printed", "section", "where", "paraphrase"):
        assert line[column].strip() == line[column] != "", column
    assert line["relation"] in ("=", "~", "<", ">", "range")
    assert bool(line["value_high"]) == (line["relation"] == "range")
    assert len(line["paraphrase"]) <= 200, "a paraphrase, not a quotation"

    if not legible:
        assert not line["value_high"] + line["uncertainty"] + line["unit"]
        return
    value, high, uncertainty = parse(line["printed"])
    assert float(line["value"]) == pytest.approx(value, rel=1e-12, abs=0)
    if line["value_high"] and line["printed"] not in WORDS:
        assert float(line["value_high"]) == high > value
    assert bool(line["uncertainty"]) == (uncertainty is not None)
    if uncertainty is not None:
        assert float(line["uncertainty"]) == pytest.approx(uncertainty, rel=1e-12)
    # A sign in the print must agree with the relation.
    if match := re.match(r"\s*([<>≥])", line["printed"]):
        assert line["relation"] == match[1].replace("≥", ">")


def test_rows_follow_the_paper():
    order = list(dict.fromkeys(line["section"] for line in LINES))
    blocks = [s for n, s in enumerate(x["section"] for x in LINES) if s != LINES[n - 1]["section"]]
    assert blocks == order, "a section must be one block"
    assert order[1:] == sorted(order[1:], key=lambda s: [int(n) for n in s.split()[0].split(".")])


@pytest.mark.parametrize(
    ("id", "value", "unit"),
    [
        ("lattice-parameter-li", 3.5098, "Å"),
        ("c0-li90mg10", 69.6, "mmol cm⁻³"),
        ("d-eff-li-25c", 0.8e-11, "cm² s⁻¹"),
        ("utilisation-beta-1ma", 9, "%"),
        ("activation-energy-d", 0.57, "eV"),
        ("t0-criterion", 10, "kΩ"),
        ("llzo-conductivity", 4.6e-4, "S cm⁻¹"),
        ("number-of-spectra", 30000, ""),
    ],
)
def test_well_known_rows(id, value, unit):
    claim = reported.claim(id)
    assert claim.paper == reported.paper(id) == value
    assert claim.unit == unit


def test_library_reads_every_row():
    claims = reported.claims()
    assert list(claims) == [line["id"] for line in LINES]
    for line in LINES:
        claim = claims[line["id"]]
        assert claim.legible == bool(line["value"])
        if claim.legible:
            assert claim.paper == float(line["value"])
            assert claim.last_digit > 0
        else:
            assert math.isnan(claim.paper)
            assert math.isnan(claim.last_digit)
        for field in ("quantity", "relation", "unit", "printed", "section", "where", "paraphrase"):
            assert getattr(claim, field) == line[field]


@pytest.mark.parametrize(
    ("printed", "digit"),
    [
        ("26.7", 0.1),
        ("69.6", 0.1),
        ("24.0", 0.1),
        ("93", 1),
        ("2820", 10),
        ("100", 100),
        ("0", 1),
        ("3.5098(6)", 1e-4),
        ("0.8 × 10−11", 1e-12),
        ("3 × 10−11", 1e-11),
        ("(5.6 ± 0.9) × 10−11", 1e-12),
        ("10−7", 1e-7),
        ("5.0e-12", 1e-13),
        (">99.0", 0.1),
        ("0–69", 1),
    ],
)
def test_last_digit(printed, digit):
    assert reported.last_digit(printed) == pytest.approx(digit, rel=1e-12)


def test_last_digit_needs_a_number():
    with pytest.raises(ValueError, match=r"printed = 'double' is not allowed: .* number"):
        reported.last_digit("double")


def test_wrong_id_names_the_closest():
    with pytest.raises(ValueError, match=r"id = 'c0-l' is not allowed: .* did you mean 'c0-li'"):
        reported.paper("c0-l")


def test_checksum_is_the_one_in_the_readme():
    digest = hashlib.sha256((DATA / "reported.csv").read_bytes()).hexdigest()
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\b[0-9a-f]{64}\b", readme) == [digest]


def test_packaged_copy_is_this_one():
    packaged = files("sandtime.data").joinpath("reported.csv").read_bytes()
    assert packaged == (DATA / "reported.csv").read_bytes()
    assert b"\r" not in packaged


# ---- in SI units --------------------------------------------------------------------------------

BY_HAND = {
    "d-beta": 3e-15,
    "c0-li90mg10": 69600.0,
    "temperature-0c": 273.15,
    "activation-energy-d": 0.57 * 1.602176634e-19,
    "current-density-100ua": 1.0,
    "target-areal-capacity": 5e-3 * 3600 / 1e-4,
    "r-int-initial": 270e-4,
    "t0-li90mg10-25c-100ua": 54000.0,
    "capacitance-at-t0-li90mg10": 0.40,
    "lattice-parameter-li": 3.5020e-10,
    "capacity-gravimetric-li90mg10": 2820e-3 * 3600 / 1e-3,
    "two-theta-step": math.radians(0.026),
}


@pytest.mark.parametrize(("id", "truth"), BY_HAND.items())
def test_a_quantity_is_in_si_units(id, truth):
    printed = reported.paper(id)
    assert reported.quantity(id) == pytest.approx(truth, rel=1e-12), printed


def test_every_legible_number_has_a_unit_that_is_known():
    for id, claim in reported.claims().items():
        if claim.legible:
            assert math.isfinite(reported.quantity(id)), id


def test_an_uncertainty_and_an_upper_end_have_the_same_unit():
    for id, claim in reported.claims().items():
        if claim.paper_high is not None and claim.legible and claim.unit != "°C":
            ratio = reported.quantity(id, "paper_high") / claim.paper_high
            assert reported.quantity(id) == pytest.approx(ratio * claim.paper, rel=1e-12)


def test_what_is_not_printed_is_refused():
    with pytest.raises(ValueError, match="no legible paper_high"):
        reported.quantity("d-beta", "paper_high")
    with pytest.raises(ValueError, match="part = 'value'"):
        reported.quantity("d-beta", "value")
    with pytest.raises(ValueError, match="unit = 'furlong'"):
        reported.multiplier("furlong s⁻¹")
