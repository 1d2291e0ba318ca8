"""Read notices for people who draft and decide: the list, and one with its history and versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self, TypedDict

from hardware.json_types import InstantText, Ordinal, SchemaWords
from server.documents.content import changes_between
from server.documents.hall import Category
from server.documents.notices import NoticeKind
from server.domain.author import Author
from server.domain.facts import FactKind, Json
from server.domain.instants import from_micros, text_or_none, to_micros, to_text
from server.domain.notices.lifecycle import NoticeState, NoticeVerb, verbs_in
from server.domain.refusals import Refusal
from server.store.engine.statements import Rows
from server.store.notices.media_details import FeedRow
from server.store.notices.notices import (
    ListedNoticeRow,
    ListPlace,
    NoticeRow,
    StepRow,
    corrections_of,
    listed_notice,
    listed_notices,
    notice_row,
    steps_of,
    versions_of,
)
from server.store.transactions.database import Database
from server.usecases.notices.contents import picture_of, unread_feed
from server.usecases.notices.gestures import NoticeAnswer, may_do, standing_state
from server.usecases.notices.notice_places import Places, Reach, read_places

_DECIDED_BY_OFFICERS = frozenset({NoticeState.SUBMITTED, NoticeState.APPROVED})
_EDITED_BY_AUTHORS = frozenset({NoticeState.REFUSED, NoticeState.DRAFT})
PAGE = 100
"""How many notices one answer lists."""
LONGEST_MICROS = 17
"""The digits of an instant in microseconds since 1970, until the year 5138."""


class NoticeTargets(TypedDict):
    """Where a notice is shown: sites, halls and screens by their ids; all empty: on every screen."""

    sites: list[str]
    halls: list[str]
    screens: list[str]
    groups: list[str]
    """Groups of screens, as `laon/entrance`."""
    is_nowhere: bool
    """A draft that says no place yet; then all are empty."""


Sha256 = Annotated[str, SchemaWords(pattern=r"^[0-9a-f]{64}$")]
NoticeSpan = TypedDict("NoticeSpan", {"from": InstantText | None, "until": InstantText | None})
"""From when until when a notice is shown; null: not yet decided, or without end."""


class UnreadFeed(TypedDict):
    """A feed whose last reading failed."""

    failure: str
    """The code of its sentence: feed_unreachable, feed_too_large, feed_broken, feed_private, feed_address."""
    read_at: InstantText | None
    """When it was last read well, which screens go on showing; null: never, and no screen shows it."""


class ListedNotice(NoticeAnswer, NoticeSpan):
    """A notice in the list of those that somebody has to do with."""

    kind: NoticeKind
    category: Category
    title: str
    languages: list[str]
    targets: NoticeTargets
    sites: list[str]
    """The slugs of the sites it is shown at."""
    drafted_by: str | None
    """The name of who drafted it; null: somebody who is gone."""
    is_mine: bool
    is_correction: bool
    picture: str | None
    """The address of the small picture of its medium; null: it shows none."""
    changed_at: InstantText
    waits_for_me: bool
    """The next gesture is the caller's."""
    verbs: list[NoticeVerb]
    """What the caller may do with it."""

    unread_feed: "UnreadFeed | None"
    """Why its feed could not be read the last time; null: it could, or it shows none."""


class NoticesAnswer(TypedDict):
    """Some notices, the last changed first."""

    notices: list[ListedNotice]
    next: str | None
    """The place of the next page; null at the end."""


class NamedNotice(TypedDict):
    """Another notice, by its title."""

    notice: str
    title: str
    state: NoticeState


class StepOfNotice(NoticeSpan):
    """Something that was done with a notice."""

    step: Ordinal
    """Its place in the history, from 1."""
    fact: FactKind
    state: NoticeState
    version: Ordinal
    at: InstantText
    by: str | None
    """The name of who did it; null: the clock, or somebody who is gone."""
    reason: str | None
    """Why it was refused; erased after a year."""


class ChangeOfNotice(TypedDict):
    """What one version changed of the one before; JSON values."""

    path: str
    before: Any
    after: Any


class VersionOfNotice(TypedDict):
    """A version of a notice: the digest of its content, and what it changed."""

    version: Ordinal
    sha256: Sha256
    changes: list[ChangeOfNotice]


class NoticeDetailAnswer(ListedNotice):
    """One notice with its content, its history and its versions."""

    content: Mapping[str, Any]
    """What its newest version says, by its kind: docs/rules/notices.md."""
    is_hidden: bool
    """No screen shows it yet, whatever its state."""
    corrects: NamedNotice | None
    """The notice it is to take the place of."""
    correction: NamedNotice | None
    """The notice that is to take its place."""
    history: list[StepOfNotice]
    versions: list[VersionOfNotice]


@dataclass(frozen=True, slots=True)
class NoticesRequest:
    """Which notices to list: in a state (empty: all but archived), after a place (`next` of an answer)."""

    state: str = ""
    before: str | None = None


def read_notices(
    database: Database, author: Author, reach: Reach, filters: NoticesRequest = NoticesRequest()
) -> NoticesAnswer:
    """The notices that somebody wrote or may draft for, the last changed first; PAGE at a time.

    Refusal: bad_request for a `before` that no answer had.
    """
    after = None if filters.before is None else _place(filters.before)
    now = database.clock.now()
    visible: list[ListedNoticeRow] = []
    with database.read() as rows:
        reader = NoticeReader.of(database, rows, author, reach)
        while len(visible) <= PAGE:
            found = listed_notices(rows, filters.state, now, after=after, limit=PAGE + 1)
            visible += [row for row in found if reader.may_see(row)]
            if len(found) <= PAGE:
                break
            after = (found[-1].changed_at, found[-1].id)
        listed = [_listed(reader, row) for row in visible[:PAGE]]
    last = visible[PAGE - 1] if len(visible) > PAGE else None
    return {"notices": listed, "next": None if last is None else f"{to_micros(last.changed_at)}.{last.id}"}


