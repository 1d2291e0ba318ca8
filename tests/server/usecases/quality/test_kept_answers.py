"""An answer that is kept is that of what is stored now, whoever changed it, on both databases."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.domain.quality.selection import Selection
from server.store.engine.statements import Read, Rows
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall
from server.usecases.quality.indicators import Days
from server.usecases.quality.kept_answers import KEPT, KeptAnswers, digest_of_figures
from server.usecases.quality.periods import explore_figures
from server.usecases.typed_figures import annotate_day
from tests.harness.sql import execute
from tests.server.usecases.quality.figures_history import (
    HALLS,
    Hands,
    PlayedDay,
    database_with_hall,
    play_days,
)

FIRST = date(2026, 10, 19)
WEEK, BEFORE = Days(FIRST, FIRST + timedelta(days=7)), Days(FIRST - timedelta(days=7), FIRST)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Two days at Laon, a month ago."""
    found = database_with_hall(database_url, Hands())
    play_days(found, FIRST, 2, a_day=12)
    yield found
    found.close()


def visits(database: Database) -> int:
    found = explore_figures(database, ["laon"], WEEK, BEFORE, selection=Selection())
    return found.together().whole().total().visits


class Reader:
    """A process that keeps the number of visits; `made`: how often it counted them."""

    def __init__(self, database: Database) -> None:
        self.database, self.made = database, 0
        self.kept = KeptAnswers[str, int]()

    def visits(self) -> int:
        return self.kept.answer(
            "visits", lambda: digest_of_figures(self.database, ["laon"], [WEEK, BEFORE]), self._count
        )

    def _count(self) -> int:
        self.made += 1
        return visits(self.database)


def come(database: Database, day: date) -> None:
    with database.transaction("laon", SYSTEM) as transaction:
        played = PlayedDay(transaction, day, Random(1))
        played.visit(99, "laon-accueil", played.local(9), "served")


@pytest.mark.both_databases
def test_a_changed_visit_shows_at_once_whoever_changed_it(database: Database):
    reader, other = Reader(database), Database(database.url, database.clock)
    first = reader.visits()
    assert (reader.visits(), reader.made) == (first, 1)
    come(other, FIRST)
    assert (reader.visits(), reader.made) == (first + 1, 2), "another process wrote a fact"
    execute(other, "UPDATE leg SET business_day = '2026-11-02' WHERE business_day = '2026-10-20'")
    assert (reader.visits(), reader.made) == (visits(other), 3), "a hand, which writes no fact"
    come(database, BEFORE.starts_on)
    assert (reader.visits(), reader.made) == (visits(other), 4), "a day of the time before"
    assert (reader.visits(), reader.made) == (visits(other), 4)
    other.close()


def test_what_changed_while_it_was_counted_is_not_kept(database: Database):
    reader = Reader(database)
    count = reader._count

    def count_late() -> int:
        found = count()
        come(database, FIRST)
        return found

    reader._count = count_late  # type: ignore[method-assign]
    first = reader.visits()
    reader._count = count  # type: ignore[method-assign]
    assert reader.visits() == first + 1


def test_an_open_day_counts_each_new_visit(database: Database):
    reader, today = Reader(database), FIRST + timedelta(days=4)
    database.clock = Hands(database.clock.now().replace(month=10, day=today.day)).clock()
    first = reader.visits()
    come(database, today)
    assert reader.visits() == first + 1


def test_an_annotation_shows_at_once(database: Database):
    reader = Reader(database)
    reader.visits()
    annotate_day(database, "laon", SYSTEM, FIRST, "grève")
    reader.visits()
    assert reader.made == 2


def test_a_day_that_the_calendar_closes_shows_at_once(database: Database):
    reader = Reader(database)
    reader.visits()
    document = json.loads((HALLS / "laon.json").read_bytes())
    document["calendar"] = {"week": {}, "exceptions": [{"on": WEEK.starts_on.isoformat()}]}
    publish_hall(database, SYSTEM, json.dumps(document).encode())
    reader.visits()
    assert reader.made == 2


def test_the_oldest_answers_go_first():
    kept, made = KeptAnswers[int, int](), Counter[int]()

    def answer(question: int) -> None:
        kept.answer(question, lambda: "same", lambda: made.update([question]) or question)

    for question in range(KEPT + 1):
        answer(question)
    answer(KEPT)
    answer(0)
    assert (made[KEPT], made[0], made.total()) == (1, 2, KEPT + 2)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> set[tuple[Read[Any], str]]:
    """Each statement that has read rows, with its values."""
    run: set[tuple[Read[Any], str]] = set()

    def noting(read: Any) -> Any:
        def noted(rows: Rows, statement: Read[Any], **values: Any) -> Any:
            run.add((statement, repr(values)))
            return read(rows, statement, **values)

        return noted

    monkeypatch.setattr(Rows, "one", noting(Rows.one))
    monkeypatch.setattr(Rows, "all", noting(Rows.all))
    return run


def test_the_digest_reads_all_that_the_explorer_reads(database: Database, run: set[tuple[Read[Any], str]]):
    visits(database)  # days that are over are stored
    run.clear()
    visits(database)
    of_explorer = frozenset(run)
    run.clear()
    digest_of_figures(database, ["laon"], [WEEK, BEFORE])
    assert of_explorer, "statements are seen"
    assert of_explorer <= run
