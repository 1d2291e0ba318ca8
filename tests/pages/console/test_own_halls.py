"""Consoles alone in their hall: a hurried agent, a counter without steps, a break and the end of a day."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page

from tests.conftest import Serve, ServeAt
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.moved_served import MovedServed
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, issue, phase, place, sign_in
from tests.server.live.hall import Halls

COUNTER, SERVICE = "laon-g1", "laon-accueil"


@pytest.fixture
def new_hall(standing: Serve) -> Iterator[Served]:
    """Laon of one demonstration, emptied of what the test before left."""
    halls = Halls(standing, emptied=True)
    yield halls().server
    halls.close()


@pytest.fixture
def numbers(new_hall: Served) -> list[str]:
    """Three who wait."""
    return [issue(new_hall, "laon", SERVICE) for _ in range(3)]


@pytest.fixture
def hurried_console(new_hall: Served, numbers: list[str], dom_page: DomPage) -> DomPage:
    """A console at a free counter that knows of them."""
    sign_in(dom_page, new_hall, *demonstration_user(new_hall, "agent"), path="/console")
    dom_page.locator(f"button[aria-describedby=place-{COUNTER}]").press("Enter")
    phase(dom_page, "free")
    expect(dom_page.locator('[data-text="waiting-count"]')).to_have_text(f"{len(numbers)} personnes")
    return dom_page


def picked(hurried_console: DomPage) -> str:
    person = hurried_console.locator("[data-panel] label", has=hurried_console.locator("input:checked"))
    return person.locator("b").inner_text()


def test_a_pick_stays_when_the_whole_queue_is_read_late(hurried_console: DomPage, numbers: list[str]):
    held = hurried_console.hold("/queue$")
    hurried_console.keyboard.press("c")
    hurried_console.locator("[data-panel] input[name=visit]").nth(1).click()
    assert picked(hurried_console) == numbers[1]
    held.release()
    assert picked(hurried_console) == numbers[1]
    hurried_console.get_by_role("button", name="Personne qui ne peut pas attendre").press("Enter")
    phase(hurried_console, "called")
    expect(hurried_console.locator("[data-person] .number")).to_have_text(numbers[1])


def test_a_number_typed_before_its_ticket_is_listed_once_it_waits_and_then_nothing_moves(
    hurried_console: DomPage, new_hall: Served, numbers: list[str]
):
    coming = f"{numbers[-1][0]}{int(numbers[-1][1:]) + 1:03}"
    people = hurried_console.locator(".people label")
    hurried_console.keyboard.press("c")
    hurried_console.keyboard.type(coming.lower())
    expect(people).to_have_count(0)
    assert issue(new_hall, "laon", SERVICE) == coming
    expect(people).to_have_text(re.compile(coming))
    hurried_console.locator("#chosen-number").fill("")
    expect(people).to_have_count(4)
    issue(new_hall, "laon", SERVICE)
    expect(hurried_console.locator('[data-text="waiting-count"]')).to_have_text("5 personnes")
    expect(people).to_have_count(4)


def test_no_other_visitor_is_called_instead_of_one_who_just_left(
    hurried_console: DomPage, new_hall: Served, numbers: list[str]
):
    held = hurried_console.hold("/queue$")
    hurried_console.keyboard.press("c")
    hurried_console.locator("[data-panel] input[name=visit]").nth(1).click()
    key = {"Authorization": f"Bearer {new_hall.demonstration['api_key']}"}
    other = f"{new_hall.base_url}/api/v1/counters/laon-g4"
    session = httpx.post(f"{other}/session", json={}, headers=key, trust_env=False).json()["session"]
    leg = None
    for number in numbers[:2]:
        called = httpx.post(
            f"{other}/next",
            trust_env=False,
            json={"current": leg, "current_end": "served" if leg else None},
            headers=key | {"X-Counter-Session": session, "Idempotency-Key": number},
        ).json()
        assert called["number"] == number
        leg = called["leg"]
    held.release()
    expect(hurried_console.locator(".people label")).to_have_count(1)
    expect(hurried_console.locator("[data-panel] input:checked")).to_have_count(0)
    hurried_console.get_by_role("button", name="Personne qui ne peut pas attendre").press("Enter")
    expect(hurried_console.locator("#chosen-number")).to_be_focused()
    phase(hurried_console, "free")


def test_an_undo_pressed_at_once_takes_back_the_gesture_that_was_just_made(
    hurried_console: DomPage, numbers: list[str]
):
    hurried_console.keyboard.press("F9")
    phase(hurried_console, "called")
    hurried_console.keyboard.press("o")
    phase(hurried_console, "in_service")
    held = hurried_console.hold(f"/counters/{COUNTER}$")
    hurried_console.keyboard.press("F8")
    phase(hurried_console, "free")
    hurried_console.keyboard.press("a")
    held.release()
    phase(hurried_console, "in_service")
    expect(hurried_console.locator("[data-person] .number")).to_have_text(numbers[0])
    expect(hurried_console.locator("[data-outcome]").first).to_have_text("Le geste est annulé.")


def test_an_answer_from_before_a_gesture_does_not_undo_what_the_gesture_showed(
    hurried_console: DomPage, numbers: list[str]
):
    before = hurried_console.late(f"/counters/{COUNTER}$")
    hurried_console.keyboard.press("F9")
    phase(hurried_console, "called")
    before.wait()
    with hurried_console.expect_response(f"/counters/{COUNTER}$"):
        hurried_console.keyboard.press("o")
    phase(hurried_console, "in_service")
    hurried_console.evaluate("""
      window.phases = new Set();
      new MutationObserver(() => window.phases.add(document.body.dataset.phase))
        .observe(document.body, { attributes: true });
    """)
    before.release()
    assert hurried_console.evaluate("[...window.phases]") in ([], ["in_service"])


def test_a_queue_from_before_a_gesture_does_not_bring_a_served_visitor_back(
    new_hall: Served, dom_page: DomPage
):
    places = [f"laon-poste-{number}" for number in range(1, 4)]
    for _ in range(2):
        issue(new_hall, "laon", "laon-numerique")
    sign_in(dom_page, new_hall, *demonstration_user(new_hall, "digital_helper"), path="/console")
    expect(dom_page.locator("[data-live=yes]")).to_be_visible()
    for counter in places:
        dom_page.locator(f'input[value="{counter}"]').press("Space")
    dom_page.locator("[data-several]").press("Enter")
    expect(dom_page.locator('[data-list="held"] li')).to_have_count(len(places))
    for digit, counter in enumerate(places[:2], 1):
        dom_page.keyboard.press(str(digit))
        expect(place(dom_page, counter)).to_have_attribute("aria-current", "true")
        dom_page.keyboard.press("F9")
        phase(dom_page, "called")
        dom_page.keyboard.press("o")
        phase(dom_page, "in_service")

    before = dom_page.late("/queue$")
    for digit, counter in enumerate(places[:2], 1):
        dom_page.keyboard.press(str(digit))
        expect(place(dom_page, counter)).to_have_attribute("aria-current", "true")
        phase(dom_page, "in_service")
        with dom_page.expect_response(f"/counters/{counter}$"):
            dom_page.keyboard.press("F8")
        phase(dom_page, "free")
        before.wait()
    dom_page.keyboard.press("3")
    expect(place(dom_page, places[2])).to_have_attribute("aria-current", "true")
    before.release()
    dom_page.locator('[data-act="close"]').press("Enter")
    phase(dom_page, "choose")


def test_a_queue_from_before_a_gesture_waits_for_what_the_gesture_left(hurried_console: DomPage):
    before = hurried_console.late("/queue$")
    with hurried_console.expect_response(f"/counters/{COUNTER}$"):
        hurried_console.keyboard.press("F9")
    phase(hurried_console, "called")
    before.wait()
    later = hurried_console.hold("/queue$")
    held = hurried_console.hold(f"/counters/{COUNTER}$")
    hurried_console.keyboard.press("o")
    phase(hurried_console, "in_service")
    before.release()
    phase(hurried_console, "in_service")
    held.release()
    phase(hurried_console, "in_service")
    later.release()


# --- who needs a counter without steps is received there by one press -------------------------


UPSTAIRS, BELOW = "laon-g4", "laon-g1"


@pytest.fixture
def hall_with_stairs(serve: Serve) -> Served:
    """Laon with counter 4 upstairs."""

    def move_upstairs(content: dict[str, Any]) -> None:
        for counter in content["counters"]:
            counter["is_step_free"] = counter["id"] != UPSTAIRS and counter["is_step_free"]

    server: Served = serve()
    server.republish("laon", move_upstairs)
    return server


def issue_step_free(hall_with_stairs: Served) -> str:
    """A ticket of a visitor who needs a step-free counter."""
    body = {"service": "laon-accueil", "press_id": str(uuid4()), "needs": ["step_free"]}
    key = {"Authorization": f"Bearer {hall_with_stairs.demonstration['api_key']}"}
    url = f"{hall_with_stairs.base_url}/api/v1/halls/laon/tickets"
    return str(httpx.post(url, json=body, headers=key, trust_env=False).raise_for_status().json()["number"])


def test_one_press_moves_to_the_step_free_counter_and_one_undo_moves_back(
    hall_with_stairs: Served, page: Page
):
    sign_in(page, hall_with_stairs, *demonstration_user(hall_with_stairs, "agent"), path="/console")
    page.locator(f"button[aria-describedby=place-{UPSTAIRS}]").press("Enter")
    phase(page, "free")
    number = issue_step_free(hall_with_stairs)
    receive = page.get_by_role("button", name="Recevoir").filter(has_text="guichet 1")
    receive.press("Enter")
    phase(page, "called")
    place = page.locator('[data-text="place"]')
    expect(place).to_have_text("Guichet 1")
    expect(page.locator("[data-person] .number")).to_have_text(number)
    expect(page.locator(".undo [data-outcome]")).to_contain_text(number)
    assert_accessible(page)
    page.keyboard.press("a")
    phase(page, "free")
    expect(place).to_have_text("Guichet 4")
    expect(receive).to_be_visible()
    receive.press("Enter")
    phase(page, "called")
    page.keyboard.press("o")
    phase(page, "in_service")
    expect(place).to_have_text("Guichet 1")


# --- a real break and a real day end ----------------------------------------------------------


ROUND_S = 30
"""The effect of the server's rounds, every 20 s, is visible within this time."""


@pytest.fixture
def hall_at_11(serve_at: ServeAt) -> MovedServed:
    """Laon at 11:20 of a Tuesday, with its real hours: a break from 12:00 to 13:30."""
    return serve_at(11, 20)


def ticket(hall_at_11: MovedServed) -> dict[str, Any]:
    wanted = {"service": SERVICE, "press_id": str(uuid4()), "language": "fr"}
    key = {"Authorization": f"Bearer {hall_at_11.demonstration['api_key']}"}
    answer = httpx.post(
        f"{hall_at_11.base_url}/api/v1/halls/laon/tickets", json=wanted, headers=key, trust_env=False
    )
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def waiting(hall_at_11: MovedServed) -> int:
    """How many people wait in the hall."""
    key = {"Authorization": f"Bearer {hall_at_11.demonstration['api_key']}"}
    answer = httpx.get(f"{hall_at_11.base_url}/api/v1/halls/laon/queue", headers=key, trust_env=False)
    return sum(queue["waiting"] for queue in answer.raise_for_status().json()["queues"])


def at_work(hall_at_11: MovedServed, pages: Pages, role: str, path: str) -> Page:
    page = sign_in(pages.open(), hall_at_11, *demonstration_user(hall_at_11, role), path=path)
    expect(page.locator("[data-live=yes]")).to_be_visible()
    return page


