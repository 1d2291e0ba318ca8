"""What is typed into a notice and not saved: it is kept, undone, and goes on on another computer."""

import pytest
from playwright.sync_api import Page, Response

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import expect
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, sign_in

TITLE_FIELD = "[data-path='titles.fr']"


@pytest.fixture(scope="module")
def server(standing: Serve) -> Served:
    return standing()


def keep_title(page: Page, title: str) -> None:
    """Types a title and waits until the server keeps it."""

    def is_kept(answer: Response) -> bool:
        request = answer.request
        return request.method == "PUT" and title in (request.post_data or "") and answer.ok

    with page.expect_response(is_kept):
        page.locator(TITLE_FIELD).fill(title)


def test_nothing_ticked_is_nowhere_and_what_is_typed_is_kept_and_undone(server: Served, pages: Pages):
    page = pages.open(width=1366, height=768)
    sign_in(page, server, *demonstration_user(server, "communication"), path="/affichage/message")
    aim, title = page.locator("[data-text=aim]"), page.locator(TITLE_FIELD)
    corridor = page.get_by_role("checkbox", name="Écran du couloir")
    expect(aim).to_contain_text("Nulle part")
    title.fill("Fermé vendredi")
    page.get_by_role("textbox", name="Texte").press_sequentially("Le hall rouvre samedi.")
    page.get_by_role("button", name="Publier", exact=True).press("Enter")
    expect(page.locator(".where .problem")).to_contain_text("Dites où montrer ce message")
    corridor.check()
    expect(aim).to_contain_text("Écran du couloir")
    expect(page.frame_locator("[data-frame] iframe[data-shown]").locator("#slide")).to_contain_text(
        "Le hall rouvre samedi"
    )
    page.keyboard.press("Control+z")
    expect(corridor).not_to_be_checked()
    page.keyboard.press("Control+Shift+z")
    expect(corridor).to_be_checked()
    seen = page.frame_locator("[data-frame] iframe[data-shown]").locator("#slide")
    page.context.set_offline(True)
    title.fill("Fermé samedi")
    expect(page.locator("[data-text=preview-waits]")).to_contain_text(
        "Le serveur ne répond pas : l’aperçu est"
    )
    page.context.set_offline(False)
    expect(seen).to_contain_text("Fermé samedi")  # by itself
    page.get_by_role("radio", name="Paysage, à côté des appels").check()
    expect(page.frame_locator("[data-frame] iframe[data-shown]").locator("#cards")).to_contain_text("A001")
    keep_title(page, "Fermé vendredi")
    expect(page.locator("[data-text=kept]")).to_contain_text("Brouillon gardé à")
    page.reload()
    expect(title).to_have_value("Fermé vendredi")
    expect(page.locator("[data-text=resumable]")).to_contain_text("Voici ce que vous aviez écrit")
    page.get_by_role("button", name="L’oublier").press("Enter")
    expect(title).to_have_value("")
    page.get_by_label("Genre").select_option("feed")
    page.get_by_label("Adresse du fil").fill("http://127.0.0.1:9/rss")
    page.get_by_label("Adresse du fil").press("Tab")
    expect(page.locator("[data-text=preview-waits]")).to_contain_text("mène au réseau interne")


def test_another_computer_goes_on_with_what_is_typed_and_nothing_is_lost_silently(
    server: Served, pages: Pages
):
    office, home = pages.open(width=1366, height=768), pages.open(width=390, height=844)
    person = demonstration_user(server, "communication")
    sign_in(office, server, *person, path="/affichage/message")
    office.get_by_role("textbox", name="Texte").press_sequentially("Le hall ferme à midi.")
    keep_title(office, "Fermé le 24 décembre")
    kept = office.locator("[data-text=kept]")
    expect(kept).to_contain_text("Brouillon gardé à")
    office.wait_for_url("**/message?brouillon=*")

    sign_in(home, server, *person, path="/affichage/message")
    expect(home.locator("[data-resumable]")).to_contain_text("Vous aviez commencé")
    home.get_by_role("button", name="Reprendre ce que j’avais écrit").press("Enter")
    home.wait_for_url("**/message?brouillon=*")
    title, text = home.locator(TITLE_FIELD), home.get_by_role("textbox", name="Texte")
    expect(title).to_have_value("Fermé le 24 décembre")
    expect(text).to_have_text("Le hall ferme à midi.")
    assert_accessible(home)
    keep_title(home, "Fermé l’après-midi du 24 décembre")
    expect(home.locator("[data-text=kept]")).to_contain_text("Brouillon gardé à")

    office.locator(TITLE_FIELD).fill("Fermé le 24")
    conflict = office.locator("[data-conflict]")
    expect(conflict).to_contain_text("Ce brouillon a été modifié ailleurs")
    assert_accessible(office)
    office.get_by_role("button", name="Prendre l’autre").press("Enter")
    expect(office.locator(TITLE_FIELD)).to_have_value("Fermé l’après-midi du 24 décembre")
    expect(conflict).to_be_hidden()

    office.context.set_offline(True)
    office.locator(TITLE_FIELD).fill("Fermé l’après-midi du 31 décembre")
    expect(kept).to_contain_text("Le serveur ne répond pas")
    office.context.set_offline(False)
    expect(kept).to_contain_text("Brouillon gardé à")
    office.get_by_role("button", name="Enregistrer").press("Enter")
    expect(office.locator("[data-text=outcome]")).to_contain_text("Version 1 enregistrée.")
    title.fill("Fermé")
    expect(home.locator("[data-conflict]")).to_contain_text("enregistré ou abandonné ailleurs")
