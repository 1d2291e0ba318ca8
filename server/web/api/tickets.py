"""Tickets: the menu, issuing, greetings, reprints; visits linked, and found again."""

from dataclasses import replace
from datetime import time
from functools import partial
from typing import Literal, NotRequired, TypedDict, cast

from pydantic import Field

from hardware.json_types import Seconds
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.visits.facts import TicketChannel
from server.usecases.appointments.arrivals import Claim
from server.usecases.hall.counter_view import ReceptionAnswer, read_reception
from server.usecases.legs import NeedsAnswer, note_needs
from server.usecases.printing.print_jobs import PrintState, PrintVerdict, read_prints
from server.usecases.printing.pulled_jobs import read_paper_time
from server.usecases.tickets.greetings import (
    GreetedAt,
    GreetingAnswer,
    InformedAnswer,
    count_greeting,
    inform_visitor,
)
from server.usecases.tickets.issued_ticket import IssuedTicket, TicketFields, is_pressed, reprint_ticket
from server.usecases.tickets.issuing import TicketRequest, issue_family, issue_ticket
from server.usecases.tickets.kiosk_menu import MenuAnswer, read_menu
from server.usecases.visits.find_visits import (
    FoundVisitsAnswer,
    HistoryAnswer,
    LinkAnswer,
    LinkedTo,
    Linking,
    RememberedTicket,
    find_visits,
    hall_of_visit,
    link_visits,
    read_history,
    unlink_visit,
)
from server.usecases.visits.gestures import ReceptionUndoAnswer, undo_at_reception
from server.web.access.callers import Caller, allowed_either, require_caller
from server.web.access.requirements import PEOPLE_AND_KEYS
from server.web.api import shapes
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, HallCall, own_session, place_header, session_header, write_key
from server.web.api.visitors import add_visitors

_CHANNELS: dict[str, TicketChannel] = {"device": "kiosk", "person": "reception"}
_HOW_ISSUED = ("is_new", "is_repeated")


class TicketAnswer(TicketFields):
    """A ticket that was issued, with the wait that it announces."""

    token: str
    """The token that opens the ticket on a phone; anybody who has it can give the ticket up."""
    follow_url: str | None
    """Where a phone follows it; null: the server has no public address."""
    paper_within_s: NotRequired[Seconds]
    """Seconds until the paper is out at most, where the printer asks seldom for its jobs."""


class TicketsAnswer(TypedDict):
    """Tickets that were issued at once, in their order."""

    tickets: list[TicketAnswer]


class PrintsAnswer(TypedDict):
    """The last print job of each visit that has one."""

    prints: list[PrintVerdict]


def tickets_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("tickets")
    _issuing(routes, api)
    _families(routes, api)
    _without_a_ticket(routes, api)
    add_visitors(routes, api)
    return routes


def _issuing(routes: ApiRoutes, api: Api) -> None:
    @routes.get("/halls/<hall>/menu", Permission.ISSUE)
    def menu(query: shapes.MenuQuery, at: HallCall) -> MenuAnswer:
        """Services offered now, or why not and when next; a kiosk reads those it offers."""
        return read_menu(
            api.database,
            api.estimates,
            at.hall,
            language=query.lang,
            translate=api.translate,
            kiosk=at.caller.configured,
        )

    @routes.post("/halls/<hall>/tickets", Permission.ISSUE)
    def tickets(body: shapes.TicketBody, at: HallCall) -> tuple[TicketAnswer, Literal[200, 201]]:
        """Issues a ticket; the same press gives the same ticket (200)."""
        claim = None if body.appointment_code is None else _claim(body, at.caller)
        ticket = replace(_requested(body, body.press_id, at.caller), claim=claim)
        return answer_press(api, at.caller, at.hall, ticket)

    @routes.get("/halls/<hall>/prints", Permission.ISSUE)
    def prints(query: shapes.PrintsQuery, at: HallCall) -> PrintsAnswer:
        """What became of the paper of some visits: the last print job of each."""
        return {"prints": read_prints(api.database, at.hall, [v for v in query.visits.split(",") if v])}

    @routes.post("/tickets/<visit>/needs", Permission.ISSUE, of=PEOPLE_AND_KEYS)
    def needs(visit: str, body: shapes.NeedsBody) -> NeedsAnswer:
        """Notes what helps a visitor: whole, in place of what was noted before; erased at closing."""
        caller, _ = require_caller(Permission.ISSUE, _hall_of_visit(api, visit))
        key = write_key(caller.author)
        return note_needs(api.database, visit, caller.author, body.needs, write_key=key)

    @routes.get("/tickets/<visit>/history", Permission.CALL, Permission.RECEIVE)
    def history(visit: str) -> HistoryAnswer:
        """What happened to a visit, in order, with the reason of each call; not who did it."""
        caller, _ = allowed_either(Permission.RECEIVE, Permission.CALL, _hall_of_visit(api, visit))
        return read_history(api.database, visit, reader=caller.author)

    @routes.post("/tickets/<visit>/reprint", Permission.REPRINT)
    def reprint(visit: str) -> tuple[PrintState, Literal[202]]:
        """Prints a ticket again; the first paper is void."""
        hall = _hall_of_visit(api, visit)
        caller, _ = require_caller(Permission.REPRINT, hall)
        return reprint_ticket(
            api.database, hall, caller.author, visit, write_key=write_key(caller.author)
        ), 202


