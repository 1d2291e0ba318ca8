"""How a webhook is signed and tried again (docs/rules/alarms.md)."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.alarms.signs import next_try, secret_of, signed_headers

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_delivery_is_signed_as_standard_webhooks_say():
    secret = secret_of(b"0" * 32)
    assert secret == "whsec_" + base64.b64encode(b"0" * 32).decode()
    headers = signed_headers(secret, "d-1", NOON, b"{}")
    sent = str(int(NOON.timestamp()))
    mac = hmac.new(b"0" * 32, f"d-1.{sent}.{{}}".encode(), hashlib.sha256).digest()
    assert headers == {
        "webhook-id": "d-1",
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


@pytest.mark.parametrize(
    ("tries", "after_s"), [(1, 10), (2, 30), (3, 120), (4, 600), (5, 1800), (6, 3600), (7, 3600), (30, 3600)]
)
def test_a_delivery_that_failed_is_tried_again_ever_later(tries, after_s):
    assert next_try(NOON, tries, NOON) == NOON + timedelta(seconds=after_s)


def test_a_delivery_is_given_up_after_a_day():
    last = NOON + timedelta(hours=23)
    assert next_try(NOON, 9, last) == NOON + timedelta(hours=24)
    assert next_try(NOON, 9, last + timedelta(seconds=1)) is None
