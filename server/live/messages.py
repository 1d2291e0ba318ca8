"""Live messages: Socket.IO over websocket only; each namespace belongs to one hall.

The right to join is checked at the connection: a token in `auth`, the device cookie (`{"caller": "device"}`
where a person has signed in too), or the session cookie with `{"hall": slug}`. A socket ends when its token
is revoked, renewed or expired. A message is less than 4 kB.

« Position » is epoch, version and as_of (docs/rules/state.md). With several workers, calls, boards, queues
and verdicts pass through Redis; each worker sends to its own sockets what it computes once a second
(`queues.changed`, `menu.changed`, `ticket.changed`, `heartbeat`).
"""

SCREEN = "/screen"
"""Hall screens; requires `read_board`."""
KIOSK = "/kiosk"
"""Kiosks; requires `issue`."""
AGENT = "/agent"
"""Consoles; reception, with `{"papers": true}`; supervision, with `{"devices": true}` or `"every"` hall that
the person supervises. Requires `read_queue`; for papers `issue` too, for devices `supervise`."""
VISITOR = "/visitor"
"""Phones, with `{"ticket": token, "language": code}`; requires the ticket’s token."""
NAMESPACES = (SCREEN, KIOSK, AGENT, VISITOR)

BOARD_CHANGED = "board.changed"
"""To screens: at most 12 calls and the last 8, 0.15 s after a commit, bursts together.

Again 60 s after a call that counts as the arrival (docs/rules/transitions.md)."""
QUEUES_CHANGED = "queues.changed"
"""To screens: people waiting and the range of the wait for each queue, at most once a second."""
CALL_ANNOUNCED = "call.announced"
"""To screens: one call or recall, at once after the commit; again when its audio is ready.

`brief`: the sentence once, without chime; `loop`: twice, for the induction loop. The visitor’s language
follows French where the hall speaks it too. `counter.hearing_loop`: a loop in order helps there."""
QUEUE_CHANGED = "queue.changed"
"""To consoles: the day’s figures, queues with their first 5 legs, counters, 0.15 s after a commit.

`shows_counters`: whether the activity of each may be shown; counters of one session share `session_mark`. To
a person who sees a part of the hall (docs/rules/access.md): no legs, so that the page reads its part."""
MENU_CHANGED = "menu.changed"
"""To kiosks: a nudge, at most once a second; the page fetches the menu again."""
PRINT_VERDICT = "print.verdict"
"""To the kiosk whose printer it is, and to reception: a job’s state and verdict, final or not."""
TICKET_CHANGED = "ticket.changed"
"""To a visitor: the whole ticket as in REST, after a fact of the visit or a change of the hall."""
MESSAGE_CHANGED = "message.changed"
"""To consoles, screens too for help: a nudge when a message is sent or read; null: calls for help."""
ALERT_CHANGED = "alert.changed"
"""To all, at once: the alert to show now or null, without anybody’s name; to screens again with its audio.

`alert_taken_back` for a minute once one was a mistake."""
PROGRAMME_CHANGED = "programme.changed"
"""To screens: a nudge; the page fetches its programme. After publications, withdrawals, and when something
begins or ends; within a minute of any other change."""
DEVICES_CHANGED = "devices.changed"
"""To supervision: a nudge; a device came, went, sent a picture, or reported something new."""
ALARM_CHANGED = "alarm.changed"
"""To consoles: a nudge; an alarm of the hall was raised, returned, acknowledged or cleared."""
INCIDENT_CHANGED = "incident.changed"
"""To pages at work that asked for them (`incidents` of the handshake): the incidents of a hall, whole; beyond
the hall once one is escalated."""
CONFIGURATION_CHANGED = "configuration.changed"
"""To consoles and screens, within a second of a publication: the revisions that apply."""
PICTURE_ASKED = "picture.asked"
"""To one screen: a nudge; a supervisor asks for its picture."""
RENEWAL_ASKED = "renewal.asked"
"""To one page of a device: the secret with which it exchanges its token within two minutes."""
HEARTBEAT = "heartbeat"
"""To all, every 25 s, so that a page notices a lost message.

`return_ms`: over how long the pages of this process spread their return when they lose it."""

MESSAGE_LIMIT = 4096
"""The most bytes of one message on the wire."""
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


def hall_room(hall: str) -> str:
    """The room of a hall inside a namespace."""
    return f"hall:{hall}"


def queue_room(hall: str, *, is_whole: bool) -> str:
    """The room of pages that follow the whole queue of a hall, or a part of it."""
    return f"queue:{hall}" if is_whole else f"queue-part:{hall}"


def kiosk_room(kiosk: str) -> str:
    """The room of one kiosk, by its configured id."""
    return f"kiosk:{kiosk}"


def screen_room(hall: str, screen: str) -> str:
    """The room of one screen of a hall, by its configured id."""
    return f"screen:{hall}:{screen}"


def paper_room(hall: str) -> str:
    """The room of reception pages that follow the printing of their tickets."""
    return f"paper:{hall}"


def devices_room(hall: str) -> str:
    """The room of pages that supervise a hall's devices."""
    return f"devices:{hall}"


def incidents_room(hall: str) -> str:
    """The room of pages at work in a hall that receive its incidents."""
    return f"incidents:{hall}"


def incidents_beyond_room(hall: str) -> str:
    """The room of pages of a hall whose person also receives what nobody answers at other sites."""
    return f"incidents-beyond:{hall}"


def visit_room(visit: str, language: str) -> str:
    """The room of one visit, for phones in one language."""
    return f"visit:{visit}:{language}"


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
