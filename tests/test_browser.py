"""The built book in headless Chromium: it moves, it reads, and it asks nobody.

Needs ``make book`` and Chromium on the PATH. Without Chromium these tests are skipped and say so;
SANDTIME_REQUIRE_CHROMIUM=1 (as in .ci/run) makes its absence a failure.
"""

import functools
import http.server
import os
import re
import shutil
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[1]
SITE = Path(os.environ.get("SANDTIME_SITE", ROOT / "_build" / "html"))  # another build to check
CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
        if (found := shutil.which(name))
    ),
    None,
)
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
VIEWPORTS = {"desk": DESK, "phone": PHONE}


def pages():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]


PAGES = pages()
WITH_EXPLORER = [
    page
    for page in PAGES
    if (SITE / f"{page}.html").is_file()
    and 'class="explorer"' in (SITE / f"{page}.html").read_text(encoding="utf-8")
]


@pytest.fixture(scope="session")
def site():
    """The address of a server on this machine that hands out the built book."""
    assert (SITE / "index.html").is_file(), f"{SITE} holds no book: run `make book`"

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Handler, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def opened(browser, site):
    """Open a page and keep account of what it says and whom it asks."""
    contexts = []

    def open_page(page, viewport=DESK, mode="light", **options):
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        context.add_init_script(
            f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}');"
        )
        tab = context.new_page()
        tab.said, tab.asked = [], []
        tab.on("console", lambda m: tab.said.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        tab.on("requestfailed", lambda request: tab.said.append(f"failed: {request.url}"))
        tab.on(
            "response",
            lambda r: tab.said.append(f"{r.status}: {r.url}") if r.status >= 400 else None,
        )
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.goto(f"{site}/{page}.html", wait_until="load")
        if options.get("java_script_enabled", True):
            tab.wait_for_load_state("networkidle")
            tab.evaluate("() => window.MathJax?.startup?.promise")
            tab.wait_for_function(
                "() => [...document.querySelectorAll('.explorer')]"
                ".every((e) => e.classList.contains('explorer-ready'))"
            )
        return tab

    yield open_page
    for context in contexts:
        context.close()


# ---- measured in the page -----------------------------------------------------------------------

PROSE = """() => {
  const copy = document.querySelector("article.bd-article").cloneNode(true);
  copy.querySelectorAll("pre, code, script, mjx-container").forEach((e) => e.remove());
  return copy.textContent;
}"""

STICKING_OUT = """() => {
  const holds = (e) => e && (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)
    || holds(e.parentElement));
  return [...document.querySelectorAll("article.bd-article *")]
    .filter((e) => e.getClientRects().length && !e.closest("mjx-container, svg, .sr-only"))
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !holds(e.parentElement))
    .map((e) => e.outerHTML.slice(0, 120));
}"""

# The smallest letter of each drawing, in px on the screen.
LETTERS = """() => [...document.querySelectorAll(".figure-plate svg")]
  .filter((svg) => svg.getBoundingClientRect().width > 0)
  .map((svg) => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const sizes = [...svg.querySelectorAll("text")].map((t) => parseFloat(t.style.fontSize));
    return {moves: !!svg.closest(".explorer"), size: scale * Math.min(...sizes, 99)};
  })"""

# Contrast of each letter with what is painted under it: the nearest filled shape, or the page.
CONTRASTS = """() => {
  const probe = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const luminance = (colour) => {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  };
  const page = getComputedStyle(document.body).backgroundColor;
  const found = [];
  for (const text of document.querySelectorAll(".figure-plate svg text")) {
    if (!text.getClientRects().length) continue;
    text.scrollIntoView({block: "center", behavior: "instant"});
    const box = text.getBoundingClientRect();
    const under = document
      .elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2)
      .filter((e) => e instanceof SVGGeometryElement || e instanceof SVGUseElement)
      .map((e) => getComputedStyle(e))
      .find((s) => s.fill !== "none" && s.fillOpacity > 0.5);
    const style = getComputedStyle(text);
    const [low, high] = [luminance(style.fill), luminance(under ? under.fill : page)]
      .sort((a, b) => a - b);
    found.push({contrast: (high + 0.05) / (low + 0.05), filled: !!under, text: text.textContent});
  }
  return found;
}"""

# Thousands of spans inside pictures, formulae and listings take nearly all of axe's time. They go
# before it starts, except on the first two pages, which have some of each.
LEAVES = "document.querySelectorAll('.figure-plate svg, mjx-container, div.highlight pre')"
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    # experimental in axe, but who speaks to the page needs it, and the theme fails it unmended
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}


