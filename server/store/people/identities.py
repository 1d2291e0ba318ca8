"""Identities of providers, and the accounts they sign in to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write
from server.store.tables.people import account, identity


@dataclass(frozen=True, slots=True)
class IdentifiedAccount:
    """The account that an identity signs in to."""

    id: str
    is_locked: bool


_ACCOUNT_OF = Read(
    IdentifiedAccount,
    select(account.c.id, account.c.is_locked)
    .select_from(identity.join(account, account.c.id == identity.c.account))
    .where(identity.c.issuer == bindparam("issuer"), identity.c.subject == bindparam("subject")),
)
_INSERT = Write(identity.insert(), "issuer", "subject", "account", "linked_at")
_OF_ACCOUNT = identity.c.account == bindparam("of_account")
_DELETE_OF_ACCOUNT = Write(identity.delete().where(_OF_ACCOUNT))
_DELETE_FORMER = Write(
    identity.delete().where(
        identity.c.issuer == bindparam("of_issuer"),
        or_(_OF_ACCOUNT, identity.c.subject == bindparam("of_subject")),
    )
)

_COUNT = Read(
    int,
    select(func.count().label("identities"))
    .select_from(identity)
    .where(identity.c.account == bindparam("account")),
)


def account_of_identity(rows: Rows, issuer: str, subject: str) -> IdentifiedAccount | None:
    """The account that a provider's subject has signed in to before."""
    return rows.one(_ACCOUNT_OF, issuer=issuer, subject=subject)


def count_identities(rows: Rows, account: str) -> int:
    """How many identities of providers are an account’s (id)."""
    return rows.one(_COUNT, account=account) or 0


def link_identity(
    transaction: Writes, issuer: str, subject: str, *, account: str, linked_at: datetime
) -> None:
    """The subject signs in to the account from now on, instead of any other subject of this provider."""
    transaction.run(_DELETE_FORMER, of_issuer=issuer, of_account=account, of_subject=subject)
    transaction.run(_INSERT, issuer=issuer, subject=subject, account=account, linked_at=linked_at)


def unlink_identities(transaction: Writes, account: str) -> None:
    """No identity signs in to the account any more, until one is found by its address again."""
    transaction.run(_DELETE_OF_ACCOUNT, of_account=account)
