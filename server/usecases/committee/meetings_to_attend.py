"""Find the meetings whose report asks to be sent."""

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from server.domain.attention.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.committee.committee import PACK_DUE_BEFORE, asks_for_pack
from server.domain.people.roles import Permission
from server.store.committee import meetings_of
from server.store.transactions.database import Database


def meetings_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The meetings within 14 days without a sent report, of the sites whose reports the reader writes."""
    for site in reach.sites_where(Permission.WRITE_REPORTS):
        zone = ZoneInfo(site.time_zone)
        today = reach.now.astimezone(zone).date()
        with database.read() as rows:
            found = meetings_of(rows, site.slug)
        for row in found:
            if asks_for_pack(row.met_on, row.pack_sent_on, today):
                days = (row.met_on - today).days
                yield AttentionRow(
                    kind=AttentionKind.PACK_TO_SEND,
                    urgency=Urgency.SOON if days else Urgency.TODAY,
                    since=datetime.combine(row.met_on - PACK_DUE_BEFORE, time(), zone),
                    site=site.slug,
                    sentence="committee.to_attend.due" if days else "committee.to_attend.today",
                    values={"count": days} if days else {},
                    path=f"/voix/comite/{row.id}",
                )
