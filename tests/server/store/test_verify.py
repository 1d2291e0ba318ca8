"""A journal that was tampered with is found out: texts, hashes and rows follow from the facts alone."""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from server.ids import new_id
from server.store.configuration.halls import hall_named
from server.store.engine.statements import WrittenRows
from server.store.engine.stores import snapshot
from server.store.journal import verify
from server.store.journal.chain import ENVELOPE, Anchors, canonical, fact_hash
from server.store.journal.rebuild import differences, rebuild
from server.store.journal.verify import verify_journal
from server.store.tables import PROJECTIONS
from server.store.transactions.database import Database
from tests.harness.counts import count, record_measurement
from tests.harness.sql import all_rows, as_write, execute
from tests.server.store.journals import HALL, anchor, first_fault, issue, morning
from tests.server.usecases.quality.figures_history import Hands

keys = st.text(st.characters(min_codepoint=97, max_codepoint=122) | st.just("_"), min_size=1, max_size=12)
# what a fact may hold: no floats, integers a double keeps exactly, no lone surrogates
leaves = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
)
bodies = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20)


@given(bodies)
def test_a_body_is_written_as_rfc_8785_says(body):
    assert canonical(body).encode() == rfc8785.dumps(body)


@given(st.dictionaries(keys, bodies), st.text(st.characters(codec="utf-8")))
def test_the_hash_covers_the_canonical_text_of_the_whole_fact(body, author):
    columns = {"author": author, "device": None, "happened_at": 1, "id": "f", "kind": "K", "position": 1}
    whole = rfc8785.dumps(columns | {"body": body})
    expected = hashlib.sha256(b"previous\n" + whole).hexdigest()
    assert fact_hash("previous", columns, canonical(body)) == expected


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    return {table: all_rows(database, f"SELECT * FROM {table} ORDER BY id") for table in PROJECTIONS}


def test_a_rebuild_under_an_empty_configuration_equals_the_live_rows(database: Database):
    before = rows_of(database)
    execute(database, "DELETE FROM document")
    execute(database, "DELETE FROM configured")
    assert rebuild(database, HALL) == []
    for table in PROJECTIONS:
        execute(database, f"DELETE FROM {table}")
    assert len(rebuild(database, HALL)) == sum(len(rows) for rows in before.values())
    assert rows_of(database) == before


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE leg SET state = 'parked', counter = NULL WHERE state = 'ended'",
        "UPDATE visit SET number = 'A999' WHERE rank = 3",
        "DELETE FROM duty",
        "UPDATE leg SET sort_key = 'a' WHERE position = 1",
    ],
)
def test_damaged_rows_are_named_and_come_back(database: Database, damage: str):
    before = rows_of(database)
    execute(database, damage)
    with snapshot(database) as rows:
        found = differences(rows, database.hall_id(HALL))
    assert found
    assert rebuild(database, HALL) == found
    assert rows_of(database) == before
    assert rebuild(database, HALL) == []


NUMBERS = ("schema", "happened_at", "recorded_at", "version")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = morning(database_url, Hands())
    yield found
    found.close()


