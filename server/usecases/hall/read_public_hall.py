"""Read what anybody may know of a hall: hours, busy hours, waits now, answers to requests, results."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.menu_messages import MenuMessage, ServiceOfMenu
from server.documents.notices import AskedNotice
from server.domain.hours.calendars import OpeningHours, business_day, special_hours, weekly_hours
from server.domain.hours.windows import covered_days
from server.domain.languages import FRENCH, language_shown
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.complaints.act_on_entry import read_released
from server.usecases.hours.hours_words import BusyHours, read_busy_hours
from server.usecases.notices.contents import said_in
from server.usecases.notices.notice_places import ANY_SCREEN
from server.usecases.notices.read_programme import hall_words, slides_for
from server.usecases.reports.grids import FrozenResults, read_frozen_results
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.waits import Estimates

DAYS_AHEAD = 60
"""How many days ahead days with other hours are given to search engines."""


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """A published answer to a request of visitors, in a language: French where it has no other."""

    asked: str
    done: str
    language: str


@dataclass(frozen=True, slots=True)
class PublicHall:
    """What the public page of a hall shows, in one language.

    `menu`: the kiosk's; `services`: those of it that give tickets, without folders. `week` and `special`: the
    hours for search engines. `has_register`: whether anybody may write a suggestion or a complaint.
    """

    name: str
    address: str
    time_zone: str
    menu: MenuMessage
    services: Sequence[ServiceOfMenu]
    hours: BusyHours
    answers: Sequence[AnsweredRequest]
    results: FrozenResults | None
    week: Sequence[OpeningHours]
    special: Sequence[OpeningHours]
    has_register: bool
    as_of: datetime


def read_public_hall(
    database: Database, estimates: Estimates, hall: str, language: str, translate: Callable[..., str]
) -> PublicHall:
    """What anybody reads of a hall (id or slug). Refusal: unknown_hall, also while its page is off."""
    hall_id = database.hall_id(hall)
    configuration = database.configuration(hall_id)
    if not configuration.site.has_public_page:
        raise Refusal("unknown_hall", hall=hall)
    now = database.clock.now()
    calendar = configuration.calendar
    menu = read_menu(database, estimates, hall_id, language=language, translate=translate)
    today = business_day(calendar, now)
    return PublicHall(
        name=configuration.name,
        address=configuration.site.address,
        time_zone=configuration.site.time_zone,
        menu=menu,
        services=list(_leaves(menu["services"])),
        hours=read_busy_hours(database, hall_id, language, translate),
        answers=_answers(database, hall_id, language, translate, now),
        results=read_frozen_results(database, hall_id),
        week=weekly_hours(calendar),
        special=special_hours(calendar, [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]),
        has_register=configuration.site.complaints.is_open,
        as_of=now,
    )


def _leaves(services: Sequence[ServiceOfMenu]) -> Iterator[ServiceOfMenu]:
    for service in services:
        if service["children"]:
            yield from _leaves(service["children"])
        else:
            yield service


def _answers(
    database: Database, hall: str, language: str, translate: Callable[..., str], now: datetime
) -> list[AnsweredRequest]:
    """The answers that a screen of the hall shows at this instant, then those that its register released."""
    configuration = database.configuration(hall)
    days = covered_days(configuration.calendar, now)
    with database.read() as rows:
        words = hall_words(rows, hall, configuration, days, translate)
        slides = slides_for(rows, words, ANY_SCREEN, (now, now + timedelta(seconds=1)))
    shown = [
        AnsweredRequest(
            said_in(slide.notice.asked, language),
            said_in(slide.notice.done, language),
            language_shown(slide.notice.asked, language),
        )
        for slide in slides
        if isinstance(slide.notice, AskedNotice)
        if slide.windows is None or any(starts <= now < ends for starts, ends in slide.windows)
    ]
    said = {
        (slide.notice.asked[FRENCH], slide.notice.done[FRENCH])
        for slide in slides
        if isinstance(slide.notice, AskedNotice)
    }
    released = [each for each in read_released(database, hall) if (each.asked, each.done) not in said]
    return [*shown, *(AnsweredRequest(each.asked, each.done, FRENCH) for each in released)]
