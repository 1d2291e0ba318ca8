"""What the types of both documents say of their fields: names, choices, and the schema at a path."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument

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
