"""Requests refused before a route: other names, pages of elsewhere, wrong bytes; the log stays small."""

import json
import re
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from server.app import requests as of_app
from server.app.requests import AllowedHosts, allowed_hosts
from server.domain.refusals import Refusal
from server.domain.texts import entered_text
from server.live import messages
from server.live.sockets import WrongPacket
from server.settings import Settings
from server.web.access.cookies import DEVICE_COOKIE, SESSION_COOKIE
from server.web.access.requirements import Access, required_of
from server.web.pulled_printers import printer_access
from tests.harness.servers.served import Served
from tests.harness.sql import make_tables
from tests.server.web.api_site import HALL, PASSWORD, SERVICE, ApiSite, accepted, csrf_of, refused

# --- names: a demonstration answers this machine alone, and no proxy ------------------------------


TLS = {"tls_certificate": "parvis.pem", "tls_key": "parvis.key"}


@pytest.fixture
def named_site(sqlite_url: str, tmp_path: Path) -> Iterator[ApiSite]:
    found = ApiSite(sqlite_url, tmp_path, settings={"public_url": "https://accueil.exemple.fr"})
    yield found
    found.close()


@pytest.mark.parametrize(
    ("chosen", "is_demonstration", "answered", "refused"),
    [
        (
            {},
            False,
            ["127.0.0.1:8080", "[::1]:8080", "LocalHost"],
            ["evil.example", "127.0.0.1.evil.example"],
        ),
        ({"public_url": "https://a.example/parvis"}, False, ["a.example", "localhost"], ["b.example"]),
        ({"allowed_hosts": "a.example .b.example"}, False, ["a.example", "x.b.example"], ["x.a.example"]),
        ({**TLS, "host": "192.0.2.10"}, False, ["any.example"], []),
        ({"behind_proxy": True}, False, ["any.example"], []),
        ({**TLS, "allowed_hosts": "a.example"}, False, ["a.example:8443"], ["b.example"]),
        (
            {**TLS, "host": "192.0.2.10", "allowed_hosts": "a.example"},
            False,
            ["a.example", "192.0.2.10"],
            ["192.0.2.11"],
        ),
        ({"allowed_hosts": "a.example"}, True, ["localhost:8080"], ["a.example"]),
    ],
)
def test_a_server_answers_by_its_own_names(
    chosen: dict[str, Any], is_demonstration: bool, answered: list[str], refused: list[str]
):
    hosts = allowed_hosts(Settings(**chosen), is_demonstration=is_demonstration)
    assert {host: called(hosts, host) for host in answered + refused} == {
        **dict.fromkeys(answered, "200"),
        **dict.fromkeys(refused, "421"),
    }


def called(
    hosts: frozenset[str] | None, host: str | None, *, is_demonstration: bool = False, **fields: str
) -> str:
    """The status of a request by a name, with more fields."""
    if hosts is None:
        return "200"
    statuses = list[str]()

    def app(_: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return []

    environ = dict(fields) | ({"HTTP_HOST": host} if host is not None else {})
    AllowedHosts(app, hosts, "no", is_demonstration=is_demonstration)(
        environ, lambda status, _: statuses.append(status[:3])
    )
    return statuses[0]


def test_a_demonstration_is_not_served_behind_a_proxy():
    with pytest.raises(Refusal, match="demonstration_on_loopback_only"):
        Settings(behind_proxy=True).check_address(is_demonstration=True)
    hosts = allowed_hosts(Settings(), is_demonstration=True)
    for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED"):
        assert called(hosts, "localhost", is_demonstration=True, **{name: "192.0.2.7"}) == "421"
    assert called(hosts, "localhost", is_demonstration=True) == called(hosts, None) == "200"


def test_pages_and_sockets_are_refused_to_another_name_in_words(named_site: ApiSite):
    browser = named_site.app.test_client()
    for path in ("/connexion", "/api/v1/openapi.json", "/socket.io/?EIO=4&transport=websocket"):
        answer = browser.get(path, base_url="http://evil.example")
        assert answer.status_code == 421
        assert "PARVIS_ALLOWED_HOSTS" in answer.text
    assert browser.get("/health/live", base_url="http://accueil.exemple.fr").status_code == 200


def test_an_invitation_leads_to_the_public_address_for_any_host_name(named_site: ApiSite):
    chief = named_site.person("administrator", "*")
    form = {"login": "lea", "name": "Léa", "role": "agent", "site": HALL, "csrf_token": csrf_of(chief)}
    page = chief.post("/personnes/inviter", data=form, follow_redirects=True)
    assert "https://accueil.exemple.fr/invitation#t=" in page.text


# --- writes by cookies: where browsers say they come from, and names of cookies -------------------


TICKETS = f"/api/v1/halls/{HALL}/tickets"
PRESS = {"service": SERVICE, "press_id": "press-one"}


@pytest.fixture(scope="module")
def proxied_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiSite]:
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
def test_pages_of_this_server_write(proxied_site: ApiSite, sent: dict[str, str]):
    browser, token = proxied_site.writer("reception")
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
def test_pages_of_elsewhere_write_nothing(proxied_site: ApiSite, sent: dict[str, str]):
    browser, token = proxied_site.writer("reception")
    refused(browser.post(TICKETS, json=PRESS, headers=token | sent), 403, "csrf")
    device = proxied_site.app.test_client()
    device.set_cookie(proxied_site.cookie(DEVICE_COOKIE), proxied_site.kiosk)
    refused(device.post(TICKETS, json=PRESS, headers=sent), 403, "csrf")
    refused(device.post("/device/session", json={"token": proxied_site.kiosk}, headers=sent), 403, "csrf")


