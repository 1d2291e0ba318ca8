"""What is done at a counter, as consoles read it, and what of it everybody may read."""

from copy import copy
from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from hardware.json_types import FALSE_IF_LEFT_OUT, Count, InstantText, Percent, Seconds, Texts
from server.domain.attention import WaitingLeg
from server.domain.hours.calendars import AtBreak
from server.domain.instants import text_or_none, to_text
from server.domain.visits.transitions import LegState
from server.ids import session_mark
from server.store.counters import SessionPlace, free_since
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.visits.legs import LegRow
from server.usecases.calling import CallingState, pick_next
from server.usecases.counters.own_session import HIDDEN, CounterVisibility
from server.usecases.hall_view import HallState

type CounterState = Literal["closed", "free", "paused", "called", "in_service", "open"]
"""`open`: somebody holds the counter, and pages may not show what is done there."""


class DayFigures(TypedDict):
    """The figures of a hall's business day, so far; null without a sample."""

    received: Count
    no_shows: Count
    median_wait_s: Seconds | None
    within_target_percent: Percent | None
    greetings: Count


class BreakOfHall(TypedDict):
    """A break that runs or begins within the hour; `is_decided`: somebody chose what it does today."""

    begins_at: InstantText
    resumes_at: InstantText
    is_running: bool
    choice: AtBreak
    is_decided: bool


class ClosedHall(TypedDict):
    """A hall that opens no more today, and the reason for visitors by language."""

    why: Texts


class DayFields(TypedDict):
    """What consoles and the wall read of a hall's day."""

    day: DayFigures
    closed: ClosedHall | None


OfBreak = TypedDict("OfBreak", {"break": BreakOfHall | None})  # a word of Python


class CounterWork(TypedDict):
    """A counter and what is done there; `next`: the number that it would call now.

    `session_mark`: the same for all counters of one session. `is_paused`: its break begins once the visitor
    who is here has left.
    """

    counter: str
    session_mark: str | None
    state: CounterState
    since: InstantText | None
    services: list[str]
    next: str | None
    is_paused: NotRequired[Annotated[bool, FALSE_IF_LEFT_OUT]]
    """The break begins once the visitor who is here has left."""


def waits_since(leg: LegRow) -> datetime:
    """Since when the wait of a leg counts: its reference instant, or its booked hour where that is later."""
    return max(leg.reference_at, leg.booked_at or leg.reference_at)


def waited(leg: LegRow, now: datetime) -> WaitingLeg:
    """How long somebody who waits has waited, and their target."""
    return WaitingLeg(max(0.0, (now - waits_since(leg)).total_seconds()), leg.target_s)


def calling_state(database: Database, state: HallState) -> CallingState:
    """What a pick reads of a hall, at the state that was read."""
    legs = database.open_legs(state.rows, state.row)
    return CallingState(state.rows, state.row.id, state.configuration, legs, state.as_of)


def counter_work(
    counter: str, place: SessionPlace | None, leg: LegRow | None, calling: CallingState
) -> CounterWork:
    """What is done at a counter (id): its place in a session, the leg that is called or served there."""
    if place is None:
        return {
            "counter": counter,
            "session_mark": None,
            "state": "closed",
            "since": None,
            "services": [],
            "next": None,
        }
    state, since = counter_state(place, leg, calling.rows)
    answer: CounterWork = {
        "counter": counter,
        "session_mark": session_mark(place.session),
        "state": state,
        "since": since,
        "services": place.services,
        "next": _next_number(calling, place),
    }
    if leg is not None and place.is_paused:
        answer["is_paused"] = True  # left out otherwise: a message says this of every counter of the hall
    return answer


def counter_state(place: SessionPlace, leg: LegRow | None, rows: Rows) -> tuple[CounterState, str | None]:
    """The state of an open counter, and since when."""
    if leg is not None:
        at = text_or_none(leg.started_at or leg.last_called_at)
        return ("called" if leg.state == LegState.CALLED else "in_service"), at
    if place.paused_at is not None:
        return "paused", to_text(place.paused_at)
    return "free", to_text(free_since(rows, place))


def _next_number(calling: CallingState, place: SessionPlace) -> str | None:
    """The number that `next` would call at this place now; None when nobody."""
    if place.counter not in calling.configuration.counters:
        return None
    pick = pick_next(calling, place.counter, place.terms)
    return None if pick is None else pick.leg.number


def is_hidden(work: CounterWork, may_tell: CounterVisibility) -> bool:
    """Whether a reader may see no more of a counter than that it is open, its services, who is next."""
    return work["session_mark"] is not None and not may_tell.tells(work["counter"])


def hidden_work[Work: CounterWork](work: Work) -> Work:
    """A counter as everybody may read it where `is_hidden`: open, and not since when."""
    hidden = copy(work)
    hidden["state"], hidden["since"] = HIDDEN["state"], HIDDEN["since"]
    if "is_paused" in hidden:
        del hidden["is_paused"]
    return hidden
