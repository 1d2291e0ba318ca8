"""Simulated printers: one for each kiosk whose printer has no address, to try without hardware.

One on USB or on a serial line is a pseudo-terminal, which a link in the run-time state leads to. One that
fetches its jobs is set up on the page of simulated printers, with what the page of devices shows.
"""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog

from hardware.simulator import (
    AnyPulledPrinter,
    OwnPrinter,
    PrinterSharing,
    SharedPrinter,
    set_up_elsewhere,
    shared_printers,
)
from hardware.simulator.epson_printer import SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import send_http
from hardware.simulator.network_line import SimulatedLine
from hardware.simulator.printer import SimulatedPrinter
from hardware.simulator.star_printer import SimulatedStarPrinter
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import Kiosk
from server.printing import CABLES
from server.settings import ASSETS
from server.store.configuration.halls import all_halls, publications
from server.store.transactions.database import Database
from server.unix_socket import connect, listening

log = structlog.get_logger()

LOOPBACK = "127.0.0.1"
LOCK, SOCKET = "printers.lock", "printers.sock"
AGENTS = "kiosk-agents.json"
"""In the run-time state: by kiosk with an agent of the demonstration, the ports of its `printer`, of the
`line` from the agent, and of the `server` that the line leads to.
"""
LINE = "-reseau"
"""Ends the name of the line of a kiosk's agent."""
PAPER_DOTS = {80: 576, 58: 384}
SIMULATED_SPEED = 19_200
"""Of a serial line, in bits a second: not the first speed that is tried."""
STARTED_WITHIN_S = 10.0
STAR, EPSON = "/impression/star/", "/impression/epson/"
FETCHED_EVERY_S = 5.0
"""How often a simulated printer asks for its jobs: as most real ones do."""


def is_own_address(address: str) -> bool:
    """Whether an address is one of this machine where printers ask for their jobs."""
    try:
        parts = urlsplit(address)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_here = parts.scheme in ("http", "https") and parts.hostname in (LOOPBACK, "::1", "localhost")
    return is_here and has_port and parts.path.startswith((STAR, EPSON))


