"""Problem documents (RFC 9457): a refusal's code, its HTTP status, and its sentence from the catalogue."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

from server.documents.problems import DocumentRefused
from server.domain.refusals import Refusal
from server.web.rendering.statuses import STATUS
from server.web.rendering.viewer import page_sentence

_HTTP_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_requests",
}


STATES_SAID = frozenset({"waiting", "called", "in_service", "parked", "ended", "paused"})
"""States that a sentence names as the reason why a gesture is refused there."""


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    if refusal.code == "unknown_service" and request.method == "POST":
        return 409
    return STATUS.get(refusal.code, 409)


def problem(code: str, status: int, sentence: str, **details: Any) -> Response:
    """A problem document: type, title, status, detail (a sentence), code, and the refusal's own values."""
    body = {
        **details,
        "type": f"urn:parvis:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": sentence,
        "code": code,
    }
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        fault = ' error="invalid_token"' if "Authorization" in request.headers else ""
        response.headers["WWW-Authenticate"] = f"Bearer{fault}"
    return response


def is_api() -> bool:
    """Whether the answer goes to a program rather than to a reader."""
    return (
        request.path.startswith(("/api/", "/device/", "/audio/", "/media/"))
        or request.accept_mimetypes.best == "application/json"
    )


def refusal_problem(refusal: Refusal) -> Response:
    """The problem document of a refusal."""
    details = _values(refusal)
    if isinstance(refusal, DocumentRefused):
        say = page_sentence()
        details["problems"] = [
            {"path": each.path, "code": each.code, "detail": each.sentence(say.translate, say.language)}
            for each in refusal.problems
        ]
    return problem(refusal.code, status_of(refusal), refusal_sentence(refusal), **details)


def refusal_sentence(refusal: Refusal) -> str:
    """What a refusal says in the page's language."""
    code, state = refusal.code, refusal.details.get("state")
    why = f".{state}" if code == "wrong_state" and state in STATES_SAID else ""
    return page_sentence()(f"refusal.{code}{why}", **_values(refusal))


def problems_of(refusal: Refusal | None, fields: Mapping[str, str] | None = None) -> dict[str, str]:
    """The sentence of a refusal by the field it is about, for `_form.html`; "" stands for the whole form.

    `fields`: by code, where refusals do not name the fields of this form. Empty without a refusal.
    """
    if refusal is None:
        return {}
    field = str(refusal.details.get("field", "")) if fields is None else fields.get(refusal.code, "")
    return {field: refusal_sentence(refusal)}


def _values(refusal: Refusal) -> dict[str, Any]:
    return {
        key: value
        for key, value in refusal.details.items()
        if isinstance(value, str | int | bool) or value is None
    }


def http_problem(error: HTTPException) -> Response:
    """The problem document of an HTTP error."""
    status = error.code or 500
    code = _HTTP_CODES.get(status, "internal" if status >= 500 else "bad_request")
    return problem(code, status, page_sentence()(f"refusal.{code}"))
