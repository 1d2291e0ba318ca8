"""Live messages: one description of each, and the rooms they go to (CONTRACT, Live)."""

SCREEN, KIOSK, AGENT, VISITOR = "/screen", "/kiosk", "/agent", "/visitor"
NAMESPACES = (SCREEN, KIOSK, AGENT, VISITOR)

BOARD_CHANGED = "board.changed"
"""To screens: the whole board without queues, with epoch, version, as_of."""
QUEUES_CHANGED = "queues.changed"
"""To screens: people waiting and waits per queue, at most once a second."""
CALL_ANNOUNCED = "call.announced"
"""To screens: one call or recall, once; repeated with its audio when that is ready."""
QUEUE_CHANGED = "queue.changed"
"""To consoles: the queue with the first legs waiting, with epoch, version, as_of.

To a person who may see a part of the queue: without any, so that the page reads its part."""
MENU_CHANGED = "menu.changed"
"""To kiosks: a nudge with epoch and version; the page fetches the menu again."""
PRINT_VERDICT = "print.verdict"
"""To the kiosk whose printer it is, and to reception: a job's state and verdict."""
TICKET_CHANGED = "ticket.changed"
"""To a visitor: the whole ticket as in REST, in the language of the phone."""
MESSAGE_CHANGED = "message.changed"
"""To consoles, reception, wall and security: a nudge, for a counter or (null) calls for help."""
ALERT_CHANGED = "alert.changed"
"""To all pages of a hall, at once: the alert to show now or null, with epoch, version, as_of.

To screens again with its audio when that is ready."""
PROGRAMME_CHANGED = "programme.changed"
"""To screens: a nudge with nothing in it; the page fetches its programme again."""
DEVICES_CHANGED = "devices.changed"
"""To supervisors of a hall: a nudge; a device came, went, or reported something new."""
ALARM_CHANGED = "alarm.changed"
"""To pages at work: a nudge; an alarm of the hall was raised, came back, was acknowledged or cleared."""
INCIDENT_CHANGED = "incident.changed"
"""To pages at work that asked for them: the incidents of a hall, with epoch, version, as_of."""
CONFIGURATION_CHANGED = "configuration.changed"
"""To pages at work (security’s among screens): the revisions that apply now; it reads its names again."""
PICTURE_ASKED = "picture.asked"
"""To one screen: a supervisor asks for its picture; the page sends one."""
RENEWAL_ASKED = "renewal.asked"
"""To one page of a device: it exchanges its token, using the secret that only this message holds."""
HEARTBEAT = "heartbeat"
"""To all, every 25 s: epoch, version and configuration, so that a lost message is noticed."""

MESSAGE_LIMIT = 4096
"""The most bytes of one message on the wire."""


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
