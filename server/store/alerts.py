"""Queries over alerts."""

from typing import Any

from server.domain.alerts.alerts import Alert, AlertKind
from server.domain.instants import from_micros
from server.store.engine.rows import Row

_COLUMNS = (
    "id, hall, alert, kind, is_drill, texts, raised_at, raised_by, expires_at, end_asked_at, end_asked_by,"
    " ended_at, ended_by, end_reason"
)
_OPEN = f"SELECT {_COLUMNS} FROM alert WHERE hall = :hall AND ended_at IS NULL ORDER BY raised_at, id"
_OF_PRESS = f"SELECT {_COLUMNS} FROM alert WHERE raised_by = :by AND press = :press AND hall = :hall"
_BY_PRESS = "SELECT alert FROM alert WHERE raised_by = :by AND press = :press ORDER BY raised_at, id LIMIT 1"
_OF_ALERT = f"SELECT {_COLUMNS} FROM alert WHERE alert = :alert ORDER BY hall"
_OVER = (
    f"SELECT {_COLUMNS} FROM alert WHERE hall = :hall AND ended_at > :since"
    " ORDER BY ended_at DESC, id DESC LIMIT :most"
)
_EXPIRED = "SELECT id FROM alert WHERE hall = :hall AND ended_at IS NULL AND expires_at <= :now"
_HALLS_OF_EXPIRED = (
    "SELECT DISTINCT hall FROM alert WHERE ended_at IS NULL AND expires_at > :after AND expires_at <= :until"
)
_SHOWN = "SELECT screen, shown_at FROM alert_shown WHERE alert = :alert AND hall = :hall"
_WORDS = "SELECT value FROM erasable WHERE id = :id"


def open_alerts(rows: Any, hall: str) -> list[Alert]:
    """The alerts of a hall (id) that nobody has ended, in the order they were raised."""
    return [as_alert(row) for row in open_rows(rows, hall)]


def has_expired(rows: Any, hall: str, now: int) -> bool:
    """Whether an alert of a hall (id) that nobody has ended is past its stated time."""
    return rows.one(_EXPIRED, hall=hall, now=now) is not None


def halls_of_expired(rows: Any, *, after: int, until: int) -> set[str]:
    """The halls (ids) with an alert that nobody has ended and that expired in a span, in microseconds."""
    return {row["hall"] for row in rows.all(_HALLS_OF_EXPIRED, after=after, until=until)}


def of_press(rows: Any, hall: str, *, by: str, press: str) -> Row | None:
    """The alert that a press of an author raised in a hall (id)."""
    row: Row | None = rows.one(_OF_PRESS, by=by, press=press, hall=hall)
    return row


def by_press(rows: Any, *, by: str, press: str) -> str | None:
    """The alert that a press of an author raised in any hall."""
    row = rows.one(_BY_PRESS, by=by, press=press)
    return None if row is None else str(row["alert"])


def of_alert(rows: Any, alert: str) -> list[Row]:
    """An alert in each of its halls."""
    return list(rows.all(_OF_ALERT, alert=alert))


def open_rows(rows: Any, hall: str) -> list[Row]:
    """The alerts of a hall (id) that nobody has ended, all of them, in the order they were raised."""
    return list(rows.all(_OPEN, hall=hall))


def over_since(rows: Any, hall: str, since: int, *, most: int) -> list[Row]:
    """The alerts of a hall (id) ended after an instant in microseconds, the last of them to end first."""
    return list(rows.all(_OVER, hall=hall, since=since, most=most))


def shown_on(rows: Any, alert: str, hall: str) -> dict[str, int]:
    """The screens that said they show an alert in a hall (id), with when, in microseconds."""
    return {row["screen"]: row["shown_at"] for row in rows.all(_SHOWN, alert=alert, hall=hall)}


def words(rows: Any, kept: str | None) -> str | None:
    """The words of a custom alert as JSON, by their id; None when it has none, or none any more."""
    row = None if kept is None else rows.one(_WORDS, id=kept)
    return None if row is None else row["value"]


def as_alert(row: Row) -> Alert:
    """An alert's row as the rules read it."""
    return Alert(
        id=row["alert"],
        row=row["id"],
        kind=AlertKind(row["kind"]),
        is_drill=bool(row["is_drill"]),
        raised_at=from_micros(row["raised_at"]),
        raised_by=row["raised_by"],
        words=row["texts"],
        expires_at=None if row["expires_at"] is None else from_micros(row["expires_at"]),
        end_asked_at=None if row["end_asked_at"] is None else from_micros(row["end_asked_at"]),
        end_asked_by=row["end_asked_by"],
    )
