"""The project's own files agree with each other."""

import hashlib
import re
import subprocess
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from server.domain.people.roles import ROLES
from server.domain.visits.transitions import EndReason, LegState
from tests.harness.programs import PROJECT

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