def at_first_counter(page: Page) -> None:
    page.locator('[data-list="places"] li').first.locator("button").press("Enter")
    phase(page, "free")


def test_waiting_visitors_are_carried_over_a_break_and_every_page_says_so_when_it_begins(
    hall_at_11: MovedServed, pages: Pages
):
    site = next(each for each in hall_at_11.demonstration["sites"] if each["slug"] == "laon")
    wall, console = (
        at_work(hall_at_11, pages, "supervisor", "/mur"),
        at_work(hall_at_11, pages, "agent", "/console"),
    )
    at_first_counter(console)
    first, second = ticket(hall_at_11), ticket(hall_at_11)
    phone = pages.open(second["follow_url"], width=390, height=844)
    screen = pages.open(site["screens"][0]["url"], width=1920, height=1080)
    kiosk = pages.open(site["kiosk"]["url"], width=1080, height=1920)
    rest, next_line = wall.locator('[data-text="break"]'), console.locator('[data-text="next-line"]')
    notice = console.locator('[data-list="notices"]')

    # forty minutes before: nobody has decided; wall and counter show the hall's default
    expect(rest).to_contain_text("Personne n’a encore choisi")
    expect(notice).to_contain_text("Coupure à 12:00\u00a0: la file sera finie avant")
    expect(next_line).to_contain_text(first["number"])
    carry_over = wall.get_by_role("button", name="Reporter à la reprise")
    carry_over.press("Enter")
    expect(wall.locator("[data-outcome]")).to_contain_text("reportées à la reprise")
    expect(carry_over).to_have_attribute("aria-pressed", "true")
    expect(wall.get_by_role("button", name="Finir la file")).to_have_attribute("aria-pressed", "false")
    assert_accessible(wall)
    expect(notice).to_contain_text("garde son ticket et son rang, reprise à 13:30")
    expect(phone.locator('[data-text="wait"]').filter(visible=True)).to_contain_text("Il vous reste")

    # twelve: nobody pressed anything, and every page changes
    hall_at_11.at(12)
    expect(notice).to_contain_text("Coupure\u00a0: personne n’est appelé avant 13:30")
    expect(next_line).to_have_text("Reprise à 13:30")
    expect(rest).to_contain_text("personne n’est appelé avant 13:30")
    expect(phone.locator('[data-text="closed"]')).to_have_text("Le hall fait une pause")
    expect(phone.locator('[data-text="opening"]')).to_contain_text("Reprise à 13:30")
    expect(phone.locator('[data-text="keep"]')).to_contain_text("vous gardez votre place")
    expect(phone.locator('[data-text="wait"]')).to_be_hidden()
    expect(screen.locator("body")).to_contain_text("Gardez votre ticket")
    expect(screen.locator("body")).not_to_contain_text("ticket now")
    expect(screen.locator("body")).not_to_contain_text("prenez un ticket")
    expect(kiosk.locator("main")).not_to_contain_text("pas d’attente")
    console.keyboard.press("F9")
    expect(console.locator("[data-outcome]").first).to_have_text(
        "Coupure\u00a0: personne n’est appelé avant 13:30."
    )
    phase(console, "free")
    for page in (wall, console, phone, screen):
        assert_accessible(page)

    # half past one: the same people, in their order
    hall_at_11.at(13, 30)
    expect(next_line).to_contain_text(first["number"])
    expect(notice).not_to_contain_text("Coupure")
    expect(phone.locator('[data-text="wait"]').filter(visible=True)).to_contain_text("Il vous reste")
    expect(wall.locator("[data-break]")).to_be_hidden()
    shown = console.locator("[data-person] .number")
    for number in (first["number"], second["number"]):
        console.keyboard.press("F9")
        phase(console, "called")
        expect(shown).to_have_text(number)
        console.keyboard.press("o")
        phase(console, "in_service")


