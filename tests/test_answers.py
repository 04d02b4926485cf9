"""Answer boxes say what a kernel says; every exercise, box and outcome has its other half.

The boxes are driven in Chromium on a page of their own, opened as a file; what the build does with
them is read in the built book (marker `site`).
"""

import gzip
import html
import json
import re
import sys
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book's packages are not installed")
sys.path.insert(0, str(Path(__file__).parents[1] / "book" / "extension"))

import answers
import jupytext
import notebooks
import outcomes
from test_browser import AXE_OPTIONS
from test_site import PAGES, SITE, soup

from sandtime import exercises
from sandtime.exercises import Choice, Mistake, Option, Order, Question, inventory

ROOT = Path(__file__).parents[1]
QUESTIONS = exercises.questions()
SOURCES = {page: (ROOT / f"{page}.md").read_text(encoding="utf-8") for page in PAGES}
ON_PAGE = [q for q in QUESTIONS.values() if answers.way(q) and q.kind not in ("code", "data")]
NUMBERS = [q for q in QUESTIONS.values() if answers.way(q) == "number"]
ASSETS = ROOT / "book" / "assets"
SCRIPT = 4096  # bytes, gzipped


def named(question):
    return question.id


def exercises_of(source):
    """Labels of the exercises of a source."""
    opening = re.compile(
        r"^[`:]{3,}\{exercise(?:-start)?\}[^\n]*\n(?:(?!:label:):[^\n]*\n)*:label: *(\S+)", re.M
    )
    return opening.findall(source)


def boxes_of(source):
    return re.findall(r"^(?:[`:]{3,}\{(?:answer|predict)\}|% answer:) *(\S+)", source, re.M)


LABELS = {label: page for page, source in SOURCES.items() for label in exercises_of(source)}
WITH_EXERCISES = sorted(set(LABELS.values()), key=PAGES.index)


# ---- every half has its other half ---------------------------------------------------------------


def test_every_exercise_of_the_sources_is_found():
    openings = sum(
        len(re.findall(r"^[`:]{3,}\{exercise(?:-start)?\}", s, re.M)) for s in SOURCES.values()
    )
    assert openings == len(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_every_exercise_is_declared(label):
    assert answers.declared(label), f"nothing in sandtime.exercises stands in {label}"


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=named)
def test_every_question_stands_in_an_exercise(question):
    assert question.exercise in LABELS, f"{question.id}: no exercise {question.exercise}"


@pytest.mark.parametrize("question", ON_PAGE, ids=named)
def test_every_question_that_a_page_can_check_has_one_box(question):
    page = LABELS.get(question.exercise, "")
    assert boxes_of(SOURCES.get(page, "")).count(question.id) == 1, f"{question.id} on {page!r}"


@pytest.mark.parametrize("page", PAGES)
def test_every_box_is_declared(page):
    unknown = [id for id in boxes_of(SOURCES[page]) if id not in QUESTIONS]
    assert unknown == []
    deaf = [id for id in boxes_of(SOURCES[page]) if answers.way(QUESTIONS[id]) is None]
    assert deaf == [], "a page cannot check these"


def outcomes_asked_for():
    """Outcomes of the pages that have exercises."""
    return outcomes.outcomes(ROOT, [page for page in WITH_EXERCISES if "inventory" not in page])


@pytest.mark.parametrize("outcome", outcomes_asked_for())
def test_every_outcome_has_a_question(outcome):
    point = outcomes_asked_for()[outcome]
    assert any(q.outcome == outcome for q in QUESTIONS.values()), f"nobody asks for: {point}"


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=named)
def test_every_question_tests_an_outcome_that_exists(question):
    assert question.outcome in outcomes_asked_for(), f"{question.id}: {question.outcome!r}"


def test_points_of_a_card():
    card = "You will be able to\n: a {term}`void <voids>` closes; b, then c; d. Not this.\n\nKnow\n"
    assert outcomes.points(card) == ["a void closes", "b, then c", "d"]
    assert outcomes.points("no card") == []


