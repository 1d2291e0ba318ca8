"""Publish an approved notice, from now or an instant on, until an instant or the end of its validity."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict

from hardware.json_types import InstantText
from server.documents.notice_checks import check_aimed
from server.documents.notices import NoticeContent, parse_notice
from server.documents.problems import DocumentRefused
from server.domain.author import Author
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.windows import local_end, local_start
from server.domain.instants import text_or_none, to_text
from server.domain.notices import lifecycle
from server.domain.notices.lifecycle import WAY_TO_SCREENS, NoticeEvent, NoticeState, NoticeStep, NoticeVerb
from server.domain.refusals import Refusal
from server.store import outbox
from server.store.alarms import Recipient, recipients_of
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.notices.notices import content_digest, content_of, content_text, notice_row
from server.store.outbox import ChangedNotice, NoticeDelivery
from server.store.people.accounts import EVERY_SITE
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices import gestures
from server.usecases.notices.contents import check_media, last_day_of_medium
from server.usecases.notices.gestures import NoticeAnswer, NoticeBefore, NoticeGesture, NoticeUseCase
from server.usecases.notices.notice_places import Places, Reach, check_places, read_places, targets_of

_Span = TypedDict("_Span", {"from": InstantText, "until": InstantText | None})  # a word of Python


class PublishedNoticeAnswer(NoticeAnswer, _Span):
    """A notice that was published, and when it is shown; `until` null: as long as it stands."""


@dataclass(frozen=True, slots=True)
class DisplayRequest:
    """When to show a notice: from `starts` (None or past: now) to `ends` (None: as long as it is valid)."""

    starts: datetime | None = None
    ends: datetime | None = None


@NoticeUseCase
def publish_notice(
    database: Database,
    transaction: InstallationTransaction,
    gesture: NoticeGesture,
    request: DisplayRequest,
) -> PublishedNoticeAnswer:
    """The published notice, with the instants between which it is shown; published again, it gets new ones.

    A correction replaces the notice that it corrects in the same transaction. It begins now, or when
    that notice would have begun, and ends when that notice would have ended, unless the request or its own
    dates say another end.
    Raises DocumentRefused for no target, or where a place or medium of it is gone; refusals: notice_nowhere
    while no hall is configured, correction_starts_now, dates_reversed, notice_over where it is not valid any
    more, medium_expired, and as every gesture.
    """
    standing = gestures.begin_gesture(database, transaction, gesture, NoticeVerb.PUBLISH)
    notice = content_of(transaction, gesture.notice, standing.version)
    problems = check_aimed(notice)
    if problems:
        raise DocumentRefused(problems)
    check_places(notice, standing.places, transaction.now)
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
    fact = lifecycle.notice_published(standing.step, standing.version, shown_from=starts, shown_until=ends)
    transaction.record(fact)
    if former is not None:
        step, version = former.step, former.version
        transaction.record(lifecycle.notice_replaced(step, version, by=gesture.notice))
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
    state = lifecycle.next_state(gestures.standing_state(row, database), NoticeVerb.REPLACE)
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
        zones = places.zones_of(targets_of(notice))
        starts.append(min(local_start(notice.validity.starts, zone) for zone in zones))
    return starts


def _last_end(until: str, notice: NoticeContent, places: Places) -> datetime:
    """When a local date or wall time ends, in the time zone of the targets where that is last."""
    zones = places.zones_of(targets_of(notice))
    return max(local_end(until, zone) for zone in zones)


def _end_of_former(
    database: Database, rows: InstallationTransaction, former: NoticeBefore | None, notice: NoticeContent
) -> datetime | None:
    """When the corrected notice would have ended.

    None: without end, it is not shown now, or its correction has another last day.
    """
    if former is None or gestures.standing_state(former.row, database) is not NoticeState.PUBLISHED:
        return None
    is_kept = content_of(rows, former.row.id, former.version).last_day == notice.last_day
    return former.row.shown_until if is_kept else None


def _ends(notice: NoticeContent, places: Places, requested_end: datetime | None) -> datetime | None:
    """When it ends: as requested, or earlier with its validity, in the time zone where that ends last."""
    ends = [] if requested_end is None else [requested_end]
    if notice.last_day is not None:
        ends.append(_last_end(notice.last_day, notice, places))
    return min(ends) if ends else None


_PROPOSED_AS_IT_IS = frozenset({NoticeState.DRAFT})
_PUBLISHED_AS_IT_IS = frozenset(NoticeState) - {NoticeState.REFUSED}
_STEPS = {
    NoticeVerb.SUBMIT: gestures.submit_notice.within,
    NoticeVerb.APPROVE: gestures.approve_notice.within,
}


def propose_new(
    database: Database, author: Author, content: Json, *, reach: Reach, write_key: WriteKey | None = None
) -> NoticeAnswer:
    """A new notice that waits for a decision. Raises DocumentRefused; refusal: forbidden."""
    return _begun(database, author, content, reach, write_key, gestures.submit_notice.within)


def publish_new(
    database: Database, author: Author, content: Json, *, reach: Reach, write_key: WriteKey | None = None
) -> PublishedNoticeAnswer:
    """A new notice on the screens. Raises DocumentRefused; refusals: as `publish_notice`."""
    return _begun(database, author, content, reach, write_key, publish_from_any_state)


def _begun[Answer](
    database: Database,
    author: Author,
    content: Json,
    reach: Reach,
    write_key: WriteKey | None,
    go_on: Callable[[Database, InstallationTransaction, NoticeGesture], Answer],
) -> Answer:
    """Drafts a notice and goes on with it, in one transaction."""
    notice = parse_notice(content)

    def begin(transaction: InstallationTransaction) -> Answer:
        draft = gestures.add_draft(database, transaction, notice, reach)
        return go_on(database, transaction, NoticeGesture(draft["notice"], draft["version"], author, reach))

    return database.write_installation(author, write_key, begin)


@NoticeUseCase
def propose_edited(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture, content: Json
) -> NoticeAnswer:
    """The notice with what is written now, waiting for a decision.

    Raises DocumentRefused; refusals: as every gesture.
    """
    written = _written(database, transaction, gesture, parse_notice(content), kept_in=_PROPOSED_AS_IT_IS)
    return gestures.submit_notice.within(database, transaction, written)


@NoticeUseCase
def publish_edited(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture, content: Json | None
) -> PublishedNoticeAnswer:
    """The notice on the screens, with what is written now; None: with what it says already.

    Raises DocumentRefused; refusals: as `publish_notice`.
    """
    notice = None if content is None else parse_notice(content)
    written = _written(database, transaction, gesture, notice, kept_in=_PUBLISHED_AS_IT_IS)
    return publish_from_any_state(database, transaction, written)


def _written(
    database: Database,
    transaction: InstallationTransaction,
    gesture: NoticeGesture,
    notice: NoticeContent | None,
    *,
    kept_in: Collection[NoticeState],
) -> NoticeGesture:
    """The gesture on the version that says what is written now.

    The version stays where it says this already and the notice is in one of the states `kept_in`.
    """
    row = notice_row(transaction, gesture.notice)
    state = gestures.standing_state(row, database)
    if notice is None or row.version != gesture.version:
        return gesture
    former = content_of(transaction, gesture.notice, row.version)
    is_same = content_digest(content_text(former)) == content_digest(content_text(notice))
    if is_same and state in kept_in:
        return gesture
    version = gestures.add_version.within(database, transaction, gesture, notice)["version"]
    return replace(gesture, version=version, state=None)


def publish_from_any_state(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture
) -> PublishedNoticeAnswer:
    """The notice published, after the steps that its state still needs."""
    state = gestures.standing_state(notice_row(transaction, gesture.notice), database)
    for verb in WAY_TO_SCREENS.get(state, ()):
        _STEPS[verb](database, transaction, gesture)
        gesture = replace(gesture, state=None)  # the next step follows this one
    return publish_notice.within(database, transaction, gesture, DisplayRequest())


LOOKED_BACK = timedelta(days=2)
"""How old an event may be that is still sent, after a server was down. Deliveries are kept for longer."""


def send_notices(database: Database) -> int:
    """Writes a delivery for each new event of a notice and each webhook that chose notices; how many."""
    now = database.clock.now()
    since = now - LOOKED_BACK
    with database.read() as rows:
        recipients = [each for each in recipients_of(rows) if each.notices_since is not None]
        if not recipients:
            return 0
        notices = outbox.changed_notices(rows, since=since, now=now)
        moments = outbox.moments_of(rows, [each.id for each in notices])
        queued = outbox.queued_since(rows, since)
        places = read_places(database, rows)
        new: list[tuple[NoticeDelivery, str, str]] = []
        for notice in notices:
            halls = places.halls_of(notice.targets)
            for event in lifecycle.events_of(moments.get(notice.id, ()), now):
                for recipient in recipients:
                    delivery = NoticeDelivery(recipient.id, notice.id, event.position)
                    is_due = event.at >= max(since, recipient.notices_since or now)
                    if is_due and delivery not in queued and _is_told(recipient, halls):
                        new.append((delivery, event.turn, _body(rows, notice, event, places)))
    if new:
        with database.store.write() as written:
            for delivery, turn, body in new:
                outbox.queue_notice_delivery(written, delivery, turn=turn, body=body, now=now)
    return len(new)


def _is_told(recipient: Recipient, halls: list[HallConfiguration]) -> bool:
    """Whether a notice of these halls concerns the site of a recipient, and its hall where it chose one."""
    own = [hall for hall in halls if recipient.site in (EVERY_SITE, hall.site.slug)]
    return any(recipient.choice.hall in (None, hall.hall) for hall in own)


def _body(rows: Rows, notice: ChangedNotice, event: NoticeEvent, places: Places) -> str:
    """The message, as docs/rules/alarms.md describes it; no person is named."""
    content = content_of(rows, notice.id, event.of.version)
    body = {
        "type": f"notice.{event.turn}",
        "timestamp": to_text(event.at),
        "data": {
            "notice": notice.id,
            "version": event.of.version,
            "kind": notice.kind,
            "titles": dict(content.titles),
            "from": text_or_none(event.of.shown_from),
            "until": text_or_none(event.of.shown_until),
            "halls": sorted(hall.hall for hall in places.halls_of(notice.targets)),
            "reason": event.reason,
            "position": event.position,
        },
    }
    return json.dumps(body, ensure_ascii=False)
