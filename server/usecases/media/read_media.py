"""The library of media as its page and the API show it."""

import json
from typing import Any

from server.domain.instants import micros_to_text
from server.domain.notices.media import MediumState, Sites, may_change, may_show
from server.domain.refusals import Refusal
from server.store.engine.rows import Row
from server.store.media.media import file_name, files_of, listed_media, medium_row, texts_of
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from signage.media.prepared import CONTENT_TYPES

PAGE = 60
"""Media listed at once."""


def read_media(database: Database, *, before: str | None = None, sites: Sites = None) -> Answer:
    """The newest media of these sites and of all, or those older than `before` (an id).

    `next`: where to go on, or null.
    """
    with database.read() as rows:
        found = listed_media(rows, before=before, limit=PAGE + 1, sites=sites)
    listed = [medium_answer(row, sites) for row in found[:PAGE]]
    return {"media": listed, "next": listed[-1]["medium"] if len(found) > PAGE else None}


def read_medium(database: Database, medium: str, *, sites: Sites = None) -> Answer:
    """One medium of these sites or of all. Refusal: unknown_medium."""
    with database.read() as rows:
        return medium_answer(_standing(medium_row(rows, medium), medium, sites), sites)


def _standing(row: Row | None, medium: str, sites: Sites) -> Row:
    if row is None or row["state"] == MediumState.REMOVED or not may_show(row["site"], sites):
        raise Refusal("unknown_medium", medium=medium)
    return row


def changeable(row: Row | None, medium: str, sites: Sites) -> Row:
    """The medium's row, for who drafts at its site.

    Refusals: unknown_medium, also when it belongs to another site; medium_of_all for who does not draft at
    every site.
    """
    standing = _standing(row, medium, sites)
    if not may_change(standing["site"], sites):
        raise Refusal("medium_of_all", medium=medium)
    return standing


def medium_answer(row: Row, sites: Sites = None) -> Answer:
    """A medium as the API knows it: `files` in the order they are shown, `refusal` without its sentence.

    `site` null: it belongs to all sites. `may_change`: whether who drafts at `sites` may.
    """
    return {
        "medium": row["id"],
        "state": row["state"],
        "kind": row["kind"],
        "files": [_file_answer(file) for file in files_of(row)],
        "refusal": None if row["refusal"] is None else json.loads(row["refusal"]),
        "texts": texts_of(row),
        "uploaded_at": micros_to_text(row["uploaded_at"]),
        "upload_bytes": row["upload_size"],
        "site": row["site"],
        "may_change": may_change(row["site"], sites),
    }


def _file_answer(file: dict[str, Any]) -> Answer:
    return {
        "url": f"/media/{file_name(file)}",
        "role": file["role"],
        "type": CONTENT_TYPES[file["extension"]],
        "width": file["width"],
        "height": file["height"],
        "bytes": file["size"],
        "duration_ms": file["duration_ms"],
    }
