"""Press, paper, verdict: the real server, its simulated printers and a kiosk's socket, on both layouts."""

import io
import json
import queue
import re
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import socketio
from PIL import Image, ImageChops

from hardware.drawing import draw
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.status import PrinterDeadlines
from server.clock import Clock
from server.domain.instants import from_micros
from server.live import messages
from server.printing.documents import PaperContent, TicketPrinting, document_of, read_paper_content
from server.settings import Settings
from server.store.devices import print_jobs
from server.store.devices.print_jobs import OpenJob
from server.store.operation.private_files import database_of
from server.store.transactions.database import Database
from tests.harness.programs import program
from tests.harness.servers.served import Served
from tests.harness.sql import all_rows, one_row
from tests.harness.waiting import PATIENCE_S, wait_until
from tests.server.live.hall import listening
from tests.server.printing.conftest import TRANSLATE

PARIS = ZoneInfo("Europe/Paris")
LAYOUTS = ["embedded", "workers"]
PUBLIC_URL = "https://attente.example.fr"


class Kiosk:
    """The kiosk of a site as its page is: one device token, presses over REST, verdicts over the socket."""

    def __init__(self, server: Served, slug: str = "laon") -> None:
        self.server = server
        self.site: dict[str, Any] = next(
            site for site in server.demonstration["sites"] if site["slug"] == slug
        )
        self.id: str = self.site["kiosk"]["id"]
        self.token: str = self.site["kiosk"]["token"]
        self.verdicts: queue.Queue[dict[str, Any]] = queue.Queue()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Connected to the server's messages."""
        listener = socketio.Client(reconnection=False)
        listener.on(messages.PRINT_VERDICT, self.verdicts.put, namespace=messages.KIOSK)
        listener.connect(
            self.server.base_url,
            transports=["websocket"],
            namespaces=[messages.KIOSK],
            auth={"token": self.token},
            wait_timeout=PATIENCE_S,
        )
        try:
            yield
        finally:
            listener.disconnect()

    def press(self, press_id: str | None = None) -> dict[str, Any]:
        """The ticket of a new press, or of one repeated."""
        expected = 201 if press_id is None else 200
        return self._ticket(press_id or str(uuid.uuid4()), expected)

    def first_press(self, press_id: str) -> dict[str, Any]:
        """The ticket of a press that has this id."""
        return self._ticket(press_id, 201)

    def _ticket(self, press_id: str, expected: int) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.server.base_url}/api/v1/halls/{self.site['slug']}/tickets",
            json={"service": "laon-accueil", "press_id": press_id, "language": "fr"},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
            trust_env=False,
        )
        assert answer.status_code == expected, answer.text
        ticket: dict[str, Any] = answer.json()
        return ticket

    def verdict_of(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """The next message about a ticket's print."""
        while (message := self.verdicts.get(timeout=PATIENCE_S))["visit"] != ticket["visit"]:
            pass
        return message

    def ended(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """The message that a print is done: a printer that was busy, or still starting, was asked again."""
        while (told := self.verdict_of(ticket))["state"] != "done":
            assert (told["state"], told["verdict"]) == ("queued", "refused"), told
        return told

    def pictures(self) -> list[bytes]:
        """The pictures of the printer's last tickets, newest first, from whichever worker answers."""
        with httpx.Client(base_url=self.server.base_url, trust_env=False, timeout=10) as browser:
            page = browser.get("/imprimantes").text
            found = re.findall(rf"/imprimantes/{self.id}/tickets/\d+\.png", page)
            return [browser.get(path).raise_for_status().content for path in found]

    def switch(self, fault: str, *, is_on: bool) -> None:
        """Turns a fault of the simulated printer on or off, as the page's form does."""
        with httpx.Client(base_url=self.server.base_url, trust_env=False) as browser:
            page = browser.get("/imprimantes").text
            token = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert token is not None
            form = {"csrf_token": token[1], "fault": fault, "is_on": "1" if is_on else "0"}
            assert browser.post(f"/imprimantes/{self.id}/faults", data=form).status_code == 303


def content_of_job(server: Served, job: str, fonts_dir: Path) -> tuple[PaperContent, TicketPrinting]:
    """The content of a job's paper, read again from the rows."""
    printing = TicketPrinting(TRANSLATE, PUBLIC_URL, fonts_dir, server.var / "media")
    database = database_of(Settings(var=server.var, database_url=server.database_url), Clock())
    with database.read() as rows:
        found = print_jobs.print_job_of(rows, job)
    row = one_row(database, "SELECT document, queued_at FROM print_job WHERE id = :job", job=job)
    assert found is not None
    content, queued_at = json.loads(row["document"]), from_micros(row["queued_at"])
    wanted = read_paper_content(
        database, printing, OpenJob(**asdict(found), document=content, queued_at=queued_at)
    )
    database.close()
    return wanted, printing


def expected_picture(server: Served, job: str, fonts_dir: Path) -> Image.Image:
    """The dots that a job's paper must have."""
    return draw(document_of(*content_of_job(server, job, fonts_dir), width_dots=576), fonts_dir)


def shows(png: bytes, expected: Image.Image) -> bool:
    """Whether a picture has these dots and nothing else but blank paper."""
    with Image.open(io.BytesIO(png)) as opened:
        picture = opened.convert("1")
    canvas = Image.new("1", (picture.width, max(picture.height, expected.height)), 255)
    wanted = canvas.copy()
    canvas.paste(picture, (0, 0))
    wanted.paste(expected, (0, 0))
    return ImageChops.difference(canvas, wanted).getbbox() is None


def scanned(png: bytes, folder: Path) -> str:
    """What zbar reads on a picture."""
    (folder / "paper.png").write_bytes(png)
    found = subprocess.run(
        [program("zbarimg"), "--raw", "-q", folder / "paper.png"],
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_press_is_printed_and_its_verdict_reaches_the_kiosk(serve, layout, fonts_dir, tmp_path):
    server = serve(layout, voice="false", public_url=PUBLIC_URL)
    kiosk = Kiosk(server)
    with kiosk.listening():
        ticket = kiosk.press()
        assert ticket["print"] == {"job": ticket["print"]["job"], "state": "queued", "verdict": None}
        assert kiosk.ended(ticket) == {
            "job": ticket["print"]["job"],
            "visit": ticket["visit"],
            "state": "done",
            "verdict": "printed",
            "why": None,
        }
    (paper,) = wait_until(kiosk.pictures, "the picture of the ticket")
    assert shows(paper, expected_picture(server, ticket["print"]["job"], fonts_dir)), ticket["number"]
    assert scanned(paper, tmp_path) == ticket["follow_url"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_the_reception_that_gave_a_ticket_gets_messages_about_its_paper(serve, layout):
    server = serve(layout, voice="false")
    kiosk = Kiosk(server)
    hall = {"token": server.demonstration["api_key"], "hall": "laon"}
    with (
        listening(server, messages.AGENT, hall | {"papers": True}) as reception,
        listening(server, messages.AGENT, hall) as console,
    ):
        ticket = kiosk.press()
        told = reception.wait(messages.PRINT_VERDICT, lambda each: each["visit"] == ticket["visit"])
        assert (told["job"], told["state"], told["verdict"]) == (ticket["print"]["job"], "done", "printed")
        assert console.of(messages.PRINT_VERDICT) == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_worker_shows_the_same_printers_and_switches_their_faults(serve, layout):
    """A new connection falls on either worker; one of them runs the printers."""
    kiosk, since = Kiosk(serve(layout, voice="false")), datetime.now(UTC)
    with kiosk.listening():
        assert kiosk.ended(kiosk.press())["verdict"] == "printed"
    (paper,) = kiosk.pictures()
    for turn in range(12):
        assert kiosk.pictures() == [paper]
        is_on = turn % 2 == 0
        kiosk.switch("cover_open", is_on=is_on)
        with httpx.Client(base_url=kiosk.server.base_url, trust_env=False) as browser:
            section = browser.get("/imprimantes").text.partition(f'<section id="{kiosk.id}"')[2]
        assert ('class="fault"' in section.partition("</section>")[0]) is is_on
    [hour] = re.findall(r"<figcaption>(\d\d):", section.partition("</section>")[0])
    told = [at.astimezone(PARIS).strftime("%H") for at in (since, datetime.now(UTC))]
    assert hour in told


def test_a_press_is_answered_at_once_while_its_printer_is_mute_and_the_kiosk_gets_the_verdict(serve):
    kiosk = Kiosk(serve(voice="false"))
    kiosk.switch("mute", is_on=True)
    with kiosk.listening():
        for _ in range(4):
            started_s = time.monotonic()
            ticket = kiosk.press()
            took_s = time.monotonic() - started_s
            assert took_s < PrinterDeadlines().status_s, "no answer of a printer is waited for"
            assert ticket["print"]["state"] == "queued"
            told = kiosk.verdict_of(ticket)
            assert (told["state"], told["verdict"], told["why"]) == ("queued", "refused", "mute")
        kiosk.switch("mute", is_on=False)
        told = kiosk.verdict_of(ticket)
        assert (told["state"], told["verdict"], told["why"]) == ("done", "printed", None)
    assert len(kiosk.pictures()) == 4


@pytest.mark.long
def test_a_server_killed_while_a_ticket_is_held_says_unknown_and_never_sends_it_again(serve, fonts_dir):
    server = serve(voice="false")
    server.stop()
    port = next(each["port"] for each in server.demonstration["printers"] if each["kiosk"] == "laon-borne-1")
    printer = SimulatedPrinter(port=port, fonts_dir=fonts_dir).start()
    printer.paper_rows = 100
    server.start()
    kiosk = Kiosk(server)
    press_id = str(uuid.uuid4())
    with kiosk.listening():
        ticket = kiosk.first_press(press_id)
        told = kiosk.verdict_of(ticket)
        assert (told["state"], told["verdict"], told["why"]) == ("sending", "held", "paper_out")
        server.kill()
    server.start()
    ended = ticket["print"] | {"state": "done", "verdict": "unknown"}
    wait_until(lambda: kiosk.press(press_id)["print"] == ended, "the job is unknown")
    printer.clear_fault(PrinterFault.PAPER_OUT)
    later = str(uuid.uuid4())
    printed = kiosk.first_press(later)["print"] | {"state": "done", "verdict": "printed"}
    wait_until(lambda: kiosk.press(later)["print"] == printed, "the next ticket is printed")
    assert len(printer.tickets()) == 2, "what the printer held came out, once, and then the later one"
    printer.stop()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_server_that_stops_lets_go_of_its_printers(serve, layout):
    """Otherwise tickets would wait 15 s for their paper after each restart."""
    server = serve(layout, voice="false")
    kiosk = Kiosk(server)
    with kiosk.listening():
        assert kiosk.verdict_of(kiosk.press())["verdict"] == "printed"
    server.stop()
    database = Database(server.database_url, Clock())
    leases = all_rows(database, "SELECT printer, expires_at FROM printer_lease")
    database.close()
    assert len(leases) == 5
    assert {row["expires_at"] for row in leases} == {0}
