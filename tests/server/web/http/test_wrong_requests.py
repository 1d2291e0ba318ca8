"""A request that is merely wrong is refused; it writes no traceback, and many fill no log."""

import re
import socket
from collections.abc import Iterator

import pytest

from server.app import requests as of_app
from server.web.access.requirements import Access, required_of
from server.web.pulled_printers import printer_access
from tests.harness.servers.served import Served
from tests.server.web.api_site import PASSWORD, ApiSite

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
