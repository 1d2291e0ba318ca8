"""Links by which a person gets an account or a password: once, for some days, known by its digest only.

The token stands in the link's fragment: no server log, proxy or referrer ever sees it. The link of the first
administrator appears on the machine and is void once there is an account; its token is made of the
installation's own secret, so that nothing is kept and every process knows it.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from server.domain.author import SYSTEM, Author
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_text
from server.domain.refusals import Refusal, existing
from server.ids import new_token
from server.store.engine.statements import Rows
from server.store.operation.migrating import installation_of
from server.store.people import accounts
from server.store.people.accounts import EVERY_SITE, AccountRow, Grant, InvitationRow
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.notice_places import Sites
from server.usecases.people.accounts import (
    Described,
    as_body,
    insert_account,
    keep_password,
    personal_words,
    require_governed,
)
from server.usecases.people.directory import Places, places_of_roles
from server.usecases.people.sessions import check_password, hash_password, names_of_office

INVITED_FOR = timedelta(days=7)
RENEWED_FOR = timedelta(days=1)
"""A link for a new password of somebody who is there."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is given once: its account (id), its token, until when."""

    account: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom a link is for, and the language they read; `is_new`: who has no password yet."""

    account: str
    login: str
    display_name: str
    language: str
    is_new: bool


def invite(
    database: Database, author: Author, described: Described, grants: Sequence[Grant], *, sites: Sites
) -> Link:
    """A new account that chooses its password by the link.

    Refusals: those of `insert_account` and `Described.checked`, forbidden for a role where the author's
    permission does not reach.
    """
    description, places = described.checked(), places_of_roles(database)
    if sites is not None and any(grant.site not in sites for grant in grants):
        raise Refusal("forbidden")
    with database.installation_transaction(author) as transaction:
        account = insert_account(transaction, description, grants, places=places, password_hash=None)
        transaction.record(of_kind(FactKind.ACCOUNT_CREATED, account=account, grants=as_body(grants)))
        return _link(transaction, account, INVITED_FOR)


def renew_link(database: Database, author: Author, account: str, *, sites: Sites) -> Link:
    """A new link for an account: the first is lost or too old, or the password is; earlier links are void.

    Refusals: unknown_account, forbidden, account_locked.
    """
    with database.installation_transaction(author) as transaction:
        row = require_governed(transaction, account, sites)
        if row.is_locked:
            raise Refusal("account_locked")
        accounts.void_invitations(transaction, account, used_at=transaction.now)
        return _link(transaction, account, RENEWED_FOR if row.password_hash else INVITED_FOR)


def open_link(database: Database, account: str, token: str, *, sites: Sites) -> Link:
    """A link that still opens, to be handed over once more by whoever governs its account.

    Refusals: unknown_account, forbidden, those of `read_invitation`.
    """
    with database.read() as rows:
        if require_governed(rows, account, sites).is_locked:
            raise Refusal("account_locked")
        link = _open_link(rows, token, database.clock.now())
    if link.account != account:
        raise Refusal("unknown_invitation")
    return Link(account, token, link.expires_at)


def _link(transaction: InstallationTransaction, account: str, lasts: timedelta) -> Link:
    token, expires_at = new_token() + new_token(), transaction.now + lasts
    accounts.insert_invitation(
        transaction, token, account=account, expires_at=expires_at, now=transaction.now
    )
    transaction.record(of_kind(FactKind.ACCOUNT_INVITED, account=account, expires_at=to_text(expires_at)))
    return Link(account, token, expires_at)


def read_invitation(database: Database, token: str) -> Invitation:
    """Whom a link is for.

    Refusals: unknown_invitation, invitation_used, invitation_expired, account_locked.
    """
    with database.read() as rows:
        return _invitation(_open(rows, token, database.clock.now()))


def accept_invitation(database: Database, token: str, password: str) -> Invitation:
    """The person has chosen a password: the link is used, other sessions of the account end.

    Refusals: those of `read_invitation` and of `check_password`.
    """
    with database.read() as rows:
        row = _open(rows, token, database.clock.now())
        check_password(password, [*personal_words(row), *names_of_office(rows)])
    kept = hash_password(password)  # before the lock: it takes long
    with database.installation_transaction(Author(row.id)) as transaction:
        row = _open(transaction, token, transaction.now)
        keep_password(transaction, row.id, kept)
        transaction.record(of_kind(FactKind.INVITATION_ACCEPTED, account=row.id))
    return _invitation(row)


def _open(rows: Rows, token: str, now: datetime) -> AccountRow:
    account = existing(accounts.account_row(rows, _open_link(rows, token, now).account), "unknown_invitation")
    if account.is_locked:
        raise Refusal("account_locked")
    return account


def _open_link(rows: Rows, token: str, now: datetime) -> InvitationRow:
    link = existing(accounts.invitation_of_token(rows, token.strip()), "unknown_invitation")
    if link.used_at is not None:
        raise Refusal("invitation_used")
    if link.expires_at <= now:
        raise Refusal("invitation_expired")
    return link


def _invitation(account: AccountRow) -> Invitation:
    return Invitation(
        account.id,
        account.login,
        account.display_name,
        account.language,
        is_new=not account.password_hash,
    )


_PURPOSE_OF_FIRST_LINK = b"parvis first administrator"


def awaits_first_person(database: Database) -> bool:
    """Whether nobody can sign in yet, because there is no account."""
    with database.read() as rows:
        return not accounts.has_account(rows)


def installation_token(database: Database) -> str | None:
    """The token (64 hexadecimal digits); None once there is an account."""
    return _token_of_installation(database) if awaits_first_person(database) else None


def installation_address(database: Database, base_url: str) -> str | None:
    """The whole link, its token in the fragment; None once there is an account."""
    token = installation_token(database)
    return None if token is None else f"{base_url.rstrip('/')}/installation#t={token}"


def check_installation_token(database: Database, token: str) -> None:
    """Refuses a token that is not this installation's, and any once there is an account.

    Refusals: installation_link_wrong, already_installed.
    """
    with database.read() as rows:
        if accounts.has_account(rows):
            raise Refusal("already_installed")
    if not hmac.compare_digest(token.encode(), _token_of_installation(database).encode()):
        raise Refusal("installation_link_wrong")


def _token_of_installation(database: Database) -> str:
    secret = installation_of(database).secret
    return hmac.new(secret.encode(), _PURPOSE_OF_FIRST_LINK, sha256).hexdigest()


ADMINISTRATOR = Grant("administrator", EVERY_SITE)
PLACES: Places = {EVERY_SITE: frozenset()}
"""There is no site yet."""


def first_administrator(database: Database, described: Described, password: str, *, token: str) -> str:
    """The id of the account; of two who come at once, one.

    Refusals: installation_link_wrong, already_installed, and those of an account and of a password.
    """
    check_installation_token(database, token)
    description = described.checked()
    check_password(password, description.names)
    kept = hash_password(password)  # before the lock: it takes long
    with database.installation_transaction(SYSTEM) as transaction:
        if accounts.has_account(transaction):
            raise Refusal("already_installed")
        account = insert_account(transaction, description, [ADMINISTRATOR], places=PLACES, password_hash=kept)
        grants = as_body([ADMINISTRATOR])
        transaction.record(of_kind(FactKind.ACCOUNT_CREATED, account=account, grants=grants))
    return account
