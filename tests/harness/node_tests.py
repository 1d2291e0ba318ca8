"""The pure modules of pages, tested by Node's own runner."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.harness.programs import PROJECT, program

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
