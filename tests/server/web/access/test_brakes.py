"""Rate limits: counted for all workers, explained in words, never a lock-out; the hall before strangers."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app.web_parts import brake, make_limiter
from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.usecases.people.directory import NewKey, create_api_key, revoke_api_key
from server.web.access.guards import StrangersLine, StrangersQuota, install_strangers
from server.web.access.requirements import Access, Allowance, required_of, requires
from tests.bench.loads import Connection, request
from tests.harness.servers.served import Served
from tests.harness.sharing import free_port
from tests.server.web.api_site import HALL, PASSWORD, ApiSite, accepted, csrf_of
from tests.server.web.test_http import BOTH


def braked_worker(redis_url: str) -> Callable[..., int]:
    """A worker with one page that may be requested twice a minute: the status of its answer."""
    app = Flask("brakes", static_folder=None)
    app.testing = True
    app.before_request(lambda: None)
    app.after_request(lambda response: response)
    stop = brake(make_limiter(app, redis_url), "page", "2 per minute")

    @app.get("/")
    def page() -> str:
        stop()
        return "yes"

    def ask(address: str = "127.0.0.1") -> int:
        return app.test_client().get("/", environ_overrides={"REMOTE_ADDR": address}).status_code

    return ask


def test_workers_count_together(redis_url: str):
    one, other = braked_worker(redis_url), braked_worker(redis_url)
    assert [one(), other(), one(), other()] == [200, 200, 429, 429]


def test_without_redis_each_process_counts_for_itself():
    alone = braked_worker(f"redis://127.0.0.1:{free_port()}/0")
    assert [alone(), alone(), alone()] == [200, 200, 429]


def test_one_caller_has_a_whole_64_of_ipv6_and_one_count():
    ask = braked_worker("")
    assert [ask(f"2001:db8:0:1::{number}") for number in (1, 2, 3)] == [200, 200, 429]
    assert [ask("2001:db8:0:2::1"), ask("::ffff:192.0.2.7"), ask("192.0.2.7"), ask("192.0.2.7")] == [
        200,
        200,
        200,
        429,
    ]


def test_failed_sign_ins_of_a_64_are_counted_together(api: ApiSite):
    api.person("agent")
    browser = api.app.test_client()
    form = {"csrf_token": csrf_of(browser), "login": "nobody", "password": PASSWORD}
    for number in range(3):
        browser.post("/connexion", data=form, environ_overrides={"REMOTE_ADDR": f"2001:db8::{number + 1}"})
    assert api.count("sign_in_failure WHERE failures = 3") == 3  # of the pair, the login and the address


@pytest.mark.usefixtures("one_instant")
def test_giving_up_and_taking_back_one_ticket_is_limited(api: ApiSite):
    token, another = (api.ticket()["token"] for _ in range(2))
    browser = api.app.test_client()
    answers = [browser.post(f"/api/v1/tickets/{token}/give-up") for _ in range(21)]
    assert [answer.status_code == 429 for answer in answers] == [False] * 20 + [True]
    refused = answers[-1]
    assert refused.get_json()["detail"] == "Trop de demandes. Attendez une minute, puis recommencez."
    assert refused.headers["Retry-After"] == "60"
    accepted(api.app.test_client().post(f"/api/v1/tickets/{another}/give-up"))


@pytest.mark.usefixtures("one_instant")
def test_uploads_are_counted_by_person(api: ApiSite, tmp_path: Path):
    browser, headers = api.writer("communication")
    answers = [browser.post("/api/v1/media", data=b"", headers=headers) for _ in range(31)]
    assert [answer.status_code == 429 for answer in answers] == [False] * 30 + [True]
    other, theirs = api.writer("communication")
    assert other.post("/api/v1/media", data=b"", headers=theirs).status_code != 429


@pytest.mark.usefixtures("one_instant")
@pytest.mark.parametrize("path", ["/connexion", "/invitation"])
def test_a_page_requested_too_often_says_so(api: ApiSite, path: str):
    api.person("agent")
    browser = api.app.test_client()
    form = {"csrf_token": csrf_of(browser), "login": "nobody", "password": PASSWORD, "token": "x" * 22}
    answers = (browser.post(path, data=form) for _ in range(61))
    refused = next(answer for answer in answers if "Retry-After" in answer.headers)
    assert refused.status_code == 429
    assert "Trop d’essais" in refused.text


def test_valid_keys_meet_no_brake_while_the_database_is_away(api: ApiSite, monkeypatch: pytest.MonkeyPatch):
    def away(*_: object) -> None:
        raise Refusal("database_busy")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("server.store.devices.paired_devices.bearer_of_token", away)
        answers = {api.get("/halls/laon/board").status_code for _ in range(150)}
    assert answers == {503}
    assert api.get("/halls/laon/board").status_code == 200


def test_wrong_keys_meet_a_brake_and_valid_ones_do_not(api: ApiSite):
    def statuses(token: str, times: int) -> set[int]:
        return {api.get("/halls/laon/board", token=token).status_code for _ in range(times)}

    assert statuses("parvis_key_guessed", 100) == {401}
    assert statuses("parvis_key_guessed", 50) == {429}
    assert statuses(api.key, 20) == {200}


def test_a_void_key_is_named_as_one_and_the_answer_says_how_to_sign_in(api: ApiSite):
    key, token = create_api_key(api.database, SYSTEM, NewKey("box", ("read",)))
    accepted(api.get("/halls/laon/board", token=None, headers={"Authorization": f"bEARER {token}"}))
    revoke_api_key(api.database, SYSTEM, key)
    for void in (token, "parvis_key_never_given"):
        answer = api.get("/halls/laon/board", token=void)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "unknown_key")
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    nobody = api.get("/halls/laon/board", token=None)
    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")


# --- strangers: every route counts them unless it says why not ------------------------------------


OF_PRINTERS = "proves itself in its view, which counts whoever does not: docs/rules/pulled-printers.md"
NOT_COUNTED = {
    "health.live": "who watches the server may share an address with a flood, and restarts what is silent",
    "health.ready": "the same",
    "star_cloudprnt.poll": OF_PRINTERS,
    "star_cloudprnt.fetch": OF_PRINTERS,
    "star_cloudprnt.confirm": OF_PRINTERS,
    "epson_direct.ask": OF_PRINTERS,
    "kiosk_agent.poll": OF_PRINTERS,
    "kiosk_agent.fetch": OF_PRINTERS,
    "kiosk_agent.confirm": OF_PRINTERS,
}
"""Every route that a stranger may ask without being counted, and why."""
FILES = {"site.asset", "look.stylesheet", "look.file", "public_notices.file"}


def test_every_route_counts_strangers_but_for_those_that_say_why(api: ApiSite):
    endpoints = {rule.endpoint for rule in api.app.url_map.iter_rules()}
    known = {each: required_of(api.app, each) for each in endpoints}
    found = {name: each.allowance for name, each in known.items() if each is not None}
    assert set(found) == endpoints
    assert {name for name, each in found.items() if each is Allowance.OWN} == set(NOT_COUNTED)
    files = {name for name, each in found.items() if each is Allowance.FILES}
    assert {name for name in files if not name.endswith("static")} == FILES
    tickets = {name for name, each in found.items() if each is Allowance.TICKETS}
    assert tickets == {name for name, each in known.items() if each and each.access is Access.TICKET}


def counting_worker(redis_url: str = "", pages: int = 2) -> Callable[..., int]:
    """A worker with routes of each kind: the status of a stranger's request."""
    app = Flask("strangers", static_folder=None)
    app.testing = True
    app.before_request(lambda: None)
    app.after_request(lambda response: response)
    quota = StrangersQuota(make_limiter(app, redis_url), pages)
    install_strangers(app, StrangersLine(lambda: None), quota)
    app.add_url_rule("/new", "new", lambda: "yes")
    app.add_url_rule("/page", "page", requires(Access.EVERYBODY)(lambda: "yes"))
    app.add_url_rule("/t", "t", requires(Access.TICKET)(lambda: "yes"))
    app.add_url_rule("/own", "own", requires(Access.EVERYBODY, allowance=Allowance.OWN)(lambda: "yes"))

    def ask(path: str, address: str = "192.0.2.1") -> int:
        return app.test_client().get(path, environ_overrides={"REMOTE_ADDR": address}).status_code

    return ask


