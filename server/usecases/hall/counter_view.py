"""One counter with its session, its leg, the gesture that may be undone, and the people who wait for it."""

from datetime import datetime
from typing import TypedDict

from hardware.json_types import Count, InstantText
from server.domain.author import SYSTEM, Author
from server.domain.facts import FactKind
from server.domain.hall.fold import PresenceTimes
from server.domain.instants import text_or_none, to_text
from server.domain.refusals import Refusal, existing
from server.domain.visits.transitions import EndReason
from server.domain.visits.undo import MAY_UNDO_FOR
from server.store.counters import SessionPlace, open_place, open_places, places_of
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.visits import legs as waiting
from server.store.visits.legs import LegRow
from server.store.visits.open_legs import OpenLegs
from server.store.visits.visits import GestureRow, notes_before, visit_row
from server.usecases.answers import Leg
from server.usecases.calling import CallingState, order_of_calls, profile_of
from server.usecases.counters.left_counters import presence_of
from server.usecases.counters.own_session import CounterVisibility, wrapping_up
from server.usecases.hall.counter_work import CounterWork, calling_state, counter_work, hidden_work, is_hidden
from server.usecases.hall.read_queue import VisitDetails
from server.usecases.hall_view import HallState, hall_state
from server.usecases.visits.gestures import last_gesture, last_gesture_at_reception
from signage.board import Position


class PresenceQuestion(TypedDict):
    """When a console asks whether its agent is there, and when it gives the visitor back."""

    asks_at: InstantText
    gives_back_at: InstantText


class LastGesture(TypedDict):
    """The last verb of a counter and until when it may be undone; `number`: the visitor's ticket."""

    fact: str
    verb: FactKind
    leg: str | None
    end_reason: EndReason | None
    visit: str | None
    number: str | None
    at: InstantText
    may_undo_until: InstantText


class OfHolder(TypedDict):
    """What whoever holds a counter reads of it, and others where enough agents are present."""

    leg: Leg | None
    places: list[str]
    notes: list[str]
    wrap_up_until: InstantText | None
    presence: PresenceQuestion | None
    pause_reason: str | None
    opened_at: InstantText | None
    expires_at: InstantText | None
    held_by: str | None
    last_gesture: LastGesture | None


class CounterAnswer(CounterWork, OfHolder, Position):
    """One counter with its session, its leg and the gesture that may be undone.

    `session`: only for who opened it. Null where few agents are present and the counter is somebody else's:
    what only its holder may read.
    """

    label: str
    session: str | None


def read_counter(database: Database, counter: str, *, reader: Author | None = None) -> CounterAnswer:
    """One counter with its session, its leg and the gesture that may be undone. Refusal: unknown_counter.

    `reader`: the author who asks, None: whoever holds it. The id of the session (`session`) is only for the
    author who opened it; others get its mark. Where few agents are present, of a counter of somebody else
    only what everybody may read.
    """
    hall = database.hall_of_counter(counter)
    with database.read() as rows:
        state = hall_state(database, rows, hall)
        configured = existing(state.configuration.counters.get(counter), "unknown_counter", counter=counter)
        place = open_place(rows, counter)
        leg = waiting.leg_at_counter(rows, counter)
        work = counter_work(counter, place, leg, calling_state(database, state))
        may_tell = CounterVisibility.of(open_places(rows, hall), reader)
        if reader is not None and is_hidden(work, may_tell):
            work, of_holder = hidden_work(work), _hidden_of_holder()
        else:
            details = VisitDetails.read(database, state) if leg else None
            of_holder = _of_holder(state, details, counter, place, leg)
    return {
        **work,
        **of_holder,
        "session": None if place is None or not _may_read_id(place, reader) else place.session,
        "label": configured.label,
        **state.position_message,
    }


def _of_holder(
    state: HallState,
    details: VisitDetails | None,
    counter: str,
    place: SessionPlace | None,
    leg: LegRow | None,
) -> OfHolder:
    rows, hall = state.rows, state.row.id
    gesture = last_gesture(rows, hall, counter) if place is not None else None
    of_session = [] if place is None else places_of(rows, hall, place.session)
    places = [each.counter for each in of_session]
    wrap_up = _wrap_up(rows, state, place, leg)
    presence_check = presence_of(rows, hall, state.configuration.limits, places)
    return {
        "leg": None if leg is None or details is None else details.leg(leg),
        "places": places,
        "notes": [] if leg is None else notes_before(rows, leg.visit, position=leg.position),
        "wrap_up_until": text_or_none(wrap_up),
        "presence": None if presence_check is None else _presence(presence_check),
        "pause_reason": None if place is None else place.pause_reason,
        "opened_at": None if place is None else to_text(place.opened_at),
        "expires_at": None if place is None else text_or_none(place.expires_at),
        "held_by": None if place is None else place.author,
        "last_gesture": None if gesture is None else _gesture(gesture, _number_of(rows, gesture)),
    }


