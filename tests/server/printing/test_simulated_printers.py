"""Simulated printers follow the published documents: one for each kiosk whose printer has no address."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from hardware.simulator.outlets import free_port
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.status import PrinterState
from hardware.transports.tcp import printers_among
from hardware.verdict import read_state
from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.printing import CABLES, address_of
from server.printing.simulated_printers import LOOPBACK, SimulatedPrinters, is_own_address
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall
from tests.hardware.usb import UsbPorts
from tests.harness.waiting import wait_until
from tests.server.printing.conftest import KIOSK
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

NAME = "04b8:0e15:J2XE000001"
USB = {"kind": "usb_file", "usb": NAME, "profile": "text-80", "paper_mm": 80}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    found = database_with_hall(sqlite_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)))
    yield found
    found.close()


def publish(database: Database, printer: dict[str, Any] | None) -> None:
    document = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))
    document["kiosks"][0]["printer"] = printer
    publish_hall(database, SYSTEM, json.dumps(document))


def simulated(port: int) -> dict[str, Any]:
    return {"host": None, "port": port, "profile": "raster-80", "paper_mm": 80}


def listens(port: int) -> bool:
    return printers_among([LOOPBACK], port=port) == [LOOPBACK]


def test_a_printer_starts_moves_and_stops_with_a_publication(database: Database, tmp_path: Path):
    first, second = free_port(), free_port()
    publish(database, simulated(first))
    printers = SimulatedPrinters(database, tmp_path)
    printers.start()
    try:
        assert listens(first)
        publish(database, simulated(second))
        printers.follow()
        assert (listens(first), listens(second)) == (False, True)
        printers.follow()
        assert list(printers.running) == [KIOSK]
        publish(database, {**simulated(second), "host": "printer.example"})
        printers.follow()
        assert not printers.running
        assert not listens(second)
    finally:
        printers.stop()


def test_a_simulated_printer_on_usb_has_a_cable_that_goes_when_it_stops(database: Database, tmp_path: Path):
    cables = tmp_path / CABLES
    cables.mkdir()
    (cables / "left-by-a-killed-process").symlink_to("/dev/null")
    publish(database, {**simulated(9100), "kind": "usb_file"})
    printers = SimulatedPrinters(database, tmp_path)
    printers.start()
    try:
        assert [each.name for each in cables.iterdir()] == [KIOSK]
        connection = database.configuration("laon").kiosks[KIOSK].printer
        assert connection is not None
        address = address_of(connection, cables / KIOSK)
        assert read_state(address) is PrinterState.READY
        other = SimulatedPrinters(database, tmp_path)
        assert other.printers()[KIOSK].cable == cables / KIOSK
        publish(database, simulated(free_port()))
        printers.follow()
        assert list(cables.iterdir()) == []
        assert read_state(address) is PrinterState.UNREACHABLE
    finally:
        printers.stop()


def test_one_of_two_processes_runs_the_printers(database: Database, tmp_path: Path):
    publish(database, simulated(free_port()))
    one, other = SimulatedPrinters(database, tmp_path), SimulatedPrinters(database, tmp_path)
    one.start()
    try:
        other.start()
        other.follow()
        assert (list(one.running), list(other.running)) == ([KIOSK], [])
        assert list(other.printers()) == [KIOSK]
    finally:
        one.stop()
        other.stop()


def test_a_process_is_ready_once_the_other_has_started_the_printers(database: Database, tmp_path: Path):
    publish(database, simulated(free_port()))
    begun, may_go_on = threading.Event(), threading.Event()

    class Slow(SimulatedPrinters):
        def follow(self) -> None:
            begun.set()
            may_go_on.wait()
            super().follow()

    one, other = Slow(database, tmp_path), SimulatedPrinters(database, tmp_path)
    starting = threading.Thread(target=one.start)
    starting.start()
    begun.wait()
    waiting = threading.Thread(target=other.start)
    waiting.start()
    try:
        waiting.join(0.2)
        assert waiting.is_alive(), "the printers have not started"
        may_go_on.set()
        waiting.join(5)
        assert list(other.printers()) == [KIOSK]
    finally:
        may_go_on.set()
        starting.join()
        waiting.join()
        one.stop()
        other.stop()


def test_a_start_while_the_database_is_away_is_tried_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    publish(database, simulated(free_port()))
    one, other = SimulatedPrinters(database, tmp_path), SimulatedPrinters(database, tmp_path)
    with monkeypatch.context() as away:
        away.setattr(database, "read", Mock(side_effect=Refusal("database_busy")))
        with pytest.raises(Refusal, match="database_busy"):
            one.start()
    one.start()
    try:
        other.start()
        assert list(other.printers()) == [KIOSK]
    finally:
        one.stop()
        other.stop()


def test_a_port_that_was_taken_is_tried_again(database: Database, tmp_path: Path):
    port = free_port()
    publish(database, simulated(port))
    printers = SimulatedPrinters(database, tmp_path)
    try:
        with socket.create_server((LOOPBACK, port)):
            printers.start()
            assert not printers.running
        printers.follow()
        assert list(printers.running) == [KIOSK]
    finally:
        printers.stop()


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("http://127.0.0.1:8080/impression/star/laon/laon-borne-1", True),
        ("https://localhost/impression/epson/laon/laon-borne-1", True),
        ("http://192.0.2.7/impression/star/laon/laon-borne-1", False),
        ("http://127.0.0.1:8080/api/v1/halls", False),
        ("file:///impression/star/laon/laon-borne-1", False),
        ("http://[::1/impression/star/", False),
        ("http://127.0.0.1:99999/impression/star/laon/b", False),
        ("", False),
    ],
)
def test_a_printer_that_fetches_its_jobs_asks_this_machine_only(address: str, is_own: bool):
    assert is_own_address(address) is is_own


def test_a_printer_that_fetches_its_jobs_is_set_up_beside_the_others(database: Database, tmp_path: Path):
    one, other = SimulatedPrinters(database, tmp_path), SimulatedPrinters(database, tmp_path)
    address = f"http://127.0.0.1:{free_port()}/impression/star/laon/laon-borne-1"
    try:
        one.start()
        assert other.set_up(address, KIOSK, "a secret")
        assert [each.asks_at for each in one.printers().values()] == [address]
        assert other.set_up(address, KIOSK, "another")
        assert not other.set_up("http://192.0.2.7/", KIOSK, "a secret")
        assert not other.set_up(address, "", "a secret")
        assert len(one.fetching) == 1
    finally:
        one.stop()
        other.stop()
    assert one.fetching == {}


@pytest.fixture
def printer(tmp_path: Path, fonts_dir: Path):
    made = SimulatedPrinter(cable=tmp_path / "cable", fonts_dir=fonts_dir).start()
    yield made
    made.stop()


def test_a_press_is_printed_on_usb_and_again_after_the_printer_was_plugged_in_elsewhere(
    open_small_hall, printer: SimulatedPrinter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert printer.cable is not None
    ports = UsbPorts(tmp_path / "machine", monkeypatch)
    ports.plug(printer.cable, 0, serial="J2XE000001")
    hall = open_small_hall(9100)
    hall.print_with(USB)
    hall.drive()
    ticket = hall.press()
    hall.wait_for(ticket["print"]["job"], "done", "printed")
    assert ticket["number"] in "".join(printer.tickets()[0].text.split())
    ports.unplug(0)
    waiting = hall.press()["print"]["job"]
    assert hall.wait_for(waiting, "queued", "refused") == "unreachable"
    ports.plug(printer.cable, 4, serial="J2XE000001", port="1-2")
    hall.wait_for(waiting, "done", "printed")
    printer.set_fault(PrinterFault.PAPER_OUT)
    held = hall.press()["print"]["job"]
    assert hall.wait_for(held, "queued", "refused") == "paper_out"
    printer.clear_fault(PrinterFault.PAPER_OUT)
    hall.wait_for(held, "done", "printed")
    assert len(printer.tickets()) == 3


def test_a_press_is_printed_by_the_simulated_printer_of_a_serial_line(open_small_hall):
    hall = open_small_hall(9100)
    hall.print_with({"kind": "serial", "profile": "text-80", "paper_mm": 80})
    simulated = SimulatedPrinters(hall.database, hall.settings.var)
    simulated.start()
    try:
        hall.drive()
        ticket = hall.press()
        hall.wait_for(ticket["print"]["job"], "done", "printed")
        printer = simulated.running[KIOSK]
        assert printer.speed == 19_200
        assert ticket["number"] in "".join(printer.tickets()[0].text.split())
    finally:
        hall.close_loops()
        simulated.stop()


def test_a_ticket_that_is_not_taken_is_a_state_of_a_printer_of_custom_and_costs_no_ticket(
    open_small_hall, simulated: SimulatedPrinter
):
    simulated.set_fault(PrinterFault.NOT_TAKEN)
    hall = open_small_hall(simulated.port)
    printer = {"host": "127.0.0.1", "port": simulated.port, "profile": "text-80", "dialect": "custom"}
    hall.print_with(printer)
    hall.drive()
    wait_until(lambda: hall.state_noted() == "not_taken", "supervision reads it")
    hall.wait_for(hall.press()["print"]["job"], "done", "printed")
    simulated.clear_fault(PrinterFault.NOT_TAKEN)
    wait_until(lambda: hall.state_noted() == "ready", "it was taken")


def test_a_simulated_printer_on_usb_prints_only_where_printers_are_simulated(
    open_small_hall, tmp_path: Path, fonts_dir: Path
):
    hall = open_small_hall(9100, behind_proxy=True)
    simulated = SimulatedPrinter(cable=hall.settings.var / "cables" / KIOSK, fonts_dir=fonts_dir).start()
    try:
        hall.print_with({**USB, "usb": None})
        hall.drive()
        job = hall.press()["print"]["job"]
        assert hall.wait_for(job, "queued", "refused") == "unreachable"
        assert simulated.tickets() == []
    finally:
        simulated.stop()
