"""Copies of a database, whole or absent: SQLite's backup interface, PostgreSQL's own programs."""

import os
import shutil
import sqlite3
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from server.domain.refusals import Refusal

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}
_SQLITE_HEAD = b"SQLite format 3\x00"


def back_up(database: Any, file: Path) -> None:
    """Writes a copy of the database as committed now to a new file, readable by its owner only.

    Refusals: file_exists; on PostgreSQL pg_dump_missing, backup_failed with the program's words.
    """
    if file.exists():
        raise Refusal("file_exists", file=str(file))
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        if database.store.is_postgresql:
            _run(
                database.url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={part}"
            )
        else:
            _copy_sqlite(database, part)
        _sync(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _copy_sqlite(database: Any, part: Path) -> None:
    target = sqlite3.connect(part)
    with database.store.snapshot() as rows:
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
    """Refuses a file that is no sound backup for the database of an address.

    Refusals: file_missing, not_a_backup.
    """
    if not file.is_file():
        raise Refusal("file_missing", file=str(file))
    with file.open("rb") as opened:
        head = opened.read(len(_SQLITE_HEAD))
    if not (head.startswith(b"PGDMP") if is_postgresql(url) else head == _SQLITE_HEAD):
        raise Refusal("not_a_backup", file=str(file))
    if not is_postgresql(url):
        copy = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)
        try:
            sound = copy.execute("pragma quick_check").fetchone()[0]
            halls = copy.execute("SELECT count(*) FROM sqlite_master WHERE name = 'hall'").fetchone()[0]
        except sqlite3.DatabaseError as broken:
            raise Refusal("not_a_backup", file=str(file)) from broken
        finally:
            copy.close()
        if sound != "ok" or not halls:
            raise Refusal("not_a_backup", file=str(file))


def is_postgresql(url: str) -> bool:
    """Which kind of database an address means."""
    return url.startswith("postgresql")


def put_back(url: str, file: Path, now: datetime) -> Path | None:
    """Replaces the database of an address by a backup; nobody may have it open.

    SQLite: the replaced file is kept beside under the answered name. PostgreSQL: one transaction, nothing
    is kept.
    """
    if is_postgresql(url):
        _run(
            url, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges",
            "--single-transaction", "--dbname", _connection(url)["dbname"], str(file),
        )  # fmt: skip
        return None
    place = Path(url.removeprefix("sqlite:///"))
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(place.name + ".part")
    shutil.copyfile(file, part)
    part.chmod(0o600)
    _sync(part)
    kept = place.with_name(f"{place.name}.replaced-{now:%Y%m%dT%H%M%S%f}") if place.exists() else None
    for ending in ("", "-wal", "-shm"):
        old = place.with_name(place.name + ending)
        if kept is not None and old.exists():
            old.rename(kept.with_name(kept.name + ending))
    part.replace(place)
    return kept


def _connection(url: str) -> dict[str, str]:
    fields = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://"))
    return {key: str(value) for key, value in fields.items() if value is not None}


def _run(url: str, name: str, *arguments: str) -> None:
    """Runs a program of PostgreSQL.

    How to connect stands in its environment, where nobody else reads a password.
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


def postgresql_program(name: str) -> str | None:
    """Where a program of PostgreSQL is: the newest installed one, else the one on the PATH, else None."""
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = sorted(versions, key=lambda path: float(path.parts[-3]))
    return str(newest[-1]) if newest else shutil.which(name)
