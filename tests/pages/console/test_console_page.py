"""The console in a real browser on the real server: a service by keyboard alone, and the effect of a lost
connection.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import phase

SITE, SERVICE = "laon", "laon-accueil"


@pytest.fixture(scope="module")
def hall(demonstration_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("console")) as server:
        server.take_demonstration(demonstration_sqlite)
        yield server.start()


@pytest.fixture
def issue(hall: Served) -> Callable[..., dict[str, Any]]:
    """Takes a ticket of the reception service through the API, as a program would."""
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}

    def issued(**more: Any) -> dict[str, Any]:
        body = {"service": SERVICE, "press_id": str(uuid4()), "language": "fr", **more}
        answer = httpx.post(
            f"{hall.base_url}/api/v1/halls/{SITE}/tickets", json=body, headers=key, trust_env=False
        )
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()
        return ticket

    return issued


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """Cookies of people who have signed in already, by role: signing in is rate limited."""
    return {}


@pytest.fixture
def sign_in(hall: Served, pages: Pages, sessions: dict[str, Any]) -> Callable[..., Page]:
    """Opens a path as a role of Laon, signing in by keyboard the first time."""

    def signed_in(path: str, role: str = "agent") -> Page:
        page = pages.open()
        page.context.add_cookies(sessions.get(role, []))
        page.goto(f"{hall.base_url}{path}")
        if role not in sessions:
            user = next(u for u in hall.demonstration["users"] if u["role"] == role and u["site"] == SITE)
            expect(page.locator("#login")).to_be_focused()
            page.keyboard.type(user["login"])
            page.keyboard.press("Tab")
            page.keyboard.type(user["password"])
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{path}")
            sessions[role] = page.context.cookies()
        return page

    return signed_in


def open_counter(page: Page) -> None:
    """Takes the first counter of the hall by keyboard, even if it is held and has a visitor."""
    page.locator('[data-list="places"] li').first.locator("button").focus()
    page.keyboard.press("Enter")
    asked = page.locator("[data-list=places] .ask")
    expect(page.locator("body:not([data-phase=choose])").or_(asked)).to_be_visible()
    if asked.is_visible():
        expect(asked).to_contain_text(re.compile(r"Ouvert par .+ depuis \d\d:\d\d, avec"))
        asked.locator(".sure").press("Enter")
    expect(page.locator("body")).to_have_attribute("data-phase", re.compile("free|called|in_service"))
    while page.locator("body").get_attribute("data-phase") != "free":
        page.keyboard.press("F8")
        phase(page, "free")


def empty_queue(page: Page) -> None:
    """Calls and ends until nobody waits for this counter; the list may still show a visitor who has just
    left.
    """
    body, nobody = page.locator("body"), page.locator("[data-nobody]")
    while not nobody.is_visible():
        page.keyboard.press("F9")
        expect(body).not_to_have_class(re.compile(r"\bsending\b"))
        expect(page.locator("body[data-phase=called]").or_(nobody).first).to_be_visible()
        if body.get_attribute("data-phase") == "called":
            page.keyboard.press("F8")
            phase(page, "free")


def bottom(page: Page, selector: str) -> float:
    """The lower edge of the first visible element, in pixels of the window."""
    box = page.locator(selector).locator("visible=true").first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def assert_between(page: Page, above: str, selector: str, below: str) -> None:
    """Asserts that an element covers nothing above or below it, and is inside the window."""
    box = page.locator(selector).locator("visible=true").first.bounding_box()
    next_box = page.locator(below).locator("visible=true").first.bounding_box()
    assert box is not None
    assert next_box is not None
    assert bottom(page, above) <= box["y"]
    assert box["y"] + box["height"] <= min(next_box["y"], 768)


@pytest.fixture
def console(sign_in: Callable[..., Page]) -> Page:
    """A console at the first counter, with nobody waiting."""
    page = sign_in("/console")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    open_counter(page)
    empty_queue(page)
    return page


def test_a_whole_service_is_done_by_keyboard_and_every_state_is_accessible(
    console: Page, issue: Callable[[], dict[str, Any]]
):
    assert_accessible(console)
    number = issue()["number"]
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)
    assert_accessible(console)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator("[data-person] .number")).to_have_text(number)
    assert_accessible(console)
    console.keyboard.press("l")
    expect(console.locator("[data-person] .timer sup")).to_have_text("e")
    console.keyboard.press("F9")
    refused = console.locator(".undo [data-refused]")
    expect(refused).to_contain_text("Dites d’abord si la personne est venue")
    assert_between(console, ".person", ".undo .refused", ".acts")
    assert bottom(console, ".day") <= 768
    phase(console, "called")
    console.keyboard.press("o")
    phase(console, "in_service")
    assert_accessible(console)
    console.keyboard.press("r")
    expect(console.locator("[data-panel]")).to_be_focused()
    assert_accessible(console)
    assert_between(console, "[data-panel] h2", "[data-panel] .where", "[data-panel] .choices")
    closed = console.locator("[data-panel] button", has_text="Guichet 4")
    expect(closed).to_contain_text("fermé")
    closed.press("Enter")
    expect(console.locator("[data-panel-body]")).to_contain_text(f"Guichet 4 est fermé\u00a0: {number}")
    assert_accessible(console)
    console.keyboard.press("1")
    phase(console, "in_service")
    console.locator("[data-act=close]").press("Enter")
    expect(console.locator("[data-panel-body]")).to_contain_text(f"{number} est au guichet")
    console.keyboard.press("1")
    console.keyboard.press("p")
    console.keyboard.press("1")
    expect(console.locator('[data-text="next-label"]').first).to_have_text("Terminer, puis pause")
    console.reload()
    expect(console.locator('[data-act="pause"][aria-pressed="true"]')).to_be_visible()
    expect(console.locator("[data-outcome]").first).to_contain_text("La pause commencera")
    console.keyboard.press("p")
    expect(console.locator('[data-text="next-label"]').first).to_contain_text("Terminer et appeler")
    console.keyboard.press("p")
    console.keyboard.press("1")
    console.keyboard.press("F9")
    phase(console, "paused")
    expect(console.locator('[data-text="pause-reason"]')).to_have_text("Pause")
    console.keyboard.press("p")
    phase(console, "free")
    console.keyboard.press("l")
    expect(refused).to_have_text("Personne n’est appelé à ce guichet.")
    console.keyboard.press("p")
    console.keyboard.press("1")
    phase(console, "paused")
    assert_accessible(console)
    console.keyboard.press("p")
    phase(console, "free")


def test_a_counter_opened_by_a_work_profile_serves_its_queues_and_says_why(
    sign_in: Callable[..., Page], issue: Callable[[], dict[str, Any]]
):
    page = sign_in("/console")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    profiles = page.locator('[data-list="profiles"]')
    expect(profiles.locator("input")).to_have_count(3)
    profiles.locator("input:checked").focus()
    page.keyboard.press("ArrowDown")
    assert_accessible(page)
    open_counter(page)
    number = issue()["number"]
    page.keyboard.press("F9")
    phase(page, "called")
    expect(page.locator('[data-text="number"]')).to_contain_text(number)
    expect(page.locator("[data-why]")).to_be_visible()
    page.keyboard.press("F8")
    phase(page, "free")


def test_a_declared_priority_is_checked_and_without_the_card_the_rank_by_arrival_is_back(
    console: Page, issue: Callable[..., dict[str, Any]]
):
    seen, missing = issue(priority=True)["number"], issue(priority=True)["number"]
    number, check = console.locator('[data-text="number"]'), console.locator("[data-check]")
    console.keyboard.press("F9")
    phase(console, "called")
    expect(number).to_contain_text(seen)
    expect(check).to_be_visible()
    assert_accessible(console)
    check.locator("[data-act=card_seen]").press("Enter")
    expect(check).to_be_hidden()
    phase(console, "called")
    console.keyboard.press("F8")
    phase(console, "free")
    console.keyboard.press("F9")
    phase(console, "called")
    expect(number).to_contain_text(missing)
    check.locator("[data-act=card_missing]").press("Enter")
    phase(console, "free")
    expect(console.locator('[data-text="next-line"]')).to_contain_text(missing)


def test_the_last_gesture_is_taken_back(console: Page, issue: Callable[[], dict[str, Any]]):
    number = issue()["number"]
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator('.undo [data-text="gesture"]')).to_contain_text(number)
    console.keyboard.press("a")
    phase(console, "free")
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)


def test_a_returned_no_show_keeps_the_number(console: Page, issue: Callable[[], dict[str, Any]]):
    number = issue()["number"]
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)
    console.keyboard.press("F9")
    phase(console, "called")
    console.keyboard.press("n")
    phase(console, "free")
    console.keyboard.press("v")
    expect(console.locator("[data-panel] button").filter(has_text=number)).to_be_visible()
    console.locator("[data-panel] button").filter(has_text=number).press("Enter")
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)


def test_an_empty_hall_says_that_nobody_waits(console: Page):
    console.keyboard.press("F9")
    expect(console.locator("[data-outcome]")).not_to_be_empty()
    phase(console, "free")


def test_someone_without_a_ticket_is_counted(console: Page):
    count = console.locator('[data-figure="greetings"]')
    before = int(count.inner_text())
    console.keyboard.press("s")
    console.keyboard.press("1")
    expect(count).to_have_text(str(before + 1))


def test_a_key_reads_the_state_aloud_and_timers_are_never_read(console: Page):
    console.keyboard.press("e")
    expect(console.locator("[data-say]")).not_to_be_empty()
    assert console.locator("[data-timer]").count() > 0
    assert console.locator("[role=status] [data-timer], [aria-live] [data-timer]").count() == 0


def test_single_letter_keys_can_be_turned_off(console: Page, issue: Callable[[], dict[str, Any]]):
    console.locator('[data-open="keys"]').press("Enter")
    assert_accessible(console)
    console.get_by_role("checkbox", name="Utiliser les touches").uncheck()
    console.keyboard.press("Escape")
    console.keyboard.press("p")
    expect(console.locator("[data-panel]")).to_be_hidden()
    assert console.locator('[data-act="pause"] kbd').first.inner_text() == ""
    issue()
    expect(console.locator('[data-list="waiting"] li')).to_have_count(1)
    console.keyboard.press("F9")
    phase(console, "called")


def test_the_page_keeps_its_counter_when_it_is_loaded_again(console: Page):
    console.reload()
    phase(console, "free")


def test_the_bar_follows_the_same_counter_in_one_line(console: Page, issue: Callable[[], dict[str, Any]]):
    bar = console.context.new_page()
    bar.set_viewport_size({"width": 1000, "height": 48})
    bar.goto(console.url.replace("/console", "/console/barre"))
    phase(bar, "free")
    number = issue()["number"]
    expect(bar.locator("[data-waiting]")).to_contain_text("1")
    bar.keyboard.press("F9")
    phase(bar, "called")
    expect(bar.locator("[data-person] .number")).to_have_text(number)
    assert bar.evaluate(
        "document.documentElement.scrollHeight <= 48 && document.documentElement.scrollWidth <= 1000"
    )
    assert_accessible(bar)
    phase(console, "called")


def test_a_lost_connection_is_shown_and_a_gesture_during_it_is_done_once(
    console: Page, hall: Served, issue: Callable[[], dict[str, Any]]
):
    number = issue()["number"]
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)
    console.keyboard.press("F9")
    phase(console, "called")
    hall.kill()
    expect(console.locator("[data-lost]")).to_be_visible()
    assert_accessible(console)
    console.keyboard.press("o")
    expect(console.locator("body")).to_have_class(re.compile(r"\bsending\b"))
    hall.start()
    expect(console.locator("body")).to_have_attribute("data-phase", "in_service")
    expect(console.locator("[data-live=yes]")).to_be_visible(timeout=20_000)
    expect(console.locator("[data-lost]")).to_be_hidden()
    expect(console.locator("[data-person] .number")).to_have_text(number)


def test_the_agent_reads_to_walk_over_and_keeps_the_place_of_a_visitor_without_interpreter(
    console: Page, issue: Callable[..., dict[str, Any]]
):
    ticket = issue(needs=["blind", "interpreter"])
    expect(console.locator('[data-list="waiting"] .chip')).to_have_count(2)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator("[data-advice]")).to_contain_text("allez à sa rencontre")
    assert_accessible(console)
    console.locator('[data-act="hold"]').click()
    phase(console, "free")
    held = console.locator('[data-list="notices"] .notice')
    expect(held).to_contain_text(ticket["number"])
    held.get_by_role("button").click()
    expect(held).to_have_count(0)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator('[data-text="number"]').first).to_have_text(ticket["number"])


def test_a_visit_that_takes_its_time_by_keyboard(console: Page, issue: Callable[[], dict[str, Any]]):
    """Put back in the queue, set aside, resumed, with a service more, ended with an outcome and a note."""
    number = issue()["number"]
    expect(console.locator('[data-text="waiting-count"]')).to_have_text("1 personne")
    console.keyboard.press("F9")
    phase(console, "called")
    console.keyboard.press("f")
    phase(console, "free")
    expect(console.locator('[data-list="waiting"] .chip', has_text="remis en file")).to_be_visible()
    console.keyboard.press("F9")
    phase(console, "called")
    console.keyboard.press("o")
    phase(console, "in_service")
    console.keyboard.press("j")
    expect(console.locator("[data-panel]")).to_be_visible()
    assert_accessible(console)
    console.keyboard.press("2")
    expect(console.locator("[data-person] .chips")).to_contain_text("puis")
    console.keyboard.press("m")
    expect(console.locator("#panel-title")).to_contain_text(number)
    assert_accessible(console)
    console.keyboard.press("2")
    phase(console, "free")
    expect(console.locator('[data-text="parked-count"]')).to_have_text("1 personne mise de côté")
    console.keyboard.press("d")
    expect(console.locator("[data-panel] [data-choice]")).to_contain_text(number)
    console.keyboard.press("1")
    phase(console, "in_service")
    expect(console.locator('[data-text="parked-count"]')).to_be_hidden()
    console.keyboard.press("u")
    assert_accessible(console)
    console.locator("#outcome-note").fill("attestation vue")
    console.keyboard.press("Tab")
    console.keyboard.press("Enter")
    phase(console, "free")
    expect(console.locator("[data-outcome]").first).to_have_text(f"{number} est terminé.")


def test_one_person_with_two_files_by_keyboard(console: Page, issue: Callable[[], dict[str, Any]]):
    """Linked by number, called next before somebody who came earlier, taken back, linked again and split."""
    numbers = [issue()["number"] for _ in range(3)]
    expect(console.locator('[data-text="waiting-count"]')).to_have_text("3 personnes")
    console.keyboard.press("F9")
    phase(console, "called")
    console.keyboard.press("o")
    phase(console, "in_service")
    link(console, numbers[2].lower())
    chips = console.locator("[data-person] .chips")
    expect(chips).to_contain_text(f"avec {numbers[2]}")
    expect(console.locator('[data-text="gesture"]').first).to_contain_text(f"{numbers[0]} lié")
    console.keyboard.press("a")
    expect(chips).not_to_contain_text("avec")
    link(console, numbers[2])
    expect(chips).to_contain_text(f"avec {numbers[2]}")
    waiting = console.locator('[data-list="waiting"]')
    expect(waiting.locator(".chip", has_text=f"avec {numbers[0]}")).to_be_visible()
    assert_accessible(console)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator('[data-text="number"]').first).to_have_text(numbers[2])
    expect(console.locator('[data-text="why"]')).to_contain_text(f"visite liée à {numbers[0]}")
    link(console, numbers[1])
    expect(chips).to_contain_text(f"avec {numbers[1]}")
    console.keyboard.press("i")
    expect(console.locator("[data-panel]")).to_contain_text(f"Liée à\u00a0: {numbers[1]}")
    assert_accessible(console)
    console.keyboard.press("1")
    expect(console.locator("[data-outcome]").first).to_contain_text("n’est plus lié")
    expect(chips).not_to_contain_text("avec")


def test_a_number_that_cannot_be_linked_gives_a_message(console: Page, issue: Callable[[], dict[str, Any]]):
    number = issue()["number"]
    expect(console.locator('[data-text="waiting-count"]')).to_have_text("1 personne")
    console.keyboard.press("F9")
    phase(console, "called")
    link(console, number)
    refused = console.get_by_role("alert").filter(visible=True)
    expect(refused).to_contain_text("C’est le numéro de cette visite")
    link(console, "nom")
    expect(refused).to_contain_text("n’est pas un numéro")
    assert_accessible(console)


def link(console: Page, number: str) -> None:
    """Links the person here to another visit, from the keyboard."""
    console.keyboard.press("i")
    expect(console.locator("#panel-title")).to_contain_text("Lier")
    console.keyboard.press("Tab")
    console.keyboard.press("Tab")
    expect(console.locator("#link-number")).to_be_focused()
    console.keyboard.type(number)
    console.keyboard.press("Enter")
    expect(console.locator("[data-panel]")).to_be_hidden()


def test_two_presses_of_a_key_ask_for_somebody_and_a_lost_network_is_told(
    console: Page, sign_in: Callable[..., Page]
):
    panel, told = console.locator("[data-incident-panel]"), console.locator("[data-incident-told]")
    console.keyboard.press("F2")
    expect(panel).to_contain_text("Personne ne recevra cet appel\u00a0: téléphonez au 17.")
    assert_accessible(console)
    console.set_viewport_size({"width": 390, "height": 844})
    console.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    box = panel.bounding_box()
    assert box is not None
    assert bottom(console, "[data-waiting]") <= box["y"], "the foot comes out from under it"
    console.set_viewport_size({"width": 1366, "height": 768})
    console.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    console.context.set_offline(True)
    console.keyboard.press("F2")
    console.keyboard.press("F2")
    expect(told).to_contain_text("Non envoyé. Téléphonez au 17.")
    console.context.set_offline(False)
    expect(console.locator("[data-live]").first).to_have_attribute("data-live", "yes")
    guard = sign_in("/securite", "security")
    expect(guard.locator("[data-live]").first).to_have_attribute("data-live", "yes")
    expect(guard.locator("[data-incidents] p")).to_have_count(0)
    console.keyboard.press("F2")
    expect(panel).to_contain_text("Reçoivent maintenant\u00a0: la sécurité.")
    console.keyboard.press("F2")
    own = console.locator("[data-incident-own]")
    expect(own).to_contain_text("Demande envoyée à")
    expect(told).to_be_empty()
    expect(guard.locator("[data-incidents]")).to_contain_text("Guichet 1\u00a0: on demande quelqu’un")
    assert_accessible(guard)
    guard.context.set_offline(True)
    guard.get_by_role("button", name="J’y vais").press("Enter")
    expect(guard.locator("[data-incidents]")).to_contain_text("Non envoyé pour l’instant")
    assert_accessible(guard)
    guard.context.set_offline(False)
    expect(own).to_contain_text("L’agent de sécurité\u00a0: quelqu’un arrive.")
    expect(guard.locator("[data-incidents]")).not_to_contain_text("Non envoyé")
    console.get_by_role("button", name="Terminé").press("Enter")
    expect(own).to_be_empty()
    expect(guard.locator("[data-incidents]")).to_be_empty()
