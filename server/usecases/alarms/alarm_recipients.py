"""Add, change and remove the recipients of alarms: e-mail addresses and webhooks, of one site or of all."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict
from urllib.parse import urlsplit

from server.domain.alarms.alarms import (
    AlarmChoice,
    recipient_added,
    recipient_changed,
    recipient_removed,
    recipient_renewed,
)
from server.domain.alarms.signs import secret_of
from server.domain.author import Author
from server.domain.instants import text_or_none
from server.domain.refusals import Refusal, existing
from server.domain.retention import BY_NAME
from server.domain.texts import LONGEST_EMAIL, is_email
from server.ids import new_id
from server.language import LANGUAGES
from server.store import alarms
from server.store.alarms import Recipient
from server.store.engine.statements import Rows
from server.store.journal.facts import keep_erasable
from server.store.outbox import Standing, give_up_all, send_again, standing_by_recipient
from server.store.people.accounts import EVERY_SITE
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import configured_halls

EMAIL, WEBHOOK, SMS = "email", "webhook", "sms"
CHANNELS = (EMAIL, WEBHOOK, SMS)
"""`sms`: no alarms, but the gateway that sends what visitors asked to be told; addressed and signed as a
webhook (docs/rules/told-before.md)."""
LONGEST_URL = 500
KEPT = timedelta(days=50 * 366)
"""Longer than any recipient lives: an address is erased when its recipient is removed, not by time."""
SECRET_BYTES = 32
RESENT_AT_MOST = BY_NAME["delivery"].kept or timedelta(0)
"""How far back deliveries may be sent again; older ones are deleted."""


@dataclass(frozen=True, slots=True)
class RecipientRequest:
    """An address by its channel, of a site (slug) or of every one (`*`). `may_be_plain`: also http."""

    channel: str
    site: str
    address: str
    may_be_plain: bool = False
    choice: AlarmChoice = field(default_factory=AlarmChoice)


class RecipientLine(TypedDict):
    """A recipient in a list: its address as pages show it, and how deliveries to it stand.

    `underway`, `given_up`: how many messages. `sent_at`, `next_at`: instants in RFC 3339, null before the
    first success and where nothing waits. `failure`: why the last one failed.
    """

    recipient: str
    channel: str
    site: str
    address: str
    choice: AlarmChoice
    underway: int
    given_up: int
    sent_at: str | None
    failure: str | None
    next_at: str | None


def add_recipient(database: Database, author: Author, request: RecipientRequest) -> tuple[str, str | None]:
    """Adds a recipient: its id, and the secret of a webhook (shown once).

    Refusals: bad_recipient, bad_webhook, unknown_site, unknown_hall, wrong_language, recipient_known,
    notices_by_webhook.
    """
    _check(request)
    _check_choice(database, request.site, request.choice)
    _check_notices(request.channel, request.choice)
    recipient = new_id()
    secret = None if request.channel == EMAIL else secret_of(secrets.token_bytes(SECRET_BYTES))
    with database.installation_transaction(author) as transaction:
        _check_free(transaction, request.address, request.site, request.choice.hall)
        kept = keep_erasable(transaction, request.address, until=transaction.now + KEPT)
        new = Recipient(
            id=recipient,
            channel=request.channel,
            site=request.site,
            address=request.address,
            kept=kept.id,
            added_at=transaction.now,
            secret=secret,
            choice=request.choice,
        )
        alarms.insert_recipient(transaction, new)
        transaction.record(
            recipient_added(
                recipient, channel=request.channel, site=request.site, address=kept, choice=request.choice
            )
        )
    return recipient, secret


def choose_alarms(database: Database, author: Author, recipient: str, choice: AlarmChoice) -> None:
    """Changes which alarms a recipient receives from now on. Messages already on their way are still sent.

    Refusals: unknown_recipient, unknown_hall, wrong_language, recipient_known, notices_by_webhook.
    """
    known = known_recipient(database, recipient)
    _check_choice(database, known.site, choice)
    _check_notices(known.channel, choice)
    with database.installation_transaction(author) as transaction:
        current = _existing_recipient(transaction, recipient)
        if current.choice == choice:
            return
        if current.choice.hall != choice.hall:
            _check_free(transaction, current.address, current.site, choice.hall)
        alarms.set_choice(transaction, current, choice, now=transaction.now)
        transaction.record(recipient_changed(recipient, choice))


def renew_secret(database: Database, author: Author, recipient: str) -> str:
    """Replaces the secret of a webhook; the new one (shown once). Refusal: unknown_recipient."""
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    with database.installation_transaction(author) as transaction:
        current = _existing_recipient(transaction, recipient)
        if current.channel == EMAIL:
            raise Refusal("unknown_recipient", recipient=recipient)
        alarms.set_secret(transaction, recipient, secret)
        transaction.record(recipient_renewed(recipient))
    return secret


def remove_recipient(database: Database, author: Author, recipient: str) -> None:
    """Removes a recipient: nothing is sent any more, its address is erased. Refusal: unknown_recipient."""
    with database.installation_transaction(author) as transaction:
        current = _existing_recipient(transaction, recipient)
        alarms.remove_recipient(transaction, current, now=transaction.now)
        give_up_all(transaction, recipient, given_up_at=transaction.now)
        transaction.record(recipient_removed(recipient))


def resend(database: Database, recipient: str, since: datetime) -> int:
    """Sends again, in their order, the messages to a recipient since an instant; how many.

    Each keeps its id, by which the receiver recognises it. Refusal: unknown_recipient.
    """
    now = database.clock.now()
    with database.store.write() as rows:
        _existing_recipient(rows, recipient)
        return send_again(rows, recipient, since=max(since, now - RESENT_AT_MOST), now=now)


def known_recipient(database: Database, recipient: str) -> Recipient:
    """A recipient by its id. Refusal: unknown_recipient."""
    with database.read() as rows:
        return _existing_recipient(rows, recipient)


def read_recipients(database: Database, may_see: Callable[[str], bool]) -> list[RecipientLine]:
    """The recipients of the sites (slugs, `*`) that the reader may see, with how deliveries stand."""
    with database.read() as rows:
        standing = standing_by_recipient(rows)
        found = [each for each in alarms.recipients_of(rows) if may_see(each.site)]
    return [_recipient_answer(each, standing.get(each.id)) for each in found]


def _recipient_answer(recipient: Recipient, standing: Standing | None) -> RecipientLine:
    stands = standing or Standing(recipient.id, 0, 0, None, None, None)
    return {
        "recipient": recipient.id,
        "channel": recipient.channel,
        "site": recipient.site,
        "address": shown_address(recipient),
        "choice": recipient.choice,
        "underway": stands.underway,
        "given_up": stands.given_up,
        "sent_at": text_or_none(stands.sent_at),
        "failure": stands.failure,
        "next_at": text_or_none(stands.next_at),
    }


def shown_address(recipient: Recipient) -> str:
    """An address as pages show it. Of a webhook only the host, since the rest may contain a key."""
    if recipient.channel == EMAIL:
        return recipient.address
    parts = urlsplit(recipient.address)
    return f"{parts.scheme}://{parts.netloc}/…" if parts.path.strip("/") or parts.query else recipient.address


def _existing_recipient(rows: Rows, recipient: str) -> Recipient:
    return existing(alarms.recipient_of(rows, recipient), "unknown_recipient", recipient=recipient)


def _check_free(rows: Rows, address: str, site: str, hall: str | None) -> None:
    """Refuses an address that receives alarms of the same place already. Refusal: recipient_known."""
    taken = [(each.address, each.site, each.choice.hall) for each in alarms.recipients_of(rows)]
    if (address, site, hall) in taken:
        raise Refusal("recipient_known")


def _check_choice(database: Database, site: str, choice: AlarmChoice) -> None:
    with database.read() as rows:
        halls = {hall.hall: hall.site.slug for hall in configured_halls(database, rows)}
    if site not in {*halls.values(), EVERY_SITE}:
        raise Refusal("unknown_site", site=site)
    if choice.hall is not None and halls.get(choice.hall) != site:
        raise Refusal("unknown_hall", hall=choice.hall)
    if choice.language not in LANGUAGES:
        raise Refusal("wrong_language", languages=", ".join(LANGUAGES))


def _check_notices(channel: str, choice: AlarmChoice) -> None:
    if choice.has_notices and channel != WEBHOOK:
        raise Refusal("notices_by_webhook")


def _check(request: RecipientRequest) -> None:
    if request.channel == EMAIL:
        if not is_email(request.address):
            raise Refusal("bad_recipient", longest=LONGEST_EMAIL)
    elif request.channel not in (WEBHOOK, SMS) or not _is_web_address(
        request.address, may_be_plain=request.may_be_plain
    ):
        raise Refusal("bad_webhook", longest=LONGEST_URL)


def _is_web_address(text: str, *, may_be_plain: bool) -> bool:
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > LONGEST_URL:
        return False
    try:
        parts = urlsplit(text)
        is_reachable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (may_be_plain and parts.scheme == "http")
    return is_safe and is_reachable and parts.username is None and not parts.fragment
