"""The concept inventory on paper: one sheet before a course, one after it, and a key.

Both ask the same twenty questions, so that the gain can be told; order and letters differ.
"""

import hashlib
import html

from sandtime.exercises.concepts import QUESTIONS

SHEETS = ("before", "after")


def arranged(sheet):
    """Questions and their options in the order of a sheet.

    Parameters
    ----------
    sheet : str
        One of `SHEETS`.

    Returns
    -------
    list of (Choice, list of Option)

    Raises
    ------
    ValueError
        For another name.
    """
    if sheet not in SHEETS:
        raise ValueError(f"sheet = {sheet!r}: one of {', '.join(SHEETS)}")

    def mixed(things, names):
        rank = [hashlib.sha256((sheet + name).encode()).digest() for name in names]
        return [thing for _, thing in sorted(zip(rank, things, strict=True))]

    questions = mixed(QUESTIONS, [question.id for question in QUESTIONS])
    return [
        (each, mixed(each.options, [each.id + option.text for option in each.options]))
        for each in questions
    ]


def key(sheet):
    """The letters of the right options, by question.

    Returns
    -------
    list of (int, str, str)
        Number on the sheet, letter, id of the question.

    Examples
    --------
    >>> [number for number, letter, id in key("before")] == list(range(1, 21))
    True
    """
    return [
        (number, "ABCDE"[[option.right for option in options].index(True)], question.id)
        for number, (question, options) in enumerate(arranged(sheet), 1)
    ]


def gain(before, after):
    """Normalised gain of a class from its mean shares of right answers.

    ``(after − before) / (1 − before)``: the share of what could be gained that was gained (Hake,
    doi:10.1119/1.18809).

    >>> round(gain(0.4, 0.7), 3)
    0.5
    """
    for name, share in (("before", before), ("after", after)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} = {share}: a share from 0 to 1")
    if before == 1:
        raise ValueError("before = 1: nothing is left to be gained")
    return (after - before) / (1 - before)


def printable(sheet):
    """A sheet as one HTML file to print: no script, nothing to load, no answers."""
    title = f"Twenty questions, {sheet} the course"
    items = "\n".join(_item(question, options) for question, options in arranged(sheet))
    return _PAGE.format(title=title, items=items)


def _item(question, options):
    ask = html.escape(question.ask[0].upper() + question.ask[1:], quote=False)
    lines = "\n".join(f"<li>{html.escape(option.text, quote=False)}</li>" for option in options)
    return f'<li><p>{ask}</p>\n<ol class="options">\n{lines}\n</ol></li>'


_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 16mm; }}
body {{ max-width: 46rem; margin: 1rem auto; padding: 0 1rem; font: 11pt/1.4 sans-serif;
  color: #000; background: #fff; }}
@media print {{ body {{ max-width: none; margin: 0; padding: 0; font-size: 10pt; }} }}
h1 {{ font-size: 1.4em; }}
.questions > li {{ break-inside: avoid; margin-bottom: 0.7em; }}
.questions p {{ margin: 0; }}
.options {{ list-style: upper-alpha; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>Name or number: ______________________________ &nbsp; Date: ______________</p>
<p>Circle one letter for each question; forty minutes, no notes. It is not marked.</p>
<ol class="questions">
{items}
</ol>
</body>
</html>
"""
