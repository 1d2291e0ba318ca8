"""Describes answers: the typed dictionaries of use cases, as components of the OpenAPI document.

Nothing is built of them before somebody asks for the document.
"""

import ast
import inspect
from collections.abc import Callable, Mapping
from itertools import pairwise
from textwrap import dedent
from types import get_original_bases
from typing import Any, TypeAliasType, get_args, get_origin, get_type_hints, is_typeddict

from flask import Flask
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import OPENAPI3_REF_TEMPLATE
from flask_openapi3.models.tag import Tag
from flask_openapi3.types import ParametersTuple, ResponseDict
from pydantic import ConfigDict, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core.core_schema import TypedDictSchema

REFUSED: dict[Any, Any] = {status: {} for status in (400, 401, 403, 404, 409, 422, 429, 503)}
"""What any call may answer instead; `server.web.api.openapi` says what such an answer holds."""
EXACT = ConfigDict(extra="forbid")
"""Of answers and messages: these fields and no other."""
_ANSWER = "answer"


def answering(kind: object) -> dict[str, Any]:
    """An answer for `responses`, where the view's own type does not say it: one typed dictionary, or a union
    of some with a name.
    """
    return {_ANSWER: kind}


class ApiRoutes(APIBlueprint):
    """The routes of a subject. The type of a view is that of its answer: `Answer`, or with another status
    than 200 `tuple[Answer, Literal[201]]`.
    """

    def __init__(self, name: str, *, prefix: str | None = "/api/v1", tag: str = "", **more: Any) -> None:
        tags = [Tag(name=tag or name)]
        super().__init__(name, __name__, url_prefix=prefix, abp_tags=tags, abp_responses=REFUSED, **more)
        self.answers: dict[str, Any] = {}
        """The types of the answers, by name."""

    def _collect_openapi_info(
        self, rule: str, func: Callable[..., Any], *, responses: ResponseDict | None = None, **more: Any
    ) -> ParametersTuple:
        answers: Mapping[Any, Any] = _answers_of(func) if responses is None else responses
        described = {status: self._described(each) for status, each in answers.items()}
        return super()._collect_openapi_info(rule, func, responses=described, **more)

    def _described(self, response: Any) -> Any:
        """A response as flask-openapi3 takes it: an answer by its name."""
        if not isinstance(response, dict) or _ANSWER not in response:
            return response
        kind = response[_ANSWER]
        self.answers[kind.__name__] = kind
        reference = OPENAPI3_REF_TEMPLATE.format(model=kind.__name__)
        return {"content": {"application/json": {"schema": {"$ref": reference}}}}


def answers_of(app: Flask) -> dict[str, Any]:
    """The types of all answers of an application's API, by name."""
    routes = (each for each in app.blueprints.values() if isinstance(each, ApiRoutes))
    return {name: kind for each in routes for name, kind in each.answers.items()}


def _answers_of(view: Callable[..., Any]) -> dict[int, Any]:
    """What a view answers by status, from its type."""
    kind = get_type_hints(view).get("return")
    statuses: tuple[int, ...] = (200,)
    if get_origin(kind) is tuple:
        kind, status = get_args(kind)
        statuses = get_args(status)
    return dict.fromkeys(statuses, answering(kind)) if _is_answer(kind) else {}


def _is_answer(kind: object) -> bool:
    return is_typeddict(kind) or isinstance(kind, TypeAliasType)


class AnswerSchemas(GenerateJsonSchema):
    """JSON Schema of answers: the text under a field is its description, also where it is inherited."""

    def typed_dict_schema(self, schema: TypedDictSchema) -> JsonSchemaValue:
        described = super().typed_dict_schema(schema)
        for name, text in _texts_under_fields(schema["cls"]).items():
            described["properties"][name].setdefault("description", text)
        return described


def _texts_under_fields(kind: type) -> dict[str, str]:
    """The texts under the fields of a typed dictionary and of those it is made of."""
    found: dict[str, str] = {}
    for base in get_original_bases(kind):
        if is_typeddict(base):
            found |= _texts_under_fields(base)
    try:
        [definition] = ast.parse(dedent(inspect.getsource(kind))).body
    except (OSError, TypeError):  # one without a body: its fields are words of Python
        return found
    for field, text in pairwise(getattr(definition, "body", [])):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            found[ast.unparse(field.target)] = inspect.cleandoc(ast.literal_eval(text.value))
    return found


def schemas_of(
    kinds: Mapping[str, Any], template: str = OPENAPI3_REF_TEMPLATE, mode: JsonSchemaMode = "serialization"
) -> dict[str, Any]:
    """The JSON Schema of each type, by its name, and of those that they name.

    Raises ValueError where two have one name.
    """
    fields: dict[str, Any] = {name: (kind, ...) for name, kind in kinds.items()}
    whole = create_model("Answers", __config__=EXACT, **fields)
    found: dict[str, Any] = whole.model_json_schema(
        ref_template=template, schema_generator=AnswerSchemas, mode=mode
    )["$defs"]
    if strange := [name for name in found if "__" in name]:
        raise ValueError(f"two answers have one name: {strange}")
    return found