def _families(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/halls/<hall>/families", Permission.ISSUE)
    def families(body: shapes.FamilyBody, at: HallCall) -> tuple[TicketsAnswer, Literal[200, 201]]:
        """Issues a linked ticket for each of some people, or for none; the same press gives the same ones."""
        request = _requested(body, body.press_id, at.caller)
        request = replace(request, people=body.people, has_one_paper=body.one_paper)
        _slow_down(api, at.caller, request)
        quote = partial(api.estimates.quote, at.hall)
        given = issue_family(api.database, at.hall, at.author, request, quote=quote, write_key=at.key)
        tickets = [_answered(api, at.caller, at.hall, request, ticket) for ticket in given]
        return {"tickets": tickets}, 201 if given[0]["is_new"] else 200


def _without_a_ticket(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/halls/<hall>/greetings", Permission.CALL, Permission.ISSUE)
    def greetings(hall: str, body: shapes.GreetingBody) -> tuple[GreetingAnswer, Literal[201]]:
        """Counts someone helped without a ticket."""
        caller, hall = require_caller(Permission.CALL if body.counter else Permission.ISSUE, hall)
        key = write_key(caller.author)
        at = None if body.counter is None else GreetedAt(body.counter, own_session())
        answer = count_greeting(api.database, hall, caller.author, service=body.service, at=at, write_key=key)
        api.breathe()
        return answer, 201

    @routes.get("/halls/<hall>/reception", Permission.ISSUE, of=PEOPLE_AND_KEYS)
    def reception(at: HallCall) -> ReceptionAnswer:
        """The last gesture of the caller at no counter, which may be undone for five minutes."""
        return read_reception(api.database, at.hall, reader=at.author)

    @routes.post("/halls/<hall>/reception/undo", Permission.ISSUE, of=PEOPLE_AND_KEYS)
    def undo_gesture_at_reception(body: shapes.UndoBody, at: HallCall) -> ReceptionUndoAnswer:
        """Undoes the caller's last gesture at no counter, if it is the named one."""
        answer = undo_at_reception(api.database, at.hall, at.author, body.fact, write_key=at.key)
        api.breathe()
        return answer

    @routes.post("/halls/<hall>/informed", Permission.ISSUE)
    def informed(body: shapes.InformedBody, at: HallCall) -> tuple[InformedAnswer, Literal[201]]:
        """Counts a visitor whom a referral of the menu told what to do without a ticket."""
        return inform_visitor(api.database, at.hall, at.author, body.referral, write_key=at.key), 201


def answer_press(
    api: Api, caller: Caller, hall: str, ticket: TicketRequest
) -> tuple[TicketAnswer, Literal[200, 201]]:
    """Answers a press with its ticket: 201, or 200 for a press that was made before.

    Refusal: too_many_tickets, of a kiosk that has given those of this minute; a repeated press is answered.
    """
    _slow_down(api, caller, ticket)
    answer = issue_ticket(
        api.database,
        hall,
        caller.author,
        ticket,
        quote=partial(api.estimates.quote, hall),
        write_key=write_key(caller.author),
    )
    return _answered(api, caller, hall, ticket, answer), 201 if answer["is_new"] else 200


def _requested(body: shapes.NewTicketBody, press_id: str, caller: Caller) -> TicketRequest:
    return TicketRequest(
        service=body.service,
        press_id=press_id,
        language=body.language,
        is_priority=body.priority,
        channel=channel_of(caller),
        needs=tuple(body.needs),
        kiosk=caller.configured if caller.kind == "device" else body.kiosk,
        exceptional_reason=body.exceptional_reason,
        linked_to=body.linked_to,
    )


def _slow_down(api: Api, caller: Caller, request: TicketRequest) -> None:
    device = caller.author.device
    if device and api.ticket_quota.is_spent(device) and not is_pressed(api.database, request.press_id):
        raise Refusal("too_many_tickets", a_minute=api.settings.kiosk_tickets_a_minute)


def _answered(
    api: Api, caller: Caller, hall: str, request: TicketRequest, ticket: IssuedTicket
) -> TicketAnswer:
    """A ticket as it is answered; a new one of a kiosk counts among those of its minute."""
    device = caller.author.device
    if device and ticket["is_new"] and not ticket["is_repeated"]:
        api.ticket_quota.spend(device)
    is_printing = ticket["print"] is not None and ticket["is_new"]
    within_s = read_paper_time(api.database, hall, request.kiosk) if is_printing else None
    return with_follow_url(api, ticket, request.language, paper_within_s=within_s)


def with_follow_url(
    api: Api, ticket: IssuedTicket, language: str, *, paper_within_s: int | None = None
) -> TicketAnswer:
    """What the API answers of a ticket issued in a language: also where a phone follows it, and in how many
    seconds at most its paper comes out.
    """
    answer = {name: value for name, value in ticket.items() if name not in _HOW_ISSUED}
    paper = {} if paper_within_s is None else {"paper_within_s": paper_within_s}
    follow_url = {"follow_url": api.follow_url(ticket["token"], language)}
    return cast(TicketAnswer, answer | follow_url | paper)  # less two keys


def _claim(body: shapes.TicketBody, caller: Caller) -> Claim:
    return Claim(
        code=body.appointment_code, service=body.service, may_be_early=channel_of(caller) == "reception"
    )


def channel_of(caller: Caller) -> TicketChannel:
    """How a ticket was asked for: kiosk, reception or api."""
    return _CHANNELS.get(caller.kind, "api")


def _hall_of_visit(api: Api, visit: str) -> str:
    return hall_of_visit(api.database, visit)


def links_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("links", tag="tickets")

    @routes.post("/tickets/<visit>/link", Permission.CALL, Permission.RECEIVE)
    def link(visit: str, body: shapes.LinkBody) -> LinkAnswer:
        """Links a visit to another: they are called one after the other to one counter."""
        if (body.visit is None) == (body.number is None):
            raise Refusal("bad_request", missing="number")
        linking = _linking(api, visit)
        to = LinkedTo(body.visit, body.number)
        return link_visits(api.database, linking, to, write_key=write_key(linking.author))

    @routes.post("/tickets/<visit>/unlink", Permission.CALL, Permission.RECEIVE)
    def unlink(visit: str) -> LinkAnswer:
        """Lets a linked visit go its own way again."""
        linking = _linking(api, visit)
        return unlink_visit(api.database, linking, write_key=write_key(linking.author))

    return routes


def _linking(api: Api, visit: str) -> Linking:
    hall = hall_of_visit(api.database, visit)
    caller, _ = allowed_either(Permission.RECEIVE, Permission.CALL, hall)
    return Linking(visit, caller.author, session_header(), place_header())


class VisitsQuery(shapes.RequestShape):
    """A number or the code of an appointment, or for a lost ticket its service, the local hour of arrival
    (± 15 min), the counter that called or served its visitor, its language.
    """

    number: str = Field(default="", max_length=32)
    service: str = Field(default="", max_length=64)
    at: str = Field(default="", pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")
    counter: str = Field(default="", max_length=64)
    language: str = Field(default="", max_length=16, pattern=r"^[A-Za-z-]*$")
    page: int = Field(default=1, ge=1, le=1000)


def reception_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("reception-api", tag="reception")

    @routes.get("/halls/<hall>/visits", Permission.RECEIVE)
    def visits(query: VisitsQuery, at: HallCall) -> FoundVisitsAnswer:
        """Ten visits of today that fit: by number, or what is remembered of a lost ticket."""
        hour = time.fromisoformat(query.at) if query.at else None
        sought = RememberedTicket(query.number, query.service, hour, query.counter, query.language)
        return find_visits(api.database, at.hall, sought, reader=at.author, page=query.page)

    return routes
