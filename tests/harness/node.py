"""Programs of Node: tests of the pure modules of pages, and html-validate in one process for a worker."""

import atexit
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import IO

from tests.harness.programs import PROJECT, program

# html-validate does not look at these
FURTHER = {
    "dl: a description stands before its term": re.compile(r"<(?:dl|div)\b[^>]*>\s*<dd\b"),
    "time: a time without its value for programs": re.compile(
        r"<time(?![^>]*\sdatetime=)[^>]*>(?!\s*\d\d:\d\d\s*</time>)"
    ),
}


@cache
def _validator() -> subprocess.Popen[str]:
    validator = subprocess.Popen(
        [program("node"), str(PROJECT / "tests" / "harness" / "valid_html.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    atexit.register(validator.kill)
    return validator


def faults_of(html: str) -> list[str]:
    """What the HTML standard forbids in a document, one line a fault."""
    validator = _validator()
    _pipe(validator.stdin).write(json.dumps(html) + "\n")
    _pipe(validator.stdin).flush()
    found: list[str] = json.loads(_pipe(validator.stdout).readline())
    return found + [fault for fault, pattern in FURTHER.items() if pattern.search(html)]


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


ASSETS = Path(__file__).with_name("assets.mjs")


def assert_module_behaves(script: Path) -> None:
    """Runs a file of tests: all pass, none is skipped, and there is at least one."""
    command = [program("node"), "--import", ASSETS.as_uri(), "--test-reporter=tap", str(script)]
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# pass [1-9]", done.stdout, re.MULTILINE), done.stdout
    assert "# skipped 0" in done.stdout
