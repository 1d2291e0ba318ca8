"""How many random mutants of the rules their tests notice. `make soak` runs it.

Each mutant runs the tests of its subject only, in a child of this process that has pytest loaded already. The
mutated code replaces one module as it is imported: no file changes.

Usage: python -m tests.campaigns.mutants [--seed S] [--each N] [--least SHARE] [MODULE...]
"""

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ENVIRONMENT = Path("var/mutants")
EXAMPLES = 25
"""Of each property: enough to notice a wrong rule, and a mutant takes seconds."""
LONGEST_S = 120
"""Seconds of processor time; a mutant that never ends is noticed."""
TESTS_OF_RULES = ("tests/server/domain", "tests/kiosk", "tests/signage")


def main() -> int:
    """0 where at least the share asked for is noticed."""
    options = _options()
    modules = options.modules or _modules()
    sound = [
        each for each in modules if not _is_noticed({"path": each, "code": Path(each).read_text("utf-8")})
    ]
    for each in sorted(set(modules) - set(sound)):
        print(f"{each}: left out, its tests fail without a mutant")
    mutants = _sample(options.seed, options.each, sound)
    survivors = [each for each in mutants if not _is_noticed(each)]
    noticed = len(mutants) - len(survivors)
    for each in survivors:
        print(f"{each['path']}:{each['line']} {each['operator']}\n  - {each['before']}\n  + {each['after']}")
    print(f"{noticed} of {len(mutants)} mutants noticed ({noticed / len(mutants):.0%}), seed {options.seed}")
    return 0 if noticed >= options.least * len(mutants) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="parvis")
    parser.add_argument("--each", type=int, default=9, help="mutants of one module at most")
    parser.add_argument("--least", type=float, default=0.9, help="the share that must be noticed")
    parser.add_argument("modules", nargs="*")
    return parser.parse_args()


def _modules() -> list[str]:
    """The files of the rules: what the import contract « pure » lists, but for the documents of printers."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    listed = next(each["pure"] for each in contracts if each["id"] == "pure")
    files = [f"{name.replace('.', '/')}.py" for name in listed if not name.endswith("**")]
    files += map(str, Path("server/domain").rglob("*.py"))
    return sorted(each for each in files if not each.startswith("hardware/") and _tests_of(each))


def _sample(seed: str, each: int, modules: Sequence[str]) -> list[dict[str, Any]]:
    maker = [str(ENVIRONMENT / "bin/python"), "tests/campaigns/make_mutants.py", seed, str(each), *modules]
    made = subprocess.run(maker, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in made.stdout.splitlines()]


def _name_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _tests_of(path: str) -> list[str]:
    """The files of tests that import a module, then those of its subject."""
    package, _, module = _name_of(path).rpartition(".")
    imports = re.compile(rf"from {re.escape(package)}(\.{module} import| import .*\b{module}\b)")
    files = [file for folder in TESTS_OF_RULES for file in sorted(Path(folder).rglob("test_*.py"))]
    of_subject = Path("tests", *package.split("."))
    direct = [str(file) for file in files if imports.search(file.read_text(encoding="utf-8"))]
    beside = [str(file) for file in files if file.parent == of_subject and len(of_subject.parts) > 3]
    return list(dict.fromkeys(direct + beside))


def _is_noticed(mutant: dict[str, Any]) -> bool:
    child = os.fork()
    if child == 0:
        _run_child(mutant)
    _, status = os.waitpid(child, 0)
    return status != 0


def _run_child(mutant: dict[str, Any]) -> None:
    """Ends with status 0 where every test passes."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_S, LONGEST_S))
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        sys.meta_path.insert(0, _MutantFinder(mutant))
        chosen = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
        settings.register_profile("mutants", chosen, suppress_health_check=list(HealthCheck))
        settings.load_profile("mutants")
        found = pytest.main(
            [
                *("-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no"),
                *("-W", "ignore::pytest.PytestAssertRewriteWarning", *_tests_of(mutant["path"])),
            ]
        )
    except BaseException:  # noqa: BLE001 - a mutant that breaks the import is noticed
        os._exit(1)
    os._exit(int(found))


class _MutantFinder(importlib.abc.MetaPathFinder):
    """Finds one module only, whose code it replaces."""

    def __init__(self, mutant: dict[str, Any]) -> None:
        self._name, self._mutant = _name_of(mutant["path"]), mutant

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        loader = _MutantLoader(fullname, self._mutant["path"], self._mutant["code"])
        return importlib.util.spec_from_file_location(fullname, self._mutant["path"], loader=loader)


class _MutantLoader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, code: str) -> None:
        super().__init__(fullname, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._code, self.path, "exec", dont_inherit=True)


if __name__ == "__main__":
    sys.exit(main())
