"""The sheets: margins for every student, full marks for the solutions, and nothing for no work."""

import contextlib
import dataclasses
import functools
import io
import itertools
import json
import re
import sys
import warnings
import zipfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from sandtime import eis
from sandtime.coursework import SHEETS, instruments, notebooks, practice, release, seeds, text
from sandtime.coursework.sheet import Task, generator, number
from sandtime.exercises.checking import judge

KEY = "a key that nobody knows"
NAMES = list(SHEETS)
BOOK = Path(__file__).parents[1] / "book"
STUDENTS = [f"student-{k}" for k in range(60)]
FEW = STUDENTS[:3]

each_sheet = pytest.mark.parametrize("name", NAMES)


@functools.cache
def tasks(name, student, key=KEY):
    return SHEETS[name].tasks(seeds.truth_of(name, key, student))


def numbers(name):
    """Ids of the tasks that ask for a number or an array, and their places."""
    found = tasks(name, STUDENTS[0])
    return {t.id: k for k, t in enumerate(found) if t.question.kind == "data"}


def lay(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def run(name, student, kind, folder, monkeypatch):
    """Points that a notebook gives itself when all its cells are run, and what it prints."""
    sheet = SHEETS[name]
    lay(folder, sheet.files(seeds.truth_of(name, KEY, student)))
    monkeypatch.chdir(folder)
    notebook = json.loads(notebooks.build(sheet, student, kind))
    names, points, out = {"__name__": "__main__"}, 0.0, io.StringIO()
    with contextlib.redirect_stdout(out), mpl.rc_context({"backend": "agg"}):
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code":
                *body, last = source.splitlines()
                check = last.startswith("float(")
                exec("\n".join(body) if check else source, names)
                if check:
                    points += eval(last, names)
    return points, out.getvalue()


# ---- margins ----------------------------------------------------------------------------------
# Once 10,000 seeds of sheets 1 and 2, 3,000 of 3 and 4 were tried: at most 12 attempts each.


@each_sheet
def test_every_students_answers_can_be_told_apart(name):
    for student in STUDENTS:
        for task in tasks(name, student):
            question = task.question
            for mistake in getattr(question, "mistakes", ()):
                pairs = zip(question.values(mistake.make), question.truth, strict=True)
                assert any(
                    np.any(np.abs(made - right) > 5 * question.rtol * np.abs(right))
                    for made, right in pairs
                ), f"{student}, {task.id}: {mistake.name}"


def test_a_mistake_within_five_tolerances_is_a_collision():
    def made(*values):
        mistakes = [(str(value), value, "hint") for value in values]
        return [number("x-x1", 1, "x", "x", "", 1.0, *mistakes, level=1, minutes=1)]

    assert seeds.collisions(made(1.0049)) == [("x1", "right", "1.0049")]
    assert seeds.collisions(made(1.0052, 2.0)) == []
    assert seeds.collisions(made(2.0, 2.008)) == [("x1", "2.0", "2.008")]


@each_sheet
def test_a_seed_is_found_soon(name):
    assert max(seeds.attempts(name, KEY, student) for student in STUDENTS) < 25


@each_sheet
def test_truths_are_others_and_their_number_of_data_is_the_same(name):
    sheet = SHEETS[name]
    one, two = (seeds.truth_of(name, KEY, student) for student in STUDENTS[:2])
    for field in dataclasses.fields(one):
        assert getattr(one, field.name) != getattr(two, field.name), field.name
    files = [sheet.files(truth) for truth in (one, two)]
    assert files[0].keys() == files[1].keys()
    for file in files[0]:
        rows = [len(each[file].splitlines()) for each in files]
        assert rows[0] == rows[1] and files[0][file] != files[1][file], file


def test_the_key_the_sheet_and_the_student_make_the_seed_and_their_case_does_not():
    found = {seeds.seed(*each) for each in itertools.product("ab", ["", "k"], ["x", "y"])}
    assert len(found) == 8
    assert seeds.seed("a", "k", "Ada ") == seeds.seed("a", "k", "ada")


# ---- answers ------------------------------------------------------------------------------------


@each_sheet
def test_solutions_get_full_marks_and_the_untouched_release_none(name, tmp_path, monkeypatch):
    found = tasks(name, FEW[0])
    checked = sum(task.points for task in found if task.question.kind != "open")
    for student in FEW:
        points, said = run(name, student, "solution", tmp_path / student, monkeypatch)
        assert points == pytest.approx(checked), said
        points, said = run(name, student, "release", tmp_path / student, monkeypatch)
        assert points == 0, said
        assert said.count("No answer yet") + said.count("returned None") == len(found) - 1


@each_sheet
def test_solutions_pass_with_the_hidden_cases(name, tmp_path, monkeypatch):
    student = FEW[1]
    sheet, truth = SHEETS[name], seeds.truth_of(name, KEY, student)
    monkeypatch.chdir(lay(tmp_path, sheet.files(truth)))
    given = [cell for cell in text.cells(sheet.source) if cell.role == "given"]
    names = {"__name__": "__main__"}
    for cell in given:
        exec(cell.source, names)
    for task in sheet.tasks(truth):
        if task.question.kind == "open":
            continue
        exec(task.solution, names)
        assert judge(task.question, names[task.name]).kind == "right", task.id
        with_visible = {each.id: each for each in sheet.visible_tasks(tmp_path)}[task.id].question
        if task.question.wants_function:
            assert not _same(with_visible.tried, task.question.tried), task.id
        else:
            np.testing.assert_array_equal(with_visible.truth[0], task.question.truth[0])


def _same(one, other):
    return all(
        np.array_equal(a, b)
        for a, b in zip(itertools.chain(*one), itertools.chain(*other))  # noqa: B905
    )


@each_sheet
def test_every_mistake_is_told_by_its_name(name):
    count = 0
    for student in FEW:
        for task in tasks(name, student):
            for mistake in getattr(task.question, "mistakes", ()):
                function = task.question.wants_function
                verdict = judge(task.question, mistake.make if function else mistake.make())
                assert verdict.kind == f"mistake:{mistake.name}", (task.id, verdict)
                assert not verdict.passed and verdict.credit == mistake.credit < 1
                count += 1
    assert count >= 3 * 12


def test_of_an_array_it_is_told_which_numbers_are_right():
    mistake = ("twice", np.array([4.0, 6.0]), "hint", 0.5)
    more = {"level": 1, "minutes": 1}
    question = number("x-x1", 1, "x", "x", "m", np.array([2.0, 3.0]), mistake, **more).question
    told = {
        (2.0, 3.0): ("right", 1.0),
        (4.0, 6.0): ("mistake:twice", 0.5),
        (3.0, 2.0): ("mistake:order", 0.25),
        (2.0, 30.0): ("part", 0.25),
        (2.5, 3.0): ("part", 0.25),
        (2.001, 3.001): ("right", 1.0),
        (7.1, 2.9): ("unknown", 0.0),
    }
    for value, (kind, credit) in told.items():
        verdict = judge(question, value)
        assert (verdict.kind, verdict.credit) == (kind, credit), value
        assert verdict.passed == (kind == "right") and len(verdict.hint) <= 240
    hint = judge(question, (2.0, 30.0)).hint
    assert hint.startswith("1 of 2 numbers are right; number 2 is not. A power of ten")


@each_sheet
def test_a_neighbours_answers_do_not_pass(name):
    found = [tasks(name, student) for student in STUDENTS]
    for id, k in numbers(name).items():
        right = np.array([each[k].question.truth[0].ravel() for each in found])
        near = np.abs(right[:, None] - right) <= 1e-3 * np.abs(right)
        passed = near.all(axis=2) & ~np.eye(len(right), dtype=bool)
        assert passed.sum() <= 0.001 * passed.size + 8, id  # 8: what chance adds to 0.1 % of 3,540


def test_a_warning_or_a_word_on_stderr_does_not_matter(tmp_path, capsys):
    name, student = "diffusion", FEW[0]
    sheet, truth = SHEETS[name], seeds.truth_of(name, KEY, student)
    check = practice(name, lay(tmp_path, sheet.files(truth)))
    right = {task.id: task for task in sheet.tasks(truth)}["d4"].question.right

    def noisy(*arguments):
        print("a word", file=sys.stderr)
        np.log(-1.0)
        return right(*arguments)

    def read(folder):
        warnings.warn("this file announces more points", stacklevel=1)
        return sheet.read(folder)

    check.sheet = dataclasses.replace(sheet, read=read)
    with np.errstate(all="warn"), warnings.catch_warnings(record=True) as warned:
        assert check("d4", noisy).passed
    assert capsys.readouterr() == ("d4: Right.\n", "") and not warned
    with pytest.raises(ValueError, match=r"task = 'd9': the sheet diffusion has d1, d2"):
        check("d9", 1.0)


# ---- files --------------------------------------------------------------------------------------


@each_sheet
def test_files_hold_the_data_to_the_last_digit_and_say_that_they_are_synthetic(name, tmp_path):
    sheet, truth = SHEETS[name], seeds.truth_of(name, KEY, FEW[0])
    data, files = sheet.measure(truth), sheet.files(truth)
    again = sheet.read(lay(tmp_path, files))
    for field in dataclasses.fields(data):
        _equal(getattr(again, field.name), getattr(data, field.name), field.name)
    for file, content in files.items():
        content = content if isinstance(content, str) else content.decode("latin-1")
        assert instruments.SYNTHETIC in content, file


def _equal(one, other, name):
    if isinstance(other, dict):
        assert one == other, name
    elif isinstance(other, tuple | list):
        assert len(one) == len(other), name
        for a, b in zip(one, other, strict=True):
            _equal(a, b, name)
    else:
        np.testing.assert_array_equal(one, other, err_msg=name)


def test_the_spectra_that_eis_reads_are_the_truth_within_the_noise(tmp_path):
    truth = seeds.truth_of("diffusion", KEY, FEW[0])
    lay(tmp_path, SHEETS["diffusion"].files(truth))
    spectrum = eis.read(tmp_path / "before.DTA")
    assert spectrum.impedance.real[-1] == pytest.approx(truth.resistance, rel=5e-3)
    truth = seeds.truth_of("impedance", KEY, FEW[0])
    lay(tmp_path, SHEETS["impedance"].files(truth))
    growing = eis.read(tmp_path / "growing.csv")
    area = np.pi / 4 * truth.diameter**2
    total = sum(truth.parameters[f"{k}.R"] for k in ("0", "gb", "int")) / area
    assert growing.impedance[0, -1].real == pytest.approx(total, rel=0.1)
    with pytest.raises(ValueError, match="cut off; delete this line"):
        eis.read(tmp_path / "cell.mpt")
    assert b"surface area : 1.000" in (tmp_path / "cell.mpt").read_bytes()


def test_uniform_and_normal_numbers_depend_on_the_seed_alone():
    one = instruments.normal(generator(7), 10_000)
    np.testing.assert_array_equal(one, instruments.normal(generator(7), 10_000))
    assert abs(one.mean()) < 0.05 and one.std() == pytest.approx(1, abs=0.03)


# ---- notebooks ----------------------------------------------------------------------------------


@each_sheet
def test_text_and_tasks_agree(name):
    cells, found = text.cells(SHEETS[name].source), tasks(name, FEW[0])
    assert 5 <= len(found) <= 6 and sum(task.points for task in found) == 20
    assert 120 <= sum(task.question.minutes for task in found) <= 240
    for task in found:
        assert isinstance(task, Task)
        mine = [cell for cell in cells if cell.task == task.id]
        if task.question.kind == "open":
            assert {cell.role for cell in mine} == {"manual"}
            assert sum(cell.points for cell in mine) == task.points
            continue
        answer, solution, check = mine
        assert [cell.role for cell in mine] == ["answer", "solution", "check"]
        assert re.match(rf"(def {task.name}\(.*\):|{task.name} =)", answer.source), task.id
        assert task.solution == solution.source and task.name in task.solution
        points = f"{task.points:g}"
        assert check.source == f'float({points} * check("{task.id}", {task.name}).credit)'
        assert check.points == task.points
        wanted = task.question.arguments
        if wanted:
            assert f"def {task.name}({', '.join(wanted)}):" in answer.source


@each_sheet
def test_every_task_tests_a_point_of_a_card(name):
    for task in tasks(name, FEW[0]):
        chapter, point = task.question.outcome.split("-")
        source = (BOOK / f"{chapter}.md").read_text(encoding="utf-8")
        card = re.search(r"You will be able to\n: ([^\n]*)", source)[1]
        assert 1 <= int(point) <= card.count(";") + 1


@each_sheet
def test_notebooks_are_valid_and_hold_no_solution(name):
    nbformat = pytest.importorskip("nbformat")
    sheet = SHEETS[name]
    for kind in notebooks.KINDS:
        written = notebooks.build(sheet, "ada", kind, draw=5)
        notebook = nbformat.reads(written, as_version=4)
        nbformat.validate(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids) and all(len(id) <= 64 for id in ids)
    released = notebooks.build(sheet, "ada")
    for task, solution in text.solutions(sheet.source).items():
        last = solution.splitlines()[-1]
        assert json.dumps(last)[1:-1] not in released, task
        assert f"answer-{name}-{task}" in released
    assert "STUDENT = 'ada'" in released and "HIDDEN" not in released


@each_sheet
def test_cells_carry_what_the_grader_and_nbgrader_look_for(name):
    cells = json.loads(notebooks.build(SHEETS[name], "ada", "source", draw=5))["cells"]
    graded = 0.0
    for cell in cells:
        ours = cell["metadata"].get("sandtime")
        if ours is None:
            assert cell["cell_type"] == "markdown"
            continue
        theirs, source = cell["metadata"]["nbgrader"], "".join(cell["source"])
        assert theirs["schema_version"] == 3 and theirs["grade_id"] == cell["id"]
        assert theirs["locked"] == (ours["role"] in ("given", "check"))
        assert theirs["solution"] == (ours["role"] in ("answer", "manual"))
        graded += theirs.get("points", 0)
        if ours["role"] == "answer":
            assert source.startswith("### BEGIN SOLUTION") and source.endswith("### END SOLUTION")
        if ours["role"] == "check" and ours["task"]:
            visible = re.sub(r"(?s)### BEGIN HIDDEN.*### END HIDDEN TESTS\n", "", source)
            assert visible.count("check(") == 2 and visible.splitlines()[-1].startswith("float(")
            assert "check.draw = 5" in source
    assert graded == 20


def test_a_tag_that_nobody_knows_is_refused(tmp_path):
    path = tmp_path / "sheet.md"
    path.write_text("---\nx\n---\n```{code-cell}\n---\ntags: [anwser, d1]\n---\nx = 1\n```\n")
    with pytest.raises(ValueError, match="tag 'anwser' is not allowed"):
        text.cells(path)
    with pytest.raises(ValueError, match="kind = 'test' is not allowed"):
        notebooks.build(SHEETS["diffusion"], "ada", "test")


# ---- release ------------------------------------------------------------------------------------


def everything(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_release_is_the_same_byte_for_byte(tmp_path):
    who = release.demonstration()[:2]
    for folder in "ab":
        seeds._found.cache_clear()
        release.release(tmp_path / folder, KEY, who, ["diffusion"], say=lambda line: None)
    one, two = everything(tmp_path / "a"), everything(tmp_path / "b")
    assert one == two
    data = ["before.DTA", "cell-card.csv", *(f"run-{n}.csv" for n in range(1, 6))]
    handed = [f"demo-0{k}/{file}" for k in (1, 2) for file in ("diffusion.ipynb", *data)]
    kept = ["answers.csv", "rubric.md", "students.zip"]
    kept += [f"solutions/demo-0{k}.ipynb" for k in (1, 2)]
    inside = [*kept, *(f"students/{file}" for file in handed)]
    assert set(one) == {"students.csv", *(f"diffusion/{file}" for file in inside)}
    with zipfile.ZipFile(io.BytesIO(one["diffusion/students.zip"])) as archive:
        for entry in archive.namelist():
            assert archive.read(entry) == one[f"diffusion/students/{entry}"]
            assert archive.getinfo(entry).date_time == (1980, 1, 1, 0, 0, 0)
        assert len(archive.namelist()) == 16
    release.release(tmp_path / "c", KEY + "x", who, ["diffusion"], say=lambda line: None)
    other = everything(tmp_path / "c")
    assert (
        other["diffusion/students/demo-01/run-1.csv"] != one["diffusion/students/demo-01/run-1.csv"]
    )


def test_the_answer_table_says_what_is_right(tmp_path):
    who = release.demonstration()[:2]
    release.release(tmp_path, KEY, who, ["diffusion"], say=lambda line: None)
    rows = (tmp_path / "diffusion/answers.csv").read_text(encoding="utf-8-sig").splitlines()
    right = tasks("diffusion", "demo-02")[0].question.truth[0]
    found = next(row for row in rows if row.startswith("demo-02,d1,2,A/m²,")).split(",")[4]
    np.testing.assert_allclose([float(x) for x in found.split()], right, rtol=1e-5)
    rubric = (tmp_path / "diffusion/rubric.md").read_text(encoding="utf-8")
    assert "## d6, 3 points: read by a person" in rubric
    assert "Not allowed: `sand.fit`, `sand.diffusivity`." in rubric


@pytest.mark.parametrize(
    "raw",
    [
        b"id,name\nada,Ada L.\n\ngrace,\n",
        b"\xef\xbb\xbfid;name\r\nada;Ada L.\r\n;\r\ngrace;\r\n",
        b"Name\tID\nAda L.\tada\n\tgrace\n",
        b"id\nada\ngrace\n",
    ],
)
def test_lists_of_students(raw, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(raw)
    assert [(each.id, each.folder) for each in release.students(path)] == [
        ("ada", "ada"),
        ("grace", "grace"),
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("id\nada\nbob\nAda\n", "line 4: 'Ada' is there already, in line 2"),
        ("id\na b\na_b\n", "line 3: 'a_b' is there already, in line 2"),
        ("id,name\n,Ada\n", "line 2: the id is missing"),
        ("id\n../..\n", "line 2: id '../..' has no letter and no digit"),
        ("matriculation,name\n1,a\n", "has the columns matriculation, name: one must be called id"),
        ("", "has the columns none"),
        ("id\n\n", "names no student"),
    ],
)
def test_lists_that_are_refused(raw, message, tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_text(raw, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(message)):
        release.students(path)
    given = ["--key", KEY, "--students", str(path), "--out", str(tmp_path / "out")]
    assert release.main(given) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_a_list_in_another_encoding_and_a_short_key_are_refused(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("id\nmüller\n".encode("latin-1"))
    with pytest.raises(ValueError, match="is not UTF-8: save it as"):
        release.students(path)
    path.write_bytes("id\nmüller\n".encode())
    assert release.students(path)[0].folder == "müller"
    with pytest.raises(ValueError, match="key of 3 characters is not allowed"):
        release.release(tmp_path / "out", "abc", release.students(path))
    assert not (tmp_path / "out").exists()


def test_ids_are_safe_as_names_of_folders():
    assert release.folder_of("../../etc/passwd") == "etc_passwd"
    assert release.folder_of("C:\\x") == "C_x"
    assert release.folder_of("a.b@c.de") == "a.b@c.de"
    assert release.folder_of("con.txt") == "con.txt_"
    assert len(release.folder_of("x" * 300)) == 80
