"""Every printer of the installation, driven by this process or by another of the same database."""

import threading
from collections.abc import Callable
from dataclasses import replace

import structlog

from server.apart import CallApart
from server.domain.hall.devices import PrinterConnection
from server.domain.printing.printers import PrinterReach
from server.domain.refusals import Refusal
from server.ids import new_id
from server.printing import CABLES, NOWHERE
from server.printing.documents import TicketPrinting
from server.printing.worker import PrinterWorker, Printing, PrintingPace
from server.settings import ASSETS, Settings
from server.store.configuration.halls import all_halls, publications
from server.store.devices import print_jobs
from server.store.devices.printers import keep_leases, note_seen
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import Commit
from server.usecases.printing.print_jobs import LEASE
from server.usecases.printing.pulled_printers import watch_pulled_printers

log = structlog.get_logger()

STOP_WITHIN_S = 2.0
PULLED_WATCHED_EVERY_S = 5.0

type Spawn = Callable[[Callable[[], None]], object]


class PrintService:
    """Runs a loop for each printer, wakes it for jobs of other processes, and renews the leases.

    `off_loop(work, *values)` computes away from the loop. `tell(job)` is called for a verdict that is not
    final; a final one is published with the fact PrintEnded.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        translate: Callable[..., str],
        off_loop: CallApart,
        *,
        tell: Callable[[str], None] = lambda job: None,
        pace: PrintingPace | None = None,
    ) -> None:
        tickets = TicketPrinting(translate, settings.public_url, ASSETS / "fonts", settings.var / "media")
        self.printing = Printing(
            database, tickets, new_id(), off_loop, tell, settings.var / CABLES, pace or PrintingPace()
        )
        self._has_simulated = settings.has_simulated_printers
        self.workers: dict[str, PrinterWorker] = {}
        self._followed = 0
        """The number of publications that its printers follow."""
        self._halls: dict[str, tuple[int, int, list[str]]] = {}
        self._pulled: dict[str, set[str]] = {}
        """By hall, the printers that fetch their jobs: no loop here drives them."""
        self._spawn: Spawn | None = None
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._ended.set()
        self._kept_at_s = 0.0
        self._watched_at_s = 0.0

    @property
    def failures(self) -> int:
        """How many errors the loops had since the start."""
        return sum(worker.failures for worker in list(self.workers.values()))

    def start(self, spawn: Spawn) -> None:
        """Begins to drive the printers; `spawn(work)` runs work in a thread or greenlet of its own."""
        self._spawn = spawn
        self._stopping.clear()
        self._ended.clear()
        self.printing.database.subscribers.append(self.committed)
        spawn(self._watch)

    def stop(self) -> None:
        """Ends the loops after their present jobs, waiting two seconds at most, and releases the printers."""
        if self._spawn is None:
            return
        self._spawn = None
        self.printing.database.subscribers.remove(self.committed)
        self._stopping.set()
        ends_at_s = self.printing.database.clock.elapsed_s() + STOP_WITHIN_S
        workers = list(self.workers.values())
        for worker in workers:
            worker.stop()
        for ended in (self._ended, *(worker.ended for worker in workers)):
            ended.wait(max(0.0, ends_at_s - self.printing.database.clock.elapsed_s()))

    def committed(self, commit: Commit) -> None:
        """The subscriber of the database: a new job wakes its printer."""
        for printer in commit.printers:
            worker = self.workers.get(printer)
            if worker is not None:
                worker.wake()

    def _watch(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self.wake_printers()
                except Refusal as refusal:
                    log.warning("printers_not_watched", code=refusal.code)
                except Exception:
                    log.exception("printers_not_watched")
                self._stopping.wait(self.printing.pace.look_s)
        finally:
            self._ended.set()

    def wake_printers(self) -> None:
        """Follows the configuration, wakes the printers that have jobs, keeps the leases."""
        with self.printing.database.read() as rows:
            published = publications(rows)
            halls = [] if published == self._followed else all_halls(rows)
            waiting = print_jobs.printers_with_open_jobs(rows)
        for hall in (each for each in halls if each.is_configured):
            revisions = hall.configuration_revision, hall.installation_revision
            if self._halls.get(hall.id, (0, 0, []))[:2] != revisions:
                self._follow_configuration(hall.id, revisions)
        self._followed = published
        for printer in waiting:
            if printer in self.workers:
                self.workers[printer].wake()
            elif not any(printer in pulled for pulled in self._pulled.values()):
                self._cancel_orphans(printer)
        self._keep_leases()
        self._watch_pulled()

    def _watch_pulled(self) -> None:
        """Every five seconds: ends the old jobs of printers that fetch them, and notes which are silent."""
        elapsed_s = self.printing.database.clock.elapsed_s()
        printers = {printer: hall for hall, pulled in self._pulled.items() for printer in pulled}
        if not printers or elapsed_s - self._watched_at_s < PULLED_WATCHED_EVERY_S:
            return
        self._watched_at_s = elapsed_s
        watch_pulled_printers(self.printing.database, printers, self.printing.tell)

    def _follow_configuration(self, hall: str, revisions: tuple[int, int]) -> None:
        printers = {
            kiosk.id: kiosk.printer
            for kiosk in self.printing.database.configuration(hall).kiosks.values()
            if kiosk.printer is not None and not kiosk.is_retired
        }
        connections = {each: printer for each, printer in printers.items() if not printer.is_pulled}
        for gone in set(self._halls.get(hall, (0, 0, []))[2]) - set(connections):
            self.workers.pop(gone).stop()
        for printer, connection in connections.items():
            self._drive(printer, connection)
        self._pulled[hall] = set(printers) - set(connections)
        self._halls[hall] = (*revisions, list(connections))

    def _drive(self, printer: str, connection: PrinterConnection) -> None:
        if connection.is_simulated and not self._has_simulated:  # nothing of this machine is a printer then
            connection = replace(connection, kind="tcp", host=None, reach=PrinterReach())
        worker = self.workers.get(printer)
        if worker is not None:
            worker.connection = connection
            worker.wake()
        elif self._spawn is not None:
            worker = self.workers[printer] = PrinterWorker(self.printing, printer, connection)
            self._spawn(worker.run)

    def _cancel_orphans(self, printer: str) -> None:
        """Ends old jobs of a printer that no hall has any more."""
        orphans = PrinterWorker(self.printing, printer, NOWHERE)
        token = orphans.lease.take()
        if token is not None:
            orphans.settle(token)
            orphans.lease.release()

    def _keep_leases(self) -> None:
        elapsed_s = self.printing.database.clock.elapsed_s()
        if elapsed_s - self._kept_at_s < LEASE.total_seconds() / 3:
            return
        self._kept_at_s = elapsed_s
        database, holder = self.printing.database, self.printing.holder
        driven = [(token, each) for each in list(self.workers.values()) if (token := each.lease.token)]
        if not driven:
            return
        with database.store.write() as rows:
            kept = keep_leases(rows, holder, until=database.clock.now() + LEASE)
            seen = {token: worker.watch.take_seen() for token, worker in driven if kept.get(token)}
            note_seen(rows, {token: at for token, at in seen.items() if at is not None})
        for token, worker in driven:
            if not worker.lease.follow(token, kept, asked_at_s=elapsed_s):
                log.warning("printer_taken", printer=worker.printer)
