"""Begin a report of some halls and a period, or open the draft that there is."""

from collections.abc import Sequence
from typing import TypedDict
from zoneinfo import ZoneInfo

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.reports.figures import report_period
from server.domain.reports.reports import MOST_HALLS, SENTENCES, ReportState
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.reports import ReportRow, insert_report, reports_of_period
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.reports.find_report import Sites, are_within, sites_of


class BegunReport(TypedDict):
    """The id of a draft, and whether it is new."""

    report: str
    is_new: bool


def begin_report(
    database: Database,
    author: Author,
    halls: Sequence[str],
    period: str,
    *,
    sites: Sites,
    write_key: WriteKey | None = None,
) -> BegunReport:
    """The draft of these halls (ids or slugs) and this period; one draft at a time, whoever began it.

    So two presses at once make one report.

    Refusals: report_halls_missing for none or more than twenty; unknown_hall; forbidden for a hall of another
    site; bad_report_period; report_period_to_come for one that has not begun.
    """
    if not 0 < len(set(halls)) <= MOST_HALLS:
        raise Refusal("report_halls_missing", most=MOST_HALLS)
    named = report_period(period)
    ids = sorted(
        {database.hall_id(hall) for hall in halls}, key=lambda each: database.configuration(each).hall
    )
    if not are_within(sites_of(database, ids), sites):
        raise Refusal("forbidden")
    zone = ZoneInfo(database.configuration(ids[0]).site.time_zone)
    if named.starts_on > database.clock.now().astimezone(zone).date():
        raise Refusal("report_period_to_come")

    def begin(transaction: InstallationTransaction) -> BegunReport:
        for each in reports_of_period(transaction, named.name):
            if each.state == ReportState.DRAFT and each.halls == ids:
                return {"report": each.id, "is_new": False}
        new = ReportRow(
            id=new_id(),
            halls=ids,
            period=named.name,
            state=ReportState.DRAFT,
            sentences=[""] * SENTENCES,
            figures=None,
            digest=None,
            begun_at=transaction.now,
            begun_by=author.id,
            changed_at=transaction.now,
        )
        insert_report(transaction, new)
        return {"report": new.id, "is_new": True}

    return database.write_installation(author, write_key, begin)
