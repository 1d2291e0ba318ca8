"""What the supervisor's wall reads of a hall."""

from typing import Literal, TypedDict

from server.domain.hall.wall import QueueState
from server.usecases.answers import AnnouncedWait
from server.usecases.hall.hall_answers import DayFields, OfBreak
from signage.board_messages import PositionMessage

type WallState = Literal["closed", "free", "paused", "forgotten", "called", "in_service", "open"]
"""`forgotten`: paused, as nobody answered the question whether the agent is there. `open`: the wall may not
show what is done there.
"""


class PeopleCount(TypedDict):
    """How many people are in a hall by their open tickets; `all` is the sum of the four states.

    `linked`: how many of `all` are linked to another one, so that they may be one person's.
    """

    waiting: int
    called: int
    in_service: int
    parked: int
    all: int
    linked: int


class PeopleAnswer(PositionMessage):
    """How many people are in a hall."""

    people: PeopleCount


class QueueOnWall(AnnouncedWait):
    """A queue against the targets of its services; `target_s`: the least of them.

    `overdue`: how many have waited longer than their target. `counters`: how many serve it now.
    """

    queue: str
    services: list[str]
    waiting: int
    longest_s: int
    target_s: int
    overdue: int
    counters: int
    state: QueueState


class LongWait(TypedDict):
    """One of those who have waited longest."""

    number: str
    service: str
    since: str
    target_s: int


class SentToClosed(TypedDict):
    """Somebody who waits for one counter alone, which nobody holds."""

    number: str
    service: str
    counter: str
    sent_at: str


class StoppedService(TypedDict):
    """A service whose tickets are stopped for the rest of the day."""

    service: str
    since: str


class WorkOnWall(TypedDict):
    """What is done at a counter; `wrap_up_until`: the end of the time to finish the visit before."""

    state: WallState
    since: str | None
    number: str | None
    wrap_up_until: str | None


class CounterOnWall(WorkOnWall):
    """A counter; where few agents are present, only whether it is open.

    `session_mark`: the same for all counters of one session.
    """

    counter: str
    session_mark: str | None
    profile: str | None
    services: list[str]


class CountersOnWall(TypedDict):
    """The counters of a hall: how many agents are present, and how many counters are in each state."""

    agents: int
    shows_counters: bool
    counted: dict[WallState, int]
    counters: list[CounterOnWall]


class WallAnswer(PositionMessage, DayFields, OfBreak, CountersOnWall):
    """A hall at one glance; `quiet_until`: calls are silent until then."""

    quiet_until: str | None
    people: PeopleCount
    queues: list[QueueOnWall]
    longest: list[LongWait]
    sent_to_closed: list[SentToClosed]
    stops: list[StoppedService]
