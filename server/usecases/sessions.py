"""Signed-in sessions: one a browser, ended by its owner or an administrator, or by itself after a day."""

from datetime import timedelta

from server.domain.browsers import browser_name
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.ids import new_id, new_token, token_digest
from server.store.accounts import access_changed
from server.store.database import Database

SIGNED_IN_FOR = timedelta(hours=12)


def begin_session(database: Database, account: str, user_agent: str = "") -> str:
    """The token of a new session of an account (id), whatever proved who it is. Refusal: wrong_password.

    Refused when the account was locked or removed meanwhile.
    """
    token = new_token() + new_token()
    now = database.clock.now()
    with database.store.write() as rows:
        if not rows.run(
            "UPDATE account SET last_signed_in_at = :now WHERE id = :account AND is_locked = :no",
            {"now": to_micros(now), "account": account, "no": False},
        ):
            raise Refusal("wrong_password")
        rows.run(
            "INSERT INTO sign_in (digest, id, account, browser, created_at, seen_at, expires_at)"
            " VALUES (:digest, :id, :account, :browser, :now, :now, :expires_at)",
            {
                "digest": token_digest(token),
                "id": new_id(),
                "account": account,
                "browser": browser_name(user_agent),
                "now": to_micros(now),
                "expires_at": to_micros(now + SIGNED_IN_FOR),
            },
        )
    return token


def sign_out(database: Database, token: str) -> None:
    """Ends the session of a token; its sockets are cut."""
    with database.store.write() as rows:
        if rows.run("DELETE FROM sign_in WHERE digest = :digest", {"digest": token_digest(token)}):
            access_changed(rows)
    database.installation_changes += 1
