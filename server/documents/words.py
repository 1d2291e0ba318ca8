"""Places and changes of documents in words: « Démarches › « Titres » › Nom › français »."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, TypeGuard

from babel.dates import format_date
from pydantic import BaseModel

from server.documents.difference import DocumentChange, items_by_key
from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument
from server.documents.problems import DocumentProblem
from server.domain.languages import FRENCH
from server.language import Translate, locale_of

CATALOGUE = "document_words."
LONGEST = 120
"""Characters of a value inside a sentence."""

_STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_NAMES = ("names", "labels", "titles", "label", "name", "why", "id", "slug", "on")
"""What an item is called by, the first that it has."""
_NONE_IS_ALL = re.compile(r"kiosks\[[^\]]*\]\.services")
"""Lists that mean everything there is when they are empty."""
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
        """What a change does. `contents`: the document before it, and after it."""
        kind, before, after = _wording_of(change, _names_of(contents))
        names = contents if change.kind == "removed" else tuple(reversed(contents))
        return self._say(
            f"change.{kind}",
            place=self.place(change.path, *names),
            before=self.value(change.path, before, *names),
            after=self.value(change.path, after, *names),
        )

    def value(self, path: str, value: Any, *contents: Mapping[str, Any]) -> str:
        """A value at a path, short enough for a sentence; a list of ids whole, by the names `place` says."""
        if not value and _NONE_IS_ALL.fullmatch(path):
            return self._say("value.every_service")
        names = _names_of(contents)
        if _are_ids(value, names):
            return ", ".join(self._say("value.quoted", text=names[each]) for each in value)
        text = self._value(path.rpartition(".")[2], value)
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

    def field(self, name: str) -> str:
        """What a field of a document is called."""
        return self._say(f"field.{name}") if name in fields() else name

    def _value(self, field: str, value: Any) -> str:
        match value:
            case None | "" | []:
                return self._say("value.nothing")
            case bool():
                return self._say("value.yes" if value else "value.no")
            case int() | float():
                return self._number(field, value)
            case str():
                return self._text(field, value)
            case list():
                return self._list(field, value)
        name = name_of_item(value) or value.get(FRENCH)
        return str(name) if name else ", ".join(self._parts(value))

    def _parts(self, value: Mapping[str, Any]) -> Iterator[str]:
        """What a part without a name says of itself: each of its fields that has a plain value."""
        for field, each in value.items():
            if each is not None and not isinstance(each, dict | list):
                yield f"{self._name(field)} {self._value(field, each)}"

    def _number(self, field: str, value: float) -> str:
        if field.endswith("_s"):
            unit = "minutes" if value and value % 60 == 0 else "seconds"
            return self._say(f"value.{unit}", number=int(value) // 60 if unit == "minutes" else value)
        unit = next((name for ending, name in _UNITS.items() if field.endswith(ending)), "")
        return f"{value}\u00a0{unit}" if unit else str(value)

    def _text(self, field: str, value: str) -> str:
        if value in choices().get(field, ()):
            return self._say(f"choice.{field}.{value}")
        try:
            return format_date(date.fromisoformat(value), "long", locale_of(self.language))
        except ValueError:
            return self._say("value.quoted", text=value)

    def _list(self, field: str, value: Sequence[Any]) -> str:
        offered = choices().get(field, frozenset())

        def is_said(each: Any) -> bool:
            return isinstance(each, dict) or (isinstance(each, str) and each in offered)

        return ", ".join(self._value(field, each) if is_said(each) else str(each) for each in value)

    def _steps(self, path: str, contents: Sequence[Any]) -> Iterator[str]:
        here = list(contents)
        for item, name in _STEP.findall(path):
            if name:
                yield self._name(name)
                here = [each.get(name) if isinstance(each, Mapping) else None for each in here]
            else:
                here = [_item(each, item) for each in here]
                found = next((name_of_item(each) for each in here if isinstance(each, Mapping)), None)
                yield self._say("value.quoted", text=found or item)

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
        return ("changed" if _NONE_IS_ALL.fullmatch(change.path) else f"{change.kind}_value"), before, after
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


def _properties() -> Iterator[tuple[str, Mapping[str, Any]]]:
    models: tuple[type[BaseModel], ...] = (HallDocument, InstallationDocument)
    for model in models:
        whole = model.model_json_schema()
        parts = whole.get("$defs", {})
        for part in (whole, *parts.values()):
            for name, schema in part.get("properties", {}).items():
                for each in (schema, *schema.get("anyOf", ()), schema.get("items", {})):
                    yield name, parts.get(each.get("$ref", "").rpartition("/")[2], each)


def _offered(schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(each) for each in schema.get("enum", ()))
    if "const" in schema:
        yield str(schema["const"])
