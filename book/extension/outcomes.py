"""The outcomes page: which questions ask for what the cards of the chapters promise.

``{outcomes}`` becomes, for each chapter with exercises, a fold with the points of its card; below
each point stand the exercises that ask for it, and the rubrics of open ones.  `printed_inventory`
puts the sheets of the concept inventory beside the pages, for ``{sheet}`before` `` to lead to.
"""

import html
import re
from pathlib import Path

import answers
from docutils import nodes
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx_exercise.utils import get_node_number

from sandtime import exercises
from sandtime.exercises import inventory

CARD = re.compile(r"^You will be able to\n: (.*)$", re.M)
ROLE = re.compile(r"\{[\w:]+\}`([^`<]*?)(?: *<[^`>]*>)?`")


def points(source):
    """The points of a chapter's card, from its source; none without a card.

    >>> points("You will be able to\\n: derive {term}`Sand’s equation`; tell when. More.\\n")
    ['derive Sand’s equation', 'tell when']
    """
    card = CARD.search(source)
    if card is None:
        return []
    sentence = re.split(r"\.(?:\s|$)", ROLE.sub(r"\1", card[1]))[0]
    return [point.strip() for point in sentence.split(";") if point.strip()]


def outcomes(root, pages):
    """Points of all cards by name (``sand-2``), for pages below `root` in their order."""
    return {
        f"{page.rsplit('/', 1)[-1]}-{k}": point
        for page in pages
        for k, point in enumerate(points((Path(root) / f"{page}.md").read_text("utf-8")), 1)
    }


class listing(nodes.General, nodes.Element):
    """Where the outcomes are to stand."""


class Outcomes(SphinxDirective):
    """``{outcomes}``: all outcomes with their questions."""

    def run(self):
        return [listing()]


def list_outcomes(app, doctree, docname):
    """Put the outcomes in their place, now that exercises have numbers."""
    for place in list(doctree.findall(listing)):
        named = outcomes(app.srcdir, app.sandtime_names)
        parts = []
        for page, name in app.sandtime_names.items():
            prefix = page.rsplit("/", 1)[-1]
            asked = {
                outcome: [q for q in exercises.questions().values() if q.outcome == outcome]
                for outcome in named
                if outcome.rsplit("-", 1)[0] == prefix
            }
            if any(asked.values()):
                parts += _fold(
                    f"{name}: {_count(len(asked), 'outcome')}, "
                    f"{_count(sum(map(len, asked.values())), 'question')}",
                    [_outcome(app, docname, *each, named) for each in asked.items()],
                )
        place.replace_self(parts)


def _count(number, what):
    return f"{number} {what}{'' if number == 1 else 's'}"


def _fold(summary, items):
    """A fold that holds a list."""
    opening = f'<details class="outcomes"><summary>{html.escape(summary)}</summary>'
    return [
        nodes.raw("", opening, format="html"),
        nodes.bullet_list("", *items),
        nodes.raw("", "</details>", format="html"),
    ]


def _outcome(app, docname, outcome, questions, named):
    told = nodes.paragraph("", "", nodes.strong("", outcome), nodes.Text(f": {named[outcome]}"))
    item = nodes.list_item("", told, ids=[f"outcome-{outcome}"])
    labels = dict.fromkeys(question.exercise for question in questions)
    lines = [
        _exercise(app, docname, label, [q for q in questions if q.exercise == label])
        for label in labels
    ]
    if lines:
        item += nodes.bullet_list("", *lines)
    return item


def _exercise(app, docname, label, questions):
    known = getattr(app.env, "sphinx_exercise_registry", {}).get(label)
    line = nodes.paragraph("", "", _link(app, docname, label, known))
    if label == "exercise-inventory":
        line += nodes.Text(f" · {_count(len(questions), 'question')}")
    else:
        line += nodes.Text(
            f" · {answers.marks(questions)[0].lower()}{answers.marks(questions)[1:]}"
        )
    item = nodes.list_item("", line)
    for question in questions:
        if isinstance(question, exercises.Open):
            rubric = (nodes.list_item("", nodes.paragraph("", text)) for text in question.rubric)
            item += _fold("Rubric", rubric)
    return item


def _link(app, docname, label, known):
    if known is None:
        return nodes.inline("", label)
    number = get_node_number(app, known["node"], "exercise")
    subtitle = known["node"][0].children[1:]
    title = f" ({subtitle[0].astext()})" if subtitle else ""
    text = "Inventory" if label == "exercise-inventory" else f"Exercise {number}{title}"
    target = app.builder.get_relative_uri(docname, known["docname"])
    return nodes.reference("", text, refuri=f"{target}#{label}", internal=True)


# ---- the inventory on paper ----------------------------------------------------------------------

PRINTED = "_sources/book/inventory-{sheet}.html"


class Sheet(SphinxRole):
    """``{sheet}`before` ``: a link to a printable sheet of the inventory."""

    def run(self):
        text, _, sheet = self.text.rpartition(" ")
        inventory.arranged(sheet)  # refuses an unknown one
        up = "../" * self.env.docname.count("/")
        address = up + PRINTED.format(sheet=sheet)
        link = f'<a href="{address}">{html.escape(text or sheet)}</a>'
        return [nodes.raw("", link, format="html")], []


def printed_inventory(app, exception):
    """Write the sheets that lecturers print."""
    if exception is not None or app.builder.format != "html":
        return
    for sheet in inventory.SHEETS:
        path = Path(app.outdir) / PRINTED.format(sheet=sheet)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(inventory.printable(sheet), encoding="utf-8")


def setup(app):
    app.add_node(listing)
    app.add_directive("outcomes", Outcomes)
    app.add_role("sheet", Sheet())
    app.connect("doctree-resolved", list_outcomes)
    app.connect("build-finished", printed_inventory)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
