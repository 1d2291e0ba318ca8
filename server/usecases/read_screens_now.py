"""Read what each screen of a hall shows now by its last report, what comes next, and what it showed today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.domain.devices.device_state import PlayerView, is_present, player_report
from server.domain.hours.calendars import business_day
from server.store.notices.displays import DisplayedNotice, displays_in_hall
from server.store.notices.notices import titles_of
from server.store.transactions.database import Database
from server.usecases.devices.read_supervision import DeviceSightings
from server.usecases.notices.read_programme import read_programme
from server.usecases.notices.rounds import ProgrammeItem, to_ms

NEXT = 3
"""How many of the next notices are named."""


@dataclass(frozen=True, slots=True)
class DisplayedToday:
    """A notice that a screen reported today."""

    notice: str
    title: str
    shown_s: int
    completed: int
    cut: int


@dataclass(frozen=True, slots=True)
class ScreenNow:
    """A screen now. `is_connected`: its report is of now, else of `seen_at` (None: it never reported).

    `view` None: never reported. `notice`: the id of the one on its stage, `title` of it. `since`: when it
    reported its last change. `following`: ids and titles of the next ones, in the programme's order.
    `has_picture`: supervision has a picture of it, of `picture_at`.
    """

    id: str
    label: str
    is_connected: bool
    seen_at: datetime | None
    since: datetime | None
    view: PlayerView | None
    notice: str | None
    title: str
    following: list[tuple[str, str]]
    today: list[DisplayedToday]
    picture_at: datetime | None


def read_screens_now(
    database: Database, hall: str, sightings: DeviceSightings, translate: Callable[..., str]
) -> list[ScreenNow]:
    """The screens of a hall (id or slug), in the order of its document. Refusal: unknown_hall."""
    hall_id = database.hall_id(hall)
    configuration, now = database.configuration(hall_id), database.clock.now()
    with database.read() as rows:
        displays = displays_in_hall(rows, hall_id, business_day(configuration.calendar, now))
        titles = titles_of(rows, sorted({each.notice for each in displays}))
    found = []
    for screen in configuration.screens.values():
        if screen.is_retired:
            continue
        items = read_programme(database, hall_id, screen.id, translate)["items"]
        sighting, picture = sightings.sightings.get(screen.id), sightings.pictures.get(screen.id)
        player = player_report(sighting)
        shown = None if player is None else player["notice"]
        found.append(
            ScreenNow(
                screen.id,
                screen.label,
                is_present(sighting, now),
                None if sighting is None else sighting.seen_at,
                None if sighting is None else sighting.since,
                None if player is None else player["view"],
                shown,
                _titles(items).get(shown or "", ""),
                _following(items, shown, now),
                [_today(each, titles) for each in displays if each.screen == screen.id],
                None if picture is None else picture.taken_at,
            )
        )
        database.breathe()
    return found


def _titles(items: list[ProgrammeItem]) -> dict[str, str]:
    """The French titles of the notices in a programme."""
    french = [item for item in items if item["language"] == "fr"]
    return {item["notice"]: item["content"]["title"] for item in french}


def _following(items: list[ProgrammeItem], shown: str | None, now: datetime) -> list[tuple[str, str]]:
    """The notices that are due now, in the order of the programme, from the one shown on."""
    at = to_ms(now)
    due = [
        item["notice"]
        for item in items
        if item["windows"] is None or any(begins <= at < ends for begins, ends in item["windows"])
    ]
    order = list(dict.fromkeys(due))
    if shown in order:
        place = order.index(shown)
        order = order[place + 1 :] + order[:place]
    titles = _titles(items)
    return [(notice, titles.get(notice, notice)) for notice in order[:NEXT]]


def _today(displayed: DisplayedNotice, titles: dict[str, str]) -> DisplayedToday:
    return DisplayedToday(
        displayed.notice,
        titles.get(displayed.notice, displayed.notice),
        round(displayed.shown_ms / 1000),
        displayed.completed,
        displayed.cut,
    )
