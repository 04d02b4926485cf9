"""How a page is found: title, description, picture, address, site map, and a page for lost ways.

A search engine and a social network show a page by what stands in its head.  Here the head is
written from the page: the description is its answer, or its first paragraph.  Whole addresses
exist only where the site's own is known: from SANDTIME_ADDRESS, or from the repository where GitHub
and GitLab publish pages.
"""

import datetime
import html
import importlib.metadata
import os
import posixpath
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.errors import ExtensionError

LONGEST = 200  # characters of a description that are shown at most
PICTURE = "_static/preview.png"
FRONT = "Sand’s Time: how fast can lithium be stripped? An executable book"


def site(repository):
    """Where the site is published, with a slash at the end; None if nobody knows.

    >>> site("https://github.com/Someone/book")
    'https://someone.github.io/book/'
    >>> site("https://github.com/someone/someone.github.io")
    'https://someone.github.io/'
    >>> site("https://gitlab.com/group/book")
    'https://group.gitlab.io/book/'
    >>> site("https://example.org/a/b") is None
    True
    """
    named = os.environ.get("SANDTIME_ADDRESS", "").strip()
    if named:
        if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", named):
            raise ExtensionError(
                f"SANDTIME_ADDRESS = {named!r}: an address such as https://a.org/b/"
            )
        return named.rstrip("/") + "/"
    host, _, path = (repository or "").removeprefix("https://").partition("/")
    pages = {"github.com": "github.io", "gitlab.com": "gitlab.io"}.get(host)
    owner, _, name = path.partition("/")
    if not pages or not name or "/" in name:
        return None
    domain = f"{owner.lower()}.{pages}"
    return f"https://{domain}/" if name.lower() == domain else f"https://{domain}/{name}/"


def know_the_site(app, config):
    """Sphinx writes canonical addresses by itself once it knows the site's."""
    config.html_baseurl = site(app.sandtime_repository) or ""


def described(doctree):
    """A page in a sentence or two: its answer, or its first paragraph; at most `LONGEST`."""
    answers = [n for n in doctree.findall(nodes.container) if "answer" in n.get("classes", ())]
    here = answers[0] if answers else doctree
    text = next((n.astext() for n in here.findall(nodes.paragraph) if n.astext().strip()), "")
    text = " ".join(text.replace("$", "").split())
    if len(text) <= LONGEST:
        return text
    end = max(text.rfind(". ", 0, LONGEST), text.rfind("? ", 0, LONGEST))
    return text[: end + 1] if end > 60 else text[: text.rfind(" ", 0, LONGEST - 1)] + "…"


def add_description(app, pagename, templatename, context, doctree):
    """Description and previews in the head of a page."""
    if doctree is None:
        return
    title = next(doctree.findall(nodes.title), None)
    title = title.astext() if title is not None else app.config.html_title
    if pagename == app.config.root_doc:
        title = FRONT
    base, text = app.config.html_baseurl, described(doctree)
    tags = {
        ("name", "description"): text,
        ("property", "og:title"): title,
        ("property", "og:description"): text,
        ("property", "og:type"): "article",
        ("property", "og:site_name"): app.config.html_title,
        ("name", "twitter:card"): "summary_large_image" if base else "summary",
    }
    if base:
        tags["property", "og:url"] = base + context["file_suffix"].join([pagename, ""])
        tags["property", "og:image"] = base + PICTURE
        tags["property", "og:image:alt"] = "Sand’s Time: a depletion time against a current"
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<meta {kind}="{key}" content="{html.escape(value)}" />'
        for (kind, key), value in tags.items()
        if value
    )


def edition(root):
    """Which version this is, of which commit if git knows, and the day it was built."""
    command = ["git", "-C", str(root), "rev-parse", "--short=10", "HEAD"]
    try:
        commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        commit = ""
    today = datetime.date.today()
    version = importlib.metadata.version("sandtime")
    which = f"{version} ({commit})" if commit else version
    return f"Version {which}, built on {today.day} {today:%B %Y}."


def sign_page(app, pagename, templatename, context, doctree):
    """Version and day at the foot of every page; on paper its address too."""
    if "theme_extra_footer" not in context:
        return
    words = html.escape(app.sandtime_edition)
    if base := app.config.html_baseurl:
        words += f'<span class="print-only">{html.escape(base)}{pagename}.html</span>'
    context["theme_extra_footer"] += f'<p class="edition">{words}</p>'


