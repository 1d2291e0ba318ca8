"""Receive a bulletin for a site: propose it to people, refuse it, or act on the earlier one it names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from server.apart import CallApart
from server.documents.installation import SitePart
from server.documents.reading import parse_installation
from server.domain.author import SYSTEM, Author
from server.domain.bulletins import proposals
from server.domain.bulletins.messages import (
    LARGEST_BYTES,
    Bulletin,
    BulletinBroken,
    BulletinKey,
    BulletinText,
    read_cap,
)
from server.domain.bulletins.proposals import Proposal, SiteBulletins
from server.domain.facts import Json
from server.domain.instants import to_text
from server.domain.notices import lifecycle
from server.domain.notices.lifecycle import NoticeState, NoticeStep, NoticeVerb
from server.domain.refusals import Refusal, existing
from server.ids import new_id
from server.store import bulletins
from server.store.bulletins import BulletinRow, key_digest
from server.store.configuration.documents import newest
from server.store.configuration.halls import INSTALLATION
from server.store.engine.statements import Rows
from server.store.journal.facts import keep_erasable
from server.store.notices import media_details
from server.store.notices.notices import notice_row
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.media.read_feeds import read_apart
from server.usecases.notices.gestures import LONGEST_REASON, REASON_KEPT
from server.usecases.notices.read_programme import VIGILANCE_URL
from signage.feeds import FeedLimits, FeedRefused, fetch


def configured_sites(rows: Rows) -> tuple[SitePart, ...]:
    """The sites of the installation's document; none before there is one."""
    found = newest(rows, INSTALLATION, INSTALLATION)
    return () if found is None else parse_installation(found.content).sites


def site_of(rows: Rows, slug: str) -> SitePart:
    """A site by its slug. Refusal: unknown_site."""
    found = next((site for site in configured_sites(rows) if site.slug == slug), None)
    return existing(found, "unknown_site", site=slug)


MOST_OPEN = 50
"""How many bulletins of a site wait for people; further ones are refused."""
MOST_REFUSED = 200
"""How many refused bulletins of a site are kept, the newest."""


_AWAITED = frozenset({NoticeState.SUBMITTED, NoticeState.APPROVED})


@dataclass(frozen=True, slots=True)
class Received:
    """A stored bulletin; `is_new`: this is its first arrival."""

    row: BulletinRow
    is_new: bool


def receive_bulletin(database: Database, site: str, bulletin: Bulletin, author: Author = SYSTEM) -> Received:
    """Keeps a bulletin for a site (slug) with what it becomes there; one that came before changes nothing.

    Refusal: unknown_site. A bulletin that is refused is kept too, with the code of its refusal.
    """
    with database.installation_transaction(author) as transaction:
        rules = site_of(transaction, site).bulletins.to_rules()
        key, message = key_digest(bulletin.key), _message(bulletin, next(iter(bulletin.texts), None))
        known = bulletins.bulletin_of_key(transaction, site, key)
        if known is not None:
            return Received(known, is_new=False)
        row = BulletinRow(new_id(), site, key, message, bulletins.PROPOSED, transaction.now)
        try:
            row = _taken(transaction, bulletin, rules, row)
        except Refusal as refusal:
            row = replace(row, state=bulletins.REFUSED, refusal=refusal.code, details=dict(refusal.details))
        bulletins.insert_bulletin(transaction, row)
        bulletins.forget_refused(transaction, site, keep=MOST_REFUSED)
        return Received(row, is_new=True)


def _message(bulletin: Bulletin, text: BulletinText | None) -> Json:
    """What people read of a bulletin, and what later ones are compared with."""
    key = bulletin.key
    words: Mapping[str, object] = {}
    if text is not None:
        words = {
            "headline": text.headline or text.event,
            "event": text.event,
            "description": text.description,
            "instruction": text.instruction,
            "sender_name": text.sender_name or key.sender,
            "areas": [area.name for area in text.areas][:20],
            "expires": None if text.expires is None else to_text(text.expires),
        }
    return {
        "sender": key.sender,
        "identifier": key.identifier,
        "sent": to_text(key.sent),
        "type": bulletin.message_type,
        "references": [key_digest(each) for each in bulletin.references],
        "is_shelter": False,
        **words,
    }


