"""A setting, command, message, fact or indicator without its document fails here, and so does the reverse."""

import re
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo
from typer.main import get_command

from server.cli import cli
from server.domain.attention.attention import AttentionKind
from server.domain.facts import FactKind
from server.domain.notices.lifecycle import NOTICE_TRANSITIONS, VERB_NEEDS, NoticeState, NoticeVerb
from server.domain.people.roles import SCOPES
from server.domain.quality.indicators import INDICATORS
from server.domain.visits.transitions import TRANSITIONS, LegState, Verb
from server.live import messages
from server.settings import Settings
from tests.docs.documents import named_in, rows_of, text_of
from tests.harness.faults import assert_faultless

# --- settings -----------------------------------------------------------------------------------


def default_of(setting: FieldInfo) -> str:
    """A setting's default as the page writes it."""
    if setting.default == "":
        return "empty"
    said = str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default)
    return f"`{said}`"


def test_every_setting_is_documented_with_its_default():
    documented = named_in("settings")
    fields = {f"PARVIS_{name.upper()}": field for name, field in Settings.model_fields.items()}
    assert set(documented) == set(fields)
    for name, field in fields.items():
        _, unit, default, effect = documented[name]
        assert default == default_of(field), name
        assert unit, f"{name} has no unit"
        assert effect.endswith("."), f"{name} says no effect"
        if get_origin(field.annotation) is not None:
            assert all(f"`{choice}`" in unit for choice in get_args(field.annotation)), name


# --- commands -----------------------------------------------------------------------------------


def commands(command: Any, name: str) -> dict[str, Any]:
    """A command and all it leads to, by their whole names."""
    below = getattr(command, "commands", None)
    if below is None:
        return {name: command}
    return {
        key: found for each in below.values() for key, found in commands(each, f"{name} {each.name}").items()
    }


COMMANDS = commands(get_command(cli), "parvis")


def documented_commands() -> dict[str, str]:
    """What the page says of each command, by its whole name."""
    said = {}
    for written, row in named_in("commands").items():
        words = [word for word in written.split() if not re.fullmatch(r"[A-Z]+", word)]
        said[" ".join(words)] = " ".join(row)
    return said


def test_every_command_is_documented_and_none_else():
    assert set(documented_commands()) == set(COMMANDS)


def options_of(name: str) -> list[str]:
    return [
        option
        for parameter in COMMANDS[name].params
        if getattr(parameter, "param_type_name", "") == "option"
        for option in parameter.opts
        if option.startswith("--") and option != "--help"
    ]


def test_every_option_of_a_command_is_documented():
    said = documented_commands()
    assert_faultless(
        COMMANDS, lambda name: [option for option in options_of(name) if f"`{option}" not in said[name]]
    )


def test_every_scope_of_an_api_key_is_documented():
    options = named_in("commands")["parvis api-keys create NAME"][2].partition(", repeatable")[0]
    assert set(re.findall(r"`(\w+)`", options)) == set(SCOPES)


def test_no_option_is_documented_that_a_command_does_not_have():
    said = documented_commands()

    def unknown(name: str) -> set[str]:
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        return set(re.findall(r"--[a-z][a-z-]*", said[name])) - known

    assert_faultless(COMMANDS, unknown)


# --- messages, facts, indicators, verbs -----------------------------------------------------------


def test_every_live_message_is_documented_and_none_else():
    names = {
        value
        for name, value in vars(messages).items()
        if name.isupper() and isinstance(value, str) and not value.startswith("/")
    }
    written = {name for name in named_in("messages") if not name.startswith("/")}
    assert written == names


def test_every_namespace_is_documented():
    written = {name for name in named_in("messages") if name.startswith("/")}
    assert written == set(messages.NAMESPACES)


def test_every_fact_is_documented_and_none_else():
    assert set(named_in("facts")) == set(FactKind)


def test_every_kind_of_what_asks_for_attention_is_documented_and_none_else():
    named = [re.match(r"`(\w+)`", row[0]) for row in rows_of("rules/attention")]
    assert sorted(found[1] for found in named if found) == sorted(AttentionKind)


def test_every_indicator_has_a_heading_of_its_own():
    headings = set(re.findall(r"^### ([a-z0-9_]+)$", text_of("rules/indicators"), re.MULTILINE))
    assert headings == set(INDICATORS)


def test_the_transition_table_in_prose_is_the_one_in_code():
    documented = named_in("rules/transitions")
    assert set(documented) == set(Verb)
    for verb in Verb:
        _, before, after, _ = documented[verb]
        pairs = {(start, end) for (start, by), end in TRANSITIONS.items() if by is verb}
        named = [LegState(name) for name in re.findall(r"`([a-z_]+)`", before)]
        if before == "every state but `ended`":
            named = [state for state in LegState if state is not LegState.ENDED]
        reached = [LegState(name) for name in re.findall(r"`([a-z_]+)`", after)]
        if len(reached) == 1:  # the same from each
            reached *= len(named)
        assert set(zip(named, reached, strict=True)) == pairs, verb


def test_the_table_of_a_notice_in_prose_is_the_one_in_code():
    documented = named_in("rules/notices")
    assert set(documented) == set(NoticeVerb)
    for verb in NoticeVerb:
        _, before, after, who = documented[verb]
        pairs = {(start, end) for (start, by), end in NOTICE_TRANSITIONS.items() if by is verb}
        [reached] = re.findall(r"^`([a-z]+)`", after)
        assert {
            (NoticeState(name), NoticeState(reached)) for name in re.findall(r"`([a-z]+)`", before)
        } == pairs
        needed = {"draft": "whoever drafts", "publish": "whoever publishes"}
        by_itself = {NoticeVerb.EXPIRE: "the clock", NoticeVerb.REPLACE: "the publication of its correction"}
        assert who.startswith(by_itself.get(verb) or needed[VERB_NEEDS[verb]]), verb
