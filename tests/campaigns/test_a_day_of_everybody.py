"""Forty visitors in one hall: kiosk, reception, consoles and hall view at once, worked by keyboard.

Two agents press for the same visitor, one console gets every answer 300 ms late, another none for 20 s. In
the middle each page is judged in both themes, forced colours, at 200 % and at 360 px. At the end the journal
has every ticket once, and each page says what the server does.

`make soak` only: what is new of it is proved in tests/pages/console/test_interruptions.py.
"""

import re
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from server.clock import Clock
from server.store.transactions.database import Database
from tests.conftest import Serve
from tests.faults.conftest import assert_nothing_lost
from tests.harness.accessible import (
    OF_A_WIDTH,
    assert_accessible,
    assert_fits,
    further_violations,
    unseen_in_forced_colours,
    violations,
)
from tests.harness.chromium import Pages
from tests.harness.counts import IS_LARGE, record_measurement
from tests.harness.servers.served import Served
from tests.harness.sql import all_rows
from tests.harness.waiting import wait_until
from tests.harness.working import at_work, close_counters, phase, press_for_a_ticket

SERVICE, COMPUTER = "laon-accueil", "laon-numerique"
FIRST, SECOND, HELPER = "laon-g1", "laon-g4", "laon-poste-1"
AT_KIOSK, AT_COMPUTER, FAMILY = 15, 5, 5
VISITORS = 40
SLOW_MS, SILENT_S = 300, 20
NARROW, WIDE = (360, 740), (1366, 768)
URGENT = "Personne qui ne peut pas attendre"


