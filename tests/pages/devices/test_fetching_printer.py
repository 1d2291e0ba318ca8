"""A printer that fetches its tickets gets a password on one page, and is set up on that of a printer."""

import pytest
from playwright.sync_api import expect

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.working import demonstration_user, sign_in


@pytest.mark.long
def test_a_printer_is_set_up_with_what_the_page_shows_and_prints_its_trial(serve: Serve, pages: Pages):
    server = serve(voice="false")
    office = sign_in(pages.open(), server, *demonstration_user(server, "administrator"), "/appareils")
    row = office.locator('[data-device="printer-laon-borne-1"]')
    under = office.locator('[data-device="printer-laon-borne-1"] + tr')
    row.get_by_role("button", name="Gérer").click()
    under.get_by_role("button", name="Adresse de l’imprimante").click()
    under.get_by_label("Branchement").select_option("star_cloudprnt")
    expect(under.get_by_label("Port")).to_be_hidden()
    under.get_by_role("button", name="Enregistrer").click()
    expect(row).to_contain_text("Elle n’a pas encore de mot de passe")
    under.get_by_role("button", name="Créer son mot de passe").click()
    typed = under.locator(".typed code")
    expect(typed).to_have_count(3)
    expect(typed.first).to_have_text(f"{server.base_url}/impression/star/laon/laon-borne-1")
    expect(under.get_by_role("heading", name="À saisir")).to_be_focused()
    assert_accessible(office)
    assert unreached_by_keyboard(office) == []

    printer = pages.open(f"{server.base_url}/imprimantes")
    for label, value in zip(
        ("Adresse du serveur", "Utilisateur", "Mot de passe"), typed.all_inner_texts(), strict=True
    ):
        printer.get_by_label(label).fill(value)
    printer.get_by_role("button", name="Mettre en marche").click()
    expect(printer.locator("#laon-borne-1")).to_contain_text("Elle demande ses tickets à")
    assert_accessible(printer)

    expect(row).to_contain_text("Prête")
    under.get_by_role("button", name="Imprimer un essai").click()
    expect(under.get_by_role("status")).to_contain_text("Imprimé")
    under.get_by_role("button", name="Non").click()
    expect(under.get_by_role("status")).to_contain_text("le rouleau est à l’envers")
    under.get_by_role("button", name="Oui").click()
    expect(under.get_by_role("status")).to_have_text("L’imprimante est prête.")
    assert_accessible(office)
    printer.reload()
    expect(printer.locator("#laon-borne-1 .tickets img")).to_have_count(1)

    # another password: a question asks first, then the printer with the former one is away
    under.get_by_role("button", name="Créer son mot de passe").click()
    before = typed.last.inner_text()
    under.get_by_role("button", name="En créer un autre").click()
    expect(typed.last).not_to_have_text(before)
