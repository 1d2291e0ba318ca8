"""Notices, the steps of their lives, and their versions: each a text whose SHA-256 is in a fact."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import and_, bindparam, func, or_, select, type_coerce

from server.documents.hall import Category
from server.documents.notices import NoticeContent, NoticeKind, parse_notice
from server.documents.problems import DocumentRefused
from server.domain.facts import Json
from server.domain.notices.lifecycle import NoticeMoment, Targets
from server.domain.refusals import existing
from server.store.engine.lookups import Pairs, Several
from server.store.engine.statements import Read, Rows, Write, literal_word, rows_of
from server.store.engine.writes import Writes
from server.store.people.pseudonyms import known_author
from server.store.tables.columns import Document, Instant
from server.store.tables.journals import erasable
from server.store.tables.notices import notice, notice_step, notice_version


@dataclass(frozen=True, slots=True)
class NoticeVersion:
    """A version of a notice, counted from 1, with its content and the SHA-256 of the content's text."""

    version: int
    content: Json
    sha256: str


_VERSIONS = (
    select(
        notice_version.c.version,
        type_coerce(notice_version.c.content, Document).label("content"),
        notice_version.c.sha256,
    )
    .where(notice_version.c.notice == bindparam("notice"))
    .order_by(notice_version.c.version)
)
versions_of = Several(NoticeVersion, _VERSIONS)
"""The versions of a notice, from the first."""
_ONE = Read(NoticeVersion, _VERSIONS.where(notice_version.c.version == bindparam("version")))
version_texts = Pairs(
    tuple[int, str],
    select(notice_version.c.version, notice_version.c.content).where(
        notice_version.c.notice == bindparam("notice")
    ),
)
"""The text of the content of each version of a notice, as it is kept."""
_INSERT = Write(notice_version.insert(), "notice", "version", "content", "sha256")


def content_of(rows: Rows, notice: str, version: int) -> NoticeContent:
    """The content of a version. Refusal: unknown_notice."""
    found = existing(rows.one(_ONE, notice=notice, version=version), "unknown_notice", notice=notice)
    return parse_notice(found.content)


def content_text(notice: NoticeContent) -> str:
    """The content of a notice as canonical JSON: the same content gives the same text."""
    return json.dumps(notice.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)


def content_digest(text: str) -> str:
    """The SHA-256 of a content's text, as facts have it."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep_version(transaction: Writes, notice: str, version: int, content: NoticeContent) -> str:
    """Keeps the content of a new version; the SHA-256 of its text."""
    text = content_text(content)
    digest = content_digest(text)
    transaction.run(_INSERT, notice=notice, version=version, content=text, sha256=digest)
    return digest


log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice. `version` is the newest; `kind`, `category` and `targets` are those of it.

    `state` is the one after the last step: a notice that is `published` may have expired since. It is shown
    from `shown_from` until `shown_until`, None: without end. `replaces`: the notice (id) that it corrects.
    """

    id: str
    state: str
    steps: int
    version: int
    kind: NoticeKind
    category: Category
    targets: Targets
    drafted_by: str
    changed_at: datetime
    shown_from: datetime | None
    shown_until: datetime | None
    replaces: str | None


@dataclass(frozen=True, slots=True)
class ListedNoticeRow(NoticeRow):
    """A notice with its newest content; `author_name` is None where the account is gone."""

    content: Json
    author_name: str | None

    @property
    def title(self) -> str:
        """The title in French."""
        return str(self.content["titles"]["fr"])


