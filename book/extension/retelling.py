"""A resolved part of a page as plain Markdown, for notebooks opened where the book is not.

Computed numbers, references and citations stand as the reader of the page sees them; a link inside
the book is its words, for the notebook may lie anywhere.
"""

from docutils import nodes

APART = (nodes.raw, nodes.title, nodes.target, nodes.comment, nodes.footnote_reference)

FOLDED = {"exercise-marks", "sd-dropdown"}  # told otherwise, or not to be seen yet


def markdown(node):
    """Markdown of a node and what it holds.

    >>> line = nodes.paragraph("", "The drop ", nodes.math("", "x^2"), nodes.Text(" is "))
    >>> line += nodes.strong("", "half")
    >>> markdown(line)
    'The drop $x^2$ is **half**'
    """
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, APART) or FOLDED & set(node.get("classes", [])):
        return ""
    for kind, tell in TELL.items():
        if isinstance(node, kind):
            return tell(node)
    return _inline(node) if isinstance(node, nodes.Inline | nodes.TextElement) else blocks(node)


def blocks(node):
    """The parts of a block, an empty line between two."""
    told = (markdown(child).strip("\n") for child in node.children)
    return "\n\n".join(part for part in told if part.strip())


def _inline(node):
    return "".join(markdown(child) for child in node.children)


def _around(mark):
    return lambda node: f"{mark}{_inline(node)}{mark}"


def _list(sign):
    def tell(node):
        return "\n".join(
            f"{sign(k)} {blocks(item)}".replace("\n", "\n   ")
            for k, item in enumerate(node.children, 1)
        )

    return tell


def _link(node):
    return f"[{_inline(node)}]({node['refuri']})" if _outside(node) else _inline(node)


def _outside(node):
    return not node.get("internal") and node.get("refuri", "").startswith(("http:", "https:"))


def _formula(node):
    return f"$$\n{node.astext().strip()}\n$$"


def _listing(node):
    return f"```{node.get('language', '')}\n{node.astext()}\n```"


def _table(node):
    rows = [
        "| " + " | ".join(blocks(entry).replace("\n", " ") for entry in row.children) + " |"
        for row in node.findall(nodes.row)
    ]
    if not rows:
        return ""
    rule = "|" + " --- |" * (rows[0].count(" | ") + 1)
    return "\n".join([rows[0], rule, *rows[1:]])


TELL = {
    nodes.math: lambda node: f"${node.astext()}$",
    nodes.math_block: _formula,
    nodes.emphasis: _around("*"),
    nodes.strong: _around("**"),
    nodes.literal: _around("`"),
    nodes.literal_block: _listing,
    nodes.bullet_list: _list(lambda k: "-"),
    nodes.enumerated_list: _list(lambda k: f"{k}."),
    nodes.reference: _link,
    nodes.table: _table,
}