def test_marks_of_an_exercise():
    asked = {"right": lambda: 1.0, "unit": "h"}
    two = [
        Question("a-b", "x", level=1, minutes=4, **asked),
        Question("a-c", "y", level=3, minutes=6, cases=((1.0,),), unit="h", right=lambda x: x),
    ]
    assert answers.marks(two[:1]) == "Level 1 · 4 min · by hand"
    assert answers.marks(two) == "Level 3 · 10 min · by hand and by code"


# ---- the inventory -------------------------------------------------------------------------------


def test_the_sheets_ask_the_same_in_another_order():
    assert len(inventory.QUESTIONS) == 20
    orders = [[q.id for q, _ in inventory.arranged(sheet)] for sheet in inventory.SHEETS]
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(q.id for q in inventory.QUESTIONS)
    assert orders[0] != orders[1]
    letters = [[letter for _, letter, _ in inventory.key(sheet)] for sheet in inventory.SHEETS]
    assert sum(a == b for a, b in zip(*letters, strict=True)) < 12
    for each in letters:
        assert max(map(each.count, "ABCD")) <= 10, "one letter would pass half of the sheet"


@pytest.mark.parametrize("sheet", inventory.SHEETS)
def test_a_sheet_does_not_tell_what_is_right(sheet):
    page = inventory.printable(sheet)
    for question in inventory.QUESTIONS:
        hints = [o.hint for o in question.options]
        assert not any(html.escape(hint, quote=False) in page for hint in hints)
        assert all(html.escape(o.text, quote=False) in page for o in question.options)
    assert "<script" not in page
    assert "http" not in page


def test_the_key_leads_to_the_right_options():
    for sheet in inventory.SHEETS:
        asked = inventory.arranged(sheet)
        for (_, letter, id), (question, options) in zip(inventory.key(sheet), asked, strict=True):
            assert question.id == id
            assert options["ABCD".index(letter)].right


def test_gain_refuses_what_is_no_share():
    with pytest.raises(ValueError, match="after = 40"):
        inventory.gain(0.4, 40)
    with pytest.raises(ValueError, match="nothing is left"):
        inventory.gain(1, 1)
    with pytest.raises(ValueError, match="before, after"):
        inventory.arranged("between")


# ---- JupyterLab ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_solutions_are_folded_in_lab(page):
    open_ = notebooks.unfolded(SOURCES[page])
    assert open_ == [], (
        f"{page}.md: the cells of solutions in lines {open_} stand open in JupyterLab: "
        "python book/extension/notebooks.py book/*.md folds them"
    )


@pytest.mark.parametrize("page", PAGES)
def test_lab_meets_no_directive_that_it_does_not_know(page):
    loud = notebooks.BOX.findall(SOURCES[page])
    assert loud == [], "python book/extension/notebooks.py book/*.md turns them into comments"


@pytest.mark.parametrize("page", WITH_EXERCISES)
def test_folding_changes_nothing_else(page):
    folded = notebooks.fold_source(SOURCES[page])
    assert notebooks.unfolded(folded) == []
    assert notebooks.fold_source(folded) == folded
    before, after = (jupytext.reads(s, fmt="md:myst").cells for s in (SOURCES[page], folded))
    assert [cell.source for cell in before] == [cell.source for cell in after]
    for one, other in zip(before, after, strict=True):
        left = {k: v for k, v in other.metadata.items() if k != "jupyter"}
        assert left == {k: v for k, v in one.metadata.items() if k != "jupyter"}


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_EXERCISES)
def test_an_exercise_notebook_runs_without_its_chapter(page, capsys):
    """Imports and the few lines that its cells need, taken from the chapter, and then its cells."""
    chapter, given = notebooks._sorted_cells(jupytext.reads(SOURCES[page], fmt="md:myst"))
    cells = [source for sources in given.values() for source in sources]
    light = notebooks.light_cell(chapter, "\n".join(cells))
    heavy = len("\n".join(chapter).splitlines())
    assert len(light.splitlines()) < max(80, heavy / 4)
    names = {}
    for source in (light, *cells):
        exec(compile(notebooks._python(source), page, "exec"), names)
    asked = [q for label, p in LABELS.items() if p == page for q in answers.declared(label)]
    checked = sum(source.count("check(") for source in cells)
    assert capsys.readouterr().out.count("No answer yet.") >= min(checked, 1), asked


