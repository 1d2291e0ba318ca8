"""The demonstration played live: visitors and agents act on a running server through its public REST API.

They act at their own pace, together with the real people who press, call or take a counter. The play never
uses the database.
"""

import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from types import FrameType
from typing import Any

import httpx

from server.demonstration.acts import CalledPerson, ExpectedVisitor, HeldCounter, Press, TakenTicket, VisitEnd
from server.demonstration.create import HALLS, DemonstrationSite, Description
from server.demonstration.play import HallPlay
from server.demonstration.visitors import Booked, Timeline, comes_at, habits
from server.domain.appointments import AppointmentState
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


type Tell = Callable[[str, str, str, str], None]
"""`tell(hall, verb, number, where)`: an act that was done; for `refused`, the code instead of the number."""

ARRIVALS_AN_HOUR_OF_A_MONTH = 1 / 130
"""Arrivals an hour for each visitor a month: a month has about 130 hours of opening."""
BUSY = 1.25
"""The demonstration plays a busy hour."""
GREETED_SHARE = 0.06
NEWCOMERS_HALL = "chateau-thierry"
"""Nobody is simulated here: this hall is for the people who try the product."""
OPENS_WITHIN_S = 1.0
COMES_AT_FIRST_WITHIN_S = 3.0
WAITING_AT_FIRST_A_COUNTER = 2
EAGER_FOR_S = 60.0
"""Seconds of play in which agents call without a pause, so that the first page shows a busy hall."""
LOOKS_FOR_APPOINTMENTS_EVERY_S = 120.0
"""Real seconds at any pace, because appointments follow the server's clock."""
FIRST_ARRIVAL_WITHIN_S = 30.0
WAITS_AT_MOST_S = 0.5


def play_live(
    described: Description,
    *,
    pace: float,
    tell: Tell,
    transport: httpx.BaseTransport | None = None,
    ends_with: int | None = None,
) -> None:
    """Plays the halls of `var/demo.json`, `pace` times faster than life, until it is interrupted.

    All but the hall left to newcomers. At the end it closes the counters it holds. A server that is away is
    waited for, but for a few seconds at the end. `transport`: how the server is reached, the network by
    default. `ends_with`: the parent process whose end ends the play.
    """
    url = described["base_url"]
    with httpx.Client(base_url=url, timeout=10, trust_env=False, transport=transport) as client:
        server = Server(client, lambda is_back: tell("", "back" if is_back else "away", "", ""))
        timeline = Timeline(time.time())
        played = [site for site in described["sites"] if site["slug"] != NEWCOMERS_HALL]
        plays = [_hall_play(server, timeline, described, site, tell=tell) for site in played]
        if ends_with is not None:
            threading.Thread(target=_end_with, args=(server, ends_with), daemon=True).start()
        with _interrupted_by(server), suppress(ServerAway):
            for play in plays:
                _plan(play, pace)
                _expect_appointments(play, pace)
            _run(timeline, pace, server)
            for play in plays:
                play.close_all()


def _end_with(server: Server, parent: int) -> None:
    """Ends the play once the parent process has ended, whatever the play waits for."""
    while os.getppid() == parent:
        time.sleep(WAITS_AT_MOST_S)
    server.is_ending = True


@contextmanager
def _interrupted_by(server: Server) -> Iterator[None]:
    """Ends the play at these signals, even where a shell ignores them; a second one ends it at once.

    An act that has begun is finished first, so that the play knows every counter that it opened.
    """

    def ended(_: int, __: FrameType | None) -> None:
        if server.is_ending:
            raise KeyboardInterrupt
        server.is_ending = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {number: signal.signal(number, ended) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)


def _hall_play(
    server: Server, timeline: Timeline, described: Description, site: DemonstrationSite, *, tell: Tell
) -> HallPlay:
    slug = site["slug"]
    keys = Keys(kiosk=site["kiosk"]["token"], agents=described["api_key"])
    acts = ApiActs(server, slug, keys, lambda verb, number, where: tell(slug, verb, number, where))

    def refused(refusal: Refusal) -> None:
        tell(slug, "refused", refusal.code, "")

    document = json.loads((HALLS / f"{slug}.json").read_text(encoding="utf-8"))
    return HallPlay(
        habits().halls[slug],
        acts,
        timeline,
        Random(),
        {service["id"]: service["typed_mean_s"] for service in document["services"]},
        frozenset(counter["id"] for counter in document["counters"] if counter["is_self_service"]),
        refused=refused,
    )


def _plan(play: HallPlay, pace: float) -> None:
    """Counters open and people come in the first seconds, at any pace; then everything takes its time."""
    play.eager_until_s = play.time.now_s + EAGER_FOR_S
    for counter in play.own.staffing:
        opens_s = play.chance.uniform(0, OPENS_WITHIN_S) * pace
        play.time.after(opens_s, lambda counter=counter: play.open(counter))  # type: ignore[misc]
    for _ in range(WAITING_AT_FIRST_A_COUNTER * len(play.own.staffing)):
        comes_s = play.chance.uniform(OPENS_WITHIN_S, COMES_AT_FIRST_WITHIN_S) * pace
        play.time.after(comes_s, play.arrive)
    play.time.after(play.chance.uniform(0, FIRST_ARRIVAL_WITHIN_S), lambda: _arrivals(play))


def _expect_appointments(play: HallPlay, pace: float) -> None:
    """Those with an appointment of today who have not come yet come as in any past of the demonstration."""
    acts, since = play.acts, datetime.now(UTC)
    assert isinstance(acts, ApiActs)
    comes: dict[Booked, datetime | None] = {}

    def bring_expected() -> None:
        play.time.after(LOOKS_FOR_APPOINTMENTS_EVERY_S * pace, lambda: play.may_fail(bring_expected))
        for booked in acts.expected_today():
            if booked not in comes:
                comes[booked] = _still_comes(booked, play.chance, since)
            at = comes[booked]
            if at is not None and at <= datetime.now(UTC):
                comes[booked] = None
                play.come_expected(booked)

    play.time.after(play.chance.uniform(0, FIRST_ARRIVAL_WITHIN_S), lambda: play.may_fail(bring_expected))


def _still_comes(booked: Booked, chance: Random, since: datetime) -> datetime | None:
    """When the visitor of an appointment comes; None for one who does not come, or whose time has passed.

    A visitor who should be here already comes at once.
    """
    drawn = comes_at(booked, chance)
    if drawn is None or max(drawn, booked.booked_at) < since:
        return None
    return max(drawn, since)


def _arrivals(play: HallPlay) -> None:
    """One person arrives, and the next is planned."""
    if play.chance.random() < GREETED_SHARE:
        play.greet()
    else:
        play.arrive()
    an_hour = play.own.visitors_a_month * ARRIVALS_AN_HOUR_OF_A_MONTH * BUSY
    play.time.after(play.chance.expovariate(an_hour / 3600), lambda: _arrivals(play))


def _run(timeline: Timeline, pace: float, server: Server) -> None:
    """Does each planned act at its time. After an absence of the server acts are late, not all at once."""
    played_s, since_s = timeline.now_s, time.monotonic()
    while not server.is_ending and (next_s := timeline.next_at()) is not None:
        due_in_s = (next_s - played_s) / pace - (time.monotonic() - since_s)
        if due_in_s > WAITS_AT_MOST_S:
            time.sleep(WAITS_AT_MOST_S)
            continue
        if due_in_s > 0:
            time.sleep(due_in_s)
        timeline.step()
        lateness_s = -due_in_s
        if lateness_s > 1:
            played_s, since_s = timeline.now_s, time.monotonic()
