"""Statements find typed rows on both databases, by index, at a cost that does not grow with the past."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect, String, bindparam, column, select, text

from server.clock import Clock
from server.domain.author import Author
from server.domain.facts import FactKind
from server.store.configuration.halls import LOCKED_HALL
from server.store.counters import open_places
from server.store.engine.lookups import ChangeBy, Several
from server.store.engine.statements import (
    POSTGRESQL,
    SQLITE,
    Read,
    Rows,
    Values,
    Write,
    WrittenRows,
    literal_word,
    rows_of,
)
from server.store.engine.stores import SqliteStore
from server.store.journal.pages import FactRange, newest_facts
from server.store.quality.figures import sessions_opened_between
from server.store.tables.people import api_key, sign_in_failure
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.hall.read_board import read_board
from server.usecases.hall.read_queue import read_queue
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.tickets.ticket_page import read_ticket
from server.usecases.waits import Estimates
from tests.bench.past import fill_past_visits
from tests.harness.sql import as_write
from tests.server.store.journals import HALL, call, issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Counted:
    bucket: str
    failures: int
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    halls: list[str]
    is_loopback_only: bool
    revoked_at: datetime | None


EVERY = Read(Counted, rows_of(Counted, sign_in_failure).order_by(sign_in_failure.c.bucket))
AT_THESE = Read(
    str,
    select(sign_in_failure.c.bucket)
    .where(sign_in_failure.c.failed_at.in_(bindparam("instants", expanding=True)))
    .order_by(sign_in_failure.c.bucket),
)
AMONG_TWO = Read(str, select(sign_in_failure.c.bucket).where(sign_in_failure.c.bucket.not_in(["b", "c"])))
IS_KNOWN = Read(str, select(sign_in_failure.c.bucket).where(sign_in_failure.c.bucket == bindparam("bucket")))
COUNT = Write.upsert(sign_in_failure, ["bucket"], ["failed_at", "blocked_until"], added=["failures"])
KEYS = Read(Key, rows_of(Key, api_key))
NEW_KEY = Write(
    api_key.insert(), *("id", "name", "token_digest", "scopes", "halls", "is_loopback_only", "created_at")
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url, Clock())
    yield found
    found.close()


def count(database: Database, bucket: str, minute: int) -> None:
    at = NOON + timedelta(minutes=minute)
    with database.store.write() as rows:
        assert rows.execute(COUNT, bucket=bucket, failures=2, failed_at=at, blocked_until=at) == 1


def test_a_row_has_the_types_of_its_columns_inside_a_transaction_and_outside(database: Database):
    key = Key("key-1", ["laon", "à l’étage"], True, None)
    with database.store.write() as rows:
        rows.execute(
            NEW_KEY,
            id=key.id,
            name="test",
            token_digest="0" * 64,
            scopes="read",
            halls=key.halls,
            is_loopback_only=key.is_loopback_only,
            created_at=NOON,
        )
        assert rows.all(KEYS) == [key]
    with database.read() as rows:
        assert rows.one(KEYS) == key
        assert rows.one(EVERY) is None


def test_an_upsert_adds_to_the_existing_row_and_sets_the_rest(database: Database):
    for minute in (1, 2):
        count(database, "a", minute)
    with database.read() as rows:
        assert rows.all(EVERY) == [Counted("a", 4, NOON + timedelta(minutes=2))]


@pytest.mark.parametrize("wanted", [(), (2,), (1, 3)])
def test_a_list_of_values_of_any_length_is_decoded_as_its_column(database: Database, wanted):
    for minute, bucket in enumerate("abc", 1):
        count(database, bucket, minute)
    instants = [NOON + timedelta(minutes=minute) for minute in wanted]
    expected = ["abc"[minute - 1] for minute in wanted]
    with database.read() as rows:
        assert rows.all(AT_THESE, instants=instants) == expected
        assert rows.all(AMONG_TWO) == ["a"]
    with database.store.write() as rows:
        assert rows.all(AT_THESE, instants=instants) == expected
        assert rows.all(AMONG_TWO) == ["a"]


def test_a_row_type_without_the_columns_of_its_statement_is_refused_at_import():
    with pytest.raises(TypeError, match="Counted has the fields"):
        Read(Counted, select(sign_in_failure.c.bucket, sign_in_failure.c.failures))


def test_what_takes_several_values_takes_all_of_them_and_no_other(database: Database):
    count(database, "a", 1)
    place: dict[str, Any] = {"bucket": "a", "since": NOON}
    is_since = sign_in_failure.c.failed_at > bindparam("since")
    found = Several.of(Counted, sign_in_failure, "bucket", is_since)
    set_count = ChangeBy(
        sign_in_failure.update().where(sign_in_failure.c.bucket == bindparam("of")), "of", "failures"
    )
    with database.store.write() as rows:
        assert set_count(rows, "a", 7) == 1
        assert found(rows, "a", since=NOON) == found(rows, **place) == [Counted("a", 7, NOON + MINUTE)]
        for values, named in (("a",), {}), (("a",), place), ((), {"bucket": "a"}), (("a", NOON), {}):
            with pytest.raises(TypeError, match="expected"):
                found(rows, *values, **named)
    with pytest.raises(TypeError, match="names"):
        Several.of(Counted, sign_in_failure, "bucket", is_since, names=("bucket", "until"))


def test_a_value_that_is_no_text_number_or_truth_is_never_written_into_a_statement(postgresql_url: str):
    database = Database(postgresql_url, Clock())
    with pytest.raises(TypeError, match="no value of a statement"), database.store.write() as rows:
        rows.one(IS_KNOWN, bucket=object())
    database.close()


def test_a_fixed_word_is_a_word():
    with pytest.raises(ValueError, match="x'"):
        literal_word("x' OR '1'='1")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a plan of SQLite."""

    id: int
    parent: int
    notused: int
    detail: str


