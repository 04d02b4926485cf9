"""The shape of a chapter, on the built pages: what stands in the reader's way, in which order.

Every message says which rule is broken and where. Needs ``make book``.
"""

import re
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from test_site import source

sys.path.insert(0, str(Path(__file__).parents[1] / "book" / "extension"))

import signposts

pytestmark = pytest.mark.site

TOC = yaml.safe_load((Path(__file__).parents[1] / "_toc.yml").read_text(encoding="utf-8"))
NAMES = signposts.short_names(TOC)
PARTS = [[chapter["file"] for chapter in part["chapters"]] for part in TOC["parts"]]
CHAPTERS = [*PARTS[1], *PARTS[2]]
NUMBERED = [*CHAPTERS, *PARTS[3]]
PAGES = [TOC["root"], *NAMES]

WORDS, WORDS_IN_ALL = 2_500, 50_000
LONGER = {"book/relaxation": 3_500}  # two chapters in one
MINUTES = 45
CODE, CODE_IN_ALL = 90, 1_500
SENTENCE = 35
ANSWER_WORDS, ANSWER_NUMBERS = 30, 3
FIRST_CELL = 25

FOLDED = "details, .dropdown, .exercise"
NOT_PROSE = (
    "script, style, svg, pre, nav, .math, .headerlink, .footnote-reference, input, output, button"
)


def words(node):
    return len(re.findall(r"[^\W_][\w’'.,·-]*", node.get_text(" ", strip=True)))


def plain(node):
    return " ".join(node.get_text(" ", strip=True).split())


def lines(code):
    return len(code.get_text().rstrip("\n").split("\n"))


@cache
def body(page):
    return BeautifulSoup(source(page), "html.parser").select_one("article.bd-article")


@cache
def in_the_way(page):
    """The page without what is folded, the exercises and the references; code too."""
    shown = BeautifulSoup(str(body(page)), "html.parser")
    for apart in shown.select(f"{FOLDED}, #references"):
        apart.decompose()
    return shown


@cache
def prose(page):
    shown = BeautifulSoup(str(in_the_way(page)), "html.parser")
    for other in shown.select(NOT_PROSE):
        other.decompose()
    return shown


def visible_code(page):
    return in_the_way(page).select("div.cell_input pre")


@pytest.fixture(params=NUMBERED)
def chapter(request):
    return request.param


@pytest.fixture(params=PAGES)
def page(request):
    return request.param


# ---- the head of a chapter ----------------------------------------------------------------------


def test_the_heading_is_a_question(chapter):
    heading = plain(body(chapter).select_one("h1")).rstrip("# ")
    assert heading.endswith("?"), f"{chapter}: the heading {heading!r} asks nothing"


def test_number_and_short_name_stand_above_the_heading(chapter):
    kicker = body(chapter).select_one("p.short-name")
    assert kicker is not None, f"{chapter}: no short name above the heading"
    assert kicker.get_text().endswith(NAMES[chapter])
    assert re.match(r"(Chapter \d+|Appendix [A-Z]) · ", kicker.get_text()), kicker.get_text()


def test_the_sidebar_uses_the_short_names(page):
    soup = BeautifulSoup(source(page), "html.parser")
    shown = [
        re.sub(r"^[\dA-Z]+\. ", "", plain(a))
        for a in soup.select(".bd-links__title a, nav.bd-links a")
    ]
    missing = [name for name in NAMES.values() if name not in shown]
    assert missing == [], f"{page}: not in the sidebar under their short names: {missing}"


def test_the_answer_is_short(chapter):
    answer = body(chapter).select_one("div.answer")
    assert answer is not None, f"{chapter}: no answer below the heading"
    text = plain(answer)
    numbers = re.findall(r"(?<![\w₀-₉])\d[\d,.]*(?:\s?×\s?10\S+)?", text)
    assert len(text.split()) <= ANSWER_WORDS, f"{chapter}: {len(text.split())} words: {text}"
    assert len(numbers) <= ANSWER_NUMBERS, f"{chapter}: the answer holds {numbers}"


def test_the_card_names_goals_needs_minutes_and_extent(chapter):
    card = body(chapter).select_one("div.chapter-card")
    assert card is not None, f"{chapter}: no card"
    terms = [plain(term) for term in card.select("dt")]
    assert terms == ["You will be able to", "Know first", "Minutes", "Covers"], (
        f"{chapter}: {terms}"
    )


