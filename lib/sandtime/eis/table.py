r"""What a fit found as a table: to compute with, to keep, to print (chapter *Your own spectrum*).

`table` makes a pandas DataFrame of numbers; `markdown` and `latex` write it for reading, every
value rounded to its error.  For a file ``fit.table().to_csv(path)`` keeps all digits; a spreadsheet
reads the units right with ``encoding="utf-8-sig"``.

>>> import numpy as np
>>> from sandtime import eis
>>> frequency, circuit = np.geomspace(1e5, 1, 31), eis.Circuit("R_0-Zarc_int")
>>> truth = {"0.R": [60, 61], "int.R": [270, 290], "int.tau": 1e-3, "int.alpha": 0.9}
>>> Z = circuit.impedance(frequency, truth)
>>> noise = np.random.default_rng(3).normal(scale=3e-3, size=(2, *Z.shape))
>>> found = eis.fit(frequency, Z * (1 + noise[0] + 1j * noise[1]), circuit)
>>> found.table(["fresh", "aged"])["int.R [Ω]"].round(1).to_dict()
{'fresh': 270.3, 'aged': 289.7}
>>> print(markdown(found.table(["fresh", "aged"]).iloc[:, :4]))
| spectrum | 0.R [Ω] | int.R [Ω] |
| --- | --- | --- |
| fresh | 59.961 ± 0.067 | 270.28 ± 0.36 |
| aged | 60.973 ± 0.065 | 289.65 ± 0.36 |
"""

import math
import platform
import re

import numpy as np

import sandtime

UNITS = ("Ω", "Ω m²", "Ω cm²")  # of an impedance
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Shown:
    """Spectra that can be looked at."""

    def plot(self, k=None, *, names=None):
        """A Matplotlib figure: Nyquist with equal axes, Bode, and of a fit what is left.

        As in `sandtime.eis.pictures.picture`.
        """
        from sandtime.eis.pictures import picture

        return picture(self, k, names=names)


class Results(Shown):
    """What every fit can be turned into."""

    def table(self, names=None, *, unit="Ω"):
        """One row a spectrum, a pandas DataFrame; as in `sandtime.eis.table.table`."""
        return table(self, names, unit=unit)

    def report(self, path, spectra=None, *, title=None, unit="Ω"):
        """Everything about this fit in one HTML file; as in `sandtime.eis.report.report`."""
        from sandtime.eis.report import report

        return report(path, self, spectra, title=title, unit=unit)


# ---- numbers ------------------------------------------------------------------------------------


def table(fits, names=None, *, unit="Ω"):
    """Parameters with their errors, and what there is to say of each fit.

    Parameters
    ----------
    fits : Fit, DriftingFit or list of them
        Several must be of one circuit.
    names : sequence of str, optional
        One for each spectrum, such as `Spectra.names`; numbers from 0 without.
    unit : {"Ω", "Ω m²", "Ω cm²"}
        That of the impedances.  It says what the numbers are and changes none.

    Returns
    -------
    pandas.DataFrame
        A row a spectrum.  Columns: ``int.R [Ω]`` and ``int.R error [Ω]`` for each parameter, where
        0 is the error of what was fixed and inf of what the data do not determine; of one that
        drifts also ``int.R rate [1/s]`` with its error and ``int.R growth``; then ``chi2``,
        ``dof``, ``reduced chi2``, ``misfit``, ``outliers`` (how many), ``converged``, ``adequate``,
        ``reason``.  `attrs` holds circuit and versions.

    Raises
    ------
    ValueError
        If the number of names does not match, the circuits differ or the unit is unknown.
    """
    import pandas

    fits = listed(fits)
    circuit = fits[0].circuit
    count = sum(fit_size(each) for each in fits)
    names = range(count) if names is None else checked_names(names, count)
    parts = [columns(each, unit=unit) for each in fits]
    frame = pandas.DataFrame(
        {title: np.concatenate([part[title] for part in parts]) for title in parts[0]},
        index=pandas.Index(list(names), name="spectrum"),
    )
    frame.attrs = {"circuit": circuit.string, **versions()}
    return frame


REMARKS = (
    "chi2", "dof", "reduced chi2", "misfit", "outliers", "converged", "adequate", "reason",
)  # fmt: skip


def headings(circuit, drifting=(), *, unit="Ω"):
    """Titles of a table's columns for the parameters of a circuit; those that drift last.

    >>> from sandtime import eis
    >>> headings(eis.Circuit("R_0-CPE_1"))[:4]
    ['0.R [Ω]', '0.R error [Ω]', '1.Q [s^α/Ω]', '1.Q error [s^α/Ω]']
    """
    titles = []
    for name, own in parameter_units(circuit, unit).items():
        words = f" [{own}]" if own else ""
        titles += [f"{name}{words}", f"{name} error{words}"]
    for name in drifting:
        titles += [f"{name} rate [1/s]", f"{name} rate error [1/s]", f"{name} growth"]
    return titles


