"""Signing in by a provider of identities, a real process: the way there and back, and every bad answer."""

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from structlog.testing import capture_logs

from server.app import create_app
from server.domain.author import SYSTEM
from server.domain.facts import FactKind
from server.store.people.accounts import Grant, account_of_login
from server.usecases.people.accounts import (
    Described,
    NewAccount,
    create_account,
    describe_account,
    remove_account,
)
from server.usecases.people.invitations import invite
from server.web.access.cookies import SESSION_COOKIE
from server.web.access.sign_in import REQUEST_COOKIE
from tests.harness.servers.identities import RunningProvider, running_mock, running_provider
from tests.harness.sql import all_rows, execute
from tests.harness.waiting import wait_until
from tests.server.web.api_site import HALL, PASSWORD, ApiSite, csrf_of

LEADING_AWAY = (
    "//elsewhere.example/",
    "https://elsewhere.example/",
    "/\\elsewhere.example",
    "/\t\\elsewhere.example",
    "/\t//elsewhere.example",
    "/\r\n/elsewhere.example",
    "elsewhere.example",
    "//[",
    "",
)


EMAIL = "camille.martin@aisne.example"


@pytest.fixture(scope="module")
def standing_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProvider]:
    with running_provider(tmp_path_factory.mktemp("provider")) as found:
        yield found


class Bureau:
    """Laon with one supervisor, invited by e-mail, and a provider whose clock is that of the hall."""

    def __init__(self, url: str, folder: Path, provider: RunningProvider, **more: str) -> None:
        self.provider = provider
        chosen = provider.settings | {"oidc_signed_userinfo": "true"} | more
        self.site = ApiSite(url, folder, settings=chosen)
        camille = Described("camille", "Camille Martin", EMAIL)
        invite(self.site.database, SYSTEM, camille, [Grant("supervisor", HALL)], sites=None)

    def wrongly(self, **wrong: Any) -> None:
        self.provider.answer_wrongly(**{"now_s": self.now_s(), **wrong})

    def now_s(self) -> int:
        return int(self.site.hands.now.timestamp())

    def begin(self, browser: Any, next_path: str = "/mur") -> str:
        answer = browser.get(f"/connexion/fournisseur?next={next_path}")
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def come_back(self, browser: Any, email: str = EMAIL) -> Any:
        """The answer of this server to a browser that has been at the provider."""
        address = urlsplit(self.provider.enter(self.begin(browser), email))
        return browser.get(f"{address.path}?{address.query}")

    def sessions(self) -> int:
        return self.site.count("sign_in")

    def close(self) -> None:
        self.site.close()


@pytest.fixture
def bureau(database_url: str, tmp_path: Path, standing_provider: RunningProvider) -> Iterator[Bureau]:
    found = Bureau(database_url, tmp_path, standing_provider)
    found.wrongly()
    yield found
    found.close()


