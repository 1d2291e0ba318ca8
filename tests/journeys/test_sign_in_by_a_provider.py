"""Signing in by a provider of identities in a browser, with two workers, until the provider is killed.

For the browser the provider is another site (`localhost`) than the server (`127.0.0.1`): cookies count.
"""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from server.clock import Clock
from server.domain.author import SYSTEM
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.people.accounts import Described
from server.usecases.people.invitations import invite
from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, assert_not_sideways, unreached_by_keyboard
from tests.harness.servers.identities import running_provider
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, sign_in

EMAIL = "camille.martin@aisne.example"
BUTTON = "Se connecter avec ProConnect"


def invite_camille(server: Served) -> None:
    database = Database(server.database_url, Clock())
    invite(
        database,
        SYSTEM,
        Described("camille", "Camille Martin", EMAIL),
        [Grant("supervisor", "laon")],
        sites=None,
    )
    database.close()


def enter(page: Page) -> None:
    """By the provider's own form: it asks who it is each time, as a shared counter needs."""
    page.get_by_role("link", name=BUTTON).click()
    page.get_by_label("Adresse").fill(EMAIL)
    page.get_by_role("button", name="Entrer").click()


def assert_fits(page: Page) -> None:
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert_accessible(page)
        assert_not_sideways(page)
    page.set_viewport_size({"width": 1366, "height": 768})


def test_a_person_signs_in_and_out_by_a_provider_which_is_then_killed(
    serve: Serve, page: Page, tmp_path: Path
):
    with running_provider(tmp_path) as provider:
        server = serve("workers", **provider.settings, oidc_signed_userinfo="true")
        invite_camille(server)
        page.goto(f"{server.base_url}/connexion?next=/droits")
        assert_fits(page)
        assert unreached_by_keyboard(page) == []
        enter(page)
        page.wait_for_url(f"{server.base_url}/droits")
        expect(page.get_by_text("chef d’accueil · Préfecture de l’Aisne")).to_be_visible()
        assert_fits(page)

        page.get_by_role("button", name="Se déconnecter").click()
        page.wait_for_url(re.compile(r"/connexion\?state="))
        assert provider.last_requests()["end"]["id_token_hint"].count(".") == 2
        enter(page)
        page.wait_for_url(f"{server.base_url}/")

        provider.kill()
        page.context.clear_cookies()
        page.goto(f"{server.base_url}/connexion")
        notice = page.locator("#provider-trouble")
        wait_until(lambda: page.reload() and notice.count(), "the button says why not")
        expect(notice).to_contain_text("ne répond pas en ce moment")
        assert_fits(page)
        page.get_by_role("link", name=BUTTON).click()
        expect(notice).to_contain_text("Les comptes Parvis marchent toujours.")
        sign_in(page, server, *demonstration_user(server, "agent"), "/console")
        expect(page.locator("body")).to_have_attribute("data-phase", re.compile("."))
