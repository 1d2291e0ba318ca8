"""Every route, also new ones: a strict content policy, CSRF, bounded bodies, hidden cookies, own ids."""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from server.domain.author import SYSTEM
from server.store.people.accounts import Grant
from server.usecases.people.accounts import NewAccount, create_account
from server.web.access.cookies import DEVICE_COOKIE, FORM_COOKIE, SESSION_COOKIE
from server.web.rendering.answers import CONTENT_SECURITY, FILE_SECURITY, FRAMED, FRAMING
from server.web.rendering.pdf import Papers
from tests.harness.described_answers import DescribedClient
from tests.harness.sql import all_rows, make_tables
from tests.server.web.api_site import HALL, PASSWORD, ApiSite, csrf_of
from tests.server.web.surveys.test_surveys import draft

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
OF_DEVICES = "/device/"
OF_PRINTERS = "/impression/"
"""No cookie opens them, so a browser can be made to do nothing there."""
"""Routes that a device uses for itself: as JSON, which no other site's form sends."""
POLICIES = {
    CONTENT_SECURITY,
    FILE_SECURITY,
    FRAMING["Content-Security-Policy"],
    FRAMED["Content-Security-Policy"],
}
LARGEST_MEDIUM = 1_000_000
BEYOND = b"{" + b" " * 2_000_001
LARGER = {
    "committee_page.larger.attach": 404,
    "actions_page.keep_action": 413,
    "hall_checks.send_photographs": 413,
    "others_pages.compared": 413,
    "public_register.send": 404,
}
"""Endpoints that accept larger bodies, and how each answers 100 MB for what does not exist."""
DECLARED = {"CONTENT_LENGTH": str(100_000_000)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiSite]:
    """Behind a proxy that ends TLS."""
    folder = tmp_path_factory.mktemp("safe")
    url = f"sqlite:///{folder / 'parvis.db'}"
    make_tables(url)
    found = ApiSite(url, folder, settings={"behind_proxy": "true", "media_bytes": str(LARGEST_MEDIUM)})
    yield found
    found.close()


def path_of(rule: Rule) -> str:
    """An address of the rule, its parts filled with something."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        known = {"hall": HALL, "filename": "base.css"}.get(name, "x")
        if isinstance(converter, AnyConverter):
            known = min(converter.items)
        values[name] = 1 if isinstance(converter, IntegerConverter) else known
    with_values = rule.build(values, append_unknown=False)
    assert with_values is not None, rule
    return with_values[1]


def routes(site: ApiSite, *verbs: str) -> list[tuple[str, Rule]]:
    found = [
        (verb, rule)
        for rule in site.app.url_map.iter_rules()
        for verb in verbs
        if verb in (rule.methods or ())
    ]
    assert len(found) > 20
    return found


def test_every_answer_has_a_strict_policy_and_no_page_has_inline_code(
    site: ApiSite, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Papers, "made", lambda *_: b"%PDF")  # three seconds each, and no page
    browser = site.person("administrator", "*")
    for _, rule in routes(site, "GET"):
        answer = browser.get(path_of(rule))
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert re.sub(" 'sha256-[^']+'", "", policy) in POLICIES, rule
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff", rule
        assert headers["Referrer-Policy"] == "no-referrer", rule
        assert headers["Strict-Transport-Security"], rule
        assert answer.status_code < 500, (rule, answer.text[:200])
        if answer.mimetype == "text/html":
            assert headers["Content-Security-Policy"] != FILE_SECURITY, rule
            assert inline(allowed_style(answer.text, policy)) == [], rule
        answer.close()


def allowed_style(html: str, policy: str) -> str:
    """The page without the one style that its policy allows by the digest of its text."""

    def unless_allowed(found: re.Match[str]) -> str:
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        return "" if f"'sha256-{digest}'" in policy else found[0]

    return re.sub("<style>(.*?)</style>", unless_allowed, html, flags=re.DOTALL)


DATA_SCRIPT = r'type="application/(ld\+)?json"'
"""A script that holds data: no browser runs it."""


def inline(html: str) -> list[str]:
    found = re.findall(r"<style\b|<[^>]+\s(?:style|on[a-z]+)\s*=|javascript:", html)
    scripts = re.findall(r"<script\b[^>]*>", html)
    return found + [tag for tag in scripts if "src=" not in tag and not re.search(DATA_SCRIPT, tag)]


def test_the_check_detects_inline_code():
    for seen in ('<p style="color:red">', "<script>x</script>", '<a onclick="x">'):
        assert inline(seen)
    assert not inline(
        '<script type="module" src="/x.js"></script><script type="application/json">{}</script>'
    )


@pytest.fixture(scope="module")
def writer(site: ApiSite) -> tuple[Any, dict[str, str]]:
    """A signed-in browser that may do everything, and the header of its writes."""
    found: tuple[Any, dict[str, str]] = site.writer("administrator", "*")
    assert found[1]["X-CSRFToken"]
    return found


@pytest.fixture(scope="module")
def token_of_another(site: ApiSite) -> dict[str, str]:
    """The header of the writes of another session."""
    header: dict[str, str] = site.writer("administrator", "*")[1]
    assert header["X-CSRFToken"]
    return header


@pytest.fixture
def reached(site: ApiSite, writer: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rules whose view was reached; a view reads its body and does nothing."""
    found: list[str] = []

    def view(**_: Any) -> str:
        request.get_data()
        found.append(request.url_rule.rule if request.url_rule else "")
        return ""

    monkeypatch.setattr(DescribedClient, "open", FlaskClient.open)  # no view answers as it is described
    for endpoint in site.app.view_functions:
        monkeypatch.setitem(site.app.view_functions, endpoint, view)
    return found


