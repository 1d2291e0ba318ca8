"""`Any` in a signature hides what is passed from the check of types: what is left is counted down."""

import ast
from collections import Counter
from collections.abc import Iterator

from tests.harness.sources import files, name_of, parsed

CHECKED = tuple(f"server/{package}/" for package in ("store", "usecases", "live", "printing", "jobs"))
APART = {
    "server/store/engine": "values and rows of two drivers, whose types only the statement knows",
    "server/store/migrations": "steps of the past, each run once",
}
"""Packages that may say `Any` in a signature, with the reason."""
STILL_ANY: dict[str, int] = {
    "server/usecases/printing": 1,
    "server/usecases/visits": 1,
}
"""How many functions of other packages say it still; whoever types one lowers its number."""

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def annotations(function: Function) -> Iterator[ast.expr]:
    """What a function says of its parameters and its answer."""
    given = function.args
    for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
        if each is not None and each.annotation is not None:
            yield each.annotation
    if function.returns is not None:
        yield function.returns


def says_any(function: Function) -> bool:
    names = (node for each in annotations(function) for node in ast.walk(each))
    return any(isinstance(node, ast.Name) and node.id == "Any" for node in names)


def test_no_signature_says_any_but_those_left():
    found: Counter[str] = Counter()
    for path in files(".py"):
        name = name_of(path)
        package = "/".join(name.split("/")[:3])
        if name.startswith(CHECKED) and package not in APART:
            functions = (node for node in ast.walk(parsed(path)) if isinstance(node, Function.__value__))
            found[package] += sum(says_any(each) for each in functions)
    assert {package: count for package, count in sorted(found.items()) if count} == STILL_ANY
