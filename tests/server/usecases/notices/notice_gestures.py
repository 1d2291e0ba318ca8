"""A bureau and an officer, and what they do with a notice in tests."""

from datetime import UTC, datetime
from typing import Any

from server.domain.author import Author
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
