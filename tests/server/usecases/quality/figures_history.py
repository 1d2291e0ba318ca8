"""A hall with a past to count: days of visits recorded as facts, seeded, with every way a leg may end."""

import json
import random
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.domain.appointments import (
    Arrival,
    NewAppointment,
    appointment_booked,
    appointment_cancelled,
    appointment_checked_in,
)
from server.domain.author import SYSTEM, Author
from server.domain.calling.calls import CalledBy, CalledLeg, leg_called, leg_recalled
from server.domain.calling.waiting_legs import arrival_class, sort_key
from server.domain.facts import CallReason, greeting_counted
from server.domain.visits.facts import (
    EndedLeg,
    ExceptionalVisit,
    NewLeg,
    NewVisit,
    Result,
    leg_ended,
    leg_served,
    leg_started,
    leg_transferred,
    ticket_issued,
    ticket_not_issued,
    visit_reinstated,
    visitor_informed,
)
from server.domain.visits.off_line import Pressed
from server.ids import new_id
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.calling import AtCounter, call_next
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.hours.opening import close_day
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.off_line import OffLineBatch, OffLinePress, merge_presses
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import finish
from tests.harness.sql import all_rows, execute
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, SERVICE

HALLS = Path(__file__).parents[4] / "server/demonstration/halls"
PARIS = ZoneInfo("Europe/Paris")
ENDS = ("served", "no_show", "back", "abandoned", "left_after_call", "transferred", "moved", "late", "open")
WEIGHTS = (74, 5, 2, 6, 2, 5, 3, 1, 2)

RESULTS = ("paper_missing", None, "file_received", "informed", "paper_missing", None, "redirected")
"""What services lead to, by the rank of the visit."""
REASONS = ("expires-soon", "cannot-book", "urgent-change")
"""Exceptional reasons of Laon's residence permits."""


