"""A backup is whole; a restored hall begins anew, gives no number twice and says what it has lost."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.domain.author import SYSTEM, Author
from server.domain.refusals import Refusal
from server.store import hours
from server.store.engine.statements import SQLITE
from server.store.engine.writes import WriteKey
from server.store.journal.chain import Anchors
from server.store.operation import erase_expired
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.journal.maintenance import Restored, backup, purge, restore
from server.usecases.people.accounts import Described, NewAccount, create_account
from server.usecases.people.invitations import invite
from server.usecases.people.sessions import begin_session
from server.usecases.people.sign_in import Attempt, prove
from server.usecases.quality.indicators import read_indicators
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from tests.conftest import Serve
from tests.harness.counts import count, record_measurement
from tests.harness.servers.served import Served
from tests.harness.sql import all_rows, execute, one_row
from tests.server.store.journals import HALL, SERVICE, anchor, call, first_fault, issue, morning
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


def api(served: Served) -> httpx.Client:
    key = served.demonstration["api_key"]
    return httpx.Client(
        base_url=f"{served.base_url}/api/v1",
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
        trust_env=False,
    )


def issue_ticket_served(client: httpx.Client) -> str:
    body = {"service": "laon-accueil", "press_id": str(uuid.uuid4()), "language": "fr", "priority": False}
    answer = client.post("/halls/laon/tickets", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def board(client: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/halls/laon/board").raise_for_status().json()
    return answer


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_after_a_restore_the_hall_has_a_new_epoch_and_no_number_is_given_twice(serve: Serve, layout: str):
    served = serve(layout)
    copy = served.var / "copy"
    tickets = count(small=20, large=400)
    with api(served) as client:
        before = [issue_ticket_served(client) for _ in range(5)]
        served.parvis("backup", str(copy))
        with ThreadPoolExecutor(4) as presses:
            on_paper = [*before, *presses.map(lambda _: issue_ticket_served(client), range(tickets))]
        old = board(client)
    served.stop()
    assert "laon\u00a0: au moins" in served.parvis("restore", str(copy))
    served.start()
    with api(served) as client:
        new = board(client)
        anew = [issue_ticket_served(client) for _ in range(30)]
    assert new["epoch"] != old["epoch"]
    assert len(set(on_paper)) == tickets + 5
    assert not set(on_paper) & set(anew)
    served.parvis("verify-journal", "--full")


SMALL_TABLES = {"sign_in", "account_pseudonym", "purge_run"}


"""Of people and days, not of visits."""


def figures(database: Database) -> Any:
    days = (date(2026, 11, 16), date(2026, 11, 30))
    found = read_indicators(database, HALL, days=days, by="service", sentence=str)
    return [found["rows"], found["indicators"]]


def test_erasing_every_erasable_value_leaves_chain_and_indicators_unchanged(
    database: Database, hands: Hands, tmp_path: Path
):
    anchors = anchor(database, tmp_path)
    before = figures(database)
    hands.now += timedelta(days=3)
    counts = purge(database)
    assert counts["erasable"] == 12
    assert counts["ticket_access"] == 12
    assert not all_rows(database, "SELECT id FROM erasable WHERE value IS NOT NULL OR salt IS NOT NULL")
    assert one_row(database, "SELECT count(*) AS n FROM erasable")["n"] == 12
    assert first_fault(database, anchors, full=True) is None
    assert figures(database) == before


def test_links_and_failed_sign_ins_are_erased_when_no_longer_needed(database: Database, hands: Hands):
    invite(database, SYSTEM, Described("ada", "Ada"), [Grant("agent", "laon")], sites=None)
    with pytest.raises(Refusal):
        prove(database, Attempt("ada", "a-long-pass-phrase", "192.0.2.1"))
    hands.now += timedelta(hours=23)
    assert purge(database)["sign_in_failure"] == 0
    hands.now += timedelta(hours=2)
    assert purge(database)["sign_in_failure"] == 3
    hands.now += timedelta(days=35)
    assert purge(database)["invitation"] == 0
    hands.now += timedelta(days=2)
    assert purge(database)["invitation"] == 1


def test_nothing_is_erased_before_its_time(database: Database):
    assert set(purge(database).values()) == {0}


def test_the_answer_of_a_write_is_kept_a_day(database: Database, hands: Hands):
    key = WriteKey.of("kiosk", "key", b"asked")
    request = TicketRequest(SERVICE, "press")
    given = issue_ticket(database, HALL, Author("kiosk"), request, write_key=key)
    hands.now += timedelta(hours=23, minutes=59)
    assert purge(database)["idempotency"] == 0
    again = issue_ticket(database, HALL, Author("kiosk"), request, write_key=key)
    assert again == given | {"is_repeated": True}
    hands.now += timedelta(minutes=2)
    assert purge(database)["idempotency"] == 1


def test_signed_in_sessions_that_are_over_vanish(database: Database, hands: Hands):
    new = NewAccount("ada", "a-long-pass-phrase", "Ada", [Grant("agent", "laon")])
    begin_session(database, create_account(database, Author("tests"), new))
    hands.now += timedelta(hours=11)
    assert purge(database)["sign_in"] == 0
    hands.now += timedelta(hours=2)
    assert purge(database)["sign_in"] == 1


def test_the_content_of_a_printed_ticket_is_forgotten_with_its_token(database: Database, hands: Hands):
    kiosk = next(iter(database.configuration(HALL).kiosks))
    issue_ticket(database, HALL, Author("kiosk"), TicketRequest(SERVICE, "press", language="es", kiosk=kiosk))
    hands.now += timedelta(hours=30)
    assert purge(database)["print_job"] == 0
    hands.now += timedelta(hours=12)
    counts = purge(database)
    assert (counts["print_job"], counts["ticket_access"]) == (1, 13)
    assert purge(database)["print_job"] == 0
    assert '"es"' not in one_row(database, "SELECT document FROM print_job")["document"]


def test_a_purge_does_not_read_the_whole_past(sqlite_url: str, hands: Hands):
    database = morning(sqlite_url, hands)
    limits = {"now": hands.now, "batch": 1}
    for table, erasing in erase_expired.ERASE.items():
        if table in SMALL_TABLES:
            continue
        text = erasing.erase.text(SQLITE, limits)
        explained = all_rows(database, f"EXPLAIN QUERY PLAN {text.sql}", **text.encoded(limits))
        plan = " ".join(row["detail"] for row in explained)
        assert "SCAN" not in plan.replace("SCAN printed USING", ""), plan
    values = {"hall": "hall", "day": date(2026, 11, 20)}
    for statement in (hours.days_with_open_legs.read, hours.OPEN_LEGS):
        sql = statement.text(SQLITE, values).sql
        explained = all_rows(database, f"EXPLAIN QUERY PLAN {sql}", hall="hall", day="2026-11-20")
        steps = [row["detail"] for row in explained]
        assert not [step for step in steps if step == "SCAN leg"], steps
        assert sum("ix_leg_" in step for step in steps) == 2, steps
    database.close()
