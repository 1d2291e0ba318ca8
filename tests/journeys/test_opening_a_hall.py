"""A stranger opens a real hall by the page « Ouvrir un vrai hall »: its documents, its commands in order."""

import json
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.docs.documents import blocks_of
from tests.harness.servers.served import Served

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


class Stranger:
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
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stranger]:
    """A hall opened from an empty folder: one process on SQLite, two workers on PostgreSQL and Redis."""
    chosen: dict[str, Any] = {"log_level": "debug"}
    if request.param == "postgresql":
        chosen |= {
            "database_url": request.getfixturevalue("empty_postgresql_url"),
            "redis_url": request.getfixturevalue("redis_url"),
            "workers": 2,
        }
    with ExitStack() as running:
        stranger = Stranger(running.enter_context(Served(tmp_path / "var", **chosen)))
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


def test_the_page_opens_a_hall_from_nothing_to_a_call(opened: Stranger):
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


def call_by_a_program(opened: Stranger, number: str) -> str:
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


def renew(opened: Stranger, screen: httpx.Client) -> str:
    """The screen's new address opens, and what the old one had opened is refused."""
    address = opened.server.parvis("devices", "renew", "guise-ecran").splitlines()[-1]
    with device(address) as after:
        assert after.get("/device/me").raise_for_status().json()["id"] == "guise-ecran"
    refused = screen.get("/device/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "unknown_device")
    return address
