"""Answers of a provider, read within a time and a size: its metadata and keys, and what it signed.

Whether that may be believed: signature, issuer, audience, nonce, times.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from server.domain.refusals import Refusal
from server.domain.texts import is_private_way

TIMEOUT = httpx.Timeout(3.0, connect=2.0)
"""Seconds, for each wait on the network."""
WITHIN_S = 5.0
"""For a whole answer."""
LARGEST_BYTES = 300_000
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


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """An answer of the provider."""

    status: int
    kind: str
    body: bytes

    def mapping(self) -> dict[str, Any]:
        """Its JSON object. Refusal: oidc_broken."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Refusal("oidc_broken", why="no JSON object")
        return found


def ask(
    method: str, address: str, *, headers: Mapping[str, str] | None = None, body: str | None = None
) -> ProviderAnswer:
    """What the provider answers at an address; it is not followed elsewhere.

    Refusals: oidc_away when nothing comes in time or it says that it cannot (5xx), oidc_broken.
    """
    ends_at_s = time.monotonic() + WITHIN_S
    try:
        with (
            httpx.Client(timeout=TIMEOUT) as client,
            client.stream(method, address, headers=headers, content=body) as answer,
        ):
            if answer.status_code >= 500:
                raise Refusal("oidc_away", why=answer.status_code)
            read = b""
            for part in answer.iter_bytes():
                read += part
                if len(read) > LARGEST_BYTES:
                    raise Refusal("oidc_broken", why="too large")
                if time.monotonic() > ends_at_s:
                    raise Refusal("oidc_away", why="too slow")
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            return ProviderAnswer(answer.status_code, kind, read)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refusal("oidc_away", why=type(error).__name__) from error


def _private(address: str) -> str:
    if not is_private_way(address):
        raise ValueError("https is asked for")
    return address


Address = Annotated[str, AfterValidator(_private)]


class Description(BaseModel):
    """The part of a provider's metadata that is used here."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    userinfo_endpoint: Address | None = None
    end_session_endpoint: Address | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    code_challenge_methods_supported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A provider's metadata and keys, as last fetched."""

    description: Description
    keys: KeySet


def fetch_provider(issuer: str) -> KnownProvider:
    """Fetches the provider's metadata and keys. Refusals: oidc_away, oidc_broken, oidc_issuer."""
    answer = ask("GET", get_well_known_url(issuer, external=True))
    if answer.status != 200:
        raise Refusal("oidc_broken", why=f"discovery: {answer.status}")
    try:
        description = Description.model_validate(answer.mapping())
    except ValidationError as error:
        raise Refusal("oidc_broken", why="discovery") from error
    if description.issuer != issuer:
        raise Refusal("oidc_issuer", why="discovery")
    return KnownProvider(description, keys_at(description.jwks_uri))


def keys_at(address: str) -> KeySet:
    """The keys a provider signs with. Refusals: oidc_away, oidc_broken."""
    try:
        return KeySet.import_key_set(ask("GET", address).mapping())  # type: ignore[arg-type]
    except (JoseError, LookupError, TypeError, ValueError) as error:
        raise Refusal("oidc_broken", why="keys") from error


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
