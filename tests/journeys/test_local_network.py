"""`parvis serve --lan`: devices of the local network trust the server by its authority and pair by https."""

import hashlib
import json
import os
import re
import ssl
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from server.clock import Clock
from server.domain.author import SYSTEM
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.people.sessions import begin_session
from server.web.access.cookies import SESSION_COOKIE
from tests.harness.chromium import Pages
from tests.harness.servers.second_host import SecondHost, ServedThere, namespace_file, second_host
from tests.harness.waiting import wait_until
from tests.journeys.test_second_host import PASSWORD, a_hall

LOGIN = "adele"

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
            database, SYSTEM, NewAccount(LOGIN, PASSWORD, "Adèle", [Grant("administrator", "*")])
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
            desk.fill("input[name=login]", LOGIN)
            desk.fill("input[name=password]", PASSWORD)
            desk.press("input[name=password]", "Enter")
            expect(desk.locator(".device-address")).to_contain_text(f"{server.base_url}/pair")
            expect(desk.locator(".device-address")).to_contain_text(fingerprint)
            expect(desk.locator("[data-text=summary]")).not_to_be_empty()
            desk.fill("#code", device.locator("[data-code]").inner_text())
            desk.press("#code", "Enter")
            desk.locator("#at").select_option("laon-ecran-2")
            desk.locator("[data-pair] button.primary").click()
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
