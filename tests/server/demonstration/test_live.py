"""The demonstration played live on a served one, through its public API."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from server.demonstration.create import HALLS, SLUGS, Description
from server.demonstration.live import NEWCOMERS_HALL, ApiActs, Keys, Server, play_live
from server.demonstration.play import HallPlay
from server.demonstration.visitors import Timeline, habits
from tests.conftest import Serve
from tests.harness.commands import begin_command, run_command
from tests.harness.programs import PYTHON, child_of_tests
from tests.harness.servers.served import Served
from tests.harness.sharing import free_port
from tests.harness.waiting import wait_until

FAST = "600"


@contextmanager
def played(server: Served, pace: str = FAST) -> Iterator[None]:
    """`parvis demo --live` on a server, interrupted at the end as by Ctrl-C."""
    live = begin_command(["demo", "--live", "--pace", pace], server.environment, server.var / "live")
    assert live.pid is not None
    try:
        yield
    finally:
        os.kill(live.pid, signal.SIGINT)
        live.join(20)
        assert live.exitcode == 0, printed(server)


def printed(server: Served) -> str:
    """What the live demonstration has printed so far."""
    outputs = [server.var / "live" / name for name in "12"]
    return "".join(each.read_text(encoding="utf-8") for each in outputs if each.exists())


def asked(url: str, key: str = "") -> httpx.Response:
    """An answer that is looked at again and again: no certificates are loaded for it."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.get(url, headers=headers, timeout=10, trust_env=False, verify=False)


def queue(server: Served, hall: str) -> dict[str, Any]:
    answer = asked(f"{server.base_url}/api/v1/halls/{hall}/queue", server.demonstration["api_key"])
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


PLAYED = [slug for slug in SLUGS if slug != NEWCOMERS_HALL]


def received(server: Served) -> dict[str, int]:
    return {hall: queue(server, hall)["day"]["received"] for hall in PLAYED}


def acts(server: Served) -> list[list[str]]:
    return [line.split() for line in printed(server).splitlines()]


def verbs(server: Served) -> set[str]:
    return {act[1] for act in acts(server) if len(act) > 1}


def test_visitors_and_agents_act_in_every_hall_but_the_newcomers_without_a_fault(serve: Serve) -> None:
    """One agent holds the counters of Vervins, another four computers of Laon; all close what they hold."""
    server = serve()
    further = {f"laon-poste-{number}" for number in (2, 3, 4)} | {"vervins-b1"}

    def joined() -> set[str]:
        return {act[-1] for act in acts(server) if len(act) > 1 and act[1] == "join"}

    with played(server):
        wait_until(lambda: all(received(server).values()), "every hall has visitors")
        wanted = {"issue", "open", "next", "start", "finish"}
        wait_until(lambda: wanted <= verbs(server), "agents call and serve")
        wait_until(lambda: further <= joined(), "the further counters are held")
    assert joined() == further
    assert "server_error" not in printed(server)
    assert " 500 " not in server.log.read_text(encoding="utf-8")
    assert not {act[0] for act in acts(server)} & {NEWCOMERS_HALL}
    for hall in PLAYED:
        assert {counter["state"] for counter in queue(server, hall)["counters"]} == {"closed"}


class Always(Random):
    """Everything that may happen happens."""

    def random(self) -> float:
        return 0.0


def test_visitors_who_come_together_have_linked_visits(serve: Serve) -> None:
    server, told = serve(), []
    keys = Keys(server.demonstration["sites"][0]["kiosk"]["token"], server.demonstration["api_key"])
    with httpx.Client(base_url=server.base_url, timeout=10, trust_env=False) as client:
        acts = ApiActs(
            Server(client), "laon", keys, lambda verb, number, where: told.append((verb, number, where))
        )
        HallPlay(habits().halls["laon"], acts, Timeline(0), Always(), {}).arrive("laon-titres-retrait")
    [first, second] = [number for verb, number, _ in told if verb == "issue"]
    assert ("link", first, second) in told or ("link", second, first) in told


