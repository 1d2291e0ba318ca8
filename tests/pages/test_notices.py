"""A notice from a bureau to the screen of another site, in a real browser, and the pages on its way."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, assert_not_sideways, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, sign_in
from tests.signage.media.uploads import image

TITLE = "Le hall ouvre à midi"
TITLE_FIELD = "[data-path='titles.fr']"


@pytest.fixture(scope="module")
def server(standing: Serve) -> Served:
    return standing()


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
    seen = officer.frame_locator("[data-frame] iframe[data-shown]")
    expect(seen.locator("#slide")).to_contain_text("Le mercredi de 12 à 14 heures")
    expect(officer.locator(".layout .count").first).to_have_text(re.compile(r"^1 page, \d+\ss$"))
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


def test_the_preview_says_which_room_of_the_screen_a_notice_has(server: Served, pages: Pages):
    page = pages.open(width=1366, height=768)
    sign_in(page, server, *demonstration_user(server, "communication"), path="/affichage/message")
    text, beside = page.get_by_role("textbox", name="Texte"), page.locator("[data-room=beside] .count").first
    page.get_by_label("Titre").fill("Fermé samedi")
    text.fill("Le hall rouvre lundi. " * 24)
    expect(beside).to_have_text("attend que personne ne soit appelé")
    expect(page.locator("[data-text=preview-large]")).to_contain_text("puis il a tout l’écran")
    text.fill("Le hall rouvre lundi.")
    expect(beside).to_contain_text("entier")
    expect(page.locator("[data-text=preview-large]")).to_have_text("")


MOST_PRESSES = 12


class Hand:
    """Somebody who signs in and acts; each press, choice and field counts once."""

    def __init__(self, page: Page, server: Served, *, by_keyboard: bool) -> None:
        self.page, self.by_keyboard, self.count = page, by_keyboard, 0
        page.goto(f"{server.base_url}/connexion")

    def press(self, place: Locator, key: str = "Enter") -> None:
        self.count += 1
        if self.by_keyboard:
            place.press(key)
        else:
            place.click()

    def write(self, place: Locator, words: str) -> None:
        self.count += 1
        place.fill(words)

    def sign_in(self, login: str, password: str) -> None:
        self.write(self.page.locator("#login"), login)
        self.write(self.page.locator("#password"), password)
        self.press(self.page.get_by_role("button", name="Se connecter"))

    def photograph(self, headline: str, photo: Path) -> None:
        """A photograph with a headline on the two screens of Laon, from the page after the sign-in."""
        page = self.page
        self.press(page.get_by_role("link", name="Messages d’information").first)
        self.press(page.get_by_role("link", name="Nouveau message"))
        for label in ("Écran du hall", "Écran du couloir"):
            laon = page.get_by_role("group", name="Préfecture de l’Aisne", exact=True)
            self.press(laon.get_by_label(label, exact=True), "Space")
        self.count += 1
        page.get_by_label("Genre de message").select_option("image")
        self.write(page.get_by_label("Titre").first, headline)
        self.count += 1
        page.get_by_label("Ou en déposer un nouveau").set_input_files(photo)
        self.write(page.get_by_label("Ce qu’il montre"), "La préfecture vue du parc")


def test_a_photograph_with_a_headline_is_on_two_screens_in_twelve_presses(
    server: Served, pages: Pages, tmp_path: Path
):
    """Proposed by mouse, published by another person in one press; then again, by keyboard alone."""
    photo = tmp_path / "photo.png"
    photo.write_bytes(image("PNG", (1280, 720)))
    bureau = Hand(pages.open(width=1366, height=768), server, by_keyboard=False)
    bureau.sign_in(*demonstration_user(server, "reception"))
    bureau.photograph("Visitez la préfecture", photo)
    bureau.press(bureau.page.get_by_role("button", name="Proposer", exact=True))
    where = "Préfecture de l’Aisne : Écran du hall et Écran du couloir"
    expect(bureau.page.locator("[data-text=outcome]")).to_have_text(f"Proposé : {where}.")
    assert bureau.count <= MOST_PRESSES

    officer = Hand(pages.open(width=1366, height=768), server, by_keyboard=True)
    officer.sign_in(*demonstration_user(server, "communication"))
    expect(officer.page.locator(".page-frame")).to_be_visible()
    officer.page.goto(bureau.page.url)
    slide = officer.page.frame_locator("[data-frame] iframe[data-shown]").locator("#slide")
    expect(slide.locator("img").first).to_be_visible()
    expect(slide).to_contain_text("Visitez la préfecture")
    before = officer.count
    officer.press(officer.page.get_by_role("button", name="Publier", exact=True))
    expect(officer.page.locator("[data-text=outcome]")).to_have_text(f"Publié : {where}.")
    assert officer.count - before == 1

    alone = Hand(pages.open(width=1366, height=768), server, by_keyboard=True)
    alone.page.context.clear_cookies()
    alone.page.goto(f"{server.base_url}/connexion")
    alone.sign_in(*demonstration_user(server, "communication"))
    alone.photograph("Le parc est ouvert", photo)
    assert_accessible(alone.page)
    alone.press(alone.page.get_by_role("button", name="Publier", exact=True))
    expect(alone.page.locator("[data-text=outcome]")).to_have_text(f"Publié : {where}.")
    assert alone.count <= MOST_PRESSES
    for screen in ("laon-ecran-1", "laon-ecran-2"):
        titles = alone.page.evaluate(
            """async (screen) => {
              const { programme } = await (await fetch(`/api/v1/halls/laon/screen?screen=${screen}`)).json();
              return programme.items.map(({ content }) => content.title);
            }""",
            screen,
        )
        assert {"Visitez la préfecture", "Le parc est ouvert"} <= set(titles)
    alone.page.goto(f"{server.base_url}/affichage")
    alone.page.get_by_label("Chercher un message").fill("le PARC")
    rows = alone.page.locator("[data-list=sections] tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.locator("img")).to_be_visible()
    rows.get_by_role("link", name="Dupliquer").press("Enter")
    expect(alone.page.locator("[data-text=outcome]")).to_contain_text("Copie prête")
    expect(alone.page.get_by_label("Titre").first).to_have_value("Le parc est ouvert")
    expect(alone.page.locator("[data-text=aim]")).to_have_text(where)


def test_the_list_continues_by_keyboard_and_shows_each_notice_once(server: Served, dom_pages: DomPages):
    """The first answer of the server is cut in two pages; a change between them is in both."""
    page = dom_pages.open()
    cut = """((whole) => ({ notices }, { path }) => {
      const isFirst = !path.includes("before=");
      if (isFirst) whole = notices;
      return { notices: isFirst ? whole.slice(0, 2) : whole.slice(1), next: isFirst ? "1.a" : null };
    })()"""
    page.change("/api/v1/notices([?]|$)", cut)
    sign_in(page, server, *demonstration_user(server, "communication", "*"), path="/affichage")
    links = page.locator("[data-list=sections] th a")
    expect(links).to_have_count(2)
    more = page.get_by_role("button", name="Afficher la suite")
    more.press("Enter")
    expect(more).to_be_hidden()
    assert links.count() > 10
    told = [each.get_attribute("data-notice") for each in links.all()]
    assert len(set(told)) == len(told)
    assert page.evaluate("document.activeElement.dataset.notice") in told, "the first of the new ones"
    asked = [each["path"] for each in page.requests() if each["path"].partition("?")[0] == "/api/v1/notices"]
    assert [path.partition("before=")[2] for path in asked] == ["", "1.a"]


def test_a_place_is_found_by_keyboard_among_many(server: Served, dom_pages: DomPages):
    page = dom_pages.open()
    sign_in(page, server, *demonstration_user(server, "communication", "*"), path="/affichage/message")
    places = page.locator("[data-list=places] .choice:not([hidden]):has([data-path='targets.screens'])")
    every = places.count()
    assert every > 5
    page.get_by_label("Chercher un lieu").fill("soissons ecran")
    expect(page.locator(".found")).to_have_text("Lieux trouvés : 3")
    expect(places).to_have_count(2)
    places.locator("input").first.check()
    page.get_by_label("Chercher un lieu").fill("nulle part")
    expect(places).to_have_count(1)
    page.get_by_label("Chercher un lieu").fill("")
    expect(places).to_have_count(every)


def test_the_pages_fit_a_phone(server: Served, pages: Pages):
    page = pages.open(width=390, height=844)
    sign_in(page, server, *demonstration_user(server, "reception"), path="/affichage")
    expect(page.locator("section.list").first).to_be_visible()
    for path in (None, "/affichage/message"):
        if path is not None:
            page.goto(f"{server.base_url}{path}")
            expect(page.get_by_role("textbox", name="Texte")).to_be_visible()
        assert_accessible(page)
        assert unreached_by_keyboard(page) == []
        assert_not_sideways(page)


def test_words_get_a_picture_and_its_place_in_the_form(server: Served, dom_pages: DomPages):
    page = dom_pages.open()
    sign_in(page, server, *demonstration_user(server, "communication"), path="/affichage/message")
    page.get_by_label("Titre").first.fill("Le marché")
    page.locator("#kind").select_option("date")
    page.locator('[data-path="happens.starts"]').fill("2090-05-01")
    page.locator("summary", has_text="Image avec les mots").press("Enter")
    page.get_by_role("radio", name="Logo").check()
    page.get_by_label("Place de l’image sur les écrans").select_option("behind")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator("[data-text=outcome]")).to_have_text("Version 1 enregistrée.")
    page.reload()
    expect(page.get_by_role("radio", name="Logo")).to_be_checked()
    expect(page.get_by_label("Place de l’image sur les écrans")).to_have_value("behind")
    page.get_by_role("radio", name="Sans image").check()
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator("[data-text=outcome]")).to_have_text("Version 2 enregistrée.")
    expect(page.locator('[data-path="picture"][data-item=""]')).to_be_checked()


def test_a_countdown_a_table_and_a_code_are_written_in_the_form_and_refused_beside_their_field(
    server: Served, dom_pages: DomPages
):
    page = dom_pages.open()
    sign_in(page, server, *demonstration_user(server, "communication"), path="/affichage/message")
    page.get_by_label("Titre").first.fill("Le forum")
    page.locator("#kind").select_option("countdown")
    day, publish = page.get_by_label("Le jour attendu"), page.get_by_role("button", name="Publier")
    page.get_by_role("checkbox", name="Écran du couloir").check()
    day.fill("2020-05-01")
    publish.press("Enter")
    expect(page.locator(".problem")).to_contain_text("est passé")
    assert day.get_attribute("aria-invalid") == "true"
    day.fill("2090-05-01")
    page.get_by_label("À quelle heure").fill("14:00")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator("[data-text=outcome]")).to_have_text("Version 1 enregistrée.")
    expect(day).to_have_value("2090-05-01")
    expect(page.get_by_label("À quelle heure")).to_have_value("14:00")
    page.goto(f"{server.base_url}/affichage/message")
    page.get_by_label("Titre").first.fill("Nos délais")
    page.locator("#kind").select_option("table")
    page.get_by_label("En-tête 1").fill("Démarche")
    page.get_by_label("Ligne 2, colonne 1").fill("Passeport")
    page.get_by_label("Ligne 2, colonne 2").fill("3 semaines")
    expect(page.get_by_label("Ligne 3, colonne 1")).to_be_visible()
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator(".problem")).to_contain_text("en-tête à chaque colonne")
    page.get_by_label("En-tête 2").fill("Délai")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator("[data-text=outcome]")).to_have_text("Version 1 enregistrée.")
    expect(page.get_by_label("Ligne 1, colonne 2")).to_have_value("3 semaines")
    page.goto(f"{server.base_url}/affichage/message")
    page.get_by_label("Titre").first.fill("Rendez-vous")
    page.locator("#kind").select_option("code")
    expect(page.get_by_label("Adresse à scanner")).to_have_count(0)
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator(".problem")).to_have_count(2)
    page.get_by_label("Adresse du code").fill("https://example.org/rdv")
    page.get_by_label("Pourquoi le scanner").fill("Prenez rendez-vous.")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator("[data-text=outcome]")).to_have_text("Version 1 enregistrée.")
