"""How a webhook is signed, and when a delivery that failed is tried again. Pure.

The scheme is that of Standard Webhooks (standardwebhooks.com), for which receivers find libraries;
`docs/rules/alarms.md` explains how to verify without one.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

SECRET_PREFIX = "whsec_"
TRIED_FOR = timedelta(hours=24)
"""How long a delivery is tried; then it is given up, and those behind it go."""
_WAITS_S = (10, 30, 120, 600, 1800, 3600)
"""Seconds after the first, second … try that failed; the last one again and again."""


def secret_of(key: bytes) -> str:
    """A secret in the form shown to the person who sets up the receiver."""
    return SECRET_PREFIX + base64.b64encode(key).decode("ascii")


def signed_headers(secret: str, delivery: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove the sender of a delivery and its time of sending."""
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{delivery}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
    return {
        "webhook-id": delivery,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def next_try(created_at: datetime, tries: int, now: datetime) -> datetime | None:
    """When a delivery that failed `tries` times is tried again; None: it is given up."""
    again = now + timedelta(seconds=_WAITS_S[min(tries, len(_WAITS_S)) - 1])
    return again if again - created_at <= TRIED_FOR else None
