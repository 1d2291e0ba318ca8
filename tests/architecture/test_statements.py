"""Statements are SQLAlchemy expressions in the store (decision 55). The number of remaining texts may only
fall.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from tests.harness.sources import files, name_of, parsed

STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH) [a-zA-Z_(]")
APART = ("server/store/migrations/", "tests/")
STILL_TEXTS: dict[str, int] = {
}
"""How many texts each package has left; none may be added, and who replaces one lowers its number."""


def texts(module: ast.Module) -> Iterator[str]:
    """Every string of a module that begins as a statement does."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            yield node.value


def test_no_further_statement_is_written_as_text():
    found: Counter[str] = Counter()
    for path in files(".py"):
        name = name_of(path)
        if not name.startswith(APART):
            package = "/".join(name.split("/")[:3])
            found[package] += len(list(texts(parsed(path))))
    assert {package: count for package, count in sorted(found.items()) if count} == STILL_TEXTS
