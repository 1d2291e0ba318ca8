"""A served hall over REST: issue, call, and the socket of each page."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx

from server.live import messages
from tests.harness.served import Served
from tests.server.live.sockets import Listener, listening


class ServedHall:
    """One hall of a served demonstration, with the key that issues, reads and calls."""

    def __init__(self, server: Served, slug: str = "laon") -> None:
        self.server, self.slug = server, slug
        self.site: dict[str, Any] = next(
            site for site in server.demonstration["sites"] if site["slug"] == slug
        )
        self.key: str = server.demonstration["api_key"]
        self.http = self.client()

    def client(self) -> httpx.Client:
        """Another connection of a program with the key."""
        return httpx.Client(
            base_url=f"{self.server.base_url}/api/v1",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
            trust_env=False,
        )

    def post(self, path: str, body: Any = None, *, status: tuple[int, ...] = (200, 201, 204)) -> Any:
        answer = self.http.post(path, json={} if body is None else body)
        assert answer.status_code in status, answer.text
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def ticket(self, service: str | None = None) -> dict[str, Any]:
        wanted = {"service": service or f"{self.slug}-accueil", "press_id": str(uuid.uuid4())}
        found: dict[str, Any] = self.post(f"/halls/{self.slug}/tickets", wanted)
        return found

    def open(self, counter: str) -> str:
        return str(self.post(f"/counters/{counter}/session", {"take_over": True})["session"])

    def next(self, counter: str, current: str | None = None, end: str | None = None) -> Any:
        body = {"current": current} | ({"current_end": end} if end else {})
        return self.post(f"/counters/{counter}/next", body)

    def board(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/halls/{self.slug}/board")
        return found

    def empty(self) -> None:
        """Voids every ticket in the hall and closes its counters."""
        for queue in self.get(f"/halls/{self.slug}/queue")["queues"]:
            for leg in queue["legs"]:
                self.post(f"/legs/{leg['leg']}/cancel", {"reason": "misprint"})
        for counter in self.site["counters"]:
            current = self.get(f"/counters/{counter}")["leg"]
            if current is not None:
                self.post(f"/legs/{current['leg']}/cancel", {"reason": "misprint"})
            closed = self.http.delete(f"/counters/{counter}/session")
            assert closed.status_code == 204 or closed.json()["code"] == "no_counter_session", closed.text

    def screen(self) -> AbstractContextManager[Listener]:
        return listening(self.server, messages.SCREEN, {"token": self.site["screens"][0]["token"]})

    def kiosk(self) -> AbstractContextManager[Listener]:
        return listening(self.server, messages.KIOSK, {"token": self.site["kiosk"]["token"]})

    def agent(self) -> AbstractContextManager[Listener]:
        return listening(self.server, messages.AGENT, {"token": self.key, "hall": self.slug})

    def visitor(self, token: str, **auth: Any) -> AbstractContextManager[Listener]:
        return listening(self.server, messages.VISITOR, {"ticket": token, **auth})


class Halls:
    """Halls of servers a test starts; their connections are closed at its end."""

    def __init__(self, serve: Callable[..., Served], *, emptied: bool = False) -> None:
        self._serve, self._emptied = serve, emptied
        self._made: list[ServedHall] = []

    def __call__(self, layout: str = "embedded", slug: str = "laon", **settings: str) -> ServedHall:
        self._made.append(ServedHall(self._serve(layout, **settings), slug))
        if self._emptied:
            self._made[-1].empty()
        return self._made[-1]

    def close(self) -> None:
        for hall in self._made:
            hall.http.close()
