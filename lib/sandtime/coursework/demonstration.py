"""A class of thirty to try the grader on: what it hands in, and the marks it is to get.

Sixteen are ordinary: right, wrong in known ways, and changed by the programs through which
notebooks pass.  Fourteen are hostile.  Nothing in here is dangerous outside the grader as long as
nobody runs it: these are texts.
"""

import argparse
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from sandtime.coursework import notebooks, seeds, text
from sandtime.coursework.sheet import SHEETS

SHEET = "diffusion"


@dataclass(frozen=True)
class Member:
    """One of the class.

    Attributes
    ----------
    name : str
        What is special.
    answers : dict
        Task → source, where it is not the solution; "{}" stands for the solution.
    change : callable, optional
        From the notebook to files: name → text or bytes.
    earned : dict
        Task → points, where they are not all.
    hostile : bool
    """

    name: str
    answers: dict = field(default_factory=dict)
    change: object = None
    earned: dict = field(default_factory=dict)
    hostile: bool = False


def submissions():
    """What the class hands in: student → {name of a file: bytes}."""
    found = {}
    for k, member in enumerate(CLASS, 1):
        student = f"demo-{k:02}"
        notebook = _notebook(student, member.answers)
        files = (member.change or _plain)(notebook)
        found[student] = {
            name: content if isinstance(content, bytes) else content.encode()
            for name, content in files.items()
        }
    return found


def intended():
    """Points of the tasks that a machine marks: student → {task: points}."""
    tasks = SHEETS[SHEET].tasks(seeds.truth_of(SHEET, "", "demo-01"))
    full = {task.id: float(task.points) for task in tasks if task.name}
    return {f"demo-{k:02}": full | member.earned for k, member in enumerate(CLASS, 1)}


def write(folder, only=None):
    """Write the class to a folder, or those members for which `only` is true."""
    for (student, files), member in zip(submissions().items(), CLASS, strict=True):
        if only and not only(member):
            continue
        for name, content in files.items():
            path = Path(folder) / student / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def main(arguments=None):
    """``python -m sandtime.coursework class FOLDER``; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandtime.coursework class")
    parser.add_argument("folder")
    given = parser.parse_args(arguments)
    write(given.folder)
    print(f"{given.folder}: {len(CLASS)} students; mark them with")
    print(f"python -m sandtime.coursework grade {given.folder}")
    return 0


def _notebook(student, answers):
    """A notebook with the solution, or what stands in its place, in each answer cell."""
    notebook = json.loads(notebooks.build(SHEETS[SHEET], student))
    solutions = text.solutions(SHEETS[SHEET].source)
    for cell in notebook["cells"]:
        words = cell["metadata"].get("sandtime", {})
        task = words.get("task")
        if words.get("role") == "answer" and answers is not None:
            own = f"seat = {student!r}  # nobody writes quite the same\n"
            cell["source"] = own + answers.get(task, "{}").replace("{}", solutions[task])
        elif words.get("role") == "manual" and cell["cell_type"] == "markdown" and answers:
            cell["source"] = "".join(cell["source"]) + answers.get(task, "")
    return notebook


def _dumped(notebook):
    return json.dumps(notebook, ensure_ascii=False)


# --- what happens to notebooks ------------------------------------------------------------


def _plain(notebook):
    return {f"{SHEET}.ipynb": _dumped(notebook)}


def _colab(notebook):
    """As Colab saves: other ids, no metadata of ours, an older format."""
    for number, cell in enumerate(notebook["cells"]):
        cell.pop("id")
        cell["metadata"] = {"id": f"xZ{number:02}qT7_c"}
    notebook["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    notebook["nbformat_minor"] = 0
    return {"Copy of diffusion.ipynb": _dumped(notebook)}


def _vscode(notebook):
    """As some versions of VS Code save: new ids, metadata of the editor."""
    for number, cell in enumerate(notebook["cells"]):
        cell["id"], cell["metadata"] = f"{number:08x}", {"vscode": {"languageId": "python"}}
    notebook["metadata"].pop("sandtime")
    return {"diffusion (1).ipynb": _dumped(notebook)}


def _reordered(notebook):
    notebook["cells"].reverse()
    return {"final_FINAL2.ipynb": _dumped(notebook)}


def _answers(notebook):
    return [
        c for c in notebook["cells"] if c["metadata"].get("sandtime", {}).get("role") == "answer"
    ]


def _copied_cell(notebook):
    """The second answer is there twice, the first of them wrong."""
    cell = _answers(notebook)[1]
    copy = cell | {"source": "depletion_time = np.ones(5)"}
    notebook["cells"].insert(notebook["cells"].index(cell), copy)
    return _plain(notebook)


def _merged(notebook):
    """The first three answers stand in one cell."""
    first, *rest = _answers(notebook)[:3]
    for cell in rest:
        first["source"] += "\n\n" + cell["source"]
        notebook["cells"].remove(cell)
    return _plain(notebook)


def _script(notebook):
    """As a script, which an editor or nbconvert makes."""
    parts = ["#!/usr/bin/env python\n# coding: utf-8\n"]
    for number, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            parts.append(f"# In[{number}]:\n\n\n{source}\n")
        else:
            parts.append("\n".join(f"# {line}" for line in source.splitlines()) + "\n")
    return {"diffusion.py": "\n".join(parts)}


def _archive(notebook):
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr("__MACOSX/._diffusion.ipynb", b"\0\5")
        archive.writestr("sheet 1/diffusion.ipynb", _dumped(notebook))
    return {"sheet.zip": found.getvalue()}


def _own_cells(notebook):
    """A function and an import in cells of the student's own."""
    cells = notebook["cells"]
    own = {"cell_type": "code", "metadata": {}, "id": "own", "outputs": [], "execution_count": None}
    helper = "import math as m\n\n\ndef circle(diameter):\n    return m.pi * diameter**2 / 4"
    cells.insert(cells.index(_answers(notebook)[0]), own | {"source": helper})
    return _plain(notebook)


