"""The signposts' own reasoning: names, links, minutes, old addresses."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

pytest.importorskip("sphinx", reason="the book's packages are not installed")
sys.path.insert(0, str(Path(__file__).parents[1] / "book" / "extension"))

import signposts
from docutils import nodes
from sphinx.errors import ExtensionError

from sandtime.ledger import CHAPTERS

ROOT = Path(__file__).parents[1]
NAMES = signposts.short_names(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


def environment(labels=None):
    numbers = {"book/sand": {"": (2,), "#why": (2, 1)}, "book/solver": {"": ("B",)}}
    domain = SimpleNamespace(labels=labels)
    return SimpleNamespace(
        toc_secnumbers=numbers, docname="book/sand", get_domain=lambda name: domain
    )


def app(tmp_path=None):
    names = {"book/sand": "Sand", "book/solver": "Solver", "book/summary": "Verdict"}
    found = {"book/sand", "book/solver", "book/summary"}
    return SimpleNamespace(
        sandtime_names=names,
        env=SimpleNamespace(**vars(environment()), found_docs=found),
        builder=SimpleNamespace(format="html"),
        outdir=str(tmp_path),
    )


def test_names_are_short_and_told_apart():
    assert len(set(NAMES.values())) == len(NAMES)
    for page, name in NAMES.items():
        assert 1 <= len(name.split()) <= 3, f"{page}: {name!r} is no short name"


def test_the_ledger_uses_the_same_names():
    for page, name in CHAPTERS.items():
        assert NAMES[f"book/{page}"] == name


def test_a_link_reads_the_short_name():
    labels = {
        "chapter-sand": ("book/sand", "chapter-sand", "How long?"),
        "chapter-solver": ("book/solver", "chapter-solver", "How?"),
        "chapter-summary": ("book/summary", "chapter-summary", "What holds?"),
        "fig-sand": ("book/sand", "fig-sand", "A picture"),
    }
    signposts.name_the_chapters(app(), environment(labels))
    assert labels["chapter-sand"][2] == "Sand"
    assert labels["chapter-solver"][2] == "Solver"
    assert labels["chapter-summary"][2] == "Verdict"
    assert labels["fig-sand"][2] == "A picture"


def test_the_first_cell_is_shown_below_the_card():
    cell, later = (nodes.container(classes=["cell"]) for _ in range(2))
    answer = nodes.container(classes=["answer"])
    entries = nodes.definition_list(
        "",
        nodes.definition_list_item("", nodes.term("", "Know first"), nodes.definition()),
        nodes.definition_list_item("", nodes.term("", "Covers"), nodes.definition()),
    )
    card = nodes.container("", entries, classes=["chapter-card"])
    section = nodes.section("", nodes.title("", "Why?"), cell, answer, card, later)
    signposts.put_the_card_first(app(), section)
    assert section[1:] == [answer, card, cell, later]
    assert [entry[0].astext() for entry in entries] == ["Know first", "Minutes", "Covers"]


def test_minutes_count_what_is_in_the_way():
    """360 words, an equation, a figure, ten lines of code: 120 + 40 + 25 + 30 s."""
    code = '<div class="cell_input"><pre>' + "x\n" * 10 + "</pre></div>"
    page = "<p>" + "word " * 360 + '</p><div class="math">x</div><figure></figure>' + code
    folded = "<details>" + "word " * 5000 + code + "</details>"
    exercise = '<div class="exercise">' + "word " * 5000 + "</div>"
    assert signposts.reading_minutes(f"<article>{page}{folded}{exercise}</article>") == 4


def test_minutes_are_filled_in_and_summed(tmp_path):
    (tmp_path / "book").mkdir()
    room = '<span class="minutes" data-pages="{}">…</span>'
    for page, words in (("sand", 360), ("solver", 540), ("summary", 0)):
        text = f"<article>{'word ' * words}{room.format(f'book/{page}')}</article>"
        (tmp_path / "book" / f"{page}.html").write_text(text, encoding="utf-8")
    summary = tmp_path / "book" / "summary.html"
    summary.write_text(room.format("book/sand book/solver"), encoding="utf-8")
    signposts.fill_in_minutes(app(tmp_path), None)
    assert ">2<" in (tmp_path / "book" / "sand.html").read_text(encoding="utf-8")
    assert ">5<" in summary.read_text(encoding="utf-8")
    summary.write_text(room.format("book/sands"), encoding="utf-8")
    with pytest.raises(ExtensionError, match="book/sands"):
        signposts.fill_in_minutes(app(tmp_path), None)


def test_an_old_address_leads_to_the_new_one(tmp_path, monkeypatch):
    (tmp_path / "book").mkdir()
    monkeypatch.setattr(signposts, "MOVED", {"book/rocks": "book/sand"})
    signposts.leave_redirects(app(tmp_path), None)
    left = (tmp_path / "book" / "rocks.html").read_text(encoding="utf-8")
    assert 'url=sand.html"' in left
    assert "Sand" in left
    assert "location.hash" in left


def test_the_library_names_chapters_by_their_short_names():
    for path in (ROOT / "lib" / "sandtime").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"chapters?\s+\*([^*]+)\*", text):
            assert " ".join(name.split()) in NAMES.values(), f"{path.name}: chapter *{name}*"
