"""What a day costs a server that nobody stops: nothing while idle, no memory per ticket."""

import time
from typing import Any

import pytest

from tests.faults.journal import Presses
from tests.harness.counts import count, record_measurement
from tests.harness.waiting import wait_until

IDLE_S = count(small=30, large=60)
FIRST, LAST = 2_000, count(small=6_000, large=22_000)


class Watched:
    """What a page sends and hears from now on."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.heard: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: socket.on("framereceived", self._hear))

    def _hear(self, frame: Any) -> None:
        self.heard.append(str(frame))

    def begin(self) -> None:
        self.requests.clear()
        self.heard.clear()

    def told(self) -> list[str]:
        """Messages that were neither a heartbeat nor the transport's own ping."""
        return [each for each in self.heard if each not in ("2", "3") and '"heartbeat"' not in each]


@pytest.mark.alone
def test_an_idle_screen_and_console_send_nothing_and_hear_heartbeats_only(served_hall, pages):
    hall = served_hall()
    server = hall.server
    user = next(u for u in server.demonstration["users"] if u["role"] == "agent" and u["site"] == "laon")
    screen, console = pages.open(width=1920, height=1080), pages.open()
    watched = Watched(screen), Watched(console)
    screen.goto(hall.site["screens"][0]["url"])
    console.goto(f"{server.base_url}/connexion")
    console.locator("#login").fill(user["login"])
    console.locator("#password").fill(user["password"])
    console.keyboard.press("Enter")
    console.wait_for_url(f"{server.base_url}/")
    console.goto(f"{server.base_url}/console")
    wait_until(lambda: screen.wait_for_timeout(200) or watched[0].heard, "the screen is live")
    wait_until(lambda: console.wait_for_timeout(200) or watched[1].heard, "the console is live")
    screen.wait_for_timeout(3_000)  # what a page fetches after it has connected, with its jitter
    for each in watched:
        each.begin()
    screen.wait_for_timeout(IDLE_S * 1_000)
    for each in watched:
        assert each.requests == []
        assert each.told() == []
        assert any('"heartbeat"' in heard for heard in each.heard)
    record_measurement(
        f"screen and console idle for {IDLE_S} s", requests=0, messages=sum(len(w.heard) for w in watched)
    )


@pytest.mark.alone
@pytest.mark.timeout(1500)
def test_memory_does_not_grow_with_the_tickets_issued(served_hall):
    hall = served_hall(voice="false")
    hall.open("laon-g1")
    presses = Presses(hall)

    def issue_until(tickets: int) -> int:
        while len(presses.acknowledged) < tickets:
            presses.press_for(1)
        time.sleep(2)  # the last messages and print jobs
        return int(hall.server.rss_kb())

    first, last = issue_until(FIRST), issue_until(LAST)
    record_measurement("memory", **{f"kB after {FIRST}": first, f"kB after {LAST}": last})
    assert last <= first * 1.1, (first, last)
