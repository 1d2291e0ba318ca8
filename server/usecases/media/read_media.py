"""The library of media as its page and the API show it."""

from typing import NotRequired, TypedDict

from server.domain.facts import Json
from server.domain.instants import to_text
from server.domain.notices.media import MediumState, Sites, Texts, may_change, may_show
from server.domain.refusals import Refusal
from server.store.media.media import MediumRow, listed_media, medium_row
from server.store.transactions.database import Database
from signage.media.prepared import CONTENT_TYPES, Kind, PreparedFile, Role

PAGE = 60
"""How many media one answer lists."""


class FileOfMedium(TypedDict):
    """A file that was made of an upload; `type`: its media type. Sizes in pixels and bytes.

    `role`: as in `PreparedFile`. `duration_ms`: null but for a video.
    """

    url: str
    role: Role
    type: str
    width: int
    height: int
    bytes: int
    duration_ms: int | None


class MediumRefusal(TypedDict):
    """Why an upload became no medium: a code and its values; `detail`: the sentence, which the API adds."""

    code: str
    details: Json
    detail: NotRequired[str]


class LibraryMedium(TypedDict):
    """A medium of the library, with its files in the order they are shown.

    `kind`: null before it is prepared. `texts`: its description by language, for people who cannot see it.
    `site`: the slug of the site it belongs to, null: all sites. `may_change`: whether the reader may.
    """

    medium: str
    state: MediumState
    kind: Kind | None
    files: list[FileOfMedium]
    refusal: MediumRefusal | None
    texts: Texts
    uploaded_at: str
    upload_bytes: int
    site: str | None
    may_change: bool


class MediaAnswer(TypedDict):
    """Some media, the newest first; `next`: the `before` of the next answer, null at the end."""

    media: list[LibraryMedium]
    next: str | None


def read_media(database: Database, *, before: str | None = None, sites: Sites = None) -> MediaAnswer:
    """The newest media of these sites and of all sites, or those older than the medium `before` (its id)."""
    with database.read() as rows:
        found = listed_media(rows, before=before, limit=PAGE + 1, sites=sites)
    listed = [medium_answer(row, sites) for row in found[:PAGE]]
    return {"media": listed, "next": listed[-1]["medium"] if len(found) > PAGE else None}


def read_medium(database: Database, medium: str, *, sites: Sites = None) -> LibraryMedium:
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


def medium_answer(row: MediumRow, sites: Sites = None) -> LibraryMedium:
    """A medium as somebody sees it who drafts at `sites`; `refusal` without its sentence."""
    refusal = row.refusal
    return {
        "medium": row.id,
        "state": MediumState(row.state),
        "kind": row.kind,
        "files": [_file_answer(file) for file in row.files],
        "refusal": None if refusal is None else {"code": refusal["code"], "details": refusal["details"]},
        "texts": row.texts,
        "uploaded_at": to_text(row.uploaded_at),
        "upload_bytes": row.upload_size,
        "site": row.site,
        "may_change": may_change(row.site, sites),
    }


def _file_answer(file: PreparedFile) -> FileOfMedium:
    return {
        "url": f"/media/{file.name}",
        "role": file.role,
        "type": CONTENT_TYPES[file.extension],
        "width": file.width,
        "height": file.height,
        "bytes": file.size,
        "duration_ms": file.duration_ms,
    }
