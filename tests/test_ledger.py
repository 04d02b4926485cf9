"""The ledger: every row has a verdict, and the verdict follows from the numbers."""

import dataclasses
import html.parser
import math
import subprocess
import sys
from fractions import Fraction

import pytest

from sandtime import ledger, reported
from sandtime.ledger import page, verdicts
from sandtime.ledger.register import MODULES, Entry, registered

ROWS = ledger.rows()


def verdict_by_hand(row):
    """The rule of the chapter once more, in exact fractions and from the printed text."""
    value = Fraction(row.recomputed)
    paper = Fraction(str(row.paper))
    if row.relation == "<":
        return "reproduced" if value < paper else "not reproduced"
    if row.relation == ">":
        return "reproduced" if value > paper else "not reproduced"
    if row.relation == "range":
        inside = paper <= value <= Fraction(str(row.paper_high))
        return "reproduced" if inside else "not reproduced"
    digits, _, power = row.printed.replace("−", "-").partition(" × 10-")
    if not digits.strip("-").replace(".", "").isdigit():  # "two", "−1/2": the digits of the value
        digits = f"{row.paper:g}"
    whole, _, decimals = digits.strip("-").partition(".")
    unit = Fraction(1, 10 ** len(decimals)) if decimals else Fraction(1)
    while not decimals and len(whole) > 1 and whole.endswith("0"):
        whole, unit = whole[:-1], unit * 10
    unit /= 10 ** int(power or 0)
    allowed = unit / 2 if row.relation == "=" else unit
    off = abs(value - paper)
    if off <= allowed:
        return "reproduced"
    return "within rounding" if off <= 2 * allowed else "not reproduced"


FOLLOWS = {
    ("arithmetic", True): {"reproduced", "within rounding"},
    ("arithmetic", False): {"not reproduced"},
    ("another print", True): {"reproduced", "within rounding"},
    ("another print", False): {"in tension"},
    ("external data", True): {"consistent with a model"},
    ("our model", True): {"consistent with a model"},
    ("identity", True): {"by construction"},
}
"""What basis and arithmetic may lead to without a declaration."""

# The only rows with a value whose verdict is declared, and why it has to be.
DECLARED = {
    "activation-energy-d": "weak or open",  # 1.8 standard deviations of a scatter we assume
    "d-0c-agreement": "weak or open",  # "fits well"
    "t0-50c-100ua": "weak or open",  # holds with one of two energies
    "temperature-needed-10ma": "weak or open",  # true and far from enough
    "current-density-needs-heat": "ambiguous",  # "sufficiently high"
    "temperature-needed-1ma": "ambiguous",
    "d-eff-li95mg5-25c": "ambiguous",  # "minimally lower"
    "charge-capacitance-slope": "consistent with a model",  # our reading of a bend
    "number-of-contributions": "by construction",  # three were put in
}


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_verdict_follows_from_the_numbers(row):
    assert row.verdict in ledger.VERDICTS
    assert row.basis in (None, *ledger.BASES)
    if row.recomputed is None:
        assert row.arithmetic is None
        assert row.relative_difference is None
        assert row.verdict in (
            "consistent with a model",
            "ambiguous",
            "not recomputable",
            "not yet",
        )
        return
    assert math.isfinite(row.recomputed)
    assert row.arithmetic == verdict_by_hand(row)
    if row.id in DECLARED:
        assert row.verdict == DECLARED[row.id]
    else:
        assert row.verdict in FOLLOWS[row.basis, row.arithmetic != "not reproduced"]
        if row.basis == "arithmetic":
            assert row.verdict == row.arithmetic
    if row.relation != "range":
        assert row.relative_difference == pytest.approx(row.recomputed / row.paper - 1, abs=1e-14)


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_row_is_complete(row):
    assert dataclasses.is_dataclass(row)
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.verdict = "reproduced"
    assert row.reason.endswith(".")
    assert len(row.reason) <= 260
    assert row.flips is None or len(row.flips) <= 120
    assert row.chapter in ledger.CHAPTERS
    if not row.legible or (row.relation in ("=", "~") and row.paper == 0):
        assert row.tolerance is None
        assert row.tolerance_from.startswith("none: nothing")
    elif row.relation in ("=", "~"):
        share, words = (0.5, "half a unit") if row.relation == "=" else (1, "a whole unit")
        assert row.tolerance == pytest.approx(share * row.last_digit / abs(row.paper))
        assert row.tolerance_from.startswith(f"{words} of the last printed digit")
    else:
        assert row.tolerance == 0
        assert row.tolerance_from.startswith("none: a ")
    failing = row.verdict in ("not reproduced", "in tension")
    assert row.contradiction == (row.statement if failing else None)


