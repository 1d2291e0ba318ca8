"""Layers hold: the contracts of pyproject.toml, and that the contracts themselves notice what they forbid."""

import subprocess
from pathlib import Path

import grimp
import pytest

from tests.architecture.contracts import OnlyInContract, PureContract, matches
from tests.harness.programs import PROJECT, PYTHON

LAW = """
[importlinter]
root_package = hall
include_external_packages = True
contract_types =
    only_in: tests.architecture.contracts.OnlyInContract
    pure: tests.architecture.contracts.PureContract
"""


def lint(configuration: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PYTHON.parent / "lint-imports"), "--no-cache", str(configuration)],
        cwd=folder,
        env={"PYTHONPATH": f"{folder}:{PROJECT}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_import_contract_is_kept():
    found = lint(PROJECT / "pyproject.toml", PROJECT)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("contract", "broken"),
    [
        (
            "type = only_in\nlibraries = flask\nallowed = hall.pages",
            "hall.rules is not allowed to import flask",
        ),
        ("type = pure\npure = hall.rules", "hall.rules is not allowed to import flask"),
    ],
)
def test_a_forbidden_import_is_named(tmp_path: Path, contract: str, broken: str):
    package = tmp_path / "hall"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "rules.py").write_text("import flask\nimport json\n")
    (package / "pages.py").write_text("import flask\n")
    (tmp_path / "law.ini").write_text(f"{LAW}\n[importlinter:contract:1]\nname = one\n{contract}\n")
    found = lint(tmp_path / "law.ini", tmp_path)
    assert found.returncode == 1
    assert broken in found.stdout
    assert "hall.pages is not" not in found.stdout


def test_a_pattern_names_one_part_or_a_whole_package():
    assert matches("server.domain.calling.waiting_legs", frozenset({"server.domain.**"}))
    assert matches("server.domain", frozenset({"server.domain.**"}))
    assert matches("kiosk.pages", frozenset({"*.pages"}))
    assert not matches("server.web.pages", frozenset({"*.pages"}))
    assert matches("hardware.simulator.pages", frozenset({"**.pages"}))
    assert not matches("server.domains", frozenset({"server.domain.**"}))


def test_each_module_of_the_product_is_in_a_package_of_the_graph():
    """A folder without __init__.py would escape every contract."""
    graph = grimp.build_graph("server", "kiosk", "signage", "hardware")
    for package in ("server", "kiosk", "signage", "hardware"):
        for path in (PROJECT / package).rglob("*.py"):
            if "migrations" in path.parts or "__pycache__" in path.parts:
                continue
            module = ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
            assert module in graph.modules, f"{module}: no __init__.py beside it"


def test_contract_types_are_the_ones_named_in_the_configuration():
    assert (OnlyInContract.type_name, PureContract.type_name) == ("only_in", "pure")
