"""What a screen shows: the board (calls) and the queues (people waiting), as messages."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from kiosk.waits import wording_of
from server.domain.hall.configuration import Counter, HallConfiguration, Screen
from server.domain.hall.sound import Sound
from server.domain.hours.calendars import business_day
from server.domain.instants import to_text
from server.domain.languages import FRENCH
from server.domain.waits.estimate import AfterClosing, Estimate, WaitRange
from server.store.counters.sessions import open_places
from server.store.hall.board_calls import EarlierCall, ShownCall, earlier_calls, shown_calls
from server.store.hours import breaks
from server.store.notices.notices import notices_mark
from server.store.sound import quiet_until
from server.store.transactions.database import Database
from server.store.visits import legs
from server.usecases.alerts.read_alerts import alert_part, screen_words
from server.usecases.hall_view import ARRIVAL_SHOWN_FOR, hall_state
from server.usecases.hours.opening import opening_now
from server.usecases.media.read_look import read_look
from server.usecases.notices.read_programme import Preview, read_programme
from signage import board
from signage.lettering import SMALLEST_PX, least_px, text_scale

type Message = dict[str, Any]
type Waits = Mapping[str, Estimate]


def place_of(configuration: HallConfiguration, counter: str, today: date | None = None) -> board.CounterPlace:
    """A counter as visitors read it; one that left the configuration keeps its id.

    `today` is the hall's local day, which decides whether its induction loop is shown; None: it is not shown.
    """
    found: Counter | None = configuration.counters.get(counter)
    if found is None:
        return board.CounterPlace(counter=counter, label=counter)
    has_loop = today is not None and found.shows_loop(today)
    return board.CounterPlace(
        counter=counter, label=found.label, direction=found.directions, has_loop=has_loop
    )


def read_board(database: Database, hall: str) -> Message:
    """The board of a hall (id or slug) without its queues, under 4 kB. Refusal: unknown_hall."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        called = shown_calls(rows, hall_id, since=state.position.as_of - ARRIVAL_SHOWN_FOR)
        recent = earlier_calls(rows, hall_id)
        rest = breaks.carried_over(rows, hall_id, state.configuration, state.position.as_of)
        quiet = quiet_until(rows, hall_id, state.position.as_of)
        alert = alert_part(rows, hall_id, state.configuration, state.position.as_of)
        mark = notices_mark(rows)
    day = business_day(state.configuration.calendar, state.position.as_of)
    shown_legs = {call.id for call in called}
    latest: dict[str, board.RecentCall] = {}
    for leg in recent:
        if leg.counter and leg.id not in shown_legs and _is_over(leg, day):
            place = place_of(state.configuration, leg.counter)
            latest.setdefault(
                leg.number, board.RecentCall(number=leg.number, place=place, called_at=leg.last_called_at)
            )
    return board.board_message(
        hall=state.row.slug,
        position=state.position,
        calls=[_call(state.configuration, call, day) for call in called],
        recent=list(latest.values())[: board.MAX_RECENT],
        extra={
            "programme_revision": f"{state.configuration.revision}.{mark}",
            **alert,
            "quiet_until": to_text(quiet) if quiet else None,
            "break": None
            if rest is None
            else {"begins_at": to_text(rest.begins_at), "resumes_at": to_text(rest.resumes_at)},
        },
    )


def read_alert_message(database: Database, hall: str) -> Message:
    """The message that is sent at once when an alert is raised or ends in a hall (id)."""
    with database.read() as rows:
        state = hall_state(database, rows, hall)
        alert = alert_part(rows, hall, state.configuration, state.position.as_of)
    position = state.position
    answer = {"epoch": position.epoch, "version": position.version, "as_of": to_text(position.as_of)}
    return {"hall": state.row.slug, **answer, **alert}


def _is_over(leg: EarlierCall, today: date) -> bool:
    """Whether a leg was called today, is not called any more, and its call was not taken back."""
    return leg.state != "called" and leg.business_day == today and leg.end_reason != "undone"


def _call(configuration: HallConfiguration, call: ShownCall, today: date) -> board.BoardCall:
    return board.BoardCall(
        call=call.call,
        number=call.number,
        place=place_of(configuration, call.counter, today),
        called_at=call.last_called_at,
        rank=call.rank,
    )


