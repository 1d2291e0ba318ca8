"""What every packet of a client passes before a namespace hears it."""

from typing import Any

import structlog

from server.live.strict_packets import WrongPacket

log = structlog.get_logger()


class Gate:
    """Lets the packets of clients in; a client that sends what no page sends loses its socket."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._handle = server.eio.handlers["message"]
        server.eio.on("message", self.receive)

    def receive(self, eio_sid: str, content: Any) -> None:
        """Hands a packet on. `eio_sid` is the socket's id."""
        socket = self._server.eio.sockets.get(eio_sid)
        if socket is None or socket.closed:
            return  # what it had sent before it was cut
        try:
            if not content:
                raise WrongPacket("empty")
            self._handle(eio_sid, content)
        except WrongPacket as wrong:
            self.cut(eio_sid, str(wrong))

    def cut(self, eio_sid: str, reason: str) -> None:
        """Ends a socket, without waiting for what it has still to read."""
        log.warning("socket_cut", reason=reason)
        socket = self._server.eio.sockets.get(eio_sid)
        if socket is not None:
            socket.close(wait=False, abort=True)
