"""What supervision and the reception say live of screens and papers."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Page, Route

from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, sign_in

PRINTED = re.compile(r"[A-Z]\d{3}\s: imprimé\.")


@pytest.fixture
def server(standing: Any) -> Served:
    found: Served = standing(voice="false")
    return found


def supervisor(pages: Pages, server: Served) -> Page:
    page = sign_in(pages.open(), server, *demonstration_user(server, "supervisor"), "/supervision")
    expect(page.locator("[data-live]").first).to_have_attribute("data-live", "yes")
    return page


@pytest.mark.parametrize(
    ("role", "path"),
    [("supervisor", "/supervision"), ("administrator", "/appareils"), ("supervisor", "/alarmes?hall=laon")],
)
def test_a_page_says_by_the_servers_clock_since_when_it_is_not_live(
    server: Served, dom_page: DomPage, role: str, path: str
):
    dom_page.add_init_script("{ const now = Date.now; Date.now = () => now() + 3 * 3_600_000; }")
    sign_in(dom_page, server, *demonstration_user(server, role), path)
    expect(dom_page.locator("[data-live]").first).to_have_attribute("data-live", "yes")
    dom_page.wait_until_idle()  # what it reads tells the clock of the server
    hours = {f"{datetime.now(ZoneInfo('Europe/Paris')):%H}"}
    dom_page.set_offline(is_offline=True)
    told = dom_page.locator("[data-text=live]").first
    expect(told).to_contain_text("depuis")
    hours.add(f"{datetime.now(ZoneInfo('Europe/Paris')):%H}")
    expect(told).to_have_text(re.compile(rf"depuis ({'|'.join(hours)})\b"))
    dom_page.set_offline(is_offline=False)
    expect(dom_page.locator("[data-live]").first).to_have_attribute("data-live", "yes")


def test_supervision_shows_a_screen_arriving_its_picture_and_its_absence(server: Served, pages: Pages):
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    page = supervisor(pages, server)
    card = page.locator('[data-device="laon-ecran-1"]')
    ask = card.get_by_role("button", name="Prendre une image maintenant")
    ask.focus()
    page.keyboard.press("Enter")
    expect(card.locator(".told")).to_have_text(
        "Cet écran n’est pas connecté : il ne peut pas répondre.".replace(" :", "\u00a0:")
    )
    screen = pages.open(laon["screens"][0]["url"], width=1920, height=1080)
    expect(card.locator(".state")).to_contain_text("À jour")
    expect(card).to_have_attribute("data-level", "good")
    expect(card.locator("dd").nth(3)).to_have_text("à l’heure")
    ask.focus()
    page.keyboard.press("Enter")
    expect(card.locator(".told")).to_have_text("Image reçue.")
    image = card.locator(".picture img")
    expect(image).to_be_visible()
    assert image.evaluate(
        "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
    ) == [960, 540]
    assert "dessinée par la page" in card.inner_text()
    panel_months = card.locator("dl div").filter(has_text="Dalle éteinte exprès")
    expect(panel_months).to_be_hidden()  # nobody commands its panel
    screen.evaluate(
        """document.documentElement.dataset.panel =
          JSON.stringify({ method: "cec", commanded: "off", answered: "on" })"""
    )
    expect(card.locator(".troubles")).to_contain_text("se dit allumée")
    expect(panel_months).to_be_visible()
    assert_accessible(page)
    assert unreached_by_keyboard(page) == []
    screen.evaluate("delete document.documentElement.dataset.panel")
    expect(card.locator(".troubles")).to_be_hidden()
    card.locator(".picture").focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    expect(dialog).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(card.locator(".picture")).to_be_focused()
    screen.close()
    expect(card.locator(".state")).to_contain_text("Absent depuis")
    expect(card).to_have_attribute("data-level", "trouble")
    expect(card.locator("dd").nth(1)).to_have_text("peut-être périmé")


# --- the wall ---------------------------------------------------------------------------------


def test_a_supervisor_plans_absences_and_removes_them_in_two_presses(server: Served, pages: Pages):
    page = pages.open()
    sign_in(page, server, *demonstration_user(server, "supervisor"), "/mur?hall=laon")
    page.locator(".absences summary").press("Enter")
    form, planned = page.locator("[data-absence]"), page.locator("[data-list=absences] li")
    starts, ends = form.get_by_label("Début"), form.get_by_label("Fin")
    form.get_by_label("Guichet").select_option(label="guichet 2")
    form.get_by_label("Jours").select_option(label="Chaque lundi")
    starts.fill("12:15")
    ends.fill("11:15")
    ends.press("Enter")
    expect(ends).to_be_focused()
    expect(ends).to_have_accessible_description("La fin de l’absence doit venir après son début.")
    assert_accessible(page)
    ends.fill("13:15")
    ends.press("Enter")
    expect(planned).to_contain_text(["12:15 – 13:15 · Chaque lundi"])
    expect(page.locator("[data-outcome]")).to_contain_text("l’absence est prévue")
    expect(form.locator(".problem")).to_have_count(0)
    form.get_by_label("Jours").select_option(label="Chaque jour")
    form.get_by_label("Guichet").select_option(label="guichet 4")
    starts.fill("15:00")
    ends.fill("00:00")
    ends.press("Enter")
    expect(planned.last).to_contain_text("15:00 – 24:00")
    expect(planned.last).to_contain_text("Chaque jour")
    planned.first.get_by_role("button").press("Enter")
    assert_accessible(page)
    planned.first.get_by_role("button", name="Non, garder").press("Enter")
    expect(planned.first.get_by_role("button", name="Retirer")).to_be_focused()
    planned.first.get_by_role("button").press("Enter")
    planned.first.get_by_role("button", name="Oui, retirer").press("Enter")
    expect(planned).to_have_count(1)
    expect(form.get_by_label("Guichet")).to_be_focused()


# --- what the reception shows about the paper of its tickets ----------------------------------


def test_the_progress_of_a_paper_is_shown_live(server: Served, pages: Pages):
    page, printers = pages.open(), pages.open(f"{server.base_url}/imprimantes")
    printer = printers.locator("#laon-borne-1")
    sign_in(page, server, *demonstration_user(server, "reception"), "/accueil")
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
    expect(paper).to_have_text(PRINTED)
    switch("Provoquer")
    page.keyboard.press("1")
    expect(paper).to_have_text(re.compile(r"nouvel essai \(plus de papier\)"))
    expect(paper).to_have_class("paper care")
    assert_accessible(page)
    page.reload()
    expect(paper).to_have_text(re.compile(r"nouvel essai \(plus de papier\)"))
    switch("Lever")
    expect(paper).to_have_text(PRINTED)
    expect(paper).to_have_class("paper")
    expect(page.locator('[data-list="last"] .care')).to_have_count(0)


def test_a_verdict_received_before_the_answer_of_its_ticket_is_shown(server: Served, pages: Pages):
    page = pages.open()
    sign_in(page, server, *demonstration_user(server, "reception"), "/accueil")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    key = {"Authorization": f"Bearer {server.demonstration['api_key']}"}
    prints = f"{server.base_url}/api/v1/halls/laon/prints"

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
    expect(page.locator('[data-text="paper"]')).to_have_text(PRINTED)
