"""Exercises in JupyterLab: solutions folded, and a notebook of a chapter's exercises alone.

- beside the notebook of a chapter stands one with the exercises alone, their numbers evaluated,
  which reaches the first question without computing the chapter (`exercise_notebook`);
- the sources are to look well in Lab too: the code of solutions folded (`fold_source`) and no
  directive that Lab does not know (`quiet_boxes`); run as a program this module sees to both:
  ``python book/extension/notebooks.py book/*.md``.
"""

import ast
import json
import re
import shutil
import symtable
import sys
from pathlib import Path

import answers
import retelling
from sphinx_exercise.nodes import is_exercise_node
from sphinx_exercise.utils import get_node_number

from sandtime.exercises import inventory

GATE = re.compile(r"^(`{3,}|:{3,})\{(solution-start|solution-end)\}.*\n(?::.*\n)*\1 *\n?", re.M)
CELL = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?P<head>(?:---\n.*?\n---\n|(?::[^\n]*\n)+)?)", re.M | re.S
)
LIGHT = ("matplotlib", "sandtime.figures", "sandtime.interactive", "IPython")
"""Modules that draw: an exercise notebook imports them only where a cell needs them."""


# ---- the sources ---------------------------------------------------------------------------------


def solutions_of(source):
    """Where the solutions of a chapter's source begin and end.

    >>> text = "```{solution-start} a\\n```\\nx\\n```{solution-end}\\n```\\ny\\n"
    >>> [text[a:b] for a, b in solutions_of(text)]
    ['x\\n']
    """
    gates = [(found[2], found.start(), found.end()) for found in GATE.finditer(source)]
    starts = [end for kind, _, end in gates if kind == "solution-start"]
    ends = [start for kind, start, _ in gates if kind == "solution-end"]
    return list(zip(starts, ends, strict=True))


def unfolded(source):
    """Line numbers of the cells of solutions that stand open in Lab."""
    return [
        source.count("\n", 0, begin + found.start()) + 1
        for begin, end in solutions_of(source)
        for found in CELL.finditer(source[begin:end])
        if "source_hidden" not in found["head"]
    ]


def fold_source(source):
    """The source with the code of every solution folded in Lab; a second time changes nothing.

    >>> text = "```{solution-start} a\\n```\\n```{code-cell} python3\\nx\\n```\\n"
    >>> print(fold_source(text + "```{solution-end}\\n```\\n"))
    ```{solution-start} a
    ```
    ```{code-cell} python3
    ---
    jupyter:
      source_hidden: true
    ---
    x
    ```
    ```{solution-end}
    ```
    <BLANKLINE>
    """

    def folded(found):
        head = found["head"]
        if "source_hidden" in head:
            return found[0]
        known = re.sub(r"^---\n|^:", "", head, flags=re.M)
        return found[0].removesuffix(head) + f"---\njupyter:\n  source_hidden: true\n{known}---\n"

    for begin, end in reversed(solutions_of(source)):
        source = source[:begin] + CELL.sub(folded, source[begin:end]) + source[end:]
    return source


BOX = re.compile(r"^(`{3,}|:{3,})\{(answer|predict)\} *(\S+) *\n(.*?)^\1 *$", re.M | re.S)


def quiet_boxes(source):
    """The source with its boxes as comments, which Lab does not show.

    >>> print(quiet_boxes("```{answer} sand-a\\n```"))
    % answer: sand-a
    >>> print(quiet_boxes("```{predict} sand-b\\nThen.\\n```"))
    % answer: sand-b
    <BLANKLINE>
    :::{dropdown} What comes out
    :name: reveal-sand-b
    Then.
    :::
    """

    def quiet(found):
        _, kind, id, content = found.groups()
        comment = f"% answer: {id}"
        if kind == "answer":
            return comment
        return f"{comment}\n\n:::{{dropdown}} What comes out\n:name: reveal-{id}\n{content}:::"

    return BOX.sub(quiet, source)


# ---- the notebook of a chapter -------------------------------------------------------------------


# ---- the notebook of its exercises ---------------------------------------------------------------


