"""Find the scheduled reports that were not sent, as rows of what asks for a person's attention."""

from collections.abc import Iterator

from server.domain.attention.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.people.roles import Permission
from server.store.transactions.database import Database
from server.usecases.reports.read_sendings import read_sendings


def letters_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """A row for each schedule of the reader's sites of which a letter failed last."""
    sites = [site.slug for site in reach.sites_where(Permission.WRITE_REPORTS)]
    for schedule in read_sendings(database, frozenset(sites)) if sites else ():
        failed = [each.letter for each in schedule.recipients if each.letter and each.letter.failure]
        if failed:
            yield AttentionRow(
                kind=AttentionKind.REPORT_NOT_SENT,
                urgency=Urgency.TODAY,
                since=min(each.queued_at for each in failed),
                site=database.configuration(schedule.row.halls[0]).site.slug,
                sentence="sendings.to_attend",
                values={"count": len(failed), "halls": ", ".join(schedule.halls)},
                path="/rapports/envois",
            )