def test_nothing_is_changed_by_a_session_without_the_csrf_token(
    site: ApiSite,
    writer: tuple[Any, dict[str, str]],
    token_of_another: dict[str, str],
    reached: list[str],
):
    browser, token = writer
    asked = [
        (verb, rule)
        for verb, rule in routes(site, *UNSAFE)
        if not rule.rule.startswith((OF_DEVICES, OF_PRINTERS))
    ]
    proxied = {"Authorization": "Basic bWFuZGF0YWlyZTp4"}  # browsers add it for a proxy's password
    for headers in ({}, {"X-CSRFToken": "forged"}, token_of_another, proxied):
        for verb, rule in asked:
            answer = browser.open(path_of(rule), method=verb, json={}, headers=headers)
            assert answer.status_code == 403, (verb, rule, answer.text[:200])
    assert reached == []
    for verb, rule in asked:
        browser.open(path_of(rule), method=verb, json={}, headers=token)
    assert set(reached) == {rule.rule for _, rule in asked}


@pytest.mark.parametrize("sent", [{"Sec-Fetch-Site": "same-site"}, {"Origin": "https://intranet.localhost"}])
def test_another_host_of_the_domain_writes_by_no_cookie(
    site: ApiSite, writer: tuple[Any, dict[str, str]], reached: list[str], sent: dict[str, str]
):
    browser, token = writer
    device = site.app.test_client()
    device.set_cookie(site.cookie(DEVICE_COOKIE), site.kiosk)
    for verb, rule in routes(site, *UNSAFE):
        for client in (browser, device):
            answer = client.open(path_of(rule), method=verb, headers=token | sent)
            assert answer.status_code in (302, 401, 403), (verb, rule, answer.status_code)
    assert reached == []


def test_a_device_is_not_moved_by_a_form_of_another_page(site: ApiSite, reached: list[str]):
    browser = site.app.test_client()
    browser.set_cookie(site.cookie(DEVICE_COOKIE), site.kiosk)
    asked = [(verb, rule) for verb, rule in routes(site, *UNSAFE) if not rule.rule.startswith(OF_PRINTERS)]
    for verb, rule in asked:
        for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
            answer = browser.open(path_of(rule), method=verb, data=b"a=1", content_type=kind)
            assert answer.status_code in (400, 401, 403), (verb, rule)
    assert reached == []