def test_a_form_of_ours_has_the_origin_null_because_of_our_referrer_policy(proxied_site: ApiSite):
    browser, token = proxied_site.writer("reception")
    form = {"csrf_token": token["X-CSRFToken"]}
    assert browser.post("/deconnexion", data=form, headers={"Origin": "null"}).status_code == 303


def test_a_valid_bearer_token_is_accepted_and_a_void_one_opens_nothing(proxied_site: ApiSite):
    browser = proxied_site.person("reception")
    void, valid = ({"Authorization": f"Bearer {token}"} for token in ("nobody-has-this", proxied_site.key))
    refused(browser.post(TICKETS, json=PRESS, headers=void), 401, "unknown_device")
    assert browser.post("/deconnexion", headers=void).status_code == 403
    elsewhere = {"Origin": "https://program.example"}
    assert (
        proxied_site.app.test_client().post(TICKETS, json=PRESS, headers=valid | elsewhere).status_code == 201
    )


def test_a_session_signed_out_and_its_forms_open_nothing(proxied_site: ApiSite):
    browser, token = proxied_site.writer("reception")
    kept = browser.get_cookie(proxied_site.cookie(SESSION_COOKIE)).value
    assert browser.post("/deconnexion", headers=token).status_code == 303
    browser.set_cookie(proxied_site.cookie(SESSION_COOKIE), kept)
    refused(browser.post(TICKETS, json=PRESS, headers=token), 401, "not_signed_in")
    form = {"login": "x", "password": "x", "csrf_token": token["X-CSRFToken"]}
    assert browser.post("/connexion", data=form).status_code == 403


@pytest.mark.parametrize("cookie", [SESSION_COOKIE, DEVICE_COOKIE])
def test_nobody_is_known_by_a_name_that_other_hosts_can_set(proxied_site: ApiSite, cookie: str):
    browser = proxied_site.person("agent")
    token = (
        browser.get_cookie(proxied_site.cookie(SESSION_COOKIE)).value
        if cookie == SESSION_COOKIE
        else proxied_site.screen
    )
    browser.delete_cookie(proxied_site.cookie(SESSION_COOKIE))
    browser.set_cookie(cookie, token)
    refused(browser.get(f"/api/v1/halls/{HALL}/board"), 401, "not_signed_in")
    browser.set_cookie(proxied_site.cookie(cookie), token)
    accepted(browser.get(f"/api/v1/halls/{HALL}/board"))


# --- a control character enters by no address, form, JSON body or socket --------------------------


def refused_field(answer: TestResponse) -> Any:
    """The field that a refused request names."""
    said = answer.get_json()
    assert (answer.status_code, said["code"]) == (400, "control_characters"), said
    assert "invisible" in said["detail"]
    return said["field"]


def test_a_nul_is_refused_wherever_a_text_enters(api: ApiSite):
    for path in (f"/halls/{HALL}%00/board", f"/halls/{HALL}/board?after=%00", "/tickets/%1b", "/x%0ay"):
        assert refused_field(api.get(path)) == "address"
    for body, field in (({"needs": ["deaf", "a\0"]}, "needs.1"), ({"a\0": 1}, ""), (["\x7f"], "0")):
        assert refused_field(api.post(f"/halls/{HALL}/tickets", body)) == field
    for path, form in (
        ("/connexion", {"login": "a\0", "password": "b"}),
        ("/dire/laon", {"text": "a\ud7ff\x7f"}),
        ("/dire/laon", {"a\0": "x"}),
    ):
        page = api.app.test_client().post(path, data=form)
        assert page.status_code == 400
        assert "Un texte contient un caractère invisible" in page.text, page.text


def test_a_body_that_is_json_inside_a_text_is_refused(api: ApiSite):
    inside = json.dumps({"service": "laon-accueil", "press_id": "p", "language": "fr"})
    answer = api.post(f"/halls/{HALL}/tickets", inside)
    assert (answer.status_code, (answer.get_json() or {})["code"]) == (400, "bad_request")


def test_a_socket_that_sends_a_nul_is_cut(api: ApiSite):
    parvis = api.app.extensions["parvis"]
    with pytest.raises(WrongPacket):
        parvis.socketio.test_client(api.app, namespace=messages.SCREEN, auth={"token": "\0"})
    socket = parvis.socketio.test_client(api.app, namespace=messages.SCREEN, auth={"token": api.screen})
    with pytest.raises(WrongPacket):
        socket.emit("alert.shown", {"alert": "\0"}, namespace=messages.SCREEN)


