"""Media: what notices and pages show, with a description of each for people who cannot see it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Dialect, Text, bindparam, func, or_, select, type_coerce
from sqlalchemy.types import TypeDecorator

from server.domain.facts import Json
from server.domain.notices.media import MediumState, Sites, Texts, texts_json
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write
from server.store.tables.columns import Document
from server.store.tables.media import medium, medium_site, medium_text
from signage.media.prepared import Kind, PreparedFile


class PreparedFiles(TypeDecorator[tuple[PreparedFile, ...]]):
    """The prepared files of a medium in the order they are shown, as a row keeps them (JSON)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[PreparedFile, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps([file.as_body() for file in value], sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[PreparedFile, ...]:
        return tuple(PreparedFile(**file) for file in json.loads(value or "[]"))


@dataclass(frozen=True, slots=True)
class MediumRow:
    """A medium with its description.

    `kind` is None until it is prepared. `refusal`: the code and details of why it could not be. `upload_size`
    is in bytes. `texts`: the description by language, empty until somebody writes it; `texts_sha256` is None
    until then. `site`: the slug of the site it belongs to, None: all sites.
    """

    id: str
    state: str
    kind: Kind | None
    files: tuple[PreparedFile, ...]
    refusal: Json | None
    upload_size: int
    uploaded_at: datetime
    texts_sha256: str | None
    texts: Mapping[str, str]
    site: str | None

    @property
    def is_ready(self) -> bool:
        """Whether it is prepared, and not removed."""
        return self.state == MediumState.READY


_FILES = type_coerce(medium.c.files, PreparedFiles).label("files")
_TEXTS = func.coalesce(medium_text.c.texts, "{}")
_MEDIA = select(
    medium.c.id,
    medium.c.state,
    medium.c.kind,
    _FILES,
    type_coerce(medium.c.refusal, Document).label("refusal"),
    medium.c.upload_size,
    medium.c.uploaded_at,
    medium.c.texts_sha256,
    type_coerce(_TEXTS, Document).label("texts"),
    medium_site.c.site,
).select_from(
    medium.outerjoin(medium_text, medium_text.c.medium == medium.c.id).outerjoin(
        medium_site, medium_site.c.medium == medium.c.id
    )
)
_BY_ID = Read(MediumRow, _MEDIA.where(medium.c.id == bindparam("medium")))
_NEWEST_FIRST = (
    _MEDIA.where(medium.c.state != MediumState.REMOVED.value)
    .order_by(medium.c.id.desc())
    .limit(bindparam("limit"))
)
_IS_OLDER = medium.c.id < bindparam("before")
_IS_OF_SITES = or_(medium_site.c.site.is_(None), medium_site.c.site.in_(bindparam("sites", expanding=True)))
_LISTED = {
    (False, False): Read(MediumRow, _NEWEST_FIRST),
    (False, True): Read(MediumRow, _NEWEST_FIRST.where(_IS_OF_SITES)),
    (True, False): Read(MediumRow, _NEWEST_FIRST.where(_IS_OLDER)),
    (True, True): Read(MediumRow, _NEWEST_FIRST.where(_IS_OLDER, _IS_OF_SITES)),
}
"""The statements of the list: the first page or the one after a medium, of all or of some sites."""
_IS_READY = medium.c.state == MediumState.READY.value
_READY_FILES = Read(tuple[PreparedFile, ...], select(_FILES).where(_IS_READY))
_WITH_FILE = Read(str, select(medium.c.id).where(_IS_READY, medium.c.files.like(bindparam("named"))).limit(1))
_SET_TEXTS = Write.upsert(medium_text, ("medium",), ("texts",))
_INSERT_SITE = Write(medium_site.insert(), "medium", "site")
_DELETE_TEXTS = Write(medium_text.delete().where(medium_text.c.medium == bindparam("of_medium")))
_DELETE_SITE = Write(medium_site.delete().where(medium_site.c.medium == bindparam("of_medium")))


def medium_row(rows: Rows, medium: str) -> MediumRow | None:
    """A medium by its id, a removed one too."""
    return rows.one(_BY_ID, medium=medium)


def listed_media(rows: Rows, *, before: str | None, limit: int, sites: Sites = None) -> list[MediumRow]:
    """The newest media of these sites and of all sites, without removed ones; `limit` at most.

    `before`: only media older than the one with this id.
    """
    statement = _LISTED[before is not None, sites is not None]
    return rows.all(statement, before=before, limit=limit, sites=sorted(sites or ()))


def names_in_use(rows: Rows) -> set[str]:
    """The names of all files of the media that are ready."""
    return {file.name for files in rows.all(_READY_FILES) for file in files}


def is_file_in_use(rows: Rows, name: str) -> bool:
    """Whether a medium that is ready has a file of this name."""
    sha256 = name.partition(".")[0]
    return rows.one(_WITH_FILE, named=f"%{sha256}%") is not None


def set_texts(transaction: Writes, medium: str, texts: Texts) -> None:
    """Keeps the description of a medium, by language, in place of the one before."""
    transaction.run(_SET_TEXTS, medium=medium, texts=texts_json(texts))


def set_site(transaction: Writes, medium: str, site: str) -> None:
    """A new medium belongs to a site (slug)."""
    transaction.run(_INSERT_SITE, medium=medium, site=site)


def delete_texts_and_site(transaction: Writes, medium: str) -> None:
    """Deletes the description of a medium, and the row that says which site it belongs to."""
    transaction.run(_DELETE_TEXTS, of_medium=medium)
    transaction.run(_DELETE_SITE, of_medium=medium)
