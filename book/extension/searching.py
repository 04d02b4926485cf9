"""Search that finds numbers, and shows sentences instead of folded source.

Sphinx cuts 0.57 into 0 and 57 and passes over what is all digits.  Here a number is one word, in
the index as in what a reader types.  What Sphinx's own script cannot be told is changed in the
written file; if a new version of Sphinx words it differently, the build stops.
"""

import re
from pathlib import Path

from sphinx.errors import ExtensionError
from sphinx.search.en import SearchEnglish


class Search(SearchEnglish):
    """English, in which a number with a decimal point or thousands is one word.

    >>> Search({}).split("0.57 eV, 34,161 spectra; 10⁻¹¹")
    ['0.57', 'eV', '34,161', '34161', 'spectra', '10']
    """

    _word = re.compile(r"\d+(?:[.,]\d+)+|[^\W¹²³⁰-⁹]+")
    js_splitter_code = r"""
var splitQuery = (query) =>
  query.match(/-?(?:\p{Nd}+(?:[.,]\p{Nd}+)+|[\p{Letter}\p{Nd}_]+)/gu) || [];
"""

    def split(self, input):
        words = []
        for word in self._word.findall(input):
            words.append(word)
            if "," in word:
                words.append(word.replace(",", ""))
        return words


# In Sphinx's searchtools.js: what is there, and what takes its place.
CHANGES = (
    (r"        queryTerm.match(/^\d+$/)", "        queryTerm.length === 0"),
    (
        '[".headerlink", "script", "style"]',
        '[".headerlink", "script", "style", "svg", "nav", "summary", "details.hide", '
        '".cell_input", ".explorer-controls", ".answer-box", ".solution", ".chapter-card"]',
    ),
)


def change_script(app, exception):
    if exception is not None or app.builder.format != "html":
        return
    path = Path(app.outdir) / "_static" / "searchtools.js"
    text = path.read_text(encoding="utf-8")
    for there, instead in CHANGES:
        if instead in text:
            continue
        if text.count(there) != 1:
            raise ExtensionError(f"searchtools.js has no single {there.strip()!r} any more")
        text = text.replace(there, instead)
    path.write_text(text, encoding="utf-8")


def setup(app):
    app.add_search_language(Search)
    app.connect("build-finished", change_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
