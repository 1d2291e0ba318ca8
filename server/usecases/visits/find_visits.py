"""Find a visit of the day: by its number, or for a lost ticket by what one remembers."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.hours.calendars import business_day
from server.domain.instants import to_micros, to_text
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState
from server.store.counters.sessions import open_places
from server.store.transactions.database import Database
from server.store.visits import legs
from server.store.visits.links import linked_numbers
from server.usecases.answers import Answer, exceptional_answer, leg_answer
from server.usecases.counters.visible_counters import CounterVisibility
from server.usecases.hall_view import hall_state
from server.usecases.printing.read_prints import last_prints

AROUND = timedelta(minutes=15)
"""How far from the hour somebody remembers a lost ticket is looked for, on each side."""
MOST_FOUND = 20

_NUMBER = re.compile(r"^\s*([A-Za-z]{0,2})\s*0*([0-9]{1,6})\s*$")
_VISITS = (
    "SELECT v.id, v.channel, v.wanted_service, v.exceptional_reason, e.value AS language, l.id AS leg"
    " FROM visit v"
    " JOIN leg l ON l.visit = v.id LEFT JOIN erasable e ON e.id = v.language"
    " WHERE v.hall = :hall AND v.business_day = :on"
    " AND l.position = (SELECT max(position) FROM leg WHERE visit = v.id)"
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of a ticket: its number (`A042`, `a 42` or `42`), or some of the rest.

    `at`: the local hour of arrival, as one remembers it.
    """

    number: str = ""
    service: str = ""
    at: time | None = None
    language: str = ""


def find_visits(database: Database, hall: str, sought: Sought, *, reader: str) -> Answer:
    """The visits of today that fit, the latest first: the last leg of each, its language, needs, paper.

    `reader`: the author who asks; where few agents are present, of whom another serves not at which counter.

    Refusal: bad_request when nothing is known, or a number that is none.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        configuration, now = state.configuration, state.position.as_of
        on = business_day(configuration.calendar, now)
        where, values = _conditions(sought)
        if sought.at is not None:
            zone = ZoneInfo(configuration.site.time_zone)
            around = datetime.combine(on, sought.at, zone).astimezone(UTC)
            where.append("v.issued_at BETWEEN :earliest AND :latest")
            values |= {"earliest": to_micros(around - AROUND), "latest": to_micros(around + AROUND)}
        sql = " AND ".join([_VISITS, *where]) + f" ORDER BY v.issued_at DESC, v.rank DESC LIMIT {MOST_FOUND}"
        found = rows.all(sql, hall=hall_id, on=on.isoformat(), **values)
        linked = linked_numbers(rows, hall_id) if found else {}
        needs = legs.needs_noted(rows, hall_id) if found else {}
        may_tell = CounterVisibility.of(open_places(rows, hall_id), reader)
        visits = [_visit(rows, row, needs.get(row["id"], ()), linked.get(row["id"], ())) for row in found]
        papers = {each["visit"]: each for each in last_prints(rows, hall_id, [row["id"] for row in found])}
    return {
        "as_of": to_text(now),
        "visits": [may_tell.leg(visit) | {"print": papers.get(visit["visit"])} for visit in visits],
    }


def hall_of_visit(database: Database, visit: str) -> str:
    """The hall of a visit. Refusal: unknown_visit."""
    with database.read() as rows:
        row = rows.one("SELECT hall FROM visit WHERE id = :visit", visit=visit)
    if row is None:
        raise Refusal("unknown_visit", visit=visit)
    return str(row["hall"])


def by_number(number: str) -> tuple[list[str], dict[str, Any]]:
    """Conditions on a visit `v` with this number, and their values. Refusal: unknown_number: it is none."""
    read = _NUMBER.match(number)
    if read is None:
        raise Refusal("unknown_number", number=number)
    if not read[1]:
        return ["v.rank = :rank"], {"rank": int(read[2])}
    return ["v.rank = :rank", "v.series = :series"], {"rank": int(read[2]), "series": read[1].upper()}


def _conditions(sought: Sought) -> tuple[list[str], dict[str, Any]]:
    where, values = by_number(sought.number) if sought.number else ([], {})
    if sought.service:
        where.append("EXISTS (SELECT 1 FROM leg s WHERE s.visit = v.id AND s.service = :service)")
        values["service"] = sought.service
    if sought.language:
        where.append("e.value = :language")
        values["language"] = sought.language
    if not where and sought.at is None:
        raise Refusal("bad_request", missing="number")
    return where, values


def _visit(rows: Any, row: Any, needs: Collection[str], linked: Collection[str]) -> Answer:
    leg = legs.leg(rows, row["leg"])
    assert leg is not None
    ahead = None
    if leg["state"] == LegState.WAITING:
        ahead = legs.ahead(rows, leg["hall"], leg["queue"], leg["sort_key"])
    of_visit = {"needs": list(needs), "linked": list(linked), "exceptional": exceptional_answer(row)}
    answer = leg_answer(leg, of_visit)
    return answer | {"language": row["language"], "channel": row["channel"], "ahead": ahead}
