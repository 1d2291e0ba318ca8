"""A notice from a bureau to the screen of another site, in a real browser, and the pages on its way."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, sign_in

TITLE = "Le hall ouvre à midi"


@pytest.fixture(scope="module")
def server(demonstration_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("notices")) as served:
        served.take_demonstration(demonstration_sqlite)
        yield served.start()


def draft(page: Page, server: Served) -> None:
    """A bureau writes in French by keyboard, after a refusal of a single translation."""
    page.goto(f"{server.base_url}/affichage")
    page.get_by_role("link", name="Nouveau message").press("Enter")
    page.get_by_label("tous les écrans de tous les sites").check()
    page.get_by_label("English").check()
    for number, words in enumerate(((TITLE, "Le mercredi de "), ("The hall opens at noon", ""))):
        page.get_by_label("Titre").nth(number).fill(words[0])
        page.get_by_role("textbox", name="Texte").nth(number).press_sequentially(words[1])
    expect(page.locator("[data-missing=en]")).to_have_text("manque : texte")
    page.get_by_role("textbox", name="Texte").nth(1).press_sequentially("On Wednesday")
    expect(page.locator("[data-missing=en]")).to_be_hidden()
    page.get_by_role("button", name="Enregistrer").press("Enter")
    problem = page.locator(".problem")
    expect(problem).to_contain_text("Une seule traduction")
    assert_accessible(page)
    page.get_by_label("English").uncheck()
    rich = page.get_by_role("textbox", name="Texte")
    rich.press("End")
    page.wait_for_function("() => getSelection().anchorOffset > 0")  # the editor keeps the caret
    page.get_by_role("button", name="Gras").press("Enter")
    rich.press_sequentially("12 à 14 heures")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator("[data-text=outcome]")).to_have_text("Version 1 enregistrée.")
    expect(rich.locator("b")).to_have_text("12 à 14 heures")


def gesture(page: Page, name: str, done: str) -> None:
    page.get_by_role("button", name=name, exact=True).press("Enter")
    expect(page.locator("[data-text=outcome]")).to_have_text(done)


def open_notice(page: Page, server: Served, section: str) -> None:
    page.goto(f"{server.base_url}/affichage")
    page.get_by_role("region", name=section).get_by_role("link", name=TITLE, exact=True).press("Enter")
    expect(page.locator("h1")).to_have_text(TITLE)


EVERYWHERE = "Tous les écrans de tous les sites"


def test_from_a_bureau_of_laon_to_the_screen_of_vervins(server: Served, pages: Pages):
    bureau, officer = pages.open(), pages.open()
    sign_in(bureau, server, *demonstration_user(server, "reception"))
    sign_in(officer, server, *demonstration_user(server, "administrator", "*"))
    draft(bureau, server)
    gesture(bureau, "Proposer", f"Proposé : {EVERYWHERE}.")
    gesture(bureau, "Reprendre", "Repris : c’est de nouveau un brouillon.")
    gesture(bureau, "Proposer", f"Proposé : {EVERYWHERE}.")

    open_notice(officer, server, "À vous de jouer")
    seen = officer.frame_locator("[data-frame] iframe")
    expect(seen.locator("#slide")).to_contain_text("Le mercredi de 12 à 14 heures")
    counted = officer.get_by_role("list", name="Nombre de pages").get_by_role("listitem")
    expect(counted).to_have_text([re.compile(r"\S.*: 1 page, \d+\ss$")] * 4)
    officer.get_by_role("button", name="Refuser", exact=True).press("Enter")
    expect(officer.locator("[data-text=refused]")).to_contain_text("Dites pourquoi")
    officer.get_by_label("Motif du refus").fill("Dites aussi par où entrer.")
    gesture(officer, "Refuser", "Message refusé.")

    open_notice(bureau, server, "À vous de jouer")
    expect(bureau.locator("[data-reason]")).to_contain_text("Dites aussi par où entrer.")
    rich = bureau.get_by_role("textbox", name="Texte")
    rich.press("End")
    rich.press_sequentially(", porte bleue")
    gesture(bureau, "Proposer", f"Proposé : {EVERYWHERE}.")

    open_notice(officer, server, "À vous de jouer")
    officer.get_by_text("Voir le changement").press("Enter")
    expect(officer.locator(".changes ins")).to_contain_text("porte bleue")
    assert_accessible(officer)
    assert unreached_by_keyboard(officer) == []
    site = next(each for each in server.demonstration["sites"] if each["slug"] == "vervins")
    screen = pages.open(site["screens"][0]["url"], width=1920, height=1080)
    expect(screen.locator("body")).not_to_have_attribute("data-view", "connecting")
    gesture(officer, "Publier", f"Publié : {EVERYWHERE}.")
    shown = screen.evaluate(
        """async () => {
          const me = await (await fetch("/device/me", { headers: { "X-Caller": "device" } })).json();
          const path = `/api/v1/halls/${me.hall.slug}/screen`;
          return (await (await fetch(path, { headers: { "X-Caller": "device" } })).json()).programme.items;
        }"""
    )
    html = next(item["content"]["html"] for item in shown if item["content"].get("title") == TITLE)
    assert html.replace("&nbsp;", " ") == "<p>Le mercredi de <b>12 à 14 heures, porte bleue</b></p>"
    # the nudge, not a reload, brings it to the state of the screen
    screen.wait_for_function(
        "title => (localStorage.getItem('parvis.screen') ?? '').includes(title)", arg=TITLE
    )
    open_notice(officer, server, "À l’écran")
    gesture(officer, "Retirer des écrans", "Message retiré des écrans.")


def test_a_published_notice_is_corrected_while_it_stays_on_the_screens(server: Served, pages: Pages):
    """By the officer of the demonstration who decides for all five sites."""
    page = pages.open(width=1366, height=900)
    sign_in(page, server, *demonstration_user(server, "communication", "*"), path="/affichage")
    on_screen = page.get_by_role("region", name="À l’écran")
    on_screen.get_by_role("link", name="Préparez vos papiers", exact=True).press("Enter")
    expect(page.locator("h1")).to_have_text("Préparez vos papiers")
    expect(page.locator("[data-state]")).to_have_text("publié")
    page.get_by_role("button", name="Corriger", exact=True).press("Enter")
    expect(page.locator("[data-state]")).to_have_text("brouillon")
    former = page.locator("[data-former]")
    expect(former).to_have_text("Préparez vos papiers (publié)")
    expect(page.locator("[data-corrects]")).to_contain_text("prendra sa place")
    page.get_by_label("Titre").first.fill("Préparez vos originaux")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator("[data-text=outcome]")).to_have_text("Version 2 enregistrée.")
    assert_accessible(page)
    assert unreached_by_keyboard(page) == []
    page.goto(f"{server.base_url}/affichage")
    expect(on_screen.get_by_role("link", name="Préparez vos papiers", exact=True)).to_be_visible()
    waiting = page.get_by_role("region", name="À vous de jouer").get_by_role(
        "row", name="Préparez vos originaux"
    )
    expect(waiting).to_contain_text("(correction)")
    waiting.get_by_role("link", name="Préparez vos originaux", exact=True).press("Enter")
    page.get_by_role("button", name="Publier", exact=True).press("Enter")
    expect(page.locator("[data-text=outcome]")).to_contain_text("Publié :")
    expect(former).to_have_text("Préparez vos papiers (archivé)")
    expect(page.locator("[data-corrects]")).to_contain_text("a pris la place")
    former.press("Enter")
    expect(page.locator(".history")).to_contain_text("Remplacé par sa correction")
    expect(page.locator("[data-corrects]")).to_contain_text("a été remplacé par sa correction")
    expect(former).to_have_text("Préparez vos originaux (publié)")
    page.goto(f"{server.base_url}/affichage")
    expect(on_screen.get_by_role("link", name="Préparez vos originaux", exact=True)).to_be_visible()
    expect(on_screen.get_by_role("link", name="Préparez vos papiers", exact=True)).to_have_count(0)


def test_nothing_ticked_is_nowhere_and_what_is_typed_is_kept_and_undone(server: Served, pages: Pages):
    page = pages.open(width=1366, height=768)
    sign_in(page, server, *demonstration_user(server, "communication"), path="/affichage/message")
    aim, title = page.locator("[data-text=aim]"), page.get_by_label("Titre")
    expect(aim).to_contain_text("Nulle part")
    title.fill("Fermé vendredi")
    page.get_by_role("textbox", name="Texte").press_sequentially("Le hall rouvre samedi.")
    page.get_by_role("button", name="Publier", exact=True).press("Enter")
    expect(page.locator(".where .problem")).to_contain_text("Dites où montrer ce message")
    page.get_by_label("Écran du couloir").check()
    expect(aim).to_contain_text("Écran du couloir")
    expect(page.frame_locator("[data-frame] iframe").locator("#slide")).to_contain_text(
        "Le hall rouvre samedi"
    )
    page.keyboard.press("Control+z")
    expect(page.get_by_label("Écran du couloir")).not_to_be_checked()
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_label("Écran du couloir")).to_be_checked()
    expect(page.locator("[data-text=kept]")).to_contain_text("Gardé sur cet ordinateur à")
    page.reload()
    expect(title).to_have_value("Fermé vendredi")
    expect(page.locator("[data-text=resumable]")).to_contain_text("Voici ce que vous aviez écrit")
    page.get_by_role("button", name="L’oublier").press("Enter")
    expect(title).to_have_value("")


def test_the_list_continues_by_keyboard_and_shows_each_notice_once(server: Served, pages: Pages):
    """The first answer of the server is cut in two pages; a change between them is in both."""
    page = pages.open()
    asked: list[str] = []

    def answer(route: Route) -> None:
        whole = route.fetch(url=route.request.url.partition("?")[0]).json()["notices"]
        asked.append(route.request.url.partition("before=")[2])
        first = not asked[-1]
        found = whole[:2] if first else whole[1:]
        route.fulfill(json={"notices": found, "next": "1.a" if first else None})

    page.route("**/api/v1/notices?*", answer)
    sign_in(page, server, *demonstration_user(server, "communication", "*"), path="/affichage")
    links = page.locator("[data-list=sections] th a")
    expect(links).to_have_count(2)
    more = page.get_by_role("button", name="Afficher la suite")
    more.press("Enter")
    expect(more).to_be_hidden()
    assert links.count() > 10
    told = links.evaluate_all("links => links.map((link) => link.dataset.notice)")
    assert len(set(told)) == len(told)
    assert page.evaluate("document.activeElement.dataset.notice") in told, "the first of the new ones"
    assert asked == ["", "1.a"]


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (683, 384), (390, 844)])
def test_the_pages_are_accessible_and_fit(server: Served, pages: Pages, width: int, height: int):
    page = pages.open(width=width, height=height)
    sign_in(page, server, *demonstration_user(server, "reception"), path="/affichage")
    expect(page.locator("section.list").first).to_be_visible()
    for path in (None, "/affichage/message"):
        if path is not None:
            page.goto(f"{server.base_url}{path}")
            expect(page.get_by_role("textbox", name="Texte")).to_be_visible()
        assert_accessible(page)
        assert unreached_by_keyboard(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
