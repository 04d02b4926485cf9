"""Numbers, ticks and tables as a reader sees them; chapters call them from `sandtime.figures`."""

import math

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value, digits=3):
    """A number as prose shows it, to a count of significant digits.

    Powers of ten below 0.001 and from 100 000 on. Only characters that Python prints as they are,
    since ``{eval}`` shows the printed form.

    Parameters
    ----------
    value : float
        Already divided by its unit; must be finite.
    digits : int
        Significant digits, at least 1.

    >>> number(75.9, 2), number(-0.5, 3), number(2.95e-11, 2)
    ('76', '−0.500', '3.0 × 10⁻¹¹')
    """
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"value = {value}: only a finite number can be printed")
    if digits != int(digits) or digits < 1:
        raise ValueError(f"digits = {digits}: a whole number, at least 1")
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{int(digits) - 1}e}".split("e")
    exponent = int(exponent)
    if exponent < -3 or exponent >= 5:
        text = f"{mantissa} × 10{str(exponent).translate(_SUPERSCRIPT)}"
    else:
        rounded = float(f"{mantissa}e{exponent}")
        text = f"{rounded:.{max(0, int(digits) - 1 - exponent)}f}"
    return text.replace("-", "−")


def tick(value, *, powers=False):
    """The label of a tick: plain from 0.001 to 1000, a power of ten beyond.

    Parameters
    ----------
    value : float
        As on the axis.
    powers : bool
        Whether numbers below 1 are powers of ten throughout, as on an axis that goes far down.

    >>> tick(0.01), tick(1000), tick(1e4), tick(2e-5), tick(0.01, powers=True)
    ('0.01', '1000', '10⁴', '2 × 10⁻⁵', '10⁻²')
    """
    size = abs(float(value))
    if size == 0 or (0.9995e-3 <= size < 1 and not powers) or 1 <= size < 9999.5:
        return f"{value:g}".replace("-", "−")
    mantissa, exponent = f"{value:.3e}".split("e")
    mantissa = f"{float(mantissa):g}".replace("-", "−")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return power if mantissa == "1" else f"{mantissa} × {power}"


def decades(low, high, most=6):
    """Places for ticks on a logarithmic axis: decades, fewer or more of them as fits.

    Parameters
    ----------
    low, high : float
        The limits, positive.
    most : int
        Ticks that have room; decades are left out evenly beyond.

    >>> decades(0.05, 200), decades(0.4, 5)
    ([0.1, 1.0, 10.0, 100.0], [0.5, 1.0, 2.0, 5.0])

    Raises
    ------
    ValueError
        Unless both limits are positive and differ.
    """
    low, high = sorted((low, high))
    if not 0 < low < high < math.inf:
        raise ValueError(f"low, high = {low}, {high}: a logarithmic axis has two positive limits")
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))

    def inside(steps):
        places = (float(f"{m}e{k}") for k in range(first, last + 1) for m in steps)
        return [v for v in places if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]

    if len(whole := inside((1,))) >= 3:
        every = math.ceil(len(whole) / most)
        return [v for v in whole if round(math.log10(v)) % every == 0]
    finest = range(1, 10)
    choices = [found for steps in ((1, 2, 5), (1, 3)) if 3 <= len(found := inside(steps)) <= most]
    return choices[0] if choices else inside(finest)[: 2 * most : 2] or [low, high]


def degrees(kelvin, melting, digits=3):
    """A temperature in °C as prose shows it, or that no solid metal has it.

    Parameters
    ----------
    kelvin, melting : float
        The temperature, and that from which on the metal would be liquid, K.
    digits : int
        As in `number`.

    >>> degrees(412.15, 453.65), degrees(480.0, 453.65)
    ('139', 'not in solid metal')
    """
    return number(kelvin - 273.15, digits) if 0 < kelvin < melting else "not in solid metal"


def table(label, head, rows, *, size=1.0):
    """Display a table on the page and in a notebook.

    Parameters
    ----------
    label : str
        What the table holds, for those who listen instead of looking.
    head : sequence of str
        Headings; the first column holds words, the others numbers. May contain HTML.
    rows : sequence of sequences of str
        Cells, as many in each row as there are headings. May contain HTML.
    size : float
        Of the type, relative to the text around: a little below one for many columns.

    Raises
    ------
    ValueError
        If a row has another number of cells than the head.
    """
    from IPython.display import HTML, display

    rows = [tuple(row) for row in rows]
    for number, row in enumerate(rows):
        if len(row) != len(head):
            raise ValueError(f"rows[{number}] has {len(row)} cells: as many as head, {len(head)}")

    def cells(tag, row):
        return "".join(
            f"<{tag}{' class=number' if k else ''}>{cell}</{tag}>" for k, cell in enumerate(row)
        )

    style = "" if size == 1 else f' style="font-size: {size:g}em"'
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    display(
        HTML(
            f'<div class="ledger-scroll" tabindex="0" role="region" aria-label="{label}">'
            f'<table class="ledger"{style}><thead><tr>{cells("th", head)}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
    )
