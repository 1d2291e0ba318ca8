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
PAGES_OF_A_TICKET = 8
"""Sockets of one process that follow one ticket: a family has several phones. The oldest leaves."""
JOINS_A_SECOND = 250
"""How many sockets a process lets in a second beside its other work: a quarter of a core."""
LEAST_RETURN_MS = 2_000
_CLOSE, _PONG, _MESSAGE = "1", "3", "4"
_SOCKETIO_TYPES = frozenset("0123456")


def is_engine_packet(content: object) -> bool:
    """Whether a client sends this in Engine.IO 4: a goodbye, an answer to a ping, a message."""
    if not isinstance(content, str):
        return False
    if content in (_CLOSE, _PONG):
        return True
    return content[:1] == _MESSAGE and content[1:2] in _SOCKETIO_TYPES


def return_ms(sockets: int) -> int:
    """Over how many milliseconds so many sockets spread their return after the server was lost."""
    return max(LEAST_RETURN_MS, sockets * 1_000 // JOINS_A_SECOND)
