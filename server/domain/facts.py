"""Facts: what happened, past tense, immutable. A fact's body holds JSON values only, nothing personal.

Everything a row of a projection needs stands in the fact, so that a rebuild needs no configuration.
Instants are
RFC 3339 texts with six decimals, durations integers in seconds, local dates ISO texts. `schema` is raised
when a
body changes its meaning; older schemas stay readable for ever (`server.domain.projection`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from server.domain.instants import to_text

type Json = Mapping[str, Any]


class FactKind(StrEnum):
    """The closed list of facts of a hall's journal and of the installation's."""

    TICKET_ISSUED = "TicketIssued"
    TICKET_NOT_ISSUED = "TicketNotIssued"
    LEG_CALLED = "LegCalled"
    LEG_RECALLED = "LegRecalled"
    LEG_STARTED = "LegStarted"
    LEG_POSTPONED = "LegPostponed"
    LEG_PARKED = "LegParked"
    LEG_RESUMED = "LegResumed"
    LEG_RETURNED = "LegReturned"
    LEG_GIVEN_BACK = "LegGivenBack"
    SERVICE_ADDED = "ServiceAdded"
    SERVICE_CORRECTED = "ServiceCorrected"
    LEG_ENDED = "LegEnded"
    LEG_TRANSFERRED = "LegTransferred"
    PRIORITY_CONFIRMED = "PriorityConfirmed"
    PRIORITY_NOT_CONFIRMED = "PriorityNotConfirmed"
    LEG_HELD = "LegHeld"
    LEG_RELEASED = "LegReleased"
    NEEDS_NOTED = "NeedsNoted"
    VISITS_LINKED = "VisitsLinked"
    VISIT_UNLINKED = "VisitUnlinked"
    VISIT_REINSTATED = "VisitReinstated"
    VISIT_TAKEN_BACK = "VisitTakenBack"
    GESTURE_UNDONE = "GestureUndone"
    GREETING_COUNTED = "GreetingCounted"
    COUNTER_OPENED = "CounterOpened"
    COUNTER_PAUSED = "CounterPaused"
    COUNTER_RESUMED = "CounterResumed"
    COUNTER_CLOSED = "CounterClosed"
    PRESENCE_CONFIRMED = "PresenceConfirmed"
    PROFILE_CHANGED = "ProfileChanged"
    TICKETS_STOPPED = "TicketsStopped"
    TICKETS_REOPENED = "TicketsReopened"
    APPOINTMENT_BOOKED = "AppointmentBooked"
    APPOINTMENT_MOVED = "AppointmentMoved"
    APPOINTMENT_CANCELLED = "AppointmentCancelled"
    APPOINTMENT_CHECKED_IN = "AppointmentCheckedIn"
    CHECK_IN_UNDONE = "CheckInUndone"
    DAY_CLOSED = "DayClosed"
    BREAK_DECIDED = "BreakDecided"
    QUIET_SET = "QuietSet"
    TARGET_DECIDED = "TargetDecided"
    ALERT_RAISED = "AlertRaised"
    ALERT_END_ASKED = "AlertEndAsked"
    ALERT_ENDED = "AlertEnded"
    ALERT_SHOWN = "AlertShown"
    ALARM_RAISED = "AlarmRaised"
    ALARM_RETURNED = "AlarmReturned"
    ALARM_CLEARED = "AlarmCleared"
    ALARM_ACKNOWLEDGED = "AlarmAcknowledged"
    CONFIGURATION_PUBLISHED = "ConfigurationPublished"
    HALL_CREATED = "HallCreated"
    HALL_RESTORED = "HallRestored"
    PRINT_ENDED = "PrintEnded"
    TICKET_REPRINTED = "TicketReprinted"
    ROLL_CHANGED = "RollChanged"
    APPOINTMENT_SHEET_ASKED = "AppointmentSheetAsked"
    ACCOUNT_CREATED = "AccountCreated"
    ACCOUNT_INVITED = "AccountInvited"
    INVITATION_ACCEPTED = "InvitationAccepted"
    ACCOUNT_DESCRIBED = "AccountDescribed"
    ROLES_CHANGED = "RolesChanged"
    ACCOUNT_LOCKED = "AccountLocked"
    ACCOUNT_UNLOCKED = "AccountUnlocked"
    ACCOUNT_REMOVED = "AccountRemoved"
    PASSWORD_SET = "PasswordSet"
    IDENTITY_LINKED = "IdentityLinked"
    SESSIONS_ENDED = "SessionsEnded"
    GUESSING_SLOWED = "GuessingSlowed"
    INDIVIDUAL_FIGURES_DECIDED = "IndividualFiguresDecided"
    DEVICE_PAIRED = "DevicePaired"
    DEVICE_RENEWED = "DeviceRenewed"
    DEVICE_REVOKED = "DeviceRevoked"
    DEVICE_REPLACED = "DeviceReplaced"
    DEVICE_COPIED = "DeviceCopied"
    API_KEY_CREATED = "ApiKeyCreated"
    API_KEY_REVOKED = "ApiKeyRevoked"
    RECIPIENT_ADDED = "RecipientAdded"
    RECIPIENT_RENEWED = "RecipientRenewed"
    RECIPIENT_REMOVED = "RecipientRemoved"
    INSTALLATION_PUBLISHED = "InstallationPublished"
    NOTICE_DRAFTED = "NoticeDrafted"
    NOTICE_EDITED = "NoticeEdited"
    NOTICE_SUBMITTED = "NoticeSubmitted"
    NOTICE_APPROVED = "NoticeApproved"
    NOTICE_REFUSED = "NoticeRefused"
    NOTICE_PUBLISHED = "NoticePublished"
    NOTICE_WITHDRAWN = "NoticeWithdrawn"
    NOTICE_ARCHIVED = "NoticeArchived"
    NOTICE_REPLACED = "NoticeReplaced"
    MEDIUM_UPLOADED = "MediumUploaded"
    MEDIUM_PREPARED = "MediumPrepared"
    MEDIUM_REFUSED = "MediumRefused"
    MEDIUM_DESCRIBED = "MediumDescribed"
    MEDIUM_REMOVED = "MediumRemoved"
    DISPLAYS_REPORTED = "DisplaysReported"


OF_ALARMS = frozenset(
    {
        FactKind.ALARM_RAISED,
        FactKind.ALARM_RETURNED,
        FactKind.ALARM_CLEARED,
        FactKind.ALARM_ACKNOWLEDGED,
    }
)
SILENT = OF_ALARMS | {
    FactKind.PRINT_ENDED,
    FactKind.TICKET_REPRINTED,
    FactKind.ROLL_CHANGED,
    FactKind.APPOINTMENT_SHEET_ASKED,
    FactKind.ALERT_SHOWN,
}
"""Facts that do not raise the hall version: no page of the hall changes by them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened, before it has a place in a journal.

    `visit` and `counter` are those it is about, if any.
    """

    kind: FactKind
    body: Json
    visit: str | None = None
    counter: str | None = None
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Erasable:
    """A personal value as a fact may hold it: an id and an HMAC whose salt is erased with the value."""

    id: str
    hmac: str

    def as_body(self) -> dict[str, str]:
        """The value as it stands in a fact."""
        return {"id": self.id, "hmac": self.hmac}


@dataclass(frozen=True, slots=True)
class NewLeg:
    """A leg as it is opened: waiting. `sort_key` orders the waiting legs of a queue as people see them.

    `series` is the prefix of its number; `reference_at` the instant its wait is counted from when a counter
    calls. `is_out_of_series`: transferred or reinstated, so that its number says nothing about its turn.
    `is_at_front`: before the others. `not_before`: it is not called earlier. `lets_pass`: first calls of its
    queue that come before its own. `added_services` open one after the other when it ends.
    """

    id: str
    position: int
    service: str
    queue: str
    visit_class: str
    priority: str
    target_s: int
    sort_key: str
    arrived_at: datetime
    issued_at: datetime
    configuration_revision: int
    series: str
    reference_at: datetime
    is_out_of_series: bool = False
    is_at_front: bool = False
    not_before: datetime | None = None
    lets_pass: int = 0
    added_services: Sequence[str] = ()
    booked_at: datetime | None = None
    for_counter: str | None = None
    reinstated_from: str | None = None
    reinstatements: int = 0
    quoted_low_s: int | None = None
    quoted_median_s: int | None = None
    quoted_high_s: int | None = None

    def as_body(self) -> dict[str, Any]:
        """The leg as it stands in a fact."""
        return {
            "id": self.id,
            "position": self.position,
            "service": self.service,
            "queue": self.queue,
            "class": self.visit_class,
            "priority": self.priority,
            "target_s": self.target_s,
            "sort_key": self.sort_key,
            "arrived_at": to_text(self.arrived_at),
            "issued_at": to_text(self.issued_at),
            "configuration_revision": self.configuration_revision,
            "series": self.series,
            "reference_at": to_text(self.reference_at),
            "is_out_of_series": self.is_out_of_series,
            "is_at_front": self.is_at_front,
            "not_before": to_text(self.not_before) if self.not_before else None,
            "lets_pass": self.lets_pass,
            "lets_pass_since": to_text(self.arrived_at) if self.lets_pass else None,
            "added_services": list(self.added_services) or None,
            "booked_at": to_text(self.booked_at) if self.booked_at else None,
            "for_counter": self.for_counter,
            "reinstated_from": self.reinstated_from,
            "reinstatements": self.reinstatements,
            "quoted_low_s": self.quoted_low_s,
            "quoted_median_s": self.quoted_median_s,
            "quoted_high_s": self.quoted_high_s,
        }


@dataclass(frozen=True, slots=True)
class ExceptionalVisit:
    """Why a ticket is given without the appointment that a service asks for: the service, a reason's code."""

    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A visit as it begins: one number of one series, on the business day of its issue.

    `exceptional`: received without the appointment that what the visitor came for asks for.
    """

    id: str
    business_day: date
    series: str
    incarnation: str
    rank: int
    number: str
    channel: str
    language: Erasable | None = None
    device: str | None = None
    exceptional: ExceptionalVisit | None = None

    def as_body(self) -> dict[str, Any]:
        """The visit as it stands in a fact."""
        body = {
            "id": self.id,
            "business_day": self.business_day.isoformat(),
            "series": self.series,
            "incarnation": self.incarnation,
            "rank": self.rank,
            "number": self.number,
            "channel": self.channel,
            "language": None if self.language is None else self.language.as_body(),
            "device": self.device,
        }
        if self.exceptional is not None:
            body |= {
                "wanted_service": self.exceptional.service,
                "exceptional_reason": self.exceptional.reason,
            }
        return body


@dataclass(frozen=True, slots=True)
class Why:
    """Why a leg was called: the rule, a sentence's key with its values, and who came next."""

    rule: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    runners_up: tuple[Mapping[str, Any], ...] = ()

    def as_body(self) -> dict[str, Any]:
        """The explanation as it stands in a fact."""
        return asdict(self) | {"runners_up": [dict(each) for each in self.runners_up]}


