"""A provider's metadata (OpenID Connect Discovery): its endpoints and its keys."""

from dataclasses import dataclass
from typing import Annotated

from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from server.domain.refusals import Refusal
from server.domain.texts import is_private_way
from server.oidc.reading import ask


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
