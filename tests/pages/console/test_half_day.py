"""A real break and a real day end, in a real browser: only the product's clock is moved."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ServeAt
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.servers.moved_served import MovedServed
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, phase, sign_in

SERVICE = "laon-accueil"
ROUND_MS = 30_000
"""The effect of the server's rounds, every 20 s, is visible within this time."""


@pytest.fixture
def hall(serve_at: ServeAt) -> MovedServed:
    """Laon at 11:20 of a Tuesday, with its real hours: a break from 12:00 to 13:30."""
    return serve_at(11, 20)


def ticket(hall: MovedServed) -> dict[str, Any]:
    wanted = {"service": SERVICE, "press_id": str(uuid4()), "language": "fr"}
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    answer = httpx.post(
        f"{hall.base_url}/api/v1/halls/laon/tickets", json=wanted, headers=key, trust_env=False
    )
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def waiting(hall: MovedServed) -> int:
    """How many people wait in the hall."""
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    answer = httpx.get(f"{hall.base_url}/api/v1/halls/laon/queue", headers=key, trust_env=False)
    return sum(queue["waiting"] for queue in answer.raise_for_status().json()["queues"])


def at_work(hall: MovedServed, pages: Pages, role: str, path: str) -> Page:
    page = sign_in(pages.open(), hall, *demonstration_user(hall, role), path=path)
    expect(page.locator("[data-live=yes]")).to_be_visible()
    return page


def at_first_counter(page: Page) -> None:
    page.locator('[data-list="places"] li').first.locator("button").press("Enter")
    phase(page, "free")


def test_waiting_visitors_are_carried_over_a_break_and_every_page_says_so_when_it_begins(
    hall: MovedServed, pages: Pages
):
    site = next(each for each in hall.demonstration["sites"] if each["slug"] == "laon")
    wall, console = at_work(hall, pages, "supervisor", "/mur"), at_work(hall, pages, "agent", "/console")
    at_first_counter(console)
    first, second = ticket(hall), ticket(hall)
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
    hall.at(12)
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
    hall.at(13, 30)
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


def test_a_queue_to_be_finished_continues_after_twelve(hall: MovedServed, pages: Pages):
    wall, console = at_work(hall, pages, "supervisor", "/mur"), at_work(hall, pages, "agent", "/console")
    at_first_counter(console)
    number, _ = ticket(hall)["number"], ticket(hall)
    wall.get_by_role("button", name="Finir la file").press("Enter")
    expect(wall.locator("[data-outcome]")).to_contain_text("La file sera finie")
    hall.at(12, 1)
    expect(console.locator('[data-list="notices"]')).to_contain_text("la file se finit avant la pause")
    expect(console.locator('[data-text="next-line"]')).to_contain_text(number)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator("[data-person] .number")).to_have_text(number)

    # half past four: the day is over, and one person was not called
    hall.at(16, 30)
    left = "Le hall est fermé pour aujourd’hui\u00a0: 1 personne attend encore."
    expect(console.locator('[data-list="notices"]')).to_contain_text(left, timeout=ROUND_MS)
    expect(wall.locator('[data-text="closed"]')).to_have_text(left)
    for page in (console, wall):
        assert_accessible(page)


def test_the_next_morning_the_wall_shows_what_the_day_end_closed(hall: MovedServed, pages: Pages):
    console = at_work(hall, pages, "agent", "/console")
    at_first_counter(console)
    numbers = [ticket(hall)["number"] for _ in range(2)]
    expect(console.locator('[data-text="waiting-count"]')).to_have_text("2 personnes")
    hall.at(8, 35, days_later=1)
    ended = console.get_by_role("alert").filter(has_text="Votre session est terminée")
    expect(ended).to_be_visible(timeout=ROUND_MS)  # twelve hours later
    wait_until(lambda: waiting(hall) == 0, "the day is ended", within_s=ROUND_MS / 1_000, every_s=0.5)
    wall = at_work(hall, pages, "supervisor", "/mur")
    told = wall.locator('[data-text="day-end"]')
    expect(told).to_contain_text("2 personnes attendaient encore")
    for number in numbers:
        expect(told).to_contain_text(number)
    expect(told).to_contain_text("1 guichet était resté ouvert")
    expect(wall.locator('[data-text="waiting"]')).to_have_text("0")
    assert_accessible(wall)
