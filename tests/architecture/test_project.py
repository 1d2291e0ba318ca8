"""The project's own files agree with each other: settings, commands of `make`, rooms."""

import hashlib
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from server.domain.people.roles import ROLES
from server.domain.visits.transitions import EndReason, LegState
from tests.harness.programs import PROJECT
from tests.harness.sources import PACKAGES

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
GLOSSARY = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
BARE_ROUTES = "d134b9ed80ee20c7b620016cba865b03a569749ab14537a0d77070264739e3cb"


def pinned(lock: str) -> dict[str, str]:
    """Package → version of a lock file."""
    lines = (PROJECT / lock).read_text(encoding="utf-8")
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lines, re.MULTILINE)
    }


def test_locks_pin_what_the_project_asks_for():
    runtime = PYPROJECT["project"]["dependencies"] + PYPROJECT["project"]["optional-dependencies"]["build"]
    tools = runtime + PYPROJECT["project"]["optional-dependencies"]["dev"]
    for lock, wanted in (("requirements.lock", runtime), (".ci/tools.lock", tools)):
        versions = pinned(lock)
        for requirement in map(Requirement, wanted):
            version = versions.get(canonicalize_name(requirement.name))
            assert version is not None, f"{lock}: {requirement.name} is missing, run `make lock`"
            assert requirement.specifier.contains(version, prereleases=True), (
                f"{lock}: {requirement.name} {version}"
            )


def test_tools_run_against_the_versions_that_are_delivered():
    tools = pinned(".ci/tools.lock")
    assert {name: tools.get(name) for name in pinned("requirements.lock")} == pinned("requirements.lock")


def test_no_file_names_a_registry_host():
    names = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split()
    hosts = re.compile(r"registry\.npmjs|files\.pythonhosted|pypi\.org/simple|index-url", re.IGNORECASE)
    own = "tests/architecture/test_project.py"
    texts = {name: (PROJECT / name).read_bytes().decode("utf-8", "replace") for name in names if name != own}
    assert not [name for name, text in texts.items() if hosts.search(text)]


def test_the_bare_routes_are_the_ones_that_were_measured():
    content = (PROJECT / "tests" / "bench" / "bare.py").read_bytes()
    assert hashlib.sha256(content).hexdigest() == BARE_ROUTES


def test_states_and_end_reasons_are_the_glossary_s():
    reasons = re.search(r"^End reasons: `([^`]*)`", GLOSSARY, re.MULTILINE)
    assert reasons is not None
    assert set(reasons[1].split(", ")) == {str(reason) for reason in EndReason}
    for state in LegState:
        assert re.search(rf"\b{state}\b", GLOSSARY)


def test_roles_are_the_glossary_s():
    for role in ROLES:
        assert re.search(rf"`{role}`", GLOSSARY), f"{role} is not in docs/glossary.md"


def test_only_the_agreed_files_are_at_the_top():
    names = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    top = {name.split("/")[0] for name in names if name}
    allowed = {
        "kiosk", "signage", "server", "hardware", "tests", "docs", "pyproject.toml", "README.md", "Makefile",
        "CHANGELOG.md", "SECURITY.md", "LICENSE", "requirements.lock", "package.json", "package-lock.json",
        "eslint.config.js",
    }  # fmt: skip
    assert {name for name in top if not name.startswith(".")} <= allowed


MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
VERSIONS = Path("server/store/migrations/versions")


def commands() -> set[str]:
    """The commands of the Makefile: its phony targets."""
    return set(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split())


def test_make_help_lists_every_command_with_what_it_does():
    command = ["make", "--no-print-directory", "help"]  # a test may be run by make
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    lines = re.findall(r"^make (\S+) +\S", listed, re.MULTILINE)
    assert set(lines) == commands()
    assert len(lines) == len(listed.splitlines())


def test_every_command_of_make_that_documents_name_exists():
    files = ["README.md", "docs/LISEZMOI.md", "docs/CONTRIBUTING.md", "docs/architecture.md", "docs/state.md"]
    texts = [(PROJECT / name).read_text(encoding="utf-8") for name in files]
    named = {
        name for text in texts for name in re.findall(r"(?:`|^|\s)make ([a-z][a-z-]+)", text, re.MULTILINE)
    }
    assert named - commands() <= {"it"}


def test_a_new_migration_has_the_next_number_and_the_head_of_the_others(tmp_path: Path):
    shutil.copytree(PROJECT / VERSIONS.parent, tmp_path / VERSIONS.parent)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / ".venv").symlink_to(PROJECT / ".venv")
    last = max((PROJECT / VERSIONS).glob("0*.py")).name[:4]
    subprocess.run(
        ["sh", PROJECT / ".ci" / "new_migration.sh", "Keep the colour of a counter"], cwd=tmp_path, check=True
    )
    number = f"{int(last) + 1:04}"
    written = (tmp_path / VERSIONS / f"{number}_keep_the_colour_of_a_counter.py").read_text(encoding="utf-8")
    assert written.startswith(
        f'"""Keep the colour of a counter\n\nRevision ID: {number}\nRevises: {last}\n"""\n\n'
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision = "{number}"\ndown_revision = "{last}"\nbranch_labels = None\ndepends_on = None\n'
    )


MOST_FILES = 20
NO_NAMES = {"utils", "util", "helpers", "common", "misc"}
APART = ("migrations", "translations")
LAYERS = (
    "server.domain",
    "server.usecases",
    "server.store",
    "server.web.pages",
    "server.web",
    "server.documents",
)
PLAIN_ROOMS = {
    *(f"server.domain.{room}" for room in ("actions", "alerts", "appointments", "attention", "complaints")),
    *("server.domain.hall_checks", "server.domain.tickets"),
    *(f"server.usecases.{room}" for room in ("calling", "hall_checks", "legs", "waits")),
}
"""Rooms whose whole subject is one module."""


def folders() -> Counter[Path]:
    """Every folder of the project with its Python files, migrations apart."""
    found = [file for root in (*PACKAGES, "tests", ".ci") for file in (PROJECT / root).rglob("*.py")]
    files = [file.relative_to(PROJECT) for file in found]
    return Counter(file.parent for file in files if not set(APART) & set(file.parts))


def test_a_folder_has_at_most_twenty_python_files():
    assert {str(folder): count for folder, count in folders().items() if count > MOST_FILES} == {}


def test_no_folder_has_a_name_that_says_nothing():
    assert [str(folder) for folder in folders() if NO_NAMES & set(folder.parts)] == []


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("server", cache_dir=None)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_subjects_of_a_layer_import_each_other_without_a_circle(imports: grimp.ImportGraph, layer: str):
    children = imports.find_children(layer)
    rooms = {room for room in children if room in PLAIN_ROOMS or imports.find_children(room)}
    uses = {room: _rooms_used(imports, room, rooms) for room in rooms}
    assert _circle(uses) == []


def _rooms_used(imports: grimp.ImportGraph, room: str, rooms: set[str]) -> set[str]:
    used = {
        target
        for module in {room, *imports.find_descendants(room)}
        for target in imports.find_modules_directly_imported_by(module)
    }
    return {other for other in rooms - {room} if any(f"{name}.".startswith(f"{other}.") for name in used)}


def _circle(uses: dict[str, set[str]]) -> list[str]:
    """The rooms of which each is reached from itself; empty where there is no circle."""
    left = dict(uses)
    while leaf := next((room for room, used in left.items() if not used & left.keys()), None):
        del left[leaf]
    while first := next((room for room in left if not any(room in used for used in left.values())), None):
        del left[first]
    return sorted(left)
