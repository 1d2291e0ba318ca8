"""The rows of one visit, after the facts that a test records one by one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from server.domain.calling.calls import CalledBy, CalledLeg, leg_called, leg_recalled
from server.domain.facts import CallReason, Erasable, Fact
from server.domain.instants import to_micros
from server.domain.journal import rows_after
from server.domain.row_changes import Recorded
from server.domain.visits.facts import NewLeg, NewVisit, ticket_issued
from server.domain.visits.verb_facts import LegAtCounter

ISSUED = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAY = date(2026, 11, 24)
LEG = LegAtCounter("leg-1", "visit-1", "3")


def new_leg(leg: str = "leg-1", **values: Any) -> NewLeg:
    """A leg of « sejour » that begins at `ISSUED`."""
    usual: dict[str, Any] = {
        "position": 1,
        "service": "sejour",
        "queue": "sejour",
        "visit_class": "walk_in",
        "priority": "none",
        "target_s": 900,
        "sort_key": "k1",
        "arrived_at": ISSUED,
        "issued_at": ISSUED,
        "configuration_revision": 4,
        "series": "A",
        "reference_at": ISSUED,
    }
    return NewLeg(leg, **usual | values)


def new_visit(**values: Any) -> NewVisit:
    """The visit of that leg: A012, from a kiosk."""
    usual: dict[str, Any] = {"incarnation": "i1", "rank": 12, "number": "A012", "channel": "kiosk"}
    return NewVisit("visit-1", DAY, "A", **usual | values)


def minute(number: int) -> int:
    """Microseconds of that minute after `ISSUED`."""
    return to_micros(ISSUED + timedelta(minutes=number))


class Story:
    """What happens to a visit, one fact a minute from its ticket on."""

    def __init__(self, *, leg: NewLeg | None = None, visit: NewVisit | None = None) -> None:
        self.facts: list[Recorded] = []
        self.record(ticket_issued(visit or new_visit(), leg or new_leg(), ahead=0))

    def record(self, fact: Fact, *, is_clock_suspect: bool = False) -> "Story":
        """A fact, a minute after the one before."""
        at = minute(len(self.facts))
        self.facts.append(Recorded(fact.kind, fact.body, "laon", at, "agent-1", is_clock_suspect))
        return self

    def call(self, *, is_again: bool = False, **why: Any) -> "Story":
        """Counter 3 calls the leg."""
        called = CalledLeg("leg-1", "visit-1", "A012", f"call-{len(self.facts)}")
        explained = CallReason("fifo", "why.fifo", **why)
        return self.record(leg_called(called, CalledBy("3", "session-1"), explained, is_again=is_again))

    def recall(self, rank: int, *, is_arrival: bool = False) -> "Story":
        """Counter 3 calls the leg once more."""
        called = CalledLeg("leg-1", "visit-1", "A012", "call-1")
        return self.record(leg_recalled(called, counter="3", rank=rank, is_arrival=is_arrival))

    def leg(self, leg: str = "leg-1") -> dict[str, Any]:
        """The row of a leg now."""
        return rows_after(self.facts)["leg", leg]

    def visit(self) -> dict[str, Any]:
        """The row of the visit now."""
        return rows_after(self.facts)["visit", "visit-1"]


def personal(value: str) -> Erasable:
    """A personal value as a fact holds it."""
    return Erasable(value, "00" * 32)


def part(row: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """The columns of a row that an expectation names."""
    return {name: row.get(name, "no such column") for name in like}
