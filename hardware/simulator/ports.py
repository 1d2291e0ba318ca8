"""Where a simulated printer listens."""

import random
import socket
from contextlib import suppress

LISTENING_PORTS = range(20_000, 32_000)
"""Below the ports of outgoing connections: a printer that stops listening can take its port again."""
_drawn: set[int] = set()


def free_port() -> int:
    """A TCP port that is free now, never used for outgoing connections, and not drawn before in this process.

    OSError: none.
    """
    for port in random.sample(LISTENING_PORTS, k=50):
        with socket.socket() as trying, suppress(OSError):
            trying.bind(("127.0.0.1", port))
            if port not in _drawn:
                _drawn.add(port)
                return port
    raise OSError("no TCP port is free")
