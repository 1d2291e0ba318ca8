"""Rate limits: counted for all workers, explained in words, and never a lock-out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from server.app.web_parts import brake, make_limiter
from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.usecases.people.directory import NewKey, create_api_key, revoke_api_key
from tests.harness.sharing import free_port
from tests.server.web.api_site import PASSWORD, ApiSite, accepted, csrf_of


def worker(redis_url: str) -> Callable[..., int]:
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
    one, other = worker(redis_url), worker(redis_url)
    assert [one(), other(), one(), other()] == [200, 200, 429, 429]


def test_without_redis_each_process_counts_for_itself():
    alone = worker(f"redis://127.0.0.1:{free_port()}/0")
    assert [alone(), alone(), alone()] == [200, 200, 429]


def test_one_caller_has_a_whole_64_of_ipv6_and_one_count():
    ask = worker("")
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
        meanwhile.setattr("server.web.access.callers.bearer_of_token", away)
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
