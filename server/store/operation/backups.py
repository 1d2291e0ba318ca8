"""Copies of a database, whole or absent, and their restore.

SQLite's backup interface and PostgreSQL's own programs make the copies. A restore reads and writes heads and
numbers of halls, prints that were queued, and sign-ins.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import bindparam, func, select

from server.domain.refusals import Refusal
from server.store.engine.lookups import Several
from server.store.engine.statements import Write, WrittenRows
from server.store.engine.stores import SqliteStore, open_store
from server.store.engine.writes import Writes
from server.store.installation import check_revision, is_revision
from server.store.tables import metadata
from server.store.tables.devices import print_job
from server.store.tables.journals import hall
from server.store.tables.people import invitation, sign_in
from server.store.tables.visits import visit
from server.store.transactions.database import Database

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}
REPLACED_KEPT = timedelta(days=30)
"""How long the file stays that a restore has replaced."""
_REPLACED_AT = "%Y%m%dT%H%M%S%f"
_SQLITE_HEAD = b"SQLite format 3\x00"


def back_up(database: Database, file: Path) -> None:
    """Writes a copy of the database, as it is committed now, to a new file that only its owner can read.

    Refusals: file_exists; on PostgreSQL pg_dump_missing, backup_failed with the program's words.
    """
    if file.exists():
        raise Refusal("file_exists", file=str(file))
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        if isinstance(database.store, SqliteStore):
            _copy_sqlite(database.store, part)
        else:
            _run(
                database.url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={part}"
            )
        _sync(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _copy_sqlite(store: SqliteStore, part: Path) -> None:
    target = sqlite3.connect(part)
    with store.snapshot() as rows:
        rows.connection.backup(target)
    target.execute("pragma journal_mode = delete")
    sound = target.execute("pragma quick_check").fetchone()[0]
    target.close()
    if sound != "ok":
        raise Refusal("backup_failed", reason=sound)


def _sync(file: Path) -> None:
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def check_backup(file: Path, url: str) -> None:
    """Refuses a file that is no sound backup for the database of an address, or of a schema not known here.

    Refusals: file_missing, not_a_backup, database_too_old, database_too_new.
    """
    if not file.is_file():
        raise Refusal("file_missing", file=str(file))
    with file.open("rb") as opened:
        head = opened.read(len(_SQLITE_HEAD))
    if not (head.startswith(b"PGDMP") if is_postgresql(url) else head == _SQLITE_HEAD):
        raise Refusal("not_a_backup", file=str(file))
    revision = _revision_of_dump(file, url) if is_postgresql(url) else _revision_of_copy(file)
    if revision is None or not is_revision(revision):
        raise Refusal("not_a_backup", file=str(file))
    check_revision(revision)


def _revision_of_dump(file: Path, url: str) -> str | None:
    """The revision in a dump of PostgreSQL: the only row of its table."""
    words = _run(url, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file))
    found = re.search(r"^COPY .*;\n(\w+)$", words, re.MULTILINE)
    return found and found[1]


def _revision_of_copy(file: Path) -> str | None:
    """The revision in a copy of SQLite; None unless it is sound."""
    copy = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)
    try:
        sound = copy.execute("pragma quick_check").fetchone()[0]
        found = copy.execute("select version_num from alembic_version").fetchone()
    except sqlite3.DatabaseError:
        return None
    finally:
        copy.close()
    return found[0] if found and sound == "ok" else None


def is_postgresql(url: str) -> bool:
    """Whether an address is that of a PostgreSQL database."""
    return url.startswith("postgresql")


def put_back(url: str, file: Path, now: datetime) -> Path | None:
    """Replaces the database of an address by a backup; no process may have it open.

    SQLite: the replaced file stays in the same folder, under the path that is returned. PostgreSQL: one
    transaction, after which tables of a newer schema are dropped; nothing is kept, None is returned.
    """
    if is_postgresql(url):
        _run(
            url, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges",
            "--single-transaction", "--dbname", _connection(url)["dbname"], str(file),
        )  # fmt: skip
        _drop_newer(url, file)
        return None
    place = Path(url.removeprefix("sqlite:///"))
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(place.name + ".part")
    shutil.copyfile(file, part)
    part.chmod(0o600)
    _sync(part)
    kept = place.with_name(f"{place.name}.replaced-{now:{_REPLACED_AT}}") if place.exists() else None
    for ending in ("", "-wal", "-shm"):
        old = place.with_name(place.name + ending)
        if kept is not None and old.exists():
            old.rename(kept.with_name(kept.name + ending))
    part.replace(place)
    return kept


def _drop_newer(url: str, file: Path) -> None:
    """Drops the tables that a backup of an earlier schema lacks: its migrations will make them."""
    listed = _run(url, "pg_restore", "--list", str(file))
    known = set(re.findall(r"^\d+; \d+ \d+ TABLE \S+ (\S+) ", listed, re.MULTILINE))
    store = open_store(url)
    try:
        with store.engine.begin() as connection:
            newer = [table for name, table in metadata.tables.items() if name not in known]
            metadata.drop_all(connection, tables=newer)
    finally:
        store.close()


def delete_replaced(url: str, now: datetime) -> None:
    """Deletes the files that `put_back` kept, once their time is over: they hold what was erased since."""
    if is_postgresql(url):
        return
    place = Path(url.removeprefix("sqlite:///"))
    limit = f"{place.name}.replaced-{now - REPLACED_KEPT:{_REPLACED_AT}}"
    for kept in place.parent.glob(f"{place.name}.replaced-*"):
        if kept.name <= limit:
            kept.unlink(missing_ok=True)


def _connection(url: str) -> dict[str, str]:
    fields = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://"))
    return {key: str(value) for key, value in fields.items() if value is not None}


def _run(url: str, name: str, *arguments: str) -> str:
    """Runs a program of PostgreSQL; what it prints.

    The connection is in its environment, where no other user can read the password.
    """
    program = postgresql_program(name)
    if program is None:
        raise Refusal(f"{name}_missing")
    environment = {_VARIABLES[key]: value for key, value in _connection(url).items() if key in _VARIABLES}
    ended = subprocess.run(
        [program, *arguments],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise Refusal(f"{name}_failed", reason=ended.stderr.strip()[-800:])
    return ended.stdout


def postgresql_program(name: str) -> str | None:
    """The path of a program of PostgreSQL: of the newest version installed, else on the PATH, else None."""
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = sorted(versions, key=lambda path: float(path.parts[-3]))
    return str(newest[-1]) if newest else shutil.which(name)


@dataclass(frozen=True, slots=True)
class NumberedHall:
    """A hall with the length of its journal, and how much higher its numbers began on its last restored day.

    `number_offset_on`: that local day (ISO); None where it was never restored.
    """

    id: str
    slug: str
    journal_length: int
    number_offset: int
    number_offset_on: str | None


@dataclass(frozen=True, slots=True)
class HighestRank:
    """The highest rank that a number of a hall (id) had on a business day."""

    hall: str
    business_day: date
    rank: int


@dataclass(frozen=True, slots=True)
class OpenPrint:
    """A print job that was not printed, with its visit (id)."""

    id: str
    visit: str | None


numbered_halls = Several.of(NumberedHall, hall, order=("slug",))
"""Every hall, by slug."""
highest_ranks = Several(
    HighestRank,
    select(visit.c.hall, visit.c.business_day, func.max(visit.c.rank).label("rank")).group_by(
        visit.c.hall, visit.c.business_day
    ),
)
"""The highest rank of each hall and business day that had tickets."""
_RESTART = Write(
    hall.update().where(hall.c.id == bindparam("row_id")), "epoch", "number_offset", "number_offset_on"
)
open_prints = Several.of(
    OpenPrint, print_job, "hall", print_job.c.state.in_(["queued", "sending"]), order=("queued_at",)
)
"""The print jobs of a hall (id) that are queued or being sent, the oldest first."""
_CANCEL_PRINT = Write(
    print_job.update().where(print_job.c.id == bindparam("row_id")), "state", "why", "done_at"
)
_DELETE_SIGN_INS = [Write(sign_in.delete()), Write(invitation.delete())]


def restart_hall(transaction: Writes, hall: str, *, epoch: str, number_offset: int, day: str) -> None:
    """Gives a hall (id) a new epoch, and higher numbers on a local day (ISO)."""
    transaction.run(_RESTART, row_id=hall, epoch=epoch, number_offset=number_offset, number_offset_on=day)


def cancel_print(transaction: Writes, job: str, *, why: str, at: datetime) -> None:
    """Cancels a print job (id)."""
    transaction.run(_CANCEL_PRINT, row_id=job, state="cancelled", why=why, done_at=at)


def delete_sign_ins(rows: WrittenRows) -> None:
    """Deletes every signed-in session and every invitation."""
    for delete in _DELETE_SIGN_INS:
        rows.execute(delete)
