"""Reports that are sent by e-mail: their plan, the letters that are due, and those that failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict

from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.author import SYSTEM, Author
from server.domain.people.roles import Permission
from server.domain.quality.periods import Period, PeriodKind
from server.domain.refusals import Refusal, existing
from server.domain.reports.reports import (
    ReportState,
    ScheduleRequest,
    check_schedule,
    due_period,
    next_due,
    report_sending_ended,
    report_sending_planned,
)
from server.ids import new_id
from server.language import LANGUAGES
from server.store import reports
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.journal.facts import keep_erasable
from server.store.people.accounts import AccountRow, account_row, accounts, allowed_by, every_grant
from server.store.people.pseudonyms import name_of
from server.store.reports import LetterRow, Recipient, RecipientRow, ScheduleRow
from server.store.reports import end_schedule as end_row
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.reports.reports import Sites, are_within, checked_halls, sites_of

KEPT = timedelta(days=50 * 366)
"""Longer than any schedule lives: an address is erased when its recipient is removed, not by time."""


class PlannedSending(TypedDict):
    """The id of a schedule."""

    schedule: str


def plan_sending(
    database: Database,
    author: Author,
    request: ScheduleRequest,
    *,
    sites: Sites,
    write_key: WriteKey | None = None,
) -> PlannedSending:
    """Plans that approved reports of halls are sent on a day of the month; `sites`: those of the author.

    Refusals: those of `check_schedule`; report_halls_missing, unknown_hall, forbidden, wrong_language;
    schedule_account for an account that cannot sign in, has no address, or may not read figures at a site of
    the halls.
    """
    check_schedule(request)
    if request.language not in LANGUAGES:
        raise Refusal("wrong_language", languages=", ".join(LANGUAGES))
    ids = checked_halls(database, request.halls, sites)
    places = sites_of(database, ids)

    def plan(transaction: InstallationTransaction) -> PlannedSending:
        for account in request.accounts:
            if address_of_account(transaction, account, places) is None:
                raise Refusal("schedule_account")
        schedule = new_id()
        kept = [
            keep_erasable(transaction, address, until=transaction.now + KEPT)
            for address in dict.fromkeys(request.addresses)
        ]
        recipients = [
            RecipientRow(new_id(), schedule, each, None) for each in dict.fromkeys(request.accounts)
        ]
        recipients += [RecipientRow(new_id(), schedule, None, each.id) for each in kept]
        row = ScheduleRow(
            schedule, ids, request.kind, request.day, request.language, transaction.now, author.id
        )
        reports.insert_schedule(transaction, row, recipients)
        transaction.record(report_sending_planned(schedule, ids, request, kept))
        return {"schedule": schedule}

    return database.write_installation(author, write_key, plan)


def end_sending(database: Database, author: Author, schedule: str, *, sites: Sites) -> None:
    """Ends a schedule: nothing is sent any more, its addresses are erased. Refusal: unknown_schedule."""
    with database.installation_transaction(author) as transaction:
        row = _schedule(database, transaction, schedule, sites)
        for each in reports.recipients_by_schedule(transaction).get(row.id, []):
            reports.delete_recipient(transaction, each)
        end_row(transaction, row.id, transaction.now)
        transaction.record(report_sending_ended(row.id, None))


def remove_recipient(database: Database, author: Author, recipient: str, *, sites: Sites) -> None:
    """Removes a recipient and erases its address; with the last one the schedule ends.

    Refusal: unknown_schedule, also for a recipient of another site's schedule.
    """
    with database.installation_transaction(author) as transaction:
        mine = _recipient(transaction, recipient)
        row = _schedule(database, transaction, mine.schedule, sites)
        is_last = len(reports.recipients_by_schedule(transaction)[row.id]) == 1
        reports.delete_recipient(transaction, mine)
        if is_last:
            end_row(transaction, row.id, transaction.now)
        transaction.record(report_sending_ended(row.id, None if is_last else mine.id))


def send_again(database: Database, letter: str, *, sites: Sites) -> None:
    """Tries a letter again that failed. Refusal: unknown_schedule, also for one that was sent."""
    with database.store.write() as rows:
        found = next((each for each in reports.every_letter(rows) if each.id == letter), None)
        row = existing(found, "unknown_schedule")
        _schedule(database, rows, _recipient(rows, row.recipient).schedule, sites)
        if not reports.try_again(rows, letter, database.clock.now()):
            raise Refusal("unknown_schedule")


def address_of_account(rows: Rows, account: str, places: frozenset[str]) -> str | None:
    """The address of an account (id) that may read reports of these sites (slugs); None where it may not."""
    row = account_row(rows, account)
    if row is None or row.is_locked or not row.email:
        return None
    grants = every_grant(rows).get(account, [])
    may_read = all(allowed_by(grants, Permission.READ_FIGURES, site) for site in places)
    return row.email if may_read else None


def _recipient(rows: Rows, recipient: str) -> Recipient:
    """The recipient of an id. Refusal: unknown_schedule."""
    every = (each for of in reports.recipients_by_schedule(rows).values() for each in of)
    return existing(next((each for each in every if each.id == recipient), None), "unknown_schedule")


def _schedule(database: Database, rows: Rows, schedule: str, sites: Sites) -> ScheduleRow:
    for row in reports.schedules(rows):
        if row.id == schedule and are_within(sites_of(database, row.halls), sites):
            return row
    raise Refusal("unknown_schedule")


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
            reports.queue_letter(transaction, each)
    return len(letters)


def approved_report(rows: Rows, schedule: ScheduleRow, period: str) -> str | None:
    """The report (id) of a schedule's halls and a period that was approved last; None: none is."""
    found = [
        each
        for each in reports.reports_of_period(rows, period)
        if each.state == ReportState.APPROVED and sorted(each.halls) == sorted(schedule.halls)
    ]
    return max(found, key=lambda each: each.approved_at or each.changed_at).id if found else None


