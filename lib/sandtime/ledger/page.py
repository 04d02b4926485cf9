"""How the ledger looks: its rows as accessible tables (chapter *Ledger*).

Strings only.  A table becomes a list of cards where the page is narrow, follows the colours of the
page around it, and says every verdict in words.  `by_section` can be filtered by verdict and words
and sorted; the filter stands in the page's address.  Without a script nothing is hidden.
"""

import html
import itertools
import math
import re

from sandtime.ledger.titles import CHAPTERS

_NO_BREAK = "\u00a0"
_UNITS = r"(?:[%Åh°]|s\b|[µkcm]?[mAsV]\b|[kM]?(?:Pa|Hz)|k?Ω|eV|mAh)"
_RELATIONS = {"=": "", "~": "≈\u00a0", "<": "<\u00a0", ">": ">\u00a0", "range": ""}
# Printed in words that hold the unit, and as a formula that lost its indices in the text.
_FORMULAE = {
    "sub-micrometer": "“sub-micrometer”",
    "t0 ≪ L2 · Deff−1": "<i>t</i><sub>0</sub> ≪ <i>L</i>² · <i>D</i><sub>eff</sub><sup>−1</sup>",
}
_RADIO_GROUPS = itertools.count(1)

# Colours, borders and the signs of the verdicts are the style sheet's; here is the layout.
_STYLE = """
.ledger-rows table.ledger { table-layout: fixed; }
.ledger-rows table.ledger :is(th, td) { padding-inline: .5rem; overflow-wrap: anywhere; }
.ledger-rows tbody th { font-weight: 500; }
.ledger-rows .what { width: 24%; }
.ledger-rows .paper { width: 16%; }
.ledger-rows .ours { width: 15%; }
.ledger-rows .basis { width: 11%; }
.ledger-rows .place { display: block; margin-top: .2rem; font-size: .85em; font-weight: 400;
  color: var(--sandtime-quiet, inherit); }
.ledger-rows .difference, .ledger-rows label { white-space: nowrap; }
.ledger-rows .verdict { white-space: normal; }
.ledger-rows .reason { display: block; margin-top: .25rem; }
.ledger-rows fieldset { margin: 1.2rem 0 .8rem; padding: .3rem .8rem .6rem;
  border: 1px solid var(--sandtime-rule, #999); border-radius: .4rem; }
.ledger-rows legend { float: none; width: auto; margin: 0; padding: 0 .3rem; font-size: 1rem; }
.ledger-rows label { display: inline-flex; align-items: center; gap: .4rem; min-height: 2rem;
  margin: 0 1.1rem 0 0; cursor: pointer; }
.ledger-rows details { border-bottom: 1px solid var(--sandtime-rule, #999); }
.ledger-rows summary { padding: .6rem 0; cursor: pointer; }
.ledger-rows summary span { color: var(--sandtime-quiet, inherit); }
.ledger-rows details .ledger-scroll { margin: .2rem 0 1.2rem; }
.ledger-rows [hidden] { display: none !important; }
.ledger-rows th button { all: unset; cursor: pointer; }
.ledger-rows th button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
.ledger-rows th[aria-sort=ascending] button::after { content: " ↑"; }
.ledger-rows th[aria-sort=descending] button::after { content: " ↓"; }
@media (max-width: 720px) {
  .ledger-rows table.ledger :is(tbody, tr, th, td), .ledger-rows caption {
    display: block; width: auto; }
  .ledger-rows table.ledger { display: block; }
  .ledger-rows table.ledger thead { display: none; }
  .ledger-rows table.ledger tbody tr { padding: .7rem;
    border-bottom: 1px solid var(--sandtime-rule, #999); }
  .ledger-rows table.ledger tbody tr:last-child { border-bottom: 0; }
  .ledger-rows table.ledger tbody :is(th, td) { padding: .1rem 0; border: 0; }
  .ledger-rows tbody th { font-weight: 600; }
  .ledger-rows td:is(.paper, .ours, .basis)::before { content: attr(data-label) ": ";
    color: var(--sandtime-quiet, inherit); }
}
"""

