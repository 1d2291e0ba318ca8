"""One counter with its session, its leg and the gesture that may be undone."""

from datetime import datetime

from server.domain.counters.forgotten_counter import PresenceTimes
from server.domain.facts import FactKind
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.store.counters.sessions import SessionPlace, open_place, open_places, places_of
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.store.visits import legs as waiting
from server.store.visits.gestures import GestureRow
from server.store.visits.legs import LegRow
from server.store.visits.visits import notes_before, visit_row
from server.usecases.answers import Answer
from server.usecases.counters.forgotten_counters import presence_of
from server.usecases.counters.visible_counters import CounterVisibility
from server.usecases.counters.wrapping_up import wrapping_up
from server.usecases.hall.read_queue import VisitDetails, _calling_state, _counter, _hidden
from server.usecases.hall_view import HallState, hall_state
from server.usecases.visits.undo_gesture import MAY_UNDO_FOR, last_gesture

OF_WHO_HOLDS_IT = (
    *("wrap_up_until", "presence", "pause_reason", "opened_at", "expires_at", "held_by", "last_gesture"),
)
"""The fields for whoever holds a counter, and for others where enough agents are present."""


def read_counter(database: Database, counter: str, *, reader: str | None = None) -> Answer:
    """One counter with its session, its leg and the gesture that may be undone. Refusal: unknown_counter.

    `reader`: the author who asks, None: whoever holds it. The id of the session (`session`) is only for the
    author who opened it; others get its mark. Where few agents are present, of a counter of somebody else
    only what everybody may read.
    """
    hall = database.hall_of_counter(counter)
    with database.read() as rows:
        state = hall_state(database, rows, hall)
        configured = state.configuration.counters.get(counter)
        if configured is None:
            raise Refusal("unknown_counter", counter=counter)
        place = open_place(rows, counter)
        leg = waiting.leg_at_counter(rows, counter)
        gesture = last_gesture(rows, hall, counter) if place is not None else None
        numbers = _number_of(rows, gesture)
        notes = [] if leg is None else notes_before(rows, leg.visit, position=leg.position)
        details = VisitDetails.read(rows, hall)
        answer = _counter(counter, place, leg, _calling_state(database, state))
        may_tell = CounterVisibility.of(open_places(rows, hall), reader)
        of_session = [] if place is None else places_of(rows, hall, place.session)
        places = [each.counter for each in of_session]
        wrap_up = _wrap_up(rows, state, place, leg)
        presence_check = presence_of(rows, hall, state.configuration.limits, places)
    about = {
        "session": None if place is None or not _may_read_id(place, reader) else place.session,
        "label": configured.label,
        "hall": state.row.slug,
        "epoch": state.position.epoch,
        "version": state.position.version,
        "as_of": to_text(state.position.as_of),
    }
    if reader is not None and place is not None and not may_tell.tells(counter):
        return (
            _hidden(answer, may_tell) | dict.fromkeys(OF_WHO_HOLDS_IT) | {"places": [], "notes": []} | about
        )
    return (
        answer
        | {
            "places": places,
            "leg": None if leg is None else details.leg(leg),
            "notes": notes,
            "wrap_up_until": None if wrap_up is None else to_text(wrap_up),
            "presence": None if presence_check is None else _presence(presence_check),
            "pause_reason": None if place is None else place.pause_reason,
            "opened_at": None if place is None else to_text(place.opened_at),
            "expires_at": None if place is None or place.expires_at is None else to_text(place.expires_at),
            "held_by": None if place is None else place.author,
            "last_gesture": None if gesture is None else _gesture(gesture, numbers),
        }
        | about
    )


def _may_read_id(place: SessionPlace, reader: str | None) -> bool:
    return reader is None or place.author == reader


def _wrap_up(rows: Rows, state: HallState, place: SessionPlace | None, leg: LegRow | None) -> datetime | None:
    if place is None or leg is not None:
        return None
    found = wrapping_up(rows, place.hall, state.configuration, [place], state.position.as_of)
    return found.get(place.counter)


def _presence(presence_check: PresenceTimes) -> Answer:
    return {
        "asks_at": to_text(presence_check.asks_at),
        "gives_back_at": to_text(presence_check.gives_back_at),
    }


def _number_of(rows: Rows, gesture: GestureRow | None) -> str | None:
    visit = None if gesture is None else gesture.visit or gesture.body.get("visit")
    row = None if visit is None else visit_row(rows, visit)
    return None if row is None else row.number


def _gesture(gesture: GestureRow, number: str | None) -> Answer:
    body = gesture.body
    return {
        "fact": gesture.id,
        "verb": gesture.kind,
        "leg": body.get("leg"),
        "end_reason": body.get("reason") if gesture.kind == FactKind.LEG_ENDED else None,
        "visit": gesture.visit,
        "number": number,
        "at": to_text(gesture.happened_at),
        "may_undo_until": to_text(gesture.happened_at + MAY_UNDO_FOR),
    }