def test_a_new_route_and_an_address_without_one_are_counted_with_the_pages(redis_url: str):
    one, other = counting_worker(redis_url), counting_worker(redis_url)
    assert [one("/new"), other("/nothing"), one("/page"), other("/new")] == [200, 404, 429, 429]
    assert [one("/t") for _ in range(7)] == [200] * 6 + [429]
    assert [one("/own") for _ in range(20)] == [200] * 20


@pytest.mark.usefixtures("one_instant")
def test_many_addresses_of_a_network_are_counted_together_and_others_are_not():
    ask = counting_worker()
    assert [ask("/page", f"192.0.2.{number}") for number in range(1, 11)] == [200] * 8 + [429] * 2
    assert ask("/page", "192.0.3.1") == 200
    assert [ask("/page", f"2001:db8:7:{number}::1") for number in range(10)] == [200] * 8 + [429] * 2


def test_a_zero_counts_nobody():
    ask = counting_worker(pages=0)
    assert [ask("/page") for _ in range(50)] == [200] * 50


@pytest.fixture
def strict(halls_sqlite_url: str, tmp_path: Path) -> Iterator[ApiSite]:
    """A site that answers three pages a minute to strangers of one address."""
    found = ApiSite(halls_sqlite_url, tmp_path, has_halls=True, settings={"requests_per_address": "3"})
    found.app.test_client_class = FlaskClient  # the other one reads the description, as a stranger
    yield found
    found.close()


