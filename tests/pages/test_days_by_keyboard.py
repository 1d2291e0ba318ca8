"""Whole days of work by keyboard alone, in a real browser: an agent, a reception desk, a supervisor.

A screen reader gets a polite summary, at most every 15 s.
"""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.waiting import run_clock_until
from tests.harness.working import act, issue, phase, sign_in_by_keyboard, tab_to

SERVICE, COMPUTER = "laon-accueil", "laon-numerique"
A_FRAME_MS = 50
"""A text is put in its place at the next frame, sooner or later than the one before it was."""
HEARD = """() => {
  window.heard = [];
  const place = document.querySelector("[data-say]");
  new MutationObserver(() => { if (place.textContent) window.heard.push([Date.now(), place.textContent]); })
    .observe(place, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture
def hall(demonstration_sqlite: Path, tmp_path: Path) -> Iterator[Served]:
    """Each day begins in an empty hall."""
    with Served(tmp_path / "var") as server:
        server.take_demonstration(demonstration_sqlite)
        yield server.start()


class Console:
    """An agent's console, worked by its keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.number = page.locator("[data-person] .number")
        self.outcome = page.locator("[data-outcome]").first
        self.chips = page.locator("[data-person] .chips")
        self.panel = page.locator("[data-panel]")
        self.waiting = page.locator('[data-list="waiting"]')

    def keys(self, *keys: str) -> None:
        for key in keys:
            expect(self.page.locator("body")).not_to_have_class(re.compile(r"\bsending\b"))
            self.page.keyboard.press(key)

    def call(self, *, is_received: bool = True) -> str:
        self.keys("F9")
        phase(self.page, "called")
        if is_received:
            self.keys("o")
            phase(self.page, "in_service")
        return self.number.inner_text()

    def choose(self, key: str, text: str, *, question: str | None = None) -> None:
        """Opens the panel of a key, presses the digit of the choice with this text, or filters the many, and
        yes if it asks.
        """
        self.keys(key)
        expect(self.panel).to_be_focused()
        choice = self.panel.locator("[data-choice]").filter(has_text=text).first
        expect(choice.or_(self.panel.locator("#choice-filter")).first).to_be_visible()
        if choice.count():
            self.keys(str(choice.get_attribute("data-choice")))
        else:
            self.panel.page.keyboard.type(text.lower())
            self.keys("Enter")
        if question:
            expect(self.panel.locator(".question-text")).to_have_text(question)
            expect(self.panel).to_be_focused()
            self.keys("2")
        expect(self.panel).to_be_hidden()


