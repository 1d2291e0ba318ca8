"""Shapes of what consoles read of a hall: its queue, one counter, who waits for it."""

from typing import Literal

from pydantic import Field

from server.domain.hours.half_days import AtBreak
from server.web.api.shapes.legs import ExactShape, InstantText, Leg

type CounterState = Literal["closed", "free", "paused", "called", "in_service", "open"]
"""`open`: somebody holds the counter, and what they do there may not be shown."""


class Position(ExactShape):
    """Where in a hall's life a full state stands: see docs/rules/state.md."""

    hall: str
    epoch: str
    version: int
    as_of: InstantText


class DayFigures(ExactShape):
    """The figures of a hall's business day, so far; null without a sample."""

    received: int
    no_shows: int
    median_wait_s: int | None
    within_target_percent: int | None
    greetings: int


class QueueOfHall(ExactShape):
    """A queue: how many wait, since when the first of them, and the first legs in the order of the queue."""

    queue: str
    services: list[str]
    waiting: int
    oldest_at: InstantText | None
    legs: list[Leg]


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


class BreakOfHall(ExactShape):
    """A break that runs or begins within the hour; `is_decided`: somebody chose what it does today."""

    begins_at: InstantText
    resumes_at: InstantText
    is_running: bool
    choice: AtBreak
    is_decided: bool


class ClosedHall(ExactShape):
    """A hall that opens no more today, and the reason for visitors by language."""

    why: dict[str, str]


class UnservedStepFree(ExactShape):
    """Who waits for a step-free counter while no open one serves them, and the closed ones that could."""

    visit: str
    number: str
    service: str
    counters: list[str]


class QueueAnswer(Position):
    """The queue of a hall: figures, who is called, served, waiting, and its counters."""

    day: DayFigures
    queues: list[QueueOfHall]
    called: list[Leg]
    in_service: list[Leg]
    parked: list[Leg]
    no_shows: list[Leg]
    counters: list[CounterOfHall]
    shows_counters: bool
    break_: BreakOfHall | None = Field(alias="break")
    closed: ClosedHall | None
    step_free: list[UnservedStepFree]


class QueuePage(ExactShape):
    """Further waiting legs of one queue."""

    queue: str
    legs: list[Leg]


class PresenceQuestion(ExactShape):
    """When a console asks whether its agent is there, and when it gives the visitor back."""

    asks_at: InstantText
    gives_back_at: InstantText


class LastGesture(ExactShape):
    """The last verb of a counter and until when it may be undone; `number`: the visitor's ticket."""

    fact: str
    verb: str
    leg: str | None
    end_reason: str | None
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
    version: int
    as_of: InstantText
    may_call: int
    legs: list[Leg]
