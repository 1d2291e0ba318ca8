"""Signed-in sessions: a row each sign-in.

Ended by its owner or an administrator, by a new password, or by itself after twelve hours.
An ended session's sockets are cut (`server.live.presence`).
"""

import sys
import threading
import unicodedata
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from server.documents.reading import parse_installation
from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.people.sign_ins import FRENCH_WORDS, browser_name
from server.domain.refusals import Refusal
from server.domain.texts import fold_text
from server.ids import new_id, new_token, token_digest
from server.store.configuration.documents import newest
from server.store.configuration.halls import INSTALLATION
from server.store.engine.statements import Rows
from server.store.people import sign_ins
from server.store.people.accounts import grants_of, is_at, note_signed_in
from server.store.people.sign_ins import ACCESS_CHANGED, NewSignIn
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
        sign_ins.insert_sign_in(rows, sign_in)
    return token


def sign_out(database: Database, token: str) -> str | None:
    """Ends the session of a token. The ID token of its provider, if one signed it in."""
    digest = token_digest(token)
    with database.store.write() as rows:
        id_token = sign_ins.id_token_of(rows, digest)
        if sign_ins.delete_sign_in(rows, digest):
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
    found = sign_ins.session_ids(transaction, account)
    ended = [session for session in found if only in (None, session) and session != but]
    if not ended:
        return
    sign_ins.delete_sessions(transaction, ended)
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
            due = sign_ins.seen_before(rows, now - SEEN_EVERY) & digests
        if not due:
            return
        with self.database.store.write() as rows:
            sign_ins.note_seen(rows, sorted(due), at=now)


PASSWORDS = PasswordHasher()
"""The library's own cost: the second choice of RFC 9106 (64 MiB, three passes), about 0.1 s of a core."""
SHORTEST_PASSWORD = 12
"""Characters; length is what counts, no kind of character is demanded (ANSSI guidance)."""
LONGEST_PASSWORD = 200
FEWEST_GUESSES = 10**9
"""A password somebody would find sooner is too common, however long."""
_ESTIMATED = 32
"""Characters the estimator looks at: what is repeated for longer takes it seconds, and no guesser."""
_SHORTEST_NAME = 4
_LEAST_BESIDE_NAMES = 8
"""Characters that are left when the person's and the organisation's names are taken out."""
HASHING_THREADS = 2
"""How many passwords a server hashes at the same time; others wait. Each takes 64 MiB meanwhile."""
_ESTIMATING = threading.Lock()
"""The estimator keeps the words of one call in the module."""


def is_on_loop() -> bool:
    """Whether a thread of this process is a greenlet, so that hashing would hold up every other one."""
    monkey = sys.modules.get("gevent.monkey")  # a command has no loop, and need not load one
    return monkey is not None and bool(monkey.is_module_patched("threading"))


class _Threads(Protocol):
    """Threads that are no greenlets."""

    def apply[Result](self, work: Callable[..., Result], values: tuple[object, ...], /) -> Result:
        """The result of a function, from one of these threads."""
        ...

    def kill(self) -> None:
        """Ends them."""


@cache
def _hashing_threads() -> _Threads:
    from gevent.threadpool import ThreadPool

    threads: _Threads = ThreadPool(HASHING_THREADS)
    return threads


def _off_loop[Result](work: Callable[..., Result], *values: object) -> Result:
    """The result of a function that holds no lock of Python's, from a thread of its own in a server."""
    if not is_on_loop():
        return work(*values)
    return _hashing_threads().apply(work, values)


@cache
def _nobody() -> str:
    """What the password of an unknown login is compared with, so that it takes as long as a known one's."""
    return PASSWORDS.hash("nobody has this password")


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _off_loop(PASSWORDS.hash, _typed(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was kept; takes as long where none was, and is then wrong."""
    is_match = _off_loop(_is_match, kept or _off_loop(_nobody), _typed(password))
    return is_match and kept is not None


def _is_match(kept: str, password: str) -> bool:
    """Raises nothing for a wrong password: gevent writes what a thread raises to standard error."""
    try:
        return bool(PASSWORDS.verify(kept, password))
    except (VerificationError, InvalidHashError):
        return False


def check_password(password: str, names: Iterable[str] = ()) -> None:
    """Refuses a new password that is too short or too easily guessed. `names`: of its person and office.

    Refusals: password_too_short, password_too_long, password_of_names, password_common.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal("password_too_short", shortest=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise Refusal("password_too_long", longest=LONGEST_PASSWORD)
    words = sorted(_words(names), key=len, reverse=True)
    rest = fold_text(password)
    for word in words:
        rest = rest.replace(word, "")
    if len(rest) < _LEAST_BESIDE_NAMES:
        raise Refusal("password_of_names")
    if _guesses(password[:_ESTIMATED], [*words, *FRENCH_WORDS]) < FEWEST_GUESSES:
        raise Refusal("password_common")


def names_of_office(rows: Rows) -> list[str]:
    """What the organisation and its sites are called: no part of a password."""
    published = newest(rows, INSTALLATION, INSTALLATION)
    if published is None:
        return []
    document = parse_installation(published.content)
    sites = [name for site in document.sites for name in (site.slug, site.name)]
    return [document.organisation, document.brand.name, *sites]


def _words(names: Iterable[str]) -> set[str]:
    found = set()
    for name in names:
        plain = fold_text(name)
        parts = "".join(each if each.isalnum() else " " for each in plain).split()
        found |= {each for each in (*parts, "".join(parts)) if len(each) >= _SHORTEST_NAME}
    return found


def _typed(password: str) -> str:
    """The same letters whichever keyboard composed their accents."""
    return unicodedata.normalize("NFC", password)


def _guesses(password: str, words: list[str]) -> float:
    with _ESTIMATING:
        return float(zxcvbn(fold_text(password), user_inputs=words)["guesses"])
