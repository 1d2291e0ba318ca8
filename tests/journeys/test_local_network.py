"""Another machine of the network opens kiosk, screen and console by https, with the site's authority."""

import hashlib
import json
import os
import re
import ssl
import subprocess
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from server.clock import Clock
from server.domain.author import SYSTEM
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.devices.devices import pair_device
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.people.sessions import begin_session
from server.web.access.cookies import SESSION_COOKIE
from tests.docs.documents import blocks_of
from tests.harness.chromium import Pages
from tests.harness.servers.second_host import SecondHost, ServedThere, namespace_file, second_host
from tests.harness.waiting import wait_until
from tests.harness.working import phase, press_for_a_ticket
from tests.journeys.test_opening_a_hall import ROUND_THE_CLOCK
from tests.server.usecases.quality.figures_history import HALLS

ADMINISTRATOR, LOGIN, PASSWORD = "adele", "camille", "a password for tests only"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a network namespace")


class ServedToLan(ServedThere):
    """`parvis serve --lan` on the first of two hosts, with no other setting that says where to listen."""

    def __init__(self, host: SecondHost, var: Path, **settings: Any) -> None:
        super().__init__(host, var, **settings)
        del self.environment["PARVIS_HOST"]
        self.base_url = f"https://{host.address}:{self.port}"

    def command(self) -> list[str]:
        return [*super().command()[:4], "server.cli", "serve", "--lan"]


class ServedAlone(ServedToLan):
    """`parvis serve` there: its own machine alone reaches it."""

    def __init__(self, host: SecondHost, var: Path, **settings: Any) -> None:
        super().__init__(host, var, **settings)
        self.base_url = f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return super().command()[:-1]


def on_host[Found](namespace: str, ask: Callable[[], Found]) -> Found:
    """What `ask` returns on the network of a namespace, which a thread may have for itself."""

    def asked() -> Found:
        with namespace_file(namespace).open("rb") as network:
            os.setns(network.fileno(), os.CLONE_NEWNET)
        return ask()

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asked).result()


def prepared(folder: Path, migrated: Path) -> tuple[str, str]:
    """A database with a hall and an administrator: its URL, and the token of a session."""
    (folder / "parvis.db").write_bytes(migrated.read_bytes())
    url = f"sqlite:///{folder / 'parvis.db'}"
    a_hall(url)
    database = Database(url, Clock())
    try:
        account = create_account(
            database, SYSTEM, NewAccount(ADMINISTRATOR, PASSWORD, "Adèle", [Grant("administrator", "*")])
        )
        return url, begin_session(database, account)
    finally:
        database.close()


def test_a_device_of_the_local_network_reaches_the_server_and_pairs(
    tmp_path: Path, migrated_sqlite: Path, browser: Browser
):
    url, _ = prepared(tmp_path, migrated_sqlite)
    with (
        second_host(tmp_path) as host,
        ServedToLan(host, tmp_path / "var", database_url=url, voice="false") as server,
    ):
        server.start()
        asked = f"{server.base_url}/certificat/chromium.json"
        policies = on_host(host.namespace, lambda: httpx.get(asked, verify=False, trust_env=False).json())
        printed = server.log.read_text(encoding="utf-8")
        assert f"{server.base_url}/pair" in printed
        assert "▄▄▄▄▄" in printed, "the code to scan"
        (fingerprint,) = re.findall(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", printed)
        (authority,) = policies["CACertificates"]
        assert fingerprint.replace(":", "").lower() == hashlib.sha256(b64decode(authority)).hexdigest()
        (tmp_path / "parvis.json").write_text(json.dumps(policies), encoding="utf-8")
        with host.chromium(browser.browser_type, tmp_path / "parvis.json", name="none") as elsewhere:
            pages = Pages(elsewhere)
            device = pages.open(f"{server.base_url}/pair", width=1920, height=1080)
            expect(device.locator("main")).to_have_attribute("data-state", "shown")
            desk = pages.open(f"{server.base_url}/connexion?next=/appareils")
            desk.fill("input[name=login]", ADMINISTRATOR)
            desk.fill("input[name=password]", PASSWORD)
            desk.press("input[name=password]", "Enter")
            expect(desk.locator(".device-address")).to_contain_text(f"{server.base_url}/pair")
            expect(desk.locator(".device-address")).to_contain_text(fingerprint)
            expect(desk.locator("[data-text=summary]")).not_to_be_empty()
            desk.fill("#code", device.locator("[data-code]").inner_text())
            desk.press("#code", "Enter")
            desk.locator("#at").select_option("laon-ecran-2")
            desk.get_by_role("button", name="Appairer", exact=True).click()
            device.wait_for_url("**/screen")
            assert device.evaluate("isSecureContext")
            pages.close()
            assert pages.troubles == []


def test_the_wizard_restarts_a_server_of_one_machine_for_the_local_network(
    tmp_path: Path, migrated_sqlite: Path
):
    url, session = prepared(tmp_path, migrated_sqlite)
    with (
        second_host(tmp_path) as host,
        ServedAlone(host, tmp_path / "var", database_url=url, voice="false") as server,
    ):
        server.start()

        def answer() -> str:
            with httpx.Client(base_url=server.base_url, trust_env=False) as wizard:
                wizard.cookies.set(SESSION_COOKIE, session)
                page = wizard.get("/installation/reseau").raise_for_status().text
                token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
                form = {"kind": "lan", "csrf_token": token}
                wizard.post("/installation/reseau", data=form).raise_for_status()
                return wizard.post("/installation/reseau/redemarrage", data=form).raise_for_status().text

        told = on_host(host.server, answer)
        server.base_url = f"https://{host.address}:{server.port}"
        assert f"{server.base_url}/installation/suite" in told
        server.trust = ssl.create_default_context(cafile=server.var / "tls" / "authority.pem")
        wait_until(server.is_ready, "the server answers by https on the local network")


NAME, ADDRESS = "accueil.exemple.fr", "192.0.2.10"
"""What the manual calls the server."""


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
    phase(console, "free")
    number = press_for_a_ticket(kiosk, "laon-accueil")
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(screen.locator("main, body").first).to_contain_text(number)


def assert_cookies_are_secure(*pages: Page) -> None:
    """A token that has come by https never leaves by http, and no script reads it."""
    for page in pages:
        cookies: list[Any] = page.context.cookies()
        assert cookies
        assert [c["name"] for c in cookies if not (c["secure"] and c["httpOnly"])] == []
        assert {c["sameSite"] for c in cookies} == {"Strict"}