def test_the_minutes_are_those_of_the_page(chapter):
    shown = body(chapter).select_one("div.chapter-card .minutes").get_text()
    assert shown == str(signposts.reading_minutes(source(chapter)))


def test_answer_card_and_first_cell_come_in_this_order(chapter):
    answer = body(chapter).select_one("div.answer")
    card = body(chapter).select_one("div.chapter-card")
    cell = body(chapter).select_one("div.cell")
    order = [body(chapter).decode().index(str(part)[:200]) for part in (answer, card, cell)]
    assert order == sorted(order), f"{chapter}: code stands before the answer or the card"


def test_the_first_cell_is_folded_and_short(chapter):
    first = body(chapter).select_one("div.cell div.cell_input pre")
    assert first is None or first.find_parent("details"), f"{chapter}: the first cell stands open"
    if first is not None:
        assert lines(first) <= FIRST_CELL, (
            f"{chapter}: {lines(first)} lines; what computes stands where it is used"
        )


# ---- how much -----------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_is_read_in_three_quarters_of_an_hour(chapter):
    count, limit = words(prose(chapter)), LONGER.get(chapter, WORDS)
    assert count <= limit, f"{chapter}: {count} words in the reader's way; fold, move or cut"
    if chapter not in LONGER:
        minutes = signposts.reading_minutes(source(chapter))
        assert minutes <= MINUTES, f"{chapter}: {minutes} minutes"


def test_no_sentence_is_too_long(page):
    for paragraph in prose(page).select("p"):
        for sentence in re.split(r"(?<=[.!?])\s+", plain(paragraph)):
            count = len(sentence.split())
            assert count <= SENTENCE, f"{page}: {count} words: {sentence}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_little_code_stands_open(chapter):
    count = sum(map(lines, visible_code(chapter)))
    assert count <= CODE, f"{chapter}: {count} lines on view; fold figures, tables and proofs"


def test_the_book_as_a_whole_is_short():
    count = sum(words(prose(page)) for page in PAGES)
    assert count <= WORDS_IN_ALL, f"{count} words in the reader's way"
    code = sum(lines(pre) for page in PAGES for pre in visible_code(page))
    assert code <= CODE_IN_ALL, f"{code} lines of code on view"


# ---- code, captions, results --------------------------------------------------------------------


def test_a_visible_cell_is_announced(page):
    for pre in visible_code(page):
        cell = pre.find_parent("div", class_="cell")
        before = cell.find_previous_sibling()
        while before is not None and before.name == "span":  # a target
            before = before.find_previous_sibling()
        first = pre.get_text().strip().split("\n")[0]
        assert before is not None and before.name == "p", f"{page}: nothing announces {first!r}"


PLACES = re.compile(r"\b(left|right|upper|lower|top|bottom)(?:[ -]hand| panel)?\s*[:,]", re.I)
COLOURS = re.compile(r"\b(blue|orange|green|red|purple|violet|yellow|gr[ea]y|teal|black)\b", re.I)


def test_captions_name_panels_by_letter_and_lines_by_style(page):
    for caption in body(page).select("figcaption .caption-text"):
        text = plain(caption)
        assert not PLACES.search(text), f"{page}: panels stack on a phone; write a, b: {text}"
        assert not COLOURS.search(text), f"{page}: colours change in the dark: {text}"


def test_results_are_prose_or_tables(page):
    """Printed output stands only in solutions, errors shown on purpose apart."""
    for output in in_the_way(page).select("div.cell_output div.output.stream"):
        pytest.fail(f"{page}: printed: {plain(output)[:120]}")


def test_a_link_to_a_chapter_has_its_short_name(page):
    anchors = {f"{name.split('/')[-1]}.html": short for name, short in NAMES.items()}
    for link in body(page).select(
        "p a.reference.internal, li a.reference.internal, td a.reference.internal"
    ):
        target = link["href"].split("#")[0]
        if link["href"].endswith(f"#chapter-{target.removesuffix('.html')}") and target in anchors:
            assert anchors[target] in plain(link), f"{page}: {plain(link)!r} links to {target}"