@pytest.mark.parametrize(("viewport", "mode"), [("desk", "light"), ("phone", "dark")])
@pytest.mark.parametrize("page", PAGES)
def test_page_is_sound(opened, site, page, viewport, mode):
    """No error, no other host, math typeset, nothing too wide, too small, too pale or unnamed."""
    tab = opened(page, VIEWPORTS[viewport], mode)
    assert tab.said == []
    asked = {urlsplit(u).netloc for u in tab.asked if urlsplit(u).scheme not in ("data", "blob")}
    assert asked == {urlsplit(site).netloc}

    formulae = tab.locator("article.bd-article .math")
    assert tab.locator("article.bd-article mjx-container").count() >= formulae.count()
    assert tab.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert re.search(r"\\\(|\\\[|\$\$|\\frac|\\sqrt", tab.evaluate(PROSE)) is None

    width, room = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= room
    assert tab.evaluate(STICKING_OUT) == []
    small = [x for x in tab.evaluate(LETTERS) if x["size"] < (9 if x["moves"] else 11)]
    assert small == []
    # No ink reaches 4.6 on every colour of a map, so letters on a filled shape need 3.
    pale = [x for x in tab.evaluate(CONTRASTS) if x["contrast"] < (3 if x["filled"] else 4.4)]
    assert pale == []

    from axe_playwright_python.sync_playwright import Axe

    if page not in PAGES[:2]:
        tab.evaluate(f"{LEAVES}.forEach((leaf) => leaf.remove())")
    serious = [
        f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for rule in Axe().run(tab, options=AXE_OPTIONS).response["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert serious == []


@pytest.mark.parametrize("page", PAGES)
def test_dark_mode_is_dark_and_figures_follow(opened, page):
    tab = opened(page, mode="light")

    def ground():
        colour = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(n) for n in re.findall(r"\d+", colour)[:3])

    assert ground() > 700
    light = tab.screenshot()
    tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    tab.wait_for_timeout(200)
    assert ground() < 150
    assert tab.screenshot() != light
    behind = tab.evaluate(
        "[...document.querySelectorAll('.text_html:has(.figure-plate)')]"
        ".map((e) => getComputedStyle(e).backgroundColor)"
    )
    assert set(behind) <= {"rgba(0, 0, 0, 0)"}


# ---- what moves ---------------------------------------------------------------------------------


def picture(tab, explorer):
    return tab.locator(".explorer").nth(explorer).locator(".explorer-picture").inner_html()


@pytest.mark.parametrize("page", WITH_EXPLORER or ["book/sand", "book/fick", "book/utilisation"])
def test_sliders_move_the_picture_by_keyboard_and_mouse(opened, page):
    tab = opened(page)
    explorers = tab.locator(".explorer")
    assert explorers.count() > 0
    for i in range(explorers.count()):
        sliders = explorers.nth(i).locator("input[type=range]")
        for j in range(sliders.count()):
            slider = sliders.nth(j)
            output = explorers.nth(i).locator("output").nth(j)
            slider.scroll_into_view_if_needed()
            assert slider.is_enabled()
            top = int(slider.get_attribute("max"))
            if top == 0:
                continue

            slider.focus()
            tab.keyboard.press("Home")
            first, first_text = picture(tab, i), output.inner_text()
            tab.keyboard.press("ArrowRight")
            assert slider.input_value() == "1"
            assert output.inner_text() != first_text
            assert slider.get_attribute("aria-valuetext") == output.text_content()
            tab.keyboard.press("End")
            last, last_text = picture(tab, i), output.inner_text()
            assert slider.input_value() == str(top)
            assert last != first
            tab.keyboard.press("Home")
            assert (picture(tab, i), output.inner_text()) == (first, first_text)

            box = slider.bounding_box()
            tab.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
            tab.mouse.down()
            tab.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=4)
            tab.mouse.up()
            assert slider.input_value() == str(top)
            assert (picture(tab, i), output.inner_text()) == (last, last_text)
    assert tab.said == []


