"""The link by which the first administrator is made: told on the machine, void once there is an account.

Its token is made of the installation's own secret, so that nothing is kept and every process knows it.
"""

import hmac
from hashlib import sha256

from server.domain.refusals import Refusal
from server.store.people.accounts import has_account
from server.store.transactions.database import Database
from server.store.transactions.open_installed import installation_of

_PURPOSE = b"parvis first administrator"


def awaits_first_person(database: Database) -> bool:
    """Whether nobody can sign in yet, because there is no account."""
    with database.read() as rows:
        return not has_account(rows)


def installation_token(database: Database) -> str | None:
    """The token (64 hexadecimal digits); None once there is an account."""
    return _token(database) if awaits_first_person(database) else None


def installation_address(database: Database, base_url: str) -> str | None:
    """The whole link, its token in the fragment; None once there is an account."""
    token = installation_token(database)
    return None if token is None else f"{base_url.rstrip('/')}/installation#t={token}"


def check_installation_token(database: Database, token: str) -> None:
    """Refuses a token that is not this installation's, and any once there is an account.

    Refusals: installation_link_wrong, already_installed.
    """
    with database.read() as rows:
        if has_account(rows):
            raise Refusal("already_installed")
    if not hmac.compare_digest(token.encode(), _token(database).encode()):
        raise Refusal("installation_link_wrong")


def _token(database: Database) -> str:
    secret = installation_of(database).secret
    return hmac.new(secret.encode(), _PURPOSE, sha256).hexdigest()
