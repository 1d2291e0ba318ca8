"""What the workers of a run share: the machine, its ports, and folders that are made once."""

import fcntl
import itertools
import os
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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


_FIRST, _OF_A_PROCESS = 10_000, 2_000
"""Below the product's own simulated printers; room for five processes of tests."""
_REFUSED_BY_BROWSERS = 10_080
"""The only port of that range that Chromium opens no page of."""


def _drawn() -> Iterator[int]:
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 5
    first = _FIRST + process * _OF_A_PROCESS
    ports = [port for port in range(first, first + _OF_A_PROCESS) if port != _REFUSED_BY_BROWSERS]
    start = random.randrange(len(ports))
    return itertools.cycle(ports[start:] + ports[:start])


_PORTS = _drawn()


def free_port() -> int:
    """A TCP port nobody listens on now, drawn once in 2,000 times."""
    for port in itertools.islice(_PORTS, _OF_A_PROCESS):
        with socket.socket() as trying, suppress(OSError):
            trying.bind(("127.0.0.1", port))
            return port
    raise OSError("no TCP port is free")
