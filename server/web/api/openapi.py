"""The API’s description: types of answers, who may call, headers of writes.

Answers are the typed dictionaries of use cases. Nothing is built of them before somebody asks for it.
"""

import ast
import inspect
import re
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from functools import cache, wraps
from itertools import pairwise
from textwrap import dedent
from types import get_original_bases
from typing import Any, TypeAliasType, get_args, get_origin, get_type_hints, is_typeddict

from flask import Flask
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import OPENAPI3_REF_TEMPLATE
from flask_openapi3.models.tag import Tag
from flask_openapi3.types import ParametersTuple, ResponseDict
from pydantic import BaseModel, ConfigDict, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core.core_schema import TypedDictSchema

from server.domain.people.roles import Permission
from server.web.access.callers import CALLER_HEADER, require_caller
from server.web.access.cookies import DEVICE_COOKIE, PREFIX, SESSION_COOKIE
from server.web.access.requirements import Access, declare
from server.web.api.services import HallCall
from server.web.api.shapes import RequestShape, Slug

REFUSED: dict[Any, Any] = {status: {} for status in (400, 401, 403, 404, 409, 422, 429, 503)}
"""What any call may answer instead; `server.web.api.openapi` says what such an answer holds."""
EXACT = ConfigDict(extra="forbid")
"""Of answers and messages: these fields and no other."""
_ANSWER = "answer"
type Who = Permission | Access

_BY_HTTPS = f" By https its name begins with `{PREFIX}`."
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A device's token or an API key."},
    "device": {
        "type": "apiKey",
        "in": "cookie",
        "name": DEVICE_COOKIE,
        "description": f"A device's; with `{CALLER_HEADER}: device` also where a person has signed in."
        f"{_BY_HTTPS}",
    },
    "person": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": f"A signed-in session; writes also carry X-CSRFToken.{_BY_HTTPS}",
    },
}
API = "/api/v1/"
OPEN = (f"{API}tickets/{{token}}", "/health/", "/device/pairing", "/device/session")
"""Addresses that need no caller: of a visitor's token, of health, of devices without a cookie."""
DEVICE = "/device/"
"""Addresses of a device about itself; the cookie that names it does not name a person."""
NO_PROBLEM = ("/health/ready", "503")
"""An answer above 400 that is no problem document."""
LONG_ADDRESS = {"description": "URI Too Long: an address of more than 8 kB; the answer is empty"}
"""What the HTTP server answers to any operation before the application reads it."""
_FILE = {"type": "string", "format": "binary"}
_TEXT = {"type": "string"}
_PIXELS = {"type": "integer", "minimum": 0}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


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

    def get[View: Callable[..., Any]](self, rule: str, *who: Who, **options: Any) -> Callable[[View], View]:
        """A route that says who may call it: see `declare`; so the other methods.

        A view takes parts of the path by their names; `at: HallCall` is the call, allowed in the hall
        there.
        """
        return _declared(super().get, rule, who, options)

    def post[View: Callable[..., Any]](self, rule: str, *who: Who, **options: Any) -> Callable[[View], View]:
        return _declared(super().post, rule, who, options)

    def put[View: Callable[..., Any]](self, rule: str, *who: Who, **options: Any) -> Callable[[View], View]:
        return _declared(super().put, rule, who, options)

    def patch[View: Callable[..., Any]](self, rule: str, *who: Who, **options: Any) -> Callable[[View], View]:
        return _declared(super().patch, rule, who, options)

    def delete[View: Callable[..., Any]](
        self, rule: str, *who: Who, **options: Any
    ) -> Callable[[View], View]:
        return _declared(super().delete, rule, who, options)

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


