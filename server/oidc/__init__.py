"""Signing in by a provider of identities: OpenID Connect, code flow, by the rules of ProConnect.

What a provider and this installation agreed on, and what one request to sign in keeps.
"""

from dataclasses import dataclass

from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Registration:
    """This installation as the provider knows it.

    `name`: the provider's, for people; empty: none. `has_signed_userinfo`: what is told of a person is a
    signed JWT, nothing else is taken. `asks_again`: the provider asks who it is at each sign-in.
    `is_verified_unsaid`: it sends no `email_verified`, and its addresses are verified all the same.
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str
    scopes: str
    has_signed_userinfo: bool
    asks_again: bool
    is_verified_unsaid: bool = False


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One way to the provider and back, kept by the browser. `started_at_s`: seconds since 1970.

    `verifier`: the secret of PKCE; None where the provider does not know it.
    """

    state: str
    nonce: str
    started_at_s: int
    verifier: str | None = None
    next: str = "/"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a provider says it is. `subject`: its own opaque name for the person.

    `is_email_verified`: the provider says so, or the settings say it for one that is silent. `id_token`: the
    hint that its logout wants.
    """

    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool
    id_token: str


def registration_of(settings: Settings) -> Registration | None:
    """What the settings say; None without an issuer."""
    if not settings.oidc_issuer:
        return None
    return Registration(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_name,
        settings.oidc_scopes,
        settings.oidc_signed_userinfo,
        settings.oidc_prompt_login,
        settings.oidc_without_email_verified,
    )
