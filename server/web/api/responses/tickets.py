"""Shapes of tickets: issued, followed by phone, read aloud, printed again."""

from typing import Literal

from pydantic import Field

from server.domain.visits.needs import Need
from server.domain.visits.transitions import EndReason, LegState
from server.usecases.appointments.check_in import AppointmentArrival
from server.web.api.responses.board import ShownAlert
from server.web.api.responses.exact import (
    LEFT_OUT,
    AnnouncedWait,
    Count,
    ExactShape,
    InstantText,
    SaidWait,
    Seconds,
    Texts,
)
from server.web.api.responses.printing import PrintState


class TicketAnswer(AnnouncedWait):
    """A ticket that was issued, with the wait that it announces."""

    visit: str
    number: str
    service: str
    service_names: Texts
    issued_at: InstantText
    ahead: Count | None
    """How many are called before; null: nobody knows any more."""
    token: str
    """The token that opens the ticket on a phone; anybody who has it can give the ticket up."""
    follow_url: str | None
    """Where a phone follows it; null: the server has no public address."""
    short_code: str
    """Eight characters that open the ticket on a phone, today only."""
    print: PrintState | None
    paper_within_s: Seconds = LEFT_OUT
    """Seconds until the paper is out at most, where the printer asks seldom for its jobs."""
    appointment: AppointmentArrival = LEFT_OUT


class DistributionAnswer(ExactShape):
    """The tickets of a series that was given out by hand, in their order."""

    tickets: list[TicketAnswer]


class GreetingAnswer(ExactShape):
    """Somebody who was helped without a ticket."""

    greeting: str
    service: str


class GreetingUndoneAnswer(ExactShape):
    """A greeting that was taken back, and the fact that had counted it."""

    undone: str
    greeting: str


class NeedsAnswer(ExactShape):
    """What helps a visitor."""

    visit: str
    needs: list[Need]


class ReadingAnswer(ExactShape):
    """Sentences of a kiosk's view, and the audio file of each, to play in turn."""

    language: str
    sentences: list[str]
    audio: list[str]


class HallOfTicket(ExactShape):
    """The hall of a followed ticket."""

    slug: str
    name: str
    time_zone: str


class ServiceOfTicket(ExactShape):
    """The service of a followed ticket, named in the phone's language."""

    id: str
    name: str


class CounterOfTicket(ExactShape):
    """The counter that calls a followed ticket, in the phone's language."""

    id: str
    label: str
    direction: str
    hearing_loop: bool


class CallOfTicket(ExactShape):
    """The call of a followed ticket."""

    counter: CounterOfTicket
    called_at: InstantText
    rank: int = Field(ge=1)


class FollowedTicket(ExactShape):
    """A ticket as its visitor's phone shows it; `ahead`: how many are called before."""

    number: str
    hall: HallOfTicket
    service: ServiceOfTicket
    state: LegState
    ahead: Count | None
    wait: SaidWait | None
    why_no_wait: Literal["after_closing", "closed", "break", "held", "no_counter", "paused"] | None
    call: CallOfTicket | None
    is_open: bool
    next_opening_at: InstantText | None
    may_give_up: bool
    may_take_back: bool
    take_back_until: InstantText | None
    is_continued: bool
    issued_at: InstantText
    ended_at: InstantText | None
    end_reason: EndReason | None
    demonstration: bool
    alert: ShownAlert | None
    alert_taken_back: ShownAlert = LEFT_OUT
    epoch: str
    version: Count
    as_of: InstantText
