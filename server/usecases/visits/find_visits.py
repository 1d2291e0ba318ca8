"""Find a visit of the day by its number, or a lost ticket by what its visitor remembers."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import Count, InstantText
from server.domain.appointments import code_key
from server.domain.author import Author
from server.domain.calling.calls import Explanation
from server.domain.facts import FactKind
from server.domain.hours.calendars import business_day
from server.domain.instants import from_micros, to_text
from server.domain.refusals import Refusal, existing
from server.domain.row_changes import Recorded
from server.domain.visits.facts import TicketChannel
from server.domain.visits.transitions import EndReason, LegState
from server.domain.visits.undo import undone_among
from server.domain.visits.verb_facts import MOST_LINKED, JoiningVisit, Need, visit_unlinked, visits_linked
from server.ids import new_id
from server.store.appointments import appointments_with_code
from server.store.counters import open_places
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.journal.facts import facts_of_visit
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import visits
from server.store.visits.legs import ahead, last_leg
from server.store.visits.visits import (
    FoundVisitRow,
    VisitRow,
    VisitSearch,
    linked_numbers,
    needs_noted,
    visit_row,
    visits_found,
    visits_numbered,
)
from server.usecases.answers import Leg, VisitFields, exceptional_answer, leg_answer
from server.usecases.counters.own_session import CounterVisibility, place_of_gesture
from server.usecases.hall_view import hall_state
from server.usecases.printing.print_jobs import PrintVerdict, last_prints

AROUND = timedelta(minutes=15)
"""How far from the hour that the visitor remembers the search goes, on each side."""
FOUND_A_PAGE = 10

_NUMBER = re.compile(r"^\s*([A-Za-z]{0,2})\s*0*([0-9]{1,6})\s*$")


@dataclass(frozen=True, slots=True)
class NumberRead:
    """A ticket number as somebody typed it: its rank, and the prefix of its series (None: not typed)."""

    rank: int
    series: str | None


@dataclass(frozen=True, slots=True)
class RememberedTicket:
    """What somebody remembers of a ticket: its number (`A042`, `a 42` or `42`), or some of the rest.

    `number`: or the code of its appointment.

    Empty: not remembered. `at`: the local hour of arrival. `counter`: an id, of who called or served.
    """

    number: str = ""
    service: str = ""
    at: time | None = None
    counter: str = ""
    language: str = ""


class FoundVisit(Leg):
    """A visit that was found: its last leg, and how its ticket was taken."""

    language: str | None
    """In which language the ticket was taken; null: erased."""
    channel: TicketChannel
    ahead: Count | None
    """How many are called before; null for who does not wait."""
    print: PrintVerdict | None
    """The last print job of its paper."""


class FoundVisitsAnswer(TypedDict):
    """A page of the visits of today that fit: those that wait, those called or served, those that ended."""

    as_of: InstantText
    visits: list[FoundVisit]
    count: Count
    """How many fit in all; 0 on a page after the last one."""
    pages: Count


def find_visits(
    database: Database, hall: str, remembered: RememberedTicket, *, reader: Author, page: int = 1
) -> FoundVisitsAnswer:
    """A page of the visits of today that fit, in order: the last leg of each, its language, needs, paper.

    `reader`: the author who searches. Where few agents are present, the answer does not say at which counter
    another agent serves a visitor, and nobody searches by it. Refusals: bad_request without anything to
    search by, unknown_number, not_arrived, few_agents.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        configuration, now = state.configuration, state.as_of
        on = business_day(configuration.calendar, now)
        remembered = replace(remembered, number=_number_of(rows, hall_id, on, remembered.number))
        search = _search(remembered, on, configuration.site.zone)
        may_tell = CounterVisibility.of(open_places(rows, hall_id), reader)
        if not may_tell.tells(search.counter):
            raise Refusal("few_agents", counter=search.counter)
        offset = FOUND_A_PAGE * (page - 1)
        found = visits_found(rows, hall_id, on, search, limit=FOUND_A_PAGE, offset=offset)
        linked = linked_numbers(rows, hall_id) if found else {}
        needs = needs_noted(rows, hall_id) if found else {}
        visits = [_visit(rows, row, needs.get(row.id, ()), linked.get(row.id, ())) for row in found]
        shared = database.open_legs(rows, state.row).shared_numbers() if found else frozenset()
        ids = [row.id for row in found]
        papers = {each["visit"]: each for each in last_prints(rows, configuration, hall_id, ids)}
    for visit in visits:
        visit["print"] = papers.get(visit["visit"])
        if visit["number"] in shared and visit["state"] != LegState.ENDED:
            visit["shares_number"] = True
    count = found[0].count if found else 0
    return {
        "as_of": to_text(now),
        "visits": [may_tell.leg(visit) for visit in visits],
        "count": count,
        "pages": -(-count // FOUND_A_PAGE),
    }


def hall_of_visit(database: Database, visit: str) -> str:
    """The hall of a visit. Refusal: unknown_visit."""
    with database.read() as rows:
        row = existing(visit_row(rows, visit), "unknown_visit", visit=visit)
    return row.hall


def visit_in_reach(rows: Rows, visit: str, author: Author) -> VisitRow:
    """A visit whose last leg is in the reach of an author. Refusals: unknown_visit, service_not_allowed."""
    row = existing(visit_row(rows, visit), "unknown_visit", visit=visit)
    leg = None if author.reach.is_whole else last_leg(rows, visit)
    if leg is not None:
        author.reach.check_leg(leg)
    return row


def read_number(number: str) -> NumberRead:
    """The parts of a ticket number. Refusal: unknown_number when the text is none."""
    parts = existing(_NUMBER.match(number), "unknown_number", number=number)
    return NumberRead(int(parts[2]), parts[1].upper() or None)


def _number_of(rows: Rows, hall: str, on: date, typed: str) -> str:
    """The number of the visit whose appointment of the day has the typed code; else the text, a number.

    A visit that has it as its number is meant first. Refusal: not_arrived, of an appointment without a visit.
    """
    parts = _NUMBER.match(typed)
    if parts and visits.visits_numbered(rows, hall, on, rank=int(parts[2]), series=parts[1].upper() or None):
        return typed
    named = appointments_with_code(rows, hall, code_key(typed)) if code_key(typed) else []
    appointment = next((each for each in named if each.booked_on == on), None)
    if appointment is None:
        return typed
    if appointment.visit is None:
        raise Refusal("not_arrived", booked_at=to_text(appointment.booked_at))
    return existing(visit_row(rows, appointment.visit), "unknown_visit", visit=appointment.visit).number


def _search(remembered: RememberedTicket, on: date, zone: ZoneInfo) -> VisitSearch:
    """Refusals: unknown_number, bad_request without anything to search by."""
    if remembered == RememberedTicket():
        raise Refusal("bad_request", missing="number")
    number = read_number(remembered.number) if remembered.number else None
    around = None if remembered.at is None else datetime.combine(on, remembered.at, zone).astimezone(UTC)
    return VisitSearch(
        rank=None if number is None else number.rank,
        series=None if number is None else number.series,
        service=remembered.service or None,
        counter=remembered.counter or None,
        language=remembered.language or None,
        earliest=None if around is None else around - AROUND,
        latest=None if around is None else around + AROUND,
    )


def _visit(rows: Rows, visit: FoundVisitRow, needs: Collection[Need], linked: Collection[str]) -> FoundVisit:
    leg = last_leg(rows, visit.id)
    assert leg is not None
    people_ahead = None
    if leg.state == LegState.WAITING:
        people_ahead = ahead(rows, leg.hall, leg.queue, leg.sort_key)
    exceptional = exceptional_answer(visit.wanted_service, visit.exceptional_reason)
    of_visit: VisitFields = {"needs": list(needs), "linked": list(linked), "exceptional": exceptional}
    return {
        **leg_answer(leg, of_visit),
        "language": visit.language,
        "channel": visit.channel,
        "ahead": people_ahead,
        "print": None,
    }


class FactOfVisit(TypedDict):
    """Something that happened to a visit, without who did it."""

    fact: FactKind
    at: InstantText
    counter: str | None
    service: str | None
    reason: EndReason | None
    """How a leg ended."""
    urgency: str | None
    """Why it was declared an urgent case, a code."""
    why: Explanation | None
    """Why a leg was called."""
    is_undone: bool


class HistoryAnswer(TypedDict):
    """What happened to a visit, in order."""

    visit: str
    number: str | None
    facts: list[FactOfVisit]


def read_history(database: Database, visit: str, *, reader: Author) -> HistoryAnswer:
    """What happened to a visit; the answer names no agent. Refusals: unknown_visit, service_not_allowed."""
    with database.read() as rows:
        row = visit_in_reach(rows, visit, reader)
        facts = facts_of_visit(rows, visit)
    undone = undone_among(facts)
    return {
        "visit": visit,
        "number": row.number,
        "facts": [_fact_answer(fact, is_undone=fact_id in undone) for fact_id, fact in facts],
    }


def _fact_answer(fact: Recorded, *, is_undone: bool) -> FactOfVisit:
    body = fact.body
    leg = body.get("new_leg") or body.get("leg")
    return {
        "fact": FactKind(fact.kind),
        "at": to_text(from_micros(fact.happened_at)),
        "counter": body.get("counter"),
        "service": leg["service"] if isinstance(leg, dict) else body.get("service"),
        "reason": EndReason(body["reason"]) if fact.kind == FactKind.LEG_ENDED else None,
        "urgency": body.get("urgency"),
        "why": body.get("why"),
        "is_undone": is_undone,
    }


@dataclass(frozen=True, slots=True)
class Linking:
    """A visit to link or unlink, its author, the counter session and its place (None: without a counter)."""

    visit: str
    author: Author
    session: str | None = None
    counter: str | None = None


@dataclass(frozen=True, slots=True)
class LinkedTo:
    """The other visit: its id, or its number as `find_visits` reads one, of the same day."""

    visit: str | None = None
    number: str | None = None


class LinkAnswer(TypedDict):
    """A visit and the numbers it is linked to."""

    visit: str
    number: str
    linked: list[str]


def link_visits(
    database: Database, linking: Linking, to: LinkedTo, *, write_key: WriteKey | None = None
) -> LinkAnswer:
    """Links two visits of one hall and day, each with those it is linked to only where that is clear.

    Answers the visit with the numbers it is linked to. Refusals: unknown_visit, service_not_allowed,
    unknown_number, several_visits when two open ones have the number, wrong_state when one has ended,
    linked_to_itself, linked_apart (another hall or day), already_linked (to each other), linked_to_others
    (each to visits that go on), linked_too_many.
    """

    def link_them(transaction: HallTransaction) -> LinkAnswer:
        one = visit_in_reach(transaction, linking.visit, transaction.author)
        other = _other(transaction, one, to)
        if one.id == other.id:
            raise Refusal("linked_to_itself", number=one.number)
        if (one.hall, one.business_day) != (other.hall, other.business_day):
            raise Refusal("linked_apart", number=other.number)
        if one.end_reason is not None or other.end_reason is not None:
            raise Refusal("wrong_state", state="ended", verb="link")
        link, joining = _joined(transaction, one, other)
        sharing = visits.sharing(transaction, transaction.hall, one.business_day, link)
        if sharing + len(joining) > MOST_LINKED:
            raise Refusal("linked_too_many", most=MOST_LINKED)
        counter = place_of_gesture(transaction, linking.session, linking.counter)
        transaction.record(visits_linked(link, one.id, joining, counter=counter))
        return _link_answer(transaction, one)

    return database.write(hall_of_visit(database, linking.visit), linking.author, write_key, link_them)


def unlink_visit(database: Database, linking: Linking, *, write_key: WriteKey | None = None) -> LinkAnswer:
    """The visit leaves those it is linked to, at any time; number, rank and wait stay.

    Refusals: unknown_visit, service_not_allowed, not_linked.
    """

    def unlink(transaction: HallTransaction) -> LinkAnswer:
        one = visit_in_reach(transaction, linking.visit, transaction.author)
        if one.link is None:
            raise Refusal("not_linked")
        counter = place_of_gesture(transaction, linking.session, linking.counter)
        transaction.record(visit_unlinked(one.link, one.id, counter=counter))
        return _link_answer(transaction, one)

    return database.write(hall_of_visit(database, linking.visit), linking.author, write_key, unlink)


def _other(transaction: HallTransaction, one: VisitRow, to: LinkedTo) -> VisitRow:
    if to.visit is not None:
        return visit_in_reach(transaction, to.visit, transaction.author)
    number = read_number(to.number or "")
    found = visits_numbered(transaction, one.hall, one.business_day, rank=number.rank, series=number.series)
    open_ones = [row for row in found if row.end_reason is None] or found[:1]
    if not open_ones:
        raise Refusal("unknown_visit", number=to.number)
    if len(open_ones) > 1:
        raise Refusal("several_visits", number=to.number)
    return visit_in_reach(transaction, open_ones[0].id, transaction.author)


def _joined(transaction: HallTransaction, one: VisitRow, other: VisitRow) -> tuple[str, list[JoiningVisit]]:
    """The link that both share from now on, and the visits that join it.

    Refusals: already_linked, linked_to_others.
    """
    together = linked_numbers(transaction, transaction.hall)
    staying = [row for row in (one, other) if row.id in together]
    if len(staying) == 2:
        raise Refusal("already_linked" if one.link == other.link else "linked_to_others")
    link = (staying[0].link if staying else None) or new_id()
    joining = [row for row in (one, other) if row not in staying]
    return link, [JoiningVisit(row.id, row.link) for row in joining]


def _link_answer(transaction: HallTransaction, one: VisitRow) -> LinkAnswer:
    linked = linked_numbers(transaction, transaction.hall).get(one.id, [])
    return {"visit": one.id, "number": one.number, "linked": linked}
