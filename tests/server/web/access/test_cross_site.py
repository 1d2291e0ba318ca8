"""Writes by cookies: what browsers say of where they come from, and cookies of before they were `__Host-`."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Response

from server.domain.instants import EPOCH
from server.web.access.cookies import DEVICE_COOKIE, SESSION_COOKIE
from tests.harness.sql import make_tables
from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, refused

TICKETS = f"/api/v1/halls/{HALL}/tickets"
PRESS = {"service": SERVICE, "press_id": "press-one"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiSite]:
    folder = tmp_path_factory.mktemp("cross")
    url = f"sqlite:///{folder / 'parvis.db'}"
    make_tables(url)
    found = ApiSite(url, folder, settings={"behind_proxy": "true", "public_url": "https://parvis.example"})
    yield found
    found.close()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8080"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Origin": "https://parvis.example"},
    ],
)
def test_pages_of_this_server_write(site: ApiSite, sent: dict[str, str]):
    browser, token = site.writer("reception")
    press = PRESS | {"press_id": str(uuid.uuid4())}
    accepted(browser.post(TICKETS, json=press, headers=token | sent), 201)


@pytest.mark.parametrize(
    "sent",
    [
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": "https://other.parvis.example"},
        {"Origin": "https://["},
    ],
)
def test_pages_of_elsewhere_write_nothing(site: ApiSite, sent: dict[str, str]):
    browser, token = site.writer("reception")
    refused(browser.post(TICKETS, json=PRESS, headers=token | sent), 403, "csrf")
    device = site.app.test_client()
    device.set_cookie(site.cookie(DEVICE_COOKIE), site.kiosk)
    refused(device.post(TICKETS, json=PRESS, headers=sent), 403, "csrf")
    refused(device.post("/device/session", json={"token": site.kiosk}, headers=sent), 403, "csrf")


def test_a_form_of_ours_has_the_origin_null_because_of_our_referrer_policy(site: ApiSite):
    browser, token = site.writer("reception")
    form = {"csrf_token": token["X-CSRFToken"]}
    assert browser.post("/deconnexion", data=form, headers={"Origin": "null"}).status_code == 303


def test_a_valid_bearer_token_is_accepted_and_a_void_one_opens_nothing(site: ApiSite):
    browser = site.person("reception")
    void, valid = ({"Authorization": f"Bearer {token}"} for token in ("nobody-has-this", site.key))
    refused(browser.post(TICKETS, json=PRESS, headers=void), 401, "unknown_device")
    assert browser.post("/deconnexion", headers=void).status_code == 403
    elsewhere = {"Origin": "https://program.example"}
    assert site.app.test_client().post(TICKETS, json=PRESS, headers=valid | elsewhere).status_code == 201


def test_a_session_signed_out_and_its_forms_open_nothing(site: ApiSite):
    browser, token = site.writer("reception")
    kept = browser.get_cookie(site.cookie(SESSION_COOKIE)).value
    assert browser.post("/deconnexion", headers=token).status_code == 303
    browser.set_cookie(site.cookie(SESSION_COOKIE), kept)
    refused(browser.post(TICKETS, json=PRESS, headers=token), 401, "not_signed_in")
    form = {"login": "x", "password": "x", "csrf_token": token["X-CSRFToken"]}
    assert browser.post("/connexion", data=form).status_code == 403


def set_by(answer: Any) -> dict[str, str]:
    response: Response = answer
    return dict(each.partition(";")[0].split("=", 1) for each in response.headers.getlist("Set-Cookie"))


def test_a_device_s_former_cookie_is_accepted_and_replaced(site: ApiSite):
    browser = site.app.test_client()
    browser.set_cookie(DEVICE_COOKIE, site.screen)
    me = browser.get("/device/me")
    assert accepted(me)["kind"] == "screen"
    assert set_by(me) == {f"__Host-{DEVICE_COOKIE}": site.screen, DEVICE_COOKIE: ""}
    browser.set_cookie(DEVICE_COOKIE, site.screen)
    board = browser.get(f"/api/v1/halls/{HALL}/board")
    assert board.status_code == 200
    assert set_by(board) == {}, "the new one is there already"


def test_a_former_session_continues_under_its_new_name_and_ends_with_sign_out(site: ApiSite):
    browser, name = site.person("agent"), site.cookie(SESSION_COOKIE)
    token = browser.get_cookie(name).value
    browser.delete_cookie(name)
    browser.set_cookie(SESSION_COOKIE, token)
    site.app.config["FORMER_COOKIES_UNTIL"] = datetime.max.replace(tzinfo=UTC)
    page = browser.get("/", base_url="https://localhost")
    assert set_by(page) == {name: token, SESSION_COOKIE: ""}
    csrf = page.text.partition('name="csrf-token" content="')[2].partition('"')[0]
    left = browser.post("/deconnexion", data={"csrf_token": csrf}, base_url="https://localhost")
    assert left.status_code == 303
    assert set_by(left) == {name: "", SESSION_COOKIE: ""}


def test_a_session_of_after_the_upgrade_is_not_taken_from_a_name_that_other_hosts_can_set(site: ApiSite):
    browser, name = site.person("agent"), site.cookie(SESSION_COOKIE)
    token = browser.get_cookie(name).value
    browser.delete_cookie(name)
    browser.set_cookie(SESSION_COOKIE, token)
    site.app.config["FORMER_COOKIES_UNTIL"] = EPOCH
    refused(browser.get(f"/api/v1/halls/{HALL}/queue"), 401, "not_signed_in")