def _taken(
    transaction: InstallationTransaction, bulletin: Bulletin, rules: SiteBulletins, row: BulletinRow
) -> BulletinRow:
    """The row of a bulletin that is proposed, or that cancelled others. Refusals: those of the rule."""
    now = transaction.now
    proposals.check_is_for_people(bulletin, now)
    earlier = _earlier(transaction, bulletin, row)
    if bulletin.message_type == "Cancel":
        if not earlier:
            raise Refusal("bulletin_cancels_unknown")
        for each in earlier:
            _cancel(transaction, each, bulletin.key)
        return replace(row, state=bulletins.CANCELLED, decided_at=now)
    if _is_superseded(transaction, row):
        raise Refusal("bulletin_superseded")
    try:
        proposal = proposals.propose(bulletin, rules, now)
    except Refusal:
        if bulletin.message_type == "Update":  # what is known of before does not hold any more
            for each in earlier:
                _cancel(transaction, each, bulletin.key)
        raise
    if bulletins.count_open(transaction, row.site, now) >= MOST_OPEN:
        raise Refusal("too_many_bulletins", most=MOST_OPEN)
    return _proposed(transaction, bulletin, proposal, replace(row, replaces=_replaced(transaction, earlier)))


def _proposed(
    transaction: InstallationTransaction, bulletin: Bulletin, proposal: Proposal, row: BulletinRow
) -> BulletinRow:
    message = {**_message(bulletin, proposal.text), "is_shelter": proposal.is_shelter}
    transaction.record(proposals.bulletin_proposed(row.id, row.site, bulletin.key, kind=str(proposal.kind)))
    return replace(row, message=message, kind=str(proposal.kind), expires_at=proposal.expires_at)


def _earlier(transaction: Rows, bulletin: Bulletin, row: BulletinRow) -> list[BulletinRow]:
    """The bulletins of the same sender at the site that this one updates or cancels, the newest first."""
    named = {key_digest(each) for each in bulletin.references if each.sender == bulletin.key.sender}
    return [each for each in bulletins.taken_bulletins(transaction, row.site) if each.key in named]


def _is_superseded(transaction: Rows, row: BulletinRow) -> bool:
    """Whether a later bulletin of the same sender, which came first, updates or cancels this one."""
    return any(
        row.key in each.message["references"] and each.message["sender"] == row.message["sender"]
        for each in bulletins.taken_bulletins(transaction, row.site)
    )


def _replaced(transaction: InstallationTransaction, earlier: list[BulletinRow]) -> str | None:
    """Closes the earlier proposals; the id of the bulletin that screens show of them, if one is shown."""
    for each in earlier:
        if each.state in bulletins.OPEN:
            closed = replace(each, state=bulletins.REPLACED, decided_at=transaction.now)
            bulletins.set_decision(transaction, closed)
    shown = [each.id for each in earlier if each.state == bulletins.ACCEPTED]
    former = [each.replaces for each in earlier if each.state in bulletins.OPEN and each.replaces]
    return next(iter([*shown, *former]), None)


def _cancel(transaction: InstallationTransaction, row: BulletinRow, by: BulletinKey) -> None:
    """A proposal ends, a notice leaves the screens. An alert stays until people end it."""
    if row.state not in (*bulletins.OPEN, bulletins.ACCEPTED):
        return
    bulletins.set_decision(
        transaction,
        replace(row, state=bulletins.CANCELLED, decided_at=transaction.now, decided_by=transaction.author.id),
    )
    transaction.record(proposals.bulletin_cancelled(row.id, row.site, outcome=row.outcome))
    if row.kind == "notice" and row.outcome is not None:
        withdraw_notice_of(transaction, row.outcome, named_shortly(by.sender, by.identifier))


