"""Compares the live messages of a page with their models, both those it gets and those it sends."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from playwright.sync_api import Page, WebSocket
from pydantic import TypeAdapter, ValidationError

from server.live.message_types import SENT, TAKEN
from server.web.api.shapes.answers import EXACT

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
