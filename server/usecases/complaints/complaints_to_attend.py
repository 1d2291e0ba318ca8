"""Find the registers that ask for attention: floods, late answers, entries that nobody has read."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.complaints import EntryState, Flood, is_late, may_read_about_agents
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.store.complaints import EntryRow, unanswered_entries
from server.store.transactions.database import Database
from server.usecases.complaints.stop_flood import flood_of


def complaints_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """One row a hall for a flood, one for late answers, and one for entries that are not read yet.

    What concerns a person of the reception counts only for whoever reads it in the register.
    """
    for hall in reach.halls_where(Permission.ANSWER_COMPLAINTS):
        if not hall.site.complaints.is_open:
            continue
        reads_about_agents = may_read_about_agents(reach.roles_at(hall.site.slug))
        with database.read() as rows:
            found = unanswered_entries(rows, database.hall_id(hall.hall))
            flood = flood_of(rows, database.hall_id(hall.hall), reach.now)
        yield from _flood_row(hall, flood, reach.now)
        yield from _rows(
            hall, [row for row in found if reads_about_agents or not row.concerns_agent], reach.now
        )


def _flood_row(hall: HallConfiguration, flood: Flood, now: datetime) -> Iterator[AttentionRow]:
    """A flood, now while it keeps visitors from writing. It counts what the reader may not read."""
    if not flood.arrivals and not flood.full:
        return
    yield AttentionRow(
        kind=AttentionKind.REGISTER_FLOODED,
        urgency=Urgency.NOW if flood.full else Urgency.TODAY,
        since=flood.arrivals[0].received_at if flood.arrivals else now,
        site=hall.site.slug,
        sentence="complaints.to_attend.full" if flood.full else "complaints.to_attend.flood",
        path=f"/voix/registre?hall={hall.hall}",
    )


def _rows(hall: HallConfiguration, entries: Sequence[EntryRow], now: datetime) -> Iterator[AttentionRow]:
    zone = ZoneInfo(hall.site.time_zone)
    today = now.astimezone(zone).date()
    late = [row.due_on for row in entries if row.due_on and is_late(row.state, row.due_on, today)]
    unread = [row.received_at for row in entries if row.state == EntryState.RECEIVED]
    path, site = f"/voix/registre?hall={hall.hall}", hall.site.slug
    if late:
        yield AttentionRow(
            kind=AttentionKind.COMPLAINT_LATE,
            urgency=Urgency.TODAY,
            since=_day_after(min(late), zone),
            site=site,
            sentence="complaints.to_attend.late",
            values={"count": len(late)},
            path=path,
        )
    if unread:
        yield AttentionRow(
            kind=AttentionKind.COMPLAINT_UNREAD,
            urgency=Urgency.SOON,
            since=min(unread),
            site=site,
            sentence="complaints.to_attend.unread",
            values={"count": len(unread)},
            path=path,
        )


def _day_after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone)
