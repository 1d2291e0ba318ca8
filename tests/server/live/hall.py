"""A served hall over REST: issue, call, and the socket of each page."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx

from server.live import messages
from tests.harness.described_answers import comparing
from tests.harness.servers.served import Served
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
        self._sessions: dict[str, str] = {}
        self._counters: dict[str, str] = {}

    def client(self) -> httpx.Client:
        """Another connection of a program with the key."""
        return httpx.Client(
            base_url=f"{self.server.base_url}/api/v1",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
            trust_env=False,
            event_hooks={"response": [comparing]},
        )

    def post(self, path: str, body: Any = None, *, status: tuple[int, ...] = (200, 201, 204)) -> Any:
        answer = self.http.post(path, json={} if body is None else body, headers=self.held(path))
        assert answer.status_code in status, answer.text
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def ticket(self, service: str | None = None) -> dict[str, Any]:
        wanted = {"service": service or f"{self.slug}-accueil", "press_id": str(uuid.uuid4())}
        found: dict[str, Any] = self.post(f"/halls/{self.slug}/tickets", wanted)
        return found

    def open(self, counter: str) -> str:
        self._sessions[counter] = self.post(f"/counters/{counter}/session", {"take_over": True})["session"]
        return self._sessions[counter]

    def held(self, path: str) -> dict[str, str]:
        """The header of a verb: the session by which `open` holds its counter, or that of its leg."""
        _, of, name, *rest = path.split("/")
        counter = self._counters.get(name, name) if of == "legs" else name
        if of not in ("counters", "legs") or rest == ["session"] or counter not in self._sessions:
            return {}
        return {"X-Counter-Session": self._sessions[counter]}

    def next(self, counter: str, current: str | None = None, end: str | None = None) -> Any:
        body = {"current": current} | ({"current_end": end} if end else {})
        leg = self.post(f"/counters/{counter}/next", body)
        if leg is not None:
            self._counters[leg["leg"]] = counter
        return leg

    def board(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/halls/{self.slug}/board")
        return found

    def empty(self) -> None:
        """Voids every ticket in the hall and closes its counters."""
        queue = self.get(f"/halls/{self.slug}/queue")
        waiting = [leg["leg"] for each in queue["queues"] for leg in each["legs"]]
        held = [each["counter"] for each in queue["counters"] if each["session_mark"] is not None]
        counters = held or self.site["counters"][:1] if waiting else held
        for counter in counters:
            self.open(counter)
            current = self.get(f"/counters/{counter}")["leg"]
            for leg in waiting if current is None else [current["leg"], *waiting]:
                self._counters[leg] = counter
                self.post(f"/legs/{leg}/cancel", {"reason": "misprint"})
            waiting = []
        for counter in counters:
            session = {"X-Counter-Session": self._sessions.pop(counter)}
            assert self.http.delete(f"/counters/{counter}/session", headers=session).status_code in (204, 409)

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
