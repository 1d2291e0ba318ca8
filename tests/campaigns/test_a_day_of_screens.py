"""A hall's day in fast motion on its two screens, upright and lying, on the real server: never blank.

The product's clock is set from one moment of a Tuesday to the next; the pages follow what the server tells.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from signage.lettering import TEXT_PX, legible_at_m
from tests.campaigns.whole_screen import LETTERS_PX, WATCH
from tests.conftest import ServeAt
from tests.harness.chromium import Pages
from tests.harness.counts import IS_LARGE, count, record_measurement
from tests.harness.programs import PROJECT
from tests.harness.servers.moved_served import MovedServed
from tests.harness.waiting import wait_until
from tests.harness.working import signed_in
from tests.signage.media.uploads import image, video

SERVED = {"laon-g1": "laon-accueil", "laon-g2": "laon-titres-retrait", "laon-g4": "laon-permis"}
"""Which service each of three counters receives."""
COUNTERS = list(SERVED)
OPENS, CLOSES = 8 * 60 + 35, 15 * 60 + 25
BREAK = range(11 * 60 + 30, 13 * 60 + 30)
"""Minutes of the day; before the break and the end no ticket is given that could not be served."""
SIZES = {"lying": (1920, 1080), "upright": (1080, 1920)}
DECLARED = {"lying": (140, 6), "upright": (109, 5)}
"""Diagonal in centimetres, the last reader's distance in metres: what the demonstration says of them."""
STRIDE_S, LONGEST_ROUND_S = 5, 900
FOLLOWS = "ahead => Math.abs(JSON.parse(localStorage['parvis.screen'] ?? '{}').offset - ahead) < 4000"
"""Whether a screen has kept how far the server's clock is ahead, by a message faster than a stride."""


def pressed(counter: str) -> dict[str, str]:
    """A press for the service of a counter."""
    return {"service": SERVED[counter], "press_id": str(uuid4()), "language": "fr"}


class Day:
    """A moved server, a hall with agents, and its screens."""

    def __init__(self, server: MovedServed, pages: Pages, folder: Path) -> None:
        self.server, self.pages, self.folder = server, pages, folder
        site = next(each for each in server.demonstration["sites"] if each["slug"] == "laon")
        self.urls = dict(zip(SIZES, (screen["url"] for screen in site["screens"]), strict=True))
        self.api = httpx.Client(
            base_url=f"{server.base_url}/api/v1",
            headers={"Authorization": f"Bearer {server.demonstration['api_key']}"},
            trust_env=False,
            timeout=30,
        )
        self.sessions: dict[str, str] = {}
        self.screens: dict[str, Page] = {}
        self.pictures: list[str] = []
        self.calls = 0

    def ask(self, path: str, body: Any = None, session: str | None = None) -> Any:
        held = {"X-Counter-Session": self.sessions[session]} if session else {}
        answer = self.api.post(path, json=body, headers={"Idempotency-Key": str(uuid4()), **held})
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def publish_media(self) -> None:
        """A picture and a film, from an upload to every screen of Laon."""
        with signed_in(self.server, "administrator", "*") as officer:
            for content, kind in ((image("PNG", size=(900, 600)), "image"), (video(pictures=120), "video")):
                medium = officer.post("/api/v1/media", content=content).raise_for_status().json()["medium"]
                place = f"/api/v1/media/{medium}"
                is_ready = partial(self.is_ready, officer, place)
                wait_until(is_ready, "prepared")
                officer.patch(place, json={"texts": {"fr": "Le hall rénové"}}).raise_for_status()
                wanted = {"kind": kind, "medium": medium, "titles": {"fr": f"Le hall ({kind})"}}
                made = officer.post("/api/v1/notices", json={"content": wanted}).raise_for_status().json()
                for verb in ("submit", "approve", "publish"):
                    path = f"/api/v1/notices/{made['notice']}/{verb}"
                    officer.post(path, json={"version": made["version"]}).raise_for_status()

    @staticmethod
    def is_ready(officer: httpx.Client, medium: str) -> bool:
        return bool(officer.get(medium).json()["state"] == "ready")

    def open_counters(self) -> None:
        for counter, service in SERVED.items():
            wanted = {"services": [service], "take_over": True}
            session = self.ask(f"/counters/{counter}/session", wanted)["session"]
            self.sessions[counter] = session

    def call(self, counter: str) -> str:
        """The number that is called next at a counter, whose visitor of before has left."""
        self.ask("/halls/laon/tickets", pressed(counter))
        before = self.at(counter)["leg"]
        body = {"current": before["leg"], "current_end": "served"} if before else {"current": None}
        leg = self.ask(f"/counters/{counter}/next", body, session=counter)
        self.calls += 1
        return str(leg["number"])

    def at(self, counter: str) -> Any:
        """The console's state; a counter that a round paused for a lack of gestures is resumed."""
        place = f"/counters/{counter}"
        if self.api.get(place).json()["state"] == "paused":
            wanted, held = {"pause": None}, {"X-Counter-Session": self.sessions[counter]}
            self.api.patch(f"{place}/session", json=wanted, headers=held).raise_for_status()
        return self.api.get(place).json()

    def open_screens(self) -> None:
        for name, (width, height) in SIZES.items():
            page = self.pages.open(width=width, height=height, service_workers="allow")
            page.add_init_script(WATCH)
            page.goto(self.urls[name])
            expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
            self.screens[name] = page

    def shows(self, text: str, place: str = ".card-number") -> None:
        for page in self.screens.values():
            expect(page.locator(place, has_text=text).first).to_be_visible()

    def let_pass(self, seconds: int) -> None:
        """Time passes for the server; a message tells the screens, which follow."""
        self.server.later(seconds)
        self.ask("/halls/laon/tickets", pressed("laon-g1"))
        for page in self.screens.values():
            page.wait_for_function(FOLLOWS, arg=self.server.ahead_s * 1_000)

    def picture(self, moment: str) -> None:
        """A picture of each screen, for people to look at; its letters are those of the declared distance."""
        for name, page in self.screens.items():
            file = f"{moment} {name}.png"
            page.screenshot(path=self.folder / file)
            self.pictures.append(file)
            diagonal_cm, viewing_m = DECLARED[name]
            for what, px in page.evaluate(LETTERS_PX).items():
                assert legible_at_m(px, diagonal_cm) >= viewing_m, (moment, name, what, px)
                assert px >= TEXT_PX - 0.1

    def have_shown(self, *wanted: str) -> bool:
        has_all = "wanted => wanted.every((one) => window.shown.has(one))"
        return all(page.evaluate(has_all, wanted) for page in self.screens.values())

    def assert_never_blank(self) -> None:
        for name, page in self.screens.items():
            assert page.evaluate("window.blanks") == [], name
            assert page.evaluate("window.broken") == [], name
            assert page.evaluate("window.cut") == [], name