def _declared(
    add: Callable[..., Any], rule: str, who: Collection[Who], options: dict[str, Any]
) -> Callable[..., Any]:
    """A route whose view takes parts of its path by their names, and `at`: the call, allowed in the hall."""
    register = declare(add, rule, who, options)
    parts = re.findall(r"<(\w+)>", rule)
    permission = next((each for each in who if isinstance(each, Permission)), None)

    def declared(view: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(view, include_extras=True)

        @wraps(view)
        def with_path(path: Any, **given: Any) -> Any:
            if "at" in hints and permission is not None:
                given["at"] = HallCall(*require_caller(permission, path.hall))
            return view(**{name: getattr(path, name) for name in parts if name in hints}, **given)

        if not parts:
            return register(view)
        read = _path(tuple((name, hints.get(name, str)) for name in parts))
        others = {name: kind for name, kind in hints.items() if name not in (*parts, "at")}
        with_path.__annotations__ = {**others, "path": read}
        return register(with_path)

    return declared


@cache
def _path(parts: tuple[tuple[str, Any], ...]) -> type[RequestShape]:
    """How the parts of a path are read: as ids, unless the view says otherwise."""
    fields: dict[str, Any] = {name: (kind, Slug if kind is str else ...) for name, kind in parts}
    return create_model("Path", __base__=RequestShape, **fields)


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


class Problem(BaseModel):
    """A problem document (RFC 9457) with a stable code; further fields are the values of its refusal."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str


def _json_object(*required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"application/json": {"schema": schema}}


BODIES = {
    ("/device/session", "post"): _json_object("token", token=_TEXT),
    ("/device/renewal", "post"): _json_object("told", told=_TEXT),
    ("/device/pairing", "post"): _json_object(width_px=_PIXELS, height_px=_PIXELS),
    ("/api/v1/media/{medium}/captions/{language}", "put"): {"text/vtt": {"schema": _TEXT}},
    ("/api/v1/media", "post"): {
        "application/octet-stream": {"schema": _FILE},
        "multipart/form-data": {
            "schema": {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}
        },
    },
}
"""Bodies that no shape describes: files as they are, and what devices send about themselves."""


def _header(name: str, description: str, *, longest: int, pattern: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": longest, "pattern": pattern}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


_IDEMPOTENCY = _header(
    "Idempotency-Key",
    "Kept 24 h per author: the same key and body get the same answer, another body 422.",
    longest=200,
    pattern="^[A-Za-z0-9._:-]+$",
)
_SESSION = _header(
    "X-Counter-Session",
    "The counter session the console holds; one that is not held any more is refused.",
    longest=64,
    pattern="^[A-Za-z0-9-]+$",
)
_PLACE = _header(
    "X-Counter",
    "From which counter of its session a gesture is made on a leg that is at none; else from the first.",
    longest=64,
    pattern="^[A-Za-z0-9-]+$",
)


def complete_document(document: dict[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The OpenAPI document of the routes with their answers (types by name), security, headers of writes,
    problems as they are sent.
    """
    whole = deepcopy(document)
    whole["components"]["schemas"] |= schemas_of(answers)
    whole["components"]["securitySchemes"] = SCHEMES
    whole["components"]["schemas"]["Problem"] = Problem.model_json_schema(mode="serialization")
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return whole


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    if (path, method) in BODIES:
        operation["requestBody"] = {"required": True, "content": BODIES[path, method]}
    callers = () if path.startswith(OPEN) else ("device",) if path.startswith(DEVICE) else SCHEMES
    operation["security"] = [{name: []} for name in callers]
    if method != "get":
        headers = [_IDEMPOTENCY] if path.startswith(API) else []
        if path.startswith(("/api/v1/counters/", "/api/v1/legs/")):
            headers.append(_SESSION)
        if path.startswith("/api/v1/legs/"):
            headers.append(_PLACE)
        operation.setdefault("parameters", []).extend(headers)
        operation["responses"]["413"] = {"description": "Content Too Large"}
    for status, answer in operation["responses"].items():
        if int(status) >= 400 and (path, status) != NO_PROBLEM:
            answer["content"] = _PROBLEM
    operation["responses"]["414"] = LONG_ADDRESS
