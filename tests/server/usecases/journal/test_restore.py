"""A backup is whole; a restored hall begins anew, gives no number twice and says what it has lost."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.refusals import Refusal
from server.store.journal.chain import Anchors
from server.store.transactions.database import Database
from server.usecases.journal.maintenance import Restored, backup, restore
from tests.harness.counts import count, record_measurement
from tests.harness.sql import all_rows, execute, one_row
from tests.server.store.journals import HALL, anchor, call, first_fault, issue, morning
from tests.server.usecases.quality.figures_history import Hands


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def anchors(tmp_path: Path) -> Anchors:
    return Anchors(tmp_path / "anchors")


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = morning(database_url, hands)
    yield found
    found.close()


def epoch_of(database: Database) -> str:
    return str(one_row(database, "SELECT epoch FROM hall")["epoch"])


def restored_by(database: Database, hands: Hands, anchors: Anchors, file: Path) -> tuple[Restored, Database]:
    """What the restore answers, and the database opened anew."""
    database.close()
    restored = restore(database.url, hands.clock(), anchors, file)
    return restored, Database(database.url, hands.clock())


@pytest.mark.both_databases
def test_no_number_already_on_paper_is_issued_again_after_a_restore(
    database: Database, hands: Hands, anchors: Anchors, tmp_path: Path
):
    epoch = epoch_of(database)
    backup(database, anchors, tmp_path / "copy")
    tickets = count(small=100, large=1_500)
    on_paper = {issue(database)["number"] for _ in range(tickets)}
    restored, after = restored_by(database, hands, anchors, tmp_path / "copy")
    anew = {issue(after)["number"] for _ in range(tickets + 20)}
    assert len(on_paper) == tickets
    assert not on_paper & anew
    assert epoch_of(after) == restored.halls[0].epoch != epoch
    assert restored.halls[0].lost == tickets
    assert first_fault(after, anchors, full=True) is None
    after.close()
    kind = database.url.split(":")[0]
    record_measurement(f"tickets after a backup, restored, {kind}", tickets=tickets, numbers_given_twice=0)


def test_a_second_restore_on_the_same_day_starts_still_higher(
    database: Database, hands: Hands, anchors: Anchors, tmp_path: Path
):
    backup(database, anchors, tmp_path / "copy")
    given: set[str] = set()
    for round_number in range(1, 4):
        numbers = {issue(database)["number"] for _ in range(5)}
        assert not numbers & given
        given |= numbers
        database.close()
        if database.url.startswith("sqlite"):  # a disk that was lost: only the anchors know of what was
            Path(database.url.removeprefix("sqlite:///")).write_bytes(b"broken")
        restored, database = restored_by(database, hands, anchors, tmp_path / "copy")
        assert restored.halls[0].number_offset == 1_000 * round_number
        assert first_fault(database, anchors) is None
    database.close()


def test_numbers_begin_low_again_the_next_day(
    database: Database, hands: Hands, anchors: Anchors, tmp_path: Path
):
    backup(database, anchors, tmp_path / "copy")
    _, after = restored_by(database, hands, anchors, tmp_path / "copy")
    assert issue(after)["number"] == "A1001"
    hands.now += timedelta(days=3)  # from Friday to Monday
    assert issue(after)["number"] == "A001"
    after.close()


def test_the_anchors_give_the_number_of_lost_facts_when_the_database_is_gone(
    sqlite_url: str, hands: Hands, anchors: Anchors, tmp_path: Path
):
    database = morning(sqlite_url, hands)
    backup(database, anchors, tmp_path / "copy")
    for _ in range(7):
        issue(database)
    anchor(database, anchors.folder)
    database.close()
    Path(sqlite_url.removeprefix("sqlite:///")).unlink()
    restored, after = restored_by(database, hands, anchors, tmp_path / "copy")
    assert restored.halls[0].lost == 7
    assert first_fault(after, anchors) is None
    after.close()


def test_a_ticket_still_to_print_when_the_backup_was_made_is_not_printed_again(
    database: Database, hands: Hands, anchors: Anchors, tmp_path: Path
):
    execute(
        database,
        "INSERT INTO print_job (id, hall, printer, copy, document, state, queued_at)"
        " VALUES ('job', :hall, 'printer', 1, '{}', 'queued', 1)",
        hall=database.hall_id(HALL),
    )
    backup(database, anchors, tmp_path / "copy")
    _, after = restored_by(database, hands, anchors, tmp_path / "copy")
    job = one_row(after, "SELECT state, why FROM print_job")
    assert (job["state"], job["why"]) == ("cancelled", "restored")
    after.close()


def test_a_backup_never_writes_over_a_file(database: Database, anchors: Anchors, tmp_path: Path):
    (tmp_path / "copy").write_bytes(b"precious")
    with pytest.raises(Refusal, match="file_exists"):
        backup(database, anchors, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"precious"


def test_a_backup_is_readable_by_its_owner_only(database: Database, anchors: Anchors, tmp_path: Path):
    backup(database, anchors, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_backup_replaces_nothing(
    database: Database, hands: Hands, anchors: Anchors, tmp_path: Path
):
    (tmp_path / "copy").write_bytes(b"SQLite format 3\x00 and then nothing of the kind")
    before = epoch_of(database)
    database.close()
    with pytest.raises(Refusal, match="not_a_backup"):
        restore(database.url, hands.clock(), anchors, tmp_path / "copy")
    again = Database(database.url, hands.clock())
    assert epoch_of(again) == before
    again.close()


@pytest.mark.both_databases
def test_a_backup_of_another_version_replaces_nothing(
    database: Database, hands: Hands, anchors: Anchors, tmp_path: Path
):
    revision = all_rows(database, "SELECT version_num FROM alembic_version")[0]["version_num"]
    before = epoch_of(database)
    execute(database, "UPDATE alembic_version SET version_num = '0071'")
    backup(database, anchors, tmp_path / "copy")
    execute(database, "UPDATE alembic_version SET version_num = :revision", revision=revision)
    database.close()
    with pytest.raises(Refusal, match="database_too_old"):
        restore(database.url, hands.clock(), anchors, tmp_path / "copy")
    again = Database(database.url, hands.clock())
    assert epoch_of(again) == before
    again.close()


def test_work_continues_after_a_restore(database: Database, hands: Hands, anchors: Anchors, tmp_path: Path):
    backup(database, anchors, tmp_path / "copy")
    _, after = restored_by(database, hands, anchors, tmp_path / "copy")
    current = all_rows(after, "SELECT id FROM leg WHERE state IN ('called', 'in_service')")
    called = call(after, current[0]["id"] if current else None, "served")
    assert called["state"] == "called"
    after.close()
