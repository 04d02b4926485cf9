"""The built book, read without a browser: complete, honest about its numbers, and alone.

Needs ``make book``. Nothing here is skipped: without a built book each test fails and says so.
"""

import base64
import gzip
import json
import os
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[1]
SITE = Path(os.environ.get("SANDTIME_SITE", ROOT / "_build" / "html"))  # another build to check
EXPLORER_BUDGET = 300_000  # bytes of a page's explorers as a server sends them, gzipped
WITH_EXPLORER = ("book/sand", "book/fick", "book/utilisation")


def table_of_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [c["file"] for part in toc.get("parts", [toc]) for c in part.get("chapters", [])]
    return [toc["root"], *chapters]


PAGES = table_of_contents()


@cache
def source(page):
    path = SITE / f"{page}.html"
    assert path.is_file(), f"{path} is missing: run `make book`"
    return path.read_text(encoding="utf-8")


@cache
def soup(page):
    return BeautifulSoup(source(page), "html.parser")


def article(page):
    found = soup(page).select_one("article.bd-article")
    assert found is not None
    return found


@pytest.fixture(params=PAGES)
def page(request):
    return request.param


# ---- complete -----------------------------------------------------------------------------------


def test_the_toc_lists_every_chapter():
    """A chapter that lies in book/ but not in the table of contents would never be seen."""
    written = {f"book/{path.stem}" for path in (ROOT / "book").glob("*.md")}
    assert written == set(PAGES)


def test_page_is_built_and_has_one_title(page):
    titles = article(page).select("h1")
    assert len(titles) == 1
    assert titles[0].get_text(strip=True)


def test_page_shows_no_failure(page):
    text = article(page)
    assert text.select(".traceback, .stderr, .system-message, .problematic") == []
    words = text.get_text(" ")
    assert "Traceback (most recent call last)" not in words
    assert "Warning:" not in words


def test_page_holds_no_unresolved_markup(page):
    prose = BeautifulSoup(str(article(page)), "html.parser")
    for quoted in prose.select("pre, script, style, code, .math, mjx-container"):
        quoted.decompose()
    words = prose.get_text(" ")
    for left in (r"\{eval\}", r"\{\w+(:\w+)?\}`", r":::", r"\?\?", r"\\x[0-9a-f]{2}", r"\bnan\b"):
        assert re.search(left, words) is None, left
    assert prose.select(".xref:not(a .xref)") == []


def test_every_number_of_prose_was_computed(page):
    """Each ``{eval}`` of the source left its result on the page: none is empty or a bare name."""
    written = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    if "{eval}" not in written:
        assert page in ("book/notation",), f"{page} has no computed number in its prose"
    for expression in re.findall(r"\{eval\}`([^`]+)`", written):
        assert f"{{eval}}`{expression}`" not in source(page)


# ---- to be read by everyone ---------------------------------------------------------------------


def test_every_picture_has_words(page):
    for image in soup(page).select("img"):
        assert image.get("alt", "").strip(), image
    for drawing in article(page).select("svg"):
        named = drawing.find_parent(attrs={"role": "img"}) or drawing
        if drawing.find_parent(class_="sd-octicon") or named.get("aria-hidden") == "true":
            continue
        assert named.get("role") == "img", drawing.get("class")
        assert named.get("aria-label", "").strip()


def test_every_figure_has_a_caption_and_a_drawing_with_words(page):
    for figure in article(page).select("figure"):
        caption = figure.select_one("figcaption .caption-text")
        assert caption is not None
        assert len(caption.get_text().split()) >= 3, caption
        words = [p["aria-label"] for p in figure.select("[role=img]")]
        words += [i["alt"] for i in figure.select("img")]
        assert words
        assert min(len(w.split()) for w in words) >= 5, words


def test_every_control_is_labelled(page):
    content = article(page)
    for control in content.select("input, select, textarea"):
        if control.get("type") == "hidden":
            continue
        label = content.select_one(f'label[for="{control.get("id")}"]')
        assert label is not None or control.find_parent("label"), control
        if control.get("type") == "range":
            assert control["aria-valuetext"].strip()
            assert content.select_one(f'output[for="{control["id"]}"]').get_text().strip()


def test_no_identifier_occurs_twice(page):
    identifiers = [tag["id"] for tag in article(page).select("[id]")]
    twice = {i for i in identifiers if identifiers.count(i) > 1}
    assert twice == set()


# ---- alone --------------------------------------------------------------------------------------

LOADS = (
    ("script", "src"),
    ("img", "src"),
    ("source", "src"),
    ("iframe", "src"),
    ("video", "src"),
    ("audio", "src"),
    ("object", "data"),
    ("use", "href"),
    ("image", "href"),
)


def test_page_loads_nothing_from_another_host(page):
    loaded = [t[a] for tag, a in LOADS for t in soup(page).select(f"{tag}[{a}]")]
    loaded += [
        t["href"]
        for t in soup(page).select("link[href]")
        if set(t.get("rel", [])) & {"stylesheet", "icon", "preload", "modulepreload", "manifest"}
        or "preconnect" in t.get("rel", [])
    ]
    for address in loaded:
        parts = urlsplit(address)
        assert not parts.netloc, address
        assert parts.scheme in ("", "data"), address


