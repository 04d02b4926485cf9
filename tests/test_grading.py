"""The grader: what a student's process can do, what is read, what is marked, what is told."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sandtime.coursework import (
    demonstration,
    feedback,
    grading,
    marking,
    notebooks,
    sandbox,
    seeds,
    submission,
    text,
    wire,
)
from sandtime.coursework.sandbox import Limits, Room
from sandtime.coursework.sheet import SHEETS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="tried on Unix only")

STORED = Path(__file__).with_name("demonstration_marks.csv")
GIVEN = [
    ("g1", "import math\nimport numpy as np\nfrom sandtime import sand\ndata = [1, 2, 3]"),
    ("g2", "from sandtime.coursework import practice\n\ncheck = practice('diffusion')"),
]
FEW = Limits(seconds=1, patience=20.0)
EVERYTHING = ("Landlock", "seccomp", "unshare")
WITHOUT = ((), ("Landlock",), ("seccomp",), ("Landlock", "seccomp"), EVERYTHING)


@pytest.fixture(scope="module")
def room():
    with Room({"a.csv": "1\n"}, GIVEN, FEW) as found:
        yield found


def tried(room, source, name="x", calls=(), **options):
    """Value, errors and end of one cell; the value of calls, if there are any."""
    with room.attempt([("d1.0", source)], name, "d1.0", **options) as outcome:
        value = outcome.value
        if calls:
            value = [_called(value, each) for each in calls]
    return value, outcome.errors, outcome.end


def _called(function, arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


# --- values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("x = 2", 2),
        ("x = np.float64(0.5)", 0.5),
        ("x = np.int32(3), [1.5, None], 'text'", (3, [1.5, None], "text")),
        ("x = 1 + 2j", 1 + 2j),
        ("x = ...", ...),
        ("x = {'a': True}", {"a": True}),
        ("x = np.array(3.0)", np.array(3.0)),
        ("x = np.array([1, 2]) * 1j", np.array([1j, 2j])),
        ("x = float('inf')", float("inf")),
        ("%matplotlib inline\nx = len(data)\n!pip install y", 3),
        ("display(data)\nx = float(2 * check('d1', data).credit)", 0.0),
    ],
)
def test_a_value_crosses_unchanged(room, source, value):
    found, errors, end = tried(room, source)
    assert (errors, end) == ({}, "")
    assert type(found) is type(value)
    assert np.array_equal(found, value) if isinstance(value, np.ndarray) else found == value


@pytest.mark.parametrize(
    "source",
    [
        "x = object()",
        "x = 10**400",
        "x = np.zeros(10**6)",
        "x = [[[[[[[[[1]]]]]]]]]",
        "class A(float):\n    __eq__ = lambda s, o: True\n    __float__ = lambda s: 1.0\nx = A()",
        "import io\nx = io",
    ],
)
def test_what_is_no_number_becomes_good_for_nothing(room, source):
    value, _, end = tried(room, source)
    assert end == ""
    while isinstance(value, list):
        value = value[0]
    with pytest.raises((TypeError, ValueError)):
        float(value)
    assert value != 1.0


def test_frames_that_a_student_made_up_decode_to_nothing():
    for made in ([], {}, {"array": [[1], [1, 2]]}, {"dict": 3}, {"no": 1}, {"complex": ["a", 1]}):
        with pytest.raises((TypeError, ValueError)):
            float(wire.decode(made))


def test_a_function_is_called_there_and_judged_here(room):
    source = (
        "def x(a, b=2):\n    if a < 0:\n        raise ValueError('below zero')\n    return a * b"
    )
    found, _, end = tried(room, source, calls=[(3.0,), (3, np.arange(2)), (-1,), (1, 2, 3)])
    assert found[0] == 6.0 and list(found[1]) == [0, 3]
    assert found[2] == "ValueError: below zero"
    assert found[3].startswith("TypeError") and end == ""
    value, _, _ = tried(room, "def x(a, *b, c=1):\n    return a")
    assert value.__signature__.bind(1, 2, 3)
    with pytest.raises(TypeError):
        value.__signature__.bind()


# --- hostile code -------------------------------------------------------------------------

DEATHS = {
    "exit": ("import os\nos._exit(0)", "died"),
    "signal": ("import os\nos.kill(os.getpid(), 9)", "died"),
    "closed": ("import os\nos.closerange(3, 100)\nx = 1", "died"),
    "crash": ("import ctypes\nctypes.string_at(0)", "died"),
    "late": ("import os, threading\nthreading.Timer(0.01, os._exit, [0]).start()\n"
             "while True:\n    pass", "died"),
    "loop": ("x = 1\nwhile True:\n    pass", "time"),
    "flood": ("x = 1\nwhile True:\n    print('x' * 10**6)", "time"),
}  # fmt: skip


@pytest.mark.parametrize("name", DEATHS)
def test_what_ends_a_process_ends_nothing_else(room, name):
    source, wanted = DEATHS[name]
    _, _, end = tried(room, source)
    assert end == wanted
    assert tried(room, "x = len(data), open('a.csv').read()") == ((3, "1\n"), {}, "")


def test_a_folder_that_fills_is_stopped(room, monkeypatch):
    monkeypatch.setattr(sandbox, "_FULL", 10_000)
    source = "import time\nopen('b', 'w').write('x' * 20_000)\ntime.sleep(1000)"
    assert tried(room, source)[2] == "full"


def test_a_function_that_never_ends_is_stopped(room):
    found, _, end = tried(room, "def x(a):\n    while True:\n        pass", calls=[(1,), (2,)])
    assert end == "time" and all("Lost" in each or "TooLate" in each for each in found)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import sys\nsys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("x = [0] * 10**12", "MemoryError"),
        ("open('big', 'wb').write(bytes(20_000_000))", "OSError"),
        ("def f():\n    f()\nf()", "RecursionError"),
        ("x = (", "SyntaxError"),
        ("input()", "EOFError"),
        ("class E(Exception):\n    __str__ = None\nraise E", "error"),
    ],
)
def test_what_a_cell_raises_is_told(room, source, error):
    _, errors, end = tried(room, source)
    assert end == "" and errors["d1.0"].startswith(error)


def test_what_one_attempt_changes_is_not_there_for_the_next(room):
    patched = (
        "import builtins, json, pickle, os\n"
        "builtins.isinstance = builtins.callable = builtins.type = lambda *a: True\n"
        "json.dumps = pickle.dumps = np.isclose = np.sqrt = sand.depletion_time = None\n"
        "os.remove('a.csv')\ndata.clear()\nx = 8"
    )
    assert tried(room, patched)[0] == 8
    after = "x = abs(-2), np.sqrt(4.0), data, open('a.csv').read(), callable(sand.depletion_time)"
    assert tried(room, after)[0] == (2, 2.0, [1, 2, 3], "1\n", True)


@pytest.mark.parametrize("without", WITHOUT, ids="-".join)
def test_what_is_held_cannot_be_reached(without, tmp_path):
    secret, other = tmp_path / "marks.csv", tmp_path / "new"
    secret.write_text("secret")
    tries = {
        "folders": f"open({str(secret)!r}).read() == 'secret'",
        "written": f"open({str(other)!r}, 'w').write('x')",
        "network": "__import__('socket').socket().connect(('127.0.0.1', 9))",
        "processes": "__import__('os').fork()",
        "parent": "__import__('os').kill(__import__('os').getppid(), 0) is None",
    }
    with Room({}, GIVEN, FEW, [tmp_path], without) as room:
        values = {}
        for name, each in tries.items():
            if name == "processes" and "seccomp" in without:
                continue
            value, errors, end = tried(room, f"x = {each}")
            values[name] = errors.get("d1.0", end or value)
        held = room.held
        assert tried(room, "x = 1")[0] == 1
    if held["folders"]:
        assert "Permission" in values["folders"] or "FileNotFound" in values["folders"]
        assert "Permission" in values["written"] or "Error" in values["written"]
        assert not other.exists()
    if held["network"]:
        assert "Permission" in values["network"] or "unreachable" in values["network"]
    if held["processes"]:
        assert values["processes"].startswith("PermissionError")
        assert values["parent"].startswith("PermissionError")
    assert secret.read_text() == "secret"
    if without == EVERYTHING:
        assert not any(held.values())
        assert values["folders"] is True  # so the test can tell


def test_one_process_an_attempt_where_there_is_no_fork():
    with Room({"a.csv": "1\n"}, GIVEN, FEW, without=("fork",)) as room:
        assert tried(room, "x = len(data)") == (3, {}, "")
        assert tried(room, "import os\nos._exit(1)")[2] == "died"
        assert tried(room, "def x(a):\n    return a + 1", calls=[(1,)])[0] == [2]


def test_what_judges_is_out_of_reach(room):
    for module in ("sandtime.coursework.sheet", "sandtime.coursework.seeds"):
        assert "d1.0" in tried(room, f"import {module}")[1]
    value, _, _ = tried(room, "from sandtime.coursework import SHEETS\nx = SHEETS['diffusion']")
    assert not isinstance(value, (int, float, np.ndarray))
    assert "d1.0" in tried(room, "from sandtime.exercises.foil import QUESTIONS")[1]


def test_nothing_is_left_behind():
    with Room({}, GIVEN, FEW) as room:
        pid, _, _ = tried(room, "import os\nx = os.getpid()")
        top = room._top
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _alive(pid):
        time.sleep(0.01)
    assert not _alive(pid) and not top.exists()


def _alive(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


# --- forbidden names ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        "sand.depletion_time(1.0, 1e-15, 1e4)",
        "getattr(sand, 'depletion' + '_time')(1.0, 1e-15, 1e4)",
        "list(map(sand.depletion_time, [1.0], [1e-15], [1e4]))",
        "np.vectorize(sand.depletion_time)(1.0, 1e-15, 1e4)",
        "eval('sand.depletion_time(1.0, 1e-15, 1e4)')",
        "(lambda f: f(1.0, 1e-15, 1e4))(sand.depletion_time)",
    ],
)
def test_a_forbidden_name_cannot_be_called(room, call):
    assert tried(room, f"x = {call}")[1] == {}
    _, errors, _ = tried(room, f"x = {call}", forbid=["sand.depletion_time"])
    assert errors["d1.0"].startswith("Forbidden: sand.depletion_time")
    inside = f"def x():\n    return {call}"
    found, _, _ = tried(room, inside, calls=[()], forbid=["sand.depletion_time"])
    assert "Forbidden" in found[0]


def test_the_library_may_call_what_is_forbidden_to_the_student(room):
    assert (
        "depletion_time(" in Path(sys.modules["sandtime"].__file__).with_name("sand.py").read_text()
    )
    source = "import inspect\nx = sand.diffusivity(1.0, 100.0, 1e4)"
    forbidden = ["sand.depletion_time", "numpy.linalg.det"]
    assert tried(room, source, forbid=forbidden)[1] == {}
    assert "d1.0" in tried(room, "x = np.linalg.det(np.eye(2))", forbid=forbidden)[1]


# --- submissions --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known():
    return {name: marking._known(name) for name in SHEETS}


def written(folder, number):
    """The paths of one of the demonstration class."""
    found = []
    for name, content in demonstration.submissions()[f"demo-{number:02}"].items():
        path = folder / name
        path.write_bytes(content)
        found.append(path)
    return found


@pytest.mark.parametrize("number", [1, 3, 4, 5, 6, 8, 9, 13])
def test_answers_are_found_whatever_a_program_made_of_the_file(tmp_path, known, number):
    (found,) = submission.read(written(tmp_path, number)[0], known)
    assert found.sheet == "diffusion"
    assert found.claimed == f"demo-{number:02}"
    for task in ("d1", "d2", "d3", "d4", "d5"):
        answer = text.solutions(SHEETS["diffusion"].source)[task]
        last = found.answers(task)[-1]
        assert submission._plain(answer) in submission._plain(last)
    roles = {cell.role for cell in found.cells if "check(" in cell.source}
    assert roles <= {"check", "given"}


def test_merged_cells_are_parted_at_markers(known):
    cell = "# answer d1\na = 1\n# check d1\nfloat(check('d1', a).credit)\n# answer d2\nb = 2"
    parts = submission._parts("code", "answer", "d1", cell, known["diffusion"])
    assert [(each.role, each.task) for each in parts] == [
        ("answer", "d1"), ("check", "d1"), ("answer", "d2"),
    ]  # fmt: skip


def test_a_picture_is_taken_along_and_nothing_else(tmp_path, known):
    (path,) = written(tmp_path, 1)
    notebook = json.loads(path.read_text("utf-8"))
    cell = next(each for each in notebook["cells"] if each["id"] == "manual-diffusion-d6-code")
    pictures = ["iVBORw0KGgoAAA==\n", 'iVBORw0KGgo"><script>', "AAAA", None, 3]
    cell["outputs"] = [{"data": {"image/png": each}} for each in pictures] + [None, {"data": 1}]
    path.write_text(json.dumps(notebook))
    (result,) = marking.mark(marking.Job("demo-01", (str(path),)))
    assert result["tasks"][-1]["pictures"] == ["iVBORw0KGgoAAA=="]
    page = feedback.reading("diffusion", "d6", [result])
    assert 'src="data:image/png;base64,iVBORw0KGgoAAA=="' in page and "<script" not in page


def test_a_copy_as_handed_out_does_not_undo_an_answer(tmp_path, known):
    (path,) = written(tmp_path, 1)
    notebook = json.loads(path.read_text("utf-8"))
    stub = json.loads(notebooks.build(SHEETS["diffusion"], "demo-01"))["cells"]
    notebook["cells"] += stub + notebook["cells"]
    path.write_text(json.dumps(notebook))
    (found,) = submission.read(path, known)
    assert [len(found.answers(f"d{k}")) for k in range(1, 6)] == [1] * 5
    assert found.remarks == []


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.ipynb", b"", "empty"),
        ("a.ipynb", b"{", "broken"),
        ("a.ipynb", b"[1]", "not a notebook"),
        ("a.ipynb", b'{"cells": 3, "metadata": [], "nbformat": "x"}', "empty"),
        ("a.ipynb", b"\xff\xfe\x00", "broken"),
        ("a.ipynb", b"[" * 100_000, "broken"),
        ("a.zip", b"PK\x03\x04 no", "cannot be opened"),
        ("a.py", b"x = (", "script"),
    ],
)
def test_a_useless_file_is_told(tmp_path, known, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    (found,) = submission.read(path, known)
    assert any(words in remark for remark in found.remarks)
    (result,) = marking.mark(marking.Job("s01", (str(path),), sheet="diffusion"))
    assert sum(task["earned"] or 0 for task in result["tasks"]) == 0


def test_the_old_format_is_read(tmp_path, known):
    cells = [{"cell_type": "code", "input": ["density = 3\n"], "outputs": [], "language": "python"}]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}))
    (found,) = submission.read(path, known)
    assert found.answers("d1") == ["density = 3\n"]


@pytest.mark.parametrize(
    ("source", "defines", "uses"),
    [
        ("x = y", {"x"}, {"y"}),
        ("x = x + 1", {"x"}, {"x"}),
        ("for k in z:\n    k + 1", {"k"}, {"z"}),
        ("def f(a):\n    return a + b", {"f"}, {"b"}),
        ("a['k'] = 1\nb.c = 2", {"a", "b"}, {"a", "b"}),
        ("import numpy as np\nnp.pi", {"np"}, set()),
        ("x = 1\ny = x", {"x", "y"}, set()),
        ("[k for k in z]", set(), {"z"}),
    ],
)
def test_which_names_a_cell_takes_and_gives(source, defines, uses):
    assert submission.names(source) == (defines, uses)


def test_the_file_with_most_answers_counts(tmp_path, known):
    untouched, solved = (demonstration.submissions()[f"demo-{k:02}"] for k in (2, 1))
    (tmp_path / "z.ipynb").write_bytes(untouched["diffusion.ipynb"])
    (tmp_path / "a.ipynb").write_bytes(solved["diffusion.ipynb"])
    found = [one for name in "az" for one in submission.read(tmp_path / f"{name}.ipynb", known)]
    chosen = marking._chosen(found, known["diffusion"])
    assert chosen.file == "a.ipynb" and "not taken: z.ipynb" in chosen.remarks[0]


# --- the class ----------------------------------------------------------------------------


def rows(path):
    return list(csv.DictReader(io.StringIO(Path(path).read_text(encoding="utf-8-sig"))))


def test_the_class_of_thirty_gets_the_marks_that_were_intended(tmp_path):
    demonstration.write(tmp_path / "in")
    said = []
    results = grading.grade(
        tmp_path / "in", "", tmp_path / "marks.csv", limits=Limits(seconds=2, patience=20.0),
        pages=tmp_path / "pages", workers=2, say=said.append,
    )  # fmt: skip
    intended = demonstration.intended()
    assert len(intended) == 30 and sum(each.hostile for each in demonstration.CLASS) == 14
    for row in rows(tmp_path / "marks.csv"):
        wanted = intended.pop(row["student"])
        assert {task: float(row[task]) for task in wanted} == wanted, row
    assert not intended
    assert (tmp_path / "marks.csv").read_text("utf-8") == STORED.read_text("utf-8")
    told = {row["student"]: row["remarks"] for row in rows(tmp_path / "marks.csv")}
    assert "names the student 'demo-01'" in told["demo-16"]
    assert "the same as demo-01: d1, d2, d3, d4, d5" in told["demo-16"]
    assert told["demo-18"] == "right for demo-01: d1, d2, d3, d5"
    assert told["demo-01"] == "the same as demo-16: d1, d2, d3, d4, d5"
    _look_at_pages(tmp_path / "pages", results)
    assert not list(tmp_path.rglob(".*"))
    assert said[-1].startswith(("Isolated", "NOT ISOLATED"))


def _look_at_pages(folder, results):
    """No right value that the student does not have, and nothing of a student's as HTML."""
    for each in results:
        page = (folder / f"{each['folder']}-diffusion.html").read_text("utf-8")
        assert "<script" not in page and "<img" not in page and page.count("<style>") == 1
        own = re.sub(r"<pre>.*?</pre>|<code>.*?</code>", "", page, flags=re.DOTALL)
        for task in each["tasks"]:
            for value in task["right"] or ():
                digits = f"{value:.4g}"
                assert len(digits) < 5 or digits not in own
    injected = (folder / "demo-30-diffusion.html").read_text("utf-8")
    assert "&lt;script&gt;" in injected and "\u202e" not in injected


