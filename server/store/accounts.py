"""Accounts, signed-in sessions, devices and API keys: secrets are stored as digests only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.ids import token_digest
from server.store.engines import Row

EVERY_SITE = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a site, or at every site ("*")."""

    role: str
    site: str


def account_of_login(rows: Any, login: str) -> Row | None:
    """The account with this login."""
    row: Row | None = rows.one(
        "SELECT id, login, display_name, password_hash, is_locked FROM account WHERE login = :login",
        login=login.strip().lower(),
    )
    return row


def grants_of(rows: Any, account: str) -> list[Grant]:
    """The roles of an account."""
    found = rows.all(
        "SELECT role, site FROM role_grant WHERE account = :account ORDER BY role, site", account=account
    )
    return [Grant(row["role"], row["site"]) for row in found]


def account_of_sign_in(rows: Any, token: str, now: int) -> Row | None:
    """The account of a signed-in session that has not expired."""
    row: Row | None = rows.one(
        "SELECT a.id, a.login, a.display_name FROM sign_in s JOIN account a ON a.id = s.account"
        " WHERE s.digest = :digest AND s.expires_at > :now AND a.is_locked = :no",
        digest=token_digest(token),
        now=now,
        no=False,
    )
    return row


def device_of_token(rows: Any, token: str) -> Row | None:
    """The device with this token, revoked ones included."""
    row: Row | None = rows.one(
        "SELECT d.id, d.kind, d.hall, d.configured, d.revoked_at, h.slug FROM device d JOIN hall h"
        " ON h.id = d.hall WHERE d.token_digest = :digest",
        digest=token_digest(token),
    )
    return row


def api_key_of_token(rows: Any, token: str, now: int) -> Row | None:
    """The API key with this token, when it is neither revoked nor out of date."""
    row: Row | None = rows.one(
        "SELECT id, name, scopes, halls, is_loopback_only FROM api_key"
        " WHERE token_digest = :digest AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)",
        digest=token_digest(token),
        now=now,
    )
    return row


def halls_of_key(key: Row) -> Sequence[str]:
    """The slugs of the halls an API key works in; ["*"] means every hall."""
    halls: Sequence[str] = json.loads(key["halls"])
    return halls
