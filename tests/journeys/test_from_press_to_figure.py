"""The main job from end to end: press → paper → call, shown and spoken → figure, in a real browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from server.clock import Clock
from server.store.transactions.database import Database
from tests.harness.sql import one_row
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, press_for_a_ticket, sign_in
from tests.server.printing.test_served_printing import PUBLIC_URL, Kiosk, expected_picture, scanned, shows

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
    expect(console.locator("body")).to_have_attribute("data-phase", "free")
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(ticket)
    console.keyboard.press("F9")
    expect(console.locator("body")).to_have_attribute("data-phase", "called")

    expect(screen.locator("main, body").first).to_contain_text(ticket)
    expect(phone.locator("main")).to_contain_text("guichet 1")
    wait_until(lambda: screen.evaluate("window.heard"), "the call is heard")
    assert re.search(r"/audio/[0-9a-f]{32}\.wav$", screen.evaluate("window.heard[0]"))

    console.keyboard.press("o")
    expect(console.locator("body")).to_have_attribute("data-phase", "in_service")
    console.keyboard.press("F8")
    expect(console.locator("body")).to_have_attribute("data-phase", "free")
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
    today = page.evaluate("new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Paris' })")
    tomorrow = page.evaluate(
        "new Date(Date.now() + 864e5).toLocaleDateString('sv-SE', { timeZone: 'Europe/Paris' })"
    )
    answer = page.request.get(
        f"{server.base_url}/api/v1/indicators", params={"hall": "laon", "from": today, "to": tomorrow}
    )
    assert answer.ok, answer.text()
    (row,) = answer.json()["rows"]
    return {figure["indicator"]: figure for figure in row["figures"]}