def ticket_issued(visit: NewVisit, leg: NewLeg, *, ahead: int) -> Fact:
    """A visitor has a number and waits."""
    body = {"visit": visit.as_body(), "leg": leg.as_body(), "ahead": ahead}
    return Fact(FactKind.TICKET_ISSUED, body, visit=visit.id)


def ticket_not_issued(
    fact_id: str, business_day: date, *, service: str, reason: str, device: str | None
) -> Fact:
    """A visitor wanted a ticket and could not have one: demand that is counted."""
    body = {
        "id": fact_id,
        "business_day": business_day.isoformat(),
        "service": service,
        "reason": reason,
        "device": device,
    }
    return Fact(FactKind.TICKET_NOT_ISSUED, body)


def leg_started(leg: str, visit: str, *, counter: str, by_call: str | None = None) -> Fact:
    """The visitor is at the counter. `by_call`: the call that counts as the arrival; None: a press."""
    body = {"leg": leg, "visit": visit, "counter": counter}
    if by_call is not None:
        body["by_call"] = by_call
    return Fact(FactKind.LEG_STARTED, body, visit=visit, counter=counter)


def is_started_by_call(kind: str, body: Json) -> bool:
    """Whether a fact is the start that belongs to its call: no gesture of its own."""
    return kind == FactKind.LEG_STARTED and "by_call" in body