def test_style_sheets_load_nothing_from_another_host():
    sheets = list(SITE.rglob("*.css"))
    assert any(sheet.name == "book.css" for sheet in sheets), "run `make book`"
    for sheet in sheets:
        for address in re.findall(
            r"(?:@import\s+|url\()\s*['\"]?([^'\")\s]+)", sheet.read_text(encoding="utf-8")
        ):
            assert not re.match(r"(?:https?:)?//", address), f"{sheet.name}: {address}"


def test_no_button_of_another_book(page):
    text = source(page)
    assert "executablebooks" not in text
    assert "thebe" not in "".join(str(s) for s in soup(page).select("script")).lower()


def target_of(page, link):
    """The file and the anchor that a link of a page points to."""
    parts = urlsplit(link)
    here = SITE / f"{page}.html"
    path = (here.parent / unquote(parts.path)).resolve() if parts.path else here
    return path, unquote(parts.fragment)


@cache
def anchors(path):
    found = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return {tag["id"] for tag in found.select("[id]")} | {
        tag["name"] for tag in found.select("a[name]")
    }


def test_internal_links_and_anchors_resolve(page):
    for link in soup(page).select("a[href]"):
        address = link["href"]
        if urlsplit(address).scheme or address in ("#", ""):
            continue
        path, anchor = target_of(page, address)
        assert path.is_file(), f"{page}: {address}"
        if anchor and path.suffix == ".html":
            assert anchor in anchors(path), f"{page}: {address}"


def test_files_a_page_loads_are_there(page):
    for tag, attribute in LOADS:
        for element in soup(page).select(f"{tag}[{attribute}]"):
            address = element[attribute]
            if address.startswith(("data:", "#")):
                continue
            assert target_of(page, address)[0].is_file(), address


def test_mathjax_lies_beside_the_pages():
    mathjax = SITE / "_static" / "mathjax"
    assert (mathjax / "tex-chtml.js").is_file(), "run `make book`"
    assert list((mathjax / "output" / "chtml" / "fonts" / "woff-v2").glob("*.woff"))
    assert (mathjax / "input" / "tex" / "extensions" / "mhchem.js").is_file()


# ---- explorers and notebooks --------------------------------------------------------------------


def explorers(page):
    return article(page).select(".explorer")


@pytest.mark.parametrize("chapter", WITH_EXPLORER)
def test_chapter_has_an_explorer(chapter):
    assert explorers(chapter)


def test_explorers_of_a_page_fit_the_budget(page):
    together = "".join(str(explorer) for explorer in explorers(page))
    assert len(gzip.compress(together.encode())) < EXPLORER_BUDGET


def test_every_explorer_holds_a_frame_for_every_setting(page):
    for explorer in explorers(page):
        content = json.loads(
            gzip.decompress(base64.b64decode(explorer.select_one(".explorer-frames").get_text()))
        )
        count = 1
        for slider in explorer.select("input[type=range]"):
            texts = json.loads(slider["data-texts"])
            assert int(slider["max"]) == len(texts) - 1
            assert len(set(texts)) == len(texts)
            count *= len(texts)
        assert len(content["frames"]) == len(content["alts"]) == count
        drawings = {tuple(frame) for frame in content["frames"]}
        assert len(drawings) > 1, "a slider that changes nothing"


def test_downloaded_notebook_needs_no_trust(page):
    (link,) = soup(page).select('a[href$=".ipynb"]:not([href*="/exercises-"])')
    path, _ = target_of(page, link["href"])
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in notebook["metadata"]
    outputs = [o["data"] for c in notebook["cells"] for o in c.get("outputs", []) if "data" in o]
    assert not any("image/png" in data and "text/html" in data for data in outputs)
    assert "explorer-frames" not in json.dumps(notebook)
    if article(page).select(".figure-plate"):
        assert any("image/png" in data for data in outputs)


def test_solutions_are_folded_and_were_executed(page):
    for solution in article(page).select("div.solution"):
        assert "dropdown" in solution["class"], solution.get("id")


# ---- the ledger ---------------------------------------------------------------------------------


def test_ledger_counts_match_the_data():
    from sandtime import ledger

    counts = {str(verdict): n for verdict, n in ledger.counts().items() if n}
    body = article("book/ledger").select("table.ledger tbody tr[id]")
    badges = [row.select_one(".verdict").get_text(strip=True) for row in body]
    assert len(badges) == sum(counts.values()) == len(ledger.rows())
    assert {verdict: badges.count(verdict) for verdict in set(badges)} == counts


def test_every_row_of_the_ledger_has_its_place():
    from sandtime import ledger

    identifiers = {tag["id"] for tag in article("book/ledger").select("tr[id]")}
    missing = [row.id for row in ledger.rows() if not any(row.id in i for i in identifiers)]
    assert missing == []
