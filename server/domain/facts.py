"""Facts: what happened, past tense, immutable. A fact's body holds JSON values only, nothing personal.

A fact holds everything its rows need, so a rebuild needs no configuration.
Instants are RFC 3339 texts with six decimals, durations integers in seconds, local dates ISO texts. `schema`
is raised when a body changes its meaning. `server.domain.journal.fold` reads older schemas for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

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
    TARGET_WITHDRAWN = "TargetWithdrawn"
    DAY_ANNOTATED = "DayAnnotated"
    ANNOTATION_WITHDRAWN = "AnnotationWithdrawn"
    FIGURE_TYPED = "FigureTyped"
    TYPED_FIGURE_WITHDRAWN = "TypedFigureWithdrawn"
    ALERT_RAISED = "AlertRaised"
    ALERT_END_ASKED = "AlertEndAsked"
    ALERT_ENDED = "AlertEnded"
    ALERT_TAKEN_BACK = "AlertTakenBack"
    ALERT_SHOWN = "AlertShown"
    ALARM_RAISED = "AlarmRaised"
    ALARM_RETURNED = "AlarmReturned"
    ALARM_CLEARED = "AlarmCleared"
    ALARM_ACKNOWLEDGED = "AlarmAcknowledged"
    INCIDENT_RAISED = "IncidentRaised"
    INCIDENT_JOINED = "IncidentJoined"
    INCIDENT_ESCALATED = "IncidentEscalated"
    INCIDENT_UNANSWERED = "IncidentUnanswered"
    INCIDENT_ANSWERED = "IncidentAnswered"
    INCIDENT_ENDED = "IncidentEnded"
    CONFIGURATION_PUBLISHED = "ConfigurationPublished"
    HALL_CREATED = "HallCreated"
    HALL_RESTORED = "HallRestored"
    PRINT_ENDED = "PrintEnded"
    TICKET_REPRINTED = "TicketReprinted"
    ROLL_CHANGED = "RollChanged"
    PRINTER_SECRET_RENEWED = "PrinterSecretRenewed"
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
    RIGHTS_SEALED = "RightsSealed"
    RECIPIENT_ADDED = "RecipientAdded"
    RECIPIENT_CHANGED = "RecipientChanged"
    RECIPIENT_RENEWED = "RecipientRenewed"
    RECIPIENT_REMOVED = "RecipientRemoved"
    INSTALLATION_PUBLISHED = "InstallationPublished"
    NOTICE_DRAFTED = "NoticeDrafted"
    NOTICE_EDITED = "NoticeEdited"
    NOTICE_SUBMITTED = "NoticeSubmitted"
    NOTICE_TAKEN_BACK = "NoticeTakenBack"
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
    MEDIUM_CATALOGUED = "MediumCatalogued"
    MEDIUM_CAPTIONED = "MediumCaptioned"
    DISPLAYS_REPORTED = "DisplaysReported"
    BULLETIN_PROPOSED = "BulletinProposed"
    BULLETIN_ACCEPTED = "BulletinAccepted"
    BULLETIN_DISMISSED = "BulletinDismissed"
    BULLETIN_CANCELLED = "BulletinCancelled"
    REPORT_FROZEN = "ReportFrozen"
    REPORT_APPROVED = "ReportApproved"
    REPORT_SENDING_PLANNED = "ReportSendingPlanned"
    REPORT_SENDING_ENDED = "ReportSendingEnded"
    RETENTION_DECIDED = "RetentionDecided"


OF_ALARMS = frozenset(
    {
        FactKind.ALARM_RAISED,
        FactKind.ALARM_RETURNED,
        FactKind.ALARM_CLEARED,
        FactKind.ALARM_ACKNOWLEDGED,
    }
)
OF_INCIDENTS = frozenset(
    {
        *(FactKind.INCIDENT_RAISED, FactKind.INCIDENT_JOINED, FactKind.INCIDENT_ESCALATED),
        *(FactKind.INCIDENT_UNANSWERED, FactKind.INCIDENT_ANSWERED, FactKind.INCIDENT_ENDED),
    }
)
SILENT = OF_ALARMS | {
    FactKind.PRINT_ENDED,
    FactKind.TICKET_REPRINTED,
    FactKind.ROLL_CHANGED,
    FactKind.PRINTER_SECRET_RENEWED,
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
        """The value as JSON for a fact."""
        return {"id": self.id, "hmac": self.hmac}


@dataclass(frozen=True, slots=True)
class CallReason:
    """Why a leg was called: the rule, a sentence's key with its values, and the next legs."""

    rule: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    runners_up: tuple[Mapping[str, Any], ...] = ()

    def as_body(self) -> dict[str, Any]:
        """The explanation as JSON values for a fact."""
        return asdict(self) | {"runners_up": [dict(each) for each in self.runners_up]}


def gesture_undone(undone: Sequence[str], visit: str | None, *, counter: str | None, restored: Json) -> Fact:
    """The last verb of a counter is taken back, or a greeting of the reception desk (None).

    `undone`: the ids of the gesture's fact and of the facts that belong to it; `restored`: the rows before
    the gesture.
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
    """A fact that changes no row; its body is kept unchanged."""
    return Fact(kind, body, visit=body.get("visit"))
