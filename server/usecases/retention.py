"""What is kept how long here: what purges erased, and what persons and the register of processing read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from server.documents.reading import parse_installation
from server.domain.author import Author, link_ends_at
from server.domain.hours.calendars import opening_at
from server.domain.refusals import Refusal, existing
from server.domain.retention import (
    BY_NAME,
    SCHEDULE,
    Retention,
    Subject,
    check_days,
    checked_texts,
    kept_for,
    retention_decided,
)
from server.store.alarms import recipients_of
from server.store.configuration.documents import newest
from server.store.configuration.halls import INSTALLATION, HallRow, all_halls
from server.store.counters import open_places
from server.store.engine.statements import Rows
from server.store.operation import erase_expired
from server.store.operation.erase_expired import PurgeRun
from server.store.operation.job_runs import EVERY_HALL, claim, has_run
from server.store.people.accounts import AccountRow, account_row, accounts, count_identities
from server.store.people.pseudonyms import links_of
from server.store.people.sign_ins import api_keys
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import Sites
from server.usecases.people.directory import read_own_sessions

RUNS_SHOWN = 30
LATE_AFTER = timedelta(hours=26)
"""A server purges once an hour: after so long without, the page says that nothing was erased."""
OVERDUE_AFTER = timedelta(hours=2)
"""Rows this long over their time should have been erased by two purges."""


@dataclass(frozen=True, slots=True)
class KeptHere:
    """A row of the schedule with what applies here; `overdue`: how many rows are hours over their time."""

    row: Retention
    kept: timedelta | None
    is_chosen: bool
    overdue: int


@dataclass(frozen=True, slots=True)
class ReadRetention:
    """The schedule in force, the purges of the last days, and whether the last one is too long ago."""

    rows: Sequence[KeptHere]
    runs: Sequence[PurgeRun]
    is_late: bool
    is_postgresql: bool


def read_retention(database: Database) -> ReadRetention:
    """The schedule, its purges, and what is overdue."""
    now = database.clock.now()
    with database.read() as rows:
        chosen = erase_expired.chosen_days(rows)
        runs = erase_expired.purge_runs(rows, RUNS_SHOWN)
        overdue = erase_expired.count_past(rows, now - OVERDUE_AFTER, chosen)
    return ReadRetention(
        [_kept_here(row, chosen, overdue) for row in SCHEDULE],
        runs,
        is_late=not runs or now - runs[0].done_at > LATE_AFTER,
        is_postgresql=database.store.is_postgresql,
    )


def _kept_here(row: Retention, chosen: Mapping[str, int], overdue: Mapping[str, int]) -> KeptHere:
    over = overdue[row.table] if row.table is not None else 0
    return KeptHere(row, kept_for(row, chosen), row.name in chosen, over)


@dataclass(frozen=True, slots=True)
class RetentionEffect:
    """What other days would do: `days` and those of `before`; `erased`: rows the next purge would erase."""

    name: str
    days: int
    before: int
    erased: int


def decide_retention(database: Database, author: Author, name: str, days: int, *, sites: Sites) -> None:
    """Keeps something for so many days from now on, as a fact; records nothing where nothing changes.

    `sites`: those that the author administers, None: every one. Refusals: retention_of_all_sites,
    unknown_retention, retention_out_of_bounds.
    """
    if sites is not None:
        raise Refusal("retention_of_all_sites")
    row = check_days(name, days)
    with database.installation_transaction(author) as transaction:
        kept = kept_for(row, erase_expired.chosen_days(transaction))
        before = 0 if kept is None else kept.days
        if before != days:
            transaction.record(retention_decided(name, days, before=before))


def read_effect(database: Database, name: str, days: int) -> RetentionEffect:
    """What it would erase at the next purge to keep something for so many days.

    Refusals: unknown_retention, retention_out_of_bounds.
    """
    row = check_days(name, days)
    assert row.table is not None  # only what a purge erases has days to choose
    now = database.clock.now()
    with database.read() as rows:
        chosen = erase_expired.chosen_days(rows)
        kept = kept_for(row, chosen)
        erased = erase_expired.count_past(rows, now, {**chosen, name: days})[row.table]
    return RetentionEffect(name, days, 0 if kept is None else kept.days, erased)


@dataclass(frozen=True, slots=True)
class ReadRegister:
    """What the entry says now; `accounts`, valid API `keys` and alarm `recipients`: how many."""

    organisation: str
    texts: Mapping[str, str]
    accounts: int
    keys: int
    recipients: int
    retention: ReadRetention
    read_at: datetime


def describe_register(database: Database, author: Author, typed: Mapping[str, str], *, sites: Sites) -> None:
    """Keeps the texts of the site. `sites`: those that the author administers, None: every one.

    Refusals: retention_of_all_sites, register_text_too_long.
    """
    if sites is not None:
        raise Refusal("retention_of_all_sites")
    texts = checked_texts(typed)
    with database.installation_transaction(author) as transaction:
        for name, text in texts.items():
            erase_expired.keep_register_text(transaction, name, text)


def read_register(database: Database) -> ReadRegister:
    """What the entry says now."""
    now = database.clock.now()
    with database.read() as rows:
        found = newest(rows, INSTALLATION, INSTALLATION)
        valid = [
            key
            for key in api_keys(rows)
            if key.revoked_at is None and (key.expires_at is None or key.expires_at > now)
        ]
        return ReadRegister(
            organisation=parse_installation(found.content).organisation if found else "",
            texts=erase_expired.register_texts(rows),
            accounts=len(accounts(rows)),
            keys=len(valid),
            recipients=len(recipients_of(rows)),
            retention=read_retention(database),
            read_at=now,
        )


@dataclass(frozen=True, slots=True)
class OwnPseudonym:
    """A year whose pseudonym leads to the account, and when that link is erased."""

    year: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to about personal data, in the site’s words; empty where it has not said."""

    contact: str
    dpo: str


