"""What the supervisor's wall reads of a hall."""

from typing import Literal, TypedDict

from hardware.json_types import Count, InstantText, Seconds
from server.domain.hall.wall import QueueState
from server.usecases.answers import AnnouncedWait
from server.usecases.hall.hall_answers import DayFields, OfBreak
from signage.board_messages import Position

type WallState = Literal["closed", "free", "paused", "forgotten", "called", "in_service", "open"]
"""`forgotten`: paused, as nobody answered the question whether the agent is there. `open`: the wall may not
show what is done there.
"""


class PeopleCount(TypedDict):
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


class LongWait(TypedDict):
    """One of those who have waited longest."""

    number: str
    service: str
    since: InstantText
    target_s: Seconds


class SentToClosed(TypedDict):
    """Somebody who waits for one counter alone, which nobody holds."""

    number: str
    service: str
    counter: str
    sent_at: InstantText


class StoppedService(TypedDict):
    """A service whose tickets are stopped for the rest of the day."""

    service: str
    since: InstantText


class WorkOnWall(TypedDict):
    """What is done at a counter; `wrap_up_until`: the end of the time to finish the visit before."""

    state: WallState
    since: InstantText | None
    number: str | None
    wrap_up_until: InstantText | None
    """The end of the time that the agent has to finish the visit before; null: not now."""


class CounterOnWall(WorkOnWall):
    """A counter; where few agents are present, only whether it is open."""

    counter: str
    session_mark: str | None
    """The same mark for all counters of one session. It is not the id of the session."""
    profile: str | None
    services: list[str]


class CountersOnWall(TypedDict):
    """The counters of a hall: how many agents are present, and how many counters are in each state."""

    agents: Count
    """How many agents are present."""
    shows_counters: bool
    counted: dict[WallState, Count]
    """How many counters are in each state."""
    counters: list[CounterOnWall]


class WallAnswer(Position, DayFields, OfBreak, CountersOnWall):
    """A hall at one glance."""

    quiet_until: InstantText | None
    """The instant until which calls are silent."""
    people: PeopleCount
    queues: list[QueueOnWall]
    longest: list[LongWait]
    sent_to_closed: list[SentToClosed]
    stops: list[StoppedService]
