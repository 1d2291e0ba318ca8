"""Publish an approved notice, now or at an instant, until one or until its own validity ends."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.documents.notices import NoticeContent
from server.domain.hours.windows import local_end
from server.domain.instants import from_micros, to_text
from server.domain.notices.facts import NoticeStep, notice_published, notice_replaced
from server.domain.notices.lifecycle import NoticeState, NoticeVerb, next_state
from server.domain.refusals import Refusal
from server.store.notices.notices import content_of, notice_row
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.answers import Answer
from server.usecases.notices.begin_gesture import (
    NoticeGesture,
    Standing,
    begin_gesture,
    standing_state,
    targets_of_row,
)
from server.usecases.notices.notice_media import check_media
from server.usecases.notices.notice_places import Places, check_places, targets_of


@dataclass(frozen=True, slots=True)
class WantedDisplay:
    """From when (None, or an instant that has passed: now) until when (None: as long as it is valid)."""

    starts: datetime | None = None
    ends: datetime | None = None


def publish_notice(database: Database, gesture: NoticeGesture, request: WantedDisplay) -> Answer:
    """The notice published, with the instants between which it is shown. Published again, its dates change.

    A correction takes the place of what it corrects in one transaction: it begins now, and ends when that
    would have, unless another end is asked. Raises DocumentRefused when a place or medium of it is gone;
    refusals: notice_nowhere while no hall is configured, correction_starts_now, dates_reversed, notice_over
    when it is not valid any more, and as every gesture.
    """

    def publish(transaction: InstallationTransaction) -> Answer:
        standing = begin_gesture(database, transaction, gesture, NoticeVerb.PUBLISH)
        notice = content_of(transaction, gesture.notice, standing.version)
        check_places(notice, standing.places)
        if not standing.places.sites_of(targets_of(notice)):
            raise Refusal("notice_nowhere")
        check_media(transaction, notice)
        starts = max(transaction.now, request.starts or transaction.now)
        former = _former(database, transaction, gesture, standing)
        if former is not None and starts > transaction.now:
            raise Refusal("correction_starts_now")
        asked_end = request.ends or _end_of_former(database, former)
        ends = _ends(notice, standing.places, asked_end)
        if request.ends is not None and request.ends <= starts:
            raise Refusal("dates_reversed", starts=to_text(starts), ends=to_text(request.ends))
        if ends is not None and ends <= starts:
            raise Refusal("notice_over", ends=to_text(ends))
        fact = notice_published(standing.step, standing.version, shown_from=starts, shown_until=ends)
        transaction.record(fact)
        if former is not None:
            step, version = former.step, former.version
            transaction.record(notice_replaced(step, version, by=gesture.notice))
        display = {"from": to_text(starts), "until": None if ends is None else to_text(ends)}
        return {**standing.answer(), **display}

    return database.write_installation(gesture.author, gesture.write_key, publish)


def _former(
    database: Database, rows: InstallationTransaction, gesture: NoticeGesture, standing: Standing
) -> Standing | None:
    """What the notice takes the place of, and the step that is for it. Refusal: forbidden."""
    if standing.row["replaces"] is None:
        return None
    row = notice_row(rows, standing.row["replaces"])
    if row["state"] == NoticeState.ARCHIVED:
        return None
    if not gesture.reach.may_publish(standing.places.sites_of(targets_of_row(row))):
        raise Refusal("forbidden")
    state = next_state(standing_state(row, database), NoticeVerb.REPLACE)
    return Standing(row, NoticeStep(row["id"], row["steps"] + 1, state), standing.places)


def _end_of_former(database: Database, former: Standing | None) -> datetime | None:
    """Until when what is corrected would still have been shown; None: no end, or it is not shown now."""
    if former is None or standing_state(former.row, database) is not NoticeState.PUBLISHED:
        return None
    until = former.row["shown_until"]
    return None if until is None else from_micros(until)


def _ends(notice: NoticeContent, places: Places, asked_end: datetime | None) -> datetime | None:
    """When it is shown nowhere any more: what was asked, or its validity's end in the last time zone."""
    ends = [] if asked_end is None else [asked_end]
    if notice.validity.ends is not None:
        zones = {hall.site.time_zone for hall in places.halls_of(targets_of(notice))}
        ends.append(max(local_end(notice.validity.ends, ZoneInfo(zone)) for zone in zones))
    return min(ends) if ends else None
