"""The answer boxes: a reader of the page is told what a reader in a kernel is told.

A question is declared once, in `sandtime.exercises`; here it becomes part of a page.

- ``{answer} id`` is a box for a number with its unit, a choice or an order (`AnswerBox`); sources
  write it as the comment ``% answer: id`` (`fill_in_boxes`), for JupyterLab, where the cell below
  takes the answer, shows a red frame in place of a directive that it does not know;
- ``{predict} id`` is a box and a fold, which opens after the answer (`Predict`); any element called
  ``reveal-id`` opens likewise;
- below the title of an exercise stands what it asks of the reader: level, minutes, kind
  (`mark_exercises`), and a solution is called by the number of its exercise (`name_solutions`);
- pages with a box load one script, which finds the questions as JSON (`equip_pages`).
"""

import html
import json
import re
import warnings
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
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in a kernel: wrong arguments are tried on purpose
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
    made = [(each, value) for each, value in made if isfinite(value)]
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
        **_numbered(
            first=[
                [right, *_told(question, right)],
                *([value, *_told(question, right)] for value in others),
                *([value, *_told(question, value)] for _, value in made),
                [right, "near", slips.WORDS["near"].format(tolerance=tolerance), slips.NEAR],
                [
                    (right - zero) / size,
                    "generic:unit",
                    slips.WORDS["SI"].format(**_text(question)),
                ],
            ],
            then=[*_changed(question, right), *_varied(question)],
            last=[_both(right, *pair) for pair in combinations(made, 2) if right],
            end=_terms(question, right),
        ),
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


def _numbered(**tables):
    """Tables of values with what is said to each, every text once: a value and a number."""
    said = {}
    short = {
        name: [
            [
                float(f"{value:.10g}") if not within else float(value),
                said.setdefault((kind, hint), len(said)),
                *within,
            ]
            for value, kind, hint, *within in rows
            if isfinite(value)
        ]
        for name, rows in tables.items()
    }
    return {**short, "said": list(said)}


def _text(question):
    return {"unit": question.unit, "text": ", or write it as text with its unit"}


def _changed(question, right):
    """What the right value becomes on the way to an answer: `diagnosis._whole`."""
    t = np.float64(right)
    made = {
        "celsius": (t - 273.15, t + 273.15),
        "reciprocal": (1 / t, -1 / t),
        "squared": (t**2,),
        "rooted": (np.sqrt(t),),
        "logarithm": (np.log(t),),
        "log ten": (np.log10(t),),
        "tenfold": (10.0 ** np.log(t),),
        "efold": (np.exp(np.log10(t)),),
    }
    if question.unit in ("", "%"):
        made |= {"rest": (1 - t,), "more": (t - 1, t + 1)}
    for name, values in made.items():
        for value in values:
            yield [value, f"generic:{name}", slips.WORDS[name]]


def _varied(question):
    """What the right formula makes of what is given, entered wrongly: `diagnosis._argument`."""
    for name, hint, (value,) in variants.variants(question):
        yield [float(value), f"generic:{name}", hint]


def _both(right, one, two):
    """Two declared mistakes at once: `diagnosis._two`."""
    (first, a), (second, b) = one, two
    hint = slips.WORDS["two"].format(one=first.name, two=second.name, hint=first.hint)
    return [a * b / right, "mistake+slip", hint if len(hint) <= 240 else hint[:239] + "…"]


def _terms(question, right):
    """What is left of something given, and one term too many: `diagnosis._difference`."""
    names = {k: variants.name_of(question, k) for k in variants.scalars(question)}
    for k, name in names.items():
        hint = slips.WORDS["left"].format(name=name)
        yield [float(question.given[k]) - right, "generic:rest", hint]
    for k, name in names.items():
        for value in (times * float(question.given[k]) for times in (1, -1, 2, -2)):
            made, within = right + value, question.rtol * abs(right)
            if made and 1e-9 * abs(made) < within < abs(value) / 5:
                hint = slips.WORDS["term"].format(names=name)
                yield [made, f"generic:term {name}", hint, within / abs(made)]


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
    content = json.dumps(data(question), ensure_ascii=False, allow_nan=False).replace("</", "<\\/")
    return (
        f'<form class="answer-box answer-{way(question)}" id="answer-{question.id}" '
        f'autocomplete="off" novalidate>\n{inner}\n'
        f'<p class="answer-verdict" id="answer-{question.id}--verdict" role="status"></p>\n'
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
    field = f"answer-{question.id}--field"
    return (
        f'<label for="{field}">{_ask(question)} '
        f'<span class="answer-terms">({html.escape(terms(question))})</span></label>\n'
        f'<div class="answer-row"><input type="text" id="{field}" name="answer" inputmode="text" '
        'disabled autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" '
        f'enterkeyhint="done" aria-describedby="answer-{question.id}--verdict">{_CHECK}</div>'
    )


def _options(question):
    choices = "\n".join(
        f'<div class="answer-option"><input type="radio" id="answer-{question.id}--{k}" '
        f'name="answer" value="{k}" disabled>'
        f'<label for="answer-{question.id}--{k}">{html.escape(option.text, quote=False)}'
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


def asked(id):
    """The question of a box.

    Raises
    ------
    ValueError
        If there is none of that id, or a page cannot check it.
    """
    question = exercises.question(id)
    if way(question) is None:
        raise ValueError(f"{id} is {question.kind}: a page cannot check it")
    return question


class AnswerBox(SphinxDirective):
    """``{answer} id``: a box that checks the answer to a question."""

    required_arguments = 1
    has_content = False

    def asked(self):
        try:
            return asked(self.arguments[0])
        except ValueError as error:
            raise self.error(str(error)) from error

    def run(self):
        return [nodes.raw("", box(self.asked()), format="html")]


def fill_in_boxes(app, doctree):
    """Put boxes where comments ask for them."""
    for comment in list(doctree.findall(nodes.comment)):
        lines = comment.astext().splitlines()  # comments in a row are one to the parser
        found = [re.fullmatch(r"(?:% *)?\s*answer: *(\S+)\s*", line) for line in lines]
        if not found or not all(found):
            continue
        try:
            boxes = [nodes.raw("", box(asked(each[1])), format="html") for each in found]
        except ValueError as error:
            logger.warning(str(error), location=(app.env.docname, comment.line))
        else:
            comment.replace_self(boxes)


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
    app.connect("doctree-read", fill_in_boxes)
    app.connect("doctree-read", mark_exercises, priority=600)
    app.connect("doctree-resolved", name_solutions)
    app.connect("html-page-context", equip_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
