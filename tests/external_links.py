"""Every address outside the book that its sources name: does it answer?

Run by hand or once a week (``python tests/external_links.py``); no test, since what it finds is not
the book's doing.  Needs nothing but Python.
"""

import re
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ("book/*.md", "book/*.bib", "coursework/*.md", "*.md", "data/*.md", "lib/**/*.py")
ADDRESS = re.compile(r"https?://[^\s<>\"'`)\]}|\\]+")
# Publishers answer programs with these where a person would see the page.
ALIVE = {401, 403, 405, 418, 429, 503}
LOCAL = ("localhost", "127.0.0.1", "example.", "a.org")


def addresses():
    """Address → the files that name it."""
    found = {}
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            for match in ADDRESS.findall(text):
                found.setdefault(match.rstrip(".,;:"), set()).add(str(path.relative_to(ROOT)))
            for doi in re.findall(r"doi\s*=\s*[{\"]([^}\"]+)", text):
                found.setdefault(f"https://doi.org/{doi}", set()).add(str(path.relative_to(ROOT)))
    return {k: v for k, v in found.items() if not any(word in k for word in LOCAL)}


def fault(address):
    """What is wrong with an address; an empty text if it answers."""
    request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (link check)"})
    try:
        with urllib.request.urlopen(request, timeout=30):
            return ""
    except urllib.error.HTTPError as error:
        return "" if error.code in ALIVE else f"HTTP {error.code}"
    except (OSError, ValueError) as error:
        return str(error)


def main():
    known = addresses()
    with ThreadPoolExecutor(8) as pool:
        faults = dict(zip(known, pool.map(fault, known), strict=True))
    for address, words in faults.items():
        if words:
            print(f"{address}: {words} (in {', '.join(sorted(known[address]))})")
    broken = sum(map(bool, faults.values()))
    print(f"{len(known)} addresses, {broken} without an answer")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
