"""Documents checked against the HTML standard by html-validate, in one process of Node for all tests of a
worker.
"""

import atexit
import json
import re
import subprocess
from functools import cache
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