def test_every_claim_is_settled_exactly_once():
    functions = set(registered())
    declared = [line["id"] for line in reported.read("unrecomputed.csv")]
    assert len(declared) == len(set(declared))
    assert functions.isdisjoint(declared)
    assert functions | set(declared) == set(reported.claims())


def test_a_module_is_a_chapter_and_a_function_is_a_row():
    assert set(MODULES) == {ledger.row(id).chapter for id in registered()} <= set(ledger.CHAPTERS)
    for id in registered():
        entry = ledger.entries()[id]
        assert entry.settle.__name__ == id.replace("-", "_")
        assert entry.settle.__module__ == f"sandtime.ledger.{entry.chapter}"


def test_counts_add_up():
    counts = ledger.counts()
    assert tuple(counts) == ledger.VERDICTS
    assert sum(counts.values()) == len(ROWS) == len(reported.claims())
    for verdict, count in counts.items():
        assert count == len(ledger.rows(verdict=verdict))
        assert count > 0 or verdict == "not yet"  # empty since the last chapter came
    by_chapter = [ledger.rows(chapter=c) for c in ledger.CHAPTERS]
    assert sorted(row.id for part in by_chapter for row in part) == sorted(r.id for r in ROWS)
    assert all(len(part) > 0 for part in by_chapter), "a chapter without rows does not belong here"


# ---- independent statements ----

# By hand: what a single slip, in the paper or here, would change together.
HOLD = {
    "density-li": "one lattice parameter",
    "c0-li95mg5": "the mean of two",
    "density-li90mg10": "one lattice parameter, in four units",
    "beta-limit": "one composition, in two units",
    "capacity-gravimetric-li": "a molar mass",
    "magnesium-fraction-stripped": "a line through two lattice parameters",
    "electroneutrality": "the charges of one formula",
    "sand-li": "one equation, read both ways",
    "d-beta": "one depletion time, and the same number again",
    "t0-ratio-alloy-li": "two depletion times",
    "sand-validity": "one ratio",
    "arrhenius": "one law at four temperatures",
    "utilisation-10ua": "one depletion time over two charges",
    "utilisation-100ua": "one depletion time over two charges",
    "current-density-limit-25c": "one curve",
}
CONTRADICTIONS = {
    "gravimetric-capacity": {"capacity-gravimetric-li90mg10", "capacity-gravimetric-beta"},
    "sand-li90mg10": {"t0-li90mg10-25c-100ua", "d-eff-li90mg10-25c"},
    "utilisation-1ma": {"utilisation-1ma", "utilisation-beta-1ma"},
}


def test_statements_are_counted_once():
    found = ledger.by_statement()
    outcome = {name: {row.verdict for row in part} for name, part in found.items()}
    holds = {name for name, seen in outcome.items() if seen & {"reproduced", "within rounding"}}
    assert holds == set(HOLD)
    assert {k: {r.id for r in v} for k, v in ledger.contradictions().items()} == CONTRADICTIONS
    counts = ledger.statements()
    assert tuple(counts) == ledger.OUTCOMES
    assert sum(counts.values()) == len(found)
    assert counts["hold"] == len(HOLD)
    assert counts["do not hold"] == len(CONTRADICTIONS)
    for verdict in ("consistent with a model", "weak or open", "ambiguous"):
        assert counts[verdict] == sum(seen == {verdict} for seen in outcome.values())
    settled = [r for r in ROWS if r.verdict not in ("not recomputable", "not yet")]
    assert sorted(r.id for r in settled) == sorted(r.id for part in found.values() for r in part)


def test_what_holds_by_construction_is_in_neither_count():
    for row in ledger.rows(verdict="by construction"):
        others = {each.verdict for each in ledger.rows(statement=row.statement)}
        assert row.statement not in ledger.contradictions()
        if others == {"by construction"}:
            assert row.statement not in HOLD
    assert ledger.statements()["by construction"] == len(
        {"charge-50c", "contact-loss-li", "eq1", "number-of-contributions", "r-int-initial",
         "space-group-number"}
    )  # fmt: skip


def test_a_statement_with_two_outcomes_is_an_error():
    mixed = [ledger.row("c0-li"), ledger.row("utilisation-1ma")]
    with pytest.raises(ValueError, match="statement 'density-li' has several outcomes"):
        ledger._outcome(mixed)


