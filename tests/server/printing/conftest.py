"""A hall whose kiosk prints, the loops that drive its printer, and what became of the presses."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import kiosk.pages
from hardware.status import PrinterDeadlines
from server.clock import Clock
from server.domain.author import Author
from server.domain.waits.estimate import Quote
from server.ids import new_id
from server.language import Catalogues
from server.printing.service import PrintService
from server.printing.worker import PrintingPace
from server.settings import Settings
from server.store.devices import print_jobs
from server.store.devices.printers import Lease, lease_of, printer_sighting
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.tickets.issued_ticket import IssuedTicket, reprint_ticket
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from tests.hardware.conftest import Emupos, emupos, emupos_printers, printer, simulated
from tests.harness.sql import all_rows, execute
from tests.harness.waiting import PATIENCE_S, wait_until

HALLS = Path(__file__).parents[3] / "server/demonstration/halls"
KIOSK = "laon-borne-1"
AUTHOR = Author("tests", device="tests-kiosk")
OPEN_AT = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
QUICK = PrintingPace(
    retry_s=0.1,
    look_s=0.05,
    poll_s=0.3,
    lease_check_s=0.1,
    between_jobs_s=0.0,
    deadlines=PrinterDeadlines(connect_s=2, status_s=1.5, send_s=10, barrier_s=10, ask_again_s=0.1),
)
IMPATIENT = replace(QUICK, deadlines=replace(QUICK.deadlines, status_s=0.4, barrier_s=2))
"""For a printer that does not answer; one that does may take its time on a slow machine."""
TRANSLATE = Catalogues((("kiosk", Path(kiosk.pages.__file__).parent / "translations"),)).translate


@dataclass
class Hands:
    """A clock that runs, from a Tuesday morning on, and that a test can step."""

    step: timedelta = timedelta(0)
    started_s: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return OPEN_AT + timedelta(seconds=time.monotonic() - self.started_s) + self.step

    def clock(self) -> Clock:
        return Clock(now=self.now)


class PrintingHall:
    """Laon on one database; each `drive()` is one more server process as far as printers can tell."""

    def __init__(self, url: str, var: Path, *, port: int, profile: str = "text-80", **settings: Any) -> None:
        self.hands, self.url = Hands(), url
        self.database = Database(url, self.hands.clock())
        self.settings = Settings(var=var, **settings)
        self.told: list[str] = []
        self._opened = [self.database]
        self._services: list[PrintService] = []
        # its printers are on this machine
        execute(self.database, "UPDATE installation SET is_demonstration = :yes WHERE id = 1", yes=True)
        publish_installation(self.database, AUTHOR, (HALLS / "installation.json").read_bytes())
        self.print_at(port, profile)

    def print_at(self, port: int, profile: str = "text-80", *, is_retired: bool = False) -> None:
        """Publishes the hall with its kiosk's printer there."""
        paper_mm = 58 if profile == "raster-58" else 80
        printer = {"host": "127.0.0.1", "port": port, "profile": profile, "paper_mm": paper_mm}
        self.print_with(printer, is_retired=is_retired)

    def print_with(self, printer: dict[str, Any], *, is_retired: bool = False) -> None:
        """Publishes the hall with its kiosk's printer as in a document."""
        document = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))
        document["kiosks"][0] |= {"printer": printer, "is_retired": is_retired}
        publish_hall(self.database, AUTHOR, json.dumps(document))

    def drive(self, pace: PrintingPace = QUICK, clock: Clock | None = None) -> PrintService:
        """Starts the printers' loops in threads, with a connection to the database of their own."""
        database = Database(self.url, clock or self.hands.clock())
        self._opened.append(database)
        service = PrintService(
            database,
            self.settings,
            TRANSLATE,
            lambda work, *values: work(*values),
            tell=self.told.append,
            pace=pace,
        )
        service.start(lambda work: threading.Thread(target=work, daemon=True).start())
        self._services.append(service)
        return service

    def press(self, *, language: str = "fr", quote: Quote | None = None, **more: Any) -> IssuedTicket:
        """A ticket from the kiosk."""
        wanted = TicketRequest("laon-accueil", new_id(), language=language, kiosk=KIOSK, **more)
        return issue_ticket(self.database, "laon", AUTHOR, wanted, quote=lambda _, __, ___: quote)

    def press_job(self) -> str:
        """The job of a ticket from the kiosk."""
        job = self.press()["print"]
        assert job is not None
        return job["job"]

    def reprint(self, visit: str) -> str:
        """The job of a reprint."""
        return str(reprint_ticket(self.database, "laon", AUTHOR, visit)["job"])

    def job(self, job: str) -> tuple[str, str | None, str | None]:
        """State, verdict and why."""
        with self.database.read() as rows:
            row = print_jobs.print_job_of(rows, job)
        assert row is not None
        return row.state, row.verdict, row.why

    def wait_for(
        self, job: str, state: str, verdict: str | None, *, within_s: float = PATIENCE_S
    ) -> str | None:
        """Waits until a job has this state and verdict; why."""
        seen: list[tuple[str, str | None, str | None]] = []

        def is_there() -> bool:
            seen[:] = [self.job(job)]
            return seen[0][:2] == (state, verdict)

        try:
            wait_until(is_there, f"{state}, {verdict}", within_s=within_s)
        except AssertionError as late:
            raise AssertionError(f"{late}, but {seen[0]}") from None
        return seen[0][2]

    def lease(self) -> Lease:
        """The printer's lease."""
        with self.database.read() as rows:
            lease = lease_of(rows, KIOSK)
        assert lease is not None
        return lease

    def state_noted(self) -> str | None:
        """The state of the printer that supervision reads."""
        with self.database.read() as rows:
            sighting = printer_sighting(rows, KIOSK)
        return None if sighting is None else sighting.state

    def ends(self) -> list[tuple[str, str | None]]:
        """Job and verdict of each PrintEnded of the journal, in order."""
        found = all_rows(
            self.database, "SELECT body FROM hall_fact WHERE kind = 'PrintEnded' ORDER BY position"
        )
        bodies = [json.loads(row["body"]) for row in found]
        return [(body["job"], body["verdict"]) for body in bodies]

    def close_loops(self) -> None:
        """Stops every process's loops."""
        for service in list(self._services):
            self.end(service)

    def end(self, service: PrintService) -> None:
        """Stops one process's loops; they let go of their printers."""
        service.stop()
        for worker in service.workers.values():
            assert worker.ended.wait(10), "the loop ends"
        self._services.remove(service)

    def close(self) -> None:
        self.close_loops()
        for database in self._opened:
            database.close()


__all__ = ["Emupos", "emupos", "emupos_printers", "printer", "simulated"]

OpenHall = Callable[..., PrintingHall]


@pytest.fixture
def open_hall(database_url: str, tmp_path) -> Iterator[OpenHall]:
    """`open_hall(port, profile=…, …)` → a hall on a database of either kind that prints at that port."""
    with ExitStack() as opened:

        def start(port: int, **more) -> PrintingHall:
            hall = PrintingHall(database_url, tmp_path, port=port, **more)
            opened.callback(hall.close)
            return hall

        yield start


@pytest.fixture
def open_small_hall(sqlite_url: str, tmp_path) -> Iterator[OpenHall]:
    """As `open_hall`, on SQLite only: for what does not depend on the database."""
    with ExitStack() as opened:

        def start(port: int, **more) -> PrintingHall:
            hall = PrintingHall(sqlite_url, tmp_path, port=port, **more)
            opened.callback(hall.close)
            return hall

        yield start