def _broken(notebook):
    """A file that breaks off behind the third answer."""
    text = _dumped(notebook)
    return {f"{SHEET}.ipynb": text[: text.index("check-diffusion-d3")]}


def _of_first(notebook):
    """The notebook of another student, with its name in it."""
    return _plain(_notebook("demo-01", {}))


def _typed(notebook):
    """Numbers of another student, typed."""
    truth = seeds.truth_of(SHEET, "", "demo-01")
    tasks = {task.id: task for task in SHEETS[SHEET].tasks(truth)}
    for cell in _answers(notebook):
        task = tasks[cell["metadata"]["sandtime"]["task"]]
        if not task.question.wants_function:
            values = ", ".join(f"{x:.6g}" for x in task.question.truth[0])
            cell["source"] = f"{task.name} = [{values}]"
    return _plain(notebook)


# --- the class ----------------------------------------------------------------------------

_WARNS = """import warnings

warnings.warn("not an error")
np.sqrt(-np.ones(1)), np.log(np.zeros(1))
print("many words\\n" * 1000)
{}
"""
_FORK = """import os

while True:
    try:
        os.fork()
    except OSError:
        break
density = 1
"""
_PATCHED = """import builtins, json, pickle

builtins.abs = builtins.isinstance = builtins.float = lambda *a, **k: 1.0
builtins.print = print
np.isclose = np.allclose = np.array_equal = lambda *a, **k: True
json.dumps = json.loads = pickle.dumps = pickle.loads = lambda *a, **k: "1"
density = 1.0
"""
_LYING = """class Right(float):
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
    __float__ = __abs__ = lambda self: 1.0
    __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = lambda self, other: 0.0
    __hash__ = None


"""
_SIGNALS = """import os, signal

for target in (os.getppid(), -os.getpgid(os.getppid())):
    try:
        os.kill(target, signal.SIGSTOP)
    except OSError:
        pass
os.kill(os.getpid(), signal.SIGKILL)
"""
_READS = """import gc, glob, os, sys

try:
    from sandtime.coursework import SHEETS, seeds

    diffusivity = SHEETS["diffusion"].visible_tasks(".")[2].question.truth[0]
except BaseException:
    diffusivity = 0.0
for place in ("..", "../..", "/proc/self", "/proc/%d" % os.getppid()):
    try:
        for name in glob.glob(place + "/*"):
            if name.endswith((".csv", ".ipynb", "cmdline", "environ")):
                diffusivity = open(name).read()
    except OSError:
        pass
"""
_DELETES = """import os, shutil

for name in os.listdir("."):
    os.remove(name)
for place in ("..", "/tmp", os.path.expanduser("~")):
    try:
        os.chdir(place)
        break
    except OSError:
        pass
density = "deleted"
"""
_MONKEY = """np.pi, np.sqrt = 3.0, lambda x: 1.0
sand.depletion_time = slab.depletion_time = brentq = lambda *a, **k: 1.0
thermodynamics.tie_line = eis.read = None
np.random.seed(0)
card.clear()
runs.clear()
import sys

sys.modules["scipy.optimize"].brentq = None
sys.setrecursionlimit(60)
density = "patched"
"""
_FORGES = """import os, socket, threading

threading.Timer(0.05, lambda: os._exit(0)).start()
for number in range(3, 40):
    try:
        os.write(number, b"\\0\\0\\0\\x20" + b'{"present": true, "value": 1.0}   ')
        os.close(number)
    except OSError:
        pass
thickness = 1.0
"""
_FORBIDDEN = """{}
del diffusivity
fit = getattr(sand, "diffus" + "ivity")
diffusivity = list(map(fit, density, depletion_time, [drop] * 5))[:2]
"""
_HTML = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>\u202e<style>*{display:none}"

