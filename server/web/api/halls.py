"""Halls as screens, consoles and quality managers see them: board, screen, queue, indicators."""

from datetime import timedelta
from typing import TypedDict

from hardware.json_types import Count, LocalDate, Seconds, Texts
from server.domain.people.roles import Permission
from server.domain.quality.figures import Unit
from server.domain.quality.indicators import INDICATORS
from server.domain.refusals import Refusal
from server.usecases.answers import Period
from server.usecases.hall.read_board import BoardChanged, read_board, read_queues
from server.usecases.hall.read_queue import QueueAnswer, QueuePage, read_queue, read_queue_page
from server.usecases.hall.screen import ScreenOfHall, read_screen
from server.usecases.notices.read_notices import check_visible
from server.usecases.notices.read_programme import Preview
from server.usecases.quality.indicators import IndicatorsAnswer, read_indicators
from server.usecases.quality.visits import (
    FEWEST_SERVED,
    AgentFigures,
    Served,
    read_individual_figures,
)
from server.web.access.callers import require_caller
from server.web.access.requirements import PEOPLE, requires
from server.web.api.notices import reach_of_caller
from server.web.api.services import Api
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import (
    HallPath,
    HallQueuePath,
    IndicatorsQuery,
    PageQuery,
    PeriodQuery,
    ScreenQuery,
)
from server.web.rendering.viewer import page_sentence
from signage.board_messages import QueueOnBoard


def blueprint(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("halls")

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