class SimulatedPrinters:
    """The simulated printers of an installation. One process runs them; the others ask that process."""

    def __init__(self, database: Database, var: Path) -> None:
        self._database = database
        self._var = var
        self._lock: int | None = None
        self._sharing: PrinterSharing | None = None
        self._followed = 0
        """The number of publications that they follow; 0: not all have started."""
        self._taken: list[str] = []
        self.running: dict[str, SimulatedPrinter] = {}
        self.fetching: dict[str, AnyPulledPrinter] = {}
        """Those that fetch their jobs, as somebody set them up on the page."""
        self.of_agents: dict[str, SimulatedPrinter | SimulatedLine] = {}
        """The printers of kiosk agents, and the lines of the network between them and the server."""

    def start(self) -> None:
        """Starts a printer per kiosk that has a simulated one, or waits until another process has."""
        if not self._is_first():
            self._wait_for_the_first()
            return
        for left in (self._var / CABLES).glob("*"):  # of a process that was killed: it leads anywhere now
            left.unlink()
        self._start_for_agents()
        self.follow()
        self._sharing = PrinterSharing(listening(self._var, SOCKET), self._own, self.set_up).start()

    def _wait_for_the_first(self) -> None:
        """Waits ten seconds at most: a printer that has not started yet would refuse the first ticket."""
        ends_at_s = time.monotonic() + STARTED_WITHIN_S
        while time.monotonic() < ends_at_s:
            try:
                connect(self._var, SOCKET).close()
            except OSError:
                time.sleep(0.05)
            else:
                return

    def follow(self) -> None:
        """Starts and stops printers as the published documents say.

        A port that is taken is logged once and tried again.
        """
        if self._lock is None:
            return
        with self._database.read() as rows:
            published = publications(rows)
        if published == self._followed:
            return
        kiosks = {kiosk.id: kiosk for kiosk in self._simulated_kiosks()}
        for gone in [each for each in self.running if each not in kiosks or self._has_moved(kiosks[each])]:
            self.running.pop(gone).stop()
        taken = [each for each in kiosks if each not in self.running and not self._run(kiosks[each])]
        if taken and taken != self._taken:
            log.info("simulated_printers_elsewhere", kiosks=taken)
        self._taken = taken
        self._followed = 0 if taken else published

    def printers(self) -> Mapping[str, OwnPrinter | SharedPrinter]:
        """The printers by their kiosk, whichever process runs them."""
        return self._own() if self._is_owner else shared_printers(lambda: connect(self._var, SOCKET))

    def set_up(self, address: str, user: str, secret: str) -> bool:
        """Sets up a printer that fetches its jobs from this machine; False for another address."""
        if not self._is_owner:
            return set_up_elsewhere(lambda: connect(self._var, SOCKET), address, user, secret)
        if not is_own_address(address) or not user:
            return False
        former = self.fetching.pop(user, None)
        if former is not None:
            former.begin_to_stop()
        is_star = urlsplit(address).path.startswith(STAR)
        printer = SimulatedStarPrinter if is_star else SimulatedEpsonPrinter
        made = printer(address, user, secret, send_http, interval_s=FETCHED_EVERY_S)
        self.fetching[user] = made.start()
        return True

    def _own(self) -> dict[str, OwnPrinter]:
        return {**self.running, **self.of_agents, **self.fetching}

    def _start_for_agents(self) -> None:
        file = self._var / AGENTS
        agents = json.loads(file.read_bytes()) if file.exists() else {}
        for kiosk, ports in agents.items():
            printer = SimulatedPrinter(LOOPBACK, ports["printer"], fonts_dir=ASSETS / "fonts")
            line = SimulatedLine(LOOPBACK, ports["line"], leads_to=ports["server"])
            for name, made in ((kiosk, printer), (f"{kiosk}{LINE}", line)):
                try:
                    self.of_agents[name] = made.start()
                except OSError:
                    log.warning("simulated_printers_elsewhere", kiosks=[name])

    @property
    def _is_owner(self) -> bool:
        """Whether this process runs the printers."""
        return self._lock is not None

    def zones(self) -> Mapping[str, ZoneInfo]:
        """The time zone of each kiosk's site, whichever process runs its printer."""
        return {kiosk: ZoneInfo(hall.site.time_zone) for hall in self._halls() for kiosk in hall.kiosks}

    def labels(self) -> Mapping[str, str]:
        """The label of each kiosk, with the name of its hall."""
        kiosks = {
            each: f"{kiosk.label} · {hall.name}"
            for hall in self._halls()
            for each, kiosk in hall.kiosks.items()
        }
        lines = [each.removesuffix(LINE) for each in self.printers() if each.endswith(LINE)]
        return kiosks | {f"{each}{LINE}": kiosks.get(each, each) for each in lines}

    def _halls(self) -> list[HallConfiguration]:
        with self._database.read() as rows:
            halls = all_halls(rows)
        return [self._database.configuration(hall.id) for hall in halls if hall.is_configured]

    def stop(self) -> None:
        """Closes their ports; another process may run them."""
        for printer in self._own().values():
            printer.begin_to_stop()
        if self._sharing is not None:
            self._sharing.stop()
            self._sharing = None
        while self.running:
            self.running.popitem()[1].stop()
        while self.of_agents:
            self.of_agents.popitem()[1].stop()
        while self.fetching:
            self.fetching.popitem()[1].stop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _is_first(self) -> bool:
        if self._is_owner:  # tried again: the database was away
            return True
        lock = os.open(self._var / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def _simulated_kiosks(self) -> list[Kiosk]:
        kiosks = [kiosk for hall in self._halls() for kiosk in hall.kiosks.values()]
        return [kiosk for kiosk in kiosks if kiosk.printer is not None and kiosk.printer.is_simulated]

    def _has_moved(self, kiosk: Kiosk) -> bool:
        assert kiosk.printer is not None
        running, cable = self.running[kiosk.id], self._cable(kiosk)
        is_on_line = kiosk.printer.kind == "serial"
        has_moved = cable is None and running.port != kiosk.printer.port
        return has_moved or running.cable != cable or (running.speed is not None) != is_on_line

    def _cable(self, kiosk: Kiosk) -> Path | None:
        """Where the cable of a printer ends; None: it is on the network."""
        is_on_network = kiosk.printer is None or kiosk.printer.kind == "tcp"
        return None if is_on_network else self._var / CABLES / kiosk.id

    def _run(self, kiosk: Kiosk) -> bool:
        assert kiosk.printer is not None
        width_dots = PAPER_DOTS[kiosk.printer.paper_mm]
        printer = SimulatedPrinter(
            LOOPBACK,
            kiosk.printer.port,
            cable=self._cable(kiosk),
            speed=SIMULATED_SPEED if kiosk.printer.kind == "serial" else None,
            width_dots=width_dots,
            fonts_dir=ASSETS / "fonts",
        )
        try:
            self.running[kiosk.id] = printer.start()
        except OSError:
            return False
        return True
