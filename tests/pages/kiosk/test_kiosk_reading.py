"""What the kiosk gives to read: in another language, aloud, and notices at one's own pace."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from tests.harness.accessible import assert_accessible_at_this_width, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import signed_in
from tests.pages.kiosk.conftest import (
    MISFITS,
    SITE,
    WALK_IN,
    by_key,
    choose,
    expect_ticket,
    fits,
    press,
    speak_english,
)


def test_another_language_is_one_press_away_and_leaves_with_the_visitor(at_kiosk):
    page = at_kiosk()
    speak_english(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Hello. What have you come for?")
    choose(page)
    press(page, "[data-act=take]")
    expect_ticket(page)
    press(page, "[data-act=home]")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_a_view_is_read_aloud_sentence_by_sentence_and_a_second_press_silences_it(at_kiosk):
    page, answered = at_kiosk(), list[str]()
    page.on("response", lambda answer: answered.append(urlsplit(answer.url).path))
    listen = page.locator("#listen")
    with page.expect_response("**/reading?*view=start*") as asked:
        listen.click()
    expect(listen).to_have_attribute("aria-pressed", "true")
    said = asked.value.json()
    assert said["sentences"][0] == "Bonjour."
    wait_until(lambda: page.title() and said["audio"][1] in answered, "the second sentence is read")
    listen.click()
    expect(listen).to_have_attribute("aria-pressed", "false")


def test_the_number_is_read_digit_by_digit_and_another_view_is_silent(at_kiosk):
    page = at_kiosk()
    speak_english(page)
    choose(page)
    press(page, "[data-act=take]")
    number = expect_ticket(page)
    listen = page.locator("#listen")
    with page.expect_response("**/reading?*view=ticket*") as asked:
        listen.press("Enter")
    assert asked.value.json()["sentences"][0] == f"Your number: {', '.join(number)}."
    expect(listen).to_have_attribute("aria-pressed", "true")
    press(page, "[data-act=home]")
    expect(listen).to_have_attribute("aria-pressed", "false")


def test_the_views_of_needs_and_appointments_are_read_aloud_by_keyboard(at_kiosk, hall, tmp_path: Path):
    book_convocation(hall, tmp_path)
    page = at_kiosk()

    def readings(view: str, act: Callable[[], object]) -> list[str]:
        # the control that is pressed is read as well, where the keyboard comes to it
        whole = view if "focus=" in view else f"{view}(?!.*focus=)"
        with page.expect_response(re.compile(f"/reading\\?.*view={whole}")) as asked:
            act()
        return list(asked.value.json()["sentences"])

    page.locator("#listen").press("Enter")
    expect(page.locator("#listen")).to_have_attribute("aria-pressed", "true")
    by_key(page, f'[data-service="{WALK_IN}"]')
    needs = readings("needs", lambda: by_key(page, "[data-key=needs]"))
    assert "5 sur 6\u00a0: J’ai besoin de plus de temps" in needs
    said = readings("needs.*focus=need-slow", lambda: page.locator("[data-need=slow]").press("Enter"))
    assert said == ["J’ai besoin de plus de temps\u00a0: choisi"]
    by_key(page, "[data-key=needs-done]")
    assert readings("sheet.*focus=back", lambda: page.locator("[data-key=back]").focus()) == ["Retour"]
    by_key(page, "[data-key=back]")
    typed = readings("appointment", lambda: by_key(page, "[data-key=appointment]"))
    assert typed[0] == "Votre code de rendez-vous"
    service = "[data-key=convocation-laon-titres-retrait]"
    services = readings("convocation", lambda: by_key(page, "[data-key=without-code]"))
    assert page.locator(service).inner_text() in " ".join(services)
    assert readings("convocation", lambda: by_key(page, service))[-1] == "1 sur 1\u00a0: 23 heures 50"
    expect(page.locator("#listen")).to_have_attribute("aria-pressed", "true")


def book_convocation(hall: Served, folder: Path) -> None:
    """A convocation of tonight, which no other test asks for."""
    hour = datetime.now(ZoneInfo("Europe/Paris")).replace(hour=23, minute=50, second=0, microsecond=0)
    file = folder / "heard.csv"
    line = f"heard,laon-titres-retrait,{hour.isoformat()},"
    file.write_text(f"external_id,service,booked_at,code\n{line}", encoding="utf-8")
    assert "1 pris" in hall.parvis("import-appointments", str(file), "--hall", SITE)


SOUND = """
  window.played = [];
  HTMLMediaElement.prototype.play = function () {
    window.played.push(this);
    return Promise.resolve();
  };
"""
"""A sound ends when the test says so, on a machine of any speed."""


def test_the_kiosk_does_not_return_to_the_start_while_a_view_is_read_aloud(at_dom_kiosk):
    def begin(page: DomPage) -> None:
        page.clock.install()
        page.add_init_script(SOUND)

    page = at_dom_kiosk(before=begin)
    choose(page)
    page.locator("#listen").click()
    wait_until(lambda: page.evaluate("window.played.length"), "a sentence is said")
    page.clock.run_for(120_000)
    expect(page.locator("main")).to_have_attribute("data-view", "sheet")
    page.locator("#listen").click()
    page.clock.run_for(120_000)
    expect(page.locator("main")).to_have_attribute("data-view", "start")


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


def without_notices(page: Page) -> None:
    none: dict[str, Any] = {"notices": [], "voices": [], "changes_at": None}
    page.route("**/public-notices", lambda route: route.fulfill(json=none))


def places_of_services(page: Page) -> list[list[object]]:
    """Each choice of the first view, with where it stands."""
    found: list[list[object]] = page.locator("[data-slot=list] button:visible").evaluate_all(
        """buttons => buttons.map((each) => {
            const { left, top, width, height } = each.getBoundingClientRect();
            return [each.textContent.trim(), left, top, width, height];
        })"""
    )
    assert found
    return found


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
    without = at_kiosk("upright tablet", before=without_notices)
    expect(without.locator("[data-act=show_information]")).to_have_count(0)
    assert places_of_services(page) == places_of_services(without), "it takes no room from the services"
    fits(page)
    by_key(page, "[data-act=show_information]")
    fits(page)
    by_key(page, f"[data-key='notice-{notice['notice']}']")
    expect(page.locator("h1")).to_have_text(NOTICE["titles"]["fr"])
    page.locator("[data-toggle=large]").click()
    fits(page)
    wait_until(lambda: is_turned(page), "the second page is shown", every_s=0.2)
    assert page.evaluate(MISFITS) == []
    page.locator("[data-toggle=large]").click()
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
