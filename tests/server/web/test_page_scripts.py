"""The pure modules of console, reception and phone, tested by Node's own runner."""

import subprocess
from pathlib import Path

import pytest

from tests.harness.programs import program

TESTS = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("file", TESTS, ids=lambda path: path.stem)
def test_the_module_behaves(file: Path):
    done = subprocess.run([program("node"), "--test", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_modules_to_test():
    assert len(TESTS) == 16
