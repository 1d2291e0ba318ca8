"""A server answers by its own names; a demonstration to this machine alone, and to no proxy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.app.requests import AllowedHosts, allowed_hosts
from server.domain.refusals import Refusal
from server.settings import Settings
from tests.server.web.api_site import HALL, ApiSite, csrf_of

TLS = {"tls_certificate": "parvis.pem", "tls_key": "parvis.key"}


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[ApiSite]:
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


def test_pages_and_sockets_are_refused_to_another_name_in_words(site: ApiSite):
    browser = site.app.test_client()
    for path in ("/connexion", "/api/v1/openapi.json", "/socket.io/?EIO=4&transport=websocket"):
        answer = browser.get(path, base_url="http://evil.example")
        assert answer.status_code == 421
        assert "PARVIS_ALLOWED_HOSTS" in answer.text
    assert browser.get("/health/live", base_url="http://accueil.exemple.fr").status_code == 200


def test_an_invitation_leads_to_the_public_address_for_any_host_name(site: ApiSite):
    chief = site.person("administrator", "*")
    form = {"login": "lea", "name": "Léa", "role": "agent", "site": HALL, "csrf_token": csrf_of(chief)}
    page = chief.post("/personnes/inviter", data=form, follow_redirects=True)
    assert "https://accueil.exemple.fr/invitation#t=" in page.text