def test_a_queue_to_be_finished_continues_after_twelve(hall_at_11: MovedServed, pages: Pages):
    wall, console = (
        at_work(hall_at_11, pages, "supervisor", "/mur"),
        at_work(hall_at_11, pages, "agent", "/console"),
    )
    at_first_counter(console)
    number, _ = ticket(hall_at_11)["number"], ticket(hall_at_11)
    wall.get_by_role("button", name="Finir la file").press("Enter")
    expect(wall.locator("[data-outcome]")).to_contain_text("La file sera finie")
    hall_at_11.at(12, 1)
    expect(console.locator('[data-list="notices"]')).to_contain_text("la file se finit avant la pause")
    expect(console.locator('[data-text="next-line"]')).to_contain_text(number)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator("[data-person] .number")).to_have_text(number)

    # half past four: the day is over, and one person was not called
    hall_at_11.at(16, 30)
    left = "Le hall est fermé pour aujourd’hui\u00a0: 1 personne attend encore."
    told = console.locator('[data-list="notices"]', has_text=left)
    wait_until(told.is_visible, "the day is over", within_s=ROUND_S)
    expect(wall.locator('[data-text="closed"]')).to_have_text(left)
    for page in (console, wall):
        assert_accessible(page)


def test_the_next_morning_the_wall_shows_what_the_day_end_closed(hall_at_11: MovedServed, pages: Pages):
    console = at_work(hall_at_11, pages, "agent", "/console")
    at_first_counter(console)
    numbers = [ticket(hall_at_11)["number"] for _ in range(2)]
    expect(console.locator('[data-text="waiting-count"]')).to_have_text("2 personnes")
    hall_at_11.at(8, 35, days_later=1)
    ended = console.get_by_role("alert").filter(has_text="Votre session est terminée")
    wait_until(ended.is_visible, "a session ends twelve hours later", within_s=ROUND_S)
    wait_until(lambda: waiting(hall_at_11) == 0, "the day is ended", within_s=ROUND_S, every_s=0.5)
    wall = at_work(hall_at_11, pages, "supervisor", "/mur")
    told = wall.locator('[data-text="day-end"]')
    expect(told).to_contain_text("2 personnes attendaient encore")
    for number in numbers:
        expect(told).to_contain_text(number)
    expect(told).to_contain_text("1 guichet était resté ouvert")
    expect(wall.locator('[data-text="waiting"]')).to_have_text("0")
    assert_accessible(wall)


def test_a_list_that_was_opened_and_left_is_not_drawn_again_when_the_counter_closes(hurried_console: DomPage):
    hurried_console.keyboard.press("c")
    hurried_console.locator("#chosen-number").fill("Z99")
    expect(hurried_console.locator('[data-panel-body] input[name="visit"]')).to_have_count(0)
    hurried_console.keyboard.press("Escape")
    hurried_console.locator('[data-act="close"]').click()
    phase(hurried_console, "choose")