def test_a_setting_that_was_measured_is_not_judged():
    """Found unfair: two measured diffusivities, a rest's potential, a furnace's temperature."""
    for id in ("d-eff-li90mg10-0c", "d-eff-li-0c", "ocv-relaxed-li90mg10", "alloying-superheat"):
        row = ledger.row(id)
        assert row.recomputed is row.relative_difference is row.contradiction is None
        assert row.verdict in ("not recomputable", "ambiguous")


def test_rows_stand_in_the_order_of_the_paper():
    assert [row.id for row in ROWS] == list(reported.claims())


@pytest.mark.parametrize(
    ("arguments", "verdict"),
    [
        (("=", 93, 93.5, 0.5 / 93), "reproduced"),
        (("=", 93, 93.51, 0.5 / 93), "within rounding"),
        (("=", 93, 92.0, 0.5 / 93), "within rounding"),
        (("=", 93, 91.9, 0.5 / 93), "not reproduced"),
        (("~", -2, -2.9, 0.5), "reproduced"),
        (("<", 1, 0.999, 0), "reproduced"),
        (("<", 1, 1.0, 0), "not reproduced"),
        ((">", 80, 80.1, 0), "reproduced"),
        ((">", 80, 79.9, 0), "not reproduced"),
        (("range", 10, 10.0, 0, 99), "reproduced"),
        (("range", 10, 99.1, 0, 99), "not reproduced"),
    ],
)
def test_judge(arguments, verdict):
    assert ledger.judge(*arguments) == verdict


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("!", 1, 1, 0), "relation = '!' is not allowed"),
        (("=", 1, math.nan, 0.1), "recomputed = nan is not allowed: it must be finite"),
        (("=", 1, 1, -0.1), "tolerance = -0.1 is not allowed"),
        (("=", 0, 1, 0.1), "paper = 0 is not allowed"),
        (("range", 1, 1, 0), "paper_high = None is not allowed"),
        (("range", 2, 1, 0, 1), "paper_high = 1 is not allowed: it must be above paper = 2"),
    ],
)
def test_judge_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        ledger.judge(*arguments)


def settled(value, basis, declared, chapter="utilisation"):
    entry = Entry(lambda: (value, "x."), chapter, basis, declared, "x")
    return verdicts.assemble(reported.claim("utilisation-10ua"), entry)


@pytest.mark.parametrize(
    ("value", "basis", "verdict"),
    [
        (61.2, "arithmetic", "reproduced"),
        (61.9, "another print", "within rounding"),
        (64.0, "arithmetic", "not reproduced"),
        (64.0, "another print", "in tension"),
        (61.2, "external data", "consistent with a model"),
        (61.9, "our model", "consistent with a model"),
        (61.2, "identity", "by construction"),
    ],
)
def test_the_basis_says_what_an_agreement_is_worth(value, basis, verdict):
    assert settled(value, basis, None).verdict == verdict


def test_a_declaration_cannot_hide_the_arithmetic():
    for declared in ("not yet", "not recomputable", "reproduced", "in tension"):
        with pytest.raises(ValueError, match="but a value was recomputed"):
            settled(61.2, "arithmetic", declared)
    for declared in (None, "reproduced", "in tension", "weak or open", "by construction"):
        with pytest.raises(ValueError, match="but nothing was recomputed"):
            settled(None, "arithmetic", declared)
    for basis in ("external data", "our model", "identity"):
        with pytest.raises(ValueError, match=f"rests on {basis} .* says 'not reproduced'"):
            settled(70.0, basis, None)
    for declared in ("consistent with a model", "by construction"):
        with pytest.raises(ValueError, match="the arithmetic says 'not reproduced'"):
            settled(70.0, "another print", declared)
    with pytest.raises(ValueError, match="has a value but no basis"):
        settled(61.2, None, None)
    with pytest.raises(ValueError, match="basis = 'guess' is not allowed"):
        settled(61.2, "guess", None)
    with pytest.raises(ValueError, match="verdict = 'wrong' is not allowed"):
        settled(61.2, "arithmetic", "wrong")
    with pytest.raises(ValueError, match="chapter = 'sands' is not allowed"):
        settled(None, None, "not yet", chapter="sands")


def test_wrong_names_are_errors():
    with pytest.raises(ValueError, match=r"id = 'c0-lii' is not allowed: .*did you mean .*'c0-li'"):
        ledger.row("c0-lii")
    with pytest.raises(ValueError, match=r"chapter = 'sands' .*'experiment'.*did you mean 'sand'"):
        ledger.rows(chapter="sands")
    with pytest.raises(ValueError, match=r"verdict = 'wrong' .*'reproduced', 'within rounding'"):
        ledger.rows(verdict="wrong")
    with pytest.raises(ValueError, match=r"basis = 'model' .* did you mean 'our model'"):
        ledger.rows(basis="model")
    with pytest.raises(ValueError, match=r"statement = 'sand' .* did you mean 'sand-li'"):
        ledger.rows(statement="sand")


