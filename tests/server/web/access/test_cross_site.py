"""Writes by cookies: what browsers say of where they come from, and under which names cookies count."""

import uuid
from collections.abc import Iterator

import pytest

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


@pytest.mark.parametrize("cookie", [SESSION_COOKIE, DEVICE_COOKIE])
def test_nobody_is_known_by_a_name_that_other_hosts_can_set(site: ApiSite, cookie: str):
    browser = site.person("agent")
    token = browser.get_cookie(site.cookie(SESSION_COOKIE)).value if cookie == SESSION_COOKIE else site.screen
    browser.delete_cookie(site.cookie(SESSION_COOKIE))
    browser.set_cookie(cookie, token)
    refused(browser.get(f"/api/v1/halls/{HALL}/board"), 401, "not_signed_in")
    browser.set_cookie(site.cookie(cookie), token)
    accepted(browser.get(f"/api/v1/halls/{HALL}/board"))
