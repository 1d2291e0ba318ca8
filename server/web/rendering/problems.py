"""Refusals in an answer: problem documents (RFC 9457), sentences beside the fields of a form; forms."""

import uuid
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any, get_type_hints

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

from server.documents.problems import DocumentRefused
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.typed_fields import longest_of
from server.ids import new_id
from server.store.engine.writes import WriteKey
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


_OF_FORMS = uuid.UUID("3b1f6a9e-6c0e-4a53-9a55-1f0c3f2f5d0e")
TICKED = "yes"
"""The value of a box that is ticked."""


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


def form_id() -> str:
    """The id of what the sent form adds: the same for the same form, new where it names none.

    The name is not the id: anybody can write another one into a form.
    """
    named = request.form.get("formulaire", "")
    return id_of_form(named) if named else new_id()


def id_of_form(named: str) -> str:
    """The id of what a form of this name adds."""
    return str(uuid.uuid5(_OF_FORMS, named))


def press_key(author: Author, typed: object) -> WriteKey:
    """The key of a press, equal for two equal presses: the author, and the form with its typed values."""
    content = repr(typed).encode()
    return WriteKey.of_author(author, sha256(content).hexdigest(), content)


def read_form[T](typed: type[T], sent: Mapping[str, str], **given: object) -> T:
    """The fields of a dataclass from a form; `given`: those that the form does not say.

    Where a text is too long, one letter more than allowed is read, so that it is refused. A field that is
    neither a text nor a box keeps its default.
    """
    values: dict[str, Any] = dict(given)
    longest = longest_of(typed)
    for name, kind in get_type_hints(typed).items():
        if name in values:
            continue
        if kind is bool:
            values[name] = sent.get(name) == TICKED
        elif kind is str:
            values[name] = sent.get(name, "")[: longest[name] + 1 if name in longest else None]
    return typed(**values)


def typed_lines(sent: Mapping[str, str], *names: str) -> list[str]:
    """Fields each on one line; missing ones are empty, a far too long text is cut."""
    return [" ".join(sent.get(name, "")[:200].split()) for name in names]


def typed_day(text: str, unread: date = date.min) -> date:
    """The typed day; one that cannot be read is out of bounds, and refused as such."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return unread