def mended_title(text):
    """The front page named by what it is about, instead of by the book's name twice."""
    return re.sub(
        r"<title>(Sand’s Time|Sand&#8217;s Time) — [^<]*</title>", f"<title>{FRONT}</title>", text
    )


# ---- the pages outside the chapters -----------------------------------------------------------

_LINK = re.compile(r'\b(href|src|action)="([^"]*)"')


def moved(text, folder):
    """A page of `folder` as a page one level up: its links rewritten.

    >>> moved('<a href="sand.html#x"><img src="../_static/a.svg"><a href="#y">', "book")
    '<a href="book/sand.html#x"><img src="_static/a.svg"><a href="#y">'
    """

    def link(match):
        kind, address = match.groups()
        if not address or address.startswith(("#", "/")) or urlsplit(address).scheme:
            return match[0]
        return f'{kind}="{posixpath.normpath(posixpath.join(folder, address))}"'

    text = _LINK.sub(link, text)
    return text.replace('data-content_root="../"', 'data-content_root="./"')


LOST = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="robots" content="noindex" />
<title>No page here — Sand’s Time</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem; color-scheme: light dark; }}
</style>
</head>
<body>
<h1>There is no page at this address</h1>
<p>It may have moved when chapters were merged.</p>
<ul>
<li><a href="{base}index.html">Start at the front page</a></li>
<li><a href="{base}search.html">Search the book</a></li>
<li><a href="{base}book/ledger.html">The ledger of every number</a></li>
</ul>
</body>
</html>
"""  # noqa: E501


def write_pages(app, exception):
    """index.html, 404.html, and with a known address sitemap.xml and robots.txt."""
    if exception is not None or app.builder.format != "html":
        return
    out, base = Path(app.outdir), app.config.html_baseurl
    front = out / f"{app.config.root_doc}.html"
    text = mended_title(front.read_text(encoding="utf-8"))
    front.write_text(text, encoding="utf-8")
    (out / "index.html").write_text(
        moved(text, posixpath.dirname(app.config.root_doc)), encoding="utf-8"
    )
    # A lost page is shown at any depth: only a path from the root leads back.
    root = urlsplit(base).path if base else "/"
    (out / "404.html").write_text(LOST.format(base=root), encoding="utf-8")
    if base:
        names = sorted(app.env.found_docs)
        rows = "".join(f"<url><loc>{html.escape(base)}{name}.html</loc></url>\n" for name in names)
        (out / "sitemap.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n',
            encoding="utf-8",
        )
        (out / "robots.txt").write_text(
            f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n", encoding="utf-8"
        )
    draw_preview(out / PICTURE)


def draw_preview(path):
    """The picture of social previews, 1200 px by 630 px: what the book is about."""
    import numpy as np
    from matplotlib.figure import Figure

    from sandtime import figures, sand
    from sandtime.materials import BETA_LIMIT, LI90MG10
    from sandtime.units import cm, hour, s, uA

    figures.style()
    fig = Figure(figsize=(12, 6.3), dpi=100, facecolor="white")
    fig.text(0.06, 0.83, "Sand’s Time", fontsize=52, weight="bold")
    fig.text(0.06, 0.73, "How fast can lithium be stripped?", fontsize=30)
    ax = fig.add_axes((0.1, 0.15, 0.84, 0.5))
    current = np.geomspace(20, 1000, 80)
    drop = LI90MG10.concentration - BETA_LIMIT
    time = sand.depletion_time(current * uA / cm**2, 1e-11 * cm**2 / s, drop)
    ax.plot(current, time / hour, color=figures.LI90MG10, linewidth=4)
    ax.set(xscale="log", yscale="log")
    ax.set_xlabel("current density / µA cm⁻²", fontsize=22)
    ax.set_ylabel("time / h", fontsize=22)
    ax.set_xticks([20, 50, 100, 200, 500, 1000], ["20", "50", "100", "200", "500", "1000"])
    ax.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    ax.minorticks_off()
    ax.tick_params(labelsize=20)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_png(fig))


def _png(fig):
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    FigureCanvasAgg(fig).print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()


def setup(app):
    app.connect("config-inited", know_the_site, priority=700)  # after the repository is known
    app.sandtime_edition = edition(app.srcdir)
    app.connect("html-page-context", add_description, priority=700)
    app.connect("html-page-context", sign_page, priority=700)
    app.connect("build-finished", write_pages, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
