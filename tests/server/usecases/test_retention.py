"""What is kept how long, by one schedule; nightly maintenance."""

import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from structlog.testing import capture_logs

from server.clock import Clock
from server.domain.author import SYSTEM, Author
from server.domain.refusals import Refusal
from server.domain.retention import SCHEDULE, Subject
from server.store.journal.chain import Anchors
from server.store.journal.verify import last_verifications
from server.store.notices.media import MediaFiles
from server.store.operation.backups import back_up
from server.store.operation.erase_expired import ERASE, rewrite_pages
from server.store.people.accounts import Grant
from server.store.tables.columns import metadata
from server.store.transactions.database import Database
from server.usecases.hours.opening import close_day
from server.usecases.journal.maintenance import AFTER_START_S, NightlyVerification, purge, verify_apart
from server.usecases.journal.read_journal import JournalSearch, compare_sheet, every_fact, read_proofs
from server.usecases.media.uploads import sweep_media
from server.usecases.people.accounts import Described
from server.usecases.people.invitations import invite
from server.usecases.quality.indicators import read_indicators
from server.usecases.quality.visits import counters_csv, legs_csv, services_csv
from server.usecases.reports.reports import report_of_period
from server.usecases.retention import DailyRewriting, decide_retention, read_effect, read_retention
from server.web.pages.reports.pack import pack_steps
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.viewer import Sentence
from tests.harness.sentences import TRANSLATE
from tests.harness.sql import all_rows, execute, one_row
from tests.server.store.journals import HALL, anchor, first_fault, issue, morning
from tests.server.usecases.personal_fields import FIELDS, WITHOUT_WORDS
from tests.server.usecases.quality.figures_history import Hands

ADA = Author("ada")


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = morning(database_url, hands)
    yield found
    found.close()


def test_the_purge_and_the_schedule_name_the_same_tables():
    assert {row.table for row in SCHEDULE if row.table is not None} == set(ERASE)


def test_a_shortened_time_says_what_it_erases_and_applies_at_the_next_purge(database: Database, hands: Hands):
    invite(database, SYSTEM, Described("ada", "Ada"), [Grant("agent", "laon")], sites=None)
    hands.now += timedelta(days=10)
    assert purge(database)["invitation"] == 0
    effect = read_effect(database, "invitation", 2)
    assert (effect.before, effect.days, effect.erased) == (30, 2, 1)
    assert read_effect(database, "invitation", 4).erased == 0
    decide_retention(database, ADA, "invitation", 2, sites=None)
    decide_retention(database, ADA, "invitation", 2, sites=None)
    decided = "SELECT body FROM installation_fact WHERE kind = 'RetentionDecided'"
    assert all_rows(database, decided) == [{"body": '{"before":30,"days":2,"name":"invitation"}'}]
    assert purge(database)["invitation"] == 1
    [run] = read_retention(database).runs
    assert (run.erased["invitation"], run.overdue) == (1, {})
    assert [each.row.name for each in read_retention(database).rows if each.is_chosen] == ["invitation"]


@pytest.mark.parametrize(
    ("name", "days", "sites", "code"),
    [
        ("invitation", 366, None, "retention_out_of_bounds"),
        ("invitation", 5, frozenset({"laon"}), "retention_of_all_sites"),
    ],
)
def test_a_time_that_cannot_be_chosen_is_refused(
    database: Database, name: str, days: int, sites: frozenset[str] | None, code: str
):
    with pytest.raises(Refusal) as refused:
        decide_retention(database, ADA, name, days, sites=sites)
    assert refused.value.code == code


def test_what_a_purge_left_behind_and_purges_that_stopped_are_named(database: Database, hands: Hands):
    assert read_retention(database).is_late, "none ran yet"
    purge(database)
    assert not read_retention(database).is_late
    hands.now += timedelta(days=3)
    found = read_retention(database)
    assert found.is_late
    over = {each.row.name: each.overdue for each in found.rows if each.overdue}
    assert over["ticket_access"] == 12
    purge(database)
    assert [run.erased.get("ticket_access") for run in read_retention(database).runs] == [12, None]


