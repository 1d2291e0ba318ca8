"""After its time nothing personal is left in rows, files, exports, logs or backups; nothing else changes."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from server.domain.retention.schedule import SCHEDULE, Subject
from server.store.engine.rewriting import rewrite_file
from server.store.operation.backup import back_up
from server.store.tables.columns import metadata
from server.store.transactions.database import Database
from server.usecases.journal.erase_expired import purge
from server.usecases.journal.read_journal import JournalSearch, every_fact
from server.usecases.quality.export_visits import counters_csv, legs_csv, services_csv
from server.usecases.quality.read_indicators import read_indicators
from server.usecases.retention.read_retention import read_retention
from tests.harness.sql import all_rows
from tests.server.store.journals import HALL, anchor, first_fault, morning
from tests.server.usecases.quality.figures_history import Hands
from tests.server.usecases.retention.personal_fields import FIELDS, WITHOUT_WORDS

DAYS = (date(2026, 11, 16), date(2026, 11, 30))
LONGEST = timedelta(days=1200)
"""Longer than anything personal is kept, without anybody shortening it."""


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = morning(database_url, hands)
    yield found
    found.close()


def in_rows(database: Database, words: list[str]) -> set[str]:
    """The words that stand in some row, with its table."""
    return {
        f"{word} in {table.name}"
        for table in metadata.tables.values()
        for row in all_rows(database, f"SELECT * FROM {table.name}")
        for word in words
        if any(isinstance(value, str) and word in value for value in row.values())
    }


def in_files(words: list[str], *files: Path) -> set[str]:
    """The words that stand in the bytes of files, and of what SQLite keeps beside them."""
    found = set()
    for file in files:
        for part in file.parent.glob(f"{file.name}*"):
            content = part.read_bytes()
            found |= {f"{word} in {part.name}" for word in words if word.encode() in content}
    return found


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


def test_after_its_time_nothing_personal_is_left_anywhere(database: Database, hands: Hands, tmp_path: Path):
    with capture_logs() as logs:
        words = [
            field.write(database, f"zyxq{place}wvut") or f"zyxq{place}wvut"
            for place, field in enumerate(FIELDS)
        ]
        in_use = in_rows(database, words)
        assert {word for word in words if any(each.startswith(word) for each in in_use)} == set(words)
        for field in FIELDS:
            field.end(database)
        hands.now += LONGEST
        before, anchors = figures(database), anchor(database, tmp_path)
        purge(database)
    assert in_rows(database, words) == set()
    assert not [word for word in words if word in exported(database) or word in json.dumps(logs, default=str)]
    assert first_fault(database, anchors, full=True) is None
    assert figures(database) == before
    assert [each.row.name for each in read_retention(database).rows if each.overdue] == []
    backup = tmp_path / "backups" / "copy"
    backup.parent.mkdir()
    if database.store.is_postgresql:
        back_up(database, backup)
        assert in_files(words, backup) == set()
        return
    file = Path(database.url.removeprefix("sqlite:///"))
    assert in_files(words, file), "the log of SQLite still holds them: the file is written anew each night"
    assert rewrite_file(file)
    back_up(database, backup)
    assert in_files(words, file, backup) == set()


def test_sqlite_overwrites_what_is_erased(sqlite_url: str, hands: Hands):
    database = morning(sqlite_url, hands)
    assert all_rows(database, "PRAGMA secure_delete") == [{"secure_delete": 1}]
    database.close()
