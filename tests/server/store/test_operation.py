"""The migrations lead to the tables of the code; files of the installation are for their owner alone.

An upgrade from version 0.1.0, with rows of every table, loses nothing. `versions/0100.json` holds every row
of a database of that version: written by its own use cases, but for some tables that only the rounds of a
server fill.
"""

import json
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Boolean, LargeBinary, MetaData, insert, inspect
from sqlalchemy.engine import Connection

from server.app import create_app
from server.clock import Clock
from server.commands import examination
from server.domain.refusals import Refusal
from server.ids import is_token_shaped, new_id, token_digest
from server.jobs import local_socket
from server.settings import Settings
from server.store.devices.paired_devices import bearer_of_token
from server.store.installation import BASELINE, SCHEMA
from server.store.journal.chain import Anchors
from server.store.journal.verify import verify_journal
from server.store.notices.media import MediaFiles, receive
from server.store.operation.backups import back_up
from server.store.operation.migrating import MIGRATIONS, migrate, migrations_on, open_installed
from server.store.operation.private_files import (
    back_up_key,
    bring_key,
    keep_to_owner,
    key_file,
    open_files,
    secret_key,
    tighten,
)
from server.store.tables import metadata
from server.store.transactions.database import Database
from server.store.visits.tickets import TicketTokens
from server.usecases.journal.maintenance import purge, restore
from server.usecases.tickets.issued_ticket import reprint_ticket, token_again
from server.usecases.tickets.ticket_page import leg_of_token
from server.web.access.callers import of_sign_in
from tests.harness.sql import all_rows, execute
from tests.server.store.journals import issue, morning
from tests.server.usecases.at_counters import AGENT
from tests.server.usecases.quality.figures_history import Hands

DELIVERED = "e0e8f3ee54145af9f92f47257010b45d58dc2069f3b403d2bf435130432e30aa"
"""SHA-256 of the tables of version 0.1.0."""


def test_the_migrations_make_the_tables_of_the_code(database_url: str):
    database = Database(database_url, Clock())
    with database.store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    database.close()


def test_the_baseline_stays_as_it_was_delivered():
    [file] = (MIGRATIONS / "versions").glob(f"{BASELINE}_*.sql")
    assert sha256(file.read_bytes()).hexdigest() == DELIVERED, "a change of the schema is a new migration"


@pytest.mark.parametrize(
    ("revision", "code"),
    [("0071", "database_too_old"), ("9999", "database_too_new"), ("1975ea83b712", "database_foreign")],
)
def test_a_schema_of_another_version_is_refused_and_stays_as_it_is(
    database_url: str, revision: str, code: str
):
    database = Database(database_url, Clock())
    execute(database, "UPDATE alembic_version SET version_num = :revision", revision=revision)
    with pytest.raises(Refusal, match=code):
        migrate(database)
    assert all_rows(database, "SELECT version_num FROM alembic_version") == [{"version_num": revision}]
    database.close()
    with pytest.raises(Refusal, match=code) as refused:
        open_installed(database_url, Clock())
    named = {} if code == "database_foreign" else {"revision": revision}
    assert refused.value.details == {"expected": SCHEMA, **named}
    assert examination.database(Settings(database_url=database_url)).key == f"refusal.{code}"


def test_a_database_of_the_version_before_is_refused_until_it_is_migrated(
    empty_database_url: str, tmp_path: Path
):
    database = Database(empty_database_url, Clock())
    with database.store.engine.begin() as connection:
        command.upgrade(migrations_on(connection), BASELINE)
    settings = Settings(var=tmp_path, database_url=empty_database_url)
    for start in (
        lambda: open_installed(empty_database_url, Clock()),
        lambda: create_app(settings, async_mode="threading"),
        lambda: local_socket.write(tmp_path, lambda: open_installed(empty_database_url, Clock()), purge),
    ):
        with pytest.raises(Refusal, match="database_not_migrated") as refused:
            start()
        assert refused.value.details == {"revision": BASELINE, "expected": SCHEMA}
    assert examination.database(settings).key == "refusal.database_not_migrated"
    migrate(database)
    database.close()
    open_installed(empty_database_url, Clock()).close()


