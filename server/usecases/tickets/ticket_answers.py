"""The answer to a request for a ticket, and the part that the server keeps for a repetition."""

from typing import NotRequired

from server.usecases.answers import AnnouncedWait
from server.usecases.appointments.check_in import AppointmentArrival
from server.usecases.printing.read_prints import PrintState


class _Ticket(AnnouncedWait):
    visit: str
    number: str
    service: str
    service_names: dict[str, str]
    issued_at: str
    ahead: int | None
    short_code: str
    print: PrintState | None
    is_new: bool
    appointment: NotRequired[AppointmentArrival]


class KeptTicket(_Ticket):
    """A ticket as it is kept for a repetition of its request. Its token is not: only a digest of it is.

    `token`: in what was kept before tokens became digests.
    """

    token: NotRequired[str]


class TicketAnswer(_Ticket):
    """A ticket with the wait that it announces; `issued_at` in RFC 3339.

    `service_names`: by language; empty for a service that is no longer configured. `ahead`: how many are
    called before; None: nobody knows any more. `is_new`: whether its press issued it; `is_repeated`: it
    answers the same request once more.
    """

    token: str
    is_repeated: bool