def test_no_body_is_taken_beyond_its_bound(
    site: ApiSite, writer: tuple[Any, dict[str, str]], reached: list[str]
):
    browser, token = writer
    for verb, rule in routes(site, *UNSAFE):
        is_larger = rule.endpoint in LARGER
        answer = browser.open(
            path_of(rule),
            method=verb,
            data=b"{" if is_larger else BEYOND,
            content_type="application/json",
            headers=token,
            environ_overrides=DECLARED if is_larger else {},
        )
        assert answer.status_code == LARGER.get(rule.endpoint, 413), (verb, rule, answer.status_code)
    assert reached == []


def test_every_cookie_is_for_this_site_by_https_and_for_no_script(site: ApiSite):
    login = "by-the-form"
    create_account(site.database, SYSTEM, NewAccount(login, PASSWORD, login, [Grant("agent", HALL)]))
    browser = site.app.test_client()

    def post(path: str, **more: Any) -> Any:
        return browser.post(path, base_url="https://localhost", **more)

    page = browser.get("/connexion", base_url="https://localhost")
    token = page.text.partition('name="csrf-token" content="')[2].partition('"')[0]
    entered = post("/connexion", data={"login": login, "password": PASSWORD, "csrf_token": token})
    assert entered.status_code == 303, entered.text
    exchanged = post("/device/session", json={"token": site.kiosk})
    assert exchanged.status_code == 204
    set_by = [cookie for each in (page, entered, exchanged) for cookie in each.headers.getlist("Set-Cookie")]
    names = {site.cookie(name) for name in (FORM_COOKIE, SESSION_COOKIE, DEVICE_COOKIE)}
    assert {cookie.partition("=")[0] for cookie in set_by} >= names
    assert all(cookie.startswith("__Host-") for cookie in set_by), "no other host of the domain may set it"
    for cookie in set_by:
        attributes = {part.strip() for part in cookie.split(";")[1:]}
        assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= attributes, cookie
        assert not any(part.startswith("Domain=") for part in attributes), cookie


@pytest.mark.parametrize("name", ["t", "token", "key", "access_token"])
def test_a_token_in_an_address_opens_nothing(site: ApiSite, name: str):
    browser = site.app.test_client()
    for token, path in (
        (site.screen, f"/api/v1/halls/{HALL}/board"),
        (site.key, f"/api/v1/halls/{HALL}/queue"),
    ):
        assert browser.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert browser.get(f"{path}?{name}={token}").status_code == 401
    assert browser.get(f"/device/me?{name}={site.screen}").status_code == 401


# --- a form names itself so that it is taken once: never the id of what it adds -------------------


PATH = "../../x"
TABLES = (
    *("committee_member", "committee_meeting", "committee_decision"),
    *("action", "hall_check", "incident_note", "survey"),
)


def test_the_server_makes_the_id_of_what_a_form_adds_and_adds_it_once(api: ApiSite):
    anne = api.person("quality")
    agent = api.person("agent")

    def press(browser: Any, path: str, **fields: str) -> str:
        answer = browser.post(path, data={"csrf_token": csrf_of(browser), "formulaire": PATH, **fields})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    for _ in range(2):
        press(anne, "/voix/comite/membres", function="Association")
        meeting = press(anne, "/voix/comite/reunions", met_on="2026-11-24", agenda="Attente")
        press(anne, f"{meeting}/decisions", text="Quatre sièges")
        press(anne, "/voix/actions", remark="Sièges", state="to_do")
        results = {f"result-{number}": "met" for number in range(7)}
        check = {"done_on": "2026-11-23", "function": "Qualité", "scenario": "Vient sans rendez-vous"}
        press(anne, f"/voix/visites/nouveau?hall={HALL}", **check, **results)
        press(agent, f"/incidents?hall={HALL}", happened_on="2026-11-24", kind="insult", gravity="2")
        draft(anne, formulaire=PATH)
    for table in TABLES:
        ids = [row["id"] for row in all_rows(api.database, f"SELECT id FROM {table}")]
        assert ids, table
        assert all(re.fullmatch(r"[0-9a-f-]{36}", each) for each in ids), (table, ids)
        assert len(ids) == 1, (table, ids)