def test_a_light_cell_takes_what_is_needed_and_no_more():
    chapter = [
        "import numpy as np\nfrom sandtime import figures, sand\nfrom sandtime.units import um",
        "def slow():\n    time = 3\n    return time * scale\n\nscale, other = 2, 3\nlist_ = []",
        "fig, ax = figures.figure()\nfor time in range(3):\n    ax.plot(time)",
        "list_.append(other)\nscale = scale + 1\nunused = slow()",
    ]
    cell = notebooks.light_cell(
        chapter, "def f(time):\n    return time * slow()\ncheck('a', list_)"
    )
    assert "figures" not in cell
    assert "unused" not in cell
    names = {}
    exec(cell.replace("from sandtime.exercises import check", ""), names)
    assert names["slow"]() == 9
    assert names["list_"] == [3]


# ---- a page of boxes -----------------------------------------------------------------------------

NUMBER = Question(
    "try-number",
    "time until it is empty",
    lambda: 3600 * 12.5,
    "h",
    mistakes=(Mistake("half", lambda: 3600 * 6.1, "Think of the other half."),),
)
CHOICE = Choice(
    "try-choice",
    "twice the current takes",
    (
        Option("half of the time", hint="Is the layer as thick as before?"),
        Option("a quarter", right=True, hint="Right: rate and layer."),
        Option("x < y & z", hint="Not <b>this</b>."),
    ),
)
ORDER = Order("try-order", "the shortest first", ("one", "two", "three", "four"), "Count.")
TRIED = (NUMBER, CHOICE, ORDER)


def a_page(asked, theme="light"):
    """A page with boxes, made of the book's own parts."""
    style = "".join((ASSETS / name).read_text("utf-8") for name in ("book.css", "answers.css"))
    boxes = "\n".join(answers.box(question) for question in asked)
    fold = f"{answers.reveal(CHOICE)}<p>What it is.</p></details>" if CHOICE in asked else ""
    return (
        f'<!DOCTYPE html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Boxes</title>'
        f"<style>{style} body {{ background: var(--sandtime-paper); color: var(--sandtime-ink); }}"
        '</style></head><body><main class="bd-article"><h1>Boxes</h1>'
        f'{boxes}{fold}</main><script type="application/json" id="answer-rules">'
        f"{json.dumps(answers.rules(), ensure_ascii=False)}</script>"
        f"<script>{(ASSETS / 'answers.js').read_text('utf-8')}</script></body></html>"
    )


