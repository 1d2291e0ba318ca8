"""Screens: what they report of notices that they showed, and the pictures that they send of themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypedDict

import structlog
from flask import Response, request
from pydantic import AwareDatetime, Field

from hardware.json_types import InstantText
from server.apart import CallApart
from server.domain.devices.device_state import is_present
from server.domain.instants import to_text
from server.domain.notices.displays import MOST_DISPLAYS, Display, DisplayOutcome
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal, existing
from server.store.devices.paired_devices import ScreenPictures
from server.store.devices.sightings import Players
from server.usecases.devices.devices import PictureTakenAnswer, keep_screen_picture
from server.usecases.notices.read_displays import (
    DisplaysAnswer,
    DisplaysCountedAnswer,
    ShownAtAnswer,
    displays_csv,
    read_display_report,
    read_displays,
    read_shown_at,
    report_displays,
)
from server.web.access.callers import require_caller
from server.web.access.requirements import DEVICES, PEOPLE_AND_KEYS
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, HallCall
from server.web.api.shapes import OPAQUE, RequestShape, Slug
from server.web.pages.screen_days.pages import TEMPLATES, report_page, report_sheet
from server.web.rendering import page
from signage.media.images import SCREEN_PICTURE_BYTES

LARGEST_NUMBER = 2**53
_BYTES = {"schema": {"type": "string", "format": "binary"}}
PAPER: Any = {"description": "OK", "content": {"application/pdf": _BYTES}}
SHEET: Any = {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}
PICTURE: Any = {"description": "OK", "content": {"image/webp": _BYTES}}

log = structlog.get_logger()


class DisplayBody(RequestShape):
    """One stretch in which a notice was seen; `number` is its place in the player's record."""

    number: int = Field(ge=1, lt=LARGEST_NUMBER)
    notice: str = Slug
    item: str = Field(min_length=1, max_length=200)
    began_at: AwareDatetime
    ended_at: AwareDatetime
    outcome: DisplayOutcome
    is_whole: bool | None = Field(
        default=None, description="Whether all of it could be read; without it, whether it is completed."
    )


class DisplaysBody(RequestShape):
    """What a player has not reported yet, oldest first; `record` names the list that numbers it."""

    record: str = Field(min_length=1, max_length=64, pattern=OPAQUE)
    displays: list[DisplayBody] = Field(min_length=1, max_length=MOST_DISPLAYS)


class DaysQuery(RequestShape):
    """The first and the last local date, both included."""

    starts_on: date = Field(
        alias="from", default=date(2000, 1, 1), description="The first local date, included."
    )
    ends_on: date = Field(
        alias="to", default=date(9999, 12, 31), description="The last local date, included."
    )


class InstantQuery(RequestShape):
    """An instant."""

    at: AwareDatetime = Field(description="The instant, with its offset from UTC.")


class SheetQuery(DaysQuery):
    """Also in which language the heads are; without it, the names of the open format."""

    lang: str | None = Field(default=None, max_length=8, pattern=r"^[A-Za-z-]+$")


class PaperQuery(DaysQuery):
    """Also in which language."""

    lang: str = Field(default="fr", max_length=8, pattern=r"^[A-Za-z-]+$")


