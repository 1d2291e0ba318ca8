"""Halls as screens, consoles and supervisors see them: board, queue, wall, indicators, half-days, sound."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Literal, TypedDict

from pydantic import Field

from hardware.json_types import Count, LocalDate, Seconds, Texts
from server.domain.hall.devices import LONGEST_QUIET_MINUTES
from server.domain.people.roles import Permission
from server.domain.quality.figures import Unit
from server.domain.quality.indicators import INDICATORS
from server.domain.refusals import Refusal
from server.usecases.answers import Period
from server.usecases.devices.read_supervision import DeviceSightings, SupervisionAnswer, read_supervision
from server.usecases.hall.read_board import BoardChanged, read_board, read_queues
from server.usecases.hall.read_queue import QueueAnswer, QueuePage, read_queue, read_queue_page
from server.usecases.hall.screen import QuietAnswer, ScreenOfHall, read_screen, set_quiet
from server.usecases.hall.wall import WallAnswer, read_wall
from server.usecases.hours.opening import BreakDecidedAnswer, DayEndAnswer, decide_break, read_day_end
from server.usecases.notices.read_notices import check_visible
from server.usecases.notices.read_programme import Preview
from server.usecases.quality.indicators import IndicatorsAnswer, read_indicators
from server.usecases.quality.visits import FEWEST_SERVED, AgentFigures, Served, read_individual_figures
from server.usecases.tickets.distribution import SeriesRequest, distribute
from server.usecases.tickets.door import DoorCode, read_door_code
from server.usecases.tickets.issued_ticket import TicketsStoppedAnswer, reopen_tickets, stop_tickets
from server.web.access.callers import identify, require_caller
from server.web.access.requirements import DEVICES, PEOPLE, requires
from server.web.api.notices import reach_of_caller
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, write_key
from server.web.api.shapes import (
    BreakBody,
    DistributionBody,
    HallPath,
    HallQueuePath,
    HallServicePath,
    IndicatorsQuery,
    PageQuery,
    PeriodQuery,
    RequestShape,
    ScreenQuery,
)
from server.web.api.tickets import DistributionAnswer, with_follow_url
from server.web.rendering.viewer import page_sentence
from signage.board import QueueOnBoard


def _door(routes: ApiRoutes, api: Api) -> None:
    @routes.get("/door-code")
    @requires(Permission.READ_BOARD, of=DEVICES, anywhere=True)
    def door_code() -> DoorCode:
        """The code at the door of the hall where the screen that asks stands."""
        _, hall = require_caller(Permission.READ_BOARD, identify().hall or "")
        public_url = api.settings.public_url
        return read_door_code(api.database, api.door, hall, public_url=public_url, translate=api.translate)


def halls_api(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("halls")
    _door(routes, api)

    @routes.get("/halls/<hall>/board")
    @requires(Permission.READ_BOARD)
    def board(path: HallPath) -> BoardAnswer:
        """Calls, last calls and queues with their waits."""
        _, hall = require_caller(Permission.READ_BOARD, path.hall)
        queues = read_queues(api.database, hall, api.estimates.of(hall).ranges)
        return {**read_board(api.database, hall), "queues": queues["queues"]}

    @routes.get("/halls/<hall>/screen")
    @requires(Permission.READ_BOARD)
    def screen(path: HallPath, query: ScreenQuery) -> ScreenAnswer:
        """What a screen needs besides the board: names, programme, sound.

        A screen asks for itself. A person may name one, and look at a version of a notice on it.
        """
        caller, hall = require_caller(Permission.READ_BOARD, path.hall)
        preview_of = query.screen if caller.kind == "person" else ""
        if preview_of and preview_of not in api.database.configuration(hall).screens:
            raise Refusal("unknown_screen", screen=preview_of)
        preview = None
        if query.notice and caller.kind == "person":
            person, reach = reach_of_caller()
            check_visible(api.database, person.author, reach, query.notice)
            preview = Preview(query.notice, query.version)
        screen_id = caller.configured or preview_of
        voices = api.alert_voices(api.database.configuration(hall).site.alerts)
        content = read_screen(api.database, hall, screen_id, api.translate, preview)
        every_s = api.settings.picture_minutes * 60
        return {**content, "alert_voices": voices, "picture_every_s": every_s}

    @routes.get("/halls/<hall>/queue")
    @requires(Permission.READ_QUEUE)
    def queue(path: HallPath) -> QueueAnswer:
        """Who waits, who is called and served, which counters are open, the day's figures.

        A person whose role is limited to some counters or services reads of these alone.
        """
        caller, hall = require_caller(Permission.READ_QUEUE, path.hall)
        return read_queue(api.database, hall, reader=caller.author)

    @routes.get("/halls/<hall>/queue/<queue>")
    @requires(Permission.READ_QUEUE)
    def queue_page(path: HallQueuePath, query: PageQuery) -> QueuePage:
        """The next waiting legs of one queue."""
        caller, hall = require_caller(Permission.READ_QUEUE, path.hall)
        if path.queue not in api.database.configuration(hall).queues:
            raise Refusal("unknown_queue", queue=path.queue)
        return read_queue_page(api.database, hall, path.queue, after=query.after, reader=caller.author)

    @routes.get("/indicators")
    @requires(Permission.READ_FIGURES)
    def indicators(query: IndicatorsQuery) -> IndicatorsAnswer:
        """The indicators of a hall over some days, with definition, unit, sample size and convention."""
        _, hall = require_caller(Permission.READ_FIGURES, query.hall)
        return read_indicators(
            api.database,
            hall,
            days=query.days,
            by=query.by or "none",
            with_alerts=query.alerts == "with",
            sentence=page_sentence(),
        )

    @routes.get("/individual-figures")
    @requires(Permission.SUPERVISE, of=PEOPLE)
    def individual_figures(query: PeriodQuery) -> IndividualFiguresAnswer:
        """Whom each agent served over some days and how long, in all and by service.

        Only where an administrator of the site decided that figures of one agent are shown; a median of
        fewer than ten people is null.
        """
        _, hall = require_caller(Permission.SUPERVISE, query.hall)
        starts_on, ends_on = query.days
        agents = read_individual_figures(api.database, hall, starts_on, ends_on)
        convention = page_sentence()(INDICATORS["service_median"].convention_key)
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


def supervision_api(api: Api, sightings_of: Callable[[str], DeviceSightings]) -> ApiRoutes:
    """The routes. `seen(hall)`: what is known of a hall's devices."""
    routes = ApiRoutes("supervision")

    @routes.get("/halls/<hall>/wall")
    @requires(Permission.SUPERVISE)
    def wall(path: HallPath) -> WallAnswer:
        """A hall at one glance: queues against targets, counters, longest waits, services stopped."""
        _, hall = require_caller(Permission.SUPERVISE, path.hall)
        return read_wall(api.database, api.estimates, hall)

    @routes.get("/halls/<hall>/supervision")
    @requires(Permission.SUPERVISE)
    def supervision(path: HallPath) -> SupervisionAnswer:
        """The kiosks, screens and printers of a hall: there or not, up to date or not, what each runs."""
        _, hall = require_caller(Permission.SUPERVISE, path.hall)
        return read_supervision(api.database, hall, sightings_of(hall), api.translate)

    @routes.post("/halls/<hall>/services/<service>/stop")
    @requires(Permission.SUPERVISE)
    def stop(path: HallServicePath) -> TicketsStoppedAnswer:
        """Gives no more tickets of a service for the rest of the day."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        key = write_key(caller.author)
        return stop_tickets(api.database, hall, caller.author, service=path.service, write_key=key)

    @routes.post("/halls/<hall>/services/<service>/reopen")
    @requires(Permission.SUPERVISE)
    def reopen(path: HallServicePath) -> TicketsStoppedAnswer:
        """Gives tickets of a service again."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        key = write_key(caller.author)
        return reopen_tickets(api.database, hall, caller.author, service=path.service, write_key=key)

    return routes


