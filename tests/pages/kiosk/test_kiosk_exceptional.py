"""A service by appointment only, for a visitor without one who has an exceptional reason."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.pages.kiosk.kiosk_page import SITE, SIZES, by_key, expect_ticket, fits, is_listed

PERMITS = "laon-titres-depot"
LANGUAGES = {
    "fr": ("sans rendez-vous dans l’un de ces cas", "moins de 15 jours"),
    "en": ("without an appointment in one of these cases", "less than 15 days"),
    "es": ("sin cita en uno de estos casos", "menos de 15 días"),
}


def to_the_reasons(page: Page) -> None:
    """Opens the notice of the residence permits, by keyboard."""
    for service in ("laon-etrangers", PERMITS):
        expect(page.locator("[data-service]").first).to_be_visible()
        wait_until(lambda: is_listed(page, service), "its page is turned up", every_s=0.5)  # noqa: B023
        by_key(page, f'[data-service="{service}"]')
    expect(page.locator("main")).to_have_attribute("data-view", "notice")
    expect(page.locator("[data-reason]").first).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_the_reasons_fit_in_every_language_and_comfort(at_kiosk: Callable[..., Page], size: str):
    page = at_kiosk(size)
    page.evaluate("document.fonts.ready")
    to_the_reasons(page)
    assert "refus" not in page.locator("main").inner_text().lower()
    for language, (heading, reason) in LANGUAGES.items():
        page.locator(f"[data-language={language}]").click()
        expect(page.locator("#choices-title")).to_contain_text(heading)
        expect(page.locator("[data-reason]").first).to_contain_text(reason)
        for toggle in ("large", "low", "large", "low"):
            fits(page)
            page.locator(f"[data-toggle={toggle}]").click()
    page.locator("[data-toggle=contrast]").click()
    fits(page)


def test_a_reason_gives_a_ticket_of_the_reception_by_keyboard_and_the_hall_knows_why(
    at_kiosk: Callable[..., Page], hall: Served
):
    page = at_kiosk()
    to_the_reasons(page)
    by_key(page, "[data-reason=cannot-book]")
    expect(page.locator("main")).to_have_attribute("data-view", "sheet")
    expect(page.locator("h1")).to_have_text("Accueil et renseignements")
    expect(page.locator(".reason")).to_have_text(
        "Motif\u00a0: Je n’arrive pas à prendre rendez-vous en ligne"
    )
    fits(page)
    by_key(page, "[data-key=back]")
    expect(page.locator("[data-reason]")).to_have_count(3)
    by_key(page, "[data-reason=expires-soon]")
    by_key(page, "[data-act=take]")
    number = expect_ticket(page)
    assert number.startswith("A")
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    queue = httpx.get(f"{hall.base_url}/api/v1/halls/{SITE}/queue", headers=key, trust_env=False).json()
    legs = [leg for each in queue["queues"] for leg in each["legs"] if leg["number"] == number]
    assert [leg["exceptional"] for leg in legs] == [{"service": PERMITS, "reason": "expires-soon"}]


def test_the_reasons_are_read_aloud(at_kiosk: Callable[..., Page]):
    page = at_kiosk()
    to_the_reasons(page)
    with page.expect_response("**/reading?*view=notice*") as asked:
        page.locator("#listen").press("Enter")
    said = asked.value.json()["sentences"]
    numbered = [each for each in said if " sur 4\u00a0: " in each]
    assert [each[0] for each in numbered] == ["1", "2", "3", "4"]
    assert any(
        re.fullmatch(r"\d sur 4\u00a0: Mon titre expire dans moins de 15 jours", each) for each in said
    )
    by_key(page, "[data-reason=expires-soon]")
    with page.expect_response("**/reading?*view=sheet*") as asked:
        page.locator("#listen").press("Enter")
    assert "Motif\u00a0: Mon titre expire dans moins de 15 jours" in asked.value.json()["sentences"]
