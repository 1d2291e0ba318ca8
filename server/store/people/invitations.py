"""Links by which a person chooses a password: each row keeps the digest of the token in the link."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from server.ids import token_digest
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.people import invitation


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A link for an account (id). It opens nothing from `used_at` on."""

    account: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class _OpenUntil:
    account: str
    expires_at: datetime


_BY_DIGEST = Read(
    InvitationRow, rows_of(InvitationRow, invitation).where(invitation.c.digest == bindparam("digest"))
)
_IS_OPEN = invitation.c.used_at.is_(None)
_OPEN_UNTIL = Read(
    _OpenUntil,
    select(invitation.c.account, func.max(invitation.c.expires_at).label("expires_at"))
    .where(_IS_OPEN, invitation.c.expires_at > bindparam("now"))
    .group_by(invitation.c.account),
)
_INSERT = Write(invitation.insert(), "digest", "account", "created_at", "expires_at")
_VOID = Write(invitation.update().where(invitation.c.account == bindparam("of_account"), _IS_OPEN), "used_at")


def invitation_of_token(rows: Rows, token: str) -> InvitationRow | None:
    """The link with this token, used and expired ones included."""
    return rows.one(_BY_DIGEST, digest=token_digest(token))


def open_invitations(rows: Rows, now: datetime) -> dict[str, datetime]:
    """The end of the last open link, by account (id); accounts without one are missing."""
    return {each.account: each.expires_at for each in rows.all(_OPEN_UNTIL, now=now)}


def insert_invitation(
    transaction: Writes, token: str, *, account: str, expires_at: datetime, now: datetime
) -> None:
    """Keeps a new link."""
    transaction.run(
        _INSERT,
        digest=token_digest(token),
        account=account,
        created_at=now,
        expires_at=expires_at,
    )


def void_invitations(transaction: Writes, account: str, *, now: datetime) -> None:
    """Voids the open links of an account."""
    transaction.run(_VOID, of_account=account, used_at=now)
