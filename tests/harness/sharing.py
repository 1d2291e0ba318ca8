"""What the workers of a run share: the machine, and folders that are made once."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def machine(place: Path, *, alone: bool) -> Iterator[None]:
    """Holds the machine, alone or together with other tests, among all workers that name the same `place`.

    A test that measures time or memory runs alone.

    Everyone passes one gate, so that a test that wants to be alone is not overtaken for ever.
    """
    with (place / "gate").open("ab") as gate, (place / "machine").open("ab") as shared:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(shared, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield


def made_by_the_first(place: Path, make: Callable[[Path], object]) -> Path:
    """The folder `place`, filled by `make` in the first worker that names it; the others wait for it."""
    done = place / ".done"
    with place.with_suffix(".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            place.mkdir()
            make(place)
            done.touch()
    return place
