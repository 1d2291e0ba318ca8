"""Read the newest approved figures of a hall, for « Nos résultats » on screens and on the public page."""

from datetime import datetime
from typing import TypedDict

from server.domain.instants import to_text
from server.domain.reports.figures import ReportDays, ReportHall, report_period
from server.domain.reports.reports import ReportState
from server.store.reports import ReportSummary, every_report, report_row
from server.store.transactions.database import Database


class FrozenResults(TypedDict):
    """What a hall may show of its newest approved report.

    `figures`: the hall's figures by indicator, in all (`whole`) and by service, each with those of the period
    before, as they were frozen. `sentences`: up to three, without empty ones; of a report of several halls
    they are about all of these. `as_of`, `approved_at`: RFC 3339.
    """

    report: str
    period: ReportDays
    previous: ReportDays
    figures: ReportHall
    sentences: list[str]
    as_of: str
    approved_at: str
    sha256: str


def read_frozen_results(database: Database, hall: str) -> FrozenResults | None:
    """The results of the approved report with the latest period that counts a hall (id or slug), or None.

    Of two reports of one period, the one approved last. Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        approved = [
            row for row in every_report(rows) if row.state == ReportState.APPROVED and hall_id in row.halls
        ]
        chosen = max(approved, key=_rank, default=None)
        newest = None if chosen is None else report_row(rows, chosen.id)
    if newest is None or newest.figures is None or newest.approved_at is None or newest.digest is None:
        return None
    content = newest.figures
    return {
        "report": newest.id,
        "period": content["period"],
        "previous": content["previous"],
        "figures": next(each for each in content["halls"] if each["hall"] == hall_id),
        "sentences": [each for each in newest.sentences if each],
        "as_of": content["as_of"],
        "approved_at": to_text(newest.approved_at),
        "sha256": newest.digest,
    }


def _rank(row: ReportSummary) -> tuple[str, datetime]:
    period = report_period(row.period)
    return period.ends_on.isoformat(), row.approved_at or row.begun_at