_SCRIPT = """
(() => {
  const box = document.currentScript.closest(".ledger-rows");
  const choice = box.querySelector("fieldset"), status = box.querySelector("[role=status]");
  const words = choice.querySelector("[type=search]");
  const groups = [...box.querySelectorAll("details")];
  const tallies = new Map(groups.map((group) => {
    const place = group.querySelector("summary span");
    return [place, place.textContent];
  }));
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\\s+/g, " ").trim();
  choice.hidden = false;

  const filter = (keep) => {
    const wanted = choice.querySelector("input:checked").value, text = plain(words.value);
    const on = wanted !== "" || text !== "";
    let shown = 0;
    for (const group of groups) {
      let here = 0;
      for (const row of group.querySelectorAll("tbody tr")) {
        row.hidden = (wanted !== "" && row.dataset.verdict !== wanted) ||
          (text !== "" && !plain(row.textContent).includes(text));
        here += !row.hidden;
      }
      group.hidden = here === 0;
      group.open = on && here > 0;
      const place = group.querySelector("summary span");
      place.textContent = on ? here + (here === 1 ? " row" : " rows") : tallies.get(place);
      shown += here;
    }
    const said = [wanted, text && "\\u201c" + words.value.trim() + "\\u201d"].filter(Boolean);
    status.textContent = on ? shown + (shown === 1 ? " row: " : " rows: ") + said.join(", ") : "";
    if (keep) return;
    const address = new URLSearchParams();
    if (wanted) address.set("verdict", wanted);
    if (text) address.set("text", words.value.trim());
    history.replaceState(null, "", on ? "#" + address : location.pathname + location.search);
  };
  choice.addEventListener("change", () => filter());
  words.addEventListener("input", () => filter());

  const value = (cell) => {
    const text = [...cell.childNodes]
      .filter((node) => !(node.classList && node.classList.contains("place")))
      .map((node) => node.textContent).join("").trim();
    const number = /-?\\d[\\d,]*(\\.\\d+)?/.exec(text.replace("\\u2212", "-"));
    return { text: plain(text), number: number ? parseFloat(number[0].replace(/,/g, "")) : NaN };
  };
  const order = (a, b) => {
    if (!Number.isNaN(a.number) && !Number.isNaN(b.number)) return a.number - b.number;
    return Number.isNaN(a.number) - Number.isNaN(b.number) || a.text.localeCompare(b.text);
  };
  const sort = (head) => {
    const rising = head.getAttribute("aria-sort") !== "ascending";
    const heads = [...head.parentNode.children], column = heads.indexOf(head);
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const keyed = [...body.rows].map((row) => [value(row.cells[column]), row]);
    keyed.sort((a, b) => (rising ? 1 : -1) * order(a[0], b[0]));
    body.append(...keyed.map(([, row]) => row));
  };
  for (const head of box.querySelectorAll("details thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Sort by this column";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }

  const open = () => {
    const address = location.hash.slice(1);
    if (/^(verdict|text)=/.test(address)) {
      const asked = new URLSearchParams(address), verdict = asked.get("verdict") || "";
      for (const each of choice.querySelectorAll("[type=radio]")) {
        each.checked = each.value === verdict;
      }
      if (!choice.querySelector("input:checked")) choice.querySelector("input").checked = true;
      words.value = asked.get("text") || "";
      filter(true);
      choice.scrollIntoView({ block: "start", behavior: "instant" });
      return;
    }
    const row = address && document.getElementById(address);
    const group = row && box.contains(row) && row.closest("details");
    if (group) {
      choice.querySelector("input").checked = true;
      words.value = "";
      filter(true);
      group.open = true;
      row.scrollIntoView({ block: "center", behavior: "instant" });
    }
  };
  addEventListener("hashchange", open);
  if (document.readyState === "complete") open();
  else addEventListener("load", open);
})();
"""


