"""Accounts: made by an administrator or by the command line, each with a fact; and signing in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.domain.roles import ROLES
from server.ids import new_id
from server.store.accounts import EVERY_SITE, Grant, account_of_login
from server.store.database import Database
from server.store.installation import Author
from server.usecases.sessions import begin_session

PASSWORDS = PasswordHasher()
"""The library's own cost: the second choice of RFC 9106 (64 MiB, three passes), about 0.1 s of a core."""
SHORTEST_PASSWORD = 12
"""Characters; length is what counts, nothing else is demanded (ANSSI guidance)."""


@cache
def _nobody() -> str:
    """What the password of an unknown login is compared with, so that it takes as long as a known one's."""
    return PASSWORDS.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A person who may sign in."""

    login: str
    password: str
    display_name: str
    grants: Sequence[Grant]


def create_account(database: Database, author: Author, new: NewAccount) -> str:
    """A new account; its id. Refusals: login_taken, unknown_role, unknown_site, password_too_short."""
    if len(new.password) < SHORTEST_PASSWORD:
        raise Refusal("password_too_short", shortest=SHORTEST_PASSWORD)
    for grant in new.grants:
        _check_grant(database, grant)
    account = new_id()
    password_hash = PASSWORDS.hash(new.password)  # before the lock: it takes long
    with database.installation_transaction(author) as transaction:
        if account_of_login(transaction, new.login) is not None:
            raise Refusal("login_taken", login=new.login)
        transaction.insert(
            "account",
            id=account,
            login=new.login.strip().lower(),
            display_name=new.display_name,
            password_hash=password_hash,
            is_locked=False,
            created_at=to_micros(transaction.now),
        )
        for grant in new.grants:
            transaction.insert("role_grant", account=account, role=grant.role, site=grant.site)
        grants = [{"role": grant.role, "site": grant.site} for grant in new.grants]
        transaction.record(of_kind(FactKind.ACCOUNT_CREATED, account=account, grants=grants))
    return account


def _check_grant(database: Database, grant: Grant) -> None:
    if grant.role not in ROLES:
        raise Refusal("unknown_role", role=grant.role)
    if grant.site == EVERY_SITE:
        return
    with database.read() as rows:
        slugs = [row["slug"] for row in rows.all("SELECT slug FROM hall WHERE configuration_revision > 0")]
    if grant.site not in {database.configuration(slug).site.slug for slug in slugs}:
        raise Refusal("unknown_site", site=grant.site)


def set_password(database: Database, author: Author, login: str, password: str) -> None:
    """A new password; every session of the account ends. Refusals: unknown_account, password_too_short."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal("password_too_short", shortest=SHORTEST_PASSWORD)
    password_hash = PASSWORDS.hash(password)
    with database.installation_transaction(author) as transaction:
        account = account_of_login(transaction, login)
        if account is None:
            raise Refusal("unknown_account", login=login)
        transaction.run(
            "UPDATE account SET password_hash = :hash WHERE id = :id",
            hash=password_hash,
            id=account["id"],
        )
        transaction.run("DELETE FROM sign_in WHERE account = :id", id=account["id"])
        transaction.record(of_kind(FactKind.PASSWORD_SET, account=account["id"]))


def sign_in(database: Database, login: str, password: str, user_agent: str = "") -> str:
    """The token of a new signed-in session. Refusal: wrong_password, whether or not the login exists."""
    with database.read() as rows:
        account = account_of_login(rows, login)
    try:
        known = None if account is None else account["password_hash"]
        PASSWORDS.verify(known or _nobody(), password)
    except (VerificationError, InvalidHashError) as error:
        raise Refusal("wrong_password") from error
    if account is None or not account["password_hash"] or account["is_locked"]:
        raise Refusal("wrong_password")
    return begin_session(database, account["id"], user_agent)