def _hidden_of_holder() -> OfHolder:
    return {
        "leg": None,
        "places": [],
        "notes": [],
        "wrap_up_until": None,
        "presence": None,
        "pause_reason": None,
        "opened_at": None,
        "expires_at": None,
        "held_by": None,
        "last_gesture": None,
    }


def _may_read_id(place: SessionPlace, reader: Author | None) -> bool:
    return reader is None or reader.is_same(place.author)


def _wrap_up(rows: Rows, state: HallState, place: SessionPlace | None, leg: LegRow | None) -> datetime | None:
    if place is None or leg is not None:
        return None
    found = wrapping_up(rows, place.hall, state.configuration, [place], state.as_of)
    return found.get(place.counter)


def _presence(presence_check: PresenceTimes) -> PresenceQuestion:
    return {
        "asks_at": to_text(presence_check.asks_at),
        "gives_back_at": to_text(presence_check.gives_back_at),
    }


def _number_of(rows: Rows, gesture: GestureRow) -> str | None:
    visit = gesture.visit or gesture.body.get("visit")
    row = None if visit is None else visit_row(rows, visit)
    return None if row is None else row.number


def _gesture(gesture: GestureRow, number: str | None) -> LastGesture:
    body, kind = gesture.body, FactKind(gesture.kind)
    return {
        "fact": gesture.id,
        "verb": kind,
        "leg": body.get("leg"),
        "end_reason": EndReason(body["reason"]) if kind is FactKind.LEG_ENDED else None,
        "visit": gesture.visit,
        "number": number,
        "at": to_text(gesture.happened_at),
        "may_undo_until": to_text(gesture.recorded_at + MAY_UNDO_FOR),
    }


class ReceptionAnswer(TypedDict):
    """What a person did last at the reception desk, or at no counter; null: nothing that may be undone."""

    last_gesture: LastGesture | None


def read_reception(database: Database, hall: str, *, reader: Author) -> ReceptionAnswer:
    """The last gesture of a reader at no counter of a hall, which may be undone while it is recent."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        gesture = last_gesture_at_reception(rows, hall_id, reader)
        return {"last_gesture": _gesture(gesture, _number_of(rows, gesture)) if gesture else None}


class WaitingAnswer(TypedDict):
    """Everybody who waits for a counter: first the `may_call` ones it may call now, in the order of calls."""

    counter: str
    epoch: str
    version: Count
    as_of: InstantText
    may_call: Count
    legs: list[Leg]


def read_waiting(database: Database, counter: str, *, reader: Author = SYSTEM) -> WaitingAnswer:
    """Everyone who waits for a counter (id): first those it may call now, in call order, then the others.

    The others keep their place but cannot be called here now: held, a timer, a need, a link.
    Nobody for a closed counter. `reader`: who asks, and reads of the people in their reach.
    Refusal: unknown_counter.
    """
    hall = database.hall_of_counter(counter)
    with database.read() as rows:
        state = hall_state(database, rows, hall)
        if counter not in state.configuration.counters:
            raise Refusal("unknown_counter", counter=counter)
        place = open_place(rows, counter)
        legs: OpenLegs = database.open_legs(rows, state.row)
        at = CallingState(rows, hall, state.configuration, legs, state.as_of)
        in_order: list[LegRow] = []
        others: list[LegRow] = []
        if place is not None:
            terms = place.terms
            in_order = order_of_calls(at, counter, terms)
            callable_legs = {leg.id for leg in in_order}
            others = [
                leg
                for leg in legs.heads(
                    profile_of(state.configuration, terms).queues, counter=counter, most=None
                )
                if leg.id not in callable_legs
                and (leg.service in terms.services or leg.for_counter == counter)
            ]
            others.sort(key=lambda leg: leg.sort_key)
        details = VisitDetails.read(database, state)
        first, rest = (
            [details.leg(leg) for leg in found if reader.reach.has_leg(leg)] for found in (in_order, others)
        )
    return {
        "counter": counter,
        "epoch": state.row.epoch,
        "version": state.row.version,
        "as_of": to_text(state.as_of),
        "may_call": len(first),
        "legs": [*first, *rest],
    }
