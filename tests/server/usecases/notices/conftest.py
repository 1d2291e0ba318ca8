"""Two halls on each kind of database, and what tests do with their notices; rows follow from the journal."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.author import Author
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import installation_differences
from server.store.notices.notices import content_digest
from server.store.transactions.database import Database
from server.usecases.notices.gestures import (
    NoticeAnswer,
    NoticeGesture,
    approve_notice,
    draft_notice,
    submit_notice,
)
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publication import DisplayRequest, PublishedNoticeAnswer, publish_notice
from tests.harness.sql import all_rows
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
BUREAU, OFFICER = Author("bureau"), Author("officer")
AT_LAON = frozenset({"laon"})
DRAFTS = Reach(drafts=AT_LAON, publishes=frozenset())
DECIDES = Reach(drafts=None, publishes=None)
DECIDES_AT_LAON = Reach(drafts=AT_LAON, publishes=AT_LAON)
TEXT = {"kind": "text", "titles": {"fr": "Ouvert à midi"}, "bodies": {"fr": "<p>Le <b>mercredi</b>.</p>"}}
AIMED = TEXT | {"targets": {"halls": ["laon"]}}


def bureau(notice: NoticeAnswer, **more: Any) -> NoticeGesture:
    return NoticeGesture(notice["notice"], notice["version"], BUREAU, DRAFTS, **more)


def officer(notice: NoticeAnswer, reach: Reach = DECIDES) -> NoticeGesture:
    return NoticeGesture(notice["notice"], notice["version"], OFFICER, reach)


def drafted(database: Database, content: dict[str, Any] = TEXT) -> NoticeAnswer:
    return draft_notice(database, BUREAU, content, reach=DRAFTS)


def approved(database: Database, content: dict[str, Any] = TEXT) -> NoticeAnswer:
    notice = drafted(database, content)
    submit_notice(database, bureau(notice))
    return approve_notice(database, officer(notice))


def code_of(refused: Any) -> str:
    return str(refused.value.code)


def published(database: Database, content: dict[str, Any] = TEXT, **display: Any) -> PublishedNoticeAnswer:
    return publish_notice(database, officer(approved(database, content)), DisplayRequest(**display))


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
