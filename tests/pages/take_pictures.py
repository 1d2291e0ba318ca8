"""Takes the pictures of the README from a running demonstration: `python -m tests.pages.take_pictures VAR`.

VAR is the var folder of a demonstration that is served, with a past (`parvis demo --history 10d`). What the
pictures show really happens there: tickets are issued, people called and served. Not a test.
"""

import io
import json
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.harness.chromium import running_chromium
from tests.harness.programs import PROJECT

PICTURES = PROJECT / "docs" / "pictures"
LARGEST_BYTES = 150_000
WANTED = ("laon-accueil", "laon-permis", "laon-accueil", "laon-associations", "laon-permis", "laon-accueil")


class Hall:
    """One hall of the demonstration, acted on through the public API with the demonstration's key."""

    def __init__(self, demonstration: dict[str, Any], slug: str) -> None:
        self.slug = slug
        self.site = next(site for site in demonstration["sites"] if site["slug"] == slug)
        self.users = {user["role"]: user for user in demonstration["users"] if user["site"] == slug}
        headers = {"Authorization": f"Bearer {demonstration['api_key']}"}
        self._api = httpx.Client(
            base_url=f"{demonstration['base_url']}/api/v1", headers=headers, trust_env=False
        )

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        """The JSON of an answer; fails with the problem's words."""
        answer = self._api.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4()), **headers})
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def issue(self, service: str, *, is_priority: bool = False) -> dict[str, Any]:
        """A ticket of a service."""
        body = {"service": service, "press_id": str(uuid.uuid4()), "language": "fr", "priority": is_priority}
        ticket: dict[str, Any] = self.post(f"/halls/{self.slug}/tickets", body)
        return ticket

    def open(self, counter: str) -> str:
        """A counter session."""
        return str(self.post(f"/counters/{counter}/session", {"take_over": True})["session"])

    def next(self, counter: str, session: str) -> Any:
        """The next leg at a counter, after the present visitor."""
        leg = self._api.get(f"/counters/{counter}").json()["leg"]
        body = {"current": leg["leg"], "current_end": "served"} if leg else {"current": None}
        return self.post(f"/counters/{counter}/next", body, **{"X-Counter-Session": session})


def keep(page: Page, name: str) -> None:
    """Writes what the page shows as a PNG of few colours, once all it needs has come."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    width = min(picture.width, 1000 if picture.width > picture.height else 480)
    picture = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    place = PICTURES / f"{name}.png"
    for colours in (128, 64, 32):
        picture.quantize(colours, dither=Image.Dither.NONE).save(place, optimize=True)
        if place.stat().st_size <= LARGEST_BYTES:
            break
    print(f"{place.name}: {place.stat().st_size // 1000} kB")  # noqa: T201 - a command prints


def opened(browser: Browser, url: str, width: int, height: int) -> Page:
    """A page of its own, French."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR")
    page = context.new_page()
    page.goto(url)
    return page


def signed_in(browser: Browser, base_url: str, user: dict[str, str], path: str) -> Page:
    """A page for people at work, seen by one of them."""
    page = opened(browser, f"{base_url}/connexion?next={path}", 1366, 768)
    page.fill("input[name=login]", user["login"])
    page.fill("input[name=password]", user["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**{path}")
    return page


def take(var: Path) -> None:
    """All five pictures."""
    demonstration = json.loads((var / "demo.json").read_text(encoding="utf-8"))
    base_url, hall = demonstration["base_url"], Hall(demonstration, "laon")
    PICTURES.mkdir(exist_ok=True)
    with running_chromium() as browser:
        screen = opened(browser, hall.site["screens"][0]["url"], 1920, 1080)
        others = [(counter, hall.open(counter)) for counter in hall.site["counters"] if counter != "laon-g1"]
        tickets = [hall.issue(service, is_priority=place == 4) for place, service in enumerate(WANTED)]
        for counter, session in others:
            hall.next(counter, session)

        console = signed_in(browser, base_url, hall.users["agent"], "/console")
        console.click("button[aria-describedby=place-laon-g1]")
        expect(console.locator("[data-act=next]").first).to_be_enabled()
        console.keyboard.press("F9")
        expect(console.locator("[data-phases=called].question")).to_be_visible()
        expect(screen.locator("#cards")).to_contain_text(
            console.locator("[data-person] .number").inner_text()
        )
        keep(screen, "ecran")
        console.keyboard.press("O")
        expect(console.locator("[data-timer=person]").first).to_be_visible()
        console.reload()
        expect(console.locator("[data-list=waiting] li").first).to_be_visible()
        keep(console, "guichet")

        phone = opened(browser, f"{base_url}/t/{tickets[-1]['token']}", 390, 844)
        keep(phone, "telephone")

        kiosk = opened(browser, hall.site["kiosk"]["url"], 1080, 1920)
        expect(kiosk.locator("main")).to_have_attribute("data-view", "start")
        keep(kiosk, "borne")

        quality = signed_in(browser, base_url, hall.users["quality"], "/qualite")
        quality.locator(".headline").evaluate("figures => figures.scrollIntoView()")
        keep(quality, "qualite")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
