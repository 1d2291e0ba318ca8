"""A use case that takes a write key hands it on, so that a repeated request is done once."""

import ast
from collections.abc import Iterator

from tests.harness.programs import PROJECT

USECASES = PROJECT / "server" / "usecases"


def takers() -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions of use cases that take a write key, with their places."""
    for file in sorted(USECASES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                names = [each.arg for each in (*node.args.args, *node.args.kwonlyargs)]
                if "write_key" in names:
                    yield f"{file.relative_to(USECASES)}:{node.name}", node


def hands_on(function: ast.FunctionDef) -> bool:
    """Whether the function calls something with its write key, or asks the key for its answer."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return any(
        isinstance(node, ast.Name) and node.id == "write_key" for call in calls for node in ast.walk(call)
    )


def test_every_use_case_hands_its_write_key_on():
    found = dict(takers())
    assert len(found) >= 50
    assert [place for place, function in found.items() if not hands_on(function)] == []
