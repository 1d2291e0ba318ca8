"""Identities of providers, and the accounts they sign in to."""

from typing import Any

from server.store.engine.rows import Row


def account_of_identity(rows: Any, issuer: str, subject: str) -> Row | None:
    """The account that a provider's subject has signed in to before."""
    row: Row | None = rows.one(
        "SELECT a.id, a.is_locked FROM identity i JOIN account a ON a.id = i.account"
        " WHERE i.issuer = :issuer AND i.subject = :subject",
        issuer=issuer,
        subject=subject,
    )
    return row


def link_identity(transaction: Any, issuer: str, subject: str, *, account: str, linked_at: int) -> None:
    """The subject signs in to the account from now on, instead of any other subject of this provider."""
    transaction.run(
        "DELETE FROM identity WHERE issuer = :issuer AND (account = :account OR subject = :subject)",
        issuer=issuer,
        account=account,
        subject=subject,
    )
    transaction.insert("identity", issuer=issuer, subject=subject, account=account, linked_at=linked_at)


def unlink_identities(transaction: Any, account: str) -> None:
    """No identity signs in to the account any more, until one is found by its address again."""
    transaction.run("DELETE FROM identity WHERE account = :account", account=account)