class QuietBody(RequestShape):
    """For how many minutes calls are not said aloud; 0: they are said again."""

    minutes: Annotated[int, Field(ge=0, le=LONGEST_QUIET_MINUTES)]


def sound_api(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("sound")

    @routes.post("/halls/<hall>/quiet")
    @requires(Permission.SUPERVISE)
    def quiet(path: HallPath, body: QuietBody) -> QuietAnswer:
        """Calls are not said aloud for so many minutes; they stay on the screens. 0 brings the voice back."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        return set_quiet(api.database, hall, caller.author, body.minutes, write_key=write_key(caller.author))

    return routes


def half_days_api(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("half_days", tag="half-days")

    @routes.post("/halls/<hall>/break")
    @requires(Permission.SUPERVISE)
    def at_break(path: HallPath, body: BreakBody) -> BreakDecidedAnswer:
        """Decides whether the queue is finished at the break, or carried over with its ranks."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        key = write_key(caller.author)
        return decide_break(api.database, hall, caller.author, body.choice, write_key=key)

    @routes.post("/halls/<hall>/distribution")
    @requires(Permission.DISTRIBUTE)
    def distribution(path: HallPath, body: DistributionBody) -> tuple[DistributionAnswer, Literal[201]]:
        """Gives tickets by hand, also before the doors open: one a person, in a numbered series."""
        caller, hall = require_caller(Permission.DISTRIBUTE, path.hall)

        tickets = distribute(
            api.database,
            hall,
            caller.author,
            SeriesRequest(**body.model_dump()),
            quote=partial(api.estimates.quote, hall),
        )
        api.breathe()
        return {"tickets": [with_follow_url(api, ticket, body.language) for ticket in tickets]}, 201

    @routes.get("/halls/<hall>/day-end")
    @requires(Permission.SUPERVISE)
    def day_end(path: HallPath) -> DayEndAnswer:
        """What the last day end closed."""
        _, hall = require_caller(Permission.SUPERVISE, path.hall)
        return read_day_end(api.database, hall)

    return routes
