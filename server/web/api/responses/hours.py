"""Shapes of the hours of a hall: its breaks, its closing, its last day."""

from pydantic import Field, RootModel

from server.domain.hours.half_days import AtBreak
from server.domain.visits.transitions import EndReason
from server.web.api.responses.exact import Count, ExactShape, InstantText, LocalDate, Texts


class BreakOfHall(ExactShape):
    """A break that runs or begins within the hour; `is_decided`: somebody chose what it does today."""

    begins_at: InstantText
    resumes_at: InstantText
    is_running: bool
    choice: AtBreak
    is_decided: bool


class ClosedHall(ExactShape):
    """A hall that opens no more today, and the reason for visitors by language."""

    why: Texts


class BreakDecidedAnswer(ExactShape):
    """What holds for a break."""

    choice: AtBreak
    begins_at: InstantText
    resumes_at: InstantText


class NoDayClosed(ExactShape):
    """No business day was closed yet."""

    business_day: None


class ClosedDay(ExactShape):
    """The last business day that was closed, and what its end closed."""

    business_day: LocalDate
    closed_at: InstantText
    left: Count
    """How many visits the end of the day closed."""
    left_by_service: dict[str, Count]
    numbers: list[str] = Field(max_length=20)
    """The numbers of the first of them."""
    counters_left_open: Count
    ended: dict[EndReason, Count]
    """How many visits ended, by reason."""
    not_issued: dict[str, Count]
    """How many tickets were not issued, by reason."""


class DayEndAnswer(RootModel[ClosedDay | NoDayClosed]):
    """What the last day end closed."""
