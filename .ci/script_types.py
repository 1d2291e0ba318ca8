"""Describes what the server sends and takes, for the types of scripts.

    python .ci/script_types.py

Writes var/types/api.schema.json: one JSON schema with each shape of `server.web.api.shapes` (requests and
live messages), `server.web.api.responses` and `server.web.api.incidents`. `make types` makes
var/types/api.d.ts of it. A field with a default may be left out, in requests as in answers: that is how the
server sends them.
"""

import importlib
import json
import pkgutil
from inspect import isclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.web.api import incidents, responses, shapes
from server.web.api.shapes.messages import SENT, TAKEN

SCHEMA = Path(__file__).parents[1] / "var" / "types" / "api.schema.json"
REFERENCE = "#/definitions/{model}"


def all_shapes() -> list[type[BaseModel]]:
    """Every shape of the API, by name. Raises ValueError if two have one name."""
    found: dict[str, type[BaseModel]] = {}
    for package in (shapes, responses, incidents):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(module.name)).values():
                if isclass(value) and issubclass(value, BaseModel) and value.__module__ == module.name:
                    if value.__name__ in found:
                        raise ValueError(f"two shapes are named {value.__name__}")
                    found[value.__name__] = value
    return list(found.values())


def schema() -> dict[str, Any]:
    """One schema with a definition for each shape, and `Sent` and `Taken`: live messages by name."""
    _, described = models_json_schema(
        [(shape, "validation") for shape in all_shapes()], ref_template=REFERENCE
    )
    definitions = {name: _without_titles(each) for name, each in described["$defs"].items()}
    definitions["Sent"] = _by_name(SENT)
    definitions["Taken"] = _by_name(TAKEN)
    return {"title": "Shapes", "type": "object", "definitions": definitions}


def _by_name(messages: Any) -> dict[str, Any]:
    references = {name: {"$ref": REFERENCE.format(model=shape.__name__)} for name, shape in messages.items()}
    return {"type": "object", "properties": references, "required": list(references)}


def _without_titles(schema: Any) -> Any:
    """A schema without the titles that pydantic gives to fields: each would become a type of its own."""
    if isinstance(schema, list):
        return [_without_titles(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_titles(value) for key, value in schema.items() if key != "properties"}
    if isinstance(kept.get("title"), str):
        del kept["title"]
    if "properties" in schema:
        kept["properties"] = {name: _without_titles(value) for name, value in schema["properties"].items()}
    return kept


if __name__ == "__main__":
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA.write_text(json.dumps(schema(), ensure_ascii=False, indent=1), encoding="utf-8")
