"""An incident: a person at work asks for somebody beside them, without a sign to the visitor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.author import Author

ESCALATED_AFTER = timedelta(seconds=30)
"""How long only the hall hears of an incident that nobody answers."""
UNANSWERED_AFTER = timedelta(seconds=60)
"""How long after its beginning an incident is named as not answered."""
SHOWN_FOR = timedelta(hours=1)
"""How long an incident that nobody ends stays on pages."""
USUAL_PHONE = "17"
"""The number that a site names unless it typed another one."""


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """What a site typed: the number to telephone, and its own reflex sheet (empty: the usual one)."""

    phone: str = USUAL_PHONE
    reflex_sheet: str = ""


class EscalationReason(StrEnum):
    """Why more people than those of the hall hear of an incident."""

    UNANSWERED = "unanswered"
    NOBODY_HERE = "nobody_here"


class IncidentEndReason(StrEnum):
    """Why an incident is over."""

    OVER = "over"
    MISTAKE = "mistake"


class IncidentState(StrEnum):
    """Where an incident stands, in this order but for an answer, which may come at any time."""

    RAISED = "raised"
    ESCALATED = "escalated"
    UNANSWERED = "unanswered"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident of a hall (id). `counter`: its place (id); None: the reception desk.

    `raised_by`, `joined_by`: the first person and the last one to press there; `joins`: presses after the
    first. `answered_by`: who comes, in which role, from which counter (id) and hall (id).
    """

    id: str
    hall: str
    counter: str | None
    raised_at: datetime
    raised_by: str
    joins: int
    joined_by: str | None
    escalated_at: datetime | None
    unanswered_at: datetime | None
    answered_at: datetime | None
    answered_by: str | None
    answered_role: str | None
    answered_counter: str | None
    answered_hall: str | None
    ended_at: datetime | None
    end_reason: str | None

    @property
    def state(self) -> IncidentState:
        """Where it stands; one that is over keeps its last state."""
        if self.answered_at is not None:
            return IncidentState.ANSWERED
        if self.unanswered_at is not None:
            return IncidentState.UNANSWERED
        return IncidentState.RAISED if self.escalated_at is None else IncidentState.ESCALATED

    def is_own_of(self, author: Author) -> bool:
        """Whether an author pressed the key for it."""
        return author.is_same(self.raised_by) or author.is_same(self.joined_by)

    def is_shown(self, now: datetime) -> bool:
        """Whether pages show it: nobody ended it, and it began within the hour."""
        return self.ended_at is None and now - self.raised_at < SHOWN_FOR

    def is_to_escalate(self, now: datetime) -> bool:
        """Whether more people are to hear of it now."""
        return self.escalated_at is None and self._is_waiting(now, ESCALATED_AFTER)

    def is_to_name_unanswered(self, now: datetime) -> bool:
        """Whether it is to be named as not answered now."""
        return self.unanswered_at is None and self._is_waiting(now, UNANSWERED_AFTER)

    def _is_waiting(self, now: datetime, after: timedelta) -> bool:
        is_open = self.ended_at is None and self.answered_at is None
        return is_open and now - self.raised_at >= after


def shown_at_place(incidents: Iterable[Incident], counter: str | None, now: datetime) -> Incident | None:
    """The incident that pages show at a place (None: the reception desk), which a further press joins."""
    return next((each for each in incidents if each.counter == counter and each.is_shown(now)), None)
