"""The lock on a `var` folder: its holder may write there.

Servers hold it, shared among their workers. A command takes it alone, or writes through the server.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.domain.refusals import Refusal

LOCK = "server.lock"
SOCKET = "parvis.sock"
LISTENER_LOCK = "listener.lock"


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
