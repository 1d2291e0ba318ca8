"""Writes the pages of reference from the code: settings, commands, facts, messages, measures, gestures.

    python .ci/reference.py

What a page says is a docstring or a help text: change it there. A name of a document in such a text becomes a
link. Raises ValueError where something says nothing.
"""

import argparse
import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import ModuleType, NoneType
from typing import Any, get_args

import annotated_types
from babel.messages.pofile import read_po
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typer.main import get_command

from kiosk.agent import command as agent
from server import cli, logs, measures
from server import settings as settings_module
from server.commands.flows import FLOWS
from server.domain import facts
from server.domain.visits.gestures import GESTURES, Verb, usual_keys
from server.domain.visits.transitions import GestureKind, Phase
from server.live import messages
from server.live.message_types import SENT, TAKEN

DOCS = Path(__file__).parents[1] / "docs"
TERMINAL = DOCS.parent / "server" / "commands" / "translations" / "fr" / "LC_MESSAGES"
SENTENCES = DOCS.parent / "server" / "web" / "pages" / "hall" / "translations"


def text_in(said: str | None, name: str) -> str:
    """A docstring as Markdown on one line for each paragraph."""
    if not said:
        raise ValueError(f"{name} says nothing")
    paragraphs = [" ".join(each.split()) for each in inspect.cleandoc(said).split("\n\n")]
    return re.sub(r"docs/((?:[\w-]+/)?([\w-]+)\.md)", r"[\2](\1)", "\n\n".join(paragraphs))


def cell(said: str | None, name: str) -> str:
    """The same for a cell of a table."""
    return text_in(said, name).replace("\n\n", " ").replace("|", "\\|")


