"""Laon, whose kiosk has a printer that fetches its jobs, and what becomes of them; Vervins has one too."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from hardware.simulator.epson_printer import SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.star_printer import SimulatedStarPrinter
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
        return renew_printer_secret(self.site.database, hall, SYSTEM, kiosk)

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
