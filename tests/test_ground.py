"""The ground the book stands on: pins, packaging, commands, licences, what is in the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT_TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PROJECT_TEXT)["project"]
GROUPS = {"library": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
# Where the pins of a group stand; a group that is not named here has an environment of its own.
PINNED_IN = {group: [f"requirements-{group}.txt"] for group in GROUPS} | {
    "library": ["requirements.txt"],
    "book": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements-dev.txt"],
    "mpr": ["requirements.txt", "requirements-dev.txt"],
}
REQUIREMENTS = sorted({name for names in PINNED_IN.values() for name in names})
DIRECT = [(group, Requirement(line)) for group, lines in GROUPS.items() for line in lines]
COMMANDS = [
    "book",
    "test",
    "test-library",
    "test-processors",
    "serve",
    "coursework",
    "bench",
    "peers",
    "cluster",
    "coursework-nbgrader",
    "lint",
    "format",
    "lock",
    "clean",
]
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[\w.!+]+)(?: ; (?P<marker>[^#]+))?")
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:root|home|Users|work|tmp)/[\w.-]+")
UNFINISHED = re.compile("|".join((r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b")))


def lines_of(name):
    """Lines of a requirements file that are not comments."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(*names):
    """Canonical package name → list of its pinned versions in these files."""
    found = {}
    for name in names:
        for line in lines_of(name):
            if match := PIN.fullmatch(line):
                versions = found.setdefault(canonicalize_name(match["name"]), [])
                versions.append(match["version"])
    return found


