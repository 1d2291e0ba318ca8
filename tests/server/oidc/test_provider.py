"""An unreachable provider is reported while the answer is recent."""

from dataclasses import dataclass

import pytest
from pydantic import ValidationError

from server.clock import Clock
from server.commands.examination import provider
from server.domain.refusals import Refusal
from server.domain.texts import is_private_way
from server.oidc import Registration, registration_of
from server.oidc.provider import FRESH_S, TOLD_S, Provider
from server.settings import Settings
from tests.harness.sharing import free_port

REGISTERED = {"oidc_client_id": "parvis", "oidc_client_secret": "secret"}


@dataclass
class Seconds:
    now_s: float = 0.0


def test_trouble_is_shown_for_a_minute_and_checked_again_on_the_next_sign_in():
    seconds = Seconds()
    registration = Registration(
        f"http://127.0.0.1:{free_port()}",
        "parvis",
        "secret",
        "ProConnect",
        "openid",
        has_signed_userinfo=True,
        asks_again=True,
    )
    provider = Provider(registration, Clock(elapsed_s=lambda: seconds.now_s))
    assert provider.is_due()
    provider.check()
    assert (provider.trouble, provider.is_due()) == ("oidc_away", False)
    seconds.now_s = FRESH_S + 1
    assert (provider.trouble, provider.is_due()) == ("oidc_away", True)
    seconds.now_s = TOLD_S + 1
    assert [provider.trouble] == [None]
    with pytest.raises(Refusal) as refused:
        provider.begin("http://127.0.0.1/connexion/fournisseur/retour")
    assert [refused.value.code, provider.trouble] == ["oidc_away", "oidc_away"]


@pytest.mark.parametrize(
    ("address", "is_private"),
    [
        ("https://identite.example/api/v2", True),
        ("http://127.0.0.1:9400", True),
        ("http://localhost:9400", True),
        ("http://identite.example", False),
        ("http://localhost.example", False),
        ("ftp://localhost", False),
        ("https://", False),
        ("https://[", False),
    ],
)
def test_secrets_travel_by_https_or_on_this_machine(address: str, is_private: bool):
    assert is_private_way(address) is is_private


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_issuer": "http://identite.example", **REGISTERED},
        {"oidc_issuer": "https://identite.example", "oidc_client_id": "parvis"},
        {"oidc_issuer": "https://identite.example", "oidc_client_secret": "secret"},
    ],
)
def test_half_a_registration_is_refused(settings: dict[str, str]):
    with pytest.raises(ValidationError):
        Settings.model_validate(settings)


def test_without_an_issuer_there_is_no_provider():
    assert registration_of(Settings.model_validate(REGISTERED)) is None
    assert provider(Settings()).state == "right"


def test_doctor_says_that_the_provider_is_away():
    settings = Settings.model_validate({"oidc_issuer": f"http://127.0.0.1:{free_port()}", **REGISTERED})
    found = provider(settings)
    assert found.state == "off"
    assert (found.key, found.values["code"]) == ("doctor.provider.away", "oidc_away")
