"""One driver for each printer: leases, fences, and jobs of a driver that died."""

import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hardware.simulator.printer import PrinterFault
from hardware.status import PrinterDeadlines, PrinterState
from server.clock import Clock
from server.domain.instants import EPOCH
from server.domain.printing.handovers import PrintEnd
from server.domain.printing.printers import ASKED_WITHIN
from server.domain.refusals import Refusal
from server.printing import NOWHERE, PrinterLease, PrinterWatch, worker
from server.store.devices.printers import PrinterLeaseToken, keep_leases, note_state
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import (
    LEASE,
    end_prints,
    note_print,
    start_print,
)
from tests.harness.waiting import wait_until
from tests.server.printing.conftest import KIOSK, Hands

PRINTERS = 4


class Watch:
    """Both clocks of one machine, stepped by the test."""

    def __init__(self) -> None:
        self.wall, self.elapsed_s = Hands(), 100.0

    def clock(self) -> Clock:
        start = self.wall.now()
        return Clock(now=lambda: start + self.wall.step, elapsed_s=lambda: self.elapsed_s)

    def passes(self, seconds: float) -> None:
        self.elapsed_s += seconds
        self.wall.step += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def database(database_url: str, watch: Watch):
    found = Database(database_url, watch.clock())
    yield found
    found.close()


OTHER = "laon-accueil-borne"


def renew(lease: PrinterLease) -> bool:
    """Keeps the leases of a holder; whether this one is still its own."""
    database, token = lease.database, lease.token
    assert token is not None
    with database.store.write() as rows:
        kept = keep_leases(rows, lease.holder, until=database.clock.now() + LEASE)
    return lease.follow(token, kept, asked_at_s=database.clock.elapsed_s())


def test_a_printer_has_one_driver_until_its_lease_runs_out(database, watch):
    first, second = (PrinterLease(database, KIOSK, holder) for holder in ("one", "two"))
    assert first.take() == PrinterLeaseToken(KIOSK, "one", 1)
    assert second.take() is None
    watch.passes(10)
    assert renew(first)
    watch.passes(10)
    assert first.take() == PrinterLeaseToken(KIOSK, "one", 1)
    assert second.take() is None
    watch.passes(6)
    assert second.take() == PrinterLeaseToken(KIOSK, "two", 2)
    assert not renew(first)
    assert first.take() is None


def test_leases_are_kept_together_but_those_let_go_of(database, watch):
    kept, left = (PrinterLease(database, printer, "one") for printer in (KIOSK, OTHER))
    assert kept.take() is not None
    assert left.take() is not None
    left.release()
    watch.passes(10)
    assert renew(kept)
    watch.passes(10)
    assert kept.is_fresh
    assert PrinterLease(database, OTHER, "two").take() == PrinterLeaseToken(OTHER, "two", 2)


def test_keeping_leases_waits_for_no_other_transaction(postgresql_url: str, watch):
    """Seen to wait until the database refused it, before it passed over what another transaction holds."""
    database = Database(postgresql_url, watch.clock())
    busy, free = (PrinterLease(database, printer, "one") for printer in (KIOSK, OTHER))
    token = busy.take()
    assert token is not None
    free.take()
    watch.passes(10)
    with database.store.write() as rows:
        assert note_state(rows, token, "ready", since=watch.wall.now(), at=watch.wall.now())
        assert renew(free)
        assert renew(busy)
    watch.passes(4)
    assert [busy.is_fresh, free.is_fresh] == [False, True]
    database.close()


def test_a_lease_let_go_of_is_free_at_once(database):
    first, second = (PrinterLease(database, KIOSK, holder) for holder in ("one", "two"))
    first.take()
    first.release()
    assert second.take() == PrinterLeaseToken(KIOSK, "two", 2)


def test_a_driver_whose_lease_ran_out_sends_nothing_even_to_a_free_printer(database, watch):
    lease = PrinterLease(database, KIOSK, "one")
    lease.take()
    freshness = [lease.is_fresh]
    watch.passes(14)
    freshness.append(lease.is_fresh)
    assert freshness == [True, False]
    assert lease.take() is None
    watch.passes(2)
    assert lease.take() == PrinterLeaseToken(KIOSK, "one", 2)