def withdraw_notice_of(transaction: InstallationTransaction, notice: str, reason: str) -> None:
    """Takes a notice (id) off the screens; one that waits for a decision is refused with a reason."""
    row = notice_row(transaction, notice)
    state = lifecycle.state_at(NoticeState(row.state), row.shown_until, transaction.now)
    if state is NoticeState.PUBLISHED:
        step = NoticeStep(notice, row.steps + 1, lifecycle.next_state(state, NoticeVerb.WITHDRAW))
        transaction.record(lifecycle.notice_withdrawn(step, row.version))
    elif state in _AWAITED:
        step = NoticeStep(notice, row.steps + 1, lifecycle.next_state(state, NoticeVerb.REFUSE))
        kept = keep_erasable(transaction, reason, until=transaction.now + REASON_KEPT)
        transaction.record(lifecycle.notice_refused(step, row.version, kept))


def named_shortly(sender: str, identifier: str) -> str:
    """A bulletin in the reason of a refusal."""
    return f"CAP {identifier} · {sender}"[:LONGEST_REASON]


def receive_document(database: Database, site: str, document: bytes, author: Author) -> Received:
    """Keeps the bulletin of a document in XML for a site (slug), with what it becomes there.

    Refusals: unknown_site, and those of a document that is no bulletin: bulletin_broken, bulletin_too_large,
    bulletin_entities; their `where` names the element.
    """
    if len(document) > LARGEST_BYTES:
        raise Refusal("bulletin_too_large", where="alert")
    try:
        bulletin = read_cap(document)
    except BulletinBroken as broken:
        raise Refusal(broken.code, where=broken.where or "alert") from broken
    return receive_bulletin(database, site, bulletin, author)


log = structlog.get_logger()

READ_EVERY = timedelta(minutes=10)
LIMITS = FeedLimits(largest_bytes=5_000_000, redirects=0)
"""No redirect is followed: the key goes to one address only."""


@dataclass(frozen=True)
class VigilanceWatch:
    """Reads the vigilance, one for each server process. `key` empty: it is not read."""

    database: Database
    off_loop: CallApart
    key: str = field(repr=False)
    limits: FeedLimits = LIMITS
    url: str = VIGILANCE_URL

    def read_due(self) -> bool:
        """Reads it where a site names its department and nobody has tried lately; whether that went well."""
        if not self.key:
            return False
        now, feed = self.database.clock.now(), media_details.feed_id(VIGILANCE_URL)
        with self.database.read() as rows:
            if not any(site.bulletins.department for site in configured_sites(rows)):
                return False
            is_new = media_details.feed_row(rows, VIGILANCE_URL) is None
        with self.database.store.write() as written:
            if is_new:
                media_details.add_feed(written, VIGILANCE_URL)
            if not media_details.claim_feed(written, feed, now=now, tried_before=now - READ_EVERY):
                return False
        try:
            kept = read_apart(self.off_loop, fetch_vigilance, self.url, self.key, self.limits)
        except (FeedRefused, BulletinBroken) as refused:
            log.warning("vigilance_not_read", code=refused.code)
            with self.database.store.write() as written:
                media_details.keep_failure(written, feed, refused.code)
            return False
        with self.database.store.write() as written:
            media_details.keep_feed(written, VIGILANCE_URL, kept, now)
        return True


def fetch_vigilance(url: str, key: str, limits: FeedLimits) -> Json:
    """The vigilance of all departments now. Raises FeedRefused, BulletinBroken. Runs apart."""
    document = fetch(url, limits, {"apikey": key, "Accept": "application/json"})
    try:
        answer = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise BulletinBroken("vigilance_unknown") from error
    return proposals.read_vigilance(answer)
