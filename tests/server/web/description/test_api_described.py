"""The real server follows its own description for any request of a program."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from server.domain.people.roles import SCOPES
from server.web.access.requirements import required_of
from tests.harness.counts import IS_LARGE, count
from tests.harness.described_answers import DESCRIPTION
from tests.harness.programs import PROJECT
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import signed_in
from tests.server.live.hall import Halls, ServedHall
from tests.server.web.api_site import ApiSite
from tests.signage.media.uploads import image

KEY = ("issue", "read", "call")
"""The scopes of the demonstration's key."""
type IsAsked = Callable[[str, str], bool]
"""Whether an operation is tested: its path, as the description writes it, and its method."""

HOOKS = Path(__file__).with_name("whole_addresses.py")
"""For the long campaign: only there such an id was met."""
ASKED_ABOUT = ("laon", "vervins")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def narrowed(document: dict[str, Any], real: dict[str, list[Any]]) -> dict[str, Any]:
    """The description with real ids where it only says "an id", so that calls reach beyond a 404."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] in real:
                    parameter["schema"] = {"enum": real[parameter["name"]]}
    for name, shape in document["components"]["schemas"].items():
        for field, allowed in real.items():
            if name.endswith("Body") and field in shape.get("properties", {}):
                is_needed = field in shape.get("required", [])
                shape["properties"][field] = {"enum": [*allowed, *([] if is_needed else [None])]}
    return document


def open_to(app: Flask, scopes: tuple[str, ...]) -> set[tuple[str, str]]:
    """Paths, as the description writes them, and methods that a key with these scopes is let into."""
    held = {permission for scope in scopes for permission in SCOPES[scope]}
    found = set()
    for rule in app.url_map.iter_rules():
        required = required_of(app, rule.endpoint)
        is_open = required and "key" in required.kinds and (required.access or required.permissions & held)
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        found |= {(path, method.lower()) for method in rule.methods or () if is_open}
    return found


def kept(document: dict[str, Any], is_asked: IsAsked) -> dict[str, Any]:
    """The description of some operations; refusals of who may not are walked by the matrix."""
    for path, operations in document["paths"].items():
        document["paths"][path] = {
            method: each for method, each in operations.items() if is_asked(path, method)
        }
    return document


def busy(hall: ServedHall) -> dict[str, list[Any]]:
    """Ids of a hall with open counters, people waiting, called, served and gone."""
    for counter in ("laon-g1", "laon-g4"):
        hall.open(counter)
    tickets = [hall.ticket() for _ in range(40)]
    ended = hall.next("laon-g1")
    hall.post(f"/legs/{ended['leg']}/no-show")
    current = [hall.next("laon-g1")["leg"], hall.next("laon-g4")["leg"]]
    screen, sites = hall.site["screens"][0], hall.server.demonstration["sites"]
    headers = {"Authorization": f"Bearer {screen['token']}", "Content-Type": "image/jpeg"}
    path = f"/halls/laon/screens/{screen['id']}/picture"
    hall.http.post(path, content=image("JPEG"), headers=headers).raise_for_status()
    waiting = [leg["leg"] for queue in hall.get("/halls/laon/queue")["queues"] for leg in queue["legs"]]
    return {
        "hall": [*ASKED_ABOUT],
        "halls": [["soissons"], ["vervins"]],
        "queue": ["laon-file-accueil", "laon-file-permis"],
        "counter": ["laon-g1", "laon-g4", "laon-b12"],
        "service": ["laon-accueil", "laon-permis", "laon-naturalisation"],
        "leg": [ended["leg"], *current, *waiting[:9]],
        "current": current,
        "visit": [ticket["visit"] for ticket in tickets[3:12]],
        "token": [tickets[5]["token"], tickets[9]["token"], tickets[7]["short_code"]],
        "screen": [each["id"] for site in sites if site["slug"] in ASKED_ABOUT for each in site["screens"]],
        "kiosk": ["laon-borne-1", "vervins-borne-1"],
        "host": ["127.0.0.1"],
        "lang": ["fr", "en", "es"],
        "document": ["installation", "vervins"],
        "revision": [1],
        "base_revision": [1],
    }


def booked(browser: httpx.Client) -> str:
    """An appointment of today."""
    wanted = {"service": "laon-titres-depot", "booked_at": datetime.now(UTC).isoformat()}
    answer = browser.post("/api/v1/halls/laon/appointments", json=wanted)
    return str(answer.raise_for_status().json()["appointment"])


def tried(browser: httpx.Client) -> str:
    """A trial of a printer."""
    answer = browser.post("/api/v1/halls/laon/kiosks/laon-borne-1/printer/trial", json={})
    return str(answer.raise_for_status().json()["job"])


def paired_elsewhere(browser: httpx.Client) -> list[str]:
    """The devices of halls where nothing else is tested: some are revoked."""
    halls = browser.get("/api/v1/devices").raise_for_status().json()["halls"]
    return [each["device"] for hall in halls if hall["hall"] not in ASKED_ABOUT for each in hall["devices"]]


def crowded(server: Served, browser: httpx.Client) -> str:
    """The alarm of a queue over its threshold."""
    server.republish("laon", lambda document: document.update(alarms={"queue_people": 1, "queue_for_s": 0}))

    def open_alarms() -> list[dict[str, Any]]:
        answer = browser.get("/api/v1/halls/laon/alarms").raise_for_status()
        return list(answer.json()["alarms"])

    return str(wait_until(open_alarms, "a queue is over its threshold")[0]["alarm"])


def raised(browser: httpx.Client) -> str:
    """An alert of a hall where nothing else is tested."""
    wanted = {"halls": ["soissons"], "kind": "medical", "press_id": "described"}
    answer = browser.post("/api/v1/alerts", json=wanted)
    return str(answer.raise_for_status().json()["alert"])


def decided(browser: httpx.Client) -> str:
    """A target in force."""
    path = "/api/v1/halls/laon/targets"
    today = browser.get(path).raise_for_status().json()["on"]
    wanted = {"service": "laon-accueil", "wait_s": 600, "share_percent": 80, "decided_by": "Comité"}
    answer = browser.post(path, json=wanted | {"applies_from_on": today, "decided_on": today})
    return str(answer.raise_for_status().json()["target"])


def helped(browser: httpx.Client) -> str:
    """A call for help that nobody has acknowledged."""
    answer = browser.post("/api/v1/halls/laon/messages", json={})
    return str(answer.raise_for_status().json()["message"])


def uploaded(browser: httpx.Client) -> str:
    """A medium that is being prepared, or ready by now."""
    answer = browser.post("/api/v1/media", content=image("PNG"))
    return str(answer.raise_for_status().json()["medium"])


def assert_described(
    server: Served,
    *headers: str,
    real: dict[str, list[Any]],
    examples: int,
    is_asked: IsAsked,
) -> None:
    """Schemathesis finds nothing between the description and the answers.

    Small counts leave out the phase that tries every limit of every field, three quarters of the time: what
    the tests of the API receive is compared with the description anyway.
    """
    document = httpx.get(f"{server.base_url}/api/v1/openapi.json", trust_env=False).json()
    document = kept(document, is_asked)
    (server.var / "openapi.json").write_text(json.dumps(narrowed(document, real)), encoding="utf-8")
    asked = [part for header in headers for part in ("--header", header)]
    ended = subprocess.run(
        [
            str(PROJECT / ".venv" / "bin" / "schemathesis"), "run",
            str(server.var / "openapi.json"), "--url", server.base_url,
            *asked,
            "--checks", CHECKS,
            "--phases", "examples,coverage,fuzzing" if IS_LARGE else "examples,fuzzing",
            "--max-examples", str(examples),
            "--seed", "2",
            "--request-timeout", "60",  # separate processes work at a low priority
            "--generation-database", "none",
            "--no-color",
        ],
        cwd=server.var,
        env=os.environ | {"NO_PROXY": "127.0.0.1"} | ({"SCHEMATHESIS_HOOKS": str(HOOKS)} if IS_LARGE else {}),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    told = ended.stdout.partition("= FAILURES =")[2] or ended.stdout[-9000:]  # warnings follow, of any length
    assert ended.returncode == 0, f"{told[:9000]}\n{ended.stderr[-2000:]}"
    said = re.search(r"(\d+) operations? repeatedly returned 404", ended.stdout)
    # with hundreds of requests each, the alerts and tickets that are named are used up on the way; were they
    # not there from the start, every operation with a name in its path would be among these
    assert said is None or int(said[1]) < count(small=7, large=18), ended.stdout[-5000:]
    assert "Traceback" not in server.log.read_text(encoding="utf-8", errors="replace"), server.log_end()


@pytest.mark.long
def test_with_the_demonstrations_key_every_answer_is_as_described(served_hall: Halls, api: ApiSite):
    hall = served_hall()
    server = hall.server
    key = server.demonstration["api_key"]
    let_in = open_to(api.app, KEY)
    assert ("/api/v1/halls/{hall}/tickets", "post") in let_in
    with signed_in(server, "administrator", "*") as browser:
        appointments = [booked(browser) for _ in range(9)]
    assert_described(
        server,
        f"Authorization: Bearer {key}",
        real=busy(hall) | {"appointment": appointments},
        examples=count(small=6, large=500),
        is_asked=lambda path, method: IS_LARGE or (path, method) in let_in,
    )


@pytest.mark.long
def test_with_a_signed_in_session_every_answer_is_as_described(served_hall: Halls, api: ApiSite):
    """Small counts leave to the key what it is let into too."""
    hall = served_hall()
    of_the_key = open_to(api.app, KEY)
    server = hall.server
    with signed_in(server, "administrator", "*") as browser:
        appointments = [booked(browser) for _ in range(9)]
        alert, target = raised(browser), decided(browser)
        notices = [each["notice"] for each in browser.get("/api/v1/notices").json()["notices"]]
        media = [uploaded(browser) for _ in range(12)]
        sent = [helped(browser) for _ in range(3)]
        job, devices = tried(browser), paired_elsewhere(browser)
        codes = [str(browser.post("/device/pairing", json={}).json()["code"])]
        csrf = f"X-CSRFToken: {browser.headers['X-CSRFToken']}"
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        found = busy(hall)
        alarm = crowded(server, browser)
    real = found | {
        "hall": ["laon"],  # of all that is named below
        "kiosk": ["laon-borne-1"],
        "alarm": [alarm],
        "appointment": appointments,
        "alert": [alert],
        "target": [target],
        "notice": notices,
        "medium": media,
        "by": media,
        "message": sent,
        "job": [job],
        "device": devices,
        "code": codes,
    }
    with hall.screen():  # one that may be asked for a picture
        assert_described(
            server,
            f"Cookie: {cookies}",
            csrf,
            real=real,
            examples=count(small=4, large=200),
            is_asked=lambda path, method: IS_LARGE or (path, method) not in of_the_key,
        )


# --- a client that a public generator makes of the description ------------------------------------


GENERATOR = PROJECT / "var" / "generator" / "bin"
"""An environment of its own; `make tools` makes it."""
MAIN_JOB = Path(__file__).with_name("main_job.py")
CHOSEN = """
post_hooks: []
content_type_overrides:
  application/pdf: application/octet-stream
  image/webp: application/octet-stream
