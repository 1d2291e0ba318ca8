"""One counter with its session, its leg and the gesture that may be undone."""

import json
from datetime import datetime
from typing import Any

from server.domain.counters.forgotten_counter import PresenceAsked
from server.domain.facts import FactKind
from server.domain.instants import micros_to_text, to_text
from server.domain.refusals import Refusal
from server.store import counters
from server.store.engine.rows import Row
from server.store.transactions.database import Database
from server.store.visits import legs as waiting
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
"""What is told of a counter to whoever holds it, and to others where enough agents are present."""


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
        session = counters.open_session(rows, counter)
        leg = waiting.leg_at_counter(rows, counter)
        gesture = last_gesture(rows, hall, counter) if session is not None else None
        numbers = _number_of(rows, gesture)
        notes = [] if leg is None else waiting.notes_before(rows, leg)
        details = VisitDetails.read(rows, hall)
        answer = _counter(counter, session, leg, _calling_state(database, state))
        may_tell = CounterVisibility.of(counters.open_sessions(rows, hall), reader)
        session_places = [] if session is None else counters.places_of(rows, hall, session["session"])
        places = [place["counter"] for place in session_places]
        wrap_up = _wrap_up(rows, hall, state, session, leg)
        presence_check = presence_of(rows, hall, state.configuration.limits, places)
    place = {
        "session": None if session is None or not _may_read_id(session, reader) else session["session"],
        "label": configured.label,
        "hall": state.row["slug"],
        "epoch": state.position.epoch,
        "version": state.position.version,
        "as_of": to_text(state.position.as_of),
    }
    if reader is not None and session is not None and not may_tell.tells(counter):
        return (
            _hidden(answer, may_tell) | dict.fromkeys(OF_WHO_HOLDS_IT) | {"places": [], "notes": []} | place
        )
    return (
        answer
        | {
            "places": places,
            "leg": None if leg is None else details.leg(leg),
            "notes": notes,
            "wrap_up_until": None if wrap_up is None else to_text(wrap_up),
            "presence": None if presence_check is None else _presence(presence_check),
            "pause_reason": None if session is None else session["pause_reason"],
            "opened_at": None if session is None else micros_to_text(session["opened_at"]),
            "expires_at": None if session is None else micros_to_text(session["expires_at"]),
            "held_by": None if session is None else session["author"],
            "last_gesture": None if gesture is None else _gesture(gesture, numbers),
        }
        | place
    )


def _may_read_id(session: Row, reader: str | None) -> bool:
    return reader is None or session["author"] == reader


def _wrap_up(rows: Any, hall: str, state: HallState, session: Row | None, leg: Row | None) -> datetime | None:
    if session is None or leg is not None:
        return None
    found = wrapping_up(rows, hall, state.configuration, [session], state.position.as_of)
    return found.get(session["counter"])


def _presence(presence_check: PresenceAsked) -> Answer:
    return {
        "asks_at": to_text(presence_check.asks_at),
        "gives_back_at": to_text(presence_check.gives_back_at),
    }


def _number_of(rows: Any, gesture: Any) -> str | None:
    visit = None if gesture is None else gesture["visit"] or json.loads(gesture["body"]).get("visit")
    row = None if visit is None else rows.one("SELECT number FROM visit WHERE id = :visit", visit=visit)
    return None if row is None else str(row["number"])


def _gesture(gesture: Any, number: str | None) -> Answer:
    body = json.loads(gesture["body"])
    until = gesture["happened_at"] + int(MAY_UNDO_FOR.total_seconds()) * 1_000_000
    return {
        "fact": gesture["id"],
        "verb": gesture["kind"],
        "leg": body.get("leg"),
        "end_reason": body.get("reason") if gesture["kind"] == FactKind.LEG_ENDED else None,
        "visit": gesture["visit"],
        "number": number,
        "at": micros_to_text(gesture["happened_at"]),
        "may_undo_until": micros_to_text(until),
    }
