"""Where a medium is used: in which notices, from when until when, and what replacing it would do to each."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict

from hardware.json_types import Count, Ordinal
from server.domain.author import Author
from server.domain.instants import text_or_none
from server.domain.notices.lifecycle import NoticeState, NoticeVerb
from server.domain.notices.media import Sites
from server.domain.notices.medium_changes import MediumChange, NoticeWithMedium, medium_change
from server.store.engine.rows import Rows
from server.store.notices.notices import ListedNoticeRow, corrections_of, listed_notice, notices_with_medium
from server.store.transactions.database import Database
from server.usecases.media.read_media import visible_medium
from server.usecases.notices.begin_gesture import may_do, standing_state
from server.usecases.notices.notice_places import Places, Reach, read_places
from server.usecases.notices.read_notices import NoticeSpan


class UseOfMediumAnswer(NoticeSpan):
    """A notice with a medium; `from`: when it began, or will begin, to be shown, null: never published;
    `until` null: without end.
    """

    notice: str
    version: Ordinal
    title: str
    """In French."""
    state: NoticeState
    is_on_screens: bool
    """It is published, and has begun."""
    change: MediumChange
    """What becomes of it when the caller replaces the medium."""


class MediumUsesAnswer(TypedDict):
    """Where a medium is used."""

    medium: str
    notices: list[UseOfMediumAnswer]
    others: Count
    """Notices with it that the caller may not see."""


def read_uses(
    database: Database, author: Author, reach: Reach, medium: str, *, sites: Sites = None
) -> MediumUsesAnswer:
    """Where a medium is used. Refusals: unknown_medium, not_configured."""
    with database.read() as rows:
        visible_medium(rows, medium, sites)
        found = list(uses_of(database, rows, author, reach, medium))
    listed = [use for use in found if use is not None]
    return {"medium": medium, "notices": listed, "others": len(found) - len(listed)}


def uses_of(
    database: Database, rows: Rows, author: Author, reach: Reach, medium: str
) -> Iterator[UseOfMediumAnswer | None]:
    """Each notice whose newest version has a medium; None for one that the person may not see."""
    places, now = read_places(database, rows), database.clock.now()
    for notice in notices_with_medium(rows, medium):
        row = listed_notice(rows, notice)
        if row.content.get("medium") != medium:
            continue  # an earlier version had it, which no screen shows any more
        is_seen = author.is_same(row.drafted_by) or reach.may_draft(places.sites_of(row.targets))
        yield _use(database, rows, row, author, reach, places, now) if is_seen else None


def _use(
    database: Database,
    rows: Rows,
    row: ListedNoticeRow,
    author: Author,
    reach: Reach,
    places: Places,
    now: datetime,
) -> UseOfMediumAnswer:
    sites, state = places.sites_of(row.targets), standing_state(row, database)
    has_begun = row.shown_from is not None and row.shown_from <= now
    standing = NoticeWithMedium(
        state,
        may_draft=may_do(NoticeVerb.EDIT, row, author, reach, sites),
        may_publish=reach.may_publish(sites),
        is_corrected=bool(corrections_of(rows, row.id)),
        has_begun=has_begun,
    )
    return {
        "notice": row.id,
        "version": row.version,
        "title": row.title,
        "state": state,
        "from": text_or_none(row.shown_from),
        "until": text_or_none(row.shown_until),
        "is_on_screens": state is NoticeState.PUBLISHED and has_begun,
        "change": medium_change(standing),
    }
