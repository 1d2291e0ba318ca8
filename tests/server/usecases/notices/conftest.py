"""Two halls on each kind of database; whatever a test did, the rows follow from the journal."""

from collections.abc import Iterator

import pytest

from server.store.engine.stores import snapshot
from server.store.journal.rebuild import installation_differences
from server.store.notices.notices import content_digest
from server.store.transactions.database import Database
from tests.harness.sql import all_rows
from tests.server.usecases.notices.notice_gestures import MORNING
from tests.server.usecases.quality.figures_history import Hands, database_with_hall


@pytest.fixture
def hands() -> Hands:
    """Their clock."""
    return Hands(MORNING)


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    """Laon and Vervins."""
    found = database_with_hall(database_url, hands, "laon", "vervins")
    yield found
    with snapshot(found) as rows:
        assert installation_differences(rows) == []
    for row in all_rows(found, "SELECT content, sha256 FROM notice_version"):
        assert content_digest(row["content"]) == row["sha256"]
    found.close()
