"""The answer boxes: a reader of the page is told what a reader in a kernel is told.

A question is declared once, in `sandtime.exercises`; here it becomes part of a page.

- ``{answer} id`` is a box for a number with its unit, a choice or an order (`AnswerBox`);
- ``{predict} id`` is a box and a fold, which opens after the answer (`Predict`);
- below the title of an exercise stands what it asks of the reader: level, minutes, kind
  (`mark_exercises`), and a solution is called by the number of its exercise (`name_solutions`);
- pages with a box load one script, which finds the questions as JSON (`equip_pages`).
"""

import html
import json
import re
from functools import cache
from itertools import combinations
from math import isfinite

import numpy as np
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import is_exercise_node, is_solution_node
from sphinx_exercise.utils import get_node_number

from sandtime import exercises
from sandtime.exercises import quantity, slips, variants

logger = logging.getLogger(__name__)

BOX = 'class="answer-box'

# ---- from declarations to data -------------------------------------------------------------------


@cache
def rules():
    """What the script knows about numbers and slips, the same for all questions."""
    said = ("sign", "signed", "hundred", "ten", "ten and", "and", "unknown", "mixed")
    return {
        **quantity.TABLES,
        "superscripts": {chr(k): chr(v) for k, v in quantity._SUPERSCRIPT.items()},
        "factors": [[name, *slip] for name, slip in slips.FACTORS.items()],
        "second": slips.SECOND,
        "words": {name: slips.WORDS[name] for name in said}
        | {
            "none": exercises.judge(None, ...).hint,
            "unreadable": "This cannot be read as a number with a unit: {why}.",
        },
    }


def data(question):
    """A question for the script: what is right, what is known to be wrong, what is said."""
    return {"id": question.id, "kind": way(question), **_DATA[way(question)](question)}


def way(question):
    """How it is answered on a page: number, choose or order; None where it cannot be."""
    if isinstance(question, exercises.Choice):
        return "choose"
    if isinstance(question, exercises.Order):
        return "order"
    asks_number = isinstance(question, exercises.Question) and not question.wants_function
    return "number" if asks_number and question.judge is None else None


def _number(question):
    size, dimension = quantity.unit(question.unit)
    zero = 273.15 if question.unit.strip() == "°C" else 0.0
    right, tolerance = float(question.truth[0]), f"{100 * question.rtol:g}"
    made = [(each, float(question.values(each.make)[0])) for each in question.mistakes]
    others = [float(question.values(each)[0]) for each in question.also]
    return {
        "size": size,
        "zero": zero,
        "dimension": _powers(dimension),
        "fraction": question.unit in ("", "%"),
        "rtol": question.rtol,
        "atol": question.atol,
        "right": right,
        "mistakes": [[value, mistake.hint] for mistake, value in made],
        "first": [
            *_table(question, [right, *others, *(value for _, value in made)]),
            [right, "near", slips.WORDS["near"].format(tolerance=tolerance), slips.NEAR],
            *_table(question, [(right - zero) / size]),
        ],
        "then": _table(question, [*_changed(question, right), *_varied(question)]),
        "last": _table(question, [a * b / right for (_, a), (_, b) in combinations(made, 2)]),
        "misfit": slips.WORDS["asked"].format(
            means=quantity.means(dimension) or "another dimension",
            unit=question.unit or "no unit",
            got="{got}",
        ),
        "unitless": slips.WORDS["no unit"].format(unit=question.unit),
        "other": slips.WORDS["other unit"].format(unit=question.unit),
    }


def _powers(dimension):
    """A dimension as the keys of `quantity.MEANS`."""
    return re.sub(r"(^0)?(,0)*$", "", ",".join(f"{power:g}" for power in dimension))


def _table(question, values):
    """What is said to each of these values, if it is more than that it is not right."""
    told = ((value, _told(question, value)) for value in dict.fromkeys(values) if isfinite(value))
    return [[value, *said] for value, said in told if said[0] not in ("unknown", "near")]


