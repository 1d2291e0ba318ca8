"""Who is told of alarms: e-mail addresses and webhooks of a site or of every one, added, renewed, removed."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from server.domain.alarms.facts import (
    recipient_added,
    recipient_changed,
    recipient_removed,
    recipient_renewed,
)
from server.domain.alarms.recipient_choices import AlarmChoice
from server.domain.alarms.webhooks import secret_of
from server.domain.author import Author
from server.domain.emails import LONGEST_EMAIL, is_email
from server.domain.instants import micros_to_text, to_micros
from server.domain.refusals import Refusal
from server.ids import new_id
from server.language import LANGUAGES
from server.store.alarms.outbox import give_up_all, send_again, standing_by_recipient
from server.store.alarms.recipients import (
    Recipient,
    choice_columns,
    erase_address,
    recipient_of,
    recipients_of,
)
from server.store.engine.rows import Row
from server.store.journal.erasables import keep_erasable
from server.store.operation.erase_expired import DELIVERIES_KEPT_S
from server.store.people.accounts import EVERY_SITE
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from server.usecases.notices.notice_places import configured_halls

EMAIL, WEBHOOK = "email", "webhook"
CHANNELS = (EMAIL, WEBHOOK)
LONGEST_URL = 500
KEPT = timedelta(days=50 * 366)
"""An address is erased when its recipient is removed, not by time."""
SECRET_BYTES = 32
_NOTHING_SENT = {"underway": 0, "given_up": 0, "sent_at": None, "failure": None, "next_at": None}
RESENT_AT_MOST = timedelta(seconds=DELIVERIES_KEPT_S)
"""How far back deliveries may be sent again: they are kept so long."""


@dataclass(frozen=True, slots=True)
class WantedRecipient:
    """An address by its channel, of a site (slug) or of every one (`*`). `may_be_plain`: also http."""

    channel: str
    site: str
    address: str
    may_be_plain: bool = False
    choice: AlarmChoice = field(default_factory=AlarmChoice)


def add_recipient(database: Database, author: Author, request: WantedRecipient) -> tuple[str, str | None]:
    """The id of a new recipient, and the secret of a webhook (shown once).

    Refusals: bad_recipient, bad_webhook, unknown_site, unknown_hall, wrong_language, recipient_known.
    """
    _check(request)
    _check_choice(database, request.site, request.choice)
    recipient = new_id()
    secret = secret_of(secrets.token_bytes(SECRET_BYTES)) if request.channel == WEBHOOK else None
    with database.installation_transaction(author) as transaction:
        _check_free(transaction, request.address, request.site, request.choice.hall)
        kept = keep_erasable(transaction, request.address, until=transaction.now + KEPT)
        transaction.insert(
            "recipient",
            id=recipient,
            channel=request.channel,
            site=request.site,
            address=kept.id,
            secret=secret,
            added_at=to_micros(transaction.now),
            **choice_columns(request.choice),
        )
        transaction.record(
            recipient_added(
                recipient, channel=request.channel, site=request.site, address=kept, choice=request.choice
            )
        )
    return recipient, secret


def choose_alarms(database: Database, author: Author, recipient: str, choice: AlarmChoice) -> None:
    """What is recorded of alarms from now on goes to a recipient by this choice; what is on its way goes on.

    Refusals: unknown_recipient, unknown_hall, wrong_language, recipient_known.
    """
    _check_choice(database, known_recipient(database, recipient).site, choice)
    with database.installation_transaction(author) as transaction:
        current = _existing_recipient(transaction, recipient)
        if current.choice == choice:
            return
        if current.choice.hall != choice.hall:
            _check_free(transaction, current.address, current.site, choice.hall)
        transaction.run(
            "UPDATE recipient SET hall = :hall, kinds = :kinds, language = :language WHERE id = :id",
            id=recipient,
            **choice_columns(choice),
        )
        transaction.record(recipient_changed(recipient, choice))


def renew_secret(database: Database, author: Author, recipient: str) -> str:
    """The new secret of a webhook (shown once), in place of the old one. Refusal: unknown_recipient."""
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    with database.installation_transaction(author) as transaction:
        current = _existing_recipient(transaction, recipient)
        if current.channel != WEBHOOK:
            raise Refusal("unknown_recipient", recipient=recipient)
        transaction.run("UPDATE recipient SET secret = :secret WHERE id = :id", secret=secret, id=recipient)
        transaction.record(recipient_renewed(recipient))
    return secret


def remove_recipient(database: Database, author: Author, recipient: str) -> None:
    """Nothing is sent there any more; its address is erased at once. Refusal: unknown_recipient."""
    with database.installation_transaction(author) as transaction:
        current = _existing_recipient(transaction, recipient)
        erase_address(transaction, current)
        give_up_all(transaction, recipient)
        transaction.run(
            "UPDATE recipient SET removed_at = :at, secret = NULL WHERE id = :id",
            at=to_micros(transaction.now),
            id=recipient,
        )
        transaction.record(recipient_removed(recipient))


def resend(database: Database, recipient: str, since: datetime) -> int:
    """Sends again, in their order, what went to a recipient since an instant; how many deliveries.

    A delivery keeps its id, so that a receiver knows it again. Refusal: unknown_recipient.
    """
    now = database.clock.now()
    with database.store.write() as rows:
        _existing_recipient(rows, recipient)
        return send_again(rows, recipient, since=max(since, now - RESENT_AT_MOST), now=now)


def known_recipient(database: Database, recipient: str) -> Recipient:
    """A recipient by its id. Refusal: unknown_recipient."""
    with database.read() as rows:
        return _existing_recipient(rows, recipient)


def read_recipients(database: Database, may_see: Callable[[str], bool]) -> list[Answer]:
    """The recipients of the sites (slugs, `*`) that the reader may see, with how their deliveries stand."""
    with database.read() as rows:
        standing = standing_by_recipient(rows)
        found = [each for each in recipients_of(rows) if may_see(each.site)]
    return [_recipient_answer(each, standing.get(each.id, _NOTHING_SENT)) for each in found]


def _recipient_answer(recipient: Recipient, stands: Row | Mapping[str, Any]) -> Answer:
    return {
        "recipient": recipient.id,
        "channel": recipient.channel,
        "site": recipient.site,
        "address": shown_address(recipient),
        "choice": recipient.choice,
        "underway": stands["underway"],
        "given_up": stands["given_up"],
        "sent_at": micros_to_text(stands["sent_at"]),
        "failure": stands["failure"],
        "next_at": micros_to_text(stands["next_at"]),
    }


def shown_address(recipient: Recipient) -> str:
    """An address as pages show it: of a webhook the host only, since the rest may hold a key."""
    if recipient.channel == EMAIL:
        return recipient.address
    parts = urlsplit(recipient.address)
    return f"{parts.scheme}://{parts.netloc}/…" if parts.path.strip("/") or parts.query else recipient.address


def _existing_recipient(rows: Any, recipient: str) -> Recipient:
    found = recipient_of(rows, recipient)
    if found is None:
        raise Refusal("unknown_recipient", recipient=recipient)
    return found


def _check_free(rows: Any, address: str, site: str, hall: str | None) -> None:
    """Refuses an address that is told of the same place already, whatever the kinds."""
    taken = [(each.address, each.site, each.choice.hall) for each in recipients_of(rows)]
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


def _check(request: WantedRecipient) -> None:
    if request.channel == EMAIL:
        if not is_email(request.address):
            raise Refusal("bad_recipient", longest=LONGEST_EMAIL)
    elif request.channel != WEBHOOK or not _is_web_address(
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