@dataclass(frozen=True, slots=True)
class Result:
    """What a service led to: a code of the short list, and a note that can be erased.

    `asked`: whether the service left the outcome `optional` then, or made it `mandatory`.
    """

    outcome: str | None = None
    note: Erasable | None = None
    asked: str | None = None

    def as_body(self) -> dict[str, Any]:
        """The result as it stands in a fact."""
        note = None if self.note is None else {"id": self.note.id, "hmac": self.note.hmac}
        return {"outcome": self.outcome, "outcome_note": note, "outcome_asked": self.asked}


def leg_ended(leg: str, visit: str, *, reason: str, counter: str | None, note: str | None = None) -> Fact:
    """A leg, and with it the visit, has ended. `note`: the code of why it was cancelled."""
    body = {"leg": leg, "visit": visit, "reason": reason, "counter": counter, "note": note}
    return Fact(FactKind.LEG_ENDED, body, visit=visit, counter=counter)


def needs_noted(visit: str, needs: Erasable | None, *, counter: str | None) -> Fact:
    """What helps a visitor was noted; None: nothing any more."""
    body = {"visit": visit, "needs": None if needs is None else needs.as_body(), "counter": counter}
    return Fact(FactKind.NEEDS_NOTED, body, visit=visit, counter=counter)