def _changed(question, right):
    """What the right value becomes on the way to an answer: see `diagnosis._whole`."""
    with np.errstate(all="ignore"):
        value = np.float64(right)
        yield from (value - 273.15, value + 273.15, 1 / value, -1 / value, value**2)
        yield from (np.sqrt(value), np.log(value), np.log10(value))
        yield from (10 ** np.log(value), np.exp(np.log10(value)))
        if question.unit in ("", "%"):
            yield from (1 - value, value - 1, value + 1)


def _varied(question):
    """What the right formula makes of what is given, entered wrongly."""
    for _, _, (value,) in variants.variants(question):
        yield float(value)


def _choose(question):
    return {"verdicts": {str(k): _told(question, k) for k in range(1, len(question.options) + 1)}}


def _order(question):
    def numbers(items):
        return ",".join(str(1 + question.shown.index(item)) for item in items)

    ends = question.items, question.items[::-1]
    return {
        "verdicts": {numbers(items): _told(question, items) for items in ends},
        "wrong": _told(question, (*question.items[1:], question.items[0])),
    }


def _told(question, answer):
    verdict = exercises.judge(question, answer)
    return verdict.kind, verdict.hint


_DATA = {"number": _number, "choose": _choose, "order": _order}


# ---- boxes ---------------------------------------------------------------------------------------


def box(question):
    """The HTML of a box."""
    inner = {"number": _field, "choose": _options, "order": _items}[way(question)](question)
    content = json.dumps(data(question), ensure_ascii=False).replace("</", "<\\/")
    return (
        f'<form class="answer-box answer-{way(question)}" id="answer-{question.id}" '
        f'autocomplete="off" novalidate>\n{inner}\n'
        f'<p class="answer-verdict" id="answer-{question.id}-verdict" role="status"></p>\n'
        "<noscript><p>The page checks answers with JavaScript, which is off here; "
        "the solution is below.</p></noscript>\n"
        f'<script type="application/json">{content}</script>\n</form>'
    )


def sentence(text):
    """With a capital, unless it begins with a symbol.

    >>> sentence("the time"), sentence("t₀ of lithium")
    ('The time', 't₀ of lithium')
    """
    return text[0].upper() + text[1:] if re.match(r"[a-z]{2,}|a ", text) else text


def _ask(question):
    return html.escape(sentence(question.ask), quote=False)


def terms(question):
    """In which unit a number is asked for, and how exactly."""
    unit = f"in {question.unit}" if question.unit else "a number without a unit"
    return f"{unit}, to {100 * question.rtol:g}\u00a0%"


_CHECK = '<button type="submit" class="answer-check" disabled>Check</button>'


def _field(question):
    field = f"answer-{question.id}-field"
    return (
        f'<label for="{field}">{_ask(question)} '
        f'<span class="answer-terms">({html.escape(terms(question))})</span></label>\n'
        f'<div class="answer-row"><input type="text" id="{field}" name="answer" inputmode="text" '
        'disabled autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" '
        f'enterkeyhint="done" aria-describedby="answer-{question.id}-verdict">{_CHECK}</div>'
    )


def _options(question):
    choices = "\n".join(
        f'<div class="answer-option"><input type="radio" id="answer-{question.id}-{k}" '
        f'name="answer" value="{k}" disabled>'
        f'<label for="answer-{question.id}-{k}">{html.escape(option.text, quote=False)}'
        "</label></div>"
        for k, option in enumerate(question.options, 1)
    )
    return (
        f"<fieldset><legend>{_ask(question)}</legend>\n{choices}\n</fieldset>\n"
        f'<div class="answer-row">{_CHECK}</div>'
    )


def _items(question):
    def item(k, text):
        move = "".join(
            f'<button type="button" data-move="{way}" disabled '
            f'aria-label="Move {way}: {html.escape(text)}">{arrow}</button>'
            for way, arrow in (("up", "↑"), ("down", "↓"))
        )
        return (
            f'<li data-item="{k}" data-text="{html.escape(text)}">'
            f'<span class="answer-item">{html.escape(text, quote=False)}</span>'
            f'<span class="answer-moves">{move}</span></li>'
        )

    items = "\n".join(item(k, text) for k, text in enumerate(question.shown, 1))
    return (
        f"<fieldset><legend>{_ask(question)}</legend>\n<ol>\n{items}\n</ol>\n</fieldset>\n"
        f'<p class="answer-moved sr-only" role="status"></p>\n'
        f'<div class="answer-row">{_CHECK}</div>'
    )


