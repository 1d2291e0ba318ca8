"""What the reception shows about the paper of its tickets, in a real browser with simulated printers."""

import re

import httpx
from playwright.sync_api import Route, expect

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, sign_in


def test_the_progress_of_a_paper_is_shown_live(standing: Serve, pages: Pages):
    hall = standing()
    page, printers = pages.open(), pages.open(f"{hall.base_url}/imprimantes")
    printer = printers.locator("#laon-borne-1")
    sign_in(page, hall, *demonstration_user(hall, "reception"), "/accueil")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    paper = page.locator('[data-text="paper"]')

    def switch(gesture: str) -> None:
        printer.locator("select").select_option("paper_out")
        printer.get_by_role("button", name=gesture).press("Enter")
        expect(printer.locator(".now")).to_contain_text(
            "Plus de papier" if gesture == "Provoquer" else "aucune panne"
        )

    page.keyboard.press("1")
    expect(paper).to_have_text("imprimé")
    switch("Provoquer")
    page.keyboard.press("1")
    expect(paper).to_have_text(re.compile(r"nouvel essai \(plus de papier\)"))
    expect(paper).to_have_class("care")
    assert_accessible(page)
    page.reload()
    expect(paper).to_have_text(re.compile(r"nouvel essai \(plus de papier\)"))
    switch("Lever")
    expect(paper).to_have_text("imprimé")
    expect(page.locator('[data-list="last"] .care')).to_have_count(0)


def test_a_verdict_received_before_the_answer_of_its_ticket_is_shown(standing: Serve, pages: Pages):
    hall, page = standing(), pages.open()
    sign_in(page, hall, *demonstration_user(hall, "reception"), "/accueil")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    prints = f"{hall.base_url}/api/v1/halls/laon/prints"

    def answer_late(route: Route) -> None:
        answer = route.fetch()
        asked = {"visits": answer.json()["visit"]}
        wait_until(
            lambda: (
                httpx.get(prints, params=asked, headers=key, trust_env=False).json()["prints"][0]["verdict"]
                == "printed"
            ),
            "the ticket is printed",
        )
        route.fulfill(response=answer)

    page.route("**/tickets", answer_late, times=1)
    page.keyboard.press("1")
    expect(page.locator('[data-text="paper"]')).to_have_text("imprimé")
