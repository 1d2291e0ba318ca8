"""Answers about a hall now that several pages read: its day, its break, its counters."""

from typing import Annotated, Literal, NotRequired, TypedDict

from hardware.json_types import FALSE_IF_LEFT_OUT, Count, InstantText, Percent, Seconds, Texts
from server.domain.hours.half_days import AtBreak

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
