"""Rows of recipients: where alarms are sent. Addresses are erasable values, secrets stay in their row."""

import json
from dataclasses import dataclass, field
from typing import Any

from server.domain.alarms.detection import AlarmKind
from server.domain.alarms.recipient_choices import AlarmChoice
from server.store.engine.rows import Row
from server.store.people.accounts import EVERY_SITE

_SELECT = (
    "SELECT r.id, r.channel, r.site, r.address AS kept, r.secret, r.added_at, r.hall, r.kinds, r.language,"
    " e.value AS address"
    " FROM recipient r JOIN erasable e ON e.id = r.address WHERE r.removed_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where alarms are sent: `email` or `webhook`, of a site (slug) or of every one (`*`).

    `kept`: the id of its address among the erasable values. A webhook has a secret.
    """

    id: str
    channel: str
    site: str
    address: str
    kept: str
    added_at: int
    secret: str | None = None
    choice: AlarmChoice = field(default_factory=AlarmChoice)

    def __repr__(self) -> str:
        return f"Recipient({self.id!r}, {self.channel!r}, {self.site!r})"


def recipients_of(rows: Any, sites: frozenset[str] | None = None) -> list[Recipient]:
    """The recipients of some sites (slugs) and of every site, or all of them; the first added first."""
    found = [_recipient(row) for row in rows.all(f"{_SELECT} ORDER BY r.added_at, r.id")]
    return [each for each in found if sites is None or each.site == EVERY_SITE or each.site in sites]


def recipient_of(rows: Any, recipient: str) -> Recipient | None:
    """A recipient that is not removed, by its id."""
    row = rows.one(f"{_SELECT} AND r.id = :recipient", recipient=recipient)
    return None if row is None else _recipient(row)


def _recipient(row: Row) -> Recipient:
    return Recipient(
        id=row["id"],
        channel=row["channel"],
        site=row["site"],
        address=row["address"] or "",
        kept=row["kept"],
        added_at=row["added_at"],
        secret=row["secret"],
        choice=AlarmChoice(_kinds(row["kinds"]), row["hall"], row["language"]),
    )


def _kinds(kept: str | None) -> frozenset[AlarmKind] | None:
    return None if kept is None else frozenset(map(AlarmKind, json.loads(kept)))


def choice_columns(choice: AlarmChoice) -> dict[str, str | None]:
    """What a recipient is told of, as its row holds it."""
    kinds = choice.listed_kinds()
    return {
        "hall": choice.hall,
        "kinds": None if kinds is None else json.dumps(kinds),
        "language": choice.language,
    }


def erase_address(transaction: Any, recipient: Recipient) -> None:
    """Erases the address of a recipient, with its salt."""
    transaction.run("UPDATE erasable SET value = NULL, salt = NULL WHERE id = :kept", kept=recipient.kept)