def test_an_agents_whole_day(hall: Served, page: Page):
    """Every verb of a counter, from signing in to closing it, without a mouse."""
    sign_in_by_keyboard(page, hall, "agent", "/console")
    act(page, page.locator('[data-list="places"] li').first.locator("button"))
    phase(page, "free")
    console = Console(page)
    numbers = [issue(hall, "laon", SERVICE) for _ in range(7)]
    expect(page.locator('[data-text="waiting-count"]')).to_have_text("7 personnes")

    # called, called again, not there yet: put back, the next one received and sent on to another service
    assert console.call(is_received=False) == numbers[0]
    console.keys("l")
    expect(page.locator("[data-person] .timer")).to_contain_text("2e appel")
    console.keys("f")
    phase(page, "free")
    assert console.call() == numbers[1]
    console.keys("r")
    tab_to(page, page.locator("#transfer-at"))
    page.locator("#transfer-at").fill("23:59")  # with or without AM and PM, as the browser asks it
    assert_accessible(page)
    console.keys("Shift+Tab")
    act(page, console.panel.get_by_role("button", name="Associations 1 guichet"))
    phase(page, "free")
    sent = console.waiting.locator("li", has_text=numbers[1])
    expect(sent).to_contain_text("Associations")
    expect(sent.locator(".chip")).to_have_text("pas avant 23:59")

    # a wrong service put right, another one added, set aside, taken up again, ended with what it led to
    assert console.call() == numbers[2]
    console.choose("k", "Associations")
    expect(page.locator('[data-text="service"]').first).to_have_text("Associations")
    console.choose("j", "Permis")
    expect(console.chips).to_contain_text("puis")
    console.choose("m", "10 min")
    phase(page, "free")
    console.choose("d", numbers[2])
    phase(page, "in_service")
    console.choose("u", "Renseigné")
    phase(page, "free")
    console.keys("a")
    phase(page, "in_service")
    expect(console.number).to_have_text(numbers[2])
    expect(console.outcome).to_have_text("Le geste est annulé.")
    console.keys("F8")
    phase(page, "free")

    # a visitor called out of order, with a reason; sent to another counter
    chosen = numbers[5]
    console.keys("c")
    number = console.panel.locator("#chosen-number")
    expect(number).to_be_focused()
    page.keyboard.type(chosen.lower())
    expect(console.panel.locator(".people label")).to_have_count(1)
    assert_accessible(page)
    console.keys("Enter")
    act(page, console.panel.get_by_role("button", name="Personne qui ne peut pas attendre"))
    phase(page, "called")
    expect(console.number).to_have_text(chosen)
    expect(page.locator('[data-text="why"]')).to_contain_text("ne peut pas attendre")
    console.choose(
        "r",
        "Guichet 2",
        question=f"Guichet 2 est fermé\u00a0: {chosen} y attendra jusqu’à son ouverture.",
    )
    phase(page, "free")
    sent_on = (
        rf"^{chosen} est réorienté\s: Guichet 2, fermé pour le moment\. Rang d’arrivée gardé\s: \d\d:\d\d\.$"
    )
    expect(console.outcome).to_have_text(re.compile(sent_on))
    expect(console.waiting.locator("li", has_text=chosen)).to_have_count(
        0
    )  # waits for the other counter alone

    # not there, and back; a ticket too many; somebody without a ticket, counted once too often
    gone = console.call(is_received=False)
    console.keys("n")
    phase(page, "free")
    console.keys("v", "a")  # a letter typed for an open choice takes nothing back
    expect(console.panel).to_be_visible()
    console.keys("Escape")
    console.choose("v", gone)
    expect(console.outcome).to_contain_text("de nouveau dans la file")
    console.call(is_received=False)
    act(page, page.locator('[data-act="cancel"]'))
    expect(console.panel).to_be_focused()
    console.keys("1")
    phase(page, "free")
    expect(console.outcome).to_contain_text("ticket annulé")
    greetings = page.locator('[data-figure="greetings"]')
    console.keys("s", "1")
    expect(greetings).to_have_text("1")
    expect(console.outcome).to_contain_text("reçu sans ticket")
    console.keys("a")
    expect(greetings).to_have_text("0")

    # a break, the state read aloud, the last people, and home
    console.keys("p", "1")
    phase(page, "paused")
    console.keys("e")
    expect(page.locator("[data-say]")).to_contain_text("pause")
    console.keys("p")
    phase(page, "free")
    next_line = page.locator('[data-text="next-line"]')
    while "Personne n’attend" not in next_line.inner_text():
        console.call()
        console.keys("F8")
        phase(page, "free")
    assert_accessible(page)
    act(page, page.locator('[data-act="close"]'))
    phase(page, "choose")


def test_a_console_read_aloud_says_a_polite_summary_at_most_every_15_seconds(hall: Served, page: Page):
    page.clock.install()
    sign_in_by_keyboard(page, hall, "digital_helper", "/console")
    act(page, page.locator('[data-list="places"] li').filter(has_text="Poste numérique 1").locator("button"))
    phase(page, "free")
    page.clock.pause_at(time.time() + 10)
    page.clock.run_for(2_000)
    page.evaluate(HEARD)
    count = page.locator('[data-text="waiting-count"]')
    for people in range(1, 5):
        issue(hall, "laon", COMPUTER)
        drawn(count, str(people))
        page.clock.run_for(1_000)
    summaries(page, waiting=4)
    issue(hall, "laon", COMPUTER)
    drawn(count, "5")
    said_at, more = zip(*summaries(page, waiting=5), strict=True)
    assert sum(more) == 5
    assert len(more) < 5
    assert all(later - before > 15_000 - A_FRAME_MS for before, later in pairwise(said_at))


