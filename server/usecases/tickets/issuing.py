"""Issue a ticket: one transaction writes the number, the visit, its leg, its access and its print job.

People who came together have theirs in one transaction too: all of them or none.
Before the doors open, tickets are given as a numbered series: one ticket a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from server.domain.appointments import appointment_checked_in
from server.domain.author import Author
from server.domain.calling.waiting_legs import WALK_IN, arrival_class, reference_at, sort_key
from server.domain.facts import Json
from server.domain.hall.configuration import Service
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.tickets import PaperNumber, StopReason, next_rank
from server.domain.visits import facts
from server.domain.visits.facts import ExceptionalVisit, NewLeg, NewVisit, TicketChannel
from server.domain.waits.estimate import Quote
from server.ids import demand_of_press
from server.store.devices.print_jobs import queue_job
from server.store.engine.writes import FirstAnswer, WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.tickets import SeriesOfDay, has_demand, has_ticket
from server.store.visits.visits import VisitRow
from server.usecases.answers import quoted_answer
from server.usecases.appointments.arrivals import (
    AppointmentArrival,
    Arriving,
    Claim,
    arrival,
    arrival_answer,
    demand_of,
    match_appointment,
)
from server.usecases.hall_view import find_service
from server.usecases.hours.opening import OpeningNow, opening_now
from server.usecases.legs import record_needs
from server.usecases.printing.print_jobs import queued_answer
from server.usecases.tickets import issued_ticket
from server.usecases.tickets.issued_ticket import IssuedTicket, IssueRequest, KeptTicket
from server.usecases.tickets.new_visits import GivenNumber, LegTerms, first_leg, keep_access, new_visit
from server.usecases.tickets.together import join, visit_to_join, visits_of


@dataclass(frozen=True, slots=True)
class TicketRequest:
    """A ticket that a kiosk, a reception desk or a program requests.

    `press_id` names one press: repeated, it gives the same ticket. `kiosk`: the one whose printer prints,
    None prints nothing. `is_early`: given by hand, also before the doors open. `claim`: the appointment of
    the visitor, whose service then counts instead of `service`. `exceptional_reason`: the code of why a
    visitor without an appointment is received for a service that needs one; the ticket is then one of the
    service that receives such visitors. `linked_to`: a visit (id) of the same person or group. `people`: how
    many came together, a ticket each; priority and needs are those of the first. A claim is of one person.
    `has_one_paper`: the paper of the first names the numbers of all, who have no other.
    """

    service: str
    press_id: str
    language: str = "fr"
    is_priority: bool = False
    channel: TicketChannel = "kiosk"
    kiosk: str | None = None
    needs: tuple[str, ...] = ()
    is_early: bool = False
    claim: Claim | None = None
    exceptional_reason: str | None = None
    linked_to: str | None = None
    people: int = 1
    has_one_paper: bool = False

    def of_each_person(self) -> list["TicketRequest"]:
        """The request of each person, in order, with a press of their own."""
        other = replace(self, people=1, is_priority=False, needs=())
        places = range(2, self.people + 1)
        others = [replace(other, press_id=f"{self.press_id}.p{place}") for place in places]
        return [replace(self, people=1), *others]


type QuoteOf = Callable[[str, str, int], Quote | None]
"""Estimates the wait for a service, a class and a number of people ahead; None where it cannot."""


def issue_ticket(
    database: Database,
    hall: str,
    author: Author,
    request: TicketRequest,
    *,
    quote: QuoteOf = lambda _, __, ___: None,
    write_key: WriteKey | None = None,
) -> IssuedTicket:
    """The ticket; `is_new`: whether this press issued it. `quote` estimates the wait that is announced.

    Refusals: unknown_service, unknown_reason, press_elsewhere, unknown_visit and linked_too_many (of the
    visit to link it to), those of the transaction. Refusals that are counted as a ticket not issued, once for
    a press: closed, stopped, full, too_late, appointment_only, numbers_exhausted. They are not counted with
    an exceptional reason: that demand was counted when the visitor chose the service.
    """
    return issue_family(database, hall, author, request, quote=quote, write_key=write_key)[0]


def issue_family(
    database: Database,
    hall: str,
    author: Author,
    request: TicketRequest,
    *,
    quote: QuoteOf = lambda _, __, ___: None,
    write_key: WriteKey | None = None,
) -> list[IssuedTicket]:
    """The tickets of people who came together, linked, in order: those of all, or a refusal.

    Refusals: as issue_ticket; `full` says how many tickets are left. Those that are counted as a ticket not
    issued are counted for each person.
    """

    def issue(
        transaction: HallTransaction,
    ) -> FirstAnswer[list[IssuedTicket] | Refusal, list[KeptTicket]]:
        return _give(database, transaction, request, quote)

    def repeat(transaction: HallTransaction, kept: list[KeptTicket]) -> list[IssuedTicket]:
        return [issued_ticket.answered_again(database, transaction, each) for each in kept]

    answer = database.write_or_repeat(hall, author, write_key, issue, repeated=repeat, press=request.press_id)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _give(
    database: Database, transaction: HallTransaction, request: TicketRequest, quote: QuoteOf
) -> FirstAnswer[list[IssuedTicket] | Refusal, list[KeptTicket]]:
    """The tickets of a request, in order. A refusal that is counted is answered, so that its count is kept.

    Every ticket is checked before the first is written.
    """
    arriving, people = _arriving(transaction, request), request.of_each_person()
    service = arriving.service
    now = opening_now(transaction.configuration, service.id, transaction.now)
    pressed = [each.press_id for each in people if has_ticket(transaction, each.press_id)]
    if pressed:
        before = [issued_ticket.pressed_before(database, transaction, press) for press in pressed]
        for other in before[1:] if request.has_one_paper else ():
            other["print"] = before[0]["print"]
        return FirstAnswer(before)
    companion = visit_to_join(transaction, request.linked_to, people=len(people))
    try:
        places = [_place(transaction, arriving, each, on=now.on, companion=companion) for each in people]
        places = [_checked(transaction, arriving, request, place, now=now, quote=quote) for place in places]
        rank = next_rank(places[0].last, arriving.series, how_many=len(people)) + places[0].offset
    except Refusal as refusal:
        if arriving.exceptional is None:
            for each in people:
                _count_demand(transaction, each.press_id, now.on, of=service, reason=refusal.code)
        return FirstAnswer(refusal)
    kept = list[KeptTicket]()
    for each, place in zip(people, places, strict=True):
        visit, leg = _visit_and_leg(transaction, arriving, each, place=place, rank=rank + len(kept))
        token = database.ticket_tokens.of(visit.id)
        ticket = _issue(transaction, visit, leg, of=service, request=each, ahead=place.ahead, token=token)
        appointment = _checked_in(transaction, arriving, visit, each)
        if appointment is not None:
            ticket["appointment"] = appointment
        kept.append(ticket)
    if companion is not None or len(kept) > 1:
        _link(transaction, kept, companion)
    _queue_prints(transaction, request, kept)
    tokens = database.ticket_tokens
    issued: list[IssuedTicket] = [
        {**ticket, "token": tokens.of(ticket["visit"]), "is_repeated": False} for ticket in kept
    ]
    return FirstAnswer(issued, kept)


def _checked(
    transaction: HallTransaction,
    arriving: Arriving,
    request: TicketRequest,
    place: "_IssueContext",
    *,
    now: OpeningNow,
    quote: QuoteOf,
) -> "_IssueContext":
    """The context with the wait that is announced. Refusals: closed, stopped, full, too_late, …"""
    issue_request = IssueRequest(
        arriving.service,
        now,
        request.is_early,
        stop=place.stop,
        is_expected=arriving.appointment is not None,
        people=request.people,
    )
    opens_at = issued_ticket.check_open(transaction, issue_request)
    if arriving.exceptional is None:
        issued_ticket.check_quota(transaction, issue_request)
    quoted = _quoted(quote, arriving, place)
    issued_ticket.check_finish(transaction, issue_request, None if quoted is None else quoted.median_s)
    return replace(place, quote=quoted, opens_at=opens_at)


def _link(transaction: HallTransaction, given: list[KeptTicket], companion: VisitRow | None) -> None:
    """Links new tickets to each other, and to another visit where there is one; they say so."""
    together = join(transaction, [ticket["visit"] for ticket in given], companion)
    if together is not None:
        for ticket in given:
            ticket["together"] = together


def _count_demand(transaction: HallTransaction, press: str, on: date, *, of: Service, reason: str) -> None:
    """Counts a press that got no ticket; sent again, it is counted already."""
    demand = demand_of_press(transaction.hall, press)
    if not has_demand(transaction, demand):
        device = transaction.author.device
        transaction.record(facts.ticket_not_issued(demand, on, service=of.id, reason=reason, device=device))


def _arriving(transaction: HallTransaction, request: TicketRequest) -> Arriving:
    if request.claim is not None:
        return match_appointment(transaction, request.claim, request.press_id)
    service = find_service(transaction.configuration, request.service)
    reason, exceptional = request.exceptional_reason, service.exceptional
    if reason is None:
        return Arriving(service, service.series)
    if exceptional is None or reason not in exceptional.reasons:
        raise Refusal("unknown_reason", service=service.id, reason=reason)
    receiving = find_service(transaction.configuration, exceptional.received_by)
    return Arriving(receiving, receiving.series, exceptional=ExceptionalVisit(service.id, reason))


def _quoted(quote: QuoteOf, arriving: Arriving, place: "_IssueContext") -> Quote | None:
    """The wait that is announced; None for an appointment that keeps its class: its hour counts."""
    if arriving.booked_at is not None and place.leg_class != WALK_IN:
        return None
    return quote(arriving.service.id, place.leg_class, place.ahead)


def _checked_in(
    transaction: HallTransaction, arriving: Arriving, visit: NewVisit, request: TicketRequest
) -> AppointmentArrival | None:
    """Checks in the appointment of a visitor; None without one."""
    stands = arrival(arriving, transaction.now)
    if arriving.appointment is None or stands is None:
        return None
    demand = demand_of(transaction, request.claim, visit.business_day)
    transaction.record(appointment_checked_in(arriving.appointment, visit.id, arrival=stands, demand=demand))
    return arrival_answer(transaction.configuration, arriving.service.id, arriving.booked_at, transaction.now)


@dataclass(frozen=True, slots=True)
class _IssueContext:
    """What a ticket depends on: the last rank, how many are ahead besides the people it belongs to."""

    on: date
    stop: StopReason | None
    last: int | None
    offset: int
    ahead: int
    leg_class: str
    priority: str
    quote: Quote | None = None
    opens_at: datetime | None = None
    """The opening from which the wait counts where the doors are still closed."""


def _place(
    transaction: HallTransaction,
    arriving: Arriving,
    request: TicketRequest,
    *,
    on: date,
    companion: VisitRow | None,
) -> _IssueContext:
    offset = transaction.row.number_offset if transaction.row.number_offset_on == on.isoformat() else 0
    priority = "declared" if request.is_priority else "none"
    leg_class = arrival_class(priority, arriving.booked_at, transaction.now, arriving.terms)
    series = arriving.series
    of_day = SeriesOfDay(
        transaction.hall,
        on,
        arriving.service.id,
        series.prefix,
        transaction.epoch,
        series.first + offset,
        series.highest + offset,
    )
    given = transaction.given(of_day)
    last = None if given.last is None else given.last - offset
    # behind those of the same instant, as when a clock that stepped back stands still
    last_of_instant = sort_key(leg_class, reference_at(transaction.now, arriving.booked_at), "~")
    legs = transaction.open_legs
    ahead = legs.ahead(arriving.service.queue, last_of_instant, without=visits_of(legs, companion))
    return _IssueContext(on, given.stop, last, offset, ahead, leg_class, priority)


def _issue(
    transaction: HallTransaction,
    visit: NewVisit,
    leg: NewLeg,
    *,
    of: Service,
    request: TicketRequest,
    ahead: int,
    token: str,
) -> KeptTicket:
    """Issues the ticket, without its paper. Only the digest of its token is kept."""
    short_code = keep_access(transaction, visit, request.press_id, token=token)
    transaction.record(facts.ticket_issued(visit, leg, ahead=ahead))
    if request.needs:
        record_needs(transaction, visit.id, request.needs, on=visit.business_day)
    quoted = quoted_answer(leg.quoted_low_s, leg.quoted_median_s, leg.quoted_high_s)
    return {
        "visit": visit.id,
        "number": visit.number,
        "service": leg.service,
        "service_names": dict(of.names),
        "issued_at": to_text(transaction.now),
        "ahead": ahead,
        "wait": quoted["wait"],
        "why_no_wait": quoted["why_no_wait"],
        "short_code": short_code,
        "print": None,
        "is_new": True,
    }


def _visit_and_leg(
    transaction: HallTransaction,
    arriving: Arriving,
    request: TicketRequest,
    *,
    place: _IssueContext,
    rank: int,
) -> tuple[NewVisit, NewLeg]:
    """A visit with this rank of its series, and its first leg."""
    paper = PaperNumber(arriving.series.prefix, rank, transaction.epoch)
    given = GivenNumber(paper, place.on, transaction.now)
    visit = new_visit(transaction, given, request.language, channel=request.channel)
    terms = LegTerms(place.leg_class, place.priority, arriving.booked_at, place.quote)
    leg = first_leg(transaction, given, arriving.service, terms)
    if place.opens_at is not None:
        leg = replace(leg, arrived_at=place.opens_at, reference_at=place.opens_at)
    return replace(visit, exceptional=arriving.exceptional), leg


def _queue_prints(transaction: HallTransaction, request: TicketRequest, given: list[KeptTicket]) -> None:
    """Queues the paper of each new ticket, or one that is the paper of all."""
    printing = transaction.configuration.printing_for(request.kiosk or "")
    if printing is None:
        return
    other_printer = None if printing.id == request.kiosk else printing.label
    together = given[0].get("together")
    has_one_paper = request.has_one_paper and len(given) > 1 and together is not None
    more: Json = {"numbers": together["numbers"]} if has_one_paper and together is not None else {}
    for ticket in given[:1] if has_one_paper else given:
        content = {"kind": "ticket", "language": request.language, "ahead": ticket["ahead"], **more}
        visit, by = ticket["visit"], request.kiosk
        job = queue_job(transaction, printing.id, visit=visit, copy=1, content=content, given_by=by)
        ticket["print"] = queued_answer(job, other_printer=other_printer)
    for ticket in given:
        ticket["print"] = ticket["print"] or given[0]["print"]
