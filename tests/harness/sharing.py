"""Lets a test that measures time or memory have the machine to itself while other workers wait."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def machine(place: Path, *, alone: bool) -> Iterator[None]:
    """Holds the machine, alone or together with other tests, among all workers that name the same `place`.

    Everyone passes one gate, so that a test that wants to be alone is not overtaken for ever.
    """
    with (place / "gate").open("ab") as gate, (place / "machine").open("ab") as shared:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(shared, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield
