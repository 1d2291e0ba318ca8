"""Back up and restore; erase what is kept too long; verify every journal at night.

Purge erases personal values, tokens, answers and sessions whose time is over. A restored hall begins a new
epoch and new number series; a restore also counts the facts that are lost. Every worker tries to verify; a
claim in the database decides which one does. An interrupted verification starts again after an hour.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import structlog

from server.clock import Clock
from server.domain.author import SYSTEM
from server.domain.facts import FactKind, of_kind, print_ended
from server.domain.hours.calendars import business_day
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.configuration.halls import all_halls
from server.store.engine.statements import Rows
from server.store.installation import installation_head
from server.store.journal.chain import INSTALLATION, Anchor, Anchors, write_anchors
from server.store.journal.verify import Verified, is_verified, keep_verified, verify_journal
from server.store.operation import backups
from server.store.operation.erase_expired import chosen_days, count_past, erase_past, keep_purge_run
from server.store.operation.job_runs import claim_every
from server.store.operation.migrating import migrate
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.surveys.turnout import keep_turnouts


def purge(database: Database) -> dict[str, int]:
    """How many rows of each table were erased; values and their salts go together.

    Adds the counts to the report of the day, with what is over time all the same (none, unless it failed).
    Deletes the files of former databases that restores left, too.
    """
    now = database.clock.now()
    keep_turnouts(database)
    counts = erase_past(database, now)
    backups.delete_replaced(database.url, now)
    with database.read() as rows:
        overdue = count_past(rows, now, chosen_days(rows))
    with database.store.write() as rows:
        keep_purge_run(rows, now, counts, overdue)
    return counts


SERIES_STEP = 1000
"""The numbers of a restored hall begin a multiple of this higher that day: above every number on paper."""


def backup(database: Database, anchors: Anchors, file: Path) -> list[str]:
    """Writes a backup and anchors every journal; the journals anchored. Refusals: those of `back_up`."""
    with database.read() as rows:
        anchored = write_anchors(anchors, rows, database.clock.now(), "backup")
    backups.back_up(database, file)
    return anchored


@dataclass(frozen=True, slots=True)
class RestoredHall:
    """What a restore did to a hall. `lost`: at least so many facts are gone."""

    hall: str
    epoch: str
    number_offset: int
    lost: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `kept`: the path of the replaced SQLite file."""

    halls: list[RestoredHall]
    kept: Path | None
    lost_of_installation: int


@dataclass
class _Remembered:
    """Lengths of journals by slug, offsets by (slug, day) and highest ranks by (hall id, day)."""

    heads: dict[str, int] = field(default_factory=dict)
    offsets: dict[tuple[str, str], int] = field(default_factory=dict)
    ranks: dict[tuple[str, str], int] = field(default_factory=dict)

    def add_rows(self, rows: Rows) -> None:
        for hall in backups.numbered_halls(rows):
            self.add_head(hall.slug, hall.journal_length)
            self.add_offset(hall.slug, hall.number_offset_on, hall.number_offset)
        installation = installation_head(rows)
        if installation is not None:
            self.add_head(INSTALLATION, installation.journal_length)
        for highest in backups.highest_ranks(rows):
            key = highest.hall, highest.business_day.isoformat()
            self.ranks[key] = max(self.ranks.get(key, 0), highest.rank)

    def add_anchors(self, anchors: Anchors) -> None:
        for journal in anchors.journals():
            for anchor in anchors.standing(journal):
                self.add_head(journal, anchor.position)
            for anchor in anchors.read(journal):
                self.add_offset(journal, anchor.number_offset_on, anchor.number_offset)

    def add_head(self, journal: str, position: int) -> None:
        self.heads[journal] = max(self.heads.get(journal, 0), position)

    def add_offset(self, hall: str, day: str | None, offset: int) -> None:
        if day is not None:
            self.offsets[hall, day] = max(self.offsets.get((hall, day), 0), offset)


def restore(
    url: str, clock: Clock, anchors: Anchors, file: Path, *, has_real_hours: bool = False
) -> Restored:
    """Replaces the database of an address by a backup. The caller holds the server's lock.

    `has_real_hours`: as in the settings of a demonstration. Refusals: those of `check_backup`,
    pg_restore_missing, pg_restore_failed.
    """
    backups.check_backup(file, url)
    remembered = _Remembered()
    remembered.add_anchors(anchors)
    with suppress(Exception):  # the replaced database may be lost or broken
        replaced = Database(url, clock)
        try:
            with replaced.read() as rows:
                remembered.add_rows(rows)
        finally:
            replaced.close()
    kept = backups.put_back(url, file, clock.now())
    restored = Database(url, clock)
    restored.configurations.has_real_hours = has_real_hours
    try:
        return _begin_anew(restored, anchors, remembered, kept)
    finally:
        restored.close()