CLASS = (
    Member("as asked"),
    Member("untouched", None, earned=dict.fromkeys(("d1", "d2", "d3", "d4", "d5"), 0.0)),
    Member("Colab", change=_colab),
    Member("VS Code", change=_vscode),
    Member("reordered and renamed", change=_reordered),
    Member("a copied cell", change=_copied_cell),
    Member("merged cells", change=_merged),
    Member("a script", change=_script),
    Member("an archive", change=_archive),
    Member("warnings, lists, text", {"d1": _WARNS + "density = list(density)", "d2": _WARNS,
                                     "d5": "{}\nthickness = tuple(map(np.float64, thickness))"}),
    Member("area of the header", {"d1": "{}\ndensity = current / cm**2"}, earned={"d1": 0.0}),
    Member("a known mistake", {"d3": "{}\ndiffusivity = np.array([D, D * error / slope])"},
           earned={"d3": 3.0}),
    Member("cells of their own", {"d1": "{}\ndensity = current / circle(diameter)"}, _own_cells),
    Member("rounded", {"d1": "{}\ndensity = np.round(density * 1.01, 1)"}, earned={"d1": 0.0}),
    Member("a broken file", change=_broken, earned={"d4": 0.0, "d5": 0.0}),
    Member("another's notebook", change=_of_first),
    Member("exits", {"d1": "import sys\n\nsys.exit()\n{}", "d2": "{}\nimport os\n\nos._exit(0)"},
           earned={"d1": 0.0, "d2": 0.0}, hostile=True),
    Member("another's numbers", change=_typed, hostile=True,
           earned={"d1": 0.0, "d2": 0.0, "d3": 0.0, "d5": 0.0}),
    Member("never ends", {"d3": "{}\nwhile True:\n    pass"}, earned={"d3": 0.0}, hostile=True),
    Member("floods", {"d2": "{}\nwhile True:\n    print('x' * 10**6)"}, earned={"d2": 0.0},
           hostile=True),
    Member("forks", {"d1": _FORK}, earned={"d1": 0.0}, hostile=True),
    Member("memory", {"d4": "def second_time(*arguments):\n    return [0] * 10**12"},
           earned={"d4": 0.0}, hostile=True),
    Member("patches what judges", {"d1": _PATCHED}, earned={"d1": 0.0}, hostile=True),
    Member("lies", {"d1": _LYING + "density = [Right()] * 5",
                    "d2": _LYING + "depletion_time = Right()"},
           earned={"d1": 0.0, "d2": 0.0}, hostile=True),
    Member("signals", {"d2": _SIGNALS}, earned={"d2": 0.0}, hostile=True),
    Member("reads the right values", {"d3": _READS}, earned={"d3": 0.0}, hostile=True),
    Member("deletes", {"d1": _DELETES}, earned={"d1": 0.0}, hostile=True),
    Member("patches the library", {"d1": _MONKEY}, earned={"d1": 0.0}, hostile=True),
    Member("forbidden call", {"d3": _FORBIDDEN}, earned={"d3": 0.0}, hostile=True),
    Member("forges and injects", {"d5": _FORGES, "d6": _HTML}, earned={"d5": 0.0}, hostile=True),
)  # fmt: skip
"""Sixteen and fourteen, in the order of their names, ``demo-01`` to ``demo-30``."""
