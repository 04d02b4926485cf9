"""The press room: what Jupyter Book does not do for this book by itself.

A Sphinx extension in small parts, each a function connected in `setup`:

- kernels learn that their output goes to a page (`name_the_medium`);
- chapters are read and executed on all processors (`read_in_parallel`);
- a failing cell is named (`name_the_failure`);
- an apostrophe in ``{term}`` is set as in the text (`set_apostrophes`);
- a number keeps its unit and a formula its full stop on one line (`keep_together`);
- a change in the library or the data executes every chapter again (`outdated_by_library`);
- the repository's address comes from one place, and buttons exist only with one (`add_buttons`);
- each chapter can be downloaded as a notebook that needs no trust (`offer_notebook`);
- MathJax lies beside the pages, only the files they use (`copy_mathjax`);
- two faults of the theme are mended (`mend_scripts`, `mend_html`).
"""

import datetime
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from myst_nb.core.execute.base import ExecutionError
from myst_nb.core.render import strip_ansi
from sphinx.addnodes import pending_xref
from sphinx.errors import ExtensionError

MATHJAX = ("tex-chtml.js", "output/chtml/fonts", "input/tex/extensions")
BINDER = "https://mybinder.org/v2"
# What the outputs of a chapter depend on, besides the chapter itself.
FOUNDATIONS = ("lib/sandtime/**/*.py", "data/**/*")


# ---- before reading ------------------------------------------------------------------------------


def configure(app, config):
    """Set what depends on the day and the place: copyright, repository, MathJax, medium."""
    config.copyright = f"{datetime.date.today().year}, {config.author}"
    # Jupyter Book fills in its own repository here, which would put its address on our buttons.
    for option in ("repository_url", "path_to_docs", "repository_branch", "launch_buttons"):
        config.html_theme_options.pop(option, None)
    config.mathjax_path = "mathjax/tex-chtml.js"


def name_the_medium(app):
    """Tell the kernels, which inherit the environment, where their output goes.

    IPython and Matplotlib complain on stderr where a home cannot be written to, or while they look
    through many fonts, and what stands on stderr is an error of the book: so both keep their
    settings beside the build, and the fonts are looked through before.
    """
    os.environ["SANDTIME_MEDIUM"] = "page" if app.builder.format == "html" else "print"
    settings = Path(app.outdir).parent / "settings"
    for variable, name in (("IPYTHONDIR", "ipython"), ("MPLCONFIGDIR", "matplotlib")):
        (settings / name).mkdir(parents=True, exist_ok=True)
        os.environ[variable] = str(settings / name)
    if not list((settings / "matplotlib").glob("fontlist*")):
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(command, capture_output=True, check=True)
    # One chapter, one core: several kernels run side by side.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


def read_in_parallel(app):
    """Execute chapters side by side, one process for each processor at hand.

    Jupyter Book has no ``-j``. Only reading is parallel (it runs the kernels); pages are written in
    one process. Sphinx itself reads one after another where it cannot fork, or when an extension
    does not declare that it is safe.
    """
    numbering = app.extensions.get("sphinx_multitoc_numbering")
    if numbering is not None and numbering.parallel_read_safe is None:
        # It only renumbers toctrees in the main process, after reading; it forgot to say so.
        numbering.parallel_read_safe = True
    proofs = app.registry.domains.get("prf")
    if proofs is not None and "merge_domaindata" not in vars(proofs):
        # Its proofs are merged by an event; the domain itself keeps nothing, and Sphinx insists.
        proofs.merge_domaindata = lambda self, docnames, otherdata: None
    if app.parallel == 1:
        try:
            app.parallel = len(os.sched_getaffinity(0))
        except AttributeError:  # not on macOS and Windows
            app.parallel = os.cpu_count() or 1


def name_the_failure(app):
    """Put the failing cell and its traceback into the error of a chapter.

    myst-nb keeps them as the error's cause, and a cause is lost between processes.
    """
    read = app.builder.read_doc

    def read_doc(docname, **options):
        try:
            read(docname, **options)
        except ExecutionError as error:
            raise ExecutionError(f"{error}\n{strip_ansi(str(error.__cause__))}") from error

    app.builder.read_doc = read_doc


