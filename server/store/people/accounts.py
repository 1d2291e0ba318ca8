"""Accounts and their roles, invitations to them, and their identities at providers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from server.domain.hall.configuration import AT_SELF_SERVICE, HallConfiguration, reach_of_role
from server.domain.people.roles import ROLES, CallingReach, Permission, joined
from server.ids import token_digest
from server.store.engine.lookups import ChangeBy, Count, Exists, KeepFields, One, Pairs, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.tables.notices import notice_draft
from server.store.tables.people import account, account_pseudonym, identity, invitation, role_grant

EVERY_SITE = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a site, or at every site ("*").

    `limited_to`: the counters and services (ids) that it lets somebody call at; empty: what the role has by
    itself. The reception of a hall is no part of a limited role.
    """

    role: str
    site: str
    limited_to: tuple[str, ...] = ()

    @property
    def is_at_self_service(self) -> bool:
        """Whether it lets somebody call at self-service places alone."""
        return not self.limited_to and self.role in AT_SELF_SERVICE

    @property
    def permissions(self) -> frozenset[Permission]:
        """What it allows."""
        return ROLES[self.role] - {Permission.RECEIVE} if self.limited_to else ROLES[self.role]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account. `password_hash` is None until its person has chosen a password."""

    id: str
    login: str
    display_name: str
    email: str | None
    password_hash: str | None
    is_locked: bool
    created_at: datetime
    last_signed_in_at: datetime | None
    language: str
    theme: str = "light"
    density: str = "comfortable"


@dataclass(frozen=True, slots=True)
class AccountGrant:
    """A role of an account (id)."""

    account: str
    role: str
    site: str
    limited_to: tuple[str, ...]


_ACCOUNTS = rows_of(AccountRow, account)
account_row = One(AccountRow, _ACCOUNTS.where(account.c.id == bindparam("account")))
"""An account by its id."""
_BY_LOGIN = Read(AccountRow, _ACCOUNTS.where(account.c.login == bindparam("login")))
_BY_EMAIL = Read(AccountRow, _ACCOUNTS.where(account.c.email == bindparam("email")))
accounts = Several(AccountRow, _ACCOUNTS.order_by(func.lower(account.c.display_name), account.c.login))
"""Every account, by name."""
has_account = Exists(str, select(account.c.id).limit(1))
"""Whether an account exists, locked ones included."""
_GRANTS = rows_of(Grant, role_grant).order_by(role_grant.c.role, role_grant.c.site)
grants_of = Several(Grant, _GRANTS.where(role_grant.c.account == bindparam("account")))
"""The roles of an account."""
_EVERY_GRANT = Read.of(AccountGrant, role_grant, order=("role", "site"))
other_administrators = Count(
    int,
    select(func.count().label("others"))
    .select_from(account.join(role_grant, role_grant.c.account == account.c.id))
    .where(
        role_grant.c.role == "administrator",
        role_grant.c.site == EVERY_SITE,
        account.c.id != bindparam("account"),
        account.c.is_locked.is_(False),
        account.c.password_hash.is_not(None),
    ),
)
"""How many other accounts can sign in as administrator of every site."""
_INSERT = Write.new_row(account, AccountRow)
_INSERT_GRANT = Write(role_grant.insert(), "account", "role", "site", "limited_to")
_DELETE_GRANTS = Write(role_grant.delete().where(role_grant.c.account == bindparam("of_account")))
_OF_ROW = account.update().where(account.c.id == bindparam("row_id"))
describe_account = KeepFields(account, AccountRow, "login", "display_name", "email", "language")
"""Keeps the login, name, address and language of an account."""
set_locked = ChangeBy(_OF_ROW, "row_id", "is_locked")
"""Locks or unlocks an account."""
set_password_hash = ChangeBy(_OF_ROW, "row_id", "password_hash")
"""Keeps the hash of another password."""
set_language = ChangeBy(_OF_ROW, "row_id", "language")
"""Keeps the language of an account's pages and letters."""
set_display = ChangeBy(_OF_ROW, "row_id", "theme", "density")
"""Keeps how an account's pages look."""
_OPEN_ACCOUNT = _OF_ROW.where(account.c.is_locked.is_(False))
_NOTE_SIGNED_IN = Write(_OPEN_ACCOUNT, "last_signed_in_at")
_NOTE_SIGNED_IN_BY_PASSWORD = Write(
    _OPEN_ACCOUNT.where(account.c.password_hash == bindparam("proved_by")), "last_signed_in_at"
)
_DELETE = [
    Write(table.delete().where(column == bindparam("of_account")))
    for table, column in (
        (invitation, invitation.c.account),
        (identity, identity.c.account),
        (role_grant, role_grant.c.account),
        (account_pseudonym, account_pseudonym.c.account),
        (notice_draft, notice_draft.c.account),
        (account, account.c.id),
    )
]


def allowed_by(grants: Iterable[Grant], permission: Permission, site: str) -> bool:
    """Whether roles give a permission at a site (slug)."""
    return any(permission in grant.permissions for grant in grants if grant.site in (site, EVERY_SITE))


def reach_of(
    grants: Iterable[Grant], permission: Permission, configuration: HallConfiguration
) -> CallingReach:
    """Where in a hall roles give a permission to call or to read the queue."""
    return joined(
        reach_of_role(grant.role, grant.limited_to, configuration)
        for grant in grants
        if grant.site in (configuration.site.slug, EVERY_SITE) and permission in grant.permissions
    )


def is_at(grants: Iterable[Grant], sites: Collection[str] | None) -> bool:
    """Whether some role is held at one of these sites (slugs); None: all, and every role is."""
    return sites is None or any(grant.site in sites for grant in grants)


