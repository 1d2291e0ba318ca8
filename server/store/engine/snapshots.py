"""Reads over many statements that all see one committed state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from server.store.engine.rows import WrittenRows


@contextmanager
def snapshot(database: Any) -> Iterator[WrittenRows]:
    """A context of reads of one committed state; temporary tables made in it vanish at its end."""
    with database.store.snapshot() as rows:
        yield rows
