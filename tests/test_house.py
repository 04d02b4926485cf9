"""The house's own limits: a module that one can read in ten minutes, a function on one screen."""

import ast
import tokenize
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "lib" / "sandtime"
MODULES = sorted(LIBRARY.rglob("*.py"))
MODULE_LINES, FUNCTION_LINES = 350, 60


def code_lines(path):
    """Numbers of the lines that hold code: no blank line, no comment, no docstring."""
    with path.open("rb") as file:
        idle = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
        tokens = [t for t in tokenize.tokenize(file.readline) if t.type not in idle]
    lines = {n for t in tokens[1:-1] for n in range(t.start[0], t.end[0] + 1)}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        # a string that is a statement: a docstring, or what stands below a constant
        told = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if told and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return lines


def functions(path):
    """Name and lines of code of every function, those of functions inside it included."""
    lines = code_lines(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, len(lines & set(range(node.lineno, node.end_lineno + 1)))


def name(path):
    return str(path.relative_to(LIBRARY))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_can_be_read_in_ten_minutes(path):
    count = len(code_lines(path))
    assert count <= MODULE_LINES, (
        f"{name(path)} has {count} lines of code, docstrings apart: at most {MODULE_LINES}; "
        "split it by what its parts are about"
    )


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_function_fits_a_screen(path):
    long = {each: count for each, count in functions(path) if count > FUNCTION_LINES}
    assert not long, (
        f"{name(path)} has functions of more than {FUNCTION_LINES} lines of code: {long}; "
        "name their parts"
    )


def test_what_counts_as_code(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(
        '"""A module.\n\nTwo paragraphs."""\n\n# a comment\nx = 1  # and one behind code\n\n\n'
        'def f(a,\n      b):\n    """A docstring."""\n\n    return """a\ntext"""\n'
    )
    assert code_lines(path) == {6, 9, 10, 13, 14}
    assert list(functions(path)) == [("f", 4)]