def test_rows_is_a_sequence_of_cached_rows():
    assert ledger.row("c0-li") is ledger.row("c0-li")
    part = ledger.rows(chapter="sand")
    assert isinstance(part[:3], ledger.Rows)
    assert part[:3] == tuple(part)[:3]
    assert all(row.chapter == "sand" for row in part)
    assert repr(part).count("\n") == len(part) - 1


def test_importing_computes_nothing():
    code = (
        "import sys\n"
        "from sandtime import ledger, reported\n"
        "from sandtime.ledger.register import entries\n"
        "caches = ledger.row, reported.claims, entries\n"
        "assert [c.cache_info().currsize for c in caches] == [0, 0, 0]\n"
        "assert not {'sandtime.ledger.sand', 'sandtime.sand', 'scipy'} & set(sys.modules)\n"
        "ledger.row('c0-li')\n"
        "assert ledger.row.cache_info().currsize == 1\n"
        "assert not {'sandtime.campaign', 'sandtime.eis', 'sandtime.voids'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


class Reader(html.parser.HTMLParser):
    """Checks that tags nest, and keeps what was opened and said."""

    def __init__(self, text):
        super().__init__()
        self.opened, self.tags, self.words = [], [], []
        self.feed(text)
        assert self.opened == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("br", "input"):
            self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag, **wanted):
        found = (a for t, a in self.tags if t == tag)
        return [a for a in found if all(a.get(k) == v for k, v in wanted.items())]


@pytest.mark.parametrize("chapter", ["experiment", "sand", "fick", "utilisation", "ledger"])
def test_table_of_a_chapter(chapter):
    part = ledger.rows(chapter=chapter)
    page = Reader(part._repr_html_())
    assert len(page.all("caption")) == 1
    assert len(page.all("th", scope="col")) == 5
    assert len(page.all("th", scope="row")) == len(part)
    assert len(page.all("div", **{"class": "ledger-scroll", "tabindex": "0"})) == 1
    links = {a["href"] for a in page.all("a")}
    assert links == {f"ledger.html#row-{row.id}" for row in part}
    text = "".join(page.words)
    assert ledger.CHAPTERS[chapter].replace("'", "’") in text
    for verdict, count in part.counts().items():
        name = f"verdict verdict-{verdict.replace(' ', '-')}"
        assert len(page.all("span", **{"class": name})) == count
        assert (verdict in text) >= (count > 0)


def test_table_of_everything():
    page = Reader(ROWS.by_section()._repr_html_())
    anchors = [a["id"] for a in page.all("tr") if "id" in a]
    assert anchors == [f"row-{row.id}" for row in ROWS]
    sections = {row.section for row in ROWS}
    assert len(page.all("details")) == len(page.all("summary")) == len(sections)
    radios = page.all("input", type="radio")
    assert [a["value"] for a in radios] == ["", *(v for v, n in ROWS.counts().items() if n)]
    assert len({a["name"] for a in radios}) == 1
    assert all(a["href"] in {f"{c}.html" for c in ledger.CHAPTERS} for a in page.all("a"))
    assert not page.all("link")
    assert not [a for a in page.all("script") if "src" in a], "nothing from elsewhere"
    again = Reader(ROWS.by_section()._repr_html_())
    assert again.all("input")[0]["name"] != radios[0]["name"], "two filters on a page are apart"


@pytest.mark.parametrize(
    ("id", "printed", "ours"),
    [
        ("d-beta-0c", "3.9 × 10<sup>−12</sup> cm² s⁻¹", "3.94 × 10<sup>−12</sup>"),
        ("utilisation-beta-1ma", "9 %", "4.1"),
        ("capacity-gravimetric-li90mg10", "2820 mAh g⁻¹", "2780"),
        ("t0-li90mg10-25c-100ua", "≈ 15 h", "22.6"),
        ("temperature-needed-10ma", "&gt; 80 °C", "129"),
        ("sand-validity", "<i>t</i><sub>0</sub> ≪", "0.0497"),
        ("eq1-exponent", "−1/2", "−0.50"),
        ("t0-ratio-alloy-li", "“two”", "1.7"),
    ],
)
def test_numbers_are_set_with_the_digits_of_the_print(id, printed, ours):
    row = ledger.row(id)
    assert page._printed(row).replace("\u00a0", " ").startswith(printed)
    assert page._number(row.recomputed, row).replace("\u00a0", " ") == ours
