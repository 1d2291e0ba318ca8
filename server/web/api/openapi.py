"""What the code alone does not say in the API's description: who may call, and headers of writes."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pydantic import BaseModel, ConfigDict

from server.web.access.callers import CALLER_HEADER
from server.web.access.cookies import DEVICE_COOKIE, PREFIX, SESSION_COOKIE
from server.web.api.shapes.answers import schemas_of


class Problem(BaseModel):
    """A problem document (RFC 9457) with a stable code; further fields are the values of its refusal."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str


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


def _json_object(*required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"application/json": {"schema": schema}}


_TEXT = {"type": "string"}
_PIXELS = {"type": "integer", "minimum": 0}
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
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


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
