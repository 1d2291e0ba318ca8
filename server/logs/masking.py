"""Masking: no secret and nobody's e-mail address stands in a log, whoever wrote the line.

A secret is known by what stands before it (`Bearer …`, `#t=…`, `/t/…`, `token=…`, a cookie), by its prefix
(`parvis_key_…`, `whsec_…`), or by its shape: twenty-two URL-safe characters, or twice as many, as
`server.ids.new_token` makes them, or a signed token.
"""

import re
from collections.abc import Mapping
from typing import Any

from server.ids import API_KEY_PREFIX, is_token_shaped

MASK = "***"
SECRET_NAMES = frozenset(
    {
        "token",
        "ticket",
        "short_code",
        "password",
        "secret",
        "secret_key",
        "client_secret",
        "oidc_client_secret",
        "id_token",
        "access_token",
        "api_key",
        "authorization",
        "cookie",
        "smtp_password",
        "vigilance_key",
        "apikey",
    }
)
"""Values of these names are never written."""

_NAMES = "|".join(sorted(SECRET_NAMES, key=len, reverse=True))
_AFTER = re.compile(
    r"(?i)("
    r"\bbearer\s+"  # the header of devices and programs
    r"|[#?&]t=|[?&](?:code|state|nonce|id_token_hint)=|/t/|/tickets/"  # of devices, tickets and sign-ins
    r"|\bparvis_(?:device|session|form|provider|pairing|browser|installation)=|\bsession="  # cookies
    rf"|\b(?:{_NAMES})[\"']?\s*[:=]\s*[\"']?"
    r"|://[^\s/:@]+:(?=[^\s/@]+@)"  # the password in a database's address
    r")[^\s\"'&;,/?#)\]}@]+"
)
_SIGNED = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
"""A signed token of a provider of identities."""
_PREFIXED = re.compile(rf"(?:whsec_|{API_KEY_PREFIX})[A-Za-z0-9+/=_-]+")
"""The secret of a webhook, and an API key."""
_ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]+(?=@[\w-]+(?:\.[\w-]+)+)")
"""The name in an e-mail address; its domain stays, since it says which mail server refused."""
_LONG = re.compile(r"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{2}))(?:[\w-]{22}){1,2}(?![\w-])", re.ASCII)


def mask_secrets(text: str) -> str:
    """The text with every secret replaced."""
    without_shaped = _ADDRESS.sub(MASK, _PREFIXED.sub(MASK, _SIGNED.sub(MASK, text)))
    return _LONG.sub(_masked_if_token, _AFTER.sub(rf"\g<1>{MASK}", without_shaped))


def _masked_if_token(found: re.Match[str]) -> str:
    return MASK if is_token_shaped(found[0]) else found[0]


def masked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record, those with a secret's name replaced."""
    return {name: MASK if name.lower() in SECRET_NAMES else value for name, value in values.items()}
