"""Queue the letters of scheduled reports that are due and approved."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from server.domain.author import SYSTEM
from server.domain.quality.periods import PeriodKind
from server.domain.reports.reports import ReportState, due_period
from server.ids import new_id
from server.store.engine.rows import Rows
from server.store.reports import (
    LetterRow,
    ScheduleRow,
    every_letter,
    queue_letter,
    recipients_by_schedule,
    reports_of_period,
    schedules,
)
from server.store.transactions.database import Database
from server.usecases.reports.find_report import sites_of
from server.usecases.reports.plan_sending import address_of_account


def queue_letters(database: Database) -> int:
    """How many letters were put on their way: one for each recipient and period, whoever asks how often.

    A report that is not approved yet is sent once it is, until the next one is due.
    """
    now = database.clock.now()
    with database.read() as rows:
        if not any(_missing(database, rows, now)):
            return 0
    with database.installation_transaction(SYSTEM) as transaction:
        letters = list(_missing(database, transaction, now))
        for each in letters:
            queue_letter(transaction, each)
    return len(letters)


def approved_report(rows: Rows, schedule: ScheduleRow, period: str) -> str | None:
    """The report (id) of a schedule's halls and a period that was approved last; None: none is."""
    found = [
        each
        for each in reports_of_period(rows, period)
        if each.state == ReportState.APPROVED and sorted(each.halls) == sorted(schedule.halls)
    ]
    return max(found, key=lambda each: each.approved_at or each.changed_at).id if found else None


def _missing(database: Database, rows: Rows, now: datetime) -> Iterator[LetterRow]:
    """The letters that are due and not queued."""
    planned = schedules(rows)
    if not planned:
        return
    queued = {(each.recipient, each.period) for each in every_letter(rows)}
    recipients = recipients_by_schedule(rows)
    for schedule in planned:
        zone = ZoneInfo(database.configuration(schedule.halls[0]).site.time_zone)
        period = due_period(
            PeriodKind(schedule.kind),
            schedule.day,
            now.astimezone(zone).date(),
            schedule.planned_at.astimezone(zone).date(),
        )
        report = None if period is None else approved_report(rows, schedule, period.name)
        if period is None or report is None:
            continue
        places = sites_of(database, schedule.halls)
        for each in recipients.get(schedule.id, []):
            address = address_of_account(rows, each.account, places) if each.account else each.address
            if address is not None and (each.id, period.name) not in queued:
                yield LetterRow(new_id(), each.id, period.name, report, now, now)
