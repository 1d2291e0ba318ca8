"""What a client of the live connection may send, in numbers and shapes."""

PING_S = 10
"""Seconds between two pings, and within which one is answered."""
SILENT_S = 2.5 * PING_S
"""Seconds after which a socket that sends nothing, or takes nothing, is closed."""
LARGEST_PACKET = 16_384
"""Bytes of a packet of a client."""
PACKETS, PACKETS_S = 100, 10.0
"""Most frames of one socket, and most packets of a network's sockets that no namespace has accepted,
in so many seconds."""
EVENTS, EVENTS_S = 20, 1.0
"""Events of one socket in so many seconds."""
REFUSALS = 5
"""Refused attempts of one socket to join a namespace."""
_CLOSE, _PONG, _MESSAGE = "1", "3", "4"
_SOCKETIO_TYPES = frozenset("0123456")


def is_engine_packet(content: object) -> bool:
    """Whether a client sends this in Engine.IO 4: a goodbye, an answer to a ping, a message."""
    if not isinstance(content, str):
        return False
    if content in (_CLOSE, _PONG):
        return True
    return content[:1] == _MESSAGE and content[1:2] in _SOCKETIO_TYPES
