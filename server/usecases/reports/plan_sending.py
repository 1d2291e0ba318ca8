"""Plan that reports are sent to people by e-mail, end that, or try a letter again."""

from datetime import timedelta
from typing import TypedDict

from server.domain.author import Author
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.reports.reports import (
    MOST_HALLS,
    ScheduleRequest,
    check_schedule,
    report_sending_ended,
    report_sending_planned,
)
from server.ids import new_id
from server.language import LANGUAGES
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Rows
from server.store.journal.erasables import keep_erasable
from server.store.people.accounts import account_row, allowed_by, every_grant
from server.store.reports import (
    Recipient,
    RecipientRow,
    ScheduleRow,
    delete_recipient,
    every_letter,
    insert_schedule,
    recipients_by_schedule,
    schedules,
    try_again,
)
from server.store.reports import end_schedule as end_row
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.reports.find_report import Sites, are_within, sites_of

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
    if not 0 < len(set(request.halls)) <= MOST_HALLS:
        raise Refusal("report_halls_missing", most=MOST_HALLS)
    ids = sorted(
        {database.hall_id(hall) for hall in request.halls},
        key=lambda each: database.configuration(each).hall,
    )
    places = sites_of(database, ids)
    if not are_within(places, sites):
        raise Refusal("forbidden")

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
        insert_schedule(transaction, row, recipients)
        transaction.record(report_sending_planned(schedule, ids, request, kept))
        return {"schedule": schedule}

    return database.write_installation(author, write_key, plan)


def end_sending(database: Database, author: Author, schedule: str, *, sites: Sites) -> None:
    """Ends a schedule: nothing is sent any more, its addresses are erased. Refusal: unknown_schedule."""
    with database.installation_transaction(author) as transaction:
        row = _schedule(database, transaction, schedule, sites)
        for each in recipients_by_schedule(transaction).get(row.id, []):
            delete_recipient(transaction, each)
        end_row(transaction, row.id, transaction.now)
        transaction.record(report_sending_ended(row.id, None))


def remove_recipient(database: Database, author: Author, recipient: str, *, sites: Sites) -> None:
    """Removes a recipient and erases its address; with the last one the schedule ends.

    Refusal: unknown_schedule, also for a recipient of another site's schedule.
    """
    with database.installation_transaction(author) as transaction:
        found = recipients_by_schedule(transaction)
        mine = next((each for of in found.values() for each in of if each.id == recipient), None)
        if mine is None:
            raise Refusal("unknown_schedule")
        row = _schedule(database, transaction, mine.schedule, sites)
        delete_recipient(transaction, mine)
        is_last = len(found[row.id]) == 1
        if is_last:
            end_row(transaction, row.id, transaction.now)
        transaction.record(report_sending_ended(row.id, None if is_last else mine.id))


def send_again(database: Database, letter: str, *, sites: Sites) -> None:
    """Tries a letter again that failed. Refusal: unknown_schedule, also for one that was sent."""
    with database.store.write() as rows:
        row = next((each for each in every_letter(rows) if each.id == letter), None)
        found = [] if row is None else [each for of in recipients_by_schedule(rows).values() for each in of]
        mine: Recipient | None = next((each for each in found if row and each.id == row.recipient), None)
        if mine is None:
            raise Refusal("unknown_schedule")
        _schedule(database, rows, mine.schedule, sites)
        if not try_again(rows, letter, database.clock.now()):
            raise Refusal("unknown_schedule")


def address_of_account(rows: Rows, account: str, places: frozenset[str]) -> str | None:
    """The address of an account (id) that may read reports of these sites (slugs); None where it may not."""
    row = account_row(rows, account)
    if row is None or row.is_locked or not row.email:
        return None
    grants = every_grant(rows).get(account, [])
    may_read = all(allowed_by(grants, Permission.READ_FIGURES, site) for site in places)
    return row.email if may_read else None


def _schedule(database: Database, rows: Rows, schedule: str, sites: Sites) -> ScheduleRow:
    for row in schedules(rows):
        if row.id == schedule and are_within(sites_of(database, row.halls), sites):
            return row
    raise Refusal("unknown_schedule")
