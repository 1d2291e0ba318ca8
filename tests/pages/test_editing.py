"""The editing pages in Chromium: a supervisor's gestures, kept at once; two people lose nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.harness.accessible import assert_accessible, assert_not_sideways, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, DomPages, Opens, expect
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, sign_in, signed_in

EDIT = "/configuration/laon/edit"
API = "/api/v1/configuration/laon"
IN_OTHER_LANGUAGES = (
    "Registration",
    "Matriculación",
    "تسجيل المركبات",
    "Araç tescili",
    "Реєстрація",
    "Matrícula",
    "ثبت موتر",
)
"""A name in each language that Laon has beside French, in the order of its fields."""
LONG = "Délivrance des certificats d’immatriculation et démarches de véhicules agricoles"


SITE = "/configuration/installation/edit#sites/sites/laon"
INSTALLATION = "/api/v1/configuration/installation"


@pytest.fixture
def server(standing: Any) -> Iterator[Served]:
    found: Served = standing(voice="false")
    yield found
    with signed_in(found, "administrator", "*") as client:
        for document in (API, INSTALLATION):
            draft = client.get(document).json()["draft"]
            if draft:
                client.delete(f"{document}/draft", params={"draft_version": draft["version"]})


def editing[P: (Page, DomPage)](pages: Opens[P], server: Served, view: str = "", edit: str = EDIT) -> P:
    page = sign_in(pages.open(), server, *demonstration_user(server, "administrator", "*"), edit + view)
    expect(page.locator("[data-saved=clean], [data-saved=saved]")).to_be_visible()
    return page


def saved(page: Page | DomPage) -> None:
    expect(page.locator("[data-saved]")).to_have_attribute("data-saved", "saved")


def turn(page: Page | DomPage, section: str) -> None:
    page.get_by_role("navigation", name="Rubriques").get_by_role("link", name=section).click()


def test_a_new_service_is_added_by_keyboard_and_problems_are_shown_at_their_fields(
    server: Served, pages: Pages
):
    page = editing(pages, server, "#services")
    page.get_by_label("Nouvelle démarche").focus()
    page.keyboard.type(LONG)
    page.keyboard.press("Enter")
    expect(page.locator("[data-view] h2")).to_have_text(LONG)
    expect(page.locator("[data-view] h2")).to_be_focused()
    saved(page)
    problems = page.locator("[data-problems]")
    expect(problems.locator("summary")).to_have_text("7 points à corriger avant de publier")
    english = page.get_by_role("group", name="Nom", exact=True).get_by_label("anglais")
    expect(english).to_have_attribute("aria-invalid", "true")
    turn(page, "Horaires")
    expect(page.locator("[data-count=services]")).to_have_text("7")
    problems.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(english).to_be_focused()
    for name in IN_OTHER_LANGUAGES:
        page.keyboard.type(name)
        page.keyboard.press("Tab")
    expect(problems).to_be_hidden()
    expect(page.locator("[data-warnings]")).to_contain_text("Aucun guichet ne reçoit")
    expect(page.get_by_role("complementary")).to_contain_text(LONG)
    page.reload()
    expect(page.locator("[data-view] h2")).to_have_text(LONG)
    expect(page.locator("[data-text=changes]")).to_have_text("1 modification")
    turn(page, "Bornes")
    page.get_by_role("link", name="Borne de l’entrée").press("Enter")
    offered = page.get_by_role("group", name="Démarches proposées par cette borne")
    offered.get_by_role("checkbox", name="Accueil et renseignements").press("Space")
    menu = page.get_by_role("complementary")
    expect(menu.get_by_role("heading")).to_contain_text("Borne de l’entrée")
    expect(menu.get_by_role("listitem")).to_contain_text(
        [
            "Accueil et renseignements",
            "Passeport ou carte d’identité",
            "Logement : prévention des expulsions",
        ]  # every kiosk leads elsewhere
    )
    expect(page.locator("[data-warnings]")).to_contain_text("Aucune borne ne propose")
    expect(page.locator("[data-text=changes]")).to_have_text("2 modifications")
    page.get_by_role("link", name="← Bornes").press("Enter")
    expect(menu.get_by_role("heading")).to_have_text("Tout le menu du hall")
    expect(page.get_by_role("link", name="Voir et publier")).to_have_attribute("href", "/configuration/laon")


def test_a_focused_problem_keeps_the_focus_when_a_late_answer_arrives(server: Served, pages: Pages):
    page = editing(pages, server, "#services")
    page.get_by_label("Nouvelle démarche").fill(LONG)
    page.get_by_label("Nouvelle démarche").press("Enter")
    problems = page.locator("[data-problems]")
    problems.locator("summary").click()
    english = problems.get_by_role("link").first
    with page.expect_response(f"**{API}/draft"):
        page.get_by_role("group", name="Nom", exact=True).get_by_label("français", exact=True).fill("Visites")
        english.focus()
    saved(page)
    expect(english).to_be_focused()
    english.press("Enter")
    field = page.get_by_role("group", name="Nom", exact=True).get_by_label("anglais")
    expect(field).to_be_focused()
    turn_and_come_back = """async link => {
        const turned = new Promise(heard => addEventListener("hashchange", heard, { once: true }));
        location.hash = "#hours";
        link.click();
        await turned;
    }"""
    english.evaluate(turn_and_come_back)
    expect(field).to_be_focused()


def test_items_are_moved_copied_and_retired_by_keyboard(server: Served, pages: Pages):
    page = editing(pages, server, "#counters")
    names = page.locator("[data-view] .items a")
    before = names.all_inner_texts()
    down = page.get_by_role("button", name=f"Descendre, {before[0]}")
    down.focus()
    page.keyboard.press("Enter")
    expect(names.nth(1)).to_have_text(before[0])
    expect(page.get_by_role("button", name=f"Descendre, {before[0]}")).to_be_focused()
    page.get_by_role("button", name=f"Monter, {before[0]}").press("Enter")
    expect(names.first).to_have_text(before[0])
    expect(page.get_by_role("button", name=f"Descendre, {before[0]}")).to_be_focused()  # no further up
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Dupliquer, guichet 1").press("Enter")
    expect(page.locator("[data-view] h2")).to_have_text("guichet 5")
    page.get_by_role("checkbox", name="Boucle magnétique").press("Space")
    expect(page.get_by_role("checkbox", name="Boucle magnétique")).to_be_focused()
    page.get_by_label("Dernier essai de la boucle").fill("2026-11-02")
    page.get_by_role("link", name="← Guichets").click()
    page.get_by_role("button", name=f"Retirer du service, {before[1]}").press("Enter")
    expect(page.get_by_role("button", name=f"Remettre en service, {before[1]}")).to_be_focused()
    saved(page)
    with signed_in(server, "administrator", "*") as client:
        counters = client.get(API).json()["draft"]["content"]["counters"]
    assert counters[1]["labels"]["fr"] == before[0]
    assert counters[0]["is_retired"]
    copied = counters[-1]
    assert (copied["id"], copied["labels"]["en"]) == ("laon-guichet-5", "counter 5")
    assert copied["hearing_loop_tested_on"] == "2026-11-02"


def test_hours_of_its_own_with_a_day_of_exception(server: Served, dom_pages: DomPages):
    page = editing(dom_pages, server, "#hours")
    expect(page.locator(".week.shown")).to_contain_text("08:30 – 12:00, 13:30 – 16:30")
    page.get_by_role("checkbox", name="Ce hall a ses propres horaires").check()
    page.get_by_label("lundi, plage 1, ouverture").fill("09:15")
    page.get_by_role("button", name="Recopier sur mardi à vendredi").click()
    page.get_by_role("button", name="Ajouter une plage, samedi").click()
    page.get_by_label("samedi, plage 1, fermeture").fill("00:00")
    for number in (2, 1):
        page.get_by_role("button", name=f"Enlever la plage, mercredi, plage {number}").press("Enter")
    # a closed day has nothing else
    expect(page.get_by_role("button", name="Ajouter une plage, mercredi")).to_be_focused()
    page.get_by_role("button", name="Ajouter un jour d’exception").click()
    page.get_by_label("Date").last.fill("2027-01-02")
    saved(page)
    expect(page.locator("[data-problems]")).to_be_hidden()
    with signed_in(server, "administrator", "*") as client:
        draft = client.get(API).json()["draft"]["content"]["calendar"]
    assert draft["week"]["friday"] == ["09:15-12:00", "13:30-16:30"]
    assert draft["week"]["wednesday"] == []
    assert draft["week"]["saturday"] == ["09:00-24:00"]
    assert draft["exceptions"][-1]["on"] == "2027-01-02"


def test_school_holidays_are_typed_at_the_site_and_wrong_ones_are_shown_at_their_row(
    server: Served, dom_pages: DomPages
):
    page = editing(dom_pages, server, edit=SITE)
    for number, (name, first, last) in enumerate(
        (("Toussaint", "2026-10-17", "2026-11-01"), ("Noël", "2026-12-19", "2025-01-03")), 1
    ):
        page.get_by_role("button", name="Ajouter des vacances").click()
        row = page.get_by_role("group", name=f"Vacances scolaires, ligne {number}")
        for label, value in (("Nom", name), ("Premier jour", first), ("Dernier jour", last)):
            row.get_by_label(label).fill(value)
    row = page.get_by_role("group", name="Vacances scolaires, ligne 2")
    expect(row).to_contain_text("se terminent le 3 janvier 2025, avant de commencer le 19 décembre 2026")
    row.get_by_label("Dernier jour").fill("2027-01-03")
    saved(page)
    expect(page.locator("[data-problems]")).to_be_hidden()
    with signed_in(server, "administrator", "*") as client:
        draft = client.get(INSTALLATION).json()["draft"]
    assert draft["content"]["sites"][0]["school_holidays"] == [
        {"name": "Toussaint", "starts_on": "2026-10-17", "last_on": "2026-11-01"},
        {"name": "Noël", "starts_on": "2026-12-19", "last_on": "2027-01-03"},
    ]


def test_two_people_editing_at_once_lose_nothing_unseen(server: Served, pages: Pages):
    mine, theirs = editing(pages, server), editing(pages, server, "#kiosks")
    theirs.get_by_role("checkbox", name="La borne demande ce qui aide").uncheck()
    saved(theirs)
    name = mine.get_by_label("Nom", exact=True)
    name.fill("Préfecture de Laon")
    expect(mine.locator("[data-text=outcome]")).to_contain_text("a modifié ce document en même temps")
    expect(mine.locator("[data-text=changes]")).to_have_text("2 modifications")
    turn(theirs, "Le hall")
    theirs.get_by_label("Nom", exact=True).fill("Préfecture, Laon")
    dialog = theirs.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Préfecture de Laon")
    assert_accessible(theirs)
    dialog.get_by_label("Le mien").check()
    dialog.get_by_role("button", name="Réunir et continuer").click()
    expect(dialog).to_be_hidden()
    expect(theirs.get_by_label("Nom", exact=True)).to_have_value("Préfecture, Laon")
    expect(theirs.locator("[data-text=changes]")).to_have_text("2 modifications")


def test_unsaved_changes_are_there_again(server: Served, dom_pages: DomPages):
    page = editing(dom_pages, server)
    page.abort(f"{API}/draft")
    page.get_by_label("Nom", exact=True).fill("Préfecture sans réseau")
    expect(page.locator("[data-saved]")).to_have_attribute("data-saved", "saving")
    again = page.beside()
    page.leave()
    again.goto(server.base_url + EDIT)
    expect(again.get_by_label("Nom", exact=True)).to_have_value("Préfecture sans réseau")
    saved(again)


def test_older_revisions_that_could_not_be_read_say_so(server: Served, dom_pages: DomPages):
    page = dom_pages.open()
    page.change(f"{API}/revisions$", "(body) => ({ ...body, next: 1 })")
    page.answer("/revisions[?]before=1", {}, status=500)
    sign_in(page, server, *demonstration_user(server, "administrator", "*"), "/configuration/laon")
    page.locator("[data-more]").press("Enter")
    expect(page.locator(".outcome")).to_contain_text("Le serveur ne répond pas")


def test_every_view_of_a_hall_with_forty_counters_is_accessible_and_fits(server: Served, pages: Pages):
    with signed_in(server, "administrator", "*") as client:
        known = client.get(API).json()
        content = known["content"]
        first = content["counters"][0]
        content["counters"] = [
            {**first, "id": f"laon-x{at}", "labels": {**first["labels"], "fr": f"bureau des visas {at}"}}
            for at in range(40)
        ]
        content["services"][0]["names"]["fr"] = LONG
        body = {"base_revision": known["revision"], "draft_version": None, "content": content}
        assert client.put(f"{API}/draft", json=body).status_code == 200
    page = editing(pages, server)
    views = [link.get_attribute("href") or "" for link in page.locator("[data-section]").all()]
    items = [f"#services/services/{content['services'][1]['id']}", "#counters/counters/laon-x7"]
    items += [f"#{name}/{name}/{content[name][0]['id']}" for name in ("profiles", "kiosks", "screens")]
    for view in (*views, *items):
        page.goto(server.base_url + EDIT + view)
        expect(page.locator("[data-view] h2")).to_be_visible()
        page.evaluate("for (const each of document.querySelectorAll('[data-view] details')) each.open = true")
        assert_accessible(page)
        assert_not_sideways(page)
        page.set_viewport_size({"width": 390, "height": 844})
        assert_not_sideways(page)
        page.set_viewport_size({"width": 1366, "height": 768})
    assert unreached_by_keyboard(page) == []
    page.goto(f"{server.base_url}/configuration/installation/edit#sites")
    expect(page.locator("[data-view] .items li")).to_have_count(5)
    assert_accessible(page)
