"""Where a simulated printer is plugged in: a TCP port, or a pseudo-terminal in the place of a cable.

A pseudo-terminal has no clients that come and go: whoever opens the other end goes on where the last one was.
"""

import contextlib
import os
import pty
import random
import select
import socket
import termios
import tty
from contextlib import suppress
from pathlib import Path
from typing import Protocol

LOOK_AROUND_S = 0.1
_BACKLOG = 8
_OUTPUT_SPEED = 5
"""Where the speed stands in the attributes of a terminal."""
LISTENING_PORTS = range(20_000, 32_000)
"""Below the ports of outgoing connections: a printer that stops listening can take its port again."""
_drawn: set[int] = set()


class Client(Protocol):
    """One connection to a simulated printer."""

    def recv(self, most: int, /) -> bytes:
        """The next bytes, b"" at the end; TimeoutError after 0.1 s without any."""

    def sendall(self, reply: bytes, /) -> None:
        """Answers; raises OSError when nobody can be answered."""

    def close(self) -> None:
        """Drops the connection."""


class Outlet(Protocol):
    """Where a simulated printer can be reached."""

    def open(self) -> None:
        """Begins to listen; raises OSError when the place is taken."""

    def accept(self) -> Client | None:
        """The next client; None after 0.1 s without one. Raises OSError once it is closed."""

    def close(self) -> None:
        """Ends to listen."""


class NetworkOutlet:
    """A TCP port; 0: any free one, which `port` tells once it is open."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._listening: socket.socket | None = None

    def open(self) -> None:
        self._listening = socket.create_server((self.host, self.port), backlog=_BACKLOG)
        self._listening.settimeout(LOOK_AROUND_S)
        self.port = self._listening.getsockname()[1]

    def accept(self) -> Client | None:
        assert self._listening is not None
        try:
            client, _ = self._listening.accept()
        except TimeoutError:
            return None
        client.settimeout(LOOK_AROUND_S)
        with contextlib.suppress(OSError):  # it has left already
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def close(self) -> None:
        if self._listening is not None:
            self._listening.close()


class CableOutlet:
    """A pseudo-terminal that a link leads to; each client is one plugging in.

    `speed`: a serial line of so many bits a second; at another speed neither side understands the other.
    """

    def __init__(self, link: Path, speed: int | None = None) -> None:
        self._link = link
        self._speed = speed
        self._plugged: _Cable | None = None

    def open(self) -> None:
        """Plugs the printer in: the link is there once this returns."""
        self._plug_in()

    def accept(self) -> Client:
        plugged = self._plugged
        if plugged is None or plugged.is_closed:
            return self._plug_in()
        return plugged

    def close(self) -> None:
        self._link.unlink(missing_ok=True)
        if self._plugged is not None:
            self._plugged.close()

    def _plug_in(self) -> "_Cable":
        self._plugged = plugged = _Cable(self._speed)
        self._link.parent.mkdir(parents=True, exist_ok=True)
        new = self._link.with_name(f"{self._link.name}.new")
        new.unlink(missing_ok=True)
        new.symlink_to(plugged.path)
        new.replace(self._link)
        return plugged


class _Cable:
    """A pseudo-terminal without any treatment of characters; `path` is the end of whoever prints."""

    def __init__(self, speed: int | None) -> None:
        self._speed = None if speed is None else getattr(termios, f"B{speed}")
        self._own, self._other = pty.openpty()
        tty.setraw(self._other)
        os.set_blocking(self._own, False)
        self.path = os.ttyname(self._other)
        self.is_closed = False

    def recv(self, most: int, /) -> bytes:
        polled = select.poll()
        polled.register(self._own, select.POLLIN)
        if not polled.poll(LOOK_AROUND_S * 1000):
            raise TimeoutError
        received = os.read(self._own, most)
        return received if self._is_understood() else b"\x01" * len(received)

    def sendall(self, reply: bytes, /) -> None:
        if not self._is_understood():
            reply = b"\xfe" * len(reply)
        with contextlib.suppress(BlockingIOError):  # nobody reads, and the answers fill the cable
            os.write(self._own, reply)

    def _is_understood(self) -> bool:
        return self._speed is None or termios.tcgetattr(self._other)[_OUTPUT_SPEED] == self._speed

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            os.close(self._own)
            os.close(self._other)


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
