"""The hall document's work profiles: queues in an order, conditions tried in turn, a calling rule."""

from datetime import time
from typing import Annotated, Literal

from pydantic import Field

from server.documents.values import NotEmpty, Part, Slug, Texts
from server.domain.calling.work_profiles import (
    DEFAULT_RULE,
    Condition,
    CountersAtMost,
    LocalHours,
    PeopleExceed,
    RuleName,
    Test,
    WaitExceeds,
    WorkProfile,
)

Weight = Annotated[int, Field(ge=1, le=100)]


class WaitExceedsPart(Part):
    """Holds while someone has waited in the queue for more than `minutes`."""

    kind: Literal["wait_exceeds"]
    queue: Slug
    minutes: Annotated[int, Field(ge=0, le=480)]


class PeopleExceedPart(Part):
    """Holds while more than `people` wait in the queue."""

    kind: Literal["people_exceed"]
    queue: Slug
    people: Annotated[int, Field(ge=0, le=500)]


class CountersAtMostPart(Part):
    """Holds while at most `counters` are open for the queue; `queue` null: in the whole hall."""

    kind: Literal["counters_at_most"]
    counters: Annotated[int, Field(ge=0, le=40)]
    queue: Slug | None = None


class LocalHoursPart(Part):
    """Holds between two local times, the first included; may go past midnight."""

    kind: Literal["local_hours"]
    starts: time
    ends: time


type TestPart = Annotated[
    WaitExceedsPart | PeopleExceedPart | CountersAtMostPart | LocalHoursPart, Field(discriminator="kind")
]


class ConditionPart(Part):
    """When every test holds, the queue `call` comes first."""

    tests: Annotated[tuple[TestPart, ...], Field(max_length=4), *NotEmpty]
    call: Slug


class ProfilePart(Part):
    """Which queues a session serves, and how the next leg is picked; `weights` are for weighted shares."""

    id: Slug
    names: Texts
    queues: Annotated[tuple[Slug, ...], Field(max_length=60), *NotEmpty]
    rule: RuleName = DEFAULT_RULE
    conditions: Annotated[tuple[ConditionPart, ...], Field(max_length=20)] = ()
    has_priority_first: bool = True
    weights: dict[Slug, Weight] = Field(default_factory=dict)


def to_profile(part: ProfilePart) -> WorkProfile:
    """The profile as the calling rules read it."""
    conditions = (Condition(tuple(map(_test, each.tests)), each.call) for each in part.conditions)
    return WorkProfile(
        id=part.id,
        queues=part.queues,
        rule=part.rule,
        conditions=tuple(conditions),
        priority_first=part.has_priority_first,
        weights=part.weights,
    )


def _test(part: TestPart) -> Test:
    match part:
        case WaitExceedsPart():
            return WaitExceeds(part.queue, part.minutes)
        case PeopleExceedPart():
            return PeopleExceed(part.queue, part.people)
        case CountersAtMostPart():
            return CountersAtMost(part.counters, part.queue)
        case LocalHoursPart():
            return LocalHours(part.starts, part.ends)