@dataclass
class Hands:
    """The hands of a clock a test sets."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 17, tzinfo=UTC))

    def clock(self) -> Clock:
        return Clock(now=lambda: self.now)


def database_with_hall(url: str, hands: Hands, *halls: str, by_call: Collection[str] = ()) -> Database:
    """A database with the installation and these halls of the demonstration published (Laon unless told).

    `by_call`: the services of which a call counts as the arrival.
    """
    database = Database(url, hands.clock())
    publish_installation(database, SYSTEM, (HALLS / "installation.json").read_bytes())
    for hall in halls or ("laon",):
        publish_hall(database, SYSTEM, _document(hall, by_call))
    return database


@contextmanager
def checked(database: Database, hall: str) -> Iterator[Database]:
    """A database whose rows of a hall, at the end, are what its facts tell; closed then."""
    yield database
    with snapshot(database) as rows:
        assert differences(rows, database.hall_id(hall)) == []
    database.close()


def _document(hall: str, by_call: Collection[str]) -> bytes:
    document = json.loads((HALLS / f"{hall}.json").read_bytes())
    for service in document["services"]:
        if service["id"] in by_call:
            service["confirmation"] = "call"
    return json.dumps(document).encode()


@dataclass
class PlayedDay:
    """One day of visits in a hall's transaction; `record` is the only way it writes."""

    transaction: HallTransaction
    day: date
    chance: random.Random
    counter: str = "laon-g1"

    def local(self, hour: float) -> datetime:
        return datetime.combine(self.day, time(), PARIS).astimezone(UTC) + timedelta(hours=hour)

    def visits(self, how_many: int, services: Sequence[str]) -> None:
        for rank in range(1, how_many + 1):
            hour = self.chance.choices((8.5, 9, 10, 11, 12, 13, 14, 15, 16), (4, 9, 9, 7, 3, 4, 7, 5, 2))[0]
            at = self.local(hour + self.chance.random())
            self.visit(rank, self.chance.choice(services), at, self.chance.choices(ENDS, WEIGHTS)[0])

    def visit(self, rank: int, service: str, at: datetime, how: str) -> None:
        excused = service == "laon-accueil" and rank % 3 > 0
        exceptional = ExceptionalVisit("laon-titres-depot", REASONS[rank % 3]) if excused else None
        visit = NewVisit(
            *(new_id(), self.day, "tests", "one", rank, f"T{rank:03d}", "kiosk"), exceptional=exceptional
        )
        leg = self._leg(service, at, position=1)
        self.transaction.record(ticket_issued(visit, leg, ahead=0), happened_at=at)
        ended = EndedLeg(leg.id, visit.id, visit.number, self.day)
        after_s = self.chance.expovariate(1 / (1100 if 10 <= (at.hour + 1) <= 12 else 500))
        called_at = leg.arrived_at + timedelta(seconds=after_s)
        if leg.booked_at is not None:
            called_at = max(called_at, leg.booked_at - timedelta(minutes=4))
        if how == "open":
            return
        if how in ("abandoned", "late"):
            reason = "cancelled" if how == "late" else "abandoned"
            self._end(leg, visit, reason, at + timedelta(seconds=90 if how == "late" else after_s))
        elif how == "moved":
            moved = self._leg("laon-accueil", called_at, position=2)
            self.transaction.record(leg_transferred(ended, moved, counter=None), happened_at=called_at)
            self._serve(moved, visit, called_at + timedelta(minutes=3), "served")
        else:
            self._serve(leg, visit, called_at, how)

    def _leg(self, service: str, at: datetime, *, position: int, back_from: str | None = None) -> NewLeg:
        configured = self.transaction.configuration.services[service]
        chance = self.chance.random()
        booked = at + timedelta(minutes=self.chance.uniform(-10, 25)) if chance < 0.2 else None
        priority = "declared" if chance > 0.94 else "none"
        low_s = self.chance.choice((None, 0, 300, 600))
        kind = arrival_class(priority, booked, at)
        return NewLeg(
            id=new_id(),
            position=position,
            service=service,
            queue=configured.queue,
            visit_class=kind,
            priority=priority,
            target_s=600 if kind != "walk_in" else configured.target_s,
            sort_key=sort_key(kind, at, "T001"),
            arrived_at=at,
            issued_at=at,
            configuration_revision=1,
            series=configured.series.prefix,
            reference_at=at if booked is None else max(at, booked),
            is_out_of_series=position > 1,
            booked_at=booked,
            reinstated_from=back_from,
            quoted_low_s=low_s,
            quoted_high_s=None if low_s is None else low_s + 900,
        )

    def _serve(self, leg: NewLeg, visit: NewVisit, at: datetime, how: str) -> None:
        why = CallReason("arrival_order", "server.why.first")
        called = CalledLeg(leg.id, visit.id, visit.number, new_id())
        called = CalledLeg(leg.id, visit.id, visit.number, new_id())
        call = leg_called(called, CalledBy(self.counter, "tests"), why)
        self.transaction.record(call, happened_at=at)
        if self.chance.random() < 0.2:
            again = leg_recalled(called, counter=self.counter, rank=2)
            at += timedelta(seconds=50)
            self.transaction.record(again, happened_at=at)
        done_at = at + timedelta(seconds=self.chance.lognormvariate(6.0, 0.7))
        if how in ("no_show", "left_after_call"):
            self._end(leg, visit, how, done_at)
            return
        if how == "back":
            self._end(leg, visit, "no_show", at + timedelta(minutes=2))
            back = self._leg(leg.service, done_at, position=leg.position + 1, back_from=leg.id)
            ended = EndedLeg(leg.id, visit.id, visit.number, self.day)
            self.transaction.record(visit_reinstated(ended, back, counter=self.counter), happened_at=done_at)
            self._serve(back, visit, done_at + timedelta(minutes=4), "served")
            return
        if self.chance.random() < 0.8:
            start = leg_started(leg.id, visit.id, counter=self.counter)
            self.transaction.record(start, happened_at=at + timedelta(seconds=25))
        if how == "transferred":
            next_leg = self._leg("laon-accueil", done_at, position=leg.position + 1)
            ended = EndedLeg(leg.id, visit.id, visit.number, self.day)
            self.transaction.record(
                leg_transferred(ended, next_leg, counter=self.counter), happened_at=done_at
            )
            self._serve(next_leg, visit, done_at + timedelta(minutes=6), "served")
        else:
            ended = EndedLeg(leg.id, visit.id, visit.number, self.day)
            result = Result(RESULTS[visit.rank % len(RESULTS)], outcome_rule="optional")
            fact = leg_served(ended, None, result, counter=self.counter)
            self.transaction.record(fact, happened_at=done_at)

    def _end(self, leg: NewLeg, visit: NewVisit, reason: str, at: datetime) -> None:
        self.transaction.record(leg_ended(leg.id, visit.id, reason=reason, counter=None), happened_at=at)

    def greetings(self, how_many: int) -> None:
        for _ in range(how_many):
            self.transaction.record(
                greeting_counted(new_id(), self.day, service="laon-accueil", counter=None)
            )

    def informed(self, how_many: int) -> None:
        for _ in range(how_many):
            self.transaction.record(
                visitor_informed(new_id(), self.day, referral="laon-passeport", device=None)
            )

    def not_issued(self, *reasons: str, service: str = "laon-permis") -> None:
        for reason in reasons:
            fact = ticket_not_issued(new_id(), self.day, service=service, reason=reason, device=None)
            self.transaction.record(fact)

    def appointments(self) -> None:
        """Four appointments of the day: somebody came for two of them, one was cancelled."""
        for hour in range(9, 13):
            booked = NewAppointment(new_id(), "laon-naturalisation", self.local(hour), self.day, True)
            self.transaction.record(appointment_booked(booked))
            if hour < 11:
                self.transaction.record(appointment_checked_in(booked.id, new_id(), arrival=Arrival.ON_TIME))
            elif hour == 11:
                self.transaction.record(appointment_cancelled(booked.id))


