"""Statements are SQLAlchemy expressions in the store (decision 55)."""

import ast
import re
from collections.abc import Iterator

from tests.harness.sources import files, name_of, parsed

STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH) [a-zA-Z_(]")
APART = ("server/store/migrations/", "tests/")


def texts(module: ast.Module) -> Iterator[str]:
    """Every string of a module that begins as a statement does."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            yield node.value


def test_the_pattern_finds_statements_in_strings():
    written = 'A = "SELECT id FROM hall"\nB = f"UPDATE hall SET {A}"\nC = "Update the hall"\n'
    assert list(texts(ast.parse(written))) == ["SELECT id FROM hall", "UPDATE hall SET "]


def test_no_statement_is_written_as_text():
    found = {name_of(path): list(texts(parsed(path))) for path in files(".py")}
    assert {name: each for name, each in found.items() if each and not name.startswith(APART)} == {}
