"""What people noted of media (names, tags, rights, captions), their bytes by site; contents of web feeds."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

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
from server.store.engine.lookups import ChangeBy, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, literal_word, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.tables.notices import feed, medium, medium_captions, medium_details, medium_site
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
_WORDS = ("name", "tags", "made_by", "rights", "until", "words")
_INSERT = Write(medium_details.insert(), "medium", *_WORDS, "kept_bytes")
_OF_MEDIUM = medium_details.c.medium == bindparam("of_medium")
_SET = Write(medium_details.update().where(_OF_MEDIUM), *_WORDS)
_SET_BYTES = Write(medium_details.update().where(_OF_MEDIUM), "kept_bytes")
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
media_folders = Several(FolderRow, _FOLDERS)
"""What each site keeps, sites without media left out."""
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
    return values_of(details) | {"tags": list(details.tags), "words": words_to_find(details, texts)}


def set_kept_bytes(transaction: Writes, medium: str, files: Collection[PreparedFile]) -> None:
    """A medium counts for the bytes of its prepared files, none where it was refused."""
    sizes = {file.name: file.size for file in files}
    transaction.run(_SET_BYTES, of_medium=medium, kept_bytes=sum(sizes.values()))


def tags_in_use(rows: Rows, sites: Sites) -> list[str]:
    """The tags of the media of these sites and of all sites, in order."""
    found = rows.all(_EVERY_TAGS) if sites is None else rows.all(_TAGS_OF_SITES, sites=sorted(sites))
    return sorted({tag for tags in found for tag in tags})


def same_upload(rows: Rows, sha256: str, sites: Sites) -> NamedMedium | None:
    """The oldest medium of these sites or of all sites that was made from the same bytes."""
    if sites is None:
        return rows.one(_EVERY_SAME, sha256=sha256)
    return rows.one(_SAME_OF_SITES, sha256=sha256, sites=sorted(sites))


_CAPTIONED = Read(
    tuple[str, str],
    select(medium_captions.c.medium, medium_captions.c.language).order_by(medium_captions.c.language),
)
_OF_MEDIUM_CAPTIONS = medium_captions.c.medium == bindparam("of_medium")
_READ = Read(
    tuple[str, list[dict[str, Any]]],
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
delete_captions = ChangeBy(medium_captions.delete().where(_OF_MEDIUM_CAPTIONS))
"""Deletes the captions of a medium in all languages."""


def captions_of_medium(rows: Rows, medium: str) -> Captions:
    """The captions of a film, by language; empty where it has none."""
    return {
        language: tuple(Caption(**each) for each in captions)
        for language, captions in rows.all(_READ, of_medium=medium)
    }


def captioned_languages(rows: Rows) -> dict[str, list[str]]:
    """The languages that each captioned film has captions in, by its id."""
    found: dict[str, list[str]] = {}
    for film, language in rows.all(_CAPTIONED):
        found.setdefault(film, []).append(language)
    return found


def set_captions(transaction: Writes, medium: str, language: str, captions: Sequence[Caption]) -> None:
    """Keeps the captions of a film in a language in place of the ones before; none: there are none."""
    if captions:
        kept = [asdict(each) for each in captions]
        transaction.run(_SET_CAPTIONS, medium=medium, language=language, captions=kept)
    else:
        transaction.run(_DELETE, of_medium=medium, of_language=language)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed as it was last read well, with the instant; `failure`: the code of why not since.

    `content`: its title and entries; None, as `read_at`, until it was read well once.
    """

    url: str
    content: Json | None
    read_at: datetime | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed to read: its id, and its address."""

    id: str
    url: str


_OF_ID = feed.c.id == bindparam("of_id")
_IS_DUE = or_(feed.c.tried_at.is_(None), feed.c.tried_at <= bindparam("before"))
_BY_ID = Read(FeedRow, rows_of(FeedRow, feed).where(_OF_ID))
_IDS = Read(str, select(feed.c.id))
due_feeds = Several.of(DueFeed, feed, _IS_DUE, order=("id",))
"""The feeds that nobody has tried to read since an instant."""
_ADD = Write.upsert(feed, ("id",), ("url",))
_CLAIM = Write(feed.update().where(_OF_ID, _IS_DUE), "tried_at")
_KEEP = Write.upsert(feed, ("id",), ("url", "content", "read_at", "tried_at", "failure"))
keep_failure = ChangeBy(feed.update().where(_OF_ID), "of_id", "failure")
"""Keeps why a feed (id) could not be read; its last good content stays."""
delete_feed = ChangeBy(feed.delete().where(_OF_ID, _IS_DUE), "of_id", "before")
"""Deletes a feed (id), unless somebody has tried to read it since that instant."""


def feed_id(url: str) -> str:
    """The id of the feed with this address: the SHA-256 of the address."""
    return hashlib.sha256(url.encode()).hexdigest()


def feed_row(rows: Rows, url: str) -> FeedRow | None:
    """The feed of an address; None where no notice has asked for it."""
    return rows.one(_BY_ID, of_id=feed_id(url))


def new_feeds(rows: Rows, urls: Iterable[str]) -> list[str]:
    """Those of these addresses that have no row yet."""
    existing = set(rows.all(_IDS))
    return [url for url in urls if feed_id(url) not in existing]


def add_feed(rows: WrittenRows, url: str) -> None:
    """The feed of this address is to be read; one that is there stays as it is."""
    rows.execute(_ADD, id=feed_id(url), url=url)


def claim_feed(rows: WrittenRows, feed: str, *, now: datetime, tried_before: datetime) -> bool:
    """Takes the next reading of a feed (id); False when another worker has tried since that instant."""
    return bool(rows.execute(_CLAIM, of_id=feed, before=tried_before, tried_at=now))


def keep_feed(rows: WrittenRows, url: str, content: Json, now: datetime) -> None:
    """Keeps the new content of a feed; its row, too, if that was deleted meanwhile."""
    rows.execute(_KEEP, id=feed_id(url), url=url, content=content, read_at=now, tried_at=now, failure=None)
