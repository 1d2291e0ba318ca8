"""Find a visit of the day by its number, or a lost ticket by what its visitor remembers."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import Count, InstantText
from server.domain.author import Author
from server.domain.hours.calendars import business_day
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.visits.facts import TicketChannel
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import Need
from server.store.counters import open_places
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.store.visits.legs import ahead, last_leg
from server.store.visits.links import linked_numbers
from server.store.visits.visits import (
    FoundVisitRow,
    VisitRow,
    VisitSearch,
    needs_noted,
    visit_row,
    visits_found,
)
from server.usecases.answers import Leg, VisitFields, exceptional_answer, leg_answer
from server.usecases.counters.own_session import CounterVisibility
from server.usecases.hall_view import hall_state
from server.usecases.printing.prints import PrintVerdict, last_prints

AROUND = timedelta(minutes=15)
"""How far from the hour that the visitor remembers the search goes, on each side."""
MOST_FOUND = 20

_NUMBER = re.compile(r"^\s*([A-Za-z]{0,2})\s*0*([0-9]{1,6})\s*$")


@dataclass(frozen=True, slots=True)
class NumberRead:
    """A ticket number as somebody typed it: its rank, and the prefix of its series (None: not typed)."""

    rank: int
    series: str | None


@dataclass(frozen=True, slots=True)
class RememberedTicket:
    """What somebody remembers of a ticket: its number (`A042`, `a 42` or `42`), or some of the rest.

    Empty: not remembered. `at`: the local hour of arrival.
    """

    number: str = ""
    service: str = ""
    at: time | None = None
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
    """The visits of today that fit, the latest first."""

    as_of: InstantText
    visits: list[FoundVisit]


def find_visits(
    database: Database, hall: str, remembered: RememberedTicket, *, reader: Author
) -> FoundVisitsAnswer:
    """The visits of today that fit, the last issued first: the last leg of each, its language, needs, paper.

    `reader`: the author who searches. Where few agents are present, the answer does not say at which counter
    another agent serves a visitor. Refusals: bad_request without anything to search by, unknown_number.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        configuration, now = state.configuration, state.position.as_of
        on = business_day(configuration.calendar, now)
        search = _search(remembered, on, ZoneInfo(configuration.site.time_zone))
        found = visits_found(rows, hall_id, on, search, limit=MOST_FOUND)
        linked = linked_numbers(rows, hall_id) if found else {}
        needs = needs_noted(rows, hall_id) if found else {}
        may_tell = CounterVisibility.of(open_places(rows, hall_id), reader)
        visits = [_visit(rows, row, needs.get(row.id, ()), linked.get(row.id, ())) for row in found]
        ids = [row.id for row in found]
        papers = {each["visit"]: each for each in last_prints(rows, configuration, hall_id, ids)}
    for visit in visits:
        visit["print"] = papers.get(visit["visit"])
    return {"as_of": to_text(now), "visits": [may_tell.leg(visit) for visit in visits]}


def hall_of_visit(database: Database, visit: str) -> str:
    """The hall of a visit. Refusal: unknown_visit."""
    with database.read() as rows:
        row = visit_row(rows, visit)
    if row is None:
        raise Refusal("unknown_visit", visit=visit)
    return row.hall


def visit_in_reach(rows: Rows, visit: str, author: Author) -> VisitRow:
    """A visit whose last leg is in the reach of an author. Refusals: unknown_visit, service_not_allowed."""
    row = visit_row(rows, visit)
    if row is None:
        raise Refusal("unknown_visit", visit=visit)
    leg = None if author.reach.is_whole else last_leg(rows, visit)
    if leg is not None:
        author.reach.check_leg(leg)
    return row


def read_number(number: str) -> NumberRead:
    """The parts of a ticket number. Refusal: unknown_number when the text is none."""
    parts = _NUMBER.match(number)
    if parts is None:
        raise Refusal("unknown_number", number=number)
    return NumberRead(int(parts[2]), parts[1].upper() or None)


def _search(remembered: RememberedTicket, on: date, zone: ZoneInfo) -> VisitSearch:
    """Refusals: unknown_number, bad_request without anything to search by."""
    number = read_number(remembered.number) if remembered.number else None
    if number is None and not remembered.service and not remembered.language and remembered.at is None:
        raise Refusal("bad_request", missing="number")
    around = None if remembered.at is None else datetime.combine(on, remembered.at, zone).astimezone(UTC)
    return VisitSearch(
        rank=None if number is None else number.rank,
        series=None if number is None else number.series,
        service=remembered.service or None,
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