@pytest.mark.both_databases
def test_pages_are_written_anew_once_a_day_when_no_hall_is_in_use(database: Database, hands: Hands):
    rewritten = list[str]()

    def call_apart(function: object, url: str) -> bool:
        rewritten.append(url)
        return True

    rewriting = DailyRewriting(database, call_apart)
    rewriting.make()
    assert rewritten == [], "by day people would wait for it"
    friday, hands.now = hands.now.date(), hands.now.replace(hour=2) + timedelta(days=3)
    rewriting.make()
    assert rewritten == [], "a counter is open and people wait"
    close_day(database, HALL, friday)
    hands.now = hands.now.replace(hour=7, minute=25)
    rewriting.make()
    assert rewritten == [], "the hall opens in five minutes"
    hands.now = hands.now.replace(minute=0)
    rewriting.make()
    rewriting.make()
    assert rewritten == [database.url]


DAYS = (date(2026, 11, 16), date(2026, 11, 30))
LONGEST = timedelta(days=1900)
"""Longer than anything personal is kept, without anybody shortening it."""


def in_rows(database: Database, words: list[str]) -> set[str]:
    """The words that stand in some row, with its table."""
    return {
        f"{word} in {table.name}"
        for table in metadata.tables.values()
        for row in all_rows(database, f"SELECT * FROM {table.name}")
        for word in words
        if any(_holds(value, word) for value in row.values())
    }


def _holds(value: object, word: str) -> bool:
    return (isinstance(value, str) and word in value) or (isinstance(value, bytes) and word.encode() in value)


def in_files(words: list[str], folder: Path) -> set[str]:
    """The words that stand in the bytes of the files of a folder."""
    found = set()
    for file in folder.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        found |= {f"{word} in {file.name}" for word in words if word.encode() in content}
    return found


def folder_of(database: Database) -> Path:
    """The folder with the files of a database, all of them written; PostgreSQL’s WAL is elsewhere."""
    if not database.store.is_postgresql:
        return Path(database.url.removeprefix("sqlite:///")).parent
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        file, place = connection.execute(
            "SELECT pg_relation_filepath('account'), current_setting('data_directory')"
        ).fetchall()[0]
    return (Path(str(place)) / str(file)).parent


def pack(database: Database) -> bytes:
    """The contents of an evidence pack of the time in which the words were written."""
    words = ReportWording(Sentence(TRANSLATE, "fr"))
    report = report_of_period(database, [HALL], "2026-11")
    *_, last = pack_steps(database, report, words, paper=lambda: b"")
    assert last.archive is not None
    archive = ZipFile(io.BytesIO(last.archive))
    return b"".join(archive.read(name) for name in archive.namelist())


def _held_by(content: bytes, words: list[str]) -> list[str]:
    return [word for word in words if word.encode() in content]


def exported(database: Database) -> str:
    """Every file that people may take: visits, counters, services, both journals."""
    searches = [JournalSearch(None), JournalSearch(database.hall_id(HALL))]
    facts = [str(fact) for search in searches for part in every_fact(database, search) for fact in part]
    visits = [*legs_csv(database, [HALL], DAYS), *counters_csv(database, [HALL], DAYS)]
    return "".join([*visits, *services_csv(database, [HALL]), *facts])


def figures(database: Database) -> list[Any]:
    found = read_indicators(database, HALL, days=DAYS, by="service", sentence=str)
    return [found["rows"], found["indicators"]]


def test_every_personal_field_of_the_schedule_is_searched_for():
    personal = {row.name for row in SCHEDULE if row.of in (Subject.VISITOR, Subject.PERSON)}
    assert personal - {field.retention for field in FIELDS} == WITHOUT_WORDS


@pytest.mark.both_databases
def test_after_its_time_nothing_personal_is_left_anywhere(database: Database, hands: Hands, tmp_path: Path):
    media = MediaFiles(tmp_path / "media")
    with capture_logs() as logs:
        words = [
            field.write(database, f"zyxq{place}wvut") or f"zyxq{place}wvut"
            for place, field in enumerate(FIELDS)
        ]
        in_use = in_rows(database, words)
        assert {word for word in words if any(each.startswith(word) for each in in_use)} == set(words)
        assert _held_by(pack(database), words), "a pack holds findings and notes"
        for place in (media.new_part(), media.upload("medium"), media.folder / f"{'0' * 64}.webp"):
            place.write_text(words[0])  # as a crash leaves them
        if not database.store.is_postgresql:
            (folder_of(database) / f"parvis.db.replaced-{hands.now:%Y%m%dT%H%M%S%f}-wal").write_text(words[0])
        for field in FIELDS:
            field.end(database)
        hands.now += LONGEST
        before, anchors = figures(database), anchor(database, tmp_path / "anchors")
        purge(database)
        sweep_media(database, media)
    assert in_rows(database, words) == set()
    taken = exported(database) + json.dumps(logs, default=str)
    assert [word for word in words if word in taken] == []
    assert _held_by(pack(database), words) == []
    assert first_fault(database, anchors, full=True) is None
    assert figures(database) == before
    assert [each.row.name for each in read_retention(database).rows if each.overdue] == []
    assert in_files(words, folder_of(database)), "pages still hold them: they are written anew each day"
    assert rewrite_pages(database.url)
    back_up(database, tmp_path / "backup")
    assert in_files(words, folder_of(database)) | in_files(words, tmp_path) == set()


def test_sqlite_overwrites_what_is_erased(sqlite_url: str, hands: Hands):
    database = morning(sqlite_url, hands)
    assert all_rows(database, "PRAGMA secure_delete") == [{"secure_delete": 1}]
    database.close()


@pytest.fixture
def small_morning(database_url: str, hands: Hands) -> Iterator[Database]:
    found = morning(database_url, hands, tickets=4)
    yield found
    found.close()


class Worker(NightlyVerification):
    """One process: it walks here, and counts its walks."""

    def __init__(self, small_morning: Database, anchors: Anchors) -> None:
        super().__init__(small_morning, anchors, self.here)
        self.walks = 0

    def here(self, work: Any, *values: Any) -> Any:
        self.walks += 1
        return work(*values)


def wrong(database: Database) -> list[Any]:
    with database.read() as rows:
        [found] = last_verifications(rows, [HALL])
    assert found is not None
    return [found.wrong, found.position]


def test_one_of_two_workers_verifies_once_a_night(small_morning: Database, hands: Hands, tmp_path: Path):
    anchors = anchor(small_morning, tmp_path)
    workers = [Worker(small_morning, anchors) for _ in range(2)]
    hands.now = hands.now.replace(hour=0, minute=30)  # 01:30 in Paris
    for worker in workers * 2:
        worker.make()
    assert [worker.walks for worker in workers] == [0, 0]
    hands.now += timedelta(hours=1)
    for worker in workers * 2:
        worker.make()
    assert sum(worker.walks for worker in workers) == 1
    hands.now += timedelta(hours=1, minutes=1)
    workers[0].make()
    assert sum(worker.walks for worker in workers) == 1
    [proof] = read_proofs(small_morning, anchors, [HALL])
    assert proof.verification is not None
    assert (proof.verification.wrong, proof.verification.facts) == (None, proof.facts)
    hands.now += timedelta(days=1)
    workers[1].make()
    assert sum(worker.walks for worker in workers) == 2


def test_no_other_worker_verifies_at_the_same_time(small_morning: Database, hands: Hands, tmp_path: Path):
    hands.now = hands.now.replace(hour=2)
    other = Worker(small_morning, Anchors(tmp_path))

    def slow(work: Any, *values: Any) -> Any:
        other.make()
        return work(*values)

    NightlyVerification(small_morning, Anchors(tmp_path), slow).make()
    assert other.walks == 0
    assert wrong(small_morning) == [None, None]


def test_a_walk_that_was_cut_off_is_taken_up_again_after_an_hour(
    small_morning: Database, hands: Hands, tmp_path: Path
):
    hands.now = hands.now.replace(hour=2)
    anchors = Anchors(tmp_path)

    def killed(*_: Any) -> Any:
        raise OSError("the process apart has ended")

    with pytest.raises(OSError, match="ended"):
        NightlyVerification(small_morning, anchors, killed).make()
    other = Worker(small_morning, anchors)
    other.make()
    assert other.walks == 0
    hands.now += timedelta(hours=1, seconds=1)
    other.make()
    assert other.walks == 1
    assert wrong(small_morning) == [None, None]


def test_a_server_that_runs_by_day_only_verifies_an_hour_after_its_start(
    small_morning: Database, hands: Hands, tmp_path: Path
):
    hands.now = hands.now.replace(hour=9)
    elapsed = [100.0]
    small_morning.clock = Clock(now=lambda: hands.now, elapsed_s=lambda: elapsed[0])
    worker = Worker(small_morning, Anchors(tmp_path))
    worker.make()
    assert worker.walks == 0
    elapsed[0] += AFTER_START_S + 1
    worker.make()
    assert worker.walks == 1


def test_a_server_that_runs_all_day_verifies_at_night(small_morning: Database, hands: Hands, tmp_path: Path):
    elapsed = [100.0]
    small_morning.clock = Clock(now=lambda: hands.now, elapsed_s=lambda: elapsed[0])
    worker = Worker(small_morning, Anchors(tmp_path))
    elapsed[0] += 2 * AFTER_START_S
    hands.now = hands.now.replace(hour=0, minute=30)  # 01:30 in Paris
    worker.make()
    assert worker.walks == 0
    hands.now += timedelta(hours=1)
    worker.make()
    assert worker.walks == 1


def test_the_verification_names_the_changed_fact(small_morning: Database, hands: Hands, tmp_path: Path):
    execute(small_morning, "UPDATE hall_fact SET author = 'somebody-else' WHERE position = 3")
    hands.now = hands.now.replace(hour=2)
    Worker(small_morning, Anchors(tmp_path)).make()
    assert wrong(small_morning) == ["altered", 3]
    [proof] = read_proofs(small_morning, Anchors(tmp_path), ["installation"])
    assert proof.verification is not None
    assert proof.verification.wrong is None


def test_a_hall_that_vanished_is_kept_as_such(small_morning: Database, tmp_path: Path, hands: Hands):
    anchors = anchor(small_morning, tmp_path)
    execute(small_morning, "DELETE FROM hall_fact")
    execute(small_morning, "DELETE FROM hall")
    verified, took_s = verify_apart(small_morning.url, tmp_path)
    assert [(fault.journal, fault.wrong) for fault in verified.faults] == [(HALL, "hall_missing")]
    assert took_s >= 0
    assert anchors.journals() == ["installation", HALL]


def test_a_printed_head_is_compared_with_the_fact_it_names(small_morning: Database):
    head = one_row(small_morning, "SELECT journal_length, head_hash FROM hall")
    issue(small_morning)
    length, printed = head["journal_length"], head["head_hash"]
    spaced = " ".join(printed[start : start + 8] for start in range(0, 64, 8)).upper()
    assert compare_sheet(small_morning, HALL, length, spaced) == "same"
    assert compare_sheet(small_morning, HALL, length, printed[:12]) == "same"
    assert compare_sheet(small_morning, HALL, length, printed[:11]) == "too_short"
    assert compare_sheet(small_morning, HALL, length + 1, printed) == "different"
    assert compare_sheet(small_morning, HALL, length + 100, printed) == "not_there"
