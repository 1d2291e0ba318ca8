"""The kiosk page's pure modules, tested with Node's own test runner."""

import subprocess
from pathlib import Path

import pytest

from tests.harness.programs import program

TESTS = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("file", TESTS, ids=lambda path: path.stem)
def test_the_module_behaves(file):
    done = subprocess.run([program("node"), "--test", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