def drawn(place: Locator, text: str) -> None:
    """Waits for a text on a page whose clock stands: it is drawn in a frame of that clock."""
    run_clock_until(place.page, lambda: text in place.inner_text(), text)


def summaries(page: Page, *, waiting: int) -> list[tuple[float, int]]:
    """When each summary was said and how many more it told of, once one tells that so many wait."""

    def announcements() -> list[Any]:
        heard: list[Any] = page.evaluate("window.heard")
        return heard if heard and heard[-1][1].endswith(f". {waiting} en attente.") else []

    run_clock_until(page, announcements, f"a summary of {waiting} people", step_ms=500)
    found = []
    for at, text in announcements():
        more = re.fullmatch(r"(\d+) personnes? de plus\. \d+ en attente\.", text)
        assert more, text
        found.append((at, int(more[1])))
    return found


def test_a_reception_desks_whole_day(hall: Served, page: Page):
    """Tickets, cards, needs, lost tickets, appointments, messages and greetings, without a mouse."""
    at = datetime.now(ZoneInfo("Europe/Paris")).replace(hour=23, minute=30, second=0)
    book = hall.var / "day.csv"
    line = f"rdv-of-tests;laon-titres-retrait;{at:%Y-%m-%dT%H:%M}"
    book.write_text(f"external_id;service;booked_at\n{line}\n", encoding="utf-8")
    hall.parvis("import-appointments", str(book), "--hall", "laon")
    sign_in_by_keyboard(page, hall, "reception", "/accueil")
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    found, outcome = page.locator('[data-list="found"]'), page.locator("[data-outcome]")
    number = page.locator("[data-issued] .number")

    # a priority, in another language, with what helps, told by voice
    priority = page.locator("[data-priority]")
    tab_to(page, priority)
    page.keyboard.press("Space")
    tab_to(page, page.locator("#ticket-language"))
    page.keyboard.press("e")
    tab_to(page, page.locator("#printer"))
    page.keyboard.press("End")
    page.keyboard.press("Escape")
    tab_to(page, page.locator("[data-next-needs] summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("un interprète").first)
    page.keyboard.press("Space")
    act(page, page.locator('[data-list="services"] button').first)
    expect(number).to_be_visible()
    said = number.inner_text()
    expect(page.locator('[data-text="paper"]')).to_contain_text("dites le numéro à la personne")
    expect(priority).not_to_be_checked()
    waiting = page.locator('[data-list="waiting"] li', has_text=said)
    expect(waiting).to_contain_text("priorité déclarée")
    expect(waiting).to_contain_text("interprète")

    # the ticket is lost: found by its service and hour; its card is not shown, then it is
    tab_to(page, page.locator("#find-number"))
    act(page, page.locator("summary", has_text="Ticket perdu"))
    tab_to(page, page.locator("#lost-service"))
    page.keyboard.type("Accueil")
    tab_to(page, page.locator("#lost-language"))
    page.keyboard.type("English")
    act(page, page.locator("[data-lost-ticket] button"))
    expect(found.locator("li")).to_have_count(1)
    expect(found).to_contain_text(said)
    assert_accessible(page)
    act(page, found.get_by_role("button", name="Carte non présentée"))
    expect(outcome).to_contain_text("reprend son rang d’arrivée")
    act(page, found.get_by_role("button", name="Carte vue"))
    expect(outcome).to_contain_text("priorité confirmée")
    act(page, found.get_by_role("button", name="Parcours"))
    expect(found.locator(".history")).to_be_focused()
    expect(found.locator(".history li")).to_have_count(4)
    expect(found.locator(".history")).to_contain_text("carte non présentée")
    assert_accessible(page)
    act(page, found.get_by_role("button", name="Annuler le ticket"))
    expect(page.locator("#cancel-why")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text(f"{said}\u00a0: ticket annulé")
    expect(found.get_by_role("button")).to_have_count(1)
    act(page, page.locator("[data-find-close]"))
    expect(found.locator("li")).to_have_count(0)

    # the next appointment arrives; it was the wrong line of the list
    act(page, page.locator("summary", has_text="enregistrer une arrivée"))
    arrived = page.locator('[data-list="appointments"] button').first
    name = str(arrived.get_attribute("aria-label"))
    tab_to(page, arrived)
    page.keyboard.press("Enter")
    expect(page.locator('[data-list="last"] tr')).to_have_count(2)
    back = page.locator('[data-list="appointments"]').get_by_role("button", name="Annuler l’arrivée").first
    act(page, back)
    expect(page.get_by_role("button", name=name)).to_be_visible()

    # a visitor without a ticket, a message to a counter, then one's own counter and back
    tab_to(page, page.locator('[data-act="greeting"]'))
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("reçu sans ticket")
    expect(page.locator('[data-act="undo"]')).to_contain_text("reçu sans ticket")
    page.keyboard.press("u")
    expect(outcome).to_have_text("Le geste est annulé.")
    page.keyboard.press("s")
    expect(outcome).to_contain_text("reçu sans ticket")
    page.keyboard.press("m")
    expect(page.locator("#say-to")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("dossier vert")
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("Message envoyé")
    assert_accessible(page)


def test_a_supervisors_whole_day(hall: Served, page: Page, pages: Pages):
    """The wall without a mouse: heard, a breach foretold, a counter moved, tickets stopped, help."""
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    counters = f"{hall.base_url}/api/v1/counters"
    for place in ("laon-g1", "laon-g4"):
        closed = page.request.delete(f"{counters}/{place}/session", headers=key)
        assert closed.ok or closed.json()["code"] == "no_counter_session"  # left open by another day, or not
    page.clock.install()
    sign_in_by_keyboard(page, hall, "supervisor", "/mur")
    waiting = page.locator('[data-text="waiting"]')
    expect(waiting).to_have_text(re.compile(r"^\d+$"))
    page.clock.pause_at(time.time() + 10)
    page.clock.run_for(2_000)
    page.evaluate(HEARD)
    before = int(waiting.inner_text())
    for _ in range(6):
        issue(hall, "laon", "laon-permis")
    drawn(waiting, str(before + 6))
    opened = page.request.post(f"{counters}/laon-g1/session", data={"take_over": True}, headers=key)
    assert opened.ok
    queue = page.locator('[data-list="queues"] tr', has_text="Permis et immatriculation")
    drawn(queue.locator(".state"), "dépassement prévu")
    page.clock.run_for(60_000)
    heard = page.evaluate("window.heard")
    said = " ".join(text for _, text in heard)
    assert said.count("6 personnes de plus.") == 1
    assert said.count("Permis et immatriculation\u00a0: dépassement prévu.") == 1
    assert all(later[0] - one[0] > 15_000 - A_FRAME_MS for one, later in pairwise(heard))
    page.clock.resume()

    # a counter moved to another profile
    outcome = page.locator("[data-outcome]")
    counter = page.locator('[data-counter="laon-g1"]')
    act(page, counter.locator("button"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("guichet 1")

    # no more tickets of a service today, then again
    service = page.locator('[data-queue="laon-file-associations"]')
    act(page, service)
    question = page.locator("[data-list=queues] .ask")
    expect(question).to_be_focused()
    page.keyboard.press("Tab")
    expect(question.get_by_role("button").first).to_be_focused()  # the one that changes nothing
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("Plus de ticket aujourd’hui")
    expect(service).to_be_focused()
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("de nouveau délivrés")

    # the guard calls for help; a person who goes acknowledges it
    guard = pages.open(width=390, height=844)
    sign_in_by_keyboard(guard, hall, "security", "/securite")
    act(guard, guard.locator("[data-ask]"))
    guard.keyboard.press("Enter")
    shown = page.locator(".messages .help")
    expect(shown).to_contain_text("demande de l’aide")
    act(page, shown.get_by_role("button", name="J’y vais"))
    expect(shown).to_have_count(0)
    expect(guard.locator('[data-list="calls"]')).to_contain_text("par le chef d’accueil")
    assert_accessible(page)
    own = {**key, "X-Counter-Session": opened.json()["session"]}
    assert page.request.delete(f"{counters}/laon-g1/session", headers=own).ok
