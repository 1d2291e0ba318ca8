"""The demonstration's printers: one simulated for each kiosk whose printer has no address of its own."""

from pathlib import Path

import structlog

from hardware.simulator import SimulatedPrinter
from server.demonstration.create import is_demonstration
from server.domain.configuration import Kiosk
from server.store.database import Database
from server.store.print_jobs import configured_halls

log = structlog.get_logger()

LOOPBACK = "127.0.0.1"
PAPER_DOTS = {80: 576, 58: 384}


class DemonstrationPrinters:
    """The simulated printers this process runs: of several processes, each port is one's."""

    def __init__(self, database: Database, fonts_dir: Path) -> None:
        self._database = database
        self._fonts_dir = fonts_dir
        self.running: dict[str, SimulatedPrinter] = {}

    def start(self) -> None:
        """Starts a printer per kiosk of a demonstration; ports taken are left to their owner, and logged."""
        if not is_demonstration(self._database):
            return
        taken = [kiosk.id for kiosk in self._simulated_kiosks() if not self._run(kiosk)]
        if taken:
            log.info("simulated_printers_elsewhere", kiosks=taken)

    def stop(self) -> None:
        """Closes their ports."""
        while self.running:
            self.running.popitem()[1].stop()

    def _simulated_kiosks(self) -> list[Kiosk]:
        with self._database.read() as rows:
            halls = [row["id"] for row in configured_halls(rows)]
        kiosks = [kiosk for hall in halls for kiosk in self._database.configuration(hall).kiosks.values()]
        return [kiosk for kiosk in kiosks if kiosk.printer is not None and kiosk.printer.host is None]

    def _run(self, kiosk: Kiosk) -> bool:
        assert kiosk.printer is not None
        width_dots = PAPER_DOTS[kiosk.printer.paper_mm]
        printer = SimulatedPrinter(
            LOOPBACK, kiosk.printer.port, width_dots=width_dots, fonts_dir=self._fonts_dir
        )
        try:
            self.running[kiosk.id] = printer.start()
        except OSError:
            return False
        return True
