"""A blind person takes a ticket with Orca, Debian's screen reader: its debug file holds what it says.

`make soak` only: Orca comes with the libraries of a desktop, and `make programs` leaves it out. It needs no
voice: without a speech server it writes down what it would say.
"""

import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.conftest import Serve
from tests.harness.chromium import ARGUMENTS
from tests.harness.counts import IS_LARGE
from tests.harness.programs import child_of_tests, program
from tests.harness.servers.served import Served
from tests.harness.waiting import PAGE_PATIENCE_MS, wait_until
from tests.pages.kiosk.conftest import demonstration_site, expect_ticket

SAID = re.compile(r"SPEECH OUTPUT: '(.*)'(?: \{.*\}| None)?$", re.MULTILINE)
SERVICE = "Accueil et renseignements"


class ScreenReader:
    """Orca with a screen in memory and a session bus of its own; stopped by `stop`."""

    def __init__(self, folder: Path) -> None:
        if missing := [name for name in ("orca", "Xvfb", "dbus-daemon") if shutil.which(name) is None]:
            pytest.fail(f"missing: {', '.join(missing)}; on Debian, apt-get install orca xvfb dbus-daemon")
        self._spoken, self._running = folder / "orca.debug", list[subprocess.Popen[bytes]]()
        self._folder, bus, screen = folder, folder / "bus", folder / "Xvfb.log"
        self.environment: dict[str, str | float | bool] = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "LANG": "C.UTF-8",
            "GSETTINGS_BACKEND": "memory",
            "SPEECHD_CMD": str(folder / "no-speech-server"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}",
        }
        self._start("dbus-daemon", "--session", "--nofork", f"--address=unix:path={bus}")
        wait_until(bus.exists, "a session bus")
        self._start("Xvfb", "-displayfd", "1", "-screen", "0", "1080x1920x24")
        numbers = wait_until(
            lambda: re.findall(r"^(\d+)\n", screen.read_text("utf-8"), re.MULTILINE), "a screen"
        )
        self.environment["DISPLAY"] = f":{numbers[0]}"
        self._start("orca", "--debug-file", str(self._spoken))
        wait_until(lambda: self._spoken.exists() and self.said(), "Orca speaks")

    def _start(self, name: str, *arguments: str) -> None:
        environment = {key: str(value) for key, value in self.environment.items()}
        output = self._folder / f"{name}.log"
        self._running.append(
            child_of_tests([program(name), *arguments], environment=environment, output=output)
        )

    def said(self) -> list[str]:
        """Every sentence so far."""
        return SAID.findall(self._spoken.read_text(encoding="utf-8").replace("\u00a0", " "))

    def says(self, start: str, *, after: int) -> int:
        """The place of the first sentence that begins so after the place `after`; waits for it."""

        def found() -> int:
            places = [place for place, each in enumerate(self.said(), 1) if each.startswith(start)]
            return next((place for place in places if place > after), 0)

        return wait_until(found, f"Orca says « {start} » after {self.said()[after:]}", every_s=0.1)

    def stop(self) -> None:
        for each in reversed(self._running):
            each.terminate()
            each.wait()


@pytest.fixture
def orca(tmp_path: Path) -> Iterator[ScreenReader]:
    folder = tmp_path / "orca"
    folder.mkdir(mode=0o700)
    reader = ScreenReader(folder)
    yield reader
    reader.stop()


def open_counters(hall: Served) -> None:
    """Opens every counter of Laon: its services have a wait from now on."""
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    with httpx.Client(base_url=f"{hall.base_url}/api/v1", headers=key, trust_env=False) as api:
        for counter in demonstration_site(hall)["counters"]:
            named = {"Idempotency-Key": str(uuid.uuid4())}
            answer = api.post(f"/counters/{counter}/session", json={"take_over": True}, headers=named)
            answer.raise_for_status()


def go_on(page: Page, view: str) -> None:
    """Presses Enter until the guard against double presses lets it act."""

    def acted() -> bool:
        if page.locator("main").get_attribute("data-view") == view:
            page.keyboard.press("Enter")
        return page.locator("main").get_attribute("data-view") != view

    wait_until(acted, f"{view} is answered", every_s=0.3)


if IS_LARGE:

    def test_orca_says_the_title_a_service_with_its_wait_and_the_number(
        orca: ScreenReader, serve: Serve
    ) -> None:
        hall = serve()
        open_counters(hall)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program("chromium"),
                headless=False,
                env=orca.environment,
                args=[*ARGUMENTS, "--force-renderer-accessibility", "--kiosk"],
            )
            page = browser.new_page(viewport={"width": 1080, "height": 1920}, locale="fr-FR")
            page.set_default_timeout(PAGE_PATIENCE_MS)
            expect.set_options(timeout=PAGE_PATIENCE_MS)
            page.goto(demonstration_site(hall)["kiosk"]["url"])
            said = orca.says("Bonjour. Quel est l’objet de votre visite ? heading 1", after=0)
            page.keyboard.press("Tab")
            expect(page.locator("#listen")).to_have_attribute("aria-pressed", "true")
            page.keyboard.press("Tab")
            said = orca.says("J’ai un rendez-vous button", after=said)
            page.keyboard.press("Tab")
            said = orca.says(f"{SERVICE} pas d’attente button", after=said)
            go_on(page, "start")
            said = orca.says(f"{SERVICE} heading 1", after=said)
            page.keyboard.press("Tab")
            said = orca.says("Prendre un ticket button", after=said)
            go_on(page, "sheet")
            said = orca.says("Voulez-vous qu’un agent vienne vous chercher ?", after=said)
            page.keyboard.press("Tab")
            said = orca.says("Oui, venez me chercher button", after=said)
            go_on(page, "escort")
            number = expect_ticket(page)
            said = orca.says("Votre numéro heading 1", after=said)
            orca.says(number, after=said)
            browser.close()