class Held:
    """Requests of a page that get no answer until `release`."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address, self._is_over = page, address, False
        self._routes: list[Route] = []
        page.route(address, self._keep)

    def _keep(self, route: Route) -> None:
        if self._is_over:
            route.continue_()
        else:
            self._routes.append(route)

    def wait(self) -> None:
        wait_until(lambda: (self._page.title(), self._routes)[1], f"a request to {self._address}")

    def release(self) -> None:
        self._is_over = True
        for route in self._routes:
            route.continue_()


class Console:
    """A console at its counter, worked by keys."""

    def __init__(self, page: Page, counter: str) -> None:
        self.page, self.counter = page, counter
        self.number = page.locator("[data-person] .number")
        page.locator(f"button[aria-describedby=place-{counter}]").press("Enter")
        phase(page, "free")

    def call(self) -> str | None:
        """Calls and receives the next visitor; the number, None when nobody waits here."""
        self.page.keyboard.press("F9")
        expect(self.page.locator("body")).not_to_have_class(re.compile(r"\bsending\b"))
        expect(self.page.locator("body[data-phase=called], [data-nobody]:visible").first).to_be_visible()
        if self.page.locator("body").get_attribute("data-phase") != "called":
            return None
        self.page.keyboard.press("o")
        phase(self.page, "in_service")
        return self.number.inner_text()

    def end(self) -> None:
        self.page.keyboard.press("F8")
        phase(self.page, "free")

    def transfer(self, text: str) -> None:
        """Sends the visitor here to the service whose name is typed."""
        self.page.keyboard.press("r")
        panel = self.page.locator("[data-panel]")
        expect(panel).to_be_focused()
        choice = panel.locator("[data-choice]").filter(has_text=text).first
        self.page.keyboard.press(str(choice.get_attribute("data-choice")))
        question = panel.locator(".question-text")
        expect(self.page.locator("body[data-phase=free], .question-text:visible").first).to_be_visible()
        if question.is_visible():
            self.page.keyboard.press("2")
        phase(self.page, "free")

    def pick(self, number: str) -> None:
        """Chooses a number out of turn; the panel waits for the reason."""
        self.page.keyboard.press("c")
        typed = self.page.locator("#chosen-number")
        expect(typed).to_be_focused()
        self.page.keyboard.type(number.lower())
        expect(self.page.locator("[data-panel] .people label")).to_have_count(1)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("[data-panel] input:checked")).to_have_count(1)


class Hall:
    """The pages of one hall, and the numbers that its visitors hold."""

    def __init__(self, server: Served, pages: Pages) -> None:
        self.server = server
        self.given: list[str] = []
        self.site = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
        self.kiosk = pages.open(self.site["kiosk"]["url"], width=1080, height=1920)
        self.reception = at_work(pages.open(), server, "reception", "/accueil", theme="device")
        self.first = Console(at_work(pages.open(), server, "agent", "/console", theme="device"), FIRST)
        second = at_work(pages.open(), server, "supervisor", "/console", theme="device")
        slow = second.context.new_cdp_session(second)
        slow.send("Network.enable")
        rates = {"downloadThroughput": -1, "uploadThroughput": -1}
        slow.send("Network.emulateNetworkConditions", {"offline": False, "latency": SLOW_MS, **rates})
        self.second = Console(second, SECOND)
        helper = at_work(pages.open(), server, "digital_helper", "/console", theme="device")
        self.helper = Console(helper, HELPER)
        self.wall = at_work(pages.open(), server, "supervisor", "/mur")
        self.api = httpx.Client(
            base_url=f"{server.base_url}/api/v1",
            headers={"Authorization": f"Bearer {server.demonstration['api_key']}"},
            trust_env=False,
        )

    @property
    def consoles(self) -> tuple[Console, Console, Console]:
        return self.first, self.second, self.helper

    @property
    def at_work(self) -> tuple[Page, ...]:
        return self.reception, self.wall, *(each.page for each in self.consoles)

    def press_at_kiosk(self, service: str) -> None:
        """A visitor takes a ticket at the kiosk and leaves."""
        self.given.append(press_for_a_ticket(self.kiosk, service))
        self.kiosk.reload()

    def give_at_reception(self, keys: str, people: int) -> list[str]:
        """Keys of the reception that give tickets; their numbers."""
        rows = self.reception.locator('[data-list="last"] th')
        before = set(rows.all_inner_texts())
        self.reception.locator("#main").focus()
        for key in keys:
            self.reception.keyboard.press(key)
        wait_until(lambda: len(set(rows.all_inner_texts()) - before) == people, f"{people} new tickets")
        numbers = sorted(set(rows.all_inner_texts()) - before)
        self.given += numbers
        return numbers

    def serve(self, consoles: tuple[Console, ...], rounds: int) -> None:
        """Consoles call and end a number of visitors each."""
        for _ in range(rounds):
            for console in consoles:
                if console.call() is not None:
                    console.end()

    def check_pages(self) -> None:
        """Waits until each page says what the server says of the same thing."""
        for console in self.consoles:
            wait_until(partial(self._says_the_truth, console), f"truth at {console.counter}")
        waiting = sum(each["waiting"] for each in self._read("/halls/laon/queue")["queues"])
        expect(self.wall.locator('[data-text="waiting"]')).to_have_text(str(waiting))
        wait_until(lambda: _count_on(self.reception) == waiting, f"{waiting} at the reception")

    def _says_the_truth(self, console: Console) -> bool:
        counter = self._read(f"/counters/{console.counter}")
        waiting = len(self._read(f"/counters/{console.counter}/waiting")["legs"])
        body = console.page.locator("body")
        leg = counter["leg"]
        is_number_right = leg is None or console.number.inner_text() == leg["number"]
        return (
            body.get_attribute("data-phase") == counter["state"]
            and is_number_right
            and _count_on(console.page) == waiting
        )

    def _read(self, path: str) -> Any:
        return self.api.get(path).raise_for_status().json()

    def close(self) -> None:
        for console in self.consoles:
            close_counters(console.page)
        self.api.close()


def _count_on(page: Page) -> int:
    digits = re.sub(r"\D", "", page.locator('[data-text="waiting-count"]').inner_text())
    return int(digits or 0)


def give_tickets(hall: Hall) -> None:
    """Forty people come: at the kiosk, alone at the reception, and a family."""
    for turn in range(AT_KIOSK):
        hall.press_at_kiosk(COMPUTER if turn < AT_COMPUTER else SERVICE)
    hall.give_at_reception(f"g{FAMILY}1", FAMILY)
    while len(hall.given) < VISITORS:
        hall.give_at_reception("1", 1)


def work_at_the_reception(hall: Hall) -> None:
    """The reception finds two visits, links them, takes that back, links again, prints one again."""
    reception = hall.reception
    number, other = hall.given[-2:]
    found, outcome = reception.locator('[data-list="found"]'), reception.locator("[data-outcome]")
    reception.locator("#main").focus()
    reception.keyboard.press("f")
    reception.keyboard.type(number.lower())
    reception.keyboard.press("Enter")
    expect(found.locator("b")).to_have_text(number)
    for is_kept in (False, True):
        found.get_by_role("button", name=f"Lier {number}").press("Enter")
        expect(reception.locator("#link-to")).to_be_focused()
        reception.keyboard.type(other)
        reception.keyboard.press("Enter")
        expect(outcome).to_contain_text("au même guichet")
        expect(found.get_by_role("button", name=f"Lier {number}")).to_be_focused()
        if not is_kept:
            expect(reception.locator('[data-act="undo"]')).to_contain_text("lié à une autre visite")
            reception.keyboard.press("u")
            expect(outcome).to_have_text("Le geste est annulé.")
            expect(found.locator(".chip", has_text="avec")).to_have_count(0)
    found.get_by_role("button", name=f"Réimprimer {number}").press("Enter")
    expect(outcome).to_contain_text("le premier papier n’est plus valable")
    reception.locator("[data-find-close]").press("Enter")


def watch_the_hall(hall: Hall) -> None:
    """The supervisor stops a queue and opens it again, and moves the second counter to other profiles."""
    wall, console = hall.wall, hall.second.page
    outcome = wall.locator("[data-outcome]")
    queue = wall.locator('[data-queue="laon-file-associations"]')
    queue.press("Enter")
    wall.locator(".ask").get_by_role("button", name="panne informatique").press("Enter")
    expect(queue).to_contain_text("Rouvrir")
    expect(hall.reception.locator("[data-list=services]")).to_contain_text("Panne informatique")
    queue.press("Enter")
    expect(outcome).to_contain_text("de nouveau délivrés")
    served = console.locator('[data-text="served"]')
    for key in ("ArrowDown", "ArrowUp"):
        before = served.inner_text()
        wall.locator(f'[data-counter="{SECOND}"] button').press("Enter")
        expect(wall.locator("#profile")).to_be_focused()
        wall.keyboard.press(key)
        wall.keyboard.press("Tab")
        wall.keyboard.press("Enter")
        expect(outcome).to_contain_text("guichet 4")
        expect(served).not_to_have_text(before)
        hall.check_pages()


def press_for_one_visitor(hall: Hall) -> None:
    """Both agents choose the same visitor; who comes too late reads why, and nothing has changed there."""
    number = hall.give_at_reception("1", 1)[0]
    for console in (hall.first, hall.second):
        console.pick(number)
    late = Held(hall.first.page, "**/call")
    hall.first.page.get_by_role("button", name=URGENT).press("Enter")
    late.wait()
    hall.second.page.get_by_role("button", name=URGENT).press("Enter")
    phase(hall.second.page, "called")
    late.release()
    expect(hall.first.page.locator("[data-refused]").filter(visible=True)).to_have_count(1)
    phase(hall.first.page, "free")
    assert hall.second.number.inner_text() == number
    hall.check_pages()
    hall.second.page.keyboard.press("o")
    phase(hall.second.page, "in_service")
    hall.second.end()


def fall_silent(hall: Hall) -> None:
    """The first console gets no answer for 20 s while others work; it shows no call until there is one."""
    page = hall.first.page
    silent = Held(page, "**/api/v1/**")
    began = time.monotonic()
    page.keyboard.press("F9")
    silent.wait()
    while time.monotonic() - began < SILENT_S:
        hall.serve((hall.second, hall.helper), 1)
        expect(page.locator("body")).to_have_attribute("data-phase", "free")
        expect(page.locator("body")).to_have_class(re.compile(r"\bsending\b"))
        page.keyboard.press("F9")  # an impatient second press
    silent.release()
    phase(page, "called")
    hall.check_pages()
    hall.first.page.keyboard.press("a")
    phase(page, "free")
    hall.check_pages()


def look_at(page: Page) -> None:
    """Fails with what axe finds in both themes, forced colours, at 200 % and at 360 px, and what is lost."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=_scheme(scheme), reduced_motion="reduce")  # no ground in between
        assert_accessible(page)
    assert further_violations(page, is_whole=True) == []
    assert unseen_in_forced_colours(page) == []
    assert_fits(page, *NARROW)
    assert violations(page, *OF_A_WIDTH) == []
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def _scheme(name: str) -> Literal["dark", "light"]:
    return "dark" if name == "dark" else "light"


