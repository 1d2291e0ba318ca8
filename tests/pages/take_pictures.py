"""Takes the pictures of the README and the sheet of screens: `python -m tests.pages.take_pictures VAR`.

VAR is the folder of a demonstration with a past, made there where it is missing. It is served on the next
working day at a quarter past ten, after a morning of tickets and calls; take a new folder each time. Not a
test.
"""

import io
import sys
import uuid
from datetime import date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.harness.chromium import running_chromium
from tests.harness.programs import PROJECT
from tests.harness.servers.moved_served import ZONE, MovedServed

PICTURES = PROJECT / "docs" / "pictures"
LARGEST_BYTES = 150_000
SATURDAY = 5
OPENS, TAKEN = (8, 35), (10, 15)
WANTED = (
    "laon-accueil",
    "laon-permis",
    "laon-titres-retrait",
    "laon-accueil",
    "laon-associations",
    "laon-numerique",
    "laon-permis",
)
COUNTERS = ("laon-g4", "laon-g1", "laon-g2", "laon-g4", "laon-g1", "laon-poste-1")
OF_THE_AGENT = "laon-g1"
EVERY_S = 110
WAITING = 5
"""So often a ticket is issued and the next of the counters calls, while so many people wait."""


class Hall:
    """One hall of the demonstration, acted on through the public API with the demonstration's key."""

    def __init__(self, server: MovedServed, slug: str) -> None:
        demonstration = server.demonstration
        self.server, self.slug, self.sessions = server, slug, dict[str, str]()
        self.site = next(site for site in demonstration["sites"] if site["slug"] == slug)
        self.users = {user["role"]: user for user in demonstration["users"] if user["site"] == slug}
        headers = {"Authorization": f"Bearer {demonstration['api_key']}"}
        self._api = httpx.Client(base_url=f"{server.base_url}/api/v1", headers=headers, trust_env=False)

    def post(self, path: str, body: dict[str, Any], counter: str = "") -> Any:
        """The JSON of an answer; fails with the problem's words."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if counter:
            headers["X-Counter-Session"] = self.sessions[counter]
        answer = self._api.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def issue(self, service: str, *, is_priority: bool = False) -> dict[str, Any]:
        """A ticket of a service."""
        body = {"service": service, "press_id": str(uuid.uuid4()), "language": "fr", "priority": is_priority}
        ticket: dict[str, Any] = self.post(f"/halls/{self.slug}/tickets", body)
        return ticket

    def open(self, counter: str) -> None:
        """A counter session."""
        self.sessions[counter] = str(
            self.post(f"/counters/{counter}/session", {"take_over": True})["session"]
        )

    def leg_at(self, counter: str) -> Any:
        """Who is called or received at a counter, None for nobody."""
        return self._api.get(f"/counters/{counter}").json()["leg"]

    def next(self, counter: str) -> Any:
        """The next leg at a counter, after the present visitor."""
        leg = self.leg_at(counter)
        body = {"current": leg["leg"], "current_end": "served"} if leg else {"current": None}
        return self.post(f"/counters/{counter}/next", body, counter)

    def receive(self, counter: str) -> None:
        """Whoever is called at a counter has come."""
        leg = self.leg_at(counter)
        if leg and leg["state"] == "called":
            self.post(f"/legs/{leg['leg']}/start", {}, counter)

    def live_a_morning(self) -> None:
        """Plays the day from its opening until the pictures are taken."""
        self.server.at(*OPENS)
        for counter in set(COUNTERS):
            self.open(counter)
        services, counters = cycle(WANTED), cycle(COUNTERS)
        minutes = (TAKEN[0] - OPENS[0]) * 60 + TAKEN[1] - OPENS[1]
        for turn in range(minutes * 60 // EVERY_S):
            self.issue(next(services), is_priority=turn % 9 == 4)
            if turn >= WAITING:
                counter = next(counters)
                self.receive(counter)
                self.server.later(EVERY_S / 2)
                self.next(counter)
            self.server.later(EVERY_S / 2)
        self.receive_all()
        self.close(OF_THE_AGENT)
        self.server.at(*TAKEN)

    def receive_all(self) -> None:
        """Whoever is called has come."""
        for counter in self.sessions:
            self.receive(counter)

    def close(self, counter: str) -> None:
        """The end of the present visit and of the session."""
        leg = self.leg_at(counter)
        if leg:
            self.post(f"/legs/{leg['leg']}/finish", {}, counter)
        headers = {"Idempotency-Key": str(uuid.uuid4()), "X-Counter-Session": self.sessions.pop(counter)}
        self._api.delete(f"/counters/{counter}/session", headers=headers).raise_for_status()

    def tell_the_hour(self) -> None:
        """A message to the screens: somebody takes a ticket and gives it up."""
        ticket = self.issue("laon-associations")
        self.post(f"/tickets/{ticket['token']}/give-up", {})


def keep(page: Page, name: str) -> None:
    """Writes what the page shows, once all it needs has come."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    write_small(shown(page), name)