@pytest.mark.parametrize("page", WITH_EXPLORER or ["book/sand", "book/fick", "book/utilisation"])
def test_without_javascript_the_first_frame_stands(opened, page):
    tab = opened(page, java_script_enabled=False)
    for i in range(tab.locator(".explorer").count()):
        explorer = tab.locator(".explorer").nth(i)
        drawing = explorer.locator(".explorer-picture svg")
        assert drawing.is_visible()
        assert drawing.bounding_box()["height"] > 100
        outputs = explorer.locator("output")
        for j in range(outputs.count()):
            assert outputs.nth(j).inner_text().strip()
            assert not explorer.locator("input[type=range]").nth(j).is_visible()


@pytest.mark.parametrize("page", WITH_EXPLORER or ["book/sand", "book/fick", "book/utilisation"])
def test_print_shows_the_picture_and_no_slider(opened, page):
    tab = opened(page)
    tab.emulate_media(media="print")
    explorer = tab.locator(".explorer").first
    assert explorer.locator("svg").first.is_visible()
    assert not explorer.locator("input[type=range]").first.is_visible()
    assert explorer.locator("output").first.is_visible()


def ledger_rows(tab):
    return tab.locator(".ledger-rows details tbody tr").evaluate_all(
        "rows => rows.filter(row => !row.hidden).map(row => row.innerText || row.textContent)"
    )


def test_the_ledger_can_be_searched_sorted_and_linked(opened):
    tab = opened("book/ledger")
    box = tab.locator(".ledger-rows:has(fieldset)")
    everything = len(ledger_rows(tab))
    box.locator("input[type=search]").fill("GRAVIMETRIC capacity")
    found = ledger_rows(tab)
    assert 0 < len(found) < everything
    assert all("gravimetric capacity" in " ".join(row.lower().split()) for row in found)
    assert str(len(found)) in box.locator("[role=status]").inner_text()
    assert "text=" in tab.url
    heads = box.locator("details:not([hidden]) summary span").all_inner_texts()
    assert sum(int(words.split()[0]) for words in heads) == len(found)

    tab.goto(tab.url.split("#")[0] + "#verdict=not+reproduced")
    tab.reload()
    tab.wait_for_function("document.querySelector('.ledger-rows [role=status]').textContent")
    some = ledger_rows(tab)
    assert 0 < len(some) < everything
    assert box.locator("input[type=radio]:checked").get_attribute("value") == "not reproduced"

    head = box.locator("details[open] thead th").nth(1)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"


def test_formulas_are_no_stops_of_the_tab_key(opened):
    tab = opened("book/sand")
    tab.wait_for_selector("mjx-container")
    assert tab.locator("mjx-container[tabindex='0']").count() == 0
    assert tab.locator("mjx-assistive-mml").count() > 10


@pytest.mark.parametrize("page", ["book/sand", "book/ledger"])
def test_paper_is_light_and_shows_content_but_no_solutions(opened, page):
    tab = opened(page, DESK, "dark")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")
    assert tab.evaluate("document.documentElement.dataset.theme") == "light"
    assert tab.locator(".ledger-rows details:not([open])").count() == 0
    shown = tab.locator(".solution.dropdown > :not(.admonition-title)").evaluate_all(
        "nodes => nodes.filter(node => node.getClientRects().length > 0).length"
    )
    assert shown == 0
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