def _missing(database: Database, rows: Rows, now: datetime) -> Iterator[LetterRow]:
    """The letters that are due and not queued."""
    planned = reports.schedules(rows)
    if not planned:
        return
    queued = {(each.recipient, each.period) for each in reports.every_letter(rows)}
    recipients = reports.recipients_by_schedule(rows)
    for schedule in planned:
        site = database.configuration(schedule.halls[0]).site
        today, planned_on = site.local_day(now), site.local_day(schedule.planned_at)
        period = due_period(PeriodKind(schedule.kind), schedule.day, today, planned_on)
        report = None if period is None else approved_report(rows, schedule, period.name)
        if period is None or report is None:
            continue
        places = sites_of(database, schedule.halls)
        for each in recipients.get(schedule.id, []):
            address = address_of_account(rows, each.account, places) if each.account else each.address
            if address is not None and (each.id, period.name) not in queued:
                yield LetterRow(new_id(), each.id, period.name, report, now, now)


@dataclass(frozen=True, slots=True)
class ReadRecipient:
    """A recipient as pages name it, and its last letter. `may_read` false: nothing is sent any more."""

    id: str
    name: str
    may_read: bool
    letter: LetterRow | None


@dataclass(frozen=True, slots=True)
class ReadSchedule:
    """A schedule: its halls by name, the next day on which a report is due.

    `awaited`: the period whose report is due and not approved yet; None: none is.
    """

    row: ScheduleRow
    halls: list[str]
    next_on: date
    awaited: Period | None
    time_zone: str
    recipients: list[ReadRecipient]

    @property
    def failed(self) -> list[LetterRow]:
        """The last letters that failed."""
        return [each.letter for each in self.recipients if each.letter and each.letter.failure]


def read_sendings(database: Database, sites: Sites) -> list[ReadSchedule]:
    """The schedules of which a person writes reports at all sites, the first planned first."""
    with database.read() as rows:
        mine = [row for row in reports.schedules(rows) if are_within(sites_of(database, row.halls), sites)]
        recipients = reports.recipients_by_schedule(rows) if mine else {}
        letters = {each.recipient: each for each in reports.every_letter(rows)} if mine else {}
        return [_described_schedule(database, rows, row, recipients.get(row.id, []), letters) for row in mine]


def possible_readers(database: Database, sites: Sites) -> list[AccountRow]:
    """The accounts with an address that may read figures at one of these sites, by name."""
    with database.read() as rows:
        grants = every_grant(rows)
        return [
            each
            for each in accounts(rows)
            if each.email
            and not each.is_locked
            and any(
                allowed_by([grant], Permission.READ_FIGURES, grant.site)
                and (sites is None or grant.site == "*" or grant.site in sites)
                for grant in grants.get(each.id, [])
            )
        ]


def _described_schedule(
    database: Database,
    rows: Rows,
    row: ScheduleRow,
    recipients: list[Recipient],
    letters: dict[str, LetterRow],
) -> ReadSchedule:
    site = database.configuration(row.halls[0]).site
    kind, today = PeriodKind(row.kind), site.local_day(database.clock.now())
    due = due_period(kind, row.day, today, site.local_day(row.planned_at))
    places = sites_of(database, row.halls)
    return ReadSchedule(
        row,
        [database.configuration(hall).name for hall in row.halls],
        next_due(kind, row.day, today),
        due if due is not None and approved_report(rows, row, due.name) is None else None,
        site.time_zone,
        [
            ReadRecipient(
                each.id,
                (name_of(rows, each.account) if each.account else each.address) or "",
                not each.account or address_of_account(rows, each.account, places) is not None,
                letters.get(each.id),
            )
            for each in recipients
        ],
    )


def letters_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """A row for each schedule of the reader's sites of which a letter failed last."""
    sites = [site.slug for site in reach.sites_where(Permission.WRITE_REPORTS)]
    for schedule in read_sendings(database, frozenset(sites)) if sites else ():
        if schedule.failed:
            yield AttentionRow(
                kind=AttentionKind.REPORT_NOT_SENT,
                urgency=Urgency.TODAY,
                since=min(each.queued_at for each in schedule.failed),
                site=database.configuration(schedule.row.halls[0]).site.slug,
                sentence="sendings.to_attend",
                values={"count": len(schedule.failed), "halls": ", ".join(schedule.halls)},
                path="/rapports/envois",
            )