def check_journal(server: Served, given: list[str]) -> None:
    """Every number that a visitor holds was issued once, and its visit has ended once."""
    database = Database(server.database_url, Clock())
    try:
        visits = all_rows(database, "SELECT id, number, end_reason FROM visit")
        facts = all_rows(database, "SELECT kind, visit FROM hall_fact WHERE kind = 'TicketIssued'")
    finally:
        database.close()
    ours = {row["id"]: row for row in visits if row["number"] in given}
    assert Counter(row["number"] for row in ours.values()) == Counter(given)
    assert Counter(fact["visit"] for fact in facts if fact["visit"] in ours) == Counter(list(ours))
    assert [row for row in ours.values() if row["end_reason"] != "served"] == []
    assert_nothing_lost(server, [])


if IS_LARGE:

    @pytest.mark.timeout(1_800)
    @pytest.mark.parametrize("layout", ["embedded", "workers"])
    def test_forty_visitors_meet_everybody_and_nothing_is_lost_or_false(
        serve: Serve, pages: Pages, layout: str
    ) -> None:
        began = time.monotonic()
        hall = Hall(serve(layout, voice="false"), pages)
        steps: list[Callable[[Hall], None]] = [
            give_tickets,
            work_at_the_reception,
            watch_the_hall,
            press_for_one_visitor,
            fall_silent,
        ]
        for step in steps:
            step(hall)
            hall.check_pages()
        number = hall.first.call()
        hall.first.transfer("Associations")
        hall.check_pages()
        for page in hall.at_work:
            look_at(page)
        while any(each.page.locator("[data-nobody]").is_hidden() for each in hall.consoles):
            hall.serve(hall.consoles, 1)
        hall.check_pages()
        assert number in hall.given
        hall.close()
        hall.server.stop()
        check_journal(hall.server, hall.given)
        record_measurement(
            f"a day of everybody, {layout}: visitors; seconds",
            visitors=len(hall.given),
            seconds=round(time.monotonic() - began),
        )
