"""Notices of the demonstration: the reception drafts them, the officer for every site decides."""

import json
from pathlib import Path

from server.domain.author import Author
from server.store.transactions.database import Database
from server.usecases.notices.begin_gesture import NoticeGesture
from server.usecases.notices.decide_notice import approve_notice, submit_notice
from server.usecases.notices.draft_notice import draft_notice
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publish_notice import DisplayRequest, publish_notice

NOTICES = Path(__file__).parent / "notices.json"
"""The contents, and the state that each reaches (`until`): draft, submitted or published."""
_EVERYWHERE = Reach(drafts=None, publishes=None)


def make_notices(database: Database, bureau: Author, officer: Author) -> None:
    """Drafts, submits and publishes the notices of the demonstration."""
    for notice in json.loads(NOTICES.read_text(encoding="utf-8")):
        made = draft_notice(database, bureau, notice["content"], reach=_EVERYWHERE)
        drafted = NoticeGesture(made["notice"], made["version"], bureau, _EVERYWHERE)
        decided = NoticeGesture(made["notice"], made["version"], officer, _EVERYWHERE)
        if notice["until"] == "draft":
            continue
        submit_notice(database, drafted)
        if notice["until"] == "published":
            approve_notice(database, decided)
            publish_notice(database, decided, DisplayRequest())