def table(head: str, rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    columns = head.count("|") + 1
    lines = [f"| {head} |", "|---" * columns + "|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines).replace("|  |", "| |")


def page(title: str, *parts: str) -> str:
    """A page with its title and, at its end, how to change it."""
    return "\n\n".join([f"# {title}", *parts, "`make reference` makes this page from the code."]) + "\n"


def docstrings_below(source: ModuleType | type) -> dict[str, str]:
    """The docstring under each assigned name of a module or class."""
    body = ast.parse(inspect.getsource(source)).body
    statements = body[0].body if isinstance(body[0], ast.ClassDef) else body
    found = {}
    for statement, follower in pairwise(statements):
        match statement, follower:
            case ast.Assign(targets=[ast.Name(name)]), ast.Expr(ast.Constant(str(said))):
                found[name] = said
    return found


# --- settings -------------------------------------------------------------------------------------


def values_of(setting: FieldInfo) -> str:
    """What a setting may hold."""
    if choices := [each for each in get_args(setting.annotation) if each is not NoneType]:
        return ", ".join(f"`{choice}`" for choice in choices)
    bounds = {type(rule): rule for rule in setting.metadata}
    if low := bounds.get(annotated_types.Ge):
        return f"{low.ge:,}–{bounds[annotated_types.Le].le:,}"
    names: Mapping[Any, str] = {bool: "`true`, `false`", str: "text", Path: "folder"}
    return names[setting.annotation]


def default_of(setting: FieldInfo) -> str:
    """A setting's default as the page writes it."""
    if setting.default is PydanticUndefined:
        raise ValueError("a setting has no default")
    if setting.default == "":
        return "empty"
    return f"`{str(setting.default).lower() if isinstance(setting.default, bool) else setting.default}`"


def settings_page() -> str:
    """Every setting: values, default, effect; then what is logged."""
    fields = settings_module.Settings.model_fields
    rows = (
        (f"`PARVIS_{name.upper()}`", values_of(each), default_of(each), cell(each.description, name))
        for name, each in fields.items()
    )
    return page(
        "Settings",
        text_in(settings_module.__doc__, "settings"),
        table("setting | values | default | effect", rows),
        text_in(logs.__doc__, "logs"),
    )


# --- commands -------------------------------------------------------------------------------------


def commands_below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """A command and all it leads to, by their whole names."""
    if (below := getattr(command, "commands", None)) is None:
        yield name, command
    else:
        for word, each in below.items():
            yield from commands_below(each, f"{name} {word}")


def command_row(name: str, command: Any) -> tuple[str, str, str]:
    """What a command does, its arguments and options."""
    words, options = [name], []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            words.append((parameter.metavar or parameter.name).upper())
        elif parameter.name != "help":
            said = cell(parameter.help, f"{name} {parameter.opts[0]}").rstrip(".")
            options.append(f"`{parameter.opts[0]}` {said}")
    return f"`{' '.join(words)}`", cell(command.help, name), "; ".join(options)


def agent_rows() -> Iterator[tuple[str, str, str]]:
    """The same of the kiosk agent's commands."""
    parser = agent.command_parser()
    [below] = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    said = {each.dest: each.help for each in below._choices_actions}
    for name, command in below.choices.items():
        actions = [each for each in command._actions if each.dest != "help"]
        words = [parser.prog, name, *(each.dest.upper() for each in actions if not each.option_strings)]
        options = [f"`{each.option_strings[0]}` {each.help}" for each in actions if each.option_strings]
        yield f"`{' '.join(words)}`", cell(said[name], name), "; ".join(options)


def commands_page() -> str:
    """Every command with its options."""
    head = "command | does | options"
    rows = (command_row(*each) for each in commands_below(get_command(cli.cli), "parvis"))
    return page(
        "Commands",
        text_in(cli.__doc__, "parvis"),
        table(head, rows),
        "## On the computer of a kiosk",
        text_in(agent.__doc__, "agent") + " " + text_in(agent.command_parser().description, "agent"),
        table(head, agent_rows()),
    )


# --- gestures -------------------------------------------------------------------------------------


def with_table(name: str, heading: str, made: str) -> str:
    """A page with this table in place of the first one after a heading."""
    before, _, after = (DOCS / f"{name}.md").read_text(encoding="utf-8").partition(heading)
    rows = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
    return before + heading + rows.sub(lambda _: f"{made}\n", after, count=1)


def transitions_page() -> str:
    """The rule of transitions, with the table of verbs."""

    def row(kind: GestureKind) -> tuple[str, ...]:
        reached = (
            dict.fromkeys(kind.moves.values()) if len(set(kind.moves.values())) == 1 else kind.moves.values()
        )
        before, after = (
            ", ".join(f"`{state}`" for state in states) or "–" for states in (kind.moves, reached)
        )
        return f"`{kind.name}`", before, after, f"`{kind.fact}`", "yes" if kind.may_undo else "", kind.note

    head = "verb | from | to | fact | undo | note"
    rows = (row(GESTURES[verb]) for verb in Verb)
    return with_table("rules/transitions", "# States of a leg, and undo", table(head, rows))


HEADS = {"fr": "état | geste | touche", "en": "state | gesture | key"}
WHEN = {
    "fr": ("libre", "appelée", "au guichet", "hors pause", "toujours", "à la question", " ou "),
    "en": ("free", "called", "at the counter", "not paused", "always", "when asked", " or "),
}
"""When a gesture is offered, in the words of the manuals."""


def manual_page(name: str, language: str, heading: str, actions: Iterable[str]) -> str:
    """A manual with a table of keys of the console."""
    free, called, serving, not_paused, always, asked, either = WHEN[language]
    said = {Phase.FREE: free, Phase.CALLED: called, Phase.IN_SERVICE: serving}
    catalogue = SENTENCES / language / "LC_MESSAGES" / "gestures.po"
    with catalogue.open("rb") as opened:
        sentences = {str(message.id): str(message.string) for message in read_po(opened)}

    def when(action: str) -> str:
        kind = next((each for each in GESTURES.values() if each.action == action), None)
        if kind is None or Phase.PAUSED in kind.phases:
            return asked if action == "present" else always
        phases = [said[phase] for phase in said if phase in kind.phases]
        return not_paused if len(phases) == len(said) else either.join(phases)

    keys = usual_keys()
    rows = ((when(each), sentences[f"console.keys.action.{each}"], keys[each]) for each in actions)
    return with_table(name, heading, table(HEADS[language], rows))


def flows_page() -> str:
    """The manual with the table of the network's flows."""
    with (TERMINAL / "terminal.po").open("rb") as opened:
        said = {str(message.id): str(message.string) for message in read_po(opened)}
    rows = (
        (
            said[f"flows.party.{flow.opened_by}"],
            said[f"flows.party.{flow.to}"],
            flow.port,
            said[f"flows.stops.{flow.name}"],
        )
        for flow in FLOWS
    )
    return with_table("manuels/flux", "# Les flux", table("ouvert par | vers | port | sans lui", rows))


# --- facts and messages ---------------------------------------------------------------------------


def facts_page() -> str:
    """Every fact of the journals of halls and of the installation."""
    said = docstrings_below(facts.FactKind)
    rows = {kind: (f"`{kind}`", cell(said.get(kind.name), kind)) for kind in facts.FactKind}
    head = "fact | what happened"
    return page(
        "Facts",
        text_in(facts.__doc__, "facts"),
        "## In a hall’s journal",
        table(head, (row for kind, row in rows.items() if kind not in facts.IN_INSTALLATION)),
        "## In the installation’s journal",
        text_in(docstrings_below(facts)["IN_INSTALLATION"], "facts"),
        table(head, (row for kind, row in rows.items() if kind in facts.IN_INSTALLATION)),
    )


def fields_of(shape: Any) -> str:
    """The names of a message's fields."""
    described = TypeAdapter(shape).json_schema()
    if "$ref" in described:
        described = described["$defs"][described["$ref"].rpartition("/")[2]]
    return ", ".join(described.get("properties", ())) or "–"


def messages_page() -> str:
    """Every namespace, and every message that the server or a page sends."""
    said = docstrings_below(messages)
    names = {
        value: name for name, value in vars(messages).items() if name.isupper() and isinstance(value, str)
    }
    spaces = ((f"`{space}`", cell(said.get(names[space]), space)) for space in messages.NAMESPACES)
    sent = (
        (f"`{name}`", cell(said.get(names[name]), name), fields_of(shape)) for name, shape in SENT.items()
    )
    taken = ((f"`{name}`", cell(shape.__doc__, name), fields_of(shape)) for name, shape in TAKEN.items())
    return page(
        "Live messages",
        text_in(messages.__doc__, "messages"),
        table("namespace | who", spaces),
        "## The server sends",
        table("message | to whom, what, when | fields", sent),
        "## Pages send",
        table("message | what, when | fields", taken),
    )


def measures_page() -> str:
    """Every measure that Prometheus may read."""
    rows = (
        (f"`{name}`", kind, ", ".join(labels) or "–", cell(said, name))
        for name, kind, labels, said in measures.declared()
    )
    return page(
        "Measures", text_in(measures.__doc__, "measures"), table("measure | kind | labels | what", rows)
    )


def pages() -> dict[str, str]:
    """The pages of reference by their names in `docs`."""
    return {
        "settings": settings_page(),
        "commands": commands_page(),
        "facts": facts_page(),
        "messages": messages_page(),
        "measures": measures_page(),
        "rules/transitions": transitions_page(),
        "manuels/agent": manual_page("manuels/agent", "fr", "et leurs touches", usual_keys()),
        "manuels/flux": flows_page(),
        "manuals/agent": manual_page("manuals/agent", "en", "and their keys", usual_keys()),
    }


if __name__ == "__main__":
    for name, written in pages().items():
        (DOCS / f"{name}.md").write_text(written, encoding="utf-8")
