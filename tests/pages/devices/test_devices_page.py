"""Devices and printers are set up by page: paired, given a password, healed after a restore."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.working import demonstration_user, sign_in
from tests.server.live.hall import Halls


def shown_code(device: Page) -> str:
    expect(device.locator("main")).to_have_attribute("data-state", "shown")
    return device.locator("[data-code]").inner_text()


def pair(office: Page, code: str, place: str, *, name: str = "", printer: str = "") -> None:
    """What an administrator types: the code, the place, the name of a new one, the printer of a kiosk."""
    office.get_by_label("Code affiché").fill(code.lower())
    office.keyboard.press("Enter")
    expect(office.locator("[data-pair]")).to_be_visible()
    expect(office.locator("[data-text=found]")).to_contain_text("127.0.0.1")
    choice = office.get_by_label("Sa place")
    choice.select_option(label=place)
    if name:
        office.locator("#name").fill(name)
    if printer:
        office.locator("#printer").select_option(label=printer)
        assert_accessible(office)  # with every field of the form
    office.get_by_role("button", name="Appairer", exact=True).click()
    expect(office.locator("[data-text=paired]")).to_contain_text("est appairé")


@pytest.mark.long
def test_a_device_shows_a_code_an_administrator_confirms_it_and_its_page_opens(serve: Serve, pages: Pages):
    server = serve(voice="false")
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    kiosk, screen = pages.open(width=1080, height=1920), pages.open(width=1920, height=1080)
    kiosk.goto(laon["kiosk"]["url"])
    screen.goto(laon["screens"][0]["url"])
    expect(kiosk.locator("main")).to_have_attribute("data-view", "start")
    expect(screen.locator("body")).not_to_have_attribute("data-view", "connecting")
    for page in (kiosk, screen):
        page.wait_for_url(lambda url: "#" not in url)  # the token does not stay in the address

    # a void token, and the addresses of the command line
    server.parvis("devices", "revoke", "laon-borne-1")
    renewed = server.parvis("devices", "renew", "laon-ecran-1").splitlines()[-1]
    expect(kiosk.locator("main")).to_have_attribute("data-view", "unpaired")
    expect(screen.locator("#foot")).to_have_attribute("data-state", "stale")
    screen.goto(renewed)
    expect(screen.locator("#foot")).to_have_attribute("data-state", "calm")
    screen.close()

    # the kiosk shows a code; its place is free
    kiosk.get_by_role("button", name="Afficher un code").click()
    code = shown_code(kiosk)
    assert_accessible(kiosk)
    kiosk.reload()
    assert shown_code(kiosk) == code
    office = sign_in(pages.open(), server, *demonstration_user(server, "administrator"), "/appareils")
    rows = office.locator("[data-device]")
    expect(rows).to_have_count(4)
    pair(office, code, "Borne de l’entrée (borne, libre)")
    expect(kiosk.locator("main")).to_have_attribute("data-view", "start")
    assert kiosk.url == f"{server.base_url}/kiosk"
    expect(office.locator('[data-device="laon-borne-1"]')).to_have_attribute("data-level", "good")

    # another screen, on a place that the document did not have
    other = pages.open(f"{server.base_url}/pair", width=1920, height=1080)
    pair(office, shown_code(other), "Un nouvel écran…", name="Écran de l’étage")
    other.wait_for_url(f"{server.base_url}/screen")
    expect(other.locator("#foot")).to_have_attribute("data-state", "calm")
    row = office.locator('[data-device="laon-ecran-3"]')
    expect(row).to_contain_text("Écran de l’étage")
    expect(row).to_have_attribute("data-level", "good")

    # another kiosk asks for its printer: that of the first one
    second = pages.open(f"{server.base_url}/pair", width=1080, height=1920)
    theirs = "Celle de «\u00a0Borne de l’entrée\u00a0»"
    pair(office, shown_code(second), "Une nouvelle borne…", name="Borne du fond", printer=theirs)
    second.wait_for_url(f"{server.base_url}/kiosk")
    fond = office.locator('[data-device="laon-borne-2"]')
    expect(fond).to_contain_text("imprime à «\u00a0Borne de l’entrée\u00a0»")
    expect(fond).to_have_attribute("data-level", "good")

    # a spare box takes the place of one that is away: its code, one press, one answer
    second.close()
    expect(fond).to_have_attribute("data-level", "trouble")
    spare = pages.open(f"{server.base_url}/pair", width=1080, height=1920)
    office.get_by_label("Code affiché").fill(shown_code(spare))
    office.keyboard.press("Enter")
    office.get_by_role("button", name="Remplacer «\u00a0Borne du fond\u00a0»", exact=True).click()
    assert_accessible(office)
    office.get_by_role("button", name="Oui, remplacer").click()
    spare.wait_for_url(f"{server.base_url}/kiosk")
    expect(fond).to_have_attribute("data-level", "good")

    # its token is renewed from here, and it goes on
    before = other.context.cookies()
    row.get_by_role("button", name="Gérer").click()
    under = office.locator('[data-device="laon-ecran-3"] + tr')
    under.get_by_role("button", name="Renouveler l’accès").click()
    expect(under.get_by_role("status")).to_contain_text("Accès renouvelé")
    assert other.context.cookies() != before
    expect(other.locator("#foot")).to_have_attribute("data-state", "calm")
    expect(row).to_have_attribute("data-level", "good")
    other.goto(f"{server.base_url}/pair")
    other.wait_for_url(f"{server.base_url}/screen")

    # the printer of the kiosk is tried
    printer = office.locator('[data-device="printer-laon-borne-1"]')
    printer.get_by_role("button", name="Gérer").click()
    trial = office.locator('[data-device="printer-laon-borne-1"] + tr')
    trial.get_by_role("button", name="Imprimer un essai").click()
    expect(trial.get_by_role("status")).to_contain_text("Imprimé")
    assert_accessible(office)
    assert unreached_by_keyboard(office) == []

    # where it is: the fields of the chosen connection, and no others
    trial.get_by_role("button", name="Adresse de l’imprimante").click()
    for kind, label in {"usb_file": "Imprimante branchée", "serial": "Vitesse", "tcp": "Port"}.items():
        trial.get_by_label("Branchement").select_option(kind)
        for each in ("Imprimante branchée", "Vitesse", "Port"):
            expect(trial.get_by_label(each)).to_be_visible(visible=each == label)
        assert_accessible(office)
    trial.get_by_role("button", name="Adresse de l’imprimante").click()

    # Escape leaves a panel; a second thought takes back the first; what is done has the focus
    trial.get_by_role("button", name="Imprimer un essai").press("Escape")
    expect(trial).to_be_hidden()
    expect(printer.get_by_role("button", name="Gérer")).to_be_focused()
    revoke = under.get_by_role("button", name="Révoquer", exact=True)
    sure = under.get_by_role("button", name="Révoquer vraiment")
    revoke.dblclick()  # the second press lands on « non »
    expect(revoke).to_be_focused()
    expect(sure).to_have_count(0)
    revoke.press("Enter")
    expect(under.get_by_role("group")).to_be_focused()
    expect(under.get_by_role("group")).to_contain_text("plus accès à rien")
    assert_accessible(office)
    expect(revoke).to_be_hidden()
    sure.press("Enter")
    expect(under.get_by_role("status")).to_be_focused()


# --- a printer that fetches its tickets gets a password on one page ---------------------------


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


# --- a hall screen through a restore from a backup --------------------------------------------


COUNTER = "laon-g1"


@pytest.fixture
def served_hall(serve: Serve) -> Iterator[Halls]:
    halls = Halls(serve)
    yield halls
    halls.close()


@pytest.mark.parametrize("layout", ["workers"])
def test_a_screen_heals_by_itself_after_a_restore_although_its_version_was_higher(
    served_hall: Halls, pages: Pages, layout: str
):
    hall = served_hall(layout, voice="false")
    server = hall.server
    hall.open(COUNTER)
    first, second = hall.ticket(), hall.ticket()
    leg = hall.next(COUNTER)["leg"]
    copy = server.var / "copy"
    server.parvis("backup", str(copy))

    page = pages.open(width=1920, height=1080)
    loads: list[str] = []
    page.on("load", lambda page: loads.append(page.url))
    page.goto(hall.site["screens"][0]["url"])
    expect(page.locator(".card-number")).to_have_text([first["number"]])
    hall.next(COUNTER, leg, "served")
    expect(page.locator("#cards")).to_contain_text(second["number"])
    for _ in range(5):
        hall.ticket()
    before = hall.board()
    hall.http.close()
    server.stop()
    expect(page.locator("#foot")).to_have_attribute("data-state", "stale")
    server.parvis("restore", str(copy))
    server.start()

    # the calls of the backup are shown again, later ones are not
    expect(page.locator(".card-number")).to_have_text([first["number"]])
    expect(page.locator("#foot")).to_have_attribute("data-state", "calm")
    expect(page.locator("#calls")).not_to_contain_text(second["number"])
    hall.http = hall.client()
    after = hall.board()
    assert after["epoch"] != before["epoch"]
    assert after["version"] < before["version"]

    # and it lives on in the new epoch
    assert hall.next(COUNTER, leg, "served")["number"] == second["number"]
    expect(page.locator("#cards")).to_contain_text(second["number"])
    assert len(loads) == 1, "it was not loaded again"
