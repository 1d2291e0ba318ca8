"""Shapes of counters: as everybody of their hall reads them, and as whoever holds them does."""

from typing import Literal

from server.domain.calling.work_profiles import RuleName
from server.domain.facts import FactKind
from server.domain.visits.transitions import EndReason
from server.web.api.responses.exact import Count, ExactShape, InstantText, Position
from server.web.api.responses.legs import Leg

type CounterState = Literal["closed", "free", "paused", "called", "in_service", "open"]
"""`open`: somebody holds the counter, and what they do there may not be shown."""


class CounterOfHall(ExactShape):
    """A counter as everybody of its hall may read it; `next`: the number it would call now."""

    counter: str
    session_mark: str | None
    state: CounterState
    since: InstantText | None
    leg: str | None
    services: list[str]
    next: str | None
    hearing_loop: bool = False
    is_paused: bool = False
    """The break begins once the visitor who is here has left."""


class PresenceQuestion(ExactShape):
    """When a console asks whether its agent is there, and when it gives the visitor back."""

    asks_at: InstantText
    gives_back_at: InstantText


class LastGesture(ExactShape):
    """The last verb of a counter and until when it may be undone; `number`: the visitor's ticket."""

    fact: str
    verb: FactKind
    leg: str | None
    end_reason: EndReason | None
    visit: str | None
    number: str | None
    at: InstantText
    may_undo_until: InstantText


class CounterAnswer(Position):
    """One counter with its session, its leg and the gesture that may be undone.

    `session`: only for who opened it. Null where few agents are present and the counter is somebody else's:
    what only its holder may read.
    """

    counter: str
    label: str
    session: str | None
    session_mark: str | None
    state: CounterState
    since: InstantText | None
    leg: Leg | None
    services: list[str]
    next: str | None
    is_paused: bool = False
    places: list[str]
    notes: list[str]
    wrap_up_until: InstantText | None
    presence: PresenceQuestion | None
    pause_reason: str | None
    opened_at: InstantText | None
    expires_at: InstantText | None
    held_by: str | None
    last_gesture: LastGesture | None


class WaitingAnswer(ExactShape):
    """Everybody who waits for a counter: first the `may_call` ones it may call now, in the order of calls."""

    counter: str
    epoch: str
    version: Count
    as_of: InstantText
    may_call: Count
    legs: list[Leg]


class SessionAnswer(ExactShape):
    """A counter session, and the counters it holds."""

    session: str
    """Sent only to the person who opened it."""
    session_mark: str
    """The name that everybody of the hall reads in its place."""
    places: list[str]
    services: list[str]
    profile: str | None
    rule: RuleName
    opened_at: InstantText
    expires_at: InstantText
    """When it ends unless the console keeps it."""
