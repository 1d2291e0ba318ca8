"""People in a real browser: a link handed over, a password chosen by keyboard, a lock while one works."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, issue, phase, sign_in
from tests.server.sending.conftest import Mailbox, mailbox

PASSWORD = "cendrier parapluie olive"


@pytest.fixture
def box():
    with mailbox() as found:
        yield found


@pytest.fixture
def hall(demonstration_sqlite: Path, tmp_path: Path, box: Mailbox):
    folder, port = tmp_path / "people", str(box.port)
    with Served(folder, smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none") as server:
        server.take_demonstration(demonstration_sqlite)
        yield server.start()


def test_a_person_is_invited_works_and_is_locked_in_this_order(hall: Served, pages: Pages, box: Mailbox):
    chief = pages.open()
    sign_in(chief, hall, *demonstration_user(hall, "administrator", "*"), path="/personnes/inviter")
    address = invited(chief)
    assert_accessible(chief)
    sent(chief, box, address)
    guest = pages.open(address, width=390, height=844)
    choose(guest)
    guest.wait_for_url(f"{hall.base_url}/console")
    again = pages.open(address)
    expect(again.locator("#t-refused")).to_contain_text("déjà servi")
    assert_accessible(again)

    number = issue(hall, "laon", "laon-accueil")
    guest.goto(f"{hall.base_url}/console")
    guest.locator("button[aria-describedby=place-laon-g1]").click()
    phase(guest, "free")
    guest.keyboard.press("F9")
    phase(guest, "called")
    locked(chief)
    ended = guest.locator("[data-ended=not_signed_in]")
    expect(ended).to_be_visible()
    # nothing else on the page says that what the person does is still sent, or why it is refused
    guest.keyboard.press("F9")
    expect(guest.locator("body.not-live")).to_be_attached()
    expect(guest.locator("[data-lost], [data-refused]").filter(visible=True)).to_have_count(0)
    expect(ended.get_by_role("link")).to_have_attribute("href", "/connexion?next=%2Fconsole")
    assert_accessible(guest)
    # a colleague's next call is the visitor who was called
    colleague = pages.open()
    sign_in(colleague, hall, *demonstration_user(hall, "agent"), path="/console")
    colleague.locator("button[aria-describedby=place-laon-g4]").click()
    phase(colleague, "free")
    colleague.keyboard.press("F9")
    phase(colleague, "called")
    expect(colleague.locator("main")).to_contain_text(number)


def invited(page: Page) -> str:
    """The link for a new agent of Laon, made by keyboard."""
    page.locator("#name").focus()
    for text in ("Marie-Charlotte Dubreuil-Lefèvre de la Tour d’Auvergne", "marie.dubreuil", "", "fran"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.type("agent d")
    page.keyboard.press("Tab")
    page.keyboard.type("Laon")
    page.locator("form.card button.primary").press("Enter")
    link = page.locator("[data-link]")
    expect(link).to_be_visible()
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error('denied')))")
    page.locator("[data-copy]").press("Enter")
    expect(link).to_be_focused()
    assert page.evaluate("getSelection().toString()") == link.input_value()
    return link.input_value()


def sent(page: Page, box: Mailbox, link: str) -> None:
    """The link by letter, by keyboard: the mail server refuses the address, then takes it."""
    box.refuses = "550 nobody here"
    page.locator("#address").focus()
    page.keyboard.type("marie.dubreuil@example.org")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.alert[role=alert]")).to_contain_text("Le lien n’est pas parti.")
    expect(page.locator("[data-link]")).to_have_value(link)
    assert_accessible(page)
    box.refuses = None
    page.locator("#address").press("Enter")
    expect(page.locator(".notice.good[role=status]")).to_contain_text("marie.dubreuil@example.org")
    assert_accessible(page)
    assert unreached_by_keyboard(page) == []
    assert [each.rcpt_tos for each in box.letters] == [["marie.dubreuil@example.org"]]


def choose(page: Page) -> None:
    """A first password that is too common, then one that is not; the token has left the address."""
    expect(page.locator("h1")).to_contain_text("Bienvenue, Marie-Charlotte")
    assert page.url.endswith("/invitation")
    page.locator("#new").fill("motdepasse1234")
    page.locator("#again").fill("motdepasse1234")
    page.keyboard.press("Enter")
    expect(page.locator("#new-refused")).to_contain_text("trop facile à deviner")
    expect(page.locator("#new")).to_be_focused()
    assert_accessible(page)
    assert unreached_by_keyboard(page) == []
    page.locator("#new").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.keyboard.press("Enter")


def locked(page: Page) -> None:
    page.goto(page.url.split("/personnes")[0] + "/personnes?q=dubreuil")
    page.locator("tbody a").click()
    expect(page.locator(".sessions li")).to_have_count(1)
    assert_accessible(page)
    page.get_by_role("button", name="Bloquer le compte").press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Le compte est bloqué")
