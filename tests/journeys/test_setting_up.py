"""From an empty database to a first printed sheet by the wizard alone: presses and fields are counted."""

import httpx
import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.servers.served import Layout, Served
from tests.journeys.test_opening_a_hall import ROUND_THE_CLOCK

MOST_GESTURES = 40
CONSOLE, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)


class Stranger:
    """A person who has read nothing presses the main button and fills the fields; the presses are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.gestures = 0

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)
        self.gestures += 1

    def press(self, place: Locator) -> None:
        place.click()
        self.gestures += 1

    def go_on(self, name: str = "Continuer") -> None:
        self.press(self.page.locator("main").get_by_role("button", name=name))

    def looks(self, title: str) -> None:
        """The question is there, can be read by everybody, and fits a phone."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        for size in (PHONE, CONSOLE):
            self.page.set_viewport_size(size)
            assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            assert_accessible(self.page)


@pytest.mark.parametrize("layout", ["workers"])
def test_an_empty_database_to_a_printed_sheet(serve: Serve, pages: Pages, layout: Layout):
    server = serve(layout, demonstration=False, voice="false")
    assert_no_door(server)
    stranger = Stranger(pages.open())
    page = stranger.page
    page.goto(f"{server.base_url}/installation")
    stranger.looks("Cette installation attend sa première personne")
    page.goto(link_of(server))
    stranger.looks("Qui êtes-vous\u00a0?")
    assert "#" not in page.url
    stranger.fill("Votre nom", "Léa Martin")
    stranger.fill("Identifiant", "lea")
    stranger.fill("Mot de passe", "ardoise beffroi cerise dune")
    stranger.go_on("Créer mon compte")
    stranger.looks("Quel est le lieu\u00a0?")
    stranger.fill("Organisme", "Ville de Guise")
    stranger.fill("Nom du site", "Hôtel de ville")
    stranger.fill("Adresse", "1 place d’Armes, 02120 Guise")
    stranger.go_on()
    stranger.looks("À quoi ressemble le hall\u00a0?")
    stranger.go_on()
    stranger.looks("Les démarches et les guichets")
    stranger.go_on()
    stranger.looks("L’imprimante de «\u00a0Borne de l’entrée\u00a0»")
    stranger.go_on("Imprimer une feuille d’essai")
    expect(page.locator("[data-verdict=printed]")).to_be_visible()
    stranger.looks("La feuille d’essai")
    stranger.press(page.get_by_role("link", name="Continuer"))
    stranger.looks("Le hall est configuré, pour cet ordinateur seulement")
    assert stranger.gestures < MOST_GESTURES
    assert stranger.gestures == 12
    page.goto(f"{server.base_url}/imprimantes")
    expect(page.locator("img")).to_have_count(1)
    assert_no_door(server)
    if layout == "embedded":
        assert_a_printer_that_fetches_is_set_up(stranger, server)
    page.goto(f"{server.base_url}/configuration/nouveau")
    stranger.looks("Un nouveau hall")
    page.get_by_label("Nom du hall", exact=True).fill("Annexe")
    page.get_by_label("Accueil sans borne").check()
    page.get_by_label("Site", exact=True).select_option(label="Hôtel de ville")
    stranger.go_on("Créer le hall")
    expect(page.get_by_role("heading", level=1)).to_have_text("Annexe")
    server.republish("annexe", lambda content: content.update(calendar=ROUND_THE_CLOCK))
    assert_one_page_is_enough(page, server)


def assert_a_printer_that_fetches_is_set_up(stranger: Stranger, server: Served) -> None:
    """What the page shows, typed into a simulated printer’s own page, brings the trial sheet out."""
    page = stranger.page
    page.goto(f"{server.base_url}/installation/imprimante")
    page.get_by_label("Une imprimante qui vient chercher ses tickets").check()
    stranger.looks("L’imprimante de «\u00a0Borne de l’entrée\u00a0»")
    stranger.go_on("Voir ce qu’il faut saisir dans l’imprimante")
    stranger.looks("À saisir dans la page de réglage de l’imprimante")
    typed = page.locator("dl.typed code").all_inner_texts()
    printer = page.context.new_page()
    printer.goto(f"{server.base_url}/imprimantes")
    for label, text in zip(("Adresse du serveur", "Utilisateur", "Mot de passe"), typed, strict=True):
        printer.get_by_label(label, exact=True).fill(text)
    printer.get_by_role("button", name="Mettre en marche").click()
    printer.close()
    stranger.go_on("Imprimer une feuille d’essai")
    expect(page.locator("[data-verdict=printed]")).to_be_visible()
    stranger.looks("La feuille d’essai")
    page.get_by_role("button", name="Non").click()
    expect(page.get_by_text("le rouleau est à l’envers")).to_be_visible()
    stranger.press(page.get_by_role("link", name="Oui, continuer"))
    stranger.looks("Le hall est prêt")


def assert_one_page_is_enough(page: Page, server: Served) -> None:
    """Without a kiosk the page of the reception gives the ticket, calls it and ends it."""
    page.goto(f"{server.base_url}/accueil?hall=annexe")
    expect(page.locator("[data-live=yes]").first).to_be_visible()
    page.get_by_role("button", name="Associations").click()
    given = page.locator("p[data-text=number]")
    expect(given).not_to_be_empty()
    number = given.inner_text()
    page.get_by_role("button", name="Ouvrir ce guichet").click()
    page.get_by_role("button", name="Appeler la personne suivante").click()
    expect(page.locator("[data-calling-now]")).to_contain_text(f"{number} est appelé")
    page.get_by_role("button", name="La personne est là").click()
    expect(page.locator("[data-calling-now]")).to_have_text(f"{number} est au guichet.")
    for size in (PHONE, CONSOLE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert_accessible(page)
    page.get_by_role("button", name="Terminer et appeler la personne suivante").click()
    expect(page.locator("[data-outcome]")).to_have_text("Personne n’attend.")
    page.get_by_role("button", name="Fermer le guichet").click()
    expect(page.get_by_role("button", name="Ouvrir ce guichet")).to_be_visible()


def link_of(server: Served) -> str:
    """The link that the machine shows."""
    return server.parvis("installation-link").splitlines()[-1]


def assert_no_door(server: Served) -> None:
    """Without the link nobody makes an account or sets anything up; with another's token neither."""
    with httpx.Client(base_url=server.base_url, trust_env=False) as browser:
        token = browser.get("/suivi").text.partition('name="csrf-token" content="')[2].partition('"')[0]
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        person = {"login": "eve", "display_name": "Eve", "password": "quatre mots pris au hasard"}
        wrong = browser.post("/installation/session", json={"token": "0" * 64}, headers=headers)
        made = browser.post("/installation/administrateur", data=person, headers=headers)
        assert {wrong.status_code, made.status_code} <= {401, 409}
        for path in ("lieu", "hall", "imprimante"):
            answer = browser.post(f"/installation/{path}", data={}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