@pytest.mark.usefixtures("one_instant")
def test_a_flood_from_the_halls_own_address_never_refuses_devices_people_and_keys(strict: ApiSite):
    stranger, person = strict.app.test_client(), strict.person("agent")
    menu = f"/api/v1/halls/{HALL}/menu"
    guessed = {"Authorization": "Bearer guessed"}
    told = [
        stranger.get(path, headers=guessed).status_code for path in ("/aide", menu, "/nothing", menu, "/aide")
    ]
    assert told == [200, 401, 404, 429, 429]
    refused = stranger.get("/aide", headers=BOTH)
    assert (refused.headers["Retry-After"], "Trop d’essais" in refused.text) == ("60", True)
    file = "/static/server/shared/base.css"
    for _ in range(30):
        stranger.get(file).close()
    assert stranger.get(file).status_code == 429
    for _ in range(10):
        assert strict.get(f"/halls/{HALL}/menu", token=strict.kiosk).status_code == 200
        assert person.get("/aide").status_code == 200
        answer = person.get(file)
        assert answer.status_code == 200
        answer.close()
    assert stranger.get("/health/live").status_code == 200


CONNECTIONS, MOST_BEFORE_THE_HALL = 64, 8


def test_between_the_request_of_a_kiosk_and_its_answer_few_strangers_are_answered(standing):
    served: Served = standing("embedded", requests_per_address="0")
    kiosk = served.demonstration["sites"][0]["kiosk"]
    menu = request("GET", f"/api/v1/halls/{HALL}/menu", headers={"Authorization": f"Bearer {kiosk['token']}"})
    before = asyncio.run(_answers_before(served.port, menu))
    assert max(before) <= MOST_BEFORE_THE_HALL, before


async def _answers_before(port: int, menu: bytes) -> list[int]:
    """For each answer to the kiosk, how many strangers were answered since it asked."""
    answered, is_over, answers = 0, False, asyncio.Semaphore(0)
    page = request("GET", "/nothing")

    async def flood(connection: Connection) -> None:
        nonlocal answered
        while not is_over:
            await connection.ask(page)
            answered += 1
            answers.release()

    strangers = [await Connection.open(port) for _ in range(CONNECTIONS)]
    flooding = [asyncio.ensure_future(flood(each)) for each in strangers]
    kiosk = await Connection.open(port)
    before = list[int]()
    for _ in range(10):
        for _ in range(CONNECTIONS):
            await answers.acquire()
        since = answered
        assert (await kiosk.ask(menu)).status == 200
        before.append(answered - since)
    is_over = True
    await asyncio.gather(*flooding)
    for each in (*strangers, kiosk):
        each.close()
    return before
