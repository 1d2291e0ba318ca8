"""Passwords: what a new one must be, how it is kept, and whether one is right.

The rule in words, with its source (ANSSI): `docs/rules/accounts.md`.
"""

import sys
import threading
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from server.documents.reading import parse_installation
from server.domain.people.sign_ins import FRENCH_WORDS
from server.domain.refusals import Refusal
from server.domain.texts import fold_text
from server.store.configuration.configurations import INSTALLATION
from server.store.configuration.documents import newest
from server.store.engine.rows import Rows

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
