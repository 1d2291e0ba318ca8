"""Proof of display: screens report what they showed; the report of a notice as JSON, a sheet and a paper."""

from datetime import date
from typing import Any

from flask import Response
from pydantic import AwareDatetime, Field

from server.domain.notices.displays import MOST_DISPLAYS, Display, DisplayOutcome
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.usecases.notices.read_displays import (
    DisplaysAnswer,
    DisplaysCountedAnswer,
    displays_csv,
    read_display_report,
    read_displays,
    report_displays,
)
from server.web.access.callers import require_caller
from server.web.access.requirements import DEVICES, PEOPLE_AND_KEYS, requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import OPAQUE, HallPath, RequestShape, Slug
from server.web.pages.screen_days.pages import TEMPLATES, report_page, report_sheet
from server.web.rendering.viewer import page_sentence

LARGEST_NUMBER = 2**53
PAPER: Any = {
    "description": "OK",
    "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
}
SHEET: Any = {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}


class ScreenPath(HallPath):
    """A screen of a hall, by its id in the hall's document."""

    screen: str = Slug


class DisplayReportPath(RequestShape):
    """A notice."""

    notice: str = Slug


class DisplayBody(RequestShape):
    """One stretch in which a notice was seen; `number` is its place in the player's record."""

    number: int = Field(ge=1, lt=LARGEST_NUMBER)
    notice: str = Slug
    item: str = Field(min_length=1, max_length=200)
    began_at: AwareDatetime
    ended_at: AwareDatetime
    outcome: DisplayOutcome


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


class SheetQuery(DaysQuery):
    """Also in which language the heads are; without it, the names of the open format."""

    lang: str | None = Field(default=None, max_length=8, pattern=r"^[A-Za-z-]+$")


class PaperQuery(DaysQuery):
    """Also in which language."""

    lang: str = Field(default="fr", max_length=8, pattern=r"^[A-Za-z-]+$")


def blueprint(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("displays", template_folder=str(TEMPLATES))

    @routes.post("/halls/<hall>/screens/<screen>/displays")
    @requires(Permission.READ_BOARD, of=DEVICES)
    def report(path: ScreenPath, body: DisplaysBody) -> DisplaysCountedAnswer:
        """A screen tells what it really showed; what it told before is not counted again."""
        caller, hall = require_caller(Permission.READ_BOARD, path.hall)
        if caller.kind != "device" or caller.name != "screen" or caller.configured != path.screen:
            raise Refusal("foreign_device", hall=path.hall)
        return report_displays(
            api.database,
            hall,
            caller.author,
            [Display(**each.model_dump()) for each in body.displays],
            screen=path.screen,
            record=body.record,
            write_key=write_key(caller.author),
        )

    @routes.get("/notices/<notice>/displays")
    @requires(Permission.READ_BOARD, of=PEOPLE_AND_KEYS, anywhere=True)
    def of_notice(path: DisplayReportPath, query: DaysQuery) -> DisplaysAnswer:
        """On which screens a notice was really seen, by day, and how long."""
        return read_displays(api.database, path.notice, _days(query), may_read=_may_read)

    @routes.get("/notices/<notice>/displays.csv", responses={200: SHEET})
    @requires(Permission.READ_BOARD, of=PEOPLE_AND_KEYS, anywhere=True)
    def sheet(path: DisplayReportPath, query: SheetQuery) -> Response:
        """The same as a sheet: one line a screen and day; with `lang`, its heads in that language."""
        if query.lang is None:
            text = displays_csv(read_displays(api.database, path.notice, _days(query), may_read=_may_read))
        else:
            report = read_display_report(api.database, path.notice, _days(query), may_read=_may_read)
            text = report_sheet(report, page_sentence())
        answer = Response(text, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="displays-{path.notice}.csv"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.get("/notices/<notice>/displays.pdf", responses={200: PAPER})
    @requires(Permission.READ_BOARD, of=PEOPLE_AND_KEYS, anywhere=True)
    def on_paper(path: DisplayReportPath, query: PaperQuery) -> Response:
        """The same as an accessible PDF, to be printed or sent. Refusal: paper_unavailable."""
        report = read_display_report(api.database, path.notice, _days(query), may_read=_may_read)
        html = report_page(report, page_sentence())
        answer = Response(api.papers.made(html), content_type="application/pdf")
        answer.headers["Content-Disposition"] = f'attachment; filename="displays-{path.notice}.pdf"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return routes


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