@pytest.fixture
def boxes(browser, tmp_path):
    """Open a page of boxes from a file; what it asks for is kept."""
    contexts = []

    def open_page(asked=TRIED, theme="light", width=1280, **options):
        path = tmp_path / "boxes.html"
        path.write_text(a_page(asked, theme), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.said, tab.asked = [], []
        tab.on("console", lambda m: tab.said.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.goto(path.as_uri(), wait_until="load")
        return tab

    yield open_page
    for context in contexts:
        context.close()


def verdict(tab, question):
    box = tab.locator(f"#answer-{question.id}")
    box.locator(".answer-verdict:not(:empty)").wait_for()
    return box.get_attribute("data-kind"), box.locator(".answer-verdict").text_content()


def strings(question):
    """Answers right, wrong and odd, as people write them."""
    known = answers.data(question)
    right, size, zero = known["right"], known["size"], known["zero"]
    values = [right, *(value for value, _ in known["mistakes"])]
    values += [row[0] for part in ("then", "last", "end") for row in known[part][:6]]
    factors = (2, 0.5, -1, 4, 1 / 3600, 1e3, 2e-6, 1.03, 1.006, 0.7, 100, 0.01, 3.14159, -7.77, 30)
    values += [right * factor for factor in factors]
    values += [value * factor for value, _ in known["mistakes"] for factor in (2, -1, 1e3)]
    unit = question.unit
    shown = f"{(right - zero) / size:.6g}"
    return [
        *(f"{(value - zero) / size:.6g} {unit}" for value in values),
        f"{shown} {unit}".replace(".", ",").replace("-", "\N{MINUS SIGN}"),
        f"{(right - zero) / size:.5e} {unit}".replace("e", " × 10^"),
        f"{shown} {unit}".replace(" ", "\N{NO-BREAK SPACE}"),
        f"= {shown}{unit}",
        f"{(right - zero) / size / 1000:.3f} {unit}".replace(".", ","),
        f"1,234 {unit}",
        f"12 345,6 {unit}",
        f"{right:.6g}",
        f"{shown} s",
        f"{shown} m{unit}",
        f"{shown} furlongs",
        *("", "   ", "a lot", "1.2.3", "1e400", "0", "−5", "5 %", "10⁻³", "3/0", "1/3 h^(1/0)"),
    ]


ASK_ALL = """async (rounds) => {
  const told = [];
  for (const round of rounds) {
    for (const [id, text] of round) {
      const box = document.getElementById(`answer-${id}`);
      box.elements.answer.value = text;
      box.requestSubmit();
    }
    await new Promise((done) => setTimeout(done, 60));
    told.push(round.map(([id]) => {
      const box = document.getElementById(`answer-${id}`);
      return [box.dataset.kind, box.querySelector(".answer-verdict").textContent];
    }));
  }
  return told;
}"""


@pytest.mark.browser
@pytest.mark.slow
def test_page_and_kernel_say_the_same(boxes):
    """On hundreds of answers, the kind of verdict and every word of it."""
    asked = [*NUMBERS, NUMBER]
    lists = {question.id: strings(question) for question in asked}
    count = max(map(len, lists.values()))
    rounds = [
        [(id, texts[k]) for id, texts in lists.items() if k < len(texts)] for k in range(count)
    ]
    tab = boxes(asked)
    told = tab.evaluate(ASK_ALL, rounds)
    by_id = {question.id: question for question in asked}
    differing, kinds = [], set()
    for texts, verdicts in zip(rounds, told, strict=True):
        for (id, text), (kind, hint) in zip(texts, verdicts, strict=True):
            kernel = exercises.judge(by_id[id], text)
            kinds.add(kernel.kind.split(":")[0])
            # wrong powers of what is given are looked for in a kernel alone
            searched = kernel.kind.startswith("generic:power of") and kind != "right"
            if (kernel.kind, kernel.hint) != (kind, hint) and not searched:
                differing.append((id, text, kernel.kind, kernel.hint, kind, hint))
    assert sum(map(len, lists.values())) >= 200
    assert kinds >= {"right", "mistake", "near", "generic", "mistake+slip", "invalid", "unknown"}
    assert differing[:5] == []
    assert tab.said == []


@pytest.mark.browser
def test_no_answer_leaves_the_page(boxes):
    tab = boxes()
    tab.locator("#answer-try-number--field").fill("12,5 h")
    tab.keyboard.press("Enter")
    assert verdict(tab, NUMBER) == ("right", "Right.")
    assert [url.split(":")[0] for url in tab.asked] == ["file"]
    assert tab.evaluate("Object.keys(localStorage)") == ["sandtime-answers"]
    assert tab.evaluate("document.cookie") == ""
    tab.reload()
    assert tab.locator("#answer-try-number--field").input_value() == "12,5 h"
    assert verdict(tab, NUMBER)[0] == "right"


@pytest.mark.browser
def test_everything_works_by_keyboard_alone(boxes):
    """Number, choice with its reveal, and order, without a mouse; focus is visible throughout."""
    tab = boxes()
    visible = "getComputedStyle(document.activeElement).outlineStyle"

    def tab_to(selector):
        for _ in range(40):
            tab.keyboard.press("Tab")
            if tab.evaluate("s => document.activeElement.matches(s)", selector):
                assert tab.evaluate(visible) == "solid"
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    tab_to("#answer-try-number--field")
    tab.keyboard.type("6,1 h")
    tab.keyboard.press("Enter")
    assert verdict(tab, NUMBER) == ("mistake:half", "Think of the other half.")

    assert tab.locator("#reveal-try-choice").get_attribute("open") is None
    tab_to("#answer-try-choice input")
    tab.keyboard.press("Space")
    tab.keyboard.press("ArrowDown")
    tab_to("#answer-try-choice button")
    tab.keyboard.press("Enter")
    assert verdict(tab, CHOICE) == ("right", "Right: rate and layer.")
    assert tab.locator("#reveal-try-choice").get_attribute("open") is not None

    tab.evaluate("scrollTo(0, 0)")
    for place, item in enumerate(ORDER.items):
        selector = f'#answer-try-order li[data-text="{item}"] button[data-move=up]'
        tab.evaluate("document.activeElement.blur()")
        tab_to(selector)
        for _ in range(len(ORDER.items)):
            shown = tab.locator("#answer-try-order li")
            if shown.nth(place).get_attribute("data-text") == item:
                break
            tab.keyboard.press("Enter")
            assert tab.evaluate("s => document.activeElement.matches(s)", selector)
            assert f"{item}: " in tab.locator(".answer-moved").text_content()
    tab_to("#answer-try-order .answer-check")
    tab.keyboard.press("Enter")
    assert verdict(tab, ORDER) == ("right", "Right.")


@pytest.mark.browser
def test_choice_and_order_say_what_a_kernel_says(boxes):
    tab = boxes()
    for k in range(1, 4):
        tab.locator(f"#answer-try-choice--{k}").check()
        tab.locator("#answer-try-choice button").click()
        kernel = exercises.judge(CHOICE, k)
        assert verdict(tab, CHOICE) == (kernel.kind, kernel.hint)
    tab.locator("#answer-try-order .answer-check").click()
    kernel = exercises.judge(ORDER, [1, 2, 3, 4])
    assert verdict(tab, ORDER) == (kernel.kind, kernel.hint)
    backwards = exercises.judge(ORDER, ORDER.items[::-1])
    assert list(answers.data(ORDER)["verdicts"].values()) == [
        ("right", "Right."),
        (backwards.kind, backwards.hint),
    ]


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(boxes, theme):
    from axe_playwright_python.sync_playwright import Axe

    tab = boxes(theme=theme)
    for text in ("6,1 h", "12,5 h"):
        tab.locator("#answer-try-number--field").fill(text)
        tab.keyboard.press("Enter")
        verdict(tab, NUMBER)
        found = Axe().run(tab, options=AXE_OPTIONS).response["violations"]
        assert [(rule["id"], [n["html"][:200] for n in rule["nodes"]]) for rule in found] == []
    assert tab.locator("#answer-try-number--verdict").get_attribute("role") == "status"


@pytest.mark.browser
def test_a_phone_has_room_and_targets_to_touch(boxes):
    tab = boxes(width=390, has_touch=True)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    field = tab.locator("#answer-try-number--field")
    assert field.get_attribute("inputmode") == "text"
    assert (
        tab.evaluate("e => parseFloat(getComputedStyle(e).fontSize)", field.element_handle()) >= 16
    )
    for control in tab.locator(".answer-box input, .answer-box button").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24, control
    for button in tab.locator(".answer-box button").all():
        assert min(button.bounding_box()["width"], button.bounding_box()["height"]) >= 44


@pytest.mark.browser
def test_on_paper_a_box_is_a_line_to_write_on(boxes):
    tab = boxes()
    field = tab.locator("#answer-try-number--field")
    field.fill("6,1 h")
    tab.keyboard.press("Enter")
    verdict(tab, NUMBER)
    tab.emulate_media(media="print")
    assert tab.locator("label[for=answer-try-number--field]").is_visible()
    for gone in ("button", ".answer-verdict"):
        assert not any(each.is_visible() for each in tab.locator(f".answer-box {gone}").all())
    style = tab.evaluate(
        "e => (({borderTopStyle, borderBottomStyle, color}) => "
        "[borderTopStyle, borderBottomStyle, color])(getComputedStyle(e))",
        field.element_handle(),
    )
    assert style == ["none", "solid", "rgba(0, 0, 0, 0)"]
    assert field.bounding_box()["width"] > 600


@pytest.mark.browser
def test_without_javascript_a_box_says_so(boxes):
    tab = boxes(java_script_enabled=False)
    for question in TRIED:
        box = tab.locator(f"#answer-{question.id}")
        assert "JavaScript" in box.inner_text()
        controls = box.locator("input, button").all()
        assert not any(each.is_enabled() for each in controls)
    tab.locator("#reveal-try-choice summary").click()
    assert tab.locator("#reveal-try-choice p").is_visible()


def test_the_script_is_small():
    assert len(gzip.compress((ASSETS / "answers.js").read_bytes(), 9)) <= SCRIPT


def test_text_of_an_option_cannot_break_the_page():
    page = answers.box(CHOICE)
    assert "x &lt; y &amp; z" in page
    assert "</b>" not in page.replace("<\\/b>", "")


# ---- the built book ------------------------------------------------------------------------------


@cache
def with_boxes():
    return [page for page in PAGES if boxes_of(SOURCES[page])]


@pytest.mark.site
@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_boxes_loads_the_script_once(page):
    scripts = [s for s in soup(page).select("script[src]") if "answers.js" in s["src"]]
    rules = soup(page).select("#answer-rules")
    wanted = 1 if page in with_boxes() else 0
    assert (len(scripts), len(rules)) == (wanted, wanted)
    shown = [form["id"].removeprefix("answer-") for form in soup(page).select("form.answer-box")]
    assert shown == boxes_of(SOURCES[page])


@pytest.mark.site
@pytest.mark.parametrize("page", WITH_EXERCISES)
def test_exercises_show_level_minutes_and_kind(page):
    for exercise in soup(page).select("div.exercise"):
        (line,) = exercise.select(".exercise-marks")
        assert re.fullmatch(r"Level [123] · \d+\smin · [a-z, ]+", line.get_text()), line


@pytest.mark.site
@pytest.mark.parametrize("page", WITH_EXERCISES)
def test_solutions_have_the_number_of_their_exercise(page):
    names = [s.get_text() for s in soup(page).select("div.solution > .admonition-title")]
    assert all(re.fullmatch(r"Solution of ([\dA-Z]+\.)?\d+", name) for name in names), names
    assert len(set(names)) == len(names)


@pytest.mark.site
@pytest.mark.parametrize("page", WITH_EXERCISES)
def test_exercise_notebook_is_offered(page):
    link = soup(page).select_one('a[href*="/exercises-"]')
    folder, name = page.rsplit("/", 1)
    assert link["href"].endswith(f"exercises-{name}.ipynb")
    path = SITE / "_sources" / folder / f"exercises-{name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    assert "assert check(" not in text
    for left in ("{eval}", "{ref}", "{term}", "{answer}", "```{", ":::", "solution-start"):
        assert left not in text
    for label in exercises_of(SOURCES[page]):
        for question in answers.declared(label):
            if not isinstance(question, exercises.Open):
                assert f'check("{question.id}"' in text


@pytest.mark.site
def test_outcomes_page_lists_every_outcome_and_rubric():
    page = soup("book/outcomes")
    shown = {item["id"].removeprefix("outcome-") for item in page.select("li[id^=outcome-]")}
    assert shown >= set(outcomes_asked_for())
    words = " ".join(page.select_one("article").get_text(" ").split())
    for question in QUESTIONS.values():
        if isinstance(question, exercises.Open):
            assert " ".join(question.rubric[0].split())[:40] in words, question.id
