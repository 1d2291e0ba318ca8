"""Simulated printers shown and switched by another process: the same tickets, the same faults."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hardware.document import PrintDocument, Text
from hardware.escpos_printer import PrinterProfile, render
from hardware.simulator import PrinterSharing, SharedPrinter, set_up_elsewhere, shared_printers
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.simulator.star_printer import SimulatedStarPrinter, StarFault
from hardware.transports.tcp import TcpAddress
from hardware.verdict import print_document_bytes


@pytest.fixture
def address(tmp_path: Path) -> str:
    return str(tmp_path / "printers.sock")


@pytest.fixture
def shared(simulated: SimulatedPrinter, address: str) -> Iterator[PrinterSharing]:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    sharing = PrinterSharing(listening, lambda: {"laon": simulated}).start()
    yield sharing
    sharing.stop()


@pytest.fixture
def shared_printer(shared: PrinterSharing, address: str) -> SharedPrinter:
    """The printer as another process reads it now."""
    assert shared
    return shared_printers(lambda: connected(address))["laon"]


def connected(address: str) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    try:
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made


def test_tickets_are_shown_with_their_pictures(simulated, shared, address, fonts_dir):
    blob = render(PrintDocument(576, (Text("A042", 200, fit=True),)), PrinterProfile(), fonts_dir)
    for job_number in (1, 2):
        print_document_bytes(TcpAddress(simulated.host, simulated.port), blob, job_number=job_number)
    shared_printer = shared_printers(lambda: connected(address))["laon"]
    assert (shared_printer.host, shared_printer.port) == (simulated.host, simulated.port)
    own = simulated.tickets()
    assert [(each.number, each.received_at) for each in shared_printer.tickets()] == [
        (each.number, each.received_at) for each in own
    ]
    assert shared_printer.picture(own[0].number) == own[0].png
    assert shared_printer.picture(99) is None


def test_a_fault_is_switched_where_the_printer_runs(simulated, shared_printer, address):
    shared_printer.set_fault(PrinterFault.PAPER_OUT)
    assert simulated.faults() == {PrinterFault.PAPER_OUT}
    assert shared_printers(lambda: connected(address))["laon"].faults() == {PrinterFault.PAPER_OUT}
    shared_printer.clear_fault(PrinterFault.PAPER_OUT)
    assert simulated.faults() == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"ask": "picture"}',
        b'{"ask": "picture", "name": "soissons", "number": 1}',
        b'{"ask": "switch", "name": "laon", "fault": "fire", "is_on": true}',
    ],
)
def test_an_unknown_request_gets_an_empty_answer(shared, address, line):
    with closing(connected(address)) as asked:
        asked.sendall(line + b"\n")
        assert asked.recv(100) == b"null\n"


def test_without_a_process_that_runs_printers_there_are_none(address):
    assert shared_printers(lambda: connected(address)) == {}


def test_a_printer_that_fetches_its_jobs_is_shared_and_set_up_from_elsewhere(address: str):
    star = SimulatedStarPrinter("http://127.0.0.1/impression/star/laon/b", "b", "secret", no_server)
    asked: list[tuple[str, str, str]] = []

    def set_up(*typed: str) -> bool:
        asked.append((typed[0], typed[1], typed[2]))
        return typed[0] == star.address

    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    sharing = PrinterSharing(listening, lambda: {"b": star}, set_up).start()
    try:
        shared_star = shared_printers(lambda: connected(address))["b"]
        assert (shared_star.asks_at, shared_star.fault_kind) == (star.address, StarFault)
        shared_star.set_fault(StarFault.NOT_TAKEN)
        assert star.faults() == {StarFault.NOT_TAKEN}
        assert set_up_elsewhere(lambda: connected(address), star.address, "b", "secret")
        assert not set_up_elsewhere(lambda: connected(address), "http://192.0.2.7/", "b", "secret")
        assert len(asked) == 2
    finally:
        sharing.stop()
    assert not set_up_elsewhere(lambda: connected(address), star.address, "b", "secret")


def no_server(*_: object) -> HttpAnswer:
    raise OSError
