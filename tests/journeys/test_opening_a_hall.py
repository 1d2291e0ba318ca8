"""A stranger opens a real hall: by the commands of « Ouvrir un vrai hall », and by the wizard alone."""

import json
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.conftest import Serve
from tests.docs.documents import blocks_of
from tests.harness.accessible import assert_accessible, assert_not_sideways
from tests.harness.chromium import Pages
from tests.harness.servers.served import Layout, Served

PAGE = "manuels/ouvrir-un-hall"
HALL, COUNTER, SERVICE = "guise", "guise-g1", "guise-accueil"
PASSWORD = "a-long-pass-phrase\n"
ROUND_THE_CLOCK = {
    "week": {
        day: ["00:00-24:00"]
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    },
    "is_closed_on_public_holidays": False,
}


def documents() -> dict[str, Any]:
    """The page's two documents by their file; open at any hour a test runs, without the printer."""
    installation, hall = (json.loads(block) for block in blocks_of(PAGE, "json"))
    installation["sites"][0]["calendar"] = ROUND_THE_CLOCK
    del hall["kiosks"][0]["printer"]
    return {"installation.json": installation, "guise.json": hall}


def commands() -> list[list[str]]:
    """The page's commands, each without the program's name."""
    lines = [line for block in blocks_of(PAGE) for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith(".venv/bin/parvis ")]


class Typist:
    """Types the page's commands and keeps what they print."""

    def __init__(self, server: Served) -> None:
        self.server, self.folder = server, server.var
        self.printed: dict[str, str] = {}
        for name, document in documents().items():
            (self.folder / name).write_text(json.dumps(document), encoding="utf-8")

    def type(self, words: list[str]) -> None:
        """One command; `serve` stays, `doctor` may find what this machine lacks."""
        if words == ["serve"]:
            self.server.start(by_command=True)
        elif words != ["doctor"]:
            here = [str(self.folder / word) if word.endswith(".json") else word for word in words]
            typed = PASSWORD if words[0] == "create-user" else ""
            self.printed[" ".join(words)] = self.server.parvis(*here, typed=typed)

    def shown(self, beginning: str) -> str:
        """The last line of what the command with this beginning printed: an address, or a key."""
        (found,) = [text for line, text in self.printed.items() if line.startswith(beginning)]
        return found.splitlines()[-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Typist]:
    """A hall opened from an empty folder: one process on SQLite, two workers on PostgreSQL and Redis."""
    chosen: dict[str, Any] = {"log_level": "debug"}
    if request.param == "postgresql":
        chosen |= {
            "database_url": request.getfixturevalue("empty_postgresql_url"),
            "redis_url": request.getfixturevalue("redis_url"),
            "workers": 2,
        }
    with ExitStack() as running:
        stranger = Typist(running.enter_context(Served(tmp_path / "var", **chosen)))
        for words in commands():
            stranger.type(words)
        yield stranger


@contextmanager
def device(address: str) -> Iterator[httpx.Client]:
    """What opens a device's address: its token is exchanged for a cookie, once."""
    found = urlsplit(address)
    with httpx.Client(base_url=f"{found.scheme}://{found.netloc}", trust_env=False) as client:
        answer = client.post("/device/session", json={"token": found.fragment.removeprefix("t=")})
        assert answer.status_code == 204, answer.text
        yield client


def test_the_page_opens_a_hall_from_nothing_to_a_call(opened: Typist):
    assert "non appairé" in opened.printed["devices list"]
    with (
        device(opened.shown("devices pair guise kiosk")) as kiosk,
        device(opened.shown("devices pair guise screen")) as screen,
    ):
        wanted = {"service": SERVICE, "press_id": "the-first-press", "language": "fr"}
        ticket = kiosk.post(f"/api/v1/halls/{HALL}/tickets", json=wanted).raise_for_status().json()
        assert ticket["number"] == "A001"
        kiosk.get(f"/t/{ticket['token']}").raise_for_status()
        assert [queue["waiting"] for queue in board(screen)["queues"]] == [1]
        key = call_by_a_program(opened, ticket["number"])
        assert [call["number"] for call in board(screen)["calls"]] == [ticket["number"]]
        renewed = renew(opened, screen)
    assert "installation\u00a0: 9 faits, exacts" in opened.server.parvis("verify-journal", "--full")
    opened.server.stop()
    told = [opened.shown("devices pair guise kiosk"), opened.shown("devices pair guise screen"), renewed]
    secrets = [urlsplit(each).fragment.removeprefix("t=") for each in told]
    secrets += [opened.shown("api-keys create"), key, ticket["token"], PASSWORD.strip()]
    log = opened.server.log.read_text(encoding="utf-8")
    assert "event=local_socket_open" in log
    assert [secret for secret in secrets if secret in log] == []


