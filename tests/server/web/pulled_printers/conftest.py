"""Halls whose printers fetch their jobs, printing loops of kiosk agents; papers are drawn in this process."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hardware.simulator.epson_printer import SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.printer import SimulatedPrinter
from hardware.simulator.star_printer import SimulatedStarPrinter
from hardware.status import PrinterDeadlines
from hardware.transports import PrinterAddress
from hardware.transports.device_file import FileAddress
from hardware.transports.serial_line import SerialAddress
from kiosk.agent import AgentSettings
from kiosk.agent.gateway import Gateway, PaperServer, PrinterIdentity
from kiosk.agent.local_printer import LocalPrinter
from kiosk.agent.server_line import Answer, ServerLine, ServerSilent
from server.app import subjects
from server.domain.author import SYSTEM
from server.domain.hall.devices import PrinterKind
from server.store.devices import print_jobs
from server.store.devices.printers import PulledPrinter, printer_sighting, pulled_printer_of
from server.usecases.configuration.publication import edit_hall_document
from server.usecases.printing.printers import PrinterSecret, renew_printer_secret
from server.usecases.printing.pulled_printers import watch_pulled_printers
from tests.server.web.api_site import HALL, OTHER, ApiSite

KIOSK, OTHER_KIOSK = "laon-borne-1", "vervins-borne-1"


class PullingHall:
    """The hall, its secret, and a clock that a test sets."""

    def __init__(self, site: ApiSite, kind: PrinterKind) -> None:
        self.site = site
        self.kind = kind
        self.told: list[str] = []
        """Jobs of which the round told a verdict that may still change."""
        self.connect(HALL, kind)
        self.connect(OTHER, kind)
        self.secret = self.new_secret()
        self.client = site.app.test_client(use_cookies=False)

    def connect(self, hall: str, kind: PrinterKind, **more: Any) -> None:
        """Publishes the hall with a printer of a kind at its first kiosk."""

        def change(content: dict[str, Any]) -> None:
            content["kiosks"][0] |= {
                "printer": {"kind": kind, "profile": "raster-80", "paper_mm": 80},
                **more,
            }

        edit_hall_document(self.site.database, hall, SYSTEM, change)

    def new_secret(self, hall: str = HALL, kiosk: str = KIOSK) -> PrinterSecret:
        made = renew_printer_secret(self.site.database, hall, SYSTEM, kiosk)
        return replace(made, secret=made.secret or self.site.kiosk)

    def later(self, seconds: float) -> None:
        self.site.hands.now += timedelta(seconds=seconds)

    def watch(self) -> None:
        """The round of the service that prints."""
        printers = {KIOSK: self.site.database.hall_id(HALL)}
        watch_pulled_printers(self.site.database, printers, self.told.append)

    def press(self) -> str:
        """A ticket at the kiosk; its print job."""
        answer = self.site.press(token=self.site.kiosk)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        job: str = answer.get_json()["print"]["job"]
        return job

    def job(self, job: str) -> tuple[str, str | None, str | None]:
        """State, verdict and why."""
        with self.site.database.read() as rows:
            row = print_jobs.print_job_of(rows, job)
        assert row is not None
        return row.state, row.verdict, row.why

    def state(self) -> str | None:
        """The state of the printer that supervision reads."""
        with self.site.database.read() as rows:
            sighting = printer_sighting(rows, KIOSK)
        return None if sighting is None else sighting.state

    def known(self) -> PulledPrinter:
        with self.site.database.read() as rows:
            found = pulled_printer_of(rows, KIOSK)
        assert found is not None
        return found

    def exchange(self, **environment: Any) -> Callable[..., HttpAnswer]:
        """Carries the requests of a simulated printer to the application."""

        def send(method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
            parts = urlsplit(address)
            answer = self.client.open(
                f"{parts.path}?{parts.query}",
                method=method,
                headers=dict(headers),
                data=body,
                base_url=f"{parts.scheme}://{parts.netloc}",
                environ_overrides=environment,
            )
            return HttpAnswer(answer.status_code, dict(answer.headers), answer.data)

        return send

    def star(self, secret: PrinterSecret | None = None, **environment: Any) -> SimulatedStarPrinter:
        """A printer that was set up with what the page shows."""
        typed = secret or self.secret
        address = f"https://localhost{typed.path}"
        return SimulatedStarPrinter(address, typed.user, typed.secret, self.exchange(**environment))

    def epson(
        self, secret: PrinterSecret | None = None, *, notifies: bool = True, **environment: Any
    ) -> SimulatedEpsonPrinter:
        """A printer of Epson that was set up with what the page shows."""
        typed = secret or self.secret
        address, send = f"https://localhost{typed.path}", self.exchange(**environment)
        return SimulatedEpsonPrinter(address, typed.user, typed.secret, send, notifies=notifies)


def offered(star: SimulatedStarPrinter, code: str = "200%20OK") -> dict[str, object]:
    """The answer to a poll."""
    answer = star._send("POST", star.address, json.dumps({"statusCode": code}).encode())
    assert answer.status == 200
    told: dict[str, object] = json.loads(answer.body)
    return told


def token_of(star: SimulatedStarPrinter) -> str:
    """The token of the job that is offered."""
    told = offered(star)
    assert told["jobReady"] is True, told
    return str(told["jobToken"])


DEADLINES = PrinterDeadlines(connect_s=0.5, status_s=0.5, send_s=2, barrier_s=5, ask_again_s=0.05)
SPEED = 115_200


class Killed(BaseException):
    """The program is killed here."""


class CarriedLine(ServerLine):
    """A line whose answers a test can lose: `loses(method)` before the request, or of its answer."""

    def __init__(self, hall: PullingHall) -> None:
        super().__init__(AgentSettings("https://localhost"))
        self._hall = hall
        self.loses_requests: set[str] = set()
        self.loses_answers: set[str] = set()
        self.dies_at: str | None = None

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None, **_: float
    ) -> Answer:
        if method == self.dies_at:
            raise Killed
        if method in self.loses_requests:
            raise ServerSilent("no route")
        answer = self._hall.exchange()(method, f"https://localhost{path}", headers, body or b"")
        if method in self.loses_answers:
            raise ServerSilent("cut")
        return Answer(answer.status, answer.body, answer.headers)  # type: ignore[arg-type]


@dataclass
class Run:
    """One run of the program. `told`: the keys of what it said."""

    server: CarriedLine
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
        identity = PrinterIdentity(HALL, secret.user, secret.secret)
        line = CarriedLine(self.hall)
        always_later = count(0, 10)
        printer = LocalPrinter(
            self._address(), deadlines=DEADLINES, elapsed_s=lambda: float(next(always_later))
        )
        told: list[str] = []
        server, report = PaperServer(line, lambda: identity), lambda key, **_: told.append(key)
        gateway = Gateway(server, printer, report, elapsed_s=elapsed_s or time.monotonic)
        return Run(line, printer, gateway, told)

    def _address(self) -> PrinterAddress:
        return SerialAddress(self.cable, SPEED) if self.is_serial else FileAddress(self.cable)


class _HereWorker:
    """Computes in this process, without the start of another."""

    def __init__(self, **_: Any) -> None:
        """Whatever bounds another process would have."""

    def call[Result](self, work: Callable[..., Result], *values: Any) -> Result:
        return work(*values)


@pytest.fixture
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "IsolatedWorker", _HereWorker)


def _hall_of(kind: PrinterKind, *databases: str) -> Any:
    """A fixture: a hall whose printers are of a kind, on SQLite, or on these databases in turn."""

    @pytest.fixture(params=databases or ["sqlite"])
    def hall(request: pytest.FixtureRequest, drawn_here: None, tmp_path: Path) -> Iterator[PullingHall]:
        site = ApiSite(request.getfixturevalue(f"halls_{request.param}_url"), tmp_path, has_halls=True)
        yield PullingHall(site, kind)
        site.close()

    return hall


BOTH = ("sqlite", "postgresql")
star_hall, star_hall_on_both = _hall_of("star_cloudprnt"), _hall_of("star_cloudprnt", *BOTH)
epson_hall, epson_hall_on_both = _hall_of("epson_direct"), _hall_of("epson_direct", *BOTH)
gateway_hall, gateway_hall_on_both = _hall_of("gateway"), _hall_of("gateway", *BOTH)
