"""The pure modules of console, reception and phone, tested by Node's own runner."""

from pathlib import Path

import pytest

from tests.harness.node import assert_module_behaves

TESTS = sorted((Path(__file__).parents[1] / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("file", TESTS, ids=lambda path: path.stem)
def test_the_module_behaves(file: Path):
    assert_module_behaves(file)


def test_there_are_modules_to_test():
    assert len(TESTS) >= 23
