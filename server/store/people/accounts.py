"""Accounts, signed-in sessions, devices and API keys: secrets are stored as digests only."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from server.domain.people.roles import ROLES, Permission
from server.ids import token_digest
from server.store.engine.rows import Row

EVERY_SITE = "*"
EVERY_HALL = "*"
"""What stands for every hall in an API key."""
ACCESS_CHANGED = "UPDATE installation SET access_version = access_version + 1 WHERE id = 1"
"""Tells every process that somebody may do less: it looks whose sockets have to be cut."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a site, or at every site ("*")."""

    role: str
    site: str


_ACCOUNT = (
    "SELECT id, login, display_name, email, password_hash, is_locked, created_at, last_signed_in_at,"
    " language FROM account"
)


def allowed_by(grants: Iterable[Grant], permission: Permission, site: str) -> bool:
    """Whether roles give a permission at a site (slug)."""
    return any(permission in ROLES[grant.role] for grant in grants if grant.site in (site, EVERY_SITE))


def is_at(grants: Iterable[Grant], sites: Collection[str] | None) -> bool:
    """Whether some role is held at one of these sites (slugs); None: all, and every role is."""
    return sites is None or any(grant.site in sites for grant in grants)


def account_row(rows: Any, account: str) -> Row | None:
    """An account by its id."""
    row: Row | None = rows.one(f"{_ACCOUNT} WHERE id = :account", account=account)
    return row


def account_of_login(rows: Any, login: str) -> Row | None:
    """The account with this login, in any case."""
    row: Row | None = rows.one(f"{_ACCOUNT} WHERE login = :login", login=login.strip().lower())
    return row


def account_of_email(rows: Any, email: str) -> Row | None:
    """The account with this address, in any case."""
    row: Row | None = rows.one(f"{_ACCOUNT} WHERE email = :email", email=email.strip().lower())
    return row


def accounts(rows: Any) -> list[Row]:
    """Every account, by name."""
    return list(rows.all(f"{_ACCOUNT} ORDER BY lower(display_name), login"))


def accounts_at(rows: Any, sites: Iterable[str]) -> set[str]:
    """The ids of the accounts with a role at one of these sites (slugs), or at every one."""
    scopes = {*sites, EVERY_SITE}
    return {
        row["account"] for row in rows.all("SELECT account, site FROM role_grant") if row["site"] in scopes
    }


def other_administrators(rows: Any, account: str) -> int:
    """How many other accounts can sign in as administrator of every site."""
    row = rows.one(
        "SELECT count(*) AS others FROM account a JOIN role_grant g ON g.account = a.id"
        " WHERE g.role = 'administrator' AND g.site = '*' AND a.id <> :account AND a.is_locked = :no"
        " AND a.password_hash IS NOT NULL",
        account=account,
        no=False,
    )
    return int(row["others"])


def grants_of(rows: Any, account: str) -> list[Grant]:
    """The roles of an account."""
    found = rows.all(
        "SELECT role, site FROM role_grant WHERE account = :account ORDER BY role, site", account=account
    )
    return [Grant(row["role"], row["site"]) for row in found]


def account_of_sign_in(rows: Any, token: str, now: int) -> Row | None:
    """The account of a signed-in session that has not expired."""
    row: Row | None = rows.one(
        "SELECT a.id, a.login, a.display_name, a.language, s.id AS session, s.created_at AS begun_at"
        " FROM sign_in s"
        " JOIN account a ON a.id = s.account"
        " WHERE s.digest = :digest AND s.expires_at > :now AND a.is_locked = :no",
        digest=token_digest(token),
        now=now,
        no=False,
    )
    return row


def signed_in(rows: Any, digests: Iterable[str], now: int) -> Mapping[str, list[Grant]]:
    """The roles of whoever the sessions with these digests belong to; one that has ended is missing."""
    unique = frozenset(digests)
    found: dict[str, list[Grant]] = {}
    if not unique:
        return found
    for row in rows.all(
        "SELECT s.digest, g.role, g.site FROM sign_in s JOIN account a ON a.id = s.account"
        " JOIN role_grant g ON g.account = a.id WHERE s.expires_at > :now AND a.is_locked = :no",
        now=now,
        no=False,
    ):
        if row["digest"] in unique:
            found.setdefault(row["digest"], []).append(Grant(row["role"], row["site"]))
    return found


