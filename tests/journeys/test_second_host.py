"""Another machine of the network opens kiosk, screen and console by https, with the authority of the site."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.clock import Clock
from server.domain.author import SYSTEM
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.devices.devices import pair_device
from server.usecases.people.accounts import NewAccount, create_account
from tests.docs.documents import blocks_of
from tests.harness.chromium import Pages
from tests.harness.servers.second_host import SecondHost, ServedThere, second_host
from tests.harness.working import press_for_a_ticket
from tests.journeys.test_opening_a_hall import ROUND_THE_CLOCK
from tests.server.usecases.quality.figures_history import HALLS

NAME, ADDRESS = "accueil.exemple.fr", "192.0.2.10"
"""What the manual calls the server."""
LOGIN, PASSWORD = "camille", "a password for tests only"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a network namespace")


def by_the_manual(folder: Path, address: str) -> None:
    """Types the commands of the page « Servir en https »: authority, certificate and file of policies."""
    for block in blocks_of("manuels/https"):
        typed = block.replace(ADDRESS, address)
        subprocess.run(["sh", "-ec", typed], cwd=folder, check=True, capture_output=True)


def a_hall(database_url: str) -> dict[str, str]:
    """Laon, open at any hour, with an agent; the tokens of its kiosk and first screen."""
    installation = json.loads((HALLS / "installation.json").read_bytes())
    for site in installation["sites"]:
        site["calendar"] = ROUND_THE_CLOCK
    database = Database(database_url, Clock())
    try:
        publish_installation(database, SYSTEM, json.dumps(installation))
        publish_hall(database, SYSTEM, (HALLS / "laon.json").read_bytes())
        create_account(database, SYSTEM, NewAccount(LOGIN, PASSWORD, "Camille", [Grant("agent", "laon")]))
        places = {"kiosk": "laon-borne-1", "screen": "laon-ecran-1"}
        return {
            kind: pair_device(database, SYSTEM, "laon", kind=kind, configured=place).token
            for kind, place in places.items()
        }
    finally:
        database.close()


@contextmanager
def served(folder: Path, host: SecondHost, database: Path) -> Iterator[tuple[ServedThere, dict[str, str]]]:
    url = f"sqlite:///{folder / 'parvis.db'}"
    (folder / "parvis.db").write_bytes(database.read_bytes())
    tokens = a_hall(url)
    chosen: dict[str, Any] = {
        "tls_certificate": str(folder / "parvis.pem"),
        "tls_key": str(folder / "parvis.key"),
        "voice": "false",
    }
    with ServedThere(
        host, folder / "var", database_url=url, authority=folder / "autorite.pem", **chosen
    ) as server:
        yield server.start(), tokens


def test_kiosk_screen_and_console_live_on_another_machine(
    tmp_path: Path, migrated_sqlite: Path, browser: Browser
):
    with second_host(tmp_path) as host:
        by_the_manual(tmp_path, host.address)
        with (
            served(tmp_path, host, migrated_sqlite) as (server, tokens),
            host.chromium(browser.browser_type, tmp_path / "parvis.json", name=NAME) as elsewhere,
        ):
            server.base_url = f"https://{NAME}:{server.port}"
            pages = Pages(elsewhere)
            screen = pages.open(
                f"{server.base_url}/screen#t={tokens['screen']}",
                width=1920,
                height=1080,
                service_workers="allow",
            )
            kiosk = pages.open(f"{server.base_url}/kiosk#t={tokens['kiosk']}", width=1080, height=1920)
            console = pages.open(f"{server.base_url}/connexion?next=/console")
            console.fill("input[name=login]", LOGIN)
            console.fill("input[name=password]", PASSWORD)
            console.press("input[name=password]", "Enter")
            console.wait_for_url("**/console")
            assert_called_live(kiosk, screen, console)
            for page in (kiosk, screen, console):
                assert page.evaluate("isSecureContext")
            screen.wait_for_function("navigator.serviceWorker.controller !== null")
            assert_cookies_are_secure(screen, console)
            pages.close()
            assert pages.troubles == []


def assert_called_live(kiosk: Page, screen: Page, console: Page) -> None:
    """A press here appears there, a call there appears here, without a reload."""
    console.locator('[data-list="places"] li').first.locator("button").click()
    expect(console.locator("body")).to_have_attribute("data-phase", "free")
    number = press_for_a_ticket(kiosk, "laon-accueil")
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)
    console.keyboard.press("F9")
    expect(console.locator("body")).to_have_attribute("data-phase", "called")
    expect(screen.locator("main, body").first).to_contain_text(number)


def assert_cookies_are_secure(*pages: Page) -> None:
    """A token that has come by https never leaves by http, and no script reads it."""
    for page in pages:
        cookies: list[Any] = page.context.cookies()
        assert cookies
        assert [c["name"] for c in cookies if not (c["secure"] and c["httpOnly"])] == []
        assert {c["sameSite"] for c in cookies} == {"Strict"}
