"""What a server holds while it runs: the lock on its `var` folder, and its limit of open files.

Who holds the lock may write in the folder. Servers hold it, shared among their workers. A command takes it
alone, or writes through the server.
"""

import fcntl
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from server.domain.refusals import Refusal

LOCK = "server.lock"
SOCKET = "parvis.sock"
LISTENER_LOCK = "listener.lock"
ENOUGH_FILES = 65_536
"""The limit that a server sets, for connections, database and files. An unused one costs nothing."""
FEWEST_FILES = 4_096
"""Below this limit, strangers who keep connections open could stop the server."""


def _open(file: Path) -> int:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Refusal("folder_not_writable", var=str(file.parent), reason=error.strerror) from error


def hold(var: Path, *, is_shared: bool) -> int:
    """Locks the folder until the process ends, shared with the other workers of the server or alone.

    Refusals: server_running, folder_not_writable.
    """
    return _hold(var / LOCK, is_shared=is_shared)


def _hold(file: Path, *, is_shared: bool) -> int:
    lock = _open(file)
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as taken:
        os.close(lock)
        raise Refusal("server_running", var=str(file.parent)) from taken
    return lock


@contextmanager
def alone(var: Path) -> Iterator[None]:
    """Locks the folder for this process alone. Refusals: server_running, folder_not_writable."""
    lock = hold(var, is_shared=False)
    try:
        yield
    finally:
        os.close(lock)


def is_server_running(var: Path) -> bool:
    """Whether a server (or a command that writes) holds the folder now."""
    try:
        with alone(var):
            return False
    except Refusal:
        return True


def may_listen(var: Path) -> int | None:
    """The lock of the one worker that listens on the local socket; None while another has it."""
    try:
        return _hold(var / LISTENER_LOCK, is_shared=False)
    except Refusal:
        return None


def allow_open_files() -> int:
    """Raises the limit of open files of this process and its children as far as possible; returns the limit.

    Refusal: too_few_files.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    ends_at = ENOUGH_FILES if hard == resource.RLIM_INFINITY else max(hard, FEWEST_FILES)
    enough = max(soft, min(ENOUGH_FILES, ends_at))
    if enough > soft:
        with suppress(ValueError, OSError):  # only root may raise the hard limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (enough, max(enough, hard)))
    found = open_files()
    if found < FEWEST_FILES:
        raise Refusal("too_few_files", files=found, fewest=FEWEST_FILES)
    return found


def open_files() -> int:
    """How many files and connections this process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