def displays_api(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("displays", template_folder=str(TEMPLATES))

    @routes.post("/halls/<hall>/screens/<screen>/displays", Permission.READ_BOARD, of=DEVICES)
    def report(hall: str, screen: str, body: DisplaysBody, at: HallCall) -> DisplaysCountedAnswer:
        """A screen tells what it really showed; what it told before is not counted again."""
        _check_own(at, hall, screen)
        return report_displays(
            api.database,
            at.hall,
            at.author,
            [Display(**each.model_dump()) for each in body.displays],
            screen=screen,
            record=body.record,
            write_key=at.key,
        )

    @routes.get("/halls/<hall>/screens/<screen>/shown", Permission.READ_BOARD, of=PEOPLE_AND_KEYS)
    def shown(screen: str, query: InstantQuery, at: HallCall) -> ShownAtAnswer:
        """What a screen showed at an instant of the last 60 days, by its own hourly report."""
        return read_shown_at(api.database, at.hall, screen, query.at)

    @routes.get("/notices/<notice>/displays", Permission.READ_BOARD, of=PEOPLE_AND_KEYS, anywhere=True)
    def of_notice(notice: str, query: DaysQuery) -> DisplaysAnswer:
        """On which screens a notice was really seen, by day, and how long."""
        return read_displays(api.database, notice, _days(query), may_read=_may_read)

    @routes.get(
        "/notices/<notice>/displays.csv",
        Permission.READ_BOARD,
        of=PEOPLE_AND_KEYS,
        anywhere=True,
        responses={200: SHEET},
    )
    def sheet(notice: str, query: SheetQuery) -> Response:
        """The same as a sheet: one line a screen and day; with `lang`, its heads in that language."""
        if query.lang is None:
            text = displays_csv(read_displays(api.database, notice, _days(query), may_read=_may_read))
        else:
            report = read_display_report(api.database, notice, _days(query), may_read=_may_read)
            text = report_sheet(report, page.sentence())
        return _file(text, "text/csv; charset=utf-8", f"displays-{notice}.csv")

    @routes.get(
        "/notices/<notice>/displays.pdf",
        Permission.READ_BOARD,
        of=PEOPLE_AND_KEYS,
        anywhere=True,
        responses={200: PAPER},
    )
    def on_paper(notice: str, query: PaperQuery) -> Response:
        """The same as an accessible PDF, to be printed or sent. Refusal: paper_unavailable."""
        report = read_display_report(api.database, notice, _days(query), may_read=_may_read)
        paper = api.papers.made(report_page(report, page.sentence()))
        return _file(paper, "application/pdf", f"displays-{notice}.pdf")

    return routes


def _file(content: str | bytes, content_type: str, name: str) -> Response:
    """A file to keep under a name."""
    kept = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, headers=kept, content_type=content_type)


def _check_own(at: HallCall, hall: str, screen: str) -> None:
    """Refuses who is not this screen. Refusal: foreign_device."""
    if at.caller.kind != "device" or at.caller.name != "screen" or at.caller.configured != screen:
        raise Refusal("foreign_device", hall=hall)


def _days(query: DaysQuery) -> tuple[date, date]:
    """The dates of a request. Refusal: bad_period where the last is before the first."""
    if query.ends_on < query.starts_on:
        raise Refusal("bad_period", period=f"{query.starts_on}/{query.ends_on}")
    return query.starts_on, query.ends_on


def _may_read(hall: str) -> bool:
    try:
        require_caller(Permission.READ_BOARD, hall)
    except Refusal:
        return False
    return True


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


def screen_pictures_api(api: Api, pictures: Pictures) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("screen_pictures", tag="supervision")

    @routes.post("/halls/<hall>/screens/<screen>/picture", Permission.READ_BOARD, of=DEVICES)
    def send(hall: str, screen: str, at: HallCall) -> PictureTakenAnswer:
        """Keeps the picture a screen sends of itself as the body: JPEG or WebP, 200 kB at most."""
        _check_own(at, hall, screen)
        pictures.slow_sent()
        content = request.stream.read(SCREEN_PICTURE_BYTES + 1)
        if max(len(content), request.content_length or 0) > SCREEN_PICTURE_BYTES:
            raise Refusal("too_large")
        kept = keep_screen_picture(
            api.database, pictures.files, pictures.call_apart, at.hall, screen, content
        )
        pictures.changed(at.hall)
        return kept

    @routes.post("/halls/<hall>/screens/<screen>/picture/ask", Permission.SUPERVISE)
    def ask(hall: str, screen: str, at: HallCall) -> tuple[PictureAskedAnswer, Literal[202]]:
        """Asks a screen for a picture of itself: the one that is taken after `asked_at`."""
        if screen not in api.database.configuration(at.hall).screens:
            raise Refusal("unknown_screen", screen=screen)
        pictures.slow_asked()
        now = api.database.clock.now()
        if not is_present(pictures.players.get(at.hall, screen), now):
            raise Refusal("device_not_connected", device=screen)
        log.info("picture_asked", hall=hall, screen=screen, author=at.author.id)
        pictures.ask(at.hall, screen)
        return {"asked_at": to_text(now)}, 202

    @routes.get("/halls/<hall>/screens/<screen>/picture", Permission.SUPERVISE, responses={200: PICTURE})
    def see(screen: str, at: HallCall) -> Response:
        """The last picture of a screen, drawn by its own page."""
        content = existing(
            pictures.files.read(at.hall, screen, api.database.clock.now()), "no_picture", screen=screen
        )
        return Response(content, headers={"Cache-Control": "private, no-store"}, mimetype="image/webp")

    return routes
