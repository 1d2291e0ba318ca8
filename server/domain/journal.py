"""The journal of facts: the subjects for its readers, and the fold: which rows each fact changes. Pure.

The only writer of the rows of visits, legs, sessions and counts. The same function serves the live
transaction and the rebuild, on the JSON form of facts, so that a rebuild under an empty configuration equals
the live rows. The installation's facts change notices, their history, media, displays and figures.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from server.domain.alarms.alarms import ALARM_FOLDS
from server.domain.alerts import ALERT_FOLDS
from server.domain.facts import FactKind
from server.domain.hall.fold import HALL_FOLDS
from server.domain.incidents import INCIDENT_FOLDS
from server.domain.instants import text_to_micros
from server.domain.notices.media import MEDIA_FOLDS
from server.domain.quality.typed_figures import QUALITY_FOLDS
from server.domain.row_changes import (
    Change,
    Fold,
    Insert,
    InstallationChange,
    Recorded,
    Sum,
    Update,
    stored_values,
)
from server.domain.visits.fold import VISIT_FOLDS
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
    _K.VISITOR_INFORMED,
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
        *(
            _K.QUIET_SET,
            _K.ABSENCE_PLANNED,
            _K.ABSENCE_REMOVED,
            _K.DAY_ANNOTATED,
            _K.ANNOTATION_WITHDRAWN,
            _K.FIGURE_CORRECTED,
        ),
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

type _InstallationFold = Callable[[Recorded], list[InstallationChange]] | Fold


def installation_changes(fact: Recorded) -> Sequence[InstallationChange]:
    """The rows a fact of the installation inserts or changes; empty for one without projection."""
    fold = INSTALLATION_FOLDS.get(fact.kind)
    return fold(fact) if fold is not None else []


def _step(fact: Recorded) -> Insert:
    body = fact.body
    reason = body.get("reason")
    row = {
        "id": f"{body['notice']}.{body['step']}",
        "notice": body["notice"],
        "step": body["step"],
        "kind": fact.kind,
        "state": body["state"],
        "version": body["version"],
        "done_at": fact.happened_at,
        "author": fact.author,
        "reason": None if reason is None else reason["id"],
        "shown_from": text_to_micros(body.get("from")),
        "shown_until": text_to_micros(body.get("until")),
    }
    return Insert("notice_step", row)


def _standing(fact: Recorded) -> dict[str, Any]:
    """What each step changes in the row of its notice."""
    return {"state": fact.body["state"], "steps": fact.body["step"], "changed_at": fact.happened_at}


def _version(body: Mapping[str, Any]) -> dict[str, Any]:
    targets = json.dumps(body["targets"], sort_keys=True)
    return {
        "version": body["version"],
        "kind": body["kind"],
        "category": body["category"],
        "targets": targets,
    }


def _drafted(fact: Recorded) -> list[Change]:
    row = {
        "id": fact.body["notice"],
        "drafted_by": fact.author,
        "drafted_at": fact.happened_at,
        "replaces": fact.body.get("replaces"),
        "shown_version": None,
        "shown_from": None,
        "shown_until": None,
    }
    return [Insert("notice", row | _standing(fact) | _version(fact.body)), _step(fact)]


def _edited(fact: Recorded) -> list[Change]:
    return [Update("notice", fact.body["notice"], _standing(fact) | _version(fact.body)), _step(fact)]


def _moved(fact: Recorded) -> list[Change]:
    return [Update("notice", fact.body["notice"], _standing(fact)), _step(fact)]


def _published(fact: Recorded) -> list[Change]:
    columns = {
        "shown_version": fact.body["version"],
        "shown_from": text_to_micros(fact.body["from"]),
        "shown_until": text_to_micros(fact.body["until"]),
    }
    return [Update("notice", fact.body["notice"], _standing(fact) | columns), _step(fact)]


def _displays_reported(fact: Recorded) -> list[InstallationChange]:
    body = fact.body
    record = {"screen": body["screen"], "record": body["record"]}
    changes: list[InstallationChange] = [Sum("display_record", record, {}, {"last_number": body["last"]})]
    for day in body["days"]:
        key = {"notice": day["notice"], "screen": body["screen"], "shown_on": day["shown_on"]}
        added = {name: day[name] for name in ("shown_ms", "completed", "cut", "failed")}
        added["whole_ms"] = day.get("whole_ms", 0)  # unknown to players of an earlier release
        changes.append(Sum("display", key, added, {"hall": body["hall"]}))
    return changes


def _individual_figures_decided(fact: Recorded) -> list[InstallationChange]:
    decided = {
        "is_on": fact.body["is_on"],
        "decided_at": fact.happened_at,
        "decided_by": fact.author,
    }
    return [Sum("individual_figures", {"site": fact.body["site"]}, {}, decided)]


def _retention_decided(fact: Recorded) -> list[InstallationChange]:
    decided = {"days": fact.body["days"], "decided_at": fact.happened_at, "decided_by": fact.author}
    return [Sum("retention_choice", {"name": fact.body["name"]}, {}, decided)]


INSTALLATION_FOLDS: dict[str, _InstallationFold] = {
    FactKind.NOTICE_DRAFTED: _drafted,
    FactKind.NOTICE_EDITED: _edited,
    FactKind.NOTICE_SUBMITTED: _moved,
    FactKind.NOTICE_TAKEN_BACK: _moved,
    FactKind.NOTICE_APPROVED: _moved,
    FactKind.NOTICE_REFUSED: _moved,
    FactKind.NOTICE_PUBLISHED: _published,
    FactKind.NOTICE_WITHDRAWN: _moved,
    FactKind.NOTICE_ARCHIVED: _moved,
    FactKind.DISPLAYS_REPORTED: _displays_reported,
    FactKind.NOTICE_REPLACED: _moved,
    FactKind.INDIVIDUAL_FIGURES_DECIDED: _individual_figures_decided,
    FactKind.RETENTION_DECIDED: _retention_decided,
    **MEDIA_FOLDS,
}
"""By the kind of fact."""


def changes(fact: Recorded) -> list[Change]:
    """The rows a fact inserts or changes, in order; empty for a fact without projection."""
    fold = _FOLDS.get(fact.kind)
    return fold(fact) if fold is not None else []


def _rows_restored(fact: Recorded) -> list[Change]:
    return [
        Update(row["table"], row["id"], stored_values(row["values"])) for row in fact.body["restored"]["rows"]
    ]


_FOLDS: dict[str, Fold] = {
    **VISIT_FOLDS,
    **HALL_FOLDS,
    **QUALITY_FOLDS,
    **ALERT_FOLDS,
    **ALARM_FOLDS,
    **INCIDENT_FOLDS,
    FactKind.VISIT_TAKEN_BACK: _rows_restored,
    FactKind.GESTURE_UNDONE: _rows_restored,
}


def rows_after(facts: Iterable[Recorded]) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows that a list of facts leaves, by (table, id): the fold in memory, in the facts' order."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for fact in facts:
        for change in changes(fact):
            if isinstance(change, Insert):
                rows[change.table, change.values["id"]] = dict(change.values)
            else:
                rows[change.table, change.id].update(change.values)
    return rows
