"""Signed-in sessions: a row each sign-in.

Ended by its owner or an administrator, by a new password, or by itself after twelve hours.
An ended session's sockets are cut (`server.live.void_tokens`).
"""

import threading
from collections.abc import Iterable
from datetime import timedelta

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.people.sign_ins import browser_name
from server.domain.refusals import Refusal
from server.ids import new_id, new_token, token_digest
from server.store.engine.rows import Rows
from server.store.people.accounts import grants_of, is_at, note_signed_in
from server.store.people.sign_ins import (
    ACCESS_CHANGED,
    NewSignIn,
    delete_sessions,
    delete_sign_in,
    id_token_of,
    insert_sign_in,
    note_seen,
    seen_before,
    session_ids,
)
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.notice_places import Sites

SIGNED_IN_FOR = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)


def begin_session(
    database: Database,
    account: str,
    user_agent: str = "",
    *,
    id_token: str | None = None,
    password_hash: str | None = None,
) -> str:
    """The token of a new session of an account (id), whatever proved who it is. Refusal: wrong_password.

    Refused when the account was locked or removed meanwhile, or has another password than the one that proved
    it (`password_hash`). `id_token`: of the provider that proved it.
    """
    token = new_token() + new_token()
    now = database.clock.now()
    sign_in = NewSignIn(
        digest=token_digest(token),
        id=new_id(),
        account=account,
        browser=browser_name(user_agent),
        created_at=now,
        expires_at=now + SIGNED_IN_FOR,
        id_token=id_token,
    )
    with database.store.write() as rows:
        if not note_signed_in(rows, account, at=now, password_hash=password_hash):
            raise Refusal("wrong_password")
        insert_sign_in(rows, sign_in)
    return token


def sign_out(database: Database, token: str) -> str | None:
    """Ends the session of a token. The ID token of its provider, if one signed it in."""
    digest = token_digest(token)
    with database.store.write() as rows:
        id_token = id_token_of(rows, digest)
        if delete_sign_in(rows, digest):
            rows.execute(ACCESS_CHANGED)
    return id_token


def end_session(
    database: Database, author: Author, account: str, session: str, *, sites: Sites = None
) -> None:
    """Ends one session (id) of an account; nothing when it has ended already.

    Refusal: unknown_account, none of its roles is at these sites.
    """
    with database.installation_transaction(author) as transaction:
        _check_known(transaction, account, sites)
        end_sessions(transaction, account, why=_why(author, account), only=session)


def end_every_session(
    database: Database, author: Author, account: str, *, but: str | None = None, sites: Sites = None
) -> None:
    """Ends the sessions of an account; `but`: one (id) that goes on. Refusal: as `end_session`."""
    with database.installation_transaction(author) as transaction:
        _check_known(transaction, account, sites)
        end_sessions(transaction, account, why=_why(author, account), but=but)


def _check_known(rows: Rows, account: str, sites: Sites) -> None:
    grants = grants_of(rows, account)
    if not grants or not is_at(grants, sites):
        raise Refusal("unknown_account")


def _why(author: Author, account: str) -> str:
    return "owner" if author.person_id == account else "administrator"


def end_sessions(
    transaction: InstallationTransaction,
    account: str,
    *,
    why: str,
    only: str | None = None,
    but: str | None = None,
) -> None:
    """Ends the sessions of an account (ids: `only` one, all `but` one), with a fact where one was open."""
    found = session_ids(transaction, account)
    ended = [session for session in found if only in (None, session) and session != but]
    if not ended:
        return
    delete_sessions(transaction, ended)
    transaction.run(ACCESS_CHANGED)
    transaction.record(of_kind(FactKind.SESSIONS_ENDED, account=account, ended=len(ended), why=why))


class SeenSessions:
    """Which sessions were seen since it was last kept: a request writes nothing for it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._digests: set[str] = set()
        self._lock = threading.Lock()

    def saw(self, digest: str) -> None:
        """A request came, or a socket is open, with the session of this digest."""
        with self._lock:
            self._digests.add(digest)

    def keep(self, connected: Iterable[str] = ()) -> None:
        """Writes when they were seen, each once a minute; `connected`: digests of tokens with a socket."""
        with self._lock:
            digests, self._digests = self._digests | set(connected), set()
        now = self.database.clock.now()
        with self.database.read() as rows:
            due = seen_before(rows, now - SEEN_EVERY) & digests
        if not due:
            return
        with self.database.store.write() as rows:
            note_seen(rows, sorted(due), at=now)
