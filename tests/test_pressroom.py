"""The Sphinx extension's own reasoning: addresses, buttons, the notebook to take away, mendings."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("sphinx", reason="the book's packages are not installed")
sys.path.insert(0, str(Path(__file__).parents[1] / "book" / "extension"))

import pressroom
from docutils import nodes
from sphinx.errors import ExtensionError

BOOK = "https://github.com/someone/book"


@pytest.mark.parametrize(
    ("address", "https"),
    [
        ("https://github.com/someone/book", BOOK),
        ("https://github.com/someone/book.git\n", BOOK),
        ("https://secret@github.com/someone/book/", BOOK),
        ("http://GitHub.com/someone/book", BOOK),
        ("git@github.com:someone/book.git", BOOK),
        ("ssh://git@github.com/someone/book.git", BOOK),
        ("ssh://git@gitlab.example.org:2222/a/b/book.git", "https://gitlab.example.org/a/b/book"),
        ("git://codeberg.org/someone/book", "https://codeberg.org/someone/book"),
        ("/srv/git/book.git", None),
        ("../book", None),
        ("C:\\books\\book", None),
        ("file:///srv/git/book.git", None),
        ("someone", None),
        ("", None),
    ],
)
def test_addresses_in_all_forms(address, https):
    assert pressroom.normalised(address) == https


def test_numbers_keep_their_units_and_formulas_their_full_stop():
    """Value and unit may stand in two nodes; code, tables and other spaces stay as they are."""
    line = nodes.paragraph()
    line += nodes.inline("", "", nodes.Text("9"))  # what {eval} leaves
    line += nodes.Text(" % of 3 × 10⁻¹¹ cm² s⁻¹ in 5 alloys (")
    line += nodes.math("", "t_0")
    line += nodes.Text("). ")
    line += nodes.literal("", "10 s")
    cell = nodes.entry("", nodes.paragraph("", "25 µm"))
    pressroom.keep_together(None, nodes.section("", line, cell), "page")
    assert line.astext() == "9\xa0% of 3\xa0×\xa010⁻¹¹\xa0cm²\xa0s⁻¹ in 5 alloys (t_0). 10 s"
    (bound,) = (part for part in line.findall(nodes.inline) if "together" in part["classes"])
    assert bound.astext() == "(t_0)."
    assert cell.astext() == "25 µm"


def test_environment_goes_before_git(monkeypatch, tmp_path):
    monkeypatch.setenv("SANDTIME_REPOSITORY", "git@github.com:someone/book.git")
    assert pressroom.repository(tmp_path) == BOOK
    monkeypatch.delenv("SANDTIME_REPOSITORY")
    assert pressroom.repository(tmp_path) is None


def test_git_names_the_fork(monkeypatch, tmp_path):
    monkeypatch.delenv("SANDTIME_REPOSITORY", raising=False)
    pressroom.subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert pressroom.repository(tmp_path) is None
    remote = ["git", "-C", str(tmp_path), "remote", "add", "origin", "git@gitlab.com:me/fork.git"]
    pressroom.subprocess.run(remote, check=True)
    assert pressroom.repository(tmp_path) == "https://gitlab.com/me/fork"


def test_a_wrong_address_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("SANDTIME_REPOSITORY", "my book")
    with pytest.raises(ExtensionError, match="SANDTIME_REPOSITORY = 'my book'"):
        pressroom.repository(tmp_path)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (BOOK, "gh/someone/book"),
        ("https://gitlab.com/a/b/book", "gl/a%2Fb%2Fbook"),
        ("https://codeberg.org/someone/book", "git/https%3A%2F%2Fcodeberg.org%2Fsomeone%2Fbook"),
    ],
)
def test_binder_opens_the_chapter_in_jupyterlab(address, place):
    url = f"https://mybinder.org/v2/{place}/HEAD?urlpath=lab/tree/book/sand.md"
    assert pressroom.binder_url(address, "book/sand.md") == url


def buttons(address, metadata):
    app = SimpleNamespace(
        sandtime_repository=address,
        srcdir="/book",
        env=SimpleNamespace(
            metadata={"book/sand": metadata}, doc2path=lambda name: f"/book/{name}.md"
        ),
    )
    context = {"header_buttons": []}
    pressroom.add_buttons(app, "book/sand", "page.html", context, None)
    return [b["label"] for group in context["header_buttons"] for b in group["buttons"]]


def test_buttons_exist_only_with_a_repository():
    chapter = {"kernelspec": "python3"}
    assert buttons(None, chapter) == []
    assert buttons(BOOK, chapter) == [
        "launch-binder",
        "source-repository-button",
        "source-issues-button",
    ]
    assert "launch-binder" not in buttons(BOOK, {})


def test_the_notebook_to_take_away_keeps_what_needs_no_trust():
    view = "application/vnd.jupyter.widget-view+json"
    picture = {"image/png": "…", "text/html": "<svg>", "text/plain": "a line"}
    table = {"text/html": "<table>", "text/plain": "table"}
    notebook = {
        "metadata": {"widgets": {"state": {}}, "kernelspec": {}},
        "cells": [
            {"cell_type": "markdown", "source": "words"},
            {
                "cell_type": "code",
                "outputs": [
                    {"output_type": "display_data", "data": dict(picture)},
                    {"output_type": "display_data", "data": dict(table)},
                    {"output_type": "display_data", "data": {view: {}, "text/plain": "VBox"}},
                    {"output_type": "stream", "text": "printed"},
                ],
            },
        ],
    }
    outputs = pressroom.cleaned(notebook)["cells"][1]["outputs"]
    assert [set(o.get("data", {})) for o in outputs] == [
        {"image/png", "text/plain"},
        {"text/html", "text/plain"},
        {"text/plain"},
        set(),
    ]
    assert notebook["metadata"] == {"kernelspec": {}}


def test_mendings_mend(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<button class="btn search-button-field" title="Search" aria-label="Search">Search</button>'
        '<section id="exercise-content"></section><section id="solution-content"></section>'
        '<summary aria-label="Toggle hidden content">Show the code</summary>'
        '<script type="text/x-thebe-config">{repo: "other/book"}</script>'
        "<script>kernelName = 'python3'</script><p>ü</p>",
        encoding="utf-8",
    )
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=str(tmp_path))
    pressroom.mend_html(app, None)
    assert page.read_text(encoding="utf-8") == (
        '<button class="btn search-button-field" title="Search">Search</button>'
        "<section></section><section></section><summary>Show the code</summary><p>ü</p>"
    )


def test_a_change_in_the_library_executes_every_chapter(tmp_path):
    module = tmp_path / "lib" / "sandtime" / "sand.py"
    module.parent.mkdir(parents=True)
    module.write_text("one")
    app = SimpleNamespace(srcdir=str(tmp_path))
    env = SimpleNamespace(found_docs={"book/sand", "book/fick"})

    def outdated():
        return set(pressroom.outdated_by_library(app, env, set(), set(), set()))

    assert outdated() == set()  # the first build reads everything anyway
    assert outdated() == set()
    module.write_text("two")
    assert outdated() == {"book/sand", "book/fick"}
    assert outdated() == set()