def plan_on_sqlite(rows: Rows, sql: str, values: Values) -> list[str]:
    """How SQLite would find the rows of a statement."""
    explaining = text(f"EXPLAIN QUERY PLAN {sql}").columns(*map(column, Step.__slots__))
    return [step.detail for step in rows.all(Read(Step, explaining), **values)]


def plan_on_postgresql(rows: Rows, sql: str) -> list[str]:
    """How PostgreSQL would find the rows of a statement without parameters."""
    return rows.all(Read(str, text(f"EXPLAIN {sql}").columns(column("QUERY PLAN", String))))


def test_rows_are_found_by_index_also_while_a_table_is_small_and_counted(postgresql_url: str):
    """A plan is kept with its statement: one that reads a table of one row whole reads thousands later."""
    database = opened_hall(postgresql_url, Hands())
    with database.store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    with database.store.write() as rows:
        plan = plan_on_postgresql(rows, LOCKED_HALL.text(POSTGRESQL, {}).sql.replace("$1", "'any'"))
    database.close()
    assert not [line for line in plan if "Seq Scan" in line]


def test_no_plan_is_compiled_for_being_without_an_index(postgresql_url: str):
    """Without one a plan counts as dearer than what PostgreSQL compiles, which takes a tenth of a second."""
    database = opened_hall(postgresql_url, Hands())
    with database.store.write() as rows:
        plan = plan_on_postgresql(rows, "ANALYZE SELECT id FROM hall WHERE slug || id = 'any'")
    database.close()
    assert [line for line in plan if "Seq Scan" in line]
    assert not [line for line in plan if "JIT" in line]


class Explained(Rows):
    """Finds nothing, and keeps in `plan` how the database would find it."""

    def __init__(self, rows: WrittenRows, dialect: Dialect) -> None:
        self.rows, self.dialect = rows, dialect
        self.plan: list[str] = []

    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        written = statement.text(self.dialect, values)
        encoded = written.encoded(values)
        if self.dialect is SQLITE:
            self.plan += plan_on_sqlite(self.rows, written.sql, encoded)
        else:
            literals = [repr(encoded[name]) for name in written.names]
            sql = re.sub(r"\$(\d+)", lambda found: literals[int(found[1]) - 1], written.sql)
            self.plan += plan_on_postgresql(self.rows, sql)
        return []


@contextmanager
def explained(database: Database) -> Iterator[Explained]:
    """How queries are answered where tables are too large to be read whole."""
    with database.store.write() as rows:
        if database.store.is_postgresql:
            rows.execute(as_write("SET LOCAL enable_seqscan = off"))
        yield Explained(rows, POSTGRESQL if database.store.is_postgresql else SQLITE)