def test_the_database_of_another_program_is_refused_and_gets_no_table(empty_database_url: str):
    database = Database(empty_database_url, Clock())
    execute(database, "CREATE TABLE invoice (id INTEGER PRIMARY KEY)")
    for start in (lambda: migrate(database), lambda: open_installed(empty_database_url, Clock())):
        with pytest.raises(Refusal, match="database_foreign"):
            start()
    with database.store.readers.connect() as connection:
        assert inspect(connection).get_table_names() == ["invoice"]
    database.close()


type Tables = dict[str, list[dict[str, Any]]]
KEPT: dict[str, Any] = json.loads(
    (Path(__file__).parent / "versions" / f"{BASELINE}.json").read_text("utf-8")
)
CHANGED: dict[str, set[str]] = {}
"""Columns whose values a migration changes on purpose, by table."""
RENAMED = {"check_photograph": "proof_photograph"}
"""Tables that a migration gives another name."""


def fill(connection: Connection) -> Tables:
    """The rows of the baseline, parents before children; answers them as the database holds them."""
    tables = MetaData()
    tables.reflect(connection)
    filled: Tables = {}
    for table in tables.sorted_tables:
        if table.name == "alembic_version":
            continue
        read = {
            column.name: bool if isinstance(column.type, Boolean) else b64decode
            for column in table.columns
            if isinstance(column.type, Boolean | LargeBinary)
        }
        filled[table.name] = [
            {
                key: read[key](value) if key in read and value is not None else value
                for key, value in row.items()
            }
            for row in KEPT["tables"].get(table.name, ())
        ]
        assert filled[table.name], f"{table.name} has no row"
        connection.execute(insert(table), filled[table.name])
    assert set(KEPT["tables"]) == set(filled)
    return filled


def test_a_backup_from_before_an_upgrade_is_restored_after_it(empty_database_url: str, tmp_path: Path):
    before = Database(empty_database_url, Clock())
    with before.store.engine.begin() as connection:
        command.upgrade(migrations_on(connection), BASELINE)
        rows = fill(connection)
    back_up(before, tmp_path / "copy")
    migrate(before)
    execute(before, "DELETE FROM leg")
    before.close()
    restore(empty_database_url, Clock(), Anchors(tmp_path / "anchors"), tmp_path / "copy")
    after = open_installed(empty_database_url, Clock())
    assert len(all_rows(after, "SELECT id FROM leg")) == len(rows["leg"])
    with after.store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    after.close()


def test_a_backup_is_restored_into_an_empty_database(
    postgresql_url: str, empty_postgresql_url: str, tmp_path: Path
):
    before = morning(postgresql_url, Hands())
    issue(before)
    visits = all_rows(before, "SELECT id FROM visit ORDER BY id")
    back_up(before, tmp_path / "copy")
    before.close()
    restore(empty_postgresql_url, Clock(), Anchors(tmp_path / "anchors"), tmp_path / "copy")
    after = open_installed(empty_postgresql_url, Clock())
    assert all_rows(after, "SELECT id FROM visit ORDER BY id") == visits
    after.close()


@pytest.fixture
def filled(empty_database_url: str) -> Iterator[tuple[Database, Tables]]:
    """A database of version 0.1.0 after `parvis migrate`, and its rows; it is the day it was filled."""
    found = Database(empty_database_url, Hands().clock())
    with found.store.engine.begin() as connection:
        command.upgrade(migrations_on(connection), BASELINE)
        rows = fill(connection)
    migrate(found)
    found.ticket_tokens = TicketTokens(KEPT["known"]["ticket_key"].encode)
    yield found, rows
    found.close()


def lost(before: dict[str, Any], after: list[dict[str, Any]], table: str) -> bool:
    """Whether no row has what this one had, in the columns that are still there."""
    skipped = CHANGED.get(table, set())
    return not any(
        all(row[key] == value for key, value in before.items() if key in row and key not in skipped)
        for row in after
    )


