"""How many random mutants of the rules their tests notice. `make soak` runs it.

Each mutant runs the tests that run the mutated line, in a child of this process that has pytest loaded
already: those of the rules, then, if all pass, those of the use cases. The mutated code replaces one module
as it is imported: no file changes. Each survivor is printed when found.

A mutant that changes nothing is listed in `equivalent_mutants.toml` with the reason; it is counted apart.
A module that no test runs has no chance: all its mutants count as survivors.

Usage: python -m tests.campaigns.mutants [--seed S] [--each N] [--least SHARE] [--use-cases FOLDER] [MODULE…]
"""

import argparse
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.campaigns.exercised_lines import ExercisedLines, LinesPlugin

ENVIRONMENT = Path("var/mutants")
EQUIVALENT = Path("tests/campaigns/equivalent_mutants.toml")
EXAMPLES = 25
"""Of each property: enough to notice a wrong rule, and a mutant takes seconds."""
LONGEST_S, LONGEST_TIMES = 5, 5
"""A mutant may use these seconds of processor time and this multiple of what the unchanged module uses.
Beyond, it never ends, and is noticed."""
TESTS_OF_RULES = ("tests/server/domain", "tests/kiosk", "tests/signage")
RULES_S, USE_CASES_S = 20, 40
"""Processor time, without a mutant, of the tests that a mutant runs at most."""
LOADED_ONCE = (
    "_hypothesis_pytestplugin",
    "alembic.command",
    "babel.dates",
    "gevent",
    "holidays",
    "hypothesis.strategies",
    "icalendar",
    "pydantic",
    "pytest_timeout",
    "sqlalchemy.dialects.postgresql",
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
    modules = options.modules or _modules()
    suites = (_suite_of_rules(modules), _suite_of_use_cases(modules, options.use_cases))
    for line in _gone_lines():
        print(f"listed as equivalent, but gone: {line}")
    counts: Counter[str] = Counter()
    for mutant in _sample(options.seed, options.each, modules):
        verdict = _verdict(mutant, suites)
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
    parser.add_argument("--use-cases", default="tests/server/usecases", help="the folder of their tests")
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


@dataclass(frozen=True)
class Suite:
    """Tests with the options by which pytest runs them, and what they run of the rules."""

    options: tuple[str, ...]
    plugins: tuple[object, ...]
    most_s: int
    lines: ExercisedLines

    def passes(self, mutant: dict[str, Any]) -> bool:
        """Whether each test passes that runs the mutated line, as far as the time allows."""
        tests = self.lines.chosen(mutant["path"], mutant["line"], self.most_s)
        limit_s = LONGEST_S + round(LONGEST_TIMES * sum(self.lines.used_s[each] for each in tests))

        def run() -> int:
            resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
            sys.meta_path.insert(0, _MutantFinder(mutant))
            return _run_pytest("-x", *self.options, *tests, plugins=self.plugins)

        return not tests or _in_a_child(run)


def _suite_of_rules(modules: Sequence[str]) -> Suite:
    options, plugins = ("--noconftest",), (_RulesOnly(),)
    return Suite(options, plugins, RULES_S, _exercised(modules, *options, *TESTS_OF_RULES, plugins=plugins))


def _suite_of_use_cases(modules: Sequence[str], folder: str) -> Suite:
    options = ("-m", "not browser and not postgresql and not served")
    return Suite(options, (), USE_CASES_S, _exercised(modules, *options, folder))


def _exercised(modules: Sequence[str], *options: str, plugins: Sequence[object] = ()) -> ExercisedLines:
    """What tests run of these modules; measured in a child, which alone imports them."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "lines")

        def measure() -> int:
            lines = LinesPlugin(modules)
            with lines.noting():
                _run_pytest(*options, plugins=[*plugins, lines])
            place.write_bytes(pickle.dumps(lines.lines))
            return 0

        assert _in_a_child(measure)
        found: ExercisedLines = pickle.loads(place.read_bytes())
    for each in found.failed:
        print(f"{each}: left out, its tests fail without a mutant", flush=True)
    return found


def _verdict(mutant: dict[str, Any], suites: Sequence[Suite]) -> str:
    is_noticed = not all(suite.passes(mutant) for suite in suites)
    if _place_of(mutant) not in _equivalent():
        return "noticed" if is_noticed else "unnoticed"
    return "listed as equivalent, but noticed" if is_noticed else "equivalent"


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


def _run_pytest(*options: str, plugins: Sequence[object]) -> int:
    chosen = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
    settings.register_profile("mutants", chosen, suppress_health_check=list(HealthCheck))
    settings.load_profile("mutants")
    without = (f"-pno:{name}" for name in LEFT_OUT_PLUGINS)
    return int(pytest.main(["-q", "--tb=no", "--assert=plain", *without, *options], plugins))


def _in_a_child(run: Callable[[], int]) -> bool:
    """Whether `run` gives 0 in a fork of this process, which prints nothing."""
    child = os.fork()
    if child == 0:
        try:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            os._exit(run())
        except BaseException:  # noqa: BLE001 - a mutant that breaks the import is noticed
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


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