class Tamperer:
    """Changes one thing in a journal, in a transaction that is rolled back afterwards."""

    def __init__(self, database: Database, rows: WrittenRows, chance: random.Random) -> None:
        self.rows, self.chance = rows, chance
        self.table = chance.choices(["hall_fact", "installation_fact"], [9, 1])[0]
        self.facts = all_rows(database, f"SELECT * FROM {self.table} ORDER BY position")
        self.fact = chance.choice(self.facts)

    def alter(self) -> str:
        """Another value in any column of any fact."""
        columns = [name for name in self.fact if name != "hall"]
        column = self.chance.choice(columns)
        sql = f"UPDATE {self.table} SET {column} = :new WHERE id = :id"
        self.run(sql, new=self.other(column), id=self.fact["id"])
        return f"{column} altered"

    def other(self, column: str) -> Any:
        old = self.fact[column]
        if column == "is_clock_suspect":
            return not old
        if column == "position":  # a free one: no two facts may have the same
            return old + self.chance.choice([-1_000_003, 1_000_003])
        if column in NUMBERS:
            return old + self.chance.choice([1, 7, 1_000_003])
        if column in ("visit", "counter", "device") and old is not None and self.chance.random() < 0.3:
            return None
        if column == "body":
            return altered_text(old, self.chance)
        return new_id() if old is None or column in ("id", "visit") else altered_text(old, self.chance)

    def remove(self) -> str:
        """One fact less; sometimes those after it close the gap, sometimes the head agrees."""
        self.run(f"DELETE FROM {self.table} WHERE id = :id", id=self.fact["id"])
        if self.chance.random() < 0.5:
            self.renumber(-1)
        if self.chance.random() < 0.5:
            self.move_head(-1)
        return "removed"

    def insert(self) -> str:
        """One fact more, with a right hash; those after it make room."""
        self.renumber(1, including=True)
        row = self.fact | {"id": new_id()}
        previous = next((f["hash"] for f in self.facts if f["position"] == row["position"] - 1), "0" * 64)
        columns = {key: row[key] for key in ENVELOPE if key in row}
        columns["is_clock_suspect"] = bool(columns["is_clock_suspect"])
        row["hash"] = fact_hash(previous, columns, row["body"])
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        self.run(f"INSERT INTO {self.table} ({names}) VALUES ({places})", **row)
        if self.chance.random() < 0.5:
            self.move_head(1)
        return "inserted"

    def renumber(self, step: int, *, including: bool = False) -> None:
        later = [f for f in self.facts if f["position"] >= self.fact["position"] + (0 if including else 1)]
        for fact in sorted(later, key=lambda f: f["position"], reverse=step > 0):
            sql = f"UPDATE {self.table} SET position = :position WHERE id = :id"
            self.run(sql, position=fact["position"] + step, id=fact["id"])

    def move_head(self, step: int) -> None:
        table = "hall" if self.table == "hall_fact" else "installation"
        self.run(f"UPDATE {table} SET journal_length = journal_length + :step", step=step)

    def run(self, sql: str, **values: Any) -> None:
        self.rows.execute(as_write(sql), **values)


def altered_text(text: str, chance: random.Random) -> str:
    """The text with one character changed; within JSON only what keeps it readable."""
    places = [index for index, letter in enumerate(text) if letter.isalnum()]
    place = chance.choice(places)
    letter = "1" if text[place].isdigit() and text[place] != "1" else "2" if text[place].isdigit() else "é"
    return text[:place] + letter + text[place + 1 :]


class Undone(Exception):
    """Rolls a tampering back."""


def fault_after_tampering(
    database: Database, anchors: Anchors, chance: random.Random
) -> tuple[str, Any, int]:
    """What was done, the fault found, and the position of the fact it was done to."""
    saved = database.store.snapshot
    try:
        with database.store.write() as rows:
            tamperer = Tamperer(database, rows, chance)
            done = chance.choices([tamperer.alter, tamperer.remove, tamperer.insert], [2, 1, 1])[0]()
            database.store.snapshot = lambda: nullcontext(rows)  # type: ignore[assignment]
            found = first_fault(database, anchors)
            raise Undone
    except Undone:
        return done, found, tamperer.fact["position"]
    finally:
        database.store.snapshot = saved  # type: ignore[method-assign]


@pytest.mark.timeout(count(small=300, large=3600))
def test_each_single_alteration_removal_and_insertion_is_found(database: Database, tmp_path: Path):
    anchors = anchor(database, tmp_path / "anchors")
    assert first_fault(database, anchors, full=True) is None
    tried = count(small=120, large=1_000)
    kinds: dict[str, int] = {}
    for seed in range(tried):
        done, found, position = fault_after_tampering(database, anchors, random.Random(seed))
        assert found is not None, f"{done} at {position} (seed {seed})"
        assert found.position in (position, None) or found.wrong == "hall_missing", (
            done,
            position,
            found,
            seed,
        )
        kinds[done.split()[-1]] = kinds.get(done.split()[-1], 0) + 1
    assert set(kinds) == {"altered", "removed", "inserted"}
    assert first_fault(database, anchors, full=True) is None
    record_measurement(f"tamperings found, {database.url.split(':')[0]}", tried=tried, found=tried, **kinds)


