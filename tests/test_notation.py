"""The letters in the equations of every page against the list that the notation page shows.

``data/notation.csv`` holds one line a meaning: the symbol, its meaning, its name in the library,
its unit, and the pages that use it so; *all* stands for every page that no other line of the same
symbol names.  An index is part of the symbol only where the list has that symbol with its index
(``t_0``, ``R_\\mathrm{int}``); any other index leaves the letter what it is.  Not read are
indices themselves, what is upright or bold, the T of a transpose, and the glossary, whose entries
explain their own letters.
"""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(path.stem for path in (ROOT / "book").glob("*.md"))


CODE = re.compile(r"^(`{3,}|:{3,})\{(?:code-cell|glossary)\}.*?^\1$", re.S | re.M)
EVAL = re.compile(r"\{eval\}`[^`]*`")
MATH = re.compile(
    r"(?<!\\)\$\$(.+?)(?<!\\)\$\$"
    r"|^```\{math\}.*?$(.+?)^```$"
    r"|^\\begin\{(?:align|equation|gather)\*?\}(.+?)^\\end\{"
    r"|(?<![\\$])\$(?!\s)([^$\n]+?)(?<![\\\s])\$(?!\d)",
    re.S | re.M,
)
GREEK = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi
    rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi
    Omega ell
