"""Reads over many statements that all see one committed state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def snapshot(database: Any) -> Iterator[Any]:
    """A context of reads of one committed state; temporary tables made in it vanish at its end."""
    with database.read() as rows:
        isolated = " ISOLATION LEVEL REPEATABLE READ" if database.store.is_postgresql else ""
        rows.run(f"BEGIN{isolated}", {})
        try:
            yield rows
        finally:
            rows.run("ROLLBACK", {})
