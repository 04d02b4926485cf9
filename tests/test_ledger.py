"""The ledger: every row has a verdict, and the verdict follows from the numbers."""

import dataclasses
import html.parser
import math
import subprocess
import sys
from fractions import Fraction

import pytest

from sandtime import ledger, ledger_html, recomputed, reported

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


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_verdict_follows_from_the_numbers(row):
    assert row.verdict in ledger.VERDICTS
    if row.recomputed is None:
        assert row.arithmetic is None
        assert row.relative_difference is None
        assert row.verdict in ("ambiguous", "not recomputable", "not yet")
        return
    assert math.isfinite(row.recomputed)
    assert row.arithmetic == verdict_by_hand(row)
    if row.verdict == "in tension":
        assert row.arithmetic == "not reproduced"
    elif row.verdict != "ambiguous":
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
    if row.verdict == "not yet":
        assert row.chapter in ledger.COMING
        assert row.chapter not in ledger.CHAPTERS
    else:
        assert row.chapter in ledger.CHAPTERS
    if row.relation in ("=", "~") and row.paper != 0:
        share = 0.5 if row.relation == "=" else 1
        assert row.tolerance == pytest.approx(share * row.last_digit / abs(row.paper))
    elif row.relation in ("=", "~"):
        assert row.tolerance is None
    else:
        assert row.tolerance == 0


def test_every_claim_is_settled_exactly_once():
    functions = set(recomputed._entries)
    declared = [line["id"] for line in reported.read("unrecomputed.csv")]
    assert len(declared) == len(set(declared))
    assert functions.isdisjoint(declared)
    assert functions | set(declared) == set(reported.claims())


def test_counts_add_up():
    counts = ledger.counts()
    assert tuple(counts) == ledger.VERDICTS
    assert sum(counts.values()) == len(ROWS) == len(reported.claims())
    for verdict, count in counts.items():
        assert count == len(ledger.rows(verdict=verdict))
        assert count > 0 or verdict == "not yet"  # empty since the last chapter came
    by_chapter = [ledger.rows(chapter=c) for c in (*ledger.CHAPTERS, *ledger.COMING)]
    assert sorted(row.id for part in by_chapter for row in part) == sorted(r.id for r in ROWS)
    assert all(len(part) > 0 for part in by_chapter), "a chapter without rows does not belong here"


def test_rows_stand_in_the_order_of_the_paper():
    assert [row.id for row in ROWS] == list(reported.claims())


# Values computed apart from the library, most with a pocket calculator and F = 96485.33 C/mol,
# N_A = 6.02214e23 /mol; the utilisations as in the next test.
@pytest.mark.parametrize(
    ("id", "value", "digits", "verdict"),
    [
        ("c0-li", 76.81, 0.01, "reproduced"),
        ("c0-li95mg5", 73.22, 0.01, "reproduced"),
        ("c0-li90mg10", 69.59, 0.01, "reproduced"),
        ("c-beta-limit", 23.97, 0.01, "reproduced"),
        ("capacity-volumetric-li90mg10", 1865, 1, "reproduced"),
        ("capacity-gravimetric-li90mg10", 2780, 1, "not reproduced"),
        ("capacity-gravimetric-beta", 1822, 1, "not reproduced"),
        ("thickness-5mah", 26.74, 0.01, "reproduced"),
        ("t0-li-25c-100ua", 9.58, 0.01, "within rounding"),
        ("t0-li90mg10-25c-100ua", 22.63, 0.01, "in tension"),
        ("d-eff-li90mg10-25c", 1.525e-11, 1e-14, "in tension"),
        ("d-beta", 3.552e-11, 1e-14, "within rounding"),
        ("d-beta-0c", 3.94e-12, 1e-14, "reproduced"),
        ("d-beta-50c", 1.67e-10, 1e-12, "reproduced"),
        ("d-beta-80c", 9.50e-10, 1e-12, "reproduced"),
        ("d-beta-100c", 2.59e-9, 1e-11, "reproduced"),
        ("activation-energy-d", 0.428, 0.001, "in tension"),
        ("utilisation-10ua", 61.4, 0.1, "reproduced"),
        ("utilisation-100ua", 27.1, 0.1, "reproduced"),
        ("utilisation-1ma", 2.7, 0.1, "not reproduced"),
        ("utilisation-beta-10ua", 93.7, 0.1, "within rounding"),
        ("utilisation-beta-100ua", 41.3, 0.1, "reproduced"),
        ("utilisation-beta-1ma", 4.1, 0.1, "not reproduced"),
        ("temperature-needed-10ma", 129, 1, "reproduced"),
        ("magnesium-fraction-stripped", 0.1192, 0.0001, "reproduced"),
        ("charge-50c", 2.5, 1e-9, "reproduced"),
        ("eq1-coefficient", 2, 1e-9, "reproduced"),
        ("eq1-exponent", -0.5, 1e-9, "reproduced"),
    ],
)
def test_known_rows(id, value, digits, verdict):
    row = ledger.row(id)
    assert row.recomputed == pytest.approx(value, abs=digits)
    assert row.verdict == verdict