def write_serially(app, env):
    app.parallel = 1


def outdated_by_library(app, env, added, changed, removed):
    """All chapters, when the library or the data changed since they were executed."""
    digest = hashlib.sha256()
    root = Path(app.srcdir)
    for path in sorted(p for pattern in FOUNDATIONS for p in root.glob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    before, env.sandtime_foundations = (
        getattr(env, "sandtime_foundations", None),
        digest.hexdigest(),
    )
    return [] if before in (None, env.sandtime_foundations) else list(env.found_docs)


# ---- while reading -------------------------------------------------------------------------------


def set_apostrophes(app, doctree):
    """Set the apostrophe of ``{term}`Sand's time` `` as the text sets it, or no term is found."""
    for reference in doctree.findall(pending_xref):
        if reference.get("reftype") == "term" and "'" in reference["reftarget"]:
            reference["reftarget"] = reference["reftarget"].replace("'", "’")
            for text in list(reference.findall(nodes.Text)):
                text.parent.replace(text, nodes.Text(text.replace("'", "’")))


# ---- lines that break where a reader would -------------------------------------------------------

_UNIT = (
    "%|at%|°C|[µnmc]?m|Å|h|s|min|µ?A|mA|mAh|m?mol|m?V|MPa|k?Ω|[Mk]?Hz|eV|k?J|K|[mk]?g|C|S"
    "|hours?|days?"
)
_NO_BREAK = (
    # 25 µm, 9 %; then what follows a unit, µA cm⁻² and cm² s⁻¹; then 3 × 10⁻¹¹ and 0.27 ± 0.05
    (re.compile(rf"(?<=[\d⁰¹²³⁴-⁹]) (?=(?:{_UNIT})(?![A-Za-z]))"), "\N{NO-BREAK SPACE}"),
    (
        re.compile(r"(?<=µA|mA|Ah|ol|kΩ|m²|m³|⁻¹|⁻²| S|nJ|kJ|mV) (?=(?:c?m|s|g|mol|h|K)[⁻²³])"),
        "\N{NO-BREAK SPACE}",
    ),
    (re.compile(r"(?<=\d) (×|±) (?=\d)"), "\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}"),
)
_LINES = (nodes.paragraph, nodes.title, nodes.caption, nodes.term)


def keep_together(app, doctree, docname):
    """Bind numbers to units, and formulas to the punctuation around them, except in tables.

    A value and its unit often stand in two nodes, since the value comes from the build; so the text
    of a paragraph is walked as one. A browser may break a line on either side of a formula whatever
    character stands there, hence the wrapping.
    """
    for line in doctree.findall(lambda node: isinstance(node, _LINES)):
        if _inside(line, nodes.entry):
            continue
        before = ""
        for text in list(line.findall(nodes.Text)):
            if isinstance(text.parent, nodes.literal | nodes.math | nodes.raw):
                before = ""
                continue
            bound = before + text
            for pattern, space in _NO_BREAK:
                bound = pattern.sub(space, bound)
            if bound != before + text:
                text.parent.replace(text, nodes.Text(bound[len(before) :]))
            before = bound[-3:]
        for formula in list(line.findall(nodes.math)):
            _bind_punctuation(formula)


def _bind_punctuation(formula):
    parent = formula.parent
    place = parent.index(formula)
    bound = nodes.inline(classes=["together"])
    opening = parent[place - 1] if place > 0 else None
    if isinstance(opening, nodes.Text) and opening.endswith("("):
        parent[place - 1] = nodes.Text(opening[:-1])
        bound += nodes.Text("(")
    bound += formula.deepcopy()
    closing = parent[place + 1] if place + 1 < len(parent) else None
    if isinstance(closing, nodes.Text) and (found := re.match(r"[.,;:!?)’”]+", closing)):
        parent[place + 1] = nodes.Text(closing[found.end() :])
        bound += nodes.Text(found[0])
    if len(bound) > 1:
        parent[place] = bound


def _inside(node, kind):
    while node := node.parent:
        if isinstance(node, kind):
            return True
    return False


# ---- repository and buttons ----------------------------------------------------------------------


def normalised(address):
    """The https address of a repository, from any form git understands; None if it has none.

    >>> normalised("git@github.com:someone/book.git")
    'https://github.com/someone/book'
    >>> normalised("ssh://git@gitlab.com:22/group/book.git")
    'https://gitlab.com/group/book'
    >>> normalised("https://token@github.com/someone/book/")
    'https://github.com/someone/book'
    >>> normalised("/srv/git/book.git") is None
    True
    """
    address = address.strip()
    match = re.fullmatch(r"(?:https?|ssh|git)://(?:[^@/]*@)?([^/:]+)(?::\d+)?/(.+)", address)
    if match is None:
        match = re.fullmatch(r"(?:[^@/\\:]+@)([^/\\:]+):(?!//)(.+)", address)
    if match is None:
        return None
    host, path = match[1].lower(), match[2].strip("/").removesuffix(".git")
    return f"https://{host}/{path}" if "." in host and "/" in path else None


def repository(root):
    """The address of the repository, from SANDTIME_REPOSITORY or git's origin; None without.

    Raises
    ------
    ExtensionError
        When SANDTIME_REPOSITORY is set to something that is no address.
    """
    named = os.environ.get("SANDTIME_REPOSITORY", "").strip()
    if named:
        address = normalised(named)
        if address is None:
            raise ExtensionError(
                f"SANDTIME_REPOSITORY = {named!r}: an address such as "
                "https://github.com/owner/name or git@github.com:owner/name.git"
            )
        return address
    try:
        command = ["git", "-C", str(root), "remote", "get-url", "origin"]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return normalised(found)


def binder_url(address, source, branch="HEAD"):
    """Where Binder opens `source` (a path in the repository) as a notebook in JupyterLab.

    >>> binder_url("https://github.com/someone/book", "book/sand.md")
    'https://mybinder.org/v2/gh/someone/book/HEAD?urlpath=lab/tree/book/sand.md'
    """
    host, path = address.removeprefix("https://").split("/", 1)
    if host == "github.com":
        place = f"gh/{path}"
    elif host == "gitlab.com":
        place = f"gl/{quote(path, safe='')}"
    else:
        place = f"git/{quote(address, safe='')}"
    return f"{BINDER}/{place}/{quote(branch, safe='')}?urlpath=lab/tree/{quote(source)}"


def issues_url(address):
    """Where the repository takes reports of problems."""
    return f"{address}/-/issues" if "gitlab" in address.split("/")[2] else f"{address}/issues"


def is_chapter(app, pagename):
    return "kernelspec" in app.env.metadata.get(pagename, {})


def add_buttons(app, pagename, templatename, context, doctree):
    """Binder on every chapter, the repository on every page, when there is a repository."""
    address = app.sandtime_repository
    if not address or "header_buttons" not in context:
        return
    buttons = []
    if is_chapter(app, pagename):
        source = Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
        buttons.append(
            {
                "type": "link",
                "url": binder_url(address, source),
                "text": "Run it on Binder",
                "tooltip": "Open this chapter as a live notebook; a start takes minutes",
                "icon": "fas fa-rocket",
                "label": "launch-binder",
            }
        )
    buttons += [
        {
            "type": "link",
            "url": address,
            "text": "Repository",
            "tooltip": "The source of the book and its library",
            "icon": "fas fa-code-branch",
            "label": "source-repository-button",
        },
        {
            "type": "link",
            "url": issues_url(address),
            "text": "Report a problem",
            "tooltip": "The repository's issues",
            "icon": "far fa-circle-question",
            "label": "source-issues-button",
        },
    ]
    context["header_buttons"].append(
        {
            "type": "group",
            "buttons": buttons,
            "icon": "fas fa-rocket",
            "tooltip": "Run this chapter, see its source",
            "label": "launch-buttons",
        }
    )


# ---- the notebook to take away -------------------------------------------------------------------


def cleaned(notebook):
    """The executed notebook without what an untrusted one cannot show.

    Jupyter strips scripts and SVG from HTML it does not trust, which leaves dead sliders and
    garbled drawings, so pictures stay as PNG and HTML goes wherever another form is beside it.
    Widget state goes too.
    """
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop("application/vnd.jupyter.widget-view+json", None)
            if "image/png" in data:
                data.pop("text/html", None)
                data.pop("image/svg+xml", None)
    notebook["metadata"].pop("widgets", None)
    return notebook


def offer_notebook(app, pagename, templatename, context, doctree):
    """Put the executed chapter beside its source and name it for the download button."""
    if not is_chapter(app, pagename) or "page_source_suffix" not in context:
        return
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if not executed.is_file():
        return
    target = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    notebook = cleaned(json.loads(executed.read_text(encoding="utf-8")))
    target.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")
    context["ipynb_source"] = f"{pagename}.ipynb"


# ---- no other host, no fault ---------------------------------------------------------------------


def copy_mathjax(app, exception):
    """MathJax from the installed package, without the parts no page asks for (2 of 25 MB)."""
    if exception is not None or app.builder.format != "html":
        return
    package = importlib.metadata.distribution("sphinx-mathjax-offline")
    source = Path(package.locate_file("sphinx-mathjax-offline")) / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for name in MATHJAX:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def mend_scripts(app, pagename, templatename, context, doctree):
    """Drop thebe, which the book does not use: it lies on a CDN, and declares itself twice."""
    files = context.get("script_files", [])
    thebe = re.compile(r"THEBE_JS_URL|sphinx-thebe\.js")
    context["script_files"] = [
        f
        for f in files
        if not thebe.search(
            f"{getattr(f, 'filename', f)} {getattr(f, 'attributes', {}).get('body', '')}"
        )
    ]


MENDINGS = (
    # thebe's settings, which name a repository that is not ours
    (
        re.compile(
            r'\s*<script type="text/x-thebe-config">.*?</script>'
            r"\s*<script>kernelName = '[^']*'</script>",
            re.S,
        ),
        "",
    ),
    # every exercise, solution and proof has the same id
    (re.compile(r' id="(?:exercise|solution|proof)-content"'), ""),
    # a folded cell is called "Toggle hidden content" and shows "Show the code"
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    # the button for light and dark is called by its purpose, its icons by their states
    (re.compile(r'(<i class="theme-switch [^>]*?) title="[^"]*"'), r"\1"),
    (re.compile(r'="Color mode"'), '="Colour mode"'),
    # the search button is called "Search" and shows "Search Ctrl + K": let what it shows name it
    (
        re.compile(r'(<button class="btn search-button-field[^>]*?) aria-label="Search"'),
        r"\1",
    ),
)


def mend_html(app, exception):
    """Mend in the written pages what the theme's templates get wrong."""
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        before = after = path.read_text(encoding="utf-8")
        for fault, remedy in MENDINGS:
            after = fault.sub(remedy, after)
        if after != before:
            path.write_text(after, encoding="utf-8")


def setup(app):
    app.sandtime_repository = repository(app.srcdir)
    app.add_css_file("book.css")
    app.add_js_file("explore.js", loading_method="defer")
    app.add_js_file("print.js", loading_method="defer")
    app.connect("config-inited", configure)
    app.connect("builder-inited", name_the_medium)
    app.connect("builder-inited", read_in_parallel)
    app.connect("builder-inited", name_the_failure)
    app.connect("doctree-read", set_apostrophes)
    app.connect("doctree-resolved", keep_together)
    app.connect("env-get-outdated", outdated_by_library)
    app.connect("env-updated", write_serially)
    app.connect("html-page-context", offer_notebook, priority=400)
    app.connect("html-page-context", add_buttons, priority=600)
    app.connect("html-page-context", mend_scripts, priority=900)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", mend_html)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
