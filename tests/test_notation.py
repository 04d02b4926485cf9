"""One letter, one meaning in a chapter: the formulas of each page against ``data/notation.csv``.

A symbol with its index (``k_B``) has a row of its own or that of its letter (``k``).  A row that
names pages holds there; a row for all pages holds on the others.  Exercises may use letters of
their own.
"""

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(path.stem for path in (ROOT / "book").glob("*.md"))
ROWS = list(csv.DictReader((ROOT / "data" / "notation.csv").read_text("utf-8").splitlines()))

GREEK = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma
    tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell
""".split()  # noqa: SIM905
NO_LETTERS = re.compile(
    r"\{eval\}`[^`]*`"
    r"|\\(?:begin|end)\{[^}]*\}(?:\{[^}]*\})?"
    r"|\\(?:text|operatorname|mathcal)\*?\{[^}]*\}"
    r"|\\mathrm\s*(?:\{[A-Za-z-]+\}|[A-Za-z])"
)
OTHER_COMMANDS = re.compile(rf"\\(?!(?:{'|'.join(GREEK)})(?![a-zA-Z]))[a-zA-Z]+|\\[^a-zA-Z]")
LETTER = re.compile(
    rf"(\\(?:{'|'.join(GREEK)})(?![a-zA-Z])|[A-Za-z])(?:_(\{{[^{{}}]*\}}|[A-Za-z0-9]))?"
)


def formulas(page):
    """Line and TeX of every formula outside code, exercises and solutions."""
    text = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    blank = lambda match: "\n" * match[0].count("\n")  # noqa: E731  (keeps the numbers of lines)
    for block in (
        r"^## Exercises$.*?(?=^## )",
        r"^```\{exercise-start\}.*?^```\{exercise-end\}\n```$",
        r"^````\{solution-start\}.*?^````\{solution-end\}\n````$",
        r"^(`{3,})\{(?:code-cell|glossary)\}.*?^\1$",
        r"`[^`\n]+`",
    ):
        text = re.sub(block, blank, text, flags=re.S | re.M)
    for match in re.finditer(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+?)\$", text, re.S):
        yield text[: match.start()].count("\n") + 1, match[1] or match[2]


def letters(tex):
    """The letters of a formula with their indices: ("k", "B") for Boltzmann's constant."""
    for part in (NO_LETTERS, OTHER_COMMANDS):
        tex = part.sub(" ", tex)
    for match in LETTER.finditer(tex):
        yield match[1], (match[2] or "").strip("{}")


def meanings(page, letter, index):
    """What a symbol may mean on a page."""
    for symbol in (f"{letter}_{index}", letter):
        rows = [row for row in ROWS if row["symbol"] == symbol]
        here = [row for row in rows if page in row["chapters"].split()]
        everywhere = [row for row in rows if row["chapters"] == "all"]
        if here or everywhere:
            return [row["meaning"] for row in here or everywhere]
    return []


def test_letters_are_found():
    found = set(
        letters(r"\frac{k_B T}{\mathrm d x} + \sqrt{\tau_0}\,\operatorname{erfc} R_\mathrm{int}")
    )
    assert found == {("k", "B"), ("T", ""), ("x", ""), (r"\tau", "0"), ("R", "")}


@pytest.mark.parametrize("page", PAGES)
def test_a_letter_has_one_meaning_on_a_page(page):
    wrong = {}
    for line, tex in formulas(page):
        for letter, index in letters(tex):
            found = meanings(page, letter, index)
            if len(found) != 1:
                symbol = f"{letter}_{index}" if index else letter
                wrong.setdefault(symbol, f"line {line}: {' / '.join(found) or 'not in the list'}")
    assert not wrong, f"{page}: " + "; ".join(f"{symbol} ({why})" for symbol, why in wrong.items())


def test_conductivity_is_kappa():
    for row in ROWS:
        if "conductivity" in row["meaning"]:
            assert row["symbol"] == r"\kappa", row
    for page in PAGES:
        text = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
        assert not re.search(r"conductivity,? \$\\sigma", text), page


def test_every_row_names_pages_that_exist():
    for row in ROWS:
        unknown = set(row["chapters"].split()) - {*PAGES, "all"}
        assert not unknown, f"{row['symbol']} ({row['meaning']}): no page {sorted(unknown)}"


def test_no_row_stands_twice():
    keys = [(row["symbol"], page) for row in ROWS for page in row["chapters"].split()]
    twice = {key for key in keys if keys.count(key) > 1}
    assert twice == set()
