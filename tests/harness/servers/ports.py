"""TCP ports for what the tests start: no two processes of a run draw the same one."""

import itertools
import os
import random
import socket
from collections.abc import Iterator
from contextlib import suppress

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