@pytest.fixture(scope="module")
def refusing(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, standing_provider: RunningProvider
) -> Iterator[Bureau]:
    """One for every bad answer: nobody ever gets in there."""
    folder = tmp_path_factory.mktemp("refusing")
    (folder / "parvis.db").write_bytes(migrated_sqlite.read_bytes())
    found = Bureau(f"sqlite:///{folder / 'parvis.db'}", folder, standing_provider)
    yield found
    found.close()


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address, each once."""
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


def alert_of(answer: Any) -> str:
    """The text of the sign-in page's alert, or next to the provider's button."""
    found = re.search(r'role="(?:alert|status)"[^>]*>.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    assert found is not None, answer.text
    return found[1]


# --- the way there and back ----------------------------------------------------------------------


def test_an_invited_person_signs_in_at_the_provider_and_arrives_at_the_requested_page(bureau: Bureau):
    browser = bureau.site.app.test_client()
    answer = bureau.come_back(browser)
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/mur">' in answer.text
    cookie = browser.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    assert (cookie.same_site, cookie.http_only) == ("Strict", True)
    assert browser.get_cookie(REQUEST_COOKIE) is None
    assert "Camille Martin" in browser.get("/").text
    [fact] = all_rows(
        bureau.site.database, "SELECT body FROM installation_fact WHERE kind = 'IdentityLinked'"
    )
    assert EMAIL not in fact["body"]
    assert "sub-of" not in fact["body"]


def test_the_request_to_the_provider_has_exactly_the_parameters_of_proconnect(bureau: Bureau):
    asked = query_of(bureau.begin(bureau.site.app.test_client()))
    assert set(asked) == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt"}
    assert (asked["response_type"], asked["scope"], asked["prompt"]) == ("code", "openid email", "login")
    assert min(len(asked["state"]), len(asked["nonce"])) >= 32
    again = query_of(bureau.begin(bureau.site.app.test_client()))
    assert asked["state"] != again["state"]
    assert asked["nonce"] != again["nonce"]


def test_a_provider_that_never_says_verified_is_trusted_by_a_setting_alone(
    sqlite_url: str, tmp_path: Path, standing_provider: RunningProvider
):
    trusting = Bureau(sqlite_url, tmp_path, standing_provider, oidc_without_email_verified="true")
    try:
        trusting.wrongly(person={"email_verified": False})
        assert trusting.come_back(trusting.site.app.test_client()).status_code == 403
        trusting.wrongly(person={"email_verified": None})
        assert trusting.come_back(trusting.site.app.test_client()).status_code == 200
    finally:
        trusting.close()


def test_a_linked_subject_signs_in_with_any_later_address(bureau: Bureau):
    bureau.come_back(bureau.site.app.test_client())
    bureau.wrongly(sub=f"sub-of-{EMAIL}", person={"email": None, "email_verified": False})
    assert bureau.come_back(bureau.site.app.test_client()).status_code == 200
    assert bureau.sessions() == 2
    assert bureau.site.count(f"installation_fact WHERE kind = '{FactKind.IDENTITY_LINKED}'") == 1


def test_another_subject_with_the_address_of_the_invitation_takes_the_place_of_the_first(bureau: Bureau):
    bureau.come_back(bureau.site.app.test_client())
    bureau.wrongly(sub="another-subject")
    assert bureau.come_back(bureau.site.app.test_client()).status_code == 200
    bureau.wrongly(sub=f"sub-of-{EMAIL}", person={"email": "elsewhere@aisne.example"})
    assert "Aucun compte" in alert_of(bureau.come_back(bureau.site.app.test_client()))


def test_a_person_without_an_invitation_gets_no_account_and_no_role(bureau: Bureau):
    before = bureau.site.count("account"), bureau.site.count("role_grant")
    browser = bureau.site.app.test_client()
    answer = bureau.come_back(browser, "stranger@aisne.example")
    assert (answer.status_code, bureau.sessions()) == (403, 0)
    assert "Aucun compte de Parvis n’est ouvert pour vous." in alert_of(answer)
    assert "aria-invalid" not in answer.text  # nothing was typed here
    assert browser.get_cookie(SESSION_COOKIE) is None
    assert (bureau.site.count("account"), bureau.site.count("role_grant")) == before


def test_an_account_linked_to_a_new_person_no_longer_opens_for_the_first(bureau: Bureau):
    database = bureau.site.database
    bureau.come_back(bureau.site.app.test_client())
    with database.read() as rows:
        account = account_of_login(rows, "camille")
    assert account is not None
    described = Described("camille", "Dominique Petit", "dominique.petit@aisne.example")
    describe_account(database, SYSTEM, account.id, described, sites=None)
    assert bureau.come_back(bureau.site.app.test_client()).status_code == 403
    remove_account(database, SYSTEM, account.id, sites=None)
    assert bureau.site.count("identity") == 0


@pytest.mark.parametrize("is_known", [False, True])
def test_a_locked_account_is_not_opened_by_the_provider(bureau: Bureau, is_known: bool):
    if is_known:
        bureau.come_back(bureau.site.app.test_client())
    execute(bureau.site.database, "UPDATE account SET is_locked = :yes WHERE login = 'camille'", yes=True)
    assert bureau.come_back(bureau.site.app.test_client()).status_code == 403


def test_one_worker_redirects_to_the_provider_and_another_signs_in(bureau: Bureau):
    other = create_app(bureau.site.settings, clock=bureau.site.hands.clock(), async_mode="threading")
    here, there = bureau.site.app.test_client(), other.test_client()
    address = urlsplit(bureau.provider.enter(bureau.begin(here), EMAIL))
    kept = here.get_cookie(REQUEST_COOKIE)
    assert kept is not None
    there.set_cookie(REQUEST_COOKIE, kept.value)
    assert there.get(f"{address.path}?{address.query}").status_code == 200
    other.extensions["parvis"].database.close()


def test_a_provider_that_changed_its_key_is_believed(bureau: Bureau):
    bureau.come_back(bureau.site.app.test_client())
    bureau.provider.change_key()
    assert bureau.come_back(bureau.site.app.test_client()).status_code == 200


def test_signing_out_ends_the_session_at_the_provider_too(bureau: Bureau):
    browser = bureau.site.app.test_client()
    bureau.come_back(browser)
    left = browser.post("/deconnexion", data={"csrf_token": csrf_of(browser)})
    address = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', left.text)
    assert address is not None
    asked = query_of(unescape(address[1]))
    assert asked["post_logout_redirect_uri"] == "http://localhost/connexion"
    assert asked["id_token_hint"].count(".") == 2
    assert len(asked["state"]) >= 32
    assert left.headers["Cache-Control"] == "no-store"
    assert bureau.sessions() == 0
    assert browser.get_cookie(SESSION_COOKIE) is None


def test_a_local_session_ends_here_alone(bureau: Bureau):
    browser = bureau.site.person("agent")
    left = browser.post("/deconnexion", data={"csrf_token": csrf_of(browser)})
    assert (left.status_code, left.location) == (303, "/connexion")


def test_a_provider_that_knows_pkce_is_given_the_secret_of_its_challenge(bureau: Bureau):
    bureau.wrongly(discovery={"code_challenge_methods_supported": ["S256"]})
    browser = bureau.site.app.test_client()
    assert query_of(bureau.begin(browser))["code_challenge_method"] == "S256"
    assert bureau.come_back(browser).status_code == 200


def test_an_independent_provider_signs_in_with_plain_userinfo(sqlite_url: str, tmp_path: Path):
    with running_mock(tmp_path) as mock:
        bureau = Bureau(sqlite_url, tmp_path, mock, oidc_signed_userinfo="false")
        bureau.site.hands.now = datetime.now(UTC)  # the mock has no other clock
        mock.knows(EMAIL)
        browser = bureau.site.app.test_client()
        assert bureau.come_back(browser).status_code == 200
        assert bureau.sessions() == 1
        bureau.close()


# --- bad answers ---------------------------------------------------------------------------------

ELSEWHERE = "https://elsewhere.example"
BAD = [
    ("oidc_state", 401, {"back": {"state": "x" * 43}}),
    ("oidc_nonce", 401, {"id_token": {"nonce": "x" * 43}}),
    ("oidc_nonce", 401, {"id_token": {"nonce": None}}),
    ("oidc_audience", 401, {"id_token": {"aud": "another"}}),
    ("oidc_audience", 401, {"id_token": {"azp": "another"}}),
    ("oidc_audience", 401, {"userinfo": {"aud": ["another"]}}),
    ("oidc_issuer", 401, {"id_token": {"iss": ELSEWHERE}}),
    ("oidc_issuer", 401, {"userinfo": {"iss": ELSEWHERE}}),
    ("oidc_issuer", 401, {"back": {"iss": ELSEWHERE}}),
    ("oidc_signature", 401, {"another_key": True}),
    ("oidc_code", 401, {"back": {"code": "never-given"}}),
    ("oidc_denied", 401, {"back": {"error": "access_denied"}}),
    ("oidc_rejected", 502, {"back": {"error": "invalid_scope"}}),
    ("oidc_unsigned", 401, {"is_unsigned": True}),
    ("oidc_subject", 401, {"userinfo": {"sub": "somebody else"}}),
    ("oidc_broken", 502, {"id_token": {"sub": ""}}),
    ("oidc_broken", 502, {"id_token": {"sub": "a\0"}}),
    ("oidc_broken", 502, {"id_token": {"iat": "soon"}}),
    ("oidc_no_email", 403, {"person": {"email": None}}),
    ("oidc_email_unverified", 403, {"person": {"email_verified": False}}),
    ("oidc_email_unverified", 403, {"person": {"email_verified": None}}),
]


def assert_refused(refusing: Bureau, code: str, status: int) -> None:
    browser = refusing.site.app.test_client()
    with capture_logs() as lines:
        answer = refusing.come_back(browser)
    assert answer.status_code == status, answer.text
    translate = refusing.site.app.extensions["parvis"].catalogues.translate
    assert alert_of(answer) == translate(f"refusal.{code}", "fr")
    assert refusing.sessions() == 0
    assert browser.get_cookie(SESSION_COOKIE) is None
    [line] = [line for line in lines if line["event"] == "oidc_refused"]
    assert line["code"] == code
    written = str(lines)
    assert not re.search(r"eyJ|camille|sub-of|[\w-]{22,}", written), written


@pytest.mark.parametrize(("code", "status", "wrong"), BAD, ids=lambda each: str(each)[:60])
def test_a_bad_answer_is_refused_with_its_code(
    refusing: Bureau, code: str, status: int, wrong: dict[str, Any]
):
    refusing.wrongly(**wrong)
    assert_refused(refusing, code, status)


@pytest.mark.parametrize("ahead_s", [-600, 600])
def test_a_clock_ten_minutes_off_is_distinguished_from_an_expired_answer(refusing: Bureau, ahead_s: int):
    refusing.wrongly(now_s=refusing.now_s() + ahead_s)
    assert_refused(refusing, "oidc_clock", 401)
    refusing.wrongly(id_token={"iat": refusing.now_s() - 200, "exp": refusing.now_s() - 140})
    assert_refused(refusing, "oidc_expired", 401)


def test_a_provider_that_did_not_ask_again_is_refused_on_a_shared_counter(refusing: Bureau):
    refusing.wrongly(id_token={"auth_time": refusing.now_s() - 3600})
    assert_refused(refusing, "oidc_not_again", 403)


def test_an_answer_is_accepted_once_in_the_same_browser_within_ten_minutes(bureau: Bureau):
    browser = bureau.site.app.test_client()
    address = urlsplit(bureau.provider.enter(bureau.begin(browser), EMAIL))
    back = f"{address.path}?{address.query}"
    assert "pas commencé dans ce navigateur" in alert_of(bureau.site.app.test_client().get(back))
    assert browser.get(back).status_code == 200
    assert browser.get(back).status_code == 401
    bureau.begin(browser)
    kept = browser.get_cookie(REQUEST_COOKIE)
    assert kept is not None
    browser.set_cookie(REQUEST_COOKIE, kept.value[:-2] + "xx")
    assert browser.get(back).status_code == 401


def test_the_way_on_is_never_another_server(bureau: Bureau):
    for elsewhere in LEADING_AWAY:
        browser = bureau.site.app.test_client()
        address = urlsplit(bureau.provider.enter(bureau.begin(browser, quote(elsewhere)), EMAIL))
        assert 'content="0; url=/"' in browser.get(f"{address.path}?{address.query}").text, elsewhere


# --- a provider that is away ---------------------------------------------------------------------


def test_without_the_provider_its_button_says_so_and_a_local_account_signs_in(
    sqlite_url: str, tmp_path: Path
):
    with running_provider(tmp_path) as provider:
        bureau = Bureau(sqlite_url, tmp_path, provider)
        bureau.wrongly()
        left = bureau.site.app.test_client()
        bureau.come_back(left)
        provider.kill()
    browser = bureau.site.app.test_client()
    bureau.site.app.extensions["parvis"].provider.check()  # a moment later
    answer = browser.get("/connexion/fournisseur?next=/mur")
    assert answer.status_code == 503
    assert "ne répond pas en ce moment" in alert_of(answer)
    assert "ne répond pas en ce moment" in alert_of(browser.get("/connexion"))
    local = NewAccount("local", PASSWORD, "Local", [Grant("supervisor", HALL)])
    create_account(bureau.site.database, SYSTEM, local)
    form = {"login": "local", "password": PASSWORD, "csrf_token": csrf_of(browser), "next": "/mur"}
    signed_in = browser.post("/connexion", data=form)
    assert (signed_in.status_code, signed_in.location) == (303, "/mur")
    said = left.post("/deconnexion", data={"csrf_token": csrf_of(left)})
    assert "n’a pas pu être fermé" in alert_of(said)
    assert bureau.site.count("sign_in WHERE id_token IS NOT NULL") == 0
    bureau.close()


def test_no_page_waits_for_a_provider_that_never_answers(sqlite_url: str, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
        registered = {"oidc_issuer": issuer, "oidc_client_id": "a", "oidc_client_secret": "b"}
        site = ApiSite(sqlite_url, tmp_path, settings=registered)
        create_account(
            site.database, SYSTEM, NewAccount("local", PASSWORD, "Local", [Grant("supervisor", HALL)])
        )
        page = site.app.test_client().get("/connexion")
        assert page.status_code == 200
        assert "Se connecter avec le compte de l’organisme" in page.text
        asked, _ = silent.accept()  # it is being asked, and the page is already there
        asked.close()
        provider = site.app.extensions["parvis"].provider
        wait_until(lambda: provider.trouble == "oidc_away", "the look has ended")
        site.close()
