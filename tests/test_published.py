"""What the book is at the first click: found, named, light, printed, taken away."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
sys.path.insert(0, str(ROOT / "book" / "extension"))

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
PAGES = sorted(path.stem for path in (ROOT / "book").glob("*.md"))
NOTEBOOKS = [
    name
    for name in PAGES
    if "kernelspec" in (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")[:600]
]


def page(name):
    return BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def test_formulas_use_no_macro_that_only_the_book_knows():
    assert "tex" not in CONFIG["sphinx"]["config"]["mathjax3_config"]
    for path in sorted((ROOT / "book").glob("*.md")):
        found = re.findall(r"\\(?:Li|Mg|dd|erfc)\b", path.read_text(encoding="utf-8"))
        assert not found, f"{path.name}: {found[0]} is undefined in JupyterLab: write it out"


@pytest.mark.site
@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_is_about(name):
    head = page(f"book/{name}").head
    titles = head.find_all("title")
    assert len(titles) == 1 and "Sand’s Time" in titles[0].get_text()
    description = head.find("meta", attrs={"name": "description"})["content"]
    assert 40 <= len(description) <= 201, description
    assert "$" not in description and "{" not in description
    assert head.find("meta", property="og:title")["content"]


@pytest.mark.site
def test_no_two_pages_have_one_title():
    titles = [page(f"book/{name}").title.get_text() for name in PAGES]
    assert len(set(titles)) == len(titles)


@pytest.mark.site
def test_the_first_address_is_the_front_page_itself():
    index, front = page("index"), page("book/intro")
    assert index.html["lang"] == "en-GB"
    assert index.html["data-content_root"] == "./"
    assert "refresh" not in str(index.head).lower()
    assert index.title.get_text() == front.title.get_text()
    assert index.select_one("h1").get_text() == front.select_one("h1").get_text()
    for node in index.select("[href], [src]"):
        address = (node.get("href") or node.get("src")).split("#")[0].split("?")[0]
        if address and not re.match(r"[a-z]+:|/", address):
            assert (SITE / address).exists(), address


@pytest.mark.site
def test_a_lost_way_leads_back():
    lost = page("404")
    assert lost.html["lang"] == "en-GB"
    assert next(a["href"] for a in lost.select("a")).endswith("index.html")


@pytest.mark.site
@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_its_version_and_day(name):
    words = page(f"book/{name}").select_one(".edition").get_text()
    assert re.match(r"Version \d+\.\d+\.\d+( \([0-9a-f]{10}\))?, built on \d+ \w+ 20\d\d\.", words)


@pytest.mark.site
def test_no_icon_needs_a_script():
    assert not list(SITE.rglob("fontawesome.js*"))
    assert not list((SITE / "_static").rglob("*.map"))
    for name in PAGES:
        drawn = page(f"book/{name}")
        assert not drawn.select("i[class*='fa-']"), name
        assert "fontawesome.js" not in str(drawn.head), name
        assert drawn.select("svg.svg-inline--fa path[d]"), name


@pytest.mark.site
def test_the_index_of_the_search_holds_numbers():
    index = (SITE / "searchindex.js").read_text(encoding="utf-8")
    for number in ("2820", "0.57", "34161"):
        assert f'"{number}"' in index, number
    script = (SITE / "_static" / "searchtools.js").read_text(encoding="utf-8")
    assert r"queryTerm.match(/^\d+$/)" not in script


@pytest.mark.site
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_notebook_to_take_away_reads_anywhere(name):
    path = SITE / "_sources" / "book" / f"{name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    first, library = notebook["cells"][:2]
    assert "sandtime" in "".join(first["source"])
    assert "import sandtime" in "".join(library["source"])
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            for raw in ("{eval}", ":::", "```{", "{ref}", "{term}", "{footcite}", ")=\n"):
                assert raw not in text, f"{raw} in {text[:200]}"
        else:
            for output in cell["outputs"]:
                if "image/png" in output.get("data", {}):
                    assert "text/html" not in output["data"]
    executed = ROOT / "_build" / "jupyter_execute" / "book" / f"{name}.ipynb"
    codes = [
        "".join(cell["source"])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    kept = ["".join(c["source"]) for c in notebook["cells"][2:] if c["cell_type"] == "code"]
    assert kept == codes, "cells are missing, or in another order"


def test_a_solution_is_folded_in_the_notebook_to_take_away():
    import takeaway
    from docutils import nodes

    def cell(index):
        return nodes.container("", nb_element="cell_code", cell_index=index)

    executed = {
        "cells": [
            {"cell_type": "code", "id": f"c{k}", "metadata": {}, "source": "x", "outputs": []}
            for k in range(3)
        ],
        "metadata": {},
    }
    text = nodes.paragraph("", "Before.")
    solution = nodes.admonition("", nodes.paragraph("", "Because."), cell(1), classes=["solution"])
    document = nodes.section("", nodes.title("", "A chapter"), text, solution, cell(2))
    page = nodes.container("", document)
    about, library, head, hidden, because, solved, after = takeaway.chapter_notebook(
        page, executed, "A chapter"
    )["cells"]
    assert "sandtime" in "".join(library["source"]) and "A chapter" in "".join(about["source"])
    assert "".join(head["source"]) == "# A chapter\n\nBefore."
    assert "".join(because["source"]).startswith("<details>\n<summary>Solution</summary>")
    assert solved["metadata"] == {"jupyter": {"source_hidden": True}}
    assert (hidden["id"], solved["id"], after["id"]) == ("c0", "c1", "c2")
    assert after["metadata"] == {}
