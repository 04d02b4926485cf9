"""The theme's icons as drawings in the page, in place of a script of 1.5 MB that draws them.

The theme loads all of Font Awesome Free, two thousand icons, for the dozen that stand on a page.
Here each ``<i class="fa-solid fa-bars">`` of a written page becomes the drawing itself, taken from
the theme's own copy (CC BY 4.0, Fonticons, Inc.), and the script is left out.
"""

import re
from functools import cache
from pathlib import Path

from sphinx.errors import ExtensionError

_SCRIPT = re.compile(r'\s*<script[^>]*src="[^"]*fontawesome\.js[^"]*"[^>]*></script>')
_PRELOAD = re.compile(r'\s*<link[^>]*href="[^"]*fontawesome\.js[^"]*"[^>]*/?>')
_ICON = re.compile(r'<i\b([^>]*?)\bclass="([^"]*\bfa-[^"]*)"([^>]*)>\s*</i>')
_STYLES = {"fa-solid": -1, "fas": -1, "fa-regular": 0, "far": 0, "fa-brands": 0, "fab": 0}
_SIZES = {"fa-lg", "fa-sm", "fa-xs", "fa-fw", "fa-2x", "fa-xl"}


def drawing(script, classes):
    """The ``<svg>`` for the classes of an icon, from the text of the theme's script."""
    words = classes.split()
    style = next((_STYLES[word] for word in words if word in _STYLES), -1)
    names = [
        w[3:] for w in words if w.startswith("fa-") and w not in _STYLES | dict.fromkeys(_SIZES)
    ]
    if not names:
        return None
    name = re.escape(names[0])
    found = re.findall(rf'[{{,]"?{name}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+","([^"]+)"\]', script)
    found = found or re.findall(
        rf'\[(\d+),(\d+),\[[^\]]*"{name}"[^\]]*\],"[0-9a-f]+","([^"]+)"\]', script
    )
    if not found:
        raise ExtensionError(f"the theme has no icon called {names[0]!r}")
    width, height, path = found[style]
    return (
        f'<svg class="svg-inline--fa {classes}" viewBox="0 0 {width} {height}" aria-hidden="true" '
        f'focusable="false"><path fill="currentColor" d="{path}"/></svg>'
    )


def draw_icons(app, exception):
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    source = out / "_static" / "scripts" / "fontawesome.js"
    if not source.is_file():
        return
    script = source.read_text(encoding="utf-8")
    draw = cache(lambda classes: drawing(script, classes))

    def replaced(match):
        svg = draw(" ".join(match[2].split()))
        more = " ".join((match[1] + match[3]).split())
        return match[0] if svg is None else svg.replace("<svg ", f"<svg {more} ".replace("  ", " "))

    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        drawn = _ICON.sub(replaced, _PRELOAD.sub("", _SCRIPT.sub("", text)))
        if drawn != text:
            page.write_text(drawn, encoding="utf-8")
    source.unlink()
    for extra in (out / "_static").rglob("*.map"):  # for who debugs the theme, not for readers
        extra.unlink()
    for extra in source.parent.glob("fontawesome.js*"):
        extra.unlink()


def setup(app):
    app.connect("build-finished", draw_icons, priority=800)  # before pages are copied
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
