"""Printers for the tests: ours, simulated, and emupos, which nobody here wrote."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.transports.serial_line import SerialAddress
from hardware.transports.tcp import TcpAddress
from tests.harness.programs import PROJECT, child_of_tests
from tests.harness.sharing import free_port
from tests.harness.waiting import wait_until

_PROFILE_58_MM = """\
type: printer
name: 58 mm
dpi: 203
width_dots: 384
font_a: { width: 12, height: 24 }
font_b: { width: 9, height: 17 }
code_pages: { 0: PC437, 16: WPC1252 }
default_code_page: 0
drawer_sensor_open_level: high
serial: { baud: 9600, data_bits: 8, parity: none, stop_bits: 1 }
"""


@pytest.fixture
def simulated(fonts_dir: Path) -> Iterator[SimulatedPrinter]:
    printer = SimulatedPrinter(fonts_dir=fonts_dir).start()
    yield printer
    printer.stop()


@dataclass(frozen=True)
class Emupos[Address = TcpAddress]:
    """One printer of the emupos program."""

    api: str
    device: str
    address: Address

    def fault(self, name: str, *, is_on: bool) -> None:
        self._call(f"faults/{name}", "PUT" if is_on else "DELETE")

    def receipts(self) -> list[str]:
        """Ids of the receipts, newest first."""
        return [entry["id"] for entry in json.loads(self._call("receipts"))]

    def png(self, receipt: str) -> bytes:
        return self._call(f"receipts/{receipt}/image")

    def text(self, receipt: str) -> str:
        return self._call(f"receipts/{receipt}/text").decode("utf-8")

    def _call(self, path: str, method: str = "GET") -> bytes:
        url = f"{self.api}/api/v1/devices/{self.device}/{path}"
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as answer:
            return bytes(answer.read())


@pytest.fixture(scope="session")
def emupos_printers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Emupos]]:
    """emupos with a printer of 576 dots and one of 384, by their dots."""
    folder = tmp_path_factory.mktemp("emupos")
    api, wide, narrow = (free_port() for _ in range(3))
    (folder / "narrow.yaml").write_text(_PROFILE_58_MM)
    (folder / "emupos.yaml").write_text(
        json.dumps(
            {
                "schema": 1,
                "api": {"host": "127.0.0.1", "port": api},
                "devices": [
                    _device("wide", "epson-tm-t20iii", wide, folder),
                    _device("narrow", "./narrow.yaml", narrow, folder),
                    _device("line", "epson-tm-t20iii", None, folder),
                ],
            }
        )
    )
    emupos_program = str(PROJECT / ".venv" / "bin" / "emupos")
    config = str(folder / "emupos.yaml")
    running = child_of_tests(
        [emupos_program, "run", "--config", config],
        environment={**os.environ, "TMPDIR": str(folder)},  # where the link to its serial line is
        output=folder / "log",
    )
    try:
        wait_until(lambda: _answers(f"http://127.0.0.1:{api}/api/v1/devices"), "emupos answers")
        base = f"http://127.0.0.1:{api}"
        yield {
            576: Emupos(base, "wide", TcpAddress("127.0.0.1", wide)),
            384: Emupos(base, "narrow", TcpAddress("127.0.0.1", narrow)),
        }
    finally:
        running.terminate()
        running.wait(timeout=10)


@pytest.fixture
def emupos(emupos_printers: dict[int, Emupos]) -> Iterator[Emupos]:
    """emupos' printer of 80 mm, without a fault before and after."""
    yield emupos_printers[576]
    for fault in ("paper-near-end", "paper-out", "cover-open", "offline"):
        emupos_printers[576].fault(fault, is_on=False)


@pytest.fixture
def emupos_on_line(
    emupos_printers: dict[int, Emupos], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emupos[SerialAddress]]:
    """emupos' printer at the end of a serial line, without a fault before and after."""
    base = tmp_path_factory.getbasetemp()
    link = next(base.glob("emupos*/*/line"))
    found = Emupos(emupos_printers[576].api, "line", SerialAddress(link))
    yield found
    for fault in ("paper-out", "cover-open"):
        found.fault(fault, is_on=False)


EMUPOS_FAULTS = {
    PrinterFault.NEAR_END: "paper-near-end",
    PrinterFault.PAPER_OUT: "paper-out",
    PrinterFault.COVER_OPEN: "cover-open",
    PrinterFault.OFFLINE: "offline",
}


class EitherPrinter:
    """Our simulated printer and emupos behind the same verbs."""

    def __init__(self, printer: SimulatedPrinter | Emupos) -> None:
        self._printer = printer
        self.address = (
            printer.address if isinstance(printer, Emupos) else TcpAddress(printer.host, printer.port)
        )

    def switch(self, fault: PrinterFault, *, is_on: bool) -> None:
        if isinstance(self._printer, Emupos):
            self._printer.fault(EMUPOS_FAULTS[fault], is_on=is_on)
        elif is_on:
            self._printer.set_fault(fault)
        else:
            self._printer.clear_fault(fault)

    def texts(self) -> list[str]:
        """The words of every ticket, newest first."""
        if isinstance(self._printer, Emupos):
            return [self._printer.text(receipt) for receipt in self._printer.receipts()]
        return [ticket.text for ticket in self._printer.tickets()]

    def count(self) -> int:
        printer = self._printer
        return len(printer.receipts() if isinstance(printer, Emupos) else printer.tickets())


@pytest.fixture(params=["simulated", "emupos"])
def printer(request: pytest.FixtureRequest) -> EitherPrinter:
    return EitherPrinter(request.getfixturevalue(request.param))


def _device(name: str, profile: str, port: int | None, folder: Path) -> dict[str, object]:
    """`port` None: on a serial line."""
    tcp, serial = {"tcp": {"host": "127.0.0.1", "port": port}}, {"serial": {"pty": True, "link": name}}
    return {
        "id": name,
        "type": "printer",
        "profile": profile,
        "connections": [serial if port is None else tcp],
        "receipts_dir": str(folder / name),
    }


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=1).close()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True
