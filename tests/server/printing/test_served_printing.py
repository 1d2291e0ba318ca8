"""Press, paper, verdict: the real server, its simulated printers and a kiosk's socket, on both layouts."""

import io
import queue
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import socketio
from PIL import Image

from server.live import messages
from tests.harness.served import Served
from tests.harness.waiting import wait_until

LAYOUTS = ["embedded", "workers"]


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
            wait_timeout=10,
        )
        try:
            yield
        finally:
            listener.disconnect()

    def press(self, service: str = "laon-accueil") -> dict[str, Any]:
        answer = httpx.post(
            f"{self.server.base_url}/api/v1/halls/{self.site['slug']}/tickets",
            json={"service": service, "press_id": str(uuid.uuid4()), "language": "fr"},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
            trust_env=False,
        )
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()
        return ticket

    def verdict_of(self, ticket: dict[str, Any], *, within_s: float = 20) -> dict[str, Any]:
        """The next message about a ticket's print."""
        deadline = time.monotonic() + within_s
        while (left_s := deadline - time.monotonic()) > 0:
            message = self.verdicts.get(timeout=left_s)
            if message["visit"] == ticket["visit"]:
                return message
        raise AssertionError("no verdict")

    def simulated_page(self) -> str:
        return self._get("/imprimantes").text

    def pictures(self) -> list[bytes]:
        """The pictures of the printer's last tickets, newest first."""
        found = re.findall(rf"/imprimantes/{self.id}/tickets/\d+\.png", self.simulated_page())
        return [self._get(path).content for path in found]

    def switch(self, fault: str, *, is_on: bool) -> None:
        """Turns a fault of the simulated printer on or off, as the page's form does."""
        with httpx.Client(base_url=self.server.base_url, trust_env=False) as browser:
            page = browser.get("/imprimantes").text
            token = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert token is not None
            form = {"csrf_token": token[1], "fault": fault, "is_on": "1" if is_on else "0"}
            assert browser.post(f"/imprimantes/{self.id}/faults", data=form).status_code == 303

    def _get(self, path: str) -> httpx.Response:
        answer = httpx.get(f"{self.server.base_url}{path}", timeout=10, trust_env=False)
        assert answer.status_code == 200, f"{path} → {answer.status_code}"
        return answer


def is_ticket(png: bytes) -> bool:
    with Image.open(io.BytesIO(png)) as picture:
        return picture.width == 576 and picture.height > 400


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_press_comes_out_as_paper_and_its_verdict_reaches_the_kiosk(serve, layout):
    kiosk = Kiosk(serve(layout, voice="false"))
    with kiosk.listening():
        ticket = kiosk.press()
        assert ticket["print"] == {"job": ticket["print"]["job"], "state": "queued", "verdict": None}
        assert kiosk.verdict_of(ticket) == {
            "job": ticket["print"]["job"],
            "visit": ticket["visit"],
            "state": "done",
            "verdict": "printed",
            "why": None,
        }
    wait_until(lambda: any(map(is_ticket, kiosk.pictures())), "the picture of a ticket", within_s=20)