def write_small(picture: Image.Image, name: str) -> None:
    """Writes a picture in the size of the README."""
    width = min(picture.width, 1000 if picture.width > picture.height else 480)
    height = round(picture.height * width / picture.width)
    write(picture.resize((width, height), Image.Resampling.LANCZOS), name)


def write(picture: Image.Image, name: str) -> None:
    """Writes a PNG of as many colours as its size allows."""
    place = PICTURES / f"{name}.png"
    for colours in (128, 64, 32):
        picture.quantize(colours, dither=Image.Dither.NONE).save(place, optimize=True)
        if place.stat().st_size <= LARGEST_BYTES:
            break
    print(f"{place.name}: {place.stat().st_size // 1000} kB")  # noqa: T201 - a command prints


def shown(page: Page) -> Image.Image:
    """What a page shows."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


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


# --- the sheet of what screens show -----------------------------------------------------------


SHOWN = """() => {
  const slide = document.querySelector("#slide");
  const named = [...slide.querySelectorAll("[alt], [aria-label]")];
  const words = named.map((each) => each.alt ?? each.ariaLabel);
  return [slide.textContent, ...words].join(" ").replace(/[\\u00a0\\u202f]/g, " ").replace(/\\u00ad/g, "");
}"""
"""The words of what a screen shows, and of its pictures."""
STRIDE_S, LONGEST_ROUND_S = 8, 1_500
ENTERED_MS = 900
LYING = (
    "Bienvenue à Laon",
    "l’accueil sera fermé",
    "8 sur 10",
    "Où aller",
    "Le comité des usagers",
    "Journée portes ouvertes",
    "Ces informations",
)
UPRIGHT = ("Affiche", "Renouveler un titre", "Vous l’avez demandé")
BESIDE = ("8 sur 10", "Bienvenue à Laon")
"""Beside calls, on the lying and on the upright screen."""
GAP, LYING_PX, UPRIGHT_PX = 8, (400, 225), (258, 458)


def pictures_of(hall: Hall, wanted: dict[str, tuple[Page, tuple[str, ...]]]) -> dict[str, list[Image.Image]]:
    """Pictures of screens while each shows some words, in their order; time passes in strides."""
    found: dict[tuple[str, str], Image.Image] = {}
    for _ in range(LONGEST_ROUND_S // STRIDE_S):
        for name, (screen, titles) in wanted.items():
            words = screen.evaluate(SHOWN)
            title = next((each for each in titles if each in words and (name, each) not in found), None)
            if title:
                screen.wait_for_timeout(ENTERED_MS)  # it has come in
                if title in screen.evaluate(SHOWN):
                    found[name, title] = shown(screen)
        if len(found) == sum(len(titles) for _, titles in wanted.values()):
            break
        hall.server.later(STRIDE_S)
        hall.tell_the_hour()
        wanted[next(iter(wanted))][0].wait_for_timeout(500)
    missing = {
        name: [each for each in titles if (name, each) not in found] for name, (_, titles) in wanted.items()
    }
    assert not any(missing.values()), f"not shown: {missing}"
    return {name: [found[name, each] for each in titles] for name, (_, titles) in wanted.items()}


def sheet(lying: list[Image.Image], upright: list[Image.Image]) -> Image.Image:
    """Eight lying pictures beside four upright ones."""
    (width, height), (narrow, high) = LYING_PX, UPRIGHT_PX
    whole = Image.new(
        "RGB", (2 * (width + GAP) + 2 * (narrow + GAP) - GAP, 4 * (height + GAP) - GAP), "white"
    )
    for at, picture in enumerate(lying):
        place = (at % 2 * (width + GAP), at // 2 * (height + GAP))
        whole.paste(picture.resize(LYING_PX, Image.Resampling.LANCZOS), place)
    for at, picture in enumerate(upright):
        place = (2 * (width + GAP) + at % 2 * (narrow + GAP), at // 2 * (high + GAP))
        whole.paste(picture.resize(UPRIGHT_PX, Image.Resampling.LANCZOS), place)
    return whole


def take(server: MovedServed) -> None:
    """All five pictures, and the sheet."""
    hall = Hall(server, "laon")
    hall.live_a_morning()
    PICTURES.mkdir(exist_ok=True)
    with running_chromium() as browser:
        lying, upright = (
            opened(browser, screen["url"], *size)
            for screen, size in zip(hall.site["screens"], ((1920, 1080), (1080, 1920)), strict=True)
        )
        tickets = [hall.issue(service) for service in WANTED[:5]]
        console = signed_in(browser, server.base_url, hall.users["agent"], "/console")
        console.click(f"button[aria-describedby=place-{OF_THE_AGENT}]")
        expect(console.locator("[data-act=next]").first).to_be_enabled()
        call_next(console)
        console.keyboard.press("O")
        expect(console.locator("[data-timer=person]").first).to_be_visible()
        console.reload()
        expect(console.locator("[data-list=waiting] li").first).to_be_visible()
        keep(console, "guichet")

        keep(opened(browser, f"{server.base_url}/t/{tickets[-1]['token']}", 390, 844), "telephone")

        kiosk = opened(browser, hall.site["kiosk"]["url"], 1080, 1920)
        expect(kiosk.locator("main")).to_have_attribute("data-view", "start")
        keep(kiosk, "borne")

        quality = signed_in(browser, server.base_url, hall.users["quality"], "/qualite")
        quality.locator(".headline").evaluate("figures => figures.scrollIntoView()")
        keep(quality, "qualite")

        hall.next("laon-poste-1")
        hall.next("laon-g4")
        number = call_next(console)
        for screen in (lying, upright):
            expect(screen.locator("#cards")).to_contain_text(number)
        beside = pictures_of(hall, {"lying": (lying, BESIDE[:1]), "upright": (upright, BESIDE[1:])})
        write_small(beside["lying"][0], "ecran")

        console.keyboard.press("O")
        hall.receive_all()
        quiet = pictures_of(hall, {"lying": (lying, LYING), "upright": (upright, UPRIGHT)})
        whole = sheet(beside["lying"] + quiet["lying"], beside["upright"] + quiet["upright"])
        whole.save(PICTURES / "affichage.webp", quality=76, method=6)


def call_next(console: Page) -> str:
    """The number that the agent calls."""
    console.keyboard.press("F9")
    expect(console.locator("[data-phases=called].question")).to_be_visible()
    return console.locator("[data-person] .number").inner_text()


def next_working_day() -> date:
    """The first day after today that is neither a Saturday nor a Sunday."""
    day = datetime.now(ZONE).date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


if __name__ == "__main__":
    with MovedServed(Path(sys.argv[1]).resolve(), voice="false") as served:
        served.day = next_working_day()
        served.parvis("demo", "--history", "10d")
        take(served.at(*OPENS).start())
