"""A hall's notices at one's own pace: at the kiosk by keyboard, in another language, and on a phone."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.harness.accessible import assert_accessible_at_this_width, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import signed_in
from tests.pages.kiosk.kiosk_page import MISFITS, SITE, by_key, choose, expect_ticket, fits, press

LONG = "Une phrase de la préfecture, aussi longue que beaucoup d’autres. " * 9
NOTICE: dict[str, Any] = {
    "kind": "text",
    "titles": {"fr": "Ouvert le mercredi", "en": "Open on Wednesdays", "es": "Abierto los miércoles"},
    "bodies": {"fr": f"<p>{LONG}</p>", "en": '<p dir="rtl" lang="ar">نعم</p>', "es": "<p>Sí 😀</p>"},
    "targets": {"halls": [SITE]},
    "link": "https://www.aisne.gouv.fr/",
}


def publish(hall: Served, content: dict[str, Any]) -> dict[str, Any]:
    with signed_in(hall, "communication", "*") as officer:
        answer = officer.post("/api/v1/notices/publish", json={"content": content})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found


def withdraw(hall: Served, notice: dict[str, Any]) -> None:
    with signed_in(hall, "communication", "*") as officer:
        body = {"version": notice["version"]}
        assert officer.post(f"/api/v1/notices/{notice['notice']}/withdraw", json=body).status_code == 200


def is_turned(page: Page) -> bool:
    """Whether the second page of the notice is up; turns it where it is not."""
    if "Page 2" not in page.locator(".position").inner_text():
        page.locator("[data-key=next]").press("Enter")
    return "Page 2" in page.locator(".position").inner_text()


def test_a_notice_is_read_at_the_kiosk_and_on_a_phone_and_a_ticket_is_still_taken(
    hall: Served, at_kiosk: Callable[..., Page], pages: Pages
):
    notice = publish(hall, NOTICE)
    page = at_kiosk("upright tablet")
    expect(page.locator("[data-act=show_information]")).to_be_visible()
    assert page.locator(".acts .position").count() == 0, "it takes no room from the services"
    page.locator("[data-toggle=low]").click()
    fits(page)
    by_key(page, "[data-act=show_information]")
    fits(page)
    by_key(page, f"[data-key='notice-{notice['notice']}']")
    expect(page.locator("h1")).to_have_text(NOTICE["titles"]["fr"])
    page.locator("[data-toggle=large]").click()
    fits(page)
    wait_until(lambda: is_turned(page), "the second page is shown", every_s=0.2)
    assert page.evaluate(MISFITS) == []
    page.locator("[data-language=en]").click()
    expect(page.locator("h1")).to_have_text(NOTICE["titles"]["en"])
    expect(page.locator(".article [lang=ar]")).to_have_attribute("dir", "rtl")
    press(page, "[data-key=information-back]")
    press(page, "[data-act=back]")
    choose(page)
    press(page, "[data-act=take]")
    expect_ticket(page)

    phone = pages.open(f"{hall.base_url}/infos/{SITE}?lang=es", width=390, height=844)
    assert_accessible_at_this_width(phone)
    phone.get_by_role("link", name="Abierto los miércoles").press("Enter")
    expect(phone.locator("article")).to_have_attribute("lang", "es")
    assert_accessible_at_this_width(phone)
    assert unreached_by_keyboard(phone) == []
    withdraw(hall, notice)
    phone.reload()
    expect(phone.locator("h1")).to_have_text("Esta información ya no se muestra")
