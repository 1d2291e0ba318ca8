"""The cost of a day for a running server: nothing while idle, no memory per ticket."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from server.live import messages
from tests.faults.conftest import Presses
from tests.harness.counts import count, record_measurement
from tests.harness.waiting import wait_until

HEARTBEATS = count(small=1, large=4)
FIRST, LAST = count(small=1_000, large=2_000), count(small=2_000, large=22_000)
GROWTH = count(small=2, large=10)
"""Per cent of its memory that a server may take for them: it remembers each leg that has not ended."""


class Watched:
    """The messages that a page sends and receives from now on."""

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

    def further_messages(self) -> list[str]:
        """Messages that were no heartbeat, no ping of the transport and no answer to a sign of life."""
        return [each for each in self.heard if not self._is_sign_of_life(each)]

    def forgive_one_picture(self) -> None:
        """A screen sends one every five minutes: what it draws it with, and the picture, are no idle cost."""
        sent = [each for each in self.requests if each.endswith("/picture")]
        assert len(sent) <= 1, sent
        if sent:
            self.requests = [each for each in self.requests if each not in sent and not is_drawn_with(each)]

    def is_drawing_picture(self) -> bool:
        """Whether it has fetched what it draws a picture with, and not sent the picture yet."""
        return bool(self.requests) and all(is_drawn_with(each) for each in self.requests)

    def was_nudged(self) -> bool:
        """Whether it received the nudge to read its programme again."""
        return any(messages.PROGRAMME_CHANGED in each for each in self.heard)

    def heartbeats(self) -> int:
        """How many heartbeats it has heard; asking lets the page hear."""
        self.page.title()
        return sum('"heartbeat"' in each for each in self.heard)

    def last_heartbeat(self) -> dict[str, Any]:
        """What the last heartbeat said."""
        frame = [each for each in self.heard if '"heartbeat"' in each][-1]
        said: dict[str, Any] = json.loads(frame[frame.index("[") :])[1]
        return said

    @staticmethod
    def _is_sign_of_life(frame: str) -> bool:
        return frame in ("2", "3") or '"heartbeat"' in frame or frame.startswith("43/agent")


@pytest.mark.long
def test_an_idle_screen_and_console_send_nothing_and_hear_heartbeats_of_the_board_only(served_hall, pages):
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
    console.wait_for_url(f"{server.base_url}/console")
    console.goto(f"{server.base_url}/console")
    console.locator("button[aria-describedby=place-laon-g1]").click()
    expect(console.locator("body")).to_have_attribute("data-phase", "free")
    expect(screen.locator("body")).to_have_attribute("data-media", "up to date", timeout=60_000)
    # from one heartbeat to the next: by then each page has fetched what it fetches after it has connected
    wait_for_heartbeats(watched, 1)
    for _ in range(4):
        is_nudged = was_nudged(watched)
        for each in watched:
            each.begin()
        wait_for_heartbeats(watched, HEARTBEATS)
        if not is_nudged and not was_nudged(watched) and not watched[0].is_drawing_picture():
            break  # otherwise a notice began or ended, or a picture was being drawn: that minute was not idle
    for each in watched:
        each.forgive_one_picture()
        assert each.requests == [], each.requests
        assert each.further_messages() == []
    beat, board = watched[0].last_heartbeat(), hall.board()
    assert (beat["epoch"], beat["version"]) == (board["epoch"], board["version"])
    record_measurement(
        f"screen and console idle for {HEARTBEATS} heartbeat(s)",
        requests=0,
        messages=sum(len(w.heard) for w in watched),
    )


def is_drawn_with(address: str) -> bool:
    return any(part in address for part in ("/assets/", "/static/", "/look/", "/media/"))


def was_nudged(watched: tuple[Watched, ...]) -> bool:
    """Whether some page has received the nudge to read its programme again."""
    return any(each.was_nudged() for each in watched)


def wait_for_heartbeats(watched: tuple[Watched, ...], heartbeats: int) -> None:
    """Waits until each page has received a number of heartbeats."""
    wait_until(
        lambda: all(each.heartbeats() >= heartbeats for each in watched),
        f"{heartbeats} heartbeat(s) on each page",
        within_s=30 * heartbeats,
        every_s=0.2,
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
        version = hall.board()["version"]
        screen.wait(messages.BOARD_CHANGED, lambda each: each["version"] >= version)
        screen.wait(messages.QUEUES_CHANGED, lambda each: each["version"] >= version)
        return int(hall.server.rss_kb())

    with hall.screen() as screen:
        first, last = issue_until(FIRST), issue_until(LAST)
    record_measurement("memory", **{f"kB after {FIRST}": first, f"kB after {LAST}": last})
    assert last <= first * (1 + GROWTH / 100), (first, last)