def small(folder, numbers=(1, 2, 11)):
    for number in numbers:
        (folder / f"demo-{number:02}").mkdir(parents=True)
        written(folder / f"demo-{number:02}", number)
    return folder


def test_an_interrupted_run_goes_on_and_leaves_nothing_half(tmp_path, monkeypatch):
    folder, out, count = small(tmp_path / "in"), tmp_path / "marks.csv", []
    honest = marking.mark

    def interrupted(job):
        count.append(job.folder)
        if len(count) == 2:
            raise KeyboardInterrupt
        return honest(job)

    monkeypatch.setattr(marking, "mark", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grading.grade(folder, "", out, workers=1, say=lambda words: None)
    assert not out.exists() and len(list(tmp_path.glob("marks-results/*"))) == 1
    said = []
    grading.grade(folder, "", out, workers=1, say=said.append)
    assert said[0] == "1 of 3 students are marked already"
    assert count == ["demo-01", "demo-02", "demo-02", "demo-11"]
    first = out.read_bytes()
    grading.grade(folder, "", out, workers=1, say=said.append)
    assert len(count) == 4 and out.read_bytes() == first
    (folder / "demo-11" / "diffusion.ipynb").write_bytes(b"{}")
    grading.grade(folder, "", out, workers=1, say=said.append)
    assert count[4:] == ["demo-11"] and rows(out)[2]["total"] in ("", "0")
    plain, other = (
        {job.checksum for job in grading._jobs(folder, key, out, "", None, FEW, (), None)}
        for key in ("", "another key")
    )
    assert len(plain) == len(other) == 3 and not plain & other
    table = {row["student"]: row for row in rows(out)}
    assert float(table["demo-01"]["total"]) == 17.0
    assert table["demo-01"]["unread"] == "3"


def test_ctrl_c_ends_every_process(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "marks.csv"
    for name in "ab":
        (folder / name).mkdir(parents=True)
        notebook = demonstration._notebook(name, {"d1": "import time\ntime.sleep(1000)"})
        (folder / name / "x.ipynb").write_text(json.dumps(notebook))
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "sandtime.coursework", "grade", str(folder), "--out", str(out)]
    run = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, text=True
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(list(tmp_path.glob("sandtime-*/*/run-1.csv"))) < 4:
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130 and said.startswith("Interrupted")
    assert not out.exists()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _running(str(tmp_path)):
        time.sleep(0.05)
    assert not _running(str(tmp_path))
    assert not list(tmp_path.glob("sandtime-*"))


def _running(words):
    """Processes with these words in their command (Linux)."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if words.encode() in place.read_bytes():
                found.append(place)
        except OSError:
            continue
    return found


def test_marks_of_a_person_are_read_back(tmp_path):
    folder, out = small(tmp_path / "in", (1, 2)), tmp_path / "marks.csv"
    grading.grade(folder, "", out, workers=1, say=lambda words: None)
    sheet = tmp_path / "marks-reading" / "manual.csv"
    assert "demo-02" in (tmp_path / "marks-reading" / "diffusion-d6.html").read_text("utf-8")
    lines = rows(sheet)
    assert [(row["student"], row["task"], row["of"]) for row in lines] == [
        ("demo-01", "d6", "3"), ("demo-02", "d6", "3"),
    ]  # fmt: skip
    filled = tmp_path / "filled.csv"
    filled.write_text("student;sheet;task;of;marks;comment\ndemo-01;diffusion;d6;3;2,5;<b>good\n")
    pages = tmp_path / "pages"
    grading.grade(
        folder, "", out, manual=filled, pages=pages, reveal=True, workers=1, say=lambda words: None
    )
    table = {row["student"]: row for row in rows(out)}
    assert (table["demo-01"]["d6"], table["demo-01"]["total"], table["demo-01"]["unread"]) == (
        "2.5", "19.5", "0",
    )  # fmt: skip
    assert table["demo-02"]["unread"] == "3"
    page = (pages / "demo-01-diffusion.html").read_text("utf-8")
    assert "&lt;b&gt;good" in page
    revealed = (pages / "demo-02-diffusion.html").read_text("utf-8")
    truth = SHEETS["diffusion"].tasks(seeds.truth_of("diffusion", "", "demo-02"))
    assert feedback.shown(truth[0].question.truth[0]) in revealed
    assert "brentq" in revealed


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("student,task\n", "no column sheet"),
        ("student,sheet,task,of,marks,comment\na,diffusion,d6,3,4,\n", "allowed are 0 to 3"),
        ("student,sheet,task,of,marks,comment\na,diffusion,d6,3,good,\n", "marks = 'good'"),
    ],
)
def test_a_table_of_marks_with_a_fault_is_told(tmp_path, words, error):
    path = tmp_path / "manual.csv"
    path.write_text(words)
    with pytest.raises(ValueError, match=error):
        grading.read_manual(path)


def test_who_handed_in_nothing_is_in_the_table(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "Ada_L.ipynb").write_text(
        json.dumps(demonstration._notebook("Ada L.", {"d2": "", "d3": "", "d4": "", "d5": ""}))
    )
    names = tmp_path / "list.csv"
    names.write_text("id,name\nAda L.,Ada\nBob,\n")
    grading.grade(
        folder, "a key of some length", tmp_path / "m.csv", students=names, sheet="diffusion",
        workers=1, say=lambda words: None,
    )  # fmt: skip
    ada, bob = rows(tmp_path / "m.csv")
    assert (ada["student"], ada["d1"], ada["total"], ada["remarks"]) == ("Ada L.", "2", "2", "")
    assert (bob["student"], bob["total"], bob["remarks"]) == ("Bob", "0", "nothing to be read")


def test_a_fault_of_ours_costs_one_student_and_is_said(tmp_path, monkeypatch):
    folder, honest = small(tmp_path / "in", (1, 2)), marking.mark

    def faulty(job):
        if job.folder == "demo-02":
            raise RuntimeError("a fault")
        return honest(job)

    monkeypatch.setattr(marking, "mark", faulty)
    grading.grade(folder, "", tmp_path / "m.csv", workers=1, say=lambda words: None)
    one, two = sorted(rows(tmp_path / "m.csv"), key=lambda row: row["student"])
    assert float(one["total"]) == 17 and "NOT MARKED" in two["remarks"]


def test_a_cell_of_a_spreadsheet_is_no_formula():
    assert feedback.harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert feedback.harmless(-1.5) == "-1.5"


def test_a_notebook_as_released_gets_nothing_and_solved_gets_all(tmp_path):
    for name in SHEETS:
        for kind, share in (("release", 0.0), ("solution", 1.0)):
            path = tmp_path / f"{name}-{kind}.ipynb"
            path.write_text(notebooks.build(SHEETS[name], "demo-07", kind))
            (result,) = marking.mark(marking.Job("demo-07", (str(path),)))
            marked = [task for task in result["tasks"] if task["earned"] is not None]
            assert sum(t["earned"] for t in marked) == share * sum(t["of"] for t in marked), result
            assert result["remarks"] == []