@pytest.fixture
def day(serve_at: ServeAt, tmp_path: Path, pages: Pages) -> Iterator[Day]:
    folder = PROJECT / "var" / "fast-day" if IS_LARGE else tmp_path / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    found = Day(serve_at(OPENS // 60, OPENS % 60, voice="false"), pages, folder)
    with found.api:
        yield found


@pytest.mark.long
@pytest.mark.timeout(count(small=240, large=3_600))
def test_a_day_of_calls_media_an_alert_a_restart_and_a_cut_is_never_blank(day: Day):
    day.publish_media()
    day.open_counters()
    day.open_screens()
    for _ in range(LONGEST_ROUND_S // STRIDE_S):
        if day.have_shown("IMG", "VIDEO"):
            break
        day.let_pass(STRIDE_S)
    assert day.have_shown("IMG", "VIDEO"), "within a few rounds of the programme"
    day.picture("08h35 media")
    step = count(small=110, large=5)
    for minute in range(OPENS + step, CLOSES, step):
        day.server.at(minute // 60, minute % 60)
        if minute in BREAK:
            continue
        called = day.call(COUNTERS[minute // step % len(COUNTERS)])
        day.shows(called)
        if IS_LARGE and minute % 30 == 0:
            day.picture(f"{minute // 60:02}h{minute % 60:02}")
    two_calls_share_the_screens(day)
    an_alert_takes_over_and_leaves(day)
    a_restart_and_a_cut_are_overcome(day)
    day.assert_never_blank()
    a_night_is_black(day)
    record_measurement("a day in fast motion on two screens", calls=day.calls, pictures=len(day.pictures))


def a_night_is_black(day: Day) -> None:
    day.server.at(23, 0, days_later=1)
    for page in day.screens.values():
        expect(page.locator("body")).to_have_attribute("data-asleep", "yes", timeout=60_000)
    day.picture("23h00 asleep")
    day.server.at(8, 10, days_later=2)
    for page in day.screens.values():
        expect(page.locator("body")).to_have_attribute("data-asleep", "no", timeout=60_000)
        expect(page.locator("#state-title")).to_be_visible()
        expect(page.locator("#state-title")).to_have_text("Guichets fermés pour le moment", timeout=60_000)
        expect(page.locator("#state-more")).to_contain_text("08:30")
    day.picture("08h10 before opening")


def two_calls_share_the_screens(day: Day) -> None:
    first, second = (day.call(counter) for counter in COUNTERS[:2])
    for number in (first, second):
        day.shows(number)
    day.picture("two calls")
    leg = day.at(COUNTERS[1])["leg"]
    day.ask(f"/legs/{leg['leg']}/recall", session=COUNTERS[1])
    day.shows("appel", ".card-recall")
    day.picture("recalled")


def an_alert_takes_over_and_leaves(day: Day) -> None:
    with signed_in(day.server, "administrator", "*") as officer:
        wanted = {"halls": ["laon"], "kind": "evacuate", "press_id": str(uuid4()), "drill": True}
        alert = officer.post("/api/v1/alerts", json=wanted).raise_for_status().json()["alert"]
        for page in day.screens.values():
            expect(page.locator("body")).to_have_attribute("data-alert", "evacuate")
            expect(page.locator(".alert-drill").first).to_be_visible()
        day.picture("drill")
        for verb in ("ask-end", "end"):
            officer.post(f"/api/v1/alerts/{alert}/{verb}", json={}).raise_for_status()
    for page in day.screens.values():
        expect(page.locator("#alert")).to_be_hidden()


def a_restart_and_a_cut_are_overcome(day: Day) -> None:
    number = day.call(COUNTERS[2])
    day.shows(number)
    day.server.stop()
    day.picture("server down")
    day.server.start()
    for page in day.screens.values():
        expect(page.locator("#foot")).to_have_attribute("data-state", "calm", timeout=60_000)
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        page.wait_for_function("document.body.dataset.media !== 'downloading'")
    day.assert_never_blank()  # the views shown until now: a reload begins again
    with ExitStack() as cut:
        for page in day.screens.values():
            page.context.set_offline(True)
            cut.callback(page.context.set_offline, False)
            page.reload(wait_until="commit")
            expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
        day.picture("cut, reloaded")
    after = day.call(COUNTERS[0])
    for page in day.screens.values():
        expect(page.locator(".card-number", has_text=after)).to_be_visible(timeout=60_000)
    day.picture("network back")