def parameter_units(circuit, unit="Ω"):
    """Units of a circuit's parameters if the impedance is in Ω, Ω m² or Ω cm².

    >>> from sandtime import eis
    >>> parameter_units(eis.Circuit("R_0-CPE_1-C_2"), "Ω cm²")
    {'0.R': 'Ω cm²', '1.Q': 's^α/(Ω cm²)', '1.alpha': '', '2.C': 'F/cm²'}
    """
    if unit not in UNITS:
        raise ValueError(f"unit = {unit!r} is not allowed: it must be one of {', '.join(UNITS)}")
    area = unit.partition(" ")[2]
    if not area:
        return dict(circuit.units)

    def per_area(own):
        if own in ("F", "H"):
            return f"F/{area}" if own == "F" else f"H {area}"
        return own.replace("/Ω", f"/({unit})") if "/Ω" in own else own.replace("Ω", unit)

    return {name: per_area(own) for name, own in circuit.units.items()}


def columns(fit, *, unit="Ω"):
    """The columns of `table` for one fit as arrays, by their titles: `headings`, then `REMARKS`."""
    drifting = list(getattr(fit, "rate", ()))
    found = []
    for name in fit.circuit.names:
        found += [fit.parameters[name], fit.stderr[name]]
    for name in drifting:
        found += [fit.rate[name], fit.rate_stderr[name], fit.growth[name]]
    size = fit_size(fit)
    outliers = getattr(fit, "outliers", np.zeros((size, 0), bool))
    found += [
        fit.chi2,
        fit.dof,
        np.divide(fit.chi2, fit.dof),
        getattr(fit, "misfit", np.full(size, np.nan)),
        np.count_nonzero(np.atleast_2d(outliers), axis=1),
        fit.converged,
        fit.adequate,
        np.asarray(fit.reason, object),
    ]
    titles = [*headings(fit.circuit, drifting, unit=unit), *REMARKS]
    return {title: np.atleast_1d(each) for title, each in zip(titles, found, strict=True)}


def listed(fits):
    """Fits as a list, all of one circuit."""
    fits = list(fits) if isinstance(fits, list | tuple) else [fits]
    if not fits or not all(isinstance(each, Results) for each in fits):
        raise ValueError(f"fits = {fits!r} is not allowed: it must be a fit or a list of fits")
    kinds = {(each.circuit, tuple(getattr(each, "rate", ()))) for each in fits}
    if len(kinds) > 1:
        words = ", ".join(sorted({circuit.string for circuit, _ in kinds}))
        raise ValueError(f"fits are of several kinds ({words}): give those of one")
    return fits


def fit_size(fit):
    """How many spectra were fitted."""
    return np.size(fit.chi2)


def checked_names(names, count):
    """Names of spectra as a list of text, as many as there are."""
    if isinstance(names, str):
        names = [names]
    names = [str(name) for name in names]
    if len(names) != count:
        raise ValueError(f"names has {len(names)} entries for {count} spectra: they must match")
    return names


def versions():
    """What computed: name → version.

    >>> sorted(versions())
    ['numpy', 'python', 'sandtime', 'scipy']
    """
    import scipy

    return {
        "sandtime": sandtime.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "python": platform.python_version(),
    }


# ---- for reading --------------------------------------------------------------------------------


def with_error(value, error):
    """A value rounded to its error, of which two digits are kept.

    Parameters
    ----------
    value, error : float
        An error of 0 says that the value was fixed, an infinite one that it is not determined.

    Examples
    --------
    >>> print(with_error(269.713, 1.312), with_error(2.7e-7, 1.34e-9), with_error(60, 0), sep="; ")
    269.7 ± 1.3; (2.700 ± 0.013) × 10⁻⁷; 60 (fixed)
    """
    value, error = float(value), float(error)
    if not math.isfinite(value):
        return "–"
    if not math.isfinite(error) or error <= 0:
        words = "fixed" if error == 0 else "not determined" if error > 0 else "without error"
        return f"{plain(value, 6 if error == 0 else 3)} ({words})"
    place = _exponent(error, 2) - 1
    value, error = round(value, -place), round(error, -place)
    top = max(_exponent(size, 16) for size in (value, error) if size)
    shift = top if top < -2 or top >= 5 else 0
    # numbers far above their errors have no more digits than a float
    digits, scale = max(0, min(shift - place, 16)), 10.0**shift
    text = f"{value / scale:.{digits}f} ± {error / scale:.{digits}f}".replace("-", "−")
    return f"({text}) × 10{superscript(shift)}" if shift else text


def _exponent(value, digits):
    """The power of ten of the first digit, once rounded."""
    return int(f"{abs(value):.{digits - 1}e}".partition("e")[2])


def superscript(power):
    """A whole number as an exponent.

    >>> superscript(-12)
    '⁻¹²'
    """
    return str(power).translate(_SUPERSCRIPT)


def plain(value, digits=3):
    """A number to so many digits, without an error; powers of ten as prose has them.

    >>> plain(2.69e-7)
    '2.69 × 10⁻⁷'
    """
    text = f"{value:.{digits}g}"
    mantissa, _, power = text.partition("e")
    if power:
        mantissa += f" × 10{superscript(int(power))}"
    return mantissa.replace("-", "−")