def exercise_notebook(name, exercises, notebook, repository=None):
    """A chapter's exercises without solutions.

    Parameters
    ----------
    name : str
        Short name of the chapter.
    exercises : sequence of dict
        ``label``, ``title``, ``text`` (Markdown, evaluated) and ``ids`` of the questions that a
        cell can check.
    notebook : dict
        The chapter, executed or not; its cells between an exercise and its solution are taken over.
    repository : str, optional
        From where the library can be installed.

    Returns
    -------
    dict
    """
    chapter, given = _sorted_cells(notebook)
    install = f"\n%pip install git+{repository}" if repository else ""
    head = (
        f"# Exercises of {name}\n\n"
        "Write your answer in place of the dots and run the cell: a number in SI units, text with "
        'a unit such as `"15.3 d"`, or a function. The cell says what is wrong and never shows the '
        "value. Numbers of equations and chapters are those of the book."
    )
    cells = [markdown("head", head)]
    wanted = "\n".join(source for sources in given.values() for source in sources)
    cells.append(code("imports", light_cell(chapter, wanted) + _comment(install)))
    for exercise in exercises:
        label = exercise["label"]
        cells.append(markdown(label, f"## {exercise['title']}\n\n{exercise['text']}"))
        sources = list(given.get(label, ()))
        asked = "\n".join(sources)
        sources += [f'check("{id}", ...)' for id in exercise["ids"] if f'check("{id}"' not in asked]
        cells += [code(f"{label}-{k}", source) for k, source in enumerate(sources, 1)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _comment(install):
    return (
        f"\n# Where the library is missing, run this first:\n#{install.strip()}" if install else ""
    )


def _lines(text):
    return text.splitlines(keepends=True)


def markdown(id, text):
    return {"cell_type": "markdown", "id": id[:64], "metadata": {}, "source": _lines(text)}


def code(id, text):
    return {
        "cell_type": "code",
        "id": id[-64:],
        "metadata": {},
        "source": _lines(text),
        "outputs": [],
        "execution_count": None,
    }


_OPENING = re.compile(
    r"^(?:`{3,}|:{3,})\{(exercise|exercise-start|solution-start|solution-end)\}[^\n]*\n"
    r"((?::[^\n]*\n)*)",
    re.M,
)


def _sorted_cells(notebook):
    """Sources of the chapter's own cells, and by label those between exercise and solution."""
    chapter, given, state = [], {}, None
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            if state is None:
                chapter.append(source)
            elif state:
                given.setdefault(state, []).append(source)
            continue
        for found in _OPENING.finditer(source + "\n"):
            label = re.search(r"^:label: *(\S+)", found[2], re.M)
            if found[1].startswith("exercise"):
                state = label[1] if label else None
            else:
                state = ""  # in a solution, or between two exercises
    return chapter, given


# ---- the few lines an exercise needs -------------------------------------------------------------


def light_cell(sources, wanted):
    """Imports of a chapter, and of its other statements only those that `wanted` needs.

    >>> print(light_cell(["import numpy as np\\nx = 1\\ny = slow()\\nz = x + 1"], "print(z)"))
    import numpy as np
    <BLANKLINE>
    from sandtime.exercises import check
    <BLANKLINE>
    x = 1
    z = x + 1
    """
    statements = [(node, _python(text)) for text in sources for node in _parsed(text).body]
    parsed = _parsed(wanted)
    own = {n.name for n in parsed.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    wanted = _loaded(parsed) - own - {"check"}
    while True:
        taken, needed = _slice(statements, wanted)
        # what a function takes from outside is looked up when it is called, not where it stands
        late = {n for node, _ in taken if isinstance(node, ast.FunctionDef) for n in _loaded(node)}
        if late <= wanted:
            break
        wanted = wanted | late
    imports = [
        kept
        for node, _ in statements
        if isinstance(node, ast.Import | ast.ImportFrom) and (kept := _kept(node, needed))
    ]
    lines = [*dict.fromkeys(imports), "", "from sandtime.exercises import check"]
    segments = [_segment(text, node) for node, text in reversed(taken)]
    return "\n".join([*lines, "", *segments] if taken else lines)


def _slice(statements, needed):
    """The statements, last first, that make what is needed, and what they need in turn."""
    taken, imports = [], (ast.Import, ast.ImportFrom)
    modules = {
        (alias.asname or alias.name).split(".")[0]
        for node, _ in statements
        if isinstance(node, imports)
        for alias in node.names
    }
    for node, text in reversed(statements):
        if isinstance(node, imports):
            continue
        bound, touched = _stored(node)
        if (bound | (touched - modules)) & needed:
            needed = (needed - bound) | _loaded(node)
            taken.append((node, text))
    return taken, needed


def _segment(text, node):
    """The source of a statement, decorators too."""
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    return "\n".join(text.split("\n")[first - 1 : node.end_lineno])


def _parsed(source):
    return ast.parse(_python(source))


def _python(source):
    """Without the magics that only IPython understands."""
    return re.sub(r"^[%!].*$", "", source, flags=re.M)


def _kept(node, needed):
    """The import, without what draws unless that is needed."""
    names = [
        alias
        for alias in node.names
        if (alias.asname or alias.name).split(".")[0] in needed
        or not any(
            f"{getattr(node, 'module', '') or ''}.{alias.name}".lstrip(".").startswith(module)
            for module in LIGHT
        )
    ]
    names = [alias for alias in names if alias.name != "check"]
    if not names:
        return None
    node.names = names
    return ast.unparse(node)


def _loaded(tree):
    """Names that code takes from outside: what is local to a function is not."""
    found, tables = set(), [symtable.symtable(ast.unparse(tree), "cell", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        outer = table.get_type() == "module"
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (outer or symbol.is_global())
        }
    return found


def _stored(node):
    """Names that a statement binds, and names of what it changes."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}, set()
    bound = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    if isinstance(node, ast.Assert):
        return set(), set()
    touched = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript | ast.Attribute) and isinstance(part.ctx, ast.Store):
            touched |= _loaded(part)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value.func  # names.append(…)
        if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name):
            touched.add(call.value.id)
    if isinstance(node, ast.AugAssign):
        touched, bound = touched | bound, set()
    return bound, touched


# ---- beside the chapter --------------------------------------------------------------------------


def offer_exercises(app, pagename, templatename, context, doctree):
    """Put the notebook of the exercises beside the page, and a button for it."""
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    exercises = told(app, doctree) if doctree is not None and executed.is_file() else []
    groups = [g for g in context.get("header_buttons", ()) if g["label"] == "download-buttons"]
    if not exercises or not groups:
        return
    notebook = exercise_notebook(
        app.sandtime_names.get(pagename, pagename),
        exercises,
        json.loads(executed.read_text(encoding="utf-8")),
        app.sandtime_repository,
    )
    folder, name = pagename.rsplit("/", 1)
    write(Path(app.outdir) / "_sources" / folder / f"exercises-{name}.ipynb", notebook)
    groups[0]["buttons"].insert(
        1,
        {
            "type": "link",
            "url": f"{context['pathto']('_sources', 1)}/{folder}/exercises-{name}.ipynb",
            "text": "Exercises .ipynb",
            "tooltip": "Download the exercises as a notebook, without solutions",
            "icon": "fas fa-pencil",
            "label": "download-exercises-button",
        },
    )


def told(app, doctree):
    """The exercises of a page in plain words: what `exercise_notebook` takes."""
    found = []
    for exercise in doctree.findall(is_exercise_node):
        questions = answers.declared(exercise["label"])
        number = get_node_number(app, exercise, "exercise")
        marks = f"*{answers.marks(questions)}*\n\n" if questions else ""
        found.append(
            {
                "label": exercise["label"],
                "title": f"Exercise {number}{exercise[0].astext()}",
                "text": marks + retelling.blocks(exercise[1]) + _asked(questions),
                "ids": [each.id for each in questions if each.kind != "open"],
            }
        )
    return found


def _asked(questions):
    """What the boxes on the page ask, since a notebook has none."""
    lines = []
    for each in questions:
        if (kind := answers.way(each)) is None:
            continue
        terms = f" ({answers.terms(each)})" if kind == "number" else ""
        lines.append(f"`{each.id}`: {answers.sentence(each.ask)}{terms}")
        shown = {"choose": "options", "order": "shown"}.get(kind)
        for k, item in enumerate(getattr(each, shown) if shown else (), 1):
            lines.append(f"   {k}. {getattr(item, 'text', item)}")
    return "".join(f"\n\n{line}" for line in lines)


def write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")


def offered(site, folder):
    """Copy exercise notebooks and inventory sheets of a built site into a folder, with the key.

    Raises
    ------
    FileNotFoundError
        If the site has none.
    """
    found = sorted(Path(site).glob("_sources/**/exercises-*.ipynb"))
    if not found:
        raise FileNotFoundError(f"{site} holds no exercises-*.ipynb: run `make book` first")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    found += sorted(Path(site).glob("_sources/**/inventory-*.html"))
    for sheet in inventory.SHEETS:
        lines = "".join(f"{number} {letter} {id}\n" for number, letter, id in inventory.key(sheet))
        (folder / f"inventory-{sheet}-key.txt").write_text(lines, encoding="utf-8")
    return [Path(shutil.copy2(path, folder)) for path in found]


def setup(app):
    app.connect("html-page-context", offer_exercises, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def main(paths):
    """Make these sources look well in Lab; or ``--offered SITE FOLDER``."""
    if paths[:1] == ["--offered"]:
        print(f"{len(offered(*paths[1:]))} files in {paths[2]}")
        return
    for path in map(Path, paths):
        before = path.read_text(encoding="utf-8")
        after = quiet_boxes(fold_source(before))
        if after != before:
            path.write_text(after, encoding="utf-8")
            folded, boxes = len(unfolded(before)), len(BOX.findall(before))
            print(f"{path}: {folded} cells folded, {boxes} boxes quiet")


if __name__ == "__main__":
    main(sys.argv[1:])
