"""Publish an approved notice, from now or an instant on, until an instant or the end of its validity."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import InstantText
from server.documents.notices import NoticeContent, check_aimed
from server.documents.problems import DocumentRefused
from server.domain.hours.windows import local_end, local_start
from server.domain.instants import text_or_none, to_text
from server.domain.notices.lifecycle import (
    NoticeState,
    NoticeStep,
    NoticeVerb,
    next_state,
    notice_published,
    notice_replaced,
)
from server.domain.refusals import Refusal
from server.store.engine.rows import Rows
from server.store.notices.notices import notice_row
from server.store.notices.versions import content_of
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.begin_gesture import (
    NoticeAnswer,
    NoticeBefore,
    NoticeGesture,
    begin_gesture,
    standing_state,
)
from server.usecases.notices.notice_media import check_media, last_day_of_medium
from server.usecases.notices.notice_places import Places, check_places, targets_of

_Span = TypedDict("_Span", {"from": InstantText, "until": InstantText | None})  # a word of Python


class PublishedNoticeAnswer(NoticeAnswer, _Span):
    """A notice that was published, and when it is shown; `until` null: as long as it stands."""


@dataclass(frozen=True, slots=True)
class DisplayRequest:
    """When to show a notice: from `starts` (None or past: now) to `ends` (None: as long as it is valid)."""

    starts: datetime | None = None
    ends: datetime | None = None


def publish_notice(
    database: Database, gesture: NoticeGesture, request: DisplayRequest
) -> PublishedNoticeAnswer:
    """The published notice, with the instants between which it is shown; published again, it gets new ones.

    A correction replaces the notice that it corrects in the same transaction. It begins now, or when
    that notice would have begun, and ends when that notice would have ended, unless the request or its own
    dates say another end.
    Raises DocumentRefused for no target, or where a place or medium of it is gone; refusals: notice_nowhere
    while no hall is configured, correction_starts_now, dates_reversed, notice_over where it is not valid any
    more, medium_expired, and as every gesture.
    """
    return database.write_installation(
        gesture.author,
        gesture.write_key,
        lambda transaction: publish_version(database, transaction, gesture, request),
    )


def publish_version(
    database: Database,
    transaction: InstallationTransaction,
    gesture: NoticeGesture,
    request: DisplayRequest,
) -> PublishedNoticeAnswer:
    """As `publish_notice`, within a transaction."""
    standing = begin_gesture(database, transaction, gesture, NoticeVerb.PUBLISH)
    notice = content_of(transaction, gesture.notice, standing.version)
    problems = check_aimed(notice)
    if problems:
        raise DocumentRefused(problems)
    check_places(notice, standing.places)
    if not standing.places.sites_of(targets_of(notice)):
        raise Refusal("notice_nowhere")
    check_media(transaction, notice)
    starts = max([transaction.now, *_starts(notice, standing.places, request.starts)])
    _check_last_day(transaction, notice, standing.places, starts)
    former = _former(database, transaction, gesture, standing)
    if former is not None and starts > max(transaction.now, former.row.shown_from or transaction.now):
        raise Refusal("correction_starts_now")
    requested_end = request.ends or _end_of_former(database, transaction, former, notice)
    ends = _ends(notice, standing.places, requested_end)
    if request.ends is not None and request.ends <= starts:
        raise Refusal("dates_reversed", starts=to_text(starts), ends=to_text(request.ends))
    if ends is not None and ends <= starts:
        raise Refusal("notice_over", ends=to_text(ends))
    fact = notice_published(standing.step, standing.version, shown_from=starts, shown_until=ends)
    transaction.record(fact)
    if former is not None:
        step, version = former.step, former.version
        transaction.record(notice_replaced(step, version, by=gesture.notice))
    return {
        "notice": standing.step.notice,
        "version": standing.version,
        "state": standing.step.state,
        "from": to_text(starts),
        "until": text_or_none(ends),
    }


def _former(
    database: Database, rows: InstallationTransaction, gesture: NoticeGesture, standing: NoticeBefore
) -> NoticeBefore | None:
    """The notice that a correction replaces, and the step that this is for it. Refusal: forbidden."""
    if standing.row.replaces is None:
        return None
    row = notice_row(rows, standing.row.replaces)
    if row.state == NoticeState.ARCHIVED:
        return None
    if not gesture.reach.may_publish(standing.places.sites_of(row.targets)):
        raise Refusal("forbidden")
    state = next_state(standing_state(row, database), NoticeVerb.REPLACE)
    return NoticeBefore(row, NoticeStep(row.id, row.steps + 1, state), standing.places)


def _check_last_day(rows: Rows, notice: NoticeContent, places: Places, starts: datetime) -> None:
    """Refuses a notice whose medium may not be shown any more when it begins. Refusal: medium_expired."""
    until = last_day_of_medium(rows, notice)
    if until is not None and _last_end(until, notice, places) <= starts:
        raise Refusal("medium_expired", until=until)


def _starts(notice: NoticeContent, places: Places, requested: datetime | None) -> list[datetime]:
    """When it may begin at the earliest: as requested, and with its validity where that begins first."""
    starts = [] if requested is None else [requested]
    if notice.validity.starts is not None:
        zones = {hall.site.time_zone for hall in places.halls_of(targets_of(notice))}
        starts.append(min(local_start(notice.validity.starts, ZoneInfo(zone)) for zone in zones))
    return starts


def _last_end(until: str, notice: NoticeContent, places: Places) -> datetime:
    """When a local date or wall time ends, in the time zone of the targets where that is last."""
    zones = {hall.site.time_zone for hall in places.halls_of(targets_of(notice))}
    return max(local_end(until, ZoneInfo(zone)) for zone in zones)


def _end_of_former(
    database: Database, rows: InstallationTransaction, former: NoticeBefore | None, notice: NoticeContent
) -> datetime | None:
    """When the corrected notice would have ended.

    None: without end, it is not shown now, or its correction has another last day.
    """
    if former is None or standing_state(former.row, database) is not NoticeState.PUBLISHED:
        return None
    is_kept = content_of(rows, former.row.id, former.version).validity.ends == notice.validity.ends
    return former.row.shown_until if is_kept else None


def _ends(notice: NoticeContent, places: Places, requested_end: datetime | None) -> datetime | None:
    """When it ends: as requested, or earlier with its validity, in the time zone where that ends last."""
    ends = [] if requested_end is None else [requested_end]
    if notice.validity.ends is not None:
        ends.append(_last_end(notice.validity.ends, notice, places))
    return min(ends) if ends else None
