"""The main job from end to end, and mornings of one agent with several places, in a real browser."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from server.clock import Clock
from server.store.transactions.database import Database
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.sql import one_row
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, issue, phase, place, press_for_a_ticket, sign_in
from tests.server.printing.test_served_printing import PUBLIC_URL, Kiosk, expected_picture, scanned, shows

PASSWORD = "une agente seule à Vervins"
RECEPTION, OFFICE = "vervins-g1", "vervins-b1"
COMPUTERS = [f"laon-poste-{number}" for number in range(1, 5)]


def open_together(page: Page, counters: list[str]) -> None:
    """Takes several counters as the places of one session."""
    expect(page.locator("[data-live=yes]")).to_be_visible()
    for counter in counters:
        page.locator(f'input[value="{counter}"]').press("Space")
    page.locator("[data-several]").press("Enter")
    expect(page.locator('[data-list="held"] li')).to_have_count(len(counters))
    phase(page, "free")


def call(page: Page, at: int) -> str:
    """Calls the next person to the place of this digit, and receives them; the number."""
    card = page.locator('[data-list="held"] button').nth(at - 1)
    expect(card).to_be_visible()
    page.keyboard.press(str(at))
    expect(card).to_have_attribute("aria-current", "true")
    page.keyboard.press("F9")
    phase(page, "called")
    page.keyboard.press("o")
    phase(page, "in_service")
    return page.locator("[data-person] .number").inner_text()


def queue(page: Page, hall: str) -> Any:
    """The queue of a hall, as a page reads it."""
    answer = page.request.get(urljoin(page.url, f"/api/v1/halls/{hall}/queue"))
    assert answer.ok, answer.text()
    return answer.json()


def served(page: Page, hall: str) -> list[str]:
    """The visits called or in service in a hall now, as `number@counter`."""
    told = queue(page, hall)
    legs = [*told["called"], *told["in_service"]]
    return sorted(f"{leg['number']}@{leg['counter']}" for leg in legs)


def test_a_lone_agents_morning_at_vervins(serve, pages: Pages):
    server: Served = serve("embedded")
    server.parvis("create-user", "agente", "--role", "agent@vervins", typed=PASSWORD)
    screen = pages.open(width=1920, height=1080)
    site = next(each for each in server.demonstration["sites"] if each["slug"] == "vervins")
    screen.goto(site["screens"][0]["url"])

    # the doors open: one agent takes the reception and the office
    page = sign_in(pages.open(), server, "agente", PASSWORD, path="/console")
    open_together(page, [RECEPTION, OFFICE])

    # a permit to collect, from the kiosk: to the office, where it is quiet
    permit = issue(server, "vervins", "vervins-titres-retrait")
    page.keyboard.press("2")
    expect(page.locator('[data-text="next-line"]')).to_contain_text(permit)
    assert call(page, 2) == permit
    expect(screen.locator("body")).to_contain_text(permit)
    expect(screen.locator("body")).to_contain_text("bureau")

    # a visitor arrives: a ticket at the desk, without losing the office
    page.keyboard.press("b")
    page.wait_for_url("**/accueil?hall=vervins")
    expect(place(page, OFFICE)).to_contain_text(permit)
    page.locator('[data-list="services"] button', has_text="Accueil et renseignements").press("Enter")
    number = page.locator("[data-issued] .number")
    expect(number).to_be_visible()
    question = number.inner_text()
    page.keyboard.press("b")
    page.wait_for_url("**/console?hall=vervins")
    assert call(page, 1) == question
    assert served(page, "vervins") == sorted([f"{question}@{RECEPTION}", f"{permit}@{OFFICE}"])

    # the question is answered; a break while the permit is being read through in the office
    page.keyboard.press("F8")
    phase(page, "free")
    page.keyboard.press("p")
    page.keyboard.press("1")
    phase(page, "paused")
    assert {each["state"] for each in queue(page, "vervins")["counters"]} == {"paused", "in_service"}
    page.keyboard.press("2")
    phase(page, "in_service")
    page.keyboard.press("F8")
    phase(page, "paused")

    # the end of the morning
    assert {each["state"] for each in queue(page, "vervins")["counters"]} == {"paused"}
    page.keyboard.press("p")
    phase(page, "free")
    page.locator('[data-act="close"]').click()
    phase(page, "choose")
    told = queue(page, "vervins")
    assert {each["state"] for each in told["counters"]} == {"closed"}
    assert (told["day"]["received"], told["called"], told["in_service"]) == (2, [], [])


def test_a_volunteer_with_four_computers(serve, pages: Pages):
    server: Served = serve("embedded")
    user = demonstration_user(server, "digital_helper")
    page = sign_in(pages.open(), server, *user, path="/console")
    open_together(page, COMPUTERS)
    numbers = [issue(server, "laon", "laon-numerique") for _ in range(6)]
    expect(page.locator('[data-text="waiting-count"]')).to_have_text("6 personnes")

    # four people sit down, each at a computer; two wait
    assert [call(page, at) for at in range(1, 5)] == numbers[:4]
    there = [f"{number}@{counter}" for number, counter in zip(numbers, COMPUTERS, strict=False)]
    assert served(page, "laon") == sorted(there)
    expect(page.locator('[data-text="waiting-count"]')).to_have_text("2 personnes")

    # a visitor who has finished leaves a computer to the next; the others stay
    page.keyboard.press("3")
    page.keyboard.press("F9")
    phase(page, "called")
    expect(place(page, COMPUTERS[2])).to_contain_text(numbers[4])
    page.keyboard.press("n")
    phase(page, "free")
    assert call(page, 3) == numbers[5]

    # another volunteer continues in another browser with all visitors present
    relief = sign_in(pages.open(), server, *user, path="/console")
    first = relief.locator('[data-list="places"] li.held').first
    first.get_by_role("button").press("Enter")
    first.get_by_role("button", name="Reprendre quand même").press("Enter")
    expect(relief.locator('[data-list="held"] li')).to_have_count(4)
    phase(page, "choose")
    for at, computer in enumerate(COMPUTERS, 1):
        relief.keyboard.press(str(at))
        expect(place(relief, computer)).to_have_attribute("aria-current", "true")
        phase(relief, "in_service")
        relief.keyboard.press("F8")
        phase(relief, "free")
    relief.locator('[data-act="close"]').click()
    phase(relief, "choose")
    told = queue(page, "laon")
    assert (told["day"]["received"], told["day"]["no_shows"], served(page, "laon")) == (6, 1, [])


SERVICE = "laon-accueil"
HEARD = """() => {
  window.heard = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    this.addEventListener("timeupdate", () => window.heard.push(this.src), { once: true });
    return play.call(this);
  };
}"""
"""Notes what really began to play: a position that moved, not a promise that was kept."""


@pytest.mark.parametrize("layout", ["workers"])
def test_a_press_becomes_paper_a_call_and_a_figure(serve, layout, pages, fonts_dir, tmp_path):
    server = serve(layout, public_url=PUBLIC_URL)
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")

    before = _figures(
        quality := sign_in(pages.open(), server, *demonstration_user(server, "quality")), server
    )
    kiosk = pages.open(width=1080, height=1920)
    kiosk.goto(laon["kiosk"]["url"])
    screen = pages.open(width=1920, height=1080)
    screen.add_init_script(f"({HEARD})()")
    screen.goto(laon["screens"][0]["url"])
    expect(screen.locator("body")).to_be_visible()

    ticket = press_for_a_ticket(kiosk, SERVICE)
    paper = Kiosk(server)
    (picture,) = wait_until(paper.pictures, "the ticket is printed")
    job = _job_of(server, ticket)
    assert shows(picture, expected_picture(server, job, fonts_dir)), "the paper carries the same number"
    followed = scanned(picture, tmp_path)
    assert followed.startswith(f"{PUBLIC_URL}/t/")

    phone = pages.open(width=390, height=844)
    phone.goto(server.base_url + followed.removeprefix(PUBLIC_URL))
    expect(phone.locator("main")).to_contain_text(ticket)

    console = sign_in(pages.open(), server, *demonstration_user(server, "agent"))
    console.goto(f"{server.base_url}/console")
    console.locator('[data-list="places"] li').first.locator("button").click()
    phase(console, "free")
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(ticket)
    console.keyboard.press("F9")
    phase(console, "called")

    expect(screen.locator("main, body").first).to_contain_text(ticket)
    expect(phone.locator("main")).to_contain_text("guichet 1")
    wait_until(lambda: screen.evaluate("window.heard"), "the call is heard")
    assert re.search(r"/audio/[0-9a-f]{32}\.wav$", screen.evaluate("window.heard[0]"))

    console.keyboard.press("o")
    phase(console, "in_service")
    console.keyboard.press("F8")
    phase(console, "free")
    after = _figures(quality, server)
    assert after["visits"]["value"] == before["visits"]["value"] + 1
    assert after["wait_mean"]["n"] == before["wait_mean"]["n"] + 1
    assert after["wait_max"]["value"] is not None


def _job_of(server: Any, number: str) -> str:
    database = Database(server.database_url, Clock())
    row = one_row(
        database,
        "SELECT j.id FROM print_job j JOIN visit v ON v.id = j.visit WHERE v.number = :number",
        number=number,
    )
    database.close()
    assert row is not None
    return str(row["id"])


def _figures(page: Page, server: Any) -> dict[str, Any]:
    today = date.today()  # noqa: DTZ011 - the site's own date
    days = {"from": today.isoformat(), "to": (today + timedelta(days=1)).isoformat()}
    answer = page.request.get(f"{server.base_url}/api/v1/indicators", params={"hall": "laon", **days})
    assert answer.ok, answer.text()
    (row,) = answer.json()["rows"]
    return {figure["indicator"]: figure for figure in row["figures"]}
