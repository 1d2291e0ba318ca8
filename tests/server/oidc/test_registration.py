"""What the settings say of a provider of identities, and what `parvis doctor` says of it."""

import pytest
from pydantic import ValidationError

from server.commands.examination import provider
from server.domain.texts import is_private_way
from server.oidc import registration_of
from server.settings import Settings
from tests.harness.sharing import free_port

REGISTERED = {"oidc_client_id": "parvis", "oidc_client_secret": "secret"}


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
