"""Find the actions that ask for a person's attention: late, or due within a week."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.domain.actions.actions import REMINDED_BEFORE, is_due_soon, is_late
from server.domain.attention.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.people.roles import Permission
from server.store.actions import actions_of
from server.store.transactions.database import Database

WORDS = 80
"""Characters of a remark that a row shows."""


def actions_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The actions of the sites whose plans the reader keeps that are late or due within seven days."""
    for site in reach.sites_where(Permission.WRITE_REPORTS):
        zone = ZoneInfo(site.time_zone)
        today = reach.now.astimezone(zone).date()
        with database.read() as rows:
            found = actions_of(rows, site.slug)
        for row in found:
            late = is_late(row.state, row.due_on, today)
            if row.due_on is None or not (late or is_due_soon(row.state, row.due_on, today)):
                continue
            day = row.due_on + timedelta(days=1) if late else row.due_on - REMINDED_BEFORE
            yield AttentionRow(
                kind=AttentionKind.ACTION_LATE if late else AttentionKind.ACTION_DUE,
                urgency=Urgency.TODAY if row.due_on <= today else Urgency.SOON,
                since=datetime.combine(day, time(), zone),
                site=site.slug,
                sentence=f"actions.to_attend.{_word(row.due_on, today)}",
                values=_count(row.due_on, today) | {"remark": _shortened(row.remark)},
                path=f"/voix/actions#action-{row.id}",
            )


def _count(due_on: date, today: date) -> dict[str, str | int]:
    return {} if due_on == today else {"count": abs((due_on - today).days)}


def _word(due_on: date, today: date) -> str:
    return "late" if due_on < today else "today" if due_on == today else "due"


def _shortened(text: str) -> str:
    return text if len(text) <= WORDS else text[: WORDS - 1].rstrip() + "…"
