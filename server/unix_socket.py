"""Sockets in the `var` folder, for the owner of the folder only (0600)."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def address(var: Path, name: str) -> Iterator[str]:
    """The socket's path, short however long the folder's name is (a socket's address has 107 bytes)."""
    folder = os.open(var, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{name}"
    finally:
        os.close(folder)


def listening(var: Path, name: str) -> socket.socket:
    """A new listening socket in the place of an old one; the caller knows that nobody listens there."""
    (var / name).unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        with address(var, name) as path:
            made.bind(path)
    finally:
        os.umask(old)
    made.listen(8)
    return made


def connect(var: Path, name: str) -> socket.socket:
    """A connection to whoever listens; raises OSError when nobody does."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with address(var, name) as path:
            made.connect(path)
    except OSError:
        made.close()
        raise
    return made
