"""The notices of the demonstration, and the library of media that they show.

The project drew the pictures, the poster and the film of the folder `pictures`: no foreign rights.
"""

import json
from datetime import date, timedelta
from pathlib import Path

from server.domain.author import Author
from server.store.transactions.database import Database
from server.usecases.media.media_library import FRENCH, caption_medium, describe_medium
from server.usecases.media.uploads import Preparing, UploadPlace, media_folder, upload_medium
from server.usecases.notices.gestures import NoticeGesture, approve_notice, draft_notice, submit_notice
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publication import DisplayRequest, publish_notice

type Library = dict[str, str]
"""The media (ids) by the names of their files."""

NOTICES = Path(__file__).parent / "notices.json"
"""The contents, and the state that each reaches (`until`): draft, submitted or published.

`thursday`: what it announces happens on the first Thursday after so many days, at a wall time. `medium`,
`picture`: the name of a file of `pictures`.
"""
_THURSDAY = 3
_EVERYWHERE = Reach(drafts=None, publishes=None)


def make_notices(database: Database, library: Library, bureau: Author, officer: Author) -> None:
    """Drafts, submits and publishes the notices of the demonstration."""
    today = database.clock.now().date()
    for notice in json.loads(NOTICES.read_text(encoding="utf-8")):
        content = notice["content"]
        for field in content.keys() & {"medium", "picture"}:
            content[field] = library[content[field]]
        if thursday := notice.get("thursday"):
            day = _thursday(today, **thursday)
            content |= _on(content["kind"], day)
        made = draft_notice(database, bureau, content, reach=_EVERYWHERE)
        drafted = NoticeGesture(made["notice"], made["version"], bureau, _EVERYWHERE)
        decided = NoticeGesture(made["notice"], made["version"], officer, _EVERYWHERE)
        if notice["until"] == "draft":
            continue
        submit_notice(database, drafted)
        if notice["until"] == "published":
            approve_notice(database, decided)
            publish_notice(database, decided, DisplayRequest())


def _on(kind: str, at: str) -> dict[str, object]:
    """The field of a kind that says when, at a wall time; a closure has days."""
    if kind == "countdown":
        return {"falls_on": at}
    return {"happens": {"starts": at[:10] if kind == "closure" else at}}


def _thursday(today: date, *, in_days: int, at: str) -> str:
    """The wall time `at` on the first Thursday that is `in_days` days ahead or later."""
    soonest = today + timedelta(days=in_days)
    day = soonest + timedelta(days=(_THURSDAY - soonest.weekday()) % 7)
    return f"{day.isoformat()}T{at}"


PICTURES = Path(__file__).parent / "pictures"
LOGO = "logo.png"


def make_library(database: Database, var: Path, author: Author) -> Library:
    """Puts the logo, the pictures, the poster and the film into the library below the folder `var`."""
    library: Library = {}
    files = media_folder(var)
    described = json.loads((PICTURES / "pictures.json").read_text(encoding="utf-8"))
    for name in described:
        content = (PICTURES / name).read_bytes()
        place = UploadPlace(len(content))
        library[name] = upload_medium(database, files, author, [content], place=place, file=name)["medium"]
    # they are our own: they need no process apart
    Preparing(database, files, lambda prepare, *values: prepare(*values)).prepare_waiting()
    for name, texts in described.items():
        describe_medium(database, author, library[name], texts)
        captions = (PICTURES / name).with_suffix(".vtt")
        if captions.exists():
            caption_medium(database, author, library[name], FRENCH, captions.read_bytes(), reach=_EVERYWHERE)
    return library