@dataclass(frozen=True, slots=True)
class EndedLeg:
    """The leg that a new leg follows, with what both share: visit, number and business day (ISO date)."""

    id: str
    visit: str
    number: str
    business_day: str

    def as_body(self) -> dict[str, Any]:
        """The leg left behind as it stands in a fact."""
        return {"leg": self.id, "visit": self.visit, "number": self.number, "business_day": self.business_day}


def leg_served(ended: EndedLeg, new_leg: NewLeg | None, result: Result, *, counter: str | None) -> Fact:
    """A service has ended; the visit too, unless a service that was added opens a new leg."""
    body = ended.as_body() | {"reason": "served", "counter": counter, "note": None} | result.as_body()
    body |= {"new_leg": None if new_leg is None else new_leg.as_body()}
    return Fact(FactKind.LEG_ENDED, body, visit=ended.visit, counter=counter)


def leg_transferred(ended: EndedLeg, new_leg: NewLeg, *, counter: str | None) -> Fact:
    """A leg has ended by a transfer; the visit waits again in a new leg."""
    body = ended.as_body() | {"new_leg": new_leg.as_body(), "counter": counter}
    return Fact(FactKind.LEG_TRANSFERRED, body, visit=ended.visit, counter=counter)


def visit_reinstated(ended: EndedLeg, new_leg: NewLeg, *, counter: str | None) -> Fact:
    """A no-show is back and waits again in a new leg."""
    body = ended.as_body() | {"new_leg": new_leg.as_body(), "counter": counter}
    return Fact(FactKind.VISIT_REINSTATED, body, visit=ended.visit, counter=counter)


def visit_taken_back(leg: str, visit: str, restored: Json) -> Fact:
    """A visitor takes back giving up; `restored` are the columns of leg and visit as they were."""
    return Fact(
        FactKind.VISIT_TAKEN_BACK, {"leg": leg, "visit": visit, "restored": dict(restored)}, visit=visit
    )


def gesture_undone(undone: Sequence[str], visit: str | None, *, counter: str | None, restored: Json) -> Fact:
    """The last verb of a counter is taken back, or a greeting of the reception desk (None).

    `undone` are the fact of the gesture and those that belong to it; `restored` the rows as they were before.
    """
    gesture, *others = undone
    body: dict[str, Any] = {"undone": gesture, "visit": visit, "counter": counter, "restored": dict(restored)}
    if others:
        body["undone_with_it"] = others
    return Fact(FactKind.GESTURE_UNDONE, body, visit=visit, counter=counter)


def undone_by(undoing: Json) -> tuple[str, ...]:
    """The facts that a `GestureUndone` (its body) takes back."""
    return (undoing["undone"], *undoing.get("undone_with_it", ()))


def greeting_counted(fact_id: str, business_day: date, *, service: str, counter: str | None) -> Fact:
    """Someone was helped without a ticket."""
    body = {"id": fact_id, "business_day": business_day.isoformat(), "service": service, "counter": counter}
    return Fact(FactKind.GREETING_COUNTED, body, counter=counter)


def print_ended(job: str, visit: str | None, *, verdict: str | None, why: str | None) -> Fact:
    """A print job has its verdict; None when it was cancelled."""
    return Fact(
        FactKind.PRINT_ENDED, {"job": job, "visit": visit, "verdict": verdict, "why": why}, visit=visit
    )


def of_kind(kind: FactKind, /, **body: Any) -> Fact:
    """A fact that changes no projection: its body is kept as it is."""
    return Fact(kind, body, visit=body.get("visit"))