class AnswerBox(SphinxDirective):
    """``{answer} id``: a box that checks the answer to a question."""

    required_arguments = 1
    has_content = False

    def asked(self):
        try:
            question = exercises.question(self.arguments[0])
        except ValueError as error:
            raise self.error(str(error)) from error
        if way(question) is None:
            raise self.error(f"{question.id} is {question.kind}: a page cannot check it")
        return question

    def run(self):
        return [nodes.raw("", box(self.asked()), format="html", answer=self.arguments[0])]


def reveal(question):
    """The opening of the fold that an answer opens."""
    opening = f'<details class="answer-reveal" id="reveal-{question.id}">'
    return f"{opening}<summary>What comes out</summary>"


class Predict(AnswerBox):
    """``{predict} id``: a box, and content in a fold that opens after the answer."""

    has_content = True

    def run(self):
        self.assert_has_content()
        opening = reveal(self.asked())
        content = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, content)
        return [
            *super().run(),
            nodes.raw("", opening, format="html"),
            *content.children,
            nodes.raw("", "</details>", format="html"),
        ]


# ---- exercises -----------------------------------------------------------------------------------


def declared(label):
    """The questions that stand in the exercise of this label."""
    return [each for each in exercises.questions().values() if each.exercise == label]


def marks(questions):
    """Level, minutes and kind of an exercise, in a line.

    The level is that of its hardest part, the minutes are those of all.
    """
    level = max(each.level for each in questions)
    minutes = sum(each.minutes for each in questions)
    asked = {each.kind for each in questions}
    kinds = [_KINDS.get(kind, kind) for kind in exercises.KINDS if kind in asked]
    words = ", ".join(kinds[:-1]) + " and " + kinds[-1] if kinds[1:] else kinds[0]
    return f"Level {level} · {minutes} min · {words}"


_KINDS = {
    "code": "by code",
    "data": "with data",
    "choose": "a choice",
    "order": "an order",
    "predict": "a prediction",
}


def mark_exercises(app, doctree):
    """Say below each exercise's title what it asks; warn about one that nothing declares."""
    for exercise in doctree.findall(is_exercise_node):
        label = exercise.get("label", "")
        questions = declared(label)
        if not questions:
            logger.warning(
                f"exercise {label!r} has no declaration in sandtime.exercises",
                location=(app.env.docname, exercise.line),
                type="answers",
                subtype="undeclared",
            )
            continue
        line = nodes.paragraph("", marks(questions), classes=["exercise-marks"])
        exercise[1].insert(0, line)


def name_solutions(app, doctree, docname):
    """Call a solution by the number of its exercise, so that no two folds have one name."""
    registry = getattr(app.env, "sphinx_exercise_registry", {})
    for solution in doctree.findall(is_solution_node):
        target = registry.get(solution.get("target_label"), {}).get("node")
        number = target is not None and get_node_number(app, target, "exercise")
        if number:
            solution[0].children = [nodes.Text(f"Solution of {number}")]


# ---- pages ---------------------------------------------------------------------------------------


def equip_pages(app, pagename, templatename, context, doctree):
    """Give a page with boxes the script and, once, the rules that all its boxes share."""
    body = context.get("body") or ""
    if BOX not in body:
        return
    boxes = re.findall(rf'<form {BOX}[^>]* id="answer-([^"]+)"', body)
    twice = {each for each in boxes if boxes.count(each) > 1}
    if twice:
        raise ExtensionError(f"{pagename} has two boxes for {', '.join(sorted(twice))}")
    content = json.dumps(rules(), ensure_ascii=False).replace("</", "<\\/")
    context["body"] = f'{body}<script type="application/json" id="answer-rules">{content}</script>'
    app.add_js_file("answers.js", loading_method="defer")


def setup(app):
    app.add_directive("answer", AnswerBox)
    app.add_directive("predict", Predict)
    app.add_css_file("answers.css")
    app.connect("doctree-read", mark_exercises, priority=600)
    app.connect("doctree-resolved", name_solutions)
    app.connect("html-page-context", equip_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
