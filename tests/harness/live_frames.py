"""Compares the live messages of a page with their models, both those it gets and those it sends."""

import json
import re
from collections.abc import Iterator, Mapping

from playwright.sync_api import Page, WebSocket
from pydantic import BaseModel, ValidationError

from server.web.api.shapes.messages import SENT, TAKEN

EVENT = re.compile(r"42(?:/[^,]*,)?\d*(\[.*)", re.DOTALL)
"""An event of Socket.IO as it travels: its namespace, the id of its answer, its name and its message."""


def faults_of_frame(frame: str | bytes, models: Mapping[str, type[BaseModel]]) -> Iterator[str]:
    """What is wrong with the message of a frame; nothing for a frame that holds none."""
    event = EVENT.fullmatch(frame) if isinstance(frame, str) else None
    if event is None:
        return
    name, *messages = json.loads(event[1])
    if name not in models:
        yield f"{name}: this message has no model"
        return
    for message in messages:
        try:
            models[name].model_validate(message)
        except ValidationError as error:
            for each in error.errors():
                yield f"{name}: {'.'.join(map(str, each['loc']))}: {each['msg']}"


def compare_messages(page: Page, troubles: list[str]) -> None:
    """From now on, faults of messages of a page's sockets are added to `troubles`."""

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: troubles.extend(faults_of_frame(frame, SENT)))
        socket.on("framesent", lambda frame: troubles.extend(faults_of_frame(frame, TAKEN)))

    page.on("websocket", opened)
