"""Notices of the demonstration: the reception drafts them, the officer for every site decides."""

import json
from datetime import date, timedelta
from pathlib import Path

from server.domain.author import Author
from server.store.transactions.database import Database
from server.usecases.notices.begin_gesture import NoticeGesture
from server.usecases.notices.decide_notice import approve_notice, submit_notice
from server.usecases.notices.draft_notice import draft_notice
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publish_notice import DisplayRequest, publish_notice

NOTICES = Path(__file__).parent / "notices.json"
"""The contents, and the state that each reaches (`until`): draft, submitted or published.

`thursday`: what it announces happens on the first Thursday after so many days, at a wall time.
"""
_THURSDAY = 3
_EVERYWHERE = Reach(drafts=None, publishes=None)


def make_notices(database: Database, bureau: Author, officer: Author) -> None:
    """Drafts, submits and publishes the notices of the demonstration."""
    today = database.clock.now().date()
    for notice in json.loads(NOTICES.read_text(encoding="utf-8")):
        content = notice["content"]
        if thursday := notice.get("thursday"):
            content["happens"] = {"starts": _thursday(today, **thursday)}
        made = draft_notice(database, bureau, content, reach=_EVERYWHERE)
        drafted = NoticeGesture(made["notice"], made["version"], bureau, _EVERYWHERE)
        decided = NoticeGesture(made["notice"], made["version"], officer, _EVERYWHERE)
        if notice["until"] == "draft":
            continue
        submit_notice(database, drafted)
        if notice["until"] == "published":
            approve_notice(database, decided)
            publish_notice(database, decided, DisplayRequest())


def _thursday(today: date, *, in_days: int, at: str) -> str:
    """The wall time `at` on the first Thursday that is `in_days` days ahead or later."""
    soonest = today + timedelta(days=in_days)
    day = soonest + timedelta(days=(_THURSDAY - soonest.weekday()) % 7)
    return f"{day.isoformat()}T{at}"