def test_sessions_of_a_period_are_found_in_their_order_without_those_before(database_url: str):
    hands = Hands()
    database = opened_hall(database_url, hands)
    hall = database.hall_id("laon")
    with explained(database) as rows:
        sessions_opened_between(rows, hall, hands.now - timedelta(days=1), hands.now)
        assert [line for line in rows.plan if "ix_counter_session_opened" in line], rows.plan
        assert not [line for line in rows.plan if "counter_session_hall" in line], rows.plan
    with explained(database) as rows:
        open_places(rows, hall)
        assert rows.plan
        assert not [line for line in rows.plan if "ix_counter_session_opened" in line], rows.plan
    author, taken = Author("agent"), SessionRequest(take_over=True)
    for _ in range(3):
        open_counter(database, "laon-g1", author, taken)
        hands.now += timedelta(days=2)
    with database.read() as rows:
        found = sessions_opened_between(rows, hall, hands.now - timedelta(days=4), hands.now)
    database.close()
    assert [(hands.now - each.opened_at).days for each in found] == [4, 2]


def test_a_rare_kind_of_fact_is_found_along_its_index(database_url: str):
    """The condition of the index stands in the query in the index's own words, or it is walked past."""
    database = opened_hall(database_url, Hands())
    for kind, index in ((FactKind.DAY_CLOSED, "ix_hall_fact_kind"), (FactKind.LEG_CALLED, "hall_fact")):
        stretch = FactRange(database.hall_id("laon"), 0, 1_000_000, [kind])
        with explained(database) as rows:
            newest_facts(rows, stretch, 100)
            assert [line for line in rows.plan if index in line], rows.plan
            assert not [line for line in rows.plan if "TEMP B-TREE" in line], rows.plan
    database.close()


STRIDE = 20


class Steps:
    """Counts what every connection to SQLite does, in steps of its machine."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.taken = 0
        connect = SqliteStore._connect

        def counted(store: SqliteStore) -> Any:
            connection = connect(store)
            connection.set_progress_handler(self._step, STRIDE)
            return connection

        patch.setattr(SqliteStore, "_connect", counted)

    def _step(self) -> int:
        self.taken += STRIDE
        return 0

    def of(self, act: Callable[[], Any]) -> int:
        """The steps of an act."""
        before = self.taken
        act()
        return self.taken - before


def acts_of_a_day(database: Database) -> dict[str, Callable[[], Any]]:
    """What is done again and again while a hall is open, by name."""
    estimates = Estimates(database)
    token = issue(database)["token"]
    current = call(database)["leg"]
    return {
        "issue": lambda: issue(database),
        "next": lambda: call(database, current, "served"),
        "board": lambda: read_board(database, HALL),
        "queue": lambda: read_queue(database, HALL),
        "menu": lambda: read_menu(database, estimates, HALL, language="fr", translate=lambda key, *_: key),
        "ticket": lambda: read_ticket(database, estimates, token, language="fr"),
        "estimates": lambda: estimates.refresh(database.hall_id(HALL)),
    }


def costs(url: str, past: int, steps: Steps) -> dict[str, int]:
    """The steps of each act in a hall with so many visits behind it."""
    hands = Hands()
    database = opened_hall(url, hands)
    fill_past_visits(url, database.hall_id(HALL), past)
    for _ in range(3):
        issue(database)
    acts = acts_of_a_day(database)
    for act in acts.values():  # reads what is remembered
        act() if act is not acts["next"] else None
    found = {}
    for name, act in acts.items():
        hands.now += timedelta(seconds=20)
        found[name] = steps.of(act)
    database.close()
    return found


def test_frequent_requests_do_not_slow_down_with_the_past(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    empty = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    (tmp_path / "old.db").write_bytes(empty)
    steps = Steps(monkeypatch)
    young = costs(sqlite_url, 700, steps)
    old = costs(f"sqlite:///{tmp_path / 'old.db'}", 20_000, steps)
    grown = {name: (young[name], old[name]) for name in old if old[name] > young[name] * 1.2 + 20 * STRIDE}
    assert not grown
