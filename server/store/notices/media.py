"""Media: what notices and pages show, with a description of each for people who cannot see it.

Their prepared files are in the folder `var/media`, by the SHA-256 of their bytes.
"""

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path

from sqlalchemy import (
    ColumnElement,
    Dialect,
    String,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator

from server.domain.facts import Json
from server.domain.notices.media import (
    EVERY_MEDIUM,
    MOST_TERMS,
    OF_ALL,
    MediaSearch,
    MediumDetails,
    MediumState,
    Sites,
    Texts,
    texts_json,
)
from server.domain.refusals import Refusal
from server.store.engine.lookups import ChangeBy, Distinct, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of
from server.store.engine.writes import Writes
from server.store.people.pseudonyms import known_author
from server.store.tables.columns import Document
from server.store.tables.notices import medium, medium_details, medium_site, medium_text, upload
from signage.media import MediumKind, PreparedFile, full_disk_is_refused


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
    until then. `site`: the slug of the site it belongs to, None: all sites. `uploaded_by`: the name of who
    sent it, None where the account is gone. `name` and what
    follows: as in `MediumDetails`.
    """

    id: str
    state: str
    kind: MediumKind | None
    files: tuple[PreparedFile, ...]
    refusal: Json | None
    upload_size: int
    uploaded_at: datetime
    texts_sha256: str | None
    texts: Mapping[str, str]
    site: str | None
    uploaded_by: str | None
    name: str
    tags: list[str]
    made_by: str
    rights: str
    until: date | None

    @property
    def details(self) -> MediumDetails:
        """What people noted of it."""
        return MediumDetails(self.name, tuple(self.tags), self.made_by, self.rights, self.until)

    @property
    def is_ready(self) -> bool:
        """Whether it is prepared, and not removed."""
        return self.state == MediumState.READY


_FILES = type_coerce(medium.c.files, PreparedFiles).label("files")
_TEXTS = func.coalesce(medium_text.c.texts, "{}")
_MEDIA = rows_of(
    MediumRow,
    medium,
    files=_FILES,
    refusal=type_coerce(medium.c.refusal, Document),
    texts=type_coerce(_TEXTS, Document),
    site=medium_site.c.site,
    uploaded_by=known_author.c.display_name,
    name=func.coalesce(medium_details.c.name, ""),
    tags=type_coerce(func.coalesce(type_coerce(medium_details.c.tags, Text), "[]"), Document),
    made_by=func.coalesce(medium_details.c.made_by, ""),
    rights=func.coalesce(medium_details.c.rights, ""),
    until=medium_details.c.until,
).select_from(
    medium.outerjoin(medium_text, medium_text.c.medium == medium.c.id)
    .outerjoin(medium_site, medium_site.c.medium == medium.c.id)
    .outerjoin(medium_details, medium_details.c.medium == medium.c.id)
    .outerjoin(known_author, known_author.c.id == medium.c.uploaded_by)
)
medium_row = One(MediumRow, _MEDIA.where(medium.c.id == bindparam("medium")))
"""A medium by its id, a removed one too."""
_NEWEST_FIRST = (
    _MEDIA.where(medium.c.state != MediumState.REMOVED.value)
    .order_by(medium.c.id.desc())
    .limit(bindparam("limit"))
)
_OF_SITES = or_(medium_site.c.site.is_(None), medium_site.c.site.in_(bindparam("sites", expanding=True)))
_TERMS = [f"term_{number}" for number in range(MOST_TERMS)]
_ANY = ""


def _is_any(parameter: str) -> ColumnElement[bool]:
    return bindparam(parameter, type_=String) == _ANY


def _is_like(column: ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    return column.like(bindparam(parameter, type_=String), escape=_ESCAPE)


_ESCAPE = "!"
_ASKED = _NEWEST_FIRST.where(
    or_(_is_any("before"), medium.c.id < bindparam("before", type_=String)),
    or_(
        _is_any("site"),
        and_(bindparam("site", type_=String) == OF_ALL, medium_site.c.site.is_(None)),
        medium_site.c.site == bindparam("site", type_=String),
    ),
    or_(_is_any("kind"), medium.c.kind == bindparam("kind", type_=String)),
    or_(_is_any("tag"), _is_like(type_coerce(medium_details.c.tags, Text), "tag")),
    *(or_(_is_any(term), _is_like(medium_details.c.words, term)) for term in _TERMS),
)
_LISTED = {False: Read(MediumRow, _ASKED), True: Read(MediumRow, _ASKED.where(_OF_SITES))}
"""The statements of the list: of all sites or of some."""
_IS_READY = medium.c.state == MediumState.READY.value
_READY_FILES = Read(tuple[PreparedFile, ...], select(_FILES).where(_IS_READY))
_WITH_FILE = Read(str, select(medium.c.id).where(_IS_READY, medium.c.files.like(bindparam("named"))).limit(1))
_SET_TEXTS = Write.upsert(medium_text, ("medium",), ("texts",))
set_site = ChangeBy(medium_site.insert(), "medium", "site")
"""A new medium belongs to a site (slug)."""
_DELETE_TEXTS = Write(medium_text.delete().where(medium_text.c.medium == bindparam("of_medium")))
_DELETE_DETAILS = Write(medium_details.delete().where(medium_details.c.medium == bindparam("of_medium")))
_DELETE_SITE = Write(medium_site.delete().where(medium_site.c.medium == bindparam("of_medium")))


def listed_media(
    rows: Rows, *, before: str | None, limit: int, sites: Sites = None, search: MediaSearch = EVERY_MEDIUM
) -> list[MediumRow]:
    """The newest media of these sites and of all sites, without removed ones; `limit` at most.

    `before`: only media older than the one with this id. `search`: only those that fit it.
    """
    terms = [f"%{_escaped(term)}%" for term in search.terms]
    tag = f'%"{_escaped(search.tag)}"%' if search.tag else _ANY
    return rows.all(
        _LISTED[sites is not None],
        before=before or _ANY,
        limit=limit,
        sites=sorted(sites or ()),
        site=search.site,
        kind=search.kind,
        tag=tag,
        **dict(zip_longest(_TERMS, terms, fillvalue=_ANY)),
    )


def _escaped(text: str) -> str:
    """The text as a pattern that is like itself only."""
    return "".join(f"{_ESCAPE}{each}" if each in "%_!" else each for each in text)


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


def delete_texts_and_site(transaction: Writes, medium: str) -> None:
    """Deletes the description and details of a medium, and the row that says to which site it belongs."""
    transaction.run(_DELETE_DETAILS, of_medium=medium)
    transaction.run(_DELETE_TEXTS, of_medium=medium)
    transaction.run(_DELETE_SITE, of_medium=medium)


NAME = re.compile(r"[0-9a-f]{64}\.(?:jpg|png|webp|webm|woff2)")
"""What a prepared file is named."""
RESERVE_BYTES = 500_000_000
"""The bytes that uploads leave free on the disk for the database and its journals."""
YOUNG_S = 3600.0
"""How long a file that belongs to no medium is kept: it may have been prepared just now."""


@dataclass(frozen=True, slots=True)
class ReceivedUpload:
    """An upload on the disk: its file, its size in bytes, its SHA-256."""

    file: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MediaFiles:
    """The folder, made when it is first needed. `reserve`: the bytes that uploads leave free on its disk."""

    folder: Path
    reserve: int = RESERVE_BYTES

    @property
    def incoming(self) -> Path:
        """Where uploads wait to be prepared."""
        return self.folder / "incoming"

    def path(self, name: str) -> Path | None:
        """The path of a prepared file; None where there is none of this name."""
        place = self.folder / name
        return place if NAME.fullmatch(name) and place.is_file() else None

    def upload(self, medium: str) -> Path:
        """Where the upload of a medium waits."""
        return self.incoming / medium

    def check_room(self, size: int) -> None:
        """Refuses an upload of so many bytes that the disk has no room for. Refusal: storage_full."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.incoming).free < size + self.reserve:
            raise Refusal("storage_full")

    def new_part(self) -> Path:
        """A new path for an upload that is being received."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        return self.incoming / f"{secrets.token_hex(8)}.part"

    def names(self) -> set[str]:
        """The names of the prepared files in the folder."""
        if not self.folder.is_dir():
            return set()
        return {path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name)}

    def remove(self, names: Iterable[str]) -> None:
        """Removes prepared files by their names; one may be gone already."""
        for name in names:
            if NAME.fullmatch(name):
                (self.folder / name).unlink(missing_ok=True)

    def old(self, *, now_s: float) -> Iterator[Path]:
        """The files and folders that nobody has written for an hour. `now_s`: seconds since 1970."""
        for folder in (self.folder, self.incoming):
            for path in folder.iterdir() if folder.is_dir() else ():
                if path != self.incoming and path.stat().st_mtime < now_s - YOUNG_S:
                    yield path


def receive(chunks: Iterable[bytes], file: Path, *, largest: int) -> ReceivedUpload:
    """Writes an upload to a file while it arrives. Nothing stays of one that is refused or breaks off.

    Refusals: medium_too_large beyond `largest` bytes, medium_empty, storage_full.
    """
    size, digest = 0, hashlib.sha256()
    try:
        with full_disk_is_refused(Refusal), file.open("wb") as written:
            for chunk in chunks:
                size += len(chunk)
                if size > largest:
                    raise too_large(largest)
                digest.update(chunk)
                written.write(chunk)
        if size == 0:
            raise Refusal("medium_empty")
    except BaseException:
        if file.is_file():
            file.unlink()
        raise
    return ReceivedUpload(file, size, digest.hexdigest())


def too_large(largest: int) -> Refusal:
    """The refusal of an upload of more bytes than `largest`."""
    return Refusal("medium_too_large", megabytes=largest // 1_000_000)


@dataclass(frozen=True, slots=True)
class WaitingUpload:
    """The medium (id) whose upload waits, and how often somebody began to prepare it."""

    medium: str
    tries: int


_IS_FREE = or_(upload.c.claimed_until.is_(None), upload.c.claimed_until <= bindparam("now"))
_OF_MEDIUM = upload.c.medium == bindparam("of_medium")
waiting_uploads = Several.of(WaitingUpload, upload, _IS_FREE, order=("medium",))
"""The uploads that nobody prepares now, the oldest first."""
media_to_prepare = Distinct(str, select(upload.c.medium))
"""The ids of the media whose upload waits or is being prepared."""
_INSERT = Write(upload.insert(), "medium", "claimed_until", "tries")
_CLAIM = Write(
    upload.update()
    .where(_OF_MEDIUM, _IS_FREE)
    .values(claimed_until=bindparam("until"), tries=upload.c.tries + 1)
)
release_upload = ChangeBy(upload.update().where(_OF_MEDIUM).values(claimed_until=None))
"""Gives back the upload of a medium, so that it is prepared again."""
release_every_upload = ChangeBy(upload.update().values(claimed_until=None))
"""Gives back all uploads that workers had claimed."""
delete_upload = ChangeBy(upload.delete().where(_OF_MEDIUM))
"""The upload of a medium waits no more."""


def insert_upload(transaction: Writes, medium: str) -> None:
    """The upload of a medium waits from now on."""
    transaction.run(_INSERT, medium=medium, claimed_until=None, tries=0)


def claim_upload(rows: WrittenRows, medium: str, *, now: datetime, until: datetime) -> bool:
    """Takes the upload of a medium until an instant; False when another worker has it, or it is gone."""
    return bool(rows.execute(_CLAIM, of_medium=medium, now=now, until=until))
