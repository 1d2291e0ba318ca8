"""Compares answers of the API with the API's own description: its OpenAPI document.

An answer of the API whose status is not described, or whose body has another shape, fails the test that
receives it. A shape without further fields finds a field that its model does not have.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import brotli
import httpx
import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, WebSocket
from pydantic import TypeAdapter, ValidationError
from werkzeug.test import TestResponse

from server.live.message_types import SENT, TAKEN
from server.web.api.openapi import EXACT

DESCRIPTION = "/api/v1/openapi.json"
DESCRIBED = ("/api/v1/", "/device/", "/health/")
"""How the addresses of the description begin."""
JSON = "application/json"
PROBLEM = "application/problem+json"
NOT_OF_THE_API = frozenset({405, 500})
"""Answers of the server itself, which no route describes."""

type Read = Callable[[], dict[str, Any]]


class Description:
    """The OpenAPI document of the API, and what each of its answers must look like."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}
        # the fewer variable parts, the more exact: /alerts/end-asked before /alerts/{alert}
        paths = sorted(document["paths"], key=lambda path: (path.count("{"), path))
        self._patterns = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]

    def faults(self, method: str, address: str, status: int, mimetype: str | None, body: bytes) -> list[str]:
        """What is wrong with an answer; `address` is the path of the request. Empty for addresses of none."""
        path = next((path for pattern, path in self._patterns if pattern.fullmatch(address)), None)
        operation = self._document["paths"].get(path, {}).get(method.lower())
        if operation is None or status in NOT_OF_THE_API:
            return []
        at = f"{method} {path} {status}"
        described = operation["responses"].get(str(status))
        if described is None:
            return [f"{at}: this status is not described"]
        content = described.get("content", {})
        if mimetype not in content:
            return [f"{at}: {mimetype} is not described"] if body else []
        if mimetype not in (JSON, PROBLEM):
            return []
        validator = self._validator(content[mimetype]["schema"]["$ref"])
        found = validator.iter_errors(json.loads(body))
        return [f"{at}: {'.'.join(map(str, each.instance_path))}: {each.message[:400]}" for each in found]

    def _validator(self, reference: str) -> jsonschema_rs.Draft202012Validator:
        if reference not in self._validators:
            schema = {"$ref": reference, "components": self._document["components"]}
            self._validators[reference] = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        return self._validators[reference]


_read: list[Description] = []
"""The description, once it was read: it is the same for every application of a run."""


def description(read: Read) -> Description:
    """The description; `read` gives the document where nobody has read it yet."""
    if not _read:
        _read.append(Description(read()))
    return _read[0]


class DescribedClient(FlaskClient):
    """A browser or a program inside this process; an answer of the API that is not as described fails."""

    def open(self, *args: Any, **more: Any) -> TestResponse:
        answer = super().open(*args, **more)
        if answer.request.path.startswith(DESCRIBED) and answer.request.path != DESCRIPTION:
            body = answer.get_data() if answer.mimetype in (JSON, PROBLEM) else b""
            body = brotli.decompress(body) if answer.content_encoding == "br" else body
            method, path = answer.request.method, answer.request.path
            found = description(self._document)
            faults = found.faults(method, path, answer.status_code, answer.mimetype, body)
            assert faults == [], "\n".join(faults)
        return answer

    def _document(self) -> dict[str, Any]:
        return document_of(self.application)


def comparing(answer: httpx.Response) -> None:
    """For the hooks of a client of a served application: an answer that is not as described fails."""
    address = answer.request.url
    if not address.path.startswith(DESCRIBED) or address.path == DESCRIPTION:
        return
    mimetype = answer.headers.get("content-type", "").partition(";")[0]
    body = answer.read() if mimetype in (JSON, PROBLEM) else b""

    def read() -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(address.join(DESCRIPTION), trust_env=False).json()
        return found

    found = description(read)
    faults = found.faults(answer.request.method, address.path, answer.status_code, mimetype, body)
    assert faults == [], "\n".join(faults)


def document_of(app: Flask) -> dict[str, Any]:
    """The description that an application gives of its API."""
    found: dict[str, Any] = FlaskClient(app, app.response_class).get(DESCRIPTION).get_json()
    return found


EVENT = re.compile(r"42(?:/[^,]*,)?\d*(\[.*)", re.DOTALL)
"""An event of Socket.IO as it travels: its namespace, the id of its answer, its name and its message."""


@cache
def _checks(kind: Any) -> TypeAdapter[list[Any]]:
    # pydantic takes no configuration beside a typed dictionary alone
    return TypeAdapter(list[kind], config=EXACT)


def faults_of(kind: Any, message: Mapping[str, Any]) -> list[str]:
    """How a message or an answer differs from its type: a field too many, one too few, another value."""
    try:
        _checks(kind).validate_python([message])
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors()]
    return []


def faults_of_frame(frame: str | bytes, types: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the message of a frame; nothing for a frame that holds none."""
    event = EVENT.fullmatch(frame) if isinstance(frame, str) else None
    if event is None:
        return
    name, *messages = json.loads(event[1])
    if name not in types:
        yield f"{name}: this message has no model"
        return
    for message in messages:
        yield from (f"{name}: {fault}" for fault in faults_of(types[name], message))


def compare_messages(page: Page, troubles: list[str]) -> None:
    """From now on, faults of messages of a page's sockets are added to `troubles`."""

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: troubles.extend(faults_of_frame(frame, SENT)))
        socket.on("framesent", lambda frame: troubles.extend(faults_of_frame(frame, TAKEN)))

    page.on("websocket", opened)
