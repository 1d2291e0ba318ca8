"""Read the scheduled reports of a person’s sites: recipients, the last letter of each, and what is next."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from server.domain.people.roles import Permission
from server.domain.quality.periods import Period, PeriodKind
from server.domain.reports.reports import due_period, next_due
from server.store.engine.rows import Rows
from server.store.people.accounts import accounts, allowed_by, every_grant
from server.store.people.pseudonyms import name_of
from server.store.reports import (
    LetterRow,
    Recipient,
    ScheduleRow,
    every_letter,
    recipients_by_schedule,
    schedules,
)
from server.store.transactions.database import Database
from server.usecases.reports.find_report import Sites, are_within, sites_of
from server.usecases.reports.plan_sending import address_of_account
from server.usecases.reports.queue_letters import approved_report


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


@dataclass(frozen=True, slots=True)
class PossibleReader:
    """An account with an address that may read figures somewhere: id and name."""

    account: str
    name: str


def read_sendings(database: Database, sites: Sites) -> list[ReadSchedule]:
    """The schedules of which a person writes reports at all sites, the first planned first."""
    with database.read() as rows:
        mine = [row for row in schedules(rows) if are_within(sites_of(database, row.halls), sites)]
        recipients = recipients_by_schedule(rows) if mine else {}
        letters = {each.recipient: each for each in every_letter(rows)} if mine else {}
        return [_schedule(database, rows, row, recipients.get(row.id, []), letters) for row in mine]


def failed_letters(schedules_read: list[ReadSchedule]) -> int:
    """How many recipients of these schedules have a last letter that failed."""
    return sum(
        each.letter is not None and each.letter.failure is not None
        for schedule in schedules_read
        for each in schedule.recipients
    )


def possible_readers(database: Database, sites: Sites) -> list[PossibleReader]:
    """The accounts with an address that may read figures at one of these sites, by name."""
    with database.read() as rows:
        grants = every_grant(rows)
        return [
            PossibleReader(each.id, each.display_name)
            for each in accounts(rows)
            if each.email
            and not each.is_locked
            and any(
                allowed_by([grant], Permission.READ_FIGURES, grant.site)
                and (sites is None or grant.site == "*" or grant.site in sites)
                for grant in grants.get(each.id, [])
            )
        ]


def _schedule(
    database: Database,
    rows: Rows,
    row: ScheduleRow,
    recipients: list[Recipient],
    letters: dict[str, LetterRow],
) -> ReadSchedule:
    zone = database.configuration(row.halls[0]).site.time_zone
    today = database.clock.now().astimezone(ZoneInfo(zone)).date()
    kind, planned_on = PeriodKind(row.kind), row.planned_at.astimezone(ZoneInfo(zone)).date()
    due = due_period(kind, row.day, today, planned_on)
    places = sites_of(database, row.halls)
    return ReadSchedule(
        row,
        [database.configuration(hall).name for hall in row.halls],
        next_due(kind, row.day, today),
        due if due is not None and approved_report(rows, row, due.name) is None else None,
        zone,
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
