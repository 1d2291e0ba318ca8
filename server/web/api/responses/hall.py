"""Shapes of a hall now: its queue, its wall, its people, messages between its pages at work."""

from typing import Literal

from pydantic import Field

from server.domain.hall.wall import QueueState
from server.store.messages import MessageKind, PhraseName
from server.usecases.hall.hall_answers import BreakOfHall, ClosedHall
from server.web.api.responses.counters import CounterOfHall
from server.web.api.responses.exact import (
    AnnouncedWait,
    Count,
    ExactShape,
    InstantText,
    Percent,
    Position,
    Seconds,
)
from server.web.api.responses.legs import Leg

type WallState = Literal["closed", "free", "paused", "forgotten", "called", "in_service", "open"]
"""`forgotten`: paused, as nobody answered the question whether the agent is there. `open`: what is done there
may not be shown.
"""


class DayFigures(ExactShape):
    """The figures of a hall's business day, so far; null without a sample."""

    received: Count
    no_shows: Count
    median_wait_s: Seconds | None
    within_target_percent: Percent | None
    greetings: Count


class WaitingGroup(ExactShape):
    """How many people wait for a service; `counter`: the one counter that they wait for, if any."""

    service: str
    counter: str | None
    people: Count


class QueueOfHall(ExactShape):
    """A queue: how many wait, since when the first of them, and the first legs in the order of the queue."""

    queue: str
    services: list[str]
    waiting: Count
    groups: list[WaitingGroup]
    """All who wait, also where `legs` lists only the first."""
    oldest_at: InstantText | None
    legs: list[Leg]


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


class PeopleCount(ExactShape):
    """How many people are in a hall by their open tickets; `all` is the sum of the four states."""

    waiting: Count
    called: Count
    in_service: Count
    parked: Count
    all: Count
    linked: Count
    """How many of `all` are linked to another one: they may be one person's."""


class PeopleAnswer(Position):
    """How many people are in a hall."""

    people: PeopleCount


class QueueOnWall(AnnouncedWait):
    """A queue against the targets of its services."""

    queue: str
    services: list[str]
    waiting: Count
    longest_s: Seconds
    target_s: Seconds
    """The least target of its services."""
    overdue: Count
    """How many have waited longer than their target."""
    counters: Count
    """How many counters serve it now."""
    state: QueueState


class LongWait(ExactShape):
    """One of those who have waited longest."""

    number: str
    service: str
    since: InstantText
    target_s: Seconds


class SentToClosed(ExactShape):
    """Somebody who waits for one counter alone, which nobody holds."""

    number: str
    service: str
    counter: str
    sent_at: InstantText


class StoppedService(ExactShape):
    """A service whose tickets are stopped for the rest of the day."""

    service: str
    since: InstantText


class CounterOnWall(ExactShape):
    """A counter; where few agents are present, only whether it is open."""

    counter: str
    session_mark: str | None
    """The same mark for all counters of one session. It is not the id of the session."""
    profile: str | None
    services: list[str]
    state: WallState
    since: InstantText | None
    number: str | None
    wrap_up_until: InstantText | None
    """The end of the time that the agent has to finish the visit before; null: not now."""


class WallAnswer(Position):
    """A hall at one glance."""

    day: DayFigures
    break_: BreakOfHall | None = Field(alias="break")
    closed: ClosedHall | None
    quiet_until: InstantText | None
    """The instant until which calls are silent."""
    people: PeopleCount
    queues: list[QueueOnWall]
    longest: list[LongWait]
    sent_to_closed: list[SentToClosed]
    stops: list[StoppedService]
    agents: Count
    """How many agents are present."""
    shows_counters: bool
    counted: dict[WallState, Count]
    """How many counters are in each state."""
    counters: list[CounterOnWall]


class QuietAnswer(ExactShape):
    """The instant until which calls are silent; null: they are spoken."""

    quiet_until: InstantText | None


class TicketsStoppedAnswer(ExactShape):
    """Whether tickets of a service are stopped for the rest of the day."""

    service: str
    is_stopped: bool


class MessageAnswer(ExactShape):
    """A message after it was sent or seen; `counter` null: a call for help."""

    message: str
    kind: MessageKind
    counter: str | None


class MessageOfHall(MessageAnswer):
    """A message: a phrase or a text, from which role it was sent, and from which it was seen."""

    phrase: PhraseName | None
    """`help` for a call for help; null: a text."""
    text: str | None
    """Null for a phrase, and once it was seen."""
    sent_at: InstantText
    sent_from: str
    """The role of who sent it: `agent`, `security` and so on; `key` for a program."""
    seen_at: InstantText | None
    seen_from: str | None


class MessagesAnswer(ExactShape):
    """Some messages."""

    messages: list[MessageOfHall]