def _begin_anew(database: Database, anchors: Anchors, remembered: _Remembered, kept: Path | None) -> Restored:
    migrate(database)
    with database.read() as rows:
        remembered.add_rows(rows)
        heads = {hall.slug: hall.journal_length for hall in backups.numbered_halls(rows)}
        head = installation_head(rows)
    assert head is not None
    lost = {slug: remembered.heads.get(slug, 0) - heads[slug] for slug in heads}
    halls = [_restart_hall(database, anchors, remembered, slug, lost[slug]) for slug in sorted(heads)]
    now = database.clock.now()
    anchors.append(INSTALLATION, Anchor(to_text(now), head.journal_length, 0, head.head_hash, "restore"))
    with database.store.write() as rows:
        backups.delete_sign_ins(
            rows
        )  # the backup holds sign-ins and invitations that were ended or used since
    purge(database)
    return Restored(halls, kept, remembered.heads.get(INSTALLATION, 0) - head.journal_length)


def number_offset(
    offsets: Mapping[tuple[str, str], int], hall: tuple[str, str], highest: int, day: str
) -> int:
    """How much higher than its first number each series begins on this day. `hall`: id and slug."""
    above = max(highest, offsets.get((hall[1], day), 0))
    return SERIES_STEP * (above // SERIES_STEP + 1)


def _restart_hall(
    database: Database, anchors: Anchors, remembered: _Remembered, slug: str, lost: int
) -> RestoredHall:
    with database.transaction(slug, SYSTEM, is_configured=False) as transaction:
        head = Anchor(
            to_text(transaction.now),
            transaction.journal_length,
            transaction.version,
            transaction.head_hash,
            "restore",
        )
        with suppress(Refusal):
            transaction.configuration = database.configurations.of(transaction.rows, transaction.row)
        day = _business_day(transaction)
        highest = remembered.ranks.get((transaction.hall, day), 0)
        offset = number_offset(remembered.offsets, (transaction.hall, slug), highest, day)
        epoch = new_id()
        backups.restart_hall(transaction, transaction.hall, epoch=epoch, number_offset=offset, day=day)
        transaction.record(
            of_kind(
                FactKind.HALL_RESTORED,
                epoch=epoch,
                number_offset=offset,
                number_offset_on=day,
                lost_facts=lost,
            )
        )
        for job in backups.open_prints(transaction, transaction.hall):
            backups.cancel_print(transaction, job.id, why="restored", at=transaction.now)
            transaction.record(print_ended(job.id, job.visit, verdict=None, why="restored"))
    anchors.append(slug, Anchor(head.at, head.position, head.version, head.hash, "restore", offset, day))
    return RestoredHall(slug, epoch, offset, lost)


def _business_day(transaction: HallTransaction) -> str:
    configuration = getattr(transaction, "configuration", None)
    if configuration is None:
        return transaction.now.date().isoformat()
    return business_day(configuration.calendar, transaction.now).isoformat()


log = structlog.get_logger()

JOB = "verification"
NIGHT_HOURS = range(2, 6)
"""Local hours in which the journals are verified."""
AFTER_START_S = 3600
"""A server that is off at night verifies by day, so many seconds after its start."""
TAKEN_FOR_S = 3600

type Verification = tuple[Verified, float]
"""The results, and the seconds they took."""
type CallApart = Callable[[Callable[[str, Path], Verification], str, Path], Verification]
"""Calls a function in a separate process."""


class NightlyVerification:
    """Verifies the journals of an installation once a local day, that of its first hall."""

    def __init__(self, database: Database, anchors: Anchors, call_apart: CallApart) -> None:
        self.database, self.anchors, self.call_apart = database, anchors, call_apart
        self.started_s = database.clock.elapsed_s()

    def make(self) -> None:
        """Verifies if it is time and no other worker does."""
        now = self.database.clock.now()
        with self.database.read() as rows:
            slugs = [hall.slug for hall in all_halls(rows) if hall.is_configured]
        if not slugs:
            return
        local = now.astimezone(self.database.configuration(slugs[0]).site.zone)
        if self._is_time(local):
            self._verify(local.date(), now)

    def _is_time(self, local: datetime) -> bool:
        if local.hour in NIGHT_HOURS:
            return True
        stands_s = self.database.clock.elapsed_s() - self.started_s
        return local.hour >= NIGHT_HOURS.stop and stands_s > AFTER_START_S

    def _verify(self, day: date, now: datetime) -> None:
        with self.database.read() as rows:
            if is_verified(rows, day):
                return
        if not claim_every(self.database, JOB, now=now, every_s=TAKEN_FOR_S):
            return
        verified, took_s = self.call_apart(verify_apart, self.database.url, self.anchors.folder)
        keep_verified(self.database, verified, day, took_s)
        log.info("journals_verified", facts=sum(verified.facts.values()), took_s=round(took_s, 1))
        for fault in verified.faults:
            log.error("journal_wrong", journal=fault.journal, wrong=fault.wrong, position=fault.position)


def verify_apart(database_url: str, anchors_folder: Path) -> Verification:
    """Verifies every journal with a new connection; the results, and the seconds it took."""
    clock = Clock()
    began_s = clock.elapsed_s()
    database = Database(database_url, clock)
    try:
        return verify_journal(database, Anchors(anchors_folder)), clock.elapsed_s() - began_s
    finally:
        database.close()
