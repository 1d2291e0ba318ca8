"""An unreachable provider is reported while the answer is recent."""

from dataclasses import dataclass

import pytest

from server.clock import Clock
from server.domain.refusals import Refusal
from server.oidc import Registration
from server.oidc.provider import FRESH_S, TOLD_S, Provider
from tests.harness.sharing import free_port


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