def repository_files():
    """Every file that is or would be committed."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is committed is unknown")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def repository_texts():
    """Path and text of every file of the repository that is text."""
    for path in repository_files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@pytest.mark.parametrize(("group", "requirement"), DIRECT, ids=lambda value: str(value))
def test_a_direct_dependency_says_why_it_is_there(group, requirement):
    line = next(
        line
        for line in PROJECT_TEXT.splitlines()
        if re.match(rf'\s+"{re.escape(requirement.name)}[^\w.-]', line)
    )
    reason = line.partition("#")[2].strip()
    assert len(reason.split()) >= 2, f"{requirement.name} ({group}) has no reason: {line.strip()}"


@pytest.mark.parametrize(("group", "requirement"), DIRECT, ids=lambda value: str(value))
def test_a_direct_dependency_is_pinned_once_and_within_its_range(group, requirement):
    versions = pins(*PINNED_IN[group]).get(canonicalize_name(requirement.name), [])
    assert len(versions) == 1, f"{requirement.name} is pinned {len(versions)} times: {versions}"
    assert requirement.specifier.contains(versions[0], prereleases=True)


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_hold_exact_pins_and_nothing_of_a_machine(name):
    # No index, host, path or URL fits into one of these four forms.
    strange = [
        line
        for line in lines_of(name)
        if not (PIN.fullmatch(line) or line in ("-e .", "-r requirements.txt"))
    ]
    assert strange == []
    comments = [
        line
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    ]
    assert len(comments) == 2
    assert not any("http" in line or "/" in line for line in comments)


def test_every_package_has_one_version_on_every_python():
    for names in map(PINNED_IN.get, GROUPS):
        several = {name: found for name, found in pins(*names).items() if len(found) > 1}
        assert several == {}


def test_the_library_is_the_last_requirement_and_development_builds_on_the_book():
    assert lines_of("requirements.txt")[-1] == "-e ."
    assert lines_of("requirements-dev.txt")[0] == "-r requirements.txt"


def test_binder_runs_a_python_the_library_allows():
    runtime = (ROOT / "runtime.txt").read_text(encoding="utf-8").strip()
    version = re.fullmatch(r"python-(3\.\d+)", runtime)
    assert version, f"repo2docker does not read {runtime!r}"
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{version[1]}.0")


def test_the_workflows_cover_every_python_the_library_allows():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    tested = set(workflow["jobs"]["book"]["strategy"]["matrix"]["python"])
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert tested == {f"3.{minor}" for minor in range(30) if allowed.contains(f"3.{minor}.0")}
    promised = {c.rpartition(" ")[2] for c in PROJECT["classifiers"] if "Python :: 3." in c}
    assert tested == promised


WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / ".github/workflows").glob("*.yml"))
}
PINNED_ACTION = re.compile(r"[\w./-]+@[0-9a-f]{40}")


def test_pages_are_published_from_main_and_after_every_test():
    jobs = WORKFLOWS["ci"]["jobs"]
    publish = jobs["publish"]
    assert set(publish["needs"]) == set(jobs) - {"publish"}
    assert "github.ref == 'refs/heads/main'" in publish["if"]
    assert "github.event_name == 'push'" in publish["if"]
    # YAML reads the bare word `on` as true; a pull request from here must not run twice
    assert WORKFLOWS["ci"][True]["push"] == {"branches": ["main"]}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_write_only_in_the_job_that_publishes(name):
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {"contents": "read"}
    for title, job in workflow["jobs"].items():
        assert "timeout-minutes" in job, title
        if title != "publish":
            assert "permissions" not in job, title
        for step in job["steps"]:
            assert PINNED_ACTION.fullmatch(step["uses"]) if "uses" in step else step["run"]


def test_one_version_everywhere():
    version = PROJECT["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    for name in ("codemeta.json", ".zenodo.json"):
        assert json.loads((ROOT / name).read_text(encoding="utf-8"))["version"] == version, name
    assert citation["version"] == version
    assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_makefile_has_the_command_and_its_help_names_it(command):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{command}:", makefile, re.MULTILINE)
    assert re.search(rf"^\.PHONY:.*(?<!\S){command}(?!\S)", makefile, re.MULTILINE)
    help_text = makefile.partition("\nhelp:")[2].partition("\n\n")[0]
    assert f"make {command} " in help_text


def test_numerical_tests_of_other_processors_exist_and_cover_what_solves():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = makefile.partition("\nNUMERICAL := $(foreach subject,")[2].partition(",tests/")[0]
    subjects = listed.replace("\\\n", " ").split()
    assert {"transport", "collocation", "thermodynamics", "threads"} <= set(subjects)
    assert [x for x in subjects if not (ROOT / f"tests/test_{x}.py").is_file()] == []
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert "make --keep-going test-processors" in workflow


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
@pytest.mark.parametrize("name", ["postBuild", ".ci/run"])
def test_a_script_that_others_start_is_executable(name):
    assert os.access(ROOT / name, os.X_OK)
    assert (ROOT / name).read_text(encoding="utf-8").startswith("#!")


def test_git_does_not_ignore_the_library():
    sources = {path.relative_to(ROOT).as_posix() for path in repository_files()}
    assert "lib/sandtime/__init__.py" in sources
    on_disk = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lib").rglob("*.py")}
    assert on_disk <= sources


def test_no_source_folder_is_named_static():
    # Jupyter Book would put every script and style sheet in it into every page.
    folders = {part for path in repository_files() for part in path.relative_to(ROOT).parts[:-1]}
    assert "_static" not in folders


def test_no_file_names_a_place_on_somebodys_machine():
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in repository_texts()
        for match in MACHINE_PATH.finditer(text)
    }
    assert found == set()


def test_no_file_is_left_unfinished():
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in repository_texts()
        for match in UNFINISHED.finditer(text)
    }
    assert found == set()


def test_the_patterns_of_this_file_find_what_they_look_for():
    assert MACHINE_PATH.search("open('" + "/home" + "/ada/book')")
    assert not MACHINE_PATH.search("https://example.org/home/ada")
    assert not PIN.fullmatch("numpy>=2.0")
    assert not PIN.fullmatch("numpy @ https://example.org/numpy.whl")


def test_licences_are_whole_and_named():
    code = (ROOT / "LICENSE").read_text(encoding="utf-8")
    text = (ROOT / "LICENSE-text").read_text(encoding="utf-8")
    assert PROJECT["license-files"] == ["LICENSE", "LICENSE-text"]
    assert PROJECT["license"] == "BSD-3-Clause AND CC-BY-4.0"
    for licence in (code, text):
        assert "2026" in licence
        assert "The Sand's Time authors" in licence
    assert "Redistribution and use in source and binary forms" in code
    for section in range(1, 9):
        assert f"Section {section} –" in text


def test_the_citation_names_this_version_and_the_paper():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["title"] == "Sand's Time"
    assert citation["version"] == PROJECT["version"]
    assert citation["references"][0]["doi"] == "10.1002/aenm.201902568"


def test_the_data_is_found_in_this_installation():
    reported = files("sandtime.data") / "reported.csv"
    assert reported.read_bytes() == (ROOT / "data/reported.csv").read_bytes()


@pytest.mark.slow
def test_a_plain_install_carries_every_module_and_the_data(tmp_path):
    # Binder ends with `pip install .`; a copy is built so that nothing appears in the checkout.
    source = tmp_path / "source"
    for folder in ("lib", "data"):
        shutil.copytree(
            ROOT / folder,
            source / folder,
            ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"),
        )
    for name in ("pyproject.toml", "LICENSE", "LICENSE-text", "README.md"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    built = subprocess.run(
        [*pip, "--wheel-dir", str(tmp_path), str(source)], capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("sandtime-*.whl"))) as wheel:
        carried = set(wheel.namelist())
        wheel.extractall(tmp_path / "installed")
    lib = ROOT / "lib"
    modules = {path.relative_to(lib).as_posix() for path in lib.rglob("*.py")}
    tables = {f"sandtime/data/{path.name}" for path in (ROOT / "data").glob("*.csv")}
    assert modules | tables | {"sandtime/data/README.md"} <= carried

    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlib.resources import files; import sandtime; "
            "print(sandtime.__file__); print(files('sandtime.data') / 'reported.csv')",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
    ).stdout.split("\n")
    for line in found[:2]:
        assert Path(line).is_relative_to(tmp_path / "installed")
