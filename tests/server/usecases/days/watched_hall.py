"""A hall as random days leave it: what there is to act on, and what always holds, whatever was done."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from server.domain.author import Author
from server.domain.facts import SILENT
from server.domain.refusals import Refusal
from server.live.publication import QueueChanged, queue_message
from server.store.configuration.halls import hall_row
from server.store.counters import open_place
from server.store.engine.stores import snapshot
from server.store.journal.chain import Anchors
from server.store.journal.rebuild import differences
from server.store.journal.verify import verify_journal
from server.store.tables import PROJECTIONS
from server.store.transactions.database import Database
from server.store.visits.open_legs import OpenLegs
from server.usecases.hall.counter_view import CounterAnswer, WaitingAnswer, read_counter, read_waiting
from server.usecases.hall.read_board import BoardChanged, read_board
from server.usecases.hall.read_queue import QueueAnswer, read_queue
from server.usecases.tickets.issuing import issue_family, issue_ticket
from server.usecases.visits.gestures import Gesture
from tests.harness.described_answers import faults_of
from tests.harness.sql import all_rows, as_write
from tests.server.usecases.quality.figures_history import Hands

HALL = "laon"
MORNING = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
AT_COUNTER = "state IN ('called', 'in_service')"
AS_PUBLISHED = (
    "UPDATE hall SET version = 1, journal_length = 1, head_hash = :hash, last_recorded_at = :at"
    " WHERE id = :hall"
)
NOT_PROJECTED = (
    "ticket_access",
    "appointment_access",
    "print_job",
    "idempotency",
    "counter_lease",
    "job_run",
    "erasable",
)


def a_new_hall(database: Database, hall: str) -> None:
    """Takes a hall (id) back to how it was published, before anything happened in it."""
    first = all_rows(database, "SELECT * FROM hall_fact WHERE hall = :hall AND position = 1", hall=hall)[0]
    with database.store.write() as rows:
        for table in (*PROJECTIONS, *NOT_PROJECTED):
            rows.execute(as_write(f"DELETE FROM {table}"))
        rows.execute(as_write("DELETE FROM hall_fact WHERE hall = :hall AND position > 1"), hall=hall)
        rows.execute(as_write(AS_PUBLISHED), hash=first["hash"], at=first["recorded_at"], hall=hall)


class WatchedHall(RuleBasedStateMachine):
    """One hall, its counters, and a clock that the day sets."""

    def __init__(self, database: Database, hands: Hands, covered: set[str]) -> None:
        super().__init__()
        self.database, self.hands, self.covered = database, hands, covered
        self.hall = database.hall_id(HALL)
        configuration = database.configuration(HALL)
        self.services = list(configuration.services)
        self.counters = ["laon-g1", "laon-g4", "laon-g3"]
        self.profiles = [None, *configuration.profiles]
        self.tokens: list[str] = []

    def all(self, sql: str, **values: Any) -> list[Any]:
        return all_rows(self.database, sql, hall=self.hall, **values)

    def leg_at(self, counter: str) -> str | None:
        sql = f"SELECT id FROM leg WHERE hall = :hall AND counter = :counter AND {AT_COUNTER}"
        found = self.all(sql, counter=counter)
        return str(found[0]["id"]) if found else None

    def a_leg(self, pick: int, state: str = "state <> 'ended'") -> str | None:
        """A leg that fits, seven times out of eight; else, or if none fits, any leg."""
        found = self.all(f"SELECT id FROM leg WHERE hall = :hall AND {state} ORDER BY issued_at, id LIMIT 9")
        if not found or pick % 8 == 5:
            found = self.all("SELECT id FROM leg WHERE hall = :hall ORDER BY issued_at DESC, id LIMIT 9")
        return str(found[pick % len(found)]["id"]) if found else None

    def agent_at(self, counter: str | None) -> Author:
        """Who holds a counter now; somebody else where nobody does."""
        with self.database.read() as rows:
            place = None if counter is None else open_place(rows, counter)
        return Author("agent" if place is None else place.author)

    def gesture(self, leg: str) -> Gesture:
        """A gesture on a leg by whoever holds its counter."""
        [row] = self.all("SELECT counter FROM leg WHERE id = :leg", leg=leg)
        return Gesture(leg, self.agent_at(row["counter"]))

    def may(self, verb: Any, *values: Any, **named: Any) -> Any:
        """What the verb answers; a refusal is a legitimate answer, and must change nothing."""
        before = self.head()
        try:
            return verb(self.database, *values, **named)
        except Refusal as refusal:
            self.covered.add(refusal.code)
            if verb not in (issue_ticket, issue_family):
                assert self.head() == before
            return None

    def head(self) -> tuple[Any, ...]:
        found = self.all("SELECT version, journal_length, head_hash FROM hall WHERE id = :hall")[0]
        return tuple(found.values())

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def one_visit_at_a_counter(self) -> None:
        sql = f"SELECT counter, count(*) AS n FROM leg WHERE hall = :hall AND {AT_COUNTER} GROUP BY counter"
        assert all(row["counter"] is not None and row["n"] == 1 for row in self.all(sql))

    @invariant()
    def one_open_leg_of_a_visit_and_an_end_of_the_others(self) -> None:
        sql = (
            "SELECT v.id, v.end_reason, sum(CASE l.state WHEN 'ended' THEN 0 ELSE 1 END) AS n FROM visit v"
            " JOIN leg l ON l.visit = v.id WHERE v.hall = :hall GROUP BY v.id, v.end_reason"
        )
        for row in self.all(sql):
            assert row["n"] == (1 if row["end_reason"] is None else 0), dict(row)

    @invariant()
    def numbers_are_unique_and_in_order(self) -> None:
        found = self.all(
            "SELECT business_day, number, series, rank FROM visit WHERE hall = :hall ORDER BY issued_at, id"
        )
        numbers = [(row["business_day"], row["number"]) for row in found]
        assert len(numbers) == len(set(numbers))
        last: dict[tuple[str, str], int] = {}
        for row in found:
            key = row["business_day"], row["series"]
            assert row["rank"] > last.get(key, 0)
            last[key] = row["rank"]

    @invariant()
    def the_version_counts_the_facts_that_show(self) -> None:
        head = self.all("SELECT version, journal_length FROM hall WHERE id = :hall")[0]
        kinds = [row["kind"] for row in self.all("SELECT kind FROM hall_fact WHERE hall = :hall")]
        assert head["journal_length"] == len(kinds)
        assert head["version"] == sum(kind not in SILENT for kind in kinds)

    @invariant()
    def what_is_remembered_of_open_legs_is_what_the_rows_say(self) -> None:
        remembered = self.database.remembered_legs(self.hall)
        if remembered is None or remembered.head != self.head()[2]:
            return
        with self.database.read() as rows:
            row = hall_row(rows, self.hall)
            assert row is not None
            read = OpenLegs.read(rows, row)
        assert remembered.length == read.length
        assert {leg.id: leg for leg in remembered} == {leg.id: leg for leg in read}
        queues = self.database.configuration(HALL).queues
        assert remembered.queues() == read.queues()
        links = [{leg.visit: legs.link(leg.visit) for leg in legs} for legs in (remembered, read)]
        assert links[0] == links[1]
        needs = [{leg.visit: legs.needs(leg.visit) for leg in legs} for legs in (remembered, read)]
        assert needs[0] == needs[1]
        for counter in self.counters:
            heads = [legs.heads(queues, counter=counter, most=4) for legs in (remembered, read)]
            assert sorted(heads[0], key=str) == sorted(heads[1], key=str)
            assert remembered.at_counter(counter) == read.at_counter(counter)
        for leg in read:
            place = leg.queue, leg.sort_key
            assert remembered.ahead(*place) == read.ahead(*place)
        self.covered.add("remembered")

    def teardown(self) -> None:
        """At the end of each sequence: the rows are what the facts say, and the chain holds."""
        self.covered |= {row["kind"] for row in self.all("SELECT kind FROM hall_fact WHERE hall = :hall")}
        with snapshot(self.database) as rows:
            assert differences(rows, self.hall) == []
        verified = verify_journal(self.database, Anchors(Path("/nowhere")), hall=HALL, full=True)
        assert verified.faults == []
        self.pages_read_what_their_shapes_say()

    def pages_read_what_their_shapes_say(self) -> None:
        """The queue, the board and each counter have the fields of their shapes and no other."""
        queue = read_queue(self.database, HALL)
        assert faults_of(QueueAnswer, queue) == []
        assert faults_of(QueueChanged, queue_message(queue)) == []
        assert faults_of(BoardChanged, read_board(self.database, HALL)) == []
        for counter in self.counters:
            assert faults_of(CounterAnswer, read_counter(self.database, counter)) == []
            assert faults_of(WaitingAnswer, read_waiting(self.database, counter)) == []
