"""Runs of the print gateway against a hall, with a simulated printer on this computer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from hardware.simulator.printer import SimulatedPrinter
from hardware.status import PrinterDeadlines
from hardware.transports import PrinterAddress
from hardware.transports.device_file import FileAddress
from hardware.transports.serial_line import SerialAddress
from kiosk.print_gateway import GatewaySettings
from kiosk.print_gateway.gateway import Gateway, HallServer, ServerSilent, _Answer
from kiosk.print_gateway.local_printer import LocalPrinter
from tests.server.web.pulled_printers.pulling_hall import PullingHall

DEADLINES = PrinterDeadlines(connect_s=0.5, status_s=0.5, send_s=2, barrier_s=5, ask_again_s=0.05)
SPEED = 115_200


class Killed(BaseException):
    """The program is killed here."""


class CarriedServer(HallServer):
    """A server whose answers a test can lose: `loses(method)` before the request, or of its answer."""

    def __init__(self, settings: GatewaySettings, hall: PullingHall) -> None:
        super().__init__(settings)
        self._hall = hall
        self.loses_requests: set[str] = set()
        self.loses_answers: set[str] = set()
        self.dies_at: str | None = None

    def _send(self, method: str, query: str, body: bytes = b"") -> _Answer:
        if method == self.dies_at:
            raise Killed
        if method in self.loses_requests:
            raise ServerSilent("no route")
        address = f"https://localhost{urlsplit(self._parts.geturl()).path}{query}"
        answer = self._hall.exchange()(method, address, self._headers, body)
        if method in self.loses_answers:
            raise ServerSilent("cut")
        return _Answer(answer.status, answer.body, answer.headers)  # type: ignore[arg-type]


@dataclass
class Run:
    """One run of the program. `told`: the keys of what it said."""

    server: CarriedServer
    printer: LocalPrinter
    gateway: Gateway
    told: list[str] = field(default_factory=list)

    def steps(self, number: int = 1) -> None:
        for _ in range(number):
            self.gateway.step()


@dataclass
class KioskComputer:
    """A computer with a printer on a cable."""

    hall: PullingHall
    cable: Path
    fonts_dir: Path
    is_serial: bool = False
    plugged: SimulatedPrinter = field(init=False)

    def __post_init__(self) -> None:
        self.plug_in()

    def plug_in(self) -> None:
        speed = SPEED if self.is_serial else None
        self.plugged = SimulatedPrinter(cable=self.cable, speed=speed, fonts_dir=self.fonts_dir).start()
        self.plugged.dies_after = 200

    def run(self, elapsed_s: Callable[[], float] | None = None) -> Run:
        """A new run of the program; its printer is asked for its state each time."""
        secret = self.hall.secret
        settings = GatewaySettings(f"https://localhost{secret.path}", secret.secret)
        server = CarriedServer(settings, self.hall)
        always_later = count(0, 10)
        printer = LocalPrinter(
            self._address(), deadlines=DEADLINES, elapsed_s=lambda: float(next(always_later))
        )
        told: list[str] = []
        more = {} if elapsed_s is None else {"elapsed_s": elapsed_s}
        gateway = Gateway(server, printer, lambda key, **_: told.append(key), **more)
        return Run(server, printer, gateway, told)

    def _address(self) -> PrinterAddress:
        return SerialAddress(self.cable, SPEED) if self.is_serial else FileAddress(self.cable)