def board(screen: httpx.Client) -> Any:
    return screen.get(f"/api/v1/halls/{HALL}/board").raise_for_status().json()


def call_by_a_program(opened: Typist, number: str) -> str:
    """The page's key reads and may not call; another one, whose token is returned, calls the number."""
    with httpx.Client(base_url=opened.server.base_url, trust_env=False) as program:
        reads = {"Authorization": f"Bearer {opened.shown('api-keys create')}"}
        queue = program.get(f"/api/v1/halls/{HALL}/queue", headers=reads).raise_for_status().json()
        assert number in json.dumps(queue)
        session = f"/api/v1/counters/{COUNTER}/session"
        refused = program.post(session, json={}, headers=reads)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        made = opened.server.parvis("api-keys", "create", "guichet", "--scope", "call", "--hall", HALL)
        key = made.splitlines()[-1]
        calls = {"Authorization": f"Bearer {key}"}
        held = program.post(session, json={}, headers=calls).raise_for_status().json()["session"]
        calls["X-Counter-Session"] = held
        called = program.post(f"/api/v1/counters/{COUNTER}/next", json={"current": None}, headers=calls)
        assert called.raise_for_status().json()["number"] == number
    return key


def renew(opened: Typist, screen: httpx.Client) -> str:
    """The screen's new address opens, and what the old one had opened is refused."""
    address = opened.server.parvis("devices", "renew", "guise-ecran").splitlines()[-1]
    with device(address) as after:
        assert after.get("/device/me").raise_for_status().json()["id"] == "guise-ecran"
    refused = screen.get("/device/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "unknown_device")
    return address


MOST_GESTURES = 40
CONSOLE, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)


class Stranger:
    """A person who has read nothing presses the main button and fills the fields; the presses are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.gestures = 0

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)
        self.gestures += 1

    def press(self, place: Locator) -> None:
        place.click()
        self.gestures += 1

    def go_on(self, name: str = "Continuer") -> None:
        self.press(self.page.locator("main").get_by_role("button", name=name))

    def looks(self, title: str) -> None:
        """The question is there, can be read by everybody, and fits a phone."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        for size in (PHONE, CONSOLE):
            self.page.set_viewport_size(size)
            assert_not_sideways(self.page)
            assert_accessible(self.page)


@pytest.mark.parametrize("layout", ["workers"])
def test_an_empty_database_to_a_printed_sheet(serve: Serve, pages: Pages, layout: Layout):
    server = serve(layout, demonstration=False, voice="false")
    assert_no_door(server)
    stranger = Stranger(pages.open())
    page = stranger.page
    page.goto(f"{server.base_url}/installation")
    stranger.looks("Cette installation attend sa première personne")
    page.goto(link_of(server))
    stranger.looks("Qui êtes-vous\u00a0?")
    assert "#" not in page.url
    stranger.fill("Votre nom", "Léa Martin")
    stranger.fill("Identifiant", "lea")
    stranger.fill("Mot de passe", "ardoise beffroi cerise dune")
    stranger.go_on("Créer mon compte")
    stranger.looks("Quel est le lieu\u00a0?")
    stranger.fill("Organisme", "Ville de Guise")
    stranger.fill("Nom du site", "Hôtel de ville")
    stranger.fill("Adresse", "1 place d’Armes, 02120 Guise")
    stranger.go_on()
    stranger.looks("À quoi ressemble le hall\u00a0?")
    stranger.go_on()
    stranger.looks("Les démarches et les guichets")
    stranger.go_on()
    stranger.looks("L’imprimante de «\u00a0Borne de l’entrée\u00a0»")
    stranger.go_on("Imprimer une feuille d’essai")
    expect(page.locator("[data-verdict=printed]")).to_be_visible()
    stranger.looks("La feuille d’essai")
    stranger.press(page.get_by_role("link", name="Continuer"))
    stranger.looks("Le hall est configuré, pour cet ordinateur seulement")
    assert stranger.gestures < MOST_GESTURES
    assert stranger.gestures == 12
    page.goto(f"{server.base_url}/imprimantes")
    expect(page.locator("img")).to_have_count(1)
    assert_no_door(server)
    if layout == "embedded":
        assert_a_printer_that_fetches_is_set_up(stranger, server)
    page.goto(f"{server.base_url}/configuration/nouveau")
    stranger.looks("Un nouveau hall")
    page.get_by_label("Nom du hall", exact=True).fill("Annexe")
    page.get_by_label("Accueil sans borne").check()
    page.get_by_label("Site", exact=True).select_option(label="Hôtel de ville")
    stranger.go_on("Créer le hall")
    expect(page.get_by_role("heading", level=1)).to_have_text("Annexe")
    server.republish("annexe", lambda content: content.update(calendar=ROUND_THE_CLOCK))
    assert_one_page_is_enough(page, server)


