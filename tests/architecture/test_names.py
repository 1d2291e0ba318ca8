"""Names say what things are; words that say nothing are not names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.harness.sources import files, name_of, parsed

# fmt: off
BANNED = {
    "manager", "helper", "helpers", "util", "utils", "handler", "handlers", "data", "info", "process",
    "processes", "common", "misc", "branch", "citizen", "customer", "vip",
}
# fmt: on
# terms of a norm or a library that we did not choose
# ESC/POS `GS ( H`; Alembic; httpcore; databases; SQLAlchemy; Werkzeug; flask-openapi3
FOREIGN_TERMS = (
    *("process_id", "PROCESS_ID", "branch_labels", "get_extra_info", "group_commit"),
    *("process_bind_param", "process_result_value", "handle_data", "form_data_parser_class"),
    "_collect_openapi_info",
)
MODULES_BANNED = BANNED | {"group", "desk", "window", "task"}


def words(name: str) -> set[str]:
    """The words of an identifier in snake_case or CamelCase."""
    for term in FOREIGN_TERMS:
        name = name.replace(term, "")
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name a module defines: classes, functions, arguments, variables and attributes it assigns."""
    for node in ast.walk(module):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name


def test_no_name_in_python_is_a_banned_word():
    found = [
        f"{name_of(path)}:{line}: {name}"
        for path in files(".py")
        for line, name in names(parsed(path))
        if words(name) & BANNED
    ]
    assert not found, "\n".join(found)


def test_no_file_or_folder_is_named_with_a_banned_word():
    found = [
        name_of(path)
        for path in files(".py", ".js", ".html", ".css")
        if words(Path(name_of(path)).with_suffix("").as_posix().replace("/", "_").replace("-", "_"))
        & MODULES_BANNED
    ]
    assert not found, "\n".join(found)


def test_words_of_a_name_are_found():
    assert words("QueueManager") == {"queue", "manager"}
    assert words("load_data") & BANNED
    assert not words("metadata") & BANNED
