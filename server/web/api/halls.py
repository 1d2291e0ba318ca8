"""Halls as screens, consoles and supervisors see them: board, queue, wall, indicators, half-days, sound."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Literal, TypedDict

from pydantic import Field

from hardware.json_types import Count, LocalDate, Seconds, Texts, Weekday
from server.domain.hall.devices import LONGEST_QUIET_MINUTES
from server.domain.people.roles import Permission
from server.domain.quality.figures import Unit
from server.domain.quality.indicators import INDICATORS
from server.domain.refusals import Refusal
from server.domain.tickets import StopReason
from server.usecases.answers import Period
from server.usecases.devices.read_supervision import SightingsOf, SupervisionAnswer, read_supervision
from server.usecases.hall.absences import (
    AbsenceRequest,
    PlannedAbsenceAnswer,
    plan_absence,
    remove_absence,
)
from server.usecases.hall.read_board import BoardChanged, read_board, read_queues
from server.usecases.hall.read_queue import QueueAnswer, QueuePage, read_queue, read_queue_page
from server.usecases.hall.screen import QuietAnswer, ScreenOfHall, read_screen, set_quiet
from server.usecases.hall.wall import WallAnswer, read_wall
from server.usecases.hours.opening import BreakDecidedAnswer, DayEndAnswer, decide_break, read_day_end
from server.usecases.notices.read_notices import check_visible
from server.usecases.notices.read_programme import Preview
from server.usecases.quality.indicator_answers import IndicatorsAnswer
from server.usecases.quality.indicators import read_indicators
from server.usecases.quality.visits import FEWEST_SERVED, AgentFigures, Served, read_individual_figures
from server.usecases.tickets.distribution import SeriesRequest, distribute
from server.usecases.tickets.door import DoorCode, read_door_code
from server.usecases.tickets.issued_ticket import TicketsStoppedAnswer, reopen_tickets, stop_tickets
from server.web.access.callers import identify, require_caller
from server.web.access.requirements import DEVICES, PEOPLE
from server.web.api import shapes
from server.web.api.notices import reach_of_caller
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, HallCall
from server.web.api.tickets import TicketsAnswer, with_follow_url
from server.web.rendering import page
from signage.board import QueueOnBoard


def _door(routes: ApiRoutes, api: Api) -> None:
    @routes.get("/door-code", Permission.READ_BOARD, of=DEVICES, anywhere=True)
    def door_code() -> DoorCode:
        """The code at the door of the hall where the screen that asks stands."""
        _, hall = require_caller(Permission.READ_BOARD, identify().hall or "")
        public_url = api.settings.public_url
        return read_door_code(api.database, api.door, hall, public_url=public_url, translate=api.translate)


def halls_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("halls")
    _door(routes, api)

    @routes.get("/halls/<hall>/board", Permission.READ_BOARD)
    def board(at: HallCall) -> BoardAnswer:
        """Calls, last calls and queues with their waits."""
        queues = read_queues(api.database, at.hall, api.estimates.of(at.hall).ranges)
        return {**read_board(api.database, at.hall), "queues": queues["queues"]}

    @routes.get("/halls/<hall>/screen", Permission.READ_BOARD)
    def screen(query: shapes.ScreenQuery, at: HallCall) -> ScreenAnswer:
        """What a screen needs besides the board: names, programme, sound.

        A screen asks for itself. A person may name one, and look at a version of a notice on it.
        """
        preview_of = query.screen if at.caller.kind == "person" else ""
        if preview_of and preview_of not in api.database.configuration(at.hall).screens:
            raise Refusal("unknown_screen", screen=preview_of)
        preview = None
        if query.notice and at.caller.kind == "person":
            person, reach = reach_of_caller()
            check_visible(api.database, person.author, reach, query.notice)
            preview = Preview(query.notice, query.version)
        screen_id = at.caller.configured or preview_of
        voices = api.alert_voices(api.database.configuration(at.hall).site.alerts)
        content = read_screen(api.database, at.hall, screen_id, api.translate, preview)
        every_s = api.settings.picture_minutes * 60
        return {**content, "alert_voices": voices, "picture_every_s": every_s}

    @routes.get("/halls/<hall>/queue", Permission.READ_QUEUE)
    def queue(at: HallCall) -> QueueAnswer:
        """Who waits, who is called and served, which counters are open, the day's figures.

        A person whose role is limited to some counters or services reads of these alone.
        """
        return read_queue(api.database, at.hall, reader=at.author)

    @routes.get("/halls/<hall>/queue/<queue>", Permission.READ_QUEUE)
    def queue_page(queue: str, query: shapes.PageQuery, at: HallCall) -> QueuePage:
        """The next waiting legs of one queue."""
        if queue not in api.database.configuration(at.hall).queues:
            raise Refusal("unknown_queue", queue=queue)
        return read_queue_page(api.database, at.hall, queue, after=query.after, reader=at.author)

    @routes.get("/indicators", Permission.READ_FIGURES)
    def indicators(query: shapes.IndicatorsQuery) -> IndicatorsAnswer:
        """The indicators of a hall over some days, with definition, unit, sample size and convention.

        Each has its interval at 95 % by business days (`low`, `high`, `n_days`) from eight days on; `change`
        is what changed since the days of `before_from` and `before_to`, or since a year before where `before`
        is `year`: then of the days of `year_before` alone. Among the parts of a split, at most a tenth of the
        changes said (`up`, `down`) are noise.
        """
        _, hall = require_caller(Permission.READ_FIGURES, query.hall)
        return read_indicators(
            api.database,
            hall,
            days=query.days,
            before=query.compared_with,
            by=query.by or "none",
            with_alerts=query.alerts == "with",
            sentence=page.sentence(),
        )

    @routes.get("/individual-figures", Permission.SUPERVISE, of=PEOPLE)
    def individual_figures(query: shapes.PeriodQuery) -> IndividualFiguresAnswer:
        """Whom each agent served over some days and how long, in all and by service.

        Only where an administrator of the site decided that figures of one agent are shown; a median of
        fewer than ten people is null.
        """
        _, hall = require_caller(Permission.SUPERVISE, query.hall)
        starts_on, ends_on = query.days
        agents = read_individual_figures(api.database, hall, starts_on, ends_on)
        convention = page.sentence()(INDICATORS["service_median"].convention_key)
        return {
            "hall": hall,
            "from": starts_on.isoformat(),
            "to": ends_on.isoformat(),
            "last_day": (ends_on - timedelta(days=1)).isoformat(),
            "unit": "s",
            "convention": convention,
            "fewest_served": FEWEST_SERVED,
            "agents": [_of_agent(agent) for agent in agents],
        }

    return routes


class ScreenAnswer(ScreenOfHall):
    """What a screen needs besides the board."""

    alert_voices: Texts
    """The address of the voice of each kind of alert."""
    picture_every_s: Seconds
    """How often the screen sends a picture of itself; 0: never."""


class BoardAnswer(BoardChanged):
    """The board of a hall and its queues."""

    queues: list[QueueOnBoard]


class ServedFigures(TypedDict):
    """How many people were served, and the median of the seconds at the counter."""

    served: Count
    median_s: Seconds | None
    """Null for fewer than ten people."""


class ServedOfService(ServedFigures):
    """The same of one service."""

    service: str


class FiguresOfAgent(ServedFigures):
    """What one agent served, in all and by service; `name` null: somebody who is gone."""

    name: str | None
    services: list[ServedOfService]


class IndividualFiguresAnswer(Period):
    """The figures of each agent of a hall from a local date (included) to another (excluded)."""

    hall: str
    """The id of the hall."""
    last_day: LocalDate
    """The last local date, included: the one before `to`."""
    unit: Unit
    convention: str
    fewest_served: Count
    """How many people a median needs."""
    agents: list[FiguresOfAgent]


def _of_agent(agent: AgentFigures) -> FiguresOfAgent:
    services: list[ServedOfService] = [
        {"service": service, **_served(served)} for service, served in agent.services.items()
    ]
    return {"name": agent.name, **_served(agent.served), "services": services}


def _served(served: Served) -> ServedFigures:
    return {"served": served.count, "median_s": served.shown_median_s}


class AbsenceBody(shapes.RequestShape):
    """When nobody calls at a counter, in minutes of the day; on some weekdays (Monday 0), or today alone."""

    counter: str
    starts_min: Annotated[int, Field(ge=0, lt=1440)]
    ends_min: Annotated[int, Field(ge=0, le=1440)]
    weekdays: list[Weekday] = Field(default=[], max_length=7)


class StopBody(shapes.RequestShape):
    """Why no more tickets of a service are given; visitors read it, but `other`."""

    reason: StopReason = "other"


def supervision_api(api: Api, sightings_of: SightingsOf) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("supervision")

    @routes.get("/halls/<hall>/wall", Permission.SUPERVISE)
    def wall(at: HallCall) -> WallAnswer:
        """A hall at one glance: queues against targets, counters, longest waits, services stopped."""
        return read_wall(api.database, api.estimates, at.hall)

    @routes.get("/halls/<hall>/supervision", Permission.SUPERVISE)
    def supervision(at: HallCall) -> SupervisionAnswer:
        """The kiosks, screens and printers of a hall: there or not, up to date or not, what each runs."""
        return read_supervision(api.database, at.hall, sightings_of, api.translate)

    @routes.post("/halls/<hall>/services/<service>/stop", Permission.SUPERVISE)
    def stop(service: str, body: StopBody, at: HallCall) -> TicketsStoppedAnswer:
        """Gives no more tickets of a service for the rest of the day."""
        return stop_tickets(
            api.database, at.hall, at.author, service=service, reason=body.reason, write_key=at.key
        )

    @routes.post("/halls/<hall>/services/<service>/reopen", Permission.SUPERVISE)
    def reopen(service: str, at: HallCall) -> TicketsStoppedAnswer:
        """Gives tickets of a service again."""
        return reopen_tickets(api.database, at.hall, at.author, service=service, write_key=at.key)

    @routes.post("/halls/<hall>/absences", Permission.SUPERVISE)
    def plan(body: AbsenceBody, at: HallCall) -> tuple[PlannedAbsenceAnswer, Literal[201]]:
        """Plans when nobody calls at a counter; announced waits count with it."""
        request = AbsenceRequest(**body.model_dump())
        return plan_absence(api.database, at.hall, at.author, request, write_key=at.key), 201

    @routes.post("/halls/<hall>/absences/<absence>/remove", Permission.SUPERVISE)
    def remove(absence: str, at: HallCall) -> PlannedAbsenceAnswer:
        """A planned absence holds no more."""
        return remove_absence(api.database, at.hall, at.author, absence, write_key=at.key)

    return routes


class QuietBody(shapes.RequestShape):
    """For how many minutes calls are not said aloud; 0: they are said again."""

    minutes: Annotated[int, Field(ge=0, le=LONGEST_QUIET_MINUTES)]


def sound_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("sound")

    @routes.post("/halls/<hall>/quiet", Permission.SUPERVISE)
    def quiet(body: QuietBody, at: HallCall) -> QuietAnswer:
        """Calls are not said aloud for so many minutes; they stay on the screens. 0 brings the voice back."""
        return set_quiet(api.database, at.hall, at.author, body.minutes, write_key=at.key)

    return routes


def half_days_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("half_days", tag="half-days")

    @routes.post("/halls/<hall>/break", Permission.SUPERVISE)
    def at_break(body: shapes.BreakBody, at: HallCall) -> BreakDecidedAnswer:
        """Decides whether the queue is finished at the break, or carried over with its ranks."""
        return decide_break(api.database, at.hall, at.author, body.choice, write_key=at.key)

    @routes.post("/halls/<hall>/distribution", Permission.DISTRIBUTE)
    def distribution(body: shapes.DistributionBody, at: HallCall) -> tuple[TicketsAnswer, Literal[201]]:
        """Gives tickets by hand, also before the doors open: one a person, in a numbered series."""

        tickets = distribute(
            api.database,
            at.hall,
            at.author,
            SeriesRequest(**body.model_dump()),
            quote=partial(api.estimates.quote, at.hall),
        )
        api.breathe()
        return {"tickets": [with_follow_url(api, ticket, body.language) for ticket in tickets]}, 201

    @routes.get("/halls/<hall>/day-end", Permission.SUPERVISE)
    def day_end(at: HallCall) -> DayEndAnswer:
        """What the last day end closed."""
        return read_day_end(api.database, at.hall)

    return routes
