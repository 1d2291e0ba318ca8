"""Back up and restore.

A restored hall starts a new epoch and fresh number series, and says what it has lost.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.clock import Clock
from server.domain.author import SYSTEM
from server.domain.facts import FactKind, of_kind, print_ended
from server.domain.hours.calendars import business_day
from server.domain.instants import to_micros, to_text
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.configuration.halls import revisions_of
from server.store.installation import installation_head
from server.store.journal.anchors import INSTALLATION, Anchor, Anchors, write_anchors
from server.store.operation.backup import back_up, check_backup, put_back
from server.store.operation.migrating import migrate
from server.store.transactions.database import Database
from server.usecases.journal.erase_expired import purge

SERIES_STEP = 1000
"""A restored hall's numbers of that day begin a multiple of this higher: above all that are on paper."""

_RANKS = "SELECT hall, business_day, max(rank) AS highest FROM visit GROUP BY hall, business_day"
_HEADS = "SELECT slug, id, journal_length, version, number_offset, number_offset_on FROM hall"


def backup(database: Database, anchors: Anchors, file: Path) -> list[str]:
    """Writes a backup and anchors every journal; the journals anchored. Refusals: those of `back_up`."""
    with database.read() as rows:
        anchored = write_anchors(anchors, rows, database.clock.now(), "backup")
    back_up(database, file)
    return anchored


@dataclass(frozen=True, slots=True)
class RestoredHall:
    """What a restore did to a hall. `lost`: facts known to be gone, at least."""

    hall: str
    epoch: str
    number_offset: int
    lost: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; `kept`: where the replaced SQLite file is."""

    halls: list[RestoredHall]
    kept: Path | None
    lost_of_installation: int


@dataclass
class _Remembered:
    """What was known before: heads and offsets per slug, highest ranks per (hall id, day)."""

    heads: dict[str, int] = field(default_factory=dict)
    offsets: dict[tuple[str, str], int] = field(default_factory=dict)
    ranks: dict[tuple[str, str], int] = field(default_factory=dict)

    def add_rows(self, rows: Any) -> None:
        for row in rows.all(_HEADS):
            self.add_head(row["slug"], row["journal_length"])
            self.add_offset(row["slug"], row["number_offset_on"], row["number_offset"])
        installation = installation_head(rows)
        if installation is not None:
            self.add_head(INSTALLATION, installation.journal_length)
        for row in rows.all(_RANKS):
            key = row["hall"], row["business_day"]
            self.ranks[key] = max(self.ranks.get(key, 0), row["highest"])

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

    `has_real_hours`: as in the settings of a demonstration. Refusals: file_missing, not_a_backup,
    pg_restore_missing, pg_restore_failed.
    """
    check_backup(file, url)
    remembered = _Remembered()
    remembered.add_anchors(anchors)
    with suppress(Exception):  # a database that is lost or broken is why one restores
        replaced = Database(url, clock)
        try:
            with replaced.read() as rows:
                remembered.add_rows(rows)
        finally:
            replaced.close()
    kept = put_back(url, file, clock.now())
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
        heads = {row["slug"]: row["journal_length"] for row in rows.all(_HEADS)}
        head = installation_head(rows)
    assert head is not None
    lost = {slug: remembered.heads.get(slug, 0) - heads[slug] for slug in heads}
    halls = [_restart_hall(database, anchors, remembered, slug, lost[slug]) for slug in sorted(heads)]
    now = database.clock.now()
    anchors.append(INSTALLATION, Anchor(to_text(now), head.journal_length, 0, head.head_hash, "restore"))
    with database.store.write() as rows:
        for table in ("sign_in", "invitation"):  # what was ended or used since the backup stays so
            rows.run(f"DELETE FROM {table}", {})
    purge(database)
    return Restored(halls, kept, remembered.heads.get(INSTALLATION, 0) - head.journal_length)


def number_offset(
    offsets: Mapping[tuple[str, str], int], hall: tuple[str, str], highest: int, day: str
) -> int:
    """How far above its first number each series begins on this day. `hall`: id and slug."""
    above = max(highest, offsets.get((hall[1], day), 0))
    return SERIES_STEP * (above // SERIES_STEP + 1)


def _restart_hall(
    database: Database, anchors: Anchors, remembered: _Remembered, slug: str, lost: int
) -> RestoredHall:
    with database.bare_transaction(slug, SYSTEM) as transaction:
        head = Anchor(
            to_text(transaction.now),
            transaction.journal_length,
            transaction.version,
            transaction.head_hash,
            "restore",
        )
        with suppress(Refusal):
            hall = revisions_of(transaction.row)
            transaction.configuration = database.configurations.of(transaction.rows, hall)
        day = _business_day(transaction)
        highest = remembered.ranks.get((transaction.hall, day), 0)
        offset = number_offset(remembered.offsets, (transaction.hall, slug), highest, day)
        epoch = new_id()
        transaction.run(
            "UPDATE hall SET epoch = :epoch, number_offset = :offset, number_offset_on = :day"
            " WHERE id = :hall",
            epoch=epoch,
            offset=offset,
            day=day,
            hall=transaction.hall,
        )
        transaction.record(
            of_kind(
                FactKind.HALL_RESTORED,
                epoch=epoch,
                number_offset=offset,
                number_offset_on=day,
                lost_facts=lost,
            )
        )
        _drop_prints(transaction)
    anchors.append(
        slug,
        Anchor(head.at, head.position, head.version, head.hash, "restore", offset, day),
    )
    return RestoredHall(slug, epoch, offset, lost)


def _business_day(transaction: Any) -> str:
    configuration = getattr(transaction, "configuration", None)
    if configuration is None:
        return str(transaction.now.date().isoformat())
    return business_day(configuration.calendar, transaction.now).isoformat()


def _drop_prints(transaction: Any) -> None:
    """What was queued when the backup was made has been printed since, or its visitor has left: not again."""
    sql = (
        "SELECT id, visit FROM print_job WHERE hall = :hall AND state IN ('queued', 'sending')"
        " ORDER BY queued_at"
    )
    for job in transaction.all(sql, hall=transaction.hall):
        transaction.run(
            "UPDATE print_job SET state = 'cancelled', why = 'restored', done_at = :at WHERE id = :job",
            at=to_micros(transaction.now),
            job=job["id"],
        )
        transaction.record(print_ended(job["id"], job["visit"], verdict=None, why="restored"))