""".split()  # noqa: SIM905
WORDS = ("mathrm", "mathsf", "mathbf", "mathcal", "text", "textrm", "operatorname", "begin", "end")
WORDS += ("label", "tag")
UPRIGHT = {"dd", "Li", "Mg", "erfc"}  # macros of _config.yml
TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\\\\[[^]]*\]|\\.|\^T|[A-Za-z]|[_^{}]|\s+|.", re.S)


def blank(match):
    """What is not read, as empty lines, so that those below keep their numbers."""
    head = re.match(r"[^\n]*\n---\n(.*?)\n---\n", match[0], re.S)  # its captions are read
    kept = "\n\n" + head[1] if head else ""
    return kept + "\n" * (match[0].count("\n") - kept.count("\n"))


def formulas(source):
    """Line and TeX of each formula in prose and captions."""
    text = EVAL.sub("0", CODE.sub(blank, source))
    for match in MATH.finditer(text):
        tex = next(group for group in match.groups() if group is not None)
        start = match.start(match.lastindex)
        yield text[:start].count("\n") + 1, tex


def argument(tokens, at):
    """The tokens of the argument that begins at `at`, and where it ends."""
    while at < len(tokens) and tokens[at].isspace():
        at += 1
    if at < len(tokens) and tokens[at][1:] in ("mathrm", "text", "mathbf"):
        return argument(tokens, at + 1)
    if at == len(tokens) or tokens[at] != "{":
        return tokens[at : at + 1], at + 1
    depth, end = 1, at + 1
    while depth and end < len(tokens):
        depth += {"{": 1, "}": -1}.get(tokens[end], 0)
        end += 1
    return tokens[at + 1 : end - 1], end


def index(tokens):
    """An index as it is compared: without fonts, braces and spaces."""
    plain = [t for t in tokens if t not in ("\\mathrm", "\\text", "{", "}") and not t.isspace()]
    return "".join(plain).replace("\\", "")


def letters(tex):
    """Letter, index and line (from 0) of each symbol; what is upright is a word, not a symbol."""
    tokens = TOKEN.findall(tex)
    at, line = 0, 0
    while at < len(tokens):
        token = tokens[at]
        line += token.count("\n")
        at += 1
        if token.startswith("\\") and token[1:].rstrip("*") in WORDS:
            at = argument(tokens, at)[1]
        elif re.fullmatch(r"[A-Za-z]", token) or token[1:] in GREEK:
            below = ""
            if at < len(tokens) and tokens[at] == "_":
                inside, at = argument(tokens, at + 1)
                below = index(inside)
                line += "".join(inside).count("\n")
            yield token, below, line
        elif token == "_":  # of an operator or a bracket
            at = argument(tokens, at)[1]


@cache
def listed():
    table = pd.read_csv(ROOT / "data" / "notation.csv", dtype=str, keep_default_na=False)
    table["key"] = [next(letters(symbol))[:2] for symbol in table["symbol"]]
    table["pages"] = [tuple(chapters.split()) for chapters in table["chapters"]]
    return table


def meanings(page, letter, below):
    """What a symbol means on a page: of the lines that fit, those that fit best."""
    for key in dict.fromkeys([(letter, below), (letter, "")]):
        rows = [row for row in listed().itertuples() if row.key == key]
        for place in (page, "all"):
            fitting = [row for row in rows if place in row.pages]
            if fitting:
                return fitting
    return []


@cache
def used(page):
    """Where each symbol stands on a page: {(letter, index): [line, ...]}."""
    found = defaultdict(list)
    source = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    for start, tex in formulas(source):
        for letter, below, line in letters(tex):
            found[letter, below].append(start + line)
    return dict(found)


def shown(letter, below):
    return letter + (f"_{{{below}}}" if below else "")


@pytest.fixture(params=PAGES)
def page(request):
    return request.param


def test_every_letter_has_one_meaning_on_a_page(page):
    faults = []
    for (letter, below), lines in used(page).items():
        rows = meanings(page, letter, below)
        if len(rows) == 1:
            continue
        says = "; ".join(row.meaning for row in rows) or "nothing in data/notation.csv"
        faults.append(f"book/{page}.md:{lines[0]}: {shown(letter, below)} means {says}")
    assert not faults, "\n" + "\n".join(faults)


def test_the_list_names_no_page_that_does_not_use_the_letter():
    faults = []
    for row in listed().itertuples():
        for page in row.pages:
            if page == "all":
                continue
            if page not in PAGES:
                faults.append(f"{row.symbol} ({row.meaning}): there is no page {page!r}")
            elif not any(
                row in meanings(page, letter, below)
                for letter, below in used(page)
                if letter == row.key[0]
            ):
                faults.append(f"{row.symbol} ({row.meaning}) does not stand on book/{page}.md")
    assert not faults, "\n" + "\n".join(faults)


def test_conductivity_is_never_sigma():
    for path in sorted((ROOT / "book").glob("*.md")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            wrong = re.search(r"conductivity\s+(of\s+\w+\s+)?(σ|\$\\sigma)", line)
            assert not wrong, f"book/{path.name}:{number}: the conductivity is κ, not σ: {line}"
    rows = [row for row in listed().itertuples() if "conductivity" in row.meaning]
    assert [row.symbol for row in rows] == [r"\kappa"]


def test_the_list_is_written_as_it_should_be():
    for row in listed().itertuples():
        assert row.meaning and row.chapters, f"{row.symbol} has no meaning or no pages"
        assert len(list(letters(row.symbol))) == 1, f"{row.symbol} is not one symbol"
    repeated = listed()[listed().duplicated(["symbol", "meaning"])]
    assert repeated.empty, f"listed twice: {list(repeated['symbol'])}"


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\frac{\mathrm d c}{\mathrm{d}t}", ["c", "t"]),
        (r"R_\mathrm{int}+R_{\text{int}}", ["R_{int}", "R_{int}"]),
        (r"\Delta c_0\,\erfc\eta", [r"\Delta", "c_{0}", r"\eta"]),
        (r"\sum_{n=1}^{\infty} a_n", ["a_{n}"]),
        (r"x_\beta", ["x_{beta}"]),
    ],
)
def test_the_reader_of_formulas(tex, expected):
    assert [shown(letter, below) for letter, below, _ in letters(tex)] == expected


def test_the_reader_knows_prose_from_code_and_counts_lines():
    source = (
        "a\n```{code-cell} python3\nx = '$b$'\n```\nand $y$ costs {eval}`f('$z$')`\n$$\nt\n$$\n"
    )
    found = [(start + line, c) for start, tex in formulas(source) for c, _, line in letters(tex)]
    assert found == [(5, "y"), (7, "t")]
