"""Where a simulated printer listens."""

import random
import socket
from contextlib import suppress

LISTENING_PORTS = range(20_000, 32_000)
"""Below the ports that systems give to connections to elsewhere: who stops listening finds its own again."""


def free_port() -> int:
    """A TCP port nobody listens on now, and that no connection to elsewhere is given later. OSError: none."""
    for port in random.sample(LISTENING_PORTS, k=50):
        with socket.socket() as trying, suppress(OSError):
            trying.bind(("127.0.0.1", port))
            return port
    raise OSError("no TCP port is free")