def test_a_visitor_with_an_appointment_today_checks_in(serve: Serve) -> None:
    server = serve()
    booked_at = (datetime.now(ZoneInfo("Europe/Paris")) + timedelta(seconds=60)).isoformat()
    lines = [f"{n},laon-titres-retrait,{booked_at},{'' if n % 2 else f'CODE{n:02d}'}" for n in range(1, 13)]
    text = "\n".join(["external_id,service,booked_at,code", *lines])
    file = server.var / "appointments.csv"
    file.write_text(text, encoding="utf-8")
    server.parvis("import-appointments", str(file), "--hall", "laon")
    with played(server):
        wait_until(lambda: "check-in" in verbs(server), "somebody checks in")


def test_simulated_people_wait_for_a_restarted_server_and_continue(serve: Serve) -> None:
    server = serve()
    with played(server):
        wait_until(lambda: any(received(server).values()), "visitors come")
        server.kill()
        wait_until(lambda: ["away"] in acts(server), "the absence is told")
        server.start()
        before = sum(received(server).values())
        wait_until(lambda: ["back"] in acts(server), "the return is told")
        wait_until(lambda: sum(received(server).values()) > before, "visitors come again")


def test_a_counter_that_a_person_takes_over_is_left_to_them(serve: Serve) -> None:
    server = serve()
    counter = f"{server.base_url}/api/v1/counters/vervins-g1"
    headers = {"Authorization": f"Bearer {server.demonstration['api_key']}"}

    def held() -> Any:
        return asked(counter, server.demonstration["api_key"]).json()["session"]

    with played(server):
        wait_until(lambda: held() is not None, "the counter is held")
        taken = httpx.post(
            f"{counter}/session", json={"take_over": True}, headers=headers, timeout=10, trust_env=False
        )
        assert taken.status_code == 201
        session = taken.json()["session"]
        before = sum(received(server).values())
        wait_until(lambda: sum(received(server).values()) > before + 20, "the others go on")
        assert held() == session
    assert held() == session


def test_a_server_without_a_demonstration_says_so(tmp_path: Path) -> None:
    server = Served(tmp_path / "var")
    ended = run_command(["demo", "--live"], server.environment)
    assert ended.status == 1
    assert "no_demonstration" in ended.stdout + ended.stderr


def test_a_demonstration_is_served_busy_and_its_player_ends_with_it(tmp_path: Path) -> None:
    """`make run`: people wait, are called and served within seconds; Château-Thierry is left alone."""
    port, log = free_port(), tmp_path / "served.log"
    (tmp_path / "var").mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
    environment |= {"PARVIS_VAR": str(tmp_path / "var"), "PARVIS_PORT": str(port), "PARVIS_VOICE": "false"}
    served = child_of_tests(
        [str(PYTHON), "-m", "server.cli", "demo", "--serve"], environment=environment, output=log
    )
    try:
        described = tmp_path / "var" / "demo.json"
        wait_until(lambda: _answers(port), "the demonstration is served")
        children = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text(encoding="utf-8").split()
        beside = [pid for pid in children if "--ends-with" in _command(pid)]
        assert len(beside) == 2, "who plays the visitors, and the agent of Laon’s kiosk"
        key = json.loads(described.read_text(encoding="utf-8"))["api_key"]

        def states(hall: str) -> set[str]:
            found = asked(f"http://127.0.0.1:{port}/api/v1/halls/{hall}/queue", key).json()
            waiting = {"waiting" for line in found["queues"] if line["waiting"]}
            return waiting | ({counter["state"] for counter in found["counters"]} & {"called", "in_service"})

        wait_until(lambda: {"waiting", "called", "in_service"} <= states("laon"), "Laon is busy")
        assert states(NEWCOMERS_HALL) == set()
    finally:
        served.kill()
        served.wait(timeout=10)
    wait_until(
        lambda: not any("--ends-with" in _command(pid) for pid in beside), "both end with their server"
    )


def _answers(port: int) -> bool:
    try:
        answer = asked(f"http://127.0.0.1:{port}/health/ready")
    except httpx.TransportError:
        return False
    return answer.status_code == 200


def _command(pid: str) -> str:
    """The command line of a process, empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except OSError:
        return ""


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


def verbs_reported(counters: Counters) -> list[str]:
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
    told = verbs_reported(counters)
    assert counters.opened
    assert not counters.held
    assert told[-1] == "close"


def test_the_end_waits_once_for_a_server_that_is_away() -> None:
    def away() -> None:
        if len(counters.opened) == 2:
            counters.is_away = True
            interrupt()

    counters = Counters(at_open=away)
    told = verbs_reported(counters)
    assert told.count("away") == 1
    assert "close" not in told