@pytest.mark.parametrize("text", ["\u200b", " \u2060\ufeff\n", "\u3164\u115f", "\u2800", "\U000e0020\ufe0f"])
def test_a_text_in_which_nothing_can_be_seen_is_empty(text: str):
    assert entered_text(text, "") == ""


@pytest.mark.parametrize("text", ["une ligne\r\n\tune autre", "می‌خواهم", "👨‍👩‍👧", "\u200fא", "é", ""])
def test_lines_tabs_and_the_signs_inside_words_stay(text: str):
    assert entered_text(text, "") == text


@pytest.mark.parametrize("text", ["a\0", "\x1b[2J", "\x7f", "\x85", "\ud800"])
def test_control_characters_are_refused_with_their_field(text: str):
    with pytest.raises(Refusal, match="control_characters"):
        entered_text(text, "note")


# --- what is merely wrong writes no traceback, and much of it fills no log ------------------------


MANY, MOST_BYTES = 300, 20_000
PRINTERS = tuple(f"/impression/{kind}/laon/laon-borne-1" for kind in ("star", "gateway", "epson"))
WRONG_HEADS = (
    *(
        {"Authorization": proof}
        for proof in ("Basic \xff", "Bearer \xff", "Digest \xff=\xff", 'Digest nonce="', "\xff")
    ),
    {"Cookie": "parvis_session=\xff; parvis_device=\xff; parvis_browser=\xff; parvis_form=\xff"},
    {"Accept-Language": "\xff;q=\xff", "Accept": "\xff", "Accept-Encoding": "br;q=\xff"},
    {"Range": "bytes=\xff-", "If-None-Match": "\xff", "If-Modified-Since": "\xff", "If-Range": '"\xff'},
    {"Content-Type": "multipart/form-data; boundary=\xff", "Origin": "http://[", "Sec-Fetch-Site": "\xff"},
    {"Content-Type": "application/json; charset=\xff", "Idempotency-Key": "\xff", "X-CSRFToken": "\xff"},
    {"Content-Type": "application/x-www-form-urlencoded; charset=no-such", "Origin": "null"},
)


@pytest.fixture
def failed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses whose request was answered as a failure of ours."""
    found: list[str] = []

    class Log:
        def error(self, event: str, *, path: str, exc_info: BaseException) -> None:
            found.append(f"{path}: {exc_info!r}")

        def info(self, event: str, **values: object) -> None:
            pass

    monkeypatch.setattr(of_app, "log", Log())
    monkeypatch.setattr(printer_access, "log", Log())
    return found


def test_a_wrong_head_is_a_failure_of_ours_at_no_open_address(api: ApiSite, failed: list[str]):
    client = api.app.test_client()
    for method, path in _open_routes(api):
        for heads in WRONG_HEADS:
            body = b"\xff{" if method in ("POST", "PUT") else None
            answer = client.open(path, method=method, headers=heads, data=body)
            answer.close()
            if answer.status_code >= 500:
                failed.append(f"{method} {path} {heads}: {answer.status_code}")
    assert not failed, "\n".join(sorted(set(failed)))


def _open_routes(api: ApiSite) -> Iterator[tuple[str, str]]:
    for rule in api.app.url_map.iter_rules():
        requirement = required_of(api.app, rule.endpoint)
        assert requirement is not None
        if requirement.access in (Access.EVERYBODY, Access.TICKET):
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                yield method, re.sub(r"<[^>]+>", "1", str(rule))


def test_hundreds_of_wrong_proofs_and_passwords_write_a_few_lines_and_no_traceback(standing):
    served: Served = standing("embedded")
    before = served.log.stat().st_size
    for number in range(MANY):
        path = PRINTERS[number % len(PRINTERS)]
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic \xff\r\n"
        assert _status(served, f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n") in (401, 429)
    wrong = f"login={served.demonstration['users'][0]['login']}&password={PASSWORD}"
    cookie, token = _form(served)
    wrong = f"{wrong}&csrf_token={token}"
    statuses = [
        _status(
            served,
            "POST /connexion HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Cookie: {cookie}\r\nContent-Length: {len(wrong)}\r\nConnection: close\r\n\r\n{wrong}",
        )
        for _ in range(5)
    ]
    assert statuses == [401] * 5
    written = served.log.read_text(encoding="utf-8")[before:]
    assert "Traceback" not in written, written[:2_000]
    assert len(written) <= MOST_BYTES


def _form(served: Served) -> tuple[str, str]:
    """The cookie of a browser that has opened the page to sign in, and the token of its form."""
    page = _answer(served, "GET /connexion HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    cookie = re.search(r"(?i)set-cookie: (parvis_form=[^;]+)", page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert cookie is not None
    assert token is not None
    return cookie[1], token[1]


def _status(served: Served, sent: str) -> int:
    return int(_answer(served, sent)[9:12])


def _answer(served: Served, sent: str) -> str:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(sent.encode("latin-1"))
        received = b""
        while part := connection.recv(65_536):
            received += part
    return received.decode("latin-1")
