"""Pictures that screens send of themselves: sent by the screen, asked for and seen by whoever supervises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import structlog
from flask import Response, request

from hardware.json_types import InstantText
from server.apart import CallApart
from server.domain.devices.device_state import is_present
from server.domain.instants import to_text
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store.devices.paired_devices import ScreenPictures
from server.store.devices.sightings import Players
from server.usecases.devices.devices import PictureTakenAnswer, keep_screen_picture
from server.web.access.callers import require_caller
from server.web.access.requirements import DEVICES, requires
from server.web.api.devices.displays import ScreenPath
from server.web.api.services import Api
from server.web.api.shapes.answers import ApiRoutes
from signage.media.images import SCREEN_PICTURE_BYTES

log = structlog.get_logger()

PICTURE: Any = {
    "description": "OK",
    "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
}


class PictureAskedAnswer(TypedDict):
    """A screen that was asked for a picture of itself: the one that is taken after `asked_at`."""

    asked_at: InstantText


@dataclass(frozen=True)
class Pictures:
    """What these views need: where pictures and devices are kept, and how a screen is asked.

    `call_apart`: decodes off the loop; `ask(hall, screen)`: tells a screen; `changed(hall)`: tells those who
    look; `slow_sent`, `slow_asked`: brakes.
    """

    files: ScreenPictures
    players: Players
    call_apart: CallApart
    ask: Callable[[str, str], None]
    changed: Callable[[str], None]
    slow_sent: Callable[[], None]
    slow_asked: Callable[[], None]


def blueprint(api: Api, pictures: Pictures) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("screen_pictures", tag="supervision")

    @routes.post("/halls/<hall>/screens/<screen>/picture")
    @requires(Permission.READ_BOARD, of=DEVICES)
    def send(path: ScreenPath) -> PictureTakenAnswer:
        """Keeps the picture a screen sends of itself as the body: JPEG or WebP, 200 kB at most."""
        caller, hall = require_caller(Permission.READ_BOARD, path.hall)
        if caller.kind != "device" or caller.name != "screen" or caller.configured != path.screen:
            raise Refusal("foreign_device", hall=path.hall)
        pictures.slow_sent()
        if (request.content_length or 0) > SCREEN_PICTURE_BYTES:
            raise Refusal("too_large")
        content = request.stream.read(SCREEN_PICTURE_BYTES + 1)
        if len(content) > SCREEN_PICTURE_BYTES:
            raise Refusal("too_large")
        kept = keep_screen_picture(
            api.database, pictures.files, pictures.call_apart, hall, path.screen, content
        )
        pictures.changed(hall)
        return kept

    @routes.post("/halls/<hall>/screens/<screen>/picture/ask")
    @requires(Permission.SUPERVISE)
    def ask(path: ScreenPath) -> tuple[PictureAskedAnswer, Literal[202]]:
        """Asks a screen for a picture of itself: the one that is taken after `asked_at`."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        if path.screen not in api.database.configuration(hall).screens:
            raise Refusal("unknown_screen", screen=path.screen)
        pictures.slow_asked()
        now = api.database.clock.now()
        if not is_present(pictures.players.get(hall, path.screen), now):
            raise Refusal("device_not_connected", device=path.screen)
        log.info("picture_asked", hall=path.hall, screen=path.screen, author=caller.author.id)
        pictures.ask(hall, path.screen)
        return {"asked_at": to_text(now)}, 202

    @routes.get("/halls/<hall>/screens/<screen>/picture", responses={200: PICTURE})
    @requires(Permission.SUPERVISE)
    def see(path: ScreenPath) -> Response:
        """The last picture of a screen, drawn by its own page."""
        _, hall = require_caller(Permission.SUPERVISE, path.hall)
        content = pictures.files.read(hall, path.screen, api.database.clock.now())
        if content is None:
            raise Refusal("no_picture", screen=path.screen)
        answer = Response(content, mimetype="image/webp")
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    return routes
