"""The menu of a kiosk as its page receives it (`GET /halls/{hall}/menu`)."""

from collections.abc import Mapping
from typing import Literal, NotRequired, ReadOnly, TypedDict, final

from kiosk.waits import WaitWording

type State = Literal["open", "closed", "no_counter", "appointment_only", "full", "too_late", "stopped"]


@final
class WaitMessage(TypedDict):
    """A wait in seconds, 0 ≤ low ≤ high, and how pages say it."""

    low_s: int
    high_s: int
    said: WaitWording


@final
class NoWait(TypedDict):
    """Somebody who takes a ticket now is called at once."""

    none: Literal[True]


class NextOpening(TypedDict):
    """When a service or the hall opens next: an instant in RFC 3339, and its words in the page’s language."""

    at: str
    text: str


class ReasonMessage(TypedDict):
    """An exceptional reason, in the page’s language."""

    id: str
    name: str


class ExceptionalMessage(TypedDict):
    """Who receives somebody without an appointment, and for which reasons."""

    received_by: "ServiceMessage"
    reasons: list[ReasonMessage]


class ServiceMessage(TypedDict):
    """A service, or a folder with its `children`; every word in the page’s language."""

    id: str
    name: str
    subtitle: str | None
    icon: str
    state: State
    next_opening: NextOpening | None
    waiting: int
    wait: WaitMessage | NoWait | None
    why_no_wait: Literal["after_closing"] | None
    bring: list[str]
    booking: str | None
    booking_address: str | None
    exceptional: ExceptionalMessage | None
    children: list["ServiceMessage"]


class AlertOnMenu(TypedDict):
    """An alert as boards have it; `texts`: the words of a custom one by language, `title` and `text`."""

    alert: ReadOnly[str]
    kind: ReadOnly[str]
    drill: ReadOnly[bool]
    raised_at: ReadOnly[str]
    until: ReadOnly[str | None]
    texts: ReadOnly[Mapping[str, Mapping[str, str]]]
    has_voice: ReadOnly[bool]


class LogoMessage(TypedDict):
    """A logo with its size in pixels."""

    url: str
    width: int
    height: int


class LookMessage(TypedDict):
    """What an organisation shows of itself."""

    name: str
    stylesheet: str
    logo: LogoMessage | None
    fonts: list[str]


class MenuMessage(TypedDict):
    """The whole menu; `changes_at`: when the next change by the clock comes, in RFC 3339."""

    hall: dict[str, str]
    time_zone: str
    language: str
    languages: list[dict[str, str]]
    is_open: bool
    next_opening: NextOpening | None
    why_closed: str | None
    changes_at: str | None
    priority_notice: bool
    priority_grounds: str | None
    appointments: bool
    asks_needs: bool
    keeps_tickets: bool
    hearing_loop: bool
    services: list[ServiceMessage]
    demonstration: bool
    now: str
    epoch: NotRequired[str]
    version: NotRequired[int]
    alert: NotRequired[AlertOnMenu | None]
    alert_taken_back: NotRequired[AlertOnMenu]
    look: NotRequired[LookMessage]
    configuration: NotRequired[str]
