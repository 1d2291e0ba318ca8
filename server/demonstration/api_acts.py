"""The acts of a hall done through the public REST API of a running server."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from server.demonstration.acts import CalledPerson, ExpectedVisitor, HeldCounter, Press, TakenTicket, VisitEnd
from server.demonstration.bookings import Booked
from server.domain.appointments.check_in import AppointmentState
from server.domain.instants import from_text
from server.domain.refusals import Refusal

AWAY = frozenset({502, 503, 504})
TRIED_AGAIN_EVERY_S = 1.0
GIVEN_UP_AFTER_S = 3.0
"""How long the play waits for an absent server while it closes the counters at the end."""


class ServerAway(Exception):
    """The server is away while the play ends: no act is possible any more."""


@dataclass
class Server:
    """The server of a demonstration. `tell` is called when it stops answering and when it answers again.

    A request is sent again with the same idempotency key until it is answered: no act is done twice.
    """

    client: httpx.Client
    tell: Callable[[bool], None] = lambda is_back: None
    is_ending: bool = False

    def ask(self, method: str, path: str, token: str | None, **request: Any) -> Any:
        """The JSON of the answer, None without a body.

        Raises Refusal with the problem's code, and ServerAway when the play ends without an answer.
        """
        headers: dict[str, str] = request.pop("headers", {})
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if method != "GET":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        answer = self._answered(method, f"/api/v1{path}", headers=headers, **request)
        if answer.is_success:
            return answer.json() if answer.content else None
        raise _refusal(answer)

    def _answered(self, method: str, path: str, **request: Any) -> httpx.Response:
        since, was_away = time.monotonic(), False
        while True:
            try:
                answer = self.client.request(method, path, **request)
            except httpx.TransportError:
                pass
            else:
                if answer.status_code not in AWAY:
                    if was_away:
                        self.tell(True)
                    return answer
            if self.is_ending and time.monotonic() - since > GIVEN_UP_AFTER_S:
                raise ServerAway
            if not was_away:
                was_away = True
                self.tell(False)
            time.sleep(TRIED_AGAIN_EVERY_S)


def _refusal(answer: httpx.Response) -> Refusal:
    try:
        code = str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        code = "server_error"
    return Refusal(code, status=answer.status_code)


@dataclass(frozen=True, slots=True)
class Keys:
    """The authors of acts: the hall's kiosk, and the demonstration's API key for agents and reception."""

    kiosk: str
    agents: str


class ApiActs:
    """One hall's acts. `tell` is called after each act with its verb, the ticket number and the counter."""

    def __init__(self, server: Server, hall: str, keys: Keys, tell: Callable[[str, str, str], None]) -> None:
        self.server, self.hall, self.keys, self.tell = server, hall, keys, tell
        self._numbers: dict[str, str] = {}

    def issue(self, press: Press) -> TakenTicket:
        body = {
            "service": press.service,
            "press_id": str(uuid.uuid4()),
            "language": press.language,
            "priority": press.is_priority,
            "needs": list(press.needs),
            "exceptional_reason": press.exceptional_reason,
        }
        token = self.keys.agents if press.at_reception else self.keys.kiosk
        answer = self.server.ask("POST", f"/halls/{self.hall}/tickets", token, json=body)
        self.tell("issue", answer["number"], answer["service"])
        self._numbers[answer["token"]] = answer["number"]
        return TakenTicket(answer["visit"], answer["number"], answer["token"], answer["service"])

    def check_in(self, expected: ExpectedVisitor) -> TakenTicket:
        here: dict[str, Any] = {"press_id": str(uuid.uuid4()), "language": expected.language}
        if expected.code:
            here["code"] = expected.code
        else:
            here |= {"service": expected.service, "booked_at": expected.booked_at.isoformat()}
        answer = self.server.ask("POST", "/appointments/check-in", self.keys.kiosk, json=here)
        self.tell("check-in", answer["number"], expected.service)
        self._numbers[answer["token"]] = answer["number"]
        return TakenTicket(answer["visit"], answer["number"], answer["token"], answer["service"])

    def give_up(self, token: str) -> None:
        self.server.ask("POST", f"/tickets/{token}/give-up", None)
        self.tell("give-up", self._numbers.get(token, ""), "")

    def greet(self, service: str, counter: str, session: str) -> None:
        greeted = {"service": service, "counter": counter}
        path, headers = f"/halls/{self.hall}/greetings", {"X-Counter-Session": session}
        self.server.ask("POST", path, self.keys.agents, headers=headers, json=greeted)
        self.tell("greet", "", counter)

    def link(self, visit: str, number: str) -> None:
        body = {"number": number}
        answer = self.server.ask("POST", f"/tickets/{visit}/link", self.keys.agents, json=body)
        self.tell("link", answer["number"], number)

    def open(self, counter: str, joins: str | None) -> tuple[str, tuple[str, ...]]:
        answer = self._at("POST", counter, "session", joins, json={})
        self.tell("open" if joins is None else "join", "", counter)
        return answer["session"], tuple(answer["services"])

    def leave(self, counter: str, session: str) -> None:
        self._at("DELETE", counter, "place", session)
        self.tell("leave", "", counter)

    def close(self, counter: str, session: str) -> None:
        self._at("DELETE", counter, "session", session)
        self.tell("close", "", counter)

    def pause(self, counter: str, session: str, reason: str | None) -> None:
        change = {"pause": None if reason is None else {"reason": reason}}
        self._at("PATCH", counter, "session", session, json=change)
        self.tell("pause" if reason else "resume", "", counter)

    def next(self, counter: str, session: str, ending: VisitEnd) -> CalledPerson | None:
        believed = {"current": ending.current, "current_end": ending.end, "outcome": ending.outcome}
        answer = self._at("POST", counter, "next", session, json=believed)
        if answer is None:
            return None
        self.tell("next", answer["number"], counter)
        return _leg(answer)

    def finish(self, counter: str, session: str, *, leg: str, outcome: str | None) -> None:
        answer = self._leg_verb(leg, "finish", session, json={"outcome": outcome})
        self.tell("finish", answer["number"], counter)

    def verb(self, verb: str, session: str, *, leg: str, counter: str) -> None:
        answer = self._leg_verb(leg, verb, session)
        self.tell(verb, answer["number"], counter)

    def transfer(self, counter: str, session: str, *, leg: str, service: str) -> None:
        answer = self._leg_verb(leg, "transfer", session, json={"service": service})
        self.tell("transfer", answer["number"], service)

    def expected_today(self) -> list[Booked]:
        """The appointments of today whose visitors have not come yet."""
        listed = self.server.ask("GET", f"/halls/{self.hall}/appointments", self.keys.agents)["appointments"]
        return [
            Booked(each["service"], from_text(each["booked_at"]), each["code"] or "")
            for each in listed
            if each["state"] == AppointmentState.BOOKED
        ]

    def read_counter(self, counter: str) -> HeldCounter:
        answer = self.server.ask("GET", f"/counters/{counter}", self.keys.agents)
        leg = answer["leg"]
        return HeldCounter(answer["session"], None if leg is None else _leg(leg))

    def _at(self, method: str, counter: str, part: str, session: str | None, **request: Any) -> Any:
        headers = {"X-Counter-Session": session} if session else {}
        path = f"/counters/{counter}/{part}"
        return self.server.ask(method, path, self.keys.agents, headers=headers, **request)

    def _leg_verb(self, leg: str, verb: str, session: str, **request: Any) -> Any:
        headers = {"X-Counter-Session": session}
        return self.server.ask("POST", f"/legs/{leg}/{verb}", self.keys.agents, headers=headers, **request)


def _leg(answer: dict[str, Any]) -> CalledPerson:
    is_started = answer["state"] == "in_service"
    return CalledPerson(answer["leg"], answer["visit"], answer["number"], answer["service"], is_started)