def test_a_right_journal_has_no_fault(database: Database, tmp_path: Path):
    verified = verify_journal(database, anchor(database, tmp_path), hall=HALL, full=True)
    assert verified.faults == []
    assert verified.facts[HALL] > 20


def test_an_anchor_made_while_rows_are_read_is_not_missed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    anchors = anchor(database, tmp_path)
    last = anchors.read(HALL)[-1]

    @contextmanager
    def written_meanwhile(read: Any) -> Iterator[Any]:
        with snapshot(read) as rows:
            assert hall_named(rows, HALL)
            anchors.append(HALL, replace(last, position=last.position + 1, hash="later"))
            anchors.append("a-new-hall", replace(last, position=1, hash="first"))
            yield rows

    monkeypatch.setattr(verify, "snapshot", written_meanwhile)
    assert verify_journal(database, anchors).faults == []


def test_a_tail_cut_together_with_the_head_is_shorter_than_its_anchor(database: Database, tmp_path: Path):
    anchors = anchor(database, tmp_path)
    last = all_rows(database, "SELECT * FROM hall_fact ORDER BY position DESC LIMIT 2")
    execute(database, "DELETE FROM hall_fact WHERE id = :id", id=last[0]["id"])
    execute(
        database,
        "UPDATE hall SET journal_length = :position, head_hash = :hash, version = :version,"
        " last_recorded_at = :recorded_at",
        **{key: last[1][key] for key in ("position", "hash", "version", "recorded_at")},
    )
    found = first_fault(database, anchors)
    assert found is not None
    assert (found.wrong, found.position) == ("tail_cut", last[0]["position"])
    assert first_fault(database, Anchors(tmp_path / "none")) is None  # nothing else could tell


def test_a_recomputed_chain_differs_from_its_anchor(database: Database, tmp_path: Path):
    anchors = anchor(database, tmp_path)
    issue(database)
    previous = "0" * 64
    for fact in all_rows(database, "SELECT * FROM hall_fact ORDER BY position"):
        columns = {key: fact[key] for key in ENVELOPE}
        columns["is_clock_suspect"] = bool(columns["is_clock_suspect"])
        if fact["position"] == 4:
            columns["author"] = "somebody-else"
        previous = fact_hash(previous, columns, fact["body"])
        values = {"author": columns["author"], "hash": previous, "id": fact["id"]}
        execute(database, "UPDATE hall_fact SET author = :author, hash = :hash WHERE id = :id", **values)
    execute(database, "UPDATE hall SET head_hash = :hash", hash=previous)
    found = first_fault(database, anchors)
    assert found is not None
    assert found.wrong == "anchor"


@pytest.mark.parametrize("change", ["head_hash = 'x'", "version = version + 1", "journal_length = 3"])
def test_a_head_that_was_changed_is_found(database: Database, tmp_path: Path, change: str):
    execute(database, f"UPDATE hall SET {change}")
    assert first_fault(database, Anchors(tmp_path)) is not None


def test_a_hall_that_vanished_is_missed(database: Database, tmp_path: Path):
    execute(database, "DELETE FROM hall_fact")
    execute(database, "DELETE FROM hall")
    found = first_fault(database, Anchors(tmp_path))
    assert found is not None
    assert (found.journal, found.wrong) == (HALL, "hall_missing")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("UPDATE leg SET state = 'ended' WHERE position = 1 AND state = 'waiting'", "rows"),
        ("DELETE FROM visit", "rows"),
        ("UPDATE document SET content = '{}' WHERE kind = 'hall'", "document"),
        ("UPDATE erasable SET value = 'en'", "erasable"),
    ],
)
def test_a_full_verification_also_finds_rows_that_do_not_follow_from_the_facts(
    database: Database, tmp_path: Path, change: str, wrong: str
):
    execute(database, change)
    assert first_fault(database, Anchors(tmp_path)) is None
    found = first_fault(database, Anchors(tmp_path), full=True)
    assert found is not None
    assert found.wrong == wrong
