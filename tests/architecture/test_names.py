"""Names say what things are, `Any` hides nothing, lists and statements stand where they belong."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kiosk.menu_messages import STEP_S
from kiosk.reading import NEEDS
from server.domain.visits.verb_facts import Need
from server.domain.waits.cover import ROUNDED_TO_S
from tests.harness.programs import PROJECT
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


CHECKED = tuple(f"server/{package}/" for package in ("store", "usecases", "live", "printing", "jobs"))
MAY_SAY_ANY = {
    "server/store/engine": "values and rows of two drivers, whose types only the statement knows",
    "server/store/migrations": "steps of the past, each run once",
}
"""Packages that may say `Any` in a signature, with the reason."""
STILL_ANY: dict[str, int] = {
    "server/usecases/printing": 1,
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
        if name.startswith(CHECKED) and package not in MAY_SAY_ANY:
            functions = (node for node in ast.walk(parsed(path)) if isinstance(node, Function.__value__))
            found[package] += sum(says_any(each) for each in functions)
    assert {package: count for package, count in sorted(found.items()) if count} == STILL_ANY


SCRIPTS = ("kiosk/static/kiosk_state.js", "server/web/static/reception/needs_form.js")


def needs_in(script: str) -> tuple[str, ...]:
    """The needs that a script lists."""
    text = (PROJECT / script).read_text(encoding="utf-8")
    [found] = re.findall(r"\bNEEDS = (?:Object\.freeze\()?\[(.*?)\]", text, re.DOTALL)
    return tuple(re.findall(r'"(\w+)"', found))


def test_kiosk_and_pages_offer_the_needs_of_the_server_in_its_order():
    assert tuple(Need) == NEEDS
    assert {script: needs_in(script) for script in SCRIPTS} == dict.fromkeys(SCRIPTS, NEEDS)


def test_the_kiosk_says_waits_in_the_steps_to_which_estimates_are_rounded():
    assert STEP_S == ROUNDED_TO_S


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


STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH) [a-zA-Z_(]")
MAY_WRITE_SQL = ("server/store/migrations/", "tests/")


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
    assert {name: each for name, each in found.items() if each and not name.startswith(MAY_WRITE_SQL)} == {}


MEMORY = "server.store.transactions.memory"
MAY_IMPORT = ("server/store/transactions/", "tests/")


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
