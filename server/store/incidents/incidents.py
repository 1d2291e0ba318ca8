"""Incidents of halls: those that pages show, and those that wait for their next step."""

from datetime import datetime

from sqlalchemy import bindparam, or_, select

from server.domain.incidents.incidents import ESCALATED_AFTER, SHOWN_FOR, UNANSWERED_AFTER, Incident
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, rows_of
from server.store.tables.alerts import incident

_INCIDENTS = rows_of(Incident, incident)
_IS_OPEN = incident.c.ended_at.is_(None)
_BEGINS = (incident.c.raised_at, incident.c.id)
_BY_ID = Read(Incident, _INCIDENTS.where(incident.c.id == bindparam("incident")))
_OPEN_SINCE = Read(
    Incident,
    _INCIDENTS.where(
        incident.c.hall == bindparam("hall"), _IS_OPEN, incident.c.raised_at > bindparam("since")
    ).order_by(*_BEGINS),
)
_HALLS_DUE = Read(
    str,
    select(incident.c.hall)
    .where(
        _IS_OPEN,
        incident.c.answered_at.is_(None),
        or_(
            incident.c.escalated_at.is_(None) & (incident.c.raised_at <= bindparam("escalated_from")),
            incident.c.unanswered_at.is_(None) & (incident.c.raised_at <= bindparam("unanswered_from")),
        ),
    )
    .distinct(),
)
_UNANSWERED = Read(
    Incident,
    _INCIDENTS.where(
        incident.c.hall == bindparam("hall"), _IS_OPEN, incident.c.answered_at.is_(None)
    ).order_by(*_BEGINS),
)


def incident_by_id(rows: Rows, incident: str) -> Incident | None:
    """An incident by its id."""
    return rows.one(_BY_ID, incident=incident)


def shown_incidents(rows: Rows, hall: str, now: datetime) -> list[Incident]:
    """The incidents of a hall (id) that pages show, the oldest first."""
    return rows.all(_OPEN_SINCE, hall=hall, since=now - SHOWN_FOR)


def halls_with_due_incidents(rows: Rows, now: datetime) -> list[str]:
    """The halls (ids) with an incident that is to be escalated, or to be named as not answered."""
    return rows.all(_HALLS_DUE, escalated_from=now - ESCALATED_AFTER, unanswered_from=now - UNANSWERED_AFTER)


def unanswered_incidents(rows: Rows, hall: str) -> list[Incident]:
    """The incidents of a hall (id) that nobody answered and nobody ended, the oldest first."""
    return rows.all(_UNANSWERED, hall=hall)
