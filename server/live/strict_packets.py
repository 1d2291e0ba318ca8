"""The Socket.IO packets a page may send; any other raises WrongPacket before a namespace sees it."""

from socketio import packet

from server.domain.refusals import Refusal
from server.domain.texts import entered_values

RESERVED_NAMES = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)
"""Names of the library's own events: it would pass them on from a client as if they had happened."""
ALLOWED_TYPES = frozenset({packet.CONNECT, packet.DISCONNECT, packet.EVENT})


class WrongPacket(ValueError):
    """A packet that no page of ours sends; its text names the reason and quotes nothing."""


class StrictPacket(packet.Packet):  # type: ignore[misc]  # untyped library
    """A packet of Socket.IO that is read strictly; it is written as the library writes it."""

    def decode(self, encoded_packet: object) -> int:
        """Reads a packet. Raises WrongPacket."""
        if not isinstance(encoded_packet, str):
            raise WrongPacket("binary")
        try:
            attachments = super().decode(encoded_packet)
            entered_values(self.data)
        except (ValueError, RecursionError, Refusal):
            raise WrongPacket("unreadable") from None
        if self.packet_type not in ALLOWED_TYPES or attachments:
            raise WrongPacket("type")
        if self.packet_type == packet.EVENT:
            self._check_event()
        return 0

    def _check_event(self) -> None:
        """An event is a name and one message."""
        if not isinstance(self.data, list) or len(self.data) != 2 or not isinstance(self.data[0], str):
            raise WrongPacket("event")
        if self.data[0] in RESERVED_NAMES:
            raise WrongPacket("reserved_name")