def table(rows):
    """A table of rows in a wrapper of its own, with its style.

    Parameters
    ----------
    rows : ledger.Rows

    Returns
    -------
    str
        HTML.  Each row links to the chapter that treats it; where all rows belong to one chapter,
        the caption names it, and each row links to its place in the ledger.
    """
    chapters = {row.chapter for row in rows}
    number = f"{len(rows)} row{'s' if len(rows) != 1 else ''} of the ledger"
    if len(chapters) == 1 and chapters <= set(CHAPTERS):
        (chapter,) = chapters
        caption = f"{number}, treated in {_chapter(chapter)}"
        anchor = "ledger.html#row-"
    else:
        caption, anchor = number, None
    return _wrap(_table(rows, caption, anchor=anchor))


def by_section(rows):
    """The rows in one foldable table per section of the paper, with a filter by verdict.

    Parameters
    ----------
    rows : ledger.Rows

    Returns
    -------
    str
        HTML with a script of its own and no request to anywhere.
    """
    name = f"ledger-verdict-{next(_RADIO_GROUPS)}"
    choices = [
        f'<label><input type="radio" name="{name}" value="" checked> all {len(rows)}</label>'
    ]
    choices += [
        f'<label><input type="radio" name="{name}" value="{verdict}"> {_verdict(verdict)} {count}'
        "</label>"
        for verdict, count in rows.counts().items()
        if count
    ]
    parts = [
        "<fieldset hidden><legend>Show the rows that are</legend>",
        *choices,
        '<label>with the words <input type="search" autocomplete="off" size="18"></label>',
        '</fieldset>\n<p role="status"></p>',
    ]
    for section, group in itertools.groupby(rows, key=lambda row: row.section):
        group = type(rows)(group)
        tally = ", ".join(f"{n} {verdict}" for verdict, n in group.counts().items() if n)
        caption = f"Claims of “{html.escape(section)}”"
        summary = f"<strong>{html.escape(section)}</strong> <span>{tally}</span>"
        body = _table(group, caption, identified=True)
        parts.append(f"<details><summary>{summary}</summary>\n{body}\n</details>")
    parts.append(f"<script>{_SCRIPT}</script>")
    return _wrap("\n".join(parts))


def _wrap(body):
    return f'<div class="ledger-rows"><style>{_STYLE}</style>\n{body}\n</div>'


def _table(rows, caption, *, anchor=None, identified=False):
    lines = (_row(row, anchor, identified) for row in rows)
    head = "".join(
        f'<th role="columnheader" scope="col" class="{name}">{text}</th>'
        for name, text in (
            ("what", "Claim"),
            ("paper", "Paper"),
            ("ours", "Recomputed"),
            ("basis", "Rests on"),
            ("why", "Verdict and reason"),
        )
    )
    # No link inside: below an explicit role="table" a caption may hold text only.
    plain = re.sub(r"<.*?>", "", caption)
    return (
        f'<div class="ledger-scroll" tabindex="0" role="region" aria-label="{plain}">'
        f'<table class="ledger" role="table"><caption>{plain}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{"".join(lines)}</tbody></table></div>'
    )


def _row(row, anchor, identified):
    quantity = _text(row.quantity[0].upper() + row.quantity[1:])
    if anchor:
        quantity = f'<a href="{anchor}{row.id}">{quantity}</a>'
    ours = "–" if row.recomputed is None else _number(row.recomputed, row) + _difference(row)
    link = "" if anchor else f" {_chapter(row.chapter)}"
    identity = f' id="row-{row.id}"' if identified else ""
    where = _text(row.where if identified else f"{row.section}, {row.where}")
    says = f"{where}. {_text(row.paraphrase)}" if identified else where
    return (
        f'<tr role="row" data-verdict="{row.verdict}"{identity}>'
        f'<th role="rowheader" scope="row" class="what">{quantity}'
        f'<span class="place">{says}</span></th>'
        f'<td role="cell" class="paper" data-label="Paper">{_printed(row)}</td>'
        f'<td role="cell" class="ours" data-label="Recomputed">{ours}</td>'
        f'<td role="cell" class="basis" data-label="Rests on">{row.basis or "–"}</td>'
        f'<td role="cell">{_verdict(row.verdict)}'
        f'<span class="reason">{_text(_explained(row))}{link}</span></td></tr>\n'
    )