def _place(text: str) -> ListPlace:
    """The place that `next` names: microseconds since 1970, a point, and the id of a notice."""
    at, _, notice = text.partition(".")
    if not at.isdecimal() or len(at) > LONGEST_MICROS or not notice:
        raise Refusal("bad_request", before=text)
    return from_micros(int(at)), notice


def read_notice(database: Database, author: Author, reach: Reach, notice: str) -> NoticeDetailAnswer:
    """One notice: the content of its newest version, what one may do, its history, what each version changed.

    Refusals: unknown_notice, forbidden.
    """
    with database.read() as rows:
        reader, row = NoticeReader.of(database, rows, author, reach), listed_notice(rows, notice)
        if not reader.may_see(row):
            raise Refusal("forbidden")
        versions, steps = versions_of(rows, notice), steps_of(rows, notice)
        former = None if row.replaces is None else listed_notice(rows, row.replaces)
        corrections = [listed_notice(rows, each) for each in corrections_of(rows, notice)]
        listed = _listed(reader, row)
    # as they were kept, unparsed: one that could not be shown any more can still be edited
    contents = [each.content for each in versions]
    return {
        **listed,
        "content": contents[-1],
        "is_hidden": row.kind == "results",
        "corrects": None if former is None else _named(database, former),
        "correction": _named(database, corrections[-1]) if corrections else None,
        "history": [_step(each) for each in steps],
        "versions": [
            {
                "version": each.version,
                "sha256": each.sha256,
                "changes": _changes(contents[at - 1] if at else None, contents[at]),
            }
            for at, each in enumerate(versions)
        ],
    }


def _named(database: Database, row: ListedNoticeRow) -> NamedNotice:
    return {"notice": row.id, "title": row.title, "state": standing_state(row, database)}


def check_visible(database: Database, author: Author, reach: Reach, notice: str) -> None:
    """Refuses a notice that somebody did not write and may not draft for.

    Refusals: unknown_notice, forbidden.
    """
    with database.read() as rows:
        if not NoticeReader.of(database, rows, author, reach).may_see(notice_row(rows, notice)):
            raise Refusal("forbidden")


@dataclass(frozen=True, slots=True)
class NoticeReader:
    """Who reads notices in these rows, and where they may do what."""

    database: Database
    rows: Rows
    author: Author
    reach: Reach
    places: Places

    @classmethod
    def of(cls, database: Database, rows: Rows, author: Author, reach: Reach) -> Self:
        """A reader in the present places. Refusal: not_configured."""
        return cls(database, rows, author, reach, read_places(database, rows))

    def may_see(self, row: NoticeRow) -> bool:
        """Whether somebody wrote a notice, or may draft for it."""
        return self.author.is_same(row.drafted_by) or self.reach.may_draft(self.places.sites_of(row.targets))


def _listed(reader: NoticeReader, row: ListedNoticeRow) -> ListedNotice:
    author, reach = reader.author, reader.reach
    state = standing_state(row, reader.database)
    sites = reader.places.sites_of(row.targets)
    is_mine, decides = author.is_same(row.drafted_by), reach.may_publish(sites)
    return {
        "notice": row.id,
        "version": row.version,
        "state": state,
        "kind": row.kind,
        "category": row.category,
        "title": row.title,
        "languages": list(row.content["titles"]),
        "targets": {
            "sites": list(row.targets.sites),
            "halls": list(row.targets.halls),
            "screens": list(row.targets.screens),
            "groups": list(row.targets.groups),
            "is_nowhere": row.targets.is_nowhere,
        },
        "sites": sorted(sites),
        "drafted_by": row.author_name,
        "is_mine": is_mine,
        "is_correction": row.replaces is not None,
        "picture": picture_of(reader.rows, row.content),
        "changed_at": to_text(row.changed_at),
        "from": text_or_none(row.shown_from),
        "until": text_or_none(row.shown_until),
        "waits_for_me": (decides and state in _DECIDED_BY_OFFICERS)
        or (is_mine and state in _EDITED_BY_AUTHORS),
        "verbs": [verb for verb in verbs_in(state) if may_do(verb, row, author, reach, sites)],
        "unread_feed": _unread(unread_feed(reader.rows, row.content)),
    }


def _unread(feed: FeedRow | None) -> UnreadFeed | None:
    if feed is None or feed.failure is None:
        return None
    return {"failure": feed.failure, "read_at": text_or_none(feed.read_at)}


def _step(row: StepRow) -> StepOfNotice:
    return {
        "step": row.step,
        "fact": FactKind(row.kind),
        "state": NoticeState(row.state),
        "version": row.version,
        "at": to_text(row.done_at),
        "by": row.author_name,
        "reason": row.reason,
        "from": text_or_none(row.shown_from),
        "until": text_or_none(row.shown_until),
    }


def _changes(before: Json | None, after: Json) -> list[ChangeOfNotice]:
    if before is None:
        return []
    found = changes_between(before, after)
    return [{"path": each.path, "before": each.before, "after": each.after} for each in found]
