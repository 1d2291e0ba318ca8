"""The subjects of a journal's facts, for its readers, and whether the journal names a person or a place."""

from collections.abc import Mapping
from enum import StrEnum

from server.domain.facts import FactKind
from server.domain.visits.gestures import GESTURES

_K = FactKind


class Subject(StrEnum):
    """What a fact is about, in the order in which subjects are offered."""

    CONFIGURATION = "configuration"
    PEOPLE = "people"
    DEVICES = "devices"
    ALARMS = "alarms"
    ALERTS = "alerts"
    INCIDENTS = "incidents"
    DAYS = "days"
    NOTICES = "notices"
    MEDIA = "media"
    APPOINTMENTS = "appointments"
    COUNTERS = "counters"
    VISITS = "visits"
    CALLS = "calls"
    PRINTS = "prints"


_OF_VISITS = (
    *(_K.TICKET_ISSUED, _K.TICKET_NOT_ISSUED, _K.TICKET_REPRINTED, _K.APPOINTMENT_SHEET_ASKED),
    *(_K.GREETING_COUNTED, _K.NEEDS_NOTED, _K.PRIORITY_CONFIRMED, _K.PRIORITY_NOT_CONFIRMED),
    *(_K.VISITS_LINKED, _K.VISIT_UNLINKED, _K.VISIT_REINSTATED, _K.VISIT_TAKEN_BACK),
)
_OF_LEGS = dict.fromkeys(
    kind.fact for kind in GESTURES.values() if kind.moves and kind.fact not in _OF_VISITS
)
SUBJECTS: Mapping[Subject, tuple[FactKind, ...]] = {
    Subject.CONFIGURATION: (
        *(_K.CONFIGURATION_PUBLISHED, _K.INSTALLATION_PUBLISHED, _K.TARGET_DECIDED, _K.TARGET_WITHDRAWN),
        *(_K.FIGURE_TYPED, _K.TYPED_FIGURE_WITHDRAWN),
        *(_K.HALL_CREATED, _K.HALL_RESTORED, _K.REPORT_FROZEN, _K.REPORT_APPROVED),
        _K.RETENTION_DECIDED,
    ),
    Subject.PEOPLE: (
        *(_K.ACCOUNT_CREATED, _K.ACCOUNT_INVITED, _K.INVITATION_ACCEPTED, _K.ACCOUNT_DESCRIBED),
        *(_K.ROLES_CHANGED, _K.ACCOUNT_LOCKED, _K.ACCOUNT_UNLOCKED, _K.ACCOUNT_REMOVED, _K.PASSWORD_SET),
        _K.IDENTITY_LINKED,
        *(_K.SESSIONS_ENDED, _K.GUESSING_SLOWED, _K.INDIVIDUAL_FIGURES_DECIDED),
        *(_K.API_KEY_CREATED, _K.API_KEY_REVOKED),
    ),
    Subject.DEVICES: (
        *(_K.DEVICE_PAIRED, _K.DEVICE_RENEWED, _K.DEVICE_REPLACED, _K.DEVICE_COPIED, _K.DEVICE_REVOKED),
    ),
    Subject.ALARMS: (
        *(_K.ALARM_RAISED, _K.ALARM_RETURNED, _K.ALARM_CLEARED, _K.ALARM_ACKNOWLEDGED),
        *(_K.REPORT_SENDING_PLANNED, _K.REPORT_SENDING_ENDED),
        *(_K.RECIPIENT_ADDED, _K.RECIPIENT_CHANGED, _K.RECIPIENT_RENEWED, _K.RECIPIENT_REMOVED),
    ),
    Subject.ALERTS: (
        _K.ALERT_RAISED,
        _K.ALERT_END_ASKED,
        _K.ALERT_ENDED,
        _K.ALERT_TAKEN_BACK,
        _K.ALERT_SHOWN,
        *(_K.BULLETIN_PROPOSED, _K.BULLETIN_ACCEPTED, _K.BULLETIN_DISMISSED, _K.BULLETIN_CANCELLED),
    ),
    Subject.INCIDENTS: (
        *(_K.INCIDENT_RAISED, _K.INCIDENT_JOINED, _K.INCIDENT_ESCALATED),
        *(_K.INCIDENT_UNANSWERED, _K.INCIDENT_ANSWERED, _K.INCIDENT_ENDED),
    ),
    Subject.DAYS: (
        *(_K.DAY_CLOSED, _K.BREAK_DECIDED, _K.TICKETS_STOPPED, _K.TICKETS_REOPENED),
        *(_K.QUIET_SET, _K.DAY_ANNOTATED, _K.ANNOTATION_WITHDRAWN),
    ),
    Subject.NOTICES: (
        *(_K.NOTICE_DRAFTED, _K.NOTICE_EDITED, _K.NOTICE_SUBMITTED, _K.NOTICE_APPROVED, _K.NOTICE_REFUSED),
        *(_K.NOTICE_PUBLISHED, _K.NOTICE_WITHDRAWN, _K.NOTICE_REPLACED, _K.NOTICE_ARCHIVED),
        _K.NOTICE_TAKEN_BACK,
        _K.DISPLAYS_REPORTED,
    ),
    Subject.MEDIA: (
        *(_K.MEDIUM_UPLOADED, _K.MEDIUM_PREPARED, _K.MEDIUM_REFUSED, _K.MEDIUM_DESCRIBED),
        *(_K.MEDIUM_REMOVED, _K.MEDIUM_CATALOGUED, _K.MEDIUM_CAPTIONED),
    ),
    Subject.APPOINTMENTS: (
        *(_K.APPOINTMENT_BOOKED, _K.APPOINTMENT_MOVED, _K.APPOINTMENT_CANCELLED),
        *(_K.APPOINTMENT_CHECKED_IN, _K.CHECK_IN_UNDONE),
    ),
    Subject.COUNTERS: (
        *(_K.COUNTER_OPENED, _K.COUNTER_PAUSED, _K.COUNTER_RESUMED, _K.COUNTER_CLOSED),
        *(_K.PRESENCE_CONFIRMED, _K.PROFILE_CHANGED),
    ),
    Subject.VISITS: _OF_VISITS,
    Subject.CALLS: (*_OF_LEGS, _K.GESTURE_UNDONE),
    Subject.PRINTS: (_K.PRINT_ENDED, _K.ROLL_CHANGED, _K.PRINTER_SECRET_RENEWED),
}
"""Every kind of fact under one subject."""

OF_INSTALLATION = (
    *(Subject.CONFIGURATION, Subject.PEOPLE, Subject.DEVICES, Subject.ALARMS, Subject.ALERTS),
    *(Subject.NOTICES, Subject.MEDIA),
)
"""Subjects with facts in the installation's journal."""
NOT_OF_HALLS = (Subject.PEOPLE, Subject.DEVICES, Subject.NOTICES, Subject.MEDIA)
"""Subjects with facts in the installation's journal only."""

BY_PLACE = frozenset(
    kind
    for subject in (Subject.COUNTERS, Subject.VISITS, Subject.CALLS, Subject.INCIDENTS)
    for kind in SUBJECTS[subject]
) | {FactKind.APPOINTMENT_CHECKED_IN, FactKind.CHECK_IN_UNDONE}
"""What people do all day for visitors: shown with the place, not the person, while individual figures are
off.
"""