def check_rows(database: Database, filled: Tables) -> None:
    """Every row is there, with the values it had."""
    for table, before in filled.items():
        after = all_rows(database, f"SELECT * FROM {RENAMED.get(table, table)}")
        assert [row for row in before if lost(row, after, table)] == [], table
        assert len(after) == len(before), table


def check_journals(upgraded: Database, tmp_path: Path) -> None:
    """Journals, and what follows from them, are right; a right that is changed in the database is found."""
    verified = verify_journal(upgraded, Anchors(tmp_path), full=True)
    assert verified.faults == []
    migrate(upgraded)
    again = verify_journal(upgraded, Anchors(tmp_path), full=True)
    assert (again.facts, again.faults) == (verified.facts, []), "a second time changes nothing"
    execute(upgraded, "UPDATE account SET is_locked = NOT is_locked WHERE login = 'ada'")
    [fault] = verify_journal(upgraded, Anchors(tmp_path), full=True).faults
    assert fault.wrong == "rights"


def check_secrets(upgraded: Database) -> None:
    """Tickets, sessions, devices and keys of before are good."""
    ticket, at = KEPT["known"]["ticket"], upgraded.clock.now()
    with upgraded.read() as rows:
        assert leg_of_token(rows, ticket["token"]).visit == ticket["visit"]
        for name in ("kiosk", "key"):
            found = bearer_of_token(rows, KEPT["known"][name], at)
            assert found.device or found.key
    reprint_ticket(upgraded, "laon", AGENT, ticket["visit"])
    with upgraded.transaction("laon", AGENT) as transaction:
        assert token_again(upgraded, transaction, ticket["visit"]) == ticket["token"]
    assert of_sign_in(upgraded, KEPT["known"]["session_token"]) is not None
    digests = {row["token_digest"] for row in all_rows(upgraded, "SELECT token_digest FROM ticket_access")}
    assert token_digest(ticket["token"]) in digests


