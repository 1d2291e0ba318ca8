"""Describes what the server sends and takes, for the types of scripts.

    python .ci/script_types.py

Writes var/types/api.schema.json: one JSON schema with each request of `server.web.api`, each answer
of the API and each live message. `make types` makes var/types/api.d.ts of it. A field with a default may be
left out, in requests as in answers: that is how the server sends them.
"""

import importlib
import json
import pkgutil
from inspect import isclass
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel

from server.app.api_routes import install_api
from server.live.message_types import SENT, TAKEN
from server.web import api
from server.web.api.openapi import Problem, answers_of, schemas_of
from server.web.assets_and_health import health_blueprint

SCHEMA = Path(__file__).parents[1] / "var" / "types" / "api.schema.json"
REFERENCE = "#/definitions/{model}"


def all_shapes() -> dict[str, Any]:
    """Every request, answer and message, by the name of its type. Raises ValueError if two have one name."""
    found = answers() | {each.__name__: each for each in (Problem, *SENT.values(), *TAKEN.values())}
    modules = [
        importlib.import_module(each.name) for each in pkgutil.iter_modules(api.__path__, f"{api.__name__}.")
    ]
    for module in modules:
        models = (each for each in vars(module).values() if isclass(each) and issubclass(each, BaseModel))
        for model in models:
            if model.__module__ == module.__name__ and found.setdefault(model.__name__, model) is not model:
                raise ValueError(f"two shapes are named {model.__name__}")
    return found


def answers() -> dict[str, Any]:
    """The types of the API's answers. This lists the routes; nothing serves them."""
    app = OpenAPI("scripts")
    parts = MagicMock(app=app)
    parts.context.limiter.limit.return_value = lambda view: view
    install_api(parts, screen_release=str)
    app.register_api(health_blueprint(parts.context))
    return answers_of(app)


def schema() -> dict[str, Any]:
    """One schema with a definition for each type, and `Sent` and `Taken`: live messages by name."""
    described = schemas_of(all_shapes(), template=REFERENCE, mode="validation")
    definitions = {name: _without_titles(each) for name, each in described.items()}
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