def prefix(size):
    """A power of a thousand that suits a size, and its prefix.

    >>> prefix(23000.0)
    (1000.0, 'k')
    """
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m")):
        if size >= scale * (1 - 1e-12):
            return scale, letter
    return 1e-6, "µ"


def quantity(value, unit, digits=3):
    """A number with its unit and prefix as prose shows it.

    >>> print(quantity(7e6, "Hz"), quantity(0.0123, "Ω"))
    7 MHz 12.3 mΩ
    """
    value = float(f"{value:.{digits}g}")
    scale, letter = prefix(abs(value)) if value else (1, "")
    return f"{float(f'{value / scale:.{digits}g}'):g} {letter}{unit}".replace("-", "−")


def error_title(title):
    """Title of the column with the errors of another column.

    >>> error_title("int.R [Ω]")
    'int.R error [Ω]'
    """
    name, bracket, own = title.partition(" [")
    return f"{name} error{bracket}{own}"


def rounded(frame):
    """A table of `table`, or part of it, as rows of text: heading first.

    Parameters are rounded to their errors; of the rest, ``reduced chi2``, ``misfit`` and, where
    something is wrong, the reason.
    """
    titles = list(frame.columns)
    columns = {}
    for title in titles:
        error = error_title(title)
        if error in titles:
            pairs = zip(frame[title], frame[error], strict=True)
            columns[title] = [with_error(*pair) for pair in pairs]
        elif title.endswith(" growth"):
            columns[title] = [f"{100 * v:.2g} %".replace("-", "−") for v in frame[title]]
        elif title in ("reduced chi2", "misfit"):
            if np.isfinite(frame[title].astype(float)).any():
                columns[title] = [plain(v, 3) if np.isfinite(v) else "–" for v in frame[title]]
        elif title not in REMARKS and not re.search(r" error( \[|$)", title):
            columns[title] = [str(value) for value in frame[title]]  # a reader's own column
    if {"adequate", "reason"} <= set(titles):
        pairs = zip(frame["adequate"], frame["reason"], strict=True)
        columns["remark"] = ["" if ok and why == "converged" else why for ok, why in pairs]
    rows = zip(map(str, frame.index), *columns.values(), strict=True)
    return [[frame.index.name or "", *columns], *map(list, rows)]


def markdown(frame):
    """A table of `table` for reading, in Markdown.

    Rows may have been selected; whatever stands in names is escaped.
    """
    head, *rows = rounded(frame)
    rows = [head, ["---"] * len(head), *([_markdown(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _markdown(text):
    return re.sub(r"([\\`*_{}\[\]<>|#~$&])", r"\\\1", " ".join(text.split()))


def latex(frame):
    r"""A table of `table` for reading, in LaTeX: a tabular that needs no package.

    Rows may have been selected; whatever stands in names is escaped.

    >>> import pandas
    >>> print(latex(pandas.DataFrame({"0.R [Ω]": [60.1], "0.R error [Ω]": [0.2]}, ["cell_1"])))
    \begin{tabular}{ll}
    \hline
     & 0.R [$\Omega$] \\
    \hline
    cell\_1 & 60.10 $\pm$ 0.20 \\
    \hline
    \end{tabular}
    """
    head, *rows = rounded(frame)
    head = [_UNIT_POWER.sub(lambda m: f"${{}}^{_POWERS[m[1]]}$", _latex(cell)) for cell in head]
    rows = [[_latex(cell) for cell in row] for row in rows]
    lines = [r"\begin{tabular}{" + "l" * len(head) + "}", r"\hline"]
    lines += [" & ".join(head) + r" \\", r"\hline"]
    lines += [" & ".join(row) + r" \\" for row in rows]
    return "\n".join([*lines, r"\hline", r"\end{tabular}"])


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''",
    "±": r"$\pm$", "×": r"$\times$", "−": "$-$", "–": "--", "²": "$^2$", "½": r"$\frac12$",
    "Ω": r"$\Omega$", "α": r"$\alpha$", "γ": r"$\gamma$", "τ": r"$\tau$", "σ": r"$\sigma$",
    "μ": r"$\mu$", "µ": r"$\mu$",
}  # fmt: skip
_UNIT_POWER = re.compile(r"\\textasciicircum\{\}(a|\$\\alpha\$|\$\\gamma\$|-\$\\frac12\$)")
_POWERS = {
    "a": "a", r"$\alpha$": r"{\alpha}", r"$\gamma$": r"{\gamma}", r"-$\frac12$": "{-1/2}",
}  # fmt: skip


def _latex(text):
    text = "".join(_LATEX.get(letter, letter) for letter in " ".join(text.split()))
    return re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: f"$^{{{m[0].translate(_ORDINARY)}}}$", text)


_ORDINARY = {high: chr(low) for low, high in _SUPERSCRIPT.items()}