def test_a_database_of_the_baseline_is_upgraded_with_all_that_it_knew(
    filled: tuple[Database, Tables], tmp_path: Path
):
    upgraded, rows = filled
    check_rows(upgraded, rows)
    check_secrets(upgraded)
    check_journals(upgraded, tmp_path)


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """What most machines have; given back afterwards."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def settings_of(var: Path, **more: str) -> Settings:
    return Settings.model_validate({"var": var, **more})


@pytest.mark.usefixtures("usual_umask")
def test_however_many_workers_need_the_key_first_it_is_made_once_for_its_owner(tmp_path: Path):
    settings = settings_of(tmp_path / "var")
    with ThreadPoolExecutor(8) as workers:
        keys = set(workers.map(lambda _: secret_key(settings), range(32)))
    assert len(keys) == 1
    assert key_file(settings).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in settings.var.iterdir()] == ["secret.key"]


@pytest.mark.usefixtures("usual_umask")
def test_the_setting_is_the_key_and_makes_no_file(tmp_path: Path):
    settings = settings_of(tmp_path, secret_key="of the whole office")
    assert secret_key(settings) == b"of the whole office"
    assert not key_file(settings).exists()


@pytest.mark.usefixtures("usual_umask")
def test_a_key_that_was_cut_is_refused(tmp_path: Path):
    key_file(settings_of(tmp_path)).write_text("short")
    with pytest.raises(Refusal, match="secret_key_unreadable"):
        secret_key(settings_of(tmp_path))
    assert examination.key(settings_of(tmp_path)).key == "doctor.key.unreadable"


def test_a_token_is_that_of_its_visit_and_of_the_key():
    visits = [new_id() for _ in range(2_000)]
    one, other = TicketTokens(lambda: b"one"), TicketTokens(lambda: b"other")
    tokens = [one.of(visit) for visit in visits]
    assert tokens == [one.of(visit) for visit in visits]
    assert len({*tokens, *map(other.of, visits)}) == 4_000
    assert all(re.fullmatch(r"[\w-]{22}", each) and is_token_shaped(each) for each in tokens)


@pytest.mark.usefixtures("usual_umask")
def test_the_key_is_backed_up_and_restored(tmp_path: Path):
    office, machine = settings_of(tmp_path / "office"), settings_of(tmp_path / "machine")
    kept, former = secret_key(office), secret_key(machine)
    backup = tmp_path / "copy"
    assert back_up_key(office, backup) == tmp_path / "copy.key"
    assert bring_key(machine, backup, Hands().now)
    assert secret_key(machine) == kept
    [replaced] = machine.var.glob("secret.key.replaced-*")
    assert replaced.read_bytes() == former
    assert not bring_key(settings_of(tmp_path / "empty"), tmp_path / "without", Hands().now)


@pytest.mark.usefixtures("usual_umask")
def test_doctor_reports_a_key_other_than_that_of_the_last_ticket(tmp_path: Path, sqlite_url: str):
    settings = settings_of(tmp_path / "var", database_url=sqlite_url)
    database = morning(sqlite_url, Hands())
    database.ticket_tokens = TicketTokens(lambda: secret_key(settings))
    issue(database)
    database.close()
    assert examination.key(settings).key == "doctor.key"
    key_file(settings).unlink()
    secret_key(settings)
    assert examination.key(settings).key == "doctor.key.other"


@pytest.mark.usefixtures("usual_umask")
def test_new_and_existing_files_are_for_their_owner_alone(tmp_path: Path):
    var = tmp_path / "var"
    settings = settings_of(var)
    (var / "anchors").mkdir(parents=True)
    for name in ("parvis.db", "parvis.db-wal", "parvis.db.replaced-20261127", "demo.json", "anchors/laon"):
        (var / name).write_text("secret")
    assert open_files(settings)
    assert examination.private(settings).state == "wrong"
    assert tighten(settings) == 7
    assert open_files(settings) == []
    assert (var / "parvis.db").stat().st_mode & 0o777 == 0o600
    assert var.stat().st_mode & 0o777 == 0o700
    keep_to_owner()
    (var / "parvis.sock").write_text("")
    assert tighten(settings) == 0
    assert examination.private(settings).state == "right"


@pytest.mark.usefixtures("usual_umask")
def test_shared_folders_and_files_of_others_are_not_changed(tmp_path: Path):
    tmp_path.chmod(0o1777)
    (tmp_path / "letter.txt").write_text("of somebody else")
    (tmp_path / "media").symlink_to(tmp_path / "letter.txt")
    assert tighten(settings_of(tmp_path)) == 0
    tmp_path.chmod(0o700)


def test_a_disk_that_fills_up_during_an_upload_is_reported():
    """`/dev/full` is a disk without room: every write to it fails as one on a full disk does."""
    with pytest.raises(Refusal, match="storage_full"):
        receive([b"x" * 100_000], Path("/dev/full"), largest=200_000)


def test_nothing_is_left_of_an_upload_that_breaks_off(tmp_path: Path):
    def breaking():
        yield b"half"
        raise ConnectionError("the browser has gone")

    with pytest.raises(ConnectionError):
        receive(breaking(), tmp_path / "a.part", largest=100)
    with pytest.raises(Refusal, match="medium_too_large"):
        receive([b"x" * 60, b"x" * 60], tmp_path / "b.part", largest=100)
    with pytest.raises(Refusal, match="medium_empty"):
        receive([], tmp_path / "c.part", largest=100)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../parvis.db", "incoming", "a.png", "0" * 64 + ".svg", "0" * 64 + ".png/.."]
)
def test_no_name_leads_outside(tmp_path: Path, name: str):
    (tmp_path / "parvis.db").touch()
    files = MediaFiles(tmp_path / "media")
    files.incoming.mkdir(parents=True)
    assert files.path(name) is None
    files.remove([name])
    assert (tmp_path / "parvis.db").exists()
