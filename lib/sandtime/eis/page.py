"""One HTML page that asks nobody for anything, and how it gets onto the disk; `report` fills it.

Everything that comes from outside passes through `text`.
"""

import html
import os
import secrets
from contextlib import suppress
from pathlib import Path

import sandtime

# The colours of the book for a light and a dark page; a picture names them by these variables.
_LIGHT = {
    "lithium": "#1a5f96", "li95mg5": "#2a7f62", "li90mg10": "#c25a00", "grey": "#767676",
    "paper": "#ffffff", "ink": "#1f2933", "quiet": "#55606b", "rule": "#d5dbe1", "wash": "#f5f8fb",
    "bad": "#a1261f", "good": "#1c6b46",
}  # fmt: skip
_DARK = {
    "lithium": "#6bb5f2", "li95mg5": "#5fcaa5", "li90mg10": "#ff9f4f", "grey": "#9aa4ae",
    "paper": "#14181c", "ink": "#dfe5ea", "quiet": "#a9b4be", "rule": "#3a444d", "wash": "#1c2228",
    "bad": "#ffb4ad", "good": "#8fdcb1",
}  # fmt: skip
_DARK |= {f"current-{k}": f"#{colour}" for k, colour in enumerate((
    "0e7e6e", "16847a", "1d8a87", "248f93", "2c95a0", "379bad", "42a0bb", "4ca5c8", "57abd5",
    "65b0df", "73b5e9", "81baf3", "8fbffd", "9fc4fd", "b0cafe", "c0d0fe", "d0d5fe",
))}  # fmt: skip


def _variables(colours):
    return " ".join(f"--sandtime-{name}: {colour};" for name, colour in colours.items())


_CSS = f"""
:root {{ color-scheme: light dark; {_variables(_LIGHT)} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(_DARK)} }} }}
body {{ margin: 0 auto; max-width: 56rem; padding: 1.5rem 1rem 4rem; line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  color: var(--sandtime-ink); background: var(--sandtime-paper); }}
h1 {{ font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--sandtime-rule); }}
p, li, dd, td.mark, tbody th, figcaption {{ overflow-wrap: anywhere; }}
p.quiet, figcaption, caption {{ color: var(--sandtime-quiet); font-size: .9rem; }}
caption {{ text-align: left; padding: 0 0 .3rem; }}
.bad {{ color: var(--sandtime-bad); }} .good {{ color: var(--sandtime-good); }}
strong.bad, strong.good {{ font-weight: 600; }}
.scroll {{ overflow-x: auto; margin: 1rem 0; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .28rem .9rem .28rem 0;
  border-bottom: 1px solid var(--sandtime-rule); white-space: nowrap; }}
td.mark, tbody th {{ white-space: normal; }} tbody th {{ min-width: 8rem; }}
td.mark:not(:empty) {{ min-width: 12rem; }}
thead th {{ border-bottom: 2px solid var(--sandtime-quiet); }}
tbody th {{ font-weight: 500; }}
code {{ font-family: ui-monospace, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em;
  background: var(--sandtime-wash); overflow-wrap: anywhere; }}
dl {{ display: grid; grid-template-columns: minmax(7rem, 12rem) 1fr; gap: .3rem 1rem; }}
dt {{ font-weight: 500; }} dd {{ margin: 0; }}
figure {{ margin: 1.5rem 0; }}
figure svg {{ display: block; width: 100%; height: auto; }}
.plate {{ max-width: 45rem; }} .narrow {{ display: none; max-width: 24rem; }}
@media (max-width: 34rem) {{
  dl {{ grid-template-columns: 1fr; gap: 0; }} dd {{ margin: 0 0 .5rem; }} }}
@media screen and (max-width: 34rem) {{
  .wide {{ display: none; }} .narrow {{ display: block; }} }}
@media print {{
  body {{ max-width: none; padding: 0; font-size: 10pt; }}
  figure, tr, dl > * {{ break-inside: avoid; }} h2 {{ break-after: avoid; }}
  .scroll {{ overflow: visible; }} table {{ font-size: .8em; }}
  td, th {{ white-space: normal; padding-right: .5rem; }} }}
"""


def text(words):
    """Words from anywhere as text of the page: escaped, without control characters.

    >>> text('<b>"a" & b\\x00')
    '&lt;b&gt;&quot;a&quot; &amp; b '
    """
    words = "".join(letter if letter.isprintable() else " " for letter in str(words))
    return html.escape(words)


def page(title, body):
    """The whole page around a body that is HTML already."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="sandtime {sandtime.__version__}">\n'
        f"<title>{text(title)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{text(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def section(heading, *parts):
    """A heading and what stands below it, HTML."""
    return "\n".join([f"<h2>{text(heading)}</h2>", *parts])


def grid(caption, rows):
    """A table of text: the first row and the first column are headings; the last is wide."""
    head, *rows = rows

    def line(cells):
        first, *others = map(text, cells)
        wide = [*[""] * (len(others) - 1), ' class="mark"']
        cells = "".join(f"<td{k}>{cell}</td>" for k, cell in zip(wide, others, strict=True))
        return f'<tr><th scope="row">{first}</th>{cells}</tr>'

    heads = "".join(f'<th scope="col">{text(cell)}</th>' for cell in head)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{text(caption)}"><table>'
        f"<caption>{text(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
        + "\n".join(map(line, rows))
        + "</tbody></table></div>"
    )


def items(lines):
    """A list of text."""
    return "<ul>" + "\n".join(f"<li>{text(line)}</li>" for line in lines) + "</ul>"


def pairs(entries):
    """A list of terms, each with its text; lists of text become lines."""
    lines = []
    for term, words in entries:
        words = [words] if isinstance(words, str) else words
        lines.append(f"<dt>{text(term)}</dt><dd>{'<br>'.join(map(text, words))}</dd>")
    return "<dl>" + "\n".join(lines) + "</dl>"


def plate(wide, narrow, alt, caption):
    """A figure in two layouts, for those who look and for those who listen."""
    return (
        f'<figure><div class="plate" role="img" aria-label="{text(alt)}">'
        f'<div class="wide">{wide}</div><div class="narrow">{narrow}</div></div>\n'
        f"<figcaption>{text(caption)}</figcaption></figure>"
    )


def write(path, words):
    """Write text to a file, complete or not at all; returns its path.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    IsADirectoryError
        If the path is a folder.
    """
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path.name} cannot be written: there is no folder {path.parent}")
    if path.is_dir():
        raise IsADirectoryError(f"{path} cannot be written: it is a folder")
    unfinished = path.with_name(f".report-{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with open(unfinished, "x", encoding="utf-8", newline="\n") as file:
            file.write(words)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
    return path
