"""The signposts: what tells a reader where a page stands, how long it takes, and where it went.

A page has a number and one short name, the title it has in ``_toc.yml``; its heading is a question.

- a link to a chapter reads its short name (`name_the_chapters`);
- number and name stand above the heading and on the links to the neighbours (`show_the_name`);
- the first cell is shown below the card, though it runs before it (`put_the_card_first`);
- the minutes are computed from the written page (`reading_minutes`), shown on its card and summed
  where ``{minutes}`` names several pages (`fill_in_minutes`);
- old addresses lead to the new ones (`leave_redirects`).
"""

import html
import os
import re
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

MOVED = {"book/models": "book/relaxation"}
"""Pages that were merged into others: the old address and the new one."""

# How fast a page is read: words a second, and seconds for what is not words.
WORDS_A_SECOND = 3
SECONDS = {"div.math": 40, "figure": 25, "table": 25}
SECONDS_A_LINE_OF_CODE = 3
_APART = "details, .dropdown, .exercise, #references"
_NOT_PROSE = (
    ".minutes, script, style, svg, pre, nav, .math, .headerlink, .footnote-reference, input, "
    "output, button"
)


# ---- names ---------------------------------------------------------------------------------------


def short_names(toc):
    """Page and short name, in the order of a table of contents.

    >>> short_names({"parts": [{"chapters": [{"file": "book/sand", "title": "Sand"}]}]})
    {'book/sand': 'Sand'}
    """
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    return {chapter["file"]: chapter["title"] for chapter in chapters}


def read_names(app):
    toc = Path(app.srcdir) / "_toc.yml"
    app.sandtime_names = short_names(yaml.safe_load(toc.read_text(encoding="utf-8")))


def numbered(env, page):
    """Kind and number of a page, such as ``("chapter", "4")``; None for one without a number."""
    number = env.toc_secnumbers.get(page, {}).get("")
    if not number:
        return None
    return ("appendix" if str(number[0]).isalpha() else "chapter"), str(number[0])


def name_the_chapters(app, env):
    """Let ``{ref}`chapter-sand` `` read "Sand" instead of the heading of the page."""
    labels = env.get_domain("std").labels
    for label, (page, anchor, _) in list(labels.items()):
        if label.startswith("chapter-") and page in app.sandtime_names:
            labels[label] = page, anchor, app.sandtime_names[page]


def show_the_name(app, pagename, templatename, context, doctree):
    """Put number and name above the heading, and names on the links to the neighbours."""
    names = app.sandtime_names
    if pagename in names and context.get("body"):
        found = numbered(app.env, pagename)
        where = f"{found[0].capitalize()} {found[1]} · " if found else ""
        kicker = f'<p class="short-name">{where}{html.escape(names[pagename])}</p>\n'
        context["body"] = context["body"].replace("<h1>", kicker + "<h1>", 1)
    for side in ("prev", "next"):
        neighbour = context.get(side)
        if neighbour:
            page = os.path.normpath(
                os.path.join(os.path.dirname(pagename), neighbour["link"].removesuffix(".html"))
            ).replace(os.sep, "/")
            if page in names:
                found = numbered(app.env, page)
                number = f"{found[1]} " if found else ""
                neighbour["title"] = html.escape(f"{number}{names[page]}")


# ---- the card ------------------------------------------------------------------------------------


def _minutes_node(pages):
    return nodes.raw(
        "", f'<span class="minutes" data-pages="{" ".join(pages)}">…</span>', format="html"
    )


def put_the_card_first(app, doctree):
    """Show answer and card above the first cell, and leave room on the card for the minutes.

    The answer holds computed numbers, so the cell must run, and stand in the source, before it.
    """
    for card in list(doctree.findall(lambda node: "chapter-card" in _classes(node))):
        section = card.parent
        place = section.index(card)
        cells = [node for node in section[:place] if "cell" in _classes(node)]
        for cell in cells:
            section.remove(cell)
        place = section.index(card) + 1
        section[place:place] = cells
        _leave_room_for_minutes(app.env.docname, card)


