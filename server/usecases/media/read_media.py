"""The library of media as its page and the API show it."""

from server.domain.instants import to_text
from server.domain.notices.media import MediumState, Sites, may_change, may_show
from server.domain.refusals import Refusal
from server.store.media.media import MediumRow, listed_media, medium_row
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from signage.media.prepared import CONTENT_TYPES, PreparedFile

PAGE = 60
"""How many media one answer lists."""


def read_media(database: Database, *, before: str | None = None, sites: Sites = None) -> Answer:
    """The newest media of these sites and of all sites, or those older than the medium `before` (its id).

    `next`: the `before` of the next answer, or null.
    """
    with database.read() as rows:
        found = listed_media(rows, before=before, limit=PAGE + 1, sites=sites)
    listed = [medium_answer(row, sites) for row in found[:PAGE]]
    return {"media": listed, "next": listed[-1]["medium"] if len(found) > PAGE else None}


def read_medium(database: Database, medium: str, *, sites: Sites = None) -> Answer:
    """One medium of these sites or of all sites. Refusal: unknown_medium."""
    with database.read() as rows:
        return medium_answer(_visible(medium_row(rows, medium), medium, sites), sites)


def _visible(row: MediumRow | None, medium: str, sites: Sites) -> MediumRow:
    if row is None or row.state == MediumState.REMOVED or not may_show(row.site, sites):
        raise Refusal("unknown_medium", medium=medium)
    return row


def changeable(row: MediumRow | None, medium: str, sites: Sites) -> MediumRow:
    """The row of a medium that somebody who drafts at these sites may change.

    Refusals: unknown_medium, also where it belongs to another site; medium_of_all, where it belongs to all
    sites and the person does not draft at every one.
    """
    visible = _visible(row, medium, sites)
    if not may_change(visible.site, sites):
        raise Refusal("medium_of_all", medium=medium)
    return visible


def medium_answer(row: MediumRow, sites: Sites = None) -> Answer:
    """A medium as the API answers it: `files` in the order they are shown, `refusal` without its sentence.

    `site` null: it belongs to all sites. `may_change`: whether somebody who drafts at `sites` may change it.
    """
    return {
        "medium": row.id,
        "state": row.state,
        "kind": row.kind,
        "files": [_file_answer(file) for file in row.files],
        "refusal": row.refusal,
        "texts": row.texts,
        "uploaded_at": to_text(row.uploaded_at),
        "upload_bytes": row.upload_size,
        "site": row.site,
        "may_change": may_change(row.site, sites),
    }


def _file_answer(file: PreparedFile) -> Answer:
    return {
        "url": f"/media/{file.name}",
        "role": file.role,
        "type": CONTENT_TYPES[file.extension],
        "width": file.width,
        "height": file.height,
        "bytes": file.size,
        "duration_ms": file.duration_ms,
    }