@pytest.mark.parametrize("kind", ["utilisation", "utilisation-beta"])
@pytest.mark.parametrize(("name", "current"), [("10ua", 0.1), ("100ua", 1.0), ("1ma", 10.0)])
def test_utilisation_by_a_bare_series(kind, name, current):
    """Figure 9 without the library: the series of Eq. (5) at the interface, bisected."""
    F, L, D, c0, end = 96485.33212, 25e-6, 3e-15, 69.6e3, 24.0e3

    def fallen(t):
        tau = D * t / L**2
        terms = (math.exp(-((n * math.pi) ** 2) * tau) / n**2 for n in range(1, 200))
        return current * L / (F * D) * (tau + 1 / 3 - 2 / math.pi**2 * math.fsum(terms))

    low, high = 1.0, 1e7
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if fallen(middle) < c0 - end else (low, middle)
    held = c0 if kind == "utilisation" else c0 - end
    share = 100 * current * low / (F * L * held)
    assert ledger.row(f"{kind}-{name}").recomputed == pytest.approx(share, rel=1e-9)


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


def test_a_declaration_cannot_hide_the_arithmetic():
    claim = reported.claim("utilisation-10ua")
    with pytest.raises(ValueError, match="'in tension' but the arithmetic says 'reproduced'"):
        ledger._assemble(claim, 61.2, "in tension", "utilisation", "x.")
    for declared in ("not yet", "not recomputable", "reproduced"):
        with pytest.raises(ValueError, match="but a value was recomputed"):
            ledger._assemble(claim, 61.2, declared, "utilisation", "x.")
    for declared in (None, "reproduced", "in tension"):
        with pytest.raises(ValueError, match="but nothing was recomputed"):
            ledger._assemble(claim, None, declared, "utilisation", "x.")
    with pytest.raises(ValueError, match="chapter = 'sand' is not allowed"):
        ledger._assemble(claim, None, "not yet", "sand", "x.")


def test_wrong_names_are_errors():
    with pytest.raises(ValueError, match=r"id = 'c0-lii' is not allowed: .*did you mean .*'c0-li'"):
        ledger.row("c0-lii")
    with pytest.raises(ValueError, match=r"chapter = 'sands' .*'experiment'.*did you mean 'sand'"):
        ledger.rows(chapter="sands")
    with pytest.raises(ValueError, match=r"verdict = 'wrong' .*'reproduced', 'within rounding'"):
        ledger.rows(verdict="wrong")


def test_rows_is_a_sequence_of_cached_rows():
    assert ledger.row("c0-li") is ledger.row("c0-li")
    part = ledger.rows(chapter="sand")
    assert isinstance(part[:3], ledger.Rows)
    assert part[:3] == tuple(part)[:3]
    assert all(row.chapter == "sand" for row in part)
    assert repr(part).count("\n") == len(part) - 1


def test_importing_computes_nothing():
    code = (
        "from sandtime import ledger, recomputed, reported\n"
        "caches = ledger.row, reported.claims, recomputed.entries\n"
        "assert [c.cache_info().currsize for c in caches] == [0, 0, 0]\n"
        "ledger.row('c0-li')\n"
        "assert ledger.row.cache_info().currsize == 1\n"
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
    assert len(page.all("th", scope="col")) == 4
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
    assert ledger_html._printed(row).replace("\u00a0", " ").startswith(printed)
    assert ledger_html._number(row.recomputed, row).replace("\u00a0", " ") == ours