@dataclass(frozen=True, slots=True)
class KeptAbout:
    """What is kept of a person; `sessions`, `identities`: how many."""

    account: AccountRow
    sessions: int
    identities: int
    pseudonyms: Sequence[OwnPseudonym]
    schedule: Sequence[KeptHere]
    contact: Contact


def read_kept_about(database: Database, account: str) -> KeptAbout:
    """What is kept of the person of an account (id). Refusal: unknown_account."""
    with database.read() as rows:
        row = existing(account_row(rows, account), "unknown_account")
        kept = kept_for(BY_NAME["account_pseudonym"], erase_expired.chosen_days(rows)) or timedelta(0)
        pseudonyms = [
            OwnPseudonym(each.year, link_ends_at(each.year, kept)) for each in links_of(rows, account)
        ]
        identities = count_identities(rows, account)
    schedule = [each for each in read_retention(database).rows if each.row.of is Subject.PERSON]
    sessions = len(read_own_sessions(database, account))
    return KeptAbout(row, sessions, identities, pseudonyms, schedule, read_contact(database))


def read_kept_about_visitors(database: Database) -> tuple[Sequence[KeptHere], Contact]:
    """What Parvis keeps of visitors, how long, and an address that they can write to."""
    schedule = [each for each in read_retention(database).rows if each.row.of is Subject.VISITOR]
    return schedule, read_contact(database)


def read_contact(database: Database) -> Contact:
    """Whom to write to, as the site has written it."""
    with database.read() as rows:
        texts = erase_expired.register_texts(rows)
    return Contact(texts.get("contact", ""), texts.get("dpo", ""))


log = structlog.get_logger()

JOB = "rewrite"
FIRST_HOUR, LAST_HOUR = 2, 23
"""Local hours: from the first one it is done, in the last one a day without a quiet moment is logged."""
BEFORE_OPENING = timedelta(minutes=10)
"""A hall that opens within this time counts as in use."""

type CallApart = Callable[[Callable[[str], bool], str], bool]
"""Calls a function in a separate process."""


class DailyRewriting:
    """Rewrites the pages of the database once a local day, that of the first hall, when no hall is in use.

    Writes wait while it runs: up to a minute for a SQLite file of 1 GB.
    """

    def __init__(self, database: Database, call_apart: CallApart) -> None:
        self.database, self.call_apart = database, call_apart

    def make(self) -> None:
        """Rewrites if it is time, no hall is in use and no other worker does."""
        now = self.database.clock.now()
        with self.database.read() as rows:
            halls = [hall for hall in all_halls(rows) if hall.is_configured]
            if not halls:
                return
            local = now.astimezone(self.database.configurations.of(rows, halls[0]).site.zone)
            day = local.date().isoformat()
            if local.hour < FIRST_HOUR or has_run(rows, JOB, EVERY_HALL, day):
                return
            is_quiet = not any(self._is_in_use(rows, hall, now) for hall in halls)
        if not is_quiet and local.hour < LAST_HOUR:
            return
        if not claim(self.database, JOB, EVERY_HALL, day, now=now):
            return
        if not is_quiet or not self.call_apart(erase_expired.rewrite_pages, self.database.url):
            log.warning("database_not_rewritten", reason="busy")

    def _is_in_use(self, rows: Rows, hall: HallRow, now: datetime) -> bool:
        """Whether a hall is open or opens soon, has an open counter, or somebody waits there."""
        opening = opening_at(self.database.configurations.of(rows, hall).calendar, now)
        opens_soon = opening.next_opens_at is not None and opening.next_opens_at <= now + BEFORE_OPENING
        has_people = bool(open_places(rows, hall.id)) or any(self.database.open_legs(rows, hall))
        return opening.is_open or opens_soon or has_people
