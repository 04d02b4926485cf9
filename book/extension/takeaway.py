"""A chapter as a notebook that reads anywhere, also where nothing of the book is installed.

JupyterLab, VS Code and Colab know no directive of the book and evaluate no ``{eval}``.  So the
offered notebook is told again from the finished page: its text as plain Markdown with the numbers
in it, its cells with their outputs as they were executed, and a first cell that says where the
library is to be had.
"""

import json
from pathlib import Path

import notebooks
import pressroom
import retelling
from docutils import nodes


def is_cell(node):
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


class Retold:
    """The cells of the notebook, in the making: text gathers until a code cell comes."""

    def __init__(self, executed):
        self.executed, self.cells, self.text, self.next = executed, [], [], 0
        self.solves = False

    def say(self, text):
        if text.strip():
            self.text.append(text.strip("\n"))

    def flush(self):
        if self.text:
            text = "\n\n".join(self.text)
            if self.solves:
                text = f"<details>\n<summary>Solution</summary>\n\n{text}\n\n</details>"
            self.cells.append(notebooks.markdown(f"text-{len(self.cells)}", text))
            self.text = []

    def code(self, index):
        """The executed cell of this number, and before it those that the page does not show."""
        self.flush()
        for k in range(self.next, index + 1):
            cell = self.executed["cells"][k]
            if cell["cell_type"] == "code":
                if self.solves:
                    cell["metadata"].setdefault("jupyter", {})["source_hidden"] = True
                self.cells.append(cell)
        self.next = max(self.next, index + 1)

    def walk(self, node, level=1):
        for child in node.children:
            classes = child.get("classes", ()) if isinstance(child, nodes.Element) else ()
            if is_cell(child):
                self.code(child["cell_index"])
            elif "solution" in classes:
                first = next(filter(is_cell, child.findall(nodes.container)), None)
                self.flush()
                if first is not None:  # answer cells, which the page does not show, come before
                    self.code(first["cell_index"] - 1)
                self.solves = True
                self.walk(child, level)
                self.flush()
                self.solves = False
            elif isinstance(child, nodes.section):
                self.walk(child, level + 1 if isinstance(node, nodes.section) else level)
            elif isinstance(child, nodes.title):
                sign = "#" * level if isinstance(node, nodes.section) else ""
                words = retelling._inline(child)
                self.say(f"{sign} {words}" if sign else f"**{words}**")
            elif "sd-dropdown" in classes or any(map(is_cell, child.findall(nodes.container))):
                self.walk(child, level)
            else:
                self.say(retelling.markdown(child))

    def finished(self):
        self.code(len(self.executed["cells"]) - 1)
        return self.cells


def head(name, address, repository):
    """What this is, and a cell that fetches the library where it is missing."""
    where = f" Its page: <{address}>." if address else ""
    words = (
        f"*{name}*, a chapter of *Sand’s Time*, as it was executed when the book was built.{where} "
        "To run it again, `sandtime` must be installed: the next cell sees to that."
    )
    fetch = (
        f'    %pip install --quiet "sandtime[book] @ git+{repository}"'
        if repository
        else '    raise SystemExit("sandtime is missing: pip install <folder of the book>")'
    )
    code = f"try:\n    import sandtime\nexcept ModuleNotFoundError:\n{fetch}"
    return [notebooks.markdown("about", words), notebooks.code("library", code)]


def chapter_notebook(doctree, executed, name, address=None, repository=None):
    """The notebook of a chapter, as a dict.

    Parameters
    ----------
    doctree : docutils.nodes.document
        The resolved page.
    executed : dict
        Its notebook with outputs; it is not changed.
    name : str
    address, repository : str, optional
    """
    retold = Retold(pressroom.cleaned(json.loads(json.dumps(executed))))
    retold.walk(doctree)
    cells = head(name, address, repository) + retold.finished()
    return executed | {"cells": cells}


def offer_chapter(app, pagename, templatename, context, doctree):
    """Put the chapter told again in place of the notebook of its source."""
    offered = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if doctree is None or not context.get("ipynb_source") or not executed.is_file():
        return
    base = app.config.html_baseurl
    notebook = chapter_notebook(
        doctree,
        json.loads(executed.read_text(encoding="utf-8")),
        app.sandtime_names.get(pagename, pagename),
        f"{base}{pagename}.html" if base else None,
        app.sandtime_repository,
    )
    notebooks.write(offered, notebook)


def setup(app):
    app.connect("html-page-context", offer_chapter, priority=450)  # in place of the source's
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