def test_a_wall_clock_set_back_an_hour_delays_the_take_over_by_one_lease_only(database, watch):
    PrinterLease(database, KIOSK, "dead").take()
    watch.wall.step -= timedelta(hours=1)
    second = PrinterLease(database, KIOSK, "two")
    assert second.take() is None
    watch.passes(14)
    assert second.take() is None
    watch.passes(1)
    assert second.take() == PrinterLeaseToken(KIOSK, "two", 2)


@pytest.mark.both_databases
def test_of_many_that_take_a_free_printer_at_once_one_gets_it(database_url):
    """Seen to give all four the printer when the write that takes it had no condition of its own."""
    databases = [Database(database_url, Clock()) for _ in range(PRINTERS)]
    leases = [PrinterLease(each, KIOSK, f"holder {n}") for n, each in enumerate(databases)]
    for _ in range(5):
        together = threading.Barrier(PRINTERS)

        def take(lease: PrinterLease, together: threading.Barrier = together) -> None:
            together.wait(10)
            lease.take()

        threads = [threading.Thread(target=take, args=(lease,)) for lease in leases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        holders = [lease for lease in leases if lease.token is not None]
        assert len(holders) == 1
        holders[0].release()
    for each in databases:
        each.close()


# --- jobs and fences ----------------------------------------------------------------------------


def test_an_old_fence_starts_notes_and_ends_nothing(open_hall):
    hall = open_hall(9)
    job = hall.press()["print"]["job"]
    old = PrinterLease(hall.database, KIOSK, "old").take()
    assert old is not None
    hall.hands.step = timedelta(seconds=16)
    new = PrinterLease(hall.database, KIOSK, "new").take()
    assert new is not None
    assert start_print(hall.database, new, job, job_number=1)
    for deed in (
        lambda: start_print(hall.database, old, job, job_number=1),
        lambda: note_print(hall.database, old, PrintEnd(job, "queued", "refused", "mute")),
        lambda: end_prints(hall.database, "laon", old, [PrintEnd(job, "done", "printed", None)]),
    ):
        with pytest.raises(Refusal) as refused:
            deed()
        assert refused.value.code == "printer_taken"
    assert hall.job(job) == ("sending", None, None)
    assert hall.ends() == []
    assert end_prints(hall.database, "laon", new, [PrintEnd(job, "done", "printed", None)]) == 1
    assert hall.ends() == [(job, "printed")]


def test_a_job_ends_once(open_hall):
    hall = open_hall(9)
    job = hall.press()["print"]["job"]
    held = PrinterLease(hall.database, KIOSK, "one").take()
    assert held is not None
    assert not start_print(hall.database, held, "another", job_number=1)
    assert start_print(hall.database, held, job, job_number=1)
    assert not start_print(hall.database, held, job, job_number=1)
    assert end_prints(hall.database, "laon", held, [PrintEnd(job, "done", "unknown", "mute")]) == 1
    assert end_prints(hall.database, "laon", held, [PrintEnd(job, "done", "printed", None)]) == 0
    assert not note_print(hall.database, held, PrintEnd(job, "queued", "refused", None))
    assert hall.job(job) == ("done", "unknown", "mute")


@pytest.mark.both_databases
def test_a_job_left_by_a_driver_that_died_is_unknown_and_is_not_sent_again(open_hall, simulated):
    hall = open_hall(simulated.port)
    left, waiting = (hall.press() for _ in range(2))
    dead = PrinterLease(hall.database, KIOSK, "dead").take()
    assert dead is not None
    assert start_print(hall.database, dead, left["print"]["job"], job_number=1)
    hall.drive()
    assert hall.job(left["print"]["job"])[0] == "sending"
    hall.hands.step = timedelta(seconds=16)
    assert hall.wait_for(left["print"]["job"], "done", "unknown") == "driver_lost"
    hall.wait_for(waiting["print"]["job"], "done", "printed")
    assert [waiting["number"] in "".join(ticket.text.split()) for ticket in simulated.tickets()] == [True]


@pytest.mark.both_databases
def test_a_ticket_that_a_slow_database_kept_from_the_printer_is_not_lost(open_hall, simulated, monkeypatch):
    """Nothing was sent: it is queued again, not « unknown »."""
    hall = open_hall(simulated.port)
    away_s = [0.0]
    clock = Clock(now=hall.hands.now, elapsed_s=lambda: time.monotonic() + away_s[0])

    def slow(*values: Any, **named: Any) -> bool:
        started = start_print(*values, **named)
        away_s[0] = 14.0
        return started

    monkeypatch.setattr(worker, "start_print", slow)
    hall.drive(clock=clock)
    job = hall.press()["print"]["job"]
    wait_until(lambda: away_s[0] and hall.job(job) == ("queued", None, None), "it is queued again")
    assert simulated.tickets() == []
    monkeypatch.undo()
    hall.hands.step = timedelta(seconds=16)
    hall.wait_for(job, "done", "printed")
    assert len(simulated.tickets()) == 1


def test_a_driver_that_stops_while_a_ticket_is_held_says_that_it_does_not_know(open_small_hall, simulated):
    hall = open_small_hall(simulated.port)
    simulated.paper_rows = 60
    hall.drive()
    job = hall.press()["print"]["job"]
    hall.wait_for(job, "sending", "held")
    hall.close_loops()
    assert hall.job(job) == ("done", "unknown", "paper_out")
    assert hall.lease().expires_at == EPOCH


@pytest.mark.both_databases
def test_two_processes_on_one_printer_print_each_ticket_once_and_never_at_the_same_time(open_hall, simulated):
    """The process that drives the printer is stopped four times while tickets come in; another replaces it.

    Seen to fail without the guard: with a `take` that answers every process and fences nobody checks, tickets
    stayed `sending`, each process ending or holding up at the printer what the other had begun.
    """
    hall = open_hall(simulated.port)
    services = [hall.drive() for _ in range(2)]
    printed: list[str] = []
    numbers: list[str] = []
    for _ in range(4):
        tickets = [hall.press() for _ in range(4)]
        numbers += [ticket["number"] for ticket in tickets]
        for ticket in tickets:
            hall.wait_for(ticket["print"]["job"], "done", "printed")
        printed += [ticket.text for ticket in reversed(simulated.tickets()[:4])]
        holder = hall.lease().holder
        driver = next(service for service in services if service.printing.holder == holder)
        hall.end(driver)
        services.append(hall.drive())
    assert len(simulated.tickets()) == len(numbers)
    for number, text in zip(numbers, printed, strict=True):
        assert number in "".join(text.split())
    assert hall.ends() == [(job, "printed") for job, _ in hall.ends()]


def test_a_database_that_fails_after_the_bytes_loses_no_verdict(open_small_hall, simulated, monkeypatch):
    """The verdict is kept in memory and written when the database is back."""
    hall = open_small_hall(simulated.port)
    service = hall.drive()
    wait_until(lambda: hall.state_noted() == "ready", "an idle printer")
    failing = iter([True, True, True])
    real = service.printing.database.transaction

    def away(*values):
        if next(failing, False):
            raise Refusal("database_busy")
        return real(*values)

    monkeypatch.setattr(service.printing.database, "transaction", away)
    job = hall.press()["print"]["job"]
    hall.wait_for(job, "done", "printed")
    assert service.failures == 3
    assert len(simulated.tickets()) == 1


def test_a_printer_taken_out_of_the_configuration_leaves_no_job_open(open_small_hall, simulated):
    hall = open_small_hall(simulated.port)
    simulated.set_fault(PrinterFault.COVER_OPEN)
    service = hall.drive()
    job = hall.press()["print"]["job"]
    hall.wait_for(job, "queued", "refused")
    hall.print_at(simulated.port, is_retired=True)
    wait_until(lambda: KIOSK not in service.workers, "the loop is gone")
    hall.hands.step = timedelta(seconds=61)
    hall.wait_for(job, "cancelled", "refused")


def test_a_printer_that_stays_silent_is_asked_less_often_and_stays_known(database, watch, tmp_path):
    token = PrinterLease(database, KIOSK, "one").take()
    assert token is not None
    silent = PrinterWatch(database, tmp_path / "none", poll_s=10.0, deadlines=PrinterDeadlines())
    silent.aim(replace(NOWHERE, kind="usb_file"))
    waits = []
    for _ in range(12):
        wait_s, state = silent.idle(token)
        assert state is PrinterState.UNREACHABLE
        assert timedelta(seconds=wait_s) < ASKED_WITHIN
        waits.append(wait_s)
        watch.passes(wait_s)
    assert (waits[0], waits[-1]) == (10.0, 40.0)
    assert waits == sorted(waits)
