"""Reads over many statements that all see one committed state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def snapshot(database: Any) -> Iterator[Any]:
    """A context of reads of one committed state; temporary tables made in it vanish at its end."""
    if database.store.is_postgresql:
        with database.store.write() as rows:
            rows.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", {})
            yield rows
        return
    with database.read() as rows:
        rows.run("BEGIN", {})
        try:
            yield rows
        finally:
            rows.run("ROLLBACK", {})
