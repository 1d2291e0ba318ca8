"""Alerts of halls: the rows of one alert, one for each hall, and the screens that show it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, type_coerce

from hardware.json_types import Texts
from server.domain.alerts import Alert, AlertKind
from server.store.engine.lookups import Exists, Pairs, Several
from server.store.engine.statements import Read, Rows, rows_of
from server.store.tables.alerts import alert, alert_shown
from server.store.tables.columns import Document
from server.store.tables.journals import erasable

type AlertWords = Mapping[str, Texts]
"""The words of a custom alert by language: `title` and `text`. Empty for any other kind."""
"""The words of a custom alert, by language: `title` and `text`."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert in one hall (id). `id`: of this row; `alert`: shared by all halls in which it was raised.

    `texts`: the id of the erasable words of a custom alert. `end_asked_by` confirmed the end a first time.
    """

    id: str
    hall: str
    alert: str
    kind: str
    is_drill: bool
    texts: str | None
    raised_at: datetime
    raised_by: str
    expires_at: datetime | None
    end_asked_at: datetime | None
    end_asked_by: str | None
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None


_ALERTS = rows_of(AlertRow, alert)
_OF_HALL = alert.c.hall == bindparam("hall")
_IS_OPEN = alert.c.ended_at.is_(None)
_IS_OF_PRESS = (alert.c.raised_by.in_(bindparam("by", expanding=True)), alert.c.press == bindparam("press"))
open_rows = Several(AlertRow, _ALERTS.where(_OF_HALL, _IS_OPEN).order_by(alert.c.raised_at, alert.c.id))
"""The rows of `open_alerts`."""
_OF_PRESS = Read(str, select(alert.c.alert).where(*_IS_OF_PRESS, _OF_HALL))
_OF_PRESS_ANYWHERE = Read(
    str, select(alert.c.alert).where(*_IS_OF_PRESS).order_by(alert.c.raised_at, alert.c.id).limit(1)
)
rows_of_alert = Several(AlertRow, _ALERTS.where(alert.c.alert == bindparam("alert")).order_by(alert.c.hall))
"""An alert in each of its halls."""
ended_since = Several(
    AlertRow,
    _ALERTS.where(_OF_HALL, alert.c.ended_at > bindparam("since"))
    .order_by(alert.c.ended_at.desc(), alert.c.id.desc())
    .limit(bindparam("most")),
    names=("hall", "since"),
)
"""The alerts of a hall (id) that ended after an instant, `most` at most, the last end first."""
has_expired = Exists(
    str,
    select(alert.c.id).where(_OF_HALL, _IS_OPEN, alert.c.expires_at <= bindparam("now")).limit(1),
    names=("hall", "now"),
)
"""Whether an alert of a hall (id) that nobody has ended is past its stated time."""
_HALLS_OF_EXPIRED = Read(
    str,
    select(alert.c.hall)
    .where(_IS_OPEN, alert.c.expires_at > bindparam("after"), alert.c.expires_at <= bindparam("until"))
    .distinct(),
)
screens_showing = Pairs(
    tuple[str, datetime],
    select(alert_shown.c.screen, alert_shown.c.shown_at).where(
        alert_shown.c.alert == bindparam("alert"), alert_shown.c.hall == bindparam("hall")
    ),
    names=("alert", "hall"),
)
"""The screens that confirmed that they show an alert in a hall (id), and when each did."""
_WORDS: Read[AlertWords] = Read(
    dict[str, dict[str, str]],
    select(type_coerce(erasable.c.value, Document).label("words")).where(erasable.c.id == bindparam("kept")),
)


def open_alerts(rows: Rows, hall: str) -> list[Alert]:
    """The alerts of a hall (id) that nobody has ended, in the order they were raised."""
    return [as_alert(row) for row in open_rows(rows, hall)]


def halls_of_expired(rows: Rows, *, after: datetime, until: datetime) -> set[str]:
    """The halls (ids) with an alert that nobody has ended and that expired after `after`, by `until`."""
    return set(rows.all(_HALLS_OF_EXPIRED, after=after, until=until))


def alert_of_press(rows: Rows, hall: str, *, by: Collection[str], press: str) -> str | None:
    """The alert that a press (digest) of an author (all ids) raised in a hall (id)."""
    return rows.one(_OF_PRESS, by=sorted(by), press=press, hall=hall)


def alert_of_press_anywhere(rows: Rows, *, by: Collection[str], press: str) -> str | None:
    """The alert that a press (digest) of an author (all ids) raised in any hall."""
    return rows.one(_OF_PRESS_ANYWHERE, by=sorted(by), press=press)


def words_of(rows: Rows, kept: str | None) -> AlertWords:
    """The words of a custom alert, by the id of the erasable value; empty when it has none, or none left."""
    return {} if kept is None else rows.one(_WORDS, kept=kept) or {}


def as_alert(row: AlertRow) -> Alert:
    """An alert's row as the rules read it."""
    return Alert(
        id=row.alert,
        row=row.id,
        kind=AlertKind(row.kind),
        is_drill=row.is_drill,
        raised_at=row.raised_at,
        raised_by=row.raised_by,
        words=row.texts,
        expires_at=row.expires_at,
        end_asked_at=row.end_asked_at,
        end_asked_by=row.end_asked_by,
    )
