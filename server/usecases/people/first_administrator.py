"""Make the first account, an administrator of every site: once, by whoever has the link of the machine."""

from server.domain.author import SYSTEM
from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.store.people.accounts import EVERY_SITE, Grant, has_account
from server.store.transactions.database import Database
from server.usecases.people.accounts import Described, as_body, insert_account
from server.usecases.people.installation_link import check_installation_token
from server.usecases.people.passwords import check_password, hash_password
from server.usecases.people.sites import Places

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
        if has_account(transaction):
            raise Refusal("already_installed")
        account = insert_account(transaction, description, [ADMINISTRATOR], places=PLACES, password_hash=kept)
        grants = as_body([ADMINISTRATOR])
        transaction.record(of_kind(FactKind.ACCOUNT_CREATED, account=account, grants=grants))
    return account
