"""Places and changes of documents in words: « Démarches › « Titres » › Nom › français »."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import takewhile
from typing import Any, TypeGuard

from pydantic import BaseModel

from server.documents.content import KEYS, DocumentChange, JsonValue, items_by_key, key_of
from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument
from server.documents.problems import DocumentProblem
from server.domain.languages import FRENCH
from server.language import Translate, day_text, decimal_text, locale_of

type Schema = Mapping[str, Any]

STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
"""A step of a path: an item of a list, or a name."""
_MODELS: tuple[type[BaseModel], ...] = (HallDocument, InstallationDocument)


@cache
def fields() -> frozenset[str]:
    """The names of the fields of both documents."""
    return frozenset(name for name, _ in _properties())


@cache
def choices() -> Mapping[str, frozenset[str]]:
    """What a field may be, where that is one of a few."""
    found: dict[str, frozenset[str]] = {}
    for name, schema in _properties():
        offered = frozenset(_offered(schema))
        if offered:
            found[name] = found.get(name, frozenset()) | offered
    return found


@cache
def schema_at(path: str) -> Schema:
    """The JSON schema of the value at a path like `kiosks[guise-b].services`; empty for an unknown place.

    A value of several types has the schemas of all of them, one over the other.
    """
    for whole in _schemas():
        found: Schema = whole
        for item, name in STEP.findall(path):
            properties = found.get("properties", {})
            inner = (
                found.get("items", {}) if item else properties.get(name, found.get("additionalProperties"))
            )
            found = _resolved(inner, whole) if isinstance(inner, Mapping) else {}
        if found:
            return found
    return {}


def meaning_when_empty(path: str) -> str | None:
    """What an empty list at a path means (`closed`); None where it means nothing of its own."""
    meaning = schema_at(path).get("when_empty")
    return None if meaning is None else str(meaning)


def _resolved(schema: Schema, whole: Schema) -> Schema:
    """A schema with what it refers to, and with each of the types it may have."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found = {**whole.get("$defs", {}).get(name, {}), **schema}
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found = {**_resolved(each, whole), **found}
    return found


@cache
def _schemas() -> tuple[Schema, ...]:
    return tuple(model.model_json_schema() for model in _MODELS)


def _properties() -> Iterator[tuple[str, Schema]]:
    for whole in _schemas():
        parts = whole.get("$defs", {})
        for part in (whole, *parts.values()):
            for name, schema in part.get("properties", {}).items():
                for each in (schema, *schema.get("anyOf", ()), schema.get("items", {})):
                    yield name, parts.get(each.get("$ref", "").rpartition("/")[2], each)


def _offered(schema: Schema) -> Iterator[str]:
    yield from (str(each) for each in schema.get("enum", ()))
    if "const" in schema:
        yield str(schema["const"])


CATALOGUE = "document_words."
LONGEST = 120
"""Characters of a text inside a sentence."""
EMPTY: tuple[JsonValue, ...] = (None, "", [], {})

_NAMES = ("names", "labels", "titles", "label", "name", "why", "id", "slug", "on")
"""What an item is called by, the first that it has."""
_UNITS = {"_cm": "cm", "_m": "m", "_px": "px", "_percent": "%", "percent": "%"}