def _leave_room_for_minutes(page, card):
    for entries in card.findall(nodes.definition_list):
        words = nodes.paragraph(
            "", "", _minutes_node([page]), nodes.Text(" to read, without the exercises")
        )
        entry = nodes.definition_list_item(
            "", nodes.term("", "Minutes"), nodes.definition("", words)
        )
        entries.insert(max(len(entries) - 1, 0), entry)
        break


def _classes(node):
    return node.get("classes", []) if isinstance(node, nodes.Element) else []


class Minutes(SphinxRole):
    """``{minutes}`sand fick` ``: the minutes of these pages together."""

    def run(self):
        return [_minutes_node([f"book/{page}" for page in self.text.split()])], []


# ---- minutes -------------------------------------------------------------------------------------


def reading_minutes(page):
    """Minutes that a page takes to read, from its HTML; what is folded and the exercises apart.

    >>> reading_minutes("<article>" + "word " * 360 + "<figure></figure></article>")
    2
    """
    soup = BeautifulSoup(_PICTURES.sub("", page), "html.parser")
    body = soup.select_one("article") or soup
    for apart in body.select(_APART):
        apart.decompose()
    seconds = sum(each * len(body.select(what)) for what, each in SECONDS.items())
    for code in body.select(
        "div.cell_input pre, div.highlight-ipython3 pre, div.highlight-python pre"
    ):
        seconds += SECONDS_A_LINE_OF_CODE * len(code.get_text().rstrip("\n").split("\n"))
    for other in body.select(_NOT_PROSE):  # the minutes themselves too, or they would count
        other.decompose()
    words = re.findall(r"[^\W_][\w’'.,·-]*", body.get_text(" ", strip=True))
    return round((seconds + len(words) / WORDS_A_SECOND) / 60)


# most of a page's bytes, and nothing in them is read: left out before the page is parsed
_PICTURES = re.compile(r"<(svg|script|style)\b.*?</\1>", re.DOTALL)
_ROOM = re.compile(r'(<span class="minutes" data-pages="([^"]*)">)[^<]*(</span>)')


def fill_in_minutes(app, exception):
    """Write the minutes of each page on its card, and sums where they are asked for."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    pages = {
        name: (site / f"{name}.html").read_text(encoding="utf-8") for name in app.env.found_docs
    }
    minutes = {name: reading_minutes(text) for name, text in pages.items()}

    def fill(match):
        named = match[2].split()
        unknown = [name for name in named if name not in minutes]
        if unknown:
            raise ExtensionError(f"minutes of {unknown[0]!r}: there is no such page")
        return f"{match[1]}{sum(minutes[name] for name in named)}{match[3]}"

    for name, text in pages.items():
        filled = _ROOM.sub(fill, text)
        if filled != text:
            (site / f"{name}.html").write_text(filled, encoding="utf-8")


# ---- old addresses -------------------------------------------------------------------------------

_REDIRECT = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>{name} has moved</title>
<link rel="canonical" href="{target}">
<meta http-equiv="refresh" content="1; url={target}">
<script>location.replace("{target}" + location.hash)</script>
</head>
<body><p>This page is now part of <a href="{target}">{name}</a>.</p></body>
</html>
"""


def leave_redirects(app, exception):
    """Leave a page at every old address that leads to the new one and keeps the anchor."""
    if exception is not None or app.builder.format != "html":
        return
    for old, new in MOVED.items():
        if old in app.env.found_docs:
            continue
        place = Path(app.outdir) / f"{old}.html"
        target = os.path.relpath(f"{new}.html", os.path.dirname(old)).replace(os.sep, "/")
        name = app.sandtime_names.get(new, new)
        place.write_text(_REDIRECT.format(name=html.escape(name), target=target), encoding="utf-8")


def setup(app):
    app.add_role("minutes", Minutes())
    app.connect("builder-inited", read_names)
    app.connect("doctree-read", put_the_card_first)
    app.connect("env-updated", name_the_chapters)
    app.connect("html-page-context", show_the_name)
    app.connect("build-finished", fill_in_minutes)
    app.connect("build-finished", leave_redirects)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
