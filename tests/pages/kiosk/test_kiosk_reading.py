"""The kiosk in another language, and read aloud."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.harness.servers.served import Served
from tests.pages.kiosk.kiosk_page import SITE, WALK_IN, by_key, choose, expect_ticket, press, speak_english


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
    page = at_kiosk()
    listen = page.locator("#listen")
    with page.expect_response("**/reading?*view=start*") as asked:
        listen.click()
    expect(listen).to_have_attribute("aria-pressed", "true")
    said = asked.value.json()
    assert said["sentences"][0] == "Bonjour."
    page.wait_for_event("response", lambda answer: answer.url.endswith(said["audio"][1]))
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
    assert "4 sur 5\u00a0: J’ai besoin de plus de temps" in needs
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


def test_the_kiosk_does_not_return_to_the_start_while_a_view_is_read_aloud(at_kiosk):
    page = at_kiosk(before=lambda page: page.clock.install())
    choose(page)
    with page.expect_response("**/audio/*.wav"):
        page.locator("#listen").click()
    page.clock.run_for(120_000)
    expect(page.locator("main")).to_have_attribute("data-view", "sheet")
