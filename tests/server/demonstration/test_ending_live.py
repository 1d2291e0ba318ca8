"""How the live demonstration ends when it is interrupted, against a server that answers as the test says."""

import json
import signal
from collections.abc import Callable

import httpx

from server.demonstration.create import HALLS, Description
from server.demonstration.live import play_live

LAON = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


class Counters:
    """A server whose counters open and close; `at_open` happens after one was opened, before its answer."""

    def __init__(self, at_open: Callable[[], None]) -> None:
        self.held: dict[str, str] = {}
        self.opened: list[str] = []
        self.is_away = False
        self._at_open = at_open

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.is_away:
            return httpx.Response(503)
        _, _, _, kind, name, *part = request.url.path.split("/")
        if kind == "halls" and part == ["appointments"]:
            return httpx.Response(200, json={"appointments": []})
        if kind != "counters":
            return httpx.Response(409, json={"code": "closed"})
        if part == ["session"] and request.method == "POST":
            self.held[name] = f"session-{name}"
            self.opened.append(name)
            self._at_open()
            return httpx.Response(
                201, json={"session": self.held[name], "services": [LAON["services"][0]["id"]]}
            )
        if part == ["next"]:
            return httpx.Response(204)
        if part == ["session"] and request.method == "DELETE":
            del self.held[name]
        return httpx.Response(200, json={"session": self.held.get(name), "leg": None})


def played(counters: Counters) -> list[str]:
    """The verbs reported while only Laon was simulated."""
    told: list[str] = []
    described: Description = {
        "base_url": "http://parvis.test",
        "api_key": "key",
        "sites": [
            {
                "slug": "laon",
                "name": "Laon",
                "hall": "hall",
                "kiosk": {"id": "kiosk", "token": "token", "url": "http://parvis.test/kiosk"},
                "screens": [],
                "counters": [],
                "services": [],
            }
        ],
        "users": [],
        "printers": [],
    }
    play_live(
        described,
        pace=10_000,
        tell=lambda _, verb, *__: told.append(verb),
        transport=httpx.MockTransport(counters),
    )
    return told


def test_a_counter_that_is_being_opened_at_the_interruption_is_closed() -> None:
    def once() -> None:
        if len(counters.opened) == 1:
            interrupt()

    counters = Counters(at_open=once)
    told = played(counters)
    assert counters.opened
    assert not counters.held
    assert told[-1] == "close"


def test_the_end_waits_once_for_a_server_that_is_away() -> None:
    def away() -> None:
        if len(counters.opened) == 2:
            counters.is_away = True
            interrupt()

    counters = Counters(at_open=away)
    told = played(counters)
    assert told.count("away") == 1
    assert "close" not in told
