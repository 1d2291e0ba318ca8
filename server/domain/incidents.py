"""An incident: a person at work asks for somebody beside them, without a sign to the visitor. Pure.

What is noted of it afterwards: kind, gravity, place, follow-up; nothing of the visitor.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.domain.author import Author
from server.domain.facts import Fact, FactKind
from server.domain.refusals import Refusal
from server.domain.row_changes import Fold, inserts, updates
from server.domain.typed_fields import typed_day

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


KEPT = timedelta(days=365)
"""How long a note names who wrote it and the reference of a complaint."""
NOTED_WITHIN = timedelta(days=92)
"""How far back an incident may be noted."""
MISSING_WITHIN = timedelta(days=7)
"""How long an incident without a note is listed as one that lacks it."""
LONGEST_REFERENCE = 40
GRAVITIES = (1, 2, 3)
"""From no harm to harm. The page says what each one means."""
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9 ./-]*")


class NoteKind(StrEnum):
    """Kinds of incidents, the least grave first."""

    INCIVILITY = "incivility"
    INSULT = "insult"
    THREAT = "threat"
    VIOLENCE = "violence"


class FollowUp(StrEnum):
    """What followed: the site's register, a complaint, the protection that an employer owes."""

    REGISTER = "register"
    COMPLAINT = "complaint"
    PROTECTION = "protection"


@dataclass(frozen=True, slots=True)
class NoteRequest:
    """A note as typed. `happened_on`: an ISO date; `counter`: an id, empty for elsewhere in the hall.

    `incident`: the id of the incident it is about, empty for one without a press of the key.
    """

    happened_on: str
    kind: str
    gravity: str
    counter: str = ""
    follow_ups: tuple[str, ...] = ()
    complaint: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class CheckedNote:
    """A note that may be kept; `counter` and `complaint` None: none. Its row has the same fields."""

    happened_on: date
    kind: str
    gravity: int
    counter: str | None
    follow_ups: Sequence[str]
    complaint: str | None


def checked_note(
    typed: NoteRequest, today: date, counters: Collection[str], *, kept_on: date | None = None
) -> CheckedNote:
    """A note that may be kept at a local date, where the hall has these counters (ids).

    `kept_on`: the day of the note that is changed, which it may keep however old it is.

    The reference of a complaint has capitals, digits and signs only, and one digit at least, so that it is no
    name. Refusals: bad_incident_day, incident_kind_missing, incident_gravity_missing, bad_incident_follow_up,
    bad_complaint_reference, complaint_without_follow_up; unknown_counter.
    """
    if typed.kind not in tuple(NoteKind):
        raise Refusal("incident_kind_missing", field="kind")
    if typed.gravity not in map(str, GRAVITIES):
        raise Refusal("incident_gravity_missing", field="gravity")
    if typed.counter and typed.counter not in counters:
        raise Refusal("unknown_counter", field="counter", counter=typed.counter)
    if any(each not in tuple(FollowUp) for each in typed.follow_ups):
        raise Refusal("bad_incident_follow_up", field="follow_ups")
    follow_ups = tuple(each for each in FollowUp if each in typed.follow_ups)
    return CheckedNote(
        _checked_day(typed.happened_on, today, kept_on),
        NoteKind(typed.kind),
        int(typed.gravity),
        typed.counter or None,
        follow_ups,
        _checked_reference(typed.complaint, follow_ups),
    )


def _checked_day(typed: str, today: date, kept_on: date | None) -> date:
    day = typed_day(typed, "bad_incident_day", "happened_on")
    if day != kept_on and not today - NOTED_WITHIN <= day <= today:
        raise Refusal("bad_incident_day", field="happened_on")
    return day


def _checked_reference(typed: str, follow_ups: Collection[FollowUp]) -> str | None:
    reference = " ".join(typed.upper().split())
    if not reference:
        return None
    if FollowUp.COMPLAINT not in follow_ups:
        raise Refusal("complaint_without_follow_up", field="complaint")
    has_digit = any(each.isdigit() for each in reference)
    if len(reference) > LONGEST_REFERENCE or not has_digit or not _REFERENCE.fullmatch(reference):
        raise Refusal("bad_complaint_reference", field="complaint", most=LONGEST_REFERENCE)
    return reference


