"""Every secret is masked: one with a name before it, and one recognised by its shape only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ids import is_token_shaped, new_api_key, new_token
from server.logs import mask_secrets, masked_values
from server.settings import Settings

TOKEN = "e0Cgbdz1xEDF-OgBKRbPFg"  # fixed: the parameters of a test must not change from run to run


@pytest.mark.parametrize(
    "text",
    [
        f"http://127.0.0.1:8080/kiosk#t={TOKEN}",
        f"GET /t/{TOKEN} HTTP/1.1",
        f"/api/v1/tickets/{TOKEN}/give-up",
        f"Authorization: Bearer {TOKEN}",
        f"{{'HTTP_COOKIE': 'parvis_device={TOKEN}; lang=fr'}}",
        f"parvis_session={TOKEN}{TOKEN}",
        f'{{"token": "{TOKEN}"}}',
        f"('{TOKEN}', 'kiosk')",
        f"Key (token)=({TOKEN}) already exists.",
        f"https%3A%2F%2Faccueil.example.fr%2Fscreen%23t%3D{TOKEN}",
        f"{TOKEN} failed",
    ],
)
def test_a_token_is_masked_anywhere_in_a_line(text: str):
    assert TOKEN not in mask_secrets(text)
    assert "***" in mask_secrets(text)


def test_whose_an_e_mail_address_is_is_masked():
    refused = "(550, b'nobody', {'marie.dubreuil+1@mail.example.fr': 1})"
    assert mask_secrets(refused) == "(550, b'nobody', {'***@mail.example.fr': 1})"
    assert mask_secrets("parvis at 10@20, @import") == "parvis at 10@20, @import"


def test_the_secret_of_a_webhook_is_masked_whole():
    assert mask_secrets("signed with whsec_4zcIi7mu/Ose+YmkQw=, sent") == "signed with ***, sent"
    assert masked_values({"smtp_password": "sesame"}) == {"smtp_password": "***"}


def test_an_api_key_is_masked_whole_by_its_prefix_also_when_it_was_cut():
    key = new_api_key()
    assert key.startswith("parvis_key_")
    assert mask_secrets(f"sent by {key}, refused") == "sent by ***, refused"
    assert mask_secrets(f"sent by {key[:20]}") == "sent by ***"


@pytest.mark.parametrize(
    "text",
    [
        "#t=short",
        "Bearer abc",
        "parvis_device=abc",
        "/t/abc",
        "?code=ABCD2345",
        "/retour?state=ABCD2345",
        "&id_token_hint=abc",
        "client_secret=abc",
        "parvis_provider=abc",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln",
        "password: hunter2",
        "api_key='k'",
    ],
)
def test_a_named_secret_of_any_shape_is_masked(text: str):
    kept = mask_secrets(text)
    assert kept.endswith(("***", "***'"))


def test_the_password_of_a_database_is_masked():
    assert mask_secrets("postgresql://parvis:s3cret@db/parvis") == "postgresql://parvis:***@db/parvis"


@given(st.integers(1, 50))
def test_a_token_is_masked_without_any_context(count: int):
    tokens = [new_token() for _ in range(count)]
    assert mask_secrets(", ".join(tokens)) == ", ".join(["***"] * count)
    assert mask_secrets(new_token() + new_token()) == "***"


@pytest.mark.parametrize(
    "text",
    [
        "ConnectionRefusedError",
        "InstallationTransaction",
        "Access-Control-Max-Age",
        "test_a_token_is_masked",
        "01a20f43-edfc-77c2-86ab-f11e33a8891c",
        "c0ffee" * 10 + "abcd",
        "/srv/anywhere/server/store/engines.py",
        "code=unknown_device",
        "the token is unknown",
    ],
)
def test_names_ids_and_hashes_are_left_as_they_are(text: str):
    assert mask_secrets(text) == text
    assert not is_token_shaped("ConnectionRefusedError")


def test_a_value_named_as_a_secret_is_not_written():
    assert masked_values({"token": "x", "Cookie": "y", "hall": "laon"}) == {
        "token": "***",
        "Cookie": "***",
        "hall": "laon",
    }


@pytest.mark.parametrize("name", ["secret_key", "oidc_client_secret", "smtp_password"])
def test_settings_that_are_written_out_hold_no_secret(name: str):
    settings = Settings.model_validate({name: TOKEN, "smtp_host": "host.tests"})
    assert "host.tests" in repr(settings)
    assert TOKEN not in repr(settings)