def device_of_token(rows: Any, token: str) -> Row | None:
    """The device with this token, revoked ones included."""
    row: Row | None = rows.one(
        "SELECT d.id, d.kind, d.hall, d.configured, d.revoked_at, h.slug FROM device d JOIN hall h"
        " ON h.id = d.hall WHERE d.token_digest = :digest",
        digest=token_digest(token),
    )
    return row


def device_in_use(rows: Any, device: str) -> Row | None:
    """The device that is not revoked, by its id or by its id in the hall document."""
    row: Row | None = rows.one(
        "SELECT id, kind, hall, configured, token_digest, copied_at, renewal_digest, renewal_until,"
        " renewal_by FROM device WHERE (id = :device OR configured = :device) AND revoked_at IS NULL",
        device=device,
    )
    return row


def bearer_of_token(rows: Any, token: str, now: int) -> Row:
    """The device, revoked or not, or the valid API key (`key_…`) with this token, in one read."""
    row: Row = rows.one(
        "SELECT d.id, d.kind, d.hall, d.configured, d.revoked_at, k.id AS key_id, k.scopes AS key_scopes,"
        " k.halls AS key_halls, k.is_loopback_only AS key_is_loopback_only FROM (SELECT 1 AS one) AS o"
        " LEFT JOIN device d ON d.token_digest = :digest LEFT JOIN api_key k ON k.token_digest = :digest"
        " AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)",
        digest=token_digest(token),
        now=now,
    )
    return row


def valid_digests(rows: Any, now: int) -> set[str]:
    """The digests of the tokens of every device and API key that may call."""
    found = rows.all(
        "SELECT token_digest FROM device WHERE revoked_at IS NULL UNION ALL SELECT token_digest FROM api_key"
        " WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)",
        now=now,
    )
    return {row["token_digest"] for row in found}


def halls_of_key(key: Row) -> Sequence[str]:
    """The slugs of the halls an API key works in; ["*"] means every hall."""
    halls: Sequence[str] = json.loads(key["key_halls"])
    return halls


def paired_devices(rows: Any, hall: str | None = None) -> list[Row]:
    """Every device of a hall (id) or of all, revoked ones included, the oldest first."""
    where, values = ("", {}) if hall is None else (" WHERE d.hall = :hall", {"hall": hall})
    sql = (
        "SELECT d.id, d.kind, d.configured, d.created_at, d.revoked_at, d.token_at, d.copied_at,"
        " d.renewal_until, h.slug"
        " FROM device d JOIN hall h ON h.id = d.hall"
    )
    return list(rows.all(f"{sql}{where} ORDER BY h.slug, d.created_at, d.id", **values))


def api_keys(rows: Any) -> list[Row]:
    """Every API key, expired and revoked ones included, the oldest first."""
    return list(
        rows.all(
            "SELECT id, name, scopes, halls AS key_halls, is_loopback_only, created_at, expires_at,"
            " revoked_at FROM api_key ORDER BY created_at, id"
        )
    )


def keys_in(rows: Any, halls: Iterable[str]) -> set[str]:
    """The ids of the API keys, expired and revoked ones included, for one of these halls (slugs) or all."""
    scopes = {*halls, EVERY_HALL}
    return {key["id"] for key in api_keys(rows) if not scopes.isdisjoint(halls_of_key(key))}


def name_of(rows: Any, author: str) -> str | None:
    """The name of the account or API key that an author is, None for any other."""
    row = rows.one(
        "SELECT display_name AS name FROM account WHERE id = :author"
        " UNION ALL SELECT name FROM api_key WHERE id = :author",
        author=author,
    )
    return None if row is None else str(row["name"])


_NAMES = {
    "account": "SELECT id, display_name AS name FROM account",
    "api_key": "SELECT id, name FROM api_key",
}


def names_of(rows: Any, table: Literal["account", "api_key"]) -> dict[str, str]:
    """The names of every account or API key, by id."""
    return {row["id"]: row["name"] for row in rows.all(_NAMES[table])}