@dataclass(frozen=True, slots=True)
class CountedNote:
    """What a summary counts of a note; `counter` None: elsewhere in the hall."""

    happened_on: date
    kind: str
    gravity: int
    counter: str | None


@dataclass(frozen=True, slots=True)
class MonthSummary:
    """The notes of a month (`2026-11`), counted by kind, gravity and counter.

    `by_counter` is None where few agents worked: a counter would stand for a person.
    """

    month: str
    total: int
    by_kind: Mapping[NoteKind, int]
    by_gravity: Mapping[int, int]
    by_counter: Mapping[str | None, int] | None


def summaries(notes: Iterable[CountedNote]) -> list[MonthSummary]:
    """The summary of each month with a note, the latest first."""
    months: dict[str, list[CountedNote]] = {}
    for note in notes:
        months.setdefault(note.happened_on.strftime("%Y-%m"), []).append(note)
    return [_summary(month, months[month]) for month in sorted(months, reverse=True)]


def _summary(month: str, notes: list[CountedNote]) -> MonthSummary:
    kinds, gravities = Counter(each.kind for each in notes), Counter(each.gravity for each in notes)
    return MonthSummary(
        month,
        len(notes),
        {kind: kinds[kind] for kind in NoteKind},
        {gravity: gravities[gravity] for gravity in GRAVITIES},
        dict(Counter(each.counter for each in notes)),
    )


def without_places(summary: MonthSummary) -> MonthSummary:
    """The same summary without counters."""
    return replace(summary, by_counter=None)


def incident_raised(incident: str, counter: str | None) -> Fact:
    """A person asks for somebody at a counter (id), or at the reception desk (None)."""
    return Fact(FactKind.INCIDENT_RAISED, {"id": incident, "counter": counter})


def incident_joined(incident: Incident) -> Fact:
    """A further press at the place of an incident; `joins` counts it."""
    body = {"id": incident.id, "joins": incident.joins + 1}
    return Fact(FactKind.INCIDENT_JOINED, body)


def incident_escalated(incident: str, *, reason: EscalationReason) -> Fact:
    """People beyond the hall hear of an incident from now on."""
    return Fact(FactKind.INCIDENT_ESCALATED, {"id": incident, "reason": str(reason)})


def incident_unanswered(incident: Incident) -> Fact:
    """Nobody has answered an incident in its first minute."""
    return Fact(FactKind.INCIDENT_UNANSWERED, {"id": incident.id})


def incident_answered(incident: Incident, *, role: str, counter: str | None, hall: str) -> Fact:
    """A person comes: in which role, from which counter (id) and hall (id)."""
    body = {"id": incident.id, "role": role, "from_counter": counter, "from_hall": hall}
    return Fact(FactKind.INCIDENT_ANSWERED, body)


def incident_ended(incident: Incident, *, reason: IncidentEndReason) -> Fact:
    """A person says that an incident is over, or was none."""
    body = {"id": incident.id, "reason": str(reason)}
    return Fact(FactKind.INCIDENT_ENDED, body)


INCIDENT_FOLDS: dict[str, Fold] = {
    FactKind.INCIDENT_RAISED: inserts(
        "incident", "id", "counter", at="raised_at", by="raised_by", sets={"joins": 0}
    ),
    FactKind.INCIDENT_JOINED: updates("incident", "id", "joins", by="joined_by"),
    FactKind.INCIDENT_ESCALATED: updates("incident", "id", at="escalated_at"),
    FactKind.INCIDENT_UNANSWERED: updates("incident", "id", at="unanswered_at"),
    FactKind.INCIDENT_ANSWERED: updates(
        "incident",
        "id",
        at="answered_at",
        by="answered_by",
        answered_role="role",
        answered_counter="from_counter",
        answered_hall="from_hall",
    ),
    FactKind.INCIDENT_ENDED: updates("incident", "id", at="ended_at", end_reason="reason"),
}
"""By the kind of fact."""
