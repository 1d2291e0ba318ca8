"""What a process remembers of a hall is known to its transactions alone: a use case cannot tell."""

import ast

from tests.harness.sources import files, name_of, parsed

MEMORY = "server.store.memory"
MAY_IMPORT = ("server/store/memory/", "server/store/transactions/", "tests/")


def imported(module: ast.Module) -> set[str]:
    """The modules that a module imports."""
    nodes = list(ast.walk(module))
    found = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return found | {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}


def test_memory_is_imported_by_transactions_alone():
    users = {
        name_of(path)
        for path in files(".py")
        if any(each.startswith(MEMORY) for each in imported(parsed(path)))
    }
    assert {name for name in users if not name.startswith(MAY_IMPORT)} == set()
    assert "server/store/transactions/database.py" in users
