"""What a provider signed, and whether it may be believed: signature, issuer, audience, nonce, times."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from server.domain.refusals import Refusal

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by the provider's own key; none that the client's secret could make."""
CLOCKS_DIFFER_S = 120
"""How far the provider's clock may be from ours, in seconds."""
OLDEST_S = 420
"""How old a token fresh from the provider may say it is: some date theirs five minutes back."""
LONGEST_SUBJECT = 255
_CODES = {
    "iss": "oidc_issuer",
    "aud": "oidc_audience",
    "azp": "oidc_audience",
    "nonce": "oidc_nonce",
    "exp": "oidc_expired",
    "nbf": "oidc_clock",
    "iat": "oidc_clock",
    "at_hash": "oidc_signature",
}


class UnknownKey(Exception):
    """Signed with a key that was not there when the keys were last read."""


@dataclass(frozen=True, slots=True)
class ExpectedToken:
    """What a token must say. `now_s`: our clock, in seconds since 1970.

    `asked_since_s`: the provider asked the person after this instant; None: it need not have.
    """

    issuer: str
    client_id: str
    now_s: int
    nonce: str = ""
    access_token: str = ""
    asked_since_s: int | None = None


def signed_claims(token: str, keys: KeySet) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a signed token. Refusal: oidc_signature. Raises UnknownKey."""
    try:
        found = jwt.decode(token, keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError as error:
        raise UnknownKey from error
    except (JoseError, ValueError, TypeError, LookupError) as error:
        raise Refusal("oidc_signature", why=type(error).__name__) from error
    if not isinstance(found.claims, dict):
        raise Refusal("oidc_broken", why="no claims")
    return found.header, found.claims


def check_id_token(header: Mapping[str, Any], claims: Mapping[str, Any], expected: ExpectedToken) -> str:
    """The subject an ID token speaks of.

    Refusals: oidc_issuer, oidc_audience, oidc_nonce, oidc_clock, oidc_expired, oidc_signature,
    oidc_not_again, oidc_broken.
    """
    _check_clock(claims.get("iat"), expected.now_s)
    token = CodeIDToken(
        dict(claims),
        dict(header),
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        params={
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        },
    )
    try:
        token.validate(expected.now_s, CLOCKS_DIFFER_S)
    except ClaimError as error:
        raise Refusal(_CODES.get(error.claim, "oidc_broken"), why=error.claim) from error
    asked_at_s = claims.get("auth_time")
    if expected.asked_since_s is not None and asked_at_s is not None:
        _check_sign_in_time(asked_at_s, expected.asked_since_s)
    return _subject(claims)


def check_userinfo(
    claims: Mapping[str, Any], expected: ExpectedToken, *, subject: str, is_signed: bool
) -> None:
    """Refuses a token about another person, by another issuer, for another client, or too old.

    Refusals: oidc_subject, oidc_issuer, oidc_audience, oidc_expired.
    """
    if claims.get("sub") != subject:
        raise Refusal("oidc_subject")
    if not is_signed:
        return
    audience = claims.get("aud", expected.client_id)
    if claims.get("iss", expected.issuer) != expected.issuer:
        raise Refusal("oidc_issuer", why="userinfo")
    if expected.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise Refusal("oidc_audience", why="userinfo")
    ends_at_s = claims.get("exp", expected.now_s)
    if not _is_instant(ends_at_s) or ends_at_s + CLOCKS_DIFFER_S < expected.now_s:
        raise Refusal("oidc_expired", why="userinfo")


def _check_clock(issued_at_s: Any, now_s: int) -> None:
    """A token was made a moment ago: one that says otherwise comes from another clock."""
    if not _is_instant(issued_at_s):
        raise Refusal("oidc_broken", why="iat")
    if not now_s - OLDEST_S <= issued_at_s <= now_s + CLOCKS_DIFFER_S:
        raise Refusal("oidc_clock", why="iat", ahead_s=int(issued_at_s - now_s))


def _check_sign_in_time(asked_at_s: Any, since_s: int) -> None:
    if not _is_instant(asked_at_s):
        raise Refusal("oidc_broken", why="auth_time")
    if asked_at_s < since_s - CLOCKS_DIFFER_S:
        raise Refusal("oidc_not_again")


def _is_instant(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if (
        not isinstance(subject, str)
        or not (subject.strip() and subject.isprintable())
        or len(subject) > LONGEST_SUBJECT
    ):
        raise Refusal("oidc_broken", why="sub")
    return subject