def _difference(row):
    """By how much, and how much is allowed; nothing where it could not have been otherwise."""
    if row.relation not in ("=", "~") or row.verdict == "by construction":
        return ""
    return (
        f' <span class="difference">({_percent(row.relative_difference)})</span>'
        f'<span class="place">allowed ±{100 * row.tolerance:.2g}{_NO_BREAK}%</span>'
    )


def _explained(row):
    """The reason, what shares the contradiction, and where a threshold of ours decides."""
    parts = [row.reason]
    if row.contradiction:
        parts.append(f"Contradiction: {row.contradiction}.")
    if row.flips:
        parts.append(f"The threshold is ours: the verdict flips {row.flips}.")
    return " ".join(parts)


def _verdict(verdict):
    return f'<span class="verdict verdict-{verdict.replace(" ", "-")}">{verdict}</span>'


def _chapter(chapter):
    return f'<a href="{chapter}.html">{_text(CHAPTERS[chapter])}</a>'


def _printed(row):
    """The number as printed, with its sign and unit."""
    if not row.legible:
        return "not legible"
    if row.printed in _FORMULAE:
        return _FORMULAE[row.printed]
    printed = re.sub(r"10[−-](\d+)$", r"10<sup>−\1</sup>", html.escape(row.printed))
    if not re.match(r"[\s\d(<>≥≈−&]", printed):
        printed = f"“{printed}”"
    sign = "" if re.match(r"(&[lg]t;|≥|≈|“)", printed) else html.escape(_RELATIONS[row.relation])
    unit = "" if row.unit and row.unit in row.printed else row.unit
    return _unbroken(f"{sign}{printed} {html.escape(unit)}".strip())


def _number(value, row):
    """A recomputed value, one digit finer than the print; three digits for bounds and ranges."""
    if not row.unit and value == row.paper == int(value):
        return f"{value:.0f}"  # a count is exact
    if row.relation in ("=", "~"):
        place = round(math.log10(row.last_digit)) - 1
    else:
        place = math.floor(math.log10(abs(value))) - 2
    exponent = math.floor(math.log10(abs(value))) if value else 0
    if exponent < -3:
        mantissa = f"{value / 10.0**exponent:.{max(0, exponent - place)}f}"
        return _unbroken(f"{mantissa} × 10<sup>−{-exponent}</sup>")
    return f"{round(value, -place) + 0.0:.{max(0, -place)}f}".replace("-", "−")


def _percent(difference):
    if abs(difference) < 5e-5:
        return "0 %"
    percent = 100 * difference
    return (f"{percent:+.0f} %" if abs(percent) >= 10 else f"{percent:+.2g} %").replace("-", "−")


def _text(text):
    """Escaped text with chemical indices, symbols and powers of ten set as such."""
    text = html.escape(text, quote=False).replace("'", "’")
    text = re.sub(r"(Li|Mg|Al|La|Zr|C|O|\))(\d+(?:\.\d+)?)(?![\d.]*-)", r"\1<sub>\2</sub>", text)
    text = re.sub(r"\b(\d+(?:\.\d+)?)e-0*(\d+)\b", r"\1 × 10<sup>−\2</sup>", text)
    text = re.sub(r"\b([DRcω])_(\w+)", r"<i>\1</i><sub>\2</sub>", text)
    text = re.sub(r"\b([tc])0\b", r"<i>\1</i><sub>0</sub>", text)
    return _unbroken(re.sub(rf"(?<=\d) (?={_UNITS})", _NO_BREAK, text))


def _unbroken(text):
    """A number, and a unit of several factors, each stay on one line."""
    text = re.sub(r" × ", f"{_NO_BREAK}×{_NO_BREAK}", text)
    return re.sub(r"(?<=[A-Za-zΩ²¹]) (?=(?:cm|g|s|h|mol)[⁻²])", _NO_BREAK, text)
