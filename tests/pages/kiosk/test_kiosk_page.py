"""The kiosk's page in a real browser on the real server: one press, one ticket, whatever happens."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Route

from tests.harness.accessible import assert_accessible
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.waiting import wait_until
from tests.pages.kiosk.conftest import (
    BOOKED,
    SITE,
    by_key,
    choose,
    expect_ticket,
    fits_at_every_size,
    issue_elsewhere,
    look,
    press,
    received,
    turn_to,
)


def test_the_token_leaves_the_address_at_once(hall, at_dom_kiosk):
    assert at_dom_kiosk().url == f"{hall.base_url}/kiosk"


def test_a_press_gives_one_number_and_a_code_to_follow_it(hall, at_kiosk):
    before = received(hall)
    page = at_kiosk()
    choose(page)
    press(page, "[data-act=take]")
    assert re.fullmatch(r"[ACFHKLRT]\d{3,}", expect_ticket(page))
    expect(page.locator("[data-slot=short_code]")).to_contain_text(re.compile(r"[0-9A-Z]{4}"))
    assert page.locator("[data-slot=qr]").evaluate(
        "async (each) => { await each.decode(); return each.naturalWidth; }"
    )
    assert received(hall) == before + 1


def tickets(page: DomPage) -> list[Any]:
    """What the kiosk sent for a ticket, each time."""
    sent = [
        each for each in page.requests() if each["method"] == "POST" and each["path"].endswith("/tickets")
    ]
    return [json.loads(each["body"]) for each in sent]


def test_ten_presses_at_once_give_one_ticket(hall, at_dom_kiosk):
    before = received(hall)
    page = at_dom_kiosk()
    choose(page)
    ten = """{
      const take = document.querySelector("[data-act=take]");
      for (let each = 0; each < 10; each += 1) take?.click();
    }"""
    wait_until(lambda: page.evaluate(ten) or look(page)[0] != "sheet", "a press acts", every_s=0.1)
    expect_ticket(page)
    assert (len(tickets(page)), received(hall)) == (1, before + 1)


def test_answers_lost_on_the_way_give_one_ticket(hall, at_dom_kiosk):
    before = received(hall)
    page = at_dom_kiosk(before=lambda page: page.lose("/tickets$", times=2))
    choose(page)
    press(page, "[data-act=take_with_card]")
    expect_ticket(page)
    posts = tickets(page)
    assert len(posts) == 3
    assert posts[0] == posts[1] == posts[2]
    assert posts[0]["priority"] is True
    assert received(hall) == before + 1
    expect(page.locator("[data-slot=priority]")).to_be_visible()


def test_a_killed_server_is_reported_and_the_number_arrives_when_it_is_back(hall, at_dom_kiosk):
    before = received(hall)
    page = at_dom_kiosk()
    choose(page)
    hall.kill()
    press(page, "[data-act=take]")
    expect(page.locator("main")).to_have_attribute("data-view", "away")
    expect(page.locator("h1")).to_contain_text("La borne ne délivre pas de ticket pour le moment")
    hall.start()
    expect_ticket(page)
    assert received(hall) == before + 1


def test_a_kiosk_that_is_not_live_says_since_when_and_heals(hall, at_kiosk):
    page = at_kiosk()
    day = page.locator("#clock-day")
    expect(day).not_to_contain_text("Pas en direct")
    hall.kill()
    expect(day).to_contain_text("Pas en direct depuis")
    assert_accessible(page)
    hall.start()
    expect(day).not_to_contain_text("Pas en direct")


def test_a_verdict_missed_while_the_link_was_down_is_fetched(at_kiosk):
    page = at_kiosk()
    page.clock.install()

    def unheard(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body["visit"], body["print"] = "a-visit", {"job": "a-job", "state": "queued", "verdict": None}
        press_id = json.loads(route.request.post_data or "")["press_id"]
        if press_id in seen:
            body["print"]["verdict"] = "printed"
        seen.append(press_id)
        route.fulfill(response=answer, json=body)

    seen: list[str] = []
    page.route("**/tickets", unheard)
    choose(page)
    press(page, "[data-act=take]")
    expect_ticket(page)
    paper = page.locator("[data-slot=print]")
    expect(paper).to_have_attribute("data-print", "pending")
    expect(page.locator("[data-slot=typed]")).to_have_text("ou tapez sur accueil.example.fr/suivi")
    page.clock.run_for(16_000)
    expect(paper).to_have_attribute("data-print", "printed")
    page.clock.run_for(13_000)
    expect(page.locator("[data-slot=qr]")).to_be_hidden()
    expect(page.locator(".scan")).to_have_text("Le code à scanner est sur votre ticket")
    expect(page.locator("[data-act=home]")).to_have_text("J’ai mon ticket")
    page.locator(".ticket").click()
    expect(page.locator("main")).to_have_attribute("data-view", "start")
    assert len(set(seen)) == 1


def test_the_kiosk_returns_to_the_start_after_a_warning_and_gives_more_time_on_request(at_kiosk):
    page = at_kiosk(before=lambda page: page.clock.install())
    page.clock.pause_at(page.evaluate("Date.now()") / 1_000 + 30)
    page.locator("[data-toggle=contrast]").click()
    page.clock.run_for(59_000)
    expect(page.locator("#warning")).to_be_hidden()
    page.clock.run_for(6_000)
    expect(page.locator("#warning")).to_be_visible()
    expect(page.locator("#countdown")).to_have_text(re.compile(r"Retour au début dans \d+ secondes"))
    page.locator("[data-act=more_time]").click()
    page.clock.run_for(1_000)
    expect(page.locator("#warning")).to_be_hidden()
    page.clock.run_for(50_000)
    expect(page.locator("html[data-contrast]")).to_be_attached()
    page.clock.run_for(40_000)
    expect(page.locator("html[data-contrast]")).not_to_be_attached()
    expect(page.locator("[data-toggle=contrast]")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("act", ["take", "take_with_card", "back"])
def test_the_focus_stays_where_it_is_while_others_take_tickets(hall, at_dom_kiosk, act: str):
    page = at_dom_kiosk()
    choose(page)
    button = page.locator(f"[data-act={act}]").first
    button.focus()
    page.evaluate(f"document.querySelector('[data-act={act}]').dataset.before = ''")
    issue_elsewhere(hall)
    redrawn = page.locator(f"[data-act={act}]:not([data-before])").first
    expect(redrawn).to_be_visible()
    expect(redrawn).to_be_focused()


def test_how_to_book_is_printed_by_keyboard_and_is_no_ticket(at_kiosk, hall):
    before = received(hall)
    page = at_kiosk()
    for service in ("laon-etrangers", BOOKED):
        expect(page.locator("[data-service]").first).to_be_visible()
        turn_to(page, f"[data-service={service}]")
        by_key(page, f'[data-service="{service}"]')
    expect(page.locator("main")).to_have_attribute("data-view", "notice")
    sheet = page.locator("[data-key=print-sheet]")
    expect(page.locator("main button").first).to_have_text("J’ai déjà un rendez-vous")
    expect(page.locator(".book")).to_contain_text("rendez-vous.example.fr/laon")
    code = page.locator("[data-slot=book_code]")
    assert code.evaluate("async (each) => { await each.decode(); return each.naturalWidth; }")
    fits_at_every_size(page)
    told = page.locator(".opening")
    expect(sheet).not_to_have_attribute("aria-disabled", "true")
    sheet.focus()
    wait_until(
        lambda: page.keyboard.press("Enter") or told.is_visible(), "Enter acts on the sheet", every_s=0.1
    )
    expect(told).to_have_text("Prenez votre feuille. Ce n’est pas un ticket.")
    expect(page.locator("#spoken")).to_have_text("Prenez votre feuille. Ce n’est pas un ticket.")
    expect(sheet).to_be_focused()
    fits_at_every_size(page)
    assert received(hall) == before


def test_a_kiosk_without_a_token_says_it_is_not_in_service(hall, pages):
    page = pages.open(f"{hall.base_url}/kiosk", width=1080, height=1920)
    expect(page.locator("main")).to_have_attribute("data-view", "unpaired")
    assert_accessible(page)


READ = """(text) => {
  for (const key of [...text, "Enter"])
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}"""
"""A reader of codes, whatever has the focus."""


def test_an_appointment_checks_in_by_its_code_and_a_convocation_by_its_hour(hall, at_kiosk, tmp_path: Path):
    now = datetime.now(ZoneInfo("Europe/Paris"))
    hour = now.replace(hour=23, minute=55, second=0, microsecond=0)
    lines = [f"r1,laon-titres-depot,{now.isoformat()},AB12", f"r2,laon-titres-depot,{hour.isoformat()},"]
    file = tmp_path / "appointments.csv"
    file.write_text("\n".join(["external_id,service,booked_at,code", *lines]), encoding="utf-8")
    assert "2 pris" in hall.parvis("import-appointments", str(file), "--hall", SITE)
    page = at_kiosk()
    press(page, "[data-key=appointment]")
    expect(page.locator("[data-key=code-done]")).to_be_disabled()
    assert_accessible(page)
    for letter in "AB1":
        page.locator(f"[data-key=code-{letter}]").click()
    press(page, "[data-key=code-done]")
    expect(page.locator(".code-error")).to_contain_text("Ce rendez-vous n’est pas trouvé")
    expect(page.locator("[data-slot=code]")).to_have_text("AB1")
    assert_accessible(page)
    page.locator("[data-key=code-2]").click()
    press(page, "[data-key=code-done]")
    assert expect_ticket(page).startswith("FR")
    expect(page.locator(".arrival")).to_contain_text(f"{now:%H:%M}")
    press(page, "[data-act=home]")
    press(page, "[data-key=appointment]")
    page.locator("[data-key=back]").focus()
    page.evaluate(READ, "https://rendez-vous.example.fr/laon?code=ab12")
    expect(page.locator("h1")).to_contain_text("déjà enregistrée")
    press(page, "[data-act=home]")
    press(page, "[data-key=appointment]")
    page.route("**/convocations", lambda route: route.fulfill(status=503), times=1)
    press(page, "[data-key=without-code]")
    expect(page.locator("h1")).to_contain_text("ne délivre pas de ticket")
    assert_accessible(page)
    press(page, "[data-key=retry]")
    press(page, "[data-key=convocation-laon-titres-depot]")
    expect(page.locator("[data-act=choose_hour]")).to_have_text("23:55")
    assert_accessible(page)


def test_other_grounds_of_priority_fit_on_the_button_of_the_card(at_kiosk):
    grounds = "femmes enceintes, personnes de plus de 75 ans, personnes avec un enfant en bas âge"

    def with_grounds(page):
        def answer(route):
            told = route.fetch()
            route.fulfill(response=told, json=told.json() | {"priority_grounds": grounds})

        page.route("**/menu?*", answer)

    page = at_kiosk(before=with_grounds)
    choose(page)
    card = page.locator("[data-act=take_with_card]")
    expect(card).to_contain_text(f"Passent aussi en priorité ici\u00a0: {grounds}")
    fits_at_every_size(page)


def test_a_referral_says_how_and_further_tickets_of_one_visitor_are_linked(hall, at_dom_kiosk):
    page = at_dom_kiosk()
    press(page, "[data-act=show_not_here]")
    press(page, "[data-referral=laon-logement]")
    expect(page.locator("main")).to_have_attribute("data-view", "referral")
    expect(page.locator("main")).to_contain_text("Saint-Quentin")
    press(page, "[data-act=back]")
    press(page, "[data-act=back]")
    before = received(hall)
    choose(page)
    press(page, "[data-act=take]")
    first = expect_ticket(page)
    press(page, "[data-act=add_service]")
    expect(page.locator("main")).to_have_attribute("data-view", "start")
    choose(page, "laon-associations")
    press(page, "[data-act=take]")
    expect(page.locator(".number span")).to_have_count(2)
    press(page, "[data-act=show_together]")
    press(page, "[data-key=people-3]")
    press(page, "[data-key=paper-one]")
    expect(page.locator(".number span")).to_have_count(4)
    assert page.locator(".number").inner_text().split()[0] == first
    assert received(hall) == before + 4
    expect(page.locator("main")).to_contain_text("Prenez vos 3 tickets")
    press(page, "[data-act=home]")
