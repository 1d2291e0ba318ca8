"""Shapes of the menu of a kiosk."""

from typing import Literal

from kiosk.menu_messages import State
from server.web.api.responses.board import ShownAlert
from server.web.api.responses.exact import LEFT_OUT, Count, ExactShape, InstantText, SaidWait
from server.web.api.responses.screens import LookAnswer


class HallOfMenu(ExactShape):
    """The hall of a menu, named in its language."""

    slug: str
    name: str


class LanguageOfMenu(ExactShape):
    """A language that the menu may be shown in: its code, its own name, its direction."""

    code: str
    name: str
    dir: Literal["ltr", "rtl"]


class NextOpening(ExactShape):
    """When tickets are given next, and how that is said."""

    at: InstantText
    text: str


class NobodyWaits(ExactShape):
    """There is no wait."""

    none: Literal[True]


class ServiceOfMenu(ExactShape):
    """A service, or a folder with its services in `children`, in the menu's language."""

    id: str
    name: str
    subtitle: str | None
    icon: str
    state: State
    next_opening: NextOpening | None
    waiting: Count
    """How many people wait; 0 for a folder."""
    wait: SaidWait | NobodyWaits | None
    """The wait of who takes a ticket now; null: nothing can be said."""
    why_no_wait: Literal["after_closing"] | None
    bring: list[str]
    """Which papers to bring."""
    booking: str | None
    """How to book."""
    booking_address: str | None
    exceptional: "ExceptionalWayOffered | None"
    """How somebody without the appointment that it needs is received all the same."""
    children: list["ServiceOfMenu"]


class ExceptionalReasonOffered(ExactShape):
    """A reason for which somebody without an appointment is received: its code, and its words."""

    id: str
    name: str


class ExceptionalWayOffered(ExactShape):
    """How somebody without the appointment that a service needs is received all the same."""

    received_by: ServiceOfMenu
    reasons: list[ExceptionalReasonOffered]


class MenuAnswer(ExactShape):
    """What a kiosk offers now, in one language."""

    hall: HallOfMenu
    time_zone: str
    language: str
    languages: list[LanguageOfMenu]
    is_open: bool
    next_opening: NextOpening | None
    why_closed: str | None
    """The reason for unusual hours today; null: it is open, or no reason is given."""
    changes_at: InstantText | None
    """When hours alone change the menu next: it is read again then."""
    priority_notice: bool
    priority_grounds: str | None
    """People with priority here, the holders of the card apart."""
    appointments: bool
    """Somebody with an appointment may check in."""
    asks_needs: bool
    keeps_tickets: bool
    """A break runs, and waiting visitors are called after it."""
    hearing_loop: bool
    services: list[ServiceOfMenu]
    demonstration: bool
    now: InstantText
    epoch: str
    version: Count
    alert: ShownAlert | None
    alert_taken_back: ShownAlert = LEFT_OUT
    look: LookAnswer
    configuration: str
    """The revisions that apply, as `3.12`: the installation's and the hall's."""
