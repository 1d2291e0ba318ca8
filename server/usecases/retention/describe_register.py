"""The entry for the register of processing: what the site writes, and what Parvis knows of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.documents.reading import parse_installation
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.retention import checked_texts
from server.store.alarms.recipients import recipients_of
from server.store.configuration.configurations import INSTALLATION
from server.store.configuration.documents import newest
from server.store.people.accounts import accounts
from server.store.people.api_keys import api_keys
from server.store.retention import keep_register_text, register_texts
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import Sites
from server.usecases.retention.read_retention import ReadRetention, read_retention


@dataclass(frozen=True, slots=True)
class ReadRegister:
    """What the entry says now; `accounts`, valid API `keys` and alarm `recipients`: how many."""

    organisation: str
    texts: Mapping[str, str]
    accounts: int
    keys: int
    recipients: int
    retention: ReadRetention
    read_at: datetime


def describe_register(database: Database, author: Author, typed: Mapping[str, str], *, sites: Sites) -> None:
    """Keeps the texts of the site. `sites`: those that the author administers, None: every one.

    Refusals: retention_of_all_sites, register_text_too_long.
    """
    if sites is not None:
        raise Refusal("retention_of_all_sites")
    texts = checked_texts(typed)
    with database.installation_transaction(author) as transaction:
        for name, text in texts.items():
            keep_register_text(transaction, name, text)


def read_register(database: Database) -> ReadRegister:
    """What the entry says now."""
    now = database.clock.now()
    with database.read() as rows:
        found = newest(rows, INSTALLATION, INSTALLATION)
        valid = [
            key
            for key in api_keys(rows)
            if key.revoked_at is None and (key.expires_at is None or key.expires_at > now)
        ]
        return ReadRegister(
            organisation=parse_installation(found.content).organisation if found else "",
            texts=register_texts(rows),
            accounts=len(accounts(rows)),
            keys=len(valid),
            recipients=len(recipients_of(rows)),
            retention=read_retention(database),
            read_at=now,
        )