"""
SERVICE, COUNTER = "laon-accueil", "laon-g1"


def run(program: str, *arguments: str | Path, **environment: str) -> str:
    """What a program of the generator's environment prints."""
    command = [str(GENERATOR / program), *map(str, arguments)]
    ended = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=200
    )
    assert ended.returncode == 0, f"{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}"
    return ended.stdout


def generated(document: dict[str, Any], folder: Path) -> str:
    """Makes the package `parvis_client` in a folder; what the generator says."""
    described, chosen = folder / "openapi.json", folder / "chosen.yaml"
    described.write_text(json.dumps(document), encoding="utf-8")
    chosen.write_text(CHOSEN, encoding="utf-8")
    package = folder / "parvis_client"
    return run(
        "openapi-python-client", "generate", "--path", described, "--config", chosen,
        "--meta", "none", "--output-path", package,
    )  # fmt: skip


@pytest.mark.long
def test_a_generated_client_issues_follows_calls_and_serves(served_hall: Halls, tmp_path: Path):
    hall = served_hall()
    hall.empty()
    base_url = hall.server.base_url
    document = httpx.get(f"{base_url}{DESCRIPTION}", trust_env=False).json()
    assert "WARNING" not in generated(document, tmp_path), "nothing is left out of the client"
    where = (base_url, hall.key, hall.slug, SERVICE, COUNTER)
    said = json.loads(run("python", MAIN_JOB, *where, PYTHONPATH=str(tmp_path), NO_PROXY="127.0.0.1"))
    number = said["number"]
    assert said == {
        "offered": said["offered"],
        "number": number,
        "waiting": "waiting",
        "called": number,
        "why": said["why"],
        "on_board": [number],
        "at_counter": number,
        "received": said["received"],
        "served": "served",
    }
    assert said["received"] >= 1
    assert said["why"].startswith("why.")
    assert SERVICE in said["offered"]
