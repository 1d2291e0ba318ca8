"""Whose account a provider of identities speaks of: whom it names must have been invited."""

from server.domain.author import SYSTEM
from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.oidc.registration import Identity
from server.store.people.accounts import (
    AccountRow,
    IdentifiedAccount,
    account_of_email,
    account_of_identity,
    link_identity,
)
from server.store.transactions.database import Database


def prove_by_provider(database: Database, identity: Identity) -> str:
    """The account (id) that an identity belongs to; no account and no role ever comes of it.

    It is known by its subject since its first sign-in; the first time, or when the provider has given the
    person another subject, by the e-mail address of the account.
    Refusals: oidc_no_account, also for a locked one; oidc_no_email, oidc_email_unverified.
    """
    with database.read() as rows:
        account = account_of_identity(rows, identity.issuer, identity.subject)
    if account is not None:
        return _open(account)
    if identity.email is None:
        raise Refusal("oidc_no_email")
    if not identity.is_email_verified:
        raise Refusal("oidc_email_unverified")
    return _linked(database, identity, identity.email)


def _linked(database: Database, identity: Identity, email: str) -> str:
    """The account with this e-mail address, which the identity belongs to from now on."""
    with database.installation_transaction(SYSTEM) as transaction:
        account = _open(account_of_email(transaction, email))
        of = identity.issuer, identity.subject
        link_identity(transaction, *of, account=account, linked_at=transaction.now)
        transaction.record(of_kind(FactKind.IDENTITY_LINKED, account=account, issuer=identity.issuer))
    return account


def _open(account: AccountRow | IdentifiedAccount | None) -> str:
    if account is None or account.is_locked:
        raise Refusal("oidc_no_account")
    return account.id
