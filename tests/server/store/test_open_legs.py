"""What a process remembers of a hall's open legs: right again after a commit that failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from server.domain.refusals import Refusal
from server.store.configuration.halls import hall_row
from server.store.transactions.database import Database
from tests.server.store.journals import HALL, issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands


def looked_at(database: Database) -> list[str]:
    """The numbers a look without the hall's lock sees."""
    with database.read() as rows:
        row = hall_row(rows, database.hall_id(HALL))
        assert row is not None
        return sorted(leg.number for leg in database.open_legs(rows, row))


def test_a_failed_commit_leaves_no_trace_in_memory(database_url: str, monkeypatch: pytest.MonkeyPatch):
    hands = Hands()
    database = opened_hall(database_url, hands)
    kept = [issue(database)["number"] for _ in range(2)]
    hands.now += timedelta(minutes=1)
    begin = database.store.write

    @contextmanager
    def failing() -> Iterator[Any]:
        with begin() as rows:
            yield rows
            raise Refusal("database_busy")

    with monkeypatch.context() as broken:
        broken.setattr(database.store, "write", failing)
        with pytest.raises(Refusal, match="database_busy"):
            issue(database)
    assert looked_at(database) == kept
    again = issue(database)
    assert again["ahead"] == 2
    assert looked_at(database) == [*kept, again["number"]]
    database.close()
