"""What every screen of a hall shows: the board (calls) and the queues (people waiting), as messages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict

from hardware.json_types import InstantText
from hardware.languages import base_of
from kiosk.menu_messages import MenuMessage, ServiceOfMenu
from server.documents.notices import AskedNotice
from server.domain.hall.configuration import Counter, HallConfiguration
from server.domain.hours.calendars import OpeningHours, business_day, special_hours, weekly_hours
from server.domain.hours.windows import covered_days
from server.domain.instants import to_text
from server.domain.languages import FRENCH, language_shown
from server.domain.refusals import Refusal
from server.domain.waits.estimate import Estimate
from server.store import hours
from server.store.counters import open_places
from server.store.hall import EarlierCall, ShownCall, earlier_calls, quiet_until, shown_calls
from server.store.notices.notices import notices_mark
from server.store.transactions.database import Database
from server.store.visits import legs
from server.usecases.alerts.alert_answers import AlertPart
from server.usecases.alerts.read_alerts import alert_part
from server.usecases.answers import wait_answer
from server.usecases.complaints.act_on_entry import read_released
from server.usecases.hall_view import ARRIVAL_SHOWN_FOR, hall_state
from server.usecases.hours.hours_words import BusyHours, read_busy_hours
from server.usecases.notices.contents import said_in
from server.usecases.notices.notice_places import ANY_SCREEN
from server.usecases.notices.read_programme import hall_words, slides_for
from server.usecases.reports.grids import FrozenResults, read_frozen_results
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.waits import Estimates
from signage import board
from signage.board import AudioFiles, CallsMessage, Position, QueuesChanged

type Waits = Mapping[str, Estimate]


class BoardBreak(TypedDict):
    """A break in which nobody is called."""

    begins_at: InstantText
    resumes_at: InstantText


_OfBreak = TypedDict("_OfBreak", {"break": BoardBreak | None})  # a word of Python


class BoardChanged(CallsMessage, AlertPart, _OfBreak):
    """The calls and the former calls of a hall, the latest first."""

    programme_revision: str
    quiet_until: InstantText | None


class _OfVoice(TypedDict, total=False):
    audio: AudioFiles


class AlertChanged(Position, AlertPart, _OfVoice):
    """The alert to show now or null; `audio`: its voice, once rendered."""


_WITHOUT_VOICE: _OfVoice = {}


def place_of(
    configuration: HallConfiguration, counter: str, today: date | None = None, *, language: str | None = None
) -> board.CounterPlace:
    """A counter as visitors read it; one that left the configuration keeps its id.

    `today` is the hall's local day, which decides whether its induction loop is shown; None: it is not shown.
    Directions are in French; `language` (code) is that of who is called, where the hall says calls in it;
    simple French is said as French.
    """
    found: Counter | None = configuration.counters.get(counter)
    if found is None:
        return board.CounterPlace(counter=counter, label=counter)
    has_loop = today is not None and found.shows_loop(today)
    is_said = configuration.sound.says_visitor_language and language in configuration.offered_languages
    return board.CounterPlace(
        counter=counter,
        label=found.label,
        direction=found.direction(FRENCH),
        has_loop=has_loop,
        visitor=(language, found.label_in(language), found.direction(language))
        if language is not None and is_said and base_of(language) != FRENCH
        else None,
    )


def read_board(database: Database, hall: str) -> BoardChanged:
    """The board of a hall (id or slug) without its queues, under 4 kB. Refusal: unknown_hall."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        called = shown_calls(rows, hall_id, since=state.as_of - ARRIVAL_SHOWN_FOR)
        recent = earlier_calls(rows, hall_id)
        rest = hours.carried_over(rows, hall_id, state.configuration, state.as_of)
        quiet = quiet_until(rows, hall_id, state.as_of)
        alert = alert_part(rows, hall_id, state.configuration, state.as_of)
        mark = notices_mark(rows)
    day = business_day(state.configuration.calendar, state.as_of)
    shown_legs = {call.id for call in called}
    latest: dict[str, board.FormerCall] = {}
    for leg in recent:
        if leg.counter and leg.id not in shown_legs and _is_over(leg, day):
            counter = board.former_counter(place_of(state.configuration, leg.counter))
            called_at = leg.last_called_at.isoformat(timespec="milliseconds")
            latest.setdefault(leg.number, {"number": leg.number, "counter": counter, "called_at": called_at})
    calls = board.calls_message(
        state.position_message,
        calls=[_call(state.configuration, call, day) for call in called],
        recent=list(latest.values())[: board.MAX_RECENT],
    )
    message: BoardChanged = {
        **calls,
        **alert,
        "programme_revision": f"{state.configuration.revision}.{mark}",
        "quiet_until": to_text(quiet) if quiet else None,
        "break": None
        if rest is None
        else {"begins_at": to_text(rest.begins_at), "resumes_at": to_text(rest.resumes_at)},
    }
    return board.fitted_board(message)


def read_alert_message(database: Database, hall: str) -> AlertChanged:
    """The message that is sent at once when an alert is raised or ends in a hall (id)."""
    with database.read() as rows:
        state = hall_state(database, rows, hall)
        alert = alert_part(rows, hall, state.configuration, state.as_of)
    return {**state.position_message, **alert, **_WITHOUT_VOICE}


def _is_over(leg: EarlierCall, today: date) -> bool:
    """Whether a leg was called today, is not called any more, and its call was not taken back."""
    return leg.state != "called" and leg.business_day == today and leg.end_reason != "undone"


def _call(configuration: HallConfiguration, call: ShownCall, today: date) -> board.CallOnBoard:
    place = place_of(configuration, call.counter, today, language=call.language)
    return {
        "call": call.call,
        "number": call.number,
        "counter": board.counter_message(place),
        "called_at": call.last_called_at.isoformat(timespec="milliseconds"),
        "rank": call.rank,
    }


def read_queues(database: Database, hall: str, waits: Waits) -> QueuesChanged:
    """How many people wait in each queue, and the wait for a ticket taken now; under 4 kB."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        counts = legs.waiting_by_queue(rows, hall_id)
        places = open_places(rows, hall_id)
    served = {service for place in places if not place.is_paused for service in place.services}
    lines: list[board.QueueOnBoard] = []
    for queue in state.configuration.queues.values():
        services = [
            s
            for s in state.configuration.services.values()
            if s.queue == queue.id and not s.is_retired and s.is_on_kiosk
        ]
        if not services:
            continue
        told = wait_answer(waits.get(queue.id) if any(each.id in served for each in services) else None)
        names = {s.id: board.clip(s.name(FRENCH), board.NAME_CHARACTERS) for s in services}
        line: board.QueueOnBoard = {
            "queue": queue.id,
            "services": [{"id": service, "name": {FRENCH: name}} for service, name in names.items()],
            "waiting": counts[queue.id].people if queue.id in counts else 0,
            "wait": told["wait"],
        }
        if told["why_no_wait"] is not None:
            line["why_no_wait"] = told["why_no_wait"]
        lines.append(line)
    return board.queues_message(state.position_message, lines)


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
        has_register=configuration.site.complaints.has_register,
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
    released = [(row.public_asked, row.public_done) for row in read_released(database, hall)]
    return [*shown, *(AnsweredRequest(*each, FRENCH) for each in released if each not in said)]
