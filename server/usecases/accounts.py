"""Accounts, devices and API keys: made by an administrator or by the command line, each with a fact."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.domain.roles import DEVICE_KINDS, ROLES, SCOPES
from server.ids import new_id, new_token, token_digest
from server.store.accounts import EVERY_SITE, Grant, account_of_login
from server.store.database import Database
from server.store.installation import Author

_hasher = PasswordHasher()
SHORTEST_PASSWORD = 12
"""Characters; length is what counts, nothing else is demanded (ANSSI guidance)."""
SIGNED_IN_FOR = timedelta(hours=12)
_NOBODY = _hasher.hash("nobody has this password")


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
    with database.installation_transaction(author) as transaction:
        if account_of_login(transaction, new.login) is not None:
            raise Refusal("login_taken", login=new.login)
        transaction.insert(
            "account",
            id=account,
            login=new.login.strip().lower(),
            display_name=new.display_name,
            password_hash=_hasher.hash(new.password),
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
    with database.installation_transaction(author) as transaction:
        account = account_of_login(transaction, login)
        if account is None:
            raise Refusal("unknown_account", login=login)
        transaction.run(
            "UPDATE account SET password_hash = :hash WHERE id = :id",
            hash=_hasher.hash(password),
            id=account["id"],
        )
        transaction.run("DELETE FROM sign_in WHERE account = :id", id=account["id"])
        transaction.record(of_kind(FactKind.PASSWORD_SET, account=account["id"]))


def sign_in(database: Database, login: str, password: str) -> str:
    """The token of a new signed-in session. Refusal: wrong_password, whether or not the login exists."""
    with database.read() as rows:
        account = account_of_login(rows, login)
    try:
        _hasher.verify(account["password_hash"] if account is not None else _NOBODY, password)
    except (VerificationError, InvalidHashError) as error:
        raise Refusal("wrong_password") from error
    if account is None or account["is_locked"]:
        raise Refusal("wrong_password")
    token = new_token() + new_token()
    now = database.clock.now()
    with database.store.write() as rows:
        rows.run(
            "INSERT INTO sign_in (digest, account, created_at, expires_at) VALUES (:digest,"
            " :account, :created_at, :expires_at)",
            {
                "digest": token_digest(token),
                "account": account["id"],
                "created_at": to_micros(now),
                "expires_at": to_micros(now + SIGNED_IN_FOR),
            },
        )
    return token


def sign_out(database: Database, token: str) -> None:
    """Ends a signed-in session."""
    with database.store.write() as rows:
        rows.run("DELETE FROM sign_in WHERE digest = :digest", {"digest": token_digest(token)})


def pair_device(
    database: Database, author: Author, hall: str, *, kind: str, configured: str
) -> tuple[str, str]:
    """A device for a kiosk or screen of the hall's configuration: its id and its token (shown once).

    Refusals: unknown_hall, unknown_device_kind, unknown_device when the configuration has none of that id.
    """
    if kind not in DEVICE_KINDS:
        raise Refusal("unknown_device_kind", kind=kind)
    configuration = database.configuration(hall)
    if configured not in (configuration.kiosks if kind == "kiosk" else configuration.screens):
        raise Refusal("unknown_device", device=configured)
    device, token = new_id(), new_token()
    with database.installation_transaction(author) as transaction:
        transaction.insert(
            "device",
            id=device,
            kind=kind,
            hall=database.hall_id(hall),
            configured=configured,
            token_digest=token_digest(token),
            created_at=to_micros(transaction.now),
        )
        transaction.record(
            of_kind(
                FactKind.DEVICE_PAIRED,
                device=device,
                kind=kind,
                hall=database.hall_id(hall),
                configured=configured,
            )
        )
    return device, token


def revoke_device(database: Database, author: Author, device: str) -> None:
    """A device may do nothing any more. Refusal: unknown_device."""
    with database.installation_transaction(author) as transaction:
        row = transaction.one(
            "SELECT id FROM device WHERE id = :device AND revoked_at IS NULL", device=device
        )
        if row is None:
            raise Refusal("unknown_device", device=device)
        transaction.run(
            "UPDATE device SET revoked_at = :at WHERE id = :device",
            at=to_micros(transaction.now),
            device=device,
        )
        transaction.record(of_kind(FactKind.DEVICE_REVOKED, device=device))


def create_api_key(
    database: Database,
    author: Author,
    name: str,
    *,
    scopes: Sequence[str],
    halls: Sequence[str] = ("*",),
    is_loopback_only: bool = False,
) -> str:
    """The token of a new API key (shown once). Refusal: unknown_scope."""
    for scope in scopes:
        if scope not in SCOPES:
            raise Refusal("unknown_scope", scope=scope)
    key, token = new_id(), new_token()
    with database.installation_transaction(author) as transaction:
        transaction.insert(
            "api_key",
            id=key,
            name=name,
            token_digest=token_digest(token),
            scopes=" ".join(scopes),
            halls=json.dumps(list(halls)),
            is_loopback_only=is_loopback_only,
            created_at=to_micros(transaction.now),
        )
        transaction.record(of_kind(FactKind.API_KEY_CREATED, key=key, scopes=list(scopes), halls=list(halls)))
    return token
