"""Tests make many applications; the parts that depend on the code alone are made once here."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask_openapi3 import blueprint, utils
from flask_openapi3.models.operation import Operation
from pydantic import BaseModel
from werkzeug.routing import Rule

from server import app
from server.language import Catalogues
from server.web.rendering.static_release import static_release

Builder = Callable[..., tuple[str, str]]


def _responses_made_once(make: Callable[..., None]) -> Callable[..., None]:
    """`make` describes the answers of an operation: what it adds depends on their models alone."""
    made: dict[Any, tuple[Any, dict[str, Any]]] = {}

    def describe(responses: dict[str, Any], schemas: dict[str, Any], operation: Operation) -> None:
        key = tuple((status, repr(given)) for status, given in responses.items())
        if key not in made:
            first, added = Operation(), dict[str, Any]()
            make(responses, added, first)
            made[key] = first.responses, added
        operation.responses, added = made[key]
        schemas.update(added)

    return describe


def make_once() -> None:
    """What parameters and answers are in OpenAPI, every catalogue, what makes an address of each rule."""
    utils.get_model_schema = cache(utils.get_model_schema)
    for name in ("parse_path", "parse_query", "parse_form", "parse_body"):
        vars(utils)[name] = cache(vars(utils)[name])
    vars(app)["Catalogues"] = cache(Catalogues)
    vars(blueprint)["get_responses"] = _responses_made_once(utils.get_responses)
    made: dict[Any, Builder] = {}
    make: Callable[[Rule, bool], Builder] = Rule._compile_builder

    def builder(rule: Rule, append_unknown: bool = True) -> Builder:
        # the result depends on nothing else of a rule
        key = tuple(rule._trace), tuple((rule.defaults or {}).items()), append_unknown
        if key not in made:
            made[key] = make(rule, append_unknown)
        return made[key]

    Rule._compile_builder = builder  # type: ignore[method-assign, assignment]


def make_for_forks() -> None:
    """Makes what the first application of a process would make: forks of this one find it."""
    vars(app)["Catalogues"](app.CATALOGUES)
    static_release()
    found: list[type[BaseModel]] = [BaseModel]
    for model in found:
        found += model.__subclasses__()
        if model.__module__.startswith("server.web.api."):
            utils.get_model_schema(model)
            utils.get_model_schema(model, mode="serialization")
