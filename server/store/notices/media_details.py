"""What people noted of media: names, tags, rights, captions; and how many bytes each site keeps."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, bindparam, cast, func, or_, select

from server.domain.facts import Json
from server.domain.notices.media import (
    Caption,
    Captions,
    MediumDetails,
    MediumState,
    Sites,
    Texts,
    words_to_find,
)
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, literal_word
from server.store.tables.media import medium, medium_captions, medium_details, medium_site
from signage.media import PreparedFile


@dataclass(frozen=True, slots=True)
class FolderRow:
    """The media of a site (None: of all sites): how many, and the bytes they keep."""

    site: str | None
    media: int
    kept_bytes: int


@dataclass(frozen=True, slots=True)
class NamedMedium:
    """A medium and its name, empty where it has none."""

    id: str
    name: str


_IS_OF_SITES = or_(medium_site.c.site.is_(None), medium_site.c.site.in_(bindparam("sites", expanding=True)))
_PLACED = medium.outerjoin(medium_site, medium_site.c.medium == medium.c.id).outerjoin(
    medium_details, medium_details.c.medium == medium.c.id
)
_STANDING = medium.c.state != literal_word(MediumState.REMOVED.value)
_INSERT = Write(
    medium_details.insert(), "medium", "name", "tags", "made_by", "rights", "until", "words", "kept_bytes"
)
_OF_MEDIUM = medium_details.c.medium == bindparam("of_medium")
_SET = Write(
    medium_details.update()
    .where(_OF_MEDIUM)
    .values({name: bindparam(name) for name in ("name", "tags", "made_by", "rights", "until", "words")})
)
_SET_BYTES = Write(medium_details.update().where(_OF_MEDIUM).values(kept_bytes=bindparam("kept_bytes")))
_FOLDERS = (
    select(
        medium_site.c.site,
        func.count().label("media"),
        # PostgreSQL sums to a decimal
        cast(func.coalesce(func.sum(medium_details.c.kept_bytes), 0), BigInteger).label("kept_bytes"),
    )
    .select_from(_PLACED)
    .where(_STANDING)
    .group_by(medium_site.c.site)
    .order_by(medium_site.c.site)
)
_EVERY_FOLDER = Read(FolderRow, _FOLDERS)
_TAGS = (
    select(medium_details.c.tags)
    .select_from(_PLACED)
    .where(_STANDING, medium_details.c.tags != [])
    .distinct()
)
_EVERY_TAGS = Read(list[str], _TAGS)
_TAGS_OF_SITES = Read(list[str], _TAGS.where(_IS_OF_SITES))
_SAME_UPLOAD = (
    select(medium.c.id, func.coalesce(medium_details.c.name, "").label("name"))
    .select_from(_PLACED)
    .where(
        medium.c.upload_sha256 == bindparam("sha256"),
        medium.c.state.in_(
            [literal_word(MediumState.READY.value), literal_word(MediumState.PREPARING.value)]
        ),
    )
    .order_by(medium.c.id)
    .limit(1)
)
_EVERY_SAME = Read(NamedMedium, _SAME_UPLOAD)
_SAME_OF_SITES = Read(NamedMedium, _SAME_UPLOAD.where(_IS_OF_SITES))


def insert_details(transaction: Writes, medium: str, name: str, *, kept_bytes: int) -> None:
    """A new medium has a name, maybe an empty one, and counts for so many bytes."""
    details = MediumDetails(name)
    transaction.run(_INSERT, medium=medium, kept_bytes=kept_bytes, **_columns(details, {}))


def set_details(transaction: Writes, medium: str, details: MediumDetails, texts: Texts) -> None:
    """Keeps the details of a medium; `texts`: its description, which is searched too."""
    transaction.run(_SET, of_medium=medium, **_columns(details, texts))


def _columns(details: MediumDetails, texts: Texts) -> dict[str, object]:
    return {
        "name": details.name,
        "tags": list(details.tags),
        "made_by": details.made_by,
        "rights": details.rights,
        "until": details.until,
        "words": words_to_find(details, texts),
    }


def set_kept_bytes(transaction: Writes, medium: str, files: Collection[PreparedFile]) -> None:
    """A medium counts for the bytes of its prepared files, none where it was refused."""
    sizes = {file.name: file.size for file in files}
    transaction.run(_SET_BYTES, of_medium=medium, kept_bytes=sum(sizes.values()))


def media_folders(rows: Rows) -> list[FolderRow]:
    """What each site keeps, sites without media left out."""
    return rows.all(_EVERY_FOLDER)


def tags_in_use(rows: Rows, sites: Sites) -> list[str]:
    """The tags of the media of these sites and of all sites, in order."""
    found = rows.all(_EVERY_TAGS) if sites is None else rows.all(_TAGS_OF_SITES, sites=sorted(sites))
    return sorted({tag for tags in found for tag in tags})


def same_upload(rows: Rows, sha256: str, sites: Sites) -> NamedMedium | None:
    """The oldest medium of these sites or of all sites that was made from the same bytes."""
    if sites is None:
        return rows.one(_EVERY_SAME, sha256=sha256)
    return rows.one(_SAME_OF_SITES, sha256=sha256, sites=sorted(sites))


@dataclass(frozen=True, slots=True)
class _LanguageRow:
    language: str
    captions: list[Json]


@dataclass(frozen=True, slots=True)
class _CaptionedRow:
    medium: str
    language: str


_CAPTIONED = Read(
    _CaptionedRow,
    select(medium_captions.c.medium, medium_captions.c.language).order_by(medium_captions.c.language),
)
_OF_MEDIUM_CAPTIONS = medium_captions.c.medium == bindparam("of_medium")
_READ = Read(
    _LanguageRow,
    select(medium_captions.c.language, medium_captions.c.captions)
    .where(_OF_MEDIUM_CAPTIONS)
    .order_by(medium_captions.c.language),
)
_SET_CAPTIONS = Write.upsert(medium_captions, ("medium", "language"), ("captions",))
_DELETE = Write(
    medium_captions.delete().where(
        _OF_MEDIUM_CAPTIONS, medium_captions.c.language == bindparam("of_language")
    )
)
_DELETE_ALL = Write(medium_captions.delete().where(_OF_MEDIUM_CAPTIONS))


def captions_of_medium(rows: Rows, medium: str) -> Captions:
    """The captions of a film, by language; empty where it has none."""
    return {
        row.language: tuple(Caption(**caption) for caption in row.captions)
        for row in rows.all(_READ, of_medium=medium)
    }


def captioned_languages(rows: Rows) -> dict[str, list[str]]:
    """The languages that each captioned film has captions in, by its id."""
    found: dict[str, list[str]] = {}
    for row in rows.all(_CAPTIONED):
        found.setdefault(row.medium, []).append(row.language)
    return found


def set_captions(transaction: Writes, medium: str, language: str, captions: Sequence[Caption]) -> None:
    """Keeps the captions of a film in a language in place of the ones before; none: there are none."""
    if captions:
        kept = [asdict(each) for each in captions]
        transaction.run(_SET_CAPTIONS, medium=medium, language=language, captions=kept)
    else:
        transaction.run(_DELETE, of_medium=medium, of_language=language)


def delete_captions(transaction: Writes, medium: str) -> None:
    """Deletes the captions of a medium in all languages."""
    transaction.run(_DELETE_ALL, of_medium=medium)