@dataclass(frozen=True, slots=True)
class StepRow(NoticeMoment):
    """A step in the life of a notice: `reason` is the words of a refusal.

    `author_name` and `reason` are None once they are erased.
    """

    state: str
    author_name: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A version of a notice that is published between two instants; `shown_until` None: without end."""

    id: str
    version: int
    shown_from: datetime
    shown_until: datetime | None
    content: NoticeContent


@dataclass(frozen=True, slots=True)
class _Published:
    """As `ShownNotice`; `content` stays a text, for one that cannot be read must not hide the others."""

    id: str
    version: int
    shown_from: datetime
    shown_until: datetime | None
    content: str


type ListPlace = tuple[datetime, str]
"""The place of a notice in the list: when it was last changed, and its id."""

_CONTENT = type_coerce(notice_version.c.content, Document).label("content")
_IS_OF_NOTICE = notice_version.c.notice == notice.c.id
_NEWEST = and_(_IS_OF_NOTICE, notice_version.c.version == notice.c.version)
_SHOWN = and_(_IS_OF_NOTICE, notice_version.c.version == notice.c.shown_version)
_NOT_ARCHIVED = notice.c.state != literal_word("archived")
_IS_PUBLISHED = notice.c.state == literal_word("published")
_ENDED = notice.c.shown_until <= bindparam("now")
_GOES_ON = or_(notice.c.shown_until.is_(None), notice.c.shown_until > bindparam("now"))

_BY_ID = Read(NoticeRow, rows_of(NoticeRow, notice).where(notice.c.id == bindparam("notice")))
corrections_of = Several(
    str,
    select(notice.c.id).where(notice.c.replaces == bindparam("notice"), _NOT_ARCHIVED).order_by(notice.c.id),
)
"""The ids of the corrections of a notice that are not archived, the newest last."""

_LISTED = (
    rows_of(NoticeRow, notice)
    .add_columns(_CONTENT, known_author.c.display_name.label("author_name"))
    .select_from(
        notice.join(notice_version, _NEWEST).outerjoin(known_author, known_author.c.id == notice.c.drafted_by)
    )
)
_LISTED_ONE = Read(ListedNoticeRow, _LISTED.where(notice.c.id == bindparam("notice")))
_NEWEST_FIRST = _LISTED.order_by(notice.c.changed_at.desc(), notice.c.id.desc()).limit(bindparam("limit"))
_CHANGED_AT = bindparam("changed_at", type_=Instant)
_COMES_AFTER = or_(
    notice.c.changed_at < _CHANGED_AT,
    and_(notice.c.changed_at == _CHANGED_AT, notice.c.id < bindparam("after")),
)
_IN_STATE = {
    "": _NOT_ARCHIVED,
    "published": and_(_IS_PUBLISHED, _GOES_ON),
    "expired": and_(_IS_PUBLISHED, _ENDED),
}
"""Which rows are in a state at an instant; every other state is the one of the row."""
_OTHER = "other"
_FIRST_PAGES = {
    state: _NEWEST_FIRST.where(condition)
    for state, condition in (_IN_STATE | {_OTHER: notice.c.state == bindparam("state")}).items()
}
_FIRST_PAGE = {state: Read(ListedNoticeRow, page) for state, page in _FIRST_PAGES.items()}
_NEXT_PAGE = {state: Read(ListedNoticeRow, page.where(_COMES_AFTER)) for state, page in _FIRST_PAGES.items()}

steps_of = Several(
    StepRow,
    rows_of(StepRow, notice_step, author_name=known_author.c.display_name, reason=erasable.c.value)
    .select_from(
        notice_step.outerjoin(known_author, known_author.c.id == notice_step.c.author).outerjoin(
            erasable, erasable.c.id == notice_step.c.reason
        )
    )
    .where(notice_step.c.notice == bindparam("notice"))
    .order_by(notice_step.c.step),
)
"""The steps of a notice in order."""
_TITLED = Read(
    tuple[str, dict[str, Any]],
    select(notice.c.id, _CONTENT)
    .select_from(notice.join(notice_version, _NEWEST))
    .where(notice.c.id.in_(bindparam("notices", expanding=True))),
)
_PUBLISHED_BETWEEN = Read(
    _Published,
    rows_of(_Published, notice, version=notice.c.shown_version, content=notice_version.c.content)
    .select_from(notice.join(notice_version, _SHOWN))
    .where(
        _IS_PUBLISHED,
        notice.c.shown_from < bindparam("ends_at"),
        or_(notice.c.shown_until.is_(None), notice.c.shown_until > bindparam("starts_at")),
    )
    .order_by(notice.c.shown_from, notice.c.id),
)
_WITH_TEXT = (
    select(notice.c.id, _CONTENT)
    .select_from(notice.join(notice_version, or_(_NEWEST, _SHOWN)))
    .where(notice_version.c.content.like(bindparam("pattern")), _NOT_ARCHIVED)
)
_IS_DECIDED = or_(
    notice.c.state.not_in([literal_word("draft"), literal_word("refused")]),
    notice.c.shown_version.is_not(None),
)
_NAMING = Read(tuple[str, dict[str, object]], _WITH_TEXT)
_DECIDED_NAMING = Read(tuple[str, dict[str, object]], _WITH_TEXT.where(_IS_DECIDED))
_FEEDS = Read(
    dict[str, Any],
    select(_CONTENT)
    .select_from(notice.join(notice_version, _SHOWN))
    .where(notice.c.kind == literal_word("feed"), _IS_PUBLISHED, _GOES_ON),
)
_MARK = Read(
    tuple[int, int],
    select(func.count().label("notices"), func.coalesce(func.sum(notice.c.steps), 0).label("steps")).where(
        notice.c.shown_version.is_not(None)
    ),
)


def notice_row(rows: Rows, notice: str) -> NoticeRow:
    """A notice by its id. Refusal: unknown_notice."""
    return existing(rows.one(_BY_ID, notice=notice), "unknown_notice", notice=notice)


def listed_notices(
    rows: Rows, state: str, now: datetime, *, after: ListPlace | None, limit: int
) -> list[ListedNoticeRow]:
    """The notices in a state at an instant, the last changed first; `limit` at most.

    An empty state: all but the archived. `after`: those that follow this place of the list.
    """
    kind = state if state in _IN_STATE else _OTHER
    if after is None:
        return rows.all(_FIRST_PAGE[kind], state=state, now=now, limit=limit)
    changed_at, notice = after
    return rows.all(_NEXT_PAGE[kind], state=state, now=now, limit=limit, changed_at=changed_at, after=notice)


def listed_notice(rows: Rows, notice: str) -> ListedNoticeRow:
    """One notice as it is listed. Refusal: unknown_notice."""
    return existing(rows.one(_LISTED_ONE, notice=notice), "unknown_notice", notice=notice)


def titles_of(rows: Rows, notices: Collection[str]) -> dict[str, str]:
    """The French titles of notices by their ids, from their newest versions."""
    found = rows.all(_TITLED, notices=list(notices)) if notices else ()
    return {each: content["titles"]["fr"] for each, content in found}


def shown_between(rows: Rows, starts_at: datetime, ends_at: datetime) -> list[ShownNotice]:
    """The notices that are published for a part of an interval, those shown first first.

    One that cannot be read is left out, with a line in the log.
    """
    found = map(_readable_notice, rows.all(_PUBLISHED_BETWEEN, starts_at=starts_at, ends_at=ends_at))
    return [notice for notice in found if notice is not None]


def _readable_notice(row: _Published) -> ShownNotice | None:
    try:
        content = parse_notice(json.loads(row.content))
    except (DocumentRefused, ValueError) as error:
        log.warning("notice_not_read", notice=row.id, version=row.version, why=str(error))
        return None
    return ShownNotice(row.id, row.version, row.shown_from, row.shown_until, content)


def notices_mark(rows: Rows) -> str:
    """A text that changes with every step of a notice that is, or was, published."""
    [(notices, steps)] = rows.all(_MARK)
    return f"{notices}.{steps}"


def notices_with_medium(rows: Rows, medium: str) -> list[str]:
    """The ids of the notices whose newest or published version has a medium, without the archived."""
    return _having(rows.all(_NAMING, pattern=f"%{medium}%"), medium)


def notices_by_medium(rows: Rows) -> dict[str, int]:
    """In how many notices each medium is, by its id, as `notices_with_medium`."""
    found = rows.all(_NAMING, pattern="%")
    pairs = {(notice, content.get(part)) for notice, content in found for part in ("medium", "picture")}
    return dict(Counter(str(medium) for _, medium in pairs if medium))


def notices_frozen_with(rows: Rows, medium: str) -> list[str]:
    """Those of `notices_with_medium` that wait for a decision, are approved, or were published."""
    return _having(rows.all(_DECIDED_NAMING, pattern=f"%{medium}%"), medium)


def _having(found: Collection[tuple[str, dict[str, object]]], medium: str) -> list[str]:
    return sorted(
        {each for each, content in found if medium in (content.get("medium"), content.get("picture"))}
    )


def feeds_shown(rows: Rows, now: datetime) -> set[str]:
    """The addresses of the feeds in notices that are shown now or later."""
    return {content["url"] for content in rows.all(_FEEDS, now=now) if "url" in content}
