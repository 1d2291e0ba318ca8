"""How many random mutants of the rules their tests notice. `make soak` runs it.

Each mutant runs the tests of its subject only, in a child of this process that has pytest loaded already. The
mutated code replaces one module as it is imported: no file changes. Each survivor is printed when found.

A mutant that changes nothing is listed in `equivalent_mutants.toml` with the reason; it is counted apart.
A module that no test imports has no chance: all its mutants count as survivors.

Usage: python -m tests.campaigns.mutants [--seed S] [--each N] [--least SHARE] [MODULE...]
"""

import argparse
import gc
import importlib
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
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ENVIRONMENT = Path("var/mutants")
EQUIVALENT = Path("tests/campaigns/equivalent_mutants.toml")
EXAMPLES = 25
"""Of each property: enough to notice a wrong rule, and a mutant takes seconds."""
LONGEST_S, LONGEST_TIMES = 5, 5
"""A mutant may use these seconds of processor time and this multiple of what the unchanged module uses.
Beyond, it never ends, and is noticed."""
TESTS_OF_RULES = ("tests/server/domain", "tests/kiosk", "tests/signage")
LOADED_ONCE = (
    "_hypothesis_pytestplugin",
    "hypothesis.strategies",
    "pytest_timeout",
    "time_machine",
    "zoneinfo",
)
LEFT_OUT_PLUGINS = ("cacheprovider", "xdist", "xdist.looponfail", "schemathesis", "anyio")


def main() -> int:
    """0 if at least the required share is noticed."""
    options = _options()
    for name in LOADED_ONCE:
        importlib.import_module(name)
    gc.freeze()
    limits = _limits_s(options.modules or _modules())
    for line in _gone_lines():
        print(f"listed as equivalent, but gone: {line}")
    counts: Counter[str] = Counter()
    for mutant in _sample(options.seed, options.each, [each for each in limits if limits[each]]):
        verdict = _verdict(mutant, limits[mutant["path"]])
        counts[verdict] += 1
        if verdict != "noticed":
            print(_line_of(mutant, verdict), flush=True)
    noticed, different = counts["noticed"], counts["noticed"] + counts["unnoticed"]
    print(
        f"{noticed} of {different} mutants noticed ({noticed / different:.1%}), seed {options.seed}; "
        f"{counts['equivalent']} more are equivalent"
    )
    return 0 if noticed >= options.least * different else 1


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
    return sorted(each for each in files if not each.startswith("hardware/"))


def _limits_s(modules: Sequence[str]) -> dict[str, int]:
    """By module, seconds of processor time that a mutant may use; 0 where tests fail without a mutant.

    Modules that have the same tests share one run of them.
    """
    limits: dict[frozenset[str], int] = {}
    for each in modules:
        tests = frozenset(_tests_of(each))
        if tests not in limits:
            passed, used_s = _run({"path": each, "code": Path(each).read_text("utf-8")}, LONGEST_TIMES * 60)
            limits[tests] = LONGEST_S + round(LONGEST_TIMES * used_s) if passed else 0
        if not limits[tests]:
            print(f"{each}: left out, its tests fail without a mutant", flush=True)
    return {each: limits[frozenset(_tests_of(each))] for each in modules}


def _verdict(mutant: dict[str, Any], limit_s: int) -> str:
    passed, _ = _run(mutant, limit_s)
    if _place_of(mutant) not in _equivalent():
        return "unnoticed" if passed else "noticed"
    return "equivalent" if passed else "listed as equivalent, but noticed"


def _gone_lines() -> list[str]:
    """The listed mutants whose line is no longer in its file."""
    return [
        f"{path}: {before}"
        for path, _, before, _ in _equivalent()
        if before not in map(str.strip, Path(path).read_text(encoding="utf-8").splitlines())
    ]


def _line_of(mutant: dict[str, Any], verdict: str) -> str:
    place = f"{mutant['path']}:{mutant['line']} {mutant['function'] or 'module'} {mutant['operator']}"
    reason = _equivalent().get(_place_of(mutant), "")
    return f"{verdict}: {place} {reason}\n  - {mutant['before']}\n  + {mutant['after']}"


def _place_of(mutant: dict[str, Any]) -> tuple[str, str, str, str]:
    return mutant["path"], mutant["function"], mutant["before"], mutant["after"]


@cache
def _equivalent() -> dict[tuple[str, str, str, str], str]:
    """The reason of each listed mutant."""
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["mutant"]
    return {_place_of(each): each["reason"] for each in listed}


def _sample(seed: str, each: int, modules: Sequence[str]) -> list[dict[str, Any]]:
    maker = [str(ENVIRONMENT / "bin/python"), "tests/campaigns/make_mutants.py", seed, str(each), *modules]
    made = subprocess.run(maker, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in made.stdout.splitlines()]


def _name_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def _tests_of(path: str) -> list[str]:
    """The test files of a module’s subject, those that import it first; without any, all that import it."""
    package, _, module = _name_of(path).rpartition(".")
    imports = re.compile(rf"from {re.escape(package)}(\.{module} import| import (.*|\([^)]*)\b{module}\b)")
    files = [file for folder in TESTS_OF_RULES for file in sorted(Path(folder).rglob("test_*.py"))]
    of_subject = Path("tests", *package.split("."))
    direct = [file for file in files if imports.search(file.read_text(encoding="utf-8"))]
    beside = [file for file in files if file.parent == of_subject and len(of_subject.parts) > 3]
    own = [file for file in direct if file.parent == of_subject] + beside
    return list(dict.fromkeys(map(str, own or direct)))


def _run(mutant: dict[str, Any], limit_s: int) -> tuple[bool, float]:
    """Whether every test passes, and the seconds of processor time that they took."""
    if not _tests_of(mutant["path"]):
        return True, 0
    child = os.fork()
    if child == 0:
        _run_child(mutant, limit_s)
    _, status, usage = os.wait4(child, 0)
    return status == 0, usage.ru_utime + usage.ru_stime


def _run_child(mutant: dict[str, Any], limit_s: int) -> None:
    """Ends with status 0 where every test passes."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        sys.meta_path.insert(0, _MutantFinder(mutant))
        chosen = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
        settings.register_profile("mutants", chosen, suppress_health_check=list(HealthCheck))
        settings.load_profile("mutants")
        without = [f"-pno:{name}" for name in LEFT_OUT_PLUGINS]
        options = ("-x", "-q", "--noconftest", "--tb=no", "--assert=plain", *without)
        found = pytest.main([*options, *_tests_of(mutant["path"])], plugins=[_RulesOnly()])
    except BaseException:  # noqa: BLE001 - a mutant that breaks the import is noticed
        os._exit(1)
    os._exit(int(found))


class _RulesOnly:
    """Leaves out tests that need a fixture of `conftest.py`: a server, a database, made files."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [each for each in items if not self._missing(each)]

    @staticmethod
    def _missing(item: pytest.Item) -> set[str]:
        known = {*item._fixtureinfo.name2fixturedefs, "request"}  # type: ignore[attr-defined]
        return set(item._fixtureinfo.names_closure) - known  # type: ignore[attr-defined]


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
