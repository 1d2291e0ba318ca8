"""One driver for each printer: leases, fences, jobs of a driver that died, and the backup printer."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from server.clock import Clock
from server.domain.author import SYSTEM
from server.domain.instants import EPOCH
from server.domain.printing.handovers import PrintEnd
from server.domain.refusals import Refusal
from server.printing import PrinterLease, worker
from server.store.devices.print_jobs import PrintJob, print_job_of
from server.store.devices.printers import PrinterLeaseToken, keep_leases, lease_of, note_state, take_lease
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall
from server.usecases.printing.print_jobs import (
    LEASE,
    end_prints,
    note_print,
    print_trial,
    read_print,
    refuse_jobs,
    start_print,
)
from tests.harness.waiting import wait_until
from tests.server.printing.conftest import AUTHOR, HALLS, KIOSK, Hands, PrintingHall

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


OTHER, LABEL = "laon-accueil-borne", "Accueil"


def with_backup(hall: PrintingHall, port: int, other_port: int) -> None:
    """Publishes the hall with a second printer, the backup of the first."""
    document = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))
    first = {"host": "127.0.0.1", "port": port, "profile": "text-80", "backup": OTHER}
    document["kiosks"][0]["printer"] = first
    second = {"host": "127.0.0.1", "port": other_port, "profile": "text-80"}
    document["kiosks"].append({"id": OTHER, "label": LABEL, "printer": second})
    publish_hall(hall.database, AUTHOR, json.dumps(document))


def driver(hall: PrintingHall, printer: str, state: str) -> PrinterLeaseToken:
    """Drives a printer by hand, and says how it is."""
    now = hall.database.clock.now()
    until = now + timedelta(minutes=5)
    with hall.database.store.write() as rows:
        assert take_lease(rows, printer, "tests", until=until, now=now, unchanged=None)
        token = PrinterLeaseToken(printer, "tests", 1)
        assert note_state(rows, token, state, since=now, at=now)
    return token


def row_of(hall: PrintingHall, job: str) -> PrintJob:
    with hall.database.read() as rows:
        found = print_job_of(rows, job)
    assert found is not None
    return found


def renew(lease: PrinterLease) -> bool:
    """Keeps the leases of a holder; whether this one is still its own."""
    database, token = lease.database, lease.token
    assert token is not None
    with database.store.write() as rows:
        kept = keep_leases(rows, lease.holder, until=database.clock.now() + LEASE)
    return lease.follow(token, kept, asked_at_s=database.clock.elapsed_s())


def refused(job: str) -> PrintEnd:
    return PrintEnd(job, "queued", "refused", "paper_out")


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


def test_a_refused_job_is_handed_on_once_and_counts_at_the_printer_that_refused(open_hall):
    hall = open_hall(9)
    with_backup(hall, 9, 10)
    told: list[str] = []
    first = driver(hall, KIOSK, "paper_out")
    driver(hall, OTHER, "ready")
    job = hall.press_job()
    refuse_jobs(hall.database, first, [refused(job)], told.append)
    assert told == [job]
    row = row_of(hall, job)
    assert (row.printer, row.first_printer, row.state, row.verdict) == (OTHER, KIOSK, "queued", None)
    assert read_print(hall.database, row.hall, job)["other_printer"] == LABEL
    assert hall.lease().unprinted == 1
    refuse_jobs(hall.database, first, [refused(job)], told.append)
    assert row_of(hall, job) == row, "the first printer has no say in it any more"


def test_what_may_be_on_paper_a_trial_and_what_nobody_could_print_stay(open_hall):
    hall = open_hall(9)
    with_backup(hall, 9, 10)
    told: list[str] = []
    first = driver(hall, KIOSK, "paper_out")
    second = driver(hall, OTHER, "cover_open")
    sending, waiting = hall.press_job(), hall.press_job()
    trial = print_trial(hall.database, "laon", SYSTEM, KIOSK)["job"]
    assert start_print(hall.database, first, sending, job_number=1)
    refuse_jobs(hall.database, first, [refused(waiting), refused(trial)], told.append)
    assert row_of(hall, waiting).printer == KIOSK, "the other one cannot print either"
    now = hall.database.clock.now()
    with hall.database.store.write() as rows:
        note_state(rows, second, "ready", since=now, at=now)
    refuse_jobs(hall.database, first, [], told.append)
    assert [row_of(hall, job).printer for job in (sending, waiting, trial)] == [KIOSK, OTHER, KIOSK]
    with hall.database.read() as rows:
        lease = lease_of(rows, OTHER)
    assert lease is not None
    assert lease.unprinted == 0


def test_a_driver_without_its_lease_hands_nothing_on(open_hall):
    hall = open_hall(9)
    with_backup(hall, 9, 10)
    first = driver(hall, KIOSK, "paper_out")
    driver(hall, OTHER, "ready")
    job = hall.press_job()
    lost = PrinterLeaseToken(KIOSK, "another", first.fence)
    with pytest.raises(Refusal, match="printer_taken"):
        refuse_jobs(hall.database, lost, [refused(job)], lambda _: None)
    assert row_of(hall, job).printer == KIOSK


@pytest.fixture
def other(fonts_dir) -> Iterator[SimulatedPrinter]:
    printer = SimulatedPrinter(fonts_dir=fonts_dir).start()
    yield printer
    printer.stop()


def test_a_ticket_comes_out_of_the_backup_printer_and_so_does_its_reprint(open_small_hall, simulated, other):
    hall = open_small_hall(simulated.port)
    with_backup(hall, simulated.port, other.port)
    simulated.set_fault(PrinterFault.PAPER_OUT)
    hall.drive()
    ticket = hall.press()
    hall.wait_for(ticket["print"]["job"], "done", "printed")
    assert [ticket["number"] in "".join(each.text.split()) for each in other.tickets()] == [True]
    assert simulated.tickets() == []
    assert hall.state_noted() == "paper_out", "staff still see the first printer’s state"
    hall.wait_for(hall.reprint(ticket["visit"]), "done", "printed")
    assert len(other.tickets()) == 2


def test_a_ticket_whose_fate_is_unknown_does_not_come_out_of_the_backup_printer(
    open_small_hall, simulated, other
):
    hall = open_small_hall(simulated.port)
    with_backup(hall, simulated.port, other.port)
    simulated.dies_after = 100
    simulated.set_fault(PrinterFault.DIES_AFTER_BYTES)
    hall.drive()
    job = hall.press_job()
    hall.wait_for(job, "done", "unknown")
    assert row_of(hall, job).printer == KIOSK
    assert other.tickets() == []
