"""Facts: what happened, past tense, immutable. A fact's body holds JSON values only, nothing personal.

A fact holds everything its rows need, so a rebuild needs no configuration.
Instants are RFC 3339 texts with six decimals, durations integers in seconds, local dates ISO texts. `schema`
is raised when a body changes its meaning. `server.domain.journal` reads older schemas for ever.
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
    """A visitor has a number and waits; the reason, if exceptional."""
    TICKET_NOT_ISSUED = "TicketNotIssued"
    """A visitor wanted a ticket and got none, with the reason."""
    VISITOR_INFORMED = "VisitorInformed"
    """A kiosk said how something is done without its ticket: which referral."""
    LEG_CALLED = "LegCalled"
    """A counter invites a leg, with its reason; `elsewhere`: the place left; `is_again`: not the first."""
    LEG_RECALLED = "LegRecalled"
    """The same invitation again; `is_arrival`: it now counts as the arrival."""
    LEG_STARTED = "LegStarted"
    """The visitor is at the counter; `by_call`: the call counts as the arrival and nobody pressed."""
    LEG_POSTPONED = "LegPostponed"
    """The called visitor is not there yet: the leg waits again and lets some first calls pass."""
    LEG_DEFERRED = "LegDeferred"
    """The waiting visitor lets some first calls of the queue pass, once; the leg goes on waiting."""
    LEG_PARKED = "LegParked"
    """A leg was partly served and is set aside: until when, and where it waits again."""
    LEG_RESUMED = "LegResumed"
    """A parked leg is served again, at this counter; seconds it was parked in all."""
    LEG_RETURNED = "LegReturned"
    """The timer of a parked leg has ended: it waits again, at its return place."""
    LEG_GIVEN_BACK = "LegGivenBack"
    """A called leg waits again before the others: its counter is forgotten, or an alert came."""
    SERVICE_ADDED = "ServiceAdded"
    """The services that open one after the other when this leg ends."""
    SERVICE_CORRECTED = "ServiceCorrected"
    """The service of a leg was wrong and is corrected; number and rank stay."""
    LEG_ENDED = "LegEnded"
    """A leg has ended, with reason, outcome and its note’s id; the visit too if no service was added."""
    LEG_TRANSFERRED = "LegTransferred"
    """A leg has ended by a transfer, with an erasable note for the next colleague; a new leg waits."""
    PRIORITY_CONFIRMED = "PriorityConfirmed"
    """An agent has seen the priority card."""
    PRIORITY_NOT_CONFIRMED = "PriorityNotConfirmed"
    """The card was not shown: the rank by arrival again; a leg only called waits again."""
    URGENCY_DECLARED = "UrgencyDeclared"
    """Somebody declared a waiting leg urgent: it is called before all others. The reason is a code."""
    LEG_HELD = "LegHeld"
    """A leg cannot be received now and keeps its rank; its call is void, earlier calls still count."""
    LEG_RELEASED = "LegReleased"
    """A leg that was held may be called again."""
    NEEDS_NOTED = "NeedsNoted"
    """The needs of a visitor were noted: an erasable value, none when it was removed."""
    VISITS_LINKED = "VisitsLinked"
    """Visits share a link: those that join, the link each had before, and the visit they join."""
    VISIT_UNLINKED = "VisitUnlinked"
    """A visit leaves its link; the others stay together."""
    VISIT_REINSTATED = "VisitReinstated"
    """A no-show is back; a new leg waits and lets some calls pass."""
    VISIT_TAKEN_BACK = "VisitTakenBack"
    """A visitor takes back giving up the place."""
    GESTURE_UNDONE = "GestureUndone"
    """The last gesture of a counter is undone, with the rows from before."""
    GREETING_COUNTED = "GreetingCounted"
    """Someone was helped without a ticket."""
    COUNTER_OPENED = "CounterOpened"
    """An agent has taken a counter: services, calling rule; `joined_to`: its session’s first place."""
    COUNTER_PAUSED = "CounterPaused"
    """A counter pauses, with a reason: an agent’s, or `forgotten`, by the hall itself."""
    COUNTER_RESUMED = "CounterResumed"
    """A counter is back from its pause."""
    COUNTER_CLOSED = "CounterClosed"
    """A counter session has ended: `closed`, `taken_over`, `expired` or `day_end`."""
    PRESENCE_CONFIRMED = "PresenceConfirmed"
    """The console asked whether the agent of a session is there, and the agent answered."""
    PROFILE_CHANGED = "ProfileChanged"
    """A counter session continues under another work profile; one interval on duty ends, another begins."""
    TICKETS_STOPPED = "TicketsStopped"
    """No more tickets of a service are given on a business day; why, of a short list."""
    TICKETS_REOPENED = "TicketsReopened"
    """Tickets of a service are given again."""
    APPOINTMENT_BOOKED = "AppointmentBooked"
    """A person is expected for a service at an hour; no name, no code."""
    APPOINTMENT_MOVED = "AppointmentMoved"
    """An appointment has another hour or service."""
    APPOINTMENT_CANCELLED = "AppointmentCancelled"
    """Nobody is expected any more."""
    APPOINTMENT_CHECKED_IN = "AppointmentCheckedIn"
    """The person expected is here: how early or late; the demand that no longer counts."""
    CHECK_IN_UNDONE = "CheckInUndone"
    """A check-in was a mistake: the person is expected again."""
    DAY_CLOSED = "DayClosed"
    """The business day is closed: legs and sessions it ended."""
    FIGURE_CORRECTED = "FigureCorrected"
    """The figures of a closed business day changed: visits that a kiosk had taken off line (how many)."""
    BREAK_DECIDED = "BreakDecided"
    """What happens to waiting visitors at a break: `finish` or `carry_over`, until when."""
    QUIET_SET = "QuietSet"
    """Until when calls are not spoken in the hall; an instant in the past brings the voice back."""
    ABSENCE_PLANNED = "AbsencePlanned"
    """Nobody will call at a counter between two minutes of a day, or of some weekdays from then on."""
    ABSENCE_REMOVED = "AbsenceRemoved"
    """A planned absence of a counter holds no more."""
    TARGET_DECIDED = "TargetDecided"
    """A target of waiting applies from a date, with who decided."""
    TARGET_WITHDRAWN = "TargetWithdrawn"
    """A target of waiting no longer applies from a date: which one, why (a code), who decided it."""
    DAY_ANNOTATED = "DayAnnotated"
    """A remark explains the figures of a day, « grève »: its day and its words, nothing about people."""
    ANNOTATION_WITHDRAWN = "AnnotationWithdrawn"
    """A remark about a day is shown no more."""
    FIGURE_TYPED = "FigureTyped"
    """A person has entered a value that the hall does not measure, with period, unit, source and service."""
    TYPED_FIGURE_WITHDRAWN = "TypedFigureWithdrawn"
    """A typed value applies no more; its terms again."""
    ALERT_RAISED = "AlertRaised"
    """An alert takes the hall over: an id shared by all halls of one press, kind, drill, words, expiry."""
    ALERT_END_ASKED = "AlertEndAsked"
    """A person has confirmed a first time that an alert is over."""
    ALERT_ENDED = "AlertEnded"
    """An alert is over in the hall: `confirmed` by a second person, `unanswered`, `expired` or `replaced`."""
    ALERT_TAKEN_BACK = "AlertTakenBack"
    """The person who raised an alert took it back within a minute: it was a mistake."""
    ALERT_SHOWN = "AlertShown"
    """A screen says that it shows an alert; it does not raise the version of the hall."""
    ALARM_RAISED = "AlarmRaised"
    """A fault has lasted long enough to inform a person: the alarm’s kind, subject and values."""
    ALARM_RETURNED = "AlarmReturned"
    """The fault of an alarm cleared within ten minutes has returned, and how often; it is open again."""
    ALARM_CLEARED = "AlarmCleared"
    """The fault of an alarm is over (`well`), or it is no longer watched (`gone`)."""
    ALARM_ACKNOWLEDGED = "AlarmAcknowledged"
    """A person, the author, has said that they take care of an alarm."""
    INCIDENT_RAISED = "IncidentRaised"
    """A person asks for somebody at a counter, or at the reception desk (null)."""
    INCIDENT_JOINED = "IncidentJoined"
    """A further press at the place of an incident; `joins` counts them."""
    INCIDENT_ESCALATED = "IncidentEscalated"
    """People beyond the hall hear of an incident: `unanswered` for 30 s, or `nobody_here`."""
    INCIDENT_UNANSWERED = "IncidentUnanswered"
    """Nobody has answered an incident in its first minute."""
    INCIDENT_ANSWERED = "IncidentAnswered"
    """The author comes: in which role, from which counter and hall."""
    INCIDENT_ENDED = "IncidentEnded"
    """An incident is over (`over`), or was raised by mistake (`mistake`)."""
    CONFIGURATION_PUBLISHED = "ConfigurationPublished"
    """A revision of the hall’s document applies."""
    HALL_CREATED = "HallCreated"
    """The hall exists, with its first epoch."""
    HALL_RESTORED = "HallRestored"
    """A backup replaced the database: new epoch, offset of the day’s numbers, least number of lost facts."""
    PRINT_ENDED = "PrintEnded"
    """A print job has its verdict, none when it was cancelled before any."""
    TICKET_REPRINTED = "TicketReprinted"
    """A ticket is printed again; the first paper is void."""
    ROLL_CHANGED = "RollChanged"
    """Somebody put another roll into a printer; how many papers the one before gave."""
    PRINTER_SECRET_RENEWED = "PrinterSecretRenewed"
    """A printer that fetches its jobs got a new secret; the former one is void."""
    APPOINTMENT_SHEET_ASKED = "AppointmentSheetAsked"
    """A sheet that says how to book a service will be printed; it is no ticket."""

    INSTALLATION_PUBLISHED = "InstallationPublished"
    """A revision of the installation’s document applies."""
    BULLETIN_PROPOSED = "BulletinProposed"
    """A bulletin of an authority concerns a site, whose people may show it."""
    BULLETIN_ACCEPTED = "BulletinAccepted"
    """A bulletin became an alert or a notice (`outcome`)."""
    BULLETIN_DISMISSED = "BulletinDismissed"
    """Somebody decided that a bulletin is not shown; the reason stays outside."""
    BULLETIN_CANCELLED = "BulletinCancelled"
    """Its sender cancelled a bulletin, or its update no longer concerns the site; what it had become."""
    DISPLAYS_REPORTED = "DisplaysReported"
    """A screen has reported what it showed: time and outcomes by notice and day, and a digest."""
    ACCOUNT_CREATED = "AccountCreated"
    """A person may sign in: roles by site, and what they are `limited_to`."""
    ACCOUNT_INVITED = "AccountInvited"
    """A link was made with which the person of an account chooses a password, until an instant."""
    INVITATION_ACCEPTED = "InvitationAccepted"
    """The person has chosen one; the link is used."""
    ACCOUNT_DESCRIBED = "AccountDescribed"
    """Login, name, address, language, theme or density of an account changed: which, not to what."""
    ROLES_CHANGED = "RolesChanged"
    """The roles of an account, before and after."""
    ACCOUNT_LOCKED = "AccountLocked"
    """Nobody can sign in with an account any more."""
    ACCOUNT_UNLOCKED = "AccountUnlocked"
    """Its person can sign in again."""
    ACCOUNT_REMOVED = "AccountRemoved"
    """An account is erased; its facts keep its id."""
    PASSWORD_SET = "PasswordSet"
    """An account has a new password; its sessions ended."""
    SESSIONS_ENDED = "SessionsEnded"
    """Sessions of an account ended: how many; `owner`, `administrator`, `password`, `locked`, `removed`."""
    GUESSING_SLOWED = "GuessingSlowed"
    """Failed sign-ins begin to cost a wait: the account, if any, what is counted, how many."""
    RETENTION_DECIDED = "RetentionDecided"
    """Something is kept for other days than before: its name in the schedule, the days, those before."""
    INDIVIDUAL_FIGURES_DECIDED = "IndividualFiguresDecided"
    """Figures of one agent may be shown at a site, or may not any more."""
    IDENTITY_LINKED = "IdentityLinked"
    """An identity of a provider signs in to an account from now on: which provider, not who."""
    DEVICE_PAIRED = "DevicePaired"
    """A kiosk or screen has its token."""
    DEVICE_RENEWED = "DeviceRenewed"
    """A device has another token; the former one is void."""
    DEVICE_REPLACED = "DeviceReplaced"
    """Another machine is at a device’s place: the device continues with another token."""
    DEVICE_COPIED = "DeviceCopied"
    """A device’s token was used on two machines at once; which ones is not recorded."""
    DEVICE_REVOKED = "DeviceRevoked"
    """A device’s token is void."""
    REPORT_SENDING_PLANNED = "ReportSendingPlanned"
    """Approved reports of halls are sent by e-mail from now on, on a day of the month."""
    REPORT_SENDING_ENDED = "ReportSendingEnded"
    """Reports are sent no more: to one recipient, or to nobody (`recipient` null)."""
    RECIPIENT_ADDED = "RecipientAdded"
    """Alarms are sent to one more e-mail address or webhook, an erasable value."""
    RECIPIENT_CHANGED = "RecipientChanged"
    """The recipient gets other alarms than before, or in another language, from then on."""
    RECIPIENT_RENEWED = "RecipientRenewed"
    """A webhook is signed with another secret."""
    RECIPIENT_REMOVED = "RecipientRemoved"
    """Alarms are not sent to an address any more; it is erased."""
    API_KEY_CREATED = "ApiKeyCreated"
    """A program may use the API, within scopes and halls, until an instant."""
    API_KEY_REVOKED = "ApiKeyRevoked"
    """An API key is void."""
    NOTICE_DRAFTED = "NoticeDrafted"
    """A notice exists: kind, category, targets, SHA-256; `replaces`: the notice it corrects."""
    NOTICE_EDITED = "NoticeEdited"
    """A notice has one more version and is a draft again."""
    NOTICE_SUBMITTED = "NoticeSubmitted"
    """A version waits for a decision of a person who publishes."""
    NOTICE_TAKEN_BACK = "NoticeTakenBack"
    """A version that waited for a decision is a draft again; the proposer took it back."""
    NOTICE_APPROVED = "NoticeApproved"
    """A version may be published."""
    NOTICE_REFUSED = "NoticeRefused"
    """A version is refused, with a reason that is an erasable value."""
    NOTICE_PUBLISHED = "NoticePublished"
    """A version is shown from an instant until another, none: no end; published again, its dates change."""
    NOTICE_WITHDRAWN = "NoticeWithdrawn"
    """A notice is no longer shown, before its end."""
    NOTICE_REPLACED = "NoticeReplaced"
    """A notice is archived, because its correction `by` was published in the same transaction."""
    NOTICE_ARCHIVED = "NoticeArchived"
    """A notice leaves the lists; its history stays."""
    MEDIUM_UPLOADED = "MediumUploaded"
    """A file was received to become a medium: its size and SHA-256."""
    MEDIUM_PREPARED = "MediumPrepared"
    """A medium is ready: its kind, and the SHA-256 of the files that screens get."""
    MEDIUM_REFUSED = "MediumRefused"
    """An upload cannot become a medium, with the code of the sentence that says why."""
    MEDIUM_DESCRIBED = "MediumDescribed"
    """The texts that describe a medium to people who cannot see it were written: their SHA-256."""
    MEDIUM_CATALOGUED = "MediumCatalogued"
    """Name, tags, maker, rights or last day of a medium changed: which, and the last day (`until`)."""
    MEDIUM_CAPTIONED = "MediumCaptioned"
    """The captions of a film in a `language` were written: how many, and their SHA-256; none: taken away."""
    MEDIUM_REMOVED = "MediumRemoved"
    """A medium is no longer shown; its files are deleted."""
    REPORT_FROZEN = "ReportFrozen"
    """The figures and sentences of a report are kept: halls, period, SHA-256, number of facts."""
    REPORT_APPROVED = "ReportApproved"
    """A frozen report may be shown to the committee and the public."""


IN_INSTALLATION = frozenset(list(FactKind)[list(FactKind).index(FactKind.INSTALLATION_PUBLISHED) :])
"""Facts of the installation’s journal: `InstallationPublished` and those listed after it.

Facts that change what an account, an API key or a device may do carry a `seal`: a keyed digest of its rights
at that moment (docs/rules/journal.md)."""
OF_ALARMS = frozenset(
    {
        *(FactKind.ALARM_RAISED, FactKind.ALARM_RETURNED),
        *(FactKind.ALARM_CLEARED, FactKind.ALARM_ACKNOWLEDGED),
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
    """The last verb of a counter is taken back, or the last gesture at the reception desk (None).

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
