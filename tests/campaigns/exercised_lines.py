"""Which test files run a line of the rules, and the processor time of each file.

Both are measured by running these tests once, so that nobody keeps a list of which test proves which rule.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

TOOL = sys.monitoring.PROFILER_ID


@dataclass
class ExercisedLines:
    """`files`: by path and line of a rule, the test files that run it; `used_s`: by test file, the seconds of
    processor time; `failed`: the test files in which a test failed, which notice nothing."""

    files: defaultdict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    used_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    failed: set[str] = field(default_factory=set)

    def chosen(self, path: str, line: int, most_s: float) -> list[str]:
        """The test files that run a line, else those that run its module: those of its subject first, then
        the cheapest, for so many seconds of processor time."""
        of_line = self.files.get((path, line), set())
        of_module = {each for (place, _), files in self.files.items() if place == path for each in files}
        subjects = {Path(path).parent.name, Path(path).stem}
        used_s, chosen = 0.0, list[str]()

        def rank(test: str) -> tuple[bool, float]:
            names = {Path(test).parent.name, Path(test).stem.removeprefix("test_")}
            return subjects.isdisjoint(names), self.used_s[test]

        for each in sorted((of_line or of_module) - self.failed, key=rank):
            used_s += self.used_s[each]
            if chosen and used_s > most_s:
                break
            chosen.append(each)
        return chosen


class LinesPlugin:
    """Notes what tests run in some files."""

    def __init__(self, paths: Collection[str]) -> None:
        self.lines = ExercisedLines()
        self._paths = {str(Path(each).resolve()): each for each in paths}
        self._test = ""

    @contextmanager
    def noting(self) -> Iterator[None]:
        events = sys.monitoring.events.LINE
        sys.monitoring.use_tool_id(TOOL, "rules")
        sys.monitoring.register_callback(TOOL, events, self._note)
        sys.monitoring.set_events(TOOL, events)
        yield
        sys.monitoring.free_tool_id(TOOL)

    def _note(self, code: CodeType, line: int) -> object:
        path = self._paths.get(code.co_filename)
        if path is not None and self._test:
            self.lines.files[path, line].add(self._test)
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        test = item.location[0]
        if test != self._test:
            self._test = test
            sys.monitoring.restart_events()
        begun_s = time.process_time()
        done = yield
        self.lines.used_s[test] += time.process_time() - begun_s
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.lines.failed.add(report.location[0])
