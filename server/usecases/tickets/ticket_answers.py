"""The answer to a request for a ticket, and the part that the server keeps for a repetition."""

from typing import NotRequired, TypedDict

from hardware.json_types import Count, InstantText, Texts
from server.usecases.answers import AnnouncedWait
from server.usecases.appointments.check_in import AppointmentArrival
from server.usecases.printing.read_prints import PrintState


class TicketFields(AnnouncedWait):
    """What everybody is told of a ticket."""

    visit: str
    number: str
    service: str
    service_names: Texts
    """Empty for a service that is no longer configured."""
    issued_at: InstantText
    ahead: Count | None
    """How many are called before; null: nobody knows any more."""
    short_code: str
    """Eight characters that open the ticket on a phone, today only."""
    print: PrintState | None
    appointment: NotRequired[AppointmentArrival]


class _NewOrNot(TypedDict):
    is_new: bool
    """Whether its press issued it."""


class KeptTicket(TicketFields, _NewOrNot):
    """A ticket as it is kept for a repetition of its request. Its token is not: only a digest of it is."""


class IssuedTicket(TicketFields, _NewOrNot):
    """A ticket with the wait that it announces."""

    token: str
    is_repeated: bool
    """It answers the same request once more."""