def play_days(database: Database, first: date, how_many: int, *, a_day: int = 12, seed: int = 1) -> None:
    """Plays the open days (Monday to Friday) among `how_many` calendar days at Laon."""
    chance = random.Random(seed)
    for day in (first + timedelta(days=n) for n in range(how_many)):
        if day.weekday() > 4:
            continue
        with database.transaction("laon", SYSTEM) as transaction:
            played = PlayedDay(transaction, day, chance)
            services = [s.id for s in transaction.configuration.services.values() if not s.is_retired]
            played.visits(chance.randint(a_day // 2, a_day + a_day // 2), services)
            played.greetings(chance.randint(0, a_day // 3))
            played.not_issued(
                *chance.choices(("closed", "too_late", "appointment_only"), k=chance.randint(0, 2))
            )
            played.not_issued(*["appointment_only"] * 5, service="laon-titres-depot")
            played.informed(2)
            played.appointments()


def open_register_of(database: Database, *sites: str, **rules: object) -> None:
    """Publishes the installation with the registers of sites open (Laon’s), and their public pages on."""
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for each in content["sites"]:
        if each["slug"] in (sites or ("laon",)):
            each["has_public_page"] = True
            each["complaints"] = {"has_register": True, **rules}
    publish_installation(database, SYSTEM, json.dumps(content))


def merge_presses_of_a_kiosk(database: Database, hands: Hands) -> None:
    """A kiosk was off line on two days: superseded tickets, impossible instants, a day that had closed."""
    kiosk = Author("kiosk", device="kiosk")
    for day in ("open", "closed"):
        at = hands.now
        for number in range(3):
            issue_ticket(database, HALL, kiosk, TicketRequest(SERVICE, f"press-{day}-{number}"))
        hands.now = at.replace(minute=30) if day == "open" else at.replace(hour=22)
        if day == "closed":
            close_day(database, HALL, at.date())
        presses = [
            OffLinePress(
                press_id=f"press-{day}-{rank}",
                service=SERVICE,
                pressed=Pressed(at + timedelta(days=rank // 6, minutes=rank), None),
                series="HL",
                rank=rank,
                is_priority=rank % 2 == 0,
            )
            for rank in range(1, 8)
        ]
        merge_presses(database, HALL, kiosk, OffLineBatch("laon-borne-1", f"life-{day}", hands.now, presses))
        if day == "open":
            open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE]))
            called = call_next(database, COUNTER, AGENT, AtCounter())
            assert called is not None
            hands.now += timedelta(minutes=10)
            finish(database, Gesture(called["leg"], AGENT))
        hands.now = at + timedelta(days=1)


def disturb(database: Database, chance: Random) -> None:
    """What the played days lack: recalls, choices, suspect clocks, undone legs, early tickets, a group."""
    in_one_group = "UPDATE leg SET service = 'laon-accueil', class = 'walk_in' WHERE substr(number, 4, 1)"
    execute(database, f"{in_one_group} IN ('1', '3', '5', '7', '9')")
    legs = [row["id"] for row in all_rows(database, "SELECT id FROM leg ORDER BY issued_at, id")]
    for change in (
        "last_called_at = first_called_at + 97000001",
        "rule = 'chosen'",
        "rule = 'reentered'",
        "is_clock_suspect = :yes",
        "end_reason = 'undone'",
        "arrived_at = issued_at + 1799999999",
        "priority = 'not_confirmed'",
        "priority = 'confirmed'",
        "parked_s = 45",
        "quoted_low_s = 0, quoted_median_s = 240, quoted_high_s = 299, quoted_simple_s = 500",
        "outcome_asked = 'optional'",
        "end_reason = 'closed_at_day_end'",
        "last_called_at = started_at - 12500000, is_start_pressed = :yes",
    ):
        for leg in chance.sample(legs, len(legs) // 12):
            yes = {"yes": True} if ":yes" in change else {}
            execute(
                database,
                f"UPDATE leg SET {change} WHERE id = :leg"
                + (" AND first_called_at IS NOT NULL" if "called_at" in change else "")
                + (" AND ended_at IS NOT NULL" if "end_reason" in change else ""),
                leg=leg,
                **yes,
            )
