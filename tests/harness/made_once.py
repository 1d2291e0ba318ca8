"""Each test of the API makes an application; the parts that depend on the code alone are made once here."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask_openapi3 import utils
from werkzeug.routing import Rule

from server import app
from server.language import Catalogues

Builder = Callable[..., tuple[str, str]]


def make_once() -> None:
    """What a model looks like to OpenAPI, every catalogue, and what makes an address of each rule."""
    utils.get_model_schema = cache(utils.get_model_schema)
    vars(app)["Catalogues"] = cache(Catalogues)
    made: dict[Any, Builder] = {}
    make: Callable[[Rule, bool], Builder] = Rule._compile_builder

    def builder(rule: Rule, append_unknown: bool = True) -> Builder:
        # the result depends on nothing else of a rule
        key = tuple(rule._trace), tuple((rule.defaults or {}).items()), append_unknown
        if key not in made:
            made[key] = make(rule, append_unknown)
        return made[key]

    Rule._compile_builder = builder  # type: ignore[method-assign, assignment]