def read_queues(database: Database, hall: str, waits: Waits) -> Message:
    """How many people wait in each queue, and the wait for a ticket taken now; under 4 kB."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        counts = legs.waiting_by_queue(rows, hall_id)
        places = open_places(rows, hall_id)
    served = {service for place in places if not place.is_paused for service in place.services}
    lines = []
    for queue in state.configuration.queues.values():
        services = [
            s
            for s in state.configuration.services.values()
            if s.queue == queue.id and not s.is_retired and s.is_on_kiosk
        ]
        if not services:
            continue
        wait = waits.get(queue.id) if any(each.id in served for each in services) else None
        count = counts[queue.id].people if queue.id in counts else 0
        lines.append(
            board.QueueLine(
                queue=queue.id,
                services=[(s.id, {FRENCH: s.name(FRENCH)}) for s in services],
                waiting=count,
                wait=board.QueueWait(
                    low_s=wait.low_s, high_s=wait.high_s, said=wording_of(wait.low_s, wait.high_s)
                )
                if isinstance(wait, WaitRange)
                else None,
                is_after_closing=isinstance(wait, AfterClosing),
            )
        )
    return board.queues_message(hall=state.row.slug, position=state.position, queues=lines)


def read_screen(
    database: Database,
    hall: str,
    screen: str,
    translate: Callable[..., str],
    preview: Preview | None = None,
) -> Message:
    """What a screen needs besides the board: names in every language, its programme, whether it is open.

    Refusals: unknown_hall, unknown_notice for a preview of none.
    """
    programme = read_programme(database, hall, screen, translate, preview)
    configuration = database.configuration(hall)
    now = database.clock.now()
    configured = configuration.screens.get(screen)
    opening = (
        opening_now(configuration, next(iter(configuration.services)), now).opening
        if configuration.services
        else None
    )
    with database.read() as rows:
        words = screen_words(rows, database.hall_id(hall), now)
        worn = read_look(rows).as_message()
    return {
        "hall": configuration.hall,
        "name": configuration.name,
        "site": configuration.site.name,
        "time_zone": configuration.site.time_zone,
        "languages": list(configuration.languages),
        "services": {
            service.id: dict(service.names)
            for service in configuration.services.values()
            if service.is_on_kiosk and not service.is_retired
        },
        "is_open": opening is None or opening.is_open,
        "next_opening_at": to_text(opening.next_opens_at) if opening and opening.next_opens_at else None,
        "closes_at": to_text(opening.half_day.closes_at) if opening and opening.half_day else None,
        "awaited_s": configuration.limits.forgotten_after_s,
        "has_sound": configured.has_sound if configured else True,
        "output": configured.output if configured else "loudspeaker",
        "sound": _sound(configuration.sound, configured),
        "hearing_loop": configuration.shows_loop(business_day(configuration.calendar, now)),
        "place": _place(configuration, configured),
        "demonstration": configuration.is_demonstration,
        "look": worn,
        "alert_texts": words,
        "programme": programme,
        "configuration": configuration.mark,
        "now": to_text(now),
    }


def _sound(sound: Sound, screen: Screen | None) -> Message:
    """How loud calls are said: the most, and the levels by local hour. A loop has one level."""
    if screen is not None and screen.output == "loop":
        return {"most_percent": 100 if sound.loop is None else sound.loop.percent, "levels": []}
    return {
        "most_percent": sound.most_percent,
        "levels": [
            {"opens": f"{level.opens:%H:%M}", "closes": f"{level.closes:%H:%M}", "percent": level.percent}
            for level in sound.levels
        ],
    }


def _place(configuration: HallConfiguration, screen: Screen | None) -> Message:
    """What the screen is for and how large its text is there; a screen nobody configured is a hall's."""
    if screen is None:
        return {
            "layout": "hall",
            "text_scale": 1.0,
            "least_px": SMALLEST_PX,
            "arrow": None,
            "counter": None,
        }
    counter = configuration.counters.get(screen.counter or "")
    return {
        "layout": screen.layout,
        "text_scale": text_scale(screen.diagonal_cm, screen.viewing_m, screen.layout),
        "least_px": least_px(screen.diagonal_cm, screen.viewing_m),
        "arrow": screen.arrow,
        "counter": None if counter is None else {"id": counter.id, "label": counter.label},
    }