class Words:
    """The words of documents in one language of the interface."""

    def __init__(self, translate: Translate, language: str) -> None:
        self.language = language
        self._translate = translate

    def say(self, key: str, /, **values: Any) -> str:
        """A sentence of a catalogue in this language."""
        return str(self._translate(key, self.language, **values))

    def of_problem(self, problem: DocumentProblem) -> str:
        """The sentence of a document's error in this language."""
        return problem.sentence(self._translate, self.language)

    def place(self, path: str, *contents: Mapping[str, Any]) -> str:
        """The name of a path's place; list items get the name of the first content that has them.

        Items are told by their id (`services[laon-titres]`) or by their place (`services[2]`).
        """
        steps = tuple(self._steps(path, contents))
        return " › ".join(steps) if steps else self._say("whole")

    def sentence(self, change: DocumentChange, *contents: Mapping[str, Any]) -> str:
        """What a change does, with what identifies the changed thing and what it does from now on.

        `contents`: the document before it, and after it.
        """
        kind, before, after = _wording_of(change, _names_of(contents))
        names = contents if change.kind == "removed" else tuple(reversed(contents))
        before, after = _from_where_they_differ(before, after)
        if kind in ("added", "removed") and self.value(change.path, before or after, *names):
            kind += "_value"
        return self._say(
            f"change.{kind}",
            place=self.place(change.path, *names),
            before=self.value(change.path, before, *names),
            after=self.value(change.path, after, *names),
        )

    def value(self, path: str, value: Any, *contents: Mapping[str, Any]) -> str:
        """A value at a path; ids by the names `place` says, an item by what it says beside its name."""
        names = _names_of(contents)
        if not isinstance(value, Mapping) or not path.endswith("]"):
            return self._value(path, value, names)
        return self._parts(path, value, names)

    def field(self, name: str) -> str:
        """What a field of a document is called."""
        return self._say(f"field.{name}") if name in fields() else name

    def _value(self, path: str, value: Any, names: Mapping[str, str]) -> str:
        field = _field_of(path)
        if value in EMPTY:
            return self._say(f"value.{meaning_when_empty(path) or 'nothing'}")
        match value:
            case bool():
                return self._say("value.yes" if value else "value.no")
            case int() | float():
                return self._number(field, value)
            case str():
                return self._text(field, value, names)
            case list():
                return ", ".join(self._listed(f"{path}[{at}]", each, names) for at, each in enumerate(value))
        if isinstance(value.get(FRENCH), str):
            return self._text(field, value[FRENCH], names)
        name, parts = self._called(value), self._parts(path, value, names)
        return f"{name} ({parts})" if name and parts else name or parts

    def _parts(self, path: str, value: Mapping[str, Any], names: Mapping[str, str]) -> str:
        """What an item or a part says of itself, without its name."""
        named_by = next((each for each in _NAMES if value.get(each)), None)
        hidden = {*(KEYS if key_of(value) else ()), named_by}
        said = [name for name in value if name not in hidden and _acts(f"{path}.{name}", value[name])]
        return ", ".join(self._part(f"{path}.{name}", value[name], names) for name in said)

    def _part(self, path: str, value: Any, names: Mapping[str, str]) -> str:
        text = self._value(path, value, names)
        is_part = isinstance(value, Mapping) and not isinstance(value.get(FRENCH), str)
        return f"{self._name(_field_of(path))} {f'({text})' if is_part else text}"

    def _number(self, field: str, value: float) -> str:
        if field.endswith("_s"):
            unit = "minutes" if value and value % 60 == 0 else "seconds"
            return self._say(f"value.{unit}", number=int(value) // 60 if unit == "minutes" else value)
        unit = next((name for ending, name in _UNITS.items() if field.endswith(ending)), "")
        text = decimal_text(value, self.language)
        return f"{text}\u00a0{unit}" if unit else text

    def _text(self, field: str, value: str, names: Mapping[str, str]) -> str:
        if value in choices().get(field, ()):
            return self._say(f"choice.{field}.{value}")
        text = names.get(value) or value
        short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        return self._day(value) or self._say("value.quoted", text=short)

    def _day(self, text: str) -> str:
        """A date in words; empty for any other text."""
        try:
            return day_text(date.fromisoformat(text), self.language)
        except ValueError:
            return ""

    def _listed(self, path: str, value: Any, names: Mapping[str, str]) -> str:
        """An item of a list: texts that are neither an id nor a choice stand as they are."""
        offered = choices().get(_field_of(path), frozenset())
        if isinstance(value, str) and value not in offered and not names.get(value):
            return value
        return self._value(path, value, names)

    def _called(self, item: Mapping[str, Any]) -> str:
        """What identifies an item for people: its day where it is of a day, and its name."""
        day, name = self._day(key_of(item)), name_of_item(item)
        quoted = self._say("value.quoted", text=name) if name and name != key_of(item) else ""
        if not day and name:
            return self._say("value.quoted", text=name)
        return ", ".join(each for each in (day, quoted) if each)

    def _steps(self, path: str, contents: Sequence[Any]) -> Iterator[str]:
        here = list(contents)
        for item, name in STEP.findall(path):
            if name:
                yield self._name(name)
                here = [each.get(name) if isinstance(each, Mapping) else None for each in here]
            else:
                here = [_item(each, item) for each in here]
                found = next((self._called(each) for each in here if isinstance(each, Mapping)), "")
                yield found or self._day(item) or self._say("value.quoted", text=item)

    def _name(self, name: str) -> str:
        if name in fields():
            return self.field(name)
        return str(locale_of(self.language).languages.get(name, name))

    def _say(self, key: str, **values: Any) -> str:
        return self.say(CATALOGUE + key, **values)


def _wording_of(change: DocumentChange, names: Collection[str]) -> tuple[str, Any, Any]:
    """The key of a change's sentence, and its values; for two lists of ids, their difference."""
    before, after = change.before, change.after
    if change.kind == "changed" and _are_ids(before, names) and _are_ids(after, names):
        fewer = [each for each in before if each not in after]
        more = [each for each in after if each not in before]
        if fewer or more:
            return ("changed_list" if fewer and more else "more" if more else "fewer"), fewer, more
    if change.kind in ("added", "removed") and not change.path.endswith("]"):
        return ("changed" if meaning_when_empty(change.path) else f"{change.kind}_value"), before, after
    return change.kind, before, after


def _names_of(contents: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """What items of documents are called, by their ids; as in the first document that has them."""
    lists = [value for content in contents for value in content.values() if isinstance(value, list)]
    items = [item for listed in lists for item in listed if isinstance(item, Mapping)]
    return {
        item["id"]: name_of_item(item) or "" for item in reversed(items) if isinstance(item.get("id"), str)
    }


def _are_ids(value: object, names: Collection[str]) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(x, str) and x in names for x in value)


def name_of_item(item: Mapping[str, Any]) -> str | None:
    """What an item of a document is called, in French; None for what has no name."""
    for name in _NAMES:
        value = item.get(name)
        if isinstance(value, Mapping):
            value = value.get(FRENCH)
        if isinstance(value, str) and value:
            return value
    return None


def _item(content: Any, item: str) -> Any:
    items = items_by_key(content) or {}
    if item in items:
        return items[item]
    if isinstance(content, list) and item.isdecimal() and int(item) < len(content):
        return content[int(item)]
    return None


def _from_where_they_differ(before: Any, after: Any) -> tuple[Any, Any]:
    """Two texts too long for a sentence from shortly before their first difference; others as they are."""
    if not isinstance(before, str) or not isinstance(after, str) or max(len(before), len(after)) <= LONGEST:
        return before, after
    same = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    start = sum(1 for _ in same) - LONGEST // 4
    return (f"…{before[start:]}", f"…{after[start:]}") if start > 0 else (before, after)


def _field_of(path: str) -> str:
    """The field whose value, or whose item, is at a path."""
    return next((name for _, name in reversed(STEP.findall(path)) if name), "")


def _acts(path: str, value: Any) -> bool:
    """Whether a field of an item is part of what it does.

    Days, hours, numbers and names do something; a switch or a choice does where it is not at its default,
    an empty value where emptiness has a meaning.
    """
    if value in EMPTY:
        return meaning_when_empty(path) is not None
    if isinstance(value, bool) or (isinstance(value, str) and value in choices().get(_field_of(path), ())):
        return bool(value != schema_at(path).get("default", False))
    return True
