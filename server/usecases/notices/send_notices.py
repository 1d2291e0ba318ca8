"""Tell webhooks that a notice was published or has ended, also by the clock. Rule: docs/rules/alarms.md.

Every worker looks. An event is written to the outbox once for each recipient: its place in the notice's
life is its key.
"""

import json
from datetime import timedelta

from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import text_or_none, to_text
from server.domain.notices.lifecycle import NoticeEvent, events_of
from server.store.alarms.outbox import (
    ChangedNotice,
    NoticeDelivery,
    changed_notices,
    moments_of,
    queue_notice_delivery,
    queued_since,
)
from server.store.alarms.recipients import Recipient, recipients_of
from server.store.engine.rows import Rows
from server.store.notices.versions import content_of
from server.store.people.accounts import EVERY_SITE
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import Places, read_places

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
        notices = changed_notices(rows, since=since, now=now)
        moments = moments_of(rows, [each.id for each in notices])
        queued = queued_since(rows, since)
        places = read_places(database, rows)
        new: list[tuple[NoticeDelivery, str, str]] = []
        for notice in notices:
            halls = places.halls_of(notice.targets)
            for event in events_of(moments.get(notice.id, ()), now):
                for recipient in recipients:
                    delivery = NoticeDelivery(recipient.id, notice.id, event.position)
                    is_due = event.at >= max(since, recipient.notices_since or now)
                    if is_due and delivery not in queued and _is_told(recipient, halls):
                        new.append((delivery, event.turn, _body(rows, notice, event, places)))
    if new:
        with database.store.write() as written:
            for delivery, turn, body in new:
                queue_notice_delivery(written, delivery, turn=turn, body=body, now=now)
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
