"""Somebody at a counter asks for a person: one comes, nobody comes, nobody is there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx

from server.live import messages
from tests.harness.servers.moved_served import MovedServed
from tests.harness.working import signed_in
from tests.server.live.sockets import Listener, listening

COUNTER = "laon-g1"


class Person:
    """Somebody of the demonstration with a page open at a hall."""

    def __init__(self, browser: httpx.Client, page: Listener, hall: str) -> None:
        self.browser, self.page, self.hall = browser, page, hall

    def receivers(self) -> dict[str, Any]:
        found: dict[str, Any] = (
            self.browser.get(f"/api/v1/halls/{self.hall}/incident-receivers").raise_for_status().json()
        )
        return found

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.browser.post(f"/api/v1/halls/{self.hall}/incidents{path}", json=body or {})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def raised(self) -> dict[str, Any]:
        found: dict[str, Any] = self.post("", {"counter": COUNTER}, 201)
        return found

    def hears(self, state: str, hall: str = "laon") -> dict[str, Any]:
        """The one incident of a hall, once it is in a state."""

        def is_it(message: dict[str, Any]) -> bool:
            states = [each["state"] for each in message["incidents"]]
            return message["hall"] == hall and states == [state]

        found: dict[str, Any] = self.page.wait(messages.INCIDENT_CHANGED, is_it)["incidents"][0]
        return found


@contextmanager
def at_work(server: MovedServed, role: str, page: str, hall: str = "laon") -> Iterator[Person]:
    namespace = messages.SCREEN if page == "security" else messages.AGENT
    auth = {"hall": hall, "incidents": page}
    with signed_in(server, role, "laon" if hall == "laon" else "*") as browser:
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        with listening(server, namespace, auth, {"Cookie": cookies}) as socket:
            yield Person(browser, socket, hall)


def test_an_incident_is_answered_once_or_escalated_beyond_the_site(serve_at):
    server = serve_at(10, 0, "workers", voice="false")
    with ExitStack() as stack:
        caller = stack.enter_context(at_work(server, "agent", "console"))
        assert caller.receivers() == {"here": [], "beyond": 0, "is_known": True, "phone": "17"}
        alone = caller.raised()
        assert not alone["is_received"]
        assert caller.hears("escalated")["is_beyond"], "there is nobody to wait for"
        caller.post(f"/{alone['incident']}/end", {"reason": "mistake"}, 204)

        guard = stack.enter_context(at_work(server, "security", "security"))
        colleague = stack.enter_context(at_work(server, "reception", "reception"))
        far = stack.enter_context(at_work(server, "administrator", "wall", "vervins"))
        found = caller.receivers()
        assert sorted(each["page"] for each in found["here"]) == ["reception", "security"]
        assert found["beyond"] == 1
        first = caller.raised()
        assert first["is_received"]
        for person in (guard, colleague):
            assert person.hears("raised")["labels"]["en"] == "counter 1"
        assert guard.post(f"/{first['incident']}/answer")["is_own"]
        assert not colleague.post(f"/{first['incident']}/answer")["is_own"]
        assert caller.hears("answered")["answered_by"] == {"role": "security", "labels": None, "hall": None}
        colleague.hears("answered")
        guard.post(f"/{first['incident']}/end", {}, 204)

        second = caller.raised()
        assert not [each for each in far.page.of(messages.INCIDENT_CHANGED) if each["incidents"]][1:]
        server.later(31)
        assert far.hears("escalated")["incident"] == second["incident"]
        guard.hears("escalated")
        server.later(31)
        caller.hears("unanswered")
        assert far.post(f"/{second['incident']}/answer")["is_own"], "a late answer still counts"
        [own] = caller.browser.get("/api/v1/halls/laon/incidents").json()["halls"][0]["incidents"]
        assert own["answered_by"]["hall"].endswith("Vervins")