def assert_a_printer_that_fetches_is_set_up(stranger: Stranger, server: Served) -> None:
    """What the page shows, typed into a simulated printer’s own page, brings the trial sheet out."""
    page = stranger.page
    page.goto(f"{server.base_url}/installation/imprimante")
    page.get_by_label("Une imprimante qui vient chercher ses tickets").check()
    stranger.looks("L’imprimante de «\u00a0Borne de l’entrée\u00a0»")
    stranger.go_on("Voir ce qu’il faut saisir dans l’imprimante")
    stranger.looks("À saisir dans la page de réglage de l’imprimante")
    typed = page.locator("dl.typed code").all_inner_texts()
    printer = page.context.new_page()
    printer.goto(f"{server.base_url}/imprimantes")
    for label, text in zip(("Adresse du serveur", "Utilisateur", "Mot de passe"), typed, strict=True):
        printer.get_by_label(label, exact=True).fill(text)
    printer.get_by_role("button", name="Mettre en marche").click()
    printer.close()
    stranger.go_on("Imprimer une feuille d’essai")
    expect(page.locator("[data-verdict=printed]")).to_be_visible()
    stranger.looks("La feuille d’essai")
    page.get_by_role("button", name="Non").click()
    expect(page.get_by_text("le rouleau est à l’envers")).to_be_visible()
    stranger.press(page.get_by_role("link", name="Oui, continuer"))
    stranger.looks("Le hall est prêt")


def assert_one_page_is_enough(page: Page, server: Served) -> None:
    """Without a kiosk the page of the reception gives the ticket, calls it and ends it."""
    page.goto(f"{server.base_url}/accueil?hall=annexe")
    expect(page.locator("[data-live=yes]").first).to_be_visible()
    page.get_by_role("button", name="Associations").click()
    given = page.locator("p[data-text=number]")
    expect(given).not_to_be_empty()
    number = given.inner_text()
    page.get_by_role("button", name="Ouvrir ce guichet").click()
    page.get_by_role("button", name="Appeler la personne suivante").click()
    expect(page.locator("[data-calling-now]")).to_contain_text(f"{number} est appelé")
    page.get_by_role("button", name="La personne est là").click()
    expect(page.locator("[data-calling-now]")).to_have_text(f"{number} est au guichet.")
    for size in (PHONE, CONSOLE):
        page.set_viewport_size(size)
        assert_not_sideways(page)
        assert_accessible(page)
    page.get_by_role("button", name="Terminer et appeler la personne suivante").click()
    expect(page.locator("[data-outcome]")).to_have_text("Personne n’attend.")
    page.get_by_role("button", name="Fermer le guichet").click()
    expect(page.get_by_role("button", name="Ouvrir ce guichet")).to_be_visible()


def link_of(server: Served) -> str:
    """The link that the machine shows."""
    return server.parvis("installation-link").splitlines()[-1]


def assert_no_door(server: Served) -> None:
    """Without the link nobody makes an account or sets anything up; with another's token neither."""
    with httpx.Client(base_url=server.base_url, trust_env=False) as browser:
        token = browser.get("/suivi").text.partition('name="csrf-token" content="')[2].partition('"')[0]
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        person = {"login": "eve", "display_name": "Eve", "password": "quatre mots pris au hasard"}
        wrong = browser.post("/installation/session", json={"token": "0" * 64}, headers=headers)
        made = browser.post("/installation/administrateur", data=person, headers=headers)
        assert {wrong.status_code, made.status_code} <= {401, 409}
        for path in ("lieu", "hall", "imprimante"):
            answer = browser.post(f"/installation/{path}", data={}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