def account_of_login(rows: Rows, login: str) -> AccountRow | None:
    """The account with this login, in any case."""
    return rows.one(_BY_LOGIN, login=login.strip().lower())


def account_of_email(rows: Rows, email: str) -> AccountRow | None:
    """The account with this address, in any case."""
    return rows.one(_BY_EMAIL, email=email.strip().lower())


def accounts_at(rows: Rows, sites: Iterable[str]) -> set[str]:
    """The ids of the accounts with a role at one of these sites (slugs), or at every one."""
    scopes = {*sites, EVERY_SITE}
    return {grant.account for grant in rows.all(_EVERY_GRANT) if grant.site in scopes}


def every_grant(rows: Rows) -> dict[str, list[Grant]]:
    """The roles of each account (id) that has one."""
    found: dict[str, list[Grant]] = {}
    for grant in rows.all(_EVERY_GRANT):
        found.setdefault(grant.account, []).append(Grant(grant.role, grant.site, grant.limited_to))
    return found


def insert_account(transaction: Writes, new: AccountRow, grants: Iterable[Grant]) -> None:
    """The rows of a new account that has never signed in."""
    transaction.run(_INSERT, **values_of(new))
    _insert_grants(transaction, new.id, grants)


def replace_grants(transaction: Writes, account: str, grants: Iterable[Grant]) -> None:
    """Gives an account these roles instead of those it had."""
    transaction.run(_DELETE_GRANTS, of_account=account)
    _insert_grants(transaction, account, grants)


def _insert_grants(transaction: Writes, account: str, grants: Iterable[Grant]) -> None:
    for grant in grants:
        transaction.run(_INSERT_GRANT, account=account, **values_of(grant))


def note_signed_in(rows: WrittenRows, account: str, *, at: datetime, password_hash: str | None) -> bool:
    """Notes a sign-in; False where the account is locked or removed, or has another password than this."""
    if password_hash is None:
        return bool(rows.execute(_NOTE_SIGNED_IN, row_id=account, last_signed_in_at=at))
    by_password = _NOTE_SIGNED_IN_BY_PASSWORD
    return bool(rows.execute(by_password, row_id=account, proved_by=password_hash, last_signed_in_at=at))


def delete_account(transaction: Writes, account: str) -> None:
    """Deletes an account with all that is its own and its pseudonyms: facts then lead to nobody."""
    for delete in _DELETE:
        transaction.run(delete, of_account=account)


@dataclass(frozen=True, slots=True)
class IdentifiedAccount:
    """The account that an identity signs in to."""

    id: str
    is_locked: bool


account_of_identity = One(
    IdentifiedAccount,
    select(account.c.id, account.c.is_locked)
    .select_from(identity.join(account, account.c.id == identity.c.account))
    .where(identity.c.issuer == bindparam("issuer"), identity.c.subject == bindparam("subject")),
    names=("issuer", "subject"),
)
"""The account that a provider's subject has signed in to before."""
_INSERT_IDENTITY = Write(identity.insert(), "issuer", "subject", "account", "linked_at")
_OF_ACCOUNT = identity.c.account == bindparam("of_account")
unlink_identities = ChangeBy(identity.delete().where(_OF_ACCOUNT))
"""No identity signs in to the account any more, until one is found by its address again."""
_DELETE_FORMER = Write(
    identity.delete().where(
        identity.c.issuer == bindparam("of_issuer"),
        or_(_OF_ACCOUNT, identity.c.subject == bindparam("of_subject")),
    )
)

count_identities = Count(
    int,
    select(func.count().label("identities"))
    .select_from(identity)
    .where(identity.c.account == bindparam("account")),
)
"""How many identities of providers are an account’s (id)."""


def link_identity(
    transaction: Writes, issuer: str, subject: str, *, account: str, linked_at: datetime
) -> None:
    """The subject signs in to the account from now on, instead of any other subject of this provider."""
    transaction.run(_DELETE_FORMER, of_issuer=issuer, of_account=account, of_subject=subject)
    transaction.run(_INSERT_IDENTITY, issuer=issuer, subject=subject, account=account, linked_at=linked_at)


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A link for an account (id). It opens nothing from `used_at` on."""

    account: str
    expires_at: datetime
    used_at: datetime | None


_BY_DIGEST = Read.of(InvitationRow, invitation, "digest")
_IS_OPEN = invitation.c.used_at.is_(None)
open_invitations = Pairs(
    tuple[str, datetime],
    select(invitation.c.account, func.max(invitation.c.expires_at).label("expires_at"))
    .where(_IS_OPEN, invitation.c.expires_at > bindparam("now"))
    .group_by(invitation.c.account),
)
"""The end of the last open link, by account (id); accounts without one are missing."""
_INSERT_INVITATION = Write(invitation.insert(), "digest", "account", "created_at", "expires_at")
void_invitations = ChangeBy(
    invitation.update().where(invitation.c.account == bindparam("of_account"), _IS_OPEN),
    *("of_account", "used_at"),
)
"""Voids the open links of an account."""


def invitation_of_token(rows: Rows, token: str) -> InvitationRow | None:
    """The link with this token, used and expired ones included."""
    return rows.one(_BY_DIGEST, digest=token_digest(token))


def insert_invitation(
    transaction: Writes, token: str, *, account: str, expires_at: datetime, now: datetime
) -> None:
    """Keeps a new link."""
    transaction.run(
        _INSERT_INVITATION,
        digest=token_digest(token),
        account=account,
        created_at=now,
        expires_at=expires_at,
    )
